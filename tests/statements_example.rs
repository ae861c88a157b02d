//! The example of statements ends well, and shows what its story says.

#![allow(clippy::unwrap_used, reason = "a test's helpers may fail the test")]

use std::process::Command;

mod program;

#[test]
fn the_statements_agree() {
    let output = Command::new(program::example("statements")).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("V. Jahresüberschuss/Jahresfehlbetrag"), "{told}");
    assert!(told.contains("Finanzmittelfonds am Ende"), "{told}");
    assert!(told.trim_end().ends_with("Gewinn- und Verlustrechnung sind gleich."), "{told}");
}

/// In a file it is told twice, and happens once.
#[test]
fn told_twice_it_happens_once() {
    let file = std::env::temp_dir().join(format!("fondaco-statements-{}.db", std::process::id()));
    let store = format!("sqlite:{}", file.display());
    let tell = || {
        let output = Command::new(program::example("statements"))
            .args(["--store", &store])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (first, again) = (tell(), tell());
    let figures = |told: &str| {
        told.split_once("Finanzmittelfonds am Ende").map(|(_, figures)| figures.to_owned())
    };
    assert!(figures(&first).is_some(), "{first}");
    assert_eq!(figures(&again), figures(&first));
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", file.display()));
    }
}
