//! Fiscal calendars: how a company cuts time into years and a year into periods.
//!
//! Two families. *Calendar months* from any day of the year (Britain's tax year starts on 6 April).
//! *Weeks*, as retail and industry count: quarters of 4-4-5, 4-5-4 or 5-4-4 weeks, or thirteen
//! periods of four, in years that end on a weekday, either the last one in a month or the one
//! nearest to its end; every fifth or sixth year has a 53rd week, which its last period takes.
//!
//! Periods tile their year, and years tile time: each starts on the day after the one before it.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::date_range::DateRange;
use crate::names::ErrorKind;

mod months;
mod weeks;

use months::Months;
use weeks::Weeks;
pub use weeks::{WeekPattern, YearEnd, YearEndRule};

/// How a company cuts time into fiscal years and periods.
///
/// ```
/// use chrono::{NaiveDate, Weekday};
/// use fondaco_core::fiscal::{FiscalCalendar, WeekPattern, YearEnd, YearEndRule, YearNamedBy};
/// let british = FiscalCalendar::months(4, 6, YearNamedBy::Start)?;
/// assert_eq!(british.year(2026)?.to_string(), "2026: 2026-04-06/2027-04-05");
///
/// // The calendar of the retail federation: 4-5-4, Saturday nearest to the end of January.
/// let end = YearEnd { month: 1, weekday: Weekday::Sat, rule: YearEndRule::NearestToMonthEnd };
/// let retail = FiscalCalendar::weeks(WeekPattern::FourFiveFour, end, YearNamedBy::Start)?;
/// assert_eq!(retail.year(2023)?.to_string(), "2023: 2023-01-29/2024-02-03");
/// # Ok::<(), fondaco_core::FiscalError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct FiscalCalendar {
    cut: Cut,
    named_by: YearNamedBy,
}

/// Which calendar year a fiscal year takes its number from, where it touches two.
///
/// A year of weeks is named by the months it is meant for: one that ends on 2 January, nearest to
/// the end of December, ends in the year before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YearNamedBy {
    /// The one it starts in.
    Start,
    /// The one it ends in.
    End,
}

/// The rule that cuts. Its years are counted by the calendar year of an anchor: the start for
/// months, the end for weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cut {
    Months(Months),
    Weeks(Weeks),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    periods: Cut,
    year_named_by: YearNamedBy,
}

impl TryFrom<Parts> for FiscalCalendar {
    type Error = FiscalError;

    fn try_from(parts: Parts) -> Result<FiscalCalendar, FiscalError> {
        match parts.periods {
            Cut::Months(months) => {
                FiscalCalendar::months(months.start_month, months.start_day, parts.year_named_by)
            }
            Cut::Weeks(weeks) => {
                FiscalCalendar::weeks(weeks.pattern, weeks.end, parts.year_named_by)
            }
        }
    }
}

impl From<FiscalCalendar> for Parts {
    fn from(calendar: FiscalCalendar) -> Parts {
        Parts { periods: calendar.cut, year_named_by: calendar.named_by }
    }
}

/// A year as it is read: nothing is known yet of its days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearParts {
    number: i32,
    start: NaiveDate,
    end: NaiveDate,
}

impl TryFrom<YearParts> for FiscalYear {
    type Error = FiscalError;

    fn try_from(YearParts { number, start, end }: YearParts) -> Result<FiscalYear, FiscalError> {
        in_order(start, end)?;
        Ok(FiscalYear { number, start, end })
    }
}

/// A period as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodParts {
    year: i32,
    number: u32,
    start: NaiveDate,
    end: NaiveDate,
}

impl TryFrom<PeriodParts> for FiscalPeriod {
    type Error = FiscalError;

    fn try_from(parts: PeriodParts) -> Result<FiscalPeriod, FiscalError> {
        let PeriodParts { year, number, start, end } = parts;
        in_order(start, end)?;
        if number == 0 {
            return Err(FiscalError::NoSuchPeriod { year });
        }
        Ok(FiscalPeriod { year, number, start, end })
    }
}

