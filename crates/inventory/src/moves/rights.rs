//! What can be allowed about moves.

use fondaco_core::policy::Permission;

/// Where rights about moves can be restricted to.
const PLACES: &[&str] = &["site", "location", "item", "category"];

/// Move goods: receive, issue, transfer, return.
pub const MOVE: Permission = Permission::new("stock.move", "move goods").within(PLACES).implied();

/// Say that there is more or less than the books say: count, gain, lose, scrap.
pub const ADJUST: Permission =
    Permission::new("stock.adjust", "count and adjust stock, and scrap it")
        .within(PLACES)
        .implied();

/// Take moves back.
pub const REVERSE: Permission =
    Permission::new("stock.reverse", "take moves back").within(PLACES).implied();

/// Lock days against moves.
pub const LOCK: Permission =
    Permission::new("stock.lock", "lock days against moves, and unlock them").within(&["site"]);
