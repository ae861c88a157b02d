//! Reading a statement: postings in pages, each with its entry and the entry's other postings.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Id, Range, Reading};
use smol_str::SmolStr;

use super::order::{as_recorded, settled};
use super::{AccountStatement, CurrencyStatement, Movement, StatementQuery, StatementSums};
use crate::ledger::{
    Account, Amounts, Entry, LedgerError, PeriodKey, Posting, Settings, Side, balances, periods_on,
    posted_account,
};
use crate::parallel::sight;
use crate::reports::general_ledger::{sides, text_of};

/// How many postings are read at once.
const PAGE: usize = 1024;

/// The statement of an account, all of it in memory; [`each_statement_page`] is for long ones.
///
/// Days outside the fiscal years have no movements: before the first the account has nothing, after the last what it closed
/// with. A closed account has its statement as before.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let customers = StatementQuery::new("1200", "2026-01-01/2026-01-31".parse()?);
/// let statement = books.view(|view| reports::account_statement(view, &customers))?;
/// let invoice = &statement.currencies[0].movements[0];
/// assert_eq!(invoice.counter_accounts, ["4000", "2200"]);
/// assert_eq!((invoice.debit, invoice.balance), (Some(119.into()), 119.into()));
/// let heading = books.statement(&StatementQuery::new("1", DateRange::always()));
/// assert_eq!(heading.unwrap_err().code(), "accounting.bad_input");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownAccount`], [`LedgerError::BadInput`] for a heading, [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn account_statement(
    read: &mut impl Reading,
    query: &StatementQuery,
) -> Result<AccountStatement, LedgerError> {
    let read = &mut sight(read)?;
    let (mut run, mut source) = begin(read, query)?;
    let movements = source.next_page(read, usize::MAX)?;
    Ok(run.page(movements, false))
}

/// The statement of an account in pages of at most `lines` movements, from the view's one moment: each opens with what the
/// one before closed with, and only one of them is in memory. At least one page comes; the last one's
/// [`goes_on`](AccountStatement::goes_on) is false.
///
/// An asynchronous host keeps what a view has read until it ends, so it needs the room of all pages.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let bank = StatementQuery::new("1000", DateRange::always());
/// let pages = books.view(|view| {
///     let mut pages = Vec::new();
///     reports::each_statement_page(view, &bank, 1, |page| {
///         pages.push((page.page, page.ledger.opening, page.ledger.closing, page.goes_on));
///         Ok(())
///     })?;
///     Ok(pages)
/// })?;
/// assert_eq!(pages, [(1, 0.into(), 500.into(), true), (2, 500.into(), 460.into(), false)]);
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// As [`account_statement`], [`LedgerError::BadInput`] for pages without lines, or what `each` answers.
pub fn each_statement_page(
    read: &mut impl Reading,
    query: &StatementQuery,
    lines: usize,
    mut each: impl FnMut(&AccountStatement) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    if lines == 0 {
        let why = "a page has at least one line".to_owned();
        return Err(LedgerError::BadInput { what: "lines", why });
    }
    let read = &mut sight(read)?;
    let (mut run, mut source) = begin(read, query)?;
    let mut movements = source.next_page(read, lines)?;
    loop {
        // A page that is full may be the last: only the next one tells.
        let next =
            if movements.len() < lines { Vec::new() } else { source.next_page(read, lines)? };
        let goes_on = !next.is_empty();
        each(&run.page(movements, goes_on))?;
        if !goes_on {
            return Ok(());
        }
        movements = next;
    }
}

/// A posting of the statement with what is said of its entry.
pub(crate) struct Found {
    pub(crate) posting: Arc<Posting>,
    pub(crate) entry: Option<Arc<Entry>>,
    pub(crate) counter_accounts: Vec<SmolStr>,
}

/// How far the making of a statement has come.
pub(crate) struct Run<'q> {
    query: &'q StatementQuery,
    account: Arc<Account>,
    ledger_currency: Currency,
    /// What each currency has at the end of the last page.
    carried: BTreeMap<Currency, Amounts>,
    page: u32,
}

