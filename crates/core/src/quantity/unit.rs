//! Units: what a quantity is counted in.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::table::{BY_CODE, ROWS, Row};
use crate::names::ErrorKind;
use crate::ratio::Ratio;

/// What a unit measures. Within a dimension every listed unit converts into every other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Dimension {
    /// Base unit: kilogram.
    Mass,
    /// Base unit: metre.
    Length,
    /// Base unit: square metre.
    Area,
    /// Base unit: cubic metre.
    Volume,
    /// Of the clock. Base unit: second.
    Time,
    /// Of the calendar: a month is no fixed number of days. Base unit: month.
    Months,
    /// Base unit: piece.
    Count,
    /// Base unit: joule.
    Energy,
    /// Base unit: watt.
    Power,
    /// Base unit: byte.
    Data,
}

/// A unit: one of the listed ones, which have a dimension and a factor, or one of the host's own
/// (`carton`, `pallet`), whose factor is data: see [`Conversions`](super::Conversions).
///
/// The text, also in serde, is the code. Equality and order are those of the code.
///
/// ```
/// use fondaco_core::{Dimension, Unit};
/// assert_eq!("kg".parse::<Unit>()?, Unit::KILOGRAM);
/// assert_eq!(Unit::from_rec20("LBR"), Some(Unit::POUND));
/// assert_eq!(Unit::POUND.factor().map(|kg| kg.to_string()), Some("45359237/100000000".into()));
/// let carton: Unit = "carton".parse()?; // of the host's own
/// assert_eq!(carton.dimension(), None);
/// # Ok::<(), fondaco_core::quantity::UnitError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Unit(Repr);

/// The longest code of an own unit, in bytes.
const MAX_CODE: usize = 15;

#[derive(Clone, Copy)]
enum Repr {
    /// A position in the table.
    Listed(u8),
    /// A code of the host's, with zeros behind it.
    Own([u8; MAX_CODE]),
}

impl Unit {
    pub(super) const fn listed(position: u8) -> Unit {
        Unit(Repr::Listed(position))
    }

    /// The listed unit of a code; `None` when the code is not in the table.
    ///
    /// ```
    /// use fondaco_core::Unit;
    /// assert_eq!(Unit::from_code("lb"), Some(Unit::POUND));
    /// assert_eq!(Unit::from_code("carton"), None);
    /// ```
    pub fn from_code(code: &str) -> Option<Unit> {
        let at = BY_CODE.binary_search_by_key(&code, |&position| row(position).code).ok()?;
        BY_CODE.get(at).copied().map(Unit::listed)
    }

    /// The listed unit of a code of UNECE Recommendation 20, as electronic invoices carry them.
    ///
    /// ```
    /// use fondaco_core::Unit;
    /// assert_eq!(Unit::from_rec20("KWH"), Some(Unit::KILOWATT_HOUR));
    /// assert_eq!(Unit::from_rec20("kWh"), None);
    /// ```
    pub fn from_rec20(code: &str) -> Option<Unit> {
        Unit::all().find(|unit| unit.rec20() == Some(code))
    }

    /// Every listed unit, by dimension.
    ///
    /// ```
    /// use fondaco_core::{Dimension, Unit};
    /// let masses = Unit::all().filter(|unit| unit.dimension() == Some(Dimension::Mass));
    /// assert_eq!(masses.count(), 17);
    /// ```
    pub fn all() -> impl Iterator<Item = Unit> {
        (0..=u8::MAX).take(ROWS.len()).map(Unit::listed)
    }

    /// A unit of the host's own. Its code has 1 to 15 bytes, begins with a letter, and holds no
    /// blank and no slash.
    ///
    /// ```
    /// use fondaco_core::Unit;
    /// assert_eq!(Unit::own("carton")?.code(), "carton");
    /// let mistyped = Unit::own("KG").unwrap_err();
    /// assert_eq!(mistyped.to_string(), "the unit \"KG\" looks like kg (kilogram): write kg, or another code");
    /// # Ok::<(), fondaco_core::quantity::UnitError>(())
    /// ```
    ///
    /// # Errors
    /// [`UnitError::Syntax`], and [`UnitError::LooksLike`] when a listed unit has this code in other
    /// letters, or as its code of Recommendation 20.
    pub fn own(code: &str) -> Result<Unit, UnitError> {
        let listed =
            |unit: &Unit| unit.rec20() == Some(code) || unit.code().eq_ignore_ascii_case(code);
        if let Some(meant) = Unit::all().find(listed) {
            return Err(UnitError::LooksLike { text: code.into(), meant });
        }
        Unit::kept(code).ok_or_else(|| UnitError::Syntax { text: code.into() })
    }

