//! Whether what a batch posts stays within the limits it falls under, entry by entry, without standing in other writers' way.
//!
//! As with the limits of accounts: the sums begin with what the store has, *peeked*, and each entry is judged by them and by
//! all that the batch posted before. What the act rests on is one floor a sum, which the store judges at the commit: with `s`
//! stored, and `p1, p2, ..., pn` added after each entry that was judged against the lines `l1, l2, ..., ln`, all are
//! right just when `s <= min(li - pi)`. Only what is refused or warned of rests on the stored sum itself.

use std::borrow::Borrow;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Floor, Stored, Tags, Value};
use fondaco_core::{Added, Halt, Id, Money, Reading, Tx};
use smol_str::SmolStr;

use super::headings::stands_under;
use super::history::{period_of, too_large};
use super::matching::{Limits, Line};
use super::{ExcessKind, Spending, SpendingExcess, SpendingLimit};
use crate::ledger::judge::Judged;
use crate::ledger::rules::{Map, Rules};
use crate::ledger::so_far::{OfLimit, carry};
use crate::ledger::totals::Layer;
use crate::ledger::weight::Scales;
use crate::ledger::{
    Amount, Entry, LedgerError, NewEntry, NewPosting, Period, WholePending, is_closing, rights,
};

/// The part of its worth by the rate on record by which the worth that is given for a foreign amount may be off, where a limit in
/// the ledger's currency counts it: one tenth.
const OFF_BY: i64 = 10;

/// Limit, value and first day of the window.
type Key = (SmolStr, SmolStr, NaiveDate);

/// Why limits are exceeded, by somebody who may.
pub(crate) struct Override<'a> {
    pub(crate) why: &'a SmolStr,
}

/// What something is that counts, and why it may stand above a line.
pub(crate) struct Standing<'a> {
    pub(crate) id: Id<Entry>,
    pub(crate) layer: Layer,
    pub(crate) exceeding: Option<&'a Override<'a>>,
    /// Whether it was held before.
    pub(crate) settles: bool,
}

/// What a line counts towards: the limit, the value, the first day of the window, and how much.
type Counts = (Arc<SpendingLimit>, SmolStr, NaiveDate, i64);

/// One sum while a batch is judged.
struct Cell {
    key: Key,
    limit: Arc<SpendingLimit>,
    /// What the store has: spent and held.
    base: i128,
    /// Whether the act rests on the base.
    exact: bool,
    /// What the batch adds to what was posted, and to what is held.
    net: Net,
    /// The most that the base may be, by what was judged.
    most: Option<i128>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Net {
    spent: i64,
    held: i64,
}

impl Net {
    fn both(self) -> i128 {
        i128::from(self.spent) + i128::from(self.held)
    }

    /// With so much more in one layer; `None` beyond the reach.
    fn plus(self, layer: Layer, units: i64) -> Option<Net> {
        Some(match layer {
            Layer::Posted => Net { spent: self.spent.checked_add(units)?, ..self },
            Layer::Pending => Net { held: self.held.checked_add(units)?, ..self },
        })
    }
}

/// A cell as it was before an entry.
struct Undo {
    cell: usize,
    net: Net,
    most: Option<i128>,
}

/// How far a batch was judged, to be gone back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize, usize);

/// The sums of a batch; empty, and asked for nothing, in a ledger without limits.
#[derive(Default)]
pub(crate) struct Judge {
    limits: Option<Arc<Limits>>,
    cells: Vec<Cell>,
    places: Map<Key, usize>,
    log: Vec<Undo>,
    /// What the accounts of the batch stand under.
    above: Map<SmolStr, Arc<[SmolStr]>>,
    excesses: Vec<SpendingExcess>,
    scales: Scales,
    /// What parts before added that are only checked.
    carried: Map<Key, i64>,
}

/// Something above a line, which stands all the same.
struct Above {
    cell: usize,
    total: i128,
    line: Amount,
    reason: ExcessKind,
}

impl Judge {
    /// Judges by this besides what the store has.
    pub(crate) fn carry_in(&mut self, so_far: &[OfLimit]) {
        let key = |of: &OfLimit| (of.code.clone(), of.value.clone(), of.window_start);
        self.carried = so_far.iter().map(|of| (key(of), of.spent)).collect();
    }

