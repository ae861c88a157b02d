//! What people do with recurring entries.

use chrono::NaiveDate;
use fondaco_core::calendar::Roll;
use fondaco_core::store::{Event, Value};
use fondaco_core::{Act, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::carry::is_closed;
use super::plan::Plan;
use super::{Occurrence, Recurring, RecurringStatus, RecurringTerms, RecurringVersion, parts};
use crate::ledger::LedgerError;
use crate::ledger::account::check_code;
use crate::ledger::options::check_nameless;
use crate::ledger::post::check_entry;
use crate::ledger::rights::{self, Asking};

/// Starts a recurring entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartRecurring {
    /// See [`Recurring::code`].
    pub code: SmolStr,
    /// What recurs, when and how.
    pub terms: RecurringTerms,
}

impl StartRecurring {
    /// `terms` recur under this code.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books(); // whose clock shows 1 June
    /// use fondaco_core::recurrence::Recurrence;
    /// let rent = NewEntry::new("GEN", day("2026-04-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// books.send("rent", &StartRecurring::new("rent", RecurringTerms::new(rent, Recurrence::monthly())))?;
    /// let ticked = books.tick()?; // April, May and June
    /// assert_eq!(ticked.carried_out.len(), 3);
    /// assert_eq!(books.recurring()?[0].next, Some(day("2026-07-01")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, terms: RecurringTerms) -> StartRecurring {
        StartRecurring { code: code.into(), terms }
    }
}

/// Changes a recurring entry from a day on: the day of the new terms' template. What was to come from then on is replaced,
/// earlier changes that were planned for later included.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRecurring {
    /// Which.
    pub code: SmolStr,
    /// The terms from their start on.
    pub terms: RecurringTerms,
}

impl ChangeRecurring {
    /// From the date of the new template on, `terms` hold.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_core::recurrence::Recurrence;
    /// let rent = |from: &str, amount: &str| {
    ///     let entry = NewEntry::new("GEN", day(from)).debit("5100", eur(amount)).credit("1000", eur(amount));
    ///     RecurringTerms::new(entry, Recurrence::monthly())
    /// };
    /// books.send("rent", &StartRecurring::new("rent", rent("2026-07-01", "40")))?;
    /// books.send("raise", &ChangeRecurring::new("rent", rent("2026-09-01", "42")))?;
    /// let amounts: Vec<Money> =
    ///     books.upcoming("rent", 3)?.iter().map(|next| next.entry.postings[0].amount).collect();
    /// assert_eq!(amounts, [eur("40"), eur("40"), eur("42")]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, terms: RecurringTerms) -> ChangeRecurring {
        ChangeRecurring { code: code.into(), terms }
    }
}

/// Pauses a recurring entry: nothing is posted until it is resumed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PauseRecurring {
    /// Which.
    pub code: SmolStr,
}

impl PauseRecurring {
    /// Pauses the one with this code.
    pub fn new(code: impl Into<SmolStr>) -> PauseRecurring {
        PauseRecurring { code: code.into() }
    }
}

/// What becomes of occurrences that fell into a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// They are posted by the next tick, each by the rule for late ones.
    Post,
    /// They are passed over. Of an amount that is spread, their parts are never posted.
    Skip,
}

/// Lets a paused recurring entry go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResumeRecurring {
    /// Which.
    pub code: SmolStr,
    /// What becomes of occurrences that were not posted, and whose day, where it is no working day the one that it rolls to, is before
    /// today.
    pub missed: Missed,
}

impl ResumeRecurring {
    /// Resumes the one with this code.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books(); // whose clock shows 1 June
    /// use fondaco_core::recurrence::Recurrence;
    /// let rent = NewEntry::new("GEN", day("2026-04-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// books.send("rent", &StartRecurring::new("rent", RecurringTerms::new(rent, Recurrence::monthly())))?;
    /// books.send("pause", &PauseRecurring::new("rent"))?;
    /// assert_eq!(books.tick()?.carried_out.len(), 0);
    /// books.send("resume", &ResumeRecurring::new("rent", Missed::Skip))?;
    /// assert_eq!(books.tick()?.carried_out.len(), 1); // that of today
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, missed: Missed) -> ResumeRecurring {
        ResumeRecurring { code: code.into(), missed }
    }
}

