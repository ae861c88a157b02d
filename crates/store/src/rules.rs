//! The rules that a batch can break by itself, whatever is stored.

use std::collections::{HashMap, HashSet};

use fondaco_core::store::{Batch, Change, Index, KeyBytes, Kind, Rows, StoreError, Stored, Table};

/// The table of a change, if it changes rows at all.
pub(crate) fn table_of(change: &Change) -> Option<&'static Table> {
    match change {
        Change::Insert(rows) | Change::Add { rows, .. } => {
            rows.row(0).is_some().then(|| rows.table())
        }
        Change::Put { row, .. } => Some(row.table()),
        Change::Delete { key, .. } | Change::Erase { key } => Some(key.table),
        _ => None,
    }
}

/// That the batch keeps the rules and all its tables were `prepared`. That the rows of an add ascend is left to whoever
/// looks their counters up, which writes all keys once.
pub(crate) fn check(
    batch: &Batch,
    prepared: impl Fn(&'static Table) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut checked: Option<&'static Table> = None;
    for seen in &batch.seen {
        if !checked.is_some_and(|table| std::ptr::eq(table, seen.key.table)) {
            prepared(seen.key.table)?;
            checked = Some(seen.key.table);
        }
    }
    let mut changes: HashMap<&'static str, u32> = HashMap::new();
    for change in &batch.changes {
        if let Some(table) = table_of(change) {
            prepared(table)?;
            fits(change, table)?;
            *changes.entry(table.name).or_default() += 1;
        }
    }
    match changes.values().any(|&count| count > 1) {
        true => each_key_once(batch, |table| changes.get(table).is_some_and(|&count| count > 1)),
        false => Ok(()),
    }
}

/// That the table's kind allows the change.
fn fits(change: &Change, table: &'static Table) -> Result<(), StoreError> {
    match (change, table.kind) {
        (Change::Insert(rows), Kind::Fact | Kind::State) => ascending(rows.as_ref(), table),
        (Change::Add { .. }, Kind::Counter) => Ok(()),
        (Change::Put { seen: 0, .. } | Change::Delete { seen: 0, .. }, Kind::State) => {
            misused(table, "a put or delete names the version that it saw, which is never 0")
        }
        (Change::Put { .. } | Change::Delete { .. }, Kind::State) => Ok(()),
        (Change::Erase { .. }, Kind::Fact | Kind::State) => Ok(()),
        _ => misused(table, &format!("{change:?} does not fit a {:?}", table.kind)),
    }
}

fn misused<T>(table: &Table, why: &str) -> Result<T, StoreError> {
    Err(StoreError::Misused(format!("table {}: {why}", table.name)))
}

/// That rows are of one table and their keys ascend, so that no key comes twice.
pub(crate) fn ascending(rows: &dyn Rows, table: &'static Table) -> Result<(), StoreError> {
    if rows.ascend(table) {
        return Ok(());
    }
    (0..rows.len()).filter_map(|at| rows.row(at)).try_for_each(|row| of_table(row, table))?;
    unsorted(table)
}

/// That a row is of this table, as all rows of its change are.
pub(crate) fn of_table(row: &dyn Stored, table: &'static Table) -> Result<(), StoreError> {
    match std::ptr::eq(row.table(), table) || row.table().name == table.name {
        true => Ok(()),
        false => misused(table, "rows of one change are of one table"),
    }
}

pub(crate) fn unsorted<T>(table: &Table) -> Result<T, StoreError> {
    misused(table, "rows come sorted by key, each key once")
}

/// Rows that are loaded have the same columns in a unique index.
pub(crate) fn taken(table: &Table, index: &Index) -> StoreError {
    let name = index.name;
    let why =
        format!("table {}: two rows have the same columns of unique index {name}", table.name);
    StoreError::Misused(why)
}

/// Stored rows have the same columns in an index that shall be unique now.
pub(crate) fn not_unique(table: &Table, index: &Index) -> StoreError {
    let columns = index.columns.iter().filter_map(|&at| table.columns.get(at));
    let columns: Vec<&str> = columns.map(|column| column.name).collect();
    let why = format!(
        "table {}: stored rows have the same {} in {}, which shall be unique now: change them first",
        table.name,
        columns.join(", "),
        index.name
    );
    StoreError::Misused(why)
}

/// That of the named tables each key is changed at most once.
fn each_key_once(batch: &Batch, which: impl Fn(&str) -> bool) -> Result<(), StoreError> {
    let mut keys: HashSet<(&'static str, KeyBytes)> = HashSet::new();
    for change in &batch.changes {
        let Some(table) = table_of(change).filter(|table| which(table.name)) else { continue };
        if !keys_of(change).all(|key| keys.insert((table.name, key))) {
            return misused(table, "a batch changes each key at most once");
        }
    }
    Ok(())
}

/// The keys that a change touches.
fn keys_of(change: &Change) -> Box<dyn Iterator<Item = KeyBytes> + '_> {
    match change {
        Change::Insert(rows) | Change::Add { rows, .. } => {
            let rows = (0..rows.len()).filter_map(|at| rows.row(at));
            Box::new(rows.map(|row| row.row_key().bytes))
        }
        Change::Put { row, .. } => Box::new(std::iter::once(row.row_key().bytes)),
        Change::Delete { key, .. } | Change::Erase { key } => {
            Box::new(std::iter::once(key.bytes.clone()))
        }
        _ => Box::new(std::iter::empty()),
    }
}
