//! A store under test: every call is noted, so that a broken promise comes with the calls that show it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex, MutexGuard, PoisonError};

use fondaco_core::store::{
    Answer, Ask, At, Batch, Commit, DecodeError, FeedFrom, Key, KeyBytes, KeyParts, Meta, Prepared,
    Read, Receipt, Record, Refusal, Reply, Row, Scan, SeriesState, Snapshot, Store, StoreError,
    Table, Value,
};
use fondaco_core::{ActorId, CommandId, CompanyId, Timestamp};

use crate::calls::{Call, copy};
use crate::{notes, shrink};

/// Why a check did not pass.
#[derive(Debug)]
pub(crate) enum Flaw {
    /// A promise is broken.
    Broken(Difference),
    /// The store does without it, and may.
    NotOffered(String),
    /// A held snapshot is gone: broken, unless the store says that its holds are brief.
    Gone,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Broken(difference) => difference.fmt(f),
            Flaw::NotOffered(why) => f.write_str(why),
            Flaw::Gone => StoreError::SnapshotGone.fmt(f),
        }
    }
}

/// What was found, and what had to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// What it is about; where nothing else is said, a sentence that says it all.
    pub(crate) what: String,
    pub(crate) came: String,
    pub(crate) due: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.due.as_str() {
            "" => f.write_str(&self.what),
            due => write!(f, "{}: {} came, {due} was due", self.what, self.came),
        }
    }
}

/// What a check says.
pub(crate) type Verdict<T = ()> = Result<T, Flaw>;

impl From<StoreError> for Flaw {
    fn from(error: StoreError) -> Flaw {
        match error {
            StoreError::Unsupported { .. } => Flaw::NotOffered(error.to_string()),
            StoreError::SnapshotGone => Flaw::Gone,
            _ => broken(format!("failed unexpectedly: {} ({})", error, error.code())),
        }
    }
}

impl From<DecodeError> for Flaw {
    fn from(error: DecodeError) -> Flaw {
        broken(format!("gave a row that is not as it was stored: {error}"))
    }
}

/// A flaw that one sentence tells.
pub(crate) fn broken(why: impl Into<String>) -> Flaw {
    Flaw::Broken(Difference { what: why.into(), ..Difference::default() })
}

/// That of `what` something came that was not due.
pub(crate) fn differs(what: &str, came: impl Into<String>, due: impl Into<String>) -> Flaw {
    Flaw::Broken(Difference { what: what.into(), came: came.into(), due: due.into() })
}

/// Locks, also after somebody panicked.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// That `holds`.
pub(crate) fn ensure(holds: bool, why: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(broken(why())) }
}

/// That what was found is what had to be.
pub(crate) fn same<T: PartialEq + fmt::Debug>(what: &str, found: T, wanted: T) -> Verdict {
    if found == wanted {
        return Ok(());
    }
    Err(differs(what, format!("{found:?}"), format!("{wanted:?}")))
}

/// Equal, in the digits of a decimal too.
pub(crate) fn exactly(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Decimal(a), Value::Decimal(b)) => a == b && a.scale() == b.scale(),
        (Value::Personal(a, x), Value::Personal(b, y)) => exactly(a, b) && x == y,
        (a, b) => a == b,
    }
}

/// The company that most checks use.
pub(crate) fn home() -> CompanyId {
    CompanyId::from_u128(0xA)
}

/// Another company.
pub(crate) fn away() -> CompanyId {
    CompanyId::from_u128(0xB)
}

/// One store under test.
pub(crate) struct Probe<'a> {
    pub(crate) store: Box<dyn Store>,
    make: &'a Maker,
    notes: Arc<Mutex<Vec<Note>>>,
    ids: AtomicU64,
    /// Whether a held snapshot may be gone after the next commit of its company.
    pub(crate) brief_holds: bool,
}

/// A call with its answer; what is none is only told.
struct Note {
    line: String,
    call: Option<Call>,
}

