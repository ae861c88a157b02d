//! Periodic review: the inventory position is looked at once per period.
//!
//! | policy | what happens at a review | model | source |
//! |---|---|---|---|
//! | (s, S) | at or below s it is filled up to S | [`MinMaxReview`] | Y.-S. Zheng, A. Federgruen 1991; R. Ehrhardt, C. Mosier 1984 |
//! | (T, S) | it is filled up to S, whatever it is | [`OrderUpTo`] | G. Hadley, T. M. Whitin 1963 |
//!
//! The inventory position is what is on hand and on order, less what is owed.

mod min_max;
mod order_up_to;
mod power;
mod renewal;

#[cfg(test)]
mod tests;

pub use min_max::{MinMaxPlan, MinMaxReview};
pub use order_up_to::{OrderUpTo, OrderUpToPlan};
