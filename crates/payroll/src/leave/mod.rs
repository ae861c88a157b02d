//! Leave, as payroll needs it: entitlements that accrue, what goes over into the next year and lapses, requests against balances.
//!
//! [`leave_account`] is a plain function of a [`LeavePolicy`] and [`LeaveFacts`]: no counter is kept, so nothing can come apart. A request
//! is judged by the account with it, day by day: nowhere may it leave less than the policy's floor.

mod balance;
mod error;
mod policy;
mod request;

pub use balance::{Employment, LeaveEvent, LeaveFacts, LeaveLine, leave_account, leave_balance};
pub use error::LeaveError;
pub use policy::{Accrual, CarryOver, LeavePolicy, LeaveUnit, Seniority, Share};
pub use request::{LeaveDay, LeaveRequest, LeaveStatus};
