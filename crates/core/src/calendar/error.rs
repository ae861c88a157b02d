//! What a calendar can't do.

use chrono::NaiveDate;
use smol_str::SmolStr;

use crate::date_range::DateRange;
use crate::names::ErrorKind;

/// Why a calendar can't answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// No such calendar is shipped.
    #[error("no calendar {code:?} is shipped; there are {}", known())]
    Unknown {
        /// The code as given.
        code: SmolStr,
    },
    /// The company has no such calendar, and none is shipped.
    #[error(
        "there is no calendar {code:?}: define it, or name one of those that are shipped, {}",
        known()
    )]
    Undefined {
        /// The code as given.
        code: SmolStr,
    },
    /// A code that can't name a calendar.
    #[error(
        "calendar {code:?}: a code has 1 to 64 bytes, no control characters, and no space at either end"
    )]
    Code {
        /// The code as given.
        code: SmolStr,
    },
    /// The code is that of a calendar that is shipped.
    #[error("calendar {code} is shipped: define yours under another name")]
    Shipped {
        /// The code.
        code: SmolStr,
    },
    /// A calendar of which a part can never be.
    #[error("calendar {calendar}: {what}: {why}")]
    Impossible {
        /// The calendar.
        calendar: SmolStr,
        /// Which part: a holiday's name, or the week.
        what: SmolStr,
        /// Why, and the way out.
        why: &'static str,
    },
    /// There is no working day near.
    #[error(
        "calendar {calendar} has no working day within ten years of {date}: give its week a day"
    )]
    NeverWorks {
        /// The calendar.
        calendar: SmolStr,
        /// The day that was to be rolled.
        date: NaiveDate,
    },
    /// A table has a first and a last day.
    #[error("{range} has an open end: give the first and the last day of the table")]
    OpenRange {
        /// The range as given.
        range: DateRange,
    },
    /// The answer lies beyond the table.
    #[error("{date} leads beyond {days}, the days of the table: make it longer")]
    Beyond {
        /// The day that was asked for.
        date: NaiveDate,
        /// The days of the table.
        days: DateRange,
    },
    /// The day is not worked, and was not to be rolled.
    #[error("{date} is no working day: give one, or say how it is rolled")]
    NotWorking {
        /// The day.
        date: NaiveDate,
    },
    /// Two tables have no day in common.
    #[error("{a} and {b} have no day in common: make both tables over the same days")]
    Apart {
        /// The days of one.
        a: DateRange,
        /// The days of the other.
        b: DateRange,
    },
    /// The text is no week.
    #[error(
        "{text:?} is no week: write seven digits from Monday to Sunday, 1 where it is worked, such as 1111100"
    )]
    Week {
        /// The text as given.
        text: String,
    },
    /// A zone that can't be.
    #[error("zone: {why}")]
    Zone {
        /// Why, and the way out.
        why: String,
    },
    /// Hours that can't be.
    #[error("hours {text}: {why}")]
    Hours {
        /// As given.
        text: String,
        /// Why, and the way out.
        why: &'static str,
    },
}

fn known() -> String {
    super::data::codes().collect::<Vec<_>>().join(", ")
}

impl CalendarError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::calendar::Calendar;
    /// let error = Calendar::named("de").unwrap_err();
    /// assert_eq!(error.code(), "calendar.unknown");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            CalendarError::Unknown { .. } => "calendar.unknown",
            CalendarError::Undefined { .. } => "calendar.undefined",
            CalendarError::Code { .. } => "calendar.code",
            CalendarError::Shipped { .. } => "calendar.shipped",
            CalendarError::Impossible { .. } => "calendar.impossible",
            CalendarError::NeverWorks { .. } => "calendar.never_works",
            CalendarError::OpenRange { .. } => "calendar.open_range",
            CalendarError::Beyond { .. } => "calendar.beyond",
            CalendarError::NotWorking { .. } => "calendar.not_working",
            CalendarError::Apart { .. } => "calendar.apart",
            CalendarError::Week { .. } => "calendar.week",
            CalendarError::Zone { .. } => "calendar.zone",
            CalendarError::Hours { .. } => "calendar.hours",
        }
    }

    /// What the caller can do.
    pub fn kind(&self) -> ErrorKind {
        match self {
            CalendarError::Unknown { .. } | CalendarError::Undefined { .. } => ErrorKind::NotFound,
            CalendarError::Shipped { .. } => ErrorKind::Conflict,
            CalendarError::NotWorking { .. } => ErrorKind::Refused,
            _ => ErrorKind::Invalid,
        }
    }
}
