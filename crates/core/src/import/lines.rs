//! The lines of a file, one at a time, each with its number and its place, so that reading can go on there.
//!
//! The file is read more than once: from end to end for its digest, before anything is booked, and then line by line. What is
//! in memory is a buffer, one record, and 32 bytes for every 64 KB of the file, by which it is known to be the same.

use std::io::{self, Read, Seek, SeekFrom};

use csv::{ByteRecord, Position, ReaderBuilder, Terminator};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::steady::{BLOCK, Blocks, Steady, fill};
use super::{CsvFormat, Encoding, FileError};
use crate::digest::Digester;
use crate::store::Hash;

/// No record is longer, in bytes: else a quote that is not closed takes the whole file for one field.
pub(super) const MAX_RECORD: usize = 1 << 20;

/// Where a line begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Place {
    /// How many bytes stand before it.
    pub byte: u64,
    /// Its number, from 1.
    pub line: u64,
}

/// One line of a file: a record, which goes over several where a field with a line's end is quoted.
#[derive(Debug, Clone, Copy)]
pub struct Line<'r> {
    /// The number of the line that it begins on, from 1.
    pub number: u64,
    pub(super) record: &'r ByteRecord,
}

impl Line<'_> {
    /// How many bytes its fields have in all.
    pub fn bytes(&self) -> usize {
        self.record.as_slice().len()
    }
}

/// The lines of a file after its header, one at a time.
///
/// ```
/// use fondaco_core::import::{CsvFormat, Lines};
///
/// let file = std::io::Cursor::new("code,name\nM8,Bolt\n\nM10,Bolt\n");
/// let mut lines = Lines::open(file, &CsvFormat::new())?;
/// assert_eq!(lines.header.as_deref().map(<[_]>::len), Some(2));
/// let mut numbers = Vec::new();
/// while let Some(line) = lines.next()? {
///     numbers.push(line.number);
/// }
/// assert_eq!(numbers, [2, 4]); // empty ones are left out
/// # Ok::<(), fondaco_core::import::FileError>(())
/// ```
pub struct Lines<R> {
    reader: csv::Reader<Fed<Steady<R>>>,
    /// The names of the columns; `None` where the file has no line of names.
    pub header: Option<Vec<SmolStr>>,
    /// Of the whole file.
    pub digest: Hash,
    /// How many lines there are in all.
    pub total: i64,
    /// Where the first line after the header begins.
    pub first: Place,
    encoding: Encoding,
    record: ByteRecord,
}

impl<R: Read + Seek> Lines<R> {
    /// The lines of a file, which is read from end to end for its digest.
    ///
    /// # Errors
    /// What is wrong with the file as a whole.
    pub fn open(mut file: R, format: &CsvFormat) -> Result<Lines<R>, FileError> {
        let scanned = Scanned::scan(&mut file, format.skip_lines)?;
        let delimiter = u8::try_from(format.delimiter).unwrap_or(b',');
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(delimiter);
        // A line ends with its \n; a \r before it is taken off by `Lines::next`, so that lines are counted right.
        builder.terminator(Terminator::Any(b'\n')).buffer_capacity(1 << 16);
        let inner = Steady::new(file, scanned.blocks);
        let reader = builder.from_reader(Fed { inner, ended: false, budget: MAX_RECORD });
        let mut lines = Lines {
            reader,
            header: None,
            digest: scanned.digest,
            total: scanned.lines,
            first: scanned.first,
            encoding: format.encoding,
            record: ByteRecord::new(),
        };
        lines.go_to(scanned.first)?;
        if format.header {
            lines.read_header(format)?;
        }
        Ok(lines)
    }

    fn read_header(&mut self, format: &CsvFormat) -> Result<(), FileError> {
        let skipped = format.skip_lines;
        if self.next()?.is_none() {
            let skipped = match skipped {
                0 => SmolStr::default(),
                lines => format_smolstr!(" after the first {lines}"),
            };
            return Err(FileError::Empty { skipped });
        }
        let name = |field: &[u8]| {
            std::str::from_utf8(field)
                .map(|name| SmolStr::new(name.trim_start_matches('\u{feff}').trim()))
                .map_err(|_| FileError::Encoding { found: "no text in its header" })
        };
        self.header = Some(self.record.iter().map(name).collect::<Result<_, _>>()?);
        self.first = self.place();
        Ok(())
    }

    /// How many lines there are after the header, those that say nothing among them.
    pub fn of_data(&self) -> i64 {
        let before = i64::try_from(self.first.line).unwrap_or(i64::MAX).saturating_sub(1);
        self.total.saturating_sub(before).max(0)
    }

    /// Where the next line begins.
    pub fn place(&self) -> Place {
        let position = self.reader.position();
        Place { byte: position.byte(), line: position.line() }
    }

    /// Goes on with the line that begins there.
    ///
    /// # Errors
    /// [`FileError::Unreadable`], [`FileError::FileChanged`].
    pub fn go_to(&mut self, place: Place) -> Result<(), FileError> {
        if self.place() == place {
            return Ok(());
        }
        let mut position = Position::new();
        position.set_byte(place.byte).set_line(place.line);
        self.reader.seek(position).map_err(|error| unreadable(error, place.line))
    }

