//! The example of segments says what it does: members over time that full evaluation confirms, a reason, each message delivered once, a page.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    unreachable_pub,
    reason = "a test's helpers may fail the test"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

mod program;
#[path = "example_data/scratch.rs"]
mod scratch;

fn told(arguments: &[&str]) -> (String, String) {
    let page = scratch::fresh(".html");
    let program = program::example("segments");
    let line = Command::new(&program).args(arguments).arg("--page").arg(&page).output().unwrap();
    assert!(line.status.success(), "{}", String::from_utf8_lossy(&line.stderr));
    let html = fs::read_to_string(&page).unwrap();
    fs::remove_file(&page).unwrap();
    (String::from_utf8(line.stdout).unwrap(), html)
}

#[test]
fn the_made_up_shop_is_told_apart_and_written_to() {
    let (text, html) = told(&[]);
    for part in [
        "2000 customers",
        "All 6 segments are what a full evaluation says",
        "is in \"lapsed\" at",
        "recency(purchase) > 90 days",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let line = text.lines().find(|line| line.contains("messages sent")).unwrap();
    let numbers: Vec<u64> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
    assert!(numbers[0] > 100 && numbers[1] > numbers[0], "{line}");
    assert_eq!(numbers[2], numbers[0], "{line}");
    for part in
        ["Members at the ends of months", "In exactly these", "Entries and exits by month", "<svg"]
    {
        assert!(html.to_lowercase().contains(&part.to_lowercase()), "{part} is missing");
    }
    assert!(!html.contains("<script") && !html.contains("src=") && !html.contains("<link"));
}

/// CDNOW's purchases, where this tree has them beside it.
#[test]
fn cdnow_is_replayed_whole() {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = from.ancestors().map(|up| up.join("shared/data/cdnow")).find(|path| path.is_dir());
    let Some(folder) = folder else {
        eprintln!("skipped: there is no shared/data/cdnow above {}", from.display());
        return;
    };
    let (text, _) = told(&["--data", folder.to_str().unwrap()]);
    assert!(text.starts_with("CDNOW: 23570 customers, 69659 purchases"), "{text}");
    assert!(text.contains("All 6 segments are what a full evaluation says"), "{text}");
}