    /// What is to be judged by in the next part.
    pub(crate) fn carry_out(&self, before: Vec<OfLimit>) -> Vec<OfLimit> {
        let refusing = self.cells.iter().filter(|cell| cell.limit.refuse_above.is_some());
        let touched = refusing.map(|cell| {
            let carried = self.carried.get(&cell.key).copied().unwrap_or_default();
            let (code, value, window_start) = cell.key.clone();
            OfLimit { code, value, window_start, spent: carried.saturating_add(cell.net.spent) }
        });
        carry(before, touched, |of| (of.code.clone(), of.value.clone(), of.window_start))
    }

    /// Reads the limits, and in one trip the sums that a batch may count towards.
    pub(crate) fn prepare<E: Borrow<NewEntry>>(
        tx: &mut Tx<'_>,
        rules: &Rules,
        entries: &[E],
    ) -> Result<Judge, LedgerError> {
        if !rules.spending_limits {
            return Ok(Judge::default());
        }
        let mut judge = Judge { limits: Some(Limits::read(tx)?), ..Judge::default() };
        let mut keys = Vec::new();
        for entry in entries.iter().map(Borrow::borrow) {
            let Ok(period) = rules.period_for(entry) else { continue };
            for posting in &entry.postings {
                let place = (&posting.account, &posting.dimensions);
                judge.each_limit(
                    tx,
                    rules,
                    (entry.date, period),
                    place,
                    |limit, value, start| {
                        keys.push((limit.code.clone(), value, start));
                    },
                )?;
            }
        }
        keys.sort_unstable();
        keys.dedup();
        tx.need::<Spending>(&keys)?;
        Ok(judge)
    }

    /// Whether an entry may be posted or held, judged after all that was allowed before: what is allowed counts, what is
    /// refused has left nothing. What was held before is posted whatever the lines; what is above one and stands is kept.
    ///
    /// # Errors
    /// [`LedgerError::SpendingLimit`], or a [`Halt`](fondaco_core::Halt).
    pub(crate) fn allow(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (entry, judged, period): (&NewEntry, &[Judged], &Period),
        standing: &Standing<'_>,
    ) -> Result<(), LedgerError> {
        if self.limits.is_none() {
            return Ok(());
        }
        let mark = self.mark();
        let result = self.judge(tx, rules, (entry, judged, period), standing).and_then(|above| {
            above.into_iter().try_for_each(|above| self.note(tx, entry, above, standing))
        });
        result.inspect_err(|_| self.back_to(mark))
    }

    /// Takes what was held out of the sums: it was posted, voided, or has expired.
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub(crate) fn release(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        hold: &WholePending,
    ) -> Result<(), LedgerError> {
        let date = hold.pending.date;
        let Some(period) = period_of(rules.periods(), date).filter(|_| self.limits.is_some())
        else {
            return Ok(());
        };
        for line in &hold.lines {
            let place = (&line.account, &line.dimensions);
            let amounts = Line::of_pending(line);
            for counts in self.counting(tx, rules, (date, period), place, amounts)? {
                let (limit, value, start, counted) = counts;
                let cell = self.cell(tx, limit, (value, start))?;
                self.add(cell, Layer::Pending, counted.saturating_neg())?;
            }
        }
        Ok(())
    }

