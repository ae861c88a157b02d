//! A copy of the whole file while others go on: SQLite's backup API over one held snapshot.

use std::path::Path;
use std::time::Duration;

use fondaco_core::store::StoreError;
use fondaco_core::{Progress, Progressed};
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::Sqlite;
use super::error::{Outcome, damaged};
use super::file::{Home, PATIENCE};

/// How many pages are copied between two looks at whoever watches: 4 MiB.
const PAGES: i32 = 1024;

/// How long to wait before a locked file is tried again.
const PAUSE: Duration = Duration::from_millis(25);

impl Sqlite {
    /// Copies the whole file, all companies in it, to a new file at `to`, while others go on reading and writing.
    ///
    /// The copy is the file as it stood when the backup began, to the last commit answered by then, with log, ids and chain; open
    /// it like any other, and verify it. Nobody waits for a backup; the write-ahead log grows while it runs, for what was written
    /// meanwhile. What is copied is looked through for damage, so that no backup takes a broken file's place.
    ///
    /// Until it is whole, it has a name of its own that begins with `to` and ends with `.part`: a file called `to` is always a whole
    /// one, and of two backups to one name the later fails. What a killed backup left may be deleted. A store in memory is copied
    /// too, and its writers wait.
    ///
    /// ```
    /// # use fondaco_core::{CompanyId, Driver, Progressed};
    /// # use std::ops::ControlFlow;
    /// use fondaco_store::Sqlite;
    /// # let folder = std::env::temp_dir().join(format!("fondaco-doc-backup-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let store = Sqlite::open(folder.join("acme.sqlite"))?;
    /// let copy = folder.join("acme-2026-11-26.sqlite");
    /// let mut watch = |at: &Progressed| {
    ///     println!("{at}"); // "copying: 1024 of 20000"
    ///     ControlFlow::Continue(()) // `Break` stops it and leaves nothing behind
    /// };
    /// store.backup(&copy, &mut watch)?;
    /// assert!(Sqlite::open_existing(&copy).is_ok());
    /// # drop(store);
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is a file at `to` already, or it can't be written; [`StoreError::Stopped`];
    /// [`StoreError::Corrupt`] when the file is damaged. Nothing is left at `to` then.
    pub fn backup(
        &self,
        to: impl AsRef<Path>,
        progress: &mut dyn Progress,
    ) -> Result<(), StoreError> {
        let to = to.as_ref();
        if to.exists() {
            return Err(occupied(to));
        }
        let part = crate::unfinished::file(to).map_err(|error| failed(to, &error))?;
        let done = self.copy(&part, progress).and_then(|()| put_in_place(&part, to));
        let _ = std::fs::remove_file(&part);
        done
    }

    fn copy(&self, part: &Path, progress: &mut dyn Progress) -> Result<(), StoreError> {
        let copied = Connection::open(part).map_err(Into::into).and_then(|mut copy| {
            match self.home {
                Home::Memory => pages(&self.writer(), &mut copy, progress)?,
                Home::File(_) => {
                    let source = self.hold()?;
                    // The snapshot begins with the first page that is read.
                    source.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
                    pages(&source, &mut copy, progress)?;
                    self.give_back(source)?;
                }
            }
            look_through(&copy)
        });
        copied.map_err(|failure| failure.named(&self.home))
    }
}

/// Copies all pages that `source` shows.
fn pages(source: &Connection, copy: &mut Connection, progress: &mut dyn Progress) -> Outcome<()> {
    let backup = Backup::new(source, copy)?;
    let mut waited = Duration::ZERO;
    loop {
        let step = backup.step(PAGES)?;
        let at = backup.progress();
        let (total, left) = (i64::from(at.pagecount), i64::from(at.remaining));
        if progress.tell(&Progressed::new("copying", total - left).of(total)).is_break() {
            return Err(StoreError::Stopped.into());
        }
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => waited = Duration::ZERO,
            _ if waited < PATIENCE => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            _ => {
                let why = "the file was locked for too long while it was copied";
                return Err(StoreError::Unavailable(why.into()).into());
            }
        }
    }
}

/// That the copy is no damaged file.
fn look_through(copy: &Connection) -> Outcome<()> {
    let found: String = copy.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(());
    }
    Err(damaged(format!("it is damaged, and so would be the backup: {found}")))
}

/// Gives the whole copy its name, unless there is a file of that name by now, so that it stays after a power cut. A second name
/// never takes the place of a file, as renaming would.
fn put_in_place(part: &Path, to: &Path) -> Result<(), StoreError> {
    let moved = || -> std::io::Result<()> {
        // Open for writing: some systems flush no other.
        std::fs::OpenOptions::new().write(true).open(part)?.sync_all()?;
        match std::fs::hard_link(part, to) {
            // A file system without second names.
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists && !to.exists() => {
                std::fs::rename(part, to)?;
            }
            linked => linked?,
        }
        #[cfg(unix)]
        if let Some(folder) = to.parent() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            std::fs::File::open(folder)?.sync_all()?;
        }
        Ok(())
    };
    moved().map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => occupied(to),
        _ => failed(to, &error),
    })
}

fn occupied(to: &Path) -> StoreError {
    let why = "there is a file already: a backup never overwrites one";
    StoreError::Unavailable(format!("{}: {why}", to.display()))
}

fn failed(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{}: {error}", path.display()))
}
