//! What is counted of sales and payments, counted again from documents, row by row.
//!
//! What was sold, let off and how many lines, and how late customers paid, follow by the whole key: whose, when, of what, where. What that
//! cost follows but for the day: a line of a delivery says how much of it was sold, and not when each part of it was.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_accounting::ledger::Amount;
use fondaco_core::engine::Discrepancies;
use fondaco_core::{DocumentId, Halt, ItemId, PartyId, Range, Reading, SiteId, View};

use super::counters::days_late;
use super::{PaidDay, SoldDay};
use crate::company::document::{Document, DocumentKind, Line, Settlement, Status};
use crate::company::money::by_tax;

/// Whose, when, of what, where.
type Sold = (PartyId, NaiveDate, ItemId, SiteId);

/// So many numbers for each key.
type Sums<K, const N: usize> = BTreeMap<K, [i128; N]>;

/// All that is counted.
#[derive(Default)]
struct Counts {
    /// What was sold and let off, and how many lines.
    sold: Sums<Sold, 3>,
    /// What that cost.
    cost: Sums<(PartyId, ItemId, SiteId), 1>,
    /// How many were paid, and how late in all.
    paid: Sums<(PartyId, NaiveDate), 2>,
}

/// Counts again, and tells what differs.
pub(crate) fn verify(view: &mut View<'_>, found: &mut Discrepancies) -> Result<(), Halt> {
    let (kept, counted) = (Counts::kept(view)?, Counts::again(view)?);
    let of_sales = ["sold", "let off", "lines"];
    compare(found, (&kept.sold, &counted.sold), of_sales, |(party, date, item, site)| {
        format!("party {party} on {date}, item {item}, site {site}")
    });
    compare(found, (&kept.cost, &counted.cost), ["cost of sales"], |(party, item, site)| {
        format!("party {party}, item {item}, site {site}")
    });
    let of_money = ["paid invoices", "days that they were late"];
    compare(found, (&kept.paid, &counted.paid), of_money, |(party, date)| {
        format!("party {party} on {date}")
    });
    Ok(())
}

fn compare<K: Ord, const N: usize>(
    found: &mut Discrepancies,
    (kept, counted): (&Sums<K, N>, &Sums<K, N>),
    names: [&str; N],
    whose: impl Fn(&K) -> String,
) {
    let keys = kept.keys().chain(counted.keys().filter(|key| !kept.contains_key(key)));
    for key in keys {
        let of = |sums: &Sums<K, N>| sums.get(key).copied().unwrap_or([0; N]);
        for ((what, kept), counted) in names.iter().zip(of(kept)).zip(of(counted)) {
            if kept != counted {
                let whose = whose(key);
                found.say(format_args!(
                    "{whose}: {what} is kept as {kept} units, and documents come to {counted}"
                ));
            }
        }
    }
}

impl Counts {
    fn kept(view: &mut View<'_>) -> Result<Counts, Halt> {
        let mut kept = Counts::default();
        view.peek_each(&Range::<SoldDay>::all(), |row: &SoldDay| {
            let units = [row.revenue.units(), row.let_off.units(), row.lines];
            kept.sell((row.party, row.date, row.item, row.site), units.map(i128::from));
            kept.spend((row.party, row.item, row.site), row.cost.units());
            Ok::<(), Halt>(())
        })?;
        view.peek_each(&Range::<PaidDay>::all(), |row: &PaidDay| {
            kept.paid.insert((row.party, row.date), [row.paid, row.days_late].map(i128::from));
            Ok::<(), Halt>(())
        })?;
        Ok(kept)
    }

