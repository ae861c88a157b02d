//! The SQLite store keeps the contract: in a file, in memory, and over a connection of the host's.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use fondaco_store::{Sqlite, SqliteOptions};
use fondaco_testkit::{Suite, certify};

/// Removes what earlier runs left, but not what one beside this uses.
fn remove_old(all: &std::path::Path) {
    for dir in std::fs::read_dir(all).into_iter().flatten().flatten() {
        let age =
            dir.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
        let ours = dir.file_name().to_string_lossy().starts_with("sqlite-");
        if ours && age.is_some_and(|age| age.as_secs() > 600) {
            let _ = std::fs::remove_dir_all(dir.path());
        }
    }
}

/// A new path for each store; the directory goes with the test run.
fn path(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static OLD: std::sync::Once = std::sync::Once::new();
    let all = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    OLD.call_once(|| remove_old(&all));
    let dir = all.join(format!("sqlite-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir.join(format!("{name}-{}.db", COUNT.fetch_add(1, Ordering::Relaxed)))
}

#[test]
fn a_file_keeps_the_contract() {
    let fast = || SqliteOptions::new().durability(fondaco_store::Durability::Fast);
    Suite::new(move || Sqlite::open_with(path("contract"), fast()).unwrap()).run().assert();
}

/// Each store has a connection of its own that lasts as long as the test, inside a transaction that nobody ends.
#[test]
fn a_hosts_connection_keeps_the_contract() {
    let host = || {
        let conn = Box::leak(Box::new(rusqlite::Connection::open(path("host")).unwrap()));
        conn.execute_batch("CREATE TABLE mine (n INTEGER); BEGIN IMMEDIATE").unwrap();
        Sqlite::over(conn).unwrap()
    };
    // Inside a transaction there is one state, so a hold lasts until the next commit.
    Suite::new(host).brief_holds().run().assert();
}

#[test]
fn a_file_outlives_its_store() {
    let make = || Sqlite::open(path("reopen")).unwrap();
    let reopen = |store: Sqlite| {
        let path = store.path().unwrap().to_path_buf();
        drop(store);
        Sqlite::open(path).unwrap()
    };
    Suite::new(make).reopen(reopen).only("reopen").run().assert();
}

#[test]
fn memory_keeps_the_contract() {
    certify(|| Sqlite::in_memory().unwrap()).assert();
}
