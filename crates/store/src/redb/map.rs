//! redb as an ordered map: one table of bytes.

use std::fmt;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use ::redb::backends::InMemoryBackend;
use ::redb::{
    Database, DatabaseError, Durability, MultimapTableHandle, ReadOnlyTable, ReadableDatabase,
    StorageError, TableDefinition, TableError, TableHandle, WriteTransaction,
};

use super::{RedbDurability, RedbOptions, failure};
use crate::ordered::{KeyRange, MapError, MapSnapshot, Ordered, Pair, Put, Written};

const TABLE: TableDefinition<'static, &[u8], &[u8]> = TableDefinition::new("fondaco");

/// Whether a file is what redb leaves when it is stopped while it makes a new one: it writes the first bytes last, and
/// nothing behind the first page before.
fn is_unfinished(path: &Path) -> bool {
    /// A new file is smaller.
    const MOST: u64 = 16 << 20;
    let small = std::fs::metadata(path).is_ok_and(|meta| (1..MOST).contains(&meta.len()));
    let Ok(bytes) = (if small { std::fs::read(path) } else { Ok(Vec::new()) }) else {
        return false;
    };
    let (begins, rest) = (bytes.iter().take(9), bytes.iter().skip(4096));
    !bytes.is_empty() && begins.chain(rest).all(|byte| *byte == 0)
}

/// A redb database as an [`Ordered`] map, which it keeps in a table of bytes called `fondaco`.
///
/// [`Redb`](super::Redb) is the store over it.
pub struct RedbMap {
    database: Database,
    name: String,
    durability: RedbDurability,
    quick_repair: bool,
    /// The last position that was written: read before a read transaction begins, so it is never newer than that.
    position: AtomicU64,
    /// How many commits the disk may not have.
    waiting: Mutex<u32>,
}

/// Makes a file under another name and gives it its own when it is one: redb writes what says so last, and a program that was
/// killed before would leave a file that seems damaged.
fn make(path: &Path, name: &str) -> Result<(), MapError> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = Path::new(&unfinished);
    let create = || Database::builder().create(unfinished);
    let made = create().or_else(|error| match error {
        // Of one who was killed over it.
        DatabaseError::Storage(StorageError::Io(io)) if io.kind() == ErrorKind::InvalidData => {
            let _ = std::fs::remove_file(unfinished);
            create()
        }
        other => Err(other),
    });
    drop(made.map_err(|error| failure(&name, error))?);
    // A link rather than a new name: somebody may have made the file meanwhile, and be in it.
    let linked = std::fs::hard_link(unfinished, path);
    let named = match linked {
        Err(_) if !path.exists() => std::fs::rename(unfinished, path),
        _ => Ok(()),
    };
    let _ = std::fs::remove_file(unfinished);
    named.map_err(|error| failure(&name, StorageError::Io(error)))
}

