//! Payments: what is paid, what it settles, what is let off or given up; what is over stands on account.
//!
//! What stands on account, of a payment or a credit, is named like what is owed: it is used up, and so much less is to be paid. A payment of
//! nothing allocates it to what is open; one the other way pays it back.

use std::collections::BTreeMap;

use fondaco_accounting::ledger::{Amount, Clearing};
use fondaco_core::policy::Authority;
use fondaco_core::{Act, DocumentId, Id, Money, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::deposit::{deposits_back, stands_less, tax_back};
use super::let_off::{discount, let_off};
use super::{NewPayment, Settles, close_if_paid, open_items, read_items};
use crate::company::document::{
    Ahead, At, Desk, Document, DocumentKind, Settlement, Status, emit_each, less, minus, plus,
    stored, sum,
};
use crate::company::masters::{Partner, partner_by_code};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure, Place};
use crate::company::sales::{allow, head, owe};
use crate::company::{CompanyError, rights};

/// Records payments: all or none. It also allocates what stands on account to what is open, and pays it back.
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
        emit_each(tx, "payment.matched", &made);
        desk.finish(tx)?;
        Ok(made)
    }
}

/// What a payment does to one document.
struct Settled {
    document: Document,
    /// What is paid of it, or used of what stands on account of it.
    paid: Amount,
    discount: Amount,
    write_off: Amount,
    /// Of what is paid back of a deposit, the tax that was due on it.
    tax: Amount,
}

impl Settled {
    fn all(&self) -> Result<Amount, CompanyError> {
        sum([self.paid, self.discount, self.write_off], SETTLED)
    }

    /// What of the payment goes into it: below zero of what stands on account.
    fn takes(&self) -> Result<Amount, CompanyError> {
        if is_owed(self.document.kind) { Ok(self.paid) } else { minus(self.paid, SETTLED) }
    }
}

const SETTLED: At = (0, "amount settled");

/// Whether a document is what was paid ahead, which stands on an account of its own.
fn is_deposit(kind: DocumentKind) -> bool {
    matches!(kind, DocumentKind::CustomerDeposit | DocumentKind::SupplierDeposit)
}

/// Whether a document says what is owed; else what stands on account.
fn is_owed(kind: DocumentKind) -> bool {
    matches!(kind, DocumentKind::Invoice | DocumentKind::Bill)
}

fn pay(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    authority: &Authority,
    new: &NewPayment,
) -> Result<DocumentId, CompanyError> {
    let (kind, name) = (new.kind(), new.kind().name_of(&new.code));
    desk.check_new(tx, kind, &new.code)?;
    let partner = partner_by_code(tx, &new.partner)?;
    let amount = given(desk, new, &name)?;
    let settled = settle_all(tx, desk, new, (&partner, amount))?;
    let taken = settled.iter().map(Settled::takes).collect::<Result<Vec<_>, _>>()?;
    let taken = sum(taken, SETTLED)?;
    // What is paid back is of what stands on account, to the cent.
    let is_back = amount < Amount::ZERO || taken < Amount::ZERO;
    if taken > amount || (is_back && taken != amount) {
        let (given, taken) = (new.amount, taken.money(desk.currency()));
        return Err(CompanyError::PaymentShort { document: name, given, taken });
    }
    let let_off = settled.iter().flat_map(|one| [one.discount, one.write_off]);
    let let_off = sum(let_off, SETTLED)?;
    // What is given up is as good as paid: a limit holds for both together, and is asked for them once.
    let all = match let_off > Amount::ZERO {
        true => plus(amount, let_off, SETTLED)?.money(desk.currency()),
        false => new.amount.abs(),
    };
    allow(tx, authority, &name, (&partner, None), Some(all))?;
    let mut document = Document {
        party: partner.party,
        party_group: partner.party_group.clone().into(),
        date: new.date,
        net: amount,
        method: new.method.clone().into(),
        ..head(tx, kind, &new.code, desk.currency())
    };
    document.account = desk.owed_at(&document)?.into();
    let facts = facts(tx, desk, &document, &settled)?;
    let back = settled.iter().filter(|one| is_deposit(one.document.kind));
    let back: Vec<_> = back.map(|one| (one.document.clone(), one.paid, one.tax)).collect();
    if let Some(told) = deposits_back(tx, desk, &document, &back)? {
        desk.tell(told, None);
    }
    let id = document.id;
    desk.add(document, Vec::new());
    let mut items = Vec::new();
    for one in settled.iter().filter(|one| !is_deposit(one.document.kind)) {
        items.extend(open_items(tx, &one.document, one.all()?)?);
    }
    let cleared = desk.post_settling(tx, (&facts, Some(id)), &items)?;
    finish(tx, desk, (id, taken), (settled, &cleared))?;
    Ok(id)
}

