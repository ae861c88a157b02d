//! What one account stands at: the question that is asked most.

use chrono::NaiveDate;
use fondaco_core::{Money, Reading};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{BalanceQuery, LedgerError, Settings, balances};
use crate::Books;

/// What an account, with all under it, stands at through a day, in the ledger's currency: debits less credits, and zero where
/// nothing was posted. Amounts of other currencies count for what they were posted for; by currency, and for all that else can be
/// asked, see [`balances`].
///
/// # Errors
/// [`LedgerError::NotSetUp`], [`LedgerError::UnknownAccount`], or a [`Halt`](fondaco_core::Halt).
pub fn balance(
    read: &mut impl Reading,
    account: &str,
    day: NaiveDate,
) -> Result<Money, LedgerError> {
    let settings = read.peek::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
    let rows = balances(read, &BalanceQuery::subtree(SmolStr::new(account)).until(day))?;
    let mut parts = rows.iter().map(|row| row.amounts.ledger_balance());
    let sum = parts.try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part));
    let too_large = || LedgerError::TooLarge { code: account.into(), amount: Decimal::MAX };
    Ok(Money::new(sum.ok_or_else(too_large)?, settings.currency))
}

impl Books<'_> {
    /// What an account, or a heading with all under it, stands at through a day, in the ledger's currency: debits less credits.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let day = "2026-12-31".parse()?;
    /// assert_eq!(books.balance("1000", day)?, eur("460"));
    /// assert_eq!(books.balance("1010", day)?, eur("0")); // nothing was posted
    /// assert_eq!(books.balance("1", day)?, eur("579")); // bank and customers
    /// assert_eq!(books.balance("9999", day).unwrap_err().code(), "accounting.unknown_account");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`balance`].
    pub fn balance(&self, account: &str, day: NaiveDate) -> Result<Money, LedgerError> {
        self.view(|view| balance(view, account, day))
    }
}
