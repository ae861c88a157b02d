//! Proofs over the log: that a commit, or one row of it, was recorded, and that nothing recorded before was changed since.
//!
//! The commits of a company are the leaves of a Merkle tree (RFC 6962). A [`Checkpoint`] says how long the log is and what the
//! root of its tree is; whoever keeps one outside, an auditor or a newspaper, finds every later change, removal or
//! insertion among the commits it covers, also of a single row, also when the whole hash chain was computed anew, and also
//! when the seals were taken away.
//!
//! # Who does what
//! - The **host** makes checkpoints now and then ([`Prover::checkpoint`]), has them signed by a key of its own
//!   ([`SignedCheckpoint::sign`]; core has no key), and gives them away.
//! - With access to the books an **auditor** asks [`Driver::audit`](crate::Driver::audit): everything is read again and compared
//!   with the checkpoint.
//! - Without access he asks for a [`Growth`] from his last checkpoint to the newest, and for the [`Proof`] of any commit or
//!   row. Both are small texts ([`Proofs`] are many in one); [`Proof::verify`] and [`Growth::verify`] are pure functions that need neither the store nor
//!   the engines. `docs/proofs.md` says each byte, so that they can be checked in any language; `docs/verify_proof.py` does
//!   so with Python alone.
//!
//! # What is proven
//! An entry of the log is a commit's content hash: company, command, its salted digest, actor, time, events, answer, and
//! the root over the rows that it wrote. A row's path leads through that root. Personal values are in a row as salted
//! commitments, so a proof shows none unless it opens one, and after a lawful erasure every old and new proof holds.
//! Counters are not in it: they are sums of facts, which are.
//!
//!
//! Proofs of rows don't prove that there were no others: a [`WholeLog`] does, which shows all of them.
//!
//! # What it costs
//! Nothing at a commit. The tree is built from the feed ([`LogTree`]), takes two bytes a commit in memory and one when it is saved,
//! and can always be built again; a proof then reads at most 64 commits.

mod checkpoint;
mod error;
mod evidence;
mod growth;
pub mod merkle;
mod proofs;
mod prover;
mod statement;
mod text;
mod tree;
mod whole_log;

pub use checkpoint::{Checkpoint, NoteKey, SignedCheckpoint};
pub use error::ProofError;
pub use evidence::{Proof, Proven};
pub use growth::Growth;
pub use proofs::{Proofs, ProvenRows};
pub use prover::Prover;
pub use statement::{ProvenRow, Statement};
pub use tree::LogTree;
pub use whole_log::WholeLog;
