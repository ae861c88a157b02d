//! What one command takes, how far a clock may be ahead, and which number comes next.

use chrono::TimeDelta;
use fondaco_core::enter::MOST_LINES;
use fondaco_core::store::Record;
use fondaco_core::{Halt, PartyId, Range, Reading, Timestamp, Tx, is_code};

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

/// The number of somebody's next row, of those that are counted from 1. The insert rests on there being none with it.
pub(crate) fn next_number<R: Record<Key = (PartyId, u32)>>(
    tx: &mut Tx<'_>,
    party: PartyId,
) -> Result<u32, Halt> {
    let last = tx.peek_scan(&Range::<R>::by_key(&party).backwards().limit(1))?;
    let number = last.first().map_or(1, |last| last.key().1.saturating_add(1));
    tx.get::<R>(&(party, number))?;
    Ok(number)
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

/// Whether a text can be kept: something, no longer than such can be, without the NUL character. It is not repeated in the error.
pub(crate) fn check_text(field: &'static str, text: &str, most: usize) -> Result<(), ContactError> {
    check_line_length(field, text, most)?;
    let why = match text {
        _ if text.trim().is_empty() => "is empty: say something, or leave it out",
        _ if text.contains('\0') => "holds the NUL character: leave that out",
        _ => return Ok(()),
    };
    Err(ContactError::BadContact { field, why })
}

/// Whether a text is a code. Other than core's, the error repeats nothing: what was typed may be somebody's address, and refusals are kept.
pub(crate) fn check_code(field: &'static str, code: &str) -> Result<(), ContactError> {
    let why = "is no code: give 1 to 64 bytes, without blanks at the ends and control characters";
    if is_code(code) { Ok(()) } else { Err(ContactError::BadContact { field, why }) }
}

/// Whether an id of a source's can be kept for good: a code that holds no address, since it outlives erasure.
pub(crate) fn check_source_id(field: &'static str, id: &str) -> Result<(), ContactError> {
    check_code(field, id)?;
    let why = "holds a sign of addresses (@), and stays when a person is erased: give a number, or a digest of it";
    if id.contains('@') { Err(ContactError::BadContact { field, why }) } else { Ok(()) }
}
