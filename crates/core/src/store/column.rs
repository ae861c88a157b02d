//! How a record hands its columns to a store, and takes them back.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::value::{Hash, Salt};
use super::{DecodeError, Value};
use crate::Timestamp;
use crate::decimal::from_fixed;

/// Takes a row's columns, one call per column, in the order of [`Table::columns`](super::Table::columns).
///
/// A store binds them to a statement, core hashes them, [`ValueSink`] keeps them.
pub trait ColumnSink {
    /// Null.
    fn null(&mut self);
    /// A bool.
    fn bool(&mut self, value: bool);
    /// An integer.
    fn i64(&mut self, value: i64);
    /// A decimal with declared digits: `units` of `10^-digits`.
    fn decimal(&mut self, units: i64, digits: u8);
    /// A decimal without declared digits, without trailing zeros.
    fn number(&mut self, value: Decimal);
    /// Text.
    fn text(&mut self, value: &str);
    /// Bytes.
    fn bytes(&mut self, value: &[u8]);
    /// A date.
    fn date(&mut self, value: NaiveDate);
    /// An instant.
    fn instant(&mut self, value: Timestamp);
    /// An id.
    fn id(&mut self, value: u128);
    /// JSON text.
    fn json(&mut self, value: &str);
    /// A personal value with its salt.
    fn personal(&mut self, value: &Value, salt: &Salt);
    /// The commitment of an erased personal value.
    fn erased(&mut self, commitment: &Hash);
    /// The place of a number that the commit will draw.
    fn drawn(&mut self, draw: u32, offset: u32);

    /// An owned value, whichever it is.
    ///
    /// ```
    /// use fondaco_core::store::{ColumnSink, Value, ValueSink};
    /// let mut sink = ValueSink::default();
    /// sink.value(&Value::text("door"), None);
    /// sink.value(&Value::Decimal("12.5".parse().unwrap_or_default()), Some(2));
    /// assert_eq!(format!("{:?}", sink.values), r#"["door", 12.5]"#);
    /// ```
    fn value(&mut self, value: &Value, digits: Option<u8>) {
        match value {
            Value::Null => self.null(),
            Value::Bool(v) => self.bool(*v),
            Value::I64(v) => self.i64(*v),
            Value::Decimal(v) => {
                match digits.and_then(|d| Some((crate::decimal::to_fixed(*v, u32::from(d))?, d))) {
                    Some((units, digits)) => self.decimal(units, digits),
                    None => self.number(*v),
                }
            }
            Value::Text(v) => self.text(v),
            Value::Bytes(v) => self.bytes(v),
            Value::Date(v) => self.date(*v),
            Value::Instant(v) => self.instant(*v),
            Value::Id(v) => self.id(*v),
            Value::Json(v) => self.json(v),
            Value::Personal(v, salt) => self.personal(v, salt),
            Value::Erased(commitment) => self.erased(commitment),
            Value::Drawn { draw, offset } => self.drawn(*draw, *offset),
        }
    }
}

/// Gives a row's columns back, in the same order.
pub trait ColumnSource {
    /// The next column; null when the row ends before it, as one of an older layout does.
    ///
    /// # Errors
    /// When what is stored is no value of its type.
    fn next(&mut self) -> Result<Value, DecodeError>;

    /// The next column as a count of units of `10^-digits`, where it is kept as that; `None`, and nothing is taken, where it
    /// is not.
    ///
    /// # Errors
    /// As [`next`](ColumnSource::next).
    fn units(&mut self, digits: u8) -> Result<Option<i64>, DecodeError> {
        let _ = digits;
        Ok(None)
    }

    /// The next column as an integer, where it is kept as one; `None`, and nothing is taken, where it is not.
    ///
    /// # Errors
    /// As [`next`](ColumnSource::next).
    fn integer(&mut self) -> Result<Option<i64>, DecodeError> {
        Ok(None)
    }

    /// The next column as the text that is kept, where it can be looked at; `None`, and nothing is taken, where it can't.
    ///
    /// # Errors
    /// As [`next`](ColumnSource::next).
    fn text(&mut self) -> Result<Option<&str>, DecodeError> {
        Ok(None)
    }

    /// Takes the next column if it is seen to be null; `false`, and nothing is taken, where it is not.
    ///
    /// # Errors
    /// As [`next`](ColumnSource::next).
    fn null(&mut self) -> Result<bool, DecodeError> {
        Ok(false)
    }
}

/// A sink that keeps owned values.
#[derive(Debug, Default)]
pub struct ValueSink {
    /// What came, in order.
    pub values: Vec<Value>,
}

impl ColumnSink for ValueSink {
    fn null(&mut self) {
        self.values.push(Value::Null);
    }
    fn bool(&mut self, value: bool) {
        self.values.push(Value::Bool(value));
    }
    fn i64(&mut self, value: i64) {
        self.values.push(Value::I64(value));
    }
    fn decimal(&mut self, units: i64, digits: u8) {
        self.values.push(Value::Decimal(from_fixed(units, u32::from(digits))));
    }
    fn number(&mut self, value: Decimal) {
        self.values.push(Value::Decimal(value));
    }
    fn text(&mut self, value: &str) {
        self.values.push(Value::text(value));
    }
    fn bytes(&mut self, value: &[u8]) {
        self.values.push(Value::Bytes(value.into()));
    }
    fn date(&mut self, value: NaiveDate) {
        self.values.push(Value::Date(value));
    }
    fn instant(&mut self, value: Timestamp) {
        self.values.push(Value::Instant(value));
    }
    fn id(&mut self, value: u128) {
        self.values.push(Value::Id(value));
    }
    fn json(&mut self, value: &str) {
        self.values.push(Value::Json(value.into()));
    }
    fn personal(&mut self, value: &Value, salt: &Salt) {
        self.values.push(Value::Personal(Box::new(value.clone()), *salt));
    }
    fn erased(&mut self, commitment: &Hash) {
        self.values.push(Value::Erased(*commitment));
    }
    fn drawn(&mut self, draw: u32, offset: u32) {
        self.values.push(Value::Drawn { draw, offset });
    }
}

/// A source over owned values.
#[derive(Debug)]
pub struct ValueSource<'a> {
    values: std::slice::Iter<'a, Value>,
}

impl<'a> ValueSource<'a> {
    /// Reads `values` from the first.
    ///
    /// ```
    /// use fondaco_core::store::{ColumnSource, Value, ValueSource};
    /// let row = [Value::I64(7), Value::text("door")];
    /// let mut source = ValueSource::new(&row);
    /// assert_eq!(source.next()?, Value::I64(7));
    /// assert_eq!(source.next()?, Value::text("door"));
    /// assert_eq!(source.next()?, Value::Null); // a column that came later
    /// # Ok::<(), fondaco_core::store::DecodeError>(())
    /// ```
    pub fn new(values: &'a [Value]) -> ValueSource<'a> {
        ValueSource { values: values.iter() }
    }
}

impl ColumnSource for ValueSource<'_> {
    fn next(&mut self) -> Result<Value, DecodeError> {
        // A row written under an older layout ends before the columns that came later: they are null.
        Ok(self.values.next().cloned().unwrap_or(Value::Null))
    }
}
