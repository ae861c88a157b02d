//! Creating, reopening and cancelling runs.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Act, Id, Range, Tx, input};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::moves::{ask, illegal, must_be, put_status, run_of, step, totals};
use super::{Run, RunDeed, RunError, RunKind, RunStatus, rights};
use crate::PayrollError;

/// Creates a run of a period of a calendar. Gives its id. A day of a calendar
/// is paid by one regular run; what is paid besides has runs of its own.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_payroll::Payroll;
/// use fondaco_payroll::runs::{CreateRun, RunKind};
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// let january = CreateRun::new("MONTHLY", ("2026-01-01".parse()?, "2026-01-31".parse()?), "2026-01-30".parse()?);
/// let run = payroll.send("2026-01", &january)?.answer;
/// let again = payroll.send("2026-01 again", &january).unwrap_err();
/// assert_eq!(again.code(), "payroll.period_has_run");
/// let bonus = CreateRun { kind: RunKind::Bonus, ..january };
/// assert_ne!(payroll.send("bonus", &bonus)?.answer, run);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateRun {
    /// The pay calendar.
    pub calendar: SmolStr,
    /// The first day of the period.
    pub period_start: NaiveDate,
    /// The last.
    pub period_end: NaiveDate,
    /// The day of payment.
    pub pay_date: NaiveDate,
    /// What it is for.
    pub kind: RunKind,
    /// Why, for the record.
    #[serde(default = "planned")]
    pub reason: SmolStr,
}

fn planned() -> SmolStr {
    SmolStr::new_static("the period is paid")
}

impl CreateRun {
    /// The regular run of a period, from its first day to its last.
    pub fn new(
        calendar: impl Into<SmolStr>,
        (period_start, period_end): (NaiveDate, NaiveDate),
        pay_date: NaiveDate,
    ) -> CreateRun {
        let (calendar, kind) = (calendar.into(), RunKind::Regular);
        CreateRun { calendar, period_start, period_end, pay_date, kind, reason: planned() }
    }

    fn check(&self) -> Result<(), PayrollError> {
        input::check_code("calendar", &self.calendar)?;
        if self.period_end < self.period_start {
            let (field, value) = ("period_end", self.period_end.to_string());
            let way_out = "give a day that is not before the first of the period";
            return Err(RunError::BadRun { field, value, way_out }.into());
        }
        Ok(())
    }

    /// The regular run of the calendar that pays some of these days.
    fn regular(&self, tx: &mut Tx<'_>) -> Result<Option<Arc<Run>>, PayrollError> {
        let runs = tx.scan(&Range::by(Run::BY_PERIOD, &self.calendar).through(&self.period_end))?;
        let pays = |run: &&Arc<Run>| {
            run.kind == RunKind::Regular
                && run.status != RunStatus::Cancelled
                && run.period_end >= self.period_start
        };
        Ok(runs.iter().find(pays).cloned())
    }
}

impl Act for CreateRun {
    type Answer = Id<Run>;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Id<Run>, PayrollError> {
        self.check()?;
        let run = Run {
            id: tx.id()?,
            calendar: self.calendar.clone(),
            period_start: self.period_start,
            period_end: self.period_end,
            pay_date: self.pay_date,
            kind: self.kind,
            status: RunStatus::Draft,
            calculation: 0,
            currency: None,
            created_at: tx.now(),
        };
        let by = ask(tx, &rights::CALCULATE, &run, &[])?;
        let regular = self.regular(tx)?;
        let period_start = regular.as_ref().map_or(self.period_start, |other| other.period_start);
        let calendar = self.calendar.clone();
        match (regular, self.kind) {
            (Some(other), RunKind::Regular) => {
                return Err(RunError::PeriodHasRun { calendar, period_start, run: other.id }.into());
            }
            (Some(other), kind)
                if other.status == RunStatus::Closed && kind != RunKind::Correction =>
            {
                return Err(RunError::PeriodClosed { calendar, period_start }.into());
            }
            _ => {}
        }
        let id = run.id;
        tx.insert(run)?;
        step(tx, id, RunDeed::Created, (&self.reason, None), &by)?;
        Ok(id)
    }
}

/// Makes a calculated run a draft again, to compute it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReopenRun {
    /// Which.
    pub run: Id<Run>,
    /// Why.
    pub reason: SmolStr,
}

impl Act for ReopenRun {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let run = run_of(tx, self.run)?;
        let by = ask(tx, &rights::CALCULATE, &run, &[])?;
        let way_out =
            "only what is calculated is computed again; void single slips of what is approved";
        must_be(&run, &[RunStatus::Calculated], "reopened", way_out)?;
        if run.kind == RunKind::Correction {
            let way_out = "its slips came one by one: change or drop single ones";
            return Err(illegal(&run, "reopened", way_out));
        }
        none_counts(tx, &run, "reopened")?;
        put_status(tx, &run, RunStatus::Draft)?;
        step(tx, run.id, RunDeed::Reopened, (&self.reason, None), &by)
    }
}

/// Gives a run up before any slip of it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelRun {
    /// Which.
    pub run: Id<Run>,
    /// Why.
    pub reason: SmolStr,
}

impl Act for CancelRun {
    type Answer = ();
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let run = run_of(tx, self.run)?;
        let by = ask(tx, &rights::CALCULATE, &run, &[])?;
        let way_out = "its slips count: void them instead";
        must_be(&run, &[RunStatus::Draft, RunStatus::Calculated], "cancelled", way_out)?;
        none_counts(tx, &run, "cancelled")?;
        if run.kind == RunKind::Correction && totals(tx, &run)?.slips > 0 {
            let way_out = "its slips stand in place of voided ones: drop them one by one first";
            return Err(illegal(&run, "cancelled", way_out));
        }
        put_status(tx, &run, RunStatus::Cancelled)?;
        step(tx, run.id, RunDeed::Cancelled, (&self.reason, None), &by)
    }
}

/// An approval that was stopped half way has slips that count.
fn none_counts(tx: &mut Tx<'_>, run: &Run, wanted: &'static str) -> Result<(), PayrollError> {
    let totals = totals(tx, run)?;
    match totals.approved + totals.voided {
        0 => Ok(()),
        _ => Err(illegal(
            run,
            wanted,
            "some of its slips are approved: let the approval go on, then void them",
        )),
    }
}
