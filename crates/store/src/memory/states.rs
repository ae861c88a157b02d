//! A table of rows that change, states and counters alike: slots behind a hash map of keys, and the orders beside it.
//!
//! Gets and changes go through the hash map. The order of the primary key is brought up to date when somebody scans
//! ([`tidy`](States::tidy)): rows are changed far more often than new keys appear. The orders of indexes are kept at once,
//! as unique ones are asked at every commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::store::{
    Index, Key, KeyBytes, KeyTable, KeyWriter, Row, Stored, Table, Version, order_of,
};

use super::order::{Range, RowIter, directed};

pub(super) struct States {
    pub(super) table: &'static Table,
    slots: Vec<Option<Slot>>,
    free: Vec<u32>,
    by_key: KeyTable,
    /// By primary key, all but the fresh.
    order: BTreeMap<KeyBytes, u32>,
    fresh: Vec<u32>,
    indexes: Vec<BTreeMap<KeyBytes, u32>>,
}

/// A row, its key, and when it was last changed: a line of a processor's cache.
pub(super) struct Slot {
    key: KeyBytes,
    pub(super) version: Version,
    pub(super) row: Arc<dyn Stored>,
}

impl Slot {
    fn is(&self, key: &[u8]) -> bool {
        self.key.as_slice() == key
    }

    /// Reads what stands in the row's first and last line of memory, whatever it is.
    fn look(&self) -> usize {
        let last = self.row.table().columns.len().wrapping_sub(1);
        Arc::strong_count(&self.row) + usize::from(self.row.units(last).is_some())
    }

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
            by_key: KeyTable::default(),
            order: BTreeMap::new(),
            fresh: Vec::new(),
            indexes: table.indexes.iter().map(|_| BTreeMap::new()).collect(),
        }
    }

    pub(super) fn find(&self, key: &[u8]) -> Option<u32> {
        let tag = self.by_key.tag(key);
        self.by_key.find(tag, |slot| self.slot(slot).is_some_and(|slot| slot.is(key)))
    }

    /// The slots of many keys.
    pub(super) fn find_all(&self, keys: &[&[u8]]) -> Vec<Option<u32>> {
        let is = |slot, key: &[u8]| self.slot(slot).is_some_and(|slot| slot.is(key));
        self.by_key.find_all(keys.iter().copied(), is)
    }

    pub(super) fn slot(&self, slot: u32) -> Option<&Slot> {
        self.slots.get(slot as usize)?.as_ref()
    }

    pub(super) fn get(&self, key: &KeyBytes) -> Option<&Slot> {
        self.slot(self.find(key.as_slice())?)
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
        let key = row.row_key().bytes;
        let slot = self.free.pop().unwrap_or(self.slots.len() as u32);
        self.by_key.insert(self.by_key.tag(key.as_slice()), slot);
        self.fresh.push(slot);
        self.index(slot, row.as_ref(), None);
        let row = Some(Slot { key, version, row });
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
    ) -> Option<Row> {
        let kept = self.slots.get_mut(slot as usize)?.as_mut()?;
        let old = Row::one(kept.version, std::mem::replace(&mut kept.row, row.clone()));
        kept.version = version;
        if !self.indexes.is_empty() {
            self.index(slot, row.as_ref(), Some(old.stored()));
        }
        Some(old)
    }

    /// Adds to the counter in `slot`, where it stands.
    pub(super) fn grow(&mut self, slot: u32, delta: &dyn Stored, version: Version) {
        let Some(Some(kept)) = self.slots.get_mut(slot as usize) else { return };
        kept.version = version;
        if let Some(row) = Arc::get_mut(&mut kept.row) {
            let added = row.add(delta);
            debug_assert_eq!(added, Ok(()), "the judge has seen to it");
        }
    }

    /// Takes the row in `slot` out, and gives it back.
    pub(super) fn remove(&mut self, slot: u32) -> Option<Row> {
        self.tidy();
        let old = self.slots.get_mut(slot as usize)?.take()?;
        self.by_key.remove(self.by_key.tag(old.key.as_slice()), slot);
        self.order.remove(&old.key);
        for (index, order) in self.indexes.iter_mut().enumerate() {
            if let Some(place) = place(old.row.as_ref(), index) {
                order.remove(&place);
            }
        }
        self.free.push(slot);
        Some(Row::one(old.version, old.row))
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

    /// Whether a change of a row can move its entry in some index.
    pub(super) fn can_move(&self) -> bool {
        !self.table.indexes.iter().all(|index| is_fixed(self.table, index))
    }

    pub(super) fn is_tidy(&self) -> bool {
        self.fresh.is_empty()
    }

    /// Brings the order of the primary key up to date.
    pub(super) fn tidy(&mut self) {
        let fresh = std::mem::take(&mut self.fresh);
        let many = fresh.len() > self.order.len() / 8;
        let slot = |slot: u32| Some((self.slots.get(slot as usize)?.as_ref()?.key.clone(), slot));
        let fresh = fresh.into_iter().filter_map(slot);
        if many {
            // They come in runs, sorted: as a map of their own they cost a fraction of a search for each.
            self.order.append(&mut fresh.collect());
        } else {
            self.order.extend(fresh);
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
        let slots = slots.filter_map(|(_, &slot)| self.slot(slot));
        Box::new(answers(directed(slots, backwards)))
    }

    /// Every row with its version.
    pub(super) fn all(&self) -> impl Iterator<Item = (Version, &dyn Stored)> {
        self.keyed().map(|(_, version, row)| (version, row))
    }

    /// Every row with its key and version.
    pub(super) fn keyed(&self) -> impl Iterator<Item = (&[u8], Version, &dyn Stored)> {
        let slots = self.slots.iter().flatten();
        slots.map(|slot| (slot.key.as_slice(), slot.version, slot.row.as_ref()))
    }
}

/// So many rows are looked at before the first of them is shared.
const AHEAD: usize = 64;

/// The rows in slots as answers. To share a row is to write to it, for which a processor waits; rows of which several were
/// looked at before are fetched from memory at once. First one by one, for who wants few.
fn answers<'a>(mut slots: impl Iterator<Item = &'a Slot> + 'a) -> impl Iterator<Item = Row> + 'a {
    let (mut ahead, mut few, mut next) = (1, Vec::new(), 0);
    std::iter::from_fn(move || {
        if next == few.len() {
            (ahead, next) = (AHEAD.min(ahead * 2), 0);
            few.clear();
            few.extend(slots.by_ref().take(ahead));
            let looked_at: usize = few.iter().map(|slot: &&Slot| slot.look()).sum();
            std::hint::black_box(looked_at);
        }
        next += 1;
        few.get(next - 1).map(|slot| slot.answer())
    })
}

/// Whether an index is on the key alone, so that no change of a row moves its entry.
fn is_fixed(table: &Table, index: &Index) -> bool {
    index.columns.iter().all(|&column| column < table.key)
}

fn place(row: &dyn Stored, index: usize) -> Option<KeyBytes> {
    let mut writer = KeyWriter::new();
    order_of(row, Some(index), &mut writer).then(|| writer.to_key())
}
