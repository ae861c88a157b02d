//! Countries of ISO 3166.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::names::ErrorKind;

mod table;

/// A country of ISO 3166-1, one byte in size. Its text, also in serde and in stores, is the alpha-2 code. Countries order by
/// it.
///
/// ```
/// use fondaco_core::party::Country;
/// let italy: Country = "IT".parse()?;
/// assert_eq!((italy.code(), italy.alpha3(), italy.name()), ("IT", "ITA", "Italy"));
/// assert!("UK".parse::<Country>().is_err()); // the code is GB
/// # Ok::<(), fondaco_core::party::UnknownCountry>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Country(u8);

impl Country {
    /// The country of an alpha-2 code, in capitals as the standard writes it.
    ///
    /// ```
    /// use fondaco_core::party::Country;
    /// assert_eq!(Country::from_code("CH").map(|country| country.name()), Some("Switzerland"));
    /// assert_eq!(Country::from_code("ch"), None);
    /// ```
    pub fn from_code(code: &str) -> Option<Country> {
        let at = table::ROWS.binary_search_by_key(&code, |[alpha2, ..]| alpha2).ok()?;
        u8::try_from(at).ok().map(Country)
    }

    /// Every country, by code.
    ///
    /// ```
    /// assert_eq!(fondaco_core::party::Country::all().count(), 249);
    /// ```
    pub fn all() -> impl Iterator<Item = Country> {
        (0..=u8::MAX).take(table::ROWS.len()).map(Country)
    }

    /// The alpha-2 code, such as `IT`.
    pub fn code(self) -> &'static str {
        self.row()[0]
    }

    /// The alpha-3 code, such as `ITA`.
    pub fn alpha3(self) -> &'static str {
        self.row()[1]
    }

    /// The English name.
    pub fn name(self) -> &'static str {
        self.row()[2]
    }

    fn row(self) -> &'static [&'static str; 3] {
        // A country is only ever made from a position in the list.
        &table::ROWS[usize::from(self.0)]
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A text that is no country's alpha-2 code. The text itself is not kept: it may have been part of something personal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is no country of ISO 3166: give its two capital letters, such as IT")]
#[non_exhaustive]
pub struct UnknownCountry {}

impl UnknownCountry {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::party::Country;
    /// assert_eq!("Italy".parse::<Country>().unwrap_err().code(), "party.unknown_country");
    /// ```
    pub fn code(&self) -> &'static str {
        "party.unknown_country"
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

impl FromStr for Country {
    type Err = UnknownCountry;

    fn from_str(code: &str) -> Result<Country, UnknownCountry> {
        Country::from_code(code).ok_or(UnknownCountry {})
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Country, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_complete_and_in_order() {
        assert!(table::ROWS.is_sorted_by(|a, b| a[0] < b[0]));
        let capitals = |code: &str| code.bytes().all(|byte| byte.is_ascii_uppercase());
        for country in Country::all() {
            assert_eq!(Country::from_code(country.code()), Some(country));
            assert!(country.code().len() == 2 && capitals(country.code()));
            assert!(country.alpha3().len() == 3 && capitals(country.alpha3()));
            let json = serde_json::to_string(&country).unwrap();
            assert_eq!(serde_json::from_str::<Country>(&json).unwrap(), country);
        }
        for text in ["", "it", "I", "ITA", "UK", "EL", "XK", "ZZ"] {
            assert_eq!(text.parse::<Country>(), Err(UnknownCountry {}), "{text}");
        }
    }
}
