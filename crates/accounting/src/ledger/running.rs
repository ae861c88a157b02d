//! The running judge: whether what a batch posts stays within the limits of its accounts, item by item, without collisions.
//!
//! [`Running::allow`] is the one entry point. It asks each posting's account for its gate, adds the posting to the account's
//! sums in memory, and refuses the item if a sum goes beyond its reach or a limit breaks; then the item has left nothing.
//! [`Running::mark`] and [`Running::back_to`] take several items back at once. [`Running::finish`] stages one addition per
//! account and currency.
//!
//! # Why writers don't collide
//! The sums begin with what the store has, *peeked*: the act does not rest on it. What the act does rest on is one floor per
//! account and currency, which the store judges at the commit. Let `s` be the stored headroom and `p1, p2, ..., pn` what the
//! batch had added to it after each item that was judged; in order, all are allowed just when `s + min(p) >= 0`. After the
//! commit the headroom is `s + pn`, so the floor `pn - min(p)` under it says the same: the store's one check is exactly the
//! sequential one. So writers on a hot account collide only when somebody is refused:
//! - an item that the peeked sums refuse is refused for good only with the sums that the act then rests on (`get`);
//! - a floor that breaks names its account ([`Tx::is_short`]), and the act runs again with the stored sums;
//! - what rests on stored sums needs no floor.
//!
//! What a limit over other sums needs (a dimension's budget) is the same judge over another counter.

use fondaco_core::store::Floor;
use fondaco_core::{Added, Currency, Halt, Money, Reading, Tx};
use smol_str::SmolStr;

use super::gate::{AccountLimit, Gate};
use super::judge::Judged;
use super::rules::{Chart, Map};
use super::so_far::{OfAccount, carry};
use super::totals::{Layer, Layers};
use super::{Amount, LedgerError, NewEntry, NewPosting, Side, SumKind, Totals};

type Key = (SmolStr, Currency);

/// The sums of one account and currency while a batch is judged.
struct Cell {
    key: Key,
    gate: Gate,
    /// What the store has; `None` while nothing asked for it.
    base: Option<Layers>,
    /// Whether the act rests on the base.
    exact: bool,
    /// What the batch adds.
    net: Layers,
    /// The least that the batch had added to the headroom when it was judged.
    low: Option<i128>,
}

/// A cell as it was before a posting.
struct Undo {
    cell: usize,
    net: Layers,
    low: Option<i128>,
}

/// How far a batch was judged, to be gone back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

/// The running sums of a batch.
#[derive(Default)]
pub(crate) struct Running {
    cells: Vec<Cell>,
    places: Map<Key, usize>,
    log: Vec<Undo>,
    /// What parts before added that are only checked.
    carried: Map<Key, Layers>,
}

impl Running {
    /// Judges by this besides what the store has.
    pub(crate) fn carry_in(&mut self, so_far: &[OfAccount]) {
        self.carried = so_far.iter().map(|of| of.to_layers()).collect();
    }

    /// What is to be judged by in the next part.
    pub(crate) fn carry_out(&self, before: Vec<OfAccount>) -> Vec<OfAccount> {
        let kept = self.cells.iter().filter(|cell| cell.base.is_some());
        let touched = kept.map(|cell| {
            let carried = self.carried.get(&cell.key).copied().unwrap_or_default();
            OfAccount::new(&cell.key, carried, cell.net)
        });
        carry(before, touched, |of| (of.account.clone(), of.currency))
    }

    /// Reads the totals that a batch will be judged by, in one trip; nothing for a chart without gates.
    pub(crate) fn prepare<E: std::borrow::Borrow<NewEntry>>(
        tx: &mut Tx<'_>,
        chart: &Chart,
        entries: &[E],
    ) -> Result<Running, Halt> {
        if chart.is_gated() {
            let kept = |posting: &&NewPosting| {
                chart.account(&posting.account).is_ok_and(|(_, rule)| rule.gate.is_kept())
            };
            let postings = entries.iter().flat_map(|entry| &entry.borrow().postings).filter(kept);
            let mut keys: Vec<Key> = postings
                .map(|posting| (posting.account.clone(), posting.amount.currency()))
                .collect();
            keys.sort_unstable();
            keys.dedup();
            tx.peek_many::<Totals>(&keys)?;
        }
        Ok(Running::default())
    }

