//! Segments, members and what came of them, as they are stored.

use fondaco_core::store::{Field, Json, Record};
use fondaco_core::{Halt, PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// A version of a segment.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_segment", kind = fact, key(name, version))]
pub struct SegmentVersion {
    /// What the segment is called.
    pub name: SmolStr,
    /// Its version.
    pub version: u32,
    /// What it says ([`StoredSegment`](super::StoredSegment)), as JSON.
    pub segment: Json,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which version of a segment counts.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_segment_use", kind = state, key(name), guard(all()))]
pub struct SegmentInUse {
    /// What the segment is called.
    pub name: SmolStr,
    /// Which version; nothing where none does any more.
    pub version: Option<u32>,
    /// That version, as JSON.
    pub segment: Option<Json>,
    /// The attributes that it reads, with their types, as JSON.
    pub attributes: Option<Json>,
    /// Since when.
    pub since: Timestamp,
}

/// Which segments a contact is in, and when to look again: what all commits about its segments read and write.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_contact_segments", kind = state, key(party))]
pub struct ContactSegments {
    /// Who: the id that the contact goes by.
    pub party: PartyId,
    /// The names of the segments that it is in, in order, as JSON.
    pub segments: Json,
    /// As of when it was asked.
    pub asked_at: Timestamp,
    /// The next moment at which time alone may change the answer.
    pub next_at: Option<Timestamp>,
    /// A digest of what was asked: which versions, of which ids, in which zone. Where it is another by now, the contact waits to be asked again.
    pub asked_by: i64,
    /// How many [steps](SegmentStep) there are.
    pub steps: u32,
}

impl ContactSegments {
    /// The names of the segments that it is in, in order.
    ///
    /// # Errors
    /// A [`Halt`] where the row is damaged.
    pub fn names(&self) -> Result<Vec<SmolStr>, Halt> {
        Ok(self.segments.to()?)
    }
}

/// Somebody who is in a segment.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_segment_member", kind = state, key(segment, party), index(by_party(party)))]
pub struct SegmentMember {
    /// The segment.
    pub segment: SmolStr,
    /// Who: the id that the contact goes by.
    pub party: PartyId,
    /// Since when.
    pub since: Timestamp,
}

/// Why somebody was asked again.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SegmentCause {
    /// Something that the contact did.
    Event,
    /// What it had done was corrected or erased.
    Withdrawn,
    /// A value that is known of it.
    Value,
    /// It was added, or its stage, owner, source or territory changed.
    Profile,
    /// It was found to be one with another.
    Merged,
    /// It was not, after all.
    Separated,
    /// It was erased.
    Erased,
    /// Time went on.
    Clock,
    /// A segment says something else from then on, or nothing any more.
    Definition,
    /// Everybody was asked again.
    Recount,
}

/// That somebody came into a segment, or left it.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_segment_step", kind = fact, key(party, number), index(by_segment(segment, at)))]
pub struct SegmentStep {
    /// Who.
    pub party: PartyId,
    /// Counted from 1, over all segments.
    pub number: u32,
    /// Which segment.
    pub segment: SmolStr,
    /// Came, or left.
    pub entered: bool,
    /// When: what the clock changes, at its very moment.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Why somebody was asked.
    pub cause: SegmentCause,
}
