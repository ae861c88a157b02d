use chrono::Datelike;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn first(rule: &str, start: &str, count: usize) -> Vec<String> {
    let rule: Recurrence = rule.parse().unwrap();
    rule.dates(day(start)).take(count).map(|date| date.to_string()).collect()
}

/// Dates of one month: `1997-09: 2 3`.
fn dates(text: &str) -> Vec<String> {
    let months = text.split(';').map(|part| part.split_once(':').unwrap());
    let date = |month: &str, day: &str| format!("{}-{:0>2}", month.trim(), day);
    months
        .flat_map(|(month, days)| days.split_whitespace().map(move |day| date(month, day)))
        .collect()
}

/// The examples of RFC 5545, section 3.8.5.3, that need no time of day: all start on 2 September
/// 1997 unless they say so. Where the RFC lists "..." so do we: the list is a beginning.
#[test]
fn the_examples_of_the_rfc() {
    let cases = [
        ("FREQ=DAILY;COUNT=10", "1997-09-02", "1997-09: 2 3 4 5 6 7 8 9 10 11"),
        (
            "FREQ=DAILY;INTERVAL=2",
            "1997-09-02",
            "1997-09: 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30; 1997-10: 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30",
        ),
        ("FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02", "1997-09: 2 12 22; 1997-10: 2 12"),
        (
            "FREQ=WEEKLY;COUNT=10",
            "1997-09-02",
            "1997-09: 2 9 16 23 30; 1997-10: 7 14 21 28; 1997-11: 4",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
            "1997-09-02",
            "1997-09: 2 16 30; 1997-10: 14 28; 1997-11: 11 25; 1997-12: 9 23; 1998-01: 6 20; 1998-02: 3 17",
        ),
        (
            "FREQ=WEEKLY;UNTIL=19971007;WKST=SU;BYDAY=TU,TH",
            "1997-09-02",
            "1997-09: 2 4 9 11 16 18 23 25 30; 1997-10: 2 7",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224;WKST=SU;BYDAY=MO,WE,FR",
            "1997-09-01",
            "1997-09: 1 3 5 15 17 19 29; 1997-10: 1 3 13 15 17 27 29 31; 1997-11: 10 12 14 24 26 28; 1997-12: 8 10 12 22 24",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
            "1997-09-02",
            "1997-09: 2 4 16 18 30; 1997-10: 2 14 16",
        ),
        (
            "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
            "1997-09-05",
            "1997-09: 5; 1997-10: 3; 1997-11: 7; 1997-12: 5; 1998-01: 2; 1998-02: 6; 1998-03: 6; 1998-04: 3; 1998-05: 1; 1998-06: 5",
        ),
        (
            "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
            "1997-09-07",
            "1997-09: 7 28; 1997-11: 2 30; 1998-01: 4 25; 1998-03: 1 29; 1998-05: 3 31",
        ),
        (
            "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
            "1997-09-22",
            "1997-09: 22; 1997-10: 20; 1997-11: 17; 1997-12: 22; 1998-01: 19; 1998-02: 16",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-3",
            "1997-09-28",
            "1997-09: 28; 1997-10: 29; 1997-11: 28; 1997-12: 29; 1998-01: 29; 1998-02: 26",
        ),
        (
            "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
            "1997-09-02",
            "1997-09: 2 15; 1997-10: 2 15; 1997-11: 2 15; 1997-12: 2 15; 1998-01: 2 15",
        ),
        (
            "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
            "1997-09-30",
            "1997-09: 30; 1997-10: 1 31; 1997-11: 1 30; 1997-12: 1 31; 1998-01: 1 31; 1998-02: 1",
        ),
        (
            "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
            "1997-09-10",
            "1997-09: 10 11 12 13 14 15; 1999-03: 10 11 12 13",
        ),
        (
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
            "1997-09-02",
            "1997-09: 2 9 16 23 30; 1997-11: 4 11 18 25; 1998-01: 6 13 20 27; 1998-03: 3 10 17 24 31",
        ),
        (
            "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
            "1997-06-10",
            "1997-06: 10; 1997-07: 10; 1998-06: 10; 1998-07: 10; 1999-06: 10; 1999-07: 10; 2000-06: 10; 2000-07: 10; 2001-06: 10; 2001-07: 10",
        ),
        (
            "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
            "1997-03-10",
            "1997-03: 10; 1999-01: 10; 1999-02: 10; 1999-03: 10; 2001-01: 10; 2001-02: 10; 2001-03: 10; 2003-01: 10; 2003-02: 10; 2003-03: 10",
        ),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "1997-05: 19; 1998-05: 18; 1999-05: 17"),
        (
            "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
            "1997-03-13",
            "1997-03: 13 20 27; 1998-03: 5 12 19 26; 1999-03: 4 11 18 25",
        ),
        (
            "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
            "1997-06-05",
            "1997-06: 5 12 19 26; 1997-07: 3 10 17 24 31; 1997-08: 7 14 21 28; 1998-06: 4 11 18 25",
        ),
        (
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", // the start, excluded there by EXDATE, is none here
            "1997-09-02",
            "1998-02: 13; 1998-03: 13; 1998-11: 13; 1999-08: 13; 2000-10: 13",
        ),
        (
            "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
            "1997-09-13",
            "1997-09: 13; 1997-10: 11; 1997-11: 8; 1997-12: 13; 1998-01: 10; 1998-02: 7; 1998-03: 7; 1998-04: 11; 1998-05: 9; 1998-06: 13",
        ),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            "1996-11-05",
            "1996-11: 5; 2000-11: 7; 2004-11: 2",
        ),
        (
            "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
            "1997-09-04",
            "1997-09: 4; 1997-10: 7; 1997-11: 6",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            "1997-09-29",
            "1997-09: 29; 1997-10: 30; 1997-11: 27; 1997-12: 30; 1998-01: 29; 1998-02: 26; 1998-03: 30",
        ),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", "1997-08: 5 10 19 24"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", "1997-08: 5 17 19 31"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
            "2007-01-15",
            "2007-01: 15 30; 2007-02: 15; 2007-03: 15 30",
        ),
    ];
    for (rule, start, expected) in cases {
        let expected = dates(expected);
        let ends = rule.contains("COUNT") || rule.contains("UNTIL");
        let more = if ends { 10 } else { 0 };
        assert_eq!(first(rule, start, expected.len() + more), expected, "{rule} from {start}");
    }
}

