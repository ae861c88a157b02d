//! Entries from a file, as a job.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::Arc;

use fondaco_core::digest::{self, DigestError, hex};
use fondaco_core::import::{Place, Refusal};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::store::Hash;
use fondaco_core::{Currency, Halt, Id, Money, Progressed, Reading, Tx};
use smol_str::{SmolStr, format_smolstr};

use super::group::{Group, Groups};
use super::records::{ImportKey, ImportedEntry, RefusedLine};
use super::refusal::{Fault, of_entry};
use super::run::{Cursor, Phase, refused};
use super::{EntryMapping, Grouping, ImportError, ImportReport, Mode};
use crate::ledger::{
    self, Entry, LedgerError, NewEntry, NewPosting, Posted, Posting, RefusedEntry, Settings, Side,
};

/// The round in which a file's keys are noted.
const FIRST: u32 = 0;

/// So many lines are one commit; a file with no more is booked whole or not at all.
const CHUNK: i64 = if cfg!(test) { 4 } else { 16_384 };

/// Imports the entries of a CSV file. What is in memory is one chunk, however long the file.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::import::*;
///
/// let file = "\
/// Date;Voucher;Account;Amount
/// 01.03.2026;A1;5100;1.040,00
/// 01.03.2026;A1;1000;-1.040,00
/// ";
/// let mapping = EntryMapping::new("Date", "Account", AmountColumns::signed("Amount"))
///     .format(CsvFormat::new().delimiter(';').numbers(NumberFormat::COMMA).date("DD.MM.YYYY"))
///     .key("Voucher");
/// let mut import = ImportEntries::new(std::io::Cursor::new(file), mapping)?;
/// let done = books.run_job("import/march.csv", &mut import, &mut ())?;
/// assert_eq!((done.report.lines, done.report.entries), (2, 1));
/// assert!(books.run_job("import/march.csv", &mut import, &mut ())?.replayed); // not booked twice
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ImportEntries<R> {
    groups: Groups<R>,
    mapping: EntryMapping,
    mode: Mode,
    origin: SmolStr,
    batch: Batch,
    /// Whether this run has checked lines: what it found is to be told, not looked for again.
    checked: bool,
}

/// What one chunk does.
#[derive(Default)]
struct Batch {
    groups: Vec<Group>,
    next: Place,
    is_last: bool,
}

impl ImportEntries<File> {
    /// The entries of the file at `path`.
    ///
    /// # Errors
    /// As [`ImportEntries::new`], and [`FileError::Unreadable`](super::FileError::Unreadable).
    pub fn open(
        path: impl AsRef<Path>,
        mapping: EntryMapping,
    ) -> Result<ImportEntries<File>, ImportError> {
        ImportEntries::new(File::open(path)?, mapping)
    }
}

impl<R: Read + Seek> ImportEntries<R> {
    /// The entries of a file. It is read once from end to end, for its digest.
    ///
    /// ```
    /// use fondaco_accounting::import::*;
    /// use fondaco_core::ActError;
    /// let mapping = EntryMapping::new("Date", "Account", AmountColumns::signed("Betrag"));
    /// let file = std::io::Cursor::new("Date,Account,Amount\n2026-03-01,1000,5.00\n");
    /// let error = ImportEntries::new(file, mapping).err().ok_or("there is no such column")?;
    /// assert_eq!(error.code(), "core.import_no_column");
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the file has no column Betrag, which the mapping names for amount: \
    ///      it has Date, Account, Amount",
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping.
    pub fn new(file: R, mapping: EntryMapping) -> Result<ImportEntries<R>, ImportError> {
        let groups = Groups::open(file, &mapping)?;
        let by_key = matches!(mapping.grouping, Grouping::Key(_));
        let origin = mapping.origin.clone().filter(|_| by_key);
        let origin = origin.unwrap_or_else(|| hex(&groups.lines.digest).into());
        let (mode, batch) = (Mode::default(), Batch::default());
        Ok(ImportEntries { groups, mapping, mode, origin, batch, checked: false })
    }

