//! The weekdays on which people work.

use std::fmt;
use std::str::FromStr;

use chrono::Weekday;

use super::CalendarError;

/// The weekdays that are worked. Its text, also in serde, is numpy's mask from Monday to Sunday: `1111100`.
///
/// ```
/// use chrono::Weekday;
/// use fondaco_core::calendar::WorkingWeek;
/// assert!(!WorkingWeek::SUN_THU.works_on(Weekday::Fri));
/// assert_eq!("1111100".parse::<WorkingWeek>()?, WorkingWeek::MON_FRI);
/// # Ok::<(), fondaco_core::calendar::CalendarError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct WorkingWeek(u8);

impl WorkingWeek {
    /// Monday to Friday.
    pub const MON_FRI: WorkingWeek = WorkingWeek(0b001_1111);
    /// Monday to Saturday.
    pub const MON_SAT: WorkingWeek = WorkingWeek(0b011_1111);
    /// Sunday to Thursday: the weekend is Friday and Saturday.
    pub const SUN_THU: WorkingWeek = WorkingWeek(0b100_1111);
    /// Every day.
    pub const EVERY_DAY: WorkingWeek = WorkingWeek(0b111_1111);

    /// Just these weekdays.
    ///
    /// ```
    /// use chrono::Weekday;
    /// use fondaco_core::calendar::WorkingWeek;
    /// let part_time = WorkingWeek::on([Weekday::Mon, Weekday::Wed]);
    /// assert_eq!(part_time.to_string(), "1010000");
    /// ```
    pub fn on(days: impl IntoIterator<Item = Weekday>) -> WorkingWeek {
        WorkingWeek(days.into_iter().fold(0, |mask, day| mask | bit(day)))
    }

    /// Whether a weekday is worked.
    pub const fn works_on(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }
}

const fn bit(day: Weekday) -> u8 {
    1 << day.num_days_from_monday()
}

impl fmt::Display for WorkingWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (0..7).try_for_each(|day| write!(f, "{}", (self.0 >> day) & 1))
    }
}

impl fmt::Debug for WorkingWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for WorkingWeek {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<WorkingWeek, CalendarError> {
        let digits = text.len() == 7 && text.bytes().all(|byte| byte == b'0' || byte == b'1');
        if !digits {
            return Err(CalendarError::Week { text: text.into() });
        }
        let worked = text.bytes().enumerate().filter(|(_, byte)| *byte == b'1');
        Ok(WorkingWeek(worked.fold(0, |mask, (day, _)| mask | 1 << day)))
    }
}

serde_as_text!(WorkingWeek);
