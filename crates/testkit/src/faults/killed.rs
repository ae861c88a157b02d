//! What a kill leaves of a store in files, without a kill.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Copies what a kill at this moment would leave of a store at `path`, a file or a folder, into the folder `to`, and gives the copy's
/// path. Files beside it whose names begin with its name, such as a write-ahead log, come along. The store may be open, as long as nobody
/// writes meanwhile.
///
/// ```
/// use fondaco_testkit::faults::killed;
/// let folder = std::env::temp_dir().join(format!("fondaco-killed-{}", std::process::id()));
/// std::fs::create_dir_all(&folder)?;
/// std::fs::write(folder.join("books.db"), "rows")?;
/// std::fs::write(folder.join("books.db-wal"), "newer rows")?;
/// let copy = killed(&folder.join("books.db"), &folder.join("copy"))?;
/// assert_eq!(std::fs::read_to_string(&copy)?, "rows");
/// assert!(copy.with_file_name("books.db-wal").exists());
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// What the system says of the files.
pub fn killed(path: &Path, to: &Path) -> io::Result<PathBuf> {
    let nameless = || io::Error::new(io::ErrorKind::InvalidInput, "the path names no file");
    let name = path.file_name().ok_or_else(nameless)?;
    fs::create_dir_all(to)?;
    let copy = to.join(name);
    if path.is_dir() {
        copy_folder(path, &copy)?;
        return Ok(copy);
    }
    let beside = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    for entry in fs::read_dir(beside.unwrap_or(Path::new(".")))? {
        let entry = entry?;
        let other = entry.file_name();
        let belongs = other.as_encoded_bytes().starts_with(name.as_encoded_bytes());
        if belongs && entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(other))?;
        }
    }
    Ok(copy)
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &to)?,
            false => fs::copy(entry.path(), to).map(drop)?,
        }
    }
    Ok(())
}
