//! A company as open files: a folder of JSON lines that any program can read, and back into any store, verified.
//!
//! ```text
//! acme/
//!   manifest.json         what is there: company, position, tables with their columns, how many lines each file has
//!   tables/<table>.jsonl  its rows, one a line, in order of key, with the columns' names
//!   series.jsonl          number series, and how far each has come
//!   log.jsonl             all commits: who, when, events, answer, seal
//! ```
//!
//! `docs/backup.md` says each member. Every line ends with a check of itself, so that a line that was changed or cut is named
//! with file and number; what somebody changed with its check is found by the hash chain, which is verified before an import
//! is called done. An export holds what the books hold, personal values and their salts too: keep it like the books.
//!
//! An export can be imported under a newer layout of its tables: columns that came later are null, as in a store that is
//! upgraded.

mod form;
mod reader;
mod writer;

pub use reader::import;
pub use writer::export;

/// The version of these forms.
const VERSION: u64 = 1;

const MANIFEST: &str = "manifest.json";
const SERIES: &str = "series.jsonl";
const LOG: &str = "log.jsonl";

fn rows_of(table: &str) -> String {
    format!("tables/{table}.jsonl")
}
