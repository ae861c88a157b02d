//! Income statement and balance sheet.

use std::fmt;

use chrono::NaiveDate;
use fondaco_core::report::{self, Explain, Kind, Phrase, Report, Step, word};
use fondaco_core::{Currency, Money, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::chart::Chart;
use super::sheet::Sheet;
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
    pub start: NaiveDate,
    /// The last day.
    pub end: NaiveDate,
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
    start: NaiveDate,
    end: NaiveDate,
) -> Result<IncomeStatement, LedgerError> {
    if end < start {
        let why = format!("{end} is before {start}: give the earlier day first");
        return Err(LedgerError::BadInput { what: "end", why });
    }
    let chart = Chart::read(read, &BalanceQuery::all().from(start).until(end).without_closings())?;
    Ok(IncomeStatement::of(&chart, start, end))
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

impl IncomeStatement {
    pub(super) fn of(chart: &Chart, start: NaiveDate, end: NaiveDate) -> IncomeStatement {
        let (income, expense) =
            (section(chart, AccountClass::Income), section(chart, AccountClass::Expense));
        let result = income.total.saturating_sub(expense.total);
        IncomeStatement { start, end, currency: chart.currency, income, expense, result }
    }
}

impl BalanceSheet {
    pub(super) fn of(chart: &Chart, date: NaiveDate) -> BalanceSheet {
        let of = |class| section(chart, class);
        let result = of(AccountClass::Income).total.saturating_sub(of(AccountClass::Expense).total);
        let (assets, liabilities, equity) =
            (of(AccountClass::Asset), of(AccountClass::Liability), of(AccountClass::Equity));
        BalanceSheet { date, currency: chart.currency, assets, liabilities, equity, result }
    }

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
    let chart = Chart::read(read, &BalanceQuery::all().until(date).before_closing())?;
    Ok(BalanceSheet::of(&chart, date))
}

impl IncomeStatement {
    /// As rows and columns, with the way from income to result as a chart.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let year = books.income_statement("2026-01-01".parse()?, "2026-12-31".parse()?)?;
    /// let csv = year.to_report().to_csv();
    /// assert!(csv.starts_with("Account,Name,Amount\r\n4000,Sales,100.00\r\n"));
    /// assert!(csv.ends_with(",Profit,60.00\r\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let title =
            Phrase::from(word("Income statement")).and(self.start).and(word("to")).and(self.end);
        let mut sheet = Sheet::new(title, self.currency, [word("Amount").into()]);
        sheet.section([&self.income], "Total income");
        sheet.section([&self.expense], "Total expenses");
        sheet.total(self.word(), [self.result.abs()]);
        let nothing = self.income.lines.is_empty() && self.expense.lines.is_empty();
        let report = sheet.into_report();
        if nothing { report } else { report.chart(self.chart()) }
    }

    fn word(&self) -> &'static str {
        if self.result < Decimal::ZERO { "Loss" } else { "Profit" }
    }

    /// From what was earned over what was spent to the result.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let year = books.income_statement("2026-01-01".parse()?, "2026-12-31".parse()?)?;
    /// let data = year.chart().to_report().to_csv();
    /// assert_eq!(data, ",Change,Sum\r\nSales,100.00,100.00\r\nRent,-40.00,60.00\r\nProfit,,60.00\r\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn chart(&self) -> report::Chart {
        let earned = steps(&self.income, |amount| amount);
        let spent = steps(&self.expense, |amount| Decimal::ZERO.saturating_sub(amount));
        let steps = earned.chain(spent).chain([Step::total(word(self.word()))]);
        let loss = self.result < Decimal::ZERO;
        let title = if loss { "From income to loss" } else { "From income to profit" };
        report::Chart::waterfall(word(title), Kind::Amount(self.currency), steps)
    }

    /// Why the result is what it is, down to the accounts; [`explain_balance`](super::explain_balance) goes on from there.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let january = books.income_statement("2026-01-01".parse()?, "2026-01-31".parse()?)?;
    /// assert_eq!(january.explain().to_string(), "\
    /// Profit 2026-01-01 to 2026-01-31: 100.00 EUR
    /// │ income less expenses
    /// ├─ Income: 100.00 EUR
    /// │  │ the sum of its accounts
    /// │  └─ 4000 Sales: 100.00 EUR
    /// └─ Expenses: 0.00 EUR
    ///      the sum of its accounts
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self) -> Explain {
        let what = Phrase::from(word(self.word())).and(self.start).and(word("to")).and(self.end);
        let less =
            if self.word() == "Loss" { "expenses less income" } else { "income less expenses" };
        Explain::new(what, Money::new(self.result.abs(), self.currency))
            .rule(word(less))
            .input(self.income.explain(word("Income"), self.currency))
            .input(self.expense.explain(word("Expenses"), self.currency))
    }
}

