//! What is promised, and what is expected: what is behind [`Stock::reserved`](super::Stock::reserved),
//! [`backordered`](super::Stock::backordered) and [`on_order`](super::Stock::on_order).

use chrono::NaiveDate;
use fondaco_core::store::{Rare, Record};
use fondaco_core::{DocumentId, Halt, Id, ItemId, PartyId, SiteId, Timestamp, Tx};
use smol_str::SmolStr;

use crate::Qty;
use crate::items::Lot;

/// That so much of an item is promised to a document.
///
/// What was wanted is held, backordered, fulfilled or released: the four come to it.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_reservation", kind = state, key(id),
    index(by_waiting(waiting, site)), index(by_open(open, site)), index(by_document(document)),
    index(by_location(location, open)), index(by_lot(lot, open)), guard(by_document(document)),
)]
pub struct Reservation {
    /// Its id; those that wait are served in this order.
    pub id: Id<Reservation>,
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The document that it is promised to: an order.
    pub document: DocumentId,
    /// The customer, or whoever it is promised to.
    pub party: Rare<PartyId>,
    /// The item, while something is held or waits; `None` when it is over.
    pub open: Option<ItemId>,
    /// The item, while something waits for goods; `None` when nothing does.
    pub waiting: Option<ItemId>,
    /// The location out of which it is promised; `None` for wherever it lies, as where goods of that location were missing.
    pub location: Option<SmolStr>,
    /// The lot that is promised; `None` for any.
    pub lot: Option<Id<Lot>>,
    /// How much was wanted, in the item's stock unit.
    pub wanted: Qty,
    /// How much of it is there and kept for the document.
    pub held: Qty,
    /// How much of it waits for goods.
    pub backordered: Qty,
    /// How much of it went out.
    pub fulfilled: Qty,
    /// When it was made.
    pub reserved_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// The day from which on it is as it is.
    pub changed_on: NaiveDate,
}

impl Reservation {
    /// How much of it is left: what is held and what waits.
    pub(crate) fn open_units(&self) -> i64 {
        self.held.units().saturating_add(self.backordered.units())
    }

    /// Keeps the columns by which it is found in step with its quantities.
    pub(crate) fn settle(&mut self) {
        let waits = self.backordered > Qty::ZERO;
        self.waiting = waits.then_some(self.item);
        self.open = (waits || self.held > Qty::ZERO).then_some(self.item);
    }
}

/// That so much of an item was ordered for a site, of a supplier or of production.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_expected", kind = state, key(id),
    index(by_open(open, site, due_on)), index(by_document(document)), guard(by_document(document)),
)]
pub struct Expected {
    /// Its id.
    pub id: Id<Expected>,
    /// The item.
    pub item: ItemId,
    /// The site that it comes to.
    pub site: SiteId,
    /// The day on which it should come.
    pub due_on: NaiveDate,
    /// The order.
    pub document: DocumentId,
    /// The supplier.
    pub party: Rare<PartyId>,
    /// The item, while some of it is to come; `None` when it is over.
    pub open: Option<ItemId>,
    /// How much was ordered, in the item's stock unit.
    pub ordered: Qty,
    /// How much came; more than was ordered, where more was sent.
    pub received: Qty,
    /// How much will not come.
    pub cancelled: Qty,
    /// The day from which on it is as it is.
    pub changed_on: NaiveDate,
}

/// That more or less of an item is promised at a site, waits for goods there, or is on order for it, from a day on. What
/// [`Stock`](super::Stock) has of these is the sum of all.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_commitment", kind = fact, key(item, site, date, id))]
pub struct Commitment {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// From which day on: the one on which it was recorded; of what a move fulfils or brings, the move's, if nothing of the promise or
    /// the order was changed later.
    pub date: NaiveDate,
    /// Its id.
    pub id: Id<Commitment>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// How much more is promised and kept.
    pub reserved: Qty,
    /// How much more waits for goods.
    pub backordered: Qty,
    /// How much more is to come.
    pub on_order: Qty,
}

impl Commitment {
    /// No more than there was, to be filled in.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub(crate) fn none(
        tx: &mut Tx<'_>,
        (item, site): (ItemId, SiteId),
        date: NaiveDate,
    ) -> Result<Commitment, Halt> {
        let (id, recorded_at, none) = (tx.id()?, tx.now(), Qty::ZERO);
        let (reserved, backordered, on_order) = (none, none, none);
        Ok(Commitment { item, site, date, id, recorded_at, reserved, backordered, on_order })
    }
}

impl Expected {
    /// How much is to come yet.
    ///
    /// ```
    /// use fondaco_core::{DocumentId, Id, ItemId, SiteId};
    /// use fondaco_inventory::Qty;
    /// use fondaco_inventory::levels::Expected;
    ///
    /// let ordered = Expected {
    ///     id: Id::from_u128(1),
    ///     item: ItemId::named("M8x40"),
    ///     site: SiteId::named("MAIN"),
    ///     due_on: "2026-03-02".parse()?,
    ///     document: DocumentId::named("purchase/7"),
    ///     party: None.into(),
    ///     open: Some(ItemId::named("M8x40")),
    ///     ordered: Qty::from_units(5_000_000),
    ///     received: Qty::from_units(6_000_000),
    ///     cancelled: Qty::ZERO,
    ///     changed_on: "2026-03-02".parse()?,
    /// };
    /// assert_eq!(ordered.to_come(), Qty::ZERO); // one more came than was ordered
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn to_come(&self) -> Qty {
        let units = |quantity: Qty| i128::from(quantity.units());
        let left = units(self.ordered) - units(self.received) - units(self.cancelled);
        Qty::from_units(i64::try_from(left.max(0)).unwrap_or(i64::MAX))
    }
}
