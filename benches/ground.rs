//! What the ground costs: `cargo bench --bench ground -- [WHAT] [ENTRIES]`, where WHAT is `all`, `timeline`, `memory` or `sqlite`.
//!
//! `timeline`: lookups as of a day and as known at a time in a timeline of a thousand daily values, a tenth of them corrected
//! later. `memory` and `sqlite`: batches of 8,189 two-posting entries over 10,000 accounts, plain; under the stored policy,
//! by an actor whose right to post is limited in amount and journal, and by one whose right is limited by account too; and in a foreign currency whose rate is looked up on
//! record, beside the same entries with the rate given. Each pair takes turns batch by batch, so that a slow minute of
//! the machine meets both. One core. `RESULTS.md` beside this file has the figures.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use common::{ACCOUNTS, BATCH, Random, clock, code, day};
use fondaco_accounting::Books;
use fondaco_accounting::currency::{NewRate, OpenRateSource, RecordRates};
use fondaco_accounting::ledger::*;
use fondaco_core::policy::stored::{
    AppointFirst, AssignRole, DefineRole, NewGrant, RegisterActor, Stored,
};
use fondaco_core::store::Store;
use fondaco_core::timeline::{Span, Timeline};
use fondaco_core::{ActorId, CompanyId, Currency, Driver, Money, Timestamp, decimal};
use fondaco_store::{Memory, Sqlite};

fn main() {
    let (what, entries) = common::asked(200_000);
    let wants = |name: &str| what == "all" || what == name;
    if wants("timeline") {
        lookups();
    }
    if wants("memory") {
        pairs("memory", entries, || Arc::new(Memory::new()));
    }
    if wants("sqlite") {
        let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
        std::fs::create_dir_all(&dir).unwrap();
        let path = |n: usize| dir.join(format!("ground-{}-{n}.db", std::process::id()));
        let mut made = 0;
        pairs("SQLite", entries, || {
            made += 1;
            Arc::new(Sqlite::open(path(made)).unwrap())
        });
        for n in 1..=made {
            for end in ["", "-wal", "-shm"] {
                drop(std::fs::remove_file(format!("{}{end}", path(n).display())));
            }
        }
    }
}

