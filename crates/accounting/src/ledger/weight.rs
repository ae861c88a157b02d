//! How much an entry is about, for limits by amount.
//!
//! Who posts may say himself what a foreign amount is worth: banks, contracts and customs offices have rates of their own. A
//! limit that went by what he says would be none. So a limit is judged by the greater of what he says and of what the rate on
//! record for the entry's day says, and where there is none, by the amount in its own currency besides: who is limited
//! then needs a limit in that currency. Booking is free to use the other rate; only the limit is not.

use fondaco_core::{Currency, Halt, Money, MoneyError, Rounding, Tx};

use super::judge::{Judged, converted};
use super::rules::Rules;
use super::{LedgerError, NewEntry, NewPosting, Side};
use crate::currency::PostingRates;

/// Amounts by currency: those of the ledger's first, and those of which no rate on record tells the worth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weight {
    ledger: Money,
    others: Vec<Money>,
}

impl Weight {
    fn zero(ledger: Currency) -> Weight {
        Weight { ledger: Money::zero(ledger), others: Vec::new() }
    }

    /// Both together.
    pub(crate) fn and(&self, more: &Weight) -> Result<Weight, Halt> {
        let mut sum = self.clone();
        more.amounts_with_zero().try_for_each(|amount| sum.add(amount))?;
        Ok(sum)
    }

    /// Its amounts; none of the ledger's currency where all are of others.
    pub(crate) fn amounts(&self) -> impl Iterator<Item = Money> {
        let says = !self.ledger.is_zero() || self.others.is_empty();
        self.amounts_with_zero().skip(usize::from(!says))
    }

    /// Its amount in a currency.
    pub(crate) fn of(&self, currency: Currency) -> Option<Money> {
        self.amounts_with_zero().find(|amount| amount.currency() == currency)
    }

    fn amounts_with_zero(&self) -> impl Iterator<Item = Money> {
        std::iter::once(self.ledger).chain(self.others.iter().copied())
    }

    fn add(&mut self, amount: Money) -> Result<(), Halt> {
        let sum = match amount.currency() == self.ledger.currency() {
            true => Some(&mut self.ledger),
            false => self.others.iter_mut().find(|sum| sum.currency() == amount.currency()),
        };
        match sum {
            Some(sum) => *sum = sum.add(amount).map_err(beyond)?,
            None => self.others.push(amount),
        }
        Ok(())
    }

    /// The greater of both, by currency.
    fn greater(mut self, other: Weight) -> Weight {
        if other.ledger.amount() > self.ledger.amount() {
            self.ledger = other.ledger;
        }
        for amount in other.others {
            match self.others.iter_mut().find(|own| own.currency() == amount.currency()) {
                Some(own) if own.amount() >= amount.amount() => {}
                Some(own) => *own = amount,
                None => self.others.push(amount),
            }
        }
        self
    }
}

fn beyond(error: MoneyError) -> Halt {
    Halt::Bug(error.to_string())
}

/// What weighs entries: the rates on record, read when the first foreign amount is weighed.
#[derive(Default)]
pub(crate) struct Scales {
    rates: Vec<(Currency, Option<PostingRates>)>,
}

impl Scales {
    /// How much an entry that was judged is about: the greater of its debits and of its credits.
    pub(crate) fn weigh(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (entry, judged): (&NewEntry, &[Judged]),
    ) -> Result<Weight, LedgerError> {
        let mut sides = [Weight::zero(rules.currency), Weight::zero(rules.currency)];
        for (posting, judged) in entry.postings.iter().zip(judged) {
            let units = match judged.ledger_amount.units() {
                0 => judged.amount.units(),
                units => units,
            };
            let given =
                || Some(Money::new(judged.ledger_amount.to_decimal(), rules.currency).abs());
            let [debits, credits] = &mut sides;
            let side = if units < 0 { credits } else { debits };
            self.put(tx, rules, (entry, posting), given, side)?;
        }
        let [debits, credits] = sides;
        Ok(debits.greater(credits))
    }

    /// The same of an entry that is planned, before it can be judged.
    pub(crate) fn weigh_plan(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        entry: &NewEntry,
    ) -> Result<Weight, LedgerError> {
        let mut sides = [Weight::zero(rules.currency), Weight::zero(rules.currency)];
        for posting in &entry.postings {
            let given = || match (posting.ledger_amount, posting.rate) {
                (Some(worth), _) if worth.currency() == rules.currency => Some(worth.abs()),
                (_, Some(rate)) => converted(posting, rate, rules.currency).ok().map(Money::abs),
                _ => None,
            };
            let [debits, credits] = &mut sides;
            let side = if posting.side == Side::Debit { debits } else { credits };
            self.put(tx, rules, (entry, posting), given, side)?;
        }
        let [debits, credits] = sides;
        Ok(debits.greater(credits))
    }

    /// Adds a posting to its side.
    fn put(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (entry, posting): (&NewEntry, &NewPosting),
        given: impl FnOnce() -> Option<Money>,
        side: &mut Weight,
    ) -> Result<(), LedgerError> {
        let amount = posting.amount.abs();
        if amount.currency() == rules.currency {
            return Ok(side.add(amount)?);
        }
        let given = given();
        // What no rate was given for was judged by the rate on record.
        let known = match given {
            Some(worth) if posting.needs_rate(rules.currency) => Some(worth),
            _ => self.on_record(tx, rules, (entry, amount))?,
        };
        let given = given.unwrap_or(Money::zero(rules.currency));
        match known {
            Some(known) => {
                Ok(side.add(if known.amount() > given.amount() { known } else { given })?)
            }
            None => {
                side.add(given)?;
                Ok(side.add(amount)?)
            }
        }
    }

    /// What an amount is worth by the rate on record for the day of an entry.
    pub(crate) fn on_record(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (entry, amount): (&NewEntry, Money),
    ) -> Result<Option<Money>, LedgerError> {
        let currency = amount.currency();
        if !self.rates.iter().any(|(known, _)| *known == currency) {
            self.rates.push((currency, PostingRates::read(tx, &[currency], rules.currency)?));
        }
        let known = self.rates.iter().find(|(known, _)| *known == currency);
        let Some((_, Some(rates))) = known else { return Ok(None) };
        let Some(found) = rates.find(currency, rules.currency, entry.date)? else {
            return Ok(None);
        };
        Ok(found.convert(amount, Rounding::HalfUp).ok())
    }
}
