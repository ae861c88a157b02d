//! Relations between parties, on certain days.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::record::{event, living};
use super::role::days;
use super::{Party, PartyError};
use crate::policy::Request;
use crate::store::{Event, Field, Record, Value};
use crate::{Act, DateRange, PartyId, Range, Tx};

/// What one party is to another.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RelationKind {
    /// Works for it.
    EmployeeOf,
    /// Owns or controls it, as a parent company its subsidiary. Never in a circle.
    ParentOf,
    /// Belongs to a household, which is a party of its own.
    MemberOf,
    /// Is whom one talks to there.
    ContactOf,
}

impl RelationKind {
    pub(super) const ALL: [RelationKind; 4] = [
        RelationKind::EmployeeOf,
        RelationKind::ParentOf,
        RelationKind::MemberOf,
        RelationKind::ContactOf,
    ];

    /// In words, for messages.
    ///
    /// ```
    /// use fondaco_core::party::RelationKind;
    /// assert_eq!(RelationKind::ParentOf.says(), "parent of");
    /// ```
    pub fn says(self) -> &'static str {
        match self {
            RelationKind::EmployeeOf => "employee of",
            RelationKind::ParentOf => "parent of",
            RelationKind::MemberOf => "member of the household of",
            RelationKind::ContactOf => "contact of",
        }
    }
}

/// A relation: `party` is `kind` `other`.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "party_relation", kind = state, key(party, kind, other, number), index(by_other(other, kind)),
    guard(by_party(party)), guard(by_other(other, kind))
)]
pub struct Relation {
    /// Whose relation.
    pub party: PartyId,
    /// Which.
    pub kind: RelationKind,
    /// To whom.
    pub other: PartyId,
    /// Counts the times that it was so, from 1.
    pub number: u32,
    /// The first day; always, if there is none.
    pub start: Option<NaiveDate>,
    /// The last day; until further notice, if there is none.
    pub end: Option<NaiveDate>,
}

impl Relation {
    /// The days on which it is so.
    pub fn days(&self) -> DateRange {
        days(self.start, self.end)
    }
}

/// Says that a party is something to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relate {
    /// Whose relation.
    pub party: PartyId,
    /// Which.
    pub kind: RelationKind,
    /// To whom.
    pub other: PartyId,
    /// On which days.
    pub days: DateRange,
}

impl Relate {
    /// `party` is `kind` `other`, without beginning and end.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_core::party::{Relate, RelationKind};
    /// let (ada, firm) = (PartyId::named("ada"), PartyId::named("firm"));
    /// let hired = Relate::new(ada, RelationKind::EmployeeOf, firm).on("2026-03-15/..".parse()?);
    /// assert_eq!(hired.days.end(), None);
    /// # Ok::<(), fondaco_core::DateRangeError>(())
    /// ```
    pub fn new(party: PartyId, kind: RelationKind, other: PartyId) -> Relate {
        Relate { party, kind, other, days: DateRange::always() }
    }

    /// On these days.
    #[must_use]
    pub fn on(mut self, days: DateRange) -> Relate {
        self.days = days;
        self
    }
}

fn related(name: &'static str, party: PartyId, kind: RelationKind, other: PartyId) -> Event {
    event(name, party)
        .with("kind", Value::text(kind.code()))
        .with("other", Value::Id(other.to_u128()))
}

impl Act for Relate {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let Relate { party, kind, other, days } = *self;
        if party == other {
            return Err(PartyError::RelatedToItself { party, kind });
        }
        tx.need::<Party>(&[party, other])?;
        living(tx, party)?;
        living(tx, other)?;
        let there = tx.scan(&Range::<Relation>::by_key(&(party, kind, other)))?;
        if there.iter().any(|relation| relation.days().overlaps(days)) {
            return Err(PartyError::RelationOverlaps { party, kind, other });
        }
        if kind == RelationKind::ParentOf && is_above(tx, other, party, days)? {
            return Err(PartyError::Circle { parent: party, child: other });
        }
        let number = there.last().map_or(1, |last| last.number.saturating_add(1));
        tx.emit(related("party.related", party, kind, other));
        let (start, end) = (days.start(), days.end());
        Ok(tx.insert(Relation { party, kind, other, number, start, end })?)
    }
}

/// Whether a party is above another on some of these days, over whatever generations.
pub(super) fn is_above(
    tx: &mut Tx<'_>,
    party: PartyId,
    below: PartyId,
    days: DateRange,
) -> Result<bool, PartyError> {
    let mut waiting = vec![(below, days)];
    let mut seen = vec![(below, days)];
    while let Some((child, days)) = waiting.pop() {
        for up in tx.scan(&Range::by(Relation::BY_OTHER, &(child, RelationKind::ParentOf)))? {
            let Some(common) = up.days().intersect(days) else { continue };
            if up.party == party {
                return Ok(true);
            }
            if !seen.contains(&(up.party, common)) {
                seen.push((up.party, common));
                waiting.push((up.party, common));
            }
        }
    }
    Ok(false)
}

/// Ends a relation after a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndRelation {
    /// Whose relation.
    pub party: PartyId,
    /// Which.
    pub kind: RelationKind,
    /// To whom.
    pub other: PartyId,
    /// The last day on which it is so.
    pub end: NaiveDate,
}

impl EndRelation {
    /// Ends that `party` is `kind` `other` after `end`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// let left = EndRelation::new(ada(), RelationKind::EmployeeOf, firm(), "2026-12-31".parse()?);
    /// send(&people, "left", &left)?;
    /// let never = EndRelation::new(ada(), RelationKind::ParentOf, firm(), "2026-12-31".parse()?);
    /// assert_eq!(send(&people, "never", &never).unwrap_err().code(), "party.no_relation");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, kind: RelationKind, other: PartyId, end: NaiveDate) -> EndRelation {
        EndRelation { party, kind, other, end }
    }
}

impl Act for EndRelation {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let EndRelation { party, kind, other, end } = *self;
        let there = tx.scan(&Range::<Relation>::by_key(&(party, kind, other)))?;
        let found = there.iter().find(|relation| relation.days().contains(end));
        let found = found.ok_or(PartyError::NoRelation { party, kind, other })?;
        tx.emit(related("party.relation_ended", party, kind, other));
        Ok(tx.put(Relation { end: Some(end), ..found.as_ref().clone() })?)
    }
}

/// Takes back a relation that never was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveRelation {
    /// Whose relation.
    pub party: PartyId,
    /// Which.
    pub kind: RelationKind,
    /// To whom.
    pub other: PartyId,
    /// See [`Relation::number`].
    pub number: u32,
}

impl RemoveRelation {
    /// Takes back that `party` was `kind` `other` for the `number`-th time.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// let mistake = RemoveRelation::new(ada(), RelationKind::EmployeeOf, firm(), 1);
    /// send(&people, "mistake", &mistake)?;
    /// assert_eq!(send(&people, "twice", &mistake).unwrap_err().code(), "party.no_relation");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, kind: RelationKind, other: PartyId, number: u32) -> RemoveRelation {
        RemoveRelation { party, kind, other, number }
    }
}

impl Act for RemoveRelation {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let RemoveRelation { party, kind, other, number } = *self;
        let key = (party, kind, other, number);
        if tx.get::<Relation>(&key)?.is_none() {
            return Err(PartyError::NoRelation { party, kind, other });
        }
        tx.emit(related("party.relation_removed", party, kind, other));
        Ok(tx.delete::<Relation>(&key)?)
    }
}
