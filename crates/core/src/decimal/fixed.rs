//! Decimals as whole numbers of a declared digit: what columns and hot kernels count in.

use rust_decimal::Decimal;

use super::{MAX_DIGITS, POWERS_OF_TEN, strip_zeros};

const POWERS: [i64; 19] = {
    let mut powers = [1; 19];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// The value counted in units of the `digits`-th decimal: 12.34 with 2 digits is 1234. `None` when
/// digits would be lost or 64 bits are too few.
///
/// ```
/// use fondaco_core::decimal::to_fixed;
/// use rust_decimal::Decimal;
/// assert_eq!(to_fixed(Decimal::new(125, 1), 2), Some(1250));
/// assert_eq!(to_fixed(Decimal::new(1255, 3), 2), None);
/// ```
#[inline]
pub fn to_fixed(value: Decimal, digits: u32) -> Option<i64> {
    match digits.checked_sub(value.scale()) {
        Some(raise) => {
            let units = i64::try_from(value.mantissa()).ok()?;
            match POWERS.get(raise as usize) {
                Some(power) => units.checked_mul(*power),
                None => (units == 0).then_some(0),
            }
        }
        None => to_coarser(value, digits),
    }
}

/// A value written with more digits than wanted is whole all the same when they are zeros.
#[cold]
fn to_coarser(value: Decimal, digits: u32) -> Option<i64> {
    let unit = POWERS_OF_TEN[(value.scale() - digits) as usize] as i128;
    let whole = value.mantissa() % unit == 0;
    whole.then(|| i64::try_from(value.mantissa() / unit).ok())?
}

/// The decimal, in canonical form, of a whole number of units of the `digits`-th decimal: 1234 with
/// 2 digits is 12.34.
///
/// `digits` is a declared constant and at most [`MAX_DIGITS`]; more is a mistake of the program
/// that debug builds catch and others read as [`MAX_DIGITS`].
///
/// ```
/// use fondaco_core::decimal::from_fixed;
/// assert_eq!(from_fixed(-1250, 2).to_string(), "-12.5");
/// ```
#[inline]
pub fn from_fixed(units: i64, digits: u32) -> Decimal {
    debug_assert!(
        digits <= MAX_DIGITS,
        "a decimal has at most {MAX_DIGITS} digits behind the point"
    );
    let (size, scale) = strip_zeros(units.unsigned_abs(), digits.min(MAX_DIGITS));
    Decimal::from_parts(size as u32, (size >> 32) as u32, 0, units < 0, scale)
}
