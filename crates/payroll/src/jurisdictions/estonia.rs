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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(day: &str, inputs: &[(&str, &str)], names: &[&str]) -> Vec<String> {
        let rules = estonia().unwrap();
        let program = rules.on(day.parse().unwrap()).unwrap();
        let mut case = program.case("Ada");
        for (name, value) in inputs {
            case = case.with(name, *value);
        }
        let slip = program.run(&case).unwrap();
        names.iter().map(|name| format!("{:.2}", slip.amount(name).unwrap())).collect()
    }

    /// What the calculators palgakalkulaator.ee (2025) and profbalance.ee (2026, without exemption) show.
    #[test]
    fn published_calculators_give_the_same() {
        let names = [
            "unemployment",
            "pension",
            "income_tax",
            "net",
            "social_tax",
            "employer_unemployment",
            "employer_cost",
        ];
        let low = of("2025-06-30", &[("salary", "1000")], &names);
        assert_eq!(low, ["16.00", "20.00", "68.20", "895.80", "330.00", "8.00", "1338.00"]);
        let high = of("2026-06-30", &[("salary", "5000"), ("exempts", "false")], &names);
        assert_eq!(high, ["80.00", "100.00", "1060.40", "3759.60", "1650.00", "40.00", "6690.00"]);
    }

    /// Income Tax Act § 23 and § 23-1: 654 until 1,200, nothing from 2,100 on, and 776 at pensionable age whatever the wage.
    #[test]
    fn the_exemption_falls_with_the_wage_until_2025() {
        let exempt = |day: &str, salary: &str, age: &str| {
            of(day, &[("salary", salary), ("pensionable_age", age)], &["exemption"])[0].clone()
        };
        let fallen =
            ["1200", "1650", "2100", "9000"].map(|salary| exempt("2025-06-30", salary, "false"));
        assert_eq!(fallen, ["654.00", "327.00", "0.00", "0.00"]);
        assert_eq!(
            (exempt("2026-06-30", "9000", "false"), exempt("2026-06-30", "9000", "true")),
            ("700.00".into(), "776.00".into())
        );
        assert_eq!(exempt("2025-06-30", "9000", "true"), "776.00");
    }

    #[test]
    fn social_tax_has_a_floor() {
        assert_eq!(of("2026-06-30", &[("salary", "100")], &["social_tax"]), ["292.38"]);
        assert_eq!(of("2025-06-30", &[("salary", "100")], &["social_tax"]), ["270.60"]);
        assert_eq!(of("2025-06-30", &[("salary", "0")], &["social_tax"]), ["0.00"]);
    }

    /// There are the rates that employees may choose, and none.
    #[test]
    fn a_rate_of_the_funded_pension_that_nobody_can_choose_is_refused() {
        let program = estonia().unwrap().on("2026-06-30".parse().unwrap()).unwrap();
        let run = |rate: &str| {
            program
                .run(&program.case("Ada").with("salary", "2000").with("pension_rate", rate))
                .map(|_| ())
        };
        for rate in ["0%", "2%", "4%", "6%"] {
            assert_eq!(run(rate), Ok(()));
        }
        for rate in ["3%", "5%"] {
            assert_eq!(run(rate).unwrap_err().code(), "payroll.check_failed");
        }
    }
}
