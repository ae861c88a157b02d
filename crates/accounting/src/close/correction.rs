//! Corrections: an entry is taken back and entered anew in one act, both linked to it.
//!
//! Each half on its own day while that is open, so that every statement is right; a half whose day is closed, in the current
//! period, with its own day as the date of the document, as IAS 8 has it for what is not material. A foreign amount is worth
//! what it was on its own day then too: that it was found late is no exchange difference.
//!
//! What was paid of a bill that is corrected stays paid: the reversal's part of it and the new item of the same party are cleared
//! against each other as far as they meet, so that only what is really owed stays open, however often it is corrected.
//!
//! What a [revaluation](crate::currency::Revalue) or an [allocation](crate::allocation) posted is not corrected: the run is taken back,
//! and run again.
//!
//! Both halves stand or fall together, so what is asserted of an account that both touch is held to what they come to, and so are
//! the limits of accounts: money that only came from elsewhere may have been spent.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::store::{Event, Record, Value};
use fondaco_core::{Act, ActorId, Id, Outcome, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::CloseError;
use super::assertion::{Judging, as_one};
use crate::allocation::AllocationPart;
use crate::currency::RevaluationRun;
use crate::ledger::{
    Entry, LedgerError, NewEntry, Period, Posted, Reversal, Reverse, Within, check_text,
    clear_correction, in_time, period_label, plan_new, planned_on, post_within, reverse_within,
};

/// That an entry was corrected: an entry is corrected at most once, its correction may be corrected again.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_correction", kind = fact, key(entry), index(by_correction(by)))]
pub struct Correction {
    /// The entry that was wrong.
    pub entry: Id<Entry>,
    /// The entry that takes it back.
    pub reversal: Id<Entry>,
    /// The entry that is right.
    pub by: Id<Entry>,
    /// Whether each lies on its own day; else one came late, and lies on the day on which it was corrected.
    pub in_period: bool,
    /// Why, where it was said.
    pub why: Option<SmolStr>,
    /// Who corrected it.
    pub actor: ActorId,
    /// When.
    pub at: Timestamp,
}

/// Corrects an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correct {
    /// The entry that is wrong.
    pub entry: Id<Entry>,
    /// What it should have been.
    pub with: NewEntry,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<SmolStr>,
}

impl Correct {
    /// Takes `entry` back, and posts `with`.
    ///
    /// It is refused with [`LedgerError::UnknownEntry`], [`LedgerError::AlreadyReversed`], [`CloseError::ClosingEntry`] or
    /// [`CloseError::OfRun`] for an entry that is not corrected, and as [`Reverse`] and [`Post`](crate::ledger::Post) are.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::Correct;
    /// let rent = |amount| NewEntry::new("GEN", day("2026-02-03"))
    ///     .debit("5100", eur(amount))
    ///     .credit("1000", eur(amount));
    /// let wrong = books.post("rent", rent("41"))?.answer.id;
    /// let corrected = books.send("it was 14", &Correct::new(wrong, rent("14")))?.answer;
    /// assert_eq!(corrected.date, day("2026-02-03")); // February is open
    /// let february = books.income_statement(day("2026-02-01"), day("2026-02-28"))?;
    /// assert_eq!(february.expense.total, 54.into()); // with the other rent, of 40
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(entry: Id<Entry>, with: NewEntry) -> Correct {
        Correct { entry, with, why: None }
    }

    /// Why.
    #[must_use]
    pub fn why(mut self, why: impl Into<SmolStr>) -> Correct {
        self.why = Some(why.into());
        self
    }
}

/// What a correction posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Outcome)]
pub struct Corrected {
    /// The entry that takes the wrong one back.
    pub reversal: Posted,
    /// The entry that is right.
    pub entry: Posted,
    /// The date of that.
    pub date: NaiveDate,
}

