//! One move upon a stock.

use super::receive::Incoming;
use super::state::Act;
use super::{
    Cause, CostRules, Kind, Method, Move, MoveId, NoPast, Past, Qty, State, Told, Val,
    ValuationError,
};

impl State {
    /// Costs one move: changes the stock, and adds to `told` what is to be posted and stored.
    ///
    /// The move counts as coming after all before it, whatever its day: what was posted stays as it is. Its layer lies among
    /// the others by its day, though, so that the oldest still leaves first.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_inventory::valuation::*;
    /// let rules = CostRules::new(Currency::EUR);
    /// let mut stock = State::new(&rules, Method::Fifo)?;
    /// let (mut told, day) = (Told::new(), "2026-03-02".parse().unwrap());
    /// let pieces = |n: i64| Qty::from_units(n * 1_000_000);
    /// let euro = |n: i64| Val::from_units(n * 10_000);
    /// let moves = [Kind::receipt(pieces(10), euro(100)), Kind::receipt(pieces(10), euro(200)), Kind::Issue { quantity: pieces(15) }];
    /// for (id, kind) in (1..).zip(moves) {
    ///     told.clear();
    ///     stock.apply(&rules, &Move::new(MoveId::from_u128(id), day, kind), &NoPast, &mut told)?;
    /// }
    /// assert_eq!(told.value(), euro(-200)); // 10 at 10 and 5 at 20
    /// assert_eq!((stock.quantity, stock.value()), (pieces(5), euro(100)));
    /// # Ok::<(), ValuationError>(())
    /// ```
    ///
    /// # Errors
    /// Any [`ValuationError`] of the move, which then changes nothing and tells nothing; [`ValuationError::Broken`] when the stock was
    /// loaded with less layers than its quantity needs, and is worth nothing any more.
    pub fn apply(
        &mut self,
        rules: &CostRules,
        moved: &Move,
        past: &dyn Past,
        told: &mut Told,
    ) -> Result<(), ValuationError> {
        let lengths = (told.facts.len(), told.layers.len(), told.debts.len());
        let mut act = Act { rules, id: moved.id, date: moved.date, number: 0, told };
        let done = self.act(&mut act, moved, past);
        if done.is_err() {
            told.facts.truncate(lengths.0);
            told.layers.truncate(lengths.1);
            told.debts.truncate(lengths.2);
        }
        done
    }

    fn act(
        &mut self,
        act: &mut Act<'_>,
        moved: &Move,
        past: &dyn Past,
    ) -> Result<(), ValuationError> {
        match moved.kind {
            Kind::Receipt { quantity, value, landed } => {
                let landed = whole(act, landed)?;
                self.come_in(act, moved, quantity, value, landed)
            }
            Kind::Issue { quantity } | Kind::Scrap { quantity } => {
                let quantity = above_zero(act, quantity)?;
                self.issue(act, moved.id, quantity, moved.lot).map(|_| ())
            }
            Kind::CustomerReturn { of, quantity } => {
                let quantity = above_zero(act, quantity)?;
                self.take_back(act, moved, (of, quantity), past)
            }
            Kind::SupplierReturn { of, quantity } => {
                let quantity = above_zero(act, quantity)?;
                self.send_back(act, moved, (of, quantity), past)
            }
            Kind::Adjustment { quantity, value } => self.adjust(act, moved, quantity, value),
            Kind::Count { counted } => {
                let counted = zero_or_more(act, counted)?;
                let there = match self.row_of(moved.lot) {
                    Some(lot) => self.layers.of_lot(lot),
                    None => self.quantity.units(),
                };
                let differs = act.room(counted.checked_sub(there), "quantity")?;
                match differs {
                    0 => self.known_lot(act, moved.lot),
                    differs => self.adjust(act, moved, Qty::from_units(differs), None),
                }
            }
            Kind::DropShipment { quantity, value } => {
                let (quantity, value) = (above_zero(act, quantity)?, given(act, value)?);
                act.fact(moved.id, None, Cause::Cost, (quantity, value));
                act.fact(moved.id, None, Cause::Cost, (-quantity, -value));
                Ok(())
            }
            Kind::LandedCost { of, value } => {
                let added = (of, whole(act, value)?, Cause::Landed);
                self.add_cost(act, added, moved.lot, past)
            }
            Kind::PriceChange { of, value } => {
                let added = (of, whole(act, value)?, Cause::Cost);
                self.add_cost(act, added, moved.lot, past)
            }
            Kind::ReturnCost { of, value } => {
                let value = whole(act, value)?;
                self.add_to_return(act, (of, value), past)
            }
            Kind::Correction { of, quantity } => {
                let quantity = zero_or_more(act, quantity)?;
                self.correct(act, moved, (of, quantity), past)
            }
            Kind::SetCost { cost } => self.set_cost(act, cost),
            Kind::ChangeMethod { to } => self.change_method(act, to),
            Kind::NetRealisable { price } => self.net_realisable(act, price),
        }
    }

