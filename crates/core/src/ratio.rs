//! Ratios: exact fractions, for factors that no decimal holds.
//!
//! A pound is 0.45359237 kg exactly, but a kilogram is 100000000/45359237 lb, which has no last
//! digit. Kept as a fraction in lowest terms, a factor can go there and back, and through chains,
//! without losing anything; only its last use, on an amount, may round, and then by a named rule.
//! Numerator and denominator have 127 bits; what needs more is refused.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::decimal::wide::{mul_div, mul_div_wide, multiply};
use crate::decimal::{self, DecimalError, MAX_DIGITS, POWERS_OF_TEN, from_parts};
use crate::names::ErrorKind;
use crate::rounding::Rounding;

/// An exact fraction in lowest terms, the sign in the numerator. Its text, also in serde, is
/// `143/50`, or the numerator alone where the denominator is 1.
///
/// ```
/// use fondaco_core::Ratio;
/// let third = Ratio::new(2, 6)?;
/// assert_eq!(third.to_string(), "1/3");
/// assert_eq!(third.add(third)?.add(third)?, Ratio::ONE);
/// assert_eq!("0.45359237".parse::<Ratio>()?.to_string(), "45359237/100000000");
/// # Ok::<(), fondaco_core::RatioError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: i128,
    /// Above zero, and without a common divisor with the numerator.
    den: i128,
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Ratio = Ratio { num: 0, den: 1 };
    /// The factor that changes nothing.
    pub const ONE: Ratio = Ratio { num: 1, den: 1 };

    /// The fraction `numerator / denominator`, brought to lowest terms.
    ///
    /// ```
    /// use fondaco_core::{Ratio, RatioError};
    /// assert_eq!(Ratio::new(6, -4)?.to_string(), "-3/2");
    /// assert_eq!(Ratio::new(1, 0), Err(RatioError::ZeroDenominator));
    /// # Ok::<(), RatioError>(())
    /// ```
    ///
    /// # Errors
    /// [`RatioError::ZeroDenominator`], and [`RatioError::Overflow`] when a term in lowest terms has
    /// no room in 127 bits.
    pub fn new(numerator: i128, denominator: i128) -> Result<Ratio, RatioError> {
        if denominator == 0 {
            return Err(RatioError::ZeroDenominator);
        }
        let negative = (numerator < 0) != (denominator < 0);
        let (num, den) = (numerator.unsigned_abs(), denominator.unsigned_abs());
        let common = gcd(num, den);
        Ratio::signed(negative, num / common, den / common)
    }

    /// A fraction whose terms have no common divisor.
    fn signed(negative: bool, num: u128, den: u128) -> Result<Ratio, RatioError> {
        let fits = |size| i128::try_from(size).map_err(|_| RatioError::Overflow);
        let (num, den) = (fits(num)?, fits(den)?);
        Ok(Ratio { num: if negative { -num } else { num }, den })
    }

    /// A fraction of the tables of this crate. Terms that are not positive end the compilation, as
    /// the tables are made then.
    pub(crate) const fn of(num: u64, den: u64) -> Ratio {
        assert!(num > 0 && den > 0);
        let common = gcd(num as u128, den as u128) as i128;
        Ratio { num: num as i128 / common, den: den as i128 / common }
    }

    /// The ratio that a decimal is; there is one for each.
    ///
    /// ```
    /// use fondaco_core::Ratio;
    /// use rust_decimal::Decimal;
    /// assert_eq!(Ratio::from_decimal(Decimal::new(-35, 2)).to_string(), "-7/20");
    /// ```
    pub fn from_decimal(value: Decimal) -> Ratio {
        // 96 bits over a power of ten of at most 94.
        let (num, den) = (value.mantissa(), POWERS_OF_TEN[value.scale() as usize] as i128);
        let common = gcd(num.unsigned_abs(), den.unsigned_abs()) as i128;
        Ratio { num: num / common, den: den / common }
    }

    /// The numerator in lowest terms, with the sign.
    ///
    /// ```
    /// use fondaco_core::Ratio;
    /// let ratio = Ratio::new(6, -4)?;
    /// assert_eq!((ratio.numerator(), ratio.denominator()), (-3, 2));
    /// # Ok::<(), fondaco_core::RatioError>(())
    /// ```
    pub const fn numerator(self) -> i128 {
        self.num
    }

    /// The denominator in lowest terms, above zero.
    pub const fn denominator(self) -> i128 {
        self.den
    }

    /// Whether it is zero.
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// Whether it is above zero.
    pub const fn is_positive(self) -> bool {
        self.num > 0
    }

    /// The fraction upside down.
    ///
    /// ```
    /// use fondaco_core::{Ratio, RatioError};
    /// let pound_in_kg: Ratio = "0.45359237".parse()?;
    /// assert_eq!(pound_in_kg.recip()?.to_string(), "100000000/45359237");
    /// assert_eq!(Ratio::ZERO.recip(), Err(RatioError::ZeroDenominator));
    /// # Ok::<(), RatioError>(())
    /// ```
    ///
    /// # Errors
    /// [`RatioError::ZeroDenominator`] for zero.
    pub fn recip(self) -> Result<Ratio, RatioError> {
        match self.num {
            0 => Err(RatioError::ZeroDenominator),
            num if num < 0 => Ok(Ratio { num: -self.den, den: -num }),
            num => Ok(Ratio { num: self.den, den: num }),
        }
    }

    /// The decimal of the same value; `None` where there is none of 28 digits.
    ///
    /// ```
    /// use fondaco_core::Ratio;
    /// assert_eq!(Ratio::new(7, 20)?.to_decimal().map(|exact| exact.to_string()), Some("0.35".into()));
    /// assert_eq!(Ratio::new(1, 3)?.to_decimal(), None);
    /// # Ok::<(), fondaco_core::RatioError>(())
    /// ```
    pub fn to_decimal(self) -> Option<Decimal> {
        self.times(Decimal::ONE).ok()
    }

    /// The value rounded once to a number of digits behind the point.
    ///
    /// ```
    /// use fondaco_core::{Ratio, Rounding};
    /// let third = Ratio::new(1, 3)?;
    /// assert_eq!(third.round(4, Rounding::HalfUp).map(|near| near.to_string()), Ok("0.3333".into()));
    /// # Ok::<(), fondaco_core::RatioError>(())
    /// ```
    ///
    /// # Errors
    /// [`DecimalError::Overflow`] when it is too large for a decimal.
    pub fn round(self, digits: u32, rounding: Rounding) -> Result<Decimal, DecimalError> {
        self.times_round(Decimal::ONE, digits, rounding)
    }

    /// This part of an amount, exactly.
    ///
    /// ```
    /// use fondaco_core::Ratio;
    /// use fondaco_core::decimal::DecimalError;
    /// use rust_decimal::Decimal;
    /// let third = Ratio::new(1, 3)?;
    /// assert_eq!(third.times(Decimal::from(12)), Ok(Decimal::from(4)));
    /// assert_eq!(third.times(Decimal::from(10)), Err(DecimalError::Inexact));
    /// # Ok::<(), fondaco_core::RatioError>(())
    /// ```
    ///
    /// # Errors
    /// [`DecimalError::Inexact`] when the product has more than 28 digits or no last one,
    /// [`DecimalError::Overflow`] when it is too large.
    pub fn times(self, amount: Decimal) -> Result<Decimal, DecimalError> {
        let product = Product::of(self, amount);
        match product.digits() {
            Some(digits) if digits <= MAX_DIGITS => product.exact(digits),
            // What cannot be held even in whole units is too large rather than too fine.
            _ => Err(product.rounded(0, Rounding::Down).err().unwrap_or(DecimalError::Inexact)),
        }
    }

    /// This part of an amount, rounded once, from its exact value, to a number of digits.
    ///
    /// ```
    /// use fondaco_core::{Ratio, Rounding};
    /// use rust_decimal::Decimal;
    /// let third = Ratio::new(1, 3)?;
    /// let part = third.times_round(Decimal::from(10), 2, Rounding::HalfUp);
    /// assert_eq!(part, Ok(Decimal::new(333, 2)));
    /// # Ok::<(), fondaco_core::RatioError>(())
    /// ```
    ///
    /// # Errors
    /// [`DecimalError::Overflow`] when the rounded product does not fit.
    pub fn times_round(
        self,
        amount: Decimal,
        digits: u32,
        rounding: Rounding,
    ) -> Result<Decimal, DecimalError> {
        let product = Product::of(self, amount);
        match product.digits() {
            Some(exact) if exact <= digits.min(MAX_DIGITS) => {
                product.exact(exact).map_err(|_| DecimalError::Overflow)
            }
            _ => product.rounded(digits.min(MAX_DIGITS), rounding),
        }
    }
}

