//! Where a contact stands by a scorecard: what is counted under each of its ids, together.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fondaco_core::store::{Blob, Event, Value as Stored};
use fondaco_core::{PartyId, Reading, Timestamp, Tx};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::keep::Told;
use super::rows::looked_at;
use super::values::{attributes, count, keeps};
use super::{ContactScore, ScorePoint};
use crate::CrmError;
use crate::along::Change;
use crate::attributes::{Value, Values};
use crate::merge::joint_values;
use crate::scoring::rules::{Person, Scorer, Tally};

/// What is counted under one id.
pub(super) struct Row {
    pub(super) row: ContactScore,
    pub(super) tally: Tally,
    pub(super) known: Values,
    pub(super) is_new: bool,
    pub(super) anew: bool,
    pub(super) changed: bool,
}

/// A contact by one scorecard: the first row is that of the id that it goes by.
pub(super) struct Standing<'s> {
    scorer: &'s Scorer,
    ids: Vec<PartyId>,
    rows: Vec<Row>,
}

impl Row {
    /// Takes in what changed; whether that changes anything.
    fn apply(
        &mut self,
        scorer: &Scorer,
        changes: &[&Change<'_>],
        now: Timestamp,
    ) -> Result<bool, CrmError> {
        let mut changed = self.changed;
        let mut values: Option<BTreeMap<SmolStr, Value>> = None;
        for change in changes {
            match change {
                Change::Event(event) => {
                    changed |= count(scorer, &mut self.tally, event, now, true)?;
                }
                // What was counted anew never had it.
                Change::Withdrawn(event) if !self.anew => {
                    changed |= count(scorer, &mut self.tally, event, now, false)?;
                }
                Change::Attribute { attribute, after, .. } if keeps(scorer, attribute) => {
                    let all = self.known.iter().map(|(name, value)| (name.clone(), value.clone()));
                    let values = values.get_or_insert_with(|| all.collect());
                    match after {
                        Some(value) => drop(values.insert(attribute.clone(), value.clone())),
                        None => drop(values.remove(attribute)),
                    }
                }
                Change::Merged { .. } | Change::Separated { .. } => changed = true,
                _ => {}
            }
        }
        if let Some(values) = values {
            changed = true;
            self.known = values.into_iter().collect();
        }
        self.changed = changed;
        Ok(changed)
    }

    /// Stages the row as it stands from now on, where anything of it is other; whether it is in another stage.
    fn stage(
        mut self,
        tx: &mut Tx<'_>,
        stands: Stands,
        wants_points: bool,
        moved: &mut Vec<ScorePoint>,
    ) -> Result<bool, CrmError> {
        let Stands { stage, fit, engagement, at } = stands;
        let row = &mut self.row;
        let has_moved = stage != row.stage;
        let is_other = (fit, engagement) != (row.fit, row.engagement);
        if has_moved || (wants_points && is_other) {
            row.points = row.points.saturating_add(1);
            moved.push(ScorePoint {
                party: row.party,
                card: row.card.clone(),
                number: row.points,
                version: row.version,
                at,
                fit,
                engagement,
                stage_before: row.stage.clone(),
                stage: stage.clone(),
            });
        }
        if has_moved {
            tx.emit(moved_to(row, stage.as_ref()));
            (row.stage, row.stage_since) = (stage, at);
        }
        (row.fit, row.engagement, row.scored_at) = (fit, engagement, at);
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

    /// Whether nothing of it is other where it stands in no stage: then nothing has to be written.
    fn is_at_rest(&self) -> bool {
        let points = [self.row.fit, self.row.engagement];
        !self.is_new
            && !self.changed
            && self.row.stage.is_none()
            && points.iter().all(Decimal::is_zero)
    }
}

/// How a row stands.
struct Stands {
    stage: Option<SmolStr>,
    fit: Decimal,
    engagement: Decimal,
    at: Timestamp,
}

impl<'s> Standing<'s> {
    pub(super) fn new(scorer: &'s Scorer, ids: &[PartyId], rows: Vec<Row>) -> Standing<'s> {
        Standing { scorer, ids: ids.to_vec(), rows }
    }

    /// Takes in what changed; whether that changes anything.
    pub(super) fn apply(&mut self, told: &Told<'_>, now: Timestamp) -> Result<bool, CrmError> {
        let mut changed = false;
        for row in &mut self.rows {
            changed |= row.apply(self.scorer, told.about(row.row.party), now)?;
        }
        Ok(changed)
    }

    /// Looks at it, and stages the rows and what has moved; whether the contact is in another stage. Points alone are a point of its history where that is wanted.
    pub(super) fn stage(
        self,
        tx: &mut Tx<'_>,
        wants_points: bool,
        moved: &mut Vec<ScorePoint>,
    ) -> Result<bool, CrmError> {
        let known = self.known(tx)?;
        let tally = self.tally();
        let at = tx.now().max(tally.until().unwrap_or(tx.now()));
        let attributes = attributes(self.scorer, &known);
        let since = self.rows.iter().map(|row| row.row.known_since).min();
        let score = self.scorer.score(&tally, &Person { attributes: &attributes, since }, at)?;
        let current = highest(self.scorer, self.rows.iter().map(|row| &row.row));
        let stage = self.scorer.stage(current, &score)?.map(SmolStr::from);
        let (fit, engagement) = (score.fit.points, score.engagement.points);
        drop((tally, known));
        let mut has_moved = false;
        for (nth, row) in self.rows.into_iter().enumerate() {
            if nth == 0 {
                let stands = Stands { stage: stage.clone(), fit, engagement, at };
                has_moved = row.stage(tx, stands, wants_points, moved)?;
            } else if !row.is_at_rest() {
                // An alias stands nowhere: whom it stands for does.
                let zero = Decimal::ZERO;
                let stands = Stands { stage: None, fit: zero, engagement: zero, at };
                row.stage(tx, stands, false, moved)?;
            }
        }
        Ok(has_moved)
    }

    fn tally(&self) -> Cow<'_, Tally> {
        match self.rows.as_slice() {
            [one] => Cow::Borrowed(&one.tally),
            all => {
                let mut tally = self.scorer.tally();
                all.iter().for_each(|row| tally.merge(&row.tally));
                Cow::Owned(tally)
            }
        }
    }

    /// What is known of the contact, whichever id it was said of.
    fn known(&self, read: &mut impl Reading) -> Result<Cow<'_, Values>, CrmError> {
        Ok(match (self.ids.as_slice(), self.rows.as_slice()) {
            ([_], [one]) => Cow::Borrowed(&one.known),
            (ids, _) => Cow::Owned(looked_at(joint_values(read, ids)?, self.scorer)),
        })
    }
}

/// The highest stage that any of these rows stands in.
pub(super) fn highest<'r>(
    scorer: &Scorer,
    rows: impl Iterator<Item = &'r ContactScore>,
) -> Option<&'r str> {
    let place = |stage: &str| scorer.card().stages.iter().position(|one| one.stage == stage);
    let placed = rows.filter_map(|row| {
        let stage = row.stage.as_deref()?;
        Some((place(stage)?, stage))
    });
    placed.max().map(|(_, stage)| stage)
}

/// Tells that a contact comes to another stage.
pub(super) fn moved_to(row: &ContactScore, stage: Option<&SmolStr>) -> Event {
    let text =
        |text: Option<&SmolStr>| text.map_or(Stored::Null, |text| Stored::text(text.clone()));
    Event::new("crm.score_moved")
        .with("party", Stored::Id(row.party.to_u128()))
        .with("card", Stored::text(row.card.clone()))
        .with("from", text(row.stage.as_ref()))
        .with("to", text(stage))
}
