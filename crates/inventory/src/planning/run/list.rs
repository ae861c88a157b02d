//! What a run proposes and what is to be done, as lists that people work through: by item, site or planner, page by page, with names for
//! ids.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use fondaco_core::job::JobId;
use fondaco_core::report::{Cell, Column, Report, Row, word};
use fondaco_core::{ItemId, Reading, SiteId};
use smol_str::SmolStr;

use super::read::{current_plan, plan_messages, planned_orders};
use super::record::{PegKind, PlanAction, PlanMessage, PlanReason, PlannedOrder};
use crate::bills::quantities;
use crate::items::Item;
use crate::places::Site;
use crate::planning::PlanningParameters;
use crate::{Stock, StockError};

/// Which rows of a run.
///
/// ```
/// use fondaco_inventory::planning::PlanFilter;
/// let mine = PlanFilter { planner: Some("KH".into()), limit: Some(50), ..PlanFilter::default() };
/// assert_eq!(mine.after, None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanFilter {
    /// Of this item alone.
    pub item: Option<ItemId>,
    /// At this site alone.
    pub site: Option<SiteId>,
    /// Of what this planner plans.
    pub planner: Option<SmolStr>,
    /// After the row of this number: that with which the page before ended.
    pub after: Option<u32>,
    /// At most so many.
    pub limit: Option<usize>,
}

/// A row of a run, with what its ids stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    /// The row.
    pub row: Arc<T>,
    /// The item's code.
    pub item: SmolStr,
    /// The item's name.
    pub name: SmolStr,
    /// The site's code.
    pub site: SmolStr,
    /// Who plans it.
    pub planner: Option<SmolStr>,
    /// The code of the site that it comes from, or of the component that is closed.
    pub other: Option<SmolStr>,
}

/// What a run proposes.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposalList {
    /// By item and site.
    pub rows: Vec<Listed<PlannedOrder>>,
}

/// What is to be done by a run.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageList {
    /// By item and site.
    pub rows: Vec<Listed<PlanMessage>>,
}

/// What a run proposes, as a list; nothing while it is not done.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn proposal_list(
    read: &mut impl Reading,
    run: JobId,
    filter: &PlanFilter,
) -> Result<ProposalList, StockError> {
    let rows = planned_orders(read, run)?;
    let about = |row: &PlannedOrder| About {
        key: (row.item, row.site),
        number: row.number,
        site: row.from_site,
        item: None,
    };
    Ok(ProposalList { rows: listed(read, rows, about, filter)? })
}

/// What is to be done by a run, as a list; nothing while it is not done.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn message_list(
    read: &mut impl Reading,
    run: JobId,
    filter: &PlanFilter,
) -> Result<MessageList, StockError> {
    let rows = plan_messages(read, run)?;
    let about = |row: &PlanMessage| About {
        key: (row.item, row.site),
        number: row.number,
        site: None,
        item: row.about,
    };
    Ok(MessageList { rows: listed(read, rows, about, filter)? })
}

/// What a row is about.
struct About {
    key: (ItemId, SiteId),
    number: u32,
    /// Another site and another item that it names.
    site: Option<SiteId>,
    item: Option<ItemId>,
}

fn listed<T>(
    read: &mut impl Reading,
    rows: Vec<Arc<T>>,
    about: impl Fn(&T) -> About,
    filter: &PlanFilter,
) -> Result<Vec<Listed<T>>, StockError> {
    let mut kept: Vec<(Arc<T>, About)> = Vec::new();
    for row in rows {
        let of = about(&row);
        let (item, site) = of.key;
        let is_asked = filter.item.is_none_or(|asked| asked == item)
            && filter.site.is_none_or(|asked| asked == site)
            && filter.after.is_none_or(|after| of.number > after);
        if is_asked {
            kept.push((row, of));
        }
    }
    let mut planners: BTreeMap<(ItemId, SiteId), Option<SmolStr>> = BTreeMap::new();
    let keys: Vec<_> = kept.iter().map(|(_, of)| of.key).collect();
    for (key, said) in keys.iter().zip(read.peek_many::<PlanningParameters>(&keys)?) {
        planners.insert(*key, said.and_then(|said| said.planner.clone()));
    }
    let planner = |key: &(ItemId, SiteId)| planners.get(key).cloned().flatten();
    if filter.planner.is_some() {
        kept.retain(|(_, of)| planner(&of.key) == filter.planner);
    }
    kept.truncate(filter.limit.unwrap_or(usize::MAX));
    let ids: Vec<ItemId> =
        kept.iter().flat_map(|(_, of)| [Some(of.key.0), of.item]).flatten().collect();
    let items: BTreeMap<ItemId, Arc<Item>> =
        read.peek_many::<Item>(&ids)?.into_iter().flatten().map(|item| (item.id, item)).collect();
    let ids: Vec<SiteId> =
        kept.iter().flat_map(|(_, of)| [Some(of.key.1), of.site]).flatten().collect();
    let sites: BTreeMap<SiteId, Arc<Site>> =
        read.peek_many::<Site>(&ids)?.into_iter().flatten().map(|site| (site.id, site)).collect();
    let code = |item: ItemId| items.get(&item).map(|item| item.code.clone());
    let place = |site: SiteId| sites.get(&site).map(|site| site.code.clone());
    let listed = kept.into_iter().map(|(row, of)| Listed {
        row,
        item: code(of.key.0).unwrap_or_default(),
        name: items.get(&of.key.0).map(|item| item.name.clone()).unwrap_or_default(),
        site: place(of.key.1).unwrap_or_default(),
        planner: planner(&of.key),
        other: of.site.and_then(place).or_else(|| of.item.and_then(code)),
    });
    Ok(listed.collect())
}

