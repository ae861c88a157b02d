//! Scores go along with what is recorded: they are right in the commit of their cause.
//!
//! Each id of a contact has one row per scorecard, which the commits of its events read and write: so of two at a time the second sees the first. Who has no row yet, or
//! one that was counted by what is not in use any more, is counted once from all that is recorded. Where a contact stands is judged by all its ids together, and kept
//! with the one that it goes by.

use std::collections::BTreeMap;

use fondaco_core::{Halt, PartyId, Range, Reading, Tx};

use super::cards::in_use;
use super::rows::Rows;
use super::standing::moved_to;
use super::{ContactScore, ScorePoint};
use crate::CrmError;
use crate::along::{Along, Change};
use crate::contacts::groups;

/// Keeps scores up to date.
pub(crate) struct Keeping;

impl Along for Keeping {
    fn note(tx: &mut Tx<'_>, changes: &[Change<'_>]) -> Result<(), CrmError> {
        let told = Told::of(changes);
        let mut moved = told.erased.iter().try_fold(Vec::new(), |mut moved, party| {
            forget(tx, *party, &mut moved)?;
            Ok::<_, Halt>(moved)
        })?;
        let cards = in_use(tx)?;
        if !cards.0.is_empty() && !told.of.is_empty() {
            let parties: Vec<PartyId> = told.of.keys().copied().collect();
            let groups = groups(tx, &parties)?;
            let mut rows = Rows::read(tx, &cards, &groups, &told)?;
            for ids in &groups {
                for card in &cards.0 {
                    if let Some(mut one) = rows.take(tx, ids, card, &told)?
                        && one.apply(&told, tx.now())?
                    {
                        one.stage(tx, false, &mut moved)?;
                    }
                }
            }
        }
        Ok(tx.insert_all(moved)?)
    }
}

/// What one act changes, by whom it is about.
#[derive(Default)]
pub(super) struct Told<'c> {
    of: BTreeMap<PartyId, Vec<&'c Change<'c>>>,
    erased: Vec<PartyId>,
}

impl<'c> Told<'c> {
    fn of(changes: &'c [Change<'c>]) -> Told<'c> {
        let mut told = Told::default();
        for change in changes {
            if let Change::Erased { party } = change {
                told.erased.push(*party);
            }
            for party in about(change).into_iter().flatten() {
                told.of.entry(party).or_default().push(change);
            }
        }
        told
    }

    /// What is about one id, in order.
    pub(super) fn about(&self, party: PartyId) -> &[&'c Change<'c>] {
        self.of.get(&party).map_or(&[], Vec::as_slice)
    }

    /// Whether somebody is new in this very act, so that nothing is recorded of them.
    pub(super) fn is_added(&self, party: PartyId) -> bool {
        self.about(party).iter().any(|change| matches!(change, Change::Added(_)))
    }
}

/// Whose scores it may change.
fn about(change: &Change<'_>) -> [Option<PartyId>; 2] {
    match change {
        Change::Event(event) | Change::Withdrawn(event) => [Some(event.party), None],
        Change::Added(profile) => [Some(profile.party), None],
        Change::Attribute { party, .. } => [Some(*party), None],
        Change::Merged { gone, keep } | Change::Separated { gone, keep } => {
            [Some(*keep), Some(*gone)]
        }
        Change::Profile { .. } | Change::Erased { .. } => [None, None],
    }
}

/// Who is erased stands nowhere any more, by whatever scorecard.
fn forget(tx: &mut Tx<'_>, party: PartyId, moved: &mut Vec<ScorePoint>) -> Result<(), Halt> {
    for row in tx.peek_scan(&Range::<ContactScore>::by_key(&party))? {
        let Some(row) = tx.get::<ContactScore>(&(party, row.card.clone()))? else { continue };
        if row.stage.is_some() {
            tx.emit(moved_to(&row, None));
            moved.push(ScorePoint {
                party,
                card: row.card.clone(),
                number: row.points.saturating_add(1),
                version: row.version,
                at: tx.now(),
                fit: row.fit,
                engagement: row.engagement,
                stage_before: row.stage.clone(),
                stage: None,
            });
        }
        tx.delete::<ContactScore>(&(party, row.card.clone()))?;
    }
    Ok(())
}
