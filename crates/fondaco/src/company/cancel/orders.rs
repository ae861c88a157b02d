//! Orders that are taken back: what was promised to them or on order for them is not any more.

use fondaco_core::{Act, Id, Tx};
use fondaco_inventory::levels::Expected;
use fondaco_inventory::reserve::{CancelExpected, ReleaseDocument};

use fondaco_accounting::ledger::Amount;

use crate::company::document::{Desk, Document, DocumentKind, Status, less};
use crate::company::sales::owe;
use crate::company::{CompanyError, ENGINE};

pub(super) fn cancel(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: Document,
) -> Result<(), CompanyError> {
    if order.kind == DocumentKind::PurchaseOrder {
        let lines = desk.lines_of(tx, &order)?;
        let expected: Vec<Id<Expected>> =
            lines.iter().filter_map(|line| line.expected.copied()).collect();
        let mut open = Vec::with_capacity(expected.len());
        for id in expected {
            if tx.get::<Expected>(&id)?.is_some_and(|row| row.open.is_some()) {
                open.push(id);
            }
        }
        if !open.is_empty() {
            tx.as_engine(&ENGINE, |tx| CancelExpected::new(open).act(tx))?;
        }
        return Ok(());
    }
    if matches!(order.status, Status::Quote | Status::Held) {
        return Ok(());
    }
    let lines = desk.lines_of(tx, &order)?;
    if lines.iter().any(|line| line.promise.get().is_some()) {
        tx.as_engine(&ENGINE, |tx| ReleaseDocument::new(order.id).act(tx))?;
    }
    let open = less(order.gross(), order.settled, (0, "amount invoiced of the order"))?;
    owe(tx, order.party, Amount::ZERO, open)
}
