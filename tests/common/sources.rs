//! Where the workspace is, and the sources in it.

use std::path::{Path, PathBuf};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The sources of our crates: what is compiled into programs, not tests.
pub fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    sources_in(&root().join("crates"), &mut files);
    files.sort();
    files
}

fn sources_in(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            sources_in(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}
