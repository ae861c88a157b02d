//! Files, how they are read, and what came of them.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use fondaco_accounting::import::*;
use fondaco_accounting::ledger::{entry as entry_of, *};
use fondaco_core::job::{JobDone, JobError};
use fondaco_core::{ActError, Job, Range, Reading};

use crate::common::*;
pub(crate) type Told = Result<JobDone<ImportReport>, JobError<ImportError>>;

pub(crate) fn mapping() -> EntryMapping {
    EntryMapping::new("date", "account", AmountColumns::signed("amount")).key("key")
}

pub(crate) fn open(file: &str, mapping: EntryMapping) -> ImportEntries<Cursor<Vec<u8>>> {
    bytes(file.as_bytes(), mapping).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn bytes(
    file: &[u8],
    mapping: EntryMapping,
) -> Result<ImportEntries<Cursor<Vec<u8>>>, ImportError> {
    ImportEntries::new(Cursor::new(file.to_vec()), mapping)
}

pub(crate) fn run<J: Job>(
    firm: &Firm,
    name: &str,
    import: &mut J,
) -> Result<JobDone<J::Report>, JobError<J::Error>> {
    firm.run_job(name, import, &mut ())
}

/// Imports what must be booked whole.
pub(crate) fn booked(firm: &Firm, name: &str, file: &str, mapping: EntryMapping) -> ImportReport {
    let done = run(firm, name, &mut open(file, mapping));
    done.unwrap_or_else(|error| panic!("{name}: {error}: {:?}", firm.books.refusals(name))).report
}

/// What is refused of a file of which nothing is booked: line, column and code.
pub(crate) fn refused(firm: &Firm, file: &[u8], mapping: EntryMapping) -> Vec<String> {
    let name = format!("{:?}", (file, &mapping));
    let before = firm.books.trial_balance(d("2026-12-31")).unwrap();
    let mut import = bytes(file, mapping).unwrap_or_else(|error| panic!("{error}"));
    let error = run(firm, &name, &mut import).unwrap_err();
    assert_eq!(error.code(), "accounting.import_refused", "{error}");
    assert_eq!(firm.books.trial_balance(d("2026-12-31")).unwrap(), before, "nothing is booked");
    let refusals = firm.books.refusals(&name).unwrap();
    let told = |refusal: &Refusal| {
        assert!(!refusal.message.is_empty() && !refusal.way_out.is_empty());
        let column = refusal.column.as_deref().unwrap_or("-");
        format!("{} {column} {}", refusal.line, refusal.code)
    };
    refusals.iter().map(told).collect()
}

pub(crate) fn entries(firm: &Firm) -> Vec<WholeEntry> {
    firm.view(|view| {
        let entries = view.peek_scan(&Range::<Entry>::all())?;
        entries.iter().map(|entry| Ok(entry_of(view, entry.id)?.unwrap())).collect()
    })
}

pub(crate) const TWO: &str = "\
key,date,account,amount
A,2026-01-05,1000,100.00
A,2026-01-05,4000,-100.00
B,2026-01-06,5100,7.50
B,2026-01-06,2000,-2.50
B,2026-01-06,1000,-5.00
";

/// A file that somebody else writes to.
#[derive(Clone, Default)]
pub(crate) struct Shared(pub(crate) Arc<Mutex<Vec<u8>>>, u64);

impl Shared {
    pub(crate) fn of(file: &str) -> Shared {
        Shared(Arc::new(Mutex::new(file.as_bytes().to_vec())), 0)
    }
}

impl Read for Shared {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let file = self.0.lock().unwrap();
        let read = file.get(self.1 as usize..).unwrap_or_default().read(out)?;
        self.1 += read as u64;
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let SeekFrom::Start(byte) = to else { panic!("{to:?}") };
        self.1 = byte;
        Ok(byte)
    }
}
