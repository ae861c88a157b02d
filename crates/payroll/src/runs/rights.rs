//! What can be allowed about runs.

use fondaco_core::policy::Permission;

/// Store rule books.
pub const KEEP_RULES: Permission =
    Permission::new("payroll.keep_rules", "store files of payroll rules");

/// Create, compute, reopen and cancel runs, and change single slips.
pub const CALCULATE: Permission =
    Permission::new("payroll.calculate", "create and compute payroll runs").within(&["calendar"]);

/// Approve runs that somebody else computed.
pub const APPROVE: Permission =
    Permission::new("payroll.approve", "approve payroll runs").limited().within(&["calendar"]);

/// Post and close runs.
pub const POST: Permission =
    Permission::new("payroll.post", "post and close payroll runs").within(&["calendar"]);

/// Say that money has left or come back.
pub const PAY: Permission =
    Permission::new("payroll.pay", "record payments of payroll runs and their return")
        .within(&["calendar"]);

/// Void slips.
pub const VOID: Permission = Permission::new("payroll.void", "void slips").within(&["calendar"]);

/// Set loans, orders and other deductions, and say what was repaid.
pub const DEDUCT: Permission =
    Permission::new("payroll.set_deduction", "set loans, orders and other deductions");

/// Enter what was summed up before this payroll began.
pub const OPEN: Permission =
    Permission::new("payroll.open_sums", "enter year-to-date sums of before");
