//! Why something about a lead is refused.

use fondaco_core::{ErrorCode, PartyId, Timestamp};

/// A lead that can't be opened or moved: nothing was stored.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum LeadError {
    /// The contact has no lead.
    #[error("contact {party} has no lead: open one first")]
    #[kind(NotFound)]
    NoLead {
        /// Whose.
        party: PartyId,
    },
    /// The lead before is open.
    #[error(
        "contact {party} has lead {number} already, which is {status}: work on that, or close it first"
    )]
    #[kind(Conflict)]
    LeadOpen {
        /// Whose.
        party: PartyId,
        /// Which.
        number: u32,
        /// How it stands.
        status: &'static str,
    },
    /// From there no lead goes there.
    #[error(
        "lead {number} of contact {party} is {from} and can't become {to}: from there it may become {may}"
    )]
    #[kind(Refused)]
    LeadMove {
        /// Whose.
        party: PartyId,
        /// Which.
        number: u32,
        /// How it stands.
        from: &'static str,
        /// How it was to stand.
        to: &'static str,
        /// What it may become.
        may: &'static str,
    },
    /// It says nothing without a reason.
    #[error("a lead that is {to} needs a reason: give a code, such as no_budget")]
    #[kind(Invalid)]
    LeadReason {
        /// How it was to stand.
        to: &'static str,
    },
    /// A time before the last step, or in the future.
    #[error(
        "the lead of contact {party} stands so since {since}, and now it is {now}: {at} is not between them"
    )]
    #[kind(Invalid)]
    LeadTime {
        /// Whose.
        party: PartyId,
        /// When it was to be.
        at: Timestamp,
        /// Since when it stands as it does.
        since: Timestamp,
        /// The company's time.
        now: Timestamp,
    },
}
