//! What is recorded of contacts, as segments ask it.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::calendar::Zone;
use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp};
use rust_decimal::{Decimal, RoundingStrategy};
use smol_str::SmolStr;

use super::sets::{CREATED, DECIMALS, Sets};
use crate::along::Change;
use crate::attributes::{AttributeValue, Value};
use crate::contacts::{Profile, joint};
use crate::events::{BehaviourEvent, Superseded};
use crate::segments::{self as asked, Columns, ColumnsBuilder, Field, Kind, SegmentError};

/// What is recorded of one contact, under all its ids.
#[derive(Clone)]
pub(super) struct Known {
    /// Its ids, the one that it goes by first.
    pub(super) ids: Vec<PartyId>,
    profiles: BTreeMap<PartyId, Profile>,
    /// Each with the time since when it holds.
    values: BTreeMap<(PartyId, SmolStr), (Timestamp, Value)>,
    events: BTreeMap<(SmolStr, SmolStr, u32), Arc<BehaviourEvent>>,
}

impl Known {
    /// Of all of these contacts, in a fixed number of trips: of what they did, all from an instant on.
    pub(super) fn load(
        read: &mut impl Reading,
        groups: Vec<Vec<PartyId>>,
        from: Option<Timestamp>,
    ) -> Result<Vec<Known>, Halt> {
        let all: Vec<PartyId> = groups.iter().flatten().copied().collect();
        let profiles = read.peek_many::<Profile>(&all)?;
        let by_key = |party: &PartyId| Range::<Superseded>::by_key(party);
        let gone = read.peek_scans(&all.iter().map(by_key).collect::<Vec<_>>())?;
        let by_key = |party: &PartyId| Range::<AttributeValue>::by_key(party);
        let values = read.peek_scans(&all.iter().map(by_key).collect::<Vec<_>>())?;
        let by_party = |party: &PartyId| {
            let all = Range::by(BehaviourEvent::BY_PARTY, party);
            if let Some(from) = &from { all.from(from) } else { all }
        };
        let events = read.peek_scans(&all.iter().map(by_party).collect::<Vec<_>>())?;
        let mut rows = profiles.into_iter().zip(gone).zip(values.into_iter().zip(events));
        let known = groups.into_iter().map(|ids| {
            let mut known = Known {
                ids,
                profiles: BTreeMap::new(),
                values: BTreeMap::new(),
                events: BTreeMap::new(),
            };
            for party in known.ids.clone() {
                let Some(((profile, gone), (values, events))) = rows.next() else { break };
                known.profiles.extend(profile.map(|one| (party, one.as_ref().clone())));
                let value = |row: &Arc<AttributeValue>| {
                    let value = row.value.as_ref()?.get()?.clone();
                    Some(((party, row.attribute.clone()), (row.at, value)))
                };
                known.values.extend(values.iter().filter_map(value));
                let gone: BTreeSet<_> = gone
                    .iter()
                    .map(|mark| (&mark.source, &mark.source_id, mark.revision))
                    .collect();
                let counts = |event: &Arc<BehaviourEvent>| {
                    !gone.contains(&(&event.source, &event.source_id, event.revision))
                };
                let events = events.into_iter().filter(counts);
                known.events.extend(events.map(|event| (key(&event), event)));
            }
            known
        });
        Ok(known.collect())
    }

    /// Takes in what an act is about to stage.
    pub(super) fn apply(&mut self, change: &Change<'_>) {
        match change {
            Change::Event(event) if self.ids.contains(&event.party) => {
                self.events.insert(key(event), Arc::new((*event).clone()));
            }
            Change::Withdrawn(event) => drop(self.events.remove(&key(event))),
            Change::Added(profile) | Change::Profile { after: profile, .. }
                if self.ids.contains(&profile.party) =>
            {
                self.profiles.insert(profile.party, (*profile).clone());
            }
            Change::Attribute { party, attribute, after, at, .. } if self.ids.contains(party) => {
                let key = (*party, attribute.clone());
                match after {
                    Some(value) => drop(self.values.insert(key, (*at, value.clone()))),
                    None => drop(self.values.remove(&key)),
                }
            }
            Change::Erased { party } => drop(self.profiles.remove(party)),
            _ => {}
        }
    }

    /// As it was before an act, of which some is staged already.
    pub(super) fn without(&self, changes: &[&Change<'_>]) -> Known {
        let mut before = self.clone();
        for change in changes.iter().rev() {
            match change {
                Change::Event(event) => drop(before.events.remove(&key(event))),
                Change::Withdrawn(event) => before.apply(&Change::Event(event)),
                Change::Profile { before: profile, after } => {
                    before.apply(&Change::Profile { before: after, after: profile });
                }
                Change::Attribute { party, attribute, before: value, before_at, after, at } => {
                    before.apply(&Change::Attribute {
                        party: *party,
                        attribute: attribute.clone(),
                        before: after.clone(),
                        before_at: *at,
                        after: value.clone(),
                        at: *before_at,
                    });
                }
                _ => {}
            }
        }
        before
    }

    /// The contact as it goes by now: what all its ids that live say together.
    fn living(&self) -> Option<Cow<'_, Profile>> {
        let all = self.ids.iter().filter_map(|id| self.profiles.get(id));
        match self.ids.len() {
            1 => all.into_iter().find(|one| !one.is_erased()).map(Cow::Borrowed),
            _ => joint(all).map(Cow::Owned),
        }
    }

