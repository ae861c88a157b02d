//! What can be allowed about promises.

use fondaco_core::policy::Permission;

/// Reserve stock for a document.
pub const RESERVE: Permission = Permission::new("stock.reserve", "promise stock")
    .within(&["site", "item", "category"])
    .implied();

/// Give reserved stock back.
pub const RELEASE: Permission =
    Permission::new("stock.release", "release promised stock").within(&["site"]).implied();

/// Say what is on order.
pub const ANNOUNCE: Permission =
    Permission::new("stock.announce", "say what is on order").within(&["site"]).implied();

/// End reservations whose time is over: for the program that lets the clock tick.
pub const EXPIRE: Permission =
    Permission::new("stock.expire", "end reservations and lots by the clock");
