//! `trial_balance_100k_expected.csv`: the balances of 235 accounts after 100,000 entries.
//!
//! The entries are not a file but a program, `gen.py` beside it, run with the seed 42. It is ported
//! here line by line, draw by draw; [`entries`] gives what it writes, and the ledger books it.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use chrono::{Days, NaiveDate};
use fondaco::core::{CompanyId, Currency, Money};
use fondaco_accounting::Books;
use fondaco_accounting::ledger::{
    AccountClass, NewAccount, NewEntry, OpenAccounts, OpenFiscalYear, OpenJournal, PostMany, SetUp,
};
use fondaco_store::Memory;
use rust_decimal::Decimal;

use super::python_random::PythonRandom;
use crate::case::Case;

const ENTRIES: u32 = 100_000;
const SEED: u32 = 42;
/// Entries in one commit.
const BATCH: usize = 8_189;

/// An entry: its date, and its postings as account and cents, debit positive.
pub(crate) type Entry = (NaiveDate, Vec<(String, i64)>);

/// Posts all [`entries`] through the ledger, and answers each row with the ledger's own balance of that account.
pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let rows = expected(&std::fs::read_to_string(path)?)?;
    let sums = sums(entries());
    for (account, cents) in &rows {
        if sums.get(account) != Some(cents) {
            let found = sums.get(account);
            return Err(format!("gen.py's port: {account} sums to {found:?}, not {cents}").into());
        }
    }
    let books = booked(sums.keys())?;
    let sheet = books.trial_balance(date(2024, 12, 31)?)?;
    if sheet.debit != sheet.credit {
        return Err(format!("debits are {}, credits {}", sheet.debit, sheet.credit).into());
    }
    let balances: BTreeMap<&str, Decimal> =
        sheet.lines.iter().map(|line| (line.account.as_str(), line.balance)).collect();
    let answer = |(account, cents): (String, i64)| {
        let actual =
            balances.get(account.as_str()).map_or("no balance".into(), ToString::to_string);
        Case::exact(account, Decimal::new(cents, 2).to_string(), two_digits(&actual))
    };
    Ok(rows.into_iter().map(answer).collect())
}

/// A ledger's amounts have four digits, these never use the last two.
fn two_digits(amount: &str) -> String {
    amount.parse::<Decimal>().map_or(amount.to_owned(), |mut amount| {
        let exact = amount;
        amount.rescale(2);
        if amount == exact { amount.to_string() } else { exact.to_string() }
    })
}

/// Books in memory with every account of `accounts` and every entry.
fn booked<'a>(
    accounts: impl Iterator<Item = &'a String>,
) -> Result<Books<'static>, Box<dyn Error>> {
    let books = Books::open(Memory::new(), CompanyId::named("trial_balance_100k"))?;
    books.send("set up", &SetUp::new(Currency::USD))?;
    let chart = accounts.map(|code| Ok(NewAccount::new(code, code, class(code)?)));
    books.send("chart", &OpenAccounts::new(chart.collect::<Result<_, String>>()?))?;
    books.send("journal", &OpenJournal::new("GEN", "General journal"))?;
    for year in 2015..=2024 {
        books.send(&format!("year {year}"), &OpenFiscalYear::calendar_year(year))?;
    }
    let mut entries = entries().map(new_entry).peekable();
    let mut batch = 0;
    while entries.peek().is_some() {
        let command = PostMany::new(entries.by_ref().take(BATCH).collect());
        books.send(&format!("batch {batch}"), &command)?;
        batch += 1;
    }
    Ok(books)
}

fn new_entry((date, postings): Entry) -> NewEntry {
    postings.into_iter().fold(NewEntry::new("GEN", date), |entry, (account, cents)| {
        let amount = Money::minor(cents, Currency::USD);
        if cents < 0 { entry.credit(account, amount.abs()) } else { entry.debit(account, amount) }
    })
}

