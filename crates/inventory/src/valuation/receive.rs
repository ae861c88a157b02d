//! What comes in: it first covers what was issued before it was there, and corrects the cost of those issues.

use std::collections::VecDeque;

use chrono::NaiveDate;
use fondaco_core::Id;

use super::state::Act;
use super::{
    Cause, Debt, Layer, Lot, Method, MoveId, Qty, State, Took, UnitCost, Val, ValuationError,
};

/// What comes in.
#[derive(Clone, Copy)]
pub(super) struct Incoming {
    /// Whose it is, by which its layer is known.
    pub(super) of: MoveId,
    /// The day its layer counts from.
    pub(super) date: NaiveDate,
    pub(super) lot: Option<Id<Lot>>,
    pub(super) quantity: i64,
    /// What was paid for it.
    pub(super) price: i64,
    /// What came on top.
    pub(super) landed: i64,
    /// The issue that it is taken back from: what that has below zero is covered first.
    pub(super) issue: Option<MoveId>,
    /// Whether its cost is one to go by, as that of goods that are bought.
    pub(super) tells_cost: bool,
}

impl State {
    /// Takes it in.
    pub(super) fn receive(
        &mut self,
        act: &mut Act<'_>,
        come: Incoming,
    ) -> Result<(), ValuationError> {
        let value = act.room(come.price.checked_add(come.landed), "value")?;
        act.room(self.quantity.units().checked_add(come.quantity), "quantity")?;
        if self.method == Method::Standard {
            return self.receive_at_standard(act, come, value);
        }
        act.room(self.cost.units().checked_add(value), "value")?;
        let layer = self.method.has_layers().then_some(come.of);
        act.fact(come.of, layer, Cause::Cost, (come.quantity, come.price));
        act.fact(come.of, layer, Cause::Landed, (0, come.landed));
        self.more(come.quantity);
        self.raise(value);
        let (quantity, rest) = self.cover(act, come, value);
        if quantity > 0 && self.method.has_layers() {
            self.lay(act, come, quantity, rest);
        }
        self.learn(come, value);
        Ok(())
    }

    /// Takes in what did not leave after all: it lies again where it lay, what was taken last first.
    pub(super) fn lay_back(
        &mut self,
        act: &mut Act<'_>,
        come: Incoming,
        took: &[Took],
    ) -> Result<(), ValuationError> {
        let value = act.room(come.price.checked_add(come.landed), "value")?;
        act.room(self.quantity.units().checked_add(come.quantity), "quantity")?;
        act.room(self.cost.units().checked_add(value), "value")?;
        self.more(come.quantity);
        self.raise(value);
        let (mut left, mut worth) = self.cover(act, come, value);
        let covered = (come.quantity - left, value - worth);
        act.fact(come.of, Some(come.of), Cause::Cost, covered);
        let mut parts = Vec::with_capacity(took.len());
        for part in took.iter().rev() {
            let back = part
                .quantity
                .units()
                .min(left - parts.iter().map(|(_, back, _)| back).sum::<i64>());
            if back > 0 {
                let cost = act.steps().share(part.value.units(), back, part.quantity.units());
                parts.push((*part, back, cost.max(0)));
            }
        }
        let mut known: i64 = parts.iter().map(|(_, _, cost)| cost).sum();
        for (part, back, cost) in parts {
            // What it cost may have changed in other ways than layer by layer.
            let laid = match (back == left, known) {
                (true, _) => worth,
                (_, 0) => act.steps().share(worth, back, left),
                _ => act.steps().share(worth, cost, known),
            };
            act.fact(come.of, Some(part.layer), Cause::Cost, (back, laid));
            let come = Incoming { of: part.layer, date: part.date, ..come };
            self.lay(act, come, back, laid);
            (left, worth, known) = (left - back, worth - laid, known - cost);
        }
        if left > 0 {
            act.fact(come.of, Some(come.of), Cause::Cost, (left, worth));
            self.lay(act, come, left, worth);
        }
        self.learn(come, value);
        Ok(())
    }

    /// At the standard, whatever it cost; the difference is a variance.
    fn receive_at_standard(
        &mut self,
        act: &mut Act<'_>,
        come: Incoming,
        value: i64,
    ) -> Result<(), ValuationError> {
        let more = self.change_at_standard(act, come.quantity)?;
        let variance = act.room(more.checked_sub(value), "variance")?;
        act.fact(come.of, None, Cause::Cost, (come.quantity, come.price));
        act.fact(come.of, None, Cause::Landed, (0, come.landed));
        act.fact(come.of, None, Cause::Variance, (0, variance));
        self.more(come.quantity);
        self.raise(more);
        Ok(())
    }

