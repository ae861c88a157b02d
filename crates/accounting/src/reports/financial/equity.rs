//! Changes in equity: what each account of equity opened with, what came to it and left it, and what it closed with.
//!
//! The statement of IAS 1.106 and § 297 HGB. What an entry was, its other postings say. With owners is what its postings on equity come
//! to together, as far as that stands against what the company has or owes; what only moves within equity, such as a profit that is put
//! in a reserve, or against income and expense, is neither. A reversal is in the column of what it reverses. Balances that were
//! [brought over](crate::close::PostOpening) from other books were there before; what corrects them in a later year than that is in the
//! column of other changes of that year, so that each year opens with what the one before closed with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::Cell;
use fondaco_core::store::Tags;
use fondaco_core::{Currency, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::brought::{Brought, add_entries};
use super::cells::{Cell as Sums, Cells, Known, Moment};
use super::closed::Closings;
use super::columns::{Span, eve_of, year_start};
use super::narrowed::Narrowed;
use super::query::FinancialQuery;
use super::shares::Splitter;
use crate::ledger::{
    Account, AccountClass, Amounts, Entry, LedgerError, Period, Posting, Settings, accounts_known,
    decimal, is_closing,
};
use crate::parallel::sight;

/// Why an account of equity changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EquityChange {
    /// What was earned less what was spent.
    Result,
    /// What owners put in: credits, less debits, against what the company has or owes.
    Contribution,
    /// What owners took out: debits, less credits, against what the company has or owes.
    Distribution,
    /// What moved within equity or against income and expense, all of accounts with the tag `equity=other`, such as those of
    /// translation and revaluation, and of any account what has the dimension `equity` with the value `other`, such as the correction of an
    /// error of an earlier year (IAS 8.42), which nobody can tell from a dividend otherwise.
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

/// Results that are not closed to equity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EquityResults {
    /// That of the fiscal year of the last day.
    OfYear,
    /// Those of the years before.
    Earlier,
}

impl EquityResults {
    fn name(self) -> &'static str {
        match self {
            EquityResults::OfYear => "Result of the year",
            EquityResults::Earlier => "Results of earlier years",
        }
    }
}

/// One account's way from opening to closing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EquityRow {
    /// The account's code; `None` for results that are not closed to equity, for rows of a layout, and for the total.
    pub account: Option<SmolStr>,
    /// The layout's row, where one takes it: see [`equity_statement`](super::equity_statement).
    pub row: Option<SmolStr>,
    /// Which results they are, where the row is of such that are not closed to equity.
    pub results: Option<EquityResults>,
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
    pub(super) fn is_nothing(&self) -> bool {
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
    pub(super) fn add(&mut self, other: &EquityRow) {
        self.opening = self.opening.saturating_add(other.opening);
        for change in CHANGES {
            let more = *other.clone().change(change);
            let sum = self.change(change);
            *sum = sum.saturating_add(more);
        }
        self.closing = self.closing.saturating_add(other.closing);
    }

    pub(super) fn figures(&self) -> [Cell; 6] {
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
    let days = Span { known: Known::default(), from: start, through: end };
    let read = &mut sight(read)?;
    let ground = Ground::read(read, None)?;
    ground.changes(read, days)
}

/// What the changes of any days are read from.
pub(super) struct Ground<'q> {
    pub(super) currency: Currency,
    pub(super) periods: Vec<Arc<Period>>,
    accounts: Vec<Arc<Account>>,
    brought: Brought,
    /// What they are narrowed to.
    narrowed: Option<(Narrowed, &'q FinancialQuery)>,
}

impl<'q> Ground<'q> {
    pub(super) fn read(
        read: &mut impl Reading,
        query: Option<&'q FinancialQuery>,
    ) -> Result<Ground<'q>, LedgerError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let known = query.and_then(FinancialQuery::known_together);
        let narrows =
            |query: &&FinancialQuery| !query.dimensions.is_empty() || !query.under.is_empty();
        let query = query.filter(narrows);
        let narrowed =
            query.map(|query| Ok::<_, LedgerError>((Narrowed::read(read, query)?, query)));
        let narrowed = narrowed.transpose()?;
        Ok(Ground {
            currency: settings.currency,
            periods: read.peek_scan(&Range::<Period>::all())?,
            accounts: accounts_known(read, known)?,
            brought: Brought::read(read)?,
            narrowed,
        })
    }

    /// The accounts, by code.
    pub(super) fn accounts(&self) -> &[Arc<Account>] {
        &self.accounts
    }

    fn takes(&self, dimensions: &Tags) -> bool {
        let narrowed = self.narrowed.as_ref();
        narrowed.is_none_or(|(narrowed, query)| narrowed.takes(query, dimensions))
    }

    /// The changes on some days.
    pub(super) fn changes(
        &self,
        read: &mut impl Reading,
        days: Span,
    ) -> Result<EquityChanges, LedgerError> {
        let Span { known, from: start, through: end } = days;
        if end < start {
            let why = format!("{end} is before {start}: give the earlier day first");
            return Err(LedgerError::BadInput { what: "end", why });
        }
        let periods = &self.periods;
        // At the eve, before the year of the last day, and at its end; what closing entries took, and what was brought over.
        let year = year_start(periods, end);
        let moments = [eve_of(start), eve_of(year), end].map(|date| Moment { known, date });
        let closings = Closings::of(periods);
        let first = year.max(start);
        let (before, of_year) = (closings.on(start, eve_of(first)), closings.on(first, end));
        let closings = before
            .map(|period| (period, CLOSED_BEFORE))
            .chain(of_year.map(|period| (period, CLOSED)));
        let closings: Vec<_> = closings.map(|(period, place)| ((known, period), place)).collect();
        let apart = self.narrowed.is_some();
        let mut cells = Cells::new(self.accounts.clone(), periods, PLACES, apart);
        cells.read_moments(read, periods, &moments, &closings)?;
        add_entries(read, &mut cells, &self.brought.entries, days, BROUGHT)?;
        let has = cells.dimensions.iter().map(|dimensions| self.takes(dimensions)).collect();
        let figures = Figures { cells: &cells, has };
        let mut rows = figures.of_accounts();
        let splitter = Splitter::of(self.currency);
        Classes { ground: self, cells: &cells, known, splitter }.of_days(
            read,
            (start, end),
            &mut rows,
        )?;
        let mut rows: Vec<EquityRow> = rows.into_values().filter(|row| !row.is_nothing()).collect();
        rows.extend(figures.of_results(start <= year));
        let total = total(&rows);
        Ok(EquityChanges { start, end, currency: self.currency, rows, total })
    }
}

