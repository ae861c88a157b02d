//! Segments in the store: who is in which, moved in the commit of its cause and by the clock.
//!
//! Versions of a segment are facts ([`PutSegment`]: a text of [`segments`](crate::segments)); one version of each counts ([`UseSegment`]). Members are rows
//! ([`SegmentMember`]) that come and go in the commit of what changed: an event, a value, a merge, an erasure. Each coming and going is a fact
//! ([`SegmentStep`]) and an event of the outbox (`crm.segment_entered`, `crm.segment_left`) with its cause and the condition that decided.
//!
//! - **By the clock.** Each contact whose answer time alone will change has an item `crm.segment_clock` on the due queue, for that very moment. So who leaves a
//!   window leaves the segment when the host ticks, as of that moment, and nobody else is looked at. A tick that comes late goes through the moments in their order.
//! - **Another definition.** With it an item `crm.segment_refill` goes on the queue: ticks ask everybody again, some hundreds in a commit. [`RecountSegments`]
//!   does the same as a job, and reports for whom the answer was another than what was kept.
//! - **One contact under several ids** is one member, under the id that its [`group`](crate::contacts::group) goes by.
//! - What machines did does not count. Numbers count with six decimals. Days are those of the company's zone.
//! - A predicate may ask attributes that are [defined](crate::attributes), and besides `created`, `kind`, `source`, `owner`, `territory` and the stage; events that it declares; and
//!   other segments. Scores and an organisation's people it can't ask: those change without its contact.
//!
//! Each contact has one row, [`ContactSegments`], which all commits about it read and write: so of two at a time the second sees the first.

mod ask;
mod clock;
mod define;
mod error;
mod horizon;
mod insight;
mod keep;
mod known;
mod query;
mod record;
mod recount;
pub mod rights;
mod sets;
mod verify;

#[cfg(test)]
mod tests;

pub use define::{PutSegment, StoredSegment, UseSegment};
pub use error::MembershipError;
pub use insight::{members_after, segment_overlap, segment_size, segment_steps_of, segment_trend};
pub(crate) use keep::Keeping;
pub use query::{
    SegmentWhy, Settled, members_of, segment_steps, segment_why, segments_at, segments_of, settled,
};
pub use record::{
    ContactSegments, SegmentCause, SegmentInUse, SegmentMember, SegmentStep, SegmentVersion,
};
pub use recount::{RecountCursor, RecountReport, RecountSegments};

use fondaco_core::engine::Part;
use fondaco_core::party::{HeldOnParty, Holding};
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading};
use std::sync::Arc;

const GOES_ALONG: &str = "goes along with what is recorded of contacts, and with the clock";

/// What the engine has of segments.
pub(crate) static PART: Part = Part::new(&[SegmentVersion::TABLE, SegmentInUse::TABLE])
    .otherwise(&[
        (ContactSegments::TABLE, GOES_ALONG),
        (SegmentMember::TABLE, GOES_ALONG),
        (SegmentStep::TABLE, GOES_ALONG),
    ])
    .permissions(&[&rights::RECOUNT_SEGMENTS])
    .holdings(&[
        Holding::of::<ContactSegments>(),
        Holding::of::<SegmentMember>(),
        Holding::of::<SegmentStep>(),
    ])
    .on_due(&[(clock::CLOCK, clock::look_again), (clock::REFILL, clock::refill)])
    .hears(clock::hear)
    .jobs(&[recount::KIND])
    .verified_by(verify::verify);

impl HeldOnParty for ContactSegments {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<ContactSegments>>, Halt> {
        Ok(read.peek::<ContactSegments>(&party)?.into_iter().collect())
    }
}

impl HeldOnParty for SegmentMember {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<SegmentMember>>, Halt> {
        read.peek_scan(&Range::by(SegmentMember::BY_PARTY, &party))
    }
}

impl HeldOnParty for SegmentStep {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<SegmentStep>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}
