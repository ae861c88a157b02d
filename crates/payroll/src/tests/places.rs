//! Every error of a file stands at its place: the very character.

use super::{INPUTS, file};
use crate::{RuleError, RuleSet};

/// What stands in the file where the error is said to be, to the end of the line.
fn at(text: &str, error: &RuleError) -> String {
    let (line, column) = error.place().unwrap_or_else(|| panic!("{error} has no place"));
    text.lines().nth(line - 1).unwrap().chars().skip(column - 1).collect()
}

/// What stands where the only error of a file is.
fn place(body: &str) -> String {
    let text = file(body);
    let problems = RuleSet::problems(&text);
    let [error] = problems.as_slice() else { panic!("{problems:?}") };
    let told = RuleSet::from_toml(&text).err().map(|error| error.to_string());
    assert_eq!(told, Some(error.to_string()), "what is told first is what is listed first");
    at(&text, error)
}

fn formula(formula: &str) -> String {
    place(&format!("{INPUTS}\n[[rule]]\nname = \"tax\"\nkind = \"tax\"\nformula = {formula}\n"))
}

#[test]
fn what_is_wrong_in_a_formula_is_shown_at_the_part_that_it_is_said_of() {
    for (text, part) in [
        ("\"pay + hours\"", "hours\""),
        // The same name stands there before, where nothing is wrong with it.
        ("\"if(hours > hour(40), pay, pay + hours)\"", "hours)\""),
        ("\"max(pay, pai)\"", "pai)\""),
        ("\"round(pay * 2, 2, up) + (pay / 3)\"", "pay / 3)\""),
        ("\"(pay + before) * 6.255%\"", "(pay + before) * 6.255%\""),
        ("\"if(status == 'divorced', pay, before)\"", "'divorced', pay, before)\""),
        ("\"pay + part_below(pay, before)\"", "part_below(pay, before)\""),
        ("\"born\"", "born\""),
        ("'max(pay, pai)'", "pai)'"),
        ("\"if(status == \\\"single\\\", pay, pai)\"", "pai)\""),
        ("\"\\u0070ay + pai\"", "pai\""),
        ("\"\"\"\npay\n  + hours\"\"\"", "hours\"\"\""),
        ("\"\"\"pay \\\n     + hours\"\"\"", "hours\"\"\""),
        ("'''\nmax(pay,\n    pai)'''", "pai)'''"),
        ("\"round(pay, 2\"", "\""),
        ("\"\"\"\nmax(pay,\n    +)\"\"\"", "+)\"\"\""),
    ] {
        assert_eq!(formula(text), part, "{text}");
    }
}

#[test]
fn a_formula_of_several_is_the_one_that_is_wrong() {
    let text = format!(
        "{INPUTS}\n[[rule]]\nname = \"tax\"\nkind = \"tax\"\n[[rule.formulas]]\nfrom = \"2025-01-01\"\nformula = \"pay\"\n\
         [[rule.formulas]]\nfrom = \"2026-01-01\"\nformula = \"before + hours\""
    );
    assert_eq!(place(&text), "hours\"");
}

