//! Asking contacts where they stand, and staging what came of it.
//!
//! # Phases
//! A fixed number of trips reads all that is recorded of the contacts; they are asked in memory; what moved is staged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::calendar::Zone;
use fondaco_core::due::{Due, DueItem};
use fondaco_core::store::{Event, Json, Value};
use fondaco_core::tx::Needs;
use fondaco_core::{Halt, PartyId, Timestamp, Tx};
use smol_str::{SmolStr, ToSmolStr};

use super::clock::CLOCK;
use super::keep::about;
use super::known::{Known, columns, standing};
use super::sets::{Sets, Stamp, is_same_contact};
use super::{ContactSegments, SegmentCause, SegmentMember, SegmentStep};
use crate::CrmError;
use crate::along::Change;
use crate::contacts::groups;
use crate::segments::Columns;

/// The longest reason that an event tells, in bytes.
const MAX_REASON: usize = 400;

/// What is asked, and why.
pub(super) struct Asking<'a> {
    pub(super) sets: &'a Sets,
    /// What the act is about to stage.
    pub(super) changes: &'a [Change<'a>],
    pub(super) cause: SegmentCause,
    /// As of when; not before a contact was asked last.
    pub(super) at: Timestamp,
}

/// Somebody who comes into a segment, or leaves it.
struct Move {
    party: PartyId,
    segment: SmolStr,
    entered: bool,
    at: Timestamp,
    cause: SegmentCause,
    /// The condition that decided.
    because: String,
}

/// So many moments that no tick has carried out are gone through one by one; what is more is told with the last.
const MOST_MOMENTS: usize = 1_000;

/// Places among changes, by whom those are about.
type OfParties = BTreeMap<PartyId, Vec<usize>>;

/// Somebody who moved: as it was kept, and as it is.
struct Moved {
    row: ContactSegments,
    is_new: bool,
    next_before: Option<Timestamp>,
    moves: Vec<Move>,
}

