//! The example of a year's end ends well, and shows what its story says.

#![allow(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::process::Command;

mod program;

#[test]
fn its_year_is_closed_twice() {
    let output = Command::new(program::example("year_end")).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("2025 is closed with 17400.00 EUR"), "{told}");
    assert!(told.contains("stock: count the stock; sign it off when it is done"), "{told}");
    assert!(told.contains("fiscal year 2026 is closed, and 2026-12-20 lies in it"), "{told}");
    assert!(told.contains("2026 is closed with 15653.41 EUR"), "{told}");
    assert!(told.contains("2026 is closed again with 13753.41 EUR"), "1,900 less: {told}");
    assert!(told.contains("2 carried out, 0 refused"), "the accrual and the valuation: {told}");
    assert!(told.contains("Rent by area, 2026-12, by statistic square metres"), "{told}");
    let changed = told.split("What late entries changed through 2026-12-31").nth(1).unwrap();
    let changed = changed.split("Income statement").next().unwrap();
    assert!(changed.contains("Advice") && changed.contains("-1,900.00 EUR"), "{changed}");
    assert!(told.contains("is locked for ever: nobody opens it again"), "{told}");
    assert!(told.trim_end().ends_with("are as they were written"), "{told}");
}

#[test]
fn run_twice_on_one_file_it_happens_once() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("year-end-{}.db", std::process::id()));
    let page = file.with_extension("html");
    let run = || {
        let mut example = Command::new(program::example("year_end"));
        example.arg("--store").arg(format!("sqlite:{}", file.display()));
        let output = example.arg("--page").arg(&page).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
        told
    };
    let sheets = |told: &str| told.rsplit("What late entries changed").next().unwrap().to_owned();
    let first = run();
    assert_eq!(sheets(&run()), sheets(&first), "the second time nothing is booked");
    assert!(std::fs::read_to_string(&page).unwrap().contains("The end of 2026"));
    for end in ["", "-wal", "-shm"] {
        drop(std::fs::remove_file(format!("{}{end}", file.display())));
    }
    std::fs::remove_file(&page).unwrap();
}
