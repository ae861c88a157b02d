//! Which numbers a party has: each belongs to one party alone.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::record::{event, living};
use super::{Identifier, IdentifierKind, PartyError, Private};
use crate::policy::Request;
use crate::store::{Personal, Record, Value};
use crate::{Act, PartyId, Range, Tx};

/// A number that a party has.
///
/// The index over kind and value is unique: two parties never have the same. An erased value is in no index, so that what
/// was erased is free again.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "party_identifier", kind = state, key(party, number),
    index(by_value(kind, value), unique), guard(by_party(party))
)]
pub struct PartyIdentifier {
    /// Whose.
    pub party: PartyId,
    /// Counts the party's numbers, from 1; never given again.
    pub number: u32,
    /// What kind of number it is.
    pub kind: IdentifierKind,
    /// The number in its normal form, see [`Identifier::value`].
    pub value: Personal<SmolStr>,
}

impl PartyIdentifier {
    /// Whether it was removed or erased.
    pub fn is_erased(&self) -> bool {
        self.value.get().is_none()
    }
}

/// Gives a party a number of a kind; answers under which count it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddIdentifier {
    /// Which party.
    pub party: PartyId,
    /// What kind of number.
    pub kind: IdentifierKind,
    /// The number, as people write it.
    pub value: Private<SmolStr>,
}

impl AddIdentifier {
    /// `party` has the number `value`.
    ///
    /// ```
    /// use fondaco_core::PartyId;
    /// use fondaco_core::party::{AddIdentifier, IdentifierKind};
    /// let vat = AddIdentifier::new(PartyId::named("1"), IdentifierKind::Vat, "IT 00743110157");
    /// assert!(!format!("{vat:?}").contains("0074"));
    /// ```
    pub fn new(party: PartyId, kind: IdentifierKind, value: impl Into<SmolStr>) -> AddIdentifier {
        AddIdentifier { party, kind, value: Private(value.into()) }
    }
}

impl Act for AddIdentifier {
    type Answer = u32;
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let (party, kind) = (self.party, self.kind);
        let value = SmolStr::new(Identifier::parse(kind, &self.value.0)?.value());
        living(tx, party)?;
        if let Some(holder) = tx.unique(PartyIdentifier::BY_VALUE, &(kind, value.clone()))? {
            return Err(PartyError::IdentifierTaken { kind, holder: holder.party });
        }
        let there = tx.scan(&Range::<PartyIdentifier>::by_key(&party))?;
        let number = there.last().map_or(1, |last| last.number.saturating_add(1));
        let value = tx.personal(value);
        let count = Value::I64(number.into());
        let added = event("party.identifier_added", party).with("identifier", count);
        tx.emit(added.with("kind", Value::text(kind.code())));
        tx.insert(PartyIdentifier { party, number, kind, value })?;
        Ok(number)
    }
}

/// Erases a number of a party, which another may have then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveIdentifier {
    /// Whose.
    pub party: PartyId,
    /// See [`PartyIdentifier::number`].
    pub number: u32,
}

impl RemoveIdentifier {
    /// Erases number `number` of `party`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// send(&people, "closed", &RemoveIdentifier::new(ada(), 1))?;
    /// let iban = AddIdentifier::new(firm(), IdentifierKind::Iban, "GB29NWBK60161331926819");
    /// send(&people, "the firm's now", &iban)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, number: u32) -> RemoveIdentifier {
        RemoveIdentifier { party, number }
    }
}

impl Act for RemoveIdentifier {
    type Answer = ();
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PartyError> {
        tx.authorize(&Request::new(&super::KEEP))?;
        let (party, number) = (self.party, self.number);
        let there = tx.get::<PartyIdentifier>(&(party, number))?.filter(|row| !row.is_erased());
        there.ok_or(PartyError::NoSuch { party, what: "identifier", number })?;
        let count = Value::I64(number.into());
        tx.emit(event("party.identifier_removed", party).with("identifier", count));
        Ok(tx.erase::<PartyIdentifier>(&(party, number))?)
    }
}