#[test]
fn what_is_wrong_elsewhere_is_shown_at_the_value_or_at_the_name_of_what_it_is_in() {
    let pay = "[[input]]\nname = \"pay\"\ntype = \"money\"\n";
    let choice = "[[choice]]\nname = \"status\"\nvalues = [\"single\", \"married\"]\n";
    let table = |rows: &str| {
        format!(
            "{pay}[[table]]\nname = \"brackets\"\nkind = \"marginal\"\nof = \"money\"\nversions = [\n\
             {{ from = \"2025-01-01\", rows = [[0, \"1%\"], [9, \"2%\"]] }},\n{{ from = \"2026-01-01\", rows = {rows} }},\n]"
        )
    };
    let parameter = |values: &str| {
        format!(
            "{choice}[[parameter]]\nname = \"free\"\ntype = \"money\"\nby = [\"status\"]\nvalues = {values}"
        )
    };
    let check = |name: &str, condition: &str| {
        format!(
            "[[check]]\nname = \"{name}\"\ncondition = \"{condition}\"\nmessage = \"m\"\nway_out = \"w\"\n"
        )
    };
    for (body, found) in [
        ("[[input]]\nname = \"Pay\"\ntype = \"money\"".to_owned(), "\"Pay\""),
        (format!("{pay}[[base]]\nname = \"pay\""), "\"pay\""),
        ("[[input]]\nname = \"pay\"\ntype = \"mony\"".to_owned(), "\"mony\""),
        (format!("{pay}adds_to = [\"wages\"]"), "\"wages\"]"),
        (format!("{pay}default = \"a lot\""), "\"a lot\""),
        (format!("{pay}digits = 44"), "44"),
        ("[[choice]]\nname = \"a\"\nvalues = [\"b\", \"b\"]".to_owned(), "\"b\"]"),
        (table("[[0, \"1%\"], [500, \"2%\"], [200, \"3%\"]]"), "[200, \"3%\"]] },"),
        (table("[[0, \"1%\"], [500]]"), "[500]] },"),
        (table("[]"), "[] },"),
        (table("[[0, \"one\"]]"), "\"one\"]] },"),
        (parameter("[{ from = \"2026-01-01\", when = [\"single\"], value = 1 }]"), "[{ from = \"2026-01-01\", when = [\"single\"], value = 1 }]"),
        (
            parameter("[{ from = \"2026-01-01\", when = [\"single\"], value = 1 },\n{ from = \"2026-01-01\", when = [\"married|maried\"], value = 1 }]"),
            "[\"married|maried\"], value = 1 }]",
        ),
        (parameter("[{ from = \"2026-01-01\", when = [\"single|married\"], value = \"x\" }]"), "\"x\" }]"),
        ("[[rule]]\nname = \"a\"\nkind = \"value\"".to_owned(), "\"a\""),
        ("[[rule]]\nname = \"a\"\nkind = \"value\"\nformula = \"b\"\n[[rule]]\nname = \"b\"\nkind = \"value\"\nformula = \"a\"".to_owned(), "\"a\""),
        ("[[inputs]]\nname = \"pay\"".to_owned(), "inputs]]"),
        (format!("{pay}{}", check("a", "pay > 5")), "5\""),
        (format!("{pay}{}", check("a", "pay >")), "\""),
        (format!("{pay}{}{}", check("pay", "pay > money(5)"), check("pay", "true")), "\"pay\""),
        ("[[accumulator]]\nname = \"a\"\nof = \"pay\"".to_owned(), "\"pay\""),
    ] {
        assert_eq!(place(&body), found, "{body}");
    }
}

#[test]
fn all_rules_that_are_wrong_are_told_in_the_file_s_order_and_those_that_rest_on_them_are_not() {
    let text = file(&format!(
        "{INPUTS}\n[[rule]]\nname = \"late\"\nkind = \"tax\"\nformula = \"tax + hours\"\n\
         [[rule]]\nname = \"fine\"\nkind = \"tax\"\nformula = \"tax\"\n[[rule]]\nname = \"tax\"\nkind = \"tax\"\nformula = \"pai\"\n"
    ));
    let problems = RuleSet::problems(&text);
    assert_eq!(
        problems.iter().map(|error| at(&text, error)).collect::<Vec<_>>(),
        ["hours\"", "pai\""]
    );
    assert_eq!(problems[1].without_place(), "rule tax: nothing is called pai: did you mean pay?");
    assert_eq!(problems[1].code(), "payroll.unknown_name");
    assert!(RuleSet::problems(&file(INPUTS)).is_empty());
}

