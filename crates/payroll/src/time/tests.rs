use chrono::{NaiveDate, NaiveTime, Weekday};
use fondaco_core::calendar::Calendar;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn t(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

fn d(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn breaks_that_are_not_taken_are_taken_out_of_the_middle() {
    let rules = TimeRules::default().breaks(&[(360, 30), (540, 45)]);
    let minutes = |from, to, breaks: &[(&str, &str)]| {
        let breaks = breaks.iter().map(|(from, to)| (t(from), t(to))).collect();
        let sheet = DaySheet {
            worked: vec![Worked { from: t(from), to: t(to), breaks }],
            ..DaySheet::default()
        };
        sheet.minutes(&rules, d("2026-03-02")).map(|all| all.to_string())
    };
    assert_eq!(minutes("08:00", "14:00", &[]).unwrap(), "360"); // not above six hours
    assert_eq!(minutes("08:00", "14:01", &[]).unwrap(), "331");
    assert_eq!(minutes("08:00", "17:00", &[("12:00", "13:00")]).unwrap(), "480");
    assert_eq!(minutes("08:00", "18:00", &[("12:00", "12:15")]).unwrap(), "555"); // half an hour more
    assert_eq!(minutes("22:00", "06:00", &[("02:00", "02:30")]).unwrap(), "450");
    let refused = minutes("08:00", "12:00", &[("12:00", "12:30")]).unwrap_err().to_string();
    assert!(refused.ends_with("give breaks in order, within the time at work"), "{refused}");
}

/// ArbZG § 4: half an hour above six hours of a day, three quarters above nine; what lies between two stretches is a break.
#[test]
fn breaks_are_owed_for_the_whole_day() {
    let rules = TimeRules::default().breaks(&[(360, 30), (540, 45)]);
    let minutes = |stretches: &[(&str, &str)]| {
        let stretch =
            |(from, to): &(&str, &str)| Worked { from: t(from), to: t(to), breaks: Vec::new() };
        let sheet =
            DaySheet { worked: stretches.iter().map(stretch).collect(), ..DaySheet::default() };
        sheet.minutes(&rules, d("2026-03-02")).unwrap().to_string()
    };
    // Nine hours with five minutes between them: 25 more are owed.
    assert_eq!(minutes(&[("08:00", "13:00"), ("13:05", "17:05")]), "515");
    assert_eq!(minutes(&[("08:00", "13:00"), ("13:30", "17:30")]), "540");
    assert_eq!(minutes(&[("06:00", "09:00"), ("09:10", "12:10")]), "360"); // not above six hours
}

#[test]
fn what_can_not_have_been_worked_is_refused() {
    let rules = TimeRules::default();
    let day = d("2026-03-02");
    let said = |sheet: DaySheet| sheet.minutes(&rules, day).unwrap_err().to_string();
    assert_eq!(said(DaySheet::hours((-1).into())), "hours is -1: give zero or more");
    assert_eq!(
        said(DaySheet::hours(25.into())),
        "25 hours are worked on 2026-03-02: a day has 24, so split them over their days"
    );
    let stretch = |from, to| Worked { from: t(from), to: t(to), breaks: Vec::new() };
    let both = vec![stretch("08:00", "12:00"), stretch("11:00", "13:00")];
    assert!(
        said(DaySheet { worked: both, ..DaySheet::default() })
            .contains("none reaching into another")
    );
    let seconds = DaySheet::from_to("08:00:30".parse().unwrap(), t("12:00"));
    assert!(said(seconds).ends_with("leave the seconds out"));
}

#[test]
fn times_are_rounded_to_the_nearest_step() {
    let rules = TimeRules { round_to_minutes: 15, ..TimeRules::default() };
    rules.check().unwrap();
    let sheet = DaySheet::from_to(t("07:53"), t("16:07"));
    assert_eq!(sheet.minutes(&rules, d("2026-03-02")).unwrap(), Decimal::from(480));
    let odd = TimeRules { round_to_minutes: 7, ..TimeRules::default() };
    assert!(
        odd.check().unwrap_err().to_string().contains("rounding is 7, which no hour is made of")
    );
}

#[test]
fn holidays_and_nights_are_found_across_midnight() {
    let rules = TimeRules::default()
        .premium("HOLIDAY", When::Holidays)
        .premium("NIGHT", When::Between { from: t("20:00"), to: t("06:00") });
    let calendar = Calendar::named("DE").unwrap();
    let hours =
        |day, sheet: DaySheet| classify(&rules, &calendar, d(day), &sheet).unwrap().premiums;
    // Into New Year's Day.
    let shift = hours("2025-12-31", DaySheet::from_to(t("18:00"), t("02:00")));
    assert_eq!(shift, [("HOLIDAY".into(), 120.into()), ("NIGHT".into(), 360.into())]);
    // In the small hours of it the night before still is.
    let early = hours("2026-01-01", DaySheet::from_to(t("04:00"), t("08:00")));
    assert_eq!(early, [("HOLIDAY".into(), 240.into()), ("NIGHT".into(), 120.into())]);
    // Hours without times are of the day, and of no night.
    assert_eq!(hours("2026-01-01", DaySheet::hours(8.into())), [("HOLIDAY".into(), 480.into())]);
    assert_eq!(hours("2025-12-31", DaySheet::hours(8.into())), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Minute by minute it is the same.
    #[test]
    fn classes_are_what_counting_minutes_gives(
        day in 0i64..730, from in 0i64..1440, length in 1i64..1440, night in (0i64..1440, 0i64..1440), pause in 0u32..90,
    ) {
        let day = d("2026-01-01") + chrono::Duration::days(day);
        let time = |minute: i64| NaiveTime::from_num_seconds_from_midnight_opt((minute % 1440 * 60) as u32, 0).unwrap();
        let calendar = Calendar::named("US").unwrap();
        let rules = TimeRules::default()
            .breaks(&[(300, pause)])
            .premium("NIGHT", When::Between { from: time(night.0), to: time(night.1) })
            .premium("WEEKEND", When::On(vec![Weekday::Sat, Weekday::Sun]))
            .premium("HOLIDAY", When::Holidays);
        let sheet = DaySheet::from_to(time(from), time(from + length));
        let told = classify(&rules, &calendar, day, &sheet).unwrap();
        let owed = if length > 300 { i64::from(pause).min(length) } else { 0 };
        let middle = from + (length - owed) / 2;
        let at_work = (from..from + length).filter(|minute| !(middle..middle + owed).contains(minute));
        let mut counted = [0i64; 4];
        for minute in at_work {
            let date = day + chrono::Duration::days(minute / 1440);
            let clock = minute % 1440;
            let in_night = match night.0 < night.1 {
                true => (night.0..night.1).contains(&clock),
                false => clock >= night.0 || clock < night.1,
            };
            let weekend = ["Sat", "Sun"].contains(&date.format("%a").to_string().as_str());
            let holiday = calendar.holiday_on(date).is_some();
            for (sum, holds) in counted.iter_mut().zip([true, in_night, weekend, holiday]) {
                *sum += i64::from(holds);
            }
        }
        let said = |component: &str| {
            told.premiums.iter().find(|(name, _)| name == component).map_or(Decimal::ZERO, |(_, all)| *all)
        };
        let expected = counted.map(Decimal::from);
        prop_assert_eq!([told.worked, said("NIGHT"), said("WEEKEND"), said("HOLIDAY")], expected);
    }
}
