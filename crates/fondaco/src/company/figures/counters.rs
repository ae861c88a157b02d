//! What is counted as documents come and go, so that figures of any days are sums of few rows: what was sold of which item to whom, and how
//! late customers paid.
//!
//! Both follow from documents and are counted again by `verify`. What counts as sold, and at which cost, is what the perpetual anglo-saxon
//! table posts to sales and to cost of sales for documents, whatever profile the company goes by; what is accrued stands beside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use fondaco_accounting::ledger::Amount;
use fondaco_core::party::HeldOnParty;
use fondaco_core::store::Record;
use fondaco_core::terms::{DueAmount, PaymentTerms};
use fondaco_core::{DocumentId, Halt, ItemId, PartyId, Range, Reading, Rounding, SiteId, Tx};

use crate::company::document::{Document, DocumentKind, Settlement, Status};
use crate::company::posting::{BusinessEvent, Fact, Facts, Figure};

/// What of an item was sold to a customer from a site on a day, in the currency of the books.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_sold", kind = counter, key(party, date, item, site))]
pub struct SoldDay {
    /// The customer; all zeros where it is not known.
    pub party: PartyId,
    /// The day.
    pub date: NaiveDate,
    /// The item; all zeros of what is no goods.
    pub item: ItemId,
    /// The site; all zeros where it is not known.
    pub site: SiteId,
    /// What was invoiced without tax, less what was credited.
    pub revenue: Amount,
    /// What that cost.
    pub cost: Amount,
    /// What was let off for paying early, and given up.
    pub let_off: Amount,
    /// How many lines were invoiced, less those taken back.
    pub lines: i64,
}

/// How late a customer paid his invoices on a day.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "company_paid", kind = counter, key(party, date))]
pub struct PaidDay {
    /// The customer.
    pub party: PartyId,
    /// The day of the payments.
    pub date: NaiveDate,
    /// How many invoices, or parts of them, were paid.
    pub paid: i64,
    /// How many days late in all; below zero of early ones.
    pub days_late: i64,
}

impl HeldOnParty for SoldDay {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<SoldDay>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

impl HeldOnParty for PaidDay {
    fn held(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<PaidDay>>, Halt> {
        read.peek_scan(&Range::by_key(&party))
    }
}

/// What an act counts, until it is staged.
#[derive(Default)]
pub(crate) struct Counted {
    sold: BTreeMap<(PartyId, NaiveDate, ItemId, SiteId), [i64; 4]>,
    /// Settlements that were read, of documents that may be taken back.
    seen: BTreeMap<(DocumentId, DocumentId), Arc<Settlement>>,
}

/// What a fact adds to revenue, cost, what is let off, and lines.
fn counts(event: BusinessEvent, fact: &Fact) -> Option<[i64; 4]> {
    use BusinessEvent as E;
    use Figure as F;
    let units =
        fact.worth.unwrap_or(fact.amount).to_fixed::<4>().map_or(0, |amount| amount.units());
    let line = units.signum();
    Some(match (event, fact.figure) {
        (E::CustomerInvoice, F::Revenue) => [units, 0, 0, line],
        (E::CustomerCredit, F::Revenue) => [-units, 0, 0, 0],
        (E::CustomerInvoice, F::Cost) => [0, units, 0, 0],
        (E::CustomerCredit, F::Cost) => [0, -units, 0, 0],
        (E::Delivery | E::CustomerReturn | E::DropShipment, F::SoldCost) => [0, units, 0, 0],
        (E::CustomerPayment | E::CustomerCredit, F::Discount | F::WriteOff) => [0, 0, units, 0],
        _ => return None,
    })
}

impl Counted {
    /// Counts what facts say that was sold.
    pub(crate) fn note(&mut self, facts: &Facts) {
        for fact in &facts.facts {
            let Some(more) = counts(facts.event, fact).filter(|more| *more != [0; 4]) else {
                continue;
            };
            let place = &fact.place;
            let key = (
                place.party.or(facts.party).unwrap_or(PartyId::from_u128(0)),
                facts.date,
                place.item.unwrap_or(ItemId::from_u128(0)),
                place.site.unwrap_or(SiteId::from_u128(0)),
            );
            let sums = self.sold.entry(key).or_default();
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum = sum.saturating_add(more));
        }
    }

    /// Remembers settlements that were read.
    pub(crate) fn saw(&mut self, rows: &[Arc<Settlement>]) {
        self.seen.extend(rows.iter().map(|row| ((row.document, row.of), row.clone())));
    }

