//! What a batch keeps in memory until all of it is staged, and takes back item by item.
//!
//! A batch judges its items in order, each after all that was taken before, and stages everything once at its end: rows to
//! insert, sums, states, events. An item that is refused must leave nothing in any of these. So each of them is
//! [`Pending`]: it says how far it is, goes back to there, and is staged in the end. Several together are one: a tuple, or a
//! struct by `#[derive(Pending)]`, which leaves no field out. [`item`] takes one item of a batch and [`each`] one after
//! another; they are the only places that take back, so an engine's own code has no undo in it.
//!
//! ```
//! # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
//! # use shop::*;
//! use fondaco_core::tx::{self, Events, Pending, Rows};
//!
//! /// What a batch of new shelves writes.
//! #[derive(Pending)]
//! struct Pages { shelves: Rows<Shelf>, events: Events }
//!
//! # #[derive(Debug, thiserror::Error)]
//! # enum ShopError {
//! #     #[error("no room for shelf {0}")] NoRoom(i64),
//! #     #[error(transparent)] Halt(#[from] Halt),
//! # }
//! # impl ActError for ShopError {
//! #     fn halt(&self) -> Option<&Halt> {
//! #         if let ShopError::Halt(halt) = self { Some(halt) } else { None }
//! #     }
//! #     fn code(&self) -> &'static str { "shop" }
//! #     fn kind(&self) -> ErrorKind { ErrorKind::Refused }
//! # }
//! # run(|tx| {
//! let mut pages = Pages { shelves: Rows::default(), events: Events::default() };
//! let taken = tx::each(tx, &mut pages, [3, 4, 5], |tx, pages, number| {
//!     tx.get::<Shelf>(&number)?;
//!     pages.shelves.push(shelf(number, &format!("shelf {number}")));
//!     pages.events.push(Event::new("shop.shelf_added").with("shelf", number));
//!     if number == 4 { Err(ShopError::NoRoom(number)) } else { Ok(number) } // refused after all
//! })?;
//! assert_eq!(taken.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
//! pages.finish(tx)?; // stages shelves 3 and 5, with their events
//! assert_eq!((tx.peek::<Shelf>(&4)?, tx.peek::<Shelf>(&5)?.is_some()), (None, true));
//! # Ok(()) });
//! ```

use super::{ActError, Halt, Tx};
use crate::store::{Event, Record};

pub use fondaco_derive::Pending;

/// What a batch keeps in memory until all of it is staged: it is taken back item by item, and whole.
///
/// Implemented here for what is usual, for tuples of these, and by `#[derive(Pending)]` for structs of them: fields are marked,
/// taken back and staged in the order in which they are declared. A field that is not taken back (what was read, the ids that a
/// batch draws from) says so by `#[pending(skip)]`; whichever doesn't, and is not pending itself, is an error when it compiles.
pub trait Pending {
    /// How far it was at some point.
    type Mark: Clone;

    /// How far it is.
    fn mark(&self) -> Self::Mark;

    /// Takes back all that came after `mark`, which it gave itself and has not gone back beyond since.
    fn back_to(&mut self, mark: Self::Mark);

    /// Stages all of it.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt>;
}

/// Takes one item of a batch: where `part` refuses it, all that it left in `pages` and staged is taken back, and the refusal
/// is given.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::tx::{self, Events, Pending};
/// # run(|tx| {
/// let mut events = Events::default();
/// let missing: Result<Result<(), Halt>, Halt> = tx::item(tx, &mut events, |_, events| {
///     events.push(Event::new("shop.counted"));
///     Err(Halt::Missing)
/// });
/// assert!(missing.is_err()); // no refusal: the act as a whole stops
/// # Ok(()) });
/// ```
///
/// # Errors
/// A [`Halt`] of `part` that is no refusal, to be passed on: then nothing is worth taking back.
pub fn item<'s, P: Pending, T, E: ActError>(
    tx: &mut Tx<'s>,
    pages: &mut P,
    part: impl FnOnce(&mut Tx<'s>, &mut P) -> Result<T, E>,
) -> Result<Result<T, E>, Halt> {
    let mark = pages.mark();
    let taken = tx.attempt(|tx| part(tx, pages))?;
    Ok(taken.inspect_err(|_| pages.back_to(mark)))
}

