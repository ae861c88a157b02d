//! What the SQLite store promises beyond the contract: people's SQL, other processes, other programs' files, the host's
//! connection, damage.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::NaiveDate;
use fondaco_core::chain;
use fondaco_core::store::{
    Ask, At, Batch, Change, FeedFrom, Fixed, Key, KeyBytes, KeyParts, Meta, Personal, Read, Record,
    Reply, Row, Rows, Scan, Store, StoreError, Table,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};
use fondaco_store::{Durability, Sqlite, SqliteOptions};
use proptest::prelude::*;
use rusqlite::Connection;
use smol_str::SmolStr;

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "line", kind = fact, key(entry, line), index(by_account(account, day)), index(by_who(who)))]
struct Line {
    entry: i64,
    line: i64,
    account: SmolStr,
    day: NaiveDate,
    amount: Fixed<2>,
    at: Timestamp,
    item: u128,
    who: Option<Personal<SmolStr>>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "balance", kind = counter, key(account))]
struct Balance {
    account: SmolStr,
    amount: i64,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "person", kind = state, key(id), index(by_name(name), unique))]
struct Person {
    id: i64,
    name: Option<SmolStr>,
}

mod later {
    use super::*;

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "person", kind = state, layout = 2, key(id), index(by_name(name), unique), index(by_town(town)))]
    pub(super) struct Person {
        pub(super) id: i64,
        pub(super) name: Option<SmolStr>,
        #[record(since = 2)]
        pub(super) town: Option<SmolStr>,
    }

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "line", kind = fact, layout = 2, key(entry, line), index(by_account(account, day)), index(by_day(day)))]
    pub(super) struct Line {
        pub(super) entry: i64,
        pub(super) line: i64,
        pub(super) account: SmolStr,
        pub(super) day: NaiveDate,
        pub(super) amount: Fixed<2>,
        pub(super) at: Timestamp,
        pub(super) item: u128,
        pub(super) who: Option<Personal<SmolStr>>,
    }
}

const TABLES: &[&Table] = &[Line::TABLE, Balance::TABLE, Person::TABLE];

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

