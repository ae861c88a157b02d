//! Who is in which segment, since when, and why.

use std::fmt;
use std::sync::Arc;

use fondaco_core::calendar::zone;
use fondaco_core::due::DueItem;
use fondaco_core::party::resolve;
use fondaco_core::{PartyId, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::clock::{CLOCK, asks_everybody};
use super::known::{Known, columns, standing};
use super::sets::{Sets, peek_in_use};
use super::{ContactSegments, SegmentMember, SegmentStep};
use crate::CrmError;
use crate::contacts::group;
use crate::contacts::peek_groups;
use crate::segments::{Columns, Why};

/// Who is in a segment, in order of their ids, as far as ticks have come: [`settled`] says how far.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn members_of(
    read: &mut impl Reading,
    segment: &str,
) -> Result<Vec<Arc<SegmentMember>>, CrmError> {
    Ok(read.peek_scan(&Range::<SegmentMember>::by_key(&SmolStr::from(segment)))?)
}

/// The segments that a contact is in, under any of its ids, by their names, as of when it was last asked: by its last act, or by a tick.
/// [`segments_at`] asks anew.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn segments_of(read: &mut impl Reading, party: PartyId) -> Result<Vec<SmolStr>, CrmError> {
    let whole = resolve(read, party)?;
    let row = read.peek::<ContactSegments>(&whole)?;
    Ok(row.map_or_else(|| Ok(Vec::new()), |row| row.names())?)
}

/// The segments that a contact is in at an instant, by what is recorded now: asked anew, whatever ticks have carried out. Nothing where nobody
/// is there.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::membership::{PutSegment, StoredSegment, UseSegment, segments_at, segments_of};
/// let people = StoredSegment::new("people", 1, "kind = \"person\"");
/// crm.send("of people", &PutSegment::new(people))?;
/// crm.send("use", &UseSegment::new("people", Some(1)))?;
/// // No tick has asked her yet.
/// assert!(crm.view(|view| segments_of(view, ada()))?.is_empty());
/// let at = "2026-06-01T08:00:00Z".parse()?;
/// assert_eq!(crm.view(|view| segments_at(view, ada(), at))?, ["people"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn segments_at(
    read: &mut impl Reading,
    party: PartyId,
    at: Timestamp,
) -> Result<Vec<SmolStr>, CrmError> {
    let sets = peek_in_use(read)?;
    let Some((one, columns)) = look(read, &sets, party, at)? else { return Ok(Vec::new()) };
    Ok(standing(&columns, &sets, (0, &one), at).0)
}

/// What is recorded of one contact, as it is and in columns, to be asked at an instant; nothing where nobody is there.
fn look(
    read: &mut impl Reading,
    sets: &Sets,
    party: PartyId,
    at: Timestamp,
) -> Result<Option<(Known, Columns)>, CrmError> {
    let zone = zone(read)?;
    let groups = peek_groups(read, &[party])?;
    let known = Known::load(read, groups, sets.horizon.from(at))?;
    let Some(one) = known.into_iter().next().filter(Known::is_there) else { return Ok(None) };
    let columns = columns(std::slice::from_ref(&one), sets, &zone)?;
    Ok(Some((one, columns)))
}

/// How far what is kept is what is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settled {
    /// Whether some are still to be asked by other segments, or in another zone, than they were.
    pub asks_everybody: bool,
    /// The first moment at which somebody's answer may change and that no tick has carried out; from then on what is kept is of the past.
    pub until: Option<Timestamp>,
}

impl Settled {
    /// Whether who is [kept](members_of) to be a member at an instant is who is one.
    #[must_use]
    pub fn holds_at(&self, at: Timestamp) -> bool {
        !self.asks_everybody && self.until.is_none_or(|until| at < until)
    }
}

/// Until when who is [kept](members_of) to be a member is who is one, if nothing more is recorded: what lists and counts are to be read beside.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::membership::{PutSegment, StoredSegment, UseSegment, settled};
/// let people = StoredSegment::new("people", 1, "kind = \"person\"");
/// crm.send("of people", &PutSegment::new(people))?;
/// crm.send("use", &UseSegment::new("people", Some(1)))?;
/// let now = "2026-06-01T08:00:00Z".parse()?;
/// assert!(!crm.view(|view| settled(view))?.holds_at(now));
/// crm.tick()?;
/// assert!(crm.view(|view| settled(view))?.holds_at(now));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn settled(read: &mut impl Reading) -> Result<Settled, CrmError> {
    let asks_everybody = asks_everybody(read)?;
    let first = Range::by(DueItem::BY_TIME, &SmolStr::new_static(CLOCK)).limit(1);
    let until = read.peek_scan(&first)?.first().map(|item| item.at);
    Ok(Settled { asks_everybody, until })
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
    let Some((one, columns)) = look(read, &sets, party, at)? else { return Ok(None) };
    let Some(party) = one.ids.first().copied() else { return Ok(None) };
    let why = columns.explain(&sets.set, segment, 0, at)?;
    Ok(Some(SegmentWhy { party, why }))
}
