//! What somebody has of leave: grants, what goes over and lapses, what is taken, day by day.
//!
//! What lapses first is taken first. What is taken before it is earned is owed, and the next grant makes up for it.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use fondaco_core::{DateRange, Ratio, Rounding, decimal};
use rust_decimal::Decimal;

use super::{Accrual, LeavePolicy, Share};
use crate::kernel_error::{KernelError, exact, ratio};

/// Days of employment on which one works so many days a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Employment {
    /// The days; without a last one where no end is known.
    pub days: DateRange,
    /// Days of work in a week.
    pub weekly_days: Decimal,
}

/// What leave is reckoned from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct LeaveFacts {
    /// When one was employed, in order, without days in common.
    pub employed: Vec<Employment>,
    /// Since when years count for seniority; the first day of employment if it is not said.
    pub senior_since: Option<NaiveDate>,
    /// The amount a year that is one's own, in place of the policy's, and when, in order: `None` for days on which the policy's holds. Of a leave
    /// year it is what holds on the last of these days in it.
    pub own_yearly: Vec<(DateRange, Option<Decimal>)>,
    /// On which days pay periods end, where leave accrues by them.
    pub period_ends: Vec<NaiveDate>,
    /// Hours that were worked, where leave accrues by them.
    pub hours: Vec<(NaiveDate, Decimal)>,
    /// What was there when the books began, what was granted besides, what was corrected.
    pub granted: Vec<(NaiveDate, Decimal)>,
    /// What was taken, or is to be.
    pub taken: Vec<(NaiveDate, Decimal)>,
    /// Before this day nothing accrues: what there was then is among what was granted.
    pub since: Option<NaiveDate>,
}

/// What happened to a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LeaveEvent {
    /// Leave that went over lapsed: at the end of its year, or on its last day.
    Lapsed,
    /// It accrued.
    Accrued,
    /// It was granted besides.
    Granted,
    /// It was taken.
    Taken,
}

/// A line of an account of leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaveLine {
    /// The day.
    pub day: NaiveDate,
    /// What happened.
    pub event: LeaveEvent,
    /// By how much the balance changed.
    pub amount: Decimal,
    /// What there was after it.
    pub balance: Decimal,
}

/// The account of leave up to the end of a day, in order.
///
/// ```
/// use fondaco_payroll::leave::{CarryOver, Employment, LeaveFacts, LeavePolicy, leave_account};
/// let carry = CarryOver { most: None, until: Some((3, 31)) };
/// let policy = LeavePolicy::yearly("VACATION", 30.into()).carrying(carry);
/// let employed = vec![Employment { days: "2025-07-01/..".parse()?, weekly_days: 5.into() }];
/// let taken = vec![("2025-12-01".parse()?, 10.into()), ("2026-02-02".parse()?, 2.into())];
/// let facts = LeaveFacts { employed, taken, ..LeaveFacts::default() };
/// let lines = leave_account(&policy, &facts, "2026-04-30".parse()?)?;
/// let said: Vec<String> = lines.iter().map(|line| format!("{} {:?} {} = {}", line.day, line.event, line.amount, line.balance)).collect();
/// assert_eq!(said, [
///     "2025-07-01 Accrued 15 = 15", // half a year
///     "2025-12-01 Taken -10 = 5",
///     "2026-01-01 Accrued 30 = 35",
///     "2026-02-02 Taken -2 = 33",   // of the old year's, which lapses
///     "2026-04-01 Lapsed -3 = 30",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`KernelError::Exact`] of figures without room.
pub fn leave_account(
    policy: &LeavePolicy,
    facts: &LeaveFacts,
    until: NaiveDate,
) -> Result<Vec<LeaveLine>, KernelError> {
    let Some(first) = first_day(facts) else { return Ok(Vec::new()) };
    let mut days: BTreeMap<NaiveDate, Vec<(LeaveEvent, Decimal)>> = BTreeMap::new();
    let mut note = |day: NaiveDate, event, amount: Decimal| {
        if day <= until {
            days.entry(day).or_default().push((event, amount));
        }
    };
    for year in years(policy, first, until) {
        note(year.0, LeaveEvent::Lapsed, Decimal::ZERO); // the year's turn
        if let Some(after) = lapse_day(policy, year) {
            note(after, LeaveEvent::Lapsed, Decimal::ONE);
        }
        for (day, amount) in accrued(policy, facts, year)? {
            note(day, LeaveEvent::Accrued, amount);
        }
    }
    facts.granted.iter().for_each(|(day, amount)| note(*day, LeaveEvent::Granted, *amount));
    facts.taken.iter().for_each(|(day, amount)| note(*day, LeaveEvent::Taken, *amount));
    let mut account = Account::default();
    for (day, mut events) in days {
        events.sort_by_key(|(event, _)| *event);
        for (event, amount) in events {
            account.book(policy, day, event, amount)?;
        }
    }
    Ok(account.lines)
}

