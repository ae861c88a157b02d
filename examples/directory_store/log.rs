//! The file of a [`Directory`](super::directory::Directory): records one after another, each checked.
//!
//! ```text
//! head    "fondaco log\0", version u32, generation u64, end u64, check u64        (40 bytes; numbers little-endian)
//! record  length u32, check u64, then `length` bytes: its puts                    (one record is one write)
//! put     key length u32, value length u32 (all ones: deleted), key, value
//! ```
//!
//! A check is the CRC-64 of what it stands for; a record's also of its generation and its place in the file, so that no
//! record can stand for another. It finds every flipped bit, and of any other damage all but one in 2^64.
//!
//! # What a bad record means
//! `end` in the head is where the file ended when its last write was answered: it is written, but not synced, after each
//! record, and synced with the next. So
//! - what is bad before `end` is **damage**, a flipped bit or a file cut short, and reported: nothing of it is read;
//! - what is bad behind `end` is the write that was going on when the program or the power went. Nobody was told that it was
//!   done, and it is cut off. (After a power cut `end` may be one record behind: if just that record is damaged as well, it
//!   is taken for one that was never finished.)

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use fondaco::store::ordered::{MapError, Put};

use crate::directory::{Fsync, failed};

const MAGIC: &[u8; 12] = b"fondaco log\0";
const VERSION: u32 = 1;
const HEAD: usize = 40;
const RECORD: usize = 12;
const DELETED: u32 = u32::MAX;

/// The file, open for appending.
#[derive(Debug)]
pub(crate) struct Log {
    path: PathBuf,
    file: File,
    sync: Fsync,
    generation: u64,
    len: u64,
    len_when_new: u64,
    broken: Arc<Broken>,
}

/// Why a file can't be used any more, if so: what is on the disk may be other than what is in memory.
#[derive(Debug, Default)]
pub(crate) struct Broken(OnceLock<String>);

impl Broken {
    pub(crate) fn check(&self) -> Result<(), MapError> {
        match self.0.get() {
            None => Ok(()),
            Some(why) => Err(MapError::Unavailable(format!("{why}: open it again"))),
        }
    }

    fn because(&self, path: &Path, why: &dyn std::fmt::Display) {
        self.0.get_or_init(|| format!("{} failed before ({why})", path.display()));
    }
}

impl Log {
    pub(crate) fn name(generation: u64) -> String {
        format!("log-{generation}")
    }

