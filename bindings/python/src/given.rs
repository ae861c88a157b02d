//! What Python gives: its objects as plain data, which commands are read from by serde.
//!
//! Decimals, days, instants and money stay exact. A float is refused wherever it stands: of what is business, none is one.

use std::fmt;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyMapping, PyString};
use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, Deserializer, Expected, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::trouble::Trouble;

/// Deeper than any command; what holds itself is deeper than everything.
const DEEPEST: usize = 64;

/// A value of Python, as far as a command can hold it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Given {
    None,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Given>),
    Dict(Vec<(String, Given)>),
}

impl Given {
    /// Reads an object.
    ///
    /// # Errors
    /// A float, and what no command can hold; each says where it stands.
    pub(crate) fn from_object(object: &Bound<'_, PyAny>) -> PyResult<Given> {
        read(object, "", 0)
    }

    /// One text for whatever says the same: for digests.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Given::None => "null".to_owned(),
            Given::Bool(value) => value.to_string(),
            Given::Int(value) => value.to_string(),
            Given::Text(text) => format!("{text:?}"),
            Given::List(all) => {
                let all: Vec<String> = all.iter().map(Given::canonical).collect();
                format!("[{}]", all.join(","))
            }
            Given::Dict(entries) => {
                let entries = entries.iter();
                let mut all: Vec<String> = entries
                    .map(|(name, value)| format!("{name:?}:{}", value.canonical()))
                    .collect();
                all.sort_unstable();
                format!("{{{}}}", all.join(","))
            }
        }
    }

    /// What it says, as a command or another value of ours.
    pub(crate) fn into<T: DeserializeOwned>(self) -> Result<T, Trouble> {
        serde_path_to_error::deserialize(self).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { String::new() } else { path };
            Trouble::invalid("python.unreadable", &field, "", &error.into_inner().0)
        })
    }
}

