//! Making proofs from a store: the tree is kept here, the rest is read again.

use std::collections::BTreeMap;

use super::evidence::{Opening, RowEvidence};
use super::whole_log::{OpenCommit, OpenRow};
use super::{Checkpoint, Growth, LogTree, Proof, ProofError, Proofs, SignedCheckpoint, WholeLog};
use crate::chain::{self, ARITY, RowHasher, content_message, node, root, row_message, said_in};
use crate::store::{
    Ask, Commit, FeedFrom, Hash, Key, KeyBytes, Kind, Moment, Reply, Row, Seal, Store, StoreError,
    Table, Value, Version,
};
use crate::{CompanyId, Progress, Progressed};

/// How many commits are read at once.
const PAGE: usize = 4096;

/// Makes checkpoints and proofs of one company; see [`proof`](super).
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::proof::SignedCheckpoint;
/// # let shop = shop();
/// let mut prover = shop.prover();
/// assert_eq!(prover.catch_up(&mut ())?, 1); // reads the log, from where it stopped the last time
/// let checkpoint = SignedCheckpoint::new(prover.checkpoint("acme.example/books")?);
/// let proof = prover.row(&shelf(1, "door").row_key(), &checkpoint, &[])?;
/// let proven = proof.verify_against(checkpoint.unverified())?;
/// let row = proven.row.ok_or("a row was asked for")?;
/// assert_eq!((row.table.as_str(), row.column(1)), ("shelf", Some(&Value::text("door"))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Prover<'s> {
    store: &'s dyn Store,
    tables: Vec<&'static Table>,
    tree: LogTree,
}

