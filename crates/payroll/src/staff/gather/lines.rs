//! What is paid and withheld: jobs, what recurs, what comes once.

use chrono::NaiveDate;
use fondaco_core::timeline::Timeline;
use fondaco_core::{DateRange, Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::jobs::JobStay;
use super::person::Person;
use crate::PayrollError;
use crate::kernel_error::exact;
use crate::leave::{LeaveUnit, day_hours};
use crate::proration::Segment;
use crate::runs::{CostShare, PayComponent, Whole};
use crate::staff::term::{Recurring, Term};
use crate::staff::{Basis, Component, PayPer, StaffError, Topic};

/// Of how much of something, in which unit, at which rate.
type Times = (Decimal, &'static str, Decimal);

impl Person<'_> {
    /// All that is paid and withheld in the period.
    pub(super) fn components(
        &self,
        jobs: &[JobStay<'_>],
    ) -> Result<Vec<PayComponent>, PayrollError> {
        let mut lines = self.by_jobs(jobs, self.of.days())?;
        let pay = sum_of(&lines)?;
        self.recurring(jobs, pay, &mut lines)?;
        self.once(jobs, pay, &mut lines)?;
        Ok(lines)
    }

    /// What jobs pay of some days of the period.
    fn by_jobs(
        &self,
        jobs: &[JobStay<'_>],
        within: DateRange,
    ) -> Result<Vec<PayComponent>, PayrollError> {
        let mut lines = Vec::new();
        for of_job in jobs.chunk_by(|a, b| a.code == b.code) {
            self.by_period(of_job, within, &mut lines)?;
            self.by_day(of_job, within, &mut lines)?;
        }
        self.by_sheets(jobs, within, &mut lines)?;
        Ok(lines)
    }

    /// Pay that goes by the period: prorated over the days on which it holds.
    fn by_period(
        &self,
        jobs: &[JobStay<'_>],
        within: DateRange,
        lines: &mut Vec<PayComponent>,
    ) -> Result<(), PayrollError> {
        let of = self.of;
        let (mut segments, mut whose) = (Vec::new(), Vec::new());
        for stay in jobs {
            let Some(whole) = stay.whole(of)? else { continue };
            let Some(days) = stay.days.intersect(within) else { continue };
            let whole = of.coins(whole);
            for (days, part) in self.paid_parts(days)? {
                segments.push(Segment::new(days, part_of(whole, part)?));
                whose.push((stay, whole));
            }
        }
        let proration = of.group.proration.with(&of.calendar);
        let pay = proration.pay(of.days(), &segments, of.digits, Rounding::HalfUp)?;
        let each: Vec<_> = segments.iter().zip(whose).zip(pay).collect();
        let same = |a: &&JobStay<'_>, b: &&JobStay<'_>| {
            a.job.component == b.job.component && a.shares() == b.shares()
        };
        // Days of leave that is not paid cut a salary, and don't change it.
        for part in each.chunk_by(|((_, (x, a)), _), ((_, (y, b)), _)| a == b && same(x, y)) {
            let Some(((_, (stay, _)), _)) = part.first() else { continue };
            let amount = part.iter().map(|(_, pay)| *pay).try_fold(Decimal::ZERO, decimal::add);
            let component = of.component(&stay.job.component)?;
            lines.push(self.line(component, exact("pay", amount)?, None, stay.shares()));
        }
        Ok(())
    }

    /// Pay that goes by the working day.
    fn by_day(
        &self,
        jobs: &[JobStay<'_>],
        within: DateRange,
        lines: &mut Vec<PayComponent>,
    ) -> Result<(), PayrollError> {
        for stay in jobs.iter().filter(|stay| stay.per == PayPer::Day) {
            let Some(days) = stay.days.intersect(within) else { continue };
            let mut count = Decimal::ZERO;
            for (days, part) in self.paid_parts(days)? {
                let table = self.of.calendar.over(days)?;
                for day in days.iter().into_iter().flatten() {
                    if table.is_working(day)? {
                        count = exact("days", decimal::add(count, part))?;
                    }
                }
            }
            let component = self.of.component(&stay.job.component)?;
            let amount = self.product(count, stay.amount)?;
            let times = Some((decimal::normalize(count), "day", stay.amount));
            lines.push(self.line(component, amount, times, stay.shares()));
        }
        Ok(())
    }

    /// What recurs: whole or prorated, as its component says.
    fn recurring(
        &self,
        jobs: &[JobStay<'_>],
        pay: Decimal,
        lines: &mut Vec<PayComponent>,
    ) -> Result<(), PayrollError> {
        let of = self.of;
        for (code, timeline) in self.said(Topic::Recurring) {
            let component = of.component(code)?;
            if matches!(*component.basis, Basis::PercentOfPay) {
                self.per_cent(component, timeline, (jobs, pay), lines)?;
                continue;
            }
            let mut held: Vec<(DateRange, Decimal, &Recurring)> = Vec::new();
            for (days, term) in of.segments(timeline, of.days()) {
                let Term::Recurring(recurring) = &**term else { continue };
                for stay in self.stays(days) {
                    let parts = self.paid_parts(stay.days)?;
                    held.extend(parts.into_iter().map(|(days, part)| (days, part, recurring)));
                }
            }
            let Some((days, _, last)) = held.last().copied() else { continue };
            let last_day = days.end().unwrap_or(of.period.ends);
            if !component.prorated {
                // Who changes the pay group gets it once: by the one they are with on the last day.
                if self.elsewhere_after(timeline, last_day) {
                    continue;
                }
                let made = self.made(component, jobs, (last.value, pay, last.job.as_ref()))?;
                lines.push(self.line(component, made.0, made.1, &last.cost_centres));
                continue;
            }
            let segment = |(days, part, recurring): &(DateRange, Decimal, &Recurring)| {
                let made =
                    self.made(component, jobs, (recurring.value, pay, recurring.job.as_ref()))?;
                Ok(Segment::new(*days, part_of(made.0.abs(), *part)?))
            };
            let segments = held.iter().map(segment).collect::<Result<Vec<_>, PayrollError>>()?;
            let proration = of.group.proration.with(&of.calendar);
            let parts = proration.pay(of.days(), &segments, of.digits, Rounding::HalfUp)?;
            let parts: Vec<_> = parts.into_iter().zip(&held).collect();
            // Days of leave that is not paid cut it, and don't change it.
            for same in parts.chunk_by(|(_, (_, _, a)), (_, (_, _, b))| a == b) {
                let Some((_, (_, _, recurring))) = same.first() else { continue };
                let sum = same.iter().map(|(part, _)| *part).try_fold(Decimal::ZERO, decimal::add);
                let sum = exact("pay", sum)?;
                let amount = if recurring.value.is_sign_negative() { -sum } else { sum };
                lines.push(self.line(component, amount, None, &recurring.cost_centres));
            }
        }
        Ok(())
    }

    /// A per cent of pay: of what jobs pay of the days on which it holds, so that it is prorated with them.
    fn per_cent(
        &self,
        component: &Component,
        timeline: &Timeline<Whole<Term>>,
        (jobs, pay): (&[JobStay<'_>], Decimal),
        lines: &mut Vec<PayComponent>,
    ) -> Result<(), PayrollError> {
        let (first, last) = (self.of.period.starts, self.of.period.ends);
        // What is paid of the period up to a day: what two days pay is less by what the first one does.
        let until = |day: Option<NaiveDate>| match day {
            Some(day) if day >= last => Ok(pay),
            Some(day) if day >= first => match DateRange::new(first, day) {
                Ok(days) => sum_of(&self.by_jobs(jobs, days)?),
                Err(_) => Ok(Decimal::ZERO),
            },
            _ => Ok(Decimal::ZERO),
        };
        let mut held: Vec<(&Recurring, Decimal)> = Vec::new();
        for (days, term) in self.of.segments(timeline, self.of.days()) {
            let Term::Recurring(recurring) = &**term else { continue };
            if self.stays(days).is_empty() {
                continue;
            }
            let before = until(days.start().and_then(|day| day.pred_opt()))?;
            let of_days = exact("pay of days", decimal::sub(until(days.end())?, before))?;
            match held.last_mut() {
                Some((same, sum)) if *same == recurring => {
                    *sum = exact("pay of days", decimal::add(*sum, of_days))?
                }
                _ => held.push((recurring, of_days)),
            }
        }
        // Of nothing, as of a month of unpaid leave, it is nothing.
        for (recurring, of_days) in held.into_iter().filter(|(_, of_days)| !of_days.is_zero()) {
            let made =
                self.made(component, jobs, (recurring.value, of_days, recurring.job.as_ref()))?;
            lines.push(self.line(component, made.0, made.1, &recurring.cost_centres));
        }
        Ok(())
    }

    /// Whether something holds after a day of the period, under a contract with another pay group.
    fn elsewhere_after(&self, timeline: &Timeline<Whole<Term>>, day: NaiveDate) -> bool {
        let of = self.of;
        let rest = day.succ_opt().and_then(|next| DateRange::new(next, of.period.ends).ok());
        let Some(rest) = rest else { return false };
        let contracts = self.said(Topic::Contract).flat_map(|(_, all)| of.segments(all, rest));
        let other = contracts.filter(|(_, term)| {
            matches!(&***term, Term::Contract(contract) if contract.group != of.group.code)
        });
        let mut other = other.map(|(days, _)| days);
        other.any(|days| !of.segments(timeline, days).is_empty())
    }

    /// What comes once.
    fn once(
        &self,
        jobs: &[JobStay<'_>],
        pay: Decimal,
        lines: &mut Vec<PayComponent>,
    ) -> Result<(), PayrollError> {
        for item in self.items.iter().filter(|item| self.of.days().contains(item.day)) {
            if self.stays(DateRange::day(item.day)).is_empty() {
                continue; // of another pay group, or of nobody: then it was told already
            }
            let component = self.of.component(&item.component)?;
            let made = self.made(component, jobs, (item.value, pay, item.job.as_ref()))?;
            let line = self.line(component, made.0, made.1, &item.cost_centres);
            lines.push(PayComponent { item: Some(item.id), ..line });
        }
        Ok(())
    }

    /// What a value of a component comes to.
    fn made(
        &self,
        component: &Component,
        jobs: &[JobStay<'_>],
        (value, pay, job): (Decimal, Decimal, Option<&SmolStr>),
    ) -> Result<(Decimal, Option<Times>), PayrollError> {
        match *component.basis {
            Basis::Amount => Ok((value, None)),
            Basis::PercentOfPay => {
                let part = exact(
                    "per cent",
                    decimal::div_round(value, Decimal::from(100), 12, Rounding::HalfEven),
                )?;
                Ok((self.product(part, pay)?, None))
            }
            Basis::Hours { factor } => {
                let mut all = jobs.iter().rev();
                let stay = all.find(|stay| job.is_none_or(|job| stay.code == job));
                let no_job = || StaffError::NoJob {
                    employee: self.number.clone(),
                    job: job.cloned().unwrap_or_default(),
                    day: self.of.period.ends,
                };
                let hourly = stay.ok_or_else(no_job)?.hourly(self.of.group.calendar.frequency)?;
                let rate = exact("rate", decimal::mul_round(hourly, factor, 4, Rounding::HalfUp))?;
                Ok((self.product(value, rate)?, Some((value, "hour", rate))))
            }
        }
    }

    /// So many at a rate, in the smallest coin.
    pub(super) fn product(
        &self,
        quantity: Decimal,
        rate: Decimal,
    ) -> Result<Decimal, PayrollError> {
        let product = decimal::mul_round(quantity, rate, self.of.digits, Rounding::HalfUp);
        Ok(exact("pay", product)?)
    }

    pub(super) fn line(
        &self,
        component: &Component,
        amount: Decimal,
        times: Option<Times>,
        shares: &[CostShare],
    ) -> PayComponent {
        let shares = match &component.cost_centre {
            Some(centre) => vec![CostShare { centre: centre.clone(), share: Decimal::ONE }],
            None => shares.to_vec(),
        };
        let mut line = PayComponent::new(
            component.code.clone(),
            component.input.clone(),
            decimal::normalize(amount),
        );
        if let Some((quantity, unit, rate)) = times {
            (line.quantity, line.unit, line.rate) =
                (Some(quantity), Some(SmolStr::new_static(unit)), Some(rate));
        }
        PayComponent { shares, ..line }
    }

    /// Days, and which part of each is paid: without leave that is not.
    fn paid_parts(&self, days: DateRange) -> Result<Vec<(DateRange, Decimal)>, PayrollError> {
        let mut unpaid = Vec::new();
        for day in self.leave.keys().filter(|day| days.contains(**day)) {
            let part = self.unpaid_part(*day)?;
            if !part.is_zero() {
                unpaid.push((*day, part));
            }
        }
        if unpaid.is_empty() {
            return Ok(vec![(days, Decimal::ONE)]);
        }
        let mut all: Vec<(DateRange, Decimal)> = Vec::new();
        for day in days.iter().into_iter().flatten() {
            let off = unpaid.iter().find(|(off, _)| *off == day).map(|(_, part)| *part);
            let part = Decimal::ONE - off.unwrap_or_default();
            let next = |last: &DateRange| last.end().and_then(|end| end.succ_opt()) == Some(day);
            match all.last_mut() {
                _ if part.is_zero() => {}
                Some((last, same)) if *same == part && next(last) => {
                    *last = last.span(DateRange::day(day))
                }
                _ => all.push((DateRange::day(day), part)),
            }
        }
        Ok(all)
    }

    /// Which part of a day is leave that is not paid, from 0 to 1: hours are a part of what a day of the contract has.
    fn unpaid_part(&self, day: NaiveDate) -> Result<Decimal, PayrollError> {
        let mut unpaid = Decimal::ZERO;
        for (policy, amount) in self.leave.get(&day).into_iter().flatten() {
            let Some(policy) = self.of.policies.get(policy).filter(|policy| !policy.paid) else {
                continue;
            };
            let part = match policy.unit {
                LeaveUnit::Days => *amount,
                LeaveUnit::Hours => match self.stays(DateRange::day(day)).first() {
                    Some(stay) => {
                        let (hours, days) = (stay.contract.weekly_hours, stay.contract.weekly_days);
                        part_of_day(*amount, day_hours(hours, days)?)?
                    }
                    None => Decimal::ONE,
                },
            };
            unpaid = exact("leave", decimal::add(unpaid, part))?;
        }
        Ok(unpaid.clamp(Decimal::ZERO, Decimal::ONE))
    }
}

fn sum_of(lines: &[PayComponent]) -> Result<Decimal, PayrollError> {
    let sum = lines.iter().map(|line| line.amount).try_fold(Decimal::ZERO, decimal::add);
    Ok(exact("pay of jobs", sum)?)
}

/// Hours as a part of a day's; all of a day that has none.
fn part_of_day(hours: Decimal, of_day: Decimal) -> Result<Decimal, PayrollError> {
    match of_day.is_zero() {
        true => Ok(Decimal::ONE),
        false => {
            let part = decimal::div_round(hours, of_day, 12, Rounding::HalfEven);
            Ok(decimal::normalize(exact("part of a day", part)?))
        }
    }
}

/// A part of what a whole period would pay.
fn part_of(amount: Decimal, part: Decimal) -> Result<Decimal, PayrollError> {
    match part == Decimal::ONE {
        true => Ok(amount),
        false => Ok(exact("pay", decimal::mul_round(amount, part, 12, Rounding::HalfEven))?),
    }
}
