//! Invoices, bills and credits that are taken back: their facts with the opposite sign, and their costs where they came from.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::{Money, Tx};
use fondaco_inventory::Qty;

use super::paid;
use crate::company::CompanyError;
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, less, minus, plus, settle, share, sum,
};
use crate::company::money::{give_deposits_back, open_items};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place};
use crate::company::purchases::{land_no_more, revalue};
use crate::company::sales::{bill_again, given_back, owe, revenue, taken_back};

pub(super) fn cancel(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    mut document: Document,
    date: NaiveDate,
) -> Result<(), CompanyError> {
    let is_credit =
        matches!(document.kind, DocumentKind::CreditNote | DocumentKind::SupplierCredit);
    let lines = desk.lines_of(tx, &document)?;
    let costs = give_back(tx, desk, (&document, date), &lines)?;
    let mut facts = facts(tx, desk, (&document, &lines), &costs)?;
    let mut back = Amount::ZERO;
    if is_credit {
        for row in desk.settlements_of(tx, document.id)? {
            let invoice = desk.document(tx, row.of)?;
            back = minus(row.discount, (0, "discount"))?;
            facts.facts.extend(taken_back(tx, desk, &invoice, back)?);
        }
        paid::unsettle(tx, desk, &document, date)?;
    } else {
        let (taken_off, all) = give_deposits_back(tx, desk, &document)?;
        facts.facts.extend(taken_off);
        let settled = less(document.settled, all, (0, "deposit"))?;
        document = Document { settled, ..document };
        desk.put(document.clone());
    }
    let told = opposite(facts, date);
    post(tx, desk, &document, &told)?;
    of_origin(tx, desk, &document, &lines)?;
    if document.kind.is_of_sales() {
        let gross = document.gross();
        let at: At = (0, "amount with tax");
        let owed = if is_credit { less(gross, back, at)? } else { minus(gross, at)? };
        owe(tx, document.party, owed, Amount::ZERO)?;
    }
    let order = match (document.of, is_credit) {
        (Some(invoice), true) => desk.document(tx, invoice)?.of,
        (of, _) => of,
    };
    settle(tx, desk, order)
}

