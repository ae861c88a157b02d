//! Erasing a contact: the person goes, the counts stay (GDPR, article 17).

use fondaco_core::party::{EraseParty, PartyAlias, PartyError, resolve};
use fondaco_core::policy::Request;
use fondaco_core::store::{DecodeError, Event, Value};
use fondaco_core::{Act, Outcome, PartyId, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rights::ERASE;
use super::suppression::suppress_parties;
use crate::contacts::{ContactError, living_in_group};
use crate::{CrmError, check_code};

/// Erases what is personal of a contact, under all ids that were merged into it, in all engines. What it did stays as counts. Erasing again does
/// no harm, and catches what came since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseContact {
    /// Who, under any of its ids.
    pub party: PartyId,
    /// Whether keyed hashes of its addresses go on the suppression list, so that nobody writes to it when they come back.
    /// The address of a role (`info@`), or one that another contact has, too, is left out, which the [answer](Erasure) tells.
    #[serde(default)]
    pub suppress: bool,
    /// Whether addresses of a role and those that others have go on the list as well: afterwards nobody can tell which they were.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suppress_shared: bool,
    /// Why, by a code of the host's.
    pub reason: SmolStr,
}

impl EraseContact {
    /// Erases `party` and keeps its addresses from coming back.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let crm = crm();
    /// use fondaco_crm::consent::*;
    /// crm.send("news", &DefinePurposes::one("newsletter", "Our newsletter", false))?;
    /// crm.send("key", &SetSuppressionKey::new("0b1e 77f0 9a3c 5d2e 41f8"))?;
    /// crm.send("erase", &EraseContact::new(ada(), "asked_for"))?;
    /// // A list that somebody bought brings her back.
    /// let again = PartyId::named("list/17");
    /// crm.send("list", &AddContacts::new(vec![NewContact::person(again, "Ada L.").email("ADA@analytical.example")]))?;
    /// let given = NewConsent::given(again, Channel::Email, "newsletter", "said the list's seller");
    /// crm.send("consent", &RecordConsents::new(vec![given]))?;
    /// let may = crm.view(|view| may_contact(view, again, Channel::Email, "newsletter"))?;
    /// assert_eq!(may, MayContact::Suppressed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId, reason: impl Into<SmolStr>) -> EraseContact {
        EraseContact { party, suppress: true, suppress_shared: false, reason: reason.into() }
    }
}

/// What was erased, and what is not on the suppression list though it was to be.
///
/// Whom an address is shared with may be the same person, found twice: then it is to be erased as well.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Erasure {
    /// How many rows lost something.
    pub rows: u32,
    /// How many addresses of a role, such as `info@`, were left off the list.
    pub role_addresses: u32,
    /// Who else has an address that was left off the list.
    pub shared_with: Vec<PartyId>,
}

/// Earlier versions answered how many rows alone: what they did not tell is nought and nobody.
impl Outcome for Erasure {
    fn encode(&self, out: &mut Vec<Value>) {
        self.rows.encode(out);
        self.role_addresses.encode(out);
        self.shared_with.encode(out);
    }

    fn decode(values: &mut dyn Iterator<Item = Value>) -> Result<Erasure, DecodeError> {
        let rows = u32::decode(values)?;
        let mut rest = values.peekable();
        if rest.peek().is_none() {
            return Ok(Erasure { rows, ..Erasure::default() });
        }
        let role_addresses = u32::decode(&mut rest)?;
        Ok(Erasure { rows, role_addresses, shared_with: Vec::decode(&mut rest)? })
    }
}

impl Act for EraseContact {
    type Answer = Erasure;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Erasure, CrmError> {
        tx.authorize(&Request::new(&ERASE))?;
        check_code("reason", &self.reason)?;
        let whole = resolve(tx, self.party)?;
        // Who was erased is erased again: that catches what came since.
        match living_in_group(tx, self.party) {
            Ok(_) | Err(CrmError::Contact(ContactError::ContactErased { .. })) => {}
            Err(error) => return Err(error),
        }
        let aliases = tx.scan(&Range::by(PartyAlias::BY_KEEP, &whole))?;
        let all: Vec<PartyId> =
            std::iter::once(whole).chain(aliases.iter().map(|alias| alias.party)).collect();
        let mut erasure = Erasure::default();
        if self.suppress {
            let of = (None, self.suppress_shared);
            let left_out = suppress_parties(tx, &all, of, &self.reason)?;
            erasure.role_addresses = left_out.role_addresses;
            erasure.shared_with = left_out.with.into_iter().collect();
        }
        let event = Event::new("crm.contact_erased").with("party", Value::Id(whole.to_u128()));
        tx.emit(event.with("reason", self.reason.clone()));
        // Core tells what goes along with contacts.
        match EraseParty::new(whole).act(tx) {
            Err(PartyError::Unknown { .. }) => {} // a visitor of whom nothing is left
            done => erasure.rows = done?,
        }
        Ok(erasure)
    }
}
