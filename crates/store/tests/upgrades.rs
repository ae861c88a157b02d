//! Files of every layout that was released open in this version, are upgraded, and verify; and who is killed while a file is
//! upgraded finds it as it was, or done.
//!
//! `tests/fixtures/<layout>` holds, for each release that changed one: `kit.sqlite` and `kit.redb`, written by that
//! release, and `kit.export`, the same company as an export. A release writes them once, by
//! `FONDACO_FIXTURES=0.1 cargo test -p fondaco-store --all-features --test upgrades`, and they are never written again.
#![cfg(all(feature = "sqlite", feature = "redb"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use fondaco_core::store::{
    Ask, Batch, Change, Drawn, Event, Fixed, Key, KeyParts, Meta, Personal, Read, Record, Reply,
    Row, Scan, Store, Table, Value,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp, chain, copy};
use fondaco_store::{Memory, Redb, Sqlite, archive};
use smol_str::SmolStr;

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "note", kind = state, key(number), index(by_text(text)))]
struct Note {
    number: i64,
    text: SmolStr,
    tag: Option<SmolStr>,
    author: Option<Personal<SmolStr>>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "line", kind = fact, key(number), index(by_amount(amount)))]
struct Line {
    number: i64,
    amount: Fixed<2>,
    slip: Option<Drawn>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "sum", kind = counter, key(account))]
struct Sum {
    account: SmolStr,
    amount: Fixed<2>,
}

const OLD: &[&Table] = &[Note::TABLE, Line::TABLE, Sum::TABLE];

/// The same tables in the program of a later day.
mod later {
    use super::*;

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(
        table = "note", kind = state, key(number), layout = 2,
        index(by_text(text)), index(by_tag(tag), unique), index(by_rank(rank))
    )]
    pub(super) struct Note {
        pub(super) number: i64,
        pub(super) text: SmolStr,
        pub(super) tag: Option<SmolStr>,
        pub(super) author: Option<Personal<SmolStr>>,
        #[record(since = 2)]
        pub(super) rank: Option<i64>,
    }

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(
        table = "line", kind = fact, key(number), layout = 2,
        index(by_amount(amount)), index(by_slip(slip)), index(by_kind(kind))
    )]
    pub(super) struct Line {
        pub(super) number: i64,
        pub(super) amount: Fixed<2>,
        pub(super) slip: Option<Drawn>,
        #[record(since = 2)]
        pub(super) kind: Option<SmolStr>,
    }
}

const NEW: &[&Table] = &[later::Note::TABLE, later::Line::TABLE, Sum::TABLE];

fn acme() -> CompanyId {
    CompanyId::named("acme")
}

fn batch(number: u64, changes: Vec<Change>) -> Batch {
    let meta = Meta::new(ActorId::new("clerk"), Timestamp::from_micros(number as i64).unwrap());
    let mut batch = Batch::new(acme(), CommandId::from_u128(u128::from(number)), meta);
    (batch.changes, batch.digest, batch.salt) = (changes, [number as u8; 32], [number as u8; 16]);
    batch
}

fn note(number: i64, text: &str) -> Note {
    let author = Some(Personal::Kept(format!("author {number}").into(), [number as u8; 16]));
    Note {
        number,
        text: text.into(),
        tag: (number % 2 == 0).then(|| format!("tag {number}").into()),
        author,
    }
}

