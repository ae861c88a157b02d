//! What a batch must be before anything is read for it: the contract's own rules, broken only by a wrong program.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use fondaco_core::store::{Batch, Change, KeyBytes, KeyWriter, Kind, Rows, Seen, Stored, Table};

use super::error::{Outcome, misused};
use super::form::Forms;

/// That every table is prepared, every change allowed, rows sorted, and no key changed twice.
pub(super) fn check(batch: &Batch, forms: &Forms) -> Outcome<()> {
    // What was seen comes table by table.
    let same_table = |a: &Seen, b: &Seen| std::ptr::eq(a.key.table, b.key.table);
    for seen in batch.seen.chunk_by(same_table).filter_map(<[Seen]>::first) {
        forms.get(seen.key.table)?;
    }
    let mut changes: HashMap<&str, usize> = HashMap::new();
    for change in &batch.changes {
        let Some(table) = table_of(change) else { continue };
        forms.get(table)?;
        allowed(change, table)?;
        if let Change::Insert(rows) | Change::Add { rows, .. } = change {
            sorted(rows.as_ref())?;
        }
        *changes.entry(table.name).or_default() += 1;
    }
    for (name, _) in changes.into_iter().filter(|(_, count)| *count > 1) {
        once(batch, name)?;
    }
    Ok(())
}

/// The table that a change is of; none for draws, and for no rows.
pub(super) fn table_of(change: &Change) -> Option<&'static Table> {
    match change {
        Change::Insert(rows) | Change::Add { rows, .. } => (!rows.is_empty()).then(|| rows.table()),
        Change::Put { row, .. } => Some(row.table()),
        Change::Delete { key, .. } | Change::Erase { key } => Some(key.table),
        _ => None,
    }
}

fn allowed(change: &Change, table: &Table) -> Outcome<()> {
    let fits = match change {
        Change::Insert(_) | Change::Erase { .. } => table.kind != Kind::Counter,
        Change::Put { seen, .. } | Change::Delete { seen, .. } => {
            if *seen == 0 {
                return Err(misused(format!("{change:?}: what was not there can't be replaced")));
            }
            table.kind == Kind::State
        }
        Change::Add { .. } => table.kind == Kind::Counter,
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(misused(format!("{change:?}: {} is a {:?}", table.name, table.kind)))
    }
}

fn sorted(rows: &dyn Rows) -> Outcome<()> {
    let mut last: Option<&dyn Stored> = None;
    for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
        let order = last.map_or(Ordering::Less, |last| last.order_to(row));
        if order.is_ge() {
            let how = if order.is_eq() { "comes twice" } else { "is not in order" };
            return Err(misused(format!("{:?} {how} among the rows of one change", row.row_key())));
        }
        last = Some(row);
    }
    Ok(())
}

/// That no key of a table is in two changes.
fn once(batch: &Batch, table: &str) -> Outcome<()> {
    let mut keys: HashSet<KeyBytes> = HashSet::new();
    let mut writer = KeyWriter::new();
    for change in &batch.changes {
        if table_of(change).is_none_or(|of| of.name != table) {
            continue;
        }
        let mut fresh = |key: KeyBytes| keys.insert(key);
        let all_fresh = match change {
            Change::Insert(rows) | Change::Add { rows, .. } => {
                (0..rows.len()).filter_map(|at| rows.row(at)).all(|row| {
                    writer.clear();
                    row.write_key(&mut writer);
                    fresh(writer.to_key())
                })
            }
            Change::Put { row, .. } => fresh(row.row_key().bytes),
            Change::Delete { key, .. } | Change::Erase { key } => fresh(key.bytes.clone()),
            _ => true,
        };
        if !all_fresh {
            return Err(misused(format!("a key of {table} is changed twice in one batch")));
        }
    }
    Ok(())
}
