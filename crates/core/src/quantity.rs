//! Quantities: an exact amount of a unit.
//!
//! Adding kilograms to pieces is an error and not a panic, and so is adding grams: somebody has to
//! say in which unit the sum shall be. Units convert by exact [ratios](Ratio): a conversion gives
//! the exact amount, or says what it would lose, or is rounded by a named rule to stated digits.
//!
//! - [`Unit`] lists the common units, with their codes of UNECE Recommendation 20; a host adds its own.
//! - [`Conversions`] are what only holds for one company or one item: 1 carton = 12 pcs.
//! - [`CatchWeight`] is a quantity in two units at once: pieces, and what they weigh in fact.
//! - [`UnitPrice`] is a price per unit, with more digits than the currency has.
//!
//! How records hold quantities is decided in `docs/adr/0006`: what a store sums is a column of
//! 64-bit counts in the item's stock unit ([`Quantity::to_fixed`]); what nobody sums may be a
//! column of text, as all of these types are [`Field`](crate::store::Field)s.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Neg;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::allocation::{self, AllocationError, Residual};
use crate::decimal::{self, DecimalError, MAX_DIGITS};
use crate::ratio::Ratio;
use crate::rounding::{Rounding, round};
use crate::store::Fixed;

mod catch_weight;
mod conversions;
mod error;
mod price;
mod table;
mod unit;

pub use catch_weight::{CatchRule, CatchWeight};
pub use conversions::{Conversion, Conversions};
pub use error::{OutOfTolerance, QuantityError};
pub use price::UnitPrice;
pub use unit::{Dimension, Unit, UnitError};

/// An exact amount of a unit, up to 28 digits, in canonical form (no zeros at the end, zero without
/// a sign). Its text, also in serde, is `12.5 kg`.
///
/// Two quantities are equal when amount and unit are: 1 kg is another quantity than 1000 g, though
/// as much.
///
/// ```
/// use fondaco_core::{Quantity, Rounding, Unit};
/// let flour: Quantity = "12.5 kg".parse()?;
/// assert_eq!(flour.add("0.25 kg".parse()?)?.to_string(), "12.75 kg");
/// assert_eq!(flour.add("250 g".parse()?).unwrap_err().code(), "core.unit_mismatch");
/// assert_eq!(flour.convert(Unit::GRAM)?.to_string(), "12500 g");
/// assert_eq!(flour.convert_round(Unit::POUND, 3, Rounding::HalfUp)?.to_string(), "27.558 lb");
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quantity {
    amount: Decimal,
    unit: Unit,
}

impl Quantity {
    /// An amount of a unit.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Unit};
    /// use rust_decimal::Decimal;
    /// let bolts = Quantity::new(Decimal::from(250), Unit::PIECE);
    /// assert_eq!(bolts.to_string(), "250 pcs");
    /// assert_eq!((bolts.amount(), bolts.unit()), (Decimal::from(250), Unit::PIECE));
    /// ```
    #[inline]
    pub fn new(amount: impl Into<Decimal>, unit: Unit) -> Quantity {
        Quantity { amount: decimal::normalize(amount.into()), unit }
    }

    /// Nothing, of a unit.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Unit};
    /// assert!(Quantity::zero(Unit::KILOGRAM).is_zero());
    /// ```
    pub const fn zero(unit: Unit) -> Quantity {
        Quantity { amount: Decimal::ZERO, unit }
    }

