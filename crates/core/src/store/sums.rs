//! Sums of counters: what many of them come to, added up where they lie.
//!
//! A trial balance asks for a hundred thousand counters, and needs none of them by itself. A store that adds them up hands over
//! one row for each account, and can go over them in whatever order they lie.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::key::part_len;
use super::{
    KeyBytes, KeyParts, KeyWriter, Kind, Row, Scan, StoreError, Stored, Table, Type, Version,
};

/// A question: the counters of a table, those that share some columns of their key added up.
#[derive(Clone, PartialEq)]
pub struct Sums {
    /// Which table: of counters.
    pub table: &'static Table,
    /// Which columns of the primary key those have in common that are added up, in rising order.
    pub by: Vec<usize>,
    /// Which counters, where not all are meant.
    pub within: Option<Within>,
}

/// The counters whose key has in one column a value from `from` through `through`.
#[derive(Clone, PartialEq)]
pub struct Within {
    /// Which column of the primary key.
    pub column: usize,
    /// The least value, as it is written in a key.
    pub from: KeyBytes,
    /// The greatest.
    pub through: KeyBytes,
}

impl Within {
    /// Those with a value from `from` through `through` in a column of their key.
    ///
    /// ```
    /// use fondaco_core::store::{KeyBytes, KeyParts, Within};
    /// let spring = Within::new(1, &202_603i64, &202_605i64);
    /// assert_eq!((spring.column, spring.from), (1, 202_603i64.to_bytes()));
    /// ```
    pub fn new<P: KeyParts>(column: usize, from: &P, through: &P) -> Within {
        Within { column, from: from.to_bytes(), through: through.to_bytes() }
    }
}

impl fmt::Debug for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let within = self.within.as_ref().map(|within| within.column);
        let mut shown = f.debug_struct("Sums");
        shown.field("table", &self.table.name).field("by", &self.by).field("within", &within);
        shown.finish()
    }
}

impl Sums {
    /// The sums of the counters of `table` that have the columns `by` of their key in common.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_core::store::Sums;
    /// # let shop = shop(); // ten pieces of item 7
    /// let all = Ask::Sums(Sums::new(Stock::TABLE, &[])); // nothing in common: all of them in one
    /// let answer = shop.store().read(&Read::now(shop.company(), vec![all]))?;
    /// let [Reply::Rows(rows)] = answer.replies.as_slice() else { panic!("one reply for one ask") };
    /// assert_eq!(rows[0].with(|stock: &Stock| stock.pieces)?, 10);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(table: &'static Table, by: &[usize]) -> Sums {
        Sums { table, by: by.to_vec(), within: None }
    }

    /// Begins to add up.
    ///
    /// # Errors
    /// [`StoreError::Misused`] when the table is none of counters, or a column is none of its key or out of order.
    pub fn adder(&self) -> Result<SumsAdder<'_>, StoreError> {
        let rising = self.by.is_sorted_by(|a, b| a < b);
        let within = self.within.as_ref().map(|within| within.column);
        let in_key = self.by.iter().chain(&within).all(|&column| column < self.table.key);
        if self.table.kind != Kind::Counter || !rising || !in_key {
            let why = "sums are of counters, by columns of their key in rising order";
            return Err(StoreError::Misused(format!("table {}: {why}", self.table.name)));
        }
        Ok(SumsAdder::new(self))
    }

    /// The scan that gives every row that is summed.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_core::store::Sums;
    /// let scan = Sums::new(Stock::TABLE, &[0]).scan();
    /// assert_eq!((scan.index, scan.limit), (None, usize::MAX));
    /// ```
    pub fn scan(&self) -> Scan {
        let first = self.within.as_ref().filter(|within| within.column == 0);
        let from = first.map_or_else(|| KeyBytes::new(&[]), |within| within.from.clone());
        let to = first.and_then(|within| within.through.after_prefix());
        let (table, index, backwards, limit) = (self.table, None, false, usize::MAX);
        Scan { table, index, from, to, backwards, limit }
    }
}

/// Adds rows up as [`Sums`] asks: for every store that has no quicker way, and for whoever asks one that can't.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// # use fondaco_core::store::Sums;
/// let sums = Sums::new(Stock::TABLE, &[]);
/// let mut adder = sums.adder()?;
/// adder.add(1, &Stock { item: 7, pieces: 10 })?;
/// adder.add(2, &Stock { item: 8, pieces: 5 })?;
/// let rows = adder.into_rows();
/// assert_eq!(rows[0].with(|stock: &Stock| stock.pieces)?, 15);
/// assert_eq!(rows[0].version, 2); // the newest that is in it
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SumsAdder<'s> {
    sums: &'s Sums,
    /// The types of the key, up to the last column that matters.
    types: Vec<Type>,
    place_of: HashMap<KeyBytes, usize, RandomState>,
    found: Vec<Sum>,
    /// Sums that were as large as a row holds.
    full: Vec<Sum>,
    /// Where the last row was added: the next mostly belongs beside it.
    last: usize,
    common: Vec<u8>,
    key: KeyWriter,
}

