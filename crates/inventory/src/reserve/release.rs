//! Releasing: what was promised is free again.

use std::collections::BTreeSet;

use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::Event;
use fondaco_core::tx::Pending;
use fondaco_core::{Act, DocumentId, Halt, Id, ItemId, Needs, Range, SiteId, Tx};
use serde::{Deserialize, Serialize};

use super::{Promises, ReserveError, rights};
use crate::levels::{Levels, Reservation, Stock, Touched, lapse_overdue};
use crate::places::Site;
use crate::{Qty, StockError};

/// Gives back what is left of reservations: what is held and what waits.
///
/// ```
/// use fondaco_core::Id;
/// use fondaco_inventory::reserve::Release;
/// let release = Release::new(vec![Id::from_u128(7)]);
/// assert_eq!(release.reservations.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Which.
    pub reservations: Vec<Id<Reservation>>,
}

impl Release {
    /// Gives back what is left of these.
    pub fn new(reservations: Vec<Id<Reservation>>) -> Release {
        Release { reservations }
    }
}

/// Gives back all that is left of what was promised to a document; how many reservations that were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseDocument {
    /// The document.
    pub document: DocumentId,
}

impl ReleaseDocument {
    /// Gives back what is left of what was promised to this document.
    ///
    /// ```
    /// use fondaco_core::DocumentId;
    /// use fondaco_inventory::reserve::ReleaseDocument;
    /// let order = DocumentId::named("order/51921");
    /// assert_eq!(ReleaseDocument::new(order).document, order);
    /// ```
    pub fn new(document: DocumentId) -> ReleaseDocument {
        ReleaseDocument { document }
    }
}

impl Act for Release {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::RELEASE)?;
        let mut batch = Releasing::prepare(tx, &self.reservations)?;
        for (index, id) in self.reservations.iter().enumerate() {
            let released = batch.take(tx, &authority, *id).and_then(|released| match released {
                true => Ok(()),
                false => Err(ReserveError::ReservationOver { reservation: *id }.into()),
            });
            released.map_err(|error| error.at(index))?;
        }
        batch.finish(tx)
    }
}

impl Act for ReleaseDocument {
    type Answer = i64;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<i64, StockError> {
        let authority = tx.authority(&rights::RELEASE)?;
        let rows = tx.scan(&Range::by(Reservation::BY_DOCUMENT, &self.document))?;
        let open = rows.iter().filter(|row| row.open.is_some());
        let ids: Vec<Id<Reservation>> = open.map(|row| row.id).collect();
        let mut batch = Releasing::prepare(tx, &ids)?;
        for id in &ids {
            batch.take(tx, &authority, *id)?;
        }
        batch.finish(tx)?;
        Ok(ids.len() as i64)
    }
}

/// Reservations that are given back together.
pub(crate) struct Releasing {
    promises: Promises,
    levels: Levels,
    /// Where something is free again or waits anew: who waits is served when all are changed.
    freed: BTreeSet<(ItemId, SiteId)>,
}

impl Releasing {
    pub(crate) fn prepare(
        tx: &mut Tx<'_>,
        ids: &[Id<Reservation>],
    ) -> Result<Releasing, StockError> {
        let rows = tx.get_many::<Reservation>(ids)?;
        lapse_overdue(tx, rows.iter().flatten().map(|row| row.item))?;
        let stocks: Vec<_> = rows.iter().flatten().map(|row| (row.item, row.site)).collect();
        let sites: Vec<SiteId> = stocks.iter().map(|(_, site)| *site).collect();
        tx.need_all(Needs::new().rows::<Stock>(&stocks).rows::<Site>(&sites))?;
        let mut promises = Promises::default();
        promises.load(tx, ids)?;
        let levels = Levels::prepare(tx, Touched { stocks, ..Touched::default() })?;
        Ok(Releasing { promises, levels, freed: BTreeSet::new() })
    }

