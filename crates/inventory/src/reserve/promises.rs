//! What moves do to promises and orders: an issue fulfils a reservation, a receipt comes on an order, and what waits for goods gets them.

use fondaco_core::due::{DueItem, DueKey};
use fondaco_core::store::Event;
use fondaco_core::tx::{Events, LogMark, Logged, Pending};
use fondaco_core::{Halt, Id, ItemId, Needs, Range, SiteId, Tx};

use super::ReserveError;
use super::expire::KIND;
use crate::levels::{Bin, Expected, Levels, LotBin, Reservation, Stock};
use crate::moves::{Along, Book, Judged, Map, Move, Stage};
use crate::{Qty, StockError};

/// The reservations and order lines that a batch changes, and where what is available went up.
#[derive(Default)]
pub(crate) struct Promises {
    reservations: Changed<Reservation>,
    expected: Changed<Expected>,
    events: Events,
    risen: Vec<(ItemId, SiteId)>,
}

/// Rows that a batch has loaded, and those of them that it changed.
pub(crate) struct Changed<R> {
    rows: Logged<(R, bool)>,
    places: Map<u128, usize>,
}

impl<R> Default for Changed<R> {
    fn default() -> Changed<R> {
        Changed { rows: Logged::default(), places: Map::default() }
    }
}

impl<R: Clone> Changed<R> {
    /// Has a row as it is stored, unless it is here already.
    fn load(&mut self, id: u128, row: R) {
        let next = self.rows.as_slice().len();
        if *self.places.entry(id).or_insert(next) == next {
            self.rows.push((row, false));
        }
    }

    fn get(&self, id: u128) -> Option<&R> {
        self.places.get(&id).and_then(|at| self.rows.get(*at)).map(|(row, _)| row)
    }

    /// Sets a row that was loaded.
    fn set(&mut self, id: u128, row: R) {
        if let Some(cell) = self.places.get(&id).and_then(|at| self.rows.get_mut(*at)) {
            *cell = (row, true);
        }
    }

    fn into_changed(self) -> impl Iterator<Item = R> {
        self.rows.into_vec().into_iter().filter(|(_, changed)| *changed).map(|(row, _)| row)
    }
}

impl Pending for Promises {
    type Mark = (LogMark, LogMark, usize, usize);

    fn mark(&self) -> Self::Mark {
        let (reservations, expected) = (self.reservations.rows.mark(), self.expected.rows.mark());
        (reservations, expected, self.events.mark(), self.risen.len())
    }

    fn back_to(&mut self, (reservations, expected, events, risen): Self::Mark) {
        self.reservations.rows.back_to(reservations);
        self.expected.rows.back_to(expected);
        self.events.back_to(events);
        self.risen.truncate(risen);
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
        let expected: Vec<_> = judged.iter().filter_map(|judged| judged.new.receives).collect();
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
        _: &mut Tx<'_>,
        judged: &Judged<'_>,
        change: &mut Stock,
        levels: &mut Levels,
    ) -> Result<(), StockError> {
        if let Some(id) = judged.new.fulfils {
            self.fulfil(id, judged, change, levels)?;
        }
        if let Some(id) = judged.new.receives {
            self.receive(id, judged, change)?;
        }
        Ok(())
    }

    fn after(
        &mut self,
        _: &mut Tx<'_>,
        _: &Judged<'_>,
        legs: &[Option<&Move>; 2],
        _: &mut Levels,
    ) -> Result<(), StockError> {
        for leg in legs.iter().flatten() {
            if leg.stage == Stage::Stock && leg.quantity > Qty::ZERO {
                self.rose(leg.item, leg.site);
            }
        }
        Ok(())
    }

    fn close(&mut self, tx: &mut Tx<'_>, levels: &mut Levels) -> Result<(), StockError> {
        self.fill(tx, levels)
    }
}

impl Promises {
    /// Reads reservations, to change them.
    pub(crate) fn load(&mut self, tx: &mut Tx<'_>, ids: &[Id<Reservation>]) -> Result<(), Halt> {
        for row in tx.get_many::<Reservation>(ids)?.into_iter().flatten() {
            self.reservations.load(row.id.to_u128(), row.as_ref().clone());
        }
        Ok(())
    }

