//! Recording what a cycle count found.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fondaco_core::{Act, Id, Quantity, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::CountError;
use super::due::{schedule, told};
use super::record::{CountPlan, CountStatus, CountedItem, CycleCount};
use crate::items::{Item, Lot, stored_quantity};
use crate::levels::Bin;
use crate::moves::rights::ADJUST;
use crate::moves::{Move, NewMove};
use crate::ordering::Counted;
use crate::places::Location;
use crate::posting::move_stock;
use crate::{MoveError, Qty, StockError};

/// What was found of an item in one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountedPlace {
    /// The location.
    pub location: SmolStr,
    /// The lot, or the piece of this serial number, of an item that is tracked so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Id<Lot>>,
    /// How much was there, in any unit that converts into the item's stock unit; may be zero.
    pub quantity: Quantity,
}

impl CountedPlace {
    /// So much was found in a location.
    pub fn new(location: impl Into<SmolStr>, quantity: Quantity) -> CountedPlace {
        CountedPlace { location: location.into(), lot: None, quantity }
    }

    /// Of this lot.
    #[must_use]
    pub fn lot(mut self, lot: Id<Lot>) -> CountedPlace {
        self.lot = Some(lot);
        self
    }
}

/// Records a cycle count that is due: what was found of its item at its site, in every place where it lies. It makes the moves that the
/// books need ([`Count`](crate::moves::Movement::Count)) and ends the count, in one commit.
///
/// ```
/// use fondaco_core::Id;
/// use fondaco_inventory::counts::{CountedPlace, RecordCount};
///
/// let found = vec![CountedPlace::new("MAIN/A/01", "48 pcs".parse()?)];
/// let count = RecordCount::new(Id::from_u128(7), "2026-03-02".parse()?, found);
/// assert_eq!(count.places.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordCount {
    /// Which count.
    pub count: Id<CycleCount>,
    /// The day at whose end this was there.
    pub date: NaiveDate,
    /// What was found.
    pub places: Vec<CountedPlace>,
}

impl RecordCount {
    /// So much was found on that day.
    pub fn new(count: Id<CycleCount>, date: NaiveDate, places: Vec<CountedPlace>) -> RecordCount {
        RecordCount { count, date, places }
    }
}

impl Act for RecordCount {
    type Answer = bool;
    type Error = StockError;

    /// Whether the records were right, within the plan's tolerance.
    fn act(&self, tx: &mut Tx<'_>) -> Result<bool, StockError> {
        tx.authority(&ADJUST)?; // even of what is not there, who may not count learns nothing
        let unknown = CountError::UnknownCount { count: self.count };
        let count = tx.get::<CycleCount>(&self.count)?.ok_or(unknown)?;
        if count.status != CountStatus::Due {
            return Err(CountError::CountOver { count: self.count }.into());
        }
        if self.date < count.due_on {
            let (count, date, due_on) = (self.count, self.date, count.due_on);
            return Err(CountError::CountedEarly { count, date, due_on }.into());
        }
        self.check_places(tx, &count)?;
        let (counted, difference) = self.moved(tx, &count)?;
        let recorded = counted.units().checked_sub(difference);
        let too_much = MoveError::TooMuch { item: code_of(tx, &count)? };
        let recorded = Qty::from_units(recorded.ok_or(too_much)?);
        self.close(tx, &count, (recorded, counted))
    }
}

fn code_of(tx: &mut Tx<'_>, count: &CycleCount) -> Result<SmolStr, StockError> {
    let item = tx.get::<Item>(&count.item)?;
    let item = item.ok_or(MoveError::UnknownItem { item: count.item })?;
    Ok(item.code.clone())
}

impl RecordCount {
    /// That something is said of every place of the site where some of it lies, and of no place elsewhere.
    fn check_places(&self, tx: &mut Tx<'_>, count: &CycleCount) -> Result<(), StockError> {
        let said: BTreeSet<&SmolStr> = self.places.iter().map(|place| &place.location).collect();
        // Each place where it lies is rested on: who puts it elsewhere meanwhile changes the counter of the stock, too.
        tx.get::<crate::levels::Stock>(&(count.item, count.site))?;
        let bins = tx.peek_scan(&Range::<Bin>::by_key(&count.item))?;
        let lies = bins.iter().filter(|bin| bin.on_hand != Qty::ZERO).map(|bin| &bin.location);
        let codes: Vec<SmolStr> = said
            .iter()
            .copied()
            .chain(lies)
            .cloned()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        for place in tx.get_many::<Location>(&codes)?.into_iter().flatten() {
            let (here, is_said) = (place.site == count.site, said.contains(&place.code));
            let location = place.code.clone();
            if is_said && !here {
                return Err(CountError::CountElsewhere { location }.into());
            }
            if here && !is_said && place.kind.is_on_hand() {
                let item = code_of(tx, count)?;
                return Err(CountError::CountIncomplete { item, location }.into());
            }
        }
        Ok(())
    }

    /// Makes the moves; gives what was counted, and how much more that is than the books said.
    fn moved(&self, tx: &mut Tx<'_>, count: &CycleCount) -> Result<(Qty, i64), StockError> {
        let counts = self.places.iter().map(|place| {
            let new = NewMove::count(count.item, place.quantity, place.location.clone(), self.date);
            NewMove { lot: place.lot, ..new }
        });
        let made = move_stock(tx, &counts.collect::<Vec<_>>(), false)?;
        let (mut counted, mut difference) = (0_i64, 0_i64);
        for (place, id) in self.places.iter().zip(made.ids()) {
            let leg = tx.get::<Move>(&(id, 0))?;
            let units = leg.map_or(0, |leg| leg.quantity.units());
            let found = stored_quantity(tx, count.item, place.quantity)?.units();
            (counted, difference) =
                match (counted.checked_add(found), difference.checked_add(units)) {
                    (Some(counted), Some(difference)) => (counted, difference),
                    _ => return Err(MoveError::TooMuch { item: code_of(tx, count)? }.into()),
                };
        }
        Ok((Qty::from_units(counted), difference))
    }

    /// Ends the count, and says whether the records were right.
    fn close(
        &self,
        tx: &mut Tx<'_>,
        count: &CycleCount,
        (recorded, counted): (Qty, Qty),
    ) -> Result<bool, StockError> {
        let plan = tx.get::<CountPlan>(&(count.site, count.class.clone()))?;
        let tolerance = plan.map_or_else(Default::default, |plan| plan.tolerance());
        let found = Counted::new(recorded.to_decimal(), counted.to_decimal()).within(tolerance);
        let is_right = found.is_right()?;
        if let Some(row) = tx.get::<CountedItem>(&(count.item, count.site))? {
            schedule(tx, &row, None)?;
            tx.put(CountedItem { open: None, ..row.as_ref().clone() })?;
        }
        let event = told("stock.count_done", count).with("recorded", recorded.to_decimal());
        let event = event.with("counted", counted.to_decimal());
        tx.emit(event.with("right", i64::from(is_right)));
        tx.put(CycleCount {
            status: CountStatus::Done,
            open: None,
            counted_on: Some(self.date),
            recorded,
            counted,
            is_right: Some(is_right),
            ..count.clone()
        })?;
        Ok(is_right)
    }
}
