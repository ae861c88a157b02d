//! Cash rounding: what a till can pay out, where the smallest coin is larger than the currency's
//! minor unit.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::decimal::{self, DecimalError};
use crate::money::{Money, MoneyError};
use crate::rounding::{Rounding, round_to_increment};

/// The smallest coin of a till and how amounts are rounded to it. It belongs to a payment in cash,
/// never to a currency: a Swiss transfer is paid to the centime.
///
/// ```
/// use fondaco_core::{CashRounding, Money, Rounding, decimal};
/// let till = CashRounding::new(decimal::parse("0.05")?, Rounding::HalfUp)?;
/// assert_eq!(till.round(Money::parse("12.38 CHF")?)?, Money::parse("12.40 CHF")?);
/// # Ok::<(), fondaco_core::MoneyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", deny_unknown_fields)]
pub struct CashRounding {
    #[serde(with = "decimal::as_text")]
    increment: Decimal,
    rounding: Rounding,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    #[serde(with = "decimal::as_text")]
    increment: Decimal,
    rounding: Rounding,
}

impl TryFrom<Parts> for CashRounding {
    type Error = DecimalError;

    fn try_from(parts: Parts) -> Result<CashRounding, DecimalError> {
        CashRounding::new(parts.increment, parts.rounding)
    }
}

impl CashRounding {
    /// Rounding to multiples of an increment.
    ///
    /// ```
    /// use fondaco_core::{CashRounding, Rounding};
    /// use rust_decimal::Decimal;
    /// let till = CashRounding::new(Decimal::new(5, 2), Rounding::HalfUp)?;
    /// assert_eq!(till.increment().to_string(), "0.05");
    /// assert!(CashRounding::new(Decimal::ZERO, Rounding::HalfUp).is_err());
    /// # Ok::<(), fondaco_core::decimal::DecimalError>(())
    /// ```
    ///
    /// # Errors
    /// [`DecimalError::NotPositive`] when the increment is zero or negative.
    pub fn new(increment: Decimal, rounding: Rounding) -> Result<CashRounding, DecimalError> {
        if increment.is_zero() || increment.is_sign_negative() {
            return Err(DecimalError::NotPositive { value: increment });
        }
        Ok(CashRounding { increment: decimal::normalize(increment), rounding })
    }

    /// The smallest coin.
    pub fn increment(self) -> Decimal {
        self.increment
    }

    /// Rounds an amount to what can be paid.
    ///
    /// ```
    /// use fondaco_core::{CashRounding, Money, Rounding};
    /// use rust_decimal::Decimal;
    /// let till = CashRounding::new(Decimal::new(5, 2), Rounding::HalfUp)?;
    /// assert_eq!(till.round(Money::parse("12.37 CHF")?)?, Money::parse("12.35 CHF")?);
    /// # Ok::<(), fondaco_core::MoneyError>(())
    /// ```
    ///
    /// # Errors
    /// [`MoneyError::Amount`] when the result is too large to be held.
    pub fn round(self, money: Money) -> Result<Money, MoneyError> {
        Ok(Money::new(
            round_to_increment(money.amount(), self.increment, self.rounding)?,
            money.currency(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_go_to_the_nearest_coin_on_both_sides_of_zero() {
        let till = CashRounding::new(decimal::parse("0.05").unwrap(), Rounding::HalfUp).unwrap();
        let cases = [
            ("12.37", "12.35"),
            ("12.38", "12.40"),
            ("12.375", "12.40"),
            ("-12.375", "-12.40"),
            ("0.02", "0"),
            ("-0.02", "0"),
        ];
        for (given, paid) in cases {
            let amount = |text| Money::parse(&format!("{text} CHF")).unwrap();
            assert_eq!(till.round(amount(given)).unwrap(), amount(paid), "{given}");
        }
    }

    #[test]
    fn an_increment_of_nothing_is_refused_also_from_json() {
        assert!(CashRounding::new(Decimal::ZERO, Rounding::HalfUp).is_err());
        assert!(
            serde_json::from_str::<CashRounding>(r#"{"increment":"-0.05","rounding":"half_up"}"#)
                .is_err()
        );
        let till: CashRounding =
            serde_json::from_str(r#"{"increment":"0.05","rounding":"half_up"}"#).unwrap();
        assert_eq!(
            serde_json::to_string(&till).unwrap(),
            r#"{"increment":"0.05","rounding":"half_up"}"#
        );
    }
}
