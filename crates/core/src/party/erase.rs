//! Erasing a party: what is personal of it goes, in all tables that engines keep on parties.

use serde::{Deserialize, Serialize};

use super::record::{event, refuse_alias};
use super::{Address, Contact, Party, PartyAlias, PartyError, PartyIdentifier};
use crate::news::News;
use crate::policy::Request;
use crate::store::Value;
use crate::{Act, Halt, PartyId, Range, Tx};

/// Erases all that is personal of a party and of those that were merged into it; answers how many rows lost something.
/// Rows, ids, days and relations stay, and so do the books: whose they are, nobody can tell any more.
///
/// It can't be taken back. Erasing again does no harm, and catches what another engine has kept since. A party that was never registered, and is
/// only named by what engines keep, is erased there.
///
/// This erases what the module [`party`](super) keeps, and what the engines do that the driver was
/// [told of](crate::Driver::add_holdings). A driver that has prepared a table with personal columns of which it does not
/// know what is held on parties erases nothing: that is a [`Halt::Bug`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseParty {
    /// Which party. Of one that was merged into another, that other: by the alias alone half a person would go.
    pub party: PartyId,
}

impl EraseParty {
    /// Erases `party`.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// let rows = send(&people, "erase", &EraseParty::new(ada()))?;
    /// assert_eq!(rows, 4); // the party, an address, a contact, a number
    /// assert!(people.verify(TABLES)?.findings.is_empty());
    /// let late = send(&people, "late", &AddRole::new(ada(), "lead")).unwrap_err();
    /// assert_eq!(late.code(), "party.erased");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(party: PartyId) -> EraseParty {
        EraseParty { party }
    }
}

impl Act for EraseParty {
    type Answer = u32;
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, PartyError> {
        tx.authorize(&Request::new(&super::ERASE))?;
        let party = self.party;
        refuse_alias(tx, party)?;
        let merged = tx.scan(&Range::by(PartyAlias::BY_KEEP, &party))?;
        let all: Vec<PartyId> =
            std::iter::once(party).chain(merged.iter().map(|alias| alias.party)).collect();
        let is_registered = tx.get::<Party>(&party)?.is_some();
        // The decision rests on each of these ranges: what somebody adds meanwhile makes this act run again.
        tx.scan(&Range::<Address>::by_key(&party))?;
        tx.scan(&Range::<Contact>::by_key(&party))?;
        tx.scan(&Range::<PartyIdentifier>::by_key(&party))?;
        tx.tell(&News::Erased { parties: all.clone() })?;
        let mut rows = 0u32;
        for &party in &all {
            rows = rows.saturating_add(erase(tx, party)?);
        }
        if rows == 0 && !is_registered {
            return Err(PartyError::Unknown { party }); // not even named by what engines keep
        }
        tx.emit(event("party.erased", party).with("rows", Value::I64(rows.into())));
        Ok(rows)
    }
}

/// Erases the personal values of a party in all tables that are known to hold some; answers how many rows lost something.
fn erase(tx: &mut Tx<'_>, party: PartyId) -> Result<u32, Halt> {
    if let Some(table) = tx.context.known.unheld().first() {
        return Err(Halt::Bug(format!(
            "table {} has personal columns, and it is not known what in it is held on a party: its engine has to say so in the holdings of a Part, and to join the driver",
            table.name
        )));
    }
    let mut rows = 0u32;
    for holding in tx.context.known.holdings() {
        rows = rows.saturating_add(holding.erase(tx, party)?);
    }
    Ok(rows)
}