    fn again(view: &mut View<'_>) -> Result<Counts, Halt> {
        let mut documents: BTreeMap<DocumentId, Document> = BTreeMap::new();
        view.peek_each(&Range::<Document>::all(), |document: &Document| {
            if document.kind.is_of_sales() && document.kind != DocumentKind::SalesOrder {
                documents.insert(document.id, document.clone());
            }
            Ok::<(), Halt>(())
        })?;
        let mut counts = Counts::default();
        view.peek_each(&Range::<Line>::all(), |line: &Line| {
            if let Some(document) = documents.get(&line.document) {
                counts.line(document, line);
            }
            Ok::<(), Halt>(())
        })?;
        let mut settled: Vec<Settlement> = Vec::new();
        view.peek_each(&Range::<Settlement>::all(), |row: &Settlement| {
            if documents.contains_key(&row.document) && documents.contains_key(&row.of) {
                settled.push(row.clone());
            }
            Ok::<(), Halt>(())
        })?;
        for row in &settled {
            if let (Some(by), Some(of)) = (documents.get(&row.document), documents.get(&row.of)) {
                counts.settlement(view, row, (by, of))?;
            }
        }
        Ok(counts)
    }

    fn sell(&mut self, key: Sold, more: [i128; 3]) {
        let sums = self.sold.entry(key).or_default();
        sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }

    fn spend(&mut self, key: (PartyId, ItemId, SiteId), units: i64) {
        let [sum] = self.cost.entry(key).or_default();
        *sum += i128::from(units);
    }

    fn line(&mut self, document: &Document, line: &Line) {
        let item = line.item.unwrap_or(ItemId::from_u128(0));
        match document.kind {
            DocumentKind::Invoice | DocumentKind::CreditNote => {
                let net = i128::from(line.net.units());
                let sold = match document.kind {
                    DocumentKind::Invoice => [net, 0, net.signum()],
                    _ => [-net, 0, 0],
                };
                for (date, sign) in days(document) {
                    let key = (document.party, date, item, document.site);
                    self.sell(key, sold.map(|units| sign * units));
                }
            }
            DocumentKind::Delivery | DocumentKind::CustomerReturn => {
                self.spend((document.party, item, document.site), line.sold.units());
            }
            _ => {}
        }
    }

    /// What was let off, without its tax, and how late the money came.
    fn settlement(
        &mut self,
        view: &mut View<'_>,
        row: &Settlement,
        (by, of): (&Document, &Document),
    ) -> Result<(), Halt> {
        if let Some(late) = days_late(row, by, of)
            && by.status != Status::Cancelled
        {
            let sums = self.paid.entry((by.party, by.date)).or_default();
            sums.iter_mut().zip([1, i128::from(late)]).for_each(|(sum, more)| *sum += more);
        }
        let lines: Vec<Line> = match row.discount.units() == 0 && row.write_off.units() == 0 {
            true => return Ok(()),
            false => {
                let rows = view.peek_scan(&Range::<Line>::by_key(&of.id))?;
                rows.iter().map(|line| line.as_ref().clone()).collect()
            }
        };
        for amount in [row.discount, row.write_off] {
            let sign = i128::from(amount.units().signum());
            let amount = if sign < 0 { Amount::from_units(-amount.units()) } else { amount };
            let shares =
                by_tax(of, &lines, amount).map_err(|error| Halt::Bug(error.to_string()))?;
            let shares = shares.into_iter().filter(|((_, is_tax), _)| !is_tax);
            let units: i128 = shares
                .filter_map(|(_, share)| share.to_fixed::<4>().ok())
                .map(|share| i128::from(share.units()))
                .sum();
            for (date, back) in days(by) {
                let key = (by.party, date, ItemId::from_u128(0), of.site);
                self.sell(key, [0, back * sign * units, 0]);
            }
        }
        Ok(())
    }
}

/// The days on which a document counts: its own, and the other way round that on which it was taken back.
fn days(document: &Document) -> impl Iterator<Item = (NaiveDate, i128)> {
    let back = Some(document).filter(|one| one.status == Status::Cancelled);
    let back = back.and_then(|one| one.cancelled_on.copied());
    [(document.date, 1)].into_iter().chain(back.map(|date| (date, -1)))
}
