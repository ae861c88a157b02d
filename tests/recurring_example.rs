//! The example of what comes by the clock ends well, and shows what its story says.

#![allow(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::process::Command;

mod program;

#[test]
fn its_year_comes_out() {
    let output = Command::new(program::example("recurring")).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    // March's end, April's beginning and end, May, June: what was missed, and nothing twice.
    let back = told.split("The host is back after three months.").nth(1).unwrap();
    assert!(
        back.trim_start().starts_with("2026-06-08T06:00:00Z: 6 carried out, 0 refused"),
        "{back}"
    );
    let bar = ["rent", "2026-01-02", "2026-12-01", "334"];
    let drawn = |line: &str| line.split_whitespace().collect::<Vec<_>>() == bar;
    assert!(told.lines().any(drawn), "New Year is a holiday:\n{told}");
    assert!(told.contains("  2026-03-02 1250.00 EUR"), "the first of March is a Sunday:\n{told}");
    assert!(told.contains("insurance of twelve months: 1000.00 EUR"), "{told}");
    assert!(told.trim_end().ends_with("are as they were written"), "{told}");
}

/// In a file it is told twice, and happens once.
#[test]
fn told_twice_it_happens_once() {
    let file = std::env::temp_dir().join(format!("fondaco-recurring-{}.db", std::process::id()));
    let store = format!("sqlite:{}", file.display());
    let tell = || {
        let output =
            Command::new(program::example("recurring")).args(["--store", &store]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (first, again) = (tell(), tell());
    let figures =
        |told: &str| told.split_once("Income statement").map(|(_, figures)| figures.to_owned());
    assert!(figures(&first).is_some(), "{first}");
    assert_eq!(figures(&again), figures(&first));
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
}
