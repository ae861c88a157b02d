//! What is set apart from the common netting: supply for one order alone, and demands that don't wait.

use super::{Event, Fault, Marked, Netting, Step};
use crate::mrp::SupplyKind;
use crate::mrp::book::Mark;
use crate::mrp::compiled::{NONE, Params};
use crate::mrp::ready::{Ready, Receipt, Required};

impl Netting<'_> {
    /// Supply of its own for each demand; what is left over of it is there for all.
    pub(super) fn net_to_order(
        &mut self,
        params: &Params,
        ready: Option<&Ready>,
    ) -> Result<(), Fault> {
        let mut marked = std::mem::take(&mut self.marked);
        marked.sort_unstable();
        for group in marked.chunk_by(|a, b| a.demand == b.demand) {
            self.net_one(params, ready, group)?;
        }
        // What was reserved for demands that are no more is there for all.
        for row in ready.into_iter().flat_map(|ready| &ready.receipts) {
            let is_orphan = row.demand != NONE
                && marked.binary_search_by_key(&row.demand, |marked| marked.demand).is_err();
            if let Some(place) = self.receipt_place(row.day).filter(|_| is_orphan) {
                self.bring(place, row.quantity)?;
            }
        }
        marked.clear();
        self.marked = marked;
        Ok(())
    }

    /// The needs of one demand against what comes for it alone, called in as far as it may be.
    fn net_one(
        &mut self,
        params: &Params,
        ready: Option<&Ready>,
        group: &[Marked],
    ) -> Result<(), Fault> {
        let Some(demand) = group.first().map(|row| row.demand) else { return Ok(()) };
        let soonest = self.soonest(params);
        let mut supplies: Vec<(u32, i64)> = Vec::new();
        let (mut brought, mut needed) = (0_i64, 0_i64);
        for row in group {
            needed = needed.saturating_add(row.quantity);
            for by in self.asked_from(params, row.place.max(soonest)) {
                let coming = self.reserved_by(ready, demand, by, self.reschedule_days);
                let short = needed.saturating_sub(coming.saturating_add(brought));
                if short <= 0 {
                    break;
                }
                let first = self.orders.len();
                let ordered = self.order(params, short, by, Mark::order(demand))?;
                let count = self.orders.len() - first;
                if let Some(steps) = &mut self.steps {
                    let event = Event { place: by, gross: row.quantity, scheduled: 0, target: 0 };
                    steps.push(Step { first, count, event, available: -short, short, until: by });
                }
                if ordered > 0 {
                    brought = brought.saturating_add(ordered);
                    supplies.push((by, ordered));
                    break;
                }
            }
        }
        let reserved = reserved(ready, demand)
            .filter_map(|row| Some((self.receipt_place(row.day)?, row.quantity)));
        supplies.extend(reserved);
        supplies.sort_unstable();
        for (place, quantity) in supplies {
            let taken = quantity.min(needed);
            needed -= taken;
            if quantity > taken {
                self.bring(place, quantity - taken)?;
            }
        }
        Ok(())
    }

    /// The places at which something that is needed at a place is asked for, until a source has it.
    fn asked_from(&self, params: &Params, place: u32) -> Vec<u32> {
        let mut places = vec![place];
        if params.asks_again {
            let sources = (params.sources.0..params.sources.1).map(|at| self.openings(params, at));
            places.extend(sources.flatten().flatten().filter(|opens| *opens > place));
        }
        places.retain(|place| *place < self.compiled.grid.len);
        places.sort_unstable();
        places.dedup();
        places
    }

    /// How much of what comes for one demand is there at a place, if what may be can be called in so many days.
    fn reserved_by(&self, ready: Option<&Ready>, demand: u32, place: u32, sooner: u32) -> i64 {
        let is_there = |row: &&Receipt| {
            let days = if row.kind == SupplyKind::Fixed { 0 } else { sooner };
            let until = place.saturating_add(days);
            self.receipt_place(row.day).is_some_and(|place| place <= until)
        };
        let there = reserved(ready, demand).filter(is_there);
        there.fold(0_i64, |sum, row| sum.saturating_add(row.quantity))
    }

    /// As [`Netting::trim`], of what is wanted of something made to order: what comes for it alone can meet it, and nothing else.
    pub(super) fn trim_own(&mut self, params: &Params, ready: Option<&Ready>) {
        let Some(ready) = ready.filter(|ready| ready.is_choosy && self.from_today) else { return };
        let soonest = self.soonest(params);
        for row in ready.required.iter().filter(|row| params.to_order && !row.is_forecast) {
            let by = self.need_place(row.latest);
            if by >= soonest {
                continue;
            }
            let there = self.reserved_by(Some(ready), row.demand, by, self.reschedule_days);
            let lacking = row.quantity - sent_of(row, there);
            let own = self.marked.iter_mut().find(|marked| marked.demand == row.demand);
            if let Some(own) = own.filter(|_| lacking > 0) {
                own.quantity -= lacking;
                self.lost.push((own.place, lacking));
            }
        }
    }

    /// Leaves out what is wanted so soon that only what is there and coming can meet it, and that can't: after all whose turn is before.
    pub(super) fn trim(&mut self, params: &Params, ready: Option<&Ready>) {
        let Some(ready) = ready.filter(|ready| ready.is_choosy && self.from_today) else { return };
        let (compiled, soonest) = (self.compiled, self.soonest(params));
        let grid = &compiled.grid;
        let today = grid.day(grid.start);
        let is_own = |row: &&Required| params.to_order && !row.is_forecast;
        let rows = ready.required.iter().filter(|row| !is_own(row));
        let mut turns: Vec<(&Required, usize)> =
            rows.filter_map(|row| Some((row, self.event_of(grid.place(row.day)?)?))).collect();
        turns.sort_by_key(|(row, _)| (row.day.max(today), row.priority, row.demand));
        // What is needed for orders of other things is what is needed besides; of a day it is served as priority 0 is.
        let mut besides: Vec<i64> = self.events.iter().map(|event| event.gross).collect();
        for (row, at) in &turns {
            besides[*at] = besides[*at].saturating_sub(row.quantity);
        }
        let mut taken = 0_i64;
        for (row, at) in turns {
            let by = self.need_place(row.latest);
            let mut lacking = 0;
            if by < soonest {
                let served = if row.priority > 0 { at + 1 } else { at };
                let before =
                    besides[..served].iter().fold(taken, |sum, much| sum.saturating_add(*much));
                let coming = self.events.iter().take_while(|event| event.place <= by);
                let level =
                    coming.fold(ready.on_hand, |sum, event| sum.saturating_add(event.scheduled));
                lacking = row.quantity - sent_of(row, level.saturating_sub(before));
            }
            if lacking > 0 {
                self.events[at].gross -= lacking;
                self.lost.push((self.events[at].place, lacking));
            }
            taken = taken.saturating_add(row.quantity - lacking);
        }
    }

    fn event_of(&self, place: u32) -> Option<usize> {
        self.events.binary_search_by_key(&place, |event| event.place).ok()
    }
}

/// What comes for one demand alone.
fn reserved(ready: Option<&Ready>, demand: u32) -> impl Iterator<Item = &Receipt> {
    let rows = ready.into_iter().flat_map(|ready| &ready.receipts);
    rows.filter(move |row| row.demand == demand)
}

/// How much of what is wanted is sent when there is so much for it.
fn sent_of(row: &Required, there: i64) -> i64 {
    if there >= row.quantity {
        return row.quantity;
    }
    // No part is too small, that which is left neither.
    let part = there.min(row.quantity - row.minimum).max(0);
    if row.full_only || part < row.minimum { 0 } else { part }
}