/// A path that no other test uses, below the target directory.
fn path() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    static OLD: std::sync::Once = std::sync::Once::new();
    let all = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    OLD.call_once(|| remove_old(&all));
    let dir = all.join(format!("sqlite-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    dir.join(format!("{}.db", COUNT.fetch_add(1, Ordering::Relaxed)))
}

fn open(path: &PathBuf) -> Sqlite {
    let store = Sqlite::open_with(path, SqliteOptions::new().durability(Durability::Fast)).unwrap();
    store.prepare(TABLES).unwrap();
    store
}

fn company() -> CompanyId {
    CompanyId::named("acme")
}

fn batch(id: u128) -> Batch {
    let meta = Meta::new(ActorId::new("test"), Timestamp::from_micros(1).unwrap());
    Batch::new(company(), CommandId::from_u128(id), meta)
}

fn with(id: u128, change: Change) -> Batch {
    let mut batch = batch(id);
    batch.changes.push(change);
    batch
}

fn insert<R: Record>(id: u128, rows: Vec<R>) -> Batch
where
    Vec<R>: Rows,
{
    with(id, Change::Insert(Box::new(rows)))
}

fn add(id: u128, account: &str, amount: i64) -> Batch {
    let rows = Box::new(vec![Balance { account: account.into(), amount }]);
    with(id, Change::Add { rows, floors: vec![] })
}

fn line(entry: i64, line: i64, account: &str) -> Line {
    let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(entry as u64 % 50);
    let (amount, at) = (Fixed::from_units(entry * 10 + line), Timestamp::from_micros(-1).unwrap());
    Line { entry, line, account: account.into(), day, amount, at, item: entry as u128, who: None }
}

fn ask(store: &dyn Store, ask: Ask) -> Reply {
    store.read(&Read::now(company(), vec![ask])).unwrap().replies.remove(0)
}

fn rows(store: &dyn Store, scan: Scan) -> Vec<Row> {
    match ask(store, Ask::Scan(scan)) {
        Reply::Rows(rows) => rows,
        other => panic!("{other:?}"),
    }
}

fn all(table: &'static Table, index: Option<usize>) -> Scan {
    let from = KeyBytes::new(&[]);
    Scan { table, index, from, to: None, backwards: false, limit: usize::MAX }
}

fn balance(store: &dyn Store, account: &str) -> i64 {
    let key = SmolStr::new(account).to_bytes();
    match ask(store, Ask::Get(Balance::TABLE, vec![key])) {
        Reply::Got(rows) => {
            rows[0].as_ref().map_or(0, |row| row.record::<Balance>().unwrap().amount)
        }
        other => panic!("{other:?}"),
    }
}

fn text(conn: &Connection, sql: &str) -> String {
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn people_sum_exactly_and_read_views() {
    let path = path();
    let store = open(&path);
    let mut first = line(7, 1, "4000");
    first.amount = Fixed::from_units(-5);
    first.at = "2026-07-01T12:00:00.25Z".parse().unwrap();
    let mut last = line(8, 1, "4000");
    last.amount = Fixed::from_units(i64::MIN);
    store.commit(insert(1, vec![first, line(7, 2, "4000"), last])).unwrap();
    let conn = Connection::open(&path).unwrap();
    let sum = "SELECT sum(amount) FROM line WHERE entry = 7";
    assert_eq!(conn.query_row(sum, [], |row| row.get::<_, i64>(0)).unwrap(), 67);
    // Beyond 64 bits a sum is an error, and never a float.
    assert!(
        conn.query_row("SELECT sum(amount) FROM line WHERE line = 1", [], |row| row
            .get::<_, i64>(0))
            .is_err()
    );
    let of = |column: &str, entry: i64| {
        text(&conn, &format!("SELECT {column} FROM line_view WHERE entry = {entry} AND line = 1"))
    };
    assert_eq!(of("amount", 7), "-0.05");
    assert_eq!(of("amount", 8), "-92233720368547758.08");
    assert_eq!(of("day", 7), "2026-01-08");
    assert_eq!(of("at", 7), "2026-07-01T12:00:00.250000Z");
    assert_eq!(of("at", 8), "1969-12-31T23:59:59.999999Z");
    assert_eq!(of("item", 7), "00000000-0000-0000-0000-000000000007");
    assert_eq!(of("company", 7), company().to_string());
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_posting", kind = fact, key(entry, line))]
struct Posting {
    entry: i64,
    line: i64,
    account: SmolStr,
    ledger_amount: Fixed<4>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "clashing", kind = fact, key(id))]
struct Clashing {
    id: i64,
    amount: Fixed<4>,
    /// No column of the view's own.
    amount_units: Option<SmolStr>,
    tax: Option<Fixed<0>>,
}

/// The SQL that the documentation shows.
fn documented_sql() -> String {
    let text = include_str!("../src/sqlite.rs");
    let sql = text.split("```sql").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    sql.replace("//!", " ")
}

#[test]
fn the_documented_sums_are_exact() {
    let path = path();
    let store = Sqlite::open(&path).unwrap();
    store.prepare(&[Posting::TABLE]).unwrap();
    // As floats, 0.1 + 0.2 - 0.3 is not 0, and what is added to 2^53 is lost.
    let rows = [
        ("1000", 1_000),
        ("1000", 2_000),
        ("1000", -3_000),
        ("2000", 1 << 53),
        ("2000", 1),
        ("3000", -(1 << 53) - 1),
        ("4000", -5),
        ("5000", 123_450_000),
        ("5000", -1),
        ("6000", i64::MIN),
    ];
    let posting = |(at, (account, units)): (usize, &(&str, i64))| Posting {
        entry: 1,
        line: at as i64,
        account: (*account).into(),
        ledger_amount: Fixed::from_units(*units),
    };
    store.commit(insert(1, rows.iter().enumerate().map(posting).collect::<Vec<_>>())).unwrap();
    let conn = Connection::open(&path).unwrap();
    let mut shown = conn.prepare(&documented_sql()).unwrap();
    let shown = shown.query_map([], |row| Ok((row.get(1)?, row.get(2)?))).unwrap();
    let shown: Vec<(String, String)> = shown.map(Result::unwrap).collect();
    let expected = [
        ("1000", "0.0000"),
        ("2000", "900719925474.0993"),
        ("3000", "-900719925474.0993"),
        ("4000", "-0.0005"),
        ("5000", "12344.9999"),
        ("6000", "-922337203685477.5808"),
    ];
    assert_eq!(shown, expected.map(|(account, sum)| (account.to_owned(), sum.to_owned())));
    let sum = "SELECT typeof(s) || s FROM (SELECT sum(ledger_amount_units) AS s FROM ledger_posting_view WHERE account IN ";
    assert_eq!(text(&conn, &format!("{sum} ('1000'))")), "integer0");
    assert_eq!(text(&conn, &format!("{sum} ('2000', '3000'))")), "integer0");
    // Beyond 64 bits: an error, never a float.
    let beyond =
        conn.query_row(&format!("{sum} ('4000', '6000'))"), [], |row| row.get::<_, String>(0));
    assert!(beyond.is_err(), "{beyond:?}");
}

#[test]
fn a_view_takes_no_columns_name() {
    let path = path();
    let store = Sqlite::open(&path).unwrap();
    store.prepare(&[Clashing::TABLE]).unwrap();
    let (amount, tax) = (Fixed::from_units(-5), Some(Fixed::from_units(7)));
    let row = Clashing { id: 1, amount, amount_units: Some("mine".into()), tax };
    store
        .commit(insert(1, vec![row, Clashing { id: 2, amount, amount_units: None, tax: None }]))
        .unwrap();
    let conn = Connection::open(&path).unwrap();
    let shown = "SELECT amount || ' ' || amount_units || ' ' || tax || ' ' || typeof(tax_units) || tax_units \
                 FROM clashing_view WHERE id = 1";
    assert_eq!(text(&conn, shown), "-0.0005 mine 7 integer7");
    assert_eq!(
        text(&conn, "SELECT typeof(tax) || typeof(tax_units) FROM clashing_view WHERE id = 2"),
        "nullnull"
    );
}

#[test]
fn erased_text_is_gone_from_the_file() {
    let path = path();
    let store = open(&path);
    let mut told = line(1, 1, "4000");
    told.who = Some(Personal::Kept("Ann Example".into(), [3; 16]));
    store.commit(insert(1, vec![told.clone()])).unwrap();
    assert_eq!(rows(&store, all(Line::TABLE, Some(1))).len(), 1);
    let key = Key { table: Line::TABLE, bytes: told.key().to_bytes() };
    store.commit(with(2, Change::Erase { key })).unwrap();
    assert!(rows(&store, all(Line::TABLE, Some(1))).is_empty());
    let found = rows(&store, all(Line::TABLE, Some(0)));
    told.who = match told.who.take() {
        Some(mut who) => {
            fondaco_core::store::Field::erase(&mut who);
            Some(who)
        }
        None => None,
    };
    assert_eq!(*found[0].record::<Line>().unwrap(), told);
    for file in [path.clone(), path.with_extension("db-wal")] {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(11).any(|part| part == b"Ann Example"), "{file:?}");
    }
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "member", kind = state, key(id))]
struct Member {
    id: i64,
    mail: Option<Personal<SmolStr>>,
}

