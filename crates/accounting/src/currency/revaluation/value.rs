//! What an account holds in other currencies on a day, and what that is worth.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::{Currency, Halt, Money, Reading, Rounding};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::earlier::Adjusted;
use crate::currency::{ExchangeError, FoundRate, RateQuery, find_rate};
use crate::ledger::{
    Account, Amount, BalanceQuery, ItemKeeping, ItemKey, LedgerError, OpenItemQuery, balances,
    open_items,
};

/// The closing rates, found as they are needed.
pub(super) struct Closing {
    pub(super) source: SmolStr,
    pub(super) date: NaiveDate,
    pub(super) ledger: Currency,
    pub(super) found: BTreeMap<Currency, FoundRate>,
}

impl Closing {
    pub(super) fn new(source: &SmolStr, date: NaiveDate, ledger: Currency) -> Closing {
        Closing { source: source.clone(), date, ledger, found: BTreeMap::new() }
    }

    fn rate(
        &mut self,
        read: &mut impl Reading,
        currency: Currency,
    ) -> Result<&FoundRate, LedgerError> {
        if !self.found.contains_key(&currency) {
            let query =
                RateQuery::new(currency, self.ledger, self.date).source(self.source.clone());
            let found = find_rate(read, &query)?.ok_or_else(|| self.missing(currency))?;
            self.found.insert(currency, found);
        }
        Ok(&self.found[&currency])
    }

    pub(super) fn missing(&self, from: Currency) -> ExchangeError {
        let Closing { source, date, ledger, .. } = self;
        ExchangeError::NoClosingRate { code: source.clone(), from, to: *ledger, date: *date }
    }
}

/// So much of a currency, and what it is worth in the books and by the rate; in units of the ledger's amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    /// The item; `None` for a balance.
    pub(super) item: Option<ItemKey>,
    pub(super) currency: Currency,
    pub(super) open: i128,
    pub(super) before: i128,
    pub(super) worth: i128,
}

/// The sums of an account in a currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Valued {
    pub(super) account: SmolStr,
    pub(super) currency: Currency,
    /// How many items or balances.
    pub(super) count: u64,
    pub(super) open: i64,
    pub(super) before: i64,
    pub(super) worth: i64,
}

impl Valued {
    pub(super) fn difference(&self) -> i128 {
        i128::from(self.worth) - i128::from(self.before)
    }
}

/// All that an account holds in other currencies at the end of the day: its items, or its balances.
pub(super) fn held(
    read: &mut impl Reading,
    account: &Account,
    closing: &mut Closing,
) -> Result<Vec<Held>, LedgerError> {
    let mut held = match account.open_items {
        Some(ItemKeeping::Kept) => items(read, account, closing)?,
        _ => balance(read, account, closing)?,
    };
    for part in held.iter_mut().filter(|part| part.open != 0) {
        let rate = closing.rate(read, part.currency)?;
        let open = crate::ledger::open_items::money(part.open, part.currency);
        let worth = rate.convert(open, Rounding::HalfUp);
        let too_large = || LedgerError::SumTooLarge { code: account.code.clone() };
        let worth = worth.ok().and_then(|worth| Amount::from_decimal(worth.amount()));
        part.worth = i128::from(worth.ok_or_else(too_large)?.units());
    }
    Ok(held)
}

/// Items, and what clearings left and was not posted: each as it stood.
fn items(
    read: &mut impl Reading,
    account: &Account,
    closing: &Closing,
) -> Result<Vec<Held>, LedgerError> {
    let query = OpenItemQuery::account(account.code.clone()).at(closing.date);
    let open = open_items(read, &query)?;
    let items = open.items.iter().map(|item| (Some(item.key), item.open, item.ledger_open));
    let left = open.differences.iter().map(|left| (None, left.amount, left.ledger_amount));
    let foreign = items.chain(left).filter(|(_, open, _)| open.currency() != closing.ledger);
    let held = foreign.map(|(item, open, worth)| {
        let (open_units, before) = (units(open)?, units(worth)?);
        Some(Held { item, currency: open.currency(), open: open_units, before, worth: 0 })
    });
    let all: Option<Vec<Held>> = held.collect();
    all.ok_or_else(|| LedgerError::SumTooLarge { code: account.code.clone() })
}

