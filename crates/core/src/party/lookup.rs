//! Finding parties, and all that is kept on one.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{
    Address, Contact, ContactKind, HeldOnParty, Identifier, IdentifierKind, Party, PartyAlias,
    PartyError, PartyIdentifier, PartyRole, Relation, resolve,
};
use crate::{PartyId, Range, Reading};

/// A party with all that this module keeps on it. What was removed or erased is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeParty {
    /// The party itself.
    pub party: Arc<Party>,
    /// Its roles, by name.
    pub roles: Vec<Arc<PartyRole>>,
    /// Its addresses, in the order in which they came.
    pub addresses: Vec<Arc<Address>>,
    /// The ways to reach it.
    pub contacts: Vec<Arc<Contact>>,
    /// Its numbers.
    pub identifiers: Vec<Arc<PartyIdentifier>>,
    /// Its relations to others, and those of others to it.
    pub relations: Vec<Arc<Relation>>,
    /// The parties that were merged into it, with the names that they had.
    pub aliases: Vec<Arc<PartyAlias>>,
}

/// A party with all that is kept on it; `None` when there is no such party. Under the id of one that was merged, the other.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let people = people();
/// let whole = people.view(|view| whole_party(view, ada()))?.ok_or("she is there")?;
/// assert_eq!(whole.addresses[0].city.get().map(|city| city.as_str()), Some("Venezia"));
/// assert!(!format!("{whole:?}").contains("Venezia"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](crate::Halt), to be passed on.
pub fn whole_party(
    read: &mut impl Reading,
    party: PartyId,
) -> Result<Option<WholeParty>, PartyError> {
    let party = resolve(read, party)?;
    let Some(found) = read.peek::<Party>(&party)? else { return Ok(None) };
    let (mut addresses, mut contacts, mut identifiers) = (
        Address::held(read, party)?,
        Contact::held(read, party)?,
        PartyIdentifier::held(read, party)?,
    );
    addresses.retain(|row| !row.is_erased());
    contacts.retain(|row| !row.is_erased());
    identifiers.retain(|row| !row.is_erased());
    let (roles, relations) = (PartyRole::held(read, party)?, Relation::held(read, party)?);
    let aliases = PartyAlias::held(read, party)?;
    Ok(Some(WholeParty {
        party: found,
        roles,
        addresses,
        contacts,
        identifiers,
        relations,
        aliases,
    }))
}

/// The party that has a number, written in whatever way.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let people = people();
/// let found = people.view(|view| {
///     by_identifier(view, IdentifierKind::Iban, "GB29 NWBK 6016 1331 9268 19")
/// })?;
/// assert_eq!(found, Some(ada()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PartyError::Identifier`] when it is no number of its kind, or a [`Halt`](crate::Halt).
pub fn by_identifier(
    read: &mut impl Reading,
    kind: IdentifierKind,
    text: &str,
) -> Result<Option<PartyId>, PartyError> {
    let value = SmolStr::new(Identifier::parse(kind, text)?.value());
    let found = read.peek_scan(&Range::by(PartyIdentifier::BY_VALUE, &(kind, value)))?;
    Ok(found.first().map(|row| row.party))
}

/// The parties that are reached under a number or address, written in whatever way.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let people = people();
/// let found = people.view(|view| by_contact(view, ContactKind::Email, "Ada@Example.org"))?;
/// assert_eq!(found, [ada()]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](crate::Halt), to be passed on.
pub fn by_contact(
    read: &mut impl Reading,
    kind: ContactKind,
    text: &str,
) -> Result<Vec<PartyId>, PartyError> {
    let normal = kind.normal(text);
    let found = read.peek_scan(&Range::by(Contact::BY_NORMAL, &(kind, normal)))?;
    let mut parties: Vec<PartyId> = found.iter().map(|row| row.party).collect();
    parties.dedup();
    Ok(parties)
}

/// The parties that somebody reaches under a number or address, however it is written there: an e-mail address with another tag, a
/// telephone number with or without its country's code.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let people = people();
/// let found = people.view(|view| reached_by(view, ContactKind::Email, "ada+fair@example.org"))?;
/// assert_eq!(found, [ada()]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`](crate::Halt), to be passed on.
pub fn reached_by(
    read: &mut impl Reading,
    kind: ContactKind,
    text: &str,
) -> Result<Vec<PartyId>, PartyError> {
    let (normal, found_by) = (kind.normal(text), kind.found_by(text));
    let mut found = read.peek_scan(&Range::by(Contact::BY_FOUND_BY, &(kind, found_by)))?;
    // Rows of before there was such a key are found as they are written.
    let as_written = read.peek_scan(&Range::by(Contact::BY_NORMAL, &(kind, normal.clone())))?;
    found.extend(as_written.into_iter().filter(|row| row.found_by.is_none()));
    let is_same = |row: &&std::sync::Arc<Contact>| {
        row.normal.get().is_some_and(|there| kind.is_same(&normal, there))
    };
    let mut parties: Vec<PartyId> = found.iter().filter(is_same).map(|row| row.party).collect();
    parties.sort_unstable();
    parties.dedup();
    Ok(parties)
}
