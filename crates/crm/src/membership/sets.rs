//! The segments that count, ready to be asked.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::calendar::Zone;
use fondaco_core::digest::Digester;
use fondaco_core::store::Json;
use fondaco_core::{Halt, PartyId, Range, Reading, Tx};
use smol_str::SmolStr;

use super::horizon::Horizon;
use super::{MembershipError, SegmentInUse, StoredSegment};
use crate::CrmError;
use crate::along::Change;
use crate::attributes::ValueKind;
use crate::segments::{Definition, Kind, Schema, SegmentSet};

/// Attributes with their types.
pub(super) type Declared = BTreeMap<SmolStr, ValueKind>;

/// So many decimals count.
pub(super) const DECIMALS: u8 = 6;

/// What is known of each contact without being an attribute, beside the stage.
pub(super) const CREATED: &str = "created";

fn kind(of: ValueKind) -> Kind {
    match of {
        ValueKind::Text | ValueKind::Choice => Kind::Text,
        ValueKind::Number => Kind::Number { decimals: DECIMALS },
        ValueKind::Flag => Kind::Flag,
        ValueKind::Day => Kind::Day,
        ValueKind::Instant => Kind::Instant,
    }
}

/// What is known of contacts by these attributes, and by what these segments declare.
pub(super) fn schema<'s>(
    attributes: &Declared,
    segments: impl IntoIterator<Item = &'s StoredSegment>,
) -> Result<Schema, MembershipError> {
    let mut schema = Schema::new();
    for (name, of) in attributes {
        schema = schema.attribute(name, kind(*of));
    }
    for name in ["kind", "source", "owner", "territory"] {
        schema = schema.attribute(name, Kind::Text);
    }
    schema = schema.attribute(CREATED, Kind::Instant).lifecycle();
    let mut known: BTreeMap<(&str, &str), ValueKind> = BTreeMap::new();
    for segment in segments {
        for (event, fields) in &segment.events {
            for (field, of) in fields {
                let there = *known.entry((event, field)).or_insert(*of);
                if kind(there) != kind(*of) {
                    return Err(MembershipError::SegmentFieldDiffers {
                        name: segment.name.clone(),
                        event: event.clone(),
                        field: field.clone(),
                        found: of.says(),
                        there: there.says(),
                    });
                }
            }
            let fields = fields.iter().map(|(name, of)| (name.as_str(), kind(*of)));
            schema = schema.event(event, fields);
        }
    }
    Ok(schema)
}

/// What a predicate names.
pub(super) mod declared {
    use std::collections::BTreeSet;

    use smol_str::SmolStr;

    use super::MembershipError;
    use crate::segments::{Leaf, Node, Predicate, SegmentSet};

    pub(crate) fn leaves(predicate: &Predicate) -> impl Iterator<Item = &Leaf> {
        predicate.nodes().iter().filter_map(|node| match node {
            Node::Leaf(leaf) => Some(leaf),
            _ => None,
        })
    }

    /// The other segments that it rests on.
    pub(crate) fn segments(predicate: &Predicate) -> BTreeSet<String> {
        let named = leaves(predicate).filter_map(|leaf| match leaf {
            Leaf::Segment(name) => Some(name.clone()),
            _ => None,
        });
        named.collect()
    }

    /// The attributes of contacts that it reads.
    pub(crate) fn attributes(predicate: &Predicate) -> BTreeSet<String> {
        let named = leaves(predicate).filter_map(|leaf| match leaf {
            Leaf::Attribute(test) => Some(test.name.clone()),
            _ => None,
        });
        named.collect()
    }

    /// The kinds of events that it reads.
    pub(super) fn events(predicate: &Predicate) -> BTreeSet<SmolStr> {
        let mut named = BTreeSet::new();
        for leaf in leaves(predicate) {
            match leaf {
                Leaf::Behaviour(one) => drop(named.insert(SmolStr::from(&one.event))),
                Leaf::Sequence(one) => {
                    named.extend(one.steps.iter().map(|step| SmolStr::from(&step.event)));
                }
                Leaf::Interest(one) => {
                    named.extend(one.weights.iter().map(|of| SmolStr::from(&of.event)));
                }
                _ => {}
            }
        }
        named
    }

    /// Whether all that it asks changes with its contact alone.
    pub(crate) fn is_kept(set: &SegmentSet, name: &str) -> Result<(), MembershipError> {
        match set.asks_people() {
            true => Err(MembershipError::SegmentNotKept {
                name: name.into(),
                what: "an organisation's people",
            }),
            false => Ok(()),
        }
    }
}

