//! Files and folders of the tests that run examples as programs, and where the real company's data is.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// The real company's half year, where this machine has it.
pub fn adventure_works() -> Option<PathBuf> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = from.ancestors().map(|up| up.join("shared/data/adventureworks_mini"));
    let found = found.into_iter().find(|path| path.is_dir());
    if found.is_none() {
        eprintln!("skipped: there is no shared/data/adventureworks_mini above {}", from.display());
    }
    found
}

/// A name in the temporary folder that nobody else uses.
pub fn fresh(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("fondaco-example-{}-{number}{name}", std::process::id()))
}

/// A folder of files, until dropped.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn copy_of(folder: &Path) -> Folder {
        let copy = fresh("");
        fs::create_dir_all(&copy).unwrap();
        for file in fs::read_dir(folder).unwrap() {
            let file = file.unwrap();
            // Not `fs::copy`: that would copy write protection too.
            fs::write(copy.join(file.file_name()), fs::read(file.path()).unwrap()).unwrap();
        }
        Folder(copy)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
