//! The building blocks: brackets, caps, thresholds, taxability, roundings.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{asked, rules};
use crate::Batch;

fn value(formula: &str, of: &str, says: &[(&str, &str)]) -> String {
    asked(formula, of, says).unwrap()
}

#[test]
fn arithmetic_is_exact_and_rounds_where_it_says() {
    for (formula, of, expected) in [
        ("pay * 6.2%", "money", "62"),
        ("round(pay / 3, 2, half_up)", "money", "333.33"),
        ("round(pay / 3 * 3, 2, down)", "money", "1000"),
        ("round((pay + before) / 7 - pay / 7, 4, half_even)", "money", "0"),
        ("round(-pay / 3, 0, floor)", "money", "-334"),
        ("round_to(pay / 3, 0.05, half_up)", "money", "333.35"),
        ("round_to(pay, 300, up)", "money", "1200"),
        ("money(25) * number(hours)", "money", "1000"),
        ("if(status == 'single', 1, 2.5)", "number", "1"),
        ("if(status != 'single', 1, 2.5)", "number", "2.5"),
        ("min(pay, before, money(5))", "money", "0"),
        ("abs(before - pay)", "money", "1000"),
        ("number(day - born)", "number", "13148"),
        ("number(age(born, day))", "number", "35"),
        ("number(age(born, '2026-02-28'))", "number", "36"),
        ("number(days_in_month(day)) + weekday_of(day)", "number", "33"),
        ("if(day + day(1) == '2026-02-28', 1, 0)", "number", "1"),
    ] {
        assert_eq!(value(formula, of, &[]), expected, "{formula}");
    }
}

#[test]
fn the_side_of_a_choice_that_is_not_taken_is_not_computed() {
    let safe = "if(before == 0, 0, round(pay / number(before), 2, half_up))";
    assert_eq!(value(safe, "money", &[]), "0");
    assert_eq!(value(safe, "money", &[("before", "8")]), "125");
    let both = "if(before > 0 and round(pay / number(before), 0, down) > money(100), 1, 0)";
    assert_eq!(value(both, "number", &[]), "0");
    assert_eq!(value(both, "number", &[("before", "8")]), "1");
}

#[test]
fn a_cap_is_split_where_it_is_crossed() {
    let says = |before: &'static str| [("pay", "1000"), ("before", before)];
    for (before, below, above) in
        [("0", "1000", "0"), ("4600", "400", "600"), ("5000", "0", "1000"), ("9000", "0", "1000")]
    {
        assert_eq!(value("part_below(pay, before, money(5000))", "money", &says(before)), below);
        assert_eq!(value("part_above(pay, before, money(5000))", "money", &says(before)), above);
    }
    let between = "part_between(pay, before, money(500), money(800))";
    assert_eq!(value(between, "money", &says("0")), "300");
    // A correction that goes back below the cap gives back what lay below it.
    let back = [("pay", "-1000"), ("before", "5400")];
    assert_eq!(value("part_below(pay, before, money(5000))", "money", &back), "-600");
}

