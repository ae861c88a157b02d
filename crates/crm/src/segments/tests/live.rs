//! What is kept true is what a full evaluation says, whatever came, in whatever order, and each change is said once, at its moment.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use proptest::prelude::*;

use super::against_naive::in_order;
use super::any;
use crate::segments::naive::{Contact, Event, World};
use crate::segments::{Change, Happened, Kind, Live, Predicate, Schema, SegmentSet, Value};

const CONTACTS: usize = 4;

/// What may come.
#[derive(Clone, Debug)]
enum Step {
    Event(Event),
    /// An event that was told before, again: whether it stands, or was corrected or erased since.
    Again(usize),
    Correct(usize, Event),
    EraseEvent(usize),
    Update(usize, Contact),
    EraseContact(usize),
    /// So many half hours, and a microsecond or none.
    Wait(i64, i64),
}

fn step() -> impl Strategy<Value = Step> {
    let any_place = 0_usize..1000;
    prop_oneof![
        6 => any::event(CONTACTS).prop_map(Step::Event),
        1 => any_place.clone().prop_map(Step::Again),
        1 => (any_place.clone(), any::event(CONTACTS)).prop_map(|(n, event)| Step::Correct(n, event)),
        1 => any_place.prop_map(Step::EraseEvent),
        1 => (0..CONTACTS, any::contact()).prop_map(|(n, contact)| Step::Update(n, contact)),
        1 => prop_oneof![9 => Just(CONTACTS), 1 => 0..CONTACTS].prop_map(Step::EraseContact),
        4 => (0_i64..200, 0_i64..2).prop_map(|(n, micros)| Step::Wait(n, micros)),
    ]
}

/// Live segments, and beside them the plain facts.
struct Both {
    schema: Schema,
    segments: BTreeMap<String, Predicate>,
    live: Live,
    contacts: Vec<Contact>,
    erased: BTreeSet<usize>,
    events: Vec<(u64, Event)>,
    /// All that was ever told, by whomever.
    told: Vec<(u64, Event)>,
    said: BTreeMap<String, BTreeSet<u32>>,
}

fn happened<'e>(schema: &Schema, id: u64, event: &'e Event) -> Happened<'e> {
    let kind = &schema.events()[schema.kind_of(&event.kind).unwrap()];
    let values = in_order(kind.fields.list(), &event.values);
    Happened::new(event.contact.try_into().unwrap(), &event.kind, id, event.at).with(values)
}

impl Both {
    fn new(segments: BTreeMap<String, Predicate>, contacts: Vec<Contact>) -> Both {
        let schema = any::schema();
        let set = SegmentSet::compile(&schema, segments.clone()).unwrap();
        let mut live = Live::new(set, any::start());
        for contact in &contacts {
            let values = in_order(schema.attributes().list(), &contact.values);
            live.contact(contact.zone.as_deref(), contact.organisation, &values).unwrap();
        }
        let (erased, events, said) = (BTreeSet::new(), Vec::new(), BTreeMap::new());
        let told = Vec::new();
        Both { schema, segments, live, contacts, erased, events, told, said }
    }

