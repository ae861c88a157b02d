//! What was done, in order of recording: looked up by account, side, kind, time, tags, with pages, and with what an account
//! had after each.
//!
//! A [`Movement`] is an entry, a pending entry, or what became of one. [`movements`] finds them; [`history`] reckons what
//! stood on each side of an account after each; [`deeds`] reads them off a commit of the
//! [feed](fondaco_core::Driver::feed), for whoever follows the books from outside.
//!
//! # Order
//! By the time of recording, to the microsecond; of one batch in its order. Two commands of the very same microsecond come
//! in a fixed order, though not always in that of their commits: the feed has that.
//!
//! # Cost
//! A page costs what it shows, and a look at each day: rows are read in order, from where the query or the page before says, until the
//! page is full. Entries lie in that order, an account's postings of one day too; so of an account whose periods have many
//! postings a row or two of each day are read to see which comes next. What a query leaves out (another kind, another side) is
//! read on the way; what was recorded in one millisecond is read together.
//!
//! A [`history`] begins with the totals that stand, newest first, and with nothing, oldest first; a page after another's last movement
//! begins with the totals there. Else what lies between is read.

mod gather;
mod history;
mod query;
mod stream;
mod sums;
mod walk;

pub use history::{HistoryRow, history};
pub use query::MovementQuery;

use std::sync::Arc;

use fondaco_core::store::{Commit, Tags, Value};
use fondaco_core::{Id, IdRun, Reading, Timestamp};
use smol_str::SmolStr;

use super::{Entry, LedgerError, PendingEntry, PendingPosting, Posting};
use crate::parallel::sight;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Did {
    /// An entry was posted.
    Post(Id<Entry>),
    /// An entry was held.
    Hold(Id<PendingEntry>),
    /// A pending entry was posted.
    PostPending {
        /// The pending entry.
        pending: Id<PendingEntry>,
        /// The entry that it became.
        entry: Id<Entry>,
    },
    /// A pending entry was voided.
    Void(Id<PendingEntry>),
    /// A pending entry expired.
    Expire(Id<PendingEntry>),
}

/// An entry, a pending entry, or what became of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// What was done.
    pub did: Did,
    /// When it was recorded, here or where it was imported from.
    pub at: Timestamp,
    /// The host's key.
    pub key: Option<SmolStr>,
    /// What kind of business it is to the host.
    pub kind: Option<SmolStr>,
    /// Whatever else the host tells apart.
    pub tags: Tags,
    /// The lines of the account that was asked for; none where none was.
    pub lines: Lines,
    /// Its place among what was done at one time.
    pub(crate) order: u128,
    /// What stood before and after it, on the last of a history's page.
    sums: sums::Carried,
}

/// An account's lines of a movement.
#[derive(Debug, Clone, PartialEq)]
pub enum Lines {
    /// No account was asked for.
    None,
    /// Of an entry.
    Posted(Vec<Arc<Posting>>),
    /// Of a pending entry: held, or not any more.
    Pending(Vec<Arc<PendingPosting>>),
    /// Of a pending entry that was posted: what was held, and what was posted of it.
    Both(Vec<Arc<PendingPosting>>, Vec<Arc<Posting>>),
}

impl Movement {
    pub(crate) fn place(&self) -> (Timestamp, u128) {
        (self.at, self.order)
    }
}

/// What was done, as `query` asks for it, in its order.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let fee = |key: &str| NewEntry::new("GEN", day("2026-03-01"))
///     .debit("5100", eur("1"))
///     .credit("1000", eur("1"))
///     .kind("fee")
///     .key(key);
/// books.send("fees", &PostEach::new(vec![fee("fee/1"), fee("fee/2"), fee("fee/3")]))?;
/// let fees = MovementQuery::all().kind("fee").newest_first().limit(2);
/// let first = books.movements(&fees)?;
/// assert_eq!(first[0].key.as_deref(), Some("fee/3"));
/// let next = books.movements(&fees.after(&first[1]))?; // the next page
/// assert_eq!(next[0].key.as_deref(), Some("fee/1"));
/// # Ok::<(), LedgerError>(())
/// ```
///
/// # Errors
/// [`LedgerError::UnknownAccount`]; [`LedgerError::BadInput`] for a side or a dimension without an account; a
/// [`Halt`](fondaco_core::Halt).
pub fn movements(
    read: &mut impl Reading,
    query: &MovementQuery,
) -> Result<Vec<Movement>, LedgerError> {
    query.check()?;
    let read = &mut sight(read)?;
    let mut walk = walk::Walk::new(read, query.whose(), query.window(), query.limit_given())?;
    let (mut page, most) = (Vec::new(), query.most());
    while page.len() < most {
        let Some(found) = walk.next(read)? else { break };
        page.extend(query.take_of(read, found)?);
    }
    page.truncate(most);
    Ok(page)
}

/// What a commit did to the books, in order: read off its events. Empty for a commit of something else.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// let commits = books.driver().feed(0, 100)?;
/// let deeds: Vec<Did> = commits.iter().flat_map(ledger::deeds).collect();
/// assert_eq!(deeds.len(), 3); // capital, invoice, rent
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn deeds(commit: &Commit) -> Vec<Did> {
    let mut deeds: Vec<Did> = Vec::new();
    for event in &commit.events {
        let value =
            |name: &str| event.data.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let id = |name: &str| match value(name) {
            Some(Value::Id(id)) => Some(*id),
            _ => None,
        };
        let pending = || id("pending").map(Id::from_u128);
        match event.name.as_str() {
            "ledger.posted" => {
                let count = match value("entries") {
                    Some(Value::I64(count)) => u32::try_from(*count).unwrap_or(0),
                    _ => 0,
                };
                let run =
                    id("first").and_then(|first| IdRun::new(Id::from_u128(first), count).ok());
                let posted = run.iter().flat_map(IdRun::iter);
                // Of a pending entry it was told already.
                let told: Vec<Id<Entry>> = deeds.iter().filter_map(|did| did.entry()).collect();
                deeds.extend(posted.filter(|id| !told.contains(id)).map(Did::Post));
            }
            "ledger.pending_recorded" => deeds.extend(pending().map(Did::Hold)),
            "ledger.pending_posted" => {
                let entry = id("entry").map(Id::from_u128);
                let both = pending().zip(entry);
                deeds.extend(both.map(|(pending, entry)| Did::PostPending { pending, entry }));
            }
            "ledger.pending_voided" => deeds.extend(pending().map(Did::Void)),
            "ledger.pending_expired" => deeds.extend(pending().map(Did::Expire)),
            _ => {}
        }
    }
    deeds
}

impl Did {
    /// The entry that posted a pending one.
    fn entry(&self) -> Option<Id<Entry>> {
        match self {
            Did::PostPending { entry, .. } => Some(*entry),
            _ => None,
        }
    }
}
