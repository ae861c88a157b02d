//! What is known of somebody, or said with an event: values with types.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{ColumnSink, DecodeError, Field, Json, Type, Value as Stored};
use fondaco_core::{Timestamp, decimal};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::AttributeError;

/// The longest text of a value, in bytes.
pub const MAX_TEXT: usize = 4_096;

/// So many values one event or contact has at most.
pub const MAX_VALUES: usize = 256;

/// A value with its type. In JSON: `{"number":"12.5"}`, `{"flag":true}`, `{"day":"2026-03-02"}`.
///
/// ```
/// use fondaco_crm::attributes::Value;
/// let pages = Value::from(3);
/// assert_eq!((pages.number(), pages.text()), (Some(3.into()), None));
/// assert_eq!(Value::from_f64("visits", 2.5)?.to_string(), "2.5");
/// assert_eq!(Value::from_f64("visits", f64::NAN).unwrap_err().code(), "crm.not_a_number");
/// # Ok::<(), fondaco_crm::AttributeError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A text, or one of a list of choices.
    Text(SmolStr),
    /// A number, exact.
    Number(#[serde(with = "decimal::as_text")] Decimal),
    /// Yes or no.
    Flag(bool),
    /// A day.
    Day(NaiveDate),
    /// An instant.
    Instant(Timestamp),
}

/// Which type a value has.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Flag,
    /// A day.
    Day,
    /// An instant.
    Instant,
    /// One of a list of texts.
    Choice,
}

impl ValueKind {
    /// In words, for messages.
    ///
    /// ```
    /// use fondaco_crm::attributes::ValueKind;
    /// assert_eq!(ValueKind::Flag.says(), "yes or no");
    /// ```
    pub fn says(self) -> &'static str {
        match self {
            ValueKind::Text => "a text",
            ValueKind::Number => "a number",
            ValueKind::Flag => "yes or no",
            ValueKind::Day => "a day",
            ValueKind::Instant => "an instant",
            ValueKind::Choice => "one of its choices",
        }
    }
}

impl Value {
    /// A number from a float, as statistics and JSON have it.
    ///
    /// # Errors
    /// [`AttributeError::NotANumber`] for NaN, the infinite, and what has no room in 28 digits.
    pub fn from_f64(field: &str, number: f64) -> Result<Value, AttributeError> {
        let bad = || AttributeError::NotANumber { attribute: field.into(), value: number };
        let exact = Decimal::from_f64(number).filter(|exact| !exact.is_zero() || number == 0.0);
        exact.map(Value::from).ok_or_else(bad)
    }

    /// Which type it has; a choice is a [`Text`](ValueKind::Text).
    ///
    /// ```
    /// use fondaco_crm::attributes::{Value, ValueKind};
    /// assert_eq!(Value::from("blue").kind(), ValueKind::Text);
    /// ```
    pub fn kind(&self) -> ValueKind {
        match self {
            Value::Text(_) => ValueKind::Text,
            Value::Number(_) => ValueKind::Number,
            Value::Flag(_) => ValueKind::Flag,
            Value::Day(_) => ValueKind::Day,
            Value::Instant(_) => ValueKind::Instant,
        }
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&SmolStr> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The number, where it is one.
    pub fn number(&self) -> Option<Decimal> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    /// The number as a float, for statistics alone.
    ///
    /// ```
    /// use fondaco_crm::attributes::Value;
    /// assert!(Value::from(3).to_f64().is_some_and(|three| (three - 3.0).abs() < 1e-12));
    /// ```
    pub fn to_f64(&self) -> Option<f64> {
        self.number()?.to_f64()
    }

    /// Whether it can be kept: short enough, and without NUL.
    ///
    /// # Errors
    /// [`AttributeError::TooLong`], [`AttributeError::BadValue`].
    pub(crate) fn check(&self, name: &str) -> Result<(), AttributeError> {
        let Value::Text(text) = self else { return Ok(()) };
        if text.len() > MAX_TEXT {
            let (attribute, bytes, most) = (name.into(), text.len(), MAX_TEXT);
            return Err(AttributeError::TooLong { attribute, bytes, most });
        }
        if text.contains('\0') {
            let why = "it holds the NUL character: leave that out";
            return Err(AttributeError::BadValue { attribute: name.into(), why });
        }
        Ok(())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Number(number) => write!(f, "{number}"),
            Value::Flag(flag) => f.write_str(if *flag { "yes" } else { "no" }),
            Value::Day(day) => write!(f, "{day}"),
            Value::Instant(instant) => write!(f, "{instant}"),
        }
    }
}

