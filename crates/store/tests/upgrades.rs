//! Files of every layout that was released open in this version, are upgraded, and verify; and who is killed while a file is
//! upgraded finds it as it was, or done.
//!
//! `tests/fixtures/<layout>` holds, for each release that changed one: `kit.sqlite` and `kit.redb`, written by that
//! release, `kit.export`, the same company as an export, and `kit.sql`, what `pg_dump` says of it in PostgreSQL. A release writes
//! them once, by
//! `FONDACO_FIXTURES=0.1 cargo test -p fondaco-store --all-features --test upgrades`, and they are never written again. What these
//! tables are too simple for, real books at every earlier layout prove: `tests/company/older.rs` of the workspace.
#![cfg(all(feature = "sqlite", feature = "redb"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests"
)]

#[cfg(all(feature = "postgres", unix))]
mod proxy;
#[cfg(all(feature = "postgres", unix))]
mod server;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use fondaco_core::store::{
    Ask, At, Batch, Change, Drawn, Event, Fixed, Key, KeyParts, Meta, Personal, Read, Record,
    Reply, Row, Scan, Store, StoreError, Table, Value,
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
    #[cfg(all(feature = "postgres", unix))]
    if let (Some(path), Some(url)) = (path("kit.sql"), server::url()) {
        std::fs::write(path, postgres::dump(url, &folder)).unwrap();
    }
}

/// Companies in PostgreSQL as a release left them: its tables, and all rows.
#[cfg(all(feature = "postgres", unix))]
mod postgres {
    use fondaco_store::{Postgres, PostgresOptions};
    use fondaco_testkit::server::programs;

    use super::proxy::{Cut, Proxy};
    use super::*;

    /// The schema of a dump.
    const SCHEMA: &str = "fondaco_kit";

    /// What PostgreSQL says of a release's company, one statement after another.
    pub(super) fn dump(url: &str, release: &Path) -> String {
        let store = Postgres::connect_with(url, &PostgresOptions::new().schema(SCHEMA)).unwrap();
        archive::import(release.join("kit.export"), &store, OLD, &mut ()).unwrap();
        let said = Command::new(programs().unwrap().join("pg_dump"))
            .args([
                "--inserts",
                "--no-owner",
                "--no-privileges",
                "--schema",
                SCHEMA,
                "--dbname",
                url,
            ])
            .output()
            .unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        let said = String::from_utf8(said.stdout).unwrap();
        // Neither comments nor what only psql understands.
        let kept =
            |line: &&str| !line.is_empty() && !line.starts_with("--") && !line.starts_with('\\');
        said.lines().filter(kept).map(|line| format!("{line}\n")).collect()
    }

    /// That a schema is as it was, to a program that knows no newer tables.
    fn is_as_it_was(store: &Postgres) {
        assert_eq!(store.prepare(OLD).unwrap(), Default::default(), "nothing was to be done");
        has_all(store, OLD);
    }

