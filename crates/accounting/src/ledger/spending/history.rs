//! What was posted before: counted when a limit is set, when its days change, and when an account comes under another heading.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, DateRange, Range, Tx};
use smol_str::SmolStr;

use super::matching::{Limits, Line};
use super::{Spending, SpendingLimit};
use crate::ledger::{Account, Amount, LedgerError, Period, Posting, Settings};

/// Sums by limit, value and first day of the window.
pub(crate) type Sums = BTreeMap<(SmolStr, SmolStr, NaiveDate), i128>;

/// Adds to the sums of a limit what was posted on these days, or takes it away.
pub(super) fn recount(
    tx: &mut Tx<'_>,
    limit: &SpendingLimit,
    days: DateRange,
    sign: i128,
) -> Result<(), LedgerError> {
    let accounts = accounts(tx, limit.account.as_ref())?;
    let mut sums = Sums::new();
    count(tx, std::slice::from_ref(limit), &accounts, days, &mut sums)?;
    stage(tx, sums, sign)
}

/// Takes what was posted to an account, and to all under it, away from the limits of where it stood, and adds it to those of
/// where it stands now.
pub(crate) fn recount_moved(
    tx: &mut Tx<'_>,
    account: &SmolStr,
    stood_under: &[SmolStr],
    stands_under: &[SmolStr],
) -> Result<(), LedgerError> {
    let settings = tx.get::<Settings>(&Settings::key())?;
    if !settings.is_some_and(|settings| settings.has_spending_limits()) {
        return Ok(());
    }
    let limits = Limits::read(tx)?;
    let accounts = accounts(tx, Some(account))?;
    for (left, come_to, sign) in [(stood_under, stands_under, -1), (stands_under, stood_under, 1)] {
        let changes = |code: &SmolStr| left.contains(code) && !come_to.contains(code);
        for limit in limits.all().iter().filter(|limit| limit.account.as_ref().is_some_and(changes))
        {
            let mut sums = Sums::new();
            count(tx, std::slice::from_ref(limit), &accounts, DateRange::always(), &mut sums)?;
            stage(tx, sums, sign)?;
        }
    }
    Ok(())
}

/// The accounts with postings at or under `top`, or all. The decision rests on the chart.
fn accounts(tx: &mut Tx<'_>, top: Option<&SmolStr>) -> Result<Vec<SmolStr>, LedgerError> {
    let Some(top) = top else {
        let all = tx.scan(&Range::<Account>::all())?;
        let posted = all.iter().filter(|account| !account.heading);
        return Ok(posted.map(|account| account.code.clone()).collect());
    };
    let account = tx.get::<Account>(top)?;
    let account = account.ok_or_else(|| LedgerError::UnknownAccount { code: top.clone() })?;
    let (mut found, mut next) = (Vec::new(), vec![account]);
    while let Some(account) = next.pop() {
        if account.heading {
            next.extend(tx.scan(&Range::by(Account::BY_PARENT, &account.code))?);
        } else {
            found.push(account.code.clone());
        }
    }
    Ok(found)
}

/// Adds up what of the postings of `accounts` on these days counts towards `limits`. The decision rests on them all.
fn count<L: std::borrow::Borrow<SpendingLimit>>(
    tx: &mut Tx<'_>,
    limits: &[L],
    accounts: &[SmolStr],
    days: DateRange,
    sums: &mut Sums,
) -> Result<(), LedgerError> {
    let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let periods = tx.scan(&Range::<Period>::all())?;
    let asked = |period: &&Arc<Period>| {
        DateRange::new(period.start, period.end).is_ok_and(|of| of.overlaps(days))
    };
    for period in periods.iter().filter(asked) {
        for account in accounts {
            let postings = Range::by(Posting::BY_ACCOUNT, &(account.clone(), period.period));
            let postings = tx.scan(&postings)?;
            for posting in postings.iter().filter(|posting| days.contains(posting.date)) {
                for limit in limits.iter().map(std::borrow::Borrow::borrow) {
                    add(limit, posting, settings.currency, (period, &periods), sums);
                }
            }
        }
    }
    Ok(())
}

/// Adds what of a posting counts towards a limit that covers its account.
pub(super) fn add(
    limit: &SpendingLimit,
    posting: &Posting,
    ledger: Currency,
    (period, periods): (&Period, &[Arc<Period>]),
    sums: &mut Sums,
) {
    let counted = limit.counted(Line::of(posting), ledger);
    if counted == 0 || !limit.counts_on(posting.date) {
        return;
    }
    let Some(value) = limit.value(&posting.dimensions) else { return };
    let start = limit.window.start(posting.date, period, periods);
    *sums.entry((limit.code.clone(), value, start)).or_default() += i128::from(counted);
}

fn stage(tx: &mut Tx<'_>, sums: Sums, sign: i128) -> Result<(), LedgerError> {
    let delta = |((code, value, window_start), sum): ((SmolStr, SmolStr, NaiveDate), i128)| {
        let spent = i64::try_from(sum * sign).map(Amount::from_units);
        let spent = spent.map_err(|_| too_large(&code))?;
        Ok(Spending { code, value, window_start, spent, held: Amount::ZERO })
    };
    let deltas: Vec<Spending> = sums.into_iter().map(delta).collect::<Result<_, LedgerError>>()?;
    if deltas.is_empty() { Ok(()) } else { Ok(tx.add_all(deltas)?) }
}

pub(super) fn too_large(code: &SmolStr) -> LedgerError {
    let why = format!("what counts towards {code} goes beyond what an amount can hold: narrow it");
    LedgerError::BadInput { what: "spending limit", why }
}
