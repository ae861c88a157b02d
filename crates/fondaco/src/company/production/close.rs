//! Closing work orders: what they cost beside what was made of it becomes variances, or a part of what was made.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::reserve::ReleaseDocument;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::cost::worth_now;
use super::release::not_on_order;
use super::variances::variances;
use super::{WorkOrder, Works, allow};
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, Status, blank, less, minus, plus, share, sum,
};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure};
use crate::company::purchases::revalue;
use crate::company::sales::{head, in_state};
use crate::company::{CompanyError, ENGINE, rights};

/// A work order that is over.
///
/// ```
/// use fondaco::company::NewClose;
/// let close = NewClose::new("W-1", "2026-03-31".parse()?);
/// assert_eq!(close.code, "W-1"); // the close has the code of its order
/// # Ok::<(), fondaco::chrono::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClose {
    /// Its code.
    pub code: SmolStr,
    /// The code of the work order.
    pub order: SmolStr,
    /// The day.
    pub date: NaiveDate,
}

impl NewClose {
    /// This order is over; the document has its code.
    pub fn new(order: impl Into<SmolStr>, date: NaiveDate) -> NewClose {
        let order = order.into();
        NewClose { code: order.clone(), order, date }
    }

    /// Under another code: of an order that was closed before.
    #[must_use]
    pub fn code(self, code: impl Into<SmolStr>) -> NewClose {
        NewClose { code: code.into(), ..self }
    }
}

/// Closes work orders: all or none. What is not made is not on order any more, and what is promised to them is free. What is left of their
/// cost goes to variances where what they make goes by a standard cost, and else upon what was made, wherever that is by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseWorkOrders {
    /// Which.
    pub orders: Vec<NewClose>,
}

impl CloseWorkOrders {
    /// These.
    ///
    /// ```
    /// use fondaco::company::CloseWorkOrders;
    /// assert!(CloseWorkOrders::new(vec![]).orders.is_empty());
    /// ```
    pub fn new(orders: Vec<NewClose>) -> CloseWorkOrders {
        CloseWorkOrders { orders }
    }
}

impl Act for CloseWorkOrders {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::CLOSE_WORK)?;
        let mut desk = Desk::open(tx)?;
        let codes = self.orders.iter().map(|new| &new.order);
        let new = self.orders.iter().map(|new| DocumentKind::ProductionClose.id(&new.code));
        let orders = Works::read_ahead(tx, new, codes)?;
        Works::read_made(tx, &orders)?;
        for (index, new) in self.orders.iter().enumerate() {
            let name = DocumentKind::ProductionClose.name_of(&new.code);
            close(tx, &mut desk, &authority, new).map_err(|error| error.of(&name).at(index))?;
        }
        tx.emit(Event::new("work_order.closed").with("orders", self.orders.len() as i64));
        desk.finish(tx)?;
        Ok(self.orders.iter().map(|new| DocumentKind::ProductionClose.id(&new.code)).collect())
    }
}

fn close(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewClose,
) -> Result<(), CompanyError> {
    let kind = DocumentKind::ProductionClose;
    desk.check_new(tx, kind, &new.code)?;
    let order = desk.named(tx, DocumentKind::WorkOrder, &new.order)?;
    allow(tx, authority, &kind.name_of(&new.code), order.site)?;
    let why = "only orders that something was done of are closed: cancel what was not begun";
    in_state(&order, &[Status::InProgress, Status::Finished], why)?;
    let work = desk.work(tx, &order)?;
    let mut closing = Document {
        date: new.date,
        site: order.site,
        location: order.location.clone(),
        of: Some(order.id),
        ..head(tx, kind, &new.code, order.currency)
    };
    let item = desk.item(tx, work.item)?;
    let (_, at_standard) = worth_now(tx, &item, (order.site, Qty::ZERO), desk.currency())?;
    let mut lines = match at_standard {
        true => Vec::new(),
        false => upon_what_was_made(tx, desk, &order, &closing)?,
    };
    lines.extend(to_variances(tx, desk, (&order, &closing), (at_standard, lines.len()))?);
    closing.lines = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    closing.net = sum(lines.iter().map(|line| line.net), COST)?;
    desk.add(closing, lines);
    free(tx, desk, &order)?;
    let order = desk.document(tx, order.id)?;
    desk.put(Document { status: Status::Closed, ..order });
    Ok(())
}