    /// Whether an entry may be posted, or held as pending: judged after all that was allowed before. What is allowed counts;
    /// what is refused has left nothing.
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
        let mark = self.mark();
        self.fit(tx, chart, layer, (entry, judged))?;
        let within = entry.postings.iter().zip(judged).try_for_each(|(posting, judged)| {
            self.within_limit(tx, chart.gate(judged.account), posting)
        });
        within.inspect_err(|_| self.back_to(mark))
    }

    /// Whether the sums stay within their reach. What fits counts.
    fn fit(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        layer: Layer,
        (entry, judged): (&NewEntry, &[Judged]),
    ) -> Result<(), LedgerError> {
        let mark = self.mark();
        let mut fit = || {
            for (posting, judged) in entry.postings.iter().zip(judged) {
                let gate = chart.gate(judged.account);
                if layer == Layer::Pending || gate.is_kept() {
                    self.touch(tx, gate, layer, posting, judged.amount)?;
                }
            }
            for sum in [SumKind::Pending, SumKind::Posted, SumKind::Both] {
                for (posting, judged) in entry.postings.iter().zip(judged) {
                    if layer == Layer::Pending || sum != SumKind::Pending {
                        self.reaches(chart.gate(judged.account), layer, sum, posting, judged)?;
                    }
                }
            }
            Ok(())
        };
        let result: Result<(), LedgerError> = fit();
        result.inspect_err(|_| self.back_to(mark))
    }

    /// Adds a posting to its sums.
    fn touch(
        &mut self,
        tx: &mut Tx<'_>,
        gate: Gate,
        layer: Layer,
        posting: &NewPosting,
        amount: Amount,
    ) -> Result<(), LedgerError> {
        let at = self.cell(&posting.account, posting.amount.currency());
        if gate.is_kept() {
            self.load(tx, at, gate)?;
        }
        let units = amount.units().saturating_abs();
        self.add(at, layer, posting.side, units).ok_or_else(|| too_large(posting, sum_of(layer)))
    }

    /// Whether a sum, with what the entry adds to it, is within its reach.
    fn reaches(
        &self,
        gate: Gate,
        layer: Layer,
        sum: SumKind,
        posting: &NewPosting,
        judged: &Judged,
    ) -> Result<(), LedgerError> {
        if !gate.is_kept() {
            return Ok(()); // the store says when it would go beyond
        }
        let key = (posting.account.clone(), posting.amount.currency());
        let Some(cell) = self.places.get(&key).and_then(|&at| self.cells.get(at)) else {
            return Ok(());
        };
        let of = |layer| {
            let base = cell.base.map_or(0, |base| base.get(layer, posting.side));
            i128::from(base) + i128::from(cell.net.get(layer, posting.side))
        };
        // What is pending will be posted: it has to fit there too.
        let to_come = match layer {
            Layer::Posted => 0,
            Layer::Pending => i128::from(judged.amount.units()).abs(),
        };
        let total = match sum {
            SumKind::Pending => of(Layer::Pending),
            SumKind::Posted => of(Layer::Posted) + to_come,
            SumKind::Both => of(Layer::Posted) + of(Layer::Pending),
        };
        if total > i128::from(i64::MAX) { Err(too_large(posting, sum)) } else { Ok(()) }
    }

    /// Judges a posting on the limited side of its account by the sums after the whole entry.
    fn within_limit(
        &mut self,
        tx: &mut Tx<'_>,
        gate: Gate,
        posting: &NewPosting,
    ) -> Result<(), LedgerError> {
        let Some(limit) = gate.limit().filter(|limit| limit.side() == posting.side) else {
            return Ok(());
        };
        let at = self.cell(&posting.account, posting.amount.currency());
        let Some(cell) = self.cells.get_mut(at) else { return Ok(()) };
        let added = cell.net.headroom(posting.side);
        let left = cell.base.unwrap_or_default().headroom(posting.side) + added;
        if left >= 0 {
            cell.low = Some(cell.low.map_or(added, |low| low.min(added)));
            return Ok(());
        }
        // Refused by what was only peeked at: now the act rests on it.
        tx.get::<Totals>(&cell.key)?;
        cell.exact = true;
        let over = i64::try_from(-left).unwrap_or(i64::MAX);
        let over = Money::new(Amount::from_units(over).to_decimal(), posting.amount.currency());
        Err(LedgerError::exceeds(limit, posting.account.clone(), over))
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
        let at = self.cell(&posting.account, posting.amount.currency());
        self.load(tx, at, gate)?;
        let Some(cell) = self.cells.get_mut(at) else { return Ok(Amount::ZERO) };
        tx.get::<Totals>(&cell.key)?;
        cell.exact = true;
        let base = cell.base.unwrap_or_default().headroom(posting.side);
        let room = (base + cell.net.headroom(posting.side)).clamp(0, i128::from(i64::MAX));
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
        let at = self.cell(&pending.account, pending.amount.currency());
        let units = held.units().saturating_abs();
        let released = self.add(at, Layer::Pending, pending.side, -units);
        released.ok_or_else(|| too_large(pending, SumKind::Pending))?;
        match posted.filter(|_| gate.is_kept()) {
            None => Ok(()),
            Some(posted) => {
                let units = posted.units().saturating_abs();
                let added = self.add(at, Layer::Posted, pending.side, units);
                added.ok_or_else(|| too_large(pending, SumKind::Posted))
            }
        }
    }

    /// How far it is.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.log.len())
    }

    /// Takes back all that was allowed since.
    pub(crate) fn back_to(&mut self, Mark(mark): Mark) {
        for Undo { cell, net, low } in self.log.drain(mark..).rev() {
            if let Some(cell) = self.cells.get_mut(cell) {
                (cell.net, cell.low) = (net, low);
            }
        }
    }

    /// Stages what the batch adds, under the floors that say what it was allowed by.
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub(crate) fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let mut plain = Vec::new();
        for cell in self.cells {
            let floor = cell.floor();
            if floor.is_none() && cell.net == Layers::default() {
                continue;
            }
            let delta = cell.net.of_account(cell.key.0, cell.key.1);
            match floor {
                None => plain.push(delta),
                Some(floor) => {
                    if let Added::Short(row) = tx.add(delta, &[floor])? {
                        let what = format!("{row:?} was judged otherwise in memory");
                        return Err(Halt::Bug(what));
                    }
                }
            }
        }
        if plain.is_empty() { Ok(()) } else { tx.add_all(plain) }
    }

    fn add(&mut self, at: usize, layer: Layer, side: Side, units: i64) -> Option<()> {
        let cell = self.cells.get_mut(at)?;
        let (net, low) = (cell.net, cell.low);
        cell.net.add(layer, side, units)?;
        self.log.push(Undo { cell: at, net, low });
        Some(())
    }

    /// Where the sums of an account stand.
    fn cell(&mut self, account: &SmolStr, currency: Currency) -> usize {
        let key = (account.clone(), currency);
        if let Some(&at) = self.places.get(&key) {
            return at;
        }
        let at = self.cells.len();
        self.places.insert(key.clone(), at);
        let (gate, net) = (Gate::default(), Layers::default());
        self.cells.push(Cell { key, gate, base: None, exact: false, net, low: None });
        at
    }

    /// Has the stored sums of a cell: those that a floor broke on, or as they were peeked at.
    fn load(&mut self, tx: &mut Tx<'_>, at: usize, gate: Gate) -> Result<(), Halt> {
        let Some(cell) = self.cells.get_mut(at).filter(|cell| cell.base.is_none()) else {
            return Ok(());
        };
        cell.gate = gate;
        cell.exact = tx.is_short::<Totals>(&cell.key);
        let row = match cell.exact {
            true => tx.get::<Totals>(&cell.key)?,
            false => tx.peek::<Totals>(&cell.key)?,
        };
        let mut base = row.map_or(Layers::default(), |row| Layers::of(&row));
        if let Some(carried) = self.carried.get(&cell.key) {
            base.count_all(carried);
        }
        cell.base = Some(base);
        Ok(())
    }
}

