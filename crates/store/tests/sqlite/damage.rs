//! Damage is found, told, and mended where it can be.

use std::path::PathBuf;

use fondaco_core::chain;
use fondaco_core::store::{Ask, At, Read, Scan, StoreError};
use fondaco_core::store::{Record, Store};
use fondaco_store::{Sqlite, SqliteOptions};
use rusqlite::Connection;

use crate::lines::*;

#[test]
fn a_change_by_hand_is_found_and_a_missing_page_is_damage() {
    let path = path();
    let store = open(&path);
    store.commit(insert(1, vec![line(1, 1, "a"), line(2, 1, "b")])).unwrap();
    let conn = Connection::open(&path).unwrap();
    conn.execute("UPDATE line SET amount = amount + 1 WHERE entry = 1", []).unwrap();
    let found = chain::verify(&store, company(), TABLES).unwrap().findings;
    assert_eq!(found, vec![chain::Finding::Rows { position: 1 }]);
    conn.execute("DELETE FROM fondaco_page", []).unwrap();
    let scan = Ask::Scan(all(Line::TABLE, Some(0)));
    let error = store.read(&Read::now(company(), vec![scan])).unwrap_err();
    assert!(
        matches!(&error, StoreError::Corrupt(why) if why.contains(path.to_str().unwrap())),
        "{error}"
    );
}

fn findings(store: &Sqlite) -> Vec<chain::Finding> {
    chain::verify(store, company(), TABLES).unwrap().findings
}

/// Lines enough for several runs and pages, and a person.
pub(crate) fn filled(path: &PathBuf) -> Sqlite {
    let store = open(path);
    for batch in 0..12u128 {
        let first = batch as i64 * 200;
        let lines = (first..first + 200).map(|entry| line(entry, 1, &format!("{}", entry % 7)));
        store.commit(insert(batch, lines.collect())).unwrap();
    }
    store.commit(insert(99, vec![Person { id: 1, name: Some("Ann".into()) }])).unwrap();
    store
}

/// What may become of the packed index; all of it is damage that `verify` names and `rebuild_indexes` mends.
const HARM: &[&str] = &[
    "DELETE FROM fondaco_run",
    "UPDATE fondaco_page SET data = zeroblob(length(data))",
    "UPDATE fondaco_page SET data = zeroblob(length(data)) WHERE page = (SELECT max(page) FROM fondaco_page)",
    "UPDATE fondaco_page SET data = x''",
    "DELETE FROM fondaco_page WHERE page = (SELECT max(page) FROM fondaco_page)",
    "UPDATE fondaco_page SET data = (SELECT data FROM fondaco_page ORDER BY page LIMIT 1)",
    "UPDATE fondaco_page AS p SET (data, sum) = (SELECT data, sum FROM fondaco_page o ORDER BY o.page = p.page, o.page LIMIT 1)",
    "UPDATE fondaco_run SET extents = x'', rows = 0 WHERE run = (SELECT max(run) FROM fondaco_run)",
    "UPDATE fondaco_run SET state = 7",
    "DELETE FROM fondaco_run; DELETE FROM fondaco_page; DELETE FROM fondaco_meta WHERE name = 'next_page'",
];

#[test]
fn damage_to_an_index_is_found_and_mended() {
    for harm in HARM {
        let path = path();
        let store = filled(&path);
        let before = rows(&store, all(Line::TABLE, Some(0)));
        assert_eq!((before.len(), findings(&store)), (2400, vec![]));
        Connection::open(&path).unwrap().execute_batch(harm).unwrap();
        let damaged = chain::Finding::Index { table: "line", index: "by_account" };
        assert_eq!(findings(&open(&path)), vec![damaged.clone()], "{harm}");
        assert_eq!(findings(&store), vec![damaged], "{harm}");
        store.rebuild_indexes().unwrap();
        assert_eq!(findings(&store), vec![], "{harm}");
        let after = rows(&store, all(Line::TABLE, Some(0)));
        assert_eq!(format!("{before:?}"), format!("{after:?}"));
        store.commit(insert(1000, vec![line(9999, 1, "3")])).unwrap();
        assert_eq!(findings(&open(&path)), vec![], "{harm}");
    }
}

#[test]
fn a_page_that_is_not_as_it_was_written_is_not_read() {
    let path = path();
    let store = filled(&path);
    let conn = Connection::open(&path).unwrap();
    // One byte of the last key of a page: all can still be unpacked.
    conn.execute_batch(
        "UPDATE fondaco_page SET data = CAST(substr(data, 1, length(data) - 1) || x'07' AS BLOB)",
    )
    .unwrap();
    for backwards in [false, true] {
        let scan = Ask::Scan(Scan { backwards, ..all(Line::TABLE, Some(0)) });
        let error = store.read(&Read::now(company(), vec![scan])).unwrap_err();
        let StoreError::Corrupt(why) = &error else { panic!("{error}") };
        assert!(why.contains(path.to_str().unwrap()) && why.contains("rebuild_indexes"), "{why}");
    }
    // Nor is it merged into another under a fresh checksum.
    let more = (0..8).map(|at| {
        let first = 10_000 + at * 200;
        let lines = (first..first + 200).map(|entry| line(entry, 1, "3")).collect();
        store.commit(insert(1000 + at as u128, lines))
    });
    let stopped: Vec<_> = more.filter_map(Result::err).collect();
    assert!(stopped.iter().all(|error| matches!(error, StoreError::Corrupt(_))), "{stopped:?}");
    assert!(!stopped.is_empty());
}

