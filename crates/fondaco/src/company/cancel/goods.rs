//! Goods that are taken back: their moves are reversed, with what those changed in value.

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::{Quantity, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::moves::{Movement, NewMove};
use fondaco_inventory::posting::move_stock;

use super::over;
use crate::company::document::{Desk, Document, DocumentKind, Line, less, settle};
use crate::company::goods::{Telling, tell_value};
use crate::company::production::unserve;
use crate::company::purchases::announce_again;
use crate::company::sales::{of_line, promise_again};
use crate::company::{CompanyError, ENGINE};

/// A delivery or a receipt: its order has as much left to be done as before.
pub(super) fn cancel_moved(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let receipt = direct_receipt(tx, desk, &document)?;
    for line in &desk.lines_of(tx, &document)? {
        not_moved(tx, desk, line)?;
    }
    let order = match document.of {
        Some(order) => Some(desk.document(tx, order)?),
        None => None,
    };
    let is_delivery = document.kind == DocumentKind::Delivery;
    // What comes back is for who waited for it first: it is promised before it does.
    if let Some(order) = order.as_ref().filter(|_| is_delivery) {
        let back = desk.lines_of(tx, &document)?;
        let back = back.iter().filter_map(|line| Some((line.of_line?, line.quantity)));
        promise_again(tx, desk, order, back.collect())?;
    }
    reverse(tx, desk, &document, date)?;
    unserve(tx, desk, &document, date)?;
    if let Some(receipt) = receipt {
        not_direct(tx, desk, receipt, date)?;
    }
    if let Some(order) = order.as_ref().filter(|_| !is_delivery) {
        announce_again(tx, desk, order)?;
    }
    settle(tx, desk, document.of)
}

/// What a line moved of an order is still to be moved.
fn not_moved(tx: &mut Tx<'_>, desk: &mut Desk, line: &Line) -> Result<(), CompanyError> {
    let Some(key) = line.of.zip(line.of_line) else { return Ok(()) };
    if let Some(ordered) = desk.line(tx, key)? {
        let shipped = Line::left(ordered.shipped, &[line.quantity]);
        let sold = less(ordered.sold, line.taken, (line.number, "cost"))?;
        desk.put_line(Line { shipped, sold, ..ordered });
    }
    Ok(())
}

/// The receipt that stands for what a supplier sent straight to the customer, if a delivery is of that and nothing else rests on it.
fn direct_receipt(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    delivery: &Document,
) -> Result<Option<Document>, CompanyError> {
    if delivery.kind != DocumentKind::Delivery {
        return Ok(None);
    }
    let matched = desk.matches_of(tx, delivery.id)?;
    let Some(of) = matched.iter().find(|row| row.quantity == Qty::ZERO).map(|row| row.of) else {
        return Ok(None);
    };
    let receipt = desk.document(tx, of)?;
    if let Some(other) = desk.rests_on(tx, of, delivery.id)? {
        let by = format!("{} rests on {}", other.name(), receipt.name());
        return Err(CompanyError::InUse { document: delivery.name(), by });
    }
    Ok(Some(receipt))
}

/// What a supplier sent straight to the customer did not come either: the receipt that stands for it is cancelled with the delivery.
fn not_direct(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    receipt: Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    for line in desk.lines_of(tx, &receipt)? {
        not_moved(tx, desk, &line)?;
        desk.put_line(Line { clearing: Amount::ZERO, ..line });
    }
    let order = receipt.of;
    over(tx, desk, receipt, date)?;
    if let Some(order) = order {
        let order = desk.document(tx, order)?;
        announce_again(tx, desk, &order)?;
    }
    settle(tx, desk, order)
}

/// A return: what came or went back is with the other side again.
pub(super) fn cancel_returned(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    reverse(tx, desk, &document, date)?;
    for line in desk.lines_of(tx, &document)? {
        let Some(key) = line.of.zip(line.of_line) else { continue };
        let Some(moved) = desk.line(tx, key)? else { continue };
        if let Some(key) = moved.of.zip(moved.of_line)
            && let Some(ordered) = desk.line(tx, key)?
        {
            let returned = Line::left(ordered.returned, &[line.matched]);
            desk.put_line(Line { returned, ..ordered });
        }
        let returned = Line::left(moved.returned, &[line.quantity]);
        let matched = Line::left(moved.matched, &[line.matched]);
        desk.put_line(Line { returned, matched, ..moved });
    }
    let Some(moved) = document.of else { return Ok(()) };
    let order = desk.document(tx, moved)?.of;
    settle(tx, desk, order)
}

/// Takes the moves of a document back.
pub(crate) fn reverse(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let lines = desk.lines_of(tx, document)?;
    let moved: Vec<&Line> = lines.iter().filter(|line| line.stock_move.is_some()).collect();
    let back = |line: &&Line| -> Option<NewMove> {
        let quantity = Quantity::from_fixed(line.quantity, line.unit);
        let back = Movement::Reversal { of: line.stock_move? };
        Some(NewMove::new(line.item?, quantity, back, date).document(document.id))
    };
    let moves: Vec<NewMove> = moved.iter().filter_map(back).collect();
    if moves.is_empty() {
        return Ok(());
    }
    let number = |index: usize| moved.get(index).map_or(0, |line| line.number);
    let done = tx.as_engine(&ENGINE, |tx| move_stock(tx, &moves, false));
    let done = done.map_err(|error| of_line(error, document, number))?;
    let by: Vec<_> = done.ids().collect();
    let telling = Telling { document: document.name(), party: document.partner(), by: &by };
    tell_value(tx, desk, &telling)
}
