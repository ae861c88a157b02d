//! For `#[serde(with = "fondaco_core::decimal::as_text")]`: a decimal field as text, so that no
//! format's numbers come near it.
//!
//! A JSON number passes through a float in most programs, ours would be no exception. Text is read
//! as [`parse`](super::parse) reads it, and a number is refused.
//!
//! ```
//! use rust_decimal::Decimal;
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct Line {
//!     #[serde(with = "fondaco_core::decimal::as_text")]
//!     quantity: Decimal,
//! }
//! let line: Line = serde_json::from_str(r#"{"quantity":"12.50"}"#)?;
//! assert_eq!(serde_json::to_string(&line)?, r#"{"quantity":"12.5"}"#);
//! assert!(serde_json::from_str::<Line>(r#"{"quantity":12.5}"#).is_err());
//! # Ok::<(), serde_json::Error>(())
//! ```

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Writes the canonical form as text.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&super::normalize(*value))
}

/// Reads text, strictly.
///
/// # Errors
/// When it is not text, or not a plain decimal that can be held exactly.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    deserializer.deserialize_str(DecimalText)
}

struct DecimalText;

impl de::Visitor<'_> for DecimalText {
    type Value = Decimal;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal as text, such as \"12.34\"")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Decimal, E> {
        super::parse(text).map_err(E::custom)
    }
}

struct Text(Decimal);

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        deserialize(deserializer).map(Text)
    }
}

/// The same for an optional field: `#[serde(default, with =
/// "fondaco_core::decimal::as_text::option")]`.
pub mod option {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Text;

    /// Writes the canonical form as text, or nothing.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        value: &Option<Decimal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(Text).serialize(serializer)
    }

    /// Reads text, strictly, or nothing.
    ///
    /// # Errors
    /// When there is something that is not text, or not a plain decimal that can be held exactly.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decimal>, D::Error> {
        Ok(Option::<Text>::deserialize(deserializer)?.map(|text| text.0))
    }
}

/// The same for a list: `#[serde(with = "fondaco_core::decimal::as_text::list")]`.
pub mod list {
    use rust_decimal::Decimal;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Text;

    /// Writes each in its canonical form as text.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(values: &[Decimal], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().copied().map(Text))
    }

    /// Reads texts, strictly.
    ///
    /// # Errors
    /// When one of them is not text, or not a plain decimal that can be held exactly.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Decimal>, D::Error> {
        Ok(Vec::<Text>::deserialize(deserializer)?.into_iter().map(|text| text.0).collect())
    }
}
