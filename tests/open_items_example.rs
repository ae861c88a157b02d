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
