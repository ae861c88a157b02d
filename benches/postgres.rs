//! The ledger on PostgreSQL: `cargo bench --bench postgres --features postgres-async -- [WHAT] [ENTRIES]`, where WHAT is `all`,
//! `batch` or `single`.
//!
//! `batch`: two-posting entries over 10,000 accounts in batches of 8,189, then the history of accounts by index. `single`: one
//! entry a commit, all kinds in turns, 25 entries a writer at a time, so that a slow minute of the machine meets each:
//! one writer; the transaction that one would write by hand, over the same tables and the same server; sixteen writers, each
//! on accounts of its own; sixteen on the same two accounts; the asynchronous driver; SQLite with full durability.
//!
//! Everything is on that the ledger promises, chain included. The server is that of the tests: one of its own with settings as
//! installed, or that of `FONDACO_TEST_POSTGRES`. `RESULTS.md` beside this file has the figures.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::time::{Duration, Instant};

use common::{BATCH, Random, Times, as_of, clock, code, day, entries, history, set_up};
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::{
    ActorId, AsyncDriver, CommandId, CompanyId, Currency, Envelope, Id, Money, Timestamp,
};
use fondaco_store::postgres::client::{Client, NoTls};
use fondaco_store::{AsyncPostgres, Postgres, PostgresOptions, Sqlite};
use fondaco_testkit::server;

/// Commits of one writer in each of its turns.
const TURN: usize = 25;
const WRITERS: usize = 16;

fn main() {
    let (what, count) = common::asked(200_000);
    let url = server::postgres().expect("a server: cargo xtask bench brings one");
    if what == "all" || what == "batch" {
        batches(url, count);
    }
    if what == "all" || what == "single" {
        singles(url, count.min(10_000));
    }
}

fn options(part: &str) -> PostgresOptions {
    PostgresOptions::new().schema(server::name(part)).connections(WRITERS + 4)
}

fn company() -> CompanyId {
    CompanyId::named("bench")
}

fn batches(url: &str, total: usize) {
    let store = Postgres::connect_with(url, &options("batch")).unwrap();
    let books = Books::open(store, company()).unwrap().with_clock(clock());
    set_up(&books);
    let (mut random, mut times) = (Random(7), Times::default());
    for from in (0..total).step_by(BATCH) {
        let count = BATCH.min(total - from);
        let command = PostMany::new(entries(&mut random, from, count, total));
        let posted = times.time(|| books.send(&format!("batch {from}"), &command).unwrap());
        assert_eq!(posted.answer.entries.len(), count);
    }
    println!(
        "batches of {BATCH}: {total} entries, {:.0} entries/s, batch p50 {:.1} ms, p99 {:.1} ms",
        times.rate(total),
        times.ms(0.5),
        times.ms(0.99)
    );
    as_of("PostgreSQL", &books);
    history("PostgreSQL", &books);
}

/// Somebody who posts single entries: `turn(n)` does its n-th turn.
struct Kind {
    name: &'static str,
    commits: usize,
    turn: Box<dyn FnMut(usize)>,
    /// How long each turn took, in which `commits` were done.
    times: Vec<Duration>,
}

impl Kind {
    fn new(name: &'static str, commits: usize, turn: impl FnMut(usize) + 'static) -> Kind {
        Kind { name, commits, turn: Box::new(turn), times: Vec::new() }
    }

    fn rate(&self) -> f64 {
        let sum: Duration = self.times.iter().sum();
        (self.commits * self.times.len()) as f64 / sum.as_secs_f64()
    }

    /// Commits a second of the middle turn: what a slow moment does not touch.
    fn middle(&self) -> f64 {
        let mut times = self.times.clone();
        times.sort_unstable();
        self.commits as f64 / times[times.len() / 2].as_secs_f64()
    }
}

fn singles(url: &'static str, total: usize) {
    let mut kinds = vec![
        one_writer("one writer", Postgres::connect_with(url, &options("one")).unwrap()),
        by_hand(url),
        many_writers("16 writers, accounts of their own", url, |writer| {
            (2 * writer as u64, 2 * writer as u64 + 1)
        }),
        many_writers("16 writers, the same accounts", url, |_| (0, 1)),
        asynchronous(url),
        on_sqlite(),
    ];
    for turn in 0..total.div_ceil(TURN) {
        for kind in &mut kinds {
            let start = Instant::now();
            (kind.turn)(turn);
            // The first turns prepare statements and make plans.
            if turn >= 8 {
                kind.times.push(start.elapsed());
            }
        }
    }
    let one = (kinds[0].rate(), kinds[0].middle());
    for kind in &kinds {
        println!(
            "{}: {:.0} commits/s ({:.2} of one writer), the middle turn {:.0} ({:.2})",
            kind.name,
            kind.rate(),
            kind.rate() / one.0,
            kind.middle(),
            kind.middle() / one.1
        );
    }
}

