//! Entries that reverse themselves: accruals at the end of a period, taken back on the first day of the next.
//!
//! The plan is an item of the [due queue](fondaco_core::due), put there in the commit of the entry; the tick that carries it
//! out sends the same [`Reverse`] that a person would. A reversal that comes late, when its day is closed or its journal has a
//! later number already, is of the day on which the clock brings it, with its own day as the document's date. An entry is reversed at most once: a reversal by hand takes the plan
//! off the queue.

use chrono::NaiveDate;
use fondaco_core::due::{self, Due, DueItem, Refused};
use fondaco_core::store::Event;
use fondaco_core::{Act, Id, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr};

use super::options::check_nameless;
use super::post::post_now;
use super::recurring::in_time;
use super::reverse::{mirrored, reverse, reversible, unreversed};
use super::rights::{self, Asking};
use super::{Entry, LedgerError, NewEntry, Period, Posted, Reverse};

/// The kind of the queue's items that reverse entries; the subject is the entry's id.
pub const REVERSAL: &str = "ledger.reversal";

/// Posts an entry that reverses itself on a later day, exactly once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostReversing {
    /// The entry.
    pub entry: NewEntry,
    /// When it reverses itself; `None` for the first day after its period.
    #[serde(default)]
    pub on: Option<NaiveDate>,
}

impl PostReversing {
    /// Posts `entry`, which reverses itself on the first day after its period.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let power = NewEntry::new("GEN", day("2026-05-31")) // used in May, billed in June
    ///     .debit("5100", eur("80"))
    ///     .credit("2200", eur("80"));
    /// books.send("accrue power", &PostReversing::new(power))?;
    /// let planned = books.planned_reversals()?;
    /// assert_eq!(planned[0].on, day("2026-06-01"));
    /// books.tick()?; // the books' clock shows 1 June
    /// assert_eq!(books.planned_reversals()?, []);
    /// assert_eq!(books.balances(&BalanceQuery::account("2200"))?[0].amounts.ledger_balance(), (-19).into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(entry: NewEntry) -> PostReversing {
        PostReversing { entry, on: None }
    }

    /// On this day instead, which must be after the entry's.
    #[must_use]
    pub fn on(mut self, date: NaiveDate) -> PostReversing {
        self.on = Some(date);
        self
    }
}

impl Act for PostReversing {
    type Answer = Posted;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Posted, LedgerError> {
        post_reversing(tx, &self.entry, self.on)
    }
}

/// Posts `entry` in a unit of work and plans its reversal: on the day given, or on the first after its period.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let power = NewEntry::new("GEN", day("2026-05-31"))
///     .debit("5100", eur("80"))
///     .credit("2200", eur("80"));
/// let early = books.driver().run(books.envelope("accrue"), &power, |tx, entry| {
///     ledger::post_reversing(tx, entry, Some(day("2026-05-31")))
/// });
/// assert_eq!(early.unwrap_err().code(), "accounting.bad_input"); // on its own day it would be nothing
/// ```
///
/// # Errors
/// As [`Post`](super::Post), also without the right to plan, and [`LedgerError::BadInput`] when the reversal is not after the
/// entry.
pub fn post_reversing(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    on: Option<NaiveDate>,
) -> Result<Posted, LedgerError> {
    Asking::new(tx, &rights::PLAN)?.allow_plan(tx, entry)?;
    post_planned(tx, entry, on)
}

/// Posts an entry whose reversal may be planned, or was planned with it.
pub(crate) fn post_planned(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    on: Option<NaiveDate>,
) -> Result<Posted, LedgerError> {
    check_nameless(entry)?;
    let posted = post_now(tx, entry)?;
    let on = match on {
        Some(on) => on,
        None => day_after_period(tx, entry.date)?,
    };
    plan_new(tx, posted.id, entry.date, on)?;
    Ok(posted)
}

/// Plans the reversal of an entry, of `date`, that was posted in this act.
pub(crate) fn plan_new(
    tx: &mut Tx<'_>,
    entry: Id<Entry>,
    date: NaiveDate,
    on: NaiveDate,
) -> Result<(), LedgerError> {
    // The entry is new in this act: nothing can be planned for it yet, so the queue is not read.
    let due = planned(tx, entry, date, on)?;
    tx.due_anew(due)?;
    tx.emit(event("ledger.reversal_planned", entry).with("on", on));
    Ok(())
}

fn day_after_period(tx: &mut Tx<'_>, date: NaiveDate) -> Result<NaiveDate, LedgerError> {
    let periods = tx.scan(&Range::<Period>::all())?;
    let period = periods.iter().find(|period| period.start <= date && date <= period.end);
    period.and_then(|period| period.end.succ_opt()).ok_or(LedgerError::NoPeriod { date })
}

/// The item that reverses `entry`, which is of `date`.
fn planned(
    tx: &mut Tx<'_>,
    entry: Id<Entry>,
    date: NaiveDate,
    on: NaiveDate,
) -> Result<Due, LedgerError> {
    if on <= date {
        let why = format!("{on} is not after the entry, which is of {date}: give a later day");
        return Err(LedgerError::BadInput { what: "reversal date", why });
    }
    Ok(Due::new(REVERSAL, entry.to_smolstr(), start_of(tx, on)?).with(&on)?)
}

/// The instant at which a day of the company's begins.
pub(crate) fn start_of(tx: &mut Tx<'_>, date: NaiveDate) -> Result<Timestamp, LedgerError> {
    tx.zone()?.start_of(date).ok_or_else(|| LedgerError::BadInput {
        what: "date",
        why: format!("{date} is beyond the calendar: give a day in the years 1 to 9999"),
    })
}