impl Act for Correct {
    type Answer = Corrected;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Corrected, LedgerError> {
        check_text("why", &self.why)?;
        let unknown = LedgerError::UnknownEntry { entry: self.entry };
        let wrong = tx.get::<Entry>(&self.entry)?.ok_or(unknown)?;
        not_of_run(tx, &wrong)?;
        let own = wrong.date;
        let first = own.min(self.with.date);
        // An accrual that would have been taken back by the clock still is, as it is right now.
        let planned = planned_on(tx, self.entry)?;
        let (corrected, in_period) = as_one(tx, first, |tx| {
            let (reversal, taken_on) = self.take_back(tx, own)?;
            let (entry, date) = self.enter(tx)?;
            if let Some(on) = planned {
                // Where it had to be moved to a later day than it was to be of, that day may be over: then it is the day after.
                let moved = date.succ_opt().filter(|_| date != self.with.date);
                let on = moved.map_or(on, |next| on.max(next));
                plan_new(tx, entry.id, date, on)?;
            }
            let reversals = self.reversals(tx, reversal.id)?;
            clear_correction(tx, &reversals, entry.id)?;
            let in_period = taken_on == own && date == self.with.date;
            let posted = vec![reversal.id, entry.id];
            Ok(((Corrected { reversal, entry, date }, in_period), posted))
        })?;
        let entry = Value::Id(self.entry.to_u128());
        let event = Event::new("ledger.corrected").with("entry", entry);
        tx.emit(event.with("by", corrected.entry.id));
        tx.insert(Correction {
            entry: self.entry,
            reversal: corrected.reversal.id,
            by: corrected.entry.id,
            in_period,
            why: self.why.clone(),
            actor: tx.actor().clone(),
            at: tx.now(),
        })?;
        Ok(corrected)
    }
}

impl Correct {
    /// What is wrong is taken back: on its own day, or today where that is closed.
    fn take_back(
        &self,
        tx: &mut Tx<'_>,
        own: NaiveDate,
    ) -> Result<(Posted, NaiveDate), LedgerError> {
        let within = Within { judging: Judging::Outside, ..Within::default() };
        in_time(tx, own, |tx, date| {
            let planned = (date != own).then_some(own);
            let posted = reverse_within(tx, &Reverse::new(self.entry, date), planned, within)?;
            Ok((posted, date))
        })
    }

    /// The reversal of what is wrong, and those of what that had corrected in its turn, the last first.
    fn reversals(&self, tx: &mut Tx<'_>, last: Id<Entry>) -> Result<Vec<Id<Entry>>, LedgerError> {
        let (mut all, mut at) = (vec![last], self.entry);
        // Each came in the commit of the entry that it led to, so nothing has to be rested on.
        while let Some(earlier) = correction_by(tx, at)? {
            all.push(earlier.reversal);
            at = earlier.entry;
        }
        Ok(all)
    }

    /// What is right is entered: on its own day, or today where that is closed.
    fn enter(&self, tx: &mut Tx<'_>) -> Result<(Posted, NaiveDate), LedgerError> {
        let own = self.with.date;
        // A day that the books don't know is a slip, not a day that is over.
        let periods = tx.scan(&Range::<Period>::all())?;
        if !periods.iter().any(|period| period.start <= own && own <= period.end) {
            return Err(LedgerError::NoPeriod { date: own });
        }
        let within = Within { judging: Judging::Outside, valued_on: Some(own) };
        in_time(tx, own, |tx, date| Ok((post_within(tx, &self.dated(date), within)?, date)))
    }

    /// What is right, of this day. One that comes late lies in an ordinary period.
    fn dated(&self, date: NaiveDate) -> NewEntry {
        let with = self.with.clone();
        if date == with.date {
            return with;
        }
        let document_date = with.document_date.or(Some(with.date));
        NewEntry { document_date, date, ..with }.unadjusted()
    }
}

