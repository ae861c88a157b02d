//! Forgetting what refused lines said.

use fondaco_core::job::{JobId, JobState};
use fondaco_core::policy::Request;
use fondaco_core::store::{Event, Record};
use fondaco_core::{Act, Halt, Outcome, Range, Reading, Tx};
use serde::{Deserialize, Serialize};

use super::RefusedLine;
use crate::Books;
use crate::ledger::{LedgerError, rights};

/// So many lines lose their values in one command.
const MOST: usize = 10_000;

/// Erases what stands in the refused lines of an import, of all times that its file was checked. Line, column, code and the
/// way out stay, so that the report still says what was wrong and where.
///
/// Values and texts of a refused line may be about a person. They can't be tied to one - the line was refused before anybody
/// knew whose it was - so they are in no [export](fondaco_core::party::export()) of a party, and are not erased with one: erase
/// them once the file is mended.
///
/// One command erases 10,000 lines at most, and says whether there are more:
/// [`Books::erase_refusals`] goes on until there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EraseRefusals {
    /// The import.
    pub job: JobId,
}

/// What [`EraseRefusals`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Outcome)]
#[non_exhaustive]
pub struct ErasedRefusals {
    /// Lines that lost their value and text.
    pub lines: u32,
    /// Whether there are more.
    pub more: bool,
}

impl EraseRefusals {
    /// Erases what the refused lines of `job` said.
    pub fn new(job: JobId) -> EraseRefusals {
        EraseRefusals { job }
    }
}

impl Books<'_> {
    /// Erases what the refused lines of the import `import` quote, however many they are, by commands whose names begin
    /// with `name`: [`EraseRefusals`]. Answers how many lines lost something.
    ///
    /// ```
    /// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
    /// # use firm::*;
    /// # let books = books();
    /// let none = books.erase_refusals("january is mended", "import/january.csv").unwrap_err();
    /// assert_eq!(none.code(), "accounting.unknown_import"); // it never was
    /// ```
    ///
    /// # Errors
    /// [`LedgerError::UnknownImport`], or a [`Halt`](fondaco_core::Halt).
    pub fn erase_refusals(&self, name: &str, import: &str) -> Result<u64, LedgerError> {
        let erase = EraseRefusals::new(JobId::named(import));
        let mut lines = 0;
        for part in 1.. {
            let erased = self.send(&format!("{name}/{part}"), &erase)?.answer;
            lines += u64::from(erased.lines);
            if !erased.more {
                break;
            }
        }
        Ok(lines)
    }
}

impl Act for EraseRefusals {
    type Answer = ErasedRefusals;
    type Error = LedgerError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<ErasedRefusals, LedgerError> {
        tx.authorize(&Request::new(&rights::ERASE))?;
        let job = self.job;
        let known = tx.peek::<JobState>(&job)?.is_some_and(|state| is_import(&state));
        if !known {
            return Err(LedgerError::UnknownImport { job });
        }
        let mut keys = kept(tx, job)?;
        let more = keys.len() > MOST;
        keys.truncate(MOST);
        tx.need::<RefusedLine>(&keys)?;
        keys.iter().try_for_each(|key| tx.erase::<RefusedLine>(key))?;
        let lines = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let event = Event::new("ledger.refusals_erased").with("job", job);
        tx.emit(event.with("lines", lines));
        Ok(ErasedRefusals { lines, more })
    }
}

fn is_import(state: &JobState) -> bool {
    state.kind.starts_with("accounting.import")
}

enum Stop {
    Enough,
    Halt(Halt),
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Stop {
        Stop::Halt(halt)
    }
}

/// The lines that still say something: one more than a command erases, at most.
fn kept(tx: &mut Tx<'_>, job: JobId) -> Result<Vec<<RefusedLine as Record>::Key>, Halt> {
    let mut keys = Vec::new();
    let read = tx.peek_each(&Range::<RefusedLine>::by_key(&job), |line| {
        let value = line.value.as_ref().and_then(|value| value.get());
        if value.is_some() || line.message.get().is_some() {
            keys.push(line.key());
        }
        if keys.len() > MOST { Err(Stop::Enough) } else { Ok(()) }
    });
    match read {
        Ok(()) | Err(Stop::Enough) => Ok(keys),
        Err(Stop::Halt(halt)) => Err(halt),
    }
}
