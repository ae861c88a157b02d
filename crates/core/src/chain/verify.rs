//! Reading a company's whole log and all its rows again, and comparing them with the hashes; and each index with its table.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::task::{Context, Poll, Waker};

use super::{GENESIS, RootBuilder, RowHasher, deletion_hash, link, said_in, sha256};
use crate::CompanyId;
use crate::proof::Checkpoint;
use crate::proof::merkle::{Frontier, leaf};
use crate::store::{
    Answer, Ask, AsyncHold, AsyncStore, At, Commit, FeedFrom, Hash, Key, KeyBytes, KeyWriter, Kind,
    Read, Reply, Row, Scan, Snapshot, StateHash, Store, StoreError, Table, Version, order_of,
};

mod lookups;

/// What [`verify`] saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Commits read.
    pub commits: u64,
    /// Rows read.
    pub rows: u64,
    /// Whether there is a hash chain; without one, as the store's setting may be, nothing was compared.
    pub sealed: bool,
    /// The link of the last commit: keep it somewhere else, and a later history that doesn't contain it is false.
    pub link: Hash,
    /// Commits that were sealed before the chain covered which row each hash of a `State` row is of: there one could be told for
    /// another, so that a row of one of these that was changed since is known by what it is now alone.
    pub unlabelled: u64,
    /// What doesn't fit, in order of position; empty when all is well.
    pub findings: Vec<Finding>,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The commit at this position is missing, or out of order.
    Missing {
        /// The position.
        position: u64,
    },
    /// The commit has no seal, though others have.
    Unsealed {
        /// The position.
        position: u64,
    },
    /// The commit itself was changed: who, when, digest, events, answer, or which state rows it says it wrote.
    Content {
        /// The position.
        position: u64,
    },
    /// The commit does not follow from the one before.
    Link {
        /// The position.
        position: u64,
    },
    /// The rows that the commit wrote are not those that are stored: one was changed, added or removed.
    Rows {
        /// The position.
        position: u64,
    },
    /// A `State` row is not as its last commit left it.
    State {
        /// The row.
        key: Key,
    },
    /// The commit is not found by its command: asked again, the command would be carried out a second time.
    Command {
        /// The position.
        position: u64,
    },
    /// The counter is there, but not found by its key, or found as another.
    Counter {
        /// The counter.
        key: Key,
    },
    /// The log does not begin with the commits that a checkpoint was made of: one of them was changed, removed or inserted
    /// since, be the chain as whole as it may.
    Checkpoint {
        /// How many commits the checkpoint has.
        size: u64,
    },
    /// The index does not have the rows of its table, each in its place: what is read by it is not to be believed.
    Index {
        /// The table.
        table: &'static str,
        /// The index.
        index: &'static str,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Missing { position } => write!(f, "commit {position} is missing"),
            Finding::Unsealed { position } => write!(f, "commit {position} has no seal"),
            Finding::Content { position } => {
                write!(f, "commit {position} was changed after it was made")
            }
            Finding::Link { position } => {
                write!(f, "commit {position} does not follow from the one before")
            }
            Finding::Rows { position } => {
                write!(f, "rows written by commit {position} were changed, added or removed")
            }
            Finding::State { key } => write!(f, "{key:?} is not as its last commit left it"),
            Finding::Command { position } => {
                write!(
                    f,
                    "commit {position} is not found by its command: have the store fill its indexes anew"
                )
            }
            Finding::Counter { key } => {
                write!(
                    f,
                    "{key:?} is not found by its key as it stands in its table: have the store fill its indexes anew"
                )
            }
            Finding::Checkpoint { size } => {
                write!(f, "the first {size} commits are not those of the checkpoint")
            }
            Finding::Index { table, index } => {
                write!(
                    f,
                    "index {index} of {table} does not have the rows of the table: have the store fill it anew"
                )
            }
        }
    }
}

/// How many rows or commits are read at once.
const PAGE: usize = 4096;

/// Checks the hash chain of `company` against its commits and against every fact and state row of `tables`, which must be
/// all tables that were ever used, and every index of those with the rows; that each commit is found by its command, and
/// each counter by its key; in one snapshot, while others go on writing.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// # let shop = shop();
/// let tables = [Shelf::TABLE, Note::TABLE, Stock::TABLE];
/// let verified = fondaco_core::chain::verify(shop.store(), shop.company(), &tables)?;
/// assert!(verified.findings.is_empty());
/// let forgotten = fondaco_core::chain::verify(shop.store(), shop.company(), &[Note::TABLE])?;
/// assert_eq!(
///     forgotten.findings[0].to_string(), // rows of a table that was left out look removed
///     "rows written by commit 1 were changed, added or removed",
/// );
/// # Ok::<(), StoreError>(())
/// ```
///
/// # Errors
/// The store's own failures; what doesn't fit is no error but a [`Finding`].
pub fn verify(
    store: &dyn Store,
    company: CompanyId,
    tables: &[&'static Table],
) -> Result<Verified, StoreError> {
    at_once(verify_on(Source::Blocking(store), company, tables, None))
}

/// A blocking store answers at once, so the first poll is the last.
fn at_once(
    reading: impl Future<Output = Result<Verified, StoreError>>,
) -> Result<Verified, StoreError> {
    let mut reading = std::pin::pin!(reading);
    match reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(verified) => verified,
        Poll::Pending => Err(StoreError::Misused("a blocking store did not answer".into())),
    }
}

