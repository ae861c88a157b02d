//! When an item that was refused is tried again.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The rule by which a refused item waits. Waits are counted from the tick that met the refusal; less than a minute counts
/// as a minute, so that an item is tried at most once per tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub enum Backoff {
    /// The same wait each time.
    Steady {
        /// How long.
        minutes: u32,
    },
    /// Each wait is twice the one before.
    Doubling {
        /// The first.
        first_minutes: u32,
        /// No wait is longer than this.
        most_minutes: u32,
    },
    /// It is not tried again until somebody moves it or says so with [`RetryDue`](super::RetryDue).
    Hold,
}

impl Default for Backoff {
    /// After a minute, two, four, and so on up to a day.
    fn default() -> Backoff {
        Backoff::Doubling { first_minutes: 1, most_minutes: 24 * 60 }
    }
}

impl Backoff {
    /// When an item is tried again that was refused for the `tries`-th time (from 1) at `now`; `None` when it is held, also
    /// because the wait goes beyond the year 9999.
    ///
    /// ```
    /// use fondaco_core::Timestamp;
    /// use fondaco_core::due::Backoff;
    /// let rule = Backoff::Doubling { first_minutes: 5, most_minutes: 60 };
    /// let waits = [1, 2, 3, 4, 5, 99].map(|tries| {
    ///     let next = rule.next(Timestamp::EPOCH, tries).unwrap_or(Timestamp::EPOCH);
    ///     next.since(Timestamp::EPOCH).num_minutes()
    /// });
    /// assert_eq!(waits, [5, 10, 20, 40, 60, 60]);
    /// assert_eq!(Backoff::Hold.next(Timestamp::EPOCH, 1), None);
    /// ```
    pub fn next(self, now: Timestamp, tries: u32) -> Option<Timestamp> {
        let minutes = match self {
            Backoff::Steady { minutes } => u64::from(minutes),
            Backoff::Doubling { first_minutes, most_minutes } => {
                let doublings = tries.saturating_sub(1).min(32);
                (u64::from(first_minutes) << doublings).min(u64::from(most_minutes))
            }
            Backoff::Hold => return None,
        };
        now.checked_add(TimeDelta::try_minutes(i64::try_from(minutes.max(1)).ok()?)?)
    }
}
