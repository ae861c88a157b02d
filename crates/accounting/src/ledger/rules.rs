//! What entries are judged by: settings, accounts, journals and periods, each read once for a whole batch.

use std::borrow::Borrow;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::map::HashMap;
use fondaco_core::store::KeyTable;
use fondaco_core::{Currency, DateRange, Halt, Needs, Range, Tx};
use smol_str::SmolStr;

use crate::close::{CloseError, Locks, check_period};
use crate::currency::{FoundRate, PostingRates};
use crate::dimensions::DimensionRules;

use super::gate::Gate;
use super::{
    Account, Journal, LedgerError, NewEntry, Period, PeriodKey, PeriodStatus, Settings, account,
};

pub(crate) type Map<K, V> = HashMap<K, V>;

/// What an account allows: all that every posting asks of it, small and side by side.
pub(crate) struct AccountRule {
    pub(crate) heading: bool,
    pub(crate) currency: Option<Currency>,
    /// The engine that alone may post.
    pub(crate) control: Option<Box<SmolStr>>,
    /// Whether its postings are items.
    open_items: bool,
    /// Whether its totals are kept, under which limit, and whether it is closed.
    pub(crate) gate: Gate,
    opens: Option<NaiveDate>,
    closes: Option<NaiveDate>,
}

impl AccountRule {
    fn of(account: &Account) -> AccountRule {
        let Account { heading, currency, opens, closes, .. } = *account;
        let control = account.control.clone().map(Box::new);
        let (open_items, gate) = (account.open_items.is_some(), Gate::of(account));
        AccountRule { heading, currency, control, open_items, gate, opens, closes }
    }

    /// Whether it can be posted to on `date`; else the days on which it can.
    pub(crate) fn is_open(&self, date: NaiveDate) -> Result<(), DateRange> {
        let early = self.opens.is_some_and(|opens| date < opens);
        if early || self.closes.is_some_and(|closes| closes < date) {
            return Err(account::open_days(self.opens, self.closes));
        }
        Ok(())
    }
}

/// Everything that a batch of entries names.
pub(crate) struct Rules {
    pub(crate) currency: Currency,
    pub(crate) chart: Arc<Chart>,
    /// The engine in whose name is posted.
    pub(crate) engine: Option<&'static str>,
    /// Whether there are spending limits.
    pub(crate) spending_limits: bool,
    /// Whether balances are asserted.
    pub(crate) assertions: bool,
    /// What postings must say of dimensions, where any is defined.
    pub(crate) dimensions: Option<DimensionRules>,
    journals: Map<SmolStr, Arc<Journal>>,
    /// Read only when a posting needs one.
    rates: Option<PostingRates>,
    periods: Vec<Arc<Period>>,
    /// The days through which the ledger is locked.
    locks: Locks,
    /// Whether a journal is locked through some day: else none is asked.
    journal_locks: bool,
    /// Whether a journal belongs to one ledger alone: else none is asked.
    parallel: bool,
    /// The period of closing entries in which all entries lie, where they close a year or reopen it.
    pub(crate) closes: Option<PeriodKey>,
    /// Whether an entry is reversed, which may be on its own sides: then amounts may be negative.
    pub(crate) reverses: bool,
    /// The day whose rates on record count, where that is not the entry's.
    pub(crate) valued_on: Option<NaiveDate>,
}

impl Rules {
    /// Reads what `entries` name; the decision rests on all of it.
    pub(crate) fn read<E: Borrow<NewEntry>>(
        tx: &mut Tx<'_>,
        entries: &[E],
    ) -> Result<Rules, LedgerError> {
        tx.need_all(needs(entries)?)?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let chart = Chart::read(tx, entries)?;
        let journals = read_journals(tx, entries)?;
        let rates = read_rates(tx, entries, settings.currency)?;
        let mut periods = tx.scan(&Range::<Period>::all())?;
        periods.sort_by_key(|period| period.start);
        let (currency, engine) = (settings.currency, tx.engine());
        let spending_limits = settings.has_spending_limits();
        let dimensions =
            settings.dimensions.map(|uses| DimensionRules::read(tx, uses)).transpose()?;
        let locks = Locks::of_ledger(&settings);
        let journal_locks = journals.values().any(|journal| !Locks::of_journal(journal).is_none());
        let parallel = journals.values().any(|journal| journal.ledger.is_some());
        Ok(Rules {
            currency,
            chart,
            engine,
            spending_limits,
            assertions: settings.assertions.unwrap_or(false),
            dimensions,
            journals,
            rates,
            periods,
            locks,
            journal_locks,
            parallel,
            closes: None,
            reverses: false,
            valued_on: None,
        })
    }