impl Asking<'_> {
    /// Asks the contacts of these ids, and stages what came of it; gives who moved.
    pub(super) fn ask(
        &self,
        tx: &mut Tx<'_>,
        parties: &[PartyId],
    ) -> Result<Vec<PartyId>, CrmError> {
        let groups = groups(tx, parties)?;
        let all: Vec<PartyId> = groups.iter().flatten().copied().collect();
        let items: Vec<_> =
            all.iter().map(|id| (SmolStr::new_static(CLOCK), subject(*id))).collect();
        tx.need_all(Needs::new().rows::<ContactSegments>(&all).rows::<DueItem>(&items))?;
        let rows = tx.get_many::<ContactSegments>(&all)?;
        let zone = tx.zone()?;
        let mut known = Known::load(tx, groups, self.from(&rows))?;
        let (of_parties, stamp) = (self.of_parties(), Stamp::of(self.sets, &zone));
        let mut caught_up = self.catch_up((&known, &of_parties), &rows, (&zone, stamp))?;
        let mut rows = rows.into_iter();
        for one in &mut known {
            self.about(&of_parties, &one.ids).into_iter().for_each(|change| one.apply(change));
        }
        let columns = columns(&known, self.sets, &zone)?;
        let mut moved = Vec::new();
        for (contact, one) in (0_u32..).zip(&known) {
            let asked_by = stamp.asked_by(&one.ids, one.is_there());
            for (nth, party) in one.ids.iter().enumerate() {
                let row = rows.next().flatten();
                // An alias is in nothing: whom it stands for is.
                moved.extend(match nth {
                    // Of who was never a contact, or is none any more, nothing is kept.
                    0 if row.is_none() && !one.is_there() => None,
                    0 => {
                        let earlier = caught_up.remove(party).unwrap_or_default();
                        Some(self.one(&columns, (contact, one), (row, earlier), asked_by)?)
                    }
                    _ => self.none(*party, row)?,
                });
            }
        }
        self.stage(tx, moved)
    }

    /// From when on what these contacts did may say where they stand, now or at the moments that no tick has carried out.
    fn from(&self, rows: &[Option<Arc<ContactSegments>>]) -> Option<Timestamp> {
        let late = rows.iter().flatten().filter_map(|row| row.next_at);
        self.sets.horizon.from(late.chain([self.at]).min()?)
    }

    /// Where among the changes those about each party stand.
    fn of_parties(&self) -> OfParties {
        let mut places = OfParties::new();
        for (place, change) in self.changes.iter().enumerate() {
            about(change)
                .into_iter()
                .for_each(|party| places.entry(party).or_default().push(place));
        }
        places
    }

    /// The changes about a contact, in their order.
    fn about(&self, places: &OfParties, ids: &[PartyId]) -> Vec<&Change<'_>> {
        let own: BTreeSet<usize> =
            ids.iter().filter_map(|id| places.get(id)).flatten().copied().collect();
        own.into_iter().filter_map(|place| self.changes.get(place)).collect()
    }

    /// What is to be told of these contacts before what this act changes, as they were without it: what the clock has changed until now,
    /// where no tick has carried it out, moment by moment; and what another definition changes, where it is not asked of them yet. Of who was
    /// another contact before, neither means anything.
    fn catch_up(
        &self,
        (known, of_parties): (&[Known], &OfParties),
        rows: &[Option<Arc<ContactSegments>>],
        (zone, stamp): (&Zone, Stamp),
    ) -> Result<BTreeMap<PartyId, Vec<Move>>, CrmError> {
        let mut all = BTreeMap::new();
        if self.comes_of_itself() {
            return Ok(all);
        }
        let (mut before, mut late) = (Vec::new(), Vec::new());
        let mut rest = rows;
        for one in known {
            let (own, others) = rest.split_at(one.ids.len().min(rest.len()));
            rest = others;
            let Some(row) = own.first().and_then(Option::as_deref) else { continue };
            let made = stamp.made(row.asked_by);
            let is_late = match made {
                true => row.next_at.is_some_and(|next| next <= self.at),
                false => self.cause != SegmentCause::Recount,
            };
            if !is_late {
                continue;
            }
            let was = one.without(&self.about(of_parties, &one.ids));
            if is_same_contact(row.asked_by, stamp.asked_by(&was.ids, was.is_there())) {
                before.push(was);
                late.push((row, made));
            }
        }
        if late.is_empty() {
            return Ok(all);
        }
        let columns = columns(&before, self.sets, zone)?;
        for (contact, (one, (row, made))) in (0_u32..).zip(before.iter().zip(late)) {
            let moves = match made {
                true => self.moments(&columns, (contact, one), row)?,
                false => {
                    let (stands, cause) = (row.names()?, SegmentCause::Definition);
                    let at = row.asked_at.max(self.at);
                    let (after, _) = standing(&columns, self.sets, (contact, one), at);
                    self.moves(&columns, contact, (row.party, at, cause), (&stands, &after))?
                }
            };
            all.insert(row.party, moves);
        }
        Ok(all)
    }

    /// Whether the clock or another definition is why these are asked.
    fn comes_of_itself(&self) -> bool {
        matches!(self.cause, SegmentCause::Clock | SegmentCause::Definition)
    }

    fn moments(
        &self,
        columns: &Columns,
        (contact, known): (u32, &Known),
        row: &ContactSegments,
    ) -> Result<Vec<Move>, CrmError> {
        let (mut stands, mut next, mut moves) = (row.names()?, row.next_at, Vec::new());
        for _ in 0..MOST_MOMENTS {
            let Some(at) = next.filter(|at| *at <= self.at) else { break };
            let (after, later) = standing(columns, self.sets, (contact, known), at);
            let of = (row.party, at, SegmentCause::Clock);
            moves.extend(self.moves(columns, contact, of, (&stands, &after))?);
            (stands, next) = (after, later);
        }
        Ok(moves)
    }

    /// Who comes and goes between two standings.
    fn moves(
        &self,
        columns: &Columns,
        contact: u32,
        (party, at, cause): (PartyId, Timestamp, SegmentCause),
        (before, after): (&[SmolStr], &[SmolStr]),
    ) -> Result<Vec<Move>, CrmError> {
        let moves = differences(before, after).into_iter().map(|(segment, entered)| {
            let because = self.because(columns, contact, &segment, at)?;
            Ok(Move { party, segment, entered, at, cause, because })
        });
        moves.collect()
    }

    /// Asks one.
    fn one(
        &self,
        columns: &Columns,
        (contact, known): (u32, &Known),
        (row, mut moves): (Option<Arc<ContactSegments>>, Vec<Move>),
        asked_by: i64,
    ) -> Result<Moved, CrmError> {
        let party = known.ids.first().copied().unwrap_or_else(|| PartyId::from_u128(0));
        let mut before = row.as_ref().map_or_else(|| Ok(Vec::new()), |row| row.names())?;
        moves.iter().for_each(|one| one.take_in(&mut before));
        let asked_at = row.as_ref().map_or(self.at, |row| row.asked_at.max(self.at));
        let (after, next_at) = standing(columns, self.sets, (contact, known), asked_at);
        let mut own =
            self.moves(columns, contact, (party, asked_at, self.cause), (&before, &after))?;
        if !known.is_there() {
            own.iter_mut().for_each(|one| one.because.clear());
        }
        moves.append(&mut own);
        let steps = row.as_ref().map_or(0, |row| row.steps);
        let segments = names(&after)?;
        let next_before = row.as_ref().and_then(|row| row.next_at);
        let is_new = row.is_none();
        let row = ContactSegments { party, segments, asked_at, next_at, asked_by, steps };
        Ok(Moved { row, is_new, next_before, moves })
    }

    /// Takes an alias out of all that it was in.
    fn none(
        &self,
        party: PartyId,
        row: Option<Arc<ContactSegments>>,
    ) -> Result<Option<Moved>, CrmError> {
        let Some(row) = row else { return Ok(None) };
        let stands = row.names()?;
        if stands.is_empty() && row.next_at.is_none() {
            return Ok(None); // it was taken out before
        }
        let at = row.asked_at.max(self.at);
        let left = |segment: SmolStr| Move {
            party,
            segment,
            entered: false,
            at,
            cause: self.cause,
            because: String::new(),
        };
        let moves: Vec<Move> = stands.into_iter().map(left).collect();
        let next_before = row.next_at;
        let row = ContactSegments {
            segments: names(&[])?,
            asked_at: at,
            next_at: None,
            asked_by: 0,
            ..row.as_ref().clone()
        };
        Ok(Some(Moved { row, is_new: false, next_before, moves }))
    }

    /// The conditions that decided: those that would have to turn for it to be otherwise.
    fn because(
        &self,
        columns: &Columns,
        contact: u32,
        segment: &str,
        at: Timestamp,
    ) -> Result<String, CrmError> {
        if self.sets.set.predicate(segment).is_none() {
            return Ok(String::new()); // it does not count any more
        }
        let why = columns.explain(&self.sets.set, segment, contact, at)?;
        let mut because = String::new();
        for flip in &why.flips {
            let not = if flip.to_hold { "not: " } else { "" };
            if because.len() + flip.shape.len() > MAX_REASON {
                because.push_str(" ...");
                break;
            }
            let joint = if because.is_empty() { "" } else { "; " };
            because = format!("{because}{joint}{not}{}", flip.shape);
        }
        Ok(because)
    }

    fn stage(&self, tx: &mut Tx<'_>, moved: Vec<Moved>) -> Result<Vec<PartyId>, CrmError> {
        let moves = moved.iter().flat_map(|moved| &moved.moves);
        let keys: Vec<_> = moves.map(|one| (one.segment.clone(), one.party)).collect();
        tx.need::<SegmentMember>(&keys)?;
        let (mut steps, mut who) = (Vec::new(), Vec::new());
        for Moved { mut row, is_new, next_before, moves } in moved {
            if !moves.is_empty() {
                who.push(row.party);
            }
            for one in moves {
                row.steps = row.steps.saturating_add(1);
                self.step(tx, &one, row.steps, &mut steps)?;
            }
            // The item that is being carried out is off the queue already.
            let is_queued = next_before == row.next_at && self.cause != SegmentCause::Clock;
            if !is_queued || is_new {
                queue(tx, &row)?;
            }
            match is_new {
                true => tx.insert(row)?,
                false => tx.put(row)?,
            }
        }
        tx.insert_all(steps)?;
        Ok(who)
    }

    fn step(
        &self,
        tx: &mut Tx<'_>,
        one: &Move,
        number: u32,
        steps: &mut Vec<SegmentStep>,
    ) -> Result<(), CrmError> {
        let (party, segment, at) = (one.party, one.segment.clone(), one.at);
        let key = (segment.clone(), party);
        match (tx.get::<SegmentMember>(&key)?.is_some(), one.entered) {
            (false, true) => {
                tx.insert(SegmentMember { segment: segment.clone(), party, since: at })?
            }
            (true, false) => tx.delete::<SegmentMember>(&key)?,
            _ => {}
        }
        let name = if one.entered { "crm.segment_entered" } else { "crm.segment_left" };
        let event = Event::new(name)
            .with("party", Value::Id(party.to_u128()))
            .with("segment", Value::text(segment.clone()))
            .with("version", Value::I64(self.sets.version(&segment).into()))
            .with("at", Value::Instant(at))
            .with("cause", one.cause.code())
            .with("because", Value::text(one.because.as_str()));
        tx.emit(event);
        let (entered, recorded_at, cause) = (one.entered, tx.now(), one.cause);
        steps.push(SegmentStep { party, number, segment, entered, at, recorded_at, cause });
        Ok(())
    }
}

