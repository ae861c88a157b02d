//! When a rule gives points: tests of fields, joined by all, any and not.
//!
//! In JSON a test is the field with what it is compared with, `{"country": {"one_of": ["DE", "AT"]}}`; tests are joined as `{"all": [...]}`,
//! `{"any": [...]}` and `{"not": ...}`. A test of what nobody knows is neither met nor not met (Kleene's three values), and a rule gives points only
//! when its condition is met: `{"not": {"country": {"is": "DE"}}}` gives none to those whose country is missing.

use std::cmp::Ordering;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::check::contradiction;
use super::value::{Literal, Slot, Type, lower, mismatch};
use crate::KernelError;

/// When a rule gives points.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of them are met.
    All(Vec<Condition>),
    /// At least one is met.
    Any(Vec<Condition>),
    /// It is not met.
    Not(Box<Condition>),
    /// A field passes a test.
    Test {
        /// Which attribute, or which property of the event.
        field: String,
        /// What it is compared with.
        how: Comparison,
    },
}

/// What a field is compared with. Case does not matter in texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Equal to it.
    Is(Literal),
    /// Equal to one of them.
    OneOf(Vec<Literal>),
    /// A number or date above it.
    Above(Literal),
    /// A number or date, it or above.
    AtLeast(Literal),
    /// A number or date below it.
    Below(Literal),
    /// A number or date, it or below.
    AtMost(Literal),
    /// A text with it in it.
    Contains(String),
    /// A text that begins with it.
    StartsWith(String),
    /// A text that ends with it.
    EndsWith(String),
    /// Known, or with `false` missing: the one test that what is missing can pass.
    Known(bool),
}

impl Condition {
    /// A field passes a test.
    #[must_use]
    pub fn test(field: &str, how: Comparison) -> Self {
        Self::Test { field: field.to_owned(), how }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::All(parts) => map.serialize_entry("all", parts)?,
            Self::Any(parts) => map.serialize_entry("any", parts)?,
            Self::Not(part) => map.serialize_entry("not", part)?,
            Self::Test { field, how } => map.serialize_entry(field, how)?,
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Condition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OneEntry)
    }
}

struct OneEntry;

impl<'de> Visitor<'de> for OneEntry {
    type Value = Condition;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one test, such as {\"country\": {\"is\": \"DE\"}}, or all, any or not")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Condition, A::Error> {
        let field: Option<String> = map.next_key()?;
        let condition = match field.as_deref() {
            Some("all") => Condition::All(map.next_value()?),
            Some("any") => Condition::Any(map.next_value()?),
            Some("not") => Condition::Not(map.next_value()?),
            Some(field) => Condition::test(field, map.next_value()?),
            None => return Err(A::Error::custom("a condition is empty: give it one test")),
        };
        match map.next_key::<String>()? {
            None => Ok(condition),
            Some(more) => Err(A::Error::custom(format!(
                "a condition has {more:?} beside its test: join tests by all or any"
            ))),
        }
    }
}

/// A condition whose fields are places in a list and whose texts are in lower case.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(usize, Check),
}

/// A comparison that fits its type.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    Known(bool),
    Flag(bool),
    /// Which orders to the number are right: below, equal, above.
    Order([bool; 3], f64),
    Numbers(Vec<f64>),
    Texts(Vec<String>),
    Contains(String),
    StartsWith(String),
    EndsWith(String),
}

/// Says the place and type of a field.
pub(super) type Places<'p> = dyn FnMut(&str) -> Result<(usize, Type), KernelError> + 'p;

/// Conditions may stand within conditions so deep: more would use up the stack.
const DEEPEST: usize = 32;

impl Node {
    /// With the places of the fields that it names.
    pub(super) fn of(
        condition: &Condition,
        field: &mut Places<'_>,
        depth: usize,
    ) -> Result<Self, KernelError> {
        if depth > DEEPEST {
            return Err(KernelError::NoAnswer {
                what: "the condition",
                why: "it has more than 32 levels: write it flatter",
            });
        }
        let mut parts = |name: &str, parts: &[Condition]| -> Result<Vec<Node>, KernelError> {
            if parts.is_empty() {
                let (other, way_out) = (
                    "all of nothing is met by everybody, and any of nothing by nobody",
                    "give it a test, or leave it out",
                );
                return Err(contradiction(name, "[]", other, way_out));
            }
            let part = |(index, part)| {
                Self::of(part, field, depth + 1)
                    .map_err(|error| error.of_part(format!("{name}[{index}]")))
            };
            parts.iter().enumerate().map(part).collect()
        };
        Ok(match condition {
            Condition::All(all) => Self::All(parts("all", all)?),
            Condition::Any(any) => Self::Any(parts("any", any)?),
            Condition::Not(part) => Self::Not(Box::new(
                Self::of(part, field, depth + 1).map_err(|error| error.of_part("not"))?,
            )),
            Condition::Test { field: name, how } => {
                let (place, kind) = field(name)?;
                Self::Test(place, Check::of(name, kind, how)?)
            }
        })
    }

