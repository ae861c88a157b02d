//! Why something about leave is refused.

use chrono::NaiveDate;
use fondaco_core::{ErrorCode, Id};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::LeaveRequest;

/// A policy of leave that can't be, or a request that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum LeaveError {
    /// A setting that can't be.
    #[error("leave policy {policy}: {field} is {value}, which {why}")]
    #[kind(Invalid)]
    #[code("bad_leave_policy")]
    BadPolicy {
        /// The policy.
        policy: SmolStr,
        /// Which setting.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// No such policy.
    #[error("there is no leave policy {policy}: define it first, or correct the code")]
    #[kind(NotFound)]
    UnknownLeavePolicy {
        /// The code as given.
        policy: SmolStr,
    },
    /// Nobody said that the employee has such leave.
    #[error(
        "employee {employee} has no leave {policy} on {day}: grant the policy from that day on, or take other leave"
    )]
    #[kind(Refused)]
    NoLeave {
        /// The employee's number.
        employee: SmolStr,
        /// The policy.
        policy: SmolStr,
        /// The first day on which it is missing.
        day: NaiveDate,
    },
    /// The balance would go below its floor.
    #[error(
        "employee {employee}: {wanted} of leave {policy} would leave {left} on {day}, below {floor}: take fewer days, or later ones"
    )]
    #[kind(Refused)]
    LeaveShort {
        /// The employee's number.
        employee: SmolStr,
        /// The policy.
        policy: SmolStr,
        /// How much was asked for.
        wanted: Decimal,
        /// On which day.
        day: NaiveDate,
        /// What would be left.
        left: Decimal,
        /// What has to be.
        floor: Decimal,
    },
    /// Days for which leave was asked for already.
    #[error(
        "employee {employee} is on leave on {day} already: withdraw that request first, or give other days"
    )]
    #[kind(Conflict)]
    LeaveTwice {
        /// The employee's number.
        employee: SmolStr,
        /// The first such day.
        day: NaiveDate,
    },
    /// Days on which nobody works anyway, or an amount that doesn't go with them.
    #[error("employee {employee}: leave of {amount} on {days} {why}")]
    #[kind(Invalid)]
    BadLeave {
        /// The employee's number.
        employee: SmolStr,
        /// How much.
        amount: Decimal,
        /// On which days.
        days: SmolStr,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// No such request.
    #[error("there is no request for leave {request}: correct the id")]
    #[kind(NotFound)]
    UnknownLeaveRequest {
        /// The id as given.
        request: Id<LeaveRequest>,
    },
    /// A request of which something else was decided.
    #[error("request for leave {request} is {status}: {way_out}")]
    #[kind(Refused)]
    LeaveDecided {
        /// Which.
        request: Id<LeaveRequest>,
        /// How it stands.
        status: &'static str,
        /// What to do instead.
        way_out: &'static str,
    },
    /// Leave that lies in a period that is closed.
    #[error(
        "employee {employee}: {day} lies in a period that is closed: record what changed as a correction of pay"
    )]
    #[kind(Refused)]
    LeaveClosed {
        /// The employee's number.
        employee: SmolStr,
        /// The day.
        day: NaiveDate,
    },
}
