//! What is counted as documents come and go, so that figures of any days are sums of few rows: what was sold of which item to whom, and how
//! late customers paid.
//!
//! Both follow from documents and can be counted again ([`verify`]). What counts as sold, and at which cost, is what the perpetual
//! anglo-saxon table posts to sales and to cost of sales, whatever profile the company goes by: so every profile shows the same margins.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::engine::Discrepancies;
use fondaco_core::party::HeldOnParty;
use fondaco_core::store::Record;
use fondaco_core::{DocumentId, Halt, ItemId, PartyId, Range, Reading, Rounding, SiteId, Tx, View};

use crate::company::document::{Document, DocumentKind, Line, Settlement, Status};
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
            if is_meant && let Some(late) = days_late(payment, of) {
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

/// How many days late a payment came for an invoice, by the last of its instalments; `None` of what is no payment of a customer.
fn days_late(payment: &Document, invoice: &Document) -> Option<i64> {
    let fits =
        payment.kind == DocumentKind::CustomerPayment && invoice.kind == DocumentKind::Invoice;
    fits.then(|| payment.date.signed_duration_since(last_due(invoice)).num_days())
}

/// When the last part of a document falls due, by its terms; its own day where it has none.
pub(crate) fn last_due(document: &Document) -> NaiveDate {
    let terms = document.terms.cloned();
    let terms = terms.and_then(|terms| terms.to::<fondaco_core::terms::PaymentTerms>().ok());
    let gross = document.money(document.gross());
    let parts = terms.and_then(|terms| terms.schedule(gross, document.date, Rounding::HalfUp).ok());
    parts.and_then(|parts| parts.iter().map(|part| part.date).max()).unwrap_or(document.date)
}

/// Counts again by customer, from documents and lines.
pub(crate) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    let mut documents: BTreeMap<DocumentId, Document> = BTreeMap::new();
    view.peek_each(&Range::<Document>::all(), |document: &Document| {
        use DocumentKind as K;
        let is_of_sales = document.kind.is_of_sales() && document.kind != K::SalesOrder;
        if is_of_sales && document.status != Status::Cancelled {
            documents.insert(document.id, document.clone());
        }
        Ok::<(), Halt>(())
    })?;
    let mut sums: BTreeMap<PartyId, [i128; 4]> = BTreeMap::new();
    for document in documents.values() {
        let net = i128::from(document.net.units());
        let sum = sums.entry(document.party).or_default();
        match document.kind {
            DocumentKind::Invoice => sum[0] += net,
            DocumentKind::CreditNote => sum[0] -= net,
            _ => {}
        }
    }
    view.peek_each(&Range::<Line>::all(), |line: &Line| {
        let of = documents.get(&line.document);
        if let Some(document) = of
            && matches!(document.kind, DocumentKind::Delivery | DocumentKind::CustomerReturn)
        {
            let sum = sums.entry(document.party).or_default();
            sum[1] += i128::from(line.sold.units());
        }
        Ok::<(), Halt>(())
    })?;
    view.peek_each(&Range::<Settlement>::all(), |row: &Settlement| {
        if let (Some(payment), Some(of)) = (documents.get(&row.document), documents.get(&row.of))
            && let Some(late) = days_late(payment, of)
        {
            let sum = sums.entry(payment.party).or_default();
            sum[2] += 1;
            sum[3] += i128::from(late);
        }
        Ok::<(), Halt>(())
    })?;
    compare(view, found, sums)
}

fn compare(
    view: &mut View<'_>,
    found: &mut Discrepancies,
    counted: BTreeMap<PartyId, [i128; 4]>,
) -> Result<(), Halt> {
    let mut kept: BTreeMap<PartyId, [i128; 4]> = BTreeMap::new();
    view.peek_each(&Range::<SoldDay>::all(), |row: &SoldDay| {
        let sum = kept.entry(row.party).or_default();
        sum[0] += i128::from(row.revenue.units());
        sum[1] += i128::from(row.cost.units());
        Ok::<(), Halt>(())
    })?;
    view.peek_each(&Range::<PaidDay>::all(), |row: &PaidDay| {
        let sum = kept.entry(row.party).or_default();
        sum[2] += i128::from(row.paid);
        sum[3] += i128::from(row.days_late);
        Ok::<(), Halt>(())
    })?;
    let parties: std::collections::BTreeSet<PartyId> =
        counted.keys().chain(kept.keys()).copied().collect();
    for party in parties {
        let of =
            |sums: &BTreeMap<PartyId, [i128; 4]>| sums.get(&party).copied().unwrap_or_default();
        let what =
            ["sold", "the cost of what was sold", "paid invoices", "days that they were late"];
        for ((what, kept), counted) in what.iter().zip(of(&kept)).zip(of(&counted)) {
            if kept != counted {
                found.say(format_args!(
                    "party {party}: {what} is kept as {kept} units, and documents come to {counted}"
                ));
            }
        }
    }
    Ok(())
}