#[test]
fn of_two_checks_of_a_name_the_second_is_shown_though_an_input_has_the_name_too() {
    let check =
        "[[check]]\nname = \"pay\"\ncondition = \"true\"\nmessage = \"m\"\nway_out = \"w\"\n";
    let text = file(&format!("{check}{check}[[input]]\nname = \"pay\"\ntype = \"money\"\n"));
    let problems = RuleSet::problems(&text);
    assert_eq!(problems.iter().map(RuleError::place).collect::<Vec<_>>(), [Some((9, 8))]);
}

/// A wrong day, a wrong formula, a figure with a slip of the pen, a table out of order, a wrong unit and a circle are told at once, and who
/// names any of them is not told besides.
#[test]
fn everything_that_is_wrong_is_told_in_one_round() {
    let text = file(
        r#"[[input]]
name = "salary"
type = "money"

[[input]]
name = "hours"
type = "hours"

[[parameter]]
name = "late"
type = "money"
values = [{ from = "2025-13-01", value = "5" }]

[[parameter]]
name = "rate"
type = "rate"
values = [{ from = "2025-01-01", value = "1O%" }]

[[table]]
name = "bands"
kind = "slab"
of = "money"
versions = [{ from = "2025-01-01", rows = [[100, "1%"], [50, "2%"]] }]

[[rule]]
name = "uses_them"
kind = "value"
formula = "max(late, round(bands(salary) + salary * rate, 2, up)) + pays(hours)"

[[rule]]
name = "cut_off"
kind = "value"
formula = "round(salary, 2"

[[rule]]
name = "uses_cut_off"
kind = "value"
formula = "cut_off + 1"

[[rule]]
name = "one"
kind = "value"
formula = "other"

[[rule]]
name = "other"
kind = "value"
formula = "one + salary"

[[rule]]
name = "of_the_circle"
kind = "tax"
formula = "one / 3"

[[rule]]
name = "misspelt"
kind = "tax"
formula = "round(salry * 10%, 2, up)"

[[rule]]
name = "salary"
kind = "tax"
formula = "money(1)"
"#,
    );
    let problems = RuleSet::problems(&text);
    let said: Vec<(String, String)> =
        problems.iter().map(|error| (at(&text, error), error.without_place())).collect();
    let wanted = [
        ("\"hours\"", "input hours: "),
        ("\"2025-13-01\", value", "\"2025-13-01\" is no day"),
        ("\"1O%\"", "parameter rate: "),
        ("[50, \"2%\"]", "table bands: "),
        ("\"", ""),
        ("\"one\"", "one"),
        ("one / 3\"", "rule of_the_circle: "),
        ("salry * 10%", "rule misspelt: "),
        ("\"salary\"", "salary is there twice"),
    ];
    for ((place, said), (wanted_place, wanted)) in said.iter().zip(wanted) {
        assert!(place.starts_with(wanted_place), "{place} {said} instead of {wanted_place}");
        assert!(said.contains(wanted), "{said} instead of {wanted}");
    }
    assert_eq!(said.len(), wanted.len(), "{said:#?}");
}

/// What is wrong in a state's file is told with its own line, and the federal file is not to blame.
#[test]
fn parts_are_checked_with_lines_of_their_own() {
    use crate::jurisdictions::united_states::{CALIFORNIA, FILE, PENNSYLVANIA};
    let broken =
        PENNSYLVANIA.replacen("pa_compensation * pa_tax_rate", "pa_compensation * pa_tax", 1);
    let problems = RuleSet::problems_of_parts(&[FILE, CALIFORNIA, &broken]);
    let [(2, error)] = problems.as_slice() else { panic!("{problems:?}") };
    let (line, _) = error.place().unwrap();
    assert!(broken.lines().nth(line - 1).unwrap().contains("pa_tax,"), "{error}");
    let cut = CALIFORNIA.replacen("[[choice]]", "[[choic]]", 1);
    let problems = RuleSet::problems_of_parts(&[FILE, &cut, PENNSYLVANIA]);
    assert!(problems.iter().all(|(part, _)| *part == 1), "{problems:?}");
    assert_eq!(RuleSet::problems_of_parts(&[FILE, CALIFORNIA, PENNSYLVANIA]), []);
}
