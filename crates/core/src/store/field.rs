//! The types that a record's fields may have, and the columns they become.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::value::{Hash, Salt};
use super::{ColumnSink, DecodeError, KeyWriter, Type, Value};
use crate::party::Country;
use crate::{Conversion, Currency, Id, Quantity, Ratio, Timestamp, Unit, UnitPrice, decimal};

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
            fn write_part(&self, out: &mut KeyWriter) -> bool { self.write_key(out); true }
        }
        impl KeyField for $rust {
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
            fn write_part(&self, out: &mut KeyWriter) -> bool { self.write_key(out); true }
            fn units(&self) -> Option<i64> { Some(i64::from(*self)) }
            fn plus(&self, delta: &Self) -> Option<Self> { self.checked_add(*delta) }
        }
        impl KeyField for $rust {
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
    Currency, Type::Text, Text, "currency code", text, |v| v.code(), |r| Currency::from_code(&r);
    Unit, Type::Text, Text, "unit code", text, |v| v.code(), |r| Unit::stored(&r);
    Country, Type::Text, Text, "country code", text, |v| v.code(), |r| Country::from_code(&r);
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
}

impl<T> Field for Id<T> {
    const TYPE: Type = Type::Id;
    fn write(&self, out: &mut dyn ColumnSink) {
        out.id(self.to_u128());
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        u128::read(value).map(Id::from_u128)
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
}

impl<T> KeyField for Id<T> {
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
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
}

impl KeyField for Timestamp {
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
            fn check(&self) -> Option<&'static str> { self.contains('\0').then_some("text may not hold the NUL character") }
            fn write_part(&self, out: &mut KeyWriter) -> bool { self.write_key(out); true }
        }
        impl KeyField for $rust {
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
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
}

impl KeyField for Blob {
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
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
}

impl KeyField for super::KeyBytes {
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

/// An exact decimal of `DIGITS` digits after the point, as a 64-bit count of its smallest unit: what a record stores an
/// amount in. Reaches `9.22e18 / 10^DIGITS` either way.
///
/// ```
/// use fondaco_core::store::Fixed;
/// let price = Fixed::<4>::from_decimal("12.5".parse().unwrap()).unwrap();
/// assert_eq!(price.units(), 125_000);
/// assert_eq!(price.to_decimal().to_string(), "12.5");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Fixed<const DIGITS: u8>(i64);

impl<const DIGITS: u8> Fixed<DIGITS> {
    /// Nothing.
    pub const ZERO: Self = Fixed(0);

    /// `units` of `10^-DIGITS`.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// let price = Fixed::<2>::from_units(1250);
    /// assert_eq!((price.units(), price.to_decimal().to_string().as_str()), (1250, "12.5"));
    /// ```
    pub const fn from_units(units: i64) -> Self {
        Fixed(units)
    }

    /// The count of smallest units.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The exact value; `None` when it has more digits or is beyond the reach.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// use rust_decimal::Decimal;
    /// let (cents, mills) = (Decimal::new(1250, 2), Decimal::new(12_505, 3));
    /// assert_eq!(Fixed::<2>::from_decimal(cents), Some(Fixed::from_units(1250)));
    /// assert_eq!(Fixed::<2>::from_decimal(mills), None); // rounding is for the caller to choose
    /// ```
    pub fn from_decimal(value: Decimal) -> Option<Self> {
        decimal::to_fixed(value, u32::from(DIGITS)).map(Fixed)
    }

    /// The exact value, without zeros at the end.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// assert_eq!(Fixed::<4>::from_units(-125_000).to_decimal().to_string(), "-12.5");
    /// ```
    pub fn to_decimal(self) -> Decimal {
        decimal::from_fixed(self.0, u32::from(DIGITS))
    }

    /// The sum; `None` beyond the reach.
    ///
    /// ```
    /// use fondaco_core::store::Fixed;
    /// let (a, b) = (Fixed::<2>::from_units(1250), Fixed::from_units(50));
    /// assert_eq!(a.checked_add(b), Some(Fixed::from_units(1300)));
    /// assert_eq!(a.checked_sub(b), Some(Fixed::from_units(1200)));
    /// assert_eq!(a.checked_neg(), Some(Fixed::from_units(-1250)));
    /// assert_eq!(Fixed::<2>::from_units(i64::MAX).checked_add(b), None);
    /// ```
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Fixed)
    }

    /// The difference; `None` beyond the reach.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Fixed)
    }

    /// The opposite; `None` beyond the reach.
    pub fn checked_neg(self) -> Option<Self> {
        self.0.checked_neg().map(Fixed)
    }
}

