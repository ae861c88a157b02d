//! The running judge of accounts: whether what a batch posts stays within their limits, item by item, without collisions.
//!
//! [`Running::allow`] is the one entry point. It asks each posting's account for its gate, adds the posting to the account's
//! sums in memory, and refuses the item if a sum goes beyond its reach or a limit breaks.
//! Why writers on a hot account don't collide is told, and proved, where the sums are: [`fondaco_core::tx::Running`].

use std::collections::BTreeMap;

use fondaco_core::tx::{self, Cell, Measure, Pending};
use fondaco_core::{Currency, Halt, Id, Range, Reading, Tx};
use smol_str::SmolStr;

use super::gate::{AccountLimit, Gate};
use super::judge::Judged;
use super::rules::Chart;
use super::so_far::{OfAccount, carry};
use super::totals::{Layer, Layers};
use super::{
    Account, Amount, Entry, LedgerError, NewEntry, NewPosting, Posting, Side, SumKind, Totals,
};
use crate::parallel::ledger_of;

/// The running sums of a batch.
#[derive(Default, Pending)]
pub(crate) struct Running {
    totals: tx::Running<Totals>,
    /// Whether limits are judged later, [after the whole](within_limits) of which the batch is a part.
    #[pending(skip)]
    outside: bool,
}

impl Running {
    /// Judges by this besides what the store has.
    pub(crate) fn carry_in(&mut self, so_far: &[OfAccount]) {
        self.totals.carry_in(so_far.iter().map(OfAccount::to_totals));
    }

    /// What is to be judged by in the next part.
    pub(crate) fn carry_out(&self, before: Vec<OfAccount>) -> Result<Vec<OfAccount>, Halt> {
        let touched = self.totals.carry_out()?.into_iter().map(|(_, totals)| OfAccount::of(totals));
        Ok(carry(before, touched, |of| (of.account.clone(), of.currency)))
    }

    /// Whether limits are judged later.
    pub(crate) fn judge_outside(&mut self, outside: bool) {
        self.outside = outside;
    }

    /// Reads the totals that a batch will be judged by, in one trip; nothing for a chart without gates.
    pub(crate) fn prepare<E: std::borrow::Borrow<NewEntry>>(
        tx: &mut Tx<'_>,
        chart: &Chart,
        entries: &[E],
    ) -> Result<Running, Halt> {
        if !chart.is_gated() {
            return Ok(Running::default());
        }
        let kept = |posting: &&NewPosting| {
            chart.account(&posting.account).is_ok_and(|(_, rule)| rule.gate.is_kept())
        };
        let postings = entries.iter().flat_map(|entry| &entry.borrow().postings).filter(kept);
        let keys = postings.map(|posting| (posting.account.clone(), posting.amount.currency()));
        Ok(Running { totals: tx::Running::prepare(tx, keys)?, outside: false })
    }

    /// Whether an entry may be posted, or held as pending: judged after all that was allowed before. What is allowed counts.
    ///
    /// # Errors
    /// [`LedgerError::TotalTooLarge`], [`LedgerError::ExceedsCredits`], [`LedgerError::ExceedsDebits`], or a [`Halt`](fondaco_core::Halt).
    pub(crate) fn allow(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        layer: Layer,
        (entry, judged): (&NewEntry, &[Judged]),
    ) -> Result<(), LedgerError> {
        let lines = entry.postings.iter().zip(judged).map(|(posting, judged)| {
            let units = judged.amount.units().saturating_abs();
            (chart.gate(judged.account), posting, units)
        });
        let lines = lines.filter(|(gate, ..)| layer == Layer::Pending || gate.is_kept());
        let lines = lines.map(|(gate, posting, units)| {
            let cell = self.add(layer, posting, units)?;
            Ok(Line { gate, posting, units, cell })
        });
        let lines = lines.collect::<Result<Vec<_>, LedgerError>>()?;
        self.fit(tx, layer, &lines)?;
        lines.iter().try_for_each(|line| self.within_limit(tx, line))
    }