    /// Reads an amount, one blank, and a unit, such as `12.5 kg`. The amount is read as by
    /// [`decimal::parse`].
    ///
    /// ```
    /// use fondaco_core::Quantity;
    /// assert_eq!(Quantity::parse("-0.50 carton")?.to_string(), "-0.5 carton");
    /// assert!(Quantity::parse("12.5kg").is_err());
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::Syntax`], [`QuantityError::Unit`], or [`QuantityError::Amount`] with what is
    /// wrong in the amount.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        let parts = text.split_once(' ').filter(|(amount, unit)| {
            !amount.is_empty() && !unit.starts_with(' ') && !unit.ends_with(' ')
        });
        let (amount, unit) = parts.ok_or_else(|| QuantityError::Syntax { text: text.into() })?;
        Ok(Quantity::new(decimal::parse(amount)?, unit.parse()?))
    }

    /// The quantity that a store kept.
    pub(crate) fn stored(text: &str) -> Option<Quantity> {
        let (amount, unit) = text.split_once(' ')?;
        Some(Quantity::new(decimal::parse(amount).ok()?, Unit::stored(unit)?))
    }

    /// The amount, in canonical form.
    #[inline]
    pub const fn amount(self) -> Decimal {
        self.amount
    }

    /// The unit.
    #[inline]
    pub const fn unit(self) -> Unit {
        self.unit
    }

    /// Whether it is nothing.
    #[inline]
    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// Whether it is below zero.
    #[inline]
    pub fn is_negative(self) -> bool {
        self.amount.is_sign_negative()
    }

    /// Whether it is above zero.
    #[inline]
    pub fn is_positive(self) -> bool {
        !self.is_negative() && !self.is_zero()
    }

    /// The quantity without its sign.
    ///
    /// ```
    /// use fondaco_core::Quantity;
    /// assert_eq!(Quantity::parse("-3 pcs")?.abs(), Quantity::parse("3 pcs")?);
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    pub fn abs(self) -> Quantity {
        Quantity::new(self.amount.abs(), self.unit)
    }

    /// The exact sum of quantities of one unit; zero when there are none.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Unit};
    /// let lots = [Quantity::new(4, Unit::KILOGRAM), Quantity::new(3, Unit::KILOGRAM)];
    /// assert_eq!(Quantity::sum(Unit::KILOGRAM, lots)?.to_string(), "7 kg");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Quantity::add`].
    pub fn sum(
        unit: Unit,
        quantities: impl IntoIterator<Item = Quantity>,
    ) -> Result<Quantity, QuantityError> {
        quantities.into_iter().try_fold(Quantity::zero(unit), Quantity::add)
    }

