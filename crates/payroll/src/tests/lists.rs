//! Lists of rows, and what several want of one amount: a floor under net pay, ranks, limits, arrears.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{file, refused, rules};
use crate::garnishment::{Limit, Order, PayPeriod, serve};
use crate::jurisdictions::us_labour;
use crate::overtime::{OvertimeRules, Salary, Shift};
use crate::{Batch, RuleSet};

const SEGMENTS: &str = r#"
[[input]]
name = "period_start"
type = "date"
default = "2026-04-01"
[[input]]
name = "period_end"
type = "date"
default = "2026-04-30"
[[list]]
name = "segment"
most = 4
columns = [
  { name = "start", type = "date" },
  { name = "stop", type = "date" },
  { name = "monthly", type = "money", min = 0 },
]
[[rule]]
name = "by_calendar_days"
kind = "value"
formula = "round(sum(segment, monthly * number(stop - start + day(1))) / number(period_end - period_start + day(1)), 2, half_up)"
[[rule]]
name = "by_thirty"
kind = "value"
formula = "round(sum(segment, monthly * number(days_30(start, stop))) / 30, 2, half_up)"
[[rule]]
name = "by_weekdays"
kind = "value"
formula = "round(sum(segment, monthly * number(weekdays(start, stop))) / number(weekdays(period_start, period_end)), 2, half_up)"
[[rule]]
name = "parts"
kind = "value"
type = "number"
formula = "count(segment)"
"#;

#[test]
fn a_rise_in_the_middle_of_a_month_is_prorated_by_segments() {
    let rules = rules(SEGMENTS);
    let program = rules.on("2026-04-30".parse().unwrap()).unwrap();
    let case = program
        .case("Ada")
        .row("segment", [("start", "2026-04-01"), ("stop", "2026-04-15"), ("monthly", "3000")])
        .row("segment", [("start", "2026-04-16"), ("stop", "2026-04-30"), ("monthly", "3300")]);
    let slip = program.run(&case).unwrap();
    let amount = |name: &str| slip.amount(name).unwrap().to_string();
    assert_eq!(
        (amount("by_calendar_days").as_str(), amount("by_thirty").as_str()),
        ("3150", "3150")
    );
    // April 2026 has 22 days from Monday to Friday, half of them before the 16th.
    assert_eq!((amount("by_weekdays").as_str(), amount("parts").as_str()), ("3150", "2"));
    let text = slip.explain("by_calendar_days").unwrap().to_string();
    assert!(text.contains("segment 2") && text.contains("monthly: 3,300.00 EUR"), "{text}");
    let none = program.run(&program.case("Bob")).unwrap();
    assert_eq!(none.amount("by_weekdays").unwrap(), Decimal::ZERO);
}

#[test]
fn rows_that_are_not_whole_or_too_many_are_refused() {
    let rules = rules(SEGMENTS);
    let program = rules.on("2026-04-30".parse().unwrap()).unwrap();
    let part =
        program.case("Ada").row("segment", [("start", "2026-04-01"), ("stop", "2026-04-15")]);
    let said = program.run(&part).unwrap_err().to_string();
    assert_eq!(said, "employee Ada: segment.1.monthly is missing: give it, a value of type money");
    let later = program.case("Ada").with("segment.2.monthly", "5");
    let said = program.run(&later).unwrap_err().to_string();
    assert!(said.starts_with("employee Ada: segment.1.start is missing"), "{said}");
    let whole = [("start", "2026-04-01"), ("stop", "2026-04-15"), ("monthly", "1")];
    let five = (0..5).fold(program.case("Ada"), |case, _| case.row("segment", whole));
    let said = program.run(&five).unwrap_err().to_string();
    assert_eq!(said, "employee Ada: segment.rows is 5: give 0 to 4");
    let said =
        program.run(&program.case("Ada").row("part", [("start", "2026-04-01")])).unwrap_err();
    assert!(said.to_string().contains("these rules have no part.rows"), "{said}");
}

