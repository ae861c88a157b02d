//! What a handle of the books shows of financial statements.

use chrono::NaiveDate;

use super::{EquityChanges, FinancialQuery, FinancialStatement, RowPostings};
use crate::Books;
use crate::ledger::LedgerError;
use crate::reports::{self, Layout};

impl Books<'_> {
    /// The statement that a layout makes of the books: see [`reports::financial_statement`].
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let layout = Layout::shipped("plain-income-statement")?;
    /// let year = books.financial_statement(&layout, &FinancialQuery::new().at(day("2026-12-31")))?;
    /// println!("{year}");
    /// assert_eq!(year.amount("operating", 0), Some(60.into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// As [`reports::financial_statement`].
    pub fn financial_statement(
        &self,
        layout: &Layout,
        query: &FinancialQuery,
    ) -> Result<FinancialStatement, LedgerError> {
        self.view(|view| reports::financial_statement(view, layout, query))
    }

    /// The postings behind a figure of a statement: see [`reports::row_postings`].
    ///
    /// # Errors
    /// As [`reports::row_postings`].
    pub fn row_postings(
        &self,
        layout: &Layout,
        query: &FinancialQuery,
        row: &str,
        column: usize,
    ) -> Result<RowPostings, LedgerError> {
        self.view(|view| reports::row_postings(view, layout, query, row, column))
    }

    /// The changes in equity: see [`reports::equity_changes`].
    ///
    /// # Errors
    /// As [`reports::equity_changes`].
    pub fn equity_changes(
        &self,
        start: NaiveDate,
        end: NaiveDate,
    ) -> Result<EquityChanges, LedgerError> {
        self.view(|view| reports::equity_changes(view, start, end))
    }
}
