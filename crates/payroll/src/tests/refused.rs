//! What is wrong is found, and said with its name, its value and the way out.

use super::{INPUTS, asked, refused, rules};
use crate::RuleSet;

/// A file with one rule over the inputs of these tests.
fn formula(formula: &str) -> String {
    refused(&format!("{INPUTS}\n[[rule]]\nname = \"tax\"\nkind = \"tax\"\nformula = \"{formula}\""))
}

#[test]
fn a_formula_of_wrong_types_is_refused_when_it_is_loaded() {
    for (text, said) in [
        ("pay + hours", "rule tax: hours is of type hour, where money belongs"),
        ("pay * pay", "rule tax: pay * pay is of type money*money, where money belongs"),
        ("pay * hours", "rule tax: pay * hours is of type hour*money, where money belongs"),
        ("if(pay, pay, pay)", "rule tax: pay is of type money, where bool belongs"),
        ("status + pay", "rule tax: status is of type status, where a number belongs"),
        (
            "if(status == 'divorced', pay, before)",
            "rule tax: \"divorced\" is no status: write one of single, married",
        ),
        (
            "if(status < 'married', pay, before)",
            "rule tax: status is of type status, where a number or a date, which have an order belongs",
        ),
        ("if(pay > hours, pay, before)", "rule tax: hours is of type hour, where money belongs"),
        ("pay + 5", "rule tax: 5 is of type number, where money, written money(5), belongs"),
        ("money(pay)", "rule tax: pay is of type money, where number belongs"),
        ("born", "rule tax: born is of type date, where money belongs"),
        ("pai", "rule tax: nothing is called pai: did you mean pay?"),
        ("maxx(pay, before)", "rule tax: nothing is called maxx: did you mean max?"),
        ("part_below(pay, before)", "rule tax: part_below is given 2 values, and takes 3"),
        ("pay / 3", "rule tax: pay / 3 has no last digit: write round(pay / 3, digits, mode)"),
        (
            "pay * 6.255%",
            "rule tax: it comes to 7 digits behind the point, and the currency has 2: round it",
        ),
        (
            "round(pay, 2",
            "line 36, column 24: column 13 of the formula: the end stands where , belongs",
        ),
    ] {
        assert_eq!(formula(text), said, "{text}");
    }
}

/// A month that is none is told with its text, wherever days stand.
#[test]
fn a_day_that_is_none_is_told_with_its_text() {
    for (from, to) in
        [("2025-13-01", ""), ("2025-02-29", ""), ("", ""), ("2025-01-01", "31.12.2025")]
    {
        let wrong = if to.is_empty() { from } else { to };
        let days = match to {
            "" => format!("from = \"{from}\""),
            to => format!("from = \"{from}\", to = \"{to}\""),
        };
        let values = format!("values = [{{ {days}, value = \"1\" }}]");
        let said = refused(&format!("[[parameter]]\nname = \"limit\"\ntype = \"money\"\n{values}"));
        assert!(said.starts_with("line 6, column "), "{said}");
        let told = format!("{wrong:?} is no day: write one of the calendar as 2025-04-06");
        assert!(said.contains(&told), "{said}");
    }
    let said = refused(
        "[[rule]]\nname = \"tax\"\nkind = \"tax\"\n[[rule.formulas]]\nfrom = \"2025-04-31\"\nformula = \"money(1)\"",
    );
    assert!(said.contains("\"2025-04-31\" is no day"), "{said}");
}

/// What can be seen when rules are loaded is not left to the first employee.
#[test]
fn an_exponent_that_can_not_be_is_refused_when_it_is_loaded() {
    let power =
        |exponent: &str| formula(&format!("round(money(power(number(pay), {exponent})), 2, up)"));
    for exponent in ["1.3", "11", "1.123456789"] {
        let said = format!(
            "rule tax: formula calls power, which refuses: the exponent is {exponent}: give a multiple of 0.25, from 0 to 10"
        );
        assert_eq!(power(exponent), said);
    }
    let parameter = "[[parameter]]\nname = \"curve\"\ntype = \"number\"\nvalues = [{ from = \"2025-01-01\", value = \"1.3\" }]";
    let rule = "[[rule]]\nname = \"tax\"\nkind = \"value\"\ntype = \"number\"\nformula = \"power(2, curve)\"";
    assert!(refused(&format!("{parameter}\n{rule}")).contains("the exponent is 1.3"));
    // One that is told is judged when it is.
    let told = asked("power(2, number(pay))", "number", &[("pay", "1.30")]).unwrap_err();
    assert!(told.to_string().contains("the exponent is 1.3"), "{told}");
    assert_eq!(asked("power(2, number(pay))", "number", &[("pay", "3")]).unwrap(), "8");
}

