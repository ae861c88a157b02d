//! Closing work orders: what they cost beside what was made of it becomes variances, or a part of what was made.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Range, Reading, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::reserve::ReleaseDocument;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::complete::part_of;
use super::cost::worth_now;
use super::variances::variances;
use super::{WorkError, WorkLineKind, WorkOrder, Works, allow};
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, LineMatch, Status, blank, less, minus, plus, share, sum,
};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure};
use crate::company::purchases::{not_on_order, revalue};
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
    if let Some(last) = last_day(tx, desk, &order)?.filter(|last| *last > new.date) {
        let (document, order) = (kind.name_of(&new.code), order.name());
        return Err(WorkError::ClosedTooEarly { document, order, date: new.date, last }.into());
    }
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

/// The last day on which something went into an order or came of it.
fn last_day(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: &Document,
) -> Result<Option<NaiveDate>, CompanyError> {
    let mut all: Vec<Document> = desk.new_of(order.id).collect();
    let mut of = vec![order.id];
    while let Some(id) = of.pop() {
        for document in tx.peek_scan(&Range::by(Document::BY_OF, &id))? {
            // What came back is of what went in.
            if document.kind == DocumentKind::MaterialIssue {
                of.push(document.id);
            }
            all.push(document.as_ref().clone());
        }
    }
    for served in tx.peek_scan(&Range::by(LineMatch::BY_OF, &order.id))? {
        let receipt = tx.peek::<Document>(&served.document)?;
        all.extend(receipt.map(|receipt| receipt.as_ref().clone()));
    }
    // What was taken back changed the order's cost on that day.
    let day = |document: &Document| document.cancelled_on.copied().unwrap_or(document.date);
    let of_cost = all.iter().filter(|document| document.kind != DocumentKind::ProductionClose);
    Ok(of_cost.map(day).max())
}

const COST: At = (0, "cost of the work order");

/// What is left to make is not on order any more, and what was promised to it is free.
pub(super) fn free(tx: &mut Tx<'_>, desk: &mut Desk, order: &Document) -> Result<(), CompanyError> {
    not_on_order(tx, order.id)?;
    let work = desk.work(tx, order)?;
    let lines = desk.work_lines(tx, &work)?;
    if lines.iter().any(|line| line.promise.get().is_some()) {
        tx.as_engine(&ENGINE, |tx| ReleaseDocument::new(order.id).act(tx))?;
    }
    Ok(())
}

/// What came of a line of an order, 0 of what it makes, and lies in stock or went on.
fn came_of(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    line: (DocumentId, u32),
) -> Result<Vec<Line>, CompanyError> {
    let mut made = desk.carried_out(tx, line, DocumentKind::Completion)?;
    made.retain(|line| line.stock_move.is_some());
    Ok(made)
}

/// What lines are worth in the end: each piece the same.
type Worth = Vec<(Line, Amount)>;

fn shared(desk: &Desk, lines: Vec<Line>, mut rest: Amount) -> Result<Worth, CompanyError> {
    let mut whole = sum(lines.iter().map(|line| line.quantity), (0, "quantity"))?;
    let mut worth = Vec::with_capacity(lines.len());
    for line in lines {
        let its = share(rest, line.quantity, whole, (desk.currency(), COST))?;
        rest = less(rest, its, COST)?;
        whole = Line::left(whole, &[line.quantity]);
        worth.push((line, its));
    }
    Ok(worth)
}

/// What all that came of an order is worth in the end, with what is left of its cost: what comes out besides for a share of the cost has
/// that share of all of it, what has a price or a standard cost keeps that, and what the order makes bears the rest.
fn worth_in_the_end(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, work): (&Document, &WorkOrder),
) -> Result<Worth, CompanyError> {
    let currency = desk.currency();
    let booked = |lines: &[Line]| sum(lines.iter().map(|line| line.clearing), COST);
    let made = came_of(tx, desk, (order.id, 0))?;
    let mut rest = plus(work.in_progress, booked(&made)?, COST)?;
    let mut besides = Vec::new();
    for line in desk.work_lines(tx, work)?.iter().filter(|one| one.kind == WorkLineKind::Output) {
        let lines = came_of(tx, desk, (order.id, line.number))?;
        rest = plus(rest, booked(&lines)?, COST)?;
        besides.push((
            line.item,
            line.share.copied().filter(|_| line.price.get().is_none()),
            lines,
        ));
    }
    let (all, mut worth) = (rest, Worth::new());
    for (item, rate, lines) in besides {
        let at_standard = match item {
            Some(item) => {
                let item = desk.item(tx, item)?;
                worth_now(tx, &item, (order.site, Qty::ZERO), currency)?.1
            }
            None => false,
        };
        let its = match rate.filter(|_| !at_standard && !lines.is_empty()) {
            Some(rate) => part_of(rate, all.max(Amount::ZERO), order)?,
            None => booked(&lines)?,
        };
        rest = less(rest, its, COST)?;
        if its != booked(&lines)? {
            worth.extend(shared(desk, lines, its)?);
        }
    }
    worth.extend(shared(desk, made, rest)?);
    Ok(worth)
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
    let mut lines = Vec::new();
    for (line, worth) in worth_in_the_end(tx, desk, (order, &work))? {
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
