//! The days that a rule names, stretch by stretch.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

use super::{Frequency, OnDay, Recurrence, RecurrenceEnd};
use crate::date_range::end_of_month;

/// After so many days, weeks, months and years the calendar repeats itself. A rule that has named
/// no day in a whole cycle of its stretches never will.
const CYCLE_YEARS: u32 = 400;
const CYCLE_MONTHS: u32 = 12 * CYCLE_YEARS;
const CYCLE_WEEKS: u32 = 20_871;
const CYCLE_DAYS: u32 = 7 * CYCLE_WEEKS;

/// The occurrences of a recurrence, in order: [`Recurrence::dates`].
#[derive(Clone, Debug)]
pub struct Dates<'r> {
    rule: &'r Recurrence,
    start: NaiveDate,
    /// The number of the next stretch, from 0 for the one of the start; `None` when there is none.
    next: Option<u32>,
    /// What is left of the stretch before, last day first.
    days: Vec<NaiveDate>,
    /// How many may still come.
    left: Option<u32>,
}

impl<'r> Dates<'r> {
    pub(super) fn new(rule: &'r Recurrence, start: NaiveDate) -> Dates<'r> {
        let left = match rule.end {
            RecurrenceEnd::Count(count) => Some(count.get()),
            RecurrenceEnd::Never | RecurrenceEnd::Until(_) => None,
        };
        Dates { rule, start, next: Some(0), days: Vec::new(), left }
    }

    /// The occurrences from somewhere shortly before a day on, or from the start if the rule counts.
    pub(super) fn near(rule: &'r Recurrence, start: NaiveDate, day: NaiveDate) -> Dates<'r> {
        let dates = Dates::new(rule, start);
        if day <= start || dates.left.is_some() {
            return dates;
        }
        Dates { next: Some(stretches_between(rule, start, day)), ..dates }
    }

    /// The days of the next stretch that has any, last first; `None` when there is none.
    fn fill(&mut self) -> Option<()> {
        let rule = self.rule;
        let cycle = match rule.frequency {
            Frequency::Daily => CYCLE_DAYS,
            Frequency::Weekly => CYCLE_WEEKS,
            Frequency::Monthly => CYCLE_MONTHS,
            Frequency::Yearly => CYCLE_YEARS,
        };
        for _ in 0..=cycle {
            let first = first_of(rule, self.start, self.next?)?;
            if matches!(rule.end, RecurrenceEnd::Until(last) if first > last) {
                return None;
            }
            self.next = self.next.and_then(|number| number.checked_add(1));
            self.days = days_of(rule, self.start, first);
            self.days.retain(|day| self.start <= *day);
            self.days.reverse();
            if !self.days.is_empty() {
                return Some(());
            }
        }
        None
    }
}

impl Iterator for Dates<'_> {
    type Item = NaiveDate;

    fn next(&mut self) -> Option<NaiveDate> {
        if self.left == Some(0) {
            return None;
        }
        if self.days.is_empty() && self.fill().is_none() {
            self.next = None;
            return None;
        }
        let day = self.days.pop()?;
        if matches!(self.rule.end, RecurrenceEnd::Until(last) if day > last) {
            (self.next, self.days) = (None, Vec::new());
            return None;
        }
        self.left = self.left.map(|left| left - 1);
        Some(day)
    }
}

impl std::iter::FusedIterator for Dates<'_> {}

/// The number of the last stretch that starts no later than a day after the start.
fn stretches_between(rule: &Recurrence, start: NaiveDate, day: NaiveDate) -> u32 {
    let apart = match rule.frequency {
        Frequency::Daily => day.signed_duration_since(start).num_days(),
        Frequency::Weekly => {
            let into_week = i64::from(start.weekday().days_since(rule.week_start));
            (day.signed_duration_since(start).num_days() + into_week) / 7
        }
        Frequency::Monthly => month_number(day) - month_number(start),
        Frequency::Yearly => i64::from(day.year() - start.year()),
    };
    u32::try_from(apart / i64::from(rule.interval.get())).unwrap_or(0)
}

fn month_number(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

/// The first day of a stretch; `None` beyond the last date.
fn first_of(rule: &Recurrence, start: NaiveDate, number: u32) -> Option<NaiveDate> {
    let ahead = number.checked_mul(rule.interval.get())?;
    match rule.frequency {
        Frequency::Daily => start.checked_add_days(Days::new(ahead.into())),
        Frequency::Weekly => {
            let into_week = start.weekday().days_since(rule.week_start);
            let first = start.checked_sub_days(Days::new(into_week.into()))?;
            first.checked_add_days(Days::new(u64::from(ahead) * 7))
        }
        Frequency::Monthly => start.with_day(1)?.checked_add_months(Months::new(ahead)),
        Frequency::Yearly => {
            let year = start.year().checked_add(i32::try_from(ahead).ok()?)?;
            NaiveDate::from_ymd_opt(year, 1, 1)
        }
    }
}

/// The days that a rule chooses in the stretch that starts on `first`, in order.
fn days_of(rule: &Recurrence, start: NaiveDate, first: NaiveDate) -> Vec<NaiveDate> {
    let mut days = match rule.frequency {
        Frequency::Daily => Vec::from([first]),
        Frequency::Weekly => week(rule, start, first),
        Frequency::Monthly => month(rule, start, first),
        Frequency::Yearly => year(rule, start, first),
    };
    let in_months = |day: &NaiveDate| rule.months.is_empty() || rule.months.contains(&day.month());
    days.retain(in_months);
    if rule.frequency == Frequency::Daily {
        days.retain(|day| rule.month_days.is_empty() || on_month_day(rule, *day));
        days.retain(|day| rule.days.is_empty() || on_weekday(&rule.days, *day));
    }
    if rule.positions.is_empty() { days } else { at_positions(&days, &rule.positions) }
}

fn week(rule: &Recurrence, start: NaiveDate, first: NaiveDate) -> Vec<NaiveDate> {
    let days = first.iter_days().take(7);
    if rule.days.is_empty() {
        return days.filter(|day| day.weekday() == start.weekday()).collect();
    }
    days.filter(|day| on_weekday(&rule.days, *day)).collect()
}

fn month(rule: &Recurrence, start: NaiveDate, first: NaiveDate) -> Vec<NaiveDate> {
    let days = first.iter_days().take_while(|day| day.month() == first.month());
    match (rule.month_days.is_empty(), rule.days.is_empty()) {
        (true, true) => first.with_day(start.day()).into_iter().collect(),
        (true, false) => weekdays(&rule.days, first, end_of_month(first)),
        (false, true) => days.filter(|day| on_month_day(rule, *day)).collect(),
        (false, false) => {
            let named = weekdays(&rule.days, first, end_of_month(first));
            named.into_iter().filter(|day| on_month_day(rule, *day)).collect()
        }
    }
}

fn year(rule: &Recurrence, start: NaiveDate, first: NaiveDate) -> Vec<NaiveDate> {
    let open = rule.month_days.is_empty() && rule.days.is_empty();
    if open && rule.months.is_empty() {
        return start.with_year(first.year()).into_iter().collect();
    }
    if rule.months.is_empty() && !rule.days.is_empty() {
        let mut days =
            weekdays(&rule.days, first, first.with_month(12).map_or(first, end_of_month));
        days.retain(|day| rule.month_days.is_empty() || on_month_day(rule, *day));
        return days;
    }
    let months = (1..=12).filter(|month| rule.months.is_empty() || rule.months.contains(month));
    let firsts = months.filter_map(|month| first.with_month(month));
    firsts.flat_map(|first| month(rule, start, first)).collect()
}

/// The weekdays of a list from a first to a last day, whose ordinals count between the two.
fn weekdays(days: &[OnDay], first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let all = first.iter_days().take_while(|day| *day <= last);
    let chosen = |day: &NaiveDate| {
        let from_start = (*day - first).num_days() / 7 + 1;
        let from_end = -((last - *day).num_days() / 7 + 1);
        days.iter().any(|on| {
            let counts = |n: i32| [from_start, from_end].contains(&i64::from(n));
            on.weekday == day.weekday() && on.ordinal.is_none_or(counts)
        })
    };
    all.filter(chosen).collect()
}

fn on_weekday(days: &[OnDay], day: NaiveDate) -> bool {
    let weekday: Weekday = day.weekday();
    days.iter().any(|on| on.weekday == weekday)
}

fn on_month_day(rule: &Recurrence, day: NaiveDate) -> bool {
    let from_start = day.day().cast_signed();
    let from_end = from_start - end_of_month(day).day().cast_signed() - 1;
    rule.month_days.iter().any(|&named| named == from_start || named == from_end)
}

fn at_positions(days: &[NaiveDate], positions: &[i32]) -> Vec<NaiveDate> {
    let at = |position: i32| {
        let count = days.len();
        let distance = position.unsigned_abs() as usize;
        if position > 0 { Some(distance - 1) } else { count.checked_sub(distance) }
    };
    let mut chosen: Vec<NaiveDate> =
        positions.iter().filter_map(|&position| days.get(at(position)?).copied()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}
