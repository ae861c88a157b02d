//! Whole numbers that say when they have no room.

use fondaco_core::Rounding;

use super::op::Fault;

/// 10 to the power of the index.
const POWERS: [i128; 38] = {
    let mut powers = [1; 38];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

pub(crate) fn power(of_ten: u8) -> Result<i128, Fault> {
    POWERS.get(usize::from(of_ten)).copied().ok_or(Fault::TooLarge)
}

#[inline]
pub(crate) fn add(a: i128, b: i128) -> Result<i128, Fault> {
    a.checked_add(b).ok_or(Fault::TooLarge)
}

#[inline]
pub(crate) fn sub(a: i128, b: i128) -> Result<i128, Fault> {
    a.checked_sub(b).ok_or(Fault::TooLarge)
}

/// A product of two that fit 64 bits, as nearly all do, is one multiplication and always has room.
#[inline]
pub(crate) fn mul(a: i128, b: i128) -> Result<i128, Fault> {
    let (short_a, short_b) = (a as i64, b as i64);
    if i128::from(short_a) == a && i128::from(short_b) == b {
        return Ok(i128::from(short_a) * i128::from(short_b));
    }
    a.checked_mul(b).ok_or(Fault::TooLarge)
}

#[inline]
pub(crate) fn divide(a: i128, b: i128, rounding: Rounding) -> Result<i128, Fault> {
    rounding.divide(a, b).ok_or(if b == 0 { Fault::DividedByZero } else { Fault::TooLarge })
}

/// A value with fewer digits.
#[inline]
pub(crate) fn round(a: i128, digits: u8, rounding: Rounding) -> Result<i128, Fault> {
    divide(a, power(digits)?, rounding)
}