/// Refuses what a run posted, and what takes that back: what was entered instead would be no run, so that the next one would value
/// or share out the same again, the clock would not take it back, and nobody could undo it.
fn not_of_run(tx: &mut Tx<'_>, wrong: &Entry) -> Result<(), LedgerError> {
    let mut of = Some(wrong.id);
    while let Some(id) = of {
        // Both are facts that come in the commit of their entry, so nothing has to be rested on.
        let Some(entry) = tx.peek::<Entry>(&id)? else { return Ok(()) };
        let refused = |run, way_out| Err(CloseError::OfRun { entry: id, run, way_out }.into());
        if tx.peek::<RevaluationRun>(&(entry.date, id))?.is_some() {
            let run = format!("the revaluation at {}", entry.date);
            return refused(run, "reverse it, mend what was wrong, and run it again");
        }
        let part = Range::<AllocationPart>::by_key(&id).limit(1);
        if !tx.peek_scan(&part)?.is_empty() {
            let run = format!("an allocation for {}", period_label(entry.period));
            return refused(
                run,
                "undo it with UndoAllocation, mend what was wrong, and run it again",
            );
        }
        of = entry.reverses.copied();
    }
    Ok(())
}

/// What became of an entry: its correction, the correction of that, and so on.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::close::{Correct, corrections};
/// let rent = |amount| NewEntry::new("GEN", day("2026-02-03"))
///     .debit("5100", eur(amount))
///     .credit("1000", eur(amount));
/// let first = books.post("rent", rent("41"))?.answer.id;
/// let second = books.send("14", &Correct::new(first, rent("14")))?.answer.entry.id;
/// books.send("15", &Correct::new(second, rent("15")).why("and a fee"))?;
/// let chain = books.view(|view| corrections(view, first))?;
/// assert_eq!((chain.len(), chain[1].entry), (2, second));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn corrections(
    read: &mut impl Reading,
    entry: Id<Entry>,
) -> Result<Vec<Arc<Correction>>, LedgerError> {
    let (mut chain, mut at): (Vec<Arc<Correction>>, _) = (Vec::new(), entry);
    while let Some(correction) = read.peek::<Correction>(&at)? {
        at = correction.by;
        chain.push(correction);
    }
    Ok(chain)
}

/// The correction that an entry is, if it is one.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn correction_by(
    read: &mut impl Reading,
    entry: Id<Entry>,
) -> Result<Option<Arc<Correction>>, LedgerError> {
    Ok(read.peek_scan(&Range::by(Correction::BY_CORRECTION, &entry).limit(1))?.pop())
}

/// What stands for an entry after corrections, and after reversals that were taken back in their turn.
pub(crate) struct Standing {
    /// The last entry of them.
    pub(crate) entry: Id<Entry>,
    /// The entry that took it back by hand, if one did: then nothing stands for it.
    pub(crate) taken_back_by: Option<Id<Entry>>,
}

impl Standing {
    /// Of an entry.
    pub(crate) fn of(read: &mut impl Reading, entry: Id<Entry>) -> Result<Standing, LedgerError> {
        let mut at = entry;
        loop {
            if let Some(correction) = corrections(read, at)?.last() {
                at = correction.by;
            }
            let Some(taken) = read.peek::<Reversal>(&at)? else {
                return Ok(Standing { entry: at, taken_back_by: None });
            };
            match read.peek::<Reversal>(&taken.by)? {
                Some(back) => at = back.by,
                None => return Ok(Standing { entry: at, taken_back_by: Some(taken.by) }),
            }
        }
    }

    /// As [`of`](Standing::of), in an act that rests on it.
    pub(crate) fn rest_on(tx: &mut Tx<'_>, entry: Id<Entry>) -> Result<Standing, LedgerError> {
        let standing = Standing::of(tx, entry)?;
        // What comes next would begin with a reversal of the last.
        tx.get::<Reversal>(&standing.taken_back_by.unwrap_or(standing.entry))?;
        Ok(standing)
    }

    /// The entry, if it stands.
    pub(crate) fn standing(&self) -> Option<Id<Entry>> {
        self.taken_back_by.is_none().then_some(self.entry)
    }
}
