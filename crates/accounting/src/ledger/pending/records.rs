//! Pending entries, their lines, and what became of them: facts.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record, Tags};
use fondaco_core::{Currency, Id, Money, PartyId, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::ledger::{Amount, Balancing, Entry, NewEntry, NewPosting, Side};

/// Which accounts of a pending entry it closes while it is pending.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    /// Those that it debits.
    Debit,
    /// Those that it credits.
    Credit,
    /// All of them.
    Both,
}

impl Closing {
    /// Whether it closes the accounts on this side.
    pub(crate) fn is_on(self, side: Side) -> bool {
        match self {
            Closing::Debit => side == Side::Debit,
            Closing::Credit => side == Side::Credit,
            Closing::Both => true,
        }
    }
}

/// An entry that is held: it counts against the limits of its accounts and in no balance, until it is posted, voided, or
/// expires. Its id is time-ordered by when it was recorded.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_pending", kind = fact, key(id), index(by_kind(kind)))]
pub struct PendingEntry {
    /// What names it for ever.
    pub id: Id<PendingEntry>,
    /// The journal in which it will be posted.
    pub journal: SmolStr,
    /// When it would take effect in the business.
    pub date: NaiveDate,
    /// When we recorded it.
    pub recorded_at: Timestamp,
    /// See [`Entry::document_date`].
    pub document_date: Option<NaiveDate>,
    /// See [`Entry::due_date`].
    pub due_date: Option<NaiveDate>,
    /// See [`Entry::text`].
    pub text: Option<SmolStr>,
    /// See [`Entry::party`].
    pub party: Option<PartyId>,
    /// See [`Entry::source`].
    pub source: Option<SmolStr>,
    /// See [`Entry::conversion`].
    pub conversion: bool,
    /// How many lines it has.
    pub lines: u32,
    /// The instant from which on it can't be posted any more.
    pub expires_at: Option<Timestamp>,
    /// After how many seconds that is, where it was given so.
    pub timeout_seconds: Option<u32>,
    /// Which of its accounts it closes.
    pub closing: Option<Closing>,
    /// The host's key.
    pub key: Option<SmolStr>,
    /// See [`EntryDetail::kind`](crate::ledger::EntryDetail::kind).
    pub kind: Option<SmolStr>,
    /// See [`EntryDetail::tags`](crate::ledger::EntryDetail::tags).
    pub tags: Tags,
    /// Whose headroom its amount did not exceed.
    pub balancing: Option<Balancing>,
    /// The most that might have been held, where it was balancing.
    pub asked: Option<Amount>,
    /// Whether it was recorded elsewhere before, at its instant.
    pub imported: bool,
}

impl PendingEntry {
    /// Whether it has expired by this time, whether or not the clock was told.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let entry = NewEntry::new("GEN", day("2026-06-01")).debit("5100", eur("5")).credit("1000", eur("5"));
    /// let id = books.send("hold", &RecordPending::new(NewPending::new(entry).expires_after(60)))?.answer.id;
    /// let held = books.pending(id)?.expect("it was recorded");
    /// let minute = held.pending.recorded_at.checked_add(chrono::TimeDelta::seconds(60)).unwrap();
    /// assert!(held.pending.is_expired(minute));
    /// # Ok::<(), LedgerError>(())
    /// ```
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Its tags, and in their place those of what is done with it.
    pub(crate) fn tags_with(&self, given: &Tags) -> Tags {
        self.tags.iter().chain(given.iter()).collect()
    }

    /// The entry that it would become on `date`, of these lines.
    pub(crate) fn to_entry(&self, date: NaiveDate, postings: Vec<NewPosting>) -> NewEntry {
        NewEntry {
            journal: self.journal.clone(),
            date,
            document_date: self.document_date,
            due_date: self.due_date,
            text: self.text.clone(),
            party: self.party,
            source: self.source.clone(),
            conversion: self.conversion,
            postings,
            options: None,
        }
    }
}

/// One line of a pending entry.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_pending_posting",
    kind = fact,
    key(pending, line),
    index(by_account(account)),
    guard(by_account(account))
)]
pub struct PendingPosting {
    /// Its pending entry.
    pub pending: Id<PendingEntry>,
    /// Its place in the entry, from 1.
    pub line: u32,
    /// The account.
    pub account: SmolStr,
    /// Debit or credit.
    pub side: Side,
    /// The amount in its currency: positive for a debit, negative for a credit.
    pub amount: Amount,
    /// Its currency.
    pub currency: Currency,
    /// The amount in the ledger's currency, signed likewise.
    pub ledger_amount: Amount,
    /// Units of the ledger's currency for one unit of the currency, where they differ.
    pub rate: Option<Decimal>,
    /// See [`Posting::text`](crate::ledger::Posting::text).
    pub text: Option<SmolStr>,
    /// See [`Posting::party`](crate::ledger::Posting::party).
    pub party: Option<PartyId>,
    /// See [`Posting::due_date`](crate::ledger::Posting::due_date).
    pub due_date: Option<NaiveDate>,
    /// See [`Posting::dimensions`](crate::ledger::Posting::dimensions).
    pub dimensions: Tags,
}

impl PendingPosting {
    /// The amount, positive for a debit, negative for a credit.
    pub fn money(&self) -> Money {
        Money::new(self.amount.to_decimal(), self.currency)
    }

    /// The posting that it would become, for the whole of its amount.
    pub(crate) fn to_posting(&self, ledger: Currency) -> NewPosting {
        let foreign = self.currency != ledger;
        let worth = Money::new(self.ledger_amount.to_decimal(), ledger).abs();
        NewPosting {
            account: self.account.clone(),
            side: self.side,
            amount: self.money().abs(),
            ledger_amount: foreign.then_some(worth),
            rate: self.rate,
            text: self.text.clone(),
            party: self.party,
            due_date: self.due_date,
            dimensions: self.dimensions.clone(),
        }
    }
}

/// What became of a pending entry.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settled {
    /// It was posted, in full or in part.
    Posted,
    /// It was voided.
    Voided,
    /// Its time ran out.
    Expired,
}

/// What became of a pending entry, exactly once.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(
    table = "ledger_pending_settled",
    kind = fact,
    layout = 2,
    key(pending),
    index(by_place(at, id))
)]
pub struct PendingSettled {
    /// The pending entry.
    pub pending: Id<PendingEntry>,
    /// What became of it.
    pub settled: Settled,
    /// When that was recorded.
    pub at: Timestamp,
    /// Names the settling itself, in order of recording; of a posted one it is the entry's.
    pub id: Id<PendingSettled>,
    /// The entry, when it was posted.
    pub entry: Option<Id<Entry>>,
    /// The host's key of the settling.
    pub key: Option<SmolStr>,
    /// The pending entry's tags, and in their place those of the settling.
    pub tags: Tags,
    /// Whether it was recorded elsewhere before, at its instant.
    pub imported: bool,
}
