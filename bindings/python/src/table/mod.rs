//! Tables: Arrow record batches, in and out of any data frame by the C stream interface, without copying where none is needed.
//!
//! What comes in: whatever has `__arrow_c_stream__` (polars, pandas, pyarrow, duckdb), a dict of lists, or a list of dicts. What goes
//! out has `__arrow_c_stream__` too. Decimals stay decimals of 128 bits.

mod build;
mod cells;
mod read;
mod show;
mod stream;

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema, SchemaRef};
use pyo3::exceptions::{PyImportError, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};

pub(crate) use build::Built;
use build::columns_of;
pub(crate) use read::needed;

/// A table of columns, which any data frame reads: results of kernels, reports and stored rows.
///
/// >>> from fondaco import Table
/// >>> table = Table({"item": ["rice", "oil"], "pieces": [3, 4]})
/// >>> table.to_dicts()
/// [{'item': 'rice', 'pieces': 3}, {'item': 'oil', 'pieces': 4}]
#[pyclass(name = "Table", module = "fondaco", frozen, mapping)]
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Table {
    pub(crate) fn from_batch(batch: RecordBatch) -> Table {
        Table { schema: batch.schema(), batches: vec![batch] }
    }

    /// Of columns of the same length.
    pub(crate) fn of(columns: Vec<(&str, ArrayRef)>) -> PyResult<Table> {
        let field =
            |(name, array): &(&str, ArrayRef)| Field::new(*name, array.data_type().clone(), true);
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        RecordBatch::try_new(schema, arrays)
            .map(Table::from_batch)
            .map_err(|error| stream::refused(&error))
    }

    /// What Python gives: a table, whatever has an Arrow stream, a dict of lists, or a list of dicts.
    pub(crate) fn from_object(object: &Bound<'_, PyAny>) -> PyResult<Table> {
        if let Ok(table) = object.cast::<Table>() {
            return Ok(table.get().clone());
        }
        if object.hasattr("__arrow_c_stream__")? {
            return stream::read(object);
        }
        columns_of(object)
    }

    pub(crate) fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The parts of a column, batch by batch.
    pub(crate) fn parts(&self, name: &str) -> Option<Vec<&ArrayRef>> {
        let at = self.schema.fields().iter().position(|field| field.name() == name)?;
        Some(self.batches.iter().map(|batch| batch.column(at)).collect())
    }
}

#[pymethods]
impl Table {
    #[new]
    fn new(data: &Bound<'_, PyAny>) -> PyResult<Table> {
        Table::from_object(data)
    }

    /// The names of the columns, in order.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The types of the columns, as Arrow names them, by the columns' names.
    #[getter]
    fn types(&self) -> std::collections::BTreeMap<String, String> {
        let fields = self.schema.fields().iter();
        fields.map(|field| (field.name().clone(), field.data_type().to_string())).collect()
    }

    /// How many rows and columns there are.
    #[getter]
    fn shape(&self) -> (usize, usize) {
        (self.rows(), self.schema.fields().len())
    }

    fn __len__(&self) -> usize {
        self.rows()
    }

    /// The values of a column.
    fn __getitem__<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyList>> {
        let known = || {
            PyKeyError::new_err(format!(
                "{name}: the columns are {}",
                self.column_names().join(", ")
            ))
        };
        let parts = self.parts(name).ok_or_else(known)?;
        let list = PyList::empty(py);
        for part in parts {
            for row in 0..part.len() {
                list.append(cells::object(py, part, row)?)?;
            }
        }
        Ok(list)
    }

    fn __contains__(&self, name: &str) -> bool {
        self.schema.field_with_name(name).is_ok()
    }

    fn __iter__(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        Ok(PyList::new(py, self.column_names())?.try_iter()?.into_any().unbind())
    }

    /// The columns as lists, by name.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let dict = PyDict::new(py);
        for name in self.column_names() {
            dict.set_item(&name, self.__getitem__(py, &name)?)?;
        }
        Ok(dict)
    }

    /// The rows as dicts.
    fn to_dicts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for batch in &self.batches {
            for row in 0..batch.num_rows() {
                let dict = PyDict::new(py);
                for (field, column) in self.schema.fields().iter().zip(batch.columns()) {
                    dict.set_item(field.name(), cells::object(py, column, row)?)?;
                }
                list.append(dict)?;
            }
        }
        Ok(list)
    }

    /// As a polars data frame.
    fn to_polars<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let polars = package(py, "polars")?;
        polars.call_method1("DataFrame", (self.clone().into_pyobject(py)?,))
    }

    /// As a pyarrow table.
    fn to_arrow<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let pyarrow = package(py, "pyarrow")?;
        pyarrow.call_method1("table", (self.clone().into_pyobject(py)?,))
    }

    /// As a pandas data frame; needs pyarrow too. Decimals become objects, exactly.
    fn to_pandas<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        package(py, "pandas")?;
        self.to_arrow(py)?.call_method0("to_pandas")
    }

    /// The first rows.
    #[pyo3(signature = (rows=5))]
    fn head(&self, rows: usize) -> Table {
        let mut left = rows;
        let mut batches = Vec::new();
        for batch in &self.batches {
            let taken = left.min(batch.num_rows());
            left -= taken;
            batches.push(batch.slice(0, taken));
        }
        Table { schema: self.schema.clone(), batches }
    }

    /// The Arrow stream of the table, for whatever reads one.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema; // may be ignored by its contract
        stream::give(py, self)
    }

    /// The Arrow schema of the table.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        stream::give_schema(py, &self.schema)
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyDict>,))> {
        Ok((py.get_type::<Table>().into_any(), (self.to_dict(py)?,)))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        show::text(py, self)
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        show::html(py, self)
    }
}

/// A package that only this asks for.
fn package<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    let missing = |_| {
        PyImportError::new_err(format!(
            "{name} is not installed: pip install {name}, or take to_dicts()"
        ))
    };
    Ok(py.import(name).map_err(missing)?.into_any())
}
