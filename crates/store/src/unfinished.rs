//! Names for what is not whole yet: each attempt has its own, so that two at once don't write into one another's.

use std::fs::create_dir;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

/// How many names are tried: as many attempts that were killed may lie about.
const NAMES: u32 = 10_000;

/// A new, empty file beside `to`.
#[cfg(feature = "sqlite")]
pub(crate) fn file(to: &Path) -> Result<PathBuf, Error> {
    first_free(to, |part| std::fs::File::create_new(part).map(drop))
}

/// A new, empty folder beside `to`.
pub(crate) fn folder(to: &Path) -> Result<PathBuf, Error> {
    first_free(to, |part| create_dir(part))
}

/// Makes what nobody has made yet: `to` with a number and `.part` at its end.
fn first_free(to: &Path, make: impl Fn(&Path) -> Result<(), Error>) -> Result<PathBuf, Error> {
    for number in 0..NAMES {
        let mut name = to.as_os_str().to_owned();
        name.push(format!(".{number}.part"));
        let part = PathBuf::from(name);
        match make(&part) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return made.map(|()| part),
        }
    }
    Err(Error::new(ErrorKind::AlreadyExists, "too many .part files lie beside it: delete them"))
}
