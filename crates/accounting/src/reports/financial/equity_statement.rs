//! Changes in equity of several spans of days, one under another: IAS 1.106 and 1.38 want the year before beside the year.
//!
//! A layout of the balance sheet gives the rows: what a scheme calls the parts of equity, instead of account by account.

use std::collections::BTreeMap;
use std::fmt;

use fondaco_core::report::{Cell, Phrase, Report, Row, word};
use fondaco_core::{Currency, Reading};
use smol_str::{SmolStr, format_smolstr};

use super::super::compared::span;
use super::cells::{Cells, Known};
use super::columns::{Of, Span, fiscal_year, year_start};
use super::equity::{EquityResults, Ground};
use super::equity_sheet::headed;
use super::query::{AskedColumn, FinancialQuery};
use super::taken::{Taken, taken};
use super::{EquityChanges, EquityRow};
use crate::Books;
use crate::ledger::{AccountClass, LedgerError};
use crate::parallel::sight;
use crate::reports::Layout;
use crate::reports::layout::said;

/// The changes in equity of several spans of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquityStatement {
    /// The layout whose rows it has; `None` for accounts.
    pub layout: Option<SmolStr>,
    /// The ledger's currency.
    pub currency: Currency,
    /// The dimensions that it is narrowed to, with values or headings.
    pub dimensions: Vec<(SmolStr, SmolStr)>,
    /// What stands over each span.
    pub headings: Vec<Phrase>,
    /// The spans, as they were asked for.
    pub spans: Vec<EquityChanges>,
}

