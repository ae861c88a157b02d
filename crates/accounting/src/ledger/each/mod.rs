//! Batches of any steps: entries, pending entries, and what becomes of those, each answered by itself.
//!
//! What [`PostEach`](super::PostEach) is for entries, [`RecordEach`] is for all steps of two-phase posting, in any mixture, in
//! order: each sees what those before it did. Linked items stand or fall together. Every refusal is an answer; one that comes
//! from how things stood uses the item's key up.

mod answer;
mod balanced;
mod chain;
mod differs;
mod imported;
mod item;
mod keys;
mod recorder;
mod repeat;
mod steps;

pub use answer::{Held, PostedPending, Recorded, RecordedAs, RecordedEach, RefusedItem};
pub(crate) use answer::{decode_one, encode_one};
pub use imported::ImportClock;
pub(crate) use imported::{check_account, check_instant};
pub use item::{Item, RecordEach};
pub use keys::{EntryKey, KeyOf};

use fondaco_core::tx::Pending;
use fondaco_core::{Halt, Id, Tx};

use super::pending::{NewPending, PostPending, VoidPending};
use super::post::Within;
use super::spending::Override;
use super::{Entry, LedgerError, NewEntry, Posted, PostedEach, PostedMany, RefusedEntry};
use item::Piece;
use recorder::Recorder;

/// Records items in a unit of work, each standing alone but for those that are linked.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let items = vec![Item::Void(VoidPending::new(Id::from_u128(7)))];
/// let done = books.driver().run(books.envelope("void"), &items, |tx, items| {
///     ledger::record_each(tx, items)
/// })?;
/// assert_eq!(done.answer.items[0].as_ref().unwrap_err().code, "accounting.unknown_pending");
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// Only what concerns all of them: the ledger is not set up, or a [`Halt`](fondaco_core::Halt).
pub fn record_each(tx: &mut Tx<'_>, items: &[Item]) -> Result<RecordedEach, LedgerError> {
    let mut recorder = Recorder::new(tx, items.iter().map(Piece::of).collect())?;
    let items = recorder.each(tx)?;
    recorder.finish(tx)?;
    Ok(RecordedEach {
        items: items.into_iter().map(|item| item.map_err(RefusedItem::from)).collect(),
    })
}

/// As [`post_each`](super::post_each), for entries that carry options.
pub(crate) fn post_each(tx: &mut Tx<'_>, entries: &[NewEntry]) -> Result<PostedEach, LedgerError> {
    let mut recorder = Recorder::new(tx, entries.iter().map(Piece::Entry).collect())?;
    let items = recorder.each(tx)?;
    recorder.finish(tx)?;
    let entries = items.into_iter().map(|item| item.map_err(RefusedEntry::from).and_then(entry_of));
    Ok(PostedEach { entries: entries.collect() })
}

fn entry_of(recorded: Recorded) -> Result<Posted, RefusedEntry> {
    recorded.posted().map_err(RefusedEntry::from)
}

/// As [`post_many`](super::post_many), for entries that carry options.
pub(crate) fn post_many(tx: &mut Tx<'_>, entries: &[NewEntry]) -> Result<PostedMany, LedgerError> {
    let mut recorder = Recorder::new(tx, entries.iter().map(Piece::Entry).collect())?;
    let items = recorder.all(tx)?;
    recorder.finish(tx)?;
    Ok(PostedMany { entries: items.iter().map(Recorded::posted).collect::<Result<_, _>>()? })
}

/// Posts one entry that carries options.
pub(crate) fn post_one(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    within: Within,
) -> Result<Posted, LedgerError> {
    let mut recorder = Recorder::new(tx, vec![Piece::Entry(entry)])?;
    recorder.rules.valued_on = within.valued_on;
    recorder.pages.judge(within.judging);
    let recorded = recorder.alone(tx)?;
    recorder.finish(tx)?;
    Ok(recorded.posted()?)
}

/// Posts one entry that carries options above spending limits.
pub(crate) fn post_exceeding(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    exceeding: &Override<'_>,
) -> Result<Posted, LedgerError> {
    let mut recorder = Recorder::new(tx, vec![Piece::Entry(entry)])?;
    recorder.exceeding = Some(exceeding);
    let recorded = recorder.alone(tx)?;
    recorder.finish(tx)?;
    Ok(recorded.posted()?)
}

/// Holds an entry.
pub(crate) fn record_pending(tx: &mut Tx<'_>, new: &NewPending) -> Result<Held, LedgerError> {
    let recorded = one(tx, Piece::Pending(new))?;
    match recorded.done {
        RecordedAs::Held(id) => Ok(Held { id, held: recorded.moved }),
        _ => Err(otherwise().into()),
    }
}

/// Posts a pending entry.
pub(crate) fn post_pending(
    tx: &mut Tx<'_>,
    new: &PostPending,
) -> Result<PostedPending, LedgerError> {
    let recorded = one(tx, Piece::Post(new))?;
    match recorded.done {
        RecordedAs::PendingPosted { entry, .. } => {
            Ok(PostedPending { entry, moved: recorded.moved })
        }
        _ => Err(otherwise().into()),
    }
}

/// Voids a pending entry.
pub(crate) fn void_pending(tx: &mut Tx<'_>, new: &VoidPending) -> Result<(), LedgerError> {
    one(tx, Piece::Void(new)).map(|_| ())
}

fn one(tx: &mut Tx<'_>, piece: Piece<'_>) -> Result<Recorded, LedgerError> {
    let mut recorder = Recorder::new(tx, vec![piece])?;
    let recorded = recorder.alone(tx)?;
    recorder.finish(tx)?;
    Ok(recorded)
}

fn otherwise() -> Halt {
    Halt::Bug("an item was recorded as something else".into())
}

impl Recorded {
    /// Whether this entry was posted by it.
    fn is_of(&self, entry: Id<Entry>) -> bool {
        self.posted().is_ok_and(|posted| posted.id == entry)
    }

    /// The entry that was posted.
    fn posted(&self) -> Result<Posted, Halt> {
        match self.done {
            RecordedAs::Posted(entry) | RecordedAs::PendingPosted { entry, .. } => Ok(entry),
            _ => Err(otherwise()),
        }
    }
}

impl From<Halt> for RefusedEntry {
    fn from(halt: Halt) -> RefusedEntry {
        RefusedEntry::from(LedgerError::from(halt))
    }
}
