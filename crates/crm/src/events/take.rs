//! Recording what happened: many at once, each once.

use std::collections::BTreeMap;

use fondaco_core::digest::{DigestError, Digester};
use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Hash, Value as Stored};
use fondaco_core::tx::Needs;
use fondaco_core::{Act, PartyId, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{BehaviourEvent, EventError, NewEvent, rights};
use crate::along::{self, Change};
use crate::attributes::Value;
use crate::contacts::{Profile, living};
use crate::{CrmError, check_count};

/// Records what happened. What is recorded already, with the same content, is left alone.
///
/// # Phases
/// One trip reads the contacts and what is recorded under these ids; all is judged in memory, in order; what goes along is told once, and
/// one insert stages the rows. So a batch takes the same number of trips however long it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordEvents {
    /// What happened, in whatever order, at most 100,000.
    pub events: Vec<NewEvent>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl RecordEvents {
    /// Records all of these, or none.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::events::{NewEvent, RecordEvents};
    /// let at = "2026-05-29T09:30:00Z".parse()?;
    /// let seen = NewEvent::new(ada(), "page_view", ("web", "hit-71"), at).with("page", "/pricing");
    /// assert_eq!(crm.send("hits", &RecordEvents::new(vec![seen.clone()]))?.answer.entered, 1);
    /// let again = crm.send("hits again", &RecordEvents::new(vec![seen.clone()]))?.answer;
    /// assert_eq!((again.entered, again.there), (0, 1));
    /// let other = crm.send("other", &RecordEvents::new(vec![NewEvent { kind: "purchase".into(), ..seen }]))?.answer;
    /// assert_eq!(other.refused[0].code, "crm.event_differs");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(events: Vec<NewEvent>) -> RecordEvents {
        RecordEvents { events, taking: Taking::AllOrNothing }
    }

    /// Records those of these that can be.
    pub fn good_ones(events: Vec<NewEvent>) -> RecordEvents {
        RecordEvents { events, taking: Taking::GoodOnes }
    }
}

impl Act for RecordEvents {
    type Answer = Entered;
    type Error = CrmError;

    fn digest(&self) -> Result<Hash, DigestError> {
        let mut digester = Digester::new("crm.record_events");
        let taking = match self.taking {
            Taking::AllOrNothing => 0,
            Taking::GoodOnes => 1,
            Taking::OnlyCheck => 2,
        };
        digester.count(taking).count(self.events.len());
        self.events.iter().for_each(|new| digest(new, &mut digester));
        Ok(digester.finish())
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, CrmError> {
        tx.authorize(&Request::new(&rights::RECORD_EVENTS))?;
        check_count(self.events.len())?;
        let mut parties: Vec<PartyId> = self.events.iter().map(|new| new.party).collect();
        parties.sort_unstable();
        parties.dedup();
        let keys: Vec<_> = self.events.iter().map(NewEvent::key).collect();
        tx.need_all(Needs::new().rows::<Profile>(&parties).rows::<BehaviourEvent>(&keys))?;
        take(tx, self.taking, |tx| {
            let mut pages = Pages::default();
            let mut entered = Entered::default();
            for (at, new) in self.events.iter().enumerate() {
                entered.note(at, pages.take(tx, new));
            }
            pages.stage(tx)?;
            Ok(entered)
        })
    }
}

/// One event, every field of it.
fn digest(new: &NewEvent, digester: &mut Digester) {
    digester.u128(new.party.to_u128()).i64(new.at.micros());
    digester.text(&new.kind).text(&new.source).text(&new.source_id);
    digester.count(new.machine.map_or(0, |machine| machine as usize + 1));
    digester.count(new.values.iter().len());
    for (name, value) in new.values.iter() {
        digester.text(name).count(value.kind() as usize);
        match value {
            Value::Text(text) => digester.text(text),
            Value::Number(number) => digester.decimal(*number),
            Value::Flag(flag) => digester.count(usize::from(*flag)),
            Value::Day(day) => digester.date(*day),
            Value::Instant(instant) => digester.i64(instant.micros()),
        };
    }
}

/// What a batch keeps in memory until it stages it.
#[derive(Default)]
struct Pages {
    rows: Vec<BehaviourEvent>,
    /// Where each id of the batch stands among the rows.
    at: BTreeMap<(SmolStr, SmolStr), usize>,
}

impl Pages {
    /// Takes one; whether it is new.
    fn take(&mut self, tx: &mut Tx<'_>, new: &NewEvent) -> Result<bool, CrmError> {
        new.check(tx.now())?;
        let id = (new.source.clone(), new.source_id.clone());
        let before = match self.at.get(&id) {
            Some(at) => self.rows.get(*at).map(|row| new.differs(row)),
            None => match tx.get::<BehaviourEvent>(&new.key())? {
                Some(row) => Some(differs_from_all(tx, new, &row)?),
                None => None,
            },
        };
        match before {
            Some(Some(differs)) => return Err(differs.into()),
            Some(None) => return Ok(false),
            None => {}
        }
        living(tx, new.party)?;
        self.at.insert(id, self.rows.len());
        self.rows.push(new.row(tx, 0));
        Ok(true)
    }

    /// Tells what goes along, and stages the rows.
    fn stage(self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let changes: Vec<Change<'_>> = self.rows.iter().map(Change::Event).collect();
        along::note(tx, &changes)?;
        let count = i64::try_from(self.rows.len()).unwrap_or(i64::MAX);
        tx.emit(Event::new("crm.events_recorded").with("events", Stored::I64(count)));
        Ok(tx.insert_all(self.rows)?)
    }
}

/// What differs both from an event as it came first and as it stands: a source may mend itself what was corrected here before.
fn differs_from_all(
    tx: &mut Tx<'_>,
    new: &NewEvent,
    first: &BehaviourEvent,
) -> Result<Option<EventError>, CrmError> {
    let Some(differs) = new.differs(first) else { return Ok(None) };
    let revisions = Range::<BehaviourEvent>::by_key(&(new.source.clone(), new.source_id.clone()));
    let last = tx.peek_scan(&revisions.backwards().limit(1))?.pop();
    Ok(last.is_none_or(|last| new.differs(&last).is_some()).then_some(differs))
}
