//! What late entries changed, as rows and columns.

use std::fmt;

use fondaco_core::Money;
use fondaco_core::report::{Cell, Column, Kind, Phrase, Report, Row, word};
use smol_str::SmolStr;

use super::{ChangedStatement, Changes};
use crate::ledger::period_label;

impl Changes {
    fn name_of(&self, account: &SmolStr) -> SmolStr {
        let of = self.balances.iter().find(|of| of.account == *account);
        of.map(|of| of.name.clone()).unwrap_or_default()
    }

    /// As rows and columns: each balance, then what the statements of each period moved by, and the balance sheets since that stand
    /// otherwise.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::close::ChangeQuery;
    /// let query = ChangeQuery::new("2026-05-01T00:00:00Z".parse()?, day("2026-02-28"));
    /// let csv = books.changes(&query)?.to_report().to_csv();
    /// assert!(csv.contains("2026-01,1000,Bank,500.00,EUR,500.00\r\n"));
    /// assert!(csv.contains("2026-02,,Result,,,-40.00\r\n"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let title = Phrase::from(word("What late entries changed through")).and(self.through);
        let columns = [
            Column::text(word("Period")),
            Column::text(word("Account")),
            Column::text(word("Name")).naming_rows(),
            Column::new(word("Change"), Kind::Money),
            Column::amount(word("Change in the ledger's currency"), self.currency),
        ];
        let mut report = Report::new(title).columns(columns);
        for balance in &self.balances {
            report.push(Row::new([
                Cell::text(period_label(balance.period)),
                Cell::text(balance.account.clone()),
                Cell::text(balance.name.clone()),
                Cell::Money(balance.change),
                Cell::from(balance.ledger_change),
            ]));
        }
        for statement in &self.statements {
            let ChangedStatement { period, assets, liabilities, equity, result, locked } =
                *statement;
            let figures = [
                ("Assets", assets),
                ("Liabilities", liabilities),
                ("Equity before the result", equity),
                ("Result", result),
            ];
            for (name, figure) in figures.into_iter().filter(|(_, figure)| !figure.is_zero()) {
                let period = Cell::text(period_label(period));
                let cells = [period, Cell::Empty, word(name), Cell::Empty, Cell::from(figure)];
                report.push(Row::total(cells));
            }
            if locked {
                let said = word("Locked: what was reported of it is another");
                let period = Cell::text(period_label(period));
                report.push(Row::new([period, Cell::Empty, said, Cell::Empty, Cell::Empty]));
            }
        }
        for sheet in self.sheets.iter().filter(|sheet| !self.is_told(sheet)) {
            for (account, change) in &sheet.accounts {
                let name = Phrase::from(self.name_of(account));
                let name = name.and(word("as of")).and(sheet.date).into_cell();
                let period = Cell::text(period_label(sheet.period));
                let account = Cell::text(account.clone());
                report.push(Row::new([period, account, name, Cell::Empty, Cell::from(*change)]));
            }
            let figures = [
                ("Assets", sheet.assets),
                ("Liabilities", sheet.liabilities),
                ("Equity", sheet.equity),
            ];
            for (name, figure) in figures.into_iter().filter(|(_, figure)| !figure.is_zero()) {
                let period = Cell::text(period_label(sheet.period));
                let name = Phrase::from(word(name)).and(word("as of")).and(sheet.date);
                let cells =
                    [period, Cell::Empty, name.into_cell(), Cell::Empty, Cell::from(figure)];
                report.push(Row::total(cells));
            }
            if sheet.locked {
                let said = word("Locked: what was reported of it is another");
                let period = Cell::text(period_label(sheet.period));
                report.push(Row::new([period, Cell::Empty, said, Cell::Empty, Cell::Empty]));
            }
        }
        for of in &self.clearings {
            let said = word(if of.undone { "Opened again as of" } else { "Cleared as of" });
            let said = Phrase::from(said).and(of.date).into_cell();
            let account = Cell::text(of.account.clone());
            report.push(Row::new([Cell::Empty, account, said, Cell::Empty, Cell::Empty]));
        }
        for assertion in &self.broken {
            let of = Phrase::from(word("Stands otherwise than asserted as of"));
            let cells = [
                Cell::Empty,
                Cell::text(assertion.account.clone()),
                of.and(assertion.date).into_cell(),
                Cell::Money(Money::new(assertion.difference(), assertion.currency)),
                Cell::Empty,
            ];
            report.push(Row::new(cells));
        }
        report
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