fn in_order(start: NaiveDate, end: NaiveDate) -> Result<(), FiscalError> {
    if end < start { Err(FiscalError::Reversed { start, end }) } else { Ok(()) }
}

/// A fiscal year. Both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "YearParts")]
pub struct FiscalYear {
    /// Its number, by the calendar's rule.
    pub number: i32,
    /// Its first day.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
}

/// A period of a fiscal year. Both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "PeriodParts")]
pub struct FiscalPeriod {
    /// The number of its year.
    pub year: i32,
    /// Its place in the year, counted from 1.
    pub number: u32,
    /// Its first day.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
}

impl FiscalCalendar {
    /// Twelve calendar months from January on.
    pub const CALENDAR_YEAR: FiscalCalendar = FiscalCalendar {
        cut: Cut::Months(Months { start_month: 1, start_day: 1 }),
        named_by: YearNamedBy::Start,
    };

    /// Twelve months from a day of the year on. Where a month lacks the day, its period starts on
    /// the month's last.
    ///
    /// ```
    /// use fondaco_core::fiscal::{FiscalCalendar, YearNamedBy};
    /// let july = FiscalCalendar::months(7, 1, YearNamedBy::End)?;
    /// assert_eq!(july.year(2026)?.to_string(), "2026: 2025-07-01/2026-06-30");
    /// assert!(FiscalCalendar::months(2, 30, YearNamedBy::End).is_err());
    /// # Ok::<(), fondaco_core::FiscalError>(())
    /// ```
    ///
    /// # Errors
    /// [`FiscalError::NoSuchDay`] when no year has that day.
    pub fn months(
        start_month: u32,
        start_day: u32,
        named_by: YearNamedBy,
    ) -> Result<FiscalCalendar, FiscalError> {
        // 2024 is a leap year, so it has every day there is.
        NaiveDate::from_ymd_opt(2024, start_month, start_day)
            .ok_or(FiscalError::NoSuchDay { month: start_month, day: start_day })?;
        Ok(FiscalCalendar { cut: Cut::Months(Months { start_month, start_day }), named_by })
    }

    /// Periods of whole weeks in years that end on a weekday.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use fondaco_core::fiscal::{FiscalCalendar, WeekPattern, YearEnd, YearEndRule, YearNamedBy};
    /// let end = YearEnd { month: 9, weekday: Weekday::Sat, rule: YearEndRule::LastInMonth };
    /// let calendar = FiscalCalendar::weeks(WeekPattern::FourFourFive, end, YearNamedBy::End)?;
    /// assert_eq!(calendar.periods(2026)?[2].range().days(), Some(5 * 7));
    /// assert_eq!(calendar.periods_per_year(), 12);
    /// # Ok::<(), fondaco_core::FiscalError>(())
    /// ```
    ///
    /// # Errors
    /// [`FiscalError::NoSuchDay`] when the month is not 1 to 12.
    pub fn weeks(
        pattern: WeekPattern,
        end: YearEnd,
        named_by: YearNamedBy,
    ) -> Result<FiscalCalendar, FiscalError> {
        if !(1..=12).contains(&end.month) {
            return Err(FiscalError::NoSuchDay { month: end.month, day: 1 });
        }
        Ok(FiscalCalendar { cut: Cut::Weeks(Weeks { pattern, end }), named_by })
    }

    /// How many periods every year has: 12 or 13.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use fondaco_core::fiscal::{FiscalCalendar, WeekPattern, YearEnd, YearEndRule, YearNamedBy};
    /// let rule = YearEndRule::NearestToMonthEnd;
    /// let end = YearEnd { month: 12, weekday: Weekday::Sun, rule };
    /// let thirteen = FiscalCalendar::weeks(WeekPattern::ThirteenPeriods, end, YearNamedBy::End)?;
    /// assert_eq!(thirteen.periods_per_year(), 13);
    /// assert_eq!(FiscalCalendar::CALENDAR_YEAR.periods_per_year(), 12);
    /// # Ok::<(), fondaco_core::FiscalError>(())
    /// ```
    pub fn periods_per_year(&self) -> u32 {
        match self.cut {
            Cut::Months(_) => 12,
            Cut::Weeks(weeks) => weeks.pattern.periods(),
        }
    }

