//! The order of what was recorded in one millisecond.
//!
//! Ids are in time's order to the millisecond, and by chance below it. Numbers are drawn as the last step of a commit, so
//! within a journal they tell which commit was first; where journals meet, the microsecond of recording does.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::ledger::{Entry, Posting};

/// The day and the millisecond of recording: what postings are in order by as they are read.
fn moment(posting: &Posting) -> (NaiveDate, u128) {
    (posting.date, posting.entry.to_u128() >> 80)
}

/// Puts postings that are in order of day and id into the order in which they were recorded.
pub(crate) fn as_recorded<T>(
    postings: &mut [T],
    posting: impl Fn(&T) -> &Posting,
    entry: impl Fn(&Posting) -> Option<Arc<Entry>>,
) {
    let same = |a: &T, b: &T| moment(posting(a)) == moment(posting(b));
    for together in postings.chunk_by_mut(same).filter(|together| together.len() > 1) {
        let journal =
            |one: &T| entry(posting(one)).map(|entry| (entry.journal.clone(), entry.fiscal_year));
        let first = together.first().and_then(journal);
        if first.is_some() && together.iter().all(|one| journal(one) == first) {
            together.sort_by_cached_key(|one| {
                let number = entry(posting(one)).and_then(|entry| entry.number.number());
                (number, posting(one).line)
            });
        } else {
            together.sort_by_cached_key(|one| {
                let recorded_at = entry(posting(one)).map(|entry| entry.recorded_at);
                (recorded_at, posting(one).entry, posting(one).line)
            });
        }
    }
}

/// How many of the first postings stay where they are, whatever comes after them.
pub(super) fn settled<'p>(postings: impl DoubleEndedIterator<Item = &'p Posting>) -> usize {
    let mut postings = postings.rev().map(moment).peekable();
    let Some(last) = postings.peek().copied() else { return 0 };
    postings.skip_while(|moment| *moment == last).count()
}