/// What there is at the end of a day.
///
/// ```
/// use fondaco_payroll::leave::{Accrual, Employment, LeaveFacts, LeavePolicy, leave_balance};
/// let policy = LeavePolicy::new("VACATION", Accrual::Monthly(24.into()));
/// let employed = vec![Employment { days: "2026-01-01/..".parse()?, weekly_days: 5.into() }];
/// let facts = LeaveFacts { employed, ..LeaveFacts::default() };
/// assert_eq!(leave_balance(&policy, &facts, "2026-04-15".parse()?)?, 6.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`leave_account`].
pub fn leave_balance(
    policy: &LeavePolicy,
    facts: &LeaveFacts,
    until: NaiveDate,
) -> Result<Decimal, KernelError> {
    let lines = leave_account(policy, facts, until)?;
    Ok(lines.last().map_or(Decimal::ZERO, |line| line.balance))
}

/// What is there, apart by when it lapses.
#[derive(Default)]
struct Account {
    /// Of the year before: it lapses, where the policy says so.
    carried: Decimal,
    /// Of this year; below zero, what is owed.
    current: Decimal,
    lines: Vec<LeaveLine>,
}

impl Account {
    fn book(
        &mut self,
        policy: &LeavePolicy,
        day: NaiveDate,
        event: LeaveEvent,
        amount: Decimal,
    ) -> Result<(), KernelError> {
        let sum = |a, b| exact("leave", decimal::add(a, b));
        let before = sum(self.carried, self.current)?;
        match event {
            LeaveEvent::Lapsed if amount.is_zero() => self.turn(policy)?,
            LeaveEvent::Lapsed => self.carried = Decimal::ZERO,
            LeaveEvent::Accrued | LeaveEvent::Granted => self.current = sum(self.current, amount)?,
            LeaveEvent::Taken => {
                let old = self.carried.min(amount.max(Decimal::ZERO));
                self.carried = sum(self.carried, -old)?;
                self.current = sum(self.current, old)?;
                self.current = sum(self.current, -amount)?;
            }
        }
        let balance = sum(self.carried, self.current)?;
        let amount = sum(balance, -before)?;
        if !amount.is_zero() {
            self.lines.push(LeaveLine { day, event, amount, balance });
        }
        Ok(())
    }

    /// A leave year begins: of what is left so much goes over as the policy lets; what is owed goes over whole.
    fn turn(&mut self, policy: &LeavePolicy) -> Result<(), KernelError> {
        let all = exact("leave", decimal::add(self.carried, self.current))?;
        let most = policy.carry_over.map(|carry| carry.most.unwrap_or(Decimal::MAX));
        let over = all.max(Decimal::ZERO).min(most.unwrap_or(Decimal::ZERO));
        (self.carried, self.current) = (over, all.min(Decimal::ZERO));
        Ok(())
    }
}

