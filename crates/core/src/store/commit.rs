//! What a store says of a commit, now and later.

use super::{Event, Hash, KeyBytes, Meta, Salt, Table, Value};
use crate::{CommandId, CompanyId};

/// A commit, as the store keeps it for ever.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Commit {
    /// Its place among the company's commits: 1, 2, 3, ... without gaps. It is the version of all rows that it wrote.
    pub position: u64,
    /// The command.
    pub id: CommandId,
    /// The digest of the command.
    pub digest: Hash,
    /// The salt of that digest, until it is forgotten.
    pub salt: Option<Salt>,
    /// Who and when.
    pub meta: Meta,
    /// What happened, numbers filled in.
    pub events: Vec<Event>,
    /// The answer, numbers filled in.
    pub answer: Vec<Value>,
    /// Whether the commit was there before: nothing was done now.
    pub replayed: bool,
    /// The seal; `None` when the store keeps no hash chain.
    pub seal: Option<Seal>,
}

impl Commit {
    /// A commit without a seal.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let Envelope { id, actor, time } = envelope("delivery/1");
    /// let mut commit = Commit::new(1, id, Hash::default(), Meta::new(actor, time));
    /// commit.answer.push(Value::I64(17)); // a store fills in the rest of what it keeps
    /// assert!(commit.seal.is_none() && !commit.replayed);
    /// ```
    pub fn new(position: u64, id: CommandId, digest: Hash, meta: Meta) -> Commit {
        let (salt, events, answer) = (None, Vec::new(), Vec::new());
        Commit { position, id, digest, salt, meta, events, answer, replayed: false, seal: None }
    }
}

/// What ties a commit to its rows and to the commit before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Root over the hashes of all rows it wrote.
    pub root: Hash,
    /// Hash of everything in the commit but its position.
    pub content: Hash,
    /// Hash of the link before it, its position and its content.
    pub link: Hash,
    /// The hashes of its `State` rows and deletes, without which the root could not be computed again later.
    pub states: Vec<StateHash>,
}

/// The hash of one `State` row that a commit wrote, or of its deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateHash {
    /// The table.
    pub table: smol_str::SmolStr,
    /// The row.
    pub key: KeyBytes,
    /// The hash of the row as it was written.
    pub hash: Hash,
    /// Whether the row was deleted by this commit.
    pub deleted: bool,
}

/// Which commits a feed shows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeedFrom {
    /// Whose.
    pub company: CompanyId,
    /// Only those after this position.
    pub after: u64,
    /// At most so many.
    pub limit: usize,
}

impl FeedFrom {
    /// The commits of `company` after position `after`, at most `limit`.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let commits = shop.store().feed(&FeedFrom::new(shop.company(), 0, 100))?;
    /// assert_eq!(commits[0].position, 1);
    /// assert_eq!(commits[0].meta.actor.as_str(), "clerk-7");
    /// # Ok::<(), StoreError>(())
    /// ```
    pub fn new(company: CompanyId, after: u64, limit: usize) -> FeedFrom {
        FeedFrom { company, after, limit }
    }
}

/// What [`Store::prepare`](super::Store::prepare) did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prepared {
    /// Tables that were created.
    pub created: Vec<&'static str>,
    /// Tables that were brought to a newer layout, and from which.
    pub upgraded: Vec<(&'static str, u32)>,
}

impl Prepared {
    /// Notes that `table` was created.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let mut prepared = Prepared::default(); // inside a store's `prepare`
    /// prepared.created(Shelf::TABLE);
    /// prepared.upgraded(Stock::TABLE, 1);
    /// assert_eq!((prepared.created, prepared.upgraded), (vec!["shelf"], vec![("stock", 1)]));
    /// ```
    pub fn created(&mut self, table: &'static Table) {
        self.created.push(table.name);
    }

    /// Notes that `table` was upgraded from layout `from`.
    pub fn upgraded(&mut self, table: &'static Table, from: u32) {
        self.upgraded.push((table.name, from));
    }
}
