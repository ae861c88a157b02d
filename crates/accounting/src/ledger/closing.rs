//! Closing and reopening accounts.
//!
//! An account is closed in two ways, which are about different things:
//! - [by date](super::CloseAccount): after its last day it takes nothing that is dated later. Entries dated on its open days
//!   still come, until their periods are locked: closing an account is no reason to leave last month's bill out.
//! - at once, whatever the date: a pending [closing entry](super::Closing) closes the accounts that it names, as in
//!   TigerBeetle, and so does opening an account [closed](super::NewAccount::closed). Then nothing is posted and nothing new
//!   is held; what is pending can be voided and expires, and that is all.

use fondaco_core::store::Event;
use fondaco_core::tx::Pending;
use fondaco_core::{Act, Halt, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::account::existing;
use super::rules::{AccountPlace, Chart, Map};
use super::{Account, ClosedBy, LedgerError, rights};

/// Reopens an account that was closed by date or opened closed. What a pending entry closes is reopened by voiding that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReopenAccount {
    /// Which account.
    pub code: SmolStr,
}

impl ReopenAccount {
    /// Reopens `code`.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// books.send("close", &CloseAccount::new("1010", day("2026-06-30")))?;
    /// books.send("reopen", &ReopenAccount::new("1010"))?;
    /// let dollars = books.view(|view| Ok(view.peek::<Account>(&"1010".into())?))?;
    /// assert!(dollars.is_some_and(|dollars| dollars.is_open(day("2026-07-01"))));
    /// let open = books.send("once more", &ReopenAccount::new("1010")).unwrap_err();
    /// assert_eq!(open.code(), "accounting.account_open");
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn new(code: impl Into<SmolStr>) -> ReopenAccount {
        ReopenAccount { code: code.into() }
    }
}

impl Act for ReopenAccount {
    type Answer = ();
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), LedgerError> {
        let authority = tx.authority(&rights::REOPEN_ACCOUNT)?;
        let mut account = existing(tx, &self.code)?;
        rights::allow_account(tx, &authority, &account.code, account.parent.as_ref())?;
        let code = || self.code.clone();
        match (account.closes, account.closed) {
            (_, Some(ClosedBy::Pending)) => {
                return Err(LedgerError::AccountClosed { code: code() });
            }
            (None, None) => return Err(LedgerError::AccountOpen { code: code() }),
            _ => {}
        }
        // A heading that is closed has nothing open under it.
        let above = account.parent.as_ref().map(|parent| existing(tx, parent)).transpose()?;
        if let Some(heading) = above.filter(|heading| heading.closes.is_some()) {
            let (code, parent) = (account.code, heading.code);
            let why = "that heading is closed: reopen it first";
            return Err(LedgerError::BadParent { code, parent, why });
        }
        (account.closes, account.closed) = (None, None);
        tx.emit(event("ledger.account_reopened", &account.code));
        Ok(tx.put(account)?)
    }
}

fn event(name: &'static str, account: &SmolStr) -> Event {
    Event::new(name).with("account", account)
}

/// Which accounts a batch closes and reopens on its way.
#[derive(Default)]
pub(crate) struct Closings {
    now: Map<SmolStr, bool>,
    log: Vec<(SmolStr, Option<bool>)>,
}

impl Closings {
    pub(crate) fn is_empty(&self) -> bool {
        self.now.is_empty()
    }

    /// Refuses an account that is closed at this point of the batch.
    pub(crate) fn check(
        &self,
        chart: &Chart,
        (code, place): (&SmolStr, AccountPlace),
    ) -> Result<(), LedgerError> {
        let closed = self.now.get(code).copied();
        if closed.unwrap_or_else(|| chart.gate(place).is_closed()) {
            return Err(LedgerError::AccountClosed { code: code.clone() });
        }
        Ok(())
    }

    /// From here on the account is closed, or open again.
    pub(crate) fn set(&mut self, code: &SmolStr, closed: bool) {
        let before = self.now.insert(code.clone(), closed);
        self.log.push((code.clone(), before));
    }
}

impl Pending for Closings {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.log.len()
    }

    fn back_to(&mut self, mark: usize) {
        for (code, before) in self.log.drain(mark.min(self.log.len())..).rev() {
            match before {
                Some(closed) => self.now.insert(code, closed),
                None => self.now.remove(&code),
            };
        }
    }

    /// Stages the accounts as they are in the end.
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let mut changed: Vec<(SmolStr, bool)> = self.now.into_iter().collect();
        changed.sort_unstable();
        let codes: Vec<SmolStr> = changed.iter().map(|(code, _)| code.clone()).collect();
        tx.need::<Account>(&codes)?;
        for (code, closed) in changed {
            let gone = || Halt::Bug(format!("account {code} is closed, and does not exist"));
            let mut account = tx.require::<Account, _>(&code, gone)?.as_ref().clone();
            let after = closed.then_some(ClosedBy::Pending);
            if account.closed != after {
                let name = if closed { "ledger.account_closed" } else { "ledger.account_reopened" };
                tx.emit(event(name, &code));
                account.closed = after;
                tx.put(account)?;
            }
        }
        Ok(())
    }
}
