//! Income statement and balance sheet.

use std::fmt;

use chrono::NaiveDate;
use fondaco_core::{Currency, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::chart::Chart;
use super::{Cell, Table};
use crate::ledger::{AccountClass, BalanceQuery, LedgerError};

/// One account or heading of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    /// How deep it stands in the chart, from 0.
    pub depth: u8,
    /// The account's code.
    pub account: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its amount, positive on the side on which its class grows; for a heading of all under it.
    pub amount: Decimal,
    /// Whether it is a heading.
    pub heading: bool,
}

/// The accounts of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The class.
    pub class: AccountClass,
    /// Accounts with postings, parents before children.
    pub lines: Vec<StatementLine>,
    /// The sum of the accounts, without headings.
    pub total: Decimal,
}

fn section(chart: &Chart, class: AccountClass) -> Section {
    let sign = |balance: Decimal| {
        if class.grows_by_debit() { balance } else { Decimal::ZERO.saturating_sub(balance) }
    };
    let lines = chart.walk(class).into_iter().map(|(depth, account)| StatementLine {
        depth,
        account: account.code.clone(),
        name: account.name.clone(),
        amount: sign(chart.sum(&account.code).balance()),
        heading: account.heading,
    });
    Section { class, lines: lines.collect(), total: sign(chart.class_sum(class).balance()) }
}

/// What was earned and spent in a span of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomeStatement {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub through: NaiveDate,
    /// The ledger's currency.
    pub currency: Currency,
    /// What was earned.
    pub income: Section,
    /// What was spent.
    pub expense: Section,
    /// Earned less spent: profit, or if negative, loss.
    pub result: Decimal,
}

/// The income statement from `from` through `through`, both included.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let (first, last) = ("2026-01-01".parse()?, "2026-12-31".parse()?);
/// let year = books.view(|view| reports::income_statement(view, first, last))?;
/// assert_eq!(year.income.total, 100.into());
/// assert_eq!(year.expense.total, 40.into());
/// assert_eq!(year.result, 60.into());
/// let reversed = books.view(|view| reports::income_statement(view, last, first));
/// assert_eq!(reversed.unwrap_err().code(), "accounting.bad_input");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::BadInput`] when the days are the wrong way round, [`LedgerError::NotSetUp`], or a
/// [`Halt`](fondaco_core::Halt).
pub fn income_statement(
    read: &mut impl Reading,
    from: NaiveDate,
    through: NaiveDate,
) -> Result<IncomeStatement, LedgerError> {
    if through < from {
        let why = format!("{through} is before {from}: give the earlier day first");
        return Err(LedgerError::BadInput { what: "through", why });
    }
    let chart = Chart::read(read, &BalanceQuery::all().from(from).through(through))?;
    let (income, expense) =
        (section(&chart, AccountClass::Income), section(&chart, AccountClass::Expense));
    let result = income.total.saturating_sub(expense.total);
    Ok(IncomeStatement { from, through, currency: chart.currency, income, expense, result })
}

/// What the company has, what it owes and what belongs to its owners, at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceSheet {
    /// The day.
    pub date: NaiveDate,
    /// The ledger's currency.
    pub currency: Currency,
    /// What it has.
    pub assets: Section,
    /// What it owes.
    pub liabilities: Section,
    /// What its owners put in and left in.
    pub equity: Section,
    /// What was earned and not yet closed to equity: the result of all open years.
    pub result: Decimal,
}

impl BalanceSheet {
    /// Liabilities, equity and result: equals the assets.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let sheet = books.balance_sheet("2026-12-31".parse()?)?;
    /// let parts = (sheet.liabilities.total, sheet.equity.total, sheet.result);
    /// assert_eq!(parts, (19.into(), 500.into(), 60.into()));
    /// assert_eq!(sheet.financing(), sheet.assets.total);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn financing(&self) -> Decimal {
        self.liabilities.total.saturating_add(self.equity.total).saturating_add(self.result)
    }
}

/// The balance sheet as of the end of `date`. Nothing has to be closed first: what was earned and
/// not yet closed to equity is its [`result`](BalanceSheet::result).
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let january = "2026-01-31".parse()?;
/// let sheet = books.view(|view| reports::balance_sheet(view, january))?;
/// assert_eq!(sheet.assets.total, 619.into());
/// assert_eq!(sheet.result, 100.into()); // the rent is February's
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn balance_sheet(
    read: &mut impl Reading,
    date: NaiveDate,
) -> Result<BalanceSheet, LedgerError> {
    let chart = Chart::read(read, &BalanceQuery::all().through(date))?;
    let of = |class| section(&chart, class);
    let result = of(AccountClass::Income).total.saturating_sub(of(AccountClass::Expense).total);
    let (assets, liabilities, equity) =
        (of(AccountClass::Asset), of(AccountClass::Liability), of(AccountClass::Equity));
    Ok(BalanceSheet { date, currency: chart.currency, assets, liabilities, equity, result })
}

fn push_section(table: &mut Table, section: &Section, total: &'static str) {
    for line in &section.lines {
        let amount = if line.heading { Cell::Empty } else { Cell::Amount(line.amount) };
        let name = Cell::Text(line.name.clone(), line.depth);
        table.push(vec![Cell::text(line.account.clone()), name, amount]);
    }
    table.push_total(vec![Cell::Empty, Cell::text(total), Cell::Amount(section.total)]);
}

impl IncomeStatement {
    /// As rows and columns.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let year = books.income_statement("2026-01-01".parse()?, "2026-12-31".parse()?)?;
    /// let csv = year.to_table().to_csv();
    /// assert!(csv.starts_with("Account,Name,Amount\n4000,Sales,100.00\n"));
    /// assert!(csv.ends_with(",Profit,60.00\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_table(&self) -> Table {
        let title = format!(
            "Income statement {} to {} ({})",
            self.from,
            self.through,
            self.currency.code()
        );
        let mut table = Table::new(title, self.currency, &["Account", "Name", "Amount"]);
        push_section(&mut table, &self.income, "Total income");
        push_section(&mut table, &self.expense, "Total expenses");
        let word = if self.result < Decimal::ZERO { "Loss" } else { "Profit" };
        table.push_total(vec![Cell::Empty, Cell::text(word), Cell::Amount(self.result.abs())]);
        table
    }
}

impl BalanceSheet {
    /// As rows and columns.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let sheet = books.balance_sheet("2026-12-31".parse()?)?;
    /// let table = sheet.to_table();
    /// assert_eq!(table.title, "Balance sheet as of 2026-12-31 (EUR)");
    /// assert_eq!(table.to_string(), sheet.to_string()); // for people; `to_csv` is for programs
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_table(&self) -> Table {
        let title = format!("Balance sheet as of {} ({})", self.date, self.currency.code());
        let mut table = Table::new(title, self.currency, &["Account", "Name", "Amount"]);
        push_section(&mut table, &self.assets, "Total assets");
        push_section(&mut table, &self.liabilities, "Total liabilities");
        push_section(&mut table, &self.equity, "Equity before the result");
        table.push(vec![
            Cell::Empty,
            Cell::text("Result of open years"),
            Cell::Amount(self.result),
        ]);
        table.push_total(vec![
            Cell::Empty,
            Cell::text("Total liabilities and equity"),
            Cell::Amount(self.financing()),
        ]);
        table
    }
}

impl fmt::Display for IncomeStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_table().fmt(f)
    }
}

impl fmt::Display for BalanceSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_table().fmt(f)
    }
}
