//! Rounding with a name: which digit stays is a decision, so every rounding says which rule it
//! follows.
//!
//! Laws and habits differ (half-even in banking, half-up on invoices, down by statute in wage tax),
//! so there is no default here. All of it is exact integer arithmetic on the decimal's digits.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::decimal::{DecimalError, POWERS_OF_TEN, from_parts, normalize};

/// What becomes of the digits that are dropped. The sign counts as written: `Up` and `Down` look at
/// the amount without its sign, `Ceiling` and `Floor` with it.
///
/// | | 2.5 | 3.5 | -2.5 | 2.1 | -2.1 |
/// |---|---|---|---|---|---|
/// | `HalfUp` | 3 | 4 | -3 | 2 | -2 |
/// | `HalfDown` | 2 | 3 | -2 | 2 | -2 |
/// | `HalfEven` | 2 | 4 | -2 | 2 | -2 |
/// | `Up` | 3 | 4 | -3 | 3 | -3 |
/// | `Down` | 2 | 3 | -2 | 2 | -2 |
/// | `Ceiling` | 3 | 4 | -2 | 3 | -2 |
/// | `Floor` | 2 | 3 | -3 | 2 | -3 |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest; from the middle away from zero. What invoices and most tax laws mean by
    /// "commercial rounding".
    HalfUp,
    /// To the nearest; from the middle towards zero.
    HalfDown,
    /// To the nearest; from the middle to the even digit ("banker's rounding"), which has no bias
    /// over many roundings.
    HalfEven,
    /// Away from zero.
    Up,
    /// Towards zero: the dropped digits are cut off.
    Down,
    /// Towards positive infinity.
    Ceiling,
    /// Towards negative infinity.
    Floor,
}

impl Rounding {
    /// The whole quotient of a division, rounded by this rule: what kernels count scaled integers with.
    ///
    /// `None` when the divisor is zero, or the quotient has no room (`i128::MIN` by -1).
    ///
    /// ```
    /// use fondaco_core::Rounding;
    /// assert_eq!(Rounding::HalfUp.divide(-5, 2), Some(-3));
    /// assert_eq!(Rounding::HalfEven.divide(-5, 2), Some(-2));
    /// assert_eq!(Rounding::HalfUp.divide(5, 0), None);
    /// ```
    #[inline]
    pub fn divide(self, dividend: i128, divisor: i128) -> Option<i128> {
        let (size, by) = (dividend.unsigned_abs(), divisor.unsigned_abs());
        let negative = (dividend < 0) != (divisor < 0);
        let whole = size.checked_div(by)?;
        let rounded = i128::try_from(self.quotient(whole, size - whole * by, by, negative)).ok()?;
        Some(if negative { -rounded } else { rounded })
    }

    /// Whether the digits that stay are raised by one (away from zero), given what was dropped.
    pub(crate) fn raises(self, dropped: Dropped, negative: bool, odd: bool) -> bool {
        use Dropped::{Half, LessThanHalf, MoreThanHalf, Nothing};
        match (self, dropped) {
            (_, Nothing) | (Rounding::Down, _) => false,
            (Rounding::Up, _) => true,
            (Rounding::Ceiling, _) => !negative,
            (Rounding::Floor, _) => negative,
            (_, LessThanHalf) => false,
            (_, MoreThanHalf) => true,
            (Rounding::HalfUp, Half) => true,
            (Rounding::HalfDown, Half) => false,
            (Rounding::HalfEven, Half) => odd,
        }
    }

    /// The whole quotient `|dividend| / divisor`, rounded as if it had the sign `negative`. The
    /// divisor is not zero.
    pub(crate) fn quotient(
        self,
        quotient: u128,
        rest: u128,
        divisor: u128,
        negative: bool,
    ) -> u128 {
        let raise = self.raises(Dropped::of(rest, divisor), negative, quotient % 2 == 1);
        // A raised quotient had a rest, so the divisor was two or more, and there is room.
        quotient + u128::from(raise)
    }
}

/// The size of what a rounding drops, seen from one unit of what stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dropped {
    Nothing,
    LessThanHalf,
    Half,
    MoreThanHalf,
}

impl Dropped {
    /// Classifies the rest of a division. `rest < divisor`.
    pub(crate) fn of(rest: u128, divisor: u128) -> Dropped {
        if rest == 0 {
            return Dropped::Nothing;
        }
        match rest.cmp(&(divisor - rest)) {
            std::cmp::Ordering::Less => Dropped::LessThanHalf,
            std::cmp::Ordering::Equal => Dropped::Half,
            std::cmp::Ordering::Greater => Dropped::MoreThanHalf,
        }
    }
}

/// Rounds to a number of decimal digits. A value that has no more digits stays what it is.
///
/// ```
/// use fondaco_core::{Rounding, decimal, rounding};
/// let price = decimal::parse("2.345")?;
/// assert_eq!(rounding::round(price, 2, Rounding::HalfUp).to_string(), "2.35");
/// assert_eq!(rounding::round(price, 2, Rounding::HalfEven).to_string(), "2.34");
/// assert_eq!(rounding::round(-price, 0, Rounding::Floor).to_string(), "-3");
/// # Ok::<(), decimal::DecimalError>(())
/// ```
pub fn round(value: Decimal, digits: u32, rounding: Rounding) -> Decimal {
    if value.scale() <= digits {
        return normalize(value);
    }
    let negative = value.is_sign_negative();
    let size = value.mantissa().unsigned_abs();
    let unit = POWERS_OF_TEN[(value.scale() - digits) as usize];
    let rounded = rounding.quotient(size / unit, size % unit, unit, negative);
    // Dropping a digit divides by ten and adds at most one, so the result fits whenever the value
    // did.
    from_parts(rounded, negative, digits).unwrap_or(value)
}

/// Rounds to a multiple of an increment, such as 0.05 or 1000.
///
/// ```
/// use fondaco_core::{Rounding, decimal, rounding};
/// let (amount, step) = (decimal::parse("12.38")?, decimal::parse("0.05")?);
/// assert_eq!(rounding::round_to_increment(amount, step, Rounding::HalfUp)?.to_string(), "12.4");
/// # Ok::<(), decimal::DecimalError>(())
/// ```
///
/// # Errors
/// [`DecimalError::NotPositive`] when the increment is zero or negative, [`DecimalError::Overflow`]
/// when the multiple, or the value counted in the increment's digits, is too large to be held.
pub fn round_to_increment(
    value: Decimal,
    increment: Decimal,
    rounding: Rounding,
) -> Result<Decimal, DecimalError> {
    let (value, increment) = (normalize(value), normalize(increment));
    if increment.is_zero() || increment.is_sign_negative() {
        return Err(DecimalError::NotPositive { value: increment });
    }
    let scale = value.scale().max(increment.scale());
    let in_units = |of: Decimal| {
        of.mantissa().unsigned_abs().checked_mul(POWERS_OF_TEN[(scale - of.scale()) as usize])
    };
    let size = in_units(value).ok_or(DecimalError::Overflow)?;
    // An increment too large to count is larger than twice any value: its double does not change
    // the answer.
    let step = in_units(increment).unwrap_or(u128::MAX);
    let negative = value.is_sign_negative();
    let steps = rounding.quotient(size / step, size % step, step, negative);
    let multiple =
        increment.mantissa().unsigned_abs().checked_mul(steps).ok_or(DecimalError::Overflow)?;
    from_parts(multiple, negative, increment.scale()).ok_or(DecimalError::Overflow)
}

#[cfg(test)]
mod tests;
