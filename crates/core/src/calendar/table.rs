//! The working days of some years as a table: one bit a day, and how many came before each word.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::CalendarError;
use crate::date_range::{DateRange, DateRangeError};

/// The days of a range, each worked or not. A position is a count of days from the first on.
///
/// ```
/// use fondaco_core::calendar::{Calendar, Roll};
/// let days = Calendar::named("TARGET")?.over("2026-01-01/2027-12-31".parse()?)?;
/// let settled = days.add("2026-12-24".parse()?, 2, Roll::Refuse)?;
/// assert_eq!(settled, "2026-12-29".parse()?); // Christmas, and a weekend
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// As data it is its first and last day, and the days of it that are not worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct WorkingDays {
    first: NaiveDate,
    last: NaiveDate,
    /// Bit n of word m is day 64 m + n.
    words: Vec<u64>,
    /// How many days are worked before each word, and in all.
    before: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    first: NaiveDate,
    last: NaiveDate,
    off: BTreeSet<NaiveDate>,
}

impl TryFrom<Parts> for WorkingDays {
    type Error = DateRangeError;

    fn try_from(Parts { first, last, off }: Parts) -> Result<WorkingDays, DateRangeError> {
        DateRange::new(first, last)?;
        Ok(WorkingDays::of(first, last, |day, _| !off.contains(&day)))
    }
}

impl From<WorkingDays> for Parts {
    fn from(days: WorkingDays) -> Parts {
        let all = days.first.iter_days().take_while(|day| *day <= days.last).enumerate();
        let off = all.filter(|(position, _)| !days.works(*position)).map(|(_, day)| day).collect();
        Parts { first: days.first, last: days.last, off }
    }
}

impl WorkingDays {
    pub(super) fn of(
        first: NaiveDate,
        last: NaiveDate,
        works: impl Fn(NaiveDate, Weekday) -> bool,
    ) -> WorkingDays {
        let mut words = Vec::new();
        let mut days = first.iter_days().take_while(|day| *day <= last).peekable();
        while days.peek().is_some() {
            let bit = |(n, day): (usize, NaiveDate)| u64::from(works(day, day.weekday())) << n;
            words.push(days.by_ref().take(64).enumerate().map(bit).sum());
        }
        WorkingDays::counted(first, last, words)
    }

    fn counted(first: NaiveDate, last: NaiveDate, words: Vec<u64>) -> WorkingDays {
        let mut before = Vec::with_capacity(words.len() + 1);
        let mut sum = 0;
        before.push(sum);
        for word in &words {
            sum += word.count_ones();
            before.push(sum);
        }
        WorkingDays { first, last, words, before }
    }

    /// The days of the table.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let days = Calendar::named("US")?.over("2026-01-01/2026-12-31".parse()?)?;
    /// assert_eq!(days.range().days(), Some(365));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn range(&self) -> DateRange {
        DateRange::new(self.first, self.last).unwrap_or(DateRange::day(self.first))
    }

    pub(super) fn beyond(&self, date: NaiveDate) -> CalendarError {
        CalendarError::Beyond { date, days: self.range() }
    }

    /// Where a day stands.
    pub(super) fn position(&self, date: NaiveDate) -> Result<usize, CalendarError> {
        let inside = self.first <= date && date <= self.last;
        let days = inside.then(|| date.signed_duration_since(self.first).num_days());
        days.and_then(|days| usize::try_from(days).ok()).ok_or_else(|| self.beyond(date))
    }

    pub(super) fn date(&self, position: usize) -> NaiveDate {
        self.first.checked_add_days(Days::new(position as u64)).unwrap_or(self.last)
    }

    pub(super) fn works(&self, position: usize) -> bool {
        self.words.get(position / 64).is_some_and(|word| (word >> (position % 64)) & 1 == 1)
    }

    /// How many days are worked before a position.
    pub(super) fn rank(&self, position: usize) -> i64 {
        let (at, bit) = (position / 64, position % 64);
        let before = self.before.get(at).or(self.before.last()).copied().unwrap_or(0);
        let word = self.words.get(at).map_or(0, |word| word & ((1 << bit) - 1));
        i64::from(before + word.count_ones())
    }

    /// The position of the n-th working day, from 0; `None` beyond the table.
    pub(super) fn select(&self, n: i64) -> Option<usize> {
        let n = u32::try_from(n).ok()?;
        let at = self.before.partition_point(|before| *before <= n).checked_sub(1)?;
        let mut word = *self.words.get(at)?;
        for _ in 0..n - self.before.get(at)? {
            word &= word - 1; // the lowest one goes
        }
        Some(64 * at + word.trailing_zeros() as usize)
    }

    /// Days that are worked by both: when banks of two countries can settle.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let year = "2026-01-01/2026-12-31".parse()?;
    /// let dollars = Calendar::named("US")?.over(year)?;
    /// let both = Calendar::named("TARGET")?.over(year)?.and(&dollars)?;
    /// assert!(!both.is_working("2026-05-01".parse()?)? && !both.is_working("2026-07-03".parse()?)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::Apart`] when the tables have no day in common; the new one has those that they share.
    pub fn and(&self, other: &WorkingDays) -> Result<WorkingDays, CalendarError> {
        self.joined(other, |a, b| a && b)
    }

    /// Days that are worked by one or the other: when somebody is there.
    ///
    /// ```
    /// use fondaco_core::calendar::{Calendar, WorkingWeek};
    /// let year = "2026-01-01/2026-12-31".parse()?;
    /// let dubai = Calendar::new("Dubai", WorkingWeek::SUN_THU).over(year)?;
    /// let either = Calendar::named("DE")?.over(year)?.or(&dubai)?;
    /// assert!(either.is_working("2026-01-04".parse()?)?); // a Sunday
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`WorkingDays::and`].
    pub fn or(&self, other: &WorkingDays) -> Result<WorkingDays, CalendarError> {
        self.joined(other, |a, b| a || b)
    }

    fn joined(
        &self,
        other: &WorkingDays,
        join: impl Fn(bool, bool) -> bool,
    ) -> Result<WorkingDays, CalendarError> {
        let (first, last) = (self.first.max(other.first), self.last.min(other.last));
        if last < first {
            return Err(CalendarError::Apart { a: self.range(), b: other.range() });
        }
        let works = |days: &WorkingDays, date| days.position(date).is_ok_and(|at| days.works(at));
        Ok(WorkingDays::of(first, last, |date, _| join(works(self, date), works(other, date))))
    }
}
