//! Payments: what is paid, what it settles, what is let off or given up; what is over stands on account.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::{Amount, ItemKey, Pays};
use fondaco_core::allocation::{Residual, allocate};
use fondaco_core::policy::Authority;
use fondaco_core::store::Event;
use fondaco_core::{Act, DocumentId, Money, Rounding, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{close_if_paid, open_items, read_items};
use crate::company::document::{
    Ahead, At, Desk, Document, DocumentKind, Settlement, Status, less, minus, plus, stored, sum,
};
use crate::company::masters::{Partner, partner_by_code};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place, Role};
use crate::company::sales::{allow, head, owe};
use crate::company::{CompanyError, rights};

/// What a payment settles of a document.
///
/// ```
/// use fondaco::company::Settles;
/// use fondaco::core::Money;
/// let part = Settles::invoice("I-1").amount(Money::parse("50 EUR")?);
/// assert!(!part.discounted);
/// # Ok::<(), fondaco::core::MoneyError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settles {
    /// What it is: an invoice or a bill.
    pub kind: DocumentKind,
    /// Its code.
    pub code: SmolStr,
    /// How much is paid of it; all that is open, less what is let off and given up, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Whether what was agreed is let off for paying early.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discounted: bool,
    /// How much is given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_off: Option<Money>,
}

impl Settles {
    fn of(kind: DocumentKind, code: impl Into<SmolStr>) -> Settles {
        Settles { kind, code: code.into(), amount: None, discounted: false, write_off: None }
    }

    /// All that is open of an invoice.
    pub fn invoice(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::Invoice, code)
    }

    /// All that is open of a bill.
    pub fn bill(code: impl Into<SmolStr>) -> Settles {
        Settles::of(DocumentKind::Bill, code)
    }

    /// So much of it.
    #[must_use]
    pub fn amount(self, amount: Money) -> Settles {
        Settles { amount: Some(amount), ..self }
    }

    /// With what was agreed let off for paying early.
    #[must_use]
    pub fn discounted(self) -> Settles {
        Settles { discounted: true, ..self }
    }

    /// With so much given up.
    #[must_use]
    pub fn write_off(self, amount: Money) -> Settles {
        Settles { write_off: Some(amount), ..self }
    }
}

/// A payment.
///
/// ```
/// use fondaco::company::{NewPayment, Settles};
/// use fondaco::core::Money;
/// let paid = NewPayment::received("P-1", "C-100", "2026-03-20".parse()?, Money::parse("119 EUR")?)
///     .settles(Settles::invoice("I-1"));
/// assert_eq!(paid.settles.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// Its code.
    pub code: SmolStr,
    /// Whether it was paid to a supplier; else a customer paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_supplier: bool,
    /// The partner's code.
    pub partner: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// How much.
    pub amount: Money,
    /// How: what rules of accounts may name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SmolStr>,
    /// What it settles; what is over stands on account.
    #[serde(default)]
    pub settles: Vec<Settles>,
}

impl NewPayment {
    /// A customer paid.
    pub fn received(
        code: impl Into<SmolStr>,
        partner: impl Into<SmolStr>,
        date: NaiveDate,
        amount: Money,
    ) -> NewPayment {
        NewPayment {
            code: code.into(),
            to_supplier: false,
            partner: partner.into(),
            date,
            amount,
            method: None,
            settles: Vec::new(),
        }
    }

    /// A supplier was paid.
    pub fn made(
        code: impl Into<SmolStr>,
        partner: impl Into<SmolStr>,
        date: NaiveDate,
        amount: Money,
    ) -> NewPayment {
        NewPayment { to_supplier: true, ..NewPayment::received(code, partner, date, amount) }
    }

    /// Of a document.
    #[must_use]
    pub fn settles(mut self, document: Settles) -> NewPayment {
        self.settles.push(document);
        self
    }

    fn kind(&self) -> DocumentKind {
        match self.to_supplier {
            true => DocumentKind::SupplierPayment,
            false => DocumentKind::CustomerPayment,
        }
    }
}

/// Records payments: all or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pay {
    /// The payments.
    pub payments: Vec<NewPayment>,
}

impl Pay {
    /// These.
    ///
    /// ```
    /// use fondaco::company::Pay;
    /// assert!(Pay::new(vec![]).payments.is_empty());
    /// ```
    pub fn new(payments: Vec<NewPayment>) -> Pay {
        Pay { payments }
    }
}

