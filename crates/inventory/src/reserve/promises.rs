//! What moves do to promises and orders: an issue fulfils a reservation, a receipt or what another site sends comes on an order, and what waits for goods gets them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use fondaco_core::due::{DueItem, DueKey};
use fondaco_core::store::Event;
use fondaco_core::tx::{Events, LogMark, Pending};
use fondaco_core::{Halt, Id, ItemId, Needs, SiteId, Tx};

use super::ReserveError;
use super::changed::Changed;
use super::expire::KIND;
use crate::levels::{Bin, Commitment, Expected, Levels, LotBin, Reservation, Stock};
use crate::moves::{Along, Book, Judged, Leg, Move, MoveKind, Stage};
use crate::{Qty, StockError};

/// The reservations and order lines that a batch changes, and where what is available went up.
#[derive(Default)]
pub(crate) struct Promises {
    pub(super) reservations: Changed<Reservation>,
    expected: Changed<Expected>,
    events: Events,
    /// Where something came, so that what waits for it has it before anybody else takes it. What was taken back stays: who is asked in
    /// vain waits on.
    risen: BTreeSet<(ItemId, SiteId)>,
    /// What waits since this batch, which no index shows yet; likewise.
    pub(super) uncovered: BTreeMap<(ItemId, SiteId), BTreeSet<Id<Reservation>>>,
}

impl Pending for Promises {
    type Mark = (LogMark, LogMark, usize);

    fn mark(&self) -> Self::Mark {
        (self.reservations.mark(), self.expected.mark(), self.events.mark())
    }

    fn back_to(&mut self, (reservations, expected, events): Self::Mark) {
        self.reservations.back_to(reservations);
        self.expected.back_to(expected);
        self.events.back_to(events);
    }

    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let changed: Vec<Reservation> = self.reservations.into_changed().collect();
        let over = changed.iter().filter(|row| row.open.is_none() && row.expires_at.is_some());
        let over: Vec<DueKey> = over.map(|row| (KIND.into(), row.id.to_string().into())).collect();
        tx.get_many::<DueItem>(&over)?;
        for (kind, subject) in &over {
            tx.cancel_due(kind, subject)?;
        }
        for row in changed {
            tx.put(row)?;
        }
        for row in self.expected.into_changed() {
            tx.put(row)?;
        }
        self.events.finish(tx)
    }
}

impl Along for Promises {
    fn prepare(tx: &mut Tx<'_>, _: &Book, judged: &[&Judged<'_>]) -> Result<Promises, StockError> {
        let mut promises = Promises::default();
        let reservations: Vec<_> = judged.iter().filter_map(|judged| judged.new.fulfils).collect();
        let expected: Vec<_> = judged.iter().filter_map(|judged| order_of(judged)).collect();
        if reservations.is_empty() && expected.is_empty() {
            return Ok(promises);
        }
        tx.need_all(Needs::new().rows::<Reservation>(&reservations).rows::<Expected>(&expected))?;
        promises.load(tx, &reservations)?;
        for row in tx.get_many::<Expected>(&expected)?.into_iter().flatten() {
            promises.expected.load(row.id.to_u128(), row.as_ref().clone());
        }
        Ok(promises)
    }

    fn before(
        &mut self,
        tx: &mut Tx<'_>,
        judged: &Judged<'_>,
        change: &mut Stock,
        levels: &mut Levels,
    ) -> Result<(), StockError> {
        if !self.risen.is_empty() {
            self.fill_first(tx, judged, levels)?;
        }
        if let Some(id) = judged.new.fulfils {
            self.fulfil(tx, id, judged, (change, levels))?;
        }
        match order_of(judged) {
            Some(id) if judged.kind == MoveKind::Reversal => {
                self.take_back(tx, id, judged, (change, levels))
            }
            Some(id) => self.receive(tx, id, judged, (change, levels)),
            None => Ok(()),
        }
    }

    fn after(
        &mut self,
        tx: &mut Tx<'_>,
        judged: &Judged<'_>,
        legs: &[Option<&Move>; 2],
        levels: &mut Levels,
    ) -> Result<(), StockError> {
        for leg in legs.iter().flatten().filter(|leg| leg.stage == Stage::Stock) {
            if leg.quantity > Qty::ZERO {
                self.risen.insert((leg.item, leg.site));
            } else if judged.kind.is_finding() {
                self.uncover(tx, levels, leg)?;
            }
        }
        Ok(())
    }

    fn close(&mut self, tx: &mut Tx<'_>, levels: &mut Levels) -> Result<(), StockError> {
        for stock in std::mem::take(&mut self.risen) {
            self.fill(tx, levels, stock)?;
        }
        Ok(())
    }
}

