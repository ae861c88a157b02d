//! The hash chain over a company's commits: what makes a later change, removal or insertion visible.
//!
//! Every commit gets a *root* over the hashes of the rows it wrote, a *content* hash over the root and everything else it
//! says, and a *link* over the link before it, its position and its content. All hashes are SHA-256; every message begins
//! with a word that says what it is, so that no message of one kind can pass for another. Counters are not in the chain:
//! they are sums of facts, which are.
//!
//! The log keeps the hashes of `State` rows beside the commit, each with a label: of which row it is. A label decides which hash is
//! a row's last, so the content covers the labels too; commits that were sealed before it did stand as they are.
//!
//! A personal value enters only as `SHA-256(word, salt, value)`, so that erasing value and salt leaves every hash as it was.

use std::ops::Range;
use std::thread;

use sha2::{Digest, Sha256};

use crate::store::{
    Batch, Change, ColumnSink, Commit, Event, Hash, Key, KeyBytes, KeyWriter, Kind, Meta, Numbers,
    Rows, Salt, Seal, StateHash, Stored, Value,
};
use crate::{CommandId, CompanyId};

mod canonical;
mod sha;
mod verify;

pub(crate) use canonical::{Canonical, CanonicalReader};
pub use verify::{Finding, Verified, audit, audit_async, verify, verify_async};
pub(crate) use verify::{next_page, place_after};

/// The link before the first commit.
pub const GENESIS: Hash = [0; 32];

/// The word that a commit's content begins with.
pub(crate) const CONTENT: &str = "fondaco content";

/// How many hashes one node of the root's tree takes.
pub(crate) const ARITY: usize = 32;

pub(crate) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// The commitment to a personal value: what the chain holds in its place.
///
/// ```
/// use fondaco_core::chain;
/// use fondaco_core::store::Value;
/// let name = Value::text("Marietta");
/// assert_ne!(chain::commitment(&name, &[1; 16]), chain::commitment(&name, &[2; 16]));
/// ```
pub fn commitment(value: &Value, salt: &Salt) -> Hash {
    sha256(&[b"fondaco personal\0", salt, &value_message(value)])
}

/// The hash of a row as it stands, by its table, its columns' numbers and its values. Null columns are left out, so that
/// a column added later does not change it.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::chain::row_hash;
/// assert_ne!(row_hash(&shelf(7, "door")), row_hash(&shelf(7, "window")));
/// let values = vec![Value::I64(7), Value::text("door")];
/// let same = ValueRow::new(Shelf::TABLE, values); // however the row is represented
/// assert_eq!(row_hash(&shelf(7, "door")), row_hash(&same));
/// ```
pub fn row_hash(row: &dyn Stored) -> Hash {
    RowHasher::default().hash(row)
}

/// The message whose hash [`row_hash`] is.
pub(crate) fn row_message(row: &dyn Stored) -> Vec<u8> {
    let mut canonical = Canonical::default();
    canonical.begin(row.table().name);
    row.write_columns(&mut canonical);
    canonical.bytes
}

/// The message of one value alone, as a commitment takes it.
pub(crate) fn value_message(value: &Value) -> Vec<u8> {
    let mut canonical = Canonical::default();
    canonical.value(value, None);
    canonical.bytes
}

/// Hashes rows one after another in one buffer.
#[derive(Default)]
pub(crate) struct RowHasher {
    canonical: Canonical,
}

impl RowHasher {
    pub(crate) fn hash(&mut self, row: &dyn Stored) -> Hash {
        self.canonical.begin(row.table().name);
        row.write_columns(&mut self.canonical);
        sha::digest_in_place(&mut self.canonical.bytes)
    }
}

/// The root over row hashes in order of table name and key: a tree whose nodes take up to 32 hashes.
///
/// ```
/// use fondaco_core::chain::root;
/// assert_ne!(root(&[[1; 32], [2; 32]]), root(&[[2; 32], [1; 32]])); // the order counts
/// assert_ne!(root(&[]), root(&[[0; 32]]));
/// ```
pub fn root(hashes: &[Hash]) -> Hash {
    let mut message = Vec::with_capacity(32 * ARITY + 128);
    if hashes.len() <= ARITY {
        return node_in(hashes, &mut message);
    }
    root(&hashes.chunks(ARITY).map(|hashes| node_in(hashes, &mut message)).collect::<Vec<_>>())
}