/// Ends a recurring entry: no occurrence comes after a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndRecurring {
    /// Which.
    pub code: SmolStr,
    /// The last day on which one may fall, by the rule, wherever it rolls to.
    pub end: NaiveDate,
}

impl EndRecurring {
    /// Nothing after `last`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_core::recurrence::Recurrence;
    /// let rent = NewEntry::new("GEN", day("2026-07-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// books.send("rent", &StartRecurring::new("rent", RecurringTerms::new(rent, Recurrence::monthly())))?;
    /// books.send("notice", &EndRecurring::new("rent", day("2026-09-30")))?;
    /// assert_eq!(books.upcoming("rent", 99)?.len(), 3);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, end: NaiveDate) -> EndRecurring {
        EndRecurring { code: code.into(), end }
    }
}

/// Skips one occurrence that is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkipRecurring {
    /// Which recurring entry.
    pub code: SmolStr,
    /// Which occurrence, by the rule's date.
    pub date: NaiveDate,
}

impl SkipRecurring {
    /// The occurrence of `date` is not posted. Of an amount that is spread, its part is never posted.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_core::recurrence::Recurrence;
    /// let rent = NewEntry::new("GEN", day("2026-07-01")).debit("5100", eur("40")).credit("1000", eur("40"));
    /// books.send("rent", &StartRecurring::new("rent", RecurringTerms::new(rent, Recurrence::monthly())))?;
    /// books.send("a free month", &SkipRecurring::new("rent", day("2026-08-01")))?;
    /// assert_eq!(books.upcoming("rent", 2)?[1].date, day("2026-09-01"));
    /// let none = books.send("no such day", &SkipRecurring::new("rent", day("2026-08-02")));
    /// assert_eq!(none.unwrap_err().code(), "accounting.no_occurrence");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>, date: NaiveDate) -> SkipRecurring {
        SkipRecurring { code: code.into(), date }
    }
}

fn event(name: &'static str, code: &SmolStr) -> Event {
    Event::new(name).with("recurring", code.clone())
}

fn row(code: &SmolStr, terms: &RecurringTerms) -> Result<RecurringVersion, LedgerError> {
    Ok(RecurringVersion { code: code.clone(), start: terms.start(), terms: terms.to_json()? })
}

/// What can be known to be wrong before the first occurrence. What its date alone is refused for is not: that is for the
/// rule for late ones.
fn check_terms(tx: &mut Tx<'_>, plan: &Plan, terms: &RecurringTerms) -> Result<(), LedgerError> {
    check_nameless(&terms.entry)?;
    parts::check(terms)?;
    check_days(terms)?;
    let first = plan.first_after(terms.start().pred_opt());
    let Some(first) = first.filter(|first| plan.terms_on(*first) == Some(terms)) else {
        let why = format!("{} gives no day from {} on", terms.recurrence, terms.start());
        return Err(LedgerError::BadInput { what: "recurrence", why });
    };
    match check_entry(tx, &plan.entry_of(first)?) {
        Err(refusal) if is_closed(&refusal) => Ok(()),
        result => result,
    }
}

/// No occurrence is refused for its day: it is moved, or stays.
fn check_days(terms: &RecurringTerms) -> Result<(), LedgerError> {
    if terms.business_days.as_ref().is_none_or(|days| days.roll != Roll::Refuse) {
        return Ok(());
    }
    let why = "an occurrence goes somewhere: choose where, or leave the calendar out".into();
    Err(LedgerError::BadInput { what: "business_days", why })
}

/// The recurring entry with this code, unless it has ended; who acts may plan all that is to come of it.
fn going_on(tx: &mut Tx<'_>, code: &str) -> Result<(Asking, Plan), LedgerError> {
    let mut asking = Asking::new(tx, &rights::PLAN)?;
    let plan = Plan::load(tx, code)?;
    if plan.recurring.status == RecurringStatus::Ended {
        return Err(LedgerError::RecurringEnded { code: code.into() });
    }
    for terms in plan.terms_to_come() {
        asking.allow_plan(tx, &terms.entry)?;
    }
    Ok((asking, plan))
}

