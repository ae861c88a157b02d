//! Credits of suppliers: for goods that went back, or for a price that was too high.

use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Tx};
use fondaco_inventory::Qty;
use serde::{Deserialize, Serialize};

use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, LineMatch, Status, less, plus, share, tax,
};
use crate::company::masters::partner_of;
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place};
use crate::company::sales::{
    NewCredit, allow, head, in_state, part_of, parts, revenue, settle_credit, site,
};
use crate::company::{CompanyError, rights};

/// Enters credits of suppliers: all or none. A credit settles its bill as far as that is open; what is over stands on account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditSuppliers {
    /// The credits, each of a bill.
    pub credits: Vec<NewCredit>,
}

impl CreditSuppliers {
    /// These.
    ///
    /// ```
    /// use fondaco::company::CreditSuppliers;
    /// assert!(CreditSuppliers::new(vec![]).credits.is_empty());
    /// ```
    pub fn new(credits: Vec<NewCredit>) -> CreditSuppliers {
        CreditSuppliers { credits }
    }
}

impl Act for CreditSuppliers {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::BILL)?;
        let mut desk = Desk::open(tx)?;
        let mut made = Vec::with_capacity(self.credits.len());
        for (index, new) in self.credits.iter().enumerate() {
            let done = credit(tx, &mut desk, &authority, new);
            let name = || DocumentKind::SupplierCredit.name_of(&new.code);
            made.push(done.map_err(|error| error.of(&name()).at(index))?);
        }
        tx.emit(Event::new("bill.credited").with("credits", made.len() as i64));
        desk.finish(tx)?;
        Ok(made)
    }
}

fn credit(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewCredit,
) -> Result<DocumentId, CompanyError> {
    let kind = DocumentKind::SupplierCredit;
    desk.check_new(tx, kind, &new.code)?;
    let bill = desk.named(tx, DocumentKind::Bill, &new.invoice)?;
    in_state(&bill, &[Status::Open, Status::Done], "only a bill that counts is credited")?;
    let partner = partner_of(tx, bill.party)?;
    let (name, id) = (kind.name_of(&new.code), kind.id(&new.code));
    let left = |line: &Line| Line::left(line.quantity, &[line.invoiced]);
    let parts = parts(tx, desk, (&bill, &new.lines), ("credit", left))?;
    if parts.is_empty() {
        return Err(CompanyError::NothingLeft { document: bill.name(), act: "credit" });
    }
    let (mut lines, mut facts) = (Vec::new(), Vec::new());
    for ((of, quantity, _), number) in parts.into_iter().zip(1..) {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let line = part_of(&of, quantity, (id, number), bill.currency)?;
        let place = desk.place(tx, of.item, bill.site)?;
        let place = Place { tax_code: of.tax_code.clone(), ..place };
        let (goods, back) = match of.item {
            Some(_) => take_returned(tx, desk, (&of, quantity), (id, number))?,
            None => (Amount::ZERO, Qty::ZERO),
        };
        let figures = match of.item {
            Some(_) => [
                (Figure::Goods, goods),
                (Figure::Difference, less(line.net, goods, (number, "price difference"))?),
            ],
            None => [(Figure::Expense, line.net), (Figure::Difference, Amount::ZERO)],
        };
        for (figure, amount) in figures {
            facts.push(Fact::new(figure, bill.money(amount)).at(place.clone()));
        }
        let net = line.net;
        let went = Line { sold: goods, matched: back, ..line };
        lines.push(went);
        let invoiced = plus(of.invoiced, quantity, (number, "quantity credited"))?;
        let taken = plus(of.taken, net, (number, "net amount"))?;
        desk.put_line(Line { invoiced, taken, ..of });
    }
    let (net, taxed) = tax(&mut lines, &name, bill.currency)?;
    let document = Document {
        party: bill.party,
        date: new.date,
        site: bill.site,
        location: bill.location.clone(),
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        net,
        tax: taxed,
        of: Some(bill.id),
        ..head(tx, kind, &new.code, bill.currency)
    };
    let place = site(tx, Some(bill.site))?;
    let gross = document.money(document.gross());
    allow(tx, authority, &name, (&partner, Some(&place.code)), Some(gross))?;
    let taxes = revenue(tx, desk, &partner, (&document, &lines), Figure::Expense)?;
    facts.extend(taxes.into_iter().filter(|fact| fact.figure == Figure::Tax));
    let mut told = Facts::new(BusinessEvent::SupplierCredit, new.date, name).party(bill.party);
    told.facts = facts;
    desk.add(document, lines);
    settle_credit(tx, desk, id, bill, &told)?;
    Ok(id)
}

/// Takes what is credited from the goods that went back for the line, the first to go first.
fn take_returned(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, quantity): (&Line, Qty),
    (document, line): (DocumentId, u32),
) -> Result<(Amount, Qty), CompanyError> {
    let none = (Amount::ZERO, Qty::ZERO);
    let Some(ordered) = of.of.zip(of.of_line) else { return Ok(none) };
    let (mut goods, mut left) = (Amount::ZERO, quantity);
    let (at, many): (At, At) = ((line, "cost"), (line, "quantity credited"));
    for receipt in desk.carried_out(tx, ordered, DocumentKind::Receipt)? {
        let key = (receipt.document, receipt.number);
        for back in desk.carried_out(tx, key, DocumentKind::SupplierReturn)? {
            let open = back.uninvoiced();
            let part = open.min(left);
            if part <= Qty::ZERO {
                continue;
            }
            // What stands for a return is below zero: the supplier owes it.
            let taken = share(back.clearing, part, open, (desk.currency(), at))?;
            let of_line = back.number;
            desk.note_match(LineMatch {
                document,
                line,
                of: back.document,
                of_line,
                quantity: part,
                revalued: Amount::ZERO,
            });
            goods = less(goods, taken, at)?;
            left = Line::left(left, &[part]);
            desk.put_line(Line {
                invoiced: plus(back.invoiced, part, many)?,
                clearing: less(back.clearing, taken, at)?,
                ..back
            });
        }
    }
    Ok((goods, Line::left(quantity, &[left])))
}
