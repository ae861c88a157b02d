//! All of it as one page to look at: figures, charts month by month, statements, pay, stock and the plan, and why the result is what it is.

use std::{collections::BTreeMap, error::Error, fs, io, path::Path};

use fondaco::{
    company::{
        Company as Firm,
        figures::{FiguresQuery, Measure, OutlookQuery, PlannedFlow, ProfitBy, ProfitQuery},
    },
    core::report::{Cell, Chart, Column, Explain, Figure, Grid, Kind, Locale, Page, Phrase, Row},
    inventory::value::ValueQuery,
    prelude::*,
};

use crate::{customers::Customers, planned::Month, staff::SUPPOSED, supply::Supply};

type Done<T> = Result<T, Box<dyn Error>>;

/// What the page tells of.
pub struct Told<'t> {
    pub name: &'t str,
    pub firm: &'t Firm<'static>,
    pub currency: Currency,
    pub first: NaiveDate,
    pub last: NaiveDate,
    /// How many orders were sold.
    pub orders: usize,
    /// What each department costs.
    pub pay: &'t BTreeMap<String, Decimal>,
    /// Wages and what is withheld of them in the next weeks.
    pub pay_to_come: Vec<PlannedFlow>,
    pub planned: &'t [Month],
    pub supply: &'t Supply,
    pub customers: &'t Customers,
}

/// How many documents of an account a reader is shown: the last ones.
const SHOWN: usize = 12;

/// A tree of reasons, of whose many documents the last ones are named.
fn last_of(why: &Explain) -> Explain {
    let mut shown = why.clone();
    shown.inputs.clear();
    let count = why.inputs.len();
    let is_document = |one: &Explain| one.source.is_some() && one.inputs.is_empty();
    let hidden = match why.inputs.iter().all(is_document) {
        true => count.saturating_sub(SHOWN),
        false => 0,
    };
    if hidden > 0 {
        let before = format!("{hidden} documents before");
        shown = shown.input(Explain::new(before, Cell::Empty));
    }
    shown.inputs(why.inputs.iter().skip(hidden).map(last_of))
}

