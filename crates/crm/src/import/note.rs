//! What became of the lines of a file, beside the contacts: there whichever features a program has.

use std::sync::Arc;

use fondaco_core::job::JobId;
use fondaco_core::report::{Column, Listed, Row, word};
use fondaco_core::store::Record;
use fondaco_core::{Halt, Range, Reading};
use smol_str::SmolStr;

/// Something that was changed in a line of a file, or that it was refused for. It never holds what stood there.
#[derive(Record, Debug, Clone, PartialEq)]
#[record(table = "crm_import_note", kind = fact, key(job, number))]
pub struct ImportNote {
    /// The import.
    pub job: JobId,
    /// Counts the notes of it, from 1.
    pub number: i64,
    /// The line, counted from 1 in the whole file.
    pub line: i64,
    /// Whether the line was refused; else it was taken, and changed.
    pub refused: bool,
    /// The column, where one is to blame.
    pub column: Option<SmolStr>,
    /// A stable code.
    pub code: SmolStr,
    /// What it is.
    pub message: SmolStr,
    /// What to do about it; empty where nothing has to be done.
    pub way_out: SmolStr,
}

/// As people read it.
impl Listed for ImportNote {
    fn columns() -> Vec<Column> {
        let names = ["Line", "Refused", "Column", "What", "Code", "Way out"];
        names.map(|name| Column::text(word(name))).into()
    }

    fn row(&self) -> Row {
        let line = SmolStr::from(self.line.to_string());
        let refused = if self.refused { "yes" } else { "no" };
        Row::new([
            (&line).into(),
            refused.into(),
            self.column.as_ref().into(),
            (&self.message).into(),
            (&self.code).into(),
            (&self.way_out).into(),
        ])
    }
}

/// The notes of an import, in the order of the file.
///
/// # Errors
/// A [`Halt`], to be passed on.
pub fn import_notes(read: &mut impl Reading, job: JobId) -> Result<Vec<Arc<ImportNote>>, Halt> {
    read.peek_scan(&Range::<ImportNote>::by_key(&job))
}
