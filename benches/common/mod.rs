//! What the benchmarks of the ledger share: the same accounts and entries in every run, and times as people read them.
#![allow(dead_code, reason = "each benchmark uses its part")]

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::{Currency, Money, Range, Reading, Timestamp};

pub(crate) const ACCOUNTS: u64 = 10_000;
pub(crate) const BATCH: usize = 8_189;

/// What to measure and with how many entries, as the command line says.
pub(crate) fn asked(entries: usize) -> (String, usize) {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let what = args.next().unwrap_or_else(|| "all".into());
    (what, args.next().map_or(entries, |count| count.parse().expect("a number of entries")))
}

/// A small generator of our own: the same entries in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// Two accounts that differ.
    pub(crate) fn pair(&mut self) -> (u64, u64) {
        let debit = self.below(ACCOUNTS);
        (debit, (debit + 1 + self.below(ACCOUNTS - 1)) % ACCOUNTS)
    }
}

pub(crate) fn code(account: u64) -> String {
    format!("{:05}", 10_000 + account)
}

/// A day of 2026, or after it.
pub(crate) fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n)
}

/// A clock that goes on by a millisecond whenever it is asked.
pub(crate) fn clock() -> impl Fn() -> Timestamp + Send + Sync {
    let clock = AtomicI64::new(1_767_225_600_000_000);
    move || Timestamp::from_micros(clock.fetch_add(1000, Ordering::Relaxed)).unwrap()
}

pub(crate) fn set_up(books: &Books<'_>) {
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let account = |i| NewAccount::new(code(i), format!("Account {i}"), AccountClass::Asset);
    books.send("chart", &OpenAccounts::new((0..ACCOUNTS).map(account).collect())).unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("year", &OpenFiscalYear::calendar_year(2026)).unwrap();
}

/// Entries in order of date over one year, as they come in.
pub(crate) fn entries(
    random: &mut Random,
    from: usize,
    count: usize,
    total: usize,
) -> Vec<NewEntry> {
    let one = |i: usize| {
        let date = day(((from + i) * 365 / total) as u64);
        let amount = Money::minor(1 + random.below(1_000_000) as i64, Currency::EUR);
        let (debit, credit) = random.pair();
        NewEntry::new("GEN", date).debit(code(debit), amount).credit(code(credit), amount)
    };
    (0..count).map(one).collect()
}

/// How long each of some acts took.
#[derive(Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn time<T>(&mut self, act: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = act();
        self.0.push(start.elapsed());
        done
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// So many things a second, done in all these times.
    pub(crate) fn rate(&self, things: usize) -> f64 {
        things as f64 / self.0.iter().sum::<Duration>().as_secs_f64()
    }

    /// Milliseconds that a share of the acts took at most.
    pub(crate) fn ms(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        sorted[((sorted.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3
    }
}

/// Balances of all accounts, at a period's end and in the middle of a period.
pub(crate) fn as_of(name: &str, books: &Books<'_>) {
    for (what, month, day) in [("a period's end", 6, 30), ("any date", 6, 17)] {
        let date = NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        let mut times = Times::default();
        let rows = times.time(|| books.balances(&BalanceQuery::all().until(date)).unwrap());
        println!("{name}: balances of {} accounts at {what}: {:.1} ms", rows.len(), times.ms(1.0));
    }
}

/// The history of single accounts: their postings in order of date.
pub(crate) fn history(name: &str, books: &Books<'_>) {
    let (mut times, mut rows) = (Times::default(), 0);
    for account in (0..ACCOUNTS).step_by(100) {
        let range =
            Range::by(Posting::BY_ACCOUNT, &smol_str::SmolStr::new(code(account))).limit(200);
        rows += times.time(|| books.view(|view| Ok(view.peek_scan(&range)?.len())).unwrap());
    }
    println!(
        "{name}: history of an account ({} postings): p50 {:.3} ms, p99 {:.3} ms",
        rows / times.count(),
        times.ms(0.5),
        times.ms(1.0)
    );
}

/// The middle of the times of eleven runs, said aloud; what the last one gave.
pub(crate) fn timed<T>(what: &str, act: impl Fn() -> T) -> T {
    const RUNS: usize = 11;
    let mut times: Vec<Duration> = Vec::new();
    let mut last = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        last = Some(act());
        times.push(start.elapsed());
    }
    times.sort_unstable();
    println!("{what}: {:.1} ms", times[RUNS / 2].as_secs_f64() * 1e3);
    last.expect("it ran")
}