impl Told<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// The company can't be read, or the file can't be written.
    pub fn write(&self, path: &Path) -> Done<()> {
        let html = self.page()?.to_html(&Locale::en());
        let cannot = |error: io::Error| {
            format!("the report {}: {error}; choose another file with --report", path.display())
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(cannot)?;
        }
        Ok(fs::write(path, html).map_err(cannot)?)
    }

    fn page(&self) -> Done<Page> {
        let books = self.firm.books();
        let months = self.months()?;
        let income = books.income_statement(self.first, self.last)?;
        let sheet = books.balance_sheet(self.last)?;
        let about = Phrase::from("From").and(self.first).and("to").and(self.last);
        let ends: Vec<NaiveDate> = months.iter().map(|month| self.end(*month)).collect();
        let page = Page::new(self.name)
            .about(about)
            .figures([
                Figure::new("Income", self.money(income.income.total)),
                Figure::new("Result", self.money(income.result)),
                Figure::new("Bank", self.money(self.balance("1000", self.last)?)),
                Figure::new("Stock", self.money(self.worth(self.last)?)),
                Figure::new("Sales orders", self.orders),
            ])
            .chart(self.results(&months)?)
            .chart(self.standing(&ends)?)
            .chart(self.stock(&ends)?);
        let departments = self.pay.iter().map(|(name, cost)| (name.clone(), *cost));
        let page = page
            .chart(Chart::pareto("Pay by department", self.kind(), departments))
            .report(income.to_report())
            .report(sheet.to_report());
        let (from, on) = (self.first, self.last);
        let Customers { pipeline, funnel, velocity, segments, sizes } = self.customers;
        let mut owner = self.firm.figures_in_full(&FiguresQuery::new(from, on))?;
        owner.measures.push(velocity.clone());
        let channels = self.firm.profitability(&ProfitQuery::new(from, on, ProfitBy::Channel))?;
        let planned = self.pay_to_come.clone();
        let query = OutlookQuery { planned, ..OutlookQuery::on(on) };
        let cash = self.firm.cash_outlook(&query)?;
        let page = page.report(owner.to_report()).report(channels.to_report());
        let page = page
            .report(cash.to_report())
            .chart(funnel.clone())
            .report(pipeline.clone())
            .chart(sizes.clone())
            .report(segments.clone())
            .chart(self.supply.gantt());
        let page = self.supply.reports().into_iter().fold(page, Page::report);
        let page = page
            .report(self.pay_table())
            .report(self.plan_table())
            .report(books.trial_balance(self.last)?.to_report())
            .explain("Why the result is what it is", income.explain());
        let why = |page: Page, of: &Measure| page.explain(of.name().clone(), last_of(&of.explain));
        Ok(owner.measures.iter().fold(page, why))
    }

    fn money(&self, amount: Decimal) -> Money {
        Money::new(amount, self.currency)
    }

    fn kind(&self) -> Kind {
        Kind::Amount(self.currency)
    }

    fn months(&self) -> Done<Vec<DateRange>> {
        Ok(DateRange::new(self.first, self.last)?.months().into_iter().flatten().collect())
    }

    fn end(&self, month: DateRange) -> NaiveDate {
        month.end().unwrap_or(self.last).min(self.last)
    }

    fn balance(&self, account: &str, on: NaiveDate) -> Done<Decimal> {
        let balances = self.firm.books().balances(&BalanceQuery::account(account).until(on))?;
        Ok(balances.iter().map(|balance| balance.amounts.ledger_balance()).sum())
    }

    fn worth(&self, on: NaiveDate) -> Done<Decimal> {
        Ok(self.firm.stock().value(&ValueQuery::on(on))?.total().amount())
    }

    fn grid(&self, ends: &[NaiveDate]) -> Grid {
        Grid::new(ends.iter().map(|end| Cell::Month(*end)))
    }

    fn results(&self, months: &[DateRange]) -> Done<Chart> {
        let mut statements = Vec::with_capacity(months.len());
        for month in months {
            let start = month.start().unwrap_or(self.first);
            statements.push(self.firm.books().income_statement(start, self.end(*month))?);
        }
        let ends: Vec<NaiveDate> = months.iter().map(|month| self.end(*month)).collect();
        let grid = self
            .grid(&ends)
            .series("Income", statements.iter().map(|of| of.income.total))
            .series("Expenses", statements.iter().map(|of| of.expense.total));
        Ok(Chart::bars("Income and expenses by month", self.kind(), grid))
    }

    /// Money, and what is owed, at the end of each month.
    fn standing(&self, ends: &[NaiveDate]) -> Done<Chart> {
        let at = |account: &str, sign: i64| -> Done<Vec<Decimal>> {
            ends.iter().map(|end| Ok(self.balance(account, *end)? * Decimal::from(sign))).collect()
        };
        let grid = self
            .grid(ends)
            .series("Bank", at("1000", 1)?)
            .series("Owed by customers", at("1200", 1)?)
            .series("Owed to vendors", at("2000", -1)?);
        Ok(Chart::line("Money at the end of each month", self.kind(), grid))
    }

    fn stock(&self, ends: &[NaiveDate]) -> Done<Chart> {
        let worth = ends.iter().map(|end| self.worth(*end)).collect::<Done<Vec<_>>>()?;
        let grid = self.grid(ends).series("Stock", worth);
        Ok(Chart::bars("Value of the stock at the end of each month", self.kind(), grid))
    }

    fn pay_table(&self) -> Report {
        let mut report = Report::new("What each department costs")
            .column(Column::text("Department").naming_rows())
            .column(Column::new("Pay", self.kind()));
        for (name, cost) in self.pay {
            report.push(Row::new([Cell::text(name.as_str()), Cell::Number(*cost)]));
        }
        report.note(SUPPOSED)
    }

    /// The next quarter, which is in no balance of the books.
    pub fn plan_table(&self) -> Report {
        let mut report =
            Report::new("The next quarter as planned").column(Column::text("Month").naming_rows());
        for name in ["Sales", "Cost of sales", "Wages", "Profit", "Cash"] {
            report = report.column(Column::new(name, self.kind()));
        }
        for month in self.planned {
            let Month { end, sales, cost, wages, cash } = month;
            let amounts = [*sales, *cost, *wages, month.profit(), *cash];
            let amounts = amounts.into_iter().map(Cell::Number);
            report.push(Row::new([Cell::Month(*end)].into_iter().chain(amounts)));
        }
        report.note("Posted into the ledger \"planned\"; no balance of the books includes it.")
    }
}
