//! Events come late, doubled, out of order, wrong; each counts once.

use std::collections::BTreeMap;

use fondaco_core::party::{self, EraseParty};
use fondaco_core::{PartyId, Timestamp};
use fondaco_crm::attributes::Value;
use fondaco_crm::events::*;
use fondaco_testkit::Host;
use proptest::prelude::*;

use crate::firm::*;

fn count(host: &Host, party: &str) -> usize {
    host.view(|view| events_of(view, p(party))).len()
}

#[test]
fn the_same_id_counts_once_and_other_content_is_refused_by_name() {
    everywhere(|host| {
        let seen = did("ada", "page_view", "hit-1", 5).with("page", "/pricing").with("seconds", 40);
        let twice = vec![seen.clone(), seen.clone()];
        let taken = host.must("hits", &RecordEvents::new(twice));
        assert_eq!((taken.entered, taken.there), (1, 1));
        let other = NewEvent { party: p("bo"), ..seen.clone() };
        let values = seen.clone().with("seconds", 41);
        let taken =
            host.must("others", &RecordEvents::good_ones(vec![other, values, seen.clone()]));
        let codes: Vec<&str> = taken.refused.iter().map(|one| one.code.as_str()).collect();
        assert_eq!((taken.there, codes), (1, vec!["crm.event_differs", "crm.event_differs"]));
        assert!(taken.refused[0].message.contains(&p("bo").to_string()), "{:?}", taken.refused[0]);
        assert!(taken.refused[0].message.contains(&p("ada").to_string()));
        assert!(taken.refused[1].message.contains("other values"));
        assert!(!taken.refused[1].message.contains("pricing")); // nothing personal
        assert_eq!((count(host, "ada"), count(host, "bo")), (1, 0));
    });
}

#[test]
fn a_bad_event_leaves_nothing_of_its_batch() {
    everywhere(|host| {
        let long = "x".repeat(10_000_000);
        let bad = [
            (did("ada", "view", "f", 99_999_999), "crm.future_event"),
            (did("nobody", "view", "u", 1), "crm.unknown_contact"),
            (did("ada", "", "k", 1), "crm.bad_contact"),
            (did("ada", "view", &"i".repeat(65), 1), "crm.bad_contact"),
            // It would outlive her, and so would a message that repeats it.
            (did("ada", "view", "stop/ada@analytical.example", 1), "crm.bad_contact"),
            (did("ada", "view", "v", 1).with("page", long.as_str()), "crm.too_long"),
            (did("ada", "view", "n", 1).with("page", "a\0b"), "crm.bad_value"),
            (did("ada", "view", "c", 1).with("", 1), "core.bad_code"),
        ];
        for (at, (event, code)) in bad.into_iter().enumerate() {
            let good = did("ada", "view", &format!("good-{at}"), 1);
            let command = RecordEvents::new(vec![good, event]);
            let taken = host.must(&format!("bad {at}"), &command);
            let found: Vec<&str> = taken.refused.iter().map(|one| one.code.as_str()).collect();
            assert_eq!((taken.entered, found), (0, vec![code]));
            assert!(taken.refused[0].message.len() < 1_000);
            assert!(!taken.refused[0].message.contains("analytical"));
        }
        assert_eq!(count(host, "ada"), 0);
    });
    assert!(
        Value::from_f64("x", f64::INFINITY).is_err() && Value::from_f64("x", f64::NAN).is_err()
    );
}

#[test]
fn what_a_source_mends_itself_after_a_correction_is_there() {
    everywhere(|host| {
        let call = |minutes: i64| did("ada", "call", "c", 1).with("minutes", minutes);
        host.must("wrong", &RecordEvents::new(vec![call(4)]));
        host.must("right", &CorrectEvent::new(call(40), "typo"));
        let taken = host.must("mended", &RecordEvents::new(vec![call(40), call(4)]));
        assert_eq!((taken.there, taken.refused.len()), (2, 0), "{taken:?}");
        let taken = host.must("other", &RecordEvents::new(vec![call(41)]));
        assert_eq!(taken.refused[0].code, "crm.event_differs");
        assert_eq!(count(host, "ada"), 1);
    });
}

#[test]
fn a_correction_may_move_an_event_and_what_was_known_stays_known() {
    everywhere(|host| {
        host.must("call", &RecordEvents::new(vec![did("ada", "call", "c", 1).with("minutes", 4)]));
        let before = host.now();
        host.wait(60);
        let right = did("bo", "call", "c", 2).with("minutes", 40);
        assert_eq!(host.must("right", &CorrectEvent::new(right.clone(), "mixed_up")), 1);
        assert_eq!(host.must("same again", &CorrectEvent::new(right.clone(), "mixed_up")), 1);
        assert_eq!((count(host, "ada"), count(host, "bo")), (0, 1));
        assert_eq!(host.view(|view| events_known_at(view, p("ada"), before)).len(), 1);
        assert_eq!(host.view(|view| events_known_at(view, p("bo"), before)).len(), 0);
        // What the source sends again is what it sent first.
        let again = host
            .must("again", &RecordEvents::new(vec![did("ada", "call", "c", 1).with("minutes", 4)]));
        assert_eq!(again.there, 1);
        host.must("erase", &EraseEvent::new("web", "c", "asked_for"));
        assert_eq!((count(host, "ada"), count(host, "bo")), (0, 0));
        let twice = host.refused("twice", &EraseEvent::new("web", "c", "asked_for"));
        assert_eq!(twice.code(), "crm.event_erased");
        let late = host.refused("late", &CorrectEvent::new(right, "late"));
        assert_eq!(late.code(), "crm.event_erased");
        let unknown = host.refused("unknown", &EraseEvent::new("web", "d", "asked_for"));
        assert_eq!(unknown.code(), "crm.unknown_event");
        assert!(host.rows::<BehaviourEvent>().iter().all(|row| row.is_erased()));
    });
}

