//! The forms of a year, of slips that whole runs computed.

use fondaco_core::{DateRange, Id};
use fondaco_payroll::outputs::year::{P60, W2};
use fondaco_payroll::runs::*;
use smol_str::SmolStr;

use crate::house::*;

/// A case of a month under shipped rules.
fn of_month(of_month: u32, rules: &str, salary: (&str, &str), values: &[(&str, &str)]) -> PayInput {
    let (first, last) = month(of_month);
    let period = DateRange::new(first, last).unwrap();
    let (input, amount) = salary;
    let case = PayInput::new(who(1), "1", period, last, rules).component(PayComponent::new(
        "SALARY",
        input,
        dec(amount),
    ));
    values.iter().fold(case, |case, (name, value)| case.with(*name, *value))
}

fn british(month: u32, salary: &str, more: &[(&str, &str)]) -> PayInput {
    let period = (month + 9).to_string();
    let usual = [
        ("frequency", "monthly"),
        ("period", period.as_str()),
        ("nation", "scotland"),
        ("code_kind", "allowance"),
        ("code_number", "1257"),
        ("week_1", "true"),
    ];
    let values = [&usual[..], more].concat();
    of_month(month, "united_kingdom", ("salary", salary), &values).in_year("tax_year", 2025)
}

fn all_slips(house: &House, runs: &[Id<Run>]) -> Vec<Slip> {
    runs.iter().map(|run| house.slip(*run, 1).as_ref().clone()).collect()
}

#[test]
fn a_p60_tells_earnings_by_the_bands_of_national_insurance() {
    let house = House::memory();
    let mut runs: Vec<_> = [("5000", 1), ("1000", 2)]
        .map(|(pay, at)| house.paid(at, vec![british(at, pay, &[])]))
        .into();
    // More of February is of the same earnings period, whose limits it has no other of.
    let bonus = house.create(RunKind::Bonus, 2, "bonus");
    house.calculate(bonus, "bonus computed", vec![british(2, "500", &[])]).unwrap();
    house.settle(bonus);
    runs.push(bonus);
    // Below the lower earnings limit nothing counts.
    runs.push(house.paid(3, vec![british(3, "541", &[])]));
    let p60 = P60::of(&all_slips(&house, &runs), &[], 2025).unwrap();
    let [ni] = p60.national_insurance.as_slice() else { panic!("{p60:?}") };
    assert_eq!((ni.letter.as_str(), ni.earnings), ("A", dec("7041")));
    // 2025: 542, 1,048 and 4,189 a month.
    assert_eq!(
        (ni.at_lower_limit, ni.to_threshold, ni.to_upper_limit),
        (dec("1084"), dec("1012"), dec("3593"))
    );
    // 8 % of these, and 2 % of 811 above.
    assert_eq!(ni.employee, dec("303.66"));
    assert_eq!(p60.tax_code, "S1257L M1");
    let text = p60.to_report().unwrap().to_string();
    assert!(text.contains("A 1b") && text.contains("Final tax code S1257L M1"), "{text}");
}

#[test]
fn the_bands_of_a_director_are_of_the_year() {
    let house = House::memory();
    let director = [("ni_method", "annual"), ("director_weeks", "13")];
    let runs = [("5000", 1), ("100", 2), ("100", 3)];
    let runs = runs.map(|(pay, at)| house.paid(at, vec![british(at, pay, &director)]));
    let p60 = P60::of(&all_slips(&house, &runs), &[], 2025).unwrap();
    let ni = &p60.national_insurance[0];
    // A quarter of 6,500 and of 12,570, which is rounded up.
    assert_eq!(
        (ni.at_lower_limit, ni.to_threshold, ni.to_upper_limit),
        (dec("1625"), dec("1518"), dec("2057"))
    );
    assert_eq!(ni.employee, dec("164.56"));
}

#[test]
fn a_w2_has_the_boxes_of_states_with_an_income_tax() {
    let house = House::memory();
    let usual = [("frequency", "monthly"), ("w4_status", "single")];
    let with = |more: &[(&'static str, &'static str)]| [&usual[..], more].concat();
    let deferred = || PayComponent::new("PENSION", "retirement_deferrals", dec("500"));
    let california = with(&[("ca_status", "single"), ("ca_unemployment_rate", "3.4%")]);
    let bonus = PayComponent::new("BONUS", "supplemental_wages", dec("1000"));
    let january = of_month(1, "united_states+california", ("wages", "5000"), &california);
    let january = house.paid(1, vec![january.component(deferred()).component(bonus)]);
    let pennsylvania = with(&[("pa_unemployment_rate", "3.822%"), ("pa_local_rate", "1%")]);
    let february = of_month(2, "united_states+pennsylvania", ("wages", "5000"), &pennsylvania);
    let february = house.paid(2, vec![february.component(deferred())]);
    let slips = all_slips(&house, &[january, february]);
    let w2 = W2::of(&slips, &[], 2026).unwrap();
    assert_eq!(w2.wages, dec("10000"));
    let [ca, pa] = w2.states.as_slice() else { panic!("{:?}", w2.states) };
    let withheld = line(&slips[0], "ca_income_tax") + line(&slips[0], "ca_supplemental_tax");
    assert_eq!((ca.state, ca.wages, ca.income_tax), ("CA", dec("5500"), withheld));
    assert!(withheld > dec("0") && ca.local_wages.is_zero());
    assert_eq!(ca.other, [("CASDI", line(&slips[0], "ca_disability"))]);
    // Pennsylvania taxes what is deferred: 3.07 % of 5,000, and 1 % for the town.
    assert_eq!((pa.state, pa.wages, pa.income_tax), ("PA", dec("5000"), dec("153.5")));
    assert_eq!((pa.local_wages, pa.local_income_tax), (dec("5000"), dec("50")));
    let boxes: Vec<&str> = w2.boxes().iter().map(|of| of.code).collect();
    let states = ["14", "16", "17", "14", "16", "17", "18", "19"];
    assert_eq!(boxes[boxes.len() - 8..], states);
    // Texas has none.
    let texas = with(&[("tx_unemployment_rate", "2.7%")]);
    let march = of_month(3, "united_states+texas", ("wages", "5000"), &texas);
    let march = house.paid(3, vec![march]);
    assert!(W2::of(&all_slips(&house, &[march]), &[], 2026).unwrap().states.is_empty());
}