    /// As [`Unit::own`], for a code that was accepted once: a list that has grown since is no reason
    /// to lose it.
    fn kept(code: &str) -> Option<Unit> {
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && c != '/' && c != '=';
        let good = code.starts_with(char::is_alphabetic) && code.chars().all(plain);
        let mut bytes = [0; MAX_CODE];
        bytes.get_mut(..code.len()).filter(|_| good)?.copy_from_slice(code.as_bytes());
        Some(Unit(Repr::Own(bytes)))
    }

    /// The unit of a code that a store kept.
    pub(crate) fn stored(code: &str) -> Option<Unit> {
        Unit::from_code(code).or_else(|| Unit::kept(code))
    }

    fn row(&self) -> Option<&'static Row> {
        match self.0 {
            Repr::Listed(position) => Some(row(position)),
            Repr::Own(_) => None,
        }
    }

    /// The code: what people write.
    ///
    /// ```
    /// use fondaco_core::Unit;
    /// assert_eq!(Unit::SQUARE_METRE.code(), "m2");
    /// ```
    pub fn code(&self) -> &str {
        match &self.0 {
            Repr::Listed(position) => row(*position).code,
            Repr::Own(bytes) => {
                let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(MAX_CODE);
                // Only ever filled from a text.
                bytes.get(..end).and_then(|code| std::str::from_utf8(code).ok()).unwrap_or_default()
            }
        }
    }

    /// The code of UNECE Recommendation 20; `None` for an own unit.
    pub fn rec20(self) -> Option<&'static str> {
        self.row().map(|row| row.rec20)
    }

    /// The English name; `None` for an own unit.
    pub fn name(self) -> Option<&'static str> {
        self.row().map(|row| row.name)
    }

    /// What it measures; `None` for an own unit.
    ///
    /// ```
    /// use fondaco_core::{Dimension, Unit};
    /// assert_eq!(Unit::GALLON_US.dimension(), Some(Dimension::Volume));
    /// ```
    pub fn dimension(self) -> Option<Dimension> {
        self.row().map(|row| row.dimension)
    }

    /// How many base units of its dimension it is, exactly; `None` for an own unit.
    ///
    /// ```
    /// use fondaco_core::{Ratio, Unit};
    /// assert_eq!(Unit::GROSS.factor(), Some(Ratio::from(144)));
    /// ```
    pub fn factor(self) -> Option<Ratio> {
        self.row().map(|row| row.factor)
    }
}

fn row(position: u8) -> &'static Row {
    // A listed unit is only ever made from a position in the table.
    &ROWS[usize::from(position)]
}

impl PartialEq for Unit {
    fn eq(&self, other: &Unit) -> bool {
        match (&self.0, &other.0) {
            (Repr::Listed(a), Repr::Listed(b)) => a == b,
            (Repr::Own(a), Repr::Own(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Unit {}

impl Hash for Unit {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.code().hash(state);
    }
}

impl Ord for Unit {
    fn cmp(&self, other: &Unit) -> Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Unit {
    fn partial_cmp(&self, other: &Unit) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Unit {
    type Err = UnitError;

    fn from_str(code: &str) -> Result<Unit, UnitError> {
        Unit::from_code(code).map_or_else(|| Unit::own(code), Ok)
    }
}

impl Serialize for Unit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Unit, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A text that is no unit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnitError {
    /// It cannot be the code of a unit.
    #[error(
        "{text:?} is no unit: a code has 1 to 15 bytes, begins with a letter, and holds no blank, slash or equals sign"
    )]
    Syntax {
        /// The text as given.
        text: String,
    },
    /// It would be mistaken for a listed unit.
    #[error("the unit {text:?} looks like {meant} ({}): write {meant}, or another code", meant.name().unwrap_or_default())]
    LooksLike {
        /// The text as given.
        text: String,
        /// The listed unit.
        meant: Unit,
    },
}

impl UnitError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::{ErrorKind, Unit};
    /// let error = "a carton".parse::<Unit>().unwrap_err();
    /// assert_eq!((error.code(), error.kind()), ("core.unit_syntax", ErrorKind::Invalid));
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            UnitError::Syntax { .. } => "core.unit_syntax",
            UnitError::LooksLike { .. } => "core.unit_looks_like",
        }
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}
