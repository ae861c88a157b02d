//! Results shown: `cargo bench --bench report -- [ROWS]`.
//!
//! A general ledger of 10,000 lines in accounts of a hundred, with dates, texts, amounts and running balances, is read from the
//! books, described, and shown as text, HTML and CSV. One core; the middle of eleven runs. `RESULTS.md` beside this file has
//! the figures.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use chrono::NaiveDate;
use fondaco_accounting::Books;
use fondaco_accounting::ledger::*;
use fondaco_core::report::Locale;
use fondaco_core::{CompanyId, Currency, DateRange, Money};
use fondaco_store::Memory;

use common::timed;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let rows = args.first().map_or(10_000, |count| count.parse().expect("a number of rows"));
    let books = books(rows);
    let read = timed("read from the books", || books.general_ledger(DateRange::always()).unwrap());
    let report = timed("described", || read.to_report());
    println!("{} rows", report.rows.len());
    let (en, de) = (Locale::en(), Locale::de());
    let html = timed("HTML", || report.to_html(&en));
    let text = timed("text", || report.to_text(&de, Some(120)));
    let csv = timed("CSV", || report.to_csv());
    println!(
        "HTML {} kB, text {} kB, CSV {} kB",
        html.len() / 1000,
        text.len() / 1000,
        csv.len() / 1000
    );
}

/// Books with so many postings, in accounts of a hundred.
fn books(rows: usize) -> Books<'static> {
    let books = Books::open(Memory::new(), CompanyId::named("bench")).unwrap();
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let code = |n: usize| format!("{:05}", 10_000 + n);
    let account =
        |n: usize| NewAccount::new(code(n), format!("Account <{n}>"), AccountClass::Asset);
    books
        .send("chart", &OpenAccounts::new((0..rows.div_ceil(100)).map(account).collect()))
        .unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    books.send("year", &OpenFiscalYear::calendar_year(2026)).unwrap();
    let start = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let entry = |n: usize| {
        let amount = Money::minor(100_000 + 7_919 * n as i64 % 9_000_000, Currency::EUR);
        let day = start + chrono::Days::new(n as u64 * 2 * 364 / rows as u64);
        let accounts = rows.div_ceil(100);
        NewEntry::new("GEN", day)
            .text(format!("Invoice {n} & delivery"))
            .debit(code(n % accounts), amount)
            .credit(code((n + accounts / 2) % accounts), amount)
    };
    books.send("entries", &PostMany::new((0..rows / 2).map(entry).collect())).unwrap();
    books
}
