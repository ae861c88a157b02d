//! Financial statements: `cargo bench --bench statements -- [ACCOUNTS [MONTHS]]`.
//!
//! A chart of 1,000 accounts with postings in each of 36 months, in memory and in SQLite: one column a month, from a layout of a
//! hundred rows of ranges and formulas. Then the same beside one another: shown as text, opened down to postings, by a dimension of
//! ten values, and as known at a time, which reads every posting. One core; the middle of eleven runs. `RESULTS.md` beside this
//! file has the figures.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use std::fmt::Write;

use chrono::{Months, NaiveDate};
use fondaco::accounting::reports::{FinancialQuery, Layout};
use fondaco::prelude::*;

use common::timed;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let mut number = |or: usize| args.next().map_or(or, |count| count.parse().expect("a number"));
    let (accounts, months) = (number(1_000), number(36));
    for (name, books) in [
        ("memory", Books::open(Memory::new(), CompanyId::named("bench")).unwrap()),
        ("SQLite", Books::open(Sqlite::in_memory().unwrap(), CompanyId::named("bench")).unwrap()),
    ] {
        fill(&books, accounts, months);
        println!("{name}: {accounts} accounts, {months} months");
        run(&books, accounts, months);
    }
}

fn run(books: &Books<'_>, accounts: usize, months: usize) {
    let layout = layout(accounts);
    let last = first().checked_add_months(Months::new(months as u32 - 1)).unwrap();
    let query = FinancialQuery::new().months(first(), last);
    let statement = timed("  statement", || books.financial_statement(&layout, &query).unwrap());
    assert_eq!(statement.columns.len(), months);
    assert!(statement.untaken.is_empty() && statement.failed.is_empty());
    timed("  shown as text", || statement.to_string());
    let year = FinancialQuery::new().at(last);
    timed("  one column", || books.financial_statement(&layout, &year).unwrap());
    timed("  one column by ten sites", || {
        books.financial_statement(&layout, &year.clone().by_dimension("site")).unwrap()
    });
    timed("  a row opened", || books.row_postings(&layout, &year, "r0", 0).unwrap());
    let known = year.clone().known_at("2100-01-01T00:00:00Z".parse().unwrap());
    timed("  one column as known at a time", || {
        books.financial_statement(&layout, &known).unwrap()
    });
}

fn first() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 1).unwrap()
}

fn code(account: usize) -> String {
    format!("{:04}", 1000 + account)
}

/// Half of the accounts are income, half expenses; a row for each twenty, with sums of them.
fn layout(accounts: usize) -> Layout {
    let mut text =
        String::from("layout bench\ntitle Bench\nmeasure movement\ncovers income, expense\n");
    let rows = accounts.div_ceil(20);
    for row in 0..rows {
        let (from, through) = (code(20 * row), code((20 * row + 19).min(accounts - 1)));
        let side = if row < rows / 2 { "credit" } else { "debit" };
        writeln!(text, "side {side}\nr{row}: Row {row}\n  takes {from}..{through}").unwrap();
        writeln!(text, "memo m{row}: Row {row} in percent\n  = r{row} / r0\n  as percent").unwrap();
    }
    let sum = |rows: std::ops::Range<usize>| {
        rows.map(|row| format!("r{row}")).collect::<Vec<_>>().join(" + ")
    };
    writeln!(text, "total income: Income\n  = {}", sum(0..rows / 2)).unwrap();
    writeln!(text, "total costs: Costs\n  = {}", sum(rows / 2..rows)).unwrap();
    writeln!(text, "total result: Result\n  = income - costs").unwrap();
    Layout::parse(&text).unwrap()
}

fn fill(books: &Books<'_>, accounts: usize, months: usize) {
    books.send("set up", &SetUp::new(Currency::EUR)).unwrap();
    let account = |n: usize| {
        let class = if n < accounts / 2 { AccountClass::Income } else { AccountClass::Expense };
        NewAccount::new(code(n), format!("Account {n}"), class)
    };
    books.send("chart", &OpenAccounts::new((0..accounts).map(account).collect())).unwrap();
    books.send("journal", &OpenJournal::new("GEN", "General")).unwrap();
    for year in 2024..2024 + months.div_ceil(12) {
        books.send(&format!("{year}"), &OpenFiscalYear::calendar_year(year as i32)).unwrap();
    }
    for month in 0..months {
        let day = first().checked_add_months(Months::new(month as u32)).unwrap();
        let entry = |n: usize| {
            let amount =
                Money::minor(10_000 + (7_919 * (n + month)) as i64 % 900_000, Currency::EUR);
            let on_site = |posting: NewPosting| posting.dimension("site", format!("{}", n % 10));
            NewEntry::new("GEN", day)
                .posting(on_site(NewPosting::debit(code(n + accounts / 2), amount)))
                .posting(on_site(NewPosting::credit(code(n), amount)))
        };
        let entries = (0..accounts / 2).map(entry).collect();
        books.send(&format!("entries/{month}"), &PostMany::new(entries)).unwrap();
    }
}