/// Arithmetic under the names of the operators, which it cannot be, as it may fail.
#[expect(
    clippy::should_implement_trait,
    reason = "the traits of the operators promise a ratio, and these may fail"
)]
impl Ratio {
    /// The exact product.
    ///
    /// ```
    /// use fondaco_core::Ratio;
    /// let (dozen, gross) = (Ratio::new(12, 1)?, Ratio::new(144, 1)?);
    /// assert_eq!(dozen.mul(dozen)?, gross);
    /// # Ok::<(), fondaco_core::RatioError>(())
    /// ```
    ///
    /// # Errors
    /// [`RatioError::Overflow`] when a term in lowest terms has no room.
    pub fn mul(self, other: Ratio) -> Result<Ratio, RatioError> {
        let (a, b) = (self.num.unsigned_abs(), self.den.unsigned_abs());
        let (c, d) = (other.num.unsigned_abs(), other.den.unsigned_abs());
        // Crosswise, so that what comes out is in lowest terms and nothing in between is larger.
        let (left, right) = (gcd(a, d), gcd(c, b));
        let num = (a / left).checked_mul(c / right).ok_or(RatioError::Overflow)?;
        let den = (b / right).checked_mul(d / left).ok_or(RatioError::Overflow)?;
        Ratio::signed((self.num < 0) != (other.num < 0), num, den)
    }

