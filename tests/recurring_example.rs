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
