//! What jobs pay: by the period, and by the hour.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use fondaco_core::timeline::{Timeline, TimelineRules};
use fondaco_core::{DateRange, PartyId, Range, Ratio, Reading, Rounding};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Gathering;
use super::context::scales;
use super::person::Person;
use crate::PayrollError;
use crate::calendars::{HeldGroups, PayFrequency};
use crate::kernel_error::{KernelError, exact, ratio};
use crate::runs::{CostShare, Whole};
use crate::staff::component::ScalePay;
use crate::staff::term::{Term, TermFact};
use crate::staff::{Contract, Job, JobPay, PayPer, StaffError, Topic};

/// Days on which a job pays the same.
pub(super) struct JobStay<'p> {
    pub(super) code: &'p SmolStr,
    pub(super) days: DateRange,
    pub(super) contract: &'p Contract,
    pub(super) job: &'p Job,
    pub(super) amount: Decimal,
    pub(super) per: PayPer,
}

impl JobStay<'_> {
    /// Which cost centres bear it, where the job says.
    pub(super) fn shares(&self) -> &[CostShare] {
        match self.job.cost_centres.is_empty() {
            true => &self.contract.cost_centres,
            false => &self.job.cost_centres,
        }
    }

    /// Whether what is paid goes by hours that somebody notes.
    pub(super) fn by_hours(&self) -> bool {
        self.per == PayPer::Hour
    }

    /// Whether what is paid goes by the period, however much is worked.
    pub(super) fn is_salary(&self) -> bool {
        !matches!(self.per, PayPer::Hour | PayPer::Day)
    }

    /// What a whole period pays; `None` for what goes by hours or days worked.
    pub(super) fn whole(&self, of: &Gathering) -> Result<Option<Decimal>, KernelError> {
        let calendar = &of.group.calendar;
        let Some(times) = times(self.per, calendar.frequency, of.annual_periods(), self.contract)?
        else {
            return Ok(None);
        };
        let all = ratio("pay", times.mul(Ratio::from_decimal(self.job.share)))?;
        exact("pay", all.times_round(self.amount, 4, Rounding::HalfUp)).map(Some)
    }

    /// What an hour pays, to four digits half-up.
    pub(super) fn hourly(&self, frequency: PayFrequency) -> Result<Decimal, KernelError> {
        hourly((self.amount, self.per), frequency, self.contract)
    }
}

/// Days on which the same is paid: how much, for what.
type PaidDays = (DateRange, (Decimal, PayPer));

/// How many of a unit of time a pay period has.
fn times(
    per: PayPer,
    frequency: PayFrequency,
    of_year: u32,
    contract: &Contract,
) -> Result<Option<Ratio>, KernelError> {
    let periods = i128::from(frequency.usual_periods());
    let of = |numerator: i128, denominator: i128| ratio("pay", Ratio::new(numerator, denominator));
    let weeks = match frequency.days() {
        Some(days) => of((days / 7).into(), 1)?,
        None => of(52, periods)?,
    };
    Ok(Some(match per {
        PayPer::Hour | PayPer::Day => return Ok(None),
        PayPer::ContractHour => {
            ratio("pay", weeks.mul(Ratio::from_decimal(contract.weekly_hours)))?
        }
        PayPer::Week => weeks,
        PayPer::Month => of(12, periods)?,
        PayPer::Period => Ratio::ONE,
        PayPer::Year => of(1, of_year.into())?,
    }))
}

/// What an hour of a contract pays: 52 weeks a year.
fn hourly(
    (amount, per): (Decimal, PayPer),
    frequency: PayFrequency,
    contract: &Contract,
) -> Result<Decimal, KernelError> {
    let hours = |per: PayPer| -> Result<Option<Ratio>, KernelError> {
        let weekly = Ratio::from_decimal(contract.weekly_hours);
        let year = ratio("rate", weekly.mul(ratio("rate", Ratio::new(52, 1))?))?;
        let by =
            |parts: i128| ratio("rate", year.div(ratio("rate", Ratio::new(parts, 1))?)).map(Some);
        match per {
            PayPer::Hour | PayPer::ContractHour => Ok(Some(Ratio::ONE)),
            PayPer::Day => {
                let day = crate::leave::day_hours(contract.weekly_hours, contract.weekly_days)?;
                Ok(Some(Ratio::from_decimal(day)))
            }
            PayPer::Week => Ok(Some(weekly)),
            PayPer::Month => by(12),
            PayPer::Period => by(frequency.usual_periods().into()),
            PayPer::Year => Ok(Some(year)),
        }
    };
    match hours(per)? {
        Some(hours) if hours != Ratio::ZERO => {
            let rate = ratio("rate", Ratio::from_decimal(amount).div(hours))?;
            exact("rate", rate.round(4, Rounding::HalfUp))
        }
        _ => Ok(Decimal::ZERO),
    }
}

