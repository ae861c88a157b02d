//! Money: an exact amount in one currency.
//!
//! Adding two currencies is an error and not a panic, no float ever becomes money, and every
//! rounding is named. An amount may hold more digits than its currency has (unit prices, tax before
//! rounding): [`Money::round`] ends that, and [`Money::is_rounded`] asks.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Neg;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::currency::{Currency, UnknownCurrency};
use crate::decimal::{self, DecimalError};
use crate::names::ErrorKind;
use crate::rounding::{Rounding, round};
use crate::store::Fixed;

/// An exact amount in one currency, up to 28 digits, in canonical form (no zeros at the end, zero
/// without a sign).
///
/// ```
/// use fondaco_core::{Currency, Money, Rounding};
/// let price: Money = "1234.50 EUR".parse()?;
/// assert_eq!(price.add(Money::minor(50, Currency::EUR))?, "1235 EUR".parse()?);
/// assert_eq!(price.to_string(), "1234.50 EUR");
/// let dollar = Money::minor(100, Currency::USD);
/// assert_eq!(price.add(dollar).unwrap_err().code(), "core.currency_mismatch");
/// # Ok::<(), fondaco_core::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    #[serde(with = "decimal::as_text")]
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// An amount of a currency. The amount is brought into canonical form and may have more digits
    /// than the currency.
    ///
    /// ```
    /// use fondaco_core::{Currency, Money};
    /// use rust_decimal::Decimal;
    /// let unit_price = Money::new(Decimal::new(12_345, 4), Currency::EUR);
    /// assert_eq!(unit_price.to_string(), "1.2345 EUR");
    /// ```
    #[inline]
    pub fn new(amount: Decimal, currency: Currency) -> Money {
        Money { amount: decimal::normalize(amount), currency }
    }

    /// An amount counted in the currency's minor units: 1234 EUR cents are 12.34 EUR, 1234 JPY are
    /// 1234 JPY. A currency without a minor unit (gold) is counted in whole units.
    ///
    /// ```
    /// use fondaco_core::{Currency, Money};
    /// assert_eq!(Money::minor(1234, Currency::EUR).to_string(), "12.34 EUR");
    /// assert_eq!(Money::minor(1234, Currency::KWD).to_string(), "1.234 KWD");
    /// ```
    #[inline]
    pub fn minor(units: i64, currency: Currency) -> Money {
        Money { amount: decimal::from_fixed(units, currency.minor_units().unwrap_or(0)), currency }
    }

    /// Nothing, of a currency.
    ///
    /// ```
    /// use fondaco_core::{Currency, Money};
    /// let nothing = Money::zero(Currency::EUR);
    /// assert_eq!(nothing.to_string(), "0.00 EUR");
    /// assert!(nothing.is_zero() && !nothing.is_negative() && !nothing.is_positive());
    /// ```
    #[inline]
    pub fn zero(currency: Currency) -> Money {
        Money { amount: Decimal::ZERO, currency }
    }

    /// Reads an amount, one blank, and a currency's code, such as `12.34 EUR`. The amount is read
    /// as by [`decimal::parse`].
    ///
    /// ```
    /// use fondaco_core::Money;
    /// assert_eq!(Money::parse("-0.5 EUR")?.to_string(), "-0.50 EUR");
    /// assert!(Money::parse("1,000.00 EUR").is_err());
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::Syntax`], [`MoneyError::Currency`], or [`MoneyError::Amount`] with what is
    /// wrong in the amount.
    pub fn parse(text: &str) -> Result<Money, MoneyError> {
        let (amount, code) =
            text.split_once(' ').ok_or_else(|| MoneyError::Syntax { text: text.into() })?;
        Ok(Money::new(decimal::parse(amount)?, code.parse()?))
    }

    /// The amount, in canonical form.
    ///
    /// ```
    /// use fondaco_core::{Currency, Money};
    /// let price = Money::parse("12.50 EUR")?;
    /// assert_eq!(price.amount().to_string(), "12.5");
    /// assert_eq!(price.currency(), Currency::EUR);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    #[inline]
    pub fn amount(self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[inline]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The amount counted in the currency's minor units, as [`Money::minor`] takes it. `None` when
    /// it holds finer digits or 64 bits are too few.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// assert_eq!(Money::parse("12.34 EUR")?.to_minor(), Some(1234));
    /// assert_eq!(Money::parse("12.345 EUR")?.to_minor(), None);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    #[inline]
    pub fn to_minor(self) -> Option<i64> {
        decimal::to_fixed(self.amount, self.currency.minor_units().unwrap_or(0))
    }

    /// The amount as a stored column of `DIGITS` digits; [`Fixed::money`](crate::store::Fixed::money) is the way back.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// let price = Money::parse("12.345 EUR")?;
    /// assert_eq!(price.to_fixed::<4>()?.units(), 123_450);
    /// let finer = price.to_fixed::<2>().unwrap_err();
    /// assert_eq!(finer.to_string(), "12.345 EUR has more than 2 digits after the point: round it first");
    /// let larger = Money::parse("1000000000000000 EUR")?.to_fixed::<4>().unwrap_err();
    /// assert_eq!(larger.code(), "core.money_too_large");
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::TooFine`]: round it, the caller chooses how; [`MoneyError::TooLarge`].
    pub fn to_fixed<const DIGITS: u8>(self) -> Result<Fixed<DIGITS>, MoneyError> {
        Fixed::from_decimal(self.amount).ok_or(match self.amount.scale() > u32::from(DIGITS) {
            true => MoneyError::TooFine { money: self, digits: DIGITS },
            false => MoneyError::TooLarge { money: self, digits: DIGITS },
        })
    }

    /// Whether the amount is zero.
    ///
    /// ```
    /// use fondaco_core::{Currency, Money};
    /// assert!(Money::zero(Currency::EUR).is_zero());
    /// assert!(!Money::parse("0.001 EUR")?.is_zero()); // less than a cent is not nothing
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    #[inline]
    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// Whether the amount is below zero.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// assert!(Money::parse("-0.01 EUR")?.is_negative());
    /// assert!(!Money::parse("-0.00 EUR")?.is_negative()); // zero has no sign
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    #[inline]
    pub fn is_negative(self) -> bool {
        self.amount.is_sign_negative()
    }

    /// Whether the amount is above zero.
    #[inline]
    pub fn is_positive(self) -> bool {
        !self.is_negative() && !self.is_zero()
    }

    /// The amount without its sign.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// let refund = Money::parse("-12.50 EUR")?;
    /// assert!(refund.is_negative());
    /// assert_eq!(refund.abs(), Money::parse("12.50 EUR")?);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    #[inline]
    pub fn abs(self) -> Money {
        Money::new(self.amount.abs(), self.currency)
    }

    /// Whether the amount has no more digits than its currency. Always so where the currency has no
    /// minor unit.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// assert!(Money::parse("12.3 EUR")?.is_rounded());
    /// assert!(!Money::parse("12.3 JPY")?.is_rounded());
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    #[inline]
    pub fn is_rounded(self) -> bool {
        self.currency.minor_units().is_none_or(|digits| self.amount.scale() <= digits)
    }

    /// Rounds to the currency's digits. An amount of a currency without a minor unit stays as it
    /// is.
    ///
    /// ```
    /// use fondaco_core::{Money, Rounding};
    /// let tax = Money::parse("1.995 EUR")?;
    /// assert_eq!(tax.round(Rounding::HalfUp), Money::parse("2 EUR")?);
    /// assert_eq!(tax.round(Rounding::Down), Money::parse("1.99 EUR")?);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    pub fn round(self, rounding: Rounding) -> Money {
        match self.currency.minor_units() {
            Some(digits) => self.round_to(digits, rounding),
            None => self,
        }
    }

    /// Rounds to a number of digits, such as those of unit prices.
    ///
    /// ```
    /// use fondaco_core::{Money, Rounding};
    /// let price = Money::parse("0.123456 EUR")?; // for one screw
    /// assert_eq!(price.round_to(4, Rounding::HalfUp), Money::parse("0.1235 EUR")?);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    pub fn round_to(self, digits: u32, rounding: Rounding) -> Money {
        Money { amount: round(self.amount, digits, rounding), currency: self.currency }
    }

    /// The exact sum of amounts of one currency; zero when there are none.
    ///
    /// ```
    /// use fondaco_core::{Currency, Money};
    /// let cents = |cents| Money::minor(cents, Currency::EUR);
    /// let total = Money::sum(Currency::EUR, [cents(1), cents(2)])?;
    /// assert_eq!(total, cents(3));
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Money::add`].
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Money>,
    ) -> Result<Money, MoneyError> {
        amounts.into_iter().try_fold(Money::zero(currency), Money::add)
    }

    /// Orders two amounts of one currency.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// use std::cmp::Ordering;
    /// let (ten, nine) = (Money::parse("10 EUR")?, Money::parse("9.99 EUR")?);
    /// assert_eq!(ten.compare(nine)?, Ordering::Greater);
    /// assert!(ten.compare(Money::parse("9.99 USD")?).is_err());
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`].
    pub fn compare(self, other: Money) -> Result<Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.amount.cmp(&other.amount))
    }

    #[inline]
    fn same_currency(self, other: Money) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
    }
}

