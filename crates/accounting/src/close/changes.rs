//! What backdated entries changed: which balances, which figures of statements, which assertions, of which periods, and of
//! those which are locked; and which items were cleared, or opened again, after the fact.
//!
//! A statement was printed on 10 April; what was recorded since and is dated in March or earlier makes it another. The report
//! says how, period by period, from the entries that were recorded since: what moved on each period's days, as its income statement
//! has it; and how each balance sheet stands otherwise, as that of every later day does, whether or not something of it is late
//! itself. What was known then can still be asked for, by [`BalanceQuery::known_at`](crate::ledger::BalanceQuery::known_at).

mod report;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Id, Money, Range, Reading, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Assertion, assertions};
use crate::Books;
use crate::ledger::{
    Account, AccountClass, Clearing, Entry, Journal, LedgerError, Period, PeriodKey, PeriodStatus,
    Posting, Settings, Unclearing, is_closing, leaves,
};
use crate::parallel::sight;

/// Which changes are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeQuery {
    since: Timestamp,
    until: Option<Timestamp>,
    through: NaiveDate,
}

impl ChangeQuery {
    /// What was recorded after `since` and is dated through this day.
    pub fn new(since: Timestamp, through: NaiveDate) -> ChangeQuery {
        ChangeQuery { since, until: None, through }
    }

    /// Recorded at this time or earlier.
    #[must_use]
    pub fn until(mut self, time: Timestamp) -> ChangeQuery {
        self.until = Some(time);
        self
    }
}

/// By how much a balance is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedBalance {
    /// The period.
    pub period: PeriodKey,
    /// The account.
    pub account: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// What it measures.
    pub class: AccountClass,
    /// Debits less credits in its currency.
    pub change: Money,
    /// Debits less credits in the ledger's currency.
    pub ledger_change: Decimal,
}

/// By how much the figures of a period's statements are others, in the ledger's currency, each positive on its own side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedStatement {
    /// The period.
    pub period: PeriodKey,
    /// The assets.
    pub assets: Decimal,
    /// The liabilities.
    pub liabilities: Decimal,
    /// The equity before the result.
    pub equity: Decimal,
    /// The result: what was earned less what was spent.
    pub result: Decimal,
    /// Whether the period is locked now, its year closed, or the days or the journal of one of the entries: what was reported of it is
    /// another.
    pub locked: bool,
}

/// By how much a balance sheet is another, in the ledger's currency, each positive on its own side. Assets are liabilities and equity;
/// all three are nothing where one account of a class has what another has lost, as customers have what the bank had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedSheet {
    /// The period of its day.
    pub period: PeriodKey,
    /// Its day: the period's last, or the last day that was asked for.
    pub date: NaiveDate,
    /// The assets.
    pub assets: Decimal,
    /// The liabilities.
    pub liabilities: Decimal,
    /// The equity with all results.
    pub equity: Decimal,
    /// The accounts of assets, liabilities and equity that stand otherwise, with debits less credits, by code.
    pub accounts: BTreeMap<SmolStr, Decimal>,
    /// Whether its day is locked now, or its year closed: what was reported as of it is another.
    pub locked: bool,
}

/// A clearing that was recorded, or undone, after the fact: what was open on its day is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedClearing {
    /// The clearing.
    pub clearing: Id<Clearing>,
    /// The account.
    pub account: SmolStr,
    /// From which day on its items are cleared, or open again.
    pub date: NaiveDate,
    /// Whether it was undone.
    pub undone: bool,
}

/// What was changed after the fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// The last day that was asked for.
    pub through: NaiveDate,
    /// The ledger's currency.
    pub currency: Currency,
    /// The entries that changed something, in order of recording.
    pub entries: Vec<Arc<Entry>>,
    /// The balances that moved, by period and account.
    pub balances: Vec<ChangedBalance>,
    /// The statements that moved, by period. Entries that close years move none.
    pub statements: Vec<ChangedStatement>,
    /// The balance sheets of which an account or the result stands otherwise, by day: at the end of each period from the first that
    /// moved, and of the last day that was asked for. Entries that close years move none.
    pub sheets: Vec<ChangedSheet>,
    /// The assertions of these days that are not kept now, and whose account was moved by what is asked for.
    pub broken: Vec<Arc<Assertion>>,
    /// What was cleared and opened again, in order of day and account.
    pub clearings: Vec<ChangedClearing>,
}

