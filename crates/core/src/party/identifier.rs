//! Numbers that name a party to the world: bank accounts, tax numbers, registers. Most carry check digits, so that a slip of
//! the pen is found before money goes the wrong way.
//!
//! | kind | standard | checked |
//! |---|---|---|
//! | [`Iban`](IdentifierKind::Iban) | ISO 13616, registry of SWIFT, release 101 | length and pattern of the country, mod 97, 02 to 98 |
//! | [`Bic`](IdentifierKind::Bic) | ISO 9362 | pattern, country |
//! | [`Vat`](IdentifierKind::Vat) | the 27 states of the EU, XI, GB, CH, NO | pattern and check digits of the country |
//! | [`Lei`](IdentifierKind::Lei) | ISO 17442 | mod 97, 02 to 98 |
//! | [`Gln`](IdentifierKind::Gln), [`Gtin`](IdentifierKind::Gtin) | GS1 general specifications | mod 10 |
//! | [`Siren`](IdentifierKind::Siren), [`Siret`](IdentifierKind::Siret) | INSEE | Luhn, ISO/IEC 7812-1 |
//!
//! A number that fits may still belong to nobody: whether it is in use, only the register knows.
//!
//! Nothing here shows a number unless it is asked to: [`Identifier`] has no `Display`, its `Debug` says the kind alone, and
//! [errors](IdentifierError) say what is wrong without repeating it.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::store::Field;
use crate::{ErrorCode, ErrorKind};

mod check;
mod iban;
mod shape;
mod vat;

use super::Country;
use shape::Shape;

/// What kind of number it is.
#[derive(
    Field, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IdentifierKind {
    /// International bank account number.
    Iban,
    /// Business identifier code of a bank or other party, 8 or 11 characters.
    Bic,
    /// Number for value added tax, with the prefix of its country (`EL` for Greece, `CHE` for Switzerland).
    Vat,
    /// Legal entity identifier.
    Lei,
    /// Global location number.
    Gln,
    /// Global trade item number: 8, 12, 13 or 14 digits.
    Gtin,
    /// French company.
    Siren,
    /// French establishment.
    Siret,
}

impl IdentifierKind {
    /// The kind's name, for messages.
    ///
    /// ```
    /// use fondaco_core::party::IdentifierKind;
    /// assert_eq!(IdentifierKind::Vat.name(), "VAT number");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            IdentifierKind::Iban => "IBAN",
            IdentifierKind::Bic => "BIC",
            IdentifierKind::Vat => "VAT number",
            IdentifierKind::Lei => "LEI",
            IdentifierKind::Gln => "GLN",
            IdentifierKind::Gtin => "GTIN",
            IdentifierKind::Siren => "SIREN",
            IdentifierKind::Siret => "SIRET",
        }
    }
}

/// A number that fits its kind, in its normal form: capitals, without blanks and separators.
///
/// ```
/// use fondaco_core::party::{Identifier, IdentifierKind};
/// let iban = Identifier::parse(IdentifierKind::Iban, "DE89 3704 0044 0532 0130 00")?;
/// assert_eq!(iban.value(), "DE89370400440532013000");
/// assert_eq!(iban.written(), "DE89 3704 0044 0532 0130 00");
/// assert_eq!(format!("{iban:?}"), "Identifier(Iban)"); // no log shows it
/// # Ok::<(), fondaco_core::party::IdentifierError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    kind: IdentifierKind,
    value: SmolStr,
}

