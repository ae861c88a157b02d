//! Recording what a cycle count found.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use fondaco_core::decimal;
use fondaco_core::{Act, Id, Quantity, Range, Reading, Tx};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::CountError;
use super::due::{schedule, told};
use super::record::{CountPlan, CountStatus, CountedItem, CycleCount};
use crate::items::{Item, Lot, lots, stored_quantity};
use crate::levels::{Bin, LotBin, LotTotal};
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

/// Records a cycle count that is due: what was found of its item at its site, in every place where it lies, and in one at least. It makes the moves
/// that the books need ([`Count`](crate::moves::Movement::Count)) and ends the count, in one commit.
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
        let found = self.moved(tx, &count)?;
        self.close(tx, &count, found)
    }
}

/// What was found in all places, in units of stored quantities.
#[derive(Default)]
struct Found {
    /// What the books said.
    recorded: i64,
    /// What was there.
    counted: i64,
    /// By how much the places were wrong, whether there was more or less.
    off: i64,
}

impl Found {
    /// One place where so much was, so much more than the books said; none where that has no room.
    fn note(&mut self, there: i64, more: i64) -> Option<()> {
        self.recorded = self.recorded.checked_add(there.checked_sub(more)?)?;
        self.counted = self.counted.checked_add(there)?;
        self.off = self.off.checked_add(more.checked_abs()?)?;
        Some(())
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
        if self.places.is_empty() {
            return Err(CountError::NothingCounted { item: code_of(tx, count)? }.into());
        }
        let said: BTreeSet<&SmolStr> = self.places.iter().map(|place| &place.location).collect();
        let mut pairs = BTreeSet::new();
        for place in &self.places {
            if !pairs.insert((&place.location, place.lot)) {
                let location = place.location.clone();
                return Err(CountError::CountedTwice { location }.into());
            }
        }
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
        self.check_lots(tx, count, &pairs)
    }

    /// That of every lot that lies in a place where something was found something is said.
    fn check_lots(
        &self,
        tx: &mut Tx<'_>,
        count: &CycleCount,
        pairs: &BTreeSet<(&SmolStr, Option<Id<Lot>>)>,
    ) -> Result<(), StockError> {
        let said: BTreeSet<&SmolStr> = self.places.iter().map(|place| &place.location).collect();
        let lots: Vec<Id<Lot>> = lots(tx, count.item)?.iter().map(|lot| lot.id).collect();
        let totals = tx.get_many::<LotTotal>(&lots)?;
        let there = totals.iter().flatten().filter(|total| total.on_hand != Qty::ZERO);
        let ranges: Vec<_> = there.map(|total| Range::<LotBin>::by_key(&total.lot)).collect();
        for bin in tx.peek_scans(&ranges)?.iter().flatten() {
            let is_said = pairs.contains(&(&bin.location, Some(bin.lot)));
            if bin.on_hand != Qty::ZERO && said.contains(&bin.location) && !is_said {
                let (item, location) = (code_of(tx, count)?, bin.location.clone());
                return Err(CountError::CountIncomplete { item, location }.into());
            }
        }
        Ok(())
    }

    /// Makes the moves, and adds up what was found.
    fn moved(&self, tx: &mut Tx<'_>, count: &CycleCount) -> Result<Found, StockError> {
        let counts = self.places.iter().map(|place| {
            let new = NewMove::count(count.item, place.quantity, place.location.clone(), self.date);
            NewMove { lot: place.lot, ..new }
        });
        let made = move_stock(tx, &counts.collect::<Vec<_>>(), false)?;
        let mut found = Found::default();
        for (place, id) in self.places.iter().zip(made.ids()) {
            let leg = tx.get::<Move>(&(id, 0))?;
            let more = leg.map_or(0, |leg| leg.quantity.units());
            let there = stored_quantity(tx, count.item, place.quantity)?.units();
            if found.note(there, more).is_none() {
                return Err(MoveError::TooMuch { item: code_of(tx, count)? }.into());
            }
        }
        Ok(found)
    }

    /// Ends the count, and says whether the records were right.
    fn close(&self, tx: &mut Tx<'_>, count: &CycleCount, found: Found) -> Result<bool, StockError> {
        let [recorded, counted, off] =
            [found.recorded, found.counted, found.off].map(Qty::from_units);
        let plan = tx.get::<CountPlan>(&(count.site, count.class.clone()))?;
        let tolerance = plan.map_or_else(Default::default, |plan| plan.tolerance());
        // Too much in one place doesn't make up for too little in another.
        let recorded_and_off = decimal::add(recorded.to_decimal(), off.to_decimal());
        let too_much = MoveError::TooMuch { item: code_of(tx, count)? };
        let recorded_and_off = recorded_and_off.map_err(|_| too_much)?;
        let found = Counted::new(recorded.to_decimal(), recorded_and_off).within(tolerance);
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
