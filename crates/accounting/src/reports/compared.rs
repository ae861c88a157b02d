//! Statements beside those of other days: the year before, or any.

use std::fmt;

use chrono::NaiveDate;
use fondaco_core::report::{self, Cell, Column, Grid, Kind, Phrase, Report, Row, word};
use fondaco_core::{DateRange, Reading};
use rust_decimal::Decimal;
use smol_str::format_smolstr;

use super::chart::Chart;
use super::sheet::{Sheet, account_anchor};
use super::{BalanceSheet, IncomeStatement, TrialBalance};
use crate::ledger::{BalanceQuery, LedgerError};

/// Two statements of one kind, line by line of the same accounts: an account that is in one is in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared<S> {
    /// The one that is asked about.
    pub now: S,
    /// The one that it is compared with.
    pub before: S,
}

/// The income statement of some days beside that of others, both of one moment.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let (february, january) = ("2026-02-01/2026-02-28".parse()?, "2026-01-01/2026-01-31".parse()?);
/// let both = books.compare_income_statements(february, january)?;
/// assert_eq!((both.now.result, both.before.result), ((-40).into(), 100.into()));
/// let accounts = |s: &reports::IncomeStatement| s.income.lines.len() + s.expense.lines.len();
/// assert_eq!((accounts(&both.now), accounts(&both.before)), (2, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::BadInput`] when the days have no beginning or no end, [`LedgerError::NotSetUp`], or a
/// [`Halt`](fondaco_core::Halt).
pub fn compare_income_statements(
    read: &mut impl Reading,
    now: DateRange,
    before: DateRange,
) -> Result<Compared<IncomeStatement>, LedgerError> {
    let (days, days_before) = (ends("now", now)?, ends("before", before)?);
    let query = |(from, through)| BalanceQuery::all().from(from).until(through).without_closings();
    let charts = Chart::read_each(read, [&query(days), &query(days_before)])?;
    let of = |chart: &Chart, (from, through)| IncomeStatement::of(chart, from, through);
    let [now, before] = &charts;
    Ok(Compared { now: of(now, days), before: of(before, days_before) })
}

/// The balance sheet of a day beside that of another, both of one moment.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let both = books.compare_balance_sheets("2026-12-31".parse()?, "2026-01-31".parse()?)?;
/// assert_eq!(both.now.assets.total - both.before.assets.total, (-40).into()); // the rent
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn compare_balance_sheets(
    read: &mut impl Reading,
    now: NaiveDate,
    before: NaiveDate,
) -> Result<Compared<BalanceSheet>, LedgerError> {
    let query = |date| BalanceQuery::all().until(date).before_closing();
    let charts = Chart::read_each(read, [&query(now), &query(before)])?;
    let [of_now, of_before] = &charts;
    let (now, before) = (BalanceSheet::of(of_now, now), BalanceSheet::of(of_before, before));
    Ok(Compared { now, before })
}

/// The trial balance of a day beside that of another, both of one moment.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let both = books.compare_trial_balances("2026-12-31".parse()?, "2026-01-31".parse()?)?;
/// assert_eq!(both.now.lines.len(), both.before.lines.len()); // the same accounts
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn compare_trial_balances(
    read: &mut impl Reading,
    now: NaiveDate,
    before: NaiveDate,
) -> Result<Compared<TrialBalance>, LedgerError> {
    let query = |date| BalanceQuery::all().until(date);
    let [of_now, of_before] = &Chart::read_each(read, [&query(now), &query(before)])?;
    let of = |chart, date| TrialBalance::of(chart, date, None);
    Ok(Compared { now: of(of_now, now), before: of(of_before, before) })
}

fn ends(what: &'static str, days: DateRange) -> Result<(NaiveDate, NaiveDate), LedgerError> {
    days.start().zip(days.end()).ok_or_else(|| {
        let why = format!("{days} has no beginning or no end: give both days");
        LedgerError::BadInput { what, why }
    })
}

