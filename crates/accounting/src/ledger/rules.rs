//! What entries are judged by: settings, accounts, journals and periods, each read once for a whole batch.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use foldhash::fast::RandomState;
use fondaco_core::{Currency, DateRange, Halt, Range, Tx};
use smol_str::SmolStr;

use super::{
    Account, Journal, LedgerError, NewEntry, Period, PeriodStatus, Settings, account, period,
};

pub(crate) type Map<K, V> = HashMap<K, V, RandomState>;

/// What an account allows: all that every posting asks of it, small and side by side.
#[derive(Clone, Copy)]
pub(crate) struct AccountRule {
    pub(crate) heading: bool,
    pub(crate) currency: Option<Currency>,
    opens: Option<NaiveDate>,
    closes: Option<NaiveDate>,
}

impl AccountRule {
    fn of(account: &Account) -> AccountRule {
        let Account { heading, currency, opens, closes, .. } = *account;
        AccountRule { heading, currency, opens, closes }
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
    codes: Vec<SmolStr>,
    accounts: Vec<Option<AccountRule>>,
    journals: Map<SmolStr, Arc<Journal>>,
    periods: Vec<Arc<Period>>,
}

impl Rules {
    /// Reads what `entries` name; the decision rests on all of it. With them, for each posting in order, the place of
    /// its account.
    pub(crate) fn read(
        tx: &mut Tx<'_>,
        entries: &[NewEntry],
    ) -> Result<(Rules, Vec<u32>), LedgerError> {
        let mut known: Map<&SmolStr, u32> = Map::default();
        let count = entries.iter().map(|entry| entry.postings.len()).sum();
        let (mut codes, mut places) = (Vec::new(), Vec::with_capacity(count));
        for posting in entries.iter().flat_map(|entry| &entry.postings) {
            let place = *known.entry(&posting.account).or_insert_with(|| {
                codes.push(posting.account.clone());
                codes.len() as u32 - 1
            });
            places.push(place);
        }
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let accounts = read_accounts(tx, &codes)?;
        let journals = read_journals(tx, entries)?;
        let mut periods = tx.scan(&Range::<Period>::all())?;
        periods.sort_by_key(|period| period.start);
        let currency = settings.currency;
        Ok((Rules { currency, codes, accounts, journals, periods }, places))
    }

    /// What the account at a place, which has this code, allows.
    pub(crate) fn account(&self, place: u32, code: &SmolStr) -> Result<&AccountRule, LedgerError> {
        let rule = self.accounts.get(place as usize).and_then(Option::as_ref);
        rule.ok_or_else(|| LedgerError::UnknownAccount { code: code.clone() })
    }

    /// The code of the account at a place.
    pub(crate) fn code(&self, place: u32) -> Option<&SmolStr> {
        self.codes.get(place as usize)
    }

    pub(crate) fn journal(&self, code: &SmolStr) -> Result<&Journal, LedgerError> {
        let journal = self.journals.get(code);
        journal.map(Arc::as_ref).ok_or_else(|| LedgerError::UnknownJournal { code: code.clone() })
    }

    /// The open period that holds `date`.
    pub(crate) fn open_period(&self, date: NaiveDate) -> Result<&Period, LedgerError> {
        let after = self.periods.partition_point(|period| period.start <= date);
        let period = after
            .checked_sub(1)
            .and_then(|at| self.periods.get(at))
            .filter(|period| date <= period.end);
        let period = period.ok_or(LedgerError::NoPeriod { date })?;
        match period.status {
            PeriodStatus::Open => Ok(period),
            PeriodStatus::Locked => {
                Err(LedgerError::PeriodLocked { period: period::label(period.period) })
            }
        }
    }
}

/// The rules of all accounts by code, kept between large batches.
struct Chart(Map<SmolStr, AccountRule>);

/// From so many accounts on a batch is worth reading the whole chart for, if it has less than a few times as many.
const LARGE: usize = 64;

/// What the accounts with these codes allow: small batches read each, large ones the whole chart, once.
fn read_accounts(tx: &mut Tx<'_>, codes: &[SmolStr]) -> Result<Vec<Option<AccountRule>>, Halt> {
    let worth = |last: Option<&Chart>| {
        codes.len() >= LARGE && last.is_none_or(|Chart(last)| last.len() <= codes.len() * 8)
    };
    let build = |accounts: &[Arc<Account>]| {
        let rule = |account: &Arc<Account>| (account.code.clone(), AccountRule::of(account));
        Chart(accounts.iter().map(rule).collect())
    };
    if let Some(Chart(chart)) = tx.compiled::<Account, Chart>(worth, build)?.as_deref() {
        return Ok(codes.iter().map(|code| chart.get(code).copied()).collect());
    }
    let accounts = tx.get_many::<Account>(codes)?;
    Ok(accounts.iter().map(|account| account.as_deref().map(AccountRule::of)).collect())
}

fn read_journals(
    tx: &mut Tx<'_>,
    entries: &[NewEntry],
) -> Result<Map<SmolStr, Arc<Journal>>, LedgerError> {
    let mut codes: Vec<SmolStr> = Vec::new();
    for entry in entries {
        // Entries of one journal mostly follow one another, and there are few journals.
        if !codes.contains(&entry.journal) {
            codes.push(entry.journal.clone());
        }
    }
    let journals = tx.get_many::<Journal>(&codes)?;
    Ok(codes
        .into_iter()
        .zip(journals)
        .filter_map(|(code, journal)| Some((code, journal?)))
        .collect())
}
