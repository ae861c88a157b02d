//! The end of a fiscal year: closing it, and reopening it.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Tags};
use fondaco_core::{Act, DateRange, Halt, Id, Money, Outcome, Range, Reading, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::CloseError;
use super::checklist::{checklist, of_host, rest_on_points};
use super::lock::{check_journal_not_final, check_not_final, check_unlocked};
use super::obstacles::{Point, obstacles};
use super::records::{ClosingState, YearDeed, YearEntry, YearStep};
use super::zeroing::{self, Plan, Zeroing};
use crate::ledger::open_items::clear_reversal;
use crate::ledger::rights::{self, Asking};
use crate::ledger::{
    Account, AccountClass, Amount, Entry, Journal, LedgerError, Period, PeriodKey, PeriodKind,
    PeriodStatus, Posted, Posting, Reversal, Settings, closing_key, mirrored, post_closing,
};
use crate::parallel::{leading, set_closing};

/// Says where the result of a year goes when it is closed, and in which journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetClosing {
    /// The account of retained earnings: equity, of the ledger's currency or of any.
    pub retained_earnings: SmolStr,
    /// The journal of closing entries. One that belongs to a [parallel ledger](crate::parallel) is that ledger's: what it earned
    /// and spent alone goes to these retained earnings.
    pub journal: SmolStr,
}

impl SetClosing {
    /// To `retained_earnings`, in `journal`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::SetClosing;
    /// let bank = books.send("closing", &SetClosing::new("1000", "GEN")).unwrap_err();
    /// assert_eq!(bank.code(), "accounting.no_equity"); // a result is no money in the bank
    /// books.send("closing", &SetClosing::new("3000", "GEN"))?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(retained_earnings: impl Into<SmolStr>, journal: impl Into<SmolStr>) -> SetClosing {
        SetClosing { retained_earnings: retained_earnings.into(), journal: journal.into() }
    }
}

impl Act for SetClosing {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&Request::new(&rights::CLOSE_YEAR))?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let code = || self.retained_earnings.clone();
        let account = tx.get::<Account>(&self.retained_earnings)?;
        let account = account.ok_or_else(|| LedgerError::UnknownAccount { code: code() })?;
        if account.heading {
            return Err(LedgerError::Heading { code: code() });
        }
        if account.class != AccountClass::Equity {
            return Err(CloseError::NoEquity { code: code(), class: account.class }.into());
        }
        if let Some(found) = account.currency.filter(|currency| *currency != settings.currency) {
            let expected = settings.currency;
            return Err(LedgerError::WrongCurrency {
                code: code(),
                expected: found,
                found: expected,
            });
        }
        let unknown = || LedgerError::UnknownJournal { code: self.journal.clone() };
        let journal = tx.get::<Journal>(&self.journal)?.ok_or_else(unknown)?;
        if let Some(ledger) = &journal.ledger {
            return set_closing(tx, ledger, (&self.retained_earnings, &self.journal));
        }
        tx.put(Settings {
            retained_earnings: Some(code()),
            closing_journal: Some(self.journal.clone()),
            ..settings.as_ref().clone()
        })?;
        let event = Event::new("ledger.closing_set").with("account", code());
        tx.emit(event.with("journal", self.journal.clone()));
        Ok(())
    }
}

/// Closes a fiscal year: takes each income and expense account to zero, in every currency and combination of dimensions, into
/// retained earnings, and lets nothing more in.
///
/// All [parallel ledgers](crate::parallel) close with it: what one of them earned and spent alone goes to its own retained
/// earnings, in entries of its own.
///
/// It is refused before the year is over, unless it is closed [early](CloseYear::early), while an earlier year is open, and while drafts and pending entries of the year wait: the error names them. A
/// [strict](CloseYear::strict) closing is refused while anything stands on the year's [checklist](super::checklist).
/// Its periods may be locked, and best are: then closing rests on their locks; else it rests on every account of the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloseYear {
    /// The fiscal year.
    pub year: i32,
    /// Dimensions that retained earnings keep, such as `segment`: an entry for each combination of their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<SmolStr>,
    /// Why, for whoever reads the year's history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<SmolStr>,
    /// Whether all that stands on the year's checklist is in the way, and not only what blocks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// Whether a year may be closed that is not over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub early: bool,
}

