//! Why the stored policy refuses to be changed.

use chrono::NaiveDate;
use smol_str::SmolStr;

use super::Delegation;
use crate::{ActorId, ErrorCode, Halt, Id};

/// A refusal of a change of the policy: nothing was stored. Each message names what is wrong and the way out.
#[derive(Debug, Clone, thiserror::Error, ErrorCode)]
#[error_code(engine = "policy")]
#[non_exhaustive]
pub enum PolicyError {
    /// The first administrator was appointed.
    #[error("there is an administrator already: let him assign roles")]
    #[kind(Conflict)]
    AlreadySetUp,
    /// The policy was not set up.
    #[error("there is no administrator yet: carry out AppointFirst first")]
    #[kind(Refused)]
    NotSetUp,
    /// No such actor.
    #[error("there is no actor {actor}: register it first (RegisterActor), or correct the id")]
    #[kind(NotFound)]
    #[code("no_such_actor")]
    UnknownActor {
        /// The id.
        actor: ActorId,
    },
    /// The actor is registered.
    #[error("actor {actor} is registered already, as {kind}: choose another id")]
    #[kind(Conflict)]
    ActorExists {
        /// The id.
        actor: ActorId,
        /// What it is.
        kind: &'static str,
    },
    /// No such role.
    #[error("there is no role {role}: define it first (DefineRole), or correct the code")]
    #[kind(NotFound)]
    #[code("no_such_role")]
    UnknownRole {
        /// The code.
        role: SmolStr,
    },
    /// Somebody has the role.
    #[error("role {role} can't be removed: {actor} has it; withdraw it first")]
    #[kind(Refused)]
    RoleInUse {
        /// The code.
        role: SmolStr,
        /// Somebody who has it.
        actor: ActorId,
    },
    /// The actor does not have the role.
    #[error("{actor} does not have the role {role}: there is nothing to withdraw")]
    #[kind(NotFound)]
    NotAMember {
        /// Who.
        actor: ActorId,
        /// Which role.
        role: SmolStr,
    },
    /// No engine declares the permission.
    #[error("no engine declares a permission {permission}: {known}")]
    #[kind(NotFound)]
    UnknownPermission {
        /// The name.
        permission: SmolStr,
        /// Those that are declared.
        known: String,
    },
    /// Nobody could administer any more.
    #[error("after this nobody could administer: make another person administrator first")]
    #[kind(Refused)]
    LastAdministrator,
    /// Delegations would form a circle.
    #[error(
        "{} can't delegate to {}: the rights would go in a circle, {}",
        first(chain),
        second(chain),
        arrows(chain)
    )]
    #[kind(Invalid)]
    Circle {
        /// From the delegator to the delegator again.
        chain: Vec<ActorId>,
    },
    /// What is lent already is not lent again.
    #[error(
        "{delegator} lends that to {delegate} already, until {end} (delegation {id}): nothing is left to do, or end that one first (EndDelegation)"
    )]
    #[kind(Conflict)]
    AlreadyDelegated {
        /// The delegation that covers it.
        id: Id<Delegation>,
        /// Whose rights.
        delegator: ActorId,
        /// Who may use them.
        delegate: ActorId,
        /// The last day on which he may.
        end: NaiveDate,
    },
    /// Nobody delegates what he does not hold.
    #[error(
        "{} can't delegate {part} to {}: on {day} it is not held by {}; delegate something that is, or have it assigned first",
        first(chain),
        second(chain),
        holders(chain)
    )]
    #[kind(Refused)]
    #[code("delegation_not_held")]
    NotHeld {
        /// What was to be delegated.
        part: String,
        /// The first day.
        day: NaiveDate,
        /// The delegator, the delegate, and those who delegate to the delegator.
        chain: Vec<ActorId>,
    },
    /// No such delegation.
    #[error("there is no delegation {id}: it was ended already, or never made")]
    #[kind(NotFound)]
    #[code("no_such_delegation")]
    UnknownDelegation {
        /// Its id.
        id: crate::Id<super::Delegation>,
    },
    /// A field that can't be right.
    #[error("{what}: {why}")]
    #[kind(Invalid)]
    BadInput {
        /// Which field.
        what: &'static str,
        /// Why, and the way out.
        why: String,
    },
    /// Passed on.
    #[error(transparent)]
    #[halt]
    Halt(#[from] Halt),
}

fn first(chain: &[ActorId]) -> &str {
    chain.first().map_or("", ActorId::as_str)
}

fn second(chain: &[ActorId]) -> &str {
    chain.get(1).map_or("", ActorId::as_str)
}

fn arrows(chain: &[ActorId]) -> String {
    chain.iter().map(ActorId::as_str).collect::<Vec<_>>().join(" -> ")
}

fn holders(chain: &[ActorId]) -> String {
    let mut text = first(chain).to_owned();
    for (n, actor) in chain.iter().skip(2).enumerate() {
        text += if n == 0 { ", nor lent to him by " } else { ", " };
        text += actor.as_str();
    }
    text
}
