//! Moves that were booked with another quantity than they had.

use chrono::NaiveDate;
use fondaco_core::Id;

use super::receive::Incoming;
use super::returns::{differ, not_below_zero, returnable};
use super::state::Act;
use super::{Cause, Lot, Method, Move, MoveId, Past, Posted, Qty, State, Val, ValuationError};

impl State {
    /// What an earlier move should have moved. What did not leave at all lies again where it lay. What was corrected before is taken back first, at what it was corrected by; the rest
    /// keeps that move's cost, but for what goes out in addition, which can only cost what is there. A return takes no more in all than
    /// is open of what it returns, at the cost of that.
    pub(super) fn correct(
        &mut self,
        act: &mut Act<'_>,
        moved: &Move,
        (of, quantity): (MoveId, i64),
        past: &dyn Past,
    ) -> Result<(), ValuationError> {
        let posted = past.posted(of).ok_or(ValuationError::UnknownMove { id: act.id, of })?;
        if let Some(passed) = posted.passed {
            return pass_quantity(act, of, (passed.units(), quantity), posted.price.units());
        }
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
        let origin = Origin::of(act, &posted, (way, change), past)?;
        let old = Old { origin, ..Old::of(&posted, way, change, of, lot) };
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
            (false, _) => self.issue_less(act, &old, -change, past),
        }
    }

    fn receive_more(
        &mut self,
        act: &mut Act<'_>,
        old: &Old,
        more: i64,
    ) -> Result<(), ValuationError> {
        let (undone, value) = old.undo(act, more);
        let rest = match (more - undone, &old.origin) {
            (0, _) => 0,
            (rest, Some(issue)) => {
                act.steps().share(issue.value - value, rest, issue.open - undone)
            }
            (rest, None) if old.open > 0 => {
                act.room(act.steps().part(old.price, rest, old.open), "value")?
            }
            (rest, None) => self.cost_now(act, rest, old.lot)?,
        };
        let price = not_below_zero(act, old.of, act.room(value.checked_add(rest), "value")?)?;
        self.receive(act, old.incoming(more, price, old.origin.map(|issue| issue.id)))
    }

    fn issue_less(
        &mut self,
        act: &mut Act<'_>,
        old: &Old,
        less: i64,
        past: &dyn Past,
    ) -> Result<(), ValuationError> {
        let cost = old.part(act, less, old.value)?;
        let down = act.steps().share(old.released, less, old.open).clamp(0, cost);
        let lies = self.quantity >= Qty::ZERO && self.debts.is_empty();
        let (cost, down) = if lies { (cost, down) } else { (cost - down, 0) };
        let come = old.incoming(less, cost, Some(old.of));
        // A part of it lies by its own day, so that whoever takes the correction back finds it there.
        match self.method.has_layers() && less == old.open {
            true => self.lay_back(act, come, &past.took(old.of))?,
            false => self.receive(act, come)?,
        }
        self.write_down_too(act, old.of, down);
        if old.origin.is_some() {
            // What the supplier credited for it is taken back too.
            let credit = act.steps().share(old.price, less, old.open);
            differ(act, old.of, -cost, -credit);
        }
        Ok(())
    }

    /// Takes back from what the receipt brought, at its price, as far as that is still there and can bear it; the rest as an issue.
    fn receive_less(
        &mut self,
        act: &mut Act<'_>,
        old: &Old,
        less: i64,
    ) -> Result<(), ValuationError> {
        let price = old.part(act, less, old.price)?;
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
        let (taken, cost) =
            if undone > 0 { self.take_own(act, old, undone, undo)? } else { (0, 0) };
        let issued = match more - taken {
            0 => 0,
            rest => self.issue(act, old.of, rest, old.lot)?,
        };
        if let Some(receipt) = &old.origin {
            let credit = act.steps().share(receipt.price, more, receipt.open);
            differ(act, old.of, cost + issued, credit);
        }
        Ok(())
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
}

/// More or less went straight through, at what it was bought for.
fn pass_quantity(
    act: &mut Act<'_>,
    of: MoveId,
    (passed, quantity): (i64, i64),
    price: i64,
) -> Result<(), ValuationError> {
    if passed == 0 {
        return Err(ValuationError::UnknownMove { id: act.id, of });
    }
    let right = act.room(act.steps().part(price, quantity, passed), "value")?;
    let (more, value) = (quantity - passed, right - price);
    act.fact(of, None, Cause::Cost, (more, value));
    act.fact(of, None, Cause::Correction, (-more, -value));
    Ok(())
}

/// A move that is corrected: without signs, and without what the correction takes back of earlier ones.
struct Old {
    of: MoveId,
    date: NaiveDate,
    lot: Option<Id<Lot>>,
    open: i64,
    price: i64,
    value: i64,
    /// By how much what is open was written down when it left.
    released: i64,
    /// What earlier corrections did the other way, and at which price.
    undo: (i64, i64),
    /// Of a return, what it returns.
    origin: Option<Origin>,
}

/// What a return that is corrected returns, as it stands: without signs.
#[derive(Clone, Copy)]
struct Origin {
    id: MoveId,
    open: i64,
    price: i64,
    value: i64,
}

impl Origin {
    /// Refuses a change of the return by more than is open.
    fn of(
        act: &Act<'_>,
        posted: &Posted,
        (way, change): (i64, i64),
        past: &dyn Past,
    ) -> Result<Option<Origin>, ValuationError> {
        let Some(id) = posted.returns else { return Ok(None) };
        let origin = past.posted(id).ok_or(ValuationError::UnknownMove { id: act.id, of: id })?;
        let open = returnable(act, id, change, origin.open.units() * -way)?;
        let (price, value) = (origin.price.units() * -way, origin.value.units() * -way);
        Ok(Some(Origin { id, open, price, value }))
    }
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
            released: posted.released.units(),
            undo: if opposite { undo } else { (0, 0) },
            origin: None,
        }
    }

    /// How much of a change takes an earlier correction back, and for how much.
    fn undo(&self, act: &Act<'_>, change: i64) -> (i64, i64) {
        let (quantity, value) = self.undo;
        let undone = quantity.min(change);
        if undone == 0 { (0, 0) } else { (undone, act.steps().share(value, undone, quantity)) }
    }

    /// What so much of it is of a whole: what was corrected before at what it was corrected by, the rest in proportion to what is open.
    fn part(&self, act: &Act<'_>, quantity: i64, whole: i64) -> Result<i64, ValuationError> {
        let (undone, undo) = self.undo(act, quantity);
        let (open, left) = (self.open - undone, whole - undo);
        let rest =
            if quantity > undone { act.steps().share(left, quantity - undone, open) } else { 0 };
        not_below_zero(act, self.of, undo + rest)
    }

    fn incoming(&self, quantity: i64, price: i64, issue: Option<MoveId>) -> Incoming {
        let Old { of, date, lot, .. } = *self;
        Incoming { of, date, lot, quantity, price, landed: 0, issue, tells_cost: false }
    }
}
