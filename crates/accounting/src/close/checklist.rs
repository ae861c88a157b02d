//! The closing checklist: what stands in the way of closing a period or a year, as data and as a report, with points of the
//! host's own that somebody signs off.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, ActorId, DateRange, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::deferral::unplanned;
use super::obstacles::{self, Point, PointKind, obstacles};
use super::refusals::refusals;
use super::{CloseError, DeferralPart, assertions};
use crate::Books;
use crate::allocation::unallocated;
use crate::ledger::{
    Account, BalanceQuery, Entry, Journal, LedgerError, Period, PeriodKey, PeriodKind,
    PeriodStatus, balances, check_code, check_name, check_text, period_label, planned_reversals,
    recurring_entries, rights, unposted_differences,
};

/// A point that the host has put on the list of a period or year.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_closing_point", kind = state, key(period, code), guard(by_period(period)))]
pub struct ClosingPoint {
    /// The period; a fiscal year times 100 for the year.
    pub period: PeriodKey,
    /// What names it on its list.
    pub code: SmolStr,
    /// What is to be done.
    pub text: SmolStr,
    /// Whether a year can't be closed before.
    pub blocks: bool,
    /// Who has signed it off.
    pub signed_by: Option<ActorId>,
    /// When.
    pub signed_at: Option<Timestamp>,
    /// What who signed it off has to say.
    pub note: Option<SmolStr>,
}

/// Puts a point on the list of a period or year, or says anew what it is: then it is to be signed off again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddClosingPoint {
    /// The period, such as `202603`; a fiscal year times 100 for the year.
    pub period: PeriodKey,
    /// What names it on its list.
    pub code: SmolStr,
    /// What is to be done.
    pub text: SmolStr,
    /// Whether a year can't be closed before.
    #[serde(default)]
    pub blocks: bool,
}

impl AddClosingPoint {
    /// A point of a period.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::{AddClosingPoint, CloseYear, SetClosing, SignOff};
    /// let stock = AddClosingPoint::of_year(2026, "stock", "count the stock").blocking();
    /// books.send("stock", &stock)?;
    /// books.send("retained earnings", &SetClosing::new("3000", "GEN"))?;
    /// let refused = books.send("close", &CloseYear::new(2026).early()).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "fiscal year 2026 can't be closed yet: stock: count the stock; sign it off when it is done"
    /// );
    /// books.send("counted", &SignOff::of_year(2026, "stock"))?;
    /// books.send("close", &CloseYear::new(2026).early())?;
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(
        period: PeriodKey,
        code: impl Into<SmolStr>,
        text: impl Into<SmolStr>,
    ) -> AddClosingPoint {
        AddClosingPoint { period, code: code.into(), text: text.into(), blocks: false }
    }

    /// A point of a year.
    pub fn of_year(
        year: i32,
        code: impl Into<SmolStr>,
        text: impl Into<SmolStr>,
    ) -> AddClosingPoint {
        AddClosingPoint::new(year.saturating_mul(100), code, text)
    }

    /// A year can't be closed before it is signed off.
    #[must_use]
    pub fn blocking(mut self) -> AddClosingPoint {
        self.blocks = true;
        self
    }
}

/// Signs a point off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// The period, or a fiscal year times 100.
    pub period: PeriodKey,
    /// The point's code.
    pub code: SmolStr,
    /// What there is to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<SmolStr>,
}

impl SignOff {
    /// Of a period. [`AddClosingPoint::new`] has an example.
    pub fn new(period: PeriodKey, code: impl Into<SmolStr>) -> SignOff {
        SignOff { period, code: code.into(), note: None }
    }

    /// Of a year.
    pub fn of_year(year: i32, code: impl Into<SmolStr>) -> SignOff {
        SignOff::new(year.saturating_mul(100), code)
    }

    /// What there is to say.
    #[must_use]
    pub fn note(mut self, note: impl Into<SmolStr>) -> SignOff {
        self.note = Some(note.into());
        self
    }
}

impl Act for AddClosingPoint {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&rights::of_period(&rights::CLOSING_POINTS, self.period))?;
        check_code("closing point", &self.code)?;
        check_name("closing point", &self.text)?;
        days_of(tx, self.period)?;
        let AddClosingPoint { period, code, text, blocks } = self.clone();
        let (signed_by, signed_at, note) = (None, None, None);
        tx.emit(event("ledger.closing_point_added", period, &code));
        let point = ClosingPoint { period, code, text, blocks, signed_by, signed_at, note };
        tx.upsert(point)?;
        Ok(())
    }
}