/// The middle of 11 rounds of a million lookups each.
fn lookups() {
    const LOOKUPS: u64 = 1_000_000;
    let first = day(0);
    let recorded =
        |n: u64| Timestamp::from_micros(1_767_225_600_000_000 + n as i64 * 1_000).unwrap();
    let mut values = Timeline::new();
    for n in 0..1000 {
        values.set(Span::from(first + Days::new(n)), n as i64, recorded(n)).unwrap();
    }
    for n in (0..1000).step_by(10) {
        let on = first + Days::new(n);
        values.correct(Span::from(on), Some(-1), recorded(2_000 + n)).unwrap();
    }
    let days: Vec<NaiveDate> = {
        let mut random = Random(3);
        (0..LOOKUPS).map(|_| first + Days::new(random.below(1100))).collect()
    };
    let per_second = |name: &str, look: &dyn Fn(NaiveDate) -> Option<i64>| {
        let mut times: Vec<Duration> = (0..11)
            .map(|_| {
                let start = Instant::now();
                let sum: i64 = days.iter().filter_map(|&day| look(black_box(day))).sum();
                black_box(sum);
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        let rate = LOOKUPS as f64 / times[5].as_secs_f64() / 1e6;
        println!("timeline of 1,000 values, 100 corrected: {name}: {rate:.1} M lookups/s");
    };
    per_second("as of a day", &|day| values.as_of(day).copied());
    let then = values.known_at(recorded(1_500));
    per_second("as known at a time", &|day| then.as_of(day).copied());
}

fn pairs(name: &str, entries: usize, mut store: impl FnMut() -> Arc<dyn Store>) {
    for (what, clerk) in [("with rights", Clerk::Limited), ("by account too", Clerk::Scoped)] {
        let (plain, limited) = (books(store(), Clerk::Free), books(store(), clerk));
        pair(name, entries, ("plain", &plain, Kind::Euro), (what, &limited, Kind::Euro));
    }
    let (given, found) = (books(store(), Clerk::Free), books(store(), Clerk::Free));
    pair(
        name,
        entries,
        ("rate given", &given, Kind::Given),
        ("rate on record", &found, Kind::Found),
    );
}

/// What limits who posts.
#[derive(Clone, Copy, PartialEq)]
enum Clerk {
    /// Nothing.
    Free,
    /// 50,000 EUR, in one journal.
    Limited,
    /// The same, to accounts under one heading.
    Scoped,
}

#[derive(Clone, Copy)]
enum Kind {
    Euro,
    Given,
    Found,
}

/// Two kinds of posting, in turns.
fn pair(
    name: &str,
    total: usize,
    (a, of_a, kind_a): (&str, &Books<'_>, Kind),
    (b, of_b, kind_b): (&str, &Books<'_>, Kind),
) {
    let (mut took_a, mut took_b) = (Duration::ZERO, Duration::ZERO);
    let mut random = [Random(7), Random(7)];
    for from in (0..total).step_by(BATCH) {
        let count = BATCH.min(total - from);
        for (at, (books, kind, took)) in
            [(of_a, kind_a, &mut took_a), (of_b, kind_b, &mut took_b)].into_iter().enumerate()
        {
            let command = PostMany::new(entries_of(&mut random[at], (from, count, total), kind));
            let start = Instant::now();
            books.send(&format!("batch {from}"), &command).unwrap();
            *took += start.elapsed();
        }
    }
    let rate = |took: Duration| total as f64 / took.as_secs_f64();
    let more = (took_b.as_secs_f64() / took_a.as_secs_f64() - 1.0) * 100.0;
    println!(
        "{name}, {total} entries: {a} {:.0}/s, {b} {:.0}/s: {more:+.1} %",
        rate(took_a),
        rate(took_b)
    );
}

fn books(store: Arc<dyn Store>, clerk: Clerk) -> Books<'static> {
    let driver = Driver::new(store, CompanyId::named("bench"));
    let driver = match clerk {
        Clerk::Free => driver,
        _ => driver.with_policy(Stored),
    };
    let books = Books::over(driver).unwrap().with_clock(clock());
    if clerk != Clerk::Free {
        hire(&books.clone().acting_as("root"), clerk);
    }
    set_up(&books.clone().acting_as("chief"));
    books.acting_as("clerk")
}

/// A chief who may do everything, and a clerk.
fn hire(root: &Books<'_>, clerk: Clerk) {
    root.send("first", &AppointFirst::new(ActorId::new("root"))).unwrap();
    let all = ENGINE.permissions().map(|all| NewGrant::new(all.name));
    let chief = all.fold(DefineRole::new("chief", "Chief"), DefineRole::may);
    root.send("role chief", &chief).unwrap();
    let post = NewGrant::new("ledger.post").up_to(Money::parse("50000 EUR").unwrap());
    let post = post.within("journal", ["GEN"]);
    let post = if clerk == Clerk::Scoped { post.within("account", ["1"]) } else { post };
    root.send("role clerk", &DefineRole::new("clerk", "Clerk").may(post)).unwrap();
    for who in ["chief", "clerk"] {
        let actor = ActorId::new(who);
        root.send(&format!("register {who}"), &RegisterActor::person(actor.clone())).unwrap();
        root.send(&format!("assign {who}"), &AssignRole::new(actor, who)).unwrap();
    }
}

fn set_up(books: &Books<'_>) {
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let heading = NewAccount::heading("1", "All", AccountClass::Asset);
    let account =
        |i| NewAccount::new(code(i), format!("Account {i}"), AccountClass::Asset).parent("1");
    let chart = std::iter::once(heading).chain((0..ACCOUNTS).map(account));
    books.send("chart", &OpenAccounts::new(chart.collect())).unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("year", &OpenFiscalYear::calendar_year(2026)).unwrap();
    books.send("source", &OpenRateSource::new("SPOT", "Central bank")).unwrap();
    let rate = |n: u64| {
        let rate = decimal::parse("0.92").unwrap() + rust_decimal::Decimal::new(n as i64, 5);
        NewRate::new(Currency::USD, Currency::EUR, rate, day(n))
    };
    books.send("rates", &RecordRates::new("SPOT", (0..365).map(rate).collect())).unwrap();
}

fn entries_of(
    random: &mut Random,
    (from, count, total): (usize, usize, usize),
    kind: Kind,
) -> Vec<NewEntry> {
    let one = |i: usize| {
        let date = day(((from + i) * 365 / total) as u64);
        let cents = 1 + random.below(1_000_000) as i64;
        let (debit, credit) = random.pair();
        let line = |side, account| {
            let currency = if matches!(kind, Kind::Euro) { Currency::EUR } else { Currency::USD };
            let posting = NewPosting::new(code(account), side, Money::minor(cents, currency));
            if matches!(kind, Kind::Given) {
                posting.rate(decimal::parse("0.92").unwrap())
            } else {
                posting
            }
        };
        NewEntry::new("GEN", date)
            .posting(line(Side::Debit, debit))
            .posting(line(Side::Credit, credit))
    };
    (0..count).map(one).collect()
}
