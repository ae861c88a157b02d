//! Undoing a run.

use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::CostAllocationError;
use super::run::{of_rule, standing};
use crate::ledger::rights::{self, Asking};
use crate::ledger::{Entry, LedgerError, PeriodKey, Posted, Reverse, period_label, reverse_as};

/// Takes what a rule shared out for a period back: its entry is reversed on its own day, so that every balance is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoAllocation {
    /// The rule.
    pub code: SmolStr,
    /// The period.
    pub period: PeriodKey,
}

impl UndoAllocation {
    /// Undoes the run of rule `code` for `period`. The [module](super) has an example.
    pub fn new(code: impl Into<SmolStr>, period: PeriodKey) -> UndoAllocation {
        UndoAllocation { code: code.into(), period }
    }
}

impl Act for UndoAllocation {
    type Answer = Posted;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Posted, LedgerError> {
        let authority = tx.authority(&rights::ALLOCATE)?;
        tx.allow(&authority, &of_rule(&self.code))?;
        let not_run = || CostAllocationError::NotRun {
            code: self.code.clone(),
            period: period_label(self.period),
        };
        let standing = standing(tx, &self.code, self.period)?;
        let id = standing.and_then(|standing| standing.entry).ok_or_else(not_run)?;
        let entry = tx.get::<Entry>(&id)?.ok_or(LedgerError::UnknownEntry { entry: id })?;
        let reverse = Reverse::new(id, entry.date);
        let posted = reverse_as(tx, &reverse, None, Asking::following(authority))?;
        let event = Event::new("allocation.undone");
        let event = event.with("allocation", Value::Text(self.code.clone()));
        tx.emit(event.with("period", Value::I64(self.period.into())));
        Ok(posted)
    }
}
