//! Firming, changing and dropping.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::calendar::Roll;
use fondaco_core::job::JobId;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DateRange, Id, ItemId, Needs, Quantity, Range, Reading, SiteId, Tx};
use serde::{Deserialize, Serialize};

use super::{FirmOrder, FirmOrderStep, FirmStatus, FirmStep};
use crate::items::Item;
use crate::places::Site;
use crate::planning::run::{CurrentPlan, PlanRun, PlannedOrder};
use crate::planning::{PlanningError, rights};
use crate::replenish::{self, ReorderRule, ReplenishError};
use crate::{MoveError, Qty, StockError};

/// Firms proposals of the current run: from then on no run changes them, and their components are needed. Gives the firm orders' ids.
///
/// ```
/// use fondaco_core::job::JobId;
/// use fondaco_inventory::planning::FirmProposals;
/// let firm = FirmProposals::new(JobId::named("plan/2026-06-01"), vec![0, 3]);
/// assert_eq!(firm.orders.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirmProposals {
    /// The run: the current one.
    pub run: JobId,
    /// The numbers of its orders.
    pub orders: Vec<u32>,
}

impl FirmProposals {
    /// These orders of a run.
    pub fn new(run: JobId, orders: Vec<u32>) -> FirmProposals {
        FirmProposals { run, orders }
    }
}

impl Act for FirmProposals {
    type Answer = Vec<Id<FirmOrder>>;
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<Id<FirmOrder>>, StockError> {
        let authority = tx.authority(&rights::DECIDE)?;
        let run = self.run;
        let current = tx.get::<CurrentPlan>(&CurrentPlan::key())?;
        let current = current.filter(|current| current.run == run);
        let current = current.ok_or(PlanningError::OldProposal { run })?;
        let number = self.orders.first().copied().unwrap_or_default();
        let unknown = PlanningError::UnknownProposal { run, number };
        let planned = tx.get::<PlanRun>(&run)?.ok_or(unknown)?;
        let of_run = |number: &u32| (run, planned.attempt, *number);
        let keys: Vec<_> = self.orders.iter().map(of_run).collect();
        let rows: Vec<_> = tx.get_many::<PlannedOrder>(&keys)?.into_iter().flatten().collect();
        let items: Vec<ItemId> = rows.iter().map(|row| row.item).collect();
        let sites: Vec<SiteId> = rows.iter().map(|row| row.site).collect();
        tx.need_all(Needs::new().rows::<Item>(&items).rows::<Site>(&sites))?;
        let firmings = current.firmings.saturating_add(1);
        tx.put(CurrentPlan { firmings, ..current.as_ref().clone() })?;
        let mut ids = Vec::with_capacity(keys.len());
        for (index, key) in keys.into_iter().enumerate() {
            let firm = firm(tx, &authority, key, (planned.firmings, firmings));
            ids.push(firm.map_err(|error| error.at(index))?);
        }
        Ok(ids)
    }
}

/// Firms one proposal of a run that knew of so many firmings, as part of another one.
fn firm(
    tx: &mut Tx<'_>,
    authority: &Authority,
    key: (JobId, u32, u32),
    (known, firming): (i64, i64),
) -> Result<Id<FirmOrder>, StockError> {
    let (run, _, number) = key;
    let row = tx.get::<PlannedOrder>(&key)?;
    let row = row.ok_or(PlanningError::UnknownProposal { run, number })?;
    let (item, _) = asked(tx, authority, row.item, row.site)?;
    if let Some(firm) = row.firm {
        return Err(PlanningError::FirmAlready { run, number, firm }.into());
    }
    if row.source.is_none() {
        return Err(PlanningError::NoSource { item: item.code.clone() }.into());
    }
    if let Some(firm) = firmed_since(tx, &row, known)? {
        return Err(PlanningError::FirmedSince { run, number, firm }.into());
    }
    let id = tx.id()?;
    let order = FirmOrder {
        id,
        item: row.item,
        site: row.site,
        source: row.source,
        supplier: row.supplier,
        from_site: row.from_site,
        version: row.version.clone(),
        quantity: row.quantity,
        release_on: row.release_on,
        due_on: row.due_on,
        status: FirmStatus::Firm,
        run,
        number,
        firming,
        for_promise: row.for_promise,
        document: None,
        expected: None,
        steps: 1,
    };
    tx.insert(step(tx, &order, FirmStep::Firmed))?;
    tx.emit(event("stock.order_firmed", &order));
    tx.insert(order)?;
    tx.put(PlannedOrder { firm: Some(id), ..row.as_ref().clone() })?;
    Ok(id)
}

