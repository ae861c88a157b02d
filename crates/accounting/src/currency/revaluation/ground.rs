//! What a run rests on: read with guards, before anything that is valued, so that who changes it meanwhile is in the run or
//! after it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Range, Tx};
use smol_str::SmolStr;

use super::closing::Closing;
use super::earlier::{Adjusted, adjusted};
use super::mark::monetary_accounts;
use super::prudence::is_long;
use super::value::{Valued, adjust, foreign, value};
use super::{MonetaryAccount, RevaluationRun, Revalue, Scope};
use crate::currency::PostingRates;
use crate::ledger::{
    Account, Clearing, LedgerError, Period, Posting, Unclearing, rested_reversal_chains,
};

/// What was valued in chunks before: by account, how often that had changed then, and at which rates.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) lines: BTreeMap<SmolStr, Vec<Valued>>,
    pub(super) marks: BTreeMap<SmolStr, i64>,
    pub(super) rates: BTreeMap<Currency, String>,
}

/// The ground of a run.
pub(super) struct Ground {
    closing: Closing,
    /// Which books are valued.
    scope: Scope,
    accounts: Vec<Arc<Account>>,
    adjusted: Adjusted,
    marks: BTreeMap<SmolStr, i64>,
}

impl Ground {
    pub(super) fn read(
        tx: &mut Tx<'_>,
        run: &Revalue,
        scope: Scope,
    ) -> Result<Ground, LedgerError> {
        // Of two runs at once the second begins anew, after the first; and of one who marks accounts meanwhile, the run does.
        rest_on_runs(tx, run.date)?;
        let mut closing = run.closing(tx, None, &scope)?;
        let accounts = monetary_accounts(tx)?;
        let codes: Vec<_> = accounts.iter().map(|account| account.code.clone()).collect();
        tx.get_many::<Account>(&codes)?;
        let marks = marks(tx, &codes, run.date)?;
        let adjusted = adjusted(tx, closing.at, &scope)?;
        rest_on_rates(tx, (&codes, &scope), &mut closing)?;
        Ok(Ground { closing, scope, accounts, adjusted, marks })
    }

    /// Every account in each of its currencies: as it is known, where nothing changed since.
    pub(super) fn value(
        self,
        tx: &mut Tx<'_>,
        known: &Known,
    ) -> Result<(Vec<Valued>, Closing), LedgerError> {
        let Ground { mut closing, scope, accounts, adjusted, marks } = self;
        let said: BTreeMap<Currency, String> = closing.said().collect();
        let stale = |line: &Valued| {
            known
                .rates
                .get(&line.currency)
                .is_some_and(|rate| said.get(&line.currency) != Some(rate))
        };
        let read = &mut scope.books(tx)?;
        let mut lines = Vec::new();
        for account in accounts {
            let code = &account.code;
            let told = known.lines.get(code).map(Vec::as_slice).unwrap_or_default();
            let as_it_was = known.marks.get(code).is_some_and(|mark| marks.get(code) == Some(mark));
            let as_it_was = as_it_was && told.iter().all(|line| line.long == is_long(&account));
            let valued = match as_it_was && !told.iter().any(stale) {
                true => told.to_vec(),
                false => value(read, &account, &mut closing)?,
            };
            lines.extend(adjust(code, valued, &adjusted)?);
        }
        Ok((lines, closing))
    }
}

/// On which accounts are monetary, and on the runs by the day and what became of them.
pub(super) fn rest_on_runs(tx: &mut Tx<'_>, date: NaiveDate) -> Result<(), LedgerError> {
    tx.scan(&Range::<MonetaryAccount>::all())?;
    let runs = tx.scan(&Range::<RevaluationRun>::all())?;
    let runs: Vec<_> = runs.iter().filter(|run| run.date <= date).map(|run| run.entry).collect();
    rested_reversal_chains(tx, &runs)?;
    Ok(())
}

/// How often what an account is valued by had changed: its postings by the day, and what was cleared of it and undone.
pub(super) fn mark(
    tx: &mut Tx<'_>,
    account: &SmolStr,
    date: NaiveDate,
) -> Result<i64, LedgerError> {
    let of_one = marks(tx, std::slice::from_ref(account), date)?;
    Ok(of_one.get(account).copied().unwrap_or_default())
}

/// The same of many; the decision rests on it.
fn marks(
    tx: &mut Tx<'_>,
    accounts: &[SmolStr],
    date: NaiveDate,
) -> Result<BTreeMap<SmolStr, i64>, LedgerError> {
    let periods = tx.scan(&Range::<Period>::all())?;
    let begun: Vec<_> = periods.iter().filter(|period| period.start <= date).collect();
    let postings = |account: &SmolStr| {
        let range = |period: &&Arc<Period>| {
            Range::by(Posting::BY_ACCOUNT, &(account.clone(), period.period))
        };
        begun.iter().map(range).collect::<Vec<_>>()
    };
    let clearings = |account: &SmolStr| [Range::by(Clearing::BY_ACCOUNT, account)];
    let undoings = |account: &SmolStr| [Range::by(Unclearing::BY_ACCOUNT, account)];
    // All of them first, each table in one trip.
    tx.changes(&accounts.iter().flat_map(postings).collect::<Vec<_>>())?;
    tx.changes(&accounts.iter().flat_map(clearings).collect::<Vec<_>>())?;
    tx.changes(&accounts.iter().flat_map(undoings).collect::<Vec<_>>())?;
    let mut marks = BTreeMap::new();
    for account in accounts {
        let cleared = tx.changes(&clearings(account))? + tx.changes(&undoings(account))?;
        marks.insert(account.clone(), tx.changes(&postings(account))? + cleared);
    }
    Ok(marks)
}

/// The rates of all currencies in which the accounts may hold something.
fn rest_on_rates(
    tx: &mut Tx<'_>,
    (accounts, scope): (&[SmolStr], &Scope),
    closing: &mut Closing,
) -> Result<(), LedgerError> {
    let (mut currencies, own) = (Vec::new(), closing.ledger);
    for account in accounts {
        currencies.extend(foreign(&mut scope.books(tx)?, account, own)?.0);
    }
    currencies.sort_unstable();
    currencies.dedup();
    let rates = PostingRates::of(tx, closing.source(), &currencies, closing.ledger)?;
    let Some(rates) = rates.filter(|_| !currencies.is_empty()) else { return Ok(()) };
    for currency in currencies {
        if let Some(found) = rates.find(currency, closing.ledger, closing.at.date)? {
            closing.take(found);
        }
    }
    Ok(())
}
