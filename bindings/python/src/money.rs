//! Money in Python: an exact amount in one currency.

use fondaco::core::{ErrorKind, Money, MoneyError};
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyInt};
use rust_decimal::Decimal;

use crate::given::{Given, float, plain};
use crate::told;
use crate::trouble::Trouble;

/// An exact amount in one currency: ``Money("12.50 EUR")``, or ``Money(Decimal("12.50"), "EUR")``.
///
/// Adding two currencies is an error, and no float ever becomes money.
///
/// >>> from fondaco import Money
/// >>> Money("12.50 EUR") + Money("0.75 EUR")
/// Money('13.25 EUR')
/// >>> (Money("12.50 EUR") * 3).amount
/// Decimal('37.5')
#[pyclass(name = "Money", module = "fondaco", frozen, from_py_object)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PyMoney(pub(crate) Money);

impl From<Money> for PyMoney {
    fn from(money: Money) -> PyMoney {
        PyMoney(money)
    }
}

impl PyMoney {
    /// As commands hold it.
    pub(crate) fn given(&self) -> Given {
        let text = |text: String| Given::Text(text);
        Given::Dict(vec![
            ("amount".to_owned(), text(self.0.amount().to_string())),
            ("currency".to_owned(), text(self.0.currency().code().to_owned())),
        ])
    }
}

#[pymethods]
impl PyMoney {
    #[new]
    #[pyo3(signature = (amount, currency=None))]
    fn new(amount: &Bound<'_, PyAny>, currency: Option<&str>) -> PyResult<PyMoney> {
        let py = amount.py();
        let text = exact(amount, "amount")?;
        let money = match currency {
            None => Money::parse(&text),
            Some(code) => Money::parse(&format!("{text} {code}")),
        };
        money.map(PyMoney).map_err(|error| refused(&error).into_error(py))
    }

    /// The amount, exactly.
    #[getter]
    fn amount<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        told::decimal(py, self.0.amount())
    }

    /// The currency's code by ISO 4217.
    #[getter]
    fn currency(&self) -> &'static str {
        self.0.currency().code()
    }

    fn __add__(&self, py: Python<'_>, other: PyMoney) -> PyResult<PyMoney> {
        made(py, self.0.add(other.0))
    }

    fn __sub__(&self, py: Python<'_>, other: PyMoney) -> PyResult<PyMoney> {
        made(py, self.0.sub(other.0))
    }

    fn __mul__(&self, factor: &Bound<'_, PyAny>) -> PyResult<PyMoney> {
        made(factor.py(), self.0.mul(decimal(factor, "factor")?))
    }

    fn __rmul__(&self, factor: &Bound<'_, PyAny>) -> PyResult<PyMoney> {
        self.__mul__(factor)
    }

    fn __neg__(&self) -> PyMoney {
        PyMoney(self.0.neg())
    }

    fn __abs__(&self) -> PyMoney {
        PyMoney(self.0.abs())
    }

    fn __bool__(&self) -> bool {
        !self.0.is_zero()
    }

    fn __richcmp__(&self, other: &Bound<'_, PyAny>, op: CompareOp) -> PyResult<Py<PyAny>> {
        let py = other.py();
        let Ok(other) = other.extract::<PyMoney>() else {
            return Ok(py.NotImplemented());
        };
        let answer = match op {
            CompareOp::Eq => self.0 == other.0,
            CompareOp::Ne => self.0 != other.0,
            _ => {
                let order = self.0.compare(other.0);
                op.matches(order.map_err(|error| refused(&error).into_error(py))?)
            }
        };
        Ok(answer.into_pyobject(py)?.to_owned().into_any().unbind())
    }

    fn __hash__(&self) -> u64 {
        let amount = self.0.amount().mantissa() as u64;
        amount.wrapping_mul(31) ^ u64::from(self.0.amount().scale())
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Money('{}')", self.0)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let class = py.get_type::<PyMoney>().into_any();
        Ok((class, (format!("{} {}", self.0.amount(), self.0.currency()),)))
    }
}

fn made(py: Python<'_>, money: Result<Money, MoneyError>) -> PyResult<PyMoney> {
    money.map(PyMoney).map_err(|error| refused(&error).into_error(py))
}

fn refused(error: &MoneyError) -> Trouble {
    Trouble::of(error.code(), ErrorKind::Invalid, error)
}

/// Text, an int or a Decimal, as the text of a decimal.
pub(crate) fn exact(object: &Bound<'_, PyAny>, field: &str) -> PyResult<String> {
    if object.is_instance_of::<PyFloat>() {
        return Err(float(field, object));
    }
    if object.is_instance_of::<PyInt>() {
        return Ok(object.str()?.to_string());
    }
    if object.hasattr("is_finite")? {
        return plain(object, field);
    }
    object.extract::<String>().map_err(|_| {
        PyTypeError::new_err(format!(
            "{field}: give a Decimal, an int or text, not {}",
            object.get_type()
        ))
    })
}

/// An exact number of Python.
pub(crate) fn decimal(object: &Bound<'_, PyAny>, field: &str) -> PyResult<Decimal> {
    let text = exact(object, field)?;
    fondaco::core::decimal::parse(&text).map_err(|error| {
        Trouble::invalid("python.bad_value", field, &text, &error.to_string())
            .into_error(object.py())
    })
}