    pub(crate) fn journal(&self, code: &SmolStr) -> Result<&Journal, LedgerError> {
        let journal = self.journals.get(code);
        journal.map(Arc::as_ref).ok_or_else(|| LedgerError::UnknownJournal { code: code.clone() })
    }

    /// The parallel ledger to which what is posted in a journal belongs alone.
    pub(crate) fn ledger(&self, journal: &SmolStr) -> Option<&SmolStr> {
        let journal = if self.parallel { self.journals.get(journal) } else { None };
        journal.and_then(|journal| journal.ledger.as_ref())
    }

    /// The rate on record of a currency in the ledger's, on a day.
    pub(crate) fn rate(
        &self,
        currency: Currency,
        date: NaiveDate,
    ) -> Result<Option<FoundRate>, Halt> {
        self.rates.as_ref().map_or(Ok(None), |rates| rates.find(currency, self.currency, date))
    }

    /// The day whose rates count for an entry.
    pub(crate) fn rate_day(&self, entry: &NewEntry) -> NaiveDate {
        self.valued_on.unwrap_or(entry.date)
    }

    /// All periods, in order of their days.
    pub(crate) fn periods(&self) -> &[Arc<Period>] {
        &self.periods
    }

    /// The period of an entry, which takes it: it is open, or locked softly.
    pub(crate) fn period_for(&self, entry: &NewEntry) -> Result<&Period, LedgerError> {
        if let Some(key) = self.closes {
            return self.special(|period| period.period == key, entry.date);
        }
        let period = match entry.adjustment() {
            None => self.period_on(entry.date)?,
            Some(number) => {
                let found = self.special(
                    |period| period.number == number && period.end == entry.date,
                    entry.date,
                );
                found.map_err(|_| CloseError::NoAdjustmentPeriod { number, date: entry.date })?
            }
        };
        self.status(period, entry.date, Some(&entry.journal))?;
        Ok(period)
    }

    /// The ordinary period that holds `date` and is not locked, at most softly.
    pub(crate) fn open_period(&self, date: NaiveDate) -> Result<&Period, LedgerError> {
        let period = self.period_on(date)?;
        self.status(period, date, None)?;
        Ok(period)
    }

    /// Whether entries of this day, and of this journal, may lie in a period: at most it is locked softly.
    pub(crate) fn status(
        &self,
        period: &Period,
        date: NaiveDate,
        journal: Option<&SmolStr>,
    ) -> Result<PeriodStatus, LedgerError> {
        if self.closes.is_some() {
            return Ok(PeriodStatus::Open);
        }
        if period.closed == Some(true) {
            return Err(CloseError::YearClosed { year: period.fiscal_year, date }.into());
        }
        let mut status = check_period(period, journal)?.max(self.locks.check(date, None)?);
        if let Some(code) = journal.filter(|_| self.journal_locks)
            && let Some(journal) = self.journals.get(code)
        {
            status = status.max(Locks::of_journal(journal).check(date, Some(code))?);
        }
        Ok(status)
    }

    /// The ordinary period that holds `date`.
    fn period_on(&self, date: NaiveDate) -> Result<&Period, LedgerError> {
        let after = self.periods.partition_point(|period| period.start <= date);
        let started = self.periods.get(..after).unwrap_or_default();
        let last = started.iter().rev().find(|period| period.is_ordinary());
        let period = last.filter(|period| date <= period.end);
        period.map(Arc::as_ref).ok_or(LedgerError::NoPeriod { date })
    }

