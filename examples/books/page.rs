//! The books as one page to look at: figures, charts, statements beside those of the months before, and why a figure is
//! what it is.
//!
//! All of it is asked of the ledger, each by one question; the page is made of descriptions, which know nothing of HTML.

use std::{error::Error, fs, io, path::Path};

use fondaco::{
    accounting::reports::IncomeStatement,
    core::report::{Cell, Chart as Picture, Figure, Grid, Kind, Locale, Page, Phrase},
    prelude::*,
};

use super::{
    chart::{Chart, Event},
    plan::Plan,
};
use crate::common::company::Company;

/// Writes the page.
///
/// # Errors
/// The books can't be read, or the file can't be written.
pub fn write(
    path: &Path,
    books: &Books<'_>,
    company: &Company,
    chart: &Chart,
    plan: &Plan<'_>,
) -> Result<(), Box<dyn Error>> {
    let html = page(books, company, chart, plan)?.to_html(&Locale::en());
    let cannot = |error: io::Error| {
        format!("the page {}: {error}; choose another file with --page", path.display())
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(cannot)?;
    }
    Ok(fs::write(path, html).map_err(cannot)?)
}

fn page(
    books: &Books<'_>,
    company: &Company,
    chart: &Chart,
    plan: &Plan<'_>,
) -> Result<Page, Box<dyn Error>> {
    let view = View::new(books, company, chart, plan)?;
    let (now, before) = view.halves()?;
    // The same days as what is printed: to the last document, which may be a bill or scrap after the last sale.
    let whole = books.income_statement(plan.first, plan.last)?;
    let last_month = *view.months.last().ok_or("no month")?;
    let statements = books.compare_income_statements(now, before)?;
    let sheets = books.compare_balance_sheets(end(now), end(before))?;
    let days = Phrase::from("The books from").and(whole.start).and("to").and(whole.end);
    let mut page = Page::new(company.name.as_str()).about(days).figures(view.figures(&whole)?);
    page = page.chart(view.results()?).chart(whole.chart()).chart(view.owed()?);
    if let Some(territories) = view.territories()? {
        page = page.chart(territories);
    }
    page = page.chart(view.channels()?);
    page = page.report(statements.to_report()).report(sheets.to_report());
    page = page.report(books.trial_balance(plan.last)?.to_report());
    page = page.explain("Why the result is what it is", whole.explain());
    let scrap = view.account(Event::Scrap, "cost", Side::Debit)?;
    let why = books.explain_balance(scrap, last_month)?;
    page = page.explain(
        Phrase::from("Why scrap is what it is, posting by posting in")
            .and(Cell::Month(end(last_month))),
        why,
    );
    Ok(page.report(books.general_ledger(last_month)?.to_report()))
}

/// What the charts ask of the books.
struct View<'v> {
    books: &'v Books<'v>,
    company: &'v Company,
    chart: &'v Chart,
    currency: Currency,
    /// The months in which there were sales.
    months: Vec<DateRange>,
}