    /// The exact quotient.
    ///
    /// ```
    /// use fondaco_core::Ratio;
    /// let (kg_a_pound, kg_an_ounce) = ("0.45359237".parse()?, "0.028349523125".parse()?);
    /// assert_eq!(Ratio::div(kg_a_pound, kg_an_ounce)?, Ratio::new(16, 1)?);
    /// # Ok::<(), fondaco_core::RatioError>(())
    /// ```
    ///
    /// # Errors
    /// [`RatioError::ZeroDenominator`] for a division by zero, else as [`Ratio::mul`].
    pub fn div(self, other: Ratio) -> Result<Ratio, RatioError> {
        self.mul(other.recip()?)
    }

    /// The exact sum.
    ///
    /// ```
    /// use fondaco_core::Ratio;
    /// assert_eq!(Ratio::new(1, 6)?.add(Ratio::new(1, 3)?)?, Ratio::new(1, 2)?);
    /// # Ok::<(), fondaco_core::RatioError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Ratio::mul`].
    pub fn add(self, other: Ratio) -> Result<Ratio, RatioError> {
        let common = gcd(self.den.unsigned_abs(), other.den.unsigned_abs()) as i128;
        let (left, right) = (other.den / common, self.den / common);
        let sum = || {
            let num = self.num.checked_mul(left)?.checked_add(other.num.checked_mul(right)?)?;
            Some((num, self.den.checked_mul(left)?))
        };
        let (num, den) = sum().ok_or(RatioError::Overflow)?;
        Ratio::new(num, den)
    }

    /// The exact difference.
    ///
    /// ```
    /// use fondaco_core::Ratio;
    /// assert_eq!(Ratio::new(1, 2)?.sub(Ratio::new(1, 3)?)?, Ratio::new(1, 6)?);
    /// # Ok::<(), fondaco_core::RatioError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Ratio::mul`].
    pub fn sub(self, other: Ratio) -> Result<Ratio, RatioError> {
        self.add(Ratio { num: -other.num, den: other.den })
    }
}

/// An amount times a ratio, `size × num ÷ (den × 10^scale)`, with nothing left to cancel between
/// the terms above and the terms below.
struct Product {
    size: u128,
    num: u128,
    den: u128,
    scale: u32,
    negative: bool,
}

impl Product {
    fn of(ratio: Ratio, amount: Decimal) -> Product {
        let amount = decimal::normalize(amount);
        let negative = amount.is_sign_negative() != (ratio.num < 0);
        let (size, den) = (amount.mantissa().unsigned_abs(), ratio.den.unsigned_abs());
        let common = gcd(size, den);
        let (size, den) = (size / common, den / common);
        Product { size, num: ratio.num.unsigned_abs(), den, scale: amount.scale(), negative }
    }

    /// How many digits behind the point the exact value has; `None` when there is no last one.
    fn digits(&self) -> Option<u32> {
        if self.size == 0 || self.num == 0 {
            return Some(0);
        }
        let above = |prime| times(self.size, prime).0 + times(self.num, prime).0;
        let (twos, rest) = times(self.den, 2);
        let (fives, rest) = times(rest, 5);
        let left = |below: u32, prime| (below + self.scale).saturating_sub(above(prime));
        (rest == 1).then(|| left(twos, 2).max(left(fives, 5)))
    }