fn entry(random: &mut Random, accounts: (u64, u64)) -> NewEntry {
    let amount = Money::minor(1 + random.below(1_000_000) as i64, Currency::EUR);
    let date = day(random.below(365));
    NewEntry::new("GEN", date).debit(code(accounts.0), amount).credit(code(accounts.1), amount)
}

fn one_writer(name: &'static str, store: impl fondaco_core::store::Store + 'static) -> Kind {
    let books = Books::open(store, company()).unwrap().with_clock(clock());
    set_up(&books);
    let mut random = Random(11);
    Kind::new(name, TURN, move |turn| {
        for at in 0..TURN {
            let accounts = random.pair();
            let command = Post::new(entry(&mut random, accounts));
            books.send(&format!("single {turn}/{at}"), &command).unwrap();
        }
    })
}

fn many_writers(
    name: &'static str,
    url: &str,
    accounts: impl Fn(usize) -> (u64, u64) + Send + Sync + 'static,
) -> Kind {
    let store = Postgres::connect_with(url, &options("many")).unwrap();
    let books = Books::open(store, company()).unwrap().with_clock(clock());
    set_up(&books);
    Kind::new(name, WRITERS * TURN, move |turn| {
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (books, accounts) = (&books, accounts(writer));
                scope.spawn(move || {
                    let mut random = Random((turn * WRITERS + writer) as u64);
                    for at in 0..TURN {
                        let command = Post::new(entry(&mut random, accounts));
                        books.send(&format!("{turn}/{writer}/{at}"), &command).unwrap();
                    }
                });
            }
        });
    })
}

fn asynchronous(url: &'static str) -> Kind {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let options = options("async");
    {
        let store = Postgres::connect_with(url, &options).unwrap();
        set_up(&Books::open(store, company()).unwrap().with_clock(clock()));
    }
    let store = runtime.block_on(AsyncPostgres::connect_with(url, &options)).unwrap();
    let driver = AsyncDriver::new(store, company());
    runtime.block_on(driver.join(&ENGINE)).unwrap();
    let (mut random, clock) = (Random(11), clock());
    Kind::new("asynchronous driver, one writer", TURN, move |turn| {
        runtime.block_on(async {
            for at in 0..TURN {
                let accounts = random.pair();
                let command = Post::new(entry(&mut random, accounts));
                let id = CommandId::named(&format!("single {turn}/{at}"));
                let envelope = Envelope::new(id, ActorId::new("clerk"), clock());
                driver.carry_out(envelope, &command).await.unwrap();
            }
        });
    })
}

fn on_sqlite() -> Kind {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("postgres-{}.db", std::process::id()));
    let store = Sqlite::open(&path).unwrap();
    let gone = move || {
        for end in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(format!("{}{end}", path.display())));
        }
    };
    // The file has no name any more, and lives as long as the store does.
    let kind = one_writer("SQLite, one writer", store);
    gone();
    kind
}

