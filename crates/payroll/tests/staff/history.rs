//! What is recorded in whatever order: what was known stays known, and cuts without a change cost nothing.

use chrono::{Duration, NaiveDate};
use fondaco_core::Timestamp;
use fondaco_core::enter::Taking;
use fondaco_core::timeline::Span;
use fondaco_payroll::staff::*;
use fondaco_testkit::Host;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::firm::*;

/// Something that is recorded.
#[derive(Clone, Debug)]
enum Deed {
    /// A rate of pay from a day on, or for some days.
    Rate(i64, Option<i64>, u32),
    /// The same, in place of what was said of just those days.
    Corrected(i64, Option<i64>, u32),
    /// Hours of a day.
    Hours(i64, u32),
    /// A bonus.
    Bonus(i64, u32),
    /// The contract ends.
    Ended(i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let day = 0i64..70;
    let last = prop::option::of(0i64..20);
    prop_oneof![
        3 => (day.clone(), last.clone(), 1u32..50).prop_map(|(day, last, rate)| Deed::Rate(day, last, rate)),
        2 => (day.clone(), last, 1u32..50).prop_map(|(day, last, rate)| Deed::Corrected(day, last, rate)),
        4 => (day.clone(), 0u32..12).prop_map(|(day, hours)| Deed::Hours(day, hours)),
        2 => (day.clone(), 1u32..500).prop_map(|(day, amount)| Deed::Bonus(day, amount)),
        1 => day.prop_map(Deed::Ended),
    ]
}

fn at(day: i64) -> NaiveDate {
    d("2026-02-02") + Duration::days(day)
}

/// Records it, if it can be.
fn record(host: &Host, name: &str, deed: &Deed) {
    let term = |day: i64, last: Option<i64>, rate: u32, correct| {
        let span =
            last.map_or(Span::from(at(day)), |last| Span::during(at(day), at(day + last)).unwrap());
        let job = Job::new("Work", "WAGES", rate.into(), PayPer::Hour);
        let new = NewTerm { span, ..NewTerm::from("1", at(day), Said::Job("main".into(), job)) };
        RecordTerms { terms: vec![NewTerm { correct, ..new }], taking: Taking::GoodOnes }
    };
    match *deed {
        Deed::Rate(day, last, rate) => drop(host.must(name, &term(day, last, rate, false))),
        Deed::Corrected(day, last, rate) => drop(host.must(name, &term(day, last, rate, true))),
        Deed::Hours(day, hours) => {
            let sheets = vec![NewSheet::hours("1", at(day), "main", hours.into())];
            host.must(name, &RecordTime { taking: Taking::GoodOnes, ..RecordTime::new(sheets) });
        }
        Deed::Bonus(day, amount) => {
            let items = vec![NewItem::new("1", at(day), "BONUS", amount.into(), "why not")];
            host.must(name, &RecordItems { taking: Taking::GoodOnes, ..RecordItems::new(items) });
        }
        Deed::Ended(day) => {
            let ended = NewTerm::from("1", at(day), Said::Ended(Topic::Contract, "".into()));
            host.must(name, &RecordTerms { terms: vec![ended], taking: Taking::GoodOnes });
        }
    }
}

/// What five weeks come to, or why they don't.
fn told(host: &Host, known: Option<Timestamp>) -> Vec<String> {
    let weeks = (7..=12).flat_map(|week| gathered(host, ("weekly", 2026, week), known));
    weeks
        .map(|one| match one.input {
            Ok(input) => format!("{}: {}", input.from, lines(&input).join(", ")),
            Err(error) => error.to_string(),
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_known_stays_known(deeds in prop::collection::vec(deed(), 1..25)) {
        let host = in_memory();
        hire(&host, "1", "weekly", "2026-01-05/..", ("WAGES", "20", PayPer::Hour));
        let mut past = vec![(host.now(), told(&host, None))];
        for (at, deed) in deeds.iter().enumerate() {
            host.wait(60);
            record(&host, &format!("deed {at}"), deed);
            past.push((host.now(), told(&host, None)));
        }
        for (time, then) in past {
            prop_assert_eq!(told(&host, Some(time)), then, "as known at {}", time);
        }
    }

    /// A salary that is said anew, without a change, on any days of a month pays the month.
    #[test]
    fn cuts_without_a_change_cost_nothing(days in prop::collection::btree_set(2u32..31, 0..6), cents in 1i64..2_000_000) {
        let host = in_memory();
        let amount = Decimal::new(cents, 2);
        hire(&host, "1", "monthly", "2026-01-01/..", ("SALARY", &amount.to_string(), PayPer::Month));
        for day in days {
            let from = NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
            let job = Job::new("Work", "SALARY", amount, PayPer::Month);
            let same = NewTerm::from("1", from, Said::Job("main".into(), job));
            say(&host, &format!("again from {day}"), same);
        }
        let input = case(&host, ("monthly", 2026, 3), "1");
        let sum: Decimal = input.components.iter().map(|line| line.amount).sum();
        prop_assert_eq!((sum, input.components.len()), (amount, 1));
    }
}
