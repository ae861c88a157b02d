//! The running judge: whether what a batch adds to counters stays within their limits, item by item, without collisions.
//!
//! [`Running`] keeps the sums of a batch over one counter table. An act [adds](Running::add) what an item does to them, asks
//! for a [`Measure`] of them after it (what is available: on hand less reserved), and decides: [`judge`](Running::judge) does
//! the usual, and refuses what would fall below a line. [`finish`](Pending::finish) stages one addition per counter.
//!
//! # Why writers don't collide
//! The sums begin with what the store has, *peeked*: the act does not rest on it. What the act does rest on is one floor per
//! counter and measure, which the store judges at the commit. A measure `T` is linear: with `s` stored and `p` added it is
//! `T(s) + T(p)`. Let `p1, ..., pn` be what the batch had added when it decided `T(s) + T(pi) >= mi`, the line of that
//! decision; and `q` what it has added in the end. All decisions hold just when `T(s) >= need`, with `need = max(mi - T(pi))`.
//! After the commit the counter measures `T(s) + T(q)`, so the floor `need + T(q)` under it says the same: the store's one
//! check is exactly the sequential ones. It holds for whatever `s` has become meanwhile, so writers on a hot counter collide
//! only when somebody is refused:
//! - what the peeked sums refuse is refused for good only when the act rests on them ([`rest_on`](Running::rest_on), a `get`);
//! - a floor that breaks names its counter ([`Tx::is_short`]), and the act runs again with the stored sums, resting on them;
//! - what rests on stored sums needs no floor.
//!
//! Whatever is decided because a measure is *below* a line (a refusal, a warning, a notice to reorder) rests on the row;
//! whatever is decided because it is at or above one is [kept](Running::keep) by a floor.
//!
//! ```
//! # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
//! # use fondaco_core::{ActorId, CommandId, CompanyId, Driver, Envelope, Halt, Tx};
//! use fondaco_core::store::Record;
//! use fondaco_core::tx::{Pending, Running};
//!
//! #[derive(Record, Debug, Clone, PartialEq)]
//! #[record(
//!     table = "shop_goods", kind = counter, key(item),
//!     measure(available = on_hand - reserved),
//! )]
//! struct Goods { item: i64, on_hand: i64, reserved: i64 }
//!
//! # let driver = Driver::new(fondaco_testkit::Model::new(), CompanyId::named("acme"));
//! # driver.prepare(&[Goods::TABLE]).unwrap();
//! # let envelope = shop::envelope;
//! let take = |tx: &mut Tx<'_>, wanted: &Vec<i64>| {
//!     let mut goods = Running::<Goods>::prepare(tx, [7])?; // one trip
//!     goods.add(Goods { item: 7, on_hand: 10, reserved: 0 })?; // ten came in
//!     let mut short = Vec::new();
//!     for &pieces in wanted {
//!         let mark = goods.mark();
//!         let item = goods.add(Goods { item: 7, on_hand: -pieces, reserved: 0 })?;
//!         if let Some(missing) = goods.judge(tx, item, Goods::AVAILABLE, 0)? {
//!             goods.back_to(mark); // refused: what it added is taken back
//!             short.push(missing as i64);
//!         }
//!     }
//!     goods.finish(tx)?; // one addition, under one floor or none
//!     Ok::<_, Halt>(short)
//! };
//! let done = driver.run(envelope("take"), &vec![6, 7, 4, 1], take)?;
//! assert_eq!(done.answer, [3, 1]); // 6 and 4 are taken; of 7 three were missing, then one of 1
//! # Ok::<(), Halt>(())
//! ```

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::undo::Pending;
use super::write::overflow;
use super::{Halt, Needs, Reading, Tx};
use crate::store::{
    Floor, KeyBytes, KeyParts, KeyTable, KeyWriter, Record, Type, sorted_positions,
};

