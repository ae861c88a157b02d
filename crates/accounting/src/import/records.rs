//! What the store keeps of imports, beside the job itself. These are always there, so that books are whole whichever
//! features a program has.

use fondaco_core::Id;
use fondaco_core::job::JobId;
use fondaco_core::store::{Personal, Record};
use smol_str::SmolStr;

use crate::ledger::Entry;

/// An entry that came from a file: never imported again under the same key.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_imported", kind = fact, key(origin, key))]
pub struct ImportedEntry {
    /// What the key is unique within: the mapping's origin, or the file's digest.
    pub origin: SmolStr,
    /// The key from the file, or the number of the entry's first line.
    pub key: SmolStr,
    /// The entry.
    pub entry: Id<Entry>,
    /// The job that imported it.
    pub job: JobId,
}

/// A key that an import met the first time through a file: the same one further down is refused, now and whenever the file
/// is checked again.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_import_key", kind = fact, key(job, round, key))]
pub struct ImportKey {
    /// The job.
    pub job: JobId,
    /// 0: a key is noted once, however often the file is checked.
    pub round: u32,
    /// The key from the file.
    pub key: SmolStr,
    /// The line on which it was met.
    pub line: i64,
}

/// A line of a file that was refused, and why.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "ledger_import_refusal", kind = fact, key(job, round, number))]
pub struct RefusedLine {
    /// The job.
    pub job: JobId,
    /// Which time the file was checked, from 0.
    pub round: u32,
    /// Its number in this report, from 1.
    pub number: i64,
    /// The line, counted from 1 in the whole file.
    pub line: i64,
    /// The last line of the entry that is refused with it.
    pub through: i64,
    /// The column.
    pub column: Option<SmolStr>,
    /// What stands there. It may be about a person, so it can be erased.
    pub value: Option<Personal<SmolStr>>,
    /// A stable code.
    pub code: SmolStr,
    /// What is wrong. It may name the value, so it can be erased.
    pub message: Personal<SmolStr>,
    /// What to do about it.
    pub way_out: SmolStr,
}