    /// Stages all of it: what was sold, and how late what is settled now was paid.
    pub(crate) fn stage(
        &self,
        tx: &mut Tx<'_>,
        documents: &BTreeMap<DocumentId, Document>,
        settled: &[Settlement],
    ) -> Result<(), Halt> {
        let row = |(key, sums): (&(PartyId, NaiveDate, ItemId, SiteId), &[i64; 4])| {
            let [revenue, cost, let_off, lines] = *sums;
            let [revenue, cost, let_off] = [revenue, cost, let_off].map(Amount::from_units);
            let (party, date, item, site) = *key;
            SoldDay { party, date, item, site, revenue, cost, let_off, lines }
        };
        let is_some = |(_, sums): &(_, &[i64; 4])| **sums != [0; 4];
        let sold: Vec<SoldDay> = self.sold.iter().filter(is_some).map(row).collect();
        if !sold.is_empty() {
            tx.add_all(sold)?;
        }
        let mut paid: BTreeMap<(PartyId, NaiveDate), (i64, i64)> = BTreeMap::new();
        let back = self.seen.values().map(|row| (row.as_ref(), -1, Status::Cancelled));
        let made = settled.iter().map(|row| (row, 1, Status::Open));
        for (row, sign, status) in made.chain(back) {
            let (Some(payment), Some(of)) = (documents.get(&row.document), documents.get(&row.of))
            else {
                continue;
            };
            let is_meant = (payment.status == Status::Cancelled) == (status == Status::Cancelled);
            if is_meant && let Some(late) = days_late(row, payment, of) {
                let sum = paid.entry((payment.party, payment.date)).or_default();
                *sum = (sum.0 + sign, sum.1 + sign * late);
            }
        }
        let row = |((party, date), (paid, days_late))| PaidDay { party, date, paid, days_late };
        match paid.is_empty() {
            true => Ok(()),
            false => tx.add_all(paid.into_iter().map(row).collect()),
        }
    }
}

/// How many days late a payment came for what it paid of an invoice; `None` of what is no payment of a customer.
pub(super) fn days_late(row: &Settlement, payment: &Document, invoice: &Document) -> Option<i64> {
    let due = || row.due.unwrap_or_else(|| last_due(invoice));
    is_paid(payment, invoice).then(|| payment.date.signed_duration_since(due()).num_days())
}

fn is_paid(payment: &Document, invoice: &Document) -> bool {
    payment.kind == DocumentKind::CustomerPayment && invoice.kind == DocumentKind::Invoice
}

/// Has settlements of invoices by customers remember when what they pay fell due: the first instalments are paid first.
pub(crate) fn remember_due(
    settlements: &mut [Settlement],
    documents: &BTreeMap<DocumentId, Document>,
) {
    let mut later: BTreeMap<DocumentId, i64> = BTreeMap::new();
    for row in settlements.iter_mut().rev() {
        let (Some(payment), Some(of)) = (documents.get(&row.document), documents.get(&row.of))
        else {
            continue;
        };
        let since = later.entry(row.of).or_default();
        let after = of.settled.units().saturating_sub(*since);
        *since = since.saturating_add(row.amount.units());
        if is_paid(payment, of) {
            row.due = due_between(of, (after.saturating_sub(row.amount.units()), after));
        }
    }
}

/// When what is paid of an invoice from one amount to another fell due, in the middle by the amounts of its instalments.
fn due_between(invoice: &Document, (before, after): (i64, i64)) -> Option<NaiveDate> {
    let (mut from, mut days, mut paid) = (0_i64, 0_i128, 0_i128);
    for part in instalments(invoice)? {
        let to = from.saturating_add(part.amount.to_fixed::<4>().ok()?.units());
        let covered = i128::from(to.min(after)) - i128::from(from.max(before));
        if covered > 0 {
            let due = part.date.signed_duration_since(invoice.date).num_days();
            days += covered * i128::from(due);
            paid += covered;
        }
        from = to;
    }
    let middle = i64::try_from(days.checked_div(paid)?).ok()?;
    invoice.date.checked_add_signed(TimeDelta::days(middle))
}

/// The parts in which an invoice falls due; `None` where no terms were agreed.
fn instalments(document: &Document) -> Option<Vec<DueAmount>> {
    let terms = document.terms.cloned()?.to::<PaymentTerms>().ok()?;
    let mut parts =
        terms.schedule(document.money(document.gross()), document.date, Rounding::HalfUp).ok()?;
    parts.sort_by_key(|part| part.date);
    Some(parts)
}

/// When the last part of a document falls due, by its terms; its own day where it has none.
pub(crate) fn last_due(document: &Document) -> NaiveDate {
    let last = instalments(document).and_then(|parts| parts.last().map(|part| part.date));
    last.unwrap_or(document.date)
}
