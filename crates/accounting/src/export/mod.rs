//! The whole ledger going out: as tables that can be imported again, and as audit files of authorities.
//!
//! [`ledger_tables`] gives accounts, journals, periods, entries with their postings, dimensions and parties as
//! [`Report`](fondaco_core::report::Report)s, so that each is CSV, Arrow, or a sheet of a workbook. [`saft`](mod@saft) writes the
//! Standard Audit File for Tax of the OECD in the form of Norway, by its published schema.
//!
//! [`gobd`](mod@gobd) writes what German tax auditors read into IDEA. Who recorded each entry is in the log: [`AuditTrail`] brings it to all three.
//!
//! A table's CSV is to be read by programs: its texts are as they were entered. Who opens it in a spreadsheet takes
//! [`to_spreadsheet_csv`](fondaco_core::report::Report::to_spreadsheet_csv), so that a customer's name is not run as a formula.
//!
//! Persons are named only where the host names them: the ledger knows ids.
//!
//! All are made in memory, of one moment: a file that was begun before a commit and ended after it would be of none.

mod error;
pub mod gobd;
pub mod saft;
mod tables;
mod trail;

pub use error::ExportError;
pub use gobd::{GobdQuery, GobdSupplier, gobd};
pub use saft::{Grouping, GroupingOf, SaftAddress, SaftCompany, SaftContact, SaftQuery, saft};
pub use tables::{ExportQuery, LedgerTables, ledger_tables};
pub use trail::{AuditTrail, RecordedBy};

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

    /// The files of the GoBD export, for German tax auditors: see [`gobd`](fn@gobd).
    ///
    /// # Errors
    /// As [`gobd`](fn@gobd).
    pub fn export_gobd(&self, query: &GobdQuery<'_>) -> Result<Vec<(String, String)>, LedgerError> {
        self.view(|view| gobd(view, query))
    }
}
