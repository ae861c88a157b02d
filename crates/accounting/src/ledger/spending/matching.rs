//! Which limits a posting falls under: found by its dimensions, not by asking every limit.

use std::sync::Arc;

use fondaco_core::store::Tags;
use fondaco_core::{Currency, Halt, Range, Tx};
use smol_str::SmolStr;

use super::SpendingLimit;
use crate::ledger::rules::Map;
use crate::ledger::{Amount, PendingPosting, Posting};

/// All limits of a ledger, kept by the driver until one changes.
#[derive(Default)]
pub(crate) struct Limits {
    all: Vec<Arc<SpendingLimit>>,
    /// By the first dimension and value that they ask for.
    by_value: Map<SmolStr, Map<SmolStr, Vec<usize>>>,
    /// By the dimension of which each value has a sum.
    by_each: Map<SmolStr, Vec<usize>>,
    /// Those that any dimensions fall under.
    others: Vec<usize>,
}

/// The amounts of a posting.
#[derive(Clone, Copy)]
pub(crate) struct Line {
    pub(crate) currency: Currency,
    /// Positive for a debit.
    pub(crate) amount: Amount,
    /// In the ledger's currency.
    pub(crate) ledger_amount: Amount,
}

impl Line {
    pub(crate) fn of(posting: &Posting) -> Line {
        let Posting { currency, amount, ledger_amount, .. } = *posting;
        Line { currency, amount, ledger_amount }
    }

    pub(crate) fn of_pending(line: &PendingPosting) -> Line {
        let PendingPosting { currency, amount, ledger_amount, .. } = *line;
        Line { currency, amount, ledger_amount }
    }
}

impl Limits {
    /// Reads all limits; the decision rests on them.
    pub(crate) fn read(tx: &mut Tx<'_>) -> Result<Arc<Limits>, Halt> {
        if let Some(kept) = tx.compiled::<SpendingLimit, Limits>(|_| true, Limits::of)? {
            return Ok(kept);
        }
        Ok(Arc::new(Limits::of(&tx.scan(&Range::<SpendingLimit>::all())?)))
    }

    pub(crate) fn of(limits: &[Arc<SpendingLimit>]) -> Limits {
        let mut found = Limits { all: limits.to_vec(), ..Limits::default() };
        for (at, limit) in limits.iter().enumerate() {
            let first = limit.dimensions.iter().next();
            let place = match (first, &limit.each) {
                (Some((name, value)), _) => {
                    let values = found.by_value.entry(name.into()).or_default();
                    values.entry(value.into()).or_default()
                }
                (None, Some(name)) => found.by_each.entry(name.clone()).or_default(),
                (None, None) => &mut found.others,
            };
            place.push(at);
        }
        found
    }

    pub(crate) fn all(&self) -> &[Arc<SpendingLimit>] {
        &self.all
    }

    /// The limits that postings with these dimensions fall under, whatever their accounts, each with the value whose sum
    /// they count towards.
    pub(crate) fn matching<'a>(
        &'a self,
        dimensions: &'a Tags,
    ) -> impl Iterator<Item = (&'a Arc<SpendingLimit>, SmolStr)> {
        let by_value = dimensions.iter().filter_map(|(name, value)| {
            self.by_value.get(name).and_then(|values| values.get(value))
        });
        let by_each = dimensions.iter().filter_map(|(name, _)| self.by_each.get(name));
        let found = by_value.chain(by_each).flatten().chain(&self.others);
        found.filter_map(|&at| {
            let limit = self.all.get(at)?;
            Some((limit, limit.value(dimensions)?))
        })
    }
}

impl SpendingLimit {
    /// The value whose sum a posting with these dimensions counts towards; `None` when it does not count.
    pub(crate) fn value(&self, dimensions: &Tags) -> Option<SmolStr> {
        let fits = |(name, value): (&str, &str)| dimensions.get(name) == Some(value);
        if !self.dimensions.iter().all(fits) {
            return None;
        }
        match &self.each {
            None => Some(SmolStr::default()),
            Some(name) => dimensions.get(name).map(SmolStr::new),
        }
    }

    /// What counts of a posting, in units of the limit's currency.
    pub(crate) fn counted(&self, line: Line, ledger: Currency) -> i64 {
        let amount = match self.currency {
            currency if currency == ledger => line.ledger_amount,
            currency if currency == line.currency => line.amount,
            _ => return 0,
        };
        self.measure.of(amount.units())
    }

    /// Whether postings to an account count that stands under `above`.
    pub(crate) fn covers(&self, account: &SmolStr, above: &[SmolStr]) -> bool {
        self.account.as_ref().is_none_or(|code| code == account || above.contains(code))
    }
}