    /// What is done about refused lines; without, nothing is booked of a file that has some.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> ImportEntries<R> {
        self.mode = mode;
        self
    }

    /// The digest of the file, in hexadecimal digits: in a job's name, so that a mended file is a new job.
    ///
    /// ```
    /// use fondaco_accounting::import::*;
    /// let open = |file: &'static str| {
    ///     let mapping = EntryMapping::new(1, 2, AmountColumns::signed(3));
    ///     ImportEntries::new(std::io::Cursor::new(file), mapping)
    /// };
    /// let (first, mended) = (open("date,account,amount\n")?, open("date,account,amount\n\n")?);
    /// assert_ne!(first.file_digest(), mended.file_digest());
    /// # Ok::<(), ImportError>(())
    /// ```
    pub fn file_digest(&self) -> SmolStr {
        hex(&self.groups.lines.digest).into()
    }

    fn is_booking(&self, cursor: &Cursor) -> bool {
        self.mode == Mode::GoodOnes || cursor.phase == Phase::Booking
    }

    fn load(&mut self, place: Place) -> Result<(), ImportError> {
        self.groups.go_to(place)?;
        self.batch = Batch::default();
        let mut lines = 0;
        while lines < CHUNK {
            match self.groups.next()? {
                Some(group) => {
                    lines += group.lines;
                    self.batch.groups.push(group);
                }
                None => {
                    self.batch.is_last = true;
                    break;
                }
            }
        }
        self.batch.next = self.groups.place();
        Ok(())
    }
}

impl<R: Read + Seek> Job for ImportEntries<R> {
    type Cursor = ImportCursor;
    type Report = ImportReport;
    type Error = ImportError;

    fn kind(&self) -> &'static str {
        super::declared::ENTRIES
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(&(self.groups.lines.digest, &self.mapping, self.mode))
    }

    fn progress(&self, ImportCursor(cursor): &ImportCursor) -> Progressed {
        cursor.progressed(self.is_booking(cursor), self.groups.lines.of_data())
    }

    fn fetch(&mut self, ImportCursor(cursor): &ImportCursor) -> Result<(), ImportError> {
        let first = self.groups.lines.first;
        if cursor.phase == Phase::Refused {
            if std::mem::take(&mut self.checked) {
                return Err(refused(cursor)); // run again, it looks again: the books may have been mended
            }
            self.checked = true;
            return self.load(first);
        }
        self.checked |= !self.is_booking(cursor);
        self.load(cursor.place.unwrap_or(first))
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        ImportCursor(cursor): &ImportCursor,
    ) -> Result<Step<ImportCursor>, ImportError> {
        let mut next = match cursor.phase {
            Phase::Refused => Cursor::start(Phase::Checking, cursor.round.saturating_add(1)),
            _ => cursor.clone(),
        };
        let booking = self.is_booking(&next);
        let known = self.known(tx, id, &next)?;
        let entries = self.entries(tx, &known)?;
        let answers: Vec<Result<Option<Posted>, RefusedEntry>> = if booking {
            let posted = ledger::post_each(tx, &entries)?;
            posted.entries.into_iter().map(|answer| answer.map(Some)).collect()
        } else {
            let refused = ledger::check_each(tx, &entries, &mut next.so_far)?;
            refused.into_iter().map(|answer| answer.map_or(Ok(None), Err)).collect()
        };
        self.tell(tx, id, &mut next, (known, answers))?;
        next.place = Some(self.batch.next);
        Ok(self.step(next))
    }

    fn finish(
        &self,
        _: &mut Tx<'_>,
        _: JobId,
        ImportCursor(cursor): &ImportCursor,
    ) -> Result<ImportReport, ImportError> {
        Ok(cursor.report)
    }
}

/// Where an import stands: its own business.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ImportCursor(pub(crate) Cursor);

/// What is known of an entry's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nothing: it is new.
    New,
    /// It was imported before.
    Imported,
    /// Another one of its key was imported before.
    Other(Id<Entry>),
    /// This file has it twice.
    Scattered,
}

