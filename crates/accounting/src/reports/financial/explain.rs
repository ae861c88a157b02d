//! Why a figure of a statement is what it is: the formula and the rows that it names, the accounts of a row.

use fondaco_core::Money;
use fondaco_core::report::{Cell, Explain, Phrase, word};
use rust_decimal::Decimal;
use smol_str::format_smolstr;

use super::{FinancialStatement, StatementRow};
use crate::reports::RowUnit;

impl FinancialStatement {
    /// Why a row has its figure in a column, down to the accounts; [`explain_balance`](crate::reports::explain_balance) goes on from
    /// there. `None` for a row or column that is not there.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::reports::{FinancialQuery, Layout};
    /// let query = FinancialQuery::new().at(day("2026-12-31"));
    /// let income = books.financial_statement(&Layout::shipped("plain-income-statement")?, &query)?;
    /// let why = income.explain("operating", 0).ok_or("there is such a row")?;
    /// assert_eq!(why.to_string(), "\
    /// Operating result: 60.00 EUR
    /// │ income - costs - depreciation
    /// ├─ Income: 100.00 EUR
    /// │  │ the sum of its accounts
    /// │  └─ 4000 Sales: 100.00 EUR
    /// ├─ Expenses: 40.00 EUR
    /// │  │ the sum of its accounts
    /// │  └─ 5100 Rent: 40.00 EUR
    /// └─ Depreciation: 0.00 EUR
    ///      the sum of its accounts
    /// ");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, row: &str, column: usize) -> Option<Explain> {
        self.columns.get(column)?;
        let at = self.rows.iter().position(|known| known.code == row)?;
        Some(self.why(at, column))
    }

    fn why(&self, at: usize, column: usize) -> Explain {
        let Some(row) = self.rows.get(at) else {
            return Explain::new(Phrase::default(), Cell::Empty);
        };
        let amount = row.amounts.get(column).copied().flatten();
        let name = if row.title.is_empty() { &row.code } else { &row.title };
        let why = Explain::new(name, self.value(row, amount));
        if let Some(formula) = &row.formula {
            let inputs = row.made_of.iter().map(|at| self.why(*at, column)).collect::<Vec<_>>();
            return why.rule(format_smolstr!("{formula}")).inputs(inputs);
        }
        let accounts = row.accounts.iter().map(|account| {
            let what = match &account.account {
                Some(code) => Cell::Text(format_smolstr!("{code} {}", account.name)),
                None => Cell::Word(account.name.clone()),
            };
            let amount = account.amounts.get(column).copied().unwrap_or_default();
            Explain::new(what, Money::new(amount, self.currency))
        });
        why.rule(word("the sum of its accounts")).inputs(accounts)
    }

    fn value(&self, row: &StatementRow, amount: Option<Decimal>) -> Cell {
        match (amount, row.unit) {
            (None, _) => Cell::Empty,
            (Some(amount), RowUnit::Amount) => Money::new(amount, self.currency).into(),
            (Some(amount), RowUnit::Percent) => Cell::Percent(amount),
            (Some(amount), RowUnit::Number) => Cell::Number(amount),
        }
    }
}
