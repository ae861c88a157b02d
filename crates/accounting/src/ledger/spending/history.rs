//! What was posted before: counted when a limit is set, when its days change, and when an account comes under another heading.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Tags;
use fondaco_core::{Currency, DateRange, Range, Tx};
use smol_str::SmolStr;

use super::headings::Headings;
use super::matching::{Limits, Line};
use super::{Spending, SpendingLimit};
use crate::dimensions::Places;
use crate::ledger::totals::Layer;
use crate::ledger::{
    Account, Amount, LedgerError, PendingEntry, PendingPosting, PendingSettled, Period, Posting,
    Settings, is_closing,
};
use crate::parallel::ledger_of;

/// What was posted and what is held, by limit, value and first day of the window.
pub(crate) type Sums = BTreeMap<(SmolStr, SmolStr, NaiveDate), (i128, i128)>;

/// A line that may count towards a limit.
pub(super) struct Counted<'a> {
    pub(super) layer: Layer,
    pub(super) date: NaiveDate,
    pub(super) dimensions: &'a Tags,
    pub(super) line: Line,
}

impl<'a> Counted<'a> {
    pub(super) fn posted(posting: &'a Posting) -> Counted<'a> {
        let (date, dimensions) = (posting.date, &posting.dimensions);
        Counted { layer: Layer::Posted, date, dimensions, line: Line::of(posting) }
    }

    pub(super) fn held(pending: &PendingEntry, line: &'a PendingPosting) -> Counted<'a> {
        let (date, dimensions) = (pending.date, &line.dimensions);
        Counted { layer: Layer::Pending, date, dimensions, line: Line::of_pending(line) }
    }
}

/// Adds to the sums of a limit what was posted on these days, or takes it away.
pub(super) fn recount(
    tx: &mut Tx<'_>,
    limit: &SpendingLimit,
    days: DateRange,
    sign: i128,
) -> Result<(), LedgerError> {
    let accounts = accounts(tx, limit.account.as_ref())?;
    let headings = Headings::read(tx, limit)?;
    let sums = count(tx, (limit, &headings), &accounts, days)?;
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
            let headings = Headings::read(tx, limit)?;
            let sums = count(tx, (limit, &headings), &accounts, DateRange::always())?;
            stage(tx, sums, sign)?;
        }
    }
    Ok(())
}

