//! Work orders and their lines on the desk of an act.

use std::collections::BTreeMap;

use fondaco_accounting::ledger::Amount;
use fondaco_core::{DocumentId, Halt, Id, Needs, Range, Reading, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::items::Item;
use fondaco_inventory::levels::{Expected, Reservation};
use fondaco_inventory::places::Site;
use smol_str::SmolStr;

use super::{WorkLine, WorkOrder};
use crate::company::CompanyError;
use crate::company::document::{Desk, Document, DocumentKind, Line, Shelf, Status};

/// The work orders that an act reads and changes.
#[derive(Default)]
pub(crate) struct Works {
    pub(super) orders: Shelf<WorkOrder>,
    pub(super) lines: Shelf<WorkLine>,
    /// What this act takes of promises.
    pub(super) fulfilled: BTreeMap<Id<Reservation>, Qty>,
    /// What this act takes of orders' cost, and has not told yet.
    pub(super) pending: BTreeMap<DocumentId, Amount>,
}

impl Works {
    /// Reads what an act is about to do of work orders, in as few trips as it takes: the heads of new documents, and the orders by their codes
    /// with their lines and items. What is not there is found missing later.
    pub(super) fn read_ahead<'c>(
        tx: &mut Tx<'_>,
        new: impl IntoIterator<Item = DocumentId>,
        orders: impl IntoIterator<Item = &'c SmolStr>,
    ) -> Result<Vec<DocumentId>, CompanyError> {
        let orders: Vec<DocumentId> =
            orders.into_iter().map(|code| DocumentKind::WorkOrder.id(code)).collect();
        let heads: Vec<DocumentId> = new.into_iter().chain(orders.iter().copied()).collect();
        tx.need_all(Needs::new().rows::<Document>(&heads).rows::<WorkOrder>(&orders))?;
        let works = tx.peek_many::<WorkOrder>(&orders)?;
        let lines: Vec<(DocumentId, u32)> = works
            .iter()
            .flatten()
            .flat_map(|work| (1..=work.lines).map(|number| (work.id, number)))
            .collect();
        let documents = tx.peek_many::<Document>(&orders)?;
        let sites: Vec<_> = documents.iter().flatten().map(|document| document.site).collect();
        tx.need_all(Needs::new().rows::<WorkLine>(&lines).rows::<Site>(&sites))?;
        let lines = tx.peek_many::<WorkLine>(&lines)?;
        let of_lines = lines.iter().flatten().filter_map(|line| line.item);
        let items: Vec<_> = works.iter().flatten().map(|work| work.item).chain(of_lines).collect();
        tx.need::<Item>(&items)?;
        Ok(orders)
    }

    /// Reads what was made of work orders, and what is on order of them.
    pub(super) fn read_made(tx: &mut Tx<'_>, orders: &[DocumentId]) -> Result<(), CompanyError> {
        let made: Vec<Range<Line>> =
            orders.iter().map(|order| Range::by(Line::BY_OF, &(*order, 0_u32))).collect();
        let mut needs = Needs::new();
        for (order, made) in orders.iter().zip(&made) {
            needs = needs.range(made)?.range(&Range::by(Expected::BY_DOCUMENT, order))?;
        }
        tx.need_all(needs)?;
        let found = tx.scan_each(&made)?;
        let keys: Vec<_> =
            found.iter().flatten().map(|line| (line.document, line.number)).collect();
        let heads: Vec<DocumentId> = keys.iter().map(|key| key.0).collect();
        Ok(tx.need_all(Needs::new().rows::<Line>(&keys).rows::<Document>(&heads))?)
    }

    pub(crate) fn stage(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        self.orders.stage(tx)?;
        self.lines.stage(tx)
    }
}

impl Desk {
    /// What a work order's document has beside it.
    pub(crate) fn work(
        &mut self,
        tx: &mut Tx<'_>,
        order: &Document,
    ) -> Result<WorkOrder, CompanyError> {
        let unknown = || CompanyError::UnknownDocument { document: order.name() };
        self.works.orders.get(tx, &order.id)?.ok_or_else(unknown)
    }

    /// All lines of a work order, in order.
    pub(super) fn work_lines(
        &mut self,
        tx: &mut Tx<'_>,
        work: &WorkOrder,
    ) -> Result<Vec<WorkLine>, CompanyError> {
        let keys: Vec<(DocumentId, u32)> =
            (1..=work.lines).map(|number| (work.id, number)).collect();
        Ok(self.works.lines.all(tx, &keys)?)
    }

    /// The work order and its line that a line of a document of production is about: of what came back, those of what went in.
    pub(crate) fn work_of(
        &mut self,
        tx: &mut Tx<'_>,
        line: &Line,
    ) -> Result<Option<(Document, Option<WorkLine>)>, CompanyError> {
        let mut key = line.of.zip(line.of_line);
        let is_back = self.document(tx, line.document)?.kind == DocumentKind::MaterialReturn;
        if let Some(issued) = key.filter(|_| is_back) {
            key = self.line(tx, issued)?.and_then(|issue| issue.of.zip(issue.of_line));
        }
        let Some((id, number)) = key else { return Ok(None) };
        let order = self.document(tx, id)?;
        Ok(Some((order, self.works.lines.get(tx, &(id, number))?)))
    }

    /// Has a work order stand as what was done of it says.
    pub(super) fn settle_work(
        &mut self,
        tx: &mut Tx<'_>,
        id: DocumentId,
    ) -> Result<(), CompanyError> {
        let order = self.document(tx, id)?;
        let work = self.work(tx, &order)?;
        let is_untouched = |line: &WorkLine| line.done.units() == 0 && line.spent.units() == 0;
        let begun = work.made().units() > 0
            || work.in_progress.units() != 0
            || !self.work_lines(tx, &work)?.iter().all(is_untouched);
        let status = match (work.to_make().units(), begun) {
            (0, _) => Status::Finished,
            (_, true) => Status::InProgress,
            _ => Status::Released,
        };
        if order.status != status {
            self.put(Document { status, ..order });
        }
        Ok(())
    }

    /// A work order that something can be done of.
    pub(super) fn open_work(
        &mut self,
        tx: &mut Tx<'_>,
        code: &SmolStr,
    ) -> Result<(Document, WorkOrder), CompanyError> {
        let order = self.named(tx, DocumentKind::WorkOrder, code)?;
        let why = match order.status {
            Status::Planned => "release it with ReleaseWorkOrders first",
            Status::Closed => "cancel its production_close first, or take another order",
            _ => "take another order",
        };
        let open = [Status::Released, Status::InProgress, Status::Finished];
        crate::company::sales::in_state(&order, &open, why)?;
        let work = self.work(tx, &order)?;
        Ok((order, work))
    }
}
