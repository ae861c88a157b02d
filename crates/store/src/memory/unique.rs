//! Unique indexes, judged after the whole batch: what the batch changes frees its entries first, so rows may swap.

use std::collections::HashSet;

use fondaco_core::store::{Batch, Change, Clash, Key, KeyBytes, KeyWriter, Stored, Table};

use super::KeyMap;
use super::judge::{Step, erased};
use super::sums::Sum;
use super::table::{Kept, KeptRows, Tables};
use crate::rules::table_of;

/// The entries that rows of a batch want and other rows hold. `existing`: keys of inserts that are there already.
pub(super) fn clashes(
    tables: &Tables,
    batch: &Batch,
    steps: &[Step],
    existing: &HashSet<Key>,
) -> Vec<Clash> {
    let (mut clashes, mut done) = (Vec::new(), HashSet::new());
    let with_unique = |table: &&Table| unique(table).next().is_some();
    for table in batch.changes.iter().filter_map(table_of).filter(with_unique) {
        let Some(kept) = tables.get(table).filter(|_| done.insert(table.name)) else { continue };
        let of_table = |change: &Change| table_of(change).is_some_and(|t| t.name == table.name);
        let mine = batch.changes.iter().zip(steps).filter(|(change, _)| of_table(change));
        let mine: Vec<_> = mine.collect();
        let existing = existing.iter().filter(|key| key.table.name == table.name);
        let mut freed: HashSet<KeyBytes> = existing.map(|key| key.bytes.clone()).collect();
        mine.iter().for_each(|(change, step)| free(change, step, &mut freed));
        let mut claims = Claims::new(kept, freed);
        for (change, step) in mine {
            each_row(change, step, kept, &mut |row| claims.claim(row, &mut clashes));
        }
    }
    clashes
}

/// The positions of a table's unique indexes.
fn unique(table: &Table) -> impl Iterator<Item = usize> {
    table.indexes.iter().enumerate().filter(|(_, index)| index.unique).map(|(at, _)| at)
}

/// The keys of rows whose old entries a change frees.
fn free(change: &Change, step: &Step, freed: &mut HashSet<KeyBytes>) {
    match (change, step) {
        (Change::Put { row, .. }, _) => {
            freed.insert(row.row_key().bytes);
        }
        (Change::Delete { key, .. } | Change::Erase { key }, _) => {
            freed.insert(key.bytes.clone());
        }
        (_, Step::Add(sums)) => freed.extend(sums.iter().filter_map(|sum| match sum {
            Sum::Set(_, row) => Some(row.row_key().bytes),
            _ => None,
        })),
        _ => {}
    }
}

/// The rows that a change leaves, as they will stand; not those of counters that grow where they stand, which keep their
/// entries.
fn each_row(change: &Change, step: &Step, kept: &Kept, each: &mut dyn FnMut(&dyn Stored)) {
    match (change, step, &kept.rows) {
        (Change::Insert(rows), ..) => (0..rows.len()).filter_map(|at| rows.row(at)).for_each(each),
        (Change::Put { row, .. }, ..) => each(row.as_ref()),
        (_, Step::EraseState(_, row), _) => each(row.as_ref()),
        (_, Step::EraseFact(place), KeptRows::Facts(facts)) => {
            if let Some(row) = facts.row(*place) {
                each(erased(row).as_ref());
            }
        }
        (_, Step::Add(sums), _) => sums.iter().for_each(|sum| match sum {
            Sum::Set(_, row) | Sum::New(row) => each(row.as_ref()),
            Sum::Grow(_) => {}
        }),
        _ => {}
    }
}

/// What the batch's rows of one table claim in its unique indexes.
struct Claims<'a> {
    kept: &'a Kept,
    unique: Vec<usize>,
    /// Rows whose old entries the batch frees.
    freed: HashSet<KeyBytes>,
    by_part: KeyMap<(usize, KeyBytes), Key>,
    writer: KeyWriter,
}

impl<'a> Claims<'a> {
    fn new(kept: &'a Kept, freed: HashSet<KeyBytes>) -> Claims<'a> {
        let (by_part, writer) = (KeyMap::default(), KeyWriter::new());
        Claims { kept, unique: unique(kept.table).collect(), freed, by_part, writer }
    }

    /// Claims the entries of a row as it will stand.
    fn claim(&mut self, row: &dyn Stored, clashes: &mut Vec<Clash>) {
        for &index in &self.unique {
            self.writer.clear();
            if !row.write_index(index, &mut self.writer) {
                continue;
            }
            let (part, wanted) = (self.writer.to_key(), row.row_key());
            let stored = self.kept.holder(index, &part);
            let stored = stored.filter(|holder| !self.freed.contains(&holder.bytes));
            let holder = stored.or_else(|| self.by_part.get(&(index, part.clone())).cloned());
            match holder {
                Some(holder) => clashes.push(Clash { index, part, holder, wanted }),
                None => {
                    self.by_part.insert((index, part), wanted);
                }
            }
        }
    }
}
