//! Reading in a unit of work.

use std::any::Any;
use std::sync::Arc;

use super::cache::Slot;
use super::stage::{Staged, add_to};
use super::{Halt, Range, Source, Tx};
use crate::engine::Engine;
use crate::store::{
    Ask, KeyBytes, KeyParts, Kind, Record, Reply, Row, Scan, StoreError, Stored, Sums, Table,
    Within, order_of,
};

/// Reading without resting on it: what reports need, in a [`Tx`] as in a [`View`](super::View).
pub trait Reading {
    /// The row with this key.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// /// How many pieces a report shows; written once for acts and views.
    /// fn pieces(read: &mut impl Reading, item: i64) -> Result<i64, Halt> {
    ///     Ok(read.peek::<Stock>(&item)?.map_or(0, |stock| stock.pieces))
    /// }
    /// assert_eq!(shop().view(|view| pieces(view, 7))?, 10);
    /// # Ok::<(), Halt>(())
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn peek<R: Record>(&mut self, key: &R::Key) -> Result<Option<Arc<R>>, Halt>;

    /// The row with this key, which has to be there.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # shop().view(|view| {
    /// let unknown = || Halt::Bug("there is no such shelf".into()); // an engine has an error of its own
    /// assert_eq!(view.peek_require::<Shelf, _>(&1, unknown)?.label, "door");
    /// assert!(view.peek_require::<Shelf, _>(&9, unknown).is_err());
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// What `absent` makes when there is no such row; a [`Halt`] to be passed on.
    fn peek_require<R: Record, E: From<Halt>>(
        &mut self,
        key: &R::Key,
        absent: impl FnOnce() -> E,
    ) -> Result<Arc<R>, E> {
        self.peek::<R>(key)?.ok_or_else(absent)
    }

    /// The rows with these keys, in the same order, in one trip.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # shop().view(|view| {
    /// let stocks = view.peek_many::<Stock>(&[7, 8])?;
    /// assert_eq!(stocks[0].as_deref(), Some(&Stock { item: 7, pieces: 10 }));
    /// assert_eq!(stocks[1], None); // nothing was ever added
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn peek_many<R: Record>(&mut self, keys: &[R::Key]) -> Result<Vec<Option<Arc<R>>>, Halt>;

    /// The rows of a range, in order, as the store gave them: for who looks at them once and copies none.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # shop().view(|view| {
    /// let rows = view.peek_rows(&Range::<Shelf>::all())?;
    /// assert_eq!(rows[1].with(|shelf: &Shelf| shelf.number)?, 2);
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn peek_rows<R: Record>(&mut self, range: &Range<R>) -> Result<Vec<Row>, Halt>;

    /// The rows of a range, in order.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # shop().view(|view| {
    /// let last = view.peek_scan(&Range::<Shelf>::all().backwards().limit(1))?;
    /// assert_eq!(last[0].number, 2);
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn peek_scan<R: Record>(&mut self, range: &Range<R>) -> Result<Vec<Arc<R>>, Halt> {
        typed(self.peek_rows(range)?)
    }

    /// The rows of many ranges, one list for each, as by [`peek_rows`](Reading::peek_rows): all in one trip where nothing of
    /// the table is staged.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # shop().view(|view| {
    /// let ranges = [Range::<Shelf>::by_key(&2), Range::by_key(&1), Range::by_key(&9)];
    /// let rows = view.peek_ranges(&ranges)?;
    /// assert_eq!(rows.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 0]);
    /// assert_eq!(rows[0][0].with(|shelf: &Shelf| shelf.number)?, 2);
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn peek_ranges<R: Record>(&mut self, ranges: &[Range<R>]) -> Result<Vec<Vec<Row>>, Halt> {
        ranges.iter().map(|range| self.peek_rows(range)).collect()
    }

    /// The rows of several ranges, those of each in order: an asynchronous host brings all of them in one trip.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # shop().view(|view| {
    /// let ranges = [Range::<Shelf>::by_key(&2), Range::by_key(&9), Range::by_key(&1)];
    /// let shelves = view.peek_scans(&ranges)?;
    /// assert_eq!(shelves.iter().map(Vec::len).collect::<Vec<_>>(), [1, 0, 1]);
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn peek_scans<R: Record>(&mut self, ranges: &[Range<R>]) -> Result<Vec<Vec<Arc<R>>>, Halt> {
        let (mut found, mut missing) = (Vec::with_capacity(ranges.len()), false);
        for range in ranges {
            match self.peek_scan(range) {
                // Noted by the unit of work: what the others miss is asked for in the same trip.
                Err(Halt::Missing) => missing = true,
                rows => found.push(rows?),
            }
        }
        if missing { Err(Halt::Missing) } else { Ok(found) }
    }

