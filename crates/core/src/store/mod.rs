//! The store port: the contract between the engines and whatever keeps the data.
//!
//! A store keeps rows of declared tables, answers reads from snapshots, and commits batches, each all or nothing. It
//! knows nothing of accounting or stock. [`Store`] is the whole interface; this page is what it must promise. The
//! conformance suite in `fondaco-testkit` checks each promise and names the one that broke.
//!
//! What is merely an ordered map with one atomic write need not implement it: `fondaco_store::OrderedStore` makes a full store
//! of any such map, which asks for some fifty lines.
//!
//! # Words
//! - A **company** is the scope of every call. Its rows, commands, series, positions and chain are its own: nothing of one
//!   company is seen or touched through another. It exists from its first commit.
//! - A **table** is declared by a [`Table`]; [`Kind`] says how its rows change. A **row** is a [`Stored`] value with a
//!   [`Version`]. A **key** is the row's primary key as [`KeyBytes`], whose byte order is the order of the values; the
//!   encoding is documented in [`key`] and decodes by the table's types ([`Key::values`]).
//! - A **position** numbers the commits of one company 1, 2, 3, ... without gaps. The version of a row is the position of the
//!   commit that last changed it, so no version is ever used twice for a key. Version 0 means: no row.
//!
//! # `prepare`
//! Called with tables before any of them is used, as often as one likes, and by several processes at once. The store checks
//! each declaration with [`Table::check`], creates what is missing and brings older layouts up: columns with
//! [`since`](Column::since) above the stored layout are added and null in old rows; new indexes are filled. A stored layout
//! *above* [`Table::layout`] is refused with [`StoreError::NewerLayout`], a new unique index
//! that stored rows break with [`StoreError::Misused`]; nothing is changed then. Preparing is all or nothing.
//! Using a table that was not prepared is [`StoreError::Unprepared`].
//!
//! # `read`
//! All asks of one [`Read`] are answered in order from **one** snapshot: a state between two commits, never half of one, and
//! never older than the last commit that this store object answered before the read began.
//! - [`Ask::Command`]: the [`Receipt`] of the command, if its commit is in the snapshot.
//! - [`Ask::Get`]: for each key the row or `None`, in the order of the keys.
//! - [`Ask::Scan`]: rows with `from <= place < to`, where a row's *place* is the bytes of the index columns followed by its
//!   primary key ([`order_of`]), in order of place (or backwards), at most `limit` (`usize::MAX` = all). A row whose index column is null or
//!   erased has no place in that index. `from` after `to` is an empty range.
//! - [`Ask::Series`]: how far the series has come; never drawn = [`SeriesState::default`].
//! - [`Ask::AllSeries`]: every series that was ever drawn from, in order of its name's bytes.
//! - [`Ask::AllTables`]: the name of every table in which the company has rows, in order of its bytes, also of those that were
//!   not prepared by this program.
//!
//! - [`Ask::Sums`]: the counters of a table, those added up that have some columns of their key in common: for each
//!   combination of these a row with the sums, in order of the columns. Its key is that of any of them, its version the
//!   highest among theirs. Where a sum is more than a column holds, several rows follow one another that come to it.
//!   [`SumsAdder`] does it from a scan.
//!
//! A store that can't answer `AllSeries` or `AllTables` answers [`StoreError::Unsupported`]; its companies can't be copied then.
//! One that answers `Sums` so is asked for the rows instead.
//!
//! What was erased stays forgotten: a receipt shows no salt that was forgotten since, in a held snapshot neither.
//!
//! [`At::Hold`] answers from the newest snapshot and keeps it: the answer's [`Snapshot::hold`] is not 0, and reads of
//! [`At::Held`] with it see exactly that state, whatever is committed meanwhile, indexes and counters included, in the order that
//! index had then. [`At::Last`] reads once more and releases. A store may release forgotten holds after a time it documents
//! (10 minutes or more); reading a released hold is [`StoreError::SnapshotGone`]. A hold never blocks commits.
//!
//! # `commit`
//! In this order, as if no other commit ran meanwhile:
//! 1. **The command.** If the company has a commit with [`Batch::id`]: with the same digest it is returned with
//!    `replayed: true` and nothing else is looked at; with another digest the answer is [`StoreError::CommandReused`]. The
//!    digest is salted: compare with [`Receipt::salt`]'s digest through [`same_command`].
//! 2. **What was seen.** Each row of [`Batch::seen`] must have the version given, absent rows (0) included, and each `Put`
//!    and `Delete` its `seen`. What is seen holds until the commit is done: of two batches of which each saw what the other
//!    changes, one is refused (no write skew). With [`Batch::check`] the store stops here, stores nothing, and answers with the
//!    position of the newest commit.
//! 3. **Unique indexes.** After the whole batch no two rows may have the same columns in a unique index; rows in the same
//!    batch may swap. What the batch deletes or changes frees its old entries first.
//! 4. **Floors.** After all adds of the batch, each [`Floor`] must hold for each row of its [`Change::Add`], whatever order the adds came in.
//! 5. **Numbers.** Each [`Change::Draw`] takes the next `count` numbers of its series, gapless and from 1; a draw whose first
//!    date is before the series' date is late. A batch that is refused takes none.
//!
//! Whatever fails in 2 to 5 is reported **all together** in one [`Refusal`], as far as the store got to know it, and nothing is stored.
//! An insert of a key that exists is a `moved` row when `seen` holds that key with version 0, else [`StoreError::Exists`].
//! A sum beyond its column is [`StoreError::Overflow`]. A refusal goes before both: the act may decide otherwise.
//!
//! Otherwise the store replaces drawn places ([`Stored::fill`]; [`fill_values`] for events and answer), applies all changes,
//! gives the commit the next position, seals it ([`chain::seal`](crate::chain::seal)) unless its chain is switched off, keeps
//! the [`Commit`], and returns it. When `commit` has returned, the commit survives what the store says it survives (SQLite: a power cut).
//! Every later read sees it. After an error nothing of the batch is visible, ever, with one exception:
//! [`StoreError::Unknown`], after which asking for the command tells.
//!
//! Changes:
//! - [`Change::Insert`]: rows of a `Fact` or `State` table, sorted by key. Version = position.
//! - [`Change::Put`], [`Change::Delete`]: of a `State` row. A key deleted may be inserted again later.
//! - [`Change::Add`]: a counter that does not exist begins at zero; each add raises its version to the position, a delta of
//!   zero too.
//! - [`Change::Erase`]: calls [`Stored::erase`] on the row and stores the result; a `State` row's version rises, a `Fact`'s
//!   stays. The salts of all commits that wrote the row are forgotten: of the one that is its version, and of
//!   those whose [`Seal::states`] name it. An absent row is nothing to erase.
//! - An insert or add of no rows does nothing. Rows that come unsorted may be sorted or refused as [`StoreError::Misused`].
//! - At most one change per key in a batch, counters too. A batch that breaks these rules is [`StoreError::Misused`].
//!
//! # `feed`
//! The commits after a position, in order, without gaps: a commit is never shown while one with a smaller position may still
//! appear.
//!
//! # `load`
//! Optional: a store that does not offer it answers [`StoreError::Unsupported`], as the default does. Puts a company in place that
//! another store had, as it is: rows with their versions, series, commits with positions, salts and seals (a commit without a seal does not
//! say which rows it wrote, and is refused). Nothing is
//! computed anew but what is the store's own (indexes). The company must have no commit here, else [`StoreError::Occupied`].
//! All or nothing: nothing of it is seen before the last piece was taken, and nothing ever when a piece or the store fails,
//! or when the pieces contradict themselves ([`LoadCheck`], rows that a unique index can't hold: [`StoreError::Misused`]).
//! Held snapshots of the company, which was empty then, may be released. Other companies go on meanwhile, as far as the store
//! has more than one writer. `pieces` may take its time: it reads another store, or a file.
//!
//! # Threads
//! A store is called from many threads at once. It never calls back into a driver. It may block; a host that must not uses
//! [`AsyncStore`], the same contract with futures.
//!
//! The examples of this module share the small shop of [`tx`](crate::tx).

