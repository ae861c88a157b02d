//! Releasing: what was planned is on order, and what it takes is promised to it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{
    Act, DocumentId, Id, ItemId, Outcome, Quantity, Rate, Reading, Rounding, SiteId, Tx,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::decide::{keep, standing};
use super::{FirmOrder, FirmStatus, FirmStep, ReleasedPromise};
use crate::bills::{self, BillOf, LineKind};
use crate::items::Item;
use crate::levels::{Expected, Reservation};
use crate::planning::{PlanningError, PlanningParameters, rights};
use crate::replenish::SourceKind;
use crate::reserve::{AnnounceStock, ExpectedLine, Otherwise, Reserve, Wanted, reserve};
use crate::{MoveError, QUANTITY_DIGITS, StockError, exact};

/// Releases a firm order under a document of the host, in one commit: it is on order from then on
/// ([`AnnounceStock`](crate::reserve::AnnounceStock)), with what comes out besides, and what it takes is promised to the document, as far as it is
/// there, and waits for goods otherwise. What another site sends is not on order: it is promised there, and on its way once a dispatch
/// [fulfils](crate::moves::NewMove::fulfils) that. An order is released once; sent again, the command gives the same answer.
///
/// ```
/// use fondaco_core::{DocumentId, Id};
/// use fondaco_inventory::planning::ReleaseFirmOrder;
/// let release = ReleaseFirmOrder::new(Id::from_u128(7), DocumentId::named("work/12"));
/// assert_eq!(release.document, DocumentId::named("work/12"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseFirmOrder {
    /// Which.
    pub order: Id<FirmOrder>,
    /// The purchase order, transfer order or work order.
    pub document: DocumentId,
}

impl ReleaseFirmOrder {
    /// This one, under this document.
    pub fn new(order: Id<FirmOrder>, document: DocumentId) -> ReleaseFirmOrder {
        ReleaseFirmOrder { order, document }
    }
}

/// What an order was released as.
#[derive(Debug, Clone, PartialEq, Eq, Default, Outcome)]
pub struct Released {
    /// What is on order: the item first, then what comes out besides.
    pub expected: Vec<Id<Expected>>,
    /// What is promised to it.
    pub promises: Vec<Id<Reservation>>,
}

impl Act for ReleaseFirmOrder {
    type Answer = Released;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Released, StockError> {
        let authority = tx.authority(&rights::DECIDE)?;
        let (order, item) = standing(tx, &authority, self.order)?;
        let (takes, besides) = takes(tx, &order, &item)?;
        let quantity = item.quantity(order.quantity);
        let mut expected = Vec::new();
        // What another site sends is promised there until it is on its way: on order besides, it would come twice.
        if order.from_site.is_none() {
            let mut lines = vec![ExpectedLine::new(order.item, order.site, quantity, order.due_on)];
            lines.extend(besides);
            let announce =
                AnnounceStock { party: order.supplier, ..AnnounceStock::new(self.document, lines) };
            expected = announce.act(tx)?;
        }
        let mut promises = Vec::new();
        if !takes.is_empty() {
            let otherwise = Otherwise::Backorder;
            let promised = Reserve { otherwise, ..Reserve::new(self.document, takes) };
            let promised = reserve(tx, &promised)?;
            promises = promised.lines.iter().filter_map(|line| line.reservation).collect();
            let (order, wanted_on) = (order.id, order.release_on);
            let rows = promises.iter().map(|id| ReleasedPromise { promise: *id, order, wanted_on });
            tx.insert_all(rows.collect())?;
        }
        let released = FirmOrder {
            status: FirmStatus::Released,
            document: Some(self.document),
            expected: expected.first().copied(),
            ..order.as_ref().clone()
        };
        keep(tx, released, FirmStep::Released, "stock.firm_order_released")?;
        Ok(Released { expected, promises })
    }
}

/// What an order takes, and what it brings besides what it is an order of.
type Parts = (Vec<Wanted>, Vec<ExpectedLine>);

/// What an order takes: of what is made its components, of what another site sends the goods there.
fn takes(tx: &mut Tx<'_>, order: &FirmOrder, item: &Item) -> Result<Parts, StockError> {
    match order.source {
        Some(SourceKind::Buy) => Ok(Parts::default()),
        Some(SourceKind::Transfer) => {
            let quantity = item.quantity(order.quantity);
            let sent = order.from_site.map(|from| Wanted::new(order.item, from, quantity));
            Ok((sent.into_iter().collect(), Vec::new()))
        }
        Some(SourceKind::Make) => parts(tx, order),
        None => Err(PlanningError::NoSource { item: item.code.clone() }.into()),
    }
}

