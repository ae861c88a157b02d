//! A statement as rows and columns, with a chart.

use std::fmt;

use fondaco_core::report::{self, Cell, Column, Grid, Kind, Phrase, Report, Row, word};
use fondaco_core::{Rounding, decimal};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::super::sheet::{account_anchor, change};
use super::{FinancialStatement, RowAccount, StatementRow};
use crate::reports::{RowKind, RowUnit};

/// So many columns stand beside one another as bars; more are lines over time.
const MOST_BARS: usize = 3;

/// What links to the postings of a row name.
pub(super) fn row_anchor(layout: &str, row: &str) -> SmolStr {
    format_smolstr!("row/{layout}/{row}")
}

impl FinancialStatement {
    /// As rows and columns. On one page, rows lead to their [postings](super::RowPostings), accounts to their part of the general
    /// ledger. Accounts that no row takes come last, with their sum; failed checks are notes.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let layout = Layout::shipped("plain-balance-sheet")?;
    /// let query = FinancialQuery::new().at(day("2026-12-31")).with_accounts();
    /// let sheet = books.financial_statement(&layout, &query)?;
    /// assert_eq!(sheet.to_string(), "\
    /// Balance sheet (EUR)
    /// Item                          2026-12-31
    /// ============================  ==========
    /// Assets
    ///   Non-current assets                0.00
    ///   Other current assets            579.00
    ///     1000 Bank                     460.00
    ///     1200 Customers                119.00
    ///   Cash and bank                     0.00
    /// ----------------------------  ----------
    /// Total assets                      579.00
    /// Liabilities and equity
    ///   Liabilities                      19.00
    ///     Non-current liabilities         0.00
    ///     Current liabilities            19.00
    ///       2200 Tax due                 19.00
    ///     Overdrawn bank accounts         0.00
    ///   Equity                          560.00
    ///     Capital and reserves          500.00
    ///       3000 Capital                500.00
    ///     Results of earlier years        0.00
    ///     Result of the year             60.00
    /// ----------------------------  ----------
    /// Total liabilities and equity      579.00
    /// ");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let mut report = Report::new(self.title())
            .column(Column::text(word("Row")).for_tables_only())
            .column(Column::text(word("Account")).for_tables_only())
            .column(Column::text(word("Item")).naming_rows())
            .columns(self.amount_columns())
            .anchored(format_smolstr!("statement/{}", self.layout));
        for row in self.shown() {
            report.push(self.row_of(row));
            // A row of results alone says already what stands in it.
            let tells_more = row.accounts.iter().any(|account| account.account.is_some());
            if self.with_accounts && tells_more {
                let level = row.level.saturating_add(1);
                row.accounts
                    .iter()
                    .for_each(|account| report.push(self.account_row(&row.code, account, level)));
            }
        }
        self.push_untaken(&mut report);
        report.notes = self.notes();
        match self.chart() {
            Some(chart) => report.chart(chart),
            None => report,
        }
    }

    fn shown(&self) -> impl Iterator<Item = &StatementRow> {
        self.rows.iter().enumerate().filter(|(at, _)| self.shows(*at)).map(|(_, row)| row)
    }

    /// Whether a row is shown: hidden ones never; empty ones, and headings over none but such, where they are not left out.
    fn shows(&self, at: usize) -> bool {
        let Some(row) = self.rows.get(at).filter(|row| !row.hidden) else { return false };
        if !self.without_empty || matches!(row.kind, RowKind::Total | RowKind::Page) {
            return true;
        }
        if row.amounts.iter().flatten().any(|amount| !amount.is_zero()) {
            return true;
        }
        let under = self.rows.iter().enumerate().skip(at + 1);
        let mut under = under.take_while(|(_, other)| other.level > row.level);
        row.kind == RowKind::Heading && under.any(|(under, _)| self.shows(under))
    }

    fn title(&self) -> Phrase {
        let of = self.dimensions.iter().map(|(name, value)| format_smolstr!("{name} {value}"));
        of.fold(Phrase::from(self.title.clone()), Phrase::and)
            .and(format_smolstr!("({})", self.currency.code()))
    }

    fn amount_columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        for column in &self.columns {
            columns.push(Column::amount(column.heading.clone(), self.currency));
            if self.base.is_some() {
                columns.push(Column::percent(column.heading.clone().and(word("in %"))));
            }
        }
        for (now, before) in &self.changes {
            let between = match self.changes.len() {
                1 => Phrase::default(),
                _ => self.headings(*now, *before),
            };
            let heading =
                |of: Cell| between.parts().iter().cloned().fold(Phrase::from(of), Phrase::and);
            columns.push(Column::amount(heading(word("Change")), self.currency));
            columns.push(Column::percent(heading(word("Change in %"))));
        }
        columns
    }

    /// Which columns a change is between.
    fn headings(&self, now: usize, before: usize) -> Phrase {
        let parts = |at: usize| self.columns.get(at).map(|column| column.heading.parts().to_vec());
        let now = parts(now).unwrap_or_default().into_iter().fold(Phrase::default(), Phrase::and);
        parts(before).unwrap_or_default().into_iter().fold(now.and("/"), Phrase::and)
    }

    fn row_of(&self, row: &StatementRow) -> Row {
        let names = [Cell::from(&row.code), Cell::Empty, Cell::from(&row.title)];
        let cells = names.into_iter().chain(self.figures(row.unit, &row.amounts));
        let made = match row.kind {
            RowKind::Line => Row::new(cells),
            RowKind::Heading => Row::heading(cells),
            RowKind::Page => Row::heading(cells).starting_group(),
            RowKind::Total => Row::total(cells),
        };
        made.at_level(row.level).linked_to(row_anchor(&self.layout, &row.code))
    }

    fn account_row(&self, row: &SmolStr, account: &RowAccount, level: u8) -> Row {
        let name: Cell = match &account.account {
            Some(code) => format_smolstr!("{code} {}", account.name).into(),
            None => Cell::Word(account.name.clone()),
        };
        let amounts: Vec<_> = account.amounts.iter().copied().map(Some).collect();
        let names = [Cell::from(row), account.account.clone().into(), name];
        let made = Row::new(names.into_iter().chain(self.figures(RowUnit::Amount, &amounts)))
            .at_level(level);
        match &account.account {
            Some(code) => made.linked_to(account_anchor(code)),
            None => made,
        }
    }

    /// The figures of a row, each with its part of the base, then what changed.
    fn figures(&self, unit: RowUnit, amounts: &[Option<Decimal>]) -> Vec<Cell> {
        let mut cells = Vec::new();
        for (column, amount) in amounts.iter().enumerate() {
            cells.push(shown(unit, *amount));
            if let Some(base) = &self.base {
                let whole = self.amount(base, column).filter(|_| unit == RowUnit::Amount);
                let part = whole.zip(*amount);
                let part = part.and_then(|(whole, part)| {
                    decimal::div_round(part, whole, 6, Rounding::HalfUp).ok()
                });
                cells.push(part.into());
            }
        }
        for (now, before) in &self.changes {
            let of = |at: &usize| amounts.get(*at).copied().flatten();
            let both = of(now).zip(of(before));
            let changed = both.and_then(|(now, before)| now.checked_sub(before));
            cells.push(shown(unit, changed));
            let percent = both.filter(|_| unit == RowUnit::Amount);
            cells.push(percent.and_then(|(now, before)| change(now, before)).into());
        }
        cells
    }

    fn push_untaken(&self, report: &mut Report) {
        if self.untaken.is_empty() {
            return;
        }
        let names = |name: Cell| [Cell::Empty, Cell::Empty, name];
        report.push(Row::heading(names(word("Accounts that no row takes"))).starting_group());
        for account in &self.untaken {
            report.push(self.account_row(&SmolStr::default(), account, 1));
        }
        let sums: Vec<_> = self.untaken_sum().into_iter().map(Some).collect();
        let cells = names(word("Their sum, debits less credits")).into_iter();
        report.push(Row::total(cells.chain(self.figures(RowUnit::Amount, &sums))));
    }

    fn notes(&self) -> Vec<Phrase> {
        let about = self.shown().filter_map(|row| {
            row.note.as_ref().map(|note| Phrase::from(format_smolstr!("{}:", row.title)).and(note))
        });
        let failed = self.failed.iter().map(|failed| {
            let heading =
                self.columns.get(failed.column).map(|column| column.heading.parts().to_vec());
            let amount: Cell = match failed.amount {
                Some(amount) => fondaco_core::Money::new(amount, self.currency).into(),
                None => word("nothing that can be reckoned"),
            };
            let begun =
                heading.unwrap_or_default().into_iter().fold(Phrase::default(), Phrase::and);
            begun
                .and(format_smolstr!("{}:", failed.title))
                .and(amount)
                .and(word("where it should be nothing"))
        });
        about.chain(failed).collect()
    }

    /// The rows that the layout marks, as bars of a few columns or as lines over many.
    fn chart(&self) -> Option<report::Chart> {
        let rows: Vec<_> = self.rows.iter().filter(|row| row.chart && !row.hidden).collect();
        if rows.is_empty() || self.columns.iter().any(|column| column.dimension.is_some()) {
            return None;
        }
        let kind = Kind::Amount(self.currency);
        let title = Phrase::from(self.title.clone());
        if self.columns.len() > MOST_BARS {
            let grid = Grid::new(self.columns.iter().map(|column| column.heading.clone()));
            let values = |row: &StatementRow| {
                row.amounts.iter().map(|amount| amount.unwrap_or_default()).collect::<Vec<_>>()
            };
            let grid =
                rows.iter().fold(grid, |grid, row| grid.series(row.title.clone(), values(row)));
            return Some(report::Chart::line(title, kind, grid));
        }
        let grid = Grid::new(rows.iter().map(|row| row.title.clone()));
        // What was before stands at the left.
        let values = |at: usize| {
            rows.iter()
                .map(move |row| row.amounts.get(at).copied().flatten().unwrap_or_default())
                .collect::<Vec<_>>()
        };
        let columns = self.columns.iter().enumerate().rev();
        let grid = columns
            .fold(grid, |grid, (at, column)| grid.series(column.heading.clone(), values(at)));
        Some(report::Chart::bars(title, kind, grid))
    }
}

fn shown(unit: RowUnit, value: Option<Decimal>) -> Cell {
    let Some(value) = value else { return Cell::Empty };
    match unit {
        RowUnit::Amount => Cell::Number(value),
        // Its column is one of amounts: three digits are a percentage with one.
        RowUnit::Percent => {
            Cell::Percent(fondaco_core::rounding::round(value, 3, Rounding::HalfUp))
        }
        RowUnit::Number => Cell::Text(value.normalize().to_string().into()),
    }
}

impl fmt::Display for FinancialStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