fn units(money: Money) -> Option<i128> {
    Amount::from_decimal(money.amount()).map(|amount| i128::from(amount.units()))
}

fn balance(
    read: &mut impl Reading,
    account: &Account,
    closing: &Closing,
) -> Result<Vec<Held>, LedgerError> {
    let query = BalanceQuery::account(account.code.clone()).until(closing.date);
    let rows = balances(read, &query)?;
    let foreign =
        rows.iter().filter(|row| row.currency != closing.ledger && !row.amounts.is_zero());
    let held = foreign.map(|row| {
        let (open, before) = row.amounts.net();
        Held { item: None, currency: row.currency, open, before, worth: 0 }
    });
    Ok(held.collect())
}

/// The sums by currency.
pub(super) fn sums(account: &SmolStr, held: &[Held]) -> Result<Vec<Valued>, LedgerError> {
    let mut sums: BTreeMap<Currency, (u64, i128, i128, i128)> = BTreeMap::new();
    for part in held {
        let sum = sums.entry(part.currency).or_default();
        *sum = (sum.0 + 1, sum.1 + part.open, sum.2 + part.before, sum.3 + part.worth);
    }
    let narrow = |units| narrow(account, units);
    let valued = |(currency, (count, open, before, worth))| {
        let (open, before, worth) = (narrow(open)?, narrow(before)?, narrow(worth)?);
        Ok(Valued { account: account.clone(), currency, count, open, before, worth })
    };
    sums.into_iter().map(valued).collect()
}

fn narrow(account: &SmolStr, units: i128) -> Result<i64, LedgerError> {
    i64::try_from(units).map_err(|_| LedgerError::SumTooLarge { code: account.clone() })
}

/// Values one account by its own books.
pub(super) fn value(
    read: &mut impl Reading,
    account: &Account,
    closing: &mut Closing,
) -> Result<Vec<Valued>, LedgerError> {
    let held = held(read, account, closing)?;
    sums(&account.code, &held)
}

/// Adds what stands on adjustment accounts in an account's stead to what its books say.
pub(super) fn adjust(
    account: &SmolStr,
    mut lines: Vec<Valued>,
    adjusted: &Adjusted,
) -> Result<Vec<Valued>, LedgerError> {
    let of_account = adjusted.iter().filter(|((of, _), units)| of == account && **units != 0);
    for ((_, currency), units) in of_account {
        let nothing = Valued {
            account: account.clone(),
            currency: *currency,
            count: 0,
            open: 0,
            before: 0,
            worth: 0,
        };
        let at = match lines.iter().position(|line| line.currency == *currency) {
            Some(at) => at,
            None => {
                lines.push(nothing);
                lines.len() - 1
            }
        };
        lines[at].before = narrow(account, i128::from(lines[at].before) + units)?;
    }
    lines.sort_by_key(|line| line.currency);
    Ok(lines)
}

/// What an account's books say of each currency now, by their balances: what a valuation must still rest on.
pub(super) fn books(
    read: &mut impl Reading,
    account: &SmolStr,
    (date, ledger): (NaiveDate, Currency),
) -> Result<BTreeMap<Currency, (i128, i128)>, LedgerError> {
    let rows = balances(read, &BalanceQuery::account(account.clone()).until(date))?;
    let foreign = rows.iter().filter(|row| row.currency != ledger && !row.amounts.is_zero());
    Ok(foreign.map(|row| (row.currency, row.amounts.net())).collect())
}

/// A sum of the ledger's amounts.
pub(super) fn amount(units: i128) -> Result<Amount, Halt> {
    let units = i64::try_from(units);
    units.map(Amount::from_units).map_err(|_| Halt::Bug("a revaluation beyond all sums".into()))
}
