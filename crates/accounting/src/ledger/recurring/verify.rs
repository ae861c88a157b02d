//! Whether recurring entries stand as what became of their occurrences says.

use std::collections::BTreeMap;

use fondaco_core::due::DueItem;
use fondaco_core::{Range, Reading};
use smol_str::SmolStr;

use super::plan::Plan;
use super::{Occurrence, RECURRING, Recurring, RecurringStatus};
use crate::ledger::{Entry, LedgerError};

/// The codes of those whose next occurrence, count or place on the due queue does not follow from the facts.
pub(crate) fn verify(read: &mut impl Reading) -> Result<Vec<SmolStr>, LedgerError> {
    let mut posted: BTreeMap<SmolStr, Vec<_>> = BTreeMap::new();
    read.peek_each(&Range::<Occurrence>::all(), |occurrence| {
        posted.entry(occurrence.code.clone()).or_default().extend(occurrence.entry);
        Ok::<(), LedgerError>(())
    })?;
    let mut found = Vec::new();
    for recurring in read.peek_scan(&Range::<Recurring>::all())? {
        let entries = posted.remove(&recurring.code).unwrap_or_default();
        if !stands(read, &recurring, &entries)? {
            found.push(recurring.code.clone());
        }
    }
    found.extend(posted.into_keys());
    Ok(found)
}

fn stands(
    read: &mut impl Reading,
    recurring: &Recurring,
    entries: &[fondaco_core::Id<Entry>],
) -> Result<bool, LedgerError> {
    let all_there = read.peek_many::<Entry>(entries)?.iter().all(Option::is_some);
    let code = &recurring.code;
    let next = Plan::peek(read, code)?.first_open(recurring.done_until, |date| {
        Ok(read.peek::<Occurrence>(&(code.clone(), date))?.is_some())
    })?;
    let item = read.peek::<DueItem>(&(RECURRING.into(), code.clone()))?;
    Ok(all_there
        && entries.len() == recurring.posted as usize
        && next == recurring.next
        && item.is_some() == (recurring.status == RecurringStatus::Active)
        && next.is_some() == (recurring.status != RecurringStatus::Ended))
}
