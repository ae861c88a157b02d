//! Our trees against others': the test vectors of certificate-transparency, and the crate `ct-merkle`, which is nobody's of ours.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use fondaco_core::proof::merkle::{leaf, root, verify_consistency, verify_inclusion};
use fondaco_core::store::Hash;
use proptest::prelude::*;
use sha2::Sha256;

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

fn hash(hex: &str) -> Hash {
    bytes(hex).try_into().unwrap()
}

/// The leaves of certificate-transparency's `merkle_tree_test`.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// The roots over none, one, two of them and so on.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Position from 1, size, path.
const PATHS: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (3, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
];

/// Two sizes, path.
const GROWTHS: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn leaves(of: u64) -> Vec<Hash> {
    LEAVES[..of as usize].iter().map(|entry| leaf(&bytes(entry))).collect()
}

#[test]
fn roots_of_certificate_transparency() {
    for (size, expected) in (0..).zip(ROOTS) {
        assert_eq!(root(&leaves(size)), hash(expected), "{size} leaves");
    }
}

#[test]
fn proofs_of_certificate_transparency() {
    let path = |path: &[&str]| path.iter().map(|hex| hash(hex)).collect::<Vec<_>>();
    for (position, size, hashes) in PATHS {
        let (root, leaf) = (hash(ROOTS[size as usize]), leaves(size)[position as usize - 1]);
        let good = path(hashes);
        assert!(verify_inclusion(&root, size, position - 1, &leaf, &good), "{position} in {size}");
        for wrong in wrong_paths(&good) {
            assert!(!verify_inclusion(&root, size, position - 1, &leaf, &wrong));
        }
        assert!(!verify_inclusion(&root, size, size, &leaf, &good));
        assert!(!verify_inclusion(&root, 0, 0, &leaf, &good));
    }
    for (old, new, hashes) in GROWTHS {
        let (before, after) = (hash(ROOTS[old as usize]), hash(ROOTS[new as usize]));
        let good = path(hashes);
        assert!(verify_consistency((old, &before), (new, &after), &good), "{old} to {new}");
        for wrong in wrong_paths(&good) {
            assert!(!verify_consistency((old, &before), (new, &after), &wrong));
        }
        assert!(old == new || !verify_consistency((new, &after), (old, &before), &good));
    }
}

/// Paths that are not `good`: longer, shorter, in another order, with another bit.
fn wrong_paths(good: &[Hash]) -> Vec<Vec<Hash>> {
    let mut wrong = vec![[good, &[[0; 32]]].concat(), [&[[0; 32]], good].concat()];
    for at in 0..good.len() {
        let mut without = good.to_vec();
        without.remove(at);
        let mut bit = good.to_vec();
        bit[at][at] ^= 1;
        wrong.extend([without, bit]);
    }
    if good.len() > 1 {
        wrong.push(good.iter().rev().copied().collect());
    }
    wrong
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    assert!(rest.is_empty());
    hashes.to_vec()
}

/// Every proof of another implementation holds with our checks, for every leaf of every size up to 200.
#[test]
fn proofs_of_another_implementation() {
    let mut tree: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
    let (mut leaves, mut roots) = (Vec::new(), vec![root(&[])]);
    for size in 1..=200u64 {
        let entry = size.to_be_bytes().to_vec();
        leaves.push(leaf(&entry));
        tree.push(entry);
        let ours = root(&leaves);
        assert_eq!(tree.root().as_bytes().as_slice(), ours, "{size} leaves");
        roots.push(ours);
        for index in 0..size {
            let path = hashes(tree.prove_inclusion(index as usize).as_bytes());
            assert!(verify_inclusion(&ours, size, index, &leaves[index as usize], &path));
        }
        for added in 1..size {
            let old = size - added;
            let path = hashes(tree.prove_consistency(added as usize).as_bytes());
            let before = &roots[old as usize];
            assert!(verify_consistency((old, before), (size, &ours), &path), "{old} to {size}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn large_trees_are_the_others_too(entries in prop::collection::vec(any::<u64>(), 1..1500), at in any::<prop::sample::Index>()) {
        let mut tree: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
        let mut leaves = Vec::new();
        for entry in &entries {
            leaves.push(leaf(&entry.to_be_bytes()));
            tree.push(entry.to_be_bytes().to_vec());
        }
        let (index, size, ours) = (at.index(entries.len()), entries.len() as u64, root(&leaves));
        let theirs = tree.root();
        prop_assert_eq!(theirs.as_bytes().as_slice(), ours);
        let path = hashes(tree.prove_inclusion(index).as_bytes());
        prop_assert!(verify_inclusion(&ours, size, index as u64, &leaves[index], &path));
    }
}