/// What was firmed of the same item at the site out of another run, since a run that knew of so many firmings looked at the stock:
/// it may be for the same needs. Whoever else firms changes the row of the current plan, which is guarded.
fn firmed_since(
    tx: &mut Tx<'_>,
    row: &PlannedOrder,
    known: i64,
) -> Result<Option<Id<FirmOrder>>, StockError> {
    let range = Range::by(FirmOrder::BY_ITEM, &(row.item, row.site));
    let since = tx.peek_scan(&range.from(&known.saturating_add(1)))?;
    let others =
        |order: &&Arc<FirmOrder>| order.run != row.run && order.status != FirmStatus::Dropped;
    Ok(since.iter().find(others).map(|order| order.id))
}

/// The item and the site of an order, if who acts may decide about it.
fn asked(
    tx: &mut Tx<'_>,
    authority: &Authority,
    item: ItemId,
    site: SiteId,
) -> Result<(Arc<Item>, Arc<Site>), StockError> {
    let item = tx.get::<Item>(&item)?.ok_or(MoveError::UnknownItem { item })?;
    let site = tx.get::<Site>(&site)?.ok_or(MoveError::UnknownSite { site })?;
    crate::bills::rights::ask(tx, authority, &item, Some(&site))?;
    Ok((item, site))
}

/// The last step of an order as it is now.
fn step(tx: &Tx<'_>, order: &FirmOrder, what: FirmStep) -> FirmOrderStep {
    FirmOrderStep {
        order: order.id,
        step: order.steps.saturating_sub(1),
        what,
        quantity: order.quantity,
        due_on: order.due_on,
        recorded_at: tx.now(),
    }
}

fn event(name: &'static str, order: &FirmOrder) -> Event {
    let event = Event::new(name).with("order", order.id).with("item", order.item);
    event.with("site", order.site).with("quantity", order.quantity.to_decimal())
}

/// A firm order that stands, with its item, if who acts may decide about it.
pub(super) fn standing(
    tx: &mut Tx<'_>,
    authority: &Authority,
    id: Id<FirmOrder>,
) -> Result<(Arc<FirmOrder>, Arc<Item>), StockError> {
    let order = tx.get::<FirmOrder>(&id)?;
    let order = order.ok_or(PlanningError::UnknownFirmOrder { order: id })?;
    let (item, _) = asked(tx, authority, order.item, order.site)?;
    if order.status != FirmStatus::Firm {
        let status = order.status.code();
        return Err(PlanningError::FirmOrderOver { order: id, status }.into());
    }
    Ok((order, item))
}

/// Keeps an order as it is now, with a step of its history.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    order: FirmOrder,
    what: FirmStep,
    told: &'static str,
) -> Result<(), StockError> {
    let order = FirmOrder { steps: order.steps.saturating_add(1), ..order };
    tx.insert(step(tx, &order, what))?;
    tx.emit(event(told, &order));
    Ok(tx.put(order)?)
}

/// Changes a firm order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeFirmOrder {
    /// Which.
    pub order: Id<FirmOrder>,
    /// How much of it shall be good, in any unit that converts into the item's stock unit; `None` for what it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// When it shall be there; the day of release is as many working days before as it was. `None` for when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
}

