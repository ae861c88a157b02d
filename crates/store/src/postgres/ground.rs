//! What the decision on some batches rests on: read once for all of them, in a constant number of statements, while the
//! company's head is locked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use fondaco_core::CommandId;
use fondaco_core::store::{
    Batch, Change, Commit, Key, KeyBytes, KeyWriter, Kind, Numbers, Row, SeriesState, Stored,
    Table, Version,
};
use smol_str::SmolStr;

use super::error::Outcome;
use super::form::Forms;
use super::log::{self, Head};
use super::read;
use super::room::Room;
use super::wire::Wire;

/// An entry of a unique index: table, index, index columns.
pub(super) type Entry = (&'static str, usize, KeyBytes);

/// A counter as it stands, the batches before included.
#[derive(Debug)]
pub(super) struct Counter {
    /// Whether its table has it.
    pub(super) stored: bool,
    pub(super) row: Option<Row>,
    pub(super) changed: bool,
}

/// A company as some batches see it.
pub(super) struct Ground {
    /// The head before the first batch.
    pub(super) before: Head,
    pub(super) versions: HashMap<Key, Version>,
    pub(super) counters: HashMap<Key, Counter>,
    pub(super) holders: HashMap<Entry, Key>,
    /// The rows that are to be erased.
    pub(super) rows: HashMap<Key, Row>,
    pub(super) series: HashMap<SmolStr, SeriesState>,
    pub(super) commits: HashMap<CommandId, Commit>,
    /// The numbers with which each batch's entries were looked up.
    pub(super) numbers: HashMap<CommandId, Numbers>,
    /// The state of the tables' declarations.
    pub(super) generation: i64,
    /// Whether inserted keys were looked up too.
    pub(super) careful: bool,
}

/// Keys of one table, or entries of one of its indexes.
#[derive(Default)]
struct Keys {
    table: Option<&'static Table>,
    keys: HashSet<KeyBytes>,
}

impl Keys {
    fn add(&mut self, table: &'static Table, key: KeyBytes) {
        self.table = Some(table);
        self.keys.insert(key);
    }

    /// In their order.
    fn sorted(&self) -> Vec<&KeyBytes> {
        let mut keys: Vec<&KeyBytes> = self.keys.iter().collect();
        keys.sort_unstable();
        keys
    }
}

/// What is to be read, by table.
#[derive(Default)]
struct Wanted {
    versions: BTreeMap<&'static str, Keys>,
    rows: BTreeMap<&'static str, Keys>,
    entries: BTreeMap<(&'static str, usize), Keys>,
}

impl Wanted {
    fn version(&mut self, key: &Key) {
        let of = self.versions.entry(key.table.name).or_default();
        of.add(key.table, key.bytes.clone());
    }

    fn row(&mut self, key: &Key) {
        let of = self.rows.entry(key.table.name).or_default();
        of.add(key.table, key.bytes.clone());
    }

    /// The entries that a row would have in unique indexes, with the numbers that its batch draws.
    fn entries(&mut self, row: &dyn Stored, numbers: &Numbers) {
        let mut note = |row: &dyn Stored| {
            for_entries(row, |index, part| {
                let of = self.entries.entry((row.table().name, index)).or_default();
                of.add(row.table(), part);
            });
        };
        if numbers.first.is_empty() {
            return note(row);
        }
        let mut filled = row.copy();
        if let Some(own) = Arc::get_mut(&mut filled) {
            own.fill(numbers);
        }
        note(filled.as_ref());
    }

    fn batch(&mut self, batch: &Batch, numbers: &Numbers, position: u64, careful: bool) {
        // Decided on the newest state: all is as it was seen.
        if position == 0 || batch.at.position != position {
            batch.seen.iter().for_each(|seen| self.version(&seen.key));
        }
        for change in &batch.changes {
            self.change(change, numbers, careful);
        }
    }

    fn change(&mut self, change: &Change, numbers: &Numbers, careful: bool) {
        match change {
            Change::Insert(rows) => {
                let unique = !rows.is_empty() && has_unique(rows.table());
                for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
                    if unique {
                        self.entries(row, numbers);
                    }
                    if careful {
                        self.version(&row.row_key());
                    }
                }
            }
            Change::Put { row, .. } => {
                self.version(&row.row_key());
                self.entries(row.as_ref(), numbers);
            }
            Change::Delete { key, .. } => self.version(key),
            Change::Erase { key } => self.row(key),
            Change::Add { rows, .. } => {
                let rows = (0..rows.len()).filter_map(|at| rows.row(at));
                rows.for_each(|row| self.row(&row.row_key()));
            }
            _ => {}
        }
    }
}

/// The numbers that a batch draws, if those before it are stored.
fn drawn(batch: &Batch, series: &mut HashMap<SmolStr, SeriesState>) -> Numbers {
    let mut numbers = Numbers::default();
    for change in &batch.changes {
        let Change::Draw { series: name, count, .. } = change else { continue };
        let state = series.entry(name.clone()).or_default();
        numbers.first.push(state.last.saturating_add(1));
        state.last = state.last.saturating_add(i64::from(*count));
    }
    numbers
}

fn series_of<'b>(batches: impl Iterator<Item = &'b Batch>) -> BTreeSet<SmolStr> {
    let changes = batches.flat_map(|batch| &batch.changes);
    let names = changes.filter_map(|change| match change {
        Change::Draw { series, .. } => Some(series.clone()),
        _ => None,
    });
    names.collect()
}

