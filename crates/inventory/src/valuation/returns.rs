//! What comes back from customers, and what goes back to suppliers.

use fondaco_core::Id;

use super::receive::Incoming;
use super::state::Act;
use super::{Cause, Lot, Method, Move, MoveId, Past, Qty, State, Val, ValuationError};

impl State {
    /// From a customer, at what the issue cost as corrected since, written down as it was then; the last piece takes the remainder.
    pub(super) fn take_back(
        &mut self,
        act: &mut Act<'_>,
        moved: &Move,
        (of, quantity): (MoveId, i64),
        past: &dyn Past,
    ) -> Result<(), ValuationError> {
        let unknown = ValuationError::NeverIssued { id: act.id, of };
        let posted = past.posted(of).filter(|posted| posted.quantity < Qty::ZERO).ok_or(unknown)?;
        let open = returnable(act, of, quantity, -posted.open.units())?;
        let cost = act.steps().share(-posted.value.units(), quantity, open);
        let cost = not_below_zero(act, of, cost)?;
        let down = act.steps().share(posted.released.units(), quantity, open).clamp(0, cost);
        // What only covers what was issued below zero is not written down.
        let lies = self.quantity >= Qty::ZERO && self.debts.is_empty();
        let (cost, down) = if lies { (cost, down) } else { (cost - down, 0) };
        let lot = moved.lot.or(posted.lot);
        self.known_lot(act, lot)?;
        let come = Incoming {
            of: moved.id,
            date: moved.date,
            lot,
            quantity,
            price: cost,
            landed: 0,
            issue: Some(of),
            tells_cost: false,
        };
        self.receive(act, come)?;
        self.write_down_too(act, moved.id, down);
        Ok(())
    }

    /// To a supplier, at what leaves now; he credits what it was bought for.
    pub(super) fn send_back(
        &mut self,
        act: &mut Act<'_>,
        moved: &Move,
        (of, quantity): (MoveId, i64),
        past: &dyn Past,
    ) -> Result<(), ValuationError> {
        let unknown = ValuationError::NeverReceived { id: act.id, of };
        let posted = past.posted(of).filter(|posted| posted.quantity > Qty::ZERO).ok_or(unknown)?;
        let open = returnable(act, of, quantity, posted.open.units())?;
        let price = act.steps().share(posted.price.units(), quantity, open);
        let cost = self.issue(act, moved.id, quantity, moved.lot.or(posted.lot))?;
        differ(act, moved.id, cost, price);
        Ok(())
    }

    /// Refuses what has no lot where it is costed by lots.
    pub(super) fn known_lot(
        &self,
        act: &Act<'_>,
        lot: Option<Id<Lot>>,
    ) -> Result<(), ValuationError> {
        let lacks = self.method == Method::Lot && lot.is_none();
        if lacks { Err(ValuationError::LotMissing { id: act.id }) } else { Ok(()) }
    }
}

/// How much there is to take back; refuses more.
pub(super) fn returnable(
    act: &Act<'_>,
    of: MoveId,
    quantity: i64,
    open: i64,
) -> Result<i64, ValuationError> {
    if quantity <= open {
        return Ok(open);
    }
    let (quantity, open) = (Qty::from_units(quantity), Qty::from_units(open));
    Err(ValuationError::OverReturned { id: act.id, of, quantity, open })
}

pub(super) fn not_below_zero(act: &Act<'_>, of: MoveId, value: i64) -> Result<i64, ValuationError> {
    if value >= 0 {
        return Ok(value);
    }
    Err(ValuationError::CostBelowZero { id: act.id, of, value: Val::from_units(value) })
}

/// Splits what went out at `cost` into what is credited for it and the variance.
pub(super) fn differ(act: &mut Act<'_>, of: MoveId, cost: i64, price: i64) {
    act.fact(of, None, Cause::Cost, (0, cost - price));
    act.fact(of, None, Cause::Variance, (0, price - cost));
}
