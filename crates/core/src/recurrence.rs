//! Recurrence rules: rent on the first, salaries on the last Friday, a review every second Tuesday.
//!
//! The part of [RFC 5545](https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10) that counts in days:
//! `FREQ` from `DAILY` to `YEARLY` with `INTERVAL`, `BYMONTH`, `BYMONTHDAY`, `BYDAY`, `BYSETPOS`,
//! `WKST`, `UNTIL` and `COUNT`. What a rule leaves open it takes from the day it starts on, as there.
//! Two readings that the RFC leaves to its reader: the start is an occurrence only if the rule says
//! so, and `BYSETPOS` counts in the whole of a week, month or year, also in the one of the start.

use std::num::NonZeroU32;

use chrono::{NaiveDate, Weekday};

mod dates;
mod error;
mod text;

pub use dates::Dates;
pub use error::RecurrenceError;

/// A rule by which dates recur from a start on. Its text, also in serde, is the `RRULE` of RFC 5545.
///
/// ```
/// use chrono::{NaiveDate, Weekday};
/// use fondaco_core::recurrence::{Recurrence, OnDay};
/// let start: NaiveDate = "2026-01-15".parse()?;
/// let payday = Recurrence::monthly().on_days([OnDay::nth(-1, Weekday::Fri)])?;
/// let first: Vec<String> = payday.dates(start).take(3).map(|date| date.to_string()).collect();
/// assert_eq!(first, ["2026-01-30", "2026-02-27", "2026-03-27"]);
/// assert_eq!(payday.to_string(), "FREQ=MONTHLY;BYDAY=-1FR");
/// assert_eq!("FREQ=MONTHLY;BYDAY=-1FR".parse::<Recurrence>()?, payday);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recurrence {
    frequency: Frequency,
    interval: NonZeroU32,
    /// Each list is sorted and names nothing twice; an empty one leaves the choice open.
    months: Vec<u32>,
    month_days: Vec<i32>,
    days: Vec<OnDay>,
    positions: Vec<i32>,
    week_start: Weekday,
    end: RecurrenceEnd,
}

/// The stretch of time in which a rule names its days, and which recurs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Frequency {
    /// Day by day.
    Daily,
    /// Week by week, from [`Recurrence::week_starting`] on.
    Weekly,
    /// Calendar month by calendar month.
    Monthly,
    /// Calendar year by calendar year.
    Yearly,
}

/// Where a recurrence ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecurrenceEnd {
    /// Nowhere.
    Never,
    /// On this day, which may itself be an occurrence.
    Until(NaiveDate),
    /// After so many occurrences.
    Count(NonZeroU32),
}

/// A weekday: each one, or the n-th of a month or year, from the end if negative.
///
/// ```
/// use chrono::Weekday;
/// use fondaco_core::recurrence::OnDay;
/// assert_eq!(OnDay::every(Weekday::Tue).to_string(), "TU");
/// assert_eq!(OnDay::nth(-2, Weekday::Mon).to_string(), "-2MO"); // the last but one
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OnDay {
    /// Which one, from 1, or from the end, from -1; `None` for each.
    pub ordinal: Option<i32>,
    /// The weekday.
    pub weekday: Weekday,
}

impl OnDay {
    /// Each such weekday.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use fondaco_core::recurrence::{OnDay, Recurrence};
    /// let office = Recurrence::weekly().on_days([OnDay::every(Weekday::Mon), Weekday::Thu.into()])?;
    /// assert_eq!(office.to_string(), "FREQ=WEEKLY;BYDAY=MO,TH");
    /// # Ok::<(), fondaco_core::recurrence::RecurrenceError>(())
    /// ```
    pub fn every(weekday: Weekday) -> OnDay {
        OnDay { ordinal: None, weekday }
    }

    /// The n-th such weekday of a month or year; the last is -1.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use fondaco_core::recurrence::{OnDay, Recurrence};
    /// let start = "2026-01-01".parse()?;
    /// let patch_day = Recurrence::monthly().on_days([OnDay::nth(2, Weekday::Tue)])?;
    /// assert_eq!(patch_day.dates(start).next(), Some("2026-01-13".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn nth(ordinal: i32, weekday: Weekday) -> OnDay {
        OnDay { ordinal: Some(ordinal), weekday }
    }

    /// What lists of them are sorted by.
    fn place(&self) -> (u32, Option<i32>) {
        (self.weekday.num_days_from_monday(), self.ordinal)
    }
}

