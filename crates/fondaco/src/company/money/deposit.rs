//! Deposits: what is paid before anything is billed, kept apart from what is owed until invoices or bills take it off (EVENTS row 3).
//!
//! Where tax is due on money that comes ahead of its goods (in the European Union: article 65 of the VAT directive), a deposit with a tax
//! code has its tax posted at once; an invoice that takes it off has so much less tax left to post. A deposit is taken off in parts, by
//! amount: the last part takes what rounding left.

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::policy::Authority;
use fondaco_core::{Act, DocumentId, Money, Rate, Rounding, Tx};
use fondaco_inventory::Qty;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::close_if_paid;
use crate::company::document::{
    Ahead, At, Desk, Document, DocumentKind, Line, Settlement, Status, blank, emit_each, less,
    minus, plus, share, stored,
};
use crate::company::masters::{Partner, TaxCode, partner_of};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place, Role};
use crate::company::sales::{allow, head, in_state, owe};
use crate::company::{CompanyError, rights};

/// What is paid ahead for an order.
///
/// ```
/// use fondaco::company::NewDeposit;
/// use fondaco::core::Money;
/// let third = NewDeposit::received("DP-1", "SO-1", "2026-03-02".parse()?, Money::parse("119 EUR")?).taxed("STD");
/// assert!(third.tax_code.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDeposit {
    /// Its code.
    pub code: SmolStr,
    /// Whether it was paid to a supplier; else a customer paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_supplier: bool,
    /// The code of the order that it is for.
    pub order: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// How much, with tax.
    pub amount: Money,
    /// The tax that is due on it at once; none where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_code: Option<SmolStr>,
    /// How it was paid: what rules of accounts may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SmolStr>,
}

impl NewDeposit {
    /// A customer paid ahead for his order.
    pub fn received(
        code: impl Into<SmolStr>,
        order: impl Into<SmolStr>,
        date: NaiveDate,
        amount: Money,
    ) -> NewDeposit {
        let (code, order) = (code.into(), order.into());
        NewDeposit { code, to_supplier: false, order, date, amount, tax_code: None, method: None }
    }

    /// A supplier was paid ahead for an order.
    pub fn made(
        code: impl Into<SmolStr>,
        order: impl Into<SmolStr>,
        date: NaiveDate,
        amount: Money,
    ) -> NewDeposit {
        NewDeposit { to_supplier: true, ..NewDeposit::received(code, order, date, amount) }
    }

    /// With tax that is due on it at once, within its amount.
    #[must_use]
    pub fn taxed(self, code: impl Into<SmolStr>) -> NewDeposit {
        NewDeposit { tax_code: Some(code.into()), ..self }
    }

    fn kinds(&self) -> (DocumentKind, DocumentKind) {
        match self.to_supplier {
            true => (DocumentKind::SupplierDeposit, DocumentKind::PurchaseOrder),
            false => (DocumentKind::CustomerDeposit, DocumentKind::SalesOrder),
        }
    }
}

/// Records what is paid ahead: all or none. Invoices and bills that [name](crate::company::NewInvoice::deposits) a deposit take it off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayAhead {
    /// The deposits.
    pub deposits: Vec<NewDeposit>,
}

impl PayAhead {
    /// These.
    ///
    /// ```
    /// use fondaco::company::PayAhead;
    /// assert!(PayAhead::new(vec![]).deposits.is_empty());
    /// ```
    pub fn new(deposits: Vec<NewDeposit>) -> PayAhead {
        PayAhead { deposits }
    }
}

impl Act for PayAhead {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::PAY)?;
        let mut desk = Desk::open(tx)?;
        let of: Vec<DocumentId> =
            self.deposits.iter().map(|new| new.kinds().1.id(&new.order)).collect();
        let new = self.deposits.iter().map(|new| new.kinds().0.id(&new.code));
        Desk::read_ahead(tx, new, &of, Ahead::Heads)?;
        let mut made = Vec::with_capacity(self.deposits.len());
        for (index, new) in self.deposits.iter().enumerate() {
            let name = || new.kinds().0.name_of(&new.code);
            let done = pay_ahead(tx, &mut desk, &authority, new);
            made.push(done.map_err(|error| error.of(&name()).at(index))?);
        }
        emit_each(tx, "deposit.paid", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}

