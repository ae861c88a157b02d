//! What is due when: what is asked of contacts, by the next moment at which it may change.
//!
//! A ring of buckets of some 72 minutes, a bucket for each; what is farther ahead than the ring lies in a tree until its bucket comes. Putting something on it
//! costs a place in a list; a bucket is sorted when its time comes. The same entry twice is carried out once.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

/// Microseconds of a bucket, as a power of two: where an entry lies in its bucket takes 32 bits.
const BUCKET_BITS: u32 = 32;
/// Buckets of the ring: some two hundred days.
const RING: i64 = 1 << 12;

/// Something of a contact, to be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) at: i64,
    pub(super) contact: u32,
    /// What, as [`What`](super::what::What) has it.
    pub(super) what: u32,
}

/// An entry within its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    offset: u32,
    contact: u32,
    what: u32,
}

impl Slot {
    fn of(entry: Entry) -> Slot {
        let offset = u32::try_from(entry.at & 0xffff_ffff).unwrap_or(u32::MAX);
        Slot { offset, contact: entry.contact, what: entry.what }
    }

    fn entry(self, bucket: i64) -> Entry {
        let at = bucket << BUCKET_BITS | i64::from(self.offset);
        Entry { at, contact: self.contact, what: self.what }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Queue {
    /// The first bucket that is not worked off yet.
    base: i64,
    ring: VecDeque<Vec<Slot>>,
    /// How many entries the ring has.
    in_ring: usize,
    far: BTreeMap<i64, Vec<Slot>>,
    /// The bucket before `base`, the earliest entry last.
    sorted: Vec<Slot>,
    /// What came into that meanwhile.
    fresh: BinaryHeap<Reverse<Entry>>,
    last: Option<Entry>,
    /// How much of `sorted` is still to be [said to be coming](Queue::coming).
    unsaid: usize,
}

/// So many entries are said to be coming at a time.
const COMING: usize = 256;

impl Queue {
    pub(super) fn new(now: i64) -> Queue {
        Queue {
            base: (now >> BUCKET_BITS) + 1,
            ring: VecDeque::new(),
            in_ring: 0,
            far: BTreeMap::new(),
            sorted: Vec::new(),
            fresh: BinaryHeap::new(),
            last: None,
            unsaid: 0,
        }
    }

    #[inline]
    pub(super) fn push(&mut self, entry: Entry) {
        let bucket = entry.at >> BUCKET_BITS;
        let ahead = bucket - self.base;
        if ahead < 0 {
            self.fresh.push(Reverse(entry));
        } else if ahead < RING {
            let place = usize::try_from(ahead).unwrap_or(usize::MAX);
            if place >= self.ring.len() {
                self.ring.resize_with(place + 1, Vec::new);
            }
            if let Some(slots) = self.ring.get_mut(place) {
                slots.push(Slot::of(entry));
                self.in_ring += 1;
            }
        } else {
            self.far.entry(bucket).or_default().push(Slot::of(entry));
        }
    }

    /// The earliest moment at which something is due, if that is no later than this.
    pub(super) fn next(&mut self, until: i64) -> Option<i64> {
        let last = until >> BUCKET_BITS;
        while self.sorted.is_empty() && self.fresh.is_empty() && self.base <= last {
            if self.in_ring == 0 {
                // Nothing is near: on to what is far, or to the end.
                let first = self.far.first_key_value().map_or(last, |(bucket, _)| *bucket);
                self.base = self.base.max(first.min(last));
                self.ring.clear();
            }
            let mut slots = self.ring.pop_front().unwrap_or_default();
            self.in_ring -= slots.len();
            slots.append(&mut self.far.remove(&self.base).unwrap_or_default());
            slots.sort_unstable_by(|one, other| other.cmp(one));
            self.unsaid = slots.len();
            self.sorted = slots;
            self.base += 1;
        }
        self.peek().map(|entry| entry.at).filter(|at| *at <= until)
    }

    /// Whom the next entries are about, each said once: what is known of them can be fetched at once instead of one after the other.
    pub(super) fn coming(&mut self) -> impl Iterator<Item = u32> {
        let end = if self.sorted.len() <= self.unsaid { self.sorted.len() } else { 0 };
        let start = end.saturating_sub(COMING);
        if end > 0 {
            self.unsaid = start;
        }
        self.sorted.get(start..end).unwrap_or_default().iter().map(|slot| slot.contact)
    }

    fn peek(&self) -> Option<Entry> {
        let sorted = self.sorted.last().map(|slot| slot.entry(self.base - 1));
        let fresh = self.fresh.peek().map(|Reverse(entry)| *entry);
        match (sorted, fresh) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        }
    }

    /// Takes the next entry of a moment, those that are there twice once.
    pub(super) fn pop(&mut self, at: i64) -> Option<Entry> {
        loop {
            let entry = self.peek().filter(|entry| entry.at == at)?;
            let bucket = self.base - 1;
            if self.sorted.last().is_some_and(|slot| slot.entry(bucket) == entry) {
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
        let far = self.far.values().map(Vec::len).sum::<usize>();
        self.sorted.len() + self.fresh.len() + self.in_ring + far
    }

    /// Bytes of what is kept.
    pub(super) fn bytes(&self) -> usize {
        let slots = |slots: &Vec<Slot>| 24 + slots.capacity() * size_of::<Slot>();
        self.ring.iter().map(slots).sum::<usize>()
            + self.far.values().map(|list| 8 + slots(list)).sum::<usize>()
            + slots(&self.sorted)
            + self.fresh.capacity() * size_of::<Entry>()
    }
}
