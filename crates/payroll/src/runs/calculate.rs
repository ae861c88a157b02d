//! Computing a run: a job in chunks of employees, each slip by itself, so that one who can't be computed stops nobody else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::store::Hash;
use fondaco_core::{ActorId, DateRange, Id, PartyId, Progressed, Range, Timestamp, Tx, input};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::books::{Books, Rules};
use super::compute::{self, Place};
use super::deductions::{self, Owed};
use super::moves::{ask, must_be, run_of, step, step_of, totals};
use super::sums::Sums;
use super::unpaid::left_to_pay;
use super::{
    Deduction, DeductionBalance, PayInput, Run, RunDeed, RunError, RunKind, RunRefusal, RunStatus,
    RunTotal, Slip, rights,
};
use crate::PayrollError;
use crate::calendars::{PayPeriod, pay_period_of};
use crate::staff::Gathering;

/// So many employees are computed in one commit.
pub(super) const CHUNK: usize = 1_000;

/// An employee whose case could not be made, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Who.
    pub employee: PartyId,
    /// The company's own number for them.
    pub number: SmolStr,
    /// The code of the error.
    pub code: SmolStr,
    /// What is wrong, with the field, the value and the way out; without a name.
    pub why: String,
}

impl Refused {
    /// An error, said of an employee.
    pub fn new(employee: PartyId, number: &SmolStr, error: &PayrollError) -> Refused {
        let (code, why) = (error.code().into(), error.to_string());
        Refused { employee, number: number.clone(), code, why }
    }
}

/// A case, or why there is none.
pub(crate) type Gathered = Result<Arc<PayInput>, Refused>;

/// Where the cases of a run come from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum PaySource {
    /// A host that keeps its employees elsewhere brings them.
    Given(Arc<[Arc<PayInput>]>),
    /// What is recorded of the employees of the pay group that the run's calendar names, as it is known when each is computed: so far as no
    /// other slip of the period pays it. A regular run pays all of it; off-cycle and bonus runs pay one-off items, and an off-cycle run
    /// also those whom the approved regular run has no slip of; a final run also those whose contract ends.
    Staff,
}

impl PaySource {
    /// Cases that the host brings, one for each employee.
    ///
    /// # Errors
    /// [`RunError::Twice`].
    pub fn given(inputs: Vec<PayInput>) -> Result<PaySource, RunError> {
        let mut inputs: Vec<Arc<PayInput>> = inputs.into_iter().map(Arc::new).collect();
        inputs.sort_by_key(|input| input.employee);
        let twice = inputs.windows(2).find(|pair| pair[0].employee == pair[1].employee);
        if let Some(input) = twice.and_then(|pair| pair.first()) {
            return Err(RunError::Twice { number: input.number.clone() });
        }
        // One person under two ids would be paid twice.
        let mut numbers: Vec<&SmolStr> = inputs.iter().map(|input| &input.number).collect();
        numbers.sort_unstable();
        match numbers.windows(2).find(|pair| pair[0] == pair[1]).and_then(|pair| pair.first()) {
            Some(number) => Err(RunError::Twice { number: (*number).clone() }),
            None => Ok(PaySource::Given(inputs.into())),
        }
    }

    /// The next cases in order of employees, and where the ones after them begin.
    pub(super) fn next(
        &self,
        tx: &mut Tx<'_>,
        run: &Run,
        from: PartyId,
        limit: usize,
    ) -> Result<(Vec<Gathered>, Option<PartyId>), PayrollError> {
        match self {
            PaySource::Given(inputs) => {
                let at = inputs.partition_point(|input| input.employee < from);
                let rest = inputs.get(at..).unwrap_or_default();
                let chunk = rest.iter().take(limit).cloned().map(Ok).collect();
                Ok((chunk, rest.get(limit).map(|input| input.employee)))
            }
            PaySource::Staff => {
                let (cases, after) = gathering(tx, run)?.next(tx, Some(from), limit)?;
                let cases = left_to_pay(tx, run, cases)?;
                let case = |case: crate::staff::Gathered| match case.input {
                    Ok(input) => Ok(Arc::new(input)),
                    Err(error) => Err(Refused::new(case.employee, &case.number, &error)),
                };
                Ok((cases.into_iter().map(case).collect(), after))
            }
        }
    }
}

