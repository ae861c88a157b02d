//! Locks: of a period or through a day, for the whole ledger or for one journal, softly, until unlocked, or for ever.
//!
//! They are kept where posting looks anyway: through a day with the [settings](Settings) or the [journal](Journal), of a
//! period with that. So no entry pays for a lock that is not there, and whoever posts rests on the locks that let it through.

use chrono::NaiveDate;
use fondaco_core::policy::{Permission, Request};
use fondaco_core::store::Event;
use fondaco_core::{Act, Halt, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr};

use super::CloseError;
use crate::ledger::{
    Journal, LedgerError, Period, PeriodKey, PeriodStatus, Settings, period_label, rights,
};

/// Which days a lock is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockScope {
    /// Those of a period.
    Period(PeriodKey),
    /// All through this one.
    Through(NaiveDate),
}

/// Locks a period, or all days through one, for the whole ledger or for one journal. A stricter lock stays as it is; a lock
/// through a day is moved, also back by whoever may `ledger.unlock_period` too, unless it is for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockBooks {
    /// Which days.
    pub scope: LockScope,
    /// Which journal; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<SmolStr>,
    /// How strictly: [`PeriodStatus::Open`] is none.
    #[serde(default = "locked")]
    pub status: PeriodStatus,
}

fn locked() -> PeriodStatus {
    PeriodStatus::Locked
}

impl LockBooks {
    /// Locks a period, such as `202603`, until it is unlocked.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::LockBooks;
    /// books.send("sales are in", &LockBooks::period(202601).journal("INV"))?;
    /// let late = |journal: &str| NewEntry::new(journal, day("2026-01-31"))
    ///     .debit("1200", eur("5"))
    ///     .credit("4000", eur("5"));
    /// let refused = books.post("late invoice", late("INV")).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "journal INV is locked in 2026-01: date the entry in an open period, or unlock the journal there"
    /// );
    /// books.post("late accrual", late("GEN"))?; // the general journal is open a while yet
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn period(period: PeriodKey) -> LockBooks {
        LockBooks { scope: LockScope::Period(period), journal: None, status: PeriodStatus::Locked }
    }

    /// Locks all days through this one, until they are unlocked.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::LockBooks;
    /// books.send("to 10 March", &LockBooks::through(day("2026-03-10")))?;
    /// let rent = NewEntry::new("GEN", day("2026-03-10")).debit("5100", eur("9")).credit("1000", eur("9"));
    /// assert_eq!(books.post("rent", rent.clone()).unwrap_err().code(), "accounting.date_locked");
    /// books.post("rent", NewEntry { date: day("2026-03-11"), ..rent })?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn through(date: NaiveDate) -> LockBooks {
        LockBooks { scope: LockScope::Through(date), journal: None, status: PeriodStatus::Locked }
    }

    /// Only of this journal.
    #[must_use]
    pub fn journal(mut self, code: impl Into<SmolStr>) -> LockBooks {
        self.journal = Some(code.into());
        self
    }

    /// Softly: who may `ledger.post_soft_locked` still posts.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::LockBooks;
    /// books.send("nearly done", &LockBooks::through(day("2026-01-31")).softly().journal("INV"))?;
    /// let invoices = books.view(|view| Ok(view.peek::<Journal>(&"INV".into())?))?;
    /// let through = invoices.and_then(|journal| journal.soft_locked_through);
    /// assert_eq!(through, Some(day("2026-01-31")));
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn softly(mut self) -> LockBooks {
        self.status = PeriodStatus::SoftLocked;
        self
    }

    /// For ever: nobody unlocks it. Only days that are over can be locked so.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{LockBooks, UnlockBooks};
    /// books.send("audited", &LockBooks::through(day("2026-03-31")).for_ever())?;
    /// let refused = books.send("oh", &UnlockBooks::after(day("2026-02-28"))).unwrap_err();
    /// assert_eq!(refused.code(), "accounting.locked_for_ever");
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn for_ever(mut self) -> LockBooks {
        self.status = PeriodStatus::Final;
        self
    }
}

/// Unlocks a period, or the days after one, for the whole ledger or for one journal: soft locks and those until unlocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlockBooks {
    /// Which days: a period, or all days after the one that stays the last locked.
    pub scope: LockScope,
    /// Which journal; `None` for the locks that are for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<SmolStr>,
}

