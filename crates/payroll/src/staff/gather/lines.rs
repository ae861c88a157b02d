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
        let mut lines = Vec::new();
        for of_job in jobs.chunk_by(|a, b| a.code == b.code) {
            self.by_period(of_job, &mut lines)?;
            self.by_day(of_job, &mut lines)?;
        }
        self.by_sheets(jobs, &mut lines)?;
        let pay = lines.iter().map(|line| line.amount).try_fold(Decimal::ZERO, decimal::add);
        let pay = exact("pay of jobs", pay)?;
        self.recurring(jobs, pay, &mut lines)?;
        self.once(jobs, pay, &mut lines)?;
        Ok(lines)
    }

    /// Pay that goes by the period: prorated over the days on which it holds.
    fn by_period(
        &self,
        jobs: &[JobStay<'_>],
        lines: &mut Vec<PayComponent>,
    ) -> Result<(), PayrollError> {
        let of = self.of;
        let (mut segments, mut whose) = (Vec::new(), Vec::new());
        for stay in jobs {
            let Some(whole) = stay.whole(of)? else { continue };
            let Some(days) = stay.days.intersect(of.days()) else { continue };
            for days in self.paid_days(days) {
                segments.push(Segment::new(days, of.coins(whole)));
                whose.push(stay);
            }
        }
        let proration = of.group.proration.with(&of.calendar);
        let pay = proration.pay(of.days(), &segments, of.digits, Rounding::HalfUp)?;
        let each: Vec<_> = segments.iter().zip(whose).zip(pay).collect();
        let same = |a: &&JobStay<'_>, b: &&JobStay<'_>| {
            a.job.component == b.job.component && a.shares() == b.shares()
        };
        for part in each.chunk_by(|((a, x), _), ((b, y), _)| a.amount == b.amount && same(x, y)) {
            let Some(((_, stay), _)) = part.first() else { continue };
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
        lines: &mut Vec<PayComponent>,
    ) -> Result<(), PayrollError> {
        for stay in jobs.iter().filter(|stay| stay.per == PayPer::Day) {
            let Some(days) = stay.days.intersect(self.of.days()) else { continue };
            let mut count = 0i64;
            for days in self.paid_days(days) {
                let table = self.of.calendar.over(days)?;
                for day in days.iter().into_iter().flatten() {
                    count += i64::from(table.is_working(day)?);
                }
            }
            let component = self.of.component(&stay.job.component)?;
            let amount = self.product(count.into(), stay.amount)?;
            let times = Some((count.into(), "day", stay.amount));
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
            let mut held: Vec<(DateRange, &Recurring)> = Vec::new();
            for (days, term) in of.segments(timeline, of.days()) {
                let Term::Recurring(recurring) = &**term else { continue };
                let within = self.stays(days).into_iter().map(|stay| stay.days);
                held.extend(
                    within.flat_map(|days| self.paid_days(days)).map(|days| (days, recurring)),
                );
            }
            let Some((days, last)) = held.last().copied() else { continue };
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
            let segment = |(days, recurring): &(DateRange, &Recurring)| {
                let made =
                    self.made(component, jobs, (recurring.value, pay, recurring.job.as_ref()))?;
                Ok(Segment::new(*days, made.0.abs()))
            };
            let segments = held.iter().map(segment).collect::<Result<Vec<_>, PayrollError>>()?;
            let sign =
                if last.value.is_sign_negative() { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
            let proration = of.group.proration.with(&of.calendar);
            let parts = proration.pay(of.days(), &segments, of.digits, Rounding::HalfUp)?;
            for (part, (_, recurring)) in parts.into_iter().zip(&held) {
                lines.push(self.line(component, part * sign, None, &recurring.cost_centres));
            }
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

    /// Days without those of leave that is not paid.
    fn paid_days(&self, days: DateRange) -> Vec<DateRange> {
        let unpaid = |day: &chrono::NaiveDate| {
            self.leave.get(day).is_some_and(|(policy, amount)| {
                *amount >= Decimal::ONE
                    && self.of.policies.get(policy).is_some_and(|policy| !policy.paid)
            })
        };
        let mut all: Vec<DateRange> = Vec::new();
        if !self.leave.keys().any(|day| days.contains(*day) && unpaid(day)) {
            return vec![days];
        }
        for day in days.iter().into_iter().flatten().filter(|day| !unpaid(day)) {
            match all.last_mut() {
                Some(last) if last.end().and_then(|end| end.succ_opt()) == Some(day) => {
                    *last = last.span(DateRange::day(day))
                }
                _ => all.push(DateRange::day(day)),
            }
        }
        all
    }
}