/// Takes what was posted from a day on away from the limits by headings of a dimension, as its values stood, and adds it as
/// they stand now.
pub(crate) fn recount_placed(
    tx: &mut Tx<'_>,
    dimension: &SmolStr,
    (stood, stand): (&Arc<Places>, &Arc<Places>),
    from: NaiveDate,
) -> Result<(), LedgerError> {
    let settings = tx.get::<Settings>(&Settings::key())?;
    if !settings.is_some_and(|settings| settings.has_spending_limits()) {
        return Ok(());
    }
    let limits = Limits::read(tx)?;
    for limit in limits.all().iter().filter(|limit| limit.under.get(dimension).is_some()) {
        let accounts = accounts(tx, limit.account.as_ref())?;
        for (places, sign) in [(stood, -1), (stand, 1)] {
            let headings = Headings::read(tx, limit)?.with(dimension, places);
            let sums = count(tx, (limit, &headings), &accounts, DateRange::from(from))?;
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

/// Adds up what of the postings of `accounts` on these days counts towards `limit`, and what of the pending ones. The
/// decision rests on them all.
fn count(
    tx: &mut Tx<'_>,
    (limit, headings): (&SpendingLimit, &Headings),
    accounts: &[SmolStr],
    days: DateRange,
) -> Result<Sums, LedgerError> {
    let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let periods = tx.scan(&Range::<Period>::all())?;
    let asked = |period: &&Arc<Period>| {
        DateRange::new(period.start, period.end).is_ok_and(|of| of.overlaps(days))
    };
    let mut sums = Sums::new();
    for account in accounts {
        for period in periods.iter().filter(asked).filter(|period| !is_closing(period.period)) {
            let postings = Range::by(Posting::BY_ACCOUNT, &(account.clone(), period.period));
            let postings = tx.scan(&postings)?;
            for posting in postings.iter().filter(|posting| days.contains(posting.date)) {
                if ledger_of(&posting.dimensions).is_some() {
                    continue; // no other set of rules spends
                }
                let counted = Counted::posted(posting);
                add((limit, headings), &counted, settings.currency, &periods, &mut sums);
            }
        }
        for (pending, line) in held(tx, account)? {
            if days.contains(pending.date) {
                let counted = Counted::held(&pending, &line);
                add((limit, headings), &counted, settings.currency, &periods, &mut sums);
            }
        }
    }
    Ok(sums)
}

/// A line that is pending, with its entry.
pub(crate) type Held = (Arc<PendingEntry>, Arc<PendingPosting>);

/// What is pending on an account.
pub(crate) fn held(tx: &mut Tx<'_>, account: &SmolStr) -> Result<Vec<Held>, LedgerError> {
    let lines = tx.scan(&Range::by(PendingPosting::BY_ACCOUNT, account))?;
    let ids: Vec<_> = lines.iter().map(|line| line.pending).collect();
    let settled = tx.get_many::<PendingSettled>(&ids)?;
    let entries = tx.get_many::<PendingEntry>(&ids)?;
    Ok(still_held(lines, entries, &settled))
}

/// Of these lines those whose entries are not settled.
pub(super) fn still_held(
    lines: Vec<Arc<PendingPosting>>,
    entries: Vec<Option<Arc<PendingEntry>>>,
    settled: &[Option<Arc<PendingSettled>>],
) -> Vec<Held> {
    let held = entries.into_iter().zip(settled).zip(lines);
    held.filter_map(|((entry, settled), line)| settled.is_none().then_some((entry?, line)))
        .collect()
}

/// Adds what counts towards a limit that covers its account.
pub(super) fn add(
    (limit, headings): (&SpendingLimit, &Headings),
    counted: &Counted<'_>,
    ledger: Currency,
    periods: &[Arc<Period>],
    sums: &mut Sums,
) {
    let units = i128::from(limit.counted(counted.line, ledger));
    if units == 0 || !limit.counts_on(counted.date) {
        return;
    }
    if !headings.has(limit, counted.dimensions, counted.date) {
        return;
    }
    let Some(value) = limit.value(counted.dimensions) else { return };
    let Some(period) = period_of(periods, counted.date) else { return };
    let start = limit.window.start(counted.date, period, periods);
    let (spent, held) = sums.entry((limit.code.clone(), value, start)).or_default();
    match counted.layer {
        Layer::Posted => *spent += units,
        Layer::Pending => *held += units,
    }
}

/// The period of a date, open or not.
pub(super) fn period_of(periods: &[Arc<Period>], date: NaiveDate) -> Option<&Period> {
    periods.iter().map(Arc::as_ref).find(|period| period.start <= date && date <= period.end)
}

fn stage(tx: &mut Tx<'_>, sums: Sums, sign: i128) -> Result<(), LedgerError> {
    let amount = |code: &SmolStr, units: i128| {
        i64::try_from(units * sign).map(Amount::from_units).map_err(|_| too_large(code))
    };
    let mut deltas = Vec::with_capacity(sums.len());
    for ((code, value, window_start), (spent, held)) in sums {
        let (spent, held) = (amount(&code, spent)?, amount(&code, held)?);
        deltas.push(Spending { code, value, window_start, spent, held });
    }
    if deltas.is_empty() { Ok(()) } else { Ok(tx.add_all(deltas)?) }
}

pub(super) fn too_large(code: &SmolStr) -> LedgerError {
    let why = format!("what counts towards {code} goes beyond what an amount can hold: narrow it");
    LedgerError::BadInput { what: "spending limit", why }
}
