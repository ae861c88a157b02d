//! What the cases of Publication 15-T in `tests/oracles/payroll` don't ask: states, nonresident aliens, credit reductions.

use super::*;
use crate::{Case, Program};

fn program(day: &str, states: &[&str]) -> Program {
    with_states(states).unwrap().on(day.parse().unwrap()).unwrap()
}

fn said(program: &Program, case: &Case<'_>, name: &str) -> String {
    format!("{:.2}", program.run(case).unwrap().amount(name).unwrap())
}

fn californian<'p>(program: &'p Program, frequency: &str, wages: &str, status: &str) -> Case<'p> {
    let case = program.case("Ada").with("frequency", frequency).with("wages", wages);
    case.with("ca_status", status).with("ca_unemployment_rate", "3.4%")
}

/// Worked by hand on the published tables, method B, 2026.
#[test]
fn california_withholds_by_its_tables() {
    let program = program("2026-03-31", &[CALIFORNIA]);
    let tax = |frequency, wages, status, regular: u32, deductions: u32| {
        let case = californian(&program, frequency, wages, status);
        let case = case.with("ca_allowances", regular).with("ca_deduction_allowances", deductions);
        said(&program, &case, "ca_income_tax")
    };
    // 10,000 - 476 = 9,524: 293.47 + 10.23 % of 3,464 = 647.84, less 14.03.
    assert_eq!(tax("monthly", "10000", "single", 1, 0), "633.81");
    // 4,000 - 38 - 439 = 3,523: 86.46 + 6.6 % of 335 = 108.57, less 12.95.
    assert_eq!(tax("biweekly", "4000", "married", 2, 1), "95.62");
    // 2,000 - 219 = 1,781: 50.85 + 8.8 % of 169 = 65.72, less 9.71.
    assert_eq!(tax("weekly", "2000", "head_of_household", 3, 0), "56.01");
    // 5,000 - 125 - 238 = 4,637: 146.74 + 10.23 % of 1,607 = 311.14, less 14.03.
    assert_eq!(tax("semimonthly", "5000", "single", 2, 3), "297.11");
    assert_eq!(tax("monthly", "2000", "married", 0, 0), "16.76");
    // 99,524: 9,518.45 + 14.63 % of 16,190.
    assert_eq!(tax("monthly", "100000", "single", 0, 0), "11887.05");
    // Low incomes, to the dollar.
    assert_eq!(tax("weekly", "363", "single", 0, 0), "0.00");
    assert_ne!(tax("weekly", "364", "single", 0, 0), "0.00");
    assert_eq!(tax("monthly", "3149", "married", 2, 0), "0.00");
    assert_eq!(tax("monthly", "1600", "single", 10, 0), "0.00");
    // Every pay period and status has its table.
    for frequency in [
        "daily",
        "weekly",
        "biweekly",
        "semimonthly",
        "monthly",
        "quarterly",
        "semiannual",
        "annual",
    ] {
        for status in ["single", "married", "head_of_household"] {
            assert_ne!(tax(frequency, "90000", status, 0, 0), "0.00");
        }
    }
}

/// Deferrals are free of income tax alone; the first 7,000 of a year count for the employer.
#[test]
fn california_insures_all_wages_and_the_employer_pays_on_the_first() {
    let program = program("2026-03-31", &[CALIFORNIA]);
    let case =
        californian(&program, "monthly", "10000", "single").with("retirement_deferrals", "1000");
    let case = case.with("cafeteria_plan", "200").with("ca_unemployment_wages_to_date", "6000");
    assert_eq!(said(&program, &case, "ca_disability"), "127.40");
    assert_eq!(said(&program, &case, "ca_unemployment"), "34.00");
    assert_eq!(said(&program, &case, "ca_training"), "1.00");
    assert_eq!(said(&program, &case, "ca_taxable_income"), "8324.00");
    let bonus = californian(&program, "monthly", "0", "single").with("supplemental_wages", "5000");
    assert_eq!(said(&program, &bonus, "ca_supplemental_tax"), "511.50");
    let other = bonus.with("ca_supplemental_kind", "other");
    assert_eq!(said(&program, &other, "ca_supplemental_tax"), "330.00");
}

