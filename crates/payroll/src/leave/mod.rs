//! Leave, as payroll needs it: entitlements that accrue, what goes over into the next year and lapses, requests against balances.
//!
//! [`leave_account`] is a plain function of a [`LeavePolicy`] and [`LeaveFacts`]: no counter is kept, so nothing can come apart. A request
//! is judged by the account with it, day by day: nowhere may it leave less than the policy's floor.

mod ask;
mod balance;
mod erased;
mod error;
mod liability;
mod policy;
mod read;
mod record;
mod request;

pub(crate) use ask::day_hours;
pub use ask::{DecideLeave, LeaveDecision, RequestLeave, RequestLeaves};
pub use balance::{Employment, LeaveEvent, LeaveFacts, LeaveLine, leave_account, leave_balance};
pub use error::LeaveError;
pub use liability::{LeaveLiability, leave_liability, liability_by_centre};
pub use policy::{Accrual, CarryOver, LeavePolicy, LeaveUnit, Seniority, Share};
pub use read::{leave_left, leave_lines, leave_requests};
pub use record::{DefineLeavePolicy, GrantLeave, LeaveGrant, NewGrant, StoredPolicy, leave_policy};
pub use request::{LeaveDay, LeaveRequest, LeaveStatus};

use fondaco_core::engine::Part;
use fondaco_core::store::Record;

/// What the engine has of leave.
pub(crate) static PART: Part =
    Part::new(&[StoredPolicy::TABLE, LeaveGrant::TABLE, LeaveRequest::TABLE]).hears(erased::hear);

#[cfg(test)]
mod tests;