/// "Every day in January, for 3 years", in its two forms, and the first of those with many dates.
#[test]
fn the_examples_of_the_rfc_that_list_too_much() {
    let until = "FREQ=DAILY;UNTIL=19971224";
    let all = first(until, "1997-09-02", 1000);
    assert_eq!((all.len(), all.last().unwrap().as_str()), (114, "1997-12-24"));
    let yearly = first(
        "FREQ=YEARLY;UNTIL=20000131;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "1998-01-01",
        1000,
    );
    assert_eq!(yearly.len(), 93);
    assert_eq!(yearly, first("FREQ=DAILY;UNTIL=20000131;BYMONTH=1", "1998-01-01", 1000));
    assert_eq!(yearly[31], "1999-01-01");
}

#[test]
fn a_rule_that_names_no_day_ends() {
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=31",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
    ] {
        assert_eq!(first(rule, "2026-02-01", 1), [""; 0], "{rule}");
    }
    // ... but one that has to wait for its day does not.
    assert_eq!(first("FREQ=YEARLY;INTERVAL=100", "2000-02-29", 2), ["2000-02-29", "2400-02-29"]);
}

#[test]
fn dates_end_where_the_calendar_does() {
    let rule = Recurrence::daily();
    assert_eq!(rule.dates(NaiveDate::MAX).count(), 1);
    // The first date lies in the middle of a week whose first day is none.
    assert_eq!(Recurrence::weekly().dates(NaiveDate::MIN).next(), None);
    assert_eq!(Recurrence::monthly().dates(NaiveDate::MAX).count(), 1);
    assert_eq!(rule.next_after(NaiveDate::MIN, NaiveDate::MAX), None);
}

#[test]
fn the_start_counts_only_if_the_rule_says_so() {
    assert_eq!(
        first("FREQ=MONTHLY;BYMONTHDAY=1;COUNT=2", "2026-01-15", 9),
        ["2026-02-01", "2026-03-01"]
    );
}

