//! Stores written in Python: any ordered map from bytes to bytes with one atomic write, and the suite that certifies it.

use fondaco::store::OrderedStore;
use fondaco::store::ordered::{KeyRange, MapError, MapSnapshot, Ordered, Pair, Put, Written};
use fondaco_testkit::Suite;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use crate::free;
use crate::trouble::Trouble;

/// A map of Python's: `snapshot()` and `write(position, puts)`.
pub(crate) struct PyMap(Py<PyAny>);

impl PyMap {
    pub(crate) fn new(map: &Bound<'_, PyAny>) -> PyResult<PyMap> {
        for needed in ["snapshot", "write"] {
            if !map.hasattr(needed)? {
                let why = format!(
                    "a store has snapshot() and write(position, puts): {} has no {needed}",
                    map.get_type().name()?
                );
                return Err(
                    Trouble::invalid("python.no_store", "store", "", &why).into_error(map.py())
                );
            }
        }
        Ok(PyMap(map.clone().unbind()))
    }
}

/// What an exception of Python says of the map.
fn failed(py: Python<'_>, error: &PyErr) -> MapError {
    let said = format!("{}: {}", error.get_type(py), error.value(py));
    match error.get_type(py).name().map(|name| name.to_string()).as_deref() {
        Ok("MaybeWritten") => MapError::Unknown(said),
        Ok("Damaged") => MapError::Corrupt(said),
        _ => MapError::Unavailable(said),
    }
}

/// A snapshot of Python's, with the position that it had.
struct Taken {
    snapshot: Py<PyAny>,
    position: u64,
}

impl Ordered for PyMap {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        Python::attach(|py| {
            let taken = || -> PyResult<Taken> {
                let snapshot = self.0.bind(py).call_method0("snapshot")?;
                let position = snapshot.getattr("position")?.extract()?;
                Ok(Taken { snapshot: snapshot.unbind(), position })
            };
            let taken = taken().map_err(|error| failed(py, &error))?;
            Ok(Box::new(taken) as Box<dyn MapSnapshot>)
        })
    }

    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        Python::attach(|py| {
            let written = || -> PyResult<bool> {
                let each = puts.iter().map(|put| {
                    let value = put.value.as_ref().map(|value| PyBytes::new(py, value));
                    PyTuple::new(
                        py,
                        [
                            PyBytes::new(py, &put.key).into_any(),
                            value.into_pyobject(py)?.into_any(),
                        ],
                    )
                });
                let all = PyList::new(py, each.collect::<PyResult<Vec<_>>>()?)?;
                self.0.bind(py).call_method1("write", (position, all))?.is_truthy()
            };
            match written() {
                Ok(true) => Ok(Written::Done),
                Ok(false) => Ok(Written::Moved),
                Err(error) => Err(failed(py, &error)),
            }
        })
    }
}

impl MapSnapshot for Taken {
    fn position(&self) -> u64 {
        self.position
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, MapError> {
        Python::attach(|py| {
            let found = self.snapshot.bind(py).call_method1("get", (PyBytes::new(py, key),));
            let found = found.and_then(|found| found.extract::<Option<Vec<u8>>>());
            found.map_err(|error| failed(py, &error))
        })
    }

    fn range(&self, range: &KeyRange<'_>) -> Result<Vec<Pair>, MapError> {
        Python::attach(|py| {
            let found = || -> PyResult<Vec<Pair>> {
                let to = range.to.map(|to| PyBytes::new(py, to));
                // Beyond what Python's lists can hold means all.
                let limit = i64::try_from(range.limit).unwrap_or(i64::MAX);
                let asked = (PyBytes::new(py, range.from), to, range.backwards, limit);
                let found = self.snapshot.bind(py).call_method1("range", asked)?;
                found.try_iter()?.take(range.limit).map(|pair| pair?.extract()).collect()
            };
            found().map_err(|error| failed(py, &error))
        })
    }
}

impl Drop for Taken {
    /// A snapshot may be a lock: it is let go of at once, where it says how.
    fn drop(&mut self) {
        Python::attach(|py| {
            let snapshot = self.snapshot.bind(py);
            if snapshot.hasattr("close").unwrap_or(false) {
                let _ = snapshot.call_method0("close");
            }
        });
    }
}

/// Promises that are broken: the check, the promise, what came.
type Broken = Vec<(String, String, String)>;

/// Runs the conformance suite on stores that `make` gives: `(kept, text, [(check, promise, what is broken)])`.
#[pyfunction]
#[pyo3(signature = (make, only=None))]
pub(crate) fn certify(
    py: Python<'_>,
    make: Py<PyAny>,
    only: Option<String>,
) -> PyResult<(bool, String, Broken)> {
    // The first tells whether it is one at all.
    PyMap::new(&make.bind(py).call0()?)?;
    free::work(py, move || {
        let store = move || {
            let map =
                Python::attach(|py| -> PyResult<PyMap> { PyMap::new(&make.bind(py).call0()?) });
            let opened = map
                .map_err(|error| error.to_string())
                .and_then(|map| OrderedStore::open(map).map_err(|error| error.to_string()));
            match opened {
                Ok(store) => store,
                #[expect(
                    clippy::panic,
                    reason = "the suite catches it, and says which check it broke"
                )]
                Err(why) => panic!("a new store can't be made: {why}"),
            }
        };
        let mut suite = Suite::new(store).brief_holds();
        if let Some(only) = &only {
            suite = suite.only(only);
        }
        let report = suite.run();
        let broken = report.broken().map(|check| {
            (check.name.to_owned(), check.promise.to_owned(), format!("{:?}", check.outcome))
        });
        Ok((report.is_kept(), report.to_string(), broken.collect()))
    })
}