#[test]
fn pennsylvania_taxes_deferrals_at_one_rate() {
    let program = program("2025-03-31", &[PENNSYLVANIA]);
    let case = program.case("Ada").with("frequency", "biweekly").with("wages", "3000");
    let case = case.with("retirement_deferrals", "300").with("cafeteria_plan", "100");
    let case = case.with("pa_local_rate", "1%").with("pa_services_tax", "2");
    let case =
        case.with("pa_unemployment_rate", "3.822%").with("pa_unemployment_wages_to_date", "9000");
    let slip = program.run(&case).unwrap();
    let of = |name| slip.amount(name).unwrap().to_string();
    assert_eq!((of("pa_income_tax"), of("pa_local_tax")), ("89.03".into(), "29".into()));
    assert_eq!(
        (of("pa_employee_unemployment"), of("pa_unemployment")),
        ("2.03".into(), "38.22".into())
    );
}

/// 72 P.S. § 7301(d): a company's car is no compensation, though federal law taxes it.
#[test]
fn pennsylvania_leaves_out_the_use_of_what_is_the_employers() {
    let program = program("2025-03-31", &[PENNSYLVANIA]);
    let case = program.case("Ada").with("frequency", "biweekly").with("wages", "3000");
    let case = case.with("fringe_benefits", "400").with("pa_unemployment_rate", 0);
    let of = |case: &Case<'_>| said(&program, case, "pa_income_tax");
    assert_eq!(of(&case), "92.10");
    assert_eq!(of(&case.clone().with("pa_taxed_benefits", "100")), "95.17");
    let refused = program.run(&case.with("pa_taxed_benefits", "401")).unwrap_err();
    assert_eq!(refused.code(), "payroll.check_failed");
}

#[test]
fn texas_takes_nothing_from_pay() {
    let both = program("2026-03-31", &[TEXAS, PENNSYLVANIA]);
    let alone = program("2026-03-31", &[]);
    let case = |program| {
        let case: Case<'_> = Program::case(program, "Ada").with("frequency", "weekly");
        case.with("wages", "1000")
    };
    let case_of_both =
        case(&both).with("tx_unemployment_rate", "2.7%").with("pa_unemployment_rate", 0);
    assert_eq!(said(&both, &case_of_both, "tx_unemployment"), "27.00");
    let texan = program("2026-03-31", &[TEXAS]);
    let case_of_texas = case(&texan).with("tx_unemployment_rate", "2.7%");
    assert_eq!(said(&texan, &case_of_texas, "net"), said(&alone, &case(&alone), "net"));
    // The rate is by notice: without it nothing is computed.
    let refused = texan.run(&case(&texan)).unwrap_err().to_string();
    assert!(refused.contains("tx_unemployment_rate"), "{refused}");
}

#[test]
fn california_has_no_figures_of_2025_yet() {
    let rules = with_states(&[CALIFORNIA]).unwrap();
    let Err(error) = rules.on("2025-06-30".parse().unwrap()) else { panic!("it has none") };
    assert_eq!(error.code(), "payroll.no_version");
}

/// Publication 15-T, 2025, table 2: 288.50 a week, 576.90 every two weeks, 625.00 half a month, 1,250.00 a month, 57.70 a day; table 1,
/// for forms before 2020: 205.80 a week, 891.70 a month.
#[test]
fn nonresident_aliens_have_the_published_amounts_added() {
    let program = program("2025-03-31", &[]);
    let added = |frequency: &str, old: bool| {
        let case = program.case("Ada").with("frequency", frequency).with("wages", "1000");
        let case = case.with("nonresident_alien", true).with("w4_before_2020", old);
        said(&program, &case, "alien_wages")
    };
    let new = ["daily", "weekly", "biweekly", "semimonthly", "monthly", "annual"]
        .map(|frequency| added(frequency, false));
    assert_eq!(new, ["57.70", "288.50", "576.90", "625.00", "1250.00", "15000.00"]);
    assert_eq!(["weekly", "monthly"].map(|frequency| added(frequency, true)), ["205.80", "891.70"]);
    let resident = program.case("Ada").with("frequency", "weekly").with("wages", "1000");
    assert_eq!(said(&program, &resident, "alien_wages"), "0.00");
}

