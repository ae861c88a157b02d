//! What was made: it comes into stock at its part of what the order cost, with what comes out besides; what is no good does not.

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Id, Quantity, Range, Rate, Reading, Rounding, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::items::Lot;
use fondaco_inventory::moves::NewMove;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::cost::{adds, goes_along, goes_of_spent, takes, worth_now};
use super::issue::{Taken, issue};
use super::lots::register;
use super::release::announce_again;
use super::{WorkError, WorkLine, WorkLineKind, WorkOrder, Works, allow};
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, LineMatch, Status, blank, less, plus, share, stored,
    stored_quantity, sum,
};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure};
use crate::company::sales::{Prepared, carry_out, head};
use crate::company::{CompanyError, rights};

/// What was made by a work order.
///
/// ```
/// use fondaco::company::NewCompletion;
/// let made = NewCompletion::new("C-1", "W-1", "2026-03-06".parse()?).good("18 pcs".parse()?).scrapped("2 pcs".parse()?).backflush();
/// assert!(made.backflush && !made.abnormal);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCompletion {
    /// Its code; also of the issue of material, where it is backflushed.
    pub code: SmolStr,
    /// The code of the work order.
    pub order: SmolStr,
    /// The day on which it comes.
    pub date: NaiveDate,
    /// How much is good; all that is left to make, less what is not, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<Quantity>,
    /// How much is no good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrapped: Option<Quantity>,
    /// Whether that is more than is usual: what it cost is lost then, and is no cost of what is good.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub abnormal: bool,
    /// Whether the material that was planned for it and not issued is issued with it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backflush: bool,
    /// Whether it was made of what was issued, though less was than planned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_issued: bool,
    /// The lot that is made, of those that there are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Id<Lot>>,
    /// The code of a new lot that is made: of the lots that went in so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_lot: Option<SmolStr>,
    /// Into which location; the order's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<SmolStr>,
}

impl NewCompletion {
    /// All that is left to make of an order.
    pub fn new(
        code: impl Into<SmolStr>,
        order: impl Into<SmolStr>,
        date: NaiveDate,
    ) -> NewCompletion {
        NewCompletion {
            code: code.into(),
            order: order.into(),
            date,
            good: None,
            scrapped: None,
            abnormal: false,
            backflush: false,
            as_issued: false,
            lot: None,
            new_lot: None,
            location: None,
        }
    }

    /// So much is good.
    #[must_use]
    pub fn good(self, good: Quantity) -> NewCompletion {
        NewCompletion { good: Some(good), ..self }
    }

    /// So much is not.
    #[must_use]
    pub fn scrapped(self, scrapped: Quantity) -> NewCompletion {
        NewCompletion { scrapped: Some(scrapped), ..self }
    }

    /// What is not good is more than is usual.
    #[must_use]
    pub fn abnormal(self) -> NewCompletion {
        NewCompletion { abnormal: true, ..self }
    }

    /// What was planned for it is issued with it.
    #[must_use]
    pub fn backflush(self) -> NewCompletion {
        NewCompletion { backflush: true, ..self }
    }

    /// It was made of what was issued.
    #[must_use]
    pub fn as_issued(self) -> NewCompletion {
        NewCompletion { as_issued: true, ..self }
    }

    /// It is a new lot.
    #[must_use]
    pub fn new_lot(self, code: impl Into<SmolStr>) -> NewCompletion {
        NewCompletion { new_lot: Some(code.into()), ..self }
    }

    /// It is this lot.
    #[must_use]
    pub fn lot(self, lot: Id<Lot>) -> NewCompletion {
        NewCompletion { lot: Some(lot), ..self }
    }
}

/// Completes work orders, in parts or as a whole: all or none. Material that is backflushed is issued first, for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompleteWorkOrders {
    /// What was made.
    pub completions: Vec<NewCompletion>,
}

