//! A store as an earlier version of a program had it: today's engines write to it, and what later layouts brought is not there.
//!
//! Whoever opens the store underneath finds a file as that version left it: tables at their older layouts, rows without the columns
//! that came since, indexes on them missing. So an upgrade is proven with real books, not with a toy's.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use fondaco_core::store::{
    Answer, Ask, Batch, Change, Clash, Commit, FeedFrom, Key, KeyBytes, Prepared, Read, Refusal,
    Reply, Row, Rows, Scan, Seen, Store, StoreError, Stored, Sums, Table, ValueRow, ValueSource,
};
use fondaco_core::{CompanyId, chain};

/// A store whose tables are at older layouts than the engines know, which notice nothing: later columns read as null.
///
/// ```
/// use fondaco_core::store::{Record, Store};
/// use fondaco_testkit::records::Note;
/// use fondaco_testkit::{Model, Older};
/// use std::sync::Arc;
///
/// let file = Arc::new(Model::new());
/// let before = Older::over(file.clone(), 1); // the program of the first layouts
/// assert_eq!(before.prepare(&[Note::TABLE])?.created, ["kit_note"]);
/// // ... acts on `before` ...
/// assert_eq!(file.prepare(&[Note::TABLE])?.upgraded, [("kit_note", 1)]); // today's opens the file
/// # Ok::<(), fondaco_core::store::StoreError>(())
/// ```
pub struct Older {
    inner: Arc<dyn Store>,
    layout: Box<dyn Fn(&Table) -> u32 + Send + Sync>,
    tables: Mutex<BTreeMap<&'static str, Twin>>,
}

/// A table as the engines know it, and as it was.
#[derive(Clone, Copy)]
struct Twin {
    now: &'static Table,
    then: &'static Table,
}

impl Older {
    /// Keeps `inner` as a program did that knew each table up to `layout`.
    pub fn over(inner: Arc<dyn Store>, layout: u32) -> Older {
        Older::with(inner, move |table| table.layout.min(layout))
    }

    /// Keeps `inner` as a program did that knew of each table the layout before today's.
    pub fn behind(inner: Arc<dyn Store>) -> Older {
        Older::with(inner, |table| table.layout.saturating_sub(1))
    }

    fn with(
        inner: Arc<dyn Store>,
        layout: impl Fn(&Table) -> u32 + Send + Sync + 'static,
    ) -> Older {
        Older { inner, layout: Box::new(layout), tables: Mutex::default() }
    }