    fn adjust(
        &mut self,
        act: &mut Act<'_>,
        moved: &Move,
        quantity: Qty,
        value: Option<Val>,
    ) -> Result<(), ValuationError> {
        if quantity > Qty::ZERO {
            return self.come_in(act, moved, quantity, value, 0);
        }
        let less = quantity.units().checked_neg().filter(|less| *less > 0);
        let less = less.ok_or(ValuationError::BadQuantity { id: act.id, quantity })?;
        self.issue(act, moved.id, less, moved.lot).map(|_| ())
    }

    /// What comes in at a cost that is given, or at the one that is known.
    pub(super) fn come_in(
        &mut self,
        act: &mut Act<'_>,
        moved: &Move,
        quantity: Qty,
        value: Option<Val>,
        landed: i64,
    ) -> Result<(), ValuationError> {
        let quantity = above_zero(act, quantity)?;
        self.known_lot(act, moved.lot)?;
        let price = match value {
            Some(value) => given(act, value)?,
            None if self.method == Method::Standard => self.change_at_standard(act, quantity)?,
            None => self.cost_now(act, quantity, moved.lot)?,
        };
        let Move { id: of, date, lot, .. } = *moved;
        let all = act.room(price.checked_add(landed), "value")?;
        given(act, Val::from_units(all))?;
        let tells_cost = value.is_some();
        let come = Incoming { of, date, lot, quantity, price, landed, issue: None, tells_cost };
        self.receive(act, come)
    }

    /// Takes goods to another site of the same company: they leave this one by its method and come in there for what they cost here,
    /// with what they were written down by. Gives what they cost.
    ///
    /// The facts of the site they leave come first; those of the other follow in `told_there` with the numbers after.
    ///
    /// ```
    /// use fondaco_core::Currency;
    /// use fondaco_inventory::valuation::*;
    /// let rules = CostRules::new(Currency::EUR);
    /// let (pieces, euro) = (|n: i64| Qty::from_units(n * 1_000_000), |n: i64| Val::from_units(n * 10_000));
    /// let (mut here, mut there) = (State::new(&rules, Method::Fifo)?, State::new(&rules, Method::Average)?);
    /// let (mut told, mut told_there) = (Told::new(), Told::new());
    /// let day = "2026-03-02".parse().unwrap();
    /// let receipt = Move::new(MoveId::from_u128(1), day, Kind::receipt(pieces(3), euro(10)));
    /// here.apply(&rules, &receipt, &NoPast, &mut told)?;
    /// let transfer = Move::new(MoveId::from_u128(2), day, Kind::Issue { quantity: pieces(2) });
    /// here.transfer(&rules, &transfer, &mut there, &mut told, &mut told_there)?;
    /// assert_eq!(here.value().to_decimal().to_string(), "3.33");
    /// assert_eq!(there.value().to_decimal().to_string(), "6.67");
    /// # Ok::<(), ValuationError>(())
    /// ```
    ///
    /// # Errors
    /// As [`apply`](State::apply) for an issue here or a receipt there; neither stock is changed. The move must be an issue, else it is
    /// refused as one of no quantity.
    pub fn transfer(
        &mut self,
        rules: &CostRules,
        moved: &Move,
        there: &mut State,
        told: &mut Told,
        told_there: &mut Told,
    ) -> Result<Val, ValuationError> {
        let id = moved.id;
        let Kind::Issue { quantity } = moved.kind else {
            return Err(ValuationError::BadQuantity { id, quantity: Qty::ZERO });
        };
        let quantity = {
            let act = Act { rules, id, date: moved.date, number: 0, told };
            let quantity = above_zero(&act, quantity)?;
            there.known_lot(&act, moved.lot)?;
            there.has_room(&act, quantity, self)?;
            quantity
        };
        let (before, from) = (self.written_down, told.facts.len());
        self.apply(rules, moved, &NoPast, told)?;
        let own = told.facts.get(from..).unwrap_or_default();
        let costs = own.iter().filter(|fact| fact.cause == Cause::Cost);
        let cost: i64 = costs.map(|fact| -fact.value.units()).sum();
        let number = u32::try_from(own.len()).unwrap_or(u32::MAX);
        let mut act = Act { rules, id, date: moved.date, number, told: told_there };
        let Move { id: of, date, lot, .. } = *moved;
        let come = Incoming {
            of,
            date,
            lot,
            quantity,
            price: cost,
            landed: 0,
            issue: None,
            tells_cost: true,
        };
        there.receive(&mut act, come)?;
        there.write_down_too(&mut act, of, before.units() - self.written_down.units());
        Ok(Val::from_units(cost))
    }

