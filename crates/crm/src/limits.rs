//! What one command takes, and how far a clock may be ahead.

use chrono::TimeDelta;
use fondaco_core::Timestamp;
use fondaco_core::enter::MOST_LINES;

use crate::contacts::ContactError;

/// How far ahead of the company's clock a source's clock may be, in seconds.
const AHEAD_SECONDS: i64 = 300;

/// Whether an instant lies in the future, beyond what clocks differ by.
pub(crate) fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    at.since(now) > TimeDelta::seconds(AHEAD_SECONDS)
}

/// Whether one command takes so many.
pub(crate) fn check_count(count: usize) -> Result<(), ContactError> {
    let most = MOST_LINES;
    if count > most { Err(ContactError::TooManyGiven { count, most }) } else { Ok(()) }
}

/// Whether a field is no longer than such can be: told before anything reads it.
pub(crate) fn check_line_length(
    field: &'static str,
    text: &str,
    most: usize,
) -> Result<(), ContactError> {
    let bytes = text.len();
    if bytes > most { Err(ContactError::FieldTooLong { field, bytes, most }) } else { Ok(()) }
}
