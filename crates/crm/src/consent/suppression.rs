//! Addresses that nobody writes to again: a list of keyed hashes, which tells no address to who has the list alone.
//!
//! HMAC-SHA-256 (RFC 2104) of the kind and the cleaned address under a key of the company's. Without a key anybody who has the list could
//! try addresses; the key is kept as something personal, outside the hash chain, exports and all logs. It lies in the same database: who has all
//! of that, or a backup of it, can try the numbers of a country. Against such readers the database itself has to be encrypted.

use std::collections::BTreeSet;

use fondaco_core::digest::hex;
use fondaco_core::party::{Contact, ContactKind as Reach, Private};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Personal, Record, Value};
use fondaco_core::{Act, Halt, PartyId, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::rights::RECORD_CONSENT;
use super::{Channel, ConsentError};
use crate::clean::{email_key, is_role_address, phone_key};
use crate::contacts::rights::SET_UP;
use crate::contacts::{MAX_EMAIL, MAX_PHONE};
use crate::merge::holders;
use crate::{CrmError, check_code, check_text};

/// An address that nobody writes to again.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_suppression", kind = state, key(hash))]
pub struct Suppression {
    /// The keyed hash of the address, as hexadecimal digits.
    pub hash: SmolStr,
    /// Why, by a code of the host's.
    pub reason: SmolStr,
    /// Since when.
    pub since: Timestamp,
}

/// The key under which the list is kept: one row.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_secret", kind = state, key(name))]
pub struct CrmSecret {
    /// Which secret: `suppression`.
    pub name: SmolStr,
    /// The secret.
    pub secret: Personal<SmolStr>,
}

const KEY: SmolStr = SmolStr::new_static("suppression");

/// Sets the key of the suppression list: once, before anything is put on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetSuppressionKey {
    /// At least 16 random bytes, written as a text of 16 to 200 characters, at least eight of which differ.
    pub key: Private<SmolStr>,
}

impl SetSuppressionKey {
    /// Sets this key.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_core::party::ContactKind;
    /// use fondaco_crm::consent::{SetSuppressionKey, Suppress, is_suppressed};
    /// crm.send("key", &SetSuppressionKey::new("0b1e 77f0 9a3c 5d2e 41f8"))?;
    /// crm.send("never", &Suppress::email("Max@Example.org", "complained"))?;
    /// assert!(crm.view(|view| is_suppressed(view, ContactKind::Email, "max@example.ORG "))?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(key: impl Into<SmolStr>) -> SetSuppressionKey {
        SetSuppressionKey { key: Private(key.into()) }
    }
}

impl Act for SetSuppressionKey {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&SET_UP))?;
        let mut different: Vec<char> = self.key.0.chars().collect();
        let count = different.len();
        different.sort_unstable();
        different.dedup();
        let why = match count {
            0..16 => "has fewer than 16 characters: give more random ones",
            201.. => "has more than 200 characters: give fewer",
            _ if different.len() < 8 => "has few different characters: give random ones",
            _ if self.key.0.contains('\0') => "holds the NUL character: leave that out",
            _ => "",
        };
        if !why.is_empty() {
            return Err(ConsentError::BadSuppressionKey { why }.into());
        }
        if tx.get::<CrmSecret>(&KEY)?.is_some() {
            return Err(ConsentError::SuppressionKeySet.into());
        }
        let secret = tx.personal(self.key.0.clone());
        tx.emit(Event::new("crm.suppression_key_set"));
        Ok(tx.insert(CrmSecret { name: KEY, secret })?)
    }
}

/// Puts an address on the suppression list, whosever it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppress {
    /// What kind of address.
    pub kind: Reach,
    /// The address.
    pub address: Private<SmolStr>,
    /// Why, by a code of the host's.
    pub reason: SmolStr,
}

impl Suppress {
    /// Puts an e-mail address on the list.
    pub fn email(address: impl Into<SmolStr>, reason: impl Into<SmolStr>) -> Suppress {
        Suppress { kind: Reach::Email, address: Private(address.into()), reason: reason.into() }
    }
}

impl Act for Suppress {
    type Answer = ();
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), CrmError> {
        tx.authorize(&Request::new(&RECORD_CONSENT))?;
        check_code("reason", &self.reason)?;
        check_address(self.kind, &self.address)?;
        let key = key(tx)?.ok_or(ConsentError::NoSuppressionKey)?;
        put(tx, &key, (self.kind, &self.address.0), &self.reason)
    }
}

/// Whether an address is one that can be.
pub(super) fn check_address(kind: Reach, address: &Private<SmolStr>) -> Result<(), CrmError> {
    let most = if kind == Reach::Email { MAX_EMAIL } else { MAX_PHONE };
    Ok(check_text("address", &address.0, most)?)
}

