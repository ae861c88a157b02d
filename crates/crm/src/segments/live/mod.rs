//! Segments that are true at every instant: members come and go with each event, and with the clock.
//!
//! For each contact it is kept what each condition said last. An event asks again the conditions on events of its kind, for its contact
//! alone. A condition that time alone will change says when, and is put on a queue; [`Live::advance`] works off what has come due, in the order of
//! time, so that who leaves a window leaves the segment at that very microsecond, and nobody else is looked at. Conditions that several
//! segments share are asked once.

mod logs;
mod plan;
mod queue;
mod state;
mod write;

use std::collections::BTreeSet;

use foldhash::HashMap;
use std::sync::Arc;

use fondaco_core::Timestamp;
use roaring::RoaringBitmap;

use super::compile::{Condition, SegmentSet};
use super::evaluate::{Asked, Track, answer, condition};
use super::{SegmentError, Truth};

use logs::{Log, Logs};
use plan::Plan;
use queue::{Entry, Queue};
use state::State;

pub use write::Happened;

/// From here on, an entry of the queue is no condition, but a kind of event of which one counts then.
const KINDS: u32 = 1 << 31;

/// Somebody came into a segment, or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// The segment, by its place; [`Live::name`] says which.
    pub segment: u32,
    /// Who.
    pub contact: u32,
    /// Came, or left.
    pub entered: bool,
}

/// Segments with their members, kept true.
///
/// ```
/// use fondaco_crm::segments::{Happened, Kind, Live, Predicate, Schema, SegmentSet};
///
/// let schema = Schema::new().event("login", []);
/// let active: Predicate = "done(login) in 14 days".parse()?;
/// let set = SegmentSet::compile(&schema, [("active", active)])?;
/// let mut live = Live::new(set, "2026-03-01T00:00:00Z".parse()?);
/// let ada = live.contact(None, None, &[])?;
/// live.event(&Happened::new(ada, "login", 1, "2026-03-01T08:00:00Z".parse()?))?;
/// live.advance("2026-04-01T00:00:00Z".parse()?)?;
/// let changes = live.take_changes();
/// let said: Vec<_> = changes.iter().map(|change| (change.at.to_string(), change.entered)).collect();
/// // In from the next microsecond on, and out when it is more than fourteen days ago.
/// assert_eq!(said, [("2026-03-01T08:00:00.000001Z".into(), true), ("2026-03-15T08:00:00.000001Z".into(), false)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Live {
    set: Arc<SegmentSet>,
    plan: Plan,
    logs: Logs,
    state: State,
    queue: Queue,
    now: i64,
    members: Vec<RoaringBitmap>,
    /// Contacts that were erased.
    gone: RoaringBitmap,
    organisations: HashMap<u32, Vec<u32>>,
    /// How many of an organisation are members, by segment, where that is asked.
    counts: Vec<HashMap<u32, u32>>,
    /// Segments whose members may be others, in the order in which they rest on one another.
    dirty: BTreeSet<(u32, u32)>,
    changes: Vec<Change>,
}

impl Live {
    /// Segments without contacts, at a moment.
    #[must_use]
    pub fn new(set: SegmentSet, now: Timestamp) -> Live {
        let segments = set.segments.len();
        Live {
            plan: Plan::of(&set),
            logs: Logs::new(Arc::clone(&set.schema)),
            state: State::new(set.conditions.len(), segments),
            queue: Queue::default(),
            now: now.micros(),
            members: vec![RoaringBitmap::new(); segments],
            gone: RoaringBitmap::new(),
            organisations: HashMap::default(),
            counts: vec![HashMap::default(); segments],
            dirty: BTreeSet::new(),
            changes: Vec::new(),
            set: Arc::new(set),
        }
    }