    /// What counters come to: one row with the sums of those that have the columns `by` of their key in common, as the store
    /// adds them up where they lie. The rest of its key is that of any of them; where a sum is more than a column holds, there
    /// are several rows that come to it.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # use fondaco_core::store::Within;
    /// # shop().view(|view| {
    /// let all = view.peek_sums::<Stock>(&[], None)?; // ten pieces of item 7
    /// assert_eq!(all[0].with(|stock: &Stock| stock.pieces)?, 10);
    /// let others = Within::new(0, &8i64, &99i64);
    /// assert!(view.peek_sums::<Stock>(&[], Some(others))?.is_empty());
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on: [`StoreError::Misused`](crate::store::StoreError::Misused) when `R` is no counter, or a
    /// column none of its key.
    fn peek_sums<R: Record>(
        &mut self,
        by: &[usize],
        within: Option<Within>,
    ) -> Result<Vec<Row>, Halt> {
        let sums = Sums { within, ..Sums::new(R::TABLE, by) };
        let mut adder = sums.adder()?;
        self.peek_each(&Range::<R>::all(), |row| adder.add(1, row).map_err(Halt::from))?;
        Ok(adder.into_rows())
    }

    /// How far a number series has come.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn peek_series(&mut self, series: &str) -> Result<crate::store::SeriesState, Halt>;

    /// Whether an engine [joined](crate::Driver::join) the driver that is read through: then its tables are there to be read.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// static OTHER: fondaco_core::Engine = fondaco_core::Engine { name: "other", parts: &[] };
    /// assert!(!shop().view(|view| Ok::<bool, Halt>(view.has_joined(&OTHER)))?);
    /// # Ok::<(), Halt>(())
    /// ```
    fn has_joined(&self, engine: &Engine) -> bool;

    /// Which of several books that lie in the same tables is meant, by the code that their engine gave it: what it shows goes by
    /// this. `None` for those that are meant where nobody says otherwise. See [`View::within`](super::View::within).
    fn scope(&self) -> Option<&str> {
        None
    }

    /// Whether an engine has chosen already what it shows ([`Filtered`](super::Filtered)): then what the engine calls with it chooses
    /// no more.
    fn is_filtered(&self) -> bool {
        false
    }

    /// Whether what is read again is read from memory: then [`peek_each`](Reading::peek_each) takes ever larger pages,
    /// as each costs a run from the beginning.
    fn is_loaded(&self) -> bool {
        false
    }

    /// Every row of a range, in order, read in pages, so that a long range needs no room. An asynchronous host keeps all
    /// pages until the view ends, and reads a range of n rows in log n trips.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # shop().view(|view| {
    /// let mut pieces = 0;
    /// view.peek_each(&Range::<Stock>::all(), |stock| {
    ///     pieces += stock.pieces;
    ///     Ok::<(), Halt>(())
    /// })?;
    /// assert_eq!(pieces, 10);
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], or the first error of `each`.
    fn peek_each<R: Record, E: From<Halt>>(
        &mut self,
        range: &Range<R>,
        mut each: impl FnMut(&R) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut page = 4096;
        let (mut range, mut before) = (range.clone().limit(page), None);
        loop {
            let rows = self.peek_rows(&range)?;
            for row in &rows {
                row.with(&mut each).map_err(Halt::from)??;
            }
            let Some(last) = rows.last().filter(|_| rows.len() == page) else { return Ok(()) };
            let mut place = crate::store::KeyWriter::new();
            order_of(last.stored(), range.index(), &mut place);
            if self.is_loaded() {
                page *= 2;
            }
            let place = place.to_key();
            if before.is_some_and(|before| !range.goes_on(&before, &place)) {
                let why = format!("rows of {} come out of order: verify the store", R::TABLE.name);
                return Err(Halt::from(crate::store::StoreError::Corrupt(why)).into());
            }
            range = range.after(&place).limit(page);
            before = Some(place);
        }
    }

    /// Every row of many ranges, range by range: [`peek_each`](Reading::peek_each) for each, with few trips where most ranges
    /// have few rows.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # shop().view(|view| {
    /// let (ranges, mut labels) = ([2, 1].map(|number| Range::<Shelf>::by_key(&number)), Vec::new());
    /// view.peek_each_of(&ranges, |shelf| {
    ///     labels.push(shelf.label.clone());
    ///     Ok::<(), Halt>(())
    /// })?;
    /// assert_eq!(labels, ["window", "door"]);
    /// # Ok::<(), Halt>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`peek_each`](Reading::peek_each).
    fn peek_each_of<R: Record, E: From<Halt>>(
        &mut self,
        ranges: &[Range<R>],
        mut each: impl FnMut(&R) -> Result<(), E>,
    ) -> Result<(), E> {
        for some in ranges.chunks(RANGES) {
            let few: Vec<_> = some.iter().map(|range| range.clone().limit(FEW)).collect();
            let found = self.peek_ranges(&few)?;
            look_ahead::<R>(&found);
            for (range, rows) in some.iter().zip(found) {
                if rows.len() == FEW {
                    self.peek_each(range, &mut each)?;
                    continue;
                }
                for row in &rows {
                    row.with(&mut each).map_err(Halt::from)??;
                }
            }
        }
        Ok(())
    }
}

