//! Formulas with arguments: written once, checked once, explained where they are called.

use super::{file, refused, rules};
use crate::RuleSet;

const TARIFF: &str = r#"
[[input]]
name = "pay"
type = "money"
kind = "earning"
[[input]]
name = "bonus"
type = "money"
kind = "earning"
default = 0
[[parameter]]
name = "free"
type = "money"
source = "§ 1"
values = [{ from = "2025-01-01", value = "100" }, { from = "2026-01-01", value = "200" }]
[[table]]
name = "brackets"
kind = "marginal"
of = "money"
source = "§ 3"
versions = [{ from = "2025-01-01", rows = [[0, "10%"], [1000, "20%"], [3000, "40%"]] }]
[[formula]]
name = "tariff"
of = [{ name = "income", type = "money" }]
about = "Tax on an income"
source = "§ 2"
steps = [{ name = "taxable", formula = "max(0, income - free)" }]
formula = "round(brackets(taxable), 2, half_up)"
[[rule]]
name = "tax"
kind = "tax"
formula = "tariff(pay)"
[[rule]]
name = "bonus_tax"
kind = "tax"
formula = "tariff(pay + bonus) - tariff(pay)"
"#;

#[test]
fn a_tariff_is_written_once_and_called_with_whatever_it_is_on() {
    let rules = rules(TARIFF);
    for (day, tax) in [("2025-06-30", "360"), ("2026-06-30", "340")] {
        let program = rules.on(day.parse().unwrap()).unwrap();
        let case = program.case("Ada").with("pay", "2400").with("bonus", "600");
        let slip = program.run(&case).unwrap();
        let amount = |name: &str| slip.amount(name).unwrap().to_string();
        assert_eq!((amount("tax").as_str(), amount("bonus_tax").as_str()), (tax, "120"), "{day}");
    }
}

#[test]
fn a_call_is_explained_with_its_arguments_its_steps_and_its_law() {
    let rules = rules(TARIFF);
    let program = rules.on("2026-06-30".parse().unwrap()).unwrap();
    let slip = program.run(&program.case("Ada").with("pay", "3500")).unwrap();
    assert_eq!(
        slip.explain("tax").unwrap().to_string(),
        "\
tax: 620.00 EUR
│ tariff(pay)
└─ tariff: 620.00 EUR (§ 2)
   │ round(brackets(taxable), 2, half_up)
   │ rounded half up to 2 digits from 620
   ├─ income: 3,500.00 EUR
   │  │ pay
   │  └─ pay: 3,500.00 EUR
   ├─ taxable: 3,300.00 EUR
   │  │ max(0, income - free)
   │  │ free: 200 (valid from 2026-01-01, § 1)
   │  └─ income: 3,500.00 EUR
   └─ brackets: 620.00 EUR
      │ rows: 0, 10%; 1000, 20%; 3000, 40% (valid from 2025-01-01, § 3)
      ├─ taxable: 3,300.00 EUR
      ├─ from 0.00 EUR to 1,000.00 EUR at 10%: 100.00 EUR
      ├─ from 1,000.00 EUR to 3,000.00 EUR at 20%: 400.00 EUR
      └─ from 3,000.00 EUR to 3,300.00 EUR at 40%: 120.00 EUR
"
    );
}

#[test]
fn a_figure_within_a_called_formula_is_why_a_result_changed() {
    let rules = rules(TARIFF);
    let (old, new) = (
        rules.on("2025-06-30".parse().unwrap()).unwrap(),
        rules.on("2026-06-30".parse().unwrap()).unwrap(),
    );
    let before = old.run(&old.case("Ada").with("pay", "3500")).unwrap();
    let after = new.run(&new.case("Ada").with("pay", "3500")).unwrap();
    let changes = before.compare(&after).unwrap();
    let tax = changes.iter().find(|change| change.name == "tax").unwrap();
    let said: Vec<(&str, &str, &str)> = tax
        .because
        .iter()
        .map(|cause| (cause.what.as_str(), cause.before.as_str(), cause.after.as_str()))
        .collect();
    assert_eq!(said, [("free", "100", "200")]);
}

