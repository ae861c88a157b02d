//! What a retro run looks at of one employee: the slips that count, and which case says anew what which of them said.
//!
//! A case is one of the run's own calendar. It stands for the slip of that calendar whose days it meets: the regular one, or the last pay of
//! who had no other. Whatever else was paid on these days stands. A case of days that nobody paid although their regular run was approved is
//! pay that was left out, computed from nothing. Days of the run's own period are its regular run's to pay.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::{Id, Range, Reading};
use smol_str::SmolStr;

use super::super::lookup::runs_by_id;
use super::super::twice::items_of;
use super::super::{
    PayInput, Run, RunError, RunKind, RunStatus, Slip, SlipLine, SlipStatus, SlipSum,
};
use crate::PayrollError;
use crate::staff::PayItem;

/// The runs around a retro run: those that past slips are of, and the regular ones of its calendar.
pub(super) struct Around {
    calendar: SmolStr,
    of: BTreeMap<Id<Run>, Arc<Run>>,
    /// The regular runs of the calendar that were approved, in order.
    regular: Vec<Arc<Run>>,
}

impl Around {
    pub(super) fn read(
        read: &mut impl Reading,
        run: &Run,
        past: &[Vec<Arc<Slip>>],
    ) -> Result<Around, PayrollError> {
        let of = runs_by_id(read, past.iter().flatten().map(|slip| slip.run))?;
        let mut regular = read.peek_scan(&Range::by(Run::BY_PERIOD, &run.calendar))?;
        regular.retain(|run| {
            run.kind == RunKind::Regular
                && (RunStatus::Approved..RunStatus::Cancelled).contains(&run.status)
        });
        Ok(Around { calendar: run.calendar.clone(), of, regular })
    }

    fn is_ours(&self, slip: &Slip) -> bool {
        self.of.get(&slip.run).is_some_and(|run| run.calendar == self.calendar)
    }

    /// Whether a slip may still come to count.
    fn is_open(&self, slip: &Slip) -> bool {
        slip.status == SlipStatus::Calculated
            && self.of.get(&slip.run).is_some_and(|run| {
                run.status != RunStatus::Cancelled && run.calculation == slip.calculation
            })
    }
}

/// What is computed anew of one period: a slip, by its own case or by one that stands for it; or what no slip paid.
#[derive(Clone, Copy)]
pub(super) struct Anew<'s> {
    pub(super) slip: Option<&'s Arc<Slip>>,
    pub(super) case: Option<&'s Arc<PayInput>>,
}

impl Anew<'_> {
    /// The first day of its period.
    pub(super) fn period(&self) -> NaiveDate {
        let of_case = || self.case.map_or(NaiveDate::MAX, |case| case.from);
        self.slip.map_or_else(of_case, |slip| slip.period_start)
    }

    /// In which order everything is computed: what no slip paid comes last of its day.
    fn order(&self) -> (NaiveDate, NaiveDate, bool, Option<Id<Run>>) {
        let of_case = || self.case.map_or(NaiveDate::MAX, |case| case.pay_date);
        let paid = self.slip.map_or_else(of_case, |slip| slip.pay_date);
        (self.period(), paid, self.slip.is_none(), self.slip.map(|slip| slip.run))
    }
}

/// The slips of an employee that count, as a retro run looks at them: what is computed anew, and the retro pay there was.
pub(super) struct Past<'s> {
    /// In order of their periods.
    pub(super) anew: Vec<Anew<'s>>,
    pub(super) retro: Vec<&'s Arc<Slip>>,
    /// The periods and the sums of those that stay as they are.
    periods: BTreeSet<NaiveDate>,
    sums: BTreeSet<(&'s str, i32)>,
}

impl<'s> Past<'s> {
    /// From the first period on that has another case, with all that counts to the same years or periods.
    pub(super) fn of(
        around: &Around,
        (run, cases): (&Run, &'s [Arc<PayInput>]),
        slips: &'s [Arc<Slip>],
    ) -> Result<Past<'s>, RunError> {
        let counted = slips.iter().filter(|slip| slip.status.counts());
        let (retro, rest): (Vec<_>, Vec<_>) = counted.partition(|slip| slip.rests_on.is_some());
        let first = cases.iter().map(|case| case.from).min().unwrap_or(NaiveDate::MAX);
        let years = cases.iter().flat_map(|case| case.years.values().copied());
        let (slips_anew, rest) = belonging(rest, first, &years.chain([0]).collect());
        let mut anew: Vec<Anew<'s>> =
            slips_anew.iter().map(|slip| Anew { slip: Some(slip), case: None }).collect();
        for case in cases {
            let met: Vec<usize> = (0..anew.len())
                .filter(|at| {
                    anew.get(*at).is_some_and(|of| stands_for(around, case, of, &slips_anew))
                })
                .collect();
            match met.as_slice() {
                [] if case.to >= run.period_start => {}
                [] => {
                    left_out(around, case, slips)?;
                    anew.push(Anew { slip: None, case: Some(case) });
                }
                [at] => match anew.get_mut(*at) {
                    Some(of) if of.case.is_none() => of.case = Some(case),
                    _ => return Err(ambiguous(case)),
                },
                _ => return Err(ambiguous(case)),
            }
        }
        anew.sort_by_key(Anew::order);
        let periods = rest.iter().map(|slip| slip.period_start).collect();
        let sums = rest.iter().flat_map(|slip| sums_of(slip)).collect();
        let past = Past { anew, retro, periods, sums };
        past.must_know_all(cases)?;
        Ok(past)
    }

