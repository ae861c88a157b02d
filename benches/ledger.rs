//! The ledger under load: `cargo bench --bench ledger -- [WHAT] [ENTRIES]`, where WHAT is `all`, `memory`, `memory-off` (chain off),
//! `sqlite`, `single`, `peer`, or TigerBeetle's workload, `transfers`, `transfers-off` or `transfers-sqlite`; with a key of the host's on each
//! transfer, each judged by itself, and a limit on each account: `keyed`, `keyed-off` or `keyed-sqlite`.
//!
//! Two-posting entries over 10,000 accounts, everything on that the ledger promises: ids, account rules, journal numbers,
//! period sums, range guards, an index by account. One core. Entries are made before the clock starts, batch by batch.
//! Each WHAT is best run in a process of its own. `RESULTS.md` beside this file has the figures.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::{Duration, Instant};

use chrono::NaiveDate;
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::store::{
    Answer, Batch, Commit, FeedFrom, Prepared, Read, Store, StoreError, Table,
};
use fondaco_core::{CompanyId, Currency, Money, Timestamp};
use fondaco_store::{Memory, Sqlite};

const ACCOUNTS: u64 = 10_000;
const BATCH: usize = 8_189;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let what = args.first().map_or("all", String::as_str);
    let entries =
        args.get(1).map_or(1_000_000, |count| count.parse().expect("a number of entries"));
    let wants = |name: &str| what == "all" || what == name;
    if wants("memory-off") {
        batches("memory, chain off", Memory::without_chain(), entries);
    }
    if wants("memory") {
        batches("memory, chain on", Memory::new(), entries);
    }
    if wants("sqlite") {
        on_sqlite(|store| batches("SQLite, full durability, chain on", store, entries));
    }
    if wants("single") {
        singles("memory, chain on, one entry a commit", Memory::new(), entries.min(200_000));
        on_sqlite(|store| {
            singles("SQLite, full durability, one entry a commit", store, entries.min(20_000))
        });
    }
    if wants("transfers-off") {
        each_draw(|draw| transfers("memory, chain off", Memory::without_chain(), draw, entries));
    }
    if wants("transfers") {
        each_draw(|draw| transfers("memory, chain on", Memory::new(), draw, entries));
    }
    if wants("transfers-sqlite") {
        let name = "SQLite, full durability, chain on";
        each_draw(|draw| on_sqlite(|store| transfers(name, store, draw, entries)));
    }
    if wants("keyed-off") {
        each_draw(|draw| keyed("memory, chain off", Memory::without_chain(), draw, entries));
    }
    if wants("keyed") {
        each_draw(|draw| keyed("memory, chain on", Memory::new(), draw, entries));
    }
    if wants("keyed-sqlite") {
        let name = "SQLite, full durability, chain on";
        each_draw(|draw| on_sqlite(|store| keyed(name, store, draw, entries)));
    }
    if wants("peer") {
        peer(entries);
    }
}

/// A store that says how long it was at work: what is left is the engine and the unit of work.
struct Timed<S> {
    store: S,
    read: std::sync::atomic::AtomicU64,
    commit: std::sync::atomic::AtomicU64,
}

impl<S> Timed<S> {
    fn new(store: S) -> Timed<S> {
        Timed { store, read: Default::default(), commit: Default::default() }
    }

    fn timed<T>(&self, sum: &std::sync::atomic::AtomicU64, act: impl FnOnce(&S) -> T) -> T {
        let start = Instant::now();
        let done = act(&self.store);
        sum.fetch_add(start.elapsed().as_nanos() as u64, std::sync::atomic::Ordering::Relaxed);
        done
    }
}

impl<S: Store> Store for Timed<S> {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        self.store.prepare(tables)
    }
    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        self.timed(&self.read, |store| store.read(read))
    }
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        self.timed(&self.commit, |store| store.commit(batch))
    }
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.store.feed(from)
    }
}

/// Runs on a new file, on the disk that holds the build.
fn on_sqlite(run: impl FnOnce(Sqlite)) {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("ledger-{}.db", std::process::id()));
    let files = || ["", "-wal", "-shm"].map(|end| format!("{}{end}", path.display()));
    run(Sqlite::open(&path).unwrap());
    let bytes: u64 =
        files().iter().filter_map(|file| Some(std::fs::metadata(file).ok()?.len())).sum();
    println!("SQLite: {} MB on disk", bytes / 1_000_000);
    files().iter().for_each(|file| drop(std::fs::remove_file(file)));
}

