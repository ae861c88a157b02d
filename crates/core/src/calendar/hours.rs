//! Working hours: at which times of day people work, and reckoning between instants by them.
//!
//! Hours are local: on a day that a clock jumps over an hour there is less to work, on one that has
//! an hour twice there is more. What the local time is, a [`Zone`] says.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use serde::{Deserialize, Serialize};

use super::{CalendarError, WorkingDays, Zone};
use crate::Timestamp;

mod local;

/// From midnight, in minutes: from one, included, to another, excluded; up to 1440.
type Minutes = (u16, u16);

/// The hours of one day. Its text, also in serde, is `08:00-12:00,13:30-18:00`; empty for none.
///
/// ```
/// use fondaco_core::calendar::DayHours;
/// let split: DayHours = "08:00-12:00,13:30-18:00".parse()?;
/// assert_eq!(split.minutes(), 510);
/// assert!("12:00-08:00".parse::<DayHours>().is_err());
/// assert_eq!("00:00-24:00".parse::<DayHours>()?.minutes(), 1440);
/// # Ok::<(), fondaco_core::calendar::CalendarError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DayHours(Vec<Minutes>);

impl DayHours {
    /// How many minutes they are.
    pub fn minutes(&self) -> u32 {
        self.0.iter().map(|(from, to)| u32::from(to - from)).sum()
    }
}

impl std::str::FromStr for DayHours {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<DayHours, CalendarError> {
        let mut hours = DayHours::default();
        for part in text.split(',').map(str::trim).filter(|_| !text.is_empty()) {
            let fail = |why| CalendarError::Hours { text: part.into(), why };
            let ends =
                part.split_once('-').and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
            let (from, to) = ends.ok_or_else(|| fail("write them as 08:00-12:00,13:30-18:00"))?;
            if to <= from {
                return Err(fail("they end before they begin: cut a night in two at 24:00"));
            }
            if hours.0.last().is_some_and(|(_, last)| from < *last) {
                return Err(fail("they meet or are out of order: give them one after the other"));
            }
            hours.0.push((from, to));
        }
        Ok(hours)
    }
}

/// `13:30`, up to `24:00`, as minutes.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':').filter(|(h, m)| (h.len(), m.len()) == (2, 2))?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute): (u16, u16) = match digits(hour) && digits(minute) {
        true => (hour.parse().ok()?, minute.parse().ok()?),
        false => return None,
    };
    let of_day = 60 * hour + minute;
    (minute < 60 && of_day <= 1440).then_some(of_day)
}

impl fmt::Display for DayHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (from, to)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let (h, m) = (from / 60, from % 60);
            write!(f, "{comma}{h:02}:{m:02}-{:02}:{:02}", to / 60, to % 60)?;
        }
        Ok(())
    }
}

serde_as_text!(DayHours);

/// What an instant is when the time is used up just as work ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtClosing {
    /// The end of work.
    Closing,
    /// The next time that work begins.
    NextOpening,
}

/// The hours of a week, with the days on which they are others.
///
/// ```
/// use chrono::TimeDelta;
/// use chrono::Weekday::{Fri, Mon, Thu, Tue, Wed};
/// use fondaco_core::Timestamp;
/// use fondaco_core::calendar::{AtClosing, Calendar, WorkingHours, Zone};
/// let hours = WorkingHours::new()
///     .on([Mon, Tue, Wed, Thu], "08:00-12:00,13:00-17:00".parse()?)
///     .on([Fri], "08:00-13:00".parse()?)
///     .within(Calendar::named("DE-HE")?.over("2026-01-01/2026-12-31".parse()?)?);
/// let winter = Zone::minutes_east(60)?; // one hour east of Greenwich
/// let asked: Timestamp = "2026-01-09T10:30:00Z".parse()?; // half past eleven on a Friday
/// let answered = hours.add(asked, TimeDelta::hours(4), AtClosing::Closing, &winter)?;
/// assert_eq!(answered, "2026-01-12T09:30:00Z".parse()?); // Monday, after an hour and a half on Friday
/// assert_eq!(hours.between(asked, answered, &winter)?, TimeDelta::hours(4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkingHours {
    /// From Monday.
    week: [DayHours; 7],
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    exceptions: BTreeMap<NaiveDate, DayHours>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    days: Option<WorkingDays>,
    /// Between which nobody works, whatever hour it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pauses: Vec<(Timestamp, Timestamp)>,
}

