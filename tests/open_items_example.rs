//! The example of open items ends well, and shows what its story says.

#![allow(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::process::Command;

mod program;

#[test]
fn what_is_open_is_the_balance() {
    let output = Command::new(program::example("open_items")).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("Realised on dollars, to be posted: -10 EUR"), "{told}");
    // The cheque counted until it bounced.
    assert!(told.contains("2026-02-11: 3 open items, 720.00 EUR in all"), "{told}");
    assert!(told.contains("2026-02-12: 4 open items, 970.00 EUR in all"), "{told}");
    assert!(told.trim_end().ends_with("are as they were written"), "{told}");
}

/// In a file it is told twice, and happens once.
#[test]
fn told_twice_it_happens_once() {
    let file = std::env::temp_dir().join(format!("fondaco-open_items-{}.db", std::process::id()));
    let store = format!("sqlite:{}", file.display());
    let tell = || {
        let output = Command::new(program::example("open_items"))
            .args(["--store", &store])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (first, again) = (tell(), tell());
    let figures =
        |told: &str| told.split_once("Realised on dollars").map(|(_, figures)| figures.to_owned());
    assert!(figures(&first).is_some(), "{first}");
    assert_eq!(figures(&again), figures(&first));
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
}