    /// The next line that says anything; `None` at the end.
    ///
    /// # Errors
    /// [`FileError::TooLong`], [`FileError::Unreadable`], [`FileError::FileChanged`].
    #[allow(clippy::should_implement_trait)] // lines lend what they read
    pub fn next(&mut self) -> Result<Option<Line<'_>>, FileError> {
        loop {
            let before = self.place().line;
            self.reader.get_mut().budget = MAX_RECORD;
            let more = self.reader.read_byte_record(&mut self.record);
            if !more.map_err(|error| unreadable(error, before))? {
                return Ok(None);
            }
            if self.record.iter().any(|field| !matches!(field, b"" | b"\r")) {
                break;
            }
        }
        // A record ends behind its line; lines inside of quotes are its own.
        let inner = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count();
        let number = self.place().line.saturating_sub(inner as u64 + 1);
        self.encoding.decode(&mut self.record);
        Ok(Some(Line { number, record: &self.record }))
    }
}

impl<R: Read + Seek> Lines<R> {
    /// Goes behind the line's end that comes next after a place: for whoever goes on after a line that is [too long](FileError::TooLong).
    ///
    /// ```
    /// use fondaco_core::import::{CsvFormat, FileError, Lines};
    ///
    /// let file = format!("name\n{}\nBo\n", "x".repeat(3 << 20));
    /// let mut lines = Lines::open(std::io::Cursor::new(file), &CsvFormat::new())?;
    /// let before = lines.place();
    /// assert!(matches!(lines.next(), Err(FileError::TooLong { line: 2 })));
    /// lines.skip_line(before)?;
    /// assert_eq!(lines.next()?.map(|line| line.number), Some(3));
    /// # Ok::<(), FileError>(())
    /// ```
    ///
    /// # Errors
    /// [`FileError::Unreadable`], [`FileError::FileChanged`].
    pub fn skip_line(&mut self, from: Place) -> Result<(), FileError> {
        let file = self.reader.get_mut();
        file.seek(SeekFrom::Start(from.byte))?;
        let (mut byte, mut buffer) = (from.byte, vec![0; BLOCK]);
        let end = loop {
            file.budget = MAX_RECORD;
            let read = file.read(&mut buffer)?;
            let part = buffer.get(..read).unwrap_or_default();
            match part.iter().position(|byte| *byte == b'\n') {
                Some(at) => break byte + at as u64 + 1,
                None if read == 0 => break byte,
                None => byte += read as u64,
            }
        };
        let mut position = Position::new();
        position.set_byte(end).set_line(from.line + 1);
        let sought = self.reader.seek_raw(SeekFrom::Start(end), position);
        sought.map_err(|error| unreadable(error, from.line))
    }
}

fn unreadable(error: csv::Error, line: u64) -> FileError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            FileError::TooLong { line }
        }
        csv::ErrorKind::Io(error) => error.into(),
        other => FileError::Unreadable { why: format!("{other:?}") },
    }
}

/// A file that always ends with a line's end, and of which one record can't take more than its share.
struct Fed<R> {
    inner: R,
    ended: bool,
    budget: usize,
}

impl<R: Read> Read for Fed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.budget == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let read = self.inner.read(out)?;
        self.budget = self.budget.saturating_sub(read);
        match out.first_mut() {
            Some(first) if read == 0 && !self.ended => {
                self.ended = true;
                *first = b'\n';
                Ok(1)
            }
            _ => Ok(read),
        }
    }
}

impl<R: Seek> Seek for Fed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.ended = false;
        self.budget = MAX_RECORD;
        self.inner.seek(to)
    }
}

/// What is known of a file before it is taken apart.
struct Scanned {
    digest: Hash,
    blocks: Blocks,
    lines: i64,
    first: Place,
}

impl Scanned {
    fn scan(file: &mut impl Read, skip: u32) -> Result<Scanned, FileError> {
        let mut digester = Digester::new("accounting.import"); // files are known again by it
        let (mut buffer, mut blocks) = (vec![0; BLOCK], Blocks::default());
        let (mut bytes, mut lines, mut last) = (0u64, 0i64, b'\n');
        let mut line_start = 0;
        let mut first = Place { byte: 0, line: 1 };
        loop {
            let read = fill(file, &mut buffer)?;
            let part = buffer.get(..read).unwrap_or_default();
            if bytes == 0 {
                check_encoding(part)?;
            }
            digester.bytes(part); // every part but the last is as long as the buffer
            if read > 0 {
                blocks.take(part);
            }
            for (at, byte) in part.iter().enumerate() {
                let at = bytes + at as u64;
                match byte {
                    b'\n' => (lines, line_start) = (lines + 1, at + 1),
                    0 => {
                        let (line, column) = (lines as u64 + 1, at - line_start + 1);
                        return Err(FileError::NoText { line, column });
                    }
                    _ => continue,
                }
                if lines <= i64::from(skip) {
                    first = Place { byte: at + 1, line: lines as u64 + 1 };
                }
            }
            bytes += read as u64;
            last = part.last().copied().unwrap_or(last);
            if read < buffer.len() {
                let lines = lines + i64::from(last != b'\n');
                return Ok(Scanned { digest: digester.finish(), blocks, lines, first });
            }
        }
    }
}

fn check_encoding(start: &[u8]) -> Result<(), FileError> {
    match start {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err(FileError::Encoding { found: "UTF-16" }),
        _ => Ok(()),
    }
}

impl<R> std::fmt::Debug for Lines<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("header", &self.header).finish_non_exhaustive()
    }
}
