//! What rules would still share out: what a month's end looks for.

use fondaco_core::{Money, Range, Reading};
use smol_str::SmolStr;

use super::AllocationRule;
use super::lookup::allocation_runs;
use super::share::{borne, pool};
use crate::Books;
use crate::ledger::{LedgerError, Period, PeriodKey, Settings, period_label};
use crate::parallel::leading;

/// A pool that bears something in a period: its rule was not run, or costs came after it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unallocated {
    /// The rule.
    pub code: SmolStr,
    /// What its pool bears: debits less credits.
    pub amount: Money,
    /// Whether the rule was run, and stands.
    pub run: bool,
}

/// The rules whose pools bear something in a period, by code.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::allocation::{Allocate, SetAllocation};
/// let power = |amount| NewEntry::new("GEN", day("2026-03-01"))
///     .posting(NewPosting::debit("5100", eur(amount)).dimension("cost_centre", "900"))
///     .credit("1000", eur(amount));
/// books.post("power", power("100"))?;
/// let rule = SetAllocation::new("power", "Power", "GEN", "5100", "cost_centre", "900");
/// books.send("rule", &rule.share("10", 1.into()))?;
/// assert_eq!(books.unallocated(202_603)?[0].amount, eur("100"));
/// books.send("March", &Allocate::new("power", 202_603))?;
/// assert!(books.unallocated(202_603)?.is_empty());
/// books.post("late", power("50"))?;
/// let late = &books.unallocated(202_603)?[0];
/// assert_eq!((late.amount, late.run), (eur("50"), true));
/// assert_eq!(books.send("again", &Allocate::new("power", 202_603))?.answer.left.to_decimal(), 50.into());
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownPeriod`], or a [`Halt`](fondaco_core::Halt).
pub fn unallocated(
    read: &mut impl Reading,
    period: PeriodKey,
) -> Result<Vec<Unallocated>, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    if read.peek::<Period>(&period)?.is_none() {
        return Err(LedgerError::UnknownPeriod { period: period_label(period) });
    }
    let read = &mut leading(read)?;
    let mut found = Vec::new();
    for rule in read.peek_scan(&Range::<AllocationRule>::all())? {
        let pool = pool(read, &rule, period, settings.currency)?;
        if pool.is_empty() {
            continue;
        }
        let amount = borne(&pool, settings.currency);
        let run = allocation_runs(read, &rule.code, period)?.iter().any(|(_, stands)| *stands);
        found.push(Unallocated { code: rule.code.clone(), amount, run });
    }
    Ok(found)
}

impl Books<'_> {
    /// The rules whose pools bear something in a period: see [`unallocated`].
    ///
    /// # Errors
    /// As [`unallocated`].
    pub fn unallocated(&self, period: PeriodKey) -> Result<Vec<Unallocated>, LedgerError> {
        self.view(|view| unallocated(view, period))
    }
}