/// The changes in equity on the days of each column of `query`, narrowed to its dimensions, as known at the columns' times.
///
/// With a layout of the balance sheet the rows are those of it that take equity, with its titles; accounts of equity that no row takes
/// have rows of their own. Differences and parts of a base are not shown, and columns are not split by a dimension.
///
/// Narrowed to a dimension, a year that was closed gave what it earned to retained earnings as
/// [`SetClosing`](crate::close::SetClosing) says: with the dimensions that are kept, each site's year opens with what the one before
/// closed with; without, a site's next year opens without its results, which are the whole company's since.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::reports::{FinancialQuery, Layout};
/// let layout = Layout::shipped("plain-balance-sheet")?;
/// let query = FinancialQuery::new().days("2026-01-01/2026-12-31".parse()?).beside_last_year();
/// let statement = books.equity_statement(Some(&layout), &query)?;
/// assert_eq!(statement.to_string(), "\
/// Changes in equity (EUR)
/// Account  Name                  Opening  Result  Contributions  Distributions  Other  Closing
/// =======  ====================  =======  ======  =============  =============  =====  =======
///          2026
///          Capital and reserves     0.00    0.00         500.00           0.00   0.00   500.00
///          Result of the year       0.00   60.00           0.00           0.00   0.00    60.00
/// -------  --------------------  -------  ------  -------------  -------------  -----  -------
///          Total                    0.00   60.00         500.00           0.00   0.00   560.00
///          2025
/// -------  --------------------  -------  ------  -------------  -------------  -----  -------
///          Total                    0.00    0.00           0.00           0.00   0.00     0.00
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::Layout`] for a layout that is none in this chart of accounts, [`LedgerError::BadInput`] for columns that are none,
/// for a query that splits them, for a layout without equity, such as one of income, and for one that shows parts of an account of
/// equity in several rows; [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn equity_statement(
    read: &mut impl Reading,
    layout: Option<&Layout>,
    query: &FinancialQuery,
) -> Result<EquityStatement, LedgerError> {
    query.check()?;
    if let Some(dimension) = &query.split {
        let why = format!(
            "changes in equity are not split by {dimension}: ask for each value by `dimension`"
        );
        return Err(LedgerError::BadInput { what: "columns", why });
    }
    let read = &mut sight(read)?;
    let ground = Ground::read(read, Some(query))?;
    let rows = layout.map(|layout| Rows::of(layout, &ground, query)).transpose()?;
    let (mut headings, mut spans) = (Vec::new(), Vec::new());
    for asked in &query.columns {
        let Some(days) = days(&ground, asked) else { continue };
        headings.push(heading(asked, days));
        let changes = ground.changes(read, days)?;
        spans.push(match &rows {
            Some(rows) => rows.group(changes),
            None => changes,
        });
    }
    Ok(EquityStatement {
        layout: layout.map(|layout| layout.code.clone()),
        currency: ground.currency,
        dimensions: query.dimensions.iter().chain(&query.under).cloned().collect(),
        headings,
        spans,
    })
}

/// The days of a column, with what counts on them.
fn days(ground: &Ground<'_>, asked: &AskedColumn) -> Option<Span> {
    let (from, through) = asked.days(&ground.periods)?;
    let from = from.unwrap_or_else(|| year_start(&ground.periods, through));
    let unadjusted = fiscal_year(&ground.periods, through).filter(|_| !asked.adjustments);
    Some(Span { known: Known { at: asked.known_at, unadjusted }, from, through })
}

fn heading(asked: &AskedColumn, days: Span) -> Phrase {
    let heading = span(days.from, days.through);
    let heading = match asked.known_at {
        Some(time) => heading.and(word("as known at")).and(time.to_string()),
        None => heading,
    };
    if asked.adjustments { heading } else { heading.and(word("before adjustments")) }
}

/// The rows of a layout that take equity.
struct Rows<'l> {
    layout: &'l Layout,
    language: usize,
    /// The row of each account.
    of_account: BTreeMap<SmolStr, usize>,
    /// That of the result of the year, and of those of earlier years.
    of_results: [Option<usize>; 2],
}

impl<'l> Rows<'l> {
    fn of(
        layout: &'l Layout,
        ground: &Ground<'_>,
        query: &FinancialQuery,
    ) -> Result<Rows<'l>, LedgerError> {
        layout.check()?;
        // Figures are not looked at here: only which row takes which account.
        let cells = Cells::new(ground.accounts().to_vec(), &ground.periods, 0, false);
        let taken = taken(layout, &cells, &[])?;
        let mut of_account = BTreeMap::new();
        let counted = || taken.iter().filter(|taken| taken.counts);
        for of in counted() {
            let accounts = of.accounts.iter().filter_map(|at| cells.accounts.get(*at));
            for account in accounts.filter(|account| account.class == AccountClass::Equity) {
                let before = of_account.insert(account.code.clone(), of.row);
                if let Some(before) = before.filter(|before| *before != of.row) {
                    return Err(twice(layout, &account.code, [before, of.row]));
                }
            }
        }
        let row_of = |result: Of| {
            counted().find(|taken: &&Taken<'_>| taken.results.contains(&result)).map(|of| of.row)
        };
        let of_results = [Of::Result, Of::EarlierResults].map(row_of);
        if of_account.is_empty() && of_results == [None, None] {
            let why =
                format!("layout {} takes no equity: give one of the balance sheet", layout.code);
            return Err(LedgerError::BadInput { what: "layout", why });
        }
        let language = layout.language(query.language.as_deref());
        Ok(Rows { layout, language, of_account, of_results })
    }

    /// The same changes by these rows; what none takes is as it was.
    fn group(&self, changes: EquityChanges) -> EquityChanges {
        let (mut of_rows, mut rest) = (BTreeMap::<usize, EquityRow>::new(), Vec::new());
        for row in changes.rows {
            let at = match &row.account {
                Some(code) => self.of_account.get(code).copied(),
                None => match row.results {
                    Some(EquityResults::OfYear) => self.of_results[0],
                    Some(EquityResults::Earlier) => self.of_results[1],
                    None => None,
                },
            };
            match at.and_then(|at| Some((at, self.layout.rows.get(at)?))) {
                Some((at, of)) => {
                    let named = || EquityRow {
                        row: Some(of.code.clone()),
                        name: said(&of.titles, self.language),
                        ..EquityRow::default()
                    };
                    of_rows.entry(at).or_insert_with(named).add(&row);
                }
                None => rest.push(row),
            }
        }
        let rows = of_rows.into_values().filter(|row| !row.is_nothing()).chain(rest).collect();
        EquityChanges { rows, ..changes }
    }
}

/// By a dimension or a side an account of equity can be in two rows of a balance sheet, not in two of its changes.
fn twice(layout: &Layout, account: &str, rows: [usize; 2]) -> LedgerError {
    let [one, other] = rows.map(|at| layout.rows.get(at).map_or("", |row| row.code.as_str()));
    let why = format!(
        "layout {} has parts of account {account} in row {one} and in row {other}: changes in equity have it in one, so give a layout \
         that takes it once",
        layout.code
    );
    LedgerError::BadInput { what: "layout", why }
}

impl EquityStatement {
    /// As rows and columns: the spans one under another. Accounts lead to their part of the general ledger, rows of a layout to
    /// [their postings](super::RowPostings).
    pub fn to_report(&self) -> Report {
        let of = self.dimensions.iter().map(|(name, value)| format_smolstr!("{name} {value}"));
        let title = of.fold(Phrase::from(word("Changes in equity")), Phrase::and);
        let mut report = headed(title, self.currency).anchored("equity-statement");
        for (heading, changes) in self.headings.iter().zip(&self.spans) {
            let name = [Cell::Empty, Cell::Phrase(heading.clone())];
            report.push(Row::heading(name).starting_group());
            changes.push(&mut report, self.layout.as_deref());
        }
        report
    }
}

impl fmt::Display for EquityStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl Books<'_> {
    /// The changes in equity of several spans of days: see [`equity_statement`].
    ///
    /// # Errors
    /// As [`equity_statement`].
    pub fn equity_statement(
        &self,
        layout: Option<&Layout>,
        query: &FinancialQuery,
    ) -> Result<EquityStatement, LedgerError> {
        self.view(|view| equity_statement(view, layout, query))
    }
}
