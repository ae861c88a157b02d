//! Closing a year: `cargo bench --bench closing -- [ACCOUNTS] [VALUES]`, by default 10,000 accounts of income and expense, each with
//! postings in 10 values of a dimension, in memory with the hash chain on; once with the year locked, as it mostly is, and once
//! open, where the closing rests on every account in each period.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Instant;

use chrono::NaiveDate;
use fondaco_accounting::Books;
use fondaco_accounting::close::{CloseYear, LockBooks, ReopenYear, SetClosing};
use fondaco_accounting::ledger::*;
use fondaco_core::{CompanyId, Currency, Money};
use fondaco_store::Memory;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let number =
        |at: usize, or: u32| args.get(at).map_or(or, |text| text.parse().expect("a number"));
    let (accounts, values) = (number(0, 10_000), number(1, 10));
    let books = books(accounts, values);
    let cells = accounts * values;
    time(&format!("close, year open, {cells} cells"), || {
        books.send("close", &CloseYear::new(2026)).unwrap();
    });
    time("reopen", || {
        books.send("reopen", &ReopenYear::new(2026, "bench")).unwrap();
    });
    let last = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
    books.send("lock", &LockBooks::through(last)).unwrap();
    time(&format!("close, year locked, {cells} cells"), || {
        let closed = books.send("close again", &CloseYear::new(2026)).unwrap().answer;
        assert_eq!(closed.entries.len(), 1);
    });
}

fn time(what: &str, act: impl FnOnce()) {
    let start = Instant::now();
    act();
    println!("{what}: {:.3} s", start.elapsed().as_secs_f64());
}

fn books(accounts: u32, values: u32) -> Books<'static> {
    let books = Books::open(Memory::new(), CompanyId::named("bench")).unwrap();
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let of_result = |n: u32| {
        let class = if n.is_multiple_of(2) { AccountClass::Income } else { AccountClass::Expense };
        NewAccount::new(format!("{}", 40_000 + n), "result", class)
    };
    let mut chart = vec![
        NewAccount::new("1000", "Bank", AccountClass::Asset),
        NewAccount::new("3900", "Retained earnings", AccountClass::Equity),
    ];
    chart.extend((0..accounts).map(of_result));
    books.send("chart", &OpenAccounts::new(chart)).unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("year", &OpenFiscalYear::calendar_year(2026)).unwrap();
    books.send("closing", &SetClosing::new("3900", "GEN")).unwrap();
    let amount = |n: u32| Money::minor(i64::from(n % 977) + 1, Currency::EUR);
    let entry = |n: u32| {
        let (account, value) = (n / values, n % values);
        let date = NaiveDate::from_ymd_opt(2026, 1 + n % 12, 15).unwrap();
        let posting = NewPosting::credit(format!("{}", 40_000 + account), amount(n));
        NewEntry::new("GEN", date)
            .debit("1000", amount(n))
            .posting(posting.dimension("cost_centre", value.to_string()))
    };
    let all: Vec<u32> = (0..accounts * values).collect();
    for (at, some) in all.chunks(8_000).enumerate() {
        let entries = some.iter().map(|n| entry(*n)).collect();
        books.send(&format!("entries {at}"), &PostMany::new(entries)).unwrap();
    }
    books
}
