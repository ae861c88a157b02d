//! Recording consent: given, and confirmed.

use std::sync::Arc;

use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::party::Private;
use fondaco_core::policy::Request;
use fondaco_core::{Act, PartyId, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::query::{Told, told};
use super::rights::RECORD_CONSENT;
use super::said::Said;
use super::{Channel, ConsentError, ConsentFact, ConsentStatus, LawfulBasis, Purpose};
use crate::contacts::{living, living_in_group};
use crate::{CrmError, check_count};

/// That somebody may be written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewConsent {
    /// Who.
    pub party: PartyId,
    /// By which channel.
    pub channel: Channel,
    /// For which purpose.
    pub purpose: SmolStr,
    /// On what ground.
    pub basis: LawfulBasis,
    /// Since when; now where nothing is said, unless the same was said before and stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Where it comes from: a code of the host's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
    /// What proves it; needed where the person has agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Private<SmolStr>>,
}

impl NewConsent {
    /// The person has agreed, which `proof` shows.
    pub fn given(
        party: PartyId,
        channel: Channel,
        purpose: impl Into<SmolStr>,
        proof: impl Into<SmolStr>,
    ) -> NewConsent {
        let (purpose, proof) = (purpose.into(), Some(Private(proof.into())));
        let basis = LawfulBasis::Consent;
        NewConsent { party, channel, purpose, basis, at: None, source: None, proof }
    }
}

/// Records consent. Where the purpose demands a double opt-in by e-mail, it waits to be [confirmed](ConfirmConsent); what was confirmed
/// before stands meanwhile. What is told again, of the same time and with the same source and proof, is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordConsents {
    /// Consent by consent, at most 100,000.
    pub consents: Vec<NewConsent>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl RecordConsents {
    /// Records all of these, or none.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::consent::*;
    /// crm.send("news", &DefinePurposes::one("newsletter", "Our newsletter", true))?;
    /// let may = || crm.view(|view| may_contact(view, ada(), Channel::Email, "newsletter"));
    /// assert_eq!(may()?, MayContact::NotAsked);
    /// let given = NewConsent::given(ada(), Channel::Email, "newsletter", "form 12, version 3");
    /// crm.send("form", &RecordConsents::new(vec![given]))?;
    /// assert_eq!(may()?, MayContact::Pending);
    /// crm.send("link", &ConfirmConsent::new(ada(), Channel::Email, "newsletter", "link of mail 77"))?;
    /// assert_eq!(may()?, MayContact::Yes(LawfulBasis::Consent));
    /// crm.send("stop", &Unsubscribe::from_all(ada(), Channel::Email))?;
    /// assert_eq!(may()?, MayContact::Withdrawn);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(consents: Vec<NewConsent>) -> RecordConsents {
        RecordConsents { consents, taking: Taking::AllOrNothing }
    }
}

impl Act for RecordConsents {
    type Answer = Entered;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, CrmError> {
        tx.authorize(&Request::new(&RECORD_CONSENT))?;
        check_count(self.consents.len())?;
        take(tx, self.taking, |tx| {
            let mut entered = Entered::default();
            for (at, new) in self.consents.iter().enumerate() {
                let done = tx.attempt(|tx| record(tx, new))?;
                entered.note(at, done);
            }
            Ok(entered)
        })
    }
}

fn record(tx: &mut Tx<'_>, new: &NewConsent) -> Result<bool, CrmError> {
    living(tx, new.party)?;
    let purpose = purpose(tx, &new.purpose)?;
    if new.basis == LawfulBasis::Consent && new.proof.is_none() {
        let (channel, purpose) = (new.channel.code(), new.purpose.clone());
        return Err(ConsentError::NoProof { channel, purpose }.into());
    }
    let waits =
        purpose.double_opt_in && new.channel == Channel::Email && new.basis == LawfulBasis::Consent;
    let status = if waits { ConsentStatus::Pending } else { ConsentStatus::Given };
    let said = Said {
        party: new.party,
        channel: new.channel,
        purpose: &new.purpose,
        status,
        basis: new.basis,
        at: new.at,
        source: &new.source,
        proof: &new.proof,
    };
    if said.is_there(tx)? {
        return Ok(false);
    }
    said.stage(tx)?;
    Ok(true)
}

pub(super) fn purpose(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Arc<Purpose>, CrmError> {
    let unknown = || ConsentError::UnknownPurpose { purpose: code.clone() };
    Ok(tx.get::<Purpose>(code)?.ok_or_else(unknown)?)
}

/// The second confirmation of a double opt-in: the person followed the link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmConsent {
    /// Who.
    pub party: PartyId,
    /// By which channel.
    pub channel: Channel,
    /// For which purpose.
    pub purpose: SmolStr,
    /// When; now where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What proves it.
    pub proof: Private<SmolStr>,
}

impl ConfirmConsent {
    /// `party` has confirmed, which `proof` shows.
    pub fn new(
        party: PartyId,
        channel: Channel,
        purpose: impl Into<SmolStr>,
        proof: impl Into<SmolStr>,
    ) -> ConfirmConsent {
        let (purpose, proof) = (purpose.into(), Private(proof.into()));
        ConfirmConsent { party, channel, purpose, at: None, proof }
    }
}

impl Act for ConfirmConsent {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&RECORD_CONSENT))?;
        living_in_group(tx, self.party)?;
        let ConfirmConsent { party, channel, .. } = *self;
        let Told { facts, objection } = told(tx, party, channel, &self.purpose)?;
        // Who objected to the channel since then asks for nothing any more.
        let asks = |last: &&Arc<ConsentFact>| {
            last.status == ConsentStatus::Pending
                && objection.as_ref().is_none_or(|objection| objection.at < last.at)
        };
        let pending = super::query::last(facts.iter()).filter(asks);
        let pending = pending.ok_or(ConsentError::NothingPending {
            party,
            channel: channel.code(),
            purpose: self.purpose.clone(),
        })?;
        let said = Said {
            party,
            channel,
            purpose: &self.purpose,
            status: ConsentStatus::Given,
            basis: pending.basis,
            at: Some(self.at.unwrap_or(tx.now()).max(pending.at)),
            source: &pending.source,
            proof: &Some(self.proof.clone()),
        };
        said.stage(tx)
    }
}
