//! Reading a part of the rows: what an engine lets one of several books that lie in the same tables see.
//!
//! A report that is written once for `impl Reading` then shows the part without knowing of it. Rows that are read by their own
//! key are shown whatever they are: who has the key was told of the row.

use std::sync::Arc;

use super::{Halt, Range, Reading};
use crate::store::{KeyWriter, Record, Row, SeriesState, Sums, Within, order_of};

/// Which rows are shown.
pub trait RowFilter {
    /// The columns of a record's primary key by which it tells rows apart, in rising order; `None` for a record of which it shows
    /// every row.
    fn columns<R: Record>(&self) -> Option<&'static [usize]>;

    /// Whether a row is shown. Of a sum only the [`columns`](RowFilter::columns) can be asked.
    fn shows<R: Record>(&self, row: &R) -> bool;
}

/// A reader that shows a [`RowFilter`] of what another shows.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use std::any::Any;
/// /// The shelves up to a number.
/// struct Low(i64);
/// impl RowFilter for Low {
///     fn columns<R: Record>(&self) -> Option<&'static [usize]> {
///         (R::TABLE.name == Shelf::TABLE.name).then_some(&[0])
///     }
///     fn shows<R: Record>(&self, row: &R) -> bool {
///         (row as &dyn Any).downcast_ref::<Shelf>().is_none_or(|shelf| shelf.number <= self.0)
///     }
/// }
/// # shop().view(|view| {
/// let mut low = Filtered::new(view, Low(1));
/// assert_eq!(low.peek_scan(&Range::<Shelf>::all())?.len(), 1);
/// // The limit counts what is shown.
/// assert_eq!(low.peek_scan(&Range::<Shelf>::all().backwards().limit(1))?[0].number, 1);
/// assert!(low.peek::<Shelf>(&2)?.is_some()); // by its own key
/// # Ok::<(), Halt>(()) }).unwrap();
/// ```
#[derive(Debug)]
pub struct Filtered<'r, R, F> {
    read: &'r mut R,
    filter: F,
}

impl<'r, R: Reading, F: RowFilter> Filtered<'r, R, F> {
    /// Shows what `filter` lets through of what `read` shows.
    pub fn new(read: &'r mut R, filter: F) -> Filtered<'r, R, F> {
        Filtered { read, filter }
    }

    /// What is let through.
    pub fn filter(&self) -> &F {
        &self.filter
    }

    /// Those of some rows that are shown.
    fn shown<T: Record>(&self, mut rows: Vec<Row>) -> Result<Vec<Row>, Halt> {
        let mut wrong = None;
        rows.retain(|row| match row.with(|row: &T| self.filter.shows(row)) {
            Ok(shows) => shows,
            Err(error) => {
                wrong = Some(error);
                false
            }
        });
        wrong.map_or(Ok(rows), |error| Err(error.into()))
    }
}

/// How many rows are read at once where a limit counts those that are shown.
const PAGE: usize = 256;

impl<R: Reading, F: RowFilter> Reading for Filtered<'_, R, F> {
    fn has_joined(&self, engine: &crate::Engine) -> bool {
        self.read.has_joined(engine)
    }

    fn is_loaded(&self) -> bool {
        self.read.is_loaded()
    }

    fn scope(&self) -> Option<&str> {
        self.read.scope()
    }

    fn is_filtered(&self) -> bool {
        true
    }

    fn peek_series(&mut self, series: &str) -> Result<SeriesState, Halt> {
        self.read.peek_series(series)
    }

    fn peek<T: Record>(&mut self, key: &T::Key) -> Result<Option<Arc<T>>, Halt> {
        self.read.peek(key)
    }

    fn peek_many<T: Record>(&mut self, keys: &[T::Key]) -> Result<Vec<Option<Arc<T>>>, Halt> {
        self.read.peek_many(keys)
    }

    fn peek_rows<T: Record>(&mut self, range: &Range<T>) -> Result<Vec<Row>, Halt> {
        if self.filter.columns::<T>().is_none() {
            return self.read.peek_rows(range);
        }
        let limit = range.max_rows();
        if limit == usize::MAX {
            let rows = self.read.peek_rows(range)?;
            return self.shown::<T>(rows);
        }
        let page = limit.max(PAGE);
        let (mut found, mut range) = (Vec::new(), range.clone().limit(page));
        while found.len() < limit {
            let rows = self.read.peek_rows(&range)?;
            let mut place = KeyWriter::new();
            let last = rows.last().filter(|_| rows.len() == page);
            let more = last.map(|last| order_of(last.stored(), range.index(), &mut place));
            found.extend(self.shown::<T>(rows)?);
            if more != Some(true) {
                break;
            }
            range = range.after(&place.to_key()).limit(page);
        }
        found.truncate(limit);
        Ok(found)
    }

    fn peek_ranges<T: Record>(&mut self, ranges: &[Range<T>]) -> Result<Vec<Vec<Row>>, Halt> {
        if self.filter.columns::<T>().is_none() {
            return self.read.peek_ranges(ranges);
        }
        let found = self.read.peek_ranges(ranges)?;
        let shown = ranges.iter().zip(found).map(|(range, rows)| {
            let (all, limit) = (rows.len(), range.max_rows());
            let rows = self.shown::<T>(rows)?;
            // What is not shown took the place of what is: there may be more of it.
            let cut = rows.len() < all && all == limit;
            if cut { self.peek_rows(range) } else { Ok(rows) }
        });
        shown.collect()
    }

    fn peek_sums<T: Record>(
        &mut self,
        by: &[usize],
        within: Option<Within>,
    ) -> Result<Vec<Row>, Halt> {
        let Some(columns) = self.filter.columns::<T>() else {
            return self.read.peek_sums::<T>(by, within);
        };
        // Apart by what tells the rows that are shown, and added up again without it.
        let mut apart = [by, columns].concat();
        apart.sort_unstable();
        apart.dedup();
        let rows = self.read.peek_sums::<T>(&apart, within)?;
        let sums = Sums::new(T::TABLE, by);
        let mut adder = sums.adder()?;
        for row in self.shown::<T>(rows)? {
            adder.add(row.version, row.stored())?;
        }
        Ok(adder.into_rows())
    }

    fn peek_each<T: Record, E: From<Halt>>(
        &mut self,
        range: &Range<T>,
        mut each: impl FnMut(&T) -> Result<(), E>,
    ) -> Result<(), E> {
        let Filtered { read, filter } = self;
        read.peek_each(range, |row| if filter.shows(row) { each(row) } else { Ok(()) })
    }

    fn peek_each_of<T: Record, E: From<Halt>>(
        &mut self,
        ranges: &[Range<T>],
        mut each: impl FnMut(&T) -> Result<(), E>,
    ) -> Result<(), E> {
        let Filtered { read, filter } = self;
        read.peek_each_of(ranges, |row| if filter.shows(row) { each(row) } else { Ok(()) })
    }
}