impl CloseYear {
    /// Closes `year`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{CloseYear, SetClosing};
    /// let before = books.balance_sheet(day("2026-12-31"))?;
    /// books.send("retained earnings", &SetClosing::new("3000", "GEN"))?;
    /// let closed = books.send("close 2026", &CloseYear::new(2026).early())?.answer;
    /// assert_eq!(closed.result, eur("60"));
    /// assert_eq!(books.balance_sheet(day("2026-12-31"))?, before); // its result is shown as it was
    /// let sheet = books.balance_sheet(day("2027-01-01"))?;
    /// assert_eq!((sheet.equity.total, sheet.result), (560.into(), 0.into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(year: i32) -> CloseYear {
        CloseYear { year, keep: Vec::new(), why: None, strict: false, early: false }
    }

    /// Retained earnings keep this dimension.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{CloseYear, SetClosing};
    /// let rent = NewEntry::new("GEN", day("2026-03-01"))
    ///     .posting(NewPosting::debit("5100", eur("7")).dimension("site", "Mestre"))
    ///     .credit("1000", eur("7"));
    /// books.post("rent", rent)?;
    /// books.send("retained earnings", &SetClosing::new("3000", "GEN"))?;
    /// let closed = books.send("close", &CloseYear::new(2026).early().keep("site"))?.answer;
    /// assert_eq!(closed.entries.len(), 2); // of Mestre, and of no site
    /// let mestre = BalanceQuery::account("3000").dimension("site", "Mestre");
    /// assert_eq!(books.balances(&mestre)?[0].amounts.ledger_balance(), 7.into()); // a loss
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn keep(mut self, dimension: impl Into<SmolStr>) -> CloseYear {
        self.keep.push(dimension.into());
        self
    }

    /// Why.
    #[must_use]
    pub fn why(mut self, why: impl Into<SmolStr>) -> CloseYear {
        self.why = Some(why.into());
        self
    }

    /// Only while nothing at all stands on the year's [checklist](super::checklist).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{CloseYear, SetClosing};
    /// let transit = NewAccount::new("1360", "Money in transit", AccountClass::Asset).kind("clearing");
    /// books.send("transit", &OpenAccounts::new(vec![transit]))?;
    /// books.post("sent", NewEntry::new("GEN", day("2026-12-31")).debit("1360", eur("9")).credit("1000", eur("9")))?;
    /// books.send("retained earnings", &SetClosing::new("3000", "GEN"))?;
    /// let refused = books.send("close", &CloseYear::new(2026).early().strict()).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "fiscal year 2026 can't be closed yet: clearing accounts with something left: 1, such as 1360; clear them"
    /// );
    /// books.send("close all the same", &CloseYear::new(2026).early())?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn strict(mut self) -> CloseYear {
        self.strict = true;
        self
    }

    /// Also before the year is over, as where a company ends its business in it: what is left of the year takes nothing more.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books(); // their clock shows 1 June 2026
    /// use fondaco_accounting::close::{CloseYear, SetClosing};
    /// books.send("retained earnings", &SetClosing::new("3000", "GEN"))?;
    /// let refused = books.send("close", &CloseYear::new(2026)).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "fiscal year 2026 ends on 2026-12-31, and today is 2026-06-01: close it when it is over, \
    ///      or early where nothing more comes (CloseYear::early)"
    /// );
    /// books.send("close early", &CloseYear::new(2026).early())?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    #[must_use]
    pub fn early(mut self) -> CloseYear {
        self.early = true;
        self
    }

    fn check_over(&self, tx: &mut Tx<'_>, end: NaiveDate) -> Result<(), LedgerError> {
        let today = tx.today()?;
        match self.early || end < today {
            true => Ok(()),
            false => Err(CloseError::YearNotOver { year: self.year, end, today }.into()),
        }
    }
}

/// Reopens a closed fiscal year: its closing entries are reversed, and it takes entries again, as far as its periods are not
/// locked. Refused while a later year is closed, where any of its days is locked for ever, and while its last day is locked, for all or for the
/// closing journal: who reopens it unlocks it first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReopenYear {
    /// The fiscal year.
    pub year: i32,
    /// Why: who reads the year's history will ask.
    pub why: SmolStr,
}

impl ReopenYear {
    /// Reopens `year`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = closed_books();
    /// use fondaco_accounting::close::ReopenYear;
    /// let late = NewEntry::new("GEN", day("2026-12-30")).debit("5100", eur("5")).credit("1000", eur("5"));
    /// assert_eq!(books.post("late", late.clone()).unwrap_err().code(), "accounting.year_closed");
    /// books.send("reopen", &ReopenYear::new(2026, "a late bill"))?;
    /// books.post("late", late)?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(year: i32, why: impl Into<SmolStr>) -> ReopenYear {
        ReopenYear { year, why: why.into() }
    }
}