fn class(account: &str) -> Result<AccountClass, String> {
    match account.split(':').next() {
        Some("Assets") => Ok(AccountClass::Asset),
        Some("Liabilities") => Ok(AccountClass::Liability),
        Some("Income") => Ok(AccountClass::Income),
        Some("Expenses") => Ok(AccountClass::Expense),
        _ => Err(format!("{account} is of no class that gen.py has")),
    }
}

fn date(year: i32, month: u32, day: u32) -> Result<NaiveDate, &'static str> {
    NaiveDate::from_ymd_opt(year, month, day).ok_or("no such day")
}

/// What `python3 gen.py 100000 OUT` writes, in its order.
pub(crate) fn entries() -> impl Iterator<Item = Entry> {
    let chart = Chart::new();
    let mut random = PythonRandom::seeded(SEED);
    let start = NaiveDate::from_ymd_opt(2015, 1, 1).unwrap_or_default();
    (0..ENTRIES).map(move |k| {
        let days = u64::from(k) * 3650 / u64::from(ENTRIES);
        (start + Days::new(days), chart.postings(&mut random))
    })
}

struct Chart {
    expenses: Vec<String>,
    income: Vec<String>,
    assets: Vec<String>,
    liabilities: Vec<String>,
    /// What an expense is paid from: a bank or a card.
    means: Vec<String>,
}

impl Chart {
    fn new() -> Self {
        let subs = |i| (0..10).map(move |j| format!("Expenses:Cat{i:02}:Sub{j:02}"));
        let numbered = |name: &str, n| (0..n).map(|i| format!("{name}{i:02}")).collect::<Vec<_>>();
        let assets = numbered("Assets:Bank", 10);
        let liabilities = numbered("Liabilities:Card", 5);
        Self {
            expenses: (0..20).flat_map(subs).collect(),
            income: numbered("Income:Src", 20),
            means: [assets.clone(), liabilities.clone()].concat(),
            assets,
            liabilities,
        }
    }

    /// One entry. The order of the draws is the generator's and may not change.
    fn postings(&self, random: &mut PythonRandom) -> Vec<(String, i64)> {
        let kind = random.random();
        if kind < 0.15 {
            let amount = cents(random, 500_000);
            self.transfer(random, &self.assets, &self.income, amount)
        } else if kind < 0.25 {
            let (a, b) = (cents(random, 50_000), cents(random, 50_000));
            let first = (random.choice(&self.expenses).clone(), a);
            let second = (random.choice(&self.expenses).clone(), b);
            vec![first, second, (random.choice(&self.liabilities).clone(), -(a + b))]
        } else if kind < 0.35 {
            let amount = cents(random, 50_000);
            self.transfer(random, &self.liabilities, &self.assets, amount)
        } else {
            let amount = cents(random, 50_000);
            self.transfer(random, &self.expenses, &self.means, amount)
        }
    }

    fn transfer(
        &self,
        random: &mut PythonRandom,
        to: &[String],
        from: &[String],
        cents: i64,
    ) -> Vec<(String, i64)> {
        let debit = (random.choice(to).clone(), cents);
        vec![debit, (random.choice(from).clone(), -cents)]
    }
}

fn cents(random: &mut PythonRandom, below: u32) -> i64 {
    random.randrange(100, below).into()
}

fn sums(entries: impl Iterator<Item = Entry>) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for (account, cents) in entries.flat_map(|(_, postings)| postings) {
        *sums.entry(account).or_default() += cents;
    }
    sums
}

/// Rows `account,amount`; the amounts have no trailing zeros (`2251966.2`).
fn expected(csv: &str) -> Result<Vec<(String, i64)>, String> {
    let row = |line: &str| {
        let (account, amount) = line.split_once(',')?;
        Some((account.to_owned(), in_cents(amount.trim())?))
    };
    csv.lines().map(|line| row(line).ok_or_else(|| format!("not a row: {line:?}"))).collect()
}

fn in_cents(amount: &str) -> Option<i64> {
    let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
    if part.len() > 2 {
        return None;
    }
    format!("{whole}{part:0<2}").parse().ok()
}
