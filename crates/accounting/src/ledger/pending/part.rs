//! How much of a pending entry is posted, line by line.

use fondaco_core::allocation::{self, Residual};
use fondaco_core::{Currency, Money};
use rust_decimal::Decimal;

use super::{Loaded, Part};
use crate::ledger::{AMOUNT_DIGITS, LedgerError, NewPosting, Side};

impl Loaded {
    /// The postings of a part, in order of line.
    pub(crate) fn part(
        &self,
        part: &Part,
        ledger: Currency,
    ) -> Result<Vec<NewPosting>, LedgerError> {
        let whole: Vec<NewPosting> =
            self.lines.iter().map(|line| line.to_posting(ledger)).collect();
        let amounts = match part {
            Part::All => return Ok(whole),
            Part::Lines(amounts) if amounts.len() != whole.len() => {
                let why = format!("there are {}, and {} lines", amounts.len(), whole.len());
                return Err(LedgerError::BadInput { what: "amounts", why });
            }
            Part::Lines(amounts) => amounts.clone(),
            Part::Amount(amount) => self.shares(*amount, &whole)?,
        };
        let cut = whole.into_iter().zip(amounts).map(|(line, amount)| self.cut(line, amount));
        let mut cut = cut.collect::<Result<Vec<_>, _>>()?;
        self.value(ledger, &mut cut)?;
        Ok(cut)
    }

    /// A line cut down to an amount.
    fn cut(&self, line: NewPosting, amount: Money) -> Result<NewPosting, LedgerError> {
        let too_much =
            amount.currency() != line.amount.currency() || amount.amount() > line.amount.amount();
        if too_much {
            let (pending, held) = (self.pending.id, line.amount);
            return Err(LedgerError::ExceedsPending { pending, amount, held });
        }
        Ok(NewPosting { amount, ..line })
    }

    /// What each line gets of a sum: each side is shared out in proportion.
    fn shares(&self, amount: Money, whole: &[NewPosting]) -> Result<Vec<Money>, LedgerError> {
        let held = self.amount();
        if whole.iter().any(|line| line.amount.currency() != held.currency()) {
            let why = "its lines are in several currencies: give the amount of each".into();
            return Err(LedgerError::BadInput { what: "amount", why });
        }
        if amount.currency() != held.currency() || amount.amount() > held.amount() {
            return Err(LedgerError::ExceedsPending { pending: self.pending.id, amount, held });
        }
        let mut shares = vec![Money::zero(held.currency()); whole.len()];
        for side in [Side::Debit, Side::Credit] {
            let mine: Vec<usize> = (0..whole.len())
                .filter(|at| whole.get(*at).is_some_and(|line| line.side == side))
                .collect();
            let weights: Vec<Decimal> = mine
                .iter()
                .filter_map(|at| whole.get(*at).map(|line| line.amount.amount()))
                .collect();
            if weights.iter().all(Decimal::is_zero) {
                continue;
            }
            let digits = held.currency().minor_units().unwrap_or(u32::from(AMOUNT_DIGITS));
            let parts =
                allocation::allocate_to(digits, amount, &weights, Residual::LargestRemainder);
            let parts = parts.map_err(|error| LedgerError::BadInput {
                what: "amount",
                why: error.to_string(),
            })?;
            for (at, part) in mine.into_iter().zip(parts) {
                if let Some(share) = shares.get_mut(at) {
                    *share = part;
                }
            }
        }
        Ok(shares)
    }
}
