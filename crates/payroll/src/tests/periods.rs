//! What a law gives once for each pay period is given once, however many slips the period has: two slips come to what one with all of it
//! comes to, up to a cent for each of the roundings between.

use rust_decimal::Decimal;

use crate::rules::Key;
use crate::{Case, Keys, Program, RuleSet, Slip, SumsToDate, jurisdictions};

fn on(rules: RuleSet, day: &str) -> Program {
    rules.on(day.parse().unwrap()).unwrap()
}

fn keys() -> Keys {
    let keys = Keys::new().with(Key::Employee, "Ada").with(Key::Employer, "Acme");
    keys.year("calendar_year", "2026").year("tax_year", "2026").year("pay_period", "2026-01")
}

fn with<'p>(case: Case<'p>, said: &[(&str, &str)]) -> Case<'p> {
    said.iter().fold(case, |case, (name, value)| case.with(name, *value))
}

/// The second of two slips of a period.
fn second<'p>(
    program: &'p Program,
    usual: &[(&str, &str)],
    [first, second]: [&[(&str, &str)]; 2],
) -> (Slip<'p>, Slip<'p>) {
    let mut sums = SumsToDate::default();
    let case = |said: &[(&str, &str)]| with(with(program.case("Ada"), usual), said);
    let before = program.run(&sums.begin(case(first), &keys())).unwrap();
    sums.add(&before, &keys()).unwrap();
    let after = program.run(&sums.begin(case(second), &keys())).unwrap();
    (before, after)
}

fn amounts(slip: &Slip<'_>, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{:.2}", slip.amount(name).unwrap())).collect()
}

/// What two slips come to is what one comes to.
fn same(
    program: &Program,
    usual: &[(&str, &str)],
    parts: [&[(&str, &str)]; 2],
    all: &[(&str, &str)],
) {
    let (before, after) = second(program, usual, parts);
    let whole = program.run(&with(with(program.case("Ada"), usual), all)).unwrap();
    for line in whole.lines().unwrap() {
        let of = |slip: &Slip<'_>| slip.amount(line.name).unwrap();
        let both = of(&before) + of(&after);
        assert!(
            (both - line.amount).abs() <= Decimal::new(4, 2),
            "{}: {both}, not {}",
            line.name,
            line.amount
        );
    }
}

/// 2,000 and a bonus of 500: the exemption of 700 and the floor of social tax of 886 are those of a month.
#[test]
fn estonia() {
    let program = on(jurisdictions::estonia().unwrap(), "2026-01-31");
    let (_, bonus) = second(&program, &[], [&[("salary", "2000")], &[("salary", "500")]]);
    assert_eq!(amounts(&bonus, &["income_tax", "social_tax"]), ["106.04", "165.00"]);
    let (_, small) = second(&program, &[], [&[("salary", "2000")], &[("salary", "100")]]);
    assert_eq!(amounts(&small, &["social_tax"]), ["33.00"]);
    same(&program, &[], [&[("salary", "400")], &[("salary", "300")]], &[("salary", "700")]);
    let falling = on(jurisdictions::estonia().unwrap(), "2025-01-31");
    same(&falling, &[], [&[("salary", "1300")], &[("salary", "500")]], &[("salary", "1800")]);
}

/// 3,000 and 2,000 are 5,000 of one earnings period: 8 % up to 4,189 and 2 % above (SSCR 2001 reg. 3).
#[test]
fn united_kingdom() {
    let program = on(jurisdictions::united_kingdom().unwrap(), "2025-06-30");
    let usual = [
        ("frequency", "monthly"),
        ("period", "1"),
        ("code_kind", "allowance"),
        ("code_number", "1257"),
        ("loan_plan", "plan_1"),
        ("postgraduate_loan", "true"),
    ];
    let parts: [&[(&str, &str)]; 2] = [&[("salary", "3000")], &[("salary", "2000")]];
    let (before, after) = second(&program, &usual, parts);
    let sum = |name: &str| before.amount(name).unwrap() + after.amount(name).unwrap();
    assert_eq!(sum("employee_ni").to_string(), "267.50");
    same(&program, &usual, parts, &[("salary", "5000")]);
    let by_itself = [&usual[..], &[("week_1", "true")]].concat();
    same(&program, &by_itself, parts, &[("salary", "5000")]);
}

