//! Finding drafts, and of an entry who prepared and who approved it.

use std::sync::Arc;

use fondaco_core::{Id, Range, Reading};

use super::{Draft, DraftPosting, DraftRight, DraftStatus, DraftStep};
use crate::ledger::{Entry, LedgerError, NewEntry};

/// A draft with its lines and all that was done with it.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeDraft {
    /// The draft.
    pub draft: Arc<Draft>,
    /// Its lines, in order.
    pub postings: Vec<Arc<DraftPosting>>,
    /// What was done with it, in order.
    pub steps: Vec<Arc<DraftStep>>,
    /// By whose right, where a step was done by a delegated one.
    pub rights: Vec<Arc<DraftRight>>,
}

impl WholeDraft {
    /// The entry that it holds.
    pub fn entry(&self) -> NewEntry {
        self.draft.to_entry(self.postings.iter().map(|posting| posting.to_posting()))
    }
}

/// A draft with its lines and steps; `None` when there is none of this id.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn draft(read: &mut impl Reading, id: Id<Draft>) -> Result<Option<WholeDraft>, LedgerError> {
    let Some(draft) = read.peek::<Draft>(&id)? else { return Ok(None) };
    let postings = read.peek_scan(&Range::<DraftPosting>::by_key(&id))?;
    let steps = read.peek_scan(&Range::<DraftStep>::by_key(&id))?;
    let rights = read.peek_scan(&Range::<DraftRight>::by_key(&id))?;
    Ok(Some(WholeDraft { draft, postings, steps, rights }))
}

/// The draft that became this entry, with who prepared and who approved it; `None` for an entry that was posted at once.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let ten = Money::parse("10 EUR")?;
/// let rent = NewEntry::new("GEN", "2026-03-01".parse()?).debit("5100", ten).credit("1000", ten);
/// let draft = books.prepare_draft("rent", rent)?.answer;
/// books.submit_draft("rent, submitted", draft)?;
/// let approved = books.clone().acting_as("carla").approve_draft("rent, approved", draft, 1)?;
/// let entry = approved.answer.posted.ok_or("one approval is enough")?.id;
/// let whole = books.view(|view| draft_of(view, entry))?.ok_or("it was a draft")?;
/// let who: Vec<_> = whole.steps.iter().map(|step| (step.deed, step.actor.as_str())).collect();
/// assert_eq!(who, [
///     (Deed::Prepared, "host"),
///     (Deed::Submitted, "host"),
///     (Deed::Approved, "carla"),
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn draft_of(
    read: &mut impl Reading,
    entry: Id<Entry>,
) -> Result<Option<WholeDraft>, LedgerError> {
    let found = read.peek_scan(&Range::by(Draft::BY_ENTRY, &entry).limit(1))?.pop();
    found.map_or(Ok(None), |found| draft(read, found.id))
}

/// All drafts that have come so far, oldest first.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn drafts(
    read: &mut impl Reading,
    status: DraftStatus,
) -> Result<Vec<Arc<Draft>>, LedgerError> {
    Ok(read.peek_scan(&Range::by(Draft::BY_STATUS, &status))?)
}
