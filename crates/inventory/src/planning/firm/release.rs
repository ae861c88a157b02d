//! Releasing: what was planned is on order, and what it takes is promised to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use fondaco_core::{Act, DocumentId, Id, ItemId, Outcome, Quantity, Rate, Rounding, SiteId, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::decide::{keep, standing};
use super::{FirmOrder, FirmStatus, FirmStep, ReleasedPromise};
use crate::bills::{self, BillError, BillOf, LineKind};
use crate::items::Item;
use crate::levels::{Expected, Reservation, Stock};
use crate::planning::{PlanningError, PlanningParameters, rights};
use crate::replenish::{ReorderRule, SourceKind};
use crate::reserve::{AnnounceStock, ExpectedLine, Otherwise, Reserve, Wanted, reserve};
use crate::{MoveError, StockError, exact};

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
        let Parts { takes, days, brings } = takes(tx, &order, &item)?;
        let quantity = item.quantity(order.quantity);
        let mut expected = Vec::new();
        // What another site sends is promised there until it is on its way: on order besides, it would come twice.
        if order.from_site.is_none() {
            let mut lines = vec![ExpectedLine::new(order.item, order.site, quantity, order.due_on)];
            lines.extend(brings);
            let announce =
                AnnounceStock { party: order.supplier, ..AnnounceStock::new(self.document, lines) };
            expected = announce.act(tx)?;
        }
        let mut promises = Vec::new();
        if !takes.is_empty() {
            let otherwise = Otherwise::Backorder;
            let promised = Reserve { otherwise, ..Reserve::new(self.document, takes) };
            let promised = reserve(tx, &promised)?;
            let both = promised.lines.iter().zip(days);
            let rows = both.filter_map(|(line, wanted_on)| {
                Some(ReleasedPromise { promise: line.reservation?, order: order.id, wanted_on })
            });
            let rows: Vec<ReleasedPromise> = rows.collect();
            promises = rows.iter().map(|row| row.promise).collect();
            tx.insert_all(rows)?;
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

/// What an order takes, each on which day, and what it brings besides what it is an order of.
#[derive(Default)]
struct Parts {
    takes: Vec<Wanted>,
    days: Vec<NaiveDate>,
    brings: Vec<ExpectedLine>,
}

/// What an order takes: of what is made its components, of what another site sends the goods there.
fn takes(tx: &mut Tx<'_>, order: &FirmOrder, item: &Item) -> Result<Parts, StockError> {
    match order.source {
        Some(SourceKind::Buy) => Ok(Parts::default()),
        Some(SourceKind::Transfer) => {
            let quantity = item.quantity(order.quantity);
            let sent = order.from_site.map(|from| Wanted::new(order.item, from, quantity));
            let takes: Vec<Wanted> = sent.into_iter().collect();
            Ok(Parts { takes, days: vec![order.release_on], brings: Vec::new() })
        }
        Some(SourceKind::Make) => made(tx, order, item),
        None => Err(PlanningError::NoSource { item: item.code.clone() }.into()),
    }
}

const WHAT: &str = "what an order takes";

/// More steps down through what is made in passing than these are a mistake.
const MOST_PHANTOMS: usize = 100_000;

/// The components of an order, each wanted on its day, and what comes out besides. An order whose day of release is over takes what holds
/// today, as the run that proposed it planned.
fn made(tx: &mut Tx<'_>, order: &FirmOrder, item: &Item) -> Result<Parts, StockError> {
    let Some(version) = &order.version else { return Ok(Parts::default()) };
    let bill = bills::bill(tx, order.item, version)?.ok_or_else(|| BillError::UnknownBill {
        item: item.code.clone(),
        version: version.clone(),
    })?;
    let today = tx.today()?;
    let on = order.release_on.max(today);
    let begun = begun(tx, item, order.site, order.quantity.to_decimal())?;
    let mut taking = Taking {
        site: order.site,
        today,
        next: vec![(bill, begun, on)],
        needed: BTreeMap::new(),
        besides: BTreeMap::new(),
        there: BTreeMap::new(),
    };
    taking.all(tx)?;
    let days: Vec<NaiveDate> = taking.needed.keys().map(|(_, on)| *on).collect();
    let needed = taking.needed.into_iter().map(|((id, _), amount)| (id, amount));
    let takes = whole(tx, needed.collect(), Rounding::Up)?.into_iter();
    let takes = takes.map(|(id, quantity)| Wanted::new(id, order.site, quantity));
    let brings = whole(tx, taking.besides.into_iter().collect(), Rounding::Down)?.into_iter();
    let brings = brings.filter(|(_, quantity)| !quantity.is_zero());
    let brings =
        brings.map(|(id, quantity)| ExpectedLine::new(id, order.site, quantity, order.due_on));
    Ok(Parts { takes: takes.collect(), days, brings: brings.collect() })
}

/// What an order takes, as far as it is known: down through all that is made in passing.
struct Taking {
    site: SiteId,
    today: NaiveDate,
    /// Bills that are still to be taken apart: for how much, released on which day.
    next: Vec<(BillOf, Decimal, NaiveDate)>,
    /// By item, and the day on which it is wanted.
    needed: BTreeMap<(ItemId, NaiveDate), Decimal>,
    besides: BTreeMap<ItemId, Decimal>,
    /// What lies there of what is made in passing, and is not taken yet.
    there: BTreeMap<ItemId, Decimal>,
}

impl Taking {
    fn all(&mut self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let mut steps = 0;
        while let Some((bill, quantity, on)) = self.next.pop() {
            steps += 1;
            for line in bill.on(on) {
                let takes = bills::taken(&bill, line, quantity)?;
                if line.kind == LineKind::Output {
                    let sum = self.besides.entry(line.component).or_default();
                    *sum = exact::add(WHAT, *sum, takes)?;
                    continue;
                }
                let wanted_on = self.after(on, line.offset_days);
                match self.phantom(tx, line.component, wanted_on)? {
                    Some((item, below)) if steps < MOST_PHANTOMS => {
                        let rest = self.take_there(tx, line.component, takes, wanted_on)?;
                        if rest > Decimal::ZERO {
                            let rest = begun(tx, &item, self.site, rest)?;
                            self.next.push((below, rest, wanted_on));
                        }
                    }
                    _ => self.need(line.component, wanted_on, takes)?,
                }
            }
        }
        Ok(())
    }

    /// So many days after a release, but not before today.
    fn after(&self, on: NaiveDate, days: i32) -> NaiveDate {
        let shifted = on.checked_add_signed(TimeDelta::days(i64::from(days)));
        shifted.unwrap_or(on).max(self.today)
    }

    fn need(&mut self, item: ItemId, on: NaiveDate, takes: Decimal) -> Result<(), StockError> {
        let sum = self.needed.entry((item, on)).or_default();
        *sum = exact::add(WHAT, *sum, takes)?;
        Ok(())
    }

    /// What is made in passing, as a run of today plans it, with the bill by which it is on a day.
    fn phantom(
        &self,
        tx: &mut Tx<'_>,
        id: ItemId,
        on: NaiveDate,
    ) -> Result<Option<(Arc<Item>, BillOf)>, StockError> {
        let bills = bills::bills_of(tx, id)?;
        let at_site = bills::in_order(&bills, Some(self.site));
        if !bills::in_passing(&at_site, self.today) {
            return Ok(None);
        }
        let rule = tx.get::<ReorderRule>(&(id, self.site))?;
        if rule.is_some_and(|rule| rule.source != SourceKind::Make) {
            return Ok(None);
        }
        let Some(below) = at_site.into_iter().find(|one| one.bill.holds_on(on)) else {
            return Ok(None);
        };
        let item = tx.get::<Item>(&id)?.ok_or(MoveError::UnknownItem { item: id })?;
        Ok(Some((item, below.clone())))
    }

    /// What lies there of something made in passing is used first, as the run planned. What of it has to be made still.
    fn take_there(
        &mut self,
        tx: &mut Tx<'_>,
        item: ItemId,
        takes: Decimal,
        on: NaiveDate,
    ) -> Result<Decimal, StockError> {
        let left = match self.there.get(&item) {
            Some(left) => *left,
            None => {
                let row = tx.get::<Stock>(&(item, self.site))?;
                row.map_or(Decimal::ZERO, |row| row.available()).max(Decimal::ZERO)
            }
        };
        let used = takes.min(left);
        self.there.insert(item, left - used);
        if used > Decimal::ZERO {
            self.need(item, on, used)?;
        }
        Ok(takes - used)
    }
}

/// Amounts of items as quantities, to the digits of each.
fn whole(
    tx: &mut Tx<'_>,
    amounts: Vec<(ItemId, Decimal)>,
    rounding: Rounding,
) -> Result<Vec<(ItemId, Quantity)>, StockError> {
    let ids: Vec<ItemId> = amounts.iter().map(|(id, _)| *id).collect();
    let items = tx.get_many::<Item>(&ids)?;
    let mut quantities = Vec::with_capacity(ids.len());
    for ((id, amount), item) in amounts.into_iter().zip(items) {
        let item = item.ok_or(MoveError::UnknownItem { item: id })?;
        let whole = fondaco_core::rounding::round(amount, u32::from(item.digits()), rounding);
        quantities.push((id, Quantity::new(whole, item.unit)));
    }
    Ok(quantities)
}

/// How much is begun in whole steps of the item, so that so much turns out good.
fn begun(
    tx: &mut Tx<'_>,
    item: &Item,
    site: SiteId,
    quantity: Decimal,
) -> Result<Decimal, StockError> {
    let said = tx.get::<PlanningParameters>(&(item.id, site))?;
    let share = said.and_then(|said| said.yield_share).map_or(Decimal::ONE, Rate::factor);
    let digits = u32::from(item.digits());
    let whole = fondaco_core::rounding::round(quantity, digits, Rounding::Up);
    Ok(exact::portion(WHAT, whole, (Decimal::ONE, share), digits, Rounding::Up)?)
}