#[test]
fn formulas_call_each_other_and_a_circle_of_them_is_refused() {
    let two = r#"
[[input]]
name = "pay"
type = "money"
[[formula]]
name = "twice"
of = [{ name = "x" }]
formula = "x * 2"
[[formula]]
name = "four_times"
of = [{ name = "y" }]
formula = "twice(twice(y))"
[[rule]]
name = "answer"
kind = "value"
formula = "four_times(pay) + twice(pay)"
"#;
    let rules = rules(two);
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let slip = program.run(&program.case("Ada").with("pay", "1.25")).unwrap();
    assert_eq!(slip.amount("answer").unwrap().to_string(), "7.5");
    let circle = two.replace("\"x * 2\"", "\"four_times(x)\"");
    assert!(refused(&circle).contains("need each other in a circle"), "{}", refused(&circle));
    let own = two.replace("\"x * 2\"", "\"twice(x)\"");
    assert!(refused(&own).starts_with("twice -> twice need each other"), "{}", refused(&own));
}

#[test]
fn what_is_wrong_with_a_formula_is_told_once_where_it_stands() {
    let body = r#"
[[input]]
name = "pay"
type = "money"
[[input]]
name = "hours"
type = "hour"
[[formula]]
name = "tariff"
of = [{ name = "income" }]
formula = "round(incom * 10%, 2, half_up)"
[[rule]]
name = "one"
kind = "value"
formula = "tariff(pay)"
[[rule]]
name = "two"
kind = "value"
formula = "tariff(hours)"
[[rule]]
name = "three"
kind = "value"
formula = "tariff(pay, pay)"
[[rule]]
name = "four"
kind = "value"
formula = "tariff"
"#;
    let said: Vec<String> =
        RuleSet::problems(&file(body)).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "line 13, column 18: formula tariff: nothing is called incom: did you mean income?",
            "line 21, column 19: rule two: hours is of type hour, where money belongs",
            "line 25, column 12: rule three: tariff is given 2 values, and takes income of type money",
            "line 29, column 12: rule four: tariff is given 0 values, and takes its arguments in round brackets",
        ]
    );
    let named = |name: &str| {
        refused(&format!(
            "[[input]]\nname = \"pay\"\ntype = \"money\"\n[[formula]]\nname = \"a\"\nof = [{{ name = \"{name}\" }}]\nformula = \"money(1)\""
        ))
    };
    assert_eq!(named("pay"), "formula a: pay is there twice: give one of them another name");
    assert!(named("if").starts_with("formula a: \"if\" is no name"), "{}", named("if"));
}

#[test]
fn a_formula_has_versions_and_its_changes_are_told() {
    let rules = rules(
        r#"
[[input]]
name = "pay"
type = "money"
[[formula]]
name = "part"
of = [{ name = "x" }]
formulas = [
  { from = "2025-01-01", formula = "round(x * 10%, 2, down)" },
  { from = "2026-01-01", formula = "round(x * 10%, 0, down)", source = "New Act" },
]
[[rule]]
name = "answer"
kind = "value"
formula = "part(pay)"
"#,
    );
    let answer = |day: &str| {
        let program = rules.on(day.parse().unwrap()).unwrap();
        let slip = program.run(&program.case("Ada").with("pay", "99.99")).unwrap();
        slip.amount("answer").unwrap().to_string()
    };
    assert_eq!((answer("2025-05-31").as_str(), answer("2026-05-31").as_str()), ("9.99", "9"));
    let days: Vec<String> = rules.changes().iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2025-01-01", "2026-01-01"]);
    let changed =
        rules.changed("2025-05-31".parse().unwrap(), &rules, "2026-05-31".parse().unwrap());
    assert_eq!(changed[0].what, "formula part");
}