    /// Whether the sums stay within their reach: each kind of sum for all lines before the next.
    fn fit(
        &mut self,
        tx: &mut Tx<'_>,
        layer: Layer,
        lines: &[Line<'_>],
    ) -> Result<(), LedgerError> {
        for sum in [SumKind::Pending, SumKind::Posted, SumKind::Both] {
            if layer == Layer::Posted && sum == SumKind::Pending {
                continue;
            }
            // Of what keeps no totals the store says when it would go beyond.
            for line in lines.iter().filter(|line| line.gate.is_kept()) {
                self.reaches(tx, layer, sum, line)?;
            }
        }
        Ok(())
    }

    /// Whether a sum, with what the entry adds to it, is within its reach.
    fn reaches(
        &mut self,
        tx: &mut Tx<'_>,
        layer: Layer,
        sum: SumKind,
        line: &Line<'_>,
    ) -> Result<(), LedgerError> {
        // What is pending will be posted: it has to fit there too.
        let to_come = match (layer, sum) {
            (Layer::Pending, SumKind::Posted) => i128::from(line.units),
            _ => 0,
        };
        let total = self.totals.value(tx, line.cell, Totals::sum(line.posting.side, sum))?;
        if total + to_come > i128::from(i64::MAX) {
            return Err(too_large(line.posting, sum));
        }
        Ok(())
    }

    /// Judges a posting on the limited side of its account by the sums after the whole entry.
    fn within_limit(&mut self, tx: &mut Tx<'_>, line: &Line<'_>) -> Result<(), LedgerError> {
        let &Line { gate, posting, cell, .. } = line;
        let limit = gate.limit().filter(|limit| limit.side() == posting.side && !self.outside);
        let Some(limit) = limit else { return Ok(()) };
        match self.totals.judge(tx, cell, Totals::headroom(posting.side), 0)? {
            None => Ok(()),
            Some(over) => {
                let over = Amount::from_units(i64::try_from(over).unwrap_or(i64::MAX));
                let over = over.money(posting.amount.currency());
                Err(LedgerError::exceeds(limit, posting.account.clone(), over))
            }
        }
    }

    /// How much one side of an account could take until it equals the other, and what the batch has done so far counts; the
    /// act rests on it.
    pub(crate) fn room(
        &mut self,
        tx: &mut Tx<'_>,
        gate: Gate,
        posting: &NewPosting,
    ) -> Result<Amount, LedgerError> {
        if !gate.is_kept() {
            return Err(LedgerError::NotTracked { code: posting.account.clone() });
        }
        let key = (posting.account.clone(), posting.amount.currency());
        let cell = self.totals.cell(key);
        self.totals.rest_on(tx, cell)?;
        let room = self.totals.value(tx, cell, Totals::headroom(posting.side))?;
        let room = room.clamp(0, i128::from(i64::MAX));
        Ok(Amount::from_units(i64::try_from(room).unwrap_or(i64::MAX)))
    }

    /// Takes a pending posting out of the sums, and, when it is posted, puts what is posted of it in. Neither can break a
    /// limit: what is pending counted against it already.
    ///
    /// # Errors
    /// [`LedgerError::TotalTooLarge`], when the batch alone goes beyond the reach.
    pub(crate) fn settle(
        &mut self,
        gate: Gate,
        (pending, posted): (&NewPosting, Option<Amount>),
        held: Amount,
    ) -> Result<(), LedgerError> {
        self.add(Layer::Pending, pending, -held.units().saturating_abs())?;
        if let Some(posted) = posted.filter(|_| gate.is_kept()) {
            self.add(Layer::Posted, pending, posted.units().saturating_abs())?;
        }
        Ok(())
    }

    /// Adds a posting to its sums.
    fn add(&mut self, layer: Layer, posting: &NewPosting, units: i64) -> Result<Cell, LedgerError> {
        let sum = if layer == Layer::Posted { SumKind::Posted } else { SumKind::Pending };
        let delta = Layers::one(layer, posting.side, units);
        let delta = delta.of_account(posting.account.clone(), posting.amount.currency());
        self.totals.add(delta).map_err(|_| too_large(posting, sum))
    }
}

/// Whether accounts are within their limits after entries that stand or fall together: where these take more on the limited side
/// than they put on the other. What each of them takes alone moved for no moment of anybody's.
///
/// # Errors
/// [`LedgerError::ExceedsCredits`], [`LedgerError::ExceedsDebits`], or a [`Halt`](fondaco_core::Halt).
pub(crate) fn within_limits(tx: &mut Tx<'_>, entries: &[Id<Entry>]) -> Result<(), LedgerError> {
    let ranges: Vec<_> = entries.iter().map(Range::<Posting>::by_key).collect();
    let mut moved: BTreeMap<(SmolStr, Currency), i128> = BTreeMap::new();
    for posting in tx.peek_scans(&ranges)?.into_iter().flatten() {
        // Of what one ledger has alone no totals are kept.
        if ledger_of(&posting.dimensions).is_none() {
            let key = (posting.account.clone(), posting.currency);
            *moved.entry(key).or_default() += i128::from(posting.amount.units());
        }
    }
    let codes: Vec<SmolStr> = moved.keys().map(|(code, _)| code.clone()).collect();
    let accounts = tx.get_many::<Account>(&codes)?;
    let mut limited = Vec::new();
    for ((key, units), account) in moved.into_iter().zip(accounts) {
        let limit = account.and_then(|account| Gate::of(&account).limit());
        let taken = |limit: &AccountLimit| match limit.side() {
            Side::Debit => units > 0,
            Side::Credit => units < 0,
        };
        limited.extend(limit.filter(taken).map(|limit| (key, limit)));
    }
    let keys: Vec<_> = limited.iter().map(|(key, _)| key.clone()).collect();
    let mut totals = tx::Running::<Totals>::prepare(tx, keys)?;
    for ((code, currency), limit) in limited {
        let cell = totals.cell((code.clone(), currency));
        if let Some(over) = totals.judge(tx, cell, Totals::headroom(limit.side()), 0)? {
            let over = Amount::from_units(i64::try_from(over).unwrap_or(i64::MAX));
            return Err(LedgerError::exceeds(limit, code, over.money(currency)));
        }
    }
    Ok(totals.finish(tx)?)
}

/// A posting whose sums are judged.
struct Line<'e> {
    gate: Gate,
    posting: &'e NewPosting,
    /// Its amount, without a sign.
    units: i64,
    cell: Cell,
}