/// What is judged of a counter: some of its columns added, others taken off. The derive macro makes one constant for each that
/// is declared, and a column that is none of the counter's sums, or has other digits, is an error when it compiles.
///
/// ```
/// use fondaco_core::store::Record;
/// use fondaco_core::tx::Measure;
///
/// #[derive(Record, Debug, Clone)]
/// #[record(
///     table = "goods", kind = counter, key(item),
///     measure(available = on_hand - reserved), measure(expected = on_hand + on_order - reserved),
/// )]
/// struct Goods { item: i64, on_hand: i64, reserved: i64, on_order: i64 }
///
/// let goods = Goods { item: 7, on_hand: 10, reserved: 4, on_order: 100 };
/// assert_eq!((Goods::AVAILABLE.of(&goods), Goods::EXPECTED.of(&goods)), (6, 106));
/// assert!(Goods::AVAILABLE.floor(6).holds(0, &goods) && !Goods::AVAILABLE.floor(7).holds(0, &goods));
/// ```
///
/// ```compile_fail
/// # use fondaco_core::store::Record;
/// #[derive(Record, Debug, Clone)]
/// #[record(table = "goods", kind = counter, key(item), measure(available = on_hand - held))]
/// struct Goods { item: i64, on_hand: i64, reserved: i64 } // nothing is called held
/// ```
///
/// ```compile_fail
/// # use fondaco_core::store::{Fixed, Record};
/// #[derive(Record, Debug, Clone)]
/// #[record(table = "goods", kind = counter, key(item), measure(available = on_hand - value))]
/// struct Goods { item: i64, on_hand: Fixed<6>, value: Fixed<2> } // of other digits
/// let available = Goods::AVAILABLE;
/// ```
pub struct Measure<R> {
    terms: &'static [(usize, i8)],
    of: PhantomData<fn() -> R>,
}

impl<R> Measure<R> {
    /// The sum of these columns, counted from 0 as the table lists them, each `1` or `-1` times: what the derive macro writes.
    pub const fn new(terms: &'static [(usize, i8)]) -> Measure<R> {
        Measure { terms, of: PhantomData }
    }

    /// Whether columns of these types can be added to one another: counts of the same unit.
    ///
    /// ```
    /// use fondaco_core::store::Type;
    /// use fondaco_core::tx::Measure;
    /// let (cents, mills) = (Type::Decimal { digits: 2 }, Type::Decimal { digits: 3 });
    /// assert!(Measure::<()>::adds_up(&[cents, cents]) && !Measure::<()>::adds_up(&[cents, mills]));
    /// assert!(!Measure::<()>::adds_up(&[Type::Text]));
    /// ```
    pub const fn adds_up(types: &[Type]) -> bool {
        let (mut at, mut digits) = (0, None);
        while at < types.len() {
            let mine = match types[at] {
                Type::I64 => 0,
                Type::Decimal { digits } => digits,
                _ => return false,
            };
            match digits {
                Some(digits) if digits != mine => return false,
                _ => digits = Some(mine),
            }
            at += 1;
        }
        true
    }

    /// The columns, with their signs.
    pub const fn terms(&self) -> &'static [(usize, i8)] {
        self.terms
    }

    /// The floor that lets it be no less than `min`, for an addition that is judged by nothing else.
    pub fn floor(&self, min: i64) -> Floor {
        Floor::new(self.terms, min)
    }
}

impl<R: Record> Measure<R> {
    /// What it comes to for a row, or for an addition to one, in smallest units.
    pub fn of(&self, row: &R) -> i128 {
        let term = |&(column, sign): &(usize, i8)| {
            i128::from(row.units(column).unwrap_or(0)) * i128::from(sign)
        };
        self.terms.iter().map(term).sum()
    }
}

impl<R> Clone for Measure<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Measure<R> {}
impl<R> fmt::Debug for Measure<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Measure").field(&self.terms).finish()
    }
}

/// Which sum of a [`Running`] is meant: of the one that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell(usize);

impl Cell {
    /// Its place among the sums, counted from 0 in the order in which they came: for who keeps something beside each.
    pub fn place(self) -> usize {
        self.0
    }
}

/// How far a [`Running`] was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunningMark(usize);

/// The running sums of a batch over the counters of one table. The [module](crate::tx) of the unit of work has the other parts of
/// a batch; the words below follow one another as an act uses them.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::tx::{Measure, Pending, Running};
/// const PIECES: Measure<Stock> = Measure::new(&[(1, 1)]); // the derive macro makes such constants
///
/// # run(|tx| {
/// let mut stocks = Running::<Stock>::prepare(tx, [7, 8])?; // of item 7 there are 10 pieces, of item 8 none
/// let seven = stocks.add(Stock { item: 7, pieces: -4 })?;
/// assert_eq!(stocks.judge(tx, seven, PIECES, 0)?, None); // allowed
/// let eight = stocks.add(Stock { item: 8, pieces: -4 })?;
/// assert_eq!(stocks.judge(tx, eight, PIECES, -3)?, Some(1)); // 1 less than it may be
/// # Ok(()) });
/// ```
pub struct Running<R: Record> {
    /// The keys of the sums, in the same order.
    keys: Vec<R::Key>,
    /// The same as bytes.
    bytes: Vec<KeyBytes>,
    sums: Vec<Sum<R>>,
    places: KeyTable,
    needs: Vec<Need<R>>,
    log: Vec<Undo<R>>,
    /// Room for the key that is looked up.
    writer: KeyWriter,
}