    /// The fiscal year of a number.
    ///
    /// ```
    /// use fondaco_core::FiscalCalendar;
    /// let year = FiscalCalendar::CALENDAR_YEAR.year(2026)?;
    /// assert_eq!(year.range().to_string(), "2026-01-01/2026-12-31");
    /// assert!(FiscalCalendar::CALENDAR_YEAR.year(i32::MAX).is_err());
    /// # Ok::<(), fondaco_core::FiscalError>(())
    /// ```
    ///
    /// # Errors
    /// [`FiscalError::OutOfRange`] beyond the dates that can be held, some 260,000 years away.
    pub fn year(&self, number: i32) -> Result<FiscalYear, FiscalError> {
        self.year_at(number).ok_or(FiscalError::OutOfRange { year: number })
    }

    /// The fiscal year that a day lies in.
    ///
    /// ```
    /// use fondaco_core::fiscal::{FiscalCalendar, YearNamedBy};
    /// let july = FiscalCalendar::months(7, 1, YearNamedBy::End)?;
    /// assert_eq!(july.year_of("2026-06-30".parse()?)?.number, 2026);
    /// assert_eq!(july.year_of("2026-07-01".parse()?)?.number, 2027);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`FiscalError::OutOfRange`] at the ends of the dates that can be held.
    pub fn year_of(&self, date: NaiveDate) -> Result<FiscalYear, FiscalError> {
        let year = self.anchor_of(date).and_then(|anchor| self.year_at(anchor + self.shift()));
        year.ok_or(FiscalError::OutOfRange { year: date.year() })
    }

    /// The periods of a fiscal year, in order.
    ///
    /// ```
    /// use fondaco_core::fiscal::FiscalCalendar;
    /// let periods = FiscalCalendar::CALENDAR_YEAR.periods(2026)?;
    /// assert_eq!(periods[1].range().to_string(), "2026-02-01/2026-02-28");
    /// # Ok::<(), fondaco_core::FiscalError>(())
    /// ```
    ///
    /// # Errors
    /// As [`FiscalCalendar::year`].
    pub fn periods(&self, year: i32) -> Result<Vec<FiscalPeriod>, FiscalError> {
        let period = |number| self.period_at(year, number).ok_or(FiscalError::OutOfRange { year });
        (1..=self.periods_per_year()).map(period).collect()
    }

    /// The period that a day lies in.
    ///
    /// ```
    /// use fondaco_core::FiscalCalendar;
    /// let date = "2026-02-14".parse().unwrap_or_default();
    /// assert_eq!(FiscalCalendar::CALENDAR_YEAR.period_of(date)?.number, 2);
    /// # Ok::<(), fondaco_core::FiscalError>(())
    /// ```
    ///
    /// # Errors
    /// As [`FiscalCalendar::year_of`].
    pub fn period_of(&self, date: NaiveDate) -> Result<FiscalPeriod, FiscalError> {
        let period = self.anchor_of(date).and_then(|anchor| {
            let number = match self.cut {
                Cut::Months(months) => months.period_of(anchor, date),
                Cut::Weeks(weeks) => weeks.period_of(anchor, date)?,
            };
            self.period_at(anchor + self.shift(), number)
        });
        period.ok_or(FiscalError::OutOfRange { year: date.year() })
    }

    /// The calendar year of the anchor of the fiscal year that a day lies in.
    fn anchor_of(&self, date: NaiveDate) -> Option<i32> {
        match self.cut {
            Cut::Months(months) => months.year_of(date),
            Cut::Weeks(weeks) => weeks.year_of(date),
        }
    }

    fn year_at(&self, number: i32) -> Option<FiscalYear> {
        let start = self.start_of(number, 1)?;
        let end = self.start_of(number.checked_add(1)?, 1)?.pred_opt()?;
        Some(FiscalYear { number, start, end })
    }