/// What a history was cut out of, and what it shows.
#[derive(Default)]
pub(crate) struct Told {
    /// The calls, each with its answer.
    pub(crate) lines: Vec<String>,
    /// How many calls the check made.
    pub(crate) of: usize,
    /// What the shortest history shows; `None` when it could not be shortened.
    pub(crate) shown: Option<Difference>,
}

/// Makes new, empty stores.
pub(crate) type Maker = dyn Fn() -> Box<dyn Store> + Send + Sync;

/// How many calls of a history are shown: the last ones.
const SHOWN: usize = 40;

impl<'a> Probe<'a> {
    /// A new store, in which nothing is prepared.
    pub(crate) fn new(make: &'a Maker) -> Probe<'a> {
        let (notes, ids) = (Arc::default(), AtomicU64::new(1));
        Probe { store: make(), make, notes, ids, brief_holds: false }
    }

    pub(crate) fn with_brief_holds(self, brief_holds: bool) -> Probe<'a> {
        Probe { brief_holds, ..self }
    }

    /// One more new store, whose calls are noted in the same history.
    pub(crate) fn bare(&self) -> Probe<'a> {
        self.note("a new store:".into());
        Probe { notes: self.notes.clone(), ..self.quiet() }
    }

    /// One more new store, with the suite's tables.
    pub(crate) fn another(&self) -> Verdict<Probe<'a>> {
        self.bare().ready()
    }

    /// The store that `make` gives after this one, with ids of its own: another object on the same database.
    pub(crate) fn beside(&self) -> Verdict<Probe<'a>> {
        self.note("another store object on that database:".into());
        let (notes, ids) = (self.notes.clone(), AtomicU64::new(1 << 20));
        Probe { notes, ids, ..self.quiet() }.ready()
    }

    /// One more new store, with a history of its own.
    pub(crate) fn quiet(&self) -> Probe<'a> {
        Probe { brief_holds: self.brief_holds, ..Probe::new(self.make) }
    }

    /// Begins the history anew.
    pub(crate) fn forget(&self) {
        lock(&self.notes).clear();
    }

    /// The same, with the suite's tables prepared.
    pub(crate) fn ready(self) -> Verdict<Probe<'a>> {
        self.prepare(crate::records::TABLES)?;
        Ok(self)
    }

    pub(crate) fn note(&self, line: String) {
        lock(&self.notes).push(Note { line, call: None });
    }

    fn note_call(&self, line: String, call: Call) {
        lock(&self.notes).push(Note { line, call: Some(call) });
    }

    /// The calls so far, as they were made: those that only looked left out, but for the last.
    pub(crate) fn history(&self) -> Vec<String> {
        let notes = lock(&self.notes);
        let last = notes.len().saturating_sub(1);
        let tells = |(at, note): &(usize, &Note)| {
            *at == last || note.call.as_ref().is_none_or(|call| !call.only_looks())
        };
        let lines: Vec<&String> =
            notes.iter().enumerate().filter(tells).map(|(_, note)| &note.line).collect();
        let hidden = lines.len().saturating_sub(SHOWN);
        let hint = (hidden > 0).then(|| format!("({hidden} calls before these)"));
        hint.into_iter().chain(lines.into_iter().skip(hidden).cloned()).collect()
    }

    /// The shortest history that shows what is wrong, or all of it; the notes are gone afterwards.
    pub(crate) fn told(&self) -> Told {
        let lines = self.history();
        let notes = std::mem::take(&mut *lock(&self.notes));
        let of = notes.len();
        // What was told without a call can't be called again: it is of two stores, or shortened already.
        let calls: Option<Vec<Call>> = notes.into_iter().map(|note| note.call).collect();
        match calls.and_then(|calls| shrink::shortest(self.make, &calls)) {
            Some(shown) => Told { lines: shown.history, of, shown: Some(shown.difference) },
            None => Told { lines, of, shown: None },
        }
    }

    /// An empty batch of the home company under a new id.
    pub(crate) fn batch(&self) -> Batch {
        batch(home(), self.ids.fetch_add(1, Ordering::Relaxed))
    }

    /// An empty batch of another company under a new id.
    pub(crate) fn batch_of(&self, company: CompanyId) -> Batch {
        batch(company, self.ids.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        let result = self.store.prepare(tables);
        self.note_call(notes::prepared(tables, &result), Call::Prepare(tables.to_vec()));
        result
    }

    pub(crate) fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        let call = copy(&batch);
        let result = self.store.commit(batch);
        self.note_call(notes::tried(&call, &result), Call::Commit(Box::new(call)));
        result
    }

    /// A commit that must succeed and be new.
    pub(crate) fn done(&self, batch: Batch) -> Verdict<Commit> {
        let commit = self.commit(batch)?;
        ensure(!commit.replayed, || "a new command was answered as a replay".into())?;
        Ok(commit)
    }

    /// A commit that must be refused.
    pub(crate) fn refused(&self, batch: Batch) -> Verdict<Refusal> {
        match self.commit(batch) {
            Err(StoreError::Refused(refusal)) => Ok(*refusal),
            Ok(commit) => {
                Err(broken(format!("stored as commit {} what had to be refused", commit.position)))
            }
            Err(other) => Err(broken(format!("had to be Refused, not: {other}"))),
        }
    }

    /// A commit that must fail with the error of this code.
    pub(crate) fn fails(&self, batch: Batch, code: &str) -> Verdict {
        match self.commit(batch) {
            Err(error) => same("the error", error.code(), code),
            Ok(commit) => {
                Err(broken(format!("stored as commit {}, must be {code}", commit.position)))
            }
        }
    }

    pub(crate) fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        let result = self.store.read(read);
        let hold = match (read.at, &result) {
            (At::Hold, Ok(answer)) => answer.at.hold,
            _ => 0,
        };
        self.note_call(notes::looked(read, &result), Call::Read(read.clone(), hold));
        result
    }

    /// One question to the home company as it stands now.
    pub(crate) fn ask(&self, ask: Ask) -> Verdict<Reply> {
        self.ask_at(home(), At::Now, ask)
    }

    pub(crate) fn ask_at(&self, company: CompanyId, at: At, ask: Ask) -> Verdict<Reply> {
        let mut answer = self.read(&Read::at(company, at, vec![ask]))?;
        same("replies to one question", answer.replies.len(), 1)?;
        answer.replies.pop().ok_or_else(|| broken("no reply"))
    }

    pub(crate) fn hold(&self) -> Verdict<Snapshot> {
        Ok(self.hold_with(Vec::new())?.at)
    }

    /// A read that holds its snapshot.
    pub(crate) fn hold_with(&self, asks: Vec<Ask>) -> Verdict<Answer> {
        let answer = match self.read(&Read::at(home(), At::Hold, asks)) {
            Err(StoreError::SnapshotGone) => {
                return Err(Flaw::NotOffered("the store holds no snapshots".into()));
            }
            other => other?,
        };
        ensure(answer.at.hold != 0, || "a held snapshot has hold 0".into())?;
        Ok(answer)
    }

    pub(crate) fn get<R: Record>(&self, key: R::Key) -> Verdict<Option<Row>> {
        self.get_at::<R>(home(), At::Now, key)
    }

    pub(crate) fn get_at<R: Record>(
        &self,
        company: CompanyId,
        at: At,
        key: R::Key,
    ) -> Verdict<Option<Row>> {
        let ask = Ask::Get(R::TABLE, vec![key.to_bytes()]);
        let mut rows = got(self.ask_at(company, at, ask)?)?;
        same("rows for one key", rows.len(), 1)?;
        Ok(rows.pop().flatten())
    }

    /// The version of a row; 0 when there is none.
    pub(crate) fn version<R: Record>(&self, key: R::Key) -> Verdict<u64> {
        Ok(self.get::<R>(key)?.map_or(0, |row| row.version))
    }

    /// The record under a key, which must be there.
    pub(crate) fn record<R: Record>(&self, key: R::Key) -> Verdict<R> {
        let row = self.get::<R>(key)?.ok_or_else(|| broken("a stored row is not found"))?;
        Ok(R::clone(&*row.record::<R>()?))
    }

    pub(crate) fn scan(&self, scan: Scan) -> Verdict<Vec<Row>> {
        rows(self.ask(Ask::Scan(scan))?)
    }

    pub(crate) fn scan_at(&self, at: At, scan: Scan) -> Verdict<Vec<Row>> {
        rows(self.ask_at(home(), at, Ask::Scan(scan))?)
    }

    /// All records of a table, in order of key.
    pub(crate) fn all<R: Record>(&self) -> Verdict<Vec<R>> {
        records(&self.scan(whole(R::TABLE, None))?)
    }

    pub(crate) fn series(&self, name: &str) -> Verdict<SeriesState> {
        match self.ask(Ask::Series(name.into()))? {
            Reply::Series(state) => Ok(state),
            other => Err(broken(format!("a series was answered with {other:?}"))),
        }
    }

    pub(crate) fn receipt(&self, company: CompanyId, id: CommandId) -> Verdict<Option<Receipt>> {
        match self.ask_at(company, At::Now, Ask::Command(id))? {
            Reply::Command(receipt) => Ok(receipt.map(|receipt| *receipt)),
            other => Err(broken(format!("a command was answered with {other:?}"))),
        }
    }

    pub(crate) fn feed(&self, company: CompanyId, after: u64) -> Verdict<Vec<Commit>> {
        self.feed_page(&FeedFrom::new(company, after, usize::MAX))
    }

    pub(crate) fn feed_page(&self, from: &FeedFrom) -> Verdict<Vec<Commit>> {
        let result = self.store.feed(from);
        self.note_call(notes::fed(from, &result), Call::Feed(from.clone()));
        Ok(result?)
    }

    pub(crate) fn position(&self) -> Verdict<u64> {
        Ok(self.read(&Read::now(home(), Vec::new()))?.at.position)
    }
}