/// One counter while a batch is judged.
struct Sum<R> {
    /// What the store has, as it was peeked at; `None` while nothing asked for it.
    stored: Option<Option<Arc<R>>>,
    /// Whether the act rests on that.
    exact: bool,
    /// What was only checked before, and counts as if it were stored.
    carried: Option<Box<R>>,
    /// What the batch adds.
    added: Option<R>,
    /// Where the last of what it has to be lies.
    need: Option<usize>,
}

/// The least that a measure of a counter may be without what the batch adds: `need` in the proof.
struct Need<R> {
    of: Measure<R>,
    least: i128,
    /// Where the one before lies, of another measure of the same counter.
    before: Option<usize>,
}

/// What was before.
enum Undo<R> {
    Added(usize, Option<R>),
    /// The last need that came: it was the counter's first of its measure.
    Need(usize),
    /// What a need was less.
    Less(usize, i128),
}

impl<R: Record> Default for Running<R> {
    fn default() -> Running<R> {
        let (keys, bytes, sums, places) = Default::default();
        let (needs, log, writer) = (Vec::new(), Vec::new(), KeyWriter::default());
        Running { keys, bytes, sums, places, needs, log, writer }
    }
}

impl<R: Record> fmt::Debug for Running<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Running({} of {})", self.sums.len(), R::TABLE.name)
    }
}

