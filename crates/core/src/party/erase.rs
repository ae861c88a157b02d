//! Erasing a party: what is personal of it goes, in all tables that engines keep on parties.

use serde::{Deserialize, Serialize};

use super::record::event;
use super::{Address, Contact, HOLDINGS, Holding, Party, PartyError, PartyIdentifier};
use crate::policy::Request;
use crate::store::Value;
use crate::{Act, Halt, PartyId, Range, Tx};

/// Erases all that is personal of a party; answers how many rows lost something. Rows, ids, days and relations stay, and so
/// do the books: whose they are, nobody can tell any more.
///
/// It can't be taken back. Erasing again does no harm, and catches what another engine has kept since.
///
/// This erases what the module [`party`](super) keeps. Engines say what they keep on parties by [`Holding`]s: a host that uses
/// some gives theirs with [`over`](EraseParty::over).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EraseParty<'h> {
    /// Which party.
    pub party: PartyId,
    /// What engines keep on parties. Not part of what the command says: where there are more engines by the time it is sent
    /// again, it is the same command.
    #[serde(skip)]
    engines: &'h [&'h [Holding]],
}

impl<'h> EraseParty<'h> {
    /// Erases what this module keeps on `party`.
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
    pub fn new(party: PartyId) -> EraseParty<'h> {
        EraseParty { party, engines: &[] }
    }

    /// Erases what engines keep, too: the `HOLDINGS` of each.
    ///
    /// ```
    /// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
    /// # use people::*;
    /// # let people = people();
    /// const NOTES: &[Holding] = &[]; // those of an engine
    /// send(&people, "erase", &EraseParty::new(ada()).over(&[NOTES]))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn over(mut self, engines: &'h [&'h [Holding]]) -> EraseParty<'h> {
        self.engines = engines;
        self
    }
}

impl Act for EraseParty<'_> {
    type Answer = u32;
    type Error = PartyError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, PartyError> {
        tx.authorize(&Request::new(&super::ERASE))?;
        let party = self.party;
        tx.get::<Party>(&party)?.ok_or(PartyError::Unknown { party })?;
        // The decision rests on each of these ranges: what somebody adds meanwhile makes this act run again.
        tx.scan(&Range::<Address>::by_key(&party))?;
        tx.scan(&Range::<Contact>::by_key(&party))?;
        tx.scan(&Range::<PartyIdentifier>::by_key(&party))?;
        let mut rows = erase(tx, party, HOLDINGS)?;
        for holdings in self.engines {
            rows = rows.saturating_add(erase(tx, party, holdings)?);
        }
        tx.emit(event("party.erased", party).with("rows", Value::I64(rows.into())));
        Ok(rows)
    }
}

/// Erases the personal values of a party in some tables, within an act; answers how many rows there are.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn erase(tx: &mut Tx<'_>, party: PartyId, holdings: &[Holding]) -> Result<u32, Halt> {
    holdings
        .iter()
        .try_fold(0u32, |rows, holding| Ok(rows.saturating_add(holding.erase(tx, party)?)))
}
