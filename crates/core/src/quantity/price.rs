//! Prices per unit: money per quantity, with as many digits as a price needs.

use std::fmt;
use std::str::FromStr;

use super::{Quantity, QuantityError, Unit, conversions};
use crate::currency::Currency;
use crate::decimal::{self, DecimalError, MAX_DIGITS};
use crate::money::Money;
use crate::ratio::Ratio;
use crate::rounding::Rounding;

/// A price per quantity, `0.0325 EUR/pcs` or `3.20 EUR/100 pcs`: that is its text, also in serde.
///
/// The amount may have up to 28 digits, however few the currency has: what is rounded is the total,
/// once. Two prices are equal when they are written alike: 3.20 EUR/100 pcs is another price than
/// 0.032 EUR/pcs, though as dear.
///
/// ```
/// use fondaco_core::{Money, Quantity, Rounding, Unit, UnitPrice};
/// let price: UnitPrice = "3.20 EUR/100 pcs".parse()?;
/// let total = price.total(Quantity::new(7, Unit::DOZEN), Rounding::HalfUp)?; // 84 pcs: 2.688
/// assert_eq!(total, Money::parse("2.69 EUR")?);
/// # Ok::<(), fondaco_core::QuantityError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitPrice {
    money: Money,
    /// Above zero.
    per: Quantity,
}

impl UnitPrice {
    /// A price for one of a unit.
    ///
    /// ```
    /// use fondaco_core::{Money, Unit, UnitPrice};
    /// let price = UnitPrice::new(Money::parse("0.0325 EUR")?, Unit::PIECE);
    /// assert_eq!(price.to_string(), "0.0325 EUR/pcs");
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    pub fn new(money: Money, unit: Unit) -> UnitPrice {
        UnitPrice { money, per: Quantity::new(1, unit) }
    }

    /// A price for a quantity, such as a hundred.
    ///
    /// ```
    /// use fondaco_core::{Money, Quantity, UnitPrice};
    /// let price = UnitPrice::for_each(Money::parse("3.20 EUR")?, Quantity::parse("100 pcs")?)?;
    /// assert_eq!(price.to_string(), "3.20 EUR/100 pcs");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::BadPer`] when the quantity is not above zero.
    pub fn for_each(money: Money, per: Quantity) -> Result<UnitPrice, QuantityError> {
        if !per.is_positive() {
            return Err(QuantityError::BadPer { per });
        }
        Ok(UnitPrice { money, per })
    }

    /// The price per one unit at which a quantity costs a total, rounded once, from the exact
    /// quotient, to a number of digits.
    ///
    /// ```
    /// use fondaco_core::{Money, Quantity, Rounding, UnitPrice};
    /// let (cost, received) = (Money::parse("100 EUR")?, Quantity::parse("300 kg")?);
    /// let price = UnitPrice::of_total(cost, received, 10, Rounding::HalfEven)?;
    /// assert_eq!(price.to_string(), "0.3333333333 EUR/kg");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::BadPer`] when the quantity is not above zero, [`QuantityError::Amount`] when
    /// the price is too large.
    pub fn of_total(
        total: Money,
        quantity: Quantity,
        digits: u32,
        rounding: Rounding,
    ) -> Result<UnitPrice, QuantityError> {
        UnitPrice::for_each(total, quantity)?.in_unit_round(
            quantity.unit(),
            Ratio::ONE,
            digits,
            rounding,
        )
    }

    /// The price that a store kept.
    pub(crate) fn stored(text: &str) -> Option<UnitPrice> {
        let (money, per) = text.split_once('/')?;
        let money = Money::parse(money).ok()?;
        match Quantity::stored(per) {
            Some(per) => UnitPrice::for_each(money, per).ok(),
            None => Some(UnitPrice::new(money, Unit::stored(per)?)),
        }
    }

    /// The amount, for as much as [`per`](UnitPrice::per) says.
    pub const fn money(self) -> Money {
        self.money
    }

    /// The quantity that costs the amount.
    pub const fn per(self) -> Quantity {
        self.per
    }

    /// The currency.
    pub fn currency(self) -> Currency {
        self.money.currency()
    }

