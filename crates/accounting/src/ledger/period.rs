//! Fiscal periods: where entries may lie, and the grain of the ledger's sums.

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Field, Record, Tags};
use fondaco_core::{Act, FiscalCalendar, Range, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};

use super::{LedgerError, rights};
use crate::close::CloseError;

/// A period's key: fiscal year x 100 + its number in the year, so that `202603` is the third of 2026.
pub type PeriodKey = i32;

/// The number of the period of a fiscal year that holds its closing entries, and nothing else.
const CLOSING_NUMBER: i32 = 99;

/// Whether a period is one of closing entries: statements of income leave it out.
///
/// ```
/// use fondaco_accounting::ledger::is_closing;
/// assert!(is_closing(202699) && !is_closing(202612));
/// ```
pub fn is_closing(period: PeriodKey) -> bool {
    period % 100 == CLOSING_NUMBER
}

/// The period of a fiscal year that holds its closing entries.
pub(crate) fn closing_key(year: i32) -> Option<PeriodKey> {
    year.checked_mul(100)?.checked_add(CLOSING_NUMBER)
}

/// What a period is for, where it is no ordinary one: both lie on the last day of their fiscal year.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// For adjustments after the year's end, which balances of that day include or not: SAP's periods 13 to 16.
    Adjustment,
    /// For closing entries.
    Closing,
}

/// Whether entries may lie in a period, from the least to the strictest.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum PeriodStatus {
    /// Entries may be posted.
    Open,
    /// Only who may `ledger.post_soft_locked` posts: late entries of a period that is as good as closed.
    SoftLocked,
    /// No entry may be posted.
    Locked,
    /// No entry may be posted, and nobody opens it again.
    Final,
}

/// A fiscal period.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_period", kind = state, key(period), guard(all()), layout = 3)]
pub struct Period {
    /// See [`PeriodKey`].
    pub period: PeriodKey,
    /// Its fiscal year.
    pub fiscal_year: i32,
    /// Its number in the year, from 1.
    pub number: u32,
    /// Its first day.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
    /// Whether entries may lie in it.
    pub status: PeriodStatus,
    /// What it is for; `None` for an ordinary one.
    #[record(since = 3)]
    pub kind: Option<PeriodKind>,
    /// Whether its fiscal year is closed: then it takes nothing, until that is reopened.
    #[record(since = 3)]
    pub closed: Option<bool>,
    /// The journals that are locked in it: by code, how strictly. See [`Period::status_for`].
    #[record(since = 3)]
    pub journals: Tags,
}

impl Period {
    /// Whether entries of a journal may lie in it: as the period says, or the lock of that journal where it is stricter.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::LockBooks;
    /// books.send("invoices are out", &LockBooks::period(202601).journal("INV"))?;
    /// let january = &books.periods()?[0];
    /// assert_eq!(january.status_for("INV"), PeriodStatus::Locked);
    /// assert_eq!(january.status_for("GEN"), PeriodStatus::Open);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn status_for(&self, journal: &str) -> PeriodStatus {
        self.status.max(self.journal_status(journal))
    }

    /// The lock of a journal in it, whatever its own.
    pub(crate) fn journal_status(&self, journal: &str) -> PeriodStatus {
        self.journals.get(journal).map_or(PeriodStatus::Open, PeriodStatus::of)
    }

    /// Locks a journal in it, or unlocks it.
    pub(crate) fn set_journal(&mut self, journal: &SmolStr, status: PeriodStatus) {
        match status {
            PeriodStatus::Open => {
                let others = self.journals.iter().filter(|(code, _)| code != journal);
                self.journals = others.collect();
            }
            _ => self.journals.set(journal.clone(), status.word()),
        }
    }

    /// Whether it is one of the ordinary periods that cut the fiscal year into spans of days.
    pub fn is_ordinary(&self) -> bool {
        self.kind.is_none()
    }

    /// The period as people write it: `2026-03`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let march = books.view(|view| Ok(view.peek::<Period>(&202603)?))?;
    /// assert_eq!(march.map(|period| period.label()).as_deref(), Some("2026-03"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn label(&self) -> SmolStr {
        label(self.period)
    }
}

impl PeriodStatus {
    /// How it is kept beside a journal's code.
    pub(crate) fn word(self) -> &'static str {
        match self {
            PeriodStatus::Open => "open",
            PeriodStatus::SoftLocked => "soft_locked",
            PeriodStatus::Locked => "locked",
            PeriodStatus::Final => "final",
        }
    }

    /// What is kept beside a journal's code; what no version of ours wrote is as good as locked.
    fn of(word: &str) -> PeriodStatus {
        match word {
            "open" => PeriodStatus::Open,
            "soft_locked" => PeriodStatus::SoftLocked,
            "final" => PeriodStatus::Final,
            _ => PeriodStatus::Locked,
        }
    }
}

pub(crate) fn label(period: PeriodKey) -> SmolStr {
    match period {
        100..=999_999 => format_smolstr!("{}-{:02}", period / 100, period % 100),
        // No period of ours: as it was given.
        other => format_smolstr!("{other}"),
    }
}

/// Opens a fiscal year with all its periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenFiscalYear {
    /// How the year is cut into periods.
    pub calendar: FiscalCalendar,
    /// The year's number.
    pub year: i32,
}

