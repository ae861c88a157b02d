//! Scores go along with what is recorded: they are right in the commit of their cause.
//!
//! Each contact has one row per scorecard, which the commits of its events read and write: so of two at a time the second sees the first. Who has no row yet, or one by
//! another version, is counted once from all that is recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::store::{Blob, Event, Value as Stored};
use fondaco_core::tx::Needs;
use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp, Tx};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::cards::{Cards, in_use};
use super::values::{attributes, count, keeps};
use super::{ContactScore, ScorePoint};
use crate::CrmError;
use crate::along::{Along, Change};
use crate::attributes::{AttributeValue, Value, Values};
use crate::contacts::Profile;
use crate::events::{BehaviourEvent, Superseded};
use crate::scoring::rules::{Person, Scorer, Tally};

/// Keeps scores up to date.
pub(crate) struct Keeping;

impl Along for Keeping {
    fn note(tx: &mut Tx<'_>, changes: &[Change<'_>]) -> Result<(), CrmError> {
        let cards = in_use(tx)?;
        if cards.0.is_empty() {
            return Ok(());
        }
        let mut of: BTreeMap<PartyId, Vec<&Change<'_>>> = BTreeMap::new();
        for change in changes {
            if let Some(party) = about(change) {
                of.entry(party).or_default().push(change);
            }
        }
        let parties: Vec<PartyId> = of.keys().copied().collect();
        let mut rows = Rows::read(tx, &cards, &parties, |party| !is_added(&of, party))?;
        let mut moved = Vec::new();
        for (party, changes) in &of {
            for (name, scorer) in &cards.0 {
                let Some(mut row) = rows.take(tx, *party, name, scorer, changes)? else { continue };
                if row.apply(changes, tx.now())? {
                    row.stage(tx, false, &mut moved)?;
                }
            }
        }
        Ok(tx.insert_all(moved)?)
    }
}

/// Whose scores it may change.
fn about(change: &Change<'_>) -> Option<PartyId> {
    match change {
        Change::Event(event) | Change::Withdrawn(event) => Some(event.party),
        Change::Added(profile) => Some(profile.party),
        Change::Attribute { party, .. } => Some(*party),
        _ => None,
    }
}

/// Whether somebody is new in this very act, so that nothing is recorded of them.
fn is_added(of: &BTreeMap<PartyId, Vec<&Change<'_>>>, party: PartyId) -> bool {
    of.get(&party).is_some_and(|changes| changes.iter().any(|c| matches!(c, Change::Added(_))))
}

/// The rows of some contacts, read in one trip, with what is recorded of those who have none.
pub(super) struct Rows(BTreeMap<(PartyId, SmolStr), Arc<ContactScore>>);

impl Rows {
    pub(super) fn read(
        tx: &mut Tx<'_>,
        cards: &Cards,
        parties: &[PartyId],
        may_have_more: impl Fn(PartyId) -> bool,
    ) -> Result<Self, CrmError> {
        let each = |party: &PartyId| {
            cards.0.iter().map(|(name, _)| (*party, name.clone())).collect::<Vec<_>>()
        };
        let keys: Vec<(PartyId, SmolStr)> = parties.iter().flat_map(each).collect();
        tx.need_all(Needs::new().rows::<ContactScore>(&keys).rows::<Profile>(parties))?;
        let rows = tx.get_many::<ContactScore>(&keys)?;
        let mut kept = BTreeMap::new();
        let mut anew: BTreeSet<PartyId> = BTreeSet::new();
        for (key, row) in keys.into_iter().zip(rows) {
            let version = cards.get(&key.1).map(|scorer| scorer.card().version);
            match row {
                Some(row) if Some(row.version) == version => drop(kept.insert(key, row)),
                other => {
                    anew.insert(key.0);
                    kept.extend(other.map(|row| (key, row)));
                }
            }
        }
        let anew: Vec<PartyId> = anew.into_iter().filter(|party| may_have_more(*party)).collect();
        let by_key = |party: &PartyId| Range::<Superseded>::by_key(party);
        tx.peek_scans(&anew.iter().map(by_key).collect::<Vec<_>>())?;
        tx.peek_scans(&anew.iter().map(Range::<AttributeValue>::by_key).collect::<Vec<_>>())?;
        let events = |party: &PartyId| Range::by(BehaviourEvent::BY_PARTY, party);
        tx.peek_scans(&anew.iter().map(events).collect::<Vec<_>>())?;
        Ok(Self(kept))
    }