/// Takes the items of a batch one after another, as [`item`] does: each stands alone, and the answers are in their order.
/// Where they stand or fall together nothing need be taken back: a loop that ends at the first refusal will do.
///
/// # Errors
/// As [`item`].
pub fn each<'s, I, P: Pending, T, E: ActError>(
    tx: &mut Tx<'s>,
    pages: &mut P,
    items: impl IntoIterator<Item = I>,
    mut part: impl FnMut(&mut Tx<'s>, &mut P, I) -> Result<T, E>,
) -> Result<Vec<Result<T, E>>, Halt> {
    items.into_iter().map(|given| item(tx, pages, |tx, pages| part(tx, pages, given))).collect()
}

/// New rows, inserted together; until then a list to be read.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::tx::{Pending, Rows};
/// let mut rows = Rows::with_capacity(3);
/// rows.push(shelf(3, "cellar"));
/// let mark = rows.mark();
/// rows.extend([shelf(4, "roof"), shelf(5, "yard")]);
/// rows.back_to(mark);
/// assert_eq!(*rows, [shelf(3, "cellar")]);
/// ```
#[derive(Debug, Clone)]
pub struct Rows<R>(Vec<R>);

impl<R> Default for Rows<R> {
    fn default() -> Rows<R> {
        Rows(Vec::new())
    }
}

impl<R> Rows<R> {
    /// None yet, with room for so many.
    pub fn with_capacity(rows: usize) -> Rows<R> {
        Rows(Vec::with_capacity(rows))
    }

    /// Adds one.
    #[inline]
    pub fn push(&mut self, row: R) {
        self.0.push(row);
    }

    /// Those that were added, in order.
    pub fn as_slice(&self) -> &[R] {
        &self.0
    }
}

impl<R> std::ops::Deref for Rows<R> {
    type Target = [R];

    fn deref(&self) -> &[R] {
        &self.0
    }
}

impl<R> Extend<R> for Rows<R> {
    #[inline]
    fn extend<I: IntoIterator<Item = R>>(&mut self, rows: I) {
        self.0.extend(rows);
    }
}

impl<R: Record> Pending for Rows<R> {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.0.len()
    }
    fn back_to(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        if self.0.is_empty() { Ok(()) } else { tx.insert_all(self.0) }
    }
}

/// Events, emitted in order.
#[derive(Debug, Clone, Default)]
pub struct Events(Vec<Event>);

impl Events {
    /// Adds one.
    pub fn push(&mut self, event: Event) {
        self.0.push(event);
    }
}

impl Pending for Events {
    type Mark = usize;

    fn mark(&self) -> usize {
        self.0.len()
    }
    fn back_to(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        self.0.into_iter().for_each(|event| tx.emit(event));
        Ok(())
    }
}

/// A plain value that is put back as it was: a place, a running total. It is not staged.
///
/// ```
/// use fondaco_core::tx::{Noted, Pending};
/// let mut taken = Noted(3);
/// let mark = taken.mark();
/// taken.0 += 1;
/// taken.back_to(mark);
/// assert_eq!(taken.0, 3);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Noted<T>(pub T);

impl<T: Copy> Pending for Noted<T> {
    type Mark = T;

    fn mark(&self) -> T {
        self.0
    }
    fn back_to(&mut self, mark: T) {
        self.0 = mark;
    }
    fn finish(self, _: &mut Tx<'_>) -> Result<(), Halt> {
        Ok(())
    }
}

/// A list whose entries change in place: a log keeps what they were. What is staged of it is for its owner to say, who is
/// [`Pending`] by [`mark`](Logged::mark) and [`back_to`](Logged::back_to).
///
/// ```
/// use fondaco_core::tx::Logged;
/// let mut pieces = Logged::from(vec![10, 0]);
/// let mark = pieces.mark();
/// if let Some(first) = pieces.get_mut(0) {
///     *first -= 4;
/// }
/// pieces.push(7);
/// assert_eq!(pieces.as_slice(), [6, 0, 7]);
/// pieces.back_to(mark);
/// assert_eq!(pieces.as_slice(), [10, 0]);
/// ```
#[derive(Debug, Clone)]
pub struct Logged<T> {
    cells: Vec<T>,
    log: Vec<(usize, T)>,
}

