//! Costs that come later than the goods, other costs and other methods.

use chrono::NaiveDate;
use fondaco_core::Id;

use super::state::Act;
use super::{
    Cause, Debt, Layer, Lot, Method, MoveId, Past, Posted, Price, Qty, State, Taken, UnitCost, Val,
    ValuationError,
};

/// So often goods came back and were sold again, at most, where a cost follows them; what is left then stays with the last issue.
const NESTED: u32 = 16;

/// A layer as it is with its part of a cost.
struct Raised {
    row: Option<Id<Lot>>,
    layer: Layer,
    part: i64,
}

/// What of a receipt was laid with other goods, as one layer.
struct Pooled {
    /// The change of method that laid it.
    id: MoveId,
    /// What is left of it.
    layer: Option<Layer>,
    /// How much of the receipt lies there.
    lies: i64,
    /// How much of it was taken from there.
    gone: i64,
}

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
        let lot = lot.or(posted.lot);
        let stays = self.add_to_stock(act, (of, lot, &posted), (value, cause, act.date), past)?;
        self.correct_gone(act, of, (value, value - stays), (&posted, past), NESTED);
        self.cap_write_down(act);
        Ok(())
    }

    /// Adds to the cost of what came back of an issue of another stock, as [`add_cost`](State::add_cost) does to that of a receipt.
    pub(super) fn add_to_return(
        &mut self,
        act: &mut Act<'_>,
        (of, value): (MoveId, i64),
        past: &dyn Past,
    ) -> Result<(), ValuationError> {
        let came = |posted: &Posted| posted.returns.is_some() && posted.quantity > Qty::ZERO;
        let unknown = ValuationError::NeverReceived { id: act.id, of };
        past.posted(of).filter(came).ok_or(unknown)?;
        if self.method == Method::Standard {
            act.fact(of, None, Cause::Cost, (0, value));
            act.fact(of, None, Cause::Variance, (0, -value));
            return Ok(());
        }
        self.raise_return(act, (of, value), past, NESTED);
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
        (of, lot, posted): (MoveId, Option<Id<Lot>>, &Posted),
        (value, cause, date): (i64, Cause, NaiveDate),
        past: &dyn Past,
    ) -> Result<i64, ValuationError> {
        let moved = posted.quantity.units();
        if !self.method.has_layers() {
            let there = (self.quantity.units().max(0), self.cost.units().max(0));
            let stays = act.steps().share(value, there.0.min(moved), moved).max(-there.1);
            act.room(there.1.checked_add(stays), "value")?;
            act.room(self.cost.units().checked_add(stays), "value")?;
            act.fact_on(date, of, None, cause, (0, value));
            self.raise(stays);
            if self.method == Method::Average && self.quantity > Qty::ZERO {
                self.known = Some(UnitCost { value: self.cost, per: self.quantity });
            }
            return Ok(stays);
        }
        let raised = self.shares(act, (of, lot, posted), value, past)?;
        let stays = raised.iter().map(|raised| raised.part).sum();
        act.room(self.cost.units().checked_add(stays), "value")?;
        let laid_with_others = raised.iter().filter(|raised| raised.layer.id != of);
        let with_others: i64 = laid_with_others.clone().map(|raised| raised.part).sum();
        act.fact_on(date, of, Some(of), cause, (0, value - with_others));
        for Raised { layer, part, .. } in laid_with_others {
            act.fact_on(date, of, Some(layer.id), cause, (0, *part));
        }
        for Raised { row, layer, .. } in raised {
            if let Some(there) = self.layers.find(row, layer.id, layer.date) {
                *there = layer;
            }
            act.told.layers.push(layer);
        }
        self.raise(stays);
        Ok(stays)
    }

    /// The layers that bear a cost of a receipt, as they are with it, and what each bears.
    fn shares(
        &mut self,
        act: &Act<'_>,
        (of, lot, posted): (MoveId, Option<Id<Lot>>, &Posted),
        value: i64,
        past: &dyn Past,
    ) -> Result<Vec<Raised>, ValuationError> {
        let moved = posted.quantity.units();
        let row = self.row_of(lot);
        let own = self.layers.find(row, of, posted.date).copied();
        let own = own.map(|layer| (row, layer, layer.quantity.units().min(moved)));
        let pooled = self.pooled(of, posted, past).into_iter();
        let pooled = pooled.filter_map(|pool| Some((None, pool.layer?, pool.lies)));
        let (mut covered, mut given, mut raised) = (0, 0, Vec::new());
        for (row, layer, lies) in own.into_iter().chain(pooled) {
            covered += lies;
            let part = act.steps().share(value, covered, moved) - given;
            let part = part.max(-layer.value.units());
            let after = act.room(layer.value.units().checked_add(part), "value")?;
            given += part;
            let layer = Layer { value: Val::from_units(after), ..layer };
            raised.push(Raised { row, layer, part });
        }
        Ok(raised)
    }

    /// Where goods of a receipt were laid with others when the method changed: as many as were there then and did not leave by name. From
    /// there all leave evenly.
    fn pooled(&self, of: MoveId, posted: &Posted, past: &dyn Past) -> Vec<Pooled> {
        let pools = past.pools(of);
        if pools.is_empty() {
            return Vec::new();
        }
        let own = self.layers.iter().filter(|layer| layer.id == of);
        let own = own.map(|layer| layer.quantity.units());
        let named = past.taken(of).iter().map(|taken| taken.quantity.units());
        let mut rest = own.chain(named).fold(posted.quantity.units(), i64::saturating_sub).max(0);
        let mut found = Vec::new();
        for (id, date) in pools {
            let layer = self.layers.iter().find(|layer| (layer.id, layer.date) == (id, date));
            let left = layer.map_or(0, |layer| layer.quantity.units());
            let taken = past.taken(id).iter().map(|taken| taken.quantity.units());
            let all = taken.fold(left, i64::saturating_add);
            let came = rest.min(all);
            let lies = i128::from(came) * i128::from(left) / i128::from(all.max(1));
            let lies = i64::try_from(lies).unwrap_or(came);
            rest -= came;
            found.push(Pooled { id, layer: layer.copied(), lies, gone: came - lies });
        }
        found
    }

    /// Takes out again what goods bear that are gone: by name of the issues that took them, as far as they are told, and what they have
    /// still out or came back of them, which bears it from there; the rest in the name of the added cost itself.
    fn correct_gone(
        &mut self,
        act: &mut Act<'_>,
        of: MoveId,
        (value, gone): (i64, i64),
        (posted, past): (&Posted, &dyn Past),
        nested: u32,
    ) {
        let mut left = gone;
        let layer = self.method.has_layers().then_some(of);
        let (mut counted, mut given) = (0_i64, 0_i64);
        for (layer, taken) in self.takers(of, posted, past) {
            let Some(issue) = past.posted(taken.by).filter(|issue| issue.quantity < Qty::ZERO)
            else {
                continue;
            };
            // What came back of the issue to cover what it had below zero is corrected with it.
            let follows = layer.is_some() && posted.returns != Some(taken.by) && nested > 0;
            let returned = if follows { past.returned(taken.by) } else { Vec::new() };
            let back: i64 = returned.iter().map(|back| back.quantity.units()).sum();
            let bears = issue.open.units().saturating_sub(back).max(issue.quantity.units());
            let out = i128::from(taken.quantity.units()) * i128::from(bears);
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
            let (mut counted, mut given) = (0, 0);
            for back in returned {
                counted += back.quantity.units();
                let upto = act.steps().share(part, counted.min(-bears), -bears);
                if back.here {
                    self.raise_return(act, (back.by, upto - given), past, nested - 1);
                }
                given = upto;
            }
        }
        act.fact(act.id, layer, Cause::Correction, (0, -left));
    }

    /// Who took what is gone of a receipt, and from which layer: from its own, and from what it was laid with when the method changed.
    fn takers(&self, of: MoveId, posted: &Posted, past: &dyn Past) -> Vec<(Option<MoveId>, Taken)> {
        let own = past.taken(of).iter();
        if !self.method.has_layers() {
            return own.map(|taken| (None, *taken)).collect();
        }
        let mut takers: Vec<_> = own.map(|taken| (Some(of), *taken)).collect();
        for pool in self.pooled(of, posted, past) {
            let taken = past.taken(pool.id);
            let units = taken.iter().map(|taken| taken.quantity.units());
            let all = units.fold(0, i64::saturating_add);
            let (mut counted, mut given) = (0_i64, 0_i64);
            for taken in taken {
                counted = counted.saturating_add(taken.quantity.units());
                let upto = i128::from(pool.gone) * i128::from(counted) / i128::from(all.max(1));
                let upto = i64::try_from(upto).unwrap_or(given);
                let quantity = Qty::from_units(upto - given);
                takers.push((Some(pool.id), Taken { quantity, ..*taken }));
                given = upto;
            }
        }
        takers
    }

    /// What came back costs so much more than it was taken back for: what of it is there, and what took it from there.
    fn raise_return(
        &mut self,
        act: &mut Act<'_>,
        (of, value): (MoveId, i64),
        past: &dyn Past,
        nested: u32,
    ) {
        let Some(posted) = past.posted(of).filter(|posted| posted.quantity > Qty::ZERO) else {
            return;
        };
        let back = (of, posted.lot, &posted);
        let date = act.date.max(posted.date);
        // Where there is no room for it, it stays with the issue.
        if let Ok(stays) = self.add_to_stock(act, back, (value, Cause::Cost, date), past) {
            self.correct_gone(act, of, (value, value - stays), (&posted, past), nested);
        }
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
