//! What entries of one ledger alone may not do.

use smol_str::SmolStr;

use super::{LEDGER, ParallelError};
use crate::ledger::{Chart, Journal, LedgerError, NewEntry};

/// Whether a name of a dimension is not the one that marks postings.
pub(crate) fn check_unreserved(name: &str) -> Result<(), ParallelError> {
    match name == LEDGER {
        true => Err(ParallelError::Reserved { name: SmolStr::new(name) }),
        false => Ok(()),
    }
}

/// Whether an entry may belong to one ledger alone.
pub(crate) fn check_entry(
    chart: &Chart,
    ledger: &SmolStr,
    entry: &NewEntry,
) -> Result<(), LedgerError> {
    if entry.options.as_deref().is_some_and(|options| options.balancing.is_some()) {
        let (what, journal) = ("entries that balance an account", entry.journal.clone());
        return Err(ParallelError::OfAllLedgers { what, journal, ledger: ledger.clone() }.into());
    }
    for posting in &entry.postings {
        let (place, rule) = chart.account(&posting.account)?;
        let (code, ledger) = (posting.account.clone(), ledger.clone());
        if chart.is_kept_by_items(place) {
            return Err(ParallelError::KeptByItems { code, ledger }.into());
        }
        if rule.gate.limit().is_some() {
            return Err(ParallelError::Limited { code, ledger }.into());
        }
    }
    Ok(())
}

/// Whether a journal belongs to all ledgers, as it must for `what`.
pub(crate) fn check_all_ledgers(
    journal: &Journal,
    what: &'static str,
) -> Result<(), ParallelError> {
    match &journal.ledger {
        Some(ledger) => {
            let (journal, ledger) = (journal.code.clone(), ledger.clone());
            Err(ParallelError::OfAllLedgers { what, journal, ledger })
        }
        None => Ok(()),
    }
}
