//! Members that are kept, against an evaluation that knows nothing of the store, of columns and of moments of change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use fondaco_core::calendar::{SetZone, Zone};
use fondaco_core::party::{EraseParty, MergeParties};
use fondaco_core::store::{Event as Told, FeedFrom, Store, Value as Stored};
use fondaco_core::{CompanyId, PartyId, Timestamp};
use fondaco_store::{Memory, Sqlite};
use fondaco_testkit::{Host, Model};
use proptest::prelude::*;

use super::sets::{Declared, schema};
use super::*;
use crate::ENGINE;
use crate::attributes::{self, *};
use crate::consent::EraseContact;
use crate::contacts::{
    AddContacts, ChangeContact, LifecycleStage, MoveStages, NewContact, Profile, group,
};
use crate::events::{CorrectEvent, EraseEvent, NewEvent, RecordEvents};
use crate::merge::{MergeContacts, Survivorship, UnmergeContact, golden};
use crate::segments::naive::{Contact, Event, Row, World};
use crate::segments::tests::any;
use crate::segments::{Predicate, Schema, Value};

const COUNT: usize = 4;

fn party(nth: usize) -> PartyId {
    PartyId::named(&format!("c{nth}"))
}

fn declared() -> Declared {
    let all = [
        ("country", ValueKind::Text),
        ("size", ValueKind::Number),
        ("consent", ValueKind::Flag),
        ("renewal", ValueKind::Day),
    ];
    all.into_iter().map(|(name, kind)| (name.into(), kind)).collect()
}

fn stored(name: &str, version: u32, predicate: &Predicate) -> StoredSegment {
    StoredSegment::new(name, version, predicate.to_string())
        .event("open", [("device", ValueKind::Text)])
        .event("click", [])
        .event("buy", [("amount", ValueKind::Number), ("due", ValueKind::Day)])
}

/// A value of the tests of predicates, as the store has it.
fn as_stored(value: &Value) -> Option<attributes::Value> {
    Some(match value {
        Value::Text(text) => attributes::Value::from(text.as_str()),
        Value::Number(number) => attributes::Value::from(*number),
        Value::Flag(flag) => attributes::Value::from(*flag),
        Value::Day(day) => attributes::Value::from(*day),
        Value::Instant(at) => attributes::Value::from(*at),
        _ => return None,
    })
}

/// One act of a history.
#[derive(Clone, Debug)]
enum Op {
    /// Records an event, so many half hours ago; 0 is a second ahead, and 1 now.
    Did(Event, i64),
    Correct(prop::sample::Index, Event, i64),
    Erase(prop::sample::Index),
    Values(usize, Row),
    Owner(usize),
    Stage(usize, u8),
    Merge(usize, usize),
    Unmerge(usize),
    Forget(usize),
    /// Merges and erases as core does, which knows nothing of contacts.
    MergeForGood(usize, usize),
    ErasePerson(usize),
    Zone(u8),
    Wait(i64, bool),
    Other(usize, Predicate),
}

fn op() -> impl Strategy<Value = Op> {
    let values = any::contact().prop_map(|contact| contact.values);
    let ago = prop_oneof![3 => 0_i64..4, 1 => 0_i64..900];
    let late = ago.clone();
    prop_oneof![
        8 => (any::event(COUNT), ago).prop_map(|(event, ago)| Op::Did(event, ago)),
        2 => (any::<prop::sample::Index>(), any::event(COUNT), late)
            .prop_map(|(which, event, ago)| Op::Correct(which, event, ago)),
        1 => any::<prop::sample::Index>().prop_map(Op::Erase),
        3 => (0..COUNT, values).prop_map(|(who, values)| Op::Values(who, values)),
        1 => (0..COUNT).prop_map(Op::Owner),
        1 => (0..COUNT, 0_u8..2).prop_map(|(who, to)| Op::Stage(who, to)),
        1 => (0..COUNT, 0..COUNT).prop_map(|(keep, gone)| Op::Merge(keep, gone)),
        1 => (0..COUNT).prop_map(Op::Unmerge),
        1 => (0..COUNT * 6).prop_map(Op::Forget),
        1 => (0..COUNT, 0..COUNT * 4).prop_map(|(keep, gone)| Op::MergeForGood(keep, gone)),
        1 => (0..COUNT * 6).prop_map(Op::ErasePerson),
        1 => (0_u8..3).prop_map(Op::Zone),
        6 => (0_i64..200, prop::bool::weighted(0.7)).prop_map(|(wait, ticks)| Op::Wait(wait, ticks)),
        1 => (0_usize..3, any::kept_segments()).prop_map(|(which, all)| {
            // One that rests on no other stands for any.
            Op::Other(which, all.get("s0").cloned().unwrap_or_else(Predicate::everybody))
        }),
    ]
}

