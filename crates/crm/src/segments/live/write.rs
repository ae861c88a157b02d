//! What changes: contacts, their attributes, and what they did.

use fondaco_core::Timestamp;

use super::logs::Act;
use super::{Entry, Live, What, touch};
use crate::segments::columns::{need_kind, sorted};
use crate::segments::evaluate::{Asked, next};
use crate::segments::{SegmentError, Truth, Value};

/// An event as it comes from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened<'h> {
    /// Who did it.
    pub contact: u32,
    /// What kind of event.
    pub event: &'h str,
    /// Its id, by which the same is known again: unique for the contact and the kind.
    pub id: u64,
    /// When.
    pub at: Timestamp,
    /// Its attributes in the schema's order, of which the last may be left out.
    pub values: Vec<Value>,
}

impl<'h> Happened<'h> {
    /// An event without attributes.
    #[must_use]
    pub fn new(contact: u32, event: &'h str, id: u64, at: Timestamp) -> Happened<'h> {
        Happened { contact, event, id, at, values: Vec::new() }
    }

    /// The same with attributes.
    #[must_use]
    pub fn with(mut self, values: impl IntoIterator<Item = Value>) -> Happened<'h> {
        self.values = values.into_iter().collect();
        self
    }
}

impl Live {
    /// One contact more; gives its number, counted from 0.
    ///
    /// # Errors
    /// [`SegmentError::BadValue`] for a zone that the schema doesn't have, and a value of another type.
    pub fn contact(
        &mut self,
        zone: Option<&str>,
        organisation: Option<u32>,
        values: &[Value],
    ) -> Result<u32, SegmentError> {
        let zone = zone.map(|name| self.logs.schema.zone_of(name)).transpose()?;
        let row = self.logs.people.table.push(values)?;
        let contact = u32::try_from(row).unwrap_or(u32::MAX);
        self.logs.people.zones.push(zone.map(i64::from));
        self.logs.people.organisations.push(None);
        self.logs.push();
        self.state.push();
        self.ask_all(contact);
        // Nothing was known of this contact: segments that hold for what is unknown are asked, too.
        self.mark_all(contact);
        for condition in self.plan.on_segment.clone().into_iter().flatten() {
            self.found(contact, condition, Truth::No);
        }
        self.settle(Some(contact));
        self.join(contact, organisation);
        self.settle(Some(contact));
        Ok(contact)
    }

    fn ask_all(&mut self, contact: u32) {
        for kind in 0..self.plan.on_kind.len() {
            self.ask_plain_on(contact, kind);
        }
        for condition in self.plan.singly.clone() {
            self.ask(contact, condition, true);
        }
    }

    fn needs(&self, contact: u32) -> Result<(), SegmentError> {
        match (contact as usize) < self.contacts() && !self.gone.contains(contact) {
            true => Ok(()),
            false => Err(SegmentError::UnknownContact { contact, count: self.contacts() }),
        }
    }

    /// Other attributes of a contact, another zone, another organisation.
    ///
    /// # Errors
    /// As [`contact`](Self::contact), and [`SegmentError::UnknownContact`].
    pub fn update(
        &mut self,
        contact: u32,
        zone: Option<&str>,
        organisation: Option<u32>,
        values: &[Value],
    ) -> Result<(), SegmentError> {
        self.needs(contact)?;
        let zone = zone.map(|name| self.logs.schema.zone_of(name)).transpose()?;
        let row = contact as usize;
        let changed = self.logs.people.table.set(row, values)?;
        let moved = self.logs.people.zone(contact) != zone.unwrap_or(0);
        self.logs.people.zones.set(row, zone.map(i64::from));
        if moved {
            self.ask_all(contact);
        }
        for field in changed {
            for condition in self.plan.on_field.get(field).cloned().unwrap_or_default() {
                self.ask(contact, condition, true);
            }
        }
        self.join(contact, organisation);
        self.settle(Some(contact));
        Ok(())
    }

