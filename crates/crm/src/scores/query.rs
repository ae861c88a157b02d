//! What contacts' scores are, and were.

use std::sync::Arc;

use fondaco_core::report::Explain;
use fondaco_core::{PartyId, Range, Reading, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::cards::Cards;
use super::keep::{each_of, kept_values};
use super::values::{attributes, count};
use super::{CardInUse, ContactScore, ScorePoint};
use crate::CrmError;
use crate::attributes::Values;
use crate::contacts::{Profile, group};
use crate::scoring::rules::{Person, Scorer, Tally};

/// A contact's score at a time, with those who were merged into it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptScore {
    /// As of when.
    pub at: Timestamp,
    /// Points for what it is.
    pub fit: Decimal,
    /// Points for what it did.
    pub engagement: Decimal,
    /// Both.
    pub total: Decimal,
    /// The cell of the grid, such as "A1".
    pub cell: Option<String>,
    /// What the points lead to, from the stage that is kept.
    pub stage: Option<SmolStr>,
    /// Why it is so.
    pub why: Explain,
}

/// A contact's score at a time, not before what was recorded last; nothing where no scorecard of that name counts, or nobody is there.
///
/// # Errors
/// When something was recorded after that time; a [`Halt`](fondaco_core::Halt), to be passed on.
pub fn contact_score(
    read: &mut impl Reading,
    party: PartyId,
    card: &str,
    at: Timestamp,
) -> Result<Option<KeptScore>, CrmError> {
    let row = read.peek::<CardInUse>(&SmolStr::from(card))?;
    let cards = Cards::of(row.as_slice())?;
    let Some(scorer) = cards.get(card) else { return Ok(None) };
    let (mut tally, mut values) = (scorer.tally(), Values::default());
    let (mut since, mut stage) = (None::<Timestamp>, None);
    for (nth, party) in group(read, party)?.into_iter().enumerate() {
        let Some(profile) = read.peek::<Profile>(&party)? else { continue };
        let kept = read.peek::<ContactScore>(&(party, SmolStr::from(card)))?;
        let (own, known) = counted(read, party, scorer, kept.as_deref())?;
        tally.merge(&own);
        // What is known of the one that stands counts before what is of those merged into it.
        let all = known.iter().chain(values.iter());
        values = all.map(|(name, value)| (name.clone(), value.clone())).collect();
        since = Some(since.map_or(profile.added_at, |since| since.min(profile.added_at)));
        if nth == 0 {
            stage = kept.and_then(|row| row.stage.clone());
        }
    }
    if since.is_none() {
        return Ok(None);
    }
    let attributes = attributes(scorer, &values);
    let score = scorer.score(&tally, &Person { attributes: &attributes, since }, at)?;
    let current = stage.as_deref().filter(|stage| scorer.has_stage(stage));
    let stage = scorer.stage(current, &score)?.map(SmolStr::from);
    let (fit, engagement) = (score.fit.points, score.engagement.points);
    let (total, cell, why) = (score.total, score.cell(), score.explain());
    Ok(Some(KeptScore { at, fit, engagement, total, cell, stage, why }))
}

/// What a scorecard has counted of one party, anew where what is kept is by another version.
pub(super) fn counted(
    read: &mut impl Reading,
    party: PartyId,
    scorer: &Scorer,
    kept: Option<&ContactScore>,
) -> Result<(Tally, Values), CrmError> {
    if let Some(row) = kept.filter(|row| row.version == scorer.card().version) {
        return Ok((row.tally()?, row.known.get().cloned().unwrap_or_default()));
    }
    let mut tally = scorer.tally();
    each_of(read, party, |event| {
        count(scorer, &mut tally, event, event.recorded_at, true)?;
        Ok(())
    })?;
    Ok((tally, kept_values(read, party, scorer)?))
}

/// How a contact's score went: each time it came to another stage, or was looked at and had other points.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn score_history(
    read: &mut impl Reading,
    party: PartyId,
    card: &str,
) -> Result<Vec<Arc<ScorePoint>>, CrmError> {
    Ok(read.peek_scan(&Range::<ScorePoint>::by_key(&(party, SmolStr::from(card))))?)
}

/// Who is in a stage by a scorecard.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn scored_as(
    read: &mut impl Reading,
    card: &str,
    stage: &str,
) -> Result<Vec<Arc<ContactScore>>, CrmError> {
    let key = (SmolStr::from(card), SmolStr::from(stage));
    Ok(read.peek_scan(&Range::by(ContactScore::BY_STAGE, &key))?)
}
