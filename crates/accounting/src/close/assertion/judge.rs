//! Whether what is posted keeps the assertions of its days and later ones: in memory, after what stands or falls together.

use std::borrow::Borrow;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::tx::{LogMark, Logged, Pending};
use fondaco_core::{Halt, Id, Range, Tx};
use smol_str::SmolStr;

use super::Assertion;
use super::state::{breaks, event};
use crate::ledger::so_far::carry;
use crate::ledger::{
    Amount, Entry, LedgerError, NewEntry, PeriodKey, Settings, is_closing, rights, within_limits,
};

/// After what it is judged whether assertions are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Judging {
    /// After each entry: it stands alone.
    #[default]
    Each,
    /// After the batch, or the chain, whose entries stand or fall together.
    Whole,
    /// After more than the batch: [`as_one`] judges.
    Outside,
}

/// An assertion as the batch has left it so far.
#[derive(Clone)]
struct Watched {
    assertion: Arc<Assertion>,
    /// What the account stands at.
    found: i64,
    /// The entry since which it is not kept, of those that it was kept before.
    broken_by: Option<Id<Entry>>,
}

/// The assertions that a batch may touch. Most have none: they are about days that are over.
#[derive(Default)]
pub(crate) struct Asserted {
    watched: Logged<Watched>,
    judging: Judging,
}

/// An entry that breaks an assertion, and how: boxed, for it is rare.
pub(crate) type Broken = Box<(Id<Entry>, LedgerError)>;

impl Asserted {
    /// Reads the assertions of the earliest day that is posted to, and later ones.
    pub(crate) fn prepare<E: Borrow<NewEntry>>(
        tx: &mut Tx<'_>,
        are_there: bool,
        entries: &[E],
    ) -> Result<Asserted, Halt> {
        let first = entries.iter().map(|entry| entry.borrow().date).min();
        let Some(first) = first.filter(|_| are_there) else { return Ok(Asserted::default()) };
        let watch = |assertion: Arc<Assertion>| {
            let found = assertion.found.units();
            Watched { assertion, found, broken_by: None }
        };
        let watched: Vec<Watched> = since(tx, first)?.into_iter().map(watch).collect();
        Ok(Asserted { watched: watched.into(), ..Asserted::default() })
    }

    /// Judges from now on after this; gives what it was before.
    pub(crate) fn judge(&mut self, judging: Judging) -> Judging {
        std::mem::replace(&mut self.judging, judging)
    }

    /// Judges by this besides what the store has: what parts before added that are only checked.
    pub(crate) fn carry_in(&mut self, so_far: &[(Id<Assertion>, i64)]) {
        let mut all = std::mem::take(&mut self.watched).into_vec();
        for watched in &mut all {
            let carried = so_far.iter().find(|(id, _)| *id == watched.assertion.id);
            watched.found = watched.found.saturating_add(carried.map_or(0, |(_, units)| *units));
        }
        self.watched = all.into();
    }

    /// What is to be judged by in the next part.
    pub(crate) fn carry_out(&self, before: Vec<(Id<Assertion>, i64)>) -> Vec<(Id<Assertion>, i64)> {
        let touched = self.watched.as_slice().iter().map(|watched| {
            let added = watched.found.saturating_sub(watched.assertion.found.units());
            (watched.assertion.id, added)
        });
        carry(before, touched, |(id, _)| *id)
    }

