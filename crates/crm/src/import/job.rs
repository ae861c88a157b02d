//! Importing a CSV file: a job, chunk by chunk, with what was changed and refused.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use fondaco_core::digest::{self, DigestError, hex};
use fondaco_core::enter::Taking;
use fondaco_core::import::{Cells, FileError, Lines, Place, Reader};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::party::ContactKind as Reach;
use fondaco_core::store::Hash;
use fondaco_core::{Act, Progressed, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::known::Known;
use super::read::{Columns, ReadLine};
use super::{ContactMapping, ImportError, ImportNote};
use crate::consent::suppressed_among;
use crate::contacts::{AddContacts, NewContact};

/// So many lines one chunk takes.
const CHUNK: usize = if cfg!(test) { 2 } else { 4_000 };

/// Imports contacts from a CSV file. Who is there, under the same id or with an e-mail address of one's own that one contact has already, however it is
/// written and under whichever of its ids, is left alone and told.
///
/// ```
/// # mod people { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/people.rs")); }
/// # use people::*;
/// # let crm = crm();
/// use fondaco_core::job::JobId;
/// use fondaco_crm::import::{ContactMapping, ImportContacts, import_notes};
///
/// let file = "\
/// Name,Mail,Phone
/// BO   BERG,Bo@Berg.example,030 123456
/// Eve Adams,eve at adams,
/// A. Lovelace,ADA@analytical.example,
/// ";
/// let mapping = ContactMapping::people("Name").email("Mail").phone("Phone").country("DE".parse()?);
/// let mut import = ImportContacts::new(std::io::Cursor::new(file), mapping)?;
/// let done = crm.run_job("import/fair.csv", &mut import, &mut ())?;
/// assert_eq!(done.report.to_string(), "3 lines: 1 added, 1 there already, 1 refused; 3 changed");
/// let notes = crm.view(|view| import_notes(view, JobId::named("import/fair.csv")))?;
/// let told: Vec<_> = notes.iter().map(|note| (note.line, note.code.as_str())).collect();
/// assert_eq!(told, [
///     (2, "crm.cleaned"), (2, "crm.cleaned"), (2, "crm.cleaned"), (3, "import.bad_email"), (4, "crm.same_address"),
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ImportContacts<R> {
    lines: Lines<R>,
    columns: Columns,
    mapping: ContactMapping,
    batch: Vec<ReadLine>,
    next: Option<Place>,
}

/// How far an import is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ImportCursor {
    /// Where the next chunk begins; `None` for the first line.
    place: Option<Place>,
    report: ImportReport,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportReport {
    /// Lines read, without the header and empty ones.
    pub lines: i64,
    /// Contacts that were added.
    pub added: i64,
    /// Lines whose contact is there already.
    pub there: i64,
    /// Lines that were refused.
    pub refused: i64,
    /// Fields that were changed by cleaning.
    pub changed: i64,
    /// What was noted in all.
    pub notes: i64,
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ImportReport { lines, added, there, refused, changed, .. } = self;
        write!(
            f,
            "{lines} lines: {added} added, {there} there already, {refused} refused; {changed} changed"
        )
    }
}

impl ImportContacts<File> {
    /// The contacts of the file at `path`.
    ///
    /// # Errors
    /// As [`ImportContacts::new`], and [`FileError::Unreadable`].
    pub fn open(
        path: impl AsRef<Path>,
        mapping: ContactMapping,
    ) -> Result<ImportContacts<File>, ImportError> {
        ImportContacts::new(File::open(path).map_err(FileError::from)?, mapping)
    }
}

impl<R: Read + Seek> ImportContacts<R> {
    /// The contacts of a file, of whatever length.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping.
    pub fn new(file: R, mapping: ContactMapping) -> Result<ImportContacts<R>, ImportError> {
        mapping.format.check()?;
        let lines = Lines::open(file, &mapping.format)?;
        let file = SmolStr::from(hex(&lines.digest));
        let columns = Columns::find(lines.header.as_deref(), &mapping, file)?;
        Ok(ImportContacts { lines, columns, mapping, batch: Vec::new(), next: None })
    }

    /// Reads the lines of a chunk. One that is too long for any contact is noted, and the next is read.
    fn load(&mut self, place: Place) -> Result<(), FileError> {
        self.lines.go_to(place)?;
        self.batch = Vec::with_capacity(CHUNK);
        self.next = None;
        let mut reader = Reader::new(&self.mapping.format);
        while self.batch.len() < CHUNK {
            let before = self.lines.place();
            let (mut faults, mut changes) = (Vec::new(), Vec::new());
            match self.lines.next() {
                Ok(Some(line)) => {
                    let number = line.number;
                    let cells = Cells::new(&mut reader, line, &mut faults);
                    let contact = self.columns.read(cells, number, &mut changes);
                    self.batch.push(ReadLine { number, contact, changes, faults });
                }
                Ok(None) => return Ok(()),
                Err(error @ FileError::TooLong { line }) => {
                    if before.line == line {
                        let way_out = "shorten the field, or close its quotation mark";
                        let code = error.code();
                        let fault =
                            fondaco_core::import::Fault::new(code, error.to_string(), way_out);
                        let faults = vec![fault.at(line, &SmolStr::default(), "")];
                        self.batch.push(ReadLine { number: line, contact: None, changes, faults });
                    }
                    self.lines.skip_line(before)?;
                }
                Err(error) => return Err(error),
            }
        }
        self.next = Some(self.lines.place());
        Ok(())
    }
}

