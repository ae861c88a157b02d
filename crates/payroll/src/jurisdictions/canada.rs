//! Canada, January to June 2021: federal and provincial tax of all but Quebec, CPP and EI.

use crate::{RuleError, RuleSet};

/// The rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/canada.toml");

/// The rules.
///
/// ```
/// use fondaco_payroll::jurisdictions::canada;
/// let program = canada()?.on("2021-01-15".parse()?)?;
/// let case = program.case("Ada").with("frequency", "biweekly").with("province", "ON").with("wages", "1923.00");
/// let slip = program.run(&case.with("federal_claim", "13808").with("provincial_claim", "10880"))?;
/// assert_eq!(slip.amount("cpp")?.to_string(), "97.47");
/// assert_eq!(slip.amount("ei")?.to_string(), "30.38");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None, as the file is tested; it is read anew at each call, so keep what it gives.
pub fn canada() -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(FILE)
}
