//! Which accounts are kept by open items, and how an account with a history becomes one.
//!
//! An account with few postings changes in one act, which rests on all of them. Of one with many a job makes items chunk by
//! chunk: its first commit marks the account, so that from then on whatever is posted is an item, and the chunks after it
//! make the older ones; until its last commit nothing can be cleared.

use std::sync::Arc;

use chrono::NaiveDate;
use fondaco_core::digest::{self, DigestError};
use fondaco_core::job::JobId;
use fondaco_core::store::{Event, Hash, Record};
use fondaco_core::{Id, Job, Progressed, Range, Reading, Step, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::writing::item;
use super::{Clearing, ItemError, ItemKeeping, OpenItem};
use crate::ledger::{Account, Entry, LedgerError, Period, PeriodKey, Posting, rights};
use crate::parallel::ledger_of;

/// How many postings an act makes items of at most.
const MOST: usize = 1000;

/// How many postings become items in one commit of the job.
const CHUNK: usize = if cfg!(test) { 3 } else { MOST };

const KEPT: &str = "be kept by open items";
const NO_LONGER: &str = "cease to be kept by open items";

/// The account, if its items can be cleared by who acts in this part of the act.
pub(super) fn kept_account(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Arc<Account>, LedgerError> {
    let unknown = || LedgerError::UnknownAccount { code: code.clone() };
    let account = tx.get::<Account>(code)?.ok_or_else(unknown)?;
    check_kept(&account)?;
    match account.control.as_ref().filter(|keeper| Some(keeper.as_str()) != tx.engine()) {
        Some(engine) => {
            let (code, engine) = (code.clone(), engine.clone());
            Err(LedgerError::ControlAccount { code, engine })
        }
        None => Ok(account),
    }
}

/// Whether every posting of the account is an item by now.
pub(super) fn check_kept(account: &Account) -> Result<(), ItemError> {
    let why = match account.open_items {
        Some(ItemKeeping::Kept) => return Ok(()),
        Some(ItemKeeping::Preparing) => {
            "its older postings are still being made items: run the job KeepByItems to its end"
        }
        None => "mark it by ChangeAccount::open_items first, or name another account",
    };
    Err(ItemError::NotKept { code: account.code.clone(), why })
}

/// Keeps an account by open items from now on, and makes items of the postings that it has.
pub(in crate::ledger) fn mark(tx: &mut Tx<'_>, account: &mut Account) -> Result<(), LedgerError> {
    check_leaf(account)?;
    if account.open_items == Some(ItemKeeping::Kept) {
        return Ok(());
    }
    let postings = all_postings(tx, &account.code)?;
    if postings.len() > MOST {
        let why = format!("it has more than {MOST} postings: run the job KeepByItems instead");
        return Err(cannot(account, KEPT, why).into());
    }
    make_items(tx, &postings)?;
    account.open_items = Some(ItemKeeping::Kept);
    Ok(())
}

/// Makes an account one like others again. Refused once anything was cleared: what was is told by its items.
pub(in crate::ledger) fn unmark(tx: &mut Tx<'_>, account: &mut Account) -> Result<(), LedgerError> {
    if account.open_items.is_none() {
        return Ok(());
    }
    let clearings = Range::by(Clearing::BY_ACCOUNT, &account.code).limit(1);
    if let Some(clearing) = tx.scan(&clearings)?.first() {
        let why = format!(
            "clearing {} took parts of its items, and its history is told by them: it stays so",
            clearing.id
        );
        return Err(cannot(account, NO_LONGER, why).into());
    }
    let postings = all_postings(tx, &account.code)?;
    if postings.len() > MOST {
        let why = format!("it has more than {MOST} items: it stays so");
        return Err(cannot(account, NO_LONGER, why).into());
    }
    let keys: Vec<_> = postings.iter().map(|posting| (posting.entry, posting.line)).collect();
    let items = tx.get_many::<OpenItem>(&keys)?;
    for item in items.iter().flatten() {
        tx.delete::<OpenItem>(&item.key())?;
    }
    account.open_items = None;
    Ok(())
}

fn check_leaf(account: &Account) -> Result<(), ItemError> {
    match account.heading {
        true => Err(cannot(account, KEPT, "it is a heading: keep the accounts under it".into())),
        false => Ok(()),
    }
}

fn cannot(account: &Account, what: &'static str, why: String) -> ItemError {
    ItemError::CannotChange { code: account.code.clone(), what, why }
}

/// The postings of an account, one more than fit into a commit at most. The decision rests on every period of the account:
/// who posts to it meanwhile makes this act run again.
fn all_postings(tx: &mut Tx<'_>, code: &SmolStr) -> Result<Vec<Arc<Posting>>, LedgerError> {
    let mut postings = Vec::new();
    for period in tx.scan(&Range::<Period>::all())? {
        let left = (MOST + 1).saturating_sub(postings.len());
        let range = Range::by(Posting::BY_ACCOUNT, &(code.clone(), period.period)).limit(left);
        postings.extend(tx.scan(&range)?);
    }
    Ok(postings)
}

/// Makes items of those postings that are none yet.
fn make_items(tx: &mut Tx<'_>, postings: &[Arc<Posting>]) -> Result<(), LedgerError> {
    // What one ledger has alone is neither owed nor owned.
    let postings: Vec<_> =
        postings.iter().filter(|posting| ledger_of(&posting.dimensions).is_none()).collect();
    let keys: Vec<_> = postings.iter().map(|posting| (posting.entry, posting.line)).collect();
    let known = tx.get_many::<OpenItem>(&keys)?;
    let mut ids: Vec<Id<Entry>> = keys.iter().map(|key| key.0).collect();
    ids.dedup();
    let entries = tx.peek_many::<Entry>(&ids)?;
    let entries: std::collections::BTreeMap<_, _> =
        ids.into_iter().zip(entries).filter_map(|(id, entry)| Some((id, entry?))).collect();
    let new = postings.into_iter().zip(known).filter(|(_, known)| known.is_none());
    let items = new.filter_map(|(posting, _)| Some(item(entries.get(&posting.entry)?, posting)));
    let items: Vec<OpenItem> = items.collect();
    if !items.is_empty() {
        tx.insert_all(items)?;
    }
    Ok(())
}

/// A job that makes an account one kept by open items, however many postings it has. People may post to it meanwhile.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let done = books.run_job("customers by items", &mut KeepByItems::new("1200"), &mut ())?;
/// assert_eq!(done.report, 1); // the invoice
/// assert_eq!(books.open_items(&OpenItemQuery::account("1200"))?.items.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepByItems {
    /// The account.
    pub account: SmolStr,
}

impl KeepByItems {
    /// Keeps `account` by open items.
    pub fn new(account: impl Into<SmolStr>) -> KeepByItems {
        KeepByItems { account: account.into() }
    }

    fn account(&self, tx: &mut Tx<'_>) -> Result<Account, LedgerError> {
        let authority = tx.authority(&rights::CHANGE_ACCOUNT)?;
        let unknown = || LedgerError::UnknownAccount { code: self.account.clone() };
        let account = tx.get::<Account>(&self.account)?.ok_or_else(unknown)?;
        rights::allow_account(tx, &authority, &account.code, account.parent.as_ref())?;
        check_leaf(&account)?;
        Ok(account.as_ref().clone())
    }

    fn set(&self, tx: &mut Tx<'_>, keeping: ItemKeeping) -> Result<bool, LedgerError> {
        let account = self.account(tx)?;
        let changes =
            account.open_items != Some(keeping) && account.open_items != Some(ItemKeeping::Kept);
        if changes {
            let event = Event::new("ledger.account_changed");
            tx.emit(event.with("account", account.code.clone()));
            tx.put(Account { open_items: Some(keeping), ..account })?;
        }
        Ok(changes)
    }
}

/// Where [`KeepByItems`] stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeepCursor {
    /// Whether the account is marked.
    marked: bool,
    /// The last posting that is done, in order of period and date.
    last: Option<(PeriodKey, NaiveDate, Id<Entry>, u32)>,
    /// How many are done.
    postings: u64,
}

