//! Which accounts are monetary.

use std::collections::BTreeSet;
use std::sync::Arc;

use fondaco_core::store::Event;
use fondaco_core::{Act, Range, Reading, Timestamp, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{MonetaryAccount, MonetaryBefore};
use crate::currency::ExchangeError;
use crate::ledger::account::existing;
use crate::ledger::{
    Account, AccountClass, LedgerError, leaves, leaves_known, replaced_since, rights,
};

/// Marks accounts as monetary, so that revaluations value them: of a heading all that stands under it, now and later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkMonetary {
    /// Accounts and headings.
    pub accounts: Vec<SmolStr>,
    /// Whether the mark is set or taken away.
    #[serde(default = "yes")]
    pub monetary: bool,
}

fn yes() -> bool {
    true
}

impl MarkMonetary {
    /// Marks `accounts`: assets and liabilities.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_accounting::currency::MarkMonetary;
    /// books.send("what we have", &MarkMonetary::new(["1"]))?;
    /// let refused = books.send("capital", &MarkMonetary::new(["3000"])).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "account 3000 is not monetary: it is of equity, which stays at the rates of its days; mark assets and liabilities",
    /// );
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(accounts: impl IntoIterator<Item = impl Into<SmolStr>>) -> MarkMonetary {
        MarkMonetary { accounts: accounts.into_iter().map(Into::into).collect(), monetary: true }
    }

    /// Takes the mark away.
    pub fn not(accounts: impl IntoIterator<Item = impl Into<SmolStr>>) -> MarkMonetary {
        MarkMonetary { monetary: false, ..MarkMonetary::new(accounts) }
    }
}

impl Act for MarkMonetary {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let authority = tx.authority(&rights::CHANGE_ACCOUNT)?;
        let mut codes = self.accounts.clone();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            let account = existing(tx, &code)?;
            rights::allow_account(tx, &authority, &account.code, account.parent.as_ref())?;
            if let Some(class) = not_monetary(account.class) {
                return Err(ExchangeError::NotMonetary { code, class }.into());
            }
            let row = tx.get::<MonetaryAccount>(&code)?;
            match (row.is_some(), self.monetary) {
                (false, true) => tx.insert(MonetaryAccount { account: code.clone() })?,
                (true, false) => tx.delete::<MonetaryAccount>(&code)?,
                _ => continue,
            }
            let (account, id) = (code.clone(), tx.id::<MonetaryBefore>()?);
            tx.insert(MonetaryBefore { account, id, monetary: row.is_some() })?;
            let event = Event::new("currency.monetary_marked");
            let event = event.with("account", code);
            tx.emit(event.with("monetary", self.monetary));
        }
        Ok(())
    }
}

fn not_monetary(class: AccountClass) -> Option<&'static str> {
    match class {
        AccountClass::Asset | AccountClass::Liability => None,
        AccountClass::Equity => Some("equity"),
        AccountClass::Income => Some("income"),
        AccountClass::Expense => Some("expense"),
    }
}

/// The accounts that revaluations value, in order of their codes: those that are marked, and those under headings that are.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::currency::{MarkMonetary, monetary_accounts};
/// books.send("what we have", &MarkMonetary::new(["1"]))?;
/// let codes = books.view(|view| monetary_accounts(view))?;
/// let codes: Vec<&str> = codes.iter().map(|account| account.code.as_str()).collect();
/// assert_eq!(codes, ["1000", "1010", "1200"]);
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// A [`Halt`](fondaco_core::Halt).
pub fn monetary_accounts(read: &mut impl Reading) -> Result<Vec<Arc<Account>>, LedgerError> {
    let marked = read.peek_scan(&Range::<MonetaryAccount>::all())?;
    leaves(read, marked.iter().map(|row| row.account.clone()).collect())
}

/// The accounts that revaluations would have valued at a time: by the marks and the headings of then.
pub(super) fn monetary_accounts_known(
    read: &mut impl Reading,
    time: Timestamp,
) -> Result<Vec<Arc<Account>>, LedgerError> {
    let marked = read.peek_scan(&Range::<MonetaryAccount>::all())?;
    let mut marked: BTreeSet<SmolStr> = marked.iter().map(|row| row.account.clone()).collect();
    let earlier =
        replaced_since(read, time, |before: &MonetaryBefore| (before.account.clone(), before.id))?;
    for (account, before) in earlier {
        match before.monetary {
            true => marked.insert(account),
            false => marked.remove(&account),
        };
    }
    leaves_known(read, marked.into_iter().collect(), time)
}
