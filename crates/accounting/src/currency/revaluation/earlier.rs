//! Earlier runs: what of them stands on the day that is valued.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Id, Range, Reading, Timestamp};
use smol_str::SmolStr;

use super::{RevaluationLine, RevaluationPart, RevaluationRun, Scope};
use crate::currency::ExchangeError;
use crate::ledger::{Entry, LedgerError, planned_reversals, reversal_chains, was_known};

/// What runs left of an account in a currency: on adjustment accounts in its stead, or on itself.
#[derive(Debug, Default)]
pub(super) struct Adjustment {
    pub(super) units: i128,
    /// What of it is of which dimensions, by their JSON.
    pub(super) parts: BTreeMap<SmolStr, i128>,
}

/// The same of all accounts and currencies.
pub(super) type Adjusted = BTreeMap<(SmolStr, Currency), Adjustment>;

/// The day that is valued, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) date: NaiveDate,
    pub(super) known_at: Option<Timestamp>,
}

impl Moment {
    /// Whether something with such an id was recorded by then.
    pub(super) fn knows<T>(&self, id: Id<T>) -> bool {
        self.known_at.is_none_or(|time| was_known(id.timestamp(), time))
    }
}

/// What earlier runs left on adjustment accounts by the end of the day. A run whose reversal is due by then and did not come
/// yet refuses: its reversal would move what is valued now. Runs of other ledgers don't count.
pub(super) fn adjusted(
    read: &mut impl Reading,
    at: Moment,
    scope: &Scope,
) -> Result<Adjusted, LedgerError> {
    left_by_runs(read, at, scope, |line| line.adjustment.is_some())
}

/// What earlier runs left on the valued accounts themselves by the end of the day.
pub(super) fn in_books_of(
    read: &mut impl Reading,
    at: Moment,
    scope: &Scope,
) -> Result<Adjusted, LedgerError> {
    left_by_runs(read, at, scope, |line| line.adjustment.is_none())
}

fn left_by_runs(
    read: &mut impl Reading,
    at: Moment,
    scope: &Scope,
    counts: impl Fn(&RevaluationLine) -> bool,
) -> Result<Adjusted, LedgerError> {
    let mut adjusted = Adjusted::new();
    for run in standing(read, at, scope)? {
        let lines = read.peek_scan(&Range::<RevaluationLine>::by_key(&run.entry))?;
        for line in lines.iter().filter(|line| counts(line)) {
            let moved = i128::from(line.worth.units()) - i128::from(line.before.units());
            let sum = adjusted.entry((line.account.clone(), line.currency)).or_default();
            sum.units += moved;
            let key = (run.entry, line.account.clone(), line.currency);
            let mut rest = moved;
            for part in read.peek_scan(&Range::<RevaluationPart>::by_key(&key))? {
                let units = i128::from(part.difference.units());
                *sum.parts.entry(part.dimensions.clone()).or_default() += units;
                rest -= units;
            }
            *sum.parts.entry(SmolStr::default()).or_default() += rest;
        }
    }
    Ok(adjusted)
}

/// The runs whose entries are in the books at the end of the day.
pub(super) fn standing(
    read: &mut impl Reading,
    at: Moment,
    scope: &Scope,
) -> Result<Vec<Arc<RevaluationRun>>, LedgerError> {
    let mut runs = read.peek_scan(&Range::<RevaluationRun>::all().through(&at.date))?;
    runs.retain(|run| at.knows(run.entry) && scope.has(run));
    let ids: Vec<_> = runs.iter().map(|run| run.entry).collect();
    let chains = reversal_chains(read, &ids)?;
    let links: Vec<_> = chains.iter().flatten().copied().collect();
    let entries = read.peek_many::<Entry>(&links)?;
    let dates: BTreeMap<Id<Entry>, NaiveDate> =
        entries.iter().flatten().map(|entry| (entry.id, entry.date)).collect();
    let in_books =
        |by: &&Id<Entry>| at.knows(**by) && dates.get(*by).is_some_and(|date| *date <= at.date);
    let planned = planned_reversals(read)?;
    let mut stand = Vec::new();
    for (run, chain) in runs.into_iter().zip(chains) {
        // Each reversal is of its entry's day or a later one, so those that are in the books come first.
        let back = chain.iter().take_while(in_books);
        if back.clone().count() % 2 == 1 {
            continue;
        }
        let entry = back.last().copied().unwrap_or(run.entry);
        let due = |on: NaiveDate| on <= at.date && at.known_at.is_none();
        if let Some(plan) = planned.iter().find(|plan| plan.entry == entry && due(plan.on)) {
            let (date, of, on) = (at.date, run.date, plan.on);
            return Err(ExchangeError::NotReversed { date, of, entry, on }.into());
        }
        stand.push(run);
    }
    Ok(stand)
}
