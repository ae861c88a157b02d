//! From the lines of a file to contacts, cleaned, with what was done to them.

use fondaco_core::ErrorCode;
use fondaco_core::import::{Cells, Fault, FileError, Finder, Refusal, Slot, same_word};
use fondaco_core::party::{AddressKind, Country, NewAddress, Private};
use fondaco_core::{PartyId, Timestamp};
use smol_str::{SmolStr, format_smolstr};

use super::ContactMapping;
use crate::attributes::{Value, ValueKind, Values};
use crate::clean::{self, Cleaned, Unclean};
use crate::contacts::NewContact;

/// What is wrong with a field of a contact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "import")]
#[allow(clippy::enum_variant_names)] // the names are the codes: `import.bad_email`
pub(super) enum Flaw {
    /// No e-mail address.
    #[error("that is no e-mail address: {why}")]
    #[kind(Invalid)]
    BadEmail {
        /// Why, and the way out.
        why: &'static str,
    },
    /// No telephone number.
    #[error("that is no telephone number: {why}")]
    #[kind(Invalid)]
    BadPhone {
        /// Why, and the way out.
        why: &'static str,
    },
    /// No name.
    #[error("that is no name: {why}")]
    #[kind(Invalid)]
    BadName {
        /// Why, and the way out.
        why: &'static str,
    },
    /// No country.
    #[error("that is no country")]
    #[kind(Invalid)]
    BadCountry,
    /// A value of another type than its attribute's.
    #[error("that is not {wanted}")]
    #[kind(Invalid)]
    BadValue {
        /// What it should be.
        wanted: &'static str,
    },
}

impl From<Flaw> for Fault {
    fn from(flaw: Flaw) -> Fault {
        let way_out = match flaw {
            Flaw::BadCountry => "write its code of ISO 3166-1, such as IT",
            _ => "correct the field, or leave it empty",
        };
        Fault::new(flaw.code(), flaw.to_string(), way_out)
    }
}

/// Something that was done to a field of a line that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) column: SmolStr,
    pub(super) done: &'static str,
}

/// A line that was read.
#[derive(Debug, Clone)]
pub(super) struct ReadLine {
    pub(super) number: u64,
    pub(super) contact: Option<NewContact>,
    pub(super) changes: Vec<Change>,
    pub(super) faults: Vec<Refusal>,
}

/// The mapping's columns, found in a file.
pub(super) struct Columns {
    fields: Option<usize>,
    mapping: ContactMapping,
    origin: SmolStr,
    key: Option<Slot>,
    name: Option<Slot>,
    given_name: Option<Slot>,
    family_name: Option<Slot>,
    emails: Vec<Slot>,
    phones: Vec<Slot>,
    street: Option<Slot>,
    postcode: Option<Slot>,
    city: Option<Slot>,
    address_country: Option<Slot>,
    source: Option<Slot>,
    owner: Option<Slot>,
    territory: Option<Slot>,
    values: Vec<(SmolStr, ValueKind, Slot)>,
}

impl Columns {
    /// Finds them; `file` names the file, within which lines have ids where it has no keys.
    pub(super) fn find(
        header: Option<&[SmolStr]>,
        mapping: &ContactMapping,
        file: SmolStr,
    ) -> Result<Columns, FileError> {
        let finder = Finder::new(header);
        let all = |field, sources: &[_]| -> Result<Vec<Slot>, FileError> {
            sources.iter().map(|source| finder.find(field, source)).collect()
        };
        let values = mapping.values.iter().map(|(attribute, kind, source)| {
            Ok((attribute.clone(), *kind, finder.find("value", source)?))
        });
        Ok(Columns {
            fields: header.map(<[SmolStr]>::len),
            origin: mapping.origin.clone().unwrap_or(file),
            key: finder.find_some("key", &mapping.key)?,
            name: finder.find_some("name", &mapping.name)?,
            given_name: finder.find_some("given_name", &mapping.given_name)?,
            family_name: finder.find_some("family_name", &mapping.family_name)?,
            emails: all("email", &mapping.emails)?,
            phones: all("phone", &mapping.phones)?,
            street: finder.find_some("street", &mapping.street)?,
            postcode: finder.find_some("postcode", &mapping.postcode)?,
            city: finder.find_some("city", &mapping.city)?,
            address_country: finder.find_some("address_country", &mapping.address_country)?,
            source: finder.find_some("source", &mapping.source)?,
            owner: finder.find_some("owner", &mapping.owner)?,
            territory: finder.find_some("territory", &mapping.territory)?,
            values: values.collect::<Result<_, FileError>>()?,
            mapping: mapping.clone(),
        })
    }

