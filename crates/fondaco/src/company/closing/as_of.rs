//! Lines as they stood on a day: what later documents did to them is taken off again, as if those were cancelled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::store::Record;
use fondaco_core::{DocumentId, Range, Reading, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::valuation::Cause;
use fondaco_inventory::value::{ValueEntry, entries_of};

use crate::company::CompanyError;
use crate::company::document::{
    Ahead, At, Desk, Document, DocumentKind, Line, LineMatch, Status, less, minus, plus, share, sum,
};

/// A line's key.
type LineKey = (DocumentId, u32);

/// How much of a line came about after the day: below zero of what was cancelled after it.
#[derive(Default, Clone, Copy)]
struct Later {
    shipped: Qty,
    invoiced: Qty,
    returned: Qty,
}

/// That so much of a line went into another.
struct Into {
    whose: LineKey,
    quantity: Qty,
    revalued: Amount,
    when: When,
}

/// When a document counts.
#[derive(Clone, Copy, PartialEq)]
enum When {
    /// On the day and now.
    Then,
    /// Since the day.
    Later,
    /// On the day, and not any more.
    Cancelled,
}

/// What came about after a day.
pub(crate) struct AsOf {
    date: NaiveDate,
    kinds: BTreeMap<DocumentId, (DocumentKind, When)>,
    /// Of orders, and of what carries them out.
    lines: BTreeMap<LineKey, Later>,
    /// Of what stood on the day: what went into other documents.
    into: BTreeMap<LineKey, Vec<Into>>,
    /// Of bills: what of them came later.
    ahead: BTreeMap<LineKey, Vec<(LineKey, Qty)>>,
    /// What went into what came about after the day.
    matches: Vec<Arc<LineMatch>>,
    /// All of which something may have been open on the day, by id.
    documents: BTreeMap<DocumentId, Document>,
}

fn more(one: Qty, other: Qty) -> Qty {
    Qty::from_units(one.units().saturating_add(other.units()))
}

/// Documents of which something waits as long as a line of theirs says so.
const WAITING: [DocumentKind; 6] = [
    DocumentKind::Invoice,
    DocumentKind::Delivery,
    DocumentKind::CustomerReturn,
    DocumentKind::Receipt,
    DocumentKind::SupplierReturn,
    DocumentKind::Bill,
];

/// Documents that change how others stand.
const CHANGING: [DocumentKind; 13] = [
    DocumentKind::Delivery,
    DocumentKind::CustomerReturn,
    DocumentKind::Receipt,
    DocumentKind::SupplierReturn,
    DocumentKind::Bill,
    DocumentKind::Invoice,
    DocumentKind::CreditNote,
    DocumentKind::SupplierCredit,
    DocumentKind::MaterialIssue,
    DocumentKind::MaterialReturn,
    DocumentKind::TimeBooking,
    DocumentKind::Completion,
    DocumentKind::ProductionClose,
];

/// What came about after a day: documents of later days, and those that were cancelled since.
fn came_after(tx: &mut Tx<'_>, date: NaiveDate) -> Result<Vec<Arc<Document>>, CompanyError> {
    let Some(next) = date.succ_opt() else { return Ok(Vec::new()) };
    let of = |kind| {
        let of_status = move |status| Range::by(Document::BY_KIND, &(kind, status)).from(&next);
        [Status::Open, Status::Done].map(of_status)
    };
    let ranges: Vec<Range<Document>> = CHANGING.into_iter().flat_map(of).collect();
    let mut found: Vec<_> = tx.peek_scans(&ranges)?.into_iter().flatten().collect();
    let cancelled = tx.peek_scan(&Range::by(Document::BY_CANCELLED, &()).from(&next))?;
    found.extend(cancelled.into_iter().filter(|document| document.date <= date));
    Ok(found)
}

impl AsOf {
    /// What is open now and what came about after the day are read, with what either is about: so much the less the sooner after its end a
    /// period is closed.
    pub(super) fn read(
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        date: NaiveDate,
    ) -> Result<AsOf, CompanyError> {
        let later = came_after(tx, date)?;
        let (lines, into, ahead) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (kinds, matches, documents) = (BTreeMap::new(), Vec::new(), BTreeMap::new());
        let ids: Vec<DocumentId> = later.iter().map(|document| document.id).collect();
        let of = later.iter().filter_map(|document| document.of);
        Desk::read_ahead(tx, of, &ids, Ahead::Lines)?;
        let mut all = AsOf { date, kinds, lines, into, ahead, matches, documents };
        all.read_open(tx, desk)?;
        for document in &later {
            all.read_about(tx, desk, document)?;
        }
        all.read_matches(tx, desk, &later)?;
        for document in &later {
            for line in desk.lines_of(tx, document)? {
                let line = match all.when(document) {
                    When::Cancelled => taken_off(line),
                    _ => line,
                };
                all.take(tx, desk, document.kind, &line)?;
            }
        }
        Ok(all)
    }

    fn when(&self, one: &Document) -> When {
        match one.date > self.date {
            true => When::Later,
            false if one.status == Status::Cancelled => When::Cancelled,
            false => When::Then,
        }
    }

    /// Takes a document in, by the id of it.
    fn know(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        id: DocumentId,
    ) -> Result<Option<DocumentId>, CompanyError> {
        if let Some(known) = self.documents.get(&id) {
            return Ok(known.of);
        }
        let document = desk.document(tx, id)?;
        let gone = document.status == Status::Cancelled
            && (document.date > self.date || document.cancelled_on.copied() <= Some(self.date));
        if !gone {
            self.kinds.insert(id, (document.kind, self.when(&document)));
        }
        let of = document.of;
        self.documents.insert(id, document);
        Ok(of)
    }

    /// What is open now.
    fn read_open(&mut self, tx: &mut Tx<'_>, desk: &mut Desk) -> Result<(), CompanyError> {
        let lines = WAITING.map(|kind| Range::by(Line::BY_WAITING, &kind));
        let lines = tx.peek_scans(&lines)?;
        let orders =
            tx.peek_scan(&Range::by(Document::BY_KIND, &(DocumentKind::SalesOrder, Status::Open)))?;
        // What was invoiced ahead is told by its order, which may be closed short.
        let ids = lines.iter().flatten().flat_map(|line| [Some(line.document), line.of]);
        let ids: BTreeSet<DocumentId> =
            ids.flatten().chain(orders.iter().map(|order| order.id)).collect();
        let ids: Vec<DocumentId> = ids.into_iter().collect();
        Desk::read_ahead(tx, [], &ids, Ahead::Lines)?;
        for id in ids {
            self.know(tx, desk, id)?;
        }
        Ok(())
    }

    /// What came about after the day, and what that is about: of a credit its invoice and the order, of a return its delivery and the order.
    fn read_about(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        document: &Document,
    ) -> Result<(), CompanyError> {
        let mut next = Some(document.id);
        while let Some(id) = next {
            next = self.know(tx, desk, id)?;
        }
        Ok(())
    }

    /// What went into what came about after the day; of the lines that it came from all that went on from them.
    fn read_matches(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        later: &[Arc<Document>],
    ) -> Result<(), CompanyError> {
        let own: Vec<_> = later.iter().map(|one| Range::by_key(&one.id)).collect();
        let ahead: Vec<_> = later.iter().map(|one| Range::by(LineMatch::BY_OF, &one.id)).collect();
        self.matches = tx.peek_scans(&own)?.into_iter().flatten().collect();
        let from: BTreeSet<LineKey> =
            self.matches.iter().map(|row| (row.of, row.of_line)).collect();
        let from: Vec<_> = from.iter().map(|key| Range::by(LineMatch::BY_OF, key)).collect();
        let mut rows = BTreeMap::new();
        for row in tx.peek_scans(&from)?.into_iter().chain(tx.peek_scans(&ahead)?).flatten() {
            rows.insert(row.key(), row);
        }
        let heads: Vec<DocumentId> = rows.values().flat_map(|row| [row.document, row.of]).collect();
        tx.need::<Document>(&heads)?;
        for row in rows.values() {
            self.know(tx, desk, row.document)?;
            self.know(tx, desk, row.of)?;
        }
        rows.values().for_each(|row| self.matched(row));
        Ok(())
    }

    /// Documents of which something may have been open on the day.
    pub(super) fn documents(&self) -> impl Iterator<Item = &Document> {
        let counts = |document: &&Document| {
            document.date <= self.date && self.kinds.contains_key(&document.id)
        };
        self.documents.values().filter(counts)
    }

    /// Documents of production that came about after the day.
    pub(super) fn made(&self) -> Vec<&Document> {
        let is_later = |document: &&Document| {
            let when = self.kinds.get(&document.id).map(|(_, when)| *when);
            document.kind.is_internal() && when.is_some_and(|when| when != When::Then)
        };
        self.documents.values().filter(is_later).collect()
    }

    fn take(
        &mut self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        kind: DocumentKind,
        line: &Line,
    ) -> Result<(), CompanyError> {
        use DocumentKind as K;
        let Some(key) = line.of.zip(line.of_line) else { return Ok(()) };
        let of = self.lines.entry(key).or_default();
        match kind {
            K::Delivery | K::Receipt => of.shipped = more(of.shipped, line.quantity),
            K::Invoice | K::Bill => of.invoiced = more(of.invoiced, line.quantity),
            K::CustomerReturn | K::SupplierReturn => {
                of.returned = more(of.returned, line.matched);
                let moved = desk.line(tx, key)?;
                if let Some(ordered) = moved.and_then(|moved| moved.of.zip(moved.of_line)) {
                    let of = self.lines.entry(ordered).or_default();
                    of.returned = more(of.returned, line.matched);
                }
            }
            K::CreditNote | K::SupplierCredit => {
                // What was credited of what never went may be invoiced again.
                if let Some(billed) = desk.line(tx, key)?
                    && let Some(ordered) = billed.of.zip(billed.of_line)
                {
                    let of = self.lines.entry(ordered).or_default();
                    of.invoiced = Line::left(of.invoiced, &[line.returned]);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn matched(&mut self, row: &LineMatch) {
        // Freight that came upon it takes nothing of it.
        if row.quantity == Qty::ZERO {
            return;
        }
        let when = |id: &DocumentId| self.kinds.get(id).map(|(_, when)| *when);
        let (whose, of) = ((row.document, row.line), (row.of, row.of_line));
        match (when(&row.document), when(&row.of)) {
            (Some(when), Some(When::Then | When::Cancelled)) => {
                let (quantity, revalued) = (row.quantity, row.revalued);
                let into = Into { whose, quantity, revalued, when };
                self.into.entry(of).or_default().push(into);
            }
            (Some(When::Then), Some(When::Later)) => {
                self.ahead.entry(whose).or_default().push((of, row.quantity));
            }
            _ => {}
        }
    }

    /// A line as it stood.
    pub(super) fn line(
        &self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        document: &Document,
        line: Line,
    ) -> Result<Line, CompanyError> {
        let key = (line.document, line.number);
        let later = self.lines.get(&key).copied().unwrap_or_default();
        let line = match document.status {
            Status::Cancelled => self.restored(tx, desk, document, line)?,
            _ => line,
        };
        match document.kind {
            DocumentKind::SalesOrder => Ok(ordered(line, later)),
            DocumentKind::Bill => self.billed(tx, desk, line),
            _ => {
                let line = self.moved(tx, desk, line)?;
                came_back(desk, line, later.returned)
            }
        }
    }

    /// A line of a document that was cancelled later, as it stood on the day.
    pub(crate) fn restored(
        &self,
        tx: &mut Tx<'_>,
        desk: &mut Desk,
        document: &Document,
        line: Line,
    ) -> Result<Line, CompanyError> {
        use DocumentKind as K;
        let at: At = (line.number, "cost");
        if document.kind == K::Bill {
            let ahead = line.ahead().max(Qty::ZERO);
            let ahead = match line.item {
                Some(_) if ahead > Qty::ZERO => {
                    share(line.net, ahead, line.quantity, (document.currency, at))?
                }
                _ => Amount::ZERO,
            };
            return Ok(Line { clearing: minus(ahead, at)?, ..line });
        }
        let moved = match document.kind {
            K::Receipt => desk.costed_by(tx, &line)?,
            _ => line.stock_move,
        };
        let Some(moved) = moved else { return Ok(line) };
        let all = entries_of(tx, moved)?;
        // It is told twice: as it was bought, and as it was sold.
        let bought = |fact: &ValueEntry| fact.cause == Cause::Cost && fact.quantity >= Qty::ZERO;
        let sold = |fact: &ValueEntry| fact.cause == Cause::Correction || fact.quantity < Qty::ZERO;
        let is_direct = all.iter().any(|fact| fact.quantity > Qty::ZERO && bought(fact))
            && all.iter().any(|fact| fact.by == moved && fact.quantity < Qty::ZERO);
        let counts = |fact: &&ValueEntry| match document.kind {
            K::Receipt if is_direct => bought(fact),
            K::Delivery if is_direct => sold(fact),
            _ => fact.cause != Cause::Variance,
        };
        let facts = all.iter().filter(|fact| fact.date <= self.date).filter(counts);
        let value = sum(facts.map(|fact| fact.value), at)?;
        let clearing = match document.kind {
            K::Delivery | K::CustomerReturn | K::MaterialIssue | K::MaterialReturn => {
                minus(value, at)?
            }
            _ => value,
        };
        let own = Line::left(line.quantity, &[line.matched]);
        let clearing = match document.kind {
            // What had never been invoiced came off what it took back.
            K::CustomerReturn | K::SupplierReturn => {
                share(clearing, own, line.quantity, (document.currency, at))?
            }
            _ => clearing,
        };
        Ok(Line { clearing, sold: Amount::ZERO, invoiced: Qty::ZERO, ..line })
    }

    /// What services added to work orders after the day, below zero of what was cancelled after it.
    pub(crate) fn served(&self) -> Vec<(DocumentId, i128)> {
        let sign = |row: &LineMatch| match self.kinds.get(&row.document) {
            Some((DocumentKind::Receipt, When::Later)) => Some(1),
            Some((DocumentKind::Receipt, When::Cancelled)) => Some(-1),
            _ => None,
        };
        let served = self.matches.iter().filter(|row| row.revalued != Amount::ZERO);
        let served = served.filter_map(|row| Some((row, sign(row)?)));
        served.map(|(row, sign)| (row.of, sign * i128::from(row.revalued.units()))).collect()
    }

    /// What went on into later invoices, bills and credits stands where it did.
    fn moved(&self, tx: &mut Tx<'_>, desk: &mut Desk, line: Line) -> Result<Line, CompanyError> {
        let Some(all) = self.into.get(&(line.document, line.number)) else { return Ok(line) };
        let at: At = (line.number, "cost");
        // What was revalued went at the bill's price, the rest at what it stood at.
        let (mut pool, mut whole) = (line.sold, line.invoiced);
        let now = all.iter().filter(|into| into.when != When::Cancelled);
        for into in now.filter(|into| into.revalued != Amount::ZERO) {
            pool = less(pool, price(tx, desk, into, at)?, at)?;
            whole = Line::left(whole, &[into.quantity]);
        }
        let mut stood = line;
        for into in all.iter().filter(|into| into.when != When::Then) {
            let kind = self.kinds.get(&into.whose.0).map(|(kind, _)| *kind);
            let back = match (kind, into.when) {
                (Some(DocumentKind::Invoice), _)
                | (Some(DocumentKind::CreditNote), When::Cancelled) => {
                    let invoice = desk.line(tx, into.whose)?;
                    let of =
                        invoice.map_or((Amount::ZERO, Qty::ZERO), |line| (line.sold, line.matched));
                    let cost = share(of.0, into.quantity, of.1, (desk.currency(), at))?;
                    // Of a credit it came back.
                    if kind == Some(DocumentKind::Invoice) { cost } else { minus(cost, at)? }
                }
                (Some(_), When::Cancelled) => price(tx, desk, into, at)?,
                _ if into.revalued != Amount::ZERO => {
                    less(price(tx, desk, into, at)?, into.revalued, at)?
                }
                _ => share(pool, into.quantity, whole, (desk.currency(), at))?,
            };
            let (back, quantity) = match into.when {
                When::Cancelled => (minus(back, at)?, Line::left(Qty::ZERO, &[into.quantity])),
                _ => (back, into.quantity),
            };
            let clearing = plus(stood.clearing, back, at)?;
            let invoiced = Line::left(stood.invoiced, &[quantity]);
            let sold = less(stood.sold, back, at)?;
            stood = Line { clearing, invoiced, sold, ..stood };
        }
        Ok(stood)
    }

    /// What was billed ahead of goods that came later was still ahead of them.
    fn billed(&self, tx: &mut Tx<'_>, desk: &mut Desk, line: Line) -> Result<Line, CompanyError> {
        let (mut stood, at) = (line, (0, "cost"));
        for (receipt, quantity) in
            self.ahead.get(&(stood.document, stood.number)).into_iter().flatten()
        {
            let Some(receipt) = desk.line(tx, *receipt)? else { continue };
            let worth = share(receipt.sold, *quantity, receipt.invoiced, (desk.currency(), at))?;
            stood = Line { clearing: less(stood.clearing, worth, at)?, ..stood };
        }
        Ok(stood)
    }
}

/// A line of a document that was cancelled, as what it no longer adds.
fn taken_off(line: Line) -> Line {
    let off = |quantity: Qty| Line::left(Qty::ZERO, &[quantity]);
    Line {
        quantity: off(line.quantity),
        matched: off(line.matched),
        returned: off(line.returned),
        ..line
    }
}

/// An order's line: of what was shipped and invoiced by then, the smaller part is matched.
fn ordered(line: Line, later: Later) -> Line {
    let shipped = Line::left(line.shipped, &[later.shipped]);
    let returned = Line::left(line.returned, &[later.returned]);
    let invoiced = Line::left(line.invoiced, &[later.invoiced]);
    let is_as_now =
        later.shipped == Qty::ZERO && later.invoiced == Qty::ZERO && later.returned == Qty::ZERO;
    let matched = match is_as_now {
        true => line.matched,
        false => Line::left(shipped, &[returned]).min(invoiced).max(Qty::ZERO),
    };
    Line { shipped, returned, invoiced, matched, ..line }
}

/// What came back later and was never invoiced was still with the other side: at what the rest costs.
fn came_back(desk: &Desk, line: Line, returned: Qty) -> Result<Line, CompanyError> {
    let kept = Line::left(line.quantity, &[line.matched]);
    if returned == Qty::ZERO || kept <= Qty::ZERO {
        return Ok(line);
    }
    let at: At = (line.number, "cost");
    let all = plus(line.clearing, line.sold, at)?;
    let cost = share(all, returned, kept, (desk.currency(), at))?;
    let matched = Line::left(line.matched, &[returned]);
    Ok(Line { clearing: plus(line.clearing, cost, at)?, matched, ..line })
}

/// What a part of a line was billed at.
fn price(tx: &mut Tx<'_>, desk: &mut Desk, into: &Into, at: At) -> Result<Amount, CompanyError> {
    let Some(bill) = desk.line(tx, into.whose)? else { return Ok(Amount::ZERO) };
    share(bill.net, into.quantity, bill.quantity, (desk.currency(), at))
}
