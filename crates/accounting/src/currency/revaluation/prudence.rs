//! The lowest value principle: losses of rates are recognised before they are realised, gains are not.
//!
//! Section 252 paragraph 1 number 4 HGB (and its like from Vienna to Zürich) wants each item at the lower of what it cost and what it is worth, debts at
//! the higher; section 256a sentence 2 HGB takes that back for what falls due within a year, so that such items stand at the closing rate as by IAS 21.

use chrono::{Months, NaiveDate};
use fondaco_core::Reading;
use fondaco_core::store::Field;
use serde::{Deserialize, Serialize};

use super::Scope;
use super::earlier::{Adjusted, Moment, in_books_of};
use super::value::Held;
use crate::ledger::{Account, LedgerError};

/// What a revaluation recognises.
#[derive(Field, Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValuationMethod {
    /// Gains and losses: everything stands at the closing rate (IAS 21 paragraph 28).
    #[default]
    ClosingRate,
    /// Losses, and gains of what falls due within a year of the day alone (sections 252 and 256a HGB).
    LowestValue,
}

impl ValuationMethod {
    pub(super) fn is_default(&self) -> bool {
        *self == ValuationMethod::default()
    }
}

/// The tag of accounts whose balances don't fall due within a year, and its value.
const TERM: (&str, &str) = ("term", "long");

/// Whether what stands on an account falls due in more than a year, unless an item of it says otherwise.
pub(super) fn is_long(account: &Account) -> bool {
    account.tags.get(TERM.0) == Some(TERM.1)
}

/// What the principle needs to know of a day.
pub(super) struct Prudence {
    /// What falls due by then has a remaining term of a year or less.
    within: NaiveDate,
    /// What runs that stand posted to the valued accounts themselves: it is no part of what was paid.
    posted: Adjusted,
}

impl Prudence {
    pub(super) fn read(
        read: &mut impl Reading,
        at: Moment,
        scope: &Scope,
    ) -> Result<Prudence, LedgerError> {
        let within = at.date.checked_add_months(Months::new(12)).unwrap_or(NaiveDate::MAX);
        Ok(Prudence { within, posted: in_books_of(read, at, scope)? })
    }

    /// Takes back the gains that are not recognised, of what has its worth by the rate: of each item by itself, of an account
    /// without items the balance in each currency.
    pub(super) fn carry(&self, account: &Account, by_items: bool, held: &mut [Held]) {
        let long = is_long(account);
        match by_items {
            true => held.iter_mut().for_each(|item| self.carry_item(long, item)),
            false if long => held
                .chunk_by_mut(|a, b| a.currency == b.currency)
                .for_each(|parts| self.carry_balance(account, parts)),
            false => {} // at sight
        }
    }

    fn carry_item(&self, long: bool, item: &mut Held) {
        let soon = match item.due {
            Some((due, given)) => due <= self.within && (given || !long),
            None => true, // what clearings left is owed by nobody
        };
        if !soon && item.open != 0 {
            item.worth = item.worth.min(item.before);
        }
    }

    /// All of a balance is at the rate or at what it cost: dimensions divide it, they are no assets by themselves.
    fn carry_balance(&self, account: &Account, parts: &mut [Held]) {
        let Some(currency) = parts.first().map(|part| part.currency) else { return };
        let posted = self.posted.get(&(account.code.clone(), currency));
        let posted_of = |part: &Held| {
            posted.and_then(|of| of.parts.get(&part.dimensions)).copied().unwrap_or_default()
        };
        let sum = |of: &dyn Fn(&Held) -> i128| parts.iter().map(of).sum::<i128>();
        let (open, worth) = (sum(&|part| part.open), sum(&|part| part.worth));
        let cost = sum(&|part| part.before - posted_of(part));
        if open != 0 && worth > cost {
            parts.iter_mut().for_each(|part| part.worth = part.before - posted_of(part));
        }
    }
}
