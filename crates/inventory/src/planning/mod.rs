//! Planning on the store: what is said for it beside reorder rules, what is forecast, runs that propose orders, and what becomes of those.
//!
//! A [reorder rule](crate::replenish::ReorderRule) says where an item comes from, how long that takes, and what can be ordered; with
//! [`ReplenishmentPolicy::Planned`](crate::replenish::ReplenishmentPolicy::Planned) nothing is told at a reorder point. [`SetPlanning`] says
//! the rest, item by item and site by site: lots, fences, safety time, who plans it. [`RecordForecast`] says what is expected to be
//! wanted on which days, [`SetWantedDay`] when what is promised is. [Bills](crate::bills) say what is made of what.
//!
//! # A run
//! [`Stock::plan`](crate::Stock::plan) reads all of it at one moment, with what is usable (neither in quarantine nor expired), promised, on
//! order and on its way; plans by the [kernel](crate::mrp); and writes [`PlannedOrder`]s, [`PlanPeg`]s that say for whom each is, and
//! [`PlanMessage`]s. It is a [job](fondaco_core::job): its last commit makes it the [current](current_plan) run, and the one before stays
//! readable; [`compare_plans`] tells what has changed, [`explain_proposal`] why an order is proposed.
//!
//! What is planned is what has the policy `Planned`, or parameters, a forecast, or a firm order; and all that these take, down through
//! bills and transfers to what is bought. Where no rule says otherwise, what has a bill that holds for the site is made, and what has
//! none has no source: the run says what is short of it.
//!
//! # A proposal
//! [`FirmProposals`] makes firm orders of proposals, which stay as they are in the next runs ([`ChangeFirmOrder`], [`DropFirmOrder`]), until
//! [`ReleaseFirmOrder`] puts them on order, and promises what they take to them. Each step is kept ([`firm_order_history`]).

mod error;
mod firm;
mod forecast;
mod parameters;
mod read;
mod record;
pub mod rights;
mod run;

pub use error::PlanningError;
pub use firm::{
    ChangeFirmOrder, DropFirmOrder, FirmOrder, FirmOrderStep, FirmProposals, FirmStatus, FirmStep,
    ReleaseFirmOrder, Released, ReleasedPromise, SetWantedDay, WantedDay, firm_order_history,
    firm_orders,
};
pub use forecast::{Expectation, ForecastLine, RecordForecast};
pub use parameters::{LotSizing, RemovePlanning, SetPlanning};
pub use read::{forecast_of, parameters, parameters_of};
pub use record::{CostRule, ForecastBucket, LotKind, PlanningParameters};
pub use run::{
    CurrentPlan, ForgetRuns, Forgotten, Ground, Listed, MessageList, PegKind, PlanAction,
    PlanBuckets, PlanChange, PlanCursor, PlanDifference, PlanFilter, PlanMessage, PlanPeg,
    PlanReason, PlanReport, PlanRun, PlanSettings, PlannedOrder, PlanningRun, ProposalList,
    compare_plans, current_plan, explain_plan_message, explain_promise, explain_proposal,
    message_list, plan_messages, plan_pegs, plan_run, planned_orders, proposal_list,
};

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

/// What the engine has of planning.
pub(crate) static PART: Part = Part::new(&[
    PlanningParameters::TABLE,
    ForecastBucket::TABLE,
    WantedDay::TABLE,
    PlanRun::TABLE,
    CurrentPlan::TABLE,
    PlannedOrder::TABLE,
    PlanPeg::TABLE,
    PlanMessage::TABLE,
    FirmOrder::TABLE,
    FirmOrderStep::TABLE,
    ReleasedPromise::TABLE,
])
.permissions(&[
    &rights::SET,
    &rights::FORECAST,
    &rights::PLAN,
    &rights::DECIDE,
    &rights::SET_WANTED,
])
.jobs(&["stock.plan"])
.verified_by(run::verify);
