//! What is stored for planning: parameters and forecasts.

use chrono::NaiveDate;
use fondaco_core::store::{Field, Record};
use fondaco_core::{ItemId, Rate, SiteId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::Qty;

/// How many of an item's net requirements one order covers.
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotKind {
    /// Each day's by an order of its own.
    LotForLot,
    /// As many orders of one quantity as it takes.
    Fixed,
    /// What comes within so many days.
    Days,
    /// What comes within so many buckets of the run.
    Periods,
    /// What a rule makes of all requirements by what lots cost.
    ByCost,
}

/// How lots are made by what they cost: the rules of [`lot_sizing`](crate::lot_sizing).
#[derive(Field, Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostRule {
    /// Lots of the economic order quantity.
    EconomicQuantity,
    /// As many buckets as the economic order quantity lasts: period order quantity.
    EconomicPeriods,
    /// As far as the cost per unit doesn't rise.
    LeastUnitCost,
    /// As far as keeping costs about as much as setting up: least total cost.
    PartPeriod,
    /// As far as the cost per bucket doesn't rise.
    SilverMeal,
    /// What costs least over all buckets.
    WagnerWhitin,
}

/// How an item is planned at a site, beside what its reorder rule says.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(table = "stock_planning", kind = state, key(item, site), guard(all()))]
pub struct PlanningParameters {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// How many requirements one order covers.
    pub lot: LotKind,
    /// What one order is about, in the item's stock unit; 0 where lots are not fixed.
    pub lot_quantity: Qty,
    /// How many days, or buckets, one order covers; 0 where lots are no periods.
    pub lot_periods: u32,
    /// By which rule, where lots are made by cost.
    pub cost_rule: Option<CostRule>,
    /// What a lot costs to set up, or an order to be made, in the stock's currency.
    pub setup_cost: Option<Decimal>,
    /// What a unit costs to keep for a year, in the stock's currency.
    pub holding_cost_per_year: Option<Decimal>,
    /// How many days before it is needed something shall be there: safety time.
    pub safety_days: u32,
    /// Within so many days from today forecasts don't count: demand time fence.
    pub demand_fence_days: u32,
    /// Within so many days from today nothing new is planned: planning time fence.
    pub planning_fence_days: u32,
    /// An order is part of forecasts from so many days before it.
    pub consumed_days_before: u32,
    /// To so many days after it.
    pub consumed_days_after: u32,
    /// Which share of what is ordered or begun turns out good; `None` for all of it.
    pub yield_share: Option<Rate>,
    /// Whether each customer's order has its own supply, apart from the stock.
    pub make_to_order: bool,
    /// Who plans it.
    pub planner: Option<SmolStr>,
}

/// How much of an item is expected to be wanted at a site in the days from one to another.
#[derive(Record, Debug, Clone, PartialEq, Eq)]
#[record(
    table = "stock_forecast", kind = state, key(item, site, starts), guard(all()),
    guard(by_item_site(item, site)),
)]
pub struct ForecastBucket {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// The first day of the bucket: a week's Monday, a month's first.
    pub starts: NaiveDate,
    /// Its last day.
    pub until: NaiveDate,
    /// How much, in the item's stock unit.
    pub quantity: Qty,
}