impl Act for Pay {
    type Answer = Vec<DocumentId>;
    type Error = CompanyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Vec<DocumentId>, CompanyError> {
        let authority = tx.authority(&rights::PAY)?;
        let mut desk = Desk::open(tx)?;
        let settled = self.payments.iter().flat_map(|new| &new.settles);
        let of: Vec<DocumentId> = settled.map(|one| one.kind.id(&one.code)).collect();
        let new = self.payments.iter().map(|new| new.kind().id(&new.code));
        Desk::read_ahead(tx, new, &of, Ahead::Heads)?;
        read_items(tx, &of)?;
        let mut made = Vec::with_capacity(self.payments.len());
        for (index, new) in self.payments.iter().enumerate() {
            let done = pay(tx, &mut desk, &authority, new);
            let name = || new.kind().name_of(&new.code);
            made.push(done.map_err(|error| error.of(&name()).at(index))?);
        }
        tx.emit(Event::new("payment.matched").with("payments", made.len() as i64));
        desk.finish(tx)?;
        Ok(made)
    }
}

/// What a payment does to one document.
struct Settled {
    document: Document,
    paid: Amount,
    discount: Amount,
    write_off: Amount,
}

impl Settled {
    fn all(&self) -> Result<Amount, CompanyError> {
        sum([self.paid, self.discount, self.write_off], SETTLED)
    }
}

const SETTLED: At = (0, "amount settled");

fn pay(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewPayment,
) -> Result<DocumentId, CompanyError> {
    let (kind, name) = (new.kind(), new.kind().name_of(&new.code));
    desk.check_new(tx, kind, &new.code)?;
    let partner = partner_by_code(tx, &new.partner)?;
    allow(tx, authority, &name, (&partner, None), Some(new.amount))?;
    let currency = desk.currency();
    if new.amount.currency() != currency {
        let given = new.amount.currency();
        return Err(CompanyError::OtherCurrency { document: name, given, expected: currency });
    }
    if new.amount.is_negative() || !new.amount.is_rounded() {
        let (field, value) = ("amount", new.amount.to_string());
        return Err(CompanyError::NotPositive { document: name, line: 0, field, value });
    }
    let amount = stored(new.amount, &name, (0, "amount"))?;
    let mut settled: Vec<Settled> = Vec::with_capacity(new.settles.len());
    for wanted in &new.settles {
        let one = settle(tx, desk, new, (&partner, wanted))?;
        if settled.iter().any(|other| other.document.id == one.document.id) {
            return Err(CompanyError::AlreadyPaid { document: one.document.name() });
        }
        settled.push(one);
    }
    let taken = sum(settled.iter().map(|one| one.paid), SETTLED)?;
    if taken > amount {
        let (given, taken) = (new.amount, taken.money(currency));
        return Err(CompanyError::PaymentShort { document: name, given, taken });
    }
    let let_off = settled.iter().flat_map(|one| [one.discount, one.write_off]);
    let let_off = sum(let_off, SETTLED)?;
    if let_off > Amount::ZERO {
        // What is given up is as good as paid: a limit holds for both together.
        let all = plus(amount, let_off, SETTLED)?.money(currency);
        allow(tx, authority, &name, (&partner, None), Some(all))?;
    }
    let document = Document {
        party: partner.party,
        date: new.date,
        net: amount,
        method: new.method.clone().into(),
        ..head(tx, kind, &new.code, currency)
    };
    let facts = facts(tx, desk, &document, (&partner, &settled))?;
    let id = document.id;
    desk.add(document, Vec::new());
    post(tx, desk, (id, new), (&facts, &settled))?;
    finish(tx, desk, (id, new), amount, settled)?;
    Ok(id)
}

