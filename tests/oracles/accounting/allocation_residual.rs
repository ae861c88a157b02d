//! `allocation_residual.json`: who gets the cent that is left over. The rule is part of each case.

use std::error::Error;
use std::path::Path;

use fondaco::core::Rounding;
use fondaco::core::allocation::{Residual, allocate_units};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::case::{Case, each};
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    Ok(each(json::list(&file, "cases")?, case))
}

fn case(case: &Value) -> Result<Case, String> {
    let (amount, ratios) = (json::text(case, "amount")?, json::texts(case, "ratios")?);
    let expected = json::texts(case, "expected")?.join(" ");
    let rule = json::text(case, "rule")?;
    let id = format!("{amount} by {} ({rule})", ratios.join(" : "));
    let units = amount.parse().map_err(|_| format!("{amount:?} is no whole number of units"))?;
    let Some(weights) = weights(&ratios) else {
        return Ok(Case::unsupported(id, "the weights are given in words only"));
    };
    Ok(match residual(rule) {
        None => Case::unsupported(id, "a rule of splitting that we don't have"),
        Some(residual) => Case::exact(id, expected, split(units, &weights, residual)),
    })
}

/// "Round each" is Tryton's, whose currencies round half to even.
fn residual(rule: &str) -> Option<Residual> {
    if rule.contains("first parts in order") {
        Some(Residual::FirstParts)
    } else if rule.contains("last takes the rest") {
        Some(Residual::LastTakesRest(Rounding::HalfEven))
    } else if rule.contains("largest remainder") {
        Some(Residual::LargestRemainder)
    } else {
        None
    }
}

/// Our parts, as text.
fn split(units: i128, weights: &[Decimal], residual: Residual) -> String {
    match allocate_units(units, weights, residual) {
        Ok(parts) => parts.iter().map(i128::to_string).collect::<Vec<_>>().join(" "),
        Err(error) => error.to_string(),
    }
}

/// Ratios as whole weights: `1`, `1/2` and `35.5%` are fractions, brought to one denominator.
fn weights(ratios: &[&str]) -> Option<Vec<Decimal>> {
    let fractions = ratios.iter().map(|ratio| fraction(ratio)).collect::<Option<Vec<_>>>()?;
    let common = fractions.iter().try_fold(1, |common, (_, d)| least_common(common, *d))?;
    fractions.iter().map(|(n, d)| n.checked_mul(common / d).map(Decimal::from)).collect()
}

fn least_common(a: i64, b: i64) -> Option<i64> {
    let (mut divisor, mut rest) = (a, b);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    (a / divisor).checked_mul(b)
}

/// Numerator and denominator, the latter positive.
fn fraction(ratio: &str) -> Option<(i64, i64)> {
    if let Some(percent) = ratio.strip_suffix('%') {
        return fraction(percent).and_then(|(n, d)| Some((n, d.checked_mul(100)?)));
    }
    if let Some((numerator, denominator)) = ratio.split_once('/') {
        return Some((numerator.trim().parse().ok()?, denominator.trim().parse().ok()?))
            .filter(|(_, denominator)| *denominator > 0);
    }
    let (whole, part) = ratio.split_once('.').unwrap_or((ratio, ""));
    let scale = 10_i64.checked_pow(u32::try_from(part.len()).ok()?)?;
    Some((format!("{whole}{part}").parse().ok()?, scale))
}