    fn judge(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (entry, judged, period): (&NewEntry, &[Judged], &Period),
        standing: &Standing<'_>,
    ) -> Result<Vec<Above>, LedgerError> {
        let mut added: Vec<(usize, i64)> = Vec::new();
        for (posting, judged) in entry.postings.iter().zip(judged) {
            let Judged { amount, ledger_amount, .. } = *judged;
            let line = Line { currency: posting.amount.currency(), amount, ledger_amount };
            let place = (&posting.account, &posting.dimensions);
            for counts in self.counting(tx, rules, (entry.date, period), place, line)? {
                let (limit, value, start, counted) = counts;
                self.check_worth(tx, rules, (entry, posting, counted), &limit, standing)?;
                let cell = self.cell(tx, limit, (value, start))?;
                self.add(cell, standing.layer, counted)?;
                match added.iter_mut().find(|(known, _)| *known == cell) {
                    Some((_, sum)) => *sum = sum.saturating_add(counted),
                    None => added.push((cell, counted)),
                }
            }
        }
        let mut above = Vec::new();
        for (cell, _) in added.into_iter().filter(|(_, sum)| *sum > 0) {
            above.extend(self.within(tx, cell, standing)?);
        }
        Ok(above)
    }

    /// A worth that is given for a foreign amount, and by which it would hardly count, is not taken where a limit refuses: sums
    /// follow from what is posted, so they can't go by another.
    fn check_worth(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (entry, posting, counted): (&NewEntry, &NewPosting, i64),
        limit: &SpendingLimit,
        standing: &Standing<'_>,
    ) -> Result<(), LedgerError> {
        let own = posting.amount.currency() == rules.currency || posting.amount.is_zero();
        let by_worth = limit.currency == rules.currency && limit.refuse_above.is_some();
        if own || !by_worth || standing.settles || rules.reverses {
            return Ok(());
        }
        if posting.needs_rate(rules.currency) {
            return Ok(());
        }
        let amount = posting.amount.abs();
        let Some(recorded) = self.scales.on_record(tx, rules, (entry, amount))? else {
            return Ok(());
        };
        let given = i128::from(counted).abs();
        // What no amount holds is worth more than any.
        let known = Amount::from_decimal(recorded.amount()).map_or(i64::MAX, Amount::units);
        let (known, slack) = (i128::from(known), i128::from(known / OFF_BY));
        let short = if counted > 0 { known - slack - given } else { given - known - slack };
        if short <= 0 {
            return Ok(());
        }
        if standing.exceeding.is_some() {
            tx.authorize(&request(entry, &limit.code, limit.money(short)))?;
            return Ok(());
        }
        let (code, account) = (limit.code.clone(), posting.account.clone());
        let worth = limit.money(given);
        Err(LedgerError::SpendingWorth { code, account, amount, worth, recorded })
    }

    /// The limits that a line counts towards, with the value, the window and how much.
    fn counting(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        days: (NaiveDate, &Period),
        place: (&SmolStr, &Tags),
        line: Line,
    ) -> Result<Vec<Counts>, LedgerError> {
        let mut found = Vec::new();
        self.each_limit(tx, rules, days, place, |limit, value, start| {
            let counted = limit.counted(line, rules.currency);
            if counted != 0 {
                found.push((limit.clone(), value, start, counted));
            }
        })?;
        Ok(found)
    }

    /// Judges a sum by its lines, after the whole entry.
    fn within(
        &mut self,
        tx: &mut Tx<'_>,
        at: usize,
        standing: &Standing<'_>,
    ) -> Result<Option<Above>, LedgerError> {
        let Some(cell) = self.cells.get_mut(at) else { return Ok(None) };
        let added = cell.net.both();
        let total = cell.base + added;
        let (warn, refuse) = (cell.limit.warn_above, cell.limit.refuse_above);
        let is_above = |line: &Amount| total > i128::from(line.units());
        let broken = refuse.filter(is_above).or(warn.filter(is_above));
        // The line that the sum stays below, if there is one.
        let kept = match broken {
            None => warn.or(refuse),
            Some(line) if Some(line) == refuse => None,
            Some(_) => refuse,
        };
        if let Some(kept) = kept {
            let most = i128::from(kept.units()) - added;
            cell.most = Some(cell.most.map_or(most, |known| known.min(most)));
        }
        let Some(line) = broken else { return Ok(None) };
        // Said because of what was only peeked at: now the act rests on it.
        tx.get::<Spending>(&cell.key)?;
        cell.exact = true;
        let refused = Some(line) == refuse;
        let reason = match standing {
            _ if !refused => ExcessKind::Warned,
            Standing { settles: true, .. } => ExcessKind::Held,
            Standing { exceeding: Some(_), .. } => ExcessKind::Allowed,
            _ => return Err(cell.refusal(total, line)),
        };
        Ok(Some(Above { cell: at, total, line, reason }))
    }