fn pay_ahead(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewDeposit,
) -> Result<DocumentId, CompanyError> {
    let (kind, of) = new.kinds();
    desk.check_new(tx, kind, &new.code)?;
    let order = desk.named(tx, of, &new.order)?;
    in_state(&order, &[Status::Open, Status::Held], "only for an order that counts is paid ahead")?;
    let partner = partner_of(tx, order.party)?;
    let name = kind.name_of(&new.code);
    allow(tx, authority, &name, (&partner, None), Some(new.amount))?;
    let amount = given(new, &order, &name)?;
    let (tax, tax_rate) = tax_within(tx, new, &order)?;
    let tax = stored(tax, &name, (0, "tax"))?;
    let net = less(amount, tax, (0, "tax"))?;
    let document = Document {
        party: order.party,
        party_group: partner.party_group.clone().into(),
        date: new.date,
        site: order.site,
        location: order.location.clone(),
        lines: 1,
        net,
        tax,
        of: Some(order.id),
        method: new.method.clone().into(),
        ..head(tx, kind, &new.code, order.currency)
    };
    let line = Line {
        document: document.id,
        number: 1,
        quantity: Qty::from_units(1_000_000),
        net,
        tax,
        tax_code: new.tax_code.clone(),
        tax_rate,
        clearing: net,
        ..blank()
    };
    let told = deposit_facts(&document, &line);
    let id = document.id;
    desk.tell(told, Some(id));
    desk.add(document, vec![line]);
    // An order that is cancelled at the same moment was read as it stands: one of both fails.
    desk.put(order.clone());
    if !new.to_supplier {
        owe(tx, order.party, minus(amount, (0, "amount"))?, Amount::ZERO)?;
    }
    Ok(id)
}

/// An amount above zero, in whole coins of the order's currency.
fn given(new: &NewDeposit, order: &Document, name: &SmolStr) -> Result<Amount, CompanyError> {
    let (document, given, expected) = (name.clone(), new.amount.currency(), order.currency);
    if given != expected {
        return Err(CompanyError::OtherCurrency { document, given, expected });
    }
    if new.amount.is_negative() || new.amount.is_zero() || !new.amount.is_rounded() {
        let (field, value) = ("amount", new.amount.to_string());
        return Err(CompanyError::NotPositive { document, line: 0, field, value });
    }
    stored(new.amount, name, (0, "amount"))
}

/// The tax that is within an amount.
fn tax_within(
    tx: &mut Tx<'_>,
    new: &NewDeposit,
    order: &Document,
) -> Result<(Money, Option<Rate>), CompanyError> {
    let none = Money::zero(order.currency);
    let Some(code) = &new.tax_code else { return Ok((none, None)) };
    let unknown = || CompanyError::Unknown { what: "tax code", code: code.clone() };
    let rate = tx.require::<TaxCode, CompanyError>(code, unknown)?.rate;
    let of_whole = rust_decimal::Decimal::ONE
        .checked_add(rate.factor())
        .and_then(|whole| rate.factor().checked_div(whole));
    let document = new.kinds().0.name_of(&new.code);
    let money = |error| CompanyError::Money { document, error };
    let tax =
        new.amount.mul_round(of_whole.unwrap_or_default(), Rounding::HalfUp).map_err(money)?;
    Ok((tax.round(Rounding::HalfUp), Some(rate)))
}

/// What a deposit tells the books.
pub(crate) fn deposit_facts(document: &Document, line: &Line) -> Facts {
    let place = document.place(line.tax_code.clone());
    Facts::new(event(document.kind), document.date, document.name())
        .party(document.party)
        .fact(Fact::new(Figure::Paid, document.money(line.net)).at(place.clone()))
        .fact(Fact::new(Figure::Tax, document.money(line.tax)).at(place))
}

/// Takes deposits off an invoice or a bill, in the order in which they are named, as far as it has something open. Gives what that tells
/// the books.
pub(crate) fn take_deposits(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &mut Document,
    (partner, codes): (&Partner, &[SmolStr]),
) -> Result<Vec<Fact>, CompanyError> {
    let at: At = (0, "deposit");
    let kind = match document.kind.is_of_sales() {
        true => DocumentKind::CustomerDeposit,
        false => DocumentKind::SupplierDeposit,
    };
    let mut facts = Vec::new();
    for code in codes {
        let deposit = desk.named(tx, kind, code)?;
        if deposit.party != document.party || !is_for(tx, desk, &deposit, document)? {
            let (document, partner) = (deposit.name(), partner.code.clone());
            return Err(CompanyError::NoRole { document, partner, role: "payer for this order" });
        }
        in_state(&deposit, &[Status::Open], "nothing of it is left to be taken off")?;
        let taken = deposit.open().min(document.open());
        if taken <= Amount::ZERO {
            continue;
        }
        let Some(line) = desk.line(tx, (deposit.id, 1))? else { continue };
        let net = part(line.clearing, taken, deposit.open(), (desk.currency(), at))?;
        let tax = less(taken, net, at)?;
        facts.extend(off(&deposit, &line, (net, tax)));
        let zero = Amount::ZERO;
        desk.note_settlement(Settlement {
            document: document.id,
            of: deposit.id,
            amount: taken,
            discount: zero,
            write_off: zero,
            tax,
            clearing: None.into(),
            due: None,
        });
        document.settled = plus(document.settled, taken, at)?;
        desk.put_line(Line { clearing: less(line.clearing, net, at)?, ..line });
        let settled = plus(deposit.settled, taken, at)?;
        desk.put(close_if_paid(Document { settled, ..deposit }));
    }
    Ok(facts)
}

