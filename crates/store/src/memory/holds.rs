//! Held snapshots, and the rows that were replaced since and that they still show.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fondaco_core::store::{KeyBytes, Row, Snapshot, StoreError};
use std::sync::Mutex;

use super::KeyMap;
use super::order::Range;

/// How long a hold lives without being read.
const FORGOTTEN: Duration = Duration::from_secs(3600);

/// The holds of one company.
#[derive(Default)]
pub(super) struct Holds {
    held: KeyMap<u64, Hold>,
}

struct Hold {
    position: u64,
    read: Mutex<Instant>,
}

/// The time by which holds are forgotten. A store is no act: it may look at a clock.
#[allow(clippy::disallowed_methods)]
pub(super) fn clock() -> Instant {
    Instant::now()
}

impl Holds {
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    pub(super) fn add(&mut self, name: u64, position: u64, now: Instant) {
        self.held.insert(name, Hold { position, read: Mutex::new(now) });
    }

    pub(super) fn remove(&mut self, held: Snapshot) {
        if self.held.get(&held.hold).is_some_and(|hold| hold.position == held.position) {
            self.held.remove(&held.hold);
        }
    }

    /// Releases all.
    pub(super) fn clear(&mut self) {
        self.held.clear();
    }

    /// Releases those that nobody has read for an hour; whether there were any.
    pub(super) fn forget(&mut self, now: Instant) -> bool {
        let before = self.held.len();
        self.held.retain(|_, hold| {
            hold.read.get_mut().is_ok_and(|read| now.saturating_duration_since(*read) < FORGOTTEN)
        });
        self.held.len() < before
    }

    /// The position that a held snapshot shows.
    pub(super) fn position(&self, held: Snapshot, now: Instant) -> Result<u64, StoreError> {
        let hold = self.held.get(&held.hold).filter(|hold| hold.position == held.position);
        let hold = hold.ok_or(StoreError::SnapshotGone)?;
        if let Ok(mut read) = hold.read.lock() {
            *read = now;
        }
        Ok(hold.position)
    }

    pub(super) fn newest(&self) -> Option<u64> {
        self.held.values().map(|hold| hold.position).max()
    }

    pub(super) fn oldest(&self) -> Option<u64> {
        self.held.values().map(|hold| hold.position).min()
    }
}

/// The replaced rows of one table, in each order they stood in: by primary key, then by each index.
#[derive(Default)]
pub(super) struct Past {
    orders: Vec<BTreeMap<KeyBytes, Vec<Former>>>,
}

/// A row as it stood from its version until the commit at `until` replaced it.
struct Former {
    until: u64,
    row: Row,
}

impl Former {
    fn stood_at(&self, position: u64) -> bool {
        self.row.version <= position && position < self.until
    }
}

impl Past {
    pub(super) fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    /// Keeps a row that the commit at `until` replaces or removes.
    pub(super) fn keep(&mut self, row: Row, until: u64) {
        let indexes = row.stored().table().indexes.len();
        self.orders.resize_with(indexes + 1, BTreeMap::new);
        for (at, order) in self.orders.iter_mut().enumerate() {
            if let Some(place) = row.order(at.checked_sub(1)) {
                order.entry(place).or_default().push(Former { until, row: row.clone() });
            }
        }
    }

    /// The replaced row that stood under `key` at `position`.
    pub(super) fn get(&self, key: &[u8], position: u64) -> Option<&Row> {
        let formers = self.orders.first()?.get(key)?;
        formers.iter().find(|former| former.stood_at(position)).map(|former| &former.row)
    }

    /// The replaced rows that stood in a range of an order at `position`.
    pub(super) fn scan<'a>(
        &'a self,
        index: Option<usize>,
        range: Range<'a>,
        position: u64,
    ) -> impl DoubleEndedIterator<Item = Row> + 'a {
        let order = self.orders.get(index.map_or(0, |index| index + 1));
        let places =
            order.into_iter().flat_map(move |order| order.range::<[u8], _>(range.bounds()));
        places.filter_map(move |(_, formers)| {
            formers.iter().find(|former| former.stood_at(position)).map(|former| former.row.clone())
        })
    }

    /// Lets go of what no hold shows any more; `None` = nothing is held.
    pub(super) fn prune(&mut self, oldest: Option<u64>) {
        let Some(oldest) = oldest else { return self.orders.clear() };
        for order in &mut self.orders {
            order.retain(|_, formers| {
                formers.retain(|former| former.until > oldest);
                !formers.is_empty()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_is_forgotten_an_hour_after_its_last_read() {
        let (mut holds, start) = (Holds::default(), clock());
        let held = Snapshot { position: 3, hold: 7 };
        holds.add(7, 3, start);
        let later = start + FORGOTTEN / 2;
        assert_eq!(holds.position(held, later).unwrap(), 3);
        assert!(!holds.forget(start + FORGOTTEN));
        assert!(holds.forget(later + FORGOTTEN));
        assert!(matches!(holds.position(held, later), Err(StoreError::SnapshotGone)));
    }

    #[test]
    fn a_hold_is_known_by_name_and_position() {
        let (mut holds, now) = (Holds::default(), clock());
        holds.add(7, 3, now);
        assert!(holds.position(Snapshot { position: 4, hold: 7 }, now).is_err());
        holds.remove(Snapshot { position: 4, hold: 7 });
        assert!(!holds.is_empty());
    }
}
