//! What the SQLite store costs per entry: the batches of a ledger's bulk posting, made beforehand, each commit timed alone,
//! with full durability, hash chain, indexes, counters, guards and all upkeep.
//!
//! `cargo bench -p fondaco-store --features sqlite --bench sqlite -- [ENTRIES] [scattered] [nochain] [fast]`

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark looks at the clock"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use fondaco_core::store::{
    Ask, Batch, Change, Drawn, Fixed, Key, KeyParts, Meta, Read, Record, Reply, Rows, Scan, Seen,
    Snapshot, Store, Tags, Value,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Currency, GuardCount, Timestamp};
use fondaco_store::{Durability, Sqlite, SqliteOptions};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_entry", kind = fact, key(id))]
struct Entry {
    id: u128,
    journal: SmolStr,
    year: i64,
    number: Drawn,
    date: NaiveDate,
    document_date: NaiveDate,
    due_date: Option<NaiveDate>,
    recorded: Timestamp,
    text: Option<SmolStr>,
    party: Option<u128>,
    source: Option<u128>,
    reverses: Option<u128>,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_posting", kind = fact, key(entry, line), index(by_account(account, period, date)))]
struct Posting {
    entry: u128,
    line: i64,
    account: SmolStr,
    period: i64,
    date: NaiveDate,
    currency: Currency,
    amount: Fixed<4>,
    home: Fixed<4>,
    rate: Option<Decimal>,
    recorded: Timestamp,
    party: Option<u128>,
    due_date: Option<NaiveDate>,
    text: Option<SmolStr>,
    dimensions: Tags,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_balance", kind = counter, key(account, period))]
struct Balance {
    account: SmolStr,
    period: i64,
    debit: Fixed<4>,
    credit: Fixed<4>,
    postings: i64,
}

#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_account", kind = state, key(code))]
struct Account {
    code: SmolStr,
    name: SmolStr,
    kind: i64,
}

const ACCOUNTS: u64 = 10_000;
const BATCH: u64 = 8_189;

fn company() -> CompanyId {
    CompanyId::named("bench")
}

fn code(account: u64) -> SmolStr {
    format_smolstr!("{:06}", 100_000 + account)
}

fn batch(command: u64) -> Batch {
    let meta = Meta::new(ActorId::new("bench"), Timestamp::from_micros(1).unwrap());
    Batch::new(company(), CommandId::named(&command.to_string()), meta)
}

fn ready(store: &Sqlite) {
    let tables = [Entry::TABLE, Posting::TABLE, Balance::TABLE, Account::TABLE, GuardCount::TABLE];
    store.prepare(&tables).unwrap();
    let account = |at| Account { code: code(at), name: "account".into(), kind: 1 };
    let mut first = batch(u64::MAX);
    first.changes.push(Change::Insert(Box::new((0..ACCOUNTS).map(account).collect::<Vec<_>>())));
    store.commit(first).unwrap();
}

/// A small mixing generator, so that accounts are spread and every run is the same.
fn mixed(seed: u64) -> u64 {
    let z = (seed.wrapping_add(0x9E37_79B9_7F4A_7C15)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (z ^ (z >> 31)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 20
}

fn entry(number: u64, place: u32, date: NaiveDate) -> Entry {
    Entry {
        id: (0x0190_0000_0000_7000u128 << 64) + (u128::from(number) << 50),
        journal: "SALES".into(),
        year: 2024,
        number: Drawn::Place { draw: 0, offset: place },
        date,
        document_date: date,
        due_date: None,
        recorded: Timestamp::from_micros(1_700_000_000_000_000).unwrap(),
        text: Some("Invoice 4711".into()),
        party: Some(7),
        source: None,
        reverses: None,
    }
}

fn posting(of: &Entry, line: i64, account: SmolStr, period: i64, amount: i64) -> Posting {
    Posting {
        entry: of.id,
        line,
        account,
        period,
        date: of.date,
        currency: Currency::EUR,
        amount: Fixed::from_units(amount),
        home: Fixed::from_units(amount),
        rate: None,
        recorded: of.recorded,
        party: of.party,
        due_date: None,
        text: None,
        dimensions: Tags::default(),
    }
}

/// The batch that books entries `from..to`, in the order of their dates or, `scattered`, in none.
fn booking(command: u64, from: u64, to: u64, total: u64, scattered: bool) -> Batch {
    let mut out = batch(command);
    let start = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let (mut entries, mut postings) = (Vec::new(), Vec::new());
    let mut sums: BTreeMap<(SmolStr, i64), (i64, i64, i64)> = BTreeMap::new();
    for number in from..to {
        let day = if scattered { mixed(number) % 360 } else { number * 360 / total.max(1) };
        let (date, period) = (start + Days::new(day), 202_401 + day as i64 / 30);
        let entry = entry(number, (number - from) as u32, date);
        let amount = (mixed(number) % 1_000_000) as i64 + 1;
        for (line, amount) in [(1, amount), (2, -amount)] {
            let account = code(mixed(number * 2 + line as u64) % ACCOUNTS);
            let sum = sums.entry((account.clone(), period)).or_default();
            (sum.0, sum.1, sum.2) = (sum.0 + amount.max(0), sum.1 + amount.min(0), sum.2 + 1);
            postings.push(posting(&entry, line, account, period, amount));
        }
        entries.push(entry);
    }
    let accounts: BTreeSet<&SmolStr> = sums.keys().map(|(account, _)| account).collect();
    out.seen = accounts
        .into_iter()
        .map(|code| Key { table: Account::TABLE, bytes: code.to_bytes() })
        .map(|key| Seen { key, version: 1 })
        .collect();
    let guard = |((account, period), sum): (&(SmolStr, i64), &(i64, i64, i64))| GuardCount {
        table: "ledger_posting".into(),
        guard: 0,
        part: (account.clone(), *period).to_bytes(),
        changes: sum.2,
    };
    let mut guards: Vec<_> = sums.iter().map(guard).collect();
    Rows::sort(&mut guards);
    let balance = |((account, period), (debit, credit, postings))| {
        let (debit, credit) = (Fixed::from_units(debit), Fixed::from_units(credit));
        Balance { account, period, debit, credit, postings }
    };
    let balances: Vec<_> = sums.into_iter().map(balance).collect();
    let add = |rows| Change::Add { rows, floors: Vec::new() };
    out.changes = vec![
        Change::Insert(Box::new(entries)),
        Change::Insert(Box::new(postings)),
        add(Box::new(balances)),
        add(Box::new(guards)),
        Change::Draw { series: "SALES/2024".into(), count: (to - from) as u32, dates: None },
    ];
    out.answer = vec![Value::Drawn { draw: 0, offset: 0 }];
    out
}

/// Seconds that this thread was on the CPU, where Linux tells; beside other work it is the steadier figure.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|nanos| nanos.parse().ok())
        .map_or(0.0, |nanos: f64| nanos / 1e9)
}

fn bulk(store: &Sqlite, entries: u64, scattered: bool) {
    let (mut times, mut spent_cpu) = (Vec::new(), 0.0);
    for (command, from) in (0..entries).step_by(BATCH as usize).enumerate() {
        let to = (from + BATCH).min(entries);
        let mut batch = booking(command as u64, from, to, entries, scattered);
        batch.at = store.read(&Read::now(company(), vec![])).unwrap().at;
        batch.at = Snapshot { hold: 0, ..batch.at };
        let (start, busy) = (Instant::now(), cpu());
        let commit = store.commit(batch).unwrap();
        times.push(start.elapsed());
        spent_cpu += cpu() - busy;
        assert_eq!(commit.position, command as u64 + 2);
    }
    let spent: Duration = times.iter().sum();
    let fifth = times.len().div_ceil(5);
    let late: Duration = times.iter().rev().take(fifth).sum();
    let per = |spent: Duration, count: f64| spent.as_secs_f64() * 1e6 / count;
    println!(
        "{entries} entries: {:.0} entries/s, {:.2} us each, last fifth {:.2} us",
        entries as f64 / spent.as_secs_f64(),
        per(spent, entries as f64),
        per(late, fifth as f64 * BATCH as f64)
    );
    println!("of this on the CPU: {:.2} us each", spent_cpu * 1e6 / entries as f64);
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("batch: median {:.1} ms, p99 {:.1} ms, slowest {:.1} ms", at(0.5), at(0.99), at(1.0));
}

fn history(store: &Sqlite, backwards: bool) {
    let mut times = Vec::new();
    let mut rows = 0;
    let busy = cpu();
    for number in 0..500 {
        let account = code(mixed(number + 77) % ACCOUNTS);
        let from = account.to_bytes();
        let (to, limit) = (from.after_prefix(), 200);
        let scan = Scan { table: Posting::TABLE, index: Some(0), from, to, backwards, limit };
        let start = Instant::now();
        let answer = store.read(&Read::now(company(), vec![Ask::Scan(scan)])).unwrap();
        let Some(Reply::Rows(found)) = answer.replies.first() else { panic!("no rows") };
        let records: Vec<_> = found.iter().map(|row| row.record::<Posting>().unwrap()).collect();
        times.push(start.elapsed());
        rows += records.len();
    }
    let busy = (cpu() - busy) * 1e3 / 500.0;
    times.sort();
    println!("history: {busy:.2} ms on the CPU");
    println!(
        "history of {:.0} postings{}: median {:.2} ms, p99 {:.2} ms",
        rows as f64 / 500.0,
        if backwards { ", backwards" } else { "" },
        times[250].as_secs_f64() * 1e3,
        times[495].as_secs_f64() * 1e3
    );
}

fn single(store: &Sqlite, count: u64, first: u64) {
    let mut times = Vec::new();
    for number in first..first + count {
        let batch = booking(number + (1 << 40), number, number + 1, first + count, false);
        let start = Instant::now();
        store.commit(batch).unwrap();
        times.push(start.elapsed());
    }
    let spent: Duration = times.iter().sum();
    times.sort();
    println!(
        "single entries: {:.0} a second, p99 {:.2} ms",
        count as f64 / spent.as_secs_f64(),
        times[times.len() * 99 / 100].as_secs_f64() * 1e3
    );
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let has = |word: &str| args.iter().any(|arg| arg == word);
    let entries = args.iter().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let durability = if has("fast") { Durability::Fast } else { Durability::Full };
    let options = SqliteOptions::new().durability(durability).chain(!has("nochain"));
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = dir.join(format!("bench-{}.db", std::process::id()));
    let store = Sqlite::open_with(&path, options).unwrap();
    ready(&store);
    bulk(&store, entries, has("scattered"));
    let size = |ending: &str| {
        std::fs::metadata(format!("{}{ending}", path.display())).map_or(0, |meta| meta.len())
    };
    println!(
        "file {:.0} bytes per posting, log {:.0} MB",
        size("") as f64 / (2.0 * entries as f64),
        size("-wal") as f64 / 1e6
    );
    history(&store, false);
    history(&store, true);
    single(&store, 2_000, entries);
    drop(store);
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", path.display()));
    }
}
