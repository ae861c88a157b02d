//! Many rows of one table in one allocation, as a batch carries them and a store keeps them.

use std::any::Any;
use std::ops::Range;

use super::field::Numbers;
use super::{Key, KeyBytes, KeyWriter, Kind, Stored, Table};

/// One or many rows of one table, of one Rust type, in one allocation: how a [`Batch`](super::Batch) carries them.
pub trait Rows: Any + Send + Sync {
    /// The declaration.
    fn table(&self) -> &'static Table;
    /// How many.
    fn len(&self) -> usize;
    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The row at `at`.
    fn row(&self, at: usize) -> Option<&dyn Stored>;
    /// The row at `at`, to change.
    fn row_mut(&mut self, at: usize) -> Option<&mut dyn Stored>;
    /// Replaces the places of drawn numbers in all rows.
    fn fill(&mut self, numbers: &Numbers);
    /// Keeps the first `count` rows.
    fn truncate(&mut self, count: usize);
    /// Sorts by primary key; cheap when they are sorted.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let mut rows: Box<dyn Rows> = Box::new(vec![shelf(2, "window"), shelf(1, "door")]);
    /// rows.sort();
    /// assert_eq!(rows.row(0).map(|row| row.row_key()), Some(shelf(1, "door").row_key()));
    /// ```
    fn sort(&mut self);
    /// Sorts rows of a counter by primary key and adds those of one key together.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let stock = |item, pieces| Stock { item, pieces };
    /// let mut deltas = vec![stock(8, 1), stock(7, 2), stock(8, 3)];
    /// assert!(deltas.fold().is_ok());
    /// assert_eq!(deltas, [stock(7, 2), stock(8, 4)]);
    /// let (_, column) = vec![stock(7, 1), stock(7, i64::MAX)].fold().unwrap_err();
    /// assert_eq!(column, "pieces");
    /// ```
    ///
    /// # Errors
    /// The column whose sum is beyond its reach, with the row's key; the rows are then of no use.
    fn fold(&mut self) -> Result<(), (Key, &'static str)>;
    /// Replaces the row at `at` by a row of the same type; `false` when there is none or the type is another.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let mut rows: Box<dyn Rows> = Box::new(vec![shelf(1, "door")]);
    /// assert!(rows.set(0, &shelf(1, "front door")));
    /// assert!(!rows.set(0, &Stock { item: 7, pieces: 1 })); // another type
    /// assert!(!rows.set(1, &shelf(2, "window"))); // there is none
    /// ```
    fn set(&mut self, at: usize, row: &dyn Stored) -> bool;
    /// Removes the rows at these positions, given in rising order.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let mut rows = vec![shelf(1, "door"), shelf(2, "window"), shelf(3, "cellar")];
    /// rows.remove_all(&[0, 2]);
    /// assert_eq!(rows, [shelf(2, "window")]);
    /// ```
    fn remove_all(&mut self, at: &[usize]);
    /// Appends the rows of `other`, which are of the same type; gives them back when they are not.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let mut rows: Box<dyn Rows> = Box::new(vec![shelf(1, "door")]);
    /// assert!(rows.append(Box::new(vec![shelf(2, "window")])).is_ok());
    /// assert_eq!(rows.len(), 2);
    /// let other = rows.append(Box::new(vec![Stock { item: 7, pieces: 1 }]));
    /// assert!(other.is_err_and(|given_back| given_back.len() == 1));
    /// ```
    ///
    /// # Errors
    /// `other`, unchanged.
    fn append(&mut self, other: Box<dyn Rows>) -> Result<(), Box<dyn Rows>>;

    /// Whether all rows are of `table` and their keys ascend, so that no key comes twice.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// assert!(vec![shelf(1, "door"), shelf(2, "window")].ascend(Shelf::TABLE));
    /// assert!(!vec![shelf(1, "door"), shelf(1, "window")].ascend(Shelf::TABLE)); // one key twice
    /// assert!(!vec![shelf(1, "door")].ascend(Stock::TABLE)); // of another table
    /// ```
    fn ascend(&self, table: &'static Table) -> bool {
        let rows = || (0..self.len()).filter_map(|at| self.row(at));
        rows().all(|row| is_of(row, table)) && rows().is_sorted_by(|a, b| a.order_to(*b).is_lt())
    }

    /// Calls `each` with the columns that some of the rows have in an index or guard, and with the place of each row among
    /// all: one loop for whoever keeps an index or counts guards. Rows that are not in it are left out.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// let shelves = vec![shelf(1, "door"), shelf(2, "window"), shelf(3, "cellar")];
    /// let (part, mut labels) = (RowPart::Index(Shelf::BY_LABEL.position()), Vec::new());
    /// shelves.each_part(part, 1..3, &mut |at, columns| labels.push((at, columns.to_vec())));
    /// assert_eq!(labels, [(1, b"window\0".to_vec()), (2, b"cellar\0".to_vec())]);
    /// ```
    fn each_part(&self, part: RowPart, rows: Range<usize>, each: &mut dyn FnMut(usize, &[u8])) {
        write_parts(rows.filter_map(|at| Some((at, self.row(at)?))), part, each);
    }
}

/// Columns of a row that are written as one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowPart {
    /// Those of the table's index with this number, without the primary key.
    Index(usize),
    /// Those of its guard with this number.
    Guard(usize),
}

