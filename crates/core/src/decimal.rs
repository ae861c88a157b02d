//! Exact decimals: strict reading, one canonical form, arithmetic that is exact or says that it is
//! not.
//!
//! [`rust_decimal`] is the type that public APIs speak. Its operators panic when a result does not
//! fit, its checked ones drop digits in silence (`MAX + 0.4` is `MAX`), and it reads `1e3` and
//! `1_000`. The functions here close those gaps. They work on the 96-bit digits, 28 of them behind
//! the point at most, and promise the canonical form: no zeros at the end, and zero without a sign,
//! so that equal values are equal bytes.

use std::fmt;

use rust_decimal::Decimal;

mod fixed;
mod parse;
pub(crate) mod wide;

pub mod as_text;

pub use fixed::{from_fixed, to_fixed};
pub use parse::parse;

use crate::names::ErrorKind;
use crate::rounding::Rounding;
use wide::mul_div;

/// The most digits behind the point that a decimal holds.
pub const MAX_DIGITS: u32 = 28;

/// 10 to the power of the index.
pub(crate) const POWERS_OF_TEN: [u128; 39] = {
    let mut powers = [1; 39];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// What can go wrong with a decimal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecimalError {
    /// The text is not a plain decimal.
    #[error("{text:?} is not a decimal: write it with digits and a point, such as -12.34")]
    Syntax {
        /// The text as given.
        text: String,
    },
    /// The value has more digits than a decimal holds.
    #[error("{text:?} has more digits than can be held exactly, which is 28")]
    TooManyDigits {
        /// The text as given.
        text: String,
    },
    /// The result is larger than a decimal can be, about 7.9e28.
    #[error("the result is too large for a decimal of 28 digits")]
    Overflow,
    /// The exact result has more digits than a decimal holds.
    #[error("the exact result has more than 28 digits: round one of the values first")]
    Inexact,
    /// A division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A value that must be above zero is not.
    #[error("{value} must be above zero")]
    NotPositive {
        /// The value as given.
        value: Decimal,
    },
}

impl DecimalError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::{ErrorKind, decimal};
    /// let error = decimal::parse("1e3").unwrap_err();
    /// assert_eq!((error.code(), error.kind()), ("core.decimal_syntax", ErrorKind::Invalid));
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            DecimalError::Syntax { .. } => "core.decimal_syntax",
            DecimalError::TooManyDigits { .. } => "core.decimal_too_many_digits",
            DecimalError::Overflow => "core.overflow",
            DecimalError::Inexact => "core.inexact",
            DecimalError::DivisionByZero => "core.division_by_zero",
            DecimalError::NotPositive { .. } => "core.not_positive",
        }
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

/// The canonical form: no zeros at the end, and zero without a sign.
///
/// ```
/// use fondaco_core::decimal;
/// use rust_decimal::Decimal;
/// assert_eq!(decimal::normalize(Decimal::new(12_340, 3)).to_string(), "12.34");
/// assert_eq!(decimal::normalize(-Decimal::ZERO).to_string(), "0");
/// ```
#[inline]
pub fn normalize(value: Decimal) -> Decimal {
    let already = value.scale() == 0 && !value.is_sign_negative();
    if already {
        return value;
    }
    from_parts(value.mantissa().unsigned_abs(), value.is_sign_negative(), value.scale())
        .unwrap_or(value)
}

/// `a + b`, exactly.
///
/// ```
/// use fondaco_core::decimal::{self, DecimalError};
/// use rust_decimal::Decimal;
/// assert_eq!(decimal::add(Decimal::new(15, 1), Decimal::new(25, 1)), Ok(Decimal::new(4, 0)));
/// assert_eq!(decimal::add(Decimal::MAX, Decimal::new(4, 1)), Err(DecimalError::Inexact));
/// assert_eq!(decimal::add(Decimal::MAX, Decimal::ONE), Err(DecimalError::Overflow));
/// ```
///
/// # Errors
/// [`DecimalError::Overflow`] when the sum is too large, [`DecimalError::Inexact`] when it has too
/// many digits.
#[inline]
pub fn add(a: Decimal, b: Decimal) -> Result<Decimal, DecimalError> {
    match aligned_sum(a, b).or_else(|| aligned_sum(normalize(a), normalize(b))) {
        Some(sum) => Ok(sum),
        None => Err(misfit(a.checked_add(b))),
    }
}

