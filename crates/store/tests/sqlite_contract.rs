//! The SQLite store keeps the contract: in a file, in memory, and over a connection of the host's.
#![cfg(feature = "sqlite")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use fondaco_store::{Sqlite, SqliteOptions};
use fondaco_testkit::{Suite, certify};

/// A new path for each store; the directory goes with the test run.
fn path(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let dir =
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sqlite-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir.join(format!("{name}-{}.db", COUNT.fetch_add(1, Ordering::Relaxed)))
}

#[test]
fn a_file_keeps_the_contract() {
    let fast = || SqliteOptions::new().durability(fondaco_store::Durability::Fast);
    Suite::new(move || Sqlite::open_with(path("contract"), fast()).unwrap()).run().assert();
}

#[test]
fn memory_keeps_the_contract() {
    certify(|| Sqlite::in_memory().unwrap()).assert();
}