impl WorkingHours {
    /// No hours at all.
    pub fn new() -> WorkingHours {
        WorkingHours::default()
    }

    /// At any time.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// assert!(WorkingHours::always().is_open(Timestamp::EPOCH, &Zone::UTC)?);
    /// # Ok::<(), fondaco_core::calendar::CalendarError>(())
    /// ```
    pub fn always() -> WorkingHours {
        let day = DayHours(vec![(0, 1440)]);
        WorkingHours { week: std::array::from_fn(|_| day.clone()), ..WorkingHours::default() }
    }

    /// With these hours on these weekdays.
    #[must_use]
    pub fn on(mut self, days: impl IntoIterator<Item = Weekday>, hours: DayHours) -> WorkingHours {
        for day in days {
            if let Some(of_day) = self.week.get_mut(day.num_days_from_monday() as usize) {
                *of_day = hours.clone();
            }
        }
        self
    }

    /// With these hours on one day, whatever day it is: a longer evening, an inventory, a day off.
    ///
    /// ```
    /// use chrono::Weekday::Thu;
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// let hours = WorkingHours::new()
    ///     .on([Thu], "09:00-17:00".parse()?)
    ///     .except("2026-12-24".parse()?, "09:00-12:00".parse()?);
    /// assert!(!hours.is_open("2026-12-24T13:00:00Z".parse()?, &Zone::UTC)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn except(mut self, date: NaiveDate, hours: DayHours) -> WorkingHours {
        self.exceptions.insert(date, hours);
        self
    }

    /// Only on the working days of a table, exceptions aside; there is no answer beyond it.
    #[must_use]
    pub fn within(mut self, days: WorkingDays) -> WorkingHours {
        self.days = Some(days);
        self
    }

    /// But not between these two instants: a clock that is stopped while a ticket waits for its customer, a machine that is
    /// down. One that ends before it begins is none.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::calendar::{AtClosing, WorkingHours, Zone};
    /// let asked: Timestamp = "2026-01-05T08:00:00Z".parse()?;
    /// let waited = WorkingHours::always().paused("2026-01-05T09:00:00Z".parse()?, "2026-01-05T11:30:00Z".parse()?);
    /// let due = waited.add(asked, TimeDelta::hours(2), AtClosing::Closing, &Zone::UTC)?;
    /// assert_eq!(due, "2026-01-05T12:30:00Z".parse()?);
    /// assert_eq!(waited.between(asked, due, &Zone::UTC)?, TimeDelta::hours(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn paused(mut self, from: Timestamp, to: Timestamp) -> WorkingHours {
        self.pauses.push((from, to));
        self
    }

    /// The hours of a day.
    fn of(&self, date: NaiveDate) -> Result<&[Minutes], CalendarError> {
        if let Some(hours) = self.exceptions.get(&date) {
            return Ok(&hours.0);
        }
        if let Some(days) = &self.days
            && !days.is_working(date)?
        {
            return Ok(&[]);
        }
        let day = self.week.get(date.weekday().num_days_from_monday() as usize);
        Ok(day.map_or(&[], |hours| &hours.0))
    }

    /// Whether it is working time.
    ///
    /// # Errors
    /// [`CalendarError::Beyond`] when the day lies outside of the table.
    pub fn is_open(&self, at: Timestamp, zone: &Zone) -> Result<bool, CalendarError> {
        if self.pauses.iter().any(|(from, to)| *from <= at && at < *to) {
            return Ok(false);
        }
        let minute = local::of(at, zone);
        let spans = self.of(minute.date())?;
        let second = local::second_of_day(minute);
        Ok(spans
            .iter()
            .any(|(from, to)| (60 * i64::from(*from)..60 * i64::from(*to)).contains(&second)))
    }

    /// How much working time lies between two instants; negative if the second lies before the first.
    ///
    /// # Errors
    /// [`CalendarError::Beyond`] when the time between leaves the table.
    pub fn between(
        &self,
        from: Timestamp,
        to: Timestamp,
        zone: &Zone,
    ) -> Result<TimeDelta, CalendarError> {
        if to < from {
            return self.between(to, from, zone).map(|time| -time);
        }
        let mut open = 0;
        for piece in self.pieces(from, zone).until(to) {
            let (begins, ends) = piece?;
            open += (ends.min(to.micros()) - begins.max(from.micros())).max(0);
        }
        Ok(TimeDelta::microseconds(open))
    }

    /// The stretches of working time between two instants, in order: when a machine runs, when a counter is open.
    ///
    /// ```
    /// use chrono::Weekday::{Mon, Tue};
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// let at = |text: &str| text.parse::<Timestamp>();
    /// let hours = WorkingHours::new().on([Mon, Tue], "08:00-12:00,13:00-17:00".parse()?);
    /// let (noon, ten) = (at("2026-01-05T12:00:00Z")?, at("2026-01-06T10:00:00Z")?);
    /// let afternoon = (at("2026-01-05T13:00:00Z")?, at("2026-01-05T17:00:00Z")?);
    /// let morning = (at("2026-01-06T08:00:00Z")?, ten);
    /// assert_eq!(hours.open_between(noon, ten, &Zone::UTC)?, [afternoon, morning]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`CalendarError::Beyond`] when the time between leaves the table.
    pub fn open_between(
        &self,
        from: Timestamp,
        to: Timestamp,
        zone: &Zone,
    ) -> Result<Vec<(Timestamp, Timestamp)>, CalendarError> {
        let mut open = Vec::new();
        for piece in self.pieces(from, zone).until(to) {
            let (begins, ends) = piece?;
            let (begins, ends) = (begins.max(from.micros()), ends.min(to.micros()));
            open.extend((begins < ends).then(|| (instant(begins), instant(ends))));
        }
        Ok(open)
    }

    /// The first instant by which so much working time has passed; the instant itself for none.
    ///
    /// # Errors
    /// [`CalendarError::Beyond`] when it lies outside of the table or of all time,
    /// [`CalendarError::Hours`] for a time below zero and for hours that never come.
    pub fn add(
        &self,
        from: Timestamp,
        time: TimeDelta,
        at_closing: AtClosing,
        zone: &Zone,
    ) -> Result<Timestamp, CalendarError> {
        let fail = |why| CalendarError::Hours { text: format!("{time} after {from}"), why };
        let negative = || fail("it can't be less than nothing: reckon with `between`");
        let mut left = time.num_microseconds().filter(|left| *left >= 0).ok_or_else(negative)?;
        if left == 0 {
            return Ok(from);
        }
        for piece in self.pieces(from, zone) {
            let (begins, ends) = piece?;
            let begins = begins.max(from.micros());
            let open = (ends - begins).max(0);
            if left < open || (left == open && at_closing == AtClosing::Closing) {
                let at = Timestamp::from_micros(begins + left);
                return at.ok_or_else(|| fail("it ends beyond all time"));
            }
            left -= open;
            if left == 0 && open > 0 {
                return self.next_open(instant(ends), zone);
            }
        }
        Err(fail("these hours never come: give hours to a weekday"))
    }

    /// The instant from which on so much working time passes until `to`; `to` itself for none: when work must begin that a
    /// deadline be kept. Where nobody works at that moment it is the first such instant for [`AtClosing::Closing`], the last
    /// for [`AtClosing::NextOpening`].
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use chrono::Weekday::{Fri, Mon};
    /// use fondaco_core::calendar::{AtClosing, WorkingHours, Zone};
    /// let hours = WorkingHours::new().on([Fri, Mon], "08:00-16:00".parse()?);
    /// let deadline = "2026-01-12T10:00:00Z".parse()?; // a Monday
    /// let start = hours.sub(deadline, TimeDelta::hours(5), AtClosing::NextOpening, &Zone::UTC)?;
    /// assert_eq!(start, "2026-01-09T13:00:00Z".parse()?); // three hours of Friday
    /// let start = |at| hours.sub(deadline, TimeDelta::hours(2), at, &Zone::UTC);
    /// assert_eq!(start(AtClosing::NextOpening)?, "2026-01-12T08:00:00Z".parse()?);
    /// assert_eq!(start(AtClosing::Closing)?, "2026-01-09T16:00:00Z".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`WorkingHours::add`].
    pub fn sub(
        &self,
        to: Timestamp,
        time: TimeDelta,
        at_closing: AtClosing,
        zone: &Zone,
    ) -> Result<Timestamp, CalendarError> {
        let fail = |why| CalendarError::Hours { text: format!("{time} before {to}"), why };
        if time < TimeDelta::zero() {
            return Err(fail("it can't be less than nothing: reckon with `between`"));
        }
        if time.is_zero() {
            return Ok(to);
        }
        let first = self.first_instant(zone);
        let mut days = 2;
        loop {
            let back = TimeDelta::try_days(days).and_then(|days| to.checked_add(-days));
            let from = back.unwrap_or(Timestamp::MIN).max(first);
            let open = self.between(from, to, zone)?;
            // Of as much there may be instants before `from` that do as well.
            if open > time {
                return self.add(from, open - time, at_closing, zone);
            }
            if from <= first {
                return match (open == time, &self.days) {
                    (true, _) => self.next_open(from, zone),
                    (false, Some(days)) => Err(days.beyond(local::of(to, zone).date())),
                    (false, None) => Err(fail("these hours never were: give hours to a weekday")),
                };
            }
            days *= 2;
        }
    }

    /// Before this nothing is known, or nobody works.
    fn first_instant(&self, zone: &Zone) -> Timestamp {
        let table = self.days.as_ref().and_then(|days| days.range().start());
        let weekly = self.week.iter().any(|hours| !hours.0.is_empty());
        let only = self.exceptions.keys().next().copied().filter(|_| !weekly);
        let first = table.or(only).and_then(|day| zone.start_of(day));
        first.unwrap_or(Timestamp::MIN)
    }

    /// The instant itself if it is working time, else the next one at which work begins.
    ///
    /// ```
    /// use chrono::Weekday::Mon;
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// let mondays = WorkingHours::new().on([Mon], "09:00-17:00".parse()?);
    /// let tuesday = "2026-01-06T12:00:00Z".parse()?;
    /// assert_eq!(mondays.next_open(tuesday, &Zone::UTC)?, "2026-01-12T09:00:00Z".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`WorkingHours::add`].
    pub fn next_open(&self, from: Timestamp, zone: &Zone) -> Result<Timestamp, CalendarError> {
        for piece in self.pieces(from, zone) {
            let (begins, ends) = piece?;
            if from.micros() < ends {
                return Ok(instant(begins.max(from.micros())));
            }
        }
        let why = "these hours never come: give hours to a weekday";
        Err(CalendarError::Hours { text: format!("after {from}"), why })
    }

    /// The stretches of working time from that of an instant on, in order, in microseconds; without
    /// end as long as a weekday has hours.
    fn pieces<'h>(&'h self, from: Timestamp, zone: &'h Zone) -> local::Pieces<'h> {
        let last = self.exceptions.keys().next_back().copied();
        let weekly = self.week.iter().any(|hours| !hours.0.is_empty());
        let last = if weekly { Some(NaiveDate::MAX) } else { last };
        local::Pieces::new(self, from, last, zone)
    }
}

/// An instant that lies between two others, so that it is one.
fn instant(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