/// Slips as they were computed before the rules had a sum.
fn without(sum: &str, mut slips: Vec<Slip>) -> Vec<Slip> {
    for slip in &mut slips {
        slip.sums = slip.sums.iter().filter(|of| of.sum != sum).cloned().collect();
    }
    slips
}

#[test]
fn box_16_is_refused_where_slips_know_nothing_of_it() {
    let house = House::memory();
    let values = [
        ("frequency", "monthly"),
        ("w4_status", "single"),
        ("pa_unemployment_rate", "3.822%"),
        ("pa_local_rate", "1%"),
    ];
    let rules = "united_states+pennsylvania";
    let runs =
        [1, 2, 3].map(|at| house.paid(at, vec![of_month(at, rules, ("wages", "5000"), &values)]));
    let old = without("pa_compensation_to_date", all_slips(&house, &runs[..2]));
    let all = [old, all_slips(&house, &runs[2..])].concat();
    let refused = W2::of(&all, &[], 2026).unwrap_err();
    let text = "employee 1: box 16 of Form W-2 is made of the sum pa_compensation_to_date, which slips lack that were computed \
                before the rules had it, those paid on 2026-01-31, 2026-02-28: enter what it came to in them with OpenSums for the \
                rules united_states+pennsylvania and 2026, or void them and compute them again";
    assert_eq!(
        (refused.code(), refused.to_string().as_str()),
        ("payroll.output_sum_unknown", text)
    );
    // The way out that it names.
    let entered = |sum: &str, amount: &str| OpeningLine {
        employee: who(1),
        sum: sum.into(),
        year: 2026,
        amount: dec(amount),
    };
    let lines = vec![entered("pa_compensation_to_date", "10000")];
    house.host.must("opened", &OpenSums::new(rules, lines, "January and February"));
    let opened = || house.host.view(|view| opening_sums(view, who(1)));
    let pa = W2::of(&all, &opened(), 2026).unwrap().states.remove(0);
    assert_eq!(
        (pa.wages, pa.local_wages, pa.income_tax),
        (dec("15000"), dec("15000"), dec("460.5"))
    );
    // Of another year it is no answer.
    let other: Vec<_> =
        opened().into_iter().map(|of| OpeningSum { year: 2025, ..of.as_ref().clone() }).collect();
    let other: Vec<_> = other.into_iter().map(std::sync::Arc::new).collect();
    assert!(W2::of(&all, &other, 2026).is_err());
    // So does what a system before withheld of the same year.
    let lines = vec![entered("pa_income_tax", "30.70"), entered("pa_local_tax", "10")];
    house.host.must("withheld", &OpenSums::new(rules, lines, "the payroll before"));
    let pa = W2::of(&all, &opened(), 2026).unwrap().states.remove(0);
    assert_eq!((pa.income_tax, pa.local_income_tax), (dec("491.2"), dec("160")));
}

#[test]
fn a_p60_without_known_limits_is_refused_and_not_zero() {
    let house = House::memory();
    let run = house.paid(1, vec![british(1, "5000", &[])]);
    let slip = house.slip(run, 1).as_ref().clone();
    let told = |mut case: PayInput, name: &str, value: &str| {
        case.values.insert(name.into(), value.into());
        Slip { told: None, input: Whole::new(case), ..slip.clone() }
    };
    let odd = told(slip.case(), "frequency", "every blue moon");
    let refused = P60::of(&[odd], &[], 2025).unwrap_err();
    assert_eq!(refused.code(), "payroll.output_no_limits");
    let text = refused.to_string();
    assert!(
        text.starts_with("employee 1: the shipped rules united_kingdom give no limits"),
        "{text}"
    );
    assert!(text.contains("every blue moon") && text.contains("2026-01-01"), "{text}");
    // Before there are rules.
    let early = Slip { rules_on: d("2019-01-31"), ..slip.clone() };
    assert_eq!(P60::of(&[early], &[], 2025).unwrap_err().code(), "payroll.output_no_limits");
    // Who was erased has none, as the page says.
    let mut erased = slip.case();
    erased.values.remove(&SmolStr::new("frequency"));
    let erased = Slip { told: None, input: Whole::new(erased), ..slip };
    let p60 = P60::of(&[erased], &[], 2025).unwrap();
    assert!(p60.national_insurance[0].at_lower_limit.is_zero());
}