impl CompleteWorkOrders {
    /// These.
    ///
    /// ```
    /// use fondaco::company::CompleteWorkOrders;
    /// assert!(CompleteWorkOrders::new(vec![]).completions.is_empty());
    /// ```
    pub fn new(completions: Vec<NewCompletion>) -> CompleteWorkOrders {
        CompleteWorkOrders { completions }
    }
}

impl Act for CompleteWorkOrders {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::WORK)?;
        let mut desk = Desk::open(tx)?;
        let codes = self.completions.iter().map(|new| &new.order);
        let new = self.completions.iter().map(|new| DocumentKind::Completion.id(&new.code));
        Works::read_ahead(tx, new, codes)?;
        let (mut makings, mut issued) = (Vec::new(), Prepared::new());
        for (index, new) in self.completions.iter().enumerate() {
            let name = DocumentKind::Completion.name_of(&new.code);
            let making = take(tx, &mut desk, &authority, (new, &mut issued));
            makings.push(making.map_err(|error| error.of(&name).at(index))?);
        }
        post(tx, &mut desk, issued)?;
        let mut made = Prepared::new();
        for (index, (new, making)) in self.completions.iter().zip(&makings).enumerate() {
            let name = DocumentKind::Completion.name_of(&new.code);
            make(tx, &mut desk, (new, making), &mut made)
                .map_err(|error| error.of(&name).at(index))?;
        }
        post(tx, &mut desk, made)?;
        for making in &makings {
            if making.scrapped > Qty::ZERO {
                // What is no good does not come.
                let order = desk.document(tx, making.order)?;
                announce_again(tx, &mut desk, &order)?;
            }
            desk.settle_work(tx, making.order)?;
        }
        tx.emit(Event::new("work_order.completed").with("completions", makings.len() as i64));
        desk.finish(tx)?;
        Ok(self.completions.iter().map(|new| DocumentKind::Completion.id(&new.code)).collect())
    }
}

fn post(tx: &mut Tx<'_>, desk: &mut Desk, made: Prepared) -> Result<(), CompanyError> {
    let (moves, lines): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    carry_out(tx, desk, (&moves, &lines)).map(drop)
}

const MADE: At = (1, "quantity");
const COST: At = (0, "cost");

/// What is made of an order: from how much of it to how much.
struct Making {
    order: DocumentId,
    before: Qty,
    after: Qty,
    good: Qty,
    scrapped: Qty,
}

/// Takes what is made off what is left to make, and sees that its material is there.
fn take(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    (new, issued): (&NewCompletion, &mut Prepared),
) -> Result<Making, CompanyError> {
    let kind = DocumentKind::Completion;
    desk.check_new(tx, kind, &new.code)?;
    let (order, work) = desk.open_work(tx, &new.order)?;
    let name = kind.name_of(&new.code);
    allow(tx, authority, &name, order.site)?;
    let item = desk.item(tx, work.item)?;
    let at = (&name, 1);
    let scrapped = match new.scrapped {
        Some(scrapped) => stored_quantity(tx, &item, scrapped, at)?,
        None => Qty::ZERO,
    };
    let good = match new.good {
        Some(good) if good.is_zero() && scrapped > Qty::ZERO => Qty::ZERO,
        Some(good) => stored_quantity(tx, &item, good, at)?,
        None => Qty::from_units(work.to_make().units().saturating_sub(scrapped.units()).max(0)),
    };
    let now = plus(good, scrapped, MADE)?;
    if now <= Qty::ZERO {
        return Err(CompanyError::NothingLeft { document: order.name(), act: "make" });
    }
    if now > work.to_make() {
        let (wanted, left) = (item.quantity(now), item.quantity(work.to_make()));
        return Err(
            WorkError::OverMade { document: name, order: order.name(), wanted, left }.into()
        );
    }
    let (before, after) = (work.made(), plus(work.made(), now, MADE)?);
    let making = Making { order: order.id, before, after, good, scrapped };
    if new.backflush {
        let taken = to_issue(tx, desk, (&work, after))?;
        if !taken.is_empty() {
            let issue = issue(tx, desk, (order, work.clone()), (&new.code, new.date, taken))?;
            issued.extend(issue);
        }
    } else if !new.as_issued {
        check_issued(tx, desk, (&order, &work, after), &name)?;
    }
    desk.works.orders.put(WorkOrder {
        completed: plus(work.completed, good, MADE)?,
        scrapped: plus(work.scrapped, scrapped, MADE)?,
        ..work
    });
    Ok(making)
}

