//! Merkle trees as RFC 6962 defines them (section 2.1), and the checks of their proofs (RFC 9162, 2.1.3 and 2.1.4).
//!
//! All functions are pure, and none allocates more than its answer. An entry of our log is the 32 bytes of a commit's
//! content hash ([`chain::content`](crate::chain::content)); entry `i`, counted from 0, is the commit at position `i + 1`.

use crate::chain::sha256;
use crate::store::Hash;

/// The hash of a leaf: SHA-256 of `0x00` and the entry.
///
/// ```
/// use fondaco_core::proof::merkle::{leaf, node, root};
/// assert_eq!(root(&[leaf(b"a"), leaf(b"b")]), node(&leaf(b"a"), &leaf(b"b")));
/// ```
pub fn leaf(entry: &[u8]) -> Hash {
    sha256(&[&[0], entry])
}

/// The hash of an inner node: SHA-256 of `0x01` and the hashes of its two children.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    sha256(&[&[1], left, right])
}

/// The root over leaves; that of no leaf is the hash of nothing.
///
/// ```
/// use fondaco_core::proof::merkle::{leaf, root};
/// assert_eq!(root(&[leaf(b"a")]), leaf(b"a"));
/// assert_eq!(root(&[])[..4], [0xe3, 0xb0, 0xc4, 0x42]);
/// ```
pub fn root(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.push(*leaf));
    frontier.root()
}

/// The largest power of two that is smaller than `count`: where a tree of two leaves and more is split.
pub(super) fn split(count: u64) -> u64 {
    debug_assert!(count > 1, "a leaf is not split");
    1 << (count.saturating_sub(1)).max(1).ilog2()
}

/// The roots of the complete trees that a log of some size consists of: all that is needed to go on and to know the root.
///
/// ```
/// use fondaco_core::proof::merkle::{Frontier, leaf, root};
/// let mut frontier = Frontier::default();
/// frontier.push(leaf(b"a"));
/// frontier.push(leaf(b"b"));
/// assert_eq!((frontier.size(), frontier.root()), (2, root(&[leaf(b"a"), leaf(b"b")])));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let (mut peak, mut merges) = (leaf, self.size.trailing_ones());
        while merges > 0 {
            if let Some(left) = self.peaks.pop() {
                peak = node(&left, &peak);
            }
            merges -= 1;
        }
        self.peaks.push(peak);
        self.size += 1;
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev().copied();
        let last = peaks.next().unwrap_or_else(|| sha256(&[]));
        peaks.fold(last, |right, left| node(&left, &right))
    }
}

/// Whether `path` leads from the leaf at `index` (from 0) to the root of a tree of `size` leaves.
///
/// ```
/// use fondaco_core::proof::merkle::{leaf, node, verify_inclusion};
/// let (a, b) = (leaf(b"a"), leaf(b"b"));
/// assert!(verify_inclusion(&node(&a, &b), 2, 1, &b, &[a]));
/// assert!(!verify_inclusion(&node(&a, &b), 2, 0, &b, &[a])); // not in that place
/// ```
pub fn verify_inclusion(root: &Hash, size: u64, index: u64, leaf: &Hash, path: &[Hash]) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(sibling, &hash);
            (at, last) = up_to_right(at, last);
        } else {
            hash = node(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// Whether the tree of `old.0` leaves with root `old.1` is the beginning of the tree of `new.0` leaves with root `new.1`.
/// A log of no entries is the beginning of every other.
///
/// ```
/// use fondaco_core::proof::merkle::{leaf, node, verify_consistency};
/// let (a, b) = (leaf(b"a"), leaf(b"b"));
/// assert!(verify_consistency((1, &a), (2, &node(&a, &b)), &[b]));
/// assert!(!verify_consistency((1, &b), (2, &node(&a, &b)), &[b])); // it did not begin with b
/// ```
pub fn verify_consistency(old: (u64, &Hash), new: (u64, &Hash), path: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 || old_size == new_size {
        let known = old_size == new_size || *old_root == root(&[]);
        return known && path.is_empty() && (old_size != new_size || old_root == new_root);
    }
    if old_size > new_size {
        return false;
    }
    // The root of a complete tree is known, so a path leaves it out.
    let begin = if old_size.is_power_of_two() { Some(old_root) } else { None };
    let mut path = begin.into_iter().chain(path);
    let Some(&first) = path.next() else { return false };
    let skipped = (old_size - 1).trailing_ones();
    let (mut at, mut last) = ((old_size - 1) >> skipped, (new_size - 1) >> skipped);
    let (mut of_old, mut of_new) = (first, first);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            (of_old, of_new) = (node(sibling, &of_old), node(sibling, &of_new));
            (at, last) = up_to_right(at, last);
        } else {
            of_new = node(&of_new, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && of_old == *old_root && of_new == *new_root
}

/// Goes up while the node is a left one without a sibling, as at the right edge of a tree.
fn up_to_right(at: u64, last: u64) -> (u64, u64) {
    let levels = if at == 0 { 0 } else { at.trailing_zeros() };
    (at >> levels, last >> levels)
}
