//! Canada, 2021: federal and provincial tax of all but Quebec, CPP and EI.

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

    fn amounts(inputs: &[(&str, &str)], names: &[&str]) -> Vec<String> {
        let rules = canada().unwrap();
        let program = rules.on("2021-05-14".parse().unwrap()).unwrap();
        let case = program.case("Ada").with("frequency", "biweekly").with("province", "ON");
        let mut case = case.with("wages", "2000").with("provincial_claim", "10880");
        for (name, value) in inputs {
            case = case.with(name, *value);
        }
        let slip = program.run(&case).unwrap();
        names.iter().map(|name| slip.amount(name).unwrap().to_string()).collect()
    }

    /// T4127, chapter 4: what the year is taxed more with the bonus, at the rate of its bracket, less the credits for its CPP and EI. Worked
    /// by hand: 52,000 are in the bracket of 20.5 %, and 5,000 more are too; 5,000 bring 272.50 of CPP, credited at 15 %, and of their 79 of EI
    /// the 67.94 that the year has room for.
    #[test]
    fn a_bonus_is_taxed_as_what_the_year_has_more() {
        let taxed = amounts(&[("bonus", "5000")], &["federal_tax_on_bonus", "cpp", "ei"]);
        assert_eq!(taxed, ["973.93", "374.16", "110.6"]);
        // Half of it paid before leaves the other half's tax as it is.
        let later =
            amounts(&[("bonus", "2500"), ("bonuses_to_date", "2500")], &["federal_tax_on_bonus"]);
        assert_eq!(later, ["486.13"]);
        assert_eq!(amounts(&[], &["federal_tax_on_bonus", "provincial_tax_on_bonus"]), ["0", "0"]);
    }

    /// A rise of 100 for each of five periods: 2,600 more in a year, taxed at 20.5 %, for five periods of 26.
    #[test]
    fn a_rise_paid_afterwards_is_taxed_in_its_periods() {
        let rise = [("retroactive_pay", "500"), ("retroactive_periods", "5")];
        assert_eq!(amounts(&rise, &["federal_tax_on_bonus"]), ["102.5"]);
    }

    #[test]
    fn who_does_not_contribute_has_no_credit_for_it() {
        let names = ["cpp", "ei", "cpp_of_year", "ei_of_year"];
        let exempt = [("cpp_exempt", "true"), ("ei_exempt", "true")];
        assert_eq!(amounts(&exempt, &names), ["0"; 4]);
        let taxed = amounts(
            &[("tax_exempt", "true"), ("bonus", "100")],
            &["federal_tax", "provincial_tax", "federal_tax_on_bonus"],
        );
        assert_eq!(taxed, ["0"; 3]);
        // Six months: half of the most of the year.
        assert_eq!(amounts(&[("cpp_months", "6"), ("cpp_to_date", "1583")], &["cpp"]), ["0.23"]);
    }

    /// F1, F2, HD lower income, K3 and K3P the tax of the year.
    #[test]
    fn what_a_tax_office_authorised_lowers_tax() {
        let names = ["annual_income", "annual_federal_tax", "annual_provincial_tax"];
        let plain = amounts(&[], &names);
        let less = amounts(
            &[("court_payments", "100"), ("zone_deduction", "400"), ("yearly_deductions", "1000")],
            &names,
        );
        assert_eq!((plain[0].as_str(), less[0].as_str()), ("52000", "48000"));
        let credits = amounts(
            &[("other_federal_credits", "100"), ("other_provincial_credits", "50")],
            &names,
        );
        let number = |text: &String| text.parse::<rust_decimal::Decimal>().unwrap();
        assert_eq!(number(&plain[1]) - number(&credits[1]), rust_decimal::Decimal::from(100));
        assert_eq!(number(&plain[2]) - number(&credits[2]), rust_decimal::Decimal::from(50));
    }

    /// The basic exemption of pay periods as the Agency's guide T4001 lists it for the years of 3,500.
    #[test]
    fn pay_periods_have_their_part_of_the_basic_exemption() {
        for (frequency, exempt) in [
            ("annual", "3500"),
            ("semiannual", "1750"),
            ("quarterly", "875"),
            ("monthly", "291.66"),
            ("semimonthly", "145.83"),
            ("biweekly", "134.61"),
            ("biweekly_27", "129.62"),
            ("weekly", "67.3"),
            ("weekly_53", "66.03"),
            ("periods_22", "159.09"),
            ("four_weekly", "269.23"),
            ("periods_10", "350"),
            ("daily", "14.58"),
        ] {
            assert_eq!(amounts(&[("frequency", frequency)], &["cpp_exempt_part"]), [exempt]);
        }
    }

    /// Income Tax Act, s. 118(1.1): 13,808 up to 151,978, 12,421 from 216,511 on, and between them in proportion.
    #[test]
    fn high_incomes_have_less_of_the_basic_personal_amount() {
        let less = |wages: &str, province: &str| {
            let said = [
                ("frequency", "annual"),
                ("wages", wages),
                ("province", province),
                ("basic_amount_by_income", "true"),
            ];
            amounts(&said, &["federal_basic_less", "provincial_basic_less"])
        };
        assert_eq!(less("151978", "ON"), ["0", "0"]);
        assert_eq!(less("216511", "ON"), ["1387", "0"]);
        assert_eq!(less("400000", "YT"), ["1387", "1387"]);
        // Half of the way.
        assert_eq!(less("184244.50", "ON"), ["693.5", "0"]);
        // Nova Scotia: 11,481 to 8,481.
        assert_eq!(less("25000", "NS"), ["0", "0"]);
        assert_eq!(less("50000", "NS"), ["0", "1500"]);
        assert_eq!(less("90000", "NS"), ["0", "3000"]);
        let by_income =
            [("frequency", "annual"), ("wages", "300000"), ("basic_amount_by_income", "true")];
        let given = [("frequency", "annual"), ("wages", "300000"), ("federal_claim", "12421")];
        assert_eq!(amounts(&by_income, &["federal_tax"]), amounts(&given, &["federal_tax"]));
    }

    #[test]
    fn nothing_that_the_employee_chose_makes_pay_negative() {
        let rules = canada().unwrap();
        let program = rules.on("2021-05-14".parse().unwrap()).unwrap();
        let case = program.case("Ada").with("frequency", "biweekly").with("province", "ON");
        let case = case.with("wages", "100").with("provincial_claim", "10880");
        let extra = program.run(&case.clone().with("extra_tax", "5000")).unwrap();
        assert_eq!(extra.net().unwrap().to_string(), "0");
        assert_eq!(extra.amount("federal_tax").unwrap().to_string(), "98.42");
        let refused = program.run(&case.with("registered_pension", "300")).unwrap_err();
        assert_eq!(refused.code(), "payroll.check_failed");
        assert!(refused.to_string().contains("registered_pension"), "{refused}");
    }

    /// Amounts are those of a tax year, and the next year has others.
    #[test]
    fn one_year_has_one_law() {
        let rules = canada().unwrap();
        let net = |day: &str| {
            let program = rules.on(day.parse().unwrap()).unwrap();
            let case = program.case("Ada").with("frequency", "biweekly").with("province", "NB");
            let case = case.with("wages", "1923").with("provincial_claim", "10564");
            program.run(&case).unwrap().net().unwrap()
        };
        assert_eq!(net("2021-01-01"), net("2021-12-31"));
        let Err(error) = rules.on("2022-01-01".parse().unwrap()) else { panic!("it has none") };
        assert_eq!(error.code(), "payroll.no_version");
    }
}
