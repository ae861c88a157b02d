//! Who gets what is there, and who waits: what comes goes to what waits for it, the oldest promise first; where less is there than was
//! promised, the newest promises wait.
//!
//! Both rest on the counter of the stock, which every promise changes, so the promises that an index shows are those that there are; each
//! that is changed is rested on too.

use std::ops::Bound;

use fondaco_core::store::Event;
use fondaco_core::{Halt, Id, ItemId, Range, Reading, SiteId, Tx};

use super::Promises;
use crate::items::Lot;
use crate::levels::{Bin, Levels, LotBin, Reservation, Stock};
use crate::moves::Move;
use crate::places::Location;
use crate::{Qty, StockError};

/// So many promises are looked at first, then twice as many: most need few.
const PAGE: usize = 16;

impl Promises {
    /// Gives what is available of an item at a site to what waits for it, in the order in which it was promised.
    ///
    /// Where nothing waits, that is kept by a floor: who promises something meanwhile is seen.
    pub(crate) fn fill(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        stock: (ItemId, SiteId),
    ) -> Result<(), StockError> {
        let cell = levels.stocks.cell(stock);
        if levels.stocks.judge(tx, cell, Stock::NOT_WAITED_FOR, 0)?.is_none() {
            return Ok(());
        }
        let mut free = levels.stocks.value(tx, cell, Stock::AVAILABLE)?;
        let (mut after, mut page) = (Some(Id::from_u128(0)), PAGE);
        while let Some(last) = after.filter(|_| free > 0) {
            let waiting = self.waiting(tx, stock, last, page)?;
            for id in waiting.ids {
                let Some(row) = self.row(tx, id)?.filter(|_| free > 0) else { continue };
                let units = room(tx, levels, &row, free)?;
                free -= i128::from(units);
                self.cover(tx, levels, row, units)?;
            }
            (after, page) = (waiting.more_after, page * 2);
        }
        Ok(())
    }

    /// The next promises that wait, after one of them.
    fn waiting(
        &mut self,
        tx: &mut Tx<'_>,
        stock: (ItemId, SiteId),
        after: Id<Reservation>,
        page: usize,
    ) -> Result<Waiting, Halt> {
        let next = Id::<Reservation>::from_u128(after.to_u128().saturating_add(1));
        let range = Range::by(Reservation::BY_WAITING, &stock).from(&next).limit(page);
        let mut ids: Vec<_> = tx.peek_scan(&range)?.iter().map(|row| row.id).collect();
        let more_after = ids.last().copied().filter(|_| ids.len() == page);
        if let Some(uncovered) = self.uncovered.get(&stock) {
            let to = more_after.map_or(Bound::Unbounded, Bound::Included);
            ids.extend(uncovered.range((Bound::Excluded(after), to)));
            ids.sort_unstable();
            ids.dedup();
        }
        Ok(Waiting { ids, more_after })
    }

    /// So much of what waits is kept from now on.
    fn cover(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        row: Reservation,
        units: i64,
    ) -> Result<(), StockError> {
        if units <= 0 {
            return Ok(());
        }
        levels.add(Stock {
            reserved: Qty::from_units(units),
            backordered: Qty::from_units(-units),
            ..Stock::none(row.item, row.site)
        })?;
        let filled = Event::new("stock.backorder_filled").with("reservation", row.id);
        self.event(filled.with("document", row.document));
        let today = tx.today()?;
        self.change(tx, levels, row, (units, -units), today)
    }

    /// What a leg of a move took away is promised to nobody any more: of its lot, out of its place, at its site.
    pub(super) fn uncover(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        leg: &Move,
    ) -> Result<(), StockError> {
        if let Some(lot) = leg.lot.copied() {
            let cell = levels.lot_bins.cell((lot, leg.location.clone()));
            if let Some(missing) = levels.lot_bins.judge(tx, cell, LotBin::FREE, 0)? {
                let of_lot = Range::by(Reservation::BY_LOT, &(lot, leg.item));
                let there = |row: &Reservation| row.location.as_ref() == Some(&leg.location);
                self.wait_newest(tx, levels, of_lot, there, missing)?;
            }
        }
        let cell = levels.bins.cell((leg.item, leg.location.clone()));
        if let Some(missing) = levels.bins.judge(tx, cell, Bin::FREE, 0)? {
            self.displace(tx, levels, leg, missing)?;
        }
        self.uncover_stock(tx, levels, (leg.item, leg.site))
    }

    /// The newest promises of an item at a site wait, until the others are covered by what is available.
    pub(crate) fn uncover_stock(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        stock: (ItemId, SiteId),
    ) -> Result<(), StockError> {
        let cell = levels.stocks.cell(stock);
        match levels.stocks.judge(tx, cell, Stock::AVAILABLE, 0)? {
            None => Ok(()),
            Some(missing) => {
                let all = Range::by(Reservation::BY_OPEN, &stock);
                self.wait_newest(tx, levels, all, |_| true, missing)
            }
        }
    }

