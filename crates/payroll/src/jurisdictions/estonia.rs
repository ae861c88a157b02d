//! Estonia, 2025 and 2026: the country that `docs/payroll-rules.md` writes, from published law alone.

use crate::{RuleError, RuleSet};

/// The rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/estonia.toml");

/// The rules.
///
/// ```
/// use fondaco_payroll::jurisdictions::estonia;
/// let rules = estonia()?;
/// let net = |day: &str, salary: &str| -> Result<String, Box<dyn std::error::Error>> {
///     let program = rules.on(day.parse()?)?;
///     Ok(program.run(&program.case("Ada").with("salary", salary))?.net()?.to_string())
/// };
/// // 2,000.00 less 32.00, 40.00, and 22 % of what is above an exemption of 72.67.
/// assert_eq!(net("2025-06-30", "2000.00")?, "1519.83");
/// assert_eq!(net("2026-06-30", "2000.00")?, "1657.84");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None, as the file is tested; it is read anew at each call, so keep what it gives.
pub fn estonia() -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(FILE)
}
