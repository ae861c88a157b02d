//! Where what a ledger earned and spent alone goes at the end of a year.

use fondaco_core::Tx;
use fondaco_core::store::Event;
use smol_str::SmolStr;

use super::{ParallelError, ParallelLedger};
use crate::ledger::LedgerError;

/// Says it, for the ledger to which the journal belongs alone.
pub(crate) fn set_closing(
    tx: &mut Tx<'_>,
    ledger: &SmolStr,
    (retained_earnings, journal): (&SmolStr, &SmolStr),
) -> Result<(), LedgerError> {
    let unknown = || ParallelError::UnknownLedger { code: ledger.clone() };
    let known = tx.get::<ParallelLedger>(ledger)?.ok_or_else(unknown)?;
    tx.put(ParallelLedger {
        retained_earnings: Some(retained_earnings.clone()),
        closing_journal: Some(journal.clone()),
        ..known.as_ref().clone()
    })?;
    let event = Event::new("ledger.closing_set");
    let event = event.with("account", retained_earnings.clone());
    let event = event.with("journal", journal.clone());
    tx.emit(event.with("ledger", ledger.clone()));
    Ok(())
}

impl ParallelLedger {
    /// The account of its retained earnings and the journal of its closing entries.
    pub(crate) fn closing(&self, year: i32) -> Result<(&SmolStr, &SmolStr), ParallelError> {
        let named = self.retained_earnings.as_ref().zip(self.closing_journal.as_ref());
        named.ok_or_else(|| ParallelError::NoClosing { ledger: self.code.clone(), year })
    }
}
