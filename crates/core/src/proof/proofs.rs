//! Many proofs in one text, each commit said once: JSON, for what is sent with its proofs inside.
//!
//! `{"checkpoint": text, "commits": [{"index": n, "path": [base64, ...], "message": hex}, ...],
//! "rows": [{"commit": place among the commits, "message": hex, "path": [[place, [hex, ...]], ...]}, ...]}`.
//! The parts mean what they do in a [`Proof`].

use serde::{Deserialize, Serialize};

use super::evidence::{ExtraRow, RowEvidence};
use super::text::{base64, from_hex};
use super::{Checkpoint, NoteKey, Proof, ProofError, ProvenRow, SignedCheckpoint, Statement};
use crate::digest::hex;
use crate::store::Hash;

/// Proofs of rows under one checkpoint.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::proof::{Proofs, SignedCheckpoint};
/// # let shop = shop();
/// let mut prover = shop.prover();
/// prover.catch_up(&mut ())?;
/// let checkpoint = SignedCheckpoint::new(prover.checkpoint("acme.example/books")?);
/// let keys = [shelf(1, "door").row_key(), shelf(2, "window").row_key()];
/// let text = serde_json::to_string(&prover.proofs(&keys, &checkpoint)?)?;
///
/// let proofs: Proofs = serde_json::from_str(&text)?; // somewhere else, without store or engines
/// let proven = proofs.verify_against(checkpoint.unverified())?;
/// assert_eq!((proven.commits.len(), proven.rows.len()), (1, 2));
/// assert_eq!(proven.rows[1].1.record::<Shelf>()?, shelf(2, "window"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Text", into = "Text")]
pub struct Proofs {
    checkpoint: SignedCheckpoint,
    commits: Vec<CommitEvidence>,
    /// Each with the place of its commit.
    rows: Vec<(usize, RowEvidence)>,
}

/// What a commit's entry is made of, and how it leads to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
struct CommitEvidence {
    index: u64,
    path: Vec<Hash>,
    message: Vec<u8>,
}

/// What many proofs have proven.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ProvenRows {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The commits, each with its position.
    pub commits: Vec<(u64, Statement)>,
    /// The rows, each with the place of its commit among these.
    pub rows: Vec<(usize, ProvenRow)>,
}

impl Proofs {
    /// What these proofs of rows say, in their order. All lead to `checkpoint`.
    pub(super) fn of(checkpoint: SignedCheckpoint, proofs: Vec<Proof>) -> Proofs {
        let mut commits: Vec<CommitEvidence> = Vec::new();
        let mut places = std::collections::BTreeMap::new();
        let mut rows = Vec::with_capacity(proofs.len());
        for Proof { index, path, commit, row, .. } in proofs {
            let place = *places.entry(index).or_insert_with(|| {
                commits.push(CommitEvidence { index, path, message: commit });
                commits.len() - 1
            });
            rows.extend(row.map(|row| (place, row)));
        }
        Proofs { checkpoint, commits, rows }
    }

    /// The checkpoint that they lead to, whoever signed it or not.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Checks the signature of `key` and each proof, as [`Proof::verify`].
    ///
    /// # Errors
    /// As [`Proof::verify`].
    pub fn verify(
        &self,
        key: &NoteKey,
        check: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Result<ProvenRows, ProofError> {
        let trusted = self.checkpoint.verified(key, check)?;
        self.prove(trusted)
    }

    /// Checks each proof against a checkpoint that is trusted.
    ///
    /// # Errors
    /// As [`Proof::verify_against`].
    pub fn verify_against(&self, trusted: &Checkpoint) -> Result<ProvenRows, ProofError> {
        self.checkpoint.unverified().is(trusted)?;
        self.prove(trusted)
    }

    fn prove(&self, trusted: &Checkpoint) -> Result<ProvenRows, ProofError> {
        let commit = |of: &CommitEvidence| {
            let statement = super::evidence::commit(trusted, of.index, &of.path, &of.message)?;
            Ok::<_, ProofError>((of.index.saturating_add(1), statement))
        };
        let commits = self.commits.iter().map(commit).collect::<Result<Vec<_>, _>>()?;
        let row = |(place, row): &(usize, RowEvidence)| {
            let what = || {
                ProofError::malformed(0, format!("a row is of commit {place}, which is not there"))
            };
            let (position, statement) = commits.get(*place).ok_or_else(what)?;
            Ok((*place, row.prove(*position, &statement.root)?))
        };
        let rows = self.rows.iter().map(row).collect::<Result<Vec<_>, ProofError>>()?;
        Ok(ProvenRows { checkpoint: trusted.clone(), commits, rows })
    }
}

/// The form that is read and written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    checkpoint: String,
    commits: Vec<CommitText>,
    rows: Vec<RowText>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommitText {
    index: u64,
    path: Vec<String>,
    message: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RowText {
    commit: usize,
    message: String,
    path: Vec<(usize, Vec<String>)>,
}

impl From<Proofs> for Text {
    fn from(proofs: Proofs) -> Text {
        let commit = |of: CommitEvidence| CommitText {
            index: of.index,
            path: of.path.iter().map(|hash| base64(hash)).collect(),
            message: hex(&of.message),
        };
        let row = |(commit, row): (usize, RowEvidence)| {
            let ExtraRow { message, path, .. } = ExtraRow::of(&row);
            RowText { commit, message, path }
        };
        Text {
            checkpoint: proofs.checkpoint.to_string(),
            commits: proofs.commits.into_iter().map(commit).collect(),
            rows: proofs.rows.into_iter().map(row).collect(),
        }
    }
}

impl TryFrom<Text> for Proofs {
    type Error = ProofError;

    fn try_from(text: Text) -> Result<Proofs, ProofError> {
        let bad = |what: String| ProofError::malformed(0, what);
        let commit = |of: CommitText| {
            let path = super::evidence::hashes(of.path.iter().map(String::as_str), 1)?;
            let message = from_hex(&of.message);
            let message =
                message.ok_or_else(|| bad(format!("commit at {} is no hex", of.index)))?;
            Ok::<_, ProofError>(CommitEvidence { index: of.index, path, message })
        };
        let row = |RowText { commit, message, path }: RowText| {
            let row = ExtraRow { message, path, opened: Vec::new() }.read();
            let row = row.ok_or_else(|| bad(format!("a row of commit {commit} is no hex")))?;
            Ok::<_, ProofError>((commit, row))
        };
        Ok(Proofs {
            checkpoint: text.checkpoint.parse()?,
            commits: text.commits.into_iter().map(commit).collect::<Result<_, _>>()?,
            rows: text.rows.into_iter().map(row).collect::<Result<_, _>>()?,
        })
    }
}
