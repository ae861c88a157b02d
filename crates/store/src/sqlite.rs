//! The embedded store: one SQLite file, a real table per record, safe for several threads and several processes.
//!
//! # What it promises
//! - Everything in [`fondaco_core::store`]. With [`Durability::Full`], the default, an answered commit survives a power cut.
//! - **Tables for people.** Each record is a table of its name with typed columns. `_company` is the small number that
//!   `fondaco_company` gives a company, `_version` the position of the commit that last changed the row. Beside each table
//!   `<table>_view` shows companies and ids as UUIDs, dates, instants (RFC 3339) and decimals as text.
//! - **Sums to the last digit.** A decimal column of `n` digits holds whole units of `10^-n`. The view shows it as text,
//!   `<column>_text`, to be read (SQLite would add it as floats), and as these units, an integer, `<column>_units`: sums go over the
//!   units. There is no `<column>` in the view, so that a sum that is not exact has to be asked for. Sums of units
//!   are exact, a sum beyond 64 bits is an error of SQLite, and what balances is exactly 0. To show a sum, divide by `10^n`
//!   in integers, which for the 4 digits of `ledger_posting` is 10000; the sign goes apart, for whole units may be 0:
//!
//!   ```sql
//!   SELECT company, account,
//!          printf('%s%d.%04d', CASE WHEN units < 0 THEN '-' ELSE '' END, abs(units / 10000), abs(units % 10000))
//!   FROM (SELECT company, account, sum(ledger_amount_units) AS units FROM ledger_posting_view GROUP BY company, account)
//!   ```
//! - **Indexes.** Those of `State` tables, and unique ones, are indexes of SQLite. Those of facts are packed sorted runs
//!   (`fondaco_run`, `fondaco_page`), which people's SQL can't use: what it asks of facts by other columns than their key, such as a posting's account, reads the whole
//!   table (a second or two for a million rows). To do so often, make an index of your own, in a copy ([`Sqlite::backup`]). A packed page has a checksum that is tried whenever it is read, and
//!   [`chain::verify`](fondaco_core::chain::verify) compares each index with its table; [`Sqlite::rebuild_indexes`] mends one.
//! - **What is erased is gone**, from the file and its write-ahead log: what a commit erases, replaces or removes is
//!   overwritten with zeros, and so are copies that SQLite leaves where it moves rows. While somebody reads a snapshot from
//!   before, the log keeps it; it goes with the next erasure, or when the last program closes the file. Copies of the file,
//!   and what a disk keeps beneath it, are beyond the store's reach.
//! - **Damage is told.** A counter carries a checksum that is tried whenever it is read from the file; facts and state are in
//!   the hash chain, and what finds them is compared with what is there by [`chain::verify`](fondaco_core::chain::verify).
//!   One thing can't be told without a [link](fondaco_core::chain::Verified::link) that was kept elsewhere: SQLite takes a
//!   damaged frame of its write-ahead log, as a killed program leaves it, for the log's end, so that the newest commits are
//!   gone, each whole.
//! - A file with a newer layout is refused, also by a program that had it open when another one brought it there: it neither
//!   writes nor reads on. So is a file of another program. Opening reads a few pages, however large
//!   the file is.
//!
//! A file on a network drive, also behind a link, is refused where that can be told (on Linux, and shares of Windows), for SQLite's write-ahead log needs
//! memory that all processes share; [`SqliteOptions::on_a_network_drive`] takes it all the same. Do not write to the file by
//! other means: the hash chain would tell.
//!
//! [`Sqlite::over`] is the same store over the host's own connection.

mod backup;
mod bind;
mod cache;
mod commit;
mod counter;
mod error;
mod file;
mod forget;
mod form;
mod host;
mod judge;
mod load;
mod log;
mod network;
mod read;
mod room;
mod rules;
mod runs;
mod schema;
mod view;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fondaco_core::store::{
    Answer, At, Batch, Change, Commit, FeedFrom, Pieces, Prepared, Read, Reply, Store, StoreError,
    Table,
};
use fondaco_core::{CommandId, CompanyId};
use rusqlite::Connection;

use crate::holds::Holds;

use self::cache::Cache;
use self::error::{Failure, Outcome};
use self::file::Home;
pub use self::host::SqliteConnection;
use self::room::Room;