    /// Whether it is met; nothing where what is missing decides.
    pub(crate) fn met(&self, slots: &[Slot<'_>]) -> Option<bool> {
        match self {
            Self::All(parts) => joined(parts, slots, false),
            Self::Any(parts) => joined(parts, slots, true),
            Self::Not(part) => part.met(slots).map(|met| !met),
            Self::Test(place, check) => slots.get(*place).and_then(|slot| check.met(slot)),
        }
    }
}

/// The first part that is so decides; else all have to be known.
fn joined(parts: &[Node], slots: &[Slot<'_>], decides: bool) -> Option<bool> {
    let mut all_known = true;
    for part in parts {
        match part.met(slots) {
            Some(met) if met == decides => return Some(decides),
            Some(_) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(!decides)
}

impl Check {
    fn of(name: &str, kind: Type, how: &Comparison) -> Result<Self, KernelError> {
        use Comparison::{
            Above, AtLeast, AtMost, Below, Contains, EndsWith, Is, Known, OneOf, StartsWith,
        };
        let order = |right: [bool; 3], literal: &Literal| match literal.slot(name, kind)? {
            Slot::Number(number) => Ok(Self::Order(right, number)),
            _ => Err(no_order(name, kind)),
        };
        let text = |text: &str| match kind {
            Type::Text => Ok(lower(text).into_owned()),
            other => Err(mismatch(name, "compared as a text", other)),
        };
        match how {
            Known(known) => Ok(Self::Known(*known)),
            Is(literal) => match literal.slot(name, kind)? {
                Slot::Flag(flag) => Ok(Self::Flag(flag)),
                Slot::Text(text) => Ok(Self::Texts(vec![text.into_owned()])),
                _ => order([false, true, false], literal),
            },
            OneOf(literals) => Self::one_of(name, kind, literals),
            Above(literal) => order([false, false, true], literal),
            AtLeast(literal) => order([false, true, true], literal),
            Below(literal) => order([true, false, false], literal),
            AtMost(literal) => order([true, true, false], literal),
            Contains(part) => Ok(Self::Contains(text(part)?)),
            StartsWith(part) => Ok(Self::StartsWith(text(part)?)),
            EndsWith(part) => Ok(Self::EndsWith(text(part)?)),
        }
    }

    fn one_of(name: &str, kind: Type, literals: &[Literal]) -> Result<Self, KernelError> {
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        for literal in literals {
            match literal.slot(name, kind)? {
                Slot::Number(number) => numbers.push(number),
                Slot::Text(text) => texts.push(text.into_owned()),
                _ => return Err(mismatch(name, "compared with a list", kind)),
            }
        }
        texts.sort();
        Ok(if kind == Type::Text { Self::Texts(texts) } else { Self::Numbers(numbers) })
    }

    fn met(&self, slot: &Slot<'_>) -> Option<bool> {
        Some(match (self, slot) {
            (Self::Known(known), slot) => matches!(slot, Slot::Missing) != *known,
            (Self::Flag(wanted), Slot::Flag(flag)) => wanted == flag,
            (Self::Order(right, limit), Slot::Number(number)) => {
                let [below, equal, above] = *right;
                match number.partial_cmp(limit)? {
                    Ordering::Less => below,
                    Ordering::Equal => equal,
                    Ordering::Greater => above,
                }
            }
            (Self::Numbers(all), Slot::Number(number)) => {
                all.iter().any(|one| one.partial_cmp(number) == Some(Ordering::Equal))
            }
            (Self::Texts(all), Slot::Text(text)) => {
                all.binary_search_by(|one| one.as_str().cmp(text)).is_ok()
            }
            (Self::Contains(part), Slot::Text(text)) => text.contains(part.as_str()),
            (Self::StartsWith(part), Slot::Text(text)) => text.starts_with(part.as_str()),
            (Self::EndsWith(part), Slot::Text(text)) => text.ends_with(part.as_str()),
            _ => return None,
        })
    }
}

fn no_order(name: &str, kind: Type) -> KernelError {
    KernelError::Contradiction {
        field: name.to_owned(),
        found: kind.name().to_owned(),
        other: "above, below, at least and at most are for numbers and dates",
        way_out: "compare it by is or one_of",
    }
}
