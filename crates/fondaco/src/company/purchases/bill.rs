//! Bills of suppliers, matched with the order and the receipts: what is outside the tolerances is booked, and blocked for payment.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::{Authority, Request};
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Money, PartyId, Quantity, Rate, Rounding, Tx, UnitPrice};
use fondaco_inventory::Qty;
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::landed::{LandsOn, land};
use super::matching::take_receipts;
use crate::company::document::{
    Ahead, Desk, Document, DocumentKind, Line, NewLine, PartLine, Pricing, Status, emit_each, less,
    minus, plus, settle, stored, sum, tax,
};
use crate::company::masters::{Partner, check_price, partner_by_code, partner_of};
use crate::company::money::{close_if_paid, take_deposits};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place};
use crate::company::sales::{
    allow, check_partner, due, head, in_state, named_parts, part_of, revenue, site,
};
use crate::company::{CompanyError, rights};

/// What is billed of a line of an order.
///
/// ```
/// use fondaco::company::BillLine;
/// let dearer = BillLine::all(1).at("10.40 EUR/pcs".parse()?);
/// assert!(dearer.price.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillLine {
    /// The line of the order, from 1.
    pub line: u32,
    /// How much; all that was received and not billed where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// At which price; the order's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<UnitPrice>,
}

impl BillLine {
    /// So much of a line.
    pub fn new(line: u32, quantity: Quantity) -> BillLine {
        BillLine { line, quantity: Some(quantity), price: None }
    }

    /// All that was received of a line.
    pub fn all(line: u32) -> BillLine {
        BillLine { line, quantity: None, price: None }
    }

    /// At another price than the order's.
    #[must_use]
    pub fn at(self, price: UnitPrice) -> BillLine {
        BillLine { price: Some(price), ..self }
    }
}

/// A bill of a supplier.
///
/// ```
/// use fondaco::company::NewBill;
/// let bill = NewBill::new("B-1", "V-1", "2026-02-12".parse()?).order("PO-1");
/// assert_eq!(bill.order.as_deref(), Some("PO-1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewBill {
    /// Its code here.
    pub code: SmolStr,
    /// The supplier's code.
    pub partner: SmolStr,
    /// The day of the bill.
    pub date: NaiveDate,
    /// The code of the order; `None` of a bill of charges alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<SmolStr>,
    /// What is billed of it; all that was received and not billed where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Vec<BillLine>>,
    /// What else is billed: an expense.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<NewLine>,
    /// Freight, duty and the like, which come upon receipts: those that `lands_on` names, or later by
    /// [`ChangeCost`](crate::company::ChangeCost).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freight: Vec<NewLine>,
    /// Upon which receipts the freight comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lands_on: Option<LandsOn>,
    /// The supplier's number of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<SmolStr>,
    /// The codes of deposits for the order that are taken off, as far as they reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposits: Vec<SmolStr>,
}

impl NewBill {
    /// A bill of nothing yet.
    pub fn new(code: impl Into<SmolStr>, partner: impl Into<SmolStr>, date: NaiveDate) -> NewBill {
        NewBill {
            code: code.into(),
            partner: partner.into(),
            date,
            order: None,
            lines: None,
            charges: Vec::new(),
            freight: Vec::new(),
            lands_on: None,
            reference: None,
            deposits: Vec::new(),
        }
    }

    /// With a deposit taken off.
    #[must_use]
    pub fn deposit(mut self, code: impl Into<SmolStr>) -> NewBill {
        self.deposits.push(code.into());
        self
    }

    /// For an order: all that was received of it.
    #[must_use]
    pub fn order(self, order: impl Into<SmolStr>) -> NewBill {
        NewBill { order: Some(order.into()), ..self }
    }

    /// For some of it.
    #[must_use]
    pub fn line(mut self, line: BillLine) -> NewBill {
        self.lines.get_or_insert_default().push(line);
        self
    }

    /// And something else.
    #[must_use]
    pub fn charge(mut self, line: NewLine) -> NewBill {
        self.charges.push(line);
        self
    }

    /// And freight.
    #[must_use]
    pub fn freight(mut self, line: NewLine) -> NewBill {
        self.freight.push(line);
        self
    }

    /// With its freight put upon receipts.
    #[must_use]
    pub fn lands_on(self, receipts: LandsOn) -> NewBill {
        NewBill { lands_on: Some(receipts), ..self }
    }

    /// The supplier's number, if it says one.
    fn number(&self) -> Option<SmolStr> {
        let number = self.reference.as_ref()?.trim();
        (!number.is_empty()).then(|| number.into())
    }

    fn parts(&self) -> Option<Vec<PartLine>> {
        let lines = self.lines.as_ref()?.iter();
        Some(
            lines
                .map(|line| PartLine { line: line.line, quantity: line.quantity, lot: None })
                .collect(),
        )
    }
}

