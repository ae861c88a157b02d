//! Backups of an SQLite file: while writers write, stopped, over what is there, of a damaged file.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use fondaco_core::store::{Record, StoreError, Table};
use fondaco_core::{
    ActorId, CommandId, CompanyId, Driver, Envelope, Progressed, Range, Reading, Timestamp, Tx,
};
use fondaco_store::Sqlite;
use smol_str::SmolStr;

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "line", kind = fact, key(entry, line), index(by_text(text)))]
struct Line {
    entry: i64,
    line: i64,
    text: SmolStr,
}

const TABLES: &[&Table] = &[Line::TABLE];

struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("fondaco-backup-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn driver(store: Sqlite, company: &str) -> Driver<'static> {
    let driver = Driver::new(store, CompanyId::named(company));
    driver.prepare(TABLES).unwrap();
    driver
}

/// One commit of twenty lines.
fn post(driver: &Driver<'_>, entry: i64) {
    let clerk = ActorId::new("clerk");
    let id = CommandId::named(&format!("entry/{entry}"));
    let act = |tx: &mut Tx<'_>, entry: &i64| {
        let text = |line| SmolStr::new(format!("line {line} of entry {entry}, ").repeat(20));
        let lines = (1..=20).map(|line| Line { entry: *entry, line, text: text(line) });
        tx.insert_all::<Line>(lines.collect())
    };
    driver.run(Envelope::new(id, clerk, Timestamp::EPOCH), &entry, act).unwrap();
}

/// That a file is whole, and how many commits each company has in it.
fn commits(path: &Path) -> Vec<u64> {
    ["acme", "other"]
        .map(|company| {
            let driver = driver(Sqlite::open_existing(path).unwrap(), company);
            let verified = driver.verify(TABLES).unwrap();
            assert_eq!(verified.findings, []);
            let lines = driver.view(|view| view.peek_scan(&Range::<Line>::all())).unwrap();
            assert_eq!(lines.len() as u64, verified.commits * 20, "no half commit");
            verified.commits
        })
        .to_vec()
}

#[test]
fn a_copy_while_writers_write() {
    let folder = Folder::new();
    let path = folder.path("books.sqlite");
    let acme = driver(Sqlite::open(&path).unwrap(), "acme");
    let other = driver(Sqlite::open(&path).unwrap(), "other");
    (0..100).for_each(|entry| post(&acme, entry));
    (0..7).for_each(|entry| post(&other, entry));
    let (stop, written) = (AtomicBool::new(false), AtomicU64::new(100));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for entry in 100.. {
                post(&acme, entry);
                written.fetch_add(1, Ordering::SeqCst);
                if stop.load(Ordering::SeqCst) {
                    break;
                }
            }
        });
        let store = Sqlite::open_existing(&path).unwrap();
        for copy in 0..5 {
            let to = folder.path(&format!("copy-{copy}.sqlite"));
            let before = written.load(Ordering::SeqCst);
            let mut seen = Vec::new();
            let mut slow = |at: &Progressed| {
                seen.push(at.clone());
                // Writers get on between two looks, by one that is not in the copy: one in it may not be counted yet.
                let now = written.load(Ordering::SeqCst);
                while written.load(Ordering::SeqCst) < now + 2 {
                    std::thread::yield_now();
                }
                ControlFlow::Continue(())
            };
            store.backup(&to, &mut slow).unwrap();
            let after = written.load(Ordering::SeqCst);
            let found = commits(&to);
            assert_eq!(found[1], 7);
            assert!(before <= found[0] && found[0] < after, "{before} {found:?} {after}");
            let last = seen.last().unwrap();
            assert_eq!((Some(last.done), last.share()), (last.total, Some(100)));
            assert!(seen.iter().all(|at| at.total == last.total), "never begun anew");
        }
        stop.store(true, Ordering::SeqCst);
    });
    assert_eq!(acme.verify(TABLES).unwrap().findings, []);
}

