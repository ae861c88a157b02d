//! An order's operations, each on a machine at a time.

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::plant::Centre;
use super::routing::{Step, Steps};
use super::timeline::{Booking, Gap, Timeline};
use super::{Order, Plan, SchedulingError};
use crate::exact::mul;

/// An order with its place in the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Scheduled {
    /// The order.
    pub order: SmolStr,
    /// When it was to be ready.
    pub due: Timestamp,
    /// When its first operation begins.
    pub begins: Timestamp,
    /// When its last one ends.
    pub ends: Timestamp,
    /// Whether it was placed from its due date backward; else forward, because it was asked so, or could not be in time.
    pub backward: bool,
    /// Its operations, in the order of its routing.
    pub operations: Vec<Placed>,
}

impl Scheduled {
    /// How long after its due date it is ready; nothing for one that is in time.
    #[must_use]
    pub fn late_by(&self) -> TimeDelta {
        self.ends.since(self.due).max(TimeDelta::zero())
    }
}

/// An operation with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placed {
    /// Its work centre, which may be an alternate.
    pub centre: SmolStr,
    /// Which machine of it, counted from 0.
    pub machine: usize,
    /// The operations of the order that come before it, by their places.
    pub after: Vec<usize>,
    /// When setting up begins, or the run where there is nothing to set up.
    pub begins: Timestamp,
    /// When it is done.
    pub ends: Timestamp,
    /// How much working time at its beginning is setting up.
    pub setup: TimeDelta,
    /// From when on everything it needs was there. Of what is placed backward: its begin.
    pub ready: Timestamp,
    /// What came last of what it needs.
    pub waited_for: Waited,
    /// The order and its operation that had the machine until this one began, where it was ready before. None where it waited for opening
    /// hours alone.
    pub held_up_by: Option<(SmolStr, usize)>,
}

/// What an operation needed last.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Waited {
    /// The order's release.
    Release,
    /// This operation of the same order, with queue and move time.
    Operation(usize),
    /// A material.
    Material(SmolStr),
}

/// An order in the plan, and what it has taken there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) scheduled: Scheduled,
    /// Work centre, machine and begin of each booking.
    bookings: Vec<(usize, usize, i64)>,
    pub(super) taken: Vec<(SmolStr, i64, Decimal)>,
}

impl Entry {
    /// Of an order without operations, at an instant: one that is taken from stock, or is still to be placed.
    pub(super) fn at(order: &Order, at: Timestamp) -> Entry {
        let scheduled = Scheduled {
            order: order.code.clone(),
            due: order.due,
            begins: at,
            ends: at,
            backward: false,
            operations: Vec::new(),
        };
        Entry { scheduled, bookings: Vec::new(), taken: Vec::new() }
    }
}

/// An operation's place while the order is being placed.
#[derive(Clone, Copy, Debug)]
struct Spot {
    centre: usize,
    machine: usize,
    booking: Booking,
    begins: i64,
    ends: i64,
    /// What lies before it on the machine.
    before: Option<Booking>,
}

/// What is asked of a machine.
#[derive(Clone, Copy)]
struct Wish {
    owner: (u32, u32),
    family: Option<u16>,
    own_setup: i64,
    run: i64,
}

/// From when on an operation can be done, and until when it can't be over.
struct Readiness {
    at: i64,
    waited_for: Waited,
    /// When the last pieces come, and how long they take, where they come in parts.
    last_pieces: Vec<(i64, i64)>,
}

/// An order on its way into the plan.
struct Draft<'o> {
    order: &'o Order,
    number: u32,
    spots: Vec<Option<Spot>>,
    placed: Vec<Option<Placed>>,
    entry: Entry,
}

impl Plan {
    /// Places an order as early as it can be.
    pub(super) fn place_forward(
        &mut self,
        order: &Order,
        number: u32,
    ) -> Result<Entry, SchedulingError> {
        let steps = self.plant.steps(&order.code, &order.routing)?.clone();
        let mut draft = Draft::new(order, number, &steps);
        for at in steps.in_order.iter().copied() {
            if let Err(error) = self.place_next(&mut draft, &steps, at) {
                self.take_back(&draft.entry)?;
                return Err(error);
            }
        }
        Ok(draft.finish(false))
    }

