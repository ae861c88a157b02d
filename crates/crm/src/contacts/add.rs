//! Adding contacts: people, organisations and households, each a party of core's with a part of the CRM's.

use fondaco_core::enter::{Entered, Taking, take};
use fondaco_core::party::{
    self, AddAddress, AddContact, Contact, NewAddress, Party, Private, RegisterParty, Relate,
    RelationKind,
};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::tx::Needs;
use fondaco_core::{Act, PartyId, Range, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::again::differs;
use super::sound::sounds_of;
use super::{ContactError, ContactKind, LifecycleStage, Profile, StageStep, rights};
use crate::along::{self, Change};
use crate::attributes::{self, Setting, Values};
use crate::{CrmError, check_code, check_count, check_line_length, is_ahead};

/// The longest e-mail address (RFC 5321, 4.5.3.1.3), in bytes.
pub const MAX_EMAIL: usize = 254;
/// The longest telephone number that people write, in bytes.
pub const MAX_PHONE: usize = 40;

/// A contact to be added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// Who it is: an id of the host's, or of a party that core knows already.
    pub party: PartyId,
    /// What it is.
    pub kind: ContactKind,
    /// The full name. A person may do without: a visitor, who is [merged](crate::merge) when there is a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Private<SmolStr>>,
    /// A person's given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<Private<SmolStr>>,
    /// A person's family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<Private<SmolStr>>,
    /// E-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Private<SmolStr>>,
    /// Telephone numbers, best with `+` and the country's code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Private<SmolStr>>,
    /// An address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<NewAddress>,
    /// For whom a person works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub works_for: Option<PartyId>,
    /// The language to write in: `de`, `en-GB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<SmolStr>,
    /// See [`Profile::source`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SmolStr>,
    /// See [`Profile::owner`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SmolStr>,
    /// See [`Profile::territory`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<SmolStr>,
    /// Where it begins; as a [`Subscriber`](LifecycleStage::Subscriber) where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<LifecycleStage>,
    /// Since when it is at that stage, and its values hold; from now on where nothing is said. For customers of years, who are brought in today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// What else is known, by [attributes](crate::attributes).
    #[serde(default, skip_serializing_if = "Values::is_empty")]
    pub values: Values,
}

impl NewContact {
    /// A contact without a name.
    fn nameless(party: PartyId, kind: ContactKind) -> NewContact {
        NewContact {
            party,
            kind,
            name: None,
            given_name: None,
            family_name: None,
            emails: Vec::new(),
            phones: Vec::new(),
            address: None,
            works_for: None,
            language: None,
            source: None,
            owner: None,
            territory: None,
            stage: None,
            since: None,
            values: Values::default(),
        }
    }

    /// A person with a full name.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_crm::contacts::NewContact;
    /// let ada = NewContact::person(PartyId::named("web/1"), "Ada Lovelace").email("ada@example.org");
    /// assert!(!format!("{ada:?}").contains("ada")); // no log shows it
    /// ```
    pub fn person(party: PartyId, name: impl Into<SmolStr>) -> NewContact {
        let name = Some(Private(name.into()));
        NewContact { name, ..NewContact::nameless(party, ContactKind::Person) }
    }

    /// Somebody who has not said who it is: a visitor, a caller.
    pub fn visitor(party: PartyId) -> NewContact {
        NewContact::nameless(party, ContactKind::Person)
    }

    /// An organisation.
    pub fn organisation(party: PartyId, name: impl Into<SmolStr>) -> NewContact {
        NewContact { kind: ContactKind::Organisation, ..NewContact::person(party, name) }
    }

    /// A household.
    pub fn household(party: PartyId, name: impl Into<SmolStr>) -> NewContact {
        NewContact { kind: ContactKind::Household, ..NewContact::person(party, name) }
    }

    /// With an e-mail address.
    #[must_use]
    pub fn email(mut self, email: impl Into<SmolStr>) -> NewContact {
        self.emails.push(Private(email.into()));
        self
    }

    /// With a telephone number.
    #[must_use]
    pub fn phone(mut self, phone: impl Into<SmolStr>) -> NewContact {
        self.phones.push(Private(phone.into()));
        self
    }

    /// Who works for an organisation.
    #[must_use]
    pub fn works_for(mut self, organisation: PartyId) -> NewContact {
        self.works_for = Some(organisation);
        self
    }

    /// Who comes from somewhere.
    #[must_use]
    pub fn source(mut self, source: impl Into<SmolStr>) -> NewContact {
        self.source = Some(source.into());
        self
    }