/// What an answered commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Durability {
    /// A power cut: each commit waits until the disk has it.
    #[default]
    Full,
    /// A crash of the program, not a power cut: that may take the newest commits with it, each whole, and leaves the file
    /// in order.
    Fast,
}

/// How a file is opened.
///
/// ```
/// use fondaco_store::{Durability, SqliteOptions};
/// let options = SqliteOptions::new().durability(Durability::Fast).chain(false);
/// # let _ = options;
/// ```
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    durability: Durability,
    chain: bool,
    cache_kib: u32,
    cache_rows: usize,
    network: bool,
}

impl Default for SqliteOptions {
    fn default() -> SqliteOptions {
        SqliteOptions {
            durability: Durability::Full,
            chain: true,
            cache_kib: 64 * 1024,
            cache_rows: 500_000,
            network: false,
        }
    }
}

impl SqliteOptions {
    /// Full durability, hash chain on, 64 MiB of pages and 500,000 rows kept in memory.
    pub fn new() -> SqliteOptions {
        SqliteOptions::default()
    }

    /// What an answered commit survives.
    ///
    /// ```
    /// use fondaco_store::{Durability, SqliteOptions};
    /// // For a till that sends its sales again after a power cut: commits don't wait for the disk.
    /// let till = SqliteOptions::new().durability(Durability::Fast);
    /// # let _ = till;
    /// ```
    #[must_use]
    pub fn durability(mut self, durability: Durability) -> SqliteOptions {
        self.durability = durability;
        self
    }

    /// Whether commits are sealed into the company's hash chain.
    ///
    /// ```
    /// # use fondaco_core::store::{Batch, Meta, Store};
    /// # use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};
    /// use fondaco_store::{Sqlite, SqliteOptions};
    /// # let path = std::env::temp_dir().join(format!("fondaco-doc-chain-{}", std::process::id()));
    /// let store = Sqlite::open_with(&path, SqliteOptions::new().chain(false))?;
    /// # store.prepare(&[])?;
    /// # let meta = Meta::new(ActorId::new("clerk-7"), Timestamp::EPOCH);
    /// # let batch = Batch::new(CompanyId::named("acme"), CommandId::named("nothing"), meta);
    /// assert_eq!(store.commit(batch)?.seal, None); // nothing shows whether it is changed later
    /// # drop(store);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn chain(mut self, on: bool) -> SqliteOptions {
        self.chain = on;
        self
    }

    /// Opens a file on a network drive too, which is refused otherwise. Only for a drive that one machine alone writes, and
    /// whose locks and shared memory work as a disk's do.
    ///
    /// ```
    /// use fondaco_store::SqliteOptions;
    /// let options = SqliteOptions::new().on_a_network_drive();
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn on_a_network_drive(mut self) -> SqliteOptions {
        self.network = true;
        self
    }

    /// How many rows (counters, and `State` rows that were read) are kept in memory, at 200 to 500 bytes each; a row counts for four more with
    /// each column of documents that its table has. With more
    /// than a busy company's balances of a few periods, bulk posting is fastest.
    #[must_use]
    pub fn cache_rows(mut self, rows: usize) -> SqliteOptions {
        self.cache_rows = rows;
        self
    }

    /// How much memory each connection may keep pages in, in KiB.
    #[must_use]
    pub fn cache_kib(mut self, kib: u32) -> SqliteOptions {
        self.cache_kib = kib;
        self
    }
}

/// A store in one SQLite file; see the [module's](self) promises.
///
/// One connection writes, as SQLite has one writer at a time anyway; reads have connections of their own and never wait for
/// it. A held snapshot that nobody reads for 15 minutes is released.
#[derive(Debug)]
pub struct Sqlite {
    home: Home,
    options: SqliteOptions,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    holds: Holds<Arc<Mutex<Connection>>>,
    room: Room,
}

/// How many idle connections are kept for reading.
const READERS: usize = 8;

