//! A line of a statement opened: the accounts that it is made of, and their postings on the column's days.

use std::fmt;

use fondaco_core::report::{Cell, Column as ReportColumn, Phrase, Report, Row, word};
use fondaco_core::{Currency, Reading};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::super::general_ledger::LedgerLine;
use super::super::sheet::account_anchor;
use super::columns::StatementColumn;
use super::fill::Filled;
use super::open::Opener;
use super::query::FinancialQuery;
use super::sheet::row_anchor;
use crate::ledger::{LedgerError, Side};
use crate::parallel::sight;
use crate::reports::layout::said;
use crate::reports::{Layout, LayoutError};

/// The postings behind the figure of a row in a column, in the ledger's currency. Amounts are debits less credits: the row's figure
/// is their sum, on the side on which the row is positive.
#[derive(Debug, Clone, PartialEq)]
pub struct RowPostings {
    /// The layout's code.
    pub layout: SmolStr,
    /// The row's code.
    pub row: SmolStr,
    /// What the row is called.
    pub title: SmolStr,
    /// The column.
    pub column: StatementColumn,
    /// The ledger's currency.
    pub currency: Currency,
    /// The accounts, by code; figures that have no postings come last.
    pub accounts: Vec<RowAccountPostings>,
    /// Debits less credits of all: the row's figure.
    pub total: Decimal,
}

/// What a row has of an account.
#[derive(Debug, Clone, PartialEq)]
pub struct RowAccountPostings {
    /// The account's code; `None` for a figure without postings: a product, or a number that the layout names.
    pub account: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
    /// What there was before the column's days; nothing where the row shows what was posted on them.
    pub opening: Decimal,
    /// The postings on the days, in order of date.
    pub lines: Vec<LedgerLine>,
    /// What the row has of it: the opening and the lines.
    pub amount: Decimal,
    /// Whether the row takes the account off instead of adding it.
    pub taken_off: bool,
}

/// Opens a row of a statement down to its postings: those of the row's accounts on the column's days that the row takes, and for a
/// balance what there was before. A sum of rows opens into all of theirs, a result into its accounts, and of two that `min` and `max`
/// compare the one that it is. What cash was paid for has the part of each posting that was paid, on the day on which it was.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::reports::{FinancialQuery, Layout};
/// let layout = Layout::shipped("plain-balance-sheet")?;
/// let query = FinancialQuery::new().days("2026-02-01/2026-02-28".parse()?);
/// let assets = books.row_postings(&layout, &query, "total_assets", 0)?;
/// let bank = &assets.accounts[0];
/// assert_eq!((bank.opening, bank.lines.len(), bank.amount), (500.into(), 1, 460.into()));
/// assert_eq!(assets.total, 579.into()); // the row's figure
/// let error = books.row_postings(&layout, &query, "goodwill", 0).unwrap_err();
/// assert_eq!(error.code(), "accounting.layout_unknown_row");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LayoutError::UnknownRow`]; [`LedgerError::BadInput`] for a column that is not there, and for a row that is not a sum, such as a
/// percentage; and as [`financial_statement`](super::financial_statement).
pub fn row_postings(
    read: &mut impl Reading,
    layout: &Layout,
    query: &FinancialQuery,
    row: &str,
    column: usize,
) -> Result<RowPostings, LedgerError> {
    let read = &mut sight(read)?;
    let filled = Filled::read(read, layout, query, true)?;
    let at = layout.rows.iter().position(|known| known.code == row);
    let unknown = || LayoutError::UnknownRow { layout: layout.code.clone(), row: row.into() };
    let at = at.ok_or_else(unknown)?;
    let of_column = filled.columns.get(column).map(|column| column.column.clone());
    let of_column = of_column.ok_or_else(|| LedgerError::BadInput {
        what: "column",
        why: format!("{column} is none of {}, counted from 0", filled.columns.len()),
    })?;
    let opener = Opener::read(read, &filled, query, column)?;
    let mut accounts = opener.accounts(read, at)?;
    accounts
        .sort_by(|a, b| (a.account.is_none(), &a.account).cmp(&(b.account.is_none(), &b.account)));
    let add = |sum: Decimal, account: &RowAccountPostings| match account.taken_off {
        false => sum.saturating_add(account.amount),
        true => sum.saturating_sub(account.amount),
    };
    let total = accounts.iter().fold(Decimal::ZERO, add);
    let language = layout.language(query.language.as_deref());
    let of_row = layout.rows.get(at);
    Ok(RowPostings {
        layout: layout.code.clone(),
        row: row.into(),
        title: of_row.map(|row| said(&row.titles, language)).unwrap_or_default(),
        column: of_column,
        currency: filled.currency,
        total: of_row.map_or(total, |row| {
            if row.positive == Side::Debit { total } else { Decimal::ZERO.saturating_sub(total) }
        }),
        accounts,
    })
}