#[test]
fn rules_that_need_each_other_print_their_circle() {
    let circle = refused(
        r#"
[[rule]]
name = "tax"
kind = "tax"
formula = "round(church * 2, 2, up)"
[[rule]]
name = "church"
kind = "tax"
formula = "round(base * 9%, 2, up)"
[[rule]]
name = "base"
kind = "value"
formula = "tax + tax"
"#,
    );
    assert_eq!(
        circle,
        "tax -> church -> base -> tax need each other in a circle: let one of them do without the next"
    );
    let itself = refused("[[rule]]\nname = \"tax\"\nkind = \"tax\"\nformula = \"net\"");
    assert_eq!(
        itself,
        "tax -> net -> tax need each other in a circle: let one of them do without the next"
    );
}

#[test]
fn figures_and_tables_that_can_not_be_are_refused() {
    let table = |rows: &str| {
        refused(&format!(
            "[[input]]\nname = \"pay\"\ntype = \"money\"\n[[table]]\nname = \"brackets\"\nkind = \"marginal\"\nof = \"money\"\n\
             versions = [{{ from = \"2026-01-01\", rows = {rows} }}]\n[[rule]]\nname = \"tax\"\nkind = \"value\"\nformula = \"brackets(pay)\""
        ))
    };
    assert_eq!(
        table("[[0, \"1%\"], [500, \"2%\"], [200, \"3%\"]]"),
        "table brackets: row 3 (counted from 1) begins at 200, which is not above 500 where the row before it begins: put the rows in order"
    );
    assert_eq!(
        table("[[0, \"1%\"], [500]]"),
        "table brackets: row 2 (counted from 1) has 1 figures, and a table of this kind has 2: [from, rate]"
    );
    assert!(table("[]").contains("row 0 (counted from 1) has 0 figures"));
    assert!(table("[[0, \"one\"]]").contains("\"one\" is no number"));
    let binary = table("[[0.5, \"1%\"]]");
    assert!(binary.contains("0.5 is a binary fraction here: write it in quotes"), "{binary}");
    let parameter = |values: &str| {
        refused(&format!(
            "[[choice]]\nname = \"status\"\nvalues = [\"single\", \"married\"]\n[[input]]\nname = \"status\"\ntype = \"status\"\n\
             [[parameter]]\nname = \"free\"\ntype = \"money\"\nby = [\"status\"]\nvalues = {values}\n\
             [[rule]]\nname = \"a\"\nkind = \"value\"\nformula = \"free[status]\""
        ))
    };
    assert_eq!(
        parameter("[{ from = \"2026-01-01\", when = [\"single\"], value = 1 }]"),
        "parameter free: on 2026-01-01 nothing is said for when = [married]: add it"
    );
    let slip = parameter("[{ from = \"2026-01-01\", when = [\"single|maried\"], value = 1 }]");
    assert_eq!(slip, "parameter free: when is [maried], which is no case of by = [status]");
    let thirty = "123456789012345678901234567890";
    let long = parameter(&format!(
        "[{{ from = \"2026-01-01\", when = [\"single|married\"], value = \"{thirty}\" }}]"
    ));
    assert!(long.contains(&format!("\"{thirty}\" is no money")), "{long}");
}

