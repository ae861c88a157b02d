//! The file: how connections to it are opened, and what each is set to.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fondaco_core::store::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::Outcome;
use super::{Durability, SqliteOptions, forget, network, schema, transaction};

/// How long to wait for another process's lock.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// After how many pages in the write-ahead log they are copied into the file: 16 MB. Fewer, and a page that every commit
/// writes is copied every time; more, and the commit that copies takes long.
const LOG_PAGES: u32 = 4000;

/// Where the data is.
#[derive(Debug, Clone)]
pub(super) enum Home {
    File(PathBuf),
    Memory,
}

impl fmt::Display for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Home::File(path) => write!(f, "{}", path.display()),
            Home::Memory => f.write_str("SQLite in memory"),
        }
    }
}

impl Home {
    /// A connection that writes. It comes first, as it may have to make the file and the store's own tables.
    pub(super) fn writer(&self, options: &SqliteOptions) -> Outcome<Connection> {
        let conn = match self {
            Home::File(path) => {
                if !options.network {
                    refuse_network(path)?;
                }
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
                    | OpenFlags::SQLITE_OPEN_CREATE
                    | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                Connection::open_with_flags(path, flags)?
            }
            Home::Memory => Connection::open_in_memory()?,
        };
        set_up(&conn, options)?;
        forget::leave_nothing(&conn)?;
        // Another program's file must not even be turned to another kind of log.
        let ours = schema::inspect(&conn, false)?;
        if matches!(self, Home::File(_)) {
            write_ahead(&conn)?;
        }
        if !ours {
            transaction(&conn, |conn| schema::create_own(conn, false))?;
        }
        Ok(conn)
    }

    /// A connection that reads, to a file that is there.
    pub(super) fn reader(&self, options: &SqliteOptions) -> Outcome<Connection> {
        let conn = match self {
            Home::File(path) => {
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                Connection::open_with_flags(path, flags)?
            }
            Home::Memory => Connection::open_in_memory()?,
        };
        set_up(&conn, options)?;
        Ok(conn)
    }
}

/// That the file lies on a disk of this machine, as far as can be told.
fn refuse_network(path: &Path) -> Outcome<()> {
    match network::drive_of(path) {
        None => Ok(()),
        Some(kind) => {
            let (path, way) = (path.display(), "SqliteOptions::on_a_network_drive");
            let why = format!(
                "{path} lies on a network drive ({kind}), where SQLite's files get damaged: keep it on a disk of this machine, or, \
                 if you know that only this machine writes it, say {way}"
            );
            Err(StoreError::Unavailable(why).into())
        }
    }
}

fn set_up(conn: &Connection, options: &SqliteOptions) -> Outcome<()> {
    conn.busy_timeout(PATIENCE)?;
    conn.set_prepared_statement_cache_capacity(512);
    // Plans don't depend on what is bound: else SQLite prepares statements anew for every other value.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let synchronous = match options.durability {
        Durability::Full => "FULL",
        Durability::Fast => "NORMAL",
    };
    conn.execute_batch(&format!(
        "PRAGMA synchronous = {synchronous}; PRAGMA cache_size = -{}; PRAGMA temp_store = MEMORY; \
         PRAGMA wal_autocheckpoint = {LOG_PAGES}",
        options.cache_kib
    ))?;
    Ok(())
}

/// Turns the write-ahead log on. SQLite does not wait for others here, so this does.
fn write_ahead(conn: &Connection) -> Outcome<()> {
    let mut tries = 0;
    loop {
        let mode = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0));
        match mode {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => return Ok(()),
            Ok(mode) => {
                let why = format!(
                    "SQLite keeps no write-ahead log there (journal_mode stays {mode}): its folder does not share memory between \
                     programs, so keep the file on a disk of this machine"
                );
                return Err(StoreError::Unavailable(why).into());
            }
            Err(error) if tries < 200 && is_busy(&error) => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(25));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database in memory can't have one either, and SQLite says so as it does of a drive without shared memory.
    #[test]
    fn a_file_without_a_write_ahead_log_is_refused() {
        let conn = Connection::open_in_memory().unwrap();
        let refused = write_ahead(&conn).unwrap_err().named(&"books.db");
        assert!(
            matches!(&refused, StoreError::Unavailable(why) if why.contains("stays memory")),
            "{refused}"
        );
    }
}
