//! What fiscal calendars promise.

use chrono::{Datelike, Days, Weekday};
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn years(calendar: FiscalCalendar, numbers: impl IntoIterator<Item = i32>) -> Vec<String> {
    numbers.into_iter().map(|number| calendar.year(number).unwrap().to_string()).collect()
}

/// The fiscal years that Apple reported: they end on the last Saturday of September; 2023 had 53
/// weeks.
#[test]
fn the_last_saturday_of_september() {
    let end = YearEnd { month: 9, weekday: Weekday::Sat, rule: YearEndRule::LastInMonth };
    let calendar = FiscalCalendar::weeks(WeekPattern::FourFourFive, end, YearNamedBy::End).unwrap();
    let expected = [
        "2022: 2021-09-26/2022-09-24",
        "2023: 2022-09-25/2023-09-30",
        "2024: 2023-10-01/2024-09-28",
    ];
    assert_eq!(years(calendar, 2022..=2024), expected);
    let last = calendar.periods(2023).unwrap()[11];
    assert_eq!((last.number, last.range().days()), (12, Some(6 * 7)));
}

/// The retail federation's 4-5-4 calendar: 2012, 2017 and 2023 have 53 weeks.
#[test]
fn the_saturday_nearest_to_the_end_of_january() {
    let end = YearEnd { month: 1, weekday: Weekday::Sat, rule: YearEndRule::NearestToMonthEnd };
    let calendar =
        FiscalCalendar::weeks(WeekPattern::FourFiveFour, end, YearNamedBy::Start).unwrap();
    let expected = [
        "2023: 2023-01-29/2024-02-03",
        "2024: 2024-02-04/2025-02-01",
        "2025: 2025-02-02/2026-01-31",
    ];
    assert_eq!(years(calendar, 2023..=2025), expected);
    let long: Vec<i32> = (2007..=2025)
        .filter(|number| calendar.year(*number).unwrap().range().days() == Some(371))
        .collect();
    assert_eq!(long, [2012, 2017, 2023]);
    assert_eq!(calendar.period_of(day("2024-03-02")).unwrap().number, 1);
    assert_eq!(calendar.period_of(day("2024-03-03")).unwrap().number, 2);
}

#[test]
fn a_year_of_weeks_that_runs_into_january_keeps_the_number_of_its_december() {
    let end = YearEnd { month: 12, weekday: Weekday::Sat, rule: YearEndRule::NearestToMonthEnd };
    for named_by in [YearNamedBy::Start, YearNamedBy::End] {
        let calendar = FiscalCalendar::weeks(WeekPattern::ThirteenPeriods, end, named_by).unwrap();
        assert_eq!(years(calendar, [2026]), ["2026: 2026-01-04/2027-01-02"]);
        assert_eq!(calendar.year_of(day("2027-01-02")).unwrap().number, 2026);
        assert_eq!(calendar.periods(2026).unwrap().len(), 13);
    }
}

#[test]
fn years_of_months_are_named_by_their_start_or_end() {
    let british = |named_by| FiscalCalendar::months(4, 6, named_by).unwrap();
    assert_eq!(years(british(YearNamedBy::Start), [2026]), ["2026: 2026-04-06/2027-04-05"]);
    assert_eq!(years(british(YearNamedBy::End), [2027]), ["2027: 2026-04-06/2027-04-05"]);
    let january = FiscalCalendar::months(1, 1, YearNamedBy::End).unwrap();
    assert_eq!(years(january, [2026]), ["2026: 2026-01-01/2026-12-31"]);
    assert_eq!(british(YearNamedBy::Start).period_of(day("2027-04-05")).unwrap().number, 12);
}