impl<const DIGITS: u8> Field for Fixed<DIGITS> {
    const TYPE: Type = Type::Decimal { digits: DIGITS };
    fn write(&self, out: &mut dyn ColumnSink) {
        out.decimal(self.0, DIGITS);
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Decimal(v) => Self::from_decimal(v).ok_or(DecodeError::out_of_range("decimal")),
            other => unexpected(&other, "decimal"),
        }
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.write_key(out);
        true
    }
    fn units(&self) -> Option<i64> {
        Some(self.0)
    }
    fn plus(&self, delta: &Self) -> Option<Self> {
        self.checked_add(*delta)
    }
}

impl<const DIGITS: u8> KeyField for Fixed<DIGITS> {
    fn write_key(&self, out: &mut KeyWriter) {
        out.i64(self.0);
    }
    #[inline]
    fn cmp_key(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
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

/// A number that the store gives at commit, without gaps: until then its place in the batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Drawn {
    /// The number.
    Number(i64),
    /// The `offset`-th number of the batch's `draw`-th draw.
    Place {
        /// Which draw.
        draw: u32,
        /// Which number of it.
        offset: u32,
    },
}

impl Drawn {
    /// The number; `None` before the commit.
    ///
    /// ```
    /// use fondaco_core::store::Drawn;
    /// assert_eq!(Drawn::Number(17).number(), Some(17));
    /// assert_eq!(Drawn::Place { draw: 0, offset: 2 }.number(), None);
    /// ```
    pub fn number(self) -> Option<i64> {
        match self {
            Drawn::Number(number) => Some(number),
            Drawn::Place { .. } => None,
        }
    }
}

impl Field for Drawn {
    const TYPE: Type = Type::I64;
    fn write(&self, out: &mut dyn ColumnSink) {
        match *self {
            Drawn::Number(number) => out.i64(number),
            Drawn::Place { draw, offset } => out.drawn(draw, offset),
        }
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::I64(number) => Ok(Drawn::Number(number)),
            Value::Drawn { draw, offset } => Ok(Drawn::Place { draw, offset }),
            other => unexpected(&other, "a drawn number"),
        }
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.number().is_some_and(|number| number.write_part(out))
    }
    fn fill(&mut self, numbers: &Numbers) {
        if let Drawn::Place { draw, offset } = *self
            && let Some(number) = numbers.get(draw, offset)
        {
            *self = Drawn::Number(number);
        }
    }
}

/// JSON text as a field, kept as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Json(pub std::sync::Arc<str>);

impl Json {
    /// A value as JSON; `None` when it is none that JSON can hold, such as a map whose keys are no texts.
    ///
    /// ```
    /// use fondaco_core::store::Json;
    /// let json = Json::of(&("door", 7)).unwrap_or_default();
    /// assert_eq!(&*json.0, r#"["door",7]"#);
    /// assert_eq!(json.to::<(String, i64)>(), Ok(("door".to_string(), 7)));
    /// ```
    pub fn of<T: serde::Serialize + ?Sized>(value: &T) -> Option<Json> {
        serde_json::to_string(value).ok().map(|text| Json(text.into()))
    }

    /// The value.
    ///
    /// # Errors
    /// When the text is none of its kind.
    pub fn to<T: serde::de::DeserializeOwned>(&self) -> Result<T, DecodeError> {
        serde_json::from_str(&self.0)
            .map_err(|error| DecodeError::unexpected(&error.to_string(), "JSON of its kind"))
    }
}

impl Field for Json {
    const TYPE: Type = Type::Json;
    fn write(&self, out: &mut dyn ColumnSink) {
        out.json(&self.0);
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Json(v) => Ok(Json(v)),
            other => unexpected(&other, "json"),
        }
    }
    fn check(&self) -> Option<&'static str> {
        self.0.contains('\0').then_some("JSON text may not hold the NUL character")
    }
}

/// Something about a person: kept with a salt, so that the hash chain can hold a commitment to it, and erased on request.
///
/// `Debug` never shows the value.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Personal<T> {
    /// The value and its salt, which comes from [`Tx::personal`](crate::Tx::personal).
    Kept(T, Salt),
    /// What is left after erasure.
    Erased(Hash),
}

impl<T> Personal<T> {
    /// The value; `None` once it is erased.
    ///
    /// ```
    /// use fondaco_core::store::Personal;
    /// let mut name = Personal::Kept("Marietta", [7; 16]);
    /// assert_eq!(name.get(), Some(&"Marietta"));
    /// name = Personal::Erased([0; 32]);
    /// assert_eq!(name.get(), None);
    /// ```
    pub fn get(&self) -> Option<&T> {
        match self {
            Personal::Kept(value, _) => Some(value),
            Personal::Erased(_) => None,
        }
    }
}

impl<T> std::fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.get().is_some() { "<personal>" } else { "<erased>" })
    }
}

fn to_value(field: &impl Field) -> Value {
    let mut sink = super::ValueSink::default();
    field.write(&mut sink);
    sink.values.pop().unwrap_or(Value::Null)
}

