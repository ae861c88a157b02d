//! Whether who is kept to be in is who is in, when asked again.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::calendar::{Zone, zone};
use fondaco_core::due::DueItem;
use fondaco_core::engine::Discrepancies;
use fondaco_core::{Halt, PartyId, Range, Reading, View};
use smol_str::SmolStr;

use super::ask::subject;
use super::clock::CLOCK;
use super::known::{Known, columns, peek_groups, standing};
use super::sets::{Sets, peek_in_use};
use super::{ContactSegments, SegmentMember};
use crate::CrmError;

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
    let mut listed = BTreeSet::new();
    for rows in rows.chunks(CHUNK) {
        for row in rows {
            listed.extend(row.names()?.into_iter().map(|name| (name, row.party)));
        }
        some(view, (&sets, &zone), rows, found)?;
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

/// Asks those again who were asked by what counts now. The others wait for their turn.
fn some(
    view: &mut View<'_>,
    (sets, zone): (&Sets, &Zone),
    rows: &[Arc<ContactSegments>],
    found: &mut Discrepancies,
) -> Result<(), CrmError> {
    let parties: Vec<PartyId> = rows.iter().map(|row| row.party).collect();
    let groups = peek_groups(view, &parties)?;
    let known = Known::load(view, groups)?;
    let columns = columns(&known, sets, zone)?;
    for row in rows {
        let is_it = |one: &(u32, &Known)| one.1.ids.first() == Some(&row.party);
        let Some((contact, one)) = (0_u32..).zip(&known).find(is_it) else { continue };
        if row.asked_by != sets.asked_by(zone, &one.ids, one.is_there()) {
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
    Ok(())
}
