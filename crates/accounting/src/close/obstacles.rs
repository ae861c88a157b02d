//! What stands in the way of closing the books of some days, each point with how many there are and the way out.

use chrono::NaiveDate;
use fondaco_core::{DateRange, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::ledger::{
    Amount, BalanceQuery, DraftStatus, LedgerError, PendingEntry, PendingPosting, PendingSettled,
    Totals, balances, drafts,
};

/// What sort of thing stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PointKind {
    /// Drafts that nobody has posted or deleted.
    Drafts,
    /// Entries that are held and neither posted nor voided.
    Pending,
    /// Debits that don't equal credits.
    Unbalanced,
}

/// Something that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// What sort of thing.
    pub kind: PointKind,
    /// The first of them, or all of it where it is one: an id, a code, an amount.
    pub what: SmolStr,
    /// How many.
    pub count: u64,
    /// Whether it must be done before the year is closed; else it is worth a look.
    pub blocks: bool,
}

impl Point {
    pub(super) fn blocking(kind: PointKind, what: impl Into<SmolStr>, count: u64) -> Point {
        Point { kind, what: what.into(), count, blocks: true }
    }
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Point { what, count, .. } = self;
        match self.kind {
            PointKind::Drafts => {
                write!(f, "drafts not posted: {count}, such as {what}; post or delete them")
            }
            PointKind::Pending => {
                write!(f, "entries still pending: {count}, such as {what}; post or void them")
            }
            PointKind::Unbalanced => {
                write!(f, "debits exceed credits by {what}: verify the books")
            }
        }
    }
}

/// What must be done before a year can be closed.
pub(super) fn obstacles(
    read: &mut impl Reading,
    days: DateRange,
) -> Result<Vec<Point>, LedgerError> {
    let mut points = Vec::new();
    points.extend(open_drafts(read, days)?);
    points.extend(pending(read, days)?);
    points.extend(unbalanced(read, days.end())?);
    Ok(points)
}

fn open_drafts(read: &mut impl Reading, days: DateRange) -> Result<Option<Point>, LedgerError> {
    let mut open = drafts(read, DraftStatus::Open)?;
    open.extend(drafts(read, DraftStatus::Submitted)?);
    open.retain(|draft| days.contains(draft.date));
    let first = open.first().map(|draft| draft.id.to_string());
    Ok(first.map(|first| Point::blocking(PointKind::Drafts, first, open.len() as u64)))
}

/// What is pending is found by the accounts that have pending sums: few, where all that was ever held is many.
fn pending(read: &mut impl Reading, days: DateRange) -> Result<Option<Point>, LedgerError> {
    let mut accounts = Vec::new();
    read.peek_each(&Range::<Totals>::all(), |totals: &Totals| {
        if totals.pending_debit != Amount::ZERO || totals.pending_credit != Amount::ZERO {
            accounts.push(totals.account.clone());
        }
        Ok::<(), LedgerError>(())
    })?;
    accounts.dedup();
    let mut held = Vec::new();
    for account in accounts {
        let lines = read.peek_scan(&Range::by(PendingPosting::BY_ACCOUNT, &account))?;
        held.extend(lines.iter().map(|line| line.pending));
    }
    held.sort_unstable();
    held.dedup();
    let (mut first, mut count) = (None, 0);
    for id in held {
        let dated = read.peek::<PendingEntry>(&id)?;
        let dated = dated.is_some_and(|entry| days.contains(entry.date));
        if dated && read.peek::<PendingSettled>(&id)?.is_none() {
            (first, count) = (first.or(Some(id)), count + 1);
        }
    }
    Ok(first.map(|first| Point::blocking(PointKind::Pending, first.to_string(), count)))
}

fn unbalanced(
    read: &mut impl Reading,
    end: Option<NaiveDate>,
) -> Result<Option<Point>, LedgerError> {
    let query = end.map_or(BalanceQuery::all(), |end| BalanceQuery::all().until(end));
    let rows = balances(read, &query)?;
    let sum = rows
        .iter()
        .fold(Decimal::ZERO, |sum, row| sum.saturating_add(row.amounts.ledger_balance()));
    let point = || Point::blocking(PointKind::Unbalanced, sum.normalize().to_string(), 1);
    Ok((!sum.is_zero()).then(point))
}