impl UnlockBooks {
    /// Unlocks a period, such as `202603`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{LockBooks, UnlockBooks};
    /// books.send("lock", &LockBooks::period(202601).journal("INV"))?;
    /// books.send("unlock", &UnlockBooks::period(202601).journal("INV"))?;
    /// assert_eq!(books.periods()?[0].status_for("INV"), PeriodStatus::Open);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn period(period: PeriodKey) -> UnlockBooks {
        UnlockBooks { scope: LockScope::Period(period), journal: None }
    }

    /// Unlocks the days after this one: no lock through a day reaches further.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{LockBooks, UnlockBooks};
    /// books.send("lock", &LockBooks::through(day("2026-03-31")))?;
    /// books.send("unlock March", &UnlockBooks::after(day("2026-02-28")))?;
    /// let settings = books.view(|view| Ok(view.peek::<Settings>(&"main".into())?))?;
    /// assert_eq!(settings.and_then(|settings| settings.locked_through), Some(day("2026-02-28")));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn after(date: NaiveDate) -> UnlockBooks {
        UnlockBooks { scope: LockScope::Through(date), journal: None }
    }

    /// Only of this journal.
    #[must_use]
    pub fn journal(mut self, code: impl Into<SmolStr>) -> UnlockBooks {
        self.journal = Some(code.into());
        self
    }
}

impl Act for LockBooks {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let LockBooks { scope, journal, status } = self;
        let permission = match status {
            PeriodStatus::Final => &rights::LOCK_FOR_EVER,
            _ => &rights::LOCK_PERIOD,
        };
        tx.authorize(&request(permission, *scope, journal.as_ref()))?;
        if *status == PeriodStatus::Open {
            let why = "an open period is not locked: use UnlockBooks".into();
            return Err(LedgerError::BadInput { what: "status", why });
        }
        match scope {
            LockScope::Period(key) => lock_period(tx, *key, journal.as_ref(), *status)?,
            LockScope::Through(date) => {
                if moves_back(tx, *date, journal.as_ref(), *status)? {
                    tx.authorize(&request(&rights::UNLOCK_PERIOD, *scope, journal.as_ref()))?;
                }
                lock_through(tx, *date, journal.as_ref(), *status)?;
            }
        }
        let event = event("ledger.books_locked", *scope, journal.as_ref());
        tx.emit(event.with("status", status.word()));
        Ok(())
    }
}

impl Act for UnlockBooks {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let UnlockBooks { scope, journal } = self;
        tx.authorize(&request(&rights::UNLOCK_PERIOD, *scope, journal.as_ref()))?;
        match scope {
            LockScope::Period(key) => {
                lock_period(tx, *key, journal.as_ref(), PeriodStatus::Open)?;
            }
            LockScope::Through(date) => {
                change(tx, journal.as_ref(), |locks| locks.end_at(*date, journal.as_ref()))?;
            }
        }
        tx.emit(event("ledger.books_unlocked", *scope, journal.as_ref()));
        Ok(())
    }
}

fn request(
    permission: &'static Permission,
    scope: LockScope,
    journal: Option<&SmolStr>,
) -> Request {
    let request = match scope {
        LockScope::Period(key) => rights::of_period(permission, key),
        LockScope::Through(date) => Request::new(permission).about(date.to_smolstr()),
    };
    journal.map_or(request.clone(), |code| request.at("journal", code.clone()))
}

fn event(name: &'static str, scope: LockScope, journal: Option<&SmolStr>) -> Event {
    let event = Event::new(name);
    let event = match scope {
        LockScope::Period(key) => event.with("period", key),
        LockScope::Through(date) => event.with("through", date),
    };
    match journal {
        Some(code) => event.with("journal", code.clone()),
        None => event,
    }
}

/// Locks a period so, or unlocks it; a lock for ever stays, and a lock that is stricter is not weakened by locking.
fn lock_period(
    tx: &mut Tx<'_>,
    key: PeriodKey,
    journal: Option<&SmolStr>,
    status: PeriodStatus,
) -> Result<(), LedgerError> {
    let unknown = || LedgerError::UnknownPeriod { period: period_label(key) };
    let mut period = tx.get::<Period>(&key)?.ok_or_else(unknown)?.as_ref().clone();
    if status == PeriodStatus::Final {
        check_over(tx, period.end)?;
    }
    let known = match journal {
        None => period.status,
        Some(code) => {
            let unknown = || LedgerError::UnknownJournal { code: code.clone() };
            tx.get::<Journal>(code)?.ok_or_else(unknown)?;
            period.journal_status(code)
        }
    };
    if known == PeriodStatus::Final && status != PeriodStatus::Final {
        let of = journal.map_or(String::new(), |code| format!("journal {code} in "));
        return Err(CloseError::LockedForEver { what: format!("{of}{}", period.label()) }.into());
    }
    let status = if status == PeriodStatus::Open { status } else { status.max(known) };
    match journal {
        None => period.status = status,
        Some(code) => period.set_journal(code, status),
    }
    Ok(tx.put(period)?)
}

