//! Invoices, bills and credits that are taken back: their facts with the opposite sign, and their costs where they came from.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Amount, Pays};
use fondaco_core::{Money, Tx};

use super::paid;
use crate::company::CompanyError;
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, Status, less, minus, plus, share,
};
use crate::company::masters::Partner;
use crate::company::money::{give_deposits_back, open_items};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place, Role};
use crate::company::purchases::revalue;
use crate::company::sales::{owe, revenue};

pub(super) fn cancel(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    mut document: Document,
    (date, partner): (NaiveDate, &Partner),
) -> Result<(), CompanyError> {
    let is_credit =
        matches!(document.kind, DocumentKind::CreditNote | DocumentKind::SupplierCredit);
    let lines = desk.lines_of(tx, &document)?;
    let costs = give_back(tx, desk, (&document, date), &lines)?;
    let mut facts = facts(tx, desk, (&document, &lines), (partner, &costs))?;
    if is_credit {
        paid::unsettle(tx, desk, &document, date)?;
    } else {
        let (taken_off, all) = give_deposits_back(tx, desk, &document, partner)?;
        facts.facts.extend(taken_off);
        let settled = less(document.settled, all, (0, "deposit"))?;
        document = Document { settled, ..document };
        desk.put(document.clone());
    }
    let told = opposite(facts, date);
    post(tx, desk, &document, &told)?;
    of_origin(tx, desk, &document, &lines)?;
    match document.kind {
        DocumentKind::Invoice => reopen(tx, desk, &document),
        DocumentKind::CreditNote => owe(tx, document.party, document.gross(), Amount::ZERO),
        _ => Ok(()),
    }
}

/// Posts what takes a document back, and clears its items by it.
pub(super) fn post(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    told: &Facts,
) -> Result<(), CompanyError> {
    let all = Amount::from_units(i64::MAX);
    let items = open_items(tx, document, all)?;
    let role = if document.kind.is_of_sales() { Role::Receivable } else { Role::Payable };
    let pays = |line: u32, _: &_| {
        let lines = items.iter().copied();
        Some(lines.fold(Pays::new(line), |pays, (item, amount)| pays.part(item, amount)))
    };
    desk.post_clearing(tx, told, (role, pays)).map(drop)
}

/// Facts with the opposite sign, on another day.
pub(crate) fn opposite(mut facts: Facts, date: NaiveDate) -> Facts {
    facts.date = date;
    facts.due = Vec::new();
    for fact in &mut facts.facts {
        fact.amount = fact.amount.neg();
        fact.worth = fact.worth.map(Money::neg);
    }
    facts
}

/// Gives what went into a document's lines back to where it came from. Gives the cost of each line, by its number.
fn give_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, date): (&Document, NaiveDate),
    lines: &[Line],
) -> Result<BTreeMap<u32, Amount>, CompanyError> {
    let mut costs: BTreeMap<u32, Amount> = BTreeMap::new();
    for matched in desk.matches_of(tx, document.id)? {
        let Some(of) = desk.line(tx, (matched.of, matched.of_line))? else { continue };
        let at: At = (matched.line, "cost");
        let coins = (document.currency, at);
        let cost = match document.kind {
            // A credit took what the supplier owed, and keeps nothing of it.
            DocumentKind::SupplierCredit => {
                let line = lines.iter().find(|line| line.number == matched.line);
                let taken = line.map_or(Amount::ZERO, |line| line.sold);
                let whole = line.map_or(matched.quantity, |line| line.matched);
                share(taken, matched.quantity, whole, coins)?
            }
            _ => share(of.sold, matched.quantity, of.invoiced, coins)?,
        };
        let sum = costs.entry(matched.line).or_default();
        *sum = plus(*sum, cost, at)?;
        let (clearing, sold) = match document.kind {
            DocumentKind::SupplierCredit => (less(of.clearing, cost, at)?, of.sold),
            _ => (plus(of.clearing, cost, at)?, less(of.sold, cost, at)?),
        };
        let invoiced = Line::left(of.invoiced, &[matched.quantity]);
        desk.put_line(Line { invoiced, clearing, sold, ..of });
        if matched.revalued != Amount::ZERO
            && let Some(receipt) = desk.line(tx, (matched.of, matched.of_line))?
            && let Some(billed) = lines.iter().find(|line| line.number == matched.line)
        {
            let back = minus(matched.revalued, at)?;
            revalue(tx, desk, &receipt, (billed, back), date)?;
        }
    }
    Ok(costs)
}

