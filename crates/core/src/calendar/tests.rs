use chrono::Days;
use proptest::prelude::*;

use super::*;
use crate::names::ErrorKind;

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn year(year: i32) -> DateRange {
    format!("{year}-01-01/{year}-12-31").parse().unwrap()
}

/// The holidays of a year on weekdays, as `month-day`.
fn on_weekdays(code: &str, of: i32) -> String {
    let days = Calendar::named(code).unwrap().over(year(of)).unwrap();
    let weekday = |day: &NaiveDate| day.weekday().num_days_from_monday() < 5;
    let off =
        year(of).iter().unwrap().filter(weekday).filter(|day| !days.is_working(*day).unwrap());
    off.map(|day| format!("{}-{}", day.month(), day.day())).collect::<Vec<_>>().join(" ")
}

/// Dates as tables of the churches and of the US Naval Observatory have them; the earliest and latest there are.
#[test]
fn easter_is_when_it_was() {
    let western = [
        "1818-03-22",
        "1943-04-25",
        "1961-04-02",
        "1999-04-04",
        "2000-04-23",
        "2008-03-23",
        "2024-03-31",
        "2025-04-20",
        "2026-04-05",
        "2038-04-25",
        "2049-04-18",
        "2285-03-22",
    ];
    for date in western.map(d) {
        assert_eq!(easter(date.year()), Some(date));
    }
    let eastern = [
        "2000-04-30",
        "2008-04-27",
        "2010-04-04",
        "2021-05-02",
        "2023-04-16",
        "2024-05-05",
        "2025-04-20",
        "2026-04-12",
        "2027-05-02",
    ];
    for date in eastern.map(d) {
        assert_eq!(orthodox_easter(date.year()), Some(date));
    }
    assert_eq!(easter(i32::MAX), None);
    assert_eq!(orthodox_easter(i32::MIN), None);
}

/// As published by gov.uk, the Office of Personnel Management and the European Central Bank.
#[test]
fn published_lists() {
    assert_eq!(on_weekdays("GB-EAW", 2021), "1-1 4-2 4-5 5-3 5-31 8-30 12-27 12-28");
    assert_eq!(on_weekdays("GB-EAW", 2022), "1-3 4-15 4-18 5-2 6-2 6-3 8-29 9-19 12-26 12-27");
    assert_eq!(on_weekdays("GB-EAW", 2023), "1-2 4-7 4-10 5-1 5-8 5-29 8-28 12-25 12-26");
    assert_eq!(on_weekdays("GB-SCT", 2022), "1-3 1-4 4-15 5-2 6-2 6-3 8-1 9-19 11-30 12-26 12-27");
    assert_eq!(on_weekdays("GB-SCT", 2023), "1-2 1-3 4-7 5-1 5-8 5-29 8-7 11-30 12-25 12-26");
    assert_eq!(on_weekdays("GB-NIR", 2026), "1-1 3-17 4-3 4-6 5-4 5-25 7-13 8-31 12-25 12-28");
    // The new year's day of 2022 was kept on the last day of 2021.
    assert_eq!(
        on_weekdays("US", 2021),
        "1-1 1-18 2-15 5-31 6-18 7-5 9-6 10-11 11-11 11-25 12-24 12-31"
    );
    assert_eq!(on_weekdays("US", 2026), "1-1 1-19 2-16 5-25 6-19 7-3 9-7 10-12 11-11 11-26 12-25");
    assert_eq!(on_weekdays("TARGET", 2026), "1-1 4-3 4-6 5-1 12-25");
    assert_eq!(on_weekdays("IE", 2030), "1-1 2-1 4-22 5-6 6-3 8-5 10-28 12-25 12-26");
    assert_eq!(on_weekdays("NL", 2025), "1-1 4-21 5-5 5-29 6-9 12-25 12-26"); // the king's is a Saturday
    assert_eq!(on_weekdays("DE-SN", 2026), "1-1 4-3 4-6 5-1 5-14 5-25 11-18 12-25");
    assert_eq!(on_weekdays("PL", 2025), "1-1 1-6 4-21 5-1 6-19 8-15 11-11 12-24 12-25 12-26");
}

#[test]
fn every_rule_that_is_shipped_has_a_source() {
    for code in Calendar::names().filter(|code| *code != "MON-FRI") {
        let calendar = Calendar::named(code).unwrap();
        assert!(calendar.rules().iter().all(|rule| !rule.source.is_empty()), "{code}");
        for year in 2000..2100 {
            assert!(calendar.holidays(year).len() >= 4, "{code} {year}");
        }
    }
    assert_eq!(Calendar::names().count(), 33);
}