/// The company of the fixtures: changes of every kind.
fn fill(store: &dyn Store) {
    store.prepare(OLD).unwrap();
    let key = |number: i64| Key { table: Note::TABLE, bytes: number.to_bytes() };
    let line = |number: i64, slip| Line { number, amount: Fixed::from_units(100 - number), slip };
    let place = |offset| Some(Drawn::Place { draw: 0, offset });
    let lines = vec![line(1, place(0)), line(2, place(1)), line(3, None)];
    let add = |units| {
        let rows = vec![Sum { account: "cash".into(), amount: Fixed::from_units(units) }];
        Change::Add { rows: Box::new(rows), floors: vec![] }
    };
    let notes: Vec<Note> = (1..=6).map(|number| note(number, "first")).collect();
    let mut first =
        batch(1, vec![Change::Insert(Box::new(notes)), Change::Insert(Box::new(lines)), add(500)]);
    first.changes.push(Change::Draw { series: "slip/2026".into(), count: 2, dates: None });
    first.events.push(Event::new("kit.filled").with("lines", Value::I64(3)));
    first.answer = vec![Value::Drawn { draw: 0, offset: 1 }];
    let put = |number, seen| Change::Put { row: std::sync::Arc::new(note(number, "second")), seen };
    let batches = [
        first,
        batch(2, vec![put(2, 1), add(-70)]),
        batch(3, vec![Change::Delete { key: key(3), seen: 1 }]),
        batch(4, vec![Change::Erase { key: key(4) }]),
        batch(5, vec![put(2, 2)]),
    ];
    batches.into_iter().for_each(|batch| drop(store.commit(batch).unwrap()));
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The layouts that were released, by their folders.
fn releases() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path());
    let mut releases: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    releases.sort();
    assert!(!releases.is_empty(), "no fixture is there");
    releases
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("fondaco-upgrades-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    /// A copy of a fixture to work on.
    fn copy_of(&self, fixture: &Path) -> PathBuf {
        let copy = self.0.join(fixture.file_name().unwrap());
        std::fs::copy(fixture, &copy).unwrap();
        copy
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Writes the fixtures of a release that are not there yet.
#[test]
fn a_release_writes_its_fixtures() {
    let Ok(release) = std::env::var("FONDACO_FIXTURES") else { return };
    let folder = fixtures().join(release);
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| Some(folder.join(name)).filter(|path| !path.exists());
    if let Some(path) = path("kit.sqlite") {
        fill(&Sqlite::open(&path).unwrap());
        // Small pages, for a small file in the repository.
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM").unwrap();
    }
    if let Some(path) = path("kit.redb") {
        fill(&Redb::open(&path).unwrap());
    }
    if let Some(path) = path("kit.export") {
        let store = Memory::new();
        fill(&store);
        archive::export(&store, acme(), OLD, &path, &mut ()).unwrap();
    }
}

/// What the fixtures hold, in the words of this version.
fn expected() -> copy::Copied {
    let store = Memory::new();
    fill(&store);
    copy::tally(&store, acme(), OLD).unwrap()
}

/// That a store holds the fixtures' company, and goes on.
fn is_whole(store: &dyn Store, tables: &[&'static Table]) {
    assert_eq!(copy::tally(store, acme(), tables).unwrap(), expected());
    let verified = chain::verify(store, acme(), tables).unwrap();
    assert_eq!((verified.findings, verified.commits), (vec![], 5));
}

/// Opens as it was, then as a later program brings it up; and the new columns and indexes can be used.
fn opens_and_is_upgraded(open: impl Fn() -> Box<dyn Store>) {
    {
        let store = open();
        assert_eq!(store.prepare(OLD).unwrap(), Default::default(), "nothing was to be done");
        is_whole(&store, OLD);
    }
    {
        let store = open();
        let prepared = store.prepare(NEW).unwrap();
        assert_eq!(prepared.upgraded, [("note", 1), ("line", 1)]);
        is_whole(&store, NEW);
        let ranked = later::Note {
            number: 7,
            text: "third".into(),
            tag: Some("tag 7".into()),
            author: None,
            rank: Some(1),
        };
        store.commit(batch(6, vec![Change::Insert(Box::new(vec![ranked.clone()]))])).unwrap();
        let twin = later::Note { number: 8, ..ranked };
        store.commit(batch(7, vec![Change::Insert(Box::new(vec![twin]))])).unwrap_err();
        assert_eq!(scan(&store, later::Note::TABLE, later::Note::BY_TAG.position()).len(), 4);
        assert_eq!(scan(&store, later::Line::TABLE, later::Line::BY_SLIP.position()).len(), 2);
        assert_eq!(chain::verify(&store, acme(), NEW).unwrap().findings, []);
    }
    let refused = open().prepare(OLD).unwrap_err();
    assert_eq!(refused.code(), "store.newer_layout", "the old program does not touch it any more");
}

fn scan(store: &dyn Store, table: &'static Table, index: usize) -> Vec<Row> {
    let from = fondaco_core::store::KeyBytes::new(&[]);
    let scan = Scan { table, index: Some(index), from, to: None, backwards: false, limit: 100 };
    match store.read(&Read::now(acme(), vec![Ask::Scan(scan)])).unwrap().replies.pop() {
        Some(Reply::Rows(rows)) => rows,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_released_sqlite_file_is_upgraded() {
    for release in releases() {
        let folder = Folder::new();
        let path = folder.copy_of(&release.join("kit.sqlite"));
        opens_and_is_upgraded(|| Box::new(Sqlite::open_existing(&path).unwrap()));
    }
}

#[test]
fn every_released_redb_file_is_upgraded() {
    for release in releases() {
        let folder = Folder::new();
        let path = folder.copy_of(&release.join("kit.redb"));
        opens_and_is_upgraded(|| Box::new(Redb::open(&path).unwrap()));
    }
}

#[test]
fn every_released_export_comes_in() {
    for release in releases() {
        for tables in [OLD, NEW] {
            let store = Memory::new();
            let copied = archive::import(release.join("kit.export"), &store, tables, &mut ());
            assert_eq!(copied.unwrap(), expected());
            is_whole(&store, tables);
        }
    }
}

/// So many rows that an upgrade takes a while.
const MANY: i64 = 6_000;

fn fill_more(store: &dyn Store) {
    store.prepare(OLD).unwrap();
    for chunk in 0..10 {
        let numbers = (1 + chunk * MANY / 10)..=((chunk + 1) * MANY / 10);
        let notes: Vec<Note> = numbers.map(|number| note(number, "many")).collect();
        store.commit(batch(1 + chunk as u64, vec![Change::Insert(Box::new(notes))])).unwrap();
    }
}

/// What the child does that is killed: upgrades the file named by the variable.
#[test]
fn child_upgrades() {
    let Ok(path) = std::env::var("FONDACO_UPGRADE") else { return };
    println!("begins");
    match path.ends_with("redb") {
        true => drop(Redb::open(&path).unwrap().prepare(NEW).unwrap()),
        false => drop(Sqlite::open_existing(&path).unwrap().prepare(NEW).unwrap()),
    }
}

fn upgrade_in_child(path: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["child_upgrades", "--exact", "--nocapture"])
        .env("FONDACO_UPGRADE", path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills upgrades after ever longer times until one is done before it is killed; after each the file is as it was or done.
fn killed_at_every_moment(fresh: &Path, open: impl Fn(&Path) -> Box<dyn Store>) {
    let folder = Folder::new();
    let begun = Instant::now();
    let whole = folder.copy_of(fresh);
    assert!(upgrade_in_child(&whole).wait().unwrap().success());
    let longest = begun.elapsed();
    let (mut as_it_was, mut done) = (0, 0);
    for part in 1..=8u32 {
        let path = folder.copy_of(fresh);
        let mut child = upgrade_in_child(&path);
        std::thread::sleep(longest * part / 7);
        let _ = child.kill();
        let _ = child.wait();
        let store = open(&path);
        match store.prepare(OLD) {
            Ok(_) => {
                as_it_was += 1;
                assert_eq!(chain::verify(&store, acme(), OLD).unwrap().findings, []);
            }
            Err(error) => {
                done += 1;
                assert_eq!(error.code(), "store.newer_layout", "{error}");
            }
        }
        store.prepare(NEW).unwrap();
        let verified = chain::verify(&store, acme(), NEW).unwrap();
        assert_eq!((verified.findings, verified.rows), (vec![], MANY as u64));
        drop(store);
        let _ = std::fs::remove_file(&path);
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(path.with_extension(format!("sqlite{suffix}")));
        }
    }
    assert!(as_it_was > 0, "none was killed in the middle; {done} were done");
}

#[test]
fn killed_while_sqlite_is_upgraded() {
    let folder = Folder::new();
    let path = folder.0.join("many.sqlite");
    fill_more(&Sqlite::open(&path).unwrap());
    killed_at_every_moment(&path, |path| Box::new(Sqlite::open_existing(path).unwrap()));
}

#[test]
fn killed_while_redb_is_upgraded() {
    let folder = Folder::new();
    let path = folder.0.join("many.redb");
    fill_more(&Redb::open(&path).unwrap());
    killed_at_every_moment(&path, |path| Box::new(Redb::open(path).unwrap()));
}