/// Arithmetic under the names of the operators, which it cannot be, as it may fail.
#[expect(
    clippy::should_implement_trait,
    reason = "the traits of the operators promise an amount, and these may fail"
)]
impl Money {
    /// The exact sum.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// let (net, tax) = (Money::parse("100 EUR")?, Money::parse("19 EUR")?);
    /// assert_eq!(net.add(tax)?, Money::parse("119 EUR")?);
    /// assert!(net.add(Money::parse("19 USD")?).is_err()); // convert one of them first
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], and [`MoneyError::Amount`] when the sum has no room in 28
    /// digits.
    #[inline]
    pub fn add(self, other: Money) -> Result<Money, MoneyError> {
        self.same_currency(other)?;
        Ok(Money { amount: decimal::add(self.amount, other.amount)?, currency: self.currency })
    }

    /// The exact difference.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// let (due, paid) = (Money::parse("119 EUR")?, Money::parse("120 EUR")?);
    /// assert_eq!(due.sub(paid)?, Money::parse("-1 EUR")?);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Money::add`].
    #[inline]
    pub fn sub(self, other: Money) -> Result<Money, MoneyError> {
        self.add(other.neg())
    }

    /// The amount with the other sign. The operator `-` does the same.
    ///
    /// ```
    /// use fondaco_core::Money;
    /// let price = Money::parse("12.50 EUR")?;
    /// assert_eq!(price.neg(), Money::parse("-12.50 EUR")?);
    /// assert_eq!(-price, price.neg());
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    #[inline]
    pub fn neg(self) -> Money {
        Money::new(-self.amount, self.currency)
    }

    /// The exact product with a factor: a quantity, a [`Rate`](crate::Rate), an integer. Where the
    /// exact product may have more than 28 digits, use [`Money::mul_round`].
    ///
    /// ```
    /// use fondaco_core::{Money, Rate};
    /// let price = Money::parse("10.50 EUR")?;
    /// assert_eq!(price.mul(3)?, Money::parse("31.50 EUR")?);
    /// assert_eq!(price.mul(Rate::percent("19")?)?, Money::parse("1.995 EUR")?);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::Amount`] with [`DecimalError::Overflow`] when the product is too large, and
    /// with [`DecimalError::Inexact`] when it has more than 28 digits.
    pub fn mul(self, factor: impl Into<Decimal>) -> Result<Money, MoneyError> {
        Ok(Money {
            amount: decimal::mul_exact(self.amount, factor.into())?,
            currency: self.currency,
        })
    }

    /// The product with a factor, rounded once, from its exact value, to the currency's digits (28
    /// where it has no minor unit).
    ///
    /// ```
    /// use fondaco_core::{Money, Rounding, decimal};
    /// let hours = decimal::parse("1.3333333333333333333333333333")?;
    /// let wage = Money::parse("17.95 EUR")?;
    /// assert_eq!(wage.mul_round(hours, Rounding::HalfUp)?, Money::parse("23.93 EUR")?);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::Amount`] with [`DecimalError::Overflow`] when the product is too large.
    pub fn mul_round(
        self,
        factor: impl Into<Decimal>,
        rounding: Rounding,
    ) -> Result<Money, MoneyError> {
        let digits = self.currency.minor_units().unwrap_or(decimal::MAX_DIGITS);
        Ok(Money {
            amount: decimal::mul_round(self.amount, factor.into(), digits, rounding)?,
            currency: self.currency,
        })
    }
}