    fn place_next(
        &mut self,
        draft: &mut Draft<'_>,
        steps: &Steps,
        at: usize,
    ) -> Result<(), SchedulingError> {
        let step = &steps.steps[at];
        let order = draft.order;
        let wish = draft.wish(step, at)?;
        let ready = self.readiness(draft, steps, at)?;
        let spots = self.machines_of(step).filter_map(|(centre, machine)| {
            let (of, timeline) = (&self.plant.centres[centre], &self.machines[centre][machine]);
            earliest(of, timeline, &ready, wish).map(|found| spot((centre, machine), of, found))
        });
        // The first of equals: the work centre itself before its alternates, the lower machine before the higher.
        let spot = spots.min_by_key(|spot| spot.ends);
        let spot = spot.ok_or_else(|| self.beyond(order, at, step))?;
        let first = self.plant.centres[spot.centre].spans.worked(ready.at);
        let waits = spot.booking.from > first;
        let held_up_by = spot.before.filter(|_| waits).and_then(|before| self.owner(draft, before));
        let placed = Placed {
            ready: instant(ready.at),
            waited_for: ready.waited_for,
            held_up_by,
            ..self.placed(step, spot)
        };
        self.settle(draft, step, at, (spot, placed))
    }

    /// Places an order as late as it can be and still be ready when it is due; none where it would have to begin before its release or its
    /// materials.
    pub(super) fn place_backward(
        &mut self,
        order: &Order,
        number: u32,
    ) -> Result<Option<Entry>, SchedulingError> {
        let steps = self.plant.steps(&order.code, &order.routing)?.clone();
        let mut draft = Draft::new(order, number, &steps);
        for at in steps.in_order.iter().rev().copied() {
            match self.place_last(&mut draft, &steps, at) {
                Ok(true) => {}
                Ok(false) => {
                    self.take_back(&draft.entry)?;
                    return Ok(None);
                }
                Err(error) => {
                    self.take_back(&draft.entry)?;
                    return Err(error);
                }
            }
        }
        Ok(Some(draft.finish(true)))
    }

    fn place_last(
        &mut self,
        draft: &mut Draft<'_>,
        steps: &Steps,
        at: usize,
    ) -> Result<bool, SchedulingError> {
        let step = &steps.steps[at];
        let order = draft.order;
        let wish = draft.wish(step, at)?;
        let latest = step.before.iter().filter_map(|later| {
            let begins = draft.spots[*later]?.begins;
            Some(begins.saturating_sub(steps.steps[*later].queue).saturating_sub(step.move_time))
        });
        let latest = latest.min().unwrap_or(order.due.micros());
        let spots = self.machines_of(step).filter_map(|(centre, machine)| {
            let (of, timeline) = (&self.plant.centres[centre], &self.machines[centre][machine]);
            last(of, timeline, latest, wish).map(|found| spot((centre, machine), of, found))
        });
        let rank = |spot: &Spot| std::cmp::Reverse(spot.begins);
        let Some(spot) = spots.min_by_key(rank) else { return Ok(false) };
        let earliest = order.release.micros().saturating_add(step.queue);
        let materials = self.materials(draft, step)?;
        if spot.begins < earliest || materials.is_some_and(|(at, _)| spot.begins < at) {
            return Ok(false);
        }
        let placed = self.placed(step, spot);
        self.settle(draft, step, at, (spot, placed))?;
        Ok(true)
    }

    /// An operation that begins when it is ready: which it is when it is placed backward.
    fn placed(&self, step: &Step, spot: Spot) -> Placed {
        Placed {
            centre: self.plant.centres[spot.centre].code.clone(),
            machine: spot.machine,
            after: step.after.clone(),
            begins: instant(spot.begins),
            ends: instant(spot.ends),
            setup: TimeDelta::microseconds(spot.booking.setup),
            ready: instant(spot.begins),
            waited_for: step.after.first().map_or(Waited::Release, |at| Waited::Operation(*at)),
            held_up_by: None,
        }
    }

    /// Books a machine and takes the materials.
    fn settle(
        &mut self,
        draft: &mut Draft<'_>,
        step: &Step,
        at: usize,
        (spot, placed): (Spot, Placed),
    ) -> Result<(), SchedulingError> {
        if spot.booking.to > spot.booking.from {
            self.machines[spot.centre][spot.machine].book(spot.booking);
            draft.entry.bookings.push((spot.centre, spot.machine, spot.booking.from));
        }
        draft.spots[at] = Some(spot);
        draft.placed[at] = Some(placed);
        for (material, per_piece) in &step.materials {
            let needed = draft.needed(*per_piece)?;
            self.take(&mut draft.entry, material, spot.begins, needed)?;
        }
        Ok(())
    }

