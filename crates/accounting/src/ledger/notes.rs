//! Notes of entries: what is written about a person, erasable while the books stay. See [`NewEntry::note`](super::NewEntry::note).

use fondaco_core::party::Private;
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Id, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Entry, EntryDetail, LedgerError, check_text, rights};
use crate::Books;

/// So many bytes of text, and so many entries in one command.
const MOST: usize = 10_000;

/// Whether a note can be kept. What it says is in no error.
pub(crate) fn check_note(note: Option<&Private<SmolStr>>) -> Result<(), LedgerError> {
    let Some(Private(text)) = note else { return Ok(()) };
    let why = match text.len() {
        0 => "it is empty: leave it out",
        1..=MOST => return check_text("note", text),
        _ => {
            "it is longer than 10,000 bytes: keep the document elsewhere, and its name as the source"
        }
    };
    Err(LedgerError::BadInput { what: "note", why: why.into() })
}

/// Erases the notes of entries, at most 10,000 in one command; answers how many said something until now. The entries stay, and the
/// books verify. It can't be taken back; erasing again does no harm.
///
/// All notes about one party go with it: [`EraseParty`](fondaco_core::party::EraseParty).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseNotes {
    /// The entries.
    pub entries: Vec<Id<Entry>>,
}

impl EraseNotes {
    /// Erases what the notes of `entries` say.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let capital = books.entry_by_number("GEN", 2026, 1)?.expect("it was posted");
    /// let none = EraseNotes::new(vec![capital.entry.id]); // it has no note
    /// assert_eq!(books.send("forget", &none)?.answer, 0);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(entries: Vec<Id<Entry>>) -> EraseNotes {
        EraseNotes { entries }
    }
}

impl Act for EraseNotes {
    type Answer = u32;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, LedgerError> {
        tx.authorize(&Request::new(&rights::ERASE_NOTES))?;
        let mut entries = self.entries.clone();
        entries.sort_unstable();
        entries.dedup();
        if entries.len() > MOST {
            let why =
                format!("{} are more than one command takes: send 10,000 at a time", entries.len());
            return Err(LedgerError::BadInput { what: "entries", why });
        }
        let known = tx.peek_many::<Entry>(&entries)?;
        if let Some((entry, _)) = entries.iter().zip(&known).find(|(_, known)| known.is_none()) {
            return Err(LedgerError::UnknownEntry { entry: *entry });
        }
        let details = tx.get_many::<EntryDetail>(&entries)?;
        let kept = details.into_iter().flatten().filter(|detail| said(detail).is_some());
        let kept: Vec<Id<Entry>> = kept.map(|detail| detail.entry).collect();
        kept.iter().try_for_each(|entry| tx.erase::<EntryDetail>(entry))?;
        let erased = u32::try_from(kept.len()).unwrap_or(u32::MAX);
        tx.emit(Event::new("ledger.notes_erased").with("entries", erased));
        Ok(erased)
    }
}

/// What the note of an entry says; `None` where it has none, or it is erased.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let sale = NewEntry::new("GEN", day("2026-03-01")).debit("1000", eur("5")).credit("4000", eur("5"));
/// let id = books.post("sale", sale.note("Ada paid in coins"))?.answer.id;
/// assert_eq!(books.view(|view| ledger::note(view, id))?.as_deref(), Some("Ada paid in coins"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn note(read: &mut impl Reading, entry: Id<Entry>) -> Result<Option<SmolStr>, LedgerError> {
    let detail = read.peek::<EntryDetail>(&entry)?;
    Ok(detail.and_then(|detail| said(&detail).cloned()))
}

fn said(detail: &EntryDetail) -> Option<&SmolStr> {
    detail.note.get().and_then(|note| note.get())
}

impl Books<'_> {
    /// What the [note](super::NewEntry::note) of an entry says about a person; `None` where it has none, or it is erased.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let sale = NewEntry::new("GEN", day("2026-03-01")).debit("1000", eur("5")).credit("4000", eur("5"));
    /// let id = books.post("sale", sale.note("Ada paid in coins"))?.answer.id;
    /// books.send("forget", &EraseNotes::new(vec![id]))?;
    /// assert_eq!(books.note(id)?, None);
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub fn note(&self, entry: Id<Entry>) -> Result<Option<SmolStr>, LedgerError> {
        self.view(|view| note(view, entry))
    }
}