/// The order line that a move comes on, or that what it takes back came on.
fn order_of(judged: &Judged<'_>) -> Option<Id<Expected>> {
    let of_origin = judged.origin.filter(|_| judged.kind == MoveKind::Reversal);
    judged.new.receives.or_else(|| of_origin.and_then(|origin| origin.receives.copied()))
}

impl Promises {
    /// Reads reservations, to change them.
    pub(crate) fn load(&mut self, tx: &mut Tx<'_>, ids: &[Id<Reservation>]) -> Result<(), Halt> {
        for row in tx.get_many::<Reservation>(ids)?.into_iter().flatten() {
            self.reservations.load(row.id.to_u128(), row.as_ref().clone());
        }
        Ok(())
    }

    /// A reservation as the batch has it, read where it has not.
    pub(super) fn row(
        &mut self,
        tx: &mut Tx<'_>,
        id: Id<Reservation>,
    ) -> Result<Option<Reservation>, Halt> {
        if self.reservations.get(id.to_u128()).is_none() {
            self.load(tx, &[id])?;
        }
        Ok(self.reservations.get(id.to_u128()).cloned())
    }

    /// A reservation as the batch has it.
    pub(crate) fn reservation(&self, id: Id<Reservation>) -> Result<&Reservation, ReserveError> {
        let unknown = ReserveError::UnknownReservation { reservation: id };
        self.reservations.get(id.to_u128()).ok_or(unknown)
    }