/// The [`root`] of hashes that come one after another, however many: of each level of the tree only the last node's are kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct RootBuilder {
    last: Vec<Hash>,
    /// The levels above, from the lowest on; most commits have none.
    above: Option<Box<RootBuilder>>,
}

impl RootBuilder {
    pub(crate) fn push(&mut self, hash: Hash) {
        if self.last.len() == ARITY {
            let full = node(&self.last);
            self.last.clear();
            self.above.get_or_insert_default().push(full);
        }
        self.last.push(hash);
    }

    pub(crate) fn root(self) -> Hash {
        let last = node(&self.last);
        match self.above {
            None => last,
            Some(mut above) => {
                above.push(last);
                above.root()
            }
        }
    }
}

/// One node of the root's tree.
pub(crate) fn node(hashes: &[Hash]) -> Hash {
    node_in(hashes, &mut Vec::new())
}

fn node_in(hashes: &[Hash], message: &mut Vec<u8>) -> Hash {
    message.clear();
    message.extend_from_slice(b"fondaco node\0");
    hashes.iter().for_each(|hash| message.extend_from_slice(hash));
    sha::digest_in_place(message)
}

/// The hash of everything a commit says but its position.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::chain::{Said, content};
/// # let shop = shop();
/// let commit = shop.feed(0, 1)?.remove(0);
/// let seal = commit.seal.ok_or(StoreError::Corrupt("no seal".into()))?;
/// let said = Said {
///     company: shop.company(), id: commit.id, digest: &commit.digest,
///     meta: &commit.meta, events: &commit.events, answer: &commit.answer, states: &seal.states,
/// };
/// assert_eq!(content(&said, &seal.root), seal.content); // the commit says what it said
/// # Ok::<(), StoreError>(())
/// ```
pub fn content(said: &Said<'_>, root: &Hash) -> Hash {
    sha256(&[&content_message(said, root)])
}

/// The message whose hash [`content`] is.
pub(crate) fn content_message(said: &Said<'_>, root: &Hash) -> Vec<u8> {
    let mut canonical = Canonical::default();
    canonical.begin(CONTENT);
    canonical.id(said.company.to_u128());
    canonical.id(said.id.to_u128());
    canonical.bytes(said.digest);
    canonical.text(said.meta.actor.as_str());
    canonical.instant(said.meta.time);
    canonical.bytes(root);
    canonical.i64(said.events.len() as i64);
    for event in said.events {
        canonical.text(&event.name);
        canonical.i64(event.data.len() as i64);
        for (name, value) in &event.data {
            canonical.text(name);
            canonical.value(value, None);
        }
    }
    canonical.i64(said.answer.len() as i64);
    said.answer.iter().for_each(|value| canonical.value(value, None));
    if !said.states.is_empty() {
        canonical.bytes(&labels(said.states));
    }
    canonical.bytes
}

/// The hash over which rows the hashes of a commit's states are of, and which of these are gone.
fn labels(states: &[StateHash]) -> Hash {
    let mut canonical = Canonical::default();
    canonical.begin("fondaco labels");
    for state in states {
        canonical.text(&state.table);
        canonical.bytes(state.key.as_slice());
        canonical.bool(state.deleted);
    }
    sha::digest_in_place(&mut canonical.bytes)
}

/// What a commit says, beside its rows.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Whose commit.
    pub company: CompanyId,
    /// The command.
    pub id: CommandId,
    /// The salted digest of the command.
    pub digest: &'a Hash,
    /// Who and when.
    pub meta: &'a Meta,
    /// What happened, numbers filled in.
    pub events: &'a [Event],
    /// The answer, numbers filled in.
    pub answer: &'a [Value],
    /// The hashes of its `State` rows and deletes, whose labels the content covers; none of a commit that was sealed before it did.
    pub states: &'a [StateHash],
}

/// What a stored commit says, in the form in which it was sealed, and the hash of that, computed again.
pub(crate) fn said_in<'c>(
    company: CompanyId,
    commit: &'c Commit,
    seal: &'c Seal,
) -> (Said<'c>, Hash) {
    let Commit { id, digest, meta, events, answer, .. } = commit;
    let said = Said { company, id: *id, digest, meta, events, answer, states: &seal.states };
    let hash = content(&said, &seal.root);
    if hash != seal.content && !seal.states.is_empty() {
        let bare = Said { states: &[], ..said };
        if content(&bare, &seal.root) == seal.content {
            return (bare, seal.content);
        }
    }
    (said, hash)
}