/// An amount in whole coins of the company's currency.
fn given(desk: &Desk, new: &NewPayment, name: &SmolStr) -> Result<Amount, CompanyError> {
    let (document, given, expected) = (name.clone(), new.amount.currency(), desk.currency());
    if given != expected {
        return Err(CompanyError::OtherCurrency { document, given, expected });
    }
    let pays_back = new.settles.iter().any(|one| !is_owed(one.kind));
    if !new.amount.is_rounded() || (new.amount.is_negative() && !pays_back) {
        let (field, value) = ("amount", new.amount.to_string());
        return Err(CompanyError::NotPositive { document, line: 0, field, value });
    }
    stored(new.amount, name, (0, "amount"))
}

/// What a payment does to each document: first what is said of amounts and what is used of what stands on account; what is left of the money
/// goes to the others, as they are named.
fn settle_all(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    new: &NewPayment,
    (partner, amount): (&Partner, Amount),
) -> Result<Vec<Settled>, CompanyError> {
    let mut settled: Vec<Settled> = Vec::with_capacity(new.settles.len());
    for wanted in &new.settles {
        let one = settle(tx, desk, new, (partner, wanted))?;
        if settled.iter().any(|other| other.document.id == one.document.id) {
            let (document, status) = (one.document.name(), one.document.status.code());
            let why = "a payment names it twice: name it once, with all that is paid of it";
            return Err(CompanyError::WrongState { document, status, why });
        }
        settled.push(one);
    }
    let is_said = |wanted: &Settles| wanted.amount.is_some() || !is_owed(wanted.kind);
    let mut left = amount;
    for (one, wanted) in settled.iter().zip(&new.settles) {
        if is_said(wanted) {
            left = less(left, one.takes()?, SETTLED)?;
        }
    }
    for (one, wanted) in settled.iter_mut().zip(&new.settles) {
        // What is let off for paying early is let off of what is paid whole.
        if !is_said(wanted) && !wanted.discounted {
            one.paid = one.paid.min(left.max(Amount::ZERO));
        }
        if !is_said(wanted) {
            left = less(left, one.paid, SETTLED)?;
        }
    }
    Ok(settled)
}

/// How much of a document is paid, let off and given up; or used of what stands on account of it.
fn settle(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    new: &NewPayment,
    (partner, wanted): (&Partner, &Settles),
) -> Result<Settled, CompanyError> {
    use DocumentKind as K;
    let document = desk.named(tx, wanted.kind, &wanted.code)?;
    let (name, open) = (document.name(), document.open());
    let fits = match new.to_supplier {
        true => matches!(
            document.kind,
            K::Bill | K::SupplierCredit | K::SupplierPayment | K::SupplierDeposit
        ),
        false => matches!(
            document.kind,
            K::Invoice | K::CreditNote | K::CustomerPayment | K::CustomerDeposit
        ),
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
    if let_off != Amount::ZERO && !is_owed(document.kind) {
        let (field, value) = ("write_off", document.money(let_off).to_string());
        return Err(CompanyError::NotPositive { document: name, line: 0, field, value });
    }
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
    let tax = match is_deposit(document.kind) {
        true => tax_back(tx, desk, &document, paid)?,
        false => Amount::ZERO,
    };
    Ok(Settled { document, paid, discount, write_off, tax })
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

/// What a payment that is stored told the books.
pub(crate) fn payment_facts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    payment: &Document,
) -> Result<Facts, CompanyError> {
    let mut settled = Vec::new();
    for row in desk.settlements_of(tx, payment.id)? {
        let (discount, write_off) = (row.discount, row.write_off);
        let paid = less(row.amount, plus(discount, write_off, SETTLED)?, SETTLED)?;
        let document = desk.document(tx, row.of)?;
        settled.push(Settled { document, paid, discount, write_off, tax: row.tax });
    }
    facts(tx, desk, payment, &settled)
}

/// What a payment that is stored told the books of deposits that it paid back; `None` where there were none.
pub(crate) fn deposit_back_facts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    payment: &Document,
) -> Result<Option<Facts>, CompanyError> {
    let mut back = Vec::new();
    for row in desk.settlements_of(tx, payment.id)? {
        let document = desk.document(tx, row.of)?;
        if is_deposit(document.kind) {
            back.push((document, row.amount, row.tax));
        }
    }
    deposits_back(tx, desk, payment, &back)
}