/// The accounts of a section as steps; where they are many, what stands at the top of the chart of accounts.
fn steps(section: &Section, sign: impl Fn(Decimal) -> Decimal) -> impl Iterator<Item = Step> {
    let many = section.lines.iter().filter(|line| !line.heading).count() > MANY_STEPS;
    let shown = move |line: &&StatementLine| if many { line.depth == 0 } else { !line.heading };
    section
        .lines
        .iter()
        .filter(shown)
        .filter(|line| !line.amount.is_zero())
        .map(move |line| Step::change(line.name.clone(), sign(line.amount)))
}

/// More accounts than these in a section have no room for a step each.
const MANY_STEPS: usize = 8;

impl Section {
    /// Why its total is what it is, down to the accounts, as they stand in the chart.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let assets = books.balance_sheet("2026-12-31".parse()?)?.assets;
    /// let why = assets.explain("Assets", Currency::EUR);
    /// let heading = &why.inputs[0];
    /// assert_eq!(heading.what.to_string(), "1 What we have");
    /// assert_eq!(heading.inputs[0].to_string(), "1000 Bank: 460.00 EUR\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, what: impl Into<Phrase>, currency: Currency) -> Explain {
        Explain::new(what, Money::new(self.total, currency))
            .rule(word("the sum of its accounts"))
            .inputs(explain_lines(&self.lines, currency))
    }
}

/// Lines as the trees that they are: what follows a line and is deeper stands under it.
fn explain_lines(mut lines: &[StatementLine], currency: Currency) -> Vec<Explain> {
    let mut trees = Vec::new();
    while let Some((line, rest)) = lines.split_first() {
        let under = rest.iter().take_while(|next| next.depth > line.depth).count();
        let (under, after) = rest.split_at(under);
        let what = format!("{} {}", line.account, line.name);
        let tree = Explain::new(what, Money::new(line.amount, currency));
        trees.push(tree.inputs(explain_lines(under, currency)));
        lines = after;
    }
    trees
}

impl BalanceSheet {
    /// As rows and columns.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let sheet = books.balance_sheet("2026-12-31".parse()?)?;
    /// let report = sheet.to_report();
    /// assert_eq!(report.title.to_string(), "Balance sheet as of 2026-12-31 (EUR)");
    /// assert_eq!(report.to_string(), sheet.to_string()); // for people; `to_csv` is for programs
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(word("Balance sheet as of")).and(self.date);
        let mut sheet = Sheet::new(title, self.currency, [word("Amount").into()]);
        sheet.section([&self.assets], "Total assets");
        sheet.section([&self.liabilities], "Total liabilities");
        sheet.section([&self.equity], "Equity before the result");
        sheet.line("Result of open years", [self.result]);
        sheet.total("Total liabilities and equity", [self.financing()]);
        sheet.into_report()
    }

    /// Why the assets are what they are, and how they are financed, down to the accounts.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let [assets, financing] = books.balance_sheet("2026-12-31".parse()?)?.explain();
    /// assert_eq!(assets.value, financing.value);
    /// assert_eq!(financing.inputs.len(), 3); // liabilities, equity, result
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self) -> [Explain; 2] {
        let money = |amount| Money::new(amount, self.currency);
        let result = Explain::new(word("Result of open years"), money(self.result))
            .rule(word("what was earned less what was spent, and not yet closed to equity"));
        let financing = Explain::new(word("Liabilities and equity"), money(self.financing()))
            .rule(word("liabilities, equity and result"))
            .input(self.liabilities.explain(word("Liabilities"), self.currency))
            .input(self.equity.explain(word("Equity"), self.currency))
            .input(result);
        [self.assets.explain(word("Assets"), self.currency), financing]
    }
}

impl fmt::Display for IncomeStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}

impl fmt::Display for BalanceSheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
