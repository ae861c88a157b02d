//! What is known of allocations.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::{Range, Reading};
use smol_str::SmolStr;

use super::{AllocationRule, AllocationRun, StatisticalValue};
use crate::ledger::{LedgerError, PeriodKey, reversal_chains};

/// Every rule, by code.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn allocation_rules(read: &mut impl Reading) -> Result<Vec<Arc<AllocationRule>>, LedgerError> {
    Ok(read.peek_scan(&Range::<AllocationRule>::all())?)
}

/// Every run of a rule for a period, and whether it stands: at most one does. One that was reversed stands no more, until that
/// is reversed.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn allocation_runs(
    read: &mut impl Reading,
    code: &str,
    period: PeriodKey,
) -> Result<Vec<(Arc<AllocationRun>, bool)>, LedgerError> {
    let key = (SmolStr::new(code), period);
    let runs = read.peek_scan(&Range::<AllocationRun>::by_key(&key))?;
    let ids: Vec<_> = runs.iter().map(|run| run.entry).collect();
    let chains = reversal_chains(read, &ids)?;
    Ok(runs.into_iter().zip(chains).map(|(run, back)| (run, back.len() % 2 == 0)).collect())
}

/// What counts of a statistic in a period, by value: what was recorded in it, else the last before it that holds [until the next
/// one](super::RecordStatistics::until_next). Its [period](StatisticalValue::period) says of when it is.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn statistics(
    read: &mut impl Reading,
    statistic: &str,
    period: PeriodKey,
) -> Result<Vec<Arc<StatisticalValue>>, LedgerError> {
    let until = Range::<StatisticalValue>::by_key(&SmolStr::new(statistic)).through(&period);
    let mut counts: BTreeMap<SmolStr, Arc<StatisticalValue>> = BTreeMap::new();
    for row in read.peek_scan(&until)? {
        let row = match row.standing() {
            _ if row.period == period => row,
            Some(amount) if amount == row.amount => row,
            Some(amount) => Arc::new(StatisticalValue { amount, ..row.as_ref().clone() }),
            None => continue,
        };
        counts.insert(row.value.clone(), row); // in order of periods: the last one counts
    }
    Ok(counts.into_values().filter(|row| !row.amount.is_zero()).collect())
}