/// Where a statement's postings come from.
struct Source<'q> {
    postings: Postings<'q>,
    /// Postings that were read and are on no page yet, in order.
    waiting: VecDeque<Found>,
    /// Those that were recorded in one moment with what may still be read.
    unsettled: Vec<Found>,
}

impl<'q> Source<'q> {
    /// The next postings that are asked for, `lines` of them unless there are fewer.
    fn next_page(
        &mut self,
        read: &mut impl Reading,
        lines: usize,
    ) -> Result<Vec<Found>, LedgerError> {
        while self.waiting.len() < lines {
            let next = self.postings.next(read)?;
            let goes_on = next.is_some();
            self.unsettled.extend(found(read, self.postings.query, next.unwrap_or_default())?);
            let settled = match goes_on {
                true => settled(self.unsettled.iter().map(|found| found.posting.as_ref())),
                false => self.unsettled.len(),
            };
            let mut settled: Vec<Found> = self.unsettled.drain(..settled).collect();
            let entries: BTreeMap<_, _> =
                settled.iter().map(|found| (found.posting.entry, found.entry.clone())).collect();
            as_recorded(
                &mut settled,
                |found| &found.posting,
                |posting| entries.get(&posting.entry).cloned().flatten(),
            );
            self.waiting.extend(settled);
            if !goes_on {
                break;
            }
        }
        Ok(self.waiting.drain(..lines.min(self.waiting.len())).collect())
    }
}

/// A statement of which nothing is made yet, and where its postings come from.
fn begin<'q>(
    read: &mut impl Reading,
    query: &'q StatementQuery,
) -> Result<(Run<'q>, Source<'q>), LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let account = posted_account(read, &query.account)?;
    let run = Run::over(query, account, settings.currency, opening(read, query)?);
    let (postings, waiting) = (Postings::new(read, query)?, VecDeque::new());
    Ok((run, Source { postings, waiting, unsettled: Vec::new() }))
}

impl<'q> Run<'q> {
    /// A statement that opens with these sums.
    pub(crate) fn over(
        query: &'q StatementQuery,
        account: Arc<Account>,
        ledger_currency: Currency,
        opening: BTreeMap<Currency, Amounts>,
    ) -> Run<'q> {
        Run { query, account, ledger_currency, carried: opening, page: 0 }
    }

    /// A page of these postings, and what they leave.
    pub(crate) fn page(&mut self, found: Vec<Found>, goes_on: bool) -> AccountStatement {
        self.page += 1;
        let opening = self.carried.clone();
        let mut sections: BTreeMap<Currency, Vec<Movement>> = BTreeMap::new();
        for found in found {
            let carried = self.carried.entry(found.posting.currency).or_default();
            carried.add(&Amounts::of_posting(&found.posting));
            let movement = Movement::of(found, carried);
            sections.entry(movement.0).or_default().push(movement.1);
        }
        let mut currencies: Vec<_> = self
            .carried
            .iter()
            .map(|(&currency, carried)| {
                let opening = opening.get(&currency).copied().unwrap_or_default();
                let movements = sections.remove(&currency).unwrap_or_default();
                CurrencyStatement::of(currency, &opening, carried, movements)
            })
            .collect();
        if currencies.is_empty() {
            let currency = self.query.currency.or(self.account.currency);
            let currency = currency.unwrap_or(self.ledger_currency);
            let nothing = Amounts::default();
            currencies.push(CurrencyStatement::of(currency, &nothing, &nothing, Vec::new()));
        }
        AccountStatement {
            account: self.account.code.clone(),
            name: self.account.name.clone(),
            class: self.account.class,
            days: self.query.days,
            known_at: self.query.known_at,
            ledger_currency: self.ledger_currency,
            page: self.page,
            goes_on,
            ledger: sum(currencies.iter().map(|section| section.ledger)),
            currencies,
            balances_on: match self.query.on_normal_side && !self.account.class.grows_by_debit() {
                true => Side::Credit,
                false => Side::Debit,
            },
        }
    }
}