/// So many ranges are read in one trip.
const RANGES: usize = 64;
/// A range of so many rows is read by itself.
const FEW: usize = 256;

/// Looks at each row once before the first of them is read: rows that lie apart are fetched from memory beside each other, and
/// not one after another.
fn look_ahead<R: Record>(rows: &[Vec<Row>]) {
    let typed = |row| (Row::stored(row) as &dyn Any).downcast_ref::<R>();
    let mut rows = rows.iter().flatten().filter_map(typed);
    let Some(first) = rows.next() else { return };
    std::hint::black_box(rows.map(|row| row.cmp_key(first) as i64).sum::<i64>());
}

impl Reading for Tx<'_> {
    fn has_joined(&self, engine: &Engine) -> bool {
        self.context.known.has(engine)
    }

    fn is_loaded(&self) -> bool {
        matches!(self.source, Source::Loaded)
    }

    fn peek_series(&mut self, series: &str) -> Result<crate::store::SeriesState, Halt> {
        self.series(series)
    }

    fn peek_ranges<R: Record>(&mut self, ranges: &[Range<R>]) -> Result<Vec<Vec<Row>>, Halt> {
        let straight = self.stage.find(R::TABLE).is_none() && R::TABLE.kind == Kind::Fact;
        if !straight || !ranges.iter().all(Range::is_storable) {
            return ranges.iter().map(|range| self.peek_rows(range)).collect();
        }
        let scans = ranges.iter().map(Range::to_scan).collect::<Result<Vec<_>, _>>()?;
        let known: Option<Vec<_>> = scans.iter().map(|scan| self.cache.scanned(scan, 0)).collect();
        if let Some(known) = known {
            return Ok(known.into_iter().cloned().collect());
        }
        let (_, replies) = self.ask(scans.into_iter().map(Ask::Scan).collect())?;
        let rows = replies.into_iter().map(|reply| match reply {
            Reply::Rows(rows) => Ok(rows),
            _ => Err(Halt::Bug("the store answered a scan with something else".into())),
        });
        rows.collect()
    }

    fn peek<R: Record>(&mut self, key: &R::Key) -> Result<Option<Arc<R>>, Halt> {
        // No row has a key that no store can keep, so none is asked for.
        if key.is_storable() { self.read_one::<R>(&key.to_bytes(), false) } else { Ok(None) }
    }

    fn peek_many<R: Record>(&mut self, keys: &[R::Key]) -> Result<Vec<Option<Arc<R>>>, Halt> {
        self.read_many::<R>(keys, false)
    }

    fn peek_rows<R: Record>(&mut self, range: &Range<R>) -> Result<Vec<Row>, Halt> {
        let scan = range.to_scan()?;
        if range.is_storable() { self.scan_rows::<R>(&scan, None) } else { Ok(Vec::new()) }
    }
}