/// What closing or reopening a year posted.
#[derive(Debug, Clone, PartialEq, Eq, Outcome)]
pub struct YearClosed {
    /// The year's result in the ledger's currency: a profit is positive.
    pub result: Money,
    /// The entries, which may be none.
    pub entries: Vec<Posted>,
}

impl CloseYear {
    fn in_the_way(&self, tx: &mut Tx<'_>, days: DateRange) -> Result<Vec<Point>, LedgerError> {
        let key = self.year.saturating_mul(100);
        rest_on_points(tx, key)?;
        if self.strict {
            return Ok(checklist(tx, key)?.points);
        }
        let mut points = obstacles(tx, days)?;
        points.extend(of_host(tx, key)?.into_iter().filter(|point| point.blocks));
        Ok(points)
    }
}

impl Act for CloseYear {
    type Answer = YearClosed;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<YearClosed, LedgerError> {
        let asking = Asking::new(tx, &rights::CLOSE_YEAR)?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let targets = settings.retained_earnings.as_ref().zip(settings.closing_journal.as_ref());
        let (retained, journal) = targets.ok_or(CloseError::NoClosingSet)?;
        let year = Year::read(tx, self.year)?;
        year.check_closable()?;
        self.check_over(tx, year.last()?.end)?;
        let points = self.in_the_way(tx, year.days()?)?;
        if !points.is_empty() {
            return Err(CloseError::Obstacles { year: self.year, points }.into());
        }
        let accounts = zeroing::accounts(&tx.scan(&Range::<Account>::all())?);
        year.rest_on_postings(tx, &settings, &accounts)?;
        let plan = Plan {
            year: self.year,
            date: year.last()?.end,
            journal,
            retained,
            currency: settings.currency,
            keep: &self.keep,
        };
        let cells = zeroing::cells(&mut leading(tx)?, &accounts, year.keys()?)?;
        let Zeroing { mut entries, result } = plan.zero(&cells)?;
        entries.extend(zeroing::of_ledgers(tx, &plan, &accounts, year.keys()?)?);
        let key = year.mark(tx, true)?;
        let entries: Vec<_> = entries.into_iter().map(|entry| (entry, None)).collect();
        let posted = post_closing(tx, &entries, key, asking)?;
        let step = Step { deed: YearDeed::Closed, why: self.why.clone(), result };
        step.record(tx, self.year, &posted)?;
        Ok(YearClosed { result: Money::new(result, settings.currency), entries: posted })
    }
}

impl Act for ReopenYear {
    type Answer = YearClosed;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<YearClosed, LedgerError> {
        let asking = Asking::new(tx, &rights::REOPEN_YEAR)?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let year = Year::read(tx, self.year)?;
        let state = tx.get::<ClosingState>(&self.year)?.filter(|state| state.closed);
        let state = state.ok_or(CloseError::YearOpen { year: self.year })?;
        if let Some(later) = year.later_closed() {
            return Err(CloseError::LaterYearClosed { year: self.year, later }.into());
        }
        check_not_final(&settings, year.of_year())?;
        let closing = Range::<YearEntry>::by_key(&(self.year, state.steps));
        let (mut entries, mut journals) = (Vec::new(), Vec::new());
        for closing in tx.peek_scan(&closing)? {
            let unknown = LedgerError::UnknownEntry { entry: closing.entry };
            let entry = tx.peek::<Entry>(&closing.entry)?.ok_or(unknown)?;
            journals.push(entry.journal.clone());
            entries.push((mirrored(tx, &entry, entry.date)?, Some(entry.id)));
        }
        let last = year.last()?;
        for journal in &journals {
            check_journal_not_final(tx, journal, last, year.of_year())?;
        }
        check_unlocked(tx, &settings, year.at_end(last.end), &journals)?;
        let key = year.mark(tx, false)?;
        let posted = post_closing(tx, &entries, key, asking)?;
        for ((mirror, reverses), by) in entries.iter().zip(&posted) {
            if let Some(entry) = *reverses {
                tx.insert(Reversal { entry, by: by.id })?;
                clear_reversal(tx, entry, by.id, mirror)?;
            }
        }
        let closed = tx.peek::<YearStep>(&(self.year, state.steps))?;
        let result = closed.map_or(Decimal::ZERO, |step| step.result.to_decimal());
        let step = Step { deed: YearDeed::Reopened, why: Some(self.why.clone()), result };
        step.record(tx, self.year, &posted)?;
        Ok(YearClosed { result: Money::new(result, settings.currency), entries: posted })
    }
}

