//! Invoices to customers: what was shipped is billed, and its cost goes on to the cost of sales.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::terms::DueAmount;
use fondaco_core::{Act, Currency, DocumentId, Rounding, Tx};
use fondaco_inventory::Qty;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::delivery::parts;
use super::order::{head, in_state};
use super::{allow, owe};
use crate::company::document::{
    Ahead, At, Desk, Document, DocumentKind, Line, LineMatch, PartLine, Status, blank, emit_each,
    less, plus, settle, share, tax,
};
use crate::company::masters::partner_of;
use crate::company::money::{close_if_paid, take_deposits};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure};
use crate::company::{CompanyError, rights};

/// An invoice to a customer.
///
/// ```
/// use fondaco::company::NewInvoice;
/// let invoice = NewInvoice::new("I-1", "SO-1", "2026-03-05".parse()?);
/// assert!(invoice.lines.is_none() && !invoice.ahead); // all that was shipped
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewInvoice {
    /// Its code.
    pub code: SmolStr,
    /// The code of the order.
    pub order: SmolStr,
    /// The day of the invoice.
    pub date: NaiveDate,
    /// What of the order; all that was shipped and not invoiced where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<PartLine>>,
    /// Whether what was not shipped yet may be invoiced too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ahead: bool,
    /// The codes of deposits for the order that are taken off, as far as they reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposits: Vec<SmolStr>,
}

impl NewInvoice {
    /// All that was shipped of an order.
    pub fn new(code: impl Into<SmolStr>, order: impl Into<SmolStr>, date: NaiveDate) -> NewInvoice {
        let (code, order, deposits) = (code.into(), order.into(), Vec::new());
        NewInvoice { code, order, date, lines: None, ahead: false, deposits }
    }

    /// Some of it.
    #[must_use]
    pub fn line(mut self, part: PartLine) -> NewInvoice {
        self.lines.get_or_insert_default().push(part);
        self
    }

    /// With a deposit taken off.
    #[must_use]
    pub fn deposit(mut self, code: impl Into<SmolStr>) -> NewInvoice {
        self.deposits.push(code.into());
        self
    }

    /// Also what was not shipped yet.
    #[must_use]
    pub fn ahead(self) -> NewInvoice {
        NewInvoice { ahead: true, ..self }
    }
}

/// Invoices customers: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvoiceCustomers {
    /// The invoices.
    pub invoices: Vec<NewInvoice>,
}

impl InvoiceCustomers {
    /// These.
    ///
    /// ```
    /// use fondaco::company::InvoiceCustomers;
    /// assert!(InvoiceCustomers::new(vec![]).invoices.is_empty());
    /// ```
    pub fn new(invoices: Vec<NewInvoice>) -> InvoiceCustomers {
        InvoiceCustomers { invoices }
    }
}

impl Act for InvoiceCustomers {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::INVOICE)?;
        let mut desk = Desk::open(tx)?;
        let of: Vec<_> =
            self.invoices.iter().map(|new| DocumentKind::SalesOrder.id(&new.order)).collect();
        let new = self.invoices.iter().map(|new| DocumentKind::Invoice.id(&new.code));
        Desk::read_ahead(tx, new, &of, Ahead::Waiting(DocumentKind::Delivery))?;
        let mut made = Vec::with_capacity(self.invoices.len());
        for (index, new) in self.invoices.iter().enumerate() {
            let done = invoice(tx, &mut desk, &authority, new);
            let name = || DocumentKind::Invoice.name_of(&new.code);
            made.push(done.map_err(|error| error.of(&name()).at(index))?);
        }
        emit_each(tx, "invoice.posted", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}

fn invoice(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewInvoice,
) -> Result<DocumentId, CompanyError> {
    let kind = DocumentKind::Invoice;
    desk.check_new(tx, kind, &new.code)?;
    let order = desk.named(tx, DocumentKind::SalesOrder, &new.order)?;
    in_state(
        &order,
        &[Status::Open, Status::Done],
        "only open orders are invoiced: confirm or release it first",
    )?;
    let partner = partner_of(tx, order.party)?;
    let (name, id) = (kind.name_of(&new.code), kind.id(&new.code));
    let left = |line: &Line| match new.ahead {
        true => line.left_to_bill(),
        false => line.to_invoice(),
    };
    let parts = parts(tx, desk, (&order, &new.lines), ("invoice", left))?;
    if parts.is_empty() {
        return Err(CompanyError::NothingLeft { document: order.name(), act: "invoice" });
    }
    let mut lines = Vec::with_capacity(parts.len());
    let mut costs = Vec::with_capacity(parts.len());
    for ((of, quantity, _), number) in parts.into_iter().zip(1..) {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let line = part_of(&of, quantity, (id, number), order.currency)?;
        let (cost, shipped) = take_cost(tx, desk, (&of, quantity), (id, number), &mut costs)?;
        let at = (number, "quantity invoiced");
        let (invoiced, matched) =
            (plus(of.invoiced, quantity, at)?, plus(of.matched, shipped, at)?);
        let taken = plus(of.taken, line.net, (number, "net amount"))?;
        desk.put_line(Line { invoiced, matched, taken, ..of });
        lines.push(Line { sold: cost, matched: shipped, ..line });
    }
    let (net, taxed) = tax(&mut lines, &name, order.currency)?;
    let mut document = Document {
        party: order.party,
        party_group: partner.party_group.clone().into(),
        date: new.date,
        site: order.site,
        location: order.location.clone(),
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        net,
        tax: taxed,
        of: Some(order.id),
        terms: order.terms.clone(),
        reference: order.reference.clone(),
        ..head(tx, kind, &new.code, order.currency)
    };
    document.account = desk.owed_at(&document)?.into();
    let gross = document.money(document.gross());
    let site = super::order::site(tx, Some(order.site))?;
    allow(tx, authority, &name, (&partner, Some(&site.code)), Some(gross))?;
    let taken_off = take_deposits(tx, desk, &mut document, (&partner, &new.deposits))?;
    let due = due(&document, &name)?;
    let event = BusinessEvent::CustomerInvoice;
    let mut told = Facts::new(event, document.date, document.name()).party(document.party);
    told.owed = document.account.cloned();
    told.facts = revenue(tx, desk, (&document, &lines), Figure::Revenue)?;
    told.facts.extend(costs.into_iter().chain(taken_off));
    desk.tell(Facts { due, ..told }, Some(id));
    owe(tx, order.party, document.gross(), Amount::ZERO)?;
    desk.add(close_if_paid(document), lines);
    settle(tx, desk, Some(order.id))?;
    Ok(id)
}

