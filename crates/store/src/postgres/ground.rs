//! What the decision on some batches rests on: read once for all of them, in a constant number of statements and mostly one
//! trip, while the company's head is locked.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use fondaco_core::store::{
    Batch, Change, Commit, Key, KeyBytes, KeyWriter, Kind, Numbers, Row, SeriesState, Stored,
    Table, Version,
};
use fondaco_core::{CommandId, CompanyId};
use smol_str::SmolStr;

use super::error::Outcome;
use super::form::{Form, Forms};
use super::guess::Guess;
use super::log::{self, Head};
use super::read;
use super::room::Room;
use super::trip::{Brought, Seat, Trip};
use super::wire::Wire;

/// An entry of a unique index: table, index, index columns.
pub(super) type Entry = (&'static str, usize, KeyBytes);

/// A counter as it stands, the batches before included.
#[derive(Debug)]
pub(super) struct Counter {
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
    fn sorted(self) -> Option<(&'static Table, Vec<KeyBytes>)> {
        let mut keys: Vec<KeyBytes> = self.keys.into_iter().collect();
        keys.sort_unstable();
        Some((self.table?, keys))
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

    fn seen(&mut self, batch: &Batch) {
        batch.seen.iter().for_each(|seen| self.version(&seen.key));
    }

    fn change(&mut self, change: &Change, careful: bool) {
        match change {
            Change::Insert(rows) if careful => {
                let rows = (0..rows.len()).filter_map(|at| rows.row(at));
                rows.for_each(|row| self.version(&row.row_key()));
            }
            Change::Put { row, .. } => self.version(&row.row_key()),
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

fn draws(batch: &Batch) -> bool {
    batch.changes.iter().any(|change| matches!(change, Change::Draw { .. }))
}

fn has_unique(table: &Table) -> bool {
    table.indexes.iter().any(|index| index.unique)
}

/// The rows that a batch writes into tables with unique indexes.
pub(super) fn unique_rows(batch: &Batch) -> impl Iterator<Item = &dyn Stored> {
    batch.changes.iter().flat_map(|change| -> Box<dyn Iterator<Item = &dyn Stored>> {
        match change {
            Change::Insert(rows) if !rows.is_empty() && has_unique(rows.table()) => {
                Box::new((0..rows.len()).filter_map(|at| rows.row(at)))
            }
            Change::Put { row, .. } if has_unique(row.table()) => {
                Box::new(std::iter::once(row.as_ref()))
            }
            _ => Box::new(std::iter::empty()),
        }
    })
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

/// What some batches need to be decided.
pub(super) struct Needs<'n> {
    /// Which commands may be known.
    pub(super) ids: &'n [CommandId],
    pub(super) batches: &'n [&'n Batch],
    /// Whether inserted keys are looked up too.
    pub(super) careful: bool,
}

/// How a transaction begins that locks a company, and what the company seems to be.
pub(super) struct Lock<'l> {
    pub(super) company: CompanyId,
    pub(super) begin: &'l str,
    pub(super) guess: Guess,
}

/// What is on its way for some batches.
struct Asked<'a> {
    end: Seat,
    series: Option<Seat>,
    wanted: AskedWanted<'a>,
}

impl<'a> Asked<'a> {
    /// Asks for all that can be asked for before anything is known but, perhaps, the company's newest position.
    fn new(
        trip: &mut Trip<'a>,
        room: &Room,
        forms: &'a Forms,
        guess: Guess,
        needs: &Needs<'_>,
    ) -> Outcome<Asked<'a>> {
        let end = log::ask_end(trip, room, guess.company, needs.ids);
        let names = series_of(needs.batches.iter().copied());
        let series =
            (!names.is_empty()).then(|| log::ask_series(trip, room, guess.company, &names));
        let mut wanted = Wanted::default();
        for batch in needs.batches {
            // Decided on the newest state: all is as it was seen.
            if guess.position == 0 || batch.at.position != guess.position {
                wanted.seen(batch);
            }
            batch.changes.iter().for_each(|change| wanted.change(change, needs.careful));
            if !draws(batch) {
                unique_rows(batch).for_each(|row| wanted.entries(row, &Numbers::default()));
            }
        }
        Ok(Asked { end, series, wanted: wanted.ask(trip, forms, guess.company)? })
    }
}

impl Ground {
    /// Begins a transaction, locks the company and reads what batches need, in one trip; `None` when the company is not what
    /// it seemed: then the transaction has begun, and nothing else.
    pub(super) async fn lock_and_read(
        wire: &mut impl Wire,
        room: &Room,
        forms: &Forms,
        lock: Lock<'_>,
        needs: &Needs<'_>,
    ) -> Outcome<Option<Ground>> {
        let mut trip = Trip::default();
        trip.run(lock.begin);
        let head = Head::ask(&mut trip, room, lock.company, true);
        let asked = Asked::new(&mut trip, room, forms, lock.guess, needs)?;
        let brought = trip.go(wire).await?;
        match Head::told(&brought, head)? {
            Some(head) if head.company == lock.guess.company => {
                let guessed = lock.guess.position;
                Ground::told(wire, room, forms, (head, guessed), needs, (asked, brought))
                    .await
                    .map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Reads what batches need. The caller's transaction has locked the head.
    pub(super) async fn read(
        wire: &mut impl Wire,
        room: &Room,
        forms: &Forms,
        head: Head,
        needs: &Needs<'_>,
    ) -> Outcome<Ground> {
        let mut trip = Trip::default();
        let guess = Guess { company: head.company, position: head.position };
        let asked = Asked::new(&mut trip, room, forms, guess, needs)?;
        let brought = trip.go(wire).await?;
        Ground::told(wire, room, forms, (head, head.position), needs, (asked, brought)).await
    }

    /// Takes what a trip brought, and makes another where its answers say what else is needed.
    async fn told(
        wire: &mut impl Wire,
        room: &Room,
        forms: &Forms,
        (head, guessed): (Head, u64),
        needs: &Needs<'_>,
        (asked, brought): (Asked<'_>, Brought),
    ) -> Outcome<Ground> {
        let end = log::told_end(&brought, asked.end)?;
        head.check(end.newest)?;
        let mut ground = Ground::new(head, end.generation, needs.careful);
        if let Some(series) = asked.series {
            ground.series = log::told_series(&brought, series)?;
        }
        ground.take(asked.wanted, &brought)?;
        if end.known {
            let commits = log::of_commands(wire, room, head.company, needs.ids).await?;
            ground.commits = commits.into_iter().map(|commit| (commit.id, commit)).collect();
        }
        let wanted = ground.still_wanted(needs, guessed);
        let mut trip = Trip::default();
        let asked = wanted.ask(&mut trip, forms, head.company)?;
        if !trip.is_empty() {
            let brought = trip.go(wire).await?;
            ground.take(asked, &brought)?;
        }
        Ok(ground)
    }

    fn new(before: Head, generation: i64, careful: bool) -> Ground {
        Ground {
            before,
            versions: HashMap::new(),
            counters: HashMap::new(),
            holders: HashMap::new(),
            rows: HashMap::new(),
            series: HashMap::new(),
            commits: HashMap::new(),
            numbers: HashMap::new(),
            generation,
            careful,
        }
    }

    /// What could not be asked for before: entries with numbers that are drawn, and what was seen at a position that is not the
    /// newest any more.
    fn still_wanted(&mut self, needs: &Needs<'_>, guessed: u64) -> Wanted {
        let (mut wanted, mut series) = (Wanted::default(), self.series.clone());
        let late = guessed > 0 && guessed != self.before.position;
        let fresh = needs.batches.iter().filter(|batch| !self.commits.contains_key(&batch.id));
        for batch in fresh {
            if late && batch.at.position == guessed {
                wanted.seen(batch);
            }
            if draws(batch) {
                let numbers = drawn(batch, &mut series);
                unique_rows(batch).for_each(|row| wanted.entries(row, &numbers));
                self.numbers.entry(batch.id).or_insert(numbers);
            }
        }
        wanted
    }

    fn take(&mut self, asked: AskedWanted<'_>, brought: &Brought) -> Outcome<()> {
        for (form, keys, seat) in asked.versions {
            let found = read::told_versions(brought, seat, keys.len())?;
            let keys = keys.into_iter().map(|bytes| Key { table: form.table, bytes });
            self.versions.extend(keys.zip(found));
        }
        for (form, keys, seat) in asked.rows {
            let found = read::told_rows(brought, seat, form, keys.len())?;
            for (bytes, row) in keys.into_iter().zip(found) {
                self.keep_row(Key { table: form.table, bytes }, row);
            }
        }
        for (form, index, parts, seat) in asked.entries {
            for (at, bytes) in read::told_holders(brought, seat, form)? {
                if let Some(part) = parts.get(at) {
                    let (table, entry) = (form.table, (form.table.name, index, part.clone()));
                    self.holders.insert(entry, Key { table, bytes });
                }
            }
        }
        Ok(())
    }

    fn keep_row(&mut self, key: Key, row: Option<Row>) {
        if key.table.kind == Kind::Counter {
            self.counters.insert(key, Counter { row, changed: false });
        } else if let Some(row) = row {
            self.rows.insert(key, row);
        }
    }
}

/// Keys of one table that are on their way.
type AskedKeys<'a> = (&'a Form, Vec<KeyBytes>, Option<Seat>);

/// Rows and entries that are on their way.
#[derive(Default)]
struct AskedWanted<'a> {
    versions: Vec<AskedKeys<'a>>,
    rows: Vec<AskedKeys<'a>>,
    entries: Vec<(&'a Form, usize, Vec<KeyBytes>, Seat)>,
}

impl Wanted {
    /// Asks for all of it, tables in order of name, their keys in order.
    fn ask<'a>(
        self,
        trip: &mut Trip<'a>,
        forms: &'a Forms,
        company: i32,
    ) -> Outcome<AskedWanted<'a>> {
        let mut asked = AskedWanted::default();
        for (table, keys) in self.versions.into_values().filter_map(Keys::sorted) {
            let form = forms.get(table)?.as_ref();
            let seat = read::ask_versions(trip, form, company, slices(&keys))?;
            asked.versions.push((form, keys, seat));
        }
        for (table, keys) in self.rows.into_values().filter_map(Keys::sorted) {
            let form = forms.get(table)?.as_ref();
            let seat = read::ask_rows(trip, form, company, slices(&keys))?;
            asked.rows.push((form, keys, seat));
        }
        for ((_, index), entries) in self.entries {
            let Some((table, parts)) = entries.sorted() else { continue };
            let form = forms.get(table)?.as_ref();
            let seat = read::ask_holders(trip, form, index, company, slices(&parts))?;
            asked.entries.push((form, index, parts, seat));
        }
        Ok(asked)
    }
}

fn slices(keys: &[KeyBytes]) -> impl Iterator<Item = &[u8]> {
    keys.iter().map(KeyBytes::as_slice)
}
