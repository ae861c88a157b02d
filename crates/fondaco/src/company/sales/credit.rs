//! Credit notes: what was invoiced is credited, and the cost of what came back leaves the cost of sales.

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Amount, Pays};
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Tx};
use fondaco_inventory::Qty;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::delivery::parts;
use super::invoice::{part_of, revenue};
use super::order::{head, in_state};
use super::{allow, owe};
use crate::company::document::{
    At, Desk, Document, DocumentKind, Line, LineMatch, PartLine, Settlement, Status, less, minus,
    plus, share, tax,
};
use crate::company::masters::partner_of;
use crate::company::money::{close_if_paid, open_items};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Role};
use crate::company::{CompanyError, rights};

/// A credit for an invoice.
///
/// ```
/// use fondaco::company::{NewCredit, PartLine};
/// let broken = NewCredit::new("C-1", "I-1", "2026-03-09".parse()?).line(PartLine::new(1, "3 pcs".parse()?));
/// assert_eq!(broken.invoice, "I-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCredit {
    /// Its code.
    pub code: SmolStr,
    /// The code of the invoice.
    pub invoice: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// What of it; all that is not credited where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<PartLine>>,
}

impl NewCredit {
    /// All of an invoice.
    pub fn new(
        code: impl Into<SmolStr>,
        invoice: impl Into<SmolStr>,
        date: NaiveDate,
    ) -> NewCredit {
        NewCredit { code: code.into(), invoice: invoice.into(), date, lines: None }
    }

    /// Some of it.
    #[must_use]
    pub fn line(mut self, part: PartLine) -> NewCredit {
        self.lines.get_or_insert_default().push(part);
        self
    }
}

/// Credits customers: all or none. A credit settles its invoice as far as that is open; what is over stands on account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditCustomers {
    /// The credits.
    pub credits: Vec<NewCredit>,
}

impl CreditCustomers {
    /// These.
    ///
    /// ```
    /// use fondaco::company::CreditCustomers;
    /// assert!(CreditCustomers::new(vec![]).credits.is_empty());
    /// ```
    pub fn new(credits: Vec<NewCredit>) -> CreditCustomers {
        CreditCustomers { credits }
    }
}

impl Act for CreditCustomers {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::INVOICE)?;
        let mut desk = Desk::open(tx)?;
        let mut made = Vec::with_capacity(self.credits.len());
        for (index, new) in self.credits.iter().enumerate() {
            let done = credit(tx, &mut desk, &authority, new);
            let name = || DocumentKind::CreditNote.name_of(&new.code);
            made.push(done.map_err(|error| error.of(&name()).at(index))?);
        }
        tx.emit(Event::new("invoice.credited").with("credits", made.len() as i64));
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
    let kind = DocumentKind::CreditNote;
    desk.check_new(tx, kind, &new.code)?;
    let invoice = desk.named(tx, DocumentKind::Invoice, &new.invoice)?;
    in_state(&invoice, &[Status::Open, Status::Done], "only an invoice that counts is credited")?;
    let partner = partner_of(tx, invoice.party)?;
    let (name, id) = (kind.name_of(&new.code), kind.id(&new.code));
    let left = |line: &Line| Line::left(line.quantity, &[line.invoiced]);
    let parts = parts(tx, desk, (&invoice, &new.lines), ("credit", left))?;
    if parts.is_empty() {
        return Err(CompanyError::NothingLeft { document: invoice.name(), act: "credit" });
    }
    let (mut lines, mut costs) = (Vec::new(), Vec::new());
    for ((of, quantity, _), number) in parts.into_iter().zip(1..) {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let line = part_of(&of, quantity, (id, number), invoice.currency)?;
        let cost = take_cost(tx, desk, (&of, quantity), (id, number))?;
        costs.push(cost);
        let net = line.net;
        lines.push(Line { sold: cost, ..line });
        let invoiced = plus(of.invoiced, quantity, (number, "quantity credited"))?;
        let taken = plus(of.taken, net, (number, "net amount"))?;
        desk.put_line(Line { invoiced, taken, ..of });
    }
    let (net, taxed) = tax(&mut lines, &name, invoice.currency)?;
    let document = Document {
        party: invoice.party,
        date: new.date,
        site: invoice.site,
        location: invoice.location.clone(),
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        net,
        tax: taxed,
        of: Some(invoice.id),
        ..head(tx, kind, &new.code, invoice.currency)
    };
    let site = super::order::site(tx, Some(invoice.site))?;
    let gross = document.money(document.gross());
    allow(tx, authority, &name, (&partner, Some(&site.code)), Some(gross))?;
    let event = BusinessEvent::CustomerCredit;
    let mut facts = Facts::new(event, new.date, name).party(invoice.party);
    facts.facts = revenue(tx, desk, &partner, (&document, &lines), Figure::Revenue)?;
    for (line, cost) in lines.iter().zip(costs) {
        let place = desk.place(tx, line.item, document.site)?;
        facts.facts.push(Fact::new(Figure::Cost, cost.money(desk.currency())).at(place));
    }
    desk.add(document, lines);
    settle_credit(tx, desk, id, invoice, &facts)?;
    Ok(id)
}

