//! Methods of withholding by their names.

use super::{refused, rules};

const YEAR: &str = r#"
[[input]]
name = "pay"
type = "money"
kind = "earning"
[[input]]
name = "month"
type = "number"
min = 1
max = 12
[[table]]
name = "year_table"
kind = "marginal"
of = "money"
versions = [{ from = "2026-01-01", rows = [[0, "0%"], [12000, "20%"], [36000, "40%"]] }]
[[table]]
name = "so_far_table"
kind = "marginal"
of = "money"
scaled = { thresholds = { digits = 2, mode = "down" } }
versions = [{ from = "2026-01-01", rows = [[0, "0%"], [12000, "20%"], [36000, "40%"]] }]
[[accumulator]]
name = "pay_to_date"
of = "pay"
[[accumulator]]
name = "cumulative_to_date"
of = "cumulative"
[[accumulator]]
name = "adjusting_to_date"
of = "adjusting"
[[withholding]]
name = "each_period"
method = "per_period"
wages = "pay"
tax = "so_far_table(amount, 1, 12)"
rounded = { digits = 2, mode = "half_up" }
[[withholding]]
name = "annual"
method = "annualised"
wages = "pay"
periods = 12
tax = "year_table(amount)"
rounded = { digits = 2, mode = "half_up" }
[[withholding]]
name = "cumulative"
method = "cumulative"
wages = "pay"
wages_to_date = "pay_to_date"
tax_to_date = "cumulative_to_date"
tax = "so_far_table(amount, month, 12)"
rounded = { digits = 2, mode = "down" }
refunds = true
[[withholding]]
name = "adjusting"
method = "self_adjusting"
wages = "pay"
periods = 12
period = "month"
wages_to_date = "pay_to_date"
tax_to_date = "adjusting_to_date"
tax = "year_table(amount)"
rounded = { digits = 2, mode = "half_up" }
source = "T4127, option 2"
"#;

/// What is withheld by each method over a year of these wages.
fn year(wages: &[i64]) -> Vec<[i128; 4]> {
    let rules = rules(YEAR);
    let program = rules.on("2026-06-30".parse().unwrap()).unwrap();
    let input = |name: &str| program.input(name).unwrap();
    let names = ["each_period", "annual", "cumulative", "adjusting"];
    let outputs = names.map(|name| program.output(name).unwrap());
    let mut runner = program.runner();
    let (mut paid, mut cumulative, mut adjusting) = (0, 0_i128, 0_i128);
    let mut all = Vec::new();
    for (month, wage) in (1..).zip(wages) {
        runner.set(input("pay"), *wage).unwrap();
        runner.set(input("month"), month).unwrap();
        runner.set(input("pay_to_date"), paid).unwrap();
        runner.set(input("cumulative_to_date"), i64::try_from(cumulative).unwrap()).unwrap();
        runner.set(input("adjusting_to_date"), i64::try_from(adjusting).unwrap()).unwrap();
        runner.run().unwrap();
        let withheld = outputs.map(|output| runner.units(output));
        paid += wage;
        cumulative += withheld[2];
        adjusting += withheld[3];
        all.push(withheld);
    }
    all
}

#[test]
fn steady_wages_are_withheld_alike_by_all_methods() {
    for month in year(&[250_000; 12]) {
        assert_eq!(month, [30_000; 4]);
    }
}

#[test]
fn a_month_that_was_too_high_is_made_good_by_cumulative_and_self_adjusting_methods_alone() {
    let mut wages = [200_000; 12];
    (wages[2], wages[3]) = (1_000_000, 0);
    let all = year(&wages);
    // Two months at 200; then 10,000 of which 3,000 a month are the end of the 20 %.
    assert_eq!(all[0], [20_000; 4]);
    assert_eq!(all[2][..2], [320_000, 320_000]);
    let sum = |at: usize| all.iter().map(|month| month[at]).sum::<i128>();
    // 30,000 a year: 20 % above 12,000.
    assert_eq!((sum(2), sum(3)), (360_000, 360_000));
    assert_eq!((sum(0), sum(1)), (520_000, 520_000));
    // One gives back, the other withholds nothing until it is made good.
    assert!(all[3][2] < 0 && all[3][3] == 0, "{:?}", all[3]);
}

#[test]
fn a_withholding_is_a_rule_whose_formula_is_told() {
    let rules = rules(YEAR);
    let rule = rules.file().rules.iter().find(|rule| rule.name == "adjusting").unwrap();
    assert_eq!(
        rule.formula.as_ref().unwrap().to_string(),
        "max(0, round(year_table(round((pay_to_date + pay) * 12 / month, 2, half_up)) * month / 12, 2, half_up) - adjusting_to_date)"
    );
    // The file as it is kept is read again.
    let text = serde_json::to_string(rules.file()).unwrap();
    let again = crate::RuleSet::new(serde_json::from_str(&text).unwrap()).unwrap();
    assert_eq!(again.file(), rules.file());
}

#[test]
fn what_a_method_needs_is_told() {
    for (from, to, said) in [
        (
            "periods = 12\ntax",
            "tax",
            "withholding annual: periods is missing: the method annualised needs it",
        ),
        (
            "tax = \"so_far_table(amount, 1, 12)\"",
            "tax = \"so_far_table(amount, 1, 12)\"\nperiods = 12",
            "withholding each_period: periods is of no use to the method per_period",
        ),
        (
            "method = \"per_period\"",
            "method = \"per_period\"\nrefunds = true",
            "withholding each_period: refunds is of cumulative and self_adjusting",
        ),
        (
            "wages = \"pay\"\ntax = \"so_far",
            "wages = \"pai\"\ntax = \"so_far",
            "rule each_period: nothing is called pai",
        ),
    ] {
        let said_of = refused(&YEAR.replacen(from, to, 1));
        assert!(said_of.starts_with(said), "{said_of}");
    }
}