pub mod key;
mod key_table;

mod batch;
mod column;
mod commit;
mod error;
mod field;
mod key_list;
mod load;
mod moment;
mod order;
pub(crate) use order::sorted_positions;
mod parts;
mod read;
mod record;
mod rows;
mod sums;
mod table;
mod value;

use std::future::Future;
use std::pin::Pin;

use crate::CompanyId;

pub use batch::{Batch, Change, Event, Floor, Least, Meta};
pub use column::{ColumnSink, ColumnSource, ValueSink, ValueSource};
pub use commit::{Commit, FeedFrom, Prepared, Seal, StateHash};
pub use error::{Clash, DecodeError, Refusal, StoreError};
pub use field::{Blob, Drawn, Field, Fixed, Json, KeyField, Numbers, Personal, Rare, Tags};
pub use fondaco_derive::{Field, Record};
pub use key::{Key, KeyBytes, KeyReader, KeyWriter};
pub use key_list::KeyList;
pub use key_table::{KeyTable, Tag};
pub use load::{LoadCheck, Piece, PieceReader, Pieces};
pub use moment::Moment;
pub(crate) use moment::{AsyncHold, Hold};
pub use parts::KeyParts;
pub use read::{Answer, Ask, At, Read, Receipt, Reply, Scan, Seen, SeriesState, Snapshot, Version};
pub use record::{Record, Row, Stored, ValueRow, order_of};
pub use rows::{RowPart, Rows};
pub use sums::{Sums, SumsAdder, Within};
pub use table::{Column, Decode, Guard, Index, Kind, Table};
pub use value::{Hash, Salt, Type, Value};

