//! The orders of a plan, item by item, in chunks that plans share: what changed lies in new chunks, what did not in old ones.

use std::sync::Arc;

use super::check::number;
use super::compiled::NONE;
use super::ready::Ready;

/// What an order begins and when: what its components look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    pub(crate) begun: i64,
    pub(crate) day: i32,
    pub(crate) source: u32,
}

/// What an order brings and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) quantity: i64,
    pub(crate) day: i32,
    pub(crate) mark: Mark,
}

/// What is said of an order besides, in 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark(u32);

/// Numbers of supplies are above, those of demands below.
const FIRM: u32 = 1 << 31;

impl Mark {
    /// The run planned it.
    pub(crate) const PLANNED: Mark = Mark(NONE);

    /// A planner firmed it.
    pub(crate) fn firm(supply: u32) -> Mark {
        Mark(FIRM | supply)
    }

    /// The run planned it for this demand.
    pub(crate) fn order(demand: u32) -> Mark {
        Mark(demand & !FIRM)
    }

    pub(crate) fn supply(self) -> Option<u32> {
        (self.0 & FIRM != 0 && self.0 != NONE).then_some(self.0 & !FIRM)
    }

    /// The demand that the run planned it for; what was firmed for one, its supply knows.
    pub(crate) fn demand(self) -> Option<u32> {
        (self.0 & FIRM == 0).then_some(self.0)
    }

    /// The demand that it is for alone, of an item that is made to order.
    pub(crate) fn whose(self, ready: Option<&Ready>) -> Option<u32> {
        self.demand().or_else(|| ready?.reserved_for(self.supply()?))
    }
}

/// Orders one after another, each in two halves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunk {
    pub(crate) releases: Vec<Release>,
    pub(crate) dues: Vec<Due>,
}

impl Chunk {
    pub(crate) fn len(&self) -> usize {
        self.releases.len()
    }

    pub(crate) fn push(&mut self, release: Release, due: Due) {
        self.releases.push(release);
        self.dues.push(due);
    }

    pub(crate) fn clear(&mut self) {
        self.releases.clear();
        self.dues.clear();
    }

    /// Both halves.
    pub(crate) fn both(&self) -> (&[Release], &[Due]) {
        (&self.releases, &self.dues)
    }

    pub(crate) fn extend(&mut self, other: &Chunk) {
        self.releases.extend_from_slice(&other.releases);
        self.dues.extend_from_slice(&other.dues);
    }
}

/// Where an item's orders lie.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    chunk: u32,
    from: u32,
    len: u32,
}

/// The orders of all items.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    chunks: Vec<Arc<Chunk>>,
    places: Arc<Vec<Place>>,
    /// The one that is written to, after the others.
    open: Chunk,
}

/// An open chunk is closed at so many orders.
const FULL: usize = 1 << 16;

impl Book {
    /// Of so many items, without orders.
    pub(crate) fn of(items: usize) -> Book {
        Book { places: Arc::new(vec![Place::default(); items]), ..Book::default() }
    }

    /// For more items.
    pub(crate) fn grow(&mut self, items: usize) {
        if items > self.places.len() {
            Arc::make_mut(&mut self.places).resize(items, Place::default());
        }
    }

    /// The orders of an item: what they begin, and what they bring.
    #[inline]
    pub(crate) fn of_item(&self, item: u32) -> (&[Release], &[Due]) {
        let place = self.places[item as usize];
        let range = place.from as usize..(place.from + place.len) as usize;
        let chunk = self.chunks.get(place.chunk as usize).map_or(&self.open, Arc::as_ref);
        if range.is_empty() {
            return (&[], &[]);
        }
        (&chunk.releases[range.clone()], &chunk.dues[range])
    }

    /// Writes the orders of one item, in the place of those it had.
    pub(crate) fn write(&mut self, item: u32, orders: &Chunk) {
        if self.open.len() >= FULL {
            self.close();
        }
        let (chunk, from) = (number(self.chunks.len()), number(self.open.len()));
        self.open.extend(orders);
        let place = Place { chunk, from, len: number(orders.len()) };
        Arc::make_mut(&mut self.places)[item as usize] = place;
    }

    /// Writes the orders of many: so many for each, one after the other.
    pub(crate) fn write_all(&mut self, items: &[u32], counts: &[u32], orders: Chunk) {
        self.close();
        let chunk = number(self.chunks.len());
        let places = Arc::make_mut(&mut self.places);
        let mut from = 0;
        for (item, len) in items.iter().zip(counts) {
            places[*item as usize] = Place { chunk, from, len: *len };
            from += len;
        }
        self.chunks.push(Arc::new(orders));
    }

    /// Closes what is being written, so that a copy of the book is a copy of its table of places.
    pub(crate) fn close(&mut self) {
        if self.open.len() > 0 {
            self.chunks.push(Arc::new(std::mem::take(&mut self.open)));
        }
    }

    /// How many orders there are.
    pub(crate) fn count(&self) -> usize {
        self.places.iter().map(|place| place.len as usize).sum()
    }

    /// Leaves out what nobody points at any more, when that is most of it.
    pub(crate) fn tidy(&mut self) {
        self.close();
        let held: usize = self.chunks.iter().map(|chunk| chunk.len()).sum();
        if held <= 2 * self.count() + FULL {
            return;
        }
        let mut tidied = Book::of(self.places.len());
        for item in 0..number(self.places.len()) {
            let (releases, dues) = self.of_item(item);
            let orders = Chunk { releases: releases.to_vec(), dues: dues.to_vec() };
            tidied.write(item, &orders);
        }
        tidied.close();
        *self = tidied;
    }
}