/// 6,000 of wage and 1,000 besides in January: nothing is left of the ceiling of health insurance, 5,812.50.
#[test]
fn germany() {
    let program = on(jurisdictions::germany().unwrap(), "2026-01-31");
    let usual = [
        ("pay_period", "month"),
        ("tax_class", "I"),
        ("expected_wage", "72000"),
        ("fund_rate", "2.5%"),
        ("church_rate", "9%"),
    ];
    let wage: &[(&str, &str)] = &[("wage", "6000")];
    let (before, bonus) = second(&program, &usual, [wage, &[("wage", "0"), ("bonus", "1000")]]);
    assert_eq!(amounts(&before, &["health_pay", "insured_days_to_date"]), ["5812.50", "30.00"]);
    assert_eq!(amounts(&bonus, &["health_pay", "insured_days_to_date"]), ["0.00", "30.00"]);
    assert_eq!(amounts(&bonus, &["income_tax", "solidarity_surcharge", "church_tax"]), ["0.00"; 3]);
    let all: &[(&str, &str)] = &[("wage", "6000"), ("bonus", "1000")];
    same(&program, &usual, [wage, &[("wage", "0"), ("bonus", "1000")]], all);
    // More wage of the month is taxed and insured with the rest of it.
    same(&program, &usual, [&[("wage", "5000")], &[("wage", "3000")]], &[("wage", "8000")]);
    let midijob = [&usual[..], &[("employment", "midijob")]].concat();
    same(&program, &midijob, [&[("wage", "1000")], &[("wage", "500")]], &[("wage", "1500")]);
    let minijob = [&usual[..], &[("employment", "minijob")]].concat();
    same(&program, &minijob, [&[("wage", "100")], &[("wage", "50")]], &[("wage", "150")]);
}

/// What a better tax class would withhold less is not given back by the next slip, and what follows goes on from what was withheld.
#[test]
fn germany_withholds_nothing_twice_after_a_slip_that_withholds_nothing() {
    let program = on(jurisdictions::germany().unwrap(), "2026-01-31");
    let usual = [("pay_period", "month"), ("fund_rate", "2.5%"), ("church_rate", "9%")];
    let mut sums = SumsToDate::default();
    let mut withheld = Vec::new();
    for (class, wage) in [("I", "9000"), ("III", "0"), ("I", "0"), ("I", "1000")] {
        let case = with(program.case("Ada"), &usual).with("tax_class", class).with("wage", wage);
        let slip = program.run(&sums.begin(case, &keys())).unwrap();
        sums.add(&slip, &keys()).unwrap();
        let names = ["income_tax", "solidarity_surcharge", "church_tax"];
        withheld.push(names.map(|name| slip.amount(name).unwrap()));
    }
    let whole = with(program.case("Ada"), &usual).with("tax_class", "I").with("wage", "10000");
    let whole = program.run(&whole).unwrap();
    for (index, name) in ["income_tax", "solidarity_surcharge", "church_tax"].iter().enumerate() {
        let all: Decimal = withheld.iter().map(|slip| slip[index]).sum();
        let due = whole.amount(name).unwrap();
        assert!((all - due).abs() <= Decimal::new(4, 2), "{name}: {all}, not {due}");
        assert!(withheld[0][index] > Decimal::ZERO, "{name}");
    }
}

/// One plafond and one minimum wage a month.
#[test]
fn france() {
    let program = on(jurisdictions::france().unwrap(), "2026-01-31");
    let usual = [
        ("headcount", "15"),
        ("accident_rate", "2.08%"),
        ("tax_method", "own"),
        ("own_tax_rate", "5%"),
    ];
    let (before, bonus) = second(&program, &usual, [&[("salary", "3000")], &[("salary", "2500")]]);
    assert_eq!(before.amount("ceiling_to_date").unwrap(), bonus.amount("ceiling_to_date").unwrap());
    same(&program, &usual, [&[("salary", "3000")], &[("salary", "2500")]], &[("salary", "5500")]);
    same(&program, &usual, [&[("salary", "1800")], &[("salary", "200")]], &[("salary", "2000")]);
}

/// One basic exemption of 291.66 a month: a bonus besides has no other, nor has pay in two parts.
#[test]
fn canada() {
    let program = on(jurisdictions::canada().unwrap(), "2021-05-31");
    let usual = [("frequency", "monthly"), ("province", "ON"), ("provincial_claim", "10880")];
    let cpp = |parts: [&[(&str, &str)]; 2]| {
        let (before, after) = second(&program, &usual, parts);
        let of = |name: &str| before.amount(name).unwrap() + after.amount(name).unwrap();
        assert_eq!(of("cpp"), of("employer_cpp"));
        format!("{:.2}", of("cpp"))
    };
    // 4,000 and 400 at 5.45 %, each less 291.66.
    assert_eq!(cpp([&[("wages", "3000")], &[("wages", "0"), ("bonus", "1000")]]), "202.10");
    assert_eq!(cpp([&[("wages", "0"), ("bonus", "1000")], &[("wages", "3000")]]), "202.10");
    assert_eq!(cpp([&[("wages", "200")], &[("wages", "200")]]), "5.90");
    // The credit is for regular pay of the year, whichever slip came first.
    let (_, late) =
        second(&program, &usual, [&[("wages", "0"), ("bonus", "1000")], &[("wages", "3000")]]);
    let alone = program.run(&with(with(program.case("Ada"), &usual), &[("wages", "3000")]));
    assert_eq!(late.amount("regular_cpp"), alone.unwrap().amount("regular_cpp"));
}
