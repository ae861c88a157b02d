//! Rows in order of recording, read piece by piece from where the last piece ended.

use std::collections::VecDeque;
use std::sync::Arc;

use fondaco_core::store::{KeyParts, Record, Row};
use fondaco_core::{Halt, Id, Range, Reading, Timestamp};

use crate::ledger::{Entry, EntryDetail, PendingEntry, PendingPosting, PendingSettled, Posting};

/// A record whose rows lie in order of recording, to the millisecond, in the ranges that are read here.
pub(super) trait Timed: Record {
    /// The columns that order them.
    type Place: KeyParts;
    /// Before all of a millisecond.
    fn first_of(millis: i64) -> Self::Place;
    /// Its own.
    fn place(&self) -> Self::Place;
    /// Right behind its own.
    fn behind(&self) -> Self::Place;
    /// When it was recorded.
    fn millis(&self) -> i64;
}

/// The part of the time that is read, in milliseconds, both ends with it; and in which direction.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Window {
    pub(super) from: Option<i64>,
    pub(super) through: Option<i64>,
    pub(super) backwards: bool,
}

impl Window {
    /// When a time comes, in the window's direction.
    pub(super) fn rank(&self, millis: i64) -> i64 {
        if self.backwards { -millis } else { millis }
    }

    /// Whether a time lies in it.
    pub(super) fn has(&self, millis: i64) -> bool {
        self.from.is_none_or(|from| from <= millis) && self.through.is_none_or(|end| millis <= end)
    }

    /// Whether every time does.
    pub(super) fn is_open(&self) -> bool {
        self.from.is_none() && self.through.is_none()
    }
}

/// At most so many rows are read at once.
const MOST: usize = 4096;
/// So many ranges are asked in one trip.
const RANGES: usize = 512;

/// The rows of a range.
pub(super) struct Stream<R> {
    range: Range<R>,
    window: Window,
    /// Read, and not yet taken.
    pub(super) rows: VecDeque<Arc<R>>,
    pub(super) last: Option<Arc<R>>,
    pub(super) ended: bool,
    /// How many rows are read next.
    next: usize,
}

impl<R: Timed> Stream<R> {
    /// The rows of a range that lie in a window: `first` of them to begin with, then twice as many each time.
    pub(super) fn new(range: Range<R>, window: Window, first: usize) -> Stream<R> {
        let next = first.max(1);
        Stream { range, window, rows: VecDeque::new(), last: None, ended: false, next }
    }

    /// Rows that were read already.
    pub(super) fn of(rows: Vec<Arc<R>>, window: Window) -> Stream<R> {
        let range = Range::all();
        Stream { range, window, rows: rows.into(), last: None, ended: true, next: 1 }
    }

    /// What is asked for next.
    fn ask(&self) -> Range<R> {
        let (forwards, last) = (!self.window.backwards, self.last.as_deref());
        let from = match last.filter(|_| forwards) {
            Some(last) => Some(last.behind()),
            None => self.window.from.map(R::first_of),
        };
        let before = match last.filter(|_| !forwards) {
            Some(last) => Some(last.place()),
            None => self.window.through.map(|millis| R::first_of(millis.saturating_add(1))),
        };
        let mut range = self.range.clone();
        if let Some(from) = from {
            range = range.from(&from);
        }
        if let Some(before) = before {
            range = range.before(&before);
        }
        if forwards { range.limit(self.next) } else { range.backwards().limit(self.next) }
    }

    fn take_in(&mut self, rows: Vec<Row>) -> Result<(), Halt> {
        self.ended = rows.len() < self.next;
        for row in rows {
            self.rows.push_back(row.record::<R>()?);
        }
        self.last = self.rows.back().cloned().or(self.last.take());
        self.next = self.next.saturating_mul(2).min(MOST.max(self.next));
        Ok(())
    }

    /// Up to when all rows were read, this time left out, by its [rank](Window::rank); `None` where no row is left to read.
    pub(super) fn reached(&self) -> Option<i64> {
        let rank = |row: &Arc<R>| self.window.rank(row.millis());
        (!self.ended).then(|| self.last.as_ref().map_or(i64::MIN, rank))
    }

    /// Takes the rows that come before a rank; all of them where none is given.
    pub(super) fn take(&mut self, before: Option<i64>) -> impl Iterator<Item = Arc<R>> {
        let window = self.window;
        let comes = move |row: &Arc<R>| before.is_none_or(|end| window.rank(row.millis()) < end);
        let count = self.rows.partition_point(comes);
        self.rows.drain(..count)
    }
}

/// Reads on in those streams that were not read beyond a rank.
pub(super) fn fill<'s, R: Timed>(
    read: &mut impl Reading,
    streams: impl IntoIterator<Item = &'s mut Stream<R>>,
    through: i64,
) -> Result<(), Halt> {
    let behind = |stream: &&'s mut Stream<R>| stream.reached().is_some_and(|at| at <= through);
    let mut behind: Vec<&mut Stream<R>> = streams.into_iter().filter(behind).collect();
    for some in behind.chunks_mut(RANGES) {
        let asked: Vec<Range<R>> = some.iter().map(|stream| stream.ask()).collect();
        for (stream, rows) in some.iter_mut().zip(read.peek_ranges(&asked)?) {
            stream.take_in(rows)?;
        }
    }
    Ok(())
}

/// The id before all that were made in a millisecond or later.
fn first_id<T>(millis: i64) -> Id<T> {
    Id::from_u128(u128::from(millis.max(0) as u64) << 80)
}

fn id_behind<T>(id: Id<T>) -> Id<T> {
    Id::from_u128(id.to_u128().saturating_add(1))
}

fn millis_of<T>(id: Id<T>) -> i64 {
    (id.to_u128() >> 80) as i64
}

/// A record whose rows lie by one id.
macro_rules! timed_by_id {
    ($record:ty, $id:ident: $of:ty) => {
        impl Timed for $record {
            type Place = Id<$of>;
            fn first_of(millis: i64) -> Id<$of> {
                first_id(millis)
            }
            fn place(&self) -> Id<$of> {
                self.$id
            }
            fn behind(&self) -> Id<$of> {
                id_behind(self.$id)
            }
            fn millis(&self) -> i64 {
                millis_of(self.$id)
            }
        }
    };
}

timed_by_id!(Entry, id: Entry);
timed_by_id!(EntryDetail, entry: Entry);
timed_by_id!(PendingEntry, id: PendingEntry);

/// A record whose rows lie by an id and a line.
macro_rules! timed_by_line {
    ($record:ty, $id:ident: $of:ty) => {
        impl Timed for $record {
            type Place = (Id<$of>, u32);
            fn first_of(millis: i64) -> Self::Place {
                (first_id(millis), 0)
            }
            fn place(&self) -> Self::Place {
                (self.$id, self.line)
            }
            fn behind(&self) -> Self::Place {
                (self.$id, self.line.saturating_add(1))
            }
            fn millis(&self) -> i64 {
                millis_of(self.$id)
            }
        }
    };
}

timed_by_line!(Posting, entry: Entry);
timed_by_line!(PendingPosting, pending: PendingEntry);

impl Timed for PendingSettled {
    type Place = (Timestamp, Id<PendingSettled>);
    fn first_of(millis: i64) -> Self::Place {
        (Timestamp::from_millis(millis).unwrap_or(Timestamp::MAX), first_id(0))
    }
    fn place(&self) -> Self::Place {
        (self.at, self.id)
    }
    fn behind(&self) -> Self::Place {
        (self.at, id_behind(self.id))
    }
    fn millis(&self) -> i64 {
        self.at.millis()
    }
}
