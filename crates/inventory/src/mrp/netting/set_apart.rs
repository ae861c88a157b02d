//! What is set apart from the common netting: supply for one order alone, and demands that don't wait.

use super::{Fault, Netting};
use crate::mrp::book::Mark;
use crate::mrp::compiled::{NONE, Params};
use crate::mrp::ready::{Ready, Required};

impl Netting<'_> {
    /// Supply of its own for each demand; what is left over in the end is there for all.
    pub(super) fn net_to_order(
        &mut self,
        params: &Params,
        ready: Option<&Ready>,
    ) -> Result<(), Fault> {
        let mut marked = std::mem::take(&mut self.marked);
        marked.sort_unstable();
        let soonest = self.soonest(params);
        let reserved = |demand: u32| {
            let rows = ready.into_iter().flat_map(|ready| &ready.receipts);
            rows.filter(move |row| row.demand == demand)
        };
        for group in marked.chunk_by(|a, b| a.demand == b.demand) {
            let demand = group[0].demand;
            let (mut brought, mut needed) = (0_i64, 0_i64);
            let mut last = group[0].place;
            for row in group {
                let by = row.place.max(soonest);
                let coming = reserved(demand)
                    .filter(|row| self.receipt_place(row.day).is_some_and(|place| place <= by))
                    .fold(0_i64, |sum, row| sum.saturating_add(row.quantity));
                needed = needed.saturating_add(row.quantity);
                let short = needed.saturating_sub(coming.saturating_add(brought));
                last = by;
                if short > 0 && by < self.compiled.grid.len {
                    let ordered = self.order(params, short, by, Mark::order(demand))?;
                    brought = brought.saturating_add(ordered);
                }
            }
            let all = reserved(demand).fold(0_i64, |sum, row| sum.saturating_add(row.quantity));
            let left = brought.saturating_add(all).saturating_sub(needed);
            if left > 0 && last < self.compiled.grid.len {
                self.bring(last, left)?;
            }
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

    /// Leaves out what is wanted so soon that only what is there and coming can meet it, and that can't: after all whose turn is before.
    pub(super) fn trim(&mut self, params: &Params, ready: Option<&Ready>) {
        self.lost.clear();
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

/// How much of what is wanted is sent when there is so much for it.
fn sent_of(row: &Required, there: i64) -> i64 {
    if there >= row.quantity {
        return row.quantity;
    }
    // No part is too small, that which is left neither.
    let part = there.min(row.quantity - row.minimum).max(0);
    if row.full_only || part < row.minimum { 0 } else { part }
}
