//! Orders against their definition, and moments against every minute tried.

use chrono::TimeDelta;
use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
use fondaco_core::calendar::{WorkingHours, Zone};
use proptest::prelude::*;

use super::*;
use crate::sla::{Course, Promise};

fn minute(minute: i64) -> Timestamp {
    Timestamp::from_micros(1_772_409_600_000_000 + minute * 60_000_000).unwrap() // Monday, 2026-03-02, 00:00
}

fn order(promises_first: bool) -> Order {
    Order { half_life: HalfLife::from_days(2.0).unwrap(), promises_first }
}

proptest! {
    #[test]
    fn nobody_is_worth_more_than_who_comes_before(
        leads in prop::collection::vec((0u8..=10, 0i64..50, 0i64..5_000), 0..20), first in any::<bool>(),
    ) {
        let names: Vec<String> = (0..leads.len()).map(|n| format!("{n:02}")).collect();
        let hours = WorkingHours::always();
        let promise = Promise::within(TimeDelta::hours(24)).unwrap();
        let leads: Vec<Waiting<'_>> = leads.iter().zip(&names).map(|((chance, value, since), id)| {
            let since = minute(*since);
            let reading = promise.read(&Course::started(since), &hours, &Zone::UTC, minute(5_000)).unwrap();
            Waiting { id, chance: f64::from(*chance) / 10.0, value: (*value * 100).into(), since, promise: Some(reading) }
        }).collect();
        let turns = queue(&leads, &order(first), minute(5_000)).unwrap();
        prop_assert_eq!(turns.len(), leads.len());
        let broken = |turn: &Turn<'_>| first && minute(5_000).since(turn.lead.since) >= TimeDelta::minutes(24 * 48);
        for pair in turns.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            prop_assert!(broken(a) >= broken(b));
            prop_assert!(broken(a) != broken(b) || a.expected >= b.expected);
        }
        let mut backwards = leads.clone();
        backwards.reverse();
        prop_assert_eq!(queue(&backwards, &order(first), minute(5_000)).unwrap(), turns);
    }

    /// Every minute of the working hours tried: none is better than the moment that is found.
    #[test]
    fn no_minute_is_better_than_the_best_moment(
        tries in prop::collection::vec((0i64..40_000, any::<bool>()), 0..60), usual in prop::collection::vec((0i64..40_000, any::<bool>()), 0..60),
        now in 0i64..12_000, days in 1i64..4, east in -12i32..12,
    ) {
        let theirs = Zone::minutes_east(east * 60 + 30).unwrap();
        let hours = WorkingHours::new().on([Mon, Tue, Wed, Thu, Fri], "08:30-12:00,13:00-17:15".parse().unwrap());
        let fill = |tries: &[(i64, bool)]| {
            let mut reach = Reach::new();
            tries.iter().for_each(|(at, reached)| reach.tried(minute(*at), &theirs, *reached));
            reach
        };
        let (reach, all) = (fill(&tries), fill(&usual));
        let wait = Wait { half_life: HalfLife::from_days(3.0).unwrap(), at_most: TimeDelta::days(days), strength: 3.0 };
        let best = best_moment((&reach, &all), &wait, (&hours, &Zone::UTC), &theirs, minute(now)).unwrap();
        let worth = |at: Timestamp| {
            reach.chance(&all, 3.0, at, &theirs).unwrap() * wait.half_life.left(minute(now), at)
        };
        let open = (now..now + days * 1_440).map(minute).filter(|at| hours.is_open(*at, &Zone::UTC).unwrap());
        let most = open.map(|at| (worth(at), at)).reduce(|a, b| if b.0 > a.0 + 1e-15 { b } else { a });
        match (best, most) {
            (None, None) => {}
            (Some(best), Some((most, at))) => {
                prop_assert!((worth(best.at) - most).abs() < 1e-12, "{} instead of {at}", best.at);
                prop_assert!(hours.is_open(best.at, &Zone::UTC).unwrap());
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}

#[test]
fn what_is_no_lead_is_refused_with_its_place() {
    let good = Waiting { id: "a", chance: 0.5, value: 10.into(), since: minute(0), promise: None };
    let refused =
        |bad: Waiting<'_>| queue(&[good, bad], &order(false), minute(10)).unwrap_err().to_string();
    assert!(
        refused(Waiting { chance: f64::NAN, ..good })
            .starts_with("row 1 (counted from 0): chance is NaN")
    );
    assert!(refused(Waiting { chance: 1.1, ..good }).contains("chance is 1.1"));
    assert!(refused(Waiting { value: (-1).into(), ..good }).contains("value is -1"));
    assert!(refused(Waiting { since: minute(11), ..good }).contains("that is in the future"));
    assert!(serde_json::from_str::<Reach>("[[0,0]]").is_err());
    let text = serde_json::to_string(&Reach::new()).unwrap();
    assert!(serde_json::from_str::<Reach>(&text.replacen("[0,0]", "[0,1]", 1)).is_err());
}

#[test]
fn a_turn_says_why() {
    let lead =
        Waiting { id: "a", chance: 0.25, value: 1_000.into(), since: minute(0), promise: None };
    let turns = queue(&[lead], &order(false), minute(2 * 1_440)).unwrap();
    assert_eq!(
        turns[0].explain().to_string(),
        "\
Expected value: 125
│ chance × value × what is left
├─ Chance: 25%
├─ Value: 1,000
└─ What is left: 50%
     since: 2026-03-02T00:00:00Z
"
    );
}