/// Commits 1, 3, 5 (which deletes it) and 6 wrote the member that commit 7 erases.
#[test]
fn erasing_forgets_the_salts_of_all_commits_that_wrote_the_row() {
    for chain in [true, false] {
        let store = Sqlite::open_with(path(), SqliteOptions::new().chain(chain)).unwrap();
        store.prepare(&[Member::TABLE, Line::TABLE]).unwrap();
        let member =
            |id, mail: &str| Member { id, mail: Some(Personal::Kept(mail.into(), [3; 16])) };
        let key = Key { table: Member::TABLE, bytes: 1i64.to_bytes() };
        let put = |row, seen| Change::Put { row: std::sync::Arc::new(row), seen };
        store.commit(insert(1, vec![member(1, "a@x"), member(2, "b@x")])).unwrap();
        store.commit(insert(2, vec![member(3, "c@x")])).unwrap();
        store.commit(with(3, put(member(1, "d@x"), 1))).unwrap();
        store.commit(with(4, put(member(2, "e@x"), 1))).unwrap();
        store.commit(with(5, Change::Delete { key: key.clone(), seen: 3 })).unwrap();
        store.commit(insert(6, vec![member(1, "f@x")])).unwrap();
        store.commit(with(7, Change::Erase { key })).unwrap();
        let mut told = line(1, 1, "4000");
        told.who = Some(Personal::Kept("Ann Example".into(), [3; 16]));
        let key = Key { table: Line::TABLE, bytes: told.key().to_bytes() };
        store.commit(insert(8, vec![told])).unwrap();
        store.commit(with(9, Change::Erase { key })).unwrap();
        let feed = store.feed(&FeedFrom::new(company(), 0, 100)).unwrap();
        let forgotten = feed.iter().filter(|commit| commit.salt.is_none());
        let forgotten: Vec<u64> = forgotten.map(|commit| commit.position).collect();
        assert_eq!(forgotten, [1, 3, 5, 6, 8], "chain: {chain}");
        assert_eq!(feed.iter().all(|commit| commit.seal.is_some()), chain);
        if chain {
            let tables = [Member::TABLE, Line::TABLE];
            assert_eq!(chain::verify(&store, company(), &tables).unwrap().findings, vec![]);
        }
    }
}

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
fn a_layout_grows_and_older_programs_are_refused() {
    let path = path();
    let store = open(&path);
    let person = |id, name: &str| Person { id, name: Some(name.into()) };
    store.commit(insert(1, vec![person(1, "Ann"), person(2, "Bob")])).unwrap();
    store.commit(insert(2, (0..300).map(|entry| line(entry, 1, "a")).collect())).unwrap();
    let newer = Sqlite::open(&path).unwrap();
    let prepared = newer.prepare(&[later::Person::TABLE, later::Line::TABLE]).unwrap();
    assert_eq!(prepared.upgraded, vec![("person", 1), ("line", 1)]);
    // New indexes are filled, those that are gone are dropped, old rows have no town.
    let lines = rows(&newer, all(later::Line::TABLE, Some(1)));
    assert_eq!(lines.len(), 300);
    assert!(lines.is_sorted_by_key(|row| row.record::<later::Line>().unwrap().day));
    let people = rows(&newer, all(later::Person::TABLE, None));
    assert_eq!(people[0].record::<later::Person>().unwrap().town, None);
    // The program that was running has the old layout: it may not write past the new indexes.
    let refused = store.commit(insert(3, vec![person(3, "Cid")]));
    assert!(
        matches!(refused, Err(StoreError::NewerLayout { found: 2, known: 1, .. })),
        "{refused:?}"
    );
    let again = Sqlite::open(&path).unwrap().prepare(TABLES);
    assert!(matches!(again, Err(StoreError::NewerLayout { found: 2, known: 1, .. })));
    let verified = chain::verify(&newer, company(), &[later::Person::TABLE, later::Line::TABLE]);
    assert_eq!(verified.unwrap().findings, vec![]);
}