    /// By how much the cost at standard changes with the quantity: from whole to whole, so that no rounding is ever left behind.
    pub(super) fn change_at_standard(
        &self,
        act: &Act<'_>,
        quantity: i64,
    ) -> Result<i64, ValuationError> {
        let cost = self.known.ok_or(ValuationError::NoCost { id: act.id })?;
        let after = act.room(self.quantity.units().checked_add(quantity), "quantity")?;
        let after = act.room(act.steps().at(cost, after), "value")?;
        act.room(after.checked_sub(self.cost.units()), "value")
    }

    /// Covers what was issued below zero; gives what is left of the quantity and of its cost.
    fn cover(&mut self, act: &mut Act<'_>, come: Incoming, value: i64) -> (i64, i64) {
        let (mut quantity, mut rest) = (come.quantity, value);
        // An issue has one debt, wherever it stands among the others.
        let mut own = come.issue.and_then(|issue| self.debts.iter().position(|d| d.of == issue));
        while quantity > 0 && !self.debts.is_empty() {
            let taken_back = own.take();
            let Some(debt) = self.debts.get_mut(taken_back.unwrap_or(0)) else { break };
            let covered = quantity.min(debt.quantity.units());
            let posted = act.steps().share(debt.value.units(), covered, debt.quantity.units());
            // What was never there comes back for what it was issued at, so that what was taken keeps the cost it was taken at.
            let cost = match taken_back {
                Some(_) if covered < quantity => posted.min(rest),
                _ => act.steps().share(rest, covered, quantity),
            };
            let place = taken_back.unwrap_or(0);
            debt.quantity = Qty::from_units(debt.quantity.units() - covered);
            debt.value = Val::from_units(debt.value.units() - posted);
            let debt = *debt;
            (quantity, rest) = (quantity - covered, rest - cost);
            if debt.quantity == Qty::ZERO {
                self.debts.remove(place);
            }
            act.told.debts.push(debt);
            // Below zero it goes back to where it was issued, and out of what came: both with their quantities, so that what comes upon
            // the receipt later finds the issue.
            act.fact(debt.of, None, Cause::Correction, (covered, posted));
            act.fact(debt.of, Some(come.of), Cause::Correction, (-covered, -cost));
            self.raise(posted - cost);
        }
        (quantity, rest)
    }

    fn lay(&mut self, act: &mut Act<'_>, come: Incoming, quantity: i64, value: i64) {
        let (quantity, value) = (Qty::from_units(quantity), Val::from_units(value));
        let layer = Layer { id: come.of, date: come.date, lot: come.lot, quantity, value };
        let laid = self.layers.put(self.row_of(come.lot), layer);
        act.told.layers.push(laid);
    }

    /// Learns the cost to go by.
    fn learn(&mut self, come: Incoming, value: i64) {
        if self.method == Method::Average && self.quantity > Qty::ZERO {
            self.known = Some(UnitCost { value: self.cost, per: self.quantity });
        } else if come.tells_cost || self.known.is_none() {
            let (value, per) = (Val::from_units(value), Qty::from_units(come.quantity));
            self.known = Some(UnitCost { value, per });
        }
    }

    /// The row of layers that a lot lies in.
    pub(super) fn row_of(&self, lot: Option<Id<Lot>>) -> Option<Id<Lot>> {
        lot.filter(|_| self.method == Method::Lot)
    }

    /// Remembers an issue below zero.
    pub(super) fn owe(&mut self, act: &mut Act<'_>, of: MoveId, quantity: i64, value: i64) {
        let (quantity, value) = (Qty::from_units(quantity), Val::from_units(value));
        let debt = Debt { of, quantity, value };
        // Only what is corrected can owe already; new moves need no look at the others.
        let corrected = of != act.id;
        let place = |debts: &VecDeque<Debt>| debts.iter().position(|other| other.of == of);
        let same = if corrected { place(&self.debts) } else { None };
        let debt = match same.and_then(|place| self.debts.get_mut(place)) {
            Some(there) => {
                there.quantity = Qty::from_units(there.quantity.units() + quantity.units());
                there.value = Val::from_units(there.value.units() + value.units());
                *there
            }
            None => {
                self.debts.push_back(debt);
                debt
            }
        };
        act.told.debts.push(debt);
    }

    /// What a quantity is worth that comes in without a cost: what stock costs now, or the last known.
    pub(super) fn cost_now(
        &self,
        act: &Act<'_>,
        quantity: i64,
        lot: Option<Id<Lot>>,
    ) -> Result<i64, ValuationError> {
        let there = match self.method {
            Method::Average => self.unit_cost(),
            Method::Lot => {
                let last = self.layers.seen(lot).and_then(|row| row.back());
                last.map(|layer| UnitCost { value: layer.value, per: layer.quantity })
            }
            _ => None,
        };
        let cost = there.or(self.known).ok_or(ValuationError::NoCost { id: act.id })?;
        act.room(act.steps().at(cost, quantity), "value")
    }
}
