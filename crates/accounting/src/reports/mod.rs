//! The books as people read them: trial balance, income statement, balance sheet.
//!
//! Each report is a plain value with its figures, a text form ([`Display`](std::fmt::Display)) and a table form ([`Table`],
//! also as CSV). Amounts are in the ledger's currency.

mod chart;
mod statements;
mod table;
mod trial_balance;

pub use statements::{
    BalanceSheet, IncomeStatement, Section, StatementLine, balance_sheet, income_statement,
};
pub use table::{Cell, Table};
pub use trial_balance::{TrialBalance, TrialBalanceLine, trial_balance};