/// The first and the last day of a leave year.
type Year = (NaiveDate, NaiveDate);

fn first_day(facts: &LeaveFacts) -> Option<NaiveDate> {
    let employed = facts.employed.first().and_then(|employed| employed.days.start());
    let booked = facts.granted.iter().chain(&facts.taken).map(|(day, _)| *day).min();
    employed.into_iter().chain(booked).min()
}

fn years(policy: &LeavePolicy, first: NaiveDate, until: NaiveDate) -> Vec<Year> {
    let (month, day) = policy.year_starts;
    let start = |year| NaiveDate::from_ymd_opt(year, month, day);
    let begins = (first.year() - 1..=until.year())
        .filter_map(|year| Some((start(year)?, start(year + 1)?.pred_opt()?)));
    begins.filter(|(from, to)| *to >= first && *from <= until).collect()
}

/// The day on which what went over into a year is gone.
fn lapse_day(policy: &LeavePolicy, (from, to): Year) -> Option<NaiveDate> {
    let (month, day) = policy.carry_over?.until?;
    let dates =
        [from.year(), from.year() + 1].map(|year| NaiveDate::from_ymd_opt(year, month, day));
    let last = dates.into_iter().flatten().find(|date| *date >= from && *date <= to)?;
    last.succ_opt()
}

/// What accrues in a leave year, and when.
fn accrued(
    policy: &LeavePolicy,
    facts: &LeaveFacts,
    year: Year,
) -> Result<Vec<(NaiveDate, Decimal)>, KernelError> {
    let whole = match DateRange::new(year.0, year.1) {
        Ok(whole) => whole,
        Err(_) => return Ok(Vec::new()),
    };
    let extra = policy.extra(seniority(facts, year.0));
    let opened = |day: NaiveDate| facts.since.is_none_or(|since| day >= since);
    match &policy.accrual {
        Accrual::Never => Ok(Vec::new()),
        Accrual::Yearly(all) => {
            let Some(day) = present(facts, whole).and_then(|days| days.start()) else {
                return Ok(Vec::new());
            };
            let all = own_yearly(facts, whole).unwrap_or(*all);
            let entitled = entitlement(policy, facts, whole, sum(all, extra)?)?;
            Ok(vec![(day, entitled)].into_iter().filter(|(day, _)| opened(*day)).collect())
        }
        Accrual::Monthly(all) => {
            let all = sum(own_yearly(facts, whole).unwrap_or(*all), extra)?;
            let ends = whole.months().into_iter().flatten().filter_map(|month| month.end());
            by_steps(policy, facts, year.0, ends.filter(|day| opened(*day)), all)
        }
        Accrual::ByPeriod(each) => {
            // What comes on top for seniority is a year's, and comes by days.
            let ends = facts
                .period_ends
                .iter()
                .copied()
                .filter(|day| whole.contains(*day) && opened(*day));
            by_periods(policy, facts, (whole, ends.collect()), (*each, extra))
        }
        Accrual::ByHours { hours, most } => {
            let worked = facts.hours.iter().filter(|(day, _)| whole.contains(*day) && opened(*day));
            by_hours(policy, worked, *hours, most.map(|most| sum(most, extra)).transpose()?)
        }
    }
}

/// One's own amount of a leave year.
fn own_yearly(facts: &LeaveFacts, year: DateRange) -> Option<Decimal> {
    let mut own = facts.own_yearly.iter().rev();
    own.find(|(days, _)| days.intersect(year).is_some()).and_then(|(_, own)| *own)
}

fn sum(a: Decimal, b: Decimal) -> Result<Decimal, KernelError> {
    exact("leave", decimal::add(a, b))
}

/// The full years of service on a day.
fn seniority(facts: &LeaveFacts, day: NaiveDate) -> u32 {
    let first = facts.employed.first().and_then(|employed| employed.days.start());
    let since = facts.senior_since.or(first);
    since.and_then(|since| day.years_since(since)).unwrap_or(0)
}

