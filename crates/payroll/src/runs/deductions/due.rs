//! An instalment falls due once for each period, by the first slip of it that asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use fondaco_core::{Id, PartyId, Range, Reading};

use super::super::{PayInput, Run, RunKind, Slip};
use super::{Deduction, Owed};
use crate::PayrollError;

/// Slips of the same days are paid at most so many days before them.
const PAID_BEFORE: u64 = 62;

/// Marks the deductions whose instalment another slip that counts has asked for in the days of a case.
pub(crate) fn mark_asked(
    read: &mut impl Reading,
    owed: &mut BTreeMap<PartyId, Vec<Owed>>,
    run: Id<Run>,
    cases: &[Arc<PayInput>],
) -> Result<(), PayrollError> {
    let by_instalment = |case: &&Arc<PayInput>| {
        let all = owed.get(&case.employee);
        all.is_some_and(|all| all.iter().any(|owed| owed.deduction.instalment.is_some()))
    };
    let cases: Vec<&Arc<PayInput>> = cases.iter().filter(by_instalment).collect();
    let ranges = cases.iter().map(|case| near(case.employee, case.from));
    let slips = read.peek_scans(&ranges.collect::<Vec<_>>())?;
    for (case, slips) in cases.into_iter().zip(slips) {
        let days = (case.from, case.to);
        for owed in owed.entry(case.employee).or_default() {
            owed.is_asked = slips.iter().any(|slip| asks(slip, run, days, &owed.deduction));
        }
    }
    Ok(())
}

/// The slips of an employee that may be of days from one on.
pub(crate) fn near(employee: PartyId, from: NaiveDate) -> Range<Slip> {
    let first = from.checked_sub_days(Days::new(PAID_BEFORE)).unwrap_or(NaiveDate::MIN);
    Range::by(Slip::BY_EMPLOYEE, &employee).from(&first)
}

/// Whether a slip that counts, of another run and of some of these days, asked for a deduction's instalment.
pub(crate) fn asks(
    slip: &Slip,
    run: Id<Run>,
    days: (NaiveDate, NaiveDate),
    deduction: &Deduction,
) -> bool {
    // Of an order a slip may take arrears alone, of a loan what it takes is the instalment.
    let by_due = deduction.kind.is_order();
    slip.run != run
        && slip.status.counts()
        && slip.meets(days)
        && slip
            .takings
            .iter()
            .any(|taking| taking.deduction == deduction.id && (!by_due || !taking.due.is_zero()))
        && !is_extra(slip.kind)
}

/// Whether slips of this kind are paid besides that of the period, and so no instalment falls due by them.
pub(crate) fn is_extra(kind: RunKind) -> bool {
    matches!(kind, RunKind::Bonus | RunKind::Retro)
}
