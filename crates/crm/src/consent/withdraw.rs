//! Withdrawing consent: from one purpose, or from all that comes by a channel.
//!
//! Consent can be withdrawn at any time (GDPR, article 7, paragraph 3), and to what rests on interests the person may object (article 21).
//! So a withdrawal stands no earlier than anything that it withdraws, whatever a source's clock said; and who wants nothing more by a channel
//! has said so of the channel, and not of the purposes that happened to be known.

use fondaco_core::policy::Request;
use fondaco_core::{Act, PartyId, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::ask::purpose;
use super::query::{last, told};
use super::rights::RECORD_CONSENT;
use super::said::Said;
use super::suppression::suppress_parties;
use super::{Channel, ConsentFact, ConsentStatus, LawfulBasis};
use crate::CrmError;
use crate::contacts::{ContactError, group, living_in_group};

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
    /// Whether its addresses go on the suppression list, too: not those of a role, or that another contact has. Postal addresses can't.
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

    /// From all that comes by a channel, for purposes that nobody has recorded yet, too. Only what the person agrees to later, with a proof,
    /// is sent again. What a contract, the law or somebody's life demands goes on: [that](LawfulBasis::can_be_refused) no one can refuse.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::consent::*;
    /// crm.send("offers", &DefinePurposes::one("offers", "Offers", false))?;
    /// crm.send("stop", &Unsubscribe::from_all(ada(), Channel::Email))?;
    /// let (basis, proof) = (LawfulBasis::LegitimateInterests, None);
    /// let ours = NewConsent { basis, proof, ..NewConsent::given(ada(), Channel::Email, "offers", "") };
    /// crm.send("ours", &RecordConsents::new(vec![ours]))?;
    /// let may = crm.view(|view| may_contact(view, ada(), Channel::Email, "offers"))?;
    /// assert_eq!(may, MayContact::Withdrawn);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_all(party: PartyId, channel: Channel) -> Unsubscribe {
        Unsubscribe { party, channel, purpose: None, suppress: false, reason: None }
    }

    fn stage(
        &self,
        tx: &mut Tx<'_>,
        (party, purpose): (PartyId, &SmolStr),
        (basis, at): (LawfulBasis, Timestamp),
    ) -> Result<(), CrmError> {
        let said = Said {
            party,
            channel: self.channel,
            purpose,
            status: ConsentStatus::Withdrawn,
            basis,
            at: Some(at),
            source: &self.reason,
            proof: &None,
        };
        said.stage(tx)
    }

    /// From one purpose, under each id that has not withdrawn it.
    fn one(&self, tx: &mut Tx<'_>, all: &[PartyId], purpose: &SmolStr) -> Result<(), CrmError> {
        let facts = told(tx, self.party, self.channel, purpose)?.facts;
        let at = facts.iter().map(|fact| fact.at).fold(tx.now(), Timestamp::max);
        for &party in all {
            let last = last(facts.iter().filter(|fact| fact.party == party));
            if last.is_none_or(|last| last.status != ConsentStatus::Withdrawn) {
                // Who refuses what was never asked for.
                let basis = last.map_or(LawfulBasis::Consent, |last| last.basis);
                self.stage(tx, (party, purpose), (basis, at))?;
            }
        }
        Ok(())
    }

    /// From the channel, under each id that has not said so since it last agreed to anything.
    fn channel(&self, tx: &mut Tx<'_>, all: &[PartyId]) -> Result<(), CrmError> {
        let mut facts = Vec::new();
        for party in all {
            facts.extend(tx.peek_scan(&Range::<ConsentFact>::by_key(&(*party, self.channel)))?);
        }
        let agreed = facts.iter().filter(|fact| fact.status != ConsentStatus::Withdrawn);
        let agreed = agreed.map(|fact| fact.at).max();
        let at = agreed.map_or(tx.now(), |at| at.max(tx.now()));
        for &party in all {
            let mut own = facts.iter().filter(|fact| fact.party == party && fact.is_of_channel());
            if !own.any(|said| agreed.is_none_or(|agreed| agreed <= said.at)) {
                self.stage(tx, (party, &SmolStr::default()), (LawfulBasis::Consent, at))?;
            }
        }
        Ok(())
    }
}

impl Act for Unsubscribe {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&RECORD_CONSENT))?;
        living_in_group(tx, self.party)?;
        let all = group(tx, self.party)?;
        match &self.purpose {
            Some(code) => {
                let code = purpose(tx, code)?.code.clone();
                self.one(tx, &all, &code)?;
            }
            None => self.channel(tx, &all)?,
        }
        if self.suppress {
            if self.channel == Channel::Post {
                let why = "is nothing for letters: the list holds no postal addresses; unsubscribe without it";
                return Err(ContactError::BadContact { field: "suppress", why }.into());
            }
            let reason = self.reason.clone().unwrap_or_else(|| "unsubscribed".into());
            suppress_parties(tx, &all, (Some(self.channel), false), &reason)?;
        }
        Ok(())
    }
}