/// All rows together.
fn total(rows: &[EquityRow]) -> EquityRow {
    let mut total = EquityRow { name: "Total".into(), ..EquityRow::default() };
    rows.iter().for_each(|row| total.add(row));
    total
}

/// Places of the figures: at the eve, before the last year, at the end; what closing entries took before that year and in it; and
/// what was brought over.
const PLACES: usize = 6;
const CLOSED_BEFORE: usize = 3;
const CLOSED: usize = 4;
const BROUGHT: usize = 5;
const OPENING: [(usize, i128); 2] = [(0, -1), (BROUGHT, -1)];
const CLOSING: [(usize, i128); 3] = [(2, -1), (CLOSED_BEFORE, 1), (CLOSED, 1)];

/// The figures of what is asked for.
struct Figures<'c> {
    cells: &'c Cells,
    /// Which combinations of dimensions are.
    has: Vec<bool>,
}

impl Figures<'_> {
    fn sum(&self, account: usize, terms: &[(usize, i128)]) -> i128 {
        let has = |cell: &&Sums| self.has.get(cell.dimensions).copied().unwrap_or_default();
        self.cells.of(account).filter(has).map(|cell| cell.sum(terms)).sum()
    }

    /// The accounts of equity with their opening and closing.
    fn of_accounts(&self) -> BTreeMap<usize, EquityRow> {
        let equity = self.cells.accounts.iter().enumerate();
        let equity =
            equity.filter(|(_, account)| account.class == AccountClass::Equity && !account.heading);
        let row = |(at, account): (usize, &Arc<Account>)| {
            let row = EquityRow {
                account: Some(account.code.clone()),
                name: account.name.clone(),
                opening: decimal(self.sum(at, &OPENING)),
                closing: decimal(self.sum(at, &CLOSING)),
                ..EquityRow::default()
            };
            (at, row)
        };
        equity.map(row).collect()
    }

    /// What was earned and is not closed to equity: of the years before the last, where there is something, and of the last. Days
    /// that begin within the last year have what was earned in it before them in its opening.
    fn of_results(&self, whole_year: bool) -> Vec<EquityRow> {
        let results = self.cells.accounts.iter().enumerate();
        let results = results.filter(|(_, account)| account.class.is_result());
        let results: Vec<usize> = results.map(|(at, _)| at).collect();
        let sum =
            |terms: &[(usize, i128)]| decimal(results.iter().map(|at| self.sum(*at, terms)).sum());
        let row = |of: EquityResults, opening: &[(usize, i128)], result: &[(usize, i128)]| {
            let (opening, result) = (sum(opening), sum(result));
            let closing = opening.saturating_add(result);
            let (name, results) = (of.name().into(), Some(of));
            EquityRow { results, name, opening, result, closing, ..EquityRow::default() }
        };
        let (before, now) = (EquityResults::Earlier, EquityResults::OfYear);
        let [earlier, of_year] = match whole_year {
            true => [
                row(before, &[(0, -1)], &[(1, -1), (0, 1), (CLOSED_BEFORE, 1)]),
                row(now, &[], &[(2, -1), (1, 1), (CLOSED, 1)]),
            ],
            false => [
                row(before, &[(1, -1)], &[]),
                row(now, &[(0, -1), (1, 1)], &[(2, -1), (0, 1), (CLOSED, 1)]),
            ],
        };
        [earlier, of_year].into_iter().filter(|row| !row.is_nothing()).collect()
    }
}

