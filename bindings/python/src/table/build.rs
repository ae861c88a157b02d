//! Columns made of Python's lists, and of what kernels answer.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, NullArray,
    StringArray, TimestampMicrosecondArray,
};
use chrono::NaiveDate;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use rust_decimal::Decimal;

use super::Table;
use crate::trouble::Trouble;

/// The most digits of a decimal of 128 bits.
const PRECISION: u8 = 38;

/// A column that was made.
pub(crate) struct Built;

impl Built {
    pub(crate) fn numbers(values: impl IntoIterator<Item = f64>) -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(values))
    }

    pub(crate) fn numbers_or_none(values: impl IntoIterator<Item = Option<f64>>) -> ArrayRef {
        Arc::new(values.into_iter().collect::<Float64Array>())
    }

    pub(crate) fn whole(values: impl IntoIterator<Item = i64>) -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(values))
    }

    pub(crate) fn texts(values: impl IntoIterator<Item = impl AsRef<str>>) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(values))
    }

    pub(crate) fn texts_or_none(values: impl IntoIterator<Item = Option<String>>) -> ArrayRef {
        Arc::new(values.into_iter().collect::<StringArray>())
    }

    pub(crate) fn marks(values: impl IntoIterator<Item = bool>) -> ArrayRef {
        Arc::new(values.into_iter().map(Some).collect::<BooleanArray>())
    }

    pub(crate) fn days_or_none(values: impl IntoIterator<Item = Option<NaiveDate>>) -> ArrayRef {
        let days = |day: NaiveDate| i32::try_from((day - NaiveDate::default()).num_days()).ok();
        Arc::new(values.into_iter().map(|day| day.and_then(days)).collect::<Date32Array>())
    }

    /// Decimals over one scale, that of the finest, without zeros at the end.
    pub(crate) fn decimals(name: &str, values: &[Option<Decimal>]) -> Result<ArrayRef, Trouble> {
        let shortest: Vec<Option<Decimal>> =
            values.iter().map(|value| value.map(|value| value.normalize())).collect();
        scaled(name, &shortest)
    }
}

/// Decimals over one scale, that of the finest as it is written.
fn scaled(name: &str, values: &[Option<Decimal>]) -> Result<ArrayRef, Trouble> {
    let scale = values.iter().flatten().map(Decimal::scale).max().unwrap_or(0);
    let units = |value: &Option<Decimal>| -> Option<Option<i128>> {
        let Some(value) = value else { return Some(None) };
        let power = 10_i128.checked_pow(scale - value.scale())?;
        let units = value.mantissa().checked_mul(power)?;
        (units.unsigned_abs() < 10_u128.pow(PRECISION.into())).then_some(Some(units))
    };
    let wide = || {
        let why =
            "its largest and its finest value have no room in the same 38 digits: round it first";
        Trouble::invalid("core.arrow_too_many_digits", name, "", why)
    };
    let units = values.iter().map(units).collect::<Option<Vec<_>>>().ok_or_else(wide)?;
    let array = Decimal128Array::from(units);
    let typed = array.with_precision_and_scale(PRECISION, i8::try_from(scale).unwrap_or(0));
    Ok(Arc::new(typed.map_err(|_| wide())?))
}

/// A dict of lists, or a list of dicts, as a table.
pub(crate) fn columns_of(object: &Bound<'_, PyAny>) -> PyResult<Table> {
    if let Ok(dict) = object.cast::<PyDict>() {
        return of_dict(dict);
    }
    if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
        return of_dict(&transposed(object)?);
    }
    if object.hasattr("keys")? && object.hasattr("__getitem__")? {
        let dict = PyDict::new(object.py());
        for name in object.call_method0("keys")?.try_iter()? {
            let name = name?;
            dict.set_item(&name, object.get_item(&name)?)?;
        }
        return of_dict(&dict);
    }
    Err(PyTypeError::new_err(format!(
        "a table is a data frame with __arrow_c_stream__ (polars, pandas, pyarrow, duckdb), a dict of lists, or a list of dicts, not {}",
        object.get_type().name()?
    )))
}

fn transposed<'py>(rows: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = rows.py();
    let columns = PyDict::new(py);
    for (at, row) in rows.try_iter()?.enumerate() {
        let row = row?;
        let row = row.cast::<PyDict>().map_err(|_| {
            PyTypeError::new_err(format!(
                "row {at}: a list as a table holds dicts, not {}",
                row.get_type()
            ))
        })?;
        for name in row.keys() {
            if !columns.contains(&name)? {
                columns.set_item(&name, PyList::new(py, (0..at).map(|_| py.None()))?)?;
            }
        }
        for (name, column) in columns.iter() {
            let value = row.get_item(&name)?.unwrap_or_else(|| py.None().into_bound(py));
            column.cast::<PyList>()?.append(value)?;
        }
    }
    Ok(columns)
}

fn of_dict(dict: &Bound<'_, PyDict>) -> PyResult<Table> {
    let mut columns: Vec<(String, ArrayRef)> = Vec::with_capacity(dict.len());
    for (name, values) in dict.iter() {
        let name = name.str()?.to_string();
        let array = column(&name, &listed(&name, &values)?)?;
        let other = columns.first().filter(|(_, first)| first.len() != array.len());
        if let Some((first, held)) = other {
            let why = format!(
                "it has {} values, and {first} has {}: give one for each row",
                array.len(),
                held.len()
            );
            return Err(
                Trouble::invalid("python.bad_column", &name, "", &why).into_error(dict.py())
            );
        }
        columns.push((name, array));
    }
    Table::of(columns.iter().map(|(name, array)| (name.as_str(), array.clone())).collect())
}

