//! The words of the language, and what may stand at a place.

use crate::segments::Measure;

/// Words that are no names unless they stand in backticks.
pub(super) const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "is",
    "has",
    "any",
    "all",
    "ago",
    "null",
    "where",
    "true",
    "false",
    "everybody",
    "nobody",
    "people",
    "contains",
    "starts",
    "ends",
    "days",
    "within",
];

/// Measures of events alone.
pub(super) const OF_EVENTS: &[(&str, Measure)] = &[
    ("count", Measure::Count),
    ("frequency", Measure::Frequency),
    ("recency", Measure::Recency),
    ("since_first", Measure::SinceFirst),
];

/// A measure of the attribute of this name.
type OfField = fn(String) -> Measure;

/// Measures of an attribute of events.
pub(super) const OF_FIELDS: &[(&str, OfField)] = &[
    ("sum", Measure::Sum),
    ("distinct", Measure::Distinct),
    ("average", Measure::Average),
    ("least", Measure::Least),
    ("greatest", Measure::Greatest),
    ("first", Measure::First),
    ("last", Measure::Last),
];

/// What could stand at a place: for messages, and for completing what somebody types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Word(&'static str),
    Sign(&'static str),
    /// A function: a word with a parenthesis.
    Call(&'static str),
    Attribute,
    Event,
    /// An event and one of its attributes, with a dot between.
    Field,
    /// An attribute of this event.
    FieldOf(String),
    Segment,
    Score,
    Text,
    Number,
    Value,
    Day,
    Unit,
}

impl Want {
    pub(super) fn shown(&self) -> String {
        match self {
            Want::Word(word) => (*word).into(),
            Want::Sign(sign) => format!("{sign:?}"),
            Want::Call(word) => format!("{word}(...)"),
            Want::Attribute => "an attribute".into(),
            Want::Event => "an event".into(),
            Want::Field => "an event and its attribute, such as purchase.amount".into(),
            Want::FieldOf(event) => format!("an attribute of {event}"),
            Want::Segment => "the name of a segment in quotes".into(),
            Want::Score => "a score".into(),
            Want::Text => "a text in quotes".into(),
            Want::Number => "a number".into(),
            Want::Value => "a value".into(),
            Want::Day => "a day or an instant".into(),
            Want::Unit => "days, hours or minutes".into(),
        }
    }
}