/// What was recorded after the fact, and what it changed.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::close::{ChangeQuery, changes};
/// let printed: Timestamp = "2026-06-01T09:00:00Z".parse()?; // the statements of January
/// let later: Timestamp = "2026-06-02T09:00:00Z".parse()?;
/// let books = books.with_clock(move || later);
/// let late = NewEntry::new("GEN", day("2026-01-20")).debit("5100", eur("9")).credit("1000", eur("9"));
/// books.post("late", late)?;
/// let query = ChangeQuery::new(printed, day("2026-01-31"));
/// let changes = books.view(|view| changes(view, &query))?;
/// assert_eq!(changes.statements[0].result, (-9).into());
/// assert_eq!(changes.statements[0].assets, (-9).into());
/// let query = ChangeQuery::new(printed, day("2026-02-28")); // and those of February
/// let changes = books.changes(&query)?;
/// assert_eq!(changes.statements.len(), 1); // nothing of February is late, but its balance sheet is another
/// assert_eq!((changes.sheets[1].date, changes.sheets[1].equity), (day("2026-02-28"), (-9).into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn changes(read: &mut impl Reading, query: &ChangeQuery) -> Result<Changes, LedgerError> {
    let read = &mut sight(read)?;
    let currency = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?.currency;
    let entries = recorded(read, query)?;
    let ranges: Vec<_> = entries.iter().map(|entry| Range::<Posting>::by_key(&entry.id)).collect();
    let mut sums: BTreeMap<(PeriodKey, SmolStr, Currency), (Decimal, Decimal)> = BTreeMap::new();
    let mut moved = Moved::new();
    read.peek_each_of(&ranges, |posting: &Posting| {
        let on_day = (posting.account.clone(), posting.currency, posting.date);
        *moved.entry(on_day).or_default() += i128::from(posting.amount.units());
        let key = (posting.period, posting.account.clone(), posting.currency);
        let (amount, worth) = sums.entry(key).or_default();
        *amount = amount.saturating_add(posting.amount.to_decimal());
        *worth = worth.saturating_add(posting.ledger_amount.to_decimal());
        Ok::<(), LedgerError>(())
    })?;
    sums.retain(|_, (amount, worth)| !amount.is_zero() || !worth.is_zero());
    let codes: Vec<SmolStr> = sums.keys().map(|(_, account, _)| account.clone()).collect();
    let accounts = read.peek_many::<Account>(&codes)?;
    let mut balances = Vec::with_capacity(sums.len());
    for (((period, code, of), (amount, worth)), account) in sums.into_iter().zip(accounts) {
        let account = account.ok_or_else(|| LedgerError::UnknownAccount { code: code.clone() })?;
        balances.push(ChangedBalance {
            period,
            account: code,
            name: account.name.clone(),
            class: account.class,
            change: Money::new(amount, of),
            ledger_change: worth,
        });
    }
    let broken = broken(read, query, &moved)?;
    let locks = Locks::read(read)?;
    let statements = statements(&locks, &entries, &balances);
    let sheets = sheets(&locks, query.through, &balances);
    let (through, clearings) = (query.through, cleared(read, query)?);
    Ok(Changes { through, currency, entries, balances, statements, sheets, broken, clearings })
}

/// By how much the balance of an account in a currency moved on a day: debits less credits, in units.
type Moved = BTreeMap<(SmolStr, Currency, NaiveDate), i128>;

/// What is not kept and moved: an assertion that stood broken before is not what came later.
fn broken(
    read: &mut impl Reading,
    query: &ChangeQuery,
    moved: &Moved,
) -> Result<Vec<Arc<Assertion>>, LedgerError> {
    let mut found = Vec::new();
    for assertion in assertions(read)? {
        if assertion.date > query.through || assertion.is_kept() {
            continue;
        }
        let codes = match assertion.subtree {
            true => leaves(read, vec![assertion.account.clone()])?
                .into_iter()
                .map(|account| account.code.clone())
                .collect(),
            false => vec![assertion.account.clone()],
        };
        let by_then = |code: &SmolStr| {
            let days = (code.clone(), assertion.currency, NaiveDate::MIN)
                ..=(code.clone(), assertion.currency, assertion.date);
            moved.range(days).map(|(_, units)| units).sum::<i128>()
        };
        if codes.iter().map(by_then).sum::<i128>() != 0 {
            found.push(assertion);
        }
    }
    Ok(found)
}