#[test]
fn files_of_others_are_refused_by_name() {
    let (text_file, other) = (path(), path());
    std::fs::write(
        &text_file,
        "not a database, but long enough to be taken for one by its size alone.",
    )
    .unwrap();
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE mine (a)").unwrap();
    for path in [&text_file, &other] {
        let error = Sqlite::open(path).unwrap_err();
        assert!(
            matches!(&error, StoreError::Corrupt(why) if why.contains(path.to_str().unwrap())),
            "{error}"
        );
    }
    // Neither was touched.
    assert!(std::fs::read_to_string(&text_file).unwrap().starts_with("not a database"));
    assert_eq!(text(&Connection::open(&other).unwrap(), "PRAGMA journal_mode"), "delete");
    let nowhere = Sqlite::open("/nowhere/at/all.db").unwrap_err();
    assert!(
        matches!(&nowhere, StoreError::Unavailable(why) if why.contains("/nowhere")),
        "{nowhere}"
    );
}

#[test]
fn a_newer_format_is_refused() {
    let path = path();
    drop(open(&path));
    let sql = "UPDATE fondaco_meta SET value = 99 WHERE name = 'format'";
    Connection::open(&path).unwrap().execute(sql, []).unwrap();
    assert!(matches!(Sqlite::open(&path), Err(StoreError::NewerLayout { found: 99, .. })));
}

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
fn filled(path: &PathBuf) -> Sqlite {
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

#[test]
fn a_path_with_a_mistake_makes_no_file() {
    let path = path();
    let error = Sqlite::open_existing(&path).unwrap_err();
    let named = |why: &str| why.contains(path.to_str().unwrap());
    assert!(matches!(&error, StoreError::Unavailable(why) if named(why)), "{error}");
    assert!(!path.exists());
    open(&path).commit(add(1, "cash", 1)).unwrap();
    let store = Sqlite::open_existing(&path).unwrap();
    store.prepare(TABLES).unwrap();
    assert_eq!(balance(&store, "cash"), 1);
}

#[test]
fn names_that_the_host_took_are_told_as_such() {
    let mut conn = Connection::open(path()).unwrap();
    for taken in ["TABLE line (a)", "VIEW line_view AS SELECT 1", "TABLE Balance (a)"] {
        conn.execute_batch(&format!("BEGIN; CREATE {taken}")).unwrap();
        let store = Sqlite::over(&mut conn).unwrap();
        let error = store.prepare(TABLES).unwrap_err();
        let StoreError::Misused(why) = &error else { panic!("{taken}: {error}") };
        assert!(why.contains("is not ours") && why.contains("rename"), "{why}");
        drop(store);
        // The host's own is as it was, and with it gone the name is free.
        let own = taken.split(' ').next().unwrap_or_default();
        let name = taken.split(' ').nth(1).unwrap_or_default();
        conn.execute_batch(&format!("DROP {own} {name}")).unwrap();
        Sqlite::over(&mut conn).unwrap().prepare(TABLES).unwrap();
        conn.execute_batch("ROLLBACK").unwrap();
    }
    conn.execute_batch("CREATE TABLE fondaco_page (a)").unwrap();
    let error = Sqlite::over(&mut conn).unwrap_err();
    assert!(matches!(&error, StoreError::Misused(why) if why.contains("fondaco_page")), "{error}");
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

/// The salt of commit 1, as a receipt read at `at` has it.
fn salt(store: &Sqlite, at: At) -> Option<[u8; 16]> {
    let read = Read::at(company(), at, vec![Ask::Command(CommandId::from_u128(1))]);
    match store.read(&read).unwrap().replies.remove(0) {
        Reply::Command(Some(receipt)) => receipt.salt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_held_snapshot_shows_no_salt_that_was_forgotten_since() {
    for store in [open(&path()), Sqlite::in_memory().unwrap()] {
        store.prepare(TABLES).unwrap();
        let told = line(1, 1, "4000");
        let key = Key { table: Line::TABLE, bytes: told.key().to_bytes() };
        store.commit(insert(1, vec![told])).unwrap();
        let held = store.read(&Read::at(company(), At::Hold, vec![])).unwrap().at;
        assert!(salt(&store, At::Held(held)).is_some());
        store.commit(with(2, Change::Erase { key })).unwrap();
        assert_eq!(salt(&store, At::Now), None);
        assert_eq!(salt(&store, At::Held(held)), None);
        assert_eq!(salt(&store, At::Last(held)), None);
    }
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

#[test]
fn counters_stay_exact_beyond_the_cache_and_after_opening_again() {
    let path = path();
    let options = || SqliteOptions::new().durability(Durability::Fast).cache_rows(10);
    let mut expected = std::collections::BTreeMap::new();
    for round in 0..4u128 {
        let store = Sqlite::open_with(&path, options()).unwrap();
        store.prepare(TABLES).unwrap();
        for number in 0..30u128 {
            let accounts: std::collections::BTreeSet<u128> =
                (0..5).map(|at| (number * 7 + at * at * 13 + round) % 40).collect();
            let row = |at: u128| Balance { account: format!("{at:03}").into(), amount: at as i64 };
            let rows: Vec<Balance> = accounts.iter().map(|&at| row(at)).collect();
            rows.iter()
                .for_each(|row| *expected.entry(row.account.clone()).or_insert(0) += row.amount);
            let change = Change::Add { rows: Box::new(rows), floors: vec![] };
            store.commit(with(round * 100 + number, change)).unwrap();
        }
        let found = rows(&store, all(Balance::TABLE, None));
        let found: Vec<_> = found.iter().map(|row| row.record::<Balance>().unwrap()).collect();
        let found: Vec<_> = found.iter().map(|row| (row.account.clone(), row.amount)).collect();
        assert_eq!(found, expected.clone().into_iter().collect::<Vec<_>>());
        expected.iter().for_each(|(account, amount)| assert_eq!(balance(&store, account), *amount));
    }
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
    let mut before = 0;
    for round in 0..5u64 {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "writes_until_it_is_killed"])
            .env("FONDACO_KILL", &path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(400 + round * 37));
        child.kill().unwrap();
        child.wait().unwrap();
        let store = open(&path);
        let position = store.read(&Read::now(company(), vec![])).unwrap().at.position;
        let told = std::fs::read_to_string(format!("{}.done", path.display())).unwrap_or_default();
        assert!(position >= told.parse().unwrap_or(0), "an answered commit is gone");
        assert!(position >= before);
        before = position;
        assert_eq!(balance(&store, "cash"), position as i64 * 500);
        for index in [None, Some(0)] {
            assert_eq!(rows(&store, all(Line::TABLE, index)).len() as u64, position * 500);
        }
        let verified = chain::verify(&store, company(), TABLES).unwrap();
        assert_eq!((verified.commits, verified.findings), (position, vec![]));
    }
    assert!(before > 5, "the child got to write");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The index of facts against a sorted list, over commits of all sizes, so that runs are topped up and merged.
    #[test]
    fn scans_by_runs_are_scans_of_a_sorted_list(
        sizes in proptest::collection::vec(prop_oneof![8 => 1usize..5, 4 => 60usize..140, 2 => 1000usize..4000], 1..90),
        questions in proptest::collection::vec((0u32..12, 0u32..12, any::<bool>(), prop_oneof![Just(usize::MAX), 0usize..300]), 8),
        seed: u32,
    ) {
        let store = open(&path());
        let mut list: Vec<(SmolStr, NaiveDate, i64, i64)> = Vec::new();
        let mut entry = 0i64;
        for (at, size) in sizes.into_iter().enumerate() {
            let new: Vec<Line> = (0..size as i64).map(|at| {
                let mixed = (entry + at).wrapping_mul(2_654_435_761).wrapping_add(i64::from(seed)) >> 7;
                line(entry + at, 1, &format!("{}", mixed.rem_euclid(11)))
            }).collect();
            entry += size as i64;
            list.extend(new.iter().map(|line| (line.account.clone(), line.day, line.entry, line.line)));
            store.commit(insert(at as u128, new)).unwrap();
        }
        list.sort();
        for (from, to, backwards, limit) in questions {
            let (from, to) = (format!("{from}"), format!("{to}"));
            let scan = Scan {
                table: Line::TABLE,
                index: Some(0),
                from: SmolStr::new(&from).to_bytes(),
                to: Some(SmolStr::new(&to).to_bytes()),
                backwards,
                limit,
            };
            let found: Vec<_> = rows(&store, scan).iter().map(|row| {
                let line = row.record::<Line>().unwrap();
                (line.account.clone(), line.day, line.entry, line.line)
            }).collect();
            let mut expected: Vec<_> = list.iter().filter(|key| key.0.as_str() >= from.as_str() && key.0.as_str() < to.as_str()).cloned().collect();
            if backwards { expected.reverse(); }
            expected.truncate(limit);
            prop_assert_eq!(found, expected);
        }
        let everything = rows(&store, all(Line::TABLE, Some(0)));
        prop_assert_eq!(everything.len(), list.len());
    }
}