/// `a - b`, exactly.
///
/// ```
/// use fondaco_core::decimal;
/// use rust_decimal::Decimal;
/// assert_eq!(decimal::sub(Decimal::ONE, Decimal::new(1, 2)), Ok(Decimal::new(99, 2)));
/// ```
///
/// # Errors
/// As [`add`].
#[inline]
pub fn sub(a: Decimal, b: Decimal) -> Result<Decimal, DecimalError> {
    add(a, -b)
}

/// The sum over the finer of the two scales, where that has room.
///
/// In canonical form the finer value ends in a digit other than zero, and so does the sum: what has
/// no room here has none at all.
#[inline]
fn aligned_sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale().max(b.scale());
    let sum = mantissa_at(a, scale)?.checked_add(mantissa_at(b, scale)?)?;
    from_parts(sum.unsigned_abs(), sum < 0, scale)
}

#[inline]
fn mantissa_at(value: Decimal, scale: u32) -> Option<i128> {
    match scale - value.scale() {
        0 => Some(value.mantissa()),
        // At most 28 digits, so the power is below 2^94.
        finer => value.mantissa().checked_mul(POWERS_OF_TEN[finer as usize] as i128),
    }
}

/// `a × b`, exactly. For a product that may be rounded see [`mul_round`].
///
/// ```
/// use fondaco_core::decimal::{self, DecimalError};
/// use rust_decimal::Decimal;
/// assert_eq!(decimal::mul_exact(Decimal::new(15, 1), Decimal::new(2, 0)), Ok(Decimal::new(3, 0)));
/// let tiny = Decimal::new(1, 20);
/// assert_eq!(decimal::mul_exact(tiny, tiny), Err(DecimalError::Inexact));
/// ```
///
/// # Errors
/// [`DecimalError::Overflow`] when the product is too large, [`DecimalError::Inexact`] when it has
/// too many digits.
pub fn mul_exact(a: Decimal, b: Decimal) -> Result<Decimal, DecimalError> {
    let negative = a.is_sign_negative() != b.is_sign_negative();
    let (mut x, mut y) = (size(a), size(b));
    let mut scale = a.scale() + b.scale();
    let direct = x.checked_mul(y).and_then(|product| from_parts(product, negative, scale));
    if let Some(product) = direct {
        return Ok(product);
    }
    // Every ten in the product is a two in one factor and a five in the other, or a ten in one of
    // them.
    for (p, q) in [(10, 1), (1, 10), (2, 5), (5, 2)] {
        while scale > 0 && x.is_multiple_of(p) && y.is_multiple_of(q) {
            (x, y, scale) = (x / p, y / q, scale - 1);
        }
    }
    let product = x.checked_mul(y).and_then(|product| from_parts(product, negative, scale));
    product.ok_or_else(|| misfit(a.checked_mul(b)))
}

/// `a × b`, rounded once, from the exact product, to a number of digits.
///
/// ```
/// use fondaco_core::{Rounding, decimal};
/// use rust_decimal::Decimal;
/// let (price, rate) = (Decimal::new(1050, 2), Decimal::new(19, 2));
/// assert_eq!(decimal::mul_round(price, rate, 2, Rounding::HalfUp), Ok(Decimal::new(200, 2)));
/// ```
///
/// # Errors
/// [`DecimalError::Overflow`] when the rounded product does not fit.
pub fn mul_round(
    a: Decimal,
    b: Decimal,
    digits: u32,
    rounding: Rounding,
) -> Result<Decimal, DecimalError> {
    let digits = digits.min(MAX_DIGITS);
    let negative = a.is_sign_negative() != b.is_sign_negative();
    let (x, y, scale) = (size(a), size(b), a.scale() + b.scale());
    let Some(excess) = scale.checked_sub(digits) else {
        return mul_exact(a, b).map_err(|_| DecimalError::Overflow);
    };
    // The product is divided by 10^excess in two steps, as 10^56 has no room. What the first step
    // drops can only break a tie in the second.
    let (first, second) = (excess.min(38), excess.saturating_sub(38));
    let (quotient, rest) =
        mul_div(x, y, POWERS_OF_TEN[first as usize]).ok_or(DecimalError::Overflow)?;
    let rounded = if second == 0 {
        rounding.quotient(quotient, rest, POWERS_OF_TEN[first as usize], negative)
    } else {
        let unit = POWERS_OF_TEN[second as usize];
        rounding.quotient(
            quotient / unit,
            2 * (quotient % unit) + u128::from(rest != 0),
            2 * unit,
            negative,
        )
    };
    from_parts(rounded, negative, digits).ok_or(DecimalError::Overflow)
}

