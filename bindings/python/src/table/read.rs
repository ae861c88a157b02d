//! Columns as kernels want them: numbers, exact decimals, texts, days, marks, whatever Arrow type they came in.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, NaiveDate};
use fondaco::core::ErrorKind;
use rust_decimal::Decimal;

use super::Table;
use crate::trouble::Trouble;

/// Values of a column; `None` where nothing is.
pub(crate) type Numbers = Vec<Option<f64>>;
/// Exact ones.
pub(crate) type Exact = Vec<Option<Decimal>>;
/// Texts.
pub(crate) type Texts = Vec<Option<String>>;
/// Days.
pub(crate) type Days = Vec<Option<NaiveDate>>;
/// Yes or no.
pub(crate) type Marks = Vec<Option<bool>>;

impl Table {
    /// A column of numbers of any type, for statistics.
    pub(crate) fn numbers(&self, name: &str) -> Result<Numbers, Trouble> {
        self.column(name, "numbers", number)
    }

    /// A column of exact numbers: decimals, whole numbers, or texts of decimals. Floats are refused.
    pub(crate) fn exact(&self, name: &str) -> Result<Exact, Trouble> {
        let parts = self.known(name)?;
        if let Some(part) = parts.iter().find(|part| part.data_type().is_floating()) {
            let why = format!(
                "the column is of {}, and no float is exact: cast it to decimal, such as polars' pl.Decimal(38, 4), or to text",
                part.data_type()
            );
            return Err(Trouble::invalid("python.float", name, "", &why));
        }
        self.column(name, "decimals", decimal)
    }

    /// A column of texts; whole numbers are theirs.
    pub(crate) fn texts(&self, name: &str) -> Result<Texts, Trouble> {
        self.column(name, "texts", text)
    }

    /// A column of days.
    pub(crate) fn days(&self, name: &str) -> Result<Days, Trouble> {
        self.column(name, "days", |array, row| day(array, row).map(Some))
    }

    /// A column of yes and no, or of 1 and 0.
    pub(crate) fn marks(&self, name: &str) -> Result<Marks, Trouble> {
        self.column(name, "yes or no", mark)
    }

    /// Whether a column is of numbers.
    pub(crate) fn is_numeric(&self, name: &str) -> Result<bool, Trouble> {
        let field = self.schema.field_with_name(name).map_err(|_| self.unknown(name))?;
        Ok(field.data_type().is_numeric() || field.data_type() == &DataType::Boolean)
    }

    fn known(&self, name: &str) -> Result<Vec<&ArrayRef>, Trouble> {
        self.parts(name).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> Trouble {
        let fields = self.schema.fields().iter().map(|field| field.name().as_str());
        let there = fields.collect::<Vec<_>>().join(", ");
        let message = format!("column {name}: there is none: the table has {there}");
        let mut trouble = Trouble::new("python.no_column", ErrorKind::NotFound, message);
        trouble.details = vec![("field".to_owned(), name.to_owned())];
        trouble
    }

    /// Each value by a reader, which gives `None` for what it can't read and `Some(None)` for nothing.
    fn column<T>(
        &self,
        name: &str,
        what: &str,
        read: impl Fn(&ArrayRef, usize) -> Option<Option<T>>,
    ) -> Result<Vec<Option<T>>, Trouble> {
        let mut values = Vec::with_capacity(self.rows());
        for part in self.known(name)? {
            let (part, keys) = spread(part);
            for row in 0..keys.as_ref().map_or(part.len(), Vec::len) {
                let row = match &keys {
                    None => Some(row),
                    Some(keys) => keys.get(row).copied().flatten(),
                };
                let Some(row) = row.filter(|row| !part.is_null(*row)) else {
                    values.push(None);
                    continue;
                };
                let bad = || {
                    let row = values.len();
                    let why = format!(
                        "row {row} (counted from 0): a column of {} has no {what}",
                        part.data_type()
                    );
                    let mut trouble = Trouble::invalid("python.bad_column", name, "", &why);
                    trouble.details.push(("index".to_owned(), row.to_string()));
                    trouble
                };
                let value = read(&part, row).ok_or_else(bad)?;
                values.push(value);
            }
        }
        Ok(values)
    }
}

/// All of a column must be there.
pub(crate) fn needed<T>(name: &str, values: Vec<Option<T>>) -> Result<Vec<T>, Trouble> {
    let missing = |row: usize| {
        let why = format!("row {row} (counted from 0): nothing is there: give a value");
        let mut trouble = Trouble::invalid("python.missing", name, "", &why);
        trouble.details.push(("index".to_owned(), row.to_string()));
        trouble
    };
    values.into_iter().enumerate().map(|(row, value)| value.ok_or_else(|| missing(row))).collect()
}

/// Categories are read where they lie: the values, and for each row which.
fn spread(array: &ArrayRef) -> (ArrayRef, Option<Vec<Option<usize>>>) {
    let DataType::Dictionary(..) = array.data_type() else { return (array.clone(), None) };
    let dictionary = array.as_any_dictionary();
    let keys = dictionary.normalized_keys();
    let keys = keys.into_iter().enumerate().map(|(row, key)| (!array.is_null(row)).then_some(key));
    (dictionary.values().clone(), Some(keys.collect()))
}

macro_rules! by_type {
    ($array:expr, $row:expr, $made:expr, $($kind:pat => $type:ty),* $(,)?) => {
        match $array.data_type() {
            $($kind => Some($made($array.as_primitive::<$type>().value($row) as _)),)*
            _ => None,
        }
    };
}

fn whole(array: &ArrayRef, row: usize) -> Option<i128> {
    by_type!(array, row, |value: i128| value,
        DataType::Int8 => Int8Type, DataType::Int16 => Int16Type, DataType::Int32 => Int32Type,
        DataType::Int64 => Int64Type, DataType::UInt8 => UInt8Type, DataType::UInt16 => UInt16Type,
        DataType::UInt32 => UInt32Type, DataType::UInt64 => UInt64Type,
    )
}

fn number(array: &ArrayRef, row: usize) -> Option<Option<f64>> {
    let value = match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row),
        DataType::Float32 => array.as_primitive::<Float32Type>().value(row).into(),
        DataType::Boolean => f64::from(u8::from(array.as_boolean().value(row))),
        DataType::Null => return Some(None),
        _ => match whole(array, row) {
            Some(value) => value as f64,
            None => digits(array, row)?.parse().ok()?,
        },
    };
    // What pandas says for nothing.
    Some((!value.is_nan()).then_some(value))
}