    /// What a quantity costs, rounded once, from the exact product, to the currency's digits (28
    /// where it has no minor unit). The quantity's unit may be another of the same dimension; for
    /// other units see [`Conversions::total`](super::Conversions::total).
    ///
    /// ```
    /// use fondaco_core::{Money, Quantity, Rounding, UnitPrice};
    /// let price: UnitPrice = "2.999 USD/lb".parse()?;
    /// let total = price.total(Quantity::parse("10 kg")?, Rounding::HalfUp)?;
    /// assert_eq!(total, Money::parse("66.12 USD")?);
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::NoFactor`] when the units don't convert; [`QuantityError::Factor`] or
    /// [`QuantityError::Amount`] when a factor or the total has no room.
    pub fn total(self, quantity: Quantity, rounding: Rounding) -> Result<Money, QuantityError> {
        let factor = conversions::listed_factor(quantity.unit(), self.per.unit())?;
        self.total_by(quantity, factor, (self.digits(), rounding))
    }

    /// To how many digits a total is rounded: the currency's.
    pub(super) fn digits(self) -> u32 {
        self.currency().minor_units().unwrap_or(MAX_DIGITS)
    }

    pub(super) fn total_by(
        self,
        quantity: Quantity,
        factor: Ratio,
        (digits, rounding): (u32, Rounding),
    ) -> Result<Money, QuantityError> {
        let of = |quantity: Quantity| Ratio::from_decimal(quantity.amount());
        let times = of(quantity).div(of(self.per))?.mul(factor)?;
        let amount = times.times_round(self.money.amount(), digits, rounding)?;
        Ok(Money::new(amount, self.currency()))
    }

    /// The price per one of another listed unit of the same dimension, exactly.
    ///
    /// ```
    /// use fondaco_core::{Unit, UnitPrice};
    /// let a_kilo: UnitPrice = "14.20 EUR/kg".parse()?;
    /// assert_eq!(a_kilo.convert(Unit::GRAM)?.to_string(), "0.0142 EUR/g");
    /// assert_eq!(a_kilo.convert(Unit::POUND)?.to_string(), "6.441011654 EUR/lb");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// [`QuantityError::InexactPrice`], and as [`UnitPrice::total`].
    pub fn convert(self, to: Unit) -> Result<UnitPrice, QuantityError> {
        self.in_unit(to, conversions::listed_factor(to, self.per.unit())?)
    }

    /// The price per one of another listed unit of the same dimension, rounded once, from its exact
    /// value, to a number of digits.
    ///
    /// ```
    /// use fondaco_core::{Rounding, Unit, UnitPrice};
    /// let a_pound: UnitPrice = "2.999 USD/lb".parse()?;
    /// let a_kilo = a_pound.convert_round(Unit::KILOGRAM, 4, Rounding::HalfUp)?;
    /// assert_eq!(a_kilo.to_string(), "6.6117 USD/kg");
    /// # Ok::<(), fondaco_core::QuantityError>(())
    /// ```
    ///
    /// # Errors
    /// As [`UnitPrice::total`].
    pub fn convert_round(
        self,
        to: Unit,
        digits: u32,
        rounding: Rounding,
    ) -> Result<UnitPrice, QuantityError> {
        let factor = conversions::listed_factor(to, self.per.unit())?;
        self.in_unit_round(to, factor, digits, rounding)
    }

    /// One of the other unit is `factor` of the price's.
    pub(super) fn in_unit(self, to: Unit, factor: Ratio) -> Result<UnitPrice, QuantityError> {
        let amount = self.per_one(factor)?.times(self.money.amount());
        match amount {
            Ok(amount) => Ok(UnitPrice::new(Money::new(amount, self.currency()), to)),
            Err(DecimalError::Inexact) => Err(QuantityError::InexactPrice { price: self, to }),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn in_unit_round(
        self,
        to: Unit,
        factor: Ratio,
        digits: u32,
        rounding: Rounding,
    ) -> Result<UnitPrice, QuantityError> {
        let amount = self.per_one(factor)?.times_round(self.money.amount(), digits, rounding)?;
        Ok(UnitPrice::new(Money::new(amount, self.currency()), to))
    }

    fn per_one(self, factor: Ratio) -> Result<Ratio, QuantityError> {
        Ok(factor.div(Ratio::from_decimal(self.per.amount()))?)
    }
}

impl fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = self.per == Quantity::new(1, self.per.unit());
        let text = match one {
            true => format!("{}/{}", self.money, self.per.unit()),
            false => format!("{}/{}", self.money, self.per),
        };
        decimal::pad_whole(f, &text)
    }
}

impl fmt::Debug for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads money, a slash, and a unit or a quantity.
impl FromStr for UnitPrice {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<UnitPrice, QuantityError> {
        let syntax = || QuantityError::PriceSyntax { text: text.into() };
        let (money, per) = text.split_once('/').ok_or_else(syntax)?;
        let money = Money::parse(money)?;
        match per.contains(' ') {
            true => UnitPrice::for_each(money, per.parse()?),
            false => Ok(UnitPrice::new(money, per.parse()?)),
        }
    }
}

serde_as_text!(UnitPrice);
