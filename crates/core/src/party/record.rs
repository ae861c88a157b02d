//! The party itself: what it is, and what it is called.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{PartyAlias, PartyError, Private};
use crate::policy::Request;
use crate::store::{Event, Field, Personal, Record, Value};
use crate::{Act, Halt, PartyId, Tx};

/// Person or organisation.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// A human being.
    Person,
    /// A company, an authority, an association, a household.
    Organisation,
}

/// Whether one deals with it.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyStatus {
    /// One does.
    Active,
    /// One does not, for now or for good.
    Inactive,
    /// One must not: engines refuse new business.
    Blocked,
}

/// A person or an organisation, in whatever roles: customer, supplier, employee, lead.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "party", kind = state, key(id))]
pub struct Party {
    /// What names it in every engine, for ever.
    pub id: PartyId,
    /// Person or organisation.
    pub kind: PartyKind,
    /// Whether one deals with it.
    pub status: PartyStatus,
    /// The language to write to it in, a tag of BCP 47 such as `it` or `de-CH`.
    pub language: Option<SmolStr>,
    /// What it is called, in full; of an organisation, the name that the register has.
    pub name: Personal<SmolStr>,
    /// A person's given names.
    pub given_name: Option<Personal<SmolStr>>,
    /// A person's family name.
    pub family_name: Option<Personal<SmolStr>>,
    /// What it goes by: a trade name, a short name, a former one.
    pub known_as: Option<Personal<SmolStr>>,
    /// A person's day of birth.
    pub born: Option<Personal<NaiveDate>>,
}

impl Party {
    /// Whether what was personal of it is gone: it was erased, or merged into another.
    pub fn is_erased(&self) -> bool {
        self.name.get().is_none()
    }
}

/// A party that can be changed: one that is there, and not erased.
pub(super) fn living(tx: &mut Tx<'_>, party: PartyId) -> Result<Arc<Party>, PartyError> {
    let found = tx.get::<Party>(&party)?.ok_or(PartyError::Unknown { party })?;
    if found.is_erased() { Err(gone(tx, party)?) } else { Ok(found) }
}

/// Refuses an id that stands for another party: also where an engine made it an alias and the row of it is whole.
pub(super) fn refuse_alias(tx: &mut Tx<'_>, party: PartyId) -> Result<(), PartyError> {
    match tx.get::<PartyAlias>(&party)? {
        Some(alias) => Err(PartyError::Merged { party, into: alias.keep }),
        None => Ok(()),
    }
}

/// Why nothing personal is left of a party.
pub(super) fn gone(tx: &mut Tx<'_>, party: PartyId) -> Result<PartyError, Halt> {
    Ok(match tx.get::<PartyAlias>(&party)? {
        Some(alias) => PartyError::Merged { party, into: alias.keep },
        None => PartyError::Erased { party },
    })
}

/// An event of this module: what happened to which party.
pub(super) fn event(name: &'static str, party: PartyId) -> Event {
    Event::new(name).with("party", Value::Id(party.to_u128()))
}

/// Whether a text can be kept and printed in a line.
pub(super) fn check_line(field: &'static str, text: &str) -> Result<(), PartyError> {
    let why = match text {
        _ if text.trim().is_empty() => "it is empty: give it, or leave the field out",
        _ if text.trim() != text => "it begins or ends with a blank: leave that out",
        _ if text.chars().any(char::is_control) => {
            "it holds a line break or another control character: leave that out"
        }
        _ if text.len() > 400 => "it is longer than 400 bytes: shorten it",
        _ => return Ok(()),
    };
    Err(PartyError::BadText { field, why })
}

/// Whether a text could be a language tag of BCP 47: a language, its script, a region. No more, as what is not personal takes no names.
fn check_language(tag: &str) -> Result<(), PartyError> {
    let all = |part: &str, is: fn(&u8) -> bool| part.bytes().all(|byte| is(&byte));
    let mut parts = tag.split('-').peekable();
    let language = parts
        .next()
        .is_some_and(|part| (2..=3).contains(&part.len()) && all(part, u8::is_ascii_alphabetic));
    parts.next_if(|part| part.len() == 4 && all(part, u8::is_ascii_alphabetic));
    parts.next_if(|part| match part.len() {
        2 => all(part, u8::is_ascii_alphabetic),
        3 => all(part, u8::is_ascii_digit),
        _ => false,
    });
    if language && parts.next().is_none() {
        return Ok(());
    }
    let why = "that is no language tag of BCP 47: write such as it, de-CH or zh-Hant-TW";
    Err(PartyError::BadText { field: "language", why })
}

