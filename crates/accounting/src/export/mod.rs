//! The whole ledger going out: as tables that can be imported again, and as audit files of authorities.
//!
//! [`ledger_tables`] gives accounts, journals, periods, entries with their postings, dimensions and parties as
//! [`Report`](fondaco_core::report::Report)s, so that each is CSV, Arrow, or a sheet of a workbook. [`saft`](mod@saft) writes the
//! Standard Audit File for Tax of the OECD in the form of Norway, by its published schema.
//!
//! Persons are named only where the host names them: the ledger knows ids.
//!
//! Both are made in memory, of one moment: a file that was begun before a commit and ended after it would be of none.

mod error;
pub mod saft;
mod tables;

pub use error::ExportError;
pub use saft::{Grouping, GroupingOf, SaftAddress, SaftCompany, SaftContact, SaftQuery, saft};
pub use tables::{ExportQuery, LedgerTables, ledger_tables};

use crate::Books;
use crate::ledger::LedgerError;

impl Books<'_> {
    /// The whole ledger, or some days of it, as tables: see [`ledger_tables`].
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::export::ExportQuery;
    /// let tables = books.export(&ExportQuery::all())?;
    /// let names: Vec<_> = tables.files().into_iter().map(|(name, _)| name).collect();
    /// assert_eq!(names[..4], ["accounts.csv", "journals.csv", "periods.csv", "entries.csv"]);
    /// # Ok::<(), LedgerError>(())
    /// ```
    ///
    /// # Errors
    /// As [`ledger_tables`].
    pub fn export(&self, query: &ExportQuery<'_>) -> Result<LedgerTables, LedgerError> {
        self.view(|view| ledger_tables(view, query))
    }

    /// The audit file of an authority: see [`saft`](fn@saft).
    ///
    /// # Errors
    /// As [`saft`](fn@saft).
    pub fn export_saft(&self, query: &SaftQuery<'_>) -> Result<String, LedgerError> {
        self.view(|view| saft(view, query))
    }
}