impl Neg for Money {
    type Output = Money;

    fn neg(self) -> Money {
        Money::neg(self)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.currency.minor_units().unwrap_or(0);
        let text = format!("{} {}", decimal::Padded { value: self.amount, digits }, self.currency);
        decimal::pad_whole(f, &text)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Money, MoneyError> {
        Money::parse(text)
    }
}

/// What can go wrong with money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Amounts of two currencies were added, subtracted or compared.
    #[error("{left} and {right} cannot be reckoned together: convert one of them first")]
    CurrencyMismatch {
        /// The currency of the first amount.
        left: Currency,
        /// The currency of the second.
        right: Currency,
    },
    /// The amount cannot be read, held or computed exactly.
    #[error(transparent)]
    Amount(#[from] DecimalError),
    /// The code is no currency's.
    #[error(transparent)]
    Currency(#[from] UnknownCurrency),
    /// The text is not an amount and a currency.
    #[error(
        "{text:?} is not money: write the amount, one blank, and the currency, such as 12.34 EUR"
    )]
    Syntax {
        /// The text as given.
        text: String,
    },
    /// The amount has more digits than are kept of it.
    #[error("{money} has more than {digits} digits after the point: round it first")]
    TooFine {
        /// The amount.
        money: Money,
        /// How many digits are kept.
        digits: u8,
    },
    /// The amount is larger than can be kept.
    #[error(
        "{money} is beyond what is kept with {digits} digits after the point: divide it, or check it"
    )]
    TooLarge {
        /// The amount.
        money: Money,
        /// How many digits are kept.
        digits: u8,
    },
}

impl MoneyError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::{ErrorKind, Money};
    /// let error = Money::parse("12.34EUR").unwrap_err();
    /// assert_eq!((error.code(), error.kind()), ("core.money_syntax", ErrorKind::Invalid));
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            MoneyError::CurrencyMismatch { .. } => "core.currency_mismatch",
            MoneyError::Amount(error) => error.code(),
            MoneyError::Currency(error) => error.code(),
            MoneyError::Syntax { .. } => "core.money_syntax",
            MoneyError::TooFine { .. } => "core.money_too_fine",
            MoneyError::TooLarge { .. } => "core.money_too_large",
        }
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

#[cfg(test)]
mod tests;