impl<R: Read + Seek> Job for ImportContacts<R> {
    type Cursor = ImportCursor;
    type Report = ImportReport;
    type Error = ImportError;

    fn kind(&self) -> &'static str {
        "crm.import_contacts"
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(&(hex(&self.lines.digest), &self.mapping))
    }

    fn progress(&self, cursor: &ImportCursor) -> Progressed {
        Progressed::new("importing", cursor.report.lines).of(self.lines.of_data())
    }

    fn fetch(&mut self, cursor: &ImportCursor) -> Result<(), ImportError> {
        Ok(self.load(cursor.place.unwrap_or(self.lines.first))?)
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        cursor: &ImportCursor,
    ) -> Result<Step<ImportCursor>, ImportError> {
        let mut notes = Notes { job: id, report: cursor.report, rows: Vec::new() };
        self.take(tx, &mut notes)?;
        let (report, place) = (notes.report, self.next);
        tx.insert_all(notes.rows)?;
        let next = ImportCursor { place, report };
        Ok(if place.is_some() { Step::More(next) } else { Step::Last(next) })
    }

    fn finish(
        &self,
        _: &mut Tx<'_>,
        _: JobId,
        cursor: &ImportCursor,
    ) -> Result<ImportReport, ImportError> {
        Ok(cursor.report)
    }
}

impl<R> ImportContacts<R> {
    /// Adds the contacts of a chunk, and notes what became of each line.
    fn take(&self, tx: &mut Tx<'_>, notes: &mut Notes) -> Result<(), ImportError> {
        let contacts = self.batch.iter().filter_map(|line| line.contact.as_ref());
        let mut known = Known::of(tx, contacts)?;
        let (mut contacts, mut lines) = (Vec::new(), Vec::new());
        for line in &self.batch {
            notes.report.lines += 1;
            let Some(contact) = &line.contact else {
                notes.refuse(line);
                continue;
            };
            if let Some(other) = known.same_as(contact) {
                notes.report.there += 1;
                let message = format!("contact {other} has that e-mail address: it is left alone");
                notes.push(line.number, None, "crm.same_address", &message);
            } else {
                contacts.push(contact.clone());
                lines.push(line);
            }
        }
        suppressed(tx, &contacts, &lines, notes)?;
        let command = AddContacts { contacts, taking: Taking::GoodOnes };
        let entered = command.act(tx)?;
        notes.report.added += i64::from(entered.entered);
        notes.report.there += i64::from(entered.there);
        for refused in &entered.refused {
            let at = usize::try_from(refused.at).unwrap_or(usize::MAX);
            let Some(line) = lines.get(at) else { continue };
            notes.report.refused += 1;
            notes.note(
                line.number,
                true,
                None,
                (&refused.code, &refused.message),
                "correct the line",
            );
        }
        notes.rows.sort_by_key(|note| note.line);
        let first = notes.report.notes - i64::try_from(notes.rows.len()).unwrap_or(0);
        for (number, note) in (first + 1..).zip(&mut notes.rows) {
            note.number = number;
        }
        Ok(())
    }
}

/// Notes whose addresses are on the suppression list: they are added, and not written to.
fn suppressed(
    tx: &mut Tx<'_>,
    contacts: &[NewContact],
    lines: &[&ReadLine],
    notes: &mut Notes,
) -> Result<(), ImportError> {
    let emails = contacts.iter().flat_map(|contact| &contact.emails);
    let emails: Vec<_> = emails.map(|email| (Reach::Email, email.0.as_str())).collect();
    let mut on_list = suppressed_among(tx, &emails)?.into_iter();
    for (contact, line) in contacts.iter().zip(lines) {
        for _ in &contact.emails {
            if on_list.next() == Some(true) {
                let message = "its e-mail address is on the suppression list: it is not written to";
                notes.push(line.number, None, "crm.on_suppression_list", message);
            }
        }
        for change in &line.changes {
            notes.report.changed += 1;
            notes.push(line.number, Some(&change.column), "crm.cleaned", change.done);
        }
    }
    Ok(())
}

/// What is noted in a chunk.
struct Notes {
    job: JobId,
    report: ImportReport,
    rows: Vec<ImportNote>,
}

impl Notes {
    /// Notes something of a line that is taken.
    fn push(&mut self, line: u64, column: Option<&SmolStr>, code: &'static str, message: &str) {
        self.note(line, false, column, (&SmolStr::new_static(code), message), "");
    }

    /// Notes all that is wrong with a line.
    fn refuse(&mut self, line: &ReadLine) {
        self.report.refused += 1;
        for fault in &line.faults {
            let told = (&fault.code, fault.message.as_str());
            self.note(line.number, true, fault.column.as_ref(), told, &fault.way_out);
        }
    }

    fn note(
        &mut self,
        line: u64,
        refused: bool,
        column: Option<&SmolStr>,
        (code, message): (&SmolStr, &str),
        way_out: &str,
    ) {
        self.report.notes += 1;
        self.rows.push(ImportNote {
            job: self.job,
            number: self.report.notes,
            line: i64::try_from(line).unwrap_or(i64::MAX),
            refused,
            column: column.map(|column| column.chars().filter(|c| *c != '\0').collect()),
            code: code.clone(),
            message: message.into(),
            way_out: way_out.into(),
        });
    }
}

impl<R> fmt::Debug for ImportContacts<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportContacts").field("mapping", &self.mapping).finish_non_exhaustive()
    }
}
