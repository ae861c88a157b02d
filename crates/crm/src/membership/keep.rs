//! Members come and go with what is recorded: in the commit of their cause.

use chrono::TimeDelta;
use fondaco_core::{PartyId, Timestamp, Tx};

use super::SegmentCause;
use super::ask::Asking;
use super::sets::in_use;
use crate::CrmError;
use crate::along::{Along, Change};

/// Keeps members up to date.
pub(crate) struct Keeping;

impl Along for Keeping {
    fn note(tx: &mut Tx<'_>, changes: &[Change<'_>]) -> Result<(), CrmError> {
        let sets = in_use(tx)?;
        if sets.is_empty() {
            return Ok(());
        }
        let read: Vec<&Change<'_>> = changes.iter().filter(|change| sets.reads(change)).collect();
        let Some(first) = read.first() else { return Ok(()) };
        let cause = cause(first);
        let mut parties: Vec<PartyId> = read.iter().flat_map(|change| about(change)).collect();
        parties.sort_unstable();
        parties.dedup();
        let at = asked_at(&read, tx.now());
        Asking { sets: &sets, changes, cause, at }.ask(tx, &parties)?;
        Ok(())
    }
}

/// As of when: an event of this very moment is in no window yet, and counts from the next microsecond on.
fn asked_at(changes: &[&Change<'_>], now: Timestamp) -> Timestamp {
    let is_now = |change: &&Change<'_>| matches!(change, Change::Event(event) if event.at == now);
    let next = now.checked_add(TimeDelta::microseconds(1));
    next.filter(|_| changes.iter().any(is_now)).unwrap_or(now)
}

/// Of one act all changes have one cause.
fn cause(change: &Change<'_>) -> SegmentCause {
    match change {
        Change::Event(_) => SegmentCause::Event,
        Change::Withdrawn(_) => SegmentCause::Withdrawn,
        Change::Attribute { .. } => SegmentCause::Value,
        Change::Added(_) | Change::Profile { .. } => SegmentCause::Profile,
        Change::Merged { .. } => SegmentCause::Merged,
        Change::Separated { .. } => SegmentCause::Separated,
        Change::Erased { .. } => SegmentCause::Erased,
    }
}

/// Whose segments it may change.
pub(super) fn about(change: &Change<'_>) -> Vec<PartyId> {
    match change {
        Change::Event(event) | Change::Withdrawn(event) => vec![event.party],
        Change::Added(profile) | Change::Profile { after: profile, .. } => vec![profile.party],
        Change::Attribute { party, .. } | Change::Erased { party } => vec![*party],
        Change::Merged { gone, keep } | Change::Separated { gone, keep } => vec![*gone, *keep],
    }
}
