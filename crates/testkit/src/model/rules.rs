//! The rules that a batch must keep whatever is stored: who breaks them uses the store wrongly.

use std::collections::BTreeSet;

use fondaco_core::store::{Batch, Change, Key, Kind, Rows, StoreError, Table};

use super::Tables;
use super::company::is_counter;

/// That all tables are prepared, each change suits its table, and no key is changed twice.
pub(super) fn check(tables: &Tables, batch: &Batch) -> Result<(), StoreError> {
    let mut keys = BTreeSet::new();
    for change in &batch.changes {
        if let Some(table) = table(change) {
            prepared(tables, table)?;
            suits(change, table)?;
        }
        for key in keys_of(change) {
            if let Some(twice) = keys.replace(key) {
                return misused(format!("{twice:?} is changed twice in one batch"));
            }
        }
    }
    batch.seen.iter().try_for_each(|seen| prepared(tables, seen.key.table))
}

/// The keys that a batch changes.
pub(super) fn keys(batch: &Batch) -> BTreeSet<Key> {
    batch.changes.iter().flat_map(keys_of).collect()
}

fn misused(why: String) -> Result<(), StoreError> {
    Err(StoreError::Misused(why))
}

fn prepared(tables: &Tables, table: &Table) -> Result<(), StoreError> {
    if tables.contains_key(table.name) {
        return Ok(());
    }
    Err(StoreError::Unprepared { table: table.name.into() })
}

fn suits(change: &Change, table: &Table) -> Result<(), StoreError> {
    match change {
        Change::Insert(rows) | Change::Add { rows, .. } if !sorted(rows.as_ref()) => {
            misused(format!("rows of {} are not in order of key", table.name))
        }
        Change::Add { .. } if is_counter(table) => Ok(()),
        Change::Insert(_) | Change::Erase { .. } if !is_counter(table) => Ok(()),
        Change::Put { seen: 0, .. } | Change::Delete { seen: 0, .. } => {
            misused("what is put or deleted must have been seen".into())
        }
        Change::Put { .. } | Change::Delete { .. } if table.kind == Kind::State => Ok(()),
        _ => misused(format!("{change:?}: not for a table of kind {:?}", table.kind)),
    }
}

fn sorted(rows: &dyn Rows) -> bool {
    let keys: Vec<_> = (0..rows.len()).filter_map(|at| rows.row(at)).map(|r| r.row_key()).collect();
    keys.is_sorted()
}

fn table(change: &Change) -> Option<&'static Table> {
    match change {
        Change::Insert(rows) | Change::Add { rows, .. } => (!rows.is_empty()).then(|| rows.table()),
        Change::Put { row, .. } => Some(row.table()),
        Change::Delete { key, .. } | Change::Erase { key } => Some(key.table),
        _ => None,
    }
}

fn keys_of(change: &Change) -> Vec<Key> {
    match change {
        Change::Insert(rows) | Change::Add { rows, .. } => {
            (0..rows.len()).filter_map(|at| rows.row(at)).map(|row| row.row_key()).collect()
        }
        Change::Put { row, .. } => vec![row.row_key()],
        Change::Delete { key, .. } | Change::Erase { key } => vec![key.clone()],
        _ => Vec::new(),
    }
}
