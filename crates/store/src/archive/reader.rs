//! Reading an export back, into any store.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use fondaco_core::copy::{self, Copied, Tally};
use fondaco_core::store::{Hash, Piece, Store, StoreError, Table};
use fondaco_core::{CompanyId, Progress};
use serde_json::Value as Json;

use super::{MANIFEST, VERSION, form};

/// How many lines are read at once.
const PAGE: usize = 4096;

/// The most bytes of a line, so that a file without line ends does not fill the memory.
const LONGEST: u64 = 64 << 20;

/// The most bytes of a manifest, which has some lines for each table.
const MANIFEST_BYTES: u64 = 16 << 20;

/// Puts an exported company into a store that does not have it, and verifies it there. `tables` are those that the
/// program knows; they are prepared.
///
/// Nothing of the export has to be trusted: what is damaged or cut is named with its file and line, and what was changed
/// with more care is found by the hash chain. To know that it is the history that it was, compare with a checkpoint
/// ([`Driver::audit`](fondaco_core::Driver::audit)).
///
/// # Errors
/// [`StoreError::Corrupt`] with file and line; [`StoreError::Unprepared`] for a table that is not among `tables`,
/// [`StoreError::NewerLayout`] for one of a newer program; [`StoreError::Occupied`], [`StoreError::Stopped`],
/// [`StoreError::Unavailable`] when a file can't be read, the store's own failures. Nothing is in the store then, unless all was
/// read as the manifest says and the whole does not verify.
pub fn import(
    from: impl AsRef<Path>,
    to: &dyn Store,
    tables: &[&'static Table],
    progress: &mut dyn Progress,
) -> Result<Copied, StoreError> {
    let manifest = Manifest::read(from.as_ref(), tables)?;
    to.prepare(tables)?;
    let (company, position) = (manifest.company, manifest.position);
    let expected = (manifest.link, manifest.digest);
    let mut pieces = Pieces { files: manifest.files.into_iter(), open: None };
    let mut tally = Some(Tally::default());
    let mut next = || {
        let piece = pieces.next()?;
        match (&piece, &mut tally) {
            (Some(piece), Some(tally)) => tally.take(piece),
            // Compared before the store makes it visible.
            (None, ended) => whole(ended.take(), expected, from.as_ref())?,
            (Some(_), None) => {}
        }
        Ok(piece)
    };
    let copied = copy::load(to, company, position, &mut next, progress)?;
    copy::check(to, company, tables, &copied)?;
    Ok(copied)
}

/// That what came is what the manifest says.
fn whole(came: Option<Tally>, expected: (Hash, Hash), from: &Path) -> Result<(), StoreError> {
    let Some(came) = came.map(Tally::finish) else { return Ok(()) };
    if (came.link, came.digest) == expected {
        return Ok(());
    }
    let why =
        "its files are each whole, and together not what the manifest says: one was exchanged";
    Err(damaged(&from.join(MANIFEST), 0, why))
}

/// Opens a file, which is none but a file: no link out of the folder, no pipe that never ends.
fn open(path: &Path, missing: &str) -> Result<File, StoreError> {
    let failed = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => damaged(path, 0, missing),
        _ => unreadable(path, error),
    };
    if !std::fs::symlink_metadata(path).map_err(|error| failed(&error))?.is_file() {
        return Err(damaged(path, 0, "it is no plain file"));
    }
    File::open(path).map_err(|error| failed(&error))
}

/// That a file is damaged, from line 1 on, or as a whole.
fn damaged(path: &Path, line: u64, why: impl std::fmt::Display) -> StoreError {
    let line = if line > 0 { format!(" line {line}") } else { String::new() };
    StoreError::Corrupt(format!("{}{line}: {why}", path.display()))
}

fn unreadable(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}

struct Manifest {
    company: CompanyId,
    position: u64,
    link: Hash,
    digest: Hash,
    files: Vec<Lines>,
}

/// A file of lines, and what they are.
struct Lines {
    path: PathBuf,
    holds: Holds,
    /// How many there are, as the manifest has it.
    lines: u64,
}