/// What the employees of a run share: its period is one of the pay group's, and is paid when the run says.
fn gathering(tx: &mut Tx<'_>, run: &Run) -> Result<Gathering, PayrollError> {
    let days = DateRange::new(run.period_start, run.period_end);
    let days = days.unwrap_or(DateRange::day(run.period_start));
    let period = pay_period_of(tx, &run.calendar, days)?;
    let period = PayPeriod { pay_date: run.pay_date, ..period.as_ref().clone() };
    Gathering::open(tx, &period, None)
}

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
/// assert_eq!(refused[0].why, "employee 1002: salary is -5: give 0 or more");
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

/// Computes the slips of some cases and stages them, with the run.
fn compute_chunk(
    tx: &mut Tx<'_>,
    run: &mut Run,
    cases: &[Gathered],
) -> Result<RunReport, PayrollError> {
    let computed = compute_all(tx, run, cases)?;
    let mut total = RunTotal::none(run);
    let (mut slips, mut refusals) = (Vec::new(), Vec::new());
    for computed in computed {
        match computed {
            Ok(slip) => match *run.currency.get_or_insert(slip.currency) {
                currency if currency == slip.currency => slips.push(slip),
                currency => {
                    let (number, found) = (slip.number.clone(), slip.currency);
                    let error = RunError::OtherCurrency { number, found, currency };
                    refusals.push(Refused::new(slip.employee, &slip.number, &error.into()));
                }
            },
            Err(refused) => refusals.push(refused),
        }
    }
    slips.iter().for_each(|slip| total.plus(slip));
    let refused = i64::try_from(refusals.len()).unwrap_or(i64::MAX);
    total.refused = refused;
    let report = RunReport { slips: total.slips, refused };
    let employees: Vec<PartyId> = slips.iter().map(|slip| slip.employee).collect();
    let refusals = refusals.into_iter().map(|refused| RunRefusal {
        run: run.id,
        employee: refused.employee,
        number: refused.number,
        calculation: run.calculation,
        code: refused.code,
        why: refused.why,
    });
    stage(tx, run, slips, refusals.collect(), &employees)?;
    if !total.is_nothing() {
        tx.add_all(vec![total])?;
    }
    tx.put(run.clone())?;
    Ok(report)
}

/// Stages slips and refusals, in place of what an earlier calculation left of the same employees.
fn stage(
    tx: &mut Tx<'_>,
    run: &Run,
    slips: Vec<Slip>,
    refusals: Vec<RunRefusal>,
    employees: &[PartyId],
) -> Result<(), PayrollError> {
    let slips: Vec<Slip> = slips.into_iter().map(|slip| slip.stored(tx)).collect();
    if run.calculation <= 1 {
        tx.insert_all(slips)?;
        return Ok(tx.insert_all(refusals)?);
    }
    let keys: Vec<_> = employees.iter().map(|employee| (run.id, *employee)).collect();
    let before = tx.get_many::<Slip>(&keys)?;
    let mut fresh = Vec::new();
    for (slip, before) in slips.into_iter().zip(before) {
        match before {
            Some(before) => tx.put(Slip { edition: before.edition.saturating_add(1), ..slip })?,
            None => fresh.push(slip),
        }
    }
    tx.insert_all(fresh)?;
    let keys: Vec<_> = refusals.iter().map(|refusal| (run.id, refusal.employee)).collect();
    tx.need::<RunRefusal>(&keys)?;
    for refusal in refusals {
        tx.upsert(refusal)?;
    }
    Ok(())
}

/// Takes away what earlier calculations left of some employees from one on, and says where to go on.
pub(super) fn clear(
    tx: &mut Tx<'_>,
    run: &Run,
    from: PartyId,
) -> Result<Option<PartyId>, PayrollError> {
    let slips = tx.get_range(&Range::<Slip>::by_key(&run.id).from(&from).limit(CHUNK))?;
    let old = |calculation: u32| calculation < run.calculation;
    for slip in slips.iter().filter(|slip| old(slip.calculation)) {
        tx.delete::<Slip>(&(run.id, slip.employee))?;
    }
    let last = slips.last().filter(|_| slips.len() == CHUNK).map(|slip| slip.employee);
    // Refusals are few; those up to where the slips go are taken along.
    let range = Range::<RunRefusal>::by_key(&run.id).from(&from);
    let refusals = tx.get_range(&match last {
        Some(last) => range.through(&last),
        None => range,
    })?;
    for refusal in refusals.iter().filter(|refusal| old(refusal.calculation)) {
        tx.delete::<RunRefusal>(&(run.id, refusal.employee))?;
    }
    Ok(last.and_then(after))
}