    /// The contact of a line, where it is good by itself.
    pub(super) fn read(
        &self,
        mut cells: Cells<'_>,
        number: u64,
        changes: &mut Vec<Change>,
    ) -> Option<NewContact> {
        if !self.fields.is_none_or(|fields| cells.count_fields(fields)) {
            return None;
        }
        let key = match &self.key {
            Some(slot) => cells.needed(slot)?,
            None => format_smolstr!("{number}"),
        };
        let party = PartyId::named(&format!("import/{}/{key}", self.origin));
        let mut contact = NewContact { kind: self.mapping.kind, ..NewContact::visitor(party) };
        self.names(&mut cells, &mut contact, changes);
        for slot in &self.emails {
            let bad = |why| Flaw::BadEmail { why };
            let email = cleaned(&mut cells, slot, changes, (clean::email, bad));
            contact.emails.extend(email.filter(|email| !contact.emails.contains(email)));
        }
        let country = self.mapping.country.map(Country::code);
        for slot in &self.phones {
            let bad = |why| Flaw::BadPhone { why };
            let phone = |text: &str| clean::phone(text, country);
            let phone = cleaned(&mut cells, slot, changes, (phone, bad));
            contact.phones.extend(phone.filter(|phone| !contact.phones.contains(phone)));
        }
        contact.address = self.address(&mut cells);
        contact.source = cells.text(&self.source);
        contact.owner = cells.text(&self.owner);
        contact.territory = cells.text(&self.territory);
        contact.values = self.values(&mut cells);
        cells.is_good().then_some(contact)
    }

    fn names(&self, cells: &mut Cells<'_>, contact: &mut NewContact, changes: &mut Vec<Change>) {
        let kind = self.mapping.kind;
        let bad = |why| Flaw::BadName { why };
        let mut read = |slot: &Option<Slot>| {
            let name = |text: &str| clean::name(kind, text);
            slot.as_ref().and_then(|slot| cleaned(cells, slot, changes, (name, bad)))
        };
        contact.name = read(&self.name);
        contact.given_name = read(&self.given_name);
        contact.family_name = read(&self.family_name);
        if contact.name.is_none() {
            let parts = [&contact.given_name, &contact.family_name];
            let parts: Vec<&str> =
                parts.iter().filter_map(|part| Some(part.as_ref()?.0.as_str())).collect();
            contact.name = (!parts.is_empty()).then(|| Private(parts.join(" ").into()));
        }
    }

    fn address(&self, cells: &mut Cells<'_>) -> Option<NewAddress> {
        let (street, postcode) = (cells.text(&self.street), cells.text(&self.postcode));
        let city = cells.text(&self.city)?;
        let country = match (&self.address_country, cells.text(&self.address_country)) {
            (Some(slot), Some(text)) => {
                let known = Country::from_code(&text.to_uppercase());
                if known.is_none() {
                    cells.fault(Flaw::BadCountry, slot, &text);
                }
                known?
            }
            _ => self.mapping.country?,
        };
        let mut address = NewAddress::new(AddressKind::Main, country, one_line(&city));
        address.street = street.map(|street| Private(one_line(&street)));
        address.postcode = postcode.map(|postcode| Private(one_line(&postcode)));
        Some(address)
    }

    fn values(&self, cells: &mut Cells<'_>) -> Values {
        let read = |(attribute, kind, slot): &(SmolStr, ValueKind, Slot)| {
            let value = read_value(cells, *kind, slot)?;
            Some((attribute.clone(), value))
        };
        self.values.iter().filter_map(read).collect()
    }
}

/// A text without line's ends and doubled blanks.
fn one_line(text: &str) -> SmolStr {
    text.split_whitespace().collect::<Vec<_>>().join(" ").into()
}

/// A field after cleaning, with a note of what was done to it.
fn cleaned(
    cells: &mut Cells<'_>,
    slot: &Slot,
    changes: &mut Vec<Change>,
    (how, bad): (impl Fn(&str) -> Result<Cleaned, Unclean>, impl Fn(&'static str) -> Flaw),
) -> Option<Private<SmolStr>> {
    let text = cells.text(&Some(slot.clone()))?;
    match how(&text) {
        Ok(Cleaned { text, done }) => {
            changes.extend(done.map(|done| Change { column: slot.name().clone(), done }));
            Some(Private(text))
        }
        Err(why) => {
            cells.fault(bad(why), slot, &text);
            None
        }
    }
}

/// A value of an attribute's type.
fn read_value(cells: &mut Cells<'_>, kind: ValueKind, slot: &Slot) -> Option<Value> {
    let some = Some(slot.clone());
    match kind {
        ValueKind::Text | ValueKind::Choice => cells.text(&some).map(Value::Text),
        ValueKind::Number => cells.some_number(&some).map(Value::from),
        ValueKind::Day => cells.some_date(&some).map(Value::Day),
        ValueKind::Flag | ValueKind::Instant => {
            let text = cells.text(&some)?;
            let read = match kind {
                ValueKind::Flag => flag(&text).map(Value::Flag),
                _ => text.parse::<Timestamp>().ok().map(Value::Instant),
            };
            if read.is_none() {
                cells.fault(Flaw::BadValue { wanted: kind.says() }, slot, &text);
            }
            read
        }
    }
}

fn flag(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| same_word(word, text));
    match () {
        () if is(&["yes", "true", "1", "y", "x", "ja"]) => Some(true),
        () if is(&["no", "false", "0", "n", "nein"]) => Some(false),
        () => None,
    }
}