    fn special(
        &self,
        mut wanted: impl FnMut(&Period) -> bool,
        date: NaiveDate,
    ) -> Result<&Period, LedgerError> {
        let mut special = self.periods.iter().filter(|period| !period.is_ordinary());
        let found = special.find(|period| wanted(period)).map(Arc::as_ref);
        found.ok_or(LedgerError::NoPeriod { date })
    }
}

/// The place of an account among those of a chart, in order of their codes.
pub(crate) type AccountPlace = u32;

/// The rules of accounts: all that there are, kept between large batches, or those that a small batch names.
#[derive(Default)]
pub(crate) struct Chart {
    /// Places by the codes that stand there.
    places: KeyTable,
    rules: Vec<AccountRule>,
    codes: Vec<SmolStr>,
    /// What each stands under: apart, for only limited rights ask for it.
    parents: Vec<Option<SmolStr>>,
    /// Whether each is of income or expense: for limited rights too.
    of_result: Vec<bool>,
    /// Whether any of them is kept by open items.
    pub(crate) keeps_items: bool,
    /// Whether any has a gate: else no posting is asked for one.
    gated: bool,
}

/// From so many postings on a batch may read the whole chart.
const LARGE: usize = 64;
/// A chart is read for a batch when it has at most so many accounts for each posting.
const ACCOUNTS_PER_POSTING: u64 = 8;

impl Chart {
    /// Small batches read each account, large ones the whole chart, once.
    fn read<E: Borrow<NewEntry>>(tx: &mut Tx<'_>, entries: &[E]) -> Result<Arc<Chart>, Halt> {
        let postings = postings(entries);
        let worth = |accounts| accounts <= postings as u64 * ACCOUNTS_PER_POSTING;
        if postings >= LARGE
            && let Some(chart) = tx.compiled::<Account, Chart>(worth, Chart::of)?
            && worth(chart.rules.len() as u64)
        {
            return Ok(chart); // one kept for a larger batch would cost this one a pass over all its accounts
        }
        let accounts = tx.get_many::<Account>(&account_codes(entries))?;
        let accounts: Vec<_> = accounts.into_iter().flatten().collect();
        Ok(Arc::new(Chart::of(&accounts)))
    }

    /// The chart of accounts that are in order of their codes.
    fn of(accounts: &[Arc<Account>]) -> Chart {
        let mut places = KeyTable::default();
        places.reserve(accounts.len());
        for (account, place) in accounts.iter().zip(0..) {
            places.insert(places.tag(account.code.as_bytes()), place);
        }
        let rules = accounts.iter().map(|account| AccountRule::of(account)).collect();
        let codes = accounts.iter().map(|account| account.code.clone()).collect();
        let parents = accounts.iter().map(|account| account.parent.clone()).collect();
        let keeps_items = accounts.iter().any(|account| account.open_items.is_some());
        let gated = accounts.iter().any(|account| !Gate::of(account).is_none());
        let of_result = accounts.iter().map(|account| account.class.is_result()).collect();
        Chart { places, rules, codes, parents, of_result, keeps_items, gated }
    }

    /// Whether the totals of any account are kept, or any is closed.
    pub(crate) fn is_gated(&self) -> bool {
        self.gated
    }

    /// The gate of the account at a place.
    pub(crate) fn gate(&self, place: AccountPlace) -> Gate {
        self.rules.get(place as usize).map_or(Gate::default(), |rule| rule.gate)
    }

    /// Where the account with this code stands, and what it allows.
    pub(crate) fn account(
        &self,
        code: &SmolStr,
    ) -> Result<(AccountPlace, &AccountRule), LedgerError> {
        let found =
            self.place(code).and_then(|place| Some((place, self.rules.get(place as usize)?)));
        found.ok_or_else(|| LedgerError::UnknownAccount { code: code.clone() })
    }

    fn place(&self, code: &SmolStr) -> Option<AccountPlace> {
        let tag = self.places.tag(code.as_bytes());
        self.places.find(tag, |place| self.codes.get(place as usize) == Some(code))
    }

