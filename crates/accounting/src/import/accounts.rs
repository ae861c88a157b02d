//! A chart of accounts from a file, as a job of one chunk: accounts stand under one another in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use chrono::NaiveDate;
use fondaco_core::digest::{self, DigestError, hex};
use fondaco_core::import::{self, Cells, Finder, Lines, Reader, Refusal, Slot, same_word};
use fondaco_core::job::{Job, JobId, Step};
use fondaco_core::store::Hash;
use fondaco_core::{Act, Currency, Progressed, Tx};
use smol_str::SmolStr;

use super::entries::ImportCursor;
use super::refusal::{Fault, of_entry};
use super::run::{Cursor, Phase, refused};
use super::{AccountMapping, ImportError, ImportReport, Mode};
use crate::ledger::tree::ordered;
use crate::ledger::{Account, AccountClass, LedgerError, NewAccount, OpenAccounts, RefusedEntry};

/// More accounts than any chart has, and as many as one commit takes.
const MOST_ACCOUNTS: usize = 100_000;

/// What a chart's lines take in memory at most, in bytes: hundreds for each of so many accounts.
const MOST_BYTES: usize = 64 << 20;

/// Imports a chart of accounts. An account that is there already, as the file has it, is left alone.
///
/// ```
/// # mod firm { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/firm.rs")); }
/// # use firm::*;
/// # let books = books();
/// use fondaco_accounting::import::*;
///
/// let file = "\
/// code,name,class,parent
/// 6100,Travel,expense,6
/// 6,Overheads,expense,
/// 1000,Bank,asset,1
/// ";
/// let mapping = AccountMapping::new("code", "name", "class").parent("parent");
/// let mut import = ImportAccounts::new(std::io::Cursor::new(file), mapping)?;
/// let done = books.run_job("import/chart.csv", &mut import, &mut ())?;
/// assert_eq!((done.report.entries, done.report.skipped), (2, 1)); // 6 became a heading
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ImportAccounts<R> {
    lines: Lines<R>,
    columns: Columns,
    mapping: AccountMapping,
    mode: Mode,
    batch: Vec<Line>,
    checked: bool,
}

/// One line: an account, or what is wrong.
struct Line {
    number: u64,
    account: Option<NewAccount>,
    faults: Vec<Refusal>,
}

/// The mapping's columns, found in a file.
struct Columns {
    fields: Option<usize>,
    code: Slot,
    name: Slot,
    class: Slot,
    class_words: Vec<(SmolStr, AccountClass)>,
    parent: Option<Slot>,
    currency: Option<Slot>,
    heading: Option<Slot>,
    opens: Option<Slot>,
}

const CLASSES: [(&str, AccountClass); 5] = [
    ("asset", AccountClass::Asset),
    ("liability", AccountClass::Liability),
    ("equity", AccountClass::Equity),
    ("income", AccountClass::Income),
    ("expense", AccountClass::Expense),
];

impl Columns {
    fn find(header: Option<&[SmolStr]>, mapping: &AccountMapping) -> Result<Columns, ImportError> {
        let finder = Finder::new(header);
        let usual = CLASSES.iter().map(|(word, class)| (SmolStr::new_static(word), *class));
        Ok(Columns {
            fields: header.map(<[SmolStr]>::len),
            code: finder.find("code", &mapping.code)?,
            name: finder.find("name", &mapping.name)?,
            class: finder.find("class", &mapping.class)?,
            class_words: mapping.class_words.iter().cloned().chain(usual).collect(),
            parent: finder.find_some("parent", &mapping.parent)?,
            currency: finder.find_some("currency", &mapping.currency)?,
            heading: finder.find_some("heading", &mapping.heading)?,
            opens: finder.find_some("opens", &mapping.opens)?,
        })
    }

    fn read(&self, mut cells: Cells<'_>) -> Option<NewAccount> {
        if !self.fields.is_none_or(|fields| cells.count_fields(fields)) {
            return None;
        }
        let code = cells.needed(&self.code);
        let name = cells.needed(&self.name);
        let class = cells.needed(&self.class).and_then(|word| self.class(&mut cells, &word));
        let parent = cells.text(&self.parent);
        let currency: Option<Currency> = cells.some_currency(&self.currency);
        let heading = cells.flag(&self.heading);
        let opens: Option<NaiveDate> = cells.some_date(&self.opens);
        if !cells.is_good() {
            return None;
        }
        let (code, name, class) = (code?, name?, class?);
        let account = NewAccount::new(code, name, class);
        Some(NewAccount { parent, currency, heading, opens, ..account })
    }

