//! What the clock does to pending entries.

use fondaco_core::due::{DueItem, Refused};
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::tx::Pending;
use fondaco_core::{Currency, Halt, Id, Reading, Tx};

use super::{Loaded, PendingEntry, PendingPosting, PendingSettled, Settled};
use crate::ledger::closing::Closings;
use crate::ledger::rules::Rules;
use crate::ledger::running::Running;
use crate::ledger::{LedgerError, Settings, rights, spending};

/// Ends a pending entry whose instant has come, unless it was posted or voided meanwhile.
pub(crate) fn expire(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    Ok(end(tx, item)?)
}

fn end(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), LedgerError> {
    tx.authorize(&Request::new(&rights::EXPIRE_PENDING))?;
    let broken = || Halt::Bug(format!("no pending entry expires by {item:?}"));
    let id: Id<PendingEntry> = item.subject.parse().map_err(|_| broken())?;
    let pending = tx.get::<PendingEntry>(&id)?.ok_or_else(broken)?;
    if tx.get::<PendingSettled>(&id)?.is_some() {
        return Ok(()); // what was to end has ended
    }
    let keys: Vec<_> = (1..=pending.lines).map(|line| (id, line)).collect();
    let lines = tx.peek_many::<PendingPosting>(&keys)?.into_iter().flatten().collect();
    let hold = Loaded { pending, lines, settled: None };
    release_now(tx, &hold)?;
    let settled = PendingSettled {
        pending: id,
        settled: Settled::Expired,
        at: tx.now(),
        id: tx.id()?,
        entry: None,
        key: None,
        tags: hold.pending.tags.clone(),
        imported: false,
    };
    tx.emit(Event::new("ledger.pending_expired").with("pending", id));
    Ok(tx.insert(settled)?)
}

/// Takes what was held out of the sums, and reopens what it closed.
pub(crate) fn release(
    hold: &Loaded,
    currency: Currency,
    (running, closings): (&mut Running, &mut Closings),
) -> Result<(), LedgerError> {
    for line in &hold.lines {
        let posting = line.to_posting(currency);
        // Nothing is posted, so the account's gate is not asked.
        running.settle(Default::default(), (&posting, None), line.amount)?;
        if hold.pending.closing.is_some_and(|closing| closing.is_on(line.side)) {
            closings.set(&line.account, false);
        }
    }
    Ok(())
}

/// Ends a hold in all sums.
fn release_now(tx: &mut Tx<'_>, hold: &Loaded) -> Result<(), LedgerError> {
    let settings = tx.require::<Settings, _>(&Settings::key(), || LedgerError::NotSetUp)?;
    let mut sums = (Running::default(), Closings::default());
    release(hold, settings.currency, (&mut sums.0, &mut sums.1))?;
    sums.finish(tx)?;
    if settings.has_spending_limits() {
        let postings = hold.lines.iter().map(|line| line.to_posting(settings.currency)).collect();
        let entries = [hold.pending.to_entry(hold.pending.date, postings)];
        let rules = Rules::read(tx, &entries)?;
        let mut spending = spending::Judge::prepare(tx, &rules, &entries)?;
        spending.release(tx, &rules, hold)?;
        spending.finish(tx)?;
    }
    Ok(())
}
