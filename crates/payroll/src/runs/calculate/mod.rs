//! Computing a run: a job in chunks of employees, each slip by itself, so that one who can't be computed stops nobody else.
//!
//! [`source`] brings the cases, [`cases`] computes them, [`chunk`] stages slips and takes away what an earlier calculation left.

mod cases;
mod chunk;
mod source;

pub(super) use cases::{compute_cases, compute_one, ground, must_be_of, refused};
pub(super) use chunk::{after, clear};
pub(crate) use source::Gathered;
pub(super) use source::from_staff;
pub use source::{PaySource, Refused};

use std::sync::Arc;

use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::store::Hash;
use fondaco_core::{ActorId, Id, PartyId, Progressed, Tx, input};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::moves::{ask, must_be, run_of, step, step_of, totals};
use super::{PayInput, Run, RunDeed, RunError, RunKind, RunStatus, rights};
use crate::PayrollError;
use chunk::compute_chunk;

/// So many employees are computed in one commit.
pub(super) const CHUNK: usize = 1_000;

/// Computes all slips of a draft, as a job: run it by [`run_job`](fondaco_core::Office::run_job), and again where it was stopped.
///
/// ```
/// use fondaco_core::{CompanyId, PartyId};
/// use fondaco_payroll::Payroll;
/// use fondaco_payroll::runs::{CalculateRun, CreateRun, PayComponent, PayInput, PaySource, refusals, slips};
/// use fondaco_store::Memory;
///
/// let payroll = Payroll::open(Memory::new(), CompanyId::named("acme"))?;
/// let january = CreateRun::new("MONTHLY", ("2026-01-01".parse()?, "2026-01-31".parse()?), "2026-01-30".parse()?);
/// let run = payroll.send("2026-01", &january)?.answer;
/// let case = |name: &str, salary: &str| -> Result<PayInput, Box<dyn std::error::Error>> {
///     let input = PayInput::new(PartyId::named(name), name, "2026-01-01/2026-01-31".parse()?, "2026-01-30".parse()?, "estonia");
///     Ok(input.component(PayComponent::new("SALARY", "salary", salary.parse()?)))
/// };
/// let cases = PaySource::given(vec![case("1001", "2000.00")?, case("1002", "-5")?])?;
/// let done = payroll.run_job("2026-01 calculated", &mut CalculateRun::new(run, cases), &mut ())?;
/// assert_eq!((done.report.slips, done.report.refused), (1, 1));
/// let (slips, refused) = payroll.view(|view| Ok::<_, fondaco_payroll::PayrollError>((slips(view, run)?, refusals(view, run)?)))?;
/// assert_eq!(slips[0].gross.to_decimal().to_string(), "2000");
/// assert_eq!(refused[0].why(), "employee 1002: salary is -5: give 0 or more");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CalculateRun {
    /// Which.
    pub run: Id<Run>,
    /// Where the cases come from.
    pub source: PaySource,
    /// Why, for the record.
    pub reason: SmolStr,
}

impl CalculateRun {
    /// This run, of these cases.
    #[must_use]
    pub fn new(run: Id<Run>, source: PaySource) -> CalculateRun {
        CalculateRun { run, source, reason: SmolStr::new_static("computed") }
    }
}

/// How far a calculation is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalculateCursor {
    /// Which calculation of the run it is; 0 before its first chunk.
    pub calculation: u32,
    /// Whether all are computed, and what an earlier calculation left is taken away.
    pub clearing: bool,
    /// The first employee of the next chunk.
    pub next: Option<PartyId>,
    /// How many slips there are.
    pub slips: i64,
    /// How many employees could not be computed.
    pub refused: i64,
    /// Who had a hand in it so far, and by whose right.
    #[serde(default)]
    pub hands: Vec<SmolStr>,
}

impl CalculateCursor {
    /// Notes who has a hand in it: whoever goes on with the job of another is one of its authors.
    pub(super) fn note(&mut self, hands: Vec<ActorId>) {
        for hand in hands {
            if !self.hands.iter().any(|known| known == hand.as_str()) {
                self.hands.push(hand.as_str().into());
            }
        }
    }

    /// Does something for each who had a hand in it besides those who end it.
    pub(super) fn other_hands(
        &self,
        own: &[ActorId],
        each: impl FnMut(ActorId) -> Result<(), PayrollError>,
    ) -> Result<(), PayrollError> {
        let others = self.hands.iter().map(|hand| ActorId::new(hand.as_str()));
        others.filter(|hand| !own.contains(hand)).try_for_each(each)
    }
}

