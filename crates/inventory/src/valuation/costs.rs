//! Costs that come later than the goods, other costs and other methods.

use fondaco_core::Id;

use super::state::Act;
use super::{
    Cause, Debt, Layer, Lot, Method, MoveId, Past, Posted, Price, Qty, State, UnitCost, Val,
    ValuationError,
};

impl State {
    /// Adds to the cost of a receipt: on what is still there to the stock, on what has gone to the cost of the issues it went by.
    ///
    /// What is still there is what is left of the receipt's layer; of an average as much of the receipt as stock covers (SAP's rule of
    /// stock coverage); at standard nothing, as all is a variance.
    pub(super) fn add_cost(
        &mut self,
        act: &mut Act<'_>,
        (of, value, cause): (MoveId, i64, Cause),
        lot: Option<Id<Lot>>,
        past: &dyn Past,
    ) -> Result<(), ValuationError> {
        let unknown = ValuationError::NeverReceived { id: act.id, of };
        let posted = past.posted(of);
        if let Some((posted, passed)) = posted.and_then(|posted| Some((posted, posted.passed?))) {
            return if passed > Qty::ZERO {
                pass_cost(act, of, (value, cause), &posted)
            } else {
                Err(unknown)
            };
        }
        let posted = posted.filter(|posted| posted.quantity > Qty::ZERO);
        // What customers return has no price of its own: it costs what its issue cost.
        let priced = posted.filter(|posted| cause != Cause::Cost || posted.returns.is_none());
        let posted = priced.ok_or(unknown)?;
        if value == 0 {
            return Err(ValuationError::NoValue { id: act.id });
        }
        self.bears(act, of, (value, cause), &posted)?;
        if self.method == Method::Standard {
            act.fact(of, None, cause, (0, value));
            act.fact(of, None, Cause::Variance, (0, -value));
            return Ok(());
        }
        let stays = self.add_to_stock(act, of, (value, cause), &posted, lot.or(posted.lot))?;
        self.correct_gone(act, of, (value, value - stays), &posted, past);
        self.cap_write_down(act);
        Ok(())
    }

    /// Refuses what would leave a receipt with less than nothing: of what was not returned, as the rest was credited.
    fn bears(
        &self,
        act: &Act<'_>,
        of: MoveId,
        (value, cause): (i64, Cause),
        posted: &Posted,
    ) -> Result<(), ValuationError> {
        let share = act.steps().share(value, posted.open.units(), posted.quantity.units());
        let price = act.room(posted.price.units().checked_add(share), "value")?;
        let worth = act.room(posted.value.units().checked_add(share), "value")?;
        let is_whole = posted.open == posted.quantity;
        let least = match cause {
            Cause::Cost if price < 0 => price,
            _ if self.method == Method::Standard => return Ok(()),
            _ if is_whole => worth,
            // What went back may have left by the cost of others.
            _ => worth.max(price),
        };
        if least < 0 { Err(below_zero(act, of, least)) } else { Ok(()) }
    }

    /// Adds the part that is still there; gives it. Where roundings left less of a layer than that, it takes what is left, and what has
    /// gone bears the rest.
    fn add_to_stock(
        &mut self,
        act: &mut Act<'_>,
        of: MoveId,
        (value, cause): (i64, Cause),
        posted: &Posted,
        lot: Option<Id<Lot>>,
    ) -> Result<i64, ValuationError> {
        let (moved, row) = (posted.quantity.units(), self.row_of(lot));
        let average = UnitCost { value: self.cost, per: self.quantity };
        let layered = self.method.has_layers();
        let layer = self.layers.find(row, of, posted.date).filter(|_| layered);
        let there = match &layer {
            Some(layer) => (layer.quantity.units(), layer.value.units()),
            None if layered => (0, 0),
            None => (average.per.units().max(0), average.value.units().max(0)),
        };
        let stays = act.steps().share(value, there.0.min(moved), moved).max(-there.1);
        let after = act.room(there.1.checked_add(stays), "value")?;
        act.room(self.cost.units().checked_add(stays), "value")?;
        act.fact(of, layered.then_some(of), cause, (0, value));
        if let Some(layer) = layer {
            layer.value = Val::from_units(after);
            act.told.layers.push(*layer);
        }
        self.raise(stays);
        if self.method == Method::Average && self.quantity > Qty::ZERO {
            self.known = Some(UnitCost { value: self.cost, per: self.quantity });
        }
        Ok(stays)
    }