impl Person<'_> {
    /// All jobs within some days of contracts with the pay group, cut wherever something changes.
    pub(super) fn jobs(&self, within: DateRange) -> Result<Vec<JobStay<'_>>, PayrollError> {
        let stays = self.stays(within);
        let mut all = Vec::new();
        for (code, timeline) in self.said(Topic::Job) {
            for (days, term) in self.of.segments(timeline, within) {
                let Term::Job(job) = &**term else { continue };
                for stay in &stays {
                    let Some(days) = days.intersect(stay.days) else { continue };
                    for (days, pay) in self.paid(job, days)? {
                        let (amount, per) = pay;
                        all.push(JobStay { code, days, contract: stay.contract, job, amount, per });
                    }
                }
            }
        }
        all.sort_by(|a, b| (a.code, a.days.start()).cmp(&(b.code, b.days.start())));
        Ok(all)
    }

    /// What a job pays on some days, cut where a pay scale or a step changes.
    fn paid(&self, job: &Job, days: DateRange) -> Result<Vec<PaidDays>, PayrollError> {
        let (scale, grade, step, since) = match &job.pay {
            JobPay::Rate { amount, per } => return Ok(vec![(days, (*amount, *per))]),
            JobPay::Grade { scale, grade, step, since } => (scale, grade, *step, *since),
        };
        let mut all: Vec<PaidDays> = Vec::new();
        for day in days.iter().into_iter().flatten() {
            let on = |step: u32, day| {
                let timeline = self.of.scales.get(&(scale.clone(), grade.clone(), step))?;
                self.of.on(timeline, day).map(|pay| **pay)
            };
            let (step, pay) = reached(on, step, since, day);
            let missing = || StaffError::NoGrade {
                employee: self.number.clone(),
                scale: scale.clone(),
                grade: grade.clone(),
                step,
                day,
            };
            let pay = pay.ok_or_else(missing)?;
            match all.last_mut() {
                Some((before, same)) if *same == (pay.amount, pay.per) => {
                    *before = before.span(DateRange::day(day))
                }
                _ => all.push((DateRange::day(day), (pay.amount, pay.per))),
            }
        }
        Ok(all)
    }
}

/// The step that is reached on a day, and what it pays.
pub(crate) fn reached(
    on: impl Fn(u32, NaiveDate) -> Option<ScalePay>,
    step: u32,
    since: Option<NaiveDate>,
    day: NaiveDate,
) -> (u32, Option<ScalePay>) {
    let (mut step, mut since) = (step, since);
    loop {
        let pay = on(step, day);
        let months = pay.and_then(|pay| pay.months_to_next).filter(|months| *months > 0);
        let next = since
            .zip(months)
            .and_then(|(since, months)| since.checked_add_months(Months::new(months)));
        match next.filter(|next| *next <= day) {
            Some(next) if on(step + 1, day).is_some() => (step, since) = (step + 1, Some(next)),
            _ => return (step, pay),
        }
    }
}

/// What an hour of an employee's work is worth on a day: by the jobs that are paid by the period, or by the first one that is paid by the
/// hour. Zero for who has no job then.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt), to be passed on.
pub fn employee_rate(
    read: &mut impl Reading,
    employee: PartyId,
    day: NaiveDate,
) -> Result<Decimal, PayrollError> {
    let rows = read.peek_scan(&Range::<TermFact>::by_key(&employee))?;
    let (mut contract, mut jobs) = (None, Vec::<Whole<Term>>::new());
    for rows in rows.chunk_by(|a, b| (a.topic, &a.series) == (b.topic, &b.series)) {
        let timeline = Timeline::of_rows(TimelineRules::default(), rows)?;
        match timeline.as_of(day).map(|term| (term.clone(), &**term)) {
            Some((_, Term::Contract(found))) => contract = Some(found.clone()),
            Some((job, Term::Job(_))) => jobs.push(job),
            _ => {}
        }
    }
    let Some(contract) = contract else { return Ok(Decimal::ZERO) };
    let frequency = HeldGroups::default().on(read, &contract.group, day)?.calendar.frequency;
    let scales = scales(read)?;
    let (mut by_period, mut by_hour) = (Decimal::ZERO, None);
    for job in &jobs {
        let Term::Job(job) = &**job else { continue };
        let pay = match &job.pay {
            JobPay::Rate { amount, per } => Some((*amount, *per)),
            JobPay::Grade { scale, grade, step, since } => {
                let on = |step: u32, day| {
                    let key = (scale.clone(), grade.clone(), step);
                    scales.get(&key).and_then(|timeline| timeline.as_of(day)).map(|pay| **pay)
                };
                reached(on, *step, *since, day).1.map(|pay| (pay.amount, pay.per))
            }
        };
        let Some(pay) = pay else { continue };
        let rate = hourly(pay, frequency, &contract)?;
        match pay.1 {
            PayPer::Hour => by_hour = by_hour.or(Some(rate)),
            _ => {
                let part = exact(
                    "rate",
                    fondaco_core::decimal::mul_round(rate, job.share, 4, Rounding::HalfUp),
                )?;
                by_period = exact("rate", fondaco_core::decimal::add(by_period, part))?;
            }
        }
    }
    Ok(if by_period.is_zero() { by_hour.unwrap_or_default() } else { by_period })
}

/// Amounts of the same component that the same cost centres bear.
pub(super) type ByShares<T> = BTreeMap<Vec<(SmolStr, Decimal)>, T>;

/// Cost centres as a key.
pub(super) fn shares_key(shares: &[CostShare]) -> Vec<(SmolStr, Decimal)> {
    shares.iter().map(|share| (share.centre.clone(), share.share)).collect()
}
