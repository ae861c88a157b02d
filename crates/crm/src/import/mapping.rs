//! Which columns of a file are what of a contact.

use fondaco_core::import::{CsvFormat, Source};
use fondaco_core::party::Country;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::attributes::ValueKind;
use crate::contacts::ContactKind;

/// How the lines of a file become contacts. It has a `serde` form, so that a host can keep it.
///
/// ```
/// use fondaco_core::import::CsvFormat;
/// use fondaco_crm::attributes::ValueKind;
/// use fondaco_crm::import::ContactMapping;
///
/// let mapping = ContactMapping::people("Name")
///     .format(CsvFormat::new().delimiter(';'))
///     .key("shop", "Kundennummer")
///     .email("E-Mail")
///     .phone("Telefon")
///     .country("DE".parse()?)
///     .value("employees", ValueKind::Number, "Mitarbeiter");
/// assert_eq!(mapping.emails.len(), 1);
/// # Ok::<(), fondaco_core::party::UnknownCountry>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactMapping {
    /// How the file is written.
    pub format: CsvFormat,
    /// What its contacts are.
    pub kind: ContactKind,
    /// What the keys of the file are unique within: the program that it comes from. The file itself, where it has no keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<SmolStr>,
    /// The key of a contact in that program, from which its id comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Source>,
    /// The full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Source>,
    /// Given names; with the family name they make the full name where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<Source>,
    /// The family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family_name: Option<Source>,
    /// E-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<Source>,
    /// Telephone numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Source>,
    /// In which country numbers and addresses are that do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// Street and number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<Source>,
    /// The post code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<Source>,
    /// The town: without one there is no address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<Source>,
    /// The country of the address, as its code of ISO 3166-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address_country: Option<Source>,
    /// Where the contact comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Source>,
    /// In which territory it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<Source>,
    /// What else is known: attribute, its type, and where it stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(SmolStr, ValueKind, Source)>,
}

impl ContactMapping {
    fn of(kind: ContactKind, name: Source) -> ContactMapping {
        ContactMapping {
            format: CsvFormat::new(),
            kind,
            origin: None,
            key: None,
            name: Some(name),
            given_name: None,
            family_name: None,
            emails: Vec::new(),
            phones: Vec::new(),
            country: None,
            street: None,
            postcode: None,
            city: None,
            address_country: None,
            source: None,
            owner: None,
            territory: None,
            values: Vec::new(),
        }
    }

    /// Persons with a full name.
    pub fn people(name: impl Into<Source>) -> ContactMapping {
        ContactMapping::of(ContactKind::Person, name.into())
    }

    /// Organisations.
    pub fn organisations(name: impl Into<Source>) -> ContactMapping {
        ContactMapping::of(ContactKind::Organisation, name.into())
    }

    /// How the file is written.
    #[must_use]
    pub fn format(mut self, format: CsvFormat) -> ContactMapping {
        self.format = format;
        self
    }

    /// The key of a contact, in the program that the file comes from.
    #[must_use]
    pub fn key(mut self, origin: impl Into<SmolStr>, key: impl Into<Source>) -> ContactMapping {
        (self.origin, self.key) = (Some(origin.into()), Some(key.into()));
        self
    }

    /// Given and family names apart.
    #[must_use]
    pub fn names(mut self, given: impl Into<Source>, family: impl Into<Source>) -> ContactMapping {
        (self.given_name, self.family_name) = (Some(given.into()), Some(family.into()));
        self
    }

    /// An e-mail address.
    #[must_use]
    pub fn email(mut self, email: impl Into<Source>) -> ContactMapping {
        self.emails.push(email.into());
        self
    }

    /// A telephone number.
    #[must_use]
    pub fn phone(mut self, phone: impl Into<Source>) -> ContactMapping {
        self.phones.push(phone.into());
        self
    }

    /// In which country numbers and addresses are that do not say.
    #[must_use]
    pub fn country(mut self, country: Country) -> ContactMapping {
        self.country = Some(country);
        self
    }

    /// What else is known.
    #[must_use]
    pub fn value(
        mut self,
        attribute: impl Into<SmolStr>,
        kind: ValueKind,
        source: impl Into<Source>,
    ) -> ContactMapping {
        self.values.push((attribute.into(), kind, source.into()));
        self
    }
}