/// What one would write by hand in a transaction over these tables, one statement after another, each prepared: it locks the
/// company's line, looks for the command's id, checks the accounts, the period and the journal, draws the number, writes the entry and
/// its postings, adds to balances and guards, and writes the log's line (no hash is computed) and the company's position.
fn by_hand(url: &str) -> Kind {
    let schema = server::name("hand");
    let store = Postgres::connect_with(url, &PostgresOptions::new().schema(&schema)).unwrap();
    set_up(&Books::open(store, company()).unwrap().with_clock(clock()));
    let mut client = Client::connect(url, NoTls).unwrap();
    let company = format!("{:032x}", company().to_u128());
    let mut prepared = |sql: &str| client.prepare(&sql.replace('@', &schema)).unwrap();
    let head = prepared(
        "SELECT company, position FROM @.fondaco_company WHERE id = $1::text::uuid FOR UPDATE",
    );
    let known = prepared(
        "SELECT position FROM @.fondaco_commit WHERE company = $1 AND command = $2::text::uuid",
    );
    let accounts = prepared(
        "SELECT code, heading, currency, opens, closes FROM @.ledger_account WHERE _company = $1 AND code IN ($2, $3)",
    );
    let period = prepared(
        "SELECT period, status FROM @.ledger_period WHERE _company = $1 AND start <= $2::text::date \
         AND \"end\" >= $2::text::date",
    );
    let journal =
        prepared("SELECT by_date FROM @.ledger_journal WHERE _company = $1 AND code = $2");
    let number = prepared(
        "INSERT INTO @.fondaco_series (company, series, last) VALUES ($1, 'GEN/2026', 1) \
         ON CONFLICT (company, series) DO UPDATE SET last = fondaco_series.last + 1 RETURNING last",
    );
    let entry = prepared(
        "INSERT INTO @.ledger_entry (_company, _version, id, journal, fiscal_year, number, period, date, recorded_at, \
         conversion) VALUES ($1, $2, $3::text::uuid, 'GEN', 2026, $4, $5, $6::text::date, now(), false)",
    );
    let postings = prepared(
        "INSERT INTO @.ledger_posting (_company, _version, entry, line, account, period, date, side, amount, currency, \
         ledger_amount, dimensions) VALUES \
         ($1, $2, $3::text::uuid, 1, $4, $6, $7::text::date, 'debit', $8::text::numeric, 'EUR', $8::text::numeric, '{}'), \
         ($1, $2, $3::text::uuid, 2, $5, $6, $7::text::date, 'credit', $8::text::numeric, 'EUR', -$8::text::numeric, '{}')",
    );
    let balances = prepared(
        "INSERT INTO @.ledger_balance AS b (_company, _version, account, period, currency, dimensions, debit, credit, \
         ledger_debit, ledger_credit, postings) VALUES \
         ($1, $2, $3, $5, 'EUR', '', $6::text::numeric, 0, $6::text::numeric, 0, 1), \
         ($1, $2, $4, $5, 'EUR', '', 0, $6::text::numeric, 0, $6::text::numeric, 1) \
         ON CONFLICT (_company, account, period, currency, dimensions) DO UPDATE SET _version = excluded._version, \
         debit = b.debit + excluded.debit, credit = b.credit + excluded.credit, \
         ledger_debit = b.ledger_debit + excluded.ledger_debit, \
         ledger_credit = b.ledger_credit + excluded.ledger_credit, postings = b.postings + 1",
    );
    let guards = prepared(
        "INSERT INTO @.range_guard AS g (_company, _version, \"table\", guard, part, changes) VALUES \
         ($1, $2, 'ledger_posting', 0, $3, 1), ($1, $2, 'ledger_posting', 0, $4, 1) \
         ON CONFLICT (_company, \"table\", guard, part) DO UPDATE SET _version = excluded._version, changes = g.changes + 1",
    );
    let log = prepared(
        "INSERT INTO @.fondaco_commit (company, position, command, digest, salt, actor, time, root, content, link, events, \
         answer) VALUES ($1, $2, $3::text::uuid, $4, $5, 'clerk', now(), $4, $4, $4, $6::text::json, $7::text::json)",
    );
    let position =
        prepared("UPDATE @.fondaco_company SET position = $2, link = $3 WHERE company = $1");
    let begin = format!("BEGIN; SET LOCAL fondaco.company = '{company}'");
    let (mut random, mut count) = (Random(11), 0u128);
    Kind::new("by hand", TURN, move |_| {
        for _ in 0..TURN {
            let (a, b) = random.pair();
            let (debit, credit) = (code(a), code(b));
            let on = day(random.below(365));
            let (date, month) = (on.to_string(), u64::from(chrono::Datelike::month(&on)));
            let amount = Money::minor(1 + random.below(1_000_000) as i64, Currency::EUR);
            let amount = amount.amount().to_string();
            count += 1;
            let time =
                Timestamp::from_micros(1_767_225_600_000_000 + count as i64 * 1_000).unwrap();
            let command = format!("{:032x}", CommandId::named(&format!("hand {count}")).to_u128());
            let id: Id<Entry> =
                Id::from_u128(((time.micros() as u128 / 1000) << 80) | 7 << 76 | count);
            let id = format!("{:032x}", id.to_u128());
            client.batch_execute(&begin).unwrap();
            let row = client.query_one(&head, &[&company]).unwrap();
            let (own, last): (i32, i64) = (row.get(0), row.get(1));
            let next = last + 1;
            assert!(client.query_opt(&known, &[&own, &command]).unwrap().is_none());
            assert_eq!(client.query(&accounts, &[&own, &debit, &credit]).unwrap().len(), 2);
            let found = client.query_one(&period, &[&own, &date]).unwrap();
            let key: i64 = found.get(0);
            assert!(client.query_opt(&journal, &[&own, &"GEN"]).unwrap().is_some());
            let drawn: i64 = client.query_one(&number, &[&own]).unwrap().get(0);
            client.execute(&entry, &[&own, &next, &id, &drawn, &key, &date]).unwrap();
            client
                .execute(&postings, &[&own, &next, &id, &debit, &credit, &key, &date, &amount])
                .unwrap();
            client.execute(&balances, &[&own, &next, &debit, &credit, &key, &amount]).unwrap();
            let stripe = |n: u64| ((n * 13 + month) % 1024) as u16;
            let (one, other) = (stripe(a), stripe(b));
            let other = if one == other { (one + 1) % 1024 } else { other };
            let (one, other) = (one.to_be_bytes(), other.to_be_bytes());
            client.execute(&guards, &[&own, &next, &&one[..], &&other[..]]).unwrap();
            let (hash, salt) = (&[7u8; 32][..], &[7u8; 16][..]);
            let events = format!(
                r#"[{{"name":"ledger.posted","data":[["first",{{"id":"{id}"}}],["entries",1],["postings",2]]}}]"#
            );
            let answer = format!(r#"[{{"id":"{id}"}},{drawn}]"#);
            client.execute(&log, &[&own, &next, &command, &hash, &salt, &events, &answer]).unwrap();
            client.execute(&position, &[&own, &next, &hash]).unwrap();
            client.batch_execute("COMMIT").unwrap();
        }
    })
}