/// How far a [`Logged`] list was; by default, at its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogMark {
    cells: usize,
    log: usize,
}

impl<T> Default for Logged<T> {
    fn default() -> Logged<T> {
        Logged::from(Vec::new())
    }
}

impl<T> From<Vec<T>> for Logged<T> {
    fn from(cells: Vec<T>) -> Logged<T> {
        Logged { cells, log: Vec::new() }
    }
}

impl<T> Logged<T> {
    /// Adds an entry; gives its place.
    pub fn push(&mut self, cell: T) -> usize {
        self.cells.push(cell);
        self.cells.len() - 1
    }

    /// The entry at a place.
    pub fn get(&self, at: usize) -> Option<&T> {
        self.cells.get(at)
    }

    /// The entry at a place, to be changed; it is logged as it is.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T>
    where
        T: Clone,
    {
        let cell = self.cells.get_mut(at)?;
        self.log.push((at, cell.clone()));
        Some(cell)
    }

    /// All entries, in order.
    pub fn as_slice(&self) -> &[T] {
        &self.cells
    }

    /// The entries that were asked for to be changed since `mark`, as they are now; one may come several times.
    ///
    /// ```
    /// use fondaco_core::tx::Logged;
    /// let mut pieces = Logged::from(vec![10, 20, 30]);
    /// let mark = pieces.mark();
    /// for at in [2, 0] {
    ///     if let Some(cell) = pieces.get_mut(at) {
    ///         *cell -= 1;
    ///     }
    /// }
    /// assert_eq!(pieces.changed_since(mark).collect::<Vec<_>>(), [&29, &9]);
    /// ```
    pub fn changed_since(&self, mark: LogMark) -> impl Iterator<Item = &T> {
        let changed = self.log.get(mark.log..).unwrap_or_default();
        changed.iter().filter_map(|(at, _)| self.cells.get(*at))
    }

    /// All entries, in order, for who stages them.
    pub fn into_vec(self) -> Vec<T> {
        self.cells
    }

    /// How far it is.
    pub fn mark(&self) -> LogMark {
        LogMark { cells: self.cells.len(), log: self.log.len() }
    }

    /// Takes back all that came after `mark`.
    pub fn back_to(&mut self, mark: LogMark) {
        self.cells.truncate(mark.cells);
        while self.log.len() > mark.log {
            let Some((at, before)) = self.log.pop() else { return };
            if let Some(cell) = self.cells.get_mut(at) {
                *cell = before;
            }
        }
    }
}

/// What a batch may have no need of.
impl<P: Pending> Pending for Option<P> {
    type Mark = Option<P::Mark>;

    fn mark(&self) -> Option<P::Mark> {
        self.as_ref().map(P::mark)
    }
    fn back_to(&mut self, mark: Option<P::Mark>) {
        if let Some((pending, mark)) = self.as_mut().zip(mark) {
            pending.back_to(mark);
        }
    }
    fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
        self.map_or(Ok(()), |pending| pending.finish(tx))
    }
}

/// Implements [`Pending`] for tuples, part by part in order.
macro_rules! pending_tuple {
    ($($name:ident $at:tt),*) => {
        impl<$($name: Pending),*> Pending for ($($name,)*) {
            type Mark = ($($name::Mark,)*);

            fn mark(&self) -> Self::Mark {
                ($( self.$at.mark(), )*)
            }
            fn back_to(&mut self, mark: Self::Mark) {
                $( self.$at.back_to(mark.$at); )*
            }
            fn finish(self, tx: &mut Tx<'_>) -> Result<(), Halt> {
                $( self.$at.finish(tx)?; )*
                Ok(())
            }
        }
    };
}

pending_tuple!(A 0);
pending_tuple!(A 0, B 1);
pending_tuple!(A 0, B 1, C 2);
pending_tuple!(A 0, B 1, C 2, D 3);
pending_tuple!(A 0, B 1, C 2, D 3, E 4);
pending_tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
pending_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
pending_tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
