//! Published examples through whole runs: computed, approved, taken out of pay. Those of `tests/oracles` go through runs there.

use fondaco_payroll::garnishment::{Limit, PayPeriod};
use fondaco_payroll::runs::*;

use crate::house::*;

/// A case of some days with one pay component and what else is told.
fn told(
    employee: u32,
    (from, to): (&str, &str),
    rules: &str,
    pay: (&str, &str),
    values: &[(&str, &str)],
) -> PayInput {
    let days = format!("{from}/{to}").parse().unwrap();
    let case = PayInput::new(who(employee), employee.to_string(), days, d(to), rules);
    let case = case.component(PayComponent::new("PAY", pay.0, dec(pay.1)));
    values.iter().fold(case, |case, (name, value)| case.with(*name, *value))
}

/// A run of its days over cases, approved.
fn run_over(
    house: &House,
    name: &str,
    (from, to): (&str, &str),
    cases: Vec<PayInput>,
) -> Vec<Slip> {
    let create = CreateRun::new(name, (d(from), d(to)), d(to));
    let run = house.host.must(name, &create);
    let many = cases.len();
    let done = house.calculate(run, &format!("{name} computed"), cases).unwrap();
    assert_eq!((done.slips, done.refused), (many as i64, 0));
    house.approve(run).unwrap();
    let slips = house.host.view(|view| slips(view, run));
    let mut slips: Vec<Slip> = slips.iter().map(|slip| slip.as_ref().clone()).collect();
    slips.sort_by_key(|slip| slip.number.parse::<u32>().unwrap());
    slips
}

fn figures(slip: &Slip, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{:.2}", line(slip, name))).collect()
}

/// What the calculators palgakalkulaator.ee (2025) and profbalance.ee (2026, without exemption) show.
#[test]
fn estonian_pay_is_what_published_calculators_show() {
    House::everywhere(|house| {
        let names =
            ["unemployment", "pension", "income_tax", "social_tax", "employer_unemployment"];
        let days = ("2025-06-01", "2025-06-30");
        let low = told(1, days, "estonia", ("salary", "1000"), &[]);
        let low = &run_over(&house, "2025", days, vec![low])[0];
        assert_eq!(figures(low, &names), ["16.00", "20.00", "68.20", "330.00", "8.00"]);
        assert_eq!(
            (low.net.to_decimal(), low.employer_cost.to_decimal()),
            (dec("895.8"), dec("1338"))
        );
        let days = ("2026-06-01", "2026-06-30");
        let high = told(1, days, "estonia", ("salary", "5000"), &[("exempts", "false")]);
        let high = &run_over(&house, "2026", days, vec![high])[0];
        assert_eq!(figures(high, &names), ["80.00", "100.00", "1060.40", "1650.00", "40.00"]);
        assert_eq!(
            (high.net.to_decimal(), high.employer_cost.to_decimal()),
            (dec("3759.6"), dec("6690"))
        );
        house.clean();
    });
}

/// Worked by hand on the published tables: EDD, method B of 2026; 72 P.S. § 7302 and 53 P.S. § 6924.512. Sums to date are those that the runs
/// keep: the employer's share ends at 7,000 in California and at 10,000 in Pennsylvania.
#[test]
fn american_states_take_what_their_tables_say_month_after_month() {
    House::everywhere(|house| {
        let of_state =
            |employee, days, state: &str, pay: &str, frequency, more: &[(&str, &str)]| {
                let usual = [("frequency", frequency), ("w4_status", "single")];
                let rules = format!("united_states+{state}");
                told(employee, days, &rules, ("wages", pay), &[&usual[..], more].concat())
            };
        let january = ("2026-01-01", "2026-01-31");
        let february = ("2026-02-01", "2026-02-28");
        let california = |employee, days, pay: &str, frequency, status, regular, deductions| {
            let card = [
                ("ca_unemployment_rate", "3.4%"),
                ("ca_status", status),
                ("ca_allowances", regular),
                ("ca_deduction_allowances", deductions),
            ];
            of_state(employee, days, "california", pay, frequency, &card)
        };
        let pennsylvania =
            [("pa_unemployment_rate", "3.822%"), ("pa_local_rate", "1%"), ("pa_services_tax", "2")];
        let texas = [("tx_unemployment_rate", "2.7%")];
        let cases = |days| {
            vec![
                california(1, days, "10000", "monthly", "single", "1", "0"),
                california(2, days, "4000", "biweekly", "married", "2", "1"),
                california(3, days, "2000", "weekly", "head_of_household", "3", "0"),
                california(4, days, "5000", "semimonthly", "single", "2", "3"),
                california(5, days, "100000", "monthly", "single", "0", "0"),
                of_state(6, days, "pennsylvania", "6000", "monthly", &pennsylvania),
                of_state(7, days, "texas", "6000", "monthly", &texas),
            ]
        };
        let slips = run_over(&house, "january", january, cases(january));
        let tax: Vec<_> = slips[..5].iter().map(|slip| line(slip, "ca_income_tax")).collect();
        assert_eq!(tax, ["633.81", "95.62", "56.01", "297.11", "11887.05"].map(dec));
        // 7,000 at 3.4 %, and 0.1 % for training; 1.3 % of all wages.
        let names = ["ca_unemployment", "ca_training", "ca_disability"];
        assert_eq!(figures(&slips[0], &names), ["238.00", "7.00", "130.00"]);
        let names = ["pa_income_tax", "pa_local_tax", "pa_local_services_tax", "pa_unemployment"];
        assert_eq!(figures(&slips[5], &names), ["184.20", "60.00", "2.00", "229.32"]);
        assert_eq!(figures(&slips[6], &["tx_unemployment"]), ["162.00"]);
        // What remains of the base of the year.
        let slips = run_over(&house, "february", february, cases(february));
        assert_eq!(figures(&slips[0], &["ca_unemployment", "ca_training"]), ["0.00", "0.00"]);
        assert_eq!(figures(&slips[1], &["ca_unemployment"]), ["102.00"]);
        assert_eq!(figures(&slips[5], &names), ["184.20", "60.00", "2.00", "152.88"]);
        assert_eq!(figures(&slips[6], &["tx_unemployment"]), ["81.00"]);
        house.clean();
    });
}

