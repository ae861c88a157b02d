//! What cash was paid for: the other postings of the entries that move it.
//!
//! An entry balances in the ledger's currency, so what its postings on cash come to is what all its others come to, with the other
//! sign. Shown by the accounts of those others, that is the direct cash flow; transfers between cash accounts show nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Id, Range, Reading};

use super::cells::{Cells, is_known};
use super::columns::Plan;
use crate::ledger::{Entry, LedgerError, Period, Posting};

/// Puts what was paid on the plan's days into its places.
pub(super) fn fill(
    read: &mut impl Reading,
    plan: &Plan,
    periods: &[Arc<Period>],
    cash: &[usize],
    cells: &mut Cells,
) -> Result<(), LedgerError> {
    let first = plan.paid.iter().map(|(_, from, _)| *from).min();
    let last = plan.paid.iter().map(|(_, _, through)| *through).max();
    let Some((first, last)) = first.zip(last) else { return Ok(()) };
    let entries = moving_cash(read, periods, cash, cells, (first, last))?;
    let ranges: Vec<_> = entries.iter().map(Range::<Posting>::by_key).collect();
    read.peek_each_of(&ranges, |posting: &Posting| {
        if cells.account(&posting.account).is_some_and(|account| cash.contains(&account)) {
            return Ok(());
        }
        for (at, (known, from, through)) in plan.paid.iter().enumerate() {
            if (*from..=*through).contains(&posting.date) && is_known(posting, *known) {
                cells.add_posting(posting, plan.paid_place(at));
            }
        }
        Ok::<(), LedgerError>(())
    })
}

/// The entries with a posting on cash on some days.
pub(super) fn moving_cash(
    read: &mut impl Reading,
    periods: &[Arc<Period>],
    cash: &[usize],
    cells: &Cells,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<BTreeSet<Id<Entry>>, LedgerError> {
    let met = periods.iter().filter(|period| period.start <= last && first <= period.end);
    let codes = cash.iter().filter_map(|account| cells.accounts.get(*account));
    let codes: Vec<_> = codes.map(|account| account.code.clone()).collect();
    let ranges: Vec<_> = met
        .flat_map(|period| codes.iter().map(|code| (code.clone(), period.period)))
        .map(|place| Range::by(Posting::BY_ACCOUNT, &place).from(&first).through(&last))
        .collect();
    let mut entries = BTreeSet::new();
    read.peek_each_of(&ranges, |posting: &Posting| {
        entries.insert(posting.entry);
        Ok::<(), LedgerError>(())
    })?;
    Ok(entries)
}
