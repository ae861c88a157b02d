//! Consent as it is stored: facts.

use fondaco_core::party::ContactKind as Reach;
use fondaco_core::store::{Field, Personal, Record};
use fondaco_core::{PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// How somebody is reached.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail.
    Email,
    /// Telephone calls.
    Phone,
    /// Text messages to a telephone.
    Sms,
    /// Letters.
    Post,
    /// Messengers and the like.
    Messenger,
    /// Audiences that advertising networks are given.
    Ads,
}

impl Channel {
    /// Whether an address of this kind is reached by it.
    pub(super) fn reaches(self, kind: Reach) -> bool {
        match self {
            Channel::Email | Channel::Ads => kind == Reach::Email,
            Channel::Phone | Channel::Sms | Channel::Messenger => {
                matches!(kind, Reach::Phone | Reach::Mobile)
            }
            Channel::Post => false,
        }
    }
}

/// On what ground somebody is written to (GDPR, article 6, paragraph 1, letters a to f).
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LawfulBasis {
    /// The person has agreed.
    Consent,
    /// A contract with the person needs it.
    Contract,
    /// The law demands it.
    LegalObligation,
    /// Somebody's life depends on it.
    VitalInterests,
    /// It is done in the public interest.
    PublicTask,
    /// Interests that outweigh the person's.
    LegitimateInterests,
}

impl LawfulBasis {
    /// Whether the person can end it: consent can be withdrawn (article 7, paragraph 3), to legitimate interests and public tasks one can
    /// object (article 21). A contract, the law and somebody's life demand what they demand.
    ///
    /// ```
    /// use fondaco_crm::consent::LawfulBasis;
    /// assert!(LawfulBasis::LegitimateInterests.can_be_refused());
    /// assert!(!LawfulBasis::LegalObligation.can_be_refused());
    /// ```
    pub fn can_be_refused(self) -> bool {
        match self {
            LawfulBasis::Consent | LawfulBasis::PublicTask | LawfulBasis::LegitimateInterests => {
                true
            }
            LawfulBasis::Contract | LawfulBasis::LegalObligation | LawfulBasis::VitalInterests => {
                false
            }
        }
    }
}

/// How consent stands.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ConsentStatus {
    /// It was asked for, and waits for a second confirmation.
    Pending,
    /// It is given.
    Given,
    /// It is withdrawn, or was refused.
    Withdrawn,
}

/// Something that was said of consent.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_consent", kind = fact, key(party, channel, purpose, number))]
pub struct ConsentFact {
    /// Whose.
    pub party: PartyId,
    /// By which channel.
    pub channel: Channel,
    /// For which purpose; empty where it is said of all that comes by the channel.
    pub purpose: SmolStr,
    /// Counts what was said, from 1.
    pub number: u32,
    /// How it stands.
    pub status: ConsentStatus,
    /// On what ground.
    pub basis: LawfulBasis,
    /// Since when.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub actor: SmolStr,
    /// Where it comes from, or why it was withdrawn: a code of the host's.
    pub source: Option<SmolStr>,
    /// What proves it: the form and its version, the address that it came from.
    pub proof: Option<Personal<SmolStr>>,
}

impl ConsentFact {
    /// Whether it is said of the channel as such, and not of one purpose.
    pub(super) fn is_of_channel(&self) -> bool {
        self.purpose.is_empty()
    }

    /// Whether the person agreed, or is asked to confirm that.
    pub(super) fn is_agreed(&self) -> bool {
        self.basis == LawfulBasis::Consent && self.status != ConsentStatus::Withdrawn
    }
}
