//! Documents of production that are taken back: what went in is in stock again at what it cost, what was made is not, hours were not
//! worked, and a work order that was closed is open.

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::Tx;
use fondaco_inventory::Qty;
use fondaco_inventory::levels::Reservation;

use super::close::{free, tell};
use super::complete::lose;
use super::release::{announce_again, promise_again};
use super::returned::undo;
use super::time::facts;
use super::{WorkLine, WorkOrder};
use crate::company::CompanyError;
use crate::company::cancel::{opposite, reverse};
use crate::company::document::{Desk, Document, DocumentKind, Line, Status, less, minus, plus};
use crate::company::purchases::revalue;

/// Takes a document back; nothing rests on it.
pub(crate) fn cancel(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    use DocumentKind as K;
    let Some(order) = order_of(tx, desk, &document)? else { return free(tx, desk, &document) };
    if document.kind == K::ProductionClose {
        return reopen(tx, desk, (order, &document), date);
    }
    if order.status == Status::Closed {
        let (document, by) = (document.name(), format!("{} is closed", order.name()));
        return Err(CompanyError::InUse { document, by });
    }
    match document.kind {
        K::MaterialIssue => issue(tx, desk, (&document, &order), date)?,
        K::MaterialReturn => back(tx, desk, &document, date)?,
        K::TimeBooking => time(tx, desk, (&document, &order), date)?,
        _ => completion(tx, desk, (&document, &order), date)?,
    }
    desk.settle_work(tx, order.id)
}

/// The work order that a document is about; `None` of a work order itself.
fn order_of(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
) -> Result<Option<Document>, CompanyError> {
    let Some(of) = document.of.filter(|_| document.kind != DocumentKind::WorkOrder) else {
        return Ok(None);
    };
    let of = desk.document(tx, of)?;
    match (of.kind, of.of) {
        (DocumentKind::MaterialIssue, Some(order)) => Ok(Some(desk.document(tx, order)?)),
        _ => Ok(Some(of)),
    }
}

fn issue(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, order): (&Document, &Document),
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let lines = desk.lines_of(tx, document)?;
    for line in &lines {
        undo(tx, desk, line, line.matched)?;
    }
    reverse(tx, desk, document, date)?;
    for line in lines {
        if let Some(number) = line.of_line {
            promise_again(tx, desk, (order.id, number))?;
        }
    }
    Ok(())
}

fn back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    for line in desk.lines_of(tx, document)? {
        let Some(key) = line.of.zip(line.of_line) else { continue };
        let Some(issued) = desk.line(tx, key)? else { continue };
        let again = Qty::from_units(line.matched.units().saturating_neg());
        undo(tx, desk, &issued, again)?;
        desk.put_line(Line { returned: Line::left(issued.returned, &[line.quantity]), ..issued });
    }
    reverse(tx, desk, document, date)
}

fn time(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, order): (&Document, &Document),
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let lines = desk.lines_of(tx, document)?;
    let told = facts(tx, desk, (document, &lines))?;
    desk.tell(opposite(told, date), None);
    let mut sum = Amount::ZERO;
    for line in lines {
        undo(tx, desk, &line, line.quantity)?;
        let Some(key) = line.of.zip(line.of_line) else { continue };
        if let Some(worked) = desk.works.lines.get(tx, &key)? {
            let spent = less(worked.spent, line.net, (line.number, "cost"))?;
            desk.works.lines.put(WorkLine { spent, ..worked });
        }
        sum = plus(sum, line.net, (line.number, "cost"))?;
    }
    less_in_progress(tx, desk, order, sum)
}

/// A work order costs so much less.
fn less_in_progress(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: &Document,
    by: Amount,
) -> Result<(), CompanyError> {
    let work = desk.work(tx, order)?;
    let in_progress = less(work.in_progress, by, (0, "cost of the work order"))?;
    desk.works.orders.put(WorkOrder { in_progress, ..work });
    Ok(())
}

fn completion(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, order): (&Document, &Document),
    date: NaiveDate,
) -> Result<(), CompanyError> {
    reverse(tx, desk, document, date)?;
    let lines = desk.lines_of(tx, document)?;
    for line in &lines {
        // What comes out besides; what the order makes is no line of it.
        undo(tx, desk, line, line.quantity)?;
    }
    let Some(first) = lines.first() else { return Ok(()) };
    let work = desk.work(tx, order)?;
    let completed = Line::left(work.completed, &[first.quantity]);
    let refused = first.refused.copied().unwrap_or(Qty::ZERO);
    let scrapped = Line::left(work.scrapped, &[refused]);
    desk.works.orders.put(WorkOrder { completed, scrapped, ..work });
    if refused > Qty::ZERO {
        announce_again(tx, desk, order)?;
    }
    let back = Document { date, ..document.clone() };
    lose(tx, desk, (&back, order), minus(first.sold, (1, "cost"))?)
}

/// An order that was closed is open again: what its close posted is posted the other way round, and what is left to make is on order.
fn reopen(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, closing): (Document, &Document),
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let id = order.id;
    desk.put(Document { status: Status::InProgress, ..order });
    let lines = desk.lines_of(tx, closing)?;
    let mut back: Vec<Line> = Vec::with_capacity(lines.len());
    for line in lines {
        let net = minus(line.net, (line.number, "cost"))?;
        if let Some(key) = line.of.zip(line.of_line)
            && let Some(made) = desk.line(tx, key)?
        {
            revalue(tx, desk, &made, (&line, net), date)?;
        }
        back.push(Line { net, ..line });
    }
    let order = desk.document(tx, id)?;
    let work = desk.work(tx, &order)?;
    tell(tx, desk, (&Document { date, ..closing.clone() }, &back), &work)?;
    announce_again(tx, desk, &order)?;
    for line in desk.work_lines(tx, &work)? {
        let Some(promise) = line.promise.copied() else { continue };
        // What the close made free, and not what had gone out by then.
        if tx.get::<Reservation>(&promise)?.is_some_and(|row| row.fulfilled < row.wanted) {
            promise_again(tx, desk, (id, line.number))?;
        }
    }
    desk.settle_work(tx, id)
}
