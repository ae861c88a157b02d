//! Rule scorecards: points for what somebody is and does, by rules that people write.
//!
//! A [`Scorecard`] is data. [`Scorer::new`] checks it, and says where it can't be so. A [`Tally`] is what it remembers of one person's events, kept up to date in
//! one step an event ([`Scorer::record`], [`Scorer::take_back`]). [`Scorer::score`] reads it: points on two axes, fit and engagement, with the reasons, whose
//! points add up. [`Scorer::stage`] says what stage they lead to. [`organisation`] joins the points of people who buy together.
//!
//! - Old events count for less (by [half-lives](crate::decay)). Caps hold for what is read, never for what is remembered: who did much long ago
//!   has room for new points.
//! - Events may come late, in any order, doubled; they may be corrected and erased: a tally is the same, to the last bit, as if only what holds had come in its
//!   order. [`History`] does so by the ids of sources.
//! - Opens by machines and clicks by scanners ([`Machines`]) are counted apart, and give nothing.
//! - [`trial`] tries a scorecard on the past: who would move, and would it have found the buyers?
//!
//! Points are exact decimals with the scorecard's digits. What has decayed is a statistic; it is rounded half up to these digits, rule by rule, and all that follows is
//! exact.

mod card;
mod check;
mod condition;
mod history;
mod machines;
mod organisation;
mod read;
mod score;
mod scorer;
mod stages;
mod tally;
mod trial;
mod value;

pub use card::{Axis, Basis, Cap, Each, Grade, Recent, Rule, Scorecard, Stage, Threshold};
pub(crate) use condition::Node;
pub use condition::{Comparison, Condition};
pub use history::History;
pub use machines::{Machine, Machines, Signal};
pub use organisation::{Joint, Member, Together, Weight, organisation};
pub use score::{Origin, Part, Person, Reading, Score};
pub(crate) use scorer::Fields;
pub use scorer::{Event, Scorer};
pub use tally::Tally;
pub use trial::{Found, InStage, Past, Row, Trial, trial};
pub use value::{Literal, Type, Value};

#[cfg(test)]
mod tests;