impl Sqlite {
    /// Opens the file at `path`, or makes it.
    ///
    /// ```
    /// # use fondaco_core::store::StoreError;
    /// use fondaco_store::Sqlite;
    /// # let name = format!("fondaco-doc-open-{}", std::process::id());
    /// # let folder = std::env::temp_dir().join(name);
    /// # std::fs::create_dir_all(&folder)?;
    /// let path = folder.join("acme.sqlite");
    /// let store = Sqlite::open(&path)?;
    /// assert_eq!(store.path(), Some(path.as_path()));
    /// let letter = folder.join("letter.txt");
    /// std::fs::write(&letter, "Dear Marietta, this is no database. ".repeat(100))?;
    /// assert!(matches!(Sqlite::open(&letter), Err(StoreError::Corrupt(_))));
    /// # drop(store);
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it can't be opened or written, [`StoreError::Corrupt`] when it is no SQLite file or
    /// belongs to another program, [`StoreError::NewerLayout`] when a newer version of this library wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Sqlite, StoreError> {
        Sqlite::open_with(path, SqliteOptions::new())
    }

    /// Opens the file at `path`, which must be there: a mistyped path is an error, not a new and empty file.
    ///
    /// ```
    /// # use fondaco_core::store::StoreError;
    /// let error = fondaco_store::Sqlite::open_existing("/no/such/acme.sqlite").unwrap_err();
    /// assert!(matches!(&error, StoreError::Unavailable(why) if why.contains("/no/such/acme.sqlite")));
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no such file, or as [`Sqlite::open`].
    pub fn open_existing(path: impl AsRef<Path>) -> Result<Sqlite, StoreError> {
        let path = path.as_ref();
        if path.is_file() {
            return Sqlite::open(path);
        }
        let why =
            format!("{}: there is no such file; Sqlite::open makes a new one", path.display());
        Err(StoreError::Unavailable(why))
    }

    /// Opens the file at `path`, or makes it, with options.
    ///
    /// ```
    /// use fondaco_store::{Durability, Sqlite, SqliteOptions};
    /// # let path = std::env::temp_dir().join(format!("fondaco-doc-with-{}", std::process::id()));
    /// // To load the past of a large company: faster, and with room for all its balances.
    /// let load = SqliteOptions::new()
    ///     .durability(Durability::Fast)
    ///     .cache_rows(2_000_000)
    ///     .cache_kib(256 * 1024);
    /// let store = Sqlite::open_with(&path, load)?;
    /// # drop(store);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Sqlite::open`].
    pub fn open_with(path: impl AsRef<Path>, options: SqliteOptions) -> Result<Sqlite, StoreError> {
        Sqlite::at(Home::File(path.as_ref().to_path_buf()), options)
    }

    /// A store in memory: for tests, as it is gone with the value, and holding a snapshot copies everything.
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// use fondaco_core::store::{Read, Store};
    /// let store = fondaco_store::Sqlite::in_memory()?;
    /// let answer = store.read(&Read::now(CompanyId::named("acme"), vec![]))?;
    /// assert_eq!(answer.at.position, 0);
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no memory.
    pub fn in_memory() -> Result<Sqlite, StoreError> {
        Sqlite::at(Home::Memory, SqliteOptions::new())
    }

    /// The store over a connection of the host's, inside a transaction that the host has begun and will commit:
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// use fondaco_core::store::{Read, Store};
    /// use rusqlite::Connection;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut conn = Connection::open_in_memory()?;
    /// conn.execute_batch("CREATE TABLE mine (n INTEGER); BEGIN IMMEDIATE; INSERT INTO mine VALUES (1)")?;
    /// let store = fondaco_store::Sqlite::over(&mut conn)?;
    /// store.prepare(&[])?;
    /// store.read(&Read::now(CompanyId::named("acme"), vec![]))?;
    /// drop(store);
    /// conn.execute_batch("COMMIT")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Every commit of the store is a savepoint of that transaction; a conflict with another process comes to the host. A held
    /// snapshot lasts until the next commit of its company, for which see [`SqliteConnection`].
    ///
    /// # Errors
    /// As [`Sqlite::open`], but tables of the host's are welcome.
    pub fn over(conn: &mut Connection) -> Result<SqliteConnection<'_>, StoreError> {
        SqliteConnection::new(conn, &SqliteOptions::new())
    }

    /// As [`over`](Sqlite::over), with options, of which [`chain`](SqliteOptions::chain) alone is the store's here: books that are
    /// kept without a hash chain get no seals from the host's transactions either. All else is the connection's.
    ///
    /// ```
    /// use fondaco_store::{Sqlite, SqliteOptions};
    /// let mut conn = rusqlite::Connection::open_in_memory()?;
    /// let store = Sqlite::over_with(&mut conn, &SqliteOptions::new().chain(false))?;
    /// # let _ = store;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`over`](Sqlite::over).
    pub fn over_with<'c>(
        conn: &'c mut Connection,
        options: &SqliteOptions,
    ) -> Result<SqliteConnection<'c>, StoreError> {
        SqliteConnection::new(conn, options)
    }

    /// Drops all indexes and fills them anew from the rows: the way out when [`StoreError::Corrupt`] or a
    /// [`Finding::Index`](fondaco_core::chain::Finding::Index) says that an index is damaged. All or nothing, in one
    /// transaction, in memory that does not grow with the file. The file's disk may have other damage: verify the books
    /// afterwards.
    ///
    /// ```
    /// # use fondaco_core::store::Store;
    /// # let store = fondaco_store::Sqlite::in_memory()?;
    /// # let all_tables = [];
    /// store.prepare(&all_tables)?;
    /// store.rebuild_indexes()?;
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Unprepared`] when the file has indexes of a table that was not prepared, or as [`Sqlite::open`].
    pub fn rebuild_indexes(&self) -> Result<(), StoreError> {
        let conn = self.writer();
        let rebuild = || {
            // SQLite sorts in memory otherwise, however much it is.
            conn.execute_batch("PRAGMA temp_store = FILE")?;
            let rebuild = |conn: &Connection| transaction(conn, |conn| self.room.rebuild(conn));
            let done = forget::whole_pages(&conn, true, rebuild);
            conn.execute_batch("PRAGMA temp_store = MEMORY")?;
            done
        };
        rebuild().map_err(|failure| failure.named(&self.home))
    }

    /// The file; `None` for a store in memory.
    ///
    /// ```
    /// use fondaco_store::Sqlite;
    /// assert_eq!(Sqlite::in_memory()?.path(), None);
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    pub fn path(&self) -> Option<&Path> {
        match &self.home {
            Home::File(path) => Some(path),
            Home::Memory => None,
        }
    }

    fn at(home: Home, options: SqliteOptions) -> Result<Sqlite, StoreError> {
        let conn = home.writer(&options).map_err(|failure| failure.named(&home))?;
        let cache = Cache::new(options.cache_rows);
        let (writer, room) = (Mutex::new(conn), Room::new(options.chain, Some(cache)));
        Ok(Sqlite { home, options, writer, readers: Mutex::default(), holds: Holds::new(), room })
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `act` in a read transaction.
    fn reading<T>(&self, act: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
        if matches!(self.home, Home::Memory) {
            return act(&self.writer());
        }
        let conn = self.reader()?;
        conn.prepare_cached("BEGIN")?.execute([])?;
        let done = act(&conn);
        self.give_back(conn)?;
        done
    }

    /// Ends a connection's read transaction and keeps it for the next.
    fn give_back(&self, conn: Connection) -> Outcome<()> {
        conn.prepare_cached("ROLLBACK")?.execute([])?;
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(conn);
        }
        Ok(())
    }

    fn reader(&self) -> Outcome<Connection> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(conn) => Ok(conn),
            None => self.home.reader(&self.options),
        }
    }

    /// A connection whose transaction shows this moment for as long as it lives.
    fn hold(&self) -> Outcome<Connection> {
        if matches!(self.home, Home::Memory) {
            let mut copy = self.home.reader(&self.options)?;
            let writer = self.writer();
            rusqlite::backup::Backup::new(&writer, &mut copy)?.step(-1)?;
            return Ok(copy);
        }
        let conn = self.reader()?;
        conn.prepare_cached("BEGIN")?.execute([])?;
        Ok(conn)
    }

    fn answer(&self, read: &Read) -> Outcome<Answer> {
        match read.at {
            At::Hold => {
                let conn = self.hold()?;
                let mut answer = self.room.read(&conn, read)?;
                let conn = Arc::new(Mutex::new(conn));
                answer.at = self.holds.keep(read.company, answer.at.position, conn);
                Ok(answer)
            }
            At::Held(at) | At::Last(at) => {
                let last = matches!(read.at, At::Last(_));
                let held = self.holds.find(read.company, at, last)?;
                let mut answer = {
                    let conn = held.lock().unwrap_or_else(PoisonError::into_inner);
                    self.room.read(&conn, read)?
                };
                self.forget_salts(read.company, &mut answer)?;
                answer.at.hold = if last { 0 } else { at.hold };
                if let (true, Home::File(_), Some(held)) = (last, &self.home, Arc::into_inner(held))
                {
                    self.give_back(held.into_inner().unwrap_or_else(PoisonError::into_inner))?;
                }
                Ok(answer)
            }
            _ => self.reading(|conn| self.room.read(conn, read)),
        }
    }

    /// Takes from the receipts of a held snapshot the salts that were forgotten since.
    fn forget_salts(&self, company: CompanyId, answer: &mut Answer) -> Outcome<()> {
        for reply in &mut answer.replies {
            if let Reply::Command(Some(receipt)) = reply
                && receipt.salt.is_some()
            {
                receipt.salt = self.reading(|conn| log::salt(conn, company, receipt.position))?;
            }
        }
        Ok(())
    }
}