/// What of the material that was planned for so much is not issued yet.
fn to_issue(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (work, made): (&WorkOrder, Qty),
) -> Result<Vec<Taken>, CompanyError> {
    let mut taken = Vec::new();
    for line in desk.work_lines(tx, work)? {
        let Some(item) = line.item.filter(|_| line.kind == WorkLineKind::Component) else {
            continue;
        };
        let digits = desk.item(tx, item)?.digits();
        let left = Line::left(takes(&line, work, made, (digits, Rounding::Up)), &[line.done]);
        if left > Qty::ZERO {
            taken.push(Taken::plain(line.number, left));
        }
    }
    Ok(taken)
}

/// Refuses what takes more than was issued.
fn check_issued(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, work, made): (&Document, &WorkOrder, Qty),
    document: &SmolStr,
) -> Result<(), CompanyError> {
    for line in desk.work_lines(tx, work)? {
        let Some(item) = line.item.filter(|_| line.kind == WorkLineKind::Component) else {
            continue;
        };
        let item = desk.item(tx, item)?;
        let needed = takes(&line, work, made, (item.digits(), Rounding::Down));
        if needed > line.done {
            let (document, order) = (document.clone(), order.name());
            let (takes, issued) = (item.quantity(needed), item.quantity(line.done));
            let (line, item) = (line.number, item.code.clone());
            return Err(WorkError::NotIssued { document, order, line, item, takes, issued }.into());
        }
    }
    Ok(())
}

/// What comes out besides, and what that takes of the cost.
struct Besides {
    line: WorkLine,
    quantity: Qty,
    worth: Amount,
    at_standard: bool,
}

