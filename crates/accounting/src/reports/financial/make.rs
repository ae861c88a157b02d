//! From what rows take to a statement: sums, formulas, checks, and what no row takes.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::columns::Of;
use super::fill::Filled;
use super::query::FinancialQuery;
use super::{FailedCheck, FinancialStatement, RowAccount, StatementRow};
use crate::ledger::{AccountClass, Side, decimal};
use crate::reports::LayoutRow;
use crate::reports::layout::{Column, said};

/// Amounts in units, by column: debits less credits.
type Units = Vec<i128>;

/// An account's place, or a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whose {
    Account(usize),
    Result,
    EarlierResults,
}

impl Whose {
    pub(super) fn of(result: Of) -> Whose {
        if result == Of::EarlierResults { Whose::EarlierResults } else { Whose::Result }
    }
}

impl Filled<'_> {
    pub(super) fn statement(&self, query: &FinancialQuery) -> FinancialStatement {
        let language = self.layout.language(query.language.as_deref());
        let shares: Vec<_> = (0..self.layout.rows.len()).map(|row| self.accounts_of(row)).collect();
        let values = self.values(&shares);
        let mut rows = Vec::with_capacity(values.len());
        for (at, (amounts, shares)) in values.into_iter().zip(&shares).enumerate() {
            rows.extend(self.layout.rows.get(at).map(|row| {
                let made_of = self.layout.made_of(at);
                StatementRow { made_of, ..self.row(row, amounts, shares, language) }
            }));
        }
        let parts = self.parts(query);
        let failed = self.failed(&rows, &parts);
        self.show_between(&mut rows, &parts);
        let layout = self.layout;
        FinancialStatement {
            layout: layout.code.clone(),
            title: said(&layout.titles, language),
            source: layout.source.clone(),
            currency: self.currency,
            dimensions: query.dimensions.iter().chain(&query.under).cloned().collect(),
            columns: self.columns.iter().map(|column| column.column.clone()).collect(),
            rows,
            untaken: self.untaken(),
            failed,
            changes: self.changes.clone(),
            base: layout.base.clone().filter(|_| query.shares),
            with_accounts: query.with_accounts,
            without_empty: query.without_empty,
        }
    }

    /// The figures of all rows, by column.
    pub(super) fn values(&self, shares: &[BTreeMap<Whose, Units>]) -> Vec<Vec<Option<Decimal>>> {
        Values { filled: self, shares, known: vec![None; shares.len()] }.all()
    }

    /// What a row takes of each account, without what is nothing in all columns.
    pub(super) fn accounts_of(&self, row: usize) -> BTreeMap<Whose, Units> {
        let mut of: BTreeMap<Whose, Units> = BTreeMap::new();
        for taken in self.taken.iter().filter(|taken| taken.row == row) {
            for account in &taken.accounts {
                add(&mut of, Whose::Account(*account), self.of_account(taken, *account));
            }
            for result in &taken.results {
                add(&mut of, Whose::of(*result), self.of_results(taken, *result));
            }
        }
        of.retain(|_, units| units.iter().any(|units| *units != 0));
        of
    }

    fn row(
        &self,
        row: &LayoutRow,
        amounts: Vec<Option<Decimal>>,
        of: &BTreeMap<Whose, Units>,
        language: usize,
    ) -> StatementRow {
        let accounts = of.iter().map(|(whose, units)| self.share(*whose, units, row.positive));
        let note = said(&row.note, language);
        let is_nothing = |amount: &Option<Decimal>| amount.is_none_or(|amount| amount.is_zero());
        let not_here = row.rare && amounts.iter().all(is_nothing);
        StatementRow {
            code: row.code.clone(),
            title: said(&row.titles, language),
            level: row.level,
            kind: row.kind,
            positive: row.positive,
            unit: row.unit,
            hidden: row.hidden || row.check || not_here,
            chart: row.chart,
            note: Some(note).filter(|note| !note.is_empty()),
            formula: row.formula.clone(),
            made_of: Vec::new(),
            amounts,
            accounts: accounts.collect(),
        }
    }

    fn share(&self, whose: Whose, units: &Units, positive: Side) -> RowAccount {
        let amounts = units.iter().map(|units| decimal(signed(*units, positive))).collect();
        let (account, name) = self.named(whose);
        RowAccount { account, name, amounts }
    }

    /// Code and name of an account; what a result is called.
    pub(super) fn named(&self, whose: Whose) -> (Option<SmolStr>, SmolStr) {
        match whose {
            Whose::Account(at) => {
                let account = self.cells.accounts.get(at);
                let name = account.map(|account| account.name.clone()).unwrap_or_default();
                (account.map(|account| account.code.clone()), name)
            }
            Whose::Result => (None, SmolStr::new_static("Result of the year")),
            Whose::EarlierResults => (None, SmolStr::new_static("Results of earlier years")),
        }
    }

    /// What of the covered classes no row takes. A result is its accounts: where the layout covers those, they are reported, else the
    /// results that a balance sheet shows as equity.
    fn untaken(&self) -> Vec<RowAccount> {
        let (measure, covers) = (self.layout.measure, &self.layout.covers);
        let flow = measure.is_flow();
        let mut left: BTreeMap<Whose, Units> = BTreeMap::new();
        for (at, account) in self.cells.accounts.iter().enumerate() {
            if covers.contains(&account.class) && !(flow && self.cash.contains(&at)) {
                left.insert(Whose::Account(at), self.whole(at, measure));
            }
        }
        let of_results = !flow && covers.contains(&AccountClass::Equity);
        for of in [Of::Result, Of::EarlierResults].into_iter().filter(|_| of_results) {
            let uncovered = |account: usize| !left.contains_key(&Whose::Account(account));
            let units = self.results(measure, of, uncovered, |_| true);
            left.insert(Whose::of(of), units);
        }
        for taken in self.taken.iter().filter(|taken| taken.counts && taken.measure == measure) {
            for account in &taken.accounts {
                let whose = Whose::Account(*account);
                if left.contains_key(&whose) {
                    take_off(&mut left, whose, &self.of_account(taken, *account));
                } else if self.is_of_result(*account) {
                    for of in [Of::Result, Of::EarlierResults] {
                        take_off(&mut left, Whose::of(of), &self.part(taken, *account, of));
                    }
                }
            }
            for of in &taken.results {
                for account in self.accounts_of_result() {
                    let whose = Whose::Account(account);
                    let whose = if left.contains_key(&whose) { whose } else { Whose::of(*of) };
                    take_off(&mut left, whose, &self.part_of_results(taken, account, *of));
                }
            }
        }
        left.retain(|_, units| units.iter().any(|units| *units != 0));
        left.iter().map(|(whose, units)| self.share(*whose, units, Side::Debit)).collect()
    }

    /// Which columns are a part of the books by a dimension. An entry balances as a whole, not by its dimensions: a bank's line carries
    /// no site, so what a site has and what it owes differ, and that is no fault.
    fn parts(&self, query: &FinancialQuery) -> Vec<bool> {
        let all = !query.dimensions.is_empty() || !query.under.is_empty();
        self.columns.iter().map(|column| all || column.column.dimension.is_some()).collect()
    }

    /// A check that is something in such a column is a row: what that part of the books has from the others, or gave them.
    fn show_between(&self, rows: &mut [StatementRow], parts: &[bool]) {
        for (of, row) in self.layout.rows.iter().zip(rows).filter(|(of, _)| of.check) {
            let mut amounts = row.amounts.iter().zip(parts).filter(|(_, part)| **part);
            let between = amounts.any(|(amount, _)| amount.is_some_and(|amount| !amount.is_zero()));
            row.hidden = of.hidden || !between;
        }
    }

    fn failed(&self, rows: &[StatementRow], parts: &[bool]) -> Vec<FailedCheck> {
        let checks = self.layout.rows.iter().zip(rows).filter(|(row, _)| row.check);
        let mut failed = Vec::new();
        for (_, row) in checks {
            for (column, amount) in row.amounts.iter().enumerate() {
                let part = parts.get(column).copied().unwrap_or_default();
                if *amount != Some(Decimal::ZERO) && !part {
                    let (code, title) = (row.code.clone(), row.title.clone());
                    failed.push(FailedCheck { row: code, title, column, amount: *amount });
                }
            }
        }
        failed
    }
}

