//! Plans and counts, as they are stored.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record};
use fondaco_core::{Id, ItemId, Rate, SiteId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Qty;
use crate::ordering::Tolerance;

/// How the items of a class are counted at a site.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_count_plan", kind = state, key(site, class), guard(all()))]
pub struct CountPlan {
    /// The site.
    pub site: SiteId,
    /// The class: `A`.
    pub class: SmolStr,
    /// Each item is counted once in so many days.
    pub every_days: u32,
    /// So many days, its own included, a count may take before it is missed.
    pub within_days: u32,
    /// By which share of the record a count may miss it and still be right.
    pub tolerance: Option<Rate>,
}

impl CountPlan {
    /// By how much a count may miss the record.
    pub fn tolerance(&self) -> Tolerance {
        let share = self.tolerance.map_or_else(Default::default, Rate::factor);
        Tolerance::new(share, Decimal::ZERO)
    }
}

/// An item that is counted by a plan.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_counted_item", kind = state, key(item, site), index(by_plan(site, class)),
    guard(by_plan(site, class)),
)]
pub struct CountedItem {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The class of its plan.
    pub class: SmolStr,
    /// When it is counted next.
    pub next_on: NaiveDate,
    /// The count that is due now.
    pub open: Option<Id<CycleCount>>,
}

/// What became of a count.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CountStatus {
    /// It is to be done.
    Due,
    /// It was done.
    Done,
    /// Nobody counted in time.
    Missed,
    /// Its item is not counted any more.
    Withdrawn,
}

/// A count that fell due.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_cycle_count", kind = state, key(id), index(by_open(open, until)),
    index(by_plan(site, class, due_on)),
)]
pub struct CycleCount {
    /// Its id.
    pub id: Id<CycleCount>,
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The class of the plan.
    pub class: SmolStr,
    /// The day on which it fell due.
    pub due_on: NaiveDate,
    /// The last day on which it is in time.
    pub until: NaiveDate,
    /// What became of it.
    pub status: CountStatus,
    /// The site, while it is to be done.
    pub open: Option<SiteId>,
    /// The day on which it was counted.
    pub counted_on: Option<NaiveDate>,
    /// What the books said for the end of that day, in the item's stock unit.
    pub recorded: Qty,
    /// What was there.
    pub counted: Qty,
    /// Whether that is within the plan's tolerance of what the books said.
    pub is_right: Option<bool>,
}