fn read(object: &Bound<'_, PyAny>, place: &str, depth: usize) -> PyResult<Given> {
    if depth > DEEPEST {
        return Err(refused(
            place,
            object,
            "it is nested deeper than any command: does it hold itself?",
        ));
    }
    if object.is_none() {
        return Ok(Given::None);
    }
    if let Ok(text) = object.cast::<PyString>() {
        return enumerated(object, place, depth)?
            .map_or_else(|| Ok(Given::Text(text.to_str()?.to_owned())), Ok);
    }
    if let Ok(value) = object.cast::<PyBool>() {
        return Ok(Given::Bool(value.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        let wide = |_| refused(place, object, "it is beyond 64 bits: give a Decimal");
        return object.extract().map(Given::Int).map_err(wide);
    }
    if object.is_instance_of::<PyFloat>() {
        return Err(float(place, object));
    }
    if let Ok(dict) = object.cast::<PyDict>() {
        let mut entries = Vec::with_capacity(dict.len());
        for (name, value) in dict.iter() {
            let name: String = name.str()?.to_str()?.to_owned();
            let value = read(&value, &below(place, &name), depth + 1)?;
            entries.push((name, value));
        }
        return Ok(Given::Dict(entries));
    }
    special(object, place, depth)
}

/// All that is told by its class or by what it can do.
fn special(object: &Bound<'_, PyAny>, place: &str, depth: usize) -> PyResult<Given> {
    if let Ok(money) = object.cast::<crate::money::PyMoney>() {
        return Ok(money.get().given());
    }
    let class = object.get_type();
    let (module, name) = (class.module()?.to_string(), class.name()?.to_string());
    match (module.as_str(), name.as_str()) {
        ("decimal", "Decimal") => return Ok(Given::Text(plain(object, place)?)),
        ("uuid", "UUID") => return Ok(Given::Text(object.str()?.to_string())),
        ("fractions", "Fraction") => {
            return Err(refused(place, object, "a fraction may have no end: give a Decimal"));
        }
        _ => {}
    }
    if let Some(said) = enumerated(object, place, depth)? {
        return Ok(said);
    }
    if object.hasattr("isoformat")? {
        return dated(object, place);
    }
    if object.hasattr("__index__")? {
        return object.call_method0("__index__").and_then(|int| read(&int, place, depth + 1));
    }
    if object.hasattr("to_command")? {
        return read(&object.call_method0("to_command")?, place, depth + 1);
    }
    if object.hasattr("__float__")? {
        return Err(float(place, object));
    }
    if object.cast::<PyMapping>().is_ok() {
        let dict = PyDict::from_sequence(&object.call_method0("items")?)?;
        return read(dict.as_any(), place, depth + 1);
    }
    let Ok(all) = object.try_iter() else {
        return Err(refused(
            place,
            object,
            "give text, an int, a Decimal, a date, a list or a dict",
        ));
    };
    let mut list = Vec::new();
    for (at, one) in all.enumerate() {
        list.push(read(&one?, &format!("{place}[{at}]"), depth + 1)?);
    }
    Ok(Given::List(list))
}

/// The value of a member of an enum.
fn enumerated(object: &Bound<'_, PyAny>, place: &str, depth: usize) -> PyResult<Option<Given>> {
    let is_plain = object.is_exact_instance_of::<PyString>();
    if is_plain || !object.hasattr("value")? || !object.hasattr("_value_")? {
        return Ok(None);
    }
    read(&object.getattr("value")?, place, depth + 1).map(Some)
}

/// A day, or an instant, which must say its zone.
fn dated(object: &Bound<'_, PyAny>, place: &str) -> PyResult<Given> {
    if !object.hasattr("hour")? {
        return Ok(Given::Text(object.call_method0("isoformat")?.str()?.to_string()));
    }
    if object.getattr("tzinfo")?.is_none() {
        return Err(refused(
            place,
            object,
            "it has no zone: give tzinfo, such as datetime.timezone.utc",
        ));
    }
    let text = object.call_method0("isoformat")?.str()?.to_string();
    Ok(Given::Text(text))
}

/// A decimal without an exponent.
pub(crate) fn plain(object: &Bound<'_, PyAny>, place: &str) -> PyResult<String> {
    if !object.call_method0("is_finite")?.is_truthy()? {
        return Err(refused(place, object, "it is no number: give a finite Decimal"));
    }
    Ok(object.call_method1("__format__", ("f",))?.str()?.to_string())
}

/// Why a float is no value here.
pub(crate) fn float(place: &str, object: &Bound<'_, PyAny>) -> PyErr {
    let shown = object.repr().map(|text| text.to_string()).unwrap_or_default();
    let way_out =
        format!("a float is not exact: give decimal.Decimal(\"{shown}\") or the text \"{shown}\"");
    Trouble::invalid("python.float", place, &shown, &way_out).into_error(object.py())
}

fn refused(place: &str, object: &Bound<'_, PyAny>, why: &str) -> PyErr {
    let shown = object.repr().map(|text| text.to_string()).unwrap_or_else(|_| "it".to_owned());
    let shown: String = shown.chars().take(80).collect();
    Trouble::invalid("python.bad_value", place, &shown, why).into_error(object.py())
}

fn below(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// What serde says of it.
#[derive(Debug)]
pub(crate) struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(message: T) -> Unreadable {
        Unreadable(message.to_string())
    }
}

impl<'de> IntoDeserializer<'de, Unreadable> for Given {
    type Deserializer = Given;

    fn into_deserializer(self) -> Given {
        self
    }
}

impl<'de> Deserializer<'de> for Given {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Given::None => visitor.visit_unit(),
            Given::Bool(value) => visitor.visit_bool(value),
            Given::Int(value) => visitor.visit_i64(value),
            Given::Text(text) => visitor.visit_string(text),
            Given::List(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter())),
            Given::Dict(entries) => visitor.visit_map(MapDeserializer::new(entries.into_iter())),
        }
    }

    /// Where a decimal is expected, a whole number is one.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Given::Int(value)
                if (&visitor as &dyn Expected).to_string().starts_with("a decimal") =>
            {
                visitor.visit_string(value.to_string())
            }
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self == Given::None { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    /// A variant is its name, or a dict of its name and what it carries.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        match self {
            Given::Text(text) => {
                let name: StrDeserializer<'_, Unreadable> = text.as_str().into_deserializer();
                name.deserialize_enum("", variants, visitor)
            }
            Given::Dict(entries) if entries.len() == 1 => {
                let map = MapDeserializer::new(entries.into_iter());
                visitor.visit_enum(de::value::MapAccessDeserializer::new(map))
            }
            _ => {
                let known = variants.join(", ");
                Err(de::Error::custom(format!("no {name}: give one of {known}")))
            }
        }
    }

    /// A field that nobody asks for is a slip of the pen, never passed over.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unreadable> {
        Err(Unreadable("there is no such field: correct its name, or leave it out".to_owned()))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// A day: a date, or its text as `2026-01-31`. An instant is none, since its day depends on a zone.
pub(crate) fn day(object: &Bound<'_, PyAny>) -> PyResult<chrono::NaiveDate> {
    let text = if object.hasattr("isoformat")? && !object.hasattr("hour")? {
        object.call_method0("isoformat")?.str()?.to_string()
    } else if object.is_instance_of::<PyString>() {
        object.str()?.to_string()
    } else {
        return Err(PyTypeError::new_err(format!("give a datetime.date, not {}", object.repr()?)));
    };
    text.parse().map_err(|_| {
        Trouble::invalid(
            "python.bad_date",
            "",
            &text,
            "give a day as 2026-01-31, or a datetime.date",
        )
        .into_error(object.py())
    })
}
