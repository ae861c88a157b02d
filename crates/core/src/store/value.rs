//! The short closed list of what a column can hold, the same on every store.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Fixed;
use crate::{Currency, Id, Timestamp, Unit, decimal};

/// The type of a column. Each has one canonical form, one order and one meaning on every store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Type {
    /// True or false; false orders first.
    Bool,
    /// A signed 64-bit integer.
    I64,
    /// An exact decimal with a declared number of digits after the point: a 64-bit count of `10^-digits`.
    /// It can be summed, compared and used in a key.
    Decimal {
        /// Digits after the decimal point, at most 18.
        digits: u8,
    },
    /// An exact decimal of up to 28 significant digits and no declared scale (a rate, a factor).
    /// Not summed by the store, and never part of a key.
    Number,
    /// Unicode text without the NUL character; orders by its UTF-8 bytes (`COLLATE "C"`).
    Text,
    /// Any bytes; order by value, shorter first among equal beginnings.
    Bytes,
    /// A calendar date without a zone.
    Date,
    /// An instant in UTC, in whole microseconds.
    Instant,
    /// A 128-bit identifier; orders as an unsigned number.
    Id,
    /// JSON text, kept exactly as written; never part of a key.
    Json,
}

impl Type {
    /// Whether values of this type have an order that keys may rely on.
    ///
    /// ```
    /// use fondaco_core::store::Type;
    /// assert!(Type::Text.is_key() && Type::Decimal { digits: 2 }.is_key());
    /// assert!(!Type::Number.is_key() && !Type::Json.is_key());
    /// ```
    pub const fn is_key(self) -> bool {
        !matches!(self, Type::Number | Type::Json)
    }

    /// Whether a counter may add deltas of this type.
    ///
    /// ```
    /// use fondaco_core::store::Type;
    /// assert!(Type::I64.is_summable() && Type::Decimal { digits: 2 }.is_summable());
    /// assert!(!Type::Number.is_summable()); // no declared digits: its sums could need rounding
    /// ```
    pub const fn is_summable(self) -> bool {
        matches!(self, Type::I64 | Type::Decimal { .. })
    }
}

/// Sixteen random bytes that keep a commitment from being guessed.
pub type Salt = [u8; 16];

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// One value of one column, owned.
///
/// `Debug` never shows what a personal column holds.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing is known.
    Null,
    /// See [`Type::Bool`].
    Bool(bool),
    /// See [`Type::I64`].
    I64(i64),
    /// See [`Type::Decimal`] and [`Type::Number`]; without zeros at the end.
    Decimal(Decimal),
    /// See [`Type::Text`].
    Text(SmolStr),
    /// See [`Type::Bytes`].
    Bytes(Arc<[u8]>),
    /// See [`Type::Date`].
    Date(NaiveDate),
    /// See [`Type::Instant`].
    Instant(Timestamp),
    /// See [`Type::Id`].
    Id(u128),
    /// See [`Type::Json`].
    Json(Arc<str>),
    /// A value about a person, with the salt of its commitment.
    Personal(Box<Value>, Salt),
    /// What is left of a personal value after erasure: its commitment.
    Erased(Hash),
    /// A number that the commit will draw: the `offset`-th of the batch's `draw`-th draw.
    /// The store replaces it with [`Value::I64`] before anything is stored.
    Drawn {
        /// Which [`Draw`](super::Change::Draw) of the batch, counted from 0.
        draw: u32,
        /// Which number of that draw, counted from 0.
        offset: u32,
    },
}

impl Value {
    /// A text value.
    ///
    /// ```
    /// use fondaco_core::store::Value;
    /// assert_eq!(Value::text("door"), Value::Text("door".into()));
    /// ```
    pub fn text(text: impl AsRef<str>) -> Value {
        Value::Text(SmolStr::new(text))
    }

    /// The name of the variant, for error messages that may not show the value itself.
    ///
    /// ```
    /// use fondaco_core::store::Value;
    /// let name = Value::Personal(Box::new(Value::text("Marietta")), [0; 16]);
    /// assert_eq!(name.type_name(), "personal");
    /// assert_eq!(format!("{name:?}"), "<personal>");
    /// ```
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::I64(_) => "i64",
            Value::Decimal(_) => "decimal",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::Date(_) => "date",
            Value::Instant(_) => "instant",
            Value::Id(_) => "id",
            Value::Json(_) => "json",
            Value::Personal(..) => "personal",
            Value::Erased(_) => "erased",
            Value::Drawn { .. } => "drawn",
        }
    }
}

/// Implements `From` for types that are values of one kind.
macro_rules! value_of {
    ($($rust:ty, |$v:ident| $value:expr;)*) => { $(
        impl From<$rust> for Value {
            fn from($v: $rust) -> Value { $value }
        }
    )* };
}

value_of! {
    bool, |v| Value::Bool(v);
    i64, |v| Value::I64(v);
    i32, |v| Value::I64(v.into());
    u32, |v| Value::I64(v.into());
    u16, |v| Value::I64(v.into());
    u8, |v| Value::I64(v.into());
    Decimal, |v| Value::Decimal(decimal::normalize(v));
    SmolStr, |v| Value::Text(v);
    &SmolStr, |v| Value::Text(v.clone());
    &str, |v| Value::text(v);
    String, |v| Value::Text(v.into());
    Currency, |v| Value::text(v.code());
    Unit, |v| Value::text(v.code());
    NaiveDate, |v| Value::Date(v);
    Timestamp, |v| Value::Instant(v);
}

impl<T> From<Id<T>> for Value {
    fn from(id: Id<T>) -> Value {
        Value::Id(id.to_u128())
    }
}

impl<const DIGITS: u8> From<Fixed<DIGITS>> for Value {
    fn from(value: Fixed<DIGITS>) -> Value {
        Value::Decimal(value.to_decimal())
    }
}

/// Nothing is [`Value::Null`].
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Bool(v) => write!(f, "{v}"),
            Value::I64(v) => write!(f, "{v}"),
            Value::Decimal(v) => write!(f, "{v}"),
            Value::Text(v) => write!(f, "{v:?}"),
            Value::Bytes(v) => write!(f, "bytes[{}]", v.len()),
            Value::Date(v) => write!(f, "{v}"),
            Value::Instant(v) => write!(f, "{v}"),
            Value::Id(v) => write!(f, "id:{v:032x}"),
            Value::Json(v) => f.write_str(v),
            Value::Personal(..) => f.write_str("<personal>"),
            Value::Erased(_) => f.write_str("<erased>"),
            Value::Drawn { draw, offset } => write!(f, "drawn({draw}, {offset})"),
        }
    }
}
