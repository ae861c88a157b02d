//! Adding postings up in memory, so that each balance is written once per batch.

use fondaco_core::Currency;
use fondaco_core::store::Tags;
use smol_str::SmolStr;

use super::rules::{Map, Rules};
use super::{Amount, Balance, LedgerError, PeriodKey};

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
    /// Adds one posting: signed amounts, positive for a debit. `None` when a sum goes beyond its reach.
    pub(crate) fn add(
        &mut self,
        account: u32,
        period: PeriodKey,
        (amount, currency): (Amount, Currency),
        ledger_amount: Amount,
        dimensions: &Tags,
    ) -> Option<()> {
        let dimensions = if dimensions.is_empty() {
            0
        } else {
            let next = self.dimensions.len() as u32 + 1;
            *self.dimensions.entry(dimensions.clone()).or_insert(next)
        };
        let sums = self.cells.entry(Cell { account, period, currency, dimensions }).or_default();
        let mut add = |sum: fn(&mut Sums) -> &mut i64, units: i64| -> Option<()> {
            let sum = sum(sums);
            *sum = sum.checked_add(units)?;
            Some(())
        };
        if amount.units() >= 0 && ledger_amount.units() >= 0 {
            add(|sums| &mut sums.debit, amount.units())?;
            add(|sums| &mut sums.ledger_debit, ledger_amount.units())?;
        } else {
            add(|sums| &mut sums.credit, amount.units().checked_neg()?)?;
            add(|sums| &mut sums.ledger_credit, ledger_amount.units().checked_neg()?)?;
        }
        add(|sums| &mut sums.postings, 1)
    }

    /// What is to be added to the stored balances.
    pub(crate) fn into_deltas(self, rules: &Rules) -> Result<Vec<Balance>, LedgerError> {
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
        Ok(self.cells.into_iter().filter_map(delta).collect())
    }
}
