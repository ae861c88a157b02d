//! What happens to members by the clock.

use chrono::TimeDelta;
use fondaco_core::due::{Due, DueItem, Refused};
use fondaco_core::news::News;
use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::ask::Asking;
use super::sets::{Stamp, in_use};
use super::{ContactSegments, SegmentCause, SegmentInUse};
use crate::CrmError;
use crate::contacts::Profile;

/// The moment at which time alone may change where a contact stands.
pub(super) const CLOCK: &str = "crm.segment_clock";
/// That everybody is to be asked again, some hundreds at a time.
pub(super) const REFILL: &str = "crm.segment_refill";
/// The one subject of that.
const ALL: &str = "all";

/// So many contacts are asked in one commit.
const CHUNK: usize = if cfg!(test) { 2 } else { 200 };

/// Asks one contact again, as of the moment at which its answer may have changed. Where other segments, or another zone, count by now, that
/// moment means nothing any more: who asks everybody by these asks it, too.
pub(super) fn look_again(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    let party: PartyId = item
        .subject
        .parse()
        .map_err(|_| Halt::Bug("an item of no contact".into()))
        .map_err(Refused::from)?;
    let sets = in_use(tx)?;
    let stamp = Stamp::of(&sets, tx.zone()?.as_ref());
    let row = tx.get::<ContactSegments>(&party)?;
    if row.is_some_and(|row| !stamp.made(row.asked_by)) {
        if tx.due_item(REFILL, ALL)?.is_none() {
            ask_everybody(tx)?;
        }
        return Ok(());
    }
    let asking = Asking { sets: &sets, changes: &[], cause: SegmentCause::Clock, at: item.at };
    asking.ask(tx, &[party])?;
    Ok(())
}

/// How far a round through all contacts is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Round {
    /// Who is next; who is first, if nobody is named.
    next: Option<PartyId>,
    /// After the last, the round goes on from the first to before this one.
    until: Option<PartyId>,
    /// Whether it is past the last.
    again: bool,
}

impl Round {
    /// A round that begins where this one stands.
    fn anew(self) -> Round {
        Round { next: self.next, until: self.next, again: false }
    }

    /// The round after a chunk, after which one contact is next; nothing when it is through.
    fn after(self, next: Option<PartyId>) -> Option<Round> {
        match next {
            Some(next) => Some(Round { next: Some(next), ..self }),
            None if self.again => None,
            None => self.until.map(|_| Round { next: None, again: true, ..self }),
        }
    }
}

/// Puts on the queue that everybody is to be asked, from now on. A round that is under way goes on where it is and comes around to there, so
/// that it ends however often another is asked for.
pub(super) fn ask_everybody(tx: &mut Tx<'_>) -> Result<(), Halt> {
    let under_way = tx.due_item(REFILL, ALL)?.map(|item| item.payload::<Round>()).transpose()?;
    let round = under_way.flatten().unwrap_or_default().anew();
    let now = tx.now();
    tx.due(Due::new(REFILL, ALL, now).with(&round)?)?;
    Ok(())
}

/// Whether everybody is to be asked, as the queue has it; for who looks.
pub(super) fn asks_everybody(read: &mut impl Reading) -> Result<bool, Halt> {
    let refill = (SmolStr::new_static(REFILL), SmolStr::new_static(ALL));
    Ok(read.peek::<DueItem>(&refill)?.is_some())
}

/// Another zone has other days.
pub(super) fn hear(tx: &mut Tx<'_>, news: &News) -> Result<(), Halt> {
    let asks = match news {
        News::ZoneSet => !tx.peek_scan(&Range::<SegmentInUse>::all().limit(1))?.is_empty(),
        _ => false,
    };
    if asks { ask_everybody(tx) } else { Ok(()) }
}

/// Asks the next contacts again, and puts the rest on the queue.
pub(super) fn refill(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    let round = item.payload::<Round>().map_err(Refused::from)?.unwrap_or_default();
    let before = if round.again { round.until } else { None };
    // As of when it was to be done: what the clock has changed since comes after it, moment by moment.
    let cause = SegmentCause::Definition;
    let (next, _) = chunk(tx, (round.next, before), CHUNK, cause, item.at)?;
    if let Some(round) = round.after(next) {
        let later = item.at.checked_add(TimeDelta::microseconds(1)).unwrap_or(item.at);
        tx.due(Due::new(REFILL, ALL, later).with(&round)?)?;
    }
    Ok(())
}

/// Asks so many contacts from one on, and before another; the one after them, and who moved.
pub(super) fn chunk(
    tx: &mut Tx<'_>,
    (from, before): (Option<PartyId>, Option<PartyId>),
    count: usize,
    cause: SegmentCause,
    at: Timestamp,
) -> Result<(Option<PartyId>, Chunk), CrmError> {
    let mut range = Range::<Profile>::all().limit(count.saturating_add(1));
    if let Some(from) = &from {
        range = range.from(from);
    }
    if let Some(before) = &before {
        range = range.before(before);
    }
    let mut profiles = tx.peek_scan(&range)?;
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