fn sum(sums: impl Iterator<Item = StatementSums>) -> StatementSums {
    sums.fold(StatementSums::default(), |all, one| StatementSums {
        opening: all.opening.saturating_add(one.opening),
        debit: all.debit.saturating_add(one.debit),
        credit: all.credit.saturating_add(one.credit),
        closing: all.closing.saturating_add(one.closing),
    })
}

impl CurrencyStatement {
    fn of(
        currency: Currency,
        opening: &Amounts,
        closing: &Amounts,
        movements: Vec<Movement>,
    ) -> CurrencyStatement {
        let moved = closing.less(opening);
        CurrencyStatement {
            currency,
            sums: StatementSums::of(opening, &moved, currency),
            ledger: StatementSums::of_ledger(opening, &moved),
            movements,
        }
    }
}

impl Movement {
    /// The movement with its currency; `after` is what the currency has then.
    fn of(found: Found, after: &Amounts) -> (Currency, Movement) {
        let Found { posting, entry, counter_accounts } = found;
        let entry = entry.as_deref();
        let (debit, credit) = sides(posting.side, posting.amount.to_decimal());
        let movement = Movement {
            date: posting.date,
            entry: posting.entry,
            line: posting.line,
            journal: entry.map(|entry| entry.journal.clone()).unwrap_or_default(),
            number: entry.and_then(|entry| entry.number.number()),
            text: text_of(&posting, entry),
            party: posting.party.copied().or_else(|| entry.and_then(|entry| entry.party)),
            counter_accounts,
            debit,
            credit,
            balance: after.balance(posting.currency).amount(),
            ledger_amount: posting.ledger_amount.to_decimal(),
            ledger_balance: after.ledger_balance(),
        };
        (posting.currency, movement)
    }
}

/// What each currency had before the days.
fn opening(
    read: &mut impl Reading,
    query: &StatementQuery,
) -> Result<BTreeMap<Currency, Amounts>, LedgerError> {
    match query.before() {
        Some(before) => sums(read, &before),
        None => Ok(BTreeMap::new()),
    }
}

/// What each currency moved on the days: from the ledger's balances, unless a party is asked for.
pub(super) fn sums(
    read: &mut impl Reading,
    query: &StatementQuery,
) -> Result<BTreeMap<Currency, Amounts>, LedgerError> {
    if query.parties.is_empty() {
        let rows = balances(read, &query.balances())?;
        return Ok(rows.into_iter().map(|row| (row.currency, row.amounts)).collect());
    }
    let mut sums: BTreeMap<Currency, Amounts> = BTreeMap::new();
    let mut source = Postings::new(read, query)?;
    while let Some(postings) = source.next(read)? {
        for posting in with_party(read, query, postings)? {
            sums.entry(posting.currency).or_default().add(&Amounts::of_posting(&posting));
        }
    }
    Ok(sums)
}

/// Those of the postings that are with a party that is asked for.
fn with_party(
    read: &mut impl Reading,
    query: &StatementQuery,
    mut postings: Vec<Arc<Posting>>,
) -> Result<Vec<Arc<Posting>>, LedgerError> {
    if query.parties.is_empty() {
        return Ok(postings);
    }
    let entries = entries_of(read, &postings)?;
    postings
        .retain(|posting| query.takes_party(posting, entries.get(&posting.entry).map(Arc::as_ref)));
    Ok(postings)
}

