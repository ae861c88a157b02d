//! What models and settings are made of, as plain Python data: floats keep every bit, so that a pickled model says what it said.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use crate::trouble::Trouble;

/// A value of ours as Python's dicts, lists, numbers and texts.
pub(crate) fn to_python<'py>(
    py: Python<'py>,
    value: &impl Serialize,
) -> PyResult<Bound<'py, PyAny>> {
    let value = serde_json::to_value(value).map_err(|error| unreadable(&error))?;
    shown(py, &value)
}

/// The same, read back.
pub(crate) fn from_python<T: DeserializeOwned>(object: &Bound<'_, PyAny>) -> PyResult<T> {
    let value = read(object, 0)?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let (path, error) = (error.path().to_string(), error.inner().to_string());
        Trouble::invalid("python.unreadable", &path, "", &error).into_error(object.py())
    })
}

fn unreadable(error: &dyn std::error::Error) -> PyErr {
    PyTypeError::new_err(format!("it has no plain form: {error}"))
}

fn shown<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => value.into_pyobject(py)?.into_any(),
            (None, Some(value)) => value.into_pyobject(py)?.into_any(),
            (None, None) => py.None().into_bound(py),
        },
        Value::String(text) => text.as_str().into_pyobject(py)?.into_any(),
        Value::Array(all) => {
            let all = all.iter().map(|one| shown(py, one)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(py, all)?.into_any()
        }
        Value::Object(entries) => {
            let dict = PyDict::new(py);
            for (name, value) in entries {
                dict.set_item(name, shown(py, value)?)?;
            }
            dict.into_any()
        }
    })
}

fn read(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Value> {
    if depth > 64 {
        return Err(PyTypeError::new_err("it is nested too deep: does it hold itself?"));
    }
    if object.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(value) = object.cast::<PyBool>() {
        return Ok(Value::Bool(value.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return Ok(Value::Number(object.extract::<i64>()?.into()));
    }
    if object.is_instance_of::<PyFloat>() {
        let number = Number::from_f64(object.extract()?);
        return number
            .map(Value::Number)
            .ok_or_else(|| PyTypeError::new_err("give a finite number"));
    }
    if let Ok(text) = object.cast::<PyString>() {
        return Ok(Value::String(text.to_str()?.to_owned()));
    }
    if let Ok(dict) = object.cast::<PyDict>() {
        let mut entries = Map::new();
        for (name, value) in dict.iter() {
            entries.insert(name.str()?.to_string(), read(&value, depth + 1)?);
        }
        return Ok(Value::Object(entries));
    }
    let all = object.try_iter()?.map(|one| read(&one?, depth + 1));
    Ok(Value::Array(all.collect::<PyResult<_>>()?))
}