impl Act for SignOff {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        tx.authorize(&rights::of_period(&rights::SIGN_OFF, self.period))?;
        check_text("note", &self.note)?;
        let (period, code) = (self.period, self.code.clone());
        let unknown = CloseError::UnknownPoint { period: period_label(period), code: code.clone() };
        let point = tx.get::<ClosingPoint>(&(period, code.clone()))?.ok_or(unknown)?;
        let (actor, now) = (tx.actor().clone(), tx.now());
        tx.put(ClosingPoint {
            signed_by: Some(actor),
            signed_at: Some(now),
            note: self.note.clone(),
            ..point.as_ref().clone()
        })?;
        tx.emit(event("ledger.closing_point_signed", period, &code));
        Ok(())
    }
}

fn event(name: &'static str, period: PeriodKey, code: &SmolStr) -> Event {
    let event = Event::new(name).with("period", period);
    event.with("code", code.clone())
}

/// What stands in the way of closing a period or a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    /// The period, or a fiscal year times 100.
    pub period: PeriodKey,
    /// Its days.
    pub days: DateRange,
    /// What is not done yet, what blocks first.
    pub points: Vec<Point>,
    /// The points of the host, done or not.
    pub signed: Vec<Arc<ClosingPoint>>,
}

/// The checklist of a period, such as `202603`, or of a fiscal year times 100.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let rent = NewEntry::new("GEN", day("2026-02-03")).debit("5100", eur("9")).credit("1000", eur("9"));
/// books.prepare_draft("rent", rent)?;
/// let february = books.checklist(202602)?;
/// assert!(!february.is_ready());
/// let told: Vec<String> = february.points.iter().map(|point| point.to_string()).collect();
/// assert!(told[0].starts_with("drafts not posted: 1, such as "));
/// assert_eq!(told[1], "earlier periods open: 1, such as 2026-01; lock them");
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownPeriod`], [`CloseError::UnknownYear`], or a [`Halt`](fondaco_core::Halt).
pub fn checklist(read: &mut impl Reading, period: PeriodKey) -> Result<Checklist, LedgerError> {
    let days = days_of(read, period)?;
    let end = days.end().unwrap_or(NaiveDate::MAX);
    let mut points = obstacles(read, days)?;
    points.extend(of_host(read, period)?);
    if period % 100 == 0 {
        points.extend(refusals(read, period / 100)?);
    }
    points.extend(earlier_open(read, period, days)?);
    points.extend(not_carried_out(read, end)?);
    points.extend(uncleared(read, end)?);
    points.extend(foreign(read, end)?);
    points.extend(unrealised(read, end)?);
    points.extend(not_shared_out(read, period)?);
    points.extend(not_as_asserted(read, days)?);
    points.extend(gaps(read, period, days)?);
    points.sort_by_key(|point| !point.blocks);
    let signed = read.peek_scan(&Range::<ClosingPoint>::by_key(&period))?;
    Ok(Checklist { period, days, points, signed })
}

/// The days of a period, or of a fiscal year times 100.
fn days_of(read: &mut impl Reading, key: PeriodKey) -> Result<DateRange, LedgerError> {
    let periods = periods_of(read, key)?;
    let first = periods.first().ok_or_else(|| match key % 100 {
        0 => LedgerError::from(CloseError::UnknownYear { year: key / 100 }),
        _ => LedgerError::UnknownPeriod { period: period_label(key) },
    })?;
    let end = periods.iter().map(|period| period.end).max().unwrap_or(first.end);
    let days = DateRange::new(first.start, end);
    Ok(days.map_err(|error| fondaco_core::Halt::Bug(error.to_string()))?)
}

/// The period of this key, or the periods of a fiscal year times 100.
fn periods_of(read: &mut impl Reading, key: PeriodKey) -> Result<Vec<Arc<Period>>, LedgerError> {
    let mut periods = read.peek_scan(&Range::<Period>::all())?;
    periods.retain(|period| match key % 100 {
        0 => period.fiscal_year == key / 100,
        _ => period.period == key,
    });
    Ok(periods)
}

/// The host's points that nobody has signed off; of a year with those of its periods that block it.
pub(super) fn of_host(read: &mut impl Reading, key: PeriodKey) -> Result<Vec<Point>, LedgerError> {
    let mut points = unsigned(read, key)?;
    if key % 100 == 0 {
        for period in periods_of(read, key)? {
            let own = unsigned(read, period.period)?;
            points.extend(own.into_iter().filter(|point| point.blocks));
        }
    }
    Ok(points)
}

/// Has the decision rest on the host's points of a year and its periods: one that is raised or taken back meanwhile is seen.
pub(super) fn rest_on_points(tx: &mut Tx<'_>, year: PeriodKey) -> Result<(), LedgerError> {
    let periods = periods_of(tx, year)?;
    for key in periods.iter().map(|period| period.period).chain([year]) {
        tx.scan(&Range::<ClosingPoint>::by_key(&key))?;
    }
    Ok(())
}

/// The host's points of a period or year that nobody has signed off.
fn unsigned(read: &mut impl Reading, period: PeriodKey) -> Result<Vec<Point>, LedgerError> {
    let points = read.peek_scan(&Range::<ClosingPoint>::by_key(&period))?;
    let open = points.iter().filter(|point| point.signed_by.is_none());
    let point = |point: &Arc<ClosingPoint>| Point {
        kind: PointKind::Host,
        what: format!("{}: {}", point.code, point.text).into(),
        count: 1,
        blocks: point.blocks,
    };
    Ok(open.map(point).collect())
}

/// Of a period the earlier ones that are not locked, of a year the earlier ones that are not closed.
fn earlier_open(
    read: &mut impl Reading,
    key: PeriodKey,
    days: DateRange,
) -> Result<Option<Point>, LedgerError> {
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let ordered = periods.iter().filter(|period| period.kind != Some(PeriodKind::Closing));
    if key % 100 == 0 {
        let before = ordered.filter(|period| Some(period.end) < days.start());
        let open = before.filter(|period| period.closed != Some(true));
        let mut years: Vec<i32> = open.map(|period| period.fiscal_year).collect();
        years.dedup();
        let first = years.first().map(ToSmolStr::to_smolstr);
        let count = years.len() as u64;
        return Ok(first.map(|what| Point::blocking(PointKind::EarlierYears, what, count)));
    }
    let settings = read.peek::<crate::ledger::Settings>(&crate::ledger::Settings::key())?;
    let shut = settings.and_then(|settings| settings.locked_through.max(settings.final_through));
    // By their keys: an adjustment period lies on the last day of the ordinary one before it.
    let open = ordered.filter(|period| period.period < key).filter(|period| {
        let locked = period.status >= PeriodStatus::Locked || period.closed == Some(true);
        !locked && shut.is_none_or(|shut| shut < period.end)
    });
    Ok(some(PointKind::EarlierPeriods, open.map(|period| period.label())))
}

/// A point that does not block, for what there is.
fn some(kind: PointKind, mut what: impl Iterator<Item = SmolStr>) -> Option<Point> {
    let first = what.next()?;
    Some(Point { kind, what: first, count: 1 + what.count() as u64, blocks: false })
}

/// What the clock should have brought by then.
fn not_carried_out(read: &mut impl Reading, end: NaiveDate) -> Result<Vec<Point>, LedgerError> {
    let recurring = recurring_entries(read)?;
    let late = recurring.iter().filter(|of| of.next.is_some_and(|next| next <= end));
    let recurring = some(PointKind::Recurring, late.map(|of| of.code.clone()));
    let reversals = planned_reversals(read)?;
    let late = reversals.iter().filter(|reversal| reversal.on <= end);
    let reversals = some(PointKind::Reversals, late.map(|late| late.entry.to_smolstr()));
    let parts = read.peek_scan(&Range::by(DeferralPart::BY_DUE, &()).through(&end))?;
    let deferrals = some(PointKind::Deferrals, parts.iter().map(|part| part.code.clone()));
    let unplanned = some(PointKind::Unplanned, unplanned(read)?.into_iter());
    Ok([recurring, reversals, deferrals, unplanned].into_iter().flatten().collect())
}

/// What stands on accounts of the kind `clearing`, through which things only pass.
fn uncleared(read: &mut impl Reading, end: NaiveDate) -> Result<Option<Point>, LedgerError> {
    let accounts = read.peek_scan(&Range::<Account>::all())?;
    let passing = accounts.iter().filter(|account| account.kind.as_deref() == Some("clearing"));
    let mut left = Vec::new();
    for account in passing.filter(|account| !account.heading) {
        let query = BalanceQuery::account(account.code.clone()).until(end);
        if balances(read, &query)?.iter().any(|row| !row.amounts.is_zero()) {
            left.push(account.code.clone());
        }
    }
    Ok(some(PointKind::Uncleared, left.into_iter()))
}

/// Currencies in which assets and liabilities stand, and which nobody has revalued as of the end.
fn foreign(read: &mut impl Reading, end: NaiveDate) -> Result<Option<Point>, LedgerError> {
    let currencies = obstacles::unrevalued(read, end)?;
    Ok(some(PointKind::Unrevalued, currencies.into_iter()))
}

fn unrealised(read: &mut impl Reading, end: NaiveDate) -> Result<Option<Point>, LedgerError> {
    let accounts = unposted_differences(read, end)?;
    Ok(some(PointKind::Unrealised, accounts.into_iter()))
}

/// Rules by which something of a period, or of any period of a year, is still to be shared out.
fn not_shared_out(read: &mut impl Reading, key: PeriodKey) -> Result<Option<Point>, LedgerError> {
    let mut rules = Vec::new();
    let periods = periods_of(read, key)?;
    for period in periods.iter().filter(|period| period.kind != Some(PeriodKind::Closing)) {
        for left in unallocated(read, period.period)? {
            rules.push(format_smolstr!("{} in {}", left.code, period.label()));
        }
    }
    Ok(some(PointKind::Unallocated, rules.into_iter()))
}

fn not_as_asserted(read: &mut impl Reading, days: DateRange) -> Result<Option<Point>, LedgerError> {
    let all = assertions(read)?;
    let broken = all.iter().filter(|of| Some(of.date) <= days.end() && !of.is_kept());
    Ok(some(PointKind::Assertions, broken.map(|of| of.account.clone())))
}

/// Journals with a number missing in the fiscal year of the days.
fn gaps(
    read: &mut impl Reading,
    key: PeriodKey,
    _: DateRange,
) -> Result<Option<Point>, LedgerError> {
    let year = key / 100;
    let mut found = Vec::new();
    for journal in read.peek_scan(&Range::<Journal>::all())? {
        let mut next = 1;
        let numbers = Range::by(Entry::BY_NUMBER, &(journal.code.clone(), year));
        read.peek_each(&numbers, |entry: &Entry| {
            next += i64::from(entry.number.number() == Some(next));
            Ok::<(), LedgerError>(())
        })?;
        if read.peek_series(&Journal::series(&journal.code, year))?.last >= next {
            found.push(SmolStr::from(format!("{} {next}", journal.code)));
        }
    }
    Ok(some(PointKind::Gaps, found.into_iter()))
}

impl Checklist {
    /// Whether nothing blocks.
    pub fn is_ready(&self) -> bool {
        !self.points.iter().any(|point| point.blocks)
    }

    /// As rows and columns.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let csv = books.checklist(202602)?.to_report().to_csv();
    /// assert!(csv.contains("\"earlier periods open: 1, such as 2026-01; lock them\",no,\r\n"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let of_year = self.period % 100 == 0;
        let what = match of_year {
            true => (self.period / 100).to_smolstr(),
            false => period_label(self.period),
        };
        let columns = [
            Column::text(word("Point")).naming_rows(),
            Column::text(word("Blocks")),
            Column::text(word("Signed off by")),
        ];
        let title = Phrase::from(word("Closing checklist of")).and(what);
        let mut report = Report::new(title).columns(columns);
        for point in &self.points {
            let blocks = word(if point.blocks { "yes" } else { "no" });
            report.push(Row::new([Cell::text(point.to_string()), blocks, Cell::Empty]));
        }
        for point in &self.signed {
            let Some(actor) = &point.signed_by else { continue };
            let text = format!("{}: {}", point.code, point.text);
            let cells = [Cell::text(text), word("no"), Cell::text(actor.as_str())];
            report.push(Row::new(cells));
        }
        report
    }
}

impl fmt::Display for Checklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl Books<'_> {
    /// What stands in the way of closing a period, such as `202603`, or a fiscal year times 100; as [`checklist`].
    ///
    /// # Errors
    /// As [`checklist`].
    pub fn checklist(&self, period: PeriodKey) -> Result<Checklist, LedgerError> {
        self.view(|view| checklist(view, period))
    }
}
