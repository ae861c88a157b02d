//! `docs/errors.md` lists every stable code, and is made from the code: this test reads the error types of all crates,
//! makes the page, and where the one in `docs/` is another, writes it anew and fails, so that somebody looks at it.
//!
//! A new error joins by being one: a thiserror enum with `code` and `kind` that match on its variants, as all have them.
//! What can't be read so, has no code, or shares one with another fails here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test's helpers may fail the test, and are read as if they were a library's"
)]

use std::collections::BTreeMap;

use fondaco::core::Halt;
use fondaco::core::store::StoreError;
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
        let (engine, what) = error.code.split_once('.').unwrap_or_default();
        let word = |text: &str| {
            !text.is_empty()
                && text.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
        };
        assert!(word(engine) && word(what), "{} of {place} is no code", error.code);
        // Variants of one type may share a code, where a caller need not tell them apart.
        let of = place.split("::").next().unwrap().to_owned();
        if let Some(other) =
            seen.insert(error.code.clone(), of.clone()).filter(|other| *other != of)
        {
            panic!("{} is the code of {other} and of {of}", error.code);
        }
    }
    assert!(seen.len() > 60, "the sources were misread: {seen:?}");
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
    listed.sort_by(|(_, a), (_, b)| a.code.cmp(&b.code));
    listed
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
In an error of many items, the message begins with the item's place. `{...}` stands for a value.

This page is made from the code by `tests/errors_page.rs`.

| kind | what a caller can do |
|---|---|
";

/// A text in a table of Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
