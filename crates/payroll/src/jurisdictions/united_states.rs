//! The United States, federal: income tax withholding, Social Security, Medicare, unemployment tax, 2025 and 2026.

use crate::{RuleError, RuleSet};

/// The rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/united_states.toml");

/// The rules.
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
