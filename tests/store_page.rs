//! `docs/write-a-store.md` shows code that runs and says what the suite checks, `docs/embed.md` code that runs: this test makes those
//! parts of the pages anew from their sources, and where a page is another, writes it and fails, so that somebody looks at it.
//!
//! A part stands between `<!-- made: WHAT -->` and `<!-- end -->`. WHAT is `checks`, `optional`, or a file with the name of a
//! part in it that stands between `// [NAME]` and `// [end]`: `examples/map_store.rs store`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "these are tests")]

use std::path::{Path, PathBuf};

use fondaco::store::OrderedStore;
use fondaco_testkit::{Promise, Suite, promises};

#[path = "../examples/map_store.rs"]
#[allow(dead_code, reason = "an example's module")]
mod map_store;

#[test]
fn the_example_runs() -> Result<(), Box<dyn std::error::Error>> {
    map_store::run()
}

#[test]
fn the_store_of_fifty_lines_keeps_the_contract() {
    let make = || OrderedStore::open(map_store::Plain::default()).unwrap();
    // It offers no held snapshots, so a hold lasts until the next commit.
    Suite::new(make).brief_holds().run().assert();
    let lines = part("examples/map_store.rs store").lines().count();
    assert!(lines <= 50, "the store of fifty lines has {lines}");
}

#[test]
fn the_pages_are_as_their_sources_are() {
    for page in ["docs/write-a-store.md", "docs/embed.md"] {
        let path = root().join(page);
        let text = std::fs::read_to_string(&path).unwrap();
        let made = remade(&text);
        if made != text {
            std::fs::write(&path, made).unwrap();
            panic!(
                "{page} was not as its sources are: it is written anew, look at it and commit it"
            );
        }
    }
}

const BEGIN: &str = "<!-- made: ";
const END: &str = "<!-- end -->";

fn remade(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some(at) = rest.find(BEGIN) {
        let (before, from) = rest.split_at(at);
        let head = from.lines().next().unwrap();
        let what = head.strip_prefix(BEGIN).and_then(|head| head.strip_suffix(" -->"));
        let what = what.unwrap_or_else(|| panic!("{head} names nothing"));
        let end = from.find(END).unwrap_or_else(|| panic!("{head} does not end"));
        out.push_str(&format!("{before}{head}\n{}\n", made(what)));
        rest = from.get(end..).unwrap();
    }
    out + rest
}

fn made(what: &str) -> String {
    match what {
        "checks" => checks(),
        "optional" => optional(),
        code => format!("```rust\n{}\n```", part(code)),
    }
}

/// A named part of a file, as far to the left as it goes.
fn part(what: &str) -> String {
    let (file, name) = what.split_once(' ').unwrap_or_else(|| panic!("{what}: file and part"));
    let text = std::fs::read_to_string(root().join(file)).unwrap();
    let begin = format!("// [{name}]\n");
    let from = text.find(&begin).unwrap_or_else(|| panic!("{file} has no part {name}"));
    let part = text.get(from + begin.len()..).unwrap();
    let end = part.find("// [end]").unwrap_or_else(|| panic!("{name} in {file} does not end"));
    let lines: Vec<&str> = part.get(..end).unwrap().trim_end().lines().collect();
    let indented = lines.iter().filter(|line| !line.is_empty());
    let left = indented.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(left..).unwrap_or("")).collect();
    lines.join("\n")
}

fn checks() -> String {
    let mut out = String::from("| check | what it proves |\n|---|---|");
    for Promise { name, promise, .. } in promises() {
        out.push_str(&format!("\n| `{name}` | {} |", promise.replace('|', "\\|")));
    }
    out
}

/// What a store may do without, with the checks that are then not offered.
fn optional() -> String {
    let mut out =
        String::from("| a store may do without | then these are not offered |\n|---|---|");
    let all = promises();
    let mut needs: Vec<&str> = all.iter().filter_map(|promise| promise.needs).collect();
    needs.dedup();
    needs.sort_unstable();
    needs.dedup();
    for need in needs {
        let names = all.iter().filter(|promise| promise.needs == Some(need));
        let names: Vec<String> = names.map(|promise| format!("`{}`", promise.name)).collect();
        out.push_str(&format!("\n| {need} | {} |", names.join(", ")));
    }
    out
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}
