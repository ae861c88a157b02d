//! The SQLite store keeps the contract: in a file, in memory, and over a connection of the host's.

use fondaco_store::{Sqlite, SqliteOptions};
use fondaco_testkit::{Suite, certify};

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
    Suite::new(make).reopen(reopen).only("reopen").run().assert();
}

#[test]
fn memory_keeps_the_contract() {
    certify(|| Sqlite::in_memory().unwrap()).assert();
}
