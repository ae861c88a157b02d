//! What is kept of a segment as a whole: how large it is and was, who came and left, and what segments have in common.

use std::collections::BTreeMap;
use std::ops::Range as Span;
use std::sync::Arc;

use fondaco_core::{PartyId, Range, Reading, Timestamp};
use roaring::RoaringBitmap;
use smol_str::SmolStr;

use super::{SegmentMember, SegmentStep};
use crate::CrmError;
use crate::segments::Overlap;

/// So many rows are read at a time.
const PAGE: usize = 1_000;

/// A page of who is in a segment, in order of their ids: at most so many, after one of them, or from the first.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_crm::membership::{PutSegment, StoredSegment, UseSegment, members_after, segment_size};
/// let all = StoredSegment::new("all", 1, "kind is null or not kind is null");
/// crm.send("all", &PutSegment::new(all))?;
/// crm.send("use", &UseSegment::new("all", Some(1)))?;
/// crm.tick()?;
/// let first = crm.view(|view| members_after(view, "all", None, 1))?;
/// let second = crm.view(|view| members_after(view, "all", Some(first[0].party), 1))?;
/// assert!(first[0].party < second[0].party);
/// assert_eq!(crm.view(|view| segment_size(view, "all"))?, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn members_after(
    read: &mut impl Reading,
    segment: &str,
    after: Option<PartyId>,
    limit: usize,
) -> Result<Vec<Arc<SegmentMember>>, CrmError> {
    let all = Range::<SegmentMember>::by_key(&SmolStr::from(segment));
    let range = match &after {
        Some(after) => all.from(after).limit(limit.saturating_add(1)),
        None => all.limit(limit),
    };
    let mut page = read.peek_scan(&range)?;
    page.retain(|member| after != Some(member.party));
    page.truncate(limit);
    Ok(page)
}

/// Goes through all members of a segment, page by page.
fn each(
    read: &mut impl Reading,
    segment: &str,
    mut each: impl FnMut(PartyId),
) -> Result<(), CrmError> {
    let mut after = None;
    loop {
        let page = members_after(read, segment, after, PAGE)?;
        page.iter().for_each(|member| each(member.party));
        match page.last().filter(|_| page.len() == PAGE) {
            Some(last) => after = Some(last.party),
            None => return Ok(()),
        }
    }
}

/// How many are in a segment. Reads its members.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn segment_size(read: &mut impl Reading, segment: &str) -> Result<u64, CrmError> {
    let mut size = 0;
    each(read, segment, |_| size += 1)?;
    Ok(size)
}

/// Who came into a segment and who left it from one instant to before another, in the order of those moments.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_core::Timestamp;
/// use fondaco_crm::attributes::{SetValues, Value};
/// use fondaco_crm::membership::{PutSegment, StoredSegment, UseSegment, segment_steps_of, segment_trend};
/// let large = StoredSegment::new("large", 1, "employees >= 100");
/// crm.send("large", &PutSegment::new(large))?;
/// crm.send("use", &UseSegment::new("large", Some(1)))?;
/// crm.send("grows", &SetValues::one(firm(), "employees", Value::from(120)))?;
/// let steps = crm.view(|view| segment_steps_of(view, "large", Timestamp::EPOCH..Timestamp::MAX))?;
/// assert_eq!((steps.len(), steps[0].party, steps[0].entered), (1, firm(), true));
/// let sizes = crm.view(|view| segment_trend(view, "large", &[Timestamp::EPOCH, steps[0].at]))?;
/// assert_eq!(sizes, [0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn segment_steps_of(
    read: &mut impl Reading,
    segment: &str,
    at: Span<Timestamp>,
) -> Result<Vec<Arc<SegmentStep>>, CrmError> {
    let of = Range::by(SegmentStep::BY_SEGMENT, &SmolStr::from(segment));
    Ok(read.peek_scan(&of.from(&at.start).before(&at.end))?)
}

/// How many were in a segment at each of these instants, by who had come and left until then. Reads all its steps until the last of them.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn segment_trend(
    read: &mut impl Reading,
    segment: &str,
    instants: &[Timestamp],
) -> Result<Vec<u64>, CrmError> {
    let Some(last) = instants.iter().max() else { return Ok(Vec::new()) };
    let of = Range::by(SegmentStep::BY_SEGMENT, &SmolStr::from(segment));
    let mut sizes = BTreeMap::new();
    let mut size = 0_i64;
    for step in read.peek_scan(&of.through(last))? {
        size += if step.entered { 1 } else { -1 };
        sizes.insert(step.at, size);
    }
    let at = |instant: &Timestamp| sizes.range(..=instant).next_back().map_or(0, |(_, size)| *size);
    Ok(instants.iter().map(|instant| u64::try_from(at(instant)).unwrap_or(0)).collect())
}

/// What segments have in common: up to 32 of them, by who is kept to be in.
///
/// # Errors
/// [`KernelError::OutOfRange`](crate::KernelError::OutOfRange) for more of them; a [`Halt`](fondaco_core::Halt), to be passed on.
pub fn segment_overlap(read: &mut impl Reading, segments: &[&str]) -> Result<Overlap, CrmError> {
    let mut numbers: BTreeMap<PartyId, u32> = BTreeMap::new();
    let mut sets = Vec::new();
    for segment in segments {
        let mut set = RoaringBitmap::new();
        each(read, segment, |party| {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            set.insert(*numbers.entry(party).or_insert(next));
        })?;
        sets.push(set);
    }
    Ok(Overlap::of(segments.iter().copied().zip(&sets))?)
}
