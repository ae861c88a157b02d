//! The second door: anything that is an ordered map with an atomic write becomes a store.
//!
//! A database with a mind of its own implements [`Store`](fondaco_core::store::Store). What is merely a map from bytes to
//! bytes in order (an embedded key-value library, a phone's key-value store, a dictionary of another language, a
//! directory) implements [`Ordered`], two functions and two more for what it reads, and [`OrderedStore`] makes the full
//! store of it: tables and indexes, companies, command receipts, the feed, counters with floors, unique indexes, gapless
//! numbers, the hash chain and its verification, erasure, held snapshots, layout upgrades.
//!
//! # What a map promises
//! - **Order.** Keys and values are any bytes; keys order by their bytes, shorter first among equal beginnings. A key is
//!   never empty; a value may be. A value may be as large as what people book in one go (a commit with its events): take
//!   16 MiB at least.
//! - **One moment.** A [`MapSnapshot`] shows the map between two writes, never half of one, as long as it lives. It is
//!   never older than the last write that was answered before it was taken, through this object.
//! - **Position.** Each write raises the map's position, a number that is the map's own and of no company. The position of
//!   a snapshot may be older than what it shows, then a write fails once more than it had to; it may **never** be newer.
//!   A position has a meaning only as long as the object lives: it may begin anew when the map is opened again.
//! - **One write.** [`Ordered::write`] does all of its puts or none, and none when the map's position is no longer the one
//!   given: then it answers [`Written::Moved`]. This one comparison is what everything that a store promises to
//!   concurrent writers rests on.
//! - **Failure.** [`MapError::Unavailable`] says that nothing of the write is there or ever will be. A map that can't be
//!   sure says [`MapError::Unknown`]. Damage is [`MapError::Corrupt`]: a map never answers with bytes that nobody put.
//! - **Threads.** All of it may be called from many threads at once. It never calls back.
//!
//! # What the adapter promises
//! - It drops its snapshot before it writes, so a snapshot may be a lock on the map.
//! - Puts come sorted by key, each key once. A range never ends before it begins, and its limit is never 0.
//! - One write of one [`OrderedStore`] waits for the other. When somebody else moved the map, it judges the batch anew and
//!   tries again, as often as it takes: each time somebody's write went through.
//!
//! # What may be weak
//! - **Held snapshots.** A map that can keep a snapshot while others write offers it by [`Ordered::hold`]. For one that
//!   doesn't, a hold lasts until the next commit of its company: reading it afterwards is
//!   [`SnapshotGone`](fondaco_core::store::StoreError::SnapshotGone), never another state, and a driver begins the view
//!   anew. Certify such a store with `Suite::brief_holds`.
//! - **One process.** A map for one process at a time says so and keeps a second one out; a map of several processes
//!   must keep its position among them.
//! - **Durability.** An answered commit survives what the map says that an answered write survives.
//! - **Erasure.** What is erased is in no value of the map any more. Whether its bytes are gone from the disk is for the map
//!   to say.
//! - **Memory.** A new index of a stored table is filled in one write: for a moment it is in memory, as large as it is.
//!
//! # A whole store
//! This is all that a map in memory takes:
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::{PoisonError, RwLock, RwLockReadGuard};
//!
//! use fondaco_store::ordered::{KeyRange, MapError, MapSnapshot, Ordered, Pair, Put, Written};
//! use fondaco_store::OrderedStore;
//!
//! /// A map and its position.
//! type Tree = (u64, BTreeMap<Vec<u8>, Vec<u8>>);
//!
//! #[derive(Default)]
//! struct Plain(RwLock<Tree>);
//!
//! /// A snapshot is a lock: whoever wants to write waits for it.
//! struct Now<'m>(RwLockReadGuard<'m, Tree>);
//!
//! impl Ordered for Plain {
//!     fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> {
//!         Ok(Box::new(Now(self.0.read().unwrap_or_else(PoisonError::into_inner))))
//!     }
//!
//!     fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> {
//!         let mut tree = self.0.write().unwrap_or_else(PoisonError::into_inner);
//!         if tree.0 != position {
//!             return Ok(Written::Moved);
//!         }
//!         for Put { key, value } in puts {
//!             match value {
//!                 Some(value) => tree.1.insert(key, value),
//!                 None => tree.1.remove(&key),
//!             };
//!         }
//!         tree.0 += 1;
//!         Ok(Written::Done)
//!     }
//! }
//!
//! impl MapSnapshot for Now<'_> {
//!     fn position(&self) -> u64 {
//!         self.0.0
//!     }
//!
//!     fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, MapError> {
//!         Ok(self.0.1.get(key).cloned())
//!     }
//!
//!     fn range(&self, range: &KeyRange<'_>) -> Result<Vec<Pair>, MapError> {
//!         let pairs = self.0.1.range::<[u8], _>(range.bounds());
//!         let owned = |(key, value): (&Vec<u8>, &Vec<u8>)| (key.clone(), value.clone());
//!         Ok(match range.backwards {
//!             false => pairs.map(owned).take(range.limit).collect(),
//!             true => pairs.rev().map(owned).take(range.limit).collect(),
//!         })
//!     }
//! }
//!
//! // And it keeps the whole contract; its holds are brief, for it offers none.
//! use fondaco_testkit::Suite;
//! let suite = Suite::new(|| OrderedStore::open(Plain::default()).unwrap());
//! # let suite = suite.only("snapshots.");
//! suite.brief_holds().run().assert();
//! ```
//!
//! [`InMemory`] is the same with holds; `Redb` keeps one file; `examples/directory_store` in the repository
//! keeps a plain directory, with nothing but the standard library, and survives `kill -9` and power cuts.
//!
//! # What lies in the map
//! [`place`] says which keys there are, [`form`] how values are written. Both are versioned: a map that a newer version
//! wrote is refused, and so is one that holds something else.

