//! Adding postings up in memory, so that each balance is written once per batch.

use fondaco_core::Currency;
use fondaco_core::store::Tags;
use smol_str::SmolStr;

use crate::parallel::marked;

use super::judge::Judged;
use super::rules::{AccountPlace, Chart, Map};
use super::{Amount, Balance, LedgerError, NewEntry, NewPosting, PeriodKey, Side};

/// No cell.
const NONE: u32 = u32::MAX;

/// The sums of one account in one period, currency and combination of dimensions.
struct Cell {
    period: PeriodKey,
    currency: Currency,
    dimensions: u32,
    /// The next cell of the account.
    next: u32,
    sums: Sums,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    debit: i64,
    credit: i64,
    ledger_debit: i64,
    ledger_credit: i64,
    postings: i64,
}

/// The period of an entry, and the ledger to which it belongs alone.
pub(crate) type Placed<'l> = (PeriodKey, Option<&'l SmolStr>);

/// The sums of a batch: a few cells per account, found from the account's place without hashing.
pub(crate) struct Fold {
    /// By an account's place, its newest cell.
    newest: Vec<u32>,
    cells: Vec<Cell>,
    dimensions: Map<Tags, u32>,
}

impl Fold {
    /// Nothing yet, for a chart of so many accounts.
    pub(crate) fn new(accounts: usize) -> Fold {
        let newest = vec![NONE; accounts];
        Fold { newest, cells: Vec::new(), dimensions: Map::default() }
    }

    /// Adds the postings of an entry, all or none.
    pub(crate) fn add_all(
        &mut self,
        entry: &NewEntry,
        judged: &[Judged],
        place: Placed<'_>,
    ) -> Result<(), LedgerError> {
        for (at, (posting, judgement)) in entry.postings.iter().zip(judged).enumerate() {
            if self.add(posting, judgement, place, 1).is_none() {
                self.take_back(entry, judged.get(..at).unwrap_or_default(), place);
                return Err(LedgerError::SumTooLarge { code: posting.account.clone() });
            }
        }
        Ok(())
    }

    /// Takes postings back that were added.
    pub(crate) fn take_back(&mut self, entry: &NewEntry, judged: &[Judged], place: Placed<'_>) {
        for (posting, judgement) in entry.postings.iter().zip(judged) {
            self.add(posting, judgement, place, -1);
        }
    }

    /// Adds one posting `times` 1 or -1; `None`, and nothing added, when a sum goes beyond its reach.
    fn add(
        &mut self,
        posting: &NewPosting,
        judged: &Judged,
        (period, ledger): Placed<'_>,
        times: i64,
    ) -> Option<()> {
        let dimensions = match ledger {
            None => self.place(&posting.dimensions),
            Some(ledger) => self.place(&marked(&posting.dimensions, ledger)),
        };
        let sums = self.sums(judged.account, period, posting.amount.currency(), dimensions)?;
        let (amount, worth) = (judged.amount.units(), judged.ledger_amount.units());
        let mut next = *sums;
        let (sum, ledger_sum, sign) = match posting.side {
            Side::Debit => (&mut next.debit, &mut next.ledger_debit, times),
            Side::Credit => (&mut next.credit, &mut next.ledger_credit, -times),
        };
        *sum = sum.checked_add(amount.checked_mul(sign)?)?;
        *ledger_sum = ledger_sum.checked_add(worth.checked_mul(sign)?)?;
        next.postings += times;
        *sums = next;
        Some(())
    }

    /// The sums of a cell, made if there is none.
    fn sums(
        &mut self,
        account: AccountPlace,
        period: PeriodKey,
        currency: Currency,
        dimensions: u32,
    ) -> Option<&mut Sums> {
        let newest = self.newest.get_mut(account as usize)?;
        let mut at = *newest;
        while let Some(cell) = self.cells.get(at as usize) {
            if (cell.period, cell.currency, cell.dimensions) == (period, currency, dimensions) {
                return self.cells.get_mut(at as usize).map(|cell| &mut cell.sums);
            }
            at = cell.next;
        }
        let next = std::mem::replace(newest, self.cells.len() as u32);
        self.cells.push(Cell { period, currency, dimensions, next, sums: Sums::default() });
        self.cells.last_mut().map(|cell| &mut cell.sums)
    }

    /// Where a combination of dimensions stands; 0 for none.
    fn place(&mut self, dimensions: &Tags) -> u32 {
        if dimensions.is_empty() {
            return 0;
        }
        let next = self.dimensions.len() as u32 + 1;
        *self.dimensions.entry(dimensions.clone()).or_insert(next)
    }

    /// What is to be added to the stored balances; mostly in order of their keys.
    pub(crate) fn into_deltas(self, chart: &Chart) -> Vec<Balance> {
        let mut texts = vec![SmolStr::default(); self.dimensions.len() + 1];
        for (tags, place) in &self.dimensions {
            if let Some(text) = texts.get_mut(*place as usize) {
                *text = tags.to_json().into();
            }
        }
        let mut out = Vec::with_capacity(self.cells.len());
        for (account, newest) in chart.codes().zip(&self.newest) {
            let (mut at, first) = (*newest, out.len());
            while let Some(cell) = self.cells.get(at as usize) {
                let dimensions = texts.get(cell.dimensions as usize).cloned().unwrap_or_default();
                if cell.sums.postings > 0 {
                    out.push(cell.delta(account, dimensions));
                }
                at = cell.next;
            }
            // Oldest first: entries mostly come in order of date.
            out.get_mut(first..).unwrap_or_default().reverse();
        }
        out
    }
}

impl Cell {
    fn delta(&self, account: &SmolStr, dimensions: SmolStr) -> Balance {
        Balance {
            account: account.clone(),
            period: self.period,
            currency: self.currency,
            dimensions,
            debit: Amount::from_units(self.sums.debit),
            credit: Amount::from_units(self.sums.credit),
            ledger_debit: Amount::from_units(self.sums.ledger_debit),
            ledger_credit: Amount::from_units(self.sums.ledger_credit),
            postings: self.sums.postings,
        }
    }
}
