//! What acts do again and again, in one call each, with as few trips as it takes.

use std::sync::Arc;

use super::{GuardCount, Halt, Needs, Range, Tx};
use crate::store::Record;

impl Tx<'_> {
    /// The row with this key, which has to be there; the decision rests on it, or on its absence.
    /// [`Reading::peek_require`](super::Reading::peek_require) is the same without resting on it.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let unknown = |number| move || Halt::Bug(format!("there is no shelf {number}")); // an engine has an error of its own
    /// assert_eq!(tx.require::<Shelf, _>(&1, unknown(1))?.label, "door");
    /// assert!(tx.require::<Shelf, _>(&9, unknown(9)).is_err());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// What `absent` makes when there is no such row; a [`Halt`] to be passed on.
    pub fn require<R: Record, E: From<Halt>>(
        &mut self,
        key: &R::Key,
        absent: impl FnOnce() -> E,
    ) -> Result<Arc<R>, E> {
        self.get::<R>(key)?.ok_or_else(absent)
    }

    /// Stages a row in place of the one with its key, or as a new one; gives the row that was there. The decision rests on that.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let before = tx.upsert(shelf(1, "front door"))?;
    /// assert_eq!(before.as_deref(), Some(&shelf(1, "door")));
    /// assert_eq!(tx.upsert(shelf(3, "cellar"))?, None);
    /// assert!(tx.get::<Shelf>(&3)?.is_some());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// As [`put`](Tx::put) and [`insert`](Tx::insert).
    pub fn upsert<R: Record>(&mut self, row: R) -> Result<Option<Arc<R>>, Halt> {
        let before = self.get::<R>(&row.key())?;
        match before {
            Some(_) => self.put(row)?,
            None => self.insert(row)?,
        }
        Ok(before)
    }

    /// The rows of several ranges, those of each in order, as by [`scan`](Tx::scan): the decision rests on all of them, and one
    /// trip brings all that is not there yet.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let ranges = [Range::<Shelf>::by_key(&2), Range::by_key(&9), Range::by_key(&1)];
    /// let shelves = tx.scan_each(&ranges)?;
    /// assert_eq!(shelves.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 1]);
    /// assert_eq!(shelves[0][0].label, "window");
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// As [`scan`](Tx::scan).
    pub fn scan_each<R: Record>(&mut self, ranges: &[Range<R>]) -> Result<Vec<Vec<Arc<R>>>, Halt> {
        let needs = ranges.iter().try_fold(Needs::new(), |needs, range| needs.range(range))?;
        self.need_all(needs)?;
        ranges.iter().map(|range| self.scan(range)).collect()
    }

    /// The rows of a range, in order, in one trip; the decision rests on each of them, and not on there being no others: for
    /// tables that have no guard over the range, and acts that change what they find there. Where the decision rests on the
    /// range as a whole, [`scan`](Tx::scan) it.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let stocks = tx.get_range(&Range::<Stock>::all())?; // a counter without a guard
    /// assert_eq!(stocks[0].pieces, 10); // until the commit nobody else adds to it
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn get_range<R: Record>(&mut self, range: &Range<R>) -> Result<Vec<Arc<R>>, Halt> {
        let rows = super::Reading::peek_rows(self, range)?;
        for row in &rows {
            let key = row.key().bytes;
            // What this act staged itself rests on nothing that others do, beside what it read before.
            let known = self.cache.slot(R::TABLE, &key, true).is_some();
            if !known && self.staged::<R>(&key)?.is_none() {
                self.cache.keep(R::TABLE, key, Some(row.clone()), true);
            }
        }
        rows.iter().map(|row| row.record::<R>().map_err(Halt::from)).collect()
    }

    /// Whether no row of `R` was ever stored, nor is by this act; while there is none the decision rests on that, by the
    /// table's guard without columns, which never goes back. One key, in the first trip where
    /// [`Needs::guard_of_all`] lists it: so what few companies use costs the others nothing, and no setting has to say that it
    /// is used.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// assert!(!tx.is_untouched::<Shelf>()?); // there are two
    /// let unguarded = tx.is_untouched::<Note>();
    /// assert!(matches!(unguarded, Err(Halt::Unguarded { table: "note" })));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Halt::Unguarded`] when the table has no guard without columns; a [`Halt`] to be passed on.
    pub fn is_untouched<R: Record>(&mut self) -> Result<bool, Halt> {
        let (key, _, changes) = self.whole_guard::<R>()?;
        if changes > 0 || self.stage.staged(R::TABLE).is_some_and(|stage| stage.changes()) {
            return Ok(false);
        }
        self.cache.slot(GuardCount::TABLE, &key, true);
        Ok(true)
    }
}
