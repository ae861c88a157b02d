//! The example that plans a company does what it says: proposals, a late order with its reasons, a page; and a second run does nothing twice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a test's helpers may fail the test"
)]

use std::{
    fs,
    process::{Command, Output},
};

mod program;
#[path = "example_data/scratch.rs"]
mod scratch;

use scratch::fresh;

#[test]
fn a_second_run_plans_nothing_anew_and_says_the_same() {
    let (store, page) = (fresh(".db"), fresh(".html"));
    let argument = format!("sqlite:{}", store.display());
    let line = ["--orders", "100", "--store", &argument, "--page", page.to_str().unwrap()];
    let program = program::example("plan");
    let run = || good(&Command::new(&program).args(line).output().unwrap());
    let (first, second) = (run(), run());
    assert_eq!(first, second);
    for told in ["Purchase orders proposed", "Messages", "Waits for", "Load of the work centres"] {
        assert!(first.contains(told), "{told} is missing in {first}");
    }
    let html = fs::read_to_string(&page).unwrap();
    for part in ["Projected stock", "are late", "What has changed in the plan", "on the machines"] {
        assert!(html.contains(part), "{part} is missing");
    }
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("<link"));
    fs::remove_file(&page).unwrap();
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{ending}", store.display()));
    }
}

/// What it printed; it must have ended well.
fn good(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}
