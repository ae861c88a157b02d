//! Rows of one table while an act changes them: each read once, changed in memory, staged once.

use std::collections::BTreeMap;

use fondaco_core::store::Record;
use fondaco_core::{Halt, Tx};

struct Placed<R> {
    row: R,
    is_new: bool,
    is_changed: bool,
}

/// Rows by their keys.
pub(crate) struct Shelf<R: Record> {
    rows: BTreeMap<R::Key, Placed<R>>,
}

impl<R: Record> Default for Shelf<R> {
    fn default() -> Shelf<R> {
        Shelf { rows: BTreeMap::new() }
    }
}

impl<R: Record> Shelf<R>
where
    R::Key: Ord + Clone,
{
    /// A row as it stands here; `None` when there is none. The decision rests on it.
    pub(crate) fn get(&mut self, tx: &mut Tx<'_>, key: &R::Key) -> Result<Option<R>, Halt> {
        Ok(self.all(tx, std::slice::from_ref(key))?.pop())
    }

    /// Those of some rows that there are, in the order of their keys.
    pub(crate) fn all(&mut self, tx: &mut Tx<'_>, keys: &[R::Key]) -> Result<Vec<R>, Halt> {
        let missing: Vec<R::Key> =
            keys.iter().filter(|key| !self.rows.contains_key(key)).cloned().collect();
        if !missing.is_empty() {
            for row in tx.get_many::<R>(&missing)?.into_iter().flatten() {
                let row = row.as_ref().clone();
                self.rows.insert(row.key(), Placed { row, is_new: false, is_changed: false });
            }
        }
        Ok(keys.iter().filter_map(|key| Some(self.rows.get(key)?.row.clone())).collect())
    }

    /// Puts a row back, changed.
    pub(crate) fn put(&mut self, row: R) {
        let is_new = self.rows.get(&row.key()).is_some_and(|placed| placed.is_new);
        self.rows.insert(row.key(), Placed { row, is_new, is_changed: true });
    }

    /// Adds a row that is not stored.
    pub(crate) fn add(&mut self, row: R) {
        self.rows.insert(row.key(), Placed { row, is_new: true, is_changed: true });
    }

    /// Stages what changed.
    pub(crate) fn stage(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let mut inserted = Vec::new();
        for placed in self.rows.into_values().filter(|placed| placed.is_changed) {
            match placed.is_new {
                true => inserted.push(placed.row),
                false => tx.put(placed.row)?,
            }
        }
        tx.insert_all(inserted)
    }
}
