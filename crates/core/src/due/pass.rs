//! One tick on its way, without any input or output: what to do next, and what to make of what came of it.

use std::collections::{BTreeMap, BTreeSet};

use super::acts::{Following, Stop};
use super::look::{Look, Place, Ready};
use super::{CarriedOut, DeniedItem, DueItem, Refused, RefusedItem, TickError, Ticked};
use crate::{Done, Halt, Id, Timestamp};

/// So many items are read at once.
const PAGE: usize = 256;

/// What is to be done.
pub(super) enum Step {
    /// Look for up to so many items of each kind.
    Look(usize),
    /// Note that this tick does something, by what was seen at this position.
    Open(u64),
    /// Carry this out.
    Carry(Ready),
    /// Keep this refusal.
    Note(Ready, Refused),
    /// Nothing more.
    End,
}

pub(super) struct Pass {
    now: Timestamp,
    /// How many items may still be tried.
    room: usize,
    pile: BTreeMap<Place, (Id<DueItem>, u32)>,
    /// Beyond this place the pile is not complete.
    horizon: Option<Place>,
    /// What was tried: nothing is, twice.
    tried: BTreeSet<Id<DueItem>>,
    opened: bool,
    /// Where the company stood at the last look.
    position: u64,
    noting: Option<(Ready, Refused)>,
    /// Whether nothing can have become ready since the last look.
    settled: bool,
    ticked: Ticked,
}

impl Pass {
    pub(super) fn new(now: Timestamp, room: usize) -> Pass {
        Pass {
            now,
            room,
            pile: BTreeMap::new(),
            horizon: None,
            tried: BTreeSet::new(),
            opened: false,
            position: 0,
            noting: None,
            settled: false,
            ticked: Ticked::at(now),
        }
    }

    pub(super) fn step(&mut self) -> Step {
        if let Some((ready, refused)) = self.noting.take() {
            return Step::Note(ready, refused);
        }
        if self.ticked.past.is_some() {
            return Step::End;
        }
        if self.room == 0 {
            self.ticked.more = true;
            return Step::End;
        }
        if self.pile.is_empty() {
            return if self.settled { Step::End } else { Step::Look(self.page()) };
        }
        if !self.opened {
            return Step::Open(self.position);
        }
        match self.pile.pop_first() {
            None => Step::End,
            Some((place, (id, tries))) => {
                self.room -= 1;
                self.tried.insert(id);
                Step::Carry(Ready { place, id, tries })
            }
        }
    }

    /// How many items of a kind to look for: past those that were denied, which are still in the way. Twice as many, so that
    /// however many there are, few looks get past them.
    fn page(&self) -> usize {
        self.room.min(PAGE).saturating_add(self.ticked.denied.len().saturating_mul(2))
    }

    /// Takes what is ready.
    pub(super) fn looked(&mut self, look: Result<Look, Halt>) -> Result<(), TickError> {
        let look = look.map_err(|halt| self.failed(halt, None))?;
        self.position = look.position;
        if !self.opened && look.clock.is_some_and(|clock| clock > self.now) {
            self.ticked.past = look.clock;
            return Ok(());
        }
        let new = look.ready.into_iter().filter(|ready| !self.tried.contains(&ready.id));
        self.pile = new.map(|ready| (ready.place, (ready.id, ready.tries))).collect();
        self.horizon = look.horizon;
        self.ticked.unhandled = look.unhandled;
        self.ticked.unreadable = look.unreadable;
        self.settled = true; // until something is carried out
        Ok(())
    }

    /// Takes that the tick was noted, or that a later one was meanwhile.
    pub(super) fn opened(&mut self, result: Result<(), Stop>) -> Result<(), TickError> {
        self.opened = true;
        match result {
            Err(Stop::Halt(halt)) => Err(self.failed(halt, None)),
            _ => Ok(()),
        }
    }

    /// Takes what became of an item.
    pub(super) fn carried(
        &mut self,
        ready: Ready,
        result: Result<Done<Following>, Stop>,
    ) -> Result<(), TickError> {
        match result {
            Ok(done) if !done.replayed => self.carried_out(ready, done),
            Ok(_) | Err(Stop::Elsewhere) => self.elsewhere(),
            Err(Stop::Refused(refused)) if refused.is_denial() => self.denied(ready, &refused),
            Err(Stop::Refused(refused)) => self.noting = Some((ready, refused)),
            Err(Stop::Halt(halt)) if is_of_item(&halt) => {
                self.noting = Some((ready, Refused::from(halt)));
            }
            Err(Stop::Halt(halt)) => return Err(self.failed(halt, Some(ready))),
        }
        // A handler may have put anything on the queue, and beyond the horizon more waits.
        self.settled = false;
        Ok(())
    }

    fn carried_out(&mut self, ready: Ready, done: Done<Following>) {
        let Place { try_at, kind, subject } = ready.place;
        let (next, others) = done.answer;
        if others {
            self.pile.clear(); // what was read is no longer what is there
        } else if let Some((id, at)) = next
            && let Some(try_at) = Timestamp::from_micros(at).filter(|at| *at <= self.now)
        {
            let place = Place { try_at, kind: kind.clone(), subject: subject.clone() };
            if self.horizon.as_ref().is_none_or(|horizon| place <= *horizon) {
                self.pile.insert(place, (id, 0));
            }
        }
        let position = done.position;
        self.ticked.carried_out.push(CarriedOut { kind, subject, at: try_at, position });
    }

    /// Takes that a refusal was kept.
    pub(super) fn noted(
        &mut self,
        ready: Ready,
        refused: &Refused,
        result: Result<Done<(u32, Option<i64>)>, Stop>,
    ) -> Result<(), TickError> {
        match result {
            Ok(done) => {
                let (tries, try_at) = done.answer;
                let Place { kind, subject, .. } = ready.place;
                let (code, why) = (refused.code().into(), refused.why().to_owned());
                let (error, try_at) = (refused.kind(), try_at.and_then(Timestamp::from_micros));
                let item = RefusedItem { kind, subject, code, error, why, tries, try_at };
                self.ticked.refused.push(item);
            }
            Err(Stop::Halt(halt)) => return Err(self.failed(halt, Some(ready))),
            Err(_) => self.elsewhere(),
        }
        Ok(())
    }

    /// What this actor may not do stays for who may, and costs this tick nothing of its limit.
    fn denied(&mut self, ready: Ready, refused: &Refused) {
        self.room += 1;
        let Place { try_at: at, kind, subject } = ready.place;
        let (code, why) = (refused.code().into(), refused.why().to_owned());
        self.ticked.denied.push(DeniedItem { kind, subject, at, code, why });
    }

    /// What somebody else did costs this tick nothing of its limit.
    fn elsewhere(&mut self) {
        self.ticked.elsewhere += 1;
        self.room += 1;
    }

    /// The end of a tick that can't go on; an item is named if it was one's.
    fn failed(&mut self, halt: Halt, ready: Option<Ready>) -> TickError {
        let at = ready.map(|ready| Box::new((ready.place.kind, ready.place.subject)));
        TickError { halt, at, done: Box::new(self.take()) }
    }

    /// What was done.
    pub(super) fn take(&mut self) -> Ticked {
        std::mem::replace(&mut self.ticked, Ticked::at(self.now))
    }
}

/// Whether a halt says something of the item alone, so that the others go on: a damaged row, a sum at its edge, or a mistake of the program
/// that it brings to light. What the store can't do now it can't do for any.
fn is_of_item(halt: &Halt) -> bool {
    halt.is_of_act()
}
