//! Accounts as they were known at a time: what they were called, under what they stood, how the host had tagged them.
//!
//! An account is state, and statements go by its heading and tags. What was known at a time never moves only if those don't
//! either, so what a change replaces is kept as a fact: [`AccountBefore`]. An account's class, currency and kind never change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use fondaco_core::store::{Record, Tags};
use fondaco_core::{Halt, Id, Range, Reading, Timestamp, Tx};
use smol_str::SmolStr;

use super::{Account, LedgerError};

/// What of an account held until it was changed.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_account_before", kind = fact, key(account, id))]
pub struct AccountBefore {
    /// The account.
    pub account: SmolStr,
    /// What names the change. It is time-ordered: its time is that until which this held.
    pub id: Id<AccountBefore>,
    /// What people read.
    pub name: SmolStr,
    /// The heading it stood under.
    pub parent: Option<SmolStr>,
    /// What the host told apart.
    pub tags: Tags,
}

impl AccountBefore {
    /// Keeps what a change replaces, where that is asked for as known at a time.
    pub(super) fn keep(
        tx: &mut Tx<'_>,
        before: &Account,
        after: &Account,
    ) -> Result<(), LedgerError> {
        let of = |account: &Account| {
            (account.name.clone(), account.parent.clone(), account.tags.clone())
        };
        if of(before) == of(after) {
            return Ok(());
        }
        let (account, (name, parent, tags)) = (before.code.clone(), of(before));
        let id = tx.id::<AccountBefore>()?;
        tx.insert(AccountBefore { account, id, name, parent, tags })?;
        Ok(())
    }
}

/// All accounts, in order of their codes, as they were known at a time; as they are where none is given. One that was opened since
/// is as it is: nothing was known of it.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books(); // all is recorded on 1 June at 8:00
/// let (then, later) = ("2026-06-01T09:00:00Z".parse::<Timestamp>()?, "2026-06-02T09:00:00Z".parse()?);
/// let books = books.with_clock(move || later);
/// books.send("rename", &ChangeAccount::rename("1000", "Bank of Venice"))?;
/// let name = |time| books.view(|view| Ok(ledger::accounts_known(view, time)?[1].name.clone()));
/// assert_eq!((name(Some(then))?, name(None)?), ("Bank".into(), "Bank of Venice".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A [`Halt`].
pub fn accounts_known(
    read: &mut impl Reading,
    known_at: Option<Timestamp>,
) -> Result<Vec<Arc<Account>>, LedgerError> {
    let accounts = read.peek_scan(&Range::<Account>::all())?;
    let Some(time) = known_at else { return Ok(accounts) };
    let mut earlier =
        replaced_since(read, time, |before: &AccountBefore| (before.account.clone(), before.id))?;
    let as_known = |account: Arc<Account>| match earlier.remove(&account.code) {
        Some(AccountBefore { name, parent, tags, .. }) => {
            Arc::new(Account { name, parent, tags, ..account.as_ref().clone() })
        }
        None => account,
    };
    Ok(accounts.into_iter().map(as_known).collect())
}

/// What held at a time and was replaced since, by account, of records that keep what a change of one replaced: each says of which,
/// and what names the change.
pub(crate) fn replaced_since<R: Record + Clone>(
    read: &mut impl Reading,
    time: Timestamp,
    of: impl Fn(&R) -> (SmolStr, Id<R>),
) -> Result<BTreeMap<SmolStr, R>, Halt> {
    let mut replaced = BTreeMap::new();
    read.peek_each(&Range::<R>::all(), |before: &R| {
        let (account, id) = of(before);
        // Of one account the changes come in order: the first after the time replaced what was known then.
        if !was_known(id.timestamp(), time) {
            replaced.entry(account).or_insert_with(|| before.clone());
        }
        Ok::<(), Halt>(())
    })?;
    Ok(replaced)
}

/// Whether what was recorded then was known at a time, to the millisecond. An id whose time can't be read was not made by us; what
/// it names counts as known for ever.
pub(crate) fn was_known(recorded_at: Option<Timestamp>, time: Timestamp) -> bool {
    recorded_at.is_none_or(|at| at.millis() <= time.millis())
}

/// These accounts, and those that stood under the headings among them at a time, without headings: in order of their codes.
pub(crate) fn leaves_known(
    read: &mut impl Reading,
    codes: Vec<SmolStr>,
    time: Timestamp,
) -> Result<Vec<Arc<Account>>, LedgerError> {
    let accounts = accounts_known(read, Some(time))?;
    let found = under(&accounts, codes);
    Ok(accounts.into_iter().filter(|of| !of.heading && found.contains(&of.code)).collect())
}

/// These codes, with those of all that stands under them.
pub(crate) fn under(accounts: &[Arc<Account>], mut codes: Vec<SmolStr>) -> BTreeSet<SmolStr> {
    let mut below: BTreeMap<&SmolStr, Vec<&SmolStr>> = BTreeMap::new();
    for account in accounts {
        if let Some(parent) = &account.parent {
            below.entry(parent).or_default().push(&account.code);
        }
    }
    let mut found = BTreeSet::new();
    while let Some(code) = codes.pop() {
        let under = below.get(&code).into_iter().flatten();
        codes.extend(under.filter(|code| !found.contains(**code)).map(|code| (*code).clone()));
        found.insert(code);
    }
    found
}