#[test]
fn rows_of_one_case_do_not_stay_for_the_next() {
    let rules = rules(SEGMENTS);
    let program = rules.on("2026-04-30".parse().unwrap()).unwrap();
    let mut batch = Batch::new(&program, ["Ada", "Bob"]);
    batch.column("segment.rows", [2, 1]).unwrap();
    for row in ["1", "2"] {
        batch.column(&format!("segment.{row}.start"), ["2026-04-01", "2026-04-01"]).unwrap();
        batch.column(&format!("segment.{row}.stop"), ["2026-04-15", "2026-04-15"]).unwrap();
        batch.column(&format!("segment.{row}.monthly"), ["3000", "3000"]).unwrap();
    }
    let done = batch.run(&["by_calendar_days"]).unwrap();
    assert_eq!(done.amount(0, 0), Some(3000.into()));
    assert_eq!(done.amount(1, 0), Some(1500.into()));
}

const CLAIMS: &str = r#"
[[input]]
name = "pay"
type = "money"
kind = "earning"
[[input]]
name = "support_due"
type = "money"
default = 0
[[input]]
name = "loan_due"
type = "money"
default = 0
[[input]]
name = "dues_due"
type = "money"
default = 0
[[rule]]
name = "tax"
kind = "tax"
formula = "round(pay * 20%, 2, half_up)"
[[base]]
name = "left"
[[claims]]
name = "withheld"
from = "pay - tax"
keep = "money(500)"
[[claims.each]]
name = "support"
wanted = "support_due"
rank = 1
limit = "round((pay - tax) * 50%, 2, down)"
arrears = { name = "support_owing", default = 0 }
source = "15 USC 1673(b)"
[[claims.each]]
name = "loan"
wanted = "loan_due"
rank = 2
arrears = { name = "loan_owing" }
[[claims.each]]
name = "dues"
wanted = "dues_due"
rank = 2
"#;

