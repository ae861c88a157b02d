//! The tree over a company's log, kept beside the log: made from the feed, and as often as one likes again.
//!
//! Kept are the roots of all complete subtrees of 32 leaves and more: two bytes a commit. A proof reads the one or two blocks
//! of 32 commits that it goes through again, so the whole log is never in memory, and a log that was changed behind the
//! tree is noticed there.

use std::collections::BTreeMap;

use super::merkle::{self, leaf, node, split};
use super::{Checkpoint, ProofError};
use crate::CompanyId;
use crate::chain::{said_in, sha256};
use crate::store::{Commit, FeedFrom, Hash};

/// How many leaves a block has.
const BLOCK: u64 = 32;

const MAGIC: &[u8] = b"fondaco tree 1\n";

/// The Merkle tree over the commits of one company, as far as it was told of them.
///
/// Blocking hosts have it by a [`Prover`](super::Prover), which reads the feed for it. Others read it themselves: append
/// the feed's pages; for a proof, feed what [`reads`](LogTree::reads) names and hand over the commits.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::proof::LogTree;
/// # let shop = shop();
/// let mut tree = LogTree::new(shop.company());
/// tree.append(&shop.feed(tree.size(), 1000)?)?; // as long as there are more
/// let kept = tree.to_bytes(); // beside the books, or anywhere
/// assert_eq!(LogTree::from_bytes(&kept)?, tree);
/// let checkpoint = tree.checkpoint("acme.example/books")?;
/// assert_eq!(checkpoint.size, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogTree {
    company: CompanyId,
    size: u64,
    /// The leaves after the last complete block.
    tail: Vec<Hash>,
    /// The roots of complete subtrees: of 32 leaves, of 64, and so on.
    levels: Vec<Vec<Hash>>,
}

/// The entry of a commit in the tree: the hash of what it says, computed again, whatever its seal claims.
fn entry(company: CompanyId, commit: &Commit) -> Option<Hash> {
    Some(said_in(company, commit, commit.seal.as_ref()?).1)
}

impl LogTree {
    /// The tree over no commit yet.
    pub fn new(company: CompanyId) -> LogTree {
        LogTree { company, size: 0, tail: Vec::new(), levels: Vec::new() }
    }

    /// How many commits it covers.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whose log.
    pub fn company(&self) -> CompanyId {
        self.company
    }

    /// The root over all commits that it covers.
    pub fn root(&self) -> Hash {
        self.root_at(self.size, &Leaves::default()).unwrap_or_else(|| merkle::root(&[]))
    }

    /// The checkpoint of all commits that it covers, for the log called `origin`.
    ///
    /// # Errors
    /// As [`Checkpoint::new`].
    pub fn checkpoint(&self, origin: &str) -> Result<Checkpoint, ProofError> {
        Checkpoint::new(origin, self.size, self.root())
    }

    /// Appends the commits that follow.
    ///
    /// # Errors
    /// [`ProofError::Unsealed`]; [`ProofError::LogChanged`] when they do not follow the last one. What came before stays.
    pub fn append(&mut self, commits: &[Commit]) -> Result<(), ProofError> {
        for commit in commits {
            let (position, next) = (commit.position, self.size + 1);
            if position != next {
                return Err(ProofError::LogChanged { first: next, last: next.max(position) });
            }
            let entry = entry(self.company, commit).ok_or(ProofError::Unsealed { position })?;
            self.push(leaf(&entry));
        }
        Ok(())
    }

    /// The complete blocks of the first `size` commits, as far as this tree covers these.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`] when it does not.
    pub(super) fn first_blocks(&self, size: u64) -> Result<LogTree, ProofError> {
        self.covers(size, size)?;
        let mut first = LogTree::new(self.company);
        let blocks = self.levels.first().map_or(&[][..], Vec::as_slice);
        for block in blocks.iter().take((size / BLOCK) as usize) {
            first.push_block(*block);
            first.size += BLOCK;
        }
        Ok(first)
    }

    fn push(&mut self, leaf: Hash) {
        self.tail.push(leaf);
        self.size += 1;
        if self.tail.len() as u64 == BLOCK {
            let block = merkle::root(&self.tail);
            self.tail.clear();
            self.push_block(block);
        }
    }

    fn push_block(&mut self, block: Hash) {
        let mut next = Some(block);
        for level in 0.. {
            let Some(hash) = next else { break };
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(hashes) = self.levels.get_mut(level) else { break };
            hashes.push(hash);
            next = match hashes.as_slice() {
                [.., left, right] if hashes.len() % 2 == 0 => Some(node(left, right)),
                _ => None,
            };
        }
    }

