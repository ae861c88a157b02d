//! What an account had after each movement.

use std::collections::BTreeMap;
use std::sync::Arc;

use fondaco_core::{Currency, Reading};

use super::{Did, Lines, Movement, MovementQuery, gather};
use crate::ledger::totals::{Layer, Layers};
use crate::ledger::{LedgerError, PendingPosting, Posting, Totals};

/// A movement of an account, and what stood on each side of it afterwards.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// The movement.
    pub movement: Movement,
    /// The account's totals after it, in one currency: a movement with lines of several has a row for each.
    pub totals: Totals,
}

/// The movements of an account that `query` asks for, each with the totals after it: reckoned from the facts, also for an
/// account whose totals are not kept.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let rent = NewEntry::new("GEN", day("2026-06-01")).debit("5100", eur("40")).credit("1000", eur("40"));
/// books.send("hold", &RecordPending::new(NewPending::new(rent)))?;
/// let bank = books.history(&MovementQuery::account("1000").newest_first().limit(1))?;
/// let totals = &bank[0].totals;
/// assert_eq!((totals.debit.to_decimal(), totals.credit.to_decimal()), (500.into(), 40.into()));
/// assert_eq!(totals.pending_credit.to_decimal(), 40.into());
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// As [`movements`](super::movements), and [`LedgerError::BadInput`] for a query without an account.
pub fn history(
    read: &mut impl Reading,
    query: &MovementQuery,
) -> Result<Vec<HistoryRow>, LedgerError> {
    query.check()?;
    let Some(account) = &query.account else {
        let why = "a history is one account's: name it".into();
        return Err(LedgerError::BadInput { what: "query", why });
    };
    let mut all = gather::of_account(read, account)?;
    all.sort_unstable_by_key(Movement::place);
    let mut sums: BTreeMap<Currency, Layers> = BTreeMap::new();
    let mut after: BTreeMap<(fondaco_core::Timestamp, u128), Vec<Totals>> = BTreeMap::new();
    for movement in &all {
        let mut moved = count(&mut sums, movement);
        moved.retain(|moved| query.currency.is_none_or(|currency| currency == *moved));
        let totals = moved.into_iter().map(|currency| {
            let layers = sums.get(&currency).copied().unwrap_or_default();
            layers.of_account(account.clone(), currency)
        });
        after.insert(movement.place(), totals.collect());
    }
    all.retain(|movement| query.takes(movement));
    let page = query.page(read, all)?;
    let rows = page.into_iter().flat_map(|movement| {
        let totals = after.remove(&movement.place()).unwrap_or_default();
        totals.into_iter().map(move |totals| HistoryRow { movement: movement.clone(), totals })
    });
    Ok(rows.collect())
}

/// Adds a movement up, and says in which currencies.
fn count(sums: &mut BTreeMap<Currency, Layers>, movement: &Movement) -> Vec<Currency> {
    let sign = if matches!(movement.did, Did::Hold(_)) { 1 } else { -1 };
    let (pending, posted): (&[Arc<PendingPosting>], &[Arc<Posting>]) = match &movement.lines {
        Lines::None => (&[], &[]),
        Lines::Posted(posted) => (&[], posted),
        Lines::Pending(pending) => (pending, &[]),
        Lines::Both(pending, posted) => (pending, posted),
    };
    for line in pending {
        let units = line.amount.units().saturating_abs() * sign;
        // Beyond its reach no counter could hold it either.
        let _ = sums.entry(line.currency).or_default().add(Layer::Pending, line.side, units);
    }
    for line in posted {
        sums.entry(line.currency).or_default().count(line.side, line.amount.units());
    }
    let held = pending.iter().map(|line| line.currency);
    let mut currencies: Vec<Currency> =
        held.chain(posted.iter().map(|line| line.currency)).collect();
    currencies.sort_unstable();
    currencies.dedup();
    currencies
}
