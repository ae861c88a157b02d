//! Whether somebody may be written to.

use std::sync::Arc;

use fondaco_core::party::Contact;
use fondaco_core::{Halt, PartyId, Range, Reading};
use smol_str::SmolStr;

use super::suppression::is_suppressed;
use super::{Channel, ConsentFact, ConsentStatus, LawfulBasis};
use crate::contacts::{Profile, group};

/// Whether somebody may be written to, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayContact {
    /// Yes, on this ground.
    Yes(LawfulBasis),
    /// Nobody has recorded a ground.
    NotAsked,
    /// Consent waits to be confirmed.
    Pending,
    /// It was withdrawn, or nothing more was wanted by the channel.
    Withdrawn,
    /// One of its addresses is on the suppression list.
    Suppressed,
    /// What was personal of it was erased.
    Erased,
    /// Nobody is known under that id.
    Unknown,
}

/// What counts of what was said: the last by time; of one time what allows less, then what was recorded last.
pub(super) fn last<'f>(
    facts: impl Iterator<Item = &'f Arc<ConsentFact>>,
) -> Option<&'f Arc<ConsentFact>> {
    facts.max_by_key(|fact| {
        (fact.at, fact.status == ConsentStatus::Withdrawn, fact.recorded_at, fact.number)
    })
}

/// What all ids of a contact said of one channel and purpose.
pub(super) struct Told {
    pub(super) facts: Vec<Arc<ConsentFact>>,
    /// The last time that any of them wanted nothing more by the channel.
    pub(super) objection: Option<Arc<ConsentFact>>,
}

pub(super) fn told(
    read: &mut impl Reading,
    party: PartyId,
    channel: Channel,
    purpose: &SmolStr,
) -> Result<Told, Halt> {
    let mut facts = Vec::new();
    for party in group(read, party)? {
        let of = (party, channel, purpose.clone());
        facts.extend(read.peek_scan(&Range::<ConsentFact>::by_key(&of))?);
    }
    Ok(Told { facts, objection: objection(read, party, channel)? })
}

/// The last time that any id of a contact wanted nothing more by a channel.
pub(super) fn objection(
    read: &mut impl Reading,
    party: PartyId,
    channel: Channel,
) -> Result<Option<Arc<ConsentFact>>, Halt> {
    let mut facts = Vec::new();
    for party in group(read, party)? {
        let of = (party, channel, SmolStr::default());
        facts.extend(read.peek_scan(&Range::<ConsentFact>::by_key(&of))?);
    }
    Ok(last(facts.iter()).cloned())
}

impl Told {
    /// How it stands. An objection to the channel leaves what can't be refused, and what the person agreed to afterwards.
    fn stands(&self) -> MayContact {
        let objection = self.objection.as_ref().map(|fact| fact.at);
        let counts = |fact: &ConsentFact| {
            let since = objection.is_none_or(|objection| objection < fact.at);
            !fact.basis.can_be_refused() || since && (objection.is_none() || fact.is_agreed())
        };
        match self.of(counts) {
            MayContact::NotAsked if objection.is_some() => MayContact::Withdrawn,
            stands => stands,
        }
    }

    /// How what can't be refused stands alone.
    fn demanded(&self) -> MayContact {
        self.of(|fact| !fact.basis.can_be_refused())
    }

    /// How it stands by the facts that count. What waits to be confirmed leaves as it is what was given before.
    fn of(&self, counts: impl Fn(&ConsentFact) -> bool) -> MayContact {
        let refuses = |fact: &ConsentFact| fact.status == ConsentStatus::Withdrawn;
        let facts: Vec<_> =
            self.facts.iter().filter(|fact| refuses(fact) || counts(fact)).collect();
        let said = facts.iter().copied();
        let decided = last(said.clone().filter(|fact| fact.status != ConsentStatus::Pending));
        match (decided, last(said)) {
            (Some(decided), _) if decided.status == ConsentStatus::Given => {
                MayContact::Yes(decided.basis)
            }
            (_, Some(last)) if last.status == ConsentStatus::Pending => MayContact::Pending,
            (Some(_), _) => MayContact::Withdrawn,
            _ => MayContact::NotAsked,
        }
    }
}

/// All that was said of consent of a contact and of those that were merged into it.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn consents(read: &mut impl Reading, party: PartyId) -> Result<Vec<Arc<ConsentFact>>, Halt> {
    let mut all = Vec::new();
    for party in group(read, party)? {
        all.extend(read.peek_scan(&Range::<ConsentFact>::by_key(&party))?);
    }
    Ok(all)
}

/// Whether a contact may be written to by a channel for a purpose. Who was found twice is one: the last that any of its ids said counts,
/// and an address of any of them that is on the suppression list forbids it. What a contract, the law or somebody's life demands
/// ([`LawfulBasis::can_be_refused`]) neither an [objection to all](super::Unsubscribe::from_all) nor the list forbids.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn may_contact(
    read: &mut impl Reading,
    party: PartyId,
    channel: Channel,
    purpose: &str,
) -> Result<MayContact, Halt> {
    let all = group(read, party)?;
    let profiles = read.peek_many::<Profile>(&all)?;
    let mut known = profiles.iter().flatten().peekable();
    if known.peek().is_none() {
        return Ok(MayContact::Unknown);
    }
    if known.all(|profile| profile.is_erased()) {
        return Ok(MayContact::Erased);
    }
    let told = told(read, party, channel, &SmolStr::new(purpose))?;
    for &party in &all {
        if has_suppressed(read, party, channel)? {
            return Ok(match told.demanded() {
                MayContact::Yes(basis) => MayContact::Yes(basis),
                _ => MayContact::Suppressed,
            });
        }
    }
    Ok(told.stands())
}

/// Whether an address by which a channel reaches a party is on the suppression list.
fn has_suppressed(read: &mut impl Reading, party: PartyId, channel: Channel) -> Result<bool, Halt> {
    for contact in read.peek_scan(&Range::<Contact>::by_key(&party))? {
        let address = contact.value.get().filter(|_| channel.reaches(contact.kind));
        if let Some(address) = address
            && is_suppressed(read, contact.kind, address)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}
