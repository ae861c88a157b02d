//! The parts of the oracle runner that decide what counts as passed, proved by themselves: a runner
//! that counts wrongly would make every other figure worthless.

#![allow(clippy::unwrap_used, reason = "these are tests")]
#![allow(dead_code, reason = "the runner itself uses the rest")]

#[path = "oracles/case.rs"]
mod case;
#[path = "oracles/files.rs"]
mod files;
#[path = "oracles/json.rs"]
mod json;
#[path = "oracles/known.rs"]
mod known;
#[path = "oracles/accounting/python_random.rs"]
mod python_random;

use std::path::{Path, PathBuf};

use case::{Case, Verdict};
use known::{Known, KnownCases};
use python_random::PythonRandom;

fn answered(expected: &str, actual: &str) -> Case {
    Case::exact("id".to_owned(), expected.to_owned(), actual.to_owned())
}

fn known(ours: &str) -> Known {
    Known { ours: ours.to_owned(), why: "the statute says so".to_owned() }
}

#[test]
fn only_the_expected_answer_passes() {
    assert!(matches!(answered("1.00", "1.00").verdict(None), Verdict::Passed));
    assert!(matches!(answered("1.00", "1.0").verdict(None), Verdict::Failed { .. }));
    let unsupported = Case::unsupported("id".to_owned(), "not yet");
    assert!(matches!(unsupported.verdict(None), Verdict::Unsupported { .. }));
}

#[test]
fn a_known_case_never_passes_and_fails_when_our_answer_moves() {
    let case = answered("34", "33");
    let Verdict::Unsupported { reason } = case.verdict(Some(&known("33"))) else { unreachable!() };
    assert_eq!(reason, "KNOWN.md: the statute says so");
    assert!(matches!(case.verdict(Some(&known("32"))), Verdict::Failed { .. }));
    let expected_now = answered("34", "34").verdict(Some(&known("33")));
    assert!(matches!(expected_now, Verdict::Failed { .. }), "KNOWN.md is out of date");
    let silent = Case::unsupported("id".to_owned(), "gone");
    assert!(matches!(silent.verdict(Some(&known("33"))), Verdict::Failed { .. }));
}

#[test]
fn known_cases_are_read_from_their_headings() {
    let text = "# Title\n\nProse.\n\n## How to read this\n\nMore.\n\n\
        ## a/b.json: some: id\n\nours: 12.50\n\nwhy: article 3\nof the law\n\n\
        ## a/b.json: other\nours: no such currency\nwhy: it is gone\n";
    let read = KnownCases::parse(text).unwrap();
    let some = read.get("a/b.json", "some: id").unwrap();
    assert_eq!((some.ours.as_str(), some.why.as_str()), ("12.50", "article 3 of the law"));
    assert!(read.get("a/b.json", "other").is_some());
    assert!(read.get("a/c.json", "other").is_none());
}

#[test]
fn a_known_case_without_answer_or_reason_or_said_twice_is_an_error() {
    assert!(KnownCases::parse("## a.json: x\n\nwhy: so\n").is_err());
    assert!(KnownCases::parse("## a.json: x\n\nours: 1\n").is_err());
    let once = "## a.json: x\n\nours: 1\n\nwhy: so\n\n";
    assert!(KnownCases::parse(once).is_ok());
    assert!(KnownCases::parse(&once.repeat(2)).is_err());
}

#[test]
fn our_own_list_of_known_cases_can_be_read() {
    assert!(KnownCases::read(&oracles().join("KNOWN.md")).is_ok());
}

#[test]
fn case_files_are_found_and_their_helpers_are_not() {
    let found = files::find(&oracles()).unwrap();
    let names = found.iter().map(|path| path.strip_prefix(oracles()).unwrap());
    let names: Vec<&Path> = names.collect();
    assert!(names.contains(&Path::new("accounting/iso4217_minor_units.json")));
    assert!(names.iter().all(|name| !name.ends_with("KNOWN.md") && !name.ends_with("main.rs")));
}

#[test]
fn cases_of_a_file_without_adapter_are_counted() {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("oracle_runner");
    std::fs::create_dir_all(&dir).unwrap();
    let count = |name: &str, text: &str| {
        std::fs::write(dir.join(name), text).unwrap();
        files::count(&dir.join(name))
    };
    assert_eq!(count("a.json", r#"{"meta": {}, "cases": [{}, {}], "more": [[1], [2]]}"#), 4);
    assert_eq!(count("b.json", r#"{"name": "x", "train": [1, 2, 3], "fit": {"a": NaN}}"#), 1);
    assert_eq!(count("c.json", "[1, 2, 3]"), 3);
    assert_eq!(count("d.json", "not json"), 1);
    assert_eq!(count("e.csv", "a,b\n1,2\n3,4\n"), 1);
}

/// The figures are CPython's own: `random.seed(42)` and so on.
#[test]
fn python_random_draws_what_python_draws() {
    let mut random = PythonRandom::seeded(42);
    let first = [random.random(), random.random(), random.random()].map(|x| format!("{x}"));
    assert_eq!(first, ["0.6394267984578837", "0.025010755222666936", "0.27502931836911926"]);
    assert_eq!([(); 4].map(|()| random.randrange(100, 50_000)), [14_728, 9_244, 48_365, 6_817]);
    let letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    assert_eq!([(); 5].map(|()| *random.choice(&letters)), ['f', 'f', 'e', 'a', 'e']);
}

/// Beyond the first 624 words the state has been renewed.
#[test]
fn python_random_goes_on_as_python_does() {
    let mut random = PythonRandom::seeded(42);
    let _skipped = [(); 1000].map(|()| random.random());
    assert_eq!(format!("{}", random.random()), "0.09935462460613032");
}

fn oracles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/oracles")
}
