//! Available to promise by day: what is there, and what comes by a day, less all that waits for it (APICS: ATP, cumulative).
//!
//! What waits is served in the order in which it was promised, so an order is on time when what comes by its day covers all that waits, itself
//! included. Where bookings have days of their own, [`available_to_promise`](fondaco_inventory::ordering::available_to_promise) looks further.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::NaiveDate;
use fondaco_core::{ItemId, Quantity, Range, Reading, SiteId};
use fondaco_inventory::Qty;
use fondaco_inventory::levels::{Expected, Stock};

use crate::company::CompanyError;
use crate::company::document::{Desk, Document, Line};

/// What waits for an item at a site, and what comes.
pub(crate) struct Coming {
    /// What is waited for, in millionths.
    waiting: i128,
    /// What can be promised of what is there.
    there: i128,
    /// What comes, by day.
    days: BTreeMap<NaiveDate, i128>,
}

impl Coming {
    /// As it stands.
    pub(crate) fn read(
        read: &mut impl Reading,
        item: ItemId,
        site: SiteId,
    ) -> Result<Coming, fondaco_core::Halt> {
        let stock = read.peek::<Stock>(&(item, site))?;
        let mut days = BTreeMap::new();
        for row in read.peek_scan(&Range::by(Expected::BY_OPEN, &(item, site)))? {
            *days.entry(row.due_on).or_default() += i128::from(row.to_come().units());
        }
        let waiting = stock.as_ref().map_or(0, |row| i128::from(row.backordered.units()));
        let there = stock.as_ref().map_or(0, |row| Stock::AVAILABLE.of(row));
        Ok(Coming { waiting, there: there.max(0), days })
    }

    /// More waits.
    fn wait(&mut self, quantity: Qty) {
        self.waiting += i128::from(quantity.units());
    }

    /// The first day on which what comes covers all that waits; `None` where it never does.
    fn covered_on(&self) -> Option<NaiveDate> {
        let mut come = 0;
        self.days
            .iter()
            .find(|(_, units)| {
                come += **units;
                come >= self.waiting
            })
            .map(|(day, _)| *day)
    }

    /// The first day on which so much can be promised.
    pub(crate) fn day_for(mut self, quantity: Qty, today: NaiveDate) -> Option<NaiveDate> {
        let lacks = i128::from(quantity.units()) - self.there;
        if lacks <= 0 {
            return Some(today);
        }
        self.waiting += lacks;
        self.covered_on().map(|day| day.max(today))
    }
}

/// What is found of items at sites while orders are promised.
#[derive(Default)]
pub(super) struct OnTime(BTreeMap<(ItemId, SiteId), Coming>);

impl OnTime {
    /// Reads what stands for the goods of some lines, before anything is promised.
    pub(super) fn read(
        &mut self,
        tx: &mut fondaco_core::Tx<'_>,
        document: &Document,
        lines: &[Line],
    ) -> Result<(), CompanyError> {
        for item in lines.iter().filter_map(|line| line.item) {
            let key = (item, document.site);
            if let Entry::Vacant(place) = self.0.entry(key) {
                place.insert(Coming::read(tx, key.0, key.1)?);
            }
        }
        Ok(())
    }

    /// Refuses a line whose goods are not there on its day; `waits` is how much of it was not there now.
    pub(super) fn check(
        &mut self,
        tx: &mut fondaco_core::Tx<'_>,
        desk: &mut Desk,
        (document, line): (&Document, &Line),
        (waits, is_wanted): (Qty, bool),
    ) -> Result<(), CompanyError> {
        let (Some(id), true) = (line.item, waits > Qty::ZERO) else { return Ok(()) };
        let Some(coming) = self.0.get_mut(&(id, document.site)) else { return Ok(()) };
        coming.wait(waits);
        let wanted_on = document.due_on();
        let there_on = coming.covered_on();
        if !is_wanted || there_on.is_some_and(|day| day <= wanted_on) {
            return Ok(());
        }
        // The refusal rests on what is there.
        tx.get::<Stock>(&(id, document.site))?;
        let when = match there_on {
            Some(day) => format!("what is on order covers it on {day}"),
            None => "nothing that is on order covers it".to_owned(),
        };
        Err(CompanyError::NotByThen {
            document: document.name(),
            line: line.number,
            item: desk.item(tx, id)?.code.clone(),
            quantity: Quantity::from_fixed(line.to_ship(), line.unit),
            wanted_on,
            when,
        })
    }
}
