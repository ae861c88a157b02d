//! Hours: what was worked on which day, and as what it counts.
//!
//! A [`DaySheet`] says when somebody worked on a day, or only how many hours. [`TimeRules`] say what the law and the contract make of it:
//! breaks that have to be taken, premiums for night, weekends and holidays, overtime. An hour may earn several premiums at once. Minutes
//! are counted as whole numbers; they become hours once, when all of a period are there.

mod classes;
mod rules;
mod sheet;

pub use classes::{ClassHours, classify};
pub use rules::{BreakRule, OvertimeBy, OvertimeTier, Premium, TimeRules, When};
pub use sheet::{DaySheet, Worked};

use fondaco_core::{Rounding, decimal};
use rust_decimal::Decimal;

use crate::kernel_error::{KernelError, exact};

/// Minutes as hours, to four digits half-up.
///
/// ```
/// use fondaco_payroll::time::hours_of;
/// assert_eq!(hours_of(100.into())?.to_string(), "1.6667");
/// # Ok::<(), fondaco_payroll::KernelError>(())
/// ```
///
/// # Errors
/// [`KernelError::Exact`].
pub fn hours_of(minutes: Decimal) -> Result<Decimal, KernelError> {
    let hours = decimal::div_round(minutes, Decimal::from(60), 4, Rounding::HalfUp);
    exact("hours", hours).map(decimal::normalize)
}

#[cfg(test)]
mod tests;