fn settle(tx: &mut Tx<'_>, plan: Plan) -> Result<(), LedgerError> {
    let stands = plan.settle(tx, None)?;
    Ok(tx.put(stands)?)
}

impl Act for StartRecurring {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let StartRecurring { code, terms } = self;
        Asking::new(tx, &rights::PLAN)?.allow_plan(tx, &terms.entry)?;
        check_code("recurring entry", code)?;
        if tx.get::<Recurring>(code)?.is_some() {
            return Err(LedgerError::Exists { what: "recurring entry", code: code.clone() });
        }
        let status = RecurringStatus::Active;
        let (next, end, done_until) = (None, None, None);
        let recurring = Recurring { code: code.clone(), status, next, end, done_until, posted: 0 };
        let plan = Plan::new(tx, recurring, terms.clone())?;
        check_terms(tx, &plan, terms)?;
        tx.scan(&Range::<RecurringVersion>::by_key(code))?; // there are none: the insert rests on that
        tx.insert(row(code, terms)?)?;
        tx.emit(event("ledger.recurring_started", code));
        let stands = plan.settle(tx, None)?;
        tx.insert(stands)?;
        Ok(())
    }
}

impl Act for ChangeRecurring {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let ChangeRecurring { code, terms } = self;
        let (mut asking, plan) = going_on(tx, code)?;
        asking.allow_plan(tx, &terms.entry)?;
        if let Some(done) = plan.recurring.done_until.filter(|done| terms.start() <= *done) {
            let start = terms.start();
            let why = format!("{start} is past: {code} is done until {done}; start later");
            return Err(LedgerError::BadInput { what: "start", why });
        }
        let plan = plan.change(tx, terms.clone())?;
        check_terms(tx, &plan, terms)?;
        replace_terms(tx, code, terms)?;
        let start = Value::Date(terms.start());
        tx.emit(event("ledger.recurring_changed", code).with("start", start));
        settle(tx, plan)
    }
}

fn replace_terms(
    tx: &mut Tx<'_>,
    code: &SmolStr,
    terms: &RecurringTerms,
) -> Result<(), LedgerError> {
    let later = Range::<RecurringVersion>::by_key(code).from(&terms.start());
    for known in tx.scan(&later)? {
        tx.delete::<RecurringVersion>(&(code.clone(), known.start))?;
    }
    Ok(tx.insert(row(code, terms)?)?)
}

impl Act for PauseRecurring {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let (_, mut plan) = going_on(tx, &self.code)?;
        if plan.recurring.status == RecurringStatus::Active {
            plan.recurring.status = RecurringStatus::Paused;
            tx.emit(event("ledger.recurring_paused", &self.code));
            settle(tx, plan)?;
        }
        Ok(())
    }
}

impl Act for ResumeRecurring {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let (_, mut plan) = going_on(tx, &self.code)?;
        if plan.recurring.status != RecurringStatus::Paused {
            return Ok(());
        }
        plan.recurring.status = RecurringStatus::Active;
        if self.missed == Missed::Skip {
            plan.recurring.done_until = plan.done_without_missed(tx.today()?)?;
        }
        tx.emit(event("ledger.recurring_resumed", &self.code));
        settle(tx, plan)
    }
}

impl Act for EndRecurring {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let (_, mut plan) = going_on(tx, &self.code)?;
        plan.recurring.end = Some(self.end);
        tx.emit(event("ledger.recurring_ended", &self.code).with("end", self.end));
        settle(tx, plan)
    }
}

impl Act for SkipRecurring {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let (code, date) = (self.code.clone(), self.date);
        let (_, plan) = going_on(tx, &code)?;
        if !plan.falls_on(date) {
            return Err(LedgerError::NoOccurrence { code, date });
        }
        let known = tx.get::<Occurrence>(&(code.clone(), date))?;
        if known.is_some() || plan.recurring.done_until.is_some_and(|done| date <= done) {
            return Err(LedgerError::OccurrenceDone { code, date });
        }
        tx.emit(event("ledger.occurrence_skipped", &code).with("date", date));
        tx.insert(Occurrence { code, date, entry: None })?;
        settle(tx, plan)
    }
}