impl<R: Read + Seek> ImportEntries<R> {
    /// What is known of each entry's key; the first time through a keyed file, its keys are noted.
    fn known(&self, tx: &mut Tx<'_>, id: JobId, cursor: &Cursor) -> Result<Vec<Known>, Halt> {
        let groups = &self.batch.groups;
        let keys: Vec<_> =
            groups.iter().map(|group| (self.origin.clone(), group.key.clone())).collect();
        let imported = tx.get_many::<ImportedEntry>(&keys)?;
        let mut known: Vec<Known> = imported
            .iter()
            .map(|row| match row {
                None => Known::New,
                Some(row) if row.job == id => Known::Scattered,
                Some(_) => Known::Imported,
            })
            .collect();
        self.compare(tx, &imported, &mut known)?;
        if matches!(self.mapping.grouping, Grouping::Key(_)) {
            let mut met = BTreeSet::new();
            for (group, known) in groups.iter().zip(&mut known) {
                if !met.insert(&group.key) {
                    *known = Known::Scattered;
                }
            }
            // Who books only after all was checked knows them already.
            if cursor.phase == Phase::Checking {
                self.note_keys(tx, id, &mut known)?;
            }
        }
        Ok(known)
    }

    /// Finds out which of the entries that were imported before are not what the file says by now.
    fn compare(
        &self,
        tx: &mut Tx<'_>,
        imported: &[Option<Arc<ImportedEntry>>],
        known: &mut [Known],
    ) -> Result<(), Halt> {
        if self.mapping.origin.is_none() {
            return Ok(()); // the keys are those of this very file
        }
        let groups = self.batch.groups.iter().zip(imported).zip(known);
        let before: Vec<_> = groups
            .filter_map(|((group, row), known)| match (*known, row, &group.entry) {
                (Known::Imported, Some(row), Some(new)) => Some((row.entry, new, known)),
                _ => None,
            })
            .collect();
        let ids: Vec<Id<Entry>> = before.iter().map(|(id, ..)| *id).collect();
        // One more than the file has, so that one that is missing there is seen.
        let lines = before.iter().flat_map(|(id, new, _)| {
            (1..=new.postings.len().saturating_add(1)).map(|line| (*id, line as u32))
        });
        let lines: Vec<(Id<Entry>, u32)> = lines.collect();
        let stored = tx.peek_many::<Entry>(&ids)?;
        let mut postings = tx.peek_many::<Posting>(&lines)?.into_iter();
        for ((id, new, known), entry) in before.into_iter().zip(stored) {
            let of_entry: Vec<_> =
                postings.by_ref().take(new.postings.len().saturating_add(1)).flatten().collect();
            let is_of = |entry: &Arc<Entry>| entry.date == new.date && entry.journal == new.journal;
            if !entry.as_ref().is_some_and(is_of) || !are_same(&of_entry, new) {
                *known = Known::Other(id);
            }
        }
        Ok(())
    }

    /// However often a file is checked, its keys stand on the same lines: they are noted once.
    fn note_keys(&self, tx: &mut Tx<'_>, job: JobId, known: &mut [Known]) -> Result<(), Halt> {
        let groups = &self.batch.groups;
        let keys: Vec<_> = groups.iter().map(|group| (job, FIRST, group.key.clone())).collect();
        let noted = tx.get_many::<ImportKey>(&keys)?;
        let mut new = Vec::with_capacity(groups.len());
        for ((group, known), noted) in groups.iter().zip(known).zip(noted) {
            let line = super::refusal::count(group.line);
            match noted {
                Some(noted) if noted.line != line => *known = Known::Scattered,
                None if *known == Known::New => {
                    new.push(ImportKey { job, round: FIRST, key: group.key.clone(), line });
                }
                _ => {}
            }
        }
        tx.insert_all(new)
    }

    /// The entries that are to be judged or booked, their worths in the ledger's currency.
    fn entries(&self, tx: &mut Tx<'_>, known: &[Known]) -> Result<Vec<NewEntry>, LedgerError> {
        let groups = self.batch.groups.iter().zip(known);
        let mut entries: Vec<NewEntry> = groups
            .filter(|(_, known)| **known == Known::New)
            .filter_map(|(group, _)| group.entry.clone())
            .collect();
        if self.mapping.worth.is_some() {
            let settings = tx.get::<Settings>(&Settings::key())?.ok_or(LedgerError::NotSetUp)?;
            entries.iter_mut().for_each(|entry| worth_in(settings.currency, entry));
        }
        Ok(entries)
    }

