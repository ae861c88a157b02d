//! What a person should look at before approving a run. Nothing of it stops anybody.
//!
//! [`last`] compares slips with what was paid before, [`accounts`] looks who is paid to the same account, [`items`] what nobody pays,
//! [`since`] what came after a slip was computed.

mod accounts;
mod items;
mod last;
mod since;

use std::sync::Arc;

use fondaco_core::report::{Column, Report, Row};
use fondaco_core::{Id, PartyId, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::lookup::{refusals, run, slips};
use super::{Run, Slip};
use crate::PayrollError;
use crate::outputs::by_number;

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunWarning {
    /// Whose slip.
    pub employee: PartyId,
    /// The company's own number for them.
    pub number: SmolStr,
    /// Which sort of thing: `pay_changed`, `account_changed`, `account_shared`, `not_computed`, `owes`, `short`, `paid_twice`, `item_unpaid`; of what came after
    /// the slip was computed `stale`, `changed_since`, `after_cut_off`; and what the cases bring themselves: `missing_card`, `leaver_paid`.
    pub code: SmolStr,
    /// What it is, in people's words, without a name.
    pub about: String,
}

/// All that should be looked at before a run is approved. Gross or net pay that differs from the last regular slip's by more than `percent` is
/// told. Of a run that was approved already, `changed_since` says what a retro run will pay.
///
/// # Errors
/// [`RunError::UnknownRun`](super::RunError::UnknownRun), or a [`Halt`](fondaco_core::Halt).
pub fn warnings(
    read: &mut impl Reading,
    id: Id<Run>,
    percent: Decimal,
) -> Result<Vec<RunWarning>, PayrollError> {
    let run = run(read, id)?;
    let slips = slips(read, id)?;
    let mut found = Vec::new();
    for refusal in refusals(read, id)? {
        let (employee, number) = (refusal.employee, refusal.number.clone());
        let (code, about) = (SmolStr::new_static("not_computed"), refusal.why().to_owned());
        found.push(RunWarning { employee, number, code, about });
    }
    for slip in &slips {
        for warning in &slip.input.warnings {
            found.push(said(slip, &warning.code, warning.about.to_string()));
        }
        of_takings(slip, &mut found);
    }
    accounts::shared(read, &run, &slips, &mut found)?;
    for chunk in slips.chunks(500) {
        let since = |slip: &Arc<Slip>| {
            let days = chrono::Days::new(last::LOOKS_BACK_DAYS);
            slip.pay_date.checked_sub_days(days).unwrap_or(chrono::NaiveDate::MIN)
        };
        let ranges = chunk
            .iter()
            .map(|slip| Range::by(Slip::BY_EMPLOYEE, &slip.employee).from(&since(slip)));
        let before = read.peek_scans(&ranges.collect::<Vec<_>>())?;
        for (slip, before) in chunk.iter().zip(&before) {
            last::compare(slip, before, percent, &mut found);
        }
        items::unpaid(read, &run, (chunk, &before), &mut found)?;
        since::changes(read, &run, chunk, &mut found)?;
    }
    found.sort_by(|a, b| by_number(&a.number, &b.number).then_with(|| a.code.cmp(&b.code)));
    Ok(found)
}

fn said(slip: &Slip, code: &str, about: String) -> RunWarning {
    RunWarning { employee: slip.employee, number: slip.number.clone(), code: code.into(), about }
}

fn of_takings(slip: &Slip, found: &mut Vec<RunWarning>) {
    for taking in &slip.takings {
        if taking.taken.is_sign_negative() && taking.before.is_zero() && !taking.taken.is_zero() {
            let about = format!("pay is {} below zero, which is carried forward", -taking.taken);
            found.push(said(slip, "owes", about));
        } else if taking.before + taking.due > taking.taken && !taking.due.is_zero() {
            let short = taking.before + taking.due - taking.taken;
            found.push(said(slip, "short", format!("an order gets {} less than is due", short)));
        }
    }
}

/// Warnings as a table.
#[must_use]
pub fn warnings_report(warnings: &[RunWarning]) -> Report {
    let columns =
        [Column::text("Employee").naming_rows(), Column::text("Warning"), Column::text("About")];
    let mut report = Report::new("Before approval").columns(columns);
    for warning in warnings {
        let (number, code) = (warning.number.as_str(), warning.code.as_str());
        report.push(Row::new([number.into(), code.into(), warning.about.as_str().into()]));
    }
    report
}
