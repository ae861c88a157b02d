//! Runs of facts: the rows of a batch, in the allocation in which it brought them, never copied and never moved.

use std::sync::Arc;

use fondaco_core::store::{
    Key, KeyBytes, KeyWriter, Numbers, Row, RowPart, Rows, Stored, Table, Version,
};

/// Runs of single commits grow together up to so many rows: large enough to cost nothing per row, small enough to grow
/// without a pause.
const TOGETHER: usize = 4096;

/// Where a fact lies, for as long as the store lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Place {
    run: u32,
    at: u32,
}

impl Place {
    /// The place `count` rows further in the same run.
    pub(super) fn plus(self, count: usize) -> Place {
        Place { run: self.run, at: self.at + count as u32 }
    }
}

struct Run {
    rows: Arc<dyn Rows>,
    /// The version of the rows from each position on.
    versions: Vec<(u32, Version)>,
}

/// All runs of one table, in order of arrival.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<Run>,
}

impl Runs {
    /// How many rows run number `run` has.
    pub(super) fn len(&self, run: u32) -> usize {
        self.runs.get(run as usize).map_or(0, |run| run.rows.len())
    }

    pub(super) fn row(&self, place: Place) -> Option<&dyn Stored> {
        self.runs.get(place.run as usize)?.rows.row(place.at as usize)
    }

    /// The row as an answer, with its version.
    pub(super) fn answer(&self, place: Place) -> Option<Row> {
        let run = self.runs.get(place.run as usize)?;
        Row::part(self.version(place), run.rows.clone(), place.at as usize)
    }

    pub(super) fn version(&self, place: Place) -> Version {
        let versions = self.runs.get(place.run as usize).map_or(&[][..], |run| &run.versions);
        let after = versions.partition_point(|(from, _)| *from <= place.at);
        after.checked_sub(1).and_then(|at| versions.get(at)).map_or(0, |(_, version)| *version)
    }

    /// Calls `each` with the columns of an index and the place of each of `count` rows from `first` on that are in it.
    pub(super) fn each_part(
        &self,
        (first, count): (Place, usize),
        index: usize,
        each: &mut dyn FnMut(Place, &[u8]),
    ) {
        let Some(run) = self.runs.get(first.run as usize) else { return };
        let rows = first.at as usize..first.at as usize + count;
        run.rows.each_part(RowPart::Index(index), rows, &mut |at, columns| {
            each(Place { run: first.run, at: at as u32 }, columns);
        });
    }

    /// The places of run `run`, from row `from` on and before row `to`.
    pub(super) fn places(
        run: u32,
        from: usize,
        to: usize,
    ) -> impl DoubleEndedIterator<Item = Place> {
        (from as u32..to as u32).map(move |at| Place { run, at })
    }

    /// How many rows of sorted run `run` have a key before `key`.
    pub(super) fn before(&self, run: u32, key: &[u8]) -> usize {
        let mut writer = KeyWriter::new();
        let (mut low, mut high) = (0, self.len(run));
        while low < high {
            let middle = low + (high - low) / 2;
            writer.clear();
            if let Some(row) = self.row(Place { run, at: middle as u32 }) {
                row.write_key(&mut writer);
            }
            if writer.as_slice() < key { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Takes rows in: at the end of run `tail` when both are small and nobody reads it now, else as a run of their own.
    /// Returns the run's number and the place of the first row.
    pub(super) fn push(
        &mut self,
        tail: Option<u32>,
        rows: Box<dyn Rows>,
        version: Version,
    ) -> (u32, Place) {
        let rows = match tail {
            Some(run) => match self.append(run, rows, version) {
                Ok(at) => return (run, Place { run, at }),
                Err(rows) => rows,
            },
            None => rows,
        };
        let run = self.runs.len() as u32;
        self.runs.push(Run { rows: rows.into(), versions: vec![(0, version)] });
        (run, Place { run, at: 0 })
    }

    fn append(
        &mut self,
        run: u32,
        rows: Box<dyn Rows>,
        version: Version,
    ) -> Result<u32, Box<dyn Rows>> {
        let Some(run) = self.runs.get_mut(run as usize) else { return Err(rows) };
        let at = run.rows.len();
        if at + rows.len() > TOGETHER {
            return Err(rows);
        }
        let Some(together) = Arc::get_mut(&mut run.rows) else { return Err(rows) };
        together.append(rows)?;
        if run.versions.last().is_none_or(|(_, last)| *last != version) {
            run.versions.push((at as u32, version));
        }
        Ok(at as u32)
    }

    /// Erases what is personal in a row; in a copy of its run while somebody still reads it, so that the value is gone
    /// when the reader is.
    pub(super) fn erase(&mut self, place: Place) {
        let Some(run) = self.runs.get_mut(place.run as usize) else { return };
        if Arc::get_mut(&mut run.rows).is_none() {
            run.rows = Arc::new(Copies::of(run.rows.as_ref()));
        }
        let row = Arc::get_mut(&mut run.rows).and_then(|rows| rows.row_mut(place.at as usize));
        if let Some(row) = row {
            row.erase();
        }
    }

    /// Every row with its version, in order of arrival.
    pub(super) fn all(&self) -> impl Iterator<Item = (Version, &dyn Stored)> {
        let runs = 0..self.runs.len() as u32;
        let places = runs.flat_map(|run| Runs::places(run, 0, self.len(run)));
        places.filter_map(|place| Some((self.version(place), self.row(place)?)))
    }
}

/// Rows in allocations of their own, of whatever types.
struct Copies {
    table: &'static Table,
    rows: Vec<Arc<dyn Stored>>,
}

impl Copies {
    fn of(rows: &dyn Rows) -> Copies {
        let copies = (0..rows.len()).filter_map(|at| rows.row(at)).map(Stored::copy);
        Copies { table: rows.table(), rows: copies.collect() }
    }
}

impl Rows for Copies {
    fn table(&self) -> &'static Table {
        self.table
    }
    fn len(&self) -> usize {
        self.rows.len()
    }
    fn row(&self, at: usize) -> Option<&dyn Stored> {
        self.rows.get(at).map(|row| row.as_ref())
    }
    fn row_mut(&mut self, at: usize) -> Option<&mut dyn Stored> {
        Arc::get_mut(self.rows.get_mut(at)?)
    }
    fn fill(&mut self, numbers: &Numbers) {
        self.rows.iter_mut().filter_map(Arc::get_mut).for_each(|row| row.fill(numbers));
    }
    fn truncate(&mut self, count: usize) {
        self.rows.truncate(count);
    }
    fn sort(&mut self) {
        self.rows.sort_by_cached_key(|row| row.row_key().bytes);
    }
    fn fold(&mut self) -> Result<(), (Key, &'static str)> {
        self.sort(); // facts are no sums
        Ok(())
    }
    fn set(&mut self, at: usize, row: &dyn Stored) -> bool {
        self.rows.get_mut(at).map(|old| *old = row.copy()).is_some()
    }
    fn remove_all(&mut self, at: &[usize]) {
        let mut position = 0..;
        self.rows.retain(|_| position.next().is_none_or(|position| !at.contains(&position)));
    }
    fn append(&mut self, other: Box<dyn Rows>) -> Result<(), Box<dyn Rows>> {
        Err(other)
    }
}

/// Writes the key of the row at `at`, if there is one.
pub(super) fn key_at(rows: &dyn Rows, at: usize) -> Option<KeyBytes> {
    let mut writer = KeyWriter::new();
    rows.row(at)?.write_key(&mut writer);
    Some(writer.to_key())
}
