//! The shape of the workspace, kept by tests: which crate may know which, what a published crate
//! carries, how much a newcomer has to compile, and that what is kept on persons can be erased.
//!
//! All of it is read from cargo itself, from the manifests and the sources, offline.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests")]
#![allow(
    unreachable_pub,
    dead_code,
    reason = "helpers are shared, and each test program uses its part"
)]

#[path = "structure/holdings.rs"]
mod holdings;
#[path = "structure/pure.rs"]
mod pure;
#[path = "common/sources.rs"]
mod sources;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use sources::root;

/// The crates of each layer, lowest first. A new crate has to be given its place here.
const DERIVE: &str = "fondaco-derive";
const CORE: &str = "fondaco-core";
const ENGINES: &[&str] = &[
    "fondaco-accounting",
    "fondaco-crm",
    "fondaco-inventory",
    "fondaco-payroll",
    "fondaco-supply",
    "fondaco-workforce",
];
const BESIDE_ENGINES: &[&str] = &["fondaco-store", "fondaco-testkit"];
const FACADE: &str = "fondaco";
const BINDINGS: &[&str] = &["fondaco-mobile", "fondaco-python"];
/// Code of the docs that needs crates of a host's choice: it stands where a host does.
const RECIPES: &str = "fondaco-recipes";
const TOOLS: &[&str] = &["xtask"];

/// More normal and build dependencies of others than this, and the default set no longer compiles in
/// the time we promise. Counted on Linux.
const MOST_CRATES_BY_DEFAULT: usize = 48;

// ---- Dependency direction

/// core <- engines <- facade <- bindings; stores and the test kit know core alone, and no engine
/// knows another.
#[test]
fn dependencies_point_down() {
    for package in packages() {
        for dependency in ours(&package, |kind| kind != Some("dev")) {
            let name = name(&package);
            assert!(may_depend(name, &dependency), "{name} may not depend on {dependency}");
        }
    }
}

/// Tests are freer by one rule: any crate's may also use core, the stores and the test kit. An
/// engine's tests still know no other engine; what crosses engines is tested in the facade, which
/// names itself with the features of its examples.
#[test]
fn dependencies_of_tests_point_down_or_to_the_stores() {
    for package in packages() {
        for dependency in ours(&package, |kind| kind == Some("dev")) {
            let name = name(&package);
            let shared = [CORE, name].contains(&dependency.as_str())
                || BESIDE_ENGINES.contains(&dependency.as_str());
            assert!(shared || may_depend(name, &dependency), "{name}'s tests use {dependency}");
        }
    }
}

fn may_depend(from: &str, to: &str) -> bool {
    let engine = ENGINES.contains(&to) || BESIDE_ENGINES.contains(&to);
    match from {
        DERIVE => false,
        CORE => to == DERIVE,
        FACADE => to == CORE || engine,
        RECIPES => to == FACADE,
        _ if TOOLS.contains(&from) => false,
        _ if ENGINES.contains(&from) || BESIDE_ENGINES.contains(&from) => to == CORE,
        _ if BINDINGS.contains(&from) => to == FACADE || to == CORE || engine,
        _ => panic!("{from} has no layer: give it one at the top of this file"),
    }
}

/// The rule above is what keeps the design, so it is itself held to the design's sentences.
#[test]
fn the_rule_refuses_what_the_design_refuses() {
    for (from, to) in [
        ("fondaco-core", "fondaco-accounting"),
        ("fondaco-accounting", "fondaco-inventory"),
        ("fondaco-accounting", "fondaco-store"),
        ("fondaco-store", "fondaco-accounting"),
        ("fondaco-testkit", "fondaco-store"),
        ("fondaco-crm", "fondaco"),
        ("fondaco", "fondaco-python"),
    ] {
        assert!(!may_depend(from, to), "{from} -> {to}");
    }
}

// ---- What every crate shares, and what a published one carries

#[test]
fn every_crate_inherits_what_the_workspace_sets() {
    for package in packages() {
        let manifest = std::fs::read_to_string(path(&package)).unwrap();
        let lines: BTreeSet<&str> = manifest.lines().map(str::trim).collect();
        for key in ["version", "edition", "rust-version", "license", "repository", "authors"] {
            let inherited = lines.contains(format!("{key}.workspace = true").as_str());
            assert!(inherited, "{} does not inherit {key}", name(&package));
        }
        // A binding hands pointers over, which the workspace forbids: it repeats the rest of the lints.
        let own =
            BINDINGS.contains(&name(&package)) && manifest.contains("[lints.clippy]\nunwrap_used");
        let lints = own || manifest.contains("[lints]\nworkspace = true");
        assert!(lints, "{} does not inherit the lints", name(&package));
        assert!(package["description"].is_string(), "{} has no description", name(&package));
    }
}

