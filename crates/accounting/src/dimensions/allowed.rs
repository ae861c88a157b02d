//! Lists of values that are allowed: single ones, ranges, all under a heading.

use std::fmt;

use fondaco_core::store::{ColumnSink, DecodeError, Field, Json, Type, Value};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Some values that are allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Allowed {
    /// This one.
    Value(SmolStr),
    /// From this one to that one, both included. Where both are numbers only numbers lie between them, by their size; else
    /// texts do, by their letters.
    Between(SmolStr, SmolStr),
    /// This heading, and all that stands under it on the entry's date.
    Under(SmolStr),
    /// None at all.
    Missing,
}

impl Allowed {
    /// Whether a value is meant, or that there is none; `above` is what the value stands under.
    pub(super) fn takes(&self, value: Option<&str>, above: &[SmolStr]) -> bool {
        match (self, value) {
            (Allowed::Missing, value) => value.is_none(),
            (_, None) => false,
            (Allowed::Value(one), Some(value)) => one == value,
            (Allowed::Between(first, last), Some(value)) => is_between(first, last, value),
            (Allowed::Under(heading), Some(value)) => {
                heading == value || above.iter().any(|above| above == heading)
            }
        }
    }

    /// The values that it names.
    pub(super) fn named(&self) -> Option<&SmolStr> {
        match self {
            Allowed::Value(value) | Allowed::Under(value) => Some(value),
            // Ends of a range need not be values.
            Allowed::Between(..) | Allowed::Missing => None,
        }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Allowed::Value(value) => write!(f, "{value}"),
            Allowed::Between(first, last) => write!(f, "{first} to {last}"),
            Allowed::Under(heading) => write!(f, "all under {heading}"),
            Allowed::Missing => write!(f, "none"),
        }
    }
}

fn is_between(first: &str, last: &str, value: &str) -> bool {
    match (number(first), number(last)) {
        (Some(first), Some(last)) => {
            number(value).is_some_and(|value| first <= value && value <= last)
        }
        _ => first <= value && value <= last,
    }
}

/// A text of digits alone as something that compares by size: its length without leading zeros, then its digits.
fn number(text: &str) -> Option<(usize, &str)> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = digits.then(|| text.trim_start_matches('0'))?;
    Some((digits.len(), digits))
}

/// A list of values that are allowed, kept as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AllowedValues(pub Vec<Allowed>);

impl AllowedValues {
    /// Whether a value is in the list, or its absence; `above` is what the value stands under.
    pub(super) fn takes(&self, value: Option<&str>, above: &[SmolStr]) -> bool {
        self.0.iter().any(|allowed| allowed.takes(value, above))
    }

    /// Whether it is asked for what stands above a value.
    pub(super) fn asks_above(&self) -> bool {
        self.0.iter().any(|allowed| matches!(allowed, Allowed::Under(_)))
    }
}

impl fmt::Display for AllowedValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, allowed) in self.0.iter().enumerate() {
            let joint = if at == 0 { "" } else { ", " };
            write!(f, "{joint}{allowed}")?;
        }
        Ok(())
    }
}

impl Field for AllowedValues {
    const TYPE: Type = Type::Json;
    fn write(&self, out: &mut dyn ColumnSink) {
        // Texts and lists of texts: there is nothing that JSON could not hold.
        Json::of(&self.0).unwrap_or_default().write(out);
    }
    fn read(value: Value) -> Result<Self, DecodeError> {
        Json::read(value)?.to().map(AllowedValues)
    }
    fn check(&self) -> Option<&'static str> {
        let texts = self.0.iter().flat_map(|allowed| match allowed {
            Allowed::Value(text) | Allowed::Under(text) => vec![text],
            Allowed::Between(first, last) => vec![first, last],
            Allowed::Missing => vec![],
        });
        texts.into_iter().find_map(Field::check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_between_numbers_by_size() {
        assert!(is_between("10", "19", "12") && is_between("10", "19", "019"));
        assert!(!is_between("10", "19", "100") && !is_between("10", "19", "1a"));
        assert!(is_between("9", "100", "10"));
        assert!(is_between("a", "c", "bz") && !is_between("a", "c", "ca"));
        assert!(is_between("A1", "A3", "A10"), "texts go by their letters");
        assert!(is_between("0", "99999999999999999999998", "99999999999999999999997"));
    }
}