const TABLES: &str = r#"
[[input]]
name = "pay"
type = "money"
[[input]]
name = "n"
type = "number"
default = 1
[[table]]
name = "marginal"
kind = "marginal"
of = "money"
versions = [{ from = "2026-01-01", rows = [[0, "10%"], [1000, "20%"], [3000, "40%"]] }]
[[table]]
name = "published"
kind = "base"
of = "money"
versions = [{ from = "2026-01-01", rows = [[0, 0, "10%"], [1000, "100.25", "20%"], [3000, "500.13", "40%"]] }]
[[table]]
name = "slab"
kind = "slab"
of = "money"
begins_above = true
versions = [{ from = "2026-01-01", rows = [[0, "1%"], [1000, "2%"]] }]
[[table]]
name = "line"
kind = "line"
of = "money"
versions = [{ from = "2026-01-01", rows = [[0, "10%", 0], [1000, "20%", -100], [3000, "40%", -700]] }]
[[table]]
name = "steps"
kind = "lookup"
of = "money"
gives = "money"
versions = [{ from = "2026-01-01", rows = [[100, "5.00"], [200, "7.50"]] }]
[[table]]
name = "each_band"
kind = "marginal"
of = "money"
each_band = { digits = 0, mode = "down" }
versions = [{ from = "2026-01-01", rows = [[0, "10%"], [1000, "20%"], [3000, "40%"]] }]
[[table]]
name = "by_month"
kind = "marginal"
of = "money"
scaled = { thresholds = { digits = 2, mode = "down" } }
versions = [{ from = "2026-01-01", rows = [[0, "10%"], [1000, "20%"], [3000, "40%"]] }]
[[rule]]
name = "a"
kind = "value"
formula = "marginal(pay)"
[[rule]]
name = "b"
kind = "value"
formula = "published(pay)"
[[rule]]
name = "c"
kind = "value"
formula = "slab(pay)"
[[rule]]
name = "d"
kind = "value"
formula = "line(pay)"
[[rule]]
name = "e"
kind = "value"
formula = "if(pay < money(100), 0, steps(pay))"
[[rule]]
name = "f"
kind = "value"
formula = "each_band(pay)"
[[rule]]
name = "g"
kind = "value"
formula = "by_month(pay, n, 12)"
[[rule]]
name = "h"
kind = "value"
formula = "steps(pay)"
"#;

#[test]
fn brackets_are_read_as_their_kind_says() {
    let rules = rules(TABLES);
    let program = rules.on("2026-06-30".parse().unwrap()).unwrap();
    let at = |pay: &str, name: &str| {
        let slip = program.run(&program.case("Ada").with("pay", pay)).unwrap();
        slip.amount(name).unwrap().to_string()
    };
    for (pay, expected) in [
        ("100", ["10", "10", "1", "10", "5", "10"]),
        ("1000", ["100", "100.25", "10", "100", "7.5", "100"]),
        ("1000.01", ["100.002", "100.252", "20.0002", "100.002", "7.5", "100"]),
        ("3333.33", ["633.332", "633.462", "66.6666", "633.332", "7.5", "633"]),
    ] {
        for (name, expected) in ["a", "b", "c", "d", "e", "f"].into_iter().zip(expected) {
            assert_eq!(at(pay, name), expected, "{name} of {pay}");
        }
    }
    // A twelfth of the thresholds, cut to cents: 83.33 and 250.00.
    assert_eq!(at("100", "g"), "11.667");
    let low = program.run(&program.case("Ada").with("pay", "99.99")).unwrap_err().to_string();
    assert_eq!(
        low,
        "employee Ada: h looks up 99.99 in steps, which begins at 100: mend the inputs, or begin the table lower"
    );
}

