//! What is stored of value: how items are costed, what stock costs now, and every change of it.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Rare, Record};
use fondaco_core::{DocumentId, Id, ItemId, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::items::Lot;
use crate::moves::Move;
use crate::valuation::{Cause, Framework, Method, Price};
use crate::{Qty, Val};

/// What a move that is dated before others of its stock does to what was posted for those.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LateMoves {
    /// It stays: what is late is costed as if it came last.
    #[default]
    Keep,
    /// The stock is costed again in the order of days, and what comes out otherwise is posted as corrections, on days that are open.
    Replay,
}

/// How a company values its stock: one row, from when it does.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_costing", kind = state, key(stock))]
pub struct Costing {
    /// Which stock: `main`.
    pub stock: SmolStr,
    /// The standards that its books keep; `None` refuses no method.
    pub framework: Option<Framework>,
    /// What moves do that are dated before others.
    pub late: LateMoves,
}

/// For what a rule of costing holds: the nearest counts.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CostScope {
    /// All items.
    Company,
    /// Those of a category, and of those under it.
    Category,
    /// One item.
    Item,
}

/// How items are costed: of the item, else of the nearest category, else of the company.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_cost_rule", kind = state, key(scope, of), guard(all()))]
pub struct CostRule {
    /// For what it holds.
    pub scope: CostScope,
    /// The category's code or the item's id; empty for the company.
    pub of: SmolStr,
    /// Which cost leaves with what is issued; `None` on an item that only says its cost.
    pub method: Option<Method>,
    /// What one stock unit costs: the standard, or what is known before anything came in.
    pub cost: Option<Price>,
}

/// What stock of one item at one site costs now: its own goods, those in transit to the site included.
///
/// It is there from the first move that was valued. Whatever changes the value of the item at the site changes this row, so who rests on
/// it rests on all of that.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_cost", kind = state, key(item, site))]
pub struct StockCost {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// How what leaves is costed.
    pub method: Method,
    /// How much is valued, in the item's stock unit; below zero where more was issued than came in.
    pub quantity: Qty,
    /// What that cost.
    pub cost: Val,
    /// By how much it is written down below cost.
    pub written_down: Val,
    /// What [`known_per`](StockCost::known_per) costs, by the standard or the last known cost.
    pub known_value: Option<Val>,
    /// For how many that is.
    pub known_per: Option<Qty>,
    /// How many layers and issues below zero it ever had: they are numbered so.
    pub numbered: i64,
    /// How what left was costed when it began: where it is costed again, it begins so.
    pub first_method: Method,
    /// What one was known to cost then.
    pub first_cost: Option<Price>,
}

impl StockCost {
    /// What it is carried at: its cost, less what it is written down by.
    ///
    /// ```
    /// use fondaco_core::{ItemId, SiteId};
    /// use fondaco_inventory::valuation::Method;
    /// use fondaco_inventory::value::StockCost;
    /// use fondaco_inventory::{Qty, Val};
    /// let bolts = StockCost {
    ///     item: ItemId::named("M8x40"),
    ///     site: SiteId::named("MAIN"),
    ///     method: Method::Fifo,
    ///     quantity: Qty::from_units(5_000_000),
    ///     cost: Val::from_units(100_000),
    ///     written_down: Val::from_units(20_000),
    ///     known_value: None,
    ///     known_per: None,
    ///     numbered: 1,
    ///     first_method: Method::Fifo,
    ///     first_cost: None,
    /// };
    /// assert_eq!(bolts.value().to_decimal().to_string(), "8");
    /// ```
    pub fn value(&self) -> Val {
        Val::from_units(self.cost.units().saturating_sub(self.written_down.units()))
    }
}

/// What is left of a receipt, at its cost: a layer that is open. What is used up has no row.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_cost_layer", kind = state, key(item, site, queue, date, number))]
pub struct CostLayer {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// Which queue it stands in: its lot, where each has its own cost; all zeros where the oldest or the latest leaves first.
    pub queue: Id<Lot>,
    /// The day it came.
    pub date: NaiveDate,
    /// Its number, by which those of one day stand as they came.
    pub number: i64,
    /// The move that brought it.
    pub id: Id<Move>,
    /// Its lot.
    pub lot: Rare<Id<Lot>>,
    /// How much is left.
    pub quantity: Qty,
    /// What that cost.
    pub value: Val,
}

