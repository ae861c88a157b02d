//! Retro pay: what earlier periods should have come to by what is known now, less what their slips came to, component by component and
//! period by period.
//!
//! An employee's slips are computed again in the order in which they were paid, each beginning with the sums that the ones before it leave,
//! from the first period that has another case on. What was paid of a component of a period so far is the sum over all slips that count,
//! earlier retro pay included; so it is the same whichever way the slips came about, and a second run over the same finds nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::store::Hash;
use fondaco_core::{Id, PartyId, Progressed, Range, Reading, Timestamp, Tx, input};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::advance::changes_of;
use super::books::Books;
use super::calculate::{
    CalculateCursor, Refused, RunReport, begin, clear, finish, onward, refused,
};
use super::compute::{self, Figures, Place};
use super::deductions::{self, Owed};
use super::moves::{ask, must_be, run_of};
use super::sums::Sums;
use super::{
    PayComponent, PayInput, Run, RunError, RunKind, RunRefusal, RunStatus, RunTotal, Slip,
    SlipLine, SlipSum, rights,
};
use crate::PayrollError;
use crate::rules::Kind;

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
        ask(tx, &rights::CALCULATE, &run, &[])?;
        must_be(
            &run,
            &[RunStatus::Draft],
            "computed",
            "only a draft is computed: reopen it first",
        )?;
        if run.kind != RunKind::Retro {
            let (field, value) = ("run", run.kind.code().to_owned());
            return Err(
                RunError::BadRun { field, value, way_out: "give a run of the kind retro" }.into()
            );
        }
        let mut run = begin(run, cursor.calculation)?;
        let mut goes_on = CalculateCursor { calculation: run.calculation, ..cursor.clone() };
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
        finish(tx, self.run, cursor.calculation, &self.reason)?;
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
        let (first, last) = (employees.first().copied(), employees.last().copied());
        let owed = match (first, last) {
            (Some(first), Some(last)) => deductions::owed_by(tx, (first, last))?,
            _ => BTreeMap::new(),
        };
        let sums = self.sums(tx, &books, chunk, &past)?;
        let place = Place::of(run, 1, tx.now());
        let (mut slips, mut refusals) = (Vec::new(), Vec::new());
        for (cases, slips_of) in chunk.iter().zip(&past) {
            let owed = cases.first().and_then(|case| owed.get(&case.employee));
            let owed = owed.map(Vec::as_slice).unwrap_or_default();
            let retro =
                Retro { law: &self.law, books: &books, run, sums: &sums, now: place.known_at };
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
        tx.upsert(slip)?;
    }
    for refused in refusals {
        tx.upsert(RunRefusal {
            run: run.id,
            employee: refused.employee,
            number: refused.number,
            calculation: run.calculation,
            code: refused.code,
            why: refused.why,
        })?;
    }
    if !total.is_nothing() {
        tx.add_all(vec![total])?;
    }
    tx.put(run.clone())?;
    Ok(report)
}

/// Which component of which period.
type Of = (NaiveDate, SmolStr, Kind);

/// What components of periods came to, or should.
#[derive(Default)]
struct Ledger(BTreeMap<Of, (Decimal, Option<SmolStr>)>);

impl Ledger {
    fn add(&mut self, line: &SlipLine, period: NaiveDate, times: Decimal) {
        if line.deduction.is_some() {
            return;
        }
        let period = line.original.unwrap_or(period);
        let of = (period, line.component.clone(), line.kind);
        let cell = self.0.entry(of).or_insert((Decimal::ZERO, line.rule.clone()));
        cell.0 += line.amount * times;
    }

    /// What differs, as lines of their periods.
    fn lines(self) -> impl Iterator<Item = SlipLine> {
        let differ = self.0.into_iter().filter(|(_, (amount, _))| !amount.is_zero());
        differ.map(|((period, component, kind), (amount, rule))| SlipLine {
            original: Some(period),
            rule,
            ..SlipLine::new(component, kind, fondaco_core::decimal::normalize(amount))
        })
    }
}

struct Retro<'r> {
    law: &'r RetroLaw,
    books: &'r Books,
    run: &'r Run,
    sums: &'r Sums,
    now: Timestamp,
}