    /// Takes out again what goods bear that are gone: by name of the issues that took them, as far as they are told, and what they have
    /// still out; the rest in the name of the added cost itself.
    fn correct_gone(
        &self,
        act: &mut Act<'_>,
        of: MoveId,
        (value, gone): (i64, i64),
        posted: &Posted,
        past: &dyn Past,
    ) {
        let mut left = gone;
        let layer = self.method.has_layers().then_some(of);
        let (mut counted, mut given) = (0_i64, 0_i64);
        for taken in past.taken(of) {
            let Some(issue) = past.posted(taken.by).filter(|issue| issue.quantity < Qty::ZERO)
            else {
                continue;
            };
            let out = i128::from(taken.quantity.units()) * i128::from(issue.open.units());
            let out = out / i128::from(issue.quantity.units());
            let out = i64::try_from(out).unwrap_or(0).min(posted.quantity.units() - counted);
            counted += out;
            // Shares of the sum so far, so that many small ones lose nothing.
            let upto = act.steps().share(value, counted, posted.quantity.units());
            let part = upto - given;
            let part = if gone < 0 { part.clamp(left, 0) } else { part.clamp(0, left) };
            (given, left) = (given + part, left - part);
            // What went out on a later day bore it until then.
            act.fact_on(issue.date, taken.by, layer, Cause::Correction, (0, -part));
        }
        act.fact(act.id, layer, Cause::Correction, (0, -left));
    }

    /// Sets the standard, or what the average is from now on, and revalues what is on hand. Layers keep their costs.
    pub(super) fn set_cost(
        &mut self,
        act: &mut Act<'_>,
        price: Price,
    ) -> Result<(), ValuationError> {
        if price < Price::ZERO {
            let value = Val::from_units(price.units() / 100);
            return Err(ValuationError::CostBelowZero { id: act.id, of: act.id, value });
        }
        let cost = UnitCost::of(price);
        let revalued = match self.method {
            Method::Standard => self.quantity != Qty::ZERO,
            Method::Average => self.quantity > Qty::ZERO,
            _ => false,
        };
        if revalued {
            self.revalue(act, cost)?;
        }
        self.known = Some(cost);
        Ok(())
    }

    /// Brings what is on hand to a unit cost.
    fn revalue(&mut self, act: &mut Act<'_>, cost: UnitCost) -> Result<(), ValuationError> {
        let after = act.room(act.steps().at(cost, self.quantity.units()), "value")?;
        let change = act.room(after.checked_sub(self.cost.units()), "value")?;
        act.fact(act.id, None, Cause::Revaluation, (0, change));
        self.raise(change);
        self.cap_write_down(act);
        Ok(())
    }

