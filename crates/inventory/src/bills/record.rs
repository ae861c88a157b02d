//! Bills and their lines, as they are stored.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record};
use fondaco_core::{DateRange, ItemId, Rate, SiteId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Qty;

/// A version of what an item is made of.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_bill", kind = state, key(item, version), guard(all()), guard(by_item(item)))]
pub struct Bill {
    /// What is made.
    pub item: ItemId,
    /// Which version: `1`, `2026-A`.
    pub version: SmolStr,
    /// At which site; `None` for all that have no bill of their own.
    pub site: Option<SiteId>,
    /// The first day for which something is made by it; `None` for ever before.
    pub valid_from: Option<NaiveDate>,
    /// The last day; `None` for until further notice.
    pub valid_until: Option<NaiveDate>,
    /// How much a batch makes, in the item's stock unit: the quantities of the lines are for so much.
    pub makes: Qty,
    /// Which share of that turns out good; `None` for all of it.
    pub yield_share: Option<Rate>,
    /// Whether what it makes never lies on a shelf: it is made in passing, and what it is made of goes into what it goes into.
    pub phantom: bool,
    /// Of several that hold, the smallest comes first.
    pub priority: u16,
    /// How many working days it takes; `None` for what the item's reorder rule at the site says.
    pub lead_time_days: Option<u32>,
}

impl Bill {
    /// Whether something that is due on a day is made by it.
    ///
    /// ```
    /// use fondaco_core::{ItemId, Unit};
    /// use fondaco_inventory::Qty;
    /// use fondaco_inventory::bills::Bill;
    /// let bill = Bill {
    ///     item: ItemId::named("BIKE"),
    ///     version: "1".into(),
    ///     site: None,
    ///     valid_from: Some("2026-01-01".parse()?),
    ///     valid_until: None,
    ///     makes: Qty::from_units(1_000_000),
    ///     yield_share: None,
    ///     phantom: false,
    ///     priority: 0,
    ///     lead_time_days: Some(2),
    /// };
    /// assert!(bill.holds_on("2026-01-01".parse()?) && !bill.holds_on("2025-12-31".parse()?));
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    pub fn holds_on(&self, date: NaiveDate) -> bool {
        holds(self.valid_from, self.valid_until, date)
    }

    /// The days on which it holds.
    pub fn days(&self) -> DateRange {
        days(self.valid_from, self.valid_until)
    }
}

/// What a line of a bill is.
#[derive(
    Field, Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// It goes in.
    Component,
    /// It comes out besides: a by-product or a co-product.
    Output,
}

/// A line of a bill: what goes in, what is taken instead, or what comes out besides.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_bill_line", kind = state, key(item, version, line, alternate), index(by_component(component)),
    guard(by_item(item)), guard(by_component(component)),
)]
pub struct BillLine {
    /// What is made.
    pub item: ItemId,
    /// By which version.
    pub version: SmolStr,
    /// Which line, counted from 0: components first, then outputs, each as they were given.
    pub line: u32,
    /// 0 for the line itself; 1 for what is taken first in its place, and so on.
    pub alternate: u16,
    /// Whether it goes in or comes out.
    pub kind: LineKind,
    /// What goes in or comes out.
    pub component: ItemId,
    /// How much of it a batch takes, or makes, in its stock unit: exactly what was said, in however many digits.
    pub quantity: Decimal,
    /// Whether the quantity is for an order, however large, rather than for a batch.
    pub per_order: bool,
    /// Which share of it is lost.
    pub scrap: Option<Rate>,
    /// The first day of release on which it is taken; `None` for ever before.
    pub valid_from: Option<NaiveDate>,
    /// The last day; `None` for until further notice.
    pub valid_until: Option<NaiveDate>,
    /// How many days after the release it is needed; below zero, before.
    pub offset_days: i32,
}

impl BillLine {
    /// Whether it is taken by an order that is released on a day.
    pub fn holds_on(&self, date: NaiveDate) -> bool {
        holds(self.valid_from, self.valid_until, date)
    }

    /// The days on which it is taken.
    pub fn days(&self) -> DateRange {
        days(self.valid_from, self.valid_until)
    }
}

fn holds(from: Option<NaiveDate>, until: Option<NaiveDate>, date: NaiveDate) -> bool {
    from.is_none_or(|from| from <= date) && until.is_none_or(|until| date <= until)
}

/// What is stored ends after it begins; what does not is no day at all, and is taken for its first one.
fn days(from: Option<NaiveDate>, until: Option<NaiveDate>) -> DateRange {
    let first = || from.map_or_else(DateRange::always, DateRange::day);
    DateRange::between(from, until).unwrap_or_else(|_| first())
}
