//! A file that is read more than once, and must be the same each time.
//!
//! When it is opened it is read from end to end, and each block of it gets a digest. Whenever it is read again, it is read by
//! whole blocks, and one that is another ends the import: what was checked and what is booked are one file, also where an editor
//! saves in place or a program is still writing.

use std::io::{self, Read, Seek, SeekFrom};

use crate::digest::Digester;
use crate::store::Hash;

/// So many bytes have one digest.
pub(super) const BLOCK: usize = 1 << 16;

/// The digests of a file's blocks, in order; the last may be shorter.
#[derive(Default)]
pub(super) struct Blocks {
    digests: Vec<Hash>,
    bytes: u64,
}

impl Blocks {
    /// Takes the next block down.
    pub(super) fn take(&mut self, block: &[u8]) {
        self.digests.push(digest(block));
        self.bytes += block.len() as u64;
    }

    /// Whether this is what block `at` was.
    fn is(&self, at: u64, block: &[u8]) -> bool {
        let known = usize::try_from(at).ok().and_then(|at| self.digests.get(at));
        // After the last there is nothing.
        known.map_or(block.is_empty(), |known| *known == digest(block))
    }
}

fn digest(block: &[u8]) -> Hash {
    let mut digester = Digester::new("accounting.import.block"); // as it always was
    digester.bytes(block);
    digester.finish()
}

/// Why reading ends: the file is another.
#[derive(Debug, thiserror::Error)]
#[error("the file has changed")]
pub(super) struct Changed {
    pub(super) byte: u64,
}

/// The file, as long as it is what it was.
pub(super) struct Steady<R> {
    inner: R,
    blocks: Blocks,
    /// Where the next byte is read.
    at: u64,
    /// The block in memory, and which it is.
    block: Vec<u8>,
    loaded: Option<u64>,
}

impl<R> Steady<R> {
    pub(super) fn new(inner: R, blocks: Blocks) -> Steady<R> {
        Steady { inner, blocks, at: 0, block: Vec::new(), loaded: None }
    }
}

impl<R: Read + Seek> Steady<R> {
    fn load(&mut self, wanted: u64) -> io::Result<()> {
        if self.loaded == Some(wanted) {
            return Ok(());
        }
        self.loaded = None;
        let byte = wanted.saturating_mul(BLOCK as u64);
        self.inner.seek(SeekFrom::Start(byte))?;
        self.block.resize(BLOCK, 0);
        let read = fill(&mut self.inner, &mut self.block)?;
        self.block.truncate(read);
        if !self.blocks.is(wanted, &self.block) {
            return Err(io::Error::other(Changed { byte }));
        }
        self.loaded = Some(wanted);
        Ok(())
    }
}

impl<R: Read + Seek> Read for Steady<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.load(self.at / BLOCK as u64)?;
        let from = usize::try_from(self.at % BLOCK as u64).unwrap_or(0);
        let rest = self.block.get(from..).unwrap_or_default();
        let read = rest.len().min(out.len());
        for (to, byte) in out.iter_mut().zip(rest) {
            *to = *byte;
        }
        self.at += read as u64;
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Steady<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(byte) => Some(byte),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.blocks.bytes.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// Reads until the buffer is full or the file ends.
pub(super) fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