#[test]
fn names_and_settings_are_looked_at() {
    assert!(refused("[[input]]\nname = \"Pay\"\ntype = \"money\"").contains("\"Pay\" is no name"));
    assert!(refused("[[input]]\nname = \"net\"\ntype = \"money\"").contains("net is there twice"));
    assert!(refused("[[input]]\nname = \"max\"\ntype = \"money\"").contains("max is there twice"));
    assert!(refused("[[input]]\nname = \"pay\"\ntype = \"mony\"").contains("did you mean money?"));
    assert!(
        refused("[[input]]\nname = \"pay\"\ntype = \"money\"\nadds_to = [\"wags\"]")
            .contains("input pay: nothing is called wags")
    );
    let unknown = refused("[[inputs]]\nname = \"pay\"");
    assert!(unknown.starts_with("line 3, column 3: unknown field `inputs`"), "{unknown}");
    let both = refused("[[rule]]\nname = \"a\"\nkind = \"value\"");
    assert_eq!(both, "rule a: formula is given or formulas are, and one of them has to be");
    let twice = refused(
        "[[parameter]]\nname = \"a\"\ntype = \"number\"\nvalues = [{ from = \"2026-01-01\", value = 1 }, { from = \"2026-01-01\", value = 2 }]",
    );
    assert!(
        twice.contains("parameter a: its versions don't go together: two begin on 2026-01-01"),
        "{twice}"
    );
}

#[test]
fn a_value_that_an_input_can_not_be_is_refused_with_employee_field_and_way_out() {
    for (field, value, said) in [
        ("hours", "-8", "employee Ada: hours is -8: give 0 or more"),
        (
            "status",
            "divorced",
            "employee Ada: status is \"divorced\", which is no status: write one of single, married",
        ),
        (
            "pay",
            "12.345",
            "employee Ada: pay is \"12.345\", which is no money: give no more than 2 digits behind the point",
        ),
        (
            "pay",
            "1,000",
            "employee Ada: pay is \"1,000\", which is no money: \"1,000\" is not a decimal: write it with digits and a point, such as -12.34",
        ),
        (
            "born",
            "2026-02-30",
            "employee Ada: born is \"2026-02-30\", which is no date: write a day as 2025-04-06",
        ),
        ("salery", "1", "employee Ada: these rules have no salery: "),
    ] {
        let error = asked("pay", "money", &[(field, value)]).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
    let thirty = asked("pay", "money", &[("pay", "123456789012345678901234567890")]).unwrap_err();
    assert!(thirty.to_string().starts_with(
        "employee Ada: pay is \"123456789012345678901234567890\", which is no money: "
    ));
    let large = asked("pay * 123456789012 * 123456789012", "money", &[("pay", "90000000000000")])
        .unwrap_err();
    assert_eq!(large.code(), "payroll.figure_too_large");
    assert!(large.to_string().contains("asked has no room for its figures"), "{large}");
    assert!(large.to_string().contains(" (it comes to 1371742087783"), "{large}");
    let formula = "pay * 123456789012 * 123456789012 * 123456789012";
    let larger = asked(formula, "money", &[("pay", "90000000000000")]).unwrap_err().to_string();
    assert!(larger.contains(" (pay is 90000000000000): look for an input"), "{larger}");
    let zero = asked("round(pay / number(before), 2, up)", "money", &[]).unwrap_err();
    assert_eq!(
        zero.to_string(),
        "employee Ada: asked divides by zero: say in the rule what holds then, or mend the inputs"
    );
    let missing = rules("[[input]]\nname = \"pay\"\ntype = \"money\"\nkind = \"earning\"");
    let program = missing.on("2026-01-01".parse().unwrap()).unwrap();
    let error = program.run(&program.case("Ada")).unwrap_err();
    assert_eq!(error.to_string(), "employee Ada: pay is missing: give it, a value of type money");
    let dollars: fondaco_core::Money = "5 USD".parse().unwrap();
    let error = program.run(&program.case("Ada").with("pay", dollars)).unwrap_err().to_string();
    assert!(error.ends_with("these rules are in EUR: convert it first"), "{error}");
}

#[test]
fn a_table_that_is_not_used_is_still_no_obstacle_to_a_set() {
    let set = RuleSet::from_toml("name = \"empty\"\ncurrency = \"EUR\"").unwrap();
    let program = set.on("2026-01-01".parse().unwrap()).unwrap();
    assert_eq!(
        program.run(&program.case("Ada")).unwrap().net().unwrap(),
        rust_decimal::Decimal::ZERO
    );
}