impl Move {
    /// Takes it in where the names of segments are listed.
    fn take_in(&self, names: &mut Vec<SmolStr>) {
        match self.entered {
            true => names.push(self.segment.clone()),
            false => names.retain(|name| *name != self.segment),
        }
    }
}

/// Puts the next moment of a contact on the queue, or takes it off.
fn queue(tx: &mut Tx<'_>, row: &ContactSegments) -> Result<(), Halt> {
    match row.next_at {
        Some(at) => drop(tx.due(Due::new(CLOCK, subject(row.party), at))?),
        None => drop(tx.cancel_due(CLOCK, &subject(row.party))?),
    }
    Ok(())
}

pub(super) fn subject(party: PartyId) -> SmolStr {
    party.to_smolstr()
}

fn names(names: &[SmolStr]) -> Result<Json, Halt> {
    Json::of(names).ok_or_else(|| Halt::Bug("names that are no JSON".into()))
}

/// What is in one list and not in the other: those that are left, and those that are entered.
fn differences(before: &[SmolStr], after: &[SmolStr]) -> Vec<(SmolStr, bool)> {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) =
        (before.iter().cloned().collect(), after.iter().cloned().collect());
    let left = before.difference(&after).map(|name| (name.clone(), false));
    left.chain(after.difference(&before).map(|name| (name.clone(), true))).collect()
}
