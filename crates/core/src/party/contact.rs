//! How to reach a party: telephone, e-mail, web.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::record::{check_line, event, living, personal};
use super::{PartyError, Private};
use crate::policy::Request;
use crate::store::{Field, Personal, Record, Value};
use crate::{Act, PartyId, Range, Tx};

/// Which way.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// A telephone in a room.
    Phone,
    /// A telephone that goes with somebody.
    Mobile,
    /// An address of RFC 5322.
    Email,
    /// A page.
    Web,
    /// Something else: the label says what.
    Other,
}

impl ContactKind {
    /// What two ways to write the same have in common: small letters, of a telephone number the digits.
    pub(super) fn normal(self, value: &str) -> SmolStr {
        match self {
            ContactKind::Phone | ContactKind::Mobile => telephone(value),
            _ => value.to_lowercase().into(),
        }
    }

    /// What all ways to write the same mailbox or telephone have in common, with and without a tag or the country's code: of an e-mail
    /// address its [mailbox], of a number its last seven digits.
    pub(super) fn found_by(self, value: &str) -> SmolStr {
        match self {
            ContactKind::Phone | ContactKind::Mobile => {
                let digits = telephone(value);
                let from = digits.len().saturating_sub(7);
                digits.get(from..).unwrap_or(&digits).into()
            }
            ContactKind::Email => mailbox(value),
            ContactKind::Web | ContactKind::Other => self.normal(value),
        }
    }

    /// Whether two that are [found by](Self::found_by) the same are the same: a number without its country's code is that with any.
    pub(super) fn is_same(self, one: &str, other: &str) -> bool {
        if !matches!(self, ContactKind::Phone | ContactKind::Mobile) {
            return true;
        }
        let (whole, part) = match (one.strip_prefix('+'), other.strip_prefix('+')) {
            (Some(whole), None) => (whole, other),
            (None, Some(whole)) => (whole, one),
            _ => return one == other,
        };
        // What is dialled within a country before the number is not dialled from abroad.
        let part = part.trim_start_matches('0');
        part.len() >= 7 && whole.ends_with(part)
    }

    fn check(self, value: &str) -> Result<(), PartyError> {
        check_line("contact", value)?;
        let fail = |why| Err(PartyError::BadText { field: "contact", why });
        match self {
            ContactKind::Phone | ContactKind::Mobile => {
                let digits = value.bytes().filter(u8::is_ascii_digit).count();
                let plain = value.bytes().all(|b| b.is_ascii_digit() || b" +()-./".contains(&b));
                // E.164: at most 15 digits.
                if plain && (3..=15).contains(&digits) && value.rfind('+').is_none_or(|at| at == 0)
                {
                    return Ok(());
                }
                fail("that is no telephone number: write 3 to 15 digits, such as +39 041 123 4567")
            }
            ContactKind::Email => match value.rsplit_once('@') {
                Some((user, host))
                    if !user.is_empty()
                        && !host.is_empty()
                        && (!user.contains('@') || is_quoted(user))
                        && !value.contains(char::is_whitespace) =>
                {
                    Ok(())
                }
                _ => fail("that is no e-mail address: write such as ada@example.org"),
            },
            ContactKind::Web | ContactKind::Other => Ok(()),
        }
    }
}

/// The digits of a telephone number. From abroad `00` is `+`, and the nought that people put in brackets is not dialled, but
/// in Italy.
fn telephone(value: &str) -> SmolStr {
    let value: String =
        value.chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | '(' | ')')).collect();
    let abroad = value.strip_prefix('+').or(value.strip_prefix("00"));
    let number = match abroad {
        Some(number) if !number.starts_with("39") => format!("+{}", number.replace("(0)", "")),
        Some(number) => format!("+{number}"),
        None => value,
    };
    number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// The mailbox of an e-mail address: in small letters, without a tag after `+` (RFC 5233), and at Gmail without points. Two addresses of one mailbox
/// reach the same.
///
/// ```
/// use fondaco_core::party::mailbox;
/// assert_eq!(mailbox("Ada+News@Example.org"), "ada@example.org");
/// assert_eq!(mailbox("a.d.a@googlemail.com"), "ada@gmail.com");
/// ```
pub fn mailbox(address: &str) -> SmolStr {
    let address = address.trim().to_lowercase();
    let Some((user, domain)) = address.rsplit_once('@') else { return address.into() };
    let domain = domain.trim_end_matches('.');
    let user = match user.split_once('+') {
        Some((user, _)) if !user.is_empty() => user,
        _ => user,
    };
    match domain {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", user.replace('.', "")).into(),
        _ => format!("{user}@{domain}").into(),
    }
}