    /// Keeps what stands above a line; who exceeds a limit is asked for the right to.
    fn note(
        &mut self,
        tx: &mut Tx<'_>,
        entry: &NewEntry,
        above: Above,
        standing: &Standing<'_>,
    ) -> Result<(), LedgerError> {
        let Some(cell) = self.cells.get(above.cell) else { return Ok(()) };
        let (code, value, window_start) = cell.key.clone();
        let why = match above.reason {
            ExcessKind::Warned | ExcessKind::Held => None,
            ExcessKind::Allowed => {
                let over = above.total - i128::from(above.line.units());
                tx.authorize(&request(entry, &code, cell.limit.money(over)))?;
                standing.exceeding.map(|exceeding| exceeding.why.clone())
            }
        };
        let total = i64::try_from(above.total).map_err(|_| too_large(&code))?;
        self.excesses.push(SpendingExcess {
            entry: standing.id,
            code,
            value,
            pending: standing.layer == Layer::Pending,
            window_start,
            reason: above.reason,
            total: Amount::from_units(total),
            line: above.line,
            actor: tx.actor().clone(),
            at: tx.now(),
            why,
        });
        Ok(())
    }

    /// How far it is.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.log.len(), self.excesses.len())
    }

    /// Takes back all that was allowed since.
    pub(crate) fn back_to(&mut self, Mark(log, excesses): Mark) {
        for Undo { cell, net, most } in self.log.drain(log..).rev() {
            if let Some(cell) = self.cells.get_mut(cell) {
                (cell.net, cell.most) = (net, most);
            }
        }
        self.excesses.truncate(excesses);
    }

