//! Rows kept in memory: those that commits read again and again (counters), and `State` rows that acts get.
//!
//! A company's rows are determined by its position, so the rows kept are good for exactly one: a reader uses them when its
//! snapshot has that position, and a writer that finds another (another process committed) begins anew. Nothing is kept of a
//! commit before SQLite has it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use super::runs::Memory;
use fondaco_core::CompanyId;
use fondaco_core::store::{Key, Row, Type};

/// A row as it stands.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) row: Row,
    /// Of a counter: where it is in its table.
    pub(super) place: i64,
}

/// A row in the cache, which a commit can replace without looking for it again.
#[derive(Debug, Clone)]
pub(super) struct Slot(Arc<Mutex<Kept>>);

impl Slot {
    fn new(kept: Kept) -> Slot {
        Slot(Arc::new(Mutex::new(kept)))
    }

    /// The row as it stands.
    pub(super) fn kept(&self) -> Kept {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, kept: Kept) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = kept;
    }

    /// Whether the cache has dropped it since, and nobody but the commit has it: readers may have made room, and read the row again.
    fn is_dropped(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }
}

type Rows = HashMap<Key, Slot, RandomState>;

/// For how many rows one counts: each column of JSON may be a document of its own, as the lines of a payslip are.
fn weight(key: &Key) -> usize {
    1 + OF_JSON * key.table.columns.iter().filter(|column| column.ty == Type::Json).count()
}

/// What a column of JSON counts for, in rows of 200 to 500 bytes.
const OF_JSON: usize = 4;

/// The rows of one company, the lately used ones apart, so that the others can be dropped all at once.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    position: u64,
    lately: Rows,
    before: Rows,
    /// What those lately used count for.
    weight: usize,
}

impl Shelf {
    pub(super) fn get(&mut self, key: &Key) -> Option<&Slot> {
        if !self.before.is_empty()
            && let Some(slot) = self.before.remove(key)
        {
            self.insert(key.clone(), slot);
        }
        self.lately.get(key)
    }

    fn insert(&mut self, key: Key, slot: Slot) {
        let weight = weight(&key);
        if self.lately.insert(key, slot).is_none() {
            self.weight += weight;
        }
    }

    fn put(&mut self, key: Key, kept: Kept) {
        if !self.before.is_empty() {
            self.before.remove(&key);
        }
        self.insert(key, Slot::new(kept));
    }

    fn remove(&mut self, key: &Key) {
        self.before.remove(key);
        if self.lately.remove(key).is_some() {
            self.weight -= weight(key);
        }
    }
}

/// What a commit changes among the rows kept.
pub(super) enum Change {
    /// A row that was in the cache when the commit began, and its place there.
    Set(Key, Slot, Kept),
    Put(Key, Kept),
    Remove(Key),
}

pub(super) type Changed = Vec<Change>;

#[derive(Debug)]
pub(super) struct Cache {
    shelves: Mutex<HashMap<CompanyId, Shelf>>,
    /// How many rows are kept at most; those with columns of JSON count for several.
    rows: usize,
    /// What searches learnt about pages of runs.
    pub(super) pages: Memory,
}

type Shelves<'c> = MutexGuard<'c, HashMap<CompanyId, Shelf>>;

impl Cache {
    pub(super) fn new(rows: usize) -> Cache {
        Cache { shelves: Mutex::default(), rows, pages: Memory::default() }
    }

    fn lock(&self) -> Shelves<'_> {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Uses the rows of a company as of `position`, for a reader; `None` when they are of another.
    pub(super) fn read<T>(
        &self,
        company: CompanyId,
        position: u64,
        act: impl FnOnce(&mut Shelf) -> T,
    ) -> Option<T> {
        let mut shelves = self.lock();
        let fresh = || Shelf { position, ..Shelf::default() };
        let shelf = shelves.entry(company).or_insert_with(fresh);
        (shelf.position == position).then(|| act(shelf))
    }

    /// Uses the rows of a company as of `position`, for the writer: rows of another position go.
    pub(super) fn write<T>(
        &self,
        company: CompanyId,
        position: u64,
        act: impl FnOnce(&mut Shelf) -> T,
    ) -> T {
        let mut shelves = self.lock();
        let shelf = shelves.entry(company).or_default();
        if shelf.position != position {
            *shelf = Shelf { position, ..Shelf::default() };
        }
        act(shelf)
    }

