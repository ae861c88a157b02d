//! Values that rules look at, with their types.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::finite;

/// What kind of value an attribute or a property of an event has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// A number.
    Number,
    /// A text; upper and lower case are the same.
    Text,
    /// Yes or no.
    Flag,
    /// A day.
    Date,
}

impl Type {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Flag => "a flag",
            Self::Date => "a date",
        }
    }
}

/// A value that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'v> {
    /// A number.
    Number(f64),
    /// A text.
    Text(&'v str),
    /// Yes or no.
    Flag(bool),
    /// A day.
    Date(NaiveDate),
}

/// A value in a scorecard; a date is written as a text, such as "2026-01-31".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// A text or a date.
    Text(String),
}

/// A value as tests read it: days are numbers, texts are in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) enum Slot<'v> {
    #[default]
    Missing,
    Number(f64),
    Text(Cow<'v, str>),
    Flag(bool),
}

impl<'v> Slot<'v> {
    /// A value of a field with its type.
    pub(super) fn of(name: &str, wanted: Type, value: Value<'v>) -> Result<Self, KernelError> {
        Ok(match (wanted, value) {
            (Type::Number, Value::Number(number)) => Self::Number(finite(name, number)?),
            (Type::Text, Value::Text(text)) => Self::Text(lower(text)),
            (Type::Flag, Value::Flag(flag)) => Self::Flag(flag),
            (Type::Date, Value::Date(date)) => Self::Number(day(date)),
            (_, Value::Number(number)) => return Err(mismatch(name, number, wanted)),
            (_, Value::Text(text)) => return Err(mismatch(name, shown(text), wanted)),
            (_, Value::Flag(flag)) => return Err(mismatch(name, flag, wanted)),
            (_, Value::Date(date)) => return Err(mismatch(name, date, wanted)),
        })
    }
}

impl Literal {
    /// As tests read it.
    pub(super) fn slot(&self, name: &str, wanted: Type) -> Result<Slot<'static>, KernelError> {
        match (self, wanted) {
            (Self::Text(text), Type::Date) => match text.parse() {
                Ok(date) => Slot::of(name, wanted, Value::Date(date)),
                Err(_) => Err(mismatch(name, shown(text), wanted)),
            },
            (Self::Text(text), Type::Text) => Ok(Slot::Text(Cow::Owned(lower(text).into_owned()))),
            (Self::Text(text), _) => Err(mismatch(name, shown(text), wanted)),
            (Self::Flag(flag), _) => Slot::of(name, wanted, Value::Flag(*flag)),
            (Self::Number(number), _) => Slot::of(name, wanted, Value::Number(*number)),
        }
    }
}

pub(super) fn mismatch(name: &str, found: impl ToString, wanted: Type) -> KernelError {
    KernelError::Contradiction {
        field: name.to_owned(),
        found: found.to_string(),
        other: match wanted {
            Type::Number => "it is declared as a number",
            Type::Text => "it is declared as a text",
            Type::Flag => "it is declared as a flag",
            Type::Date => "it is declared as a date, such as 2026-01-31",
        },
        way_out: "give a value of its type, or declare another",
    }
}

/// The beginning of a text, which may be of any length.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(40).collect::<String>())
}

pub(super) fn lower(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        true => Cow::Owned(text.to_lowercase()),
        false => Cow::Borrowed(text),
    }
}

fn day(date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce())
}