    /// Takes a quantity of a material, where anything is known of it.
    pub(super) fn take(
        &mut self,
        entry: &mut Entry,
        material: &SmolStr,
        at: i64,
        quantity: Decimal,
    ) -> Result<(), SchedulingError> {
        if let Some(supply) = self.supplies.get_mut(material).filter(|_| !quantity.is_zero()) {
            let figure = |error| SchedulingError::Figure { of: material.clone(), error };
            supply.take(at, quantity).map_err(figure)?;
            entry.taken.push((material.clone(), at, quantity));
        }
        Ok(())
    }

    /// Takes away the changeovers before what an order had booked, as far as nothing needs them any more.
    pub(super) fn sweep(&mut self, entry: &Entry) {
        for (centre, machine, from) in entry.bookings.iter().copied() {
            let (of, timeline) = (&self.plant.centres[centre], &mut self.machines[centre][machine]);
            timeline.sweep(from, |gap| of.needs_changeover(gap));
        }
    }

    /// Gives back all that an order has taken.
    pub(super) fn take_back(&mut self, entry: &Entry) -> Result<(), SchedulingError> {
        for (centre, machine, from) in entry.bookings.iter().rev().copied() {
            let (of, timeline) = (&self.plant.centres[centre], &mut self.machines[centre][machine]);
            timeline.free(from, |gap| of.needs_changeover(gap));
        }
        for (material, at, quantity) in &entry.taken {
            if let Some(supply) = self.supplies.get_mut(material) {
                let figure = |error| SchedulingError::Figure { of: material.clone(), error };
                supply.give_back(*at, *quantity).map_err(figure)?;
            }
        }
        Ok(())
    }

    pub(super) fn machines_of<'p>(
        &'p self,
        step: &'p Step,
    ) -> impl Iterator<Item = (usize, usize)> + 'p {
        let machines = |centre: &usize| 0..self.machines[*centre].len();
        step.centres.iter().flat_map(move |at| machines(at).map(move |machine| (*at, machine)))
    }

    /// From when on an operation can be done.
    fn readiness(
        &self,
        draft: &Draft<'_>,
        steps: &Steps,
        at: usize,
    ) -> Result<Readiness, SchedulingError> {
        let step = &steps.steps[at];
        let mut ready = Readiness {
            at: draft.order.release.micros().max(self.plant.from.micros()),
            waited_for: Waited::Release,
            last_pieces: Vec::new(),
        };
        for before in step.after.iter().copied() {
            let Some(spot) = draft.spots[before] else { continue };
            let earlier = &steps.steps[before];
            let transfer = earlier.transfer.filter(|transfer| *transfer < draft.order.quantity);
            let arrives = match transfer {
                Some(transfer) => {
                    let spans = &self.plant.centres[spot.centre].spans;
                    let first = earlier.run(&draft.entry.scheduled.order, transfer)?;
                    let rest = step.run(&draft.entry.scheduled.order, transfer)?;
                    ready.last_pieces.push((spot.ends.saturating_add(earlier.move_time), rest));
                    let done = spot.booking.from + spot.booking.setup + first;
                    spans.ends(done.min(spot.booking.to)).micros().max(spot.begins)
                }
                None => spot.ends,
            };
            let arrives = arrives.saturating_add(earlier.move_time);
            if arrives > ready.at || ready.waited_for == Waited::Release && arrives == ready.at {
                (ready.at, ready.waited_for) = (arrives, Waited::Operation(before));
            }
        }
        ready.at = ready.at.saturating_add(step.queue);
        if let Some((at, material)) = self.materials(draft, step)?
            && at > ready.at
        {
            (ready.at, ready.waited_for) = (at, Waited::Material(material));
        }
        Ok(ready)
    }

    /// When the last of an operation's materials is there, and which that is.
    fn materials(
        &self,
        draft: &Draft<'_>,
        step: &Step,
    ) -> Result<Option<(i64, SmolStr)>, SchedulingError> {
        let mut last: Option<(i64, SmolStr)> = None;
        for (material, per_piece) in &step.materials {
            let Some(supply) = self.supplies.get(material) else { continue };
            let needed = draft.needed(*per_piece)?;
            let first = supply.first(needed).ok_or_else(|| SchedulingError::MaterialShort {
                order: draft.order.code.clone(),
                material: material.clone(),
                needed,
            })?;
            if last.as_ref().is_none_or(|(at, _)| *at < first.micros()) {
                last = Some((first.micros(), material.clone()));
            }
        }
        Ok(last)
    }

    /// Whose a booking is, as people know it.
    fn owner(&self, draft: &Draft<'_>, booking: Booking) -> Option<(SmolStr, usize)> {
        let (order, operation) = booking.owner?;
        let code = if order == draft.number {
            &draft.order.code
        } else {
            &self.entries.get(&order)?.scheduled.order
        };
        Some((code.clone(), operation as usize))
    }

    fn beyond(&self, order: &Order, operation: usize, step: &Step) -> SchedulingError {
        let centre = step.centres.first().map(|at| self.plant.centres[*at].code.clone());
        let (order, to) = (order.code.clone(), self.plant.to);
        let centre = centre.unwrap_or_default();
        SchedulingError::BeyondHorizon { order, operation, centre, to }
    }
}

