//! Steps from one date to another.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::TermsError;
use crate::date_range::end_of_month;

/// One step from a date to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateStep {
    /// So many days on.
    Days(i32),
    /// So many weeks on.
    Weeks(i32),
    /// To the same day so many months on, or to the last one of a month that lacks it.
    Months(i32),
    /// To the end of the month.
    EndOfMonth,
    /// To this day of the same month, before or after; to the last one if the month lacks it.
    DayOfMonth(u32),
    /// To this month of the same year, before or after, from 1; on the same day, or the month's last.
    Month(u32),
    /// On to the next such day of a month, or not at all if it is one; to the last one of a month
    /// that lacks it.
    NextDayOfMonth(u32),
    /// On to the next such weekday, or not at all if it is one.
    NextWeekday(Weekday),
}

impl DateStep {
    /// The date that the step leads to.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use fondaco_core::terms::DateStep;
    /// let date = "2026-01-31".parse()?;
    /// assert_eq!(DateStep::Months(1).from(date)?, "2026-02-28".parse()?);
    /// assert_eq!(DateStep::NextDayOfMonth(15).from(date)?, "2026-02-15".parse()?);
    /// assert_eq!(DateStep::NextWeekday(Weekday::Fri).from(date)?, "2026-02-06".parse()?);
    /// assert_eq!(DateStep::DayOfMonth(0).from(date).unwrap_err().code(), "core.terms_step");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`TermsError::Step`] for a day or month that no calendar has, [`TermsError::Date`] when it
    /// leads beyond the dates that can be held.
    pub fn from(self, date: NaiveDate) -> Result<NaiveDate, TermsError> {
        match self {
            DateStep::DayOfMonth(day) | DateStep::NextDayOfMonth(day)
                if !(1..=31).contains(&day) =>
            {
                Err(TermsError::Step { what: "day of the month", value: day })
            }
            DateStep::Month(month) if !(1..=12).contains(&month) => {
                Err(TermsError::Step { what: "month", value: month })
            }
            step => step.take(date).ok_or(TermsError::Date { date }),
        }
    }

    fn take(self, date: NaiveDate) -> Option<NaiveDate> {
        match self {
            DateStep::Days(days) => on(date, days.into()),
            DateStep::Weeks(weeks) => on(date, 7 * i64::from(weeks)),
            DateStep::Months(months) if months < 0 => {
                date.checked_sub_months(Months::new(months.unsigned_abs()))
            }
            DateStep::Months(months) => date.checked_add_months(Months::new(months.unsigned_abs())),
            DateStep::EndOfMonth => Some(end_of_month(date)),
            DateStep::DayOfMonth(day) => Some(in_month(date, day)),
            DateStep::Month(month) => {
                let first = date.with_day(1)?.with_month(month)?;
                Some(in_month(first, date.day()))
            }
            DateStep::NextDayOfMonth(day) => {
                let here = in_month(date, day);
                let next = || Some(in_month(end_of_month(date).succ_opt()?, day));
                if date <= here { Some(here) } else { next() }
            }
            DateStep::NextWeekday(weekday) => {
                date.checked_add_days(Days::new(weekday.days_since(date.weekday()).into()))
            }
        }
    }
}

fn on(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    date.checked_add_signed(chrono::TimeDelta::try_days(days)?)
}

/// A day of a date's month; the last one if the month lacks it.
fn in_month(date: NaiveDate, day: u32) -> NaiveDate {
    date.with_day(day).unwrap_or(end_of_month(date))
}

/// Where steps lead, one after the other.
pub(super) fn reach(from: NaiveDate, steps: &[DateStep]) -> Result<NaiveDate, TermsError> {
    steps.iter().try_fold(from, |date, step| step.from(date))
}
