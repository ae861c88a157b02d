//! Years of twelve months from any day on.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::date_range::end_of_month;

/// The anchor of a year is the calendar year it starts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Months {
    pub(super) start_month: u32,
    pub(super) start_day: u32,
}

impl Months {
    pub(super) fn touches_two_years(self) -> bool {
        (self.start_month, self.start_day) != (1, 1)
    }

    /// The first day of a period, counted from 1.
    pub(super) fn start_of(self, anchor: i32, period: u32) -> Option<NaiveDate> {
        let months = self.start_month - 1 + period - 1;
        let year = anchor.checked_add(i32::from(months >= 12))?;
        let first = NaiveDate::from_ymd_opt(year, months % 12 + 1, 1)?;
        Some(first.with_day(self.start_day).unwrap_or(end_of_month(first)))
    }

    pub(super) fn year_of(self, date: NaiveDate) -> Option<i32> {
        let started = date >= self.start_of(date.year(), 1)?;
        Some(if started { date.year() } else { date.year() - 1 })
    }

    /// The period, counted from 1, of a day in the year of an anchor.
    pub(super) fn period_of(self, anchor: i32, date: NaiveDate) -> u32 {
        let months = 12 * u32::from(date.year() != anchor) + date.month() - self.start_month;
        // On the last day of a month that lacks the start's day a period starts all the same.
        let started = date.day() >= self.start_day || date == end_of_month(date);
        months + u32::from(started)
    }
}
