//! The United Kingdom: income tax by PAYE, National Insurance, student loans, workplace pensions, statutory pay, from 2025-26 on.
//!
//! What statutory pay rests on is lists of days and payments: [`sick`], [`parental`] and [`earnings`] count them for the file's inputs.

pub mod earnings;
pub mod parental;
pub mod sick;

use crate::{Case, PayError, RuleError, RuleSet, Value};

/// The rules, as a file.
pub const FILE: &str = include_str!("../../jurisdictions/united_kingdom.toml");

/// The rules.
///
/// ```
/// use fondaco_payroll::jurisdictions::united_kingdom::{TaxCode, united_kingdom};
/// let program = united_kingdom()?.on("2025-05-31".parse()?)?;
/// let case = program.case("Ada").with("frequency", "monthly").with("period", 2).with("salary", "3000.00");
/// let case = TaxCode::parse("1257L")?.say(case).with("pay_to_date", "3000.00").with("tax_to_date", "390.20");
/// let slip = program.run(&case)?;
/// assert_eq!(slip.amount("income_tax")?.to_string(), "390.4");
/// assert_eq!(slip.amount("employee_ni")?.to_string(), "156.16");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// None, as the file is tested; it is read anew at each call, so keep what it gives.
pub fn united_kingdom() -> Result<RuleSet, RuleError> {
    RuleSet::from_toml(FILE)
}

/// A tax code, such as `1257L`, `SK475`, `BR M1` or `NT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxCode {
    nation: &'static str,
    kind: &'static str,
    number: u32,
    week_1: bool,
}

impl TaxCode {
    /// Reads a code as it stands on a notice: an S or C before it for Scotland or Wales; `W1`, `M1` or `X` behind it for week 1 / month 1.
    ///
    /// # Errors
    /// [`PayError::BadInput`], with the code.
    pub fn parse(code: &str) -> Result<TaxCode, PayError> {
        read(code).ok_or_else(|| PayError::BadInput {
            employee: "-".into(),
            field: "tax_code".into(),
            value: code.to_owned(),
            wanted: "tax code: write 1257L, K475, 0T, BR, D0, D1 or NT, with S or C before and W1, M1 or X behind it".into(),
    })
    }