/// The hash that ties a commit to all before it.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::chain::{GENESIS, link};
/// # let shop = shop();
/// let first = shop.feed(0, 1)?.remove(0);
/// let seal = first.seal.ok_or(StoreError::Corrupt("no seal".into()))?;
/// assert_eq!(link(&GENESIS, first.position, &seal.content), seal.link);
/// # Ok::<(), StoreError>(())
/// ```
pub fn link(previous: &Hash, position: u64, content: &Hash) -> Hash {
    sha256(&[b"fondaco link\0", previous, &position.to_be_bytes(), content])
}

/// Seals a batch whose numbers are filled in: for stores, inside `commit`.
///
/// `erased` are the `State` rows that the batch erases, as they stand after the erasure; `previous` is the link of the
/// commit before, [`GENESIS`] for the first.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::chain::{GENESIS, seal};
/// let Envelope { id, actor, time } = envelope("open");
/// let mut batch = Batch::new(CompanyId::named("acme"), id, Meta::new(actor, time));
/// batch.changes.push(Change::Insert(Box::new(vec![shelf(1, "door")])));
/// let first = seal(&batch, &[], 1, &GENESIS);
/// assert_eq!(first.states[0].table, "shelf"); // a state row's past is in the log alone
/// assert_ne!(seal(&batch, &[], 2, &first.link).link, first.link);
/// ```
pub fn seal(batch: &Batch, erased: &[&dyn Stored], position: u64, previous: &Hash) -> Seal {
    let digest = crate::digest::salted(&batch.digest, &batch.salt);
    let (id, meta, events, answer) = (batch.id, &batch.meta, &batch.events, &batch.answer);
    let (hashes, states) = leaves(&batch.changes, erased);
    let (company, digest, root) = (batch.company, &digest, root(&hashes));
    let said = Said { company, id, digest, meta, events, answer, states: &states };
    let content = content(&said, &root);
    Seal { root, content, link: link(previous, position, &content), states }
}

/// The hash of a deletion: of the key alone, under a word of its own.
fn deletion_hash(key: &Key) -> Hash {
    sha256(&[b"fondaco deletion\0", key.table.name.as_bytes(), b"\0", key.bytes.as_slice()])
}

/// The row hashes of a batch in order of table name and key, and those of them that must be kept.
fn leaves(changes: &[Change], erased: &[&dyn Stored]) -> (Vec<Hash>, Vec<StateHash>) {
    let mut hasher = RowHasher::default();
    let mut names: Vec<&'static str> = changes.iter().filter_map(chained_table).collect();
    names.extend(erased.iter().map(|row| row.table().name));
    names.sort_unstable();
    names.dedup();
    let (mut hashes, mut states) = (Vec::new(), Vec::new());
    for name in names {
        let mine = || changes.iter().filter(|change| chained_table(change) == Some(name));
        let mut of_table = mine();
        if let (Some(Change::Insert(rows)), None) = (of_table.next(), of_table.next())
            && rows.table().kind == Kind::Fact
        {
            // The usual case, and the hot one: facts of one insert are in order of key, so no key is needed.
            hashes.append(&mut row_hashes(rows.as_ref()));
            continue;
        }
        let mut mixed = mixed_leaves(
            mine(),
            erased.iter().copied().filter(|row| row.table().name == name),
            &mut hasher,
        );
        mixed.sort_by(|a, b| a.0.cmp(&b.0));
        for (key, hash, kind, deleted) in mixed {
            hashes.push(hash);
            if kind == Kind::State {
                states.push(StateHash { table: name.into(), key, hash, deleted });
            }
        }
    }
    (hashes, states)
}

/// From so many rows on, a second thread hashes half of them, where the process may use a second processor.
const MANY: usize = 2048;

/// The hashes of rows, in their order.
fn row_hashes(rows: &dyn Rows) -> Vec<Hash> {
    let hash = |places: Range<usize>| -> Vec<Hash> {
        let mut hasher = RowHasher::default();
        places.filter_map(|at| rows.row(at)).map(|row| hasher.hash(row)).collect()
    };
    let alone = || thread::available_parallelism().map_or(true, |count| count.get() == 1);
    if rows.len() < MANY || alone() {
        return hash(0..rows.len());
    }
    let half = rows.len() / 2;
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, || hash(half..rows.len()));
        let mut hashes = hash(0..half);
        // A thread that could not be had leaves its half to this one.
        let rest = other.ok().and_then(|other| other.join().ok());
        hashes.append(&mut rest.unwrap_or_else(|| hash(half..rows.len())));
        hashes
    })
}

