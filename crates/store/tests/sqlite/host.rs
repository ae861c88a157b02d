//! Over the host's own connection.

use std::time::Duration;

use fondaco_core::store::{At, Commit, Read, StoreError};
use fondaco_core::store::{Record, Store};
use fondaco_core::{ErrorKind, chain};
use fondaco_store::{Sqlite, SqliteOptions};
use rusqlite::Connection;

use crate::damage::filled;
use crate::lines::*;

#[test]
fn the_host_commits_its_own_and_ours_together() {
    let mut conn = Connection::open(path()).unwrap();
    conn.execute_batch("CREATE TABLE mine (n INTEGER)").unwrap();
    for (round, end) in [(1, "ROLLBACK"), (2, "COMMIT")] {
        conn.execute_batch("BEGIN IMMEDIATE; INSERT INTO mine VALUES (1)").unwrap();
        let store = Sqlite::over(&mut conn).unwrap();
        store.prepare(TABLES).unwrap();
        store.commit(add(1, "cash", 5)).unwrap();
        let hold = store.read(&Read::at(company(), At::Hold, vec![])).unwrap().at;
        assert!(store.read(&Read::at(company(), At::Held(hold), vec![])).is_ok());
        // A refused commit takes only itself back.
        let refused = store.commit(insert(2, vec![line(1, 1, "a"), line(1, 1, "a")]));
        assert!(matches!(refused, Err(StoreError::Misused(_))));
        store.commit(add(3, "cash", 1)).unwrap();
        let gone = store.read(&Read::at(company(), At::Held(hold), vec![]));
        assert!(matches!(gone, Err(StoreError::SnapshotGone)));
        assert_eq!(balance(&store, "cash"), 6, "round {round}");
        drop(store);
        conn.execute_batch(end).unwrap();
    }
    assert_eq!(
        text(&conn, "SELECT count(*) || '/' || (SELECT amount FROM balance) FROM mine"),
        "1/6"
    );
}

#[test]
fn books_are_verified_and_mended_over_the_hosts_connection() {
    let path = path();
    filled(&path);
    let mut conn = Connection::open(&path).unwrap();
    conn.execute_batch("BEGIN IMMEDIATE; DELETE FROM fondaco_run").unwrap();
    let store = Sqlite::over(&mut conn).unwrap();
    store.prepare(TABLES).unwrap();
    let findings = || chain::verify(&store, company(), TABLES).unwrap().findings;
    assert_eq!(findings(), [chain::Finding::Index { table: "line", index: "by_account" }]);
    store.rebuild_indexes().unwrap();
    assert_eq!(findings(), []);
    drop(store);
    conn.execute_batch("COMMIT").unwrap();
    assert_eq!(rows(&open(&path), all(Line::TABLE, Some(0))).len(), 2400);
}

/// A host that began to read before somebody else wrote can't write any more: it is told so, and its next transaction can.
#[test]
fn a_conflict_of_the_hosts_transaction_goes_to_the_host() {
    let path = path();
    let other = open(&path);
    other.commit(add(1, "cash", 5)).unwrap();
    let mut conn = Connection::open(&path).unwrap();
    conn.busy_timeout(Duration::from_millis(10)).unwrap();
    let is_stale = |result: Result<Commit, StoreError>| {
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::Stale(_)), "{error}");
        assert_eq!((error.code(), error.kind()), ("store.stale", ErrorKind::Conflict));
        assert!(error.to_string().contains("roll it back and begin again"), "{error}");
    };

    conn.execute_batch("BEGIN").unwrap();
    let store = Sqlite::over(&mut conn).unwrap();
    store.prepare(TABLES).unwrap();
    assert_eq!(balance(&store, "cash"), 5);
    other.commit(add(2, "cash", 1)).unwrap();
    is_stale(store.commit(add(3, "cash", 10)));
    is_stale(store.commit(add(3, "cash", 10)));
    assert_eq!(balance(&store, "cash"), 5, "what it read still stands");
    drop(store);
    conn.execute_batch("ROLLBACK; BEGIN").unwrap();

    // Somebody writes at this moment: what he will have changed, this transaction can't see.
    let store = Sqlite::over(&mut conn).unwrap();
    store.prepare(TABLES).unwrap();
    assert_eq!(balance(&store, "cash"), 6);
    let writing = Connection::open(&path).unwrap();
    writing.execute_batch("BEGIN IMMEDIATE").unwrap();
    is_stale(store.commit(add(3, "cash", 10)));
    drop(store);
    conn.execute_batch("ROLLBACK").unwrap();

    // Without a transaction of the host's there is nothing to roll back: the same may work later.
    let store = Sqlite::over(&mut conn).unwrap();
    store.prepare(TABLES).unwrap();
    let busy = store.commit(add(3, "cash", 10)).unwrap_err();
    assert!(matches!(busy, StoreError::Unavailable(_)), "{busy}");
    writing.execute_batch("ROLLBACK").unwrap();
    store.commit(add(3, "cash", 10)).unwrap();
    drop(store);
    assert_eq!(balance(&other, "cash"), 16, "carried out once, after all");
}

/// Books without a chain stay so: one sealed commit among others would make all of them look stripped.
#[test]
fn a_host_of_books_without_a_chain_seals_none() {
    let (path, bare) = (path(), SqliteOptions::new().chain(false));
    let store = Sqlite::open_with(&path, bare.clone()).unwrap();
    store.prepare(TABLES).unwrap();
    store.commit(add(1, "cash", 5)).unwrap();
    let mut conn = Connection::open(&path).unwrap();
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    let inside = Sqlite::over_with(&mut conn, &bare).unwrap();
    inside.prepare(TABLES).unwrap();
    inside.commit(add(2, "cash", 5)).unwrap();
    drop(inside);
    conn.execute_batch("COMMIT").unwrap();
    let verified = chain::verify(&store, company(), TABLES).unwrap();
    assert_eq!((verified.sealed, verified.commits, verified.findings), (false, 2, vec![]));
}
