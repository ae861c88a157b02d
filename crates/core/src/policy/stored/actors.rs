//! Who there is: the first administrator, and everybody else.

use serde::{Deserialize, Serialize};

use super::keeping::{change, check_code, keep_an_administrator, key};
use super::{
    ADMINISTER, ADMINISTRATOR, Actor, ActorKind, DELEGATE, Grant, Member, PolicyError, Revision,
    Role, SET_UP,
};
use crate::policy::Request;
use crate::store::{Event, Value};
use crate::{Act, ActorId, Tx};

/// Appoints the first administrator: once, when nobody has any right yet. Until then the stored policy refuses everything
/// else, so carry it out where the company is set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointFirst {
    /// A person.
    pub administrator: ActorId,
}

impl AppointFirst {
    /// Appoints `administrator`.
    pub fn new(administrator: ActorId) -> AppointFirst {
        AppointFirst { administrator }
    }
}

impl Act for AppointFirst {
    type Answer = ();
    type Error = PolicyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PolicyError> {
        tx.authorize(&Request::new(&SET_UP))?;
        check_code("administrator", self.administrator.as_str())?;
        if tx.get::<Revision>(&key())?.is_some() {
            return Err(PolicyError::AlreadySetUp);
        }
        let (actor, role) = (self.administrator.clone(), ADMINISTRATOR);
        tx.get::<Actor>(&actor)?;
        tx.get::<Role>(&role.into())?;
        tx.get_many::<Grant>(&[ADMINISTER, DELEGATE].map(|may| (role.into(), may.name.into())))?;
        tx.get::<Member>(&(actor.clone(), role.into()))?;
        tx.insert(Revision { policy: key(), changes: 1 })?;
        tx.insert(Role { role: role.into(), title: "Administrator".into() })?;
        for permission in [ADMINISTER, DELEGATE] {
            tx.insert(Grant { role: role.into(), permission: permission.name.into() })?;
        }
        tx.insert(Actor { actor: actor.clone(), kind: ActorKind::Person, blocked: false })?;
        let event = Event::new("policy.set_up").with("administrator", Value::text(actor.as_str()));
        tx.emit(event);
        tx.insert(Member { actor, role: role.into(), start: None, end: None })?;
        Ok(())
    }
}

/// Makes an actor known: without a role it may do nothing yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterActor {
    /// The host's id, never a name.
    pub actor: ActorId,
    /// What it is.
    pub kind: ActorKind,
}

impl RegisterActor {
    /// A person.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk();
    /// let dora = ActorId::new("dora");
    /// desk.carry_out(envelope("root", "dora"), &RegisterActor::person(dora.clone()))?;
    /// desk.carry_out(envelope("root", "dora: cashier"), &AssignRole::new(dora, "cashier"))?;
    /// assert!(pay(&desk, "dora", "1", "front", "5 EUR").is_ok());
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn person(actor: ActorId) -> RegisterActor {
        RegisterActor { actor, kind: ActorKind::Person }
    }

    /// A program of the host's.
    pub fn system(actor: ActorId) -> RegisterActor {
        RegisterActor { actor, kind: ActorKind::System }
    }

    /// An engine that acts by itself.
    pub fn engine(actor: ActorId) -> RegisterActor {
        RegisterActor { actor, kind: ActorKind::Engine }
    }
}

impl Act for RegisterActor {
    type Answer = ();
    type Error = PolicyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PolicyError> {
        change(tx, &ADMINISTER)?;
        check_code("actor", self.actor.as_str())?;
        if let Some(known) = tx.get::<Actor>(&self.actor)? {
            let (actor, kind) = (self.actor.clone(), known.kind.code());
            return Err(PolicyError::ActorExists { actor, kind });
        }
        let RegisterActor { actor, kind } = self.clone();
        let event =
            Event::new("policy.actor_registered").with("actor", Value::text(actor.as_str()));
        tx.emit(event.with("kind", Value::text(kind.code())));
        tx.insert(Actor { actor, kind, blocked: false })?;
        Ok(())
    }
}

/// Blocks an actor, whatever its roles, or unblocks it. What others do by its right is blocked too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockActor {
    /// Which actor.
    pub actor: ActorId,
    /// Whether it is blocked from now on.
    pub blocked: bool,
}

impl BlockActor {
    /// Blocks `actor`.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk();
    /// desk.carry_out(envelope("root", "block"), &BlockActor::new(ActorId::new("anna")))?;
    /// let blocked = pay(&desk, "anna", "1", "front", "5 EUR").unwrap_err();
    /// assert_eq!(blocked.code(), "policy.blocked");
    /// let last = BlockActor::new(ActorId::new("root"));
    /// let last = desk.carry_out(envelope("root", "block root"), &last).unwrap_err();
    /// assert_eq!(last.code(), "policy.last_administrator");
    /// # Ok::<(), PolicyError>(())
    /// ```
    pub fn new(actor: ActorId) -> BlockActor {
        BlockActor { actor, blocked: true }
    }

    /// Unblocks `actor`.
    pub fn lift(actor: ActorId) -> BlockActor {
        BlockActor { actor, blocked: false }
    }
}

impl Act for BlockActor {
    type Answer = ();
    type Error = PolicyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PolicyError> {
        change(tx, &ADMINISTER)?;
        let actor = tx.get::<Actor>(&self.actor)?;
        let actor = actor.ok_or_else(|| PolicyError::UnknownActor { actor: self.actor.clone() })?;
        let name = if self.blocked { "policy.actor_blocked" } else { "policy.actor_unblocked" };
        tx.emit(Event::new(name).with("actor", Value::text(self.actor.as_str())));
        tx.put(Actor { blocked: self.blocked, ..actor.as_ref().clone() })?;
        keep_an_administrator(tx)
    }
}
