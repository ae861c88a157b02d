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
    /// It was withdrawn.
    Withdrawn,
    /// One of its addresses is on the suppression list.
    Suppressed,
    /// What was personal of it was erased.
    Erased,
    /// Nobody is known under that id.
    Unknown,
}

/// What counts of what was said: the last by time, then by recording; of several at once, what allows less.
pub(super) fn last<'f>(
    facts: impl Iterator<Item = &'f Arc<ConsentFact>>,
) -> Option<&'f Arc<ConsentFact>> {
    facts.max_by_key(|fact| {
        (fact.at, fact.recorded_at, fact.status == ConsentStatus::Withdrawn, fact.number)
    })
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
/// and an address of any of them that is on the suppression list forbids it.
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
    let Some(profile) = profiles.first().cloned().flatten() else {
        return Ok(MayContact::Unknown);
    };
    if profile.is_erased() {
        return Ok(MayContact::Erased);
    }
    let (mut facts, purpose) = (Vec::new(), SmolStr::new(purpose));
    for &party in &all {
        let of = (party, channel, purpose.clone());
        facts.extend(read.peek_scan(&Range::<ConsentFact>::by_key(&of))?);
        if has_suppressed(read, party, channel)? {
            return Ok(MayContact::Suppressed);
        }
    }
    Ok(match last(facts.iter()) {
        None => MayContact::NotAsked,
        Some(last) => match last.status {
            ConsentStatus::Pending => MayContact::Pending,
            ConsentStatus::Withdrawn => MayContact::Withdrawn,
            ConsentStatus::Given => MayContact::Yes(last.basis),
        },
    })
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