#[test]
fn a_state_that_owes_the_union_costs_its_employers_more() {
    let program = program("2025-12-31", &[]);
    let case = program.case("Ada").with("frequency", "monthly").with("wages", "7000");
    assert_eq!(said(&program, &case, "futa"), "42.00");
    assert_eq!(said(&program, &case.with("futa_credit_reduction", "1.2%"), "futa"), "126.00");
}

/// 26 CFR 31.3402(i)-2(a)(1): the request is met only as far as it does not exceed what remains after all that federal, state and local law
/// requires to be withheld.
#[test]
fn extra_withholding_takes_no_more_than_remains() {
    let alone = program("2026-03-31", &[]);
    let case = alone.case("Ada").with("frequency", "biweekly").with("wages", "1200");
    let case = case.with("w4_extra", "5000").with("reimbursements", "40");
    // 1,200 less 91.80 of Social Security and Medicare and 60.15 of tax: 1,564 a year, over 26.
    assert_eq!(said(&alone, &case, "extra_withholding"), "1048.05");
    assert_eq!(said(&alone, &case, "net"), "40.00");
    let some = alone.case("Ada").with("frequency", "biweekly").with("wages", "600");
    let some = some.with("w4_extra", "50");
    assert_eq!(said(&alone, &some, "extra_withholding"), "50.00");
    let both = program("2026-03-31", &[CALIFORNIA, PENNSYLVANIA]);
    let case = both.case("Ada").with("frequency", "weekly").with("wages", "2000");
    let case = case.with("ca_unemployment_rate", 0).with("pa_unemployment_rate", 0);
    let case = case.with("retirement_deferrals", "100").with("w4_extra", "5000");
    assert_ne!(said(&both, &case, "ca_income_tax"), "0.00");
    assert_eq!(said(&both, &case, "net"), "0.00");
}

/// 26 CFR 31.3402(g)-1(a)(6): as if both were a single payment of regular wages, less the tax on the regular ones. Above a million the rate
/// is the same by both ways.
#[test]
fn supplemental_wages_can_be_taxed_together_with_regular_ones() {
    let program = program("2026-03-31", &[]);
    let paid = |wages: &str, more: &str| {
        let case = program.case("Ada").with("frequency", "monthly").with("wages", wages);
        let case =
            case.with("w4_status", "married").with("w4_credits", "500").with("w4_extra", "10");
        case.with("supplemental_wages", more).with("supplemental_method", "aggregate")
    };
    let tax = |case: &Case<'_>, name: &str| {
        said(&program, case, name).parse::<rust_decimal::Decimal>().unwrap()
    };
    for (wages, more) in [("3000", "500"), ("5000", "2000"), ("9000", "30000"), ("0", "4000")] {
        let both = (wages.parse::<u32>().unwrap() + more.parse::<u32>().unwrap()).to_string();
        let together = tax(&paid(&both, "0"), "computed_income_tax");
        let regular = tax(&paid(wages, "0"), "computed_income_tax");
        assert_eq!(
            tax(&paid(wages, more), "supplemental_tax"),
            together - regular,
            "{wages} {more}"
        );
    }
    let exempt = paid("3000", "500").with("exempt", true);
    assert_eq!(said(&program, &exempt, "supplemental_tax"), "0.00");
    let million = paid("3000", "1000").with("supplemental_wages_to_date", "1000000");
    assert_eq!(said(&program, &million, "supplemental_tax"), "370.00");
}
