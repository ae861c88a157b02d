//! The books as people read them: trial balance, general ledger, the [statement](AccountStatement) of an account, income
//! statement, balance sheet, beside those of other days or alone; open items by age; and why a figure in them is what it is.
//!
//! Each is a plain value with its figures. [`Display`](std::fmt::Display) shows it as text, its `to_report` describes it
//! as a [`Report`](fondaco_core::report::Report), from which text, HTML and tables come. Amounts are in the ledger's
//! currency. On one [`Page`](fondaco_core::report::Page), accounts lead to their part of the general ledger.

mod ageing;
mod chart;
mod compared;
mod explain;
mod financial;
mod general_ledger;
pub mod layout;
mod lists;
mod sheet;
mod statement;
mod statements;
mod trial_balance;

pub use ageing::{AgeBy, Aged, AgedItem, Ageing, AgeingQuery, PartyAgeing, ageing};
pub use compared::{
    Compared, compare_balance_sheets, compare_income_statements, compare_trial_balances,
};
pub use explain::explain_balance;
pub use financial::{
    EquityChange, EquityChanges, EquityResults, EquityRow, EquityStatement, FailedCheck,
    FinancialQuery, FinancialStatement, RowAccount, RowAccountPostings, RowPostings,
    StatementColumn, StatementRow, equity_changes, equity_statement, financial_statement,
    row_postings,
};
pub use general_ledger::{
    AccountLedger, GeneralLedger, LedgerLine, account_ledger, general_ledger,
};
pub(crate) use layout::class_name;
pub use layout::{Formula, Layout, LayoutError, LayoutRow, Measure, Pick, RowKind, RowUnit, Take};
pub use statement::{
    AccountStatement, CurrencyStatement, Movement, StatementQuery, StatementSums,
    account_statement, each_statement_page, explain_opening,
};
pub(crate) use statement::{Found, Run, as_recorded};
pub use statements::{
    BalanceSheet, IncomeStatement, Section, StatementLine, balance_sheet, income_statement,
};
pub use trial_balance::{TrialBalance, TrialBalanceLine, trial_balance, trial_balance_under};