/// What the document told the books, with the costs as they stand now.
fn facts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, lines): (&Document, &[Line]),
    (partner, costs): (&Partner, &BTreeMap<u32, Amount>),
) -> Result<Facts, CompanyError> {
    let event = match document.kind {
        DocumentKind::Invoice => BusinessEvent::CustomerInvoice,
        DocumentKind::CreditNote => BusinessEvent::CustomerCredit,
        DocumentKind::Bill => BusinessEvent::SupplierBill,
        _ => BusinessEvent::SupplierCredit,
    };
    let is_of_sales = document.kind.is_of_sales();
    let mut told = Facts::new(event, document.date, document.name()).party(document.party);
    told.facts = revenue(tx, desk, partner, (document, lines), Figure::Revenue)?;
    if !is_of_sales {
        told.facts.retain(|fact| fact.figure == Figure::Tax);
    }
    for line in lines {
        let cost = costs.get(&line.number).copied().unwrap_or_default();
        let place = desk.place(tx, line.item, document.site)?;
        if is_of_sales {
            // What came back stands below zero.
            let is_credit = document.kind == DocumentKind::CreditNote;
            let cost = if is_credit { minus(cost, (line.number, "cost"))? } else { cost };
            told.facts.push(Fact::new(Figure::Cost, cost.money(desk.currency())).at(place));
            continue;
        }
        let place = Place { tax_code: line.tax_code.clone(), ..place };
        // As it was billed: charges go by the supplier's group, too.
        let by_group = Place { party_group: partner.party_group.clone(), ..place.clone() };
        // A bill that is ahead of its goods stands where they will.
        let at = (line.number, "net amount");
        let goods = less(cost, line.clearing, at)?;
        let figures = match (line.charge.copied(), line.item) {
            (Some(charge), _) => [(charge, line.net), (Figure::Difference, Amount::ZERO)],
            (None, None) if !costs.contains_key(&line.number) => {
                [(Figure::Expense, line.net), (Figure::Difference, Amount::ZERO)]
            }
            (None, _) => [(Figure::Goods, goods), (Figure::Difference, less(line.net, goods, at)?)],
        };
        for (figure, amount) in figures {
            let is_charge = line.charge.copied().is_some() || figure == Figure::Expense;
            let place = if is_charge { &by_group } else { &place };
            told.facts.push(Fact::new(figure, document.money(amount)).at(place.clone()));
        }
        desk.put_line(Line { clearing: Amount::ZERO, ..line.clone() });
    }
    Ok(told)
}

/// The lines that it carried out have as much left as before.
fn of_origin(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    lines: &[Line],
) -> Result<(), CompanyError> {
    for line in lines {
        let Some(key) = line.of.zip(line.of_line) else { continue };
        let Some(of) = desk.line(tx, key)? else { continue };
        let invoiced = Line::left(of.invoiced, &[line.quantity]);
        // Of an order also what of it had been shipped; of what is no goods all of it.
        let is_order = matches!(document.kind, DocumentKind::Invoice | DocumentKind::Bill);
        let is_matched = line.item.is_some() || line.matched > fondaco_inventory::Qty::ZERO;
        let shipped = if is_matched { line.matched } else { line.quantity };
        let shipped = if document.kind == DocumentKind::Invoice && line.item.is_none() {
            fondaco_inventory::Qty::ZERO
        } else {
            shipped
        };
        let matched = if is_order { Line::left(of.matched, &[shipped]) } else { of.matched };
        let at: At = (line.number, "net amount");
        let given_back = match document.kind {
            // At the order's price, whatever the bill said.
            DocumentKind::Bill => {
                share(of.taken, line.quantity, of.invoiced, (document.currency, at))?
            }
            _ => line.net,
        };
        let taken = less(of.taken, given_back, at)?;
        desk.put_line(Line { invoiced, matched, taken, ..of });
    }
    if let (DocumentKind::Bill, Some(order)) = (document.kind, document.of) {
        let order = desk.document(tx, order)?;
        desk.put(Document { status: Status::Open, ..order });
    }
    Ok(())
}

/// What an invoice had its order owe is ordered again.
fn reopen(tx: &mut Tx<'_>, desk: &mut Desk, invoice: &Document) -> Result<(), CompanyError> {
    let gross = invoice.gross();
    let Some(order) = invoice.of else { return Ok(()) };
    let order = desk.document(tx, order)?;
    let lines = desk.lines_of(tx, &order)?;
    let none_left = lines.iter().all(|line| line.invoiced.units() == 0);
    let back = if none_left { order.settled } else { gross.min(order.settled) };
    let at = (0, "amount invoiced of the order");
    owe(tx, order.party, minus(gross, at)?, minus(back, at)?)?;
    desk.put(Document { settled: less(order.settled, back, at)?, status: Status::Open, ..order });
    Ok(())
}
