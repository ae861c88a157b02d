//! Days that are rolled: a calendar by its code, and where a day goes on which nobody works.

use std::fmt;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Calendar, CalendarError, Roll, WorkingDays};
use crate::date_range::DateRange;

/// How days are kept off weekends and holidays: the "business day convention" of payments and contracts.
///
/// The code names a calendar that is shipped ([`Calendar::named`]) or one of the company's own
/// ([`DefineCalendar`](super::DefineCalendar)); what a code stands for is looked up when a day is rolled
/// ([`Tx::calendar`](crate::Tx::calendar)), so that a holiday that is added later counts.
///
/// ```
/// use fondaco_core::calendar::{BusinessDays, Calendar, Roll};
/// let payday = BusinessDays::new("TARGET", Roll::Preceding);
/// let calendar = Calendar::named(&payday.calendar)?;
/// assert_eq!(calendar.roll("2026-01-31".parse()?, payday.roll)?, "2026-01-30".parse()?);
/// assert_eq!(payday.to_string(), "preceding day of TARGET");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BusinessDays {
    /// The code of the calendar: `DE-BY`, `MON-FRI`, `plant`.
    pub calendar: SmolStr,
    /// Where a day goes on which nobody works.
    pub roll: Roll,
}

impl BusinessDays {
    /// By this calendar and this rule.
    pub fn new(calendar: impl Into<SmolStr>, roll: Roll) -> BusinessDays {
        BusinessDays { calendar: calendar.into(), roll }
    }
}

impl fmt::Display for BusinessDays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} day of {}", self.roll, self.calendar)
    }
}

/// How far from a day a working one is looked for: a month, a year, ten years.
const REACHES: [u64; 3] = [31, 366, 3653];

impl Calendar {
    /// The day itself if it is worked, else another one. For many days make a table of them ([`Calendar::over`]), which
    /// rolls the same way.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, Roll};
    /// let france = Calendar::named("FR")?;
    /// assert_eq!(france.roll("2026-05-01".parse()?, Roll::Following)?, "2026-05-04".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::NotWorking`] for [`Roll::Refuse`], [`CalendarError::NeverWorks`] when there is no such day within
    /// ten years.
    pub fn roll(&self, date: NaiveDate, roll: Roll) -> Result<NaiveDate, CalendarError> {
        for reach in REACHES {
            match self.around(date, reach)?.roll(date, roll) {
                Err(CalendarError::Beyond { .. }) => {}
                rolled => return rolled,
            }
        }
        Err(CalendarError::NeverWorks { calendar: self.name.clone(), date })
    }

    /// The table of so many days before a day and after it.
    fn around(&self, date: NaiveDate, reach: u64) -> Result<WorkingDays, CalendarError> {
        let reach = Days::new(reach);
        let first = date.checked_sub_days(reach).unwrap_or(NaiveDate::MIN);
        let last = date.checked_add_days(reach).unwrap_or(NaiveDate::MAX);
        self.over(DateRange::new(first, last).unwrap_or(DateRange::day(date)))
    }
}