    /// Whether anybody is there who is not erased.
    pub(super) fn is_there(&self) -> bool {
        self.profiles.values().any(|profile| !profile.is_erased())
    }

    fn value(&self, living: Option<&Profile>, field: &Field) -> asked::Value {
        let Some(living) = living else { return asked::Value::Null };
        let code = |code: &Option<SmolStr>| {
            code.as_ref().map_or(asked::Value::Null, |code| asked::Value::Text(code.to_string()))
        };
        match field.name.as_str() {
            "kind" => asked::Value::Text(living.kind.code().into()),
            "source" => code(&living.source),
            "owner" => code(&living.owner),
            "territory" => code(&living.territory),
            "stage" => asked::Value::Text(living.stage.code().into()),
            "stage.since" => asked::Value::Instant(living.stage_since),
            CREATED => asked::Value::Instant(living.since()),
            name => {
                let name = SmolStr::from(name);
                let of = |id: &PartyId| self.values.get(&(*id, name.clone()));
                // What is known of the one that stands counts before what is of those merged into it, and of that the newest.
                let own = self.ids.first().and_then(of);
                let newest = || {
                    let others = self.ids.iter().filter_map(|id| Some((of(id)?, Reverse(*id))));
                    let newest = others.max_by_key(|((at, _), id)| (*at, *id));
                    newest.map(|(known, _)| known)
                };
                let known = own.or_else(newest);
                known.map_or(asked::Value::Null, |(_, value)| as_asked(value, field.kind))
            }
        }
    }

    /// What it did, in the order of time.
    fn did(&self, sets: &Sets) -> Vec<&BehaviourEvent> {
        let counts =
            |event: &&Arc<BehaviourEvent>| event.machine.is_none() && sets.reads_event(&event.kind);
        let mut did: Vec<&BehaviourEvent> =
            self.events.values().filter(counts).map(AsRef::as_ref).collect();
        did.sort_by(|a, b| (a.at, &a.source, &a.source_id).cmp(&(b.at, &b.source, &b.source_id)));
        did
    }
}

fn key(event: &BehaviourEvent) -> (SmolStr, SmolStr, u32) {
    (event.source.clone(), event.source_id.clone(), event.revision)
}

/// A value of a type; nothing where it has another.
fn as_asked(value: &Value, kind: Kind) -> asked::Value {
    match (value, kind) {
        (Value::Text(text), Kind::Text) => asked::Value::Text(text.to_string()),
        (Value::Number(number), Kind::Number { .. }) => asked::Value::Number(counted(*number)),
        (Value::Flag(flag), Kind::Flag) => asked::Value::Flag(*flag),
        (Value::Day(day), Kind::Day) => asked::Value::Day(*day),
        (Value::Instant(at), Kind::Instant) => asked::Value::Instant(*at),
        _ => asked::Value::Null,
    }
}

/// The farthest number from zero that counts.
pub(super) fn farthest() -> Decimal {
    Decimal::from(9_000_000_000_000_i64)
}

/// A number as it counts: with six decimals, and no farther from zero than 64 bits of them reach.
pub(super) fn counted(number: Decimal) -> Decimal {
    let near = number.clamp(-farthest(), farthest());
    near.round_dp_with_strategy(DECIMALS.into(), RoundingStrategy::MidpointNearestEven)
}

/// What the company's zone is called among the columns.
const COMPANY: &str = "company";

/// These contacts as columns, in their order.
pub(super) fn columns(known: &[Known], sets: &Sets, zone: &Zone) -> Result<Columns, SegmentError> {
    let schema = sets.set.schema().clone().zone(COMPANY, zone.clone());
    let mut builder = ColumnsBuilder::new(&schema);
    for one in known {
        let living = one.living();
        let value = |field: &Field| one.value(living.as_deref(), field);
        let values: Vec<_> = schema.attributes().list().iter().map(value).collect();
        let contact = builder.contact(Some(COMPANY), None, &values)?;
        for event in one.did(sets) {
            let kind = schema.kind_of(&event.kind).and_then(|place| schema.events().get(place));
            let fields = kind.map(|kind| kind.fields.list()).unwrap_or_default();
            let value = |field: &Field| {
                event
                    .value(&field.name)
                    .map_or(asked::Value::Null, |value| as_asked(value, field.kind))
            };
            let values: Vec<_> = fields.iter().map(value).collect();
            builder.event(contact, &event.kind, event.at, &values)?;
        }
    }
    Ok(builder.finish())
}

/// Where one contact stands: the names of the segments that it is in, in order, and the next moment at which time alone may change that.
pub(super) fn standing(
    columns: &Columns,
    sets: &Sets,
    (contact, known): (u32, &Known),
    at: Timestamp,
) -> (Vec<SmolStr>, Option<Timestamp>) {
    if !known.is_there() {
        return (Vec::new(), None);
    }
    let (mut names, next) = columns.standing(&sets.set, contact, at);
    names.sort_unstable();
    (names.into_iter().map(SmolStr::from).collect(), next)
}
