//! Every command and every job that exists is swept with the failing store: for each `impl Act for X` and `impl Job for X` in the
//! sources there is a test that sweeps code in which X is made, or sent by the method of the books of its name. A new one without
//! fails here.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "these are tests")]

use std::collections::{BTreeMap, BTreeSet};
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

/// The commands, or the jobs, that a source file declares: what implements the trait `Act`, or `Job`.
fn declared<'t>(text: &'t str, of: &str) -> Vec<&'t str> {
    let implements = |line: &'t str| {
        let (before, rest) = line.split_once(of)?;
        let head = before.trim_end();
        let generic = head.starts_with("impl<") && head.ends_with('>');
        (head == "impl" || generic).then(|| rest.strip_prefix(" for "))?
    };
    let names = text.lines().filter_map(implements);
    names.filter_map(|line| line.split([' ', '<', '{']).next()).collect()
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

/// Functions, constants and statics of a file, as rustfmt writes them, by name: their code without comments and texts.
fn items(text: &str) -> BTreeMap<String, String> {
    let mut items: BTreeMap<String, String> = BTreeMap::new();
    let mut of: Option<String> = None;
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        let opens = ["fn ", "const ", "static "].iter().find_map(|word| {
            let (before, rest) = line.split_once(word)?;
            let outside = before.is_empty() || before.starts_with("pub") || before == "async ";
            outside.then(|| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next())?
        });
        if let Some(name) = opens {
            of = Some(name.to_owned());
        }
        if let Some(name) = &of {
            let code = items.entry(name.clone()).or_default();
            line.split('"').step_by(2).for_each(|part| code.push_str(part));
            code.push('\n');
        }
        let ends = line.starts_with('}') || line.starts_with(']');
        if ends || (line.ends_with(';') && !line.starts_with(' ')) {
            of = None;
        }
    }
    items
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').collect()
}

/// The code of a test file that runs within a sweep: what calls `sweep` or makes a catalogue that does, and all of the file that it names, and so on.
fn swept(text: &str) -> String {
    let items = items(text);
    // A catalogue sweeps all commands that it has, each by its case.
    let by_catalogue = text.contains("check_swept()");
    let calls =
        |code: &str| code.contains("sweep(") || (by_catalogue && code.contains("Catalogue::new("));
    let mut next: Vec<&str> =
        items.iter().filter(|(_, code)| calls(code)).map(|(name, _)| name.as_str()).collect();
    let mut reached: BTreeSet<&str> = next.iter().copied().collect();
    while let Some(name) = next.pop() {
        for word in words(&items[name]) {
            if let Some((known, _)) = items.get_key_value(word)
                && reached.insert(known)
            {
                next.push(known);
            }
        }
    }
    reached.into_iter().map(|name| items[name].as_str()).collect()
}

/// What is declared in the sources and carried out in no sweep; and how many are declared in all.
fn unswept(of: &str) -> (usize, Vec<(PathBuf, String)>) {
    let all = all();
    let is_test = |path: &Path| {
        let below = path.components().any(|part| part.as_os_str() == "tests");
        below || path.file_name().is_some_and(|name| name == "tests.rs")
    };
    let tests = all.iter().filter(|(path, _)| is_test(path));
    let code: String = tests.map(|(_, text)| swept(text)).collect();
    let types = words(&code);
    let sources = all.iter().filter(|(path, _)| !is_test(path));
    let mut names: Vec<(&Path, &str)> = sources
        .flat_map(|(path, text)| declared(text, of).into_iter().map(|name| (path.as_path(), name)))
        .collect();
    let count = names.len();
    let is_sent = |name: &str| code.contains(&format!(".{}(", as_method(name)));
    names.retain(|(_, name)| !types.contains(name) && !is_sent(name));
    (count, names.into_iter().map(|(path, name)| (path.into(), name.into())).collect())
}

#[test]
fn every_command_is_carried_out_in_a_sweep() {
    let (count, missing) = unswept("Act");
    assert!(count > 150, "the sources were misread: {count} commands");
    assert!(missing.is_empty(), "no test sweeps these with the failing store: {missing:#?}");
}

#[test]
fn every_job_is_carried_out_in_a_sweep() {
    let (count, missing) = unswept("Job");
    assert!(count > 12, "the sources were misread: {count} jobs");
    assert!(missing.is_empty(), "no test sweeps these with the failing store: {missing:#?}");
}

#[test]
fn a_command_that_is_only_mentioned_is_not_swept() {
    let file = "\
const STEPS: &[Step] = &[
    |books| books.close_year(2026),
];

fn a_year(store: &dyn Store) {
    send(store, &Unlock { through: None }); // not Reverse
    for step in STEPS {}
}

fn beside(store: &dyn Store) {
    send(store, &Reopen { year: \"Delete\" });
}

#[test]
fn each_step_may_fail() {
    sweep(acme(), Memory::new, a_year).unwrap();
}
";
    let code = swept(file);
    let types = words(&code);
    let both = "impl Act for Reverse {\nimpl<R: Read + Seek> Job for ImportAll<R> {\n// impl Act for None {\n";
    assert_eq!(
        (declared(both, "Act"), declared(both, "Job")),
        (vec!["Reverse"], vec!["ImportAll"])
    );
    assert!(types.contains("Unlock") && code.contains(".close_year("));
    assert!(!["Reverse", "Reopen", "Delete"].iter().any(|name| types.contains(name)), "{code}");
}