    /// Orders two quantities of one unit.
    ///
    /// ```
    /// use fondaco_core::Quantity;
    /// use std::cmp::Ordering;
    /// let (least, on_hand) = (Quantity::parse("10 pcs")?, Quantity::parse("9 pcs")?);
    /// assert_eq!(on_hand.compare(least)?, Ordering::Less);
    /// assert!(on_hand.compare(Quantity::parse("9 kg")?).is_err());
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::UnitMismatch`].
    pub fn compare(self, other: Quantity) -> Result<Ordering, QuantityError> {
        self.same_unit(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    #[inline]
    pub(crate) fn same_unit(self, other: Quantity) -> Result<(), QuantityError> {
        if self.unit == other.unit {
            return Ok(());
        }
        Err(QuantityError::UnitMismatch { left: self.unit, right: other.unit })
    }

    /// Rounds to a number of digits.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Rounding};
    /// let dose = Quantity::parse("2.375 ml")?;
    /// assert_eq!(dose.round(1, Rounding::Up).to_string(), "2.4 ml");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    pub fn round(self, digits: u32, rounding: Rounding) -> Quantity {
        Quantity { amount: round(self.amount, digits, rounding), unit: self.unit }
    }

    /// As much in another listed unit of the same dimension, exactly.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Unit};
    /// assert_eq!(Quantity::parse("2 lb")?.convert(Unit::OUNCE)?.to_string(), "32 oz");
    /// let inexact = Quantity::parse("10 kg")?.convert(Unit::POUND).unwrap_err();
    /// assert_eq!(
    ///     inexact.to_string(),
    ///     "10 kg is no exact number of lb: 22.0462262184 lb would lose 0.000000000087758072297380134 lb; round it to the digits you need",
    /// );
    /// assert!(Quantity::parse("10 kg")?.convert(Unit::LITRE).is_err());
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::Inexact`] with what would be lost; [`QuantityError::NoFactor`] for an own unit
    /// or another dimension, which an item's [`Conversions`] may know; [`QuantityError::Amount`] when
    /// the amount is too large to be held.
    pub fn convert(self, to: Unit) -> Result<Quantity, QuantityError> {
        self.times_factor(to, conversions::listed_factor(self.unit, to)?)
    }

    /// As much in another listed unit of the same dimension, rounded once, from the exact amount, to
    /// a number of digits.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Rounding, Unit};
    /// let miles = Quantity::parse("26.2 mi")?;
    /// assert_eq!(miles.convert_round(Unit::KILOMETRE, 1, Rounding::HalfUp)?.to_string(), "42.2 km");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Quantity::convert`], but for [`QuantityError::Inexact`].
    pub fn convert_round(
        self,
        to: Unit,
        digits: u32,
        rounding: Rounding,
    ) -> Result<Quantity, QuantityError> {
        let factor = conversions::listed_factor(self.unit, to)?;
        Ok(Quantity { amount: factor.times_round(self.amount, digits, rounding)?, unit: to })
    }

    /// The exact amount times a factor, in another unit.
    fn times_factor(self, to: Unit, factor: Ratio) -> Result<Quantity, QuantityError> {
        match factor.times(self.amount) {
            Ok(amount) => Ok(Quantity { amount, unit: to }),
            Err(DecimalError::Inexact) => Err(self.inexact(to, factor)),
            Err(error) => Err(error.into()),
        }
    }

    /// What an inexact conversion would give at ten digits, and lose.
    #[cold]
    fn inexact(self, to: Unit, factor: Ratio) -> QuantityError {
        let down = |digits| factor.times_round(self.amount, digits, Rounding::Down).ok();
        let nearest = down(10).or_else(|| down(0)).unwrap_or_default();
        let finest = (10..=MAX_DIGITS).rev().find_map(down).unwrap_or(nearest);
        let lost = decimal::sub(finest, nearest).unwrap_or_default();
        let in_unit = |amount| Quantity::new(amount, to);
        QuantityError::Inexact { quantity: self, nearest: in_unit(nearest), lost: in_unit(lost) }
    }

    /// Splits the quantity by weights into parts of so many digits (0: whole ones), so that nothing
    /// is lost and nothing is made: see [`allocation`].
    ///
    /// ```
    /// use fondaco_core::{Quantity, Residual};
    /// let weights = [1, 1, 1].map(Into::into);
    /// let thirds = Quantity::parse("10 kg")?.split(2, &weights, Residual::LargestRemainder)?;
    /// let thirds: Vec<String> = thirds.iter().map(ToString::to_string).collect();
    /// assert_eq!(thirds, ["3.34 kg", "3.33 kg", "3.33 kg"]);
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::TooFine`] when the quantity itself has more digits, and
    /// [`QuantityError::Split`] with what is wrong in the weights.
    pub fn split(
        self,
        digits: u32,
        weights: &[Decimal],
        residual: Residual,
    ) -> Result<Vec<Quantity>, QuantityError> {
        let parts = allocation::allocate_amount(digits, self.amount, weights, residual)
            .map_err(|error: AllocationError| QuantityError::Split(error))?;
        let parts = parts.ok_or(QuantityError::TooFine { quantity: self, digits })?;
        Ok(parts.into_iter().map(|part| Quantity::new(part, self.unit)).collect())
    }

    /// The amount as a record's column holds it; `None` when it has more digits, or is beyond the
    /// column's reach: see `docs/adr/0006`.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// use fondaco_core::{Quantity, Unit};
    /// let quantity = Quantity::parse("12.5 kg")?;
    /// let column: Option<Fixed<6>> = quantity.to_fixed();
    /// assert_eq!(column.map(|fixed| fixed.units()), Some(12_500_000));
    /// assert_eq!(column.map(|fixed| Quantity::from_fixed(fixed, Unit::KILOGRAM)), Some(quantity));
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    pub fn to_fixed<const DIGITS: u8>(self) -> Option<Fixed<DIGITS>> {
        Fixed::from_decimal(self.amount)
    }

    /// The quantity of a record's column.
    pub fn from_fixed<const DIGITS: u8>(amount: Fixed<DIGITS>, unit: Unit) -> Quantity {
        Quantity { amount: amount.to_decimal(), unit }
    }
}

/// Arithmetic under the names of the operators, which it cannot be, as it may fail.
#[expect(
    clippy::should_implement_trait,
    reason = "the traits of the operators promise a quantity, and these may fail"
)]
impl Quantity {
    /// The exact sum.
    ///
    /// ```
    /// use fondaco_core::Quantity;
    /// let sum = Quantity::parse("1.5 h")?.add(Quantity::parse("0.25 h")?)?;
    /// assert_eq!(sum.to_string(), "1.75 h");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::UnitMismatch`], and [`QuantityError::Amount`] when the sum has no room in 28
    /// digits.
    #[inline]
    pub fn add(self, other: Quantity) -> Result<Quantity, QuantityError> {
        self.same_unit(other)?;
        Ok(Quantity { amount: decimal::add(self.amount, other.amount)?, unit: self.unit })
    }

    /// The exact difference.
    ///
    /// ```
    /// use fondaco_core::Quantity;
    /// let short = Quantity::parse("10 pcs")?.sub(Quantity::parse("12 pcs")?)?;
    /// assert_eq!(short.to_string(), "-2 pcs");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Quantity::add`].
    #[inline]
    pub fn sub(self, other: Quantity) -> Result<Quantity, QuantityError> {
        self.add(other.neg())
    }

    /// The quantity with the other sign. The operator `-` does the same.
    ///
    /// ```
    /// use fondaco_core::Quantity;
    /// let issue = Quantity::parse("3 pcs")?.neg();
    /// assert_eq!(issue, -Quantity::parse("3 pcs")?);
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    #[inline]
    pub fn neg(self) -> Quantity {
        Quantity::new(-self.amount, self.unit)
    }

    /// The exact product with a factor. Where the exact product may have more than 28 digits, use
    /// [`Quantity::mul_round`].
    ///
    /// ```
    /// use fondaco_core::Quantity;
    /// let a_batch = Quantity::parse("0.35 kg")?.mul(12)?;
    /// assert_eq!(a_batch.to_string(), "4.2 kg");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::Amount`] with [`DecimalError::Overflow`] when the product is too large, and
    /// with [`DecimalError::Inexact`] when it has more than 28 digits.
    pub fn mul(self, factor: impl Into<Decimal>) -> Result<Quantity, QuantityError> {
        Ok(Quantity { amount: decimal::mul_exact(self.amount, factor.into())?, unit: self.unit })
    }

    /// The product with a ratio, rounded once, from its exact value, to a number of digits.
    ///
    /// ```
    /// use fondaco_core::{Quantity, Ratio, Rounding};
    /// let third = Quantity::parse("10 kg")?.mul_round(Ratio::new(1, 3)?, 3, Rounding::HalfUp)?;
    /// assert_eq!(third.to_string(), "3.333 kg");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::Amount`] with [`DecimalError::Overflow`] when the product is too large.
    pub fn mul_round(
        self,
        factor: Ratio,
        digits: u32,
        rounding: Rounding,
    ) -> Result<Quantity, QuantityError> {
        Ok(Quantity { amount: factor.times_round(self.amount, digits, rounding)?, unit: self.unit })
    }
}

impl Neg for Quantity {
    type Output = Quantity;

    fn neg(self) -> Quantity {
        Quantity::neg(self)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{} {}", self.amount, self.unit);
        decimal::pad_whole(f, &text)
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Quantity, QuantityError> {
        Quantity::parse(text)
    }
}

serde_as_text!(Quantity);

#[cfg(test)]
mod tests;