pub(super) fn has_unique(table: &Table) -> bool {
    table.indexes.iter().any(|index| index.unique)
}

/// Calls `each` with every entry that a row has in a unique index.
pub(super) fn for_entries(row: &dyn Stored, mut each: impl FnMut(usize, KeyBytes)) {
    let mut part = KeyWriter::new();
    for (index, _) in row.table().indexes.iter().enumerate().filter(|(_, index)| index.unique) {
        part.clear();
        if row.write_index(index, &mut part) {
            each(index, part.to_key());
        }
    }
}

impl Ground {
    /// Reads what `batches` need, and which of the commands `ids` are known. The caller's transaction has locked the head.
    pub(super) async fn read(
        wire: &mut impl Wire,
        room: &Room,
        forms: &Forms,
        head: Head,
        (ids, batches): (&[CommandId], &[&Batch]),
        careful: bool,
    ) -> Outcome<Ground> {
        let end = log::end(wire, room, &head, ids).await?;
        head.check(end.newest)?;
        let mut ground = Ground {
            before: head,
            versions: HashMap::new(),
            counters: HashMap::new(),
            holders: HashMap::new(),
            rows: HashMap::new(),
            series: HashMap::new(),
            commits: HashMap::new(),
            numbers: HashMap::new(),
            generation: end.generation,
            careful,
        };
        if end.known {
            let commits = log::of_commands(wire, room, head.company, ids).await?;
            ground.commits = commits.into_iter().map(|commit| (commit.id, commit)).collect();
        }
        let fresh = batches.iter().filter(|batch| !ground.commits.contains_key(&batch.id));
        let fresh: Vec<&Batch> = fresh.copied().collect();
        let names: Vec<SmolStr> = series_of(fresh.iter().copied()).into_iter().collect();
        if !names.is_empty() {
            ground.series = log::series(wire, room, head.company, &names).await?;
        }
        let (mut wanted, mut series) = (Wanted::default(), ground.series.clone());
        for batch in fresh {
            let numbers = drawn(batch, &mut series);
            wanted.batch(batch, &numbers, head.position, careful);
            if !numbers.first.is_empty() {
                ground.numbers.entry(batch.id).or_insert(numbers);
            }
        }
        ground.fill(wire, forms, wanted).await?;
        Ok(ground)
    }

    async fn fill(&mut self, wire: &mut impl Wire, forms: &Forms, wanted: Wanted) -> Outcome<()> {
        let company = self.before.company;
        for (table, keys) in tables(&wanted.versions) {
            let slices: Vec<&[u8]> = keys.iter().map(|key| key.as_slice()).collect();
            let found = read::versions(wire, forms.get(table)?, company, &slices).await?;
            let keys = keys.into_iter().map(|bytes| Key { table, bytes: bytes.clone() });
            self.versions.extend(keys.zip(found));
        }
        for (table, keys) in tables(&wanted.rows) {
            let slices: Vec<&[u8]> = keys.iter().map(|key| key.as_slice()).collect();
            let found = read::rows(wire, forms.get(table)?, company, &slices).await?;
            for (bytes, row) in keys.into_iter().zip(found) {
                self.keep_row(Key { table, bytes: bytes.clone() }, row);
            }
        }
        for ((_, index), entries) in &wanted.entries {
            let Some(table) = entries.table else { continue };
            let parts = entries.sorted();
            let slices: Vec<&[u8]> = parts.iter().map(|part| part.as_slice()).collect();
            let form = forms.get(table)?;
            for (at, bytes) in read::holders(wire, form, *index, company, &slices).await? {
                if let Some(part) = parts.get(at) {
                    let entry = (table.name, *index, (*part).clone());
                    self.holders.insert(entry, Key { table, bytes });
                }
            }
        }
        Ok(())
    }

    fn keep_row(&mut self, key: Key, row: Option<Row>) {
        if key.table.kind == Kind::Counter {
            let counter = Counter { stored: row.is_some(), row, changed: false };
            self.counters.insert(key, counter);
        } else if let Some(row) = row {
            self.rows.insert(key, row);
        }
    }
}

/// Tables in order of name, their keys in order.
fn tables<'w>(
    wanted: &'w BTreeMap<&'static str, Keys>,
) -> Vec<(&'static Table, Vec<&'w KeyBytes>)> {
    wanted.values().filter_map(|of| Some((of.table?, of.sorted()))).collect()
}
