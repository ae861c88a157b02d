//! Changing what is kept of contacts.

use fondaco_core::party::{self, ChangeParty, Party, Private};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, PartyId, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rights::KEEP_CONTACTS;
use super::sound::sound_of;
use super::{ContactError, Profile, living};
use crate::along::{self, Change};
use crate::{CrmError, check_code};

/// Changes what a contact is called, who looks after it and where it is. What is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeContact {
    /// Which.
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
    /// See [`Profile::source`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
    /// See [`Profile::owner`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SmolStr>,
    /// See [`Profile::territory`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<SmolStr>,
    /// What shall be empty from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clear: Vec<ProfileField>,
}

/// What a contact may have, and can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProfileField {
    /// See [`Profile::source`].
    Source,
    /// See [`Profile::owner`].
    Owner,
    /// See [`Profile::territory`].
    Territory,
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

    /// Changes its names in core; how it sounds from now on.
    fn rename(&self, tx: &mut Tx<'_>, after: &mut Profile) -> Result<(), CrmError> {
        if tx.get::<Party>(&self.party)?.is_none() {
            let why =
                "is given of somebody who has none yet: register the party under this id first";
            return Err(ContactError::BadContact { field: "name", why }.into());
        }
        let change = ChangeParty {
            name: self.name.clone(),
            given_name: self.given_name.clone(),
            family_name: self.family_name.clone(),
            ..ChangeParty::new(self.party)
        };
        change.act(tx)?;
        if let Some(name) = &self.name {
            after.sound = tx.personal(sound_of(after.kind, &name.0));
        }
        Ok(())
    }
}

impl Act for ChangeContact {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&KEEP_CONTACTS))?;
        let before = living(tx, self.party)?;
        let mut after = before.as_ref().clone();
        if self.names() {
            tx.authorize(&Request::new(&party::KEEP))?;
            self.rename(tx, &mut after)?;
        }
        for (field, code, there) in [
            ("source", &self.source, &mut after.source),
            ("owner", &self.owner, &mut after.owner),
            ("territory", &self.territory, &mut after.territory),
        ] {
            code.as_ref().map_or(Ok(()), |code| check_code(field, code))?;
            *there = code.clone().or(there.take());
        }
        for field in &self.clear {
            match field {
                ProfileField::Source => after.source = None,
                ProfileField::Owner => after.owner = None,
                ProfileField::Territory => after.territory = None,
            }
        }
        along::note(tx, &[Change::Profile { before: &before, after: &after }])?;
        let party = Value::Id(self.party.to_u128());
        tx.emit(Event::new("crm.contact_changed").with("party", party));
        Ok(tx.put(after)?)
    }
}
