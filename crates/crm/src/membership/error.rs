//! Why a segment can't be stored or used.

use fondaco_core::ErrorCode;
use smol_str::SmolStr;

/// A segment that can't be stored or used: nothing was stored.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum MembershipError {
    /// There is no such version of it.
    #[error("there is no version {version} of segment {name}: put it first")]
    #[kind(NotFound)]
    UnknownSegment {
        /// The segment.
        name: SmolStr,
        /// Which version.
        version: u32,
    },
    /// A version is never changed.
    #[error(
        "version {version} of segment {name} is there and says something else: give the new one another version"
    )]
    #[kind(Conflict)]
    SegmentDiffers {
        /// The segment.
        name: SmolStr,
        /// Which version.
        version: u32,
    },
    /// Two segments read the same of an event as different types.
    #[error(
        "segment {name} takes {field} of {event} for {found}, and another that is in use for {there}: give it one type in both"
    )]
    #[kind(Conflict)]
    SegmentFieldDiffers {
        /// The segment.
        name: SmolStr,
        /// The kind of event.
        event: SmolStr,
        /// Its attribute.
        field: SmolStr,
        /// What this one says.
        found: &'static str,
        /// What the other says.
        there: &'static str,
    },
    /// A condition on what changes without the contact.
    #[error(
        "segment {name} asks {what}, which change without its contact: ask them with segments::Live, or leave them out"
    )]
    #[kind(Invalid)]
    SegmentNotKept {
        /// The segment.
        name: SmolStr,
        /// What it asks.
        what: &'static str,
    },
}
