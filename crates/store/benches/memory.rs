//! What the store in memory costs per posting: the batches of a ledger's bulk posting, made beforehand, timed alone.
//!
//! `cargo bench -p fondaco-store --bench memory [-- ENTRIES]`; one writer except where it says otherwise.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a benchmark looks at the clock"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use fondaco_core::store::{
    Ask, Batch, Change, Drawn, Fixed, Key, KeyBytes, KeyParts, Meta, Read, Record, Reply, Scan,
    Seen, Store, Tags, Value,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Currency, GuardCount, Timestamp};
use fondaco_store::Memory;
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
    Batch::new(company(), CommandId::from_u128(u128::from(command)), meta)
}

fn ready(store: &Memory) {
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

/// The batch that books entries `from..to`, in the order of their dates or, `scattered`, in none.
fn booking(command: u64, from: u64, to: u64, total: u64, scattered: bool) -> Batch {
    let mut out = batch(command);
    let start = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
    let (mut entries, mut postings) = (Vec::new(), Vec::new());
    let mut sums: BTreeMap<(SmolStr, i64), (i64, i64, i64)> = BTreeMap::new();
    for number in from..to {
        let day = if scattered { mixed(number) % 360 } else { number * 360 / total.max(1) };
        let (date, period) = (start + Days::new(day), 202_401 + day as i64 / 30);
        let id = (1u128 << 100) + u128::from(number);
        let place = Drawn::Place { draw: 0, offset: (number - from) as u32 };
        let (text, party) = (Some("Invoice 4711".into()), Some(7));
        let recorded = Timestamp::from_micros(1).unwrap();
        let (document_date, source, reverses) = (date, None, None);
        let (journal, year) = ("SALES".into(), 2024);
        entries.push(Entry {
            id,
            journal,
            year,
            number: place,
            date,
            document_date,
            recorded,
            text,
            party,
            source,
            reverses,
        });
        let amount = (mixed(number) % 1_000_000) as i64 + 1;
        for (line, amount) in [(1, amount), (2, -amount)] {
            let account = code(mixed(number * 2 + line as u64) % ACCOUNTS);
            let units = Fixed::from_units(amount);
            let sum = sums.entry((account.clone(), period)).or_default();
            (sum.0, sum.1, sum.2) = (sum.0 + amount.max(0), sum.1 + amount.min(0), sum.2 + 1);
            let (rate, dimensions) = (None, Tags::default());
            postings.push(Posting {
                entry: id,
                line,
                account,
                period,
                date,
                currency: Currency::EUR,
                amount: units,
                home: units,
                rate,
                dimensions,
            });
        }
    }
    let seen: BTreeMap<&SmolStr, ()> = sums.keys().map(|(account, _)| (account, ())).collect();
    let seen = seen.into_keys().map(|account| Seen {
        key: Key { table: Account::TABLE, bytes: account.to_bytes() },
        version: 1,
    });
    out.seen = seen.collect();
    let guard = |((account, period), sum): (&(SmolStr, i64), &(i64, i64, i64))| GuardCount {
        table: "ledger_posting".into(),
        guard: 0,
        part: (account.clone(), *period).to_bytes(),
        changes: sum.2,
    };
    let mut guards: Vec<_> = sums.iter().map(guard).collect();
    fondaco_core::store::Rows::sort(&mut guards);
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

fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}

fn bulk(name: &str, store: &Memory, entries: u64, scattered: bool) {
    ready(store);
    let before = resident();
    let (mut spent, mut slowest) = (Duration::ZERO, Duration::ZERO);
    let mut last_fifth = Duration::ZERO;
    let mut tail = 0;
    for (command, from) in (0..entries).step_by(BATCH as usize).enumerate() {
        let to = (from + BATCH).min(entries);
        let mut batch = booking(command as u64, from, to, entries, scattered);
        batch.at.position = command as u64 + 1; // a driver says how new its reading was
        let start = Instant::now();
        store.commit(batch).unwrap();
        let took = start.elapsed();
        spent += took;
        slowest = slowest.max(took);
        if from >= entries / 5 * 4 {
            last_fifth += took;
            tail += 2 * (to - from);
        }
    }
    let postings = 2 * entries;
    let each = |time: Duration, count: u64| time.as_nanos() as f64 / count as f64;
    println!(
        "{name:<34} {entries:>9} entries  {:>6.0} ns/posting  (last fifth {:>4.0})  slowest batch {:>5.1} ms  {:>5.0} bytes/posting",
        each(spent, postings),
        each(last_fifth, tail),
        slowest.as_secs_f64() * 1e3,
        (resident().saturating_sub(before)) as f64 / postings as f64,
    );
    let rows = size_of::<Posting>() + size_of::<Entry>() / 2;
    println!("    of these bytes {rows} are the posting and half its entry as they came");
    history(store);
}

/// The postings of single accounts by index: the first look, which may have to sort, and the second.
fn history(store: &Memory) {
    let ask = |account: u64| {
        let from = (code(account),).to_bytes();
        let to = from.after_prefix();
        Ask::Scan(Scan {
            table: Posting::TABLE,
            index: Some(0),
            from,
            to,
            backwards: false,
            limit: usize::MAX,
        })
    };
    for look in ["first", "second"] {
        let (start, mut found) = (Instant::now(), 0);
        for account in 0..1000 {
            let answer = store.read(&Read::now(company(), vec![ask(account)])).unwrap();
            if let [Reply::Rows(rows)] = answer.replies.as_slice() {
                found += rows.len();
            }
        }
        let each = start.elapsed() / 1000;
        println!("    {look} history of an account: {each:?} for {} postings", found / 1000);
    }
}

fn single(name: &str, store: &Memory, count: u64) {
    ready(store);
    let before = resident();
    let mut spent = Duration::ZERO;
    for at in 0..count {
        let batch = booking(at, at, at + 1, count, false);
        let start = Instant::now();
        store.commit(batch).unwrap();
        spent += start.elapsed();
    }
    let rate = count as f64 / spent.as_secs_f64();
    let bytes = resident().saturating_sub(before) / count;
    println!("{name:<34} {count:>9} commits of one entry: {rate:>8.0} /s  {bytes} bytes/entry");
}

fn readers(entries: u64) {
    let store = Arc::new(Memory::new());
    ready(&store);
    let (done, reads) = (AtomicBool::new(false), AtomicU64::new(0));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for reader in 0..4u64 {
            let (store, done, reads) = (&store, &done, &reads);
            scope.spawn(move || {
                let mut at = reader;
                while !done.load(Ordering::Relaxed) {
                    at += 1;
                    let account = code(mixed(at) % ACCOUNTS);
                    let keys: Vec<KeyBytes> = (0..12)
                        .map(|month| (account.clone(), 202_401 + month).to_bytes())
                        .collect();
                    let from = (account,).to_bytes();
                    let to = from.after_prefix();
                    let scan = Scan {
                        table: Posting::TABLE,
                        index: Some(0),
                        from,
                        to,
                        backwards: true,
                        limit: 20,
                    };
                    let asks = vec![Ask::Get(Balance::TABLE, keys), Ask::Scan(scan)];
                    store.read(&Read::now(company(), asks)).unwrap();
                    reads.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for (command, from) in (0..entries).step_by(BATCH as usize).enumerate() {
            let to = (from + BATCH).min(entries);
            store.commit(booking(command as u64, from, to, entries, false)).unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    let seconds = start.elapsed().as_secs_f64();
    let (written, read) =
        (2.0 * entries as f64 / seconds, reads.load(Ordering::Relaxed) as f64 / seconds);
    println!(
        "4 readers beside 1 writer (making batches included): {written:.0} postings/s, {read:.0} reads/s"
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let entries = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let named = |name: &&str| arguments.iter().any(|argument| argument == name);
    let asked: Vec<&str> = SCENARIOS.into_iter().filter(named).collect();
    let scenarios = if asked.is_empty() { SCENARIOS.to_vec() } else { asked };
    match scenarios.as_slice() {
        [one] => run(one, entries),
        // Each in a process of its own, so that memory is measured from nothing.
        many => many.iter().for_each(|scenario| {
            let program = std::env::current_exe().unwrap();
            let arguments = [scenario.to_string(), entries.to_string()];
            std::process::Command::new(program).args(arguments).status().unwrap();
        }),
    }
}

const SCENARIOS: [&str; 6] = ["off", "scattered", "on", "single-on", "single-off", "readers"];

fn run(scenario: &str, entries: u64) {
    match scenario {
        "off" => bulk("chain off", &Memory::without_chain(), entries, false),
        "scattered" => {
            bulk("chain off, dates in no order", &Memory::without_chain(), entries, true)
        }
        "on" => bulk("chain on", &Memory::new(), entries, false),
        "single-on" => single("chain on", &Memory::new(), entries / 5),
        "single-off" => single("chain off", &Memory::without_chain(), entries / 5),
        _ => readers(entries / 2),
    }
}
