//! Receipts and bills matched, line by line and by quantity: the first received is billed first; what is billed ahead waits for goods.

use fondaco_accounting::ledger::Amount;
use fondaco_core::{DocumentId, Id, Money, Tx};
use fondaco_inventory::Qty;
use fondaco_inventory::moves::Move;
use fondaco_inventory::valuation::Cause;
use fondaco_inventory::value::{self, CorrectReceiptCost};

use crate::company::document::{
    At, Desk, DocumentKind, Line, LineMatch, less, minus, plus, share, sum,
};
use crate::company::goods::{Telling, tell_value};
use crate::company::posting::{Fact, Figure};
use crate::company::setup::Differences;
use crate::company::{CompanyError, ENGINE};

/// That goods came for which so much was billed ahead.
pub(crate) struct Ahead {
    /// The receipt's line.
    receipt: (DocumentId, u32),
    /// How much it was billed at.
    worth: Amount,
}

/// Takes what was billed ahead of an order's line for goods that come now, the first billed first: how much of them, and at what.
pub(super) fn take_ahead(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, quantity): (&Line, Qty),
    receipt: (DocumentId, u32),
    ahead: &mut Vec<Ahead>,
) -> Result<(Qty, Amount), CompanyError> {
    let (mut left, mut worth) = (quantity, Amount::ZERO);
    let (at, many): (At, At) = ((receipt.1, "cost"), (receipt.1, "quantity received"));
    if Line::left(of.invoiced, &[of.matched]) <= Qty::ZERO {
        return Ok((Qty::ZERO, Amount::ZERO));
    }
    for bill in desk.waiting(tx, (of.document, of.number), DocumentKind::Bill)? {
        let open = bill.ahead();
        let part = open.min(left);
        if part <= Qty::ZERO {
            continue;
        }
        let stands = minus(bill.clearing, at)?;
        let taken = share(stands, part, open, (desk.currency(), at))?;
        let (document, line) = (bill.document, bill.number);
        desk.note_match(LineMatch {
            document,
            line,
            of: receipt.0,
            of_line: receipt.1,
            quantity: part,
            revalued: Amount::ZERO,
        });
        worth = plus(worth, taken, at)?;
        left = Line::left(left, &[part]);
        let (matched, clearing) =
            (plus(bill.matched, part, many)?, plus(bill.clearing, taken, at)?);
        desk.put_line(Line { matched, clearing, ..bill });
        ahead.push(Ahead { receipt, worth: taken });
    }
    Ok((Line::left(quantity, &[left]), worth))
}

/// What came for bills that were ahead of it stands nowhere any more.
pub(crate) fn settle_ahead(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    ahead: Vec<Ahead>,
) -> Result<(), CompanyError> {
    for Ahead { receipt, worth } in ahead {
        if let Some(line) = desk.line(tx, receipt)? {
            let at = (line.number, "cost");
            let (clearing, sold) = (less(line.clearing, worth, at)?, plus(line.sold, worth, at)?);
            desk.put_line(Line { clearing, sold, ..line });
        }
    }
    Ok(())
}

/// What a bill takes of receipts.
pub(super) struct Taken {
    /// How much of what is billed was received.
    pub(super) received: Qty,
    /// At what the receipts stood, or stand now where stock took the difference.
    pub(super) goods: Amount,
    /// What is billed beyond that.
    pub(super) difference: Amount,
    /// The goods, where each of them stood.
    pub(super) facts: Vec<Fact>,
}

