//! What is due when: conditions of contacts, by the next moment at which each may change.
//!
//! A calendar of buckets of some 72 minutes. Putting something on it costs one look-up among some hundreds of buckets; a bucket is sorted when
//! its time comes. The same entry twice is carried out once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Microseconds of a bucket, as a power of two.
const BUCKET_BITS: u32 = 32;

/// A condition of a contact, to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) at: i64,
    pub(super) contact: u32,
    pub(super) condition: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Queue {
    later: BTreeMap<i64, Vec<Entry>>,
    /// The bucket that is being worked off, the earliest last.
    sorted: Vec<Entry>,
    /// What came into it meanwhile.
    fresh: BinaryHeap<Reverse<Entry>>,
    bucket: Option<i64>,
    last: Option<Entry>,
}

impl Queue {
    #[inline]
    pub(super) fn push(&mut self, entry: Entry) {
        let bucket = entry.at >> BUCKET_BITS;
        match self.bucket.is_some_and(|current| bucket <= current) {
            true => self.fresh.push(Reverse(entry)),
            false => self.later.entry(bucket).or_default().push(entry),
        }
    }

    /// The earliest moment at which something is due, if that is no later than this.
    pub(super) fn next(&mut self, until: i64) -> Option<i64> {
        while self.sorted.is_empty() && self.fresh.is_empty() {
            let first = self.later.first_entry()?;
            let bucket = *first.key();
            if bucket << BUCKET_BITS > until {
                return None;
            }
            self.sorted = first.remove();
            self.sorted.sort_unstable_by(|one, other| other.cmp(one));
            self.bucket = Some(bucket);
        }
        self.peek().map(|entry| entry.at).filter(|at| *at <= until)
    }

    fn peek(&self) -> Option<Entry> {
        let fresh = self.fresh.peek().map(|Reverse(entry)| *entry);
        self.sorted.last().copied().into_iter().chain(fresh).min()
    }

    /// Takes the next entry of a moment, those that are there twice once.
    pub(super) fn pop(&mut self, at: i64) -> Option<Entry> {
        loop {
            let entry = self.peek().filter(|entry| entry.at == at)?;
            if self.sorted.last() == Some(&entry) {
                self.sorted.pop();
            } else {
                self.fresh.pop();
            }
            if self.last != Some(entry) {
                self.last = Some(entry);
                return Some(entry);
            }
        }
    }

    /// How many entries there are, those that are there twice or outdated included.
    pub(super) fn len(&self) -> usize {
        self.sorted.len() + self.fresh.len() + self.later.values().map(Vec::len).sum::<usize>()
    }

    /// Bytes of what is kept.
    pub(super) fn bytes(&self) -> usize {
        self.len() * size_of::<Entry>()
    }
}
