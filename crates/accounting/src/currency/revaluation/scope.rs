//! Of which books a run is: which postings it values, and which runs stand in them.

use fondaco_core::{Filtered, Reading};
use smol_str::SmolStr;

use super::RevaluationRun;
use crate::ledger::LedgerError;
use crate::parallel::{LedgerPart, ParallelLedger, part_of, sight_of};

/// What all ledgers have, what one has alone, or all that one has that values by itself what all have, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    /// The parallel ledger; `None` for what all have.
    pub(crate) ledger: Option<SmolStr>,
    /// Whether it values all that it has.
    whole: bool,
}

impl Scope {
    /// Of a ledger, as it was defined; of what all have, where none is named.
    pub(crate) fn of(
        read: &mut impl Reading,
        ledger: Option<SmolStr>,
    ) -> Result<Scope, LedgerError> {
        // How a ledger values is said once and for all, so nothing has to be rested on.
        let defined = match &ledger {
            Some(code) => read.peek::<ParallelLedger>(code)?,
            None => None,
        };
        let whole = defined.is_some_and(|ledger| ledger.values_all == Some(true));
        Ok(Scope { ledger, whole })
    }

    /// The books that are valued.
    pub(crate) fn books<'r, R: Reading>(
        &self,
        read: &'r mut R,
    ) -> Result<Filtered<'r, R, LedgerPart>, LedgerError> {
        match &self.ledger {
            Some(ledger) if self.whole => sight_of(read, Some(ledger)),
            ledger => part_of(read, ledger.as_ref()),
        }
    }

    /// Whether what a run posted stands in them.
    pub(super) fn has(&self, run: &RevaluationRun) -> bool {
        run.ledger == self.ledger || (self.whole && run.ledger.is_none())
    }

    /// Whether they have what is open of items, which is of all ledgers.
    pub(super) fn has_items(&self) -> bool {
        self.whole || self.ledger.is_none()
    }
}
