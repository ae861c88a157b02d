//! Sums that lose half their worth in a fixed time: what somebody did long ago counts for less.
//!
//! An event of weight `w` at time `s` is worth `w * 2^((s - t) / half-life)` at time `t`. A [`DecayingSum`] keeps what all events are worth
//! at the time of the newest, so that one more costs one step, whatever order events come in (forward decay: Cormode, Shkapenyuk, Srivastava and
//! Xu, 2009, with the landmark moved along), and no number ever grows beyond the weights' own sum.
//!
//! Sums are linear: the sum of two persons' events is [the sum of both sums](DecayingSum::merged). Hence caps and floors are applied when a
//! score is read, never within the sum.
//!
//! Where a sum has to be the same to the last bit, whatever order events come and go in, count whole parts in [`bins`].

use fondaco_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::KernelError;
use crate::error::{finite, positive};

pub mod bins;

#[cfg(test)]
mod tests;

/// Microseconds of a second, as [`Timestamp`] counts.
const MICROS: f64 = 1e6;

/// In what time half of a weight is gone.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct HalfLife {
    seconds: f64,
}

impl HalfLife {
    /// A half-life in seconds.
    ///
    /// # Errors
    /// When it is not a finite number above zero.
    ///
    /// ```
    /// use fondaco_crm::decay::HalfLife;
    ///
    /// assert_eq!(HalfLife::from_seconds(86_400.0)?, HalfLife::from_days(1.0)?);
    /// assert!(HalfLife::from_days(0.0).is_err());
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn from_seconds(seconds: f64) -> Result<Self, KernelError> {
        Ok(Self { seconds: positive("half_life_seconds", seconds)? })
    }

    /// A half-life in days of 24 hours.
    ///
    /// # Errors
    /// When it is not a finite number above zero.
    pub fn from_days(days: f64) -> Result<Self, KernelError> {
        Self::from_seconds(positive("half_life_days", days)? * 86_400.0)
    }

    /// The half-life in seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.seconds
    }

    /// What is left of one after the time between the two; more than one, where `to` is before `from`.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_crm::decay::HalfLife;
    ///
    /// let week = HalfLife::from_days(7.0)?;
    /// let days = |days: i64| Timestamp::from_micros(days * 86_400_000_000).unwrap();
    /// assert_eq!(week.left(days(100), days(114)), 0.25);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    #[must_use]
    pub fn left(self, from: Timestamp, to: Timestamp) -> f64 {
        let micros = i128::from(to.micros()) - i128::from(from.micros());
        (-(micros as f64) / (self.seconds * MICROS)).exp2()
    }
}

impl TryFrom<f64> for HalfLife {
    type Error = KernelError;

    fn try_from(seconds: f64) -> Result<Self, KernelError> {
        Self::from_seconds(seconds)
    }
}

impl From<HalfLife> for f64 {
    fn from(half_life: HalfLife) -> f64 {
        half_life.seconds
    }
}

/// The worth of all events so far, as of the newest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DecayingSum {
    /// Nothing before the first event.
    newest: Option<Timestamp>,
    worth: f64,
}

impl DecayingSum {
    /// The sum of no events.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// When the newest event was.
    #[must_use]
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// One event more, be it newer than those before or older.
    ///
    /// # Errors
    /// When the weight is not a finite number, or the sum would not be one: it stays as it was.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_crm::decay::{DecayingSum, HalfLife};
    ///
    /// let week = HalfLife::from_days(7.0)?;
    /// let day = |day: i64| Timestamp::from_micros(day * 86_400_000_000).unwrap();
    /// let mut interest = DecayingSum::new();
    /// interest.add(10.0, day(7), week)?;
    /// interest.add(20.0, day(0), week)?;
    /// assert_eq!(interest.at(day(14), week)?, 5.0 + 5.0);
    /// # Ok::<(), fondaco_crm::KernelError>(())
    /// ```
    pub fn add(
        &mut self,
        weight: f64,
        at: Timestamp,
        half_life: HalfLife,
    ) -> Result<(), KernelError> {
        let event = Self { newest: Some(at), worth: finite("weight", weight)? };
        *self = self.merged(&event, half_life)?;
        Ok(())
    }

    /// An event taken back that was added with this weight and time, such as one that was recorded by mistake.
    ///
    /// The sum then is as without it but for rounding. Where it has to be so to the last bit, keep a sum per source and leave one out.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub fn take_back(
        &mut self,
        weight: f64,
        at: Timestamp,
        half_life: HalfLife,
    ) -> Result<(), KernelError> {
        self.add(-weight, at, half_life)
    }

    /// The sum of the events of both.
    ///
    /// # Errors
    /// When the sum would not be a finite number.
    pub fn merged(&self, other: &Self, half_life: HalfLife) -> Result<Self, KernelError> {
        let (Some(one), Some(two)) = (self.newest, other.newest) else {
            return Ok(if self.newest.is_some() { *self } else { *other });
        };
        let newest = one.max(two);
        let worth =
            self.worth * half_life.left(one, newest) + other.worth * half_life.left(two, newest);
        Ok(Self { newest: Some(newest), worth: finite("sum of weights", worth)? })
    }

    /// What all events are worth at a time.
    ///
    /// # Errors
    /// When there is an event after that time: what it was worth then can't be told from the sum. Keep events of the future out.
    pub fn at(&self, time: Timestamp, half_life: HalfLife) -> Result<f64, KernelError> {
        match self.newest {
            None => Ok(0.0),
            Some(newest) if newest <= time => Ok(self.worth * half_life.left(newest, time)),
            Some(_) => Err(KernelError::Contradiction {
                field: "time".into(),
                found: time.to_string(),
                other: "there is an event after it",
                way_out: "ask for a later time, or add up the events until then",
            }),
        }
    }
}
