//! Financial statements: the books in the rows of a [`Layout`], any days side by side.
//!
//! Balance sheet, income statement by nature or by function, cash flow direct and indirect are layouts; so is a country's scheme.
//! [`financial_statement`] fills one for the columns of a [`FinancialQuery`]. Every row keeps the accounts that it is made of;
//! [`row_postings`] opens it down to the postings, [`FinancialStatement::explain`] says how it was reckoned. Changes in equity, which
//! need to know what each entry was, are [`equity_changes`] and [`equity_statement`].
//!
//! # What always holds
//! - An account is counted once: a layout that would count it twice is refused ([`LayoutError::TakenTwice`](super::LayoutError)).
//! - Accounts that no row takes are in [`FinancialStatement::untaken`], with their sum: the rows' accounts and these together are
//!   the trial balance of the classes that the layout [covers](Layout::covers).
//! - Entries that close a fiscal year are left out of its own statements, so that they show the same before and after: the result
//!   of the year stays in its rows until the year is over.
//! - A `check` row that does not come to nothing is in [`FinancialStatement::failed`], and said under the statement.

mod books;
mod brought;
mod cells;
mod cleared;
mod closed;
mod columns;
mod drill;
mod equity;
mod equity_sheet;
mod equity_statement;
mod explain;
mod fill;
mod followed;
mod last_year;
mod make;
mod narrowed;
mod open;
mod paid;
mod parties;
mod query;
mod shares;
mod sheet;
mod taken;

pub use columns::StatementColumn;
pub use drill::{RowAccountPostings, RowPostings, row_postings};
pub use equity::{EquityChange, EquityChanges, EquityResults, EquityRow, equity_changes};
pub use equity_statement::{EquityStatement, equity_statement};
pub use query::FinancialQuery;

use fondaco_core::{Currency, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Formula, Layout, RowKind, RowUnit};
use crate::ledger::{LedgerError, Side};
use crate::parallel::sight;
use fill::Filled;

/// A statement: the rows of a layout with their figures.
#[derive(Debug, Clone, PartialEq)]
pub struct FinancialStatement {
    /// The layout's code.
    pub layout: SmolStr,
    /// What it is called, in the language that was asked for.
    pub title: SmolStr,
    /// Where the scheme is published.
    pub source: Option<SmolStr>,
    /// The ledger's currency.
    pub currency: Currency,
    /// The dimensions that it is narrowed to, with values or headings.
    pub dimensions: Vec<(SmolStr, SmolStr)>,
    /// Its columns.
    pub columns: Vec<StatementColumn>,
    /// The rows of the layout, hidden ones too.
    pub rows: Vec<StatementRow>,
    /// Accounts of the classes that the layout covers, as far as no row takes them: debits less credits by column.
    pub untaken: Vec<RowAccount>,
    /// Checks that don't come to nothing, in columns of all dimensions: parts of the books need not balance by themselves.
    pub failed: Vec<FailedCheck>,
    /// Pairs of columns whose difference is shown: which, and against which.
    pub changes: Vec<(usize, usize)>,
    /// The row of which others are shown as a part.
    pub base: Option<SmolStr>,
    with_accounts: bool,
    without_empty: bool,
}

/// A row of a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementRow {
    /// See [`LayoutRow::code`](super::LayoutRow::code).
    pub code: SmolStr,
    /// What people read.
    pub title: SmolStr,
    /// How deep it stands, from 0.
    pub level: u8,
    /// What it is among the others.
    pub kind: RowKind,
    /// The side on which it is positive.
    pub positive: Side,
    /// How its figure is shown.
    pub unit: RowUnit,
    /// Whether it is there for formulas only, or is a check. A check is shown where it says what parts of the books by a
    /// [dimension](FinancialQuery::by_dimension) have from one another.
    pub hidden: bool,
    /// Whether the chart has it.
    pub chart: bool,
    /// A note to it.
    pub note: Option<SmolStr>,
    /// What it is made of, where that is other rows.
    pub formula: Option<Formula>,
    /// Those rows, by their places.
    pub made_of: Vec<usize>,
    /// Its figure in each column; `None` for a heading, and for what can't be divided.
    pub amounts: Vec<Option<Decimal>>,
    /// The accounts that it takes and that have something in a column, by code; with the row's sign.
    pub accounts: Vec<RowAccount>,
}

/// An account in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowAccount {
    /// The account's code; `None` for the result of a year that is not closed.
    pub account: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
    /// What the row has of it, by column.
    pub amounts: Vec<Decimal>,
}

/// A check that does not come to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCheck {
    /// The row.
    pub row: SmolStr,
    /// What people read.
    pub title: SmolStr,
    /// The column.
    pub column: usize,
    /// What it comes to; `None` where it can't be reckoned.
    pub amount: Option<Decimal>,
}

/// The statement that `layout` makes of the books, all of one moment.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::reports::{FinancialQuery, Layout};
/// let layout = Layout::shipped("plain-income-statement")?;
/// let query = FinancialQuery::new().days("2026-01-01/2026-12-31".parse()?);
/// let year = books.view(|view| reports::financial_statement(view, &layout, &query))?;
/// assert_eq!(year.amount("result", 0), Some(60.into()));
/// assert!(year.untaken.is_empty() && year.failed.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::Layout`] for a layout that is none in this chart of accounts, [`LedgerError::BadInput`] for columns that are
/// none, [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn financial_statement(
    read: &mut impl Reading,
    layout: &Layout,
    query: &FinancialQuery,
) -> Result<FinancialStatement, LedgerError> {
    Ok(Filled::read(&mut sight(read)?, layout, query, false)?.statement(query))
}

impl FinancialStatement {
    /// The figure of a row in a column; `None` where there is none, and for a row or column that is not there.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let layout = Layout::shipped("plain-balance-sheet")?;
    /// let sheet = books.financial_statement(&layout, &FinancialQuery::new().at(day("2026-12-31")))?;
    /// assert_eq!(sheet.amount("result", 0), Some(60.into()));
    /// assert_eq!(sheet.amount("goodwill", 0), None);
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn amount(&self, row: &str, column: usize) -> Option<Decimal> {
        self.row(row)?.amounts.get(column).copied().flatten()
    }

    /// A row by its code.
    pub fn row(&self, code: &str) -> Option<&StatementRow> {
        self.rows.iter().find(|row| row.code == code)
    }

    /// What no row takes, by column: debits less credits of all of it together.
    pub fn untaken_sum(&self) -> Vec<Decimal> {
        let of = |column: usize| {
            self.untaken.iter().filter_map(move |account| account.amounts.get(column))
        };
        (0..self.columns.len())
            .map(|column| of(column).fold(Decimal::ZERO, |a, b| a.saturating_add(*b)))
            .collect()
    }
}
