//! What the inputs may be. The files say it in comments, for people; these are the ranges of their published documentation, by the inputs'
//! names, which have meant the same in every year. An input that is not known here is only checked against its type.

use rust_decimal::Decimal;

use super::{PapError, Type, Variable};

/// From, to, and the most digits after the point.
struct Limits {
    from: i64,
    to: i64,
    digits: u32,
}

/// The largest amount in cents: ten thousand million euros, so that a year of it by the day has room.
const MOST_CENTS: i64 = 1_000_000_000_000;

/// Amounts that may be below zero: what was paid too much and is paid back.
const SIGNED: &[&str] = &["SONSTB", "SONSTENT", "JRE4", "VBS", "VMT"];

fn limits(name: &str) -> Option<Limits> {
    let whole = |from, to| Some(Limits { from, to, digits: 0 });
    match name.to_ascii_uppercase().as_str() {
        "AF" | "ALTER1" | "ALV" | "PVS" | "PVZ" => whole(0, 1),
        "F" => Some(Limits { from: 0, to: 1, digits: 3 }),
        "KRV" | "PKV" => whole(0, 2),
        "LZZ" => whole(1, 4),
        "PVA" => whole(0, 4),
        "STKL" => whole(1, 6),
        "ZMVB" => whole(0, 12),
        "R" => whole(0, 99),
        "AJAHR" | "VJAHR" => whole(0, 9999),
        "KVZ" => Some(Limits { from: 0, to: 100, digits: 2 }),
        "ZKF" => Some(Limits { from: 0, to: 99, digits: 2 }),
        _ => None,
    }
}

/// Refuses a value that this input can't have.
pub(super) fn check(variable: &Variable, value: Decimal) -> Result<(), PapError> {
    if variable.ty == Type::Whole && !value.fract().is_zero() {
        return Err(variable.refused(value, "it is a whole number"));
    }
    if let Some(limits) = limits(&variable.name) {
        return within(variable, value, &limits);
    }
    if variable.cents {
        let from = if SIGNED.contains(&variable.name.as_str()) { -MOST_CENTS } else { 0 };
        return within(variable, value, &Limits { from, to: MOST_CENTS, digits: 0 });
    }
    match i32::try_from(value.trunc().mantissa()) {
        Err(_) if variable.ty == Type::Whole => {
            Err(variable.refused(value, "a whole number has at most nine digits here"))
        }
        _ => Ok(()),
    }
}

fn within(variable: &Variable, value: Decimal, limits: &Limits) -> Result<(), PapError> {
    let Limits { from, to, digits } = *limits;
    if value < Decimal::from(from) || value > Decimal::from(to) {
        let unit = if variable.cents { ", in cents" } else { "" };
        return Err(variable.refused(value, format!("give a number from {from} to {to}{unit}")));
    }
    if value.normalize().scale() > digits {
        let unit = if variable.cents {
            "whole cents".to_owned()
        } else {
            format!("at most {digits} digits after the point")
        };
        return Err(variable.refused(value, format!("give {unit}")));
    }
    Ok(())
}