impl From<Weekday> for OnDay {
    fn from(weekday: Weekday) -> OnDay {
        OnDay::every(weekday)
    }
}

impl Recurrence {
    fn of(frequency: Frequency) -> Recurrence {
        Recurrence {
            frequency,
            interval: NonZeroU32::MIN,
            months: Vec::new(),
            month_days: Vec::new(),
            days: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Mon,
            end: RecurrenceEnd::Never,
        }
    }

    /// Each day.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2026-02-27".parse()?;
    /// let reminders = Recurrence::daily().every(10)?.times(3)?;
    /// let dates: Vec<String> = reminders.dates(start).map(|date| date.to_string()).collect();
    /// assert_eq!(dates, ["2026-02-27", "2026-03-09", "2026-03-19"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn daily() -> Recurrence {
        Recurrence::of(Frequency::Daily)
    }

    /// Each week, on the weekday of the start unless [`on_days`](Recurrence::on_days) names others.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2026-01-06".parse()?; // a Tuesday
    /// assert_eq!(Recurrence::weekly().dates(start).nth(1), Some("2026-01-13".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn weekly() -> Recurrence {
        Recurrence::of(Frequency::Weekly)
    }

    /// Each month, on the start's day of the month unless others are named. A month that lacks the
    /// day is left out, as the RFC wants it: see [`Recurrence::on_month_day_or_last`].
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2026-01-31".parse()?;
    /// assert_eq!(Recurrence::monthly().dates(start).nth(1), Some("2026-03-31".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn monthly() -> Recurrence {
        Recurrence::of(Frequency::Monthly)
    }

    /// Each year, on the start's month and day unless others are named.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2024-02-29".parse()?;
    /// assert_eq!(Recurrence::yearly().dates(start).nth(1), Some("2028-02-29".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn yearly() -> Recurrence {
        Recurrence::of(Frequency::Yearly)
    }

    /// Only every n-th day, week, month or year, counted from the one of the start.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let quarterly = Recurrence::monthly().every(3)?;
    /// assert_eq!(quarterly.to_string(), "FREQ=MONTHLY;INTERVAL=3");
    /// assert_eq!(Recurrence::daily().every(0).unwrap_err().code(), "core.recurrence_out_of_range");
    /// # Ok::<(), fondaco_core::recurrence::RecurrenceError>(())
    /// ```
    ///
    /// # Errors
    /// [`RecurrenceError::OutOfRange`] for 0.
    pub fn every(mut self, interval: u32) -> Result<Recurrence, RecurrenceError> {
        self.interval = positive("INTERVAL", interval)?;
        Ok(self)
    }

    /// In these months alone, from 1 for January.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2026-01-01".parse()?;
    /// let tax = Recurrence::monthly().in_months([3, 6, 9, 12])?.on_month_days([10])?;
    /// assert_eq!(tax.dates(start).nth(1), Some("2026-06-10".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RecurrenceError::OutOfRange`] for what is no month.
    pub fn in_months(
        mut self,
        months: impl IntoIterator<Item = u32>,
    ) -> Result<Recurrence, RecurrenceError> {
        self.months = months.into_iter().collect();
        self.checked()
    }

    /// On these days of a month, from 1, or from its last day, -1.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2026-01-05".parse()?;
    /// let rule = Recurrence::monthly().on_month_days([15, -1])?;
    /// let dates: Vec<String> = rule.dates(start).take(4).map(|date| date.to_string()).collect();
    /// assert_eq!(dates, ["2026-01-15", "2026-01-31", "2026-02-15", "2026-02-28"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RecurrenceError::OutOfRange`] for 0 and beyond 31 either way; [`RecurrenceError::NotWith`]
    /// in a weekly rule.
    pub fn on_month_days(
        mut self,
        days: impl IntoIterator<Item = i32>,
    ) -> Result<Recurrence, RecurrenceError> {
        self.month_days = days.into_iter().collect();
        self.checked()
    }

    /// On this day of the month, or on the last day of a month that lacks it: in the RFC's words,
    /// on the last one of the 28th up to this day.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2026-01-31".parse()?;
    /// let rent = Recurrence::monthly().on_month_day_or_last(31)?;
    /// let dates: Vec<String> = rent.dates(start).take(3).map(|date| date.to_string()).collect();
    /// assert_eq!(dates, ["2026-01-31", "2026-02-28", "2026-03-31"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Recurrence::on_month_days`], also for a negative day.
    pub fn on_month_day_or_last(self, day: u32) -> Result<Recurrence, RecurrenceError> {
        let day = i32::try_from(day).unwrap_or(i32::MAX);
        if (29..=31).contains(&day) {
            return self.on_month_days(28..=day)?.at_positions([-1]);
        }
        self.on_month_days([day])
    }

    /// On these weekdays. An ordinal counts in the month if the rule is monthly or names months, else in the year.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use fondaco_core::recurrence::{OnDay, Recurrence};
    /// let start = "2026-01-01".parse()?;
    /// let thanksgiving = Recurrence::yearly().in_months([11])?.on_days([OnDay::nth(4, Weekday::Thu)])?;
    /// assert_eq!(thanksgiving.dates(start).next(), Some("2026-11-26".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RecurrenceError::OutOfRange`] for an ordinal of 0 or beyond 53 (5 in a month);
    /// [`RecurrenceError::NotWith`] for an ordinal in a daily or weekly rule.
    pub fn on_days(
        mut self,
        days: impl IntoIterator<Item = OnDay>,
    ) -> Result<Recurrence, RecurrenceError> {
        self.days = days.into_iter().collect();
        self.checked()
    }

    /// Of the days that all else chooses in a week, month or year, only these, counted from 1, or
    /// from the last, -1.
    ///
    /// ```
    /// use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2026-01-01".parse()?;
    /// let weekdays = [Mon, Tue, Wed, Thu, Fri].map(Into::into);
    /// let last_weekday = Recurrence::monthly().on_days(weekdays)?.at_positions([-1])?;
    /// assert_eq!(last_weekday.dates(start).next(), Some("2026-01-30".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RecurrenceError::OutOfRange`] for 0 and beyond 366 either way; [`RecurrenceError::NotWith`]
    /// when nothing else chooses days.
    pub fn at_positions(
        mut self,
        positions: impl IntoIterator<Item = i32>,
    ) -> Result<Recurrence, RecurrenceError> {
        self.positions = positions.into_iter().collect();
        self.checked()
    }

    /// Weeks start on this day, else on Monday: matters where only every n-th week counts.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use fondaco_core::recurrence::Recurrence;
    /// let rule = Recurrence::weekly().every(2)?.week_starting(Weekday::Sun);
    /// assert_eq!(rule.to_string(), "FREQ=WEEKLY;INTERVAL=2;WKST=SU");
    /// # Ok::<(), fondaco_core::recurrence::RecurrenceError>(())
    /// ```
    #[must_use]
    pub fn week_starting(mut self, day: Weekday) -> Recurrence {
        self.week_start = day;
        self
    }

    /// Up to this day, which may itself be the last.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let rule = Recurrence::monthly().until("2026-03-01".parse()?);
    /// assert_eq!(rule.dates("2026-01-01".parse()?).count(), 3);
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn until(mut self, last: NaiveDate) -> Recurrence {
        self.end = RecurrenceEnd::Until(last);
        self
    }

    /// So many times.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let loan = Recurrence::monthly().times(48)?;
    /// assert_eq!(loan.dates("2026-01-01".parse()?).last(), Some("2029-12-01".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`RecurrenceError::OutOfRange`] for 0.
    pub fn times(mut self, count: u32) -> Result<Recurrence, RecurrenceError> {
        self.end = RecurrenceEnd::Count(positive("COUNT", count)?);
        Ok(self)
    }

    /// The stretch of time that recurs.
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// Of how many of them only one counts.
    pub fn interval(&self) -> u32 {
        self.interval.get()
    }

    /// Where it ends.
    pub fn end(&self) -> RecurrenceEnd {
        self.end
    }

    /// All occurrences of a recurrence that starts on this day, in order. It ends where the rule
    /// does, where no day can follow (30 February), or where dates end (in the year 262142).
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2024-01-01".parse()?;
    /// let election_day = "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=TU";
    /// let rule: Recurrence = election_day.parse()?;
    /// assert_eq!(rule.dates(start).next(), Some("2024-11-05".parse()?));
    /// assert_eq!(rule.dates(start).nth(1), Some("2028-11-07".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dates(&self, start: NaiveDate) -> Dates<'_> {
        Dates::new(self, start)
    }

    /// The occurrences from a day on, of a recurrence that starts on `start`.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let (start, from) = ("2020-01-31".parse()?, "2026-01-01".parse()?);
    /// let yearly = Recurrence::yearly();
    /// assert_eq!(yearly.dates_from(start, from).next(), Some("2026-01-31".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn dates_from(
        &self,
        start: NaiveDate,
        from: NaiveDate,
    ) -> impl Iterator<Item = NaiveDate> + use<'_> {
        Dates::near(self, start, from).skip_while(move |day| *day < from)
    }

    /// The first occurrence after a day, of a recurrence that starts on `start`. Takes the same time
    /// however far away the day is, unless the rule counts.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let start = "2020-01-31".parse()?;
    /// let rent = Recurrence::monthly().on_month_days([1])?;
    /// assert_eq!(rent.next_after(start, "2026-02-01".parse()?), Some("2026-03-01".parse()?));
    /// assert_eq!(rent.next_after(start, "1999-01-01".parse()?), Some("2020-02-01".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_after(&self, start: NaiveDate, date: NaiveDate) -> Option<NaiveDate> {
        let next = date.succ_opt()?;
        self.dates_from(start, next).next()
    }

    /// Whether a day is an occurrence of a recurrence that starts on `start`.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let (start, day) = ("2026-01-05".parse()?, "2026-06-29".parse()?);
    /// assert!(Recurrence::weekly().falls_on(start, day));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn falls_on(&self, start: NaiveDate, date: NaiveDate) -> bool {
        self.dates_from(start, date).next() == Some(date)
    }

    /// Sorts what it names and refuses what can't be.
    fn checked(mut self) -> Result<Recurrence, RecurrenceError> {
        sort(&mut self.months, |month| i64::from(*month));
        sort(&mut self.month_days, |day| i64::from(*day));
        sort(&mut self.days, OnDay::place);
        sort(&mut self.positions, |position| i64::from(*position));
        in_range("BYMONTH", &self.months, |month| (1..=12).contains(month))?;
        in_range("BYMONTHDAY", &self.month_days, |day| (1..=31).contains(&day.unsigned_abs()))?;
        in_range("BYSETPOS", &self.positions, |at| (1..=366).contains(&at.unsigned_abs()))?;
        self.check_ordinals()?;
        if self.frequency == Frequency::Weekly && !self.month_days.is_empty() {
            return Err(RecurrenceError::NotWith { part: "BYMONTHDAY", with: "FREQ=WEEKLY" });
        }
        let chooses =
            !(self.months.is_empty() && self.month_days.is_empty() && self.days.is_empty());
        if !self.positions.is_empty() && !chooses {
            return Err(RecurrenceError::NotWith { part: "BYSETPOS", with: "no other BY part" });
        }
        Ok(self)
    }

    fn check_ordinals(&self) -> Result<(), RecurrenceError> {
        let most = match self.frequency {
            Frequency::Yearly if self.months.is_empty() => 53,
            _ => 5,
        };
        let ordinals: Vec<i32> = self.days.iter().filter_map(|day| day.ordinal).collect();
        let with = match self.frequency {
            Frequency::Daily => Some("FREQ=DAILY"),
            Frequency::Weekly => Some("FREQ=WEEKLY"),
            Frequency::Monthly | Frequency::Yearly => None,
        };
        match with {
            Some(with) if !ordinals.is_empty() => {
                Err(RecurrenceError::NotWith { part: "a BYDAY with a number", with })
            }
            _ => in_range("BYDAY", &ordinals, |n| (1..=most).contains(&n.unsigned_abs())),
        }
    }
}

fn positive(part: &'static str, value: u32) -> Result<NonZeroU32, RecurrenceError> {
    NonZeroU32::new(value).ok_or(RecurrenceError::OutOfRange { part, value: i64::from(value) })
}

fn sort<T: PartialEq, K: Ord>(list: &mut Vec<T>, place: impl Fn(&T) -> K) {
    list.sort_by_key(place);
    list.dedup();
}

fn in_range<T: Copy + Into<i64>>(
    part: &'static str,
    values: &[T],
    fits: impl Fn(&T) -> bool,
) -> Result<(), RecurrenceError> {
    match values.iter().find(|value| !fits(value)) {
        Some(&value) => Err(RecurrenceError::OutOfRange { part, value: value.into() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
