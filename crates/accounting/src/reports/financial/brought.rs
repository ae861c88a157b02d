//! Entries that brought balances over from other books: what they post was there before their day.

use std::collections::BTreeSet;

use fondaco_core::{Id, Range, Reading};

use super::cells::Cells;
use super::columns::Span;
use crate::close::{Correction, OpeningEntry};
use crate::ledger::{Entry, LedgerError, Posting, Reversal};

/// The [entries of opening balances](crate::close::PostOpening), what reverses and what corrects them, and so on.
pub(super) fn brought_over(read: &mut impl Reading) -> Result<BTreeSet<Id<Entry>>, LedgerError> {
    let mut found = BTreeSet::new();
    let opened = read.peek_scan(&Range::<OpeningEntry>::all())?;
    let mut fresh: Vec<Id<Entry>> = opened.iter().map(|opened| opened.entry).collect();
    while !fresh.is_empty() {
        let reversals = read.peek_many::<Reversal>(&fresh)?;
        let corrections = read.peek_many::<Correction>(&fresh)?;
        found.extend(fresh);
        let reversed = reversals.into_iter().flatten().map(|reversal| reversal.by);
        let corrected = corrections.into_iter().flatten().map(|correction| correction.by);
        fresh = reversed.chain(corrected).filter(|entry| !found.contains(entry)).collect();
    }
    Ok(found)
}

/// Adds what entries post on some days to a place of the accounts' figures.
pub(super) fn add_entries(
    read: &mut impl Reading,
    cells: &mut Cells,
    entries: &BTreeSet<Id<Entry>>,
    span: Span,
    place: usize,
) -> Result<(), LedgerError> {
    let ranges: Vec<_> = entries.iter().map(Range::<Posting>::by_key).collect();
    read.peek_each_of(&ranges, |posting: &Posting| {
        if span.has(posting.date) && cells.counts(posting, span.known) {
            cells.add_posting(posting, place);
        }
        Ok::<(), LedgerError>(())
    })
}