    /// Keeps rows that were read at `position`.
    pub(super) fn keep(&self, company: CompanyId, position: u64, rows: Vec<(Key, Kept)>) {
        self.read(company, position, |shelf| {
            rows.into_iter().for_each(|(key, kept)| shelf.put(key, kept));
        });
        self.make_room();
    }

    /// Takes over what the commit at `position` changed, once SQLite has it.
    pub(super) fn publish(&self, company: CompanyId, position: u64, changed: Changed) {
        self.write(company, position - 1, |shelf| {
            shelf.position = position;
            for change in changed {
                match change {
                    Change::Set(key, slot, kept) if slot.is_dropped() => shelf.put(key, kept),
                    Change::Set(_, slot, kept) => slot.set(kept),
                    Change::Put(key, kept) => shelf.put(key, kept),
                    Change::Remove(key) => shelf.remove(&key),
                }
            }
        });
        self.make_room();
    }

    /// Drops what was not used lately, when there is too much of it.
    fn make_room(&self) {
        let mut shelves = self.lock();
        let lately: usize = shelves.values().map(|shelf| shelf.weight).sum();
        if lately > self.rows / 2 {
            for shelf in shelves.values_mut() {
                shelf.before = std::mem::take(&mut shelf.lately);
                shelf.weight = 0;
            }
            shelves.retain(|_, shelf| !shelf.before.is_empty());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fondaco_core::store::{Json, Record};

    #[derive(Record, Debug, Clone)]
    #[record(table = "cache_stock", kind = counter, key(item))]
    struct Stock {
        item: i64,
        on_hand: i64,
    }

    fn stock(item: i64, on_hand: i64, version: u64) -> (Key, Kept) {
        let row = Row::one(version, Arc::new(Stock { item, on_hand }));
        (row.key(), Kept { row, place: item })
    }

    #[derive(Record, Debug, Clone)]
    #[record(table = "cache_slip", kind = state, key(item))]
    struct Slip {
        item: i64,
        lines: Option<Json>,
        sums: Option<Json>,
    }

    /// Rows of documents are kept as many fewer as they are larger, and what goes is counted out again.
    #[test]
    fn a_row_with_documents_counts_for_several() {
        let (acme, cache) = (CompanyId::named("acme"), Cache::new(180));
        let slip = |item| {
            let row = Row::one(1, Arc::new(Slip { item, lines: None, sums: None }));
            (row.key(), Kept { row, place: item })
        };
        let kept = || cache.read(acme, 1, |shelf| shelf.lately.len() + shelf.before.len()).unwrap();
        for item in 0..100 {
            cache.keep(acme, 1, vec![slip(item)]);
            cache.keep(acme, 1, vec![slip(item)]); // again, which weighs nothing more
            assert!(kept() <= 20, "{} are kept", kept());
        }
        assert!(kept() >= 10);
        for item in 0..100 {
            cache.write(acme, 1, |shelf| shelf.remove(&slip(item).0));
        }
        assert_eq!(cache.read(acme, 1, |shelf| (shelf.weight, shelf.lately.len())), Some((0, 0)));
        // Counters are kept as before.
        for item in 0..90 {
            cache.keep(acme, 1, vec![stock(item, 0, 1)]);
        }
        assert_eq!(kept(), 90);
    }

    /// A commit waits for the disk while readers bring other rows in, so that its counter goes, and then read that again.
    #[test]
    fn a_counter_that_readers_drop_and_read_again_during_a_commit() {
        let (acme, cache) = (CompanyId::named("acme"), Cache::new(2));
        let (key, first) = stock(7, 100, 1);
        cache.keep(acme, 1, vec![(key.clone(), first.clone())]);
        let slot = cache.write(acme, 1, |shelf| shelf.get(&key).cloned()).unwrap();
        for other in 1..4 {
            cache.keep(acme, 1, vec![stock(other, 0, 1)]);
        }
        assert!(slot.is_dropped(), "room was made");
        cache.keep(acme, 1, vec![(key.clone(), first)]);
        cache.publish(acme, 2, vec![Change::Set(key.clone(), slot, stock(7, 90, 2).1)]);
        let now = cache.read(acme, 2, |shelf| shelf.get(&key).map(Slot::kept)).flatten().unwrap();
        assert_eq!((now.row.version, now.row.record::<Stock>().unwrap().on_hand), (2, 90));
    }
}