/// The first employee after one.
pub(super) fn after(employee: PartyId) -> Option<PartyId> {
    employee.to_u128().checked_add(1).map(PartyId::from_u128)
}

/// What slips are computed with.
pub(super) struct Ground {
    pub(super) rules: Vec<Result<Arc<Rules>, PayrollError>>,
    pub(super) sums: Sums,
    pub(super) owed: BTreeMap<PartyId, Vec<Owed>>,
}

/// Reads what cases are computed with: each table once.
pub(super) fn ground(
    tx: &mut impl fondaco_core::Reading,
    books: &Books,
    cases: &[Arc<PayInput>],
    known: Option<Timestamp>,
) -> Result<Ground, PayrollError> {
    let rules =
        cases.iter().map(|case| books.rules(&case.number, &case.rules, case.rules_on, known));
    let rules: Vec<Result<Arc<Rules>, PayrollError>> = rules.collect();
    let mut keys = Vec::new();
    for (case, rules) in cases.iter().zip(&rules) {
        // Who can't be computed is told when that is tried.
        if let Ok(rules) = rules
            && let Ok(of_case) = compute::sum_keys(rules, case).collect::<Result<Vec<_>, _>>()
        {
            keys.extend(of_case);
        }
    }
    let sums = Sums::read(tx, &keys)?;
    let employees = cases.iter().map(|case| case.employee);
    let owed = match (employees.clone().min(), employees.max()) {
        (Some(first), Some(last)) => deductions::owed_by(tx, (first, last))?,
        _ => BTreeMap::new(),
    };
    Ok(Ground { rules, sums, owed })
}

fn compute_all(
    tx: &mut Tx<'_>,
    run: &Run,
    gathered: &[Gathered],
) -> Result<Vec<Result<Slip, Refused>>, PayrollError> {
    let books = Books::in_act(tx)?;
    let cases: Vec<Arc<PayInput>> = gathered.iter().filter_map(|case| case.clone().ok()).collect();
    let mut ground = ground(tx, &books, &cases, Some(tx.now()))?;
    for (case, rules) in cases.iter().zip(&mut ground.rules) {
        if let Err(error) = must_be_of(run, case) {
            *rules = Err(error.into());
        }
    }
    let place = Place::of(run, 1, tx.now());
    deductions::mark_asked(tx, &mut ground.owed, run.id, &cases)?;
    let computed = compute_cases(place, &cases, &ground)?;
    let refused = gathered.iter().filter_map(|case| case.clone().err().map(Err));
    Ok(computed.into_iter().chain(refused).collect())
}

/// Computes cases, each by itself; a program's frame is used for all that follow one another under the same rules.
pub(super) fn compute_cases(
    place: Place,
    cases: &[Arc<PayInput>],
    ground: &Ground,
) -> Result<Vec<Result<Slip, Refused>>, PayrollError> {
    let mut done = Vec::with_capacity(cases.len());
    let mut at = 0;
    while at < cases.len() {
        let Some(Ok(rules)) = ground.rules.get(at) else {
            if let (Some(Err(error)), Some(case)) = (ground.rules.get(at), cases.get(at)) {
                done.push(Err(refused(case, error.clone())?));
            }
            at += 1;
            continue;
        };
        let mut runner = rules.program.runner();
        while let (Some(case), Some(Ok(same))) = (cases.get(at), ground.rules.get(at))
            && Arc::ptr_eq(same, rules)
        {
            let owed = ground.owed.get(&case.employee).map(Vec::as_slice).unwrap_or_default();
            let slip = compute::figures(rules, &mut runner, case, &ground.sums)
                .and_then(|figures| compute::slip(place, rules, case.clone(), figures, owed));
            done.push(match slip {
                Ok(slip) => Ok(slip),
                Err(error) => Err(refused(case, error)?),
            });
            at += 1;
        }
    }
    Ok(done)
}