impl RowPostings {
    /// As rows and columns; on one page, the statement's row leads here.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let layout = Layout::shipped("plain-income-statement")?;
    /// let query = FinancialQuery::new().at(day("2026-12-31"));
    /// let costs = books.row_postings(&layout, &query, "costs", 0)?;
    /// assert_eq!(costs.to_string(), "\
    /// Expenses 2026 (EUR)
    /// Date        Entry  Text       Debit  Credit  Balance
    /// ==========  =====  =========  =====  ======  =======
    ///                    5100 Rent
    /// 2026-02-01  GEN 2             40.00            40.00
    /// ----------  -----  ---------  -----  ------  -------
    ///                    5100 Rent                   40.00
    /// ----------  -----  ---------  -----  ------  -------
    ///                    Expenses                    40.00
    /// ");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let heading = self.column.heading.parts().iter().cloned();
        let title = heading.fold(Phrase::from(self.title.clone()), Phrase::and);
        let title = title.and(format_smolstr!("({})", self.currency.code()));
        let amounts = ["Debit", "Credit", "Balance"]
            .map(|name| ReportColumn::amount(word(name), self.currency));
        let mut report = Report::new(title)
            .column(ReportColumn::text(word("Account")).for_tables_only())
            .column(ReportColumn::date(word("Date")))
            .column(ReportColumn::text(word("Entry")))
            .column(ReportColumn::text(word("Text")).naming_rows())
            .columns(amounts)
            .anchored(row_anchor(&self.layout, &self.row));
        self.accounts.iter().for_each(|account| account.push_rows(&mut report));
        let nothing = [Cell::Empty, Cell::Empty, Cell::Empty];
        let figures = [Cell::Empty, Cell::Empty, self.total.into()];
        report
            .push(Row::total(nothing.into_iter().chain([Cell::from(&self.title)]).chain(figures)));
        report
    }
}

impl RowAccountPostings {
    fn name(&self) -> Cell {
        match &self.account {
            Some(code) => format_smolstr!("{code} {}", self.name).into(),
            None => Cell::Word(self.name.clone()),
        }
    }

    fn push_rows(&self, report: &mut Report) {
        let row = |what: Cell, balance: Cell| {
            let before = [self.account.clone().into(), Cell::Empty, Cell::Empty, what];
            before.into_iter().chain([Cell::Empty, Cell::Empty, balance]).collect::<Vec<_>>()
        };
        let heading = Row::heading(row(self.name(), Cell::Empty)).starting_group();
        report.push(match &self.account {
            Some(code) => heading.linked_to(account_anchor(code)),
            None => heading,
        });
        if !self.opening.is_zero() {
            report.push(Row::new(row(word("Opening balance"), self.opening.into())));
        }
        let account = self.account.clone().unwrap_or_default();
        self.lines.iter().for_each(|line| report.push(line.row(&account)));
        report.push(Row::total(row(self.name(), self.amount.into())));
    }
}

impl fmt::Display for RowPostings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
