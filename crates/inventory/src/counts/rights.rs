//! What can be allowed about cycle counts. Who records a count needs the right to adjust stock, which its moves ask for.

use fondaco_core::policy::Permission;

/// Say how often items are counted.
pub const PLAN: Permission =
    Permission::new("stock.plan_counts", "plan cycle counts").within(&["site"]);

/// Call counts that are due: for the program that lets the clock tick.
pub const CALL: Permission = Permission::new("stock.call_counts", "call cycle counts by the clock");
