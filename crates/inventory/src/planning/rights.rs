//! What can be allowed about planning.

use fondaco_core::policy::Permission;

/// Say how items are planned.
pub const SET: Permission = Permission::new("stock.set_planning", "say how items are planned")
    .within(&["site", "item", "category"]);

/// Record what is expected to be wanted.
pub const FORECAST: Permission = Permission::new("stock.forecast", "record forecasts of demand")
    .within(&["site", "item", "category"]);