/// From the first day of employment in a year to the last one.
fn present(facts: &LeaveFacts, year: DateRange) -> Option<DateRange> {
    let within = facts.employed.iter().filter_map(|employed| employed.days.intersect(year));
    within.reduce(DateRange::span)
}

/// What a whole year's leave comes to in some days of it.
fn entitlement(
    policy: &LeavePolicy,
    facts: &LeaveFacts,
    days: DateRange,
    whole: Decimal,
) -> Result<Decimal, KernelError> {
    let share = employed_share(policy, facts, days)?;
    let part_time = part_time(policy, facts, days)?;
    let both = ratio("leave", share.mul(part_time))?;
    let exactly = exact("leave", both.times_round(whole, 12, Rounding::HalfEven))?;
    Ok(policy.rounded(exactly))
}

/// The share of a year that one was employed.
fn employed_share(
    policy: &LeavePolicy,
    facts: &LeaveFacts,
    year: DateRange,
) -> Result<Ratio, KernelError> {
    let within: Vec<DateRange> =
        facts.employed.iter().filter_map(|employed| employed.days.intersect(year)).collect();
    if within.is_empty() {
        return Ok(Ratio::ZERO);
    }
    let (part, all) = match policy.share {
        Share::Whole => return Ok(Ratio::ONE),
        Share::FullMonths => {
            let joined = joined(&within);
            let months: i64 = joined.into_iter().map(full_months).sum();
            (months, full_months(year))
        }
        Share::Days => {
            (within.iter().filter_map(|days| days.days()).sum(), year.days().unwrap_or(0))
        }
    };
    if all == 0 { Ok(Ratio::ZERO) } else { ratio("leave", Ratio::new(part.into(), all.into())) }
}

/// Days that follow one another, as one.
fn joined(within: &[DateRange]) -> Vec<DateRange> {
    let mut all: Vec<DateRange> = Vec::new();
    for days in within {
        match all.last_mut() {
            Some(last) if last.end().and_then(|end| end.succ_opt()) == days.start() => {
                *last = last.span(*days)
            }
            _ => all.push(*days),
        }
    }
    all
}

/// How many full months some days have, from the first one on.
fn full_months(days: DateRange) -> i64 {
    let (Some(from), Some(to)) = (days.start(), days.end()) else { return 0 };
    let full = (1..=1200u32).take_while(|months| {
        let next = from.checked_add_months(Months::new(*months));
        next.and_then(|next| next.pred_opt()).is_some_and(|last| last <= to)
    });
    full.count() as i64
}

/// How much of the full week is worked, by days.
fn part_time(
    policy: &LeavePolicy,
    facts: &LeaveFacts,
    year: DateRange,
) -> Result<Ratio, KernelError> {
    let Some(full) = policy.full_week_days else { return Ok(Ratio::ONE) };
    let (mut weighted, mut all) = (Ratio::ZERO, 0i64);
    for employed in &facts.employed {
        let Some(days) = employed.days.intersect(year).and_then(|days| days.days()) else {
            continue;
        };
        let part = ratio(
            "leave",
            Ratio::from_decimal(employed.weekly_days)
                .mul(ratio("leave", Ratio::new(days.into(), 1))?),
        )?;
        (weighted, all) = (ratio("leave", weighted.add(part))?, all + days);
    }
    if all == 0 {
        return Ok(Ratio::ZERO);
    }
    let mean = ratio("leave", weighted.div(ratio("leave", Ratio::new(all.into(), 1))?))?;
    ratio("leave", mean.div(Ratio::from_decimal(full)))
}

