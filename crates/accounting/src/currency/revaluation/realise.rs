//! Foreign money that is gone: what its balance is still worth in the books was gained or lost for good.
//!
//! What is kept by open items realises its differences as items are cleared. A bank account in dollars has none: when its last dollar is spent at
//! another rate than it came at, euros are left of no dollars (IAS 21.28). A revaluation would post them as not realised, and take them back.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fondaco_core::policy::Request;
use fondaco_core::store::Event;
use fondaco_core::{Act, Range, Reading as _, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::closing::Closing;
use super::earlier::{Moment, standing};
use super::ground::{mark, rest_on_runs};
use super::mark::monetary_accounts;
use super::post::{Posts, by_journal, told};
use super::value::{Valued, amount, balance_parts, sums};
use super::{RevaluationRun, Revalued, Scope};
use crate::currency::{ExchangeError, Naming, POSTING_SOURCE};
use crate::ledger::rights::{self, Asking};
use crate::ledger::{ItemKeeping, LedgerError, NewEntry, Settings, post_one};

/// Realises what is left of foreign money that is gone by a day: of each monetary account without open items whose balance in a currency, by its
/// dimensions, is nothing and is still worth something. It goes to the accounts of realised differences, and stays there.
///
/// Of an account that holds some of its currency nothing is realised: what that is worth is a revaluation's. Sent again it finds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RealiseExchange {
    /// The day as of which, and on which, it is posted.
    pub date: NaiveDate,
    /// What people read; `None` for a text of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<SmolStr>,
}

impl RealiseExchange {
    /// As of the end of this day, best before its [`Revalue`](super::Revalue).
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books_with_rates();
    /// use fondaco_accounting::currency::{MarkMonetary, RealiseExchange, SetExchangeAccounts};
    /// let dollars = |date: &str, worth: &str, comes: bool| {
    ///     let hundred = Money::parse("100 USD").unwrap();
    ///     let entry = NewEntry::new("GEN", day(date)).conversion();
    ///     match comes {
    ///         true => entry.posting(NewPosting::debit("1010", hundred).worth(eur(worth))).credit("1000", eur(worth)),
    ///         false => entry.posting(NewPosting::credit("1010", hundred).worth(eur(worth))).debit("1000", eur(worth)),
    ///     }
    /// };
    /// books.post("bought", dollars("2026-03-01", "90", true))?;
    /// books.post("sold", dollars("2026-03-20", "84", false))?;
    /// books.send("monetary", &MarkMonetary::new(["1010"]))?;
    /// books.send("differences", &SetExchangeAccounts::new("GEN", "4000", "5100"))?;
    /// let done = books.send("March", &RealiseExchange::on(day("2026-03-31")))?.answer;
    /// assert_eq!(done.difference.to_decimal(), (-6).into());
    /// let left = books.balances(&BalanceQuery::account("1010"))?;
    /// assert!(left.iter().all(|row| row.amounts.ledger_balance() == 0.into()));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn on(date: NaiveDate) -> RealiseExchange {
        RealiseExchange { date, text: None }
    }
}

impl Act for RealiseExchange {
    type Answer = Revalued;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<Revalued, LedgerError> {
        let authority = tx.authority(&rights::REVALUE)?;
        tx.allow(&authority, &Request::new(&rights::REVALUE))?;
        let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
        let gone = self.gone(tx, &settings)?;
        let naming = Naming::read(tx, gone.iter().map(|line| (&line.account, line.currency)))?;
        let (mut entries, mut difference) = (Vec::new(), 0);
        let text = self.text.clone();
        let text = text.unwrap_or(SmolStr::new_static("Exchange differences of what was spent"));
        for (journal, named) in by_journal(None, &naming, &gone)? {
            let entry = NewEntry::new(journal.clone(), self.date).text(text.clone());
            let entry = told(entry, &named, settings.currency, Posts::Realised)?;
            let asking = Asking::following(tx.authority(&rights::REVALUE)?);
            let (posted, _) = post_one(tx, &entry, None, asking)?;
            difference += named.iter().map(|(line, _)| line.difference()).sum::<i128>();
            let event = Event::new("currency.realised").with("entry", posted.id);
            tx.emit(event.with("date", self.date).with("lines", named.len() as u32));
            entries.push(posted.id);
        }
        Ok(Revalued { entries, lines: gone.len() as u32, difference: amount(difference)? })
    }
}

impl RealiseExchange {
    /// What is left of nothing, by account and currency. The decision rests on each account that was looked at.
    fn gone(&self, tx: &mut Tx<'_>, settings: &Settings) -> Result<Vec<Valued>, LedgerError> {
        rest_on_runs(tx, self.date)?;
        let at = Moment { date: self.date, known_at: None };
        let scope = Scope::of(tx, None)?;
        let from = Range::<RevaluationRun>::all().from(&self.date);
        let later: BTreeSet<NaiveDate> = tx.peek_scan(&from)?.iter().map(|run| run.date).collect();
        for day in std::iter::once(self.date).chain(later) {
            let runs = standing(tx, Moment { date: day, ..at }, &scope)?;
            if let Some(run) = runs.iter().find(|run| day == self.date || run.date == day) {
                let (date, of, entry) = (self.date, run.date, run.entry);
                return Err(ExchangeError::RevaluationStands { date, of, entry }.into());
            }
        }
        let source = SmolStr::new_static(POSTING_SOURCE);
        let closing = Closing::new(&source, at, settings.currency, None, false);
        let mut gone = Vec::new();
        for account in monetary_accounts(tx)? {
            if account.open_items == Some(ItemKeeping::Kept) {
                continue;
            }
            mark(tx, &account.code, self.date)?;
            let mut parts = balance_parts(&mut scope.books(tx)?, &account, &closing)?;
            parts.retain(|part| part.open == 0);
            gone.extend(sums(&account, &parts)?.into_iter().filter(Valued::moves));
        }
        Ok(gone)
    }
}
