//! Adding postings up in memory, so that each balance is written once per batch.

use std::sync::Arc;

use fondaco_core::store::Tags;
use fondaco_core::tx::Pending;
use fondaco_core::{Currency, Halt, Tx};
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

/// A posting that was added.
struct Added {
    cell: u32,
    side: Side,
    /// What its side's sums rose by.
    amount: i64,
    worth: i64,
}

/// The sums of a batch: a few cells per account, found from the account's place without hashing.
pub(crate) struct Fold {
    chart: Arc<Chart>,
    /// By an account's place, its newest cell.
    newest: Vec<u32>,
    cells: Vec<Cell>,
    dimensions: Map<Tags, u32>,
    /// What was added, in order.
    log: Vec<Added>,
}

impl Fold {
    /// Nothing yet, for the accounts of a chart, with room for so many postings.
    pub(crate) fn new(chart: Arc<Chart>, postings: usize) -> Fold {
        let newest = vec![NONE; chart.codes().len()];
        let (cells, log) = (Vec::new(), Vec::with_capacity(postings));
        Fold { chart, newest, cells, dimensions: Map::default(), log }
    }

    /// Adds the postings of an entry.
    pub(crate) fn add_all(
        &mut self,
        entry: &NewEntry,
        judged: &[Judged],
        place: Placed<'_>,
    ) -> Result<(), LedgerError> {
        for (posting, judged) in entry.postings.iter().zip(judged) {
            let too_large = || LedgerError::SumTooLarge { code: posting.account.clone() };
            self.add(posting, judged, place).ok_or_else(too_large)?;
        }
        Ok(())
    }

    /// Adds one posting; `None`, and nothing added, when a sum goes beyond its reach.
    fn add(
        &mut self,
        posting: &NewPosting,
        judged: &Judged,
        (period, ledger): Placed<'_>,
    ) -> Option<()> {
        let dimensions = match ledger {
            None => self.place(&posting.dimensions),
            Some(ledger) => self.place(&marked(&posting.dimensions, ledger)),
        };
        let cell = self.cell(judged.account, period, posting.amount.currency(), dimensions)?;
        let sign = if posting.side == Side::Debit { 1 } else { -1 };
        let amount = judged.amount.units().checked_mul(sign)?;
        let worth = judged.ledger_amount.units().checked_mul(sign)?;
        let sums = &mut self.cells.get_mut(cell as usize)?.sums;
        let (sum, ledger_sum) = sums.of(posting.side);
        let (after, ledger_after) = (sum.checked_add(amount)?, ledger_sum.checked_add(worth)?);
        (*sum, *ledger_sum) = (after, ledger_after);
        sums.postings += 1;
        self.log.push(Added { cell, side: posting.side, amount, worth });
        Some(())
    }

    /// The place of a cell, made if there is none.
    fn cell(
        &mut self,
        account: AccountPlace,
        period: PeriodKey,
        currency: Currency,
        dimensions: u32,
    ) -> Option<u32> {
        let newest = self.newest.get_mut(account as usize)?;
        let mut at = *newest;
        while let Some(cell) = self.cells.get(at as usize) {
            if (cell.period, cell.currency, cell.dimensions) == (period, currency, dimensions) {
                return Some(at);
            }
            at = cell.next;
        }
        let next = std::mem::replace(newest, self.cells.len() as u32);
        self.cells.push(Cell { period, currency, dimensions, next, sums: Sums::default() });
        Some(*newest)
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
    fn into_deltas(self) -> Vec<Balance> {
        let mut texts = vec![SmolStr::default(); self.dimensions.len() + 1];
        for (tags, place) in &self.dimensions {
            if let Some(text) = texts.get_mut(*place as usize) {
                *text = tags.to_json().into();
            }
        }
        let mut out = Vec::with_capacity(self.cells.len());
        for (account, newest) in self.chart.codes().zip(&self.newest) {
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

impl Pending for Fold {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.log.len()
    }

    fn back_to(&mut self, mark: usize) {
        for Added { cell, side, amount, worth } in self.log.drain(mark.min(self.log.len())..) {
            let Some(cell) = self.cells.get_mut(cell as usize) else { continue };
            // What was added within the reach is taken off within it.
            let (sum, ledger_sum) = cell.sums.of(side);
            (*sum, *ledger_sum) = (sum.wrapping_sub(amount), ledger_sum.wrapping_sub(worth));
            cell.sums.postings -= 1;
        }
    }

    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let deltas = self.into_deltas();
        if deltas.is_empty() { Ok(()) } else { tx.add_all(deltas) }
    }
}

impl Sums {
    /// Those of one side, in the currency and in the ledger's.
    fn of(&mut self, side: Side) -> (&mut i64, &mut i64) {
        match side {
            Side::Debit => (&mut self.debit, &mut self.ledger_debit),
            Side::Credit => (&mut self.credit, &mut self.ledger_credit),
        }
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