type Text = Private<SmolStr>;

fn text(text: impl Into<SmolStr>) -> Text {
    Private(text.into())
}

/// Registers a party under an id of the host's, which [`PartyId::named`] makes of a customer's number or the like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterParty {
    /// See [`Party::id`].
    pub party: PartyId,
    /// See [`Party::kind`].
    pub kind: PartyKind,
    /// See [`Party::name`].
    pub name: Text,
    /// See [`Party::given_name`].
    #[serde(default)]
    pub given_name: Option<Text>,
    /// See [`Party::family_name`].
    #[serde(default)]
    pub family_name: Option<Text>,
    /// See [`Party::known_as`].
    #[serde(default)]
    pub known_as: Option<Text>,
    /// See [`Party::born`].
    #[serde(default)]
    pub born: Option<Private<NaiveDate>>,
    /// See [`Party::language`].
    #[serde(default)]
    pub language: Option<SmolStr>,
}

impl RegisterParty {
    /// A person with a full name.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_core::party::RegisterParty;
    /// let ada = RegisterParty::person(PartyId::named("customer/1"), "Ada Lovelace").language("en");
    /// assert!(!format!("{ada:?}").contains("Ada"));
    /// ```
    pub fn person(party: PartyId, name: impl Into<SmolStr>) -> RegisterParty {
        RegisterParty {
            party,
            kind: PartyKind::Person,
            name: text(name),
            given_name: None,
            family_name: None,
            known_as: None,
            born: None,
            language: None,
        }
    }

    /// An organisation with the name that the register has.
    pub fn organisation(party: PartyId, name: impl Into<SmolStr>) -> RegisterParty {
        RegisterParty { kind: PartyKind::Organisation, ..RegisterParty::person(party, name) }
    }

    /// With given and family names apart, as letters and registers need them.
    #[must_use]
    pub fn names(mut self, given: impl Into<SmolStr>, family: impl Into<SmolStr>) -> RegisterParty {
        (self.given_name, self.family_name) = (Some(text(given)), Some(text(family)));
        self
    }

    /// Known under another name too.
    #[must_use]
    pub fn known_as(mut self, name: impl Into<SmolStr>) -> RegisterParty {
        self.known_as = Some(text(name));
        self
    }

    /// Born on a day.
    #[must_use]
    pub fn born(mut self, day: NaiveDate) -> RegisterParty {
        self.born = Some(Private(day));
        self
    }

    /// Written to in a language.
    #[must_use]
    pub fn language(mut self, tag: impl Into<SmolStr>) -> RegisterParty {
        self.language = Some(tag.into());
        self
    }
}

impl Act for RegisterParty {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        check_line("name", &self.name.0)?;
        check_names(self.party, self.kind, &self.given_name, &self.family_name, &self.known_as)?;
        check_born(tx, self.party, self.kind, self.born.as_ref())?;
        self.language.as_deref().map_or(Ok(()), check_language)?;
        if tx.get::<Party>(&self.party)?.is_some() {
            return Err(PartyError::Exists { party: self.party });
        }
        let party = Party {
            id: self.party,
            kind: self.kind,
            status: PartyStatus::Active,
            language: self.language.clone(),
            name: tx.personal(self.name.0.clone()),
            given_name: personal(tx, &self.given_name),
            family_name: personal(tx, &self.family_name),
            known_as: personal(tx, &self.known_as),
            born: personal(tx, &self.born),
        };
        tx.emit(event("party.registered", self.party));
        Ok(tx.insert(party)?)
    }
}

/// An optional value of a command, with a salt of its own.
pub(super) fn personal<T: Clone>(
    tx: &mut Tx<'_>,
    value: &Option<Private<T>>,
) -> Option<Personal<T>> {
    value.as_ref().map(|value| tx.personal(value.0.clone()))
}

fn check_names(
    party: PartyId,
    kind: PartyKind,
    given: &Option<Text>,
    family: &Option<Text>,
    known_as: &Option<Text>,
) -> Result<(), PartyError> {
    for (field, name) in [("given name", given), ("family name", family)] {
        let Some(name) = name else { continue };
        check_line(field, &name.0)?;
        if kind != PartyKind::Person {
            return Err(PartyError::NotAPerson { party, field });
        }
    }
    known_as.as_ref().map_or(Ok(()), |name| check_line("known as", &name.0))
}