    /// What has to be read from the feed for a proof through these sizes, or positions of commits (from 1).
    ///
    /// ```
    /// # use fondaco_core::{CompanyId, proof::LogTree};
    /// assert!(LogTree::new(CompanyId::named("acme")).reads(&[0]).is_empty());
    /// ```
    pub fn reads(&self, points: &[u64]) -> Vec<FeedFrom> {
        let complete = self.size / BLOCK;
        let blocks = points.iter().filter(|&&point| point > 0).map(|point| (point - 1) / BLOCK);
        let blocks: std::collections::BTreeSet<u64> =
            blocks.filter(|&block| block < complete).collect();
        let read = |block| FeedFrom::new(self.company, block * BLOCK, BLOCK as usize);
        blocks.into_iter().map(read).collect()
    }

    /// The root over the first `size` commits, with the commits that [`reads`](LogTree::reads) of `size` names.
    ///
    /// # Errors
    /// [`ProofError::OutOfRange`], [`ProofError::LogChanged`], or [`ProofError::Unsealed`].
    pub fn root_of(&self, size: u64, commits: &[Commit]) -> Result<Hash, ProofError> {
        self.covers(size, size)?;
        let leaves = self.leaves(commits)?;
        self.root_at(size, &leaves).ok_or_else(|| self.unread(size))
    }

    /// The path from the commit at `position` to the root over the first `size` commits (RFC 6962, 2.1.1), with the commits
    /// that [`reads`](LogTree::reads) of both names.
    ///
    /// # Errors
    /// As [`root_of`](LogTree::root_of).
    pub fn inclusion(
        &self,
        position: u64,
        size: u64,
        commits: &[Commit],
    ) -> Result<Vec<Hash>, ProofError> {
        self.covers(size, size)?;
        if position == 0 || position > size {
            return Err(ProofError::OutOfRange { position, size });
        }
        self.path(position, size, &self.leaves(commits)?)
    }

    fn path(&self, position: u64, size: u64, leaves: &Leaves) -> Result<Vec<Hash>, ProofError> {
        let mut path = Vec::new();
        let (mut low, mut high) = (0, size);
        while high - low > 1 {
            let middle = low + split(high - low);
            let sibling = if position > middle { (low, middle) } else { (middle, high) };
            (low, high) = if position > middle { (middle, high) } else { (low, middle) };
            path.push(self.hash(sibling, leaves).ok_or_else(|| self.unread(position))?);
        }
        path.reverse();
        Ok(path)
    }

    /// The proof that the log of `new` commits begins with that of `old` (RFC 6962, 2.1.2), with the commits that
    /// [`reads`](LogTree::reads) of both names.
    ///
    /// # Errors
    /// As [`root_of`](LogTree::root_of).
    pub fn consistency(
        &self,
        old: u64,
        new: u64,
        commits: &[Commit],
    ) -> Result<Vec<Hash>, ProofError> {
        self.covers(new, new)?;
        self.covers(old, new)?;
        self.growth(old, new, &self.leaves(commits)?)
    }

    fn growth(&self, old: u64, new: u64, leaves: &Leaves) -> Result<Vec<Hash>, ProofError> {
        let (mut low, mut high, mut path) = (0, new, Vec::new());
        if old == 0 {
            return Ok(path);
        }
        while old < high {
            let middle = low + split(high - low);
            let sibling = if old > middle { (low, middle) } else { (middle, high) };
            (low, high) = if old > middle { (middle, high) } else { (low, middle) };
            path.push(self.hash(sibling, leaves).ok_or_else(|| self.unread(old))?);
        }
        // The old tree itself is known to whoever checks; a part of it is not.
        if low > 0 {
            path.push(self.hash((low, high), leaves).ok_or_else(|| self.unread(old))?);
        }
        path.reverse();
        Ok(path)
    }

    fn covers(&self, size: u64, of: u64) -> Result<(), ProofError> {
        if size > self.size || size > of {
            return Err(ProofError::OutOfRange { position: size, size: self.size.min(of) });
        }
        Ok(())
    }

    /// A block that was not handed over.
    fn unread(&self, position: u64) -> ProofError {
        let first = position.saturating_sub(1) / BLOCK * BLOCK + 1;
        ProofError::LogChanged { first, last: first + BLOCK - 1 }
    }

    fn root_at(&self, size: u64, leaves: &Leaves) -> Option<Hash> {
        if size == 0 { Some(merkle::root(&[])) } else { self.hash((0, size), leaves) }
    }