    /// The value, which has just so many digits.
    fn exact(&self, digits: u32) -> Result<Decimal, DecimalError> {
        match self.rounded(digits, Rounding::Down) {
            // With fewer digits it would fit: it is too fine, not too large.
            Err(_) if digits > 0 && self.rounded(0, Rounding::Down).is_ok() => {
                Err(DecimalError::Inexact)
            }
            result => result,
        }
    }

    fn rounded(&self, digits: u32, rounding: Rounding) -> Result<Decimal, DecimalError> {
        let (quotient, rest, divisor) = self.quotient(digits).ok_or(DecimalError::Overflow)?;
        let rounded = rounding.quotient(quotient, rest, divisor, self.negative);
        from_parts(rounded, self.negative, digits).ok_or(DecimalError::Overflow)
    }

    /// Quotient, rest and divisor of the value counted in units of a digit; `None` when the
    /// quotient has no room.
    fn quotient(&self, digits: u32) -> Option<(u128, u128, u128)> {
        if let Some(raise) = digits.checked_sub(self.scale) {
            let unit = POWERS_OF_TEN[raise as usize];
            let (quotient, rest) = mul_div(self.size, self.num, self.den)?;
            let (finer, rest) = mul_div(rest, unit, self.den)?;
            return Some((quotient.checked_mul(unit)?.checked_add(finer)?, rest, self.den));
        }
        // Two divisions, one after the other: what the first drops can only break a tie in the
        // second.
        let unit = POWERS_OF_TEN[(self.scale - digits) as usize];
        let ((high, low), dropped) = mul_div_wide(self.size, self.num, self.den)?;
        let (quotient, rest) = decimal::wide::divide((high, low), unit)?;
        Some((quotient, 2 * rest + u128::from(dropped != 0), 2 * unit))
    }
}

/// How often a prime divides a number, and what is left of it.
fn times(mut number: u128, prime: u128) -> (u32, u128) {
    let mut count = 0;
    while number != 0 && number.is_multiple_of(prime) {
        (number, count) = (number / prime, count + 1);
    }
    (count, number)
}

/// The greatest common divisor; that of zero and a number is the number.
const fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl From<i64> for Ratio {
    fn from(whole: i64) -> Ratio {
        Ratio { num: whole as i128, den: 1 }
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        let size = |a: i128, b: i128| multiply(a.unsigned_abs(), b.unsigned_abs());
        let (left, right) = (size(self.num, other.den), size(other.num, self.den));
        match (self.num < 0, other.num < 0) {
            (false, false) => left.cmp(&right),
            (true, true) => right.cmp(&left),
            (negative, _) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.den {
            1 => write!(f, "{}", self.num),
            den => write!(f, "{}/{den}", self.num),
        }
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads a fraction of whole numbers, `143/50`, or a plain decimal, `2.86`.
impl FromStr for Ratio {
    type Err = RatioError;

    fn from_str(text: &str) -> Result<Ratio, RatioError> {
        let syntax = || RatioError::Syntax { text: text.into() };
        match text.split_once('/') {
            Some((num, den)) if !den.starts_with('-') => {
                let (num, den) = whole(num).zip(whole(den)).ok_or_else(syntax)?;
                Ratio::new(num, den)
            }
            Some(_) => Err(syntax()),
            None => match whole(text) {
                Some(whole) => Ratio::new(whole, 1),
                None => decimal::parse(text).map(Ratio::from_decimal).map_err(|_| syntax()),
            },
        }
    }
}

fn whole(text: &str) -> Option<i128> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

serde_as_text!(Ratio);

/// What can go wrong with a ratio.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RatioError {
    /// A fraction over zero, or a division by zero.
    #[error("a ratio over zero has no value: give another denominator")]
    ZeroDenominator,
    /// A term is too large.
    #[error("the exact ratio needs a number of more than 127 bits: use factors of fewer digits")]
    Overflow,
    /// The text is no ratio.
    #[error("{text:?} is not a ratio: write two whole numbers, such as 143/50, or a decimal")]
    Syntax {
        /// The text as given.
        text: String,
    },
}

impl RatioError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::{ErrorKind, Ratio};
    /// let error = "1/0".parse::<Ratio>().unwrap_err();
    /// assert_eq!((error.code(), error.kind()), ("core.ratio_over_zero", ErrorKind::Invalid));
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            RatioError::ZeroDenominator => "core.ratio_over_zero",
            RatioError::Overflow => "core.ratio_overflow",
            RatioError::Syntax { .. } => "core.ratio_syntax",
        }
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

#[cfg(test)]
mod tests;
