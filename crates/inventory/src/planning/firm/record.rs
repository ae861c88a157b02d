//! Firm orders and what became of them, as they are stored.

use chrono::NaiveDate;
use fondaco_core::job::JobId;
use fondaco_core::store::{Field, Record};
use fondaco_core::{DocumentId, Id, ItemId, PartyId, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Qty;
use crate::levels::{Expected, Reservation};
use crate::replenish::SourceKind;

/// What became of a firm order.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum FirmStatus {
    /// It stands, and each run takes it in.
    Firm,
    /// It is on order, or being made.
    Released,
    /// It is not wanted any more.
    Dropped,
}

/// A planned order that a planner has firmed: no run changes it.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_firm_order", kind = state, key(id), index(by_status(status)), index(by_item(item, site, firming)),
    index(by_expected(expected)),
)]
pub struct FirmOrder {
    /// Its id.
    pub id: Id<FirmOrder>,
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// Where it comes from.
    pub source: Option<SourceKind>,
    /// From whom it is bought.
    pub supplier: Option<PartyId>,
    /// Which site it comes from.
    pub from_site: Option<SiteId>,
    /// By which bill it is made.
    pub version: Option<SmolStr>,
    /// How much of it shall be good, in the item's stock unit.
    pub quantity: Qty,
    /// When it is to be released, by the lead time that the run knew.
    pub release_on: NaiveDate,
    /// When it is there.
    pub due_on: NaiveDate,
    /// What became of it.
    pub status: FirmStatus,
    /// The run that proposed it.
    pub run: JobId,
    /// Under which number.
    pub number: u32,
    /// Which time it was that proposals were firmed, counted from 1 over all runs.
    pub firming: i64,
    /// The customer's promise that it is for alone, where it is made to order.
    pub for_promise: Option<Id<Reservation>>,
    /// The order or work order that it was released as.
    pub document: Option<DocumentId>,
    /// What it is on order as; of a transfer, nothing: it is promised where it is sent from, and then on its way.
    pub expected: Option<Id<Expected>>,
    /// How many steps its history has.
    pub steps: u32,
}

/// What was done with a firm order.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirmStep {
    /// It was firmed.
    Firmed,
    /// It was changed.
    Changed,
    /// It was released.
    Released,
    /// It was dropped.
    Dropped,
}

/// A step in the history of a firm order.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_firm_order_step", kind = fact, key(order, step))]
pub struct FirmOrderStep {
    /// The firm order.
    pub order: Id<FirmOrder>,
    /// Which step, counted from 0.
    pub step: u32,
    /// What was done.
    pub what: FirmStep,
    /// How much it was about from then on.
    pub quantity: Qty,
    /// When it was to be there.
    pub due_on: NaiveDate,
    /// When it was done.
    pub recorded_at: Timestamp,
}

/// What was promised to a firm order when it was released: the components of what is made, or the goods that another site sends.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_released_promise", kind = state, key(promise))]
pub struct ReleasedPromise {
    /// The promise.
    pub promise: Id<Reservation>,
    /// The firm order that takes it.
    pub order: Id<FirmOrder>,
    /// The day on which it is taken, where nothing else is said of the document.
    pub wanted_on: NaiveDate,
}

/// The day on which what is promised to a document is wanted.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_wanted_day", kind = state, key(document))]
pub struct WantedDay {
    /// The document.
    pub document: DocumentId,
    /// The day.
    pub wanted_on: NaiveDate,
}
