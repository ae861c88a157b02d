//! What contacts did, as it counts now or was known at a time.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::{BehaviourEvent, Superseded};
use crate::contacts::group;

/// What counts of one contact, with those that were merged into it: by time, then by source and id.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn events_of(
    read: &mut impl Reading,
    party: PartyId,
) -> Result<Vec<Arc<BehaviourEvent>>, Halt> {
    events_known_at(read, party, Timestamp::MAX)
}

/// What counted of one contact, by what had been recorded at an instant.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::events::{NewEvent, RecordEvents, events_known_at, events_of};
/// let at = "2026-05-29T09:30:00Z".parse()?;
/// crm.send("call", &RecordEvents::new(vec![NewEvent::new(ada(), "call", ("phone", "c-1"), at)]))?;
/// assert_eq!(crm.view(|view| events_of(view, ada()))?.len(), 1);
/// assert!(crm.view(|view| events_known_at(view, ada(), at))?.is_empty()); // it was recorded later
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn events_known_at(
    read: &mut impl Reading,
    party: PartyId,
    known: Timestamp,
) -> Result<Vec<Arc<BehaviourEvent>>, Halt> {
    let mut all = Vec::new();
    for party in group(read, party)? {
        let gone = read.peek_scan(&Range::<Superseded>::by_key(&party))?;
        let gone: BTreeSet<_> = gone
            .iter()
            .filter(|mark| mark.recorded_at <= known)
            .map(|mark| (&mark.source, &mark.source_id, mark.revision))
            .collect();
        let rows = read.peek_scan(&Range::by(BehaviourEvent::BY_PARTY, &party))?;
        let counts = |row: &Arc<BehaviourEvent>| {
            row.recorded_at <= known && !gone.contains(&(&row.source, &row.source_id, row.revision))
        };
        all.extend(rows.into_iter().filter(counts));
    }
    all.sort_by(|a, b| (a.at, &a.source, &a.source_id).cmp(&(b.at, &b.source, &b.source_id)));
    Ok(all)
}

/// Every event that counts, of all contacts, in order of source and id: for recounts. Its party is the one that it was written for.
///
/// # Errors
/// What `each` gives; a [`Halt`] to be passed on.
pub fn each_event<E: From<Halt>>(
    read: &mut impl Reading,
    mut each: impl FnMut(&BehaviourEvent) -> Result<(), E>,
) -> Result<(), E> {
    let mut gone: BTreeSet<(SmolStr, SmolStr, u32)> = BTreeSet::new();
    read.peek_each(&Range::<Superseded>::all(), |mark| {
        gone.insert((mark.source.clone(), mark.source_id.clone(), mark.revision));
        Ok::<(), E>(())
    })?;
    read.peek_each(&Range::<BehaviourEvent>::all(), |row| {
        let key = (row.source.clone(), row.source_id.clone(), row.revision);
        if gone.contains(&key) { Ok(()) } else { each(row) }
    })
}
