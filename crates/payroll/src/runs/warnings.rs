//! What a person should look at before approving a run. Nothing of it stops anybody.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::report::{Column, Report, Row};
use fondaco_core::{Id, PartyId, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::lookup::{refusals, run, slips};
use super::{Run, RunKind, Slip};
use crate::PayrollError;

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunWarning {
    /// Whose slip.
    pub employee: PartyId,
    /// The company's own number for them.
    pub number: SmolStr,
    /// Which sort of thing: `pay_changed`, `account_shared`, `not_computed`, `owes`, `short`, `paid_twice`, and what the cases bring
    /// themselves: `missing_card`, `leaver_paid`.
    pub code: SmolStr,
    /// What it is, in people's words, without a name.
    pub about: String,
}

/// All that should be looked at before a run is approved. Pay that differs from the last regular slip's by more than `percent` is told.
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
        let (code, about) = (SmolStr::new_static("not_computed"), refusal.why.clone());
        found.push(RunWarning { employee, number, code, about });
    }
    for slip in &slips {
        for warning in &slip.input.warnings {
            found.push(said(slip, &warning.code, warning.about.to_string()));
        }
        of_takings(slip, &mut found);
    }
    of_accounts(&slips, &mut found);
    for chunk in slips.chunks(500) {
        let ranges = chunk
            .iter()
            .map(|slip| Range::by(Slip::BY_EMPLOYEE, &slip.employee).backwards().limit(8));
        let before = read.peek_scans(&ranges.collect::<Vec<_>>())?;
        for (slip, before) in chunk.iter().zip(before) {
            of_last(&run, slip, &before, percent, &mut found);
        }
    }
    found.sort_by(|a, b| (&a.number, &a.code).cmp(&(&b.number, &b.code)));
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

/// Accounts that several employees are paid to.
fn of_accounts(slips: &[Arc<Slip>], found: &mut Vec<RunWarning>) {
    let mut users: BTreeMap<&SmolStr, Vec<&Arc<Slip>>> = BTreeMap::new();
    for slip in slips {
        for share in &slip.input.bank {
            users.entry(&share.account).or_default().push(slip);
        }
    }
    for users in users.values() {
        for slip in users {
            let others = users.iter().filter(|other| other.employee != slip.employee);
            let others: Vec<&str> = others.map(|other| other.number.as_str()).collect();
            if !others.is_empty() {
                let about = format!("is paid to the same account as {}", others.join(", "));
                found.push(said(slip, "account_shared", about));
            }
        }
    }
}

/// Pay that changed by much, and a period that was paid already.
fn of_last(
    run: &Run,
    slip: &Slip,
    before: &[Arc<Slip>],
    percent: Decimal,
    found: &mut Vec<RunWarning>,
) {
    if run.kind != RunKind::Regular {
        return;
    }
    let mut others = before.iter().filter(|other| {
        other.run != slip.run && other.status.counts() && other.kind == RunKind::Regular
    });
    if others
        .clone()
        .any(|other| other.period_start == slip.period_start && other.period_end == slip.period_end)
    {
        found.push(said(slip, "paid_twice", "has a slip of this period already".into()));
    }
    // Months are of like length, a week and a fortnight are not.
    let length = |slip: &Slip| (slip.period_end - slip.period_start).num_days();
    let like = |other: &Slip| (length(other) - length(slip)).abs() <= 3;
    let Some(last) = others.find(|other| other.period_start < slip.period_start && like(other))
    else {
        return;
    };
    let (was, is) = (last.net.to_decimal(), slip.net.to_decimal());
    let change = (is - was).abs() * Decimal::ONE_HUNDRED;
    if change > was.abs() * percent {
        let about = format!("net pay is {is}, and was {was} on {}", last.pay_date);
        found.push(said(slip, "pay_changed", about));
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
