//! What rules say of several inputs together: refused by name, with what was given and the way out, before anything comes of it.

use rust_decimal::Decimal;

use super::{INPUTS, refused, rules};
use crate::jurisdictions::{united_kingdom, united_states};
use crate::{Batch, GrossUpError};

const CHECKED: &str = r#"
[[check]]
name = "married_on_a_day"
condition = "status == 'single' or day > born"
message = "nobody is married when born"
way_out = "give another day, or single"
[[check]]
name = "room"
condition = "left >= 0"
message = "more is taken than there is"
way_out = "take less"
[[rule]]
name = "left"
kind = "value"
formula = "pay - before"
[[rule]]
name = "share"
kind = "value"
formula = "round(pay / number(left), 2, half_up)"
"#;

/// Whatever needs what: here the first rule needs the last.
#[test]
fn lines_stand_in_the_order_of_the_file() {
    for set in [
        crate::jurisdictions::united_kingdom().unwrap(),
        crate::jurisdictions::united_states().unwrap(),
        crate::jurisdictions::germany().unwrap(),
    ] {
        let program = set.on("2025-06-30".parse().unwrap()).unwrap();
        let file = set.file();
        let pay = file.inputs.iter().filter(|input| input.kind.is_some()).map(|input| &input.name);
        let rules = file.rules.iter().map(|rule| &rule.name);
        let wanted: Vec<&str> = pay.chain(rules).map(|name| name.as_str()).collect();
        let found: Vec<&str> = program.outputs().take(wanted.len()).collect();
        assert_eq!(found, wanted, "{}", file.name);
    }
}

#[test]
fn a_case_of_inputs_that_do_not_go_together_is_refused_before_its_rules_are() {
    let rules = rules(&format!("{INPUTS}{CHECKED}"));
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let case = program.case("Ada").with("status", "married").with("born", "2026-02-27");
    let error = program.run(&case.with("before", "1000")).unwrap_err();
    assert_eq!(error.code(), "payroll.check_failed");
    assert_eq!(
        error.to_string(),
        "employee Ada: nobody is married when born (status married, day 2026-02-27, born 2026-02-27): give another day, or single"
    );
    // A check of a result names no input, and comes before what it guards.
    let error = program.run(&program.case("Ada").with("before", "1000.01")).unwrap_err();
    assert_eq!(error.to_string(), "employee Ada: more is taken than there is: take less");
    assert!(program.run(&program.case("Ada")).is_ok());
    let mut batch = Batch::new(&program, ["Ada", "Bob"]);
    batch.column("before", ["2000", "500"]).unwrap();
    let done = batch.run(&["left"]).unwrap();
    assert_eq!((done.amount(0, 0), done.amount(1, 0)), (None, Some(Decimal::from(500))));
}

#[test]
fn a_check_is_a_condition_with_a_name_of_its_own() {
    let check = |name: &str, condition: &str| {
        format!(
            "[[check]]\nname = \"{name}\"\ncondition = \"{condition}\"\nmessage = \"no\"\nway_out = \"none\"\n"
        )
    };
    let said = |text: &str| refused(&format!("{INPUTS}{text}"));
    assert!(said(&check("a", "pay - before")).contains("check a: pay - before is of type money"));
    assert!(said(&check("a", "pai > before")).contains("nothing is called pai: did you mean pay?"));
    assert!(said(&check("A", "true")).contains("\"A\" is no name"));
    let twice = [check("a", "true"), check("a", "true")].concat();
    assert!(said(&twice).contains("a is there twice"));
}

#[test]
fn a_search_for_a_gross_goes_on_where_checks_refuse_the_least() {
    let rules = rules(
        r#"
[[input]]
name = "pay"
type = "money"
min = 0
kind = "earning"
[[input]]
name = "plan"
type = "money"
kind = "pre_tax"
[[check]]
name = "room"
condition = "pay >= plan and plan < money(500)"
message = "more is taken than there is"
way_out = "take less"
"#,
    );
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let found = |plan: &str, net: i64| {
        let case = program.case("Ada").with("plan", plan);
        program.gross_up(&case, "pay", Decimal::from(net))
    };
    assert_eq!(found("200", 100).unwrap().gross, Decimal::from(300));
    assert_eq!(found("200", -500).unwrap().gross, Decimal::from(200));
    let GrossUpError::Case(error) = found("500", 100).unwrap_err() else { panic!("it is refused") };
    assert_eq!(error.code(), "payroll.check_failed");
}

#[test]
fn countries_refuse_what_their_forms_can_not_say() {
    let uk = united_kingdom().unwrap();
    let program = uk.on("2025-06-30".parse().unwrap()).unwrap();
    for (frequency, last) in
        [("monthly", 12), ("yearly", 12), ("weekly", 53), ("fortnightly", 54), ("four_weekly", 56)]
    {
        let run = |period: i32| {
            let case = program.case("Ada").with("frequency", frequency).with("period", period);
            let case = case.with("code_kind", "allowance").with("code_number", 1257);
            program.run(&case.with("salary", "500"))
        };
        assert!(run(last).is_ok());
        if last < 56 {
            let error = run(last + 1).unwrap_err().to_string();
            assert!(
                error.contains(&format!(
                    "no such period (period {}, frequency {frequency})",
                    last + 1
                )),
                "{error}"
            );
        }
    }
    let us = united_states().unwrap();
    let program = us.on("2025-06-30".parse().unwrap()).unwrap();
    let case = program.case("Ada").with("frequency", "weekly").with("wages", "100");
    let old = case.clone().with("w4_before_2020", true);
    assert!(program.run(&old.clone().with("w4_status", "married")).is_ok());
    let error = program.run(&old.with("w4_status", "head_of_household")).unwrap_err().to_string();
    assert!(
        error.contains(
            "has no head of household (w4_before_2020 true, w4_status head_of_household)"
        ),
        "{error}"
    );
    let error = program.run(&case.with("cafeteria_plan", "500")).unwrap_err().to_string();
    assert!(error.contains("more is withheld before taxes than is paid"), "{error}");
}