/// `a ÷ b`, rounded once, from the exact quotient, to a number of digits.
///
/// ```
/// use fondaco_core::{Rounding, decimal};
/// use rust_decimal::Decimal;
/// let third = decimal::div_round(Decimal::from(20), Decimal::from(3), 2, Rounding::HalfUp);
/// assert_eq!(third, Ok(Decimal::new(667, 2)));
/// ```
///
/// # Errors
/// [`DecimalError::DivisionByZero`], and [`DecimalError::Overflow`] when the rounded quotient does
/// not fit.
pub fn div_round(
    a: Decimal,
    b: Decimal,
    digits: u32,
    rounding: Rounding,
) -> Result<Decimal, DecimalError> {
    if b.is_zero() {
        return Err(DecimalError::DivisionByZero);
    }
    let digits = digits.min(MAX_DIGITS);
    let negative = a.is_sign_negative() != b.is_sign_negative();
    // a / b = |a| * 10^raise / |b|, counted in units of the last digit.
    let raise = i64::from(digits) + i64::from(b.scale()) - i64::from(a.scale());
    let (quotient, rest, divisor) =
        scaled_quotient(size(a), raise, size(b)).ok_or(DecimalError::Overflow)?;
    let rounded = rounding.quotient(quotient, rest, divisor, negative);
    from_parts(rounded, negative, digits).ok_or(DecimalError::Overflow)
}

/// Quotient, rest and divisor of `x * 10^raise / y`, for a raise from -28 to 56. `None` when the
/// quotient has no room.
fn scaled_quotient(x: u128, raise: i64, y: u128) -> Option<(u128, u128, u128)> {
    let power = |digits: i64| POWERS_OF_TEN[digits.unsigned_abs() as usize];
    if raise < 0 {
        // A divisor without room is larger than twice any value of 96 bits: saturated it still
        // gives the same answer.
        let divisor = y.saturating_mul(power(raise));
        return Some((x / divisor, x % divisor, divisor));
    }
    let (first, second) = (raise.min(38), (raise - 38).max(0));
    let (quotient, rest) = mul_div(x, power(first), y)?;
    let (finer, rest) = mul_div(rest, power(second), y)?;
    Some((quotient.checked_mul(power(second))?.checked_add(finer)?, rest, y))
}

fn size(value: Decimal) -> u128 {
    value.mantissa().unsigned_abs()
}

/// Why an exact result did not fit, seen from the one that may drop digits.
#[cold]
fn misfit(near: Option<Decimal>) -> DecimalError {
    match near {
        Some(_) => DecimalError::Inexact,
        None => DecimalError::Overflow,
    }
}

/// The decimal of digits, sign and scale in canonical form; `None` when it does not fit.
#[inline]
pub(crate) fn from_parts(size: u128, negative: bool, scale: u32) -> Option<Decimal> {
    let (size, scale) = match u64::try_from(size) {
        Ok(size) => {
            let (size, scale) = strip_zeros(size, scale);
            (u128::from(size), scale)
        }
        Err(_) => strip_zeros_wide(size, scale),
    };
    let fits = scale <= MAX_DIGITS && size >> 96 == 0;
    fits.then(|| {
        Decimal::from_parts(size as u32, (size >> 32) as u32, (size >> 64) as u32, negative, scale)
    })
}

#[inline]
fn strip_zeros(mut size: u64, mut scale: u32) -> (u64, u32) {
    if size == 0 {
        return (0, 0);
    }
    while scale > 0 && size.is_multiple_of(10) {
        (size, scale) = (size / 10, scale - 1);
    }
    (size, scale)
}

#[cold]
fn strip_zeros_wide(mut size: u128, mut scale: u32) -> (u128, u32) {
    while scale > 0 && size.is_multiple_of(10) {
        (size, scale) = (size / 10, scale - 1);
    }
    (size, scale)
}

/// A value written with at least so many digits behind the point: `1234.5` with 2 as `1234.50`.
pub(crate) struct Padded {
    pub(crate) value: Decimal,
    pub(crate) digits: u32,
}

impl fmt::Display for Padded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.digits.saturating_sub(self.value.scale()) as usize;
        let point = if self.value.scale() == 0 && missing > 0 { "." } else { "" };
        write!(f, "{}{point}{:0<missing$}", self.value, "")
    }
}

/// Pads a figure to a column. A precision, to which `pad` would cut the text, is passed over: digits are never cut in
/// passing.
pub(crate) fn pad_whole(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if f.precision().is_some() { f.write_str(text) } else { f.pad(text) }
}

#[cfg(test)]
mod tests;
