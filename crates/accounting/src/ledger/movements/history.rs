//! What an account had after each movement.

use fondaco_core::{Currency, Reading};

use super::stream::Window;
use super::sums::{Carried, Sums};
use super::walk::Walk;
use super::{Movement, MovementQuery};
use crate::ledger::{LedgerError, Totals};
use crate::parallel::sight;

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
/// As [`movements`](super::movements), [`LedgerError::BadInput`] for a query without an account, and [`LedgerError::SumTooLarge`] where a
/// total is more than can be kept.
pub fn history(
    read: &mut impl Reading,
    query: &MovementQuery,
) -> Result<Vec<HistoryRow>, LedgerError> {
    query.check()?;
    let Some(account) = &query.account else {
        let why = "a history is one account's: name it".into();
        return Err(LedgerError::BadInput { what: "query", why });
    };
    let read = &mut sight(read)?;
    let carried = query.carried.of(account, query.is_backwards());
    let (window, goes_on) = (window(query, carried.is_some()), carried.is_some());
    let mut walk = Walk::new(read, query.whose(), window, query.limit_given())?;
    let sums = match carried {
        Some(sums) => sums,
        None if query.is_backwards() => Sums::now(read, account)?,
        None => Sums::of_nothing(account),
    };
    let mut run = Run { query, goes_on, sums, left: query.most(), rows: Vec::new() };
    while run.left > 0 {
        let Some(found) = walk.next(read)? else { break };
        found.into_iter().try_for_each(|movement| run.take(movement))?;
    }
    Ok(run.rows)
}

/// What is read: besides what is asked for, all that the totals are reckoned from, unless the page before says them.
fn window(query: &MovementQuery, goes_on: bool) -> Window {
    let asked = query.window();
    match (goes_on, query.is_backwards()) {
        (true, _) => asked,
        (false, true) => Window { through: None, ..asked },
        (false, false) => Window { from: None, ..asked },
    }
}

/// A history as far as it was reckoned.
struct Run<'q> {
    query: &'q MovementQuery,
    /// Whether it began with the totals of a page before.
    goes_on: bool,
    /// What stands on this side of what comes next.
    sums: Sums,
    /// How many movements are still asked for.
    left: usize,
    rows: Vec<HistoryRow>,
}

impl Run<'_> {
    fn take(&mut self, movement: Movement) -> Result<(), LedgerError> {
        if self.left == 0 || (self.goes_on && !self.query.is_after(&movement)) {
            return Ok(());
        }
        let (known, backwards) = (self.sums.clone(), self.query.is_backwards());
        let moved = match backwards {
            true => self.sums.uncount(&movement)?,
            false => self.sums.count(&movement)?,
        };
        if !self.query.takes(&movement) {
            return Ok(());
        }
        self.left -= 1;
        let (before, after) = if backwards { (&self.sums, &known) } else { (&known, &self.sums) };
        let sums = if self.left == 0 { Carried::new(before, after) } else { Carried::default() };
        let movement = Movement { sums, ..movement };
        let asked = |of: &Currency| self.query.currency.is_none_or(|currency| currency == *of);
        self.rows.extend(moved.into_iter().filter(asked).map(|currency| HistoryRow {
            movement: movement.clone(),
            totals: after.totals(currency),
        }));
        Ok(())
    }
}
