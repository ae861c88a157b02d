//! How an order stands by what became of its lines: every act that changes them says so here. What is neither invoiced nor came back nor was
//! given up is ordered, and held against the customer's limit; an order of which nothing is left to be done is done.

use fondaco_accounting::ledger::Amount;
use fondaco_core::{DocumentId, Tx};
use fondaco_inventory::Qty;

use super::{At, Desk, Document, Line, Status, less, plus, share};
use crate::company::CompanyError;
use crate::company::sales::owe;

/// What is ordered by a line and not invoiced, with tax.
pub(crate) fn ordered(
    line: &Line,
    currency: fondaco_core::Currency,
) -> Result<Amount, CompanyError> {
    let at: At = (line.number, "amount with tax");
    let left = line.left_to_bill().max(Qty::ZERO);
    match left.units() {
        0 => Ok(Amount::ZERO),
        _ => share(plus(line.net, line.tax, at)?, left, line.quantity, (currency, at)),
    }
}

/// Has an order stand as its lines do.
pub(crate) fn settle(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    order: Option<DocumentId>,
) -> Result<(), CompanyError> {
    let Some(order) = order else { return Ok(()) };
    let order = desk.document(tx, order)?;
    if !matches!(order.status, Status::Open | Status::Done) {
        return Ok(());
    }
    let at: At = (0, "amount invoiced of the order");
    let (mut open, mut is_done) = (Amount::ZERO, true);
    for line in desk.lines_of(tx, &order)? {
        open = plus(open, ordered(&line, order.currency)?, at)?;
        let is_there = line.item.is_none() || line.to_ship() <= Qty::ZERO;
        is_done &= is_there && line.left_to_bill() <= Qty::ZERO;
    }
    let settled = less(order.gross(), open, at)?;
    let no_longer = less(settled, order.settled, at)?;
    if order.kind.is_of_sales() && no_longer != Amount::ZERO {
        owe(tx, order.party, Amount::ZERO, no_longer)?;
    }
    let status = if is_done { Status::Done } else { Status::Open };
    if (settled, status) != (order.settled, order.status) {
        desk.put(Document { settled, status, ..order });
    }
    Ok(())
}
