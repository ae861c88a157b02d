//! The levels while a batch changes them: what each move adds, and whether they stay where they may be.

use fondaco_core::store::Record;
use fondaco_core::tx::{Cell, Pending, Rows, Running};
use fondaco_core::{Halt, Id, ItemId, Needs, SiteId, Tx};
use smol_str::SmolStr;

use super::{Bin, Commitment, LotBin, LotTotal, MoveUse, Serial, Stock, Weight};
use crate::Qty;
use crate::items::Lot;

/// The counters that a batch is judged by, taken back item by item. What nothing is judged by is added up from its legs in the end
/// ([`Flow`](super::Flow), [`LocationUse`](super::LocationUse)).
#[derive(Pending)]
pub(crate) struct Levels {
    pub(crate) stocks: Running<Stock>,
    pub(crate) bins: Running<Bin>,
    pub(crate) lot_bins: Running<LotBin>,
    lot_totals: Running<LotTotal>,
    pub(crate) serials: Running<Serial>,
    pub(crate) uses: Running<MoveUse>,
    pub(crate) weights: Running<Weight>,
    /// What of it is promised or on order, from which day on.
    pub(crate) commitments: Rows<Commitment>,
}

/// Which counters a batch will be judged by.
#[derive(Default)]
pub(crate) struct Touched {
    pub(crate) stocks: Vec<(ItemId, SiteId)>,
    pub(crate) bins: Vec<(ItemId, SmolStr)>,
    pub(crate) lot_bins: Vec<(Id<Lot>, SmolStr)>,
    pub(crate) serials: Vec<(ItemId, SmolStr)>,
    pub(crate) uses: Vec<Id<crate::moves::Move>>,
}

impl Levels {
    /// Reads the counters that are named, in one trip, without resting on any.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub(crate) fn prepare(tx: &mut Tx<'_>, touched: Touched) -> Result<Levels, Halt> {
        let Touched { stocks, bins, lot_bins, serials, uses } = touched;
        let needs = Needs::new()
            .rows::<Stock>(&stocks)
            .rows::<Bin>(&bins)
            .rows::<LotBin>(&lot_bins)
            .rows::<Serial>(&serials)
            .rows::<MoveUse>(&uses);
        tx.need_all(needs)?;
        Ok(Levels {
            stocks: Running::prepare(tx, stocks)?,
            bins: Running::prepare(tx, bins)?,
            lot_bins: Running::prepare(tx, lot_bins)?,
            lot_totals: Running::default(),
            serials: Running::prepare(tx, serials)?,
            uses: Running::prepare(tx, uses)?,
            weights: Running::default(),
            commitments: Rows::default(),
        })
    }

    /// Adds to what there is of an item at a site.
    pub(crate) fn add(&mut self, change: Stock) -> Result<Cell, Halt> {
        self.stocks.add(change)
    }

    /// Adds to what lies in a location.
    pub(crate) fn add_bin(
        &mut self,
        item: ItemId,
        location: SmolStr,
        units: i64,
    ) -> Result<Cell, Halt> {
        let (on_hand, reserved) = (Qty::from_units(units), Qty::ZERO);
        self.bins.add(Bin { item, location, on_hand, reserved })
    }

    /// Adds to what lies of a lot in a location.
    pub(crate) fn add_lot_bin(
        &mut self,
        lot: Id<Lot>,
        location: SmolStr,
        units: i64,
    ) -> Result<Cell, Halt> {
        let (on_hand, reserved) = (Qty::from_units(units), Qty::ZERO);
        self.lot_bins.add(LotBin { lot, location, on_hand, reserved })
    }

    /// Adds a leg of a lot.
    pub(crate) fn add_lot(&mut self, lot: Id<Lot>, units: i64) -> Result<(), Halt> {
        let on_hand = Qty::from_units(units);
        self.lot_totals.add(LotTotal { lot, on_hand, legs: 1 }).map(|_| ())
    }

    /// Adds a leg of a serial number.
    pub(crate) fn add_serial(
        &mut self,
        item: ItemId,
        code: SmolStr,
        units: i64,
    ) -> Result<(), Halt> {
        let on_hand = Qty::from_units(units);
        self.serials.add(Serial { item, code, on_hand, legs: 1 }).map(|_| ())
    }

    /// Adds to what was used of a move.
    pub(crate) fn add_use(&mut self, of: Id<crate::moves::Move>, units: i64) -> Result<Cell, Halt> {
        self.uses.add(MoveUse { of, used: Qty::from_units(units) })
    }

    /// Reads what pieces weigh where they lie, in one trip.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub(crate) fn prepare_weights(
        &mut self,
        tx: &mut Tx<'_>,
        keys: Vec<<Weight as Record>::Key>,
    ) -> Result<(), Halt> {
        self.weights = Running::prepare(tx, keys)?;
        Ok(())
    }

    /// Adds to what pieces weigh where they lie.
    pub(crate) fn add_weight(
        &mut self,
        (item, site, location, lot): <Weight as Record>::Key,
        weight: i64,
    ) -> Result<(), Halt> {
        let on_hand = Qty::from_units(weight);
        self.weights.add(Weight { item, site, location, lot, on_hand }).map(|_| ())
    }
}