    /// The row of a contact, counted anew where it has to be; nothing for who is not there, or erased.
    pub(super) fn take<'s>(
        &mut self,
        tx: &mut Tx<'_>,
        party: PartyId,
        name: &SmolStr,
        scorer: &'s Scorer,
        changes: &[&Change<'_>],
    ) -> Result<Option<Row<'s>>, CrmError> {
        let before = self.0.remove(&(party, name.clone()));
        if let Some(row) = before.as_ref().filter(|row| row.version == scorer.card().version) {
            let (row, values) = (row.as_ref().clone(), row.known.get().cloned());
            let Some(known) = values else { return Ok(None) };
            let tally = row.tally()?;
            return Ok(Some(Row { scorer, row, tally, known, is_new: false, anew: false }));
        }
        let added = changes.iter().find_map(|change| match change {
            Change::Added(profile) => Some((profile.added_at, false)),
            _ => None,
        });
        let since = match added {
            Some((since, _)) => since,
            None => match tx.get::<Profile>(&party)? {
                Some(profile) if !profile.is_erased() => profile.added_at,
                _ => return Ok(None),
            },
        };
        let (mut tally, mut known) = (scorer.tally(), Values::default());
        if added.is_none() {
            known = kept_values(tx, party, scorer)?;
            let now = tx.now();
            let told: BTreeSet<(&SmolStr, &SmolStr)> =
                changes.iter().filter_map(|c| id(c)).collect();
            each_of(tx, party, |event| {
                // What this act is about is counted by what it says.
                if !told.contains(&(&event.source, &event.source_id)) {
                    count(scorer, &mut tally, event, now, true)?;
                }
                Ok(())
            })?;
        }
        let is_new = before.is_none();
        let row = before.map_or_else(|| fresh(tx, party, name, since), |row| row.as_ref().clone());
        let row = ContactScore { version: scorer.card().version, ..row };
        Ok(Some(Row { scorer, row, tally, known, is_new, anew: true }))
    }
}

fn id<'c>(change: &&'c Change<'_>) -> Option<(&'c SmolStr, &'c SmolStr)> {
    match change {
        Change::Event(event) | Change::Withdrawn(event) => Some((&event.source, &event.source_id)),
        _ => None,
    }
}

fn fresh(tx: &mut Tx<'_>, party: PartyId, card: &SmolStr, known_since: Timestamp) -> ContactScore {
    ContactScore {
        party,
        card: card.clone(),
        version: 0,
        tally: Blob::default(),
        known_since,
        known: tx.personal(Values::default()),
        stage: None,
        stage_since: known_since,
        fit: Decimal::ZERO,
        engagement: Decimal::ZERO,
        scored_at: known_since,
        points: 0,
    }
}

