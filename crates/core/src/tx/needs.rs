//! What an act is about to read, gathered so that all of it comes in one trip.

use super::compiled::whole_guard_key;
use super::guard;
use super::{GuardCount, Halt, Range, Tx};
use crate::store::{Ask, KeyBytes, KeyParts, KeyWriter, Record, Scan, Table};

/// A list of what an act is about to read, for [`Tx::need_all`]. It is advice: what is read without having been on the list
/// costs a trip of its own, what was on the list and is not read costs its place in the trip.
///
/// ```
/// # mod shop { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/shop.rs")); }
/// # use shop::*;
/// use fondaco_core::Needs;
/// # run(|tx| {
/// let needs = Needs::new().rows::<Stock>(&[7]).range(&Range::<Shelf>::all())?;
/// tx.need_all(needs)?; // one trip
/// let pieces = tx.get::<Stock>(&7)?.map_or(0, |stock| stock.pieces); // none
/// let shelves = tx.scan(&Range::<Shelf>::all())?; // none
/// assert_eq!((pieces, shelves.len()), (10, 2));
/// # Ok(()) });
/// ```
#[derive(Debug, Default)]
pub struct Needs {
    rows: Vec<(&'static Table, Vec<KeyBytes>)>,
    /// Scans, each with the key of the guard that answers for it.
    ranges: Vec<(Scan, KeyBytes)>,
}

impl Needs {
    /// Nothing yet.
    pub fn new() -> Needs {
        Needs::default()
    }

    /// The rows with these keys.
    #[must_use]
    pub fn rows<R: Record>(mut self, keys: &[R::Key]) -> Needs {
        self.rows.push((R::TABLE, storable(keys)));
        self
    }

    /// The rows of a table with these keys, each of which comes once and could be a row's.
    #[must_use]
    pub(super) fn keys(mut self, table: &'static Table, keys: Vec<KeyBytes>) -> Needs {
        self.rows.push((table, keys));
        self
    }

    /// The rows of a range, and the guard on which a [`scan`](Tx::scan) of it rests.
    ///
    /// # Errors
    /// As [`Tx::scan`].
    pub fn range<R: Record>(mut self, range: &Range<R>) -> Result<Needs, Halt> {
        let scan = range.to_scan()?;
        if range.is_storable() {
            self.ranges.push((scan, guard::key(range)?));
        }
        Ok(self)
    }

    /// The guard of all rows of `R`, on which what is [`compiled`](Tx::compiled) from them rests.
    ///
    /// # Errors
    /// [`Halt::Unguarded`] when the table has no guard without columns.
    pub fn guard_of_all<R: Record>(mut self) -> Result<Needs, Halt> {
        self.rows.push((GuardCount::TABLE, vec![whole_guard_key(R::TABLE)?]));
        Ok(self)
    }
}

/// The keys that a row could have, as bytes.
pub(super) fn storable<K: KeyParts>(keys: &[K]) -> Vec<KeyBytes> {
    let mut writer = KeyWriter::default();
    let encode = |key: &K| {
        writer.clear();
        key.write(&mut writer);
        writer.to_key()
    };
    keys.iter().filter(|key| key.is_storable()).map(encode).collect()
}

impl Tx<'_> {
    /// Loads all that is listed and not there yet, in one trip, from one moment; [`need`](Tx::need) for several tables.
    ///
    /// # Errors
    /// A [`Halt`], to be passed on.
    pub fn need_all(&mut self, needs: Needs) -> Result<(), Halt> {
        let Needs { mut rows, mut ranges } = needs;
        ranges.retain(|(scan, guard)| {
            let guard = self.cache.slot(GuardCount::TABLE, guard, false).map(|slot| slot.trip);
            guard.is_none_or(|since| self.cache.scanned(scan, since).is_none())
        });
        // The guards first, as a scan asks for them.
        let mut guards: Vec<_> = ranges.iter().map(|(_, guard)| guard.clone()).collect();
        guards.sort_unstable();
        guards.dedup();
        rows.insert(0, (GuardCount::TABLE, guards));
        let mut asks = Vec::with_capacity(rows.len() + ranges.len());
        for (table, mut keys) in rows {
            let known = self.cache.table(table);
            if !known.is_empty() {
                keys.retain(|key| !known.contains(key));
            }
            if !keys.is_empty() {
                asks.push(Ask::Get(table, keys));
            }
        }
        asks.extend(ranges.into_iter().map(|(scan, _)| Ask::Scan(scan)));
        if !asks.is_empty() {
            let (asks, replies) = self.ask(asks)?;
            self.cache.take(asks, replies);
        }
        Ok(())
    }
}
