//! What is told to Python: plain data, made without the interpreter and turned into its objects at the end.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use fondaco::core::store::{Drawn, Fixed, Value};
use fondaco::core::{Id, Money, Quantity, Timestamp};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList};
use rust_decimal::Decimal;

/// A value of any shape, as Python has them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    None,
    Bool(bool),
    Int(i64),
    /// Of statistics alone.
    Float(f64),
    Decimal(Decimal),
    Text(String),
    Bytes(Vec<u8>),
    Date(NaiveDate),
    Instant(Timestamp),
    Money(Money),
    List(Vec<Told>),
    Dict(Vec<(String, Told)>),
}

impl Told {
    pub(crate) fn dict<const N: usize>(entries: [(&str, Told); N]) -> Told {
        Told::Dict(entries.into_iter().map(|(name, told)| (name.to_owned(), told)).collect())
    }

    pub(crate) fn text(text: impl ToString) -> Told {
        Told::Text(text.to_string())
    }

    pub(crate) fn to_object<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self {
            Told::None => py.None().into_bound(py),
            Told::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
            Told::Int(value) => value.into_pyobject(py)?.into_any(),
            Told::Float(value) => value.into_pyobject(py)?.into_any(),
            Told::Decimal(value) => decimal(py, *value)?,
            Told::Text(text) => text.as_str().into_pyobject(py)?.into_any(),
            Told::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
            Told::Date(day) => date(py, *day)?,
            Told::Instant(time) => instant(py, time.to_datetime())?,
            Told::Money(money) => crate::money::PyMoney::from(*money).into_pyobject(py)?.into_any(),
            Told::List(all) => {
                let all = all.iter().map(|one| one.to_object(py)).collect::<PyResult<Vec<_>>>()?;
                PyList::new(py, all)?.into_any()
            }
            Told::Dict(entries) => {
                let dict = PyDict::new(py);
                for (name, told) in entries {
                    dict.set_item(name, told.to_object(py)?)?;
                }
                dict.into_any()
            }
        })
    }
}

/// `decimal.Decimal`, with the digits that the value has.
pub(crate) fn decimal(py: Python<'_>, value: Decimal) -> PyResult<Bound<'_, PyAny>> {
    static DECIMAL: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    imported(py, &DECIMAL, "decimal", "Decimal")?.call1((value.to_string(),))
}

/// `datetime.date`.
pub(crate) fn date(py: Python<'_>, day: NaiveDate) -> PyResult<Bound<'_, PyAny>> {
    static DATE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    imported(py, &DATE, "datetime", "date")?.call1((day.year(), day.month(), day.day()))
}

/// `datetime.datetime`, in UTC.
pub(crate) fn instant(py: Python<'_>, time: DateTime<Utc>) -> PyResult<Bound<'_, PyAny>> {
    static DATETIME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let datetime = imported(py, &DATETIME, "datetime", "datetime")?;
    datetime
        .call_method1("fromisoformat", (time.format("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string(),))
}

/// A name of a module, looked up once.
pub(crate) fn imported<'py>(
    py: Python<'py>,
    kept: &'static PyOnceLock<Py<PyAny>>,
    module: &str,
    name: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let found =
        kept.get_or_try_init(py, || PyResult::Ok(py.import(module)?.getattr(name)?.unbind()))?;
    Ok(found.bind(py).clone())
}

/// What can be told.
pub(crate) trait Tell {
    fn tell(&self) -> Told;
}

impl Tell for () {
    fn tell(&self) -> Told {
        Told::None
    }
}

macro_rules! tell {
    ($($type:ty, |$it:ident| $told:expr;)*) => { $(
        impl Tell for $type {
            fn tell(&self) -> Told {
                let $it = self;
                $told
            }
        }
    )* };
}

tell! {
    bool, |it| Told::Bool(*it);
    i64, |it| Told::Int(*it);
    u32, |it| Told::Int((*it).into());
    u64, |it| Told::Int(i64::try_from(*it).unwrap_or(i64::MAX));
    usize, |it| Told::Int(i64::try_from(*it).unwrap_or(i64::MAX));
    f64, |it| Told::Float(*it);
    String, |it| Told::Text(it.clone());
    smol_str::SmolStr, |it| Told::text(it);
    NaiveDate, |it| Told::Date(*it);
    Timestamp, |it| Told::Instant(*it);
    Money, |it| Told::Money(*it);
    Decimal, |it| Told::Decimal(*it);
    Quantity, |it| Told::text(it);
    Drawn, |it| it.number().map_or(Told::None, Told::Int);
}

impl<T> Tell for Id<T> {
    fn tell(&self) -> Told {
        Told::text(self)
    }
}

impl<const DIGITS: u8> Tell for Fixed<DIGITS> {
    fn tell(&self) -> Told {
        Told::Decimal(self.to_decimal())
    }
}

impl<T: Tell> Tell for Vec<T> {
    fn tell(&self) -> Told {
        Told::List(self.iter().map(Tell::tell).collect())
    }
}

impl<T: Tell> Tell for Option<T> {
    fn tell(&self) -> Told {
        self.as_ref().map_or(Told::None, Tell::tell)
    }
}

/// What was done, or why it was refused.
impl<T: Tell, E: Tell> Tell for Result<T, E> {
    fn tell(&self) -> Told {
        match self {
            Ok(done) => done.tell(),
            Err(refused) => refused.tell(),
        }
    }
}

/// What columns hold.
impl Tell for Value {
    fn tell(&self) -> Told {
        match self {
            Value::Bool(value) => Told::Bool(*value),
            Value::I64(value) => Told::Int(*value),
            Value::Decimal(value) => Told::Decimal(*value),
            Value::Text(text) => Told::text(text),
            Value::Json(text) => Told::text(text),
            Value::Bytes(bytes) => Told::Bytes(bytes.to_vec()),
            Value::Date(day) => Told::Date(*day),
            Value::Instant(time) => Told::Instant(*time),
            Value::Id(id) => Told::text(Id::<()>::from_u128(*id)),
            Value::Personal(value, _) => value.tell(),
            _ => Told::None,
        }
    }
}