/// Rules without taxes: what is earned is disposable.
const DISPOSABLE: &str = r#"
name = "disposable"
currency = "USD"

[[input]]
name = "wages"
type = "money"
kind = "earning"
"#;

/// Department of Labor, Fact Sheet 30 (December 2024): the examples, and the bounds of its table, each as a writ of an employee that is far from
/// satisfied.
#[test]
fn a_writ_takes_what_the_department_of_labor_says_of_pay() {
    House::everywhere(|house| {
        house.host.must("disposable", &StoreRules::new("disposable", DISPOSABLE));
        let (week, two_weeks, month) =
            (PayPeriod::Weeks(1), PayPeriod::Weeks(2), PayPeriod::Months(1));
        let examples = [
            (week, "233", "15.5"),
            (two_weeks, "580", "145"),
            (week, "300", "75"),
            (month, "1800", "450"),
            // At most 217.50 a week nothing; up to 290.00 what is above; from then on a quarter.
            (week, "217.5", "0"),
            (week, "289.99", "72.49"),
            (week, "290", "72.5"),
            (two_weeks, "435", "0"),
            (PayPeriod::Semimonthly, "471.25", "0"),
            (PayPeriod::Semimonthly, "628.33", "157.08"),
            (month, "942.5", "0"),
            (month, "1256.66", "314.16"),
        ];
        let days = ("2026-03-01", "2026-03-31");
        let (mut cases, mut employee) = (Vec::new(), 0);
        for (period, disposable, _) in examples {
            employee += 1;
            let limit = Limit::ordinary(dec("7.25"), period).unwrap();
            let writ =
                SetDeduction::debt(who(employee), "WRIT", dec("9000"), (1, limit), d("2026-01-01"));
            house.host.must(&format!("writ {employee}"), &writ);
            cases.push(told(employee, days, "disposable", ("wages", disposable), &[]));
        }
        for slip in run_over(&house, "march", days, cases) {
            let (_, disposable, most) = examples[slip.number.parse::<usize>().unwrap() - 1];
            assert_eq!(line(&slip, "WRIT"), dec(most), "of {disposable}");
            assert_eq!(slip.net.to_decimal(), dec(disposable) - dec(most));
        }
        assert_eq!(house.owed(1), dec("8984.5"));
        house.clean();
    });
}

/// 15 USC 1673(b)(2): half of what is left of who supports others too, else 60 %, each 5 % more for arrears of more than twelve weeks.
#[test]
fn support_takes_half_to_65_per_cent() {
    House::everywhere(|house| {
        house.host.must("disposable", &StoreRules::new("disposable", DISPOSABLE));
        let parts = [
            ((true, false), "500"),
            ((false, false), "600"),
            ((true, true), "550"),
            ((false, true), "650"),
        ];
        let days = ("2026-03-01", "2026-03-31");
        let (mut cases, mut employee) = (Vec::new(), 0);
        for ((supports, arrears), _) in parts {
            employee += 1;
            let limit = Limit::support(supports, arrears);
            let order = SetDeduction::debt(
                who(employee),
                "SUPPORT",
                dec("9000"),
                (1, limit),
                d("2026-01-01"),
            );
            house.host.must(&format!("order {employee}"), &order);
            cases.push(told(employee, days, "disposable", ("wages", "1000"), &[]));
        }
        let slips = run_over(&house, "march", days, cases);
        let taken: Vec<_> = slips.iter().map(|slip| line(slip, "SUPPORT")).collect();
        assert_eq!(taken, parts.map(|(_, part)| dec(part)));
        house.clean();
    });
}
