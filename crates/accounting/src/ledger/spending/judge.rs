//! Whether what a batch posts stays within the limits it falls under, entry by entry, without standing in other writers' way.
//!
//! The sums are a [`Running`] judge's, as those of accounts are: a line of a limit is a least of what is left below nothing. Only
//! what is refused or warned of rests on the stored sum itself.

use std::borrow::Borrow;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Tags};
use fondaco_core::tx::{Cell, Events, Pending, Rows, Running};
use fondaco_core::{Halt, Id, Money, Tx};
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

/// The sums of a batch; empty, and asked for nothing, in a ledger without limits.
#[derive(Default, Pending)]
pub(crate) struct Judge {
    #[pending(skip)]
    limits: Option<Arc<Limits>>,
    /// By the place of a sum, its limit.
    #[pending(skip)]
    of: Vec<Option<Arc<SpendingLimit>>>,
    /// What the accounts of the batch stand under.
    #[pending(skip)]
    above: Map<SmolStr, Arc<[SmolStr]>>,
    #[pending(skip)]
    scales: Scales,
    sums: Running<Spending>,
    /// What stands above a line.
    excesses: Rows<SpendingExcess>,
    events: Events,
}

/// Something above a line, which stands all the same.
struct Above {
    cell: Cell,
    limit: Arc<SpendingLimit>,
    total: i128,
    /// How much of it this entry added.
    added: i64,
    line: Amount,
    reason: ExcessKind,
}

impl Judge {
    /// Judges by this besides what the store has.
    pub(crate) fn carry_in(&mut self, so_far: &[OfLimit]) {
        self.sums.carry_in(so_far.iter().map(|of| Spending {
            code: of.code.clone(),
            value: of.value.clone(),
            window_start: of.window_start,
            spent: Amount::from_units(of.spent),
            held: Amount::ZERO,
        }));
    }

    /// What is to be judged by in the next part.
    pub(crate) fn carry_out(&self, before: Vec<OfLimit>) -> Result<Vec<OfLimit>, Halt> {
        let refuses = |cell: Cell| self.limit(cell).is_some_and(|of| of.refuse_above.is_some());
        let carried = self.sums.carry_out()?.into_iter().filter(|(cell, _)| refuses(*cell));
        let touched = carried.map(|(_, Spending { code, value, window_start, spent, .. })| {
            OfLimit { code, value, window_start, spent: spent.units() }
        });
        Ok(carry(before, touched, |of| (of.code.clone(), of.value.clone(), of.window_start)))
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
        judge.sums = Running::prepare(tx, keys)?;
        Ok(judge)
    }

    /// Whether an entry may be posted or held, judged after all that was allowed before. What was held before is posted whatever
    /// the lines; what is above one and stands is kept.
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
        let above = self.judge(tx, rules, (entry, judged, period), standing)?;
        above.into_iter().try_for_each(|above| self.note(tx, entry, above, standing))
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
                self.add(limit, (value, start), Layer::Pending, counted.saturating_neg())?;
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
        let mut added: Vec<(Cell, i64)> = Vec::new();
        for (posting, judged) in entry.postings.iter().zip(judged) {
            let Judged { amount, ledger_amount, .. } = *judged;
            let line = Line { currency: posting.amount.currency(), amount, ledger_amount };
            let place = (&posting.account, &posting.dimensions);
            for counts in self.counting(tx, rules, (entry.date, period), place, line)? {
                let (limit, value, start, counted) = counts;
                self.check_worth(tx, rules, (entry, posting, counted), &limit, standing)?;
                let cell = self.add(limit, (value, start), standing.layer, counted)?;
                match added.iter_mut().find(|(known, _)| *known == cell) {
                    Some((_, sum)) => *sum = sum.saturating_add(counted),
                    None => added.push((cell, counted)),
                }
            }
        }
        let mut above = Vec::new();
        for added in added.into_iter().filter(|(_, sum)| *sum > 0) {
            above.extend(self.within(tx, added, standing)?);
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
        (cell, added): (Cell, i64),
        standing: &Standing<'_>,
    ) -> Result<Option<Above>, LedgerError> {
        let Some(limit) = self.limit(cell).cloned() else { return Ok(None) };
        let sums = &mut self.sums;
        let total = -sums.value(tx, cell, Spending::LEFT)?;
        let (warn, refuse) = (limit.warn_above, limit.refuse_above);
        let is_above = |line: &Amount| total > i128::from(line.units());
        let broken = refuse.filter(is_above).or(warn.filter(is_above));
        // The line that the sum stays below, if there is one.
        let kept = match broken {
            None => warn.or(refuse),
            Some(line) if Some(line) == refuse => None,
            Some(_) => refuse,
        };
        if let Some(kept) = kept {
            sums.keep(cell, Spending::LEFT, kept.units().saturating_neg());
        }
        let Some(line) = broken else { return Ok(None) };
        // Said because of what was only peeked at: now the act rests on it.
        sums.rest_on(tx, cell)?;
        let refused = Some(line) == refuse;
        let reason = match standing {
            _ if !refused => ExcessKind::Warned,
            Standing { settles: true, .. } => ExcessKind::Held,
            Standing { exceeding: Some(_), .. } => ExcessKind::Allowed,
            _ => return Err(refusal(&limit, sums.key(cell), total, line)),
        };
        Ok(Some(Above { cell, limit, total, added, line, reason }))
    }

