use std::collections::BTreeSet;

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use fondaco_core::calendar::Zone;
use proptest::prelude::*;

use super::*;
use crate::segments::Change;

fn at(hours: i64) -> Timestamp {
    let start: Timestamp = "2026-03-20T00:00:00Z".parse().unwrap();
    start.checked_add(TimeDelta::hours(hours)).unwrap()
}

#[derive(Default)]
struct Few {
    zone: Zone,
    refuse: BTreeSet<u32>,
    suppressed: BTreeSet<u32>,
    outside: BTreeSet<u32>,
}

impl Audience for Few {
    fn zone(&self, _: u32) -> &Zone {
        &self.zone
    }

    fn consents(&self, contact: u32, _: &str, purpose: &str, _: Timestamp) -> bool {
        purpose != "marketing" || !self.refuse.contains(&contact)
    }

    fn is_suppressed(&self, contact: u32, _: Timestamp) -> bool {
        self.suppressed.contains(&contact)
    }

    fn is_member(&self, _: &str, contact: u32, _: Timestamp) -> bool {
        !self.outside.contains(&contact)
    }
}

static UTC: Zone = Zone::UTC;

/// In from the beginning until ten days are gone.
struct Month;

impl Audience for Month {
    fn zone(&self, _: u32) -> &Zone {
        &UTC
    }

    fn consents(&self, _: u32, _: &str, _: &str, _: Timestamp) -> bool {
        true
    }

    fn is_suppressed(&self, _: u32, _: Timestamp) -> bool {
        false
    }

    fn is_member(&self, _: &str, _: u32, when: Timestamp) -> bool {
        when < at(24 * 10)
    }
}

#[test]
fn a_month_decided_at_once_is_asked_as_of_each_moment() {
    let mut outreach = Outreach::new(rules(vec![
        Campaign::on_entry("soon", "new").after(Span::days(2)),
        Campaign::on_entry("late", "new").after(Span::days(20)),
    ]))
    .unwrap();
    outreach.note("new", &entry(0, 7));
    let decided = outreach.replay(at(24 * 30), &Month);
    let late = Some(Reason::NoLonger);
    assert_eq!(told(&decided), [("soon".into(), 7, None), ("late".into(), 7, late)]);
}

fn entry(hours: i64, contact: u32) -> Change {
    Change { at: at(hours), segment: 0, contact, entered: true }
}

fn told(decided: &[Decision]) -> Vec<(String, u32, Option<Reason>)> {
    let one = |of: &Decision| (of.message.campaign.clone(), of.message.contact, of.held_by);
    decided.iter().map(one).collect()
}

fn rules(campaigns: Vec<Campaign>) -> Rules {
    Rules { campaigns, ..Rules::default() }
}

#[test]
fn each_reason_keeps_a_message_back() {
    let campaigns = vec![Campaign::on_entry("hello", "new").after(Span::hours(1))];
    let mut outreach = Outreach::new(rules(campaigns)).unwrap();
    let few =
        Few { refuse: [1].into(), suppressed: [2].into(), outside: [3].into(), ..Few::default() };
    for contact in 0..4 {
        outreach.note("new", &entry(0, contact));
        outreach.note("new", &entry(0, contact));
        outreach.note("old", &entry(0, contact));
    }
    assert_eq!(told(&outreach.decide(at(0), &few)), []);
    let hello = |contact, reason| ("hello".to_owned(), contact, reason);
    let first = [
        hello(0, None),
        hello(1, Some(Reason::NoConsent)),
        hello(2, Some(Reason::Suppressed)),
        hello(3, Some(Reason::NoLonger)),
    ];
    assert_eq!(told(&outreach.decide(at(1), &few)), first);
    // Once for ever.
    outreach.note("new", &entry(999, 0));
    assert_eq!(told(&outreach.decide(at(2000), &few)), [hello(0, Some(Reason::Again))]);
}

#[test]
fn what_matters_more_gets_the_room_under_a_cap() {
    let campaigns = vec![
        Campaign::on_entry("less", "s").again_after(Span::hours(1)),
        Campaign::on_entry("more", "s").priority(5).again_after(Span::hours(1)),
    ];
    let cap = Cap { channel: Some("email".into()), most: 1, within: Span::days(2) };
    let mut outreach = Outreach::new(Rules { caps: vec![cap], ..rules(campaigns) }).unwrap();
    let few = Few::default();
    outreach.note("s", &entry(0, 1));
    let decided = told(&outreach.decide(at(0), &few));
    assert_eq!(decided, [("more".into(), 1, None), ("less".into(), 1, Some(Reason::Capped))]);
    // Two days later there is room again, for one.
    outreach.note("s", &entry(47, 1));
    outreach.note("s", &entry(48, 1));
    let decided = told(&outreach.replay(at(48), &few));
    let reasons: Vec<_> = decided.into_iter().map(|(_, _, reason)| reason).collect();
    assert_eq!(reasons, [Some(Reason::Capped), Some(Reason::Capped), None, Some(Reason::Capped)]);
}

/// Agrees until twenty past ten.
struct Withdraws;

impl Audience for Withdraws {
    fn zone(&self, _: u32) -> &Zone {
        &UTC
    }

    fn consents(&self, _: u32, _: &str, _: &str, when: Timestamp) -> bool {
        when < at(10).checked_add(TimeDelta::minutes(20)).unwrap()
    }

    fn is_suppressed(&self, _: u32, _: Timestamp) -> bool {
        false
    }

    fn is_member(&self, _: &str, _: u32, _: Timestamp) -> bool {
        true
    }
}