    /// The tables that were used, as they are today.
    pub fn tables(&self) -> Vec<&'static Table> {
        self.twins().iter().map(|twin| twin.now).collect()
    }

    fn twins(&self) -> Vec<Twin> {
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.values().copied().collect()
    }

    fn twin(&self, table: &'static Table) -> Twin {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        *tables
            .entry(table.name)
            .or_insert_with(|| Twin { now: table, then: as_of(table, (self.layout)(table)) })
    }

    fn then(&self, key: Key) -> Key {
        Key { table: self.twin(key.table).then, bytes: key.bytes }
    }

    fn now(&self, key: Key) -> Key {
        Key { table: self.twin(key.table).now, bytes: key.bytes }
    }

    fn change(&self, change: Change) -> Change {
        match change {
            Change::Insert(rows) => Change::Insert(self.rows(rows)),
            Change::Add { rows, floors } => Change::Add { rows: self.rows(rows), floors },
            Change::Put { row, seen } => {
                let twin = self.twin(row.table());
                Change::Put { row: Arc::new(twin.before(row.as_ref())), seen }
            }
            Change::Delete { key, seen } => Change::Delete { key: self.then(key), seen },
            Change::Erase { key } => Change::Erase { key: self.then(key) },
            other => other,
        }
    }

    fn rows(&self, rows: Box<dyn Rows>) -> Box<dyn Rows> {
        let before = |row: &dyn Stored| self.twin(row.table()).before(row);
        let all = (0..rows.len()).filter_map(|at| rows.row(at)).map(before);
        Box::new(all.collect::<Vec<ValueRow>>())
    }

    /// The question as the store knows it; `None` for one of an index that came later, in which no row is.
    fn ask(&self, ask: &Ask) -> Option<Ask> {
        Some(match ask {
            Ask::Get(table, keys) => Ask::Get(self.twin(table).then, keys.clone()),
            Ask::Scan(scan) => {
                let twin = self.twin(scan.table);
                let mut scan = scan.clone();
                if let Some(index) = scan.index {
                    scan.index = Some(twin.index_then(index)?);
                }
                scan.table = twin.then;
                Ask::Scan(scan)
            }
            Ask::Sums(sums) => {
                Ask::Sums(Sums { table: self.twin(sums.table).then, ..sums.clone() })
            }
            other => other.clone(),
        })
    }

    fn row(&self, row: Row) -> Row {
        let twin = self.twin(row.stored().table());
        Row::values(row.version, twin.now, row.stored().values())
    }

    fn reply(&self, reply: Reply) -> Reply {
        match reply {
            Reply::Got(rows) => {
                Reply::Got(rows.into_iter().map(|row| Some(self.row(row?))).collect())
            }
            Reply::Rows(rows) => Reply::Rows(rows.into_iter().map(|row| self.row(row)).collect()),
            other => other,
        }
    }

    fn error(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Refused(refusal) => StoreError::Refused(Box::new(self.refusal(*refusal))),
            StoreError::Exists { key } => StoreError::Exists { key: self.now(key) },
            StoreError::Overflow { key, column } => {
                StoreError::Overflow { key: self.now(key), column }
            }
            other => other,
        }
    }

    fn refusal(&self, mut refusal: Refusal) -> Refusal {
        for Seen { key, .. } in &mut refusal.moved {
            *key = self.now(key.clone());
        }
        for Clash { index, holder, wanted, .. } in &mut refusal.clashes {
            *index = self.twin(wanted.table).index_now(*index);
            (*holder, *wanted) = (self.now(holder.clone()), self.now(wanted.clone()));
        }
        for (key, row) in &mut refusal.short {
            *key = self.now(key.clone());
            *row = row.take().map(|row| self.row(row));
        }
        refusal
    }
}

impl Twin {
    /// A row as it was written then.
    fn before(self, row: &dyn Stored) -> ValueRow {
        let mut values = row.values();
        values.truncate(self.then.columns.len());
        ValueRow::new(self.then, values)
    }

    fn index_then(self, index: usize) -> Option<usize> {
        let name = self.now.indexes.get(index)?.name;
        self.then.indexes.iter().position(|index| index.name == name)
    }

    fn index_now(self, index: usize) -> usize {
        let name = self.then.indexes.get(index).map(|index| index.name);
        let found = self.now.indexes.iter().position(|index| Some(index.name) == name);
        found.unwrap_or(index)
    }
}

