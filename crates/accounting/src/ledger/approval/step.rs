//! What every step of a draft shares: finding it, writing the step down, and who had a hand in it.

use fondaco_core::policy::Reason;
use fondaco_core::store::Event;
use fondaco_core::{ActorId, Halt, Id, Range, Reading, Tx};
use smol_str::SmolStr;

use super::{Deed, Draft, DraftPosting, DraftRight, DraftStatus, DraftStep};
use crate::ledger::{LedgerError, NewEntry};

/// The draft as it stands.
pub(super) fn existing(tx: &mut Tx<'_>, id: Id<Draft>) -> Result<Draft, LedgerError> {
    let draft = tx.get::<Draft>(&id)?.ok_or(LedgerError::UnknownDraft { draft: id })?;
    Ok(draft.as_ref().clone())
}

/// The draft, unless it was posted.
pub(super) fn unposted(tx: &mut Tx<'_>, id: Id<Draft>) -> Result<Draft, LedgerError> {
    let draft = existing(tx, id)?;
    match draft.entry {
        Some(entry) => Err(LedgerError::DraftPosted { draft: id, entry }),
        None => Ok(draft),
    }
}

/// The draft, if it waits for approval.
pub(super) fn submitted(tx: &mut Tx<'_>, id: Id<Draft>) -> Result<Draft, LedgerError> {
    let draft = unposted(tx, id)?;
    match draft.status {
        DraftStatus::Submitted => Ok(draft),
        _ => Err(LedgerError::DraftNotSubmitted { draft: id }),
    }
}

/// The entry that a draft would become. Its lines change only together with the draft, on which the act rests.
pub(super) fn entry_of(tx: &mut Tx<'_>, draft: &Draft) -> Result<NewEntry, LedgerError> {
    let lines = tx.peek_scan(&Range::<DraftPosting>::by_key(&draft.id))?;
    Ok(draft.to_entry(lines.iter().map(|line| line.to_posting())))
}

/// Who did what with a draft, by whose right: facts, of which the draft counts the number.
pub(super) fn steps(
    tx: &mut Tx<'_>,
    draft: &Draft,
) -> Result<Vec<(DraftStep, Vec<ActorId>)>, LedgerError> {
    let rights = tx.peek_scan(&Range::<DraftRight>::by_key(&draft.id))?;
    let steps = tx.peek_scan(&Range::<DraftStep>::by_key(&draft.id))?;
    let with_hands = |step: &std::sync::Arc<DraftStep>| {
        let lent = rights.iter().filter(|right| right.step == step.step);
        let hands = std::iter::once(step.actor.clone()).chain(lent.map(|right| right.of.clone()));
        (step.as_ref().clone(), hands.collect())
    };
    Ok(steps.iter().map(with_hands).collect())
}

/// Writes down what is done; the draft then counts one step more.
pub(super) fn take_step(
    tx: &mut Tx<'_>,
    draft: &mut Draft,
    deed: Deed,
    reason: &Reason,
    why: Option<SmolStr>,
) -> Result<(), Halt> {
    draft.steps += 1;
    let (id, step, edition) = (draft.id, draft.steps, draft.edition);
    let name = match deed {
        Deed::Prepared => "ledger.draft_prepared",
        Deed::Changed => "ledger.draft_changed",
        Deed::Submitted => "ledger.draft_submitted",
        Deed::Approved => "ledger.draft_approved",
        Deed::Rejected => "ledger.draft_rejected",
        Deed::Deleted => "ledger.draft_deleted",
    };
    let event = Event::new(name).with("draft", id);
    tx.emit(event.with("edition", edition));
    for (of, place) in reason.right_of.iter().cloned().zip(1..) {
        tx.insert(DraftRight { draft: id, step, place, of })?;
    }
    let (actor, at) = (tx.actor().clone(), tx.now());
    tx.insert(DraftStep { draft: id, step, deed, edition, actor, at, why })
}