#[test]
fn a_month_without_the_day_starts_on_its_last() {
    let calendar = FiscalCalendar::months(1, 31, YearNamedBy::Start).unwrap();
    let starts: Vec<String> = calendar
        .periods(2026)
        .unwrap()
        .iter()
        .take(4)
        .map(|period| period.start.to_string())
        .collect();
    assert_eq!(starts, ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]);
    let expected = [("2026-02-27", 1), ("2026-02-28", 2), ("2026-03-30", 2), ("2026-04-30", 4)];
    for (date, number) in expected {
        assert_eq!(calendar.period_of(day(date)).unwrap().number, number, "{date}");
    }
}

#[test]
fn periods_have_the_weeks_of_their_pattern_and_the_last_takes_the_53rd() {
    let end = YearEnd { month: 9, weekday: Weekday::Sat, rule: YearEndRule::LastInMonth };
    let weeks = |pattern, year| {
        let calendar = FiscalCalendar::weeks(pattern, end, YearNamedBy::End).unwrap();
        let periods = calendar.periods(year).unwrap().into_iter();
        periods.map(|period| period.range().days().unwrap() / 7).collect::<Vec<i64>>()
    };
    assert_eq!(weeks(WeekPattern::FourFourFive, 2022), [4, 4, 5].repeat(4));
    assert_eq!(weeks(WeekPattern::FourFiveFour, 2022), [4, 5, 4].repeat(4));
    assert_eq!(weeks(WeekPattern::FiveFourFour, 2022), [5, 4, 4].repeat(4));
    assert_eq!(weeks(WeekPattern::ThirteenPeriods, 2022), [4].repeat(13));
    assert_eq!(weeks(WeekPattern::ThirteenPeriods, 2023), [[4].repeat(12), vec![5]].concat());
}

#[test]
fn impossible_days_and_endless_years_are_refused() {
    for (month, day) in [(0, 1), (13, 1), (2, 30), (4, 31), (1, 0)] {
        assert_eq!(
            FiscalCalendar::months(month, day, YearNamedBy::Start),
            Err(FiscalError::NoSuchDay { month, day })
        );
    }
    let end = YearEnd { month: 13, weekday: Weekday::Sat, rule: YearEndRule::LastInMonth };
    assert!(FiscalCalendar::weeks(WeekPattern::FourFourFive, end, YearNamedBy::Start).is_err());
    for year in [i32::MIN, i32::MAX, 300_000] {
        assert_eq!(
            FiscalCalendar::CALENDAR_YEAR.periods(year),
            Err(FiscalError::OutOfRange { year })
        );
        assert_eq!(FiscalCalendar::CALENDAR_YEAR.year(year), Err(FiscalError::OutOfRange { year }));
    }
    let _ = FiscalCalendar::CALENDAR_YEAR.period_of(NaiveDate::MAX).unwrap_err();
    let json = r#"{"periods":{"months":{"start_month":2,"start_day":30}},"year_named_by":"start"}"#;
    assert!(serde_json::from_str::<FiscalCalendar>(json).is_err());
}

fn named_by() -> impl Strategy<Value = YearNamedBy> {
    prop_oneof![Just(YearNamedBy::Start), Just(YearNamedBy::End)]
}

fn calendar() -> impl Strategy<Value = FiscalCalendar> {
    use WeekPattern::{FiveFourFour, FourFiveFour, FourFourFive, ThirteenPeriods};
    use YearEndRule::{LastInMonth, NearestToMonthEnd};
    let months = (1u32..=12, 1u32..=31, named_by())
        .prop_filter_map("no such day", |(month, day, named_by)| {
            FiscalCalendar::months(month, day, named_by).ok()
        });
    let pattern =
        prop::sample::select(vec![FourFourFive, FourFiveFour, FiveFourFour, ThirteenPeriods]);
    let end = (1u32..=12, 0u8..7, prop::sample::select(vec![LastInMonth, NearestToMonthEnd]))
        .prop_map(|(month, weekday, rule)| YearEnd {
            month,
            weekday: Weekday::try_from(weekday).unwrap(),
            rule,
        });
    let weeks = (pattern, end, named_by()).prop_map(|(pattern, end, named_by)| {
        FiscalCalendar::weeks(pattern, end, named_by).unwrap()
    });
    prop_oneof![months, weeks]
}