/// Tables that were brought up, each with the layout that it had.
pub type BroughtUp = BTreeSet<(&'static str, u32)>;

/// Opens what an [`Older`] left, in the same store or in the same file opened again, with today's tables: all are brought up, every row
/// is today's record, and the chain holds. Gives each table that was brought up and has rows, with the layout it had.
///
/// ```
/// use fondaco_core::CompanyId;
/// use fondaco_core::store::{Record, Store};
/// use fondaco_testkit::{Model, Older, brought_up, records::Note};
/// use std::sync::Arc;
///
/// let file = Arc::new(Model::new());
/// Older::over(file.clone(), 1).prepare(&[Note::TABLE]).unwrap();
/// let up = brought_up(&*file, CompanyId::named("acme"), &[Note::TABLE]);
/// assert_eq!(up, Ok([].into())); // no rows were there
/// ```
///
/// # Errors
/// What is otherwise, in words.
pub fn brought_up(
    file: &dyn Store,
    company: CompanyId,
    tables: &[&'static Table],
) -> Result<BroughtUp, String> {
    let prepared = file.prepare(tables).map_err(|error| error.to_string())?;
    let mut found = BroughtUp::new();
    for table in tables {
        let rows = rows_of(file, company, table)?;
        let from = prepared.upgraded.iter().find(|(name, _)| *name == table.name);
        if let Some((name, from)) = from
            && rows > 0
        {
            found.insert((name, *from));
        }
    }
    let verified = chain::verify(file, company, tables).map_err(|error| error.to_string())?;
    match verified.findings.is_empty() {
        true => Ok(found),
        false => Err(format!("brought up, it does not verify: {:?}", verified.findings)),
    }
}

/// What is not among those brought up: of each table all the layouts that it had before today's.
///
/// ```
/// use fondaco_core::store::Record;
/// use fondaco_testkit::{not_brought_up, records::Note};
/// assert_eq!(not_brought_up(&[Note::TABLE], &[("kit_note", 1)].into()), []);
/// assert_eq!(not_brought_up(&[Note::TABLE], &[].into()), [("kit_note", 1)]);
/// ```
pub fn not_brought_up(tables: &[&'static Table], found: &BroughtUp) -> Vec<(&'static str, u32)> {
    let layouts = |table: &&'static Table| (1..table.layout).map(|layout| (table.name, layout));
    tables.iter().flat_map(layouts).filter(|one| !found.contains(one)).collect()
}

/// How many rows a table has, each of which is a record of today's.
fn rows_of(store: &dyn Store, company: CompanyId, table: &'static Table) -> Result<usize, String> {
    let from = KeyBytes::new(&[]);
    let scan = Scan { table, index: None, from, to: None, backwards: false, limit: usize::MAX };
    let said = |what: &dyn fmt::Display| format!("{}: {what}", table.name);
    let read = Read::now(company, vec![Ask::Scan(scan)]);
    let answer = store.read(&read).map_err(|error| said(&error))?;
    let Some(Reply::Rows(rows)) = answer.replies.first() else { return Err(said(&"no rows")) };
    for row in rows {
        if let Some(decode) = table.decode {
            let values = row.stored().values();
            decode.row(&mut ValueSource::new(&values)).map_err(|error| said(&error))?;
        }
    }
    Ok(rows.len())
}

/// The declaration of a table as it was at an earlier layout, without a record of its own; the same table at its own. It stays for as
/// long as the program runs.
///
/// ```
/// use fondaco_core::store::Record;
/// use fondaco_testkit::{as_of, records::Note};
/// let before = as_of(Note::TABLE, 1);
/// assert_eq!((before.layout, before.columns.len()), (1, Note::TABLE.columns.len() - 1));
/// ```
pub fn as_of(table: &'static Table, layout: u32) -> &'static Table {
    let layout = layout.max(1);
    if table.layout <= layout {
        return table;
    }
    let columns = table.columns.iter().take_while(|column| column.since <= layout).count();
    let indexes = table.indexes.iter().copied();
    let indexes: Vec<_> =
        indexes.filter(|index| index.columns.iter().all(|&at| at < columns)).collect();
    Box::leak(Box::new(Table {
        name: table.name,
        kind: table.kind,
        layout,
        columns: table.columns.get(..columns).unwrap_or(table.columns),
        key: table.key,
        indexes: indexes.leak(),
        guards: &[],
        decode: None,
    }))
}

impl Store for Older {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        let tables: Vec<_> = tables.iter().map(|table| self.twin(table).then).collect();
        self.inner.prepare(&tables)
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        let known: Vec<Option<Ask>> = read.asks.iter().map(|ask| self.ask(ask)).collect();
        let asks = known.iter().flatten().cloned().collect();
        let mut answer = self.inner.read(&Read::at(read.company, read.at, asks))?;
        let mut replies = std::mem::take(&mut answer.replies).into_iter();
        let nothing = || Some(Reply::Rows(Vec::new()));
        let reply = |ask: &Option<Ask>| match ask {
            Some(_) => replies.next().map(|reply| self.reply(reply)),
            None => nothing(),
        };
        answer.replies = known.iter().map_while(reply).collect();
        Ok(answer)
    }

    fn commit(&self, mut batch: Batch) -> Result<Commit, StoreError> {
        let changes = std::mem::take(&mut batch.changes);
        batch.changes = changes.into_iter().map(|change| self.change(change)).collect();
        for Seen { key, .. } in &mut batch.seen {
            *key = self.then(key.clone());
        }
        self.inner.commit(batch).map_err(|error| self.error(error))
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        self.inner.feed(from)
    }
}

impl fmt::Debug for Older {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let then = self.twins().into_iter().map(|twin| (twin.then.name, twin.then.layout));
        f.debug_struct("Older").field("tables", &then.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}