    /// Says it in a case: `nation`, `code_kind`, `code_number` and `week_1`.
    #[must_use]
    pub fn say(self, case: Case<'_>) -> Case<'_> {
        self.values().into_iter().fold(case, |case, (name, value)| case.with(name, value))
    }

    /// The same as values by input, for a card or a [`PayInput`](crate::runs::PayInput).
    ///
    /// ```
    /// use fondaco_payroll::jurisdictions::united_kingdom::TaxCode;
    /// let [(nation, scotland), ..] = TaxCode::parse("SK475")?.values();
    /// assert_eq!((nation, scotland), ("nation", "scotland".into()));
    /// # Ok::<(), fondaco_payroll::PayError>(())
    /// ```
    #[must_use]
    pub fn values(self) -> [(&'static str, Value); 4] {
        [
            ("nation", self.nation.into()),
            ("code_kind", self.kind.into()),
            ("code_number", self.number.into()),
            ("week_1", self.week_1.into()),
        ]
    }
}

fn read(code: &str) -> Option<TaxCode> {
    let code: String =
        code.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
    let behind =
        ["W1/M1", "W1M1", "W1", "M1", "X"].into_iter().find_map(|mark| code.strip_suffix(mark));
    let (code, week_1) = (behind.unwrap_or(&code), behind.is_some());
    let (nation, code) = match (code.strip_prefix('S'), code.strip_prefix('C')) {
        (Some(rest), _) => ("scotland", rest),
        (_, Some(rest)) => ("wales", rest),
        _ => ("rest_of_uk", code),
    };
    let scottish = nation == "scotland";
    let flat = |kind| Some(TaxCode { nation, kind, number: 0, week_1 });
    match code {
        "NT" => return flat("no_tax"),
        "BR" => return flat("br"),
        "0T" => return flat("no_allowance"),
        "D0" => return flat(if scottish { "sd0" } else { "d0" }),
        "D1" => return flat(if scottish { "sd1" } else { "d1" }),
        "D2" if scottish => return flat("sd2"),
        "D3" if scottish => return flat("sd3"),
        _ => {}
    }
    let (kind, digits) = match code.strip_prefix('K') {
        Some(digits) => ("addition", digits),
        None => ("allowance", code.strip_suffix(['L', 'M', 'N', 'T'])?),
    };
    let plain =
        !digits.is_empty() && digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|_| plain)?;
    // 0L and K0 are other names of 0T.
    let kind = if number == 0 { "no_allowance" } else { kind };
    Some(TaxCode { nation, kind, number, week_1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_stand_on_notices() {
        let read = |code| {
            let TaxCode { nation, kind, number, week_1 } = TaxCode::parse(code).unwrap();
            (nation, kind, number, week_1)
        };
        assert_eq!(read("1257L"), ("rest_of_uk", "allowance", 1257, false));
        assert_eq!(read("s1257l M1"), ("scotland", "allowance", 1257, true));
        assert_eq!(read("SK475X"), ("scotland", "addition", 475, true));
        assert_eq!(read("C0T"), ("wales", "no_allowance", 0, false));
        assert_eq!(read("0L"), ("rest_of_uk", "no_allowance", 0, false));
        assert_eq!(
            (read("D0"), read("SD2")),
            (("rest_of_uk", "d0", 0, false), ("scotland", "sd2", 0, false))
        );
    }

    /// Half of salary after the pension: 852.00, not 886.86 of 2,000; half of 500 where 1,500 are given up.
    #[test]
    fn no_more_than_half_of_what_is_paid_is_tax() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-04-30".parse().unwrap()).unwrap();
        let tax = |scheme: &str, rate: &str| {
            let case = program.case("Ada").with("frequency", "monthly").with("period", 1);
            let case = case.with("code_kind", "addition").with("code_number", 2500);
            let case = case.with("salary", "2000").with("pension_scheme", scheme);
            let slip = program.run(&case.with("pension_rate", rate)).unwrap();
            let paid = slip.amount("salary").unwrap() - slip.amount("pension_before_tax").unwrap()
                + slip.amount("pension_sacrifice").unwrap();
            (paid.to_string(), slip.amount("income_tax").unwrap().to_string())
        };
        assert_eq!(tax("net_pay", "20%"), ("1704".into(), "852".into()));
        assert_eq!(tax("salary_sacrifice", "100%"), ("520".into(), "260".into()));
    }

    /// ITEPA 2003, s. 308: what is given up is no pay, and the employer contributes it besides his own part. 5 % and 3 % of 2,480.
    #[test]
    fn pay_that_is_given_up_is_the_employers_contribution() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-07-31".parse().unwrap()).unwrap();
        let of = |scheme: &str, names: &[&str]| {
            let case = monthly(&program, "3000").with("pension_scheme", scheme);
            let slip = program.run(&case).unwrap();
            names
                .iter()
                .map(|name| format!("{:.2}", slip.amount(name).unwrap()))
                .collect::<Vec<_>>()
        };
        let given_up = ["gross", "ni_pay", "employer_pension", "employee_ni", "employer_ni"];
        // 8 % of 2,876 less 1,048; 15 % of 2,876 less 417.
        assert_eq!(
            of("salary_sacrifice", &given_up),
            ["2876.00", "2876.00", "198.40", "146.24", "368.85"]
        );
        assert_eq!(of("salary_sacrifice", &["employer_cost"]), ["3443.25"]);
        assert_eq!(of("net_pay", &["gross", "employer_pension"]), ["3000.00", "74.40"]);
    }

    /// From 1 April 2025: 12.21 an hour, 10.00 from 18 to 20, 7.55 below that and of apprentices.
    #[test]
    fn no_pay_is_given_up_below_the_minimum_wage() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-07-31".parse().unwrap()).unwrap();
        let case = monthly(&program, "2040").with("pension_scheme", "salary_sacrifice");
        let fits = |hours: &str, age: u32, apprentice: bool| {
            let case = case.clone().with("paid_hours", hours).with("years_of_age", age);
            match program.run(&case.with("apprentice_wage", apprentice)) {
                Ok(_) => true,
                Err(error) => {
                    assert!(error.to_string().contains("national minimum wage"), "{error}");
                    false
                }
            }
        };
        // 1,964.00 are left of 2,040: 160.85 hours of adults, 196.40 of those who are 18.
        assert_eq!([fits("160.85", 30, false), fits("160.86", 30, false)], [true, false]);
        assert_eq!([fits("160.85", 0, false), fits("160.86", 0, false)], [true, false]);
        assert_eq!([fits("196.40", 18, false), fits("196.41", 18, false)], [true, false]);
        assert_eq!([fits("196.41", 17, false), fits("196.41", 40, true)], [true, true]);
        assert!(program.run(&case).is_ok());
    }