/// Runs `act` in a write transaction that is committed when it succeeds.
fn transaction<T>(conn: &Connection, act: impl FnOnce(&Connection) -> Outcome<T>) -> Outcome<T> {
    begin(conn)?;
    let done = act(conn).and_then(|done| {
        conn.prepare_cached("COMMIT")?.execute([])?;
        Ok(done)
    });
    if done.is_err() {
        roll_back(conn);
    }
    done
}

fn begin(conn: &Connection) -> Outcome<()> {
    // Only after a panic in the middle of a commit.
    roll_back(conn);
    conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    Ok(())
}

/// Whether nothing is open any more.
fn roll_back(conn: &Connection) -> bool {
    conn.is_autocommit() || conn.execute_batch("ROLLBACK").is_ok() || conn.is_autocommit()
}

/// Carries out a batch and makes it last.
fn commit_in(conn: &Connection, room: &Room, batch: Batch) -> Outcome<Commit> {
    let (id, company) = (batch.id, batch.company);
    let erases = batch.changes.iter().any(|change| matches!(change, Change::Erase { .. }));
    let frees = forget::takes_away(&batch);
    let done = forget::whole_pages(conn, frees, |conn| sealed_in(conn, room, batch, id, company));
    if erases {
        forget::empty_log(conn);
    }
    done
}

