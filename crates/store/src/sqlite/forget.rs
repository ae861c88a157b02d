//! What is taken away leaves no bytes in the file.
//!
//! By itself SQLite leaves what was removed where it lay, and copies of rows where it moved them from page to page.
//! `secure_delete` overwrites them with zeros: set to `FAST`, within the pages that are written anyway, which costs next to
//! nothing and is on all the time; set to `ON`, also whole pages that become free, which are then written for that alone. So
//! that is for commits that may free something personal.

use std::time::Duration;

use fondaco_core::store::{Batch, Change};
use rusqlite::Connection;

use super::error::Outcome;
use super::{file, rules};

/// What every connection that writes is set to.
pub(super) fn leave_nothing(conn: &Connection) -> Outcome<()> {
    Ok(conn.execute_batch("PRAGMA secure_delete = FAST")?)
}

/// Whether a batch takes something personal away, or puts something else in its place.
pub(super) fn takes_away(batch: &Batch) -> bool {
    batch.changes.iter().any(|change| {
        let removes =
            matches!(change, Change::Put { .. } | Change::Delete { .. } | Change::Erase { .. });
        removes && rules::table_of(change).is_some_and(|table| table.has_personal())
    })
}

/// Runs what frees pages with something personal in them: they are overwritten too.
pub(super) fn whole_pages<T>(
    conn: &Connection,
    frees: bool,
    run: impl FnOnce(&Connection) -> Outcome<T>,
) -> Outcome<T> {
    if !frees {
        return run(conn);
    }
    conn.execute_batch("PRAGMA secure_delete = ON")?;
    let done = run(conn);
    // Were it to fail, more than needed would be overwritten from now on.
    let _ = leave_nothing(conn);
    done
}

/// Empties the write-ahead log, in which pages are as they were before. Somebody who reads may keep it from doing so for now:
/// no failure, nor to be waited for.
pub(super) fn empty_log(conn: &Connection) {
    let _ = conn.busy_timeout(Duration::ZERO);
    let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    let _ = conn.busy_timeout(file::PATIENCE);
}
