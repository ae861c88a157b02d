//! Who recorded what pay scales pay for the jobs that go by them.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::timeline::{Timeline, TimelineRules};
use fondaco_core::{DateRange, Range, Reading as _, Timestamp, Tx};
use smol_str::SmolStr;

use super::super::{Slip, Whole};
use super::PayData;
use super::found::Found;
use crate::PayrollError;
use crate::staff::{JobPay, ScaleFact, ScalePay, Term, TermFact, Topic, reached};

/// What is said of the steps of a pay scale, by grade and step.
type Steps = BTreeMap<(SmolStr, u32), (Vec<Arc<ScaleFact>>, Timeline<Whole<ScalePay>>)>;

impl Found<'_> {
    /// What pay scales pay for the steps that jobs have reached.
    pub(super) fn scales(&mut self, tx: &mut Tx<'_>) -> Result<(), PayrollError> {
        let mut scales: BTreeMap<SmolStr, Steps> = BTreeMap::new();
        let rows = self.rows::<TermFact>(tx, &[PayData::Jobs])?;
        let jobs: Vec<_> = rows.into_iter().filter(|row| row.topic == Topic::Job).collect();
        for rows in jobs.chunk_by(|a, b| (a.employee, &a.series) == (b.employee, &b.series)) {
            let names: BTreeSet<&SmolStr> =
                rows.iter().filter_map(|row| scale_of(row.term.as_deref()?)).collect();
            for name in names {
                if !scales.contains_key(name) {
                    scales.insert(name.clone(), steps_of(tx, name)?);
                }
                if let Some(steps) = scales.get(name) {
                    self.job(rows, name, steps)?;
                }
            }
        }
        Ok(())
    }

    /// What is said of a scale for one job.
    fn job(
        &mut self,
        rows: &[Arc<TermFact>],
        scale: &SmolStr,
        steps: &Steps,
    ) -> Result<(), PayrollError> {
        let Some(employee) = rows.first().map(|row| row.employee) else { return Ok(()) };
        let job = Timeline::of_rows(TimelineRules::default(), rows)?;
        for ((grade, step), (facts, said)) in steps {
            for (at, fact) in facts.iter().enumerate() {
                let holds = |slip: &Slip, days: DateRange| {
                    let governed = governed(said, at, slip.known_at);
                    let mut governed = governed.iter().filter_map(|of| of.intersect(days));
                    let of = Asked { job: &job, scale, steps, known: slip.known_at };
                    governed.any(|days| of.is_asked_for(grade, *step, days))
                };
                let of = (employee, fact.recorded_at);
                self.note(PayData::Jobs, of, &fact.recorded_by, holds);
            }
        }
        Ok(())
    }
}

/// A job and the scale that it may go by, as they were known when a slip was computed.
struct Asked<'a> {
    job: &'a Timeline<Whole<Term>>,
    scale: &'a SmolStr,
    steps: &'a Steps,
    known: Timestamp,
}

impl Asked<'_> {
    /// Whether what the job pays on some of the days is told by a step: by that which it has reached, or one on the way there.
    fn is_asked_for(&self, grade: &SmolStr, step: u32, days: DateRange) -> bool {
        self.job.known_at(self.known).segments().iter().any(|segment| {
            let Term::Job(job) = &**segment.value else { return false };
            let JobPay::Grade { scale, grade: of, step: first, since } = &job.pay else {
                return false;
            };
            let ours = (scale, of) == (self.scale, grade) && *first <= step;
            let days = segment.days.intersect(days).filter(|_| ours);
            let mut days = days.iter().flat_map(|days| days.iter()).flatten();
            days.any(|day| *first == step || step <= self.last(grade, (*first, *since), day))
        })
    }

    /// The last step that is asked for to tell what a day pays.
    fn last(
        &self,
        grade: &SmolStr,
        (first, since): (u32, Option<NaiveDate>),
        day: NaiveDate,
    ) -> u32 {
        let last = Cell::new(first);
        let on = |step: u32, day| {
            last.set(last.get().max(step));
            let (_, said) = self.steps.get(&(grade.clone(), step))?;
            said.known_at(self.known).as_of(day).map(|pay| **pay)
        };
        reached(on, first, since, day);
        last.get()
    }
}

/// The days of which a recording, by its place, is the last that was known at a time.
fn governed<T>(timeline: &Timeline<T>, at: usize, known: Timestamp) -> Vec<DateRange> {
    let is_it = |one| timeline.recordings().get(at).is_some_and(|it| std::ptr::eq(it, one));
    let known = timeline.known_at(known).recordings();
    known.into_iter().filter(|(_, one)| is_it(*one)).map(|(days, _)| days).collect()
}

fn steps_of(tx: &mut Tx<'_>, scale: &SmolStr) -> Result<Steps, PayrollError> {
    let rows = tx.peek_scan(&Range::<ScaleFact>::by_key(scale))?;
    let mut steps = Steps::new();
    for rows in rows.chunk_by(|a, b| (&a.grade, a.step) == (&b.grade, b.step)) {
        let Some(first) = rows.first() else { continue };
        let timeline = Timeline::of_rows(TimelineRules::default(), rows)?;
        steps.insert((first.grade.clone(), first.step), (rows.to_vec(), timeline));
    }
    Ok(steps)
}

/// The pay scale of a job that has one.
fn scale_of(term: &Term) -> Option<&SmolStr> {
    match term {
        Term::Job(job) => match &job.pay {
            JobPay::Grade { scale, .. } => Some(scale),
            JobPay::Rate { .. } => None,
        },
        _ => None,
    }
}
