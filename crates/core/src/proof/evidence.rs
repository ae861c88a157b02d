//! A proof as a text, and its check: pure functions over bytes.
//!
//! The form is C2SP `tlog-proof`; its `extra` line carries what the entry is made of, as JSON in base64:
//! `{"commit": hex, "row": {"message": hex, "path": [[place, [hex, ...]], ...], "opened": [[column, hex, hex], ...]}}`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::checkpoint::{hash, number};
use super::text::{base64, from_base64, from_hex};
use super::{Checkpoint, NoteKey, ProofError, ProvenRow, SignedCheckpoint, Statement, merkle};
use crate::chain::{ARITY, CanonicalReader, commitment, node, sha256, value_message};
use crate::digest::hex;
use crate::store::{Hash, Salt, Value};

const FORM: &str = "c2sp.org/tlog-proof@v1";

/// A proof that a commit is in the log of a checkpoint, and perhaps that it wrote a row: a small text that needs nothing
/// else to be checked but the signer's key, or a checkpoint that is trusted already.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::proof::{Proof, SignedCheckpoint};
/// # let shop = shop();
/// let mut prover = shop.prover();
/// prover.catch_up(&mut ())?;
/// let checkpoint = SignedCheckpoint::new(prover.checkpoint("acme.example/books")?);
/// let text = prover.commit(1, &checkpoint)?.to_string();
///
/// let proof: Proof = text.parse()?; // somewhere else, without store or engines
/// let proven = proof.verify_against(checkpoint.unverified())?;
/// assert_eq!((proven.position, proven.statement.actor.as_str()), (1, "clerk-7"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub(super) index: u64,
    pub(super) path: Vec<Hash>,
    pub(super) commit: Vec<u8>,
    pub(super) row: Option<RowEvidence>,
    pub(super) checkpoint: SignedCheckpoint,
}

/// What a row's hash is made of, and how it leads to its commit's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowEvidence {
    pub(super) message: Vec<u8>,
    /// From the row to the root: the place among the hashes of each node, and the other hashes.
    pub(super) path: Vec<(usize, Vec<Hash>)>,
    pub(super) opened: Vec<Opening>,
}

/// A personal value that the proof shows: column, value, and the salt of its commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opening {
    pub(super) column: u8,
    pub(super) value: Vec<u8>,
    pub(super) salt: Salt,
}

impl Opening {
    pub(super) fn new(column: u8, value: &Value, salt: Salt) -> Opening {
        Opening { column, value: value_message(value), salt }
    }
}

/// What a proof has proven.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Proven {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The commit's position.
    pub position: u64,
    /// What the commit says.
    pub statement: Statement,
    /// The row, if the proof is of one.
    pub row: Option<ProvenRow>,
}

impl Proof {
    /// The checkpoint that the proof leads to, whoever signed it or not.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Checks the signature of `key` and the proof; [`SignedCheckpoint::verified`] says how `check` is called. Whoever has
    /// several logs compares the origin too.
    ///
    /// # Errors
    /// [`ProofError::NotSigned`], [`ProofError::NotIncluded`], [`ProofError::RowNotIncluded`], or
    /// [`ProofError::Malformed`].
    pub fn verify(
        &self,
        key: &NoteKey,
        check: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Result<Proven, ProofError> {
        let trusted = self.checkpoint.verified(key, check)?;
        self.prove(trusted)
    }

    /// Checks the proof against a checkpoint that is trusted.
    ///
    /// # Errors
    /// [`ProofError::OtherLog`] when the proof leads to another checkpoint, or as [`verify`](Proof::verify).
    pub fn verify_against(&self, trusted: &Checkpoint) -> Result<Proven, ProofError> {
        self.checkpoint.unverified().is(trusted)?;
        self.prove(trusted)
    }

    fn prove(&self, trusted: &Checkpoint) -> Result<Proven, ProofError> {
        let position = self.index.saturating_add(1);
        let statement = commit(trusted, self.index, &self.path, &self.commit)?;
        let row = self.row.as_ref().map(|row| row.prove(position, &statement.root)).transpose()?;
        Ok(Proven { checkpoint: trusted.clone(), position, statement, row })
    }
}

/// What the commit of this message says, if it is the leaf of this index.
pub(super) fn commit(
    trusted: &Checkpoint,
    index: u64,
    path: &[Hash],
    message: &[u8],
) -> Result<Statement, ProofError> {
    let leaf = merkle::leaf(&sha256(&[message]));
    if !merkle::verify_inclusion(&trusted.root, trusted.size, index, &leaf, path) {
        let (position, size) = (index.saturating_add(1), trusted.size);
        return Err(ProofError::NotIncluded { position, size });
    }
    Statement::read(message)
}

impl RowEvidence {
    pub(super) fn prove(&self, position: u64, root: &Hash) -> Result<ProvenRow, ProofError> {
        let step = |below: Hash, (place, others): &(usize, Vec<Hash>)| {
            let (before, after) = others.split_at_checked(*place)?;
            let hashes = [before, &[below], after].concat();
            (hashes.len() <= ARITY).then(|| node(&hashes))
        };
        let top = self.path.iter().try_fold(sha256(&[&self.message]), step);
        if self.path.is_empty() || top != Some(*root) {
            return Err(ProofError::RowNotIncluded { position });
        }
        let mut row = ProvenRow::read(&self.message)?;
        self.opened.iter().try_for_each(|opening| opening.open(&mut row))?;
        Ok(row)
    }
}

impl Opening {
    /// Puts the value in the place of its commitment.
    fn open(&self, row: &mut ProvenRow) -> Result<(), ProofError> {
        let what =
            || ProofError::malformed(0, format!("column {} is not what is opened", self.column));
        let value = CanonicalReader::alone(&self.value).ok_or_else(what)?;
        let kept = row.columns.iter_mut().find(|(column, _)| *column == self.column);
        let (_, kept) = kept.ok_or_else(what)?;
        if *kept != Value::Erased(commitment(&value, &self.salt)) {
            return Err(what());
        }
        *kept = Value::Personal(Box::new(value), self.salt);
        Ok(())
    }
}

/// The `extra` line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extra {
    commit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<ExtraRow>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExtraRow {
    pub(super) message: String,
    pub(super) path: Vec<(usize, Vec<String>)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) opened: Vec<(u8, String, String)>,
}

