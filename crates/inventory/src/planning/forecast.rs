//! Recording what is expected to be wanted.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use fondaco_core::store::Event;
use fondaco_core::{Act, DateRange, ItemId, Needs, Quantity, Range, SiteId, Tx};
use serde::{Deserialize, Serialize};

use super::parameters::item_at;
use super::{ForecastBucket, PlanningError, rights};
use crate::items::Item;
use crate::places::Site;
use crate::{Qty, StockError};

/// So much of an item is expected to be wanted in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The first day of the bucket.
    pub starts: NaiveDate,
    /// How much, zero or more, in any unit that converts into the item's stock unit.
    pub quantity: Quantity,
}

impl Expectation {
    /// So much from this day on.
    pub fn new(starts: NaiveDate, quantity: Quantity) -> Expectation {
        Expectation { starts, quantity }
    }
}

/// What is expected to be wanted of an item at a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForecastLine {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The first day whose figures are replaced; with the last one: all figures of these days that are not given again are gone.
    pub from: NaiveDate,
    /// The last day whose figures are replaced; `None` for all that are later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// The figures; a bucket of which nothing is expected may be left out.
    pub expected: Vec<Expectation>,
}

impl ForecastLine {
    /// What is expected from a day on, in the place of all that was.
    pub fn new(
        item: ItemId,
        site: SiteId,
        from: NaiveDate,
        expected: Vec<Expectation>,
    ) -> ForecastLine {
        ForecastLine { item, site, from, until: None, expected }
    }
}

/// Records forecasts, each in the place of what was expected before in the days that it is about. All of them, or none.
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::planning::{Expectation, ForecastLine, RecordForecast, forecast_of};
/// # let stock = stock();
/// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
/// let july = Expectation::new(day("2026-07-01"), "400 pcs".parse()?);
/// let august = Expectation::new(day("2026-08-01"), "350 pcs".parse()?);
/// let line = ForecastLine::new(bolt, main, day("2026-07-01"), vec![july, august]);
/// stock.send("spring", &RecordForecast::new(vec![line]))?;
/// let less = Expectation::new(day("2026-08-01"), "300 pcs".parse()?);
/// let line = ForecastLine::new(bolt, main, day("2026-08-01"), vec![less]);
/// stock.send("summer", &RecordForecast::new(vec![line]))?;
/// let now = stock.view(|view| forecast_of(view, bolt, main))?;
/// assert_eq!(now.iter().map(|bucket| bucket.quantity.to_decimal().to_string()).collect::<Vec<_>>(), ["400", "300"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordForecast {
    /// What is expected.
    pub lines: Vec<ForecastLine>,
}

impl RecordForecast {
    /// These.
    pub fn new(lines: Vec<ForecastLine>) -> RecordForecast {
        RecordForecast { lines }
    }
}

impl Act for RecordForecast {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::FORECAST)?;
        let items: Vec<ItemId> = self.lines.iter().map(|line| line.item).collect();
        let sites: Vec<SiteId> = self.lines.iter().map(|line| line.site).collect();
        tx.need_all(Needs::new().rows::<Item>(&items).rows::<Site>(&sites))?;
        let of = |line: &ForecastLine| Range::<ForecastBucket>::by_key(&(line.item, line.site));
        tx.scan_each(&self.lines.iter().map(of).collect::<Vec<_>>())?;
        for (index, line) in self.lines.iter().enumerate() {
            let done = item_at(tx, line.item, line.site).and_then(|(item, site)| {
                crate::bills::rights::ask(tx, &authority, &item, Some(&site))?;
                line.record(tx, &item)
            });
            done.map_err(|error| error.at(index))?;
        }
        Ok(())
    }
}

impl ForecastLine {
    fn days(&self, item: &Item) -> Result<DateRange, PlanningError> {
        let days = DateRange::between(Some(self.from), self.until);
        days.map_err(|_| PlanningError::BadPlanning {
            item: item.code.clone(),
            field: "until",
            value: self.until.unwrap_or(self.from).to_string(),
            why: "is before the first day: give a later one",
        })
    }

    fn record(&self, tx: &mut Tx<'_>, item: &Item) -> Result<(), StockError> {
        let new = self.figures(tx, item)?;
        let days = self.days(item)?;
        let before = tx.scan(&Range::<ForecastBucket>::by_key(&(self.item, self.site)))?;
        let replaced = before.iter().filter(|row| days.contains(row.starts));
        for row in replaced {
            if !new.contains_key(&row.starts) {
                tx.delete::<ForecastBucket>(&(row.item, row.site, row.starts))?;
            }
        }
        let buckets = new.len() as i64;
        for (starts, quantity) in new {
            let row = ForecastBucket { item: self.item, site: self.site, starts, quantity };
            if !before.iter().any(|old| **old == row) {
                tx.upsert(row)?;
            }
        }
        let event = Event::new("stock.forecast_recorded").with("item", self.item);
        let event = event.with("site", self.site).with("from", self.from);
        tx.emit(event.with("buckets", buckets));
        Ok(())
    }

    /// The figures in the stock unit, by day; of nothing, none.
    fn figures(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
    ) -> Result<BTreeMap<NaiveDate, Qty>, StockError> {
        let days = self.days(item)?;
        let mut figures = BTreeMap::new();
        for one in &self.expected {
            let (code, day) = (item.code.clone(), one.starts);
            if !days.contains(day) {
                return Err(PlanningError::ForecastBeyond { item: code, day, days }.into());
            }
            if one.quantity.is_negative() {
                let (field, value) = ("expected", one.quantity.to_string());
                let why = "is below zero: give zero or more";
                return Err(PlanningError::BadPlanning { item: code, field, value, why }.into());
            }
            let quantity = match one.quantity.is_zero() {
                true => Qty::ZERO,
                false => Qty::from_units(crate::reserve::units(tx, item, one.quantity)?),
            };
            if figures.insert(day, quantity).is_some() {
                return Err(PlanningError::ForecastTwice { item: code, day }.into());
            }
        }
        figures.retain(|_, quantity| *quantity != Qty::ZERO);
        Ok(figures)
    }
}
