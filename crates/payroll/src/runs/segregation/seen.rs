//! On which days of which data a slip rests, and what an approval before it has looked at.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use fondaco_core::{DateRange, PartyId, Range, Reading, Timestamp};

use super::super::lookup::runs_by_id;
use super::super::{Parts, Run, RunDeed, RunKind, RunStep, Slip};
use super::PayData;
use crate::PayrollError;
use crate::calendars::PayGroup;
use crate::defined::Moment;

/// A slip that is to be approved, and those before it that somebody approved.
pub(super) struct Looked<'s> {
    pub(super) slip: &'s Slip,
    /// Whether hours of the week in which its period begins count.
    by_weeks: bool,
    /// The last first.
    before: Vec<Before>,
}

/// A slip that somebody approved.
struct Before {
    slip: Arc<Slip>,
    /// What its approval kept apart.
    apart: Parts<PayData>,
    /// Whether another pay group paid it.
    elsewhere: bool,
}

impl Looked<'_> {
    /// Whether something that was recorded at a time is new in the slip: it rests on it, and so does none that was approved before. Whether
    /// something `holds` on some days is asked as it was known when a slip was computed.
    pub(super) fn is_new(
        &self,
        data: PayData,
        at: Timestamp,
        holds: impl Fn(&Slip, DateRange) -> bool,
    ) -> bool {
        let rests = |slip: &Slip, days: Vec<DateRange>| {
            at <= slip.known_at && days.into_iter().any(|days| holds(slip, days))
        };
        let has_looked = |before: &Before| {
            before.apart.contains(&data) && rests(&before.slip, before.looked_at(data))
        };
        rests(self.slip, self.may_rest(data).into_iter().collect())
            && !self.before.iter().any(has_looked)
    }

    /// All days of which data of a sort may make a difference to the slip.
    pub(super) fn may_rest(&self, data: PayData) -> Option<DateRange> {
        let Slip { period_start, period_end, pay_date, rules_on, .. } = *self.slip;
        let last = period_end.max(pay_date);
        if self.slip.rests_on.is_some() {
            return DateRange::new(first_made_good(self.slip)?, last).ok();
        }
        let week = period_start.checked_sub_days(Days::new(6)).unwrap_or(period_start);
        let (first, last) = match data {
            PayData::Cards => (period_start.min(rules_on), period_end.max(rules_on)),
            PayData::Accounts => (period_start.min(pay_date), last),
            PayData::Deductions => (pay_date, pay_date),
            _ if self.by_weeks => (week, period_end),
            _ => (period_start, period_end),
        };
        DateRange::new(first, last).ok()
    }
}

impl Before {
    /// The days of which data of a sort have certainly gone into the slip: of a period that it shares with another pay group those of its jobs.
    fn looked_at(&self, data: PayData) -> Vec<DateRange> {
        let days = looked_at(&self.slip, data);
        if !self.elsewhere || self.slip.rests_on.is_some() || data.is_of_a_day() {
            return days.into_iter().collect();
        }
        let jobs = self.slip.input.segments.iter();
        jobs.filter_map(|job| DateRange::new(job.from, job.to).ok()?.intersect(days?)).collect()
    }
}

/// The days of which data of a sort have certainly gone into a slip.
fn looked_at(slip: &Slip, data: PayData) -> Option<DateRange> {
    match data {
        PayData::Accounts | PayData::Deductions => Some(DateRange::day(slip.pay_date)),
        _ if slip.rests_on.is_some() => {
            // Days of its own period are its regular run's to pay.
            DateRange::new(first_made_good(slip)?, slip.period_start.pred_opt()?).ok()
        }
        PayData::Cards => Some(DateRange::day(slip.rules_on)),
        _ => DateRange::new(slip.period_start, slip.period_end).ok(),
    }
}

/// The first day that retro pay found a difference of.
fn first_made_good(slip: &Slip) -> Option<NaiveDate> {
    let lines = slip.lines.iter().filter_map(|line| line.original);
    lines.chain(slip.input.made_good.iter().copied()).min()
}

/// Whether a slip rests on a year-to-date sum, by its key.
pub(super) fn rests_on_sum(slip: &Slip, sum: &str, year: i32) -> bool {
    slip.sums.iter().any(|of| of.sum == sum && of.year == year)
}

/// Whether a slip may rest on a sum that it does not show: retro pay on all of the years that it can be of.
pub(super) fn may_rest_on_sum(slip: &Slip, year: i32) -> bool {
    // Sums over a pay period count to its first day.
    let calendar_year = if year > 9_999 { year / 10_000 } else { year };
    slip.rests_on.is_some() && calendar_year <= slip.pay_date.year()
}

/// Each slip with what was approved of its employee before it was computed, all of it or what was paid in some days before.
pub(super) fn looked<'s>(
    read: &mut impl Reading,
    group: &PayGroup,
    (open, since): (&[&'s Slip], Option<Days>),
) -> Result<BTreeMap<PartyId, Looked<'s>>, PayrollError> {
    let of = |slip: &&Slip| {
        let all = Range::by(Slip::BY_EMPLOYEE, &slip.employee);
        match since.and_then(|since| slip.pay_date.checked_sub_days(since)) {
            Some(first) => all.from(&first),
            None => all,
        }
    };
    let mut all = read.peek_scans(&open.iter().map(of).collect::<Vec<_>>())?;
    for (slip, others) in open.iter().zip(&mut all) {
        others.retain(|other| other.known_at < slip.known_at && pays_its_days(other));
        others.sort_by_key(|other| std::cmp::Reverse(other.known_at));
    }
    let runs = runs_by_id(read, all.iter().flatten().map(|slip| slip.run))?;
    let mut apart = BTreeMap::new();
    for run in runs.values() {
        apart.insert(run.id, kept_apart(read, run)?);
    }
    let before = |slip: Arc<Slip>| Before {
        apart: apart.get(&slip.run).cloned().unwrap_or_default(),
        elsewhere: runs.get(&slip.run).is_some_and(|run| run.calendar != group.code),
        slip,
    };
    let each = open.iter().zip(all).map(|(slip, others)| {
        let before = others.into_iter().map(before).collect();
        (slip.employee, Looked { slip, by_weeks: group.time.overtime.is_some(), before })
    });
    Ok(each.collect())
}

/// Whether a slip counts and pays all of its days: what is paid besides looks at little.
fn pays_its_days(slip: &Slip) -> bool {
    slip.status.counts()
        && (slip.kind == RunKind::Regular || slip.input.pays_period || slip.rests_on.is_some())
}

/// What was kept apart when a run was approved; nothing of one whose approval was stopped half way.
fn kept_apart(read: &mut impl Reading, run: &Run) -> Result<Parts<PayData>, PayrollError> {
    let Some(group) = read.peek::<PayGroup>(&run.calendar)? else { return Ok(Parts::default()) };
    let steps = read.peek_scan(&Range::<RunStep>::by_key(&run.id))?;
    let approved = steps.iter().filter(|step| step.deed == RunDeed::Approved);
    let Some(approved) = approved.map(|step| step.recorded_at).max() else {
        return Ok(Parts::default());
    };
    let days = (run.period_start, run.period_end);
    let moment = Moment::of(read, &run.calendar, days, Some(approved))?;
    Ok(group.at(&moment).segregated.clone())
}
