//! The figures as reports and pages.

use fondaco_core::report::{Cell, Chart, Column, Grid, Kind, Page, Phrase, Report, Row, word};
use smol_str::SmolStr;

use super::cash::{CashOutlook, CashWeek};
use super::owner::OwnerFigures;
use super::profit::{ProfitBy, ProfitRow, Profitability};

impl OwnerFigures {
    /// As a table: what it is, how much, by which formula.
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(word("Figures")).and(self.from).and(word("through")).and(self.on);
        let mut report = Report::new(title)
            .column(Column::text(word("Figure")).naming_rows())
            .column(Column::text(word("Value")))
            .column(Column::text(word("Formula")));
        for measure in &self.measures {
            let rule = measure.explain.rule.clone().map(Phrase::into_cell);
            let name = measure.name().clone().into_cell();
            report.push(Row::new([name, rounded(&measure.explain.value), rule.into()]));
        }
        report
    }

    /// As a page, with all that explains itself.
    pub fn to_page(&self) -> Page {
        let title = Phrase::from(word("Figures"));
        let about = Phrase::from(self.from).and(word("through")).and(self.on);
        let page = Page::new(title).about(about).report(self.to_report());
        let why = |page: Page, measure: &super::Measure| {
            page.explain(measure.name().clone(), measure.explain.clone())
        };
        self.measures.iter().fold(page, why)
    }
}

/// What people read: numbers to two digits, parts to three.
fn rounded(value: &Cell) -> Cell {
    match value {
        Cell::Number(number) => Cell::Number(number.round_dp(2)),
        Cell::Percent(part) => Cell::Percent(part.round_dp(3)),
        other => other.clone(),
    }
}

impl Profitability {
    /// As a table.
    pub fn to_report(&self) -> Report {
        let what = match self.by {
            ProfitBy::Product => "Item",
            ProfitBy::Customer => "Customer",
            ProfitBy::Channel => "Channel",
            ProfitBy::Site => "Site",
        };
        let currency = self.total.revenue.currency();
        let title =
            Phrase::from(word("Profit from")).and(self.from).and(word("through")).and(self.on);
        let mut report = Report::new(title).column(Column::text(word(what)).naming_rows());
        for heading in
            ["Sales", "Cost of sales", "Gross", "Selling", "Contribution", "Overhead", "Net"]
        {
            report = report.column(Column::amount(word(heading), currency));
        }
        report = report.column(Column::percent(word("Gross margin")));
        for row in &self.rows {
            let name =
                if row.code.is_empty() { word("None named") } else { row.code.clone().into() };
            report.push(Row::new(cells(name, row)));
        }
        if self.beside != (ProfitRow { lines: 0, ..zero(&self.beside) }) {
            report.push(Row::new(cells(word("Beside documents"), &self.beside)));
        }
        report.push(Row::total(cells(word("Total"), &self.total)));
        report
    }
}

/// The same with nothing in it.
fn zero(row: &ProfitRow) -> ProfitRow {
    let none = fondaco_core::Money::zero(row.revenue.currency());
    ProfitRow {
        code: SmolStr::default(),
        revenue: none,
        cost: none,
        gross: none,
        direct: none,
        contribution: none,
        overhead: none,
        net: none,
        lines: 0,
    }
}

fn cells(name: Cell, row: &ProfitRow) -> Vec<Cell> {
    let amounts =
        [row.revenue, row.cost, row.gross, row.direct, row.contribution, row.overhead, row.net];
    let mut cells = vec![name];
    cells.extend(amounts.into_iter().map(|money| Cell::from(money.amount())));
    cells.push(
        row.gross_margin().ok().map(|part| Cell::Percent(part.round_dp(3))).unwrap_or_default(),
    );
    cells
}

impl CashOutlook {
    /// As a table of weeks, with a chart; one column more for each scenario.
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(word("Cash outlook as of")).and(self.on);
        let amount = |name: Cell| Column::amount(name, self.currency);
        let mut report = Report::new(title)
            .column(Column::date(word("From")).naming_rows())
            .column(Column::date(word("Through")))
            .column(amount(word("Comes in")))
            .column(amount(word("Goes out")))
            .column(amount(word("Cash")));
        for (name, _) in &self.scenarios {
            report = report.column(amount(name.clone().into()));
        }
        for (at, week) in self.weeks.iter().enumerate() {
            let mut cells: Vec<Cell> = vec![week.first.into(), week.last.into()];
            cells.extend(
                [week.inflow, week.outflow, week.closing].map(|money| money.amount().into()),
            );
            let of = |weeks: &Vec<CashWeek>| weeks.get(at).map(|week| week.closing.amount());
            cells.extend(self.scenarios.iter().map(|(_, weeks)| of(weeks).into()));
            report.push(Row::new(cells));
        }
        report.chart(self.chart())
    }

    fn chart(&self) -> Chart {
        let names = self.weeks.iter().map(|week| Cell::from(week.first));
        let closing =
            |weeks: &[CashWeek]| weeks.iter().map(|week| week.closing.amount()).collect::<Vec<_>>();
        let mut grid = Grid::new(names).series(word("Cash"), closing(&self.weeks));
        for (name, weeks) in &self.scenarios {
            grid = grid.series(name.clone(), closing(weeks));
        }
        Chart::line(word("Cash by week"), Kind::Amount(self.currency), grid)
    }
}
