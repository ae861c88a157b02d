//! What an engine asks a store, and what it gets.

use smol_str::SmolStr;

use super::{Hash, Key, KeyBytes, Row, Salt, Table, Value};
use crate::{CommandId, CompanyId};

/// Several questions, answered from one snapshot.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Read {
    /// Whose rows.
    pub company: CompanyId,
    /// Which snapshot.
    pub at: At,
    /// The questions, answered in order.
    pub asks: Vec<Ask>,
}

impl Read {
    /// Asks `asks` of `company` as it stands now.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let ask = Ask::Get(Shelf::TABLE, vec![1i64.to_bytes(), 9i64.to_bytes()]);
    /// let answer = shop.store().read(&Read::now(shop.company(), vec![ask]))?;
    /// let [Reply::Got(rows)] = answer.replies.as_slice() else { panic!("one reply for one ask") };
    /// assert_eq!(rows[0].as_ref().map(|row| row.version), Some(1)); // written by commit 1
    /// assert!(rows[1].is_none());
    /// # Ok::<(), StoreError>(())
    /// ```
    pub fn now(company: CompanyId, asks: Vec<Ask>) -> Read {
        Read { company, at: At::Now, asks }
    }

    /// Asks `asks` of `company` at a given snapshot.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let read = |at| shop.store().read(&Read::at(shop.company(), at, vec![]));
    /// let held = read(At::Hold)?.at;
    /// let more = |tx: &mut Tx<'_>, _: &str| tx.add_all(vec![Stock { item: 7, pieces: 1 }]);
    /// shop.run(envelope("meanwhile"), "meanwhile", more)?;
    /// assert_eq!(read(At::Held(held))?.at.position, 1); // as it was then
    /// assert_eq!(read(At::Now)?.at.position, 2);
    /// read(At::Last(held))?; // releases it
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn at(company: CompanyId, at: At, asks: Vec<Ask>) -> Read {
        Read { company, at, asks }
    }
}

/// Which snapshot a [`Read`] is answered from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum At {
    /// The newest.
    Now,
    /// The newest, and keep it: later reads of [`At::Held`] see the same.
    Hold,
    /// One that is held.
    Held(Snapshot),
    /// One that is held, for the last time: the hold is released.
    Last(Snapshot),
}

/// A moment of one company: the position of the last commit it shows, and the hold on it (0 = none).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The position of the last commit in it; 0 before the first.
    pub position: u64,
    /// The store's name for the hold; 0 when it is not held.
    pub hold: u64,
}

/// When a row was last changed: the position of the commit that did it. 0 stands for an absent row.
///
/// A version is never used twice for a key, not even after a delete.
pub type Version = u64;

/// One question.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Ask {
    /// Was this command carried out, and what was its answer?
    Command(CommandId),
    /// The rows with these keys, in this order.
    Get(&'static Table, Vec<KeyBytes>),
    /// Rows in the order of the primary key or of an index.
    Scan(Scan),
    /// What counters come to.
    Sums(super::Sums),
    /// The state of a number series.
    Series(SmolStr),
    /// All number series, in order of their names.
    AllSeries,
    /// The names of all tables in which the company has rows, in order.
    AllTables,
}

/// A range of rows in one order. `Debug` does not show the bounds: those of an index may be personal.
#[derive(Clone, PartialEq)]
pub struct Scan {
    /// Which table.
    pub table: &'static Table,
    /// Which index; `None` for the primary key.
    pub index: Option<usize>,
    /// The first place, inclusive: index columns, then primary key, or any prefix of these.
    pub from: KeyBytes,
    /// The place before which it ends, exclusive; `None` for the end of the order.
    pub to: Option<KeyBytes>,
    /// Whether it runs from the end to the beginning.
    pub backwards: bool,
    /// At most so many rows.
    pub limit: usize,
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Scan { table, index, backwards, limit, .. } = self;
        let mut shown = f.debug_struct("Scan");
        shown.field("table", &table.name).field("index", index);
        shown.field("backwards", backwards).field("limit", limit).finish_non_exhaustive()
    }
}

/// The answers, in the order of the questions, all from one snapshot.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Answer {
    /// The snapshot.
    pub at: Snapshot,
    /// One reply per question.
    pub replies: Vec<Reply>,
}

impl Answer {
    /// Replies from one snapshot.
    ///
    /// ```
    /// use fondaco_core::store::{Answer, Reply, SeriesState, Snapshot};
    /// let at = Snapshot { position: 17, hold: 0 };
    /// let answer = Answer::new(at, vec![Reply::Series(SeriesState::default())]);
    /// assert_eq!(answer.replies.len(), 1);
    /// ```
    pub fn new(at: Snapshot, replies: Vec<Reply>) -> Answer {
        Answer { at, replies }
    }
}

/// The answer to one question.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Reply {
    /// To [`Ask::Command`]: the receipt, if the command was carried out.
    Command(Option<Box<Receipt>>),
    /// To [`Ask::Get`]: a row or nothing for each key.
    Got(Vec<Option<Row>>),
    /// To [`Ask::Scan`]: the rows, in order. To [`Ask::Sums`]: the sums, as rows.
    Rows(Vec<Row>),
    /// To [`Ask::Series`].
    Series(SeriesState),
    /// To [`Ask::AllSeries`].
    AllSeries(Vec<(SmolStr, SeriesState)>),
    /// To [`Ask::AllTables`].
    AllTables(Vec<SmolStr>),
}

/// What the store kept of a command that was carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    /// The position of its commit.
    pub position: u64,
    /// The digest of the command as it was given.
    pub digest: Hash,
    /// The salt of the digest; `None` once something personal that the command carried was erased.
    pub salt: Option<Salt>,
    /// The answer it got, its numbers filled in.
    pub answer: Vec<Value>,
}

/// How far a number series has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeriesState {
    /// The last number given; 0 before the first.
    pub last: i64,
    /// The latest date that a number was drawn for, if draws of the series have dates.
    pub date: Option<chrono::NaiveDate>,
}

/// A row's key with the version that was read; 0 for a row that was absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The row.
    pub key: Key,
    /// The version; 0 when there was no row.
    pub version: Version,
}