impl<R: Record> Running<R> {
    /// Reads the counters that a batch will be judged by, in one trip; a key may come twice. A counter that was not named is
    /// read when it is first asked for.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn prepare(
        tx: &mut Tx<'_>,
        keys: impl IntoIterator<Item = R::Key>,
    ) -> Result<Running<R>, Halt> {
        let mut running = Running::default();
        for key in keys {
            running.cell(key);
        }
        running.read_all(tx)?;
        Ok(running)
    }

    /// The counters that were named so far and not read: for those who need more in the same trip, before they are
    /// [read](Running::read_all).
    #[must_use]
    pub fn needs(&self, needs: Needs) -> Needs {
        let unread = self.unread().filter_map(|at| self.bytes.get(at).cloned());
        needs.keys(R::TABLE, unread.collect())
    }

    /// Reads the counters that were named so far and not read, in one trip; in none, where they were [needed](Running::needs).
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::{Needs, tx::{Measure, Running}};
    /// # run(|tx| {
    /// let mut stocks = Running::<Stock>::default();
    /// let seven = stocks.cell(7);
    /// tx.need_all(stocks.needs(Needs::new().rows::<Shelf>(&[1])))?; // one trip for both
    /// stocks.read_all(tx)?;
    /// assert_eq!(stocks.row(tx, seven)?, Some(Stock { item: 7, pieces: 10 }));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn read_all(&mut self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let unread: Vec<usize> = self.unread().collect();
        let keys: Vec<KeyBytes> =
            unread.iter().filter_map(|at| self.bytes.get(*at)).cloned().collect();
        for (at, row) in unread.into_iter().zip(tx.peek_keys::<R>(keys)?) {
            let Some((sum, key)) = self.sums.get_mut(at).zip(self.keys.get(at)) else { continue };
            sum.exact = tx.is_short::<R>(key);
            sum.stored = Some(row);
        }
        Ok(())
    }

    /// The places of the sums of which nothing is read, but for keys that no store can keep, under which there is nothing.
    fn unread(&self) -> impl Iterator<Item = usize> + '_ {
        let sums = self.sums.iter().zip(&self.keys).enumerate();
        let unread = sums.filter(|(_, (sum, key))| sum.stored.is_none() && key.is_storable());
        unread.map(|(at, _)| at)
    }

    /// The sum of a counter.
    pub fn cell(&mut self, key: R::Key) -> Cell {
        self.writer.clear();
        key.write(&mut self.writer);
        self.place(|| key)
    }

    /// The counter's key.
    pub fn key(&self, cell: Cell) -> Option<&R::Key> {
        self.keys.get(cell.0)
    }

    /// Adds to a counter, in memory. Nothing is read for it, and nothing judged but the reach of what the batch adds: what the
    /// counter comes to is judged by the store.
    ///
    /// # Errors
    /// [`StoreError::Overflow`](crate::store::StoreError::Overflow) with the counter's key and the column, and nothing is added: when
    /// what the batch adds goes beyond the column's reach.
    pub fn add(&mut self, delta: R) -> Result<Cell, Halt> {
        self.writer.clear();
        Record::write_key(&delta, &mut self.writer);
        let cell = self.place(|| delta.key());
        self.add_to(cell, delta)?;
        Ok(cell)
    }

    /// The same, to a counter whose place is known: the cell of the key that `delta` has.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// use fondaco_core::tx::Running;
    /// # run(|tx| {
    /// let mut stocks = Running::<Stock>::prepare(tx, [7])?;
    /// let seven = stocks.cell(7); // looked up once
    /// for pieces in [-4, -3] {
    ///     stocks.add_to(seven, Stock { item: 7, pieces })?;
    /// }
    /// assert_eq!(stocks.row(tx, seven)?, Some(Stock { item: 7, pieces: 3 }));
    /// # Ok(()) });
    /// ```
    ///
    /// # Errors
    /// As [`add`](Running::add).
    pub fn add_to(&mut self, cell: Cell, delta: R) -> Result<(), Halt> {
        let Some(sum) = self.sums.get_mut(cell.0) else { return Err(foreign::<R>()) };
        debug_assert!(
            self.bytes.get(cell.0) == Some(&crate::store::Stored::row_key(&delta).bytes),
            "a cell is of the key of what is added to it"
        );
        let before = sum.added.clone();
        match &mut sum.added {
            None => sum.added = Some(delta),
            Some(added) => Record::add(added, &delta)
                .map_err(|column| overflow(&crate::store::Stored::row_key(&delta), column))?,
        }
        self.log.push(Undo::Added(cell.0, before));
        Ok(())
    }

    /// The sums to which something was added, in the order in which they were first named.
    pub fn changed(&self) -> Vec<Cell> {
        let added = self.sums.iter().enumerate().filter(|(_, sum)| sum.added.is_some());
        added.map(|(at, _)| Cell(at)).collect()
    }

    /// The whole counter: as it was peeked at, with what the batch has added; `None` where there is neither.
    ///
    /// # Errors
    /// [`StoreError::Overflow`](crate::store::StoreError::Overflow), as [`add`](Running::add); a [`Halt`], to be passed on.
    pub fn row(&mut self, tx: &mut Tx<'_>, cell: Cell) -> Result<Option<R>, Halt> {
        self.read(tx, cell)?;
        let sum = self.sum(cell)?;
        let stored = sum.stored.as_ref().and_then(|row| row.as_deref());
        let parts = [stored, sum.carried.as_deref(), sum.added.as_ref()];
        let mut parts = parts.into_iter().flatten();
        let Some(mut whole) = parts.next().cloned() else { return Ok(None) };
        for part in parts {
            Record::add(&mut whole, part)
                .map_err(|column| overflow(&crate::store::Stored::row_key(part), column))?;
        }
        Ok(Some(whole))
    }

    /// What a measure comes to: as the counter was peeked at, with what the batch has added. A decision that goes by it is
    /// made known by [`keep`](Running::keep) or by [`rest_on`](Running::rest_on); what is only shown needs neither.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn value(&mut self, tx: &mut Tx<'_>, cell: Cell, of: Measure<R>) -> Result<i128, Halt> {
        self.read(tx, cell)?;
        let sum = self.sum(cell)?;
        let stored = sum.stored.as_ref().and_then(|row| row.as_deref());
        let parts = [stored, sum.carried.as_deref(), sum.added.as_ref()];
        Ok(parts.into_iter().flatten().map(|row| of.of(row)).sum())
    }

    /// What the batch has added to a measure so far.
    pub fn added(&self, cell: Cell, of: Measure<R>) -> i128 {
        let added = self.sums.get(cell.0).and_then(|sum| sum.added.as_ref());
        added.map_or(0, |added| of.of(added))
    }

    /// Something was decided because a measure is `min` or more now, by its [`value`](Running::value): it has to be so at the
    /// commit too, in this place of the batch.
    pub fn keep(&mut self, cell: Cell, of: Measure<R>, min: i64) {
        let need = i128::from(min) - self.added(cell, of);
        let Some(sum) = self.sums.get_mut(cell.0).filter(|sum| !sum.exact) else { return };
        let mut at = sum.need;
        while let Some((place, known)) = at.and_then(|at| Some((at, self.needs.get_mut(at)?))) {
            if known.of.terms == of.terms {
                if known.least < need {
                    self.log.push(Undo::Less(place, std::mem::replace(&mut known.least, need)));
                }
                return;
            }
            at = known.before;
        }
        self.log.push(Undo::Need(cell.0));
        let before = sum.need.replace(self.needs.len());
        self.needs.push(Need { of, least: need, before });
    }

    /// What a counter has to be.
    fn needs_of(&self, sum: &Sum<R>) -> impl Iterator<Item = &Need<R>> {
        let at = |at: Option<usize>| at.and_then(|at| self.needs.get(at));
        std::iter::successors(at(sum.need), move |need| at(need.before))
    }

    /// Something is decided that only the counter itself can say: because a measure is below a line, or by how much. From
    /// here on the act rests on the counter as it was read.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn rest_on(&mut self, tx: &mut Tx<'_>, cell: Cell) -> Result<(), Halt> {
        let key = self.bytes.get(cell.0).ok_or_else(foreign::<R>)?;
        let is_storable = self.keys.get(cell.0).is_some_and(KeyParts::is_storable);
        let row = if is_storable { tx.read_one::<R>(key, true)? } else { None };
        let sum = self.sums.get_mut(cell.0).ok_or_else(foreign::<R>)?;
        (sum.stored, sum.exact) = (Some(row), true);
        Ok(())
    }

    /// Whether a measure is `min` or more now: `None`, and [kept](Running::keep). Otherwise how much is missing, of which the
    /// act then [rests on](Running::rest_on) the counter: it refuses, or does something else.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn judge(
        &mut self,
        tx: &mut Tx<'_>,
        cell: Cell,
        of: Measure<R>,
        min: i64,
    ) -> Result<Option<i128>, Halt> {
        let missing = i128::from(min) - self.value(tx, cell, of)?;
        if missing <= 0 {
            self.keep(cell, of, min);
            return Ok(None);
        }
        self.rest_on(tx, cell)?;
        Ok(Some(missing))
    }

    /// Judges as if this were stored too: what parts of a long list added before that are only checked. It is never staged.
    pub fn carry_in(&mut self, carried: impl IntoIterator<Item = R>) {
        for row in carried {
            let cell = self.cell(row.key());
            if let Some(sum) = self.sums.get_mut(cell.0) {
                sum.carried = Some(Box::new(row));
            }
        }
    }

    /// What the next part has to be judged by: of each counter that was read, what was carried in with what was added.
    ///
    /// # Errors
    /// [`StoreError::Overflow`](crate::store::StoreError::Overflow), as [`add`](Running::add).
    pub fn carry_out(&self) -> Result<Vec<(Cell, R)>, Halt> {
        let cells = self.sums.iter().enumerate().map(|(at, sum)| (Cell(at), sum));
        let read = cells.filter(|(_, sum)| sum.stored.is_some());
        let carried = read.map(|(cell, sum)| match (&sum.carried, &sum.added) {
            (Some(carried), Some(added)) => {
                let mut both = carried.as_ref().clone();
                Record::add(&mut both, added)
                    .map_err(|column| overflow(&crate::store::Stored::row_key(added), column))?;
                Ok(Some((cell, both)))
            }
            (one, other) => Ok(one.as_deref().or(other.as_ref()).map(|one| (cell, one.clone()))),
        });
        carried.filter_map(Result::transpose).collect()
    }

    /// The place of the key that was written.
    fn place(&mut self, key: impl FnOnce() -> R::Key) -> Cell {
        let tag = self.places.tag(self.writer.as_slice());
        let is = |at: u32| {
            self.bytes.get(at as usize).is_some_and(|key| key.as_slice() == self.writer.as_slice())
        };
        if let Some(at) = self.places.find(tag, is) {
            return Cell(at as usize);
        }
        let at = self.sums.len();
        self.places.insert(tag, at as u32);
        self.bytes.push(self.writer.to_key());
        self.keys.push(key());
        self.sums.push(Sum { stored: None, exact: false, carried: None, added: None, need: None });
        Cell(at)
    }

    fn sum(&self, cell: Cell) -> Result<&Sum<R>, Halt> {
        self.sums.get(cell.0).ok_or_else(foreign::<R>)
    }

    /// Has what is stored: what a floor broke on, or as it is peeked at.
    fn read(&mut self, tx: &mut Tx<'_>, cell: Cell) -> Result<(), Halt> {
        if self.sum(cell)?.stored.is_some() {
            return Ok(());
        }
        let key = self.keys.get(cell.0).ok_or_else(foreign::<R>)?;
        let exact = tx.is_short::<R>(key);
        let row = if exact { tx.get::<R>(key)? } else { tx.peek::<R>(key)? };
        if let Some(sum) = self.sums.get_mut(cell.0) {
            (sum.stored, sum.exact) = (Some(row), exact);
        }
        Ok(())
    }
}

