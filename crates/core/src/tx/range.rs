//! Which rows a scan reads, in the record's own terms.

use std::fmt;
use std::marker::PhantomData;

use super::Halt;
use crate::store::{KeyBytes, KeyParts, KeyWriter, Record, Scan, Type};

/// A declared index of `R`: the derive macro makes one constant per index.
pub struct IndexOf<R> {
    position: usize,
    of: PhantomData<fn() -> R>,
}

impl<R> IndexOf<R> {
    /// The index at `position` of the table's indexes.
    pub const fn new(position: usize) -> Self {
        IndexOf { position, of: PhantomData }
    }

    /// Its position among the table's indexes.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// assert_eq!(Shelf::TABLE.indexes[Shelf::BY_LABEL.position()].name, "by_label");
    /// ```
    pub const fn position(&self) -> usize {
        self.position
    }
}

impl<R> Clone for IndexOf<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for IndexOf<R> {}
impl<R> fmt::Debug for IndexOf<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IndexOf({})", self.position)
    }
}

/// Rows of `R` whose leading columns, in the order of the primary key or of an index, are given; of these a part.
///
/// ```
/// use fondaco_core::store::Record;
/// use fondaco_core::Range;
///
/// #[derive(Record, Debug, Clone)]
/// #[record(table = "move", kind = fact, key(item, number), index(by_site(site, item)), guard(by_item(item)))]
/// struct Move { item: i64, number: i64, site: i64 }
///
/// // All moves of item 7 from number 100 on, newest first, at most ten.
/// let range = Range::<Move>::by_key(&7i64).from(&100i64).backwards().limit(10);
/// // All moves at site 3 of items 10 to 19.
/// let range = Range::by(Move::BY_SITE, &3i64).from(&10i64).before(&20i64);
/// # let _ = range;
/// ```
pub struct Range<R> {
    index: Option<usize>,
    types: Vec<Type>,
    prefix: KeyWriter,
    /// Where each part of the prefix ends.
    ends: Vec<usize>,
    from: Option<KeyBytes>,
    to: Option<Option<KeyBytes>>,
    backwards: bool,
    limit: usize,
    /// Whether rows could have these columns at all.
    storable: bool,
    of: PhantomData<fn() -> R>,
}

impl<R: Record> fmt::Debug for Range<R> {
    /// Where, but not which rows: the bounds of an index may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let index = self.index.and_then(|index| R::TABLE.indexes.get(index));
        let order = index.map_or("key", |index| index.name);
        write!(f, "Range({} by {order})", R::TABLE.name)
    }
}

impl<R> Clone for Range<R> {
    fn clone(&self) -> Self {
        let (index, backwards, limit, of) = (self.index, self.backwards, self.limit, PhantomData);
        let (types, prefix, ends) = (self.types.clone(), self.prefix.clone(), self.ends.clone());
        Range {
            index,
            types,
            prefix,
            ends,
            from: self.from.clone(),
            to: self.to.clone(),
            backwards,
            limit,
            storable: self.storable,
            of,
        }
    }
}

impl<R: Record> Range<R> {
    /// All rows, by primary key.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let shelves = shop.view(|view| view.peek_scan(&Range::<Shelf>::all()))?;
    /// assert_eq!(shelves.len(), 2);
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn all() -> Range<R> {
        Range::by_key(&())
    }

    /// Rows whose primary key begins with `prefix`.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let one = shop.view(|view| view.peek_scan(&Range::<Shelf>::by_key(&2)))?;
    /// assert_eq!(one[0].label, "window");
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn by_key<P: KeyParts>(prefix: &P) -> Range<R> {
        Range::new(None, prefix)
    }

    /// Rows whose columns in `index` begin with `prefix`.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop();
    /// let by_label = Range::by(Shelf::BY_LABEL, &SmolStr::new("window"));
    /// assert_eq!(shop.view(|view| view.peek_scan(&by_label))?[0].number, 2);
    /// # Ok::<(), Halt>(())
    /// ```
    pub fn by<P: KeyParts>(index: IndexOf<R>, prefix: &P) -> Range<R> {
        Range::new(Some(index.position), prefix)
    }

    fn new<P: KeyParts>(index: Option<usize>, parts: &P) -> Range<R> {
        let (mut prefix, mut ends) = (KeyWriter::new(), Vec::new());
        parts.write_marked(&mut prefix, &mut ends);
        let (types, of) = (P::types(), PhantomData);
        Range {
            index,
            types,
            prefix,
            ends,
            from: None,
            to: None,
            backwards: false,
            limit: usize::MAX,
            storable: parts.is_storable(),
            of,
        }
    }