    /// The hash over the leaves from the first place up to the second, which a split of the tree has led to.
    fn hash(&self, (low, high): (u64, u64), leaves: &Leaves) -> Option<Hash> {
        let count = high - low;
        if count >= BLOCK && count.is_power_of_two() {
            let level = self.levels.get((count / BLOCK).ilog2() as usize)?;
            return level.get(usize::try_from(low / count).ok()?).copied();
        }
        if count > BLOCK {
            let middle = low + split(count);
            return Some(node(
                &self.hash((low, middle), leaves)?,
                &self.hash((middle, high), leaves)?,
            ));
        }
        let block = match low / BLOCK {
            last if last == self.size / BLOCK => self.tail.as_slice(),
            block => leaves.0.get(&block)?.as_slice(),
        };
        let at = |place: u64| usize::try_from(place % BLOCK).ok();
        let first = at(low)?;
        Some(merkle::root(block.get(first..first + usize::try_from(count).ok()?)?))
    }

    /// The leaves of complete blocks, which must be those that the tree was built from.
    fn leaves(&self, commits: &[Commit]) -> Result<Leaves, ProofError> {
        let mut leaves = Leaves::default();
        for commit in commits {
            let position = commit.position;
            let entry = entry(self.company, commit).ok_or(ProofError::Unsealed { position })?;
            leaves.0.entry(position.saturating_sub(1) / BLOCK).or_default().push(leaf(&entry));
        }
        for (&block, hashes) in &leaves.0 {
            let expected = self.levels.first().and_then(|level| level.get(block as usize));
            if expected.is_some_and(|root| *root != merkle::root(hashes)) {
                let first = block * BLOCK + 1;
                return Err(ProofError::LogChanged { first, last: first + BLOCK - 1 });
            }
        }
        Ok(leaves)
    }

    /// The tree as bytes: about one for each commit.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out =
            [MAGIC, &self.company.to_u128().to_be_bytes(), &self.size.to_be_bytes()].concat();
        let blocks = self.levels.first().map_or(&[][..], Vec::as_slice);
        blocks.iter().chain(&self.tail).for_each(|hash| out.extend_from_slice(hash));
        let check = sha256(&[&out]);
        out.extend_from_slice(&check);
        out
    }

    /// The tree that [`to_bytes`](LogTree::to_bytes) wrote.
    ///
    /// The check in the bytes finds damage, not forgery. A forged tree makes no proof that holds for an honest checkpoint, but a
    /// checkpoint made of it would be of a forged log: before you sign, compare with the one that you signed last, as
    /// [`Prover::with_tree`](super::Prover::with_tree) does.
    ///
    /// # Errors
    /// [`ProofError::Malformed`] when the bytes are cut, damaged or something else: build the tree again from the feed.
    pub fn from_bytes(bytes: &[u8]) -> Result<LogTree, ProofError> {
        let bad =
            || ProofError::malformed(0, "this is no saved tree, or it is damaged: build it anew");
        let (body, check) = bytes.split_last_chunk::<32>().ok_or_else(bad)?;
        if sha256(&[body]) != *check {
            return Err(bad());
        }
        let rest = body.strip_prefix(MAGIC).ok_or_else(bad)?;
        let (company, rest) = rest.split_first_chunk::<16>().ok_or_else(bad)?;
        let (size, rest) = rest.split_first_chunk::<8>().ok_or_else(bad)?;
        let (hashes, []) = rest.as_chunks::<32>() else { return Err(bad()) };
        let (company, size) = (u128::from_be_bytes(*company), u64::from_be_bytes(*size));
        if hashes.len() as u64 != size / BLOCK + size % BLOCK {
            return Err(bad());
        }
        let mut tree = LogTree::new(CompanyId::from_u128(company));
        let (blocks, tail) = hashes.split_at_checked((size / BLOCK) as usize).ok_or_else(bad)?;
        blocks.iter().for_each(|block| tree.push_block(*block));
        (tree.tail, tree.size) = (tail.to_vec(), size);
        Ok(tree)
    }
}