#[test]
fn what_net_does_not_suffice_for_is_carried_on_and_a_floor_stays() {
    let rules = rules(CLAIMS);
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let case = program.case("Ada").with("support_due", "600").with("loan_due", "200");
    let case = case.with("dues_due", "100").with("loan_owing", "0");
    // 800 are left of 1,000; support may take half, and no more than what leaves 500.
    let slip = program.run(&case.clone().with("pay", "1000")).unwrap();
    let amount = |name: &str| slip.amount(name).unwrap().to_string();
    assert_eq!((amount("support"), amount("support_owing")), ("300".into(), "300".into()));
    assert_eq!(
        (amount("loan"), amount("loan_owing"), amount("dues.short")),
        ("0".into(), "200".into(), "100".into())
    );
    assert_eq!(amount("net"), "500");
    // A better month takes the arrears too: 1,600 are left, of which support may take 800, and loan and dues share 300.
    let next = case.with("support_owing", "300").with("loan_owing", "200").with("pay", "2000");
    let slip = program.run(&next).unwrap();
    let amount = |name: &str| slip.amount(name).unwrap().to_string();
    assert_eq!((amount("support"), amount("support_owing")), ("800".into(), "100".into()));
    assert_eq!(
        (amount("loan"), amount("loan_owing"), amount("dues")),
        ("240".into(), "160".into(), "60".into())
    );
    assert_eq!(amount("net"), "500");
    let text = slip.explain("loan").unwrap().to_string();
    for part in [
        "there is: 1,600.00 EUR",
        "kept: 500.00 EUR",
        "wanted: 200.00 EUR",
        "owing from before: 200.00 EUR",
        "served before it support: 800.00 EUR",
        "shares with it dues: 60.00 EUR",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let names: Vec<&str> = program.accumulators().iter().map(|sum| sum.name.as_str()).collect();
    assert_eq!(names, ["support_owing", "loan_owing"]);
}

#[test]
fn arrears_without_a_default_have_to_be_given() {
    let rules = rules(CLAIMS);
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let said = program.run(&program.case("Ada").with("pay", "1000")).unwrap_err().to_string();
    assert!(
        said.starts_with("employee Ada: loan_owing is missing: give it, what it was before"),
        "{said}"
    );
}

#[test]
fn a_gross_is_found_through_claims() {
    let rules = rules(CLAIMS);
    let program = rules.on("2026-01-01".parse().unwrap()).unwrap();
    let case = program.case("Ada").with("support_due", "600").with("loan_due", "200");
    let case = case.with("loan_owing", 0);
    let found = program.gross_up(&case, "pay", 700.into()).unwrap();
    // 1,500 after tax: 600 of support, 200 of the loan.
    assert_eq!((found.gross, found.net), (1875.into(), 700.into()));
}

#[test]
fn claims_that_can_not_be_are_refused_where_they_stand() {
    for (from, to, said) in [
        ("from = \"pay - tax\"", "from = \"net\"", "need each other in a circle"),
        (
            "wanted = \"dues_due\"",
            "wanted = \"dues_du\"",
            "line 44, column 11: claim dues: nothing is called dues_du: did you mean dues_due?",
        ),
        (
            "wanted = \"dues_due\"",
            "wanted = \"dues_due * 0.333\"",
            "line 44, column 11: claim dues: it comes to 5 digits",
        ),
        (
            "rank = 1",
            "rank = \"pay\"",
            "line 33, column 9: claim support: pay is of type money, where number belongs",
        ),
        (
            "keep = \"money(500)\"",
            "keep = \"500\"",
            "claims withheld: 500 is of type number, where money",
        ),
        ("name = \"loan_owing\"", "name = \"loan\"", "loan is there twice"),
    ] {
        let text = file(&CLAIMS.replace(from, to));
        let problems: Vec<String> =
            RuleSet::problems(&text).iter().map(ToString::to_string).collect();
        assert!(problems.iter().any(|problem| problem.contains(said)), "{said}: {problems:?}");
    }
    let said = refused(
        "[[list]]\nname = \"rows\"\nmost = 0\ncolumns = [{ name = \"x\", type = \"money\" }]",
    );
    assert!(said.starts_with("list rows: most is nothing"), "{said}");
    let said = refused("[[rule]]\nname = \"x\"\nkind = \"value\"\nformula = \"sum(y, money(1))\"");
    assert_eq!(said, "rule x: y is of type no list, where the name of a list belongs");
}

fn cents(units: i64) -> Decimal {
    fondaco_core::decimal::from_fixed(units, 2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The rules say what the function says.
    #[test]
    fn overtime_by_rules_is_overtime_by_the_function(
        hours in prop::collection::vec(0_i64..57, 1..8),
        rates in prop::collection::vec(0_i64..6_000, 7),
        bonus in 0_i64..50_000,
        is_california in any::<bool>(),
        in_cents in any::<bool>(),
        salary in prop::option::of((0_i64..400_000, 0_usize..4, prop::option::of(1_i64..60))),
    ) {
        let rules = us_labour().unwrap();
        let program = rules.on("2026-01-31".parse().unwrap()).unwrap();
        let all_seven = hours.len() == 7 && hours.iter().all(|hours| *hours > 0);
        let law = if is_california { "california" } else { "federal" };
        let mut case = program.case("Ada").with("overtime_law", law).with("work_bonus", cents(bonus));
        case = case.with("rate_in_cents", in_cents);
        let names = ["weekly", "biweekly", "semimonthly", "monthly"];
        if let Some((amount, period, hours)) = salary {
            case = case.with("salary", cents(amount)).with("salary_period", names[period]);
            case.set("salary_hours", Decimal::from(hours.unwrap_or(0)));
        }
        let mut shifts = Vec::new();
        for (day, (quarters, rate)) in hours.iter().zip(&rates).enumerate() {
            let (hours, rate) = (Decimal::new(*quarters * 25, 2), cents(*rate));
            let seventh = all_seven && day == 6;
            let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 5 + day as u32).unwrap();
            shifts.push(Shift { day, hours, rate });
            let text = |value: Decimal| crate::Value::Number(value);
            case = case.row("workday", [
                ("worked", text(hours)), ("hourly", text(rate)), ("is_seventh", crate::Value::Bool(seventh)),
            ]);
        }
        let slip = program.run(&case).unwrap();
        let law = if is_california { OvertimeRules::california() } else { OvertimeRules::flsa() };
        let half_up = fondaco_core::Rounding::HalfUp;
        let law = if in_cents { law.rate_rounded_to(2, half_up) } else { law };
        let paid = match salary {
            None => law.week(&shifts, cents(bonus), half_up).unwrap(),
            Some((amount, period, hours)) => {
                let periods =
                    [PayPeriod::Weeks(1), PayPeriod::Weeks(2), PayPeriod::Semimonthly, PayPeriod::Months(1)];
                let hours = hours.map(Decimal::from);
                let salary = Salary { amount: cents(amount), period: periods[period], hours };
                law.salaried_week(&salary, &shifts, cents(bonus), half_up).unwrap()
            }
        };
        prop_assert_eq!(slip.amount("regular_rate").unwrap(), paid.regular_rate.normalize());
        prop_assert_eq!(slip.amount("overtime_premium").unwrap(), paid.premium.normalize());
        prop_assert_eq!(slip.gross().unwrap(), paid.total.normalize());
    }

    #[test]
    fn garnishments_by_rules_are_those_by_the_function(
        pay in 0_i64..500_000,
        floor in 0_i64..100_000,
        wants in prop::collection::vec((0_i64..200_000, 0_u32..3, 0_usize..3, any::<bool>()), 0..6),
        period in 0_usize..4,
    ) {
        let rules = us_labour().unwrap();
        let program = rules.on("2026-01-31".parse().unwrap()).unwrap();
        let periods = [PayPeriod::Weeks(1), PayPeriod::Weeks(2), PayPeriod::Semimonthly, PayPeriod::Months(1)];
        let names = ["weekly", "biweekly", "semimonthly", "monthly"];
        let mut case = program.case("Ada").with("piece_earnings", cents(pay)).with("pay_period", names[period]);
        case.set("least_net", cents(floor));
        let mut orders = Vec::new();
        for (at, (wanted, rank, kind, supports)) in wants.iter().enumerate() {
            let limit = match kind {
                0 => Limit::support(*supports, false),
                1 => Limit::ordinary("7.25".parse().unwrap(), periods[period]).unwrap(),
                _ => Limit::All,
            };
            orders.push(Order { id: at.to_string().into(), wanted: cents(*wanted), rank: *rank, limit });
            case = case.row("order", [
                ("ordered", crate::Value::Number(cents(*wanted))),
                ("priority", crate::Value::Number(Decimal::from(*rank))),
                ("kind_of_order", crate::Value::Text(["support", "creditor", "levy"][*kind].into())),
                ("supports_others", crate::Value::Bool(*supports)),
            ]);
        }
        let slip = program.run(&case).unwrap();
        let served = serve(cents(pay), &orders, cents(floor)).unwrap();
        let mut sum = Decimal::ZERO;
        for (at, taken) in served.iter().enumerate() {
            let own = slip.amount(&format!("garnishment.{}", at + 1)).unwrap();
            prop_assert_eq!(own, taken.amount);
            prop_assert_eq!(slip.amount(&format!("garnishment.{}.short", at + 1)).unwrap(), taken.short);
            sum += own;
        }
        prop_assert_eq!(slip.amount("garnishment").unwrap(), sum.normalize());
        prop_assert_eq!(slip.net().unwrap(), (cents(pay) - sum).normalize());
    }
}
