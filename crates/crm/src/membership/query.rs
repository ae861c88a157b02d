//! Who is in which segment, since when, and why.

use std::fmt;
use std::sync::Arc;

use fondaco_core::calendar::zone;
use fondaco_core::party::resolve;
use fondaco_core::{PartyId, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::known::{Known, columns, peek_groups};
use super::sets::peek_in_use;
use super::{ContactSegments, SegmentMember, SegmentStep};
use crate::CrmError;
use crate::contacts::group;
use crate::segments::Why;

/// Who is in a segment, in order of their ids.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn members_of(
    read: &mut impl Reading,
    segment: &str,
) -> Result<Vec<Arc<SegmentMember>>, CrmError> {
    Ok(read.peek_scan(&Range::<SegmentMember>::by_key(&SmolStr::from(segment)))?)
}

/// The segments that a contact is in, under any of its ids, by their names.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn segments_of(read: &mut impl Reading, party: PartyId) -> Result<Vec<SmolStr>, CrmError> {
    let whole = resolve(read, party)?;
    let row = read.peek::<ContactSegments>(&whole)?;
    Ok(row.map_or_else(|| Ok(Vec::new()), |row| row.names())?)
}

/// How a contact came into segments and left them, under all its ids, in the order in which it was recorded.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn segment_steps(
    read: &mut impl Reading,
    party: PartyId,
) -> Result<Vec<Arc<SegmentStep>>, CrmError> {
    let ids = group(read, party)?;
    let ranges: Vec<_> = ids.iter().map(Range::<SegmentStep>::by_key).collect();
    let mut steps: Vec<_> = read.peek_scans(&ranges)?.into_iter().flatten().collect();
    steps.sort_by_key(|step| (step.recorded_at, step.at, step.party, step.number));
    Ok(steps)
}

/// Why a contact is in a segment, or out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentWhy {
    /// Who: the id that the contact goes by.
    pub party: PartyId,
    /// Part by part, with what was found, and what would have to be otherwise.
    pub why: Why,
}

impl fmt::Display for SegmentWhy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.tell(&self.party, f)
    }
}

/// Why a contact is in a segment or out of it, by what is recorded now, at an instant; nothing where nobody is there under that id.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::membership::{PutSegment, StoredSegment, UseSegment, segment_why};
/// let quiet = StoredSegment::new("quiet", 1, "not done(call) in 30 days and owner = \"seller-1\"").event("call", []);
/// crm.send("quiet", &PutSegment::new(quiet))?;
/// crm.send("use", &UseSegment::new("quiet", Some(1)))?;
/// let why = crm.view(|view| segment_why(view, ada(), "quiet", "2026-06-01T08:00:00Z".parse().unwrap()))?;
/// assert!(why.ok_or("nobody")?.why.is_member());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SegmentError::UnknownName`](crate::segments::SegmentError::UnknownName) for a segment that does not count; a [`Halt`](fondaco_core::Halt), to be passed on.
pub fn segment_why(
    read: &mut impl Reading,
    party: PartyId,
    segment: &str,
    at: Timestamp,
) -> Result<Option<SegmentWhy>, CrmError> {
    let sets = peek_in_use(read)?;
    sets.set.need(segment)?;
    let zone = zone(read)?;
    let groups = peek_groups(read, &[party])?;
    let known = Known::load(read, groups)?;
    let Some(one) = known.first().filter(|one| one.is_there()) else { return Ok(None) };
    let Some(party) = one.ids.first().copied() else { return Ok(None) };
    let why = columns(&known, &sets, &zone)?.explain(&sets.set, segment, 0, at)?;
    Ok(Some(SegmentWhy { party, why }))
}