/// 5 June 2026 is a Friday.
#[test]
fn holidays_are_moved_off_the_weekend_of_the_calendar() {
    let free = |week: WorkingWeek, day: u32, observed: Observance| -> Vec<u32> {
        let rule = HolidayRule::new("Feast", DayRule::fixed(6, day)).observed(observed);
        let calendar = Calendar::new("ours", week).with(rule);
        let days = (1..=30).filter(|day| {
            let date = NaiveDate::from_ymd_opt(2026, 6, *day).unwrap();
            week.works_on(date.weekday()) && !calendar.is_working(date)
        });
        days.collect()
    };
    let (gulf, next) = (WorkingWeek::SUN_THU, Observance::NextWeekday);
    assert_eq!(free(gulf, 5, next), [7], "Friday, the weekend there, to Sunday");
    assert_eq!(free(gulf, 6, next), [7]);
    assert_eq!(free(gulf, 7, next), [7], "a Sunday is worked: it is free, and nothing else");
    assert_eq!(free(gulf, 5, Observance::NearestWeekday), [4]);
    assert_eq!(free(gulf, 6, Observance::NearestWeekday), [7]);
    // The week of a shop is not the weekend of its country.
    assert_eq!(free(WorkingWeek::MON_SAT, 6, next), [6, 8]);
    assert_eq!(free(WorkingWeek::EVERY_DAY, 7, next), [7, 8]);
    assert_eq!(free(WorkingWeek::MON_FRI, 6, Observance::NearestWeekday), [5]);
    assert_eq!(free(WorkingWeek::MON_FRI, 7, Observance::NearestWeekday), [8]);
}

/// 31 December 2023 is a Sunday, and what is free in its place lies in the next year, after a day that is free anyway.
#[test]
fn what_is_free_in_the_place_of_a_day_of_another_year_is_free() {
    let last = HolidayRule::new("last", DayRule::fixed(12, 31)).observed(Observance::NextWeekday);
    let first = HolidayRule::new("first", DayRule::fixed(1, 1)).observed(Observance::NextWeekday);
    let alone = Calendar::new("one", WorkingWeek::MON_FRI).with(last.clone());
    let both = Calendar::new("both", WorkingWeek::MON_FRI).with(last).with(first);
    for (calendar, day) in [(&alone, "2024-01-01"), (&both, "2024-01-02"), (&both, "2023-01-03")] {
        assert!(!calendar.is_working(d(day)), "{day}");
        let free = calendar.holiday_on(d(day)).unwrap();
        assert_eq!(
            (&*free.name, free.instead_of.is_some()),
            (if day < "2024" { "first" } else { "last" }, true)
        );
    }
    let late = HolidayRule::new("late", DayRule::easter(300)); // 30 January 2027
    let late = Calendar::new("late", WorkingWeek::MON_FRI).with(late);
    assert!(late.holiday_on(d("2027-01-30")).is_some() && !late.is_working(d("2027-01-30")));
    let leap = |day: DayRule, of: i32| day.date_in(of).unwrap().to_string();
    let after = DayRule::OnOrAfter { weekday: Weekday::Mon, month: 2, day: 29 };
    assert_eq!((leap(after, 2027), leap(after, 2028)), ("2027-03-01".into(), "2028-03-06".into()));
    let before = DayRule::OnOrBefore { weekday: Weekday::Sun, month: 2, day: 29 };
    assert_eq!(
        (leap(before, 2027), leap(before, 2028)),
        ("2027-02-28".into(), "2028-02-27".into())
    );
}

/// However the table is cut, and without one, a day is worked or not.
#[test]
fn any_cut_of_a_table_says_the_same() {
    let mut calendar = Calendar::new("ours", WorkingWeek::MON_FRI);
    for (month, day) in [(1, 1), (1, 2), (12, 24), (12, 25), (12, 26), (12, 30), (12, 31)] {
        let rule = HolidayRule::new("day", DayRule::fixed(month, day));
        calendar = calendar.with(rule.observed(Observance::NextWeekday));
    }
    let whole = calendar.over("2000-01-01/2030-12-31".parse().unwrap()).unwrap();
    for of in 2001..2030 {
        let (own, two) = (year(of), format!("{}-01-01/{of}-12-31", of - 1).parse().unwrap());
        let (own_table, two_table) = (calendar.over(own).unwrap(), calendar.over(two).unwrap());
        for day in own.iter().unwrap() {
            let works = whole.is_working(day).unwrap();
            let others = [own_table.is_working(day).unwrap(), two_table.is_working(day).unwrap()];
            assert_eq!(others, [works; 2], "{day}");
            assert_eq!(calendar.is_working(day), works, "{day}");
        }
    }
}