    /// SI 2001/1004, reg. 11: a year's thresholds by its months, up to the pound; tax by the month in which is paid.
    #[test]
    fn pay_of_several_months_has_their_thresholds() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-07-05".parse().unwrap()).unwrap();
        let of = |frequency: &str, period: u32, salary: &str| {
            let case = program.case("Ada").with("frequency", frequency).with("period", period);
            let case = TaxCode::parse("1257L").unwrap().say(case).with("salary", salary);
            let case = case.with("loan_plan", "plan_1").with("pension_scheme", "net_pay");
            let slip = program.run(&case).unwrap();
            ["income_tax", "employee_ni", "employer_ni", "student_loan", "qualifying_earnings"]
                .map(|name| format!("{:.2}", slip.amount(name).unwrap()))
        };
        // A fifth of 9,000 less 372.00 of pension and 3,144.75; 8 % above 3,143, 15 % above 1,250, 9 % above 6,516.25.
        assert_eq!(
            of("quarterly", 3, "9000"),
            ["1096.60", "468.56", "1162.50", "223.00", "7440.00"]
        );
        // A year at once is taxed and insured as a year.
        assert_eq!(
            of("yearly", 12, "60000"),
            ["10547.60", "3210.60", "8250.00", "3054.00", "44030.00"]
        );
    }

    fn monthly<'p>(program: &'p crate::Program, salary: &str) -> Case<'p> {
        let case = program.case("Ada").with("frequency", "monthly").with("period", 4);
        case.with("salary", salary).with("code_kind", "allowance").with("code_number", 1257)
    }

    fn amount(program: &crate::Program, case: &Case<'_>, name: &str) -> String {
        format!("{:.2}", program.run(case).unwrap().amount(name).unwrap())
    }

    /// HMRC's table of unrounded daily rates: 16.9642 for seven qualifying days, 23.75 for five, 39.5833 for three.
    #[test]
    fn sick_pay_is_the_week_over_its_qualifying_days_up_to_the_penny() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-07-31".parse().unwrap()).unwrap();
        let paid = |days: u32, in_week: u32, earned: &str| {
            let case =
                monthly(&program, "500").with("sick_days", days).with("sick_week_days", in_week);
            amount(&program, &case.with("average_weekly_earnings", earned), "statutory_sick_pay")
        };
        assert_eq!(
            (paid(7, 5, "300"), paid(1, 7, "300"), paid(2, 7, "300")),
            ("166.25".into(), "16.97".into(), "33.93".into())
        );
        assert_eq!(
            (paid(7, 7, "300"), paid(2, 3, "300"), paid(1, 6, "300")),
            ("118.75".into(), "79.17".into(), "19.80".into())
        );
        // The lower earnings limit is 125 a week.
        assert_eq!((paid(7, 5, "125"), paid(7, 5, "124.99")), ("166.25".into(), "0.00".into()));
        let none = monthly(&program, "500").with("sick_days", 2);
        assert!(
            program.run(&none).unwrap_err().to_string().contains("give average_weekly_earnings")
        );
    }

    #[test]
    fn parental_pay_is_nine_tenths_and_then_no_more_than_the_standard_rate() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-07-31".parse().unwrap()).unwrap();
        let paid = |related: u32, standard: u32, earned: &str| {
            let case = monthly(&program, "0").with("parental_days_related", related);
            let case = case.with("parental_days_standard", standard);
            let slip = program.run(&case.with("average_weekly_earnings", earned)).unwrap();
            let of = |name| format!("{:.2}", slip.amount(name).unwrap());
            (of("statutory_parental_pay"), of("statutory_pay_recovered"))
        };
        // 90 % of 484.61538462 is 436.15384616, so 436.16 a week.
        assert_eq!(paid(42, 0, "484.61538462"), ("2616.96".into(), "-2407.60".into()));
        assert_eq!(paid(0, 7, "484.61538462"), ("187.18".into(), "-172.21".into()));
        assert_eq!(paid(17, 13, "484.61538462"), ("1406.87".into(), "-1294.32".into())); // 1,059.25 and 347.62
        assert_eq!(paid(0, 7, "150"), ("135.00".into(), "-124.20".into()));
        assert_eq!(paid(7, 7, "124"), ("0.00".into(), "0.00".into()));
    }

    /// Codes of an allowance have its number, and others have none: 0T taxes all of 3,000 by the bands.
    #[test]
    fn a_code_and_its_number_go_together() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-04-30".parse().unwrap()).unwrap();
        let case = program.case("Ada").with("frequency", "monthly").with("period", 1);
        let case = case.with("salary", "3000");
        let refused = |kind: &str, number: u32| {
            let case = case.clone().with("code_kind", kind).with("code_number", number);
            program.run(&case).map(|_| String::new()).unwrap_or_else(|error| error.to_string())
        };
        for kind in ["allowance", "addition"] {
            assert!(refused(kind, 0).contains("give code_number, 1257 of 1257L"), "{kind}");
            assert_eq!(refused(kind, 1), "");
        }
        for kind in ["no_allowance", "no_tax", "br", "sd3"] {
            assert!(refused(kind, 1257).contains("leave code_number out"), "{kind}");
            assert_eq!(refused(kind, 0), "");
        }
        let tax =
            |code| amount(&program, &TaxCode::parse(code).unwrap().say(case.clone()), "income_tax");
        assert_eq!(
            (tax("0T"), tax("BR"), tax("1257L")),
            ("600.00".into(), "600.00".into(), "390.20".into())
        );
        let large = |code| {
            let case = TaxCode::parse(code).unwrap().say(case.clone()).with("salary", "5000");
            amount(&program, &case, "income_tax")
        };
        // 20 % of 3,141.67 and 40 % of the rest.
        assert_eq!((large("0T"), large("BR")), ("1371.66".into(), "1000.00".into()));
    }

    /// A week from 1 April 2025 is paid at the rate of 2024-25 to its end, 184.03; so one period may have days of both.
    #[test]
    fn a_week_that_began_before_april_keeps_its_rate() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-04-30".parse().unwrap()).unwrap();
        let paid = |standard: u32, before: u32| {
            let case = monthly(&program, "0").with("average_weekly_earnings", "400");
            let case = case.with("parental_days_standard", standard);
            let case = case.with("parental_days_last_year", before);
            program
                .run(&case)
                .map(|slip| format!("{:.2}", slip.amount("statutory_parental_pay").unwrap()))
        };
        assert_eq!(paid(7, 7).unwrap(), "184.03");
        assert_eq!(paid(7, 0).unwrap(), "187.18");
        // 28 of 187.18 a week, 2 of 184.03.
        assert_eq!(paid(30, 2).unwrap(), "801.30");
        assert!(paid(1, 2).unwrap_err().to_string().contains("give parental_days_standard"));
    }

    /// Statutory pay is earnings: taxed, insured, and a part of it may be a pension.
    #[test]
    fn statutory_pay_is_pay() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-07-31".parse().unwrap()).unwrap();
        let sick =
            monthly(&program, "1000").with("sick_days", 10).with("average_weekly_earnings", "400");
        let slip = program.run(&sick.with("pension_scheme", "net_pay")).unwrap();
        let of = |name| slip.amount(name).unwrap().to_string();
        assert_eq!(
            (of("gross"), of("ni_pay"), of("qualifying_earnings")),
            ("1237.5".into(), "1237.5".into(), "717.5".into())
        );
        assert_eq!(of("pay"), "1201.62"); // less 35.88 of pension
        assert_eq!(of("employee_ni"), "15.16"); // 8 % of 189.50
    }

    /// SI 2009/470: down to the pound, each loan by itself, and nobody's of plan 5 before April 2026.
    #[test]
    fn loans_are_repaid_in_whole_pounds() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-07-31".parse().unwrap()).unwrap();
        let loan = |plan: &str, salary: &str| {
            let case =
                monthly(&program, salary).with("loan_plan", plan).with("postgraduate_loan", true);
            let slip = program.run(&case).unwrap();
            let of = |name| slip.amount(name).unwrap().to_string();
            (of("student_loan"), of("postgraduate_loan_repayment"))
        };
        assert_eq!(loan("plan_1", "3000"), ("74".into(), "75".into())); // 9 % of 827.92, 6 % of 1,250
        assert_eq!(loan("plan_2", "3000"), ("56".into(), "75".into())); // of 627.50
        assert_eq!(loan("plan_4", "3000"), ("24".into(), "75".into())); // of 271.25
        assert_eq!(loan("plan_5", "3000"), ("0".into(), "75".into()));
        assert_eq!(loan("plan_1", "2183.19"), ("0".into(), "25".into())); // 9 % of 11.11 is 0.9999
        assert_eq!(loan("plan_1", "2183.20"), ("1".into(), "25".into()));
    }

    /// Pensions Act 2008, s. 1, 3 and 7: by age and earnings of the period.
    #[test]
    fn who_earns_above_the_trigger_is_enrolled() {
        let rules = united_kingdom().unwrap();
        let program = rules.on("2025-07-31".parse().unwrap()).unwrap();
        let category = |age: u32, salary: &str| {
            let case = monthly(&program, salary).with("years_of_age", age);
            program.run(&case).unwrap().chosen("worker_category").unwrap().to_owned()
        };
        assert_eq!(
            [category(22, "833.01"), category(22, "833")],
            ["eligible_jobholder", "non_eligible_jobholder"]
        );
        assert_eq!([category(21, "2000"), category(66, "2000")], ["non_eligible_jobholder"; 2]);
        assert_eq!([category(40, "520"), category(15, "2000")], ["entitled_worker", "none"]);
        assert_eq!([category(75, "2000"), category(0, "2000")], ["none", "not_given"]);
        let all = monthly(&program, "2000").with("pension_scheme", "relief_at_source");
        let all = all.with("pension_basis", "all_pay");
        assert_eq!(amount(&program, &all, "pension_after_tax"), "80.00"); // 5 % of 2,000 less a fifth
    }

    #[test]
    fn what_is_no_code_is_refused_by_itself() {
        for code in ["", "1257", "L", "12,57L", "D2", "K", "1257Q", "-5L", "123456L"] {
            let error = TaxCode::parse(code).unwrap_err().to_string();
            assert!(
                error.contains(&format!("tax_code is {code:?}, which is no tax code: write 1257L")),
                "{error}"
            );
        }
    }
}