/// What was issued below zero and is not covered by a receipt yet. What is covered has no row.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_cost_debt", kind = state, key(item, site, number))]
pub struct CostDebt {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// Its number, by which they are covered as they were issued.
    pub number: i64,
    /// The issue.
    pub of: Id<Move>,
    /// How much is not covered.
    pub quantity: Qty,
    /// What that was issued at.
    pub value: Val,
}

/// One change of the value of stock: a fact for the ledger. Those of an item at a site sum to what its stock is worth there, and their
/// quantities to what is valued.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_value", kind = fact, key(by, number), index(by_item(item, site, date)), index(by_of(of)),
    index(by_layer(layer)),
)]
pub struct ValueEntry {
    /// The move, or the change of a cost, that was recorded when it came about.
    pub by: Id<Move>,
    /// Which of its facts it is, from 0.
    pub number: u32,
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The day it counts from.
    pub date: NaiveDate,
    /// Why.
    pub cause: Cause,
    /// How much came in (above zero) or went out with it; zero where only the value changed.
    pub quantity: Qty,
    /// By how much the value of the stock rose, or fell (below zero).
    pub value: Val,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Whose cost it is, where that is an earlier move than [`by`](ValueEntry::by), which is corrected.
    pub of: Rare<Id<Move>>,
    /// The layer it lies in or was taken from, by the move that brought it, where that is another than whose cost it is.
    pub layer: Rare<Id<Move>>,
}

impl ValueEntry {
    /// Whose cost it is: that of [`by`](ValueEntry::by), or of an earlier move that is corrected.
    pub fn about(&self) -> Id<Move> {
        self.of.copied().unwrap_or(self.by)
    }
}

/// What the value of an item at a site changed by on a day: what values as of a day are added up from.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_value_day", kind = counter, key(item, site, date))]
pub struct ValueDay {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The day.
    pub date: NaiveDate,
    /// How much more was valued at its end.
    pub quantity: Qty,
    /// By how much the value rose, or fell (below zero).
    pub value: Val,
}

/// What changed what stock costs, other than a move of it.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CostChangeKind {
    /// What lay there began to be valued.
    Opening,
    /// It is costed by another method.
    Method,
    /// It has another standard cost, or its average is set.
    Standard,
    /// Freight, duty or the like came upon a receipt.
    Landed,
    /// A receipt cost something else than was booked.
    Price,
    /// It is worth what it can be sold for.
    NetRealisable,
}

/// That something else than a move changed what stock of an item costs at a site. Its facts of value are those that name it.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_cost_change", kind = fact, key(id), index(by_document(document)), index(by_item(item, site)))]
pub struct CostChange {
    /// Its id, among those of moves.
    pub id: Id<Move>,
    /// What changed.
    pub kind: CostChangeKind,
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The day from which it counts.
    pub date: NaiveDate,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The receipt that it is about.
    pub of: Rare<Id<Move>>,
    /// The lot, of what began to be valued.
    pub lot: Rare<Id<Lot>>,
    /// How much began to be valued.
    pub quantity: Rare<Qty>,
    /// By how much a receipt costs more, or what began to be valued cost.
    pub value: Rare<Val>,
    /// What one costs, or can be sold for.
    pub price: Rare<Price>,
    /// The method.
    pub method: Rare<Method>,
    /// The document that it belongs to.
    pub document: Option<DocumentId>,
}

impl CostChange {
    /// A change of nothing yet.
    pub(super) fn new(
        id: Id<Move>,
        kind: CostChangeKind,
        (item, site): (ItemId, SiteId),
        (date, recorded_at): (NaiveDate, Timestamp),
    ) -> CostChange {
        CostChange {
            id,
            kind,
            item,
            site,
            date,
            recorded_at,
            of: None.into(),
            lot: None.into(),
            quantity: None.into(),
            value: None.into(),
            price: None.into(),
            method: None.into(),
            document: None,
        }
    }
}