/// Enters bills of suppliers: all or none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnterBills {
    /// The bills.
    pub bills: Vec<NewBill>,
}

impl EnterBills {
    /// These.
    ///
    /// ```
    /// use fondaco::company::EnterBills;
    /// assert!(EnterBills::new(vec![]).bills.is_empty());
    /// ```
    pub fn new(bills: Vec<NewBill>) -> EnterBills {
        EnterBills { bills }
    }
}

impl Act for EnterBills {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::BILL)?;
        let mut desk = Desk::open(tx)?;
        let of = self.bills.iter().filter_map(|new| new.order.as_ref());
        let of: Vec<_> = of.map(|order| DocumentKind::PurchaseOrder.id(order)).collect();
        let new = self.bills.iter().map(|new| DocumentKind::Bill.id(&new.code));
        Desk::read_ahead(tx, new, &of, Ahead::Waiting(DocumentKind::Receipt))?;
        let mut made = Vec::with_capacity(self.bills.len());
        let mut numbers = BTreeMap::new();
        for (index, new) in self.bills.iter().enumerate() {
            let done = partner_by_code(tx, &new.partner).and_then(|partner| {
                once(tx, (new, partner.party), &mut numbers)?;
                enter(tx, &mut desk, &authority, (new, partner))
            });
            let name = || DocumentKind::Bill.name_of(&new.code);
            made.push(done.map_err(|error| error.of(&name()).at(index))?);
        }
        emit_each(tx, "bill.posted", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}

/// Refuses a bill that the supplier sent once: it would be paid twice.
fn once(
    tx: &mut Tx<'_>,
    (new, party): (&NewBill, PartyId),
    numbers: &mut BTreeMap<(PartyId, SmolStr), SmolStr>,
) -> Result<(), CompanyError> {
    let Some(reference) = new.number() else { return Ok(()) };
    let name = DocumentKind::Bill.name_of(&new.code);
    let key = (party, reference.clone());
    let stored = tx.unique::<Document, _>(Document::BY_BILL_NUMBER, &key)?;
    let other = stored.map(|bill| bill.name());
    let same = numbers.insert(key, name.clone());
    match other.or(same) {
        None => Ok(()),
        Some(other) => {
            let partner = new.partner.clone();
            Err(CompanyError::BilledTwice { document: name, partner, reference, other })
        }
    }
}

/// A bill that is being entered.
struct Entering {
    lines: Vec<Line>,
    facts: Vec<Fact>,
    /// Why it is not to be paid.
    outside: Vec<SmolStr>,
}

fn enter(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    (new, partner): (&NewBill, Arc<Partner>),
) -> Result<DocumentId, CompanyError> {
    let kind = DocumentKind::Bill;
    desk.check_new(tx, kind, &new.code)?;
    let (name, id) = (kind.name_of(&new.code), kind.id(&new.code));
    check_partner(&partner, &name, false)?;
    let order = match &new.order {
        Some(order) => Some(order_of(tx, desk, order, (&partner, &name))?),
        None => None,
    };
    let place = site(tx, order.as_ref().map(|order| order.site))?;
    let mut entering = Entering { lines: Vec::new(), facts: Vec::new(), outside: Vec::new() };
    if let Some(order) = &order {
        goods(tx, desk, new, (order, id), &partner.party_group, &mut entering)?;
    }
    for (lines, figure) in [(&new.charges, Figure::Expense), (&new.freight, Figure::Freight)] {
        charges(tx, desk, (new, lines, figure), (&partner, place.id), &mut entering)?;
    }
    judge_charges(desk, &mut entering)?;
    let Entering { mut lines, facts, outside } = entering;
    if lines.is_empty() {
        return Err(CompanyError::NoLines { document: name });
    }
    let (net, taxed) = tax(&mut lines, &name, desk.currency())?;
    let terms =
        order.as_ref().and_then(|order| order.terms.cloned()).or_else(|| partner.terms.clone());
    let mut document = Document {
        party: partner.party,
        party_group: partner.party_group.clone().into(),
        date: new.date,
        site: place.id,
        location: place.root().clone(),
        lines: u32::try_from(lines.len()).unwrap_or(u32::MAX),
        net,
        tax: taxed,
        of: order.as_ref().map(|order| order.id),
        terms: terms.into(),
        blocked: (!outside.is_empty()).then(|| outside.join("; ").into()).into(),
        reference: new.reference.clone().into(),
        bill_number: new.number().into(),
        ..head(tx, kind, &new.code, desk.currency())
    };
    document.account = desk.owed_at(&document)?.into();
    let gross = document.money(document.gross());
    allow(tx, authority, &name, (&partner, Some(&place.code)), Some(gross))?;
    let mut told =
        Facts::new(BusinessEvent::SupplierBill, new.date, name.clone()).party(partner.party);
    told.owed = document.account.cloned();
    told.facts = facts;
    told.facts.extend(take_deposits(tx, desk, &mut document, (&partner, &new.deposits))?);
    told.due = due(&document, &name)?;
    // Of what lines come to only the taxes are left to tell.
    let taxes = revenue(tx, desk, (&document, &lines), Figure::Expense)?;
    told.facts.extend(taxes.into_iter().filter(|fact| fact.figure == Figure::Tax));
    desk.tell(told, Some(id));
    if !outside.is_empty() {
        tx.emit(Event::new("bill.blocked").with("bill", id));
    }
    if let Some(receipts) = &new.lands_on {
        land(tx, desk, &document, (&lines, receipts))?;
    }
    desk.add(close_if_paid(document), lines);
    settle(tx, desk, order.map(|order| order.id))?;
    Ok(id)
}