#[test]
fn what_is_decided_late_is_asked_as_of_then() {
    let hello = || Campaign::on_entry("hello", "new").again_after(Span::hours(1));
    // Due at ten, withdrawn twenty minutes later, decided at eleven.
    let mut outreach = Outreach::new(rules(vec![hello()])).unwrap();
    outreach.note("new", &entry(10, 1));
    let decided = outreach.decide(at(11), &Withdraws);
    assert_eq!(told(&decided), [("hello".into(), 1, Some(Reason::NoConsent))]);
    assert_eq!(decided[0].message.at, at(11));
    // One a day: of those of Monday and Tuesday that are decided at once, one leaves, that which matters more.
    let caps = vec![Cap { channel: None, most: 1, within: Span::hours(24) }];
    let more = Campaign::on_entry("more", "late").priority(5);
    let mut outreach = Outreach::new(Rules { caps, ..rules(vec![hello(), more]) }).unwrap();
    outreach.note("new", &entry(10, 1));
    outreach.note("late", &entry(35, 1));
    let decided = told(&outreach.decide(at(36), &Few::default()));
    assert_eq!(decided, [("more".into(), 1, None), ("hello".into(), 1, Some(Reason::Capped))]);
}

#[test]
fn campaigns_have_names_of_their_own_and_a_form_in_json() {
    let twice = vec![Campaign::on_entry("a", "s"), Campaign::on_entry("a", "t")];
    assert_eq!(Outreach::new(rules(twice)).unwrap_err().code(), "crm.contradiction");
    let quiet = QuietHours { from: "21:00:00".parse().unwrap(), to: "08:00:00".parse().unwrap() };
    let rules = Rules {
        quiet: Some(quiet),
        ..rules(vec![Campaign::on_entry("a", "s").after(Span::days(3))])
    };
    let json = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<Rules>(&json).unwrap(), rules, "{json}");
}

#[test]
fn an_hour_that_the_clocks_leave_out_sends_nothing() {
    let quiet = QuietHours { from: "02:00:00".parse().unwrap(), to: "01:00:00".parse().unwrap() };
    let change: Timestamp = "2026-03-29T01:00:00Z".parse().unwrap();
    let london = Zone::minutes_east(0).unwrap().changing(change, 60).unwrap();
    let put_off = quiet.put_off("2026-03-28T02:00:00Z".parse().unwrap(), &london);
    assert_eq!(put_off.to_string(), "2026-03-30T00:00:00Z");
    assert_eq!(quiet.put_off(Timestamp::MAX, &london), Timestamp::MAX);
}

proptest! {
    /// A message leaves neither before its moment nor in quiet hours, and no later than a minute could have been found.
    #[test]
    fn quiet_hours_put_off_to_their_end(
        from in 0_u32..24, to in 0_u32..24, minutes in 0_i64..60 * 24 * 20, east in -12_i32..14,
    ) {
        let change: Timestamp = "2026-03-29T01:00:00Z".parse().unwrap();
        let zone = Zone::minutes_east(60 * east).unwrap().changing(change, 60 * east + 60).unwrap();
        let time = |hour: u32| chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        let quiet = QuietHours { from: time(from), to: time(to) };
        let due = at(0).checked_add(TimeDelta::minutes(minutes)).unwrap();
        let is_quiet = |at: Timestamp| {
            let local = at.to_datetime() + TimeDelta::minutes(zone.offset_at(at).into());
            let now = local.time();
            if from <= to { time(from) <= now && now < time(to) } else { time(from) <= now || now < time(to) }
        };
        let mut first = due;
        while is_quiet(first) {
            first = first.checked_add(TimeDelta::minutes(1)).unwrap();
        }
        prop_assert_eq!(quiet.put_off(due, &zone), first);
    }

    /// Under a cap nobody gets more than it says, whatever comes.
    #[test]
    fn caps_hold(
        changes in prop::collection::vec((0_i64..200, 0_u32..3, any::<bool>()), 0..60),
        most in 1_u32..4, hours in 1_u32..50, every in 1_usize..400,
    ) {
        let campaigns = (0..3).map(|n| {
            let delay = Span::hours(1 + n * 7);
            Campaign { only_while: false, ..Campaign::on_entry(&format!("c{n}"), "s").again_after(Span::hours(1)).after(delay) }
        });
        let within = Span::hours(hours);
        let caps = vec![Cap { channel: None, most, within }];
        let mut outreach = Outreach::new(Rules { caps, ..rules(campaigns.collect()) }).unwrap();
        for (hour, contact, entered) in changes {
            outreach.note("s", &Change { entered, ..entry(hour, contact) });
        }
        // Decided now and then, by a host that is down in between: nothing leaves before it is decided.
        let mut decided = Vec::new();
        for now in (0..1000).step_by(every) {
            let some = outreach.decide(at(now), &Few::default());
            prop_assert!(some.iter().all(|one| one.message.at == at(now)));
            decided.extend(some);
        }
        decided.extend(outreach.replay(at(1000), &Few::default()));
        prop_assert_eq!(outreach.waiting(), 0);
        for one in decided.iter().filter(|one| one.held_by.is_none()) {
            let near = decided.iter().filter(|other| {
                let since = one.message.at.since(other.message.at);
                other.held_by.is_none() && other.message.contact == one.message.contact
                    && since >= TimeDelta::zero() && since < TimeDelta::microseconds(within.micros())
            });
            prop_assert!(near.count() <= most as usize);
        }
    }
}