    /// Out of one organisation and into another.
    fn join(&mut self, contact: u32, organisation: Option<u32>) {
        let before = self.logs.people.organisation(contact);
        if before == organisation {
            return;
        }
        self.logs.people.organisations.set(contact as usize, organisation.map(i64::from));
        if let Some(people) = before.and_then(|number| self.organisations.get_mut(&number)) {
            people.retain(|one| *one != contact);
        }
        if let Some(number) = organisation {
            self.organisations.entry(number).or_default().push(contact);
        }
        for segment in 0..self.set.segments.len() {
            if !self.asks_people(segment) {
                continue;
            }
            let is = self.state.is_member(contact, segment);
            for (number, comes) in [(before, false), (organisation, true)] {
                let Some(number) = number else { continue };
                if is {
                    self.count(segment, number, comes);
                }
                self.people_of(segment, number);
            }
            if organisation.is_none() {
                for condition in self.plan.on_people.get(segment).cloned().unwrap_or_default() {
                    self.found(contact, condition, Truth::Unknown);
                }
            }
        }
    }

    /// Something happened. What comes again under its id, with the same content, changes nothing; nor does what was
    /// [corrected](Self::correct) since, as it was told before, and anything under the id of what was [erased](Self::erase_event). An event of the past is
    /// late, and counts from now on; one of now or later counts when it is past.
    ///
    /// # Errors
    /// [`SegmentError::UnknownContact`], [`SegmentError::BadValue`] for a kind that the schema doesn't have or a value of another type, and
    /// [`SegmentError::EventDiffers`] for an id that came before with another moment or other attributes.
    pub fn event(&mut self, happened: &Happened<'_>) -> Result<(), SegmentError> {
        self.needs(happened.contact)?;
        let kind = need_kind(&self.logs.schema, happened.event)?;
        let (contact, at, id) = (happened.contact, happened.at.micros(), happened.id);
        if let Some(place) = self.logs.find(contact, kind, id) {
            return self.came_again(happened, kind, place);
        }
        if self.is_withdrawn(happened, kind)? {
            return Ok(());
        }
        if at >= self.now {
            // Now itself is in no window: it counts, and is asked about, when it is past.
            self.store(happened, kind)?;
            self.queue_past(contact, kind, at);
            return Ok(());
        }
        let before = self.before(contact, kind, Some(at));
        self.store(happened, kind)?;
        self.ask_kind(contact, kind, before);
        self.settle(Some(contact));
        Ok(())
    }

