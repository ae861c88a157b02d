//! Adding to counters: where they stand when that is sure to succeed, else in a copy.
//!
//! Counters are added to far more often than anything else happens to them. A copy of each for the time between judging
//! and applying would cost more than all the rest, so a sum that fits is only noted here, and done in place when the whole
//! batch fits.

use std::any::{Any, TypeId};
use std::sync::Arc;

use fondaco_core::store::{Floor, KeyWriter, Rows, StoreError, Stored, Type, Value, ValueRow};

use super::rules::{of_table, unsorted};
use super::states::{Slot, States};

/// So many counters are added to where they stand, if they can be.
const MANY: usize = 16;

/// What adding to a counter comes to.
pub(super) enum Sum {
    /// The counter in this slot is added to where it stands.
    Grow(u32),
    /// The counter in this slot is replaced by a row of its own.
    Set(u32, Arc<dyn Stored>),
    /// A counter that is not there yet.
    New(Arc<dyn Stored>),
}

/// The counters that the rows of a change are to be added to, in the order of the rows.
pub(super) struct Found {
    /// Where each lies; `None` when it is not there yet.
    slots: Vec<Option<u32>>,
    /// Whether nobody else has its row.
    alone: Vec<bool>,
}

/// Finds the counters of `rows`, which must be sorted and of one table.
///
/// # Errors
/// When they are not.
pub(super) fn find(rows: &dyn Rows, counters: &States) -> Result<Found, StoreError> {
    let (mut writer, mut keys) = (KeyWriter::new(), Vec::with_capacity(rows.len()));
    for row in (0..rows.len()).filter_map(|at| rows.row(at)) {
        of_table(row, counters.table)?;
        writer.clear();
        row.write_key(&mut writer);
        keys.push(writer.to_key());
    }
    if !keys.is_sorted_by(|a, b| a < b) {
        return unsorted(counters.table);
    }
    let slots = counters.find_all(&keys);
    let alone = |kept: &Slot| Arc::strong_count(&kept.row) == 1 && Arc::weak_count(&kept.row) == 0;
    let is_alone = |slot: &Option<u32>| slot.and_then(|s| counters.slot(s)).is_some_and(alone);
    let alone = slots.iter().map(is_alone).collect();
    Ok(Found { slots, alone })
}

/// Adds the rows of one change to counters.
pub(super) struct Adder<'a> {
    counters: &'a States,
    found: Found,
    /// Whether nobody needs the sums before they are applied: no floor, and no index that they move in.
    in_place: bool,
    held: Option<u64>,
    /// Types of rows whose sums are all of 64 bits, or are not.
    reach: Vec<(TypeId, bool)>,
}

impl<'a> Adder<'a> {
    pub(super) fn new(
        counters: &'a States,
        found: Found,
        floors: &[Floor],
        held: Option<u64>,
    ) -> Adder<'a> {
        // A few are copied faster than their types are found out.
        let in_place = found.slots.len() >= MANY && floors.is_empty() && !counters.can_move();
        Adder { counters, found, in_place, held, reach: Vec::new() }
    }

    /// The counter that row number `at` is added to, as it stands, if it is there.
    pub(super) fn stands(&self, at: usize) -> Option<&'a Slot> {
        self.counters.slot((*self.found.slots.get(at)?)?)
    }

    /// The sum of the counter of row number `at` and `delta`.
    ///
    /// # Errors
    /// The column that it is beyond.
    pub(super) fn sum(&mut self, at: usize, delta: &dyn Stored) -> Result<Sum, &'static str> {
        let slot = self.found.slots.get(at).copied().flatten();
        let Some((slot, kept)) = slot.zip(self.stands(at)) else {
            return Ok(Sum::New(delta.copy()));
        };
        let of_one_type = || Any::type_id(delta) == Any::type_id(kept.row.as_ref());
        let alone = self.in_place && self.found.alone.get(at) == Some(&true);
        if alone && of_one_type() && self.can_grow(kept) {
            fits(kept.row.as_ref(), delta)?;
            return Ok(Sum::Grow(slot));
        }
        let mut row = kept.row.copy();
        if let Some(row) = Arc::get_mut(&mut row) {
            row.add(delta)?;
        }
        Ok(Sum::Set(slot, row))
    }

    /// Whether no hold shows the row, and 64 bits tell whether a sum fits.
    fn can_grow(&mut self, kept: &Slot) -> bool {
        self.held.is_none_or(|held| held < kept.version) && self.is_wide(kept.row.as_ref())
    }

    fn is_wide(&mut self, row: &dyn Stored) -> bool {
        let ty = Any::type_id(row);
        if let Some((_, wide)) = self.reach.iter().find(|(known, _)| *known == ty) {
            return *wide;
        }
        let wide = is_wide(row);
        self.reach.push((ty, wide));
        wide
    }
}

/// That each sum is within 64 bits.
fn fits(row: &dyn Stored, delta: &dyn Stored) -> Result<(), &'static str> {
    let table = row.table();
    for (at, column) in table.columns.iter().enumerate().skip(table.key) {
        let sum = row.units(at).zip(delta.units(at)).and_then(|(a, b)| a.checked_add(b));
        sum.ok_or(column.name)?;
    }
    Ok(())
}

/// Whether all sums of a row's type have 64 bits: whether it takes numbers that smaller integers do not.
fn is_wide(row: &dyn Stored) -> bool {
    const FAR: i64 = 1 << 40;
    let table = row.table();
    let far = table.columns.iter().enumerate().skip(table.key).map(|(at, column)| {
        let units = if row.units(at).unwrap_or(0) < 0 { FAR } else { -FAR };
        match column.ty {
            Type::Decimal { digits } => {
                Value::Decimal(rust_decimal::Decimal::new(units, u32::from(digits)))
            }
            _ => Value::I64(units),
        }
    });
    let values = row.values().into_iter().take(table.key).chain(far).collect();
    let mut copy = row.copy();
    Arc::get_mut(&mut copy).is_some_and(|copy| copy.add(&ValueRow::new(table, values)).is_ok())
}