/// Puts a completion on the desk, with the moves that it makes.
fn make(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (new, making): (&NewCompletion, &Making),
    made: &mut Prepared,
) -> Result<(), CompanyError> {
    let kind = DocumentKind::Completion;
    let order = desk.document(tx, making.order)?;
    let work = desk.work(tx, &order)?;
    let lines = desk.work_lines(tx, &work)?;
    let currency = desk.currency();
    // What others of this act take is still in the order's cost.
    let pending = desk.works.pending.get(&work.id).copied().unwrap_or_default();
    let open = WorkOrder { in_progress: less(work.in_progress, pending, COST)?, ..work.clone() };
    let item = desk.item(tx, work.item)?;
    let (known, at_standard) = worth_now(tx, &item, (order.site, making.good), currency)?;
    let part = (making.before, making.after);
    let cost = match at_standard {
        true => goes_of_spent(&open, &lines, part, currency),
        false => goes_along(&open, &lines, part, currency),
    };
    let cost = cost.max(Amount::ZERO);
    if !at_standard {
        check_spent(tx, desk, (&order, new), (open.in_progress, cost))?;
    }
    let lost = match new.abnormal {
        true => {
            let all = plus(making.good, making.scrapped, MADE)?;
            share(cost, making.scrapped, all, (currency, COST))?
        }
        false => Amount::ZERO,
    };
    let cost = less(cost, lost, COST)?;
    let besides = besides(tx, desk, (&order, &work, &lines), (making.after, cost))?;
    let taken = sum(besides.iter().map(|one| one.worth), COST)?;
    let rest = less(cost, taken, COST)?.max(Amount::ZERO);
    let lot = match &new.new_lot {
        Some(code) => Some(register(tx, desk, &work, (code, new.date))?),
        None => new.lot,
    };
    let mut comes =
        Coming { new, lot, order: &order, id: kind.id(&new.code), lines: Vec::new(), made };
    comes.line(
        (work.item, making.good, work.unit),
        (Some(rest).filter(|_| !at_standard), work.expected, 0),
    );
    let passes = match (making.good > Qty::ZERO, at_standard) {
        (false, _) => Amount::ZERO,
        (true, true) => known.unwrap_or_default(),
        (true, false) => rest,
    };
    let mut pending = plus(pending, passes, COST)?;
    for Besides { line, quantity, worth, at_standard } in besides {
        let Some(item) = line.item else { continue };
        let cost = Some(worth).filter(|_| !at_standard);
        comes.line((item, quantity, line.unit), (cost, line.expected.copied(), line.number));
        let done = plus(line.done, quantity, (line.number, "quantity"))?;
        desk.works.lines.put(WorkLine { done, ..line });
        pending = plus(pending, worth, COST)?;
    }
    let mut made_lines = comes.lines;
    desk.works.pending.insert(work.id, pending);
    if let Some(first) = made_lines.first_mut() {
        first.refused = Some(making.scrapped).filter(|one| *one > Qty::ZERO).into();
        first.sold = lost;
    }
    let document = Document {
        date: new.date,
        site: order.site,
        location: new.location.clone().unwrap_or_else(|| order.location.clone()),
        lines: u32::try_from(made_lines.len()).unwrap_or(u32::MAX),
        of: Some(order.id),
        ..head(tx, kind, &new.code, order.currency)
    };
    lose(tx, desk, (&document, &order), lost)?;
    desk.add(document, made_lines);
    Ok(())
}

/// Refuses what takes more of an order's cost than stood in it on the day.
fn check_spent(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, new): (&Document, &NewCompletion),
    (in_progress, cost): (Amount, Amount),
) -> Result<(), CompanyError> {
    let later = spent_later(tx, desk, (order, new.date))?;
    if later <= Amount::ZERO {
        return Ok(());
    }
    let stood = less(in_progress, later, COST)?;
    if cost > stood {
        let (document, order) = (DocumentKind::Completion.name_of(&new.code), order.name());
        let (cost, takes) = (stood.money(desk.currency()), cost.money(desk.currency()));
        let date = new.date;
        return Err(WorkError::MadeTooEarly { document, order, date, cost, takes }.into());
    }
    Ok(())
}

/// What was added to an order's cost after a day, less what was made of it then: no part of what is made on the day.
fn spent_later(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, date): (&Document, NaiveDate),
) -> Result<Amount, CompanyError> {
    let mut units = 0_i128;
    let is_later =
        |document: &Document| document.date > date && document.status != Status::Cancelled;
    for served in tx.peek_scan(&Range::by(LineMatch::BY_OF, &order.id))? {
        if tx.peek::<Document>(&served.document)?.is_some_and(|document| is_later(&document)) {
            units += i128::from(served.revalued.units());
        }
    }
    let stored = tx.peek_scan(&Range::by(Document::BY_OF, &order.id))?;
    let all = stored.iter().map(|document| document.as_ref().clone()).chain(desk.new_of(order.id));
    for document in all.filter(is_later).collect::<Vec<_>>() {
        for line in desk.lines_of(tx, &document)? {
            units += adds(document.kind, &line);
        }
    }
    Ok(Amount::from_units(i64::try_from(units).unwrap_or(i64::MAX)))
}

