//! Decimals as Java's `BigDecimal` has them, which the PAP is written in: whole units and a scale, `units / 10^scale`.
//!
//! The value is what most depends on, but the scale is kept exactly as Java keeps it, because `divide` without a scale and `setScale`
//! without a rounding depend on it. Units have 38 digits, where Java has as many as it needs: a published PAP needs less than 25, and
//! what has no room is an error, never another figure.

use std::cmp::Ordering;

use fondaco_core::{Rounding, decimal};
use rust_decimal::Decimal;

/// How far a scale may lie from zero.
const MOST_SCALE: i32 = 60;

/// 10 to the power of the index.
const POWERS_OF_TEN: [i128; 39] = {
    let mut powers = [1; 39];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// `units / 10^scale`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Big {
    pub(super) units: i128,
    pub(super) scale: i32,
}

/// Why a sum has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    TooLarge,
    DivisionByZero,
    /// An exact quotient without an end, such as a third.
    Endless,
    /// Digits that would be dropped, where no rounding says how.
    Inexact,
    /// A power of less than nothing.
    NegativePower,
    /// An index that a table does not have.
    NoSuchEntry,
    /// A double that is infinite or no number.
    NotFinite,
}

impl Fault {
    pub(super) fn why(self) -> &'static str {
        match self {
            Self::TooLarge => {
                "the result has more than 38 digits, or more than a whole number holds: check the inputs"
            }
            Self::DivisionByZero => "it divides by zero: check the inputs",
            Self::Endless => {
                "the exact quotient has no last digit: the file has to say a scale and a rounding"
            }
            Self::Inexact => "digits would be dropped, and the file says no rounding",
            Self::NegativePower => "a power is below zero",
            Self::NoSuchEntry => {
                "the table has no entry of this number: check the years among the inputs"
            }
            Self::NotFinite => "a double is infinite, or no number: check the inputs",
        }
    }
}

/// How to round; `None` is Java's `UNNECESSARY`: dropping anything is an error.
pub(super) type Mode = Option<Rounding>;

type Result<T> = std::result::Result<T, Fault>;

impl Big {
    pub(super) const ZERO: Self = Self { units: 0, scale: 0 };

    #[inline]
    pub(super) fn new(units: i128, scale: i32) -> Result<Self> {
        match (-MOST_SCALE..=MOST_SCALE).contains(&scale) {
            true => Ok(Self { units, scale }),
            false => Err(Fault::TooLarge),
        }
    }

    #[inline]
    pub(super) fn from_int(value: i64) -> Self {
        Self { units: i128::from(value), scale: 0 }
    }

    /// Java's `BigDecimal.valueOf(double)`: the shortest decimal that is read as this double again, with one digit after the point at
    /// least.
    pub(super) fn from_double(value: f64) -> Result<Self> {
        if !value.is_finite() {
            return Err(Fault::NotFinite);
        }
        short(value).map_or_else(|| Self::parse(&format!("{value:?}")).ok_or(Fault::TooLarge), Ok)
    }