impl ChangeFirmOrder {
    /// Another quantity.
    pub fn quantity(order: Id<FirmOrder>, quantity: Quantity) -> ChangeFirmOrder {
        ChangeFirmOrder { order, quantity: Some(quantity), due_on: None }
    }

    /// Another day.
    ///
    /// ```
    /// use fondaco_core::Id;
    /// use fondaco_inventory::planning::ChangeFirmOrder;
    /// let later = ChangeFirmOrder::due_on(Id::from_u128(7), "2026-07-15".parse()?);
    /// assert_eq!(later.quantity, None);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn due_on(order: Id<FirmOrder>, due_on: NaiveDate) -> ChangeFirmOrder {
        ChangeFirmOrder { order, quantity: None, due_on: Some(due_on) }
    }
}

impl Act for ChangeFirmOrder {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::DECIDE)?;
        let (order, item) = standing(tx, &authority, self.order)?;
        let mut order = order.as_ref().clone();
        if let Some(quantity) = self.quantity {
            order.quantity = Qty::from_units(crate::reserve::units(tx, &item, quantity)?);
        }
        if let Some(due_on) = self.due_on {
            order.release_on = released(tx, &order, due_on)?;
            order.due_on = due_on;
        }
        keep(tx, order, FirmStep::Changed, "stock.firm_order_changed")
    }
}

/// When an order is released that is to be there on another day: as many working days before as it was, or as many days where no calendar
/// says which are worked.
fn released(
    tx: &mut Tx<'_>,
    order: &FirmOrder,
    due_on: NaiveDate,
) -> Result<NaiveDate, StockError> {
    let rule = tx.get::<ReorderRule>(&(order.item, order.site))?;
    let code = replenish::calendar_of(tx, rule.as_deref(), order.site)?;
    let Some(code) = code else {
        let moved = due_on.signed_duration_since(order.due_on);
        return Ok(order.release_on.checked_add_signed(moved).unwrap_or(due_on));
    };
    let found = tx.calendar(&code).map_err(replenish::calendar_error)?;
    let known = [order.release_on, order.due_on, due_on];
    let first = known.iter().min().copied().unwrap_or(due_on);
    let last = known.iter().max().copied().unwrap_or(due_on);
    let before = order.due_on.signed_duration_since(order.release_on).num_days().max(0);
    // Six free days for each that is worked, and a quarter for holidays.
    let before = chrono::Days::new(7 * before.unsigned_abs() + 90);
    let range = DateRange::between(
        Some(first.checked_sub_days(before).unwrap_or(first)),
        Some(last.checked_add_days(chrono::Days::new(90)).unwrap_or(last)),
    );
    let refused = |error| StockError::from(ReplenishError::Calendar(error));
    let days = found.over(range.unwrap_or(DateRange::day(due_on))).map_err(refused)?;
    let due = days.roll(order.due_on, Roll::Preceding).map_err(refused)?;
    let worked = days.count(order.release_on.min(due), due).map_err(refused)?;
    days.add(due_on, -worked, Roll::Preceding).map_err(refused)
}

/// Drops a firm order: it is not wanted any more, and the next run plans without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropFirmOrder {
    /// Which.
    pub order: Id<FirmOrder>,
}

impl DropFirmOrder {
    /// This one.
    ///
    /// ```
    /// use fondaco_core::Id;
    /// use fondaco_inventory::planning::DropFirmOrder;
    /// assert_eq!(DropFirmOrder::new(Id::from_u128(7)).order, Id::from_u128(7));
    /// ```
    pub fn new(order: Id<FirmOrder>) -> DropFirmOrder {
        DropFirmOrder { order }
    }
}

impl Act for DropFirmOrder {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::DECIDE)?;
        let (order, _) = standing(tx, &authority, self.order)?;
        let dropped = FirmOrder { status: FirmStatus::Dropped, ..order.as_ref().clone() };
        keep(tx, dropped, FirmStep::Dropped, "stock.firm_order_dropped")
    }
}
