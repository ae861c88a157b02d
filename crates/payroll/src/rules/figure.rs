//! Figures of a file: text, so that no binary fraction ever stands for a decimal.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use fondaco_core::decimal;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::RuleError;
use crate::units::Type;

/// A figure as it is written: `"6.2%"`, `"11850.50"`, `40`, `true`, `"2025-04-06"`, `"single"`.
///
/// Whole numbers and `true` may stand without quotes. A decimal has them: `0.1` without is a binary fraction, and is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure(pub SmolStr);

/// A value in its smallest digits: `11850.50` is 1185050 with 2 digits. A condition is 0 or 1, a day is counted, one of a choice is
/// its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scaled {
    pub(crate) units: i128,
    pub(crate) digits: u8,
}

impl Figure {
    /// Reads the figure as of a type; `values` are those of the type's choice.
    pub(crate) fn read(&self, of: &Type, values: &[SmolStr]) -> Result<Scaled, RuleError> {
        read(&self.0, of, values).map_err(|way_out| RuleError::BadFigure {
            value: self.0.clone(),
            wanted: of.to_string(),
            way_out,
        })
    }
}

/// Reads a text as of a type, or says how it is written.
pub(crate) fn read(text: &str, of: &Type, values: &[SmolStr]) -> Result<Scaled, String> {
    match of {
        Type::Number(units) => number(text, units.is_none()),
        Type::Bool => match text {
            "true" => Ok(Scaled { units: 1, digits: 0 }),
            "false" => Ok(Scaled { units: 0, digits: 0 }),
            _ => Err("write true or false".into()),
        },
        Type::Date => match text.parse::<NaiveDate>() {
            Ok(date) => Ok(Scaled { units: i128::from(date.num_days_from_ce()), digits: 0 }),
            Err(_) => Err("write a day as 2025-04-06".into()),
        },
        Type::Choice(_) => match values.iter().position(|value| value == text) {
            Some(at) => Ok(Scaled { units: at as i128, digits: 0 }),
            None => Err(format!("write one of {}", values.join(", "))),
        },
    }
}

fn number(text: &str, may_be_percent: bool) -> Result<Scaled, String> {
    let (plain, more) = match text.strip_suffix('%') {
        Some(plain) if may_be_percent => (plain, 2),
        _ => (text, 0),
    };
    let value = decimal::parse(plain).map_err(|error| error.to_string())?;
    let digits = value.scale() + more;
    let digits = u8::try_from(digits).ok().filter(|digits| *digits <= 18);
    let digits = digits.ok_or("write no more than 18 digits behind the point")?;
    Ok(Scaled { units: value.mantissa(), digits }.trimmed())
}

impl Scaled {
    /// Without zeros at the end.
    fn trimmed(mut self) -> Scaled {
        while self.digits > 0 && self.units % 10 == 0 {
            self = Scaled { units: self.units / 10, digits: self.digits - 1 };
        }
        self
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Figure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Figure, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl Visitor<'_> for Reader {
    type Value = Figure;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a figure, such as \"6.2%\", 40 or true")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Figure, E> {
        Ok(Figure(text.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Figure, E> {
        Ok(Figure(value.to_string().into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Figure, E> {
        Ok(Figure(value.to_string().into()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Figure, E> {
        Ok(Figure(value.to_string().into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Figure, E> {
        Err(E::custom(format!(
            "{value} is a binary fraction here: write it in quotes, \"{value}\""
        )))
    }
}
