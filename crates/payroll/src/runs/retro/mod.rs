//! Retro pay: what earlier periods should have come to by what is known now, less what their slips came to, component by component and
//! period by period.
//!
//! An employee's slips are computed again in the order in which they were paid, each beginning with the sums that the ones before it leave,
//! from the first period that has another case on. What was paid of a component of a period so far is the sum over all slips that count,
//! earlier retro pay included; so it is the same whichever way the slips came about, and a second run over the same finds nothing.

mod cases;
mod ledger;
mod past;
mod pay;

pub use cases::retro_cases;

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::store::Hash;
use fondaco_core::{Id, PartyId, Progressed, Range, Reading, Tx, input};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::books::Books;
use super::calculate::{
    CalculateCursor, Refused, RunReport, begin, clear, finish, onward, refused,
};
use super::compute::{self, Place};
use super::deductions;
use super::moves::{ask, must_be, run_of};
use super::sums::Sums;
use super::{PayInput, Run, RunError, RunKind, RunRefusal, RunStatus, RunTotal, Slip, rights};
use crate::PayrollError;
use past::Around;
use pay::Retro;

/// So many employees in one commit.
const CHUNK: usize = 250;

/// Which law says what is withheld of retro pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RetroLaw {
    /// That of each old period as it is known now: taxes and contributions of it are computed anew, and their differences are paid or
    /// withheld.
    OldPeriods,
    /// That of each old period as it was known when its slip was computed: figures that changed since with effect for the past don't count.
    OldPeriodsAsKnown,
    /// That of the day of payment: what was earned too little is pay of now, and taxed as such. What was taxed then stays.
    PayDate {
        /// The input of the rules that it feeds, where that is not the one of each component: supplemental wages.
        input: Option<SmolStr>,
    },
}

/// Pays employees what earlier periods should have been, less what they were: a job over a draft of the kind retro, which becomes a calculated
/// run. Who gets no difference gets no slip.
///
/// `docs/payroll-runs.md` shows one.
#[derive(Debug, Clone)]
pub struct RetroRun {
    /// The run.
    pub run: Id<Run>,
    /// The cases of old periods as they should have been, and, where the law is that of the day of payment, one of the run's period for
    /// each employee: the card and whatever else rules ask for. In order of employees.
    pub cases: Arc<[Arc<PayInput>]>,
    /// Which law.
    pub law: RetroLaw,
    /// Why.
    pub reason: SmolStr,
}

impl RetroRun {
    /// This run, of these cases.
    #[must_use]
    pub fn new(
        run: Id<Run>,
        cases: Vec<PayInput>,
        law: RetroLaw,
        reason: impl Into<SmolStr>,
    ) -> RetroRun {
        let mut cases: Vec<Arc<PayInput>> = cases.into_iter().map(Arc::new).collect();
        cases.sort_by_key(|case| (case.employee, case.from));
        RetroRun { run, cases: cases.into(), law, reason: reason.into() }
    }

    /// The cases of the next employees, and where the ones after them begin.
    fn next(&self, from: PartyId) -> (Vec<&[Arc<PayInput>]>, Option<PartyId>) {
        let at = self.cases.partition_point(|case| case.employee < from);
        let rest = self.cases.get(at..).unwrap_or_default();
        let mut groups = rest.chunk_by(|one, other| one.employee == other.employee);
        let chunk: Vec<_> = groups.by_ref().take(CHUNK).collect();
        let next = groups.next().and_then(|group| group.first());
        (chunk, next.map(|case| case.employee))
    }
}

impl Job for RetroRun {
    type Cursor = CalculateCursor;
    type Report = RunReport;
    type Error = PayrollError;