    fn period_at(&self, year: i32, number: u32) -> Option<FiscalPeriod> {
        let next = if number == self.periods_per_year() {
            self.start_of(year.checked_add(1)?, 1)
        } else {
            self.start_of(year, number + 1)
        };
        Some(FiscalPeriod {
            year,
            number,
            start: self.start_of(year, number)?,
            end: next?.pred_opt()?,
        })
    }

    /// The first day of a period, counted from 1.
    fn start_of(&self, year: i32, period: u32) -> Option<NaiveDate> {
        let anchor = year.checked_sub(self.shift())?;
        match self.cut {
            Cut::Months(months) => months.start_of(anchor, period),
            Cut::Weeks(weeks) => weeks.start_of(anchor, period),
        }
    }

    /// What the number of a year is above the calendar year of its anchor.
    fn shift(&self) -> i32 {
        match (self.cut, self.named_by) {
            (Cut::Months(months), YearNamedBy::End) => i32::from(months.touches_two_years()),
            (Cut::Weeks(weeks), YearNamedBy::Start) => -i32::from(weeks.touches_two_years()),
            (Cut::Months(_), YearNamedBy::Start) | (Cut::Weeks(_), YearNamedBy::End) => 0,
        }
    }
}

impl FiscalYear {
    /// Its days.
    ///
    /// ```
    /// use fondaco_core::FiscalCalendar;
    /// let year = FiscalCalendar::CALENDAR_YEAR.year(2028)?;
    /// assert_eq!(year.range().days(), Some(366));
    /// # Ok::<(), fondaco_core::FiscalError>(())
    /// ```
    pub fn range(&self) -> DateRange {
        DateRange::between(Some(self.start), Some(self.end)).unwrap_or(DateRange::day(self.start))
    }
}

impl FiscalPeriod {
    /// Its days.
    ///
    /// ```
    /// use fondaco_core::FiscalCalendar;
    /// let february = FiscalCalendar::CALENDAR_YEAR.periods(2028)?[1];
    /// assert_eq!(february.range().days(), Some(29));
    /// # Ok::<(), fondaco_core::FiscalError>(())
    /// ```
    pub fn range(&self) -> DateRange {
        DateRange::between(Some(self.start), Some(self.end)).unwrap_or(DateRange::day(self.start))
    }
}

impl std::fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.number, self.range())
    }
}

/// Why a fiscal calendar, or a year of it, cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FiscalError {
    /// No year has such a day.
    #[error("no year has a day {day} in month {month}")]
    NoSuchDay {
        /// The month as given.
        month: u32,
        /// The day as given.
        day: u32,
    },
    /// The year is beyond the dates that can be held.
    #[error("fiscal year {year} lies beyond the dates that can be held")]
    OutOfRange {
        /// The number of the year.
        year: i32,
    },
    /// A year or period would end before it starts.
    #[error("{start} to {end} are no days of a year or period: the end lies before the start")]
    Reversed {
        /// Its first day as given.
        start: NaiveDate,
        /// Its last day as given.
        end: NaiveDate,
    },
    /// A period without a place in its year.
    #[error("year {year} has no period 0: they are counted from 1")]
    NoSuchPeriod {
        /// The number of the year.
        year: i32,
    },
}

impl FiscalError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::fiscal::{FiscalCalendar, YearNamedBy};
    /// let error = FiscalCalendar::months(2, 30, YearNamedBy::Start).unwrap_err();
    /// assert_eq!(error.code(), "core.fiscal_no_such_day");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            FiscalError::NoSuchDay { .. } => "core.fiscal_no_such_day",
            FiscalError::OutOfRange { .. } => "core.fiscal_out_of_range",
            FiscalError::Reversed { .. } => "core.fiscal_reversed",
            FiscalError::NoSuchPeriod { .. } => "core.fiscal_no_such_period",
        }
    }

    /// What the caller can do: give another value.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}

#[cfg(test)]
mod tests;
