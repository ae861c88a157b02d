//! Naming ledgers.

use std::sync::Arc;

use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::ParallelLedger;
use crate::Books;
use crate::ledger::{LedgerError, Settings, check_code, check_name, rights};

/// Names a ledger beside the leading one: at any time, also after entries were posted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineLedger {
    /// See [`ParallelLedger::code`].
    pub code: SmolStr,
    /// See [`ParallelLedger::name`].
    pub name: SmolStr,
}

impl DefineLedger {
    /// A ledger with this code.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::parallel::DefineLedger;
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
    /// let again = books.send("ifrs 2", &DefineLedger::new("ifrs", "International"));
    /// assert_eq!(again.unwrap_err().code(), "accounting.exists");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, name: impl Into<SmolStr>) -> DefineLedger {
        DefineLedger { code: code.into(), name: name.into() }
    }
}

impl Act for DefineLedger {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::DEFINE_LEDGER))?;
        check_code("ledger", &self.code)?;
        check_name("ledger name", &self.name)?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        if self.code == settings.ledger || tx.get::<ParallelLedger>(&self.code)?.is_some() {
            return Err(LedgerError::Exists { what: "ledger", code: self.code.clone() });
        }
        if settings.parallel_ledgers != Some(true) {
            tx.put(Settings { parallel_ledgers: Some(true), ..settings.as_ref().clone() })?;
        }
        let DefineLedger { code, name } = self.clone();
        tx.emit(Event::new("ledger.ledger_defined").with("ledger", code.clone()));
        let (retained_earnings, closing_journal) = (None, None);
        tx.insert(ParallelLedger { code, name, retained_earnings, closing_journal })?;
        Ok(())
    }
}

/// The ledgers beside the leading one, by code.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn ledgers(read: &mut impl Reading) -> Result<Vec<Arc<ParallelLedger>>, LedgerError> {
    Ok(read.peek_scan(&Range::<ParallelLedger>::all())?)
}

impl Books<'_> {
    /// The ledgers beside the leading one, by code.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::parallel::DefineLedger;
    /// assert!(books.ledgers()?.is_empty());
    /// books.send("ifrs", &DefineLedger::new("ifrs", "IFRS, for the group"))?;
    /// assert_eq!(books.ledgers()?[0].name, "IFRS, for the group");
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Books::view`].
    pub fn ledgers(&self) -> Result<Vec<Arc<ParallelLedger>>, LedgerError> {
        self.view(|view| ledgers(view))
    }
}