/// A small generator of our own: the same entries in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// How often accounts are drawn.
enum Draw {
    Uniform,
    /// By Zipf's law: the n-th account 1/n as often as the first. Sums of the weights up to each account.
    Skewed(Vec<f64>),
}

impl Draw {
    fn skewed() -> Draw {
        let mut sum = 0.0;
        Draw::Skewed(
            (1..=ACCOUNTS)
                .map(|n| {
                    sum += 1.0 / n as f64;
                    sum
                })
                .collect(),
        )
    }

    fn name(&self) -> &'static str {
        match self {
            Draw::Uniform => "uniform",
            Draw::Skewed(_) => "skewed",
        }
    }

    fn account(&self, random: &mut Random) -> u64 {
        let Draw::Skewed(sums) = self else { return random.below(ACCOUNTS) };
        let share = random.below(1 << 53) as f64 / (1u64 << 53) as f64;
        let wanted = share * sums.last().unwrap();
        let nth = sums.partition_point(|sum| *sum <= wanted) as u64;
        // The busy ones are not neighbours: 7,919 is prime to the number of accounts.
        nth * 7_919 % ACCOUNTS
    }
}

fn each_draw(run: impl Fn(&Draw)) {
    run(&Draw::Uniform);
    run(&Draw::skewed());
}

fn code(account: u64) -> String {
    format!("{:05}", 10_000 + account)
}

fn set_up(books: &Books<'_>) {
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let account = |i| NewAccount::new(code(i), format!("Account {i}"), AccountClass::Asset);
    books.send("chart", &OpenAccounts::new((0..ACCOUNTS).map(account).collect())).unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("year", &OpenFiscalYear::calendar_year(2026)).unwrap();
}

/// Entries in order of date over one year, as they come in.
fn entries(random: &mut Random, from: usize, count: usize, total: usize) -> Vec<NewEntry> {
    drawn(&Draw::Uniform, random, from, count, total)
}

fn drawn(
    draw: &Draw,
    random: &mut Random,
    from: usize,
    count: usize,
    total: usize,
) -> Vec<NewEntry> {
    let start = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let one = |i: usize| {
        let date = start + chrono::Days::new(((from + i) * 365 / total) as u64);
        let amount = Money::minor(1 + random.below(1_000_000) as i64, Currency::EUR);
        let debit = draw.account(random);
        let credit = match draw {
            Draw::Uniform => (debit + 1 + random.below(ACCOUNTS - 1)) % ACCOUNTS,
            Draw::Skewed(_) => loop {
                let credit = draw.account(random);
                if credit != debit {
                    break credit;
                }
            },
        };
        NewEntry::new("GEN", date).debit(code(debit), amount).credit(code(credit), amount)
    };
    (0..count).map(one).collect()
}

fn batches(name: &str, store: impl Store, total: usize) {
    let clock = std::sync::atomic::AtomicI64::new(1_767_225_600_000_000);
    let tick = || {
        Timestamp::from_micros(clock.fetch_add(1000, std::sync::atomic::Ordering::Relaxed)).unwrap()
    };
    let store = Timed::new(store);
    let books = Books::open(&store, CompanyId::named("bench")).unwrap().with_clock(tick);
    set_up(&books);
    let nanos =
        |sum: &std::sync::atomic::AtomicU64| sum.swap(0, std::sync::atomic::Ordering::Relaxed);
    nanos(&store.read);
    nanos(&store.commit);
    let before = resident();
    let mut random = Random(7);
    let mut times = Vec::new();
    let mut done = 0;
    while done < total {
        let count = BATCH.min(total - done);
        let command = PostMany::new(entries(&mut random, done, count, total));
        let start = Instant::now();
        let posted = books.send(&format!("batch {done}"), &command).unwrap();
        times.push(start.elapsed());
        assert_eq!(posted.answer.entries.len(), count);
        done += count;
    }
    report(name, total, &mut times, resident().saturating_sub(before));
    let share = |sum: u64| sum as f64 / 1e3 / total as f64;
    let (read, commit) = (share(nanos(&store.read)), share(nanos(&store.commit)));
    println!(
        "{name}: of each entry's time the store read for {read:.3} us and committed for {commit:.3} us"
    );
    as_of(name, &books);
    history(name, &books);
}

