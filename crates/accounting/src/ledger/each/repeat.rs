//! What comes again under a key.

use fondaco_core::{Halt, Reading, Tx};

use super::differs::{self, KnownSettling};
use super::item::Piece;
use super::keys::{EntryKey, KeyOf};
use super::recorder::Recorder;
use super::steps::moved;
use super::{Recorded, RecordedAs};
use crate::ledger::{Entry, EntryDetail, LedgerError, NewEntry, NewPosting, Posted, Posting};

impl Recorder<'_> {
    /// The answer to what came before, if it is the same.
    ///
    /// # Errors
    /// [`LedgerError::KeyDiffers`] with the first field that is another.
    pub(super) fn repeat(
        &mut self,
        tx: &mut Tx<'_>,
        key: &EntryKey,
        piece: Piece<'_>,
    ) -> Result<Recorded, LedgerError> {
        let (differs, recorded) = match key.of {
            KeyOf::Entry => self.entry_again(tx, key, piece)?,
            KeyOf::Pending => self.hold_again(key, piece)?,
            _ => self.settling_again(tx, key, piece)?,
        };
        match differs {
            None => Ok(recorded),
            Some(field) => {
                Err(LedgerError::KeyDiffers { what: "entry", key: key.key.clone(), field })
            }
        }
    }

    fn entry_again(
        &mut self,
        tx: &mut Tx<'_>,
        key: &EntryKey,
        piece: Piece<'_>,
    ) -> Result<(Differs, Recorded), LedgerError> {
        let (entry, postings, detail) = self.known_entry(tx, key)?;
        let fills = self.rules.dimensions.is_some();
        let differs = match piece {
            Piece::Entry(new) => differs::entry(key, new, (&entry, &postings, &detail), fills),
            _ => Some("handling".into()),
        };
        let posted = Posted { id: entry.id, number: entry.number };
        let moved = moved_by(&postings);
        Ok((differs, Recorded { done: RecordedAs::Posted(posted), moved, existed: true }))
    }

    fn hold_again(
        &mut self,
        key: &EntryKey,
        piece: Piece<'_>,
    ) -> Result<(Differs, Recorded), LedgerError> {
        let hold = key.pending.and_then(|id| self.holds.find(id)).ok_or_else(|| lost(key))?;
        let differs = match piece {
            Piece::Pending(new) => {
                differs::pending(key, new, hold, self.rules.dimensions.is_some())
            }
            _ => Some("handling".into()),
        };
        let (done, moved) = (RecordedAs::Held(hold.pending.id), hold.amount());
        Ok((differs, Recorded { done, moved, existed: true }))
    }

    fn settling_again(
        &mut self,
        tx: &mut Tx<'_>,
        key: &EntryKey,
        piece: Piece<'_>,
    ) -> Result<(Differs, Recorded), LedgerError> {
        let entry = key.entry.map(|_| self.known_entry(tx, key)).transpose()?;
        let held = key.pending.and_then(|id| self.holds.find(id)).ok_or_else(|| lost(key))?;
        let settled = held.settled.as_deref().ok_or_else(|| lost(key))?;
        let posted = entry.as_ref().map_or(&[][..], |(_, postings, _)| postings);
        let known = |named| KnownSettling { key, held, settled, posted, named };
        let differs = match piece {
            Piece::Post(new) => known(self.named(&new.pending)).posting(new),
            Piece::Void(new) => known(self.named(&new.pending)).voiding(new),
            _ => Some("handling".into()),
        };
        let pending = held.pending.id;
        let (done, moved) = match &entry {
            Some((entry, postings, _)) => {
                let entry = Posted { id: entry.id, number: entry.number };
                (RecordedAs::PendingPosted { pending, entry }, moved_by(postings))
            }
            None => (RecordedAs::PendingVoided(pending), held.amount()),
        };
        Ok((differs, Recorded { done, moved, existed: true }))
    }

    fn named(
        &self,
        pending: &crate::ledger::PendingRef,
    ) -> Option<fondaco_core::Id<crate::ledger::PendingEntry>> {
        self.hold_of(pending).ok().flatten()
    }

    /// An entry that came under the key, before or in this batch.
    fn known_entry(
        &mut self,
        tx: &mut Tx<'_>,
        key: &EntryKey,
    ) -> Result<(Entry, Vec<Posting>, EntryDetail), LedgerError> {
        let id = key.entry.ok_or_else(|| lost(key))?;
        let empty = EntryDetail::of(id);
        if let Some(entry) = self.pages.entries.iter().rev().find(|entry| entry.id == id) {
            let postings = self.pages.postings.iter().filter(|posting| posting.entry == id);
            let detail = self.pages.details.iter().rev().find(|detail| detail.entry == id);
            let detail = detail.cloned().unwrap_or(empty);
            return Ok((entry.clone(), postings.cloned().collect(), detail));
        }
        let entry = tx.peek::<Entry>(&id)?.ok_or_else(|| lost(key))?;
        let lines: Vec<_> = (1..=key.lines).map(|line| (id, line)).collect();
        let postings = tx.peek_many::<Posting>(&lines)?.into_iter().flatten();
        let detail = tx.peek::<EntryDetail>(&id)?;
        let detail = detail.map_or(empty, |detail| detail.as_ref().clone());
        let postings = postings.map(|posting| posting.as_ref().clone()).collect();
        Ok((entry.as_ref().clone(), postings, detail))
    }
}

type Differs = Option<smol_str::SmolStr>;

fn lost(key: &EntryKey) -> Halt {
    Halt::Bug(format!("what came under the key {:?} is not there: verify the books", key.key))
}

fn moved_by(postings: &[Posting]) -> fondaco_core::Money {
    let date = postings.first().map(|posting| posting.date).unwrap_or_default();
    let postings = postings.iter().map(NewPosting::of).collect();
    moved(&NewEntry { postings, ..NewEntry::new("", date) })
}
