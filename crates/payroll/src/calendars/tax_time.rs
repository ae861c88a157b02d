//! To which tax year and tax period a pay period belongs, as each law says.
//!
//! | law | what counts | year begins | periods are |
//! |---|---|---|---|
//! | United States, Canada | the day on which pay is made available (26 CFR 1.451-2; Income Tax Act s. 5) | 1 January | counted |
//! | United Kingdom | the regular pay day, whether or not a holiday moves it (HMRC, CWG2, 1.8) | 6 April | weeks and months from there |
//! | Germany | the day on which the period ends (EStG § 38a Abs. 1 S. 2, § 11) | 1 January | counted |

use chrono::{Datelike, Months, NaiveDate};
use fondaco_core::DateRange;
use serde::{Deserialize, Serialize};

use super::{PayCalendarError, PayFrequency};

/// Which day of a period decides the tax year that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBasis {
    /// The day on which it is paid, wherever a holiday moved it.
    PayDate,
    /// The day on which it would be paid if there were no holidays.
    RegularPayDate,
    /// The day on which it ends: the year follows the work, not the money.
    PeriodEnd,
}

/// How tax periods are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Numbering {
    /// The periods of the year, one after another from 1 on.
    Counted,
    /// The weeks or months from the first day of the year on. A fortnight is numbered by its second week (2, 4, ... 54), four weeks by
    /// their last (4, 8, ... 56).
    FromYearStart,
}

/// The tax years of a law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxTime {
    /// What decides.
    pub basis: TaxBasis,
    /// The month in which a tax year begins; the year is called by the calendar year of that day.
    pub month: u32,
    /// The day of that month, at most the 28th.
    pub day: u32,
    /// How its periods are numbered.
    pub numbering: Numbering,
}

impl TaxTime {
    /// Pay belongs to the calendar year in which it is paid.
    #[must_use]
    pub fn united_states() -> TaxTime {
        TaxTime { basis: TaxBasis::PayDate, month: 1, day: 1, numbering: Numbering::Counted }
    }

    /// Pay belongs to the year from 6 April on in which its regular pay day lies.
    ///
    /// ```
    /// use fondaco_payroll::calendars::TaxTime;
    /// let uk = TaxTime::united_kingdom();
    /// assert_eq!(uk.year_of("2026-04-05".parse()?), Some(2025));
    /// assert_eq!(uk.year_of("2026-04-06".parse()?), Some(2026));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn united_kingdom() -> TaxTime {
        TaxTime {
            basis: TaxBasis::RegularPayDate,
            month: 4,
            day: 6,
            numbering: Numbering::FromYearStart,
        }
    }

    /// Current wages belong to the calendar year in which their period ends.
    #[must_use]
    pub fn germany() -> TaxTime {
        TaxTime { basis: TaxBasis::PeriodEnd, ..TaxTime::united_states() }
    }

    /// Whether the year begins on a day that every year has.
    pub(super) fn check(&self) -> Result<(), PayCalendarError> {
        let bad = |field, value: u32, why| PayCalendarError::BadPayCalendar {
            field,
            value: value.to_string(),
            why,
        };
        if !(1..=12).contains(&self.month) {
            return Err(bad("tax month", self.month, "is no month: give one from 1 to 12"));
        }
        if !(1..=28).contains(&self.day) {
            return Err(bad("tax day", self.day, "not every month has: give one from 1 to 28"));
        }
        Ok(())
    }

    /// The first and the last day of a tax year; `None` beyond the calendar.
    ///
    /// ```
    /// use fondaco_payroll::calendars::TaxTime;
    /// let days = TaxTime::united_kingdom().days_of(2026).ok_or("in reach")?;
    /// assert_eq!(days.to_string(), "2026-04-06/2027-04-05");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn days_of(&self, year: i32) -> Option<DateRange> {
        let first = NaiveDate::from_ymd_opt(year, self.month, self.day)?;
        let next = NaiveDate::from_ymd_opt(year.checked_add(1)?, self.month, self.day)?;
        DateRange::new(first, next.pred_opt()?).ok()
    }

    /// The tax year that a day lies in; `None` beyond the calendar.
    ///
    /// ```
    /// use fondaco_payroll::calendars::TaxTime;
    /// let british = TaxTime::united_kingdom();
    /// assert_eq!(british.year_of("2026-04-05".parse()?), Some(2025));
    /// assert_eq!(british.year_of("2026-04-06".parse()?), Some(2026));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn year_of(&self, date: NaiveDate) -> Option<i32> {
        let first = NaiveDate::from_ymd_opt(date.year(), self.month, self.day)?;
        if first <= date { Some(date.year()) } else { date.year().checked_sub(1) }
    }

    /// The number of the tax period that a day lies in, where periods are numbered from the year's first day.
    ///
    /// ```
    /// use fondaco_payroll::calendars::{PayFrequency, TaxTime};
    /// let uk = TaxTime::united_kingdom();
    /// assert_eq!(uk.number_of("2027-04-05".parse()?, PayFrequency::Weekly), Some(53));
    /// assert_eq!(uk.number_of("2027-04-05".parse()?, PayFrequency::FourWeekly), Some(56));
    /// assert_eq!(uk.number_of("2026-05-06".parse()?, PayFrequency::Monthly), Some(2));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn number_of(&self, date: NaiveDate, frequency: PayFrequency) -> Option<u32> {
        let first = self.days_of(self.year_of(date)?)?.start()?;
        let Some(days) = frequency.days() else {
            let full = (1..12u32).take_while(|months| {
                first.checked_add_months(Months::new(*months)).is_some_and(|next| next <= date)
            });
            return u32::try_from(full.count() + 1).ok();
        };
        let weeks = u32::try_from(days / 7).ok()?;
        let week = u32::try_from((date - first).num_days() / 7).ok()? + 1;
        Some(week.div_ceil(weeks) * weeks)
    }
}
