//! Changing what is kept of contacts.

use fondaco_core::party::{self, ChangeParty, Party, Private, RegisterParty};
use fondaco_core::policy::Request;
use fondaco_core::store::Value;
use fondaco_core::{Act, PartyId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::add::reach_under;
use super::history::{self, ProfileField};
use super::rights::KEEP_CONTACTS;
use super::sound::sounds_of;
use super::{ContactError, Profile, all_living, told_of};
use crate::along::{self, Change};
use crate::{CrmError, check_code};

/// Changes what a contact is called, who looks after it and where it is. What is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeContact {
    /// Which; under an id that was merged into another, that other.
    pub party: PartyId,
    /// Another full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Private<SmolStr>>,
    /// Other given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<Private<SmolStr>>,
    /// Another family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<Private<SmolStr>>,
    /// E-mail addresses that it is reached under, too; which are gone, core's [`RemoveContact`](party::RemoveContact) says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Private<SmolStr>>,
    /// Telephone numbers, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Private<SmolStr>>,
    /// See [`Profile::source`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
    /// See [`Profile::owner`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SmolStr>,
    /// See [`Profile::territory`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<SmolStr>,
    /// What shall be empty from now on, under whichever of its ids it was said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clear: Vec<ProfileField>,
}

impl ChangeContact {
    /// Changes nothing yet.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::contacts::ChangeContact;
    /// crm.send("marries", &ChangeContact::new(ada()).name("Ada King").owner("seller-2"))?;
    /// assert_eq!(crm.profile(ada())?.owner.as_deref(), Some("seller-2"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId) -> ChangeContact {
        ChangeContact {
            party,
            name: None,
            given_name: None,
            family_name: None,
            emails: Vec::new(),
            phones: Vec::new(),
            source: None,
            owner: None,
            territory: None,
            clear: Vec::new(),
        }
    }

    /// Another full name.
    #[must_use]
    pub fn name(mut self, name: impl Into<SmolStr>) -> ChangeContact {
        self.name = Some(Private(name.into()));
        self
    }

    /// Reached under an e-mail address, too.
    #[must_use]
    pub fn email(mut self, email: impl Into<SmolStr>) -> ChangeContact {
        self.emails.push(Private(email.into()));
        self
    }

    /// Reached under a telephone number, too.
    #[must_use]
    pub fn phone(mut self, phone: impl Into<SmolStr>) -> ChangeContact {
        self.phones.push(Private(phone.into()));
        self
    }

    /// Somebody else looks after it.
    #[must_use]
    pub fn owner(mut self, owner: impl Into<SmolStr>) -> ChangeContact {
        self.owner = Some(owner.into());
        self
    }

    /// In another territory.
    #[must_use]
    pub fn territory(mut self, territory: impl Into<SmolStr>) -> ChangeContact {
        self.territory = Some(territory.into());
        self
    }

    fn names(&self) -> bool {
        self.name.is_some() || self.given_name.is_some() || self.family_name.is_some()
    }

    /// Changes its names in core, or registers who has none yet; how it sounds from now on.
    fn rename(&self, tx: &mut Tx<'_>, party: PartyId, after: &mut Profile) -> Result<(), CrmError> {
        match (tx.get::<Party>(&party)?, &self.name) {
            (Some(_), _) => {
                let change = ChangeParty {
                    name: self.name.clone(),
                    given_name: self.given_name.clone(),
                    family_name: self.family_name.clone(),
                    ..ChangeParty::new(party)
                };
                change.act(tx)?;
            }
            (None, Some(name)) => {
                let register = RegisterParty {
                    kind: after.kind.party(),
                    given_name: self.given_name.clone(),
                    family_name: self.family_name.clone(),
                    ..RegisterParty::person(party, name.0.clone())
                };
                register.act(tx)?;
            }
            (None, None) => {
                let why = "is missing: who has had none yet needs a whole name beside its parts";
                return Err(ContactError::BadContact { field: "name", why }.into());
            }
        }
        if let Some(name) = &self.name {
            let (sound, second_sound) = sounds_of(after.kind, &name.0);
            after.sound = tx.personal(sound);
            after.second_sound = Some(tx.personal(second_sound));
        }
        Ok(())
    }

    /// Each field that is said, with what it is from now on.
    fn fields(&self) -> Result<Fields, CrmError> {
        let mut all = Vec::new();
        for (field, code) in [
            (ProfileField::Source, &self.source),
            (ProfileField::Owner, &self.owner),
            (ProfileField::Territory, &self.territory),
        ] {
            if let Some(code) = code.as_ref().filter(|_| !self.clear.contains(&field)) {
                check_code(field.code(), code)?;
                all.push((field, Some(code.clone())));
            }
        }
        all.extend(self.clear.iter().map(|field| (*field, None)));
        Ok(all)
    }
}

impl Act for ChangeContact {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&KEEP_CONTACTS))?;
        let all = all_living(tx, self.party)?;
        let unknown = || ContactError::UnknownContact { party: self.party };
        let (before, aliases) = all.split_first().ok_or_else(unknown)?;
        let party = before.party;
        let mut after = before.as_ref().clone();
        let is_reached = !self.emails.is_empty() || !self.phones.is_empty();
        if self.names() || is_reached {
            tx.authorize(&Request::new(&party::KEEP))?;
        }
        if self.names() {
            self.rename(tx, party, &mut after)?;
        }
        reach_under(tx, party, (&self.emails, &self.phones))?;
        let (said, mut told) = (self.fields()?, Vec::new());
        fill(tx, &mut after, &said, &mut told)?;
        let mut changed = vec![(before, after)];
        // What is shown is of all ids, so what is empty is so under each.
        let empty: Vec<_> = said.into_iter().filter(|(_, now)| now.is_none()).collect();
        for alias in aliases {
            let mut after = alias.as_ref().clone();
            if fill(tx, &mut after, &empty, &mut told)? {
                changed.push((alias, after));
            }
        }
        let changes = changed.iter().map(|(before, after)| Change::Profile { before, after });
        along::note(tx, &changes.collect::<Vec<_>>())?;
        tx.emit(
            told.into_iter().fold(
                told_of("crm.contact_changed", party, self.party),
                |event, (field, now)| {
                    event.with(field.code(), now.map_or(Value::Null, Value::from))
                },
            ),
        );
        for (_, after) in changed {
            tx.put(after)?;
        }
        Ok(())
    }
}

/// Fields, each with what it is from now on.
type Fields = Vec<(ProfileField, Option<SmolStr>)>;

/// Fills fields of one id, with their history; whether any is other. Which are comes to `told`, each once.
fn fill(
    tx: &mut Tx<'_>,
    profile: &mut Profile,
    fields: &[(ProfileField, Option<SmolStr>)],
    told: &mut Fields,
) -> Result<bool, CrmError> {
    let (party, mut is_other) = (profile.party, false);
    for (field, now) in fields {
        let there = field.of(profile);
        if there != now {
            let was = std::mem::replace(there, now.clone());
            history::note(tx, party, (*field, was, now.clone()))?;
            is_other = true;
            if told.iter().all(|(one, _)| one != field) {
                told.push((*field, now.clone()));
            }
        }
    }
    Ok(is_other)
}
