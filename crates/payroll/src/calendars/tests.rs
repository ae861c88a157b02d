use chrono::{Datelike, Duration, NaiveDate};
use fondaco_core::calendar::{BusinessDays, Calendar, Roll};
use proptest::prelude::*;

use super::*;

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn frequencies() -> impl Strategy<Value = (PayFrequency, NaiveDate)> {
    let any = (0i64..4000).prop_map(|days| d("2015-01-01") + Duration::days(days));
    prop_oneof![
        any.clone().prop_map(|day| (PayFrequency::Weekly, day)),
        any.clone().prop_map(|day| (PayFrequency::Biweekly, day)),
        any.clone().prop_map(|day| (PayFrequency::FourWeekly, day)),
        any.clone().prop_map(|day| (
            PayFrequency::Semimonthly,
            day.with_day(if day.day() > 9 { 16 } else { 1 }).unwrap()
        )),
        any.prop_map(|day| (PayFrequency::Monthly, day.with_day(day.day().min(28)).unwrap())),
    ]
}

fn calendars() -> impl Strategy<Value = PayCalendar> {
    let pay_day = prop_oneof![
        (-31i32..=62).prop_map(|days| PayDay::AfterEnd { days }),
        (1u32..=31, 0u32..=2).prop_map(|(day, months_later)| PayDay::OfMonth { day, months_later }),
    ];
    let law = prop::sample::select(vec![
        TaxTime::united_states(),
        TaxTime::united_kingdom(),
        TaxTime::germany(),
    ]);
    let roll =
        prop::sample::select(vec![Roll::Preceding, Roll::Following, Roll::ModifiedFollowing]);
    (frequencies(), pay_day, law, roll, 0u32..10).prop_map(
        |((frequency, anchor), pay_day, law, roll, cut_off)| {
            PayCalendar::new(frequency, anchor, law)
                .paid(pay_day)
                .kept_off_holidays(BusinessDays::new("US", roll))
                .cut_off(cut_off)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Years follow one another without a gap: each period is in one of them, and none in two.
    #[test]
    fn every_period_is_in_one_year(pay in calendars(), year in 2012i32..2032) {
        let us = Calendar::named("US").unwrap();
        let all: Vec<Period> = (year..year + 3).flat_map(|year| pay.year(year, &us).unwrap()).collect();
        for pair in all.windows(2) {
            prop_assert_eq!(pair[0].days.end().unwrap().succ_opt(), pair[1].days.start());
            prop_assert!(pair[0].pay_date <= pair[1].pay_date);
        }
        for period in &all {
            prop_assert!(us.is_working(period.pay_date));
            let worked = (period.cut_off.iter_days().take_while(|day| *day < period.pay_date))
                .filter(|day| us.is_working(*day)).count();
            prop_assert_eq!(worked as u32, pay.cut_off_days);
            let decides = match pay.tax.basis {
                TaxBasis::PayDate => period.pay_date,
                TaxBasis::RegularPayDate => period.regular_pay_date,
                TaxBasis::PeriodEnd => period.days.end().unwrap(),
            };
            prop_assert_eq!(pay.tax.year_of(decides), Some(period.year));
            // All that is paid on one day of a month goes into another year together.
            let usual = pay.frequency.usual_periods();
            let at_once = match pay.pay_day {
                PayDay::AfterEnd { .. } => 1,
                PayDay::OfMonth { .. } => usual / 12 + 1,
            };
            prop_assert!((usual - at_once..=usual + at_once).contains(&period.of));
            let found = pay.period_on(period.days.start().unwrap(), &us);
            if found.is_ok() {
                prop_assert_eq!(found.unwrap(), *period);
            }
        }
    }
}

#[test]
fn semimonthly_months_have_halves() {
    let pay =
        PayCalendar::new(PayFrequency::Semimonthly, d("2025-03-16"), TaxTime::united_states());
    let year = pay.year(2024, &Calendar::named("MON-FRI").unwrap()).unwrap();
    let days: Vec<String> = year[2..5].iter().map(|period| period.days.to_string()).collect();
    assert_eq!(days, ["2024-02-01/2024-02-15", "2024-02-16/2024-02-29", "2024-03-01/2024-03-15"]);
    assert_eq!(year.len(), 24);
}

#[test]
fn the_tax_year_follows_what_each_law_says() {
    let banks = Calendar::named("MON-FRI").unwrap();
    let of = |law: TaxTime| {
        let pay = PayCalendar::new(PayFrequency::Monthly, d("2026-01-01"), law)
            .paid(PayDay::OfMonth { day: 10, months_later: 1 });
        pay.period_on(d("2026-12-15"), &banks)
            .map(|period| (period.year, period.tax_period))
            .unwrap()
    };
    assert_eq!(of(TaxTime::germany()), (2026, 12));
    assert_eq!(of(TaxTime::united_states()), (2027, 1));
    assert_eq!(of(TaxTime::united_kingdom()), (2026, 10)); // 10 January is in the tenth month
}

#[test]
fn week_53_is_found_where_it_is() {
    // The regular pay day counts in the United Kingdom: 5 April 2025 was a Saturday, paid on the Friday before.
    let saturdays =
        PayCalendar::new(PayFrequency::Weekly, d("2025-03-30"), TaxTime::united_kingdom())
            .kept_off_holidays(BusinessDays::new("MON-FRI", Roll::Preceding));
    let year = saturdays.year(2024, &Calendar::named("MON-FRI").unwrap()).unwrap();
    let last = year.last().unwrap();
    assert_eq!((last.pay_date, last.regular_pay_date), (d("2025-04-04"), d("2025-04-05")));
    assert_eq!((last.number, last.of, last.tax_period), (53, 53, 53));
    let fortnights =
        PayCalendar::new(PayFrequency::Biweekly, d("2025-03-23"), TaxTime::united_kingdom());
    let last = fortnights.year(2024, &Calendar::named("MON-FRI").unwrap()).unwrap().pop().unwrap();
    assert_eq!((last.number, last.tax_period), (27, 54));
}

#[test]
fn what_no_calendar_can_be_is_refused() {
    let pay = |frequency, anchor| PayCalendar::new(frequency, d(anchor), TaxTime::united_states());
    let said = |pay: PayCalendar| pay.check().unwrap_err().to_string();
    assert_eq!(
        said(pay(PayFrequency::Monthly, "2026-01-31")),
        "no monthly period can begin on 2026-01-31: not every month has that day: give one up to the 28th"
    );
    assert!(
        said(pay(PayFrequency::Semimonthly, "2026-01-02"))
            .ends_with("give the 1st or the 16th of a month")
    );
    let late = pay(PayFrequency::Weekly, "2026-01-01").paid(PayDay::AfterEnd { days: 63 });
    assert!(said(late).starts_with("pay day is 63, which is too far"));
    let early = pay(PayFrequency::Weekly, "2026-01-01").cut_off(32);
    assert!(said(early).starts_with("cut-off is 32"));
    let tax = TaxTime { month: 2, day: 30, ..TaxTime::united_states() };
    let bad = PayCalendar { tax, ..pay(PayFrequency::Weekly, "2026-01-01") };
    assert_eq!(said(bad), "tax day is 30, which not every month has: give one from 1 to 28");
    let far = pay(PayFrequency::Weekly, "2026-01-01").year(-5, &Calendar::named("US").unwrap());
    assert_eq!(far.unwrap_err().code(), "payroll.pay_year_beyond");
}
