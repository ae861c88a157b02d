//! Explanations say all that a figure rests on, and add up.

use fondaco_core::report::{Cell, Explain};
use rust_decimal::Decimal;

use super::rules;
use crate::jurisdictions::united_states;

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
   ├─ pay: 1,234.50 EUR
   └─ free: 10.00 EUR
        money(10)
"
    );
    let unknown = slip.explain("taxes").unwrap_err().to_string();
    assert_eq!(unknown, "employee Ada: these rules have no taxes: did you mean tax?");
}

/// Every component of net, and what it comes to.
#[test]
fn what_is_explained_of_net_adds_up_to_net() {
    let rules = united_states().unwrap();
    let program = rules.on("2025-06-30".parse().unwrap()).unwrap();
    let case = program
        .case("Ada")
        .with("frequency", "monthly")
        .with("wages", "9000")
        .with("supplemental_wages", "500");
    let slip = program
        .run(&case.with("retirement_deferrals", "700").with("w4_status", "married"))
        .unwrap();
    let why = slip.explain("net").unwrap();
    let amount = |explain: &Explain| match &explain.value {
        Cell::Money(money) => money.amount(),
        _ => Decimal::ZERO,
    };
    let signed = |explain: &Explain| {
        let what = explain.what.to_string();
        let earned =
            ["wages", "supplemental_wages", "reimbursements"].iter().any(|name| what == *name);
        if earned { amount(explain) } else { -amount(explain) }
    };
    assert_eq!(why.inputs.iter().map(signed).sum::<Decimal>(), amount(&why), "{why}");
    assert_eq!(amount(&why), slip.net().unwrap());
    let text = why.to_string();
    assert!(
        text.contains("annual_tax: ") && text.contains("rows: 0, 0, 0%; 17100, 0, 10%"),
        "{text}"
    );
    let json = serde_json::to_string(&why).unwrap();
    assert_eq!(serde_json::from_str::<Explain>(&json).unwrap(), why);
}