/// What was done with a year in one act.
struct Step {
    deed: YearDeed,
    why: Option<SmolStr>,
    result: Decimal,
}

impl Step {
    /// Writes it down, with the entries that it took.
    fn record(self, tx: &mut Tx<'_>, year: i32, posted: &[Posted]) -> Result<(), LedgerError> {
        let Step { deed, why, result } = self;
        let state = tx.get::<ClosingState>(&year)?;
        let step = state.as_ref().map_or(1, |state| state.steps + 1);
        let closed = deed == YearDeed::Closed;
        let after = ClosingState { year, closed, steps: step };
        tx.upsert(after)?;
        let too_large = || LedgerError::BadInput {
            what: "result",
            why: format!("{result} goes beyond 922,337,203,685,477.5807"),
        };
        let (actor, at) = (tx.actor().clone(), tx.now());
        let amount = Amount::from_decimal(result).ok_or_else(too_large)?;
        let entries = posted.len() as u32;
        tx.insert(YearStep { year, step, deed, actor, at, why, result: amount, entries })?;
        let row =
            |(number, posted): (u32, &Posted)| YearEntry { year, step, number, entry: posted.id };
        tx.insert_all((1..).zip(posted).map(row).collect())?;
        let name = if closed { "ledger.year_closed" } else { "ledger.year_reopened" };
        let event = Event::new(name).with("year", year);
        tx.emit(event.with("entries", entries));
        Ok(())
    }
}

/// A fiscal year among the others.
pub(super) struct Year {
    year: i32,
    all: Vec<Arc<Period>>,
}

impl Year {
    fn read(tx: &mut Tx<'_>, year: i32) -> Result<Year, LedgerError> {
        Year::of(year, tx.scan(&Range::<Period>::all())?)
    }

    /// To look at.
    pub(super) fn peek(read: &mut impl Reading, year: i32) -> Result<Year, LedgerError> {
        Year::of(year, read.peek_scan(&Range::<Period>::all())?)
    }

    fn of(year: i32, all: Vec<Arc<Period>>) -> Result<Year, LedgerError> {
        if !all.iter().any(|period| period.fiscal_year == year) {
            return Err(CloseError::UnknownYear { year }.into());
        }
        Ok(Year { year, all })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.periods().any(|period| period.closed == Some(true))
    }

    /// All its periods, that of closing entries among them.
    fn of_year(&self) -> impl Iterator<Item = &Period> {
        self.all.iter().map(Arc::as_ref).filter(|period| period.fiscal_year == self.year)
    }

    /// Its periods but the one of closing entries, in order of key.
    fn periods(&self) -> impl DoubleEndedIterator<Item = &Period> {
        let periods = self.all.iter().map(Arc::as_ref);
        periods.filter(|period| {
            period.fiscal_year == self.year && period.kind != Some(PeriodKind::Closing)
        })
    }

    fn first(&self) -> Result<&Period, LedgerError> {
        Ok(self.periods().next().ok_or(CloseError::UnknownYear { year: self.year })?)
    }

    fn last(&self) -> Result<&Period, LedgerError> {
        Ok(self.periods().next_back().ok_or(CloseError::UnknownYear { year: self.year })?)
    }

    /// The periods that end with it, that of closing entries among them.
    fn at_end(&self, end: NaiveDate) -> impl Iterator<Item = &Period> {
        self.of_year().filter(move |period| period.end == end)
    }

    /// Its days.
    pub(super) fn days(&self) -> Result<DateRange, LedgerError> {
        let days = DateRange::new(self.first()?.start, self.last()?.end);
        Ok(days.map_err(|error| Halt::Bug(error.to_string()))?)
    }

    pub(super) fn keys(&self) -> Result<(PeriodKey, PeriodKey), LedgerError> {
        Ok((self.first()?.period, self.last()?.period))
    }

    fn check_closable(&self) -> Result<(), CloseError> {
        if self.is_closed() {
            return Err(CloseError::YearAlreadyClosed { year: self.year });
        }
        let open =
            |period: &&Arc<Period>| period.fiscal_year < self.year && period.closed != Some(true);
        let earlier = self.all.iter().filter(open).map(|period| period.fiscal_year).min();
        match earlier {
            Some(earlier) => Err(CloseError::EarlierYearOpen { year: self.year, earlier }),
            None => Ok(()),
        }
    }

