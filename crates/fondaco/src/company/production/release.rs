//! Releasing work orders: they are on order, and their material is promised to them.

use fondaco_accounting::ledger::Amount;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Quantity, SiteId, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::levels::Reservation;
use fondaco_inventory::planning::{ReleaseFirmOrder, SetWantedDay};
use fondaco_inventory::reserve::{
    AnnounceStock, ExpectedLine, Otherwise, Reserve, Wanted, reserve,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::cost::worth_now;
use super::time::charge;
use super::{WorkLine, WorkLineKind, WorkOrder, allow};
use crate::company::document::{Desk, Document, DocumentKind, Status};
use crate::company::purchases::not_on_order;
use crate::company::sales::{Promise, amend_promises, in_state, of_line};
use crate::company::{CompanyError, ENGINE, rights};

/// Releases work orders that are planned: all or none.
///
/// ```
/// use fondaco::company::ReleaseWorkOrders;
/// assert_eq!(ReleaseWorkOrders::new(["W-1"]).orders.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseWorkOrders {
    /// Their codes.
    pub orders: Vec<SmolStr>,
    /// What becomes of material that is not there.
    #[serde(default)]
    pub promise: Promise,
}

impl ReleaseWorkOrders {
    /// These; what is not there of their material waits for it.
    pub fn new<C: Into<SmolStr>>(orders: impl IntoIterator<Item = C>) -> ReleaseWorkOrders {
        let orders = orders.into_iter().map(Into::into).collect();
        ReleaseWorkOrders { orders, promise: Promise::default() }
    }
}

impl Act for ReleaseWorkOrders {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        let authority = tx.authority(&rights::PLAN_WORK)?;
        let mut desk = Desk::open(tx)?;
        for (index, code) in self.orders.iter().enumerate() {
            let order = desk.named(tx, DocumentKind::WorkOrder, code)?;
            allow(tx, &authority, &order.name(), order.site)?;
            let name = order.name();
            release(tx, &mut desk, order, self.promise)
                .map_err(|error| error.of(&name).at(index))?;
        }
        desk.finish(tx)
    }
}

/// Releases an order: what its material would cost by what is known now is kept with it.
pub(super) fn release(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: Document,
    promise: Promise,
) -> Result<(), CompanyError> {
    in_state(&order, &[Status::Planned], "only orders that are planned are released")?;
    let mut work = desk.work(tx, &order)?;
    let mut lines = desk.work_lines(tx, &work)?;
    for line in &mut lines {
        line.planned_cost = planned_cost(tx, desk, (&order, line), work.material_site(&order))?;
    }
    match work.firm {
        Some(_) => as_planned(tx, &order, (&mut work, &mut lines))?,
        None => {
            announce(tx, &order, (&mut work, &mut lines))?;
            promise_material(tx, (&order, work.material_site(&order)), (&mut lines, promise))?;
        }
    }
    if order.date > tx.today()? {
        let wanted = SetWantedDay::new(order.id, order.date);
        tx.as_engine(&ENGINE, |tx| wanted.act(tx))?;
    }
    tx.emit(Event::new("work_order.released").with("order", order.id));
    desk.put(Document { status: Status::Released, ..order });
    desk.works.orders.put(work);
    lines.into_iter().for_each(|line| desk.works.lines.put(line));
    Ok(())
}

fn planned_cost(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, line): (&Document, &WorkLine),
    site: SiteId,
) -> Result<Amount, CompanyError> {
    let currency = desk.currency();
    if let Some(rate) = line.rate.copied() {
        return charge(rate, line.planned, (&order.name(), line.number));
    }
    let Some(item) = line.item else { return Ok(Amount::ZERO) };
    let item = desk.item(tx, item)?;
    let (worth, _) = worth_now(tx, &item, (site, line.planned), currency)?;
    Ok(worth.unwrap_or_default())
}