    fn carry_out(&mut self, number: u64, step: Step) {
        match step {
            Step::Event(event) => {
                let refused = self.live.event(&happened(&self.schema, number, &event)).is_err();
                assert_eq!(refused, self.erased.contains(&event.contact));
                if !refused {
                    self.told.push((number, event.clone()));
                    self.events.push((number, event));
                }
            }
            Step::Again(n) if !self.told.is_empty() => {
                let (id, event) = &self.told[n % self.told.len()];
                let again = self.live.event(&happened(&self.schema, *id, event));
                assert_eq!(again.is_err(), self.erased.contains(&event.contact), "{again:?}");
            }
            Step::Correct(n, event) if !self.events.is_empty() => {
                if self.erased.contains(&event.contact) {
                    return;
                }
                let place = n % self.events.len();
                let (id, was) = self.events.remove(place);
                let now_is = happened(&self.schema, id, &event);
                let contact = was.contact.try_into().unwrap();
                self.live.correct(contact, &was.kind, id, was.at, &now_is).unwrap();
                self.told.push((id, event.clone()));
                self.events.push((id, event));
            }
            Step::EraseEvent(n) if !self.events.is_empty() => {
                let (id, was) = self.events.remove(n % self.events.len());
                let contact = was.contact.try_into().unwrap();
                self.live.erase_event(contact, &was.kind, id, was.at).unwrap();
                assert!(self.live.erase_event(contact, &was.kind, id, was.at).is_err());
            }
            Step::Update(n, contact) if !self.erased.contains(&n) => {
                let values = in_order(self.schema.attributes().list(), &contact.values);
                let id = n.try_into().unwrap();
                self.live
                    .update(id, contact.zone.as_deref(), contact.organisation, &values)
                    .unwrap();
                self.contacts[n] = contact;
            }
            Step::EraseContact(n) if n < CONTACTS && !self.erased.contains(&n) => {
                self.live.erase_contact(n.try_into().unwrap()).unwrap();
                self.erased.insert(n);
                self.events.retain(|(_, event)| event.contact != n);
                self.contacts[n].organisation = None;
            }
            Step::Wait(half_hours, micros) => {
                let wait = TimeDelta::minutes(30 * half_hours) + TimeDelta::microseconds(micros);
                self.live.advance(self.live.now().checked_add(wait).unwrap()).unwrap();
            }
            _ => {}
        }
    }

    fn is_in(&self, name: &str, contact: usize, now: Timestamp) -> bool {
        let events: Vec<Event> = self.events.iter().map(|(_, event)| event.clone()).collect();
        let world = World {
            schema: &self.schema,
            contacts: &self.contacts,
            events: &events,
            segments: &self.segments,
            now,
        };
        !self.erased.contains(&contact) && world.truth(&self.segments[name], contact).is_yes()
    }

    /// What was said is what is so, and what was said of the time that went by was so at its moment and not before.
    fn check(&mut self, waited: bool) {
        let changes = self.live.take_changes();
        assert!(changes.is_sorted_by_key(|change| change.at), "{changes:?}");
        for change in &changes {
            self.check_change(change, waited);
        }
        let names: Vec<String> = self.segments.keys().cloned().collect();
        for name in names {
            let kept: BTreeSet<u32> = self.live.members(&name).unwrap().iter().collect();
            let is = |contact: &u32| self.live.is_member(&name, *contact).unwrap();
            assert_eq!(kept, (0_u32..).take(CONTACTS).filter(is).collect());
            let full: BTreeSet<u32> = (0_u32..)
                .take(CONTACTS)
                .filter(|contact| self.is_in(&name, *contact as usize, self.live.now()))
                .collect();
            assert_eq!(kept, full, "{name} at {}: {}", self.live.now(), self.segments[&name]);
            assert_eq!(&kept, self.said.entry(name).or_default());
        }
        assert_eq!(self.live.verify(), []);
    }