/// As [`verify`], on an asynchronous store.
///
/// # Errors
/// As [`verify`].
pub async fn verify_async(
    store: &dyn AsyncStore,
    company: CompanyId,
    tables: &[&'static Table],
) -> Result<Verified, StoreError> {
    verify_on(Source::Async(store), company, tables, None).await
}

/// As [`verify`], and that the log begins with the commits that `checkpoint` was made of.
///
/// # Errors
/// As [`verify`].
pub fn audit(
    store: &dyn Store,
    company: CompanyId,
    tables: &[&'static Table],
    checkpoint: &Checkpoint,
) -> Result<Verified, StoreError> {
    at_once(verify_on(Source::Blocking(store), company, tables, Some(checkpoint)))
}

/// As [`audit`], on an asynchronous store.
///
/// # Errors
/// As [`verify`].
pub async fn audit_async(
    store: &dyn AsyncStore,
    company: CompanyId,
    tables: &[&'static Table],
    checkpoint: &Checkpoint,
) -> Result<Verified, StoreError> {
    verify_on(Source::Async(store), company, tables, Some(checkpoint)).await
}

async fn verify_on(
    store: Source<'_>,
    company: CompanyId,
    tables: &[&'static Table],
    checkpoint: Option<&Checkpoint>,
) -> Result<Verified, StoreError> {
    let at = store.read(&Read::at(company, At::Hold, Vec::new())).await?.at;
    let (log, out) = (Log::default(), Verified::default());
    let kept = checkpoint.map(Kept::new);
    let holding = match store {
        Source::Async(store) => Some(AsyncHold::new(store, company, at)),
        Source::Blocking(_) => None,
    };
    let result = Verifier { store, company, at, log, out, kept }.run(tables).await;
    let released = store.read(&Read::at(company, At::Last(at), Vec::new())).await;
    holding.into_iter().for_each(AsyncHold::over);
    result.and_then(|verified| released.map(|_| verified))
}

/// Either kind of store.
#[derive(Clone, Copy)]
enum Source<'a> {
    Blocking(&'a dyn Store),
    Async(&'a dyn AsyncStore),
}

impl Source<'_> {
    async fn read(self, read: &Read) -> Result<Answer, StoreError> {
        match self {
            Source::Blocking(store) => store.read(read),
            Source::Async(store) => store.read(read).await,
        }
    }

    async fn feed(self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        match self {
            Source::Blocking(store) => store.feed(from),
            Source::Async(store) => store.feed(from).await,
        }
    }
}

/// What the log says of the rows.
#[derive(Default)]
struct Log {
    roots: Vec<(u64, Hash)>,
    unsealed: Vec<u64>,
    /// By commit, what the hashes found in the tables read so far come to, in order of table and key.
    found: BTreeMap<Version, RootBuilder>,
    /// By table, then commit: hashes of state rows.
    states: BTreeMap<String, Vec<(u64, StateHash)>>,
}

/// A checkpoint, and the tree over the commits that are there for those that it was made of.
struct Kept<'a> {
    checkpoint: &'a Checkpoint,
    tree: Frontier,
}

impl<'a> Kept<'a> {
    fn new(checkpoint: &'a Checkpoint) -> Kept<'a> {
        Kept { checkpoint, tree: Frontier::default() }
    }

    /// Takes what a commit says now, which without a seal nobody can tell.
    fn take(&mut self, position: u64, entry: Option<Hash>) {
        if position <= self.checkpoint.size {
            self.tree.push(entry.map_or(GENESIS, |entry| leaf(&entry)));
        }
    }

    fn finding(&self) -> Option<Finding> {
        let Checkpoint { size, root, .. } = self.checkpoint;
        let same = self.tree.size() == *size && self.tree.root() == *root;
        (!same).then_some(Finding::Checkpoint { size: *size })
    }
}

struct Verifier<'a> {
    store: Source<'a>,
    company: CompanyId,
    at: Snapshot,
    log: Log,
    out: Verified,
    kept: Option<Kept<'a>>,
}

impl Verifier<'_> {
    async fn run(mut self, tables: &[&'static Table]) -> Result<Verified, StoreError> {
        self.read_log().await?;
        self.out.findings.extend(self.kept.as_ref().and_then(Kept::finding));
        self.out.sealed = self.out.commits == 0 || !self.log.roots.is_empty();
        if !self.out.sealed {
            return Ok(self.out);
        }
        let unsealed = std::mem::take(&mut self.log.unsealed).into_iter();
        self.out.findings.extend(unsealed.map(|position| Finding::Unsealed { position }));
        let mut tables = tables.to_vec();
        tables.sort_by_key(|table| table.name);
        tables.dedup_by_key(|table| table.name);
        for table in tables {
            match table.kind {
                Kind::Fact => self.read_facts(table).await?,
                Kind::State => self.read_states(table).await?,
                Kind::Counter => self.compare_counters(table).await?,
            }
        }
        self.compare_roots();
        self.blame_once();
        self.out.findings.sort_by_key(|finding| match finding {
            Finding::Missing { position }
            | Finding::Unsealed { position }
            | Finding::Content { position }
            | Finding::Link { position }
            | Finding::Command { position }
            | Finding::Rows { position } => *position,
            Finding::Checkpoint { .. } => 0,
            Finding::State { .. } | Finding::Counter { .. } => u64::MAX - 1,
            Finding::Index { .. } => u64::MAX,
        });
        Ok(self.out)
    }

    async fn read_log(&mut self) -> Result<(), StoreError> {
        let (mut previous, mut position, last) = (GENESIS, 0, self.at.position);
        while position < last {
            let from = FeedFrom::new(self.company, position, PAGE);
            let mut page = self.store.feed(&from).await?;
            page.retain(|commit| position < commit.position && commit.position <= last);
            if page.is_empty() {
                self.out.findings.push(Finding::Missing { position: position + 1 });
                break;
            }
            self.compare_receipts(&page).await?;
            for commit in page {
                if commit.position != position + 1 {
                    self.out.findings.push(Finding::Missing { position: position + 1 });
                }
                position = commit.position;
                previous = self.read_commit(commit, &previous);
            }
        }
        self.out.link = previous;
        Ok(())
    }

    fn read_commit(&mut self, commit: Commit, previous: &Hash) -> Hash {
        self.out.commits += 1;
        let position = commit.position;
        let said = commit.seal.as_ref().map(|seal| said_in(self.company, &commit, seal));
        let (bare, entry) = said.map(|(said, entry)| (said.states.is_empty(), entry)).unzip();
        if let Some(kept) = &mut self.kept {
            kept.take(position, entry);
        }
        let Some(seal) = commit.seal else {
            self.log.unsealed.push(position);
            return *previous;
        };
        self.out.unlabelled += u64::from(bare == Some(true) && !seal.states.is_empty());
        if entry != Some(seal.content) {
            self.out.findings.push(Finding::Content { position });
        }
        if link(previous, position, &seal.content) != seal.link {
            self.out.findings.push(Finding::Link { position });
        }
        self.log.roots.push((position, seal.root));
        for state in seal.states {
            self.log.states.entry(state.table.to_string()).or_default().push((position, state));
        }
        seal.link
    }

    async fn read_facts(&mut self, table: &'static Table) -> Result<(), StoreError> {
        let mut hasher = RowHasher::default();
        self.each_row(table, |this, row| {
            this.log.found.entry(row.version).or_default().push(hasher.hash(row.stored()));
        })
        .await
    }

    /// A state row's past is in the log alone; its present must be what the log says last.
    async fn read_states(&mut self, table: &'static Table) -> Result<(), StoreError> {
        let mut logged = self.log.states.remove(table.name).unwrap_or_default();
        let mut last: BTreeMap<KeyBytes, (u64, Hash, bool)> = BTreeMap::new();
        for (position, state) in &logged {
            last.insert(state.key.clone(), (*position, state.hash, state.deleted));
        }
        logged.sort_by(|a, b| (a.0, &a.1.key).cmp(&(b.0, &b.1.key)));
        for (position, state) in logged {
            let forged = state.deleted
                && state.hash != deletion_hash(&Key { table, bytes: state.key.clone() });
            // A deletion whose hash is not a deletion's would break the root: keep what it should be.
            let hash = if forged { GENESIS } else { state.hash };
            self.log.found.entry(position).or_default().push(hash);
        }
        let mut hasher = RowHasher::default();
        self.each_row(table, |this, row| {
            let key = row.key();
            let expected = last.remove(&key.bytes);
            if expected != Some((row.version, hasher.hash(row.stored()), false)) {
                this.out.findings.push(Finding::State { key });
            }
        })
        .await?;
        let gone = last.into_iter().filter(|(_, (_, _, deleted))| !deleted);
        self.out
            .findings
            .extend(gone.map(|(bytes, _)| Finding::State { key: Key { table, bytes } }));
        Ok(())
    }

    fn compare_roots(&mut self) {
        for (position, expected) in std::mem::take(&mut self.log.roots) {
            let found = self.log.found.remove(&position).unwrap_or_default();
            if found.root() != expected {
                self.out.findings.push(Finding::Rows { position });
            }
        }
        // Rows of commits that the log doesn't have.
        self.out.findings.extend(self.log.found.keys().map(|&position| Finding::Rows { position }));
    }

    async fn each_row(
        &mut self,
        table: &'static Table,
        mut each: impl FnMut(&mut Self, &Row) + Send,
    ) -> Result<(), StoreError> {
        let mut from = KeyBytes::new(&[]);
        let mut indexes = vec![Places::default(); table.indexes.len()];
        let mut place = KeyWriter::new();
        loop {
            let start = from.clone();
            let scan =
                Scan { table, index: None, from: start, to: None, backwards: false, limit: PAGE };
            let rows = self.scan(scan).await?;
            let Some(last) = rows.last() else { break };
            from = next_page(table, &from, last)?;
            self.out.rows += rows.len() as u64;
            for row in &rows {
                each(self, row);
                for (index, places) in indexes.iter_mut().enumerate() {
                    place.clear();
                    if order_of(row.stored(), Some(index), &mut place) {
                        places.add(place.as_slice());
                    }
                }
            }
        }
        for (index, places) in indexes.into_iter().enumerate() {
            self.compare_index(table, index, places).await?;
        }
        Ok(())
    }

    async fn compare_index(
        &mut self,
        table: &'static Table,
        index: usize,
        expected: Places,
    ) -> Result<(), StoreError> {
        let found = match self.read_index(table, index).await {
            Err(StoreError::Unsupported { .. }) => return Ok(()),
            Err(StoreError::Corrupt(_)) => None,
            found => found?,
        };
        if found != Some(expected) {
            let index = table.indexes.get(index).map_or("", |index| index.name);
            self.out.findings.push(Finding::Index { table: table.name, index });
        }
        Ok(())
    }

    /// The places of the rows that the index names; `None` when they don't come in order.
    async fn read_index(
        &self,
        table: &'static Table,
        index: usize,
    ) -> Result<Option<Places>, StoreError> {
        let (mut places, mut from) = (Places::default(), KeyBytes::new(&[]));
        let (mut place, index) = (KeyWriter::new(), Some(index));
        loop {
            let start = from.clone();
            let scan = Scan { table, index, from: start, to: None, backwards: false, limit: PAGE };
            let rows = self.scan(scan).await?;
            for row in &rows {
                place.clear();
                if !order_of(row.stored(), index, &mut place) || place.as_slice() < from.as_slice()
                {
                    return Ok(None);
                }
                places.add(place.as_slice());
                from = place_after(&place.to_key());
            }
            if rows.len() < PAGE {
                return Ok(Some(places));
            }
        }
    }

    async fn scan(&self, scan: Scan) -> Result<Vec<Row>, StoreError> {
        let read = Read::at(self.company, At::Held(self.at), vec![Ask::Scan(scan)]);
        let Answer { mut replies, .. } = self.store.read(&read).await?;
        match replies.pop() {
            Some(Reply::Rows(rows)) => Ok(rows),
            _ => Err(StoreError::Misused("a scan was not answered with rows".into())),
        }
    }
}

/// Places of rows in an index, in whatever order they come: how many, and the sum of their hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Places {
    count: u64,
    sum: u128,
}

impl Places {
    fn add(&mut self, place: &[u8]) {
        let hash = sha256(&[b"fondaco place\0", place]);
        let (half, _) = hash.as_chunks::<16>();
        let half = half.first().copied().map_or(0, u128::from_be_bytes);
        (self.count, self.sum) = (self.count + 1, self.sum.wrapping_add(half));
    }
}

/// Where the page after the one that ends with `last` begins: never before the last one began, or it would never end.
pub(crate) fn next_page(
    table: &Table,
    from: &KeyBytes,
    last: &Row,
) -> Result<KeyBytes, StoreError> {
    let key = last.key();
    if key.bytes < *from {
        let why = format!("rows of {} do not come in order of key: {key:?} is late", table.name);
        return Err(StoreError::Corrupt(why));
    }
    Ok(place_after(&key.bytes))
}

/// The smallest place after `place`.
pub(crate) fn place_after(place: &KeyBytes) -> KeyBytes {
    let mut bytes = place.as_slice().to_vec();
    bytes.push(0);
    KeyBytes::new(&bytes)
}
