//! What closing a year would be refused for, beside what is not done yet: for the checklist, which is ready only when closing
//! would go through.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Currency, Range, Reading};
use smol_str::SmolStr;

use super::assertions;
use super::obstacles::{Point, PointKind};
use super::year::Year;
use super::zeroing::{self, Plan};
use crate::ledger::{Account, Amount, LedgerError, NewEntry, Settings, Side};
use crate::parallel::leading;

/// What stands in the way of closing a year by itself.
pub(super) fn refusals(read: &mut impl Reading, year: i32) -> Result<Vec<Point>, LedgerError> {
    let name = || SmolStr::from(year.to_string());
    let periods = Year::peek(read, year)?;
    if periods.is_closed() {
        return Ok(vec![Point::blocking(PointKind::Closed, name(), 1)]);
    }
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let targets = settings.retained_earnings.as_ref().zip(settings.closing_journal.as_ref());
    let Some((retained, journal)) = targets else {
        return Ok(vec![Point::blocking(PointKind::NoClosingSet, name(), 1)]);
    };
    let accounts = read.peek_scan(&Range::<Account>::all())?;
    let (of_result, keys) = (zeroing::accounts(&accounts), periods.keys()?);
    let nowhere = zeroing::without_closing(read, year, &of_result, keys)?;
    let point = |first: &SmolStr| {
        Point::blocking(PointKind::NoClosingOfLedger, first.clone(), nowhere.len() as u64)
    };
    let mut points: Vec<Point> = nowhere.first().map(point).into_iter().collect();
    let end = periods.days()?.end().unwrap_or(NaiveDate::MAX);
    if !assertions(read)?.iter().any(|of| of.date > end) {
        return Ok(points); // nothing that closing moves is asserted
    }
    let (date, currency) = (end, settings.currency);
    let plan = Plan { year, date, journal, retained, currency, keep: &[] };
    // What other ledgers have alone counts in no assertion.
    let cells = zeroing::cells(&mut leading(read)?, &of_result, keys)?;
    let broken = broken_by(read, &plan.zero(&cells)?.entries, end, &accounts)?;
    let point = |first: &SmolStr| {
        Point::blocking(PointKind::BreaksAssertions, first.clone(), broken.len() as u64)
    };
    points.extend(broken.first().map(point));
    Ok(points)
}

/// The accounts of refusing assertions after `end` that entries of that day would break.
fn broken_by(
    read: &mut impl Reading,
    entries: &[NewEntry],
    end: NaiveDate,
    accounts: &[Arc<Account>],
) -> Result<Vec<SmolStr>, LedgerError> {
    let parents: BTreeMap<&SmolStr, Option<&SmolStr>> =
        accounts.iter().map(|account| (&account.code, account.parent.as_ref())).collect();
    let mut moved: BTreeMap<(&SmolStr, Currency), i64> = BTreeMap::new();
    for posting in entries.iter().flat_map(|entry| &entry.postings) {
        let units = Amount::from_decimal(posting.amount.amount()).unwrap_or_default().units();
        let units = if posting.side == Side::Debit { units } else { units.saturating_neg() };
        let sum = moved.entry((&posting.account, posting.amount.currency())).or_default();
        *sum = sum.saturating_add(units);
    }
    let stands_under = |account: &SmolStr, heading: &SmolStr| {
        // A chart has few levels; one that bites its tail would have no end.
        let mut above =
            std::iter::successors(Some(account), |code| parents.get(*code).copied().flatten());
        above.by_ref().take(crate::ledger::MAX_LEVELS + 1).any(|code| code == heading)
    };
    let mut broken = Vec::new();
    for assertion in assertions(read)? {
        if assertion.date <= end || assertion.warns || !assertion.is_kept() {
            continue;
        }
        let meant = moved.iter().filter(|((account, currency), _)| {
            *currency == assertion.currency
                && match assertion.subtree {
                    true => stands_under(account, &assertion.account),
                    false => **account == assertion.account,
                }
        });
        let units =
            meant.fold(assertion.found.units(), |sum, (_, units)| sum.saturating_add(*units));
        let after =
            super::Assertion { found: Amount::from_units(units), ..assertion.as_ref().clone() };
        if !after.is_kept() {
            broken.push(assertion.account.clone());
        }
    }
    Ok(broken)
}
