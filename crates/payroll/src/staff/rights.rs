//! What can be allowed of employees, their pay and their hours.
//!
//! | permission | allows |
//! |---|---|
//! | `payroll.set_up` | to define pay groups, open their years, and to define components, pay scales and policies of leave |
//! | `payroll.keep_staff` | to take employees on, and to record their contracts, jobs, cards, accounts and balances |
//! | `payroll.enter_pay` | to enter what is paid or withheld once |
//! | `payroll.enter_time` | to enter hours |
//! | `payroll.request_leave` | to ask for leave, and to withdraw a request |
//! | `payroll.decide_leave` | to approve and refuse requests; who asked for it may not approve it |

use fondaco_core::policy::Permission;

pub use crate::calendars::SET_UP;

/// Take employees on, and record what is agreed with them.
pub const KEEP_STAFF: Permission = Permission::new(
    "payroll.keep_staff",
    "take employees on; record contracts, jobs, cards, accounts, balances",
);
/// Enter what is paid or withheld once.
pub const ENTER_PAY: Permission =
    Permission::new("payroll.enter_pay", "enter what is paid or withheld once");
/// Enter hours.
pub const ENTER_TIME: Permission = Permission::new("payroll.enter_time", "enter hours");
/// Ask for leave.
pub const REQUEST_LEAVE: Permission =
    Permission::new("payroll.request_leave", "ask for leave, withdraw a request");
/// Approve and refuse leave.
pub const DECIDE_LEAVE: Permission =
    Permission::new("payroll.decide_leave", "approve and refuse requests for leave");
