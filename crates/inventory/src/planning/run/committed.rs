//! What is promised and coming as a run reads it, with the released orders that take it or that it is of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{DocumentId, Id, Range, Reading};

use super::said::Key;
use crate::levels::{Expected, Reservation};
use crate::mrp::{DemandNo, ItemNo};
use crate::planning::{FirmOrder, ReleasedPromise, WantedDay};
use crate::{Qty, StockError};

/// What was promised, coming and released when the run looked.
pub(super) struct Committed {
    pub(super) promised: Vec<Vec<Arc<Reservation>>>,
    pub(super) coming: Vec<Vec<Arc<Expected>>>,
    wanted: BTreeMap<DocumentId, NaiveDate>,
    /// What released orders take.
    released: BTreeMap<Id<Reservation>, Arc<ReleasedPromise>>,
    /// The orders that take it.
    orders: BTreeMap<Id<FirmOrder>, Arc<FirmOrder>>,
    /// For which promise alone something on order is.
    pub(super) alone: BTreeMap<Id<Expected>, Id<Reservation>>,
}

/// The demands that promises are.
#[derive(Default)]
pub(super) struct Demands {
    pub(super) of_promise: BTreeMap<Id<Reservation>, DemandNo>,
    /// By item, and the customer's promise behind it.
    pub(super) of_item: BTreeMap<(ItemNo, Id<Reservation>), DemandNo>,
}

impl Demands {
    /// Who wants an item for a customer's promise: what an order takes that is made for it, or the promise itself.
    pub(super) fn find(&self, item: ItemNo, root: Id<Reservation>) -> Option<DemandNo> {
        self.of_item.get(&(item, root)).or_else(|| self.of_promise.get(&root)).copied()
    }
}

/// How much of what is promised is still to go out.
pub(super) fn open(row: &Reservation) -> Qty {
    Qty::from_units(row.held.units().saturating_add(row.backordered.units()))
}

impl Committed {
    pub(super) fn read(
        read: &mut impl Reading,
        keys: &[Key],
        is_alone: impl Fn(&Key) -> bool,
    ) -> Result<Committed, StockError> {
        let promised: Vec<_> =
            keys.iter().map(|key| Range::by(Reservation::BY_OPEN, key)).collect();
        let promised = read.peek_scans(&promised)?;
        let coming: Vec<_> = keys.iter().map(|key| Range::by(Expected::BY_OPEN, key)).collect();
        let coming = read.peek_scans(&coming)?;
        let documents: Vec<_> = promised.iter().flatten().map(|row| row.document).collect();
        let wanted = read.peek_many::<WantedDay>(&documents)?.into_iter().flatten();
        let wanted = wanted.map(|row| (row.document, row.wanted_on)).collect();
        let ids: Vec<_> = promised.iter().flatten().map(|row| row.id).collect();
        let released = read.peek_many::<ReleasedPromise>(&ids)?.into_iter().flatten();
        let released: BTreeMap<_, _> = released.map(|row| (row.promise, row)).collect();
        let ids: BTreeSet<_> = released.values().map(|row| row.order).collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let orders = read.peek_many::<FirmOrder>(&ids)?.into_iter().flatten();
        let orders = orders.map(|order| (order.id, order)).collect();
        let alone = coming.iter().zip(keys).filter(|(_, key)| is_alone(key));
        let alone: Vec<_> = alone.flat_map(|(rows, _)| rows).map(|row| row.id).collect();
        let alone: Vec<_> = alone.iter().map(|id| Range::by(FirmOrder::BY_EXPECTED, id)).collect();
        let alone = read.peek_scans(&alone)?.into_iter().flatten();
        let alone = alone.filter_map(|order| Some((order.expected?, order.for_promise?))).collect();
        Ok(Committed { promised, coming, wanted, released, orders, alone })
    }

    /// The released order that takes what is promised.
    pub(super) fn order_of(&self, promise: Id<Reservation>) -> Option<&Arc<FirmOrder>> {
        self.released.get(&promise).and_then(|row| self.orders.get(&row.order))
    }

    /// The day on which what is promised is wanted: what is said of the document, or when the order that takes it was to be released.
    pub(super) fn wanted_on(&self, row: &Reservation) -> Option<NaiveDate> {
        let of_order = || self.released.get(&row.id).map(|released| released.wanted_on);
        self.wanted.get(&row.document).copied().or_else(of_order)
    }
}