/// Whether a deposit may be taken off a document: of its own order, or of any once nothing more comes of its own.
fn is_for(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    deposit: &Document,
    document: &Document,
) -> Result<bool, CompanyError> {
    let Some(order) = deposit.of.filter(|_| deposit.of != document.of) else {
        return Ok(deposit.of == document.of);
    };
    let order = desk.document(tx, order)?;
    Ok(matches!(order.status, Status::Done | Status::Closed | Status::Cancelled))
}

/// The part of what stands for a deposit that goes with a part of its amount.
fn part(
    stands: Amount,
    taken: Amount,
    open: Amount,
    coins: (fondaco_core::Currency, At),
) -> Result<Amount, CompanyError> {
    share(stands, Qty::from_units(taken.units()), Qty::from_units(open.units()), coins)
}

/// What is taken off, as an invoice or a bill tells it: the deposit, and the tax that was posted with it.
fn off(deposit: &Document, line: &Line, (net, tax): (Amount, Amount)) -> [Fact; 2] {
    let place = deposit.place(line.tax_code.clone());
    [
        Fact::new(Figure::Deposit, deposit.money(net)).at(place.clone()),
        Fact::new(Figure::Tax, deposit.money(tax).neg()).at(place),
    ]
}

/// The tax within what is paid back of a deposit.
pub(super) fn tax_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    deposit: &Document,
    paid: Amount,
) -> Result<Amount, CompanyError> {
    let at: At = (0, "deposit");
    let Some(line) = desk.line(tx, (deposit.id, 1))? else { return Ok(Amount::ZERO) };
    if paid == Amount::ZERO {
        return Ok(Amount::ZERO);
    }
    less(paid, part(line.clearing, paid, deposit.open(), (desk.currency(), at))?, at)
}

/// So much less stands for a deposit.
pub(crate) fn stands_less(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    deposit: &Document,
    net: Amount,
) -> Result<(), CompanyError> {
    if let Some(line) = desk.line(tx, (deposit.id, 1))? {
        desk.put_line(Line { clearing: less(line.clearing, net, (0, "deposit"))?, ..line });
    }
    Ok(())
}

/// What a payment tells the books that pays deposits back, each with how much and the tax within it: what they told, the other way round, and
/// by the payment's method.
pub(super) fn deposits_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    payment: &Document,
    back: &[(Document, Amount, Amount)],
) -> Result<Option<Facts>, CompanyError> {
    let Some((first, ..)) = back.first() else { return Ok(None) };
    let mut told = Facts::new(event(first.kind), payment.date, payment.name());
    told.party = Some(payment.party);
    for (deposit, paid, tax) in back {
        let code = desk.line(tx, (deposit.id, 1))?.and_then(|line| line.tax_code.clone());
        let place = deposit.place(code);
        let bank = Place { method: payment.method.cloned(), ..place.clone() };
        let net = less(*paid, *tax, (0, "deposit"))?;
        for (figure, amount) in [(Figure::Paid, net), (Figure::Tax, *tax)] {
            let fact = Fact::new(figure, deposit.money(amount).neg()).at(place.clone());
            told.facts.push(fact.but(Role::Bank, bank.clone()));
        }
    }
    Ok(Some(told))
}

fn event(kind: DocumentKind) -> BusinessEvent {
    match kind {
        DocumentKind::SupplierDeposit => BusinessEvent::SupplierDeposit,
        _ => BusinessEvent::CustomerDeposit,
    }
}

/// Gives deposits back that a document had taken off, which is cancelled. Gives the facts by which it had told so, and their sum.
pub(crate) fn give_deposits_back(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
) -> Result<(Vec<Fact>, Amount), CompanyError> {
    let at: At = (0, "deposit");
    let (mut facts, mut all) = (Vec::new(), Amount::ZERO);
    for settlement in desk.settlements_of(tx, document.id)? {
        let deposit = desk.document(tx, settlement.of)?;
        let Some(line) = desk.line(tx, (deposit.id, 1))? else { continue };
        let net = less(settlement.amount, settlement.tax, at)?;
        facts.extend(off(&deposit, &line, (net, settlement.tax)));
        all = plus(all, settlement.amount, at)?;
        desk.put_line(Line { clearing: plus(line.clearing, net, at)?, ..line });
        let settled = less(deposit.settled, settlement.amount, at)?;
        desk.put(close_if_paid(Document { settled, ..deposit }));
    }
    Ok((facts, all))
}