/// The kind of the job.
pub(super) const KIND: &str = "accounting.keep_by_items";

impl Job for KeepByItems {
    type Cursor = KeepCursor;
    /// How many postings are items.
    type Report = u64;
    type Error = LedgerError;

    fn kind(&self) -> &'static str {
        KIND
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(self)
    }

    fn progress(&self, cursor: &KeepCursor) -> Progressed {
        Progressed::new("making items of postings", cursor.postings as i64)
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        _: JobId,
        cursor: &KeepCursor,
    ) -> Result<Step<KeepCursor>, LedgerError> {
        if !cursor.marked {
            self.set(tx, ItemKeeping::Preparing)?;
            return Ok(Step::More(KeepCursor { marked: true, ..cursor.clone() }));
        }
        self.account(tx)?;
        let range = Range::by(Posting::BY_ACCOUNT, &self.account);
        let range = match &cursor.last {
            // From the last one on, which comes once more.
            Some(last) => range.from(last).limit(CHUNK + 1),
            None => range.limit(CHUNK),
        };
        let mut postings = tx.peek_scan(&range)?;
        if cursor.last.is_some() && !postings.is_empty() {
            postings.remove(0);
        }
        make_items(tx, &postings)?;
        let last = postings.last().map(|last| (last.period, last.date, last.entry, last.line));
        let done = cursor.postings + postings.len() as u64;
        let next = KeepCursor { marked: true, last: last.or(cursor.last), postings: done };
        Ok(if postings.len() < CHUNK { Step::Last(next) } else { Step::More(next) })
    }

    fn finish(&self, tx: &mut Tx<'_>, _: JobId, cursor: &KeepCursor) -> Result<u64, LedgerError> {
        self.set(tx, ItemKeeping::Kept)?;
        Ok(cursor.postings)
    }
}
