//! Adding to counters: where they stand when that is sure to succeed, else in a copy.
//!
//! Counters are added to far more often than anything else happens to them. A copy of each for the time between judging
//! and applying would cost more than all the rest, so a sum that fits is only noted here, and done in place when the whole
//! batch fits.

use std::any::Any;
use std::sync::Arc;

use fondaco_core::store::{KeyBytes, KeyWriter, Rows, StoreError, Stored};

use super::states::{Slot, States};
use crate::rules::{of_table, unsorted};

/// So many counters are added to where they stand, if they can be.
const MANY: usize = 16;

/// So many counters are looked up and judged at once.
pub(super) const AT_ONCE: usize = 512;

/// What adding to a counter comes to.
pub(super) enum Sum {
    /// The counter in this slot is added to where it stands.
    Grow(u32),
    /// The counter in this slot is replaced by a row of its own.
    Set(u32, Arc<dyn Stored>),
    /// A counter that is not there yet.
    New(Arc<dyn Stored>),
}

/// Adds the rows of one change to counters.
pub(super) struct Adder<'a> {
    counters: &'a States,
    rows: &'a dyn Rows,
    /// Whether nobody needs the sums before they are applied: no index that they move in.
    in_place: bool,
    held: Option<u64>,
    /// The last key that was looked up: the next must be larger.
    last: Option<KeyBytes>,
}

/// A row on its way to its counter.
pub(super) struct Addition<'a> {
    pub(super) delta: &'a dyn Stored,
    slot: Option<u32>,
    /// The counter as it stands, if it is there.
    pub(super) stands: Option<&'a Slot>,
    /// Whether the counter's row is nobody else's, and holds sums.
    ours: bool,
}

impl<'a> Adder<'a> {
    pub(super) fn new(counters: &'a States, rows: &'a dyn Rows, held: Option<u64>) -> Adder<'a> {
        // A few are copied faster than their types are found out.
        let in_place = rows.len() >= MANY && !counters.can_move();
        Adder { counters, rows, in_place, held, last: None }
    }

    /// Finds the counters of some rows from `start` on; of so few that they stay in a processor's cache until they are
    /// added to.
    ///
    /// # Errors
    /// When the rows are not sorted, or not all of one table.
    pub(super) fn find(&mut self, start: usize) -> Result<Vec<Addition<'a>>, StoreError> {
        let ats = start..self.rows.len().min(start + AT_ONCE);
        let deltas: Vec<_> = ats.filter_map(|at| self.rows.row(at)).collect();
        // All keys in one buffer: a key by itself would be copied twice before it is compared.
        let (mut writer, mut ends) = (KeyWriter::new(), Vec::with_capacity(deltas.len()));
        for delta in &deltas {
            of_table(*delta, self.counters.table)?;
            delta.write_key(&mut writer);
            ends.push(writer.position());
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let key = |(start, &end): (usize, &usize)| writer.as_slice().get(start..end);
        let keys: Vec<&[u8]> = starts.zip(&ends).filter_map(key).collect();
        let last = self.last.as_ref().map(KeyBytes::as_slice);
        if !last.iter().chain(&keys).is_sorted_by(|a, b| a < b) {
            return unsorted(self.counters.table);
        }
        let slots = self.counters.find_all(&keys);
        self.last = keys.last().map(|key| KeyBytes::new(key));
        let last_column = self.counters.table.columns.len().wrapping_sub(1);
        let addition = |(delta, slot): (_, Option<u32>)| {
            let stands = slot.and_then(|slot| self.counters.slot(slot));
            // Looking at a sum here, where nothing waits for it, has it at hand when it is needed.
            let ours = |slot: &Slot| is_alone(&slot.row) && slot.row.units(last_column).is_some();
            Addition { delta, slot, stands, ours: stands.is_some_and(ours) }
        };
        Ok(deltas.into_iter().zip(slots).map(addition).collect())
    }

    /// The sum of a counter and what is added to it.
    ///
    /// # Errors
    /// The column that it is beyond.
    pub(super) fn sum(&mut self, addition: &Addition<'_>) -> Result<Sum, &'static str> {
        let Addition { delta, ours, .. } = *addition;
        let Some((slot, kept)) = addition.slot.zip(addition.stands) else {
            return Ok(Sum::New(delta.copy()));
        };
        let of_one_type = || Any::type_id(delta) == Any::type_id(kept.row.as_ref());
        if self.in_place && ours && of_one_type() && self.can_grow(kept) {
            kept.row.fits(delta)?;
            return Ok(Sum::Grow(slot));
        }
        let mut row = kept.row.copy();
        if let Some(row) = Arc::get_mut(&mut row) {
            row.add(delta)?;
        }
        Ok(Sum::Set(slot, row))
    }

    /// Whether no hold shows the row.
    fn can_grow(&self, kept: &Slot) -> bool {
        self.held.is_none_or(|held| held < kept.version)
    }
}

fn is_alone(row: &Arc<dyn Stored>) -> bool {
    Arc::strong_count(row) == 1 && Arc::weak_count(row) == 0
}
