//! What stands in the way of closing the books of some days, each point with how many there are and the way out.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{DateRange, Range, Reading};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use crate::currency::{Revalue, Scope, monetary_accounts, revaluation_of, revaluations};
use crate::ledger::{
    Account, AccountClass, Amount, BalanceQuery, DraftStatus, LedgerError, PendingEntry,
    PendingPosting, PendingSettled, Settings, Totals, balances, drafts,
};
use crate::parallel::ledgers;

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
    /// Earlier fiscal years that are not closed.
    EarlierYears,
    /// Earlier periods that are not locked.
    EarlierPeriods,
    /// Recurring entries that have not come yet.
    Recurring,
    /// Planned reversals that have not come yet.
    Reversals,
    /// Parts of deferrals that are not recognised yet.
    Deferrals,
    /// Deferrals of which more is left than is planned: a part was taken back by hand.
    Unplanned,
    /// Accounts through which things only pass, with something left on them.
    Uncleared,
    /// Currencies that are worth something else at the end than the books say.
    Unrevalued,
    /// Clearings whose exchange differences stand beside the items and are posted nowhere.
    Unrealised,
    /// Allocation rules whose pools bear something that is not shared out.
    Unallocated,
    /// Accounts that stand otherwise than was asserted.
    Assertions,
    /// Journals with a number missing.
    Gaps,
    /// Where the result of a year goes was not said.
    NoClosingSet,
    /// Parallel ledgers of which nobody said where the result goes that they have alone.
    NoClosingOfLedger,
    /// The year is closed already.
    Closed,
    /// Assertions of later days that closing the year would break.
    BreaksAssertions,
    /// A point of the host's that nobody has signed off.
    Host,
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
            PointKind::EarlierYears => {
                write!(f, "earlier years open: {count}, such as {what}; close them")
            }
            PointKind::EarlierPeriods => {
                write!(f, "earlier periods open: {count}, such as {what}; lock them")
            }
            PointKind::Recurring => write!(
                f,
                "recurring entries not carried out: {count}, such as {what}; let the clock bring them, or end them"
            ),
            PointKind::Reversals => write!(
                f,
                "planned reversals not carried out: {count}, such as that of {what}; let the clock bring them"
            ),
            PointKind::Deferrals => write!(
                f,
                "parts of deferrals not recognised: {count}, such as of {what}; recognise them"
            ),
            PointKind::Unplanned => write!(
                f,
                "deferrals with more left than is planned: {count}, such as {what}; change or cancel them"
            ),
            PointKind::Uncleared => write!(
                f,
                "clearing accounts with something left: {count}, such as {what}; clear them"
            ),
            PointKind::Unrevalued => {
                write!(f, "currencies not revalued: {count}, such as {what}; revalue them")
            }
            PointKind::Unrealised => write!(
                f,
                "clearings with an exchange difference that is posted nowhere: {count}, such as on {what}; name accounts for it by SetExchangeAccounts and clear anew"
            ),
            PointKind::Unallocated => write!(
                f,
                "pools not shared out: {count}, such as by {what}; run their rules by Allocate"
            ),
            PointKind::Assertions => write!(
                f,
                "accounts otherwise than asserted: {count}, such as {what}; find the difference"
            ),
            PointKind::Gaps => {
                write!(f, "numbers missing: {count}, such as {what}; verify the books")
            }
            PointKind::NoClosingSet => {
                write!(f, "no account for the result of {what}: say with SetClosing where it goes")
            }
            PointKind::NoClosingOfLedger => write!(
                f,
                "ledgers with a result of their own and nowhere to put it: {count}, such as {what}; name a closing journal of theirs by SetClosing"
            ),
            PointKind::Closed => {
                write!(f, "{what} is closed already: reopen it to close it again")
            }
            PointKind::BreaksAssertions => write!(
                f,
                "assertions that closing would break: {count}, such as of {what}; withdraw them"
            ),
            PointKind::Host => write!(f, "{what}; sign it off when it is done"),
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

/// The other currencies that are worth something else at the end of a day than the books say, or of which that can't be told.
pub(super) fn unrevalued(
    read: &mut impl Reading,
    end: NaiveDate,
) -> Result<Vec<SmolStr>, LedgerError> {
    let mut found = unrevalued_of(read, end, None)?;
    for ledger in ledgers(read)? {
        let own = unrevalued_of(read, end, Some(&ledger.code))?;
        found.extend(own.into_iter().map(|of| format_smolstr!("{of} of {}", ledger.code)));
    }
    Ok(found)
}

/// The same of what a ledger values, or of what all have.
fn unrevalued_of(
    read: &mut impl Reading,
    end: NaiveDate,
    ledger: Option<&SmolStr>,
) -> Result<Vec<SmolStr>, LedgerError> {
    let scope = Scope::of(read, ledger.cloned())?;
    let read = &mut scope.books(read)?;
    let monetary = monetary_accounts(read)?;
    let mut found = match monetary.is_empty() {
        true => foreign_in(read, end, None)?,
        false => {
            let mut runs = revaluations(read)?;
            runs.retain(|run| run.ledger.as_ref() == ledger && run.date <= end);
            // By the rates and the method of the last run, and as old as that let rates be.
            let mut run = Revalue::at(end);
            if let Some(last) = runs.last() {
                (run.source, run.max_rate_age_days) = (last.source.clone(), last.max_rate_age_days);
                run.method = last.method.unwrap_or_default();
            }
            match revaluation_of(read, &run, scope) {
                Ok(preview) => {
                    let lines = preview.lines.iter();
                    let differ = lines.filter(|line| !line.difference().is_zero());
                    differ.map(|line| line.open.currency().code().into()).collect()
                }
                Err(LedgerError::Halt(halt)) => return Err(halt.into()),
                // Without a rate, or beside a run whose reversal did not come, it can't be told.
                Err(_) => foreign_in(read, end, Some(&monetary))?,
            }
        }
    };
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// The other currencies in which these accounts stand at the end of a day, or all assets and liabilities.
fn foreign_in(
    read: &mut impl Reading,
    end: NaiveDate,
    accounts: Option<&[Arc<Account>]>,
) -> Result<Vec<SmolStr>, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let all = read.peek_scan(&Range::<Account>::all())?;
    let kept = |account: &&Arc<Account>| {
        matches!(account.class, AccountClass::Asset | AccountClass::Liability)
    };
    let accounts = accounts.unwrap_or(&all).iter().filter(kept);
    let codes: BTreeSet<&SmolStr> = accounts.map(|account| &account.code).collect();
    let rows = balances(read, &BalanceQuery::all().until(end))?;
    let foreign = rows.iter().filter(|row| {
        row.currency != settings.currency && !row.amounts.is_zero() && codes.contains(&row.account)
    });
    Ok(foreign.map(|row| row.currency.code().into()).collect())
}
