//! Confirmations: statements of accounts that a third party can check against the log, without the store and the engines.
//!
//! A [`Confirmation`] is one JSON text. It has the statement, and for each of its movements the proofs of the posting and its
//! entry under a checkpoint, beside those of the account and the ledger's settings. [`Confirmation::verify`] makes the
//! statement anew from nothing but what is proven, and compares figure by figure. `docs/proofs.md` says each byte;
//! `docs/verify_proof.py` checks one without this crate.
//!
//! # What is proven, and what is only said
//! | | in short | with the [whole log](fondaco_core::proof::WholeLog) |
//! |---|---|---|
//! | each movement was recorded so, in that commit, by that actor, at that time | proven | proven |
//! | the account, its name and the currencies | proven | proven |
//! | the sums, the balances and the order | follow | follow |
//! | the opening | said; nothing to say where the days have no beginning | proven |
//! | that no movement was left out | said | proven, but for rows that stay closed |
//!
//! What is only said is bound by the signature: a [sealed](Confirmation::sign) confirmation has a checkpoint with one line
//! more, the hash of all that it says, so that nobody can change it, and whoever signed it can't deny it. Whoever needs to
//! know that nothing was left out asks for the whole log: it shows the business of all others too, so it is for an auditor and
//! not for a customer. A row stays closed when it is an older state of something that was changed since; a ledger has few.
//! A liar could hide one posting behind each: [`Completeness`] counts them.
//!
//! Nothing personal is in it but what a text says: parties are ids. After a lawful erasure old confirmations hold, and new
//! ones can be made.

mod check;
mod error;
mod make;

use std::fmt;
use std::str::FromStr;

use fondaco_core::proof::{
    Checkpoint, NoteKey, ProofError, Proofs, SignedCheckpoint, WholeLog, merkle,
};
use fondaco_core::{CompanyId, digest};
use serde::{Deserialize, Serialize};

use crate::reports::{AccountStatement, StatementQuery};

pub use error::ConfirmationError;

/// What a confirmation's text begins with.
const FORM: &str = "fondaco.confirmation/v1";

/// A statement of an account with what proves it.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::confirmation::{Completeness, Confirmation};
/// use fondaco_core::proof::SignedCheckpoint;
/// let mut prover = books.driver().prover();
/// prover.catch_up(&mut ())?;
/// let kept = prover.checkpoint("acme.example/books")?; // the auditor has it
/// let bank = StatementQuery::new("1000", DateRange::always());
/// let text = books.confirm(&bank, &prover, &SignedCheckpoint::new(kept.clone()))?.to_string();
///
/// let confirmation: Confirmation = text.parse()?; // somewhere else, without store or engines
/// let confirmed = confirmation.verify_against(&kept)?;
/// assert_eq!(confirmed.statement.ledger.closing, 460.into());
/// assert_eq!(confirmed.completeness, Completeness::Said);
///
/// let raised = text.replace("\"460\"", "\"4600\"").parse::<Confirmation>()?;
/// assert_eq!(raised.verify_against(&kept).unwrap_err().code(), "accounting.confirmation_differs");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    form: String,
    said: Said,
    /// The checkpoint again, with the hash of what is said as one line more.
    #[serde(with = "note")]
    seal: SignedCheckpoint,
    proofs: Proofs,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log: Option<WholeLog>,
}

/// What a confirmation says: which statement was asked for, and that statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    query: StatementQuery,
    statement: AccountStatement,
}

/// What a confirmation has confirmed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Confirmed {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// Whose books.
    pub company: CompanyId,
    /// The statement, as it was made anew from what is proven. It names no counter accounts: that is others' business.
    pub statement: AccountStatement,
    /// Which commit each movement was recorded by, in the order of the statement's currencies and movements.
    pub commits: Vec<u64>,
    /// Whether a movement can have been left out.
    pub completeness: Completeness,
}

/// Whether something can have been left out of a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completeness {
    /// That nothing was, and what the account opened with, is said by whoever made the confirmation.
    Said,
    /// Every row of the log was looked at but these, which are older states of rows that were changed since.
    Proven {
        /// How many rows stay closed.
        closed_rows: u64,
    },
}

