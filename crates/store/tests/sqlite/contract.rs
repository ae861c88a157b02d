//! The SQLite store keeps the contract: in a file, in memory, and over a connection of the host's.

use fondaco_store::{Sqlite, SqliteOptions};
use fondaco_testkit::{Suite, certify, faults};

use crate::lines::path;

#[test]
fn a_file_keeps_the_contract() {
    let fast = || SqliteOptions::new().durability(fondaco_store::Durability::Fast);
    Suite::new(move || Sqlite::open_with(path(), fast()).unwrap()).run().assert();
}

/// Each store has a connection of its own that lasts as long as the test, inside a transaction that nobody ends.
#[test]
fn a_hosts_connection_keeps_the_contract() {
    let host = || {
        let conn = Box::leak(Box::new(rusqlite::Connection::open(path()).unwrap()));
        conn.execute_batch("CREATE TABLE mine (n INTEGER); BEGIN IMMEDIATE").unwrap();
        Sqlite::over(conn).unwrap()
    };
    // Inside a transaction there is one state, so a hold lasts until the next commit.
    Suite::new(host).brief_holds().run().assert();
}

#[test]
fn a_file_outlives_its_store() {
    let make = || Sqlite::open(path()).unwrap();
    let reopen = |store: Sqlite| {
        let path = store.path().unwrap().to_path_buf();
        drop(store);
        Sqlite::open(path).unwrap()
    };
    let crash = |store: &Sqlite| {
        let copy = faults::killed(store.path().unwrap(), &path().with_extension("killed")).unwrap();
        Sqlite::open(copy).unwrap()
    };
    for only in ["reopen", "crash"] {
        let report = Suite::new(make).reopen(reopen).crash(crash).only(only).run();
        assert_eq!(report.checks.len(), 1);
        report.assert();
    }
}

/// With caches of every size, as what is kept is what the other may change.
#[test]
fn two_stores_on_one_file_keep_the_contract() {
    for rows in [0, 2, 1000] {
        let open = move |path: &std::path::Path| {
            let fast = SqliteOptions::new().durability(fondaco_store::Durability::Fast);
            Sqlite::open_with(path, fast.cache_rows(rows)).unwrap()
        };
        let beside = move |store: &Sqlite| open(store.path().unwrap());
        Suite::new(move || open(&path())).beside(beside).only("beside").run().assert();
    }
}

#[test]
fn memory_keeps_the_contract() {
    certify(|| Sqlite::in_memory().unwrap()).assert();
}