fn order_of(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    code: &SmolStr,
    (partner, name): (&Partner, &SmolStr),
) -> Result<Document, CompanyError> {
    let order = desk.named(tx, DocumentKind::PurchaseOrder, code)?;
    // What is billed beyond an order that is whole is booked and blocked, as it is on one that is not.
    let why = "only orders that stand are billed: confirm or release it first";
    in_state(&order, &[Status::Open, Status::Done], why)?;
    if order.party != partner.party {
        let (document, partner) = (name.clone(), partner.code.clone());
        return Err(CompanyError::NoRole { document, partner, role: "supplier of the order" });
    }
    Ok(order)
}

/// What is billed of an order's lines.
fn goods(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    new: &NewBill,
    (order, id): (&Document, DocumentId),
    group: &Option<SmolStr>,
    entering: &mut Entering,
) -> Result<(), CompanyError> {
    let parts = named_parts(tx, desk, (order, &new.parts()), Line::to_invoice)?;
    for (at, (of, quantity)) in parts.into_iter().enumerate() {
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let said = new.lines.as_ref().and_then(|lines| lines.get(at));
        let number = u32::try_from(entering.lines.len() + 1).unwrap_or(u32::MAX);
        let mut line = part_of(&of, quantity, (id, number), order.currency)?;
        let expected = line.net;
        if let Some(price) = said.and_then(|line| line.price) {
            line = repriced(line, (order, &of), price)?;
        }
        judge(desk, (&of, quantity), (line.net, expected), entering)?;
        let place = Place { party_group: group.clone(), ..desk.place_of(tx, order, &line)? };
        let mut matched = quantity;
        if of.item.is_none() && of.shipped == Qty::ZERO {
            let fact = Fact::new(Figure::Expense, order.money(line.net)).at(place);
            entering.facts.push(fact);
        } else {
            let taken = take_receipts(tx, desk, (&of, &line), new.date)?;
            let at = (number, "net amount");
            let billed = plus(taken.goods, taken.difference, at)?;
            // What was not received yet waits for its goods.
            let ahead = less(line.net, billed, at)?;
            for (figure, amount) in [(Figure::Goods, ahead), (Figure::Difference, taken.difference)]
            {
                entering.facts.push(Fact::new(figure, order.money(amount)).at(place.clone()));
            }
            entering.facts.extend(taken.facts);
            line.clearing = minus(ahead, at)?;
            line.matched = taken.received;
            matched = taken.received;
        }
        let of = desk.line(tx, (of.document, of.number))?.unwrap_or(of);
        let at = (number, "quantity billed");
        let (invoiced, matched) =
            (plus(of.invoiced, quantity, at)?, plus(of.matched, matched, at)?);
        let taken = plus(of.taken, expected, at)?;
        desk.put_line(Line { invoiced, matched, taken, ..of });
        entering.lines.push(line);
    }
    Ok(())
}

/// A line at the price of the bill.
fn repriced(
    line: Line,
    (order, of): (&Document, &Line),
    price: UnitPrice,
) -> Result<Line, CompanyError> {
    let name = order.name();
    if price.currency() != order.currency {
        let (given, expected) = (price.currency(), order.currency);
        return Err(CompanyError::OtherCurrency { document: name, given, expected });
    }
    check_price(&name, (of.number, price), None)?;
    let quantity = Quantity::from_fixed(line.quantity, line.unit);
    let total = price.total(quantity, Rounding::HalfUp).map_err(|error| {
        CompanyError::Quantity { document: name.clone(), line: of.number, error: Box::new(error) }
    })?;
    let net = stored(total, &name, (of.number, "net amount"))?;
    Ok(Line { net, price: Some(price), discount: None.into(), ..line })
}

