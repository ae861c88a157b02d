//! Payments that are taken back: what they settled is open again.

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Amount, Unclear, unclear};
use fondaco_core::Tx;

use super::billing::{opposite, post};
use crate::company::document::{At, Desk, Document, DocumentKind, Line, less, plus};
use crate::company::masters::Partner;
use crate::company::money::{close_if_paid, deposit_facts, payment_facts};
use crate::company::sales::owe;
use crate::company::{CompanyError, ENGINE};

const SETTLED: At = (0, "amount settled");

pub(super) fn cancel(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    payment: Document,
    (date, partner): (NaiveDate, &Partner),
) -> Result<(), CompanyError> {
    let facts = payment_facts(tx, desk, &payment, partner)?;
    let reduced = unsettle(tx, desk, &payment, date)?;
    post(tx, desk, &payment, &opposite(facts, date))?;
    if payment.kind == DocumentKind::CustomerPayment {
        // What it paid, what it let off and gave up, and what stood on account.
        let on_account = less(payment.net, payment.settled, SETTLED)?;
        owe(tx, payment.party, plus(reduced, on_account, SETTLED)?, Amount::ZERO)?;
    }
    Ok(())
}

/// A deposit of which nothing was taken off.
pub(super) fn cancel_deposit(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    deposit: Document,
    (date, partner): (NaiveDate, &Partner),
) -> Result<(), CompanyError> {
    let Some(line) = desk.line(tx, (deposit.id, 1))? else { return Ok(()) };
    desk.tell(opposite(deposit_facts(desk, partner, &deposit, &line), date), None);
    desk.put_line(Line { clearing: Amount::ZERO, ..line });
    if deposit.kind == DocumentKind::CustomerDeposit {
        owe(tx, deposit.party, deposit.gross(), Amount::ZERO)?;
    }
    Ok(())
}

/// Opens again what a payment or credit settled: in the books and of the documents. Gives how much in all.
pub(super) fn unsettle(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    date: NaiveDate,
) -> Result<Amount, CompanyError> {
    if let Some(clearing) = document.clearing.copied() {
        let command = Unclear::new(clearing).on(date);
        tx.as_engine(&ENGINE, |tx| unclear(tx, &command))?;
    }
    let mut all = Amount::ZERO;
    for settlement in desk.settlements_of(tx, document.id)? {
        let of = desk.document(tx, settlement.of)?;
        let settled = less(of.settled, settlement.amount, SETTLED)?;
        all = plus(all, settlement.amount, SETTLED)?;
        desk.put(close_if_paid(Document { settled, ..of }));
    }
    Ok(all)
}
