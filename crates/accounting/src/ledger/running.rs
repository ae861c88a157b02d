//! The running judge of accounts: whether what a batch posts stays within their limits, item by item, without collisions.
//!
//! [`Running::allow`] is the one entry point. It asks each posting's account for its gate, adds the posting to the account's
//! sums in memory, and refuses the item if a sum goes beyond its reach or a limit breaks.
//! Why writers on a hot account don't collide is told, and proved, where the sums are: [`fondaco_core::tx::Running`].

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::tx::{self, Cell, Measure, Pending};
use fondaco_core::{Currency, Halt, Id, Range, Reading, Tx};
use smol_str::SmolStr;

use super::by_day::{ByDay, Moved, Of};
use super::gate::{AccountLimit, Gate};
use super::judge::Judged;
use super::pending::Loaded;
use super::rules::{AccountPlace, Chart};
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
    by_day: ByDay,
    /// By an account's place, the sums of the currency that came first.
    #[pending(skip)]
    cells: Vec<Option<(Currency, Cell)>>,
    /// Room for the lines of an entry.
    #[pending(skip)]
    lines: Vec<Line>,
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
        let mut running = Running::default();
        for posting in entries.iter().flat_map(|entry| &entry.borrow().postings) {
            let Ok((place, rule)) = chart.account(&posting.account) else { continue };
            if rule.gate.is_kept() {
                running.cell(place, posting);
            }
        }
        running.totals.read_all(tx)?;
        Ok(running)
    }

    /// Whether an entry may be posted, or held as pending: judged after all that was allowed before. What is allowed counts.
    ///
    /// # Errors
    /// [`LedgerError::TotalTooLarge`], [`LedgerError::ExceedsCredits`], [`LedgerError::ExceedsDebits`],
    /// [`LedgerError::ExceedsOnDay`], or a [`Halt`](fondaco_core::Halt).
    pub(crate) fn allow(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        layer: Layer,
        (entry, judged): (&NewEntry, &[Judged]),
    ) -> Result<(), LedgerError> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        let allowed = self.allow_lines(tx, chart, layer, (entry, judged), &mut lines);
        self.lines = lines;
        allowed
    }

    fn allow_lines(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        layer: Layer,
        (entry, judged): (&NewEntry, &[Judged]),
        lines: &mut Vec<Line>,
    ) -> Result<(), LedgerError> {
        for (at, (posting, judged)) in entry.postings.iter().zip(judged).enumerate() {
            let gate = chart.gate(judged.account);
            if layer == Layer::Pending || gate.is_kept() {
                let units = on_side(posting.side, judged.amount);
                let cell = self.cell(judged.account, posting);
                self.add_to(cell, layer, posting, units)?;
                lines.push(Line { at, gate, units, cell });
            }
        }
        self.fit(tx, layer, (entry, lines.as_slice()))?;
        let postings =
            || lines.iter().filter_map(|line| Some((line, entry.postings.get(line.at)?)));
        for (line, posting) in postings() {
            self.within_limit(tx, line, posting)?;
        }
        if self.outside || !lines.iter().any(|line| line.gate.is_by_day()) {
            return Ok(());
        }
        for (line, posting) in postings() {
            self.count_by_day(layer, line, (posting, entry.date));
        }
        postings().try_for_each(|(line, posting)| {
            self.within_limit_by_day(tx, layer, line, (posting, entry.date))
        })
    }

    /// Whether the sums stay within their reach: each kind of sum for all lines before the next.
    fn fit(
        &mut self,
        tx: &mut Tx<'_>,
        layer: Layer,
        (entry, lines): (&NewEntry, &[Line]),
    ) -> Result<(), LedgerError> {
        for sum in [SumKind::Pending, SumKind::Posted, SumKind::Both] {
            if layer == Layer::Posted && sum == SumKind::Pending {
                continue;
            }
            // Of what keeps no totals the store says when it would go beyond.
            for line in lines.iter().filter(|line| line.gate.is_kept()) {
                let Some(posting) = entry.postings.get(line.at) else { continue };
                self.reaches(tx, layer, sum, (line, posting))?;
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
        (line, posting): (&Line, &NewPosting),
    ) -> Result<(), LedgerError> {
        // What is pending will be posted: it has to fit there too.
        let to_come = match (layer, sum) {
            (Layer::Pending, SumKind::Posted) => i128::from(line.units),
            _ => 0,
        };
        let total = self.totals.value(tx, line.cell, Totals::sum(posting.side, sum))?;
        if total + to_come > i128::from(i64::MAX) {
            return Err(too_large(posting, sum));
        }
        Ok(())
    }

    /// Judges a posting that takes from what its account has left by the sums after the whole entry.
    fn within_limit(
        &mut self,
        tx: &mut Tx<'_>,
        line: &Line,
        posting: &NewPosting,
    ) -> Result<(), LedgerError> {
        let Some(limit) = line.gate.limit().filter(|_| !self.outside) else { return Ok(()) };
        // What takes back the other side takes from it too; and what takes back this one does not.
        if (limit.side() == posting.side) != (line.units >= 0) {
            return Ok(());
        }
        match self.totals.judge(tx, line.cell, Totals::headroom(limit.side()), 0)? {
            None => Ok(()),
            Some(over) => {
                let over = Amount::from_units(i64::try_from(over).unwrap_or(i64::MAX));
                let over = over.money(posting.amount.currency());
                Err(LedgerError::exceeds(limit, posting.account.clone(), over))
            }
        }
    }

    fn count_by_day(&mut self, layer: Layer, line: &Line, (posting, date): Dated<'_>) {
        if let Some(limit) = line.gate.limit().filter(|_| line.gate.is_by_day()) {
            let room = limit.room_by(layer, posting.side, line.units);
            self.by_day.count(Moved { of: of(posting), date, room });
        }
    }

    fn within_limit_by_day(
        &mut self,
        tx: &mut Tx<'_>,
        layer: Layer,
        line: &Line,
        (posting, date): Dated<'_>,
    ) -> Result<(), LedgerError> {
        let Some(limit) = line.gate.limit().filter(|_| line.gate.is_by_day()) else {
            return Ok(());
        };
        if limit.room_by(layer, posting.side, line.units) >= 0 {
            return Ok(());
        }
        let totals = (&mut self.totals, line.cell);
        self.by_day.judge(tx, totals, (&of(posting), limit), date)
    }

    /// What is held ends on its day, and is posted on another: `entry`, where it is. Earlier than it was held it takes from days on
    /// which nothing was held.
    ///
    /// # Errors
    /// [`LedgerError::ExceedsOnDay`], or a [`Halt`].
    pub(crate) fn settle_by_day(
        &mut self,
        tx: &mut Tx<'_>,
        chart: &Chart,
        hold: &Loaded,
        entry: Option<(&NewEntry, &[Judged])>,
    ) -> Result<(), LedgerError> {
        let gate =
            |code: &SmolStr| chart.account(code).map_or(Gate::default(), |(_, rule)| rule.gate);
        if !hold.lines.iter().any(|line| gate(&line.account).is_by_day()) {
            return Ok(());
        }
        for line in &hold.lines {
            let gate = gate(&line.account);
            if let Some(limit) = gate.limit().filter(|_| gate.is_by_day()) {
                let units = line.amount.units().saturating_abs();
                let room = limit.room_by(Layer::Pending, line.side, units).saturating_neg();
                let of = (line.account.clone(), line.currency);
                self.by_day.count(Moved { of, date: hold.pending.date, room });
            }
        }
        let Some((entry, judged)) = entry else { return Ok(()) };
        let mut lines = Vec::new();
        for (at, (posting, judged)) in entry.postings.iter().zip(judged).enumerate() {
            let (gate, cell) = (chart.gate(judged.account), self.cell(judged.account, posting));
            let line = Line { at, gate, units: on_side(posting.side, judged.amount), cell };
            self.count_by_day(Layer::Posted, &line, (posting, entry.date));
            lines.push(line);
        }
        if entry.date >= hold.pending.date {
            return Ok(());
        }
        lines.iter().zip(&entry.postings).try_for_each(|(line, posting)| {
            self.within_limit_by_day(tx, Layer::Posted, line, (posting, entry.date))
        })
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
    fn add(&mut self, layer: Layer, posting: &NewPosting, units: i64) -> Result<(), LedgerError> {
        let cell = self.totals.cell(of(posting));
        self.add_to(cell, layer, posting, units)
    }

    fn add_to(
        &mut self,
        cell: Cell,
        layer: Layer,
        posting: &NewPosting,
        units: i64,
    ) -> Result<(), LedgerError> {
        let sum = if layer == Layer::Posted { SumKind::Posted } else { SumKind::Pending };
        let delta = Layers::one(layer, posting.side, units);
        let delta = delta.of_account(posting.account.clone(), posting.amount.currency());
        self.totals.add_to(cell, delta).map_err(|_| too_large(posting, sum))
    }

    /// The sums of a posting's account, whose place is known.
    fn cell(&mut self, place: AccountPlace, posting: &NewPosting) -> Cell {
        let (at, currency) = (place as usize, posting.amount.currency());
        match self.cells.get(at) {
            Some(Some((known, cell))) if *known == currency => return *cell,
            Some(_) => {}
            None => self.cells.resize(at + 1, None),
        }
        let cell = self.totals.cell(of(posting));
        if let Some(free @ None) = self.cells.get_mut(at) {
            *free = Some((currency, cell));
        }
        cell
    }
}

/// A posting, and the day of its entry.
type Dated<'e> = (&'e NewPosting, NaiveDate);

fn of(posting: &NewPosting) -> Of {
    (posting.account.clone(), posting.amount.currency())
}

/// What an amount adds to its side: less than nothing where it takes an entry back there.
pub(super) fn on_side(side: Side, amount: Amount) -> i64 {
    match side {
        Side::Debit => amount.units(),
        Side::Credit => amount.units().saturating_neg(),
    }
}

/// Whether accounts are within their limits after entries that stand or fall together: where these take more on the limited side
/// than they put on the other. What each of them takes alone moved for no moment of anybody's.
///
/// # Errors
/// [`LedgerError::ExceedsCredits`], [`LedgerError::ExceedsDebits`], or a [`Halt`](fondaco_core::Halt).
pub(crate) fn within_limits(tx: &mut Tx<'_>, entries: &[Id<Entry>]) -> Result<(), LedgerError> {
    let ranges: Vec<_> = entries.iter().map(Range::<Posting>::by_key).collect();
    let mut moved: BTreeMap<Of, i128> = BTreeMap::new();
    let mut first: BTreeMap<(Of, Side), NaiveDate> = BTreeMap::new();
    for posting in tx.peek_scans(&ranges)?.into_iter().flatten() {
        // Of what one ledger has alone no totals are kept.
        if ledger_of(&posting.dimensions).is_none() {
            let key = (posting.account.clone(), posting.currency);
            *moved.entry(key.clone()).or_default() += i128::from(posting.amount.units());
            let side = if posting.amount.units() < 0 { Side::Credit } else { Side::Debit };
            let first = first.entry((key, side)).or_insert(posting.date);
            *first = posting.date.min(*first);
        }
    }
    let codes: Vec<SmolStr> = moved.keys().map(|(code, _)| code.clone()).collect();
    let accounts = tx.get_many::<Account>(&codes)?;
    let (mut limited, mut by_day) = (Vec::new(), Vec::new());
    for ((key, units), account) in moved.into_iter().zip(accounts) {
        let gate = account.map_or(Gate::default(), |account| Gate::of(&account));
        let limit = gate.limit();
        if let Some(limit) = limit.filter(|_| gate.is_by_day()) {
            let first = first.get(&(key.clone(), limit.side()));
            by_day.extend(first.map(|first| (key.clone(), limit, *first)));
        }
        let taken = |limit: &AccountLimit| match limit.side() {
            Side::Debit => units > 0,
            Side::Credit => units < 0,
        };
        limited.extend(limit.filter(taken).map(|limit| (key, limit)));
    }
    let keys = limited.iter().map(|(key, _)| key.clone());
    let keys: Vec<_> = keys.chain(by_day.iter().map(|(key, ..)| key.clone())).collect();
    let mut totals = tx::Running::<Totals>::prepare(tx, keys)?;
    for ((code, currency), limit) in limited {
        let cell = totals.cell((code.clone(), currency));
        if let Some(over) = totals.judge(tx, cell, Totals::headroom(limit.side()), 0)? {
            let over = Amount::from_units(i64::try_from(over).unwrap_or(i64::MAX));
            return Err(LedgerError::exceeds(limit, code, over.money(currency)));
        }
    }
    for (of, limit, first) in by_day {
        let cell = totals.cell(of.clone());
        ByDay::default().judge(tx, (&mut totals, cell), (&of, limit), first)?;
    }
    Ok(totals.finish(tx)?)
}

/// A posting whose sums are judged.
struct Line {
    /// Where it stands in its entry.
    at: usize,
    gate: Gate,
    /// What it adds to its side.
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
    pub(super) fn headroom(side: Side) -> Measure<Totals> {
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