    /// All that was promised of a lot that can't be used any more waits until it can, wherever it lies.
    pub(crate) fn uncover_lot(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        (lot, item): (Id<Lot>, ItemId),
    ) -> Result<(), StockError> {
        let of_lot = Range::by(Reservation::BY_LOT, &(lot, item));
        self.wait_newest(tx, levels, of_lot, |_| true, i128::MAX)
    }

    /// The newest of these promises wait from now on, with as much of them as is missing.
    fn wait_newest(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        range: Range<Reservation>,
        which: impl Fn(&Reservation) -> bool,
        mut missing: i128,
    ) -> Result<(), StockError> {
        self.newest(tx, range, |promises, tx, row| {
            let units = i64::try_from(missing).unwrap_or(i64::MAX).min(row.held.units());
            if units > 0 && which(&row) {
                missing -= i128::from(units);
                promises.wait(tx, levels, row, units)?;
            }
            Ok(missing > 0)
        })
    }

    /// Promises out of a place that name no lot, the newest first, are kept out of any place of the site, until the others are covered
    /// by what lies there.
    fn displace(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        leg: &Move,
        mut missing: i128,
    ) -> Result<(), StockError> {
        let out_of_it = Range::by(Reservation::BY_LOCATION, &(leg.location.clone(), leg.item));
        self.newest(tx, out_of_it, |promises, tx, mut row| {
            if row.lot.is_none() && row.location.is_some() {
                missing -= i128::from(row.held.units());
                let event = Event::new("stock.promise_displaced").with("document", row.document);
                let event = event.with("reservation", row.id).with("item", row.item);
                promises.event(event.with("location", leg.location.clone()));
                levels.leave_place(&mut row)?;
                let today = tx.today()?;
                promises.change(tx, levels, row, (0, 0), today)?;
            }
            Ok(missing > 0)
        })
    }

    /// So much of what was kept waits from now on, and who is told whose that is.
    fn wait(
        &mut self,
        tx: &mut Tx<'_>,
        levels: &mut Levels,
        mut row: Reservation,
        units: i64,
    ) -> Result<(), StockError> {
        levels.add(Stock {
            reserved: Qty::from_units(-units),
            backordered: Qty::from_units(units),
            ..Stock::none(row.item, row.site)
        })?;
        let quantity = Qty::from_units(units).to_decimal();
        let event = Event::new("stock.promise_uncovered").with("document", row.document);
        let event = event.with("reservation", row.id).with("item", row.item);
        self.event(event.with("site", row.site).with("quantity", quantity));
        if row.lot.is_none() {
            levels.leave_place(&mut row)?; // what waits can come to any place
        }
        self.uncovered.entry((row.item, row.site)).or_default().insert(row.id);
        let today = tx.today()?;
        self.change(tx, levels, row, (-units, units), today)
    }

    /// Looks at the open promises of a range, the newest first, as long as `each` goes on.
    fn newest(
        &mut self,
        tx: &mut Tx<'_>,
        range: Range<Reservation>,
        mut each: impl FnMut(&mut Promises, &mut Tx<'_>, Reservation) -> Result<bool, StockError>,
    ) -> Result<(), StockError> {
        let (mut range, mut page) = (range.backwards(), PAGE);
        loop {
            let stored = tx.peek_scan(&range.clone().limit(page))?;
            for row in &stored {
                let row = self.row(tx, row.id)?.filter(|row| row.open.is_some());
                let Some(row) = row else { continue };
                if !each(self, tx, row)? {
                    return Ok(());
                }
            }
            let Some(last) = stored.last().filter(|_| stored.len() == page) else { return Ok(()) };
            (range, page) = (range.before(&last.id), page * 2);
        }
    }
}

/// A page of what waits.
struct Waiting {
    ids: Vec<Id<Reservation>>,
    /// The last of them, where there are more.
    more_after: Option<Id<Reservation>>,
}

/// How much of what waits can be kept: of what is free at the site, and where it names a lot of what is free of that in its place.
fn room(
    tx: &mut Tx<'_>,
    levels: &mut Levels,
    row: &Reservation,
    free: i128,
) -> Result<i64, StockError> {
    let mut units = i128::from(row.backordered.units()).min(free);
    if let (Some(lot), Some(location)) = (row.lot, &row.location) {
        let place = tx.get::<Location>(location)?;
        let held = tx.get::<Lot>(&lot)?;
        let today = tx.today()?;
        let is_there = place.is_some_and(|place| place.kind.is_available());
        let is_good = held.is_some_and(|lot| lot.status.is_usable() && !lot.is_expired(today));
        let cell = levels.lot_bins.cell((lot, location.clone()));
        levels.lot_bins.rest_on(tx, cell)?;
        let lies = levels.lot_bins.value(tx, cell, LotBin::FREE)?;
        units = if is_there && is_good { units.min(lies) } else { 0 };
    }
    Ok(i64::try_from(units.max(0)).unwrap_or(0))
}

impl Levels {
    /// A promise is kept out of any place of its site from now on.
    pub(super) fn leave_place(&mut self, row: &mut Reservation) -> Result<(), Halt> {
        self.reserve_place(row, row.held.units().saturating_neg())?;
        row.location = None;
        Ok(())
    }
}