    fn place<P: KeyParts>(&mut self, parts: &P) -> KeyBytes {
        let mut place = self.prefix.clone();
        parts.write(&mut place);
        if self.types.len() == self.ends.len() {
            self.types.extend(P::types());
        }
        place.to_key()
    }

    /// Only rows whose next columns are at least `parts`.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop(); // shelves 1 and 2
    /// let numbers = |range: Range<Shelf>| -> Result<Vec<i64>, Halt> {
    ///     let shelves = shop.view(|view| view.peek_scan(&range))?;
    ///     Ok(shelves.iter().map(|shelf| shelf.number).collect())
    /// };
    /// assert_eq!(numbers(Range::all().from(&2))?, [2]);
    /// assert_eq!(numbers(Range::all().before(&2))?, [1]);
    /// assert_eq!(numbers(Range::all().through(&2))?, [1, 2]);
    /// # Ok::<(), Halt>(())
    /// ```
    #[must_use]
    pub fn from<P: KeyParts>(mut self, parts: &P) -> Range<R> {
        self.from = Some(self.place(parts));
        self
    }

    /// Only rows whose next columns are less than `parts`.
    #[must_use]
    pub fn before<P: KeyParts>(mut self, parts: &P) -> Range<R> {
        self.to = Some(Some(self.place(parts)));
        self
    }

    /// Only rows whose next columns are at most `parts`.
    #[must_use]
    pub fn through<P: KeyParts>(mut self, parts: &P) -> Range<R> {
        self.to = Some(self.place(parts).after_prefix());
        self
    }

    /// From the end of the range to its beginning.
    ///
    /// ```
    /// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
    /// # use shop::*;
    /// # let shop = shop(); // shelves 1 and 2
    /// let last = Range::<Shelf>::all().backwards().limit(1);
    /// assert_eq!(shop.view(|view| view.peek_scan(&last))?[0].number, 2);
    /// # Ok::<(), Halt>(())
    /// ```
    #[must_use]
    pub fn backwards(mut self) -> Range<R> {
        self.backwards = true;
        self
    }

    /// At most `limit` rows.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Range<R> {
        self.limit = limit;
        self
    }

    /// Only what comes after the row at `place` in this range's direction: for reading page by page.
    #[must_use]
    pub(crate) fn after(mut self, place: &KeyBytes) -> Range<R> {
        if self.backwards {
            self.to = Some(Some(place.clone()));
        } else {
            self.from = Some(crate::chain::place_after(place));
        }
        self
    }

    /// Whether `place` comes after `before` in this range's direction.
    pub(crate) fn goes_on(&self, before: &KeyBytes, place: &KeyBytes) -> bool {
        if self.backwards { place < before } else { place > before }
    }

    pub(crate) fn is_storable(&self) -> bool {
        self.storable
    }

    /// How many rows it gives at most.
    pub(crate) fn max_rows(&self) -> usize {
        self.limit
    }

    pub(crate) fn index(&self) -> Option<usize> {
        self.index
    }

    /// The range as the store is asked for it.
    pub(crate) fn to_scan(&self) -> Result<Scan, Halt> {
        let order = R::TABLE.order_types(self.index);
        if !order.starts_with(&self.types) {
            return Err(Halt::Bug(format!(
                "table {}: the range's columns {:?} are not the beginning of {order:?}",
                R::TABLE.name,
                self.types
            )));
        }
        let from = self.from.clone().unwrap_or_else(|| self.prefix.to_key());
        let to = match &self.to {
            Some(to) => to.clone(),
            None if self.prefix.position() == 0 => None,
            None => self.prefix.to_key().after_prefix(),
        };
        let (table, index, backwards, limit) = (R::TABLE, self.index, self.backwards, self.limit);
        Ok(Scan { table, index, from, to, backwards, limit })
    }

    /// The narrowest guard that covers the range, and its columns' bytes.
    pub(crate) fn guard(&self) -> Option<(usize, KeyBytes)> {
        let key: Vec<usize> = (0..R::TABLE.key).collect();
        let order = match self.index {
            Some(index) => R::TABLE.indexes.get(index)?.columns,
            None => &key,
        };
        let covers =
            |columns: &[usize]| columns.len() <= self.ends.len() && order.starts_with(columns);
        let guards = R::TABLE.guards.iter().enumerate().filter(|(_, guard)| covers(guard.columns));
        let (position, guard) = guards.max_by_key(|(_, guard)| guard.columns.len())?;
        let end = guard
            .columns
            .len()
            .checked_sub(1)
            .and_then(|last| self.ends.get(last))
            .copied()
            .unwrap_or(0);
        Some((position, KeyBytes::new(self.prefix.as_slice().get(..end)?)))
    }
}