impl<T: Field> Field for Personal<T> {
    const TYPE: Type = T::TYPE;
    const PERSONAL: bool = true;
    fn write(&self, out: &mut dyn ColumnSink) {
        match self {
            Personal::Kept(value, salt) => out.personal(&to_value(value), salt),
            Personal::Erased(commitment) => out.erased(commitment),
        }
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Personal(inner, salt) => Ok(Personal::Kept(T::read(*inner)?, salt)),
            Value::Erased(commitment) => Ok(Personal::Erased(commitment)),
            other => unexpected(&other, "a personal value"),
        }
    }
    fn check(&self) -> Option<&'static str> {
        self.get().and_then(T::check)
    }
    fn write_part(&self, out: &mut KeyWriter) -> bool {
        self.get().is_some_and(|value| value.write_part(out))
    }
    fn erase(&mut self) {
        if let Personal::Kept(value, salt) = self {
            *self = Personal::Erased(crate::chain::commitment(&to_value(value), salt));
        }
    }
}

/// A map of names to texts as a field: a JSON object with its keys in order.
///
/// ```
/// use fondaco_core::store::Tags;
/// let tags: Tags = [("project", "A"), ("cost_centre", "10")].into_iter().collect();
/// assert_eq!(tags.to_json(), r#"{"cost_centre":"10","project":"A"}"#);
/// assert_eq!(tags.get("project"), Some("A"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Tags(Option<std::sync::Arc<BTreeMap<SmolStr, SmolStr>>>);

impl serde::Serialize for Tags {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // With its length, so that a command that holds tags has a digest.
        serializer.collect_map(self.0.as_deref().unwrap_or(&BTreeMap::new()))
    }
}

impl<'de> serde::Deserialize<'de> for Tags {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<SmolStr, SmolStr>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl Tags {
    /// The text under `name`.
    ///
    /// ```
    /// use fondaco_core::store::Tags;
    /// let tags: Tags = [("site", "Mestre")].into_iter().collect();
    /// assert_eq!((tags.get("site"), tags.get("project")), (Some("Mestre"), None));
    /// ```
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.as_ref()?.get(name).map(SmolStr::as_str)
    }

    /// Sets the text under `name`.
    ///
    /// ```
    /// use fondaco_core::store::Tags;
    /// let mut tags = Tags::default();
    /// assert!(tags.is_empty());
    /// tags.set("cost_centre", "10");
    /// tags.set("cost_centre", "20"); // in its place
    /// assert_eq!(tags.iter().collect::<Vec<_>>(), [("cost_centre", "20")]);
    /// ```
    pub fn set(&mut self, name: impl Into<SmolStr>, text: impl Into<SmolStr>) {
        std::sync::Arc::make_mut(self.0.get_or_insert_default()).insert(name.into(), text.into());
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|map| map.is_empty())
    }

    /// Names and texts, by name.
    ///
    /// ```
    /// use fondaco_core::store::Tags;
    /// let tags: Tags = [("site", "Mestre"), ("cost_centre", "10")].into_iter().collect();
    /// let names: Vec<&str> = tags.iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["cost_centre", "site"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().flat_map(|map| map.iter()).map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The canonical JSON object.
    ///
    /// ```
    /// use fondaco_core::store::Tags;
    /// let tags: Tags = [("note", "the \"old\" site")].into_iter().collect();
    /// assert_eq!(tags.to_json(), r#"{"note":"the \"old\" site"}"#);
    /// assert_eq!(Tags::default().to_json(), "{}");
    /// ```
    pub fn to_json(&self) -> String {
        let mut out = String::from("{");
        for (i, (name, text)) in self.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            push_json_string(&mut out, name);
            out.push(':');
            push_json_string(&mut out, text);
        }
        out.push('}');
        out
    }
}

fn push_json_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

impl<N: Into<SmolStr>, T: Into<SmolStr>> FromIterator<(N, T)> for Tags {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(items: I) -> Tags {
        let mut tags = Tags::default();
        items.into_iter().for_each(|(name, text)| tags.set(name, text));
        tags
    }
}

impl Field for Tags {
    const TYPE: Type = Type::Json;
    const NULLABLE: bool = true;
    fn write(&self, out: &mut dyn ColumnSink) {
        if self.is_empty() { out.null() } else { out.json(&self.to_json()) }
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        match value {
            Value::Null => Ok(Tags::default()),
            Value::Json(text) => serde_json::from_str(&text)
                .map_err(|_| DecodeError::out_of_range("an object of texts")),
            other => unexpected(&other, "json"),
        }
    }
    fn check(&self) -> Option<&'static str> {
        let nul = self.iter().any(|(name, text)| name.contains('\0') || text.contains('\0'));
        nul.then_some("names and texts may not hold the NUL character")
    }
}