#[test]
fn a_calendar_is_data() {
    let calendar = Calendar::named("IE").unwrap().working_on(d("2026-01-03"));
    let json = serde_json::to_string(&calendar).unwrap();
    assert_eq!(serde_json::from_str::<Calendar>(&json).unwrap(), calendar);
    let written = r#"{"name":"ours","week":"1111110","rules":[
        {"name":"Patron","day":{"nth":{"nth":-1,"weekday":"Mon","month":6}},"valid":"2020-01-01/.."}]}"#;
    let ours: Calendar = serde_json::from_str(written).unwrap();
    assert!(!ours.is_working(d("2026-06-29")) && ours.is_working(d("2019-06-24")));
}

#[test]
fn what_a_table_does_not_reach_is_refused() {
    let days = Calendar::named("AT").unwrap().over(year(2026)).unwrap();
    for error in [
        days.is_working(d("2027-01-01")).unwrap_err(),
        days.roll(d("2025-12-31"), Roll::Following).unwrap_err(),
        days.add(d("2026-12-30"), 2, Roll::Following).unwrap_err(),
        days.add(d("2026-01-02"), -1, Roll::Following).unwrap_err(),
        days.add(d("2026-01-02"), i64::MAX, Roll::Following).unwrap_err(),
        days.add(d("2026-01-02"), i64::MIN, Roll::Following).unwrap_err(),
        days.roll(d("2026-01-01"), Roll::Preceding).unwrap_err(),
        days.count(d("2026-01-01"), d("2027-01-02")).unwrap_err(),
    ] {
        assert_eq!((error.code(), error.kind()), ("calendar.beyond", ErrorKind::Invalid));
    }
    assert_eq!(days.count(d("2026-01-01"), d("2027-01-01")).unwrap(), 251);
    // At the end of the table the modified rolls find the day in the other direction.
    assert_eq!(days.roll(d("2026-01-01"), Roll::ModifiedPreceding).unwrap(), d("2026-01-02"));
    let open = Calendar::named("AT").unwrap().over(DateRange::always()).unwrap_err();
    assert_eq!(open.code(), "calendar.open_range");
    let apart = Calendar::named("AT").unwrap().over(year(2027)).unwrap();
    assert_eq!(days.and(&apart).unwrap_err().code(), "calendar.apart");
    assert_eq!("111110".parse::<WorkingWeek>().unwrap_err().code(), "calendar.week");
    assert_eq!("1111102".parse::<WorkingWeek>().unwrap_err().code(), "calendar.week");
}

#[test]
fn nobody_ever_works() {
    let never = Calendar::new("never", WorkingWeek::on([])).over(year(2026)).unwrap();
    assert_eq!(never.count(d("2026-01-01"), d("2027-01-01")).unwrap(), 0);
    let error = never.roll(d("2026-06-01"), Roll::ModifiedFollowing).unwrap_err();
    assert_eq!(error.code(), "calendar.beyond");
}

fn calendar() -> impl Strategy<Value = Calendar> {
    let days = || prop::collection::btree_set(0u64..300, 0..40);
    (0u8..128, days(), days()).prop_map(|(week, off, on)| {
        let week: WorkingWeek = format!("{week:07b}").parse().unwrap();
        let date = |n: u64| d("2026-01-01") + Days::new(n);
        let mut calendar = Calendar::new("any", week);
        for n in off {
            calendar = calendar.day_off(date(n), "off");
        }
        on.into_iter().fold(calendar, |calendar, n| calendar.working_on(date(n)))
    })
}

