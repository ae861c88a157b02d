//! Computing the slips of a run again that rest on what has changed: a job, where another run was approved for many of the same people.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::store::Hash;
use fondaco_core::{Id, PartyId, Progressed, Range, Tx, input};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::advance::{is_missed, slip_illegal};
use super::books::Books;
use super::calculate::{
    CHUNK, CalculateCursor, Refused, RunReport, after, compute_cases, compute_one, ground, refused,
};
use super::compute::Place;
use super::deductions::owed_by;
use super::edit::replace;
use super::moves::{ask, must_be, run_of, step, step_of};
use super::{PayInput, Run, RunDeed, RunRefusal, RunStatus, RunTotal, Slip, SlipStatus, rights};
use crate::PayrollError;

/// Computes all slips of a calculated run again from the cases that they have, where sums, loans or orders stand elsewhere by now; the others
/// stay as they are. Who can't be computed any more has no slip, and is told. What is recorded of employees is not looked at anew: for that a
/// slip is [gathered again](super::ChangeSlip::from_staff), or the run [reopened](super::ReopenRun) and computed.
///
/// ```
/// use fondaco_core::{CompanyId, PartyId};
/// use fondaco_payroll::Payroll;
/// use fondaco_payroll::runs::*;
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// let boss = payroll.clone().acting_as("boss");
/// let days = ("2026-01-01".parse()?, "2026-01-31".parse()?);
/// let mut runs = Vec::new();
/// for kind in [RunKind::Regular, RunKind::Bonus] {
///     let create = CreateRun { kind, ..CreateRun::new("MONTHLY", days, days.1) };
///     let run = payroll.send(&format!("{kind:?}"), &create)?.answer;
///     let case = PayInput::new(PartyId::named("ada"), "1001", "2026-01-01/2026-01-31".parse()?, days.1, "united_states")
///         .with("frequency", "monthly")
///         .with("w4_status", "single")
///         .component(PayComponent::new("SALARY", "wages", "2000.00".parse()?));
///     let mut calculate = CalculateRun::new(run, PaySource::given(vec![case])?);
///     payroll.run_job(&format!("{kind:?} computed"), &mut calculate, &mut ())?;
///     runs.push(run);
/// }
/// // The bonus counts first, so that the slip of the regular run rests on sums that stand elsewhere by now.
/// boss.run_job("bonus approved", &mut AdvanceRun::approve(runs[1], "looked at"), &mut ())?;
/// let done = payroll.run_job("renewed", &mut RenewRun::new(runs[0], "a bonus came first"), &mut ())?;
/// assert_eq!(done.report, RunReport { slips: 1, refused: 0 });
/// boss.run_job("approved", &mut AdvanceRun::approve(runs[0], "looked at"), &mut ())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewRun {
    /// The run.
    pub run: Id<Run>,
    /// Why.
    pub reason: SmolStr,
}

impl RenewRun {
    /// This run, for this reason.
    pub fn new(run: Id<Run>, reason: impl Into<SmolStr>) -> RenewRun {
        RenewRun { run, reason: reason.into() }
    }
}

impl Job for RenewRun {
    type Cursor = CalculateCursor;
    /// How many slips are others now, and how many employees have none any more.
    type Report = RunReport;
    type Error = PayrollError;