/// The company's key, where it has one.
pub(super) fn key(read: &mut impl Reading) -> Result<Option<SmolStr>, Halt> {
    Ok(read.peek::<CrmSecret>(&KEY)?.and_then(|row| row.secret.get().cloned()))
}

/// Puts an address on the list, if it is not there.
fn put(
    tx: &mut Tx<'_>,
    key: &str,
    (kind, address): (Reach, &str),
    reason: &SmolStr,
) -> Result<(), CrmError> {
    let hash = hash(key, kind, address);
    if tx.get::<Suppression>(&hash)?.is_none() {
        let (reason, since) = (reason.clone(), tx.now());
        tx.insert(Suppression { hash, reason, since })?;
    }
    Ok(())
}

/// Puts the addresses of a contact on the list, who is all these parties: those of a channel, or all. What is a role's (`info@`) or another's,
/// too, is left out, unless that is wanted: they would be silenced for what this one wants. Gives what was left out.
pub(super) fn suppress_parties(
    tx: &mut Tx<'_>,
    all: &[PartyId],
    (channel, with_shared): (Option<Channel>, bool),
    reason: &SmolStr,
) -> Result<Shared, CrmError> {
    let key = key(tx)?.ok_or(ConsentError::NoSuppressionKey)?;
    let mut left_out = Shared::default();
    for party in all {
        let there = tx.scan(&Range::<Contact>::by_key(party))?;
        for contact in there.iter().filter(|one| channel.is_none_or(|it| it.reaches(one.kind))) {
            let Some(address) = contact.value.get() else { continue };
            let shared = Shared::of(tx, all, (contact.kind, address))?;
            match with_shared || shared.is_empty() {
                true => put(tx, &key, (contact.kind, address), reason)?,
                false => left_out.add(shared),
            }
        }
        tx.emit(Event::new("crm.suppressed").with("party", Value::Id(party.to_u128())));
    }
    Ok(left_out)
}

/// Addresses that are of a role, or of other contacts, too.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) role_addresses: u32,
    pub(super) with: BTreeSet<PartyId>,
}

impl Shared {
    /// One address of a contact who is all these parties.
    fn of(
        read: &mut impl Reading,
        all: &[PartyId],
        (kind, address): (Reach, &str),
    ) -> Result<Shared, CrmError> {
        let is_role = kind == Reach::Email && is_role_address(address);
        let others = holders(read, kind, address)?.into_iter().filter(|one| !all.contains(one));
        Ok(Shared { role_addresses: u32::from(is_role), with: others.collect() })
    }

    fn is_empty(&self) -> bool {
        self.role_addresses == 0 && self.with.is_empty()
    }

    fn add(&mut self, other: Shared) {
        self.role_addresses = self.role_addresses.saturating_add(other.role_addresses);
        self.with.extend(other.with);
    }
}

/// Whether an address is on the suppression list.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn is_suppressed(read: &mut impl Reading, kind: Reach, address: &str) -> Result<bool, Halt> {
    let Some(key) = key(read)? else { return Ok(false) };
    Ok(read.peek::<Suppression>(&hash(&key, kind, address))?.is_some())
}

/// Which of these addresses are on the suppression list, in one trip.
#[cfg(feature = "import")]
pub(crate) fn suppressed_among(
    read: &mut impl Reading,
    addresses: &[(Reach, &str)],
) -> Result<Vec<bool>, Halt> {
    let Some(key) = key(read)? else { return Ok(vec![false; addresses.len()]) };
    let hash = |(kind, address): &(Reach, &str)| hash(&key, *kind, address);
    let rows = read.peek_many::<Suppression>(&addresses.iter().map(hash).collect::<Vec<_>>())?;
    Ok(rows.iter().map(Option::is_some).collect())
}

/// The keyed hash of an address, in whatever way it is written.
pub(super) fn hash(key: &str, kind: Reach, address: &str) -> SmolStr {
    let (name, address) = match kind {
        Reach::Email => ("email", email_key(address)),
        Reach::Phone | Reach::Mobile => ("phone", phone_key(address)),
        Reach::Web => ("web", address.to_lowercase().into()),
        Reach::Other => ("other", address.to_lowercase().into()),
    };
    hex(&hmac(key.as_bytes(), format!("{name}:{address}").as_bytes())).into()
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let short: Vec<u8> = match key.len() > BLOCK {
        true => Sha256::digest(key).to_vec(),
        false => key.to_vec(),
    };
    let padded = |with: u8| -> [u8; BLOCK] {
        std::array::from_fn(|at| short.get(at).copied().unwrap_or(0) ^ with)
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test cases 1, 2 and 6.
    #[test]
    fn the_hash_is_that_of_the_standard() {
        let of = |key: &[u8], message: &[u8]| hex(&hmac(key, message));
        assert_eq!(
            of(&[0x0b; 20], b"Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            of(b"Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            of(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