#[derive(Clone, Copy)]
enum Holds {
    Rows(&'static Table),
    Series,
    Commits,
}

impl Manifest {
    fn read(folder: &Path, tables: &[&'static Table]) -> Result<Manifest, StoreError> {
        let path = folder.join(MANIFEST);
        let mut text = Vec::new();
        open(&path, "it is not there: this is no export, or one that was cut off")?
            .take(MANIFEST_BYTES + 1)
            .read_to_end(&mut text)
            .map_err(|error| unreadable(&path, &error))?;
        if text.len() as u64 > MANIFEST_BYTES {
            return Err(damaged(&path, 0, format!("it has more than {MANIFEST_BYTES} bytes")));
        }
        let json: Json = serde_json::from_slice(&text)
            .map_err(|error| damaged(&path, error.line() as u64, format!("no JSON: {error}")))?;
        Manifest::of(&json, folder, tables)?
            .ok_or_else(|| damaged(&path, 0, "a member is missing or is not what it should be"))
    }

    fn of(
        json: &Json,
        folder: &Path,
        tables: &[&'static Table],
    ) -> Result<Option<Manifest>, StoreError> {
        let version = json.get("version").and_then(Json::as_u64);
        if json.get("format").and_then(Json::as_str) != Some("fondaco export") || version.is_none()
        {
            return Ok(None);
        }
        if version > Some(VERSION) {
            let found = version.and_then(|version| u32::try_from(version).ok()).unwrap_or(u32::MAX);
            let known = VERSION as u32;
            return Err(StoreError::NewerLayout { table: "manifest.json".into(), found, known });
        }
        let mut files = Vec::new();
        for described in json.get("tables").and_then(Json::as_array).map_or(&[][..], Vec::as_slice)
        {
            let table = known(described, folder, tables)?;
            files.push(lines(described, folder, Holds::Rows(table)));
        }
        for (member, holds) in [("series", Holds::Series), ("log", Holds::Commits)] {
            files.push(json.get(member).and_then(|described| lines(described, folder, holds)));
        }
        let read = || {
            let company = json.get("company")?.as_str()?;
            Some(Manifest {
                company: CompanyId::from_u128(u128::from_str_radix(company, 16).ok()?),
                position: json.get("position")?.as_u64()?,
                link: form::hash(json.get("link")?)?,
                digest: form::hash(json.get("digest")?)?,
                files: files.into_iter().collect::<Option<_>>()?,
            })
        };
        Ok(read())
    }
}

/// The table that is described, as this program declares it.
fn known(
    described: &Json,
    folder: &Path,
    tables: &[&'static Table],
) -> Result<&'static Table, StoreError> {
    let name = described.get("name").and_then(Json::as_str).unwrap_or_default();
    let found = tables.iter().copied().find(|table| table.name == name);
    let table = found.ok_or_else(|| StoreError::Unprepared { table: name.into() })?;
    let layout = described.get("layout").and_then(Json::as_u64).unwrap_or(0);
    if layout > u64::from(table.layout) {
        let (found, known) = (u32::try_from(layout).unwrap_or(u32::MAX), table.layout);
        return Err(StoreError::NewerLayout { table: name.into(), found, known });
    }
    if !form::follows(table, described) {
        let why = format!("table {name} has other columns than this program gives it");
        return Err(damaged(&folder.join(MANIFEST), 0, why));
    }
    Ok(table)
}

fn lines(described: &Json, folder: &Path, holds: Holds) -> Option<Lines> {
    let file = Path::new(described.get("file")?.as_str()?);
    // Nothing outside of the folder is read, whatever a manifest says.
    let inside = file.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let lines = described.get("lines")?.as_u64()?;
    inside.then(|| Lines { path: folder.join(file), holds, lines })
}

/// The pieces of an export, file after file.
struct Pieces {
    files: std::vec::IntoIter<Lines>,
    open: Option<Open>,
}

struct Open {
    of: Lines,
    file: BufReader<File>,
    read: u64,
}

impl Pieces {
    fn next(&mut self) -> Result<Option<Piece>, StoreError> {
        loop {
            if let Some(open) = &mut self.open
                && let Some(piece) = open.next()?
            {
                return Ok(Some(piece));
            }
            let Some(of) = self.files.next() else { return Ok(None) };
            let file = open(&of.path, "the file is missing")?;
            self.open = Some(Open { of, file: BufReader::new(file), read: 0 });
        }
    }
}

impl Open {
    /// The next piece of this file; `None` at its end.
    fn next(&mut self) -> Result<Option<Piece>, StoreError> {
        let piece = match self.of.holds {
            Holds::Rows(table) => self.page(|json| form::row_of(table, json))?.map(Piece::Rows),
            Holds::Series => self.page(form::series_of)?.map(Piece::Series),
            Holds::Commits => self.page(form::commit_of)?.map(Piece::Commits),
        };
        Ok(piece)
    }

    fn page<T>(
        &mut self,
        read: impl Fn(&Json) -> Result<T, String>,
    ) -> Result<Option<Vec<T>>, StoreError> {
        let (mut page, mut line) = (Vec::new(), String::new());
        while page.len() < PAGE {
            line.clear();
            let mut limited = (&mut self.file).take(LONGEST);
            let bytes = limited.read_line(&mut line).map_err(|error| match error.kind() {
                std::io::ErrorKind::InvalidData => self.damaged(1, "it is no UTF-8 text"),
                _ => unreadable(&self.of.path, &error),
            })?;
            if bytes == 0 {
                break;
            }
            if bytes as u64 == LONGEST {
                return Err(self.damaged(1, format!("the line has {LONGEST} bytes or more")));
            }
            self.read += 1;
            if self.read > self.of.lines {
                return Err(self.damaged(0, "the manifest knows of no such line"));
            }
            let one = form::parse(&line).and_then(|json| read(&json));
            page.push(one.map_err(|why| self.damaged(0, why))?);
        }
        if page.len() < PAGE && self.read < self.of.lines {
            let why =
                format!("the file ends here, and has {} lines by the manifest", self.of.lines);
            return Err(self.damaged(1, why));
        }
        Ok((!page.is_empty()).then_some(page))
    }

    fn damaged(&self, further: u64, why: impl std::fmt::Display) -> StoreError {
        damaged(&self.of.path, self.read + further, why)
    }
}