    /// Keeps what stands above a line; who exceeds a limit is asked for the right to.
    fn note(
        &mut self,
        tx: &mut Tx<'_>,
        entry: &NewEntry,
        above: Above,
        standing: &Standing<'_>,
    ) -> Result<(), LedgerError> {
        let Some((code, value, window_start)) = self.sums.key(above.cell).cloned() else {
            return Ok(());
        };
        let why = match above.reason {
            ExcessKind::Warned | ExcessKind::Held => None,
            ExcessKind::Allowed => {
                let over = above.total - i128::from(above.line.units());
                // Each entry adds but a part of what is over in all: that is what the act comes to.
                let more = above.limit.money(over.min(i128::from(above.added)));
                let over = above.limit.money(over);
                tx.authorize(&request(entry, &code, over).adding(more))?;
                standing.exceeding.map(|exceeding| exceeding.why.clone())
            }
        };
        let total = i64::try_from(above.total).map_err(|_| too_large(&code))?;
        let name = match above.reason {
            ExcessKind::Warned => "ledger.spending_warned",
            ExcessKind::Allowed | ExcessKind::Held => "ledger.spending_limit_exceeded",
        };
        let event = Event::new(name).with("spending_limit", &code).with("entry", standing.id);
        self.events.push(event);
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

    /// Adds what counts towards a limit.
    fn add(
        &mut self,
        limit: Arc<SpendingLimit>,
        (value, window_start): (SmolStr, NaiveDate),
        layer: Layer,
        counted: i64,
    ) -> Result<Cell, LedgerError> {
        let counted = Amount::from_units(counted);
        let (spent, held) = match layer {
            Layer::Posted => (counted, Amount::ZERO),
            Layer::Pending => (Amount::ZERO, counted),
        };
        let delta = Spending { code: limit.code.clone(), value, window_start, spent, held };
        let cell = self.sums.add(delta).map_err(|_| too_large(&limit.code))?;
        if self.of.len() <= cell.place() {
            self.of.resize(cell.place() + 1, None);
        }
        if let Some(of) = self.of.get_mut(cell.place()) {
            *of = Some(limit);
        }
        Ok(cell)
    }

    fn limit(&self, cell: Cell) -> Option<&Arc<SpendingLimit>> {
        self.of.get(cell.place())?.as_ref()
    }
}

fn refusal(
    limit: &SpendingLimit,
    key: Option<&(SmolStr, SmolStr, NaiveDate)>,
    total: i128,
    line: Amount,
) -> LedgerError {
    let value = key.map(|(_, value, _)| value.clone());
    let start = key.map(|(.., start)| *start);
    LedgerError::SpendingLimit {
        code: limit.code.clone(),
        of: limit.each.clone().zip(value),
        start: start.filter(|start| *start != super::limit::WHOLE),
        total: limit.money(total),
        line: limit.money(i128::from(line.units())),
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
