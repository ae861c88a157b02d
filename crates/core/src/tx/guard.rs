//! Range guards: counters that change whenever a row of their range does.

use smol_str::SmolStr;

use crate::store::{KeyBytes, Record};

/// How often rows of one range changed: what a guarded scan rests on. `Tx` keeps them; every driver prepares the table.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "range_guard", kind = counter, key(table, guard, part))]
pub struct GuardCount {
    /// The guarded table's name.
    pub table: SmolStr,
    /// Which of its guards.
    pub guard: u8,
    /// The guard columns of the range, encoded as key parts.
    pub part: KeyBytes,
    /// How many rows changed.
    pub changes: i64,
}