/// What a calculation, or another job over a run, has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// How many slips.
    pub slips: i64,
    /// How many employees could not be computed.
    pub refused: i64,
}

const NOT_DRAFT: &str = "only a draft is computed: reopen it first";

impl Job for CalculateRun {
    type Cursor = CalculateCursor;
    type Report = RunReport;
    type Error = PayrollError;

    fn kind(&self) -> &'static str {
        "payroll.calculate"
    }

    fn input(&self) -> Result<Hash, DigestError> {
        match &self.source {
            PaySource::Given(cases) => {
                let cases: Vec<&PayInput> = cases.iter().map(Arc::as_ref).collect();
                digest::of(&(self.run, cases, &self.reason))
            }
            PaySource::Staff => digest::of(&(self.run, "staff", &self.reason)),
        }
    }

    fn progress(&self, cursor: &CalculateCursor) -> Progressed {
        let done = Progressed::new("computing", cursor.slips + cursor.refused);
        match &self.source {
            PaySource::Given(inputs) => done.of(i64::try_from(inputs.len()).unwrap_or(i64::MAX)),
            PaySource::Staff => done,
        }
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
        must_be(&run, &[RunStatus::Draft], "computed", NOT_DRAFT)?;
        must_be_whole_cases(&run)?;
        let mut run = begin(run, cursor.calculation)?;
        let mut next = CalculateCursor { calculation: run.calculation, ..cursor.clone() };
        next.note(by.hands(tx.actor()));
        let from = cursor.next.unwrap_or(PartyId::from_u128(0));
        if cursor.clearing {
            next.next = clear(tx, &run, from)?;
        } else {
            let (cases, after) = self.source.next(tx, &run, from, CHUNK)?;
            let done = compute_chunk(tx, &mut run, &cases)?;
            next.slips += done.slips;
            next.refused += done.refused;
            next.next = after;
        }
        Ok(onward(next))
    }

    fn finish(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &CalculateCursor,
    ) -> Result<RunReport, PayrollError> {
        finish(tx, self.run, cursor, &self.reason)?;
        Ok(RunReport { slips: cursor.slips, refused: cursor.refused })
    }
}

/// Where a calculation goes on: after its last case what an earlier one left is taken away.
pub(super) fn onward(next: CalculateCursor) -> Step<CalculateCursor> {
    if next.next.is_some() {
        Step::More(next)
    } else if !next.clearing && next.calculation > 1 {
        Step::More(CalculateCursor { clearing: true, ..next })
    } else {
        Step::Last(next)
    }
}

/// Slips of corrections and of retro pay are made in other ways than out of cases of the period.
fn must_be_whole_cases(run: &Run) -> Result<(), RunError> {
    let way_out = match run.kind {
        RunKind::Correction => "its slips come by CorrectSlip, one by one",
        RunKind::Retro => "compute it by RetroRun",
        _ => return Ok(()),
    };
    let (field, value) = ("run", run.kind.code().to_owned());
    Err(RunError::BadRun { field, value, way_out })
}

/// A run as its calculation begins, or goes on.
pub(super) fn begin(run: Arc<Run>, calculation: u32) -> Result<Run, PayrollError> {
    let mut run = run.as_ref().clone();
    if calculation == 0 {
        run.calculation = run.calculation.saturating_add(1);
    } else if calculation != run.calculation {
        return Err(RunError::Superseded { run: run.id }.into());
    }
    Ok(run)
}

/// Makes a run a calculated one.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    id: Id<Run>,
    cursor: &CalculateCursor,
    reason: &SmolStr,
) -> Result<(), PayrollError> {
    let run = run_of(tx, id)?;
    let by = ask(tx, &rights::CALCULATE, &run, &[])?;
    must_be(&run, &[RunStatus::Draft], "computed", NOT_DRAFT)?;
    let run = begin(run, cursor.calculation)?;
    tx.put(Run { status: RunStatus::Calculated, ..run })?;
    cursor.other_hands(&by.hands(tx.actor()), |other| {
        step_of(tx, id, RunDeed::Calculated, other, reason)
    })?;
    step(tx, id, RunDeed::Calculated, (reason, None), &by)
}

/// How many slips and refusals a run has now.
pub(super) fn report(tx: &mut Tx<'_>, run: &Run) -> Result<RunReport, PayrollError> {
    let totals = totals(tx, run)?;
    Ok(RunReport { slips: totals.slips, refused: totals.refused })
}
