//! Where limits stand.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use fondaco_core::{Currency, Money, Range, Reading};
use smol_str::{SmolStr, format_smolstr};

use super::limit::WHOLE;
use super::{Spending, SpendingExcess, SpendingLimit, Window};
use crate::ledger::{LedgerError, Period};

/// What counts towards a limit, over the window of a day: each value of its dimension by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct SpendingReport {
    /// The limit.
    pub limit: SpendingLimit,
    /// The day.
    pub date: NaiveDate,
    /// The first day of its window; `None` for a limit over all days.
    pub window_start: Option<NaiveDate>,
    /// The sums, by value. A limit without a dimension has one, under an empty value; values of which nothing was posted have
    /// none.
    pub lines: Vec<SpendingLine>,
}

/// One sum of a limit.
#[derive(Debug, Clone, PartialEq)]
pub struct SpendingLine {
    /// The dimension's value.
    pub value: SmolStr,
    /// What was posted.
    pub spent: Money,
    /// What is pending.
    pub held: Money,
    /// What may still be posted; below zero where the limit is exceeded; `None` without a line that refuses.
    pub left: Option<Money>,
}

/// Where a limit stands on `date`.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let rents = SetSpendingLimit::new("RENT", "Rents of a year", Currency::EUR)
///     .account("5100")
///     .over(Window::FiscalYear)
///     .refuse_above(eur("480"));
/// books.send("rents", &rents)?;
/// let report = books.spending("RENT", day("2026-06-01"))?;
/// assert_eq!((report.lines[0].spent, report.lines[0].left), (eur("40"), Some(eur("440"))));
/// assert!(report.to_string().contains("Left"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownSpendingLimit`], [`LedgerError::NoPeriod`] for a limit by fiscal periods or years and a day outside
/// them, or a [`Halt`](fondaco_core::Halt).
pub fn spending(
    read: &mut impl Reading,
    code: &str,
    date: NaiveDate,
) -> Result<SpendingReport, LedgerError> {
    let code = SmolStr::new(code);
    let limit = read.peek::<SpendingLimit>(&code)?;
    let limit = limit.ok_or_else(|| LedgerError::UnknownSpendingLimit { code: code.clone() })?;
    let start = window_start(read, &limit, date)?;
    let mut lines: BTreeMap<SmolStr, SpendingLine> = BTreeMap::new();
    if limit.each.is_none() {
        let key = (code.clone(), SmolStr::default(), start);
        let sums = read.peek::<Spending>(&key)?;
        lines.insert(SmolStr::default(), limit.line(SmolStr::default(), sums.as_deref()));
    } else {
        read.peek_each(&Range::<Spending>::by_key(&code), |sums| {
            if sums.window_start == start {
                lines.insert(sums.value.clone(), limit.line(sums.value.clone(), Some(sums)));
            }
            Ok::<(), LedgerError>(())
        })?;
    }
    let window_start = Some(start).filter(|start| *start != WHOLE);
    let (limit, lines) = (limit.as_ref().clone(), lines.into_values().collect());
    Ok(SpendingReport { limit, date, window_start, lines })
}

/// What stands above the lines of a limit, by the windows' first days and in the order of their entries.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let rents = SetSpendingLimit::new("RENT", "Rents", Currency::EUR).account("5100").warn_above(eur("50"));
/// books.send("rents", &rents)?; // 40 are spent
/// let rent = NewEntry::new("GEN", day("2026-03-01")).debit("5100", eur("20")).credit("1000", eur("20"));
/// books.post("rent", rent)?;
/// let excesses = books.view(|view| ledger::spending_excesses(view, "RENT"))?;
/// assert_eq!(excesses.len(), 1);
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownSpendingLimit`], or a [`Halt`](fondaco_core::Halt).
pub fn spending_excesses(
    read: &mut impl Reading,
    code: &str,
) -> Result<Vec<Arc<SpendingExcess>>, LedgerError> {
    let code = SmolStr::new(code);
    if read.peek::<SpendingLimit>(&code)?.is_none() {
        return Err(LedgerError::UnknownSpendingLimit { code });
    }
    Ok(read.peek_scan(&Range::by(SpendingExcess::BY_LIMIT, &code))?)
}

fn window_start(
    read: &mut impl Reading,
    limit: &SpendingLimit,
    date: NaiveDate,
) -> Result<NaiveDate, LedgerError> {
    let periods = read.peek_scan(&Range::<Period>::all())?;
    let of = periods.iter().find(|period| period.start <= date && date <= period.end);
    match (limit.window, of) {
        (_, Some(of)) => Ok(limit.window.start(date, of, &periods)),
        (Window::Period | Window::FiscalYear, None) => Err(LedgerError::NoPeriod { date }),
        (window, None) => Ok(window.start_of_days(date)),
    }
}

impl SpendingLimit {
    fn line(&self, value: SmolStr, sums: Option<&Spending>) -> SpendingLine {
        let spent = sums.map_or(0, |sums| i128::from(sums.spent.units()));
        let held = sums.map_or(0, |sums| i128::from(sums.held.units()));
        let left =
            self.refuse_above.map(|line| self.money(i128::from(line.units()) - spent - held));
        SpendingLine { value, spent: self.money(spent), held: self.money(held), left }
    }
}

impl SpendingReport {
    /// As rows and columns.
    pub fn to_report(&self) -> Report {
        let limit = &self.limit;
        let code = format_smolstr!("({})", limit.currency.code());
        let title = Phrase::from(limit.name.clone()).and(word("as of")).and(self.date).and(code);
        let amounts = ["Posted", "Pending", "Left"].map(|name| self.column(name));
        let value = limit.each.clone().unwrap_or_else(|| SmolStr::new_static("Limit"));
        let mut report =
            Report::new(title).columns([Column::text(value).naming_rows()]).columns(amounts);
        for line in &self.lines {
            let name = if limit.each.is_some() { &line.value } else { &limit.code };
            let left = line.left.map_or(Cell::Empty, |left| left.amount().into());
            let amounts = [line.spent.amount().into(), line.held.amount().into(), left];
            report.push(Row::new([name.clone().into()].into_iter().chain(amounts)));
        }
        report
    }

    fn column(&self, name: &'static str) -> Column {
        let currency: Currency = self.limit.currency;
        Column::amount(word(name), currency)
    }
}

impl fmt::Display for SpendingReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