impl<R: Record> Pending for Running<R> {
    type Mark = RunningMark;

    fn mark(&self) -> RunningMark {
        RunningMark(self.log.len())
    }

    fn back_to(&mut self, RunningMark(mark): RunningMark) {
        for undo in self.log.drain(mark.min(self.log.len())..).rev() {
            match undo {
                Undo::Added(at, before) => {
                    if let Some(sum) = self.sums.get_mut(at) {
                        sum.added = before;
                    }
                }
                Undo::Need(at) => {
                    if let (Some(sum), Some(need)) = (self.sums.get_mut(at), self.needs.pop()) {
                        sum.need = need.before;
                    }
                }
                Undo::Less(at, before) => {
                    if let Some(need) = self.needs.get_mut(at) {
                        need.least = before;
                    }
                }
            }
        }
    }

    /// Stages what the batch adds, all of it as one addition, under the floors that say by what it was decided.
    fn finish(mut self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let (mut rows, mut floors) = (Vec::new(), Vec::new());
        for at in sorted_positions(&self.bytes) {
            let at = at as usize;
            let judged = self.sums.get(at).filter(|sum| !sum.exact && sum.need.is_some());
            let is_judged = judged.is_some();
            if judged.is_some_and(|sum| !self.put_floors(sum, rows.len(), &mut floors)) {
                // No floor says it, so the act rests on the counter.
                tx.get::<R>(self.keys.get(at).ok_or_else(foreign::<R>)?)?;
            }
            let added = self.sums.get_mut(at).and_then(|sum| sum.added.take());
            rows.extend(added.filter(|added| is_judged || !is_nothing(added)));
        }
        if floors.is_empty() {
            return if rows.is_empty() { Ok(()) } else { tx.add_all(rows) };
        }
        let floor = |(of, mut mins): (Measure<R>, Vec<Option<i64>>)| {
            mins.resize(rows.len(), None);
            Floor::each(of.terms, mins)
        };
        let floors = floors.into_iter().map(floor).collect();
        tx.add_each(rows, floors)
    }
}

