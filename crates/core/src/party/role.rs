//! Roles: what a party is to the company, and when.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::PartyError;
use super::record::{event, living};
use crate::policy::Request;
use crate::store::{Record, Value};
use crate::{Act, DateRange, PartyId, Range, Tx, is_code};

/// A role of a party on certain days: `customer`, `supplier`, `employee`, or a word of the host's.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "party_role", kind = state, key(party, role, number), index(by_role(role)), guard(by_party(party)))]
pub struct PartyRole {
    /// Whose.
    pub party: PartyId,
    /// Which role.
    pub role: SmolStr,
    /// Counts the times that the party had it, from 1.
    pub number: u32,
    /// The first day; always, if there is none.
    pub start: Option<NaiveDate>,
    /// The last day; until further notice, if there is none.
    pub end: Option<NaiveDate>,
}

impl PartyRole {
    /// The days on which the party has the role.
    pub fn days(&self) -> DateRange {
        days(self.start, self.end)
    }
}

/// The days between two that were checked when they were stored.
pub(super) fn days(start: Option<NaiveDate>, end: Option<NaiveDate>) -> DateRange {
    DateRange::between(start, end).unwrap_or_else(|_| DateRange::always())
}

/// Gives a party a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddRole {
    /// Which party.
    pub party: PartyId,
    /// See [`PartyRole::role`].
    pub role: SmolStr,
    /// On which days.
    pub days: DateRange,
}

impl AddRole {
    /// A role without beginning and end.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_core::party::AddRole;
    /// let hired = AddRole::new(PartyId::named("1"), "employee").on("2026-03-15/..".parse()?);
    /// assert_eq!(hired.days.to_string(), "2026-03-15/..");
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    pub fn new(party: PartyId, role: impl Into<SmolStr>) -> AddRole {
        AddRole { party, role: role.into(), days: DateRange::always() }
    }

    /// On these days.
    #[must_use]
    pub fn on(mut self, days: DateRange) -> AddRole {
        self.days = days;
        self
    }
}

/// A role is a word and not somebody's: it stays when the person is erased.
fn check_role(role: &str) -> Result<(), PartyError> {
    if is_code(role) && !role.contains(char::is_whitespace) {
        return Ok(());
    }
    let why = "it is no code: write a word of 1 to 64 bytes without blanks, such as key_account";
    Err(PartyError::BadText { field: "role", why })
}

impl Act for AddRole {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        check_role(&self.role)?;
        living(tx, self.party)?;
        let (party, role) = (self.party, self.role.clone());
        let held = tx.scan(&Range::<PartyRole>::by_key(&(party, role.clone())))?;
        if held.iter().any(|held| held.days().overlaps(self.days)) {
            return Err(PartyError::RoleOverlaps { party, role });
        }
        let number = held.last().map_or(1, |last| last.number.saturating_add(1));
        let (start, end) = (self.days.start(), self.days.end());
        tx.emit(event("party.role_added", party).with("role", Value::Text(role.clone())));
        Ok(tx.insert(PartyRole { party, role, number, start, end })?)
    }
}

/// Ends a role after a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndRole {
    /// Which party.
    pub party: PartyId,
    /// See [`PartyRole::role`].
    pub role: SmolStr,
    /// The last day on which the party has it.
    pub end: NaiveDate,
}

impl EndRole {
    /// Ends `role` after `end`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// send(&people, "end", &EndRole::new(ada(), "customer", "2026-12-31".parse()?))?;
    /// let again = AddRole::new(ada(), "customer").on("2028-01-01/..".parse()?);
    /// send(&people, "again", &again)?; // a second time, with days of its own
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, role: impl Into<SmolStr>, end: NaiveDate) -> EndRole {
        EndRole { party, role: role.into(), end }
    }
}

impl Act for EndRole {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let (party, role) = (self.party, self.role.clone());
        tx.get::<super::Party>(&party)?.ok_or(PartyError::Unknown { party })?;
        let held = tx.scan(&Range::<PartyRole>::by_key(&(party, role.clone())))?;
        let found = held.iter().find(|held| held.days().contains(self.end));
        let found = found.ok_or(PartyError::NoRole { party, role: role.clone() })?;
        tx.emit(event("party.role_ended", party).with("role", Value::Text(role)));
        Ok(tx.put(PartyRole { end: Some(self.end), ..found.as_ref().clone() })?)
    }
}

/// Takes back a role that the party never had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveRole {
    /// Which party.
    pub party: PartyId,
    /// See [`PartyRole::role`].
    pub role: SmolStr,
    /// See [`PartyRole::number`].
    pub number: u32,
}

impl RemoveRole {
    /// Takes back that `party` had `role` for the `number`-th time.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// send(&people, "mistake", &RemoveRole::new(ada(), "customer", 1))?;
    /// let whole = people.view(|view| whole_party(view, ada()))?.ok_or("she is there")?;
    /// assert!(whole.roles.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, role: impl Into<SmolStr>, number: u32) -> RemoveRole {
        RemoveRole { party, role: role.into(), number }
    }
}

impl Act for RemoveRole {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let key = (self.party, self.role.clone(), self.number);
        let (party, role) = (self.party, self.role.clone());
        if tx.get::<PartyRole>(&key)?.is_none() {
            return Err(PartyError::NoRole { party, role });
        }
        tx.emit(event("party.role_removed", party).with("role", Value::Text(role)));
        Ok(tx.delete::<PartyRole>(&key)?)
    }
}
