//! What a company can be asked: reports, and questions answered as plain data.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco::accounting::Books;
use fondaco::accounting::ledger::{BalanceQuery, LedgerError};
use fondaco::accounting::reports::{AgeingQuery, StatementQuery, TrialBalance};
use fondaco::core::report::Report;
use fondaco::core::{ActError, Currency, DateRange, ErrorKind, ItemId, Money, SiteId, Timestamp};
use serde::Deserialize;

use crate::given::Given;
use crate::office::Opened;
use crate::report::{PyReport, Why};
use crate::told::{Tell, Told};
use crate::trouble::Trouble;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct On {
    date: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    start: NaiveDate,
    end: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    account: String,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ageing {
    account: String,
    date: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    now: NaiveDate,
    before: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Balance {
    account: String,
    currency: Option<Currency>,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
    known_at: Option<Timestamp>,
    #[serde(default)]
    dimensions: std::collections::BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Level {
    item: String,
    site: String,
    date: Option<NaiveDate>,
}

fn ledger(error: LedgerError) -> Trouble {
    Trouble::of_act(&error)
}

fn days(start: Option<NaiveDate>, end: Option<NaiveDate>) -> Result<DateRange, Trouble> {
    match (start, end) {
        (Some(start), Some(end)) => DateRange::new(start, end)
            .map_err(|error| Trouble::of(error.code(), error.kind(), &error)),
        (Some(start), None) => Ok(DateRange::from(start)),
        (None, Some(end)) => Ok(DateRange::until(end)),
        (None, None) => Ok(DateRange::always()),
    }
}

/// A report by its name.
pub(crate) fn report(opened: &Opened, kind: &str, given: Given) -> Result<PyReport, Trouble> {
    let books = &opened.books;
    match kind {
        "trial_balance" => {
            let On { date } = given.into()?;
            Ok(trial_balance(books, &books.trial_balance(date).map_err(ledger)?))
        }
        "balance_sheet" => {
            let On { date } = given.into()?;
            let sheet = books.balance_sheet(date).map_err(ledger)?;
            Ok(PyReport::new(sheet.to_report())
                .explained_by(balances(books, DateRange::until(date))))
        }
        "income_statement" => {
            let Days { start, end } = given.into()?;
            let statement = books.income_statement(start, end).map_err(ledger)?;
            let days = days(Some(start), Some(end))?;
            Ok(PyReport::new(statement.to_report()).explained_by(balances(books, days)))
        }
        "compare_trial_balances" | "compare_balance_sheets" => {
            let Both { now, before } = given.into()?;
            compared(books, kind, now, before)
        }
        "general_ledger" | "account_ledger" | "statement" => of_accounts(books, kind, given),
        "ageing" => {
            let Ageing { account, date } = given.into()?;
            let ageing = books.ageing(&AgeingQuery::new(account, date)).map_err(ledger)?;
            Ok(PyReport::new(ageing.to_report()))
        }
        _ => Err(unknown("report", kind)),
    }
}

fn compared(
    books: &Books<'static>,
    kind: &str,
    now: NaiveDate,
    before: NaiveDate,
) -> Result<PyReport, Trouble> {
    let report = match kind {
        "compare_trial_balances" => {
            books.compare_trial_balances(now, before).map_err(ledger)?.to_report()
        }
        _ => books.compare_balance_sheets(now, before).map_err(ledger)?.to_report(),
    };
    Ok(PyReport::new(report).explained_by(balances(books, DateRange::until(now))))
}

fn of_accounts(books: &Books<'static>, kind: &str, given: Given) -> Result<PyReport, Trouble> {
    let report: Report = if kind == "general_ledger" {
        let Days { start, end } = given.into()?;
        books.general_ledger(days(Some(start), Some(end))?).map_err(ledger)?.to_report()
    } else {
        let Account { account, start, end } = given.into()?;
        let days = days(start, end)?;
        match kind {
            "account_ledger" => books.account_ledger(&account, days).map_err(ledger)?.to_report(),
            _ => books.statement(&StatementQuery::new(account, days)).map_err(ledger)?.to_report(),
        }
    };
    Ok(PyReport::new(report))
}

fn trial_balance(books: &Books<'static>, made: &TrialBalance) -> PyReport {
    let lines = made.lines.iter().map(|line| (line.account.to_string(), line.balance.tell()));
    let figures = Told::dict([
        ("debit", made.debit.tell()),
        ("credit", made.credit.tell()),
        ("balances", Told::Dict(lines.collect())),
    ]);
    PyReport::new(made.to_report())
        .with_figures(figures)
        .explained_by(balances(books, DateRange::until(made.date)))
}

/// Explains the balance of an account by its code.
fn balances(books: &Books<'static>, days: DateRange) -> Why {
    let books = books.clone();
    Arc::new(move |account| books.explain_balance(account, days).map_err(ledger))
}

fn unknown(what: &str, kind: &str) -> Trouble {
    Trouble::new("python.unknown", ErrorKind::Bug, format!("there is no {what} {kind:?}"))
}

/// An answer by the question's name.
pub(crate) fn answer(opened: &Opened, kind: &str, given: Given) -> Result<Told, Trouble> {
    match kind {
        "balance" => balance(&opened.books, given.into()?),
        "on_hand" | "available" | "promised" | "on_order" => level(opened, kind, &given.into()?),
        _ => Err(unknown("question", kind)),
    }
}

/// The balances of an account, or of all under a heading, a currency each.
fn balance(books: &Books<'static>, asked: Balance) -> Result<Told, Trouble> {
    let mut query = BalanceQuery::subtree(asked.account);
    if let Some(start) = asked.start {
        query = query.from(start);
    }
    if let Some(end) = asked.end {
        query = query.until(end);
    }
    if let Some(time) = asked.known_at {
        query = query.known_at(time);
    }
    if let Some(currency) = asked.currency {
        query = query.currency(currency);
    }
    for (name, value) in asked.dimensions {
        query = query.dimension(name, value);
    }
    let found = books.balances(&query).map_err(ledger)?;
    let mut sums = std::collections::BTreeMap::new();
    for line in &found {
        let money = line.amounts.balance(line.currency);
        let sum = sums.entry(line.currency.code()).or_insert(Money::zero(line.currency));
        *sum = sum.add(money).map_err(|error| Trouble::of(error.code(), error.kind(), &error))?;
    }
    Ok(Told::List(sums.values().map(Tell::tell).collect()))
}

fn level(opened: &Opened, kind: &str, asked: &Level) -> Result<Told, Trouble> {
    let stock = &opened.stock;
    let (item, site) = (item_id(&asked.item), site_id(&asked.site));
    let refused = |error: fondaco::inventory::StockError| Trouble::of_act(&error);
    if let Some(date) = asked.date {
        let level = stock.level_at(item, site, date).map_err(refused)?;
        return Ok(Told::Decimal(level.on_hand.to_decimal()));
    }
    let quantity = match kind {
        "on_hand" => stock.on_hand(item, site),
        "available" => stock.available(item, site),
        "promised" => stock.promised(item, site),
        _ => stock.on_order(item, site),
    };
    Ok(Told::Decimal(quantity.map_err(refused)?.amount()))
}

/// An id as it is written, or that of a name.
fn item_id(text: &str) -> ItemId {
    text.parse().unwrap_or_else(|_| ItemId::named(text))
}

fn site_id(text: &str) -> SiteId {
    text.parse().unwrap_or_else(|_| SiteId::named(text))
}

/// For the compiler: errors of stock are acts' errors.
const _: fn() = || {
    fn is_act<E: ActError>() {}
    is_act::<fondaco::inventory::StockError>();
};
