//! Erasing a contact: the person goes, the counts stay (GDPR, article 17).

use fondaco_core::input::check_code;
use fondaco_core::party::{EraseParty, Party, PartyAlias, resolve};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, PartyId, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::rights::ERASE;
use super::suppression::suppress_party;
use crate::CrmError;
use crate::along::{self, Change};
use crate::contacts::living;

/// Erases what is personal of a contact, under all ids that were merged into it, in all engines. What it did stays as counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseContact {
    /// Who, under any of its ids.
    pub party: PartyId,
    /// Whether keyed hashes of its addresses go on the suppression list, so that nobody writes to it when they come back.
    #[serde(default)]
    pub suppress: bool,
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
        EraseContact { party, suppress: true, reason: reason.into() }
    }
}

impl Act for EraseContact {
    /// How many rows lost something.
    type Answer = u32;
    type Error = CrmError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, CrmError> {
        tx.authorize(&Request::new(&ERASE))?;
        check_code("reason", &self.reason)?;
        let whole = resolve(tx, self.party)?;
        living(tx, whole)?;
        let aliases = tx.scan(&Range::by(PartyAlias::BY_KEEP, &whole))?;
        let all: Vec<PartyId> =
            std::iter::once(whole).chain(aliases.iter().map(|alias| alias.party)).collect();
        if self.suppress {
            for &party in &all {
                suppress_party(tx, party, None, &self.reason)?;
            }
        }
        let changes: Vec<Change<'_>> = all.iter().map(|&party| Change::Erased { party }).collect();
        along::note(tx, &changes)?;
        let event = Event::new("crm.contact_erased").with("party", Value::Id(whole.to_u128()));
        tx.emit(event.with("reason", self.reason.clone()));
        if tx.get::<Party>(&whole)?.is_some() {
            return Ok(EraseParty::new(whole).act(tx)?);
        }
        // A visitor, of whom core knows nobody that others were merged into.
        let mut rows = 0u32;
        for party in all {
            rows = rows.saturating_add(EraseParty::new(party).act(tx)?);
        }
        Ok(rows)
    }
}
