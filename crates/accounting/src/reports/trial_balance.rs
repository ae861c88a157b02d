//! The trial balance: every account with its debits and credits, which are equal in all.

use std::fmt;

use chrono::NaiveDate;
use fondaco_core::{Currency, Reading};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::chart::{CLASSES, Chart};
use super::{Cell, Table};
use crate::ledger::{AccountClass, BalanceQuery, LedgerError};

/// The trial balance as of the end of a day, in the ledger's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalance {
    /// The day.
    pub date: NaiveDate,
    /// The ledger's currency.
    pub currency: Currency,
    /// Accounts with postings, headings left out, by class and place in the chart.
    pub lines: Vec<TrialBalanceLine>,
    /// Sum of all debits.
    pub debit: Decimal,
    /// Sum of all credits; equals the debits.
    pub credit: Decimal,
}

/// One account of a trial balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalanceLine {
    /// The account's code.
    pub account: SmolStr,
    /// Its name.
    pub name: SmolStr,
    /// Its class.
    pub class: AccountClass,
    /// Sum of its debits.
    pub debit: Decimal,
    /// Sum of its credits.
    pub credit: Decimal,
    /// Debits less credits.
    pub balance: Decimal,
}

/// The trial balance as of the end of `date`.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let date = "2026-01-31".parse()?;
/// let trial = books.view(|view| reports::trial_balance(view, date))?;
/// let bank = &trial.lines[0];
/// assert_eq!((bank.account.as_str(), bank.balance), ("1000", 500.into()));
/// assert_eq!(trial.debit, trial.credit);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], or a [`Halt`](fondaco_core::Halt).
pub fn trial_balance(
    read: &mut impl Reading,
    date: NaiveDate,
) -> Result<TrialBalance, LedgerError> {
    let chart = Chart::read(read, &BalanceQuery::all().through(date))?;
    let accounts =
        CLASSES.iter().flat_map(|&class| chart.walk(class)).filter(|(_, account)| !account.heading);
    let lines: Vec<TrialBalanceLine> = accounts
        .map(|(_, account)| {
            let sum = chart.sum(&account.code);
            TrialBalanceLine {
                account: account.code.clone(),
                name: account.name.clone(),
                class: account.class,
                debit: sum.debit,
                credit: sum.credit,
                balance: sum.balance(),
            }
        })
        .collect();
    let total = |of: fn(&TrialBalanceLine) -> Decimal| {
        lines.iter().map(of).fold(Decimal::ZERO, Decimal::saturating_add)
    };
    let (debit, credit) = (total(|line| line.debit), total(|line| line.credit));
    Ok(TrialBalance { date, currency: chart.currency, lines, debit, credit })
}

impl TrialBalance {
    /// As rows and columns.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let table = books.trial_balance("2026-12-31".parse()?)?.to_table();
    /// assert!(table.to_csv().starts_with(
    ///     "Account,Name,Debit,Credit,Balance\n1000,Bank,500.00,40.00,460.00\n"
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_table(&self) -> Table {
        let title = format!("Trial balance as of {} ({})", self.date, self.currency.code());
        let mut table =
            Table::new(title, self.currency, &["Account", "Name", "Debit", "Credit", "Balance"]);
        for line in &self.lines {
            let amounts = [line.debit, line.credit, line.balance].map(Cell::Amount);
            table.push(
                [Cell::text(line.account.clone()), Cell::text(line.name.clone())]
                    .into_iter()
                    .chain(amounts)
                    .collect(),
            );
        }
        let count = Cell::text(format_smolstr!("{} accounts", self.lines.len()));
        let balance = self.debit.saturating_sub(self.credit);
        let amounts = [self.debit, self.credit, balance].map(Cell::Amount);
        table.push_total([Cell::text("Total"), count].into_iter().chain(amounts).collect());
        table
    }
}

impl fmt::Display for TrialBalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_table().fmt(f)
    }
}
