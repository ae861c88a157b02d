//! Undoing a run.

use chrono::NaiveDate;
use fondaco_core::store::Event;
use fondaco_core::{Act, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::CostAllocationError;
use super::run::{of_rule, standing};
use crate::ledger::rights::{self, Asking};
use crate::ledger::{Entry, LedgerError, PeriodKey, Posted, Reverse, period_label, reverse_as};

/// Takes what a rule shared out for a period back: its entry is reversed on its own day, so that every balance is as it was; or
/// on a later one, where its period is locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UndoAllocation {
    /// The rule.
    pub code: SmolStr,
    /// The period.
    pub period: PeriodKey,
    /// When it is taken back; `None` for the run's own day, the last of its period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
}

impl UndoAllocation {
    /// Undoes the run of rule `code` for `period`. The [module](super) has an example.
    pub fn new(code: impl Into<SmolStr>, period: PeriodKey) -> UndoAllocation {
        UndoAllocation { code: code.into(), period, on: None }
    }

    /// From this later day on: what was shared out is the pool's again in the period of that day, to be shared with what that
    /// bears itself.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::allocation::{Allocate, SetAllocation, UndoAllocation};
    /// let power = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("100")).dimension("cost_centre", "900"))
    ///     .credit("1000", eur("100"));
    /// books.post("power", power)?;
    /// let rule = SetAllocation::new("power", "Power", "GEN", "5100", "cost_centre", "900");
    /// books.send("rule", &rule.share("10", 1.into()))?;
    /// books.send("March", &Allocate::new("power", 202_603))?;
    /// books.send("lock", &LockPeriod::new(202_603))?;
    /// let undo = UndoAllocation::new("power", 202_603);
    /// assert_eq!(books.send("undo", &undo).unwrap_err().code(), "accounting.period_locked");
    /// books.send("undo in April", &undo.on(day("2026-04-30")))?;
    /// assert_eq!(books.allocation("power", 202_604)?.amount(), eur("100"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn on(mut self, date: NaiveDate) -> UndoAllocation {
        self.on = Some(date);
        self
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
        let (_, id) = standing.ok_or_else(not_run)?;
        let entry = tx.get::<Entry>(&id)?.ok_or(LedgerError::UnknownEntry { entry: id })?;
        let reverse = Reverse::new(id, self.on.unwrap_or(entry.date));
        let posted = reverse_as(tx, &reverse, None, Asking::following(authority))?;
        let event = Event::new("allocation.undone");
        let event = event.with("allocation", self.code.clone());
        tx.emit(event.with("period", self.period));
        Ok(posted)
    }
}
