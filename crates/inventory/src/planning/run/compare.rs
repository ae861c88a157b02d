//! What one run proposes otherwise than another.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use fondaco_core::job::JobId;
use fondaco_core::report::{Cell, Column, Report, Row, word};
use fondaco_core::{ItemId, Reading, SiteId};
use smol_str::SmolStr;

use super::read::{plan_run, planned_orders};
use super::record::PlannedOrder;
use crate::items::Item;
use crate::places::Site;
use crate::planning::PlanningError;
use crate::{Stock, StockError};

/// An order of one of two runs that is not one of the other, or another one there.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanChange {
    /// The item's code.
    pub item: SmolStr,
    /// The site's code.
    pub site: SmolStr,
    /// As one run has it.
    pub before: Option<Arc<PlannedOrder>>,
    /// As the other has it.
    pub after: Option<Arc<PlannedOrder>>,
}

/// What two runs propose otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanDifference {
    /// The changes, by item and site.
    pub changes: Vec<PlanChange>,
    /// How many orders both have as they are.
    pub same: usize,
}

/// What one run proposes otherwise than another. Orders that both have, with day, quantity and source, are the same; the others of an item
/// at a site are put side by side in the order of their days.
///
/// # Errors
/// [`PlanningError::UnknownPlanRun`] for a run that is not done; a [`Halt`](fondaco_core::Halt).
pub fn compare_plans(
    read: &mut impl Reading,
    before: JobId,
    after: JobId,
) -> Result<PlanDifference, StockError> {
    for run in [before, after] {
        plan_run(read, run)?.ok_or(PlanningError::UnknownPlanRun { run })?;
    }
    let mut sides: BTreeMap<(ItemId, SiteId), [Vec<Arc<PlannedOrder>>; 2]> = BTreeMap::new();
    for (side, run) in [before, after].into_iter().enumerate() {
        for row in planned_orders(read, run)? {
            let both = sides.entry((row.item, row.site)).or_default();
            both.get_mut(side).into_iter().for_each(|side| side.push(row.clone()));
        }
    }
    let (mut changes, mut same) = (Vec::new(), 0);
    for ((item, site), [mut old, mut new]) in sides {
        let all = old.len();
        old.retain(|row| match new.iter().position(|other| is_same(row, other)) {
            Some(at) => {
                new.remove(at);
                false
            }
            None => true,
        });
        same += all - old.len();
        let item = read.peek::<Item>(&item)?.map(|item| item.code.clone()).unwrap_or_default();
        let site = read.peek::<Site>(&site)?.map(|site| site.code.clone()).unwrap_or_default();
        for at in 0..old.len().max(new.len()) {
            let (before, after) = (old.get(at).cloned(), new.get(at).cloned());
            changes.push(PlanChange { item: item.clone(), site: site.clone(), before, after });
        }
    }
    changes.sort_by(|a, b| (&a.item, &a.site).cmp(&(&b.item, &b.site)));
    Ok(PlanDifference { changes, same })
}

fn is_same(a: &PlannedOrder, b: &PlannedOrder) -> bool {
    let of = |row: &PlannedOrder| {
        (row.quantity, row.due_on, row.release_on, row.source, row.supplier, row.from_site)
    };
    of(a) == of(b) && a.version == b.version
}

impl PlanChange {
    /// What has become of it, in a word.
    pub fn word(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "new",
            (_, None) => "gone",
            (Some(before), Some(after)) if after.due_on < before.due_on => "earlier",
            (Some(before), Some(after)) if after.due_on > before.due_on => "later",
            (Some(before), Some(after)) if after.quantity > before.quantity => "more",
            (Some(before), Some(after)) if after.quantity < before.quantity => "less",
            _ => "otherwise",
        }
    }
}

impl PlanDifference {
    /// The changes as people look at them.
    pub fn to_report(&self) -> Report {
        let texts = ["Article", "Site", "What"].map(|name| Column::text(word(name)));
        let quantities = crate::bills::quantities;
        let report = Report::new(word("What has changed in the plan"))
            .columns(texts)
            .column(Column::date(word("Due before")))
            .column(quantities("Quantity before"))
            .column(Column::date(word("Due now")));
        let mut report = report.column(quantities("Quantity now"));
        for change in &self.changes {
            let due = |row: &Option<Arc<PlannedOrder>>| row.as_ref().map(|row| row.due_on);
            let quantity = |row: &Option<Arc<PlannedOrder>>| -> Cell {
                row.as_ref().map(|row| row.quantity.to_decimal()).into()
            };
            report.push(Row::new([
                change.item.clone().into(),
                change.site.clone().into(),
                word(change.word()),
                due(&change.before).into(),
                quantity(&change.before),
                due(&change.after).into(),
                quantity(&change.after),
            ]));
        }
        report
    }
}

impl fmt::Display for PlanDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl Stock<'_> {
    /// What the current run proposes otherwise than the one before it; nothing where there are no two.
    ///
    /// # Errors
    /// As [`compare_plans`].
    pub fn plan_changes(&self) -> Result<PlanDifference, StockError> {
        self.view(|view| {
            let current = super::read::current_plan(view)?;
            let both = current.and_then(|current| Some((current.previous?, current.run)));
            match both {
                Some((before, after)) => compare_plans(view, before, after),
                None => Ok(PlanDifference { changes: Vec::new(), same: 0 }),
            }
        })
    }
}
