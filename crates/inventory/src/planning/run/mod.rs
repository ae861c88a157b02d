//! The planning run: a [job](fondaco_core::job) that reads the stock at one moment, plans, and writes what it proposes.
//!
//! [`Ground::read`] reads it all from one snapshot; [`PlanningRun::of`] has the [kernel](crate::mrp) plan it; the chunks of the job write
//! orders, pegs and messages, and its last commit makes the run the current one. Until then nobody sees it, and afterwards the run before
//! stays readable. A run that was killed goes on where it was if what it rests on is the same; else it begins again, and what it had
//! written is what nobody reads. A run that looked at the stock earlier than the current one did, and ends later, doesn't take its place.

mod committed;
mod compare;
mod expiring;
mod forget;
mod ground;
mod job;
mod list;
mod read;
mod record;
mod results;
mod said;
mod sent;
mod settings;
mod sourcing;
mod transit;
mod verify;
mod why;

pub use compare::{PlanChange, PlanDifference, compare_plans};
pub use forget::{ForgetRuns, Forgotten};
pub use ground::Ground;
pub use job::{PlanCursor, PlanReport, PlanningRun};
pub use list::{Listed, MessageList, PlanFilter, ProposalList, message_list, proposal_list};
pub use read::{current_plan, plan_messages, plan_pegs, plan_run, planned_orders};
pub use record::{
    CurrentPlan, PegKind, PlanAction, PlanMessage, PlanPeg, PlanReason, PlanRun, PlannedOrder,
};
pub use settings::{PlanBuckets, PlanSettings};
pub(super) use verify::verify;
pub use why::{explain_plan_message, explain_promise, explain_proposal};