#[test]
fn indexes_of_tables_that_nobody_prepared_are_not_dropped() {
    let path = path();
    filled(&path);
    let store = Sqlite::open(&path).unwrap();
    store.prepare(&[Person::TABLE]).unwrap();
    let error = store.rebuild_indexes().unwrap_err();
    assert!(matches!(&error, StoreError::Unprepared { table } if table == "line"), "{error}");
    assert_eq!(findings(&open(&path)), vec![]);
}

#[test]
fn an_index_of_sqlites_own_is_compared_too() {
    let path = path();
    let store = filled(&path);
    store.commit(insert(1000, vec![Person { id: 2, name: None }])).unwrap();
    assert_eq!(findings(&store), vec![]);
    drop(store);
    // The index believes that it is another table's: its entries and the rows no longer meet.
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch(
        "PRAGMA writable_schema = ON; CREATE TABLE empty (a); \
         UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'empty') \
         WHERE name = 'person__by_name'",
    )
    .unwrap();
    drop(conn);
    let damaged = chain::Finding::Index { table: "person", index: "by_name" };
    assert_eq!(findings(&open(&path)), vec![damaged]);
}

/// Has SQLite believe that one of its own indexes is an empty one.
fn lose_entries(path: &PathBuf, index: &str) {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(&format!(
        "PRAGMA writable_schema = ON; CREATE TABLE empty (a UNIQUE); UPDATE sqlite_schema SET rootpage = \
         (SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_empty_1') WHERE name = '{index}'"
    ))
    .unwrap();
}

#[test]
fn a_command_that_is_no_longer_found_is_noticed_and_mended() {
    let path = path();
    open(&path).commit(add(1, "cash", 1)).unwrap();
    lose_entries(&path, "fondaco_commit__command");
    let store = open(&path);
    assert_eq!(findings(&store), vec![chain::Finding::Command { position: 1 }]);
    store.rebuild_indexes().unwrap();
    assert_eq!(findings(&store), vec![]);
    assert!(store.commit(add(1, "cash", 1)).unwrap().replayed);
}

#[test]
fn a_counter_that_is_no_longer_found_is_noticed_and_mended() {
    let path = path();
    open(&path).commit(add(1, "cash", 1)).unwrap();
    lose_entries(&path, "sqlite_autoindex_balance_1");
    let store = open(&path);
    // By its key it is not there, nor in order of key, which goes by the same index: all of the table tells.
    let error = chain::verify(&store, company(), TABLES).unwrap_err();
    assert!(
        matches!(&error, StoreError::Corrupt(why) if why.contains("rebuild_indexes")),
        "{error}"
    );
    store.rebuild_indexes().unwrap();
    assert_eq!((findings(&store), balance(&store, "cash")), (vec![], 1));
}

#[test]
fn a_counter_that_is_not_as_it_was_written_is_damage_and_not_read() {
    for harm in ["amount = amount + 1", "_version = 7", "account = 'till'", "_sum = _sum + 1"] {
        let path = path();
        open(&path).commit(add(1, "cash", 5)).unwrap();
        Connection::open(&path)
            .unwrap()
            .execute_batch(&format!("UPDATE balance SET {harm}"))
            .unwrap();
        let store = open(&path);
        let scan = Ask::Scan(all(Balance::TABLE, None));
        let error = store.read(&Read::now(company(), vec![scan])).unwrap_err();
        let StoreError::Corrupt(why) = &error else { panic!("{harm}: {error}") };
        assert!(why.contains(path.to_str().unwrap()) && why.contains("balance"), "{why}");
        if harm != "account = 'till'" {
            // Nor is anything added to it.
            let error = store.commit(add(2, "cash", 1)).unwrap_err();
            assert!(matches!(error, StoreError::Corrupt(_)), "{harm}: {error}");
        }
        assert!(matches!(chain::verify(&store, company(), TABLES), Err(StoreError::Corrupt(_))));
    }
}

#[test]
fn a_head_that_is_not_the_end_of_the_log_is_noticed() {
    for harm in [
        "UPDATE fondaco_company SET link = zeroblob(32)",
        "UPDATE fondaco_company SET position = 1",
        "UPDATE fondaco_company SET position = 0, link = zeroblob(32)",
        "UPDATE fondaco_company SET position = 9",
        "DELETE FROM fondaco_commit WHERE position = 2",
        "DELETE FROM fondaco_company",
    ] {
        let path = path();
        let store = open(&path);
        store.commit(add(1, "cash", 1)).unwrap();
        store.commit(add(2, "cash", 1)).unwrap();
        Connection::open(&path).unwrap().execute_batch(harm).unwrap();
        let committed = open(&path).commit(add(3, "cash", 1));
        assert!(
            matches!(&committed, Err(StoreError::Corrupt(why)) if why.contains("fondaco_company")),
            "{harm}: {committed:?}"
        );
        if harm.starts_with("DELETE FROM fondaco_company") {
            continue; // To a reader it is a company that was never there.
        }
        let verified = chain::verify(&open(&path), company(), TABLES);
        assert!(matches!(verified, Err(StoreError::Corrupt(_))), "{harm}: {verified:?}");
    }
}

#[test]
fn a_chain_may_be_off_for_a_while() {
    let path = path();
    let with_chain = |on| {
        let store = Sqlite::open_with(&path, SqliteOptions::new().chain(on)).unwrap();
        store.prepare(TABLES).unwrap();
        store
    };
    for (id, on) in [false, true, false, false, true].into_iter().enumerate() {
        with_chain(on).commit(add(id as u128, "cash", 1)).unwrap();
    }
    assert_eq!(
        with_chain(true).read(&Read::at(company(), At::Hold, vec![])).unwrap().at.position,
        5
    );
}