fn add(of: &mut BTreeMap<Whose, Units>, whose: Whose, units: Units) {
    match of.get_mut(&whose) {
        Some(sums) => sums.iter_mut().zip(units).for_each(|(sum, units)| *sum += units),
        None => {
            of.insert(whose, units);
        }
    }
}

/// Takes off what is there; what a layout takes beyond what it covers is none of it.
fn take_off(left: &mut BTreeMap<Whose, Units>, whose: Whose, units: &Units) {
    let sums = left.get_mut(&whose).into_iter().flatten();
    sums.zip(units).for_each(|(sum, units)| *sum -= units);
}

/// Debits less credits, as a row shows it that is positive on a side.
pub(super) fn signed(units: i128, positive: Side) -> i128 {
    if positive == Side::Debit { units } else { -units }
}

/// The figures of all rows: sums of accounts, and formulas over them.
struct Values<'f> {
    filled: &'f Filled<'f>,
    shares: &'f [BTreeMap<Whose, Units>],
    known: Vec<Option<Vec<Option<Decimal>>>>,
}

impl Values<'_> {
    fn all(mut self) -> Vec<Vec<Option<Decimal>>> {
        (0..self.shares.len()).map(|row| self.of(row)).collect()
    }

    fn of(&mut self, at: usize) -> Vec<Option<Decimal>> {
        if let Some(known) = self.known.get(at).cloned().flatten() {
            return known;
        }
        let values = self.reckon(at);
        if let Some(known) = self.known.get_mut(at) {
            *known = Some(values.clone());
        }
        values
    }

    fn reckon(&mut self, at: usize) -> Vec<Option<Decimal>> {
        let (filled, columns) = (self.filled, self.filled.columns.len());
        let Some(row) = filled.layout.rows.get(at) else { return vec![None; columns] };
        let Some(formula) = &row.formula else {
            let shares = self.shares.get(at).filter(|_| !row.takes.is_empty());
            let sum = |column: usize| {
                let units = shares?.values().filter_map(|units| units.get(column)).sum();
                Some(decimal(signed(units, row.positive)))
            };
            return (0..columns).map(sum).collect();
        };
        let places: BTreeMap<&str, usize> = filled
            .layout
            .rows
            .iter()
            .enumerate()
            .map(|(at, row)| (row.code.as_str(), at))
            .collect();
        let named: BTreeMap<&str, Vec<Option<Decimal>>> =
            formula.rows().filter_map(|code| Some((code, self.of(*places.get(code)?)))).collect();
        let below = match formula.is_of_rows_below() {
            true => self.below(at, row.positive),
            false => Vec::new(),
        };
        let value = |column: usize| {
            let at = |of: Column| filled.column_of(column, of);
            let mut of_row = |code: &str, of| named.get(code)?.get(at(of)).copied().flatten();
            formula.value(&mut of_row, &mut |of| below.get(at(of)).copied().flatten())
        };
        (0..columns).map(value).collect()
    }

    /// The rows right under one, added up with its sign. Titles alone are nothing; of what can't be reckoned there is no sum.
    fn below(&mut self, at: usize, positive: Side) -> Vec<Option<Decimal>> {
        let layout = self.filled.layout;
        let mut sums = vec![Some(Decimal::ZERO); self.filled.columns.len()];
        for under in layout.below(at).collect::<Vec<_>>() {
            let Some(row) = layout.rows.get(under) else { continue };
            if row.takes.is_empty() && row.formula.is_none() {
                continue;
            }
            for (sum, value) in sums.iter_mut().zip(self.of(under)) {
                *sum = sum.zip(value).and_then(|(sum, value)| match row.positive == positive {
                    true => sum.checked_add(value),
                    false => sum.checked_sub(value),
                });
            }
        }
        sums
    }
}
