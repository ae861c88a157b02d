//! What the inputs may be. The files say it in comments, for people; these are the ranges of their published documentation, by the inputs'
//! names, which have meant the same in every year. An input that is not known here is only checked against its type.

use rust_decimal::Decimal;

use super::{PapError, Type, Variable};

/// The largest amount in cents: ten thousand million euros, so that a year of it by the day has room.
const MOST_CENTS: i64 = 1_000_000_000_000;

/// The largest whole number, and any other number: nine and fifteen digits.
const MOST_WHOLE: i64 = 999_999_999;
const MOST_OTHER: i64 = 999_999_999_999_999;

/// Amounts that may be below zero: what was paid too much and is paid back.
const SIGNED: &[&str] = &["SONSTB", "SONSTENT", "JRE4", "VBS", "VMT"];

/// From, to, and the most digits after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    from: i64,
    to: i64,
    digits: u32,
}

impl Limits {
    /// Those of an input of this name and type.
    pub(super) fn of(name: &str, ty: Type, cents: bool) -> Self {
        let name = name.to_ascii_uppercase();
        let (from, to, digits) = match name.as_str() {
            "AF" | "ALTER1" | "ALV" | "PVS" | "PVZ" => (0, 1, 0),
            "F" => (0, 1, 3),
            "KRV" | "PKV" => (0, 2, 0),
            "LZZ" => (1, 4, 0),
            "PVA" => (0, 4, 0),
            "STKL" => (1, 6, 0),
            "ZMVB" => (0, 12, 0),
            "R" => (0, 99, 0),
            "AJAHR" | "VJAHR" => (0, 9_999, 0),
            "KVZ" => (0, 100, 2),
            "ZKF" => (0, 99, 2),
            signed if cents && SIGNED.contains(&signed) => (-MOST_CENTS, MOST_CENTS, 0),
            _ if cents => (0, MOST_CENTS, 0),
            _ if ty == Type::Whole => (-MOST_WHOLE, MOST_WHOLE, 0),
            _ if ty == Type::Truth => (0, 1, 0),
            _ => (-MOST_OTHER, MOST_OTHER, 15),
        };
        Self { from, to, digits }
    }

    fn hold(self, value: Decimal) -> bool {
        // Most inputs are whole, and compared as such.
        if value.scale() == 0 {
            return (i128::from(self.from)..=i128::from(self.to)).contains(&value.mantissa());
        }
        value >= Decimal::from(self.from) && value <= Decimal::from(self.to)
    }
}

/// Refuses a value that this input can't have.
pub(super) fn check(variable: &Variable, value: Decimal) -> Result<(), PapError> {
    let Limits { from, to, digits } = variable.limits;
    let unit = if variable.cents { ", in cents" } else { "" };
    if !variable.limits.hold(value) {
        return Err(variable.refused(value, format!("give a number from {from} to {to}{unit}")));
    }
    if value.scale() > digits && value.normalize().scale() > digits {
        let least = match digits {
            0 if variable.cents => "whole cents".to_owned(),
            0 => "a whole number".to_owned(),
            _ => format!("at most {digits} digits after the point"),
        };
        return Err(variable.refused(value, format!("give {least}")));
    }
    Ok(())
}