/// A year's leave in steps: at each day what all of it until then comes to, less what there was before.
fn by_steps(
    policy: &LeavePolicy,
    facts: &LeaveFacts,
    first: NaiveDate,
    ends: impl Iterator<Item = NaiveDate>,
    whole: Decimal,
) -> Result<Vec<(NaiveDate, Decimal)>, KernelError> {
    let (mut sums, mut steps) = (Ratio::ZERO, Vec::new());
    let (mut begin, mut before) = (first, Decimal::ZERO);
    for end in ends {
        let month = DateRange::new(begin, end).unwrap_or(DateRange::day(end));
        begin = end.succ_opt().unwrap_or(end);
        let share = ratio(
            "leave",
            month_share(policy, facts, month)?.mul(part_time(policy, facts, month)?),
        )?;
        sums = ratio("leave", sums.add(share))?;
        let twelfths = ratio("leave", sums.div(ratio("leave", Ratio::new(12, 1))?))?;
        let all =
            policy.rounded(exact("leave", twelfths.times_round(whole, 12, Rounding::HalfEven))?);
        steps.push((end, sum(all, -before)?));
        before = all;
    }
    Ok(steps)
}

/// The share of a month that counts: by full months, all of one that one was there throughout.
fn month_share(
    policy: &LeavePolicy,
    facts: &LeaveFacts,
    month: DateRange,
) -> Result<Ratio, KernelError> {
    match policy.share {
        Share::FullMonths => {
            let days: i64 = facts
                .employed
                .iter()
                .filter_map(|employed| employed.days.intersect(month)?.days())
                .sum();
            Ok(if Some(days) == month.days() { Ratio::ONE } else { Ratio::ZERO })
        }
        Share::Whole | Share::Days => employed_share(policy, facts, month),
    }
}

fn by_periods(
    policy: &LeavePolicy,
    facts: &LeaveFacts,
    (year, ends): (DateRange, Vec<NaiveDate>),
    (each, extra): (Decimal, Decimal),
) -> Result<Vec<(NaiveDate, Decimal)>, KernelError> {
    let mut begin = year.start().unwrap_or(NaiveDate::MIN);
    let year_days = ratio("leave", Ratio::new(year.days().unwrap_or(1).into(), 1))?;
    let mut steps = Vec::new();
    for end in ends {
        let period = DateRange::new(begin, end).unwrap_or(DateRange::day(end));
        begin = end.succ_opt().unwrap_or(end);
        let there = match policy.share {
            Share::Whole => present(facts, period).map_or(Ratio::ZERO, |_| Ratio::ONE),
            _ => employed_share(
                &LeavePolicy { share: Share::Days, ..policy.clone() },
                facts,
                period,
            )?,
        };
        let share = ratio("leave", there.mul(part_time(policy, facts, period)?))?;
        let days = ratio("leave", Ratio::new(period.days().unwrap_or(0).into(), 1))?;
        let of_year =
            ratio("leave", ratio("leave", days.div(year_days))?.mul(Ratio::from_decimal(extra)))?;
        let amount =
            ratio("leave", ratio("leave", of_year.add(Ratio::from_decimal(each)))?.mul(share))?;
        let amount = exact("leave", amount.round(12, Rounding::HalfEven))?;
        steps.push((end, policy.rounded(amount)));
    }
    Ok(steps)
}

fn by_hours<'f>(
    policy: &LeavePolicy,
    worked: impl Iterator<Item = &'f (NaiveDate, Decimal)>,
    hours: Decimal,
    most: Option<Decimal>,
) -> Result<Vec<(NaiveDate, Decimal)>, KernelError> {
    let (mut all, mut before, mut steps) = (Decimal::ZERO, Decimal::ZERO, Vec::new());
    for (day, of_day) in worked {
        all = sum(all, *of_day)?;
        let earned = exact("leave", decimal::div_round(all, hours, 12, Rounding::Down))?;
        let earned = policy.rounded(most.map_or(earned, |most| earned.min(most)));
        steps.push((*day, sum(earned, -before)?));
        before = earned;
    }
    Ok(steps)
}