/// How much of a document is paid, let off and given up.
fn settle(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    new: &NewPayment,
    (partner, wanted): (&Partner, &Settles),
) -> Result<Settled, CompanyError> {
    let document = desk.named(tx, wanted.kind, &wanted.code)?;
    let (name, open) = (document.name(), document.open());
    let fits = match new.to_supplier {
        true => document.kind == DocumentKind::Bill,
        false => document.kind == DocumentKind::Invoice,
    };
    if !fits || document.party != partner.party {
        let code = partner.code.clone();
        let role = if new.to_supplier { "supplier of it" } else { "customer of it" };
        return Err(CompanyError::NoRole { document: name, partner: code, role });
    }
    if document.status == Status::Done {
        return Err(CompanyError::AlreadyPaid { document: name });
    }
    crate::company::sales::in_state(&document, &[Status::Open], "only what counts is paid")?;
    if let Some(why) = document.blocked.cloned() {
        return Err(CompanyError::PaymentBlocked { document: name, why });
    }
    let discount = match wanted.discounted {
        true => discount(tx, desk, &document, new.date)?,
        false => Amount::ZERO,
    };
    let given_up = wanted.write_off.unwrap_or_else(|| Money::zero(document.currency));
    let write_off = positive(given_up, &document, "write_off")?;
    let let_off = plus(discount, write_off, (0, "write_off"))?;
    let rest = less(open, let_off, (0, "write_off"))?;
    let paid = match wanted.amount {
        Some(paid) => positive(paid, &document, "amount")?,
        None => rest.max(Amount::ZERO),
    };
    if paid > rest || rest < Amount::ZERO {
        let paid = plus(paid, let_off, SETTLED)?;
        let (paid, open) = (document.money(paid), document.money(open));
        return Err(CompanyError::PaysTooMuch { document: name, paid, open });
    }
    Ok(Settled { document, paid, discount, write_off })
}

fn positive(
    amount: Money,
    document: &Document,
    field: &'static str,
) -> Result<Amount, CompanyError> {
    let name = document.name();
    if amount.currency() != document.currency {
        let (given, expected) = (amount.currency(), document.currency);
        return Err(CompanyError::OtherCurrency { document: name, given, expected });
    }
    if amount.is_negative() || !amount.is_rounded() {
        let value = amount.to_string();
        return Err(CompanyError::NotPositive { document: name, line: 0, field, value });
    }
    stored(amount, &name, (0, field))
}

/// What was agreed to be let off for paying on a day: of what was not credited, less what was let off before.
fn discount(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    document: &Document,
    date: NaiveDate,
) -> Result<Amount, CompanyError> {
    let (mut credited, mut let_off) = (Amount::ZERO, Amount::ZERO);
    for row in desk.settlements_by(tx, document.id)? {
        let by = desk.document(tx, row.document)?;
        if by.status == Status::Cancelled {
            continue;
        }
        let_off = plus(let_off, row.discount, (0, "discount"))?;
        if matches!(by.kind, DocumentKind::CreditNote | DocumentKind::SupplierCredit) {
            credited = plus(credited, row.amount, (0, "amount credited"))?;
        }
    }
    let owed = less(document.gross(), credited, (0, "amount credited"))?.max(Amount::ZERO);
    let gross = document.money(owed);
    let name = document.name();
    let terms = document
        .terms
        .cloned()
        .and_then(|terms| terms.to::<fondaco_core::terms::PaymentTerms>().ok());
    let offers = match terms {
        Some(terms) => terms
            .discounts(gross, document.date, Rounding::HalfUp)
            .map_err(|error| CompanyError::Terms { document: name.clone(), error })?,
        None => Vec::new(),
    };
    let best = offers
        .iter()
        .filter(|offer| date <= offer.until)
        .max_by_key(|offer| offer.reduction.amount());
    let Some(best) = best else {
        let last = offers.iter().map(|offer| offer.until).max();
        let why = last.map_or("none is agreed: give a write_off".to_owned(), |last| {
            format!("it held until {last}")
        });
        return Err(CompanyError::NoDiscount {
            document: name,
            discount: Money::zero(document.currency),
            date,
            why,
        });
    };
    let all = stored(best.reduction, &name, (0, "discount"))?;
    Ok(less(all, let_off, (0, "discount"))?.max(Amount::ZERO))
}

/// What a payment that is stored told the books.
pub(crate) fn payment_facts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    payment: &Document,
    partner: &Partner,
) -> Result<Facts, CompanyError> {
    let mut settled = Vec::new();
    for row in desk.settlements_of(tx, payment.id)? {
        let (discount, write_off) = (row.discount, row.write_off);
        let paid = less(row.amount, plus(discount, write_off, SETTLED)?, SETTLED)?;
        let document = desk.document(tx, row.of)?;
        settled.push(Settled { document, paid, discount, write_off });
    }
    facts(tx, desk, payment, (partner, &settled))
}