/// The leaves of some blocks, by the block's number.
#[derive(Debug, Default)]
struct Leaves(BTreeMap<u64, Vec<Hash>>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Meta, Seal};
    use crate::{ActorId, CommandId, Timestamp};

    fn commit(position: u64) -> Commit {
        let meta = Meta::new(ActorId::new("clerk"), Timestamp::EPOCH);
        let mut commit =
            Commit::new(position, CommandId::from_u128(position.into()), [1; 32], meta);
        let (root, content, link) = ([0; 32], [0; 32], [0; 32]);
        commit.seal = Some(Seal { root, content, link, states: Vec::new() });
        commit
    }

    fn log(size: u64) -> (LogTree, Vec<Commit>, Vec<Hash>) {
        let mut tree = LogTree::new(CompanyId::named("acme"));
        let commits: Vec<Commit> = (1..=size).map(commit).collect();
        tree.append(&commits).unwrap();
        let leaves = commits.iter().map(|c| leaf(&entry(tree.company, c).unwrap())).collect();
        (tree, commits, leaves)
    }

    fn read(tree: &LogTree, commits: &[Commit], points: &[u64]) -> Vec<Commit> {
        let page = |from: FeedFrom| {
            commits.iter().skip(from.after as usize).take(from.limit).cloned().collect::<Vec<_>>()
        };
        tree.reads(points).into_iter().flat_map(page).collect()
    }

    /// Every position in every size, and every pair of sizes, up to 200, from one tree of 200.
    #[test]
    fn every_proof_up_to_two_hundred() {
        let (tree, commits, leaves) = log(200);
        let all = tree.leaves(&commits).unwrap();
        let roots: Vec<Hash> = (0..=200).map(|n| merkle::root(&leaves[..n])).collect();
        for size in 0..=200u64 {
            let root = roots[size as usize];
            assert_eq!(tree.root_of(size, &read(&tree, &commits, &[size])).unwrap(), root);
            for position in 1..=size {
                let path = tree.path(position, size, &all).unwrap();
                let leaf = &leaves[position as usize - 1];
                assert!(merkle::verify_inclusion(&root, size, position - 1, leaf, &path));
                let elsewhere = (position) % size;
                assert!(
                    size == 1 || !merkle::verify_inclusion(&root, size, elsewhere, leaf, &path),
                    "{position} in {size} holds elsewhere too"
                );
            }
            for old in 0..=size {
                let path = tree.growth(old, size, &all).unwrap();
                let known = &roots[old as usize];
                assert!(
                    merkle::verify_consistency((old, known), (size, &root), &path),
                    "{old}, {size}"
                );
                let other = [7; 32];
                assert!(!merkle::verify_consistency((old, &other), (size, &root), &path));
                // An empty log is the beginning of every other.
                let onto_other = merkle::verify_consistency((old, known), (size, &other), &path);
                assert_eq!(onto_other, old == 0 && size > 0);
            }
        }
    }

    /// What a proof reads is enough for it.
    #[test]
    fn what_is_read_is_enough() {
        let (tree, commits, _) = log(200);
        let all = tree.leaves(&commits).unwrap();
        for (one, other) in [(1, 1), (1, 200), (32, 33), (33, 64), (5, 191), (192, 193), (193, 200)]
        {
            let read = read(&tree, &commits, &[one, other]);
            assert!(read.len() <= 64);
            let path = tree.inclusion(one, other, &read).unwrap();
            assert_eq!(path, tree.path(one, other, &all).unwrap());
            let growth = tree.consistency(one, other, &read).unwrap();
            assert_eq!(growth, tree.growth(one, other, &all).unwrap());
        }
    }

    #[test]
    fn a_tree_goes_on_where_its_bytes_ended() {
        for size in [0, 1, 31, 32, 33, 64, 100] {
            let (tree, ..) = log(size);
            let mut again = LogTree::from_bytes(&tree.to_bytes()).unwrap();
            assert_eq!(again, tree);
            again.append(&[commit(size + 1)]).unwrap();
            assert_eq!(again, log(size + 1).0);
        }
        let bytes = log(70).0.to_bytes();
        for at in [0, 20, 40, bytes.len() / 2, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(LogTree::from_bytes(&damaged).is_err(), "byte {at}");
            assert!(LogTree::from_bytes(&bytes[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn what_does_not_follow_is_refused() {
        let (mut tree, mut commits, _) = log(40);
        assert_eq!(tree.append(&[commit(42)]).unwrap_err().code(), "proof.log_changed");
        let mut bare = commit(41);
        bare.seal = None;
        assert_eq!(tree.append(&[bare]).unwrap_err().code(), "proof.unsealed");
        assert_eq!(tree.size(), 40);
        assert_eq!(tree.inclusion(41, 40, &[]).unwrap_err().code(), "proof.out_of_range");
        assert_eq!(tree.inclusion(1, 41, &[]).unwrap_err().code(), "proof.out_of_range");
        assert_eq!(tree.consistency(41, 40, &[]).unwrap_err().code(), "proof.out_of_range");
        commits[4].meta.actor = ActorId::new("somebody else");
        let changed = tree.inclusion(9, 40, &read(&tree, &commits, &[9, 40])).unwrap_err();
        assert_eq!(
            changed.to_string(),
            "the log has changed behind the tree that was built from it, among commits 1 to 32: verify the books \
             against a checkpoint"
        );
        assert!(tree.inclusion(9, 40, &[]).is_err(), "nothing was read");
    }
}
