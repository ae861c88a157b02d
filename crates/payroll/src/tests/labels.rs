//! What stands on a payslip is short, in English and German.

use super::rules;
use crate::RuleSet;
use crate::jurisdictions::united_states::{CALIFORNIA, PENNSYLVANIA, TEXAS, with_states};
use crate::jurisdictions::{canada, estonia, france, germany, united_kingdom, us_labour};

/// More does not fit a line of a payslip beside its amount.
const MOST: usize = 48;

#[test]
fn every_component_of_the_shipped_rules_has_a_label_that_fits() {
    let us = with_states(&[CALIFORNIA, PENNSYLVANIA, TEXAS]);
    for set in [canada(), estonia(), france(), germany(), united_kingdom(), us, us_labour()] {
        let set: RuleSet = set.unwrap();
        let file = set.file();
        let inputs = file.inputs.iter();
        let inputs =
            inputs.filter_map(|input| Some((&input.name, &input.label, input.kind?.is_paid())));
        let rules = file.rules.iter().map(|rule| (&rule.name, &rule.label, rule.kind.is_paid()));
        for (name, label, _) in inputs.chain(rules).filter(|(.., is_paid)| *is_paid) {
            for language in ["en", "de"] {
                let text = label.get(language);
                let text = text.unwrap_or_else(|| panic!("{} {name}: no {language}", file.name));
                assert!(text.chars().count() <= MOST, "{} {name}: {text}", file.name);
            }
        }
    }
}

#[test]
fn a_line_is_called_by_its_label_and_explained_by_what_it_is() {
    let rules = rules(
        r#"[[input]]
name = "pay"
type = "money"
kind = "earning"
label = { en = "Pay", de = "Lohn" }
about = "All that is earned in the month"
[[rule]]
name = "levy"
kind = "tax"
label = { de = "Umlage" }
about = "A tenth of it"
formula = "round(pay * 10%, 2, half_up)"
[[rule]]
name = "fee"
kind = "tax"
about = "A fee"
formula = "money(1)"
"#,
    );
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let slip = program.run(&program.case("Ada").with("pay", "100.00")).unwrap();
    let lines: Vec<&str> = slip.lines().unwrap().iter().map(|line| line.about).collect();
    assert_eq!(lines, ["Pay", "Umlage", "A fee"]);
    let why = slip.explain("levy").unwrap().to_string();
    assert!(why.contains("A tenth of it"), "{why}");
    // It is a file's data, which goes through JSON as it is.
    let json = serde_json::to_string(rules.file()).unwrap();
    assert_eq!(&serde_json::from_str::<crate::rules::RuleFile>(&json).unwrap(), rules.file());
}