impl Tx<'_> {
    /// The sums as the store adds them up; `None` when it can't.
    pub(super) fn sums(&mut self, sums: Sums) -> Result<Option<Vec<Row>>, Halt> {
        match self.ask(vec![Ask::Sums(sums)]) {
            Ok((_, mut replies)) => match replies.pop() {
                Some(Reply::Rows(rows)) => Ok(Some(rows)),
                _ => Err(Halt::Bug("the store answered sums with something else".into())),
            },
            Err(Halt::Store(StoreError::Unsupported { .. })) => Ok(None),
            Err(halt) => Err(halt),
        }
    }

    /// The row with this key; the decision rests on it, or on its absence.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let label = tx.get::<Shelf>(&1)?.map(|shelf| shelf.label.clone());
    /// assert_eq!(label.as_deref(), Some("door"));
    /// assert_eq!(tx.get::<Shelf>(&9)?, None); // nobody may put a shelf 9 there meanwhile
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn get<R: Record>(&mut self, key: &R::Key) -> Result<Option<Arc<R>>, Halt> {
        if key.is_storable() { self.read_one::<R>(&key.to_bytes(), true) } else { Ok(None) }
    }

    /// The rows with these keys, in the same order, in one trip; the decision rests on each.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let shelves = tx.get_many::<Shelf>(&[2, 9, 1])?;
    /// assert_eq!(shelves[0].as_deref(), Some(&shelf(2, "window")));
    /// assert!(shelves[1].is_none() && shelves[2].is_some());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn get_many<R: Record>(&mut self, keys: &[R::Key]) -> Result<Vec<Option<Arc<R>>>, Halt> {
        self.read_many::<R>(keys, true)
    }

    /// The rows of a range, in order; the decision rests on the whole range, by the narrowest guard that covers it.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let shelves = tx.scan(&Range::<Shelf>::all())?; // its guard covers all shelves
    /// assert_eq!(shelves.len(), 2);
    /// let unguarded = tx.scan(&Range::<Stock>::all());
    /// assert!(matches!(unguarded, Err(Halt::Unguarded { table: "stock" })));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// [`Halt::Unguarded`] when no guard covers the range, or a [`Halt`] to be passed on.
    pub fn scan<R: Record>(&mut self, range: &Range<R>) -> Result<Vec<Arc<R>>, Halt> {
        let scan = range.to_scan()?;
        let key = super::guard::key(range)?;
        if !range.is_storable() {
            return Ok(Vec::new());
        }
        // The guard first: what changes between the two trips is then seen by the commit.
        self.load(super::GuardCount::TABLE, std::slice::from_ref(&key))?;
        let guard = self.cache.slot(super::GuardCount::TABLE, &key, true);
        // Rows that came before the guard are not what it answers for.
        let since = Some(guard.map_or(0, |slot| slot.trip));
        let rows = self.scan_rows::<R>(&scan, since)?;
        typed(rows)
    }

    /// How often rows of these ranges were changed, by the narrowest guard that covers each; the decision rests on all of them.
    ///
    /// It only ever rises, so a later act that finds the same number knows that what an earlier one read still stands: a job
    /// whose chunks read much needn't read it again to finish. It rises also when rows change whose ranges share a guard's
    /// counter, so another number says nothing.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// let all = [Range::<Shelf>::all()];
    /// let before = tx.changes(&all)?;
    /// assert_eq!(tx.changes(&all)?, before); // nobody can have changed one for this act
    /// let unguarded = tx.changes(&[Range::<Stock>::all()]);
    /// assert!(matches!(unguarded, Err(Halt::Unguarded { table: "stock" })));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// As [`scan`](Tx::scan).
    pub fn changes<R: Record>(&mut self, ranges: &[Range<R>]) -> Result<i64, Halt> {
        let ranges = ranges.iter().filter(|range| range.is_storable());
        let mut keys = ranges.map(super::guard::key).collect::<Result<Vec<_>, Halt>>()?;
        keys.sort_unstable();
        keys.dedup();
        self.load(super::GuardCount::TABLE, &keys)?;
        let mut changes = 0;
        for key in &keys {
            let slot = self.cache.slot(super::GuardCount::TABLE, key, true);
            if let Some(row) = slot.and_then(|slot| slot.row.as_ref()) {
                changes += row.record::<super::GuardCount>()?.changes;
            }
        }
        Ok(changes)
    }

    /// Says what will be read of one table, so that it is loaded in one trip; of several, [`need_all`](Tx::need_all).
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// tx.need::<Shelf>(&[1, 2])?; // one trip
    /// let (door, window) = (tx.get::<Shelf>(&1)?, tx.get::<Shelf>(&2)?); // none
    /// # assert!(door.is_some() && window.is_some());
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn need<R: Record>(&mut self, keys: &[R::Key]) -> Result<(), Halt> {
        self.load(R::TABLE, &super::needs::storable(keys))
    }

    /// How far a number series has come, without resting on it.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # run(|tx| {
    /// assert_eq!(tx.series("slips/2026")?.last, 0); // no number was drawn yet
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn series(&mut self, series: &str) -> Result<crate::store::SeriesState, Halt> {
        if self.cache.series(series).is_none() {
            let (asks, replies) = self.ask(vec![Ask::Series(series.into())])?;
            self.cache.take(asks, replies);
        }
        Ok(self.cache.series(series).unwrap_or_default())
    }

    /// Loads the rows that are not there yet.
    pub(super) fn load(&mut self, table: &'static Table, keys: &[KeyBytes]) -> Result<(), Halt> {
        let known = self.cache.table(table);
        let missing: Vec<KeyBytes> =
            keys.iter().filter(|key| !known.contains(key)).cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let (asks, replies) = self.ask(vec![Ask::Get(table, missing)])?;
        self.cache.take(asks, replies);
        Ok(())
    }

    pub(super) fn read_one<R: Record>(
        &mut self,
        key: &KeyBytes,
        guard: bool,
    ) -> Result<Option<Arc<R>>, Halt> {
        // What is usual: nothing of the table is staged.
        if self.stage.find(R::TABLE).is_none()
            && let Some(slot) = self.cache.slot(R::TABLE, key, guard)
        {
            return Ok(slot.row.as_ref().map(Row::record::<R>).transpose()?);
        }
        if let Some(staged) = self.staged::<R>(key)? {
            return Ok(staged);
        }
        if self.cache.slot(R::TABLE, key, guard).is_none() {
            self.load(R::TABLE, std::slice::from_ref(key))?;
        }
        self.loaded::<R>(key, guard)
    }

    fn read_many<R: Record>(
        &mut self,
        keys: &[R::Key],
        guard: bool,
    ) -> Result<Vec<Option<Arc<R>>>, Halt> {
        if !keys.iter().all(KeyParts::is_storable) {
            let one = |key: &R::Key| match key.is_storable() {
                true => self.read_one::<R>(&key.to_bytes(), guard),
                false => Ok(None),
            };
            return keys.iter().map(one).collect();
        }
        let keys = super::needs::storable(keys);
        if self.cache.table(R::TABLE).is_empty() && self.stage.find(R::TABLE).is_none() {
            return self.read_fresh::<R>(keys, guard);
        }
        self.read_known::<R>(&keys, guard)
    }

    /// The rows under keys that could be a row's, without resting on them.
    pub(super) fn peek_keys<R: Record>(
        &mut self,
        keys: Vec<KeyBytes>,
    ) -> Result<Vec<Option<Arc<R>>>, Halt> {
        if self.cache.table(R::TABLE).is_empty() && self.stage.find(R::TABLE).is_none() {
            return self.read_fresh::<R>(keys, false);
        }
        self.read_known::<R>(&keys, false)
    }

    /// Rows of a table of which some are there: in one pass where all are, and nothing is staged.
    fn read_known<R: Record>(
        &mut self,
        keys: &[KeyBytes],
        guard: bool,
    ) -> Result<Vec<Option<Arc<R>>>, Halt> {
        let record = |slot: &Slot| slot.row.as_ref().map(Row::record::<R>).transpose();
        if self.stage.find(R::TABLE).is_none()
            && let Some(rows) = self.cache.each(R::TABLE, keys, guard, record)
        {
            return Ok(rows.into_iter().collect::<Result<_, _>>()?);
        }
        self.load(R::TABLE, keys)?;
        keys.iter().map(|key| self.read_one::<R>(key, guard)).collect()
    }

    /// The usual case of a batch, and the hot one: nothing of the table was read or staged before.
    fn read_fresh<R: Record>(
        &mut self,
        keys: Vec<KeyBytes>,
        guard: bool,
    ) -> Result<Vec<Option<Arc<R>>>, Halt> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let (mut asks, mut replies) = self.ask(vec![Ask::Get(R::TABLE, keys)])?;
        let (Some(Ask::Get(_, keys)), Some(Reply::Got(rows))) = (asks.pop(), replies.pop()) else {
            return Err(Halt::Bug("the store answered a get with something else".into()));
        };
        let records: Result<Vec<_>, _> =
            rows.iter().map(|row| row.as_ref().map(Row::record::<R>).transpose()).collect();
        self.cache.keep_all(R::TABLE, keys, rows, guard);
        Ok(records?)
    }

    pub(super) fn loaded<R: Record>(
        &mut self,
        key: &KeyBytes,
        guard: bool,
    ) -> Result<Option<Arc<R>>, Halt> {
        let row = self
            .cache
            .slot(R::TABLE, key, guard)
            .and_then(|slot| slot.row.as_ref())
            .map(Row::record::<R>);
        let row = row.transpose()?;
        if R::TABLE.kind != Kind::Counter {
            return Ok(row);
        }
        let added = match self.stage.find(R::TABLE) {
            Some(at) => {
                self.stage.tables[at].added(key).map_err(|column| overflow::<R>(key, column))?
            }
            None => None,
        };
        let Some(added) = added else { return Ok(row) };
        let mut sum = added;
        if let Some(row) = row {
            add_to(&mut sum, row.as_ref()).map_err(|column| overflow::<R>(key, column))?;
        }
        Row::one(1, sum).record::<R>().map(Some).map_err(Halt::from)
    }

    /// A row as this act staged it: `None` when it staged nothing for the key.
    pub(super) fn staged<R: Record>(
        &mut self,
        key: &KeyBytes,
    ) -> Result<Option<Option<Arc<R>>>, Halt> {
        let Some(at) = self.stage.find(R::TABLE) else { return Ok(None) };
        match self.stage.tables[at].slots.get(key) {
            Some(Staged::Put(row)) => {
                return Ok(Some(Some(Row::one(1, row.clone()).record::<R>()?)));
            }
            Some(Staged::Delete) => return Ok(Some(None)),
            Some(Staged::Erase) => return self.erased::<R>(key).map(Some),
            None => {}
        }
        Ok(self.inserted::<R>(key).map(Some))
    }

    /// A row that this act inserted, as it did.
    fn inserted<R: Record>(&mut self, key: &KeyBytes) -> Option<Arc<R>> {
        let at = self.stage.find(R::TABLE)?;
        let stage = self.stage.tables.get_mut(at)?;
        let row = stage.inserted(key)?;
        let row = stage.inserts.as_ref()?.row(row)?;
        (row as &dyn Any).downcast_ref::<R>().map(|row| Arc::new(row.clone()))
    }

    fn erased<R: Record>(&mut self, key: &KeyBytes) -> Result<Option<Arc<R>>, Halt> {
        let inserted = self.inserted::<R>(key);
        let row = match inserted {
            Some(row) => Some(row),
            None => {
                self.load(R::TABLE, std::slice::from_ref(key))?;
                self.loaded::<R>(key, false)?
            }
        };
        Ok(row.map(|row| {
            let mut row = row.as_ref().clone();
            Record::erase(&mut row);
            Arc::new(row)
        }))
    }

    /// The rows of a scan, with what this act staged in place of what is stored.
    fn scan_rows<R: Record>(&mut self, scan: &Scan, guard: Option<u32>) -> Result<Vec<Row>, Halt> {
        let overlay = self.overlay::<R>(scan)?;
        let wanted = Scan { limit: scan.limit.saturating_add(overlay.hidden), ..scan.clone() };
        let mut rows = self.stored_rows(&wanted, guard.unwrap_or(0))?;
        if overlay.is_empty() && R::TABLE.kind == Kind::Fact {
            return Ok(rows);
        }
        self.keep_rows::<R>(&mut rows, guard.is_some());
        if !overlay.is_empty() {
            rows.retain(|row| !overlay.changes(&row.key().bytes));
            rows.extend(overlay.rows);
            let mut placed: Vec<_> =
                rows.into_iter().map(|row| (row.order(scan.index), row)).collect();
            placed.sort_by(|a, b| if scan.backwards { b.0.cmp(&a.0) } else { a.0.cmp(&b.0) });
            rows = placed.into_iter().map(|(_, row)| row).collect();
        }
        rows.truncate(scan.limit);
        Ok(rows)
    }

    fn stored_rows(&mut self, scan: &Scan, since: u32) -> Result<Vec<Row>, Halt> {
        if let Some(rows) = self.cache.scanned(scan, since) {
            return Ok(rows.clone());
        }
        match self.ask(vec![Ask::Scan(scan.clone())])?.1.pop() {
            Some(Reply::Rows(rows)) => Ok(rows),
            _ => Err(Halt::Bug("the store answered a scan with something else".into())),
        }
    }

    /// Scanned rows can be put afterwards; where a row was read before, the first reading stays.
    fn keep_rows<R: Record>(&mut self, rows: &mut [Row], guard: bool) {
        if matches!(self.source, Source::Through(_)) && self.is_view() {
            return;
        }
        for row in rows.iter_mut() {
            let (key, scanned) = (row.key().bytes, row.version);
            let slot: &Slot = self.cache.keep(R::TABLE, key.clone(), Some(row.clone()), false);
            // A row that was read before the guard, and is another by now: the guard does not answer for it.
            let changed = slot.version() != scanned;
            if let Some(first) = &slot.row {
                *row = first.clone();
            }
            if guard && (changed || R::TABLE.kind == Kind::Counter) {
                self.cache.slot(R::TABLE, &key, true);
            }
        }
    }

    fn overlay<R: Record>(&mut self, scan: &Scan) -> Result<Overlay, Halt> {
        if R::TABLE.kind == Kind::Counter {
            return self.counter_overlay::<R>(scan);
        }
        let mut overlay = Overlay::default();
        let Some(at) = self.stage.find(R::TABLE) else { return Ok(overlay) };
        let keys: Vec<KeyBytes> = self.stage.tables[at].slots.keys().cloned().collect();
        for key in keys {
            if let Some(Some(row)) = self.staged::<R>(&key)? {
                overlay.add(scan, row);
            }
            overlay.changed.insert(key);
        }
        overlay.hidden = overlay.changed.len();
        let stage = &self.stage.tables[at];
        if let Some(rows) = &stage.inserts {
            for row in (0..rows.len()).filter_map(|i| rows.row(i)) {
                if !overlay.changes(&row.row_key().bytes) && in_range(scan, row) {
                    overlay.rows.push(Row::one(1, row.copy()));
                }
            }
        }
        Ok(overlay)
    }

    /// Counters that this act added to, with what it added.
    fn counter_overlay<R: Record>(&mut self, scan: &Scan) -> Result<Overlay, Halt> {
        let mut overlay = Overlay::default();
        let Some(stage) = self.stage.staged(R::TABLE) else { return Ok(overlay) };
        let deltas = stage
            .adds
            .iter()
            .flat_map(|adds| (0..adds.rows.len()).filter_map(|i| adds.rows.row(i)));
        overlay.changed = deltas
            .filter(|delta| in_range(scan, *delta))
            .map(|delta| delta.row_key().bytes)
            .collect();
        overlay.hidden = overlay.changed.len();
        let keys: Vec<KeyBytes> = overlay.changed.iter().cloned().collect();
        self.load(R::TABLE, &keys)?;
        for key in keys {
            if let Some(sum) = self.loaded::<R>(&key, false)? {
                overlay.rows.push(Row::one(1, sum));
            }
        }
        Ok(overlay)
    }
}

