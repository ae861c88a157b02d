//! Tables, batches and files that the tests share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::NaiveDate;
use fondaco_core::store::KeyParts;
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};
use fondaco_store::{Durability, Sqlite, SqliteOptions};
use rusqlite::Connection;
use smol_str::SmolStr;

use fondaco_core::store::{
    Ask, Batch, Change, Fixed, KeyBytes, Meta, Personal, Read, Record, Reply, Row, Rows, Scan,
    Store, Table,
};

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "line", kind = fact, key(entry, line), index(by_account(account, day)), index(by_who(who)))]
pub(crate) struct Line {
    pub(crate) entry: i64,
    pub(crate) line: i64,
    pub(crate) account: SmolStr,
    pub(crate) day: NaiveDate,
    pub(crate) amount: Fixed<2>,
    pub(crate) at: Timestamp,
    pub(crate) item: u128,
    pub(crate) who: Option<Personal<SmolStr>>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "balance", kind = counter, key(account))]
pub(crate) struct Balance {
    pub(crate) account: SmolStr,
    pub(crate) amount: i64,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "person", kind = state, key(id), index(by_name(name), unique))]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) name: Option<SmolStr>,
}

pub(crate) mod later {
    use super::*;

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "person", kind = state, layout = 2, key(id), index(by_name(name), unique), index(by_town(town)))]
    pub(crate) struct Person {
        pub(crate) id: i64,
        pub(crate) name: Option<SmolStr>,
        #[record(since = 2)]
        pub(crate) town: Option<SmolStr>,
    }

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "line", kind = fact, layout = 2, key(entry, line), index(by_account(account, day)), index(by_day(day)))]
    pub(crate) struct Line {
        pub(crate) entry: i64,
        pub(crate) line: i64,
        pub(crate) account: SmolStr,
        pub(crate) day: NaiveDate,
        pub(crate) amount: Fixed<2>,
        pub(crate) at: Timestamp,
        pub(crate) item: u128,
        pub(crate) who: Option<Personal<SmolStr>>,
    }
}

pub(crate) const TABLES: &[&Table] = &[Line::TABLE, Balance::TABLE, Person::TABLE];

/// Removes what earlier runs left, but not what one beside this uses.
pub(crate) fn remove_old(all: &std::path::Path) {
    for dir in std::fs::read_dir(all).into_iter().flatten().flatten() {
        let age =
            dir.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
        let ours = dir.file_name().to_string_lossy().starts_with("sqlite-");
        if ours && age.is_some_and(|age| age.as_secs() > 600) {
            let _ = std::fs::remove_dir_all(dir.path());
        }
    }
}

/// A path that no other test uses, below the target directory.
pub(crate) fn path() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static OLD: std::sync::Once = std::sync::Once::new();
    let all = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    OLD.call_once(|| remove_old(&all));
    let dir = all.join(format!("sqlite-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir.join(format!("{}.db", COUNT.fetch_add(1, Ordering::Relaxed)))
}

pub(crate) fn open(path: &PathBuf) -> Sqlite {
    let store = Sqlite::open_with(path, SqliteOptions::new().durability(Durability::Fast)).unwrap();
    store.prepare(TABLES).unwrap();
    store
}

pub(crate) fn company() -> CompanyId {
    CompanyId::named("acme")
}

pub(crate) fn batch(id: u128) -> Batch {
    let meta = Meta::new(ActorId::new("test"), Timestamp::from_micros(1).unwrap());
    Batch::new(company(), CommandId::from_u128(id), meta)
}

pub(crate) fn with(id: u128, change: Change) -> Batch {
    let mut batch = batch(id);
    batch.changes.push(change);
    batch
}

pub(crate) fn insert<R: Record>(id: u128, rows: Vec<R>) -> Batch
where
    Vec<R>: Rows,
{
    with(id, Change::Insert(Box::new(rows)))
}

pub(crate) fn add(id: u128, account: &str, amount: i64) -> Batch {
    let rows = Box::new(vec![Balance { account: account.into(), amount }]);
    with(id, Change::Add { rows, floors: vec![] })
}

pub(crate) fn line(entry: i64, line: i64, account: &str) -> Line {
    let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(entry as u64 % 50);
    let (amount, at) = (Fixed::from_units(entry * 10 + line), Timestamp::from_micros(-1).unwrap());
    Line { entry, line, account: account.into(), day, amount, at, item: entry as u128, who: None }
}

pub(crate) fn ask(store: &dyn Store, ask: Ask) -> Reply {
    store.read(&Read::now(company(), vec![ask])).unwrap().replies.remove(0)
}

pub(crate) fn rows(store: &dyn Store, scan: Scan) -> Vec<Row> {
    match ask(store, Ask::Scan(scan)) {
        Reply::Rows(rows) => rows,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn all(table: &'static Table, index: Option<usize>) -> Scan {
    let from = KeyBytes::new(&[]);
    Scan { table, index, from, to: None, backwards: false, limit: usize::MAX }
}

pub(crate) fn balance(store: &dyn Store, account: &str) -> i64 {
    let key = SmolStr::new(account).to_bytes();
    match ask(store, Ask::Get(Balance::TABLE, vec![key])) {
        Reply::Got(rows) => {
            rows[0].as_ref().map_or(0, |row| row.record::<Balance>().unwrap().amount)
        }
        other => panic!("{other:?}"),
    }
}

pub(crate) fn text(conn: &Connection, sql: &str) -> String {
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}