    fn has_all(store: &dyn Store, tables: &[&'static Table]) {
        let verified = chain::verify(store, acme(), tables).unwrap();
        assert_eq!((verified.findings, verified.commits), (vec![], 5));
        // The deleted note is gone.
        assert_eq!((rows(store, tables[0]).len(), rows(store, tables[1]).len()), (5, 3));
    }

    /// Whose wire breaks before any statement of the upgrade leaves a schema as it was: the next one brings it up.
    #[test]
    fn an_upgrade_that_is_cut_before_any_of_its_statements_begins_anew() {
        let Some(url) = server::url() else { return };
        let options = PostgresOptions::new().schema(server::name("cut")).connections(2);
        let open = |url: &str| Postgres::connect_with(url, &options).unwrap();
        fill(&open(url));
        let mut cuts = 0;
        loop {
            let proxy = Proxy::before(url);
            let store = open(proxy.url());
            proxy.cut_before_statement(cuts);
            let upgraded = store.prepare(NEW);
            if !proxy.has_cut() {
                assert_eq!(upgraded.unwrap().upgraded, [("note", 1), ("line", 1)]);
                break;
            }
            assert_eq!(upgraded.unwrap_err().code(), "store.unavailable", "statement {cuts}");
            is_as_it_was(&open(url));
            cuts += 1;
        }
        assert!(cuts > 20, "only {cuts} statements were cut");
        let store = open(url);
        assert_eq!(store.prepare(NEW).unwrap(), Default::default(), "it was done");
        has_all(&store, NEW);
        assert_eq!(open(url).prepare(OLD).unwrap_err().code(), "store.newer_layout");
    }

    /// The same of an upgrade that the server carried out, and of which nobody heard.
    #[test]
    fn an_upgrade_whose_end_was_lost_is_done() {
        let Some(url) = server::url() else { return };
        let options = PostgresOptions::new().schema(server::name("lost")).connections(2);
        let open = |url: &str| Postgres::connect_with(url, &options).unwrap();
        fill(&open(url));
        let proxy = Proxy::before(url);
        let store = open(proxy.url());
        proxy.cut_for_good(Cut::After("COMMIT"));
        assert_eq!(store.prepare(NEW).unwrap_err().code(), "store.unavailable");
        assert!(proxy.has_cut());
        let store = open(url);
        assert_eq!(store.prepare(NEW).unwrap(), Default::default(), "it was done");
        has_all(&store, NEW);
    }

    #[test]
    fn every_released_postgres_schema_is_upgraded() {
        let Some(url) = server::url() else { return };
        let version = server::admin().query_one("SHOW server_version_num", &[]).unwrap();
        if version.get::<_, String>(0).parse::<u32>().unwrap() < 150_000 {
            return; // the dump has views with the rights of who reads, which came with PostgreSQL 15
        }
        for release in releases() {
            let schema = server::name("released");
            let dump = std::fs::read_to_string(release.join("kit.sql")).unwrap();
            server::admin().batch_execute(&dump.replace(SCHEMA, &schema)).unwrap();
            let options = PostgresOptions::new().schema(schema).connections(4);
            opens_and_is_upgraded(&release, || {
                Box::new(Postgres::connect_with(url, &options).unwrap())
            });
        }
    }
}

/// The last link of the company in each release: what a release sealed stands as it was, however this version seals.
const LINKS: &[(&str, &str)] =
    &[("0.1", "cc1217d6f878e4151b18b2da061103733fe073def28799d1d40f7620d7532bb5")];

/// What a release's fixtures hold: the rows of `fill`, and its own seals.
fn expected(release: &Path) -> copy::Copied {
    let (store, now) = (Memory::new(), Memory::new());
    fill(&now);
    let copied = archive::import(release.join("kit.export"), &store, OLD, &mut ()).unwrap();
    for table in OLD {
        assert_eq!(rows(&store, table), rows(&now, table), "{}", table.name);
    }
    let name = release.file_name().unwrap().to_string_lossy();
    let link: String = copied.link.iter().map(|byte| format!("{byte:02x}")).collect();
    let known = LINKS.iter().find(|(known, _)| *known == name);
    assert_eq!(known.map(|(_, link)| *link), Some(link.as_str()), "{name}");
    copied
}

fn rows(store: &dyn Store, table: &'static Table) -> Vec<(u64, Vec<Value>)> {
    let found = scan(store, table, None).unwrap();
    found.iter().map(|row| (row.version, row.stored().values())).collect()
}

/// That a store holds a release's company, and goes on.
fn is_whole(store: &dyn Store, tables: &[&'static Table], release: &Path) {
    assert_eq!(copy::tally(store, acme(), tables).unwrap(), expected(release));
    let verified = chain::verify(store, acme(), tables).unwrap();
    assert_eq!((verified.findings, verified.commits), (vec![], 5));
    // All five wrote state rows; the first release did not seal of which.
    assert_eq!(verified.unlabelled, 5);
}

/// Opens as it was, then as a later program brings it up; and the new columns and indexes can be used.
fn opens_and_is_upgraded(release: &Path, open: impl Fn() -> Box<dyn Store>) {
    {
        let store = open();
        assert_eq!(store.prepare(OLD).unwrap(), Default::default(), "nothing was to be done");
        is_whole(&store, OLD, release);
    }
    {
        let store = open();
        let prepared = store.prepare(NEW).unwrap();
        assert_eq!(prepared.upgraded, [("note", 1), ("line", 1)]);
        is_whole(&store, NEW, release);
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
        let by = |table, index| scan(&store, table, Some(index)).unwrap().len();
        assert_eq!(by(later::Note::TABLE, later::Note::BY_TAG.position()), 4);
        assert_eq!(by(later::Line::TABLE, later::Line::BY_SLIP.position()), 2);
        assert_eq!(chain::verify(&store, acme(), NEW).unwrap().findings, []);
    }
    let refused = open().prepare(OLD).unwrap_err();
    assert_eq!(refused.code(), "store.newer_layout", "the old program does not touch it any more");
}

fn scan(
    store: &dyn Store,
    table: &'static Table,
    index: Option<usize>,
) -> Result<Vec<Row>, StoreError> {
    let from = fondaco_core::store::KeyBytes::new(&[]);
    let scan = Scan { table, index, from, to: None, backwards: false, limit: 100 };
    match store.read(&Read::now(acme(), vec![Ask::Scan(scan)]))?.replies.pop() {
        Some(Reply::Rows(rows)) => Ok(rows),
        other => panic!("{other:?}"),
    }
}

/// The same tables in a program that has no use for an index any more, and of another that no release had.
mod leaner {
    use super::*;

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "line", kind = fact, key(number), layout = 2)]
    pub(super) struct Line {
        pub(super) number: i64,
        pub(super) amount: Fixed<2>,
        pub(super) slip: Option<Drawn>,
    }

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "shelf", kind = state, key(number))]
    pub(super) struct Shelf {
        pub(super) number: i64,
    }
}