/// What is still to be made is on order, with what comes out besides.
fn announce(
    tx: &mut Tx<'_>,
    order: &Document,
    (work, lines): (&mut WorkOrder, &mut [WorkLine]),
) -> Result<(), CompanyError> {
    let to_make = work.to_make();
    if to_make <= Qty::ZERO {
        return Ok(());
    }
    let comes = |item, quantity, unit| {
        ExpectedLine::new(item, order.site, Quantity::from_fixed(quantity, unit), work.due_on)
    };
    let mut expected = vec![comes(work.item, to_make, work.unit)];
    let besides = |line: &&mut WorkLine| {
        line.kind == WorkLineKind::Output && line.left() > Qty::ZERO && line.item.is_some()
    };
    let mut besides: Vec<&mut WorkLine> = lines.iter_mut().filter(besides).collect();
    expected
        .extend(besides.iter().filter_map(|line| Some(comes(line.item?, line.left(), line.unit))));
    let announce = AnnounceStock::new(order.id, expected);
    let announced = tx.as_engine(&ENGINE, |tx| announce.act(tx));
    let announced = announced.map_err(|error| of_line(error, order, |_| 0))?;
    work.expected = announced.first().copied();
    for (line, id) in besides.iter_mut().zip(announced.into_iter().skip(1)) {
        line.expected = Some(id).into();
    }
    Ok(())
}

/// What is left to make is on order, and nothing else: where not all that was begun comes.
pub(super) fn announce_again(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: &Document,
) -> Result<(), CompanyError> {
    not_on_order(tx, order.id)?;
    let mut work = desk.work(tx, order)?;
    let mut lines = desk.work_lines(tx, &work)?;
    announce(tx, order, (&mut work, &mut lines))?;
    desk.works.orders.put(work);
    lines.into_iter().for_each(|line| desk.works.lines.put(line));
    Ok(())
}

/// What of the material is still to go in is promised to the order.
pub(super) fn promise_material(
    tx: &mut Tx<'_>,
    (order, site): (&Document, SiteId),
    (lines, promise): (&mut [WorkLine], Promise),
) -> Result<(), CompanyError> {
    let otherwise = match promise {
        Promise::Nothing => return Ok(()),
        Promise::All => Otherwise::Refuse,
        // The plan says when material is there.
        Promise::Backorder | Promise::OnTime => Otherwise::Backorder,
    };
    let is_open =
        |line: &&mut WorkLine| line.kind == WorkLineKind::Component && line.left() > Qty::ZERO;
    let mut open: Vec<&mut WorkLine> = lines.iter_mut().filter(is_open).collect();
    let wanted = open.iter().filter_map(|line| {
        let quantity = Quantity::from_fixed(line.left(), line.unit);
        Some(Wanted::new(line.item?, site, quantity))
    });
    let wanted: Vec<Wanted> = wanted.collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let command = Reserve { otherwise, ..Reserve::new(order.id, wanted) };
    let reserved = tx.as_engine(&ENGINE, |tx| reserve(tx, &command));
    let number = |index: usize| open.get(index).map_or(0, |line| line.number);
    let reserved = reserved.map_err(|error| of_line(error, order, number))?;
    for (line, answer) in open.iter_mut().zip(reserved.lines) {
        line.promise = answer.reservation.into();
    }
    Ok(())
}

/// A line of which something was taken otherwise, or came back, is promised what is left of it, if anything was promised to it.
pub(super) fn promise_again(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (id, number): (DocumentId, u32),
) -> Result<(), CompanyError> {
    let Some(line) = desk.works.lines.get(tx, &(id, number))? else { return Ok(()) };
    let Some(promise) = line.promise.copied() else { return Ok(()) };
    amend_promises(tx, &[(promise, line.left())])
}

/// What a plan has firmed is released as it was planned: what that promised to it is the lines'.
fn as_planned(
    tx: &mut Tx<'_>,
    order: &Document,
    (work, lines): (&mut WorkOrder, &mut [WorkLine]),
) -> Result<(), CompanyError> {
    let Some(firm) = work.firm else { return Ok(()) };
    let command = ReleaseFirmOrder::new(firm, order.id);
    let released = tx.as_engine(&ENGINE, |tx| command.act(tx))?;
    work.expected = released.expected.first().copied();
    for row in tx.get_many::<Reservation>(&released.promises)?.into_iter().flatten() {
        let its =
            |line: &&mut WorkLine| line.item == Some(row.item) && line.promise.get().is_none();
        if let Some(line) = lines.iter_mut().find(its) {
            line.promise = Some(row.id).into();
        }
    }
    Ok(())
}