const COST: At = (0, "cost of the work order");

/// What is left to make is not on order any more, and what was promised to it is free.
pub(super) fn free(tx: &mut Tx<'_>, desk: &mut Desk, order: &Document) -> Result<(), CompanyError> {
    not_on_order(tx, order)?;
    let work = desk.work(tx, order)?;
    let lines = desk.work_lines(tx, &work)?;
    if lines.iter().any(|line| line.promise.get().is_some()) {
        tx.as_engine(&ENGINE, |tx| ReleaseDocument::new(order.id).act(tx))?;
    }
    Ok(())
}

/// Puts what is left of an order's cost upon what it made, by quantity: the receipts cost more or less than they were booked at.
fn upon_what_was_made(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: &Document,
    closing: &Document,
) -> Result<Vec<Line>, CompanyError> {
    let work = desk.work(tx, order)?;
    if work.in_progress == Amount::ZERO {
        return Ok(Vec::new());
    }
    let made = desk.carried_out(tx, (order.id, 0), DocumentKind::Completion)?;
    let made: Vec<Line> = made.into_iter().filter(|line| line.stock_move.is_some()).collect();
    // What each piece cost is the same of all that was made, in the end.
    let booked = sum(made.iter().map(|line| line.clearing), COST)?;
    let mut rest = plus(work.in_progress, booked, COST)?;
    let mut whole = sum(made.iter().map(|line| line.quantity), (0, "quantity"))?;
    let mut lines = Vec::new();
    for line in made {
        let worth = share(rest, line.quantity, whole, (desk.currency(), COST))?;
        rest = less(rest, worth, COST)?;
        whole = Line::left(whole, &[line.quantity]);
        let more = less(worth, line.clearing, COST)?.max(minus(line.clearing, COST)?);
        let told = Line {
            document: closing.id,
            number: u32::try_from(lines.len() + 1).unwrap_or(u32::MAX),
            item: line.item,
            quantity: line.quantity,
            unit: line.unit,
            net: more,
            of: Some(line.document),
            of_line: Some(line.number),
            ..blank()
        };
        if more != Amount::ZERO && revalue(tx, desk, &line, (&told, more), closing.date)? {
            lines.push(told);
        }
    }
    Ok(lines)
}

/// What is left of an order's cost is posted by cause.
fn to_variances(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, closing): (&Document, &Document),
    (at_standard, before): (bool, usize),
) -> Result<Vec<Line>, CompanyError> {
    let work = desk.work(tx, order)?;
    let found = match at_standard {
        true => {
            let lines = desk.work_lines(tx, &work)?;
            let made = desk.carried_out(tx, (order.id, 0), DocumentKind::Completion)?;
            let lost = sum(made.iter().map(|line| line.sold), COST)?;
            variances(&work, &lines, (lost, desk.currency()))?
        }
        // Nothing is left but what could not be put upon what was made.
        false => BTreeMap::from([(Figure::RemainingVariance, work.in_progress)]),
    };
    let numbered = found.into_iter().filter(|(_, amount)| *amount != Amount::ZERO).enumerate();
    let line = |(at, (figure, net)): (usize, (Figure, Amount))| Line {
        document: closing.id,
        number: u32::try_from(before + at + 1).unwrap_or(u32::MAX),
        unit: work.unit,
        net,
        charge: Some(figure).into(),
        ..blank()
    };
    let told: Vec<Line> = numbered.map(line).collect();
    tell(tx, desk, (closing, &told), &work)?;
    Ok(told)
}

/// What a close tells the books of variances, and the order's cost that is none any more.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (closing, lines): (&Document, &[Line]),
    work: &WorkOrder,
) -> Result<(), CompanyError> {
    let mut told = Facts::new(BusinessEvent::ProductionClose, closing.date, closing.name());
    let mut in_progress = work.in_progress;
    for line in lines {
        let Some(figure) = line.charge.copied() else { continue };
        let place = desk.place(tx, Some(work.item), closing.site)?;
        told.facts.push(Fact::new(figure, closing.money(line.net)).at(place));
        in_progress = less(in_progress, line.net, COST)?;
    }
    if !told.facts.is_empty() {
        desk.tell(told, None);
        desk.works.orders.put(WorkOrder { in_progress, ..work.clone() });
    }
    Ok(())
}
