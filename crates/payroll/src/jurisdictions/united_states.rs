//! The United States: federal income tax withholding, Social Security, Medicare, unemployment tax, 2025 and 2026, and what states add to it.
//!
//! A state is a part of a file, of the same kind and without a head of its own: it is read behind the federal file, names what it adds by the
//! state's letters, and stands on the same sums, so that one slip has all of it.

use crate::{RuleError, RuleSet};

/// The federal rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/united_states.toml");

/// California, 2026: tax by brackets, disability insurance, unemployment insurance and training tax.
pub const CALIFORNIA: &str = include_str!("../../jurisdictions/united_states/california.toml");

/// Pennsylvania, 2025 and 2026: one rate of tax, local taxes, unemployment compensation of employee and employer.
pub const PENNSYLVANIA: &str = include_str!("../../jurisdictions/united_states/pennsylvania.toml");

/// Texas, 2025 and 2026: unemployment tax alone.
pub const TEXAS: &str = include_str!("../../jurisdictions/united_states/texas.toml");

/// The federal rules.
///
/// ```
/// use fondaco_payroll::jurisdictions::united_states;
/// let program = united_states()?.on("2025-06-30".parse()?)?;
/// let slip = program.run(&program.case("Ada").with("frequency", "biweekly").with("wages", "2000.00"))?;
/// assert_eq!(slip.amount("federal_income_tax")?.to_string(), "161.6");
/// assert_eq!(slip.amount("social_security")?.to_string(), "124");
/// // The cap of Social Security is crossed, and only what lies below it counts.
/// let rich = program.case("Bob").with("frequency", "biweekly").with("wages", "2000.00");
/// let slip = program.run(&rich.with("social_security_wages_to_date", "176000.00"))?;
/// assert_eq!(slip.amount("social_security")?.to_string(), "6.2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None, as the file is tested; it is read anew at each call, so keep what it gives.
pub fn united_states() -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(FILE)
}

/// The federal rules with those of states: the shipped parts, or parts of yours.
///
/// ```
/// use fondaco_payroll::jurisdictions::united_states::{PENNSYLVANIA, with_states};
/// let program = with_states(&[PENNSYLVANIA])?.on("2026-03-31".parse()?)?;
/// let case = program.case("Ada").with("frequency", "biweekly").with("wages", "2000.00");
/// let slip = program.run(&case.with("pa_unemployment_rate", "3.822%"))?;
/// assert_eq!(slip.amount("pa_income_tax")?.to_string(), "61.4");
/// assert_eq!(slip.amount("pa_employee_unemployment")?.to_string(), "1.4");
/// assert_eq!(slip.amount("pa_unemployment")?.to_string(), "76.44");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`RuleSet::from_toml`] for a part of yours; lines are counted from the federal file on.
pub fn with_states(parts: &[&str]) -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(&[&[FILE], parts].concat().join("\n"))
}

#[cfg(test)]
mod tests;