    /// A plain or scientific decimal, as `new BigDecimal(String)` reads it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (digits, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let signless = whole.trim_start_matches(['+', '-']);
        let plain = whole.len() - signless.len() <= 1 && !(signless.is_empty() && part.is_empty());
        let all_digits = signless.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit());
        if !plain || !all_digits {
            return None;
        }
        let units = format!("{whole}{part}").parse().ok()?;
        Self::new(units, i32::try_from(part.len()).ok()?.checked_sub(exponent)?).ok()
    }

    /// What the exact binary value of a double is in decimals: Java's `new BigDecimal(double)`.
    pub(super) fn from_binary(value: f64) -> Result<Self> {
        if !value.is_finite() {
            return Err(Fault::NotFinite);
        }
        let (mut scaled, mut twos) = (value, 0u32);
        // Without its sign: what is left of a negative whole number is -0.
        while scaled.fract().to_bits() << 1 != 0 {
            (scaled, twos) = (scaled * 2.0, twos + 1);
            if twos > 55 {
                return Err(Fault::TooLarge);
            }
        }
        if scaled.abs() >= 1e38 {
            return Err(Fault::TooLarge);
        }
        let fives = 5i128.checked_pow(twos).ok_or(Fault::TooLarge)?;
        let units = (scaled as i128).checked_mul(fives).ok_or(Fault::TooLarge)?;
        Self::new(units, i32::try_from(twos).map_err(|_| Fault::TooLarge)?)
    }

    pub(super) fn from_decimal(value: Decimal) -> Self {
        // A decimal has a scale of 28 at most.
        Self { units: value.mantissa(), scale: value.scale() as i32 }
    }

    /// In canonical form; `None` where a decimal has no room for it.
    pub(super) fn to_decimal(self) -> Option<Decimal> {
        let mut plain = self.stripped();
        if plain.scale < 0 {
            plain = plain.rescaled(0).ok()?;
        }
        let scale = u32::try_from(plain.scale).ok()?;
        Decimal::try_from_i128_with_scale(plain.units, scale).ok().map(decimal::normalize)
    }

    #[inline]
    pub(super) fn add(self, other: Self) -> Result<Self> {
        let (a, b, scale) = aligned(self, other)?;
        Ok(Self { units: a.checked_add(b).ok_or(Fault::TooLarge)?, scale })
    }

    #[inline]
    pub(super) fn subtract(self, other: Self) -> Result<Self> {
        let (a, b, scale) = aligned(self, other)?;
        Ok(Self { units: a.checked_sub(b).ok_or(Fault::TooLarge)?, scale })
    }

    #[inline]
    pub(super) fn multiply(self, other: Self) -> Result<Self> {
        let scale = self.scale + other.scale;
        if let (Ok(a), Ok(b)) = (i64::try_from(self.units), i64::try_from(other.units)) {
            return Self::new(i128::from(a) * i128::from(b), scale);
        }
        Self::new(self.units.checked_mul(other.units).ok_or(Fault::TooLarge)?, scale)
    }

    /// The exact quotient, with as few digits as it needs and no less than Java's preferred scale, the difference of the two.
    pub(super) fn divide(self, by: Self) -> Result<Self> {
        if by.units == 0 {
            return Err(Fault::DivisionByZero);
        }
        let preferred = self.scale - by.scale;
        if self.units == 0 {
            return Self::new(0, preferred);
        }
        self.divide_by_tens(by).map_or_else(|| self.divide_in_lowest_terms(by), Ok)
    }

    /// By what only twos and fives are factors of, as in 12.5 or 100: without looking for what both have in common.
    #[inline]
    fn divide_by_tens(self, by: Self) -> Option<Self> {
        let preferred = self.scale - by.scale;
        let mut digits = digits_of_quotient(by.units.unsigned_abs())?;
        let mut units = times_ten_to(self.units, digits).ok()?.checked_div(by.units)?;
        while digits > 0 && units % 10 == 0 {
            (units, digits) = (units / 10, digits - 1);
        }
        Self::new(units, preferred + digits as i32).ok()
    }

    fn divide_in_lowest_terms(self, by: Self) -> Result<Self> {
        let common = gcd(self.units.unsigned_abs(), by.units.unsigned_abs());
        let common = i128::try_from(common).map_err(|_| Fault::TooLarge)?;
        let (dividend, divisor) = (self.units / common, by.units / common);
        let digits = digits_of_quotient(divisor.unsigned_abs()).ok_or(Fault::Endless)?;
        let raised = times_ten_to(dividend, digits)?;
        Self::new(raised / divisor, self.scale - by.scale + digits as i32)
    }

    /// The quotient with so many digits after the point.
    #[inline]
    pub(super) fn divide_to(self, by: Self, scale: i32, mode: Mode) -> Result<Self> {
        if by.units == 0 {
            return Err(Fault::DivisionByZero);
        }
        let raise = scale + by.scale - self.scale;
        let (dividend, divisor) = match u32::try_from(raise) {
            Ok(raise) => (times_ten_to(self.units, raise)?, by.units),
            Err(_) => (self.units, times_ten_to(by.units, raise.unsigned_abs())?),
        };
        Self::new(quotient(dividend, divisor, mode)?, scale)
    }

    /// The same value with so many digits after the point.
    #[inline]
    pub(super) fn set_scale(self, scale: i32, mode: Mode) -> Result<Self> {
        match u32::try_from(self.scale - scale) {
            Err(_) => self.rescaled(scale),
            Ok(0) => Ok(self),
            // Beyond 38 digits only their sign is left to round by.
            Ok(drop) if drop > 38 => Self::new(quotient(self.units.signum(), 10, mode)?, scale),
            Ok(drop) => Self::new(quotient(self.units, POWERS_OF_TEN[drop as usize], mode)?, scale),
        }
    }

    /// The whole part of the quotient, and what it leaves: `remainder` has the sign of the dividend.
    pub(super) fn divide_whole(self, by: Self) -> Result<(Self, Self)> {
        let whole = self.divide_to(by, 0, Some(Rounding::Down))?;
        let left = self.subtract(whole.multiply(by)?)?;
        // Java's preferred scale of the whole part, where that has room.
        let preferred = (self.scale - by.scale).max(0);
        Ok((whole.rescaled(preferred).unwrap_or(whole), left))
    }

    pub(super) fn pow(self, power: i64) -> Result<Self> {
        let power = u32::try_from(power).map_err(|_| Fault::NegativePower)?;
        let scale = i64::from(self.scale) * i64::from(power);
        let scale = i32::try_from(scale).map_err(|_| Fault::TooLarge)?;
        Self::new(self.units.checked_pow(power).ok_or(Fault::TooLarge)?, scale)
    }

    pub(super) fn negate(self) -> Result<Self> {
        Ok(Self { units: self.units.checked_neg().ok_or(Fault::TooLarge)?, scale: self.scale })
    }

    /// Without zeros at its end.
    pub(super) fn stripped(mut self) -> Self {
        if self.units == 0 {
            return Self::ZERO;
        }
        while self.units % 10 == 0 && self.scale > -MOST_SCALE {
            self = Self { units: self.units / 10, scale: self.scale - 1 };
        }
        self
    }

    /// The point moved to the left by so many places: never a scale below zero, as in Java.
    pub(super) fn point_moved_left(self, places: i32) -> Result<Self> {
        let scale = self.scale.checked_add(places).ok_or(Fault::TooLarge)?;
        let moved = Self::new(self.units, scale)?;
        if scale < 0 { moved.rescaled(0) } else { Ok(moved) }
    }

    #[inline]
    pub(super) fn compare(self, other: Self) -> Ordering {
        if self.scale == other.scale {
            return self.units.cmp(&other.units);
        }
        match aligned(self, other) {
            Ok((a, b, _)) => a.cmp(&b),
            // The one that could not be written with the other's digits is the larger of the two by size.
            Err(_) => {
                let raised_is_self = self.scale < other.scale;
                let raised = if raised_is_self { self.units } else { other.units };
                let order = raised.cmp(&0);
                if raised_is_self { order } else { order.reverse() }
            }
        }
    }

    /// The whole part, towards zero, as `longValue` has it; what a `long` does not hold is an error here.
    pub(super) fn to_long(self) -> Result<i64> {
        let whole = self.set_scale(0, Some(Rounding::Down))?;
        i64::try_from(whole.units).map_err(|_| Fault::TooLarge)
    }

    pub(super) fn to_double(self) -> f64 {
        // By the text, which is read correctly rounded.
        format!("{}e{}", self.units, -self.scale).parse().unwrap_or(f64::NAN)
    }

    /// With more digits, which are zeros.
    fn rescaled(self, scale: i32) -> Result<Self> {
        match u32::try_from(scale - self.scale) {
            Ok(more) => Self::new(times_ten_to(self.units, more)?, scale),
            Err(_) => self.set_scale(scale, None),
        }
    }
}