    pub(crate) fn generation_of(name: &str) -> Option<u64> {
        name.strip_prefix("log-")?.parse().ok()
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn broken(&self) -> Arc<Broken> {
        self.broken.clone()
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn len_when_new(&self) -> u64 {
        self.len_when_new
    }

    /// The file that takes the place of this one.
    pub(crate) fn successor(
        &self,
        directory: &Path,
        writes: &mut dyn Iterator<Item = Result<Vec<Put>, MapError>>,
    ) -> Result<Log, MapError> {
        let generation = self.generation + 1;
        let new = Log::create(directory, generation, self.sync, writes);
        let path = directory.join(Log::name(generation));
        if let Err(error) = &new
            && fs::remove_file(&path).is_err()
            && path.exists()
        {
            // It has its name, so the next opening would take it for the newest.
            self.broken.because(&path, error);
        }
        Ok(Log { broken: self.broken.clone(), ..new? })
    }

    /// A new file with these writes; it gets its name when all of it is on the disk.
    pub(crate) fn create(
        directory: &Path,
        generation: u64,
        sync: Fsync,
        writes: &mut dyn Iterator<Item = Result<Vec<Put>, MapError>>,
    ) -> Result<Log, MapError> {
        let path = directory.join(Log::name(generation));
        let unfinished = path.with_extension("new");
        let new = |file| {
            let (path, broken) = (path.clone(), Arc::default());
            Log { path, file, sync, generation, len: HEAD as u64, len_when_new: 0, broken }
        };
        let options =
            || File::options().create(true).truncate(true).read(true).write(true).open(&unfinished);
        let done = options().and_then(|file| {
            let mut log = new(file);
            log.file.write_all(&head(generation, HEAD as u64))?;
            Ok(log)
        });
        let mut log = done.map_err(|error| failed(&unfinished, &error))?;
        for puts in writes {
            log.put(&record(generation, log.len, &puts?)?)
                .map_err(|error| failed(&unfinished, &error))?;
        }
        log.len_when_new = log.len;
        let finish = |log: &mut Log| {
            log.note_end()?;
            if sync == Fsync::Always {
                log.file.sync_all()?;
            }
            fs::rename(&unfinished, &path)?;
            sync_directory(directory, sync)
        };
        finish(&mut log).map_err(|error| failed(&unfinished, &error))?;
        Ok(log)
    }

    /// The file of a generation; `redo` gets its writes in order.
    pub(crate) fn open(
        directory: &Path,
        generation: u64,
        sync: Fsync,
        redo: impl FnMut(Vec<Put>) -> Result<(), MapError>,
    ) -> Result<Log, MapError> {
        let path = directory.join(Log::name(generation));
        let bytes = fs::read(&path).map_err(|error| failed(&path, &error))?;
        let len = redo_all(&path, generation, &bytes, redo)?;
        let file = File::options().read(true).write(true).open(&path);
        let file = file.map_err(|error| failed(&path, &error))?;
        let mut log =
            Log { path, file, sync, generation, len, len_when_new: len, broken: Arc::default() };
        let tidy = |log: &mut Log| {
            if (bytes.len() as u64) > len {
                log.file.set_len(len)?;
            }
            log.note_end()?;
            if sync == Fsync::Always { log.file.sync_all() } else { Ok(()) }
        };
        tidy(&mut log).map_err(|error| failed(&log.path, &error))?;
        Ok(log)
    }

    /// One write, whole or not at all.
    pub(crate) fn append(&mut self, puts: &[Put]) -> Result<(), MapError> {
        self.broken.check()?;
        let before = self.len;
        let record = record(self.generation, self.len, puts)?;
        if let Err(error) = self.put(&record) {
            // What came before the failure must not stand before the next record.
            if let Err(second) = self.file.set_len(before) {
                self.broken.because(&self.path, &second);
            }
            self.len = before;
            return Err(failed(&self.path, &error));
        }
        if self.sync == Fsync::Always
            && let Err(error) = self.file.sync_data()
        {
            // Whether the system still has what it could not write, nobody knows.
            self.broken.because(&self.path, &error);
            return Err(MapError::Unknown(format!("{}: {error}", self.path.display())));
        }
        // A head that could not be written says less than is true, which does no harm but to what it can find.
        let _ = self.note_end();
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(self.len))?;
        self.file.write_all(bytes)?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Notes where the file ends.
    fn note_end(&mut self) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&head(self.generation, self.len))
    }
}

/// A renamed file has its name after a power cut only when its directory was synced.
fn sync_directory(directory: &Path, sync: Fsync) -> std::io::Result<()> {
    if sync == Fsync::Never || !cfg!(unix) {
        return Ok(());
    }
    File::open(directory)?.sync_all()
}

fn head(generation: u64, end: u64) -> Vec<u8> {
    let mut head = [&MAGIC[..], &VERSION.to_le_bytes()].concat();
    head.extend_from_slice(&generation.to_le_bytes());
    head.extend_from_slice(&end.to_le_bytes());
    let check = crc64(&[&head]);
    head.extend_from_slice(&check.to_le_bytes());
    head
}

fn record(generation: u64, at: u64, puts: &[Put]) -> Result<Vec<u8>, MapError> {
    let length = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len()).ok().filter(|&length| length < DELETED);
        length.ok_or_else(|| MapError::Unavailable("a write of 4 GiB and more: split it".into()))
    };
    let mut record = vec![0; RECORD];
    for Put { key, value } in puts {
        let of_value = value.as_deref().map_or(Ok(DELETED), &length)?;
        record.extend_from_slice(&length(key)?.to_le_bytes());
        record.extend_from_slice(&of_value.to_le_bytes());
        record.extend_from_slice(key);
        record.extend_from_slice(value.as_deref().unwrap_or_default());
    }
    let (head, body) = record.split_at_mut(RECORD);
    let check = check(generation, at, body);
    head[..4].copy_from_slice(&length(body)?.to_le_bytes());
    head[4..].copy_from_slice(&check.to_le_bytes());
    Ok(record)
}

