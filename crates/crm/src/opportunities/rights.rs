//! What can be allowed of opportunities.
//!
//! | permission | allows |
//! |---|---|
//! | `crm.sell` | to open, change and end opportunities |
//!
//! Pipelines are set up by whoever may `crm.set_up`.

use fondaco_core::policy::Permission;

/// Open, change and end opportunities.
pub const SELL: Permission = Permission::new("crm.sell", "open, change and end opportunities");
