//! Recording what is expected to be wanted.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};
use fondaco_core::store::Event;
use fondaco_core::{Act, DateRange, ItemId, Needs, Quantity, Range, SiteId, Tx};
use serde::{Deserialize, Serialize};

use super::parameters::item_at;
use super::{ForecastBucket, PlanningError, rights};
use crate::items::Item;
use crate::mrp;
use crate::places::Site;
use crate::{Qty, StockError};

/// So much of an item is expected to be wanted in a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The first day of the bucket.
    pub starts: NaiveDate,
    /// Its last day; `None` for the day before the next bucket of the line. The last of a line then goes on to the line's last day, or as
    /// long as the one before it (as many months, where both begin on the first of one); alone, it is one day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// How much, zero or more, in any unit that converts into the item's stock unit.
    pub quantity: Quantity,
}

impl Expectation {
    /// So much from this day on.
    pub fn new(starts: NaiveDate, quantity: Quantity) -> Expectation {
        Expectation { starts, until: None, quantity }
    }

    /// The same, to this day.
    ///
    /// ```
    /// use fondaco_inventory::planning::Expectation;
    /// let june = Expectation::new("2026-06-01".parse()?, "400 pcs".parse()?).until("2026-06-30".parse()?);
    /// assert_eq!(june.until, Some("2026-06-30".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn until(mut self, last: NaiveDate) -> Expectation {
        self.until = Some(last);
        self
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
    /// The first day that is replaced; with the last one: what was expected for these days and is not given again is gone. A bucket that
    /// reaches into them is cut: what is left of it is expected for the days that are left, its share by days.
    pub from: NaiveDate,
    /// The last day that is replaced, or that of the last bucket that is given where that ends later; `None` for all that are later.
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
        let before = tx.scan(&Range::<ForecastBucket>::by_key(&(self.item, self.site)))?;
        let buckets = new.len() as i64;
        let last = new.values().map(|(until, _)| *until).max();
        let end = self.until.map(|end| last.map_or(end, |last| end.max(last)));
        let mut after = new;
        for row in &before {
            for (starts, until, quantity) in rests(row, (self.from, end), item.digits()) {
                // Two that began on one day can only be of before buckets were cut.
                let rest = after.entry(starts).or_insert((until, Qty::ZERO));
                let sum = rest.1.units().saturating_add(quantity.units());
                *rest = (rest.0.max(until), Qty::from_units(sum));
            }
        }
        for row in before.iter().filter(|row| !after.contains_key(&row.starts)) {
            tx.delete::<ForecastBucket>(&(row.item, row.site, row.starts))?;
        }
        for (starts, (until, quantity)) in after {
            let row = ForecastBucket { item: self.item, site: self.site, starts, until, quantity };
            if !before.iter().any(|old| **old == row) {
                tx.upsert(row)?;
            }
        }
        let event = Event::new("stock.forecast_recorded").with("item", self.item);
        let event = event.with("site", self.site).with("from", self.from);
        tx.emit(event.with("buckets", buckets));
        Ok(())
    }

    /// The last day of each bucket, by its first.
    fn ends(&self, item: &Item) -> Result<BTreeMap<NaiveDate, NaiveDate>, PlanningError> {
        let mut given: Vec<&Expectation> = self.expected.iter().collect();
        given.sort_by_key(|one| one.starts);
        let mut ends = BTreeMap::new();
        for (at, one) in given.iter().enumerate() {
            let next = given.get(at + 1).and_then(|next| next.starts.pred_opt());
            let before = at.checked_sub(1).and_then(|before| given.get(before));
            let alike = || before.and_then(|before| as_long(before.starts, one.starts));
            let end = one.until.or(next).or(self.until).or_else(alike).unwrap_or(one.starts);
            if end < one.starts || next.is_some_and(|next| end > next) {
                return Err(PlanningError::BadPlanning {
                    item: item.code.clone(),
                    field: "until",
                    value: end.to_string(),
                    why: "is before the first day of its bucket, or within the next one: correct it",
                });
            }
            ends.insert(one.starts, end);
        }
        Ok(ends)
    }

    /// The last days and the figures in the stock unit, by the first day; of nothing, none.
    fn figures(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
    ) -> Result<BTreeMap<NaiveDate, (NaiveDate, Qty)>, StockError> {
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
        let ends = self.ends(item)?;
        let with_end = |(day, quantity)| (day, (ends.get(&day).copied().unwrap_or(day), quantity));
        let figures = figures.into_iter().filter(|(_, quantity)| *quantity != Qty::ZERO);
        Ok(figures.map(with_end).collect())
    }
}

/// What is left of a bucket outside the days that are replaced, to the last of them or all later ones: each part its share by days, in whole
/// steps of the item that come to what there was.
fn rests(
    row: &ForecastBucket,
    (from, until): (NaiveDate, Option<NaiveDate>),
    digits: u8,
) -> Vec<(NaiveDate, NaiveDate, Qty)> {
    if row.until < from || until.is_some_and(|until| until < row.starts) {
        return vec![(row.starts, row.until, row.quantity)];
    }
    let head = from.pred_opt().filter(|_| row.starts < from);
    let tail = until.filter(|until| *until < row.until).and_then(|until| until.succ_opt());
    let days = |last: NaiveDate| last.signed_duration_since(row.starts).num_days() + 1;
    // How much of it is wanted by the end of so many of its days.
    let by = |end: i64| share(row.quantity, (end, days(row.until)), digits);
    let head = head.map(|last| (row.starts, last, by(days(last))));
    let tail = tail.map(|first| {
        let gone = by(days(first) - 1).units();
        (first, row.until, Qty::from_units(row.quantity.units().saturating_sub(gone)))
    });
    let parts = head.into_iter().chain(tail);
    parts.filter(|(_, _, quantity)| *quantity != Qty::ZERO).collect()
}

/// So many of the days of a quantity, half-up to whole steps.
fn share(quantity: Qty, (part, days): (i64, i64), digits: u8) -> Qty {
    let step = i128::from(mrp::step(digits));
    let days = i128::from(days.max(1)) * step;
    let whole = (i128::from(quantity.units()) * i128::from(part) * 2 + days).div_euclid(days * 2);
    Qty::from_units(i64::try_from(whole * step).unwrap_or(i64::MAX).min(quantity.units()))
}

/// The last day of a bucket that is as long as the one before it.
fn as_long(before: NaiveDate, starts: NaiveDate) -> Option<NaiveDate> {
    let next = if before.day() == 1 && starts.day() == 1 {
        let months = |day: NaiveDate| day.year() * 12 + day.month0().cast_signed();
        let months = u32::try_from(months(starts) - months(before)).ok()?;
        starts.checked_add_months(Months::new(months))?
    } else {
        starts.checked_add_signed(starts.signed_duration_since(before))?
    };
    next.pred_opt()
}
