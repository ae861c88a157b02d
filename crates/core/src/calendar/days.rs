//! Reckoning with working days. `add` and `count` are those of numpy.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{CalendarError, WorkingDays};
use crate::date_range::DateRange;

/// What becomes of a day that is not worked: the conventions of the ISDA definitions, and a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Roll {
    /// The next working day. numpy: `forward`.
    Following,
    /// The working day before. numpy: `backward`.
    Preceding,
    /// The next working day, unless that lies in another month: then the one before.
    ModifiedFollowing,
    /// The working day before, unless that lies in another month: then the next one.
    ModifiedPreceding,
    /// It is refused. numpy: `raise`.
    Refuse,
}

impl fmt::Display for Roll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Roll::Following => "following",
            Roll::Preceding => "preceding",
            Roll::ModifiedFollowing => "modified following",
            Roll::ModifiedPreceding => "modified preceding",
            Roll::Refuse => "no other",
        })
    }
}

impl WorkingDays {
    /// Whether a day is worked.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let days = Calendar::named("FR")?.over("2026-01-01/2026-12-31".parse()?)?;
    /// assert!(!days.is_working("2026-05-08".parse()?)?);
    /// assert_eq!(days.is_working("2027-01-01".parse()?).unwrap_err().code(), "calendar.beyond");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::Beyond`] for a day outside of the table.
    pub fn is_working(&self, date: NaiveDate) -> Result<bool, CalendarError> {
        self.position(date).map(|at| self.works(at))
    }

    /// The day itself if it is worked, else another one.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, Roll};
    /// let days = Calendar::named("TARGET")?.over("2026-01-01/2026-12-31".parse()?)?;
    /// let saturday = "2026-01-31".parse()?;
    /// assert_eq!(days.roll(saturday, Roll::Following)?, "2026-02-02".parse()?);
    /// assert_eq!(days.roll(saturday, Roll::ModifiedFollowing)?, "2026-01-30".parse()?);
    /// assert!(days.roll(saturday, Roll::Refuse).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::Beyond`] when the day or the answer lies outside of the table,
    /// [`CalendarError::NotWorking`] for [`Roll::Refuse`].
    pub fn roll(&self, date: NaiveDate, roll: Roll) -> Result<NaiveDate, CalendarError> {
        let at = self.position(date)?;
        if self.works(at) {
            return Ok(date);
        }
        let next = || self.nth(self.rank(at), date);
        let last = || self.nth(self.rank(at) - 1, date);
        let same_month =
            |other: &NaiveDate| (other.year(), other.month()) == (date.year(), date.month());
        match roll {
            Roll::Following => next(),
            Roll::Preceding => last(),
            Roll::ModifiedFollowing => next().ok().filter(same_month).map_or_else(last, Ok),
            Roll::ModifiedPreceding => last().ok().filter(same_month).map_or_else(next, Ok),
            Roll::Refuse => Err(CalendarError::NotWorking { date }),
        }
    }

    /// So many working days after a day, or before it if negative. A day that is not worked is
    /// rolled first: `numpy.busday_offset(date, working_days, roll)`.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, Roll};
    /// let days = Calendar::named("DE-BY")?.over("2025-01-01/2026-12-31".parse()?)?;
    /// let due = "2026-01-10".parse()?; // a Saturday
    /// let release = days.add(due, -3, Roll::Preceding)?;
    /// assert_eq!(release, "2026-01-05".parse()?); // Epiphany is free
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`WorkingDays::roll`].
    pub fn add(
        &self,
        date: NaiveDate,
        working_days: i64,
        roll: Roll,
    ) -> Result<NaiveDate, CalendarError> {
        let from = self.rank(self.position(self.roll(date, roll)?)?);
        let n = from.checked_add(working_days).ok_or_else(|| self.beyond(date))?;
        self.nth(n, date)
    }

    /// How many working days there are from a day on and before another; where the other lies
    /// before, the negative number of those after it and up to the first:
    /// `numpy.busday_count(from, before)`.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let days = Calendar::named("US")?.over("2026-01-01/2026-12-31".parse()?)?;
    /// let (monday, friday) = ("2026-07-06".parse()?, "2026-07-10".parse()?);
    /// assert_eq!(days.count(monday, friday)?, 4);
    /// assert_eq!(days.count(friday, monday)?, -4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::Beyond`] for a day outside of the table; `before` may be the one after it.
    pub fn count(&self, from: NaiveDate, before: NaiveDate) -> Result<i64, CalendarError> {
        // The day after the last one of the table stands there as an end.
        let end = |date: NaiveDate| match date.pred_opt() {
            Some(last) if self.range().end() == Some(last) => Ok(self.position(last)? + 1),
            _ => self.position(date),
        };
        if from <= before {
            return Ok(self.rank(end(before)?) - self.rank(end(from)?));
        }
        Ok(self.rank(self.position(before)? + 1) - self.rank(self.position(from)? + 1))
    }

    /// The working days of a range, in order; of those in the table.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let days = Calendar::named("GB-EAW")?.over("2026-01-01/2026-12-31".parse()?)?;
    /// let easter: Vec<String> =
    ///     days.iter("2026-04-02/2026-04-08".parse()?).map(|date| date.to_string()).collect();
    /// assert_eq!(easter, ["2026-04-02", "2026-04-07", "2026-04-08"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn iter(&self, range: DateRange) -> impl Iterator<Item = NaiveDate> + use<'_> {
        let shared = self.range().intersect(range);
        let ends = shared.and_then(|range| Some((range.start()?, range.end()?)));
        let positions = ends.and_then(|(first, last)| {
            Some(self.position(first).ok()?..self.position(last).ok()? + 1)
        });
        let positions = positions.unwrap_or(0..0);
        positions.filter(|at| self.works(*at)).map(|at| self.date(at))
    }

    /// The n-th working day of the table, for an answer about `date`.
    fn nth(&self, n: i64, date: NaiveDate) -> Result<NaiveDate, CalendarError> {
        self.select(n).map(|at| self.date(at)).ok_or_else(|| self.beyond(date))
    }
}
