//! Why a posting does not carry the dimensions that it must, and why these can't be set so.

use std::fmt;

use chrono::NaiveDate;
use fondaco_core::{DateRange, ErrorKind};
use smol_str::SmolStr;

use super::AllowedValues;

/// Which posting of an entry is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostingLine {
    /// Its place in the entry, from 1.
    pub line: usize,
    /// Its account.
    pub account: SmolStr,
}

impl fmt::Display for PostingLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, account {}", self.line, self.account)
    }
}

/// A refusal about dimensions: nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DimensionError {
    /// No such dimension.
    #[error("there is no dimension {dimension}: define it first, or correct the name")]
    Unknown {
        /// The dimension.
        dimension: SmolStr,
    },
    /// A posting carries a dimension that is not defined.
    #[error(
        "{at}: there is no dimension {dimension}: leave it out, correct its name, or define it"
    )]
    NotDefined {
        /// The posting.
        at: Box<PostingLine>,
        /// The dimension.
        dimension: SmolStr,
    },
    /// No such value.
    #[error("there is no {dimension} {value}: open it first, or correct the code")]
    UnknownValue {
        /// The dimension.
        dimension: SmolStr,
        /// The value.
        value: SmolStr,
    },
    /// A posting carries a value that was not opened.
    #[error("{at}: there is no {dimension} {value}: correct it, or open it first")]
    ValueNotKnown {
        /// The posting.
        at: Box<PostingLine>,
        /// The dimension.
        dimension: SmolStr,
        /// The value.
        value: SmolStr,
    },
    /// A posting carries a value that is for others to stand under.
    #[error("{at}: {dimension} {value} is a heading: take a value under it")]
    ValueIsHeading {
        /// The posting.
        at: Box<PostingLine>,
        /// The dimension.
        dimension: SmolStr,
        /// The value.
        value: SmolStr,
    },
    /// A posting carries a dimension, or a value, on a day on which it is not open.
    #[error(
        "{at}: {what} is not open on {date}, but on {open}: take another, another date, or change its days"
    )]
    NotOpen {
        /// The posting.
        at: Box<PostingLine>,
        /// The dimension, or the value with its dimension.
        what: SmolStr,
        /// The entry's date.
        date: NaiveDate,
        /// The days on which it is open.
        open: DateRange,
    },
    /// A posting lacks a dimension.
    #[error(
        "{at}: {dimension} is missing, which rule {rule} demands: give it, or have the rule fill it in"
    )]
    Missing {
        /// The posting.
        at: Box<PostingLine>,
        /// The dimension.
        dimension: SmolStr,
        /// The rule.
        rule: SmolStr,
    },
    /// A posting carries a dimension that it may not.
    #[error(
        "{at}: {dimension} {value} may not be given, by rule {rule}: leave it out, or post elsewhere"
    )]
    Forbidden {
        /// The posting.
        at: Box<PostingLine>,
        /// The dimension.
        dimension: SmolStr,
        /// The value.
        value: SmolStr,
        /// The rule.
        rule: SmolStr,
    },
    /// A posting carries another value than the fixed one.
    #[error(
        "{at}: {dimension} {value} is not {fixed}, which rule {rule} fixes: leave it out, or post elsewhere"
    )]
    NotFixed {
        /// The posting.
        at: Box<PostingLine>,
        /// The dimension.
        dimension: SmolStr,
        /// The value.
        value: SmolStr,
        /// The only one that is allowed.
        fixed: SmolStr,
        /// The rule.
        rule: SmolStr,
    },
    /// Values that don't go together.
    #[error(
        "{at}: {dimension} {} does not go with {with} by combination {rule}, which allows {allows}: take one of these, or change the rest",
        value.as_deref().unwrap_or("missing")
    )]
    Combination {
        /// The posting.
        at: Box<PostingLine>,
        /// The dimension.
        dimension: SmolStr,
        /// Its value; `None` where it is missing.
        value: Option<SmolStr>,
        /// What it does not go with.
        with: Box<str>,
        /// The combination.
        rule: SmolStr,
        /// What it allows.
        allows: Box<AllowedValues>,
    },
    /// A value can't stand there.
    #[error("{dimension} {value} can't stand under {parent}: {why}")]
    BadPlace {
        /// The dimension.
        dimension: SmolStr,
        /// The value.
        value: SmolStr,
        /// What it would stand under.
        parent: SmolStr,
        /// Why, and the way out.
        why: String,
    },
    /// Two rules that would say different things of the same postings.
    #[error(
        "rule {rule} is about the same account, journal and days as rule {other}: change that one, or make it end before"
    )]
    RulesOverlap {
        /// The rule.
        rule: SmolStr,
        /// The one that is there.
        other: SmolStr,
    },
    /// A rule or combination that can't be.
    #[error("dimension rule {rule}: {why}")]
    BadRule {
        /// Its code.
        rule: SmolStr,
        /// Why, and the way out.
        why: String,
    },
    /// No such rule.
    #[error("there is no dimension rule {rule}: set it first, or correct the code")]
    UnknownRule {
        /// The code.
        rule: SmolStr,
    },
    /// No such combination.
    #[error("there is no combination of dimensions {rule}: set it first, or correct the code")]
    UnknownCombination {
        /// The code.
        rule: SmolStr,
    },
}

