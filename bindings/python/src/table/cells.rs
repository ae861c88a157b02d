//! A cell of an Arrow column as a Python object, exactly.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, Utc};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList};

use crate::told;

/// The value of a row.
pub(super) fn object<'py>(
    py: Python<'py>,
    array: &ArrayRef,
    row: usize,
) -> PyResult<Bound<'py, PyAny>> {
    if array.is_null(row) || array.data_type() == &DataType::Null {
        return Ok(py.None().into_bound(py));
    }
    macro_rules! number {
        ($type:ty) => {
            array.as_primitive::<$type>().value(row).into_pyobject(py)?.into_any()
        };
    }
    macro_rules! decimal {
        ($type:ty) => {
            exact(py, array.as_primitive::<$type>().value_as_string(row))?
        };
    }
    Ok(match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).into_pyobject(py)?.to_owned().into_any(),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt8 => number!(UInt8Type),
        DataType::UInt16 => number!(UInt16Type),
        DataType::UInt32 => number!(UInt32Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float32 => number!(Float32Type),
        DataType::Float64 => number!(Float64Type),
        DataType::Decimal32(..) => decimal!(Decimal32Type),
        DataType::Decimal64(..) => decimal!(Decimal64Type),
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
        DataType::Utf8 => array.as_string::<i32>().value(row).into_pyobject(py)?.into_any(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into_pyobject(py)?.into_any(),
        DataType::Utf8View => array.as_string_view().value(row).into_pyobject(py)?.into_any(),
        DataType::Binary => PyBytes::new(py, array.as_binary::<i32>().value(row)).into_any(),
        DataType::LargeBinary => PyBytes::new(py, array.as_binary::<i64>().value(row)).into_any(),
        DataType::BinaryView => PyBytes::new(py, array.as_binary_view().value(row)).into_any(),
        DataType::Date32 | DataType::Date64 => match super::read::day(array, row) {
            Some(day) => told::date(py, day)?,
            None => py.None().into_bound(py),
        },
        DataType::Timestamp(unit, zone) => instant(py, array, row, *unit, zone.is_some())?,
        _ => return nested(py, array, row),
    })
}

fn nested<'py>(py: Python<'py>, array: &ArrayRef, row: usize) -> PyResult<Bound<'py, PyAny>> {
    let list = |items: ArrayRef| -> PyResult<Bound<'py, PyAny>> {
        let items =
            (0..items.len()).map(|at| object(py, &items, at)).collect::<PyResult<Vec<_>>>()?;
        Ok(PyList::new(py, items)?.into_any())
    };
    match array.data_type() {
        DataType::List(_) => list(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => list(array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(..) => list(array.as_fixed_size_list().value(row)),
        DataType::Struct(fields) => {
            let dict = PyDict::new(py);
            for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                dict.set_item(field.name(), object(py, column, row)?)?;
            }
            Ok(dict.into_any())
        }
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let at = dictionary.normalized_keys().get(row).copied().unwrap_or(0);
            object(py, dictionary.values(), at)
        }
        other => Err(PyTypeError::new_err(format!(
            "columns of {other} can't be shown as Python objects"
        ))),
    }
}

fn exact(py: Python<'_>, text: String) -> PyResult<Bound<'_, PyAny>> {
    static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    told::imported(py, &DECIMAL, "decimal", "Decimal")?.call1((text,))
}

/// With a zone in UTC, else without one.
fn instant<'py>(
    py: Python<'py>,
    array: &ArrayRef,
    row: usize,
    unit: TimeUnit,
    zoned: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let time: Option<DateTime<Utc>> = match unit {
        TimeUnit::Second => {
            DateTime::from_timestamp(array.as_primitive::<TimestampSecondType>().value(row), 0)
        }
        TimeUnit::Millisecond => DateTime::from_timestamp_millis(
            array.as_primitive::<TimestampMillisecondType>().value(row),
        ),
        TimeUnit::Microsecond => DateTime::from_timestamp_micros(
            array.as_primitive::<TimestampMicrosecondType>().value(row),
        ),
        TimeUnit::Nanosecond => Some(DateTime::from_timestamp_nanos(
            array.as_primitive::<TimestampNanosecondType>().value(row),
        )),
    };
    let Some(time) = time else { return Ok(py.None().into_bound(py)) };
    let object = told::instant(py, time)?;
    if zoned {
        return Ok(object);
    }
    let naive = PyDict::new(py);
    naive.set_item("tzinfo", py.None())?;
    object.call_method("replace", (), Some(&naive))
}