    /// What earlier retro pay made good is computed anew by its case alone: no slip says what it should be.
    fn must_know_all(&self, cases: &[Arc<PayInput>]) -> Result<(), RunError> {
        let Some(case) = cases.first() else { return Ok(()) };
        let known = self.with_case();
        let made = self.retro.iter().flat_map(|slip| slip.input.made_good.iter());
        let missing = |day: &&NaiveDate| !known.contains(*day) && !self.periods.contains(*day);
        match made.copied().collect::<BTreeSet<_>>().iter().find(missing) {
            None => Ok(()),
            Some(period) => {
                let (number, period) = (case.number.clone(), *period);
                Err(RunError::CaseMissing { number, period })
            }
        }
    }

    /// The periods that have a case.
    pub(super) fn with_case(&self) -> BTreeSet<NaiveDate> {
        self.anew.iter().filter(|of| of.case.is_some()).map(Anew::period).collect()
    }

    /// The year that a period that is computed anew counts to, over some sort of year.
    pub(super) fn year(&self, period: NaiveDate, over: &str) -> Option<i32> {
        let of = self.anew.iter().find(|of| of.period() == period)?;
        match of.slip {
            Some(slip) => slip.input.year(over),
            None => of.case.and_then(|case| case.year(over)),
        }
    }

    /// The one-off items of some periods that no slip which counts has paid.
    pub(super) fn items(&self, periods: &[NaiveDate], slips: &[Arc<Slip>]) -> Vec<Id<PayItem>> {
        let paid = slips.iter().filter(|slip| slip.status.counts());
        let paid: BTreeSet<Id<PayItem>> = paid.flat_map(|slip| items_of(slip)).collect();
        let anew = self.anew.iter().filter(|of| periods.contains(&of.period()));
        let lines = anew.filter_map(|of| of.case).flat_map(|case| &case.components);
        lines.filter_map(|line| line.item).filter(|item| !paid.contains(item)).collect()
    }

    pub(super) fn is_sum_anew(&self, sum: &SlipSum) -> bool {
        !self.sums.contains(&(sum.sum.as_str(), sum.year))
    }

    pub(super) fn is_line_anew(&self, line: &SlipLine, slip: &Slip) -> bool {
        !self.periods.contains(&line.original.unwrap_or(slip.period_start))
    }
}

/// The slips from a day on, with all that count to the same years or periods; and those that stay as they are.
fn belonging<'s>(
    mut rest: Vec<&'s Arc<Slip>>,
    first: NaiveDate,
    of_cases: &BTreeSet<i32>,
) -> (Vec<&'s Arc<Slip>>, Vec<&'s Arc<Slip>>) {
    let mut anew: Vec<&Arc<Slip>> = Vec::new();
    let mut more = true;
    while more {
        let years: BTreeSet<_> = anew.iter().flat_map(|slip| sums_of(slip)).collect();
        let periods: BTreeSet<_> = anew.iter().map(|slip| slip.period_start).collect();
        let belongs = |slip: &&Arc<Slip>| {
            slip.period_end >= first
                || sums_of(slip).any(|(_, year)| of_cases.contains(&year))
                || periods.contains(&slip.period_start)
                || sums_of(slip).any(|sum| years.contains(&sum))
        };
        let (with, without): (Vec<_>, Vec<_>) = rest.into_iter().partition(belongs);
        more = !with.is_empty() && !without.is_empty();
        anew.extend(with);
        rest = without;
    }
    (anew, rest)
}

/// Whether a case says anew what a slip said: the regular one of its calendar and days; the last pay of those who have no other.
fn stands_for(around: &Around, case: &PayInput, of: &Anew<'_>, all: &[&Arc<Slip>]) -> bool {
    let Some(slip) = of.slip.filter(|slip| around.is_ours(slip)) else { return false };
    let days = (case.from, case.to);
    let is_regular = |other: &&Arc<Slip>| {
        other.kind == RunKind::Regular && around.is_ours(other) && other.meets(days)
    };
    slip.meets(days)
        && match slip.kind {
            RunKind::Regular => true,
            RunKind::Final => !all.iter().any(is_regular),
            _ => false,
        }
}

/// Whether days without a slip were left out by the run that pays them, rather than are still to be paid by it.
fn left_out(around: &Around, case: &PayInput, slips: &[Arc<Slip>]) -> Result<(), RunError> {
    let meets = |from: NaiveDate, to: NaiveDate| from <= case.to && case.from <= to;
    let went_on = around.regular.iter().any(|run| meets(run.period_start, run.period_end));
    let open = |slip: &Arc<Slip>| {
        around.is_open(slip)
            && !matches!(slip.kind, RunKind::Retro | RunKind::Bonus)
            && meets(slip.period_start, slip.period_end)
    };
    match went_on && !slips.iter().any(open) {
        true => Ok(()),
        false => {
            let (number, calendar) = (case.number.clone(), around.calendar.clone());
            Err(RunError::NotPaidYet { number, calendar, period: case.from })
        }
    }
}

fn ambiguous(case: &PayInput) -> RunError {
    RunError::CaseAmbiguous { number: case.number.clone(), from: case.from, to: case.to }
}

fn sums_of(slip: &Slip) -> impl Iterator<Item = (&str, i32)> {
    slip.sums.iter().map(|sum| (sum.sum.as_str(), sum.year))
}