impl<R: Record> Running<R> {
    /// Puts down what the store has to judge of the counter that will be the addition's row at `row`; `false` when no floor can say it,
    /// and then there is none.
    fn put_floors(
        &self,
        sum: &Sum<R>,
        row: usize,
        floors: &mut Vec<(Measure<R>, Vec<Option<i64>>)>,
    ) -> bool {
        let Some(added) = &sum.added else { return false };
        let min = |need: &Need<R>| i64::try_from(need.least + need.of.of(added)).ok();
        if self.needs_of(sum).any(|need| min(need).is_none()) {
            return false;
        }
        for need in self.needs_of(sum) {
            let known = floors.iter().position(|(of, _)| of.terms == need.of.terms);
            let at = known.unwrap_or_else(|| {
                floors.push((need.of, Vec::new()));
                floors.len() - 1
            });
            if let Some((_, mins)) = floors.get_mut(at) {
                mins.resize(row, None);
                mins.push(min(need));
            }
        }
        true
    }
}

fn is_nothing<R: Record>(delta: &R) -> bool {
    (R::TABLE.key..R::TABLE.columns.len()).all(|column| delta.units(column) == Some(0))
}

fn foreign<R: Record>() -> Halt {
    Halt::Bug(format!("a cell of another running sum than this one of {}", R::TABLE.name))
}
