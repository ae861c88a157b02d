//! `docs/errors.md` lists every stable code, and is made from the code: this test reads the error types of all crates,
//! makes the page, and where the one in `docs/` is another, writes it anew and fails, so that somebody looks at it.
//!
//! A new error joins by being one: an enum that derives `ErrorCode`, or a thiserror enum with `code` and `kind` that match on its
//! variants. What shares a code with another, or is written down in some other place that gives codes and is not on the page,
//! fails here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test's helpers may fail the test, and are read as if they were a library's"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fondaco::core::policy::{Denial, Permission, Why};
use fondaco::core::store::StoreError;
use fondaco::core::{ActorId, Halt};
use fondaco::prelude::*;

#[path = "errors_page/source.rs"]
mod source;
#[path = "common/sources.rs"]
mod sources;

use source::{ErrorType, Listed};
use sources::{root, sources};

#[test]
fn the_page_lists_every_error_as_the_code_has_it() {
    let made = page(&listed());
    let path = root().join("docs/errors.md");
    if std::fs::read_to_string(&path).unwrap_or_default() != made {
        std::fs::write(&path, made).unwrap();
        panic!(
            "docs/errors.md was not as the code is: it is written anew, look at it and commit it"
        );
    }
}

#[test]
fn codes_name_their_engine_and_are_of_one_type() {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (place, error) in listed() {
        assert!(source::is_code(&error.code), "{} of {place} is no code", error.code);
        // Variants of one type may share a code, where a caller need not tell them apart.
        let of = place.split("::").next().unwrap().to_owned();
        if let Some(other) =
            seen.insert(error.code.clone(), of.clone()).filter(|other| *other != of)
            && !SHARED.contains(&error.code.as_str())
        {
            panic!("{} is the code of {other} and of {of}", error.code);
        }
    }
    assert!(seen.len() > 60, "the sources were misread: {seen:?}");
}

/// Codes that two types have, for the same thing: in a command on staff and in one on a run; to an administrator and to who asks for a right.
const SHARED: [&str; 3] = ["payroll.given_twice", "payroll.unknown_rules", "policy.not_set_up"];

/// Codes that never leave the program, and where they end.
const WITHIN: [(&str, &str); 3] = [
    ("due.elsewhere", "counted by the tick"),
    ("due.refused", "noted by the tick, with the handler's own code"),
    ("core.nothing_entered", "an answer, once what was staged is taken back"),
];

/// The page is read from types; this looks for codes wherever they are given, so that a type that is read wrongly is found.
#[test]
fn no_code_is_missing_from_the_page() {
    let page: BTreeSet<String> = listed().into_iter().map(|(_, error)| error.code).collect();
    let files: Vec<_> = sources().into_iter().filter(|file| !is_for_tests(file)).collect();
    let given: BTreeSet<String> = files.iter().flat_map(|file| source::codes(file)).collect();
    assert!(given.len() > 60, "the sources were misread: {given:?}");
    let within = WITHIN.map(|(code, _)| code.to_owned());
    for code in &within {
        assert!(given.contains(code) && !page.contains(code), "{code} is not as said here");
    }
    let missing: Vec<_> = given.iter().filter(|code| !page.contains(*code)).collect();
    let missing: Vec<_> = missing.into_iter().filter(|code| !within.contains(code)).collect();
    assert!(missing.is_empty(), "docs/errors.md lacks {missing:?}");
    for file in files {
        let derived: Vec<_> = source::error_types(&file);
        let derived: Vec<_> = derived.iter().filter(|error| error.is_derived()).collect();
        assert_eq!(derived.len(), source::deriving(&file), "{file:?}");
    }
    for code in ["policy.over_limit", "party.identifier_check_digits", "import.bad_date"] {
        assert!(page.contains(code), "{code}");
    }
}

/// What stands in for hosts and engines, with codes of its own.
fn is_for_tests(file: &Path) -> bool {
    file.starts_with(root().join("crates/testkit")) || file.ends_with("tests.rs")
}

