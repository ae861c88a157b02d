//! What can be allowed about replenishment.

use fondaco_core::policy::Permission;

/// Say how items are replenished, and what vendors ask.
pub const SET: Permission =
    Permission::new("stock.set_reorder", "set reorder rules and vendors' prices")
        .within(&["site", "item", "category"]);

/// Review what is to be ordered.
pub const REVIEW: Permission =
    Permission::new("stock.review", "review what is to be ordered").within(&["site"]);