impl Compared<IncomeStatement> {
    /// As rows and columns: both amounts, what changed, and by how many percent; with the sums as a chart.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let both = books.compare_income_statements("2026-02-01/2026-02-28".parse()?, "2026-01-01/2026-01-31".parse()?)?;
    /// assert_eq!(both.to_string(), "\
    /// Income statements 2026-02 and 2026-01 (EUR)
    /// Account  Name            2026-02  2026-01   Change  Change in %
    /// =======  ==============  =======  =======  =======  ===========
    /// 4000     Sales              0.00   100.00  -100.00      -100.0%
    /// -------  --------------  -------  -------  -------  -----------
    ///          Total income       0.00   100.00  -100.00      -100.0%
    /// 5100     Rent              40.00     0.00    40.00
    /// -------  --------------  -------  -------  -------  -----------
    ///          Total expenses    40.00     0.00    40.00
    /// -------  --------------  -------  -------  -------  -----------
    ///          Result           -40.00   100.00  -140.00      -140.0%
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let both = [&self.now, &self.before];
        let names = both.map(|statement| span(statement.start, statement.end));
        let [now, before] = &names;
        let title = and(and(word("Income statements").into(), now).and(word("and")), before);
        let mut sheet = Sheet::new(title, self.now.currency, names.clone());
        sheet.section(both.map(|of| &of.income), "Total income");
        sheet.section(both.map(|of| &of.expense), "Total expenses");
        sheet.total("Result", both.map(|of| of.result));
        let sums = both.map(|of| vec![of.income.total, of.expense.total, of.result]);
        let chart =
            bars("Income, expenses and result", ["Income", "Expenses", "Result"], names, sums);
        sheet.into_report().chart(chart(Kind::Amount(self.now.currency)))
    }
}

impl Compared<BalanceSheet> {
    /// As rows and columns: both amounts, what changed, and by how many percent; with the sums as a chart.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let both = books.compare_balance_sheets("2026-12-31".parse()?, "2026-01-31".parse()?)?;
    /// let csv = both.to_report().to_csv();
    /// assert!(csv.starts_with("Account,Name,2026-12-31,2026-01-31,Change,Change in %\r\n"));
    /// assert!(csv.contains("1000,Bank,460.00,500.00,-40.00,-0.08\r\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let both = [&self.now, &self.before];
        let title = Phrase::from(word("Balance sheets as of"))
            .and(self.now.date)
            .and(word("and"))
            .and(self.before.date);
        let names = both.map(|sheet| Phrase::from(sheet.date));
        let mut sheet = Sheet::new(title, self.now.currency, names.clone());
        sheet.section(both.map(|of| &of.assets), "Total assets");
        sheet.section(both.map(|of| &of.liabilities), "Total liabilities");
        sheet.section(both.map(|of| &of.equity), "Equity before the result");
        sheet.line("Result of open years", both.map(|of| of.result));
        sheet.total("Total liabilities and equity", both.map(BalanceSheet::financing));
        let sums =
            both.map(|of| vec![of.assets.total, of.liabilities.total, of.equity.total, of.result]);
        let what = ["Assets", "Liabilities", "Equity", "Result"];
        let chart = bars("Assets and what they are financed by", what, names, sums);
        sheet.into_report().chart(chart(Kind::Amount(self.now.currency)))
    }
}