    /// Whether whatever could come from another stock has room here.
    fn has_room(&self, act: &Act<'_>, quantity: i64, from: &State) -> Result<(), ValuationError> {
        let known = from.known.map_or(Some(0), |cost| act.steps().at(cost, quantity));
        let known = act.room(known, "value")?;
        let most = act.room(from.cost.units().max(0).checked_add(known), "value")?;
        act.room(self.quantity.units().checked_add(quantity), "quantity")?;
        if self.method == Method::Standard {
            let change = self.change_at_standard(act, quantity)?;
            act.room(change.checked_sub(most), "variance")?;
        }
        act.room(self.cost.units().checked_add(most), "value")?;
        Ok(())
    }

    /// What a move brought came written down by so much.
    pub(crate) fn come_written_down(
        &mut self,
        rules: &CostRules,
        moved: &Move,
        by: Val,
        told: &mut Told,
    ) {
        let number = u32::try_from(told.facts.len()).unwrap_or(u32::MAX);
        let mut act = Act { rules, id: moved.id, date: moved.date, number, told };
        self.write_down_too(&mut act, moved.id, by.units());
    }

    /// Goods that come written down stay so, as far as what is there costs as much.
    pub(super) fn write_down_too(&mut self, act: &mut Act<'_>, of: MoveId, by: i64) {
        let room = self.cost.units().max(0) - self.written_down.units();
        let by = by.min(room);
        self.written_down = Val::from_units(self.written_down.units() + by);
        act.fact(of, None, Cause::WriteDown, (0, -by));
    }
}

fn above_zero(act: &Act<'_>, quantity: Qty) -> Result<i64, ValuationError> {
    let found = Some(quantity.units()).filter(|quantity| *quantity > 0);
    found.ok_or(ValuationError::BadQuantity { id: act.id, quantity })
}

fn zero_or_more(act: &Act<'_>, quantity: Qty) -> Result<i64, ValuationError> {
    let found = Some(quantity.units()).filter(|quantity| *quantity >= 0);
    found.ok_or(ValuationError::BelowZero { id: act.id, quantity })
}

/// A value in whole minor units.
fn whole(act: &Act<'_>, value: Val) -> Result<i64, ValuationError> {
    if act.steps().fits(value.units()) {
        return Ok(value.units());
    }
    let digits = act.steps().digits();
    Err(ValuationError::TooFine { id: act.id, value, digits })
}

/// What goods cost: in whole minor units, and no less than nothing.
fn given(act: &Act<'_>, value: Val) -> Result<i64, ValuationError> {
    let (id, of) = (act.id, act.id);
    let found = Some(whole(act, value)?).filter(|value| *value >= 0);
    found.ok_or(ValuationError::CostBelowZero { id, of, value })
}
