//! The types that a record's fields may have, and the columns they become.

mod drawn;
mod fixed;
mod json;
mod personal;
mod rare;

use std::cmp::Ordering;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use smol_str::SmolStr;

pub use self::drawn::Drawn;
pub use self::fixed::Fixed;
pub use self::json::{Json, Tags};
pub use self::personal::Personal;
pub use self::rare::Rare;
use super::{ColumnSink, ColumnSource, DecodeError, KeyWriter, Type, Value};
use crate::party::Country;
use crate::{Conversion, Currency, Id, Quantity, Rate, Ratio, Timestamp, Unit, UnitPrice, decimal};

/// A type that can be a record's field: one column.
///
/// Enums of the engines that are stored as a text code get it by `#[derive(Field)]`:
///
/// ```
/// use fondaco_core::store::{Field, Type, Value};
/// #[derive(Field, Debug, Clone, Copy, PartialEq)]
/// enum Status { Open, WrittenOff }
///
/// assert_eq!(Status::TYPE, Type::Text);
/// assert_eq!(Status::read(Value::text("written_off"))?, Status::WrittenOff);
/// assert!(Status::read(Value::text("lost")).is_err());
/// # Ok::<(), fondaco_core::store::DecodeError>(())
/// ```
pub trait Field: Sized {
    /// The column's type.
    const TYPE: Type;
    /// Whether the column may be null.
    const NULLABLE: bool = false;
    /// Whether the column is about a person.
    const PERSONAL: bool = false;

    /// Hands the value to a store.
    fn write(&self, out: &mut dyn ColumnSink);

    /// Takes the value from what a store gave back.
    ///
    /// # Errors
    /// When it is no value of this type.
    fn read(value: Value) -> Result<Self, DecodeError>;

    /// Takes the value from the next column of a row.
    ///
    /// # Errors
    /// As [`read`](Field::read), and as the row's source.
    fn take(from: &mut dyn ColumnSource) -> Result<Self, DecodeError> {
        from.next().and_then(Self::read)
    }

    /// Why no store can keep this value, if none can: NUL in a text.
    fn check(&self) -> Option<&'static str> {
        None
    }

    /// Writes the value as a part of an index or guard; `false` when it is null or erased.
    fn write_part(&self, _out: &mut KeyWriter) -> bool {
        false
    }

    /// Replaces the place of a drawn number by the number.
    fn fill(&mut self, _numbers: &Numbers) {}

    /// Replaces a personal value by its commitment.
    fn erase(&mut self) {}

    /// The value as an integer count of its smallest unit, where it has one.
    fn units(&self) -> Option<i64> {
        None
    }

    /// Adds a delta; `None` on overflow, or when such values can't be added.
    #[must_use]
    fn plus(&self, _delta: &Self) -> Option<Self> {
        None
    }
}

/// A [`Field`] that can be part of a primary key.
pub trait KeyField: Field {
    /// Appends the value to a key.
    fn write_key(&self, out: &mut KeyWriter);

    /// How the keys of two values order: as their bytes do, found without writing them.
    ///
    /// ```
    /// use fondaco_core::store::KeyField;
    /// use std::cmp::Ordering;
    /// assert_eq!((-3i64).cmp_key(&2), Ordering::Less);
    /// assert_eq!("Zara".to_string().cmp_key(&"anna".to_string()), Ordering::Less); // by bytes
    /// ```
    fn cmp_key(&self, other: &Self) -> Ordering;
}

/// The numbers that a commit drew, by draw.
#[derive(Debug, Default, Clone)]
pub struct Numbers {
    /// The first number of each draw of the batch, in order.
    pub first: Vec<i64>,
}

impl Numbers {
    /// The number for a placeholder; `None` when the batch has no such draw.
    ///
    /// ```
    /// use fondaco_core::store::Numbers;
    /// let numbers = Numbers { first: vec![17] }; // the batch's first draw begins at 17
    /// assert_eq!(numbers.get(0, 2), Some(19));
    /// assert_eq!(numbers.get(1, 0), None);
    /// ```
    pub fn get(&self, draw: u32, offset: u32) -> Option<i64> {
        self.first.get(draw as usize)?.checked_add(i64::from(offset))
    }
}

fn unexpected<T>(value: &Value, wanted: &'static str) -> Result<T, DecodeError> {
    Err(DecodeError::unexpected(value.type_name(), wanted))
}

