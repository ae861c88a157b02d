//! Rates: exact factors that people write in percent.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::decimal::{self, DecimalError};
use crate::money::{Money, MoneyError};
use crate::rounding::Rounding;

/// An exact factor, such as a tax or discount rate. Its text, also in serde, is the percentage with
/// its sign: `19%`, so that 19 and 0.19 are never mistaken for one another.
///
/// ```
/// use fondaco_core::{Money, Rate, Rounding};
/// let vat = Rate::percent("19")?;
/// assert_eq!(vat.of(Money::parse("10.50 EUR")?, Rounding::HalfUp)?, Money::parse("2.00 EUR")?);
/// assert_eq!(vat.to_string(), "19%");
/// assert_eq!(vat.factor().to_string(), "0.19");
/// # Ok::<(), fondaco_core::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rate {
    /// Both are kept, so that reading either never fails; each follows from the other.
    factor: Decimal,
    percent: Decimal,
}

impl Rate {
    /// No part at all.
    pub const ZERO: Rate = Rate { factor: Decimal::ZERO, percent: Decimal::ZERO };

    /// The rate of a factor: 0.19 for 19 percent.
    ///
    /// ```
    /// use fondaco_core::{Rate, decimal};
    /// let vat = Rate::new(decimal::parse("0.19")?)?;
    /// assert_eq!(vat, Rate::percent("19")?);
    /// assert_eq!(vat.factor(), decimal::parse("0.19")?);
    /// assert_eq!(vat.to_percent(), decimal::parse("19")?);
    /// # Ok::<(), fondaco_core::decimal::DecimalError>(())
    /// ```
    ///
    /// # Errors
    /// [`DecimalError::Overflow`] when its percentage has no room.
    pub fn new(factor: Decimal) -> Result<Rate, DecimalError> {
        Ok(Rate {
            factor: decimal::normalize(factor),
            percent: decimal::mul_exact(factor, Decimal::ONE_HUNDRED)?,
        })
    }

    /// The rate of a percentage as text, read as by [`decimal::parse`]: `19` or `7.7`.
    ///
    /// ```
    /// use fondaco_core::Rate;
    /// assert_eq!(Rate::percent("7.5")?.to_string(), "7.5%");
    /// assert!(Rate::percent("7,5").is_err());
    /// # Ok::<(), fondaco_core::decimal::DecimalError>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`decimal::parse`], and [`DecimalError::Inexact`] when the factor would need more
    /// than 28 digits.
    pub fn percent(percent: &str) -> Result<Rate, DecimalError> {
        Rate::from_percent(decimal::parse(percent)?)
    }

    /// The rate of a percentage: 19 for 19 percent.
    ///
    /// ```
    /// use fondaco_core::Rate;
    /// use rust_decimal::Decimal;
    /// assert_eq!(Rate::from_percent(Decimal::from(19))?, Rate::percent("19")?);
    /// # Ok::<(), fondaco_core::decimal::DecimalError>(())
    /// ```
    ///
    /// # Errors
    /// [`DecimalError::Inexact`] when the factor would need more than 28 digits.
    pub fn from_percent(percent: Decimal) -> Result<Rate, DecimalError> {
        Ok(Rate {
            factor: decimal::mul_exact(percent, Decimal::new(1, 2))?,
            percent: decimal::normalize(percent),
        })
    }

    /// The factor: 0.19 for 19 percent.
    #[inline]
    pub fn factor(self) -> Decimal {
        self.factor
    }

    /// The percentage: 19 for 19 percent.
    ///
    /// ```
    /// use fondaco_core::Rate;
    /// let vat: Rate = "19%".parse()?;
    /// assert_eq!(vat.to_percent().to_string(), "19");
    /// assert_eq!(vat.factor().to_string(), "0.19");
    /// # Ok::<(), fondaco_core::decimal::DecimalError>(())
    /// ```
    #[inline]
    pub fn to_percent(self) -> Decimal {
        self.percent
    }

    /// This part of an amount, rounded once, from its exact value, to the currency's digits.
    ///
    /// ```
    /// use fondaco_core::{Money, Rate, Rounding};
    /// let vat = Rate::percent("19")?;
    /// let tax = vat.of(Money::parse("10.50 EUR")?, Rounding::HalfUp)?; // 1.995
    /// assert_eq!(tax, Money::parse("2.00 EUR")?);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::Amount`] when the part is too large to be held.
    pub fn of(self, money: Money, rounding: Rounding) -> Result<Money, MoneyError> {
        money.mul_round(self, rounding)
    }
}

impl From<Rate> for Decimal {
    fn from(rate: Rate) -> Decimal {
        rate.factor
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.percent)
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Rate {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Rate, DecimalError> {
        let percent =
            text.strip_suffix('%').ok_or_else(|| DecimalError::Syntax { text: text.into() })?;
        Rate::percent(percent)
    }
}

serde_as_text!(Rate);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::currency::Currency;
    use proptest::prelude::*;

    #[test]
    fn a_rate_takes_its_part_and_rounds_once() {
        let price = Money::minor(1050, Currency::EUR);
        let vat = Rate::percent("19").unwrap();
        assert_eq!(vat.of(price, Rounding::HalfUp).unwrap(), Money::minor(200, Currency::EUR));
        assert_eq!(vat.of(price, Rounding::Down).unwrap(), Money::minor(199, Currency::EUR));
    }

    #[test]
    fn a_product_beyond_28_digits_still_rounds_to_the_cent() {
        let third = Rate::new(decimal::parse("0.3333333333333333333333333333").unwrap()).unwrap();
        let amount = Money::parse("123456789012.345678 EUR").unwrap();
        assert_eq!(amount.mul(third).unwrap_err().code(), "core.inexact");
        assert_eq!(
            third.of(amount, Rounding::HalfUp).unwrap(),
            Money::parse("41152263004.12 EUR").unwrap()
        );
    }

    #[test]
    fn text_without_its_sign_is_refused() {
        for text in ["19", "19 %", "%", "1e1%", "19%%"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_json_give_back_the_rate(units: i64, digits in 0u32..20) {
            let rate = Rate::from_percent(decimal::from_fixed(units, digits)).unwrap();
            prop_assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate);
            let json = serde_json::to_string(&rate).unwrap();
            prop_assert_eq!(serde_json::from_str::<Rate>(&json).unwrap(), rate);
            prop_assert_eq!(Rate::new(rate.factor()).unwrap(), rate);
        }
    }
}