    /// Gives one back; whether anything was left of it.
    pub(crate) fn take(
        &mut self,
        tx: &mut Tx<'_>,
        authority: &Authority,
        id: Id<Reservation>,
    ) -> Result<bool, StockError> {
        let row = self.row(tx, authority, id)?;
        if row.open.is_none() {
            return Ok(false);
        }
        let (held, waiting) = (row.held.units(), row.backordered.units());
        self.give_back(tx, row, (held, waiting))?;
        Ok(true)
    }

    /// Gives back so much of what one holds, and of what waits for it.
    pub(super) fn give_back(
        &mut self,
        tx: &mut Tx<'_>,
        row: Reservation,
        (held, waiting): (i64, i64),
    ) -> Result<(), StockError> {
        if held > 0 {
            self.freed.insert((row.item, row.site));
        }
        let given = held.saturating_add(waiting);
        self.tell(&row, row.open_units().saturating_sub(given));
        self.change(tx, row, (held.saturating_neg(), waiting.saturating_neg()))
    }

    /// So much more of one waits, and has what is free when it is its turn, wherever it lies. What had been given back or went out counts as
    /// wanted already; of one that was over nobody knows until when it holds, so it does until it is released.
    pub(super) fn wait_for(
        &mut self,
        tx: &mut Tx<'_>,
        mut row: Reservation,
        units: i64,
    ) -> Result<(), StockError> {
        let too_much = || Halt::Bug(format!("reservation {} is of too much", row.id));
        let left = row.open_units().checked_add(units).ok_or_else(too_much)?;
        let room = row.wanted.units().saturating_sub(left);
        let fulfilled = row.fulfilled.units().min(room.max(0));
        let wanted = left.checked_add(fulfilled).ok_or_else(too_much)?;
        row.fulfilled = Qty::from_units(fulfilled);
        row.wanted = row.wanted.max(Qty::from_units(wanted));
        if row.open.is_none() {
            row.expires_at = None;
        }
        if row.lot.is_none() {
            self.levels.leave_place(&mut row)?;
        }
        self.freed.insert((row.item, row.site));
        self.promises.uncovered.entry((row.item, row.site)).or_default().insert(row.id);
        self.tell(&row, left);
        self.change(tx, row, (0, units))
    }

    /// How much is left of a promise is told; or that it was given back.
    fn tell(&mut self, row: &Reservation, left: i64) {
        let event = match left {
            0 => Event::new("stock.released"),
            _ => Event::new("stock.promise_amended")
                .with("quantity", Qty::from_units(left).to_decimal()),
        };
        self.promises.event(event.with("reservation", row.id).with("document", row.document));
    }

    fn change(
        &mut self,
        tx: &mut Tx<'_>,
        row: Reservation,
        (held, waiting): (i64, i64),
    ) -> Result<(), StockError> {
        self.levels.add(Stock {
            reserved: Qty::from_units(held),
            backordered: Qty::from_units(waiting),
            ..Stock::none(row.item, row.site)
        })?;
        let today = tx.today()?;
        self.promises.change(tx, &mut self.levels, row, (held, waiting), today)
    }

    /// A reservation as the batch has it, which who acts may change.
    pub(super) fn row(
        &self,
        tx: &mut Tx<'_>,
        authority: &Authority,
        id: Id<Reservation>,
    ) -> Result<Reservation, StockError> {
        let row = self.promises.reservation(id)?.clone();
        allow(tx, authority, &row)?;
        Ok(row)
    }

    /// Gives what is free now to what waits, and stages all of it.
    pub(crate) fn finish(mut self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        for stock in std::mem::take(&mut self.freed) {
            self.promises.fill(tx, &mut self.levels, stock)?;
        }
        crate::posting::stage_levels(tx, self.levels)?;
        Ok(self.promises.finish(tx)?)
    }
}

fn allow(tx: &mut Tx<'_>, authority: &Authority, row: &Reservation) -> Result<(), Halt> {
    if authority.is_full() {
        return Ok(());
    }
    let code = tx.get::<Site>(&row.site)?.map(|site| site.code.clone()).unwrap_or_default();
    let request = Request::new(authority.permission()).about(row.id.to_string()).at("site", code);
    tx.allow(authority, &request).map(|_| ())
}