/// The decimal of a double that has at most six digits after the point and fifteen in all, which is every one of a PAP: then two different
/// decimals are never the same double, so the one that fits is the shortest.
fn short(value: f64) -> Option<Big> {
    let mut scale = 1;
    let mut factor = 10.0;
    while scale <= 6 {
        let units = (value * factor).round();
        if units.abs() >= 1e15 {
            return None;
        }
        // The same bits, so that a rounded guess is never taken for the value.
        if (units / factor).to_bits() == value.to_bits() {
            return Some(Big { units: units as i128, scale });
        }
        (scale, factor) = (scale + 1, factor * 10.0);
    }
    None
}

#[inline]
fn aligned(a: Big, b: Big) -> Result<(i128, i128, i32)> {
    match a.scale.cmp(&b.scale) {
        Ordering::Equal => Ok((a.units, b.units, a.scale)),
        Ordering::Less => {
            Ok((times_ten_to(a.units, (b.scale - a.scale) as u32)?, b.units, b.scale))
        }
        Ordering::Greater => {
            Ok((a.units, times_ten_to(b.units, (a.scale - b.scale) as u32)?, a.scale))
        }
    }
}

#[inline]
fn times_ten_to(units: i128, power: u32) -> Result<i128> {
    if units == 0 || power == 0 {
        return Ok(units);
    }
    let factor = *POWERS_OF_TEN.get(power as usize).ok_or(Fault::TooLarge)?;
    if let (Ok(a), Ok(b)) = (i64::try_from(units), i64::try_from(factor)) {
        return Ok(i128::from(a) * i128::from(b));
    }
    units.checked_mul(factor).ok_or(Fault::TooLarge)
}

/// The rounded quotient; the divisor is not zero.
#[inline]
fn quotient(dividend: i128, divisor: i128, mode: Mode) -> Result<i128> {
    // Most of a PAP is cut off, and fits the processor's own division.
    if let (Ok(a), Ok(b), Some(Rounding::Down)) =
        (i64::try_from(dividend), i64::try_from(divisor), mode)
        && let Some(whole) = a.checked_div(b)
    {
        return Ok(i128::from(whole));
    }
    match mode {
        Some(rounding) => rounding.divide(dividend, divisor).ok_or(Fault::TooLarge),
        None if dividend.checked_rem(divisor) == Some(0) => Ok(dividend / divisor),
        None => Err(Fault::Inexact),
    }
}

/// How many digits a quotient has after the point whose divisor shares nothing with its dividend; `None` if it has no end.
fn digits_of_quotient(mut divisor: u128) -> Option<u32> {
    let twos = divisor.trailing_zeros();
    divisor >>= twos;
    let mut fives = 0;
    while divisor.is_multiple_of(5) {
        (divisor, fives) = (divisor / 5, fives + 1);
    }
    (divisor == 1).then_some(twos.max(fives))
}

/// Euclid's, in 64 bits as soon as both fit.
fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        if let (Ok(mut x), Ok(mut y)) = (u64::try_from(a), u64::try_from(b)) {
            while y != 0 {
                (x, y) = (y, x % y);
            }
            return u128::from(x);
        }
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests;
