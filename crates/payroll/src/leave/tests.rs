use chrono::{Datelike, Duration, NaiveDate};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn n(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn employed(spans: &[(&str, &str)]) -> Vec<Employment> {
    spans
        .iter()
        .map(|(days, weekly)| Employment { days: days.parse().unwrap(), weekly_days: n(weekly) })
        .collect()
}

fn facts(spans: &[(&str, &str)]) -> LeaveFacts {
    LeaveFacts { employed: employed(spans), ..LeaveFacts::default() }
}

fn balance(policy: &LeavePolicy, facts: &LeaveFacts, on: &str) -> String {
    leave_balance(policy, facts, d(on)).unwrap().to_string()
}

#[test]
fn who_comes_or_goes_in_mid_year_gets_twelfths_for_full_months() {
    let policy = LeavePolicy::yearly("V", 24.into());
    for (days, granted) in [
        ("2026-01-01/..", "24"),
        ("2026-03-01/2026-08-31", "12"),
        ("2026-03-15/2026-08-31", "10"), // five full months, from the 15th on
        ("2026-03-15/2026-09-14", "12"),
        ("2026-12-02/..", "0"),
    ] {
        assert_eq!(balance(&policy, &facts(&[(days, "5")]), "2026-12-31"), granted, "{days}");
    }
    let by_days = LeavePolicy { share: Share::Days, ..policy.clone() };
    assert_eq!(balance(&by_days, &facts(&[("2026-07-01/..", "5")]), "2026-12-31"), "12.1"); // 184 / 365
    let whole = LeavePolicy { share: Share::Whole, ..policy };
    assert_eq!(balance(&whole, &facts(&[("2026-12-31/..", "5")]), "2026-12-31"), "24");
}

#[test]
fn part_time_is_weighed_by_days() {
    let policy =
        LeavePolicy { full_week_days: Some(5.into()), ..LeavePolicy::yearly("V", 30.into()) };
    assert_eq!(balance(&policy, &facts(&[("2026-01-01/..", "3")]), "2026-12-31"), "18");
    // Five days until the end of June (181 days), two from then on (184).
    let change = facts(&[("2026-01-01/2026-06-30", "5"), ("2026-07-01/..", "2")]);
    // 30 × (181 × 5 + 184 × 2) / (365 × 5) = 20.926...
    assert_eq!(balance(&policy, &change, "2026-12-31"), "20.93");
}

#[test]
fn years_of_service_give_more_from_the_next_leave_year_on() {
    let seniority =
        vec![Seniority { years: 2, extra: 1.into() }, Seniority { years: 5, extra: 3.into() }];
    let policy = LeavePolicy { seniority, ..LeavePolicy::yearly("V", 20.into()) };
    let facts =
        LeaveFacts { senior_since: Some(d("2021-06-01")), ..facts(&[("2021-06-01/..", "5")]) };
    let granted = |year: i32| {
        let lines = leave_account(&policy, &facts, d("2030-12-31")).unwrap();
        let of_year = lines
            .iter()
            .filter(|line| line.day.year() == year && line.event == LeaveEvent::Accrued);
        of_year.map(|line| line.amount).sum::<Decimal>()
    };
    assert_eq!(
        [2022, 2023, 2024, 2026, 2027].map(granted),
        [20, 20, 21, 21, 23].map(Decimal::from)
    );
}

#[test]
fn months_and_periods_and_hours_earn_leave() {
    let monthly = LeavePolicy::new("V", Accrual::Monthly(n("25")));
    let all = facts(&[("2026-01-01/..", "5")]);
    // 25 / 12 each month, rounded along the year.
    assert_eq!(balance(&monthly, &all, "2026-01-31"), "2.08");
    assert_eq!(balance(&monthly, &all, "2026-03-30"), "4.17");
    assert_eq!(
        balance(
            &LeavePolicy { carry_over: Some(CarryOver { most: None, until: None }), ..monthly },
            &all,
            "2027-01-15"
        ),
        "25"
    );

    let by_period =
        LeavePolicy { share: Share::Days, ..LeavePolicy::new("V", Accrual::ByPeriod(n("1.5"))) };
    let ends = ["2026-01-14", "2026-01-28", "2026-02-11"].map(d).to_vec();
    let joined = LeaveFacts { period_ends: ends, ..facts(&[("2026-01-08/..", "5")]) };
    assert_eq!(balance(&by_period, &joined, "2026-02-28"), "3.75"); // half of the first one

    // An hour for each 30, at most 40 a year (California, Labor Code § 246).
    let sick = Accrual::ByHours { hours: 30.into(), most: Some(40.into()) };
    let sick = LeavePolicy { unit: LeaveUnit::Hours, ..LeavePolicy::new("S", sick) };
    let hours = (0..300).map(|day| (d("2026-01-01") + Duration::days(day), 8.into())).collect();
    let worked = LeaveFacts { hours, ..facts(&[("2026-01-01/..", "5")]) };
    assert_eq!(balance(&sick, &worked, "2026-01-15"), "4");
    assert_eq!(balance(&sick, &worked, "2026-12-31"), "40");
}

#[test]
fn what_is_lent_is_made_up_for() {
    let policy = LeavePolicy::new("V", Accrual::Monthly(12.into()));
    let lent =
        LeaveFacts { taken: vec![(d("2026-01-15"), 3.into())], ..facts(&[("2026-01-01/..", "5")]) };
    assert_eq!(balance(&policy, &lent, "2026-01-20"), "-3");
    assert_eq!(balance(&policy, &lent, "2026-04-30"), "1");
    let owed = LeaveFacts { taken: vec![(d("2026-12-31"), 14.into())], ..lent };
    assert_eq!(balance(&policy, &owed, "2027-01-01"), "-2"); // debts don't lapse
}

#[test]
fn an_opening_balance_stands_for_all_before_it() {
    let policy = LeavePolicy::new("V", Accrual::Monthly(12.into()));
    let opened = LeaveFacts {
        granted: vec![(d("2026-06-01"), n("4.5"))],
        since: Some(d("2026-06-01")),
        ..facts(&[("2020-01-01/..", "5")])
    };
    assert_eq!(balance(&policy, &opened, "2026-06-29"), "4.5");
    assert_eq!(balance(&policy, &opened, "2026-06-30"), "5.5");
}

#[test]
fn policies_that_can_not_be_are_refused() {
    let good = LeavePolicy::yearly("V", 30.into());
    good.check().unwrap();
    let said = |policy: LeavePolicy| policy.check().unwrap_err().to_string();
    assert_eq!(
        said(LeavePolicy { floor: 1.into(), ..good.clone() }),
        "leave policy V: floor is 1, which is above zero: give zero, or less to lend days"
    );
    assert!(
        said(LeavePolicy { accrual: Accrual::Yearly((-1).into()), ..good.clone() })
            .contains("is no leave")
    );
    assert!(
        said(LeavePolicy { full_week_days: Some(8.into()), ..good.clone() }).contains("is no week")
    );
    assert!(
        said(LeavePolicy { year_starts: (2, 30), ..good.clone() }).contains("not every year has")
    );
    let none = Accrual::ByHours { hours: Decimal::ZERO, most: None };
    assert!(said(LeavePolicy { accrual: none, ..good.clone() }).contains("earn nothing"));
    let steps =
        vec![Seniority { years: 5, extra: 1.into() }, Seniority { years: 2, extra: 1.into() }];
    assert!(said(LeavePolicy { seniority: steps, ..good }).contains("out of order"));
}

#[test]
fn what_went_over_lapses_at_the_end_of_its_year_though_that_is_the_last_day_it_may_be_taken() {
    for (starts, until) in [((1, 1), (12, 31)), ((4, 1), (3, 31))] {
        let carry = CarryOver { most: None, until: Some(until) };
        let policy = LeavePolicy {
            year_starts: starts,
            ..LeavePolicy::yearly("V", 10.into()).carrying(carry)
        };
        let facts = facts(&[("2024-04-01/..", "5")]);
        // Never more than what the year gives and what it brought over from the year before.
        let left = leave_balance(&policy, &facts, d("2030-12-31")).unwrap();
        assert_eq!(left, Decimal::from(20), "{starts:?}");
    }
}

#[test]
fn an_amount_of_ones_own_holds_for_its_years() {
    let own = |days: &str, own: Option<i64>| (days.parse().unwrap(), own.map(Decimal::from));
    let account = |accrual: Accrual| {
        let policy = LeavePolicy::new("V", accrual);
        let facts = LeaveFacts {
            own_yearly: vec![
                own("2025-01-01/2025-12-31", Some(24)),
                own("2026-01-01/2026-12-31", Some(30)),
                own("2027-01-01/..", None),
            ],
            ..facts(&[("2025-01-01/..", "5")])
        };
        ["2025-12-31", "2026-12-31", "2027-12-31"]
            .map(|day| leave_balance(&policy, &facts, d(day)).unwrap().to_string())
    };
    assert_eq!(account(Accrual::Yearly(20.into())), ["24", "30", "20"]);
    assert_eq!(account(Accrual::Monthly(20.into())), ["24", "30", "20"]);
}

/// An account kept day by day, of pots that each lapse on a day of their own: slow, and plain.
fn naive(policy: &LeavePolicy, facts: &LeaveFacts, until: NaiveDate) -> Decimal {
    let Accrual::Yearly(yearly) = policy.accrual else { return Decimal::ZERO };
    let start = facts.employed[0].days.start().unwrap();
    let (mut pots, mut debt) = (Vec::<(Option<NaiveDate>, Decimal)>::new(), Decimal::ZERO);
    let mut day = start;
    while day <= until {
        pots.retain(|(last, _)| last.is_none_or(|last| day <= last));
        let new_year = (day.month(), day.day()) == (1, 1);
        if new_year {
            let left: Decimal = pots.iter().map(|(_, amount)| *amount).sum();
            let carry = policy.carry_over;
            let over =
                carry.map_or(Decimal::ZERO, |carry| carry.most.map_or(left, |most| left.min(most)));
            let last = carry
                .and_then(|carry| carry.until)
                .map(|(month, of)| NaiveDate::from_ymd_opt(day.year(), month, of).unwrap());
            pots = vec![(last, over)];
        }
        let mut come = Decimal::ZERO;
        if new_year || day == start {
            let year = day.year();
            let months = (1..=12).filter(|month| {
                let first = NaiveDate::from_ymd_opt(year, *month, 1).unwrap();
                first >= start
            });
            come +=
                policy.rounded(yearly * Decimal::from(months.count() as u32) / Decimal::from(12));
        }
        come += facts
            .granted
            .iter()
            .filter(|(on, _)| *on == day)
            .map(|(_, amount)| *amount)
            .sum::<Decimal>();
        let paid = come.min(debt);
        debt -= paid;
        pots.push((None, come - paid));
        let mut want: Decimal =
            facts.taken.iter().filter(|(on, _)| *on == day).map(|(_, amount)| *amount).sum();
        for (_, amount) in &mut pots {
            let used = want.min(*amount);
            *amount -= used;
            want -= used;
        }
        debt += want;
        day = day.succ_opt().unwrap();
    }
    pots.iter().map(|(_, amount)| *amount).sum::<Decimal>() - debt
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn an_account_is_what_pots_come_to(
        month in 1u32..=12, yearly in 0u32..40, most in prop::option::of(0u32..20), until in prop::option::of(prop_oneof![4 => (1u32..=12, 1u32..=28), 1 => Just((12u32, 31u32))]),
        carries in any::<bool>(), taken in prop::collection::vec((0i64..900, 1u32..4), 0..20), granted in prop::collection::vec((0i64..900, 0u32..6), 0..4),
        end in 0i64..1000,
    ) {
        let start = NaiveDate::from_ymd_opt(2024, month, 1).unwrap();
        let at = |days: i64| start + Duration::days(days);
        let carry_over = carries.then(|| CarryOver { most: most.map(Decimal::from), until });
        let policy = LeavePolicy { carry_over, ..LeavePolicy::yearly("V", yearly.into()) };
        let facts = LeaveFacts {
            employed: vec![Employment { days: fondaco_core::DateRange::from(start), weekly_days: 5.into() }],
            taken: taken.iter().map(|(day, amount)| (at(*day), (*amount).into())).collect(),
            granted: granted.iter().map(|(day, amount)| (at(*day), (*amount).into())).collect(),
            ..LeaveFacts::default()
        };
        prop_assert_eq!(leave_balance(&policy, &facts, at(end)).unwrap(), naive(&policy, &facts, at(end)));
    }
}
