//! The run as a job: accounts are valued chunk by chunk, and the last commit posts.

use std::collections::BTreeMap;

use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::JobId;
use fondaco_core::policy::Request;
use fondaco_core::store::Hash;
use fondaco_core::{Currency, Job, Progressed, Step, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::ground::{Known, mark};
use super::mark::monetary_accounts;
use super::post::post;
use super::value::{Valued, value};
use super::{Revalue, Revalued};
use crate::ledger::{LedgerError, rights};

/// So many items and balances are valued in one chunk, and the account is done to its end.
const MANY: u64 = 5000;
/// So many accounts at most.
const MANY_ACCOUNTS: usize = 500;

/// Where a [`Revalue`] stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevalueCursor {
    /// The last account that is valued.
    last: Option<SmolStr>,
    /// What the accounts are worth.
    lines: Vec<Valued>,
    /// At which rates, as they say themselves.
    rates: BTreeMap<Currency, String>,
    /// How often each account had changed when it was valued: what still stands needn't be read again.
    #[serde(default)]
    marks: BTreeMap<SmolStr, i64>,
    /// How many items and balances.
    count: u64,
}

/// The kind of the job.
pub(crate) const KIND: &str = "accounting.revalue";

impl Job for Revalue {
    type Cursor = RevalueCursor;
    type Report = Revalued;
    type Error = LedgerError;

    fn kind(&self) -> &'static str {
        KIND
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(self)
    }

    fn progress(&self, cursor: &RevalueCursor) -> Progressed {
        Progressed::new("valuing items and balances", cursor.count as i64)
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &RevalueCursor,
    ) -> Result<Step<RevalueCursor>, LedgerError> {
        tx.authorize(&Request::new(&rights::REVALUE))?;
        let scope = self.of(tx)?;
        let mut closing = self.closing(tx, None, &scope)?;
        let mut next = cursor.clone();
        let accounts = monetary_accounts(tx)?;
        let after = accounts.iter().filter(|account| Some(&account.code) > cursor.last.as_ref());
        let (mut rest, mut done) = (after.peekable(), 0);
        while let Some(account) = rest.peek() {
            if next.count - cursor.count >= MANY || done >= MANY_ACCOUNTS {
                break;
            }
            // Before what it stands for is read.
            let changes = mark(tx, &account.code, self.date)?;
            next.marks.insert(account.code.clone(), changes);
            let valued = value(&mut scope.books(tx)?, account, &mut closing)?;
            next.count += valued.iter().map(|line| line.count).sum::<u64>();
            next.lines.extend(valued);
            next.last = Some(account.code.clone());
            done += 1;
            rest.next();
        }
        // Rates that others correct between two chunks make the last one value anew what was valued by the first.
        closing.said().for_each(|(of, said)| {
            let known = next.rates.entry(of).or_insert_with(|| said.clone());
            if *known != said {
                known.clear();
            }
        });
        Ok(if rest.peek().is_none() { Step::Last(next) } else { Step::More(next) })
    }

    fn finish(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &RevalueCursor,
    ) -> Result<Revalued, LedgerError> {
        let (rates, marks) = (cursor.rates.clone(), cursor.marks.clone());
        let mut known = Known { rates, marks, lines: BTreeMap::new() };
        for line in &cursor.lines {
            known.lines.entry(line.account.clone()).or_default().push(line.clone());
        }
        post(tx, self, &known)
    }
}
