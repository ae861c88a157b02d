//! Why a command on parties is refused. No message repeats what may be personal.

use super::{IdentifierError, IdentifierKind, RelationKind, UnknownCountry};
use crate::{ActError, ErrorKind, Halt, PartyId};
use smol_str::SmolStr;

/// A refusal: nothing was stored.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PartyError {
    /// The id is in use.
    #[error("party {party} is registered already: change it, or register another id")]
    Exists {
        /// The party.
        party: PartyId,
    },
    /// No such party.
    #[error("there is no party {party}: register it first, or correct the id")]
    Unknown {
        /// The party.
        party: PartyId,
    },
    /// What was personal of the party is gone for good.
    #[error("party {party} was erased: register the person anew, under another id")]
    Erased {
        /// The party.
        party: PartyId,
    },
    /// The party is another by now.
    #[error("party {party} was merged into party {into}: send it for that one")]
    Merged {
        /// The party.
        party: PartyId,
        /// What it was merged into.
        into: PartyId,
    },
    /// Two parties that can't be one.
    #[error("party {gone} can't be merged into party {keep}: {why}")]
    CannotMerge {
        /// The party that was to stay.
        keep: PartyId,
        /// The party that was to go.
        gone: PartyId,
        /// Why, and the way out.
        why: &'static str,
    },
    /// Another party has that number.
    #[error("party {holder} has that {} already: correct the number, or merge the two", kind.name())]
    IdentifierTaken {
        /// The kind of number.
        kind: IdentifierKind,
        /// Who has it.
        holder: PartyId,
    },
    /// The number is none of its kind.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// The country is none.
    #[error(transparent)]
    Country(#[from] UnknownCountry),
    /// A text that can't be kept, or is no value of its field.
    #[error("{field}: {why}")]
    BadText {
        /// Which field.
        field: &'static str,
        /// Why, and the way out.
        why: &'static str,
    },
    /// A field that only persons have.
    #[error("party {party} is an organisation, and has no {field}: leave it out")]
    NotAPerson {
        /// The party.
        party: PartyId,
        /// Which field.
        field: &'static str,
    },
    /// The party has no such address, contact or number.
    #[error("party {party} has no {what} number {number}: list them, and name one of those")]
    NoSuch {
        /// The party.
        party: PartyId,
        /// What was looked for.
        what: &'static str,
        /// Its number.
        number: u32,
    },
    /// The party does not have that role then.
    #[error(
        "party {party} does not have the role {role} then: give it one, or correct the role or the day"
    )]
    NoRole {
        /// The party.
        party: PartyId,
        /// The role.
        role: SmolStr,
    },
    /// The party has that role on some of these days already.
    #[error(
        "party {party} has the role {role} on some of these days already: end it first, or begin later"
    )]
    RoleOverlaps {
        /// The party.
        party: PartyId,
        /// The role.
        role: SmolStr,
    },
    /// A day before the first.
    #[error("the last day lies before the first: give a later day, or remove it instead")]
    Reversed,
    /// A relation of a party to itself.
    #[error("party {party} can't be {} itself", kind.says())]
    RelatedToItself {
        /// The party.
        party: PartyId,
        /// The relation.
        kind: RelationKind,
    },
    /// The relation is there already on some of these days.
    #[error("party {party} is {} party {other} on some of these days already: end that first, or begin later", kind.says())]
    RelationOverlaps {
        /// Whose relation.
        party: PartyId,
        /// The relation.
        kind: RelationKind,
        /// To whom.
        other: PartyId,
    },
    /// There is no such relation on that day.
    #[error("party {party} is not {} party {other} then: correct the parties or the day", kind.says())]
    NoRelation {
        /// Whose relation.
        party: PartyId,
        /// The relation.
        kind: RelationKind,
        /// To whom.
        other: PartyId,
    },
    /// A parent that is a descendant.
    #[error(
        "party {parent} can't be parent of party {child}, which is above it on some of these days: end that relation first"
    )]
    Circle {
        /// The party that was to be the parent.
        parent: PartyId,
        /// The party that was to be its child.
        child: PartyId,
    },
    /// Passed on.
    #[error(transparent)]
    Halt(#[from] Halt),
}

impl ActError for PartyError {
    fn halt(&self) -> Option<&Halt> {
        match self {
            PartyError::Halt(halt) => Some(halt),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            PartyError::Exists { .. } => "party.exists",
            PartyError::Unknown { .. } => "party.unknown",
            PartyError::Erased { .. } => "party.erased",
            PartyError::Merged { .. } => "party.merged",
            PartyError::CannotMerge { .. } => "party.cannot_merge",
            PartyError::IdentifierTaken { .. } => "party.identifier_taken",
            PartyError::Identifier(error) => error.code(),
            PartyError::Country(error) => error.code(),
            PartyError::BadText { .. } => "party.bad_text",
            PartyError::NotAPerson { .. } => "party.not_a_person",
            PartyError::NoSuch { .. } => "party.no_such",
            PartyError::NoRole { .. } => "party.no_role",
            PartyError::RoleOverlaps { .. } => "party.role_overlaps",
            PartyError::Reversed => "party.reversed",
            PartyError::RelatedToItself { .. } => "party.related_to_itself",
            PartyError::RelationOverlaps { .. } => "party.relation_overlaps",
            PartyError::NoRelation { .. } => "party.no_relation",
            PartyError::Circle { .. } => "party.circle",
            PartyError::Halt(halt) => halt.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            PartyError::Unknown { .. }
            | PartyError::NoSuch { .. }
            | PartyError::NoRole { .. }
            | PartyError::NoRelation { .. } => ErrorKind::NotFound,
            PartyError::Exists { .. }
            | PartyError::IdentifierTaken { .. }
            | PartyError::RoleOverlaps { .. }
            | PartyError::RelationOverlaps { .. } => ErrorKind::Conflict,
            PartyError::Erased { .. }
            | PartyError::Merged { .. }
            | PartyError::CannotMerge { .. }
            | PartyError::Circle { .. } => ErrorKind::Refused,
            PartyError::Halt(halt) => halt.kind(),
            _ => ErrorKind::Invalid,
        }
    }
}
