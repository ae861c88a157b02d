//! Leads and their steps, as they are stored.

use fondaco_core::store::{Field, Record};
use fondaco_core::{PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// How a lead stands.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LeadStatus {
    /// Nobody has looked at it.
    New,
    /// Somebody works on it.
    Working,
    /// It is worth an offer.
    Qualified,
    /// It is not, for a reason.
    Disqualified,
    /// It may be one later: it is given back to be kept warm, for a reason.
    Recycled,
}

impl LeadStatus {
    /// What it may become, in words.
    pub(super) fn may(self) -> &'static str {
        match self {
            LeadStatus::New => "working, qualified, disqualified",
            LeadStatus::Working => "qualified, disqualified, recycled",
            LeadStatus::Qualified => "disqualified, recycled",
            LeadStatus::Disqualified => "recycled",
            LeadStatus::Recycled => "working, qualified, disqualified",
        }
    }

    /// Whether it may become that.
    ///
    /// ```
    /// use fondaco_crm::leads::LeadStatus;
    /// assert!(LeadStatus::Disqualified.may_become(LeadStatus::Recycled));
    /// assert!(!LeadStatus::Disqualified.may_become(LeadStatus::Working));
    /// ```
    pub fn may_become(self, to: LeadStatus) -> bool {
        self.may().split(", ").any(|may| may == to.code())
    }

    /// Whether nobody works on it any more.
    pub fn is_closed(self) -> bool {
        matches!(self, LeadStatus::Qualified | LeadStatus::Disqualified)
    }

    /// Whether it says nothing without a reason.
    pub(super) fn needs_reason(self) -> bool {
        matches!(self, LeadStatus::Disqualified | LeadStatus::Recycled)
    }
}

/// Interest of a contact that somebody works on.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "crm_lead", kind = state, key(party, number), index(by_status(status, since)), index(by_owner(owner, status)), guard(by_party(party)),
)]
pub struct Lead {
    /// Whose.
    pub party: PartyId,
    /// Counts the contact's leads, from 1.
    pub number: u32,
    /// How it stands.
    pub status: LeadStatus,
    /// Since when.
    pub since: Timestamp,
    /// When the interest came.
    pub opened_at: Timestamp,
    /// When somebody first did something about it.
    pub worked_at: Option<Timestamp>,
    /// How many steps there were.
    pub steps: u32,
    /// Where it comes from: a code of the host's.
    pub source: SmolStr,
    /// Who works on it.
    pub owner: Option<SmolStr>,
    /// The organisation that it belongs to.
    pub organisation: Option<PartyId>,
    /// Why it stands as it does.
    pub reason: Option<SmolStr>,
}

/// A step of a lead: another status, or somebody else who works on it.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_lead_step", kind = fact, key(party, number, step))]
pub struct LeadStep {
    /// Whose.
    pub party: PartyId,
    /// Which lead.
    pub number: u32,
    /// Counts its steps, from 1: that it was opened.
    pub step: u32,
    /// How it stands from then on.
    pub status: LeadStatus,
    /// Who works on it from then on.
    pub owner: Option<SmolStr>,
    /// Since when.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub actor: SmolStr,
    /// Why.
    pub reason: Option<SmolStr>,
}

impl Lead {
    /// Its last step as a fact.
    pub(super) fn last_step(&self, at: Timestamp, recorded_at: Timestamp, actor: &str) -> LeadStep {
        LeadStep {
            party: self.party,
            number: self.number,
            step: self.steps,
            status: self.status,
            owner: self.owner.clone(),
            at,
            recorded_at,
            actor: actor.into(),
            reason: self.reason.clone(),
        }
    }
}
