//! What the CRM keeps of a party: whose it is, where it comes from, how far it is.

use std::sync::Arc;

use fondaco_core::party::{PartyKind, aliases, resolve};
use fondaco_core::store::{Field, Personal, Record};
use fondaco_core::{Halt, PartyId, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{ContactError, LifecycleStage, groups};
use crate::CrmError;

/// What a contact is.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// A human being, who may not have told a name yet.
    Person,
    /// A company, an authority, an association: what others call an account.
    Organisation,
    /// People who live and buy together.
    Household,
}

impl ContactKind {
    /// In words, for messages.
    ///
    /// ```
    /// use fondaco_crm::contacts::ContactKind;
    /// assert_eq!(ContactKind::Household.says(), "a household");
    /// ```
    pub fn says(self) -> &'static str {
        match self {
            ContactKind::Person => "a person",
            ContactKind::Organisation => "an organisation",
            ContactKind::Household => "a household",
        }
    }

    /// What it is in core.
    pub(crate) fn party(self) -> PartyKind {
        match self {
            ContactKind::Person => PartyKind::Person,
            ContactKind::Organisation | ContactKind::Household => PartyKind::Organisation,
        }
    }
}

/// What the CRM keeps of a party. Names, addresses and the ways to reach it are core's, under the same id.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_profile", kind = state, key(party), layout = 3, index(by_sound(kind, sound, second_sound)), index(by_owner(owner)), index(by_stage(stage)))]
pub struct Profile {
    /// Who it is.
    pub party: PartyId,
    /// What it is.
    pub kind: ContactKind,
    /// How far it is.
    pub stage: LifecycleStage,
    /// Since when.
    pub stage_since: Timestamp,
    /// When the CRM got to know it.
    pub added_at: Timestamp,
    /// Where it comes from: a code of the host's, such as `webinar`.
    pub source: Option<SmolStr>,
    /// Who looks after it: an id of the host's, such as `seller-7`.
    pub owner: Option<SmolStr>,
    /// In which territory it is.
    pub territory: Option<SmolStr>,
    /// How its name sounds, by which others with such a name are found; empty without a name.
    pub sound: Personal<SmolStr>,
    /// How its other telling word sounds, by which one of many with a common name is found; empty without one.
    #[record(since = 2)]
    pub second_sound: Option<Personal<SmolStr>>,
    /// Since when it was known before that, where it was [said](super::NewContact::since).
    #[record(since = 3)]
    pub known_since: Option<Timestamp>,
}

impl Profile {
    /// Whether what was personal of it was erased.
    pub fn is_erased(&self) -> bool {
        self.sound.get().is_none()
    }

    /// Since when it is known: when it was added, or before that where it was said.
    pub fn since(&self) -> Timestamp {
        self.known_since.map_or(self.added_at, |since| since.min(self.added_at))
    }
}

/// The contact of a party, for a decision that rests on it: one that is there, and not erased.
///
/// # Errors
/// [`ContactError::UnknownContact`], [`ContactError::ContactErased`]; a [`Halt`] to be passed on.
pub(crate) fn living(tx: &mut Tx<'_>, party: PartyId) -> Result<Arc<Profile>, CrmError> {
    let unknown = || CrmError::from(ContactError::UnknownContact { party });
    let profile = tx.require::<Profile, _>(&party, unknown)?;
    match profile.is_erased() {
        true => Err(ContactError::ContactErased { party }.into()),
        false => Ok(profile),
    }
}

/// The contact that a party is one with, for a decision that rests on it: that of whom it stands for, or the first that lives among all that are one.
/// So also who core merged into a party that is no contact is found.
///
/// # Errors
/// As [`living`].
pub(crate) fn living_in_group(tx: &mut Tx<'_>, party: PartyId) -> Result<Arc<Profile>, CrmError> {
    let unknown = || ContactError::UnknownContact { party };
    Ok(all_living(tx, party)?.into_iter().next().ok_or_else(unknown)?)
}

/// All profiles that live of the contact that a party is one with, that of whom it stands for first; one or more.
///
/// # Errors
/// As [`living`].
pub(crate) fn all_living(tx: &mut Tx<'_>, party: PartyId) -> Result<Vec<Arc<Profile>>, CrmError> {
    let (mut all, mut is_erased) = (Vec::new(), false);
    for one in groups(tx, &[party])?.into_iter().flatten() {
        match tx.get::<Profile>(&one)? {
            Some(profile) if !profile.is_erased() => all.push(profile),
            there => is_erased |= there.is_some(),
        }
    }
    match (all.is_empty(), is_erased) {
        (false, _) => Ok(all),
        (true, true) => Err(ContactError::ContactErased { party }.into()),
        (true, false) => Err(ContactError::UnknownContact { party }.into()),
    }
}

/// All parties that are one contact: the one that an id stands for, and then those that were merged into it.
///
/// ```
/// use fondaco_core::{CompanyId, Halt, PartyId};
/// use fondaco_crm::Crm;
/// use fondaco_crm::contacts::group;
/// # use fondaco_store::Memory;
/// let crm = Crm::open(Memory::new(), CompanyId::named("acme"))?;
/// let ada = PartyId::named("web/1");
/// assert_eq!(crm.view(|view| group(view, ada))?, [ada]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn group(read: &mut impl Reading, party: PartyId) -> Result<Vec<PartyId>, Halt> {
    let whole = resolve(read, party)?;
    let mut all = vec![whole];
    all.extend(aliases(read, whole)?);
    Ok(all)
}
