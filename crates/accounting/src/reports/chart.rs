//! The chart of accounts in the order in which reports show it.

use std::collections::{BTreeMap, BTreeSet};
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
    tree: Arc<Tree>,
    sums: BTreeMap<SmolStr, Sum>,
}

/// The accounts by code, who stands under whom, and which of them a report shows.
struct Tree {
    accounts: BTreeMap<SmolStr, Arc<Account>>,
    children: BTreeMap<Option<SmolStr>, Vec<SmolStr>>,
    used: BTreeSet<SmolStr>,
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
        let [chart] = Chart::read_each(read, [query])?;
        Ok(chart)
    }

    /// The same for several queries: an account with postings in any of them is shown in all, so that reports can stand
    /// side by side line by line.
    pub(crate) fn read_each<const N: usize>(
        read: &mut impl Reading,
        queries: [&BalanceQuery; N],
    ) -> Result<[Chart; N], LedgerError> {
        let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let mut tree = Tree::read(read)?;
        let mut sums = [const { BTreeMap::new() }; N];
        for (query, sums) in queries.into_iter().zip(&mut sums) {
            balances(read, query)?.iter().for_each(|balance| tree.add(balance, sums));
            tree.used.extend(sums.keys().cloned());
        }
        let tree = Arc::new(tree);
        Ok(sums.map(|sums| Chart { currency: settings.currency, tree: tree.clone(), sums }))
    }

    pub(crate) fn sum(&self, code: &SmolStr) -> Sum {
        self.sums.get(code).copied().unwrap_or_default()
    }

    /// An account by its code.
    pub(crate) fn account(&self, code: &str) -> Option<&Arc<Account>> {
        self.tree.accounts.get(code)
    }

    /// The accounts right under a heading, by code.
    pub(crate) fn under(&self, code: &SmolStr) -> impl Iterator<Item = &Arc<Account>> {
        let children = self.tree.children.get(&Some(code.clone()));
        children.into_iter().flatten().filter_map(|code| self.account(code))
    }

    /// The accounts that can have postings.
    fn leaves(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.tree.accounts.values().filter(|account| !account.heading)
    }

    /// The sum of a class.
    pub(crate) fn class_sum(&self, class: AccountClass) -> Sum {
        let mut sum = Sum::default();
        for account in self.leaves().filter(|account| account.class == class) {
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
        for code in self.tree.children.get(&parent).into_iter().flatten() {
            let Some(account) = self.account(code) else { continue };
            if account.class == class && self.tree.used.contains(code) {
                out.push((depth, account.clone()));
                self.walk_under(Some(code.clone()), depth.saturating_add(1), class, out);
            }
        }
    }
}

impl Tree {
    fn read(read: &mut impl Reading) -> Result<Tree, LedgerError> {
        let accounts = read.peek_scan(&Range::<Account>::all())?;
        let mut children: BTreeMap<Option<SmolStr>, Vec<SmolStr>> = BTreeMap::new();
        for account in &accounts {
            children.entry(account.parent.clone()).or_default().push(account.code.clone());
        }
        let accounts = accounts.into_iter().map(|account| (account.code.clone(), account));
        Ok(Tree { accounts: accounts.collect(), children, used: BTreeSet::new() })
    }

    /// Adds a balance to its account and to every heading above.
    fn add(&self, balance: &AccountBalance, sums: &mut BTreeMap<SmolStr, Sum>) {
        let mut code = Some(balance.account.clone());
        while let Some(at) = code {
            let amounts = &balance.amounts;
            sums.entry(at.clone()).or_default().add(
                amounts.ledger_debit(),
                amounts.ledger_credit(),
                amounts.postings(),
            );
            code = self.accounts.get(&at).and_then(|account| account.parent.clone());
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