    /// Counts what came of each entry, and keeps it.
    fn tell(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        cursor: &mut Cursor,
        (known, answers): (Vec<Known>, Vec<Result<Option<Posted>, RefusedEntry>>),
    ) -> Result<(), ImportError> {
        let (mut imported, mut lines): (Vec<ImportedEntry>, Vec<RefusedLine>) = Default::default();
        let mut answers = answers.into_iter();
        for (group, known) in self.batch.groups.iter().zip(known) {
            cursor.report.lines += group.lines;
            let faults = match (known, &group.entry) {
                (Known::Imported, _) => {
                    cursor.report.skipped += 1;
                    continue;
                }
                (Known::Scattered, _) => vec![self.of_key(group, Fault::ScatteredKey)],
                (Known::Other(entry), _) => {
                    vec![self.of_key(group, Fault::OtherContent { entry })]
                }
                (Known::New, None) => group.faults.clone(),
                (Known::New, Some(entry)) => match answers.next() {
                    Some(Err(refused)) => vec![of_entry(group.line, group.through, &refused)],
                    Some(Ok(posted)) => {
                        cursor.report.entries += 1;
                        cursor.report.postings += entry.postings.len() as i64;
                        imported.extend(posted.map(|posted| self.imported(group, posted, id)));
                        continue;
                    }
                    None => return Err(Halt::Bug("an entry without an answer".into()).into()),
                },
            };
            cursor.refuse(tx, id, (group.lines, &faults), &mut lines);
            if cursor.phase == Phase::Booking {
                let (line, code) =
                    faults.first().map_or((group.line, SmolStr::default()), |fault| {
                        (fault.line, fault.code.clone())
                    });
                return Err(ImportError::Changed { line, code });
            }
        }
        tx.insert_all(imported)?;
        Ok(tx.insert_all(lines)?)
    }

    fn imported(&self, group: &Group, posted: Posted, job: JobId) -> ImportedEntry {
        let (origin, key) = (self.origin.clone(), group.key.clone());
        ImportedEntry { origin, key, entry: posted.id, job }
    }

    fn of_key(&self, group: &Group, fault: Fault) -> Refusal {
        let column = match &self.mapping.grouping {
            Grouping::Key(super::Source::Column(name)) => name.clone(),
            Grouping::Key(super::Source::Position(position)) => format_smolstr!("{position}"),
            _ => SmolStr::default(),
        };
        let refusal = fault.at(group.line, &column, &group.key);
        Refusal { through: group.through, ..refusal }
    }

    /// What follows a chunk that leads to `next`.
    fn step(&self, next: Cursor) -> Step<ImportCursor> {
        if !self.batch.is_last {
            return Step::More(ImportCursor(next));
        }
        if self.is_booking(&next) {
            return Step::Last(ImportCursor(next));
        }
        Step::More(ImportCursor(if next.report.refused > 0 {
            Cursor { phase: Phase::Refused, ..next }
        } else {
            Cursor::start(Phase::Booking, next.round)
        }))
    }
}

/// Whether an entry's postings are those that a file says, in its order: on the same sides of the same accounts, of the same amounts.
fn are_same(stored: &[Arc<Posting>], new: &NewEntry) -> bool {
    let signed = |posting: &NewPosting, amount: Money| match posting.side {
        Side::Debit => amount.amount(),
        Side::Credit => -amount.amount(),
    };
    let is_same = |(stored, new): (&Arc<Posting>, &NewPosting)| {
        let worth = new.ledger_amount.map(|worth| signed(new, worth));
        stored.account == new.account
            && stored.currency == new.amount.currency()
            && stored.amount.to_decimal() == signed(new, new.amount)
            && worth.is_none_or(|worth| stored.ledger_amount.to_decimal() == worth)
    };
    stored.len() == new.postings.len() && stored.iter().zip(&new.postings).all(is_same)
}

/// Worths are in the ledger's currency, which a file does not know.
fn worth_in(ledger: Currency, entry: &mut NewEntry) {
    for posting in &mut entry.postings {
        posting.ledger_amount =
            posting.ledger_amount.map(|worth| Money::new(worth.amount(), ledger));
    }
}

impl<R> std::fmt::Debug for ImportEntries<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportEntries").field("mapping", &self.mapping).finish_non_exhaustive()
    }
}
