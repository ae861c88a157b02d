//! Whether who is kept to be in is who is in, when asked again.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::calendar::{Zone, zone};
use fondaco_core::due::DueItem;
use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, PartyId, Range, Reading, View};
use smol_str::SmolStr;

use super::ask::subject;
use super::clock::{CLOCK, asks_everybody};
use super::known::{Known, columns, standing};
use super::sets::{Sets, Stamp, peek_in_use};
use super::{ContactSegments, SegmentMember};
use crate::CrmError;
use crate::contacts::peek_groups;

/// So many contacts are asked at a time.
const CHUNK: usize = 500;

pub(super) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    match all(view, found) {
        Ok(()) => Ok(()),
        Err(CrmError::Halt(halt)) => Err(halt),
        Err(error) => {
            found.say(format_args!("a segment in use can't be asked: {error}"));
            Ok(())
        }
    }
}

fn all(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), CrmError> {
    let (sets, zone) = (peek_in_use(view)?, zone(view)?);
    let rows = view.peek_scan(&Range::<ContactSegments>::all())?;
    let (mut listed, mut waiting) = (BTreeSet::new(), 0_usize);
    for rows in rows.chunks(CHUNK) {
        for row in rows {
            listed.extend(row.names()?.into_iter().map(|name| (name, row.party)));
        }
        waiting += some(view, (&sets, &zone), rows, found)?;
    }
    if waiting > 0 && !asks_everybody(view)? {
        found.say(format_args!(
            "{waiting} contacts wait to be asked by the segments and the zone that count now, and nobody is to ask them: run RecountSegments"
        ));
    }
    let members = view.peek_scan(&Range::<SegmentMember>::all())?;
    let members: BTreeSet<(SmolStr, PartyId)> =
        members.iter().map(|member| (member.segment.clone(), member.party)).collect();
    for (segment, party) in listed.symmetric_difference(&members) {
        found.say(format_args!(
            "contact {party}: its row and the members of segment {segment} don't agree"
        ));
    }
    Ok(())
}

/// Asks those again who were asked by what counts now. The others wait for their turn: how many.
fn some(
    view: &mut View<'_>,
    (sets, zone): (&Sets, &Zone),
    rows: &[Arc<ContactSegments>],
    found: &mut Discrepancies,
) -> Result<usize, CrmError> {
    let parties: Vec<PartyId> = rows.iter().map(|row| row.party).collect();
    let groups = peek_groups(view, &parties)?;
    let asked = rows.iter().map(|row| row.asked_at).min();
    let from = asked.and_then(|at| sets.horizon.from(at));
    let known = Known::load(view, groups, from)?;
    let columns = columns(&known, sets, zone)?;
    let (stamp, mut waiting) = (Stamp::of(sets, zone), 0);
    for row in rows {
        let is_it = |one: &(u32, &Known)| one.1.ids.first() == Some(&row.party);
        let Some((contact, one)) = (0_u32..).zip(&known).find(is_it) else { continue };
        if !stamp.made(row.asked_by) {
            waiting += 1;
            continue;
        }
        if row.asked_by != stamp.asked_by(&one.ids, one.is_there()) {
            found.say(format_args!(
                "contact {}: it was merged, separated or erased since it was asked where it stands",
                row.party
            ));
            continue;
        }
        let (names, next) = standing(&columns, sets, (contact, one), row.asked_at);
        if (names, next) != (row.names()?, row.next_at) {
            found.say(format_args!(
                "contact {}: it is kept to be in other segments, or to be asked at another time, than what is recorded gives",
                row.party
            ));
        }
        let key = (SmolStr::new_static(CLOCK), subject(row.party));
        let due = view.peek::<DueItem>(&key)?.map(|item| item.at);
        if due != row.next_at {
            found.say(format_args!(
                "contact {}: it is to be asked at another time than the queue has it",
                row.party
            ));
        }
    }
    Ok(waiting)
}
