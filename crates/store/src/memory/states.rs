//! A table of rows that change, states and counters alike: slots behind a hash map of keys, and the orders beside it.
//!
//! Gets and changes go through the hash map. The order of the primary key is brought up to date when somebody scans
//! ([`tidy`](States::tidy)): rows are changed far more often than new keys appear. The orders of indexes are kept at once,
//! as unique ones are asked at every commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::store::{Index, Key, KeyBytes, KeyWriter, Row, Stored, Table, Version, order_of};

use super::KeyMap;
use super::order::{Range, RowIter, directed};

pub(super) struct States {
    table: &'static Table,
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    by_key: KeyMap<KeyBytes, u32>,
    /// By primary key, all but the fresh.
    order: BTreeMap<KeyBytes, u32>,
    fresh: Vec<u32>,
    indexes: Vec<BTreeMap<KeyBytes, u32>>,
}

/// A row and when it was last changed.
pub(super) struct Slot {
    pub(super) version: Version,
    pub(super) row: Arc<dyn Stored>,
}

impl Slot {
    pub(super) fn answer(&self) -> Row {
        Row::one(self.version, self.row.clone())
    }
}

impl States {
    pub(super) fn new(table: &'static Table) -> States {
        States {
            table,
            slots: Vec::new(),
            free: Vec::new(),
            by_key: KeyMap::default(),
            order: BTreeMap::new(),
            fresh: Vec::new(),
            indexes: table.indexes.iter().map(|_| BTreeMap::new()).collect(),
        }
    }

    pub(super) fn find(&self, key: &KeyBytes) -> Option<u32> {
        self.by_key.get(key).copied()
    }

    pub(super) fn slot(&self, slot: u32) -> Option<&Slot> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(super) fn get(&self, key: &KeyBytes) -> Option<&Slot> {
        self.slot(self.find(key)?)
    }

    /// Who holds the columns `part` of an index.
    pub(super) fn holder(&self, index: usize, part: &KeyBytes) -> Option<Key> {
        let order = self.indexes.get(index)?;
        let (place, &slot) = order.range::<KeyBytes, _>(part..).next()?;
        let holds = place.as_slice().starts_with(part.as_slice());
        holds.then(|| self.slot(slot).map(|slot| slot.row.row_key())).flatten()
    }

    /// Takes in a row whose key is not there.
    pub(super) fn insert(&mut self, row: Arc<dyn Stored>, version: Version) {
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        self.by_key.insert(row.row_key().bytes, slot);
        self.fresh.push(slot);
        self.index(slot, row.as_ref(), None);
        let row = Some(Slot { version, row });
        match self.slots.get_mut(slot as usize) {
            Some(free) => *free = row,
            None => self.slots.push(row),
        }
    }

    /// Puts `row` in place of the row in `slot`, which it gives back.
    pub(super) fn replace(
        &mut self,
        slot: u32,
        row: Arc<dyn Stored>,
        version: Version,
    ) -> Option<Slot> {
        let old = self.slots.get_mut(slot as usize)?.replace(Slot { version, row: row.clone() })?;
        if !self.indexes.is_empty() {
            self.index(slot, row.as_ref(), Some(old.row.as_ref()));
        }
        Some(old)
    }

    /// Takes the row in `slot` out, and gives it back.
    pub(super) fn remove(&mut self, slot: u32) -> Option<Slot> {
        self.tidy();
        let old = self.slots.get_mut(slot as usize)?.take()?;
        let key = old.row.row_key().bytes;
        self.by_key.remove(&key);
        self.order.remove(&key);
        for (index, order) in self.indexes.iter_mut().enumerate() {
            if let Some(place) = place(old.row.as_ref(), index) {
                order.remove(&place);
            }
        }
        self.free.push(slot);
        Some(old)
    }

    /// Moves a row's entries in all indexes to where `new` stands.
    fn index(&mut self, slot: u32, new: &dyn Stored, old: Option<&dyn Stored>) {
        for (at, (index, order)) in self.table.indexes.iter().zip(&mut self.indexes).enumerate() {
            if old.is_some() && is_fixed(self.table, index) {
                continue;
            }
            let (from, to) = (old.and_then(|old| place(old, at)), place(new, at));
            if from == to {
                continue;
            }
            if let Some(from) = from {
                order.remove(&from);
            }
            if let Some(to) = to {
                order.insert(to, slot);
            }
        }
    }

    pub(super) fn is_tidy(&self) -> bool {
        self.fresh.is_empty()
    }

    /// Brings the order of the primary key up to date.
    pub(super) fn tidy(&mut self) {
        for slot in std::mem::take(&mut self.fresh) {
            if let Some(Some(kept)) = self.slots.get(slot as usize) {
                self.order.insert(kept.row.row_key().bytes, slot);
            }
        }
    }

    pub(super) fn scan<'a>(
        &'a self,
        index: Option<usize>,
        range: Range<'a>,
        backwards: bool,
    ) -> RowIter<'a> {
        let order = match index {
            None => Some(&self.order),
            Some(index) => self.indexes.get(index),
        };
        let slots = order.into_iter().flat_map(move |order| order.range::<[u8], _>(range.bounds()));
        let rows = slots.filter_map(|(_, &slot)| self.slot(slot)).map(Slot::answer);
        directed(rows, backwards)
    }

    /// Every row with its version.
    pub(super) fn all(&self) -> impl Iterator<Item = (Version, &dyn Stored)> {
        self.slots.iter().flatten().map(|slot| (slot.version, slot.row.as_ref()))
    }
}

/// Whether an index is on the key alone, so that no change of a row moves its entry.
fn is_fixed(table: &Table, index: &Index) -> bool {
    index.columns.iter().all(|&column| column < table.key)
}

fn place(row: &dyn Stored, index: usize) -> Option<KeyBytes> {
    let mut writer = KeyWriter::new();
    order_of(row, Some(index), &mut writer).then(|| writer.to_key())
}