/// Takes what is billed of a line from its receipts. What the bill says otherwise goes to the stock that is there, and to where the rest
/// went; or stands as a difference, where the company has it so.
pub(super) fn take_receipts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, billed): (&Line, &Line),
    date: chrono::NaiveDate,
) -> Result<Taken, CompanyError> {
    let currency = desk.currency();
    let (mut left, mut rest) = (billed.quantity, billed.net);
    let (mut goods, mut difference, mut facts) = (Amount::ZERO, Amount::ZERO, Vec::new());
    let (at, many): (At, At) = ((billed.number, "net amount"), (billed.number, "quantity billed"));
    for receipt in desk.waiting(tx, (of.document, of.number), DocumentKind::Receipt)? {
        let open = receipt.uninvoiced();
        let part = open.min(left);
        if part <= Qty::ZERO {
            continue;
        }
        let price = share(rest, part, left, (currency, at))?;
        let stood = share(receipt.clearing, part, open, (currency, at))?;
        let differs = less(price, stood, at)?;
        let revalued = desk.settings.differences == Differences::Revalue
            && differs != Amount::ZERO
            && revalue(tx, desk, &receipt, (billed, differs), date)?;
        let taken = if revalued { price } else { stood };
        let key = (receipt.document, receipt.number);
        let receipt = desk.line(tx, key)?.unwrap_or(receipt);
        let (document, line) = (billed.document, billed.number);
        desk.note_match(LineMatch {
            document,
            line,
            of: key.0,
            of_line: key.1,
            quantity: part,
            revalued: if revalued { differs } else { Amount::ZERO },
        });
        let head = desk.document(tx, key.0)?;
        let place = desk.place_of(tx, &head, &receipt)?;
        facts.push(Fact::new(Figure::Goods, taken.money(currency)).at(place));
        goods = plus(goods, taken, at)?;
        difference = plus(difference, less(price, taken, at)?, at)?;
        left = Line::left(left, &[part]);
        rest = less(rest, price, at)?;
        desk.put_line(Line {
            invoiced: plus(receipt.invoiced, part, many)?,
            clearing: less(receipt.clearing, taken, at)?,
            sold: plus(receipt.sold, taken, at)?,
            ..receipt
        });
    }
    let received = Line::left(billed.quantity, &[left]);
    Ok(Taken { received, goods, difference, facts })
}

/// Has a receipt cost so much more; whether it could: what was never valued keeps the difference.
pub(crate) fn revalue(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    receipt: &Line,
    (billed, more): (&Line, Amount),
    date: chrono::NaiveDate,
) -> Result<bool, CompanyError> {
    let Some(of) = desk.costed_by(tx, receipt)? else { return Ok(false) };
    let Some((booked, came)) = booked(tx, of)? else { return Ok(false) };
    let cost: Money = plus(booked, more, (billed.number, "cost"))?.money(desk.currency());
    let document = Some(billed.document);
    let date = Some(date.max(came));
    let command = CorrectReceiptCost { date, document, ..CorrectReceiptCost::new(of, cost) };
    let by = tx.as_engine(&ENGINE, |tx| fondaco_core::Act::act(&command, tx))?;
    let head = desk.document(tx, receipt.document)?;
    let by: Vec<Id<Move>> = by.into_iter().collect();
    let telling = Telling { document: head.name(), party: head.partner(), by: &by };
    tell_value(tx, desk, &telling)?;
    if receipt.stock_move.is_none()
        && let Some(line) = desk.line(tx, (receipt.document, receipt.number))?
    {
        // The facts are of the delivery, which was sold for it; this stands for what is owed.
        let clearing = plus(line.clearing, more, (line.number, "cost"))?;
        desk.put_line(Line { clearing, ..line });
    }
    Ok(true)
}

/// What a receipt is booked at, and the day on which it came.
fn booked(
    tx: &mut Tx<'_>,
    of: Id<Move>,
) -> Result<Option<(Amount, chrono::NaiveDate)>, CompanyError> {
    let Some(leg) = tx.get::<Move>(&(of, 0))? else { return Ok(None) };
    let facts = value::entries_of(tx, of)?;
    let own = facts.iter().filter(|fact| fact.site == leg.site && fact.cause == Cause::Cost);
    // What went straight through is told twice: as it was bought, and as it was sold.
    let own = own.filter(|fact| fact.by != of || fact.quantity > Qty::ZERO);
    let own: Vec<Amount> = own.map(|fact| fact.value).collect();
    if own.is_empty() {
        return Ok(None);
    }
    Ok(Some((sum(own, (0, "cost of a receipt"))?, leg.date)))
}
