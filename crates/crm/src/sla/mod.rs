//! Promises on time: answered within so many working hours, and what is to be done by when.
//!
//! Working hours, zones and clock changes are core's ([`WorkingHours`], [`Zone`]). While somebody else has to act (a customer is waited for) the clock stands still. When the time is
//! used up just as work ends, it is due then or at the next opening: that is a convention, and a setting ([`AtClosing`]).

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use fondaco_core::calendar::{AtClosing, WorkingHours, Zone};
use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::share;

#[cfg(test)]
mod tests;

/// What was promised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    within_micros: i64,
    warn_at: f64,
    at_closing: AtClosing,
}

/// What has happened so far to what was promised for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    /// When time began to run.
    pub started: Timestamp,
    /// From when until when somebody else had to act; the last may go on.
    pub waits: Vec<(Timestamp, Option<Timestamp>)>,
    /// When it was done.
    pub done: Option<Timestamp>,
}

/// How a promise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Time runs.
    Running,
    /// Time runs, and most of it is used up.
    Warned,
    /// Somebody else has to act.
    Waiting,
    /// The time is used up, and it is not done.
    Breached,
    /// It was done in time.
    Kept,
    /// It was done too late.
    Late,
}

/// A promise at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// How it stands.
    pub standing: Standing,
    /// How much working time was used.
    pub used: TimeDelta,
    /// When it is due; nothing while somebody else has to act.
    pub due: Option<Timestamp>,
    /// When a warning is due; nothing while somebody else has to act.
    pub warn: Option<Timestamp>,
}

impl Promise {
    /// Done within so much working time, with a warning when four fifths are used up, due at closing where it ends just then.
    ///
    /// # Errors
    /// When the time is not above zero, or longer than 292,000 years.
    pub fn within(time: TimeDelta) -> Result<Self, KernelError> {
        let micros = time.num_microseconds().filter(|micros| *micros > 0);
        let within_micros = micros.ok_or(KernelError::OutOfRange {
            field: "time".into(),
            value: time.num_seconds() as f64,
            wanted: "a time above zero",
        })?;
        Ok(Self { within_micros, warn_at: 0.8, at_closing: AtClosing::Closing })
    }

    /// With a warning when this share of the time is used up.
    ///
    /// # Errors
    /// When it is not above 0 and below 1.
    pub fn warn_at(mut self, part: f64) -> Result<Self, KernelError> {
        self.warn_at = share("warn_at", part)?;
        Ok(self)
    }

    /// With another convention for time that is used up just as work ends.
    #[must_use]
    pub fn at_closing(mut self, convention: AtClosing) -> Self {
        self.at_closing = convention;
        self
    }

    /// How it stands now.
    ///
    /// # Errors
    /// When a wait ends before it begins, or the hours never suffice.
    ///
    /// ```
    /// use chrono::TimeDelta;
    /// use chrono::Weekday::{Mon, Tue};
    /// use fondaco_core::calendar::{WorkingHours, Zone};
    /// use fondaco_crm::sla::{Course, Promise, Standing};
    ///
    /// let hours = WorkingHours::new().on([Mon, Tue], "09:00-17:00".parse()?);
    /// let promise = Promise::within(TimeDelta::hours(2))?;
    /// let asked = Course::started("2026-01-12T16:00:00Z".parse()?);
    /// let read = promise.read(&asked, &hours, &Zone::UTC, "2026-01-13T09:15:00Z".parse()?)?;
    /// assert_eq!(read.due, Some("2026-01-13T10:00:00Z".parse()?));
    /// assert_eq!((read.standing, read.used), (Standing::Running, TimeDelta::minutes(75)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(
        &self,
        course: &Course,
        hours: &WorkingHours,
        zone: &Zone,
        now: Timestamp,
    ) -> Result<Reading, KernelError> {
        let until = course.done.unwrap_or(now).max(course.started);
        let (hours, waiting) = course.without_waits(hours, until)?;
        let used = hours.between(course.started, until, zone)?;
        let due = |micros: i64| -> Result<Option<Timestamp>, KernelError> {
            let time = TimeDelta::microseconds(micros);
            // When it goes on, nobody knows.
            if waiting && used <= time && course.done.is_none() {
                return Ok(None);
            }
            Ok(Some(hours.add(course.started, time, self.at_closing, zone)?))
        };
        let warn = due((self.within_micros as f64 * self.warn_at) as i64)?;
        let due = due(self.within_micros)?;
        let is_over = due.is_some_and(|due| due < until);
        let standing = match (course.done.is_some(), is_over) {
            (true, true) => Standing::Late,
            (true, false) => Standing::Kept,
            (false, true) => Standing::Breached,
            (false, false) if waiting => Standing::Waiting,
            (false, false) if warn.is_some_and(|warn| warn <= until) => Standing::Warned,
            (false, false) => Standing::Running,
        };
        Ok(Reading { standing, used, due, warn })
    }
}

impl Course {
    /// Begun, and nothing else yet.
    #[must_use]
    pub fn started(at: Timestamp) -> Self {
        Self { started: at, waits: Vec::new(), done: None }
    }

    /// The hours without those in which somebody else had to act, and whether that is so still.
    fn without_waits(
        &self,
        hours: &WorkingHours,
        until: Timestamp,
    ) -> Result<(WorkingHours, bool), KernelError> {
        let (mut hours, mut waiting) = (hours.clone(), false);
        for (row, (from, to)) in self.waits.iter().enumerate() {
            let to = to.unwrap_or(until.max(*from));
            if to < *from {
                return Err(KernelError::Contradiction {
                    field: "end of a wait".into(),
                    found: to.to_string(),
                    other: "it begins after that",
                    way_out: "mend one of the two times",
                }
                .at(row));
            }
            waiting |= *from <= until && to >= until;
            hours = hours.paused(*from, to);
        }
        Ok((hours, waiting))
    }
}