/// RFC 5321: between quotes anything may stand, an @ too.
fn is_quoted(user: &str) -> bool {
    user.len() > 2 && user.starts_with('"') && user.ends_with('"')
}

/// A way to reach a party.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "party_contact", kind = state, key(party, number), layout = 3, index(by_normal(kind, normal)), index(by_found_by(kind, found_by)), guard(by_party(party)))]
pub struct Contact {
    /// Whose.
    pub party: PartyId,
    /// Counts the party's contacts, from 1; never given again.
    pub number: u32,
    /// Which way.
    pub kind: ContactKind,
    /// Number or address, as it was given.
    pub value: Personal<SmolStr>,
    /// What two ways to write the same have in common.
    pub normal: Personal<SmolStr>,
    /// What it is for: `work`, `invoices`.
    pub label: Option<Personal<SmolStr>>,
    /// What all that reach the same have in common, with and without a tag or the country's code: see [`reached_by`](super::reached_by).
    #[record(since = 2)]
    pub found_by: Option<Personal<SmolStr>>,
}

impl Contact {
    /// Whether it was removed or erased.
    pub fn is_erased(&self) -> bool {
        self.value.get().is_none()
    }
}

/// Adds a way to reach a party; answers its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddContact {
    /// Which party.
    pub party: PartyId,
    /// See [`Contact::kind`].
    pub kind: ContactKind,
    /// See [`Contact::value`].
    pub value: Private<SmolStr>,
    /// See [`Contact::label`].
    #[serde(default)]
    pub label: Option<Private<SmolStr>>,
}

impl AddContact {
    /// Reaches `party` under `value`.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_core::party::{AddContact, ContactKind};
    /// let mail = AddContact::new(PartyId::named("1"), ContactKind::Email, "ada@example.org");
    /// assert!(!format!("{mail:?}").contains("ada"));
    /// ```
    pub fn new(party: PartyId, kind: ContactKind, value: impl Into<SmolStr>) -> AddContact {
        AddContact { party, kind, value: Private(value.into()), label: None }
    }

    /// With a word on what it is for.
    #[must_use]
    pub fn label(mut self, label: impl Into<SmolStr>) -> AddContact {
        self.label = Some(Private(label.into()));
        self
    }
}

impl Act for AddContact {
    type Answer = u32;
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        self.kind.check(&self.value.0)?;
        self.label.as_ref().map_or(Ok(()), |label| check_line("label", &label.0))?;
        living(tx, self.party)?;
        let there = tx.scan(&Range::<Contact>::by_key(&self.party))?;
        let number = there.last().map_or(1, |last| last.number.saturating_add(1));
        let contact = Contact {
            party: self.party,
            number,
            kind: self.kind,
            value: tx.personal(self.value.0.clone()),
            normal: tx.personal(self.kind.normal(&self.value.0)),
            found_by: Some(tx.personal(self.kind.found_by(&self.value.0))),
            label: personal(tx, &self.label),
        };
        tx.emit(
            event("party.contact_added", self.party).with("contact", Value::I64(number.into())),
        );
        tx.insert(contact)?;
        Ok(number)
    }
}

/// Erases a way to reach a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveContact {
    /// Whose.
    pub party: PartyId,
    /// See [`Contact::number`].
    pub number: u32,
}

impl RemoveContact {
    /// Erases contact `number` of `party`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// send(&people, "no mail", &RemoveContact::new(ada(), 1))?;
    /// let found = people.view(|view| by_contact(view, ContactKind::Email, "ada@example.org"))?;
    /// assert!(found.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, number: u32) -> RemoveContact {
        RemoveContact { party, number }
    }
}

impl Act for RemoveContact {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let (party, number) = (self.party, self.number);
        let there = tx.get::<Contact>(&(party, number))?.filter(|contact| !contact.is_erased());
        there.ok_or(PartyError::NoSuch { party, what: "contact", number })?;
        tx.emit(event("party.contact_removed", party).with("contact", Value::I64(number.into())));
        Ok(tx.erase::<Contact>(&(party, number))?)
    }
}
