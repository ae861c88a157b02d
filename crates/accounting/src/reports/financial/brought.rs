//! Entries that brought balances over from other books: what they post was there before their day.

use std::collections::BTreeSet;

use fondaco_core::{Id, Range, Reading};

use super::cells::Cells;
use super::columns::Span;
use crate::close::{Correction, OpeningEntry};
use crate::ledger::{Entry, LedgerError, Posting, Reversal};

/// Entries that have to do with what was brought over.
#[derive(Debug, Clone, Default)]
pub(super) struct Brought {
    /// Those whose balances were there before: the [entries of opening balances](crate::close::PostOpening), and what reverses and
    /// corrects them in the fiscal year into which they were brought.
    pub(super) entries: BTreeSet<Id<Entry>>,
    /// What reverses and corrects them in a later year. The year before ended without it, so this one can't begin with it: it is
    /// a movement of the year in which it was found, of the changes in equity an other one, and of cash none that was paid. What is material is corrected where
    /// it belongs (IAS 8.42): in its own year, which is opened again for it.
    pub(super) late: BTreeSet<Id<Entry>>,
}

impl Brought {
    /// Whether an entry is one of them, early or late.
    pub(super) fn has(&self, entry: Id<Entry>) -> bool {
        self.entries.contains(&entry) || self.late.contains(&entry)
    }

    pub(super) fn read(read: &mut impl Reading) -> Result<Brought, LedgerError> {
        let mut brought = Brought::default();
        let opened = read.peek_scan(&Range::<OpeningEntry>::all())?;
        let ids: Vec<Id<Entry>> = opened.iter().map(|opened| opened.entry).collect();
        let years = read.peek_many::<Entry>(&ids)?.into_iter().flatten();
        // Each with the year into which what it is about was brought.
        let mut fresh: Vec<(Id<Entry>, i32)> =
            years.map(|entry| (entry.id, entry.fiscal_year)).collect();
        while !fresh.is_empty() {
            let ids: Vec<Id<Entry>> = fresh.iter().map(|(entry, _)| *entry).collect();
            for (entry, (_, year)) in read.peek_many::<Entry>(&ids)?.into_iter().zip(&fresh) {
                let Some(entry) = entry else { continue };
                let in_year = entry.fiscal_year == *year;
                let of = if in_year { &mut brought.entries } else { &mut brought.late };
                of.insert(entry.id);
            }
            let reversals = read.peek_many::<Reversal>(&ids)?;
            let corrections = read.peek_many::<Correction>(&ids)?;
            let next =
                fresh.iter().zip(reversals).zip(corrections).flat_map(|((of, back), right)| {
                    let by =
                        back.map(|back| back.by).into_iter().chain(right.map(|right| right.by));
                    by.map(|by| (by, of.1)).collect::<Vec<_>>()
                });
            let is_new = |(entry, _): &(Id<Entry>, i32)| {
                !brought.entries.contains(entry) && !brought.late.contains(entry)
            };
            fresh = next.filter(is_new).collect();
        }
        Ok(brought)
    }
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
