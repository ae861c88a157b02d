//! A table of facts: runs sorted by key one after another, an ordered map for rows that came late, and the indexes.
//!
//! Ids ascend in time, so a batch lies almost always after all rows before it: it becomes a run, and no key is looked up,
//! hashed or copied. A row that comes late lies in a run as well, and its place in the map of strays.

use std::collections::BTreeMap;

use fondaco_core::store::{KeyBytes, Row, Rows, Stored, Table, Version};

use super::index::FactIndex;
use super::order::{Range, RowIter, directed};
use super::runs::{Place, Runs, key_at};

pub(super) struct Facts {
    runs: Runs,
    /// Disjoint runs in order of their keys.
    spans: Vec<Span>,
    strays: BTreeMap<KeyBytes, Place>,
    /// The run that the newest strays lie in.
    stray_run: Option<u32>,
    indexes: Vec<FactIndex>,
}

/// A sorted run and its first and last key.
struct Span {
    run: u32,
    first: KeyBytes,
    last: KeyBytes,
}

impl Facts {
    pub(super) fn new(table: &'static Table) -> Facts {
        Facts {
            runs: Runs::default(),
            spans: Vec::new(),
            strays: BTreeMap::new(),
            stray_run: None,
            indexes: (0..table.indexes.len()).map(|index| FactIndex::new(table, index)).collect(),
        }
    }

    /// Whether `key` lies after all rows.
    pub(super) fn is_after(&self, key: &[u8]) -> bool {
        self.spans.last().is_none_or(|span| span.last.as_slice() < key)
            && self.strays.last_key_value().is_none_or(|(last, _)| last.as_slice() < key)
    }

    pub(super) fn find(&self, key: &[u8]) -> Option<Place> {
        let span = self.spans.partition_point(|span| span.last.as_slice() < key);
        if let Some(span) = self.spans.get(span).filter(|span| span.first.as_slice() <= key) {
            let at = self.runs.before(span.run, key);
            let place = Runs::places(span.run, at, at + 1).next();
            let found = place.filter(|&place| {
                self.runs.row(place).is_some_and(|row| row.row_key().bytes.as_slice() == key)
            });
            if found.is_some() {
                return found;
            }
        }
        self.strays.get(key).copied()
    }

    pub(super) fn version(&self, place: Place) -> Version {
        self.runs.version(place)
    }

    pub(super) fn row(&self, place: Place) -> Option<&dyn Stored> {
        self.runs.row(place)
    }

    pub(super) fn answer(&self, place: Place) -> Option<Row> {
        self.runs.answer(place)
    }

    /// Who holds the columns `part` of a unique index.
    pub(super) fn holder(&self, index: usize, part: &KeyBytes) -> Option<Place> {
        self.indexes.get(index)?.holder(part)
    }

    /// Takes in rows that are sorted and not there yet.
    pub(super) fn insert(&mut self, rows: Box<dyn Rows>, version: Version) {
        let count = rows.len();
        let (first, last) =
            (key_at(rows.as_ref(), 0), key_at(rows.as_ref(), count.wrapping_sub(1)));
        let (Some(first), Some(last)) = (first, last) else { return };
        let after = self.is_after(first.as_slice());
        let place = if self.spans.last().is_none_or(|span| span.last < first) {
            self.insert_after(rows, version, first, last)
        } else {
            self.insert_strays(rows, version)
        };
        self.indexes.iter_mut().for_each(|index| index.add(place, count, after, &self.runs));
    }

    fn insert_after(
        &mut self,
        rows: Box<dyn Rows>,
        version: Version,
        first: KeyBytes,
        last: KeyBytes,
    ) -> Place {
        let tail = self.spans.last().map(|span| span.run);
        let (run, place) = self.runs.push(tail, rows, version);
        match self.spans.last_mut().filter(|span| span.run == run) {
            Some(span) => span.last = last,
            None => self.spans.push(Span { run, first, last }),
        }
        place
    }