macro_rules! value_from {
    ($($from:ty => |$value:ident| $made:expr),* $(,)?) => { $(
        impl From<$from> for Value {
            fn from($value: $from) -> Value {
                $made
            }
        }
    )* };
}

value_from! {
    &str => |text| Value::Text(text.into()),
    SmolStr => |text| Value::Text(text),
    i32 => |number| Value::Number(number.into()),
    i64 => |number| Value::Number(number.into()),
    Decimal => |number| Value::Number(decimal::normalize(number)),
    bool => |flag| Value::Flag(flag),
    NaiveDate => |day| Value::Day(day),
    Timestamp => |instant| Value::Instant(instant),
}

/// One column of JSON.
impl Field for Value {
    const TYPE: Type = Type::Json;

    fn write(&self, out: &mut dyn ColumnSink) {
        match Json::of(self) {
            Some(json) => out.json(&json.0),
            None => out.null(),
        }
    }

    fn read(value: Stored) -> Result<Value, DecodeError> {
        match value {
            Stored::Json(text) => Json(text).to(),
            other => Err(DecodeError::unexpected(other.type_name(), "a value as JSON")),
        }
    }
}

/// Values by their names; mostly none. Clones share them.
///
/// ```
/// use fondaco_crm::attributes::{Value, Values};
/// let values: Values = [("page", Value::from("/pricing")), ("seconds", Value::from(40))].into_iter().collect();
/// assert_eq!(values.get("seconds").and_then(Value::number), Some(40.into()));
/// assert!(Values::default().is_empty());
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Values(Option<Arc<BTreeMap<SmolStr, Value>>>);

/// How many there are, and not what they say: that is about a person.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} values>", self.iter().len())
    }
}

static NONE: BTreeMap<SmolStr, Value> = BTreeMap::new();

impl Values {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|map| map.is_empty())
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.get(name)
    }

    /// Names and values, by name.
    ///
    /// ```
    /// use fondaco_crm::attributes::{Value, Values};
    /// let values: Values = [("b", Value::from(2)), ("a", Value::from(1))].into_iter().collect();
    /// assert_eq!(values.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&SmolStr, &Value)> {
        self.0.as_deref().unwrap_or(&NONE).iter()
    }

    /// Whether all can be kept.
    ///
    /// # Errors
    /// [`AttributeError`], which names the value.
    pub(crate) fn check(&self) -> Result<(), AttributeError> {
        if self.iter().len() > MAX_VALUES {
            let (count, most) = (self.iter().len(), MAX_VALUES);
            return Err(AttributeError::TooMany { count, most });
        }
        self.iter().try_for_each(|(name, value)| {
            fondaco_core::input::check_code("attribute", name)?;
            value.check(name)
        })
    }
}

impl<N: Into<SmolStr>> FromIterator<(N, Value)> for Values {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(items: I) -> Values {
        let map: BTreeMap<_, _> =
            items.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Values((!map.is_empty()).then(|| Arc::new(map)))
    }
}

impl Serialize for Values {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Values, D::Error> {
        Ok(BTreeMap::<SmolStr, Value>::deserialize(deserializer)?.into_iter().collect())
    }
}

/// One column of JSON.
impl Field for Values {
    const TYPE: Type = Type::Json;

    fn write(&self, out: &mut dyn ColumnSink) {
        match Json::of(self) {
            Some(json) => out.json(&json.0),
            None => out.null(),
        }
    }

    fn read(value: Stored) -> Result<Values, DecodeError> {
        match value {
            Stored::Json(text) => Json(text).to(),
            other => Err(DecodeError::unexpected(other.type_name(), "values as JSON")),
        }
    }
}
