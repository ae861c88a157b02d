//! Unique indexes, judged after the whole batch: what the batch changes frees its entries first, so rows may swap.

use std::collections::HashSet;

use fondaco_core::store::{Clash, Key, KeyBytes, KeyWriter, Stored, Table};

use super::KeyMap;
use super::table::Kept;

/// What the batch's rows of one table claim in its unique indexes.
pub(super) struct Claims<'a> {
    kept: &'a Kept,
    unique: Vec<usize>,
    /// Rows whose old entries the batch frees.
    freed: HashSet<KeyBytes>,
    by_part: KeyMap<(usize, KeyBytes), Key>,
    writer: KeyWriter,
}

/// The positions of a table's unique indexes.
pub(super) fn unique(table: &Table) -> impl Iterator<Item = usize> {
    table.indexes.iter().enumerate().filter(|(_, index)| index.unique).map(|(at, _)| at)
}

impl<'a> Claims<'a> {
    pub(super) fn new(kept: &'a Kept, freed: HashSet<KeyBytes>) -> Claims<'a> {
        let (by_part, writer) = (KeyMap::default(), KeyWriter::new());
        Claims { kept, unique: unique(kept.table).collect(), freed, by_part, writer }
    }

    /// Claims the entries of a row as it will stand.
    pub(super) fn claim(&mut self, row: &dyn Stored, clashes: &mut Vec<Clash>) {
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
