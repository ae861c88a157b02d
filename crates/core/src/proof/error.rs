//! Why a proof does not prove, or could not be made.

use smol_str::SmolStr;

use crate::ErrorCode;
use crate::store::{Key, StoreError};

/// Why a proof does not prove what it says, or could not be made.
#[derive(Debug, Clone, thiserror::Error, ErrorCode)]
#[error_code(engine = "proof")]
#[non_exhaustive]
pub enum ProofError {
    /// A proof, checkpoint, key or saved tree that is not in its form.
    #[error("line {line}: {what}")]
    #[kind(Invalid)]
    Malformed {
        /// The line of the text, counted from 1; 0 for what is no text.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The path does not lead from the commit to the checkpoint's root: the commit was changed, or the log is another.
    #[error(
        "commit {position} is not the one that the checkpoint of {size} commits holds there: the commit, the path or \
         the checkpoint is of another history"
    )]
    #[kind(Corrupt)]
    NotIncluded {
        /// The position that the proof is for.
        position: u64,
        /// How many commits the checkpoint has.
        size: u64,
    },
    /// The row is not among those that the commit wrote.
    #[error("the row is not one that commit {position} wrote: the row or its path was changed")]
    #[kind(Corrupt)]
    RowNotIncluded {
        /// The commit's position.
        position: u64,
    },
    /// The longer log does not begin with the shorter one.
    #[error(
        "the log of {new} commits does not begin with the {old} commits of the earlier checkpoint: something that was \
         recorded by then was changed, removed or inserted later"
    )]
    #[kind(Corrupt)]
    Inconsistent {
        /// How many commits the earlier checkpoint has.
        old: u64,
        /// How many commits the later one has.
        new: u64,
    },
    /// The checkpoint is of another log, or another than the one that is trusted.
    #[error(
        "the checkpoint is of {found}, and {expected} is expected: check which one you were given"
    )]
    #[kind(Refused)]
    OtherLog {
        /// What it is of.
        found: String,
        /// What is expected.
        expected: String,
    },
    /// No signature of the key holds for the checkpoint.
    #[error("no signature by {key} holds for this checkpoint: get it again from its signer")]
    #[kind(Refused)]
    NotSigned {
        /// The key's name and id.
        key: String,
    },
    /// The host's signer failed.
    #[error("the checkpoint was not signed: {0}")]
    #[kind(Unavailable)]
    Signer(String),
    /// A commit without a seal can't be proven.
    #[error(
        "commit {position} has no seal: proofs need a store that keeps the hash chain from the first commit"
    )]
    #[kind(Refused)]
    Unsealed {
        /// The position.
        position: u64,
    },
    /// The position is not among those that the checkpoint covers.
    #[error("there is no commit {position} in a log of {size} commits: take a newer checkpoint")]
    #[kind(NotFound)]
    OutOfRange {
        /// The position asked for.
        position: u64,
        /// How many commits there are.
        size: u64,
    },
    /// The log in the store is not the one that the tree was built from.
    #[error(
        "the log has changed behind the tree that was built from it, among commits {first} to {last}: verify the \
         books against a checkpoint"
    )]
    #[kind(Corrupt)]
    LogChanged {
        /// The first position it may be.
        first: u64,
        /// The last.
        last: u64,
    },
    /// There is no such row, or it is a counter, which is in no commit's root.
    #[error("{key:?} can't be proven: {why}")]
    #[kind(NotFound)]
    NoRow {
        /// The row.
        key: Key,
        /// Why.
        why: &'static str,
    },
    /// The table has no personal column of that name, or its value is erased.
    #[error("{table}.{column} can't be opened: there is no personal value in it, or it was erased")]
    #[kind(Invalid)]
    NothingToOpen {
        /// The table.
        table: SmolStr,
        /// The column.
        column: SmolStr,
    },
    /// Whoever watches stopped the work.
    #[error("stopped by whoever watches: what is done is kept, go on when you like")]
    #[kind(Refused)]
    Stopped,
    /// The store failed.
    #[error(transparent)]
    #[inner]
    Store(#[from] StoreError),
}

impl ProofError {
    pub(super) fn malformed(line: usize, what: impl Into<String>) -> ProofError {
        ProofError::Malformed { line, what: what.into() }
    }
}
