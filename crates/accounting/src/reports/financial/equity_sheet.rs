//! Changes in equity as rows and columns.

use std::fmt;

use fondaco_core::Currency;
use fondaco_core::report::{Cell, Column, Phrase, Report, Row, word};
use smol_str::format_smolstr;

use super::super::sheet::account_anchor;
use super::EquityChanges;
use super::sheet::row_anchor;

impl EquityChanges {
    /// As rows and columns; accounts lead to their part of the general ledger.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let changes = books.equity_changes(day("2026-01-01"), day("2026-12-31"))?;
    /// let csv = changes.to_report().to_csv();
    /// assert!(csv.starts_with("Account,Name,Opening,Result,Contributions,Distributions,Other,Closing\r\n"));
    /// assert!(csv.contains("3000,Capital,0.00,0.00,500.00,0.00,0.00,500.00\r\n"));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(word("Changes in equity"));
        let title = title.and(self.start).and(word("to")).and(self.end);
        let mut report = headed(title, self.currency).anchored("equity-changes");
        self.push(&mut report, None);
        report
    }

    /// Its rows and their total; those of a layout lead to their postings by its code.
    pub(super) fn push(&self, report: &mut Report, layout: Option<&str>) {
        for row in &self.rows {
            let name = match (&row.account, &row.row) {
                (None, None) => Cell::Word(row.name.clone()),
                _ => Cell::from(&row.name),
            };
            let made =
                Row::new([row.account.clone().into(), name].into_iter().chain(row.figures()));
            report.push(match (&row.account, &row.row, layout) {
                (Some(code), ..) => made.linked_to(account_anchor(code)),
                (None, Some(code), Some(layout)) => made.linked_to(row_anchor(layout, code)),
                _ => made,
            });
        }
        let total = [Cell::Empty, word("Total")].into_iter().chain(self.total.figures());
        report.push(Row::total(total));
    }
}

/// A report with the columns of changes in equity.
pub(super) fn headed(title: Phrase, currency: Currency) -> Report {
    let names = ["Opening", "Result", "Contributions", "Distributions", "Other", "Closing"];
    let amounts = names.map(|name| Column::amount(word(name), currency));
    Report::new(title.and(format_smolstr!("({})", currency.code())))
        .column(Column::text(word("Account")))
        .column(Column::text(word("Name")).naming_rows())
        .columns(amounts)
}

impl fmt::Display for EquityChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