proptest! {
    #[test]
    fn periods_tile_the_year_and_years_tile_time(calendar in calendar(), number in 1800i32..2300) {
        let year = calendar.year(number).unwrap();
        let periods = calendar.periods(number).unwrap();
        prop_assert_eq!(periods[0].start, year.start);
        prop_assert_eq!(periods[periods.len() - 1].end, year.end);
        prop_assert_eq!(periods.len() as u32, calendar.periods_per_year());
        for pair in periods.windows(2) {
            prop_assert_eq!(pair[0].end.succ_opt(), Some(pair[1].start));
            prop_assert_eq!(pair[0].number + 1, pair[1].number);
        }
        prop_assert!(periods.iter().all(|period| period.start < period.end));
        prop_assert_eq!(year.end.succ_opt(), Some(calendar.year(number + 1).unwrap().start));
    }

    #[test]
    fn a_day_lies_in_the_period_and_year_that_it_is_told(calendar in calendar(), day in 650_000i32..840_000) {
        let date = NaiveDate::from_num_days_from_ce_opt(day).unwrap();
        let (year, period) = (calendar.year_of(date).unwrap(), calendar.period_of(date).unwrap());
        prop_assert!(year.range().contains(date) && period.range().contains(date));
        prop_assert_eq!(year.number, period.year);
        prop_assert!(calendar.periods(year.number).unwrap().contains(&period));
    }

    #[test]
    fn a_year_of_weeks_has_52_or_53_and_ends_near_its_month(month in 1u32..=12, weekday in 0u8..7, number in 1800i32..2300) {
        let weekday = Weekday::try_from(weekday).unwrap();
        for (rule, before, after) in [(YearEndRule::LastInMonth, 6, 0), (YearEndRule::NearestToMonthEnd, 3, 3)] {
            let calendar = FiscalCalendar::weeks(WeekPattern::FourFourFive, YearEnd { month, weekday, rule }, YearNamedBy::End).unwrap();
            let year = calendar.year(number).unwrap();
            prop_assert!(matches!(year.range().days(), Some(364 | 371)));
            prop_assert_eq!(year.end.weekday(), weekday);
            let month_end = crate::date_range::end_of_month(NaiveDate::from_ymd_opt(number, month, 1).unwrap());
            prop_assert!(month_end - Days::new(before) <= year.end && year.end <= month_end + Days::new(after));
        }
    }

    #[test]
    fn json_gives_back_the_calendar(calendar in calendar()) {
        let json = serde_json::to_string(&calendar).unwrap();
        prop_assert_eq!(serde_json::from_str::<FiscalCalendar>(&json).unwrap(), calendar);
    }
}

#[test]
fn years_and_periods_that_can_t_be_are_not_read() {
    let good = r#"{"year":2026,"number":1,"start":"2026-01-01","end":"2026-01-31"}"#;
    let period: FiscalPeriod = serde_json::from_str(good).unwrap();
    assert_eq!(serde_json::to_string(&period).unwrap(), good);
    let refusal = |json: &str| serde_json::from_str::<FiscalPeriod>(json).unwrap_err().to_string();
    let reversed = refusal(&good.replace("01-31", "01-01").replacen("01-01", "01-31", 1));
    assert!(reversed.contains("the end lies before the start"), "{reversed}");
    assert!(refusal(&good.replace(r#""number":1"#, r#""number":0"#)).contains("no period 0"));
    assert!(refusal(&good.replace("number", "nr")).contains("unknown field"));
    let year = r#"{"number":2026,"start":"2026-12-31","end":"2026-01-01"}"#;
    let reversed = serde_json::from_str::<FiscalYear>(year).unwrap_err().to_string();
    assert!(reversed.contains("2026-12-31 to 2026-01-01"), "{reversed}");
}
