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
use fondaco_core::store::{Key, Row};

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
}

type Rows = HashMap<Key, Slot, RandomState>;

/// The rows of one company, the lately used ones apart, so that the others can be dropped all at once.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    position: u64,
    lately: Rows,
    before: Rows,
}

impl Shelf {
    pub(super) fn get(&mut self, key: &Key) -> Option<&Slot> {
        if !self.before.is_empty()
            && let Some(slot) = self.before.remove(key)
        {
            self.lately.insert(key.clone(), slot);
        }
        self.lately.get(key)
    }

    fn put(&mut self, key: Key, kept: Kept) {
        if !self.before.is_empty() {
            self.before.remove(&key);
        }
        self.lately.insert(key, Slot::new(kept));
    }

    fn remove(&mut self, key: &Key) {
        self.before.remove(key);
        self.lately.remove(key);
    }
}

/// What a commit changes among the rows kept.
pub(super) enum Change {
    /// A row that was in the cache when the commit began.
    Set(Slot, Kept),
    Put(Key, Kept),
    Remove(Key),
}

pub(super) type Changed = Vec<Change>;

#[derive(Debug)]
pub(super) struct Cache {
    shelves: Mutex<HashMap<CompanyId, Shelf>>,
    /// How many rows are kept at most.
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
                    Change::Set(slot, kept) => slot.set(kept),
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
        let lately: usize = shelves.values().map(|shelf| shelf.lately.len()).sum();
        if lately > self.rows / 2 {
            for shelf in shelves.values_mut() {
                shelf.before = std::mem::take(&mut shelf.lately);
            }
            shelves.retain(|_, shelf| !shelf.before.is_empty());
        }
    }
}
