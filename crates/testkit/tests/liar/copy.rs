//! Copies of batches, which the port does not clone, and of declarations.

use fondaco_core::store::{Batch, Change, Index, Rows, Table, ValueRow};

fn copy_rows(rows: &dyn Rows) -> Box<dyn Rows> {
    let row = |at| rows.row(at).map(|row| ValueRow::new(row.table(), row.values()));
    Box::new((0..rows.len()).filter_map(row).collect::<Vec<_>>())
}

pub(super) fn copy(batch: &Batch) -> Batch {
    let mut out = Batch::new(batch.company, batch.id, batch.meta.clone());
    (out.seen, out.check) = (batch.seen.clone(), batch.check);
    out.changes = batch.changes.iter().map(copy_change).collect();
    out
}

fn copy_change(change: &Change) -> Change {
    match change {
        Change::Insert(rows) => Change::Insert(copy_rows(rows.as_ref())),
        Change::Put { row, seen } => Change::Put { row: row.copy(), seen: *seen },
        Change::Delete { key, seen } => Change::Delete { key: key.clone(), seen: *seen },
        Change::Erase { key } => Change::Erase { key: key.clone() },
        Change::Add { rows, floors } => {
            Change::Add { rows: copy_rows(rows.as_ref()), floors: floors.clone() }
        }
        Change::Draw { series, count, dates } => {
            Change::Draw { series: series.clone(), count: *count, dates: *dates }
        }
        other => panic!("unknown change {other:?}"),
    }
}

/// The same declaration with plain indexes in place of unique ones.
pub(super) fn without_unique(table: &'static Table) -> &'static Table {
    let plain = |index: &Index| Index { unique: false, ..*index };
    let indexes: Vec<Index> = table.indexes.iter().map(plain).collect();
    Box::leak(Box::new(Table { indexes: indexes.leak(), ..*table }))
}