/// What a scan must show instead of what is stored.
#[derive(Default)]
struct Overlay {
    rows: Vec<Row>,
    changed: std::collections::BTreeSet<KeyBytes>,
    hidden: usize,
}

impl Overlay {
    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.changed.is_empty()
    }

    fn changes(&self, key: &KeyBytes) -> bool {
        self.changed.contains(key)
    }

    fn add<R: Record>(&mut self, scan: &Scan, row: Arc<R>) {
        if in_range(scan, row.as_ref()) {
            self.rows.push(Row::one(1, row));
        }
    }
}

fn in_range(scan: &Scan, row: &dyn Stored) -> bool {
    let mut place = crate::store::KeyWriter::new();
    if !order_of(row, scan.index, &mut place) {
        return false;
    }
    let place = place.as_slice();
    scan.from.as_slice() <= place && scan.to.as_ref().is_none_or(|to| place < to.as_slice())
}

fn typed<R: Record>(rows: Vec<Row>) -> Result<Vec<Arc<R>>, Halt> {
    rows.iter().map(|row| row.record::<R>().map_err(Halt::from)).collect()
}

fn overflow<R: Record>(key: &KeyBytes, column: &'static str) -> Halt {
    let key = crate::store::Key { table: R::TABLE, bytes: key.clone() };
    Halt::Store(crate::store::StoreError::Overflow { key, column: column.into() })
}
