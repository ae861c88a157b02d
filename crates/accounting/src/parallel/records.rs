//! Parallel ledgers as they are stored.

use fondaco_core::store::Record;
use smol_str::SmolStr;

/// A ledger beside the leading one.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "ledger_parallel", kind = state, key(code), layout = 2)]
pub struct ParallelLedger {
    /// What names it for ever: `ifrs`.
    pub code: SmolStr,
    /// What people read.
    pub name: SmolStr,
    /// Where what it earned and spent alone goes when a year is closed.
    pub retained_earnings: Option<SmolStr>,
    /// The journal of its closing entries, which belongs to it.
    pub closing_journal: Option<SmolStr>,
    /// Whether its revaluations value all that it has, what is of all ledgers too; else what it has alone.
    #[record(since = 2)]
    pub values_all: Option<bool>,
}