/// Implements [`Field`] and [`KeyField`] for a type with one `Value` variant, one sink call and one key call.
macro_rules! plain_field {
    ($($rust:ty, $type:expr, $variant:ident, $name:literal, $call:ident, |$v:ident| $out:expr, |$r:ident| $back:expr;)*) => { $(
        impl Field for $rust {
            const TYPE: Type = $type;
            fn write(&self, out: &mut dyn ColumnSink) { let $v = self; out.$call($out); }
            fn read(value: Value) -> Result<Self, DecodeError> {
                match value { Value::$variant($r) => $back.ok_or(DecodeError::out_of_range($name)), other => unexpected(&other, $name) }
            }
            #[inline]
            fn write_part(&self, out: &mut KeyWriter) -> bool { self.write_key(out); true }
        }
        impl KeyField for $rust {
            #[inline]
            fn write_key(&self, out: &mut KeyWriter) { let $v = self; out.$call($out); }
            #[inline]
            fn cmp_key(&self, other: &Self) -> Ordering {
                let mine = { let $v = self; $out };
                mine.cmp(&{ let $v = other; $out })
            }
        }
    )* };
}

/// As `plain_field`, for integers, which also count and add up.
macro_rules! integer_field {
    ($($rust:ty)*) => { $(
        impl Field for $rust {
            const TYPE: Type = Type::I64;
            fn write(&self, out: &mut dyn ColumnSink) { out.i64(i64::from(*self)); }
            fn read(value: Value) -> Result<Self, DecodeError> {
                match value {
                    Value::I64(v) => Self::try_from(v).map_err(|_| DecodeError::out_of_range(stringify!($rust))),
                    other => unexpected(&other, stringify!($rust)),
                }
            }
            fn take(from: &mut dyn ColumnSource) -> Result<Self, DecodeError> {
                match from.integer()? {
                    Some(v) => Self::try_from(v).map_err(|_| DecodeError::out_of_range(stringify!($rust))),
                    None => from.next().and_then(Self::read),
                }
            }
            #[inline]
            fn write_part(&self, out: &mut KeyWriter) -> bool { self.write_key(out); true }
            fn units(&self) -> Option<i64> { Some(i64::from(*self)) }
            fn plus(&self, delta: &Self) -> Option<Self> { self.checked_add(*delta) }
        }
        impl KeyField for $rust {
            #[inline]
            fn write_key(&self, out: &mut KeyWriter) { out.i64(i64::from(*self)); }
            #[inline]
            fn cmp_key(&self, other: &Self) -> Ordering { self.cmp(other) }
        }
    )* };
}

integer_field!(i64 i32 u32 u16 u8);

plain_field! {
    bool, Type::Bool, Bool, "bool", bool, |v| *v, |r| Some(r);
    NaiveDate, Type::Date, Date, "date", date, |v| *v, |r| Some(r);
    u128, Type::Id, Id, "id", id, |v| *v, |r| Some(r);
}

/// Implements [`Field`] and [`KeyField`] for a type that is kept under a code.
macro_rules! coded_field {
    ($($rust:ty, $name:literal, $read:path;)*) => { $(
        impl Field for $rust {
            const TYPE: Type = Type::Text;
            fn write(&self, out: &mut dyn ColumnSink) { out.text(self.code()); }
            fn read(value: Value) -> Result<Self, DecodeError> {
                match value {
                    Value::Text(code) => $read(&code).ok_or(DecodeError::out_of_range($name)),
                    other => unexpected(&other, $name),
                }
            }
            fn take(from: &mut dyn ColumnSource) -> Result<Self, DecodeError> {
                match from.text()? {
                    Some(code) => $read(code).ok_or(DecodeError::out_of_range($name)),
                    None => from.next().and_then(Self::read),
                }
            }
            #[inline]
            fn write_part(&self, out: &mut KeyWriter) -> bool { self.write_key(out); true }
        }
        impl KeyField for $rust {
            #[inline]
            fn write_key(&self, out: &mut KeyWriter) { out.text(self.code()); }
            #[inline]
            fn cmp_key(&self, other: &Self) -> Ordering { self.code().cmp(other.code()) }
        }
    )* };
}

coded_field! {
    Currency, "currency code", Currency::from_code;
    Unit, "unit code", Unit::stored;
    Country, "country code", Country::from_code;
}

/// Implements [`Field`] for a type that is kept as the text it is written in: equal values are equal, but they don't order by
/// size, so they are no keys.
macro_rules! written_field {
    ($($rust:ty, $name:literal, |$r:ident| $back:expr;)*) => { $(
        impl Field for $rust {
            const TYPE: Type = Type::Text;
            fn write(&self, out: &mut dyn ColumnSink) { out.text(&self.to_string()); }
            fn read(value: Value) -> Result<Self, DecodeError> {
                match value { Value::Text($r) => $back.ok_or(DecodeError::out_of_range($name)), other => unexpected(&other, $name) }
            }
            fn write_part(&self, out: &mut KeyWriter) -> bool { out.text(&self.to_string()); true }
        }
    )* };
}

written_field! {
    Quantity, "quantity", |r| Quantity::stored(&r);
    UnitPrice, "price per unit", |r| UnitPrice::stored(&r);
    Conversion, "unit conversion", |r| Conversion::stored(&r);
    Ratio, "ratio", |r| r.parse().ok();
    Rate, "rate", |r| r.parse().ok();
}