/// What is known of somebody that the scorecard looks at.
pub(super) fn kept_values(
    read: &mut impl Reading,
    party: PartyId,
    scorer: &Scorer,
) -> Result<Values, Halt> {
    let all = crate::attributes::values(read, party)?;
    let own = all.iter().filter(|(name, _)| keeps(scorer, name));
    Ok(own.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// Each event of one party that counts, as it is stored.
pub(super) fn each_of(
    read: &mut impl Reading,
    party: PartyId,
    mut each: impl FnMut(&BehaviourEvent) -> Result<(), CrmError>,
) -> Result<(), CrmError> {
    let gone = read.peek_scan(&Range::<Superseded>::by_key(&party))?;
    let gone: BTreeSet<_> =
        gone.iter().map(|mark| (&mark.source, &mark.source_id, mark.revision)).collect();
    for event in read.peek_scan(&Range::by(BehaviourEvent::BY_PARTY, &party))? {
        if !gone.contains(&(&event.source, &event.source_id, event.revision)) {
            each(&event)?;
        }
    }
    Ok(())
}

/// A row that is being changed.
pub(super) struct Row<'s> {
    scorer: &'s Scorer,
    row: ContactScore,
    tally: Tally,
    known: Values,
    is_new: bool,
    anew: bool,
}

impl Row<'_> {
    /// Takes in what changed; whether that changes anything.
    fn apply(&mut self, changes: &[&Change<'_>], now: Timestamp) -> Result<bool, CrmError> {
        let mut changed = false;
        let mut values: Option<BTreeMap<SmolStr, Value>> = None;
        for change in changes {
            match change {
                Change::Event(event) => {
                    changed |= count(self.scorer, &mut self.tally, event, now, true)?;
                }
                // What was counted anew never had it.
                Change::Withdrawn(event) if !self.anew => {
                    changed |= count(self.scorer, &mut self.tally, event, now, false)?;
                }
                Change::Attribute { attribute, after, .. } if keeps(self.scorer, attribute) => {
                    let all = self.known.iter().map(|(name, value)| (name.clone(), value.clone()));
                    let values = values.get_or_insert_with(|| all.collect());
                    match after {
                        Some(value) => drop(values.insert(attribute.clone(), value.clone())),
                        None => drop(values.remove(attribute)),
                    }
                }
                _ => {}
            }
        }
        if let Some(values) = values {
            changed = true;
            self.known = values.into_iter().collect();
        }
        Ok(changed)
    }

    /// Looks at it, and stages the row and what has moved. Points alone are a point of its history where that is wanted.
    pub(super) fn stage(
        mut self,
        tx: &mut Tx<'_>,
        wants_points: bool,
        moved: &mut Vec<ScorePoint>,
    ) -> Result<bool, CrmError> {
        let now = tx.now().max(self.tally.until().unwrap_or(tx.now()));
        let attributes = attributes(self.scorer, &self.known);
        let person = Person { attributes: &attributes, since: Some(self.row.known_since) };
        let score = self.scorer.score(&self.tally, &person, now)?;
        let current = self.row.stage.as_deref().filter(|stage| self.scorer.has_stage(stage));
        let stage = self.scorer.stage(current, &score)?.map(SmolStr::from);
        let has_moved = stage != self.row.stage;
        let other =
            (score.fit.points, score.engagement.points) != (self.row.fit, self.row.engagement);
        let row = &mut self.row;
        if has_moved || (wants_points && other) {
            row.points = row.points.saturating_add(1);
            moved.push(ScorePoint {
                party: row.party,
                card: row.card.clone(),
                number: row.points,
                version: row.version,
                at: now,
                fit: score.fit.points,
                engagement: score.engagement.points,
                stage_before: row.stage.clone(),
                stage: stage.clone(),
            });
        }
        if has_moved {
            tx.emit(told(row, stage.as_ref()));
            (row.stage, row.stage_since) = (stage, now);
        }
        (row.fit, row.engagement, row.scored_at) = (score.fit.points, score.engagement.points, now);
        row.tally = Blob(self.tally.to_bytes().into());
        if row.known.get() != Some(&self.known) {
            row.known = tx.personal(self.known);
        }
        match self.is_new {
            true => tx.insert(self.row)?,
            false => tx.put(self.row)?,
        }
        Ok(has_moved)
    }
}

fn told(row: &ContactScore, stage: Option<&SmolStr>) -> Event {
    let text =
        |text: Option<&SmolStr>| text.map_or(Stored::Null, |text| Stored::text(text.clone()));
    Event::new("crm.score_moved")
        .with("party", Stored::Id(row.party.to_u128()))
        .with("card", Stored::text(row.card.clone()))
        .with("from", text(row.stage.as_ref()))
        .with("to", text(stage))
}