impl Totals {
    /// The sum of one side.
    fn sum(side: Side, sum: SumKind) -> Measure<Totals> {
        match (side, sum) {
            (Side::Debit, SumKind::Posted) => Totals::POSTED_DEBIT,
            (Side::Debit, SumKind::Pending) => Totals::HELD_DEBIT,
            (Side::Debit, SumKind::Both) => Totals::BOTH_DEBIT,
            (Side::Credit, SumKind::Posted) => Totals::POSTED_CREDIT,
            (Side::Credit, SumKind::Pending) => Totals::HELD_CREDIT,
            (Side::Credit, SumKind::Both) => Totals::BOTH_CREDIT,
        }
    }

    /// What one side could take until it equals the other.
    fn headroom(side: Side) -> Measure<Totals> {
        if side == Side::Debit { Totals::DEBIT_ROOM } else { Totals::CREDIT_ROOM }
    }
}

impl OfAccount {
    fn of(totals: Totals) -> OfAccount {
        let Totals { account, currency, debit, credit, .. } = totals;
        OfAccount { account, currency, debit: debit.units(), credit: credit.units() }
    }

    fn to_totals(&self) -> Totals {
        let layers = Layers::posted([self.debit, self.credit]);
        layers.of_account(self.account.clone(), self.currency)
    }
}

impl AccountLimit {
    /// The side that is limited.
    pub(crate) fn side(self) -> Side {
        match self {
            AccountLimit::DebitsWithinCredits => Side::Debit,
            AccountLimit::CreditsWithinDebits => Side::Credit,
        }
    }
}

fn too_large(posting: &NewPosting, sum: SumKind) -> LedgerError {
    LedgerError::TotalTooLarge { code: posting.account.clone(), side: posting.side, sum }
}
