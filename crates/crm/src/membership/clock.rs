//! What happens to members by the clock.

use chrono::TimeDelta;
use fondaco_core::due::{Due, DueItem, Refused};
use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp, Tx};

use super::SegmentCause;
use super::ask::Asking;
use super::sets::in_use;
use crate::CrmError;
use crate::contacts::Profile;

/// The moment at which time alone may change where a contact stands.
pub(super) const CLOCK: &str = "crm.segment_clock";
/// That everybody is to be asked again, some hundreds at a time.
pub(super) const REFILL: &str = "crm.segment_refill";
/// The one subject of that.
pub(super) const ALL: &str = "all";

/// So many contacts are asked in one commit.
const CHUNK: usize = if cfg!(test) { 2 } else { 200 };

/// Asks one contact again, as of the moment at which its answer may have changed.
pub(super) fn look_again(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    let party: PartyId = item
        .subject
        .parse()
        .map_err(|_| Halt::Bug("an item of no contact".into()))
        .map_err(Refused::from)?;
    let sets = in_use(tx)?;
    let asking = Asking { sets: &sets, changes: &[], cause: SegmentCause::Clock, at: item.at };
    asking.ask(tx, &[party])?;
    Ok(())
}

/// Asks the next contacts again, and puts the rest on the queue.
pub(super) fn refill(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    let from = item.payload.as_ref().map(|json| json.to::<PartyId>()).transpose();
    let from = from.map_err(Halt::from).map_err(Refused::from)?;
    // As of when it was to be done: what the clock has changed since comes after it, moment by moment.
    let (next, _) = chunk(tx, from, CHUNK, SegmentCause::Definition, item.at)?;
    if let Some(next) = next {
        let later = item.at.checked_add(TimeDelta::microseconds(1)).unwrap_or(item.at);
        tx.due(Due::new(REFILL, ALL, later).with(&next)?)?;
    }
    Ok(())
}

/// Asks so many contacts from one on; the one after them, and who moved.
pub(super) fn chunk(
    tx: &mut Tx<'_>,
    from: Option<PartyId>,
    count: usize,
    cause: SegmentCause,
    at: Timestamp,
) -> Result<(Option<PartyId>, Chunk), CrmError> {
    let range = Range::<Profile>::all().limit(count.saturating_add(1));
    let mut profiles = tx.peek_scan(&match &from {
        Some(from) => range.from(from),
        None => range,
    })?;
    let rest = profiles.split_off(profiles.len().min(count));
    let parties: Vec<PartyId> = profiles.iter().map(|profile| profile.party).collect();
    let sets = in_use(tx)?;
    let asking = Asking { sets: &sets, changes: &[], cause, at };
    let moved = if parties.is_empty() { Vec::new() } else { asking.ask(tx, &parties)? };
    Ok((rest.first().map(|profile| profile.party), Chunk { asked: parties.len(), moved }))
}

/// What came of a chunk.
pub(super) struct Chunk {
    pub(super) asked: usize,
    pub(super) moved: Vec<PartyId>,
}