    fn class(&self, cells: &mut Cells<'_>, word: &str) -> Option<AccountClass> {
        let class = self.class_words.iter().find(|(known, _)| same_word(known, word));
        if class.is_none() {
            cells.fault(Fault::BadClass, &self.class, word);
        }
        class.map(|(_, class)| *class)
    }
}

impl ImportAccounts<File> {
    /// The accounts of the file at `path`.
    ///
    /// # Errors
    /// As [`ImportAccounts::new`], and [`FileError::Unreadable`](super::FileError::Unreadable).
    pub fn open(
        path: impl AsRef<Path>,
        mapping: AccountMapping,
    ) -> Result<ImportAccounts<File>, ImportError> {
        ImportAccounts::new(File::open(path)?, mapping)
    }
}

impl<R: Read + Seek> ImportAccounts<R> {
    /// The accounts of a file, up to 100,000.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, or with the mapping.
    pub fn new(file: R, mapping: AccountMapping) -> Result<ImportAccounts<R>, ImportError> {
        mapping.format.check()?;
        let lines = Lines::open(file, &mapping.format)?;
        let columns = Columns::find(lines.header.as_deref(), &mapping)?;
        let (mode, batch) = (Mode::default(), Vec::new());
        Ok(ImportAccounts { lines, columns, mapping, mode, batch, checked: false })
    }

    /// What is done about refused lines; without, nothing is booked of a file that has some.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> ImportAccounts<R> {
        self.mode = mode;
        self
    }

    /// See [`ImportEntries::file_digest`](super::ImportEntries::file_digest).
    pub fn file_digest(&self) -> SmolStr {
        hex(&self.lines.digest).into()
    }

    fn load(&mut self) -> Result<(), ImportError> {
        self.lines.go_to(self.lines.first)?;
        self.batch = Vec::new();
        let mut reader = Reader::new(&self.mapping.format);
        let mut bytes = 0;
        while let Some(line) = self.lines.next()? {
            if self.batch.len() == MOST_ACCOUNTS {
                return Err(ImportError::TooManyAccounts { most: MOST_ACCOUNTS });
            }
            let number = line.number;
            bytes += line.bytes();
            if bytes > MOST_BYTES {
                return Err(ImportError::ChartTooLarge { line: number, most: MOST_BYTES });
            }
            let mut faults = Vec::new();
            let account = self.columns.read(Cells::new(&mut reader, line, &mut faults));
            self.batch.push(Line { number, account, faults });
        }
        headings(&mut self.batch, &self.columns);
        Ok(())
    }
}

/// Accounts that others stand under are headings; a code that comes twice is refused the second time.
fn headings(lines: &mut [Line], columns: &Columns) {
    let accounts = lines.iter().filter_map(|line| line.account.as_ref());
    let parents: BTreeSet<SmolStr> = accounts.filter_map(|new| new.parent.clone()).collect();
    let mut met = BTreeSet::new();
    for line in lines {
        let Some(account) = &mut line.account else { continue };
        account.heading |= parents.contains(&account.code);
        if !met.insert(account.code.clone()) {
            let fault =
                import::Fault::repeated_code().at(line.number, columns.code.name(), &account.code);
            line.faults.push(fault);
            line.account = None;
        }
    }
}

impl<R: Read + Seek> Job for ImportAccounts<R> {
    type Cursor = ImportCursor;
    type Report = ImportReport;
    type Error = ImportError;

