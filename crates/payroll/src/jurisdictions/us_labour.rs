//! United States, labour law as rules: the regular rate with overtime, and garnishments. What they do as functions is [`crate::overtime`] and
//! [`crate::garnishment`].

use crate::{RuleError, RuleSet};

/// The rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/us_labour.toml");

/// The rules.
///
/// ```
/// use fondaco_payroll::jurisdictions::us_labour;
/// let program = us_labour()?.on("2026-01-31".parse()?)?;
/// // 29 CFR 778.110(b): 46 hours at 12 dollars, and a production bonus of 46 dollars.
/// let mut case = program.case("Ada").with("work_bonus", "46");
/// for hours in ["10", "9", "9", "9", "9"] {
///     case = case.row("workday", [("worked", hours), ("hourly", "12")]);
/// }
/// let slip = program.run(&case.clone())?;
/// assert_eq!(slip.amount("regular_rate")?.to_string(), "13");
/// assert_eq!(slip.gross()?.to_string(), "637");
/// // A creditor may take a quarter, since a week's pay is above forty times the minimum wage.
/// let order = [("ordered", "500"), ("priority", "1"), ("kind_of_order", "creditor")];
/// let slip = program.run(&case.row("order", order))?;
/// assert_eq!(slip.amount("garnishment")?.to_string(), "159.25");
/// assert_eq!(slip.amount("garnishment.1.short")?.to_string(), "340.75");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None, as the file is tested; it is read anew at each call, so keep what it gives.
pub fn us_labour() -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(FILE)
}
