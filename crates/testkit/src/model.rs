//! The simplest correct store: sorted maps of owned values behind one lock, and a whole copy for everything held.
//!
//! It is the worked example of a store that sees only owned [`Value`]s, as one written in Python or Kotlin does: rows come
//! in through [`Stored::values`] and go out as [`ValueRow`]s, and nothing is ever downcast. It is slow on purpose; where its
//! answer and another store's differ, it is the one that is easy to check by eye.
//!
//! ```
//! use fondaco_core::CompanyId;
//! use fondaco_core::store::{Read, Store};
//! use fondaco_testkit::Model;
//!
//! let store = Model::new();
//! let answer = store.read(&Read::now(CompanyId::named("acme"), vec![])).unwrap();
//! assert_eq!(answer.at.position, 0);
//! ```

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fondaco_core::CompanyId;
use fondaco_core::store::{
    Answer, Ask, At, Batch, Commit, FeedFrom, Key, KeyBytes, KeyWriter, Pieces, Prepared, Read,
    Receipt, Reply, Row, Scan, Snapshot, Store, StoreError, Stored, Sums, Table, Type, Value,
    ValueRow, Version,
};

use company::Company;

mod changes;
mod company;
mod load;
mod rules;

/// Tables by name, as they were last prepared.
pub(crate) type Tables = BTreeMap<&'static str, &'static Table>;

/// A store of owned values in memory: see the [module](self).
#[derive(Default)]
pub struct Model {
    state: Mutex<State>,
}

#[derive(Default, Clone)]
struct State {
    tables: Tables,
    companies: BTreeMap<CompanyId, Company>,
    holds: Holds,
    next_hold: u64,
}

impl Model {
    /// An empty store.
    ///
    /// ```
    /// use fondaco_core::{CompanyId, Driver, Halt};
    /// let driver = Driver::new(fondaco_testkit::Model::new(), CompanyId::named("acme"));
    /// assert_eq!(driver.view(|view| Ok::<u64, Halt>(view.position()))?, 0); // no commit yet
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn new() -> Model {
        Model::default()
    }