    /// Many events in the order of time: the clock goes on to each, and it [happens](Self::event). Faster than one by one.
    ///
    /// # Errors
    /// As [`event`](Self::event), for the first that is refused; those before it are taken, and change nothing when they come again.
    ///
    /// ```
    /// use fondaco_crm::segments::{Happened, Live, Predicate, Schema, SegmentSet};
    /// let often: Predicate = "count(login) in 14 days >= 2".parse()?;
    /// let set = SegmentSet::compile(&Schema::new().event("login", []), [("often", often)])?;
    /// let mut live = Live::new(set, "2026-03-01T00:00:00Z".parse()?);
    /// let ada = live.contact(None, None, &[])?;
    /// let logins = ["2026-03-02T08:00:00Z", "2026-03-03T08:00:00Z"].map(|at| at.parse().unwrap());
    /// live.feed(&[Happened::new(ada, "login", 1, logins[0]), Happened::new(ada, "login", 2, logins[1])])?;
    /// assert_eq!(live.now(), logins[1]);
    /// live.advance("2026-03-04T00:00:00Z".parse()?)?;
    /// assert!(live.is_member("often", ada)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn feed(&mut self, events: &[Happened<'_>]) -> Result<(), SegmentError> {
        for some in events.chunks(64) {
            touch(&self.logs, &self.state, some.iter().map(|happened| happened.contact));
            for happened in some {
                self.advance(happened.at.max(self.now()))?;
                self.event(happened)?;
            }
        }
        Ok(())
    }

    fn store(&mut self, happened: &Happened<'_>, kind: usize) -> Result<(), SegmentError> {
        let (contact, at, id) = (happened.contact, happened.at.micros(), happened.id);
        let row = self.logs.row(kind, id, &happened.values)?;
        self.logs.insert(contact, kind, id, Act::new(kind, id, at, row));
        Ok(())
    }

    /// Queues that an event of a kind, at a moment that is not past yet, counts from when it is.
    fn queue_past(&mut self, contact: u32, kind: usize, at: i64) {
        let what = What::Counts(kind).code();
        self.queue.push(Entry { at: at.saturating_add(1), contact, what });
    }

    fn came_again(
        &self,
        happened: &Happened<'_>,
        kind: usize,
        place: usize,
    ) -> Result<(), SegmentError> {
        let act = self.logs.log(happened.contact, kind).get(place).copied();
        let Some((table, act)) = self.logs.tables.get(kind).zip(act) else { return Ok(()) };
        let is_same = table.is(act.row as usize, &happened.values)?;
        let is_same = is_same && act.at == happened.at.micros();
        if is_same || self.is_withdrawn(happened, kind)? {
            return Ok(());
        }
        let (contact, id) = (happened.contact, happened.id);
        Err(SegmentError::EventDiffers { contact, id })
    }

    /// Whether this was told before, and taken back. An id that was given to another event may not come with other content.
    fn is_withdrawn(&self, happened: &Happened<'_>, kind: usize) -> Result<bool, SegmentError> {
        if self.withdrawn.is_empty() {
            return Ok(false);
        }
        let (contact, id) = (happened.contact, happened.id);
        let Some(told) = self.withdrawn.get(&(contact, kind, id)) else { return Ok(false) };
        if told.is_empty() || told.contains(&digest(happened.at, &happened.values)) {
            return Ok(true);
        }
        match self.logs.find(contact, kind, id) {
            Some(_) => Ok(false),
            None => Err(SegmentError::EventDiffers { contact, id }),
        }
    }

    /// Where the event of an id and a moment is among those of its kind.
    fn need_event(
        &self,
        contact: u32,
        kind: usize,
        id: u64,
        at: Timestamp,
    ) -> Result<usize, SegmentError> {
        let found = self.logs.find(contact, kind, id);
        let is_then = |place: &usize| {
            self.logs.log(contact, kind).get(*place).is_some_and(|act| act.at == at.micros())
        };
        found.filter(is_then).ok_or(SegmentError::UnknownEvent { contact, id, at })
    }

    /// An event that never was, or is to be forgotten, taken back with all that it says. Its id is not taken again.
    ///
    /// # Errors
    /// [`SegmentError::UnknownContact`], [`SegmentError::UnknownEvent`], and [`SegmentError::BadValue`] for a kind that the schema
    /// doesn't have.
    pub fn erase_event(
        &mut self,
        contact: u32,
        event: &str,
        id: u64,
        at: Timestamp,
    ) -> Result<(), SegmentError> {
        self.needs(contact)?;
        let kind = need_kind(&self.logs.schema, event)?;
        let place = self.need_event(contact, kind, id, at)?;
        let before = self.before(contact, kind, None);
        self.logs.remove(contact, kind, place);
        self.withdrawn.insert((contact, kind, id), Vec::new());
        self.ask_kind(contact, kind, before);
        self.settle(Some(contact));
        Ok(())
    }

    /// An event that was recorded wrongly: what it was, and what it is. Nothing comes or goes in between.
    ///
    /// # Errors
    /// As [`erase_event`](Self::erase_event) and [`event`](Self::event); nothing is changed then.
    pub fn correct(
        &mut self,
        contact: u32,
        event: &str,
        id: u64,
        at: Timestamp,
        now_is: &Happened<'_>,
    ) -> Result<(), SegmentError> {
        self.needs(contact)?;
        self.needs(now_is.contact)?;
        let old = need_kind(&self.logs.schema, event)?;
        let new = need_kind(&self.logs.schema, now_is.event)?;
        let place = self.need_event(contact, old, id, at)?;
        let (other, other_id, now_at) = (now_is.contact, now_is.id, now_is.at.micros());
        let is_same = (contact, old, id) == (other, new, other_id);
        let is_taken = || {
            let told = self.withdrawn.get(&(other, new, other_id));
            self.logs.find(other, new, other_id).is_some() || told.is_some_and(Vec::is_empty)
        };
        if !is_same && is_taken() {
            return Err(SegmentError::EventDiffers { contact: other, id: other_id });
        }
        let row = self.logs.log(contact, old).get(place).map_or(0, |act| act.row as usize);
        let values = self.logs.tables.get(old).map(|table| table.values(row)).unwrap_or_default();
        // Its attributes are stored first: what is refused has changed nothing.
        let row = self.logs.row(new, other_id, &now_is.values)?;
        let before = self.before(contact, old, None);
        let before_new = ((contact, old) != (other, new)).then(|| self.before(other, new, None));
        self.logs.remove(contact, old, place);
        self.logs.insert(other, new, other_id, Act::new(new, other_id, now_at, row));
        self.withdrawn.entry((contact, old, id)).or_default().push(digest(at, &values));
        self.ask_kind(contact, old, before);
        if contact != other && !self.plan.asks_people {
            // What is marked is of one contact at a time.
            self.settle(Some(contact));
        }
        if let Some(before) = before_new {
            self.ask_kind(other, new, before);
        }
        if now_at >= self.now {
            self.queue_past(other, new, now_at);
        }
        self.settle(Some(other));
        Ok(())
    }

    /// A contact and all that is known of it, forgotten. Its number is not used again.
    ///
    /// # Errors
    /// [`SegmentError::UnknownContact`].
    pub fn erase_contact(&mut self, contact: u32) -> Result<(), SegmentError> {
        self.needs(contact)?;
        self.logs.erase(contact);
        let own = (contact, 0, 0)..=(contact, usize::MAX, u64::MAX);
        let own: Vec<_> = self.withdrawn.range(own).map(|(key, _)| *key).collect();
        own.iter().for_each(|key| drop(self.withdrawn.remove(key)));
        self.logs.people.table.clear(contact as usize);
        self.logs.people.zones.set(contact as usize, None);
        self.gone.insert(contact);
        self.ask_all(contact);
        self.mark_all(contact);
        self.settle(Some(contact));
        self.join(contact, None);
        self.settle(Some(contact));
        Ok(())
    }

    /// The next moment at which a contact's answers may change, if nothing more happens.
    #[must_use]
    pub fn next_change(&self, contact: u32) -> Option<Timestamp> {
        let asked = Asked { records: &self.logs, contact, now: self.now };
        let alone = self.plan.alone.iter().filter_map(|at| self.set.conditions.get(*at as usize));
        let soonest = alone.filter_map(|one| next(&asked, one)).min();
        soonest.and_then(Timestamp::from_micros)
    }
}

/// What an event said, in eight bytes: enough to know it again, and not to hide it. There is no key in it, so whoever has it can try out moments
/// and values; of what was corrected it stands until the contact is erased, of what was erased there is none.
fn digest(at: Timestamp, values: &[Value]) -> u64 {
    use std::hash::{BuildHasher, Hash, Hasher};
    let mut hasher = foldhash::fast::FixedState::default().build_hasher();
    at.micros().hash(&mut hasher);
    let last = values.iter().rposition(|value| *value != Value::Null).map_or(0, |last| last + 1);
    for value in values.iter().take(last) {
        match value {
            Value::Texts(texts) => sorted(texts).hash(&mut hasher),
            // A decimal's hash is that of its shortest form.
            value => value.hash(&mut hasher),
        }
    }
    hasher.finish()
}