#[test]
fn stopped_it_leaves_nothing() {
    let folder = Folder::new();
    let acme = driver(Sqlite::open(folder.path("books.sqlite")).unwrap(), "acme");
    (0..400).for_each(|entry| post(&acme, entry));
    drop(acme);
    let store = Sqlite::open_existing(folder.path("books.sqlite")).unwrap();
    let mut looks = 0;
    let mut stop = |at: &Progressed| {
        looks += 1;
        assert!(at.done < at.total.unwrap(), "stopped before its end");
        ControlFlow::Break(())
    };
    let to = folder.path("copy.sqlite");
    assert!(matches!(store.backup(&to, &mut stop), Err(StoreError::Stopped)));
    assert_eq!(looks, 1);
    assert!(folder.names().iter().all(|name| !name.starts_with("copy")), "{:?}", folder.names());
    // A killed one leaves its part, which is in nobody's way.
    std::fs::write(folder.path("copy.sqlite.0.part"), "half a file").unwrap();
    store.backup(&to, &mut ()).unwrap();
    assert_eq!(commits(&to), [400, 0]);
    assert!(!folder.path("copy.sqlite.1.part").exists());
}

/// Of backups to one name at once each writes its own file; the first to be whole has the name, and no other takes it away.
#[test]
fn two_backups_to_one_name() {
    let folder = Folder::new();
    let acme = driver(Sqlite::open(folder.path("books.sqlite")).unwrap(), "acme");
    (0..40).for_each(|entry| post(&acme, entry));
    drop(acme);
    let store = Sqlite::open_existing(folder.path("books.sqlite")).unwrap();
    let to = folder.path("copy.sqlite");
    let mut inner = None;
    let mut meanwhile = |_: &Progressed| {
        inner.get_or_insert_with(|| store.backup(&to, &mut ()));
        ControlFlow::Continue(())
    };
    let outer = store.backup(&to, &mut meanwhile).unwrap_err();
    assert!(outer.to_string().contains("there is a file already"), "{outer}");
    assert!(matches!(inner, Some(Ok(()))), "{inner:?}");
    assert_eq!(commits(&to), [40, 0]);
    let parts = folder.names().iter().filter(|name| name.ends_with(".part")).count();
    assert_eq!(parts, 0, "{:?}", folder.names());
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new();
    let store = Sqlite::open(folder.path("books.sqlite")).unwrap();
    let letter = folder.path("letter.txt");
    std::fs::write(&letter, "Dear Marietta").unwrap();
    let error = store.backup(&letter, &mut ()).unwrap_err();
    assert!(error.to_string().contains("letter.txt: there is a file already"), "{error}");
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear Marietta");
    assert!(store.backup(folder.path("books.sqlite"), &mut ()).is_err());
    let nowhere = folder.path("no/such/folder/copy.sqlite");
    assert!(matches!(store.backup(nowhere, &mut ()), Err(StoreError::Unavailable(_))));
}

#[test]
fn a_store_in_memory_goes_into_a_file() {
    let folder = Folder::new();
    let store = std::sync::Arc::new(Sqlite::in_memory().unwrap());
    let acme = Driver::new(store.clone(), CompanyId::named("acme"));
    acme.prepare(TABLES).unwrap();
    (0..3).for_each(|entry| post(&acme, entry));
    store.backup(folder.path("copy.sqlite"), &mut ()).unwrap();
    assert_eq!(commits(&folder.path("copy.sqlite")), [3, 0]);
}

#[test]
fn a_damaged_file_is_no_backup() {
    let folder = Folder::new();
    let path = folder.path("books.sqlite");
    let acme = driver(Sqlite::open(&path).unwrap(), "acme");
    (0..100).for_each(|entry| post(&acme, entry));
    drop(acme);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0x5A);
    std::fs::write(&path, bytes).unwrap();
    let store = Sqlite::open_existing(&path).unwrap();
    let error = store.backup(folder.path("copy.sqlite"), &mut ()).unwrap_err();
    assert!(
        matches!(&error, StoreError::Corrupt(why) if why.contains("so would be the backup")),
        "{error}"
    );
    assert!(!folder.path("copy.sqlite").exists());
}
