//! What can be allowed about planning.

use fondaco_core::policy::Permission;

/// Say how items are planned.
pub const SET: Permission = Permission::new("stock.set_planning", "say how items are planned")
    .within(&["site", "item", "category"]);

/// Record what is expected to be wanted.
pub const FORECAST: Permission = Permission::new("stock.forecast", "record forecasts of demand")
    .within(&["site", "item", "category"]);

/// Run the planning.
pub const PLAN: Permission = Permission::new("stock.plan", "run the planning");

/// Firm, change, drop and release proposals. What is released needs the rights to announce and to promise besides.
pub const DECIDE: Permission = Permission::new(
    "stock.decide_plan",
    "firm, change, drop and release proposals of the planning",
)
.within(&["site", "item", "category"]);

/// Say when what is promised is wanted.
pub const SET_WANTED: Permission =
    Permission::new("stock.set_wanted_day", "say when what is promised is wanted");