    fn kind(&self) -> &'static str {
        "payroll.renew"
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(self)
    }

    fn progress(&self, cursor: &CalculateCursor) -> Progressed {
        Progressed::new("renewed", cursor.slips + cursor.refused)
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &CalculateCursor,
    ) -> Result<Step<CalculateCursor>, PayrollError> {
        input::check_line("reason", &self.reason)?;
        let run = run_of(tx, self.run)?;
        let by = ask(tx, &rights::CALCULATE, &run, &[])?;
        must_be(&run, &[RunStatus::Calculated], "renewed", "compute it first")?;
        let from = cursor.next.unwrap_or(PartyId::from_u128(0));
        let slips = tx.get_range(&Range::<Slip>::by_key(&run.id).from(&from).limit(CHUNK))?;
        let (renewed, gone) = renew(tx, &run, &slips)?;
        let last = slips.last().filter(|_| slips.len() == CHUNK);
        let mut next = CalculateCursor {
            next: last.and_then(|slip| after(slip.employee)),
            slips: cursor.slips + renewed,
            refused: cursor.refused + gone,
            ..cursor.clone()
        };
        if renewed + gone > 0 {
            next.note(by.hands(tx.actor()));
        }
        Ok(if next.next.is_some() { Step::More(next) } else { Step::Last(next) })
    }

    fn finish(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &CalculateCursor,
    ) -> Result<RunReport, PayrollError> {
        let run = run_of(tx, self.run)?;
        let by = ask(tx, &rights::CALCULATE, &run, &[])?;
        if cursor.slips + cursor.refused > 0 {
            cursor.other_hands(&by.hands(tx.actor()), |other| {
                step_of(tx, run.id, RunDeed::SlipChanged, other, &self.reason)
            })?;
            step(tx, run.id, RunDeed::SlipChanged, (&self.reason, None), &by)?;
        }
        Ok(RunReport { slips: cursor.slips, refused: cursor.refused })
    }
}

/// Computes slips again; how many are others now, and how many are none.
fn renew(tx: &mut Tx<'_>, run: &Run, slips: &[Arc<Slip>]) -> Result<(i64, i64), PayrollError> {
    let is_open = |slip: &&Arc<Slip>| {
        slip.status == SlipStatus::Calculated && slip.calculation == run.calculation
    };
    let slips: Vec<&Arc<Slip>> = slips.iter().filter(is_open).collect();
    if let Some(retro) = slips.iter().find(|slip| slip.rests_on.is_some()) {
        return Err(slip_illegal(retro, "renewed", "compute the run again by RetroRun"));
    }
    let owed = match (slips.first(), slips.last()) {
        (Some(first), Some(last)) => owed_by(tx, (first.employee, last.employee))?,
        _ => BTreeMap::new(),
    };
    // What was set meanwhile and gets nothing changes no figure; that it was looked at is what the slip says anew.
    let missed = |slip: &Slip| {
        owed.get(&slip.employee).is_some_and(|all| all.iter().any(|owed| is_missed(slip, owed)))
    };
    let (mut renewed, mut gone) = (0, 0);
    for (before, now) in slips.iter().zip(computed(tx, run, &slips)?) {
        match now {
            Ok(now) if same(before, &now) && !missed(before) => {}
            Ok(now) => {
                let edition = before.edition.saturating_add(1);
                replace(tx, run, Some(before), Some(Slip { edition, ..now }))?;
                renewed += 1;
            }
            Err(refused) => {
                replace(tx, run, Some(before), None)?;
                tx.need::<RunRefusal>(&[(run.id, before.employee)])?;
                let refusal = RunRefusal::of(tx, run, refused);
                tx.upsert(refusal)?;
                tx.add_all(vec![RunTotal { refused: 1, ..RunTotal::none(run) }])?;
                gone += 1;
            }
        }
    }
    Ok((renewed, gone))
}

/// Whether a slip says the same: then it rests on what stands now.
fn same(before: &Slip, now: &Slip) -> bool {
    before.lines == now.lines
        && before.sums == now.sums
        && before.takings == now.takings
        && before.earlier == now.earlier
}

/// What slips are by now, each from its own case.
fn computed(
    tx: &mut Tx<'_>,
    run: &Run,
    slips: &[&Arc<Slip>],
) -> Result<Vec<Result<Slip, Refused>>, PayrollError> {
    let books = Books::in_act(tx)?;
    let cases: Vec<Arc<PayInput>> = slips.iter().map(|slip| Arc::new(slip.case())).collect();
    let place = Place::of(run, 1, tx.now());
    if slips.iter().all(|slip| slip.replaces.is_none()) {
        let ground = ground(tx, (&books, run.id), &cases, Some(tx.now()))?;
        return compute_cases(place, &cases, &ground);
    }
    let mut all = Vec::with_capacity(slips.len());
    for (slip, case) in slips.iter().zip(cases) {
        let place = Place { kind: slip.kind, replaces: slip.replaces, ..place };
        all.push(match compute_one(tx, &books, place, case.clone()) {
            Ok(now) => Ok(now),
            Err(error) => Err(refused(&case, error)?),
        });
    }
    Ok(all)
}
