//! What was recorded elsewhere before, with its instants.
//!
//! The rules are TigerBeetle's: in a batch all items are imported or none is; an instant is in the past, later than that of
//! every entry there is, later than those of the accounts it moves between, and names one thing alone. So a history is
//! brought over once, in its order, and everything that is asked by time is right afterwards.

use fondaco_core::store::Record;
use fondaco_core::tx::Pending;
use fondaco_core::{Halt, Id, Range, Reading, Timestamp, Tx};
use smol_str::SmolStr;

use crate::ledger::{Account, Entry, LedgerError, PendingEntry};

/// How far entries were imported: so that two imports at once come one after the other.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_import_clock", kind = state, key(clock))]
pub struct ImportClock {
    /// Which clock: `entries`.
    pub clock: SmolStr,
    /// The instant of the newest imported entry.
    pub latest: Timestamp,
}

impl ImportClock {
    fn entries() -> SmolStr {
        SmolStr::new_static("entries")
    }
}

/// Whether items are imported, as the first of the batch says it.
///
/// # Errors
/// [`LedgerError::ImportExpected`] or [`LedgerError::ImportNotExpected`]; [`LedgerError::ImportOutOfRange`] or
/// [`LedgerError::ImportInFuture`] for an instant that can't be one of the past.
pub(crate) fn check_instant(
    batch: bool,
    instant: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    if batch != instant.is_some() {
        return Err(match batch {
            true => LedgerError::ImportExpected,
            false => LedgerError::ImportNotExpected,
        });
    }
    match instant {
        Some(instant) if instant <= Timestamp::EPOCH => {
            Err(LedgerError::ImportOutOfRange { instant })
        }
        Some(instant) if instant >= now => Err(LedgerError::ImportInFuture { instant, now }),
        _ => Ok(()),
    }
}

/// How far the entries of an importing batch have come.
pub(crate) struct ImportWatch {
    /// The row of the clock, if there is one.
    clock: Option<Timestamp>,
    pub(crate) latest: Option<Timestamp>,
}

impl ImportWatch {
    pub(crate) fn new(tx: &mut Tx<'_>) -> Result<ImportWatch, Halt> {
        let clock = tx.get::<ImportClock>(&ImportClock::entries())?.map(|clock| clock.latest);
        Ok(ImportWatch { clock, latest: clock })
    }

    /// Whether an entry may have this instant, between these accounts.
    pub(crate) fn check<'c>(
        &self,
        tx: &mut Tx<'_>,
        instant: Timestamp,
        accounts: impl Iterator<Item = &'c SmolStr>,
    ) -> Result<(), LedgerError> {
        let regresses = self.latest.is_some_and(|latest| instant <= latest)
            || newest(tx, instant)?.is_some_and(|newest| instant <= newest)
            || is_of_account(tx, instant)?;
        if regresses {
            return Err(LedgerError::ImportRegresses { instant });
        }
        for code in accounts {
            let opened = tx.get::<Account>(code)?.and_then(|account| account.recorded_at);
            if let Some(opened) = opened.filter(|opened| instant <= *opened) {
                return Err(LedgerError::ImportBeforeAccount {
                    instant,
                    code: code.clone(),
                    opened,
                });
            }
        }
        Ok(())
    }
}

impl Pending for ImportWatch {
    type Mark = Option<Timestamp>;

    fn mark(&self) -> Option<Timestamp> {
        self.latest
    }
    fn back_to(&mut self, mark: Option<Timestamp>) {
        self.latest = mark;
    }
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let Some(latest) = self.latest.filter(|_| self.latest != self.clock) else {
            return Ok(());
        };
        let row = ImportClock { clock: ImportClock::entries(), latest };
        tx.upsert(row).map(|_| ())
    }
}

/// The lowest id of an instant's millisecond.
fn floor<T>(instant: Timestamp) -> Id<T> {
    let millis = u128::try_from(instant.micros() / 1000).unwrap_or(0);
    Id::from_u128(millis << 80)
}

/// The newest instant of any entry, pending ones included, of this millisecond or later.
fn newest(tx: &mut Tx<'_>, instant: Timestamp) -> Result<Option<Timestamp>, Halt> {
    // Ids are in order of time by the millisecond: within one they may be in any.
    let last = Range::<Entry>::all().from(&floor::<Entry>(instant)).backwards();
    let posted = tx.peek_scan(&last.limit(SAME_MILLISECOND))?;
    let last = Range::<PendingEntry>::all().from(&floor::<PendingEntry>(instant)).backwards();
    let held = tx.peek_scan(&last.limit(SAME_MILLISECOND))?;
    let posted = posted.iter().map(|entry| entry.recorded_at);
    Ok(posted.chain(held.iter().map(|pending| pending.recorded_at)).max())
}

/// So many entries from the newest on hold the newest instant: no command records more in one go.
const SAME_MILLISECOND: usize = 4096;

/// Whether an account was opened at this instant.
fn is_of_account(tx: &mut Tx<'_>, instant: Timestamp) -> Result<bool, Halt> {
    let at = Range::by(Account::BY_RECORDED_AT, &instant).limit(1);
    Ok(!tx.peek_scan(&at)?.is_empty())
}

/// Whether an account may have been opened at this instant; the act rests on all accounts.
pub(crate) fn check_account(
    tx: &mut Tx<'_>,
    instant: Timestamp,
    latest: &mut Option<Timestamp>,
) -> Result<(), LedgerError> {
    if latest.is_none() {
        let newest = Range::<Account>::by(Account::BY_RECORDED_AT, &()).backwards().limit(1);
        *latest = tx.scan(&newest)?.first().and_then(|account| account.recorded_at);
    }
    let regresses = latest.is_some_and(|latest| instant <= latest);
    if regresses || is_of_entry(tx, instant)? {
        return Err(LedgerError::ImportRegresses { instant });
    }
    *latest = Some(instant);
    Ok(())
}

/// Whether an entry, or a pending one, was recorded at this instant.
fn is_of_entry(tx: &mut Tx<'_>, instant: Timestamp) -> Result<bool, Halt> {
    let millisecond = instant.micros() / 1000;
    let next = Timestamp::from_millis(millisecond + 1).unwrap_or(Timestamp::MAX);
    let posted = Range::<Entry>::all().from(&floor::<Entry>(instant)).before(&floor::<Entry>(next));
    let held = Range::<PendingEntry>::all();
    let held = held.from(&floor::<PendingEntry>(instant)).before(&floor::<PendingEntry>(next));
    let at = |recorded_at: Timestamp| recorded_at == instant;
    Ok(tx.peek_scan(&posted)?.iter().any(|entry| at(entry.recorded_at))
        || tx.peek_scan(&held)?.iter().any(|pending| at(pending.recorded_at)))
}
