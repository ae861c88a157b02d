//! What contacts' scores are, and were.

use std::sync::Arc;

use fondaco_core::report::Explain;
use fondaco_core::{PartyId, Range, Reading, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::cards::{Card, Cards};
use super::rows::each_of;
use super::standing::highest;
use super::values::{attributes, count};
use super::{CardInUse, ContactScore, ScorePoint};
use crate::contacts::{Profile, group};
use crate::merge::joint_values;
use crate::scoring::rules::{Person, Tally};
use crate::{CrmError, is_ahead};

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

/// A contact's score at a time, not before what was recorded last: where that was up to five minutes later, by another's clock, the score is as of then. Nothing where no
/// scorecard of that name counts, or nobody is there who is not erased.
///
/// # Errors
/// When something was recorded later than that after the time; a [`Halt`](fondaco_core::Halt), to be passed on.
pub fn contact_score(
    read: &mut impl Reading,
    party: PartyId,
    card: &str,
    at: Timestamp,
) -> Result<Option<KeptScore>, CrmError> {
    let row = read.peek::<CardInUse>(&SmolStr::from(card))?;
    let cards = Cards::of(row.as_slice())?;
    let Some(card) = cards.get(card) else { return Ok(None) };
    let scorer = &card.scorer;
    let ids = group(read, party)?;
    let (mut tally, mut rows) = (scorer.tally(), Vec::new());
    let mut since = None::<Timestamp>;
    for party in &ids {
        let Some(profile) = read.peek::<Profile>(party)?.filter(|one| !one.is_erased()) else {
            continue;
        };
        let kept = read.peek::<ContactScore>(&(*party, card.name.clone()))?;
        tally.merge(&counted(read, *party, card, kept.as_deref())?);
        since = Some(since.map_or(profile.since(), |since| since.min(profile.since())));
        rows.extend(kept);
    }
    if since.is_none() {
        return Ok(None);
    }
    let values = joint_values(read, &ids)?;
    // Another's clock, or a source's, may be a little ahead of who asks.
    let at = tally.until().filter(|until| *until > at && !is_ahead(*until, at)).unwrap_or(at);
    let attributes = attributes(scorer, &values);
    let score = scorer.score(&tally, &Person { attributes: &attributes, since }, at)?;
    let current = highest(scorer, rows.iter().map(AsRef::as_ref));
    let stage = scorer.stage(current, &score)?.map(SmolStr::from);
    let (fit, engagement) = (score.fit.points, score.engagement.points);
    let (total, cell, why) = (score.total, score.cell(), score.explain());
    Ok(Some(KeptScore { at, fit, engagement, total, cell, stage, why }))
}

/// What a scorecard has counted of one party, anew where what is kept is of another use.
fn counted(
    read: &mut impl Reading,
    party: PartyId,
    card: &Card,
    kept: Option<&ContactScore>,
) -> Result<Tally, CrmError> {
    if let Some(row) = kept.filter(|row| card.made(row)) {
        return Ok(row.tally()?);
    }
    let mut tally = card.scorer.tally();
    each_of(read, party, |event| {
        count(&card.scorer, &mut tally, event, event.recorded_at, true)?;
        Ok(())
    })?;
    Ok(tally)
}

/// How a contact's score went, under all its ids: each time one of them came to another stage, or was looked at and had other points.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn score_history(
    read: &mut impl Reading,
    party: PartyId,
    card: &str,
) -> Result<Vec<Arc<ScorePoint>>, CrmError> {
    let ids = group(read, party)?;
    let of: Vec<_> = ids.iter().map(|id| (*id, SmolStr::from(card))).collect();
    let points =
        read.peek_scans(&of.iter().map(Range::<ScorePoint>::by_key).collect::<Vec<_>>())?;
    let mut points: Vec<Arc<ScorePoint>> = points.into_iter().flatten().collect();
    points.sort_by_key(|point| point.at); // of one moment: first those of the id that it goes by
    Ok(points)
}

/// Who is in a stage by a scorecard, each once: the ids that contacts go by.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn scored_as(
    read: &mut impl Reading,
    card: &str,
    stage: &str,
) -> Result<Vec<Arc<ContactScore>>, CrmError> {
    let key = (SmolStr::from(card), SmolStr::from(stage));
    let rows = read.peek_scan(&Range::by(ContactScore::BY_STAGE, &key))?;
    Ok(rows.into_iter().filter(|row| !row.is_erased()).collect())
}
