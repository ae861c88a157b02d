//! Why something of planning is refused.

use chrono::NaiveDate;
use fondaco_core::{ErrorCode, ItemId, SiteId};
use smol_str::SmolStr;

/// What is wrong with what is said for planning.
#[derive(Debug, Clone, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum PlanningError {
    /// Nothing is said of how the item is planned there.
    #[error("nothing is said of how item {item} is planned at site {site}: set it first")]
    #[kind(NotFound)]
    UnknownPlanning {
        /// The item.
        item: ItemId,
        /// The site.
        site: SiteId,
    },
    /// A figure that can't be.
    #[error("{field} of {item} is {value}, which {why}")]
    #[kind(Invalid)]
    BadPlanning {
        /// The item's code.
        item: SmolStr,
        /// Which field.
        field: &'static str,
        /// What was given.
        value: String,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// Two figures for one day.
    #[error("the forecast of {item} has two figures for {day}: give their sum")]
    #[kind(Invalid)]
    ForecastTwice {
        /// The item's code.
        item: SmolStr,
        /// Which day.
        day: NaiveDate,
    },
    /// A figure for a day that the forecast is not about.
    #[error(
        "the forecast of {item} has a figure for {day}, which is not in {days}: give the days that it replaces"
    )]
    #[kind(Invalid)]
    ForecastBeyond {
        /// The item's code.
        item: SmolStr,
        /// Which day.
        day: NaiveDate,
        /// The days that it replaces.
        days: fondaco_core::DateRange,
    },
}