/// Three-way match: the bill against the order's price and the receipts' quantity, within the company's tolerances.
fn judge(
    desk: &Desk,
    (of, quantity): (&Line, Qty),
    (net, expected): (Amount, Amount),
    entering: &mut Entering,
) -> Result<(), CompanyError> {
    let settings = &desk.settings;
    let above = |value: i64, limit: i64, tolerance: Rate| {
        let (value, limit) =
            (rust_decimal::Decimal::from(value), rust_decimal::Decimal::from(limit));
        let most = limit.checked_mul(tolerance.factor()).and_then(|more| limit.checked_add(more));
        most.is_none_or(|most| value > most)
    };
    let shown = |quantity: Qty| Quantity::from_fixed(quantity, of.unit);
    let received = of.to_invoice().max(Qty::ZERO);
    let number = of.number;
    if above(quantity.units(), received.units(), settings.quantity_tolerance) {
        let (billed, received) = (shown(quantity), shown(received));
        let said = format_smolstr!(
            "line {number} of the order: {billed} billed, {received} received and not billed"
        );
        entering.outside.push(said);
    }
    let is_dearer = above(net.units(), expected.units(), settings.price_tolerance);
    let more = less(net, expected, (number, "net amount"))?;
    if is_dearer || settings.amount_tolerance.is_some_and(|most| more > most) {
        let currency = desk.currency();
        let (net, expected): (Money, Money) = (net.money(currency), expected.money(currency));
        let said = format_smolstr!("line {number} of the order: {net} billed, {expected} ordered");
        entering.outside.push(said);
    }
    Ok(())
}

/// What no order has is outside the match above the tolerance of amounts.
fn judge_charges(desk: &Desk, entering: &mut Entering) -> Result<(), CompanyError> {
    let charges = entering.lines.iter().filter(|line| line.charge.get().is_some());
    let all = sum(charges.map(|line| line.net), (0, "charges"))?;
    if desk.settings.amount_tolerance.is_some_and(|most| all > most) {
        let all: Money = all.money(desk.currency());
        entering.outside.push(format_smolstr!("{all} billed that no order has"));
    }
    Ok(())
}

/// Charges and freight.
fn charges(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (new, lines, figure): (&NewBill, &[NewLine], Figure),
    (partner, site): (&Partner, fondaco_core::SiteId),
    entering: &mut Entering,
) -> Result<(), CompanyError> {
    let (name, currency) = (DocumentKind::Bill.name_of(&new.code), desk.currency());
    let pricing = Pricing { document: &name, partner, currency, date: new.date, by_list: false };
    for line in lines {
        let number = u32::try_from(entering.lines.len() + 1).unwrap_or(u32::MAX);
        let line = pricing.line(tx, desk, line, number)?;
        let place = Place {
            party_group: partner.party_group.clone(),
            tax_code: line.tax_code.clone(),
            ..desk.place(tx, line.item, site)?
        };
        entering.facts.push(Fact::new(figure, line.net.money(currency)).at(place));
        entering.lines.push(Line { charge: Some(figure).into(), ..line });
    }
    Ok(())
}

/// Releases bills that are blocked for payment: by somebody else than who entered them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseBills {
    /// Their codes.
    pub bills: Vec<SmolStr>,
}

impl ReleaseBills {
    /// These.
    ///
    /// ```
    /// use fondaco::company::ReleaseBills;
    /// assert_eq!(ReleaseBills::new(["B-1"]).bills, ["B-1"]);
    /// ```
    pub fn new<C: Into<SmolStr>>(bills: impl IntoIterator<Item = C>) -> ReleaseBills {
        ReleaseBills { bills: bills.into_iter().map(Into::into).collect() }
    }
}

impl Act for ReleaseBills {
    type Answer = ();
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CompanyError> {
        tx.authority(&rights::RELEASE_BILL)?;
        let mut desk = Desk::open(tx)?;
        for (index, code) in self.bills.iter().enumerate() {
            release(tx, &mut desk, code).map_err(|error| error.at(index))?;
        }
        desk.finish(tx)
    }
}

fn release(tx: &mut Tx<'_>, desk: &mut Desk, code: &SmolStr) -> Result<(), CompanyError> {
    let bill = desk.named(tx, DocumentKind::Bill, code)?;
    in_state(&bill, &[Status::Open], "only what counts is released")?;
    if bill.blocked.get().is_none() {
        return Err(CompanyError::NothingLeft { document: bill.name(), act: "release" });
    }
    let partner = partner_of(tx, bill.party)?;
    let request = Request::new(&rights::RELEASE_BILL).about(bill.name());
    let request = request.amount(bill.money(bill.gross()));
    let request = match &partner.party_group {
        Some(group) => request.at("party_group", group.clone()),
        None => request.nowhere("party_group"),
    };
    tx.authorize(&request.after(std::slice::from_ref(&bill.made_by)))?;
    tx.emit(Event::new("bill.released").with("bill", bill.id));
    desk.put(Document { blocked: None.into(), ..bill });
    Ok(())
}