const WHAT: &str = "what an order takes";

/// More steps down through what is made in passing than these are a mistake.
const MOST_PHANTOMS: usize = 100_000;

/// The components of an order, through all that is made in passing, rounded up to the digits of each; and what comes besides, rounded
/// down. An order whose day of release is over takes what holds today, as the run that proposed it planned.
fn parts(tx: &mut Tx<'_>, order: &FirmOrder) -> Result<Parts, StockError> {
    let Some(version) = &order.version else { return Ok(Parts::default()) };
    let Some(bill) = bills::bill(tx, order.item, version)? else { return Ok(Parts::default()) };
    let date = order.release_on.max(tx.today()?);
    let mut needed: BTreeMap<ItemId, Decimal> = BTreeMap::new();
    let mut besides: BTreeMap<ItemId, Decimal> = BTreeMap::new();
    let begun = begun(tx, order)?;
    let mut next = vec![(bill, begun)];
    let mut steps = 0;
    while let Some((bill, quantity)) = next.pop() {
        steps += 1;
        for line in bill.on(date) {
            let takes = taken(&bill, line, quantity)?;
            if line.kind == LineKind::Output {
                let sum = besides.entry(line.component).or_default();
                *sum = exact::add(WHAT, *sum, takes)?;
                continue;
            }
            match phantom(tx, line.component, order.site, date)? {
                Some(below) if steps < MOST_PHANTOMS => next.push((below, takes)),
                _ => {
                    let sum = needed.entry(line.component).or_default();
                    *sum = exact::add(WHAT, *sum, takes)?;
                }
            }
        }
    }
    let wanted = whole(tx, needed, Rounding::Up)?.into_iter();
    let wanted = wanted.map(|(id, quantity)| Wanted::new(id, order.site, quantity));
    let brings = whole(tx, besides, Rounding::Down)?.into_iter();
    let brings = brings.filter(|(_, quantity)| !quantity.is_zero());
    let brings =
        brings.map(|(id, quantity)| ExpectedLine::new(id, order.site, quantity, order.due_on));
    Ok((wanted.collect(), brings.collect()))
}

/// Amounts of items as quantities, to the digits of each.
fn whole(
    tx: &mut Tx<'_>,
    amounts: BTreeMap<ItemId, Decimal>,
    rounding: Rounding,
) -> Result<Vec<(ItemId, Quantity)>, StockError> {
    let ids: Vec<ItemId> = amounts.keys().copied().collect();
    let items = tx.get_many::<Item>(&ids)?;
    let mut quantities = Vec::with_capacity(ids.len());
    for ((id, amount), item) in amounts.into_iter().zip(items) {
        let item = item.ok_or(MoveError::UnknownItem { item: id })?;
        let whole = fondaco_core::rounding::round(amount, u32::from(item.digits()), rounding);
        quantities.push((id, Quantity::new(whole, item.unit)));
    }
    Ok(quantities)
}

/// How much is begun, so that so much turns out good.
fn begun(tx: &mut Tx<'_>, order: &FirmOrder) -> Result<Decimal, StockError> {
    let said = tx.get::<PlanningParameters>(&(order.item, order.site))?;
    let share = said.and_then(|said| said.yield_share).map_or(Decimal::ONE, Rate::factor);
    let parts = (Decimal::ONE, share);
    let digits = u32::from(QUANTITY_DIGITS);
    Ok(exact::portion(WHAT, order.quantity.to_decimal(), parts, digits, Rounding::Up)?)
}

/// The bill of something that is made in passing.
fn phantom(
    read: &mut impl Reading,
    item: ItemId,
    site: SiteId,
    date: NaiveDate,
) -> Result<Option<BillOf>, StockError> {
    let holds = bills::holding(read, item, Some(site), date)?;
    Ok(holds.filter(|one| one.bill.phantom))
}

fn taken(bill: &BillOf, line: &bills::BillLine, quantity: Decimal) -> Result<Decimal, StockError> {
    Ok(bills::taken(bill, line, quantity)?)
}