struct Sum {
    /// The columns in common.
    common: KeyBytes,
    version: Version,
    row: Box<dyn Stored>,
}

impl<'s> SumsAdder<'s> {
    fn new(sums: &'s Sums) -> SumsAdder<'s> {
        let within = sums.within.as_ref().map(|within| within.column);
        let matters = sums.by.iter().chain(&within).max().map_or(0, |last| last + 1);
        SumsAdder {
            sums,
            types: sums.table.key_columns().iter().take(matters).map(|column| column.ty).collect(),
            place_of: HashMap::default(),
            found: Vec::new(),
            full: Vec::new(),
            last: 0,
            common: Vec::new(),
            key: KeyWriter::new(),
        }
    }

    /// Adds a row, if it is among those that are meant.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when its key is none of the table's.
    pub fn add(&mut self, version: Version, row: &dyn Stored) -> Result<(), StoreError> {
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        row.write_key(&mut key);
        let added = self.add_keyed(key.as_slice(), version, row);
        self.key = key;
        added
    }

    /// As [`add`](SumsAdder::add), for who has the row's key at hand: a row that is not meant is not looked at.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when `key` is none of the table's.
    pub fn add_keyed(
        &mut self,
        key: &[u8],
        version: Version,
        row: &dyn Stored,
    ) -> Result<(), StoreError> {
        match self.split(key) {
            Some(true) => self.add_common(version, row),
            Some(false) => {}
            None => {
                let why = format!("a key of {} can't be read", self.sums.table.name);
                return Err(StoreError::Corrupt(why));
            }
        }
        Ok(())
    }

    /// Takes the columns in common from a key; whether its row is meant, and `None` when it is cut short.
    fn split(&mut self, key: &[u8]) -> Option<bool> {
        self.common.clear();
        let (mut rest, mut by) = (key, self.sums.by.iter().copied().peekable());
        for (column, &ty) in self.types.iter().enumerate() {
            let (part, tail) = rest.split_at_checked(part_len(rest, ty)?)?;
            rest = tail;
            if let Some(within) = self.sums.within.as_ref().filter(|it| it.column == column)
                && !(within.from.as_slice()..=within.through.as_slice()).contains(&part)
            {
                return Some(false);
            }
            if by.next_if_eq(&column).is_some() {
                self.common.extend_from_slice(part);
            }
        }
        Some(true)
    }

    fn add_common(&mut self, version: Version, row: &dyn Stored) {
        let place = self.place();
        let Some(sum) = place.and_then(|place| self.found.get_mut(place)) else {
            let common = KeyBytes::new(&self.common);
            self.last = self.found.len();
            self.place_of.insert(common.clone(), self.last);
            self.found.push(Sum { common, version, row: row.boxed() });
            return;
        };
        sum.version = sum.version.max(version);
        if sum.row.add(row).is_err() {
            let full = std::mem::replace(&mut sum.row, row.boxed());
            self.full.push(Sum { common: sum.common.clone(), version: sum.version, row: full });
        }
    }

    /// Where the sum of these columns is, if there is one.
    fn place(&mut self) -> Option<usize> {
        let is_it = |sum: &&Sum| sum.common.as_slice() == self.common.as_slice();
        let beside = [self.last + 1, self.last];
        let beside = beside.into_iter().find(|&at| self.found.get(at).as_ref().is_some_and(is_it));
        let place = beside.or_else(|| self.place_of.get(self.common.as_slice()).copied())?;
        self.last = place;
        Some(place)
    }

    /// The sums, in order of the columns in common: one row for each, or several where one can't hold it.
    pub fn into_rows(self) -> Vec<Row> {
        let mut sums = self.found;
        sums.extend(self.full);
        sums.sort_by(|a, b| a.common.cmp(&b.common));
        sums.into_iter().map(|sum| Row::one(sum.version, Arc::from(sum.row))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Record;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[derive(Record, Debug, Clone, PartialEq)]
    #[record(table = "tally", kind = counter, key(shelf, item))]
    struct Tally {
        shelf: i64,
        item: i64,
        pieces: i64,
    }

    proptest! {
        #[test]
        fn rows_add_up_alike_in_whatever_order_they_come(
            runs in vec((any::<bool>(), vec((0i64..12, 0i64..4, -5i64..5), 0..30)), 0..6),
            by in 0usize..2,
        ) {
            let sums = Sums::new(Tally::TABLE, &[by]);
            let mut adder = sums.adder().unwrap();
            let mut expected = BTreeMap::<i64, i64>::new();
            for (sorted, mut run) in runs {
                if sorted {
                    run.sort_unstable_by_key(|(shelf, item, _)| [*shelf, *item][by]);
                }
                for (shelf, item, pieces) in run {
                    adder.add(1, &Tally { shelf, item, pieces }).unwrap();
                    *expected.entry([shelf, item][by]).or_default() += pieces;
                }
            }
            let sum = |row: &Row| {
                row.with(|tally: &Tally| ([tally.shelf, tally.item][by], tally.pieces)).unwrap()
            };
            let found: Vec<(i64, i64)> = adder.into_rows().iter().map(sum).collect();
            prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
        }
    }
}