impl ExtraRow {
    pub(super) fn of(row: &RowEvidence) -> ExtraRow {
        ExtraRow {
            message: hex(&row.message),
            path: row.path.iter().map(|(at, others)| (*at, all_hex(others))).collect(),
            opened: row.opened.iter().map(|o| (o.column, hex(&o.value), hex(&o.salt))).collect(),
        }
    }

    pub(super) fn read(self) -> Option<RowEvidence> {
        let hashes =
            |texts: Vec<String>| texts.into_iter().map(|text| from_hex(&text)?.try_into().ok());
        let path = self
            .path
            .into_iter()
            .map(|(at, others)| Some((at, hashes(others).collect::<Option<_>>()?)));
        let opened = self.opened.into_iter().map(|(column, value, salt)| {
            Some(Opening {
                column,
                value: from_hex(&value)?,
                salt: from_hex(&salt)?.try_into().ok()?,
            })
        });
        let (path, opened) = (path.collect::<Option<_>>()?, opened.collect::<Option<_>>()?);
        Some(RowEvidence { message: from_hex(&self.message)?, path, opened })
    }
}

impl Extra {
    fn of(proof: &Proof) -> Extra {
        Extra { commit: hex(&proof.commit), row: proof.row.as_ref().map(ExtraRow::of) }
    }

    /// The commit's message and the row.
    fn read(text: &str) -> Option<(Vec<u8>, Option<RowEvidence>)> {
        let extra: Extra = serde_json::from_slice(&from_base64(text)?).ok()?;
        let row = match extra.row {
            Some(row) => Some(row.read()?),
            None => None,
        };
        Some((from_hex(&extra.commit)?, row))
    }
}

fn all_hex(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| hex(hash)).collect()
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extra = serde_json::to_vec(&Extra::of(self)).map_err(|_| fmt::Error)?;
        writeln!(f, "{FORM}\nextra {}\nindex {}", base64(&extra), self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Proof {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Proof, ProofError> {
        let bad = |line, what: &str| ProofError::malformed(line, what);
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or_else(|| bad(1, "no empty line before a checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FORM) {
            return Err(bad(1, "a proof begins with c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra "));
        let (commit, row) = extra
            .and_then(Extra::read)
            .ok_or_else(|| bad(2, "no extra line that says what the entry is made of"))?;
        let index = lines.next().and_then(|line| number(line.strip_prefix("index ")?));
        let index = index.ok_or_else(|| bad(3, "no index"))?;
        let path = hashes(lines, 4)?;
        let checkpoint = checkpoint.parse()?;
        Ok(Proof { index, path, commit, row, checkpoint })
    }
}

/// Lines of hashes in base64, of which the first is line number `first`.
pub(super) fn hashes<'t>(
    lines: impl Iterator<Item = &'t str>,
    first: usize,
) -> Result<Vec<Hash>, ProofError> {
    let one = |(at, line)| {
        hash(line).ok_or_else(|| ProofError::malformed(first + at, "no base64 of 32 bytes"))
    };
    lines.enumerate().map(one).collect()
}