impl ChangeQuery {
    /// Whether what was recorded then and takes effect on this day is asked for.
    fn asks_for(&self, recorded_at: Timestamp, date: NaiveDate) -> bool {
        recorded_at > self.since
            && self.until.is_none_or(|until| recorded_at <= until)
            && date <= self.through
    }

    /// The first id of what was recorded since: ids are in order of recording.
    fn first<T>(&self) -> Id<T> {
        Id::from_u128(u128::try_from(self.since.millis()).unwrap_or(0) << 80)
    }
}

/// What was cleared and opened again in time, of these days.
fn cleared(
    read: &mut impl Reading,
    query: &ChangeQuery,
) -> Result<Vec<ChangedClearing>, LedgerError> {
    let mut found = Vec::new();
    let recorded = Range::<Clearing>::all().from(&query.first::<Clearing>());
    read.peek_each(&recorded, |of: &Clearing| {
        if query.asks_for(of.recorded_at, of.date) {
            let (account, date) = (of.account.clone(), of.date);
            found.push(ChangedClearing { clearing: of.id, account, date, undone: false });
        }
        Ok::<(), LedgerError>(())
    })?;
    read.peek_each(&Range::<Unclearing>::all(), |of: &Unclearing| {
        if query.asks_for(of.recorded_at, of.date) {
            let (clearing, account, date) = (of.clearing, of.account.clone(), of.date);
            found.push(ChangedClearing { clearing, account, date, undone: true });
        }
        Ok::<(), LedgerError>(())
    })?;
    found.sort_by(|a, b| (a.date, &a.account).cmp(&(b.date, &b.account)));
    Ok(found)
}

/// The entries that were recorded in time and are of these days. Their ids are in order of recording.
fn recorded(read: &mut impl Reading, query: &ChangeQuery) -> Result<Vec<Arc<Entry>>, LedgerError> {
    let range = Range::<Entry>::all().from(&query.first::<Entry>());
    let mut found = Vec::new();
    read.peek_each(&range, |entry: &Entry| {
        if query.asks_for(entry.recorded_at, entry.date) {
            found.push(Arc::new(entry.clone()));
        }
        Ok::<(), LedgerError>(())
    })?;
    Ok(found)
}

fn statements(
    locks: &Locks,
    entries: &[Arc<Entry>],
    balances: &[ChangedBalance],
) -> Vec<ChangedStatement> {
    let mut found: Vec<ChangedStatement> = Vec::new();
    let zero = Decimal::ZERO;
    for balance in balances.iter().filter(|balance| !is_closing(balance.period)) {
        let period = balance.period;
        if found.last().is_none_or(|last| last.period != period) {
            let mut of_period = entries.iter().filter(|entry| entry.period == period);
            let locked = locks.has_period(period) || of_period.any(|entry| locks.has(entry));
            found.push(ChangedStatement {
                period,
                assets: zero,
                liabilities: zero,
                equity: zero,
                result: zero,
                locked,
            });
        }
        let Some(statement) = found.last_mut() else { continue };
        let (debit, credit) = sides(balance);
        let (sum, change) = match balance.class {
            AccountClass::Asset => (&mut statement.assets, debit),
            AccountClass::Liability => (&mut statement.liabilities, credit),
            AccountClass::Equity => (&mut statement.equity, credit),
            AccountClass::Income | AccountClass::Expense => (&mut statement.result, credit),
        };
        *sum = sum.saturating_add(change);
    }
    found
}

/// The balance sheets of the ends of periods, and of the last day: what moved by then is in all of them.
fn sheets(locks: &Locks, through: NaiveDate, balances: &[ChangedBalance]) -> Vec<ChangedSheet> {
    let ordinary = locks.periods.values().filter(|period| period.is_ordinary());
    let mut days: Vec<(NaiveDate, PeriodKey)> = ordinary
        .filter(|period| period.start <= through)
        .map(|period| (period.end.min(through), period.period))
        .collect();
    days.sort_unstable();
    let sheet = |(date, period): (NaiveDate, PeriodKey)| {
        let locked = locks.has_period(period) || locks.has_day(date);
        // What is asked for is of the last day or earlier, so all of a period that begins by then counts.
        let by_then = |of: &PeriodKey| {
            locks
                .periods
                .get(of)
                .is_some_and(|of| of.end <= date || of.start <= date && date == through)
        };
        let balances = balances.iter().filter(|balance| by_then(&balance.period));
        ChangedSheet::of(period, date, locked, balances)
    };
    days.into_iter().map(sheet).filter(ChangedSheet::stands_otherwise).collect()
}