impl Retro<'_> {
    fn slip(
        &self,
        place: Place,
        cases: &[Arc<PayInput>],
        slips: &[Arc<Slip>],
        owed: &[Owed],
    ) -> Result<Option<Slip>, PayrollError> {
        let rests_on = Some(changes_of(slips));
        let first = cases.iter().map(|case| case.from).min().unwrap_or(NaiveDate::MAX);
        let (ledger, chain) = self.anew(cases, &Past::of(slips, first))?;
        let now = cases.iter().find(|case| case.from == self.run.period_start);
        let slip = match self.law {
            RetroLaw::PayDate { input } => {
                let lines = ledger.lines().filter(|line| is_earned(line.kind)).collect::<Vec<_>>();
                self.paid_now(place, (now, cases), lines, input.as_ref(), owed)?
            }
            _ => self.paid_anew(place, (now, cases), ledger, chain, owed)?,
        };
        Ok(slip.map(|slip| Slip { rests_on, ..slip }))
    }

    /// What all slips should come to less what they came to, and the sums as they should be.
    fn anew(
        &self,
        cases: &[Arc<PayInput>],
        past: &Past<'_>,
    ) -> Result<(Ledger, Vec<SlipSum>), PayrollError> {
        let mut ledger = Ledger::default();
        let mut chain = Sums::default();
        let mut now = BTreeMap::new();
        // What was so far is taken away: the sums are then as they stood before.
        for slip in past.anew.iter().chain(&past.retro) {
            for sum in slip.sums.iter().filter(|sum| past.is_sum_anew(sum)) {
                let key = (slip.employee, sum.sum.clone(), sum.year);
                if !now.contains_key(&key) {
                    now.insert(key.clone(), self.sums.get(&key));
                    chain.set(key.clone(), self.sums.get(&key));
                }
                let before = chain.get(&key) - (sum.after - sum.before);
                chain.set(key, before);
            }
            for line in slip.lines.iter().filter(|line| past.is_line_anew(line, slip)) {
                ledger.add(line, slip.period_start, Decimal::NEGATIVE_ONE);
            }
        }
        for slip in &past.anew {
            let case = cases.iter().find(|case| case.from == slip.period_start);
            let case = case.filter(|_| past.is_main(slip));
            let figures = self.figures(slip, case, &chain)?;
            for line in &figures.lines {
                ledger.add(line, slip.period_start, Decimal::ONE);
            }
            for sum in figures.sums {
                let key = (slip.employee, sum.sum, sum.year);
                now.entry(key.clone()).or_insert_with(|| self.sums.get(&key));
                chain.set(key, sum.after);
            }
        }
        let sums = now.into_iter().map(|(key, before)| {
            let after = chain.get(&key);
            SlipSum { sum: key.1, year: key.2, before, after }
        });
        Ok((ledger, sums.collect()))
    }

    fn figures(
        &self,
        slip: &Slip,
        case: Option<&Arc<PayInput>>,
        sums: &Sums,
    ) -> Result<Figures, PayrollError> {
        let case = case.cloned().unwrap_or_else(|| slip.input.shared());
        let known = match self.law {
            RetroLaw::OldPeriodsAsKnown => Some(slip.known_at),
            _ => Some(self.now),
        };
        let rules = self.books.rules(&case.number, &case.rules, case.rules_on, known)?;
        compute::figures(&rules, &mut rules.program.runner(), &case, sums)
    }

    /// Where the law is that of old periods: their differences, as they are.
    fn paid_anew(
        &self,
        place: Place,
        (now, cases): (Option<&Arc<PayInput>>, &[Arc<PayInput>]),
        ledger: Ledger,
        sums: Vec<SlipSum>,
        owed: &[Owed],
    ) -> Result<Option<Slip>, PayrollError> {
        let Some(case) = now.or(cases.last()) else { return Ok(None) };
        let lines: Vec<SlipLine> = ledger.lines().collect();
        if lines.is_empty() {
            return Ok(None);
        }
        let sum = |of: fn(Kind) -> i8| {
            let each = lines.iter().map(|line| Decimal::from(of(line.kind)) * line.amount);
            each.sum::<Decimal>()
        };
        let figures = Figures {
            gross: sum(|kind| i8::from(kind == Kind::Earning)),
            net: sum(Kind::on_net),
            employer_cost: sum(|kind| {
                i8::from(matches!(kind, Kind::Earning | Kind::Reimbursement | Kind::Employer))
            }),
            sums: sums.into_iter().filter(|sum| sum.before != sum.after).collect(),
            lines,
        };
        let rules = self.books.rules(&case.number, &case.rules, case.rules_on, Some(self.now))?;
        let input = self.of_now(case, Vec::new());
        Ok(Some(compute::slip(place, &rules, Arc::new(input), figures, owed)?))
    }

    /// Where the law is that of the day of payment: what was earned too little is earned now.
    fn paid_now(
        &self,
        place: Place,
        (now, cases): (Option<&Arc<PayInput>>, &[Arc<PayInput>]),
        lines: Vec<SlipLine>,
        feeds: Option<&SmolStr>,
        owed: &[Owed],
    ) -> Result<Option<Slip>, PayrollError> {
        let Some(case) = now.or(cases.last()) else { return Ok(None) };
        if lines.is_empty() {
            return Ok(None);
        }
        let mut fed: BTreeMap<&str, Decimal> = BTreeMap::new();
        for line in &lines {
            *fed.entry(feeds.map_or(line.rule(), SmolStr::as_str)).or_default() += line.amount;
        }
        let below = |line: &&SlipLine| {
            let sum =
                fed.get(feeds.map_or(line.rule(), SmolStr::as_str)).copied().unwrap_or_default();
            line.amount.is_sign_negative() && sum.is_sign_negative() && !sum.is_zero()
        };
        if let Some(line) = lines.iter().find(below) {
            return Err(RunError::OverpaidBefore {
                number: case.number.clone(),
                component: line.component.clone(),
                period: line.original.unwrap_or(self.run.period_start),
                amount: line.amount.abs(),
            }
            .into());
        }
        let components = lines.iter().map(|line| PayComponent {
            original: line.original,
            ..PayComponent::new(
                line.component.clone(),
                feeds.map_or_else(|| line.rule().into(), SmolStr::clone),
                line.amount,
            )
        });
        let mut input = self.of_now(case, components.collect());
        // What else is paid is paid by the regular run; the rules may ask for it all the same.
        for other in &case.components {
            if !input.components.iter().any(|component| component.input == other.input) {
                let nothing =
                    PayComponent::new(other.code.clone(), other.input.clone(), Decimal::ZERO);
                input.components.push(nothing);
            }
        }
        let rules =
            self.books.rules(&input.number, &input.rules, input.rules_on, Some(self.now))?;
        let figures = compute::figures(&rules, &mut rules.program.runner(), &input, self.sums)?;
        Ok(Some(compute::slip(place, &rules, Arc::new(input), figures, owed)?))
    }

    /// A case of the run's period and day of payment.
    fn of_now(&self, case: &PayInput, components: Vec<PayComponent>) -> PayInput {
        let Run { period_start, period_end, pay_date, .. } = *self.run;
        let is_now = case.from == period_start;
        PayInput {
            from: period_start,
            to: period_end,
            pay_date,
            rules_on: if is_now { case.rules_on } else { pay_date },
            components,
            ..case.clone()
        }
    }
}