    fn kind(&self) -> &'static str {
        super::declared::ACCOUNTS
    }

    fn input(&self) -> Result<Hash, DigestError> {
        digest::of(&(self.lines.digest, &self.mapping, self.mode))
    }

    fn progress(&self, ImportCursor(cursor): &ImportCursor) -> Progressed {
        cursor.progressed(true, self.lines.of_data())
    }

    fn fetch(&mut self, ImportCursor(cursor): &ImportCursor) -> Result<(), ImportError> {
        if cursor.phase == Phase::Refused && std::mem::take(&mut self.checked) {
            return Err(refused(cursor));
        }
        self.checked = true;
        self.load()
    }

    fn chunk(
        &self,
        tx: &mut Tx<'_>,
        id: JobId,
        ImportCursor(cursor): &ImportCursor,
    ) -> Result<Step<ImportCursor>, ImportError> {
        let round = match cursor.phase {
            Phase::Refused => cursor.round.saturating_add(1),
            _ => cursor.round,
        };
        let opened = tx.attempt(|tx| {
            let opened = self.open_all(tx)?;
            let all_good = opened.iter().all(|(_, answer)| answer.is_ok());
            if self.mode == Mode::GoodOnes || all_good {
                Ok(opened)
            } else {
                Err(Nothing::Was(opened))
            }
        })?;
        let (opened, phase) = match opened {
            Ok(opened) => (opened, Phase::Booking),
            Err(Nothing::Was(opened)) => (opened, Phase::Refused),
            Err(Nothing::Ledger(error)) => return Err(error.into()),
        };
        let mut next = Cursor::start(phase, round);
        let mut lines = Vec::new();
        for (_, answer) in opened {
            next.report.lines += 1;
            match answer {
                Ok(true) => next.report.entries += i64::from(phase == Phase::Booking),
                Ok(false) => next.report.skipped += 1,
                Err(faults) => next.refuse(tx, id, (1, &faults), &mut lines),
            }
        }
        tx.insert_all(lines)?;
        let next = ImportCursor(next);
        Ok(if phase == Phase::Refused { Step::More(next) } else { Step::Last(next) })
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

/// For each line whether it opened an account, or what is wrong with it.
type Opened = Vec<(u64, Result<bool, Vec<Refusal>>)>;

/// Why what was opened is taken back.
#[derive(Debug, thiserror::Error)]
enum Nothing {
    #[error("some lines are refused, so nothing is opened")]
    Was(Opened),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<fondaco_core::Halt> for Nothing {
    fn from(halt: fondaco_core::Halt) -> Nothing {
        Nothing::Ledger(halt.into())
    }
}

impl fondaco_core::ActError for Nothing {
    fn halt(&self) -> Option<&fondaco_core::Halt> {
        if let Nothing::Ledger(error) = self { error.halt() } else { None }
    }
    fn code(&self) -> &'static str {
        if let Nothing::Ledger(error) = self { error.code() } else { "accounting.import_refused" }
    }
    fn kind(&self) -> fondaco_core::ErrorKind {
        fondaco_core::ErrorKind::Refused
    }
}

impl<R: Read + Seek> ImportAccounts<R> {
    /// Opens what can be opened, headings before what stands under them.
    fn open_all(&self, tx: &mut Tx<'_>) -> Result<Opened, LedgerError> {
        let accounts = || self.batch.iter().filter_map(|line| line.account.as_ref());
        let codes: Vec<SmolStr> = accounts()
            .flat_map(|new| std::iter::once(&new.code).chain(&new.parent))
            .cloned()
            .collect();
        tx.need::<Account>(&codes)?;
        let mut answers: BTreeMap<u64, Result<bool, Vec<Refusal>>> = BTreeMap::new();
        let mut waiting: Vec<(u64, &NewAccount)> = Vec::new();
        for line in &self.batch {
            match &line.account {
                Some(account) => waiting.push((line.number, account)),
                None => drop(answers.insert(line.number, Err(line.faults.clone()))),
            }
        }
        // Those that stand under one another in a circle come last: each is refused for its parent.
        let (order, circle) = ordered(&waiting.iter().map(|(_, new)| *new).collect::<Vec<_>>());
        for (number, account) in order.into_iter().chain(circle).filter_map(|at| waiting.get(at)) {
            answers.insert(*number, self.open_one(tx, *number, account)?);
        }
        Ok(answers.into_iter().collect())
    }

    fn open_one(
        &self,
        tx: &mut Tx<'_>,
        number: u64,
        account: &NewAccount,
    ) -> Result<Result<bool, Vec<Refusal>>, LedgerError> {
        if let Some(known) = tx.get::<Account>(&account.code)? {
            let same = is_same(&known, account);
            let fault = || Fault::OtherAccount.at(number, self.columns.code.name(), &account.code);
            return Ok(if same { Ok(false) } else { Err(vec![fault()]) });
        }
        let open = OpenAccounts::new(vec![account.clone()]);
        Ok(match tx.attempt(|tx| open.act(tx))? {
            Ok(()) => Ok(true),
            Err(error) => {
                let error = match error {
                    LedgerError::At { error, .. } => *error,
                    other => other,
                };
                Err(vec![of_entry(number, number, &RefusedEntry::from(error))])
            }
        })
    }
}

/// Whether an account is as the file has it; the file may leave out whether it is a heading.
fn is_same(known: &Account, new: &NewAccount) -> bool {
    known.name == new.name
        && known.class == new.class
        && known.parent == new.parent
        && known.currency == new.currency
        && (known.heading || !new.heading)
        && known.opens == new.opens
}

impl<R> std::fmt::Debug for ImportAccounts<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportAccounts").field("mapping", &self.mapping).finish_non_exhaustive()
    }
}