impl ChangedSheet {
    fn of<'b>(
        period: PeriodKey,
        date: NaiveDate,
        locked: bool,
        balances: impl Iterator<Item = &'b ChangedBalance>,
    ) -> ChangedSheet {
        let (assets, liabilities, equity) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        let accounts = BTreeMap::new();
        let mut sheet =
            ChangedSheet { period, date, assets, liabilities, equity, accounts, locked };
        // What closes a year moves results to equity, and no sheet.
        for balance in balances.filter(|balance| !is_closing(balance.period)) {
            let (debit, credit) = sides(balance);
            let (sum, change) = match balance.class {
                AccountClass::Asset => (&mut sheet.assets, debit),
                AccountClass::Liability => (&mut sheet.liabilities, credit),
                _ => (&mut sheet.equity, credit),
            };
            *sum = sum.saturating_add(change);
            if !balance.class.is_result() {
                let account = sheet.accounts.entry(balance.account.clone()).or_default();
                *account = account.saturating_add(debit);
            }
        }
        sheet.accounts.retain(|_, change| !change.is_zero());
        sheet
    }

    /// Whether an account does, or the result: that is in the equity, and none of its accounts.
    fn stands_otherwise(&self) -> bool {
        !self.accounts.is_empty() || !self.equity.is_zero()
    }
}

/// A change as debits less credits, and as credits less debits.
fn sides(balance: &ChangedBalance) -> (Decimal, Decimal) {
    (balance.ledger_change, Decimal::ZERO.saturating_sub(balance.ledger_change))
}

/// What is locked now, not only softly.
struct Locks {
    periods: BTreeMap<PeriodKey, Arc<Period>>,
    /// Through which day each journal is locked.
    journals: BTreeMap<SmolStr, NaiveDate>,
    /// Through which day all is.
    through: Option<NaiveDate>,
}

impl Locks {
    fn read(read: &mut impl Reading) -> Result<Locks, LedgerError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let periods = read.peek_scan(&Range::<Period>::all())?;
        let journals = read.peek_scan(&Range::<Journal>::all())?;
        let shut = |journal: &Arc<Journal>| {
            let through = journal.locked_through.max(journal.final_through)?;
            Some((journal.code.clone(), through))
        };
        Ok(Locks {
            periods: periods.into_iter().map(|period| (period.period, period)).collect(),
            journals: journals.iter().filter_map(shut).collect(),
            through: settings.locked_through.max(settings.final_through),
        })
    }

    fn has_period(&self, period: PeriodKey) -> bool {
        self.periods.get(&period).is_some_and(|period| {
            period.status >= PeriodStatus::Locked
                || period.closed == Some(true)
                || self.has_day(period.end)
        })
    }

    fn has_day(&self, date: NaiveDate) -> bool {
        self.through.is_some_and(|through| date <= through)
    }

    /// Whether an entry lies where none could be posted now.
    fn has(&self, entry: &Entry) -> bool {
        let of_journal = self.journals.get(&entry.journal);
        let period = self.periods.get(&entry.period);
        self.has_day(entry.date)
            || of_journal.is_some_and(|through| entry.date <= *through)
            || period.is_some_and(|of| of.status_for(&entry.journal) >= PeriodStatus::Locked)
    }
}

impl Changes {
    /// Whether nothing moved.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.clearings.is_empty()
    }

    /// Whether what a balance sheet moved by is what its period moved: that is told with the period.
    fn is_told(&self, sheet: &ChangedSheet) -> bool {
        let ChangedSheet { period, date, locked, .. } = *sheet;
        let balances = self.balances.iter().filter(|of| of.period == period);
        ChangedSheet::of(period, date, locked, balances) == *sheet
    }
}

impl Books<'_> {
    /// What late entries changed, as [`changes`].
    ///
    /// # Errors
    /// As [`changes`].
    pub fn changes(&self, query: &ChangeQuery) -> Result<Changes, LedgerError> {
        self.view(|view| changes(view, query))
    }
}