/// The values as a list; arrays and series have ways of their own.
fn listed<'py>(name: &str, values: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    for way in ["tolist", "to_list", "to_pylist"] {
        if values.hasattr(way)? {
            return values.call_method0(way)?.extract();
        }
    }
    let bad =
        || PyTypeError::new_err(format!("column {name}: give a list, not {}", values.get_type()));
    if values.is_instance_of::<PyString>() {
        return Err(bad());
    }
    values.try_iter().map_err(|_| bad())?.collect()
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Bool,
    Int,
    Float,
    Decimal,
    Text,
    Date,
    Instant,
}

fn kind_of(value: &Bound<'_, PyAny>) -> PyResult<Option<Kind>> {
    Ok(Some(match value {
        it if it.is_none() => return Ok(None),
        it if it.is_instance_of::<PyBool>() => Kind::Bool,
        it if it.is_instance_of::<PyInt>() => Kind::Int,
        it if it.is_instance_of::<PyFloat>() => Kind::Float,
        it if it.is_instance_of::<PyString>() => Kind::Text,
        it if it.hasattr("is_finite")? => Kind::Decimal,
        it if it.hasattr("isoformat")? && it.hasattr("hour")? => Kind::Instant,
        it if it.hasattr("isoformat")? => Kind::Date,
        it if it.hasattr("__index__")? => Kind::Int,
        it if it.hasattr("__float__")? => Kind::Float,
        it => return Err(PyTypeError::new_err(format!("{} is no value of a column", it.repr()?))),
    }))
}

/// The kind that holds both.
fn joined(one: Kind, other: Kind) -> Option<Kind> {
    match (one, other) {
        (one, other) if one == other => Some(one),
        (Kind::Int, Kind::Float) | (Kind::Float, Kind::Int) => Some(Kind::Float),
        (Kind::Int, Kind::Decimal) | (Kind::Decimal, Kind::Int) => Some(Kind::Decimal),
        _ => None,
    }
}

fn column(name: &str, values: &[Bound<'_, PyAny>]) -> PyResult<ArrayRef> {
    let mut kind = None;
    for (row, value) in values.iter().enumerate() {
        let Some(found) = kind_of(value).map_err(|error| at(name, row, value, &error))? else {
            continue;
        };
        kind = match kind {
            None => Some(found),
            Some(kind) => Some(joined(kind, found).ok_or_else(|| {
                PyTypeError::new_err(format!(
                    "column {name}, row {row} (counted from 0): {found:?} among {kind:?}: give values of one type"
                ))
            })?),
        };
    }
    match kind {
        None => Ok(Arc::new(NullArray::new(values.len()))),
        Some(kind) => built(name, kind, values),
    }
}

fn at(name: &str, row: usize, value: &Bound<'_, PyAny>, error: &PyErr) -> PyErr {
    PyTypeError::new_err(format!(
        "column {name}, row {row} (counted from 0): {}",
        error.value(value.py())
    ))
}

fn built(name: &str, kind: Kind, values: &[Bound<'_, PyAny>]) -> PyResult<ArrayRef> {
    fn each<'py, T>(
        values: &[Bound<'py, PyAny>],
        read: impl Fn(&Bound<'py, PyAny>) -> PyResult<T>,
    ) -> PyResult<Vec<Option<T>>> {
        values
            .iter()
            .map(|value| if value.is_none() { Ok(None) } else { read(value).map(Some) })
            .collect()
    }
    Ok(match kind {
        Kind::Bool => Arc::new(BooleanArray::from(each(values, |value| value.extract::<bool>())?)),
        Kind::Int => Arc::new(Int64Array::from(each(values, |value| value.extract::<i64>())?)),
        Kind::Float => Arc::new(Float64Array::from(each(values, |value| value.extract::<f64>())?)),
        Kind::Text => Arc::new(StringArray::from(each(values, |value| value.extract::<String>())?)),
        Kind::Decimal => {
            let values_exact = each(values, |value| as_written(value, name))?;
            let py = values.first().map(|value| value.py());
            let array = scaled(name, &values_exact);
            return array.map_err(|trouble| match py {
                Some(py) => trouble.into_error(py),
                None => PyTypeError::new_err(trouble.message),
            });
        }
        Kind::Date => Built::days_or_none(each(values, |value| crate::given::day(value))?),
        Kind::Instant => {
            let zoned = values
                .iter()
                .filter(|value| !value.is_none())
                .all(|value| value.getattr("tzinfo").is_ok_and(|zone| !zone.is_none()));
            let array = TimestampMicrosecondArray::from(each(values, micros)?);
            if zoned { Arc::new(array.with_timezone("UTC")) } else { Arc::new(array) }
        }
    })
}

/// Microseconds since 1970; what has no zone is taken as it stands.
fn micros(value: &Bound<'_, PyAny>) -> PyResult<i64> {
    let text = value.call_method0("isoformat")?.str()?.to_string();
    let bad = |_| PyTypeError::new_err(format!("{text} is no instant"));
    if let Ok(time) = chrono::DateTime::parse_from_rfc3339(&text) {
        return Ok(time.timestamp_micros());
    }
    let time: chrono::NaiveDateTime = text.parse().map_err(bad)?;
    Ok(time.and_utc().timestamp_micros())
}

/// A decimal with the digits that it is written with, zeros too.
fn as_written(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Decimal> {
    let text = crate::money::exact(value, name)?;
    Decimal::from_str_exact(&text).map_err(|error| {
        Trouble::invalid("python.bad_value", name, &text, &error.to_string()).into_error(value.py())
    })
}