impl<'v> View<'v> {
    fn new(
        books: &'v Books<'v>,
        company: &'v Company,
        chart: &'v Chart,
        plan: &Plan<'_>,
    ) -> Result<View<'v>, Box<dyn Error>> {
        let currency = Currency::from_code(&company.currency).ok_or("the currency is unknown")?;
        let sold = company.sales.iter().map(|sale| sale.date);
        let first = sold.clone().min().unwrap_or(plan.first);
        let last = sold.max().unwrap_or(plan.last);
        let months: Vec<DateRange> =
            DateRange::new(first, last)?.months().into_iter().flatten().collect();
        Ok(View { books, company, chart, currency, months })
    }

    /// The later half of the months, and the earlier; of one month, the same a year before.
    fn halves(&self) -> Result<(DateRange, DateRange), Box<dyn Error>> {
        let whole = |months: &[DateRange]| -> Result<DateRange, Box<dyn Error>> {
            let (first, last) = months.first().zip(months.last()).ok_or("no month")?;
            Ok(DateRange::between(first.start(), last.end())?)
        };
        match self.months.split_at(self.months.len() / 2) {
            ([], only) => Ok((whole(only)?, whole(only)?.year_before())),
            (before, now) => Ok((whole(now)?, whole(before)?)),
        }
    }

    /// The account to which the rules send a part of a document.
    fn account(&self, event: Event, part: &str, side: Side) -> Result<&str, String> {
        let rule = self.chart.rules_for(event).find(|rule| rule.part == part && rule.side == side);
        let missing = || format!("no booking rule for {part} of {}", event.name());
        rule.map(|rule| rule.account.as_str()).ok_or_else(missing)
    }

    /// Debits less credits, in the ledger's currency.
    fn balance(&self, query: &BalanceQuery) -> Result<Decimal, LedgerError> {
        let balances = self.books.balances(query)?;
        Ok(balances.iter().map(|balance| balance.amounts.ledger_balance()).sum())
    }

    fn kind(&self) -> Kind {
        Kind::Amount(self.currency)
    }

    fn grid(&self) -> Grid {
        Grid::new(self.months.iter().map(|month| Cell::Month(end(*month))))
    }

    fn figures(&self, statement: &IncomeStatement) -> Result<[Figure; 5], LedgerError> {
        let sheet = self.books.balance_sheet(statement.end)?;
        let money = |amount| Money::new(amount, self.currency);
        Ok([
            Figure::new("Income", money(statement.income.total)),
            Figure::new("Expenses", money(statement.expense.total)),
            Figure::new("Result", money(statement.result)),
            Figure::new("Assets", money(sheet.assets.total)),
            Figure::new("Sales orders", self.company.sales.len()),
        ])
    }

    /// What was earned and spent month by month.
    fn results(&self) -> Result<Picture, LedgerError> {
        let statements =
            self.months.iter().map(|month| self.books.income_statement(start(*month), end(*month)));
        let statements: Vec<_> = statements.collect::<Result<_, _>>()?;
        let grid = self
            .grid()
            .series("Income", statements.iter().map(|of| of.income.total))
            .series("Expenses", statements.iter().map(|of| of.expense.total));
        Ok(Picture::bars("Income and expenses by month", self.kind(), grid))
    }

    /// Nobody has paid anybody in these documents, so there is no cash to draw: what is owed instead.
    fn owed(&self) -> Result<Picture, Box<dyn Error>> {
        let customers = self.account(Event::Sale, "total", Side::Debit)?;
        let vendors = self.account(Event::Bill, "total", Side::Credit)?;
        let at_ends = |account: &str, sign: i64| {
            let balance = |month: &DateRange| {
                let query = BalanceQuery::account(account).until(end(*month));
                Ok::<_, LedgerError>(self.balance(&query)? * Decimal::from(sign))
            };
            self.months.iter().map(balance).collect::<Result<Vec<_>, _>>()
        };
        let grid = self
            .grid()
            .series("Owed by customers", at_ends(customers, 1)?)
            .series("Owed to vendors", at_ends(vendors, -1)?);
        Ok(Picture::line("Owed at the end of each month", self.kind(), grid))
    }

    /// Which territories bring most of the sales; nothing where the documents know of none.
    fn territories(&self) -> Result<Option<Picture>, Box<dyn Error>> {
        let sales = self.account(Event::Sale, "net", Side::Credit)?;
        let sold = |name: &String| {
            let query = BalanceQuery::account(sales).dimension("territory", name.as_str());
            Ok::<_, LedgerError>((name.clone(), -self.balance(&query)?))
        };
        let items: Vec<_> =
            self.company.territories.values().map(sold).collect::<Result<_, _>>()?;
        let items: Vec<_> = items.into_iter().filter(|(_, amount)| !amount.is_zero()).collect();
        Ok((items.len() > 1).then(|| Picture::pareto("Sales by territory", self.kind(), items)))
    }

    /// Sales by channel, on one another.
    fn channels(&self) -> Result<Picture, Box<dyn Error>> {
        let sales = self.account(Event::Sale, "net", Side::Credit)?;
        let sold = |channel: &str| {
            let sold = |month: &DateRange| {
                let query = BalanceQuery::account(sales).from(start(*month)).until(end(*month));
                Ok::<_, LedgerError>(-self.balance(&query.dimension("channel", channel))?)
            };
            self.months.iter().map(sold).collect::<Result<Vec<_>, _>>()
        };
        let grid = self
            .grid()
            .series("Online", sold("online")?)
            .series("Sales people", sold("sales people")?);
        Ok(Picture::stacked("Sales by channel", self.kind(), grid))
    }
}

fn start(days: DateRange) -> NaiveDate {
    days.start().unwrap_or(NaiveDate::MIN)
}

fn end(days: DateRange) -> NaiveDate {
    days.end().unwrap_or(NaiveDate::MAX)
}
