//! Currencies: the ISO 4217 list, its numeric codes and its minor units.
//!
//! The digits come from the standard and never from a locale table: CLDR shows 13 currencies with
//! other digits than ISO 4217 gives them. What a till rounds to (0.05 in Switzerland) is a third
//! thing, see [`CashRounding`]; a unit price may hold more digits than either, see
//! [`Money`](crate::Money).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::names::ErrorKind;

mod cash;
mod table;

pub use cash::CashRounding;

/// A currency of ISO 4217, one byte in size. Currencies order by their code.
///
/// ```
/// use fondaco_core::Currency;
/// assert_eq!(Currency::from_code("JPY"), Some(Currency::JPY));
/// assert_eq!(Currency::JPY.minor_units(), Some(0));
/// assert_eq!(Currency::BHD.minor_units(), Some(3));
/// assert_eq!(Currency::XAU.minor_units(), None); // gold is not counted in cents
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(u8);

impl Currency {
    /// The currency of an alphabetic code, in capitals as the standard writes it.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// assert_eq!(Currency::from_code("EUR"), Some(Currency::EUR));
    /// assert_eq!(Currency::from_code("eur"), None);
    /// ```
    pub fn from_code(code: &str) -> Option<Currency> {
        let letters = code.as_bytes().try_into().ok()?;
        let position =
            table::ROWS.binary_search_by_key(&packed(letters), |row| packed(row.letters));
        u8::try_from(position.ok()?).ok().map(Currency)
    }

    /// The currency of a numeric code.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// assert_eq!(Currency::from_numeric(978), Some(Currency::EUR));
    /// ```
    pub fn from_numeric(numeric: u16) -> Option<Currency> {
        Currency::all().find(|currency| currency.numeric() == numeric)
    }

    /// Every currency of the list, by code.
    ///
    /// ```
    /// assert_eq!(fondaco_core::Currency::all().count(), 178);
    /// ```
    pub fn all() -> impl Iterator<Item = Currency> {
        (0..=u8::MAX).take(table::ROWS.len()).map(Currency)
    }

    /// The alphabetic code, such as `EUR`.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// let franc = Currency::CHF;
    /// assert_eq!((franc.code(), franc.numeric(), franc.name()), ("CHF", 756, "Swiss Franc"));
    /// ```
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// The numeric code, such as 978; the standard writes it with three digits.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// assert_eq!(Currency::EUR.numeric(), 978);
    /// assert_eq!(format!("{:03}", Currency::AUD.numeric()), "036"); // as the standard writes it
    /// ```
    pub fn numeric(self) -> u16 {
        self.row().numeric
    }

    /// The number of decimal digits of the smallest unit: 2 where there are cents, 0 where there
    /// are none. `None` where the standard gives no unit: metals, SDR, test codes.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// assert_eq!(Currency::EUR.minor_units(), Some(2));
    /// assert_eq!(Currency::JPY.minor_units(), Some(0));
    /// assert_eq!(Currency::XAU.minor_units(), None);
    /// ```
    pub fn minor_units(self) -> Option<u32> {
        self.row().minor_units
    }

    /// The digits that amounts of it are kept with where `most` can be kept: those of its smallest unit; all of them where
    /// the standard gives no unit.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// let digits = [Currency::EUR, Currency::JPY, Currency::XAU].map(|of| of.digits_within(4));
    /// assert_eq!(digits, [2, 0, 4]);
    /// assert_eq!(Currency::KWD.digits_within(2), 2); // of its three
    /// ```
    pub fn digits_within(self, most: u32) -> u32 {
        self.minor_units().map_or(most, |digits| digits.min(most))
    }

    /// The English name as the standard gives it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    fn row(self) -> &'static table::Row {
        // A `Currency` is only ever made from a position in the list.
        &table::ROWS[usize::from(self.0)]
    }
}

/// Three letters as a number of the same order, which compares faster than text.
fn packed([a, b, c]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, a, b, c])
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A text that is no code of ISO 4217 (of the list of 2026-01-01, in capitals).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no currency of ISO 4217: give its three capital letters, such as EUR")]
#[non_exhaustive]
pub struct UnknownCurrency {
    /// The text as given.
    pub text: String,
}

impl UnknownCurrency {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// let error = "euro".parse::<Currency>().unwrap_err();
    /// assert_eq!(error.code(), "core.unknown_currency");
    /// ```
    pub fn code(&self) -> &'static str {
        "core.unknown_currency"
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Currency, UnknownCurrency> {
        Currency::from_code(code).ok_or_else(|| UnknownCurrency { text: code.into() })
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_complete_and_in_order() {
        assert_eq!(table::ROWS.len(), 178);
        assert!(table::ROWS.is_sorted_by(|a, b| a.code < b.code));
        assert!(table::ROWS.iter().all(|row| row.code.len() == 3));
        let mut numbers: Vec<u16> = Currency::all().map(Currency::numeric).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 178);
    }

    #[test]
    fn every_currency_is_found_by_its_code_number_and_json() {
        for currency in Currency::all() {
            assert_eq!(currency.code().parse(), Ok(currency));
            assert_eq!(Currency::from_numeric(currency.numeric()), Some(currency));
            let json = serde_json::to_string(&currency).unwrap();
            assert_eq!(json, format!("\"{}\"", currency.code()));
            assert_eq!(serde_json::from_str::<Currency>(&json).unwrap(), currency);
        }
    }

    #[test]
    fn digits_are_those_of_the_standard() {
        let digits = |code| Currency::from_code(code).map(Currency::minor_units);
        let cases = [
            ("EUR", Some(2)),
            ("MGA", Some(2)),
            ("UYI", Some(0)),
            ("CLF", Some(4)),
            ("UYW", Some(4)),
            ("XAF", Some(0)),
            ("IQD", Some(3)),
            ("XDR", None),
        ];
        for (code, minor_units) in cases {
            assert_eq!(digits(code), Some(minor_units), "{code}");
        }
    }

    #[test]
    fn withdrawn_and_misspelt_codes_are_refused() {
        for code in ["BGN", "HRK", "DEM", "eur", "EU", "EURO", "", "€"] {
            assert_eq!(code.parse::<Currency>(), Err(UnknownCurrency { text: code.into() }));
        }
    }
}
