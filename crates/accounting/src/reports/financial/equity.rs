//! Changes in equity: what each account of equity opened with, what came to it and left it, and what it closed with.
//!
//! The statement of IAS 1.106 and § 297 HGB. What an entry was, its other postings say: what owners gave or took stands against what
//! the company has or owes; what only moves within equity, or against income and expense, is neither.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use fondaco_core::{Currency, DateRange, Range, Reading};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::super::sheet::account_anchor;
use super::cells::Cells;
use super::closed::Closings;
use super::columns::{eve_of, year_start};
use crate::ledger::{
    Account, AccountClass, Amounts, LedgerError, Period, Posting, Settings, decimal, is_closing,
};

/// Why an account of equity changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EquityChange {
    /// What was earned less what was spent.
    Result,
    /// What owners put in: a credit against what the company has or owes.
    Contribution,
    /// What owners took out: a debit against what the company has or owes.
    Distribution,
    /// What moved within equity or against income and expense, and all of accounts with the tag `equity=other`, such as those of
    /// translation and revaluation.
    Other,
}

/// All of them, in the order of the columns.
const CHANGES: [EquityChange; 4] = [
    EquityChange::Result,
    EquityChange::Contribution,
    EquityChange::Distribution,
    EquityChange::Other,
];

/// The changes in equity on some days, in the ledger's currency; credits less debits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquityChanges {
    /// The first day.
    pub start: NaiveDate,
    /// The last day.
    pub end: NaiveDate,
    /// The ledger's currency.
    pub currency: Currency,
    /// The accounts with something in a column, by code; then the results that are not closed to equity.
    pub rows: Vec<EquityRow>,
    /// All of them together: closes with the equity of the balance sheet.
    pub total: EquityRow,
}

/// One account's way from opening to closing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EquityRow {
    /// The account's code; `None` for results that are not closed to equity, and for the total.
    pub account: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
    /// Before the first day.
    pub opening: Decimal,
    /// See [`EquityChange::Result`].
    pub result: Decimal,
    /// See [`EquityChange::Contribution`].
    pub contributions: Decimal,
    /// See [`EquityChange::Distribution`]; negative.
    pub distributions: Decimal,
    /// See [`EquityChange::Other`].
    pub other: Decimal,
    /// At the end of the last day: the opening and all changes.
    pub closing: Decimal,
}

impl EquityRow {
    fn is_nothing(&self) -> bool {
        let all = [self.opening, self.result, self.contributions, self.distributions, self.other];
        all.iter().all(Decimal::is_zero)
    }

    fn change(&mut self, change: EquityChange) -> &mut Decimal {
        match change {
            EquityChange::Result => &mut self.result,
            EquityChange::Contribution => &mut self.contributions,
            EquityChange::Distribution => &mut self.distributions,
            EquityChange::Other => &mut self.other,
        }
    }

    /// Adds another's figures; 64-bit amounts in 96-bit sums.
    fn add(&mut self, other: &EquityRow) {
        self.opening = self.opening.saturating_add(other.opening);
        for change in CHANGES {
            let more = *other.clone().change(change);
            let sum = self.change(change);
            *sum = sum.saturating_add(more);
        }
        self.closing = self.closing.saturating_add(other.closing);
    }

    fn figures(&self) -> [Cell; 6] {
        let changes = [self.result, self.contributions, self.distributions, self.other];
        let [result, contributions, distributions, other] = changes.map(Cell::from);
        [self.opening.into(), result, contributions, distributions, other, self.closing.into()]
    }
}

