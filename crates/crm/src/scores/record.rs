//! Scorecards and what they say of contacts, as they are stored.

use fondaco_core::store::{Blob, Json, Personal, Record};
use fondaco_core::{Halt, PartyId, Timestamp};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::attributes::Values;
use crate::scoring::rules::{Scorecard, Tally};

/// A version of a scorecard.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_scorecard", kind = fact, key(name, version))]
pub struct CardVersion {
    /// What the scorecard is called.
    pub name: SmolStr,
    /// Its version.
    pub version: u32,
    /// The scorecard, as JSON.
    pub card: Json,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Which version of a scorecard counts.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_scorecard_use", kind = state, key(name), guard(all()), layout = 2)]
pub struct CardInUse {
    /// What the scorecard is called.
    pub name: SmolStr,
    /// Which version; nothing where none does any more.
    pub version: Option<u32>,
    /// That version, as JSON.
    pub card: Option<Json>,
    /// Since when.
    pub since: Timestamp,
    /// How often another version, or none, came to count: what was counted before is counted anew.
    #[record(since = 2)]
    pub uses: Option<u32>,
}

/// What a scorecard has counted of a contact under one id, and what came of it, with all its ids, when it was looked at last: that stands with the id that it
/// goes by, and others stand in no stage.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_score", kind = state, key(party, card), index(by_stage(card, stage)), layout = 2)]
pub struct ContactScore {
    /// Whose, as it was said: [`group`](crate::contacts::group) tells who that is now.
    pub party: PartyId,
    /// By which scorecard.
    pub card: SmolStr,
    /// By which version of it.
    pub version: u32,
    /// What it has counted ([`Tally::to_bytes`]).
    pub tally: Blob,
    /// Since when the contact is known.
    pub known_since: Timestamp,
    /// The values that the scorecard looks at.
    pub known: Personal<Values>,
    /// What the points led to.
    pub stage: Option<SmolStr>,
    /// Since when.
    pub stage_since: Timestamp,
    /// Points for what the contact is, when it was looked at last.
    pub fit: Decimal,
    /// Points for what it did.
    pub engagement: Decimal,
    /// When that was.
    pub scored_at: Timestamp,
    /// How many [points of its history](ScorePoint) there are.
    pub points: u32,
    /// By which [use](CardInUse::uses) of the scorecard it was counted: by another it is counted anew.
    #[record(since = 2)]
    pub used: Option<u32>,
}

/// A point of a score's history: another stage, or other points when it was looked at.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_score_point", kind = fact, key(party, card, number))]
pub struct ScorePoint {
    /// Whose.
    pub party: PartyId,
    /// By which scorecard.
    pub card: SmolStr,
    /// Counted from 1.
    pub number: u32,
    /// By which version of it.
    pub version: u32,
    /// When.
    pub at: Timestamp,
    /// Points for what the contact is.
    pub fit: Decimal,
    /// Points for what it did.
    pub engagement: Decimal,
    /// The stage before.
    pub stage_before: Option<SmolStr>,
    /// The stage from then on.
    pub stage: Option<SmolStr>,
}

impl CardInUse {
    /// The scorecard, if one counts.
    pub(super) fn scorecard(&self) -> Result<Option<Scorecard>, Halt> {
        Ok(self.card.as_ref().map(Json::to).transpose()?)
    }
}

impl ContactScore {
    /// Points in all, when it was looked at last.
    #[must_use]
    pub fn total(&self) -> Decimal {
        self.fit + self.engagement
    }

    /// Whether what was personal of it was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.known.get().is_none()
    }

    pub(super) fn tally(&self) -> Result<Tally, crate::KernelError> {
        Tally::from_bytes(&self.tally.0)
    }
}