#[test]
fn what_is_no_rule_is_refused() {
    let cases = [
        ("", "core.recurrence_syntax"),
        ("INTERVAL=2", "core.recurrence_no_frequency"),
        ("FREQ=FORTNIGHTLY", "core.recurrence_syntax"),
        ("FREQ=HOURLY", "core.recurrence_unsupported"),
        ("FREQ=YEARLY;BYWEEKNO=20", "core.recurrence_unsupported"),
        ("FREQ=YEARLY;BYYEARDAY=1", "core.recurrence_unsupported"),
        ("FREQ=DAILY;UNTIL=19971224T000000Z", "core.recurrence_unsupported"),
        ("FREQ=DAILY;UNTIL=19971301", "core.recurrence_syntax"),
        ("FREQ=DAILY;UNTIL=1997121", "core.recurrence_syntax"),
        ("FREQ=DAILY;UNTIL=+1997121", "core.recurrence_syntax"),
        ("FREQ=DAILY;FREQ=DAILY", "core.recurrence_twice"),
        ("FREQ=DAILY;COUNT=2;UNTIL=19971224", "core.recurrence_not_with"),
        ("FREQ=DAILY;COUNT=0", "core.recurrence_out_of_range"),
        ("FREQ=DAILY;INTERVAL=0", "core.recurrence_out_of_range"),
        ("FREQ=DAILY;INTERVAL=-1", "core.recurrence_syntax"),
        ("FREQ=DAILY;BYDAY=1MO", "core.recurrence_not_with"),
        ("FREQ=WEEKLY;BYDAY=1MO", "core.recurrence_not_with"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "core.recurrence_not_with"),
        ("FREQ=MONTHLY;BYDAY=6MO", "core.recurrence_out_of_range"),
        ("FREQ=MONTHLY;BYDAY=0MO", "core.recurrence_out_of_range"),
        ("FREQ=YEARLY;BYDAY=54MO", "core.recurrence_out_of_range"),
        ("FREQ=MONTHLY;BYDAY=MON", "core.recurrence_syntax"),
        ("FREQ=MONTHLY;BYDAY=é", "core.recurrence_syntax"),
        ("FREQ=MONTHLY;BYDAY=", "core.recurrence_syntax"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "core.recurrence_out_of_range"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "core.recurrence_out_of_range"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2147483648", "core.recurrence_out_of_range"),
        ("FREQ=YEARLY;BYMONTH=13", "core.recurrence_out_of_range"),
        ("FREQ=MONTHLY;BYSETPOS=1", "core.recurrence_not_with"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "core.recurrence_out_of_range"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "core.recurrence_out_of_range"),
        ("RRULE:FREQ=DAILY", "core.recurrence_syntax"),
        ("FREQ=DAILY;X=1", "core.recurrence_syntax"),
        ("freq=daily", "core.recurrence_syntax"),
    ];
    for (text, code) in cases {
        assert_eq!(text.parse::<Recurrence>().unwrap_err().code(), code, "{text}");
    }
    let error = "FREQ=MONTHLY;BYMONTHDAY=32".parse::<Recurrence>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "BYMONTHDAY=32 is out of range: give 1 to 31, or -1 (the last day) to -31"
    );
}

fn rule() -> impl Strategy<Value = Recurrence> {
    let on_day = || (prop::option::weighted(0.4, -5i32..=5), 0u8..7);
    let lists = (
        prop::collection::vec(1u32..=12, 0..3),
        prop::collection::vec(-31i32..=31, 0..3),
        prop::collection::vec(on_day(), 0..3),
        prop::collection::vec(-3i32..=3, 0..2),
    );
    let end = prop_oneof![
        Just(RecurrenceEnd::Never),
        (1u32..20).prop_map(|n| RecurrenceEnd::Count(NonZeroU32::new(n).unwrap())),
        (730_000i32..731_500)
            .prop_map(|n| RecurrenceEnd::Until(NaiveDate::from_num_days_from_ce_opt(n).unwrap())),
    ];
    let frequency = prop::sample::select(vec![
        Frequency::Daily,
        Frequency::Weekly,
        Frequency::Monthly,
        Frequency::Yearly,
    ]);
    let whole = (frequency, 1u32..5, lists, 0u8..7, end);
    whole.prop_filter_map("no rule", |(frequency, interval, lists, week_start, end)| {
        let (months, month_days, days, positions) = lists;
        let weekday = |day: u8| Weekday::try_from(day).unwrap();
        let days = days.into_iter().map(|(ordinal, day)| OnDay { ordinal, weekday: weekday(day) });
        let rule = Recurrence {
            frequency,
            interval: NonZeroU32::new(interval).unwrap(),
            months,
            month_days,
            days: days.collect(),
            positions,
            week_start: weekday(week_start),
            end,
        };
        rule.checked().ok()
    })
}

