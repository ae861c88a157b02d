use chrono::Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
use proptest::prelude::*;

use super::*;
use crate::calendar::Calendar;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn every_day(hours: &str) -> WorkingHours {
    WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri, Sat, Sun], hours.parse().unwrap())
}

/// Central European time in 2026: an hour more from 29 March to 25 October, changed at 01:00 UTC.
fn berlin() -> Zone {
    let changes = [("2026-03-29T01:00:00Z", 120), ("2026-10-25T01:00:00Z", 60)];
    let winter = Zone::minutes_east(60).unwrap();
    changes.into_iter().fold(winter, |zone, (from, east)| zone.changing(at(from), east).unwrap())
}

#[test]
fn a_clock_that_is_set_takes_or_gives_an_hour() {
    let night = every_day("00:00-06:00");
    let open =
        |from: &str, to: &str| night.between(at(from), at(to), &berlin()).unwrap().num_minutes();
    assert_eq!(open("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 5 * 60);
    assert_eq!(open("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 7 * 60);
    assert_eq!(open("2026-06-01T12:00:00Z", "2026-06-02T12:00:00Z"), 6 * 60);
    // The hour between two and three, which is there twice, or not at all.
    let third = every_day("02:00-03:00");
    let open =
        |from: &str, to: &str| third.between(at(from), at(to), &berlin()).unwrap().num_minutes();
    assert_eq!(open("2026-03-29T00:00:00Z", "2026-03-29T20:00:00Z"), 0);
    assert_eq!(open("2026-10-25T00:00:00Z", "2026-10-25T20:00:00Z"), 120);
    let next = third.next_open(at("2026-03-29T00:00:00Z"), &berlin()).unwrap();
    assert_eq!(next, at("2026-03-30T00:00:00Z"));
}

/// As in Newfoundland until 2011: at one minute past midnight back to the evening before.
#[test]
fn a_clock_that_is_set_back_over_midnight() {
    let change = at("2010-11-07T02:31:00Z");
    let st_john_s = Zone::minutes_east(-150).unwrap().changing(change, -210).unwrap();
    let late = every_day("00:00-00:01,23:30-24:00");
    let pieces: Vec<_> =
        late.pieces(at("2010-11-07T01:00:00Z"), &st_john_s).take(5).map(|p| p.unwrap()).collect();
    assert!(pieces.is_sorted());
    let open =
        late.between(at("2010-11-07T01:30:00Z"), at("2010-11-07T04:00:00Z"), &st_john_s).unwrap();
    assert_eq!(open.num_minutes(), 30 + 1 + 30 + 1);
    // An instant in the evening that is there twice: the first minute of the day after has been already.
    let open =
        late.between(at("2010-11-07T02:00:00Z"), at("2010-11-07T02:45:00Z"), &st_john_s).unwrap();
    assert_eq!(open.num_minutes(), 30 + 1);
}

#[test]
fn time_that_is_used_up_at_closing() {
    let hours = WorkingHours::new().on([Mon, Tue], "08:00-18:00".parse().unwrap());
    let monday = at("2026-01-05T08:00:00Z");
    let ten = TimeDelta::hours(10);
    let add = |time, policy| hours.add(monday, time, policy, &Zone::UTC).unwrap();
    assert_eq!(add(ten, AtClosing::Closing), at("2026-01-05T18:00:00Z"));
    assert_eq!(add(ten, AtClosing::NextOpening), at("2026-01-06T08:00:00Z"));
    assert_eq!(add(ten * 2, AtClosing::NextOpening), at("2026-01-12T08:00:00Z"));
    assert_eq!(add(TimeDelta::zero(), AtClosing::NextOpening), monday);
}

#[test]
fn what_is_paused_is_not_worked() {
    let hours = every_day("09:00-17:00")
        .paused(at("2026-01-05T12:00:00Z"), at("2026-01-06T10:00:00Z"))
        .paused(at("2026-01-06T09:30:00Z"), at("2026-01-06T11:00:00Z"))
        .paused(at("2026-01-05T10:00:00Z"), at("2026-01-05T09:30:00Z")); // none
    let open = |at_: &str| hours.is_open(at(at_), &Zone::UTC).unwrap();
    let seen = [
        "2026-01-05T09:45:00Z",
        "2026-01-05T11:59:59Z",
        "2026-01-05T12:00:00Z",
        "2026-01-06T11:00:00Z",
    ];
    assert_eq!(seen.map(open), [true, true, false, true]);
    let (from, to) = (at("2026-01-05T09:00:00Z"), at("2026-01-06T12:00:00Z"));
    assert_eq!(hours.between(from, to, &Zone::UTC).unwrap(), TimeDelta::hours(3 + 1));
    let next = hours.next_open(at("2026-01-05T12:00:00Z"), &Zone::UTC).unwrap();
    assert_eq!(next, at("2026-01-06T11:00:00Z"));
    let add = |policy| hours.add(from, TimeDelta::hours(3), policy, &Zone::UTC).unwrap();
    assert_eq!(add(AtClosing::Closing), at("2026-01-05T12:00:00Z"));
    assert_eq!(add(AtClosing::NextOpening), at("2026-01-06T11:00:00Z"));
}

#[test]
fn a_start_is_found_or_said_to_be_beyond() {
    let calendar =
        Calendar::named("DE").unwrap().over("2026-01-01/2026-01-31".parse().unwrap()).unwrap();
    let hours = every_day("09:00-17:00").within(calendar);
    let to = at("2026-01-05T10:00:00Z"); // nine hours after the first opening of the year, on the 2nd
    let sub = |time, policy| hours.sub(to, TimeDelta::hours(time), policy, &Zone::UTC);
    for policy in [AtClosing::Closing, AtClosing::NextOpening] {
        assert_eq!(sub(9, policy), Ok(at("2026-01-02T09:00:00Z")));
        assert_eq!(sub(0, policy), Ok(to));
        assert_eq!(sub(10, policy).unwrap_err().code(), "calendar.beyond");
        assert_eq!(sub(-1, policy).unwrap_err().code(), "calendar.hours");
    }
    let hour = TimeDelta::hours(1);
    let never = WorkingHours::new().sub(to, hour, AtClosing::Closing, &Zone::UTC);
    assert_eq!(never.unwrap_err().code(), "calendar.hours");
    let once =
        WorkingHours::new().except("2020-02-29".parse().unwrap(), "09:00-10:00".parse().unwrap());
    let start = once.sub(to, hour, AtClosing::Closing, &Zone::UTC);
    assert_eq!(start, Ok(at("2020-02-29T09:00:00Z")));
}

#[test]
fn only_working_days_have_hours() {
    let calendar =
        Calendar::named("DE").unwrap().over("2026-01-01/2026-01-31".parse().unwrap()).unwrap();
    let hours = every_day("09:00-17:00").within(calendar);
    let open = |at_: &str| hours.is_open(at(at_), &Zone::UTC);
    assert_eq!(open("2026-01-01T10:00:00Z"), Ok(false));
    assert_eq!(open("2026-01-02T10:00:00Z"), Ok(true));
    assert_eq!(open("2026-01-02T17:00:00Z"), Ok(false));
    assert_eq!(open("2026-01-03T10:00:00Z"), Ok(false));
    assert_eq!(open("2026-02-01T10:00:00Z").unwrap_err().code(), "calendar.beyond");
    let beyond =
        hours.add(at("2026-01-30T10:00:00Z"), TimeDelta::hours(8), AtClosing::Closing, &Zone::UTC);
    assert_eq!(beyond.unwrap_err().code(), "calendar.beyond");
    // ... but up to the last evening of the table there is one.
    let january = hours.between(at("2026-01-01T00:00:00Z"), at("2026-01-31T23:00:00Z"), &Zone::UTC);
    assert_eq!(january, Ok(TimeDelta::hours(21 * 8)));
}

#[test]
fn hours_that_can_not_be_are_refused() {
    for text in [
        "8:00-12:00",
        "08:00",
        "08:00-24:01",
        "08:60-09:00",
        "-",
        "12:00-12:00",
        "08:00-12:00,11:00-13:00",
        "+8:00-09:00",
    ] {
        assert_eq!(text.parse::<DayHours>().unwrap_err().code(), "calendar.hours", "{text}");
    }
    let odd = "08:00-12:00, 1:00-17:00".parse::<DayHours>().unwrap_err().to_string();
    assert!(odd.starts_with("hours 1:00-17:00: write them as "), "{odd}");
    let (never, now) = (WorkingHours::new(), at("2026-01-05T08:00:00Z"));
    let hour = TimeDelta::hours(1);
    let refused = [
        never.add(now, hour, AtClosing::Closing, &Zone::UTC),
        never.next_open(now, &Zone::UTC),
        WorkingHours::always().add(now, -hour, AtClosing::Closing, &Zone::UTC),
        WorkingHours::always().add(Timestamp::MAX, hour, AtClosing::Closing, &Zone::UTC),
    ];
    for refused in refused {
        assert_eq!(refused.unwrap_err().code(), "calendar.hours");
    }
    assert_eq!(never.between(now, at("2027-01-05T08:00:00Z"), &Zone::UTC), Ok(TimeDelta::zero()));
    let once = never.except("2026-03-01".parse().unwrap(), "08:00-09:00".parse().unwrap());
    assert_eq!(
        once.add(now, hour, AtClosing::Closing, &Zone::UTC).unwrap(),
        at("2026-03-01T09:00:00Z")
    );
    assert!(once.add(now, hour * 2, AtClosing::Closing, &Zone::UTC).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// From the start that is found, just so much time passes, also over pauses and where clocks are set; none later does as
    /// well, and none earlier.
    #[test]
    fn between_a_start_and_its_end_lies_the_time(
        end in 0i64..500_000,
        minutes in 1i64..6_000,
        pause in (0i64..500_000, 0i64..5_000),
    ) {
        let base = at("2026-01-01T00:00:00Z");
        let minute = |n: i64| base.checked_add(TimeDelta::minutes(n)).unwrap();
        let hours = WorkingHours::new()
            .on([Mon, Tue, Thu], "08:00-12:00,13:00-17:30".parse().unwrap())
            .on([Sun], "00:00-06:00".parse().unwrap())
            .paused(minute(pause.0), minute(pause.0 + pause.1));
        let (to, time, zone) = (minute(end), TimeDelta::minutes(minutes), berlin());
        let sub = |policy| hours.sub(to, time, policy, &zone).unwrap();
        let (first, last) = (sub(AtClosing::Closing), sub(AtClosing::NextOpening));
        prop_assert!(first <= last);
        let around = |at: Timestamp, seconds| {
            let near = at.checked_add(TimeDelta::seconds(seconds)).unwrap();
            hours.between(near, to, &zone).unwrap()
        };
        prop_assert_eq!((around(first, 0), around(last, 0)), (time, time));
        prop_assert!(around(first, -1) > time && around(last, 1) < time);
    }

    /// Against the definition: each minute is open or not by what the clock shows.
    #[test]
    fn reckoning_is_counting_minutes(
        cuts in prop::collection::btree_set(0u16..=1440, 0..6),
        start in 0i64..600,
        length in 0i64..4000,
        autumn in prop::bool::ANY,
        pause in (0i64..4600, 0i64..500),
    ) {
        let cuts: Vec<u16> = cuts.into_iter().collect();
        let hours = DayHours(cuts.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect());
        let hours = WorkingHours::new().on([Mon, Wed, Sat, Sun], hours);
        let base = at(if autumn { "2026-10-24T12:00:00Z" } else { "2026-03-28T12:00:00Z" });
        let minute = |n: i64| Timestamp::from_micros(base.micros() + n * 60_000_000).unwrap();
        let hours = hours.paused(minute(pause.0), minute(pause.0 + pause.1));
        let open = |n: i64| hours.is_open(minute(n), &berlin()).unwrap();
        let end = start + length;
        let counted = (start..end).filter(|n| open(*n)).count() as i64;
        let between = hours.between(minute(start), minute(end), &berlin()).unwrap();
        prop_assert_eq!(between.num_minutes(), counted);
        prop_assert_eq!(hours.between(minute(end), minute(start), &berlin()).unwrap().num_minutes(), -counted);
        if counted > 0 {
            let mut left = counted;
            let last = (start..end).find(|n| { left -= i64::from(open(*n)); left == 0 }).unwrap();
            let added = hours.add(minute(start), between, AtClosing::Closing, &berlin()).unwrap();
            prop_assert_eq!(added, minute(last + 1));
            let added = hours.add(minute(start), between, AtClosing::NextOpening, &berlin()).unwrap();
            let next = (last + 1..).find(|n| open(*n)).unwrap();
            prop_assert_eq!(added, minute(next));
        }
    }
}

/// Opening hours can be kept: what is read answers as what was written.
#[test]
fn hours_as_data_are_the_same() {
    let year = "2026-01-01/2026-12-31".parse().unwrap();
    let days = Calendar::named("DE-HE").unwrap().over(year).unwrap();
    let hours = WorkingHours::always()
        .on([Fri], "08:00-12:00".parse().unwrap())
        .except("2026-12-24".parse().unwrap(), "09:00-12:00".parse().unwrap())
        .within(days)
        .paused(Timestamp::EPOCH, "2026-01-05T09:00:00Z".parse().unwrap());
    for hours in [WorkingHours::new(), WorkingHours::always(), hours] {
        let text = serde_json::to_string(&hours).unwrap();
        assert_eq!(serde_json::from_str::<WorkingHours>(&text).unwrap(), hours, "{text}");
    }
    let reversed = r#"{"first":"2026-01-02","last":"2026-01-01","off":[]}"#;
    assert!(serde_json::from_str::<WorkingDays>(reversed).is_err());
}
