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

use super::cache::Map;
use super::undo::Pending;
use super::write::overflow;
use super::{Added, Halt, Reading, Tx};
use crate::store::{Floor, KeyBytes, KeyParts, KeyWriter, Record, Type};

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
/// assert!(Goods::AVAILABLE.floor(6).holds(&goods) && !Goods::AVAILABLE.floor(7).holds(&goods));
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
    sums: Vec<Sum<R>>,
    places: Map<KeyBytes, usize>,
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
    carried: Option<R>,
    /// What the batch adds.
    added: Option<R>,
    /// By measure, the least that it may be without what the batch adds: `need` in the proof.
    needs: Vec<(Measure<R>, i128)>,
}

/// What was before.
enum Undo<R> {
    Added(usize, Option<R>),
    Need(usize, usize, Option<i128>),
}

impl<R: Record> Default for Running<R> {
    fn default() -> Running<R> {
        let (keys, sums, log, writer) = (Vec::new(), Vec::new(), Vec::new(), KeyWriter::new());
        Running { keys, sums, places: Map::default(), log, writer }
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
        let rows =
            if running.keys.is_empty() { Vec::new() } else { tx.peek_many::<R>(&running.keys)? };
        for ((sum, key), row) in running.sums.iter_mut().zip(&running.keys).zip(rows) {
            sum.exact = tx.is_short::<R>(key);
            sum.stored = Some(row);
        }
        Ok(running)
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
        let Some(sum) = self.sums.get_mut(cell.0) else { return Err(foreign::<R>()) };
        let before = sum.added.clone();
        match &mut sum.added {
            None => sum.added = Some(delta),
            Some(added) => Record::add(added, &delta)
                .map_err(|column| overflow(&crate::store::Stored::row_key(&delta), column))?,
        }
        self.log.push(Undo::Added(cell.0, before));
        Ok(cell)
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
        let parts = [stored, sum.carried.as_ref(), sum.added.as_ref()];
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
        let parts = [stored, sum.carried.as_ref(), sum.added.as_ref()];
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
        let at = sum.needs.iter().position(|(known, _)| known.terms == of.terms);
        match at.and_then(|at| Some((at, sum.needs.get_mut(at)?))) {
            Some((_, (_, known))) if *known >= need => {}
            Some((at, (_, known))) => {
                self.log.push(Undo::Need(cell.0, at, Some(*known)));
                *known = need;
            }
            None => {
                self.log.push(Undo::Need(cell.0, sum.needs.len(), None));
                sum.needs.push((of, need));
            }
        }
    }

    /// Something is decided that only the counter itself can say: because a measure is below a line, or by how much. From
    /// here on the act rests on the counter as it was read.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn rest_on(&mut self, tx: &mut Tx<'_>, cell: Cell) -> Result<(), Halt> {
        let key = self.keys.get(cell.0).ok_or_else(foreign::<R>)?;
        let row = tx.get::<R>(key)?;
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
                sum.carried = Some(row);
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
                let mut both = carried.clone();
                Record::add(&mut both, added)
                    .map_err(|column| overflow(&crate::store::Stored::row_key(added), column))?;
                Ok(Some((cell, both)))
            }
            (one, other) => Ok(one.as_ref().or(other.as_ref()).map(|one| (cell, one.clone()))),
        });
        carried.filter_map(Result::transpose).collect()
    }

    /// The place of the key that was written.
    fn place(&mut self, key: impl FnOnce() -> R::Key) -> Cell {
        let bytes = self.writer.to_key();
        if let Some(&at) = self.places.get(&bytes) {
            return Cell(at);
        }
        let at = self.sums.len();
        self.places.insert(bytes, at);
        self.keys.push(key());
        let (stored, exact, needs) = (None, false, Vec::new());
        self.sums.push(Sum { stored, exact, carried: None, added: None, needs });
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
            let (Undo::Added(at, ..) | Undo::Need(at, ..)) = undo;
            let Some(sum) = self.sums.get_mut(at) else { continue };
            match undo {
                Undo::Added(_, before) => sum.added = before,
                Undo::Need(_, at, None) => sum.needs.truncate(at),
                Undo::Need(_, at, Some(before)) => {
                    if let Some((_, need)) = sum.needs.get_mut(at) {
                        *need = before;
                    }
                }
            }
        }
    }

    /// Stages what the batch adds, one addition per counter, under the floors that say by what it was decided.
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        let mut plain = Vec::new();
        for (sum, key) in self.sums.into_iter().zip(&self.keys) {
            let floors = sum.floors();
            if floors.is_none() {
                tx.get::<R>(key)?; // no floor says it, so the act rests on the counter
            }
            let floors = floors.unwrap_or_default();
            let Some(added) = sum.added else { continue };
            if !floors.is_empty() {
                if let Added::Short(row) = tx.add(added, &floors)? {
                    let key = crate::store::Stored::row_key(&row);
                    return Err(Halt::Bug(format!("{key:?} was judged otherwise in memory")));
                }
            } else if !is_nothing(&added) {
                plain.push(added);
            }
        }
        if plain.is_empty() { Ok(()) } else { tx.add_all(plain) }
    }
}

impl<R: Record> Sum<R> {
    /// What the store has to judge: nothing, where the act rests on the stored counter; `None` when no floor can say it.
    fn floors(&self) -> Option<Vec<Floor>> {
        if self.exact || self.needs.is_empty() {
            return Some(Vec::new());
        }
        let added = self.added.as_ref()?;
        let floor = |(of, need): &(Measure<R>, i128)| {
            Some(of.floor(i64::try_from(*need + of.of(added)).ok()?))
        };
        self.needs.iter().map(floor).collect()
    }
}

fn is_nothing<R: Record>(delta: &R) -> bool {
    (R::TABLE.key..R::TABLE.columns.len()).all(|column| delta.units(column) == Some(0))
}

fn foreign<R: Record>() -> Halt {
    Halt::Bug(format!("a cell of another running sum than this one of {}", R::TABLE.name))
}
