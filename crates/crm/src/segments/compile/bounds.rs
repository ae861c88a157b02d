//! Comparisons of exact numbers as bounds on whole ones.

use rust_decimal::Decimal;

use crate::segments::predicate::Compare;

/// From one whole number to another, both included, or all but those.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) low: i128,
    pub(crate) high: i128,
    pub(crate) negated: bool,
}

/// Beyond all sums: 2^63 of the largest values.
const FAR: i128 = i128::MAX / 2;

impl Bounds {
    /// What stands so to a whole number.
    pub(crate) fn of(compare: Compare, value: i128) -> Bounds {
        Bounds::of_part(compare, value, true)
    }

    /// What stands so to a number that is `floor`, or, where it is not `exact`, between it and the next.
    fn of_part(compare: Compare, floor: i128, exact: bool) -> Bounds {
        let floor = floor.clamp(-FAR, FAR);
        let (low, high) = match compare {
            Compare::Equal | Compare::NotEqual if exact => (floor, floor),
            Compare::Equal | Compare::NotEqual => (1, 0),
            Compare::Less if exact => (i128::MIN, floor - 1),
            Compare::Less | Compare::AtMost => (i128::MIN, floor),
            Compare::AtLeast if exact => (floor, i128::MAX),
            Compare::More | Compare::AtLeast => (floor + 1, i128::MAX),
        };
        Bounds { low, high, negated: compare == Compare::NotEqual }
    }

    /// What stands so to an exact number, in units of 10^-decimals.
    pub(crate) fn scaled(compare: Compare, value: Decimal, decimals: u8) -> Bounds {
        let (floor, exact) = scaled(value, decimals);
        Bounds::of_part(compare, floor, exact)
    }

    #[inline]
    pub(crate) fn holds(self, value: i128) -> bool {
        (self.low <= value && value <= self.high) != self.negated
    }

    /// The bounds within 64 bits, of which the least is no value.
    pub(crate) fn narrow(self) -> (i64, i64) {
        let within = |value: i128| value.clamp(i128::from(i64::MIN) + 1, i128::from(i64::MAX));
        let empty = self.low > self.high
            || self.low > i128::from(i64::MAX)
            || self.high <= i128::from(i64::MIN);
        if empty { (1, 0) } else { (narrowed(within(self.low)), narrowed(within(self.high))) }
    }
}

fn narrowed(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN + 1 } else { i64::MAX })
}

/// A number in units of 10^-decimals: the whole part towards minus infinity, and whether that is all of it.
pub(crate) fn scaled(value: Decimal, decimals: u8) -> (i128, bool) {
    let value = value.normalize();
    let (mantissa, scale) = (value.mantissa(), value.scale());
    match u32::from(decimals).checked_sub(scale) {
        Some(more) => {
            let far = if mantissa < 0 { -FAR } else { FAR };
            (mantissa.checked_mul(10_i128.pow(more)).unwrap_or(far), true)
        }
        None => {
            let cut = 10_i128.pow(scale - u32::from(decimals));
            (mantissa.div_euclid(cut), mantissa.rem_euclid(cut) == 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whole numbers are within the bounds as the exact numbers stand to each other.
        #[test]
        fn bounds_say_what_decimals_say(value in -50_000_i64..50_000, scale in 0_u32..5, whole in -5_000_i64..5_000) {
            let value = Decimal::new(value, scale);
            let held = Decimal::new(whole, 2);
            for compare in [Compare::Equal, Compare::NotEqual, Compare::Less, Compare::AtMost, Compare::More, Compare::AtLeast] {
                let bounds = Bounds::scaled(compare, value, 2);
                prop_assert_eq!(bounds.holds(whole.into()), compare.holds(held.cmp(&value)), "{} {:?} {}", held, compare, value);
                let (low, high) = bounds.narrow();
                prop_assert_eq!((low <= whole && whole <= high) != bounds.negated, compare.holds(held.cmp(&value)));
            }
        }
    }

    #[test]
    fn what_is_beyond_64_bits_bounds_nothing_or_all() {
        let far = Decimal::MAX;
        assert!(!Bounds::scaled(Compare::AtLeast, far, 12).holds(i128::from(i64::MAX)));
        assert_eq!(Bounds::scaled(Compare::AtLeast, far, 12).narrow(), (1, 0));
        assert_eq!(Bounds::scaled(Compare::Less, far, 12).narrow(), (i64::MIN + 1, i64::MAX));
    }
}
