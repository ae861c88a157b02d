//! Adding postings up in memory, so that each balance is written once per batch.

use fondaco_core::Currency;
use fondaco_core::store::Tags;
use smol_str::SmolStr;

use super::judge::Judged;
use super::rules::{Map, Rules};
use super::{Amount, Balance, LedgerError, NewEntry, NewPosting, PeriodKey};

/// Where a posting counts: places instead of texts, so that the key is small.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Cell {
    account: u32,
    period: PeriodKey,
    currency: Currency,
    dimensions: u32,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    debit: i64,
    credit: i64,
    ledger_debit: i64,
    ledger_credit: i64,
    postings: i64,
}

/// The sums of a batch.
#[derive(Default)]
pub(crate) struct Fold {
    cells: Map<Cell, Sums>,
    dimensions: Map<Tags, u32>,
}

impl Fold {
    /// Adds the postings of an entry, all or none.
    pub(crate) fn add_all(
        &mut self,
        entry: &NewEntry,
        judged: &[Judged],
        period: PeriodKey,
    ) -> Result<(), LedgerError> {
        for (at, (posting, judgement)) in entry.postings.iter().zip(judged).enumerate() {
            if self.add(posting, judgement, period, 1).is_none() {
                self.take_back(entry, judged.get(..at).unwrap_or_default(), period);
                return Err(LedgerError::SumTooLarge { code: posting.account.clone() });
            }
        }
        Ok(())
    }

    /// Takes postings back that were added.
    pub(crate) fn take_back(&mut self, entry: &NewEntry, judged: &[Judged], period: PeriodKey) {
        for (posting, judgement) in entry.postings.iter().zip(judged) {
            self.add(posting, judgement, period, -1);
        }
    }

    /// Adds one posting `times` 1 or -1; `None`, and nothing added, when a sum goes beyond its reach.
    fn add(
        &mut self,
        posting: &NewPosting,
        judged: &Judged,
        period: PeriodKey,
        times: i64,
    ) -> Option<()> {
        let (account, currency) = (judged.account, posting.amount.currency());
        let dimensions = self.place(&posting.dimensions);
        let sums = self.cells.entry(Cell { account, period, currency, dimensions }).or_default();
        let (amount, worth) = (judged.amount.units(), judged.ledger_amount.units());
        let mut next = *sums;
        let (sum, ledger_sum, sign) = if amount >= 0 && worth >= 0 {
            (&mut next.debit, &mut next.ledger_debit, times)
        } else {
            (&mut next.credit, &mut next.ledger_credit, -times)
        };
        *sum = sum.checked_add(amount.checked_mul(sign)?)?;
        *ledger_sum = ledger_sum.checked_add(worth.checked_mul(sign)?)?;
        next.postings += times;
        *sums = next;
        Some(())
    }

    /// Where a combination of dimensions stands; 0 for none.
    fn place(&mut self, dimensions: &Tags) -> u32 {
        if dimensions.is_empty() {
            return 0;
        }
        let next = self.dimensions.len() as u32 + 1;
        *self.dimensions.entry(dimensions.clone()).or_insert(next)
    }

    /// What is to be added to the stored balances.
    pub(crate) fn into_deltas(self, rules: &Rules) -> Vec<Balance> {
        let mut texts = vec![SmolStr::default(); self.dimensions.len() + 1];
        for (tags, place) in &self.dimensions {
            if let Some(text) = texts.get_mut(*place as usize) {
                *text = tags.to_json().into();
            }
        }
        let delta = |(cell, sums): (Cell, Sums)| {
            Some(Balance {
                account: rules.code(cell.account)?.clone(),
                period: cell.period,
                currency: cell.currency,
                dimensions: texts.get(cell.dimensions as usize)?.clone(),
                debit: Amount::from_units(sums.debit),
                credit: Amount::from_units(sums.credit),
                ledger_debit: Amount::from_units(sums.ledger_debit),
                ledger_credit: Amount::from_units(sums.ledger_credit),
                postings: sums.postings,
            })
        };
        let cells = self.cells.into_iter().filter(|(_, sums)| sums.postings > 0);
        cells.filter_map(delta).collect()
    }
}
