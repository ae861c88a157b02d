//! The periods of a tax year of a pay group, as they are opened: each by the definition that holds for it, and joined to those that are open.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::calendar::{Calendar, CalendarRefusal};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, DateRange, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::group::{PayGroup, PayPeriod, SET_UP};
use super::{Numbering, PayCalendar, PayCalendarError};
use crate::PayrollError;

/// Opens the periods of a tax year for a pay group: once. Answers how many they are. Each is one of the calendar that holds for the day on which
/// it ends ([`DefinePayGroup::from`](super::DefinePayGroup::from)). Where the calendar was changed since another year was opened, periods whose
/// days are open in that one stay there, and those that lie between are opened with this one, in the year that they are paid in. A calendar
/// whose periods share days with open ones and have others besides, or leave days between, is refused: these would be paid twice, or never.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenPayYear {
    /// The pay group's code.
    pub group: SmolStr,
    /// The tax year.
    pub year: i32,
}

impl OpenPayYear {
    /// The periods of `year`.
    pub fn new(group: impl Into<SmolStr>, year: i32) -> OpenPayYear {
        OpenPayYear { group: group.into(), year }
    }
}

impl Act for OpenPayYear {
    type Answer = u32;
    type Error = PayrollError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<u32, PayrollError> {
        tx.authorize(&Request::new(&SET_UP))?;
        let (group, year) = (self.group.clone(), self.year);
        let unknown = || PayCalendarError::UnknownPayGroup { group: group.clone() }.into();
        let stored = tx.require::<PayGroup, PayrollError>(&group, unknown)?;
        let open = tx.scan(&Range::<PayPeriod>::by_key(&group))?;
        if open.iter().any(|period| period.year == year) {
            return Err(PayCalendarError::PayYearOpen { group, year }.into());
        }
        let rows = new_periods(&stored, year, &open, |code| tx.calendar(code))?;
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let event = Event::new("payroll.year_opened").with("group", Value::Text(group));
        tx.emit(event.with("year", Value::I64(year.into())));
        tx.insert_all(rows)?;
        Ok(count)
    }
}

/// The periods that a year is opened with beside those that are open, with the calendars of business days as they are found.
pub(crate) fn new_periods(
    group: &PayGroup,
    year: i32,
    open: &[Arc<PayPeriod>],
    mut find: impl FnMut(&str) -> Result<Calendar, CalendarRefusal>,
) -> Result<Vec<PayPeriod>, PayrollError> {
    let before = year.saturating_sub(1);
    let last = open.iter().filter(|period| period.year == before).max_by_key(|one| one.number);
    let mut rows = match last {
        Some(last) => stranded(group, last, open, made(group, before, &mut find)?),
        None => Vec::new(),
    };
    let made = made(group, year, &mut find)?;
    rows.extend(made.into_iter().filter(|period| !covered(period, open)));
    must_join(&rows, open, year)?;
    Ok(rows)
}

/// The periods of a year, each of the calendar that holds for its last day.
pub(crate) fn made(
    group: &PayGroup,
    year: i32,
    mut find: impl FnMut(&str) -> Result<Calendar, CalendarRefusal>,
) -> Result<Vec<PayPeriod>, PayrollError> {
    let (mut all, mut calendars) = (Vec::new(), 0);
    for calendar in group.calendars().into_iter().filter(|of| is_of(group, of, year)) {
        let holidays = find(&calendar.business_days.calendar)?;
        let periods = calendar.year(year, &holidays)?;
        let periods = periods.iter().map(|period| PayPeriod::of(&group.code, period));
        let before = all.len();
        all.extend(periods.filter(|period| group.calendar_on(period.ends) == calendar));
        calendars += usize::from(all.len() > before);
    }
    all.sort_by_key(|period| period.starts);
    if calendars > 1 {
        for (number, period) in (1..).zip(&mut all) {
            *period = numbered(group, number, period.clone());
        }
    }
    Ok(all)
}

/// Whether a calendar may have periods of a year that it holds for: days off of one that holds no more may be known no more.
fn is_of(group: &PayGroup, calendar: &PayCalendar, year: i32) -> bool {
    let first = NaiveDate::from_ymd_opt(year.saturating_sub(1), 1, 1);
    let last = NaiveDate::from_ymd_opt(year.saturating_add(1), 12, 31);
    let Some((first, last)) = first.zip(last) else { return true };
    (calendar.index_of(first)..=calendar.index_of(last)).any(|index| {
        let end = calendar.days_of(index).and_then(|days| days.end());
        end.is_some_and(|end| group.calendar_on(end) == calendar)
    })
}

/// A period by its number in a year of periods of several calendars. For what is paid by the year it is one of as many as its own calendar has.
fn numbered(group: &PayGroup, number: u32, period: PayPeriod) -> PayPeriod {
    let counted = group.calendar_on(period.ends).tax.numbering == Numbering::Counted;
    let tax_period = if counted { number } else { period.tax_period };
    PayPeriod { number, tax_period, ..period }
}

/// Periods of the year before that came into it after it was opened, by another pay day: they follow on those that it has.
fn stranded(
    group: &PayGroup,
    last: &PayPeriod,
    open: &[Arc<PayPeriod>],
    made: Vec<PayPeriod>,
) -> Vec<PayPeriod> {
    let new = made.into_iter().filter(|one| one.ends > last.ends && !covered(one, open));
    let numbers = last.number.saturating_add(1)..;
    let new = numbers.zip(new).map(|(number, one)| numbered(group, number, one));
    // Each is one of a year of as many as the others.
    new.map(|one| PayPeriod { of: last.of, ..one }).collect()
}

/// Whether each day of a period is one of an open one.
fn covered(period: &PayPeriod, open: &[Arc<PayPeriod>]) -> bool {
    let near = |other: &&Arc<PayPeriod>| {
        other.starts <= period.ends && period.starts <= other.ends // most are of other months
    };
    let near: Vec<DateRange> = open.iter().filter(near).map(|other| other.days()).collect();
    let mut days = period.days().iter().into_iter().flatten();
    !near.is_empty() && days.all(|day| near.iter().any(|other| other.contains(day)))
}

/// Refuses new periods that share days with others, or leave days between: with open ones of the year, the one before and the one after.
fn must_join(
    rows: &[PayPeriod],
    open: &[Arc<PayPeriod>],
    year: i32,
) -> Result<(), PayCalendarError> {
    let near = |period: &&Arc<PayPeriod>| period.year.abs_diff(year) <= 1;
    let open = open.iter().filter(near).map(|period| (period.as_ref(), true));
    let mut all: Vec<(&PayPeriod, bool)> =
        open.chain(rows.iter().map(|row| (row, false))).collect();
    all.sort_by_key(|(period, _)| (period.starts, period.ends));
    for pair in all.windows(2) {
        let [(before, is_open), (after, after_is_open)] = pair else { continue };
        let begins = before.ends.succ_opt();
        if begins == Some(after.starts) || (*is_open && *after_is_open) {
            continue;
        }
        let begins = begins.filter(|_| *is_open || !*after_is_open).unwrap_or(after.starts);
        let group = before.pay_group.clone();
        let (before, after) = (before.days(), after.days());
        return Err(PayCalendarError::PayPeriodsApart { group, before, after, begins });
    }
    Ok(())
}
