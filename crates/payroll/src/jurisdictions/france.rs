//! France, 2024 to 2026: what employees of the private sector and their employers contribute, and income tax at source.

use crate::{RuleError, RuleSet};

/// The rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/france.toml");

/// The rules.
///
/// ```
/// use fondaco_payroll::jurisdictions::france;
/// let program = france()?.on("2025-06-30".parse()?)?;
/// let case = program.case("Ada").with("salary", "2500.00").with("headcount", 15).with("accident_rate", "0.7%");
/// let slip = program.run(&case)?;
/// assert_eq!(slip.amount("contributions")?.to_string(), "282.75");
/// assert_eq!(slip.amount("net_before_tax")?.to_string(), "1978.99");
/// assert_eq!(slip.amount("income_tax")?.to_string(), "71.76"); // 3.5 % of 2,050.22, by the neutral grid
/// assert_eq!(slip.amount("general_reduction")?.to_string(), "-203.75");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None, as the file is tested; it is read anew at each call, so keep what it gives.
pub fn france() -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(FILE)
}

#[cfg(test)]
mod tests;
