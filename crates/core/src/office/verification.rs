//! What a verification of all that is kept found.

use std::fmt;

use crate::chain::Verified;
use crate::engine::Discrepancy;

/// What [`Office::verify`](super::Office::verify) found: in the log and its rows, and in what engines derive from them. `D` is how an
/// engine says that something differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification<D = Discrepancy> {
    /// The hash chain and the rows.
    pub chain: Verified,
    /// What does not follow from the facts.
    pub discrepancies: Vec<D>,
}

impl<D> Verification<D> {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.chain.findings.is_empty() && self.discrepancies.is_empty()
    }
}

impl<D: fmt::Display> fmt::Display for Verification<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified { commits, rows, findings, .. } = &self.chain;
        if !self.chain.sealed && self.is_clean() {
            let what = "the sums are right; rows can't be compared without a hash chain";
            return write!(f, "{what} ({commits} commits)");
        }
        if self.is_clean() {
            return write!(f, "{rows} rows of {commits} commits are as they were written");
        }
        writeln!(
            f,
            "{} findings in {rows} rows of {commits} commits",
            findings.len() + self.discrepancies.len()
        )?;
        findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))?;
        self.discrepancies.iter().try_for_each(|discrepancy| writeln!(f, "{discrepancy}"))
    }
}