    /// A reservation as the batch has it.
    pub(crate) fn reservation(&self, id: Id<Reservation>) -> Result<&Reservation, ReserveError> {
        let unknown = ReserveError::UnknownReservation { reservation: id };
        self.reservations.get(id.to_u128()).ok_or(unknown)
    }

    /// What is available of an item at a site went up: what waits for it may have it.
    pub(crate) fn rose(&mut self, item: ItemId, site: SiteId) {
        if self.risen.last() != Some(&(item, site)) {
            self.risen.push((item, site));
        }
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Changes a reservation and, by the same, the levels.
    pub(crate) fn change(
        &mut self,
        levels: &mut Levels,
        mut row: Reservation,
        held: i64,
        backordered: i64,
    ) -> Result<(), StockError> {
        let plus = |quantity: Qty, units| {
            let sum = quantity.checked_add(Qty::from_units(units));
            sum.ok_or_else(|| Halt::Bug(format!("reservation {} holds too much", row.id)))
        };
        let (now_held, now_backordered) =
            (plus(row.held, held)?, plus(row.backordered, backordered)?);
        (row.held, row.backordered) = (now_held, now_backordered);
        row.settle();
        levels.reserve_place(&row, held)?;
        self.reservations.set(row.id.to_u128(), row);
        Ok(())
    }

    /// An issue takes what was promised: what is held of it first, then what waits, out of what is available.
    fn fulfil(
        &mut self,
        id: Id<Reservation>,
        judged: &Judged<'_>,
        change: &mut Stock,
        levels: &mut Levels,
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
        self.change(levels, row, -held, -waited)
    }

    /// A receipt is what was ordered; what is more than that was on no order.
    fn receive(
        &mut self,
        id: Id<Expected>,
        judged: &Judged<'_>,
        change: &mut Stock,
    ) -> Result<(), StockError> {
        let unknown = || ReserveError::UnknownExpected { expected: id };
        let mut row = self.expected.get(id.to_u128()).ok_or_else(unknown)?.clone();
        let differs = |field| ReserveError::ExpectedDiffers { expected: id, field };
        if row.item != judged.new.item {
            return Err(differs("item").into());
        }
        if judged.legs().any(|leg| leg.site != row.site || leg.stage != Stage::Stock) {
            return Err(differs("site").into());
        }
        let comes = judged.units.min(row.to_come().units());
        change.on_order = Qty::from_units(change.on_order.units().saturating_sub(comes));
        row.received = Qty::from_units(row.received.units().saturating_add(judged.units));
        row.open = (row.to_come() > Qty::ZERO).then_some(row.item);
        self.expected.set(id.to_u128(), row);
        Ok(())
    }

    /// Gives what came to what waits for it, in the order in which it was promised.
    ///
    /// Where nothing waits, that is kept by a floor: who promises something meanwhile is seen.
    pub(crate) fn fill(&mut self, tx: &mut Tx<'_>, levels: &mut Levels) -> Result<(), StockError> {
        let mut risen = std::mem::take(&mut self.risen);
        risen.sort_unstable();
        risen.dedup();
        for (item, site) in risen {
            let cell = levels.stocks.cell((item, site));
            if levels.stocks.judge(tx, cell, Stock::NOT_WAITED_FOR, 0)?.is_none() {
                continue;
            }
            let mut free = levels.stocks.value(tx, cell, Stock::AVAILABLE)?;
            if free <= 0 {
                continue;
            }
            // All that waits is in the counter that the act rests on now; each row that is filled is rested on too.
            for stored in tx.get_range(&Range::by(Reservation::BY_WAITING, &(item, site)))? {
                let id = stored.id.to_u128();
                self.reservations.load(id, stored.as_ref().clone());
                let Some(row) = self.reservations.get(id).cloned() else { continue };
                let units = i128::from(row.backordered.units()).min(free);
                let Some(units) = i64::try_from(units).ok().filter(|units| *units > 0) else {
                    continue;
                };
                levels.add(Stock {
                    reserved: Qty::from_units(units),
                    backordered: Qty::from_units(-units),
                    ..Stock::none(item, site)
                })?;
                let filled = Event::new("stock.backorder_filled").with("reservation", row.id);
                self.event(filled.with("document", row.document));
                self.change(levels, row, units, -units)?;
                free -= i128::from(units);
                if free <= 0 {
                    break;
                }
            }
        }
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