impl<'o> Draft<'o> {
    fn new(order: &'o Order, number: u32, steps: &Steps) -> Draft<'o> {
        let entry = Entry::at(order, order.release);
        let count = steps.steps.len();
        Draft { order, number, spots: vec![None; count], placed: vec![None; count], entry }
    }

    fn wish(&self, step: &Step, at: usize) -> Result<Wish, SchedulingError> {
        Ok(Wish {
            owner: (self.number, at as u32),
            family: step.family,
            own_setup: step.setup,
            run: step.run(&self.order.code, self.order.quantity)?,
        })
    }

    fn needed(&self, per_piece: Decimal) -> Result<Decimal, SchedulingError> {
        let figure = |error| SchedulingError::Figure { of: self.order.code.clone(), error };
        mul("materials", per_piece, self.order.quantity).map_err(figure)
    }

    fn finish(mut self, backward: bool) -> Entry {
        let operations: Vec<Placed> = self.placed.into_iter().flatten().collect();
        let scheduled = &mut self.entry.scheduled;
        let begins = operations.iter().map(|placed| placed.begins).min();
        let ends = operations.iter().map(|placed| placed.ends).max();
        (scheduled.begins, scheduled.ends) =
            (begins.unwrap_or(scheduled.begins), ends.unwrap_or(scheduled.ends));
        (scheduled.backward, scheduled.operations) = (backward, operations);
        self.entry
    }
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
}

fn spot((centre, machine): (usize, usize), of: &Centre, (booking, gap): (Booking, Gap)) -> Spot {
    let (begins, ends) =
        (of.spans.begins(booking.from).micros(), of.spans.ends(booking.to).micros());
    // What takes no time is done when it begins.
    let ends = if booking.to == booking.from { begins } else { ends };
    Spot { centre, machine, booking, begins, ends, before: gap.before }
}

/// The first room on a machine.
fn earliest(
    centre: &Centre,
    timeline: &Timeline,
    ready: &Readiness,
    wish: Wish,
) -> Option<(Booking, Gap)> {
    let from = centre.spans.worked(ready.at);
    let pieces = ready.last_pieces.iter();
    let done = pieces.map(|(come, rest)| centre.spans.worked(*come).saturating_add(*rest)).max();
    timeline.gaps_from(from, wish.run).find_map(|gap| {
        let setup = centre.setup_after(gap.before.as_ref(), wish.family, wish.own_setup);
        let length = setup + wish.run;
        let from = gap.from.max(from).max(done.unwrap_or(0) - length);
        fitting(centre, &gap, wish, from, setup)
    })
}

/// The last room on a machine.
fn last(centre: &Centre, timeline: &Timeline, latest: i64, wish: Wish) -> Option<(Booking, Gap)> {
    let to = centre.spans.worked(latest);
    timeline.gaps_until(to, wish.run).find_map(|gap| {
        let setup = centre.setup_after(gap.before.as_ref(), wish.family, wish.own_setup);
        let from = gap.to.min(to) - setup - wish.run;
        fitting(centre, &gap, wish, from, setup).filter(|_| from >= gap.from)
    })
}

/// A booking in a gap, if it fits and leaves what comes after it the time to set up.
fn fitting(
    centre: &Centre,
    gap: &Gap,
    wish: Wish,
    from: i64,
    setup: i64,
) -> Option<(Booking, Gap)> {
    let Wish { owner, family, own_setup, run } = wish;
    let to = from + setup + run;
    let booking = Booking { from, to, setup, own_setup, family, owner: Some(owner) };
    (to <= gap.to && centre.leaves_time(gap, &booking)).then_some((booking, *gap))
}
