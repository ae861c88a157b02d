//! The trial balance: every account with its debits and credits, which are equal in all.

use std::fmt;

use chrono::NaiveDate;
use fondaco_core::report::{Column, Phrase, Report, Row, word};
use fondaco_core::{Currency, Reading};
use rust_decimal::Decimal;
use smol_str::{SmolStr, format_smolstr};

use super::chart::{CLASSES, Chart};
use super::sheet::account_anchor;
use crate::ledger::{AccountClass, BalanceQuery, LedgerError};

/// The trial balance as of the end of a day, in the ledger's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalance {
    /// The day.
    pub date: NaiveDate,
    /// The dimension and the heading that it is narrowed to.
    pub under: Option<(SmolStr, SmolStr)>,
    /// The ledger's currency.
    pub currency: Currency,
    /// Accounts with postings, headings left out, by class and place in the chart.
    pub lines: Vec<TrialBalanceLine>,
    /// Sum of all debits.
    pub debit: Decimal,
    /// Sum of all credits; equals the debits, unless it is narrowed.
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
    of(read, date, None)
}

/// The trial balance as of the end of `date` of all that carries a value of a dimension, or one that stands under it that day.
/// Its sides need not be equal: an entry's lines may carry different values.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books_with_centres(); // SALES over EAST and WEST, EAST over 10 and 11, WEST over 20
/// let rent = NewEntry::new("GEN", day("2026-03-01"))
///     .posting(NewPosting::debit("5100", eur("9")).dimension("cost_centre", "10"))
///     .credit("1000", eur("9"));
/// books.post("rent", rent)?;
/// let east = books.trial_balance_under(day("2026-12-31"), "cost_centre", "EAST")?;
/// assert_eq!((east.debit, east.credit), (9.into(), 0.into()));
/// assert!(east.to_string().starts_with("Trial balance as of 2026-12-31 cost_centre EAST (EUR)"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::NotSetUp`], [`LedgerError::Dimension`] for a heading that is not there, or a
/// [`Halt`](fondaco_core::Halt).
pub fn trial_balance_under(
    read: &mut impl Reading,
    date: NaiveDate,
    dimension: &str,
    heading: &str,
) -> Result<TrialBalance, LedgerError> {
    of(read, date, Some((dimension.into(), heading.into())))
}

fn of(
    read: &mut impl Reading,
    date: NaiveDate,
    under: Option<(SmolStr, SmolStr)>,
) -> Result<TrialBalance, LedgerError> {
    let query = BalanceQuery::all().until(date);
    let query = match &under {
        Some((dimension, heading)) => query.under(dimension.clone(), heading.clone()),
        None => query,
    };
    Ok(TrialBalance::of(&Chart::read(read, &query)?, date, under))
}

impl TrialBalance {
    /// The trial balance as of the end of `date`, of what a chart holds.
    pub(super) fn of(
        chart: &Chart,
        date: NaiveDate,
        under: Option<(SmolStr, SmolStr)>,
    ) -> TrialBalance {
        let accounts = CLASSES
            .iter()
            .flat_map(|&class| chart.walk(class))
            .filter(|(_, account)| !account.heading);
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
        TrialBalance { date, under, currency: chart.currency, lines, debit, credit }
    }

    /// As rows and columns.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let report = books.trial_balance("2026-12-31".parse()?)?.to_report();
    /// assert!(report.to_csv().starts_with(
    ///     "Account,Name,Debit,Credit,Balance\r\n1000,Bank,500.00,40.00,460.00\r\n"
    /// ));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_report(&self) -> Report {
        let code = format_smolstr!("({})", self.currency.code());
        let title = Phrase::from(word("Trial balance as of")).and(self.date);
        let title = match &self.under {
            Some((dimension, heading)) => title.and(format_smolstr!("{dimension} {heading}")),
            None => title,
        };
        let title = title.and(code);
        let amounts =
            ["Debit", "Credit", "Balance"].map(|name| Column::amount(word(name), self.currency));
        let names = [Column::text(word("Account")), Column::text(word("Name")).naming_rows()];
        let mut report = Report::new(title).columns(names).columns(amounts);
        for line in &self.lines {
            let names = [line.account.clone().into(), line.name.clone().into()];
            let amounts = [line.debit, line.credit, line.balance].map(Into::into);
            let row = Row::new(names.into_iter().chain(amounts));
            report.push(row.linked_to(account_anchor(&line.account)));
        }
        let accounts = Phrase::from(self.lines.len()).and(word("accounts"));
        let names = [word("Total"), accounts.into_cell()];
        let balance = self.debit.saturating_sub(self.credit);
        let amounts = [self.debit, self.credit, balance].map(Into::into);
        report.push(Row::total(names.into_iter().chain(amounts)));
        report
    }
}

impl fmt::Display for TrialBalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_report().fmt(f)
    }
}
