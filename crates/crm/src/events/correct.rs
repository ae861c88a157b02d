//! What was recorded wrongly, or shall not be kept.

use std::sync::Arc;

use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value as Stored};
use fondaco_core::{Act, PartyId, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{BehaviourEvent, EventError, NewEvent, Superseded, rights};
use crate::along::{self, Change};
use crate::contacts::living;
use crate::{CrmError, check_code};

/// Says what is right of an event, of which all fields are given. It counts in place of what was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectEvent {
    /// What is right, under the id of what is wrong.
    pub event: NewEvent,
    /// Why, by a code of the host's.
    pub reason: SmolStr,
}

impl CorrectEvent {
    /// Corrects the event of the same source and id.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::events::{CorrectEvent, NewEvent, RecordEvents, events_of};
    /// let call = NewEvent::new(ada(), "call", ("phone", "c-1"), "2026-05-29T09:30:00Z".parse()?).with("minutes", 4);
    /// crm.send("call", &RecordEvents::new(vec![call.clone()]))?;
    /// crm.send("right", &CorrectEvent::new(call.with("minutes", 40), "typo"))?;
    /// let all = crm.view(|view| events_of(view, ada()))?;
    /// assert_eq!(all.len(), 1);
    /// assert_eq!(all[0].value("minutes").and_then(|value| value.number()), Some(40.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(event: NewEvent, reason: impl Into<SmolStr>) -> CorrectEvent {
        CorrectEvent { event, reason: reason.into() }
    }
}

impl Act for CorrectEvent {
    /// Which revision it is now.
    type Answer = u32;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, CrmError> {
        tx.authorize(&Request::new(&rights::CORRECT_EVENTS))?;
        check_code("reason", &self.reason)?;
        self.event.check(tx.now())?;
        let (source, id) = (&self.event.source, &self.event.source_id);
        let revisions = standing(tx, source, id)?;
        let wrong = last(&revisions, source, id)?;
        let profile = living(tx, self.event.party)?;
        if self.event.differs(&wrong).is_none() && !wrong.is_erased() {
            return Ok(wrong.revision);
        }
        supersede(tx, &wrong, true, &self.reason)?;
        let right = self.event.row(tx, wrong.revision.saturating_add(1));
        along::note(tx, &[Change::Withdrawn(&wrong), Change::Event(&right)])?;
        tx.emit(told("crm.event_corrected", profile.party));
        let revision = right.revision;
        tx.get::<BehaviourEvent>(&(source.clone(), id.clone(), revision))?; // there is none: the insert rests on that
        tx.insert(right)?;
        Ok(revision)
    }
}

/// Erases an event: what is known of it is gone, and it counts no more. Its id stays, so that it does not come again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseEvent {
    /// See [`BehaviourEvent::source`].
    pub source: SmolStr,
    /// See [`BehaviourEvent::source_id`].
    pub source_id: SmolStr,
    /// Why, by a code of the host's.
    pub reason: SmolStr,
}

impl EraseEvent {
    /// Erases an event of a source.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::events::{EraseEvent, NewEvent, RecordEvents, events_of};
    /// let call = NewEvent::new(ada(), "call", ("phone", "c-1"), "2026-05-29T09:30:00Z".parse()?);
    /// crm.send("call", &RecordEvents::new(vec![call.clone()]))?;
    /// crm.send("erase", &EraseEvent::new("phone", "c-1", "asked_for"))?;
    /// assert!(crm.view(|view| events_of(view, ada()))?.is_empty());
    /// let again = crm.send("again", &RecordEvents::new(vec![call]))?.answer;
    /// assert_eq!((again.entered, again.there), (0, 1)); // it does not come back
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        source: impl Into<SmolStr>,
        source_id: impl Into<SmolStr>,
        reason: impl Into<SmolStr>,
    ) -> EraseEvent {
        let (source, source_id) = (source.into(), source_id.into());
        EraseEvent { source, source_id, reason: reason.into() }
    }
}

impl Act for EraseEvent {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&rights::CORRECT_EVENTS))?;
        check_code("reason", &self.reason)?;
        let revisions = standing(tx, &self.source, &self.source_id)?;
        let erased = last(&revisions, &self.source, &self.source_id)?;
        supersede(tx, &erased, false, &self.reason)?;
        along::note(tx, &[Change::Withdrawn(&erased)])?;
        for (row, _) in &revisions {
            if row.details.get().is_some_and(|values| values.get().is_some()) {
                tx.erase::<BehaviourEvent>(&(
                    row.source.clone(),
                    row.source_id.clone(),
                    row.revision,
                ))?;
            }
        }
        tx.emit(told("crm.event_erased", erased.party));
        Ok(())
    }
}

type Revision = (Arc<BehaviourEvent>, Option<Arc<Superseded>>);

/// All revisions of an event, each with what became of it; the decision rests on them.
fn standing(tx: &mut Tx<'_>, source: &SmolStr, id: &SmolStr) -> Result<Vec<Revision>, CrmError> {
    let rows = tx.peek_scan(&Range::<BehaviourEvent>::by_key(&(source.clone(), id.clone())))?;
    let key = |row: &BehaviourEvent| (row.party, source.clone(), id.clone(), row.revision);
    let keys: Vec<_> = rows.iter().map(|row| key(row)).collect();
    let marks = tx.get_many::<Superseded>(&keys)?;
    Ok(rows.into_iter().zip(marks).collect())
}

/// The last of them, which counts.
fn last(
    revisions: &[Revision],
    source: &SmolStr,
    id: &SmolStr,
) -> Result<Arc<BehaviourEvent>, CrmError> {
    let (source_code, id) = (source.clone(), id.clone());
    match revisions.last() {
        None => Err(EventError::UnknownEvent { source_code, id }.into()),
        Some((_, Some(_))) => Err(EventError::EventErased { source_code, id }.into()),
        Some((row, None)) => Ok(row.clone()),
    }
}

/// Says that an event counts no more.
fn supersede(
    tx: &mut Tx<'_>,
    wrong: &BehaviourEvent,
    corrected: bool,
    reason: &SmolStr,
) -> Result<(), CrmError> {
    let mark = Superseded {
        party: wrong.party,
        source: wrong.source.clone(),
        source_id: wrong.source_id.clone(),
        revision: wrong.revision,
        corrected,
        recorded_at: tx.now(),
        reason: reason.clone(),
    };
    Ok(tx.insert(mark)?)
}

fn told(name: &'static str, party: PartyId) -> Event {
    Event::new(name).with("party", Stored::Id(party.to_u128()))
}