/// Keeps the data of any number of companies. The [module](self) says what it must promise.
pub trait Store: Send + Sync {
    /// Makes tables ready for use.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let store = fondaco_store::Memory::new();
    /// assert_eq!(store.prepare(&[Shelf::TABLE])?.created, ["shelf"]);
    /// assert_eq!(store.prepare(&[Shelf::TABLE])?, Prepared::default()); // as often as one likes
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::NewerLayout`], [`StoreError::Misused`] for a bad declaration, or the store's own failures.
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError>;

    /// Answers questions from one snapshot.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let asks = vec![Ask::Series("slips/2026".into()), Ask::Command(CommandId::named("fill"))];
    /// let answer = shop.store().read(&Read::now(shop.company(), asks))?;
    /// let [Reply::Series(state), Reply::Command(Some(receipt))] = &answer.replies[..] else {
    ///     panic!("the replies are in the order of the asks")
    /// };
    /// assert_eq!((state.last, receipt.position), (0, 1));
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::SnapshotGone`], [`StoreError::Unprepared`], [`StoreError::Unsupported`], or the store's own failures.
    fn read(&self, read: &Read) -> Result<Answer, StoreError>;

    /// Stores a batch, all or nothing, at most once.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let Envelope { id, actor, time } = envelope("rename");
    /// let mut batch = Batch::new(shop.company(), id, Meta::new(actor, time));
    /// let row = std::sync::Arc::new(shelf(1, "front door"));
    /// batch.seen.push(Seen { key: row.row_key(), version: 9 }); // in truth it has version 1
    /// batch.changes.push(Change::Put { row, seen: 9 });
    /// let Err(StoreError::Refused(refusal)) = shop.store().commit(batch) else {
    ///     panic!("what rests on something that moved is refused")
    /// };
    /// assert_eq!(refusal.moved[0].version, 1); // what to decide on now
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Refused`] with all that did not fit, and those named in the contract.
    fn commit(&self, batch: Batch) -> Result<Commit, StoreError>;

    /// The commits of a company, in order.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let after = |position| shop.store().feed(&FeedFrom::new(shop.company(), position, 10));
    /// assert_eq!(after(0)?.len(), 1);
    /// assert!(after(1)?.is_empty()); // all is shown
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// The store's own failures.
    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError>;

    /// Puts a company in place as another store had it; not offered by every store. [`copy`](crate::copy) and the imports of
    /// `fondaco_store` call it.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_core::store::{Moment, PieceReader};
    /// # let shop = shop();
    /// let mut reader = PieceReader::new(Moment::hold(shop.store(), shop.company())?, &shop.tables())?;
    /// let here_already = shop.store().load(shop.company(), &mut || reader.next());
    /// assert_eq!(here_already.map_err(|error| error.code()), Err("store.occupied"));
    /// # Ok::<(), StoreError>(())
    /// ```
    ///
    /// # Errors
    /// [`StoreError::Occupied`], [`StoreError::Misused`], [`StoreError::Unprepared`], [`StoreError::Unsupported`], what
    /// `pieces` fails with, or the store's own failures. Nothing is there then.
    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        let _ = (company, pieces);
        Err(StoreError::Unsupported { ask: "loading a company as it is" })
    }
}

