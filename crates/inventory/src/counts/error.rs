//! Why a plan or a count is refused.

use chrono::NaiveDate;
use fondaco_core::{ErrorCode, Id, SiteId};
use smol_str::SmolStr;

use super::CycleCount;

/// What is wrong with a plan of cycle counts, or with a count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum CountError {
    /// A figure of a plan that can't be, or doesn't go with another.
    #[error("{field} is {value}, which {why}")]
    #[kind(Invalid)]
    BadCountPlan {
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// No such plan.
    #[error(
        "there is no plan to count class {class} at site {site}: set it first, or correct the class"
    )]
    #[kind(NotFound)]
    UnknownCountPlan {
        /// The site.
        site: SiteId,
        /// The class.
        class: SmolStr,
    },
    /// No such count.
    #[error("there is no cycle count {count}: correct the id")]
    #[kind(NotFound)]
    UnknownCount {
        /// The id as given.
        count: Id<CycleCount>,
    },
    /// It was done, missed or withdrawn.
    #[error("cycle count {count} is over: record what was found as a count of its own")]
    #[kind(Refused)]
    CountOver {
        /// Which.
        count: Id<CycleCount>,
    },
    /// A day on which it was not to be counted yet.
    #[error("cycle count {count} is due from {due_on} on, not on {date}: count it then, or later")]
    #[kind(Invalid)]
    CountedEarly {
        /// Which.
        count: Id<CycleCount>,
        /// The day as given.
        date: NaiveDate,
        /// Its day.
        due_on: NaiveDate,
    },
    /// A place where some of it lies by the books, of which nothing is said.
    #[error("item {item} lies in {location} too: say what was found there, 0 if it was nothing")]
    #[kind(Invalid)]
    CountIncomplete {
        /// The item's code.
        item: SmolStr,
        /// The location's code.
        location: SmolStr,
    },
    /// Nothing is said of any place.
    #[error(
        "nothing was counted of item {item}: say of one place at least what was found there, 0 if it was nothing"
    )]
    #[kind(Invalid)]
    NothingCounted {
        /// The item's code.
        item: SmolStr,
    },
    /// A place, or a lot in it, of which two things are said.
    #[error("{location} is named twice: say once what was found there, of each lot by itself")]
    #[kind(Invalid)]
    CountedTwice {
        /// The location's code.
        location: SmolStr,
    },
    /// A place that is on another site than the count.
    #[error("location {location} is not on the site of the count: leave it out")]
    #[kind(Invalid)]
    CountElsewhere {
        /// The location's code.
        location: SmolStr,
    },
}
