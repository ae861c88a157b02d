//! Segments: who is meant, said as conditions, and true at every instant.
//!
//! A [`Predicate`] says what members are: their attributes, what they did in windows of time, in which order, how much of it lately, and
//! which other segments they are in. It is a value, built in Rust, read from JSON or from [text](Definition::parse). A [`SegmentSet`] is
//! predicates checked against a [`Schema`] and made ready; it is asked of [`Columns`] of contacts and events, all at
//! once, or kept true by [`Live`] with each event and with the clock.
//!
//! What it means:
//! - Three values of logic ([`Truth`]): what rests on a value that isn't there is unknown, and only what is surely so makes a member.
//! - Windows are half-open: `in 30 days` is `[now - 30 x 24 h, now)`. Now itself is never in.
//! - `today` and other days are those of the contact's own clock; `today` reaches up to now.
//! - In a sequence, later means strictly later.
//! - "Not done in 30 days" holds for who came into being yesterday, too: `and created ago >= 30 days` leaves them out.

mod bulk;
mod columns;
mod compile;
mod contact;
mod error;
mod evaluate;
mod insight;
mod live;
mod predicate;
mod schema;
mod span;
mod text;
mod truth;

#[cfg(test)]
pub(crate) mod naive;
#[cfg(test)]
pub(crate) mod tests;

pub use columns::{Bits, Columns, ColumnsBuilder};
pub use compile::SegmentSet;
pub use error::{Place, SegmentError};
pub use insight::{Difference, Estimate, Explanation, Flip, Overlap, Share, Why, split};
pub use live::{Change, Happened, Live};
pub use predicate::{
    AttributeTest, Behaviour, Compare, Filter, Formula, Interest, Leaf, Literal, Measure, Node,
    Predicate, Quantifier, Sequence, Step, Test, Weight, Window,
};
pub use schema::{EventKind, Field, Fields, Kind, Schema, Value};
pub use span::Span;
pub use text::{Definition, completions};
pub use truth::Truth;

/// How deep a predicate may be nested: deeper than anybody reads, shallower than what readers of JSON take.
pub const DEEPEST: usize = 48;
/// How many parts a predicate may have, those of its filters included.
pub const MOST_NODES: usize = 10_000;