/// All segments that count.
#[derive(Debug)]
pub(super) struct Sets {
    pub(super) set: SegmentSet,
    versions: BTreeMap<SmolStr, u32>,
    events: BTreeSet<SmolStr>,
    attributes: BTreeSet<SmolStr>,
    /// How far back they look.
    pub(super) horizon: Horizon,
}

impl Sets {
    /// Ready.
    ///
    /// # Errors
    /// What is wrong with them together: one that rests on itself, or on one that does not count.
    pub(super) fn of<R: Borrow<SegmentInUse>>(rows: &[R]) -> Result<Sets, CrmError> {
        let (mut segments, mut attributes) = (Vec::new(), Declared::new());
        for row in rows.iter().map(Borrow::borrow) {
            let Some(segment) = &row.segment else { continue };
            segments.push(segment.to::<StoredSegment>().map_err(Halt::from)?);
            let read = row.attributes.as_ref().map(Json::to::<Declared>).transpose();
            attributes.extend(read.map_err(Halt::from)?.unwrap_or_default());
        }
        let schema = schema(&attributes, &segments)?;
        let (mut all, mut events, mut read) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        for segment in &segments {
            let definition = Definition::parse(&segment.is)?;
            events.append(&mut declared::events(definition.predicate()));
            let names = declared::attributes(definition.predicate());
            read.extend(names.into_iter().map(SmolStr::from));
            all.push((segment.name.to_string(), definition));
        }
        let horizon = Horizon::of(all.iter().map(|(_, one)| one.predicate()));
        let set = SegmentSet::compile(&schema, all)?;
        if let Some(one) = segments.first() {
            declared::is_kept(&set, &one.name)?;
        }
        let versions = segments.into_iter().map(|one| (one.name, one.version)).collect();
        Ok(Sets { set, versions, events, attributes: read, horizon })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    pub(super) fn version(&self, segment: &str) -> u32 {
        self.versions.get(segment).copied().unwrap_or(0)
    }

    /// Whether a kind of event is asked about.
    pub(super) fn reads_event(&self, kind: &str) -> bool {
        self.events.contains(kind)
    }

    /// Whether a change may change who is in.
    pub(super) fn reads(&self, change: &Change<'_>) -> bool {
        match change {
            Change::Event(event) | Change::Withdrawn(event) => {
                event.machine.is_none() && self.reads_event(&event.kind)
            }
            Change::Attribute { attribute, .. } => self.attributes.contains(attribute),
            _ => true,
        }
    }
}

/// A digest of what everybody is asked by: which versions, in which zone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp(u32);

impl Stamp {
    pub(super) fn of(sets: &Sets, zone: &Zone) -> Stamp {
        let mut digester = Digester::new("crm.segments");
        digester.count(sets.versions.len());
        for (name, version) in &sets.versions {
            digester.text(name).count(*version as usize);
        }
        digester.text(&Json::of(zone).unwrap_or_default().0);
        Stamp(half(digester))
    }

    /// With what one contact is: its ids, and whether anybody is there.
    pub(super) fn asked_by(self, ids: &[PartyId], is_there: bool) -> i64 {
        let mut digester = Digester::new("crm.segments.contact");
        digester.count(ids.len());
        for id in ids {
            digester.u128(id.to_u128());
        }
        digester.count(usize::from(is_there));
        (i64::from(self.0) << 32) | i64::from(half(digester))
    }

    /// Whether somebody was asked by these segments, in this zone.
    pub(super) fn made(self, asked_by: i64) -> bool {
        asked_by >> 32 == i64::from(self.0)
    }
}

/// Whether two were asked as the same contact, by whatever segments.
pub(super) fn is_same_contact(one: i64, other: i64) -> bool {
    one << 32 == other << 32
}

fn half(digester: Digester) -> u32 {
    let hash = digester.finish();
    // Without the sign: it is the upper half of a number.
    hash.first_chunk::<4>().map_or(0, |bytes| u32::from_be_bytes(*bytes)) >> 1
}

/// All segments that count; the decision rests on them.
pub(super) fn in_use(tx: &mut Tx<'_>) -> Result<Arc<Sets>, CrmError> {
    type Kept = Result<Arc<Sets>, CrmError>;
    let build = |rows: &[Arc<SegmentInUse>]| -> Kept { Sets::of(rows).map(Arc::new) };
    match tx.compiled::<SegmentInUse, Kept>(|_| true, build)? {
        Some(kept) => kept.as_ref().clone(),
        None => Sets::of(&tx.scan(&Range::<SegmentInUse>::all())?).map(Arc::new),
    }
}

/// All segments that count, for who looks.
pub(super) fn peek_in_use(read: &mut impl Reading) -> Result<Sets, CrmError> {
    Sets::of(&read.peek_scan(&Range::<SegmentInUse>::all())?)
}
