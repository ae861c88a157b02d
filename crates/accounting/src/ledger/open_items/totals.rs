//! Sums of open items by currency.

use std::collections::BTreeMap;

use fondaco_core::{Currency, Money};
use rust_decimal::Decimal;

use super::OpenItems;

/// What is open in one currency: items and differences together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ItemTotal {
    /// What is open in the currency: debits less credits.
    pub open: Money,
    /// What is open in the ledger's currency.
    pub ledger_open: Money,
}

impl OpenItems {
    /// What is open by currency; together with the differences, so that it is the account's balance.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("by items", &ChangeAccount::open_items("1200", true))?;
    /// let total = books.open_items(&OpenItemQuery::account("1200"))?.totals()[0];
    /// let balance = &books.balances(&BalanceQuery::account("1200"))?[0];
    /// assert_eq!(total.open, balance.amounts.balance(balance.currency));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn totals(&self) -> Vec<ItemTotal> {
        let items = self.items.iter().map(|item| (item.open, item.ledger_open));
        let left = self.differences.iter().map(|left| (left.amount, left.ledger_amount));
        let mut sums: BTreeMap<Currency, (Decimal, Decimal)> = BTreeMap::new();
        for (open, ledger_open) in items.chain(left) {
            let sum = sums.entry(open.currency()).or_default();
            // 64-bit amounts in 96-bit sums.
            sum.0 = sum.0.saturating_add(open.amount());
            sum.1 = sum.1.saturating_add(ledger_open.amount());
        }
        let total = |(currency, (open, ledger_open))| ItemTotal {
            open: Money::new(open, currency),
            ledger_open: Money::new(ledger_open, self.currency),
        };
        sums.into_iter().map(total).collect()
    }

    /// What is open in the ledger's currency, in all: the account's balance.
    pub fn ledger_total(&self) -> Money {
        let totals = self.totals();
        let sum = totals.iter().map(|total| total.ledger_open.amount());
        Money::new(sum.fold(Decimal::ZERO, Decimal::saturating_add), self.currency)
    }
}