impl DimensionError {
    /// The stable code.
    ///
    /// ```
    /// use fondaco_accounting::dimensions::DimensionError;
    /// let unknown = DimensionError::Unknown { dimension: "site".into() };
    /// assert_eq!(unknown.code(), "accounting.unknown_dimension");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            DimensionError::Unknown { .. } => "accounting.unknown_dimension",
            DimensionError::NotDefined { .. } => "accounting.dimension_not_defined",
            DimensionError::UnknownValue { .. } => "accounting.unknown_dimension_value",
            DimensionError::ValueNotKnown { .. } => "accounting.dimension_value_not_known",
            DimensionError::ValueIsHeading { .. } => "accounting.dimension_heading",
            DimensionError::NotOpen { .. } => "accounting.dimension_not_open",
            DimensionError::Missing { .. } => "accounting.dimension_missing",
            DimensionError::Forbidden { .. } => "accounting.dimension_forbidden",
            DimensionError::NotFixed { .. } => "accounting.dimension_fixed",
            DimensionError::Combination { .. } => "accounting.dimension_combination",
            DimensionError::BadPlace { .. } => "accounting.bad_dimension_place",
            DimensionError::RulesOverlap { .. } => "accounting.dimension_rules_overlap",
            DimensionError::BadRule { .. } => "accounting.bad_dimension_rule",
            DimensionError::UnknownRule { .. } => "accounting.unknown_dimension_rule",
            DimensionError::UnknownCombination { .. } => "accounting.unknown_dimension_combination",
        }
    }

    /// What the caller can do.
    ///
    /// ```
    /// use fondaco_accounting::dimensions::DimensionError;
    /// use fondaco_core::ErrorKind;
    /// let unknown = DimensionError::Unknown { dimension: "site".into() };
    /// assert_eq!(unknown.kind(), ErrorKind::NotFound);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            DimensionError::Unknown { .. }
            | DimensionError::UnknownValue { .. }
            | DimensionError::UnknownRule { .. }
            | DimensionError::UnknownCombination { .. } => ErrorKind::NotFound,
            DimensionError::RulesOverlap { .. } => ErrorKind::Conflict,
            DimensionError::BadPlace { .. }
            | DimensionError::BadRule { .. }
            | DimensionError::NotDefined { .. }
            | DimensionError::ValueNotKnown { .. }
            | DimensionError::ValueIsHeading { .. } => ErrorKind::Invalid,
            DimensionError::NotOpen { .. }
            | DimensionError::Missing { .. }
            | DimensionError::Forbidden { .. }
            | DimensionError::NotFixed { .. }
            | DimensionError::Combination { .. } => ErrorKind::Refused,
        }
    }
}
