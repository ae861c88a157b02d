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

#[cfg(test)]
mod tests {
    use super::*;

    /// T4127, factor K2: who reached the most of the year has the credit for all of it, whatever this period would come to in a year.
    #[test]
    fn the_most_of_the_year_is_credited_from_the_period_on_that_reaches_it() {
        let rules = canada().unwrap();
        let program = rules.on("2021-05-14".parse().unwrap()).unwrap();
        let credited = |cpp: &str, ei: &str| {
            let case = program.case("Ada").with("frequency", "biweekly").with("province", "ON");
            let case = case.with("wages", "1000").with("provincial_claim", "10880");
            let slip = program.run(&case.with("cpp_to_date", cpp).with("ei_to_date", ei)).unwrap();
            let amount = |name| slip.amount(name).unwrap().to_string();
            (amount("cpp_of_year"), amount("ei_of_year"))
        };
        assert_eq!(credited("0", "0"), ("1226.16".into(), "410.8".into()));
        assert_eq!(credited("3166.45", "889.54"), ("3166.45".into(), "889.54".into()));
        assert_eq!(credited("3130", "880"), ("3166.45".into(), "889.54".into()));
        assert_eq!(credited("3100", "870"), ("1226.16".into(), "410.8".into()));
    }
}
