//! Preparing a draft until others can say yes to it.

use fondaco_core::digest::DigestError;
use fondaco_core::store::Hash;
use fondaco_core::{Act, Halt, Id, Range, Reading, Tx};
use serde::{Deserialize, Serialize};

use super::step::{entry_of, take_step, unposted};
use super::{Deed, Draft, DraftPosting, DraftStatus};
use crate::ledger::account::check_code;
use crate::ledger::draft;
use crate::ledger::options::check_plain;
use crate::ledger::post::{check_texts, examine_one};
use crate::ledger::rights::{self, Asking};
use crate::ledger::{LedgerError, NewEntry};

/// Writes an entry down as a draft. It need not be complete: it is judged when it is submitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrepareDraft {
    /// The entry.
    pub entry: NewEntry,
}

impl PrepareDraft {
    /// Writes `entry` down.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let ten = Money::parse("10 EUR")?;
    /// let half = NewEntry::new("GEN", "2026-03-01".parse()?).debit("5100", ten);
    /// let draft = books.send("rent", &PrepareDraft::new(half.clone()))?.answer;
    /// let refused = books.send("submit", &SubmitDraft::new(draft)).unwrap_err();
    /// assert_eq!(refused.code(), "accounting.too_few_postings");
    /// let whole = ChangeDraft::new(draft, half.credit("1000", ten));
    /// books.send("completed", &whole)?;
    /// books.send("submit", &SubmitDraft::new(draft))?;
    /// let approve = ApproveDraft::new(draft, 2); // its second edition
    /// let own = books.send("approve", &approve).unwrap_err();
    /// assert_eq!(own.code(), "policy.four_eyes");
    /// let approved = books.clone().acting_as("carla").send("approve", &approve)?.answer;
    /// assert_eq!(approved.posted.map(|posted| posted.number.number()), Some(Some(3)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(entry: NewEntry) -> PrepareDraft {
        PrepareDraft { entry }
    }
}

impl Act for PrepareDraft {
    type Answer = Id<Draft>;
    type Error = LedgerError;

    fn digest(&self) -> Result<Hash, DigestError> {
        Ok(draft::digest("ledger.prepare_draft", std::slice::from_ref(&self.entry)))
    }

    fn act(&self, tx: &mut Tx<'_>) -> Result<Id<Draft>, LedgerError> {
        let reason = Asking::new(tx, &rights::DRAFT)?.allow_writing(tx, &self.entry)?;
        check(&self.entry)?;
        let id = tx.id()?;
        let empty = Draft {
            id,
            status: DraftStatus::Open,
            edition: 1,
            steps: 0,
            prepared_by: tx.actor().clone(),
            entry: None,
            journal: self.entry.journal.clone(),
            date: self.entry.date,
            document_date: None,
            due_date: None,
            text: None,
            party: None,
            source: None,
            conversion: false,
        };
        let mut draft = empty.with(&self.entry);
        take_step(tx, &mut draft, Deed::Prepared, &reason, None)?;
        tx.insert(draft)?;
        tx.insert_all(lines(id, &self.entry))?;
        Ok(id)
    }
}

/// Codes and texts that no store can keep are refused at once.
fn check(entry: &NewEntry) -> Result<(), LedgerError> {
    check_plain(entry)?;
    check_code("journal", &entry.journal)?;
    entry.postings.iter().try_for_each(|posting| check_code("account", &posting.account))?;
    check_texts(entry)
}

fn lines(id: Id<Draft>, entry: &NewEntry) -> Vec<DraftPosting> {
    let lines = entry.postings.iter().zip(1..);
    lines.map(|(posting, line)| DraftPosting::new(id, line, posting)).collect()
}

/// Puts another entry in place of a draft's. A draft that waits for approval is open again afterwards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeDraft {
    /// Which draft.
    pub draft: Id<Draft>,
    /// What it holds from now on.
    pub entry: NewEntry,
}

impl ChangeDraft {
    /// Puts `entry` in place of what `draft` holds.
    pub fn new(draft: Id<Draft>, entry: NewEntry) -> ChangeDraft {
        ChangeDraft { draft, entry }
    }
}

impl Act for ChangeDraft {
    type Answer = u32;
    type Error = LedgerError;

    fn digest(&self) -> Result<Hash, DigestError> {
        Ok(draft::digest_about("ledger.change_draft", self.draft.to_u128(), &self.entry))
    }

    /// Gives the draft's new edition.
    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, LedgerError> {
        let mut asking = Asking::new(tx, &rights::DRAFT)?;
        let draft = unposted(tx, self.draft)?;
        let before = entry_of(tx, &draft)?;
        asking.allow_writing(tx, &before)?;
        let reason = asking.allow_writing(tx, &self.entry)?;
        check(&self.entry)?;
        let edition =
            draft.edition.checked_add(1).ok_or_else(|| Halt::Bug("too many editions".into()))?;
        let mut draft = Draft { status: DraftStatus::Open, edition, ..draft.with(&self.entry) };
        take_step(tx, &mut draft, Deed::Changed, &reason, None)?;
        tx.put(draft)?;
        clear(tx, self.draft)?;
        tx.insert_all(lines(self.draft, &self.entry))?;
        Ok(edition)
    }
}

fn clear(tx: &mut Tx<'_>, draft: Id<Draft>) -> Result<(), LedgerError> {
    for line in tx.peek_scan(&Range::<DraftPosting>::by_key(&draft))? {
        tx.delete::<DraftPosting>(&(draft, line.line))?;
    }
    Ok(())
}

/// Deletes a draft that was not posted. What was done with it stays on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteDraft {
    /// Which draft.
    pub draft: Id<Draft>,
}

impl DeleteDraft {
    /// Deletes `draft`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let draft = books.prepare_draft("odd", NewEntry::new("GEN", "2026-03-01".parse()?))?.answer;
    /// books.send("not that", &DeleteDraft::new(draft))?;
    /// assert!(books.draft(draft)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(draft: Id<Draft>) -> DeleteDraft {
        DeleteDraft { draft }
    }
}

impl Act for DeleteDraft {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let mut asking = Asking::new(tx, &rights::DRAFT)?;
        let mut draft = unposted(tx, self.draft)?;
        let entry = entry_of(tx, &draft)?;
        let reason = asking.allow_writing(tx, &entry)?;
        take_step(tx, &mut draft, Deed::Deleted, &reason, None)?;
        clear(tx, self.draft)?;
        tx.delete::<Draft>(&self.draft)?;
        Ok(())
    }
}

/// Gives a draft to others for approval. It is judged as if it were posted now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubmitDraft {
    /// Which draft.
    pub draft: Id<Draft>,
}

impl SubmitDraft {
    /// Submits `draft`.
    pub fn new(draft: Id<Draft>) -> SubmitDraft {
        SubmitDraft { draft }
    }
}

impl Act for SubmitDraft {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let mut asking = Asking::new(tx, &rights::DRAFT)?;
        let mut draft = unposted(tx, self.draft)?;
        if draft.status == DraftStatus::Submitted {
            return Err(LedgerError::DraftSubmitted { draft: self.draft });
        }
        let entry = entry_of(tx, &draft)?;
        let reason = asking.allow_writing(tx, &entry)?;
        examine_one(tx, &entry, asking)?;
        draft.status = DraftStatus::Submitted;
        take_step(tx, &mut draft, Deed::Submitted, &reason, None)?;
        tx.put(draft)?;
        Ok(())
    }
}
