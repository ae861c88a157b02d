//! What a calendar can't do.

use chrono::NaiveDate;
use smol_str::SmolStr;

use crate::ErrorCode;
use crate::date_range::DateRange;

/// Why a calendar can't answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "calendar")]
#[non_exhaustive]
pub enum CalendarError {
    /// No such calendar is shipped.
    #[error("no calendar {code:?} is shipped; there are {}", known())]
    #[kind(NotFound)]
    Unknown {
        /// The code as given.
        code: SmolStr,
    },
    /// The company has no such calendar, and none is shipped.
    #[error(
        "there is no calendar {code:?}: define it, or name one of those that are shipped, {}",
        known()
    )]
    #[kind(NotFound)]
    Undefined {
        /// The code as given.
        code: SmolStr,
    },
    /// A code that can't name a calendar.
    #[error(
        "calendar {code:?}: a code has 1 to 64 bytes, no control characters, and no space at either end"
    )]
    #[kind(Invalid)]
    Code {
        /// The code as given.
        code: SmolStr,
    },
    /// The code is that of a calendar that is shipped.
    #[error("calendar {code} is shipped: define yours under another name")]
    #[kind(Conflict)]
    Shipped {
        /// The code.
        code: SmolStr,
    },
    /// A calendar of which a part can never be.
    #[error("calendar {calendar}: {what}: {why}")]
    #[kind(Invalid)]
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
    #[kind(Invalid)]
    NeverWorks {
        /// The calendar.
        calendar: SmolStr,
        /// The day that was to be rolled.
        date: NaiveDate,
    },
    /// A table has a first and a last day.
    #[error("{range} has an open end: give the first and the last day of the table")]
    #[kind(Invalid)]
    OpenRange {
        /// The range as given.
        range: DateRange,
    },
    /// The answer lies beyond the table.
    #[error("{date} leads beyond {days}, the days of the table: make it longer")]
    #[kind(Invalid)]
    Beyond {
        /// The day that was asked for.
        date: NaiveDate,
        /// The days of the table.
        days: DateRange,
    },
    /// The day is not worked, and was not to be rolled.
    #[error("{date} is no working day: give one, or say how it is rolled")]
    #[kind(Refused)]
    NotWorking {
        /// The day.
        date: NaiveDate,
    },
    /// Two tables have no day in common.
    #[error("{a} and {b} have no day in common: make both tables over the same days")]
    #[kind(Invalid)]
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
    #[kind(Invalid)]
    Week {
        /// The text as given.
        text: String,
    },
    /// A zone that can't be.
    #[error("zone: {why}")]
    #[kind(Invalid)]
    Zone {
        /// Why, and the way out.
        why: String,
    },
    /// Hours that can't be.
    #[error("hours {text}: {why}")]
    #[kind(Invalid)]
    Hours {
        /// The part that can't be, as given.
        text: String,
        /// Why, and the way out.
        why: &'static str,
    },
}

fn known() -> String {
    super::data::codes().collect::<Vec<_>>().join(", ")
}
