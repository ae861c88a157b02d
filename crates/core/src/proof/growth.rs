//! That a log only grew: a consistency proof from an earlier checkpoint to a later one.
//!
//! The form is that of C2SP `tlog-witness`, so that a witness can be asked to sign too: a line `old` with the earlier size,
//! the hashes, an empty line, and the later checkpoint.

use std::fmt;
use std::str::FromStr;

use super::checkpoint::number;
use super::evidence::hashes;
use super::text::base64;
use super::{Checkpoint, NoteKey, ProofError, SignedCheckpoint, merkle};
use crate::store::Hash;

/// A proof that a log begins with what it was at an earlier checkpoint: nothing of that was changed, removed or inserted.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::proof::{Growth, SignedCheckpoint};
/// # let shop = shop();
/// let mut prover = shop.prover();
/// prover.catch_up(&mut ())?;
/// let kept = prover.checkpoint("acme.example/books")?; // the auditor's
/// shop.run(envelope("more"), "more", |tx, _| tx.add(Stock { item: 7, pieces: 1 }, &[]).map(drop))?;
/// prover.catch_up(&mut ())?;
/// let newest = SignedCheckpoint::new(prover.checkpoint("acme.example/books")?);
/// let text = prover.growth(&kept, &newest)?.to_string();
///
/// let growth: Growth = text.parse()?;
/// let later = growth.verify_against(&kept, newest.unverified())?;
/// assert_eq!(later.size, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growth {
    pub(super) old: u64,
    pub(super) path: Vec<Hash>,
    pub(super) checkpoint: SignedCheckpoint,
}

impl Growth {
    /// The later checkpoint, whoever signed it or not.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// Checks that the later checkpoint is signed by `key` and that its log begins with that of `kept`.
    ///
    /// # Errors
    /// [`ProofError::NotSigned`], [`ProofError::OtherLog`] when it is not of the same log, or starts from another size, and
    /// [`ProofError::Inconsistent`] when something was changed.
    pub fn verify(
        &self,
        kept: &Checkpoint,
        key: &NoteKey,
        check: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Result<Checkpoint, ProofError> {
        let later = self.checkpoint.verified(key, check)?;
        self.prove(kept, later)
    }

    /// The same for a later checkpoint that is trusted already.
    ///
    /// # Errors
    /// As [`verify`](Growth::verify).
    pub fn verify_against(
        &self,
        kept: &Checkpoint,
        later: &Checkpoint,
    ) -> Result<Checkpoint, ProofError> {
        self.checkpoint.unverified().is(later)?;
        self.prove(kept, later)
    }

    fn prove(&self, kept: &Checkpoint, later: &Checkpoint) -> Result<Checkpoint, ProofError> {
        if kept.origin != later.origin || kept.size != self.old {
            let shown = |origin: &str, size| format!("{origin}, from {size} commits");
            let (found, expected) =
                (shown(&later.origin, self.old), shown(&kept.origin, kept.size));
            return Err(ProofError::OtherLog { found, expected });
        }
        let (old, new) = ((kept.size, &kept.root), (later.size, &later.root));
        if !merkle::verify_consistency(old, new, &self.path) {
            return Err(ProofError::Inconsistent { old: kept.size, new: later.size });
        }
        Ok(later.clone())
    }
}

impl fmt::Display for Growth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", base64(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for Growth {
    type Err = ProofError;

    fn from_str(text: &str) -> Result<Growth, ProofError> {
        let bad = |what: &str| ProofError::malformed(1, what);
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or_else(|| bad("no empty line before a checkpoint"))?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| number(line.strip_prefix("old ")?));
        let old = old.ok_or_else(|| bad("the first line is old and a size"))?;
        let path = hashes(lines, 2)?;
        Ok(Growth { old, path, checkpoint: checkpoint.parse()? })
    }
}
