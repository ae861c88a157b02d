//! `trial_balance_100k_expected.csv`: the balances of 235 accounts after 100,000 entries.
//!
//! The entries are not a file but a program, `gen.py` beside it, run with the seed 42. It is ported
//! here line by line, draw by draw; [`entries`] gives what it writes.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use chrono::{Days, NaiveDate};

use super::python_random::PythonRandom;
use crate::case::Case;

const ENTRIES: u32 = 100_000;
const SEED: u32 = 42;

/// An entry: its date, and its postings as account and cents, debit positive.
pub(crate) type Entry = (NaiveDate, Vec<(String, i64)>);

/// For whoever wires the ledger: post [`entries`] through it, and answer each row with the ledger's
/// own balance instead. Until then no row counts as passed: a sum of the generator's own figures
/// proves the port of the generator, which is all it is used for here.
pub(crate) fn cases(path: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let rows = expected(&std::fs::read_to_string(path)?)?;
    let sums = sums(entries());
    for (account, cents) in &rows {
        if sums.get(account) != Some(cents) {
            let found = sums.get(account);
            return Err(format!("gen.py's port: {account} sums to {found:?}, not {cents}").into());
        }
    }
    let waiting = |(account, _)| Case::unsupported(account, "the ledger is not wired yet");
    Ok(rows.into_iter().map(waiting).collect())
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
