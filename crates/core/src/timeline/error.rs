//! Why something can't be recorded.

use chrono::NaiveDate;

use super::Span;
use crate::ErrorCode;
use crate::Timestamp;
use crate::date_range::DateRange;

/// Why a timeline refuses a recording: it is as it was before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, ErrorCode)]
#[error_code(engine = "core")]
#[non_exhaustive]
pub enum TimelineError {
    /// Something else holds on some of the days.
    #[error(
        "{span} meets {with}, recorded at {recorded_at}: correct that one, end it before, or give other days"
    )]
    #[kind(Conflict)]
    #[code("timeline_overlap")]
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
    #[kind(Refused)]
    #[code("timeline_gap")]
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
    #[kind(NotFound)]
    #[code("timeline_nothing_to_correct")]
    NothingToCorrect {
        /// The span.
        span: Span,
    },
    /// Nothing holds on that day.
    #[error("nothing holds on {date} that could end: give a day on which something holds")]
    #[kind(NotFound)]
    #[code("timeline_nothing_to_end")]
    NothingToEnd {
        /// The day.
        date: NaiveDate,
    },
    /// The last day lies before the first.
    #[error("{span} ends before it begins: give the earlier day first")]
    #[kind(Invalid)]
    #[code("timeline_reversed")]
    Reversed {
        /// The span.
        span: Span,
    },
    /// Something was recorded later.
    #[error(
        "recorded at {recorded_at}, but something was recorded at {last} already: record in order of time"
    )]
    #[kind(Invalid)]
    #[code("timeline_backwards")]
    Backwards {
        /// The time as given.
        recorded_at: Timestamp,
        /// The time of the last recording.
        last: Timestamp,
    },
    /// More than 4 billion recordings.
    #[error("a timeline has at most 4,294,967,295 recordings: begin another series")]
    #[kind(Refused)]
    #[code("timeline_full")]
    Full,
}

impl TimelineError {
    /// The days from one on and before another.
    pub(super) fn gap(span: Span, from: NaiveDate, before: NaiveDate) -> TimelineError {
        let last = before.pred_opt().unwrap_or(before);
        let gap = DateRange::new(from, last).unwrap_or(DateRange::day(from));
        TimelineError::Gap { span, gap }
    }
}
