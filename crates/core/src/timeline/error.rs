//! Why something can't be recorded.

use chrono::NaiveDate;

use super::Span;
use crate::Timestamp;
use crate::date_range::DateRange;
use crate::names::ErrorKind;

/// Why a timeline refuses a recording: it is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimelineError {
    /// Something else holds on some of the days.
    #[error(
        "{span} meets {with}, recorded at {recorded_at}: correct that one, end it before, or give other days"
    )]
    Overlap {
        /// What was to be recorded.
        span: Span,
        /// What is on record.
        with: Span,
        /// Since when.
        recorded_at: Timestamp,
    },
    /// Days between others would be without a value.
    #[error(
        "with {span} nothing would hold on {gap}, between days with a value: fill these days first, or give other days"
    )]
    Gap {
        /// What was to be recorded.
        span: Span,
        /// The days.
        gap: DateRange,
    },
    /// Nothing recorded for just this span counts any more.
    #[error(
        "nothing is on record for {span} that could be corrected: give the days as they were recorded, or set a value"
    )]
    NothingToCorrect {
        /// The span.
        span: Span,
    },
    /// Nothing holds on that day.
    #[error("nothing holds on {date} that could end: give a day on which something holds")]
    NothingToEnd {
        /// The day.
        date: NaiveDate,
    },
    /// Something was recorded later.
    #[error(
        "recorded at {recorded_at}, but something was recorded at {last} already: record in order of time"
    )]
    Backwards {
        /// The time as given.
        recorded_at: Timestamp,
        /// The time of the last recording.
        last: Timestamp,
    },
    /// More than 4 billion recordings.
    #[error("a timeline has at most 4,294,967,295 recordings: begin another series")]
    Full,
}

impl TimelineError {
    /// The days from one on and before another.
    pub(super) fn gap(span: Span, from: NaiveDate, before: NaiveDate) -> TimelineError {
        let last = before.pred_opt().unwrap_or(before);
        let gap = DateRange::new(from, last).unwrap_or(DateRange::day(from));
        TimelineError::Gap { span, gap }
    }

    /// The stable name of the error.
    ///
    /// ```
    /// use fondaco_core::timeline::TimelineError;
    /// let error = TimelineError::NothingToEnd { date: "2026-01-01".parse()? };
    /// assert_eq!(error.code(), "core.timeline_nothing_to_end");
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            TimelineError::Overlap { .. } => "core.timeline_overlap",
            TimelineError::Gap { .. } => "core.timeline_gap",
            TimelineError::NothingToCorrect { .. } => "core.timeline_nothing_to_correct",
            TimelineError::NothingToEnd { .. } => "core.timeline_nothing_to_end",
            TimelineError::Backwards { .. } => "core.timeline_backwards",
            TimelineError::Full => "core.timeline_full",
        }
    }

    /// What the caller can do.
    pub fn kind(&self) -> ErrorKind {
        match self {
            TimelineError::Overlap { .. } => ErrorKind::Conflict,
            TimelineError::NothingToCorrect { .. } | TimelineError::NothingToEnd { .. } => {
                ErrorKind::NotFound
            }
            TimelineError::Gap { .. } | TimelineError::Full => ErrorKind::Refused,
            TimelineError::Backwards { .. } => ErrorKind::Invalid,
        }
    }
}