impl Identifier {
    /// Reads a number of a kind; blanks, and the dots, hyphens and slashes with which people group digits, are left out.
    ///
    /// ```
    /// use fondaco_core::party::{Identifier, IdentifierKind};
    /// let short = Identifier::parse(IdentifierKind::Iban, "DE89 3704 0044 0532 0130 0").unwrap_err();
    /// assert_eq!(short.to_string(), "IBAN: it has 21 characters, where DE has 22: compare it with the document");
    /// let wrong = Identifier::parse(IdentifierKind::Iban, "DE89 3704 0044 0532 0130 01").unwrap_err();
    /// assert_eq!(wrong.to_string(), "IBAN: the check digits do not fit: compare it with the document");
    /// ```
    ///
    /// # Errors
    /// [`IdentifierError`] with what is wrong.
    pub fn parse(kind: IdentifierKind, text: &str) -> Result<Identifier, IdentifierError> {
        let joins = |c: &char| !c.is_whitespace() && !matches!(c, '.' | '-' | '/');
        let value: String = text.chars().filter(joins).map(|c| c.to_ascii_uppercase()).collect();
        match normal(kind, value) {
            Ok(value) if is_blank(kind, &value) => {
                Err(IdentifierError { kind, flaw: Flaw::Noughts })
            }
            Ok(value) => Ok(Identifier { kind, value }),
            Err(flaw) => Err(IdentifierError { kind, flaw }),
        }
    }

    /// The kind.
    pub const fn kind(&self) -> IdentifierKind {
        self.kind
    }

    /// The number in its normal form. Somebody's personal data, perhaps: keep it out of logs.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The number as people write it: an IBAN in groups of four.
    ///
    /// ```
    /// use fondaco_core::party::{Identifier, IdentifierKind};
    /// let vat = Identifier::parse(IdentifierKind::Vat, "CHE-107.787.577 MWST")?;
    /// assert_eq!((vat.value(), vat.written().as_str()), ("CHE107787577", "CHE-107.787.577"));
    /// # Ok::<(), fondaco_core::party::IdentifierError>(())
    /// ```
    pub fn written(&self) -> String {
        let grouped = |sizes: &[usize], separator: &str, text: &str| {
            let mut parts = Vec::new();
            let mut rest = text;
            for size in sizes.iter().cycle() {
                let (part, left) = rest.split_at(rest.len().min(*size));
                parts.push(part);
                rest = left;
                if rest.is_empty() {
                    break;
                }
            }
            parts.join(separator)
        };
        match (self.kind, self.value.strip_prefix("CHE")) {
            (IdentifierKind::Iban, _) => grouped(&[4], " ", &self.value),
            (IdentifierKind::Vat, Some(number)) => format!("CHE-{}", grouped(&[3], ".", number)),
            _ => self.value.to_string(),
        }
    }

    /// The country that the number names, where it names one of ISO 3166.
    ///
    /// ```
    /// use fondaco_core::party::{Identifier, IdentifierKind};
    /// let vat = Identifier::parse(IdentifierKind::Vat, "EL 094259216")?;
    /// assert_eq!(vat.country().map(|country| country.code()), Some("GR"));
    /// # Ok::<(), fondaco_core::party::IdentifierError>(())
    /// ```
    pub fn country(&self) -> Option<Country> {
        let code = match self.kind {
            IdentifierKind::Iban | IdentifierKind::Vat => self.value.get(..2)?,
            IdentifierKind::Bic => self.value.get(4..6)?,
            IdentifierKind::Siren | IdentifierKind::Siret => "FR",
            _ => return None,
        };
        match code {
            "EL" => Country::from_code("GR"),
            "XI" => Country::from_code("GB"),
            code => Country::from_code(code),
        }
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({:?})", self.kind)
    }
}

/// The normal form of a number, if it is one.
fn normal(kind: IdentifierKind, value: String) -> Result<SmolStr, Flaw> {
    if !value.is_ascii() {
        return Err(Flaw::Character { at: 1 + value.chars().take_while(char::is_ascii).count() });
    }
    let fits = |shapes: &[Shape]| shape::fit(shapes, "it", &value).map(drop);
    match kind {
        IdentifierKind::Iban => iban::check(&value)?,
        IdentifierKind::Bic => return bic(&value),
        IdentifierKind::Vat => return vat::normal(&value),
        IdentifierKind::Lei => fits(&[("XXXXXXXXXXXXXXXXXX99", check::lei)])?,
        IdentifierKind::Gln => fits(&[("9999999999999", check::gs1)])?,
        IdentifierKind::Gtin => fits(&[
            ("99999999", check::gs1),
            ("999999999999", check::gs1),
            ("9999999999999", check::gs1),
            ("99999999999999", check::gs1),
        ])?,
        IdentifierKind::Siren => fits(&[("999999999", check::luhn)])?,
        IdentifierKind::Siret => fits(&[("99999999999999", check::siret)])?,
    }
    Ok(value.into())
}

