//! The conditions themselves, and how each is built.

use chrono::{NaiveDate, NaiveDateTime};
use fondaco_core::{Timestamp, decimal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Filter, Formula, Predicate};
use crate::segments::Span;

/// A single condition on a contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Leaf {
    /// What an attribute is.
    Attribute(AttributeTest),
    /// What was done in a window, or not done.
    Behaviour(Behaviour),
    /// What was done one after the other.
    Sequence(Sequence),
    /// What was done, old acts for less.
    Interest(Interest),
    /// A member of another segment.
    Segment(String),
    /// A score, by its name.
    Score(AttributeTest),
    /// Where the contact stands in its lifecycle, and since when at least.
    Stage {
        /// The stage.
        stage: String,
        /// For how long, or longer.
        held: Option<Span>,
    },
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// The same.
    Equal,
    /// Not the same.
    NotEqual,
    /// Less, or before.
    Less,
    /// Less or the same.
    AtMost,
    /// More, or after.
    More,
    /// More or the same.
    AtLeast,
}

impl Compare {
    /// Whether it holds, by how the first stands to the second.
    #[must_use]
    pub fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Compare::Equal => order.is_eq(),
            Compare::NotEqual => order.is_ne(),
            Compare::Less => order.is_lt(),
            Compare::AtMost => order.is_le(),
            Compare::More => order.is_gt(),
            Compare::AtLeast => order.is_ge(),
        }
    }

    /// The same said from the other side: `a < b` as `b > a`.
    pub(crate) fn turned(self) -> Compare {
        match self {
            Compare::Less => Compare::More,
            Compare::AtMost => Compare::AtLeast,
            Compare::More => Compare::Less,
            Compare::AtLeast => Compare::AtMost,
            same => same,
        }
    }

    /// As it is written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Compare::Equal => "=",
            Compare::NotEqual => "!=",
            Compare::Less => "<",
            Compare::AtMost => "<=",
            Compare::More => ">",
            Compare::AtLeast => ">=",
        }
    }
}

/// A value that is written in a predicate.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Literal {
    /// A number, exact.
    Number(#[serde(with = "decimal::as_text")] Decimal),
    /// A text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A day.
    Day(NaiveDate),
    /// An instant.
    Instant(Timestamp),
    /// What clocks of a zone show. Refused where they never show it, or show it twice.
    Local(NaiveDateTime, String),
    /// A length of time.
    Span(Span),
}

impl From<&str> for Literal {
    fn from(text: &str) -> Literal {
        Literal::Text(text.to_owned())
    }
}

impl From<i64> for Literal {
    fn from(number: i64) -> Literal {
        Literal::Number(number.into())
    }
}

impl From<Decimal> for Literal {
    fn from(number: Decimal) -> Literal {
        Literal::Number(number)
    }
}

impl From<bool> for Literal {
    fn from(flag: bool) -> Literal {
        Literal::Flag(flag)
    }
}

impl From<NaiveDate> for Literal {
    fn from(day: NaiveDate) -> Literal {
        Literal::Day(day)
    }
}

impl From<Timestamp> for Literal {
    fn from(instant: Timestamp) -> Literal {
        Literal::Instant(instant)
    }
}

impl From<Span> for Literal {
    fn from(span: Span) -> Literal {
        Literal::Span(span)
    }
}

/// What is asked of an attribute. Of one that isn't there, all but [`Test::IsNull`] is unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeTest {
    /// The attribute.
    pub name: String,
    /// What is asked of it.
    pub test: Test,
}

/// A question to a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Test {
    /// How it stands to another. Texts are compared letter by letter, as they are.
    Compare(Compare, Literal),
    /// One of these.
    In(Vec<Literal>),
    /// Not there.
    IsNull,
    /// A list that holds one of these.
    HasAny(Vec<String>),
    /// A list that holds all of these.
    HasAll(Vec<String>),
    /// A text with this in it.
    Contains(String),
    /// A text that begins so.
    StartsWith(String),
    /// A text that ends so.
    EndsWith(String),
    /// How long ago an instant was, below zero for one to come.
    Ago(Compare, Span),
    /// How many days a day lies ahead of the contact's today, below zero for one that is past.
    DaysAhead(Compare, i32),
}

/// A part of time before now, ever on the move with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
#[non_exhaustive]
pub enum Window {
    /// All that was before now.
    Ever,
    /// From so long ago, that instant included, until now, which is not: `[now - span, now)`.
    Last(Span),
    /// From so long ago until so much less long ago: `[now - from, now - to)`.
    Between {
        /// The longer of the two.
        from: Span,
        /// The shorter.
        to: Span,
    },
    /// One of the contact's own days, so many before today; 0 is today up to now.
    Day {
        /// How many days before today.
        ago: u32,
    },
    /// So many of the contact's own days, today up to now the last of them.
    LocalDays(u32),
    /// So many business days on the contact's own clock, with all days between them; today up to now is the last, if it is one.
    BusinessDays(u32),
    /// From the beginning of a day, on the contact's own clock, to now.
    SinceDay(NaiveDate),
    /// From an instant to now.
    Since(Timestamp),
    /// From the beginning of a day to the end of another, on the contact's own clock, as far as that is past.
    Days {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
}

/// What is made of the events in a window.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// How many there are.
    Count,
    /// On how many of the contact's own days there are any: how frequently something is done.
    Frequency,
    /// The sum of an attribute; of no events, zero.
    Sum(String),
    /// How many different values an attribute has.
    Distinct(String),
    /// An attribute's mean; of no events, unknown.
    Average(String),
    /// An attribute's least value; of no events, unknown.
    Least(String),
    /// An attribute's greatest value; of no events, unknown.
    Greatest(String),
    /// An attribute of the first event; of no events, unknown.
    First(String),
    /// An attribute of the last event; of no events, unknown.
    Last(String),
    /// How long ago the last was. Of who never did it, nothing holds.
    Recency,
    /// How long ago the first was. Of who never did it, nothing holds.
    SinceFirst,
}

