//! What overtime adds, week by week, for pay by the hour and for salaries that are for hours.
//!
//! A week is paid with the period in which its last day under a contract lies (29 CFR 778.106): of who leaves in its midst with the last pay.
//! Under the Fair Labor Standards Act and in California the regular rate holds shift premiums, too (29 CFR 778.207(b)), but no premium for
//! Saturdays, Sundays or holidays that makes an hour one and a half or more (778.203). Bonuses for work raise it as well: what they add is
//! reckoned by [`bonus_of_weeks`](crate::overtime::OvertimeRules::bonus_of_weeks), and entered as an item.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use fondaco_core::{DateRange, Rounding, decimal, rounding};
use rust_decimal::Decimal;

use super::hours::{job_on, pay_of};
use super::jobs::JobStay;
use super::person::{Person, warning};
use crate::PayrollError;
use crate::calendars::PayFrequency;
use crate::garnishment::PayPeriod;
use crate::kernel_error::exact;
use crate::overtime::{OvertimeRules, Salary, Shift, by_the_hour, salaried};
use crate::runs::{InputWarning, PayComponent};
use crate::staff::SalaryHours;
use crate::time::{DaySheet, OvertimeBy, When, classify, hours_of};

/// What was worked of a week: each sheet with the job that it is of.
type Week<'w, 'p> = Vec<(NaiveDate, &'w DaySheet, &'w JobStay<'p>)>;

impl Person<'_> {
    /// What overtime adds in the weeks that are paid with some days of the period.
    pub(super) fn overtime(
        &self,
        jobs: &[JobStay<'_>],
        within: DateRange,
        lines: &mut Vec<PayComponent>,
    ) -> Result<(), PayrollError> {
        let Some(by) = &self.of.group.time.overtime else { return Ok(()) };
        let counts = |stay: &JobStay<'_>| {
            let paid = matches!(stay.job.hours, Some(SalaryHours::OfContract | SalaryHours::All));
            stay.by_hours() || (paid && stay.is_salary())
        };
        let rules = by.rules();
        for week in self.weeks(jobs, within, counts).into_values() {
            let shifts = self.shifts(&week)?;
            let besides = match by {
                OvertimeBy::Flsa | OvertimeBy::California => self.premiums(&week)?,
                OvertimeBy::Tiers { .. } => Decimal::ZERO,
            };
            let (amount, hours, rate) = self.added(&rules, (&week, &shifts), besides)?;
            let most = week.iter().zip(&shifts).max_by_key(|(_, shift)| shift.hours);
            let Some(((_, _, stay), _)) = most.filter(|_| !amount.is_zero()) else { continue };
            let component = self.of.component(&self.of.group.time.overtime_component)?;
            let line = self.line(component, amount, Some((hours, "hour", rate)), stay.shares());
            lines.push(PayComponent { rate: None, ..line }); // several factors have no one rate
        }
        Ok(())
    }

    /// Weeks with more hours than overtime begins at, of a salary of which nobody said what hours pay.
    pub(super) fn hours_unpaid(
        &self,
        jobs: &[JobStay<'_>],
    ) -> Result<Vec<InputWarning>, PayrollError> {
        let mut found = Vec::new();
        let Some(by) = &self.of.group.time.overtime else { return Ok(found) };
        let unsaid = |stay: &JobStay<'_>| stay.is_salary() && stay.job.hours.is_none();
        let rules = by.rules();
        for (first, week) in self.weeks(jobs, self.of.days(), unsaid) {
            let week = rules.week(&self.shifts(&week)?, Decimal::ZERO, Rounding::HalfUp)?;
            if !week.overtime.is_empty() {
                let about = format!(
                    "{} hours of the week from {first} pay no overtime: say of the job what hours pay beside its salary",
                    week.hours
                );
                found.push(warning("overtime_unpaid", about));
            }
        }
        Ok(found)
    }

    /// What was worked in jobs of a sort, by the first day of the week.
    fn weeks<'w, 'p>(
        &'w self,
        jobs: &'w [JobStay<'p>],
        within: DateRange,
        counts: impl Fn(&JobStay<'p>) -> bool,
    ) -> BTreeMap<NaiveDate, Week<'w, 'p>> {
        let mut weeks: BTreeMap<NaiveDate, Week<'w, 'p>> = BTreeMap::new();
        for ((day, job), sheet) in &self.sheets {
            if let Some(stay) = job_on(jobs, job, *day).filter(|stay| counts(stay)) {
                let week = weeks.entry(self.of.week_of(*day)).or_default();
                week.push((*day, &**sheet, stay));
            }
        }
        weeks.retain(|first, _| self.is_paid_with(*first, within));
        weeks
    }

    /// Whether the last day of a week under a contract with the pay group lies among these days.
    fn is_paid_with(&self, first: NaiveDate, within: DateRange) -> bool {
        let last = first.checked_add_days(Days::new(6)).unwrap_or(first);
        let week = DateRange::new(first, last).unwrap_or(DateRange::day(first));
        let last = self.stays(week).iter().filter_map(|stay| stay.days.end()).max();
        last.is_some_and(|day| within.contains(day))
    }

    /// A week's hours, with the rates of those that have one.
    fn shifts(&self, week: &Week<'_, '_>) -> Result<Vec<Shift>, PayrollError> {
        let shift = |(day, sheet, stay): &(NaiveDate, &DaySheet, &JobStay<'_>)| {
            let hours = hours_of(sheet.minutes(&self.of.group.time, *day)?)?;
            let rate = if stay.by_hours() { stay.amount } else { Decimal::ZERO };
            Ok(Shift { day: *day, hours, rate })
        };
        week.iter().map(shift).collect()
    }

    /// The premiums of a week that are part of its regular rate.
    fn premiums(&self, week: &Week<'_, '_>) -> Result<Decimal, PayrollError> {
        let rules = &self.of.group.time;
        let mut all = Decimal::ZERO;
        if rules.premiums.is_empty() {
            return Ok(all);
        }
        for (day, sheet, stay) in week {
            let rate = stay.hourly(self.of.group.calendar.frequency)?;
            for (component, minutes) in classify(rules, &self.of.calendar, *day, sheet)?.premiums {
                let factor = self.factor(&component)?;
                let mut of = rules.premiums.iter().filter(|one| one.component == component);
                let by_day = of.all(|one| matches!(one.when, When::On(_) | When::Holidays));
                if by_day && factor >= Decimal::new(5, 1) {
                    continue;
                }
                let rate = exact("rate", decimal::mul_round(rate, factor, 4, Rounding::HalfUp))?;
                all = exact("pay", decimal::add(all, pay_of(minutes, rate, 4)?))?;
            }
        }
        Ok(all)
    }

    /// What a week pays beside hours at their own rates, premiums and its salary: how much, for how many hours, and the regular rate.
    fn added(
        &self,
        rules: &OvertimeRules,
        (week, shifts): (&Week<'_, '_>, &[Shift]),
        besides: Decimal,
    ) -> Result<(Decimal, Decimal, Decimal), PayrollError> {
        let how = Rounding::HalfUp;
        let Some(salary) = self.salary(week)? else {
            let week = rules.week(shifts, besides, how)?;
            let hours = week.overtime.iter().map(|(_, hours)| *hours).sum();
            return Ok((week.premium, hours, week.regular_rate));
        };
        let done = rules.salaried_week(&salary, shifts, besides, how)?;
        let by_hours = rounding::round(by_the_hour(shifts, besides)?, 2, how);
        let paid = exact("pay", decimal::add(by_hours, salary.by_the_week(how)?))?;
        let amount = exact("pay", decimal::sub(done.total, paid))?;
        let overtime: Decimal = done.overtime.iter().map(|(_, hours)| *hours).sum();
        // Hours that are paid straight besides are among them.
        let beyond = match salary.hours {
            Some(own) => exact("hours", decimal::sub(salaried(shifts)?, own))?,
            None => Decimal::ZERO,
        };
        Ok((amount, overtime.max(beyond), done.regular_rate))
    }

    /// The salaries of a week, as one: of each job what it is on the last of these days.
    fn salary(&self, week: &Week<'_, '_>) -> Result<Option<Salary>, PayrollError> {
        let period = match self.of.group.calendar.frequency {
            PayFrequency::Weekly => PayPeriod::Weeks(1),
            PayFrequency::Biweekly => PayPeriod::Weeks(2),
            PayFrequency::FourWeekly => PayPeriod::Weeks(4),
            PayFrequency::Semimonthly => PayPeriod::Semimonthly,
            PayFrequency::Monthly => PayPeriod::Months(1),
        };
        let mut seen = BTreeSet::new();
        let mut all: Option<Salary> = None;
        for (_, _, stay) in week.iter().rev().filter(|(_, _, stay)| !stay.by_hours()) {
            let Some(whole) = stay.whole(self.of)?.filter(|_| seen.insert(stay.code)) else {
                continue;
            };
            let amount = Salary { amount: self.of.coins(whole), period, hours: None };
            let amount = amount.by_the_week(Rounding::HalfUp)?;
            let share = decimal::mul_exact(stay.contract.weekly_hours, stay.job.share);
            let own = match stay.job.hours {
                Some(SalaryHours::OfContract) => Some(exact("hours", share)?),
                _ => None,
            };
            let before = all.unwrap_or(Salary::for_hours(Decimal::ZERO, period, Decimal::ZERO));
            all = Some(Salary {
                amount: exact("salary", decimal::add(before.amount, amount))?,
                period: PayPeriod::Weeks(1),
                hours: before.hours.zip(own).map(|(before, own)| before + own),
            });
        }
        Ok(all)
    }
}