/// A decimal's text.
fn digits(array: &ArrayRef, row: usize) -> Option<String> {
    match array.data_type() {
        DataType::Decimal32(..) => Some(array.as_primitive::<Decimal32Type>().value_as_string(row)),
        DataType::Decimal64(..) => Some(array.as_primitive::<Decimal64Type>().value_as_string(row)),
        DataType::Decimal128(..) => {
            Some(array.as_primitive::<Decimal128Type>().value_as_string(row))
        }
        DataType::Decimal256(..) => {
            Some(array.as_primitive::<Decimal256Type>().value_as_string(row))
        }
        _ => None,
    }
}

fn decimal(array: &ArrayRef, row: usize) -> Option<Option<Decimal>> {
    if array.data_type() == &DataType::Null {
        return Some(None);
    }
    if let Some(value) = whole(array, row) {
        return Decimal::try_from_i128_with_scale(value, 0).ok().map(Some);
    }
    if let Some(text) = digits(array, row) {
        let trimmed = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        return fondaco::core::decimal::parse(trimmed).ok().map(Some);
    }
    fondaco::core::decimal::parse(string(array, row)?).ok().map(Some)
}

fn string(array: &ArrayRef, row: usize) -> Option<&str> {
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Some(array.as_string_view().value(row)),
        _ => None,
    }
}

fn text(array: &ArrayRef, row: usize) -> Option<Option<String>> {
    if array.data_type() == &DataType::Null {
        return Some(None);
    }
    if array.data_type() == &DataType::Boolean {
        return Some(Some(array.as_boolean().value(row).to_string()));
    }
    let whole = whole(array, row).map(|value| value.to_string());
    whole.or_else(|| string(array, row).map(str::to_owned)).map(Some)
}

fn mark(array: &ArrayRef, row: usize) -> Option<Option<bool>> {
    if array.data_type() == &DataType::Boolean {
        return Some(Some(array.as_boolean().value(row)));
    }
    let value = number(array, row)??;
    match value {
        0.0 => Some(Some(false)),
        1.0 => Some(Some(true)),
        _ => None,
    }
}

/// The day of a date, of an instant, or of text as `2026-01-31`.
pub(super) fn day(array: &ArrayRef, row: usize) -> Option<NaiveDate> {
    let of_days =
        |days: i64| NaiveDate::default().checked_add_signed(chrono::TimeDelta::try_days(days)?);
    let of_millis =
        |millis: i64| DateTime::from_timestamp_millis(millis).map(|time| time.date_naive());
    match array.data_type() {
        DataType::Date32 => of_days(array.as_primitive::<Date32Type>().value(row).into()),
        DataType::Date64 => of_millis(array.as_primitive::<Date64Type>().value(row)),
        DataType::Timestamp(unit, _) => of_millis(match unit {
            TimeUnit::Second => {
                array.as_primitive::<TimestampSecondType>().value(row).checked_mul(1_000)?
            }
            TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(row),
            TimeUnit::Microsecond => {
                array.as_primitive::<TimestampMicrosecondType>().value(row).div_euclid(1_000)
            }
            TimeUnit::Nanosecond => {
                array.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1_000_000)
            }
        }),
        _ => string(array, row)?.parse().ok(),
    }
}
