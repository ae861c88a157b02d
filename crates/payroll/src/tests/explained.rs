//! Explanations say all that a figure rests on, and add up.

use fondaco_core::report::{Cell, Explain};
use rust_decimal::Decimal;

use super::rules;
use crate::Slip;
use crate::jurisdictions::{canada, united_kingdom, united_states};

const RULES: &str = r#"
[[input]]
name = "pay"
type = "money"
kind = "earning"
[[parameter]]
name = "rate"
type = "rate"
source = "Income Tax Act § 32"
values = [{ from = "2026-01-01", to = "2026-12-31", value = "12.5%" }]
[[rule]]
name = "tax"
kind = "tax"
about = "Income tax"
source = "Income Tax Act § 31"
formula = "round(wages * rate, 2, half_up)"
[[rule]]
name = "wages"
kind = "value"
formula = "if(pay > money(100), pay - free, pay)"
[[rule]]
name = "free"
kind = "value"
formula = "money(10)"
"#;

#[test]
fn a_figure_says_its_rule_its_law_its_inputs_and_what_was_rounded() {
    let rules = rules(RULES);
    let program = rules.on("2026-03-31".parse().unwrap()).unwrap();
    let slip = program.run(&program.case("Ada").with("pay", "1234.50")).unwrap();
    assert_eq!(
        slip.explain("tax").unwrap().to_string(),
        "\
Income tax (tax): 153.06 EUR (Income Tax Act § 31)
│ round(wages * rate, 2, half_up)
│ rate: 12.5% (valid from 2026-01-01 through 2026-12-31, Income Tax Act § 32)
│ rounded half up to 2 digits from 153.0625
└─ wages: 1,224.50 EUR
   │ if(pay > money(100), pay - free, pay)
   ├─ pay: 1,234.50 EUR
   └─ free: 10.00 EUR
        money(10)
"
    );
    let unknown = slip.explain("taxes").unwrap_err().to_string();
    assert_eq!(unknown, "employee Ada: these rules have no taxes: did you mean tax?");
}

fn amount(explain: &Explain) -> Decimal {
    match &explain.value {
        Cell::Money(money) => money.amount(),
        _ => panic!("{explain} is no money"),
    }
}

/// What is explained of a sum adds up by what the explanation says alone.
fn adds_up(slip: &Slip<'_>, name: &str) {
    let why = slip.explain(name).unwrap();
    let signed = |explain: &Explain| match explain.what.to_string().starts_with("less ") {
        true => -amount(explain),
        false => amount(explain),
    };
    assert_eq!(why.inputs.iter().map(signed).sum::<Decimal>(), amount(&why), "{why}");
    assert_eq!(amount(&why), slip.amount(name).unwrap());
    assert!(why.inputs.iter().all(|part| !amount(part).is_zero()), "{why}");
}

#[test]
fn what_is_explained_of_a_sum_adds_up_to_it() {
    let us = united_states().unwrap();
    let us = us.on("2025-06-30".parse().unwrap()).unwrap();
    let case = us.case("Ada").with("frequency", "monthly").with("wages", "9000");
    let case = case.with("supplemental_wages", "500").with("cafeteria_plan", "200");
    let case = case.with("retirement_deferrals", "700").with("w4_status", "married");
    let slip = us.run(&case).unwrap();
    for name in ["gross", "net", "employer_cost", "income_tax_wages", "social_security_wages"] {
        adds_up(&slip, name);
    }
    let uk = united_kingdom().unwrap();
    let uk = uk.on("2025-06-30".parse().unwrap()).unwrap();
    for (scheme, salary) in [
        ("none", "500"),
        ("net_pay", "3000"),
        ("salary_sacrifice", "3000"),
        ("relief_at_source", "9000"),
    ] {
        let case = uk.case("Ada").with("frequency", "monthly").with("period", 3);
        let case = case.with("code_kind", "allowance").with("code_number", 1257);
        let case = case.with("salary", salary).with("pension_scheme", scheme);
        let slip = uk.run(&case.with("loan_plan", "plan_2")).unwrap();
        for name in ["gross", "net", "employer_cost", "pay", "ni_pay", "loan_pay"] {
            adds_up(&slip, name);
        }
    }
    let ca = canada().unwrap();
    let ca = ca.on("2021-05-14".parse().unwrap()).unwrap();
    let case = ca.case("Ada").with("frequency", "biweekly").with("province", "ON");
    let case = case.with("wages", "1923").with("union_dues", "20").with("cpp_to_date", "500");
    let slip = ca.run(&case.with("provincial_claim", "10880")).unwrap();
    for name in ["gross", "net", "employer_cost", "taxable", "pensionable", "cpp_to_date"] {
        adds_up(&slip, name);
    }
}