type Leaf = (KeyBytes, Hash, Kind, bool);

fn mixed_leaves<'a>(
    changes: impl Iterator<Item = &'a Change>,
    erased: impl Iterator<Item = &'a dyn Stored>,
    hasher: &mut RowHasher,
) -> Vec<Leaf> {
    let mut out = Vec::new();
    let mut writer = KeyWriter::new();
    let mut push = |row: &dyn Stored, out: &mut Vec<Leaf>| {
        writer.clear();
        row.write_key(&mut writer);
        out.push((writer.to_key(), hasher.hash(row), row.table().kind, false));
    };
    for change in changes {
        match change {
            Change::Insert(rows) => {
                (0..rows.len()).filter_map(|i| rows.row(i)).for_each(|row| push(row, &mut out))
            }
            Change::Put { row, .. } => push(row.as_ref(), &mut out),
            Change::Delete { key, .. } => {
                out.push((key.bytes.clone(), deletion_hash(key), Kind::State, true))
            }
            _ => {}
        }
    }
    erased.for_each(|row| push(row, &mut out));
    out
}

/// The table whose rows a change puts into the chain.
fn chained_table(change: &Change) -> Option<&'static str> {
    match change {
        Change::Insert(rows) if !rows.is_empty() => Some(rows.table().name),
        Change::Put { row, .. } => Some(row.table().name),
        Change::Delete { key, .. } => Some(key.table.name),
        _ => None,
    }
}

/// Fills drawn numbers into all changes, events and the answer of a batch: for stores, inside `commit`.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// let Envelope { id, actor, time } = envelope("invoice");
/// let mut batch = Batch::new(CompanyId::named("acme"), id, Meta::new(actor, time));
/// batch.answer.push(Value::Drawn { draw: 0, offset: 0 });
/// fondaco_core::chain::fill(&mut batch, &Numbers { first: vec![17] });
/// assert_eq!(batch.answer, [Value::I64(17)]);
/// ```
pub fn fill(batch: &mut Batch, numbers: &Numbers) {
    if numbers.first.is_empty() {
        return;
    }
    for change in &mut batch.changes {
        match change {
            Change::Insert(rows) => rows.fill(numbers),
            Change::Put { row, .. } => fill_shared(row, numbers),
            _ => {}
        }
    }
    let data =
        batch.events.iter_mut().flat_map(|event| event.data.iter_mut().map(|(_, value)| value));
    crate::store::fill_values(data.chain(&mut batch.answer), numbers);
}

fn fill_shared(row: &mut std::sync::Arc<dyn Stored>, numbers: &Numbers) {
    if std::sync::Arc::get_mut(row).is_none() {
        *row = row.copy();
    }
    if let Some(row) = std::sync::Arc::get_mut(row) {
        row.fill(numbers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tx::GuardCount;

    #[test]
    fn hashes_one_after_another_come_to_the_same_root() {
        let hashes: Vec<Hash> = (0..33_000u32).map(|n| sha256(&[&n.to_be_bytes()])).collect();
        for count in
            [0, 1, 2, 31, 32, 33, 63, 64, 65, 1023, 1024, 1025, 1056, 1057, 32_768, 32_769, 33_000]
        {
            let mut builder = RootBuilder::default();
            hashes[..count].iter().for_each(|hash| builder.push(*hash));
            assert_eq!(builder.root(), root(&hashes[..count]), "{count} hashes");
        }
    }

    #[test]
    fn two_threads_hash_rows_as_one_does() {
        let row = |changes| {
            let part = KeyBytes::new(&[]);
            GuardCount { table: "shelf".into(), guard: 0, part, changes }
        };
        for count in [0, 1, MANY - 1, MANY, MANY + 1] {
            let rows: Vec<GuardCount> = (0..count as i64).map(row).collect();
            let alone: Vec<Hash> = rows.iter().map(|row| row_hash(row)).collect();
            assert_eq!(row_hashes(&rows), alone, "{count} rows");
        }
    }
}
