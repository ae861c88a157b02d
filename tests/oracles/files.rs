//! Which files are case files, and how many cases one holds that nobody has an adapter for.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::json;

/// All case files under `dir`, or `dir` itself if it is one, in order of their names.
pub(crate) fn find(dir: &Path) -> io::Result<Vec<PathBuf>> {
    if dir.is_file() {
        return Ok(vec![dir.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if is_hidden(&path) {
            continue;
        }
        if path.is_dir() {
            found.extend(find(&path)?);
        } else if !is_support(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.starts_with('.') || name == "__pycache__"
}

/// Explanations, licences and programs lie beside the cases and are none.
fn is_support(path: &Path) -> bool {
    let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    ["README", "LICENSE", "LICENCE", "NOTICE"].contains(&stem)
        || ["md", "py", "rs", "toml"].contains(&extension)
}

/// Files whose shape the rule of [`count`] misreads, with where their cases lie.
const CASES_ARE_AT: &[(&str, &str)] = &[
    ("crm/odoo_pls/odoo_pls.json", "/results"),
    ("crm/segments/segments.json", "/members"),
    ("payroll/fr_openfisca_2024-06.json", "/outputs/salaire_de_base"),
    ("payroll/fr_openfisca_2025-06.json", "/outputs/salaire_de_base"),
];

/// Top-level names under which files keep what the cases are about, and no case.
const NOT_CASES: &[&str] =
    &["meta", "source", "versions", "tables", "calendars", "events", "paths", "stages", "notes"];

/// How many cases a file holds: each record of a list is one, each other object of the top level is
/// one. A table, or anything else that isn't JSON, counts as one, and so does what can't be read.
pub(crate) fn count(path: &Path) -> usize {
    if path.extension() != Some(OsStr::new("json")) {
        return 1;
    }
    let Ok(file) = json::read(path) else { return 1 };
    let special = CASES_ARE_AT.iter().find(|(name, _)| path.ends_with(name));
    let counted = match special.and_then(|(_, pointer)| file.pointer(pointer)) {
        Some(cases) => leaves(cases),
        None => top_level(&file),
    };
    counted.max(1)
}

/// A list's length; for a map of lists, of all of them together.
fn leaves(cases: &Value) -> usize {
    match cases {
        Value::Array(list) => list.len(),
        Value::Object(map) => map.values().map(leaves).sum(),
        _ => 1,
    }
}

fn top_level(file: &Value) -> usize {
    match file {
        Value::Array(list) => list.len(),
        Value::Object(map) => {
            let cases = map.iter().filter(|(name, _)| !NOT_CASES.contains(&name.as_str()));
            cases.map(|(_, value)| records(value)).sum()
        }
        _ => 1,
    }
}

/// Lists of bare numbers and words are inputs, not cases.
fn records(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().filter(|v| v.is_object() || v.is_array()).count(),
        Value::Object(_) => 1,
        _ => 0,
    }
}
