//! From what is known of employees to what their slips are computed from.
//!
//! [`Gathering`] reads once what all of a pay group share; [`Gathering::next`] takes employees in chunks, a few trips each, and gives for
//! each a [`PayInput`] or the reason why there is none: who can't be gathered stops nobody else. With a time everything is taken as it was
//! known then, so that an old period gives its old pay.
//!
//! # What is paid
//! - *Pay by the year, month, week and period* is brought to the period, rounded, and prorated over the days on which it holds: over days of
//!   the contract, less days of leave that is not paid.
//! - *Pay by the hour* is what sheets say, each day at its own rate; leave that a component pays counts a day's hours.
//! - *Premiums* are hours of sheets by [`TimeRules`](crate::time::TimeRules) at a multiple of the job's rate; *overtime* is reckoned by whole
//!   weeks, and paid with the period in which a week ends (29 CFR 778.106), or the contract in it. It counts hours of pay by the hour, and of
//!   salaries as [`SalaryHours`](crate::staff::SalaryHours) says.
//! - *Recurring components* are prorated where they say so; else who has one on any day of the period gets it whole, and who changes the pay
//!   group by the one of the last day.

mod context;
mod hours;
mod jobs;
mod lines;
mod overtime;
mod person;
mod values;

pub use context::Gathering;
pub use jobs::employee_rate;
pub(crate) use jobs::reached;

use fondaco_core::PartyId;
use smol_str::SmolStr;

use crate::PayrollError;
use crate::runs::PayInput;

/// An employee's case for a period, or why there is none.
#[derive(Debug, Clone)]
pub struct Gathered {
    /// Who.
    pub employee: PartyId,
    /// Their number.
    pub number: SmolStr,
    /// Whether no contract follows on the period: this is their last pay.
    pub leaves: bool,
    /// What the slip is computed from.
    pub input: Result<PayInput, PayrollError>,
}