    /// Stages what the batch adds, under the floors that say by which sums it was allowed, and what is above a line.
    ///
    /// # Errors
    /// A [`Halt`](fondaco_core::Halt).
    pub(crate) fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let mut plain = Vec::new();
        for cell in self.cells {
            let floor = cell.floor();
            let delta = cell.delta();
            match floor {
                None if cell.net == Net::default() => {}
                None => plain.push(delta),
                Some(floor) => {
                    if let Added::Short(row) = tx.add(delta, &[floor])? {
                        let what = format!("{:?} was judged otherwise in memory", row.row_key());
                        return Err(Halt::Bug(what));
                    }
                }
            }
        }
        if !plain.is_empty() {
            tx.add_all(plain)?;
        }
        for excess in self.excesses {
            let name = match excess.reason {
                ExcessKind::Warned => "ledger.spending_warned",
                ExcessKind::Allowed | ExcessKind::Held => "ledger.spending_limit_exceeded",
            };
            let event = Event::new(name)
                .with("spending_limit", Value::Text(excess.code.clone()))
                .with("entry", Value::Id(excess.entry.to_u128()));
            tx.emit(event);
            tx.insert(excess)?;
        }
        Ok(())
    }

    /// Calls `each` with every limit that a line falls under, the value and the window whose sum it counts towards.
    fn each_limit(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        (date, period): (NaiveDate, &Period),
        (account, dimensions): (&SmolStr, &Tags),
        mut each: impl FnMut(&Arc<SpendingLimit>, SmolStr, NaiveDate),
    ) -> Result<(), LedgerError> {
        let Some(limits) = self.limits.clone() else { return Ok(()) };
        if is_closing(period.period) {
            return Ok(()); // nothing is spent, and nothing given back, by closing a year
        }
        for (limit, value) in limits.matching(dimensions) {
            if !limit.counts_on(date) {
                continue;
            }
            if limit.account.is_some() {
                let above = self.above(tx, rules, account)?;
                if !limit.covers(account, &above) {
                    continue;
                }
            }
            if !limit.under.is_empty() && !stands_under(tx, limit, dimensions, date)? {
                continue;
            }
            each(limit, value, limit.window.start(date, period, rules.periods()));
        }
        Ok(())
    }

    /// What an account stands under.
    fn above(
        &mut self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        account: &SmolStr,
    ) -> Result<Arc<[SmolStr]>, Halt> {
        if let Some(known) = self.above.get(account) {
            return Ok(known.clone());
        }
        let above: Arc<[SmolStr]> = rights::above(tx, &rules.chart, account)?.into();
        self.above.insert(account.clone(), above.clone());
        Ok(above)
    }

    /// Where a sum stands, with what the store has.
    fn cell(
        &mut self,
        tx: &mut Tx<'_>,
        limit: Arc<SpendingLimit>,
        (value, start): (SmolStr, NaiveDate),
    ) -> Result<usize, LedgerError> {
        let key = (limit.code.clone(), value, start);
        if let Some(&at) = self.places.get(&key) {
            return Ok(at);
        }
        let exact = tx.is_short::<Spending>(&key);
        let row = if exact { tx.get::<Spending>(&key)? } else { tx.peek::<Spending>(&key)? };
        let base =
            row.map_or(0, |row| i128::from(row.spent.units()) + i128::from(row.held.units()));
        let carried = self.carried.get(&key).copied().unwrap_or_default();
        let base = base + i128::from(carried);
        let at = self.cells.len();
        self.places.insert(key.clone(), at);
        self.cells.push(Cell { key, limit, base, exact, net: Net::default(), most: None });
        Ok(at)
    }

    fn add(&mut self, at: usize, layer: Layer, counted: i64) -> Result<(), LedgerError> {
        let Some(cell) = self.cells.get_mut(at) else { return Ok(()) };
        let (net, most) = (cell.net, cell.most);
        cell.net = net.plus(layer, counted).ok_or_else(|| too_large(&cell.key.0))?;
        self.log.push(Undo { cell: at, net, most });
        Ok(())
    }
}

impl Cell {
    fn delta(&self) -> Spending {
        let (code, value, window_start) = self.key.clone();
        let (spent, held) = (self.net.spent, self.net.held);
        let (spent, held) = (Amount::from_units(spent), Amount::from_units(held));
        Spending { code, value, window_start, spent, held }
    }

    /// What the store has to judge: nothing, where the act rests on the stored sum.
    fn floor(&self) -> Option<Floor> {
        let most = self.most.filter(|_| !self.exact)? + self.net.both();
        let least = i64::try_from(-most).unwrap_or(if most > 0 { i64::MIN } else { i64::MAX });
        // The columns of what was spent and what is held.
        Some(Floor::new(&[(3, -1), (4, -1)], least))
    }

    fn refusal(&self, total: i128, line: Amount) -> LedgerError {
        let (code, value, start) = self.key.clone();
        let of = self.limit.each.clone().map(|dimension| (dimension, value));
        LedgerError::SpendingLimit {
            code,
            of,
            start: Some(start).filter(|start| *start != super::limit::WHOLE),
            total: self.limit.money(total),
            line: self.limit.money(i128::from(line.units())),
        }
    }
}

/// Asks for the right to exceed a limit by so much.
fn request(entry: &NewEntry, code: &SmolStr, over: Money) -> Request {
    Request::new(&rights::EXCEED_SPENDING_LIMIT)
        .about(code.clone())
        .amount(over)
        .at("spending_limit", code.clone())
        .at("journal", entry.journal.clone())
}