/// What TigerBeetle's own benchmark does: transfers between two accounts in batches, then queries of 100 accounts, each for
/// its balance and for its newest transfers, up to a batch of them.
fn transfers(name: &str, store: impl Store, draw: &Draw, total: usize) {
    use fondaco_core::{Range, Reading};
    let clock = std::sync::atomic::AtomicI64::new(1_767_225_600_000_000);
    let tick = || {
        Timestamp::from_micros(clock.fetch_add(1000, std::sync::atomic::Ordering::Relaxed)).unwrap()
    };
    let books = Books::open(&store, CompanyId::named("bench")).unwrap().with_clock(tick);
    set_up(&books);
    let name = format!("transfers, {}, {name}", draw.name());
    let (before, mut random, mut times) = (resident(), Random(13), Vec::new());
    for done in (0..total).step_by(BATCH) {
        let count = BATCH.min(total - done);
        let command = PostMany::new(drawn(draw, &mut random, done, count, total));
        let start = Instant::now();
        books.send(&format!("batch {done}"), &command).unwrap();
        times.push(start.elapsed());
    }
    report(&name, total, &mut times, resident().saturating_sub(before));
    let accounts: Vec<_> = (0..100).map(|_| code(draw.account(&mut random))).collect();
    queries(&format!("{name}: balance of an account"), &accounts, |account| {
        books.balances(&BalanceQuery::account(account)).unwrap().len()
    });
    queries(&format!("{name}: transfers of an account"), &accounts, |account| {
        let newest = Range::by(Posting::BY_ACCOUNT, &smol_str::SmolStr::new(account));
        let newest = newest.backwards().limit(BATCH);
        books.view(|view| Ok(view.peek_rows(&newest)?.len())).unwrap()
    });
}

/// The same transfers as TigerBeetle has them: each with a key of the host's, refused by itself, over accounts whose credits may not exceed
/// their debits. They are funded so well that nothing is refused.
fn keyed(name: &str, store: impl Store, draw: &Draw, total: usize) {
    let clock = std::sync::atomic::AtomicI64::new(1_767_225_600_000_000);
    let tick = || {
        Timestamp::from_micros(clock.fetch_add(1000, std::sync::atomic::Ordering::Relaxed)).unwrap()
    };
    let books = Books::open(&store, CompanyId::named("bench")).unwrap().with_clock(tick);
    set_up(&books);
    let funds = NewAccount::new("FUNDS", "Funds", AccountClass::Equity);
    books.send("funds", &OpenAccounts::new(vec![funds])).unwrap();
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let much = Money::minor(1_000_000_000_000, Currency::EUR);
    let fund = |i| NewEntry::new("GEN", first).debit(code(i), much).credit("FUNDS", much);
    books.send("funded", &PostMany::new((0..ACCOUNTS).map(fund).collect())).unwrap();
    for i in 0..ACCOUNTS {
        let limit = ChangeAccount::limit(code(i), AccountLimit::CreditsWithinDebits);
        books.send(&format!("limit {i}"), &limit).unwrap();
    }
    let name = format!("keyed transfers, {}, {name}", draw.name());
    let (before, mut random, mut times) = (resident(), Random(13), Vec::new());
    for done in (0..total).step_by(BATCH) {
        let count = BATCH.min(total - done);
        let drawn = drawn(draw, &mut random, done, count, total).into_iter().zip(done..);
        let drawn = drawn.map(|(entry, n)| entry.key(format!("transfer/{n}")));
        let command = PostEach::new(drawn.collect());
        let start = Instant::now();
        let posted = books.send(&format!("batch {done}"), &command).unwrap();
        times.push(start.elapsed());
        assert!(posted.answer.entries.iter().all(Result::is_ok));
    }
    report(&name, total, &mut times, resident().saturating_sub(before));
    let accounts: Vec<_> = (0..100).map(|_| code(draw.account(&mut random))).collect();
    queries(&format!("{name}: newest movements of an account"), &accounts, |account| {
        let newest = MovementQuery::account(account).newest_first().limit(BATCH);
        books.movements(&newest).unwrap().len()
    });
}

