//! What is said to have happened.

use fondaco_core::store::Rare;
use fondaco_core::{PartyId, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{BehaviourEvent, EventError, Machine};
use crate::attributes::{Value, Values};
use crate::{CrmError, check_code, check_source_id, is_ahead};

/// Something that happened, to be recorded once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEvent {
    /// Whose it is.
    pub party: PartyId,
    /// See [`BehaviourEvent::kind`].
    pub kind: SmolStr,
    /// See [`BehaviourEvent::source`].
    pub source: SmolStr,
    /// See [`BehaviourEvent::source_id`].
    pub source_id: SmolStr,
    /// When it happened; not more than five minutes ahead of the company's clock.
    pub at: Timestamp,
    /// See [`BehaviourEvent::machine`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
    /// What else is known of it: at most 256 values.
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub values: Values,
}

impl NewEvent {
    /// Something of `kind` that happened, under the id of the program that tells it.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_crm::events::{Machine, NewEvent};
    /// let seen = NewEvent::new(PartyId::named("web/1"), "page_view", ("web", "hit-71"), "2026-06-01T09:30:00Z".parse()?)
    ///     .with("page", "/pricing")
    ///     .with("seconds", 40);
    /// assert_eq!(seen.values.iter().len(), 2);
    /// let opened = NewEvent::new(seen.party, "mail_open", ("mail", "m-9/open"), seen.at).by(Machine::Opener);
    /// assert!(opened.machine.is_some());
    /// # Ok::<(), fondaco_core::TimestampError>(())
    /// ```
    pub fn new(
        party: PartyId,
        kind: impl Into<SmolStr>,
        (source, source_id): (impl Into<SmolStr>, impl Into<SmolStr>),
        at: Timestamp,
    ) -> NewEvent {
        let (kind, source, source_id) = (kind.into(), source.into(), source_id.into());
        NewEvent { party, kind, source, source_id, at, machine: None, values: Values::default() }
    }

    /// With something more that is known of it.
    #[must_use]
    pub fn with(mut self, name: impl Into<SmolStr>, value: impl Into<Value>) -> NewEvent {
        let more = [(name.into(), value.into())];
        let all = self.values.iter().map(|(name, value)| (name.clone(), value.clone()));
        self.values = all.chain(more).collect();
        self
    }

    /// Done by a machine.
    #[must_use]
    pub fn by(mut self, machine: Machine) -> NewEvent {
        self.machine = Some(machine);
        self
    }

    /// Its key as it comes first.
    pub(super) fn key(&self) -> (SmolStr, SmolStr, u32) {
        (self.source.clone(), self.source_id.clone(), 0)
    }

    /// Whether it can have happened so.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), CrmError> {
        check_code("event kind", &self.kind)?;
        check_code("event source", &self.source)?;
        check_source_id("event id", &self.source_id)?;
        if is_ahead(self.at, now) {
            let (source_code, id) = (self.source.clone(), self.source_id.clone());
            return Err(EventError::FutureEvent { source_code, id, at: self.at, now }.into());
        }
        Ok(self.values.check()?)
    }

    /// The row, with values of its own salt.
    pub(super) fn row(&self, tx: &mut Tx<'_>, revision: u32) -> BehaviourEvent {
        let values = (!self.values.is_empty()).then(|| tx.personal(self.values.clone()));
        BehaviourEvent {
            source: self.source.clone(),
            source_id: self.source_id.clone(),
            revision,
            party: self.party,
            at: self.at,
            recorded_at: tx.now(),
            kind: self.kind.clone(),
            machine: self.machine,
            details: Rare::from(values),
        }
    }

    /// What differs from an event of the same id; nothing, where it is the same, or its values are gone.
    pub(super) fn differs(&self, there: &BehaviourEvent) -> Option<EventError> {
        let values =
            there.details.get().map_or(Some(Values::default()), |kept| kept.get().cloned());
        let same = values.is_none_or(|values| values == self.values);
        let is_it = (there.party, &there.kind, there.at) == (self.party, &self.kind, self.at);
        if is_it && there.machine == self.machine && same {
            return None;
        }
        let differs = match () {
            () if !is_it => "",
            () if !same => ", with other values",
            () => ", by another sort of machine",
        };
        Some(EventError::EventDiffers {
            source_code: self.source.clone(),
            id: self.source_id.clone(),
            kind_there: there.kind.clone(),
            party_there: there.party,
            at_there: there.at,
            kind: self.kind.clone(),
            party: self.party,
            at: self.at,
            differs,
        })
    }
}