    fn insert_strays(&mut self, rows: Box<dyn Rows>, version: Version) -> Place {
        let keys: Vec<_> = (0..rows.len()).map_while(|at| key_at(rows.as_ref(), at)).collect();
        let (run, first) = self.runs.push(self.stray_run, rows, version);
        self.stray_run = Some(run);
        let places = keys.into_iter().enumerate().map(|(at, key)| (key, first.plus(at)));
        self.strays.extend(places);
        first
    }

    /// Erases what is personal in a row and frees its entries in indexes on it.
    pub(super) fn erase(&mut self, place: Place) {
        // An index without personal columns keeps its entry; one with them keeps none of an erased row.
        let freed = self.indexes.iter_mut().filter(|index| index.personal);
        freed.for_each(|index| index.remove(place, &self.runs));
        self.runs.erase(place);
    }

    pub(super) fn is_tidy(&self, index: Option<usize>, range: Range<'_>) -> bool {
        index.and_then(|index| self.indexes.get(index)).is_none_or(|index| index.is_tidy(range))
    }

    pub(super) fn tidy(&mut self, index: Option<usize>, range: Range<'_>) {
        if let Some(index) = index.and_then(|index| self.indexes.get_mut(index)) {
            index.tidy(range, &self.runs);
        }
    }

    pub(super) fn scan<'a>(
        &'a self,
        index: Option<usize>,
        range: Range<'a>,
        backwards: bool,
    ) -> RowIter<'a> {
        let places = match index {
            Some(index) => {
                let index = self.indexes.get(index).into_iter();
                let places = index.flat_map(move |index| index.scan(range, &self.runs));
                directed(places, backwards)
            }
            None => self.by_key(range, backwards),
        };
        Box::new(places.filter_map(|place| self.runs.answer(place)))
    }

    fn by_key<'a>(
        &'a self,
        range: Range<'a>,
        backwards: bool,
    ) -> Box<dyn Iterator<Item = Place> + 'a> {
        let ordered = directed(self.in_spans(range), backwards);
        let strays = self.strays.range::<[u8], _>(range.bounds()).map(|(_, &place)| place);
        let mut strays = directed(strays, backwards).peekable();
        if strays.peek().is_none() {
            return ordered;
        }
        let key = |&place: &Place| self.runs.row(place).map(|row| row.row_key().bytes);
        Box::new(merge(ordered, strays, key, backwards))
    }

    fn in_spans<'a>(&'a self, range: Range<'a>) -> impl DoubleEndedIterator<Item = Place> + 'a {
        let first = self.spans.partition_point(|span| span.last.as_slice() < range.from);
        let spans = self.spans.get(first..).unwrap_or_default();
        let after = spans.partition_point(|span| range.ends_after(span.first.as_slice()));
        spans.get(..after).unwrap_or_default().iter().flat_map(move |span| {
            let inside = |bytes: &[u8]| self.runs.before(span.run, bytes);
            let from = if span.first.as_slice() < range.from { inside(range.from) } else { 0 };
            let to = range.to.filter(|&to| to <= span.last.as_slice());
            Runs::places(span.run, from, to.map_or_else(|| self.runs.len(span.run), inside))
        })
    }

    /// Every row with its version.
    pub(super) fn all(&self) -> impl Iterator<Item = (Version, &dyn Stored)> {
        self.runs.all()
    }
}

/// Two sequences, each in order of `key`, as one; of equal keys that of `b` alone.
pub(super) fn merge<'a, T, K: Ord>(
    a: impl Iterator<Item = T> + 'a,
    b: impl Iterator<Item = T> + 'a,
    key: impl Fn(&T) -> K + 'a,
    backwards: bool,
) -> impl Iterator<Item = T> + 'a {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let (mut a, mut b) = (a.peekable(), b.peekable());
    std::iter::from_fn(move || {
        let (Some(left), Some(right)) = (a.peek(), b.peek()) else {
            return a.next().or_else(|| b.next());
        };
        let order = key(left).cmp(&key(right));
        match if backwards { order.reverse() } else { order } {
            Less => a.next(),
            Greater => b.next(),
            Equal => {
                a.next();
                b.next()
            }
        }
    })
}