    /// The first later year that is closed.
    fn later_closed(&self) -> Option<i32> {
        let later = self.all.iter().filter(|period| period.fiscal_year > self.year);
        later.filter(|period| period.closed == Some(true)).map(|period| period.fiscal_year).min()
    }

    /// Makes the decision rest on all that is posted in the year: on its locks, where nobody may post; else on each account
    /// in each period.
    fn rest_on_postings(
        &self,
        tx: &mut Tx<'_>,
        settings: &Settings,
        accounts: &[SmolStr],
    ) -> Result<(), LedgerError> {
        let shut = settings.locked_through.max(settings.final_through);
        let open: Vec<&Period> = self
            .periods()
            .filter(|period| period.status < PeriodStatus::Locked)
            .filter(|period| shut.is_none_or(|shut| shut < period.end))
            .collect();
        let ranges = accounts.iter().flat_map(|code| {
            let range = |period: &&Period| {
                Range::by(Posting::BY_ACCOUNT, &(code.clone(), period.period)).limit(1)
            };
            open.iter().map(range).collect::<Vec<_>>()
        });
        let ranges: Vec<Range<Posting>> = ranges.collect();
        tx.scan_each(&ranges)?;
        Ok(())
    }

    /// Marks its periods as closed or open, the one of closing entries among them; gives the key of that.
    fn mark(&self, tx: &mut Tx<'_>, closed: bool) -> Result<PeriodKey, LedgerError> {
        let beyond = || CloseError::UnknownYear { year: self.year };
        let key = closing_key(self.year).ok_or_else(beyond)?;
        for period in self.all.iter().filter(|period| period.fiscal_year == self.year) {
            tx.put(Period { closed: closed.then_some(true), ..period.as_ref().clone() })?;
        }
        if !self.all.iter().any(|period| period.period == key) {
            let end = self.last()?.end;
            tx.insert(Period {
                period: key,
                fiscal_year: self.year,
                number: u32::try_from(key.rem_euclid(100)).unwrap_or(0),
                start: end,
                end,
                status: PeriodStatus::Open,
                kind: Some(PeriodKind::Closing),
                closed: closed.then_some(true),
                journals: Tags::default(),
            })?;
        }
        Ok(key)
    }
}

/// What was done with a fiscal year, in order.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = closed_books();
/// use fondaco_accounting::close::{ReopenYear, YearDeed};
/// books.send("reopen", &ReopenYear::new(2026, "a late bill"))?;
/// let steps = books.year_history(2026)?;
/// assert_eq!(steps.len(), 2);
/// assert_eq!((steps[1].deed, steps[1].why.as_deref()), (YearDeed::Reopened, Some("a late bill")));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn year_history(read: &mut impl Reading, year: i32) -> Result<Vec<Arc<YearStep>>, LedgerError> {
    Ok(read.peek_scan(&Range::<YearStep>::by_key(&year))?)
}

/// The entries of one step of a year's history.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = closed_books();
/// let [closing] = books.view(|view| fondaco_accounting::close::year_entries(view, 2026, 1))?[..] else {
///     panic!("one entry closed the year")
/// };
/// assert!(books.entry(closing)?.expect("it was posted").entry.is_closing());
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn year_entries(
    read: &mut impl Reading,
    year: i32,
    step: u32,
) -> Result<Vec<Id<Entry>>, LedgerError> {
    let rows = read.peek_scan(&Range::<YearEntry>::by_key(&(year, step)))?;
    Ok(rows.iter().map(|row| row.entry).collect())
}

/// Closed years in which an account of income or expense does not stand at zero.
pub(crate) fn verify(read: &mut impl Reading) -> Result<Vec<i32>, LedgerError> {
    let mut wrong = Vec::new();
    let accounts = zeroing::accounts(&read.peek_scan(&Range::<Account>::all())?);
    for state in read.peek_scan(&Range::<ClosingState>::all())? {
        let keys = state.year.checked_mul(100).zip(closing_key(state.year));
        let Some(keys) = keys.filter(|_| state.closed) else { continue };
        let cells = zeroing::cells(read, &accounts, keys)?;
        if cells.iter().any(|(_, cells)| cells.values().any(|sums| !sums.is_zero())) {
            wrong.push(state.year);
        }
    }
    Ok(wrong)
}