/// Two programs on one file: the older goes on while the newer brings a table up.
fn beside(newer: &[&'static Table]) -> (Folder, Sqlite) {
    let folder = Folder::new();
    let path = folder.0.join("two.sqlite");
    let old = Sqlite::open(&path).unwrap();
    fill(&old);
    Sqlite::open(&path).unwrap().prepare(newer).unwrap();
    (folder, old)
}

fn one_more_line() -> Batch {
    let line = Line { number: 9, amount: Fixed::from_units(1), slip: None };
    batch(9, vec![Change::Insert(Box::new(vec![line]))])
}

fn newer_layout<T: std::fmt::Debug>(done: Result<T, StoreError>) {
    assert_eq!(done.unwrap_err().code(), "store.newer_layout");
}

/// What an older program prepares on the way says nothing of the tables that it knew before.
#[test]
fn an_older_program_that_prepares_another_table_is_refused_all_the_same() {
    let (_folder, old) = beside(NEW);
    assert_eq!(old.prepare(&[leaner::Shelf::TABLE]).unwrap().created, ["shelf"]);
    newer_layout(old.commit(one_more_line()));
    // And who prepares what nobody else touched goes on, whatever else was prepared beside.
    let (_folder, old) = beside(&[leaner::Shelf::TABLE]);
    old.prepare(&[leaner::Shelf::TABLE]).unwrap();
    assert_eq!(old.commit(one_more_line()).unwrap().position, 6);
    assert_eq!(chain::verify(&old, acme(), OLD).unwrap().findings, []);
}

/// An index that is gone has no rows: who still asks for it must not take that for the truth, nor rest a refusal on it.
#[test]
fn an_older_program_reads_no_index_that_is_gone() {
    let (_folder, old) = beside(&[leaner::Line::TABLE]);
    newer_layout(scan(&old, Line::TABLE, Some(Line::BY_AMOUNT.position())));
    let mut check = batch(9, vec![]);
    check.check = true;
    newer_layout(old.commit(check));
    newer_layout(old.commit(one_more_line()));
}

/// A snapshot from before shows what it showed, also to the program that brings the tables up.
#[test]
fn a_held_snapshot_stays_readable_while_tables_are_added() {
    let folder = Folder::new();
    let store = Sqlite::open(folder.0.join("held.sqlite")).unwrap();
    fill(&store);
    let held = store.read(&Read::at(acme(), At::Hold, vec![])).unwrap().at;
    store.prepare(&[leaner::Shelf::TABLE]).unwrap();
    store.commit(one_more_line()).unwrap();
    let get = Ask::Get(Line::TABLE, vec![9i64.to_bytes(), 1i64.to_bytes()]);
    let mut answer = store.read(&Read::at(acme(), At::Last(held), vec![get])).unwrap();
    let Some(Reply::Got(found)) = answer.replies.pop() else { panic!("{answer:?}") };
    assert!(found[0].is_none() && found[1].is_some(), "{found:?}");
}

#[test]
fn every_released_sqlite_file_is_upgraded() {
    for release in releases() {
        let folder = Folder::new();
        let path = folder.copy_of(&release.join("kit.sqlite"));
        opens_and_is_upgraded(&release, || Box::new(Sqlite::open_existing(&path).unwrap()));
    }
}

#[test]
fn every_released_redb_file_is_upgraded() {
    for release in releases() {
        let folder = Folder::new();
        let path = folder.copy_of(&release.join("kit.redb"));
        opens_and_is_upgraded(&release, || Box::new(Redb::open(&path).unwrap()));
    }
}

#[test]
fn every_released_export_comes_in() {
    for release in releases() {
        for tables in [OLD, NEW] {
            let store = Memory::new();
            let copied = archive::import(release.join("kit.export"), &store, tables, &mut ());
            assert_eq!(copied.unwrap(), expected(&release));
            is_whole(&store, tables, &release);
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
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until the child is about to begin, however slow the machine is.
fn begins(child: &mut std::process::Child) {
    let mut said = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("begins")), "it never begins");
}

/// Kills upgrades at ever other moments, the nearer to their end the longer it goes on; after each the file is as it was or done.
fn killed_at_every_moment(fresh: &Path, open: impl Fn(&Path) -> Box<dyn Store>) {
    let folder = Folder::new();
    let whole = folder.copy_of(fresh);
    let mut child = upgrade_in_child(&whole);
    begins(&mut child);
    let begun = Instant::now();
    assert!(child.wait().unwrap().success());
    let mut moment = begun.elapsed() / 7;
    let (mut as_it_was, mut done) = (0, 0);
    // A machine that is busy with others lets more of them end before they are killed.
    while as_it_was + done < 8 || (as_it_was == 0 && done < 100) {
        let path = folder.copy_of(fresh);
        let mut child = upgrade_in_child(&path);
        begins(&mut child);
        std::thread::sleep(moment);
        let _ = child.kill();
        let _ = child.wait();
        let store = open(&path);
        match store.prepare(OLD) {
            Ok(_) => {
                (as_it_was, moment) = (as_it_was + 1, moment * 3 / 2);
                assert_eq!(chain::verify(&store, acme(), OLD).unwrap().findings, []);
            }
            Err(error) => {
                (done, moment) = (done + 1, moment * 2 / 3);
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
