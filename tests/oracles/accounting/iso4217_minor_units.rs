//! `iso4217_minor_units.json`: every code of ISO 4217 with its number and minor units, and the
//! currencies for which CLDR's locale data show other digits. Ours are the standard's.

use std::error::Error;
use std::path::Path;

use fondaco::core::Currency;
use serde_json::Value;

use crate::case::{Case, each};
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    let listed = each(json::list(&file, "currencies")?, listed);
    let differing = each(json::list(&file, "cldr_differs")?, differing);
    Ok(listed.into_iter().chain(differing).collect())
}

fn listed(currency: &Value) -> Result<Case, String> {
    let (code, numeric) = (json::text(currency, "code")?, json::text(currency, "numeric")?);
    let expected = format!("{numeric}, {} digits", digits(&currency["minor_units"])?);
    let ours = |c: Currency| format!("{:03}, {} digits", c.numeric(), our_digits(c));
    Ok(Case::exact(code.to_owned(), expected, answer(code, ours)))
}

fn differing(currency: &Value) -> Result<Case, String> {
    let code = json::text(currency, "code")?;
    let expected = format!("{} digits", digits(&currency["iso"])?);
    let ours = |c: Currency| format!("{} digits", our_digits(c));
    let id = format!("{code}, where CLDR has {}", currency["cldr"]);
    Ok(Case::exact(id, expected, answer(code, ours)))
}

fn answer(code: &str, ours: impl Fn(Currency) -> String) -> String {
    Currency::from_code(code).map_or_else(|| "no such currency".to_owned(), ours)
}

fn our_digits(currency: Currency) -> String {
    currency.minor_units().map_or_else(|| "no".to_owned(), |digits| digits.to_string())
}

/// `null` stands for metals, funds and test codes, which have no minor unit.
fn digits(value: &Value) -> Result<String, String> {
    match value {
        Value::Null => Ok("no".to_owned()),
        Value::Number(digits) => Ok(digits.to_string()),
        other => Err(format!("{other} is no number of digits")),
    }
}