    /// The moment for which all of it is true.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.now).unwrap_or(Timestamp::MAX)
    }

    /// The set of segments.
    #[must_use]
    pub fn set(&self) -> &SegmentSet {
        &self.set
    }

    /// How many contacts there are, erased ones included.
    #[must_use]
    pub fn contacts(&self) -> usize {
        self.logs.logs.len()
    }

    /// A segment's name, by the place that a [`Change`] says.
    #[must_use]
    pub fn name(&self, segment: u32) -> Option<&str> {
        self.set.segments.get(segment as usize).and_then(|ready| ready.name.as_deref())
    }

    /// The members of a segment.
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set.
    pub fn members(&self, segment: &str) -> Result<&RoaringBitmap, SegmentError> {
        let place = self.set.need(segment)?;
        self.members.get(place).ok_or_else(|| SegmentError::UnknownName {
            place: super::Place::Path(segment.to_owned()),
            what: "segment",
            name: segment.to_owned(),
            known: String::new(),
        })
    }

    /// Who came and left since this was last asked, in the order of time.
    pub fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    /// How many moments of change are queued, outdated ones included.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// The bytes that contacts, events, the queue and what is known of each contact take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let members = self.members.iter().map(RoaringBitmap::serialized_size).sum::<usize>();
        self.logs.bytes() + self.state.bytes() + self.queue.bytes() + members
    }

    /// Lets the clock go on. Whatever changes on the way changes at its own moment, in the order of time.
    ///
    /// # Errors
    /// [`SegmentError::Backwards`] for a moment that is past.
    pub fn advance(&mut self, to: Timestamp) -> Result<(), SegmentError> {
        if to.micros() < self.now {
            return Err(SegmentError::Backwards { now: self.now(), given: to });
        }
        while let Some(at) = self.queue.next(to.micros()) {
            self.now = self.now.max(at);
            while let Some(entry) = self.queue.pop(at) {
                match entry.condition.checked_sub(KINDS) {
                    Some(kind) => self.happened(entry.contact, kind as usize),
                    None => self.ask(entry.contact, entry.condition, true),
                }
            }
            self.settle();
        }
        self.now = to.micros();
        Ok(())
    }

    /// Events of a kind count from now on: the last before now, and those of the same time, of which none was asked about before.
    fn happened(&mut self, contact: u32, kind: usize) {
        let log = Log(self.logs.log(contact, kind));
        let past = log.first_at(self.now).saturating_sub(1);
        let first = if past < log.len() { log.first_at(log.at(past)) } else { past };
        self.ask_kind(contact, kind, first);
    }

    /// Asks a condition of a contact again.
    #[inline]
    fn ask(&mut self, contact: u32, at: u32, queues: bool) {
        let Some(one) = self.set.conditions.get(at as usize) else { return };
        let asked = Asked { records: &self.logs, contact, now: self.now };
        let (truth, due) = match queues {
            true => answer(&asked, one),
            false => (condition(&asked, one), None),
        };
        if let Some(due) = due {
            self.queue.push(Entry { at: due, contact, condition: at });
        }
        self.found(contact, at, truth);
    }

    pub(super) fn asked(&self, contact: u32) -> Asked<'_, Logs> {
        Asked { records: &self.logs, contact, now: self.now }
    }

    pub(super) fn condition_truth(&self, contact: u32, condition: usize) -> Truth {
        self.state.truth(contact, condition)
    }

    fn found(&mut self, contact: u32, condition: u32, truth: Truth) {
        if self.state.set_truth(contact, condition as usize, truth) {
            let used = self.plan.used_by.get(condition as usize);
            for segment in used.into_iter().flatten() {
                self.dirty.insert((*segment, contact));
            }
        }
    }

    /// Asks all segments again that rest on what has changed, each after those that it rests on.
    fn settle(&mut self) {
        while let Some((segment, contact)) = self.dirty.pop_first() {
            let place = segment as usize;
            let Some(ready) = self.set.segments.get(place) else { continue };
            let state = &self.state;
            let truth = ready.program.truth(|condition| state.truth(contact, *condition));
            let is = truth.is_yes() && !self.gone.contains(contact);
            if self.state.set_member(contact, place, is) {
                self.flip(segment, contact, is);
            }
        }
    }

    fn flip(&mut self, segment: u32, contact: u32, is: bool) {
        let place = segment as usize;
        if let Some(members) = self.members.get_mut(place) {
            if is {
                members.insert(contact)
            } else {
                members.remove(contact)
            };
        }
        if self.set.segments.get(place).is_some_and(|ready| ready.name.is_some()) {
            let at = self.now();
            self.changes.push(Change { at, segment, contact, entered: is });
        }
        for condition in self.plan.on_segment.get(place).cloned().unwrap_or_default() {
            self.found(contact, condition, is.into());
        }
        let organisation = self.logs.people.organisation(contact);
        if let (Some(organisation), true) = (organisation, self.asks_people(place)) {
            self.count(place, organisation, is);
            self.people_of(place, organisation);
        }
    }

    fn asks_people(&self, segment: usize) -> bool {
        self.plan.on_people.get(segment).is_some_and(|list| !list.is_empty())
    }

    fn count(&mut self, segment: usize, organisation: u32, more: bool) {
        if let Some(counts) = self.counts.get_mut(segment) {
            let count = counts.entry(organisation).or_default();
            *count = if more { count.saturating_add(1) } else { count.saturating_sub(1) };
        }
    }

    /// What is asked of an organisation's people, found for each of them.
    fn people_of(&mut self, segment: usize, organisation: u32) {
        let colleagues = self.organisations.get(&organisation).cloned().unwrap_or_default();
        let counts = self.counts.get(segment).and_then(|counts| counts.get(&organisation));
        let yes = counts.copied().unwrap_or(0);
        let all = u32::try_from(colleagues.len()).unwrap_or(u32::MAX);
        for condition in self.plan.on_people.get(segment).cloned().unwrap_or_default() {
            let Some(Condition::People(_, how_many)) = self.set.conditions.get(condition as usize)
            else {
                continue;
            };
            let truth = how_many.holds(yes, all).into();
            for colleague in &colleagues {
                self.found(*colleague, condition, truth);
            }
        }
    }

    /// Asks everything again, and says for whom and in which segments the answer is another than what was kept: nobody, or this has a
    /// fault. Nothing is changed.
    #[must_use]
    pub fn verify(&self) -> Vec<(u32, String)> {
        let mut fresh = self.clone();
        fresh.changes.clear();
        for contact in (0_u32..).take(self.contacts()) {
            for condition in fresh.plan.alone.clone() {
                fresh.ask(contact, condition, false);
            }
        }
        fresh.settle();
        let named =
            |change: &Change| (change.contact, self.name(change.segment).unwrap_or("").to_owned());
        fresh.changes.iter().map(named).collect()
    }
}
