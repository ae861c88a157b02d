//! The embedded store in pure Rust: one file of [redb](https://docs.rs/redb), behind the feature `redb`.
//!
//! For programs that don't want a C compiler, or already keep a redb file. The file is redb's, with one table of bytes,
//! `fondaco`, in which everything lies as [`ordered`](crate::ordered) says: it is no table for people's SQL. That is what
//! [`Sqlite`](crate::sqlite::Sqlite) is for.
//!
//! # What it promises
//! - Everything in [`fondaco_core::store`]. With [`RedbDurability::Full`], the default, an answered commit survives a power
//!   cut: the file is synced before `commit` answers.
//! - **Held snapshots** are read transactions of redb: they block nobody. While one is held, the file can't use again the
//!   space of what changed since.
//! - **One process.** redb locks the file; a second process that opens it is told [`StoreError::Unavailable`]. Within the
//!   process any number of threads may use the store.
//! - **Erasure.** What is erased is in no answer any more. Its bytes may lie in parts of the file that redb does not use,
//!   until it writes over them: redb has no way to clear those. Where that is not enough, use
//!   [`Sqlite`](crate::sqlite::Sqlite), which overwrites them, or copy the books into a new file.
//! - **Refusals.** A file that is no redb file, or has tables of others, is [`StoreError::Corrupt`] and stays as it is; one
//!   that a newer version wrote is [`StoreError::NewerLayout`]. A redb file without any table is new: its maker was stopped.
//!   One whose maker was stopped even before that holds nothing, and the refusal says so.
//! - **After a crash** redb checks the file when it is opened, which reads all of it; [`RedbOptions::quick_repair`] pays
//!   for an instant reopening with slower commits.
//! - **Damage.** redb trusts pages that it wrote until [`RedbOptions::check_on_open`] has it try the checksum of each. What
//!   lies beneath the checksums is what [`chain::verify`](fondaco_core::chain::verify) finds.

mod map;

use std::fmt;
use std::path::{Path, PathBuf};

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, Batch, Commit, FeedFrom, Pieces, Prepared, Read, Store, StoreError, Table,
};

use crate::ordered::{MapError, OrderedStore};
pub use map::RedbMap;

/// What an answered commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RedbDurability {
    /// A power cut: each commit waits until the disk has it.
    #[default]
    Full,
    /// Every so many commits wait for the disk, and with them all before: a crash of the program, or a power cut, may take
    /// those since then, each whole, and leaves the file in order. [`Redb::sync`], and closing the store, wait too.
    /// `Every(1)` is [`RedbDurability::Full`].
    Every(u32),
}

/// How a file is opened.
///
/// ```
/// use fondaco_store::{RedbDurability, RedbOptions};
/// let load = RedbOptions::new().durability(RedbDurability::Every(1000)).chain(false);
/// # let _ = load;
/// ```
#[derive(Debug, Clone)]
pub struct RedbOptions {
    durability: RedbDurability,
    chain: bool,
    cache_kib: usize,
    quick_repair: bool,
    check_on_open: bool,
}

impl Default for RedbOptions {
    fn default() -> RedbOptions {
        RedbOptions {
            durability: RedbDurability::Full,
            chain: true,
            cache_kib: 64 * 1024,
            quick_repair: false,
            check_on_open: false,
        }
    }
}

impl RedbOptions {
    /// Full durability, hash chain on, 64 MiB of pages kept in memory.
    pub fn new() -> RedbOptions {
        RedbOptions::default()
    }

    /// What an answered commit survives.
    ///
    /// ```
    /// use fondaco_store::{RedbDurability, RedbOptions};
    /// // To load the past of a company: whoever loads it again after a crash loads nothing twice.
    /// let load = RedbOptions::new().durability(RedbDurability::Every(100));
    /// # let _ = load;
    /// ```
    #[must_use]
    pub fn durability(mut self, durability: RedbDurability) -> RedbOptions {
        self.durability = durability;
        self
    }

    /// Whether commits are sealed into the company's hash chain.
    #[must_use]
    pub fn chain(mut self, on: bool) -> RedbOptions {
        self.chain = on;
        self
    }

    /// How much memory pages may be kept in, in KiB.
    #[must_use]
    pub fn cache_kib(mut self, kib: usize) -> RedbOptions {
        self.cache_kib = kib;
        self
    }

    /// Whether each commit also keeps what a reopening after a crash needs: it is then instant however large the file is,
    /// and commits are slower.
    #[must_use]
    pub fn quick_repair(mut self, on: bool) -> RedbOptions {
        self.quick_repair = on;
        self
    }

    /// Whether opening tries the checksum of every page, which reads the whole file: a file that was altered behind redb's
    /// back is then [`StoreError::Corrupt`] at once.
    #[must_use]
    pub fn check_on_open(mut self, on: bool) -> RedbOptions {
        self.check_on_open = on;
        self
    }
}