    /// What came in this batch goes to what waits for it before a move takes it away.
    fn fill_first(
        &mut self,
        tx: &mut Tx<'_>,
        judged: &Judged<'_>,
        levels: &mut Levels,
    ) -> Result<(), StockError> {
        for leg in judged.legs().filter(|leg| leg.stage == Stage::Stock) {
            // How much less a count finds is not known yet.
            let takes = leg.units < 0 || judged.kind == MoveKind::Count;
            let stock = (judged.new.item, leg.site);
            if takes && self.risen.contains(&stock) {
                self.fill(tx, levels, stock)?;
            }
        }
        Ok(())
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Changes a reservation and, by the same, the levels: from a day on, if it was not changed later.
    pub(crate) fn change(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        mut row: Reservation,
        (held, backordered): (i64, i64),
        date: NaiveDate,
    ) -> Result<(), StockError> {
        let plus = |quantity: Qty, units| {
            let sum = quantity.checked_add(Qty::from_units(units));
            sum.ok_or_else(|| Halt::Bug(format!("reservation {} holds too much", row.id)))
        };
        let (now_held, now_backordered) =
            (plus(row.held, held)?, plus(row.backordered, backordered)?);
        (row.held, row.backordered) = (now_held, now_backordered);
        row.settle();
        row.changed_on = row.changed_on.max(date);
        if (held, backordered) != (0, 0) {
            let (reserved, backordered) = (Qty::from_units(held), Qty::from_units(backordered));
            let none = Commitment::none(tx, (row.item, row.site), row.changed_on)?;
            levels.commitments.push(Commitment { reserved, backordered, ..none });
        }
        levels.reserve_place(&row, held)?;
        self.reservations.set(row.id.to_u128(), row);
        Ok(())
    }

    /// An issue takes what was promised: what is held of it first, then what waits, out of what is available.
    fn fulfil(
        &mut self,
        tx: &mut Tx<'_>,
        id: Id<Reservation>,
        judged: &Judged<'_>,
        (change, levels): (&mut Stock, &mut Levels),
    ) -> Result<(), StockError> {
        let mut row = self.reservation(id)?.clone();
        check_fulfils(judged, &row)?;
        let left = i128::from(row.held.units()) + i128::from(row.backordered.units());
        if i128::from(judged.units) > left {
            let (left, wanted) = (judged.quantity(left), judged.quantity(judged.units.into()));
            return Err(ReserveError::OverFulfilled { reservation: id, left, wanted }.into());
        }
        let held = judged.units.min(row.held.units());
        let waited = judged.units - held;
        let less = |sum: Qty, units: i64| Qty::from_units(sum.units().saturating_sub(units));
        change.reserved = less(change.reserved, held);
        change.backordered = less(change.backordered, waited);
        row.fulfilled = Qty::from_units(row.fulfilled.units().saturating_add(judged.units));
        self.change(tx, levels, row, (-held, -waited), judged.new.date)
    }

    /// A receipt is what was ordered, and what another site sends what it was to send; what is more than that was on no order.
    fn receive(
        &mut self,
        tx: &mut Tx<'_>,
        id: Id<Expected>,
        judged: &Judged<'_>,
        (change, levels): (&mut Stock, &mut Levels),
    ) -> Result<(), StockError> {
        let unknown = || ReserveError::UnknownExpected { expected: id };
        let row = self.expected.get(id.to_u128()).ok_or_else(unknown)?.clone();
        let differs = |field| ReserveError::ExpectedDiffers { expected: id, field };
        if row.item != judged.new.item {
            return Err(differs("item").into());
        }
        if !comes_to(judged, row.site) {
            return Err(differs("site").into());
        }
        self.note(tx, row, (judged.units, judged.new.date), (change, levels))
    }

    /// A receipt on an order is taken back: what it brought is to come again.
    fn take_back(
        &mut self,
        tx: &mut Tx<'_>,
        id: Id<Expected>,
        judged: &Judged<'_>,
        (change, levels): (&mut Stock, &mut Levels),
    ) -> Result<(), StockError> {
        let Some(row) = self.expected.get(id.to_u128()).cloned() else { return Ok(()) };
        let units = judged.units.saturating_neg();
        self.note(tx, row, (units, judged.new.date), (change, levels))
    }

    /// So much more came of an order line. The level that the move changes first changes with it, where it is that of the line's site.
    fn note(
        &mut self,
        tx: &mut Tx<'_>,
        mut row: Expected,
        came: (i64, NaiveDate),
        (change, levels): (&mut Stock, &mut Levels),
    ) -> Result<(), StockError> {
        if change.site == row.site {
            levels.commitments.extend(note_received(tx, &mut row, came, change)?);
        } else {
            let mut there = Stock::none(row.item, row.site);
            levels.commitments.extend(note_received(tx, &mut row, came, &mut there)?);
            levels.add(there)?;
        }
        self.expected.set(row.id.to_u128(), row);
        Ok(())
    }
}

impl Levels {
    /// Adds to what is promised out of the place that a reservation names, if it names one.
    pub(crate) fn reserve_place(&mut self, row: &Reservation, units: i64) -> Result<(), Halt> {
        let Some(location) = row.location.clone().filter(|_| units != 0) else { return Ok(()) };
        let (on_hand, reserved) = (Qty::ZERO, Qty::from_units(units));
        if let Some(lot) = row.lot {
            self.lot_bins.add(LotBin { lot, location: location.clone(), on_hand, reserved })?;
        }
        self.bins.add(Bin { item: row.item, location, on_hand, reserved })?;
        Ok(())
    }
}

/// Whether a move brings something to a site that was not there: into its stock, or on its way there from another.
fn comes_to(judged: &Judged<'_>, site: SiteId) -> bool {
    if judged.kind == MoveKind::Receipt {
        return judged.legs().all(|leg| leg.site == site && leg.stage == Stage::Stock);
    }
    let there = |leg: &Leg<'_>| matches!(leg.stage, Stage::Stock | Stage::Transit);
    judged.legs().all(|leg| there(leg) && (leg.site == site) == (leg.units > 0))
}

/// So much more came of what was ordered on a day, and so much less is to come.
fn note_received(
    tx: &mut Tx<'_>,
    row: &mut Expected,
    (units, date): (i64, NaiveDate),
    change: &mut Stock,
) -> Result<Option<Commitment>, Halt> {
    let before = row.to_come().units();
    row.received = Qty::from_units(row.received.units().saturating_add(units));
    let more = row.to_come().units().saturating_sub(before);
    change.on_order = Qty::from_units(change.on_order.units().saturating_add(more));
    row.open = (row.to_come() > Qty::ZERO).then_some(row.item);
    row.changed_on = row.changed_on.max(date);
    if more == 0 {
        return Ok(None);
    }
    let none = Commitment::none(tx, (row.item, row.site), row.changed_on)?;
    Ok(Some(Commitment { on_order: Qty::from_units(more), ..none }))
}

fn check_fulfils(judged: &Judged<'_>, row: &Reservation) -> Result<(), ReserveError> {
    let differs = |field| Err(ReserveError::ReservationDiffers { reservation: row.id, field });
    if row.open.is_none() {
        return Err(ReserveError::ReservationOver { reservation: row.id });
    }
    if row.item != judged.new.item {
        return differs("item");
    }
    let Some(leg) = judged.legs().next() else { return differs("site") };
    if leg.site != row.site || leg.stage != Stage::Stock {
        return differs("site");
    }
    if row.location.as_ref().is_some_and(|location| *location != leg.code()) {
        return differs("location");
    }
    if row.lot.is_some() && row.lot != leg.lot.map(|held| held.lot.id) {
        return differs("lot");
    }
    Ok(())
}
