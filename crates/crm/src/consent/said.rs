//! What is said of consent, on its way to be a fact.

use std::sync::Arc;

use fondaco_core::party::Private;
use fondaco_core::store::{Event, Personal, Value};
use fondaco_core::{PartyId, Range, Reading, Timestamp, Tx};
use smol_str::SmolStr;

use super::query::objection;
use super::{Channel, ConsentError, ConsentFact, ConsentStatus, LawfulBasis};
use crate::{CrmError, check_code, check_text, is_ahead};

/// The longest proof, in bytes.
const MAX_PROOF: usize = 2_048;

/// Something that is said of consent.
pub(super) struct Said<'a> {
    pub(super) party: PartyId,
    pub(super) channel: Channel,
    pub(super) purpose: &'a SmolStr,
    pub(super) status: ConsentStatus,
    pub(super) basis: LawfulBasis,
    pub(super) at: Option<Timestamp>,
    pub(super) source: &'a Option<SmolStr>,
    pub(super) proof: &'a Option<Private<SmolStr>>,
}

impl Said<'_> {
    /// Whether just this was said before: of that time; or, where no time is said, since consent was last withdrawn.
    pub(super) fn is_there(&self, tx: &mut Tx<'_>) -> Result<bool, CrmError> {
        let of = (self.party, self.channel, self.purpose.clone());
        let facts = tx.peek_scan(&Range::<ConsentFact>::by_key(&of))?;
        let proof = self.proof.as_ref().map(|proof| &proof.0);
        let says_so = |fact: &&Arc<ConsentFact>| {
            fact.status == self.status
                && fact.basis == self.basis
                && fact.source == *self.source
                && fact.proof.as_ref().and_then(Personal::get) == proof
        };
        let is_refused = |fact: &&Arc<ConsentFact>| fact.status == ConsentStatus::Withdrawn;
        Ok(match self.at {
            Some(at) => facts.iter().filter(says_so).any(|fact| fact.at == at),
            None => {
                let objection = objection(tx, self.party, self.channel)?;
                let refused = facts.iter().filter(is_refused).map(|fact| fact.at);
                let refused = refused.chain(objection.map(|fact| fact.at)).max();
                let stands = |fact: &Arc<ConsentFact>| refused.is_none_or(|at| at < fact.at);
                facts.iter().filter(says_so).any(stands)
            }
        })
    }

    /// Stages it as the next fact.
    pub(super) fn stage(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        let (party, channel, now) = (self.party, self.channel, tx.now());
        let at = self.at.unwrap_or(now);
        if is_ahead(at, now) {
            return Err(ConsentError::FutureConsent { at, now }.into());
        }
        self.source.as_ref().map_or(Ok(()), |source| check_code("source", source))?;
        if let Some(proof) = self.proof {
            check_text("proof", &proof.0, MAX_PROOF)?;
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