/// Whether days that are locked so would be open after it: that is to unlock them.
fn moves_back(
    tx: &mut Tx<'_>,
    date: NaiveDate,
    journal: Option<&SmolStr>,
    status: PeriodStatus,
) -> Result<bool, Halt> {
    let locks = match journal {
        None => tx.get(&Settings::key())?.map(|settings| Locks::of_ledger(&settings)),
        Some(code) => tx.get::<Journal>(code)?.map(|journal| Locks::of_journal(&journal)),
    };
    let locks = locks.unwrap_or_default();
    let known = match status {
        PeriodStatus::SoftLocked => locks.soft,
        PeriodStatus::Locked => locks.locked,
        PeriodStatus::Open | PeriodStatus::Final => None, // one for ever is never moved back
    };
    Ok(known.is_some_and(|known| known > date))
}

fn lock_through(
    tx: &mut Tx<'_>,
    date: NaiveDate,
    journal: Option<&SmolStr>,
    status: PeriodStatus,
) -> Result<(), LedgerError> {
    if status == PeriodStatus::Final {
        check_over(tx, date)?;
    }
    change(tx, journal, |locks| {
        match status {
            PeriodStatus::SoftLocked => locks.soft = Some(date),
            PeriodStatus::Final => match locks.last.filter(|last| *last > date) {
                Some(last) => return Err(locked_through(last, journal).into()),
                None => locks.last = Some(date),
            },
            _ => locks.locked = Some(date),
        }
        Ok(())
    })
}

/// Only what is over can be locked for ever: else the ledger would take nothing till then, and nobody could mend it.
fn check_over(tx: &mut Tx<'_>, date: NaiveDate) -> Result<(), LedgerError> {
    let today = tx.today()?;
    if date >= today {
        let why = format!(
            "{date} is not over, today is {today}: what is locked for ever is past; lock it until \
             it is unlocked meanwhile"
        );
        return Err(LedgerError::BadInput { what: "date", why });
    }
    Ok(())
}

fn locked_through(last: NaiveDate, journal: Option<&SmolStr>) -> CloseError {
    let of = journal.map_or("the ledger".to_owned(), |code| format!("journal {code}"));
    CloseError::LockedForEver { what: format!("{of} through {last}") }
}

/// Changes the days through which the ledger or a journal is locked.
fn change(
    tx: &mut Tx<'_>,
    journal: Option<&SmolStr>,
    change: impl FnOnce(&mut Locks) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    match journal {
        None => {
            let settings = tx.get(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
            let mut locks = Locks::of_ledger(&settings);
            change(&mut locks)?;
            Ok(tx.put(Settings {
                soft_locked_through: locks.soft,
                locked_through: locks.locked,
                final_through: locks.last,
                ..settings.as_ref().clone()
            })?)
        }
        Some(code) => {
            let unknown = || LedgerError::UnknownJournal { code: code.clone() };
            let journal = tx.get::<Journal>(code)?.ok_or_else(unknown)?;
            let mut locks = Locks::of_journal(&journal);
            change(&mut locks)?;
            Ok(tx.put(Journal {
                soft_locked_through: locks.soft,
                locked_through: locks.locked,
                final_through: locks.last,
                ..journal.as_ref().clone()
            })?)
        }
    }
}

/// The last days that are locked, each by its strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Locks {
    soft: Option<NaiveDate>,
    locked: Option<NaiveDate>,
    last: Option<NaiveDate>,
}

impl Locks {
    pub(crate) fn of_ledger(settings: &Settings) -> Locks {
        let Settings { soft_locked_through, locked_through, final_through, .. } = *settings;
        Locks { soft: soft_locked_through, locked: locked_through, last: final_through }
    }

    pub(crate) fn of_journal(journal: &Journal) -> Locks {
        let Journal { soft_locked_through, locked_through, final_through, .. } = *journal;
        Locks { soft: soft_locked_through, locked: locked_through, last: final_through }
    }

