//! What the plain functions of pay refuse, and the checks that all of them make.

use chrono::NaiveDate;
use fondaco_core::decimal::DecimalError;
use fondaco_core::{ErrorCode, RatioError};
use rust_decimal::Decimal;
use smol_str::SmolStr;

/// A figure that a function of pay can't be asked with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "payroll")]
#[non_exhaustive]
pub enum KernelError {
    /// A figure that may be zero, but no less.
    #[error("{field} is {value}: give zero or more")]
    #[kind(Invalid)]
    Negative {
        /// Which argument, by its name.
        field: &'static str,
        /// What was given.
        value: Decimal,
    },
    /// A figure that has to be above zero.
    #[error("{field} is {value}: give more than zero")]
    #[kind(Invalid)]
    NotPositive {
        /// Which argument, by its name.
        field: &'static str,
        /// What was given.
        value: Decimal,
    },
    /// More hours than a day has.
    #[error("{hours} hours are worked on {day}: a day has 24, so split them over their days")]
    #[kind(Invalid)]
    DayTooLong {
        /// The day.
        day: NaiveDate,
        /// The hours worked on it.
        hours: Decimal,
    },
    /// A day that lies outside what it should lie in.
    #[error("{field} {days} is not within {within}: {way_out}")]
    #[kind(Invalid)]
    OutsidePeriod {
        /// Which argument, by its name.
        field: &'static str,
        /// The days.
        days: SmolStr,
        /// What they should lie in.
        within: SmolStr,
        /// What to do about it.
        way_out: &'static str,
    },
    /// A figure without room in 28 digits.
    #[error("{what}: {error}")]
    #[kind(Invalid)]
    Exact {
        /// Which figure.
        what: &'static str,
        /// What went wrong.
        error: DecimalError,
    },
}

pub(crate) fn not_negative(field: &'static str, value: Decimal) -> Result<Decimal, KernelError> {
    match value.is_sign_negative() && !value.is_zero() {
        true => Err(KernelError::Negative { field, value }),
        false => Ok(value),
    }
}

pub(crate) fn positive(field: &'static str, value: Decimal) -> Result<Decimal, KernelError> {
    match value.is_sign_negative() || value.is_zero() {
        true => Err(KernelError::NotPositive { field, value }),
        false => Ok(value),
    }
}

/// An exact result, or which figure had none.
pub(crate) fn exact<T>(
    what: &'static str,
    result: Result<T, impl Into<DecimalError>>,
) -> Result<T, KernelError> {
    result.map_err(|error| KernelError::Exact { what, error: error.into() })
}

/// An exact ratio, or which figure had none.
pub(crate) fn ratio<T>(
    what: &'static str,
    result: Result<T, RatioError>,
) -> Result<T, KernelError> {
    result.map_err(|_| KernelError::Exact { what, error: DecimalError::Overflow })
}