    /// Costs by another method from now on; only a standard brings another value.
    pub(super) fn change_method(
        &mut self,
        act: &mut Act<'_>,
        to: Method,
    ) -> Result<(), ValuationError> {
        act.rules.check(to)?;
        if to == Method::Lot && !self.has_lots() {
            return Err(ValuationError::LotsUnknown { id: act.id });
        }
        if to == self.method {
            return Ok(());
        }
        if to == Method::Standard {
            self.change_to_standard(act)?;
        }
        let from = std::mem::replace(&mut self.method, to);
        let layers = self.layers.drain();
        if to.has_layers() && from.has_layers() {
            for layer in layers {
                self.layers.put(self.row_of(layer.lot), layer);
            }
            return Ok(());
        }
        let used_up = |layer: Layer| Layer { quantity: Qty::ZERO, value: Val::ZERO, ..layer };
        act.told.layers.extend(layers.into_iter().map(used_up));
        if self.quantity > Qty::ZERO && to.has_layers() {
            let (id, date, quantity, value) = (act.id, act.date, self.quantity, self.cost);
            let layer = Layer { id, date, lot: None, quantity, value };
            act.told.layers.push(self.layers.put(None, layer));
        } else if self.quantity > Qty::ZERO && to == Method::Average {
            self.known = Some(UnitCost { value: self.cost, per: self.quantity });
        } else if self.quantity < Qty::ZERO && from == Method::Standard {
            self.owe(act, act.id, -self.quantity.units(), -self.cost.units());
        }
        Ok(())
    }

    /// What one costs now, to a millionth, becomes the standard.
    fn change_to_standard(&mut self, act: &mut Act<'_>) -> Result<(), ValuationError> {
        let price = |cost: UnitCost| act.room(cost.price(), "standard cost").map(UnitCost::of);
        let standard = self.unit_cost().map(price).transpose()?;
        match standard {
            Some(standard) => self.revalue(act, standard)?,
            None if self.quantity != Qty::ZERO => {
                return Err(ValuationError::NoCost { id: act.id });
            }
            None => {}
        }
        self.known = standard;
        let covered = |debt: Debt| Debt { quantity: Qty::ZERO, value: Val::ZERO, ..debt };
        act.told.debts.extend(self.debts.drain(..).map(covered));
        Ok(())
    }

    fn has_lots(&self) -> bool {
        let layered = self.method.has_layers() && self.debts.is_empty();
        self.quantity == Qty::ZERO || layered && self.layers.iter().all(|layer| layer.lot.is_some())
    }

    /// Writes down to net realisable value, or back up to it, never above cost (IAS 2.28-33).
    pub(super) fn net_realisable(
        &mut self,
        act: &mut Act<'_>,
        price: Price,
    ) -> Result<(), ValuationError> {
        if self.quantity <= Qty::ZERO {
            return Ok(());
        }
        let net = act.room(act.steps().worth(price, self.quantity), "value")?;
        let down = act.room(self.cost.checked_sub(net.max(Val::ZERO)), "value")?.max(Val::ZERO);
        let change = self.written_down.units() - down.units();
        let framework = act.rules.framework;
        if let Some(framework) = framework.filter(|f| change > 0 && !f.reverses_write_downs()) {
            let value = Val::from_units(change);
            return Err(ValuationError::NoReversal { id: act.id, value, framework });
        }
        act.fact(act.id, None, Cause::WriteDown, (0, change));
        self.written_down = down;
        Ok(())
    }

    /// Stock that costs less now can't be written down by more than that.
    fn cap_write_down(&mut self, act: &mut Act<'_>) {
        let above = self.written_down.units() - self.cost.units().max(0);
        if above > 0 {
            self.written_down = Val::from_units(self.written_down.units() - above);
            act.fact(act.id, None, Cause::WriteDown, (0, above));
        }
    }
}

/// What went straight through costs otherwise: so does what was sold of it.
fn pass_cost(
    act: &mut Act<'_>,
    of: MoveId,
    (value, cause): (i64, Cause),
    posted: &Posted,
) -> Result<(), ValuationError> {
    if value == 0 {
        return Err(ValuationError::NoValue { id: act.id });
    }
    let price = act.room(posted.price.units().checked_add(value), "value")?;
    if cause == Cause::Cost && price < 0 {
        return Err(below_zero(act, of, price));
    }
    act.fact(of, None, cause, (0, value));
    act.fact(of, None, Cause::Correction, (0, -value));
    Ok(())
}

fn below_zero(act: &Act<'_>, of: MoveId, value: i64) -> ValuationError {
    ValuationError::CostBelowZero { id: act.id, of, value: Val::from_units(value) }
}
