//! Merges as they are stored.

use std::sync::Arc;

use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp};
use smol_str::SmolStr;

/// That a contact is merged into another: one row while it is so. Core's alias follows from it.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_merged", kind = state, key(gone), index(by_keep(keep)), guard(by_keep(keep)))]
pub struct Merged {
    /// Who is an alias.
    pub gone: PartyId,
    /// Of whom it was said to be one: that may itself be merged, before or since.
    pub keep: PartyId,
    /// Since when.
    pub at: Timestamp,
}

/// An alias that core made, for good, and that went along when its contact was merged: taken back, it goes with it again.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_carried", kind = state, key(party), index(by_with(with)), guard(by_with(with)))]
pub struct Carried {
    /// Who is an alias.
    pub party: PartyId,
    /// Of whom core made it one.
    pub with: PartyId,
}

/// That contacts were merged, or a merge was taken back.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_merge_step", kind = fact, key(gone, number))]
pub struct MergeStep {
    /// Who became an alias, or stands for itself again.
    pub gone: PartyId,
    /// Counts what happened to it, from 1.
    pub number: u32,
    /// With whom.
    pub keep: PartyId,
    /// Whether they were merged; else that was taken back.
    pub merged: bool,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub actor: SmolStr,
    /// Why, by a code of the host's.
    pub reason: SmolStr,
}

/// What was merged into a contact and taken back, and into what it was merged, in order.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn merges(read: &mut impl Reading, gone: PartyId) -> Result<Vec<Arc<MergeStep>>, Halt> {
    read.peek_scan(&Range::<MergeStep>::by_key(&gone))
}