/// What comes out besides with so much of the order, and what it is worth.
fn besides(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (order, work, lines): (&Document, &WorkOrder, &[WorkLine]),
    (after, cost): (Qty, Amount),
) -> Result<Vec<Besides>, CompanyError> {
    let (mut all, currency) = (Vec::new(), desk.currency());
    for line in lines.iter().filter(|line| line.kind == WorkLineKind::Output) {
        let Some(item) = line.item else { continue };
        let item = desk.item(tx, item)?;
        let due = takes(line, work, after, (item.digits(), Rounding::Down));
        let quantity = Line::left(due, &[line.done]);
        if quantity <= Qty::ZERO {
            continue;
        }
        let (known, at_standard) = worth_now(tx, &item, (order.site, quantity), currency)?;
        let worth = match (line.price.copied(), line.share.copied()) {
            (Some(price), _) => {
                let given = item.quantity(quantity);
                let total = fondaco_core::Conversions::new();
                let total = total.total_round(price, given, 10, Rounding::HalfUp);
                let wrong = |error| CompanyError::Quantity {
                    document: order.name(),
                    line: line.number,
                    error: Box::new(error),
                };
                let total = total.map_err(wrong)?.round(Rounding::HalfUp);
                stored(total, &order.name(), (line.number, "worth"))?
            }
            (None, Some(rate)) => part_of(rate, cost, order)?,
            (None, None) => known.unwrap_or_default(),
        };
        all.push(Besides { line: line.clone(), quantity, worth, at_standard });
    }
    Ok(all)
}

/// What of a cost goes with something for its share, in whole coins.
pub(super) fn part_of(rate: Rate, cost: Amount, order: &Document) -> Result<Amount, CompanyError> {
    let part = rate.of(order.money(cost), Rounding::HalfUp);
    let part = part.map_err(|error| CompanyError::Money { document: order.name(), error })?;
    stored(part.round(Rounding::HalfUp), &order.name(), (0, "worth"))
}

/// The lines of a completion, as they come to be.
struct Coming<'a> {
    new: &'a NewCompletion,
    lot: Option<Id<Lot>>,
    order: &'a Document,
    id: DocumentId,
    lines: Vec<Line>,
    made: &'a mut Prepared,
}

impl Coming<'_> {
    /// So much of an item comes, at a cost, as it was expected, by a line of the order: 0 of what the order makes.
    fn line(
        &mut self,
        (item, quantity, unit): (fondaco_core::ItemId, Qty, fondaco_core::Unit),
        (cost, expected, of_line): (
            Option<Amount>,
            Option<Id<fondaco_inventory::levels::Expected>>,
            u32,
        ),
    ) {
        let number = u32::try_from(self.lines.len() + 1).unwrap_or(u32::MAX);
        if quantity > Qty::ZERO {
            let to = self.new.location.clone().unwrap_or_else(|| self.order.location.clone());
            let given = Quantity::from_fixed(quantity, unit);
            let mut moved = NewMove::receipt(item, given, to, self.new.date).document(self.id);
            if let Some(cost) = cost {
                moved = moved.cost(self.order.money(cost));
            }
            moved.receives = expected;
            moved.lot = self.lot.filter(|_| of_line == 0);
            self.made.push((moved, (self.id, number)));
        }
        self.lines.push(Line {
            document: self.id,
            number,
            item: Some(item),
            quantity,
            unit,
            of: Some(self.order.id),
            of_line: Some(of_line),
            ..blank()
        });
    }
}

/// What was lost beyond what is usual is an expense, and no cost of the order any more.
pub(super) fn lose(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, order): (&Document, &Document),
    lost: Amount,
) -> Result<(), CompanyError> {
    if lost == Amount::ZERO {
        return Ok(());
    }
    let work = desk.work(tx, order)?;
    let place = desk.place(tx, Some(work.item), order.site)?;
    let told = Facts::new(BusinessEvent::ProductionScrap, document.date, document.name());
    desk.tell(told.fact(Fact::new(Figure::Cost, document.money(lost)).at(place)), None);
    let in_progress = less(work.in_progress, lost, COST)?;
    desk.works.orders.put(WorkOrder { in_progress, ..work });
    Ok(())
}
