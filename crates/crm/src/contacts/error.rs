//! Why something about a contact is refused. No message repeats what may be personal.

use fondaco_core::{ErrorCode, PartyId, Timestamp};
use smol_str::SmolStr;

/// A contact that can't be added or changed: nothing was stored.
#[derive(Clone, Debug, thiserror::Error, ErrorCode)]
#[error_code(engine = "crm")]
#[non_exhaustive]
pub enum ContactError {
    /// Nobody is known under that id.
    #[error("there is no contact {party}: add it first, or correct the id")]
    #[kind(NotFound)]
    UnknownContact {
        /// Who was named.
        party: PartyId,
    },
    /// The contact is there, otherwise.
    #[error("contact {party} is there already as {kind}: change it, or add another id")]
    #[kind(Conflict)]
    ContactExists {
        /// Who.
        party: PartyId,
        /// What it is.
        kind: &'static str,
    },
    /// What was personal of the contact is gone for good.
    #[error(
        "contact {party} was erased: nothing more is kept on that person; who comes again gets another id"
    )]
    #[kind(Refused)]
    ContactErased {
        /// Who.
        party: PartyId,
    },
    /// A field that can't be so.
    #[error("{field} {why}")]
    #[kind(Invalid)]
    BadContact {
        /// Which field.
        field: &'static str,
        /// What is wrong with it, and the way out.
        why: &'static str,
    },
    /// A field that is longer than any real one.
    #[error("{field} has {bytes} bytes: no such is longer than {most}; correct the line")]
    #[kind(Invalid)]
    FieldTooLong {
        /// Which field.
        field: &'static str,
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        most: usize,
    },
    /// More than one command takes.
    #[error("{count} were given: one command takes at most {most}; send them in parts")]
    #[kind(Invalid)]
    TooManyGiven {
        /// How many.
        count: usize,
        /// How many it takes.
        most: usize,
    },
    /// Back without a reason.
    #[error("contact {party} is at {from}, and {to} lies before: recycle it, with a reason")]
    #[kind(Refused)]
    StageBack {
        /// Who.
        party: PartyId,
        /// Where it is.
        from: &'static str,
        /// Where it was to be.
        to: &'static str,
    },
    /// A time before the last step, or in the future.
    #[error(
        "contact {party} is at its stage since {since}, and now it is {now}: {at} is not between them"
    )]
    #[kind(Invalid)]
    StageTime {
        /// Who.
        party: PartyId,
        /// When it was to move.
        at: Timestamp,
        /// Since when it is where it is.
        since: Timestamp,
        /// The company's time.
        now: Timestamp,
    },
    /// Organisations that would stand under themselves.
    #[error("that makes a ring: {ring}; end one of these first")]
    #[kind(Refused)]
    Ring {
        /// All that are in it, each under the next.
        ring: SmolStr,
    },
    /// Another organisation has that domain.
    #[error(
        "domain {domain} is of organisation {holder}: take it from there first, or put one under the other"
    )]
    #[kind(Conflict)]
    DomainTaken {
        /// Which domain.
        domain: SmolStr,
        /// Whose it is.
        holder: PartyId,
    },
}