#[test]
fn erasing_a_person_keeps_the_counts_and_takes_nothing_more() {
    everywhere(|host| {
        let host = &host.clone().with(&party::ENGINE);
        let seen = did("ada", "view", "1", 1).with("page", "/ada-lovelace");
        host.must("hit", &RecordEvents::new(vec![seen.clone(), did("ada", "view", "2", 2)]));
        host.must("erase", &EraseParty::new(p("ada")));
        assert_eq!(count(host, "ada"), 2);
        let export = host.view(|view| party::export(view, p("ada"))).to_json().to_string();
        assert!(!export.contains("lovelace") && !export.contains("analytical.example"), "{export}");
        let again = host.must("again", &RecordEvents::new(vec![seen]));
        assert_eq!(again.there, 1);
        let more = host.must("more", &RecordEvents::new(vec![did("ada", "view", "3", 3)]));
        assert_eq!(more.refused[0].code, "crm.contact_erased");
    });
}

/// What is done with events, in any order.
#[derive(Clone, Debug)]
enum Deed {
    /// Some come, perhaps again, perhaps with another content.
    Come(Vec<(u8, u8, i64)>),
    /// One is corrected: whose, which, when.
    Right(u8, u8, i64),
    /// One is erased.
    Erase(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    let one = || (0u8..3, 0u8..12, 0i64..3);
    prop_oneof![
        4 => prop::collection::vec(one(), 1..8).prop_map(Deed::Come),
        2 => one().prop_map(|(party, id, minute)| Deed::Right(party, id, minute)),
        1 => (0u8..12).prop_map(Deed::Erase),
    ]
}

const PEOPLE: [&str; 3] = ["ada", "bo", "firm"];

/// What a naive reader believes of each id.
type Naive = BTreeMap<u8, Known>;

/// Whose an event was first and last, and whether it counts.
struct Known {
    first: (u8, i64),
    last: (u8, i64),
    counts: bool,
}

fn name_of(id: u8) -> String {
    format!("id-{id}")
}

fn event(party: u8, id: u8, minute: i64) -> NewEvent {
    did(PEOPLE[usize::from(party)], "view", &name_of(id), minute)
}

fn do_it(host: &Host, name: &str, deed: &Deed, naive: &mut Naive) {
    match deed {
        Deed::Come(events) => {
            let all = events.iter().map(|(party, id, minute)| event(*party, *id, *minute));
            let taken = host.must(name, &RecordEvents::good_ones(all.collect()));
            let mut refused = 0;
            for (party, id, minute) in events {
                let one = (*party, *minute);
                let new = Known { first: one, last: one, counts: true };
                let there = naive.entry(*id).or_insert(new);
                refused += usize::from(there.first != one && there.last != one);
            }
            assert_eq!(taken.refused.len(), refused);
        }
        Deed::Right(party, id, minute) => {
            let done = host.send(name, &CorrectEvent::new(event(*party, *id, *minute), "why"));
            let there = naive.get_mut(id).filter(|there| there.counts);
            assert_eq!(done.is_ok(), there.is_some());
            there.into_iter().for_each(|there| there.last = (*party, *minute));
        }
        Deed::Erase(id) => {
            let done = host.send(name, &EraseEvent::new("web", name_of(*id), "why"));
            let there = naive.get_mut(id).filter(|there| there.counts);
            assert_eq!(done.is_ok(), there.is_some());
            there.into_iter().for_each(|there| there.counts = false);
        }
    }
}

/// Every event that counts, by contact, and by a reading of all.
fn told(host: &Host, known: Timestamp) -> Vec<(PartyId, String, Timestamp)> {
    let mut all: Vec<_> = PEOPLE
        .iter()
        .flat_map(|party| host.view(|view| events_known_at(view, p(party), known)))
        .map(|row| (row.party, row.source_id.to_string(), row.at))
        .collect();
    all.sort();
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_comes_counts_as_a_naive_reader_counts(deeds in prop::collection::vec(deed(), 1..20)) {
        let host = in_memory();
        let mut naive = Naive::new();
        let mut past = Vec::new();
        for (at, deed) in deeds.iter().enumerate() {
            host.wait(60);
            do_it(&host, &format!("deed {at}"), deed, &mut naive);
            let mut wanted: Vec<_> = naive
                .iter()
                .filter(|(_, known)| known.counts)
                .map(|(id, known)| event(known.last.0, *id, known.last.1))
                .map(|new| (new.party, new.source_id.to_string(), new.at))
                .collect();
            wanted.sort();
            prop_assert_eq!(&told(&host, Timestamp::MAX), &wanted);
            let mut each = Vec::new();
            host.view(|view| {
                let mut found = Vec::new();
                each_event(view, |row| {
                    found.push((row.party, row.source_id.to_string(), row.at));
                    Ok::<(), fondaco_core::Halt>(())
                })?;
                Ok::<_, fondaco_core::Halt>(found)
            }).into_iter().for_each(|one| each.push(one));
            each.sort();
            prop_assert_eq!(&each, &wanted);
            past.push((host.now(), wanted));
        }
        for (time, then) in past {
            prop_assert_eq!(told(&host, time), then, "as known at {}", time);
        }
    }
}