fn check(generation: u64, at: u64, body: &[u8]) -> u64 {
    crc64(&[&generation.to_le_bytes(), &at.to_le_bytes(), &(body.len() as u64).to_le_bytes(), body])
}

/// Does all writes of a file again; where its last whole record ends.
fn redo_all(
    path: &Path,
    generation: u64,
    bytes: &[u8],
    mut redo: impl FnMut(Vec<Put>) -> Result<(), MapError>,
) -> Result<u64, MapError> {
    let end = end_in_head(path, generation, bytes)?;
    let mut at = HEAD;
    while at < bytes.len() {
        match next(generation, at, bytes) {
            Some(body) => {
                redo(puts(body).ok_or_else(|| damaged(path, at, "is no write"))?)?;
                at += RECORD + body.len();
            }
            None if (at as u64) < end => {
                return Err(damaged(
                    path,
                    at,
                    "is not as it was written, or the file is cut short",
                ));
            }
            None => break,
        }
    }
    if (at as u64) < end {
        let why =
            format!("ends at byte {at}, its last answered write ended at {end}: it is cut short");
        return Err(MapError::Corrupt(format!("{} {why}; go back to a copy", path.display())));
    }
    Ok(at as u64)
}

/// Where the head says that the file ends, at least.
fn end_in_head(path: &Path, generation: u64, bytes: &[u8]) -> Result<u64, MapError> {
    let no = |why: &str| MapError::Corrupt(format!("{}: {why}", path.display()));
    let head = bytes.get(..HEAD).ok_or_else(|| no("it is cut short: go back to a copy"))?;
    let number = |at: usize| {
        head.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
    };
    if !head.starts_with(MAGIC) {
        return Err(no("it is no file of ours"));
    }
    if number(32) != crc64(&[&head[..32]]) {
        return Err(no("its head is damaged: go back to a copy"));
    }
    if head[12..16] != VERSION.to_le_bytes() {
        return Err(no("a newer version of the program wrote it: use that"));
    }
    if number(16) != generation {
        return Err(no("it was renamed: give it its name again"));
    }
    Ok(number(24))
}

fn damaged(path: &Path, at: usize, why: &str) -> MapError {
    let what = format!("{}: the record at byte {at} {why}; go back to a copy", path.display());
    MapError::Corrupt(what)
}

/// The body of the record at `at`, if it is whole and as it was written.
fn next(generation: u64, at: usize, bytes: &[u8]) -> Option<&[u8]> {
    let (head, rest) = bytes.get(at..)?.split_at_checked(RECORD)?;
    let length = u32::from_le_bytes(head.get(..4)?.try_into().ok()?);
    let body = rest.get(..usize::try_from(length).ok()?)?;
    let stored = u64::from_le_bytes(head.get(4..)?.try_into().ok()?);
    (check(generation, at as u64, body) == stored).then_some(body)
}

fn puts(mut body: &[u8]) -> Option<Vec<Put>> {
    let mut puts = Vec::new();
    while !body.is_empty() {
        let (lengths, rest) = body.split_at_checked(8)?;
        let key = u32::from_le_bytes(lengths.get(..4)?.try_into().ok()?) as usize;
        let value = u32::from_le_bytes(lengths.get(4..)?.try_into().ok()?);
        let (key, rest) = rest.split_at_checked(key)?;
        if value == DELETED {
            puts.push(Put::delete(key));
            body = rest;
            continue;
        }
        let (value, rest) = rest.split_at_checked(value as usize)?;
        puts.push(Put::new(key, value));
        body = rest;
    }
    Some(puts)
}

/// CRC-64 of ECMA-182, reflected, as the XZ format has it.
fn crc64(parts: &[&[u8]]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.iter());
    !bytes.fold(!0, |crc, byte| CRC[((crc ^ u64::from(*byte)) & 0xFF) as usize] ^ (crc >> 8))
}

const CRC: [u64; 256] = {
    let mut table = [0; 256];
    let mut at = 0;
    while at < table.len() {
        let (mut crc, mut bit) = (at as u64, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xC96C_5795_D787_0F42 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[at] = crc;
        at += 1;
    }
    table
};