    /// Another store with the same content, for tests that begin again and again from one state.
    ///
    /// ```
    /// use fondaco_core::{GuardCount, store::{Record, Store}};
    /// let model = fondaco_testkit::Model::new();
    /// model.prepare(&[GuardCount::TABLE])?;
    /// assert!(model.copy().prepare(&[GuardCount::TABLE])?.created.is_empty()); // it is there
    /// # Ok::<(), fondaco_core::store::StoreError>(())
    /// ```
    #[must_use]
    pub fn copy(&self) -> Model {
        Model { state: Mutex::new(self.state().clone()) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves no half commit behind: a company is replaced whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The version that a row has now; 0 when there is none.
    pub(crate) fn version(&self, company: CompanyId, key: &Key) -> Version {
        self.state().companies.get(&company).map_or(0, |company| company.version(key))
    }

    /// The position of a company's newest commit.
    pub(crate) fn position(&self, company: CompanyId) -> u64 {
        self.state().companies.get(&company).map_or(0, Company::position)
    }

    /// [`Store::commit`], but with everything that was wrong: a store may meet any of these first.
    pub(crate) fn attempt(&self, batch: Batch) -> Result<Commit, Vec<StoreError>> {
        let mut guard = self.state();
        let state = &mut *guard;
        let name = batch.company;
        let mut after = state.companies.get(&name).cloned().unwrap_or_default();
        let commit = after.commit(&state.tables, batch)?;
        state.companies.insert(name, after);
        Ok(commit)
    }
}

impl Store for Model {
    fn prepare(&self, tables: &[&'static Table]) -> Result<Prepared, StoreError> {
        let mut state = self.state();
        let (mut after, mut done) = (state.tables.clone(), Prepared::default());
        for table in tables {
            table.check().map_err(StoreError::Misused)?;
            match after.get(table.name).map(|known| known.layout) {
                None => done.created(table),
                Some(found) if found > table.layout => {
                    let (table, known) = (table.name.into(), table.layout);
                    return Err(StoreError::NewerLayout { table, found, known });
                }
                Some(found) if found < table.layout => done.upgraded(table, found),
                Some(_) => {}
            }
            after.insert(table.name, table);
        }
        let broken = state.companies.values().find_map(|company| company.has_clashes(&after));
        if let Some(table) = broken {
            let why = format!("table {table}: stored rows break its new unique index");
            return Err(StoreError::Misused(why));
        }
        state.tables = after;
        Ok(done)
    }

    fn read(&self, read: &Read) -> Result<Answer, StoreError> {
        let mut guard = self.state();
        let state = &mut *guard;
        let none = Company::default();
        let (hold, of) = match read.at {
            At::Now => (0, state.companies.get(&read.company).unwrap_or(&none)),
            At::Hold => {
                state.next_hold += 1;
                let copy = state.companies.get(&read.company).unwrap_or(&none).clone();
                let held = state.holds.entry(state.next_hold).or_insert((read.company, copy));
                (state.next_hold, &held.1)
            }
            At::Held(at) => (at.hold, held(&state.holds, read.company, at)?),
            At::Last(at) => (0, held(&state.holds, read.company, at)?),
            _ => return Err(StoreError::Unsupported { ask: "this snapshot" }),
        };
        let replies = read.asks.iter().map(|ask| of.reply(&state.tables, ask));
        let answer = replies
            .collect::<Result<_, _>>()
            .map(|replies| Answer::new(Snapshot { position: of.position(), hold }, replies));
        if let At::Last(at) = read.at {
            state.holds.remove(&at.hold);
        }
        answer
    }

    fn commit(&self, batch: Batch) -> Result<Commit, StoreError> {
        let nothing = || StoreError::Corrupt("refused for no reason".into());
        self.attempt(batch).map_err(|faults| faults.into_iter().next().unwrap_or_else(nothing))
    }

    fn feed(&self, from: &FeedFrom) -> Result<Vec<Commit>, StoreError> {
        let state = self.state();
        let commits = state.companies.get(&from.company).map_or(&[][..], |of| &of.commits);
        let after = commits.iter().filter(|commit| commit.position > from.after);
        Ok(after.take(from.limit).cloned().collect())
    }

    fn load(&self, company: CompanyId, pieces: &mut Pieces<'_>) -> Result<(), StoreError> {
        let tables = self.state().tables.clone();
        let loaded = Company::loaded(&tables, pieces)?;
        let mut state = self.state();
        match state.companies.get(&company) {
            Some(there) if there.position() > 0 => Err(StoreError::Occupied { company }),
            _ => {
                state.companies.insert(company, loaded);
                Ok(())
            }
        }
    }
}

type Holds = BTreeMap<u64, (CompanyId, Company)>;

fn held(holds: &Holds, company: CompanyId, at: Snapshot) -> Result<&Company, StoreError> {
    let held = holds.get(&at.hold).filter(|(of, _)| *of == company);
    held.map(|(_, company)| company).ok_or(StoreError::SnapshotGone)
}

/// Reading.
impl Company {
    fn reply(&self, tables: &Tables, ask: &Ask) -> Result<Reply, StoreError> {
        Ok(match ask {
            Ask::Command(id) => {
                let done = self.commits.iter().find(|commit| commit.id == *id);
                Reply::Command(done.map(|commit| Box::new(receipt(commit))))
            }
            Ask::Get(table, keys) => {
                let table = prepared(tables, table)?;
                Reply::Got(keys.iter().map(|key| self.row(table, key)).collect())
            }
            Ask::Scan(scan) => Reply::Rows(self.scan(prepared(tables, scan.table)?, scan)),
            Ask::Sums(sums) => Reply::Rows(self.sums(prepared(tables, sums.table)?, sums)?),
            Ask::Series(name) => Reply::Series(self.series.get(name).copied().unwrap_or_default()),
            Ask::AllSeries => Reply::AllSeries(self.all_series()),
            Ask::AllTables => Reply::AllTables(self.all_tables()),
            _ => return Err(StoreError::Unsupported { ask: "this question" }),
        })
    }

    pub(crate) fn row(&self, table: &'static Table, key: &KeyBytes) -> Option<Row> {
        let (version, values) = self.rows.get(table.name)?.get(key)?;
        Some(Row::values(*version, table, values.clone()))
    }

    /// By values, where others go by the bytes of keys.
    fn sums(&self, table: &'static Table, sums: &Sums) -> Result<Vec<Row>, StoreError> {
        sums.adder()?; // only for what is wrong with the question
        let mut found: BTreeMap<Vec<KeyBytes>, Vec<(Version, ValueRow)>> = BTreeMap::new();
        for (version, values) in self.rows.get(table.name).into_iter().flat_map(BTreeMap::values) {
            let column = |at: &usize| Some(part(values.get(*at)?, table.columns.get(*at)?.ty));
            let meant = sums.within.as_ref().is_none_or(|within| {
                column(&within.column)
                    .is_some_and(|part| within.from <= part && part <= within.through)
            });
            if !meant {
                continue;
            }
            let rows = found.entry(sums.by.iter().filter_map(column).collect()).or_default();
            let row = ValueRow::new(table, values.clone());
            let added = rows.last_mut().is_some_and(|(newest, sum)| {
                *newest = (*newest).max(*version);
                sum.add(&row).is_ok()
            });
            if !added {
                rows.push((*version, row));
            }
        }
        let rows = found.into_values().flatten();
        Ok(rows.map(|(version, row)| Row::one(version, Arc::new(row))).collect())
    }

    fn scan(&self, table: &'static Table, scan: &Scan) -> Vec<Row> {
        let mut found: Vec<(KeyBytes, Row)> = self
            .rows
            .get(table.name)
            .into_iter()
            .flatten()
            .map(|(_, (version, values))| Row::values(*version, table, values.clone()))
            .filter_map(|row| Some((row.order(scan.index)?, row)))
            .filter(|(place, _)| *place >= scan.from)
            .filter(|(place, _)| scan.to.as_ref().is_none_or(|to| place < to))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        if scan.backwards {
            found.reverse();
        }
        found.into_iter().map(|(_, row)| row).take(scan.limit).collect()
    }
}

/// A value as it is written in a key.
fn part(value: &Value, ty: Type) -> KeyBytes {
    let mut out = KeyWriter::new();
    out.value(value, ty);
    out.to_key()
}

fn receipt(commit: &Commit) -> Receipt {
    let Commit { position, digest, salt, answer, .. } = commit.clone();
    Receipt { position, digest, salt, answer }
}

/// The declaration that the store was last given, which may be newer than the caller's.
fn prepared(tables: &Tables, table: &Table) -> Result<&'static Table, StoreError> {
    let known = tables.get(table.name).copied();
    known.ok_or_else(|| StoreError::Unprepared { table: table.name.into() })
}

/// A row's values as they are kept, with their version.
type Kept = (Version, Vec<Value>);

fn owned(row: &dyn Stored) -> ValueRow {
    ValueRow::new(row.table(), row.values())
}
