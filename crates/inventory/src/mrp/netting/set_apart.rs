//! What is set apart from the common netting: supply for one order alone, and demands that don't wait.

use super::{Fault, Netting};
use crate::mrp::book::Mark;
use crate::mrp::compiled::{NONE, Params};
use crate::mrp::ready::Ready;

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
                let coming: i64 = reserved(demand)
                    .filter(|row| self.receipt_place(row.day).is_some_and(|place| place <= by))
                    .map(|row| row.quantity)
                    .sum();
                needed = needed.saturating_add(row.quantity);
                let short = needed.saturating_sub(coming.saturating_add(brought));
                last = by;
                if short > 0 && by < self.compiled.grid.len {
                    brought += self.order(params, short, by, Mark::order(demand))?;
                }
            }
            let all: i64 = reserved(demand).map(|row| row.quantity).sum();
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

    /// Leaves out what is wanted so soon that only what is there and coming can meet it, and that can't.
    pub(super) fn trim(&mut self, params: &Params, ready: &Ready) {
        let soonest = self.soonest(params);
        for row in ready.required.iter().filter(|row| row.latest < params.earliest.max(row.day)) {
            let Some(place) = self.compiled.grid.place(row.day) else { continue };
            let by = self.need_place(row.latest.max(row.day));
            let Ok(at) = self.events.binary_search_by_key(&place, |event| event.place) else {
                continue;
            };
            if by >= soonest && row.latest >= row.day {
                continue;
            }
            // What is available up to its last day, less what all others need by then.
            let mut level = ready.on_hand;
            for event in self.events.iter().take_while(|event| event.place <= by) {
                level = level.saturating_add(event.scheduled).saturating_sub(event.gross);
            }
            let lacking = level.saturating_neg().clamp(0, row.quantity);
            let lacking = if row.full_only && lacking > 0 { row.quantity } else { lacking };
            self.events[at].gross -= lacking;
        }
    }
}