/// What a payment tells the books: what settles something on the account on which that stands, the rest on account.
fn facts(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    payment: &Document,
    settled: &[Settled],
) -> Result<Facts, CompanyError> {
    let event = match payment.kind {
        DocumentKind::SupplierPayment => BusinessEvent::SupplierPayment,
        _ => BusinessEvent::CustomerPayment,
    };
    let mut facts = Facts::new(event, payment.date, payment.name()).party(payment.party);
    facts.owed = payment.account.cloned();
    let mut paid: BTreeMap<Option<SmolStr>, Amount> = BTreeMap::new();
    let mut rest = payment.net;
    for one in settled {
        rest = less(rest, one.takes()?, SETTLED)?;
        // Deposits are told apart: they stand on no account of what is owed.
        if !is_deposit(one.document.kind) {
            let sum = paid.entry(one.document.account.cloned()).or_default();
            *sum = plus(*sum, one.takes()?, SETTLED)?;
        }
    }
    let sum = paid.entry(payment.account.cloned()).or_default();
    *sum = plus(*sum, rest, SETTLED)?;
    for (owed, amount) in paid {
        let place = Place { owed, ..payment.place(None) };
        facts.facts.push(Fact::new(Figure::Paid, payment.money(amount)).at(place));
    }
    for one in settled {
        let place = |tax_code| Place {
            method: payment.method.cloned(),
            owed: one.document.account.cloned(),
            ..one.document.place(tax_code)
        };
        for (figure, amount) in
            [(Figure::Discount, one.discount), (Figure::WriteOff, one.write_off)]
        {
            let parts = let_off(tx, desk, (&one.document, figure), amount)?;
            let fact = |(figure, code, amount)| Fact::new(figure, amount).at(place(code));
            facts.facts.extend(parts.into_iter().map(fact));
        }
    }
    Ok(facts)
}

/// Has documents remember what was settled of them.
fn finish(
    tx: &mut Tx<'_>,
    desk: &mut Desk,
    (id, taken): (DocumentId, Amount),
    (settled, cleared): (Vec<Settled>, &BTreeMap<SmolStr, Id<Clearing>>),
) -> Result<(), CompanyError> {
    let payment = desk.document(tx, id)?;
    let mut reduced = payment.net;
    for one in settled {
        let all = one.all()?;
        reduced = sum([reduced, one.discount, one.write_off], SETTLED)?;
        let Settled { document, paid, discount, write_off, tax } = one;
        if is_deposit(document.kind) {
            stands_less(tx, desk, &document, less(paid, tax, SETTLED)?)?;
        }
        let clearing = document.account.get().and_then(|account| cleared.get(account).copied());
        desk.note_settlement(Settlement {
            document: id,
            of: document.id,
            amount: all,
            discount,
            write_off,
            tax,
            clearing: clearing.into(),
            due: None,
        });
        let settled = plus(document.settled, all, SETTLED)?;
        desk.put(close_if_paid(Document { settled, ..document }));
    }
    if payment.kind.is_of_sales() {
        owe(tx, payment.party, minus(reduced, SETTLED)?, Amount::ZERO)?;
    }
    desk.put(close_if_paid(Document { settled: taken, ..payment }));
    Ok(())
}