/// The postings that are asked for, with their entries and counter accounts, in two trips.
fn found(
    read: &mut impl Reading,
    query: &StatementQuery,
    postings: Vec<Arc<Posting>>,
) -> Result<Vec<Found>, LedgerError> {
    let postings = with_party(read, query, postings)?;
    let entries = entries_of(read, &postings)?;
    let ids: Vec<Id<Entry>> = entries.keys().copied().collect();
    let ranges: Vec<_> = ids.iter().map(Range::<Posting>::by_key).collect();
    let whole: BTreeMap<_, _> = ids.into_iter().zip(read.peek_scans(&ranges)?).collect();
    let found = postings.into_iter().map(|posting| {
        let others = whole.get(&posting.entry).map(Vec::as_slice).unwrap_or_default();
        let counter_accounts = counter_accounts(&posting, others);
        let entry = entries.get(&posting.entry).cloned();
        Found { posting, entry, counter_accounts }
    });
    Ok(found.collect())
}

/// The entries of postings. They are scanned, not got: a view keeps what it gets, and so would not stay small.
fn entries_of(
    read: &mut impl Reading,
    postings: &[Arc<Posting>],
) -> Result<BTreeMap<Id<Entry>, Arc<Entry>>, LedgerError> {
    let mut ids: Vec<_> = postings.iter().map(|posting| posting.entry).collect();
    ids.sort_unstable();
    ids.dedup();
    let ranges: Vec<_> = ids.iter().map(|id| Range::<Entry>::by_key(id).limit(1)).collect();
    let entries = read.peek_scans(&ranges)?.into_iter().flatten();
    Ok(entries.map(|entry| (entry.id, entry)).collect())
}

fn counter_accounts(posting: &Posting, of_entry: &[Arc<Posting>]) -> Vec<SmolStr> {
    let others = of_entry.iter().filter(|other| other.account != posting.account);
    let (across, beside): (Vec<_>, Vec<_>) = others.partition(|other| other.side != posting.side);
    let mut accounts: Vec<SmolStr> = Vec::new();
    for other in if across.is_empty() { beside } else { across } {
        if !accounts.contains(&other.account) {
            accounts.push(other.account.clone());
        }
    }
    accounts
}

/// Where a posting stands within its account and period.
type Place = (NaiveDate, Id<Entry>, u32);

/// An account's postings on some days in order, read in pages.
pub(super) struct Postings<'q> {
    query: &'q StatementQuery,
    periods: std::vec::IntoIter<PeriodKey>,
    /// The period that is being read, and the last place read in it.
    at: Option<(PeriodKey, Option<Place>)>,
    page: usize,
}

impl<'q> Postings<'q> {
    pub(super) fn new(
        read: &mut impl Reading,
        query: &'q StatementQuery,
    ) -> Result<Postings<'q>, LedgerError> {
        let periods = periods_on(read, query.days)?;
        let periods: Vec<_> = periods.iter().map(|period| period.period).collect();
        Ok(Postings { query, periods: periods.into_iter(), at: None, page: PAGE })
    }

    /// The next postings that are asked for, whoever they are with; `None` after the last.
    pub(super) fn next(
        &mut self,
        read: &mut impl Reading,
    ) -> Result<Option<Vec<Arc<Posting>>>, LedgerError> {
        let at = self.at.take().or_else(|| Some((self.periods.next()?, None)));
        let Some((period, last)) = at else { return Ok(None) };
        let mut rows = read.peek_scan(&self.range(period, last))?;
        if let Some(last) = rows.last().filter(|_| rows.len() == self.page) {
            self.at = Some((period, Some((last.date, last.entry, last.line))));
        }
        if read.is_loaded() {
            self.page *= 2; // as each page costs a run from the beginning
        }
        rows.retain(|posting| self.query.takes(posting));
        Ok(Some(rows))
    }

    fn range(&self, period: PeriodKey, last: Option<Place>) -> Range<Posting> {
        let range = Range::by(Posting::BY_ACCOUNT, &(self.query.account.clone(), period));
        let range = match (last, self.query.days.start()) {
            (Some((date, entry, line)), _) => range.from(&(date, entry, line.saturating_add(1))),
            (None, Some(start)) => range.from(&start),
            (None, None) => range,
        };
        let range = match self.query.days.end() {
            Some(end) => range.through(&end),
            None => range,
        };
        range.limit(self.page)
    }
}