impl OpenFiscalYear {
    /// A calendar year of twelve months.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("2027", &OpenFiscalYear::calendar_year(2027))?;
    /// let again = books.send("2027 again", &OpenFiscalYear::calendar_year(2027));
    /// assert_eq!(again.unwrap_err().code(), "accounting.periods_overlap");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn calendar_year(year: i32) -> OpenFiscalYear {
        OpenFiscalYear { calendar: FiscalCalendar::CALENDAR_YEAR, year }
    }

    /// A year of another calendar: one that starts in July, 4-4-5 weeks, 13 periods.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_core::fiscal::{FiscalCalendar, YearNamedBy};
    /// let july = FiscalCalendar::months(7, 1, YearNamedBy::End)?;
    /// books.send("2028", &OpenFiscalYear::new(july, 2028))?; // from July 2027
    /// let first = books.view(|view| Ok(view.peek::<Period>(&202801)?))?;
    /// assert_eq!(first.map(|period| period.start.to_string()).as_deref(), Some("2027-07-01"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(calendar: FiscalCalendar, year: i32) -> OpenFiscalYear {
        OpenFiscalYear { calendar, year }
    }
}

impl Act for OpenFiscalYear {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::OPEN_FISCAL_YEAR))?;
        if !(1..=9999).contains(&self.year) {
            let why = format!("{} is no fiscal year: give one from 1 to 9999", self.year);
            return Err(LedgerError::BadInput { what: "year", why });
        }
        let year = self.calendar.year(self.year)?;
        let known = tx.scan(&Range::<Period>::all())?;
        if let Some(met) = known.iter().find(|known| {
            known.fiscal_year == year.number || (known.start <= year.end && year.start <= known.end)
        }) {
            let (start, end) = (year.start, year.end);
            return Err(LedgerError::PeriodsOverlap {
                year: self.year,
                start,
                end,
                period: met.label(),
            });
        }
        for later in known.iter().filter(|known| known.start > year.end) {
            if later.closed == Some(true) {
                let (year, later) = (self.year, later.fiscal_year);
                return Err(CloseError::LaterYearClosed { year, later }.into());
            }
            if later.status == PeriodStatus::Final {
                let what = format!("period {}", later.label());
                return Err(CloseError::LockedForEver { what }.into());
            }
        }
        for period in self.calendar.periods(self.year)? {
            let key = period_key(period.year, period.number)?;
            tx.insert(Period {
                period: key,
                fiscal_year: period.year,
                number: period.number,
                start: period.start,
                end: period.end,
                status: PeriodStatus::Open,
                kind: None,
                closed: None,
                journals: Tags::default(),
            })?;
        }
        tx.emit(Event::new("ledger.fiscal_year_opened").with("year", self.year));
        Ok(())
    }
}

pub(crate) fn period_key(year: i32, number: u32) -> Result<PeriodKey, LedgerError> {
    let key =
        i32::try_from(number).ok().and_then(|number| year.checked_mul(100)?.checked_add(number));
    key.ok_or_else(|| LedgerError::BadInput {
        what: "year",
        why: format!("{year} is no fiscal year"),
    })
}

/// Locks a period: no entry may be posted to it until it is unlocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockPeriod {
    /// Which period.
    pub period: PeriodKey,
}

/// Locks a period softly: only who may `ledger.post_soft_locked` still posts to it. One that is locked is so weakened, by who
/// may `ledger.unlock_period` too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SoftLockPeriod {
    /// Which period.
    pub period: PeriodKey,
}

/// Opens a locked or softly locked period again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlockPeriod {
    /// Which period.
    pub period: PeriodKey,
}

impl LockPeriod {
    /// Locks `period`, such as `202603` for the third of 2026.
    pub fn new(period: PeriodKey) -> LockPeriod {
        LockPeriod { period }
    }
}

impl SoftLockPeriod {
    /// Locks `period` softly, such as `202603` for the third of 2026.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("march is nearly done", &SoftLockPeriod::new(202603))?;
    /// let march = books.view(|view| Ok(view.peek::<Period>(&202603)?))?;
    /// assert_eq!(march.map(|march| march.status), Some(PeriodStatus::SoftLocked));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(period: PeriodKey) -> SoftLockPeriod {
        SoftLockPeriod { period }
    }
}

impl UnlockPeriod {
    /// Unlocks `period`, such as `202603` for the third of 2026.
    pub fn new(period: PeriodKey) -> UnlockPeriod {
        UnlockPeriod { period }
    }
}

impl Act for LockPeriod {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&rights::of_period(&rights::LOCK_PERIOD, self.period))?;
        set_status(tx, self.period, PeriodStatus::Locked, "ledger.period_locked")
    }
}

impl Act for SoftLockPeriod {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&rights::of_period(&rights::LOCK_PERIOD, self.period))?;
        let known = tx.get::<Period>(&self.period)?;
        if known.is_some_and(|known| known.status > PeriodStatus::SoftLocked) {
            tx.authorize(&rights::of_period(&rights::UNLOCK_PERIOD, self.period))?;
        }
        set_status(tx, self.period, PeriodStatus::SoftLocked, "ledger.period_soft_locked")
    }
}

impl Act for UnlockPeriod {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&rights::of_period(&rights::UNLOCK_PERIOD, self.period))?;
        set_status(tx, self.period, PeriodStatus::Open, "ledger.period_unlocked")
    }
}

fn set_status(
    tx: &mut Tx<'_>,
    key: PeriodKey,
    status: PeriodStatus,
    event: &'static str,
) -> Result<(), LedgerError> {
    let period =
        tx.get::<Period>(&key)?.ok_or_else(|| LedgerError::UnknownPeriod { period: label(key) })?;
    if period.status == PeriodStatus::Final {
        return Err(CloseError::LockedForEver { what: format!("period {}", label(key)) }.into());
    }
    if period.status != status {
        tx.put(Period { status, ..period.as_ref().clone() })?;
        tx.emit(Event::new(event).with("period", key));
    }
    Ok(())
}
