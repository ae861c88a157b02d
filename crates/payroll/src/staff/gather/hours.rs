//! What hours pay: at the rate of their day, with premiums, and leave that is paid by the hour.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{DateRange, Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::jobs::{ByShares, JobStay, shares_key};
use super::person::Person;
use crate::PayrollError;
use crate::kernel_error::{KernelError, exact};
use crate::leave::{LeaveUnit, day_hours};
use crate::runs::{CostShare, PayComponent};
use crate::staff::Basis;
use crate::time::{classify, hours_of};

/// Hours of one component, by rate and cost centres: minutes until all are there.
type Minutes = BTreeMap<(SmolStr, Decimal), ByShares<Decimal>>;

impl Person<'_> {
    /// What sheets of some days of the period pay, and leave that is paid by the hour.
    pub(super) fn by_sheets(
        &self,
        jobs: &[JobStay<'_>],
        within: DateRange,
        lines: &mut Vec<PayComponent>,
    ) -> Result<(), PayrollError> {
        let mut minutes = Minutes::new();
        for ((day, job), sheet) in &self.sheets {
            let Some(stay) = job_on(jobs, job, *day).filter(|_| within.contains(*day)) else {
                continue;
            };
            let classes = classify(&self.of.group.time, &self.of.calendar, *day, sheet)?;
            let rate = stay.hourly(self.of.group.calendar.frequency)?;
            if stay.by_hours() {
                note(
                    &mut minutes,
                    &stay.job.component,
                    (stay.amount, stay.shares()),
                    classes.worked,
                )?;
            }
            for (component, worked) in classes.premiums {
                let factor = self.factor(&component)?;
                let rate = exact("rate", decimal::mul_round(rate, factor, 4, Rounding::HalfUp))?;
                note(&mut minutes, &component, (rate, stay.shares()), worked)?;
            }
        }
        self.leave_by_hours(jobs, within, &mut minutes)?;
        for ((component, rate), by_shares) in minutes {
            let component = self.of.component(&component)?;
            for (shares, minutes) in by_shares {
                let hours = hours_of(minutes)?;
                let amount = pay_of(minutes, rate, self.of.digits)?;
                let shares: Vec<CostShare> =
                    shares.into_iter().map(|(centre, share)| CostShare { centre, share }).collect();
                lines.push(self.line(component, amount, Some((hours, "hour", rate)), &shares));
            }
        }
        self.overtime(jobs, within, lines)
    }

    /// At which multiple of a job's rate a premium is paid.
    pub(super) fn factor(&self, component: &SmolStr) -> Result<Decimal, PayrollError> {
        Ok(match *self.of.component(component)?.basis {
            Basis::Hours { factor } => factor,
            _ => Decimal::ONE,
        })
    }

    /// Leave of those who are paid by the hour, at the rate of the day.
    fn leave_by_hours(
        &self,
        jobs: &[JobStay<'_>],
        within: DateRange,
        minutes: &mut Minutes,
    ) -> Result<(), PayrollError> {
        let leave = self.leave.iter().filter(|(day, _)| within.contains(**day));
        for (day, (policy, amount)) in
            leave.flat_map(|(day, of_day)| of_day.iter().map(move |one| (day, one)))
        {
            let Some(policy) = self.of.policies.get(policy).filter(|policy| policy.paid) else {
                continue;
            };
            let hourly = jobs.iter().find(|stay| stay.by_hours() && stay.days.contains(*day));
            let Some((component, stay)) = policy.component.as_ref().zip(hourly) else { continue };
            let hours = match policy.unit {
                LeaveUnit::Hours => *amount,
                LeaveUnit::Days => {
                    let whole = day_hours(stay.contract.weekly_hours, stay.contract.weekly_days)?;
                    exact("hours of leave", decimal::mul_exact(whole, *amount))?
                }
            };
            let worked = exact("hours of leave", decimal::mul_exact(hours, Decimal::from(60)))?;
            note(minutes, component, (stay.amount, stay.shares()), worked)?;
        }
        Ok(())
    }
}

/// What minutes pay at the rate of an hour, half-up: an hour and forty minutes at 12 pay 20, not the 20.0004 of 1.6667 hours.
pub(super) fn pay_of(minutes: Decimal, rate: Decimal, digits: u32) -> Result<Decimal, KernelError> {
    let sixtieth = exact("pay", decimal::mul_exact(minutes, rate))?;
    exact("pay", decimal::div_round(sixtieth, Decimal::from(60), digits, Rounding::HalfUp))
}

/// The days of a job that a day lies in.
pub(super) fn job_on<'j, 'p>(
    jobs: &'j [JobStay<'p>],
    job: &SmolStr,
    day: NaiveDate,
) -> Option<&'j JobStay<'p>> {
    jobs.iter().find(|stay| stay.code == job && stay.days.intersect(DateRange::day(day)).is_some())
}

fn note(
    minutes: &mut Minutes,
    component: &SmolStr,
    (rate, shares): (Decimal, &[CostShare]),
    worked: Decimal,
) -> Result<(), PayrollError> {
    let all = minutes
        .entry((component.clone(), rate))
        .or_default()
        .entry(shares_key(shares))
        .or_default();
    *all = exact("hours", decimal::add(*all, worked))?;
    Ok(())
}