/// What a payment tells the books.
fn facts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    payment: &Document,
    (partner, settled): (&Partner, &[Settled]),
) -> Result<Facts, CompanyError> {
    let event = match payment.kind {
        DocumentKind::SupplierPayment => BusinessEvent::SupplierPayment,
        _ => BusinessEvent::CustomerPayment,
    };
    let place = Place {
        party_group: partner.party_group.clone(),
        method: payment.method.cloned(),
        ..Place::default()
    };
    let mut facts = Facts::new(event, payment.date, payment.name()).party(partner.party);
    facts.facts.push(Fact::new(Figure::Paid, payment.money(payment.net)).at(place.clone()));
    for one in settled {
        for (figure, tax_code, amount) in let_off(tx, desk, one)? {
            let place = Place { tax_code, ..place.clone() };
            facts.facts.push(Fact::new(figure, amount).at(place));
        }
        let given_up = one.document.money(one.write_off);
        facts.facts.push(Fact::new(Figure::WriteOff, given_up).at(place.clone()));
    }
    Ok(facts)
}

/// What is let off, by tax code: of the amounts without tax, and of the taxes, each in its share of the whole.
fn let_off(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    one: &Settled,
) -> Result<Vec<(Figure, Option<SmolStr>, Money)>, CompanyError> {
    if one.discount == Amount::ZERO {
        return Ok(Vec::new());
    }
    let mut sums: BTreeMap<(Option<SmolStr>, bool), Amount> = BTreeMap::new();
    for line in desk.lines_of(tx, &one.document)? {
        for (is_tax, amount) in [(false, line.net), (true, line.tax)] {
            let sum = sums.entry((line.tax_code.clone(), is_tax)).or_default();
            *sum = plus(*sum, amount, (line.number, "discount"))?;
        }
    }
    let weights: Vec<_> = sums.values().map(|sum| sum.to_decimal()).collect();
    let all = one.document.money(one.discount);
    let shares = allocate(all, &weights, Residual::LargestRemainder).unwrap_or_default();
    let shared = sums.into_keys().zip(shares).map(|((code, is_tax), share)| {
        (if is_tax { Figure::DiscountTax } else { Figure::Discount }, code, share)
    });
    Ok(shared.collect())
}

/// Posts a payment, and clears the items that it settles.
fn post(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (id, new): (DocumentId, &NewPayment),
    (facts, settled): (&Facts, &[Settled]),
) -> Result<(), CompanyError> {
    let mut items: Vec<(ItemKey, Money)> = Vec::new();
    for one in settled {
        items.extend(open_items(tx, &one.document, one.all()?)?);
    }
    let role = if new.to_supplier { Role::Payable } else { Role::Receivable };
    let pays = |line: u32, _: &_| {
        let lines = items.iter().copied();
        Some(lines.fold(Pays::new(line), |pays, (item, amount)| pays.part(item, amount)))
    };
    let done = desk.post_clearing(tx, facts, (role, pays))?;
    if let Some((entry, _, posted)) = done {
        desk.remember(id, posted.posted, &entry);
        let document = desk.document(tx, id)?;
        let clearing = posted.clearings.first().map(|one| one.clearing);
        desk.put(Document { clearing: clearing.into(), ..document });
    }
    Ok(())
}

/// Has documents remember what was settled of them.
fn finish(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (id, new): (DocumentId, &NewPayment),
    amount: Amount,
    settled: Vec<Settled>,
) -> Result<(), CompanyError> {
    let (mut reduced, mut used) = (amount, Amount::ZERO);
    for one in settled {
        let all = one.all()?;
        reduced = sum([reduced, one.discount, one.write_off], SETTLED)?;
        used = plus(used, one.paid, SETTLED)?;
        let Settled { document, discount, write_off, .. } = one;
        desk.note_settlement(Settlement {
            document: id,
            of: document.id,
            amount: all,
            discount,
            write_off,
            tax: Amount::ZERO,
        });
        let settled = plus(document.settled, all, SETTLED)?;
        desk.put(close_if_paid(Document { settled, ..document }));
    }
    let payment = desk.document(tx, id)?;
    let status = if used == amount { Status::Done } else { Status::Open };
    if !new.to_supplier {
        owe(tx, payment.party, minus(reduced, SETTLED)?, Amount::ZERO)?;
    }
    desk.put(Document { settled: used, status, ..payment });
    Ok(())
}
