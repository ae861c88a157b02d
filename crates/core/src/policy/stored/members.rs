//! Who has which role, and when.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::keeping::{change, keep_an_administrator, must_exist};
use super::{ADMINISTER, Member, PolicyError, Role};
use crate::store::{Event, Value};
use crate::{Act, ActorId, Tx};

/// Gives an actor a role, from one day to another; a role that it has gets these days instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssignRole {
    /// Who.
    pub actor: ActorId,
    /// Which role.
    pub role: SmolStr,
    /// The first day; `None` for at once.
    pub start: Option<NaiveDate>,
    /// The last day; `None` for no end.
    pub end: Option<NaiveDate>,
}

impl AssignRole {
    /// From now on, without an end.
    pub fn new(actor: ActorId, role: impl Into<SmolStr>) -> AssignRole {
        AssignRole { actor, role: role.into(), start: None, end: None }
    }

    /// From this day on.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk(); // it is 1 June
    /// let later = AssignRole::new(ActorId::new("anna"), "manager")
    ///     .from("2026-07-01".parse()?)
    ///     .until("2026-07-31".parse()?);
    /// desk.carry_out(envelope("root", "july"), &later)?;
    /// assert!(pay(&desk, "anna", "1", "front", "500 EUR").is_err()); // not yet
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from(mut self, first_day: NaiveDate) -> AssignRole {
        self.start = Some(first_day);
        self
    }

    /// Until this day, included.
    #[must_use]
    pub fn until(mut self, last_day: NaiveDate) -> AssignRole {
        self.end = Some(last_day);
        self
    }
}

impl Act for AssignRole {
    type Answer = ();
    type Error = PolicyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PolicyError> {
        let rules = change(tx, &ADMINISTER)?;
        must_exist(&rules, &self.actor)?;
        if tx.get::<Role>(&self.role)?.is_none() {
            return Err(PolicyError::UnknownRole { role: self.role.clone() });
        }
        if let (Some(start), Some(end)) = (self.start, self.end)
            && end < start
        {
            let why = format!("{end} is before {start}: the last day is not before the first");
            return Err(PolicyError::BadInput { what: "end", why });
        }
        let AssignRole { actor, role, start, end } = self.clone();
        tx.emit(event("policy.role_assigned", &actor, &role));
        let known = tx.get::<Member>(&(actor.clone(), role.clone()))?.is_some();
        let member = Member { actor, role, start, end };
        if known {
            tx.put(member)?
        } else {
            tx.insert(member)?
        }
        keep_an_administrator(tx)
    }
}

/// Takes a role from an actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRole {
    /// From whom.
    pub actor: ActorId,
    /// Which role.
    pub role: SmolStr,
}

impl WithdrawRole {
    /// Takes `role` from `actor`.
    ///
    /// ```
    /// # mod desk { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/desk.rs")); }
    /// # use desk::*;
    /// let desk = desk();
    /// pay(&desk, "anna", "1", "front", "5 EUR")?;
    /// let withdraw = WithdrawRole::new(ActorId::new("anna"), "cashier");
    /// desk.carry_out(envelope("root", "withdraw"), &withdraw).unwrap();
    /// assert_eq!(pay(&desk, "anna", "2", "front", "5 EUR").unwrap_err().code(), "policy.not_held");
    /// assert!(pay(&desk, "anna", "1", "front", "5 EUR")?.replayed); // what was done stays done
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn new(actor: ActorId, role: impl Into<SmolStr>) -> WithdrawRole {
        WithdrawRole { actor, role: role.into() }
    }
}

impl Act for WithdrawRole {
    type Answer = ();
    type Error = PolicyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PolicyError> {
        change(tx, &ADMINISTER)?;
        let WithdrawRole { actor, role } = self.clone();
        let key = (actor, role);
        if tx.get::<Member>(&key)?.is_none() {
            let (actor, role) = key;
            return Err(PolicyError::NotAMember { actor, role });
        }
        tx.emit(event("policy.role_withdrawn", &key.0, &key.1));
        tx.delete::<Member>(&key)?;
        keep_an_administrator(tx)
    }
}

fn event(name: &'static str, actor: &ActorId, role: &SmolStr) -> Event {
    let event = Event::new(name).with("actor", Value::text(actor.as_str()));
    event.with("role", Value::Text(role.clone()))
}
