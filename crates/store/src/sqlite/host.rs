//! The store over the host's own connection, inside its open transaction: what the host writes and what the engines write
//! become one.

use std::sync::{Mutex, MutexGuard, PoisonError};

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, At, Batch, Commit, FeedFrom, Pieces, Prepared, Read, Snapshot, Store, StoreError, Table,
};
use rusqlite::{Connection, TransactionState};

use super::error::{Failure, Outcome};
use super::room::Room;
use super::{SqliteOptions, forget, log, schema};

/// A [`Store`] over a connection of the host's; see [`Sqlite::over`](super::Sqlite::over).
///
/// Each commit is a savepoint; the host commits or rolls back the whole. Durability, busy timeout and isolation are what the
/// host's connection has: begin with `BEGIN IMMEDIATE`. In a transaction that was begun otherwise and has read, what another
/// program commits meanwhile can't be written over: that conflict comes to the host as [`StoreError::Stale`], nothing within the
/// transaction mends it, and the host rolls back and begins again. A refusal because rows
/// moved can't happen between `BEGIN IMMEDIATE` and the host's commit, unless the host's own commands move them.
///
/// The connection's `secure_delete` is set to `FAST`, so that what is erased is overwritten in the file; where there is a
/// write-ahead log, it goes from there when the host empties that (`PRAGMA wal_checkpoint(TRUNCATE)`).
///
/// After the host rolled back, use a new `SqliteConnection`.
///
/// One promise of the port is kept only in part: inside a transaction SQLite has one state, so a held snapshot lasts until
/// the next commit of its company through this store. Reading it then is [`StoreError::SnapshotGone`], never another state;
/// drivers begin a view anew. (To refuse holds altogether would leave the host's transaction without reports and `verify`,
/// which read from one.)
#[derive(Debug)]
pub struct SqliteConnection<'c> {
    conn: Mutex<&'c mut Connection>,
    room: Room,
}

const NAME: &str = "the host's connection";

impl<'c> SqliteConnection<'c> {
    pub(super) fn new(
        conn: &'c mut Connection,
        options: &SqliteOptions,
    ) -> Result<SqliteConnection<'c>, StoreError> {
        let store =
            SqliteConnection { conn: Mutex::new(conn), room: Room::new(options.chain, None) };
        store.inside(|conn| {
            forget::leave_nothing(conn)?;
            schema::create_own(conn, true)
        })?;
        Ok(store)
    }

    /// Drops all indexes and fills them anew; see [`Sqlite::rebuild_indexes`](super::Sqlite::rebuild_indexes).
    ///
    /// # Errors
    /// As there.
    pub fn rebuild_indexes(&self) -> Result<(), StoreError> {
        self.inside(|conn| forget::whole_pages(conn, true, |conn| self.room.rebuild(conn)))
    }

    fn lock(&self) -> MutexGuard<'_, &'c mut Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `act` in a savepoint that stays when it succeeds.
    fn inside<T>(&self, act: impl FnOnce(&Connection) -> Outcome<T>) -> Result<T, StoreError> {
        let conn = self.lock();
        let run = || -> Outcome<T> {
            conn.prepare_cached("SAVEPOINT fondaco")?.execute([])?;
            match act(&conn) {
                Ok(done) => {
                    conn.prepare_cached("RELEASE fondaco")?.execute([])?;
                    Ok(done)
                }
                Err(failure) => {
                    conn.execute_batch("ROLLBACK TO fondaco; RELEASE fondaco")?;
                    Err(if is_stale(&conn, &failure) { stale(&failure) } else { failure })
                }
            }
        };
        run().map_err(|failure| failure.named(&NAME))
    }
}

/// Whether the host's transaction can't write any more, however long it waits: it reads a state that was overwritten since, or keeps
/// the program that writes waiting for its end.
fn is_stale(conn: &Connection, failure: &Failure) -> bool {
    let reads = || matches!(conn.transaction_state(None::<&str>), Ok(TransactionState::Read));
    failure.is_busy() && !conn.is_autocommit() && reads()
}

fn stale(failure: &Failure) -> Failure {
    StoreError::Stale(format!("{NAME}: {failure}")).into()
}

impl Store for SqliteConnection<'_> {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        if self.room.has(tables) {
            return Ok(Prepared::default());
        }
        self.inside(|conn| {
            let prepare = |conn: &Connection| self.room.prepare(conn, tables, true);
            let (prepared, forms) = forget::whole_pages(conn, true, prepare)?;
            self.room.set_forms(forms);
            Ok(prepared)
        })
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.inside(|conn| {
            let mut answer = self.room.read(conn, read)?;
            match read.at {
                At::Hold => answer.at = Snapshot { hold: 1, ..answer.at },
                // A company's state is that of its newest commit, so a hold on it lasts until the next.
                At::Held(at) | At::Last(at)
                    if at.hold != 1 || at.position != answer.at.position =>
                {
                    return Err(Failure::Store(StoreError::SnapshotGone));
                }
                At::Held(at) => answer.at = at,
                _ => {}
            }
            Ok(answer)
        })
    }

    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        let frees = forget::takes_away(&batch);
        let commit = |conn: &Connection| Ok(self.room.commit(conn, batch)?.0);
        self.inside(|conn| forget::whole_pages(conn, frees, commit))
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.inside(|conn| log::feed(conn, from))
    }

    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        self.inside(|conn| self.room.load(conn, company, pieces))
    }
}
