//! What a planning run leaves: itself, which one is current, what it proposes, for whom, and what has to be done.

use chrono::NaiveDate;
use fondaco_core::job::JobId;
use fondaco_core::store::{Field, Record};
use fondaco_core::{Id, ItemId, PartyId, SiteId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Qty;
use crate::levels::{Expected, Reservation};
use crate::planning::FirmOrder;
use crate::replenish::SourceKind;

/// A planning run that is done.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_plan_run", kind = state, key(run))]
pub struct PlanRun {
    /// The job that did it.
    pub run: JobId,
    /// Which of its attempts counts: a job that was killed begins again when what it rests on has changed.
    pub attempt: u32,
    /// Today, as it was planned.
    pub date: NaiveDate,
    /// The last day that is planned.
    pub until: NaiveDate,
    /// How many commits the stock had when it was looked at.
    pub as_of: i64,
    /// How often proposals had been firmed by then.
    pub firmings: i64,
    /// When it was done.
    pub planned_at: Timestamp,
    /// How many items at sites were planned.
    pub items: u32,
    /// How many orders it proposes, firm ones among them.
    pub orders: u32,
    /// How many messages it has.
    pub messages: u32,
}

/// Which run is the current one: one row.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_plan", kind = state, key(plan))]
pub struct CurrentPlan {
    /// Which plan: `main`.
    pub plan: SmolStr,
    /// The current run.
    pub run: JobId,
    /// The one that was current before.
    pub previous: Option<JobId>,
    /// How often proposals were firmed, of whatever run.
    pub firmings: i64,
}

impl CurrentPlan {
    /// The key of the one plan.
    pub fn key() -> SmolStr {
        SmolStr::new_static("main")
    }
}

/// An order that a run proposes, or that was firm when it began.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_planned_order", kind = state, key(run, attempt, number),
    index(by_item(run, attempt, item, site)),
)]
pub struct PlannedOrder {
    /// The run; it counts once that is done.
    pub run: JobId,
    /// Its attempt.
    pub attempt: u32,
    /// Which of its orders, counted from 0.
    pub number: u32,
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// Where it comes from; `None` where nothing says so.
    pub source: Option<SourceKind>,
    /// From whom it is bought.
    pub supplier: Option<PartyId>,
    /// Which site it comes from.
    pub from_site: Option<SiteId>,
    /// By which bill it is made.
    pub version: Option<SmolStr>,
    /// How much of it will be good.
    pub quantity: Qty,
    /// How much is ordered, or begun, so that so much turns out good.
    pub begun: Qty,
    /// When it is to be released.
    pub release_on: NaiveDate,
    /// When it is there.
    pub due_on: NaiveDate,
    /// The firm order that it was when the run began, or has become since.
    pub firm: Option<Id<FirmOrder>>,
    /// The promise that it is for alone, where it is made to order.
    pub for_promise: Option<Id<Reservation>>,
    /// The day on which something was short, so that it was planned; `None` of what was firmed.
    pub short_on: Option<NaiveDate>,
    /// How much was short: needed + safety stock - left - coming, and what is short later; several orders may be for it.
    pub short: Qty,
    /// What was left before that day.
    pub left: Qty,
    /// What comes on that day, without what is planned.
    pub coming: Qty,
    /// What is needed on that day.
    pub needed: Qty,
    /// How much shall be left then: the safety stock.
    pub safety_stock: Qty,
    /// How much more is short later, in the days that one lot is for.
    pub short_later: Qty,
    /// The last of these days.
    pub short_until: Option<NaiveDate>,
}

/// Who needs what an order brings.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PegKind {
    /// What was promised to a document.
    Promise,
    /// What is forecast.
    Forecast,
    /// Another order of the run.
    Order,
    /// What lies there is less than nothing.
    BelowZero,
    /// Nobody: it keeps the safety stock up, or the lot is larger than the need.
    Free,
}

/// So much of an order for somebody who needs it.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_plan_peg", kind = state, key(run, attempt, order, number),
    index(by_promise(run, attempt, promise)), index(by_need(run, attempt, needed_by)),
)]
pub struct PlanPeg {
    /// The run.
    pub run: JobId,
    /// Its attempt.
    pub attempt: u32,
    /// The order.
    pub order: u32,
    /// Which of its pegs, counted from 0.
    pub number: u32,
    /// Who needs it.
    pub kind: PegKind,
    /// How much.
    pub quantity: Qty,
    /// On which day.
    pub needed_on: Option<NaiveDate>,
    /// The promise.
    pub promise: Option<Id<Reservation>>,
    /// The order, by its number; of what is made in passing, the one for which it is.
    pub needed_by: Option<u32>,
    /// What that is an order of.
    pub needed_for: Option<ItemId>,
}

/// What has to be done.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanAction {
    /// Release the order: its day has come.
    Release,
    /// Release the order at once: its day is over.
    ReleaseLate,
    /// Call it in.
    Expedite,
    /// Put it off.
    Defer,
    /// Cancel it.
    Cancel,
    /// Ask where it is.
    Overdue,
    /// Find a way: nothing can be planned for what is short.
    Short,
    /// Correct what is said: it can't be planned by it.
    Correct,
}

/// Why.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanReason {
    /// Somebody needs it.
    Needed,
    /// It keeps the safety stock up.
    SafetyStock,
    /// Nobody needs it.
    NotNeeded,
    /// Nothing says where it comes from.
    NoSource,
    /// It lies within the planning time fence.
    Fence,
    /// Whatever is ordered today comes later.
    LeadTime,
    /// The bill that the firm order is made by is gone: its components are not planned.
    NoBill,
    /// A component is closed, and nothing takes its place: it is planned without it.
    ComponentClosed,
    /// The site that it shall come from doesn't keep it, or gets it from here.
    NoSendingSite,
}

/// A message of a run: what has to be done with what.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_plan_message", kind = state, key(run, attempt, number))]
pub struct PlanMessage {
    /// The run.
    pub run: JobId,
    /// Its attempt.
    pub attempt: u32,
    /// Which of its messages, counted from 0.
    pub number: u32,
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// What is to be done.
    pub action: PlanAction,
    /// Why.
    pub reason: PlanReason,
    /// On which day it is there as things are; of what is short, the first such day.
    pub day: NaiveDate,
    /// The other day: to which it is called in or put off, on which it is there again, when the fence ends.
    pub to: Option<NaiveDate>,
    /// How much it is about.
    pub quantity: Qty,
    /// The proposal that it is about, by its number.
    pub order: Option<u32>,
    /// What is on order that it is about.
    pub expected: Option<Id<Expected>>,
    /// The firm order that it is about, or the transfer that it was released as.
    pub firm: Option<Id<FirmOrder>>,
    /// Who needs it first: a promise.
    pub promise: Option<Id<Reservation>>,
    /// Or an order of the run, by its number.
    pub needed_by: Option<u32>,
    /// What that is an order of; or the component that is closed.
    pub about: Option<ItemId>,
}
