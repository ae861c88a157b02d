//! Numbers: sign, groups, point.

use rust_decimal::Decimal;

use super::Locale;
use crate::decimal::{POWERS_OF_TEN, from_parts};

impl Locale {
    /// Appends a number that has no more than `digits` digits after the point, with exactly so many.
    pub(crate) fn push_number(&self, out: &mut String, value: Decimal, digits: u32) {
        if value.is_sign_negative() && !value.is_zero() {
            out.push_str(&self.minus);
        }
        // A decimal has at most 29 digits, 28 of them after the point.
        let mut buffer = [b'0'; 64];
        let size = value.mantissa().unsigned_abs();
        let start = write_digits(&mut buffer, size, value.scale() as usize);
        let point = buffer.len() - value.scale() as usize;
        self.push_groups(out, buffer.get(start..point).unwrap_or_default());
        if digits > 0 {
            out.push_str(&self.decimal_mark);
            let fraction = buffer.get(point..).unwrap_or_default();
            fraction.iter().for_each(|digit| out.push(char::from(*digit)));
            (value.scale()..digits).for_each(|_| out.push('0'));
        }
    }

    /// Whole digits, with a mark wherever a group ends.
    fn push_groups(&self, out: &mut String, digits: &[u8]) {
        let whole = digits.len();
        let first = usize::from(self.groups.first().copied().unwrap_or(0));
        let few = whole < first + usize::from(self.least_leading.max(1));
        for (at, digit) in digits.iter().enumerate() {
            if at > 0 && !few && self.group_ends(whole - at) {
                out.push_str(&self.group_mark);
            }
            out.push(char::from(*digit));
        }
    }

    /// Whether a group ends where so many digits are left.
    fn group_ends(&self, mut left: usize) -> bool {
        let Some((last, others)) = self.groups.split_last() else { return false };
        for size in others.iter().copied().map(usize::from) {
            match left {
                0 => return false,
                _ if left == size => return true,
                _ => left = left.saturating_sub(size),
            }
        }
        *last > 0 && left > 0 && left.is_multiple_of(usize::from(*last))
    }

    /// A number as axes show it: `1.2 M`, by the largest power with a name that `largest` reaches.
    pub(crate) fn short_number(&self, value: Decimal, largest: Decimal) -> String {
        let fitting = self.powers.iter().rev().find_map(|(power, name)| {
            let size = POWERS_OF_TEN.get(usize::from(*power))?;
            let unit = from_parts(*size, false, 0)?;
            (largest.abs() >= unit).then_some((unit, name))
        });
        let Some((unit, name)) = fitting else { return self.whole(value) };
        let shown = value.checked_div(unit).unwrap_or(value);
        if shown.is_zero() { self.whole(shown) } else { format!("{}{name}", self.whole(shown)) }
    }
}

/// Writes digits to the end of the buffer, one more than `after_point` at least; where they begin.
fn write_digits(buffer: &mut [u8; 64], size: u128, after_point: usize) -> usize {
    let least = buffer.len() - after_point - 1;
    let mut start = buffer.len();
    match u64::try_from(size) {
        Ok(size) => start = write_u64(buffer, size, start),
        Err(_) => {
            // 29 digits at most: two parts of 64 bits.
            let half = 10_000_000_000_000_000u128;
            let (high, low) = ((size / half) as u64, (size % half) as u64);
            write_u64(buffer, low, start);
            start = write_u64(buffer, high, start - 16);
        }
    }
    start.min(least)
}

fn write_u64(buffer: &mut [u8; 64], mut rest: u64, mut at: usize) -> usize {
    while rest > 0 && at > 0 {
        at -= 1;
        if let Some(digit) = buffer.get_mut(at) {
            *digit = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(value: &str, digits: u32) -> String {
        Locale::plain().number(value.parse().unwrap(), digits)
    }

    #[test]
    fn groups_sign_and_digits() {
        for (value, digits, expected) in [
            ("0", 0, "0"),
            ("-0.00", 2, "0.00"),
            ("0.005", 2, "0.01"),
            ("-0.004", 2, "0.00"),
            ("999", 0, "999"),
            ("1000", 0, "1,000"),
            ("-123456.7", 2, "-123,456.70"),
            ("79228162514264337593543950335", 0, "79,228,162,514,264,337,593,543,950,335"),
            ("-7.9228162514264337593543950335", 28, "-7.9228162514264337593543950335"),
            ("0.0000000000000000000000000001", 28, "0.0000000000000000000000000001"),
        ] {
            assert_eq!(plain(value, digits), expected);
        }
    }

    #[test]
    fn groups_of_other_sizes() {
        let show = |groups: &[u8], least_leading, value: i64| {
            let locale = Locale { groups: groups.to_vec(), least_leading, ..Locale::plain() };
            locale.number(value.into(), 0)
        };
        assert_eq!(show(&[3, 2], 1, 1_234_567_890), "1,23,45,67,890");
        assert_eq!(show(&[4], 1, 123_456_789), "1,2345,6789");
        assert_eq!(show(&[], 1, 1_234_567), "1234567");
        assert_eq!(show(&[0], 1, 1_234_567), "1234567");
        assert_eq!(show(&[3], 2, 1_234), "1234");
        assert_eq!(show(&[3], 2, 12_345), "12,345");
        assert_eq!(show(&[3, 0], 1, 1_234_567), "1234,567");
    }

    #[test]
    fn short_numbers_take_the_largest_power_that_the_largest_reaches() {
        let en = Locale::en();
        let show = |value: i64, largest: i64| en.short_number(value.into(), largest.into());
        assert_eq!(show(500, 999), "500");
        assert_eq!(show(1_500, 2_000), "1.5K");
        assert_eq!(show(500_000, -2_000_000), "0.5M");
        assert_eq!(show(0, 2_000_000), "0");
        assert_eq!(show(5_000_000_000_000_000, 5_000_000_000_000_000), "5,000T");
        assert_eq!(
            Locale::de().short_number(Decimal::from(2_500_000), 3_000_000.into()),
            "2,5\u{202f}Mio."
        );
    }

    proptest! {
        /// Without groups the plain form is what the decimal itself writes.
        #[test]
        fn digits_are_those_of_the_decimal(mantissa in any::<i128>(), scale in 0u32..=28) {
            let value = Decimal::from_i128_with_scale(mantissa >> 33, scale);
            let value = crate::decimal::normalize(value);
            prop_assert_eq!(Locale::plain().whole(value).replace(',', ""), value.to_string());
        }
    }
}
