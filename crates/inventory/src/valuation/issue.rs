//! What goes out, and the cost it takes with it.

use std::collections::VecDeque;

use chrono::NaiveDate;
use fondaco_core::Id;

use super::state::Act;
use super::{Cause, Layer, Lot, Method, MoveId, Qty, State, Val, ValuationError};

impl State {
    /// Issues at the cost that the method gives; what is not there at the last known cost. Gives the cost.
    pub(super) fn issue(
        &mut self,
        act: &mut Act<'_>,
        of: MoveId,
        quantity: i64,
        lot: Option<Id<Lot>>,
    ) -> Result<i64, ValuationError> {
        if self.method == Method::Standard {
            return self.issue_at_standard(act, of, quantity);
        }
        let there = self.there(act, quantity, lot)?;
        let (taken, short) = (quantity.min(there), quantity - quantity.min(there));
        let owed = if short > 0 { self.owed(act, short)? } else { 0 };
        act.room(self.quantity.units().checked_sub(quantity), "quantity")?;
        let cost = if taken > 0 { self.take(act, of, taken, lot)? } else { 0 };
        if short > 0 {
            act.fact(of, None, Cause::Cost, (-short, -owed));
            self.more(-short);
            self.raise(-owed);
            self.owe(act, of, short, owed);
        }
        Ok(cost + owed)
    }

    /// What goes out below zero is issued at: the last known cost, nothing where none is known. Refuses what would have no room.
    pub(super) fn owed(&self, act: &Act<'_>, short: i64) -> Result<i64, ValuationError> {
        let owed = self.known.map_or(Some(0), |cost| act.steps().at(cost, short));
        let owed = act.room(owed, "value")?;
        act.room(self.cost.units().min(0).checked_sub(owed), "value")?;
        act.room(self.cost.units().max(0).checked_add(owed), "value")?;
        act.room(self.quantity.units().checked_sub(short), "quantity")?;
        Ok(owed)
    }

    /// How much there is to take; of a lot never less than is asked for.
    pub(super) fn there(
        &self,
        act: &Act<'_>,
        quantity: i64,
        lot: Option<Id<Lot>>,
    ) -> Result<i64, ValuationError> {
        if self.method != Method::Lot {
            return Ok(self.quantity.units().max(0));
        }
        let lot = lot.ok_or(ValuationError::LotMissing { id: act.id })?;
        let there = self.layers.of_lot(lot);
        if there < quantity {
            let (quantity, there) = (Qty::from_units(quantity), Qty::from_units(there));
            return Err(ValuationError::LotShort { id: act.id, quantity, there });
        }
        Ok(there)
    }

    fn issue_at_standard(
        &mut self,
        act: &mut Act<'_>,
        of: MoveId,
        quantity: i64,
    ) -> Result<i64, ValuationError> {
        let change = self.change_at_standard(act, -quantity)?;
        let before = self.quantity.units();
        act.fact(of, None, Cause::Cost, (-quantity, change));
        self.more(-quantity);
        self.raise(change);
        self.release(act, of, quantity, before);
        Ok(-change)
    }

    /// Takes what is there.
    fn take(
        &mut self,
        act: &mut Act<'_>,
        of: MoveId,
        quantity: i64,
        lot: Option<Id<Lot>>,
    ) -> Result<i64, ValuationError> {
        let before = self.quantity.units();
        let cost = if self.method == Method::Average {
            let cost = act.steps().share(self.cost.units(), quantity, before);
            act.fact(of, None, Cause::Cost, (-quantity, -cost));
            cost
        } else {
            self.take_layers(act, of, quantity, lot)?
        };
        self.more(-quantity);
        self.raise(-cost);
        self.release(act, of, quantity, before);
        Ok(cost)
    }

    fn take_layers(
        &mut self,
        act: &mut Act<'_>,
        of: MoveId,
        quantity: i64,
        lot: Option<Id<Lot>>,
    ) -> Result<i64, ValuationError> {
        let (steps, last_first, date) = (act.steps(), self.method == Method::Lifo, act.date);
        let lot = self.row_of(lot);
        let row = self.layers.row(lot);
        let (mut left, mut total) = (quantity, 0);
        while left > 0 {
            let at = if last_first { last_through(row, date) } else { 0 };
            let next = row.get_mut(at);
            let why = "more is said to be there than its layers hold";
            let layer = next.ok_or(ValuationError::Broken { why })?;
            let taken = left.min(layer.quantity.units());
            let cost = steps.share(layer.value.units(), taken, layer.quantity.units());
            layer.quantity = Qty::from_units(layer.quantity.units() - taken);
            layer.value = Val::from_units(layer.value.units() - cost);
            let layer = *layer;
            if layer.quantity == Qty::ZERO {
                row.remove(at);
            }
            act.told.layers.push(layer);
            act.fact(of, Some(layer.id), Cause::Cost, (-taken, -cost));
            (left, total) = (left - taken, total + cost);
        }
        self.layers.tidy(lot);
        Ok(total)
    }

    /// Releases the share of a write-down that leaves with the goods: they are expensed at what they were carried at (IAS 2.34).
    #[inline]
    pub(super) fn release(&mut self, act: &mut Act<'_>, of: MoveId, taken: i64, before: i64) {
        let written_down = self.written_down.units();
        if written_down == 0 {
            return;
        }
        let all = self.quantity <= Qty::ZERO;
        let part = if all { written_down } else { act.steps().share(written_down, taken, before) };
        // No more may be left than what is left costs.
        let part = part.max(written_down - self.cost.units().max(0));
        self.written_down = Val::from_units(written_down - part);
        act.fact(of, None, Cause::WriteDown, (0, part));
    }
}

/// The last layer of a day or before it; where all came later, the first of those.
#[inline]
fn last_through(row: &VecDeque<Layer>, date: NaiveDate) -> usize {
    let came_later = row.back().is_some_and(|last| last.date > date);
    let until =
        if came_later { row.partition_point(|layer| layer.date <= date) } else { row.len() };
    until.saturating_sub(1)
}
