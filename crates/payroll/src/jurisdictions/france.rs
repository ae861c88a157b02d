//! France, 2024 to 2026: what employees of the private sector contribute.

use crate::{RuleError, RuleSet};

/// The rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/france.toml");

/// The rules.
///
/// ```
/// use fondaco_payroll::jurisdictions::france;
/// let program = france()?.on("2025-06-30".parse()?)?;
/// let slip = program.run(&program.case("Ada").with("salary", "2500.00"))?;
/// assert_eq!(slip.amount("contributions")?.to_string(), "282.75");
/// assert_eq!(slip.net()?.to_string(), "1978.99");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None, as the file is tested; it is read anew at each call, so keep what it gives.
pub fn france() -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(FILE)
}