impl Compared<TrialBalance> {
    /// As rows and columns: both balances of each account, and what changed.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let both = books.compare_trial_balances("2026-12-31".parse()?, "2026-01-31".parse()?)?;
    /// assert_eq!(both.to_string(), "\
    /// Trial balances as of 2026-12-31 and 2026-01-31 (EUR)
    /// Account  Name        2026-12-31  2026-01-31  Change
    /// =======  ==========  ==========  ==========  ======
    /// 1000     Bank            460.00      500.00  -40.00
    /// 1200     Customers       119.00      119.00    0.00
    /// 2200     Tax due         -19.00      -19.00    0.00
    /// 3000     Capital        -500.00     -500.00    0.00
    /// 4000     Sales          -100.00     -100.00    0.00
    /// 5100     Rent             40.00        0.00   40.00
    /// -------  ----------  ----------  ----------  ------
    /// Total    6 accounts        0.00        0.00    0.00
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let (now, before) = (&self.now, &self.before);
        let title = Phrase::from(word("Trial balances as of")).and(now.date).and(word("and"));
        let title = title.and(before.date).and(format_smolstr!("({})", now.currency.code()));
        let names = [Column::text(word("Account")), Column::text(word("Name")).naming_rows()];
        let days = [Phrase::from(now.date), Phrase::from(before.date), word("Change").into()];
        let days = days.map(|name| Column::amount(name, now.currency));
        let mut report = Report::new(title).columns(names).columns(days);
        let amounts = |now: Decimal, before: Decimal| {
            [now, before, now.saturating_sub(before)].map(Cell::from)
        };
        for (line, earlier) in now.lines.iter().zip(&before.lines) {
            let names = [Cell::from(&line.account), Cell::from(&line.name)];
            let cells = names.into_iter().chain(amounts(line.balance, earlier.balance));
            report.push(Row::new(cells).linked_to(account_anchor(&line.account)));
        }
        let accounts = Phrase::from(now.lines.len()).and(word("accounts"));
        let names = [word("Total"), accounts.into_cell()];
        let sum = |of: &TrialBalance| of.debit.saturating_sub(of.credit);
        report.push(Row::total(names.into_iter().chain(amounts(sum(now), sum(before)))));
        report
    }
}

/// The sums of both statements beside one another, what was before at the left.
fn bars<const N: usize>(
    title: &'static str,
    what: [&'static str; N],
    [now, before]: [Phrase; 2],
    [sums, sums_before]: [Vec<Decimal>; 2],
) -> impl FnOnce(Kind) -> report::Chart {
    let grid = Grid::new(what.map(word)).series(before, sums_before).series(now, sums);
    move |kind| report::Chart::bars(word(title), kind, grid)
}

/// Days as a heading: a month or a year by its name.
pub(super) fn span(from: NaiveDate, through: NaiveDate) -> Phrase {
    use chrono::Datelike;
    let next = through.succ_opt();
    let starts = |date: Option<NaiveDate>| date.is_some_and(|date| date.day() == 1);
    let whole_months = starts(Some(from)) && starts(next);
    match (whole_months, from.year() == through.year(), from.month(), through.month()) {
        (true, true, first, last) if first == last => Cell::Month(from).into(),
        (true, true, 1, 12) => from.year().to_string().into(),
        _ => Phrase::from(from).and(word("to")).and(through),
    }
}

fn and(phrase: Phrase, next: &Phrase) -> Phrase {
    next.parts().iter().cloned().fold(phrase, Phrase::and)
}

impl fmt::Display for Compared<IncomeStatement> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl fmt::Display for Compared<TrialBalance> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl fmt::Display for Compared<BalanceSheet> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_years_have_names() {
        let shown = |days: &str| {
            let days: DateRange = days.parse().unwrap();
            span(days.start().unwrap(), days.end().unwrap()).to_string()
        };
        assert_eq!(shown("2026-02-01/2026-02-28"), "2026-02");
        assert_eq!(shown("2024-02-01/2024-02-28"), "2024-02-01 to 2024-02-28");
        assert_eq!(shown("2026-01-01/2026-12-31"), "2026");
        assert_eq!(shown("2025-07-01/2026-06-30"), "2025-07-01 to 2026-06-30");
        assert_eq!(shown("2025-02-01/2026-02-28"), "2025-02-01 to 2026-02-28");
        assert_eq!(shown("2026-02-02/2026-02-28"), "2026-02-02 to 2026-02-28");
    }
}