/// The changes in equity on these days. Entries that close a year on them are left out: the year's result is a row of its own
/// until it is over.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let (first, last) = (day("2026-01-01"), day("2026-12-31"));
/// let changes = books.view(|view| reports::equity_changes(view, first, last))?;
/// assert_eq!(changes.rows[0].contributions, 500.into()); // the capital, paid into the bank
/// assert_eq!(changes.rows[1].result, 60.into());
/// assert_eq!(changes.total.closing, 560.into());
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::BadInput`] when the days are the wrong way round, [`LedgerError::NotSetUp`], or a
/// [`Halt`](fondaco_core::Halt).
pub fn equity_changes(
    read: &mut impl Reading,
    start: NaiveDate,
    end: NaiveDate,
) -> Result<EquityChanges, LedgerError> {
    if end < start {
        let why = format!("{end} is before {start}: give the earlier day first");
        return Err(LedgerError::BadInput { what: "end", why });
    }
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let accounts = read.peek_scan(&Range::<Account>::all())?;
    // At the eve, before the year of the last day, and at its end; and what closing entries took.
    let year = year_start(&periods, end).max(start);
    let moments = [(None, eve_of(start)), (None, eve_of(year)), (None, end)];
    let closings = Closings::of(&periods);
    let (before, of_year) = (closings.on(start, eve_of(year)), closings.on(year, end));
    let closings =
        before.map(|period| (period, CLOSED_BEFORE)).chain(of_year.map(|period| (period, CLOSED)));
    let closings: Vec<_> = closings.map(|(period, place)| ((None, period), place)).collect();
    let mut cells = Cells::new(accounts, PLACES, false);
    cells.read_moments(read, &periods, &moments, &closings)?;
    let on_days = DateRange::new(start, end).unwrap_or_else(|_| DateRange::always());
    let mut rows = of_accounts(&cells);
    classify(read, &cells, &periods, on_days, &mut rows)?;
    let mut rows: Vec<EquityRow> = rows.into_values().filter(|row| !row.is_nothing()).collect();
    rows.extend(of_results(&cells));
    let mut total = EquityRow { name: "Total".into(), ..EquityRow::default() };
    rows.iter().for_each(|row| total.add(row));
    Ok(EquityChanges { start, end, currency: settings.currency, rows, total })
}

/// Places of the figures: at the eve, before the last year, at the end, and what closing entries took before that year and in it.
const PLACES: usize = 5;
const CLOSED_BEFORE: usize = 3;
const CLOSED: usize = 4;
const OPENING: [(usize, i128); 1] = [(0, -1)];
const CLOSING: [(usize, i128); 3] = [(2, -1), (CLOSED_BEFORE, 1), (CLOSED, 1)];
const EARLIER: [(usize, i128); 3] = [(1, -1), (0, 1), (CLOSED_BEFORE, 1)];
const OF_YEAR: [(usize, i128); 3] = [(2, -1), (1, 1), (CLOSED, 1)];

/// The accounts of equity with their opening and closing.
fn of_accounts(cells: &Cells) -> BTreeMap<usize, EquityRow> {
    let equity = cells.accounts.iter().enumerate();
    let equity =
        equity.filter(|(_, account)| account.class == AccountClass::Equity && !account.heading);
    let row = |(at, account): (usize, &Arc<Account>)| {
        let sum = |terms: &[(usize, i128)]| decimal(cells.of(at).map(|cell| cell.sum(terms)).sum());
        let row = EquityRow {
            account: Some(account.code.clone()),
            name: account.name.clone(),
            opening: sum(&OPENING),
            closing: sum(&CLOSING),
            ..EquityRow::default()
        };
        (at, row)
    };
    equity.map(row).collect()
}

/// What was earned and is not closed to equity: of the years before the last, where there is something, and of the last.
fn of_results(cells: &Cells) -> Vec<EquityRow> {
    let results =
        cells.accounts.iter().enumerate().filter(|(_, account)| account.class.is_result());
    let results: Vec<usize> = results.map(|(at, _)| at).collect();
    let sum = |terms: &[(usize, i128)]| {
        let of = |at: &usize| cells.of(*at).map(|cell| cell.sum(terms)).sum::<i128>();
        decimal(results.iter().map(of).sum())
    };
    let row = |name: &'static str, opening: Decimal, result: Decimal| EquityRow {
        name: SmolStr::new_static(name),
        opening,
        result,
        closing: opening.saturating_add(result),
        ..EquityRow::default()
    };
    let earlier = row("Results of earlier years", sum(&OPENING), sum(&EARLIER));
    let of_year = row("Result of the year", Decimal::ZERO, sum(&OF_YEAR));
    [earlier, of_year].into_iter().filter(|row| !row.is_nothing()).collect()
}

/// Says what each posting on equity was by the others of its entry.
fn classify(
    read: &mut impl Reading,
    cells: &Cells,
    periods: &[Arc<Period>],
    days: DateRange,
    rows: &mut BTreeMap<usize, EquityRow>,
) -> Result<(), LedgerError> {
    let (Some(first), Some(last)) = (days.start(), days.end()) else { return Ok(()) };
    let codes: Vec<_> = rows.values().filter_map(|row| row.account.clone()).collect();
    let met = periods.iter().filter(|period| period.start <= last && first <= period.end);
    let ranges: Vec<_> = met
        .flat_map(|period| codes.iter().map(|code| (code.clone(), period.period)))
        .map(|place| Range::by(Posting::BY_ACCOUNT, &place).from(&first).through(&last))
        .collect();
    let mut entries = BTreeSet::new();
    read.peek_each_of(&ranges, |posting: &Posting| {
        if !is_closing(posting.period) {
            entries.insert(posting.entry);
        }
        Ok::<(), LedgerError>(())
    })?;
    let entries: Vec<_> = entries.into_iter().collect();
    for some in entries.chunks(MANY) {
        let ranges: Vec<_> = some.iter().map(Range::<Posting>::by_key).collect();
        for postings in read.peek_scans(&ranges)? {
            classify_entry(cells, &postings, rows);
        }
    }
    Ok(())
}

/// How many entries are looked at together.
const MANY: usize = 1024;

fn classify_entry(cells: &Cells, postings: &[Arc<Posting>], rows: &mut BTreeMap<usize, EquityRow>) {
    let class = |posting: &Posting| {
        cells
            .account(&posting.account)
            .and_then(|at| cells.accounts.get(at))
            .map(|account| account.class)
    };
    let with_owners = postings.iter().any(|posting| {
        matches!(class(posting), Some(AccountClass::Asset | AccountClass::Liability))
    });
    for posting in postings {
        let Some(at) = cells.account(&posting.account) else { continue };
        let tagged = cells
            .accounts
            .get(at)
            .is_some_and(|account| account.tags.get("equity") == Some("other"));
        let Some(row) = rows.get_mut(&at) else { continue };
        let credit = -Amounts::of_posting(posting).net().1;
        let change = match (with_owners && !tagged, credit >= 0) {
            (false, _) => EquityChange::Other,
            (true, true) => EquityChange::Contribution,
            (true, false) => EquityChange::Distribution,
        };
        let sum = row.change(change);
        *sum = sum.saturating_add(decimal(credit));
    }
}

impl EquityChanges {
    /// As rows and columns; accounts lead to their part of the general ledger.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let changes = books.equity_changes(day("2026-01-01"), day("2026-12-31"))?;
    /// let csv = changes.to_report().to_csv();
    /// assert!(csv.starts_with("Account,Name,Opening,Result,Contributions,Distributions,Other,Closing\r\n"));
    /// assert!(csv.contains("3000,Capital,0.00,0.00,500.00,0.00,0.00,500.00\r\n"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let title =
            Phrase::from(word("Changes in equity")).and(self.start).and(word("to")).and(self.end);
        let title = title.and(format_smolstr!("({})", self.currency.code()));
        let names = ["Opening", "Result", "Contributions", "Distributions", "Other", "Closing"];
        let amounts = names.map(|name| Column::amount(word(name), self.currency));
        let mut report = Report::new(title)
            .column(Column::text(word("Account")))
            .column(Column::text(word("Name")).naming_rows())
            .columns(amounts)
            .anchored("equity-changes");
        for row in &self.rows {
            let name = match &row.account {
                Some(_) => Cell::from(&row.name),
                None => Cell::Word(row.name.clone()),
            };
            let made =
                Row::new([row.account.clone().into(), name].into_iter().chain(row.figures()));
            report.push(match &row.account {
                Some(code) => made.linked_to(account_anchor(code)),
                None => made,
            });
        }
        report
            .push(Row::total([Cell::Empty, word("Total")].into_iter().chain(self.total.figures())));
        report
    }
}

impl fmt::Display for EquityChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
