//! What holds on a day, and what was known at a time.

use super::{file, rules};
use crate::RuleSet;

const RATES: &str = r#"
[[input]]
name = "pay"
type = "money"
kind = "earning"
[[parameter]]
name = "rate"
type = "rate"
source = "Act 1"
values = [
  { from = "2025-01-01", value = "10%", recorded = "2024-12-01T00:00:00Z" },
  { from = "2026-01-01", value = "12%", recorded = "2025-11-01T00:00:00Z", source = "Act 2" },
  { from = "2025-01-01", value = "11%", recorded = "2025-06-15T00:00:00Z" },
]
[[rule]]
name = "tax"
kind = "tax"
formulas = [
  { from = "2020-01-01", formula = "round(pay * rate, 2, down)" },
  { from = "2026-01-01", formula = "round(pay * rate, 0, down)" },
]
"#;

fn tax(rules: &RuleSet, day: &str, known: Option<&str>) -> Result<String, crate::RuleError> {
    let day = day.parse().unwrap();
    let program = match known {
        Some(known) => rules.known_at(day, known.parse().unwrap())?,
        None => rules.on(day)?,
    };
    let slip = program.run(&program.case("Ada").with("pay", "99.99")).unwrap();
    Ok(slip.amount("tax").unwrap().to_string())
}

#[test]
fn an_old_period_is_computed_as_it_was_known_then() {
    let rules = rules(RATES);
    assert_eq!(tax(&rules, "2025-05-31", None).unwrap(), "10.99");
    assert_eq!(tax(&rules, "2025-05-31", Some("2025-06-01T00:00:00Z")).unwrap(), "9.99");
    assert_eq!(tax(&rules, "2026-05-31", None).unwrap(), "11");
    let days: Vec<String> = rules.changes().iter().map(ToString::to_string).collect();
    assert_eq!(days, ["2020-01-01", "2025-01-01", "2026-01-01"]);
}

#[test]
fn a_day_that_nothing_is_known_for_is_refused_with_what_is_known() {
    let rules = rules(RATES);
    let error = tax(&rules, "2024-12-31", None).unwrap_err();
    assert_eq!(error.code(), "payroll.no_version");
    assert_eq!(
        error.to_string(),
        "rule tax: parameter rate: no version holds on 2024-12-31, only on 2025-01-01/2025-12-31, 2026-01-01/..: \
         add one from that day on or earlier, or compute another day"
    );
    let unknown = tax(&rules, "2026-05-31", Some("2024-01-01T00:00:00Z")).unwrap_err();
    assert!(
        unknown.to_string().contains("no version holds on 2026-05-31 as it was known then"),
        "{unknown}"
    );
}

#[test]
fn a_file_is_the_same_in_toml_and_json() {
    let toml = rules(RATES);
    let json = serde_json::to_string(toml.file()).unwrap();
    let again = RuleSet::new(serde_json::from_str(&json).unwrap()).unwrap();
    assert_eq!(again.file(), toml.file());
    assert_eq!(toml::from_str::<crate::rules::RuleFile>(&file(RATES)).unwrap(), *toml.file());
}

/// Nobody is paid by the law of a year that is over.
#[test]
fn what_is_shipped_ends_with_the_last_year_that_it_has_figures_of() {
    use crate::jurisdictions::{canada, estonia, france, germany, united_kingdom, united_states};
    for (set, last) in [
        (canada(), "2021-12-31"),
        (estonia(), "2026-12-31"),
        (france(), "2026-12-31"),
        (germany(), "2026-12-31"),
        (united_kingdom(), "2026-04-05"),
        (united_states(), "2026-12-31"),
    ] {
        let (set, last) = (set.unwrap(), last.parse::<chrono::NaiveDate>().unwrap());
        assert!(set.on(last).is_ok(), "{} on {last}", set.file().name);
        let error = set.on(last.succ_opt().unwrap()).unwrap_err();
        assert_eq!(error.code(), "payroll.no_version", "{}", set.file().name);
    }
}

#[test]
fn what_another_day_or_file_says_otherwise_is_told_by_case_and_what_is_new_or_gone_too() {
    let old = rules(
        r#"
[[choice]]
name = "status"
values = ["single", "married"]
[[input]]
name = "status"
type = "status"
[[parameter]]
name = "free"
type = "money"
by = ["status"]
values = [
  { from = "2025-01-01", when = ["single"], value = "100" },
  { from = "2025-01-01", when = ["married"], value = "200" },
  { from = "2026-01-01", when = ["married"], value = "250.50" },
]
[[table]]
name = "brackets"
kind = "marginal"
of = "money"
versions = [{ from = "2025-01-01", to = "2025-12-31", rows = [[0, "10%"], [50, "20%"]] }]
[[rule]]
name = "gone"
kind = "value"
formula = "free[status]"
"#,
    );
    let said = |causes: Vec<crate::Cause>| -> Vec<[String; 3]> {
        causes.into_iter().map(|cause| [cause.what, cause.before, cause.after]).collect()
    };
    let (june, next) = ("2025-06-30".parse().unwrap(), "2026-06-30".parse().unwrap());
    assert_eq!(
        said(old.changed(june, &old, next)),
        [["parameter free[married]", "200", "250.50"], ["table brackets", "0, 10%; 50, 20%", ""],]
    );
    let new = rules("[[rule]]\nname = \"come\"\nkind = \"value\"\nformula = \"money(5)\"");
    let changed = said(old.changed(next, &new, next));
    assert!(changed.contains(&["rule gone", "free[status]", ""].map(String::from)), "{changed:?}");
    assert!(changed.contains(&["rule come", "", "money(5)"].map(String::from)), "{changed:?}");
    assert!(old.changed(june, &old, june).is_empty());
}
