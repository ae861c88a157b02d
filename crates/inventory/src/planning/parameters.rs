//! Saying how items are planned.

use std::sync::Arc;

use fondaco_core::input::check_code;
use fondaco_core::store::Event;
use fondaco_core::{Act, ItemId, Needs, Quantity, Rate, SiteId, Tx};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{CostRule, LotKind, PlanningError, PlanningParameters, rights};
use crate::bills::LONGEST_DAYS;
use crate::items::Item;
use crate::places::Site;
use crate::{MoveError, Qty, StockError};

/// How many net requirements one order covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum LotSizing {
    /// Each day's by an order of its own.
    #[default]
    LotForLot,
    /// As many orders of this quantity as it takes; minimum and multiple of the reorder rule don't count then.
    Fixed(Quantity),
    /// What comes within so many days, that of the need being the first.
    Days(u32),
    /// What comes within so many buckets, that of the need being the first.
    Periods(u32),
    /// What a rule makes of the requirements of all buckets by what lots cost.
    ByCost {
        /// Which rule.
        rule: CostRule,
        /// What a lot costs to set up, or an order to be made, in the stock's currency: zero or more.
        #[serde(with = "fondaco_core::decimal::as_text")]
        setup_cost: Decimal,
        /// What a unit costs to keep for a year, in the stock's currency: above zero.
        #[serde(with = "fondaco_core::decimal::as_text")]
        holding_cost_per_year: Decimal,
    },
}

impl LotSizing {
    /// Lots by what they cost.
    ///
    /// ```
    /// use fondaco_inventory::planning::{CostRule, LotSizing};
    /// let least = LotSizing::by_cost(CostRule::WagnerWhitin, 80.into(), "3.65".parse()?);
    /// assert!(matches!(least, LotSizing::ByCost { rule: CostRule::WagnerWhitin, .. }));
    /// # Ok::<(), rust_decimal::Error>(())
    /// ```
    pub fn by_cost(
        rule: CostRule,
        setup_cost: Decimal,
        holding_cost_per_year: Decimal,
    ) -> LotSizing {
        LotSizing::ByCost { rule, setup_cost, holding_cost_per_year }
    }
}

/// Says how an item is planned at a site, in place of what was said before. Where it comes from, how long that takes, safety stock and
/// the sizes that can be ordered are said by its [reorder rule](crate::replenish::SetReorderRule).
///
/// ```
/// # mod goods { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/goods.rs")); }
/// # use goods::*;
/// use fondaco_inventory::planning::{LotSizing, SetPlanning, parameters_of};
/// # let stock = stock();
/// let (bolt, main) = (ItemId::named("M8x40"), SiteId::named("MAIN"));
/// let weekly = SetPlanning {
///     lot: LotSizing::Days(7),
///     safety_days: 2,
///     planner: Some("KH".into()),
///     ..SetPlanning::new(bolt, main)
/// };
/// stock.send("planning", &weekly)?;
/// let said = stock.view(|view| parameters_of(view, bolt, main))?.ok_or("it was said")?;
/// assert_eq!((said.lot_periods, said.safety_days), (7, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPlanning {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
    /// How many requirements one order covers.
    #[serde(default)]
    pub lot: LotSizing,
    /// How many days before it is needed something shall be there.
    #[serde(default)]
    pub safety_days: u32,
    /// Within so many days from today forecasts don't count.
    #[serde(default)]
    pub demand_fence_days: u32,
    /// Within so many days from today nothing new is planned.
    #[serde(default)]
    pub planning_fence_days: u32,
    /// An order is part of forecasts from so many days before it.
    #[serde(default)]
    pub consumed_days_before: u32,
    /// To so many days after it.
    #[serde(default)]
    pub consumed_days_after: u32,
    /// Which share of what is ordered or begun turns out good: above 0 %, at most 100 %.
    #[serde(default, rename = "yield", skip_serializing_if = "Option::is_none")]
    pub yield_share: Option<Rate>,
    /// Whether each customer's order has its own supply.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub make_to_order: bool,
    /// Who plans it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planner: Option<SmolStr>,
}

impl SetPlanning {
    /// Planned lot for lot, without fences, by nobody in particular.
    pub fn new(item: ItemId, site: SiteId) -> SetPlanning {
        SetPlanning {
            item,
            site,
            lot: LotSizing::LotForLot,
            safety_days: 0,
            demand_fence_days: 0,
            planning_fence_days: 0,
            consumed_days_before: 0,
            consumed_days_after: 0,
            yield_share: None,
            make_to_order: false,
            planner: None,
        }
    }
}

impl Act for SetPlanning {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET)?;
        let (item, site) = item_at(tx, self.item, self.site)?;
        crate::bills::rights::ask(tx, &authority, &item, Some(&site))?;
        site.check_open(chrono::NaiveDate::MAX)?;
        let row = self.row(tx, &item)?;
        tx.upsert(row)?;
        let event = Event::new("stock.planning_set").with("item", self.item);
        tx.emit(event.with("site", self.site));
        Ok(())
    }
}

