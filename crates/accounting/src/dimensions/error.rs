//! Why a posting does not carry the dimensions that it must, and why these can't be set so.

use std::fmt;

use chrono::NaiveDate;
use fondaco_core::{DateRange, ErrorCode};
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "accounting")]
#[non_exhaustive]
pub enum DimensionError {
    /// No such dimension.
    #[error("there is no dimension {dimension}: define it first, or correct the name")]
    #[kind(NotFound)]
    #[code("unknown_dimension")]
    Unknown {
        /// The dimension.
        dimension: SmolStr,
    },
    /// A posting carries a dimension that is not defined.
    #[error(
        "{at}: there is no dimension {dimension}: leave it out, correct its name, or define it"
    )]
    #[kind(Invalid)]
    #[code("dimension_not_defined")]
    NotDefined {
        /// The posting.
        at: Box<PostingLine>,
        /// The dimension.
        dimension: SmolStr,
    },
    /// No such value.
    #[error("there is no {dimension} {value}: open it first, or correct the code")]
    #[kind(NotFound)]
    #[code("unknown_dimension_value")]
    UnknownValue {
        /// The dimension.
        dimension: SmolStr,
        /// The value.
        value: SmolStr,
    },
    /// A posting carries a value that was not opened.
    #[error("{at}: there is no {dimension} {value}: correct it, or open it first")]
    #[kind(Invalid)]
    #[code("dimension_value_not_known")]
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
    #[kind(Invalid)]
    #[code("dimension_heading")]
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
    #[kind(Refused)]
    #[code("dimension_not_open")]
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
    #[kind(Refused)]
    #[code("dimension_missing")]
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
    #[kind(Refused)]
    #[code("dimension_forbidden")]
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
    #[kind(Refused)]
    #[code("dimension_fixed")]
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
    #[kind(Refused)]
    #[code("dimension_combination")]
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
    #[kind(Invalid)]
    #[code("bad_dimension_place")]
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
    #[kind(Conflict)]
    #[code("dimension_rules_overlap")]
    RulesOverlap {
        /// The rule.
        rule: SmolStr,
        /// The one that is there.
        other: SmolStr,
    },
    /// A rule or combination that can't be.
    #[error("dimension rule {rule}: {why}")]
    #[kind(Invalid)]
    #[code("bad_dimension_rule")]
    BadRule {
        /// Its code.
        rule: SmolStr,
        /// Why, and the way out.
        why: String,
    },
    /// No such rule.
    #[error("there is no dimension rule {rule}: set it first, or correct the code")]
    #[kind(NotFound)]
    #[code("unknown_dimension_rule")]
    UnknownRule {
        /// The code.
        rule: SmolStr,
    },
    /// No such combination.
    #[error("there is no combination of dimensions {rule}: set it first, or correct the code")]
    #[kind(NotFound)]
    #[code("unknown_dimension_combination")]
    UnknownCombination {
        /// The code.
        rule: SmolStr,
    },
}
