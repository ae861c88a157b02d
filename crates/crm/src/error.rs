//! What the formulas refuse, and the checks that all of them make of their numbers.

use fondaco_core::ErrorCode;
use fondaco_core::calendar::CalendarError;
use fondaco_core::decimal::DecimalError;

/// A value that a formula can't be asked with, or an answer that it doesn't have.
///
/// Formulas take their figures as they come from people and tables, so each is checked: a wrong one is refused by its name.
#[derive(Clone, Debug, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum KernelError {
    /// A number that is not one, or is infinite.
    #[error("{field} is {value}: give a finite number, or say that it is missing")]
    #[kind(Invalid)]
    NotFinite {
        /// Which argument or column, by its name.
        field: String,
        /// What was given.
        value: f64,
    },
    /// A number outside what it may be.
    #[error("{field} is {value}: give {wanted}")]
    #[kind(Invalid)]
    OutOfRange {
        /// Which argument or column, by its name.
        field: String,
        /// What was given.
        value: f64,
        /// What it may be.
        wanted: &'static str,
    },
    /// A text that a formula can't read.
    #[error("{field} has {found:?}: give {wanted}")]
    #[kind(Invalid)]
    BadText {
        /// Which argument or column, by its name.
        field: String,
        /// The part of it that can't be read.
        found: String,
        /// What it may be.
        wanted: &'static str,
    },
    /// A table with less in it than the figure is made of, such as a model of one outcome alone.
    #[error("{field} has {count} values: give at least {least}")]
    #[kind(Invalid)]
    #[code("too_few_values")]
    TooFew {
        /// Which argument or column, by its name.
        field: String,
        /// How many were given.
        count: usize,
        /// How many it takes.
        least: usize,
    },
    /// Two lists that belong together and differ in length.
    #[error(
        "{field} has {found} values, and there are {wanted}: give one for each, in their order"
    )]
    #[kind(Invalid)]
    WrongLength {
        /// Which argument or column, by its name.
        field: String,
        /// How many were given.
        found: usize,
        /// How many belong there.
        wanted: usize,
    },
    /// What is to be told apart is all of one kind, so that nothing can be learned.
    #[error(
        "{field} is {value} in all {count} rows: nothing can be learned until both outcomes are there"
    )]
    #[kind(Refused)]
    OneClass {
        /// The outcome, by its name.
        field: String,
        /// What all of them are.
        value: bool,
        /// How many rows there are.
        count: usize,
    },
    /// A column, value or thing that isn't there.
    #[error("there is no {what} {name:?}: {way_out}")]
    #[kind(NotFound)]
    Unknown {
        /// What kind of thing.
        what: &'static str,
        /// The name that was asked for.
        name: String,
        /// What to do about it.
        way_out: &'static str,
    },
    /// Figures or settings that can't all be so.
    #[error("{field} is {found}, but {other}: {way_out}")]
    #[kind(Invalid)]
    Contradiction {
        /// Which argument or column, by its name.
        field: String,
        /// What was given.
        found: String,
        /// What it contradicts.
        other: &'static str,
        /// What to do about it.
        way_out: &'static str,
    },
    /// What was given has no answer, or the search for it did not end.
    #[error("{what} has no answer for these figures: {why}")]
    #[kind(Refused)]
    NoAnswer {
        /// The formula.
        what: &'static str,
        /// Why, and the way out.
        why: &'static str,
    },
    /// An exact figure that has no room in 28 digits.
    #[error("{what}: {error}")]
    #[kind(Invalid)]
    Exact {
        /// Which figure.
        what: &'static str,
        /// What went wrong.
        error: DecimalError,
    },
    /// Working hours, or a zone, that have no answer.
    #[error(transparent)]
    #[inner]
    Calendar(#[from] CalendarError),
    /// One row of a table was refused.
    #[error("row {index} (counted from 0): {error}")]
    #[inner]
    At {
        /// The row, counted from 0.
        index: usize,
        /// What is wrong with it.
        error: Box<KernelError>,
    },
    /// One part of something larger was refused, such as a rule of a scorecard.
    #[error("{place}: {error}")]
    #[inner]
    In {
        /// Which part, as it is written there.
        place: String,
        /// What is wrong with it.
        error: Box<KernelError>,
    },
}

impl KernelError {
    /// This error, said of a row of a table.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        Self::At { index, error: Box::new(self) }
    }

    /// This error, said of a part of something larger.
    #[must_use]
    pub fn of_part(self, place: impl Into<String>) -> Self {
        Self::In { place: place.into(), error: Box::new(self) }
    }
}

/// A finite number, whatever its sign.
pub(crate) fn finite(field: &str, value: f64) -> Result<f64, KernelError> {
    match value.is_finite() {
        true => Ok(value),
        false => Err(KernelError::NotFinite { field: field.to_owned(), value }),
    }
}

/// A finite number for which the condition holds.
pub(crate) fn within(
    field: &str,
    value: f64,
    holds: impl Fn(f64) -> bool,
    wanted: &'static str,
) -> Result<f64, KernelError> {
    match holds(finite(field, value)?) {
        true => Ok(value),
        false => Err(KernelError::OutOfRange { field: field.to_owned(), value, wanted }),
    }
}

/// A finite number above zero.
pub(crate) fn positive(field: &str, value: f64) -> Result<f64, KernelError> {
    within(field, value, |value| value > 0.0, "a number above zero")
}

/// A finite number, zero or above it.
pub(crate) fn not_negative(field: &str, value: f64) -> Result<f64, KernelError> {
    within(field, value, |value| value >= 0.0, "zero or a number above it")
}

/// A number from 0 to 1.
pub(crate) fn probability(field: &str, value: f64) -> Result<f64, KernelError> {
    within(field, value, |value| (0.0..=1.0).contains(&value), "a probability from 0 to 1")
}

/// A number above 0 and below 1.
pub(crate) fn share(field: &str, value: f64) -> Result<f64, KernelError> {
    let inside = |value| value > 0.0 && value < 1.0;
    within(field, value, inside, "a number above 0 and below 1, such as 0.95 for 95 %")
}

/// At least so many values.
pub(crate) fn at_least(field: &str, count: usize, least: usize) -> Result<(), KernelError> {
    match count >= least {
        true => Ok(()),
        false => Err(KernelError::TooFew { field: field.to_owned(), count, least }),
    }
}

/// As many values as belong there.
pub(crate) fn same_length(field: &str, found: usize, wanted: usize) -> Result<(), KernelError> {
    match found == wanted {
        true => Ok(()),
        false => Err(KernelError::WrongLength { field: field.to_owned(), found, wanted }),
    }
}
