//! Why something of planning is refused.

use chrono::NaiveDate;
use fondaco_core::job::JobId;
use fondaco_core::{ErrorCode, Id, ItemId, SiteId};
use smol_str::SmolStr;

use super::FirmOrder;

/// What is wrong with what is said for planning.
#[derive(Debug, Clone, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum PlanningError {
    /// Nothing is said of how the item is planned there.
    #[error("nothing is said of how item {item} is planned at site {site}: set it first")]
    #[kind(NotFound)]
    UnknownPlanning {
        /// The item.
        item: ItemId,
        /// The site.
        site: SiteId,
    },
    /// A figure that can't be.
    #[error("{field} of {item} is {value}, which {why}")]
    #[kind(Invalid)]
    BadPlanning {
        /// The item's code.
        item: SmolStr,
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// Two figures for one day.
    #[error("the forecast of {item} has two figures for {day}: give their sum")]
    #[kind(Invalid)]
    ForecastTwice {
        /// The item's code.
        item: SmolStr,
        /// Which day.
        day: NaiveDate,
    },
    /// A figure for a day that the forecast is not about.
    #[error(
        "the forecast of {item} has a figure for {day}, which is not in {days}: give the days that it replaces"
    )]
    #[kind(Invalid)]
    ForecastBeyond {
        /// The item's code.
        item: SmolStr,
        /// Which day.
        day: NaiveDate,
        /// The days that it replaces.
        days: fondaco_core::DateRange,
    },
    /// A setting of a run that can't be.
    #[error("{field} is {value}, which {why}")]
    #[kind(Invalid)]
    BadPlan {
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// No such run, or one that is not done.
    #[error("there is no planning run {run} that is done: correct the id, or run it to its end")]
    #[kind(NotFound)]
    UnknownPlanRun {
        /// The id as given.
        run: JobId,
    },
    /// A run that people look at.
    #[error("planning run {run} is the current one, or the one before it: forget older ones")]
    #[kind(Refused)]
    RunIsCurrent {
        /// The run.
        run: JobId,
    },
    /// No such message, or of a run that is not done.
    #[error("planning run {run} has no message {number}: correct the number, or the run")]
    #[kind(NotFound)]
    UnknownPlanMessage {
        /// The run.
        run: JobId,
        /// The number as given.
        number: u32,
    },
    /// No such proposal, or of a run that is not done.
    #[error("planning run {run} proposes no order {number}: correct the number, or the run")]
    #[kind(NotFound)]
    UnknownProposal {
        /// The run.
        run: JobId,
        /// The number as given.
        number: u32,
    },
    /// A proposal of a run that is not the current one any more.
    #[error(
        "planning run {run} is not the current one: take the proposal of the current one in its place"
    )]
    #[kind(Conflict)]
    OldProposal {
        /// The run.
        run: JobId,
    },
    /// A proposal that is firm already.
    #[error("order {number} of planning run {run} is firm already, as {firm}")]
    #[kind(Conflict)]
    FirmAlready {
        /// The run.
        run: JobId,
        /// The number.
        number: u32,
        /// The firm order.
        firm: Id<FirmOrder>,
    },
    /// A proposal of a run that didn't know yet of an order that was firmed of the same item.
    #[error(
        "planning run {run} proposes order {number} without knowing of {firm}, which was firmed while it ran: plan again"
    )]
    #[kind(Conflict)]
    FirmedSince {
        /// The run.
        run: JobId,
        /// The number.
        number: u32,
        /// What was firmed of another run.
        firm: Id<FirmOrder>,
    },
    /// No such firm order.
    #[error("there is no firm order {order}: correct the id")]
    #[kind(NotFound)]
    UnknownFirmOrder {
        /// The id as given.
        order: Id<FirmOrder>,
    },
    /// A firm order that was released or dropped.
    #[error("firm order {order} is {status}: nothing can be done with it any more")]
    #[kind(Refused)]
    FirmOrderOver {
        /// Which.
        order: Id<FirmOrder>,
        /// What became of it.
        status: &'static str,
    },
    /// An order of which nothing says where it comes from.
    #[error("nothing says where {item} comes from: set a reorder rule or a bill, and plan again")]
    #[kind(Refused)]
    #[code("order_without_source")]
    NoSource {
        /// The item's code.
        item: SmolStr,
    },
    /// What the planning refuses.
    #[error(transparent)]
    #[inner]
    Mrp(#[from] crate::mrp::MrpError),
}
