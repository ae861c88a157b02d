//! What comes back, what goes back, and moves that were booked with another quantity than they had.

use chrono::NaiveDate;
use fondaco_core::Id;

use super::receive::Incoming;
use super::state::Act;
use super::{Cause, Lot, Method, Move, MoveId, Past, Posted, Qty, State, Val, ValuationError};

impl State {
    /// From a customer, at what the issue cost as corrected since; the last piece takes the remainder.
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
        let lot = moved.lot.or(posted.lot);
        self.known_lot(act, lot)?;
        let come = Incoming {
            of: moved.id,
            date: moved.date,
            lot,
            quantity,
            price: not_below_zero(act, of, cost)?,
            landed: 0,
            issue: Some(of),
            tells_cost: false,
        };
        self.receive(act, come)
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

    /// What an earlier move should have moved. What was corrected before is taken back first, at what it was corrected by; the rest
    /// keeps that move's cost, but for what goes out in addition, which can only cost what is there.
    pub(super) fn correct(
        &mut self,
        act: &mut Act<'_>,
        moved: &Move,
        (of, quantity): (MoveId, i64),
        past: &dyn Past,
    ) -> Result<(), ValuationError> {
        let posted = past.posted(of).ok_or(ValuationError::UnknownMove { id: act.id, of })?;
        // One that was corrected to nothing went the other way than the correction.
        let way = match posted.quantity.units().signum() {
            0 => -posted.corrected.units().signum(),
            way => way,
        };
        if way == 0 {
            return Err(ValuationError::UnknownMove { id: act.id, of });
        }
        let change = quantity - posted.quantity.units() * way;
        if change < 0 {
            returnable(act, of, -change, posted.open.units() * way)?;
        }
        let lot = moved.lot.or(posted.lot);
        self.known_lot(act, lot)?;
        let old = Old::of(&posted, way, change, of, lot);
        if change * way < 0 {
            // What is taken in two steps must be there, or have room, for both before the first.
            self.there(act, change.abs(), lot)?;
            self.owed(act, change.abs())?;
        }
        match (way > 0, change.signum()) {
            (_, 0) => Ok(()),
            (true, 1) => self.receive_more(act, &old, change),
            (true, _) => self.receive_less(act, &old, -change),
            (false, 1) => self.issue_more(act, &old, change),
            (false, _) => self.issue_less(act, &old, -change),
        }
    }

    fn receive_more(
        &mut self,
        act: &mut Act<'_>,
        old: &Old,
        more: i64,
    ) -> Result<(), ValuationError> {
        let (undone, value) = old.undo(act, more);
        let rest = match more - undone {
            0 => 0,
            rest if old.open > 0 => {
                act.room(act.steps().part(old.price, rest, old.open), "value")?
            }
            rest => self.cost_now(act, rest, old.lot)?,
        };
        let price = not_below_zero(act, old.of, act.room(value.checked_add(rest), "value")?)?;
        self.receive(act, old.incoming(more, price, None))
    }

    fn issue_less(
        &mut self,
        act: &mut Act<'_>,
        old: &Old,
        less: i64,
    ) -> Result<(), ValuationError> {
        let (undone, undo) = old.undo(act, less);
        let (open, left) = (old.open - undone, old.value - undo);
        let rest = if less > undone { act.steps().share(left, less - undone, open) } else { 0 };
        let price = not_below_zero(act, old.of, undo + rest)?;
        self.receive(act, old.incoming(less, price, Some(old.of)))
    }

    /// Takes back from what the receipt brought, at its price, as far as that is still there and can bear it; the rest as an issue.
    fn receive_less(
        &mut self,
        act: &mut Act<'_>,
        old: &Old,
        less: i64,
    ) -> Result<(), ValuationError> {
        let (undone, undo) = old.undo(act, less);
        let (open, left) = (old.open - undone, old.price - undo);
        let rest = if less > undone { act.steps().share(left, less - undone, open) } else { 0 };
        let price = not_below_zero(act, old.of, undo + rest)?;
        let (taken, cost) = self.take_own(act, old, less, price)?;
        let issued = match less - taken {
            0 => 0,
            rest => self.issue(act, old.of, rest, old.lot)?,
        };
        differ(act, old.of, cost + issued, price);
        Ok(())
    }

    /// Takes what an earlier correction gave back, at what it gave, as far as that is still there; the rest as an issue.
    fn issue_more(
        &mut self,
        act: &mut Act<'_>,
        old: &Old,
        more: i64,
    ) -> Result<(), ValuationError> {
        let (undone, undo) = old.undo(act, more);
        let taken = if undone > 0 { self.take_own(act, old, undone, undo)?.0 } else { 0 };
        match more - taken {
            0 => Ok(()),
            rest => self.issue(act, old.of, rest, old.lot).map(|_| ()),
        }
    }

