//! What both imports share: what they do with bad lines, how far they are, what they report.

use std::fmt;

use fondaco_core::import::{Place, Refusal};
use fondaco_core::job::JobId;
use fondaco_core::{Progressed, Tx};
use serde::{Deserialize, Serialize};

use super::ImportError;
use super::records::RefusedLine;
use super::refusal::kept;
use crate::ledger::CheckedSoFar;

/// What is done about lines that are refused. Of an entry, all lines are booked or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The whole file is checked before anything is booked; one refused line, and nothing is. A long file is then booked in parts,
    /// each of which stands: the [module](super) says what that means.
    #[default]
    CheckedFirst,
    /// What is good is booked, what is refused is reported.
    GoodOnes,
}

/// What an import did. The refused lines are kept beside it: [`refusals`](super::refusals).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportReport {
    /// Lines read, without the header and empty ones.
    pub lines: i64,
    /// Entries booked, or accounts opened.
    pub entries: i64,
    /// Postings booked.
    pub postings: i64,
    /// Entries that were imported before, from this or another file, or accounts that are there already.
    pub skipped: i64,
    /// Entries or accounts that were refused.
    pub refused: i64,
    /// Their lines.
    pub refused_lines: i64,
    /// How many things were found wrong with them: the lines of the report.
    pub refusals: i64,
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ImportReport { lines, entries, skipped, refused, refused_lines, .. } = self;
        write!(f, "{lines} lines: {entries} booked, {skipped} there already, {refused} refused")?;
        if *refused > 0 { write!(f, " (of {refused_lines} lines)") } else { Ok(()) }
    }
}

/// What an import is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// Lines are judged.
    #[default]
    Checking,
    /// All were judged, and some refused.
    Refused,
    /// Lines are booked.
    Booking,
}

/// Where an import stands between two chunks.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Cursor {
    pub(crate) phase: Phase,
    /// Which time the file is checked, from 0.
    pub(crate) round: u32,
    /// Where the next chunk begins; `None` for the file's first line.
    pub(crate) place: Option<Place>,
    pub(crate) report: ImportReport,
    /// While checking: what later lines depend on.
    #[serde(default, skip_serializing_if = "CheckedSoFar::is_empty")]
    pub(crate) so_far: CheckedSoFar,
}

impl Cursor {
    /// At the file's first line.
    pub(crate) fn start(phase: Phase, round: u32) -> Cursor {
        Cursor { phase, round, ..Cursor::default() }
    }

    pub(crate) fn progressed(&self, booking: bool, total: i64) -> Progressed {
        let phase = if booking { "booking" } else { "checking" };
        Progressed::new(phase, self.report.lines).of(total)
    }

    /// Keeps what was found wrong with `lines` lines of one entry.
    pub(crate) fn refuse(
        &mut self,
        tx: &mut Tx<'_>,
        id: JobId,
        (lines, faults): (i64, &[Refusal]),
        out: &mut Vec<RefusedLine>,
    ) {
        self.report.refused += 1;
        self.report.refused_lines += lines;
        for fault in faults {
            self.report.refusals += 1;
            out.push(kept(fault, tx, (id, self.round, self.report.refusals)));
        }
    }
}

/// Checking found refused lines, in this run: they are told. In a later run, the books may have been mended.
pub(crate) fn refused(cursor: &Cursor) -> ImportError {
    ImportError::Refused { lines: cursor.report.refused_lines }
}