    /// Adds an entry to what its accounts stand at. One that stands alone and breaks an assertion is refused.
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
        if self.watched.as_slice().is_empty() {
            return Ok(());
        }
        let trees = self.watched.as_slice().iter().any(|watched| watched.assertion.subtree);
        let mut lines = Vec::with_capacity(entry.postings.len());
        for (posting, amount) in entry.postings.iter().zip(amounts) {
            let above =
                if trees { rights::above(tx, chart, &posting.account)? } else { Vec::new() };
            lines.push((posting, amount.units(), above));
        }
        let mark = self.mark();
        for at in 0..self.watched.as_slice().len() {
            let counts = |watched: &&Watched| watched.counts(entry.date, period);
            let Some(watched) = self.watched.get(at).filter(counts) else { continue };
            let mut meant = lines.iter().filter(|(posting, _, above)| {
                watched.assertion.currency == posting.amount.currency()
                    && watched.is_about(&posting.account, above)
            });
            let Some((_, first, _)) = meant.next() else { continue };
            let moved = meant.fold(*first, |sum, (_, units, _)| sum.saturating_add(*units));
            if let Some(watched) = self.watched.get_mut(at) {
                watched.moves(moved, id);
            }
        }
        let broken = match self.judging {
            Judging::Each => self.check(mark),
            Judging::Whole | Judging::Outside => Ok(()),
        };
        broken.map_err(|broken| broken.1)
    }

    /// Whether all that refuses to be broken, and was touched since, is kept now, where the batch is judged as a whole.
    pub(crate) fn check_whole(&self, mark: LogMark) -> Result<(), Broken> {
        if self.judging == Judging::Whole { self.check(mark) } else { Ok(()) }
    }

    /// Whether all that refuses to be broken, and was touched since, is kept now. What was broken before is not broken by
    /// whoever comes next, nor by whoever mends it in parts.
    fn check(&self, mark: LogMark) -> Result<(), Broken> {
        let touched = self.watched.changed_since(mark);
        let broken = touched.filter(|watched| !watched.assertion.warns);
        let mut broken = broken.filter_map(|watched| Some((watched.broken_by?, watched)));
        match broken.next() {
            None => Ok(()),
            Some((entry, watched)) => {
                let error = breaks(&watched.assertion, Amount::from_units(watched.found));
                Err(Box::new((entry, error)))
            }
        }
    }
}

impl Pending for Asserted {
    type Mark = LogMark;

    fn mark(&self) -> LogMark {
        self.watched.mark()
    }
    fn back_to(&mut self, mark: LogMark) {
        self.watched.back_to(mark);
    }

    /// Stages what the accounts stand at.
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        for Watched { assertion, found, broken_by } in self.watched.into_vec() {
            if let Some(entry) = broken_by.filter(|_| self.judging != Judging::Outside) {
                note(tx, &assertion, entry);
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

    /// The account stands at so much more, by an entry.
    fn moves(&mut self, units: i64, by: Id<Entry>) {
        let kept = self.keeps(self.found);
        self.found = self.found.saturating_add(units);
        self.broken_by = match self.keeps(self.found) {
            true => None,
            false => self.broken_by.or(kept.then_some(by)),
        };
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

/// Posts in several steps what stands or falls together, and judges at its end whether it keeps what is asserted, and accounts
/// stay within their limits. The steps post with [`Judging::Outside`], nothing before `first`, and the answer names the entries,
/// of which the last stands for all.
pub(crate) fn as_one<T>(
    tx: &mut Tx<'_>,
    first: NaiveDate,
    post: impl FnOnce(&mut Tx<'_>) -> Result<(T, Vec<Id<Entry>>), LedgerError>,
) -> Result<T, LedgerError> {
    let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let before = match settings.assertions {
        Some(true) => since(tx, first)?,
        _ => Vec::new(),
    };
    let (done, posted) = post(tx)?;
    within_limits(tx, &posted)?;
    for before in before.iter().filter(|before| before.is_kept()) {
        let Some(now) = tx.get::<Assertion>(&before.id)?.filter(|now| !now.is_kept()) else {
            continue;
        };
        if !now.warns {
            return Err(breaks(&now, now.found));
        }
        if let Some(by) = posted.last() {
            note(tx, &now, *by);
        }
    }
    Ok(done)
}

/// The assertions of a day and later ones.
fn since(tx: &mut Tx<'_>, first: NaiveDate) -> Result<Vec<Arc<Assertion>>, Halt> {
    tx.scan(&Range::by(Assertion::BY_DAY, &()).from(&first))
}

fn note(tx: &mut Tx<'_>, assertion: &Assertion, entry: Id<Entry>) {
    let event = event("ledger.assertion_broken", assertion.id);
    tx.emit(event.with("entry", entry));
}
