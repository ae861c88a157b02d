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
