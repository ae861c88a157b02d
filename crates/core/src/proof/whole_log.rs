//! A whole log, opened: every commit up to a checkpoint with every row that is still known. Nothing can be left out of it, so
//! it proves what a proof of rows can't: that there was no other.
//!
//! It shows everything but personal values, which stay commitments. What it can't open are older states of rows that were
//! changed since, of which the log keeps the hash alone: how many these are is told.

use serde::{Deserialize, Serialize};

use super::text::from_hex;
use super::{Checkpoint, ProofError, ProvenRow, Statement, merkle};
use crate::chain::{root, sha256};
use crate::digest::hex;
use crate::store::Hash;

/// Every commit of a log, from the first to that of a checkpoint. As JSON
/// `[{"message": hex, "rows": [{"row": hex} or {"closed": hex}, ...]}, ...]`: `row` is a row's message, `closed` the hash of one
/// that is not known any more.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::proof::WholeLog;
/// # let shop = shop();
/// let mut prover = shop.prover();
/// prover.catch_up(&mut ())?;
/// let checkpoint = prover.checkpoint("acme.example/books")?;
/// let text = serde_json::to_string(&prover.whole_log(&checkpoint)?)?;
///
/// let log: WholeLog = serde_json::from_str(&text)?; // somewhere else, without store or engines
/// let mut shelves = Vec::new();
/// let closed = log.verify_against(&checkpoint, |_, _, row| {
///     shelves.push(row.record::<Shelf>()?);
///     Ok(())
/// })?;
/// assert_eq!((shelves.len(), closed), (2, 0)); // these two, and there never was another
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<CommitText>", into = "Vec<CommitText>")]
pub struct WholeLog {
    pub(super) commits: Vec<OpenCommit>,
}

/// What a commit says, and the rows that it wrote, in order of table and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenCommit {
    pub(super) message: Vec<u8>,
    pub(super) rows: Vec<OpenRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OpenRow {
    /// Its message.
    Row(Vec<u8>),
    /// Its hash.
    Closed(Hash),
}

impl OpenRow {
    pub(super) fn hash(&self) -> Hash {
        match self {
            OpenRow::Row(message) => sha256(&[message]),
            OpenRow::Closed(hash) => *hash,
        }
    }
}

impl WholeLog {
    /// Checks that this is the log of a checkpoint that is trusted, all of it, and hands over every row with the position of
    /// its commit and what that says. How many rows stay closed.
    ///
    /// # Errors
    /// [`ProofError::NotIncluded`] when a commit is another, too many or missing; [`ProofError::RowNotIncluded`] when a row of
    /// one is; [`ProofError::Malformed`]; or what `each` fails with.
    pub fn verify_against(
        &self,
        trusted: &Checkpoint,
        mut each: impl FnMut(u64, &Statement, &ProvenRow) -> Result<(), ProofError>,
    ) -> Result<u64, ProofError> {
        let (mut tree, mut closed) = (merkle::Frontier::default(), 0);
        for commit in &self.commits {
            tree.push(merkle::leaf(&sha256(&[&commit.message])));
        }
        if tree.size() != trusted.size || tree.root() != trusted.root {
            return Err(ProofError::NotIncluded { position: tree.size(), size: trusted.size });
        }
        for (commit, position) in self.commits.iter().zip(1..) {
            let statement = Statement::read(&commit.message)?;
            let hashes: Vec<Hash> = commit.rows.iter().map(OpenRow::hash).collect();
            if root(&hashes) != statement.root {
                return Err(ProofError::RowNotIncluded { position });
            }
            for row in &commit.rows {
                match row {
                    OpenRow::Row(message) => {
                        each(position, &statement, &ProvenRow::read(message)?)?;
                    }
                    OpenRow::Closed(_) => closed += 1,
                }
            }
        }
        Ok(closed)
    }
}

/// The form that is read and written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommitText {
    message: String,
    rows: Vec<OpenText>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OpenText {
    Row(String),
    Closed(String),
}

impl From<WholeLog> for Vec<CommitText> {
    fn from(log: WholeLog) -> Vec<CommitText> {
        let row = |row: &OpenRow| match row {
            OpenRow::Row(message) => OpenText::Row(hex(message)),
            OpenRow::Closed(hash) => OpenText::Closed(hex(hash)),
        };
        let commit = |commit: OpenCommit| CommitText {
            message: hex(&commit.message),
            rows: commit.rows.iter().map(row).collect(),
        };
        log.commits.into_iter().map(commit).collect()
    }
}

impl TryFrom<Vec<CommitText>> for WholeLog {
    type Error = ProofError;

    fn try_from(commits: Vec<CommitText>) -> Result<WholeLog, ProofError> {
        let bad = |at: usize| ProofError::malformed(0, format!("commit {} is no hex", at + 1));
        let row = |row: OpenText| match row {
            OpenText::Row(text) => from_hex(&text).map(OpenRow::Row),
            OpenText::Closed(text) => Some(OpenRow::Closed(from_hex(&text)?.try_into().ok()?)),
        };
        let commit = |(at, commit): (usize, CommitText)| {
            let rows = commit.rows.into_iter().map(row).collect::<Option<_>>();
            let message = from_hex(&commit.message);
            let (message, rows) = message.zip(rows).ok_or_else(|| bad(at))?;
            Ok::<_, ProofError>(OpenCommit { message, rows })
        };
        Ok(WholeLog {
            commits: commits.into_iter().enumerate().map(commit).collect::<Result<_, _>>()?,
        })
    }
}