/// What was read is what the program does, at a sample.
#[test]
fn what_the_page_says_is_what_errors_say() {
    let listed = listed();
    let says = |code: &str, kind: ErrorKind, message: &str| {
        let (place, error) = listed.iter().find(|(_, error)| error.code == code).unwrap();
        assert_eq!(error.kind, format!("{kind:?}"), "{place}");
        let begins = error.message.split('{').next().unwrap();
        assert!(message.starts_with(begins), "{place}: {message:?} is not {:?}", error.message);
    };
    let errors = [
        LedgerError::NotSetUp,
        LedgerError::UnknownAccount { code: "1".into() },
        LedgerError::PeriodLocked { period: "2026-01".into() },
        LedgerError::TooFewPostings { count: 1 },
        LedgerError::Exists { what: "account", code: "1".into() },
    ];
    for error in errors {
        says(error.code(), error.kind(), &error.to_string());
    }
    let errors = [
        StoreError::SnapshotGone,
        StoreError::Unavailable("full".into()),
        StoreError::Corrupt("cut".into()),
    ];
    for error in errors {
        says(error.code(), error.kind(), &error.to_string());
    }
    for halt in [Halt::Missing, Halt::Unguarded { table: "shelf" }, Halt::Bug("this".into())] {
        says(halt.code(), halt.kind(), &halt.to_string());
    }
    let error = Money::parse("12").unwrap_err();
    says(error.code(), error.kind(), &error.to_string());
    let error = "euro".parse::<Currency>().unwrap_err();
    says(error.code(), error.kind(), &error.to_string());
}

/// Every error with a code of its own, with the type and variant that it is.
fn listed() -> Vec<(String, Listed)> {
    let mut listed: Vec<_> = error_types().iter().flat_map(ErrorType::listed).collect();
    let spoken = denials();
    for (place, error) in &mut listed {
        if error.message.is_empty() {
            let said = spoken.get(error.code.as_str());
            error.message = said.unwrap_or_else(|| panic!("what does {place} say?")).clone();
        }
    }
    let files = sources();
    let files = files.iter().filter(|file| !is_for_tests(file));
    for fault in files.flat_map(|file| source::faults(file)) {
        // The same reason is the same wherever it is found.
        if listed.iter().all(|(_, known)| known.code != fault.code) {
            listed.push(("Fault::new".to_owned(), fault));
        }
    }
    listed.sort_by(|(_, a), (_, b)| a.code.cmp(&b.code));
    listed
}

/// What denials say, by their code: each locale has words of its own for them, so they are asked and not read.
fn denials() -> BTreeMap<&'static str, String> {
    const ASKED: Permission = Permission::new("{permission}", "");
    let money = |text| Money::parse(text).unwrap();
    let (amount, limit) = (money("2 EUR"), money("1 EUR"));
    let out = |place| Why::OutOfScope { dimension: "{dimension}".into(), place };
    let whys = [
        Why::NotSetUp,
        Why::UnknownActor,
        Why::Blocked,
        Why::NotHeld,
        Why::OverLimit { amount, limit },
        Why::OverTotal { total: amount, limit },
        Why::NoLimit { amount },
        Why::NoAmount,
        out(Some("{place}".into())),
        Why::FourEyes { hand: ActorId::new("{hand}") },
        Why::NotAPerson,
        Why::Other("{why}".into()),
    ];
    let said = whys.map(|why| {
        let denial = Denial::new(&ASKED, ActorId::new("{actor}"), why);
        let text = denial.to_string().replace("2.00 EUR", "{amount}");
        let text = text.replace("1.00 EUR", "{limit}").replace("EUR", "{currency}");
        (denial.code(), text)
    });
    said.into()
}

fn error_types() -> Vec<ErrorType> {
    sources().iter().flat_map(|file| source::error_types(file)).collect()
}

fn page(listed: &[(String, Listed)]) -> String {
    let mut page = String::from(HEAD);
    for (name, meaning) in source::kinds(&root().join("crates/core/src/names.rs")) {
        page.push_str(&format!("| {name} | {} |\n", cell(&meaning)));
    }
    let mut engine = "";
    for (_, error) in listed {
        let of = error.code.split('.').next().unwrap();
        if of != engine {
            engine = of;
            page.push_str(&format!(
                "\n## {engine}\n\n| code | kind | message | what it means |\n|---|---|---|---|\n"
            ));
        }
        let Listed { code, kind, message, meaning } = error;
        page.push_str(&format!("| `{code}` | {kind} | {} | {} |\n", cell(message), cell(meaning)));
    }
    page
}

const HEAD: &str = "\
# Errors

Every error of Fondaco has a code that stays the same in every language and version, a kind that says what a caller can
do, and a message that names the field, the value and the way out. Match on codes and kinds; messages may be reworded.
In an error of many items, the message begins with the item's place. `{...}` stands for a value. Codes of `import` stand in the
report of an import, line by line; those of `policy` also say why somebody may not.

This page is made from the code by `tests/errors_page.rs`.

| kind | what a caller can do |
|---|---|
";

/// A text in a table of Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
