//! What can be wrong with a rule.

use crate::names::ErrorKind;

/// Why something is no [`Recurrence`](super::Recurrence).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecurrenceError {
    /// A part of the text can't be read.
    #[error(
        "{part:?} is no part of a recurrence: write parts like FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20261231"
    )]
    Syntax {
        /// The part as given.
        part: String,
    },
    /// The RFC has it, but here days are counted, not hours or weeks of the year.
    #[error(
        "{part} is not supported: use FREQ=DAILY, WEEKLY, MONTHLY or YEARLY with INTERVAL, BYMONTH, BYMONTHDAY, BYDAY, BYSETPOS, WKST, UNTIL, COUNT"
    )]
    Unsupported {
        /// The part as given.
        part: String,
    },
    /// A number that is none of the calendar's.
    #[error("{part}={value} is out of range: {}", range_of(part))]
    OutOfRange {
        /// The part, by its name in the RFC.
        part: &'static str,
        /// The number.
        value: i64,
    },
    /// A part is given twice.
    #[error("{part} is given twice: give it once, with commas")]
    Twice {
        /// The part, by its name in the RFC.
        part: &'static str,
    },
    /// Two parts exclude one another.
    #[error("{part} can't stand with {with}: leave one of them out")]
    NotWith {
        /// The part.
        part: &'static str,
        /// What it meets.
        with: &'static str,
    },
    /// There is no `FREQ`.
    #[error("a recurrence has a FREQ: DAILY, WEEKLY, MONTHLY or YEARLY")]
    NoFrequency,
}

fn range_of(part: &str) -> &'static str {
    match part {
        "BYMONTH" => "give 1 for January to 12 for December",
        "BYMONTHDAY" => "give 1 to 31, or -1 (the last day) to -31",
        "BYDAY" => "number weekdays from 1 or -1 to 5 or -5 in a month, to 53 or -53 in a year",
        "BYSETPOS" => "give 1 to 366, or -1 (the last) to -366",
        _ => "give 1 or more",
    }
}

impl RecurrenceError {
    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::recurrence::Recurrence;
    /// let error = "FREQ=HOURLY".parse::<Recurrence>().unwrap_err();
    /// assert_eq!(error.code(), "core.recurrence_unsupported");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            RecurrenceError::Syntax { .. } => "core.recurrence_syntax",
            RecurrenceError::Unsupported { .. } => "core.recurrence_unsupported",
            RecurrenceError::OutOfRange { .. } => "core.recurrence_out_of_range",
            RecurrenceError::Twice { .. } => "core.recurrence_twice",
            RecurrenceError::NotWith { .. } => "core.recurrence_not_with",
            RecurrenceError::NoFrequency => "core.recurrence_no_frequency",
        }
    }

    /// What the caller can do: give another rule.
    pub fn kind(&self) -> ErrorKind {
        ErrorKind::Invalid
    }
}