    /// Takes up to `quantity` for `price` out of what a move itself brought: of its layer, or of the average where that can bear it.
    /// Gives how much it took and at what cost.
    fn take_own(
        &mut self,
        act: &mut Act<'_>,
        old: &Old,
        quantity: i64,
        price: i64,
    ) -> Result<(i64, i64), ValuationError> {
        let before = self.quantity.units();
        let (taken, cost, layer) = match self.method {
            Method::Standard => (0, 0, None),
            Method::Average if before > quantity && price <= self.cost.units() => {
                (quantity, price, None)
            }
            Method::Average => (0, 0, None),
            _ => match self.take_of_layer(act, old, quantity, price) {
                Some((taken, cost)) => (taken, cost, Some(old.of)),
                None => (0, 0, None),
            },
        };
        if taken > 0 {
            act.fact(old.of, layer, Cause::Cost, (-taken, -cost));
            self.more(-taken);
            self.raise(-cost);
            self.release(act, old.of, taken, before);
        }
        Ok((taken, cost))
    }

    fn take_of_layer(
        &mut self,
        act: &mut Act<'_>,
        old: &Old,
        quantity: i64,
        price: i64,
    ) -> Option<(i64, i64)> {
        let row = self.row_of(old.lot);
        let layer = self.layers.find(row, old.of, old.date)?;
        let (there, value) = (layer.quantity.units(), layer.value.units());
        let (taken, cost) = match quantity {
            all if all >= there => (there, value),
            some if price <= value => (some, price),
            some => (some, act.steps().share(value, some, there)),
        };
        layer.quantity = Qty::from_units(there - taken);
        layer.value = Val::from_units(value - cost);
        let layer = *layer;
        if taken == there {
            self.layers.clear(row, old.of, old.date);
        }
        act.told.layers.push(layer);
        Some((taken, cost))
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

/// A move that is corrected: without signs, and without what the correction takes back of earlier ones.
struct Old {
    of: MoveId,
    date: NaiveDate,
    lot: Option<Id<Lot>>,
    open: i64,
    price: i64,
    value: i64,
    /// What earlier corrections did the other way, and at which price.
    undo: (i64, i64),
}

impl Old {
    fn of(posted: &Posted, way: i64, change: i64, of: MoveId, lot: Option<Id<Lot>>) -> Old {
        let corrected = posted.corrected.units() * way;
        let opposite = corrected.signum() * change.signum() < 0;
        let undo = (corrected.abs(), posted.corrected_price.units().abs());
        Old {
            of,
            date: posted.date,
            lot,
            open: posted.open.units() * way,
            price: posted.price.units() * way,
            value: posted.value.units() * way,
            undo: if opposite { undo } else { (0, 0) },
        }
    }

    /// How much of a change takes an earlier correction back, and for how much.
    fn undo(&self, act: &Act<'_>, change: i64) -> (i64, i64) {
        let (quantity, value) = self.undo;
        let undone = quantity.min(change);
        if undone == 0 { (0, 0) } else { (undone, act.steps().share(value, undone, quantity)) }
    }

    fn incoming(&self, quantity: i64, price: i64, issue: Option<MoveId>) -> Incoming {
        let Old { of, date, lot, .. } = *self;
        Incoming { of, date, lot, quantity, price, landed: 0, issue, tells_cost: false }
    }
}

/// How much there is to take back; refuses more.
fn returnable(act: &Act<'_>, of: MoveId, quantity: i64, open: i64) -> Result<i64, ValuationError> {
    if quantity <= open {
        return Ok(open);
    }
    let (quantity, open) = (Qty::from_units(quantity), Qty::from_units(open));
    Err(ValuationError::OverReturned { id: act.id, of, quantity, open })
}

fn not_below_zero(act: &Act<'_>, of: MoveId, value: i64) -> Result<i64, ValuationError> {
    if value >= 0 {
        return Ok(value);
    }
    Err(ValuationError::CostBelowZero { id: act.id, of, value: Val::from_units(value) })
}

/// Splits what went out at `cost` into what is credited for it and the variance.
fn differ(act: &mut Act<'_>, of: MoveId, cost: i64, price: i64) {
    act.fact(of, None, Cause::Cost, (0, cost - price));
    act.fact(of, None, Cause::Variance, (0, price - cost));
}
