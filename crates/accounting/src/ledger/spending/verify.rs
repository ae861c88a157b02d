//! Whether the sums of limits are those of the postings.

use std::collections::BTreeMap;

use fondaco_core::{Range, Reading};
use smol_str::SmolStr;

use super::headings::Headings;
use super::history::{Counted, Held, Sums, add, still_held};
use super::matching::Limits;
use super::{Spending, SpendingLimit};
use crate::ledger::{
    Account, LedgerError, PendingEntry, PendingPosting, PendingSettled, Period, Posting, Settings,
    is_closing,
};

/// The codes of limits with a sum that is not that of what counts.
pub(crate) fn verify(
    read: &mut impl Reading,
    settings: &Settings,
) -> Result<Vec<SmolStr>, LedgerError> {
    let limits = Limits::of(&read.peek_scan(&Range::<SpendingLimit>::all())?);
    let mut stored = Sums::new();
    read.peek_each(&Range::<Spending>::all(), |sums| {
        let key = (sums.code.clone(), sums.value.clone(), sums.window_start);
        let (spent, held) = stored.entry(key).or_default();
        *spent += i128::from(sums.spent.units());
        *held += i128::from(sums.held.units());
        Ok::<(), LedgerError>(())
    })?;
    if limits.all().is_empty() && stored.is_empty() {
        return Ok(Vec::new());
    }
    let above = above_accounts(read)?;
    let headings = Headings::peek(read, limits.all())?;
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let mut sums = Sums::new();
    let mut count = |account: &SmolStr, counted: &Counted<'_>| {
        let none = Vec::new();
        let above = above.get(account).unwrap_or(&none);
        for (limit, _) in limits.matching(counted.dimensions) {
            if limit.covers(account, above) {
                add((limit, &headings), counted, settings.currency, &periods, &mut sums);
            }
        }
    };
    read.peek_each(&Range::<Posting>::all(), |posting| {
        if !is_closing(posting.period) {
            count(&posting.account, &Counted::posted(posting));
        }
        Ok::<(), LedgerError>(())
    })?;
    for (pending, line) in held(read)? {
        count(&line.account, &Counted::held(&pending, &line));
    }
    for (key, (spent, held)) in sums {
        let rest = stored.entry(key).or_default();
        *rest = (rest.0 - spent, rest.1 - held);
    }
    let mut wrong: Vec<SmolStr> = stored
        .into_iter()
        .filter(|(_, rest)| *rest != (0, 0))
        .map(|((code, ..), _)| code)
        .collect();
    wrong.dedup();
    Ok(wrong)
}

/// All that is pending.
fn held(read: &mut impl Reading) -> Result<Vec<Held>, LedgerError> {
    let lines = read.peek_scan(&Range::<PendingPosting>::all())?;
    let ids: Vec<_> = lines.iter().map(|line| line.pending).collect();
    let settled = read.peek_many::<PendingSettled>(&ids)?;
    let entries = read.peek_many::<PendingEntry>(&ids)?;
    Ok(still_held(lines, entries, &settled))
}

/// What each account stands under.
fn above_accounts(read: &mut impl Reading) -> Result<BTreeMap<SmolStr, Vec<SmolStr>>, LedgerError> {
    let accounts = read.peek_scan(&Range::<Account>::all())?;
    let parents: BTreeMap<&SmolStr, Option<&SmolStr>> =
        accounts.iter().map(|account| (&account.code, account.parent.as_ref())).collect();
    let above = |account: &SmolStr| {
        let mut above: Vec<SmolStr> = Vec::new();
        let mut next = parents.get(account).copied().flatten();
        while let Some(parent) = next.filter(|parent| !above.contains(parent)) {
            above.push(parent.clone());
            next = parents.get(parent).copied().flatten();
        }
        above
    };
    Ok(accounts.iter().map(|account| (account.code.clone(), above(&account.code))).collect())
}