    fn kind(&self) -> &'static str {
        "payroll.retro"
    }

    fn input(&self) -> Result<Hash, DigestError> {
        let cases: Vec<&PayInput> = self.cases.iter().map(Arc::as_ref).collect();
        digest::of(&(self.run, cases, &self.law, &self.reason))
    }

    fn progress(&self, cursor: &CalculateCursor) -> Progressed {
        Progressed::new("computing", cursor.slips + cursor.refused)
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
        let way_out = "only a draft is computed: reopen it first";
        must_be(&run, &[RunStatus::Draft], "computed", way_out)?;
        if run.kind != RunKind::Retro {
            let (field, value) = ("run", run.kind.code().to_owned());
            return Err(
                RunError::BadRun { field, value, way_out: "give a run of the kind retro" }.into()
            );
        }
        let mut run = begin(run, cursor.calculation)?;
        let mut goes_on = CalculateCursor { calculation: run.calculation, ..cursor.clone() };
        goes_on.note(by.hands(tx.actor()));
        let from = cursor.next.unwrap_or(PartyId::from_u128(0));
        if cursor.clearing {
            // Who has no difference any more got no slip this time.
            goes_on.next = clear(tx, &run, from)?;
            return Ok(onward(goes_on));
        }
        let (chunk, next) = self.next(from);
        let done = self.compute(tx, &mut run, &chunk)?;
        goes_on.next = next;
        goes_on.slips += done.slips;
        goes_on.refused += done.refused;
        Ok(onward(goes_on))
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

impl RetroRun {
    fn compute(
        &self,
        tx: &mut Tx<'_>,
        run: &mut Run,
        chunk: &[&[Arc<PayInput>]],
    ) -> Result<RunReport, PayrollError> {
        let employees: Vec<PartyId> =
            chunk.iter().filter_map(|cases| Some(cases.first()?.employee)).collect();
        let books = Books::in_act(tx)?;
        let past = past(tx, &employees)?;
        let around = Around::read(tx, run, &past)?;
        let (first, last) = (employees.first().copied(), employees.last().copied());
        let owed = match (first, last) {
            (Some(first), Some(last)) => deductions::owed_by(tx, (first, last))?,
            _ => BTreeMap::new(),
        };
        let sums = self.sums(tx, &books, chunk, &past)?;
        // Retro pay is paid with its run's own period.
        let days = (run.period_start, run.period_end);
        let now = chunk.iter().filter_map(|cases| cases.last());
        let now = now.map(|case| (case.employee, days, case.net_floor));
        let earlier = deductions::earlier(tx, run.id, &owed, now)?;
        let place = Place::of(run, 1, tx.now());
        let (mut slips, mut refusals) = (Vec::new(), Vec::new());
        for (cases, slips_of) in chunk.iter().zip(&past) {
            let owed = cases.first().and_then(|case| owed.get(&case.employee));
            let owed = owed.map(Vec::as_slice).unwrap_or_default();
            let earlier = cases.first().and_then(|case| earlier.get(&case.employee));
            let owed = (owed, earlier.copied());
            let retro = Retro {
                law: &self.law,
                books: &books,
                around: &around,
                run,
                sums: &sums,
                now: place.known_at,
            };
            match retro.slip(place, cases, slips_of, owed) {
                Ok(slip) => slips.extend(slip),
                Err(error) => {
                    if let Some(case) = cases.first() {
                        refusals.push(refused(case, error)?);
                    }
                }
            }
        }
        stage(tx, run, slips, refusals)
    }

    /// The sums that the cases may begin with, as they stand now.
    fn sums(
        &self,
        tx: &mut Tx<'_>,
        books: &Books,
        chunk: &[&[Arc<PayInput>]],
        past: &[Vec<Arc<Slip>>],
    ) -> Result<Sums, PayrollError> {
        let mut keys = Vec::new();
        for case in chunk.iter().flat_map(|cases| cases.iter()) {
            // Who can't be computed is told when that is tried.
            if let Ok(rules) = books.rules(&case.number, &case.rules, case.rules_on, Some(tx.now()))
                && let Ok(of_case) = compute::sum_keys(&rules, case).collect::<Result<Vec<_>, _>>()
            {
                keys.extend(of_case);
            }
        }
        for slip in past.iter().flatten() {
            keys.extend(slip.sums.iter().map(|sum| (slip.employee, sum.sum.clone(), sum.year)));
        }
        keys.sort_unstable();
        keys.dedup();
        Sums::read(tx, &keys)
    }
}

/// All slips of employees, in the order in which they were paid.
fn past(
    read: &mut impl Reading,
    employees: &[PartyId],
) -> Result<Vec<Vec<Arc<Slip>>>, PayrollError> {
    let ranges = employees.iter().map(|employee| Range::by(Slip::BY_EMPLOYEE, employee));
    Ok(read.peek_scans(&ranges.collect::<Vec<_>>())?)
}

fn stage(
    tx: &mut Tx<'_>,
    run: &mut Run,
    slips: Vec<Slip>,
    refusals: Vec<Refused>,
) -> Result<RunReport, PayrollError> {
    let mut total = RunTotal::none(run);
    for slip in &slips {
        total.plus(slip);
        run.currency.get_or_insert(slip.currency);
    }
    total.refused = i64::try_from(refusals.len()).unwrap_or(i64::MAX);
    let report = RunReport { slips: total.slips, refused: total.refused };
    let keys: Vec<_> = slips.iter().map(|slip| (run.id, slip.employee)).collect();
    tx.need::<Slip>(&keys)?;
    let keys: Vec<_> = refusals.iter().map(|refused| (run.id, refused.employee)).collect();
    tx.need::<RunRefusal>(&keys)?;
    for slip in slips {
        let slip = slip.stored(tx);
        tx.upsert(slip)?;
    }
    for refused in refusals {
        let refusal = RunRefusal::of(tx, run, refused);
        tx.upsert(refusal)?;
    }
    if !total.is_nothing() {
        tx.add_all(vec![total])?;
    }
    tx.put(run.clone())?;
    Ok(report)
}
