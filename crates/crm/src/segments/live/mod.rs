//! Segments that are true at every instant: members come and go with each event, and with the clock.
//!
//! For each contact it is kept what each condition said last. An event asks again the conditions on events of its kind, for its contact
//! alone: [counts and sums](plain) in one pass over the newest events, the others one by one. What time alone will change is put on a queue
//! with its moment; [`Live::advance`] works off what has come due, in the order of time, so that who leaves a window leaves the segment at
//! that very microsecond, and nobody else is looked at. Conditions that several segments share are asked once.

mod ask;
mod blocks;
mod logs;
mod people;
mod plain;
mod plan;
mod queue;
mod state;
mod what;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::map::HashMap;

use fondaco_core::Timestamp;
use roaring::RoaringBitmap;

use super::SegmentError;
use super::compile::SegmentSet;

use ask::Before;
use logs::Logs;
use plan::Plan;
use queue::{Entry, Queue};
use state::State;
use what::What;

pub use write::Happened;

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
    /// Contacts that were erased.
    gone: RoaringBitmap,
    /// Events that were erased or corrected, by contact, kind and id, with a digest of what they said; of what was erased, nothing. A feed may
    /// say them again.
    withdrawn: BTreeMap<(u32, usize, u64), Vec<u64>>,
    organisations: HashMap<u32, Vec<u32>>,
    /// How many of an organisation are members, by segment, where that is asked.
    counts: Vec<HashMap<u32, u32>>,
    /// Segments in which a contact may stand otherwise, in the order in which they rest on one another; where no segment rests on what
    /// others do, of one contact at a time, as bits.
    dirty: BTreeSet<(u32, u32)>,
    marks: Vec<u64>,
    changes: Vec<Change>,
    /// Room that is used again and again.
    spare: Vec<Before>,
    scratch: Vec<(i64, i128)>,
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
            queue: Queue::new(now.micros()),
            now: now.micros(),
            gone: RoaringBitmap::new(),
            withdrawn: BTreeMap::new(),
            organisations: HashMap::default(),
            counts: vec![HashMap::default(); segments],
            dirty: BTreeSet::new(),
            marks: vec![0; segments.div_ceil(64)],
            changes: Vec::new(),
            spare: Vec::new(),
            scratch: Vec::new(),
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
        self.logs.contacts()
    }

    /// A segment's name, by the place that a [`Change`] says.
    #[must_use]
    pub fn name(&self, segment: u32) -> Option<&str> {
        self.set.segments.get(segment as usize).and_then(|ready| ready.name.as_deref())
    }

    /// The members of a segment, found among all contacts. [`is_member`](Self::is_member) looks at one.
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set.
    pub fn members(&self, segment: &str) -> Result<RoaringBitmap, SegmentError> {
        let place = self.set.need(segment)?;
        Ok(self.state.members(place).collect())
    }

    /// Whether a contact is in a segment.
    ///
    /// # Errors
    /// [`SegmentError::UnknownName`] for a segment that is not of the set.
    pub fn is_member(&self, segment: &str, contact: u32) -> Result<bool, SegmentError> {
        Ok(self.state.is_member(contact, self.set.need(segment)?))
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

    /// The bytes that contacts, events, the queue and what is known of each contact take, room that is kept for more included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let people = |people: &Vec<u32>| 40 + 4 * people.capacity();
        let counts = |counts: &HashMap<u32, u32>| 9 * counts.capacity();
        self.logs.bytes()
            + self.state.bytes()
            + self.queue.bytes()
            + self.gone.serialized_size()
            + self.withdrawn.values().map(|list| 64 + 8 * list.capacity()).sum::<usize>()
            + self.organisations.values().map(people).sum::<usize>()
            + self.counts.iter().map(counts).sum::<usize>()
            + self.changes.capacity() * size_of::<Change>()
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
            touch(&self.logs, &self.state, self.queue.coming());
            self.now = self.now.max(at);
            let mut contact = None;
            while let Some(entry) = self.queue.pop(at) {
                // What one contact's own answers say is settled when all of it that is due is asked.
                if contact.is_some_and(|before| before != entry.contact) && !self.plan.asks_people {
                    self.settle(contact);
                }
                contact = Some(entry.contact);
                self.came(entry.contact, What::of(entry.what));
            }
            self.settle(contact);
        }
        self.now = to.micros();
        Ok(())
    }

    fn found(&mut self, contact: u32, condition: u32, truth: super::Truth) {
        if self.state.set_truth(contact, condition as usize, truth) {
            turned(&self.plan, &mut self.marks, &mut self.dirty, (contact, condition));
        }
    }

    /// Has a contact asked about all segments.
    fn mark_all(&mut self, contact: u32) {
        for segment in (0_u32..).take(self.set.segments.len()) {
            mark(&self.plan, &mut self.marks, &mut self.dirty, (segment, contact));
        }
    }

    /// Asks all segments again that rest on what has changed, each after those that it rests on: of one contact, or, where segments rest on
    /// other people, of whoever they are about.
    fn settle(&mut self, contact: Option<u32>) {
        while let Some((segment, contact)) = self.dirty.pop_first() {
            self.decide(segment, contact);
        }
        let Some(contact) = contact else { return };
        for word in 0..self.marks.len() {
            // What rests on a segment comes after it.
            while let Some(bits) = self.marks.get_mut(word).filter(|bits| **bits != 0) {
                let bit = bits.trailing_zeros();
                *bits &= *bits - 1;
                let segment = u32::try_from(word).unwrap_or(u32::MAX) * 64 + bit;
                self.decide(segment, contact);
            }
        }
    }

    /// Whether a contact is in a segment, by what its conditions say.
    fn decide(&mut self, segment: u32, contact: u32) {
        let place = segment as usize;
        let Some(ready) = self.set.segments.get(place) else { return };
        let state = &self.state;
        let truth = ready.program.truth(|condition| state.truth(contact, *condition));
        let is = truth.is_yes() && !self.gone.contains(contact);
        if self.state.set_member(contact, place, is) {
            self.flip(segment, contact, is);
        }
    }

    fn flip(&mut self, segment: u32, contact: u32, is: bool) {
        let place = segment as usize;
        if self.set.segments.get(place).is_some_and(|ready| ready.name.is_some()) {
            let at = self.now();
            self.changes.push(Change { at, segment, contact, entered: is });
        }
        for condition in self.plan.on_segment.get(place).cloned().unwrap_or_default() {
            self.found(contact, condition, is.into());
        }
        if self.plan.asks_people {
            self.tell_people(place, contact, is);
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
            if !fresh.plan.asks_people {
                fresh.settle(Some(contact));
            }
        }
        fresh.settle(None);
        let named =
            |change: &Change| (change.contact, self.name(change.segment).unwrap_or("").to_owned());
        fresh.changes.iter().map(named).collect()
    }
}

/// Has a contact asked about a segment.
fn mark(
    plan: &Plan,
    marks: &mut [u64],
    dirty: &mut BTreeSet<(u32, u32)>,
    (segment, contact): (u32, u32),
) {
    if plan.asks_people {
        dirty.insert((segment, contact));
    } else if let Some(word) = marks.get_mut(segment as usize / 64) {
        *word |= 1 << (segment % 64);
    }
}

/// A condition says something else of a contact: the segments that rest on it are to be asked again.
fn turned(
    plan: &Plan,
    marks: &mut [u64],
    dirty: &mut BTreeSet<(u32, u32)>,
    (contact, condition): (u32, u32),
) {
    for segment in plan.used_by.get(condition as usize).into_iter().flatten() {
        mark(plan, marks, dirty, (*segment, contact));
    }
}

/// Has the processor fetch what is known of several contacts all at once: one after the other, each is waited for.
fn touch(logs: &Logs, state: &State, contacts: impl Iterator<Item = u32>) {
    for contact in contacts {
        std::hint::black_box((logs.touch(contact), state.touch(contact)));
    }
}