/// What is needed to say what each posting on equity was, by the others of its entry.
struct Classes<'c> {
    ground: &'c Ground<'c>,
    cells: &'c Cells,
    known: Known,
    splitter: Splitter,
}

/// How many entries are looked at together.
const MANY: usize = 1024;

impl Classes<'_> {
    fn of_days(
        &self,
        read: &mut impl Reading,
        (first, last): (NaiveDate, NaiveDate),
        rows: &mut BTreeMap<usize, EquityRow>,
    ) -> Result<(), LedgerError> {
        let periods = self.ground.periods.iter();
        let codes: Vec<_> = rows.values().filter_map(|row| row.account.clone()).collect();
        let met = periods.filter(|period| period.start <= last && first <= period.end);
        let ranges: Vec<_> = met
            .flat_map(|period| codes.iter().map(|code| (code.clone(), period.period)))
            .map(|place| Range::by(Posting::BY_ACCOUNT, &place).from(&first).through(&last))
            .collect();
        let mut entries = BTreeSet::new();
        read.peek_each_of(&ranges, |posting: &Posting| {
            let counts = self.cells.counts(posting, self.known) && !is_closing(posting.period);
            if counts && !self.ground.brought.entries.contains(&posting.entry) {
                entries.insert(posting.entry);
            }
            Ok::<(), LedgerError>(())
        })?;
        let entries: Vec<_> = entries.into_iter().collect();
        for some in entries.chunks(MANY) {
            let heads = read.peek_many::<Entry>(some)?;
            let ranges: Vec<_> = some.iter().map(Range::<Posting>::by_key).collect();
            for (head, postings) in heads.iter().flatten().zip(read.peek_scans(&ranges)?) {
                let turned = takes_back(read, head)?;
                let late = self.ground.brought.late.contains(&head.id);
                self.of_entry(&postings, (turned, late), rows);
            }
        }
        Ok(())
    }

    fn of_entry(
        &self,
        postings: &[Arc<Posting>],
        (turned, late): (bool, bool),
        rows: &mut BTreeMap<usize, EquityRow>,
    ) {
        let lines: Vec<Line> = postings.iter().filter_map(|posting| self.line(posting)).collect();
        let sum = |is: fn(&Line) -> bool| -> i128 {
            lines.iter().filter(|line| is(line)).map(|line| line.credit).sum()
        };
        let net = sum(Line::is_of_owners);
        let against =
            -sum(|line| matches!(line.class, AccountClass::Asset | AccountClass::Liability));
        let with_owners = match net > 0 {
            // Nobody put in what was there before, only less or more of it than was known.
            _ if late => 0,
            true => net.min(against.max(0)),
            false => net.max(against.min(0)),
        };
        let change = match (with_owners > 0) != turned {
            true => EquityChange::Contribution,
            false => EquityChange::Distribution,
        };
        // It is in the lines on its side, each as far as its size says.
        let bears = |line: &&Line| {
            line.is_of_owners() && line.credit.signum() == with_owners.signum() && with_owners != 0
        };
        let sizes: Vec<i128> = lines.iter().filter(bears).map(|line| line.credit.abs()).collect();
        let mut shares = self.splitter.split(with_owners, &sizes).into_iter();
        for line in lines.iter().filter(|line| line.class == AccountClass::Equity) {
            let share = if bears(&line) { shares.next().unwrap_or(0) } else { 0 };
            let Some(row) = rows.get_mut(&line.account).filter(|_| line.is_asked) else { continue };
            for (change, units) in [(change, share), (EquityChange::Other, line.credit - share)] {
                let sum = row.change(change);
                *sum = sum.saturating_add(decimal(units));
            }
        }
    }

    fn line(&self, posting: &Posting) -> Option<Line> {
        let at = self.cells.account(&posting.account)?;
        let account = self.cells.accounts.get(at)?;
        let credit = -Amounts::of_posting(posting).net().1;
        let said = posting.dimensions.get("equity").or_else(|| account.tags.get("equity"));
        let other = said == Some("other");
        let is_asked = self.ground.takes(&posting.dimensions);
        Some(Line { account: at, class: account.class, other, credit, is_asked })
    }
}

/// A posting, as far as it tells what an entry was.
struct Line {
    account: usize,
    class: AccountClass,
    /// Whether it, or its account, is said to be nothing with owners.
    other: bool,
    credit: i128,
    /// Whether it has the dimensions that are asked for.
    is_asked: bool,
}

impl Line {
    fn is_of_owners(&self) -> bool {
        self.class == AccountClass::Equity && !self.other
    }
}

/// Whether an entry takes another back; one that reverses a reversal does not.
fn takes_back(read: &mut impl Reading, entry: &Entry) -> Result<bool, LedgerError> {
    let (mut turned, mut at) = (false, entry.reverses.copied());
    while let Some(reversed) = at {
        turned = !turned;
        at = read.peek::<Entry>(&reversed)?.and_then(|entry| entry.reverses.copied());
    }
    Ok(turned)
}
