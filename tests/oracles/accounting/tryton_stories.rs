//! `tryton_stories.json`: what Tryton's own scenarios assert of accounts, told step by step.
//!
//! A story's starting data are read, so that one with other figures is answered too; a story of an engine that is not there
//! yet is unsupported.

use std::error::Error;
use std::path::Path;

use chrono::NaiveDate;
use fondaco::core::{CompanyId, Currency, Money};
use fondaco_accounting::Books;
use fondaco_accounting::currency::{NewRate, OpenRateSource, RecordRates, SetExchangeAccounts};
use fondaco_accounting::ledger::{
    AccountClass, BalanceQuery, Clear, ItemKey, NewAccount, NewEntry, OpenAccounts, OpenFiscalYear,
    OpenJournal, SetUp,
};
use fondaco_store::Memory;
use rust_decimal::Decimal;
use serde_json::Value;

use super::tryton_close;
use crate::case::{Case, each};
use crate::json;

pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let file = json::read(path)?;
    Ok(each(json::list(&file, "stories")?, story))
}

fn story(story: &Value) -> Result<Case, Box<dyn Error>> {
    let given = story.get("given").ok_or("a story has what is given")?;
    // A story is known by what is given, so that others of its kind are answered too.
    if given.get("rate_at_payment").is_some() {
        return exchange(json::text(story, "id")?, given, json::list(story, "steps")?);
    }
    if given.get("entry").is_some() {
        return tryton_close::close_year(
            json::text(story, "id")?,
            given,
            json::list(story, "steps")?,
        );
    }
    if given.get("days").is_some() && given.get("amount").is_some() {
        return tryton_close::deferred(
            json::text(story, "id")?,
            given,
            json::list(story, "steps")?,
        );
    }
    Ok(Case::unsupported(json::text(story, "id")?.into(), "of a module that is not wired yet"))
}

/// An invoice in a foreign currency is paid in full at another rate.
fn exchange(id: &str, given: &Value, steps: &[Value]) -> Result<Case, Box<dyn Error>> {
    let [step] = steps else {
        return Ok(Case::unsupported(id.into(), "a payment in several steps"));
    };
    let expect = step.get("expect").ok_or("nothing is expected")?;
    let figures = |name| Ok::<_, Box<dyn Error>>(json::text(expect, name)?.parse::<Decimal>()?);
    let expected = told(figures("receivable")?, figures("exchange_account")?);
    let company: Currency = json::text(given, "company")?.parse()?;
    let (currency, amount) = json::text(given, "invoice")?.split_once(' ').ok_or("no amount")?;
    let invoice = Money::parse(&format!("{amount} {currency}"))?;
    let books = books(company)?;
    rates(&books, company, given)?;
    let dates = [date(1)?, date(2)?];
    let (sides, mut items) = ([["1200", "4000"], ["1000", "1200"]], Vec::new());
    for ((date, [debit, credit]), line) in dates.into_iter().zip(sides).zip([1, 2]) {
        let entry = NewEntry::new("GEN", date).debit(debit, invoice).credit(credit, invoice);
        items.push(ItemKey::new(books.post(&format!("line {line}"), entry)?.answer.id, line));
    }
    let clear = items.into_iter().fold(Clear::new("1200"), Clear::all);
    books.send("paid in full", &clear)?;
    let balance = |code: &str| -> Result<Decimal, Box<dyn Error>> {
        let rows = books.balances(&BalanceQuery::account(code))?;
        Ok(rows.iter().map(|row| row.amounts.ledger_balance()).sum())
    };
    Ok(Case::exact(id.into(), expected, told(balance("1200")?, balance("5900")?)))
}

fn told(receivable: Decimal, exchange: Decimal) -> String {
    format!("receivable {}, exchange {}", receivable.normalize(), exchange.normalize())
}

fn date(month: u32) -> Result<NaiveDate, &'static str> {
    NaiveDate::from_ymd_opt(2026, month, 5).ok_or("no such day")
}

fn books(company: Currency) -> Result<Books<'static>, Box<dyn Error>> {
    let books = Books::open(Memory::new(), CompanyId::named("tryton"))?;
    books.send("set up", &SetUp::new(company))?;
    books.send(
        "chart",
        &OpenAccounts::new(vec![
            NewAccount::new("1000", "Cash", AccountClass::Asset),
            NewAccount::new("1200", "Receivable", AccountClass::Asset).open_items(),
            NewAccount::new("4000", "Revenue", AccountClass::Income),
            NewAccount::new("5900", "Currency exchange", AccountClass::Expense),
        ]),
    )?;
    books.send("journal", &OpenJournal::new("GEN", "General"))?;
    books.send("year", &OpenFiscalYear::calendar_year(2026))?;
    books.send("exchange", &SetExchangeAccounts::new("GEN", "5900", "5900"))?;
    Ok(books)
}

/// `1.20 EUR per USD` at the invoice; a number alone at the payment.
fn rates(books: &Books<'_>, company: Currency, given: &Value) -> Result<(), Box<dyn Error>> {
    books.send("source", &OpenRateSource::new("SPOT", "Tryton"))?;
    let at_invoice = json::text(given, "rate_at_invoice")?;
    let mut words = at_invoice.split_whitespace();
    let first: Decimal = words.next().ok_or("no rate")?.parse()?;
    let second: Decimal = json::text(given, "rate_at_payment")?
        .split_whitespace()
        .next()
        .ok_or("no rate at the payment")?
        .parse()?;
    let foreign: Currency = words.next().ok_or("no currency of the rate")?.parse()?;
    let (base, quote) = match words.nth(1) {
        Some(per) if per == company.code() => (company, foreign),
        Some(per) => (per.parse()?, foreign),
        None => return Err(format!("the rate {at_invoice:?} is per nothing").into()),
    };
    let rates = [(first, date(1)?), (second, date(2)?)];
    let rates = rates.map(|(rate, date)| NewRate::new(base, quote, rate, date));
    books.send("rates", &RecordRates::new("SPOT", rates.to_vec()))?;
    Ok(())
}
