//! Exact amounts to the cent: the only rounding and summing the documents do.
//!
//! Source amounts have up to four decimals and are never negative. A booked amount is rounded
//! half-up to two decimals, each on its own, and totals are sums of rounded parts: the difference
//! to a rounded total goes nowhere.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

/// The largest amount a document may hold: a product with [`LARGEST_QUANTITY`] and a sum of a
/// hundred million of them stay exact.
pub const LARGEST_AMOUNT: Decimal = Decimal::from_parts(1_410_065_407, 2, 0, false, 0);

/// The largest quantity of a line, in units.
pub const LARGEST_QUANTITY: Decimal = Decimal::from_parts(99_999_999, 0, 0, false, 0);

/// An amount grew past what decimals hold exactly. Can't happen with documents inside
/// [`LARGEST_AMOUNT`] and [`LARGEST_QUANTITY`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "an amount is larger than decimals can hold exactly: \
             keep amounts under {LARGEST_AMOUNT} and quantities under {LARGEST_QUANTITY}"
        )
    }
}

impl std::error::Error for TooLarge {}

/// `amount` rounded half-up to the cent, written with exactly two decimals. Amounts are not
/// negative, so away from zero is up.
pub fn cents(amount: Decimal) -> Decimal {
    let mut rounded = amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(2);
    rounded
}

/// `left` + `right`.
///
/// # Errors
/// [`TooLarge`] instead of an overflow.
pub fn plus(left: Decimal, right: Decimal) -> Result<Decimal, TooLarge> {
    left.checked_add(right).ok_or(TooLarge)
}

/// `left` x `right`, exact: four decimals by four digits at most.
///
/// # Errors
/// [`TooLarge`] instead of an overflow.
pub fn times(left: Decimal, right: Decimal) -> Result<Decimal, TooLarge> {
    left.checked_mul(right).ok_or(TooLarge)
}

/// The sum of `amounts`; zero for none.
///
/// # Errors
/// [`TooLarge`] instead of an overflow.
pub fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Result<Decimal, TooLarge> {
    amounts.into_iter().try_fold(Decimal::ZERO, plus)
}