/// Runs `work` in `count` threads that begin together; what each of them says.
pub(crate) fn together<T: Send>(
    count: usize,
    work: impl Fn(usize) -> Verdict<T> + Sync,
) -> Verdict<Vec<T>> {
    let (start, work) = (Barrier::new(count), &work);
    let run = |thread: usize| {
        start.wait();
        work(thread)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|thread| {
                scope.spawn({
                    let run = &run;
                    move || run(thread)
                })
            })
            .collect();
        let done = threads.into_iter().map(|thread| thread.join());
        done.map(|result| result.unwrap_or_else(|_| Err(broken("the store panicked")))).collect()
    })
}

/// An empty batch under the id `number`, with a digest and a salt of its own.
pub(crate) fn batch(company: CompanyId, number: u64) -> Batch {
    let time = Timestamp::from_micros(1_750_000_000_000_000 + number as i64);
    let meta = Meta::new(ActorId::new("tester"), time.unwrap_or(Timestamp::EPOCH));
    let mut batch = Batch::new(company, CommandId::from_u128(u128::from(number)), meta);
    batch.digest = [number as u8; 32];
    batch.salt = [(number >> 8) as u8 ^ 0x5A; 16];
    batch
}

/// The key of an `R`.
pub(crate) fn key<R: Record>(key: R::Key) -> Key {
    Key { table: R::TABLE, bytes: key.to_bytes() }
}

/// A scan of everything in one order.
pub(crate) fn whole(table: &'static Table, index: Option<usize>) -> Scan {
    let from = KeyBytes::new(&[]);
    Scan { table, index, from, to: None, backwards: false, limit: usize::MAX }
}

pub(crate) fn got(reply: Reply) -> Verdict<Vec<Option<Row>>> {
    match reply {
        Reply::Got(rows) => Ok(rows),
        other => Err(broken(format!("keys were answered with {other:?}"))),
    }
}

pub(crate) fn rows(reply: Reply) -> Verdict<Vec<Row>> {
    match reply {
        Reply::Rows(rows) => Ok(rows),
        other => Err(broken(format!("a scan was answered with {other:?}"))),
    }
}

pub(crate) fn records<R: Record>(rows: &[Row]) -> Verdict<Vec<R>> {
    rows.iter().map(|row| Ok(R::clone(&*row.record::<R>()?))).collect()
}