/// Posts what takes a document back, and clears its items by it.
pub(super) fn post(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    told: &Facts,
) -> Result<(), CompanyError> {
    let items = open_items(tx, document, Amount::from_units(i64::MAX))?;
    desk.post_settling(tx, (told, None), &items).map(drop)
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

/// Costs of lines, by their numbers, each with where it stands.
type Costs = BTreeMap<u32, Vec<(Place, Amount)>>;

/// Gives what went into a document's lines back to where it came from. Gives the costs of each line.
fn give_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, date): (&Document, NaiveDate),
    lines: &[Line],
) -> Result<Costs, CompanyError> {
    let mut costs = Costs::new();
    for matched in desk.matches_of(tx, document.id)? {
        let Some(of) = desk.line(tx, (matched.of, matched.of_line))? else { continue };
        let at: At = (matched.line, "cost");
        if matched.quantity == Qty::ZERO {
            land_no_more(tx, desk, document, (&of, matched.revalued, date))?;
            continue;
        }
        let cost = share(of.sold, matched.quantity, of.invoiced, (document.currency, at))?;
        let head = desk.document(tx, matched.of)?;
        let place = desk.place_of(tx, &head, &of)?;
        costs.entry(matched.line).or_default().push((place, cost));
        let (clearing, sold) = (plus(of.clearing, cost, at)?, less(of.sold, cost, at)?);
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
    costs: &Costs,
) -> Result<Facts, CompanyError> {
    let event = match document.kind {
        DocumentKind::Invoice => BusinessEvent::CustomerInvoice,
        DocumentKind::CreditNote => BusinessEvent::CustomerCredit,
        DocumentKind::Bill => BusinessEvent::SupplierBill,
        _ => BusinessEvent::SupplierCredit,
    };
    let sells = document.kind.is_of_sales();
    let mut told = Facts::new(event, document.date, document.name()).party(document.party);
    told.owed = document.account.cloned();
    let figures = revenue(tx, desk, (document, lines), Figure::Revenue)?;
    told.facts.extend(figures.into_iter().filter(|fact| sells || fact.figure == Figure::Tax));
    for line in lines {
        let costs = costs.get(&line.number).map_or(&[][..], Vec::as_slice);
        let facts = match document.kind {
            DocumentKind::Invoice | DocumentKind::CreditNote => sold(document, line, costs)?,
            DocumentKind::Bill => billed(tx, desk, (document, line), costs)?,
            _ => {
                // What went back stands below zero; the rest had never come.
                let went = less(line.sold, all(costs, line)?, (line.number, "cost"))?;
                given_back(tx, desk, (document, line), went)?
            }
        };
        told.facts.extend(facts);
    }
    Ok(told)
}

fn all(costs: &[(Place, Amount)], line: &Line) -> Result<Amount, CompanyError> {
    sum(costs.iter().map(|(_, cost)| *cost), (line.number, "cost"))
}

/// The cost of what was invoiced or credited; what came back stands below zero.
fn sold(
    document: &Document,
    line: &Line,
    costs: &[(Place, Amount)],
) -> Result<Vec<Fact>, CompanyError> {
    let at: At = (line.number, "cost");
    let fact = |(place, cost): &(Place, Amount)| {
        let is_credit = document.kind == DocumentKind::CreditNote;
        let cost = if is_credit { minus(*cost, at)? } else { *cost };
        Ok(Fact::new(Figure::Cost, document.money(cost)).at(place.clone()))
    };
    costs.iter().map(fact).collect()
}

/// What a line of a bill was told as. One that is ahead of its goods stands where they will.
fn billed(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, line): (&Document, &Line),
    costs: &[(Place, Amount)],
) -> Result<Vec<Fact>, CompanyError> {
    let place = desk.place_of(tx, document, line)?;
    let fact = |figure, amount: Amount, place| Fact::new(figure, document.money(amount)).at(place);
    desk.put_line(Line { clearing: Amount::ZERO, ..line.clone() });
    match (line.charge.copied(), line.item) {
        (Some(charge), _) => return Ok(vec![fact(charge, line.net, place)]),
        (None, None) if costs.is_empty() && line.clearing == Amount::ZERO => {
            return Ok(vec![fact(Figure::Expense, line.net, place)]);
        }
        _ => {}
    }
    let at: At = (line.number, "net amount");
    let ahead = minus(line.clearing, at)?;
    let goods = plus(all(costs, line)?, ahead, at)?;
    let mut facts = vec![
        fact(Figure::Goods, ahead, place.clone()),
        fact(Figure::Difference, less(line.net, goods, at)?, place),
    ];
    facts.extend(costs.iter().map(|(place, cost)| fact(Figure::Goods, *cost, place.clone())));
    Ok(facts)
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
        let of = match document.kind {
            DocumentKind::Invoice | DocumentKind::Bill => of_order(document, line, of)?,
            _ => of_invoice(tx, desk, (document, line), of)?,
        };
        desk.put_line(of);
    }
    Ok(())
}

/// What an order's line has left when an invoice or a bill of it is taken back.
fn of_order(document: &Document, line: &Line, of: Line) -> Result<Line, CompanyError> {
    let at: At = (line.number, "net amount");
    // Of what is no goods all of it was matched by a bill, and none by an invoice.
    let shipped = match (line.item, document.kind) {
        (None, DocumentKind::Invoice) => Qty::ZERO,
        (None, _) if line.matched == Qty::ZERO => line.quantity,
        _ => line.matched,
    };
    let given_back = match document.kind {
        // At the order's price, whatever the bill said.
        DocumentKind::Bill => share(of.taken, line.quantity, of.invoiced, (document.currency, at))?,
        _ => line.net,
    };
    let (invoiced, matched) =
        (Line::left(of.invoiced, &[line.quantity]), Line::left(of.matched, &[shipped]));
    Ok(Line { invoiced, matched, taken: less(of.taken, given_back, at)?, ..of })
}

/// What an invoice's or a bill's line has left to be credited when a credit of it is taken back.
fn of_invoice(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, line): (&Document, &Line),
    of: Line,
) -> Result<Line, CompanyError> {
    let at: At = (line.number, "net amount");
    if let Some(key) = of.of.zip(of.of_line)
        && let Some(ordered) = desk.line(tx, key)?
        && line.returned > ordered.left_to_bill()
    {
        let order = desk.document(tx, key.0)?.name();
        let by = format!("what it credited of {order}, line {}, was billed again", key.1);
        return Err(CompanyError::InUse { document: document.name(), by });
    }
    bill_again(tx, desk, (&of, line), Line::left(Qty::ZERO, &[line.returned]))?;
    let off = if document.kind.is_of_sales() { Amount::ZERO } else { line.sold };
    Ok(Line {
        invoiced: Line::left(of.invoiced, &[line.quantity]),
        returned: Line::left(of.returned, &[line.returned]),
        taken: less(of.taken, line.net, at)?,
        tax_taken: less(of.tax_taken, line.tax, at)?,
        clearing: less(of.clearing, off, at)?,
        ..of
    })
}