/// A host, and what is true by hand.
struct Life {
    host: Host,
    segments: BTreeMap<String, Predicate>,
    versions: u32,
    /// Since when each version counts.
    since: BTreeMap<(String, i64), Timestamp>,
    /// How much of the log is looked at.
    position: u64,
    steps: BTreeMap<PartyId, u32>,
    events: BTreeMap<String, Event>,
    gone: BTreeSet<String>,
    commands: u32,
}

impl Life {
    fn begin(store: Arc<dyn Store>, segments: BTreeMap<String, Predicate>, zone: bool) -> Life {
        let host = Host::on("a store", store, &ENGINE).with(&fondaco_core::party::ENGINE);
        let host = host.with(&fondaco_core::calendar::ENGINE);
        host.at_time(any::start());
        if zone {
            host.must("zone", &SetZone::new(clocks(1)));
        }
        let defined = declared().into_iter();
        let defined = defined.map(|(name, kind)| NewAttribute::new(name.clone(), name, kind));
        host.must("attributes", &DefineAttributes::new(defined.collect()));
        let (events, gone) = (BTreeMap::new(), BTreeSet::new());
        let (since, steps) = (BTreeMap::new(), BTreeMap::new());
        let mut life = Life {
            host,
            segments,
            versions: 0,
            since,
            position: 0,
            steps,
            events,
            gone,
            commands: 0,
        };
        for (name, predicate) in life.segments.clone() {
            life.use_segment(&name, &predicate);
        }
        for nth in 0..COUNT {
            let new = NewContact::person(party(nth), format!("Person {nth}"));
            life.host.must(&format!("add {nth}"), &AddContacts::new(vec![new]));
        }
        life
    }

    fn name(&mut self) -> String {
        self.commands += 1;
        format!("command {}", self.commands)
    }

    fn use_segment(&mut self, name: &str, predicate: &Predicate) {
        self.versions += 1;
        let put = PutSegment::new(stored(name, self.versions, predicate));
        let command = self.name();
        self.host.must(&command, &put);
        let command = self.name();
        self.host.must(&command, &UseSegment::new(name, Some(self.versions)));
        self.segments.insert(name.into(), predicate.clone());
        self.since.insert((name.into(), self.versions.into()), self.host.now());
    }

    fn given(&self, id: &str, event: &Event) -> NewEvent {
        let values = event.values.iter();
        let values = values.filter_map(|(name, value)| Some((name.clone(), as_stored(value)?)));
        let new = NewEvent::new(party(event.contact), &*event.kind, ("web", id), event.at);
        NewEvent { values: values.collect(), ..new }
    }

    fn moved(&self, event: &Event, ago: i64) -> Event {
        // Now and then just ahead of the clock, as a source's may be.
        let micros = if ago == 0 { 1_000_000 } else { -30 * 60_000_000 * (ago - 1) };
        let at = self.host.now().checked_add(TimeDelta::microseconds(micros)).unwrap();
        Event { at, ..event.clone() }
    }

    fn is_erased(&self, party: PartyId) -> bool {
        let profile = self.host.rows::<Profile>().into_iter().find(|one| one.party == party);
        profile.is_none_or(|profile| profile.is_erased())
    }

