//! What changes: contacts, their attributes, and what they did.

use fondaco_core::Timestamp;

use super::logs::Act;
use super::{Entry, KINDS, Live};
use crate::segments::columns::need_kind;
use crate::segments::compile::{Condition, Goal};
use crate::segments::evaluate::{Asked, Place, next};
use crate::segments::{SegmentError, Truth, Value};

/// An event as it comes from outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened<'h> {
    /// Who did it.
    pub contact: u32,
    /// What kind of event.
    pub event: &'h str,
    /// Its id, by which the same is known again: unique for the contact, the kind and the instant.
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
        self.logs.logs.push(Vec::new());
        self.state.push();
        self.ask_all(contact);
        // Nothing was known of this contact: segments that hold for what is unknown are asked, too.
        for segment in (0_u32..).take(self.set.segments.len()) {
            self.dirty.insert((segment, contact));
        }
        for condition in self.plan.on_segment.clone().into_iter().flatten() {
            self.found(contact, condition, Truth::No);
        }
        self.settle();
        self.join(contact, organisation);
        self.settle();
        Ok(contact)
    }

    fn ask_all(&mut self, contact: u32) {
        for condition in self.plan.alone.clone() {
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
        self.settle();
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

    /// Something happened. What comes again under its id, with the same content, changes nothing. An event of the past is late, and counts from now
    /// on; one of now or later counts when it is past.
    ///
    /// # Errors
    /// [`SegmentError::UnknownContact`], [`SegmentError::BadValue`] for a kind that the schema doesn't have or a value of another type, and
    /// [`SegmentError::EventDiffers`] for an id that came before with other attributes.
    pub fn event(&mut self, happened: &Happened<'_>) -> Result<(), SegmentError> {
        self.needs(happened.contact)?;
        let kind = need_kind(&self.logs.schema, happened.event)?;
        let (contact, at, id) = (happened.contact, happened.at.micros(), happened.id);
        let place = match self.place(contact, kind, at, id) {
            Ok(found) => return self.came_again(happened, kind, found),
            Err(place) => place,
        };
        let Some(table) = self.logs.tables.get_mut(kind) else { return Ok(()) };
        let row = match self.logs.free.get_mut(kind).and_then(Vec::pop) {
            Some(row) => {
                table.set(row as usize, &happened.values)?;
                row
            }
            None => u32::try_from(table.push(&happened.values)?).unwrap_or(u32::MAX),
        };
        if let Some(log) = self.logs.log_mut(contact, kind) {
            log.insert(place.min(log.len()), Act { at, id, row });
        }
        if at >= self.now {
            // Now itself is in no window: it counts, and is asked about, when it is past.
            let condition = KINDS + u32::try_from(kind).unwrap_or(0);
            self.queue.push(Entry { at: at.saturating_add(1), contact, condition });
            return Ok(());
        }
        self.ask_kind(contact, kind, place);
        self.settle();
        Ok(())
    }

    fn place(&self, contact: u32, kind: usize, at: i64, id: u64) -> Result<usize, usize> {
        let log = self.logs.log(contact, kind);
        // Most events are the newest.
        if log.last().is_none_or(|last| (last.at, last.id) < (at, id)) {
            return Err(log.len());
        }
        log.binary_search_by_key(&(at, id), |act| (act.at, act.id))
    }

    fn came_again(
        &mut self,
        happened: &Happened<'_>,
        kind: usize,
        place: usize,
    ) -> Result<(), SegmentError> {
        let row = self.logs.log(happened.contact, kind).get(place).map(|act| act.row as usize);
        let Some((table, row)) = self.logs.tables.get_mut(kind).zip(row) else { return Ok(()) };
        match table.is(row, &happened.values)? {
            true => Ok(()),
            false => {
                let (contact, id) = (happened.contact, happened.id);
                Err(SegmentError::EventDiffers { contact, id })
            }
        }
    }

    /// Asks again what rests on events of a kind, one of which came to this place of the log.
    #[inline]
    pub(super) fn ask_kind(&mut self, contact: u32, kind: usize, place: usize) {
        let conditions = self.plan.on_kind.get_mut(kind).map(std::mem::take).unwrap_or_default();
        for at in &conditions {
            let Some(one) = self.set.conditions.get(*at as usize) else { continue };
            if place > 0 && self.is_no_end(contact, one, kind, place) {
                continue;
            }
            let queues = place == 0 || self.changes_next(contact, one, place);
            self.ask(contact, *at, queues);
        }
        if let Some(kept) = self.plan.on_kind.get_mut(kind) {
            *kept = conditions;
        }
    }

    /// Whether an event can be part of no chain of a sequence yet, because none of its last step came after it.
    fn is_no_end(&self, contact: u32, condition: &Condition, kind: usize, place: usize) -> bool {
        let Condition::Sequence(path) = condition else { return false };
        let Some(last) = path.steps.last().filter(|step| step.kind != kind) else { return false };
        let this = self.logs.log(contact, kind).get(place);
        let end = self.logs.log(contact, last.kind).last();
        this.is_some_and(|this| end.is_none_or(|end| end.at <= this.at))
    }

    /// Whether an event at a place of its log can bring the next moment of change nearer than what is queued.
    fn changes_next(&self, contact: u32, condition: &Condition, place: usize) -> bool {
        let Condition::Behaviour(acts) = condition else { return true };
        let sums = matches!(
            acts.goal,
            Goal::Sum(..)
                | Goal::Distinct(..)
                | Goal::Average(..)
                | Goal::Frequency(_)
                | Goal::One(..)
        );
        if !sums || !acts.filter.is_always() {
            return true;
        }
        // What is asked of all events of a window changes next when the first of them leaves: it does so already, unless the window was empty.
        let log = self.logs.log(contact, acts.kind);
        let (before, this) = (log.get(place - 1), log.get(place));
        let zone = self.logs.people.zone(contact);
        let lives = Place::new(&self.logs.schema, zone);
        before.zip(this).is_none_or(|(before, this)| {
            let stay = acts.window.stay(before.at, lives);
            let comes = acts.window.stay(this.at, lives).from > self.now;
            comes || stay.from > self.now || stay.until <= self.now
        })
    }

    /// An event that never was, or is to be forgotten, taken back with all that it says.
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
        let place = self.place(contact, kind, at.micros(), id);
        let place = place.map_err(|_| SegmentError::UnknownEvent { contact, id, at })?;
        let act = self.logs.log_mut(contact, kind).map(|log| log.remove(place));
        if let (Some(act), Some(table)) = (act, self.logs.tables.get_mut(kind)) {
            table.set(act.row as usize, &[])?;
            if let Some(free) = self.logs.free.get_mut(kind) {
                free.push(act.row);
            }
        }
        self.ask_kind(contact, kind, 0);
        self.settle();
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
        let place = self.place(contact, old, at.micros(), id);
        let place = place.map_err(|_| SegmentError::UnknownEvent { contact, id, at })?;
        let same = (contact, old, at, id) == (now_is.contact, new, now_is.at, now_is.id);
        if !same && self.place(now_is.contact, new, now_is.at.micros(), now_is.id).is_ok() {
            return Err(SegmentError::EventDiffers { contact: now_is.contact, id: now_is.id });
        }
        // Its attributes are encoded first: what is refused has changed nothing.
        let Some(table) = self.logs.tables.get_mut(new) else { return Ok(()) };
        let row = u32::try_from(table.push(&now_is.values)?).unwrap_or(u32::MAX);
        let gone = self.logs.log_mut(contact, old).map(|log| log.remove(place));
        if let (Some(act), Some(table)) = (gone, self.logs.tables.get_mut(old)) {
            table.set(act.row as usize, &[])?;
            if let Some(free) = self.logs.free.get_mut(old) {
                free.push(act.row);
            }
        }
        let act = Act { at: now_is.at.micros(), id: now_is.id, row };
        if let Some(log) = self.logs.log_mut(now_is.contact, new) {
            let place = log.partition_point(|one| (one.at, one.id) < (act.at, act.id));
            log.insert(place, act);
        }
        self.ask_kind(contact, old, 0);
        self.ask_kind(now_is.contact, new, 0);
        self.settle();
        Ok(())
    }

    /// A contact and all that is known of it, forgotten. Its number is not used again.
    ///
    /// # Errors
    /// [`SegmentError::UnknownContact`].
    pub fn erase_contact(&mut self, contact: u32) -> Result<(), SegmentError> {
        self.needs(contact)?;
        for (kind, acts) in
            self.logs.logs.get_mut(contact as usize).map(std::mem::take).unwrap_or_default()
        {
            let kind = kind as usize;
            for act in acts {
                if let Some(table) = self.logs.tables.get_mut(kind) {
                    table.set(act.row as usize, &[])?;
                }
                if let Some(free) = self.logs.free.get_mut(kind) {
                    free.push(act.row);
                }
            }
        }
        self.logs.people.table.set(contact as usize, &[])?;
        self.logs.people.zones.set(contact as usize, None);
        self.gone.insert(contact);
        self.ask_all(contact);
        for segment in (0_u32..).take(self.set.segments.len()) {
            self.dirty.insert((segment, contact));
        }
        self.settle();
        self.join(contact, None);
        self.settle();
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