    fn check_change(&mut self, change: &Change, waited: bool) {
        let name = self.live.name(change.segment).unwrap().to_owned();
        let members = self.said.entry(name.clone()).or_default();
        let moved = if change.entered {
            members.insert(change.contact)
        } else {
            members.remove(&change.contact)
        };
        assert!(moved, "{name}: {change:?} was said twice");
        if waited {
            let before = change.at.checked_add(TimeDelta::microseconds(-1)).unwrap();
            let contact = change.contact as usize;
            assert_eq!(self.is_in(&name, contact, change.at), change.entered, "{change:?}");
            assert_eq!(self.is_in(&name, contact, before), !change.entered, "before {change:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn members_are_true_at_every_instant(
        segments in any::segments(),
        contacts in prop::collection::vec(any::contact(), CONTACTS),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut both = Both::new(segments, contacts);
        both.check(false);
        for (number, step) in (0_u64..).zip(steps) {
            let waited = matches!(step, Step::Wait(..));
            both.carry_out(number, step);
            both.check(waited);
        }
    }
}

#[test]
fn what_comes_again_with_other_content_is_refused() {
    let schema = any::schema();
    let set = SegmentSet::compile(&schema, [("all", Predicate::everybody())]).unwrap();
    let mut live = Live::new(set, any::start());
    let ada = live.contact(None, None, &[]).unwrap();
    let at = any::half_hours(3);
    let open = |device: &str| {
        Happened::new(ada, "open", 7, at).with([crate::segments::Value::Text(device.into())])
    };
    live.event(&open("phone")).unwrap();
    live.event(&open("phone")).unwrap();
    assert_eq!(live.event(&open("desk")).unwrap_err().code(), "crm.segment_event_differs");
    let unknown = live.event(&Happened::new(9, "open", 7, at)).unwrap_err();
    assert_eq!(unknown.to_string(), "there is no contact 9: there are 1, counted from 0");
    let number = Happened::new(ada, "open", 8, at).with([crate::segments::Value::Flag(true)]);
    assert_eq!(live.event(&number).unwrap_err().code(), "crm.segment_bad_value");
    live.advance(any::half_hours(5)).unwrap();
    assert_eq!(live.advance(any::half_hours(4)).unwrap_err().code(), "crm.segment_clock_backwards");
}

#[test]
fn an_id_is_one_event_whenever_it_is_said_to_have_been() {
    let set = SegmentSet::compile(&any::schema(), [("all", Predicate::everybody())]).unwrap();
    let mut live = Live::new(set, any::start());
    let ada = live.contact(None, None, &[]).unwrap();
    let click = |hours: i64| Happened::new(ada, "click", 7, any::half_hours(hours));
    live.event(&click(1)).unwrap();
    assert_eq!(live.event(&click(2)).unwrap_err().code(), "crm.segment_event_differs");
    live.correct(ada, "click", 7, any::half_hours(1), &click(3)).unwrap();
    live.event(&click(1)).unwrap(); // as it was told first
    live.event(&click(3)).unwrap();
    assert_eq!(live.event(&click(2)).unwrap_err().code(), "crm.segment_event_differs");
    assert_eq!(live.next_change(ada), None);
    live.erase_event(ada, "click", 7, any::half_hours(3)).unwrap();
    for hours in 1..4 {
        live.event(&click(hours)).unwrap();
    }
    assert_eq!(
        live.erase_event(ada, "click", 7, any::half_hours(1)).unwrap_err().code(),
        "crm.segment_unknown_event"
    );
}

#[test]
fn many_events_at_once_are_the_same_one_by_one() {
    let schema = any::schema();
    let texts = [
        "count(open) in 2 days >= 3",
        "count(click) in 1 day = 1",
        "sequence(open, click) in 3 days",
    ];
    let set = texts.map(|text| (text, text.parse::<Predicate>().unwrap()));
    let set = SegmentSet::compile(&schema, set).unwrap();
    let (mut one, mut many) = (Live::new(set.clone(), any::start()), Live::new(set, any::start()));
    for _ in 0..200 {
        one.contact(None, None, &[]).unwrap();
        many.contact(None, None, &[]).unwrap();
    }
    let event = |n: u32| {
        let kind = if n.is_multiple_of(3) { "click" } else { "open" };
        Happened::new(n * n % 199, kind, n.into(), any::half_hours(i64::from(n) / 9))
    };
    let events: Vec<Happened<'_>> = (0..3_000).map(event).collect();
    for happened in &events {
        one.advance(happened.at).unwrap();
        one.event(happened).unwrap();
    }
    for some in events.chunks(500) {
        many.feed(some).unwrap();
    }
    let changes = one.take_changes();
    assert!(changes.len() > 100 && many.take_changes() == changes);
    assert_eq!(many.verify(), []);
}

/// What nobody has said any more, and what was refused, is nowhere.
#[test]
fn words_go_with_the_last_that_has_them() {
    let schema = Schema::new()
        .attribute("name", Kind::Text)
        .event("open", [("device", Kind::Text), ("with", Kind::Texts), ("loud", Kind::Flag)]);
    let named: Predicate = "name = \"x\" or done(open where device = \"y\")".parse().unwrap();
    let set = SegmentSet::compile(&schema, [("named", named)]).unwrap();
    let at = any::start();
    let mut live = Live::new(set, at);
    let text = |text: &str| Value::Text(text.into());
    let ada = live.contact(None, None, &[text("ada-lovelace")]).unwrap();
    let bo = live.contact(None, None, &[text("bo-diddley")]).unwrap();
    let open = |contact: u32, id: u64, device: &str| {
        let with = Value::Texts(vec![format!("{device}-list")]);
        Happened::new(contact, "open", id, at).with([text(device), with])
    };
    live.event(&open(ada, 1, "pixel-one")).unwrap();
    live.event(&open(bo, 1, "pixel-one")).unwrap();
    live.event(&open(bo, 2, "pixel-two")).unwrap();
    live.event(&open(bo, 2, "refused-one")).unwrap_err();
    let bad = [text("refused-two"), Value::Null, text("no flag")];
    live.event(&Happened::new(bo, "open", 3, at).with(bad)).unwrap_err();
    let said = |live: &Live, word: &str| format!("{live:?}").contains(word);
    for word in ["ada-lovelace", "bo-diddley", "pixel-one", "pixel-two", "pixel-two-list"] {
        assert!(said(&live, word), "{word}");
    }
    assert!(!said(&live, "refused"));
    live.erase_event(bo, "open", 2, at).unwrap();
    assert!(!said(&live, "pixel-two") && said(&live, "pixel-one"));
    live.erase_contact(ada).unwrap();
    assert!(!said(&live, "ada") && said(&live, "pixel-one"));
    live.update(bo, None, None, &[text("bo-derek")]).unwrap();
    live.erase_contact(bo).unwrap();
    assert!(!said(&live, "bo-") && !said(&live, "pixel"));
}

/// Who does something again and again waits for one moment, not for one for each time.
#[test]
fn the_queue_does_not_grow_with_what_changes_nothing() {
    let schema = Schema::new().event("open", [("device", Kind::Text)]);
    let all = [
        ("twice", "count(open) in 3650 days >= 2"),
        ("mobile", "count(open where device = \"phone\") in 3650 days >= 2"),
        ("lately", "recency(open) in 3650 days <= 5 days"),
        ("fond", "interest(open; half-life 7 days) >= 5"),
        ("opened", "sequence(open, open) within 1 day in 3650 days"),
    ];
    let all = all.map(|(name, text)| (name, text.parse::<Predicate>().unwrap()));
    let set = SegmentSet::compile(&schema, all).unwrap();
    let mut live = Live::new(set, any::start());
    let ada = live.contact(None, None, &[]).unwrap();
    for id in 0..2_000 {
        live.advance(any::half_hours(i64::try_from(id).unwrap())).unwrap();
        let device = [Value::Text("phone".into())];
        live.event(&Happened::new(ada, "open", id, live.now()).with(device)).unwrap();
    }
    assert!(live.queued() < 20, "{}", live.queued());
    assert_eq!(live.verify(), []);
    assert_eq!(live.members("opened").unwrap().len(), 1);
}

/// Two first events of one moment, which was ahead when they were told: the sum falls again when both leave the window.
#[test]
fn events_of_one_moment_leave_a_window_together() {
    let schema = Schema::new().event("purchase", [("amount", Kind::Number { decimals: 2 })]);
    let valuable: Predicate = "sum(purchase.amount) in 30 days > 15".parse().unwrap();
    let set = SegmentSet::compile(&schema, [("valuable", valuable)]).unwrap();
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let mut live = Live::new(set, at("2026-03-01T00:00:00Z"));
    let ada = live.contact(None, None, &[]).unwrap();
    for id in [1, 2] {
        let bought = Happened::new(ada, "purchase", id, at("2026-03-02T00:00:00Z"));
        live.event(&bought.with(vec![Value::Number(rust_decimal::Decimal::TEN)])).unwrap();
    }
    live.advance(at("2026-06-01T00:00:00Z")).unwrap();
    let said: Vec<bool> = live.take_changes().iter().map(|change| change.entered).collect();
    assert_eq!(said, [true, false]);
}