impl<T> Field for Id<T> {
    const TYPE: Type = Type::Id;
    fn write(&self, out: &mut dyn ColumnSink) {
        out.id(self.to_u128());
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        u128::read(value).map(Id::from_u128)
    }
    #[inline]
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
}

impl<T> KeyField for Id<T> {
    #[inline]
    fn write_key(&self, out: &mut KeyWriter) {
        out.id(self.to_u128());
    }
    #[inline]
    fn cmp_key(&self, other: &Self) -> Ordering {
        self.to_u128().cmp(&other.to_u128())
    }
}

impl Field for Timestamp {
    const TYPE: Type = Type::Instant;
    fn write(&self, out: &mut dyn ColumnSink) {
        out.instant(*self);
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Instant(v) => Ok(v),
            other => unexpected(&other, "instant"),
        }
    }
    #[inline]
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
}

impl KeyField for Timestamp {
    #[inline]
    fn write_key(&self, out: &mut KeyWriter) {
        out.i64(self.micros());
    }
    fn cmp_key(&self, other: &Self) -> Ordering {
        self.micros().cmp(&other.micros())
    }
}

macro_rules! text_field {
    ($($rust:ty, |$r:ident| $back:expr;)*) => { $(
        impl Field for $rust {
            const TYPE: Type = Type::Text;
            fn write(&self, out: &mut dyn ColumnSink) { out.text(self); }
            fn read(value: Value) -> Result<Self, DecodeError> {
                match value { Value::Text($r) => Ok($back), other => unexpected(&other, "text") }
            }
            fn take(from: &mut dyn ColumnSource) -> Result<Self, DecodeError> {
                match from.text()? {
                    Some(text) => Ok(text.into()),
                    None => from.next().and_then(Self::read),
                }
            }
            #[inline]
            fn check(&self) -> Option<&'static str> { self.as_bytes().contains(&0).then_some("text may not hold the NUL character") }
            #[inline]
            fn write_part(&self, out: &mut KeyWriter) -> bool { self.write_key(out); true }
        }
        impl KeyField for $rust {
            #[inline]
            fn write_key(&self, out: &mut KeyWriter) { out.text(self); }
            #[inline]
            fn cmp_key(&self, other: &Self) -> Ordering { self.as_bytes().cmp(other.as_bytes()) }
        }
    )* };
}

text_field! {
    SmolStr, |r| r;
    String, |r| r.to_string();
}

/// Bytes as a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Blob(pub std::sync::Arc<[u8]>);

impl Field for Blob {
    const TYPE: Type = Type::Bytes;
    fn write(&self, out: &mut dyn ColumnSink) {
        out.bytes(&self.0);
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Bytes(v) => Ok(Blob(v)),
            other => unexpected(&other, "bytes"),
        }
    }
    #[inline]
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
}

impl KeyField for Blob {
    #[inline]
    fn write_key(&self, out: &mut KeyWriter) {
        out.bytes(&self.0);
    }
    fn cmp_key(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl Field for super::KeyBytes {
    const TYPE: Type = Type::Bytes;
    fn write(&self, out: &mut dyn ColumnSink) {
        out.bytes(self.as_slice());
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Bytes(v) => Ok(super::KeyBytes::new(&v)),
            other => unexpected(&other, "bytes"),
        }
    }
    #[inline]
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
}

impl KeyField for super::KeyBytes {
    #[inline]
    fn write_key(&self, out: &mut KeyWriter) {
        out.bytes(self.as_slice());
    }
    fn cmp_key(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

impl Field for Decimal {
    const TYPE: Type = Type::Number;
    fn write(&self, out: &mut dyn ColumnSink) {
        out.number(decimal::normalize(*self));
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Decimal(v) => Ok(v),
            other => unexpected(&other, "decimal"),
        }
    }
}

impl<T: Field> Field for Option<T> {
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = true;
    const PERSONAL: bool = T::PERSONAL;
    fn write(&self, out: &mut dyn ColumnSink) {
        match self {
            Some(value) => value.write(out),
            None => out.null(),
        }
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Null => Ok(None),
            value => T::read(value).map(Some),
        }
    }
    fn take(from: &mut dyn ColumnSource) -> Result<Self, DecodeError> {
        if from.null()? { Ok(None) } else { from.next().and_then(Self::read) }
    }
    fn check(&self) -> Option<&'static str> {
        self.as_ref().and_then(T::check)
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.as_ref().is_some_and(|value| value.write_part(out))
    }
    fn fill(&mut self, numbers: &Numbers) {
        if let Some(value) = self {
            value.fill(numbers);
        }
    }
    fn erase(&mut self) {
        if let Some(value) = self {
            value.erase();
        }
    }
}