    pub(crate) fn is_none(&self) -> bool {
        *self == Locks::default()
    }

    /// Whether entries of this day are taken, and then whether softly locked.
    pub(crate) fn check(
        &self,
        date: NaiveDate,
        journal: Option<&SmolStr>,
    ) -> Result<PeriodStatus, CloseError> {
        let covers = |through: Option<NaiveDate>| through.filter(|through| date <= *through);
        if let Some(last) = covers(self.last) {
            return Err(locked_through(last, journal));
        }
        if let Some(through) = covers(self.locked) {
            return Err(CloseError::DateLocked { date, through, journal: journal.cloned() });
        }
        let soft = covers(self.soft).is_some();
        Ok(if soft { PeriodStatus::SoftLocked } else { PeriodStatus::Open })
    }

    /// No lock but that for ever reaches beyond this day.
    fn end_at(&mut self, date: NaiveDate, journal: Option<&SmolStr>) -> Result<(), LedgerError> {
        if let Some(last) = self.last.filter(|last| *last > date) {
            return Err(locked_through(last, journal).into());
        }
        (self.soft, self.locked) = (self.soft.min(Some(date)), self.locked.min(Some(date)));
        Ok(())
    }
}

/// Whether a period takes entries of a journal, and then whether it is softly locked.
pub(crate) fn check_period(
    period: &Period,
    journal: Option<&SmolStr>,
) -> Result<PeriodStatus, LedgerError> {
    match period.status {
        PeriodStatus::Locked => {
            return Err(LedgerError::PeriodLocked { period: period.label() });
        }
        PeriodStatus::Final => {
            let what = format!("period {}", period.label());
            return Err(CloseError::LockedForEver { what }.into());
        }
        PeriodStatus::Open | PeriodStatus::SoftLocked => {}
    }
    let Some(code) = journal.filter(|_| !period.journals.is_empty()) else {
        return Ok(period.status);
    };
    match period.journal_status(code) {
        PeriodStatus::Final => {
            let what = format!("journal {code} in {}", period.label());
            Err(CloseError::LockedForEver { what }.into())
        }
        PeriodStatus::Locked => {
            let (journal, period) = (code.clone(), period.label());
            Err(CloseError::JournalLocked { journal, period }.into())
        }
        status => Ok(period.status.max(status)),
    }
}

/// Refuses when any of these periods is locked for ever, whatever the journal.
pub(super) fn check_not_final<'p>(
    settings: &Settings,
    periods: impl Iterator<Item = &'p Period>,
) -> Result<(), CloseError> {
    for period in periods {
        if period.status == PeriodStatus::Final {
            return Err(CloseError::LockedForEver { what: format!("period {}", period.label()) });
        }
        if let Some(last) = settings.final_through.filter(|last| *last >= period.start) {
            return Err(locked_through(last, None));
        }
    }
    Ok(())
}

/// Refuses where the last day of a year is locked, for all or for one of these journals: also who closes and reopens posts nothing there.
pub(super) fn check_unlocked<'p>(
    tx: &mut Tx<'_>,
    settings: &Settings,
    at_end: impl Iterator<Item = &'p Period>,
    journals: &[SmolStr],
) -> Result<(), LedgerError> {
    for period in at_end {
        Locks::of_ledger(settings).check(period.end, None)?;
        check_period(period, None)?;
        for code in journals {
            check_period(period, Some(code))?;
            if let Some(journal) = tx.get::<Journal>(code)? {
                Locks::of_journal(&journal).check(period.end, Some(code))?;
            }
        }
    }
    Ok(())
}

/// Refuses when a journal is locked for ever on the last day of a year, or in a period of it.
pub(super) fn check_journal_not_final<'p>(
    tx: &mut Tx<'_>,
    code: &SmolStr,
    last: &Period,
    mut of_year: impl Iterator<Item = &'p Period>,
) -> Result<(), LedgerError> {
    if let Some(period) = of_year.find(|period| period.journal_status(code) == PeriodStatus::Final)
    {
        let what = format!("journal {code} in {}", period.label());
        return Err(CloseError::LockedForEver { what }.into());
    }
    let journal = tx.get::<Journal>(code)?;
    if let Some(through) = journal.and_then(|journal| journal.final_through)
        && through >= last.end
    {
        return Err(locked_through(through, Some(code)).into());
    }
    Ok(())
}
