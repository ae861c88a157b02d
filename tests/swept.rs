//! Every command that exists is swept with the failing store: for each `impl Act for X` in the sources there is a test that
//! sweeps and names X, or the method of the books that sends it. A new command without one fails here.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// All Rust files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn all() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let mut paths = Vec::new();
    ["crates", "tests"].iter().for_each(|folder| files(&root.join(folder), &mut paths));
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        (path.strip_prefix(&root).unwrap().to_path_buf(), text)
    };
    paths.into_iter().map(read).collect()
}

/// The commands that a source file declares.
fn commands(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("impl Act for "));
    lines.filter_map(|line| line.split([' ', '<', '{']).next()).collect()
}

/// `ApproveDraft` as the method of the books that sends it: `approve_draft`.
fn as_method(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

#[test]
fn every_command_is_named_by_a_test_that_sweeps() {
    let all = all();
    let is_test = |path: &Path| path.components().any(|part| part.as_os_str() == "tests");
    let swept: BTreeSet<&str> = all
        .iter()
        .filter(|(path, text)| is_test(path) && text.contains("sweep("))
        .flat_map(|(_, text)| words(text))
        .collect();
    let declared: Vec<(&Path, &str)> = all
        .iter()
        .filter(|(path, _)| !is_test(path))
        .flat_map(|(path, text)| commands(text).into_iter().map(move |name| (path.as_path(), name)))
        .collect();
    assert!(declared.len() > 50, "the sources were misread: {declared:?}");
    let named = |name: &str| swept.contains(name) || swept.contains(as_method(name).as_str());
    let missing: Vec<_> = declared.iter().filter(|(_, name)| !named(name)).collect();
    assert!(missing.is_empty(), "no test sweeps these with the failing store: {missing:#?}");
}