proptest! {
    /// Against the definition: walking day by day.
    #[test]
    fn reckoning_is_walking(calendar in calendar(), from in 0u64..300, other in 0u64..300, n in -60i64..60) {
        let range: DateRange = "2026-01-01/2026-10-27".parse().unwrap(); // 300 days
        let table = calendar.over(range).unwrap();
        let date = |n: u64| d("2026-01-01") + Days::new(n);
        let works = |day: NaiveDate| calendar.is_working(day);
        let all: Vec<NaiveDate> = range.iter().unwrap().collect();
        for day in &all {
            prop_assert_eq!(table.is_working(*day).unwrap(), works(*day));
        }
        let (from, other) = (date(from), date(other));
        let next = all.iter().find(|day| **day >= from && works(**day)).copied();
        let last = all.iter().rev().find(|day| **day <= from && works(**day)).copied();
        prop_assert_eq!(table.roll(from, Roll::Following).ok(), next);
        prop_assert_eq!(table.roll(from, Roll::Preceding).ok(), last);
        let here = |day: &Option<NaiveDate>| day.is_some_and(|day| day.month() == from.month());
        let modified = Some(next).filter(here).unwrap_or(last);
        prop_assert_eq!(table.roll(from, Roll::ModifiedFollowing).ok(), modified);
        let modified = Some(last).filter(here).unwrap_or(next);
        prop_assert_eq!(table.roll(from, Roll::ModifiedPreceding).ok(), modified);
        prop_assert_eq!(table.roll(from, Roll::Refuse).is_ok(), works(from));

        let walked = next.and_then(|start| {
            let days: Vec<NaiveDate> = if n >= 0 {
                all.iter().filter(|day| **day >= start && works(**day)).copied().collect()
            } else {
                all.iter().rev().filter(|day| **day <= start && works(**day)).copied().collect()
            };
            days.get(n.unsigned_abs() as usize).copied()
        });
        prop_assert_eq!(table.add(from, n, Roll::Following).ok(), walked);

        let count = if from <= other {
            all.iter().filter(|day| from <= **day && **day < other && works(**day)).count() as i64
        } else {
            -(all.iter().filter(|day| other < **day && **day <= from && works(**day)).count() as i64)
        };
        prop_assert_eq!(table.count(from, other).unwrap(), count);
        let listed: Vec<NaiveDate> = table.iter(DateRange::from(from)).collect();
        let walked: Vec<NaiveDate> = all.iter().filter(|day| **day >= from && works(**day)).copied().collect();
        prop_assert_eq!(listed, walked);
    }

    #[test]
    fn tables_join_day_by_day(a in calendar(), b in calendar(), shift in 0u64..100) {
        let range: DateRange = "2026-01-01/2026-10-27".parse().unwrap();
        let later = DateRange::new(d("2026-01-01") + Days::new(shift), d("2026-10-27") + Days::new(shift)).unwrap();
        let (a, b) = (a.over(range).unwrap(), b.over(later).unwrap());
        let (both, either) = (a.and(&b).unwrap(), b.or(&a).unwrap());
        prop_assert_eq!(Some(both.range()), range.intersect(later));
        for day in both.range().iter().unwrap() {
            let (in_a, in_b) = (a.is_working(day).unwrap(), b.is_working(day).unwrap());
            prop_assert_eq!(both.is_working(day).unwrap(), in_a && in_b);
            prop_assert_eq!(either.is_working(day).unwrap(), in_a || in_b);
        }
    }

    #[test]
    fn easter_is_a_sunday_in_spring(year in 1583i32..4000) {
        let date = easter(year).unwrap();
        prop_assert_eq!(date.weekday(), Weekday::Sun);
        prop_assert!((d("2001-03-22").ordinal()..=d("2001-04-25").ordinal()).contains(&date.with_year(2001).unwrap().ordinal()));
        prop_assert_eq!(orthodox_easter(year).unwrap().weekday(), Weekday::Sun);
    }
}

#[test]
fn a_calendar_rolls_as_its_table_does_however_far() {
    let plain = Calendar::named("MON-FRI").unwrap();
    let shut = (0..70).fold(plain, |calendar, n| {
        calendar.day_off(d("2026-03-01") + chrono::Days::new(n), "Shut") // to 9 May
    });
    let table = shut.over("2025-01-01/2027-12-31".parse().unwrap()).unwrap();
    for roll in [Roll::Following, Roll::Preceding, Roll::ModifiedFollowing, Roll::ModifiedPreceding]
    {
        for n in 0..400 {
            let date = d("2025-12-01") + chrono::Days::new(n);
            assert_eq!(shut.roll(date, roll), table.roll(date, roll), "{date} {roll}");
        }
    }
    assert_eq!(shut.roll(d("2026-03-01"), Roll::Following), Ok(d("2026-05-11")));
    let refused = shut.roll(d("2026-03-01"), Roll::Refuse).unwrap_err();
    assert_eq!(refused.code(), "calendar.not_working");
    let never = Calendar::new("never", WorkingWeek::on([]));
    assert_eq!(
        never.roll(d("2026-03-01"), Roll::Preceding).unwrap_err().to_string(),
        "calendar never has no working day within ten years of 2026-03-01: give its week a day",
    );
    assert!(plain_at(NaiveDate::MAX).is_ok() && plain_at(NaiveDate::MIN).is_ok());
}

fn plain_at(date: NaiveDate) -> Result<NaiveDate, CalendarError> {
    Calendar::named("MON-FRI").unwrap().roll(date, Roll::ModifiedPreceding)
}
