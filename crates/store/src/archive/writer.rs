//! Writing an export.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use fondaco_core::copy::{self, Copied};
use fondaco_core::digest::hex;
use fondaco_core::store::{Moment, Piece, PieceReader, Store, StoreError, Table};
use fondaco_core::{CompanyId, Progress, Progressed, chain};
use serde_json::{Map, Value as Json, json};

use super::{LOG, MANIFEST, SERIES, VERSION, form, rows_of};

/// Writes a company into a new folder, as open files: see the [module](super). `tables` are all that have rows.
///
/// The company is verified first; what is written is the moment at which the export began, while others go on. Until
/// it is whole, the folder has a name of its own that begins with `to` and ends with `.part`.
///
/// ```
/// # use fondaco_core::{CompanyId, Driver, GuardCount};
/// # use fondaco_core::store::Record;
/// # use fondaco_store::{Memory, archive};
/// # let folder = std::env::temp_dir().join(format!("fondaco-doc-export-{}", std::process::id()));
/// # let driver = Driver::new(Memory::new(), CompanyId::named("acme"));
/// # driver.prepare(&[])?;
/// # let envelope = fondaco_core::Envelope::new(fondaco_core::CommandId::named("a"), fondaco_core::ActorId::new("b"), fondaco_core::Timestamp::EPOCH);
/// # driver.run(envelope, "a", |_, _| Ok::<(), fondaco_core::Halt>(()))?;
/// archive::export(driver.store(), driver.company(), &driver.tables(), &folder, &mut ())?;
/// let again = Memory::new(); // or any other store
/// let copied = archive::import(&folder, &again, &driver.tables(), &mut ())?;
/// assert_eq!(copied.commits, 1);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`StoreError::Misused`] when a table has rows that is not among `tables`; [`StoreError::Corrupt`] when the company does
/// not verify; [`StoreError::Unavailable`] when there is something at `to` already, or it can't be written; [`StoreError::Stopped`]; the store's own failures. Nothing is left at `to` then.
pub fn export(
    from: &dyn Store,
    company: CompanyId,
    tables: &[&'static Table],
    to: impl AsRef<Path>,
    progress: &mut dyn Progress,
) -> Result<Copied, StoreError> {
    let to = to.as_ref();
    if to.exists() {
        let why = "there is something already: an export never overwrites";
        return Err(StoreError::Unavailable(format!("{}: {why}", to.display())));
    }
    Moment::hold(from, company)?.has_no_others(tables)?;
    copy::whole(chain::verify(from, company, tables)?, "the company")?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or(Ok(()), std::fs::create_dir_all).map_err(|error| failed(to, &error))?;
    let part = crate::unfinished::folder(to).map_err(|error| failed(to, &error))?;
    let done = Export::begin(&part)
        .and_then(|export| export.all(from, company, tables, progress))
        .and_then(|copied| {
            std::fs::rename(&part, to).map_err(|error| failed(to, &error))?;
            Ok(copied)
        });
    if done.is_err() {
        let _ = std::fs::remove_dir_all(&part);
    }
    done
}

struct Export {
    folder: PathBuf,
}

impl Export {
    fn begin(folder: &Path) -> Result<Export, StoreError> {
        let tables = folder.join("tables");
        std::fs::create_dir_all(&tables).map_err(|error| failed(&tables, &error))?;
        Ok(Export { folder: folder.to_path_buf() })
    }

    fn all(
        &self,
        from: &dyn Store,
        company: CompanyId,
        tables: &[&'static Table],
        progress: &mut dyn Progress,
    ) -> Result<Copied, StoreError> {
        let mut reader = PieceReader::new(Moment::hold(from, company)?, tables)?;
        let position = reader.position();
        let mut tally = copy::Tally::default();
        let mut series = Lines::begin(&self.folder, SERIES)?;
        let mut log = Lines::begin(&self.folder, LOG)?;
        let mut rows: Vec<(&'static Table, Lines)> = Vec::new();
        while let Some(piece) = reader.next()? {
            tell(progress, &tally, position)?;
            tally.take(&piece);
            match &piece {
                Piece::Rows(page) => {
                    let Some(table) = page.first().map(|row| row.stored().table()) else {
                        continue;
                    };
                    if rows.last().is_none_or(|(last, _)| last.name != table.name) {
                        rows.push((table, Lines::begin(&self.folder, &rows_of(table.name))?));
                    }
                    let Some((_, lines)) = rows.last_mut() else { continue };
                    page.iter().try_for_each(|row| lines.write(form::row(row)))?;
                }
                Piece::Series(all) => {
                    all.iter().try_for_each(|one| series.write(form::series(one)))?
                }
                Piece::Commits(page) => {
                    page.iter().try_for_each(|one| log.write(form::commit(one)))?
                }
                _ => return Err(StoreError::Unsupported { ask: "a piece it does not know" }),
            }
        }
        let copied = tally.finish();
        let described = rows.into_iter().map(|(table, lines)| {
            let mut described = form::table(table);
            described.extend(lines.end()?);
            Ok(Json::Object(described))
        });
        let manifest = form::object([
            ("format", json!("fondaco export")),
            ("version", json!(VERSION)),
            ("company", json!(format!("{:032x}", company.to_u128()))),
            ("position", json!(position)),
            ("link", json!(hex(&copied.link))),
            ("digest", json!(hex(&copied.digest))),
            ("tables", Json::Array(described.collect::<Result<_, StoreError>>()?)),
            ("series", Json::Object(series.end()?)),
            ("log", Json::Object(log.end()?)),
        ]);
        self.write_manifest(&manifest)?;
        Ok(copied)
    }

    /// The manifest comes last: without it a folder is no export.
    fn write_manifest(&self, manifest: &Map<String, Json>) -> Result<(), StoreError> {
        let path = self.folder.join(MANIFEST);
        let text = serde_json::to_string_pretty(manifest)
            .map_err(|error| StoreError::Misused(error.to_string()))?;
        let write = || {
            let mut file = File::create(&path)?;
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        };
        write().map_err(|error| failed(&path, &error))
    }
}

fn tell(progress: &mut dyn Progress, tally: &copy::Tally, position: u64) -> Result<(), StoreError> {
    let at = match tally.commits() {
        0 => Progressed::new("exporting rows", tally.rows() as i64),
        done => Progressed::new("exporting commits", done as i64).of(position as i64),
    };
    if progress.tell(&at).is_break() { Err(StoreError::Stopped) } else { Ok(()) }
}

/// A file of lines.
struct Lines {
    name: String,
    path: PathBuf,
    file: BufWriter<File>,
    lines: u64,
}

impl Lines {
    fn begin(folder: &Path, name: &str) -> Result<Lines, StoreError> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|error| failed(&path, &error))?;
        Ok(Lines { name: name.into(), path, file: BufWriter::new(file), lines: 0 })
    }

    fn write(&mut self, object: Map<String, Json>) -> Result<(), StoreError> {
        self.lines += 1;
        let written = self.file.write_all(form::line(object).as_bytes());
        written.map_err(|error| failed(&self.path, &error))
    }

    /// Makes it last; what the manifest says of it.
    fn end(self) -> Result<Map<String, Json>, StoreError> {
        let Lines { name, path, file, lines } = self;
        let kept = file.into_inner().map_err(|error| error.into_error()).and_then(|f| f.sync_all());
        kept.map_err(|error| failed(&path, &error))?;
        Ok(form::object([("file", json!(name)), ("lines", json!(lines))]))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}
