//! Reading the case files: JSON whose shape each adapter states by asking for it.

use std::error::Error;
use std::path::Path;

use serde_json::Value;

pub(crate) fn read(path: &Path) -> Result<Value, Box<dyn Error>> {
    let text = std::fs::read_to_string(path)?;
    Ok(serde_json::from_str(&text).or_else(|_| serde_json::from_str(&without_nan(&text)))?)
}

/// Python writes a missing number as `NaN`, which JSON does not know.
fn without_nan(text: &str) -> String {
    text.replace(": NaN", ": null").replace("[NaN", "[null").replace(", NaN", ", null")
}

/// The list under `name`; absent is an error, because a case left out is a case passed.
pub(crate) fn list<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], String> {
    let found = value.get(name).and_then(Value::as_array);
    Ok(found.ok_or_else(|| format!("no list {name:?} in {}", brief(value)))?)
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    let found = value.get(name).and_then(Value::as_str);
    found.ok_or_else(|| format!("no text {name:?} in {}", brief(value)))
}

/// The texts in the list under `name`.
pub(crate) fn texts<'a>(value: &'a Value, name: &str) -> Result<Vec<&'a str>, String> {
    let text = |v: &'a Value| v.as_str().ok_or_else(|| format!("{name:?} holds {v}, not a text"));
    list(value, name)?.iter().map(text).collect()
}

/// The number under `name`.
pub(crate) fn number(value: &Value, name: &str) -> Result<f64, String> {
    let found = value.get(name).and_then(Value::as_f64);
    found.ok_or_else(|| format!("no number {name:?} in {}", brief(value)))
}

/// The numbers in the list under `name`.
pub(crate) fn numbers(value: &Value, name: &str) -> Result<Vec<f64>, String> {
    let number = |v: &Value| v.as_f64().ok_or_else(|| format!("{name:?} holds {v}, no number"));
    list(value, name)?.iter().map(number).collect()
}

fn brief(value: &Value) -> String {
    value.to_string().chars().take(80).collect()
}
