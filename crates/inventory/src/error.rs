//! What the formulas refuse, and the checks that all of them make of their numbers.

use fondaco_core::ErrorCode;
use fondaco_core::decimal::DecimalError;

/// A number that a formula can't be asked with, or an answer that it doesn't have.
///
/// Formulas take their numbers as they come from people and tables, so each is checked: a wrong one is refused by its name.
#[derive(Clone, Debug, PartialEq, thiserror::Error, ErrorCode)]
#[error_code(engine = "inventory")]
#[non_exhaustive]
pub enum KernelError {
    /// A number that is not one, or is infinite.
    #[error("{field} is {value}: give a finite number")]
    #[kind(Invalid)]
    NotFinite {
        /// Which argument, by its name.
        field: &'static str,
        /// What was given.
        value: f64,
    },
    /// A number that has to be above zero.
    #[error("{field} is {value}: give a number above zero")]
    #[kind(Invalid)]
    NotPositive {
        /// Which argument, by its name.
        field: &'static str,
        /// What was given.
        value: f64,
    },
    /// A number that may be zero, but no less.
    #[error("{field} is {value}: give zero or a number above it")]
    #[kind(Invalid)]
    Negative {
        /// Which argument, by its name.
        field: &'static str,
        /// What was given.
        value: f64,
    },
    /// A share outside what it may be, such as a service level of 100 %, for which no stock is enough.
    #[error("{field} is {value}: give a number above 0 and below 1, such as 0.95 for 95 %")]
    #[kind(Invalid)]
    NotAShare {
        /// Which argument, by its name.
        field: &'static str,
        /// What was given.
        value: f64,
    },
    /// A table with nothing in it, or with less than the figure is made of, such as the variance of nothing.
    #[error("{field} has {count} values: give at least {least}")]
    #[kind(Invalid)]
    #[code("too_few_values")]
    TooFew {
        /// Which argument, by its name.
        field: &'static str,
        /// How many were given.
        count: usize,
        /// How many it takes.
        least: usize,
    },
    /// Two numbers that can't both be so.
    #[error("{field} is {value}, but {other}: {way_out}")]
    #[kind(Invalid)]
    Contradiction {
        /// Which argument, by its name.
        field: &'static str,
        /// What was given.
        value: f64,
        /// What it contradicts.
        other: &'static str,
        /// What to do about it.
        way_out: &'static str,
    },
    /// What was given has no answer, or the search for it did not end.
    #[error("{what} has no answer for these numbers: {why}")]
    #[kind(Refused)]
    NoAnswer {
        /// The formula.
        what: &'static str,
        /// Why, and the way out.
        why: &'static str,
    },
    /// An exact figure that has no room in 28 digits, or no last digit.
    #[error("{what}: {error}")]
    #[kind(Invalid)]
    Exact {
        /// Which figure.
        what: &'static str,
        /// What went wrong.
        error: DecimalError,
    },
    /// One row of a table was refused.
    #[error("row {index} (counted from 0): {error}")]
    #[inner]
    At {
        /// The row, counted from 0.
        index: usize,
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
}

/// A finite number, whatever its sign.
pub(crate) fn finite(field: &'static str, value: f64) -> Result<f64, KernelError> {
    if value.is_finite() { Ok(value) } else { Err(KernelError::NotFinite { field, value }) }
}

/// A finite number above zero.
pub(crate) fn positive(field: &'static str, value: f64) -> Result<f64, KernelError> {
    let value = finite(field, value)?;
    if value > 0.0 { Ok(value) } else { Err(KernelError::NotPositive { field, value }) }
}

/// A finite number, zero or above it.
pub(crate) fn not_negative(field: &'static str, value: f64) -> Result<f64, KernelError> {
    let value = finite(field, value)?;
    if value >= 0.0 { Ok(value) } else { Err(KernelError::Negative { field, value }) }
}

/// A number above 0 and below 1.
pub(crate) fn share(field: &'static str, value: f64) -> Result<f64, KernelError> {
    let value = finite(field, value)?;
    let inside = value > 0.0 && value < 1.0;
    if inside { Ok(value) } else { Err(KernelError::NotAShare { field, value }) }
}