    /// Whom somebody looks after.
    #[must_use]
    pub fn owner(mut self, owner: impl Into<SmolStr>) -> NewContact {
        self.owner = Some(owner.into());
        self
    }

    /// In a territory.
    #[must_use]
    pub fn territory(mut self, territory: impl Into<SmolStr>) -> NewContact {
        self.territory = Some(territory.into());
        self
    }

    /// Who begins at a stage.
    #[must_use]
    pub fn stage(mut self, stage: LifecycleStage) -> NewContact {
        self.stage = Some(stage);
        self
    }

    /// Who is at its stage, and of whom the values hold, since then.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::contacts::{LifecycleStage, stage_times};
    /// let (bo, now) = (PartyId::named("shop/bo"), "2026-06-01T08:00:00Z".parse()?);
    /// let since = "2021-06-01T08:00:00Z".parse()?;
    /// let known = NewContact::person(bo, "Bo Berg").stage(LifecycleStage::Customer).since(since);
    /// crm.send("bo", &AddContacts::new(vec![known]))?;
    /// assert_eq!(crm.view(|view| stage_times(view, bo, now))?[0].seconds, 157_766_400); // five years
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn since(mut self, since: Timestamp) -> NewContact {
        self.since = Some(since);
        self
    }

    /// Of whom more is known.
    #[must_use]
    pub fn values(mut self, values: Values) -> NewContact {
        self.values = values;
        self
    }

    fn check(&self) -> Result<(), CrmError> {
        for (field, code) in
            [("source", &self.source), ("owner", &self.owner), ("territory", &self.territory)]
        {
            code.as_ref().map_or(Ok(()), |code| check_code(field, code))?;
        }
        let bad = |field, why| Err(ContactError::BadContact { field, why }.into());
        match self.kind {
            ContactKind::Person => Ok(()),
            _ if self.name.is_none() => bad("name", "is missing: only persons may do without one"),
            _ if self.works_for.is_some() => bad(
                "works for",
                "is said of an organisation: only persons work for one; relate the two as parent and child",
            ),
            _ => Ok(()),
        }
    }
}

/// Adds contacts. One that is there, under the same id and as it is given, is left alone; one that is there otherwise is refused, and says in
/// what it differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddContacts {
    /// The contacts, at most 100,000.
    pub contacts: Vec<NewContact>,
    /// What is done where some are refused.
    #[serde(default)]
    pub taking: Taking,
}

impl AddContacts {
    /// Adds all of these, or none.
    ///
    /// ```
    /// use fondaco_core::{CompanyId, PartyId};
    /// use fondaco_crm::Crm;
    /// use fondaco_crm::contacts::{AddContacts, NewContact};
    /// # use fondaco_store::Memory;
    /// let crm = Crm::open(Memory::new(), CompanyId::named("acme"))?;
    /// let ada = NewContact::person(PartyId::named("web/1"), "Ada Lovelace").email("ada@example.org");
    /// let added = crm.send("ada", &AddContacts::new(vec![ada]))?;
    /// assert_eq!(added.answer.entered, 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(contacts: Vec<NewContact>) -> AddContacts {
        AddContacts { contacts, taking: Taking::AllOrNothing }
    }
}

impl Act for AddContacts {
    type Answer = Entered;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Entered, CrmError> {
        tx.authorize(&Request::new(&rights::KEEP_CONTACTS))?;
        tx.authorize(&Request::new(&party::KEEP))?; // who is new is registered
        check_count(self.contacts.len())?;
        need(tx, &self.contacts)?;
        take(tx, self.taking, |tx| {
            let (mut entered, mut added) = (Entered::default(), Vec::new());
            let mut known = Vec::new();
            for (at, new) in self.contacts.iter().enumerate() {
                let mark = known.len();
                let done = tx.attempt(|tx| add(tx, new, &mut known))?;
                if done.is_err() {
                    known.truncate(mark);
                }
                entered.note(at, done.map(|profile| profile.map(|one| added.push(one)).is_some()));
            }
            let mut changes: Vec<Change<'_>> = added.iter().map(Change::Added).collect();
            changes.append(&mut known);
            along::note(tx, &changes)?;
            Ok(entered)
        })
    }
}

/// Asks for all that these contacts may be decided by, in one trip.
fn need(tx: &mut Tx<'_>, contacts: &[NewContact]) -> Result<(), CrmError> {
    let ids: Vec<PartyId> = contacts.iter().map(|new| new.party).collect();
    let mut needs = Needs::new().rows::<Profile>(&ids).rows::<Party>(&ids);
    for new in contacts.iter().filter(|new| !new.emails.is_empty() || !new.phones.is_empty()) {
        needs = needs.range(&Range::<Contact>::by_key(&new.party))?;
    }
    let set = contacts.iter().map(|new| (new.party, &new.values));
    Ok(tx.need_all(attributes::needs(needs, set))?)
}