/// The same by definition, day by day: which stretch a day lies in, and whether the rule names it there.
fn naive(rule: &Recurrence, start: NaiveDate, until: NaiveDate) -> Vec<NaiveDate> {
    let stretch = |day: NaiveDate| -> i64 {
        let days = i64::from(day.num_days_from_ce());
        match rule.frequency {
            Frequency::Daily => days,
            // Day 1 of the common era was a Monday.
            Frequency::Weekly => {
                (days - 1 - i64::from(rule.week_start.num_days_from_monday())).div_euclid(7)
            }
            Frequency::Monthly => i64::from(day.year()) * 12 + i64::from(day.month()),
            Frequency::Yearly => i64::from(day.year()),
        }
    };
    let names = |day: NaiveDate| {
        let open_days = rule.month_days.is_empty() && rule.days.is_empty();
        let month = rule.months.contains(&day.month()) || rule.months.is_empty();
        let last = end_of(day);
        let month_day = rule.month_days.iter().any(|&n| {
            let day = i32::try_from(day.day()).unwrap();
            n == day || n == day - 1 - i32::try_from(last.day()).unwrap()
        }) || rule.month_days.is_empty();
        let (first, last) = if rule.frequency == Frequency::Yearly && rule.months.is_empty() {
            (ymd(day.year(), 1, 1), ymd(day.year(), 12, 31))
        } else {
            (day.with_day(1).unwrap(), last)
        };
        let of = |from: NaiveDate, to: NaiveDate| {
            i32::try_from(
                from.iter_days()
                    .take_while(|d| *d <= to)
                    .filter(|d| d.weekday() == day.weekday())
                    .count(),
            )
            .unwrap()
        };
        let weekday = rule.days.iter().any(|on| {
            on.weekday == day.weekday()
                && on.ordinal.is_none_or(|n| n == of(first, day) || n == -of(day, last))
        }) || rule.days.is_empty();
        let taken_from_start = match rule.frequency {
            Frequency::Daily => true,
            Frequency::Weekly => !rule.days.is_empty() || day.weekday() == start.weekday(),
            Frequency::Monthly => !open_days || day.day() == start.day(),
            Frequency::Yearly if rule.months.is_empty() => {
                !open_days || (day.month(), day.day()) == (start.month(), start.day())
            }
            Frequency::Yearly => !open_days || day.day() == start.day(),
        };
        month && month_day && weekday && taken_from_start
    };
    let in_turn =
        |day: &NaiveDate| (stretch(*day) - stretch(start)) % i64::from(rule.interval.get()) == 0;
    let chosen: Vec<NaiveDate> = ymd(start.year() - 1, 12, 1)
        .iter_days()
        .take_while(|day| *day <= until)
        .filter(in_turn)
        .filter(|day| names(*day))
        .collect();
    let positioned = chosen.chunk_by(|a, b| stretch(*a) == stretch(*b)).flat_map(|set| {
        let at = |index: usize| {
            let from_start = i32::try_from(index).unwrap() + 1;
            let from_end = from_start - i32::try_from(set.len()).unwrap() - 1;
            rule.positions.is_empty()
                || rule.positions.contains(&from_start)
                || rule.positions.contains(&from_end)
        };
        set.iter()
            .copied()
            .enumerate()
            .filter(move |(index, _)| at(*index))
            .map(|(_, day)| day)
            .collect::<Vec<_>>()
    });
    let from_start = positioned.filter(|day| *day >= start);
    match rule.end {
        RecurrenceEnd::Never => from_start.collect(),
        RecurrenceEnd::Until(last) => from_start.take_while(|day| *day <= last).collect(),
        RecurrenceEnd::Count(count) => from_start.take(count.get() as usize).collect(),
    }
}

fn ymd(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn end_of(day: NaiveDate) -> NaiveDate {
    let next = day.with_day(1).unwrap() + chrono::Months::new(1);
    next.pred_opt().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn dates_are_those_of_the_definition(rule in rule(), start in 730_000i32..730_800) {
        let start = NaiveDate::from_num_days_from_ce_opt(start).unwrap();
        let until = ymd(start.year() + 4, 12, 31); // a whole year, so that positions are known
        let ours: Vec<NaiveDate> = rule.dates(start).take_while(|day| *day <= until).collect();
        prop_assert_eq!(ours, naive(&rule, start, until), "{} from {}", rule, start);
    }

    #[test]
    fn the_next_is_the_first_after(rule in rule(), start in 730_000i32..730_800, ahead in -50i32..900) {
        let date = |n: i32| NaiveDate::from_num_days_from_ce_opt(n).unwrap();
        let (start, day) = (date(start), date(start + ahead));
        let walked = rule.dates(start).find(|next| *next > day);
        prop_assert_eq!(rule.next_after(start, day), walked, "{} from {}", rule, start);
        let falls = rule.dates(start).find(|next| *next >= day) == Some(day);
        prop_assert_eq!(rule.falls_on(start, day), falls);
    }

    #[test]
    fn text_and_json_give_back_the_rule(rule in rule()) {
        prop_assert_eq!(&rule.to_string().parse::<Recurrence>().unwrap(), &rule);
        let json = serde_json::to_string(&rule).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Recurrence>(&json).unwrap(), &rule);
    }

    #[test]
    fn no_text_panics(text in "(FREQ=(DAILY|YEARLY)|BYDAY=|[-0-9A-Z=;,é]{0,6}){0,4}") {
        let _ = text.parse::<Recurrence>();
    }
}