fn is_of<R: Stored + ?Sized>(row: &R, table: &'static Table) -> bool {
    std::ptr::eq(row.table(), table) || row.table().name == table.name
}

fn write_parts<'a, R: Stored + ?Sized + 'a>(
    rows: impl Iterator<Item = (usize, &'a R)>,
    part: RowPart,
    each: &mut dyn FnMut(usize, &[u8]),
) {
    let mut columns = KeyWriter::new();
    for (at, row) in rows {
        columns.clear();
        let has = match part {
            RowPart::Index(index) => row.write_index(index, &mut columns),
            RowPart::Guard(guard) => row.write_guard(guard, &mut columns),
        };
        if has {
            each(at, columns.as_slice());
        }
    }
}

impl<R: Stored + Clone> Rows for Vec<R> {
    fn table(&self) -> &'static Table {
        self.first().map_or(&EMPTY, Stored::table)
    }
    fn len(&self) -> usize {
        Vec::len(self)
    }
    fn row(&self, at: usize) -> Option<&dyn Stored> {
        self.get(at).map(|row| row as &dyn Stored)
    }
    fn row_mut(&mut self, at: usize) -> Option<&mut dyn Stored> {
        self.get_mut(at).map(|row| row as &mut dyn Stored)
    }
    fn fill(&mut self, numbers: &Numbers) {
        self.iter_mut().for_each(|row| row.fill(numbers));
    }
    fn truncate(&mut self, count: usize) {
        Vec::truncate(self, count);
    }
    fn sort(&mut self) {
        if !self.is_sorted_by(|a, b| a.order_to_same(b).is_le()) {
            let positions = super::order::sorted_positions(&keys_of(self));
            super::order::permute(self, &positions);
        }
    }
    fn fold(&mut self) -> Result<(), (Key, &'static str)> {
        if self.is_sorted_by(|a, b| a.order_to_same(b).is_lt()) {
            return Ok(());
        }
        let keys = keys_of(self);
        let positions = super::order::sorted_positions(&keys);
        super::order::permute(self, &positions);
        let key = |at: &u32| keys.get(*at as usize);
        if positions.is_sorted_by(|a, b| key(a) != key(b)) {
            return Ok(());
        }
        let mut failed = None;
        self.dedup_by(|next, kept| {
            let same = next.row_key() == kept.row_key();
            if same && let Err(column) = kept.add(next) {
                failed = Some((kept.row_key(), column));
            }
            same
        });
        failed.map_or(Ok(()), Err)
    }
    fn set(&mut self, at: usize, row: &dyn Stored) -> bool {
        let new = (row as &dyn Any).downcast_ref::<R>();
        match self.get_mut(at).zip(new) {
            Some((old, new)) => old.clone_from(new),
            None => return false,
        }
        true
    }
    fn remove_all(&mut self, at: &[usize]) {
        let mut position = 0;
        let mut gone = at.iter().peekable();
        self.retain(|_| {
            let remove = gone.next_if_eq(&&position).is_some();
            position += 1;
            !remove
        });
    }
    fn append(&mut self, other: Box<dyn Rows>) -> Result<(), Box<dyn Rows>> {
        if !(other.as_ref() as &dyn Any).is::<Vec<R>>() {
            return Err(other);
        }
        if let Ok(mut other) = (other as Box<dyn Any>).downcast::<Vec<R>>() {
            Vec::append(self, &mut other);
        }
        Ok(())
    }
    fn ascend(&self, table: &'static Table) -> bool {
        self.iter().all(|row| is_of(row, table))
            && self.is_sorted_by(|a, b| a.order_to_same(b).is_lt())
    }
    fn each_part(&self, part: RowPart, rows: Range<usize>, each: &mut dyn FnMut(usize, &[u8])) {
        let rows = rows.start..rows.end.min(Vec::len(self));
        let some = self.get(rows.clone()).unwrap_or_default();
        write_parts(rows.zip(some), part, each);
    }
}

fn keys_of<R: Stored>(rows: &[R]) -> Vec<KeyBytes> {
    let mut writer = KeyWriter::new();
    let key = |row: &R| {
        writer.clear();
        row.write_key(&mut writer);
        writer.to_key()
    };
    rows.iter().map(key).collect()
}

/// The table of no rows at all.
pub(super) static EMPTY: Table = Table {
    name: "",
    kind: Kind::Fact,
    layout: 1,
    columns: &[],
    key: 0,
    indexes: &[],
    guards: &[],
    decode: None,
};
