//! `docs/compare/ledger.md` can't lie silently: each of our names on it is declared in our sources, each cell of the others leads to
//! a source of the version that is named.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]
#![allow(unreachable_pub, dead_code, reason = "helpers are shared, and each test uses its part")]

#[path = "common/sources.rs"]
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use sources::root;

const PAGE: &str = "docs/compare/ledger.md";

/// Whose a link is by its first letter, and where its version is pinned.
const VERSIONS: [(&str, &[&str]); 4] = [
    ("t-", &["tigerbeetle/tigerbeetle/blob/0.17.8/", "tigerbeetle/tigerbeetle/tree/0.17.8/"]),
    (
        "f-",
        &[
            "formancehq/ledger/blob/v2.4.12/",
            "formancehq/ledger/tree/v2.4.12/",
            "formancehq/ledger/blob/v3.0.0-alpha.14/",
        ],
    ),
    ("c-", &["GaloyMoney/cala/blob/0.26.1/"]),
    ("d-", &["docs.rs/crate/doubleentry/0.8.0/source/"]),
];

fn page() -> String {
    std::fs::read_to_string(root().join(PAGE)).unwrap()
}

/// The rows of the tables with these many cells, headings and rules left out.
fn rows(page: &str, cells: usize) -> Vec<Vec<String>> {
    let split = |line: &str| {
        let inner = line.trim().strip_prefix("| ")?.strip_suffix(" |")?;
        Some(inner.split(" | ").map(str::to_owned).collect::<Vec<_>>())
    };
    let rows = page.lines().filter(|line| !line.starts_with("| |") && !line.contains("|---"));
    rows.filter_map(split).filter(|row| row.len() == cells).collect()
}

#[test]
fn every_name_of_ours_is_declared() {
    let page = page();
    let rows = rows(&page, 6);
    assert!(rows.len() > 40, "the tables were misread: {} rows", rows.len());
    let mut names = 0;
    for row in &rows {
        let (feature, ours) = (&row[0], &row[1]);
        let spans: Vec<&str> = ours.split('`').skip(1).step_by(2).collect();
        let claims_nothing = ours.starts_with("no");
        assert!(claims_nothing || !spans.is_empty(), "{feature}: {ours} names nothing of ours");
        for name in spans {
            assert!(is_declared(name), "{feature}: there is no {name} in our sources");
            names += 1;
        }
    }
    assert!(names > 30, "{names} names");
}

#[test]
fn what_is_not_declared_is_found() {
    assert!(is_declared("accounting::ledger::PostMany"));
    assert!(is_declared("accounting::ledger::BalanceQuery::known_at"));
    assert!(is_declared("accounting::currency"));
    for wrong in [
        "accounting::ledger::PostNone",
        "accounting::ledger::BalanceQuery::known_never",
        "accounting::nothing",
        "core::ledger::PostMany",
        "nobody::Books",
    ] {
        assert!(!is_declared(wrong), "{wrong}");
    }
}

/// Whether a path like `accounting::ledger::BalanceQuery::until` leads to a public module, item or method of that crate.
fn is_declared(path: &str) -> bool {
    let parts: Vec<&str> = path.split("::").collect();
    let [krate, middle @ .., last] = parts.as_slice() else { return false };
    let source = root().join("crates").join(krate).join("src");
    let (modules, types): (Vec<&str>, Vec<&str>) =
        middle.iter().partition(|part| part.starts_with(|c: char| c.is_ascii_lowercase()));
    let folder: PathBuf = modules.iter().fold(source, |folder, part| folder.join(part));
    let files = files_of(&folder);
    match types.as_slice() {
        [] => files.iter().any(|text| declares(text, last)) || is_module(&folder.join(last)),
        [of] => {
            let mut of_type = files.iter().filter(|text| {
                declares(text, of)
                    || text.contains(&format!("impl {of}"))
                    || text.contains(&format!("for {of}"))
            });
            of_type.any(|text| {
                text.contains(&format!("fn {last}(")) || text.contains(&format!("fn {last}<"))
            })
        }
        _ => false,
    }
}

fn is_module(path: &Path) -> bool {
    path.is_dir() || path.with_extension("rs").is_file()
}

/// The texts of a module: its file, or all files of its folder.
fn files_of(module: &Path) -> Vec<String> {
    let all = sources::sources();
    let own = module.with_extension("rs");
    let of_module = all.iter().filter(|file| file.starts_with(module) || **file == own);
    of_module.map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

fn declares(text: &str, name: &str) -> bool {
    ["struct", "enum", "trait", "fn", "const", "type", "mod"].iter().any(|kind| {
        text.match_indices(&format!("pub {kind} {name}")).any(|(at, found)| {
            let next = text[at + found.len()..].chars().next();
            next.is_none_or(|c| !c.is_alphanumeric() && c != '_')
        })
    })
}

#[test]
fn every_link_leads_to_the_version_that_was_read() {
    let page = page();
    let definitions: BTreeMap<&str, &str> =
        page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).collect();
    assert!(definitions.len() > 50, "the page's end was misread");
    for (name, target) in &definitions {
        let of = VERSIONS.iter().find(|(letter, _)| name.starts_with(letter));
        let (_, pinned) = of.unwrap_or_else(|| panic!("{name} is of nobody"));
        assert!(pinned.iter().any(|place| target.contains(place)), "{name}: {target}");
    }
    let used: BTreeSet<&str> = page
        .split("][")
        .skip(1)
        .filter_map(|rest| rest.split_once(']').map(|(name, _)| name))
        .collect();
    for name in &used {
        assert!(definitions.contains_key(name), "[{name}] leads nowhere");
    }
    for name in definitions.keys() {
        assert!(used.contains(name), "[{name}] is not used");
    }
}

/// A link in a column of one of them leads to him, and not to another.
#[test]
fn every_cell_leads_to_whom_it_is_about() {
    let page = page();
    for row in rows(&page, 6) {
        for ((letter, _), cell) in VERSIONS.iter().zip(&row[2..]) {
            let links = cell.split("][").skip(1);
            links.for_each(|link| assert!(link.starts_with(letter), "{}: {cell}", row[0]));
            let sourced = cell.starts_with("no") || cell.contains("][");
            assert!(sourced, "{}: {cell} names no source", row[0]);
        }
    }
}
