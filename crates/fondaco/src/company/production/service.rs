//! Work of others on a work order: a service of a purchase order that is received into it. Its material may lie at their place.
//!
//! What they did costs what was ordered, stands as received until it is billed, and is billed like goods (EVENTS row 32; ERPNext's
//! subcontracting receipt, Tryton's `production_outsourcing`).

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::{PartyId, Tx};
use fondaco_inventory::Qty;
use smol_str::SmolStr;

use super::order::blank as blank_work;
use super::{WorkLine, WorkLineKind, WorkOrder};
use crate::company::CompanyError;
use crate::company::cancel::opposite;
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, LineMatch, Status, blank, less, minus, plus,
};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place, Role};
use crate::company::sales::in_state;

const COST: At = (0, "cost of the work order");

/// A service that is received into a work order.
pub(crate) struct Served<'a> {
    /// The code of the work order.
    pub(crate) order: &'a SmolStr,
    /// The receipt's code.
    pub(crate) code: &'a SmolStr,
    /// The line of the receipt.
    pub(crate) number: u32,
    /// The day.
    pub(crate) date: NaiveDate,
    /// Who did it.
    pub(crate) party: PartyId,
    /// How much of the purchase order's line.
    pub(crate) quantity: Qty,
    /// What that costs.
    pub(crate) cost: Amount,
    /// Where it stands until it is billed: by the receipt.
    pub(crate) place: Place,
}

/// Receives a service of a purchase order into a work order; gives the receipt's line.
pub(crate) fn serve(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    of: &Line,
    served: &Served<'_>,
) -> Result<Line, CompanyError> {
    let (order, work) = desk.open_work(tx, served.order)?;
    let receipt = DocumentKind::Receipt.id(served.code);
    if of.invoiced > of.shipped {
        let bought = desk.document(tx, of.document)?;
        let why = "the service was billed before it was received into a work order: cancel the bill first";
        in_state(&bought, &[], why)?;
    }
    let (work, planned) = service_line(tx, desk, (work, of))?;
    let at: At = (planned.number, "cost");
    let (done, spent) =
        (plus(planned.done, served.quantity, at)?, plus(planned.spent, served.cost, at)?);
    desk.note_match(LineMatch {
        document: receipt,
        line: served.number,
        of: work.id,
        of_line: planned.number,
        quantity: served.quantity,
        revalued: served.cost,
    });
    desk.works.lines.put(WorkLine { done, spent, ..planned });
    let in_progress = plus(work.in_progress, served.cost, COST)?;
    desk.works.orders.put(WorkOrder { in_progress, ..work });
    let name = DocumentKind::Receipt.name_of(served.code);
    let told = (served.date, served.party, served.cost);
    let told = facts(tx, desk, (&order, &name), told, served.place.clone())?;
    desk.tell(told, None);
    desk.settle_work(tx, order.id)?;
    Ok(Line {
        document: receipt,
        number: served.number,
        quantity: served.quantity,
        unit: of.unit,
        of: Some(of.document),
        of_line: Some(of.number),
        clearing: served.cost,
        charge: Some(Figure::Service).into(),
        ..blank()
    })
}

/// The line of a work order for the work of others, by its unit; a new one where nothing of it came yet.
fn service_line(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (work, of): (WorkOrder, &Line),
) -> Result<(WorkOrder, WorkLine), CompanyError> {
    let its = |line: &WorkLine| line.kind == WorkLineKind::Service && line.unit == of.unit;
    if let Some(found) = desk.work_lines(tx, &work)?.into_iter().find(its) {
        return Ok((work, found));
    }
    let lines = work.lines.saturating_add(1);
    let line = WorkLine {
        order: work.id,
        number: lines,
        kind: WorkLineKind::Service,
        ..blank_work(of.unit)
    };
    desk.works.lines.add(line.clone());
    Ok((WorkOrder { lines, ..work }, line))
}

fn facts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, receipt): (&Document, &SmolStr),
    (date, party, cost): (NaiveDate, PartyId, Amount),
    received: Place,
) -> Result<Facts, CompanyError> {
    let item = desk.work(tx, order)?.item;
    let made = desk.place(tx, Some(item), order.site)?;
    let told = Facts::new(BusinessEvent::ServiceReceived, date, receipt.clone()).party(party);
    let cost = Fact::new(Figure::Service, cost.money(desk.currency()));
    Ok(told.fact(cost.at(received).but(Role::WorkInProgress, made)))
}

/// Takes the services of a receipt back that is cancelled.
pub(crate) fn unserve(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    receipt: &Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let lines = desk.lines_of(tx, receipt)?;
    if lines.iter().all(|line| line.charge.copied() != Some(Figure::Service)) {
        return Ok(());
    }
    for matched in desk.matches_of(tx, receipt.id)? {
        let order = desk.document(tx, matched.of)?;
        if order.kind != DocumentKind::WorkOrder {
            continue;
        }
        if order.status == Status::Closed {
            let (document, by) = (receipt.name(), format!("{} is closed", order.name()));
            return Err(CompanyError::InUse { document, by });
        }
        let cost = matched.revalued;
        let told = (date, receipt.party, cost);
        let told = facts(tx, desk, (&order, &receipt.name()), told, receipt.place(None))?;
        desk.tell(opposite(told, date), None);
        if let Some(line) = desk.works.lines.get(tx, &(order.id, matched.of_line))? {
            let spent = less(line.spent, cost, (line.number, "cost"))?;
            let done = Line::left(line.done, &[matched.quantity]);
            desk.works.lines.put(WorkLine { done, spent, ..line });
        }
        let work = desk.work(tx, &order)?;
        let in_progress = plus(work.in_progress, minus(cost, COST)?, COST)?;
        desk.works.orders.put(WorkOrder { in_progress, ..work });
        desk.settle_work(tx, order.id)?;
        if let Some(line) = desk.line(tx, (receipt.id, matched.line))? {
            desk.put_line(Line { clearing: less(line.clearing, cost, COST)?, ..line });
        }
    }
    Ok(())
}