    /// Looks at the rules of accounts that entries name before any of them is judged: the rules of a large chart lie apart, and
    /// are fetched from memory beside each other, not one after another.
    pub(crate) fn look_ahead(&self, entries: &[NewEntry]) {
        let codes: Vec<&[u8]> = entries
            .iter()
            .flat_map(|entry| &entry.postings)
            .map(|posting| posting.account.as_bytes())
            .collect();
        let is = |place: u32, code: &[u8]| {
            self.codes.get(place as usize).is_some_and(|known| known.as_bytes() == code)
        };
        let places = self.places.find_all(codes.iter().copied(), is);
        let rules = places.into_iter().flatten().filter_map(|at| self.rules.get(at as usize));
        std::hint::black_box(rules.filter(|rule| rule.heading).count());
    }

    /// Whether the postings of the account at this place are items.
    pub(crate) fn is_kept_by_items(&self, place: AccountPlace) -> bool {
        self.rules.get(place as usize).is_some_and(|rule| rule.open_items)
    }

    /// What the account with this code stands under, if anything; `None` where the account is not in this chart.
    pub(crate) fn parent(&self, code: &SmolStr) -> Option<Option<&SmolStr>> {
        self.parent_at(self.place(code)?)
    }

    /// What the account at a place stands under, if anything.
    pub(crate) fn parent_at(&self, place: AccountPlace) -> Option<Option<&SmolStr>> {
        self.parents.get(place as usize).map(Option::as_ref)
    }

    /// Whether the account with this code is of income or expense; `None` where it is not in this chart.
    pub(crate) fn is_of_result(&self, code: &SmolStr) -> Option<bool> {
        self.of_result.get(self.place(code)? as usize).copied()
    }

    /// The codes of the accounts, by their places.
    pub(crate) fn codes(&self) -> impl ExactSizeIterator<Item = &SmolStr> {
        self.codes.iter()
    }
}

/// All that is read for `entries` whatever they are: one trip, and no more for most.
fn needs<E: Borrow<NewEntry>>(entries: &[E]) -> Result<Needs, Halt> {
    let needs = Needs::new()
        .rows::<Settings>(&[Settings::key()])
        .rows::<Journal>(&journal_codes(entries))
        .range(&Range::<Period>::all())?;
    match postings(entries) >= LARGE {
        true => needs.guard_of_all::<Account>(),
        false => Ok(needs.rows::<Account>(&account_codes(entries))),
    }
}

fn postings<E: Borrow<NewEntry>>(entries: &[E]) -> usize {
    entries.iter().map(|entry| entry.borrow().postings.len()).sum()
}

fn account_codes<E: Borrow<NewEntry>>(entries: &[E]) -> Vec<SmolStr> {
    let named = entries.iter().flat_map(|entry| &entry.borrow().postings);
    let mut codes: Vec<SmolStr> = named.map(|posting| posting.account.clone()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

fn journal_codes<E: Borrow<NewEntry>>(entries: &[E]) -> Vec<SmolStr> {
    let mut codes: Vec<SmolStr> = Vec::new();
    for entry in entries.iter().map(Borrow::borrow) {
        // Entries of one journal mostly follow one another, and there are few journals.
        if !codes.contains(&entry.journal) {
            codes.push(entry.journal.clone());
        }
    }
    codes
}

/// The rates of the currencies in which a posting gives neither its worth nor a rate.
fn read_rates<E: Borrow<NewEntry>>(
    tx: &mut Tx<'_>,
    entries: &[E],
    ledger: Currency,
) -> Result<Option<PostingRates>, Halt> {
    let postings = entries.iter().flat_map(|entry| &entry.borrow().postings);
    let open = postings.filter(|posting| posting.needs_rate(ledger));
    let mut currencies: Vec<Currency> = open.map(|posting| posting.amount.currency()).collect();
    currencies.sort_unstable();
    currencies.dedup();
    if currencies.is_empty() { Ok(None) } else { PostingRates::read(tx, &currencies, ledger) }
}

fn read_journals<E: Borrow<NewEntry>>(
    tx: &mut Tx<'_>,
    entries: &[E],
) -> Result<Map<SmolStr, Arc<Journal>>, LedgerError> {
    let codes = journal_codes(entries);
    let journals = tx.get_many::<Journal>(&codes)?;
    Ok(codes
        .into_iter()
        .zip(journals)
        .filter_map(|(code, journal)| Some((code, journal?)))
        .collect())
}