/// A future that borrows the store.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// [`Store`] for hosts that must not block: the same contract, each call a future.
pub trait AsyncStore: Send + Sync {
    /// See [`Store::prepare`].
    fn prepare<'a>(&'a self, tables: &'a [&'static Table]) -> Pending<'a, Prepared>;
    /// See [`Store::read`].
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_testkit::{Model, Unloaded, block_on};
    /// let store = Unloaded::new(Model::new(), 2); // any store, waited for
    /// let read = Read::now(CompanyId::named("acme"), vec![]);
    /// assert_eq!(block_on(AsyncStore::read(&store, &read))?.at.position, 0);
    /// # Ok::<(), StoreError>(())
    /// ```
    fn read<'a>(&'a self, read: &'a Read) -> Pending<'a, Answer>;
    /// See [`Store::commit`]. Dropping the future leaves the batch stored whole or not at all.
    fn commit(&self, batch: Batch) -> Pending<'_, Commit>;
    /// See [`Store::feed`].
    fn feed<'a>(&'a self, from: &'a FeedFrom) -> Pending<'a, Vec<Commit>>;
    /// Releases a hold that nobody reads any more, without anybody who waits for it: so ends a request that was cancelled
    /// while it held a snapshot. The store begins it here and does the rest when it likes; what is not held is nothing to
    /// release. Where this does nothing, as by default, such a hold lasts until the store [expires](At::Hold) it.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_testkit::{Model, Unloaded, block_on};
    /// let (store, acme) = (Unloaded::new(Model::new(), 2), CompanyId::named("acme"));
    /// let held = block_on(AsyncStore::read(&store, &Read::at(acme, At::Hold, vec![])))?.at;
    /// store.release(acme, held);
    /// let gone = block_on(AsyncStore::read(&store, &Read::at(acme, At::Held(held), vec![])));
    /// assert!(matches!(gone, Err(StoreError::SnapshotGone)));
    /// # Ok::<(), StoreError>(())
    /// ```
    fn release(&self, company: CompanyId, held: Snapshot) {
        let _ = (company, held);
    }
}

macro_rules! pass_on {
    ($($holder:ty)*) => { $(
        impl<S: Store + ?Sized> Store for $holder {
            fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> { (**self).prepare(tables) }
            fn read(&self, read: &Read) -> Result<Answer, StoreError> { (**self).read(read) }
            fn commit(&self, batch: Batch) -> Result<Commit, StoreError> { (**self).commit(batch) }
            fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> { (**self).feed(from) }
            fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> { (**self).load(company, pieces) }
        }
    )* };
}

pass_on!(&S Box<S> std::sync::Arc<S>);

macro_rules! pass_on_async {
    ($($holder:ty)*) => { $(
        impl<S: AsyncStore + ?Sized> AsyncStore for $holder {
            fn prepare<'a>(&'a self, tables: &'a [&'static Table]) -> Pending<'a, Prepared> { (**self).prepare(tables) }
            fn read<'a>(&'a self, read: &'a Read) -> Pending<'a, Answer> { (**self).read(read) }
            fn commit(&self, batch: Batch) -> Pending<'_, Commit> { (**self).commit(batch) }
            fn feed<'a>(&'a self, from: &'a FeedFrom) -> Pending<'a, Vec<Commit>> { (**self).feed(from) }
            fn release(&self, company: CompanyId, held: Snapshot) { (**self).release(company, held) }
        }
    )* };
}

pass_on_async!(&S Box<S> std::sync::Arc<S>);

/// Whether a batch is the command that a receipt or commit with this digest and salt stands for. A command whose salt was
/// forgotten is recognised by its id alone.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// # use fondaco_core::store::same_command;
/// let Envelope { id, actor, time } = envelope("pay");
/// let mut batch = Batch::new(CompanyId::named("acme"), id, Meta::new(actor, time));
/// (batch.digest, batch.salt) = ([1; 32], [2; 16]);
/// let kept = fondaco_core::digest::salted(&batch.digest, &batch.salt);
/// assert!(same_command(&batch, &kept, Some(&batch.salt)));
/// batch.digest = [3; 32]; // other content under the same id
/// assert!(!same_command(&batch, &kept, Some(&batch.salt)));
/// ```
pub fn same_command(batch: &Batch, digest: &Hash, salt: Option<&Salt>) -> bool {
    salt.is_none_or(|salt| crate::digest::salted(&batch.digest, salt) == *digest)
}

/// Replaces the places of drawn numbers in the values of events and answers.
///
/// ```
/// use fondaco_core::store::{Numbers, Value, fill_values};
/// let mut answer = vec![Value::text("invoice"), Value::Drawn { draw: 0, offset: 1 }];
/// fill_values(&mut answer, &Numbers { first: vec![17] });
/// assert_eq!(answer[1], Value::I64(18));
/// ```
pub fn fill_values<'a>(values: impl IntoIterator<Item = &'a mut Value>, numbers: &Numbers) {
    for value in values {
        if let Value::Drawn { draw, offset } = value
            && let Some(number) = numbers.get(*draw, *offset)
        {
            *value = Value::I64(number);
        }
    }
}