impl Confirmation {
    /// What it says, whether true or not: [`verify`](Confirmation::verify) tells.
    pub fn unverified(&self) -> &AccountStatement {
        &self.said.statement
    }

    /// The same, signed by whoever makes it: `sign` gets the text of the checkpoint with the hash of all that is said.
    ///
    /// As before each signature of a checkpoint, make sure that the log has grown from the one that was signed last.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// use fondaco_core::proof::{NoteKey, SignedCheckpoint, merkle};
    /// # let mut prover = books.driver().prover();
    /// # prover.catch_up(&mut ())?;
    /// # let checkpoint = SignedCheckpoint::new(prover.checkpoint("acme.example/books")?);
    /// # let sign = |text: &[u8]| merkle::leaf(text).to_vec(); // a host has a key
    /// let key = NoteKey::new("acme.example", 255, b"public key")?;
    /// let bank = StatementQuery::new("1000", DateRange::always());
    /// let confirmation = books.confirm(&bank, &prover, &checkpoint)?;
    /// let confirmation = confirmation.sign(&key, |text| Ok::<_, String>(sign(text)))?;
    /// let confirmed = confirmation.verify(&key, |text, signature| sign(text) == signature)?;
    /// assert_eq!(confirmed.commits.len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ProofError::Signer`] with what `sign` failed with.
    pub fn sign<E: fmt::Display>(
        mut self,
        key: &NoteKey,
        sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, E>,
    ) -> Result<Confirmation, ProofError> {
        self.seal = self.seal.sign(key, sign)?;
        Ok(self)
    }

    /// Checks the signature of `key` over all that is said, and that what is proven says the same.
    ///
    /// # Errors
    /// [`ConfirmationError`].
    pub fn verify(
        &self,
        key: &NoteKey,
        check: impl Fn(&[u8], &[u8]) -> bool,
    ) -> Result<Confirmed, ConfirmationError> {
        let signed = self.seal.verified(key, check)?;
        let mut head = self.proofs.checkpoint().unverified().clone();
        head.extensions.clone_from(&signed.extensions);
        if *signed != head {
            let what = "the seal is of another checkpoint than the proofs";
            return Err(ConfirmationError::Malformed { why: what.into() });
        }
        self.confirmed()
    }

    /// Checks that what is proven under a checkpoint that is trusted says the same. Whoever made the confirmation may deny what
    /// is only said: [`verify`](Confirmation::verify) checks his signature.
    ///
    /// # Errors
    /// [`ConfirmationError`].
    pub fn verify_against(&self, trusted: &Checkpoint) -> Result<Confirmed, ConfirmationError> {
        self.proofs.checkpoint().is_of(trusted)?;
        self.confirmed()
    }
}

impl Said {
    /// The line that stands for all that is said.
    fn line(&self) -> Result<String, ConfirmationError> {
        let text =
            serde_json::to_vec(self).map_err(|error| ConfirmationError::malformed(&error))?;
        Ok(format!("{FORM} {}", digest::hex(&merkle::leaf(&text))))
    }

    /// The checkpoint with that line.
    fn sealed(&self, checkpoint: &Checkpoint) -> Result<Checkpoint, ConfirmationError> {
        let mut sealed = checkpoint.clone();
        sealed.extensions = vec![self.line()?.into()];
        Ok(sealed)
    }
}

impl fmt::Display for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string_pretty(self).map_err(|_| fmt::Error)?;
        writeln!(f, "{text}")
    }
}

impl FromStr for Confirmation {
    type Err = ConfirmationError;

    fn from_str(text: &str) -> Result<Confirmation, ConfirmationError> {
        let confirmation: Confirmation =
            serde_json::from_str(text).map_err(|error| ConfirmationError::malformed(&error))?;
        if confirmation.form != FORM {
            let why = format!("the form is {:?}, not {FORM:?}", confirmation.form);
            return Err(ConfirmationError::Malformed { why });
        }
        Ok(confirmation)
    }
}

/// A signed checkpoint as its text.
mod note {
    use fondaco_core::proof::SignedCheckpoint;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(
        note: &SignedCheckpoint,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(note)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<SignedCheckpoint, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