    fn act(&mut self, op: &Op) {
        let command = self.name();
        match op {
            Op::Did(event, ago) if !self.is_erased(party(event.contact)) => {
                let id = format!("e{:04}", self.commands);
                let event = self.moved(event, *ago);
                let done =
                    self.host.must(&command, &RecordEvents::new(vec![self.given(&id, &event)]));
                assert!(done.refused.is_empty(), "{done:?}");
                // The same again is there already.
                let again = RecordEvents::new(vec![self.given(&id, &event)]);
                assert_eq!(self.host.must(&format!("{command}, again"), &again).there, 1);
                self.events.insert(id, event);
            }
            Op::Correct(which, event, ago) if !self.events.is_empty() => {
                let ids: Vec<String> = self.events.keys().cloned().collect();
                let (id, event) = (which.get(&ids), self.moved(event, *ago));
                let there = self.events[id].contact;
                let event = Event { contact: there, ..event };
                if !self.is_erased(party(there)) {
                    let right = self.given(id, &event);
                    self.host.must(&command, &CorrectEvent::new(right, "typo"));
                    self.events.insert(id.clone(), event);
                }
            }
            Op::Erase(which) if !self.events.is_empty() => {
                let ids: Vec<String> = self.events.keys().cloned().collect();
                let id = which.get(&ids);
                self.host.must(&command, &EraseEvent::new("web", id.as_str(), "mistake"));
                self.events.remove(id);
                self.gone.insert(id.clone());
            }
            Op::Values(who, row) if !self.is_erased(party(*who)) => {
                let known = declared();
                let row = row.iter().filter(|(name, _)| known.contains_key(name.as_str()));
                let (mut values, mut clear) = (Vec::new(), Vec::new());
                for (name, value) in row {
                    match as_stored(value) {
                        Some(value) => values.push((name.as_str(), value)),
                        None => clear.push(name.into()),
                    }
                }
                let values = values.into_iter().collect();
                let new = NewValues { party: party(*who), values, clear, at: None };
                let done = self.host.must(&command, &SetValues::new(vec![new]));
                assert!(done.refused.is_empty(), "{done:?}");
            }
            Op::Owner(who) if !self.is_erased(party(*who)) => {
                let owner = if self.commands.is_multiple_of(2) { "a" } else { "b" };
                self.host.must(&command, &ChangeContact::new(party(*who)).owner(owner));
            }
            Op::Stage(who, to) if !self.is_erased(party(*who)) => {
                let to = if *to == 0 { LifecycleStage::Lead } else { LifecycleStage::Mql };
                self.host.must(&command, &MoveStages::recycle(party(*who), to, "changed"));
            }
            Op::Merge(keep, gone) => {
                drop(
                    self.host
                        .send(&command, &MergeContacts::new(party(*keep), party(*gone), "same")),
                );
            }
            Op::Unmerge(who) => {
                drop(self.host.send(&command, &UnmergeContact::new(party(*who), "other")));
            }
            Op::Forget(who) if *who < COUNT => {
                let erase =
                    EraseContact { suppress: false, ..EraseContact::new(party(*who), "asked") };
                self.host.must(&command, &erase);
                self.forgets(*who);
            }
            Op::MergeForGood(keep, gone) if *gone < COUNT => {
                let merge = MergeParties::new(party(*keep), party(*gone));
                drop(self.host.send(&command, &merge));
            }
            Op::ErasePerson(who) if *who < COUNT => {
                let erased = self.host.send(&command, &EraseParty::new(party(*who)));
                erased.into_iter().for_each(|_| self.forgets(*who));
            }
            Op::Zone(which) => self.host.must(&command, &SetZone::new(clocks(*which))),
            Op::Wait(half_hours, ticks) => {
                self.host.wait(half_hours * 1_800);
                if *ticks {
                    self.tick();
                }
            }
            Op::Other(which, predicate) => self.use_segment(&format!("s{which}"), predicate),
            _ => {}
        }
    }

    /// What the events of an erased contact say is gone; that they were is not.
    fn forgets(&mut self, who: usize) {
        let host = &self.host;
        for event in self.events.values_mut() {
            let erased = host.view(|view| group(view, party(event.contact)));
            if erased.contains(&party(who)) {
                event.values.clear();
            }
        }
    }

