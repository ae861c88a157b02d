//! Calls as data: what was called can be called again, without some of it.

use fondaco_core::store::{Batch, Change, FeedFrom, Read, Rows, Table, ValueRow};

/// A call to a store.
pub(crate) enum Call {
    Prepare(Vec<&'static Table>),
    Commit(Box<Batch>),
    /// A read, and the hold that it was given.
    Read(Read, u64),
    Feed(FeedFrom),
}

impl Call {
    /// Whether it only looks: what is answered as it has to be changes nothing for the calls after it.
    pub(crate) fn only_looks(&self) -> bool {
        match self {
            Call::Prepare(_) | Call::Commit(_) => false,
            Call::Read(read, _) => matches!(read.at, fondaco_core::store::At::Now),
            Call::Feed(_) => true,
        }
    }
}

/// A batch again, its rows as owned values.
pub(crate) fn copy(batch: &Batch) -> Batch {
    let mut out = Batch::new(batch.company, batch.id, batch.meta.clone());
    (out.digest, out.salt, out.at, out.check) = (batch.digest, batch.salt, batch.at, batch.check);
    out.seen = batch.seen.clone();
    out.events = batch.events.clone();
    out.answer = batch.answer.clone();
    out.changes = batch.changes.iter().filter_map(copy_change).collect();
    out
}

fn copy_rows(rows: &dyn Rows) -> Box<dyn Rows> {
    let row = |at| rows.row(at).map(|row| ValueRow::new(row.table(), row.values()));
    Box::new((0..rows.len()).filter_map(row).collect::<Vec<_>>())
}

/// `None` for a change that this version does not know.
fn copy_change(change: &Change) -> Option<Change> {
    Some(match change {
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
        _ => return None,
    })
}
