//! Why a merge, or taking it back, is refused.

use fondaco_core::{ErrorCode, PartyId};

/// Two contacts that can't be one, or are not: nothing was stored.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum MergeError {
    /// They can't be one.
    #[error("contact {gone} can't be merged into {keep}: {why}")]
    #[kind(Refused)]
    CannotMerge {
        /// Who was to stay.
        keep: PartyId,
        /// Who was to go.
        gone: PartyId,
        /// Why, and the way out.
        why: &'static str,
    },
    /// The contact is another by now.
    #[error("contact {party} is merged into {into} already: take that back first")]
    #[kind(Conflict)]
    MergedAlready {
        /// Who.
        party: PartyId,
        /// Into whom.
        into: PartyId,
    },
    /// The contact stands for itself.
    #[error("contact {party} is merged into none: there is nothing to take back")]
    #[kind(Refused)]
    NotMerged {
        /// Who.
        party: PartyId,
    },
}