    /// A tick, and the same tick again.
    fn tick(&self) {
        for _ in 0..2 {
            let ticked = self.host.tick();
            assert!(ticked.refused.is_empty(), "{ticked:?}");
        }
    }

    /// The contacts that live, by the id that each goes by, as plain data.
    fn contacts(&self) -> Vec<(PartyId, Vec<usize>, Contact)> {
        let profiles: BTreeMap<PartyId, Arc<Profile>> =
            self.host.rows::<Profile>().into_iter().map(|one| (one.party, one)).collect();
        let mut all = Vec::new();
        for nth in 0..COUNT {
            let ids = self.host.view(|view| group(view, party(nth)));
            let living: Vec<&Arc<Profile>> =
                ids.iter().map(|id| &profiles[id]).filter(|one| !one.is_erased()).collect();
            if living.is_empty() || ids[0] != party(nth) {
                continue;
            }
            // One contact has one answer: what is shown of it is what segments ask.
            let shown = self.host.view(|view| golden(view, ids[0], &Survivorship::default()));
            let shown = shown.unwrap();
            let mut values = Row::new();
            for (name, value) in shown.values.iter() {
                values.insert(name.to_string(), as_known(value));
            }
            let created = living.iter().map(|one| one.added_at).min().unwrap();
            values.insert("created".into(), Value::Instant(created));
            values.insert("stage".into(), Value::Text(shown.stage.code().into()));
            let since = living.iter().filter(|one| one.stage == shown.stage);
            let since = since.map(|one| one.stage_since).min().unwrap();
            values.insert("stage.since".into(), Value::Instant(since));
            if let Some(owner) = &shown.owner {
                values.insert("owner".into(), Value::Text(owner.to_string()));
            }
            let whose = (0..COUNT).filter(|one| ids.contains(&party(*one))).collect();
            let zone = Some("company".into());
            all.push((ids[0], whose, Contact { zone, organisation: None, values }));
        }
        all
    }

    /// All of it, as it stands now, as plain data.
    fn known(&self) -> Plain {
        let zone = self.host.view(|view| fondaco_core::calendar::zone(view));
        let stored = self.segments.iter().map(|(name, one)| stored(name, 1, one));
        let stored: Vec<StoredSegment> = stored.collect();
        let schema = schema(&declared(), &stored).unwrap().zone("company", zone);
        let contacts = self.contacts();
        let whose =
            |event: &Event| contacts.iter().position(|(_, ids, _)| ids.contains(&event.contact));
        let events = self.events.values();
        let events: Vec<Event> = events
            .filter_map(|event| Some(Event { contact: whose(event)?, ..event.clone() }))
            .collect();
        let ids = contacts.iter().map(|(id, _, _)| *id).collect();
        let contacts = contacts.into_iter().map(|(_, _, one)| one).collect();
        Plain { schema, ids, contacts, events, segments: self.segments.clone() }
    }

    /// Who is in which segment, by hand.
    fn naive(&self) -> BTreeSet<(String, PartyId)> {
        let (known, now) = (self.known(), self.host.now());
        let of = |id: &PartyId| {
            known.of(*id, now).into_iter().map(|name| (name, *id)).collect::<Vec<_>>()
        };
        known.ids.iter().flat_map(of).collect()
    }