/// Posts a credit, and settles its invoice by it as far as that is open.
pub(crate) fn settle_credit(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    id: DocumentId,
    invoice: Document,
    facts: &Facts,
) -> Result<(), CompanyError> {
    let credit = desk.document(tx, id)?;
    let settled = credit.gross().min(invoice.open()).max(Amount::ZERO);
    let items = open_items(tx, &invoice, settled)?;
    let pays = |line: u32, _: &_| {
        let lines = items.iter().copied();
        Some(lines.fold(Pays::new(line), |pays, (item, amount)| pays.part(item, amount)))
    };
    let is_of_sales = invoice.kind.is_of_sales();
    let role = if is_of_sales { Role::Receivable } else { Role::Payable };
    let done = desk.post_clearing(tx, facts, (role, pays))?;
    if let Some((entry, _, posted)) = &done {
        desk.remember(id, posted.posted, entry);
    }
    let clearing = done.and_then(|(_, _, posted)| posted.clearings.first().map(|one| one.clearing));
    let credit = desk.document(tx, id)?;
    let is_used = settled == credit.gross();
    let status = if is_used { Status::Done } else { Status::Open };
    if is_of_sales {
        let credited = minus(credit.gross(), (0, "amount with tax"))?;
        owe(tx, credit.party, credited, Amount::ZERO)?;
    }
    desk.put(Document { settled, status, clearing: clearing.into(), ..credit });
    if settled != Amount::ZERO {
        let (discount, write_off) = (Amount::ZERO, Amount::ZERO);
        let of = invoice.id;
        let (amount, tax) = (settled, Amount::ZERO);
        desk.note_settlement(Settlement { document: id, of, amount, discount, write_off, tax });
    }
    let settled = plus(invoice.settled, settled, (0, "amount settled"))?;
    desk.put(close_if_paid(Document { settled, ..invoice }));
    Ok(())
}

/// Takes the cost of what is credited from the goods that came back for the line, the first to come first.
fn take_cost(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, quantity): (&Line, Qty),
    (document, line): (DocumentId, u32),
) -> Result<Amount, CompanyError> {
    let Some(ordered) = of.of.zip(of.of_line) else { return Ok(Amount::ZERO) };
    let (mut cost, mut left) = (Amount::ZERO, quantity);
    let (at, many): (At, At) = ((line, "cost"), (line, "quantity credited"));
    for delivery in desk.carried_out(tx, ordered, DocumentKind::Delivery)? {
        let key = (delivery.document, delivery.number);
        for back in desk.carried_out(tx, key, DocumentKind::CustomerReturn)? {
            let open = back.uninvoiced();
            let part = open.min(left);
            if part <= Qty::ZERO {
                continue;
            }
            // What stands for a return is below zero: it came back.
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
            cost = less(cost, taken, at)?;
            left = Line::left(left, &[part]);
            desk.put_line(Line {
                invoiced: plus(back.invoiced, part, many)?,
                clearing: less(back.clearing, taken, at)?,
                sold: plus(back.sold, taken, at)?,
                ..back
            });
        }
    }
    Ok(cost)
}