/// A store in one redb file; see the [module's](self) promises.
///
/// One commit is written at a time; reads run beside it. A held snapshot that nobody reads for 15 minutes is released.
pub struct Redb {
    store: OrderedStore<RedbMap>,
    path: Option<PathBuf>,
}

impl Redb {
    /// Opens the file at `path`, or makes it.
    ///
    /// ```
    /// # use fondaco_core::store::StoreError;
    /// use fondaco_store::Redb;
    /// # let folder = std::env::temp_dir().join(format!("fondaco-doc-redb-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let path = folder.join("acme.redb");
    /// let store = Redb::open(&path)?;
    /// assert_eq!(store.path(), Some(path.as_path()));
    /// let letter = folder.join("letter.txt");
    /// std::fs::write(&letter, "Dear Marietta, this is no database. ".repeat(1000))?;
    /// assert!(matches!(Redb::open(&letter), Err(StoreError::Corrupt(_))));
    /// # drop(store);
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it can't be opened or another process has it open, [`StoreError::Corrupt`] when it
    /// is no redb file, damaged, or of another program, [`StoreError::NewerLayout`] when a newer version of this library
    /// wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Redb, StoreError> {
        Redb::open_with(path, RedbOptions::new())
    }

    /// Opens the file at `path`, which must be there: a mistyped path is an error, not a new and empty file.
    ///
    /// ```
    /// # use fondaco_core::store::StoreError;
    /// let error = fondaco_store::Redb::open_existing("/no/such/acme.redb").unwrap_err();
    /// assert!(matches!(&error, StoreError::Unavailable(why) if why.contains("/no/such/acme.redb")));
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no such file, or as [`Redb::open`].
    pub fn open_existing(path: impl AsRef<Path>) -> Result<Redb, StoreError> {
        let path = path.as_ref();
        if path.is_file() {
            return Redb::open(path);
        }
        let why = format!("{}: there is no such file; Redb::open makes a new one", path.display());
        Err(StoreError::Unavailable(why))
    }

    /// Opens the file at `path`, or makes it, with options.
    ///
    /// ```
    /// use fondaco_store::{Redb, RedbOptions};
    /// # let path = std::env::temp_dir().join(format!("fondaco-doc-redb-with-{}", std::process::id()));
    /// let store = Redb::open_with(&path, RedbOptions::new().cache_kib(256 * 1024))?;
    /// # drop(store);
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Redb::open`].
    pub fn open_with(path: impl AsRef<Path>, options: RedbOptions) -> Result<Redb, StoreError> {
        let path = path.as_ref();
        let named = |error: StoreError| match error {
            StoreError::Corrupt(what) => StoreError::Corrupt(format!("{}: {what}", path.display())),
            other => other,
        };
        let map = RedbMap::open(path, &options).map_err(StoreError::from)?;
        let store = OrderedStore::open(map).map_err(named)?.with_chain(options.chain);
        Ok(Redb { store, path: Some(path.to_path_buf()) })
    }

    /// A store in memory: for tests, as it is gone with the value.
    ///
    /// ```
    /// use fondaco_core::CompanyId;
    /// use fondaco_core::store::{Read, Store};
    /// let store = fondaco_store::Redb::in_memory()?;
    /// let answer = store.read(&Read::now(CompanyId::named("acme"), vec![]))?;
    /// assert_eq!(answer.at.position, 0);
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is no memory.
    pub fn in_memory() -> Result<Redb, StoreError> {
        let map = RedbMap::in_memory().map_err(StoreError::from)?;
        Ok(Redb { store: OrderedStore::open(map)?, path: None })
    }

    /// The file; `None` for a store in memory.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Waits until the disk has all that was answered, which with [`RedbDurability::Every`] it may not have.
    ///
    /// ```
    /// # let store = fondaco_store::Redb::in_memory()?;
    /// store.sync()?;
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the disk fails.
    pub fn sync(&self) -> Result<(), StoreError> {
        Ok(self.store.map().sync()?)
    }
}

impl fmt::Debug for Redb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redb").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store for Redb {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.store.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.store.read(read)
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.store.commit(batch)
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.store.feed(from)
    }
    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        self.store.load(company, pieces)
    }
}

/// redb's failure in the words of a map.
fn failure(path: &dyn fmt::Display, error: impl Into<::redb::Error>) -> MapError {
    use ::redb::Error as E;
    let error = error.into();
    let later = |what: &str| MapError::Unavailable(format!("{path}: {what} ({error})"));
    match &error {
        E::DatabaseAlreadyOpen => later("another process has it open"),
        E::Io(io) if io.kind() == std::io::ErrorKind::InvalidData => {
            MapError::Corrupt(format!("{path} is no redb file, or damaged: {error}"))
        }
        E::Io(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            MapError::Corrupt(format!("{path} is cut short: {error}"))
        }
        E::Io(_) => later("the disk failed or is full"),
        E::PreviousIo | E::DatabaseClosed => later("an earlier failure closed it: open it again"),
        E::ValueTooLarge(_) => later("a value is larger than redb keeps"),
        _ => MapError::Corrupt(format!("{path}: {error}")),
    }
}
