//! What is still deferred, document by document.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use fondaco_core::{Currency, DateRange, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::records::{Deferral, DeferralPart, DeferralStatus};
use crate::close::CloseError;
use crate::ledger::{Entry, LedgerError, Settings, Side, postings};
use crate::parallel::sight;

/// A document on a deferral account, in the ledger's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeferredRow {
    /// The document; `None` for postings that name none.
    pub source: Option<SmolStr>,
    /// Debits less credits of its postings: what is still deferred of an expense is positive, of an income negative.
    pub balance: Decimal,
    /// What is planned to be taken from the account after the day.
    pub planned: Decimal,
    /// The day of the last part that is planned.
    pub until: Option<NaiveDate>,
}

impl DeferredRow {
    /// What stands on the account and no plan takes from it.
    pub fn unplanned(&self) -> Decimal {
        self.balance.saturating_sub(self.planned)
    }
}

/// What is still deferred on an account at the end of a day: it adds up to its balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferred {
    /// The account.
    pub account: SmolStr,
    /// The day.
    pub date: NaiveDate,
    /// The ledger's currency.
    pub currency: Currency,
    /// The documents with something on the account or planned, by source.
    pub rows: Vec<DeferredRow>,
    /// The account's balance: the sum of the rows.
    pub total: Decimal,
}

/// What is still deferred on `account` at the end of `date`.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::close::*;
/// let year = SpreadPlan::periods(day("2026-01-01"), 12);
/// let licence = StartDeferral::income("licence", "GEN", ("2200", "4000"), eur("100"), year);
/// books.send("licence", &licence.moved_on(day("2026-01-05")).source("invoice/1"))?;
/// books.send("to May", &RecogniseDeferrals::through(day("2026-05-31")))?;
/// let deferred = books.deferred("2200", day("2026-05-31"))?;
/// let invoice = &deferred.rows[1]; // the first is the tax, which has no document
/// assert_eq!(invoice.source.as_deref(), Some("invoice/1"));
/// assert_eq!(invoice.balance, eur("-58.31").amount());
/// assert_eq!(invoice.unplanned(), 0.into());
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownAccount`], [`LedgerError::BadInput`] for a heading, or a [`Halt`](fondaco_core::Halt).
pub fn deferred(
    read: &mut impl Reading,
    account: &SmolStr,
    date: NaiveDate,
) -> Result<Deferred, LedgerError> {
    let read = &mut sight(read)?;
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let mut rows: BTreeMap<Option<SmolStr>, DeferredRow> = BTreeMap::new();
    let row = |source: &Option<SmolStr>| DeferredRow {
        source: source.clone(),
        balance: Decimal::ZERO,
        planned: Decimal::ZERO,
        until: None,
    };
    let mut total = Decimal::ZERO;
    let postings = postings(read, account, DateRange::until(date))?;
    let ids: Vec<_> = postings.iter().map(|posting| posting.entry).collect();
    let entries = read.peek_many::<Entry>(&ids)?;
    for (posting, entry) in postings.iter().zip(entries) {
        let source = entry.and_then(|entry| entry.source.clone());
        let amount = posting.ledger_amount.to_decimal();
        total = total.saturating_add(amount);
        let row = rows.entry(source.clone()).or_insert_with(|| row(&source));
        row.balance = row.balance.saturating_add(amount);
    }
    for deferral in read.peek_scan(&Range::<Deferral>::all())? {
        let shown = read.filter().has_journal(&deferral.journal);
        if !shown || deferral.deferred_on != *account || deferral.status == DeferralStatus::Reversed
        {
            continue;
        }
        let source = Some(deferral.source.clone());
        let parts = read.peek_scan(&Range::<DeferralPart>::by_key(&deferral.code))?;
        let posted: Vec<_> = parts.iter().filter_map(|part| part.entry).collect();
        let posted: BTreeMap<_, _> = read
            .peek_many::<Entry>(&posted)?
            .into_iter()
            .flatten()
            .map(|entry| (entry.id, entry.date))
            .collect();
        // A part that came late was still deferred until the day on which it was posted.
        let is_planned = |part: &&Arc<DeferralPart>| {
            let posted_on = part.entry.and_then(|entry| posted.get(&entry).copied());
            posted_on.unwrap_or(part.date) > date
        };
        for part in parts.iter().filter(is_planned) {
            let worth = part.ledger_amount.to_decimal();
            // The account gives on the side opposite to the one that takes.
            let worth = if deferral.side == Side::Debit { worth } else { -worth };
            let row = rows.entry(source.clone()).or_insert_with(|| row(&source));
            row.planned = row.planned.saturating_add(worth);
            row.until = row.until.max(Some(part.date));
        }
    }
    let mut rows: Vec<DeferredRow> = rows.into_values().collect();
    rows.retain(|row| !row.balance.is_zero() || !row.planned.is_zero());
    Ok(Deferred { account: account.clone(), date, currency: settings.currency, rows, total })
}

/// A deferral, by its code.
///
/// # Errors
/// [`CloseError::UnknownDeferral`], or a [`Halt`](fondaco_core::Halt).
pub fn deferral(read: &mut impl Reading, code: &str) -> Result<Arc<Deferral>, LedgerError> {
    let code = SmolStr::new(code);
    let found = read.peek::<Deferral>(&code)?;
    Ok(found.ok_or(CloseError::UnknownDeferral { code })?)
}

/// The parts of a deferral, recognised or to come, in order.
///
/// # Errors
/// As [`deferral`].
pub fn deferral_parts(
    read: &mut impl Reading,
    code: &str,
) -> Result<Vec<Arc<DeferralPart>>, LedgerError> {
    let deferral = deferral(read, code)?;
    Ok(read.peek_scan(&Range::<DeferralPart>::by_key(&deferral.code))?)
}

impl Deferred {
    /// As rows and columns.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let csv = books.deferred("2200", day("2026-05-31"))?.to_report().to_csv();
    /// assert_eq!(csv, "Document,Deferred,Planned,Until\r\n,-19.00,0.00,\r\nTotal,-19.00,,\r\n");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(word("Deferred on")).and(self.account.clone());
        let title = title.and(word("as of")).and(self.date);
        let columns = [
            Column::text(word("Document")).naming_rows(),
            Column::amount(word("Deferred"), self.currency),
            Column::amount(word("Planned"), self.currency),
            Column::date(word("Until")),
        ];
        let mut report = Report::new(title).columns(columns);
        for row in &self.rows {
            let cells = [
                row.source.clone().map_or(Cell::Empty, Cell::from),
                Cell::from(row.balance),
                Cell::from(row.planned),
                row.until.map_or(Cell::Empty, Cell::from),
            ];
            report.push(Row::new(cells));
        }
        let total = [word("Total"), Cell::from(self.total), Cell::Empty, Cell::Empty];
        report.push(Row::total(total));
        report
    }
}

impl fmt::Display for Deferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