impl PlanAction {
    /// What is to be done, in words that reports translate.
    pub fn word(self) -> &'static str {
        match self {
            PlanAction::Release => "Release it",
            PlanAction::ReleaseLate => "Release it at once",
            PlanAction::Expedite => "Call it in",
            PlanAction::Defer => "Put it off",
            PlanAction::Cancel => "Cancel it",
            PlanAction::Overdue => "Ask where it is",
            PlanAction::Short => "Find a way: it is short",
            PlanAction::Correct => "Correct what is said",
        }
    }
}

impl PlanReason {
    /// Why, in words that reports translate.
    pub fn word(self) -> &'static str {
        match self {
            PlanReason::Needed => "somebody needs it",
            PlanReason::SafetyStock => "it keeps the safety stock up",
            PlanReason::NotNeeded => "nobody needs it",
            PlanReason::NoSource => "nothing says where it comes from",
            PlanReason::Fence => "it lies within the planning time fence",
            PlanReason::LeadTime => "what is ordered today comes later",
            PlanReason::NoBill => "the bill of the firm order is gone",
            PlanReason::ComponentClosed => "a component is closed",
            PlanReason::NoSendingSite => "the sending site does not keep it",
        }
    }
}

impl PegKind {
    /// Whom it is for, in words that reports translate.
    pub fn word(self) -> &'static str {
        match self {
            PegKind::Promise => "For the promise",
            PegKind::Forecast => "For the forecast",
            PegKind::Order => "For what is made of it",
            PegKind::BelowZero => "For what lies below zero",
            PegKind::Free => "For nobody yet: safety stock, or a larger lot",
        }
    }
}

impl ProposalList {
    /// It as people look at it.
    pub fn to_report(&self) -> Report {
        let texts = ["Article", "Name", "Site", "Source", "From site", "Version", "Planner"];
        let mut report = Report::new(word("What is proposed"))
            .column(Column::count(word("Number")))
            .columns(texts.map(|name| Column::text(word(name))))
            .column(quantities("Quantity"))
            .columns(["Release", "Due"].map(|name| Column::date(word(name))))
            .column(Column::text(word("State")));
        for one in &self.rows {
            let row = &one.row;
            let state = if row.firm.is_some() { word("firm") } else { word("proposed") };
            report.push(Row::new([
                i64::from(row.number).into(),
                one.item.clone().into(),
                one.name.clone().into(),
                one.site.clone().into(),
                row.source.map(|source| word(source.code())).into(),
                one.other.clone().into(),
                row.version.clone().into(),
                one.planner.clone().into(),
                row.quantity.to_decimal().into(),
                row.release_on.into(),
                row.due_on.into(),
                state,
            ]));
        }
        report
    }
}

impl MessageList {
    /// It as people look at it.
    pub fn to_report(&self) -> Report {
        let mut report = Report::new(word("What is to be done"))
            .column(Column::count(word("Number")))
            .columns(
                ["Article", "Name", "Site", "What", "Why"].map(|name| Column::text(word(name))),
            )
            .column(quantities("Quantity"))
            .columns(["Day", "To"].map(|name| Column::date(word(name))))
            .columns(["For", "Planner"].map(|name| Column::text(word(name))));
        for one in &self.rows {
            let row = &one.row;
            let promise = row.promise.map(|_| word("a promise"));
            report.push(Row::new([
                i64::from(row.number).into(),
                one.item.clone().into(),
                one.name.clone().into(),
                one.site.clone().into(),
                word(row.action.word()),
                word(row.reason.word()),
                row.quantity.to_decimal().into(),
                row.day.into(),
                row.to.into(),
                one.other.clone().map(Cell::from).or(promise).unwrap_or(Cell::Empty),
                one.planner.clone().into(),
            ]));
        }
        report
    }
}

impl fmt::Display for ProposalList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl fmt::Display for MessageList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl Stock<'_> {
    /// What the current run proposes, as a list; nothing before the first.
    ///
    /// # Errors
    /// As [`proposal_list`].
    pub fn proposal_list(&self, filter: &PlanFilter) -> Result<ProposalList, StockError> {
        self.view(|view| match current_plan(view)? {
            Some(current) => proposal_list(view, current.run, filter),
            None => Ok(ProposalList { rows: Vec::new() }),
        })
    }

    /// What is to be done by the current run, as a list; nothing before the first.
    ///
    /// # Errors
    /// As [`message_list`].
    pub fn plan_message_list(&self, filter: &PlanFilter) -> Result<MessageList, StockError> {
        self.view(|view| match current_plan(view)? {
            Some(current) => message_list(view, current.run, filter),
            None => Ok(MessageList { rows: Vec::new() }),
        })
    }
}
