//! Closing a year: `cargo bench --bench closing -- [ACCOUNTS] [VALUES] [ITEMS]`, by default 10,000 accounts of income and expense,
//! each with postings in 10 values of a dimension, in memory with the hash chain on; once with the year locked, as it mostly is,
//! and once open, where the closing rests on every account in each period. And a revaluation of 100,000 open items in three
//! currencies beside the ledger's own, in memory and on SQLite: looked at, posted as one command, run again where nothing is
//! left, and as a job after the reversal.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Instant;

use chrono::NaiveDate;
use fondaco_accounting::Books;
use fondaco_accounting::close::{CloseYear, LockBooks, ReopenYear, SetClosing};
use fondaco_accounting::currency::*;
use fondaco_accounting::ledger::*;
use fondaco_core::{CompanyId, Currency, Money, Timestamp};
use fondaco_store::{Memory, Sqlite};
use rust_decimal::Decimal;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let number =
        |at: usize, or: u32| args.get(at).map_or(or, |text| text.parse().expect("a number"));
    let (accounts, values, items) = (number(0, 10_000), number(1, 10), number(2, 100_000));
    revaluation("memory", Books::open(Memory::new(), CompanyId::named("bench")).unwrap(), items);
    on_sqlite(|books| revaluation("SQLite", books, items));
    let books = books(accounts, values);
    let cells = accounts * values;
    time(&format!("close, year open, {cells} cells"), || {
        books.send("close", &CloseYear::new(2026).early()).unwrap();
    });
    time("reopen", || {
        books.send("reopen", &ReopenYear::new(2026, "bench")).unwrap();
    });
    let last = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
    books.send("lock", &LockBooks::through(last)).unwrap();
    time(&format!("close, year locked, {cells} cells"), || {
        let closed = books.send("close again", &CloseYear::new(2026).early()).unwrap().answer;
        assert_eq!(closed.entries.len(), 1);
    });
}

/// Runs on a new file, on the disk that holds the build.
fn on_sqlite(run: impl FnOnce(Books<'static>)) {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bench");
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(format!("closing-{}.db", std::process::id()));
    run(Books::open(Sqlite::open(&path).unwrap(), CompanyId::named("bench")).unwrap());
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
}

/// Customers' bills in three currencies, one in two hundred of them paid in part, valued at the end of the year.
fn revaluation(store: &str, books: Books<'static>, items: u32) {
    let foreign = customers(&books, items);
    let last = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
    let run = Revalue::at(last);
    time(&format!("{store}: revaluation of {foreign} open items, looked at"), || {
        let preview = books.revaluation(&run).unwrap();
        let found: usize = preview.lines.iter().map(|line| line.items.len()).sum();
        assert_eq!(found, foreign);
    });
    time(&format!("{store}: revaluation of {foreign} open items, posted"), || {
        assert!(books.send("revalue", &run).unwrap().answer.entry().is_some());
    });
    time(&format!("{store}: the same again, where nothing is left"), || {
        assert_eq!(books.send("again", &run).unwrap().answer.entry(), None);
    });
    // The run took itself back on the first of January: at that month's end all is to be done again.
    let next = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap().and_hms_opt(12, 0, 0).unwrap();
    let next = Timestamp::from_micros(next.and_utc().timestamp_micros()).unwrap();
    books.due_queue().tick(next).unwrap();
    let run = Revalue::at(NaiveDate::from_ymd_opt(2027, 1, 31).unwrap());
    time(&format!("{store}: revaluation of {foreign} open items, as a job"), || {
        let done = books.run_job("job", &mut run.clone(), &mut ()).unwrap();
        assert!(done.report.entry().is_some());
    });
}

/// The books of the revaluation; how many foreign items are open.
fn customers(books: &Books<'static>, items: u32) -> usize {
    const CURRENCIES: [Currency; 4] = [Currency::EUR, Currency::USD, Currency::GBP, Currency::CHF];
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let chart = vec![
        NewAccount::new("1000", "Bank", AccountClass::Asset),
        NewAccount::new("1200", "Customers", AccountClass::Asset).open_items(),
        NewAccount::new("4000", "Sales", AccountClass::Income),
        NewAccount::new("5900", "Exchange differences", AccountClass::Expense),
    ];
    books.send("chart", &OpenAccounts::new(chart)).unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    for year in [2026, 2027] {
        books.send(&format!("{year}"), &OpenFiscalYear::calendar_year(year)).unwrap();
    }
    books.send("source", &OpenRateSource::new("SPOT", "Bank")).unwrap();
    let days = [(1, 1), (12, 31)].map(|(m, d)| NaiveDate::from_ymd_opt(2026, m, d).unwrap());
    let rates = (1i64..).zip(&CURRENCIES[1..]).flat_map(|(n, of)| {
        let rate = move |(at, day): (i64, NaiveDate)| {
            NewRate::new(*of, Currency::EUR, Decimal::new(7_919 * n + 331 * at, 4), day)
        };
        (0i64..).zip(days).map(rate)
    });
    books.send("rates", &RecordRates::new("SPOT", rates.collect())).unwrap();
    books.send("differences", &SetExchangeAccounts::new("GEN", "5900", "5900")).unwrap();
    books.send("monetary", &MarkMonetary::new(["1000", "1200"])).unwrap();
    // Of three foreign items there is one in the ledger's own currency, which a revaluation passes by.
    let all: Vec<u32> = (0..items + items / 3).collect();
    for (at, some) in all.chunks(8_000).enumerate() {
        let bill = |n: &u32| {
            let amount = Money::minor(i64::from(n % 977) * 100 + 101, CURRENCIES[*n as usize % 4]);
            let day = NaiveDate::from_ymd_opt(2026, 1 + n % 12, 1 + n % 28).unwrap();
            NewEntry::new("GEN", day).debit("1200", amount).credit("4000", amount)
        };
        books
            .send(&format!("bills {at}"), &PostMany::new(some.iter().map(bill).collect()))
            .unwrap();
    }
    let open = books.open_items(&OpenItemQuery::account("1200")).unwrap();
    let foreign: Vec<_> =
        open.items.iter().filter(|item| item.open.currency() != Currency::EUR).collect();
    let one = |of: Currency| Money::new(Decimal::ONE, of);
    for (n, item) in foreign.iter().enumerate().step_by(200) {
        let part = one(item.open.currency());
        let paid = NewEntry::new("GEN", days[1]).debit("1000", part).credit("1200", part);
        let pays = PostClearing::new(paid).pays(Pays::new(2).part(item.key, part));
        books.send(&format!("paid {n}"), &pays).unwrap();
    }
    foreign.len()
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
