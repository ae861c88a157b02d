//! The chart of accounts in the order in which reports show it.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::{Currency, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::ledger::{
    Account, AccountBalance, AccountClass, BalanceQuery, LedgerError, Settings, balances,
};

/// Accounts with their place in the tree and their sums in the ledger's currency.
pub(crate) struct Chart {
    pub(crate) currency: Currency,
    accounts: BTreeMap<SmolStr, Arc<Account>>,
    children: BTreeMap<Option<SmolStr>, Vec<SmolStr>>,
    sums: BTreeMap<SmolStr, Sum>,
}

/// What an account, and for a heading all under it, adds up to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sum {
    pub(crate) debit: Decimal,
    pub(crate) credit: Decimal,
    pub(crate) postings: i64,
}

impl Sum {
    fn add(&mut self, debit: Decimal, credit: Decimal, postings: i64) {
        // 64-bit amounts in 96-bit sums: no chart is long enough to overflow.
        self.debit = self.debit.saturating_add(debit);
        self.credit = self.credit.saturating_add(credit);
        self.postings += postings;
    }

    pub(crate) fn balance(&self) -> Decimal {
        self.debit.saturating_sub(self.credit)
    }
}

impl Chart {
    /// Reads all accounts, and what `query` asks for of each.
    pub(crate) fn read(
        read: &mut impl Reading,
        query: &BalanceQuery,
    ) -> Result<Chart, LedgerError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let accounts: BTreeMap<_, _> = read
            .peek_scan(&Range::<Account>::all())?
            .into_iter()
            .map(|account| (account.code.clone(), account))
            .collect();
        let mut children: BTreeMap<Option<SmolStr>, Vec<SmolStr>> = BTreeMap::new();
        for account in accounts.values() {
            children.entry(account.parent.clone()).or_default().push(account.code.clone());
        }
        let mut chart =
            Chart { currency: settings.currency, accounts, children, sums: BTreeMap::new() };
        balances(read, query)?.iter().for_each(|balance| chart.add(balance));
        Ok(chart)
    }

    /// Adds a balance to its account and to every heading above.
    fn add(&mut self, balance: &AccountBalance) {
        let mut code = Some(balance.account.clone());
        while let Some(at) = code {
            let amounts = &balance.amounts;
            self.sums.entry(at.clone()).or_default().add(
                amounts.ledger_debit(),
                amounts.ledger_credit(),
                amounts.postings(),
            );
            code = self.accounts.get(&at).and_then(|account| account.parent.clone());
        }
    }

    pub(crate) fn sum(&self, code: &SmolStr) -> Sum {
        self.sums.get(code).copied().unwrap_or_default()
    }

    /// The sum of a class.
    pub(crate) fn class_sum(&self, class: AccountClass) -> Sum {
        let mut sum = Sum::default();
        for account in
            self.accounts.values().filter(|account| account.class == class && !account.heading)
        {
            let Sum { debit, credit, postings } = self.sum(&account.code);
            sum.add(debit, credit, postings);
        }
        sum
    }

    /// The accounts of a class that have postings, parents before children, with their depth.
    pub(crate) fn walk(&self, class: AccountClass) -> Vec<(u8, Arc<Account>)> {
        let mut out = Vec::new();
        self.walk_under(None, 0, class, &mut out);
        out
    }

    fn walk_under(
        &self,
        parent: Option<SmolStr>,
        depth: u8,
        class: AccountClass,
        out: &mut Vec<(u8, Arc<Account>)>,
    ) {
        for code in self.children.get(&parent).into_iter().flatten() {
            let Some(account) = self.accounts.get(code) else { continue };
            if account.class == class && self.sum(code).postings > 0 {
                out.push((depth, account.clone()));
                self.walk_under(Some(code.clone()), depth.saturating_add(1), class, out);
            }
        }
    }
}

/// The five classes, in the order of a trial balance.
pub(crate) const CLASSES: [AccountClass; 5] = [
    AccountClass::Asset,
    AccountClass::Liability,
    AccountClass::Equity,
    AccountClass::Income,
    AccountClass::Expense,
];
