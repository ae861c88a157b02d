//! Adapters of `payroll/`.

pub(crate) mod canada;
pub(crate) mod france;
pub(crate) mod labour;
pub(crate) mod lohnsteuer;
mod runs;
pub(crate) mod united_kingdom;
pub(crate) mod united_states;

use std::error::Error;

use fondaco_payroll::{PayError, Program, RuleSet, Slip};
use serde_json::Value;

use crate::json;

pub(crate) type Answer<T> = Result<T, Box<dyn Error>>;

/// The program of a day.
pub(crate) fn on(rules: &RuleSet, day: &str) -> Answer<Program> {
    Ok(rules.on(day.parse()?)?)
}

/// A field as the text that it was written as, be it a text, a number or a condition.
pub(crate) fn plain(value: &Value, name: &str) -> Result<String, String> {
    match value.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string()),
        _ => Err(format!("no {name:?} in {value}")),
    }
}

/// The fields of a case that an adapter does not read, as a reason for not answering it; nothing where there are none.
pub(crate) fn unread(value: &Value, read: &[&str]) -> Option<String> {
    let fields = value.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    let others: Vec<&str> = fields.filter(|name| !read.contains(name)).collect();
    (!others.is_empty()).then(|| format!("the adapter does not read {}", others.join(", ")))
}

/// Results by name, each with two digits, as text: `income_tax 21.40, employee_ni 8.00`.
pub(crate) fn said(slip: &Result<Slip<'_>, PayError>, names: &[&str]) -> String {
    let each = |slip: &Slip<'_>| {
        let amounts = names.iter().map(|name| Ok(format!("{name} {}", two(slip.amount(name)?))));
        amounts.collect::<Result<Vec<_>, PayError>>()
    };
    match slip.as_ref().map_err(Clone::clone).and_then(each) {
        Ok(all) => all.join(", "),
        Err(error) => error.to_string(),
    }
}

/// What is expected, in the same words.
pub(crate) fn expected(value: &Value, names: &[(&str, &str)]) -> Answer<String> {
    let each = names.iter().map(|(ours, theirs)| {
        let amount: fondaco::rust_decimal::Decimal = plain(value, theirs)?.parse()?;
        Ok(format!("{ours} {}", two(amount)))
    });
    Ok(each.collect::<Answer<Vec<_>>>()?.join(", "))
}

pub(crate) fn two(amount: fondaco::rust_decimal::Decimal) -> String {
    format!("{:.2}", if amount.is_zero() { amount.abs() } else { amount })
}

pub(crate) fn id(case: &Value) -> Result<String, String> {
    Ok(json::text(case, "id")?.to_owned())
}