impl OfAccount {
    fn new((account, currency): &Key, mut carried: Layers, net: Layers) -> OfAccount {
        carried.count_all(&net);
        let of = |side| carried.get(Layer::Posted, side);
        let (debit, credit) = (of(Side::Debit), of(Side::Credit));
        OfAccount { account: account.clone(), currency: *currency, debit, credit }
    }

    fn to_layers(&self) -> (Key, Layers) {
        let mut layers = Layers::default();
        for (side, units) in [(Side::Debit, self.debit), (Side::Credit, self.credit)] {
            let _ = layers.add(Layer::Posted, side, units); // beyond its reach is no sum
        }
        ((self.account.clone(), self.currency), layers)
    }
}

impl Cell {
    /// What the store has to judge: nothing, where the act rests on the stored sums.
    fn floor(&self) -> Option<Floor> {
        let (limit, low) = (self.gate.limit()?, self.low.filter(|_| !self.exact)?);
        let least = self.net.headroom(limit.side()) - low;
        Some(Floor::new(limit.terms(), i64::try_from(least).unwrap_or(i64::MAX)))
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

    /// The headroom, as columns of [`Totals`]: debit, credit, pending debit and pending credit from 2 on.
    fn terms(self) -> &'static [(usize, i8)] {
        match self {
            AccountLimit::DebitsWithinCredits => &[(3, 1), (2, -1), (4, -1)],
            AccountLimit::CreditsWithinDebits => &[(2, 1), (3, -1), (5, -1)],
        }
    }
}

fn sum_of(layer: Layer) -> SumKind {
    if layer == Layer::Posted { SumKind::Posted } else { SumKind::Pending }
}

fn too_large(posting: &NewPosting, sum: SumKind) -> LedgerError {
    LedgerError::TotalTooLarge { code: posting.account.clone(), side: posting.side, sum }
}
