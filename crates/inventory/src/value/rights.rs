//! What can be allowed about value.

use fondaco_core::policy::Permission;

/// Say how items are costed.
pub const SET_COSTING: Permission =
    Permission::new("stock.set_costing", "say how items are costed").within(&["item", "category"]);

/// Change what stock costs: landed costs, prices, standards, write-downs.
pub const REVALUE: Permission =
    Permission::new("stock.revalue", "change what stock costs: freight, prices, write-downs")
        .within(&["site", "item", "category"])
        .implied();