impl SetPlanning {
    fn row(&self, tx: &mut Tx<'_>, item: &Item) -> Result<PlanningParameters, StockError> {
        let bad = |field, value: String, why| PlanningError::BadPlanning {
            item: item.code.clone(),
            field,
            value,
            why,
        };
        for (field, days) in [
            ("safety_days", self.safety_days),
            ("demand_fence_days", self.demand_fence_days),
            ("planning_fence_days", self.planning_fence_days),
            ("consumed_days_before", self.consumed_days_before),
            ("consumed_days_after", self.consumed_days_after),
        ] {
            if days > LONGEST_DAYS {
                return Err(bad(field, days.to_string(), "is above 3,650 days: give less").into());
            }
        }
        if let Some(share) = self.yield_share {
            let is_share = share.factor() > Decimal::ZERO && share.factor() <= Decimal::ONE;
            let why = "is no share: give more than 0 %, and at most 100 %";
            is_share.then_some(()).ok_or_else(|| bad("yield", share.to_string(), why))?;
        }
        if let Some(planner) = &self.planner {
            check_code("planner", planner)?;
        }
        let (lot, lot_quantity, lot_periods) = match self.lot {
            LotSizing::LotForLot => (LotKind::LotForLot, Qty::ZERO, 0),
            LotSizing::Fixed(quantity) => {
                let units = crate::reserve::units(tx, item, quantity)?;
                (LotKind::Fixed, Qty::from_units(units), 0)
            }
            LotSizing::Days(days) => (LotKind::Days, Qty::ZERO, days),
            LotSizing::Periods(periods) => (LotKind::Periods, Qty::ZERO, periods),
            LotSizing::ByCost { .. } => (LotKind::ByCost, Qty::ZERO, 0),
        };
        let (cost_rule, setup_cost, holding_cost_per_year) = match self.lot {
            LotSizing::ByCost { rule, setup_cost, holding_cost_per_year } => {
                if setup_cost < Decimal::ZERO {
                    let why = "is below zero: give zero or more";
                    return Err(bad("setup_cost", setup_cost.to_string(), why).into());
                }
                if holding_cost_per_year <= Decimal::ZERO {
                    let (field, value) = ("holding_cost_per_year", holding_cost_per_year);
                    let why = "is not above zero: what costs nothing to keep has no best lot";
                    return Err(bad(field, value.to_string(), why).into());
                }
                (Some(rule), Some(setup_cost), Some(holding_cost_per_year))
            }
            _ => (None, None, None),
        };
        let in_periods = matches!(lot, LotKind::Days | LotKind::Periods);
        if in_periods && !(1..=LONGEST_DAYS).contains(&lot_periods) {
            let why = "is no length of time: give from 1 to 3,650";
            return Err(bad("lot", lot_periods.to_string(), why).into());
        }
        Ok(PlanningParameters {
            item: self.item,
            site: self.site,
            lot,
            lot_quantity,
            lot_periods,
            cost_rule,
            setup_cost,
            holding_cost_per_year,
            safety_days: self.safety_days,
            demand_fence_days: self.demand_fence_days,
            planning_fence_days: self.planning_fence_days,
            consumed_days_before: self.consumed_days_before,
            consumed_days_after: self.consumed_days_after,
            yield_share: self.yield_share,
            make_to_order: self.make_to_order,
            planner: self.planner.clone(),
        })
    }
}

/// An item that can be planned, and a site.
pub(super) fn item_at(
    tx: &mut Tx<'_>,
    id: ItemId,
    at: SiteId,
) -> Result<(Arc<Item>, Arc<Site>), StockError> {
    tx.need_all(Needs::new().rows::<Item>(&[id]).rows::<Site>(&[at]))?;
    let item = tx.get::<Item>(&id)?.ok_or(MoveError::UnknownItem { item: id })?;
    if !item.is_open() {
        return Err(MoveError::ItemClosed { item: item.code.clone() }.into());
    }
    let site = tx.get::<Site>(&at)?.ok_or(MoveError::UnknownSite { site: at })?;
    Ok((item, site))
}

/// Takes back what was said of how an item is planned at a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovePlanning {
    /// The item.
    pub item: ItemId,
    /// The site.
    pub site: SiteId,
}

impl RemovePlanning {
    /// Nothing is said of this item at this site any more.
    ///
    /// ```
    /// use fondaco_core::{ItemId, SiteId};
    /// use fondaco_inventory::planning::RemovePlanning;
    /// let main = SiteId::named("MAIN");
    /// assert_eq!(RemovePlanning::new(ItemId::named("M8x40"), main).site, main);
    /// ```
    pub fn new(item: ItemId, site: SiteId) -> RemovePlanning {
        RemovePlanning { item, site }
    }
}

impl Act for RemovePlanning {
    type Answer = ();
    type Error = StockError;

    fn act(&self, tx: &mut Tx<'_>) -> Result<(), StockError> {
        let authority = tx.authority(&rights::SET)?;
        let RemovePlanning { item, site } = *self;
        let key = (item, site);
        let needs = Needs::new().rows::<Item>(&[item]).rows::<Site>(&[site]);
        tx.need_all(needs.rows::<PlanningParameters>(&[key]))?;
        if let Some((item, site)) = tx.get::<Item>(&item)?.zip(tx.get::<Site>(&site)?) {
            crate::bills::rights::ask(tx, &authority, &item, Some(&site))?;
        }
        let unknown = PlanningError::UnknownPlanning { item, site };
        tx.get::<PlanningParameters>(&key)?.ok_or(unknown)?;
        tx.delete::<PlanningParameters>(&key)?;
        let event = Event::new("stock.planning_removed").with("item", item);
        tx.emit(event.with("site", site));
        Ok(())
    }
}
