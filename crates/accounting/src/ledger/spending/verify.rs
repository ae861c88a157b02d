//! Whether the sums of limits are those of the postings.

use std::collections::BTreeMap;

use fondaco_core::{Range, Reading};
use smol_str::SmolStr;

use super::history::{Sums, add};
use super::matching::Limits;
use super::{Spending, SpendingLimit};
use crate::ledger::{Account, LedgerError, Period, Posting, Settings};

/// The codes of limits with a sum that is not that of what counts.
pub(crate) fn verify(
    read: &mut impl Reading,
    settings: &Settings,
) -> Result<Vec<SmolStr>, LedgerError> {
    let limits = Limits::of(&read.peek_scan(&Range::<SpendingLimit>::all())?);
    let mut stored = Sums::new();
    read.peek_each(&Range::<Spending>::all(), |sums| {
        let key = (sums.code.clone(), sums.value.clone(), sums.window_start);
        *stored.entry(key).or_default() += i128::from(sums.spent.units());
        Ok::<(), LedgerError>(())
    })?;
    if limits.all().is_empty() && stored.is_empty() {
        return Ok(Vec::new());
    }
    let above = above_accounts(read)?;
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let mut sums = Sums::new();
    read.peek_each(&Range::<Posting>::all(), |posting| {
        let none = Vec::new();
        let above = above.get(&posting.account).unwrap_or(&none);
        let period = periods.iter().find(|period| period.period == posting.period);
        for (limit, _) in limits.matching(&posting.dimensions) {
            if let Some(period) = period.filter(|_| limit.covers(&posting.account, above)) {
                add(limit, posting, settings.currency, (period, &periods), &mut sums);
            }
        }
        Ok::<(), LedgerError>(())
    })?;
    for (key, sum) in sums {
        *stored.entry(key).or_default() -= sum;
    }
    let mut wrong: Vec<SmolStr> =
        stored.into_iter().filter(|(_, rest)| *rest != 0).map(|((code, ..), _)| code).collect();
    wrong.dedup();
    Ok(wrong)
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
