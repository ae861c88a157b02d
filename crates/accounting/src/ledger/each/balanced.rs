//! Entries that move as much as there is.

use fondaco_core::{Money, Tx};

use super::recorder::Recorder;
use crate::ledger::judge::{Judged, judge};
use crate::ledger::{Amount, Balancing, LedgerError, NewEntry};

impl Recorder<'_> {
    /// The entry with the amount that may be moved, judged anew; `None` when it is the one that was asked for.
    pub(super) fn balanced(
        &mut self,
        tx: &mut Tx<'_>,
        new: &NewEntry,
        judged: &mut Vec<Judged>,
        balancing: Balancing,
    ) -> Result<Option<NewEntry>, LedgerError> {
        let [first, second] = new.postings.as_slice() else {
            return Err(bad("it has two postings: split it"));
        };
        if first.side == second.side || first.amount != second.amount {
            return Err(bad("it debits and credits one amount: split it"));
        }
        let asked = judged.first().map_or(0, |judged| judged.amount.units().saturating_abs());
        let mut units = asked;
        for (posting, judged) in new.postings.iter().zip(judged.iter()) {
            if balancing.is_on(posting.side) {
                let gate = self.rules.chart.gate(judged.account);
                units = units.min(self.pages.running.room(tx, gate, posting)?.units());
            }
        }
        if units == asked {
            return Ok(None);
        }
        let amount = Amount::from_units(units).to_decimal();
        let mut new = new.clone();
        for posting in &mut new.postings {
            posting.amount = Money::new(amount, posting.amount.currency());
            // What it is worth follows from the rate that the worth of the whole implied.
            if posting.ledger_amount.take().is_some() {
                posting.rate = judged.iter().find_map(|judged| judged.rate);
            }
        }
        judge(&self.rules, &new, judged)?;
        Ok(Some(new))
    }
}

fn bad(why: &'static str) -> LedgerError {
    LedgerError::BadInput { what: "balancing entry", why: why.into() }
}