    /// What an act or a tick told since the last look: each step is an event of the outbox, with the moment, the cause and the version that made
    /// it, and was so by hand at its moment and not before.
    fn check_told(&mut self, before: &Plain) {
        let after = self.known();
        let feed = FeedFrom::new(CompanyId::named("acme"), self.position, 100_000);
        let commits = self.host.store().feed(&feed).unwrap();
        self.position = commits.last().map_or(self.position, |commit| commit.position);
        let told: Vec<&Told> = commits
            .iter()
            .flat_map(|commit| &commit.events)
            .filter(|event| ["crm.segment_entered", "crm.segment_left"].contains(&&*event.name))
            .collect();
        let steps = self.host.rows::<SegmentStep>();
        let seen = &mut self.steps;
        let new = steps.iter().filter(|step| step.number > *seen.entry(step.party).or_default());
        let mut new: Vec<_> = new.collect();
        assert_eq!(told.len(), new.len());
        for event in told {
            let of = |name: &str| {
                let found = event.data.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| value.clone()).unwrap()
            };
            let is_it = |step: &&Arc<SegmentStep>| {
                of("party") == Stored::Id(step.party.to_u128())
                    && of("segment") == Stored::text(step.segment.clone())
                    && of("at") == Stored::Instant(step.at)
                    && of("cause") == Stored::Text(step.cause.code().into())
                    && step.entered == (event.name == "crm.segment_entered")
            };
            let step = new.remove(new.iter().position(is_it).unwrap());
            let number = self.steps.entry(step.party).or_default();
            *number = (*number).max(step.number);
            let Stored::I64(version) = of("version") else { panic!("{event:?}") };
            let since = self.since[&(step.segment.to_string(), version)];
            assert!(step.at >= since, "before {since}: {step:?}");
            check_step(step, before, &after, self.host.now());
        }
    }

    /// Whoever is asked anew is in what is so now, whatever ticks have done; and who is kept to be in is in, where that is said to hold.
    fn check_now(&self) {
        let (known, now) = (self.known(), self.host.now());
        for nth in 0..COUNT {
            let id = self.host.view(|view| fondaco_core::party::resolve(view, party(nth)));
            let found = self.host.view(|view| segments_at(view, id, now));
            assert_eq!(found, known.of(id, now), "at {now}: {:#?}", self.told());
        }
        if self.host.view(|view| settled(view)).holds_at(now) {
            for row in self.host.rows::<ContactSegments>() {
                let at = row.asked_at.max(now);
                assert_eq!(row.names().unwrap(), known.of(row.party, at), "{:#?}", self.told());
            }
        }
    }

    /// Members are as by hand; each came and went in turn; what is kept verifies.
    fn check(&self) {
        let members = self.host.rows::<SegmentMember>();
        let kept: BTreeSet<_> =
            members.iter().map(|one| (one.segment.to_string(), one.party)).collect();
        assert_eq!(kept, self.naive(), "at {}: {:#?}", self.host.now(), self.told());
        let mut by_steps: BTreeSet<(String, PartyId)> = BTreeSet::new();
        for step in self.host.rows::<SegmentStep>() {
            let key = (step.segment.to_string(), step.party);
            let is_new = if step.entered { by_steps.insert(key) } else { by_steps.remove(&key) };
            assert!(is_new, "{step:?}");
        }
        assert_eq!(by_steps, kept);
    }

    fn told(&self) -> Vec<String> {
        self.segments.iter().map(|(name, one)| format!("{name}: {one}")).collect()
    }
}

/// Everything that is known, and who is in what by it at any instant.
struct Plain {
    schema: Schema,
    ids: Vec<PartyId>,
    contacts: Vec<Contact>,
    events: Vec<Event>,
    segments: BTreeMap<String, Predicate>,
}

impl Plain {
    /// The segments that a contact is in, in order of their names.
    fn of(&self, party: PartyId, now: Timestamp) -> Vec<String> {
        let Some(nth) = self.ids.iter().position(|id| *id == party) else { return Vec::new() };
        let Plain { schema, contacts, events, segments, .. } = self;
        let world = World { schema, contacts, events, segments, now };
        let is_in = |(_, predicate): &(&String, &Predicate)| world.truth(predicate, nth).is_yes();
        segments.iter().filter(is_in).map(|(name, _)| name.clone()).collect()
    }

    fn is_in(&self, step: &SegmentStep, at: Timestamp) -> bool {
        self.of(step.party, at).iter().any(|name| *name == step.segment)
    }
}

