//! An ordered map in a plain directory, with nothing but the standard library: the worked example of
//! [`fondaco::store::ordered`].
//!
//! All pairs are in memory; the directory keeps them. Every write is one record at the end of an append-only file, so it is
//! there whole or not at all, whatever is killed and whenever. When the file has become much longer than what it holds, a new
//! one is written that holds only that, and takes its place.
//!
//! # What it survives
//! - `kill -9` at any moment: every answered write is there, and of the one that was not answered all or nothing.
//! - A power cut, with [`Fsync::Always`]: a record is synced before its write is answered, a new file before it takes the
//!   place of the old, and the directory after that. [`Fsync::Never`] leaves all of that to the system.
//! - A failing or full disk: a write that could not be appended is cut off again. After a failure that leaves it open what
//!   is on the disk, the map answers nothing more until it is opened anew.
//! - A second process: it is kept out by a lock, which the system lets go of when the first one dies.
//! - Damage is reported, never read: see [`log`](super::log). A directory of which the file is gone is no new one.
//!
//! What was replaced or deleted is still in the file until [`Directory::compact`]: call it after an erasure.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fondaco::store::ordered::{InMemory, KeyRange, MapError, MapSnapshot, Ordered, Put, Written};

use crate::log::{Broken, Log};

/// When the disk is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    /// Before each write is answered: it survives a power cut.
    Always,
    /// Never: a write survives a crash of the program.
    Never,
}

/// A map in a directory; see the [module](self).
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    map: InMemory,
    log: Mutex<Log>,
    /// Whether the log is not to be believed any more.
    broken: Arc<Broken>,
    /// Locked for as long as this lives.
    _lock: File,
}

/// A file is written anew when it is twice as long as it was when it was new, and this much longer.
const SLACK: u64 = 4 * 1024 * 1024;

/// How large a record of a new file is, about.
const CHUNK: usize = 1024 * 1024;

impl Directory {
    /// The map in the directory at `path`, which is made if it is not there.
    ///
    /// # Errors
    /// [`MapError::Unavailable`] when the directory can't be used or another process uses it, [`MapError::Corrupt`] when it
    /// holds something else or is damaged.
    pub fn open(path: impl AsRef<Path>, sync: Fsync) -> Result<Directory, MapError> {
        let path = path.as_ref().to_path_buf();
        fs::create_dir_all(&path).map_err(|error| failed(&path, &error))?;
        // Another's directory is left as it is, without so much as a lock.
        Files::of(&path)?;
        let lock = lock(&path)?;
        let files = Files::of(&path)?;
        let map = InMemory::new();
        let log = match files.generations.last() {
            None if is_used(&path, &lock)? => {
                return Err(MapError::Corrupt(format!(
                    "{}: it was in use before and its log is gone: copy it back, or take an empty directory",
                    path.display()
                )));
            }
            None => Log::create(&path, 1, sync, &mut std::iter::empty())?,
            Some(&generation) => {
                let mut position = 0;
                Log::open(&path, generation, sync, |puts| {
                    map.write(position, puts)?;
                    position += 1;
                    Ok(())
                })?
            }
        };
        // What a compaction was killed over: the newest file holds it all.
        files.remove_all_but(&path, log.generation())?;
        mark_used(&path, &lock)?;
        let broken = log.broken();
        Ok(Directory { path, map, log: Mutex::new(log), broken, _lock: lock })
    }

    /// Writes the file anew, with nothing in it but what the map holds: what was deleted or replaced is then gone.
    ///
    /// # Errors
    /// [`MapError::Unavailable`] when there is no room for it; the old file is then as it was.
    pub fn compact(&self) -> Result<(), MapError> {
        self.compact_to(&mut self.log())
    }

    fn compact_to(&self, log: &mut Log) -> Result<(), MapError> {
        self.broken.check()?;
        let snapshot = self.map.snapshot()?;
        let mut chunks = Chunks { snapshot: snapshot.as_ref(), from: Some(Vec::new()) };
        let new = log.successor(&self.path, &mut chunks)?;
        let old = std::mem::replace(log, new);
        // If it stays, the next opening removes it.
        let _ = fs::remove_file(self.path.join(Log::name(old.generation())));
        Ok(())
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ordered for Directory {
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
        self.broken.check()?;
        self.map.snapshot()
    }

    fn hold(&self) -> Result<Option<Box<dyn MapSnapshot + Send + Sync>>, MapError> {
        self.broken.check()?;
        self.map.hold()
    }

    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
        // Only who has the log writes to the map, so it stays where it is.
        let mut log = self.log();
        if self.map.snapshot()?.position() != position {
            return Ok(Written::Moved);
        }
        log.append(&puts)?;
        let written = self.map.write(position, puts)?;
        if log.len() > 2 * log.len_when_new() + SLACK {
            // The write is done: that there was no room to tidy up is no failure of it.
            let _ = self.compact_to(&mut log);
        }
        Ok(written)
    }
}