impl RedbMap {
    pub(super) fn open(path: &Path, options: &RedbOptions) -> Result<RedbMap, MapError> {
        let name = path.display().to_string();
        let mut builder = Database::builder();
        builder.set_cache_size(options.cache_kib.saturating_mul(1024));
        builder.set_check_integrity_on_open(options.check_on_open);
        match std::fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => make(path, &name)?,
            _ => {}
        }
        let is_new = std::fs::metadata(path).map_or(true, |meta| meta.len() == 0);
        // redb says of itself that it may panic on a file that something else has altered.
        let opened = catch_unwind(AssertUnwindSafe(|| match is_new {
            true => builder.create(path),
            false => builder.open(path),
        }));
        let opened = opened.map_err(|_| MapError::Corrupt(format!("{name} is damaged")))?;
        let database = opened.map_err(|error| match is_unfinished(path) {
            true => MapError::Corrupt(format!(
                "{name} holds nothing: whoever made it was stopped before it was a redb file; remove it and open it again"
            )),
            false => failure(&name, error),
        })?;
        let map = RedbMap::new(database, name, options);
        if is_new {
            map.create()?
        } else {
            map.inspect()?
        }
        Ok(map)
    }

    pub(super) fn in_memory() -> Result<RedbMap, MapError> {
        let name = "redb in memory".to_owned();
        let database = Database::builder().create_with_backend(InMemoryBackend::new());
        let database = database.map_err(|error| failure(&name, error))?;
        // Memory has no disk to wait for.
        let options = RedbOptions::new().durability(RedbDurability::Every(u32::MAX));
        let map = RedbMap::new(database, name, &options);
        map.create()?;
        Ok(map)
    }

    fn new(database: Database, name: String, options: &RedbOptions) -> RedbMap {
        let (durability, quick_repair) = (options.durability, options.quick_repair);
        let (position, waiting) = (AtomicU64::new(1), Mutex::new(0));
        RedbMap { database, name, durability, quick_repair, position, waiting }
    }

    /// Makes our table in a new file or store.
    fn create(&self) -> Result<(), MapError> {
        let write = self.begin(true)?;
        write.open_table(TABLE).map_err(|error| self.failure(error))?;
        write.commit().map_err(|error| self.failure(error))
    }

    /// That a file that was there has our table and no other. One without any is new: whoever made it was stopped
    /// before its table was there.
    fn inspect(&self) -> Result<(), MapError> {
        let names = self.names()?;
        match names.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["fondaco"] => self.table().map(|_| ()),
            [] => self.create(),
            [other, ..] => Err(self.foreign(&format!("has the table {other}, which is not ours"))),
        }
    }

    /// The names of all tables, of either sort.
    fn names(&self) -> Result<Vec<String>, MapError> {
        let read = self.database.begin_read().map_err(|error| self.failure(error))?;
        let tables = read.list_tables().map_err(|error| self.failure(error))?;
        let multimaps = read.list_multimap_tables().map_err(|error| self.failure(error))?;
        let tables = tables.map(|table| table.name().to_owned());
        Ok(tables.chain(multimaps.map(|table| table.name().to_owned())).collect())
    }

    fn foreign(&self, why: &str) -> MapError {
        MapError::Corrupt(format!(
            "{} {why}: it belongs to another program; give the books a file of their own",
            self.name
        ))
    }

    fn failure(&self, error: impl Into<::redb::Error>) -> MapError {
        failure(&self.name, error)
    }

    fn begin(&self, durable: bool) -> Result<WriteTransaction, MapError> {
        let mut write = self.database.begin_write().map_err(|error| self.failure(error))?;
        let durability = if durable { Durability::Immediate } else { Durability::None };
        write.set_durability(durability).map_err(|error| self.failure(error))?;
        write.set_quick_repair(durable && self.quick_repair);
        Ok(write)
    }

    /// Our table as it stands; it keeps its read transaction open.
    fn table(&self) -> Result<ReadOnlyTable<&'static [u8], &'static [u8]>, MapError> {
        let read = self.database.begin_read().map_err(|error| self.failure(error))?;
        read.open_table(TABLE).map_err(|error| match error {
            TableError::Storage(error) => self.failure(error),
            _ => self.foreign("has a table fondaco that is not ours"),
        })
    }

    fn now(&self) -> Result<Moment, MapError> {
        let position = self.position.load(Ordering::Acquire);
        Ok(Moment { position, table: self.table()?, name: self.name.clone() })
    }

    /// Waits until the disk has all that was written.
    pub(super) fn sync(&self) -> Result<(), MapError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if *waiting > 0 {
            self.begin(true)?.commit().map_err(|error| self.failure(error))?;
            *waiting = 0;
        }
        Ok(())
    }
}

impl Drop for RedbMap {
    fn drop(&mut self) {
        // Nobody is left to be told; what the disk does not have was not promised.
        let _ = self.sync();
    }
}

impl fmt::Debug for RedbMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbMap").field("name", &self.name).finish_non_exhaustive()
    }
}

fn apply(write: &WriteTransaction, puts: Vec<Put>) -> Result<(), ::redb::Error> {
    let mut table = write.open_table(TABLE)?;
    for Put { key, value } in puts {
        match value {
            Some(value) => drop(table.insert(&key[..], &value[..])?),
            None => drop(table.remove(&key[..])?),
        }
    }
    Ok(())
}

impl Ordered for RedbMap {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        Ok(Box::new(self.now()?))
    }

    fn hold(&self) -> Result<Option<Box<dyn MapSnapshot + Send + Sync>>, MapError> {
        Ok(Some(Box::new(self.now()?)))
    }

    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if self.position.load(Ordering::Acquire) != position {
            return Ok(Written::Moved);
        }
        let durable = match self.durability {
            RedbDurability::Full => true,
            RedbDurability::Every(commits) => *waiting + 1 >= commits,
        };
        let write = self.begin(durable)?;
        apply(&write, puts).map_err(|error| self.failure(error))?;
        // From here on nobody can be sure: redb refuses further writes after a failure.
        let done = write.commit();
        self.position.store(position + 1, Ordering::Release);
        done.map_err(|error| MapError::Unknown(self.failure(error).to_string()))?;
        *waiting = if durable { 0 } else { *waiting + 1 };
        Ok(Written::Done)
    }
}

/// A read transaction.
struct Moment {
    position: u64,
    table: ReadOnlyTable<&'static [u8], &'static [u8]>,
    name: String,
}

impl MapSnapshot for Moment {
    fn position(&self) -> u64 {
        self.position
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, MapError> {
        let found = self.table.get(key).map_err(|error| failure(&self.name, error))?;
        Ok(found.map(|value| value.value().to_vec()))
    }

    fn range(&self, range: &KeyRange<'_>) -> Result<Vec<Pair>, MapError> {
        let pairs = self.table.range::<&[u8]>(range.bounds());
        let pairs = pairs.map_err(|error| failure(&self.name, error))?;
        let owned = |pair: Result<_, ::redb::StorageError>| {
            let (key, value): (::redb::AccessGuard<'_, &[u8]>, ::redb::AccessGuard<'_, &[u8]>) =
                pair.map_err(|error| failure(&self.name, error))?;
            Ok((key.value().to_vec(), value.value().to_vec()))
        };
        match range.backwards {
            false => pairs.take(range.limit).map(owned).collect(),
            true => pairs.rev().take(range.limit).map(owned).collect(),
        }
    }
}
