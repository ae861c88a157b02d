//! Why something about consent is refused.

use fondaco_core::{ErrorCode, PartyId, Timestamp};
use smol_str::SmolStr;

/// Consent that can't be recorded, or a list that can't be kept: nothing was stored.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum ConsentError {
    /// Nobody defined the purpose.
    #[error("there is no purpose {purpose:?}: define it first, or correct the code")]
    #[kind(NotFound)]
    UnknownPurpose {
        /// What was named.
        purpose: SmolStr,
    },
    /// There is nothing to confirm.
    #[error(
        "contact {party} has no consent for {purpose} by {channel} that waits to be confirmed: record it first"
    )]
    #[kind(Refused)]
    NothingPending {
        /// Whose.
        party: PartyId,
        /// By which channel.
        channel: &'static str,
        /// For which purpose.
        purpose: SmolStr,
    },
    /// Consent without anything that proves it.
    #[error(
        "consent for {purpose} by {channel} has no proof: say where and how it was given, such as the form and its version"
    )]
    #[kind(Invalid)]
    NoProof {
        /// By which channel.
        channel: &'static str,
        /// For which purpose.
        purpose: SmolStr,
    },
    /// A time that has not come.
    #[error("that is of {at}, and now it is {now}: correct the time")]
    #[kind(Invalid)]
    FutureConsent {
        /// When it was to be.
        at: Timestamp,
        /// The company's time.
        now: Timestamp,
    },
    /// A list without a key would tell who is on it.
    #[error(
        "the suppression list has no key: set one first, from 16 random bytes or more that the host keeps"
    )]
    #[kind(Refused)]
    NoSuppressionKey,
    /// A key that can't be.
    #[error("the key of the suppression list {why}")]
    #[kind(Invalid)]
    BadSuppressionKey {
        /// What is wrong, and the way out.
        why: &'static str,
    },
    /// The key was set.
    #[error(
        "the suppression list has a key, by which all that is on it is known: it can't be changed"
    )]
    #[kind(Conflict)]
    SuppressionKeySet,
}
