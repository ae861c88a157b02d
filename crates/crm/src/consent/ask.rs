//! Recording consent: given, confirmed, withdrawn.

use std::sync::Arc;

use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::input::check_code;
use fondaco_core::party::Private;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, PartyId, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rights::RECORD_CONSENT;
use super::suppression::suppress_party;
use super::{Channel, ConsentError, ConsentFact, ConsentStatus, LawfulBasis, Purpose};
use crate::contacts::{group, living};
use crate::{CrmError, check_count, check_line_length, is_ahead};

/// The longest proof, in bytes.
const MAX_PROOF: usize = 2_048;

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
    /// Since when; now where nothing is said.
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

/// Records consent. Where the purpose demands a double opt-in by e-mail, it waits to be [confirmed](ConfirmConsent).
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
    said.stage(tx)?;
    Ok(true)
}

fn purpose(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Arc<Purpose>, CrmError> {
    let unknown = || ConsentError::UnknownPurpose { purpose: code.clone() };
    Ok(tx.get::<Purpose>(code)?.ok_or_else(unknown)?)
}

/// Something that is said of consent.
struct Said<'a> {
    party: PartyId,
    channel: Channel,
    purpose: &'a SmolStr,
    status: ConsentStatus,
    basis: LawfulBasis,
    at: Option<Timestamp>,
    source: &'a Option<SmolStr>,
    proof: &'a Option<Private<SmolStr>>,
}

impl Said<'_> {
    /// Stages it as the next fact.
    fn stage(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        let (party, channel, now) = (self.party, self.channel, tx.now());
        let at = self.at.unwrap_or(now);
        if is_ahead(at, now) {
            return Err(ConsentError::FutureConsent { at, now }.into());
        }
        self.source.as_ref().map_or(Ok(()), |source| check_code("source", source))?;
        if let Some(proof) = self.proof {
            check_line_length("proof", &proof.0, MAX_PROOF)?;
        }
        let of = (party, channel, self.purpose.clone());
        let last = tx.peek_scan(&Range::<ConsentFact>::by_key(&of).backwards().limit(1))?;
        let number = last.first().map_or(1, |last| last.number.saturating_add(1));
        tx.get::<ConsentFact>(&(party, channel, self.purpose.clone(), number))?; // there is none
        let proof = self.proof.as_ref().map(|proof| tx.personal(proof.0.clone()));
        let event = Event::new("crm.consent_recorded").with("party", Value::Id(party.to_u128()));
        tx.emit(event.with("channel", channel.code()).with("status", self.status.code()));
        Ok(tx.insert(ConsentFact {
            party,
            channel,
            purpose: self.purpose.clone(),
            number,
            status: self.status,
            basis: self.basis,
            at,
            recorded_at: now,
            actor: tx.actor().as_str().into(),
            source: self.source.clone(),
            proof,
        })?)
    }
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
        living(tx, self.party)?;
        let ConfirmConsent { party, channel, .. } = *self;
        let of = (party, channel, self.purpose.clone());
        let facts = tx.peek_scan(&Range::<ConsentFact>::by_key(&of))?;
        let last = super::query::last(facts.iter());
        let pending = last.filter(|last| last.status == ConsentStatus::Pending);
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

/// Withdraws consent: the contact, under all ids that it has, is not written to any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unsubscribe {
    /// Who.
    pub party: PartyId,
    /// From which channel.
    pub channel: Channel,
    /// From which purpose; from all where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<SmolStr>,
    /// Whether its addresses go on the suppression list, too.
    #[serde(default)]
    pub suppress: bool,
    /// Why, by a code of the host's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<SmolStr>,
}

impl Unsubscribe {
    /// From one purpose.
    pub fn new(party: PartyId, channel: Channel, purpose: impl Into<SmolStr>) -> Unsubscribe {
        Unsubscribe { purpose: Some(purpose.into()), ..Unsubscribe::from_all(party, channel) }
    }

    /// From all that comes by a channel.
    pub fn from_all(party: PartyId, channel: Channel) -> Unsubscribe {
        Unsubscribe { party, channel, purpose: None, suppress: false, reason: None }
    }

    /// The purposes that are withdrawn of one party: with what was said of them last.
    fn withdrawn(
        &self,
        tx: &mut Tx<'_>,
        party: PartyId,
    ) -> Result<Vec<(SmolStr, LawfulBasis)>, CrmError> {
        let facts = tx.peek_scan(&Range::<ConsentFact>::by_key(&(party, self.channel)))?;
        let mut purposes: Vec<SmolStr> = match &self.purpose {
            Some(one) => vec![purpose(tx, one)?.code.clone()],
            None => facts.iter().map(|fact| fact.purpose.clone()).collect(),
        };
        purposes.dedup();
        let stands = |purpose: SmolStr| {
            let last = super::query::last(facts.iter().filter(|fact| fact.purpose == purpose));
            match last {
                Some(last) if last.status == ConsentStatus::Withdrawn => None,
                Some(last) => Some((purpose, last.basis)),
                // Who refuses what was never asked for.
                None => Some((purpose, LawfulBasis::Consent)),
            }
        };
        Ok(purposes.into_iter().filter_map(stands).collect())
    }
}

impl Act for Unsubscribe {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&RECORD_CONSENT))?;
        living(tx, self.party)?;
        let all = group(tx, self.party)?;
        for &party in &all {
            for (purpose, basis) in self.withdrawn(tx, party)? {
                let said = Said {
                    party,
                    channel: self.channel,
                    purpose: &purpose,
                    status: ConsentStatus::Withdrawn,
                    basis,
                    at: None,
                    source: &self.reason,
                    proof: &None,
                };
                said.stage(tx)?;
            }
            if self.suppress {
                let reason = self.reason.clone().unwrap_or_else(|| "unsubscribed".into());
                suppress_party(tx, party, Some(self.channel), &reason)?;
            }
        }
        Ok(())
    }
}
