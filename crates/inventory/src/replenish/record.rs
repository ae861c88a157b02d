//! What is stored of replenishment: rules, what vendors ask, what was told and what was proposed.

use chrono::NaiveDate;
use fondaco_core::job::JobId;
use fondaco_core::store::{Field, Record};
use fondaco_core::tx::Measure;
use fondaco_core::{ItemId, PartyId, SiteId, Timestamp, UnitPrice};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Qty;
use crate::levels::Stock;

/// When something is ordered, and how much.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyKind {
    /// (r, Q): as many lots of one size as bring the position above the reorder point.
    ReorderPoint,
    /// (s, S) and min-max: up to a level, as soon as the position is at the reorder point or below.
    OrderUpTo,
    /// (T, S): up to a level, on the days of review.
    Periodic,
    /// Cards of containers: as many containers as were emptied.
    Kanban,
    /// Planning runs say when, and how much.
    Planned,
}

impl PolicyKind {
    /// Whether what falls to a reorder point is told.
    pub(crate) fn has_point(self) -> bool {
        !matches!(self, PolicyKind::Periodic | PolicyKind::Planned)
    }
}

/// Where what is ordered comes from.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// It is bought.
    Buy,
    /// It is made.
    Make,
    /// It comes from another site.
    Transfer,
}

/// How an item is replenished at a site. All quantities are in the item's stock unit.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_reorder_rule", kind = state, key(item, site), guard(all()))]
pub struct ReorderRule {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// When, and how much.
    pub policy: PolicyKind,
    /// The reorder point: a position at it or below is told. Not used where the policy is periodic, or planned.
    pub point: Qty,
    /// The level up to which is ordered; 0 where lots of one size are ordered.
    pub up_to: Qty,
    /// The size of a lot or a container; 0 where it is ordered up to a level.
    pub lot: Qty,
    /// Every how many days it is reviewed; 0 where the policy is not periodic.
    pub every_days: u32,
    /// The first day of review.
    pub first_review: Option<NaiveDate>,
    /// The safety stock: less than that available is told apart. 0 for none.
    pub safety_stock: Qty,
    /// The least that can be ordered; 0 for any.
    pub minimum: Qty,
    /// What an order has to be a multiple of; 0 for nothing.
    pub multiple: Qty,
    /// The most that can be ordered at once; 0 for any.
    pub maximum: Qty,
    /// How many working days of the calendar it takes from the order until the goods are there; where there is no calendar, days.
    pub lead_time_days: u32,
    /// The calendar; `None` for the site's.
    pub calendar: Option<SmolStr>,
    /// Where it comes from.
    pub source: SourceKind,
    /// From whom it is bought; `None` for who is cheapest.
    pub supplier: Option<PartyId>,
    /// Which site it comes from.
    pub from_site: Option<SiteId>,
}

impl ReorderRule {
    /// What a shortage says of its line: the reorder point, or the safety stock.
    pub(crate) fn told_as(&self, line: ShortageLine) -> Qty {
        match line {
            ShortageLine::Reorder => self.point,
            ShortageLine::Safety => self.safety_stock,
        }
    }

    /// The least that a line's measure may be before it is told, if the rule has the line.
    pub(crate) fn least(&self, line: ShortageLine) -> Option<(Measure<Stock>, i64)> {
        match line {
            ShortageLine::Reorder if !self.policy.has_point() => None,
            ShortageLine::Reorder => Some((Stock::POSITION, self.point.units().saturating_add(1))),
            ShortageLine::Safety => {
                Some((Stock::AVAILABLE, self.safety_stock.units())).filter(|(_, least)| *least > 0)
            }
        }
    }
}

/// What a vendor asks for an item, from a quantity on.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_vendor_price", kind = state, key(item, supplier, from), guard(by_item(item)),
    guard(by_item_supplier(item, supplier)),
)]
pub struct VendorPrice {
    /// The item.
    pub item: ItemId,
    /// The vendor.
    pub supplier: PartyId,
    /// The least quantity for this price, in the item's stock unit.
    pub from: Qty,
    /// The price.
    pub price: UnitPrice,
    /// How many working days he takes; `None` for what the rule says.
    pub lead_time_days: Option<u32>,
}

/// Which line something fell below.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ShortageLine {
    /// The inventory position is at the reorder point or below.
    Reorder,
    /// Less than the safety stock is available.
    Safety,
}

/// That a shortage was told: it is there from the commit in which the line was crossed until the one in which it is covered, so that the
/// same shortage is never told twice. Its figures are as they were told; [`shortages`](super::shortages) has them as they are by now.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_shortage", kind = state, key(item, site, line))]
pub struct Shortage {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// Which line.
    pub line: ShortageLine,
    /// When it was told.
    pub since: Timestamp,
    /// What the position, or what is available, had come to.
    pub level: Qty,
    /// The reorder point, or the safety stock.
    pub least: Qty,
    /// How much to order was suggested; 0 for a safety stock, and where nothing could be suggested.
    pub suggested: Qty,
    /// When it would be there if it is ordered at once.
    pub due_on: Option<NaiveDate>,
}

/// An order that a review proposes.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_proposal", kind = state, key(review, item, site))]
pub struct Proposal {
    /// The review; it counts once that is done.
    pub review: JobId,
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The inventory position that was found.
    pub position: Qty,
    /// How much to order, in the item's stock unit.
    pub quantity: Qty,
    /// In how many orders: no order is above the most that can be ordered at once.
    pub orders: u32,
    /// Where it comes from.
    pub source: SourceKind,
    /// From whom.
    pub supplier: Option<PartyId>,
    /// From which site.
    pub from_site: Option<SiteId>,
    /// The price that it reaches.
    pub price: Option<UnitPrice>,
    /// When it would be there.
    pub due_on: NaiveDate,
}

/// The last review of an item whose policy is periodic.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_reviewed", kind = state, key(item, site))]
pub struct Reviewed {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The day of the review.
    pub on: NaiveDate,
    /// Which review; it counts once that is done.
    pub review: JobId,
}