/// Asks once for each account; `ask` says how many rows came.
fn queries(name: &str, accounts: &[String], ask: impl Fn(&str) -> usize) {
    let (mut rows, mut times) = (0, Vec::new());
    for account in accounts {
        let start = Instant::now();
        rows += ask(account);
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let ms = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    println!("{name} ({} rows): p50 {:.3} ms, p99 {:.3} ms", rows / accounts.len(), ms(50), ms(99));
}

/// One entry a commit: what a service does that posts as things happen.
fn singles(name: &str, store: impl Store, total: usize) {
    let clock = std::sync::atomic::AtomicI64::new(1_767_225_600_000_000);
    let tick = || {
        Timestamp::from_micros(clock.fetch_add(1000, std::sync::atomic::Ordering::Relaxed)).unwrap()
    };
    let books = Books::open(&store, CompanyId::named("bench")).unwrap().with_clock(tick);
    set_up(&books);
    let mut random = Random(11);
    let entries = entries(&mut random, 0, total, total);
    let mut times: Vec<Duration> = Vec::with_capacity(total);
    for (at, entry) in entries.into_iter().enumerate() {
        let command = Post::new(entry);
        let start = Instant::now();
        books.send(&format!("single {at}"), &command).unwrap();
        times.push(start.elapsed());
    }
    let sum: Duration = times.iter().sum();
    times.sort_unstable();
    let ms = |at: usize| times[at].as_secs_f64() * 1e3;
    println!(
        "{name}: {total} entries, {:.0} entries/s, p50 {:.3} ms, p99 {:.3} ms",
        total as f64 / sum.as_secs_f64(),
        ms(total / 2),
        ms(total * 99 / 100)
    );
}

/// The same entries in the in-memory journal of the `doubleentry` crate: balanced, in open periods, under their own keys,
/// each a leaf of its Merkle log.
fn peer(total: usize) {
    use doubleentry::{
        AccountKind, Amount, Date, Entry, Journal, LedgerId, MemoSalt, currency, date,
    };
    let mut journal = Journal::new(LedgerId::new("example.com/bench").unwrap())
        .with_salt_source(|| MemoSalt([1; 16]));
    journal.declare_currency(currency::EUR, 2, date!("2026-01-01")).unwrap();
    journal.define_months(2026, 1..=12).unwrap();
    let account = |code: &str| format!("Assets:A{code}");
    for i in 0..ACCOUNTS {
        journal.open(account(&code(i)), AccountKind::Asset, date!("2026-01-01")).unwrap();
    }
    let (mut random, mut times, mut done) = (Random(7), Vec::new(), 0);
    let before = resident();
    while done < total {
        let count = BATCH.min(total - done);
        let draft = |(at, entry): (usize, NewEntry)| {
            let [debit, credit] = [&entry.postings[0], &entry.postings[1]];
            let amount: Amount =
                Amount::from_minor(debit.amount.to_minor().unwrap().into()).unwrap();
            let day = Date::from_ordinal_date(2026, chrono::Datelike::ordinal(&entry.date) as u16)
                .unwrap();
            Entry::new(format!("e-{}", done + at), day)
                .debit(account(&debit.account), amount, currency::EUR)
                .credit(account(&credit.account), amount, currency::EUR)
        };
        let drafts: Vec<_> =
            entries(&mut random, done, count, total).into_iter().enumerate().map(draft).collect();
        let start = Instant::now();
        assert_eq!(journal.record_batch(drafts).unwrap().len(), count);
        times.push(start.elapsed());
        done += count;
    }
    report("doubleentry 0.8, in memory", total, &mut times, resident().saturating_sub(before));
}

fn report(name: &str, total: usize, times: &mut [Duration], bytes: u64) {
    let sum: Duration = times.iter().sum();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    let rate = total as f64 / sum.as_secs_f64();
    println!(
        "{name}: {total} entries, {:.0} entries/s, {:.2} M postings/s, batch p50 {:.1} ms, p99 {:.1} ms, {} bytes/posting",
        rate,
        rate * 2.0 / 1e6,
        at(0.5),
        at(0.99),
        bytes / (total as u64 * 2)
    );
}

/// Balances of all accounts, at a period's end and in the middle of a period.
fn as_of(name: &str, books: &Books<'_>) {
    for (what, month, day) in [("a period's end", 6, 30), ("any date", 6, 17)] {
        let date = NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        let start = Instant::now();
        let rows = books.balances(&BalanceQuery::all().until(date)).unwrap();
        println!(
            "{name}: balances of {} accounts at {what}: {:.1} ms",
            rows.len(),
            start.elapsed().as_secs_f64() * 1e3
        );
    }
}

/// The history of single accounts: their postings in order of date.
fn history(name: &str, books: &Books<'_>) {
    use fondaco_core::{Range, Reading};
    let mut times = Vec::new();
    let mut rows = 0;
    for account in (0..ACCOUNTS).step_by(100) {
        let range =
            Range::by(Posting::BY_ACCOUNT, &smol_str::SmolStr::new(code(account))).limit(200);
        let start = Instant::now();
        rows += books.view(|view| Ok(view.peek_scan(&range)?.len())).unwrap();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    let ms = |at: usize| times[at].as_secs_f64() * 1e3;
    println!(
        "{name}: history of an account ({} postings): p50 {:.3} ms, p99 {:.3} ms",
        rows / times.len(),
        ms(times.len() / 2),
        ms(times.len() - 1)
    );
}

/// Resident memory of this process in bytes, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    status.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4096
}
