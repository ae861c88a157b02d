//! Saying yes or no to a draft.

use fondaco_core::store::Field;
use fondaco_core::{Act, ActorId, Halt, Id, Outcome, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::step::{entry_of, steps, submitted, take_step};
use super::{Deed, Draft, DraftStatus, DraftStep};
use crate::ledger::post::{examine_one, post_one};
use crate::ledger::rights::{self, Asking};
use crate::ledger::{Journal, LedgerError, Posted};

/// Approves a draft. The approval that completes it posts its entry, in the same commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApproveDraft {
    /// Which draft.
    pub draft: Id<Draft>,
    /// The edition that was looked at.
    pub edition: u32,
}

impl ApproveDraft {
    /// Approves this edition of `draft`.
    pub fn new(draft: Id<Draft>, edition: u32) -> ApproveDraft {
        ApproveDraft { draft, edition }
    }
}

/// What came of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Outcome)]
pub struct Approved {
    /// How many have approved it, this one included.
    pub approvals: u32,
    /// How many must.
    pub needed: u32,
    /// Its entry, when that was enough.
    pub posted: Option<Posted>,
}

impl Act for ApproveDraft {
    type Answer = Approved;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Approved, LedgerError> {
        let asking = Asking::new(tx, &rights::APPROVE)?;
        let mut draft = submitted(tx, self.draft)?;
        if draft.edition != self.edition {
            let (edition, found) = (self.edition, draft.edition);
            return Err(LedgerError::DraftChanged { draft: self.draft, edition, found });
        }
        let entry = entry_of(tx, &draft)?;
        let steps = steps(tx, &draft)?;
        let needed = needed(tx, &draft)?;
        let approvals = given(&steps).len() as u32 + 1;
        let hands = if needed == 0 { Vec::new() } else { hands(&steps) };
        let asking = asking.after(hands);
        let (posted, reason) = if approvals >= needed {
            let (posted, reason) = post_one(tx, &entry, None, asking)?;
            (Some(posted), reason)
        } else {
            (None, examine_one(tx, &entry, asking)?)
        };
        let reason = reason.ok_or_else(|| Halt::Bug("an approval was not asked for".into()))?;
        take_step(tx, &mut draft, Deed::Approved, &reason, None)?;
        if let Some(posted) = posted {
            draft.status = DraftStatus::Posted;
            draft.entry = Some(posted.id);
        }
        tx.put(draft)?;
        Ok(Approved { approvals, needed, posted })
    }
}

/// How many other persons must approve; an unknown journal is refused when the entry is judged.
fn needed(tx: &mut Tx<'_>, draft: &Draft) -> Result<u32, LedgerError> {
    let journal = tx.get::<Journal>(&draft.journal)?;
    Ok(journal.and_then(|journal| journal.approvals).unwrap_or(1))
}

type Step = (DraftStep, Vec<ActorId>);

/// The approvals since the draft was submitted last.
fn given(steps: &[Step]) -> &[Step] {
    let last = steps.iter().rposition(|(step, _)| step.deed == Deed::Submitted);
    steps.get(last.map_or(steps.len(), |last| last + 1)..).unwrap_or_default()
}

/// Who may not approve: who prepared, changed or submitted it at any time, and who approved it since it was submitted last.
fn hands(steps: &[Step]) -> Vec<ActorId> {
    let approved = given(steps).iter().flat_map(|(_, hands)| hands.iter().cloned());
    authors(steps).into_iter().chain(approved).collect()
}

/// Who prepared, changed or submitted it at any time.
fn authors(steps: &[Step]) -> Vec<ActorId> {
    let wrote = |deed| matches!(deed, Deed::Prepared | Deed::Changed | Deed::Submitted);
    let before = steps.iter().filter(|(step, _)| wrote(step.deed));
    before.flat_map(|(_, hands)| hands.iter().cloned()).collect()
}

/// Sends a draft back to who prepared it, with a reason. Who prepared, changed or submitted it himself changes or deletes it
/// instead; who approved it may think better of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RejectDraft {
    /// Which draft.
    pub draft: Id<Draft>,
    /// Why, for who prepared it.
    pub why: SmolStr,
}

impl RejectDraft {
    /// Sends `draft` back because of `why`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let ten = Money::parse("10 EUR")?;
    /// let rent = NewEntry::new("GEN", "2026-03-01".parse()?).debit("5100", ten).credit("1000", ten);
    /// let draft = books.prepare_draft("rent", rent)?.answer;
    /// books.submit_draft("rent, submitted", draft)?;
    /// let carla = books.clone().acting_as("carla");
    /// carla.send("no", &RejectDraft::new(draft, "the rent is 40"))?;
    /// let whole = books.draft(draft)?.ok_or("it is there")?;
    /// assert_eq!(whole.draft.status, DraftStatus::Open);
    /// assert_eq!(whole.steps[2].why.as_deref(), Some("the rent is 40"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(draft: Id<Draft>, why: impl Into<SmolStr>) -> RejectDraft {
        RejectDraft { draft, why: why.into() }
    }
}

impl Act for RejectDraft {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let asking = Asking::new(tx, &rights::APPROVE)?;
        let mut draft = submitted(tx, self.draft)?;
        let entry = entry_of(tx, &draft)?;
        let authors = match needed(tx, &draft)? {
            0 => Vec::new(),
            _ => authors(&steps(tx, &draft)?),
        };
        let reason = asking.after(authors).allow_writing(tx, &entry)?;
        if let Some(why) = self.why.check() {
            return Err(LedgerError::BadInput { what: "why", why: why.into() });
        }
        draft.status = DraftStatus::Open;
        take_step(tx, &mut draft, Deed::Rejected, &reason, Some(self.why.clone()))?;
        tx.put(draft)?;
        Ok(())
    }
}