fn check_born(
    tx: &mut Tx<'_>,
    party: PartyId,
    kind: PartyKind,
    born: Option<&Private<NaiveDate>>,
) -> Result<(), PartyError> {
    match born {
        Some(_) if kind != PartyKind::Person => {
            Err(PartyError::NotAPerson { party, field: "day of birth" })
        }
        Some(day) if day.0 > tx.today()? => {
            let why = "it is still to come: correct it, or leave it out";
            Err(PartyError::BadText { field: "day of birth", why })
        }
        _ => Ok(()),
    }
}

/// Changes what a party is called, how one writes to it, and whether one deals with it. What is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeParty {
    /// Which party.
    pub party: PartyId,
    /// See [`Party::name`].
    #[serde(default)]
    pub name: Option<Text>,
    /// See [`Party::given_name`].
    #[serde(default)]
    pub given_name: Option<Text>,
    /// See [`Party::family_name`].
    #[serde(default)]
    pub family_name: Option<Text>,
    /// See [`Party::known_as`].
    #[serde(default)]
    pub known_as: Option<Text>,
    /// See [`Party::born`].
    #[serde(default)]
    pub born: Option<Private<NaiveDate>>,
    /// See [`Party::language`].
    #[serde(default)]
    pub language: Option<SmolStr>,
    /// See [`Party::status`].
    #[serde(default)]
    pub status: Option<PartyStatus>,
    /// What shall be empty from now on.
    #[serde(default)]
    pub clear: Vec<PartyField>,
}

/// What a party may have, and can do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartyField {
    /// See [`Party::given_name`].
    GivenName,
    /// See [`Party::family_name`].
    FamilyName,
    /// See [`Party::known_as`].
    KnownAs,
    /// See [`Party::born`].
    Born,
    /// See [`Party::language`].
    Language,
}

impl ChangeParty {
    /// Changes nothing yet.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_core::party::{ChangeParty, PartyStatus};
    /// let blocked = ChangeParty::new(PartyId::named("customer/1")).status(PartyStatus::Blocked);
    /// assert_eq!(blocked.name, None);
    /// ```
    pub fn new(party: PartyId) -> ChangeParty {
        ChangeParty {
            party,
            name: None,
            given_name: None,
            family_name: None,
            known_as: None,
            born: None,
            language: None,
            status: None,
            clear: Vec::new(),
        }
    }

    /// Empties a field.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// send(&people, "alias", &ChangeParty { known_as: Some(Private("A. L.".into())), ..ChangeParty::new(ada()) })?;
    /// send(&people, "no alias", &ChangeParty::new(ada()).clear(PartyField::KnownAs))?;
    /// let whole = people.view(|view| whole_party(view, ada()))?.ok_or("she is there")?;
    /// assert!(whole.party.known_as.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn clear(mut self, field: PartyField) -> ChangeParty {
        self.clear.push(field);
        self
    }

    /// Another name.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// send(&people, "marries", &ChangeParty::new(ada()).name("Ada King"))?;
    /// let whole = people.view(|view| whole_party(view, ada()))?.ok_or("she is there")?;
    /// assert_eq!(whole.party.name.get().map(|name| name.as_str()), Some("Ada King"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn name(mut self, name: impl Into<SmolStr>) -> ChangeParty {
        self.name = Some(text(name));
        self
    }

    /// Another status.
    #[must_use]
    pub fn status(mut self, status: PartyStatus) -> ChangeParty {
        self.status = Some(status);
        self
    }
}

impl Act for ChangeParty {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let mut party = living(tx, self.party)?.as_ref().clone();
        self.name.as_ref().map_or(Ok(()), |name| check_line("name", &name.0))?;
        check_names(self.party, party.kind, &self.given_name, &self.family_name, &self.known_as)?;
        check_born(tx, self.party, party.kind, self.born.as_ref())?;
        self.language.as_deref().map_or(Ok(()), check_language)?;
        party.name = personal(tx, &self.name).unwrap_or(party.name);
        party.given_name = personal(tx, &self.given_name).or(party.given_name);
        party.family_name = personal(tx, &self.family_name).or(party.family_name);
        party.known_as = personal(tx, &self.known_as).or(party.known_as);
        party.born = personal(tx, &self.born).or(party.born);
        party.language = self.language.clone().or(party.language);
        party.status = self.status.unwrap_or(party.status);
        for field in &self.clear {
            match field {
                PartyField::GivenName => party.given_name = None,
                PartyField::FamilyName => party.family_name = None,
                PartyField::KnownAs => party.known_as = None,
                PartyField::Born => party.born = None,
                PartyField::Language => party.language = None,
            }
        }
        tx.emit(event("party.changed", self.party));
        Ok(tx.put(party)?)
    }
}