/// Each cause changed what it is said to have changed.
fn check_step(step: &SegmentStep, before: &Plain, after: &Plain, now: Timestamp) {
    let moved = |micros: i64| step.at.checked_add(TimeDelta::microseconds(micros)).unwrap();
    match step.cause {
        SegmentCause::Clock => {
            assert!(step.at <= now, "{step:?} at {now}");
            assert_eq!(before.is_in(step, moved(-1)), !step.entered, "before {step:?}");
            assert_eq!(before.is_in(step, step.at), step.entered, "{step:?}");
        }
        SegmentCause::Definition => {
            assert!(step.at <= now || step.at.since(now) == TimeDelta::microseconds(1), "{step:?}");
            assert_eq!(before.is_in(step, step.at), step.entered, "{step:?}");
        }
        _ => {
            assert!((0..=1).contains(&step.at.since(now).num_microseconds().unwrap()), "{step:?}");
            assert_eq!(after.is_in(step, step.at), step.entered, "{step:?}");
            let was_other = matches!(step.cause, SegmentCause::Merged | SegmentCause::Separated);
            // Who was another contact until now may have left by the clock, which nobody had carried out.
            if !was_other {
                assert_eq!(before.is_in(step, step.at), !step.entered, "before {step:?}");
            }
        }
    }
}

/// Clocks that a company may go by.
fn clocks(which: u8) -> Zone {
    let at = "2026-03-29T01:00:00Z".parse().unwrap();
    match which {
        0 => Zone::UTC,
        1 => Zone::minutes_east(60).unwrap().changing(at, 120).unwrap(),
        _ => Zone::minutes_east(14 * 60).unwrap(),
    }
}

fn as_known(value: &attributes::Value) -> Value {
    match value {
        attributes::Value::Text(text) => Value::Text(text.to_string()),
        attributes::Value::Number(number) => Value::Number(*number),
        attributes::Value::Flag(flag) => Value::Flag(*flag),
        attributes::Value::Day(day) => Value::Day(*day),
        attributes::Value::Instant(at) => Value::Instant(*at),
    }
}

fn after_any_history(
    store: Arc<dyn Store>,
    segments: BTreeMap<String, Predicate>,
    ops: &[Op],
    zone: bool,
) {
    let mut life = Life::begin(store, segments, zone);
    let nobody = Plain { ids: Vec::new(), ..life.known() };
    life.check_told(&nobody);
    for op in ops {
        let before = life.known();
        life.act(op);
        life.host.clean();
        life.check_told(&before);
        life.check_now();
    }
    let before = life.known();
    // What another definition asks for is done a microsecond after the other.
    life.host.wait(1);
    life.tick();
    life.host.clean();
    life.check();
    life.check_told(&before);
    life.check_now();
    // Time goes on, and nothing else; a day at a time, and then all at once.
    for days in [1, 1, 30] {
        life.host.wait(days * 86_400);
        life.tick();
        life.check();
    }
    let recounted = life.host.run_job("recount", &mut RecountSegments::default(), &mut ());
    let report = recounted.unwrap().report;
    assert_eq!((report.asked, report.moved), (COUNT as u64, 0), "{report:?}");
    life.host.clean();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn members_are_who_is_in_by_hand(
        segments in any::kept_segments(), ops in prop::collection::vec(op(), 1..30), zone in any::<bool>(), memory in any::<bool>(),
    ) {
        let store: Arc<dyn Store> = if memory { Arc::new(Memory::new()) } else { Arc::new(Model::new()) };
        after_any_history(store, segments, &ops, zone);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn members_are_who_is_in_by_hand_on_sqlite(
        segments in any::kept_segments(), ops in prop::collection::vec(op(), 1..20), zone in any::<bool>(),
    ) {
        after_any_history(Arc::new(Sqlite::in_memory().unwrap()), segments, &ops, zone);
    }
}

#[test]
fn a_number_counts_with_six_decimals_within_64_bits() {
    let of = |text: &str| super::known::counted(text.parse().unwrap()).normalize().to_string();
    assert_eq!(of("1.0000005"), "1");
    assert_eq!(of("1.0000015"), "1.000002");
    assert_eq!(of("-79228162514264337593543950335"), "-9000000000000");
}