fn event(name: &'static str, entry: Id<Entry>) -> Event {
    Event::new(name).with("entry", entry)
}

/// Plans the reversal of an entry that is posted already, or moves one that is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanReversal {
    /// Which entry.
    pub entry: Id<Entry>,
    /// When it is reversed: after its own date.
    pub on: NaiveDate,
}

impl PlanReversal {
    /// Reverses `entry` on the day `on`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let rent = NewEntry::new("GEN", day("2026-05-31")).debit("5100", eur("9")).credit("1000", eur("9"));
    /// let entry = books.post("rent", rent)?.answer.id;
    /// books.send("plan", &PlanReversal::new(entry, day("2026-07-01")))?;
    /// books.send("move", &PlanReversal::new(entry, day("2026-08-01")))?;
    /// assert_eq!(books.planned_reversals()?[0].on, day("2026-08-01"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(entry: Id<Entry>, on: NaiveDate) -> PlanReversal {
        PlanReversal { entry, on }
    }
}

impl Act for PlanReversal {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let mut asking = Asking::new(tx, &rights::PLAN)?;
        let entry = unreversed(tx, self.entry)?;
        reversible(tx, &entry)?;
        allow_reversal(tx, &mut asking, &entry)?;
        let due = planned(tx, self.entry, entry.date, self.on)?;
        tx.due(due)?;
        tx.emit(event("ledger.reversal_planned", self.entry).with("on", self.on));
        Ok(())
    }
}

/// Takes a planned reversal back: the entry stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelReversal {
    /// Which entry.
    pub entry: Id<Entry>,
}

impl CancelReversal {
    /// Leaves `entry` as it is.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let power = NewEntry::new("GEN", day("2026-05-31")).debit("5100", eur("8")).credit("2200", eur("8"));
    /// let entry = books.send("accrue", &PostReversing::new(power))?.answer.id;
    /// books.send("keep it", &CancelReversal::new(entry))?;
    /// let again = books.send("keep it again", &CancelReversal::new(entry)).unwrap_err();
    /// assert_eq!(again.code(), "accounting.no_reversal_planned");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(entry: Id<Entry>) -> CancelReversal {
        CancelReversal { entry }
    }
}

impl Act for CancelReversal {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let mut asking = Asking::new(tx, &rights::PLAN)?;
        let none = || LedgerError::NoReversalPlanned { entry: self.entry };
        let entry = tx.get::<Entry>(&self.entry)?.ok_or_else(none)?;
        allow_reversal(tx, &mut asking, &entry)?;
        if !cancel_plan(tx, self.entry)? {
            return Err(none());
        }
        tx.emit(event("ledger.reversal_cancelled", self.entry));
        Ok(())
    }
}

/// Whether the reversal of `entry` may be planned, and the plan taken back.
fn allow_reversal(tx: &mut Tx<'_>, asking: &mut Asking, entry: &Entry) -> Result<(), LedgerError> {
    let new = mirrored(tx, entry, entry.date)?;
    asking.allow_plan(tx, &new)
}

/// The day on which `entry` is to be reversed by the clock, if it is. The decision rests on it.
pub(crate) fn planned_on(
    tx: &mut Tx<'_>,
    entry: Id<Entry>,
) -> Result<Option<NaiveDate>, LedgerError> {
    let item = tx.get::<DueItem>(&(REVERSAL.into(), entry.to_smolstr()))?;
    item.map(|item| Ok(PlannedReversal::of(&item)?.on)).transpose()
}

/// Takes the plan to reverse `entry` off the queue; whether there was one.
pub(crate) fn cancel_plan(tx: &mut Tx<'_>, entry: Id<Entry>) -> Result<bool, LedgerError> {
    Ok(tx.cancel_due(REVERSAL, &entry.to_smolstr())?)
}

/// Carries a planned reversal out: on its day, or where that is past and closed today, with its day as the document's date.
pub(crate) fn reverse_as_planned(tx: &mut Tx<'_>, item: &DueItem) -> Result<(), Refused> {
    let plan = PlannedReversal::of(item)?;
    let reversed = in_time(tx, plan.on, |tx, date| {
        let planned = (date != plan.on).then_some(plan.on);
        reverse(tx, &Reverse::new(plan.entry, date), planned)
    });
    match reversed {
        // What was to be done is done, whoever did it.
        Ok(_) | Err(LedgerError::AlreadyReversed { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A reversal that the clock will bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedReversal {
    /// Which entry.
    pub entry: Id<Entry>,
    /// The reversal's date.
    pub on: NaiveDate,
    /// Why it was refused the last time it was tried: a stable code.
    pub refused: Option<SmolStr>,
}

impl PlannedReversal {
    fn of(item: &DueItem) -> Result<PlannedReversal, LedgerError> {
        let broken = || fondaco_core::Halt::Bug(format!("no reversal is planned by {item:?}"));
        let entry = item.subject.parse().map_err(|_| broken())?;
        let on = item.payload::<NaiveDate>()?.ok_or_else(broken)?;
        Ok(PlannedReversal { entry, on, refused: item.refused.clone() })
    }
}

/// All reversals that the clock will bring, by date.
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn planned_reversals(read: &mut impl Reading) -> Result<Vec<PlannedReversal>, LedgerError> {
    due::items(read, Some(REVERSAL))?.iter().map(|item| PlannedReversal::of(item)).collect()
}
