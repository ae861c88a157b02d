//! What the stored policy keeps: state, of which the commit log tells the history.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::store::{Field, Record};
use crate::{ActorId, Currency, DateRange, Id};

/// How often the policy was changed: one row, so that whoever rests on any of it rests on this alone.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "policy_revision", kind = state, key(policy), guard(all()))]
pub struct Revision {
    /// Which policy: `main`.
    pub policy: SmolStr,
    /// How often.
    pub changes: i64,
}

/// What somebody or something that acts is.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// A human being: a pair of eyes.
    Person,
    /// A program of the host's, such as a nightly import.
    System,
    /// An engine that acts by itself, such as a queue of what is due.
    Engine,
}

/// Somebody or something that acts.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "policy_actor", kind = state, key(actor), guard(all()))]
pub struct Actor {
    /// The host's id, never a name.
    pub actor: ActorId,
    /// What it is.
    pub kind: ActorKind,
    /// Whether it may do nothing at present, whatever its roles.
    pub blocked: bool,
}

/// A role: rights that belong together.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "policy_role", kind = state, key(role), guard(all()))]
pub struct Role {
    /// Its code: `bookkeeper`.
    pub role: SmolStr,
    /// What people read.
    pub title: SmolStr,
}

/// A permission of a role.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "policy_grant", kind = state, key(role, permission), guard(all()))]
pub struct Grant {
    /// The role.
    pub role: SmolStr,
    /// The permission's name.
    pub permission: SmolStr,
}

/// A limit of a role's permission in one currency.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "policy_limit", kind = state, key(role, permission, currency), guard(all()))]
pub struct Limit {
    /// The role.
    pub role: SmolStr,
    /// The permission's name.
    pub permission: SmolStr,
    /// The currency.
    pub currency: Currency,
    /// How much one document may be; `None` for any amount.
    pub document: Option<Decimal>,
    /// How much all documents of one act may be together; `None` for any amount.
    pub act: Option<Decimal>,
}

/// A place to which a role's permission is restricted.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "policy_scope", kind = state, key(role, permission, dimension, place), guard(all())
)]
pub struct Scope {
    /// The role.
    pub role: SmolStr,
    /// The permission's name.
    pub permission: SmolStr,
    /// The dimension: `journal`, `account`, `cost_centre`.
    pub dimension: SmolStr,
    /// A place in it; what stands under it is within the scope too.
    pub place: SmolStr,
}

/// That somebody has a role, on these days.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "policy_member", kind = state, key(actor, role), guard(all()))]
pub struct Member {
    /// Who.
    pub actor: ActorId,
    /// Which role.
    pub role: SmolStr,
    /// The first day, if there is one.
    pub start: Option<NaiveDate>,
    /// The last day, if there is one.
    pub end: Option<NaiveDate>,
}

impl Member {
    /// The days on which the role is held.
    pub fn days(&self) -> DateRange {
        DateRange::between(self.start, self.end).unwrap_or_else(|_| DateRange::always())
    }
}

/// That somebody lends rights to somebody else for some days.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "policy_delegation", kind = state, key(id), guard(all()))]
pub struct Delegation {
    /// What names it for ever.
    pub id: Id<Delegation>,
    /// Whose rights.
    pub delegator: ActorId,
    /// Who may use them.
    pub delegate: ActorId,
    /// Only those of this role.
    pub role: Option<SmolStr>,
    /// Only this permission.
    pub permission: Option<SmolStr>,
    /// The first day.
    pub start: NaiveDate,
    /// The last day.
    pub end: NaiveDate,
}

impl Delegation {
    /// The days on which the rights are lent.
    pub fn days(&self) -> DateRange {
        DateRange::new(self.start, self.end).unwrap_or_else(|_| DateRange::day(self.start))
    }
}