mod catalog;
mod commit;
mod draw;
mod error;
pub mod form;
mod index;
mod judge;
mod load;
mod log;
mod map;
pub mod place;
mod read;
mod row;
mod store;
mod unique;

pub use error::MapError;
pub use map::InMemory;
pub use store::OrderedStore;

use std::ops::Bound;

/// An ordered map from bytes to bytes with one atomic write. The [module](self) says what it must promise.
pub trait Ordered: Send + Sync {
    /// The map as it stands.
    ///
    /// ```
    /// use fondaco_store::ordered::{InMemory, Ordered};
    /// let map = InMemory::new();
    /// assert_eq!(map.snapshot()?.get(b"door")?, None);
    /// # Ok::<(), fondaco_store::ordered::MapError>(())
    /// ```
    ///
    /// # Errors
    /// The map's own failures.
    fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError>;

    /// The map as it stands, kept while others write, for as long as the answer lives; `None`, as it is unless a map says
    /// otherwise, when the map can't.
    ///
    /// ```
    /// use fondaco_store::ordered::{InMemory, Ordered, Put};
    /// let map = InMemory::new();
    /// let held = map.hold()?;
    /// map.write(0, vec![Put::new("door", "oak")])?;
    /// assert_eq!(held.map(|held| held.get(b"door")).transpose()?, Some(None));
    /// # Ok::<(), fondaco_store::ordered::MapError>(())
    /// ```
    ///
    /// # Errors
    /// The map's own failures.
    fn hold(&self) -> Result<Option<Box<dyn MapSnapshot + Send + Sync>>, MapError> {
        Ok(None)
    }

    /// Does all of `puts`, if the map is still at `position`.
    ///
    /// ```
    /// use fondaco_store::ordered::{InMemory, Ordered, Put, Written};
    /// let map = InMemory::new();
    /// let position = map.snapshot()?.position();
    /// assert_eq!(map.write(position, vec![Put::new("door", "oak")])?, Written::Done);
    /// assert_eq!(map.write(position, vec![Put::delete("door")])?, Written::Moved); // somebody wrote since
    /// assert_eq!(map.snapshot()?.get(b"door")?, Some(b"oak".to_vec()));
    /// # Ok::<(), fondaco_store::ordered::MapError>(())
    /// ```
    ///
    /// # Errors
    /// The map's own failures; only after [`MapError::Unknown`] may the puts be there.
    fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError>;
}

/// A map at one moment.
pub trait MapSnapshot {
    /// The position of the map when this was taken, or an older one.
    fn position(&self) -> u64;

    /// The value under a key.
    ///
    /// # Errors
    /// The map's own failures.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, MapError>;

    /// The pairs of a range, in order of key, or from its end with [`KeyRange::backwards`].
    ///
    /// # Errors
    /// The map's own failures.
    fn range(&self, range: &KeyRange<'_>) -> Result<Vec<Pair>, MapError>;
}

/// A key and its value.
pub type Pair = (Vec<u8>, Vec<u8>);

/// A range of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRange<'k> {
    /// The first key, inclusive.
    pub from: &'k [u8],
    /// The key before which it ends, exclusive; `None` for the end of the map.
    pub to: Option<&'k [u8]>,
    /// Whether it runs from the end to the beginning.
    pub backwards: bool,
    /// At most so many pairs; never 0.
    pub limit: usize,
}

impl<'k> KeyRange<'k> {
    /// The ends as the standard library's maps want them.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use fondaco_store::ordered::KeyRange;
    /// let map = BTreeMap::from([(b"a".to_vec(), 1), (b"b".to_vec(), 2), (b"c".to_vec(), 3)]);
    /// let range = KeyRange { from: b"b", to: None, backwards: false, limit: 1 };
    /// assert_eq!(map.range::<[u8], _>(range.bounds()).count(), 2);
    /// ```
    pub fn bounds(&self) -> (Bound<&'k [u8]>, Bound<&'k [u8]>) {
        (Bound::Included(self.from), self.to.map_or(Bound::Unbounded, Bound::Excluded))
    }
}

/// What a write does with one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// The key.
    pub key: Vec<u8>,
    /// Its value from now on; `None` deletes it, if it is there.
    pub value: Option<Vec<u8>>,
}

impl Put {
    /// Puts `value` under `key`.
    ///
    /// ```
    /// let put = fondaco_store::ordered::Put::new("door", "oak");
    /// assert_eq!(put.value, Some(b"oak".to_vec()));
    /// ```
    pub fn new(key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> Put {
        Put { key: key.into(), value: Some(value.into()) }
    }

    /// Deletes what is under `key`.
    pub fn delete(key: impl Into<Vec<u8>>) -> Put {
        Put { key: key.into(), value: None }
    }
}

/// What came of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// All puts are done.
    Done,
    /// None is: the map is not at that position any more.
    Moved,
}

macro_rules! pass_on {
    ($($holder:ty)*) => { $(
        impl<M: Ordered + ?Sized> Ordered for $holder {
            fn snapshot(&self) -> Result<Box<dyn MapSnapshot + '_>, MapError> { (**self).snapshot() }
            fn hold(&self) -> Result<Option<Box<dyn MapSnapshot + Send + Sync>>, MapError> { (**self).hold() }
            fn write(&self, position: u64, puts: Vec<Put>) -> Result<Written, MapError> { (**self).write(position, puts) }
        }
    )* };
}

pass_on!(&M Box<M> std::sync::Arc<M>);
