//! The Arrow C stream interface, in capsules: <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>.
//!
//! The only unsafe code of the binding.

use std::ffi::CStr;

use arrow_array::RecordBatchIterator;
use arrow_array::RecordBatchReader;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{ArrowError, Schema};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict};

use super::Table;

const STREAM: &CStr = c"arrow_array_stream";
const SCHEMA: &CStr = c"arrow_schema";

/// Takes the whole stream of an object; its buffers are shared, not copied.
pub(super) fn read(object: &Bound<'_, PyAny>) -> PyResult<Table> {
    taken(&without_nulls(object)?)
}

/// polars hands columns of nothing over with a buffer that the format does not know: they become booleans, of which none is there.
fn without_nulls<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let module = object.get_type().module()?.to_string();
    if !module.starts_with("polars.") || !object.hasattr("cast")? || !object.hasattr("schema")? {
        return Ok(object.clone());
    }
    let polars = object.py().import("polars")?;
    let types = PyDict::new(object.py());
    types.set_item(polars.getattr("Null")?, polars.getattr("Boolean")?)?;
    object.call_method1("cast", (types,))
}

fn taken(object: &Bound<'_, PyAny>) -> PyResult<Table> {
    let capsule = object.call_method0("__arrow_c_stream__")?;
    let capsule = capsule.cast::<PyCapsule>().map_err(|_| {
        PyTypeError::new_err(
            "__arrow_c_stream__ must give a capsule: see the Arrow PyCapsule interface",
        )
    })?;
    let pointer = capsule.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: a capsule of this name holds a valid stream by its contract; reading it from here moves it out and leaves a
    // released one behind, which the capsule's destructor passes by.
    let reader = unsafe { RecordBatchStreamReader::from_raw(pointer.as_ptr()) };
    let reader = reader.map_err(|error| refused(&error))?;
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>().map_err(|error| refused(&error))?;
    Ok(Table { schema, batches })
}

/// A stream over a table's batches, which are shared.
pub(super) fn give<'py>(py: Python<'py>, table: &Table) -> PyResult<Bound<'py, PyCapsule>> {
    let batches = table.batches.clone().into_iter().map(Ok);
    let reader = RecordBatchIterator::new(batches, table.schema.clone());
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
}

pub(super) fn give_schema<'py>(
    py: Python<'py>,
    schema: &Schema,
) -> PyResult<Bound<'py, PyCapsule>> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(|error| refused(&error))?;
    PyCapsule::new_with_value(py, schema, SCHEMA)
}

pub(super) fn refused(error: &ArrowError) -> PyErr {
    match error {
        ArrowError::CDataInterface(_) | ArrowError::SchemaError(_) => {
            PyTypeError::new_err(format!(
                "this Arrow table can't be read: {error}; give columns of numbers, decimals, texts, days or booleans"
            ))
        }
        _ => PyValueError::new_err(format!("Arrow refuses the table: {error}")),
    }
}