#[test]
fn every_published_crate_carries_its_sources_readme_and_licences() {
    for package in published() {
        let name = name(&package);
        let listed = cargo(&["package", "--list", "--allow-dirty", "--offline", "-p", name]);
        let files: BTreeSet<&str> = listed.lines().collect();
        for file in ["Cargo.toml", "src/lib.rs", "README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            assert!(files.contains(file), "the package {name} lacks {file}: {files:?}");
        }
        let strays = files.iter().filter(|file| file.ends_with(".db") || file.starts_with('/'));
        assert_eq!(strays.count(), 0, "the package {name} holds what it should not: {files:?}");
    }
}

/// The root's tests, examples and benches run through the facade's manifest, which names each: one
/// that is forgotten there would never run, and nobody would notice.
#[test]
fn everything_at_the_root_is_named_in_the_facade() {
    let manifest = std::fs::read_to_string(root().join("crates/fondaco/Cargo.toml")).unwrap();
    for target in ["tests", "examples", "benches"].into_iter().flat_map(targets) {
        let named = manifest.contains(&format!("path = \"../../{target}\""));
        assert!(named, "crates/fondaco/Cargo.toml does not name {target}");
    }
}

/// What cargo would find by itself, had the folder lain beside the manifest.
fn targets(folder: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(root().join(folder)) else { return Vec::new() };
    let target = |path: PathBuf| {
        let file = if path.is_dir() { path.join("main.rs") } else { path };
        let is_target = file.is_file() && file.extension().is_some_and(|e| e == "rs");
        is_target.then(|| file.strip_prefix(root()).unwrap().to_string_lossy().into_owned())
    };
    entries.filter_map(|entry| target(entry.unwrap().path())).collect()
}

#[test]
fn the_licences_of_each_crate_are_those_of_the_root() {
    for package in published() {
        for file in ["LICENSE-MIT", "LICENSE-APACHE"] {
            let theirs = std::fs::read(path(&package).with_file_name(file)).unwrap();
            assert_eq!(theirs, std::fs::read(root().join(file)).unwrap(), "{}", name(&package));
        }
    }
}

// ---- What the default set costs

#[test]
fn the_default_set_stays_small() {
    let crates = default_set();
    let count = crates.iter().filter(|name| !name.starts_with(FACADE)).count();
    assert!(count > 5, "cargo tree was misread: {crates:?}");
    assert!(count <= MOST_CRATES_BY_DEFAULT, "{count} crates by default: {crates:#?}");
}

/// serde and thiserror derive with syn 3; a second parser of Rust costs every user seconds.
#[test]
fn the_default_set_has_no_second_syn() {
    let crates = default_set();
    assert!(crates.iter().any(|name| name.starts_with("syn v3")), "{crates:?}");
    assert!(!crates.iter().any(|name| name.starts_with("syn v2")), "{crates:?}");
}

/// What `deny.toml` bans must not enter the lock file, whether cargo-deny is installed or not.
#[test]
fn nothing_banned_is_in_the_lock_file() {
    let deny = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let bans = deny.split_once("\n[bans]").unwrap().1;
    let bans = bans.split_once("\n[").map_or(bans, |(bans, _)| bans);
    let banned: Vec<&str> = bans.lines().filter_map(banned_crate).collect();
    assert!(banned.contains(&"paste"), "deny.toml was misread: {banned:?}");
    for name in banned {
        assert!(!lock.contains(&format!("name = \"{name}\"\n")), "{name} is banned");
    }
}

fn banned_crate(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix("{ crate = \"")?;
    rest.split_once('"').map(|(name, _)| name).filter(|name| !name.contains(':'))
}

fn default_set() -> BTreeSet<String> {
    let tree = ["tree", "--offline", "-p", FACADE, "-e", "normal,build", "--prefix", "none"];
    let name_and_version = |line: &str| {
        let mut words = line.split(' ');
        Some(format!("{} {}", words.next()?, words.next()?))
    };
    cargo(&tree).lines().filter_map(name_and_version).collect()
}

// ---- Asking cargo

fn packages() -> Vec<Value> {
    let metadata = cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap().clone();
    assert!(packages.len() > 2, "cargo metadata was misread");
    packages
}

/// `publish = false` is an empty list of registries.
fn published() -> Vec<Value> {
    packages().into_iter().filter(|package| package["publish"].is_null()).collect()
}

/// The workspace's own crates that a package depends on in the kinds asked for. A renamed
/// dependency keeps its package's name here.
fn ours(package: &Value, kind: impl Fn(Option<&str>) -> bool) -> Vec<String> {
    let dependencies = package["dependencies"].as_array().unwrap();
    let own = dependencies.iter().filter(|d| d["path"].is_string() && kind(d["kind"].as_str()));
    own.map(|d| d["name"].as_str().unwrap().to_owned()).collect()
}

fn name(package: &Value) -> &str {
    package["name"].as_str().unwrap()
}

fn path(package: &Value) -> PathBuf {
    package["manifest_path"].as_str().unwrap().into()
}

fn cargo(arguments: &[&str]) -> String {
    let ran = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "cargo {}: {errors}", arguments.join(" "));
    String::from_utf8(ran.stdout).unwrap()
}