/// Adds one; `None` where it is there.
fn add(
    tx: &mut Tx<'_>,
    new: &NewContact,
    changes: &mut Vec<Change<'_>>,
) -> Result<Option<Profile>, CrmError> {
    let (party, kind) = (new.party, new.kind);
    new.check()?;
    if let Some(there) = tx.get::<Profile>(&party)? {
        if there.is_erased() {
            return Err(ContactError::ContactErased { party }.into());
        }
        let other =
            if there.kind == kind { differs(tx, new, &there)? } else { Some(there.kind.says()) };
        let exists = |kind| Err(ContactError::ContactExists { party, kind }.into());
        return other.map_or(Ok(None), exists);
    }
    let name = register(tx, new)?;
    reach(tx, new)?;
    let now = tx.now();
    let since = new.since.unwrap_or(now);
    if is_ahead(since, now) {
        let why = "lies in the future: leave it out for now, or correct it";
        return Err(ContactError::BadContact { field: "since", why }.into());
    }
    let (sound, second_sound) = sounds_of(kind, name.as_deref().unwrap_or_default());
    let profile = Profile {
        party,
        kind,
        stage: new.stage.unwrap_or(LifecycleStage::Subscriber),
        stage_since: since,
        added_at: now,
        source: new.source.clone(),
        owner: new.owner.clone(),
        territory: new.territory.clone(),
        sound: tx.personal(sound),
        second_sound: Some(tx.personal(second_sound)),
        known_since: new.since,
    };
    attributes::set(tx, &Setting::new(&profile, &new.values, since), changes)?;
    tx.emit(Event::new("crm.contact_added").with("party", Value::Id(party.to_u128())));
    let actor = tx.actor().clone();
    tx.insert(StageStep::first(&profile, &actor))?;
    tx.insert(profile.clone())?;
    Ok(Some(profile))
}

/// Registers the party where core knows nobody under the id; the name that it has.
fn register(tx: &mut Tx<'_>, new: &NewContact) -> Result<Option<SmolStr>, CrmError> {
    let party = new.party;
    if let Some(there) = tx.get::<Party>(&party)? {
        if there.is_erased() {
            return Err(ContactError::ContactErased { party }.into());
        }
        if there.kind != new.kind.party() {
            let kind = "a party of another kind";
            return Err(ContactError::ContactExists { party, kind }.into());
        }
        return Ok(there.name.get().cloned());
    }
    let Some(name) = &new.name else {
        if new.emails.is_empty() && new.phones.is_empty() && new.address.is_none() {
            return Ok(None);
        }
        let why = "is missing: who has an address or a number has a name; write the address in its place, if nothing else is known";
        return Err(ContactError::BadContact { field: "name", why }.into());
    };
    let register = RegisterParty {
        kind: new.kind.party(),
        given_name: new.given_name.clone(),
        family_name: new.family_name.clone(),
        language: new.language.clone(),
        ..RegisterParty::person(party, name.0.clone())
    };
    register.act(tx)?;
    Ok(Some(name.0.clone()))
}

/// How it is reached, and where it works.
fn reach(tx: &mut Tx<'_>, new: &NewContact) -> Result<(), CrmError> {
    let party = new.party;
    reach_under(tx, party, (&new.emails, &new.phones))?;
    if let Some(address) = &new.address {
        AddAddress::new(party, address.clone()).act(tx)?;
    }
    if let Some(organisation) = new.works_for {
        Relate::new(party, RelationKind::EmployeeOf, organisation).act(tx)?;
    }
    Ok(())
}

/// Reaches a party under e-mail addresses and telephone numbers, too.
pub(super) fn reach_under(
    tx: &mut Tx<'_>,
    party: PartyId,
    (emails, phones): (&[Private<SmolStr>], &[Private<SmolStr>]),
) -> Result<(), CrmError> {
    let emails = emails.iter().map(|email| (party::ContactKind::Email, email));
    let phones = phones.iter().map(|phone| (party::ContactKind::Phone, phone));
    for (kind, value) in emails.chain(phones) {
        let (field, most) = match kind {
            party::ContactKind::Email => ("e-mail address", MAX_EMAIL),
            _ => ("telephone number", MAX_PHONE),
        };
        check_line_length(field, &value.0, most)?;
        AddContact { party, kind, value: value.clone(), label: None }.act(tx)?;
    }
    Ok(())
}
