//! Years of 52 or 53 whole weeks.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::date_range::end_of_month;

/// How many weeks the periods of a year have. The 53rd week, in years that have one, goes to the
/// last period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeekPattern {
    /// Four quarters of 4, 4 and 5 weeks.
    FourFourFive,
    /// Four quarters of 4, 5 and 4 weeks.
    FourFiveFour,
    /// Four quarters of 5, 4 and 4 weeks.
    FiveFourFour,
    /// Thirteen periods of 4 weeks.
    ThirteenPeriods,
}

impl WeekPattern {
    pub(super) fn periods(self) -> u32 {
        match self {
            WeekPattern::ThirteenPeriods => 13,
            _ => 12,
        }
    }

    /// The weeks of a year before a period, counted from 1.
    fn weeks_before(self, period: u32) -> u32 {
        let in_quarter = match self {
            WeekPattern::FourFourFive => [0, 4, 8],
            WeekPattern::FourFiveFour => [0, 4, 9],
            WeekPattern::FiveFourFour => [0, 5, 9],
            WeekPattern::ThirteenPeriods => return 4 * (period - 1),
        };
        13 * ((period - 1) / 3) + in_quarter[((period - 1) % 3) as usize]
    }
}

/// The day a year of weeks ends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearEnd {
    /// The month that the year is meant to end with, 1 to 12.
    pub month: u32,
    /// The weekday of the last day.
    pub weekday: Weekday,
    /// Which one of those weekdays.
    pub rule: YearEndRule,
}

/// Which weekday at the end of a month ends a year of weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearEndRule {
    /// The last in the month.
    LastInMonth,
    /// The one nearest to the month's last day, up to three days into the next month.
    NearestToMonthEnd,
}

/// The anchor of a year is the calendar year of the month that it is meant to end with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Weeks {
    pub(super) pattern: WeekPattern,
    pub(super) end: YearEnd,
}

impl Weeks {
    pub(super) fn touches_two_years(self) -> bool {
        self.end.month != 12
    }

    /// The first day of a period, counted from 1.
    pub(super) fn start_of(self, anchor: i32, period: u32) -> Option<NaiveDate> {
        let first = self.end_of(anchor.checked_sub(1)?)?.succ_opt()?;
        first.checked_add_days(Days::new(7 * u64::from(self.pattern.weeks_before(period))))
    }

    /// An end may lie up to three days into the month after its own, so the year of a day is this
    /// one or a neighbour.
    pub(super) fn year_of(self, date: NaiveDate) -> Option<i32> {
        let near = date.year() - 1..=date.year() + 1;
        near.into_iter().find(|anchor| self.end_of(*anchor).is_some_and(|end| date <= end))
    }

    /// The period, counted from 1, of a day in the year of an anchor.
    pub(super) fn period_of(self, anchor: i32, date: NaiveDate) -> Option<u32> {
        let days = (date - self.start_of(anchor, 1)?).num_days();
        let started = |period: &u32| i64::from(7 * self.pattern.weeks_before(*period)) <= days;
        (1..=self.pattern.periods()).rev().find(started)
    }

    fn end_of(self, anchor: i32) -> Option<NaiveDate> {
        let month_end = end_of_month(NaiveDate::from_ymd_opt(anchor, self.end.month, 1)?);
        let latest = match self.end.rule {
            YearEndRule::LastInMonth => month_end,
            YearEndRule::NearestToMonthEnd => month_end.checked_add_days(Days::new(3))?,
        };
        let back = latest.weekday().days_since(self.end.weekday);
        latest.checked_sub_days(Days::new(u64::from(back)))
    }
}