/// What is earned, rather than withheld of it.
fn is_earned(kind: Kind) -> bool {
    matches!(kind, Kind::Earning | Kind::Benefit | Kind::Reimbursement)
}

/// The slips of an employee that count, as a retro run looks at them: what is computed anew, and the retro pay there was.
struct Past<'s> {
    /// In order of their periods.
    anew: Vec<&'s Arc<Slip>>,
    retro: Vec<&'s Arc<Slip>>,
    /// The periods and the sums of those that stay as they are.
    periods: BTreeSet<NaiveDate>,
    sums: BTreeSet<(&'s str, i32)>,
}

impl<'s> Past<'s> {
    /// From the first period on that has another case, with all that counts to the same years or periods.
    fn of(slips: &'s [Arc<Slip>], first: NaiveDate) -> Past<'s> {
        let counted = slips.iter().filter(|slip| slip.status.counts());
        let (retro, mut rest): (Vec<_>, Vec<_>) = counted.partition(|slip| slip.rests_on.is_some());
        rest.sort_by_key(|slip| (slip.period_start, slip.pay_date, slip.run));
        let mut anew: Vec<&Arc<Slip>> = Vec::new();
        let mut more = true;
        while more {
            let years: BTreeSet<_> = anew.iter().flat_map(|slip| sums_of(slip)).collect();
            let periods: BTreeSet<_> = anew.iter().map(|slip| slip.period_start).collect();
            let belongs = |slip: &&Arc<Slip>| {
                slip.period_start >= first
                    || periods.contains(&slip.period_start)
                    || sums_of(slip).any(|sum| years.contains(&sum))
            };
            let (with, without): (Vec<_>, Vec<_>) = rest.into_iter().partition(belongs);
            more = !with.is_empty() && !without.is_empty();
            anew.extend(with);
            rest = without;
        }
        anew.sort_by_key(|slip| (slip.period_start, slip.pay_date, slip.run));
        let periods = rest.iter().map(|slip| slip.period_start).collect();
        let sums = rest.iter().flat_map(|slip| sums_of(slip)).collect();
        Past { anew, retro, periods, sums }
    }

    /// Whether a slip is what a case of its period says anew: the regular one; the last pay of those who have no other. What was paid
    /// besides stands.
    fn is_main(&self, slip: &Slip) -> bool {
        let is_regular = |other: &&Arc<Slip>| {
            other.kind == RunKind::Regular && other.period_start == slip.period_start
        };
        match slip.kind {
            RunKind::Regular => true,
            RunKind::Final => !self.anew.iter().any(is_regular),
            _ => false,
        }
    }

    fn is_sum_anew(&self, sum: &SlipSum) -> bool {
        !self.sums.contains(&(sum.sum.as_str(), sum.year))
    }

    fn is_line_anew(&self, line: &SlipLine, slip: &Slip) -> bool {
        !self.periods.contains(&line.original.unwrap_or(slip.period_start))
    }
}

fn sums_of(slip: &Slip) -> impl Iterator<Item = (&str, i32)> {
    slip.sums.iter().map(|sum| (sum.sum.as_str(), sum.year))
}