/// A case is paid on the run's day, for days of its period.
pub(super) fn must_be_of(run: &Run, case: &PayInput) -> Result<(), RunError> {
    if case.pay_date != run.pay_date {
        return Err(RunError::OtherPayDate {
            number: case.number.clone(),
            pay_date: case.pay_date,
            wanted: run.pay_date,
        });
    }
    // A correction has the days of the slip that it stands in place of.
    if run.kind != RunKind::Correction && (case.from < run.period_start || case.to > run.period_end)
    {
        let (field, value) = ("from/to", format!("{}/{}", case.from, case.to));
        let way_out = "give days that lie within the run's period";
        return Err(RunError::BadRun { field, value, way_out });
    }
    Ok(())
}

/// An error said of a case, unless it is none of the case's.
pub(super) fn refused(case: &PayInput, error: PayrollError) -> Result<Refused, PayrollError> {
    match error {
        PayrollError::Halt(halt) if !halt.is_refusal() => Err(PayrollError::Halt(halt)),
        error => Ok(Refused::new(case.employee, &case.number, &error)),
    }
}

/// Computes one case for a run; the slip stands nowhere yet.
pub(super) fn compute_one(
    read: &mut impl fondaco_core::Reading,
    books: &Books,
    place: Place,
    case: Arc<PayInput>,
) -> Result<Slip, PayrollError> {
    let cases = [case.clone()];
    let known = (place.known_at != Timestamp::EPOCH).then_some(place.known_at);
    let mut ground = ground(read, books, &cases, known)?;
    deductions::mark_asked(read, &mut ground.owed, place.run, &cases)?;
    let owed = ground.owed.remove(&case.employee).unwrap_or_default();
    let owed = paid_before(read, place, case.employee, owed)?;
    let rules = match ground.rules.first() {
        Some(Ok(rules)) => rules.clone(),
        Some(Err(error)) => return Err(error.clone()),
        None => return Err(fondaco_core::Halt::Bug("a case without rules".into()).into()),
    };
    let figures = compute::figures(&rules, &mut rules.program.runner(), &case, &ground.sums)?;
    compute::slip(place, &rules, case, figures, &owed)
}

/// Marks what was paid on the slip that this one stands in place of, and on those that that one stood in place of; and what these took for.
fn paid_before(
    read: &mut impl fondaco_core::Reading,
    place: Place,
    employee: PartyId,
    mut owed: Vec<Owed>,
) -> Result<Vec<Owed>, PayrollError> {
    let mut next = place.replaces;
    let mut took = BTreeSet::new();
    while let Some(run) = next {
        let claim = compute::claim_id(run, employee, compute::Claimed::Voided);
        owed.iter_mut()
            .filter(|of| of.deduction.id == claim)
            .for_each(|of| of.is_paid_before = true);
        let slip = read.peek::<Slip>(&(run, employee))?;
        let takings = slip.iter().flat_map(|slip| slip.takings.iter());
        took.extend(takings.map(|taking| taking.deduction));
        next = slip.and_then(|slip| slip.replaces);
    }
    for of in owed.iter_mut().filter(|of| took.remove(&of.deduction.id)) {
        of.is_kept = true;
    }
    let ended: Vec<_> = took.into_iter().collect();
    let rows = read.peek_many::<Deduction>(&ended)?;
    let balances = read.peek_many::<DeductionBalance>(&ended)?;
    for (deduction, balance) in rows.into_iter().zip(balances) {
        let Some(deduction) = deduction else { continue };
        let balance = balance.map_or(rust_decimal::Decimal::ZERO, |row| row.owed.to_decimal());
        let (is_asked, is_paid_before, is_kept) = (false, false, true);
        owed.push(Owed { deduction, owed: balance, is_asked, is_paid_before, is_kept });
    }
    Ok(owed)
}

/// How many slips and refusals a run has now.
pub(super) fn report(tx: &mut Tx<'_>, run: &Run) -> Result<RunReport, PayrollError> {
    let totals = totals(tx, run)?;
    Ok(RunReport { slips: totals.slips, refused: totals.refused })
}
