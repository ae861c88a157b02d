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

/// A quotient of two that fit 64 bits, as nearly all do, takes a tenth of the time.
#[inline]
pub(crate) fn divide(a: i128, b: i128, rounding: Rounding) -> Result<i128, Fault> {
    if let (Ok(short_a), Ok(short_b)) = (i64::try_from(a), i64::try_from(b))
        && short_b != 0
    {
        let (size, by) = (short_a.unsigned_abs(), short_b.unsigned_abs());
        return Ok(rounded(size / by, size % by, by, (a < 0) != (b < 0), rounding));
    }
    rounding.divide(a, b).ok_or(if b == 0 { Fault::DividedByZero } else { Fault::TooLarge })
}

/// A value with fewer digits. Over a power of ten that is known when this is compiled, a quotient is a multiplication.
#[inline]
pub(crate) fn round(a: i128, digits: u8, rounding: Rounding) -> Result<i128, Fault> {
    let Ok(short) = i64::try_from(a) else { return divide(a, power(digits)?, rounding) };
    let size = short.unsigned_abs();
    let (whole, rest, by) = match digits {
        1 => over::<10>(size),
        2 => over::<100>(size),
        3 => over::<1_000>(size),
        4 => over::<10_000>(size),
        5 => over::<100_000>(size),
        6 => over::<1_000_000>(size),
        7 => over::<10_000_000>(size),
        8 => over::<100_000_000>(size),
        _ => return divide(a, power(digits)?, rounding),
    };
    Ok(rounded(whole, rest, by, short < 0, rounding))
}

#[inline]
fn over<const BY: u64>(size: u64) -> (u64, u64, u64) {
    (size / BY, size % BY, BY)
}

/// A quotient whose divisor is below 2^63 + 1, rounded.
#[inline]
fn rounded(whole: u64, rest: u64, by: u64, negative: bool, rounding: Rounding) -> i128 {
    // Half of a divisor that is odd is between two rests.
    let (half, is_even) = (by / 2, by.is_multiple_of(2));
    let raises = match rounding {
        Rounding::Down => false,
        Rounding::Up => rest > 0,
        Rounding::Ceiling => rest > 0 && !negative,
        Rounding::Floor => rest > 0 && negative,
        Rounding::HalfUp => rest > half || (is_even && rest == half && rest > 0),
        Rounding::HalfDown => rest > half,
        Rounding::HalfEven => {
            rest > half || (is_even && rest == half && rest > 0 && !whole.is_multiple_of(2))
        }
    };
    let size = i128::from(whole) + i128::from(raises);
    if negative { -size } else { size }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Rounding; 7] = [
        Rounding::Down,
        Rounding::Up,
        Rounding::Ceiling,
        Rounding::Floor,
        Rounding::HalfUp,
        Rounding::HalfDown,
        Rounding::HalfEven,
    ];

    /// Figures of every size, small ones above all, where halves are met.
    fn figure() -> impl Strategy<Value = i128> {
        prop_oneof![
            -1000_i128..1000,
            any::<i64>().prop_map(i128::from),
            any::<i128>().prop_map(|wide| wide / 1000),
            Just(i128::from(i64::MIN)),
            Just(i128::from(i64::MAX) + 1),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// The short way says what the long one says.
        #[test]
        fn quotients_of_64_bits_are_those_of_128(a in figure(), b in figure(), digits in 0_u8..12) {
            for rounding in ALL {
                let long = rounding.divide(a, b);
                prop_assert_eq!(divide(a, b, rounding).ok(), long, "{} / {} {:?}", a, b, rounding);
                let tens = rounding.divide(a, POWERS[usize::from(digits)]);
                prop_assert_eq!(round(a, digits, rounding).ok(), tens, "{} {} {:?}", a, digits, rounding);
            }
        }
    }
}
