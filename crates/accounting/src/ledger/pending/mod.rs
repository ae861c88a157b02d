//! Pending entries: held now, posted or voided later, or expired by the clock.
//!
//! A pending entry is judged as if it were posted: its accounts, its period, its balance, its limits. It then counts in the
//! [`Totals`](super::Totals) as pending and in no balance: no report and no trial balance sees it. What becomes of it is
//! written down [once](PendingSettled): it is [posted](PostPending), in full or in part, as an entry of its own with its own
//! number and date, in the same commit; or [voided](VoidPending); or it expires at its instant.
//!
//! What is pending counts towards [spending limits](mod@super::spending) as if it were posted; posting it is not judged again.
//!
//! Expiry is an item of the [due queue](fondaco_core::due), which [`tick`](fondaco_core::Office::tick) carries out. A pending
//! entry whose instant has come is refused even before that; its sums are free once the clock was told.

mod declared;
mod expire;
mod given;
mod loaded;
mod part;
mod records;
mod verify;
mod worth;

pub(crate) use declared::PART;
pub(crate) use expire::{expire, release};
pub use given::{
    Expected, Expiry, NewPending, Part, PendingRef, PostPending, SettleOptions, VoidPending,
};
pub use loaded::WholePending;
pub(crate) use loaded::{Holds, Loaded};
pub use records::{Closing, PendingEntry, PendingPosting, PendingSettled, Settled};
pub(crate) use verify::{Sums, check_pending};

use fondaco_core::{Act, Id, Range, Reading, Tx};
use serde::{Deserialize, Serialize};

use super::LedgerError;
use super::each::{self, Held, PostedPending};

/// The kind of the queue's items that end pending entries; the subject is the pending entry's id.
pub const EXPIRY: &str = "ledger.pending_expiry";

/// Holds an entry.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let rent = NewEntry::new("GEN", day("2026-06-01")).debit("5100", eur("40")).credit("1000", eur("40"));
/// let held = books.send("hold", &RecordPending::new(NewPending::new(rent)))?.answer;
/// assert_eq!(held.held, eur("40"));
/// let bank = &books.balances(&BalanceQuery::account("1000"))?[0].amounts;
/// assert_eq!(bank.balance(Currency::EUR), eur("460")); // nothing is paid yet
/// # Ok::<(), LedgerError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordPending {
    /// The entry, and until when it is held.
    pub pending: NewPending,
}

impl RecordPending {
    /// Holds an entry.
    pub fn new(pending: NewPending) -> RecordPending {
        RecordPending { pending }
    }
}

impl Act for RecordPending {
    type Answer = Held;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Held, LedgerError> {
        each::record_pending(tx, &self.pending)
    }
}

impl Act for PostPending {
    type Answer = PostedPending;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<PostedPending, LedgerError> {
        each::post_pending(tx, self)
    }
}

impl Act for VoidPending {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        each::void_pending(tx, self)
    }
}

/// A pending entry with its lines and what became of it; `None` when there is none of this id.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let rent = NewEntry::new("GEN", day("2026-06-01")).debit("5100", eur("40")).credit("1000", eur("40"));
/// let held = books.send("hold", &RecordPending::new(NewPending::new(rent)))?.answer.id;
/// let whole = books.view(|view| ledger::pending(view, held))?.expect("it is held");
/// assert_eq!((whole.lines.len(), whole.settled), (2, None));
/// assert_eq!(books.view(|view| ledger::pending(view, Id::from_u128(7)))?, None);
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn pending(
    read: &mut impl Reading,
    id: Id<PendingEntry>,
) -> Result<Option<WholePending>, LedgerError> {
    let Some(pending) = read.peek::<PendingEntry>(&id)? else { return Ok(None) };
    let lines = read.peek_scan(&Range::<PendingPosting>::by_key(&id))?;
    let settled = read.peek::<PendingSettled>(&id)?;
    Ok(Some(WholePending { pending, lines, settled }))
}
