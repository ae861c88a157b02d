//! Several stores, threads and processes on one file; a lock that is held; a program that is killed.

use std::sync::atomic::{AtomicBool, Ordering};

use fondaco_core::chain;
use fondaco_core::store::{Change, Read, StoreError};
use fondaco_core::store::{Record, Store};
use fondaco_store::{Sqlite, SqliteOptions};
use rusqlite::Connection;

use crate::lines::*;

#[test]
fn two_stores_on_one_file_see_and_count_the_same() {
    let path = path();
    let (a, b) = (open(&path), open(&path));
    for number in 0..20 {
        let store = if number % 3 == 0 { &a } else { &b };
        let commit = store.commit(add(number, "cash", 1)).unwrap();
        assert_eq!(commit.position, number as u64 + 1);
        assert_eq!(
            (balance(&a, "cash"), balance(&b, "cash")),
            (commit.position as i64, commit.position as i64)
        );
    }
    // A replay of the other's command, and its reuse.
    assert!(a.commit(add(1, "cash", 1)).unwrap().replayed);
    let mut other = add(1, "cash", 1);
    other.digest = [1; 32];
    assert!(matches!(a.commit(other), Err(StoreError::CommandReused { .. })));
    let verified = chain::verify(&a, company(), TABLES).unwrap();
    assert_eq!((verified.commits, verified.findings), (20, vec![]));
}

#[test]
fn threads_on_two_stores_lose_nothing() {
    let path = path();
    let stores = [open(&path), open(&path)];
    std::thread::scope(|scope| {
        for thread in 0..4u128 {
            let store = &stores[thread as usize % 2];
            scope.spawn(move || {
                for number in 0..50 {
                    store.commit(add(thread * 1000 + number, "cash", 1)).unwrap();
                }
            });
        }
    });
    assert_eq!(balance(&stores[0], "cash"), 200);
    assert_eq!(stores[1].read(&Read::now(company(), vec![])).unwrap().at.position, 200);
}

/// Readers who bring ever other rows into a small cache beside commits that wait for the disk.
#[test]
fn readers_take_no_counter_from_a_commit() {
    for rows in [0, 2, 50] {
        let options = SqliteOptions::new().cache_rows(rows);
        let store = Sqlite::open_with(path(), options).unwrap();
        store.prepare(TABLES).unwrap();
        (0..40).for_each(|at| drop(store.commit(add(at, &format!("{at}"), 1)).unwrap()));
        let done = AtomicBool::new(false);
        let lost = std::thread::scope(|scope| {
            for reader in 0..3 {
                let (store, done) = (&store, &done);
                scope.spawn(move || {
                    for turn in (0i64..).take_while(|_| !done.load(Ordering::SeqCst)) {
                        balance(store, &format!("{}", 1 + (turn * 7 + reader) % 39));
                        balance(store, "0");
                    }
                });
            }
            let lost = (0..150).find(|&number| {
                let done = store.commit(add(1000 + number, "0", 1));
                done.is_err() || balance(&store, "0") != number as i64 + 2
            });
            done.store(true, Ordering::SeqCst);
            lost
        });
        assert_eq!(lost, None, "with {rows} rows in memory");
    }
}

#[test]
fn processes_prepare_at_once() {
    let path = path();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| open(&path));
        }
    });
    assert_eq!(open(&path).commit(add(1, "cash", 1)).unwrap().position, 1);
}

#[test]
fn a_lock_that_is_held_too_long_is_unavailable_not_half_done() {
    let path = path();
    let store = open(&path);
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(store.commit(add(1, "cash", 1)), Err(StoreError::Unavailable(_))));
    conn.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.commit(add(1, "cash", 1)).unwrap().position, 1);
}

/// Not a test of its own: the program that `a_killed_program_leaves_whole_commits` kills.
#[test]
#[ignore = "runs only as a child of another test"]
#[allow(clippy::disallowed_methods)]
fn writes_until_it_is_killed() {
    let Ok(path) = std::env::var("FONDACO_KILL") else { return };
    let store = Sqlite::open(&path).unwrap();
    store.prepare(TABLES).unwrap();
    let mut next = store.read(&Read::now(company(), vec![])).unwrap().at.position;
    loop {
        let lines = (0..500).map(|at| line(next as i64 * 500 + at, 1, &format!("{}", at % 7)));
        let mut batch = insert(u128::from(next), lines.collect());
        let row = Balance { account: "cash".into(), amount: 500 };
        batch.changes.push(Change::Add { rows: Box::new(vec![row]), floors: vec![] });
        next = store.commit(batch).unwrap().position;
        std::fs::write(format!("{path}.done"), next.to_string()).unwrap();
    }
}

#[test]
fn a_killed_program_leaves_whole_commits() {
    let path = path();
    let done = format!("{}.done", path.display());
    let mut before = 0;
    for round in 0..5u64 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "sharing::writes_until_it_is_killed"])
            .env("FONDACO_KILL", &path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Until it has written something new, however slow the machine is.
        let told = || std::fs::read_to_string(&done).unwrap_or_default().parse().unwrap_or(0);
        while told() < before + 2 + round {
            std::thread::sleep(std::time::Duration::from_millis(5 + round));
            assert!(child.try_wait().unwrap().is_none(), "it ended before it was killed");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let store = open(&path);
        let position = store.read(&Read::now(company(), vec![])).unwrap().at.position;
        assert!(position >= told(), "an answered commit is gone");
        assert!(position >= before);
        before = position;
        assert_eq!(balance(&store, "cash"), position as i64 * 500);
        for index in [None, Some(0)] {
            assert_eq!(rows(&store, all(Line::TABLE, index)).len() as u64, position * 500);
        }
        let verified = chain::verify(&store, company(), TABLES).unwrap();
        assert_eq!((verified.commits, verified.findings), (position, vec![]));
    }
}