/// The part of an order's line that is invoiced: of its amount what the quantity has a share in, the last part the remainder.
pub(crate) fn part_of(
    of: &Line,
    quantity: Qty,
    (document, number): (DocumentId, u32),
    currency: Currency,
) -> Result<Line, CompanyError> {
    let (many, much): (At, At) = ((number, "quantity invoiced"), (number, "net amount"));
    let after = plus(of.invoiced, quantity, many)?;
    let after = share(of.net, after, of.quantity, (currency, much))?;
    Ok(Line {
        document,
        number,
        item: of.item,
        quantity,
        unit: of.unit,
        price: of.price,
        discount: of.discount.clone(),
        net: less(after, of.taken, much)?,
        tax_code: of.tax_code.clone(),
        tax_rate: of.tax_rate,
        of: Some(of.document),
        of_line: Some(of.number),
        text: of.text.clone(),
        ..blank()
    })
}

/// Takes the cost of what is invoiced from the deliveries of a line, the first sent first, and tells it where it stood. Gives it, and how
/// much had been shipped.
fn take_cost(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (of, quantity): (&Line, Qty),
    (document, line): (DocumentId, u32),
    facts: &mut Vec<Fact>,
) -> Result<(Amount, Qty), CompanyError> {
    let (mut cost, mut left) = (Amount::ZERO, quantity);
    let (at, many): (At, At) = ((line, "cost"), (line, "quantity invoiced"));
    if of.item.is_none() {
        return Ok((Amount::ZERO, Qty::ZERO));
    }
    for delivery in desk.waiting(tx, (of.document, of.number), DocumentKind::Delivery)? {
        let open = delivery.uninvoiced();
        let part = open.min(left);
        if part <= Qty::ZERO {
            continue;
        }
        let taken = share(delivery.clearing, part, open, (desk.currency(), at))?;
        desk.note_match(LineMatch {
            document,
            line,
            of: delivery.document,
            of_line: delivery.number,
            quantity: part,
            revalued: Amount::ZERO,
        });
        let head = desk.document(tx, delivery.document)?;
        let place = desk.place_of(tx, &head, &delivery)?;
        facts.push(Fact::new(Figure::Cost, taken.money(desk.currency())).at(place));
        cost = plus(cost, taken, at)?;
        left = Line::left(left, &[part]);
        desk.put_line(Line {
            invoiced: plus(delivery.invoiced, part, many)?,
            clearing: less(delivery.clearing, taken, at)?,
            sold: plus(delivery.sold, taken, at)?,
            ..delivery
        });
    }
    Ok((cost, Line::left(quantity, &[left])))
}

/// When what falls due, of what is not paid by deposits.
pub(crate) fn due(document: &Document, name: &SmolStr) -> Result<Vec<DueAmount>, CompanyError> {
    let open = document.money(document.open());
    if open.is_zero() {
        return Ok(Vec::new());
    }
    let Some(terms) = document.agreed()? else { return Ok(Vec::new()) };
    let due = terms.schedule(open, document.date, Rounding::HalfUp);
    due.map_err(|error| CompanyError::Terms { document: name.clone(), error })
}

/// What lines earn or cost without tax, and the taxes by code.
pub(crate) fn revenue(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (document, lines): (&Document, &[Line]),
    figure: Figure,
) -> Result<Vec<Fact>, CompanyError> {
    let (mut facts, mut taxes) = (Vec::new(), BTreeMap::<Option<SmolStr>, Amount>::new());
    for line in lines {
        let place = desk.place_of(tx, document, line)?;
        facts.push(Fact::new(figure, document.money(line.net)).at(place));
        let tax = taxes.entry(line.tax_code.clone()).or_default();
        *tax = plus(*tax, line.tax, (line.number, "tax"))?;
    }
    for (tax_code, tax) in taxes {
        facts.push(Fact::new(Figure::Tax, document.money(tax)).at(document.place(tax_code)));
    }
    Ok(facts)
}
