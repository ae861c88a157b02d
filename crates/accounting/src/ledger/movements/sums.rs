//! What stands on both sides of an account, by currency, while one goes over its movements.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::{Currency, Range, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Did, Lines, Movement};
use crate::ledger::running::on_side;
use crate::ledger::totals::{Layer, Layers};
use crate::ledger::{
    Amount, BalanceQuery, LedgerError, PendingPosting, Posting, Side, Totals, balances,
};

/// The totals of an account at some point.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sums {
    account: SmolStr,
    by_currency: BTreeMap<Currency, Layers>,
}

impl Sums {
    /// Before its first movement.
    pub(super) fn of_nothing(account: &SmolStr) -> Sums {
        Sums { account: account.clone(), by_currency: BTreeMap::new() }
    }

    /// After its last: what is posted from its balances, what is pending from its totals, which are kept of every account.
    pub(super) fn now(read: &mut impl Reading, account: &SmolStr) -> Result<Sums, LedgerError> {
        let mut sums = Sums::of_nothing(account);
        for row in balances(read, &BalanceQuery::account(account.clone()))? {
            let sides = [(Side::Debit, row.amounts.debit()), (Side::Credit, row.amounts.credit())];
            for (side, sum) in sides {
                sums.add(row.currency, (Layer::Posted, side), sums.units(sum)?)?;
            }
        }
        for row in read.peek_scan(&Range::<Totals>::by_key(account))? {
            let sides = [(Side::Debit, row.pending_debit), (Side::Credit, row.pending_credit)];
            for (side, sum) in sides {
                sums.add(row.currency, (Layer::Pending, side), sum.units())?;
            }
        }
        Ok(sums)
    }

    /// In one currency.
    pub(super) fn totals(&self, currency: Currency) -> Totals {
        let layers = self.by_currency.get(&currency).copied().unwrap_or_default();
        layers.of_account(self.account.clone(), currency)
    }

    /// Adds a movement, and says in which currencies.
    pub(super) fn count(&mut self, movement: &Movement) -> Result<Vec<Currency>, LedgerError> {
        self.move_by(movement, 1)
    }

    /// Takes a movement off.
    pub(super) fn uncount(&mut self, movement: &Movement) -> Result<Vec<Currency>, LedgerError> {
        self.move_by(movement, -1)
    }

    fn move_by(&mut self, movement: &Movement, by: i64) -> Result<Vec<Currency>, LedgerError> {
        let (pending, posted) = lines_of(movement);
        let sign = if matches!(movement.did, Did::Hold(_)) { by } else { -by };
        let mut currencies = Vec::with_capacity(1);
        for line in pending {
            let units = line.amount.units().saturating_abs();
            self.add(line.currency, (Layer::Pending, line.side), units.saturating_mul(sign))?;
            currencies.push(line.currency);
        }
        for line in posted {
            let units = on_side(line.side, line.amount).saturating_mul(by);
            self.add(line.currency, (Layer::Posted, line.side), units)?;
            currencies.push(line.currency);
        }
        currencies.sort_unstable();
        currencies.dedup();
        Ok(currencies)
    }

    fn add(
        &mut self,
        currency: Currency,
        (layer, side): (Layer, Side),
        units: i64,
    ) -> Result<(), LedgerError> {
        let layers = self.by_currency.entry(currency).or_default();
        let added = layers.add(layer, side, units);
        added.ok_or_else(|| LedgerError::SumTooLarge { code: self.account.clone() })
    }

    fn units(&self, sum: Decimal) -> Result<i64, LedgerError> {
        let units = Amount::from_decimal(sum).map(Amount::units);
        units.ok_or_else(|| LedgerError::SumTooLarge { code: self.account.clone() })
    }
}

/// The pending and the posted lines of a movement.
fn lines_of(movement: &Movement) -> (&[Arc<PendingPosting>], &[Arc<Posting>]) {
    match &movement.lines {
        Lines::None => (&[], &[]),
        Lines::Posted(posted) => (&[], posted),
        Lines::Pending(pending) => (pending, &[]),
        Lines::Both(pending, posted) => (pending, posted),
    }
}

/// What stood before and after a movement, for the page that goes on from it. It says nothing that the books don't: movements are the
/// same with it and without.
#[derive(Debug, Clone, Default)]
pub(super) struct Carried(Option<Arc<(Sums, Sums)>>);

impl PartialEq for Carried {
    fn eq(&self, _: &Carried) -> bool {
        true
    }
}

impl Carried {
    pub(super) fn new(before: &Sums, after: &Sums) -> Carried {
        Carried(Some(Arc::new((before.clone(), after.clone()))))
    }

    /// What stood on the side from which a page of the account is reckoned.
    pub(super) fn of(&self, account: &SmolStr, backwards: bool) -> Option<Sums> {
        let (before, after) = self.0.as_deref()?;
        let sums = if backwards { before } else { after };
        (sums.account == *account).then(|| sums.clone())
    }
}