fn sealed_in(
    conn: &Connection,
    room: &Room,
    batch: Batch,
    id: CommandId,
    company: CompanyId,
) -> Outcome<Commit> {
    begin(conn)?;
    match room.commit(conn, batch) {
        Ok((commit, changed)) => {
            make_last(conn, id)?;
            room.publish(company, &commit, changed);
            Ok(commit)
        }
        Err(failure) => {
            roll_back(conn);
            Err(failure)
        }
    }
}

/// The COMMIT of SQLite, after whose failure it may not be known whether it happened.
fn make_last(conn: &Connection, id: CommandId) -> Outcome<()> {
    let done = conn.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([]));
    let Err(error) = done else { return Ok(()) };
    let why = error.to_string();
    let failure = Failure::Sql(error);
    if roll_back(conn) && failure.leaves_nothing() {
        return Err(failure);
    }
    Err(StoreError::Unknown { id, why }.into())
}

impl Store for Sqlite {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        if self.room.has(tables) {
            return Ok(Prepared::default());
        }
        let conn = self.writer();
        let prepare = |conn: &Connection| self.room.prepare(conn, tables, false);
        let done = forget::whole_pages(&conn, true, |conn| transaction(conn, prepare));
        let (prepared, forms) = done.map_err(|failure| failure.named(&self.home))?;
        self.room.set_forms(forms);
        Ok(prepared)
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.answer(read).map_err(|failure| failure.named(&self.home))
    }

    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.holds.sweep();
        let done = match batch.check {
            true => self.reading(|conn| Ok(self.room.commit(conn, batch)?.0)),
            false => commit_in(&self.writer(), &self.room, batch),
        };
        done.map_err(|failure| failure.named(&self.home))
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        let feed = self.reading(|conn| log::feed(conn, from));
        feed.map_err(|failure| failure.named(&self.home))
    }

    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        let conn = self.writer();
        let loaded = transaction(&conn, |conn| self.room.load(conn, company, pieces));
        loaded.map_err(|failure| failure.named(&self.home))
    }
}