/// What somebody did in a window, or did not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Behaviour {
    /// The kind of event.
    pub event: String,
    /// Which of them count.
    #[serde(default = "Formula::everybody", skip_serializing_if = "Formula::is_everybody")]
    pub filter: Filter,
    /// When.
    pub window: Window,
    /// What is made of them.
    pub measure: Measure,
    /// How it is compared.
    pub compare: Compare,
    /// With what.
    pub value: Literal,
}

impl Behaviour {
    /// How often something was done; ever, until [`within`](Self::within) says when.
    #[must_use]
    pub fn count(event: &str) -> Behaviour {
        Behaviour::of(event, Measure::Count)
    }

    /// A measure over events of a kind.
    #[must_use]
    pub fn of(event: &str, measure: Measure) -> Behaviour {
        Behaviour {
            event: event.to_owned(),
            filter: Formula::everybody(),
            window: Window::Ever,
            measure,
            compare: Compare::AtLeast,
            value: Literal::from(1),
        }
    }

    /// Only events of which this holds.
    #[must_use]
    pub fn filtered(mut self, filter: Filter) -> Behaviour {
        self.filter = filter;
        self
    }

    /// Only events in this window.
    #[must_use]
    pub fn within(mut self, window: Window) -> Behaviour {
        self.window = window;
        self
    }

    /// How the measure is to stand to a value.
    #[must_use]
    pub fn is(mut self, compare: Compare, value: impl Into<Literal>) -> Predicate {
        (self.compare, self.value) = (compare, value.into());
        Formula::leaf(Leaf::Behaviour(self))
    }

    /// The measure is so much or more.
    #[must_use]
    pub fn at_least(self, value: impl Into<Literal>) -> Predicate {
        self.is(Compare::AtLeast, value)
    }

    /// There are none. Who came into being only lately did not do it either: `and` that with
    /// [`Predicate::existed`] where such newcomers are not meant.
    #[must_use]
    pub fn never(self) -> Predicate {
        self.is(Compare::Equal, 0)
    }
}

/// One step of a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The kind of event.
    pub event: String,
    /// Which of them count.
    #[serde(default = "Formula::everybody", skip_serializing_if = "Formula::is_everybody")]
    pub filter: Filter,
    /// How long after the step before it at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
}

impl Step {
    /// Any event of a kind, however long after the step before.
    #[must_use]
    pub fn of(event: &str) -> Step {
        Step { event: event.to_owned(), filter: Formula::everybody(), within: None }
    }
}

/// Steps that were done one after the other, each strictly later than the one before.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// How long the last is after the first at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
    /// When all of them were.
    pub window: Window,
}

impl Sequence {
    /// Steps of these kinds, ever.
    #[must_use]
    pub fn of<'e>(events: impl IntoIterator<Item = &'e str>) -> Sequence {
        let steps = events.into_iter().map(Step::of).collect();
        Sequence { steps, within: None, window: Window::Ever }
    }

    /// How long the last may be after the first.
    #[must_use]
    pub fn within(mut self, span: Span) -> Sequence {
        self.within = Some(span);
        self
    }

    /// When all of it was.
    #[must_use]
    pub fn during(mut self, window: Window) -> Sequence {
        self.window = window;
        self
    }

    /// Who did all of it.
    #[must_use]
    pub fn done(self) -> Predicate {
        Formula::leaf(Leaf::Sequence(self))
    }

    /// Who did so many of the steps and not the next: where a funnel loses people. All of them, if it has no more steps.
    #[must_use]
    pub fn stopped_after(self, steps: usize) -> Predicate {
        let upto = |steps: usize| {
            let taken = self.steps.iter().take(steps).cloned().collect();
            Sequence { steps: taken, ..self.clone() }.done()
        };
        match steps < self.steps.len() {
            true => upto(steps).and(!upto(steps + 1)),
            false => self.done(),
        }
    }
}

/// What one kind of event is worth.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// The kind of event.
    pub event: String,
    /// Which of them count.
    #[serde(default = "Formula::everybody", skip_serializing_if = "Formula::is_everybody")]
    pub filter: Filter,
    /// What each is worth at its time.
    #[serde(with = "decimal::as_text")]
    pub weight: Decimal,
}

/// The worth of all events so far, each of which loses half of its worth in a fixed time: see [`decay`](crate::decay).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interest {
    /// What counts.
    pub weights: Vec<Weight>,
    /// In what time half of it is gone.
    pub half_life: Span,
    /// How the sum is compared.
    pub compare: Compare,
    /// With what.
    #[serde(with = "decimal::as_text")]
    pub value: Decimal,
}