/// Whether it names nobody: what people type where a form insists. Its check digits fit, and the second who typed it would be told that it is taken.
fn is_blank(kind: IdentifierKind, value: &str) -> bool {
    let number = match kind {
        IdentifierKind::Bic => return false,
        // Check digits count the noughts, and have something to say where the number has not. A letter names somebody.
        IdentifierKind::Lei | IdentifierKind::Iban if has_letters(kind, value) => return false,
        IdentifierKind::Lei => value.get(..18).unwrap_or(value),
        IdentifierKind::Iban => value.get(4..).unwrap_or(value),
        IdentifierKind::Vat if value.starts_with("FR") => value.get(4..).unwrap_or(value),
        _ => value,
    };
    let mut digits = number.bytes().filter(u8::is_ascii_digit).peekable();
    digits.peek().is_some() && digits.all(|digit| digit == b'0')
}

/// Whether there is a letter in the number itself, behind the country that an IBAN begins with.
fn has_letters(kind: IdentifierKind, value: &str) -> bool {
    let number = if kind == IdentifierKind::Iban { value.get(2..) } else { Some(value) };
    number.unwrap_or(value).bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// A BIC of the head office has eight characters; written with eleven, it ends in XXX.
fn bic(value: &str) -> Result<SmolStr, Flaw> {
    shape::fit(&[("XXXXAAXX", check::any), ("XXXXAAXXXXX", check::any)], "it", value)?;
    match value.get(4..6) {
        Some(country) if country == "XK" || Country::from_code(country).is_some() => {}
        _ => return Err(Flaw::Country { at: 5 }),
    }
    Ok(value.strip_suffix("XXX").filter(|office| office.len() == 8).unwrap_or(value).into())
}

/// What is wrong with a number, told without showing it: not even the part that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {flaw}: compare it with the document", kind.name())]
#[non_exhaustive]
pub struct IdentifierError {
    /// The kind that the number should be of.
    pub kind: IdentifierKind,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What can be wrong with a number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "party")]
#[non_exhaustive]
pub enum Flaw {
    /// Too short or too long.
    #[error("it has {found} characters, where {of} has {expected}")]
    #[kind(Invalid)]
    #[code("identifier_length")]
    Length {
        /// Its characters, blanks and separators not counted.
        found: usize,
        /// How many it should have, as a list.
        expected: SmolStr,
        /// Whose numbers have so many: a country's code, or `it`.
        of: &'static str,
    },
    /// A letter where a digit should be, or the other way round, or a sign that no number has.
    #[error("its character {at} can't stand there")]
    #[kind(Invalid)]
    #[code("identifier_character")]
    Character {
        /// Its place, counted from 1, blanks and separators not counted.
        at: usize,
    },
    /// A country that has no such numbers.
    #[error("the two letters from character {at} on are no country that has such numbers")]
    #[kind(Invalid)]
    #[code("identifier_country")]
    Country {
        /// The place of the code, counted from 1.
        at: usize,
    },
    /// The right pattern, and check digits that say it is not right all the same.
    #[error("the check digits do not fit")]
    #[kind(Invalid)]
    #[code("identifier_check_digits")]
    CheckDigits,
    /// Nothing but noughts, which fit any check digits and name nobody.
    #[error("it is nothing but noughts, which nobody has; leave it out where there is none")]
    #[kind(Invalid)]
    #[code("identifier_noughts")]
    Noughts,
}

impl IdentifierError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::party::{Identifier, IdentifierKind};
    /// let error = Identifier::parse(IdentifierKind::Lei, "5493006MHB84DD0ZWV19").unwrap_err();
    /// assert_eq!(error.code(), "party.identifier_check_digits");
    /// ```
    pub fn code(&self) -> &'static str {
        self.flaw.code()
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        self.flaw.kind()
    }
}

#[cfg(test)]
mod tests;
