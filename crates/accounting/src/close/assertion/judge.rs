//! Whether what a batch posts keeps the assertions of its days and later ones: entry by entry, in memory.

use std::borrow::Borrow;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::Value;
use fondaco_core::{Halt, Id, Money, Range, Tx};
use smol_str::SmolStr;

use super::Assertion;
use super::state::event;
use crate::close::CloseError;
use crate::ledger::{Amount, Entry, LedgerError, NewEntry, PeriodKey, is_closing, rights};

/// An assertion as the batch has left it so far.
struct Watched {
    assertion: Arc<Assertion>,
    /// What the account stands at.
    found: i64,
    /// The entry that first broke it, where it only warns.
    broken_by: Option<Id<Entry>>,
}

/// The assertions that a batch may touch. Most have none: they are about days that are over.
#[derive(Default)]
pub(crate) struct Asserted {
    watched: Vec<Watched>,
    log: Vec<(usize, i64, Option<Id<Entry>>)>,
}

impl Asserted {
    /// Reads the assertions of the earliest day that is posted to, and later ones.
    pub(crate) fn prepare<E: Borrow<NewEntry>>(
        tx: &mut Tx<'_>,
        are_there: bool,
        entries: &[E],
    ) -> Result<Asserted, Halt> {
        let first = entries.iter().map(|entry| entry.borrow().date).min();
        let Some(first) = first.filter(|_| are_there) else { return Ok(Asserted::default()) };
        let found = tx.scan(&Range::by(Assertion::BY_DAY, &()).from(&first))?;
        let watch = |assertion: Arc<Assertion>| {
            let found = assertion.found.units();
            Watched { assertion, found, broken_by: None }
        };
        Ok(Asserted { watched: found.into_iter().map(watch).collect(), log: Vec::new() })
    }

    /// Adds an entry to what its accounts stand at. What breaks an assertion is refused, and has left nothing; or it is noted.
    pub(crate) fn allow(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &crate::ledger::Chart,
        (entry, amounts, period, id): (
            &NewEntry,
            &mut dyn Iterator<Item = Amount>,
            PeriodKey,
            Id<Entry>,
        ),
    ) -> Result<(), LedgerError> {
        if self.watched.is_empty() {
            return Ok(());
        }
        let mark = self.mark();
        for (posting, amount) in entry.postings.iter().zip(amounts) {
            let above = rights::above(tx, chart, &posting.account)?;
            for (at, watched) in self.watched.iter_mut().enumerate() {
                let meant = watched.is_about(&posting.account, &above)
                    && watched.assertion.currency == posting.amount.currency()
                    && watched.counts(entry.date, period);
                if meant {
                    self.log.push((at, watched.found, watched.broken_by));
                    watched.found = watched.found.saturating_add(amount.units());
                }
            }
        }
        let result = self.check(mark, id);
        result.inspect_err(|_| self.back_to(mark))
    }

    /// Whether all that was touched since is kept after the whole entry.
    fn check(&mut self, mark: usize, id: Id<Entry>) -> Result<(), LedgerError> {
        let touched = self.log.get(mark..).unwrap_or_default();
        for (at, before, _) in touched {
            let Some(watched) = self.watched.get_mut(*at) else { continue };
            let assertion = &watched.assertion;
            // What was broken before is not broken by whoever comes next, nor by whoever mends it in parts.
            if watched.keeps(watched.found) || !watched.keeps(*before) {
                continue;
            }
            if !assertion.warns {
                return Err(CloseError::BreaksAssertion {
                    account: assertion.account.clone(),
                    date: assertion.date,
                    stated: assertion.stated(),
                    found: Money::new(
                        Amount::from_units(watched.found).to_decimal(),
                        assertion.currency,
                    ),
                }
                .into());
            }
            watched.broken_by = watched.broken_by.or(Some(id));
        }
        Ok(())
    }

    pub(crate) fn mark(&self) -> usize {
        self.log.len()
    }

    /// Takes back all that was allowed since.
    pub(crate) fn back_to(&mut self, mark: usize) {
        for (at, found, broken_by) in self.log.drain(mark.min(self.log.len())..).rev() {
            if let Some(watched) = self.watched.get_mut(at) {
                (watched.found, watched.broken_by) = (found, broken_by);
            }
        }
    }

    /// Stages what the accounts stand at.
    pub(crate) fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        for Watched { assertion, found, broken_by } in self.watched {
            if let Some(entry) = broken_by {
                let event = event("ledger.assertion_broken", assertion.id);
                tx.emit(event.with("entry", Value::Id(entry.to_u128())));
            }
            if found != assertion.found.units() {
                let found = Amount::from_units(found);
                tx.put(Assertion { found, ..assertion.as_ref().clone() })?;
            }
        }
        Ok(())
    }
}

impl Watched {
    fn is_about(&self, account: &SmolStr, above: &[SmolStr]) -> bool {
        self.assertion.account == *account
            || self.assertion.subtree && above.contains(&self.assertion.account)
    }

    /// Whether what is posted so counts: through the day, but for entries that close a year on it.
    fn counts(&self, date: NaiveDate, period: PeriodKey) -> bool {
        date < self.assertion.date || date == self.assertion.date && !is_closing(period)
    }

    fn keeps(&self, found: i64) -> bool {
        let off = i128::from(found) - i128::from(self.assertion.amount.units());
        off.abs() <= i128::from(self.assertion.tolerance.units())
    }
}
