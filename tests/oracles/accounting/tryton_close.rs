//! The stories of `tryton_stories.json` about the end of a year and about what is spread over periods.

use std::error::Error;

use chrono::{Datelike, NaiveDate, TimeDelta};
use fondaco::core::{CompanyId, Currency, DateRange, Money};
use fondaco_accounting::Books;
use fondaco_accounting::close::{
    CloseYear, RecogniseDeferrals, SetClosing, SpreadPlan, StartDeferral,
};
use fondaco_accounting::ledger::{
    AccountClass, BalanceQuery, NewAccount, NewEntry, OpenAccounts, OpenFiscalYear, OpenJournal,
    SetUp,
};
use fondaco_store::Memory;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::case::Case;
use crate::json;

type Answer<T> = Result<T, Box<dyn Error>>;

/// An entry is posted, and the year closed: what stands on each account.
pub(super) fn close_year(id: &str, given: &Value, steps: &[Value]) -> Answer<Case> {
    let books = books()?;
    let lines: Vec<(&str, Money)> =
        json::list(given, "entry")?.iter().map(line).collect::<Answer<_>>()?;
    let mut entry = NewEntry::new("GEN", day(2026, 3, 1)?);
    for (name, amount) in &lines {
        entry = match amount.is_negative() {
            true => entry.credit(code(name)?, amount.abs()),
            false => entry.debit(code(name)?, *amount),
        };
    }
    books.post("entry", entry)?;
    books.send("close", &CloseYear::new(2026).early())?;
    let expect = steps.last().and_then(|step| step.get("expect")).ok_or("nothing is expected")?;
    let expect = expect.as_object().ok_or("what is expected has names")?;
    let (mut expected, mut actual) = (Vec::new(), Vec::new());
    for (name, figure) in expect.iter().filter(|(name, _)| *name != "note") {
        let figure: Decimal = figure.as_str().ok_or("a figure is a text")?.parse()?;
        let query = match name.strip_suffix("_with_children") {
            Some(name) => BalanceQuery::subtree(heading(name)?),
            None => BalanceQuery::account(code(&name.replace('_', " "))?),
        };
        expected.push(format!("{name} {}", figure.normalize()));
        actual.push(format!("{name} {}", sum(&books, &query)?.normalize()));
    }
    Ok(Case::exact(id.into(), expected.join(", "), actual.join(", ")))
}

/// An expense is spread by days, and each year takes its part.
pub(super) fn deferred(id: &str, given: &Value, steps: &[Value]) -> Answer<Case> {
    let books = books()?;
    let amount = Money::new(json::text(given, "amount")?.parse()?, Currency::EUR);
    let days = given.get("days").and_then(Value::as_i64).ok_or("no number of days")?;
    // Where it is said in words, it is the first of a year.
    let start = given.get("start").and_then(Value::as_str).and_then(|start| start.parse().ok());
    let first = start.map_or_else(|| day(2026, 1, 1), Ok)?;
    let span = DateRange::new(first, first + TimeDelta::days(days - 1))?;
    let accounts = ("1900", code("expense")?);
    let start = StartDeferral::expense("d", "GEN", accounts, amount, SpreadPlan::days(span));
    books.send("defer", &start.moved_on(first))?;
    let (mut expected, mut actual) = (Vec::new(), Vec::new());
    let mut moves = 1;
    for (step, year) in steps.iter().zip(first.year()..) {
        let expect = step.get("expect").ok_or("nothing is expected")?;
        let run = RecogniseDeferrals::through(day(year, 12, 31)?);
        moves += books.send(&format!("run {year}"), &run)?.answer.entries.len();
        let balance = sum(&books, &BalanceQuery::account("1900"))?;
        let wanted = expect.get("moves").and_then(Value::as_i64).ok_or("no number of moves")?;
        let within = match json::texts(expect, "deferred_balance_between") {
            Ok(bounds) => {
                bounds.iter().map(|bound| bound.parse()).collect::<Result<Vec<Decimal>, _>>()?
            }
            Err(_) => vec![json::text(expect, "deferred_balance")?.parse()?; 2],
        };
        let [least, most] = within[..] else { return Err("two bounds".into()) };
        let bounds = format!("{} to {}", least.normalize(), most.normalize());
        let is_within = least <= balance && balance <= most;
        expected.push(format!("{wanted} moves, {bounds}"));
        let told = if is_within { bounds } else { balance.normalize().to_string() };
        actual.push(format!("{moves} moves, {told}"));
    }
    Ok(Case::exact(id.into(), expected.join("; "), actual.join("; ")))
}

fn line(line: &Value) -> Answer<(&str, Money)> {
    match line.as_array().map(Vec::as_slice) {
        Some([name, amount]) => {
            let name = name.as_str().ok_or("an account has a name")?;
            let amount = amount.as_str().ok_or("an amount is a text")?;
            Ok((name, Money::new(amount.parse()?, Currency::EUR)))
        }
        _ => Err("a line is an account and an amount".into()),
    }
}

/// Kinds of accounts: each under a heading of its own, where Tryton posts to the parent too.
const KINDS: [(&str, AccountClass); 15] = [
    ("receivable", AccountClass::Asset),
    ("cash", AccountClass::Asset),
    ("bank", AccountClass::Asset),
    ("stock", AccountClass::Asset),
    ("asset", AccountClass::Asset),
    ("liability", AccountClass::Liability),
    ("loan", AccountClass::Liability),
    ("capital", AccountClass::Equity),
    ("income", AccountClass::Income),
    ("cost", AccountClass::Expense),
    ("payable", AccountClass::Liability),
    ("tax", AccountClass::Liability),
    ("equity", AccountClass::Equity),
    ("revenue", AccountClass::Income),
    ("expense", AccountClass::Expense),
];

fn heading(name: &str) -> Answer<String> {
    let name = name.strip_prefix("main ").unwrap_or(name);
    let kind = KINDS.iter().find(|(kind, _)| name.starts_with(kind));
    Ok(kind.ok_or_else(|| format!("no account is known as {name:?}"))?.0.to_owned())
}

fn code(name: &str) -> Answer<String> {
    let child = if name.contains("child") { "2" } else { "1" };
    Ok(format!("{}/{child}", heading(name)?))
}

fn books() -> Answer<Books<'static>> {
    let books = Books::open(Memory::new(), CompanyId::named("tryton"))?;
    books.send("set up", &SetUp::new(Currency::EUR))?;
    let mut accounts = vec![NewAccount::new("1900", "Deferred", AccountClass::Asset)];
    for (kind, class) in KINDS {
        accounts.push(NewAccount::heading(kind, kind, class));
        for child in ["1", "2"] {
            accounts.push(NewAccount::new(format!("{kind}/{child}"), kind, class).parent(kind));
        }
    }
    books.send("chart", &OpenAccounts::new(accounts))?;
    books.send("journal", &OpenJournal::new("GEN", "General"))?;
    for year in 2026..=2035 {
        books.send(&format!("{year}"), &OpenFiscalYear::calendar_year(year))?;
    }
    books.send("closing", &SetClosing::new("equity/1", "GEN"))?;
    Ok(books)
}

fn sum(books: &Books<'_>, query: &BalanceQuery) -> Answer<Decimal> {
    let rows = books.balances(query)?;
    Ok(rows.iter().map(|row| row.amounts.ledger_balance()).sum())
}

fn day(year: i32, month: u32, day: u32) -> Answer<NaiveDate> {
    Ok(NaiveDate::from_ymd_opt(year, month, day).ok_or("no such day")?)
}