#[test]
fn a_sum_says_its_formula_what_is_taken_from_it_and_no_part_that_is_nothing() {
    let rules = rules(
        "[[base]]\nname = \"taxed\"\n\
         [[input]]\nname = \"pay\"\ntype = \"money\"\nkind = \"earning\"\nadds_to = [\"taxed\"]\n\
         [[input]]\nname = \"bonus\"\ntype = \"money\"\nkind = \"earning\"\ndefault = 0\nadds_to = [\"taxed\"]\n\
         [[input]]\nname = \"plan\"\ntype = \"money\"\nkind = \"pre_tax\"\ntakes_from = [\"taxed\"]\n\
         [[accumulator]]\nname = \"taxed_to_date\"\nof = \"taxed\"",
    );
    let program = rules.on("2026-03-31".parse().unwrap()).unwrap();
    let slip = program
        .run(&program.case("Ada").with("pay", "1000").with("plan", "40").with("taxed_to_date", 0))
        .unwrap();
    assert_eq!(
        slip.explain("taxed").unwrap().to_string(),
        "\
taxed: 960.00 EUR
│ pay + bonus - plan
├─ pay: 1,000.00 EUR
└─ less plan: 40.00 EUR
"
    );
    assert!(slip.explain("taxed_to_date").unwrap().to_string().contains("taxed_to_date + taxed\n"));
}

#[test]
fn an_explanation_names_the_rows_of_a_table_and_is_data() {
    let rules = united_states().unwrap();
    let program = rules.on("2025-06-30".parse().unwrap()).unwrap();
    let case = program.case("Ada").with("frequency", "monthly").with("wages", "9000");
    let slip = program.run(&case.with("w4_status", "married")).unwrap();
    let why = slip.explain("net").unwrap();
    let text = why.to_string();
    assert!(
        text.contains("annual_tax: ") && text.contains("rows: 0, 0, 0%; 17100, 0, 10%"),
        "{text}"
    );
    let json = serde_json::to_string(&why).unwrap();
    assert_eq!(serde_json::from_str::<Explain>(&json).unwrap(), why);
}

/// Of several roundings in a formula each is called by its own text, of a figure with cases the case is said, and of one that came to be
/// known later since when it is.
#[test]
fn parts_cases_and_knowledge_are_told_by_name() {
    let rules = rules(
        r#"[[choice]]
name = "status"
values = ["single", "married"]
[[input]]
name = "pay"
type = "money"
[[input]]
name = "status"
type = "status"
[[parameter]]
name = "rate"
type = "rate"
by = ["status"]
source = "Act § 1"
values = [
  { from = "2026-01-01", when = ["single"], value = "10%" },
  { from = "2026-01-01", when = ["married"], value = "7%" },
  { from = "2026-01-01", when = ["married"], recorded = "2026-02-03T00:00:00Z", value = "8%" },
]
[[rule]]
name = "tax"
kind = "tax"
formula = "round(pay * rate[status], 2, up) + round(pay / 3, 0, down)"
"#,
    );
    let day = "2026-06-30".parse().unwrap();
    let why = |known: &str| {
        let program = rules.known_at(day, known.parse().unwrap()).unwrap();
        let case = program.case("Ada").with("pay", "100.05").with("status", "married");
        program.run(&case).unwrap().explain("tax").unwrap().to_string()
    };
    let now = why("2026-06-30T00:00:00Z");
    for part in [
        "round(pay * rate[status], 2, up): 8.01 EUR",
        "round(pay / 3, 0, down): 33.00 EUR",
        "rate[married]",
        "known since 2026-02-03",
    ] {
        assert!(now.contains(part), "no {part} in {now}");
    }
    let before = why("2026-01-15T00:00:00Z");
    assert!(before.contains("7%") && !before.contains("known since"), "{before}");
}
