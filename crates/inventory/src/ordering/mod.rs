//! Ordering, promising, picking and counting: the small sums between a need and an order.
//!
//! - [`modifiers`]: minimum, multiple and maximum of an order; [`prices`]: the cheapest way to cover a need.
//! - [`atp`]: what can be promised for when, without breaking an older promise.
//! - [`picking`]: which lots to take: first expired, first in, last in, nearest.
//! - [`counting`]: which items to count on which working day, and how accurate the records were.
//! - [`variances`]: standard cost against actual cost, by cause.
//! - [`units`]: quantities from one unit to another by factors of the caller's.
//!
//! Quantities and money are exact decimals.

pub mod atp;
pub mod counting;
pub mod modifiers;
pub mod picking;
pub mod prices;
pub mod units;
pub mod variances;

pub use atp::{Atp, Capable, Wanted, available_to_promise, capable_dates};
pub use counting::{
    Accuracy, CountClass, CountLoad, Counted, PlannedCount, Tolerance, count_accuracy, count_load,
    count_plan,
};
pub use modifiers::OrderModifiers;
pub use picking::{LeftOut, Lot, Pick, PickBy, PickRule, Picking, Unfit, pick};
pub use prices::{Price, PriceList, Purchase};
pub use units::convert;
pub use variances::{StandardCost, Variances};
