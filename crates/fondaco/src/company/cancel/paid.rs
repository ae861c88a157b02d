//! Payments that are taken back: what they settled is open again.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Amount, Clearing, Unclear, unclear};
use fondaco_core::{Id, Tx};

use super::billing::{opposite, post};
use crate::company::document::{At, Desk, Document, DocumentKind, Line, less, minus, plus, sum};
use crate::company::money::{
    close_if_paid, deposit_back_facts, deposit_facts, payment_facts, stands_less,
};
use crate::company::sales::owe;
use crate::company::{CompanyError, ENGINE};

const SETTLED: At = (0, "amount settled");

pub(super) fn cancel(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    payment: Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let facts = payment_facts(tx, desk, &payment)?;
    if let Some(back) = deposit_back_facts(tx, desk, &payment)? {
        desk.tell(opposite(back, date), None);
    }
    let settlements = desk.settlements_of(tx, payment.id)?;
    let let_off = settlements.iter().flat_map(|row| [row.discount, row.write_off]);
    let reduced = plus(payment.net, sum(let_off, SETTLED)?, SETTLED)?;
    unsettle(tx, desk, &payment, date)?;
    post(tx, desk, &payment, &opposite(facts, date))?;
    if payment.kind.is_of_sales() {
        owe(tx, payment.party, reduced, Amount::ZERO)?;
    }
    Ok(())
}

/// A deposit of which nothing was taken off.
pub(super) fn cancel_deposit(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    deposit: Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let Some(line) = desk.line(tx, (deposit.id, 1))? else { return Ok(()) };
    desk.tell(opposite(deposit_facts(&deposit, &line), date), None);
    desk.put_line(Line { clearing: Amount::ZERO, ..line });
    if deposit.kind == DocumentKind::CustomerDeposit {
        owe(tx, deposit.party, deposit.gross(), Amount::ZERO)?;
    }
    Ok(())
}

/// Opens again what a payment or credit settled: in the books and of the documents.
pub(super) fn unsettle(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let settlements = desk.settlements_of(tx, document.id)?;
    let clearings: BTreeSet<Id<Clearing>> =
        settlements.iter().filter_map(|row| row.clearing.copied()).collect();
    for clearing in clearings {
        let command = Unclear::new(clearing).on(date);
        tx.as_engine(&ENGINE, |tx| unclear(tx, &command))?;
    }
    for settlement in settlements {
        let of = desk.document(tx, settlement.of)?;
        if matches!(of.kind, DocumentKind::CustomerDeposit | DocumentKind::SupplierDeposit) {
            let net = less(settlement.amount, settlement.tax, SETTLED)?;
            stands_less(tx, desk, &of, minus(net, SETTLED)?)?;
        }
        let settled = less(of.settled, settlement.amount, SETTLED)?;
        desk.put(close_if_paid(Document { settled, ..of }));
    }
    Ok(())
}