#[test]
fn what_is_taxed_is_said_by_the_components() {
    let rules = rules(
        r#"
[[input]]
name = "salary"
type = "money"
kind = "earning"
adds_to = ["wages", "insured"]
[[input]]
name = "car"
type = "money"
default = 0
kind = "benefit"
adds_to = ["wages"]
[[input]]
name = "expenses"
type = "money"
default = 0
kind = "reimbursement"
[[input]]
name = "pension"
type = "money"
default = 0
kind = "pre_tax"
takes_from = ["wages"]
[[base]]
name = "wages"
[[base]]
name = "insured"
[[accumulator]]
name = "insured_to_date"
of = "insured"
[[rule]]
name = "tax"
kind = "tax"
formula = "round(wages * 20%, 2, half_up)"
[[rule]]
name = "levy"
kind = "employer"
formula = "round(part_below(insured, insured_to_date, money(10000)) * 5%, 2, half_up)"
[[rule]]
name = "union"
kind = "post_tax"
formula = "money(7)"
[[rule]]
name = "note"
kind = "information"
formula = "net"
"#,
    );
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let case = program.case("Ada").with("salary", "3000").with("car", "200").with("expenses", "50");
    let slip = program.run(&case.with("pension", "100").with("insured_to_date", "9000")).unwrap();
    let amount = |name: &str| slip.amount(name).unwrap().to_string();
    assert_eq!(
        (amount("wages"), amount("tax"), amount("levy")),
        ("3100".into(), "620".into(), "50".into())
    );
    assert_eq!(amount("gross"), "3000");
    // 3000 + 50 - 100 - 620 - 7: the car is taxed, and not paid.
    assert_eq!((amount("net"), amount("note")), ("2323".into(), "2323".into()));
    assert_eq!(amount("employer_cost"), "3100");
    assert_eq!(amount("insured_to_date"), "12000");
    let text = slip.to_report().unwrap().to_text(&fondaco_core::report::Locale::plain(), None);
    // What stands above net pay adds up to it; the car, the employer's part and sums for information stand below.
    let mut sum = Decimal::ZERO;
    let (above, below) = text.split_once("Net pay").unwrap();
    for line in above.lines() {
        let last = line.split_whitespace().next_back().unwrap_or_default().replace(',', "");
        sum += last.parse::<Decimal>().unwrap_or_default();
    }
    assert_eq!(sum, slip.net().unwrap(), "{text}");
    let place = |name: &str| below.find(name).unwrap_or_else(|| panic!("no {name} in {text}"));
    assert!(place("Benefits in kind") < place("Paid by the employer on top"), "{text}");
    assert!(place("Paid by the employer on top") < place("Details"), "{text}");
    assert!(below.contains("2323.00") || below.contains("2,323.00"), "{text}");
}

#[test]
fn a_batch_goes_on_after_those_that_can_not_be_computed_on_any_number_of_threads() {
    let rules = rules(TABLES);
    let program = rules.on("2026-06-30".parse().unwrap()).unwrap();
    let names: Vec<String> = (0..100).map(|row| format!("employee-{row}")).collect();
    let mut batch = Batch::new(&program, names);
    batch.column("pay", (0..100).map(|row| format!("{}", row * 50))).unwrap();
    let one = batch.run(&["a", "b"]).unwrap();
    assert_eq!(one, batch.run_on(3, &["a", "b"]).unwrap());
    assert_eq!(one, batch.run_on(1000, &["a", "b"]).unwrap());
    // Those below 100 are in no row of a table.
    let failed: Vec<usize> = one.errors.iter().map(|(row, _)| *row).collect();
    assert_eq!(failed, [0, 1]);
    assert!(one.errors[1].1.to_string().starts_with("employee employee-1: h looks up 50"));
    assert_eq!(one.amount(1, 0), None);
    assert_eq!(one.amount(99, 0), Some(Decimal::from(500 + 1950 * 4 / 10)));
    assert!(batch.run(&["nothing"]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is under a cap and over it is all of it, and a year in parts comes to the year as a whole.
    #[test]
    fn parts_add_up(parts in prop::collection::vec(0_i64..900_000, 1..8), cap in 0_i64..2_000_000) {
        let rules = rules(&format!(r#"
[[input]]
name = "pay"
type = "money"
[[accumulator]]
name = "to_date"
of = "pay"
[[rule]]
name = "below"
kind = "value"
formula = "part_below(pay, to_date, money({0}.{1:02}))"
[[rule]]
name = "above"
kind = "value"
formula = "part_above(pay, to_date, money({0}.{1:02}))"
"#, cap / 100, cap % 100));
        let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
        let (pay, before) = (program.input("pay").unwrap(), program.input("to_date").unwrap());
        let (below, above) = (program.output("below").unwrap(), program.output("above").unwrap());
        let mut runner = program.runner();
        let (mut sum, mut under) = (0_i64, 0_i128);
        for part in &parts {
            runner.set(pay, *part).unwrap();
            runner.set(before, sum).unwrap();
            runner.run().unwrap();
            prop_assert_eq!(runner.units(below) + runner.units(above), i128::from(*part));
            under += runner.units(below);
            sum += part;
        }
        prop_assert_eq!(under, i128::from(sum.min(cap)));
    }
}
