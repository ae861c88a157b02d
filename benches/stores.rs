//! Stores under small and large commits: `cargo bench --bench stores --features redb -- [WHAT] [COMMITS]`, where WHAT is
//! `all`, `memory`, `ordered` (the second door over a map in memory), `redb` or `sqlite`.
//!
//! A small commit is what happens at a counter of a shop: one fact with an index entry, one counter, the command's receipt,
//! the hash chain, everything that the contract asks; a large one is a thousand facts and as many counters. Batches are made
//! before the clock starts. Stores in files wait for the disk in each commit. Each WHAT is best run in a process of its own.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use fondaco_core::store::{Ask, Batch, Change, KeyParts, Meta, Read, Record, Scan, Store};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};
use fondaco_store::ordered::InMemory;
use fondaco_store::{Memory, OrderedStore, Redb, RedbDurability, RedbOptions, Sqlite};

/// What was sold: a fact, with an index by item.
#[derive(Record, Debug, Clone)]
#[record(table = "sale", kind = fact, key(number), index(by_item(item)))]
struct Sale {
    number: i64,
    item: i64,
    day: chrono::NaiveDate,
    pieces: i64,
}

/// What is left of it: a counter.
#[derive(Record, Debug, Clone)]
#[record(table = "stock", kind = counter, key(item))]
struct Stock {
    item: i64,
    pieces: i64,
}

const ITEMS: i64 = 10_000;
const LARGE: i64 = 1_000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let what = args.first().map_or("all", String::as_str);
    let commits = args.get(1).map_or(200_000, |count| count.parse().expect("a number of commits"));
    let wants = |name: &str| what == "all" || what == name;
    let on_disk = commits.min(5_000);
    if wants("memory") {
        run("memory", &Memory::new(), commits);
    }
    if wants("ordered") {
        run("a map in memory", &OrderedStore::open(InMemory::new()).unwrap(), commits);
    }
    if wants("redb") {
        let lazy = RedbOptions::new().durability(RedbDurability::Every(1000));
        run("redb, full durability", &Redb::open(file("full.redb")).unwrap(), on_disk);
        run("redb, every 1000th", &Redb::open_with(file("lazy.redb"), lazy).unwrap(), on_disk * 4);
    }
    if wants("sqlite") {
        run("SQLite, full durability", &Sqlite::open(file("full.db")).unwrap(), on_disk);
    }
}

/// A path on the disk that holds the build; what was there is removed.
fn file(name: &str) -> PathBuf {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("stores-{name}"));
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    path
}

fn company() -> CompanyId {
    CompanyId::named("bench")
}

fn run(name: &str, store: &dyn Store, commits: usize) {
    store.prepare(&[Sale::TABLE, Stock::TABLE]).unwrap();
    let mut number = 0;
    let small: Vec<Batch> = (0..commits).map(|_| batch(&mut number, 1)).collect();
    report(name, "small commits", 1, timed(store, small));
    let large: Vec<Batch> =
        (0..(commits / 500).max(20)).map(|_| batch(&mut number, LARGE)).collect();
    report(name, "rows in commits of 1,000", LARGE as usize, timed(store, large));
    reads(name, store, number);
}

/// Sales of `rows` items, and what they take from the stock.
fn batch(number: &mut i64, rows: i64) -> Batch {
    let time = Timestamp::from_micros(1_767_225_600_000_000 + *number).unwrap();
    let meta = Meta::new(ActorId::new("till"), time);
    let id = CommandId::from_u128(
        (*number as u128).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
    );
    let mut batch = Batch::new(company(), id, meta);
    let day = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let item = |number: i64| number.wrapping_mul(7_919) % ITEMS;
    let numbers = *number..*number + rows;
    let sale = |number| Sale { number, item: item(number), day, pieces: 1 };
    let sales: Vec<Sale> = numbers.clone().map(sale).collect();
    let mut stocks: Vec<Stock> =
        numbers.map(|number| Stock { item: item(number), pieces: -1 }).collect();
    stocks.sort_unstable_by_key(|stock| stock.item);
    batch.changes = vec![
        Change::Insert(Box::new(sales)),
        Change::Add { rows: Box::new(stocks), floors: vec![] },
    ];
    *number += rows;
    batch
}

fn timed(store: &dyn Store, batches: Vec<Batch>) -> Vec<Duration> {
    let commit = |batch| {
        let start = Instant::now();
        store.commit(batch).unwrap();
        start.elapsed()
    };
    batches.into_iter().map(commit).collect()
}

fn report(name: &str, what: &str, rows: usize, mut times: Vec<Duration>) {
    let sum: Duration = times.iter().sum();
    times.sort_unstable();
    let micros = |at: usize| times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e6);
    println!(
        "{name}: {:.0} {what}/s, a commit p50 {:.1} us, p99 {:.1} us",
        (times.len() * rows) as f64 / sum.as_secs_f64(),
        micros(times.len() / 2),
        micros(times.len() * 99 / 100),
    );
}

/// Single counters, and one item's sales by index.
fn reads(name: &str, store: &dyn Store, number: i64) {
    let start = Instant::now();
    for item in 0..ITEMS {
        let ask = Ask::Get(Stock::TABLE, vec![item.to_bytes()]);
        store.read(&Read::now(company(), vec![ask])).unwrap();
    }
    let each = start.elapsed() / ITEMS as u32;
    let (item, start) = (7_919 % ITEMS, Instant::now());
    let (from, to) = (item.to_bytes(), Some((item + 1).to_bytes()));
    let (index, limit) = (Some(Sale::BY_ITEM.position()), usize::MAX);
    let scan = Scan { table: Sale::TABLE, index, from, to, backwards: false, limit };
    let answer = store.read(&Read::now(company(), vec![Ask::Scan(scan)])).unwrap();
    let of_item = start.elapsed();
    let found = answer.replies.len() as i64 * number / ITEMS;
    println!("{name}: a row by key {each:?}; about {found} rows by index {of_item:?}");
}