impl<'s> Prover<'s> {
    /// A prover over `store`; `tables` are all that were ever used in it. [`Driver::prover`](crate::Driver::prover)
    /// knows them.
    pub fn new(store: &'s dyn Store, company: CompanyId, tables: &[&'static Table]) -> Prover<'s> {
        let mut tables = tables.to_vec();
        tables.sort_by_key(|table| table.name);
        tables.dedup_by_key(|table| table.name);
        Prover { store, tables, tree: LogTree::new(company) }
    }

    /// Goes on from a tree that was saved ([`LogTree::to_bytes`]) instead of reading the whole log. `signed` is the newest
    /// checkpoint that you signed, with your signature checked: what the tree has of it must have its root, and what goes
    /// beyond it is read again. So no signature comes about over what somebody wrote into the saved tree.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let mut prover = shop.prover();
    /// prover.catch_up(&mut ())?;
    /// let signed = prover.checkpoint("acme.example/books")?;
    /// let saved = prover.tree().clone();
    /// let mut again = shop.prover().with_tree(saved, &signed)?;
    /// assert_eq!(again.catch_up(&mut ())?, 1);
    /// assert_eq!(again.checkpoint("acme.example/books")?, signed);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ProofError::OtherLog`] when the tree is another company's, or not that of the checkpoint;
    /// [`ProofError::OutOfRange`] when it is shorter; the store's own failures.
    pub fn with_tree(
        mut self,
        tree: LogTree,
        signed: &Checkpoint,
    ) -> Result<Prover<'s>, ProofError> {
        if tree.company() != self.tree.company() {
            let (found, expected) = (tree.company(), self.tree.company());
            let (found, expected) = (format!("company {found}"), format!("company {expected}"));
            return Err(ProofError::OtherLog { found, expected });
        }
        self.tree = tree.first_blocks(signed.size)?;
        let after = self.tree.size();
        if after < signed.size {
            let limit = usize::try_from(signed.size - after).unwrap_or(PAGE);
            let rest = self.feed(&FeedFrom::new(self.tree.company(), after, limit))?;
            self.tree.append(&rest)?;
        }
        self.check(signed, &[])?;
        Ok(self)
    }

    /// The tree, to be saved.
    pub fn tree(&self) -> &LogTree {
        &self.tree
    }

    /// Reads the commits that the tree does not have yet; how many it has then.
    ///
    /// # Errors
    /// [`ProofError::Unsealed`]; [`ProofError::LogChanged`] when the log is shorter than the tree;
    /// [`ProofError::Stopped`]; the store's own failures. What was read stays.
    pub fn catch_up(&mut self, progress: &mut dyn Progress) -> Result<u64, ProofError> {
        let newest = Moment::hold(self.store, self.tree.company())?.position();
        if newest < self.tree.size() {
            return Err(ProofError::LogChanged { first: newest + 1, last: self.tree.size() });
        }
        while self.tree.size() < newest {
            let at = Progressed::new("reading the log", self.tree.size() as i64).of(newest as i64);
            if progress.tell(&at).is_break() {
                return Err(ProofError::Stopped);
            }
            let page = self.feed(&FeedFrom::new(self.tree.company(), self.tree.size(), PAGE))?;
            if page.is_empty() {
                return Err(ProofError::LogChanged { first: self.tree.size() + 1, last: newest });
            }
            self.tree.append(&page)?;
        }
        Ok(self.tree.size())
    }

    /// The checkpoint of all that was read, for the log called `origin`.
    ///
    /// # Errors
    /// As [`Checkpoint::new`].
    pub fn checkpoint(&self, origin: &str) -> Result<Checkpoint, ProofError> {
        self.tree.checkpoint(origin)
    }

    /// A proof that the commit at `position` is in the log of `checkpoint`.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`]; [`ProofError::OtherLog`] when the checkpoint is not of this log;
    /// [`ProofError::LogChanged`] when the store's log is no longer that of the tree; the store's own failures.
    pub fn commit(
        &self,
        position: u64,
        checkpoint: &SignedCheckpoint,
    ) -> Result<Proof, ProofError> {
        let size = checkpoint.unverified().size;
        if position == 0 || position > size {
            return Err(ProofError::OutOfRange { position, size });
        }
        let read = self.read(&[position, size])?;
        self.check(checkpoint.unverified(), &read)?;
        let of_position =
            |commits: &[Commit]| commits.iter().find(|c| c.position == position).cloned();
        let commit = match of_position(&read) {
            Some(commit) => commit,
            None => self.one(position)?,
        };
        let path = self.tree.inclusion(position, size, &read)?;
        let proof = Proof {
            index: position - 1,
            path,
            commit: message(self.tree.company(), &commit)?,
            row: None,
            checkpoint: checkpoint.clone(),
        };
        // What is in the tail of the tree was not compared with anything yet.
        match proof.verify_against(checkpoint.unverified()) {
            Err(ProofError::NotIncluded { .. }) => {
                Err(ProofError::LogChanged { first: position, last: position })
            }
            other => other.map(|_| proof),
        }
    }

    /// A proof of the row with this key, as it stands: of a fact, or of a `State` row. Personal values stay hidden but in
    /// the columns `open`.
    ///
    /// The rows that the same commit wrote are looked for in all tables of facts, unless it wrote none: that takes about a
    /// second for each million of them, so ask for many rows at once with [`rows`](Prover::rows).
    ///
    /// # Errors
    /// [`ProofError::NoRow`], [`ProofError::NothingToOpen`], or as [`commit`](Prover::commit).
    pub fn row(
        &self,
        key: &Key,
        checkpoint: &SignedCheckpoint,
        open: &[&str],
    ) -> Result<Proof, ProofError> {
        let mut proofs = self.rows(std::slice::from_ref(key), checkpoint, open)?;
        let gone = ProofError::NoRow { key: key.clone(), why: "there is no such row" };
        proofs.pop().ok_or(gone)
    }

    /// As [`row`](Prover::row), for many rows in one pass over the tables, in the order of the keys.
    ///
    /// # Errors
    /// As [`row`](Prover::row).
    pub fn rows(
        &self,
        keys: &[Key],
        checkpoint: &SignedCheckpoint,
        open: &[&str],
    ) -> Result<Vec<Proof>, ProofError> {
        let moment = Moment::hold(self.store, self.tree.company())?;
        let rows = keys.iter().map(|key| find(&moment, key)).collect::<Result<Vec<_>, _>>()?;
        let mut commits = BTreeMap::new();
        for position in rows.iter().map(|row| row.version) {
            if let std::collections::btree_map::Entry::Vacant(place) = commits.entry(position) {
                let proof = self.commit(position, checkpoint)?;
                place.insert((proof, Leaves::of(&self.one(position)?)?));
            }
        }
        self.add_facts(&moment, &mut commits)?;
        let each = rows.iter().map(|row| {
            let (proof, leaves) = commits.get(&row.version).ok_or(StoreError::SnapshotGone)?;
            let evidence = RowEvidence {
                message: row_message(row.stored()),
                path: leaves.path(row)?,
                opened: opened(row, open)?,
            };
            Ok(Proof { row: Some(evidence), ..proof.clone() })
        });
        each.collect()
    }

    /// As [`rows`](Prover::rows), in one text that says each commit once; personal values stay hidden.
    ///
    /// # Errors
    /// As [`row`](Prover::row).
    pub fn proofs(
        &self,
        keys: &[Key],
        checkpoint: &SignedCheckpoint,
    ) -> Result<Proofs, ProofError> {
        Ok(Proofs::of(checkpoint.clone(), self.rows(keys, checkpoint, &[])?))
    }

    /// A proof that the log of `checkpoint` begins with the commits of `old`, an earlier one. It is checked before it is given
    /// away: ask for it with the checkpoint that you signed last before you sign the next.
    ///
    /// # Errors
    /// [`ProofError::Inconsistent`] when something of `old` was changed, removed or inserted: sign nothing then;
    /// [`ProofError::OtherLog`] when `old` has another origin; or as [`commit`](Prover::commit).
    pub fn growth(
        &self,
        old: &Checkpoint,
        checkpoint: &SignedCheckpoint,
    ) -> Result<Growth, ProofError> {
        let size = checkpoint.unverified().size;
        let read = self.read(&[old.size.min(size), size])?;
        self.check(checkpoint.unverified(), &read)?;
        let path = self.tree.consistency(old.size, size, &read)?;
        let growth = Growth { old: old.size, path, checkpoint: checkpoint.clone() };
        growth.verify_against(old, checkpoint.unverified())?;
        Ok(growth)
    }

    /// The whole log up to a checkpoint, with all rows that are still known. It is held in memory.
    ///
    /// # Errors
    /// [`ProofError::OtherLog`] when the checkpoint is not of this log; [`ProofError::LogChanged`] when the store's rows or
    /// its log are no longer what it sealed; the store's own failures.
    pub fn whole_log(&self, checkpoint: &Checkpoint) -> Result<WholeLog, ProofError> {
        let moment = Moment::hold(self.store, self.tree.company())?;
        let mut known = self.known_rows(&moment, checkpoint.size)?;
        let mut commits = Vec::new();
        while (commits.len() as u64) < checkpoint.size {
            let after = commits.len() as u64;
            let limit = usize::try_from(checkpoint.size - after).unwrap_or(PAGE).min(PAGE);
            let page = self.feed(&FeedFrom::new(self.tree.company(), after, limit))?;
            if page.is_empty() {
                return Err(ProofError::LogChanged { first: after + 1, last: checkpoint.size });
            }
            for commit in &page {
                let rows = known.remove(&commit.position).unwrap_or_default();
                commits.push(open_commit(self.tree.company(), commit, rows)?);
            }
        }
        let log = WholeLog { commits };
        match log.verify_against(checkpoint, |_, _, _| Ok(())) {
            Err(ProofError::NotIncluded { .. }) => {
                self.check(checkpoint, &self.read(&[checkpoint.size])?)?;
                Err(ProofError::LogChanged { first: 1, last: checkpoint.size })
            }
            other => other.map(|_| log),
        }
    }

    /// The messages of the rows that the first commits wrote and that still stand, by commit, table and key.
    fn known_rows(
        &self,
        moment: &Moment<'_>,
        size: u64,
    ) -> Result<BTreeMap<Version, OpenRows>, ProofError> {
        let mut known: BTreeMap<Version, OpenRows> = BTreeMap::new();
        for &table in self.tables.iter().filter(|table| table.kind != Kind::Counter) {
            moment.rows(table, |page| {
                for row in page.iter().filter(|row| row.version <= size) {
                    let key = (table.name.into(), row.key().bytes);
                    let message = OpenRow::Row(row_message(row.stored()));
                    known.entry(row.version).or_default().insert(key, message);
                }
                Ok::<_, ProofError>(())
            })?;
        }
        Ok(known)
    }

    /// That the checkpoint is of this log.
    fn check(&self, checkpoint: &Checkpoint, read: &[Commit]) -> Result<(), ProofError> {
        let mut ours = checkpoint.clone();
        ours.root = self.tree.root_of(checkpoint.size, read)?;
        checkpoint.is(&ours)
    }

    fn read(&self, points: &[u64]) -> Result<Vec<Commit>, ProofError> {
        let mut commits = Vec::new();
        for from in self.tree.reads(points) {
            commits.extend(self.feed(&from)?);
        }
        Ok(commits)
    }

    fn one(&self, position: u64) -> Result<Commit, ProofError> {
        let from = FeedFrom::new(self.tree.company(), position.saturating_sub(1), 1);
        let found = self.feed(&from)?.into_iter().find(|commit| commit.position == position);
        found.ok_or(ProofError::LogChanged { first: position, last: position })
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, ProofError> {
        Ok(self.store.feed(from)?)
    }

    /// Adds the facts that the commits wrote, for those that wrote any.
    fn add_facts(
        &self,
        moment: &Moment<'_>,
        commits: &mut BTreeMap<Version, (Proof, Leaves)>,
    ) -> Result<(), ProofError> {
        let is_whole = |(_, leaves): &(Proof, Leaves)| leaves.is_whole();
        if commits.values().all(is_whole) {
            return Ok(());
        }
        let mut hasher = RowHasher::default();
        for &table in self.tables.iter().filter(|table| table.kind == Kind::Fact) {
            moment.rows(table, |page| {
                for row in page {
                    if let Some((_, leaves)) = commits.get_mut(&row.version) {
                        let key = (table.name.into(), row.key().bytes);
                        leaves.hashes.insert(key, hasher.hash(row.stored()));
                    }
                }
                Ok::<_, ProofError>(())
            })?;
        }
        let changed = commits.iter().find(|(_, commit)| !is_whole(commit));
        match changed {
            Some((&at, _)) => Err(ProofError::LogChanged { first: at, last: at }),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for Prover<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prover").field("size", &self.tree.size()).finish_non_exhaustive()
    }
}

/// The message that a commit's content hash is made of.
fn message(company: CompanyId, commit: &Commit) -> Result<Vec<u8>, ProofError> {
    let position = commit.position;
    let seal = commit.seal.as_ref().ok_or(ProofError::Unsealed { position })?;
    Ok(content_message(&said_in(company, commit, seal).0, &seal.root))
}

/// The rows of a commit that are known, in order of table and key.
type OpenRows = BTreeMap<(smol_str::SmolStr, KeyBytes), OpenRow>;

/// A commit with its rows, of which the log itself keeps the hashes of states.
fn open_commit(
    company: CompanyId,
    commit: &Commit,
    mut rows: OpenRows,
) -> Result<OpenCommit, ProofError> {
    let (position, message) = (commit.position, message(company, commit)?);
    let seal = commit.seal.as_ref().ok_or(ProofError::Unsealed { position })?;
    for state in &seal.states {
        let key = (state.table.clone(), state.key.clone());
        rows.entry(key).or_insert(OpenRow::Closed(state.hash));
    }
    let rows: Vec<OpenRow> = rows.into_values().collect();
    if root(&rows.iter().map(OpenRow::hash).collect::<Vec<_>>()) != seal.root {
        return Err(ProofError::LogChanged { first: position, last: position });
    }
    Ok(OpenCommit { message, rows })
}

fn find(moment: &Moment<'_>, key: &Key) -> Result<Row, ProofError> {
    let no_row = |why| ProofError::NoRow { key: key.clone(), why };
    if key.table.kind == Kind::Counter {
        return Err(no_row("it is a counter, a sum of facts: prove those"));
    }
    match moment.ask(Ask::Get(key.table, vec![key.bytes.clone()]))? {
        Reply::Got(mut rows) => rows.pop().flatten().ok_or_else(|| no_row("there is no such row")),
        _ => Err(no_row("the store did not answer")),
    }
}

/// The openings of a row's personal values in the columns `open`.
fn opened(row: &Row, open: &[&str]) -> Result<Vec<Opening>, ProofError> {
    let stored = row.stored();
    let (table, values) = (stored.table(), stored.values());
    let one = |name: &&str| {
        let column = table.column(name);
        match column.and_then(|column| Some((u8::try_from(column).ok()?, values.get(column)?))) {
            Some((column, Value::Personal(value, salt))) => Ok(Opening::new(column, value, *salt)),
            _ => {
                Err(ProofError::NothingToOpen { table: table.name.into(), column: (*name).into() })
            }
        }
    };
    open.iter().map(one).collect()
}

/// The hashes of the rows that a commit wrote, in order of table and key.
struct Leaves {
    root: Hash,
    hashes: BTreeMap<(smol_str::SmolStr, KeyBytes), Hash>,
}

impl Leaves {
    /// Those that the log itself keeps: of `State` rows and deletions.
    fn of(commit: &Commit) -> Result<Leaves, ProofError> {
        let position = commit.position;
        let Seal { root, states, .. } =
            commit.seal.as_ref().ok_or(ProofError::Unsealed { position })?;
        let hash = |state: &crate::store::StateHash| {
            ((state.table.clone(), state.key.clone()), state.hash)
        };
        Ok(Leaves { root: *root, hashes: states.iter().map(hash).collect() })
    }

    /// Whether these are all.
    fn is_whole(&self) -> bool {
        root(&self.hashes.values().copied().collect::<Vec<_>>()) == self.root
    }

    /// The path of a row to the root.
    fn path(&self, row: &Row) -> Result<Vec<(usize, Vec<Hash>)>, ProofError> {
        let key = row.key();
        let place = self
            .hashes
            .keys()
            .position(|(table, bytes)| table == key.table.name && *bytes == key.bytes);
        let same =
            |at: &usize| self.hashes.values().nth(*at) == Some(&chain::row_hash(row.stored()));
        let changed = ProofError::LogChanged { first: row.version, last: row.version };
        let mut place = place.filter(same).ok_or(changed)?;
        let mut level: Vec<Hash> = self.hashes.values().copied().collect();
        let mut path = Vec::new();
        loop {
            let (of, at) = (place / ARITY, place % ARITY);
            let mut others = level.chunks(ARITY).nth(of).map(<[_]>::to_vec).unwrap_or_default();
            others.remove(at);
            path.push((at, others));
            if level.len() <= ARITY {
                return Ok(path);
            }
            level = level.chunks(ARITY).map(node).collect();
            place = of;
        }
    }
}