/// Whether there was a log once: an empty lock is what is left of an opening that was killed before it made one.
fn is_used(path: &Path, lock: &File) -> Result<bool, MapError> {
    let lock = lock.metadata().map_err(|error| failed(path, &error))?;
    Ok(lock.len() > 0)
}

fn mark_used(path: &Path, mut lock: &File) -> Result<(), MapError> {
    if !is_used(path, lock)? {
        lock.write_all(b"there is a log beside this\n").map_err(|error| failed(path, &error))?;
    }
    Ok(())
}

/// All pairs of a map, in records of about [`CHUNK`] bytes.
struct Chunks<'m> {
    snapshot: &'m dyn MapSnapshot,
    /// The next key; `None` when all was given.
    from: Option<Vec<u8>>,
}

impl Iterator for Chunks<'_> {
    type Item = Result<Vec<Put>, MapError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut puts, mut size) = (Vec::new(), 0);
        while size < CHUNK
            && let Some(from) = self.from.take()
        {
            let range = KeyRange { from: &from, to: None, backwards: false, limit: 256 };
            let pairs = match self.snapshot.range(&range) {
                Ok(pairs) => pairs,
                Err(error) => return Some(Err(error)),
            };
            self.from = pairs.last().map(|(key, _)| [key, &[0][..]].concat());
            size += pairs.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
            puts.extend(pairs.into_iter().map(|(key, value)| Put::new(key, value)));
        }
        (!puts.is_empty()).then_some(Ok(puts))
    }
}

/// What lies in a directory that is ours or empty.
#[derive(Default)]
struct Files {
    /// Of the files, in order.
    generations: Vec<u64>,
    /// Files that were never finished.
    unfinished: Vec<PathBuf>,
}

impl Files {
    fn of(path: &Path) -> Result<Files, MapError> {
        let mut files = Files::default();
        for entry in fs::read_dir(path).map_err(|error| failed(path, &error))? {
            let entry = entry.map_err(|error| failed(path, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let unfinished = name.strip_suffix(".new").and_then(Log::generation_of).is_some();
            match Log::generation_of(&name) {
                Some(generation) => files.generations.push(generation),
                None if unfinished => files.unfinished.push(entry.path()),
                None if name == LOCK => {}
                None => {
                    let why = format!(
                        "holds {name}, which is not ours: give the books a directory of their own"
                    );
                    return Err(MapError::Corrupt(format!("{} {why}", path.display())));
                }
            }
        }
        files.generations.sort_unstable();
        Ok(files)
    }

    fn remove_all_but(self, path: &Path, generation: u64) -> Result<(), MapError> {
        let old = self.generations.into_iter().filter(|&old| old != generation);
        let old = old.map(|old| path.join(Log::name(old)));
        for file in old.chain(self.unfinished) {
            match fs::remove_file(&file) {
                // The first file of a maker that was killed over it: it is finished now, and has its name.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                done => done.map_err(|error| failed(&file, &error))?,
            }
        }
        Ok(())
    }
}

const LOCK: &str = "lock";

/// So often a lock is tried, and so long it is waited in between.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// Keeps every other process out of the directory for as long as the file lives. A process that starts another shares its
/// locks with it for a moment, so one who comes just then waits a little.
fn lock(path: &Path) -> Result<File, MapError> {
    let lock = path.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&lock);
    let file = file.map_err(|error| failed(&lock, &error))?;
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(failed(&lock, &error)),
        }
    }
    Err(MapError::Unavailable(format!("{}: another process has it open", path.display())))
}

/// Nothing is done: the disk, or its owner, does not allow it.
pub(crate) fn failed(path: &Path, error: &std::io::Error) -> MapError {
    MapError::Unavailable(format!("{}: {error}", path.display()))
}
