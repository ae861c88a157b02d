//! Goods that are taken back: their moves are reversed, with what those changed in value.

use chrono::NaiveDate;
use fondaco_core::{Act, Quantity, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::levels::Reservation;
use fondaco_inventory::moves::{Movement, NewMove};
use fondaco_inventory::posting::move_stock;
use fondaco_inventory::reserve::Release;

use crate::company::document::{Desk, Document, DocumentKind, Line, settle};
use crate::company::goods::{Telling, tell_value};
use crate::company::production::unserve;
use crate::company::sales::{Promise, Wanting, of_line, promise_goods};
use crate::company::{CompanyError, ENGINE};

/// A delivery or a receipt: its order has as much left to be done as before.
pub(super) fn cancel_moved(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    reverse(tx, desk, &document, date)?;
    unserve(tx, desk, &document, date)?;
    let lines = desk.lines_of(tx, &document)?;
    for line in lines {
        let Some(key) = line.of.zip(line.of_line) else { continue };
        if let Some(ordered) = desk.line(tx, key)? {
            let shipped = Line::left(ordered.shipped, &[line.quantity]);
            desk.put_line(Line { shipped, ..ordered });
        }
    }
    if let (DocumentKind::Delivery, Some(order)) = (document.kind, document.of) {
        let order = desk.document(tx, order)?;
        promise_again(tx, desk, &order)?;
    }
    settle(tx, desk, document.of)
}

/// What is to be shipped again is promised again, where it was.
fn promise_again(tx: &mut Tx<'_>, desk: &mut Desk, order: &Document) -> Result<(), CompanyError> {
    let lines = desk.lines_of(tx, order)?;
    let promised: Vec<Line> = lines
        .into_iter()
        .filter(|line| line.promise.get().is_some() && line.to_ship() > Qty::ZERO)
        .collect();
    let mut open = Vec::new();
    for line in &promised {
        let Some(id) = line.promise.copied() else { continue };
        if tx.get::<Reservation>(&id)?.is_some_and(|row| row.open.is_some()) {
            open.push(id);
        }
    }
    if !open.is_empty() {
        tx.as_engine(&ENGINE, |tx| Release::new(open).act(tx))?;
    }
    let (document, promise) = (order.clone(), Promise::Backorder);
    promise_goods(tx, desk, vec![Wanting { index: None, document, lines: promised, promise }])
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
    let number = |index: usize| moved.get(index).map_or(0, |line| line.number);
    let done = tx.as_engine(&ENGINE, |tx| move_stock(tx, &moves, false));
    let done = done.map_err(|error| of_line(error, document, number))?;
    let by: Vec<_> = done.ids().collect();
    let telling = Telling { document: document.name(), party: document.partner(), by: &by };
    tell_value(tx, desk, &telling)
}
